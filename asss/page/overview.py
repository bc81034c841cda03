"""
What «ASSS samlet» shows: each indicator for every member, and who stands where.

The counterpart of ``sections`` and ``keyfigures`` for the network as a whole, in the
order of Tabell 1. Every figure is a fact of the reports; nothing is computed. Imports
``sections``, ``blocks``, ``text`` and below; what draws figures is given to it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from asss.analysis.facts import HOUSEKEEPING, Fact
from asss.analysis.findings import SUMMARY
from asss.analysis.network import NetworkFindings, mean_before
from asss.analysis.statements import Detail, lacks_base
from asss.analysis.tables import legend, mark, weakest
from asss.catalogue import language
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Forbehold, Indicator
from asss.catalogue.parameters import EVERY, NETWORK, Member
from asss.page import sections, text
from asss.page.blocks import Block, block
from asss.page.keyfigures import Footnotes
from asss.page.record import FactsFile
from asss.page.sections import Illustrated, Picture

__all__ = ["chapter", "facts", "heading", "kommuner", "ranks", "title"]

#: Draws a figure of the indicator with this id.
Draw = Callable[[str], Picture]

#: Shades in the table of ranks: from the highest value to the lowest.
SHADES = 5


def heading(found: NetworkFindings, known: Catalogue) -> Block:
    """Title, dates, status, what concerns the whole page, and the main findings."""
    return sections.top(
        found.book,
        known,
        title=title(found, known),
        summary=_sentences(found, known, SUMMARY),
        reconstructed="network_reconstructed",
    )


def title(found: NetworkFindings, known: Catalogue) -> str:
    """The one heading of the first level."""
    details: dict[str, Detail] = {
        "service": known.service.name,
        "year": found.book.run.year,
    }
    return text.phrase("network_title", details, known)


def facts(found: NetworkFindings, known: Catalogue) -> FactsFile:
    """Gather what facts.json holds: every member's facts for every year."""
    name = known.phrases.words["network_name"]
    return sections.gathered(
        found.book,
        known,
        title=title(found, known),
        whose=Member(id=NETWORK, name=name, kommunenummer=()),
        kept=list(found.book.facts.values()),
        sentences=[text.sentence(said, known) for said in found.statements],
    )


def ranks(found: NetworkFindings, known: Catalogue) -> Block:
    """Tabell 1: the rank of every member on every indicator, shaded."""
    book, words = found.book, known.phrases.words
    bases = {fact.distance_basis for fact in book.reported if fact.rank is not None}
    rows = [
        (indicator, [_place(fact, known) for fact in book.peers(indicator.id)])
        for indicator in known.service.indicators
    ]
    return block(
        "ranks",
        known,
        caption=text.phrase("network_caption_ranks", {"year": book.run.year}, known),
        members=[member.name for member in book.members],
        sections=[
            (section.name, [row for row in rows if row[0].section == section.id])
            for section in known.service.sections
        ],
        legend=legend((), words, bases=bases),
    )


def _place(fact: Fact, known: Catalogue) -> dict[str, Any]:
    """One member's rank on one indicator, and its shade."""
    shade = 0
    if fact.rank is not None and fact.n > 1:
        shade = 1 + (fact.rank - 1) * SHADES // fact.n
    place = _amount(fact.rank, 0, fact.distance_basis, known)
    return {**place, "fact": fact.id, "shade": shade}


def chapter(
    found: NetworkFindings,
    known: Catalogue,
    chapter: str,
    drawings: Sequence[tuple[Draw, str]] = (),
) -> Illustrated:
    """
    A chapter's indicators, each with sentences, table and figures.

    ``drawings`` draw an indicator's figures, each with the word that captions it.
    """
    order = [indicator.id for indicator in known.service.indicators]
    shown = [
        _indicator(found, known, indicator, order.index(indicator.id), drawings)
        for indicator in known.service.in_chapter(chapter)
    ]
    drawn = (figure.figures for item in shown for figure in item["figures"])
    html = block("members", known, indicators=shown).html
    return Illustrated(html, {n: data for each in drawn for n, data in each.items()})


def kommuner(found: NetworkFindings, known: Catalogue) -> Block:
    """What is chief of each member: the main findings of its own report."""
    shown = [(m, _sentences(found, known, m.id)) for m in found.book.members]
    return block("kommuner", known, kommuner=shown)


def _sentences(
    found: NetworkFindings, known: Catalogue, subject: str
) -> list[text.Sentence]:
    return [text.sentence(said, known) for said in found.about(subject)]


# -- one indicator ---------------------------------------------------------------------


def _indicator(
    found: NetworkFindings,
    known: Catalogue,
    indicator: Indicator,
    place: int,
    drawings: Sequence[tuple[Draw, str]],
) -> dict[str, Any]:
    book = found.book
    table = _Table(found, known, indicator, Footnotes(known, indicator.id))
    details: dict[str, Detail] = {
        "subject": indicator.name,
        "from_year": book.years[0],
        "year": book.run.year,
        "unit": known.phrases.words[f"axis_{indicator.unit}"],
    }
    # Letters are given in the order in which the notes are met: heads, then rows.
    columns = [table.column(year) for year in book.years]
    rows = [table.row(fact) for fact in table.by_rank()]
    return {
        "id": indicator.id,
        "name": indicator.short_name,
        "sentences": _sentences(found, known, indicator.id),
        "number": place + 2,
        "caption": language.bind(text.phrase("network_caption", details, known)),
        "columns": columns,
        "rows": rows,
        "mean": table.mean(),
        "notes": table.notes.items,
        "has_break": any(cell["is_break"] for row in rows for cell in row["cells"]),
        "legend": table.legend(),
        "figures": [
            sections.figure(
                draw(indicator.id),
                known,
                number=place * len(drawings) + number,
                caption=caption,
            )
            for number, (draw, caption) in enumerate(drawings, start=1)
        ],
    }


@dataclass(frozen=True)
class _Table:
    """One indicator of every member and year, with what must be known of each."""

    found: NetworkFindings
    known: Catalogue
    indicator: Indicator
    notes: Footnotes

    @cached_property
    def facts(self) -> list[Fact]:
        """Those of the years that are shown."""
        return [
            fact
            for fact in self.found.book.facts.values()
            if fact.indicator == self.indicator.id
            and fact.year in self.found.book.years
        ]

    @cached_property
    def joint(self) -> dict[str, str]:
        """
        What is said of several kommuner in the same words is said once, of all of them.

        Returns
        -------
        texts : dict of str to str
            By the id of the forbehold; those that stand alone are not in it.
        """
        names = {member.id: member.name for member in self.found.book.members}
        touched = {name for fact in self.facts for name in fact.forbehold}
        alike: dict[str, dict[str, str]] = {}
        for entry in self.known.forbehold_by_id(touched):
            if entry.kommuner == EVERY or len(entry.kommuner) != 1:
                continue
            name = names.get(entry.kommuner[0])
            form, count = re.subn(rf"\b{name}\b", "\0", entry.text)
            if name and count:
                alike.setdefault(form, {})[entry.id] = name
        words = self.known.phrases.words
        return {
            id: form.replace("\0", language.join(list(of.values()), words))
            for form, of in alike.items()
            if len(of) > 1
            for id in of
        }

    def by_rank(self) -> list[Fact]:
        """Highest value first, as the ranks are; those without a rank last."""
        peers = self.found.book.peers(self.indicator.id)
        return sorted(peers, key=lambda fact: fact.rank or len(peers) + 1)

    def column(self, year: int) -> dict[str, Any]:
        """The head of a year, with what must be known of everybody's figures in it."""
        told = self._told(self.found.compared(self.indicator.id, year), everybodys=True)
        return {
            "year": year,
            "is_latest": year == self.found.book.run.year,
            "notes": [self.notes.refer(entry.text, year) for entry in told],
        }

    def row(self, latest: Fact) -> dict[str, Any]:
        """A member's figures, and the change, index and rank of the last."""
        book, known, name = self.found.book, self.known, latest.kommune
        history = {fact.year: fact for fact in book.history(self.indicator.id, name)}
        bases = (latest.basis, latest.previous_basis or latest.basis)
        return {
            "name": known.network.member(name).name,
            "fact": latest.id,
            "cells": [self._cell(history.get(year)) for year in book.years],
            "change": _change(latest.change_percent, weakest(bases), known),
            "index": _amount(latest.index, 0, latest.distance_basis, known),
            "rank": _amount(latest.rank, 0, latest.distance_basis, known),
        }

    def _cell(self, fact: Fact | None) -> dict[str, Any]:
        """One year: the figure or its sign, and what must be known of it."""
        if fact is None:
            nothing = dict.fromkeys(("text", "mark", "notes"), "")
            return {**nothing, "value": None, "is_break": False}
        book, known = self.found.book, self.known
        name = known.network.member(fact.kommune).name
        cell = _amount(fact.value, fact.decimals, fact.basis, known)
        breaks = known.breaks(fact.forbehold)
        return {
            **cell,
            "fact": fact.id,
            "text": cell["text"] if fact.value is not None else fact.status,
            "is_break": bool(breaks) and fact.year > book.years[0],
            "is_latest": fact.year == book.run.year,
            "notes": [
                self.notes.refer(self.joint.get(entry.id, entry.text), name, fact.year)
                for entry in self._told(fact, everybodys=False)
            ],
        }

    def _told(self, fact: Fact, *, everybodys: bool) -> list[Forbehold]:
        """What a reader must know of a figure, or of everybody's of its year."""
        return [
            entry
            for entry in self.known.forbehold_by_id(fact.forbehold)
            if entry.kind not in HOUSEKEEPING
            and not entry.is_page_wide
            and (entry.kommuner == EVERY) == everybodys
        ]

    def mean(self) -> dict[str, Any]:
        """The last row: the network's means, each by the rule of its year."""
        book, known = self.found.book, self.known
        latest = self.found.compared(self.indicator.id)
        cells = []
        for year in book.years:
            fact = self.found.compared(self.indicator.id, year)
            cell = _amount(fact.network_mean, fact.decimals, fact.mean_basis, known)
            is_plain = fact.mean_rule == "plain" and fact.network_mean is not None
            cells.append({**cell, "fact": fact.id, "is_plain": is_plain})
        before = mean_before(book, self.indicator.id)
        moved = None
        if before is not None and before.has_base:
            moved = latest.given("mean_change") / before.given("network_mean") * 100
        basis = weakest(fact.mean_basis for fact in (latest, before or latest))
        return {
            "cells": cells,
            "change": _change(moved, basis, known),
            "has_mean": latest.network_mean is not None,
            "index": "100" if latest.has_base else "–",
        }

    def legend(self) -> dict[str, str]:
        """Only the marks and signs that the table really shows."""
        words, facts = self.known.phrases.words, self.facts
        latest = [fact for fact in facts if fact.year == self.found.book.run.year]
        no_index = any(lacks_base(self.known, fact) for fact in latest)
        no_percent = any(
            fact.change is not None and fact.change_percent is None for fact in latest
        )
        gaps = [words["network_no_index"]] * no_index
        gaps += [words["network_no_percent"]] * no_percent
        shown = {"–": " ".join(gaps)} if gaps else {}
        if any(f.mean_rule == "plain" and f.network_mean is not None for f in facts):
            shown[words["plain_mark"]] = words["network_plain"]
        bases = {basis for fact in facts for basis in (fact.basis, fact.mean_basis)}
        return shown | legend((fact.status for fact in facts), words, bases=bases)


def _amount(
    value: float | None, decimals: int, basis: str, known: Catalogue
) -> dict[str, Any]:
    """A cell with a number in print, and the same unrounded to sort by."""
    return {
        "text": text.bare(value, decimals) or "–",
        "value": value,
        "mark": value is not None and mark(basis, known.phrases.words),
    }


def _change(percent: float | None, basis: str, known: Catalogue) -> dict[str, Any]:
    """A change, with its sign: what is 0 in print neither rises nor falls."""
    cell = _amount(percent, 1, basis, known)
    if percent is not None and percent > 0 and cell["text"] != text.bare(0.0, 1):
        cell["text"] = f"+{cell['text']}"
    return cell

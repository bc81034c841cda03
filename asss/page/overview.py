"""
What «ASSS samlet» shows: each indicator for every member, and who stands where.

The counterpart of ``page`` and ``keyfigures`` for the network as a whole, in the order
of Tabell 1. Every figure is a fact of the reports; nothing is computed here. Imports
``page``, ``blocks``, ``text``, ``figures`` and below.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from asss import figures
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
from asss.page.sections import Illustrated

#: Shades in the table of ranks: from the highest value to the lowest.
SHADES = 5

#: Kinds of figures of an indicator, in order, with the key of each one's caption.
CAPTIONS = ("caption_strip", "caption_members_each")


def heading(found: NetworkFindings, known: Catalogue) -> Block:
    """Title, dates, status, what concerns the whole page, and the main findings."""
    marked = [fact for fact in found.book.reported if fact.basis == "reconstructed"]
    rule = "network_reconstructed"
    if found.book.snapshot.is_fetched:
        rule = (
            "network_reconstructed_fetched" if marked else "reconstructed_line_behind"
        )
    line = text.phrase(
        rule,
        {
            "count": len(marked),
            "n": len(found.book.reported),
            "year": found.book.run.year,
        },
        known,
    )
    return sections.top(
        found.book,
        known,
        title=title(found, known),
        reconstructed=line if found.book.is_reconstructed else "",
        summary=_sentences(found, known, SUMMARY),
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
    caption = text.phrase("network_caption_ranks", {"year": found.book.run.year}, known)
    sections = []
    for section in known.service.sections:
        rows = [
            {
                "id": indicator.id,
                "name": indicator.short_name,
                "cells": [
                    _place(fact, known) for fact in found.book.peers(indicator.id)
                ],
            }
            for indicator in known.service.indicators
            if indicator.section == section.id
        ]
        if rows:
            sections.append({"name": section.name, "rows": rows})
    return block(
        "ranks",
        known,
        caption=caption,
        members=[member.name for member in found.book.members],
        sections=sections,
        is_reconstructed=any(
            f.distance_basis == "reconstructed" and f.rank is not None
            for f in found.book.reported
        ),
        is_preliminary=any(
            f.distance_basis == "preliminary" for f in found.book.reported
        ),
    )


def _place(fact: Fact, known: Catalogue) -> dict[str, Any]:
    """One member's rank on one indicator, and its shade."""
    shade = 0
    if fact.rank is not None and fact.n > 1:
        shade = 1 + (fact.rank - 1) * SHADES // fact.n
    words = known.phrases.words
    return {
        "fact": fact.id,
        "text": "–" if fact.rank is None else str(fact.rank),
        "mark": fact.rank is not None and mark(fact.distance_basis, words),
        "shade": shade,
    }


def chapter(found: NetworkFindings, known: Catalogue, chapter: str) -> Illustrated:
    """A chapter's indicators, each with sentences, table and figures."""
    order = {indicator.id: n for n, indicator in enumerate(known.service.indicators)}
    shown = [
        _indicator(found, known, indicator, order[indicator.id])
        for indicator in known.service.in_chapter(chapter)
    ]
    made = block("members", known, indicators=shown)
    drawn = [figure for item in shown for figure in item["figures"]]
    return Illustrated(
        made.html, {n: data for figure in drawn for n, data in figure.figures.items()}
    )


def kommuner(found: NetworkFindings, known: Catalogue) -> Block:
    """What is chief of each member: the main findings of its own report."""
    return block(
        "kommuner",
        known,
        kommuner=[
            {
                "id": member.id,
                "name": member.name,
                "summary": _sentences(found, known, member.id),
            }
            for member in found.book.members
        ],
    )


def _sentences(
    found: NetworkFindings, known: Catalogue, subject: str
) -> list[text.Sentence]:
    return [text.sentence(said, known) for said in found.about(subject)]


# -- one indicator ---------------------------------------------------------------------


def _indicator(
    found: NetworkFindings, known: Catalogue, indicator: Indicator, place: int
) -> dict[str, Any]:
    words = known.phrases.words
    notes = Footnotes(known, indicator.id)
    latest = found.compared(indicator.id)
    unit = words[f"axis_{indicator.unit}"]
    details: dict[str, Detail] = {
        "subject": indicator.name,
        "from_year": found.book.years[0],
        "year": found.book.run.year,
        "unit": unit,
    }
    shown = [
        fact for fact in found.book.facts.values() if _is_shown(found, fact, indicator)
    ]
    joint = _joint_texts(shown, found, known)
    columns = [
        _column(found, known, indicator, year, notes) for year in found.book.years
    ]
    rows = [
        _row(found, known, indicator, member, notes, joint)
        for member in _by_rank(found, indicator.id)
    ]
    pictures = [
        draw(found.book, known, indicator=indicator.id)
        for draw in (figures.strip, figures.members)
    ]
    count = len(pictures)
    return {
        "id": indicator.id,
        "name": indicator.short_name,
        "sentences": _sentences(found, known, indicator.id),
        "number": place + 2,
        "caption": language.bind(text.phrase("network_caption", details, known)),
        "columns": columns,
        "rows": rows,
        "mean": _mean(found, known, indicator, latest),
        "notes": notes.items,
        "has_break": any(cell["is_break"] for row in rows for cell in row["cells"]),
        "legend": _legend(shown, known, found.book.run.year),
        "figures": [
            sections.figure(
                picture, known, number=place * count + n + 1, caption=caption
            )
            for n, (picture, caption) in enumerate(zip(pictures, CAPTIONS, strict=True))
        ],
    }


def _by_rank(found: NetworkFindings, indicator: str) -> list[Member]:
    """Highest value first, as the ranks are; those without a rank last."""
    by_id = {member.id: member for member in found.book.members}
    peers = found.book.peers(indicator)
    last = len(peers) + 1
    return [by_id[f.kommune] for f in sorted(peers, key=lambda fact: fact.rank or last)]


def _is_shown(found: NetworkFindings, fact: Fact, indicator: Indicator) -> bool:
    return fact.indicator == indicator.id and fact.year in found.book.years


def _column(
    found: NetworkFindings,
    known: Catalogue,
    indicator: Indicator,
    year: int,
    notes: Footnotes,
) -> dict[str, Any]:
    """The head of a year, with what must be known of everybody's figures in it."""
    told = _told(known, found.compared(indicator.id, year))
    return {
        "year": year,
        "is_latest": year == found.book.run.year,
        "notes": [
            notes.refer(entry.text, year)
            for entry in told
            if entry.kommuner == EVERY and not entry.is_page_wide
        ],
    }


def _told(known: Catalogue, fact: Fact) -> list[Forbehold]:
    """The forbehold on a figure that a reader of it must know."""
    entries = known.forbehold_by_id(fact.forbehold)
    return [entry for entry in entries if entry.kind not in HOUSEKEEPING]


def _joint_texts(
    shown: Iterable[Fact], found: NetworkFindings, known: Catalogue
) -> dict[str, str]:
    """
    What is said of several kommuner in the same words is said once, of all of them.

    Returns
    -------
    texts : dict of str to str
        By the id of the forbehold; those that stand alone are not in it.
    """
    names = {member.id: member.name for member in found.book.members}
    touched = {name for fact in shown for name in fact.forbehold}
    alike: dict[str, dict[str, str]] = {}
    for entry in known.forbehold_by_id(touched):
        if entry.kommuner == EVERY or len(entry.kommuner) != 1:
            continue
        name = names.get(entry.kommuner[0])
        form, count = re.subn(rf"\b{name}\b", "\0", entry.text)
        if name and count:
            alike.setdefault(form, {})[entry.id] = name
    return {
        id: form.replace("\0", language.join(list(of.values()), known.phrases.words))
        for form, of in alike.items()
        if len(of) > 1
        for id in of
    }


def _row(
    found: NetworkFindings,
    known: Catalogue,
    indicator: Indicator,
    member: Member,
    notes: Footnotes,
    joint: Mapping[str, str],
) -> dict[str, Any]:
    words = known.phrases.words
    by_year = {fact.year: fact for fact in found.book.history(indicator.id, member.id)}
    latest = by_year[found.book.run.year]
    moved, index = latest.change_percent, latest.index
    basis = weakest((latest.basis, latest.previous_basis or latest.basis))
    return {
        "name": member.name,
        "fact": latest.id,
        "decimals": indicator.decimals,
        "cells": [
            _cell(found, known, by_year.get(year), member, notes, joint)
            for year in found.book.years
        ],
        "change": _amount(moved, 1, basis, words, is_signed=True),
        "index": _amount(index, 0, latest.distance_basis, words),
        "rank": _amount(latest.rank, 0, latest.distance_basis, words),
    }


def _amount(
    value: float | None,
    decimals: int,
    basis: str,
    words: Any,
    *,
    is_signed: bool = False,
) -> dict[str, Any]:
    """A cell with a number in print, and the same unrounded to sort by."""
    written = text.bare(value, decimals)
    # What is 0 in print neither rises nor falls.
    if is_signed and value and value > 0 and written != text.bare(0.0, decimals):
        written = f"+{written}"
    return {
        "text": written or "–",
        "value": value,
        "mark": value is not None and mark(basis, words),
    }


def _cell(
    found: NetworkFindings,
    known: Catalogue,
    fact: Fact | None,
    member: Member,
    notes: Footnotes,
    joint: Mapping[str, str],
) -> dict[str, Any]:
    """One year of a member: the figure or its sign, and what must be known of it."""
    if fact is None:
        return {"text": "", "value": None, "mark": "", "notes": [], "is_break": False}
    breaks = known.breaks(fact.forbehold)
    is_joint = bool(breaks) and fact.year > found.book.years[0]
    told = [
        entry
        for entry in _told(known, fact)
        if entry.kommuner != EVERY and not entry.is_page_wide
    ]
    cell = _amount(fact.value, fact.decimals, fact.basis, known.phrases.words)
    return {
        **cell,
        "fact": fact.id,
        "text": cell["text"] if fact.value is not None else fact.status,
        "is_break": is_joint,
        "is_latest": fact.year == found.book.run.year,
        "notes": [
            notes.refer(joint.get(entry.id, entry.text), member.name, fact.year)
            for entry in told
        ],
    }


def _mean(
    found: NetworkFindings, known: Catalogue, indicator: Indicator, latest: Fact
) -> dict[str, Any]:
    """The last row: the network's means, each by the rule of its year."""
    words = known.phrases.words
    cells = []
    for year in found.book.years:
        fact = found.compared(indicator.id, year)
        cell = _amount(fact.network_mean, fact.decimals, fact.mean_basis, words)
        is_plain = fact.mean_rule == "plain" and fact.network_mean is not None
        cells.append({**cell, "fact": fact.id, "is_plain": is_plain})
    before = mean_before(found.book, indicator.id)
    moved = None
    if before is not None and before.has_base:
        moved = latest.given("mean_change") / before.given("network_mean") * 100
    basis = weakest(fact.mean_basis for fact in (latest, before or latest))
    return {
        "cells": cells,
        "change": _amount(moved, 1, basis, words, is_signed=True),
        "has_mean": latest.network_mean is not None,
        "index": "100" if latest.has_base else "–",
    }


def _legend(shown: Iterable[Fact], known: Catalogue, year: int) -> list[dict[str, str]]:
    """Only the marks and signs that the table really shows; `year` is its last."""
    words, facts = known.phrases.words, list(shown)
    latest = [fact for fact in facts if fact.year == year]
    lacking = (
        ("network_no_index", any(lacks_base(known, f) for f in latest)),
        (
            "network_no_percent",
            any(f.change is not None and f.change_percent is None for f in latest),
        ),
    )
    gaps = " ".join(words[key] for key, holds in lacking if holds)
    told = {"–": gaps} if gaps else {}
    if any(f.mean_rule == "plain" and f.network_mean is not None for f in facts):
        told[words["plain_mark"]] = words["network_plain"]
    bases = {basis for fact in facts for basis in (fact.basis, fact.mean_basis)}
    told |= legend((fact.status for fact in facts), words, bases=bases)
    return [{"mark": sign, "text": text} for sign, text in told.items()]

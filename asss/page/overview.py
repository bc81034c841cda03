"""
What «ASSS samlet» shows: one table of everybody, and each indicator as a figure.

The counterpart of ``sections`` and ``keyfigures`` for the network as a whole, in the
order of Tabell 1. Every figure is a fact of the reports; nothing is computed. Imports
``sections``, ``keyfigures``, ``text`` and below; what draws figures is given to it.
"""

import re
from collections.abc import Callable
from typing import Any

from asss.analysis.facts import HOUSEKEEPING, Fact
from asss.analysis.findings import SUMMARY
from asss.analysis.network import NetworkFindings
from asss.analysis.statements import Detail, Finding
from asss.analysis.tables import legend, mark
from asss.catalogue import language
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Forbehold, Indicator
from asss.catalogue.parameters import EVERY, NETWORK
from asss.page import sections, text
from asss.page.blocks import Block, block
from asss.page.keyfigures import Footnotes
from asss.page.record import FactsFile
from asss.page.sections import Illustrated, Picture

__all__ = ["chapter", "facts", "heading", "matrix", "title"]

#: Draws the figure of the indicator with this id.
Draw = Callable[[str], Picture]

#: The indexes at which a shade gives way to the next, from the highest value down.
SHADES = (125, 110, 90, 75)


def heading(found: NetworkFindings, known: Catalogue) -> Block:
    """Title, dates, status, what concerns the whole page, and the main findings."""
    return sections.top(
        found.book,
        known,
        title=title(found, known),
        summary=[[(said, (), ())] for said in _sentences(found, known, SUMMARY)],
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
    return sections.gathered(
        found.book,
        known,
        title=title(found, known),
        whose=(NETWORK, known.phrases.words["network_name"]),
        kept=list(found.book.facts.values()),
        sentences=[text.sentence(said, known) for said in found.statements],
        findings=sections.findings(
            [Finding(one.rule.topic, (one,), ()) for one in found.statements], known
        ),
    )


def matrix(found: NetworkFindings, known: Catalogue) -> Block:
    """Tabell 1: every figure of the year, shaded by its index, with what is to know."""
    book, words = found.book, known.phrases.words
    notes = _Notes(found, known)
    # Letters are given in the order in which the notes are met: row by row.
    groups = [
        (name, [notes.row(one) for one in having])
        for name, having in known.service.by_section.items()
    ]
    bases = {basis for fact in book.reported for basis in fact.shown_bases}
    shown = {f.is_weighted for f in book.reported if f.network_mean is not None}
    plain = {words["plain_mark"]: words["network_plain"]} if False in shown else {}
    return block(
        "matrix",
        known,
        caption=text.phrase("network_caption", {"year": book.run.year}, known),
        members=[member.name for member in book.members],
        sections=groups,
        notes=notes.footnotes.items,
        shades=range(1, len(SHADES) + 2),
        legend=plain | legend((f.status for f in book.reported), words, bases=bases),
    )


class _Notes:
    """The rows of Tabell 1, and the letters of what must be known of their figures."""

    def __init__(self, found: NetworkFindings, known: Catalogue) -> None:
        self._found, self._known = found, known
        self.footnotes = Footnotes(known)
        names = {member.id: member.name for member in found.book.members}
        touched = {name for fact in found.book.reported for name in fact.forbehold}
        alike: dict[str, dict[str, str]] = {}
        for entry in known.forbehold_by_id(touched):
            if entry.kommuner == EVERY or len(entry.kommuner) != 1:
                continue
            name = names.get(entry.kommuner[0])
            form, count = re.subn(rf"\b{name}\b", "\0", entry.text)
            if name and count:
                alike.setdefault(form, {})[entry.id] = name
        #: What is said of several in the same words is said once, of all of them.
        self._joint = {
            id: form.replace(
                "\0", language.join(list(of.values()), known.phrases.words)
            )
            for form, of in alike.items()
            if len(of) > 1
            for id in of
        }

    def row(self, indicator: Indicator) -> dict[str, Any]:
        """An indicator: every member's figure or its sign, and last the mean."""
        peers, known = self._found.book.peers(indicator.id), self._known
        first = peers[0]
        everybodys = [self._note(e, indicator) for e in self._told(first, EVERY)]
        return {
            "indicator": indicator,
            "unit": known.phrases.words[f"unit_label_{indicator.unit}"],
            "notes": everybodys,
            "cells": [self._cell(fact, indicator) for fact in peers],
            "mean": _amount(first.network_mean, first, first.mean_basis, known),
            "fact": first.id,
            "is_plain": not first.is_weighted and first.network_mean is not None,
        }

    def _cell(self, fact: Fact, indicator: Indicator) -> dict[str, Any]:
        name = self._known.network.member(fact.kommune).name
        cell = _amount(fact.value, fact, fact.basis, self._known)
        return {
            **cell,
            "fact": fact.id,
            "text": cell["text"] if fact.value is not None else fact.status,
            "shade": _shade(fact),
            "notes": [self._note(entry, indicator, name) for entry in self._told(fact)],
        }

    def _told(self, fact: Fact, whose: str = "") -> list[Forbehold]:
        """What a reader must know of a figure, or of everybody's."""
        return [
            entry
            for entry in self._known.forbehold_by_id(fact.forbehold)
            if entry.kind not in HOUSEKEEPING
            and not entry.is_page_wide
            and (entry.kommuner == EVERY) == bool(whose)
        ]

    def _note(self, entry: Forbehold, indicator: Indicator, *place: str) -> Any:
        told = self._joint.get(entry.id, entry.text)
        return self.footnotes.refer(told, indicator.short_name, *place)


def _shade(fact: Fact) -> int:
    """From the highest indexes to the lowest; 0 where there is none."""
    if fact.index is None:
        return 0
    return 1 + sum(language.half_up(fact.index) < limit for limit in SHADES)


def _amount(
    value: float | None, fact: Fact, basis: str, known: Catalogue
) -> dict[str, Any]:
    """A number in print, and its mark."""
    return {
        "text": text.bare(value, fact.decimals) or "–",
        "mark": value is not None and mark(basis, known.phrases.words),
    }


def chapter(
    found: NetworkFindings, known: Catalogue, chapter: str, draw: Draw
) -> Illustrated:
    """A chapter's indicators, each with what is said of it and its figure."""
    order = [indicator.id for indicator in known.service.indicators]
    shown: list[dict[str, Any]] = []
    drawn: dict[int, sections.Data] = {}
    for indicator in known.service.in_chapter(chapter):
        number = order.index(indicator.id) + 1
        figure = sections.figure(
            draw(indicator.id),
            known,
            number=number,
            caption=known.phrases.words["caption_strip"],
        )
        drawn |= figure.figures
        said = _sentences(found, known, indicator.id)
        shown.append({"of": indicator, "sentences": said, "figure": figure})
    return Illustrated(block("indicators", known, indicators=shown).html, drawn)


def _sentences(
    found: NetworkFindings, known: Catalogue, subject: str
) -> list[text.Sentence]:
    return [text.sentence(said, known) for said in found.about(subject)]

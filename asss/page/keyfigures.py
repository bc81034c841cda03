"""
Tabell 1: three years, the network's mean, lowest and highest, and rank.

Puts the figures in rows, gives each caveat its letter, and keeps account of where every
letter stands, so that a note leads back to the figures it is about. Imports ``blocks``,
``text`` and below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from asss.analysis.facts import Fact
from asss.analysis.findings import Findings
from asss.analysis.tables import legend, mark, weakest
from asss.catalogue import language
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Forbehold, Indicator
from asss.catalogue.parameters import EVERY
from asss.page import text
from asss.page.blocks import Block, block

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def letter(place: int) -> str:
    """
    The letter of a note by its place, counted from 0; after z they go on.

    Examples
    --------
    >>> letter(0), letter(25), letter(26), letter(27), letter(26 + 26 * 26)
    ('a', 'z', 'aa', 'ab', 'aaa')
    """
    above, last = divmod(place, len(ALPHABET))
    return (letter(above - 1) if above else "") + ALPHABET[last]


def key_figures(found: Findings, known: Catalogue) -> Block:
    """Tabell 1: three years, the network's mean, lowest and highest, and rank."""
    return block("key_figures", known, **_table(found, known))


def printed(found: Findings, known: Catalogue) -> dict[str, Any]:
    """Tabell 1 as it is printed, for facts.json: texts, marks and letters of notes."""
    table = _table(found, known)
    rows = [row for section in table["sections"] for row in section["rows"]]
    return {
        "years": [
            {"year": heading["year"], "notes": _letters(heading)}
            for heading in table["headings"]
        ],
        "rows": [
            {
                "indicator": row["indicator"],
                "name": row["name"],
                "unit": row["unit"],
                "notes": _letters(row),
                "values": [
                    {"fact": cell["fact"], **_as_printed(cell)} for cell in row["cells"]
                ],
                **{
                    field: _as_printed(row[field])
                    for field in ("mean", "lowest", "highest")
                },
                "rank": {
                    "text": row["rank"] or "–",
                    "mark": row["rank_mark"] if row["rank"] else "",
                    "notes": [],
                },
            }
            for row in rows
        ],
        "notes": [
            {"letter": note["letter"], "text": note["text"]} for note in table["notes"]
        ],
    }


def letters(
    found: Findings, known: Catalogue, *, also: Sequence[str] = ()
) -> dict[str, str]:
    """The letter of each note in Tabell 1, in order; others take the next ones."""
    texts = dict.fromkeys(
        [*(note["text"] for note in _table(found, known)["notes"]), *also]
    )
    return {note: letter(place) for place, note in enumerate(texts)}


def _as_printed(cell: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "text": cell["text"],
        "mark": cell["mark"] or "",
        "notes": _letters(cell),
    }


def _letters(part: Mapping[str, Any]) -> list[str]:
    return [reference["letter"] for reference in part["notes"]]


def _table(found: Findings, known: Catalogue) -> dict[str, Any]:
    notes = Footnotes(known)
    headings = [_heading(found, known, year, notes) for year in found.book.years]
    sections: list[dict[str, Any]] = []
    for section in known.service.sections:
        rows = [
            _row(found, known, indicator, notes)
            for indicator in known.service.indicators
            if indicator.section == section.id
        ]
        if rows:
            sections.append({"name": section.name, "rows": rows})
    cells = [cell for part in sections for row in part["rows"] for cell in row["cells"]]
    return {
        "caption": known.service.name,
        "kommune": found.book.member.name,
        "headings": headings,
        "sections": sections,
        "notes": notes.items,
        "has_break": any(cell["is_break"] for cell in (*headings, *cells)),
        "legend": _legend(found, known),
        "has_manual": any(
            fact.value is not None and known.indicator(fact.indicator).formula.manual
            for fact in _shown(found, known)
        ),
        "source": _source_line(found, known),
    }


@dataclass
class Footnotes:
    """
    Letters for the notes under a table, one per text, in the order of use.

    Each use is a place of its own, with an id that no other has: a note that stands at
    nine figures leads back to all nine. A page with several such tables names them.
    """

    known: Catalogue
    table: str = ""
    items: list[dict[str, Any]] = field(default_factory=list)

    def refer(self, note: str, *place: object) -> dict[str, str]:
        """Refer to a note from a place; the letter to print there, and its ids."""
        prefix = f"{self.table}-" if self.table else ""
        item = next((item for item in self.items if item["text"] == note), None)
        if item is None:
            name = letter(len(self.items))
            target = f"note-{prefix}{name}"
            item = {"letter": name, "id": target, "text": note, "places": []}
            self.items.append(item)
        name, places = item["letter"], item["places"]
        own = f"ref-{prefix}{name}-{len(places) + 1}"
        where = ", ".join(str(part) for part in place)
        back = text.phrase("note_back", {"place": where}, self.known)
        places.append({"id": own, "back": back})
        return {"letter": name, "id": own, "target": item["id"]}


def _heading(
    found: Findings, known: Catalogue, year: int, notes: Footnotes
) -> dict[str, Any]:
    """The head of a year's column, with the breaks that concern the whole of it."""
    page_wide = (entry.id for entry in found.book.page_wide_forbehold(known))
    breaks = [entry for entry in known.breaks(page_wide) if year in entry.years]
    is_joint = _is_joint(found, year, breaks)
    return {
        "year": year,
        "is_break": is_joint,
        "notes": [notes.refer(entry.text, year) for entry in breaks if is_joint],
    }


def _row(
    found: Findings,
    known: Catalogue,
    indicator: Indicator,
    notes: Footnotes,
) -> dict[str, Any]:
    words = known.phrases.words
    latest = found.book.fact(indicator.id)
    name_notes = []
    if indicator.reported_from and found.book.run.year < indicator.reported_from:
        note = text.phrase(
            "reported_from", {"from_year": indicator.reported_from}, known
        )
        name_notes.append(notes.refer(note, indicator.short_name))
    return {
        "indicator": indicator.id,
        "fact": latest.id,
        "name": language.bind(indicator.name),
        "is_plain": latest.mean_rule == "plain",
        "notes": name_notes,
        "unit": words[f"unit_label_{indicator.unit}"],
        "decimals": indicator.decimals,
        "cells": [
            _cell(found, known, fact, notes)
            for fact in found.book.history(indicator.id)
            if fact.year in found.book.years
        ],
        "mean": _network_cell(found, known, latest, notes),
        "lowest": _extreme(
            found, known, indicator, latest.lowest_kommune, notes, "table_lowest"
        ),
        "highest": _extreme(
            found, known, indicator, latest.highest_kommune, notes, "table_highest"
        ),
        "rank": None
        if latest.rank is None
        else f"{latest.rank} {words['rank_of']} {latest.n}",
        "rank_mark": mark(latest.distance_basis, words),
    }


def _cell(
    found: Findings, known: Catalogue, fact: Fact, notes: Footnotes
) -> dict[str, Any]:
    """One year of a row: the figure or its sign, and what must be known of it."""
    breaks = known.breaks(fact.forbehold)
    is_joint = _is_joint(found, fact.year, breaks)
    told = [
        entry
        for entry in known.forbehold_by_id(fact.forbehold)
        if not entry.is_page_wide
        and (
            entry.kommuner != EVERY
            or known.kinds[entry.kind].value == "omitted"
            or (is_joint and entry in breaks)
        )
    ]
    name = known.indicator(fact.indicator).short_name
    texts = [entry.text for entry in told]
    by_hand = known.indicator(fact.indicator).formula.manual
    if by_hand and (by_hand, fact.kommune, fact.year) not in known.manual and not texts:
        texts.append(known.phrases.words["notes_not_collected"])
    return {
        "fact": fact.id,
        "is_break": is_joint,
        "is_latest": fact.year == found.book.run.year,
        "text": text.bare(fact.value, fact.decimals) or fact.status,
        "mark": fact.value is not None and mark(fact.basis, known.phrases.words),
        "notes": [notes.refer(note, name, fact.year) for note in texts],
    }


def _is_joint(found: Findings, year: int, breaks: Sequence[Forbehold]) -> bool:
    """Whether figures on both sides of a break stand beside each other in the table."""
    return bool(breaks) and year > found.book.years[0]


def _network_cell(
    found: Findings, known: Catalogue, fact: Fact, notes: Footnotes
) -> dict[str, Any]:
    """The network's mean, with what must be known of whose figures are in it."""
    words = known.phrases.words
    told = []
    if fact.network_mean is None:
        told += [
            entry.text
            for entry in known.forbehold_by_id(fact.forbehold)
            if known.kinds[entry.kind].mean == "void"
        ]
    told += [
        text.sentence(statement, known).text
        for statement in found.statements
        if statement.rule == "mean_without" and fact.id in statement.facts
    ]
    doubtful = tuple(
        f"{known.network.member(peer.kommune).name} ({entry.label})"
        for peer in found.book.peers(fact.indicator)
        if peer.rank is not None
        for entry in _own_forbehold(known, peer)
        if known.kinds[entry.kind].summary == "left_out"
    )
    if doubtful:
        told.append(text.phrase("mean_includes", {"kommuner": doubtful}, known))
    has_mean = fact.network_mean is not None
    place = known.indicator(fact.indicator).short_name, words["table_mean"]
    return {
        "text": text.bare(fact.network_mean, fact.decimals) or "–",
        "mark": has_mean and mark(fact.mean_basis, words),
        "notes": [notes.refer(note, *place) for note in told],
    }


def _extreme(
    found: Findings,
    known: Catalogue,
    indicator: Indicator,
    kommuner: Sequence[str],
    notes: Footnotes,
    column: str,
) -> dict[str, Any]:
    """Lowest or highest: whose it is, with what must be known of that figure."""
    holders = [found.book.fact(indicator.id, kommune=kommune) for kommune in kommuner]
    if not holders:
        return {"text": "–", "mark": "", "kommuner": "", "notes": []}
    names = [known.network.member(kommune).name for kommune in kommuner]
    words = known.phrases.words
    return {
        "text": text.bare(holders[0].value, indicator.decimals),
        "mark": mark(weakest(holder.basis for holder in holders), words),
        "kommuner": ", ".join(names),
        "notes": [
            notes.refer(entry.text, indicator.short_name, words[column])
            for holder in holders
            for entry in _own_forbehold(known, holder)
        ],
    }


def _own_forbehold(known: Catalogue, fact: Fact) -> list[Forbehold]:
    """Forbehold on this one figure: not those of the whole page, or of everybody's."""
    return [
        entry
        for entry in known.forbehold_by_id(fact.forbehold)
        if not entry.is_page_wide and entry.kommuner != EVERY
    ]


def _legend(found: Findings, known: Catalogue) -> list[Mapping[str, str]]:
    """Only the marks and signs that the table really shows."""
    words = known.phrases.words
    shown = _shown(found, known)
    rules = {fact.mean_rule for fact in found.book.reported}
    entries: dict[str, str] = {}
    if "plain" in rules:
        key = "notes_plain" if "weighted" in rules else "notes_all_plain"
        entries[words["plain_mark"]] = words[key]
    bases = {fact.basis for fact in shown if fact.value is not None}
    bases |= {f.mean_basis for f in found.book.reported if f.network_mean is not None}
    entries |= legend((fact.status for fact in shown), words, bases=bases)
    return [{"mark": sign, "text": about} for sign, about in entries.items()]


def _shown(found: Findings, known: Catalogue) -> list[Fact]:
    """The kommune's facts of the years in the table, which may be of several tables."""
    return [
        fact
        for indicator in known.service.indicators
        for fact in found.book.history(indicator.id)
        if fact.year in found.book.years
    ]


def _source_line(found: Findings, known: Catalogue) -> str:
    used = {table for fact in _shown(found, known) for table in fact.tables}
    tables = sorted(used & known.service.table.keys())
    return text.phrase("source_line", {"tables": tuple(tables)}, known)

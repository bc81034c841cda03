"""
Tabell 1 of «ASSS samlet» read back: by its printed rows and columns alone.

Which fact must stand in a cell is decided by what is printed at the head of its row and
of its column. What the cell says of itself for machines is one more thing that must be
right. Imports ``expectation``, ``markup`` and below.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, TypeAlias

from asss.analysis.facts import HOUSEKEEPING
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.parameters import EVERY
from asss.formats.readback.expectation import SHADES, SIGNS, marked, spaced, written
from asss.formats.readback.expectation import shade as shade_of
from asss.formats.readback.markup import Element, letters, links, places, text

__all__ = ["read"]

Fact: TypeAlias = Mapping[str, Any]


def read(root: Element, facts: Mapping[str, Any], known: Catalogue) -> list[str]:
    """What is wrong with the table of all members, each cell with its place."""
    found = _Matrix(root, facts, known).faults()
    return [f"rapport.html: Tabell 1{fault}" for fault in dict.fromkeys(found)]


class _Matrix:
    """The table, and the facts that it must show."""

    def __init__(
        self, root: Element, facts: Mapping[str, Any], known: Catalogue
    ) -> None:
        self._root, self._known, self._words = root, known, known.phrases.words
        self._year = int(facts["run"]["year"])
        self._facts: dict[tuple[str, str], Fact] = {
            (fact["indicator"], fact["kommune"]): fact
            for fact in facts["facts"]
            if fact["year"] == self._year
        }
        having = {kommune for _, kommune in self._facts}
        self._members = {
            member.name: member.id
            for member in known.network.members
            if member.id in having
        }
        self._caveats = {entry["id"]: entry for entry in facts["forbehold"]}
        self._ids = places(root)

    def faults(self) -> Iterator[str]:
        """Every fault, with its row and column."""
        caption = self._ids.get("tabell-1")
        table = None if caption is None else caption.getparent()
        if caption is None or table is None or table.tag != "table":
            yield ": is missing"
            return
        told = self._known.phrases.phrases["network_caption"].sentence
        wanted = f"{self._words['table']} 1. {told.format(year=self._year)}"
        if text(caption) != spaced(wanted):
            yield f": its caption is «{text(caption)}», and should be «{wanted}»"
        heads = [text(cell) for cell in table.iterfind("thead/tr/th")]
        columns = [*self._members, self._words["table_mean"]]
        if heads != [self._words["table_indicator"], *columns]:
            yield f": its columns are {heads[1:]}, and should be {columns}"
            return
        rows = list(table.iterfind("tbody/tr"))
        signs: set[str] = set()
        for row, one in zip_longest(rows, self._rows()):
            if row is None or one is None:
                yield f": has {len(rows)} rows, and should have {len(self._rows())}"
                return
            said = text(row[0])
            if isinstance(one, str):
                if said != spaced(one) or len(row) > 1:
                    yield f": «{said}» should be the part «{one}»"
                continue
            yield from self._row(row, one, heads[1:], signs)
        yield from self._legend(table, signs)

    def _rows(self) -> list[Indicator | str]:
        """Each part by its name, and the indicators in it."""
        service = self._known.service
        rows: list[Indicator | str] = []
        for section in service.sections:
            held = [one for one in service.indicators if one.section == section.id]
            rows += [section.name, *held] if held else []
        return rows

    def _row(
        self, row: Element, one: Indicator, heads: list[str], signs: set[str]
    ) -> Iterator[str]:
        head, *cells = row
        unit = self._words[f"unit_label_{one.unit}"]
        if text(head) != spaced(f"{one.short_name} {unit}"):
            yield f": «{text(head)}» should be «{one.short_name} {unit}»"
        leads = [href for href in links(head) if not href.startswith("#note-")]
        section = self._ids.get(leads[0][1:] if leads else "")
        if section is None or section.get("aria-label") != one.short_name:
            yield f", {one.short_name}: leads to {leads}, where it is not told of"
        if len(cells) != len(heads):
            yield f", {one.short_name}: has {len(cells)} cells"
            return
        any_fact = next(f for (name, _), f in self._facts.items() if name == one.id)
        yield from self._noted(f", {one.short_name}", head, self._told(any_fact, True))
        for cell, name in zip(cells, heads, strict=True):
            place = f", {one.short_name}, {name}"
            kommune = self._members.get(name)
            # Of the mean, anybody's fact tells.
            fact = self._facts[one.id, kommune] if kommune else any_fact
            should, shade = self._value(fact) if kommune else self._mean(fact), 0
            if text(cell) != spaced(should):
                yield f"{place}: is «{text(cell)}», and should be «{should}»"
            signs |= {*re.findall(r"[^\d\s,.−–]|^[.:]+$", should)}
            if kommune:
                shade = shade_of(fact)
                if cell.get("data-fact") != fact["id"] or cell.get("data-field"):
                    yield f"{place}: says of itself that it is {cell.get('data-fact')}"
                yield from self._noted(place, cell, self._told(fact, False))
            elif cell.get("data-field") != "network_mean" or not str(
                cell.get("data-fact")
            ).endswith(f"-{self._year}-{one.id}"):
                yield f"{place}: says of itself that it is {cell.get('data-fact')}"
            shades = re.findall(r"shade-(\d)", cell.get("class", ""))
            if shades != ([str(shade)] if kommune else []):
                yield f"{place}: has the shade {shades}, and should have {shade}"

    def _value(self, fact: Fact) -> str:
        if fact["value"] is None:
            return str(fact["status"])
        number = written(fact["value"], fact["decimals"])
        return number + marked(self._words, fact["basis"])

    def _mean(self, fact: Fact) -> str:
        if fact["network_mean"] is None:
            return "–"
        number = written(fact["network_mean"], fact["decimals"])
        plain = (
            self._words["plain_mark"] if fact["mean_rule"].startswith("plain") else ""
        )
        return number + plain + marked(self._words, fact["mean_basis"])

    def _told(self, fact: Fact, of_all: bool) -> list[str]:
        """What must be noted at a figure, or at all of a row."""
        entries = [self._caveats[name] for name in fact["forbehold"]]
        return [
            entry["text"]
            for entry in entries
            if entry["kind"] not in HOUSEKEEPING
            and entry["indicators"] != EVERY
            and (entry["kommuner"] == EVERY) == of_all
        ]

    def _noted(self, place: str, cell: Element, wanted: list[str]) -> Iterator[str]:
        """Each forbehold in a note that the cell leads to, and no other note."""
        notes = [
            text(self._ids[name]) if name in self._ids else "" for name in letters(cell)
        ]
        left = list(notes)
        names = "|".join(map(re.escape, self._members))
        for told in wanted:
            # Of several members the same is said once, of all of them by name.
            parts = [part for part in re.split(rf"\b(?:{names})\b", told) if part]
            parts += re.findall(rf"\b(?:{names})\b", told)
            of = [note for note in left if all(spaced(p) in note for p in parts)]
            if not of:
                yield f"{place}: is not noted «{told}»"
            left = [note for note in left if note not in of]
        for note in left:
            yield f"{place}: is noted «{note[:80]}»"
        for link in cell.iter("a"):
            target = link.get("href", "")[1:]
            is_right = (
                text(self._ids[target]).startswith(text(link) + " ")
                if (target in self._ids and target.startswith("note-"))
                else not target.startswith("note-")
            )
            if not is_right:
                yield f"{place}: the letter {text(link)} leads to {target}"

    def _legend(self, table: Element, signs: set[str]) -> Iterator[str]:
        """Each sign that is shown is explained, rightly."""
        words = self._words
        under = table.getparent().getnext()
        lines = [text(line) for line in under.iter("li")] if under is not None else []
        meanings = {
            words["plain_mark"]: words["network_plain"],
            words["reconstructed_mark"]: words["notes_reconstructed"],
            words["preliminary_mark"]: words["notes_preliminary"],
        }
        spans = under.iterfind("ul/li/span") if under is not None else ()
        samples = [part.get("class", "") for part in spans]
        wanted = [f"shade shade-{n}" for n in range(1, len(SHADES) + 2)]
        if spaced(words["network_shades"]) not in lines or samples != wanted:
            yield ": what the shades are is not told"
        for sign in sorted(signs & meanings.keys()):
            if spaced(f"{sign} {meanings[sign]}") not in lines:
                yield f": what {sign} is is not told as «{meanings[sign]}»"
        rows = {one.id for one in self._known.service.indicators}
        shown = {
            fact["status"]
            for (name, _), fact in self._facts.items()
            if name in rows and fact["value"] is None
        }
        for sign in sorted(shown - {""}):
            told = words[f"notes_sign_{SIGNS.get(sign, 'other')}"].format(sign=sign)
            if spaced(f"{sign} {told}") not in lines:
                yield f": what {sign} is is not told as «{told}»"

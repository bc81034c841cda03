"""
Tabell 1 of a report on one kommune read back: each line of it, by what is printed.

What must stand at the head of a row, under the head of a column and in every note is
worked out from facts.json, and no other may: a letter too many is as wrong as one that
is missing. The page is read here; the Word document is held against the same lines.
Imports ``expectation``, ``kommune`` and ``markup``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import zip_longest
from typing import Any, TypeAlias

from asss.analysis.facts import HOUSEKEEPING
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.parameters import EVERY
from asss.formats.readback.expectation import (
    SIGNS,
    is_alone,
    listed,
    marked,
    spaced,
    unavailable,
    written,
)
from asss.formats.readback.markup import Element, letters, places, text

__all__ = ["Cell", "Expected", "Line", "differ", "lines_differ", "read"]

Fact: TypeAlias = Mapping[str, Any]

#: Where a cell says which fact it shows, and which of its numbers.
Shows: TypeAlias = tuple[str | None, str | None]

NOTHING = "–"

ENDS = "lowest", "highest"

#: What draws a dashed line before a cell; what shows a column or leaves it out, in a
#: wide window, in a narrow one, or on paper; and that of columns which stand once more.
BREAK = "break"
AGAIN = {"again", "on-screen"}
PLACED = {"early", "latest", *AGAIN}


@dataclass(frozen=True)
class Cell:
    """What is printed, what it is noted with, and what it says that it shows.

    ``is_broken`` is whether a dashed line stands before it.
    """

    text: str
    notes: tuple[str, ...] = ()
    shows: Shows = (None, None)
    is_broken: bool = False


@dataclass(frozen=True)
class Line:
    """A row, by its head and by the heads of its columns; a part has its name alone."""

    head: Cell
    cells: Mapping[str, Cell] = field(default_factory=dict)


def read(root: Element, facts: Mapping[str, Any], known: Catalogue) -> list[str]:
    """What is wrong with Tabell 1 on a page, each cell with its place."""
    wanted = Expected(facts, known)
    ids = places(root)
    caption = ids.get("tabell-1")
    table = None if caption is None else caption.getparent()
    if caption is None or table is None or table.tag != "table":
        return ["rapport.html: Tabell 1: is missing"]
    under = table.getparent().getnext()
    found = [
        *_differ("its caption", text(caption), wanted.caption),
        *_heads(table, wanted, ids),
        *_lines(table, wanted, ids),
        *(_legend(under, wanted) if under is not None else [": has no legend"]),
    ]
    return [f"rapport.html: Tabell 1{fault}" for fault in dict.fromkeys(found)]


def lines_differ(read_: Sequence[Line], wanted: Sequence[Line]) -> Iterator[str]:
    """What stands in other rows and columns, or with other notes, than it should."""
    if len(read_) != len(wanted):
        yield f": has {len(read_)} rows, and should have {len(wanted)}"
    for one, should in zip_longest(read_, wanted):
        if (
            one is None
            or should is None
            or _squeezed(one.head) != _squeezed(should.head)
        ):
            told, right = (
                line.head.text if line else "nothing" for line in (one, should)
            )
            yield f": a row is «{told}», and should be «{right}»"
            return
        name = should.head.text
        yield from differ(name, one.head, should.head)
        if [*one.cells] != [*should.cells]:
            yield f", {name}: has cells under {[*one.cells]}"
            continue
        for head, cell in one.cells.items():
            place, right_ = f"{name}, {head}", should.cells[head]
            yield from differ(place, cell, right_)
            if cell.shows != right_.shows and cell.shows != (None, None):
                told = " ".join(filter(None, cell.shows))
                yield f", {place}: says of itself that it is {told}"


def _squeezed(cell: Cell) -> str:
    """A figure and the name under it have no space between them in the markup."""
    return re.sub(r"\s", "", cell.text)


def differ(place: str, cell: Cell, should: Cell) -> Iterator[str]:
    """A figure, each note that it leads to, and no other; and where a series breaks."""
    if _squeezed(cell) != _squeezed(should):
        yield f", {place}: is «{cell.text}», and should be «{should.text}»"
    if cell.is_broken is not should.is_broken:
        how = "has a break before it" if cell.is_broken else "lacks the break before it"
        yield f", {place}: {how}"
    left = list(cell.notes)
    for told in should.notes:
        of = [note for note in left if spaced(told) in note]
        if not of:
            yield f", {place}: is not noted «{spaced(told)}»"
        left = [note for note in left if note not in of[:1]]
    yield from (f", {place}: is noted «{note[:80]}»" for note in left)


# -- the page --------------------------------------------------------------------------


def _cell(tag: Element, ids: Mapping[str, Element]) -> Cell:
    notes = tuple(text(ids[one]) if one in ids else "" for one in letters(tag))
    shows = tag.get("data-fact"), tag.get("data-field")
    return Cell(text(tag), notes, shows, BREAK in tag.get("class", "").split())


def _heads(
    table: Element, wanted: "Expected", ids: Mapping[str, Element]
) -> Iterator[str]:
    """Whose the columns are, of when, and where they are shown."""
    above = table.findall("thead//th[@scope='colgroup']")
    own, network = wanted.kommune, wanted.network
    # On a phone the earlier years stand last: they are written in both places.
    should = [own, own, network, own] if len(wanted.years) > 1 else [own, network]
    yield from _differ("over its columns", [*map(text, above)], should)
    shown = [{"early"}, {"latest", *AGAIN}, set(), AGAIN]
    shown = shown if len(wanted.years) > 1 else [set(), set()]
    yield from _differ("where its columns are shown", [*map(_shown, above)], shown)
    heads = table.findall("thead//th[@scope='col']")[1:]
    for tag, (year, later) in zip(heads, wanted.columns(), strict=False):
        should_be = _shown_of(year, later, wanted.years)
        yield from _differ(f"where {text(tag)} is shown", _shown(tag), should_be)
        if year is not None:
            notes = wanted.year_notes(year)
            is_broken = later is not None and bool(wanted.year_notes(later))
            should_say = Cell(str(year), notes, is_broken=is_broken)
            yield from differ(str(year), _cell(tag, ids), should_say)


def _shown(tag: Element) -> set[str]:
    """Where a cell is shown, and where it is left out."""
    return PLACED & {*tag.get("class", "").split()}


def _shown_of(year: int | None, later: int | None, years: Sequence[int]) -> set[str]:
    """Where a column must be: a year but the last is in one place or the other."""
    if year is None:
        return set()
    if year == years[-1]:
        return {"latest"}
    return {"early"} if year == later else AGAIN


def _lines(
    table: Element, wanted: "Expected", ids: Mapping[str, Element]
) -> Iterator[str]:
    heads = [text(tag) for tag in table.iterfind("thead//th[@scope='col']")]
    years = [str(year) for year in wanted.years]
    yield from _differ("its columns", heads, [*wanted.heads, *years[-2::-1]])
    read_, again, count = [], [], len(wanted.heads) - 1
    shown = [_shown_of(year, later, wanted.years) for year, later in wanted.columns()]
    for row in table.iterfind("tbody/tr"):
        first, *rest = (_cell(tag, ids) for tag in row)
        read_.append(Line(first, dict(zip(heads[1:], rest[:count], strict=False))))
        if rest:
            earlier = zip(heads[1 + count :], rest[count:], strict=False)
            again.append((first, dict(earlier)))
            places = [_shown(tag) for tag in row][1:]
            yield from _differ(f"where {first.text} is shown", places, shown)
    lines = wanted.lines()
    yield from lines_differ(read_, lines)
    for (head, cells), line in zip(
        again, (one for one in lines if one.cells), strict=False
    ):
        # The line is between two years, and here the later one stands before it.
        of_years = {
            year: replace(line.cells[year], is_broken=line.cells[later].is_broken)
            for year, later in zip(years[-2::-1], years[:0:-1], strict=True)
        }
        yield from lines_differ([Line(head, cells)], [Line(line.head, of_years)])


def _legend(under: Element, wanted: "Expected") -> Iterator[str]:
    """What the signs in the table mean, and no others; and where figures are from."""
    told = [text(line) for part in under.iterfind("ul") for line in part.iterfind("li")]
    yield from _differ("its legend", told, [*map(spaced, wanted.legend())])
    source = under.find("p")
    yield from _differ(
        "its source", "" if source is None else text(source), spaced(wanted.source())
    )


def _differ(what: str, is_: object, should: object) -> Iterator[str]:
    if is_ != should:
        yield f": {what}: is {is_}, and should be {should}"


# -- what must be there ----------------------------------------------------------------


class Expected:
    """What Tabell 1 must be, of what facts.json holds."""

    def __init__(self, facts: Mapping[str, Any], known: Catalogue) -> None:
        self._known, self.words = known, known.phrases.words
        self._year, self._whose = int(facts["run"]["year"]), facts["run"]["kommune"]
        self.kommune = spaced(str(facts["kommune"]))
        self._facts = {
            (fact["indicator"], fact["kommune"], fact["year"]): fact
            for fact in facts["facts"]
        }
        self._caveats = {entry["id"]: entry for entry in facts["forbehold"]}
        self._notes = (facts.get("table") or {}).get("notes", ())
        shown = int(known.phrases.thresholds.several_years.value)
        self.years = sorted({year for _, _, year in self._facts})[-shown:]
        self.network = spaced(f"{self.words['table_network']} {self._year}")
        ends = [self.words[f"table_{one}"] for one in ("mean", *ENDS, "rank")]
        self.heads = [self.words["table_indicator"], *map(str, self.years), *ends]
        name = known.service.name
        self.caption = spaced(f"{self.words['table']} 1. {name}. {self.kommune}")

    @cached_property
    def _rows(self) -> list[Indicator]:
        return [one for _, row in self._parts for one in row]

    @property
    def _parts(self) -> Iterator[tuple[str, list[Indicator]]]:
        service = self._known.service
        for section in service.sections:
            held = [one for one in service.indicators if one.section == section.id]
            if held:
                yield section.name, held

    def columns(self) -> list[tuple[int | None, int | None]]:
        """The year of each column, and before which a break would stand there."""
        own = [(year, year) for year in self.years]
        nobody = [(None, None)] * (len(self.heads) - 1 - len(own))
        again = zip(self.years[-2::-1], self.years[:0:-1], strict=True)
        return [*own, *nobody, *again]

    def lines(self) -> list[Line]:
        """Each part by its name, and the rows in it."""
        found = []
        for name, held in self._parts:
            found += [Line(Cell(spaced(name))), *map(self._line, held)]
        return found

    def _own(self, indicator: str, year: int) -> Fact | None:
        return self._facts.get((indicator, self._whose, year))

    def _years(self, indicator: str) -> list[Fact]:
        found = (self._own(indicator, year) for year in self.years)
        return [fact for fact in found if fact]

    def _line(self, one: Indicator) -> Line:
        words, known = self.words, self._known
        last = self._facts[one.id, self._whose, self._year]
        mean_notes = tuple(self._mean_notes(last))
        cells = {}
        for fact in self._years(one.id):
            number = _number(fact["value"], fact, words, fact["basis"])
            told = number or str(fact["status"])
            notes = tuple(self._own_notes(fact))
            shows = fact["id"], None
            is_broken = fact["year"] != self.years[0] and self._is_reserved(fact)
            cells[str(fact["year"])] = Cell(told, notes, shows, is_broken)
        beside = {
            *mean_notes,
            *(note for cell in cells.values() for note in cell.notes),
        }
        mean = _number(last["network_mean"], last, words, last["mean_basis"])
        cells[words["table_mean"]] = Cell(
            mean or NOTHING, mean_notes, (last["id"], "network_mean")
        )
        for end in ENDS:
            holders = [
                self._facts[one.id, who, self._year] for who in last[f"{end}_kommune"]
            ]
            names = [known.network.member(h["kommune"]).name for h in holders]
            bases = [holder["basis"] for holder in holders]
            of = holders[0] if holders else last
            told = _number(last[end], of, words, *bases) + ", ".join(names)
            notes = tuple(e["text"] for h in holders for e in self._single(h))
            cells[words[f"table_{end}"]] = Cell(
                told or NOTHING, notes, (last["id"], end)
            )
        place = f"{last['rank']} {words['rank_of']} {last['n']}"
        place += marked(words, last["basis"], last["mean_basis"])
        cells[words["table_rank"]] = Cell(
            NOTHING if last["rank"] is None else place, (), (last["id"], "rank")
        )
        head = f"{one.name}{self._how(last)} {words[f'unit_label_{one.unit}']}"
        notes = tuple(self._row_notes(one, last, beside))
        return Line(Cell(spaced(head), notes), cells)

    def _how(self, last: Fact) -> str:
        """The signs of a plain mean, and of one of all where others are of some."""
        rule = last["mean_rule"]
        plain = self.words["plain_mark"] if rule.startswith("plain") else ""
        is_of_all = self._has_others and not rule.endswith("_of_others")
        return plain + (self.words["of_all_mark"] if is_of_all else "")

    @property
    def _has_others(self) -> bool:
        """Whether any mean in the report is of all but the kommune."""
        return any(
            fact["mean_rule"].endswith("_of_others")
            for (_, _, year), fact in self._facts.items()
            if year == self._year
        )

    def broken(self) -> list[int]:
        """The years that a series is broken before, in their order."""
        lines = self.lines()
        return [
            year
            for year in self.years
            if self.year_notes(year)
            or any(line.cells[str(year)].is_broken for line in lines if line.cells)
        ]

    def lettered(self) -> list[str]:
        """Each note behind its letter, as facts.json has them."""
        return [f"{one['letter']} {one['text']}" for one in self._notes]

    # -- notes -------------------------------------------------------------------------

    def _on(self, fact: Fact) -> list[Mapping[str, Any]]:
        """The caveats on a figure that are not on every figure of its year."""
        names = [
            self._caveats[name] for name in self._caveats if name in fact["forbehold"]
        ]
        return [entry for entry in names if entry["indicators"] != EVERY]

    def _single(self, fact: Fact) -> list[Mapping[str, Any]]:
        """Those on this one figure."""
        return [entry for entry in self._on(fact) if entry["kommuner"] != EVERY]

    def _kind(self, entry: Mapping[str, Any]) -> Any:
        return self._known.kinds[entry["kind"]]

    def _is_reserved(self, fact: Fact) -> bool:
        """Whether a figure is not to be set against that of the year before."""
        on = (self._caveats[name] for name in fact["forbehold"])
        return any(self._kind(entry).change == "reserved" for entry in on)

    def year_notes(self, year: int) -> tuple[str, ...]:
        """The breaks that lie between a whole column and the one before it."""
        if year == self.years[0]:
            return ()
        on = {
            name
            for one in self._known.service.figures
            for fact in self._years(one.id)
            for name in fact["forbehold"]
        }
        return tuple(
            entry["text"]
            for name, entry in self._caveats.items()
            if name in on
            and entry["indicators"] == EVERY
            and entry["kind"] not in HOUSEKEEPING
            and year in entry["years"]
            and self._kind(entry).change == "reserved"
        )

    def _own_notes(self, fact: Fact) -> list[str]:
        """What must be known of one year of a row."""
        is_first = fact["year"] == self.years[0]
        notes = [
            entry["text"]
            for entry in self._on(fact)
            if entry["kommuner"] != EVERY
            or self._kind(entry).value == "omitted"
            or (self._kind(entry).change == "reserved" and not is_first)
        ]
        by_hand = self._known.indicator(fact["indicator"]).formula.manual
        key = by_hand, fact["kommune"], fact["year"]
        if by_hand and key not in self._known.manual and not notes:
            return [self.words["notes_not_collected"]]
        return notes

    def _mean_notes(self, last: Fact) -> Iterator[str]:
        """What must be known of the mean, and of whose figures are in it."""
        known, phrases = self._known, self._known.phrases.phrases
        has_mean = last["network_mean"] is not None
        for entry in self._on(last):
            if not has_mean and self._kind(entry).mean == "void":
                yield entry["text"]
        peers = [
            fact
            for (name, _, year), fact in self._facts.items()
            if (name, year) == (last["indicator"], self._year)
            and (fact is not last or not last["mean_rule"].endswith("_of_others"))
        ]
        absent = [fact for fact in peers if fact["rank"] is None]
        if absent and has_mean:
            names = [known.network.member(fact["kommune"]).name for fact in absent]
            reasons = [reason for fact in absent for reason in self._why(fact)]
            yield phrases["mean_without"].sentence.format(
                subject=known.indicator(last["indicator"]).mention,
                kommuner=listed(names, self.words),
                reason=listed(reasons, self.words),
            )
        labels = [
            str(entry["label"])
            for fact in peers
            if fact["rank"] is not None
            for entry in self._single(fact)
            if self._kind(entry).told == "with_finding"
        ]
        if labels:
            told = " ".join(f"{label[0].upper()}{label[1:]}." for label in labels)
            yield phrases["mean_includes"].sentence.format(reasons=told)

    def _why(self, fact: Fact) -> list[str]:
        """Why a figure is not there, or not in the mean."""
        labels = [
            str(entry["label"])
            for name, entry in self._caveats.items()
            if name in fact["forbehold"] and self._kind(entry).distance == "withheld"
        ]
        if not labels and is_alone(fact):
            return [self.words["no_others"]]
        return labels or [unavailable(fact, self.words)]

    def _row_notes(self, one: Indicator, last: Fact, beside: set[str]) -> Iterator[str]:
        """What is everybody's, and at none of the numbers."""
        since = one.reported_from
        if since and last["year"] < since:
            phrase = self._known.phrases.phrases["reported_from"].sentence
            yield phrase.format(from_year=since)
        on = {name for fact in self._years(one.id) for name in fact["forbehold"]}
        for name, entry in self._caveats.items():
            if (
                name in on
                and entry["indicators"] != EVERY
                and entry["kommuner"] == EVERY
                and entry["kind"] not in HOUSEKEEPING
                and entry["text"] not in beside
                and self._known.is_told_beside_text(
                    entry["kind"], entry["years"], self._year
                )
            ):
                yield entry["text"]

    # -- under the table ---------------------------------------------------------------

    def legend(self) -> Iterator[str]:
        """What is shown, and no more."""
        words = self.words
        facts = [fact for one in self._rows for fact in self._years(one.id)]
        last = [fact for fact in facts if fact["year"] == self._year]
        rules = {fact["mean_rule"].partition("_")[0] for fact in last}
        if "plain" in rules:
            key = "notes_plain" if "weighted" in rules else "notes_all_plain"
            yield f"{words['plain_mark']} {words[key]}"
        if self._has_others and not self._known.supposed:
            yield f"{words['table_mean']} {words['notes_of_others']}"
        if self._has_others and any(
            not fact["mean_rule"].endswith("_of_others") for fact in last
        ):
            yield f"{words['of_all_mark']} {words['notes_of_all']}"
        bases = {fact["basis"] for fact in facts if fact["value"] is not None}
        bases |= {f["mean_basis"] for f in last if f["network_mean"] is not None}
        for basis in ("reconstructed", "preliminary"):
            if basis in bases:
                yield f"{words[f'{basis}_mark']} {words[f'notes_{basis}']}"
        signs = {fact["status"] for fact in facts} - {""}
        for sign in (*(s for s in SIGNS if s), *sorted(signs - SIGNS.keys())):
            if sign in signs:
                told = words[f"notes_sign_{SIGNS.get(sign, 'other')}"]
                yield f"{sign} {told.format(sign=sign)}"
        reserved = [
            fact
            for fact in facts
            if fact["year"] != self.years[0] and self._is_reserved(fact)
        ]
        if reserved or any(map(self.year_notes, self.years)):
            yield words["notes_break"]
        yield words["notes_rank"]
        by_hand = {one.id for one in self._known.service.by_hand.values()}
        if any(f["value"] is not None and f["indicator"] in by_hand for f in facts):
            yield words["notes_manual"]

    def source(self) -> str:
        """The tables of SSB that the figures are from."""
        used = {
            table
            for one in self._rows
            for fact in self._years(one.id)
            for table in fact["tables"]
        }
        numbers = sorted(used & self._known.service.table.keys())
        phrase = self._known.phrases.phrases["source_line"].sentence
        return phrase.format(tables=listed(numbers, self.words))


def _number(
    value: float | None, of: Fact, words: Mapping[str, str], *bases: str
) -> str:
    """A figure with its mark; empty where there is none."""
    if value is None:
        return ""
    return written(value, of["decimals"]) + marked(words, *bases)

"""
The arithmetic of a report by a second hand: from SSB's answers to index and rank.

Everything a fact says is worked out once more, in fractions and from what lies on disk,
and held against it. Nothing of ``asss.analysis`` is asked, nor what reads answers and
parameters there: a slip in it would pass a check that is made of it. A what-if is
worked out as what it says that it supposes. Imports ``answers``.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from statistics import NormalDist
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from asss.formats.readback.answers import (
    Entry,
    Snapshot,
    covers,
    figures_by_hand,
    given_for_need,
    read_yaml,
)
from asss.formats.readback.correction import decomposed, differences

__all__ = ["false_figures", "prepare"]

#: Service areas and years whose figures are kept: those of reports that are made one
#: after another.
HANDS = 4

#: Who is in the network, and what is to be known beside figures, of all service areas
#: and of each; what a service area has.
NETWORK, FORBEHOLD = "nettverk.yaml", "forbehold.yaml"
INDICATORS, BY_HAND = "indikatorer.yaml", "manuelle"

#: The report that is on all of them.
NETWORK_ID = "asss"

#: Indicator, kommune and data year.
Key: TypeAlias = tuple[str, str, int]

#: An amount; none where there is none.
Amount: TypeAlias = int | Fraction | None

#: A cell: its table, and what it is asked for by, in whatever order.
Address: TypeAlias = tuple[str, frozenset[str]]

#: What an amount rests on, best first.
BASES = ("real", "published", "preliminary", "reconstructed")

#: What is withheld of a change, the strictest first.
WITHHELD = ("withheld", "reserved", "doubted")

#: What the figures of a year may be, the least final first.
FINALITY = ("", "forelopige", "endelige")

#: SSB publishes at a time of day in Oslo, and writes it in UTC.
OSLO = ZoneInfo("Europe/Oslo")

#: How far a number may be from ours: it was made of binary fractions. That of a limit
#: which no formula gives is found by trying.
NEAR, TRIED = 1e-9, 1e-6

#: Where a formula has its terms, and all that it may say; a measure in a term.
PARTS = ("numerator", "denominator", "ready", "manual")
FORMULA = {*PARTS, "factor", "years", "from_year", "to_year", "example"}
MEASURE = re.compile(r"[a-z]\w*")

#: True is none of them.
NUMBERS = (int, float, Fraction)


class Figure(NamedTuple):
    """A measure of a kommune and year, or a sign; and every cell it was read from."""

    value: Amount
    sign: str
    basis: str = "real"
    cells: tuple[Address, ...] = ()
    counts: tuple[int, int] | None = None


MISSING, IMPOSSIBLE = Figure(None, ".."), Figure(None, ".")


@dataclass(frozen=True)
class Row:
    """An indicator of a kommune and year, and what its caveats do to it."""

    key: Key
    value: Amount
    sign: str
    above: Amount
    below: Amount
    factor: int | None
    basis: str
    cells: tuple[Address, ...]
    caveats: tuple[str, ...]
    counts: bool
    has_distance: bool
    is_usable: bool
    change: str

    @property
    def tables(self) -> list[str]:
        return list(dict.fromkeys(table for table, _ in self.cells))


class Group:
    """Everybody's figures of an indicator and year that are held against each other."""

    def __init__(
        self,
        counted: Sequence[Row],
        behind: Sequence[Row],
        rule: str,
        *,
        is_without: bool,
    ) -> None:
        self._behind, self.rule, self.is_without = behind, rule, is_without
        # For whom nobody makes a mean, has no place.
        self._values = {
            row.key[1]: row.value
            for row in counted
            if self.behind(row.key[1]) and row.value is not None
        }
        values = sorted(self._values.values(), reverse=True)
        self.n = len(values)
        self.place = {who: 1 + values.index(v) for who, v in self._values.items()}
        self.lowest = self._outer(values[-1:])
        self.highest = self._outer(values[:1])

    def behind(self, kommune: str) -> Sequence[Row]:
        """Whose figures make the mean that a kommune is held against."""
        if not self.is_without:
            return self._behind
        return [row for row in self._behind if row.key[1] != kommune]

    @property
    def name(self) -> str:
        """What a fact calls the rule."""
        return f"{self.rule}_of_others" if self.is_without else self.rule

    def _outer(self, values: Sequence[int | Fraction]) -> tuple[Amount, list[str]]:
        """A value at an end, and whose it is."""
        if not values:
            return None, []
        return values[0], [who for who, v in self._values.items() if v == values[0]]


def false_figures(
    facts: Mapping[str, Any], parameters: Path, snapshot: Path, confidence: float
) -> list[str]:
    """
    What in facts is another number than the answers on disk give.

    Parameters
    ----------
    facts : mapping
        What facts.json holds, of a report or of a what-if.
    parameters, snapshot : Path
        The folders.
    confidence : float
        The level of intervals, in percent.

    Returns
    -------
    problems : list of str
        Each with indicator, kommune, year, both values, and the table; wrong values
        first, for whose sake others are wrong.
    """
    try:
        about = facts["service"], int(facts["run"]["year"]), facts.get("what_if")
        hand = _Hand(*about, parameters, snapshot, confidence)
        # A page on the network is on nobody who could be left out of its mean.
        hand.is_on_all = facts["run"]["kommune"] == NETWORK_ID
        hand = _at_hand(hand)
        problems = [
            *hand.false_facts(facts),
            *hand.false_others(facts["others"], facts["run"]["kommune"]),
            *hand.false_sources(facts),
            *hand.false_need(facts, parameters / facts["service"] / "behov.csv"),
        ]
    except (LookupError, TypeError, ValueError, OSError) as error:
        return [f"facts.json: cannot be worked out once more ({error!r})"]
    return sorted(problems, key=lambda one: ": value is " not in one)


def prepare(
    service: str, year: int, parameters: Path, snapshot: Path, confidence: float
) -> None:
    """Work out ahead all that the reports of a year have in common."""
    hand = _at_hand(_Hand(service, year, None, parameters, snapshot, confidence))
    for key in hand.expected(""):
        hand.fact(key)


def _at_hand(hand: "_Hand") -> "_Hand":
    """One that has worked out the very same, or this one, kept for the next."""
    for one in _kept:
        if one.given == hand.given:
            return one
    _kept.append(hand)
    del _kept[:-HANDS]
    return hand


def _caveats(parameters: Path, own: Path) -> Entry:
    """Their kinds, and those on any service area before its own, unless told."""
    common: Entry = read_yaml(parameters / FORBEHOLD)
    entries = [*common["forbehold"]]
    if (own / FORBEHOLD).is_file():
        entries += read_yaml(own / FORBEHOLD).get("forbehold", ())
    entries.sort(key=lambda entry: int(entry.get("order", 0)))
    return {"kinds": common["kinds"], "forbehold": entries}


class _Hand:
    """Works out what facts must be, each figure once."""

    def __init__(
        self,
        service: str,
        until: int,
        supposed: Entry | None,
        parameters: Path,
        snapshot: Path,
        confidence: float,
    ) -> None:
        self.until, self.alpha = until, 1 - confidence / 100
        self.supposed: Entry = supposed or {}
        self.snapshot = Snapshot(snapshot)
        self.answers = self.snapshot.answers
        own = parameters / service
        self.service = told = read_yaml(own / INDICATORS)
        self.indicators = {
            one["id"]: one for one in (*told["indicators"], *told.get("components", ()))
        }
        self.measures = {one["id"]: one for one in told["measures"]}
        self.tables = {one["id"]: one for one in told["tables"]}
        self.network = read_yaml(parameters / NETWORK)
        self.members = {
            one["id"]: one
            for one in self.network["members"]
            if (one.get("member_from") or 0) <= self.until
            and (not self.supposed or one["id"] in self._compared)
        }
        self.by_hand = figures_by_hand(own / BY_HAND)
        self.caveats = _caveats(parameters, own)
        self._figures: dict[Key, Figure] = {}
        self._rows: dict[Key, Row | None] = {}
        self._groups: dict[tuple[str, int], Group] = {}
        self._mean_changes: dict[Key, Amount] = {}
        self.is_on_all = False
        self._facts: dict[Key, dict[str, Any]] = {}
        self._limits: dict[tuple[Any, Any, str], tuple[float, float]] = {}

    @property
    def given(self) -> tuple[Any, ...]:
        """All that what is worked out follows from, as it lay on disk."""
        return (
            *(self.until, self.alpha, self.supposed, self.service, self.network),
            any(map(self.leaves_out, self.indicators)),
            *(self.caveats, self.by_hand, self.snapshot.sha256),
            {table: answer.digests for table, answer in self.answers.items()},
        )

    @property
    def _compared(self) -> set[str]:
        return {*self.supposed["members"], self.supposed["kommune"]}

    @cached_property
    def _touching(self) -> dict[tuple[str, str, int], list[int]]:
        """Which caveats touch which figures, by their places in the file."""
        found: dict[tuple[str, str, int], list[int]] = {}
        is_fetched = bool(self.snapshot.manifest["fetched"])
        for place, entry in enumerate(self.caveats["forbehold"]):
            if entry.get("figures") == "embedded" and is_fetched:
                continue
            for key in (
                (indicator, kommune, year)
                for indicator in _each(entry["indicators"])
                for kommune in _each(entry["kommuner"])
                for year in entry["years"]
            ):
                found.setdefault(key, []).append(place)
        return found

    # -- one figure --------------------------------------------------------------------

    @cached_property
    def years(self) -> list[int]:
        """The years in which every measure that is needed is there."""
        held: dict[str, set[int]] = {}
        for name in {n for one in self.indicators.values() for n in self._behind(one)}:
            held[name] = {
                self._year(series, period)
                for series in self.measures[name].get("series", ())
                if series["table"] in self.answers
                for period in self.answers[series["table"]].labels["Tid"]
                if covers(series, self._year(series, period))
            }
        return [
            year
            for year in sorted(set().union(*held.values()))
            if year <= self.until
            and all(
                year in years
                or not any(covers(s, year) for s in self.measures[name]["series"])
                for name, years in held.items()
            )
        ]

    def _year(self, series: Entry, period: str) -> int:
        return int(period) - int(self.tables[series["table"]].get("year_offset", 0))

    def _behind(self, indicator: Entry) -> set[str]:
        """The measures of an indicator that SSB has, sums as what they are sums of."""
        wholes = [self.measures[n] for n in _measures(indicator) if n in self.measures]
        names = {name for one in wholes for name in one.get("sum") or (one["id"],)}
        return names & self.measures.keys()

    def figure(self, name: str, kommune: str, year: int) -> Figure:
        """A measure; what was collected by hand stands before SSB's."""
        key = name, kommune, year
        if key not in self._figures:
            self._figures[key] = self._figure(name, kommune, year)
        return self._figures[key]

    def _figure(self, name: str, kommune: str, year: int) -> Figure:
        if row := self.by_hand.get((name, kommune, year)):
            address = f"manuelle/{row['file']}", frozenset((name, kommune, str(year)))
            counts = (row["numerator"], row["denominator"])
            return Figure(
                Fraction(row["value"]) if row["value"] else None,
                row["status"],
                row["basis"],
                (address,),
                (int(counts[0]), int(counts[1])) if all(counts) else None,
            )
        measure = self.measures.get(name, {})
        if parts := measure.get("sum"):
            return _together([self.figure(part, kommune, year) for part in parts])
        found = [one for one in measure.get("series", ()) if covers(one, year)]
        if not found or found[0]["table"] not in self.answers:
            return MISSING
        return self._read(found[0], self.members[kommune], year)

    def _read(self, series: Entry, member: Entry, year: int) -> Figure:
        """A measure of a member, out of the table that has it in a year."""
        number, about = series["table"], self.tables[series["table"]]
        answer = self.answers[number]
        period = year + about.get("year_offset", 0)
        numbers = member["kommunenummer"]
        region = next((n["number"] for n in numbers if covers(n, period)), "")
        if not _is_member(member, year):
            if not any(covers(n, year) for n in numbers):
                return IMPOSSIBLE
            if region not in answer.labels[about["region"]]:
                return MISSING
        dates = [merger["date"] for merger in member.get("mergers", ())]
        if any(year < int(day[:4]) <= period for day in dates):
            return MISSING
        codes = {about["region"]: region, "Tid": str(period)}
        codes |= series.get("selections", {})
        contents = series["contents"]
        asked = [
            {**codes, "ContentsCode": _contents(answer.labels["ContentsCode"], one)}
            for one in (contents if isinstance(contents, list) else [contents])
        ]
        for name, span in series.get("sum_of", {}).items():
            if codes[name] not in answer.labels[name]:
                ages = range(span["first"], span["last"] + 1)
                each = [f"{age:0{span['digits']}}" for age in ages]
                asked = [{**one, name: age} for one in asked for age in each]
        return _together([_as_figure(answer.cell(one), number, one) for one in asked])

    def row(self, key: Key) -> Row | None:
        """An indicator; none where it is nobody's, or of no year that is told of."""
        if key not in self._rows:
            is_told = key[1] in self.members and key[2] in self.years
            self._rows[key] = self._row(key) if is_told else None
        return self._rows[key]

    def _row(self, key: Key) -> Row:
        indicator, kommune, year = key
        formula = _formula_of(self.indicators[indicator], year)
        names, years = _named(formula), range(_first(formula, year), year + 1)
        # Before the first year there is nothing to ask.
        read = [
            self.figure(n, kommune, one) if one >= self.years[0] else MISSING
            for one in years
            for n in names
        ]
        whole = _together(read)
        value, sign, above, below = whole.value, whole.sign, None, None
        factor = formula.get("factor")
        if not sign and factor:
            held = [
                {n: self.figure(n, kommune, one).value or 0 for n in names}
                for one in years
            ]
            above, below = (
                sum(
                    _worked_out(term, of)
                    for of in held
                    for term in _each(formula[part])
                )
                for part in ("numerator", "denominator")
            )
            value, sign = (
                (Fraction(above * factor, below), "") if below else (None, ".")
            )
        elif not sign and read[0].counts:
            (above, below), factor = read[0].counts, 100
        own, before = self._on(key), self._on((indicator, kommune, year - 1))
        kinds = [self.caveats["kinds"][entry["kind"]] for entry in own]
        if value is not None and any(kind["value"] == "omitted" for kind in kinds):
            value, sign, above, below = None, "i.s.", None, None
        is_member = _is_member(self.members[kommune], year)
        return Row(
            *(key, value, sign, above, below, factor, whole.basis, whole.cells),
            caveats=tuple(entry["id"] for entry in own),
            counts=is_member and all(kind["mean"] != "left_out" for kind in kinds),
            has_distance=is_member and all(k["distance"] == "shown" for k in kinds),
            is_usable=all(kind["mean"] != "void" for kind in kinds),
            change=self._change_effect(own, before),
        )

    def _on(self, key: Key) -> list[Entry]:
        """The caveats on any year that a figure is of, in the order of their file."""
        indicator, kommune, year = key
        first = _first(_formula_of(self.indicators[indicator], year), year)
        found = [
            place
            for one in range(first, year + 1)
            for what in (indicator, "alle")
            for whose in (kommune, "alle")
            for place in self._touching.get((what, whose, one), ())
        ]
        return [self.caveats["forbehold"][place] for place in sorted({*found})]

    def _change_effect(self, own: Sequence[Entry], before: Sequence[Entry]) -> str:
        """The strictest of the year; a doubt counts where it is on one of two years."""
        kinds = self.caveats["kinds"]
        effects = {kinds[entry["kind"]]["change"] for entry in own} - {"doubted"}
        ids = {entry["id"] for entry in own} ^ {entry["id"] for entry in before}
        effects |= {
            "doubted"
            for entry in (*own, *before)
            if entry["id"] in ids and kinds[entry["kind"]]["change"] == "doubted"
        }
        return next((one for one in WITHHELD if one in effects), "shown")

    # -- against each other ------------------------------------------------------------

    def rule(self, indicator: str, year: int) -> str:
        """Whether all weigh the same in the mean, or a large kommune more."""
        one = self.indicators[indicator]
        supposed = str(self.supposed.get("mean") or "")
        now = _formula_of(one, year)
        if supposed == "plain" or (supposed and now.get("denominator")):
            return supposed
        return str(self._span(indicator, year)["rule"])

    def leaves_out(self, indicator: str) -> bool:
        """Whether the mean is of the others: so it is in all years of a report."""
        if self.is_on_all:
            return False
        now = _formula_of(self.indicators[indicator], self.until)
        supposed = self.supposed.get("mean")
        if supposed == "plain" or (supposed and now.get("denominator")):
            return False
        whom = self._span(indicator, self.until).get("of", "all")
        return bool(whom == "others" and not supposed)

    def _span(self, indicator: str, year: int) -> Entry:
        """What is said of the means of a year."""
        spans = self.service["means"][self.indicators[indicator]["mean"]]
        return next(span for span in spans if covers(span, year))

    def group(self, indicator: str, year: int) -> Group:
        """Who is held against each other, and who makes the mean."""
        if (indicator, year) not in self._groups:
            rows = [self.row((indicator, kommune, year)) for kommune in self.members]
            counted = [
                row
                for row in rows
                if row and row.value is not None and row.counts and row.is_usable
            ]
            behind = self.supposed.get("members", self.members)
            self._groups[indicator, year] = Group(
                counted,
                [row for row in counted if row.key[1] in behind],
                self.rule(indicator, year),
                is_without=self.leaves_out(indicator),
            )
        return self._groups[indicator, year]

    def mean_change(self, indicator: str, kommune: str, year: int) -> Amount:
        """Of those with a figure in both years, by the rule of the later."""
        now, then = self.group(indicator, year), self.group(indicator, year - 1)
        key = indicator, kommune if now.is_without else "", year
        if key in self._mean_changes:
            return self._mean_changes[key]
        of, before = now.behind(kommune), then.behind(kommune)
        both = {r.key[1] for r in of} & {r.key[1] for r in before}
        rows = [row for row in of if row.key[1] in both]
        earlier = [row for row in before if row.key[1] in both]
        is_told = all(row.change in ("shown", "doubted") for row in rows)
        change = _minus(_mean(rows, now.rule), _mean(earlier, now.rule))
        self._mean_changes[key] = change if is_told else None
        return self._mean_changes[key]

    def _there(self, key: Key) -> Row:
        row = self.row(key)
        if row is None:
            msg = f"{' '.join(map(str, key))} is none of the report's"
            raise LookupError(msg)
        return row

    def fact(self, key: Key) -> dict[str, Any]:
        """All that a fact must say, but for its id."""
        if key not in self._facts:
            self._facts[key] = self._fact(key)
        return self._facts[key]

    def _fact(self, key: Key) -> dict[str, Any]:
        row = self._there(key)
        indicator, kommune, year = key
        group, one = self.group(indicator, year), self.indicators[indicator]
        (lowest, lowest_of), (highest, highest_of) = group.lowest, group.highest
        before = self.row((indicator, kommune, year - 1))
        behind, place = group.behind(kommune), group.place.get(kommune)
        mean, basis = _mean(behind, group.rule), _weakest(r.basis for r in behind)
        index: Amount = None
        if place and row.has_distance and mean and mean > 0 and row.value is not None:
            index = Fraction(row.value * 100, mean)
        change = None
        if row.change == "shown" and before and before.counts:
            change = _minus(row.value, before.value)
        is_whole = one.get("is_whole") and row.value and row.value.denominator == 1
        return {
            "value": row.value,
            "unit": one["unit"],
            "decimals": 0 if is_whole else one["decimals"],
            "status": row.sign,
            "basis": row.basis,
            "network_mean": mean,
            "mean_rule": group.name,
            "mean_basis": basis,
            "index": index,
            "distance": None if index is None else index - 100,
            "distance_basis": _weakest((row.basis, basis)),
            "rank": place,
            "n": group.n,
            "lowest": lowest,
            "lowest_kommune": lowest_of,
            "highest": highest,
            "highest_kommune": highest_of,
            "previous": before and before.value,
            "previous_basis": before.basis if before else "",
            "change": change,
            "mean_change": self.mean_change(*key),
            **self._chance(row, before, mean if index is not None else None, change),
            "numerator": row.above,
            "denominator": row.below,
            "factor": row.factor,
            "tables": row.tables,
            "cells": list(row.cells),
            "forbehold": list(row.caveats),
        }

    # -- chance ------------------------------------------------------------------------

    def _chance(
        self, row: Row, before: Row | None, mean: Amount, change: Amount
    ) -> dict[str, Any]:
        """What chance alone could have made of a count of persons."""
        kind = str(self.indicators[row.key[0]].get("chance") or "")
        found: dict[str, Any] = dict.fromkeys(
            ("interval_low", "interval_high", "distance_clear", "change_clear")
        )
        now = self._interval(row, kind) if row.value is not None else None
        if now is None:
            return found
        low, high = (limit * (row.factor or 0) for limit in now)
        found |= {"interval_low": low, "interval_high": high}
        if mean is not None:
            found["distance_clear"] = not low <= mean <= high
        then = self._interval(before, kind) if before and change is not None else None
        if then and before:
            # Newcombe's of two of Wilson's, and the same of two rates.
            rate, earlier = _share(row), _share(before)
            down = math.hypot(rate - now[0], then[1] - earlier)
            up = math.hypot(now[1] - rate, earlier - then[0])
            apart = rate - earlier
            found["change_clear"] = apart - down > 0 or apart + up < 0
        return found

    def _interval(self, row: Row, kind: str) -> tuple[float, float] | None:
        count, of = row.above, row.below
        if not kind or count is None or not of or of < 0 or count < 0:
            return None
        if kind == "share" and count > of:
            return None
        key = count, of, kind
        if key not in self._limits:
            work = _wilson if kind == "share" else _garwood
            self._limits[key] = work(float(count), float(of), self.alpha)
        return self._limits[key]

    # -- what is false -----------------------------------------------------------------

    def false_facts(self, facts: Entry) -> Iterator[str]:
        """Of each fact, every field that is another."""
        there = set()
        for fact in facts["facts"]:
            key = fact["indicator"], fact["kommune"], fact["year"]
            there.add(key)
            should = self.fact(key)
            for name, wanted in should.items():
                claimed = fact.get(name)
                if name == "cells":
                    claimed = [_parted(cell) for cell in claimed or ()]
                if not _is(claimed, wanted):
                    yield self._told(self._there(key), name, fact.get(name), wanted)
        for key in self.expected(facts["run"]["kommune"]) - there:
            yield f"{self._place(key)}: is missing"

    def expected(self, kommune: str) -> set[Key]:
        """Whose figures of which years a report has."""
        own = {kommune} & self.members.keys() or self.members.keys()
        return {
            (indicator, whose, year)
            for indicator in self.indicators
            for whose in self.members
            for year in self.years
            if whose in own or year == self.until
        }

    def false_others(self, others: Sequence[Entry], kommune: str) -> Iterator[str]:
        """The same of others' earlier years, which are all there, and each once."""
        there = Counter[Key]()
        for series in others:
            for one in series["years"]:
                key = series["indicator"], series["kommune"], one["year"]
                there[key] += 1
                row, should = self._there(key), self.fact(key)
                for name in ("value", "status", "basis", "rank"):
                    if not _is(one[name], should[name]):
                        yield self._told(row, name, one[name], should[name])
        once = Counter(self.earlier(kommune))
        for key in sorted((there - once) | (once - there)):
            yield f"{self._place(key)}: is there {there[key]} times, not {once[key]}"

    def earlier(self, kommune: str) -> set[Key]:
        """Whose figures of earlier years a report has beside its own: the others'."""
        if kommune not in self.members:
            return set()
        return {
            (indicator, whose, year)
            for indicator in self.indicators
            for whose in self.members.keys() - {kommune}
            for year in self.years
            if year != self.until
        }

    def _told(self, row: Row, name: str, claimed: Any, wanted: Any) -> str:
        tables = ", ".join(row.tables) or "none"
        return (
            f"{self._place(row.key)}: {name} is {_shown(claimed)}, and by its answers "
            f"{_shown(wanted)} (table {tables})"
        )

    def _place(self, key: Key) -> str:
        indicator, kommune, year = key
        return f"facts.json: {indicator}, {self.members[kommune]['name']} {year}"

    # -- need --------------------------------------------------------------------------

    def false_need(self, facts: Entry, path: Path) -> Iterator[str]:
        """What is told of the correction for need, where its parts are given."""
        wanted = self._corrected(given_for_need(path), facts["run"]["kommune"])
        yield from differences("facts.json: need", facts.get("need"), wanted, _is)

    def _corrected(self, given: Mapping[Key, Entry], own: str) -> dict[str, Any] | None:
        relation = (self.service.get("relations") or {}).get("corrected")
        year = self.until
        if self.supposed or not relation or ("need", own, year) not in given:
            return None
        raw, corrected = relation["raw"], relation["corrected"]
        counted = self.group(raw, year).place
        if own not in counted:
            return None
        rows = [self._there((raw, who, year)) for who in self.members if who in counted]
        ks, one = self._there((corrected, own, year)), self.indicators[corrected]
        spent = {row.key[1]: (row.above or 0, row.factor or 1) for row in rows}
        made = decomposed(spent, given, own, year, ks.value)
        made["decimals"] = one["decimals"]
        bases = [g["basis"] for m in made["members"] for g in m["given"]]
        made["basis"] = _weakest([*(row.basis for row in rows), *bases])
        return made | {"raw": raw, "corrected": corrected, "printed_basis": ks.basis}

    # -- sources -----------------------------------------------------------------------

    def false_sources(self, facts: Entry) -> Iterator[str]:
        """What is told of snapshot and tables, and how final that makes the figures."""
        claimed, manifest = facts["snapshot"], self.snapshot.manifest
        wanted = {
            **{n: manifest[n] for n in ("name", "created", "fetched", "base_url")},
            "sha256": self.snapshot.sha256,
        }
        for name, should in wanted.items():
            if claimed[name] != should:
                yield f"facts.json: snapshot, {name}: is {claimed[name]}, not {should}"
        if claimed["tables"].keys() != manifest["tables"].keys():
            yield f"facts.json: snapshot: has the tables {', '.join(claimed['tables'])}"
            return
        for table, entry in manifest["tables"].items():
            told, place = claimed["tables"][table], f"facts.json: table {table}"
            for name in ("title", "ssb_updated", "sha256", "query"):
                if told[name] != entry[name]:
                    yield f"{place}: {name} is {told[name]}, not {entry[name]}"
            answer = self.answers[table]
            if answer.digests != [part["sha256"] for part in entry["parts"]]:
                yield f"{place}: its manifest vouches for another answer"
            if entry["ssb_updated"] not in (None, *answer.updated):
                yield f"{place}: was updated {answer.updated}, not as its manifest says"
        yield from self._false_edition(facts)

    def _false_edition(self, facts: Entry) -> Iterator[str]:
        told = facts["edition"]
        now = [fact for fact in facts["facts"] if fact["year"] == self.until]
        used = {table for fact in now for table in fact["tables"]}
        should = {
            table: self._finality(table) or str(facts["run"]["edition_status"])
            for table in used & self.answers.keys()
        }
        least = min(should.values(), key=FINALITY.index, default="")
        whose = self.expected(facts["run"]["kommune"])
        kommuner = {one for _, one, year in whose if year != self.until} or set(
            self.members
        )
        pending = [
            one["id"]
            for one in self.service["indicators"]
            if (name := _formula_of(one, self.until).get("manual"))
            and not any((name, who, self.until) in self.by_hand for who in kommuner)
        ]
        wanted = {"status": least, "tables": should, "pending": pending}
        for name, one in wanted.items():
            if told[name] != one:
                yield f"facts.json: edition, {name}: is {told[name]}, not {one}"
        bases = {fact["basis"] for fact in now if fact["value"] is not None}
        bases |= {f["mean_basis"] for f in now if f["network_mean"] is not None}
        bases |= {f["previous_basis"] for f in now if f["change"] is not None}
        if facts["contains_reconstructed"] is not ("reconstructed" in bases):
            yield "facts.json: contains_reconstructed: is not what its bases say"

    def _finality(self, table: str) -> str:
        """How final a table is, by its marks and its last day, if they say."""
        about = self.tables[table]
        period = self.until + about.get("year_offset", 0)
        if str(period) in self.answers[table].preliminary:
            return "forelopige"
        stamp = self.snapshot.manifest["tables"][table]["ssb_updated"]
        status = ""
        if stamp and about.get("is_revised", True):
            day = datetime.fromisoformat(stamp).astimezone(OSLO).date()
            published, revised = (
                date.fromisoformat(f"{self.until + 1}-{self.service['calendar'][one]}")
                for one in ("preliminary", "final")
            )
            status = FINALITY[(day >= published) + (day >= revised)]
        elif stamp:
            status = "endelige"
        return status


#: What was worked out last; nothing of asss.analysis is in it.
_kept: list[_Hand] = []


# -- small steps -----------------------------------------------------------------------


def _each(named: Any) -> Sequence[str]:
    """The ids of a list; of «alle», itself."""
    return [named] if isinstance(named, str) else named


def _measures(indicator: Entry) -> set[str]:
    """What an indicator is made of, in any year."""
    return {name for one in _formulas(indicator) for name in _named(one)}


def _formulas(indicator: Entry) -> list[Entry]:
    """Its formulas by year; of most there is one."""
    given = indicator["formula"]
    formulas = given if isinstance(given, list) else [given]
    for one in formulas:
        if strange := one.keys() - FORMULA:
            msg = f"{indicator['id']} has a formula with {', '.join(sorted(strange))}"
            raise ValueError(msg)
    return formulas


def _formula_of(indicator: Entry, year: int) -> Entry:
    """The formula of a data year."""
    return next(one for one in _formulas(indicator) if covers(one, year))


def _first(formula: Entry, year: int) -> int:
    """The first of the years that a figure is of."""
    return year + 1 - int(formula.get("years", 1))


def _named(formula: Entry) -> list[str]:
    """What a formula is made of, each once, what is divided by last."""
    terms = [t for part in PARTS for t in _each(formula.get(part, ()))]
    return list(dict.fromkeys(n for term in terms for n in MEASURE.findall(term)))


def _worked_out(term: str, of: Mapping[str, int | Fraction]) -> int | Fraction:
    """A term such as ``-2 * a * b``, of measures."""
    amount: int | Fraction = -1 if term.startswith("-") else 1
    for factor in term.removeprefix("-").split(" * "):
        amount *= of[factor] if factor in of else Fraction(factor)
    return amount


def _is_member(member: Entry, year: int) -> bool:
    return (member.get("member_from") or year) <= year


def _contents(labels: Mapping[str, str], wanted: Entry) -> str:
    """A code of contents; that of the only label that fits, where it is not known."""
    if code := wanted.get("code"):
        return str(code)
    (found,) = [code for code, label in labels.items() if label == wanted["label"]]
    return found


def _as_figure(cell: Any, table: str, codes: Mapping[str, str]) -> Figure:
    address = table, frozenset(f"{name}={code}" for name, code in codes.items())
    return Figure(cell.value, cell.sign, cell.basis, (address,))


def _together(figures: Sequence[Figure]) -> Figure:
    """Their sum; a sign in place of any of them stands in place of the sum."""
    sign = next((one.sign for one in figures if one.sign), "")
    values = [one.value for one in figures if one.value is not None]
    return Figure(
        None if sign else sum(values),
        sign,
        _weakest(one.basis for one in figures),
        tuple(cell for one in figures for cell in one.cells),
    )


def _weakest(bases: Iterable[str]) -> str:
    return max(bases, key=BASES.index, default=BASES[0])


def _minus(one: Amount, other: Amount) -> Amount:
    return None if one is None or other is None else one - other


def _mean(rows: Sequence[Row], rule: str) -> Amount:
    """The mean of some figures; none of nobody."""
    if not rows:
        return None
    if rule == "plain":
        return Fraction(sum(row.value or 0 for row in rows), len(rows))
    below = sum(row.below or 0 for row in rows)
    return Fraction(sum(row.above or 0 for row in rows) * (rows[0].factor or 0), below)


def _share(row: Row) -> float:
    return float((row.above or 0) / (row.below or 1))


def _wilson(count: float, of: float, alpha: float) -> tuple[float, float]:
    """Wilson's interval of a share."""
    z, share = NormalDist().inv_cdf(1 - alpha / 2), count / of
    middle = share + z * z / (2 * of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    low, high = (end / (1 + z * z / of) for end in (middle - half, middle + half))
    return max(low, 0.0), min(high, 1.0)


def _garwood(count: float, of: float, alpha: float) -> tuple[float, float]:
    """Garwood's exact interval of a rate: what leaves half of alpha at either end."""
    low = _tried(count, 1 - alpha / 2, -1) if count else 0.0
    return low / of, _tried(count + 1, alpha / 2, 1) / of


def _tried(count: float, below: float, side: int) -> float:
    """The mean of a Poisson law that has less than a count so often: by Newton."""
    z = side * abs(NormalDist().inv_cdf(below))
    # Wilson and Hilferty's, which is near.
    mean = count * (1 - 1 / (9 * count) + z / (3 * math.sqrt(count))) ** 3
    for _ in range(20):
        last = math.exp((count - 1) * math.log(mean) - mean - math.lgamma(count))
        total, term, step = 0.0, last, count - 1
        while step >= 0 and term > 1e-18:
            total += term
            term *= step / mean
            step -= 1
        moved = (total - below) / last
        mean += moved
        if abs(moved) < 1e-10 * mean:
            break
    return mean


def _parted(cell: str) -> Address:
    """A cell as facts.json has it: ``12210[KOKkommuneregion0000=0301,…]``."""
    table, _, inside = cell.removesuffix("]").partition("[")
    return table, frozenset(inside.split(","))


def _is(claimed: Any, wanted: Any) -> bool:
    """Whether a field is what it must be; numbers, as near as they are computed."""
    if type(wanted) not in NUMBERS:
        return type(claimed) is type(wanted) and bool(claimed == wanted)
    near = TRIED if type(wanted) is float else NEAR
    return type(claimed) in NUMBERS and math.isclose(
        claimed, wanted, rel_tol=near, abs_tol=near
    )


def _shown(value: Any) -> str:
    """A value in a message."""
    if isinstance(value, Fraction):
        return f"{float(value):.12g}"
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return ", ".join(f"{table}[{','.join(sorted(at))}]" for table, at in value)
    return f"{value:.12g}" if isinstance(value, float) else repr(value)

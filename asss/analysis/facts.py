"""
Facts: every figure set against the network, and the book that holds a report's.

A fact is a row of the indexed table in the form that words and pictures receive it.
Says nothing of what is worth telling. Imports ``indexing``, ``sources`` and below.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from asss.analysis.tables import weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Forbehold, Indicator
from asss.catalogue.parameters import Member, Run
from asss.errors import FactError, UsageError
from asss.statbank import Snapshot

if TYPE_CHECKING:
    import pandas as pd

#: The numbers of a fact, each of which may be missing.
Number: TypeAlias = Literal[
    "value",
    "network_mean",
    "index",
    "distance",
    "previous",
    "change",
    "change_percent",
    "mean_change",
    "numerator",
    "denominator",
]

#: Kinds of forbehold that concern how figures are kept, not whether one is sound.
HOUSEKEEPING = frozenset({"auto_update_exception", "status", "mean_rule"})


@dataclass(frozen=True)
class Fact:
    """One figure of one kommune and year, set against the network.

    Units are the indicator's, ``index`` is 100 at the mean, ``rank`` is 1 at the
    highest value. None where there is no figure or a forbehold withholds it; percent
    and index also where what they are reckoned from is zero or below.
    """

    id: str
    indicator: str
    kommune: str
    year: int
    value: float | None
    unit: str
    decimals: int
    status: str
    network_mean: float | None
    mean_rule: str
    mean_basis: str
    lowest: float | None
    lowest_kommune: tuple[str, ...]
    highest: float | None
    highest_kommune: tuple[str, ...]
    index: float | None
    rank: int | None
    n: int
    previous: float | None
    previous_basis: str
    change: float | None
    mean_change: float | None
    basis: str
    numerator: float | None
    denominator: float | None
    factor: float | None
    tables: tuple[str, ...]
    cells: tuple[str, ...]
    forbehold: tuple[str, ...]

    def given(self, name: Number = "value") -> float:
        """
        A number of the fact, where there must be one.

        Raises
        ------
        FactError
            If there is none.
        """
        number: float | None = getattr(self, name)
        if number is None:
            msg = (
                f"{self.id} has no {name}, and a missing figure is never 0. Whoever "
                "asks for it must first see that it is there."
            )
            raise FactError(msg)
        return number

    @property
    def side(self) -> int:
        """1 above the mean, -1 below, 0 at it but for what summing leaves."""
        value, mean = self.given(), self.given("network_mean")
        if math.isclose(value, mean, abs_tol=1e-12):
            return 0
        return 1 if value > mean else -1

    @property
    def has_base(self) -> bool:
        """Whether there is a mean that percent can be told of: one above zero."""
        return self.network_mean is not None and self.network_mean > 0

    @property
    def distance(self) -> float | None:
        """Percent above (+) or below (-) the mean, unrounded."""
        # Rounded far beyond print, so that a limit is met by 100.5 and not missed.
        return None if self.index is None else round(self.index - 100, 9)

    @property
    def distance_basis(self) -> str:
        """What distance, index and rank rest on: the figure and everybody's."""
        return weakest((self.basis, self.mean_basis))

    @property
    def change_percent(self) -> float | None:
        """Change since last year in percent of last year's value.

        None where that is zero or below: which way it went is told by ``change``.
        """
        if self.change is None or self.given("previous") <= 0:
            return None
        return round(self.change / self.given("previous") * 100, 9)

    @property
    def is_lowest(self) -> bool:
        """Whether nobody in the network has a lower figure."""
        return self.rank is not None and self.kommune in self.lowest_kommune

    @property
    def is_highest(self) -> bool:
        """Whether nobody in the network has a higher figure."""
        return self.rank is not None and self.kommune in self.highest_kommune

    def is_shared(self, end: str) -> bool:
        """Whether several have the lowest, or the highest, figure."""
        return len(self.lowest_kommune if end == "lowest" else self.highest_kommune) > 1


@dataclass(frozen=True)
class NetworkBook:
    """All facts of a network, of every member and all years up to the report's.

    Attributes
    ----------
    members : tuple of Member
        Those of the report's year.
    facts : mapping of (indicator, kommune, year) to Fact
        In the order of Tabell 1, of the network, of time.
    years : tuple of int
        The years that Tabell 1 shows, the report's last.
    all_years : tuple of int
        The years that the figures of development show.
    """

    run: Run
    members: tuple[Member, ...]
    snapshot: Snapshot
    facts: Mapping[tuple[str, str, int], Fact]
    years: tuple[int, ...]
    all_years: tuple[int, ...]

    @property
    def kommuner(self) -> tuple[str, ...]:
        """Whom the report is on, by id: here every member."""
        return tuple(member.id for member in self.members)

    def peers(self, indicator: str, year: int | None = None) -> list[Fact]:
        """The facts of every member in one year, in the order of the network."""
        return [
            fact
            for fact in self.facts.values()
            if fact.indicator == indicator and fact.year == (year or self.run.year)
        ]

    def fact(self, indicator: str, *, kommune: str, year: int | None = None) -> Fact:
        """A fact; of the report's own year unless told otherwise."""
        return self.facts[indicator, kommune, year or self.run.year]

    def history(self, indicator: str, kommune: str) -> list[Fact]:
        """The facts of one kommune over all years, oldest first."""
        return [
            self.facts[indicator, kommune, year]
            for year in self.all_years
            if (indicator, kommune, year) in self.facts
        ]

    def since(self, indicators: Iterable[str], first: int) -> list[Fact]:
        """The facts of some indicators from a year on, of whom the report is on."""
        return [
            fact
            for kommune in self.kommuner
            for indicator in indicators
            for fact in self.history(indicator, kommune)
            if fact.year >= first
        ]

    @cached_property
    def reported(self) -> list[Fact]:
        """What is reported: the report's year, in the order of Tabell 1."""
        return [
            fact
            for fact in self.facts.values()
            if fact.kommune in self.kommuner and fact.year == self.run.year
        ]

    def page_wide_forbehold(self, known: Catalogue) -> tuple[Forbehold, ...]:
        """Forbehold on every figure in the years the table shows: they stand on top."""
        ids = {
            name
            for fact in self.facts.values()
            if fact.kommune in self.kommuner and fact.year in self.years
            for name in fact.forbehold
        }
        return tuple(
            entry
            for entry in known.forbehold_by_id(ids)
            if entry.is_page_wide and entry.kind not in HOUSEKEEPING
        )

    def all_forbehold(self, known: Catalogue) -> tuple[Forbehold, ...]:
        """Every forbehold on any figure in the report, the other members' included."""
        ids = {name for fact in self.facts.values() for name in fact.forbehold}
        return known.forbehold_by_id(ids)

    def pending(self, known: Catalogue) -> tuple[str, ...]:
        """Indicators collected by hand, and not for the report's year for anybody."""
        return tuple(
            indicator.id
            for measure, indicator in known.service.by_hand.items()
            if not any(
                (measure, kommune, self.run.year) in known.manual
                for kommune in self.kommuner
            )
        )

    @cached_property
    def is_reconstructed(self) -> bool:
        """Whether the report's own year rests on a figure that is not official.

        That is its figures, its means and ranks, and what its changes are held against.
        """
        return any(
            basis == "reconstructed" and amount is not None
            for fact in self.facts.values()
            if fact.year == self.run.year
            for basis, amount in (
                (fact.basis, fact.value),
                (fact.mean_basis, fact.network_mean),
                (fact.previous_basis, fact.change),
            )
        )

    @property
    def has_reconstructed(self) -> bool:
        """Whether any figure is not official, be it of an earlier year."""
        return any(fact.basis == "reconstructed" for fact in self.facts.values())


@dataclass(frozen=True)
class FactBook(NetworkBook):
    """The same facts, for a report on one member."""

    member: Member

    @property
    def kommuner(self) -> tuple[str, ...]:
        """Whom the report is on, by id: the one member."""
        return (self.member.id,)

    def fact(
        self, indicator: str, *, kommune: str | None = None, year: int | None = None
    ) -> Fact:
        """A fact; of the report's own kommune and year unless told otherwise."""
        whose = kommune or self.member.id
        return super().fact(indicator, kommune=whose, year=year)

    def history(self, indicator: str, kommune: str | None = None) -> list[Fact]:
        """The facts of one kommune over all years, oldest first."""
        return super().history(indicator, kommune or self.member.id)


def gather(
    indexed: "pd.DataFrame", known: Catalogue, run: Run, snapshot: Snapshot
) -> FactBook:
    """
    Make facts of the indexed table, for a report on one member.

    Parameters
    ----------
    indexed : DataFrame, key = (indicator, kommune, year)
        See :func:`asss.analysis.indexing.index_to_network`.

    Raises
    ------
    UsageError
        If the kommune is not a member in the report's year.
    """
    member = known.network.member(run.kommune)
    if member not in known.network.in_year(run.year):
        msg = f"{member.name} is not a member of ASSS in data year {run.year}."
        raise UsageError(msg)
    return book_of(member, gather_network(indexed, known, run, snapshot))


def gather_network(
    indexed: "pd.DataFrame", known: Catalogue, run: Run, snapshot: Snapshot
) -> NetworkBook:
    """
    Make facts of the indexed table, for a report on the network as a whole.

    Parameters
    ----------
    indexed : DataFrame, key = (indicator, kommune, year)
        See :func:`asss.analysis.indexing.index_to_network`.
    """
    # Of a kommune that joined later, the report knows nothing.
    members = known.network.in_year(run.year)
    ids = {member.id for member in members}
    facts = {
        (str(row["indicator"]), str(row["kommune"]), int(row["year"])): _fact(
            row, known.indicator(str(row["indicator"]))
        )
        for row in indexed.to_dict("records")
        if row["kommune"] in ids
    }
    years = sorted({year for _, _, year in facts})
    shown = int(known.phrases.thresholds.several_years.value)
    return NetworkBook(
        run=run,
        members=members,
        snapshot=snapshot,
        facts=facts,
        years=tuple(years[-shown:]),
        all_years=tuple(years),
    )


def book_of(member: Member, book: NetworkBook) -> FactBook:
    """The network's facts, for a report on one member."""
    return FactBook(
        run=book.run,
        members=book.members,
        snapshot=book.snapshot,
        facts=book.facts,
        years=book.years,
        all_years=book.all_years,
        member=member,
    )


def as_record(fact: Fact, snapshot: Snapshot) -> dict[str, Any]:
    """A fact as facts.json holds it, its source drawn together."""
    record = asdict(fact)
    tables, cells = record.pop("tables"), record.pop("cells")
    record["source"] = {
        "table": list(tables),
        "cells": list(cells),
        "updated": {
            table: snapshot.tables[table]["ssb_updated"]
            for table in tables
            if table in snapshot.tables
        },
    }
    record["distance"] = fact.distance
    record["distance_basis"] = fact.distance_basis
    return record


def _none(value: Any) -> float | None:
    """A number, or None for pandas' several ways to say that there is none."""
    try:
        number = float(value)
    except TypeError:
        return None
    return None if math.isnan(number) else number


def _fact(row: Mapping[Any, Any], indicator: Indicator) -> Fact:
    rank = _none(row["rank"])
    previous_basis = row["previous_basis"]
    return Fact(
        id=f"{row['kommune']}-{row['year']}-{row['indicator']}",
        indicator=indicator.id,
        kommune=row["kommune"],
        year=int(row["year"]),
        value=_none(row["value"]),
        unit=indicator.unit,
        decimals=indicator.decimals,
        status=row["status"],
        network_mean=_none(row["network_mean"]),
        mean_rule=row["rule"],
        mean_basis=row["mean_basis"],
        lowest=_none(row["lowest"]),
        lowest_kommune=row["lowest_kommune"],
        highest=_none(row["highest"]),
        highest_kommune=row["highest_kommune"],
        index=_none(row["index"]),
        rank=None if rank is None else int(rank),
        n=int(row["n"]),
        previous=_none(row["previous"]),
        previous_basis=previous_basis if isinstance(previous_basis, str) else "",
        change=_none(row["change"]),
        mean_change=_none(row["mean_change"]),
        basis=row["basis"],
        numerator=_none(row["numerator"]),
        denominator=_none(row["denominator"]),
        factor=_none(row["factor"]),
        tables=row["tables"],
        cells=row["cells"],
        forbehold=row["forbehold"],
    )

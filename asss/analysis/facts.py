"""
Facts: every figure set against the network, and the book that holds a report's.

A fact is a row of the indexed table in the form that words and pictures receive it.
Says nothing of what is worth telling. Imports ``chance`` and below.
"""

import math
from collections.abc import Hashable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeAlias

from pydantic import Field, FiniteFloat, Strict, ValidationError

from asss.analysis import chance
from asss.analysis.tables import Basis, Kept
from asss.catalogue.catalogue import Catalogue, load_catalogue
from asss.catalogue.knowledge import (
    Forbehold,
    MeanRule,
    Unit,
    is_of_others,
    weighing,
)
from asss.catalogue.parameters import METHOD, Identifier, Member, Model, Run
from asss.errors import AsssError, FactError, TableError, UsageError, counted
from asss.statbank import Snapshot
from asss.statbank.holdings import open_snapshot

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "HOUSEKEEPING",
    "Fact",
    "FactBook",
    "FactId",
    "NetworkBook",
    "Number",
    "Year",
    "about",
    "book_of",
    "gather",
    "gather_network",
    "network_book",
    "warm_up",
]

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

FactId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*-\d{4}-[a-z][a-z0-9_]*$")]
Sign = Annotated[str, Field(pattern=r"^\D*$", max_length=12)]
Year = Annotated[int, Field(ge=1900, le=2999)]
#: JSON has lists where we have tuples.
Ids = Annotated[tuple[Identifier, ...], Strict(strict=False)]
Names = Annotated[tuple[str, ...], Strict(strict=False)]


def about(description: str, **rules: Any) -> Any:
    """A field with its description, and with what its values must keep to."""
    return Field(description=description, **rules)


class Fact(Model):
    """
    One figure of one kommune and year, set against the network.

    Amounts are unrounded. Null where there is no figure, or a forbehold withholds it.
    """

    # The fields are listed here and nowhere else: facts.json and its schema, CSV and
    # its description, Excel, `diff` and the review edition read them from this class.
    id: FactId = about("kommune-year-indicator.")
    indicator: Identifier = about("Id of the indicator.")
    kommune: Identifier = about("Lasting id of the kommune.")
    year: Year = about("Data year.")
    value: FiniteFloat | None = about("The figure, in `unit`.")
    unit: Unit = about(
        "kr: Norwegian kroner; prosent: percent, 5.1 is 5.1 %; maneder: months; "
        "per_1000: per 1 000 inhabitants; forholdstall: ratio, 1.00 is the mean; "
        "kr_per_meter: kroner per metre; timer: hours; antall: a number of; skar: a "
        "score; per_10000: per 10 000 inhabitants."
    )
    decimals: int = about("With how many decimals the figure is printed.", ge=0, le=6)
    status: Sign = about(
        "Why there is no value: '.' not possible, '..' missing, ':' suppressed by SSB, "
        "'i.s.' left out as not comparable, or another sign as SSB sent it; empty "
        "where there is a value."
    )
    basis: Basis = about(
        "real: read from SSB; published: printed by KS or a kommune; preliminary: read "
        "from SSB, which calls this figure preliminary; reconstructed: not official, "
        "chosen so that published statements hold."
    )
    network_mean: FiniteFloat | None = about("Mean of the network, in `unit`.")
    mean_rule: MeanRule = about(
        "weighted: sum of numerators over sum of denominators; plain: mean of figures; "
        "plain_of_others and weighted_of_others: the same without the kommune itself, "
        "so that each kommune has a mean of its own."
    )
    mean_basis: Basis = about("The weakest basis of the figures in the mean.")
    index: FiniteFloat | None = about(
        "value / network_mean * 100; 100 is the mean. Null where the mean is zero or "
        "below, and where a forbehold withholds it."
    )
    distance: FiniteFloat | None = about(
        "index - 100: percent from the mean; null where there is no index."
    )
    distance_basis: Basis = about("What distance, index and rank rest on.")
    rank: int | None = about(
        "Place among the `n`; 1 is the highest value, and equal values share a place.",
        ge=1,
    )
    n: int = about("How many members have a figure in the mean and the rank.", ge=0)
    lowest: FiniteFloat | None = about("Lowest figure of the network, in `unit`.")
    lowest_kommune: Ids = about("Whose it is; several if shared.")
    highest: FiniteFloat | None = about("Highest figure of the network, in `unit`.")
    highest_kommune: Ids = about("Whose it is; several if shared.")
    previous: FiniteFloat | None = about("The figure of the year before, in `unit`.")
    previous_basis: Basis | Literal[""] = about(
        "What it rests on; empty: no figure the year before."
    )
    change: FiniteFloat | None = about(
        "value - previous, in `unit` (percentage points where that is percent); null "
        "where a forbehold withholds it."
    )
    mean_change: FiniteFloat | None = about(
        "Change of the mean over the members with a figure in both years, in `unit`."
    )
    interval_low: FiniteFloat | None = about(
        "Where the figure is a count of persons: the lower end of what it could have "
        "been by chance alone, in `unit`, at the level `confidence` of fraser.yaml "
        "(95 %). It rests on what `basis` says. Null where there is no value or no "
        "count, as of money and time."
    )
    interval_high: FiniteFloat | None = about("The upper end; see interval_low.")
    distance_clear: bool | None = about(
        "Whether network_mean lies outside the interval; null where there is no "
        "interval or no distance."
    )
    change_clear: bool | None = about(
        "Whether the change is more than chance alone could have made of the counts of "
        "both years, at the same level; null where there is no change, or no counts in "
        "one of the years."
    )
    numerator: FiniteFloat | None = about("value = numerator / denominator * factor.")
    denominator: FiniteFloat | None = about("See numerator.")
    factor: FiniteFloat | None = about("See numerator.")
    tables: Names = about("SSB tables and files of figures collected by hand.")
    cells: Names = about("Each cell that was read, as table[variable=code,...].")
    forbehold: Names = about("Ids of the caveats on the figure.")

    def __repr__(self) -> str:
        """In a line, and not field by field."""
        told = self.status if self.value is None else f"{self.value} {self.unit}"
        return f"Fact({self.id}: {told})"

    def replace(self, **changes: Any) -> Self:
        """The same fact with other values in some of its fields."""
        return type(self)(**{**dict(self), **changes})

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
    def is_weighted(self) -> bool:
        """Whether a large member counts more in the mean."""
        return weighing(self.mean_rule) == "weighted"

    @property
    def is_of_others(self) -> bool:
        """Whether the mean leaves out the kommune itself."""
        return is_of_others(self.mean_rule)

    @property
    def is_alone(self) -> bool:
        """Whether there is nobody else whose figure it could be held against."""
        has_mean = self.network_mean is not None
        return self.is_of_others and self.value is not None and not has_mean

    def is_behind(self, other: "Fact") -> bool:
        """Whether the figure may be in the mean of another of its year."""
        return self.kommune != other.kommune or not other.is_of_others

    @property
    def shown_bases(self) -> tuple[Basis, ...]:
        """What value and mean rest on, of those that there are."""
        told = (self.basis, self.value), (self.mean_basis, self.network_mean)
        return tuple(basis for basis, amount in told if amount is not None)

    @property
    def has_base(self) -> bool:
        """Whether there is a mean that percent can be told of: one above zero."""
        return self.network_mean is not None and self.network_mean > 0

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


@dataclass(frozen=True)
class NetworkBook:
    """All facts of a network, of every member and all years up to the report's.

    Attributes
    ----------
    members : tuple of Member
        Those of the report's year.
    facts : mapping of (indicator, kommune, year) to Fact
        In the order of Tabell 1 with components last, of the network, of time.
    components : frozenset of str
        The indicators that are no rows of Tabell 1.
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
    components: frozenset[str]

    def __repr__(self) -> str:
        """In a line, and not fact by fact."""
        whose = ", ".join(self.kommuner)
        return (
            f"{type(self).__name__}({whose}, {self.run.year}: "
            f"{counted(len(self.facts), 'fact')})"
        )

    @property
    def kommuner(self) -> tuple[str, ...]:
        """Whom the report is on, by id: here every member."""
        return tuple(member.id for member in self.members)

    def peers(self, indicator: str, year: int | None = None) -> list[Fact]:
        """The facts of every member in one year, in the order of the network."""
        keys = (
            (indicator, member.id, year or self.run.year) for member in self.members
        )
        return [self.facts[key] for key in keys if key in self.facts]

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
    def by_id(self) -> Mapping[str, Fact]:
        """The facts by their ids, as statements name them."""
        return {fact.id: fact for fact in self.facts.values()}

    @cached_property
    def reported(self) -> list[Fact]:
        """What is reported: the rows of Tabell 1 in the report's year, in its order."""
        return [
            fact
            for fact in self.facts.values()
            if fact.kommune in self.kommuner
            and fact.year == self.run.year
            and fact.indicator not in self.components
        ]

    def page_wide_forbehold(self, known: Catalogue) -> tuple[Forbehold, ...]:
        """Forbehold on every figure in the years the table shows: they stand on top."""
        whose = self.kommuner
        ids = {
            name
            for fact in self.facts.values()
            if fact.kommune in whose and fact.year in self.years
            for name in fact.forbehold
        }
        return tuple(
            entry
            for entry in known.forbehold_by_id(ids)
            if (entry.is_page_wide and entry.kind not in HOUSEKEEPING)
            or (
                known.kinds[entry.kind].told == "on_top"
                and self.run.year in entry.years
            )
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
        now = [fact for fact in self.facts.values() if fact.year == self.run.year]
        behind: set[str] = {basis for fact in now for basis in fact.shown_bases}
        behind |= {fact.previous_basis for fact in now if fact.change is not None}
        return "reconstructed" in behind

    @property
    def has_reconstructed(self) -> bool:
        """Whether any figure is not official, be it of an earlier year."""
        return any(fact.basis == "reconstructed" for fact in self.facts.values())


@dataclass(frozen=True, repr=False)
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

    @property
    def own(self) -> list[Fact]:
        """The report's figures of its year, rows of Tabell 1 and components."""
        rows = [one for one in self.facts.values() if one.kommune == self.member.id]
        return [one for one in rows if one.year == self.run.year]

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
    member = _member(known, run)
    return book_of(member, gather_network(indexed, known, run, snapshot))


def _member(known: Catalogue, run: Run) -> Member:
    member = known.network.member(run.kommune)
    if member not in known.network.in_year(run.year):
        msg = f"{member.name} is not a member of ASSS in data year {run.year}."
        raise UsageError(msg)
    return member


def gather_network(
    indexed: "pd.DataFrame", known: Catalogue, run: Run, snapshot: Snapshot
) -> NetworkBook:
    """
    Make facts of the indexed table, for a report on the network as a whole.

    Parameters
    ----------
    indexed : DataFrame, key = (indicator, kommune, year)
        See :func:`asss.analysis.indexing.index_to_network`.

    Raises
    ------
    TableError
        If it is set against another group, or by another rule, than words will say.
    """
    # Of a kommune that joined later, the report knows nothing.
    members = known.network.in_year(run.year)
    rows = indexed[indexed["kommune"].isin(member.id for member in members)]
    of = rows, replace(known, folder=Path()), run.year
    made = _kept.made(of, lambda: _made(rows, known, run.year))
    return network_book(made, known, run, snapshot)


#: The facts of all members that were made last.
_kept: Kept[tuple[Fact, ...]] = Kept()


def _made(rows: "pd.DataFrame", known: Catalogue, year: int) -> tuple[Fact, ...]:
    _check_group(rows, known, year)
    told = chance.beside(rows, known)
    return tuple(_fact(row, known) for row in _records(told))


def follow(known: Catalogue, run: Run, snapshot: Snapshot) -> FactBook:
    """
    Make the facts of a report on one member all the way from the answers.

    What all members' reports of the year share is made once, as in each step of
    :func:`gather`; but what it is made of is compared once, and not before each step.

    Raises
    ------
    UsageError
        If the kommune is not a member in the report's year.
    """
    member = _member(known, run)
    of = replace(known, folder=Path()), replace(snapshot, folder=Path()), run.year
    made = _followed.made(of, lambda: _follow(known, run, snapshot))
    return book_of(member, network_book(made, known, run, snapshot))


#: The facts of all members that followed last from a snapshot.
_followed: Kept[tuple[Fact, ...]] = Kept()


def _follow(known: Catalogue, run: Run, snapshot: Snapshot) -> tuple[Fact, ...]:
    from asss.analysis import indexing, sources

    reported = sources.load_observations(known, snapshot, until=run.year)
    indexed = indexing.index_to_network(reported, rule=known.mean_rule)
    return tuple(gather_network(indexed, known, run, snapshot).facts.values())


def warm_up(folder: str, service: str, language: str, snapshot: str, year: int) -> None:
    """
    Make ahead what the reports of a year share; what is wrong is told in each.

    Parameters
    ----------
    folder : str
        ``parameters/`` of the project that they are made of.
    """
    with suppress(AsssError, OSError):
        known = load_catalogue(folder, service=service, language=language)
        answers = open_snapshot(snapshot, root=known.folder.parent)
        known = known.for_report(METHOD, year)
        _follow(known, Run(kommune=METHOD, year=year, service=service), answers)


def _check_group(rows: "pd.DataFrame", known: Catalogue, edition: int) -> None:
    """
    Refuse a table that is not set against whom and by what the words will name.

    Three kommuner that were picked out have a mean as well, and «snittet for ASSS»
    would be said of it.
    """
    names = {member.id: member.name for member in known.network.in_year(edition)}
    counts = rows["value"].notna() & rows["in_mean"] & rows["is_mean_usable"]
    behind = rows[counts & rows["kommune"].isin(known.in_mean)]
    keys = ["indicator", "year"]
    wanted = behind.groupby(keys)["kommune"].agg(set).to_dict()
    there = rows.groupby(keys)["kommune"].agg(set).to_dict()
    columns = rows[[*keys, "kommune", "mean_of", "mean_rule"]]
    for indicator, year, own, mean_of, rule in columns.itertuples(
        index=False, name=None
    ):
        should = known.mean_rule(indicator, year, edition)
        whole = wanted.get((indicator, year), set())
        if lacking := names.keys() - there[indicator, year]:
            what = f"lacks {', '.join(names[one] for one in names if one in lacking)}"
        elif rule != should:
            what = f"has the {rule} mean"
        elif {*mean_of} != whole - ({own} if is_of_others(rule) else set()):
            what = f"has the mean of {', '.join(mean_of) or 'nobody'}"
        else:
            continue
        msg = (
            f"The table indexed is of another group or mean than a report says: "
            f"{indicator} {year} {what}. Give all of asss.index_to_network, by "
            "known.mean_rule; another group or mean is what report.what_if is for."
        )
        raise TableError(msg)


def network_book(
    made: Iterable[Fact], known: Catalogue, run: Run, snapshot: Snapshot
) -> NetworkBook:
    """Facts as the book that a report on the network stands on."""
    facts = {(fact.indicator, fact.kommune, fact.year): fact for fact in made}
    years = sorted({year for _, _, year in facts})
    shown = int(known.phrases.thresholds.several_years.value)
    return NetworkBook(
        run=run,
        members=known.network.in_year(run.year),
        snapshot=snapshot,
        facts=facts,
        years=tuple(years[-shown:]),
        all_years=tuple(years),
        components=frozenset(one.id for one in known.service.components),
    )


def book_of(member: Member, book: NetworkBook) -> FactBook:
    """The network's facts, for a report on one member."""
    shared = {one.name: getattr(book, one.name) for one in fields(NetworkBook)}
    return FactBook(**shared, member=member)


def _records(rows: "pd.DataFrame") -> list[dict[Hashable, Any]]:
    """The rows, with None where pandas has one of its several signs for nothing."""
    return rows.astype(object).where(rows.notna(), None).to_dict("records")


#: The fields of a fact that are columns of the indexed table.
FROM_TABLE = [
    name for name in Fact.model_fields if name not in ("id", "unit", "decimals")
]


def _fact(row: Mapping[Hashable, Any], known: Catalogue) -> Fact:
    indicator = known.indicator(row["indicator"])
    name = f"{row['kommune']}-{row['year']}-{indicator.id}"
    try:
        return Fact(
            id=name,
            unit=indicator.unit,
            decimals=indicator.places(row["value"]),
            **{column: row[column] for column in FROM_TABLE},
        )
    except ValidationError as error:
        faults = [f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors()]
        msg = (
            f"{name} is no fact ({'; '.join(faults)}). Look at the cells that it was "
            f"read from: {', '.join(row['cells'])}."
        )
        raise FactError(msg) from error

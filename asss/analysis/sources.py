"""
What comes in: StatBank answers and manual figures become observations.

The only module where a kommune is known by its number. What the forbehold do to each
figure is attached here, so that no later module can use a figure it must not. Imports
``holdings``, ``tables``, ``catalogue``, ``parameters`` and ``statbank``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from asss.analysis.tables import (
    MISSING,
    NOT_COMPARABLE,
    NOT_POSSIBLE,
    OBSERVATION_COLUMNS,
    Kept,
    check_observations,
    weakest,
)
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.formula import Formula
from asss.catalogue.knowledge import Indicator, Series
from asss.catalogue.parameters import FOLDER, Member
from asss.errors import TableError, bullets, counted
from asss.statbank import CONTENTS, TIME, Snapshot
from asss.statbank.holdings import available_years, check_year, doubts

__all__ = ["load_measures", "load_observations"]

#: How many figures that are not plausible are listed one by one.
LISTED = 10

#: The factor of a share that was collected with its counts.
PERCENT = 100


@dataclass(frozen=True)
class Figure:
    """A measure for one kommune and year, with every place it was read."""

    value: float | None
    status: str
    basis: str
    tables: tuple[str, ...]
    cells: tuple[str, ...]
    counts: tuple[int, int] | None = None


def load_observations(
    known: Catalogue, snapshot: Snapshot, *, until: int
) -> pd.DataFrame:
    """
    Make every indicator for every member and every year up to and with `until`.

    A member of that year has its own earlier figures too, from before it joined: they
    are shown in its table, but are part of no mean and compared with nothing.

    Parameters
    ----------
    known : Catalogue
    snapshot : Snapshot
    until : int
        The data year of the report; later figures are not looked at.

    Returns
    -------
    observations : DataFrame, key = (indicator, kommune, year)
        See :mod:`asss.analysis.tables`. Rows in the order of Tabell 1, of the network,
        of time.

    Raises
    ------
    TableError
        If a code is not in its table, naming table and variable; if a table holds what
        cannot be as the catalogue understands it; or if a figure is beyond what is
        plausible for its indicator.
    UsageError
        If the snapshot does not hold `until`.

    Notes
    -----
    Source: Statistics Norway, StatBank (CC BY 4.0), and ``parameters/manuelle/``.
    """
    # What a folder is called is in no figure.
    of = (replace(known, folder=Path()), replace(snapshot, folder=Path()), until)
    return _kept.made(of, lambda: _load(known, snapshot, until))


#: The observations that were made last.
_kept: Kept[pd.DataFrame] = Kept()


def _load(known: Catalogue, snapshot: Snapshot, until: int) -> pd.DataFrame:
    check_year(known, snapshot, until)
    wrong = [
        line
        for table, dataset in snapshot.datasets.items()
        for line in doubts(
            known, dataset, snapshot.tables[table], fetched=snapshot.fetched
        )
    ]
    if wrong:
        name = snapshot.name
        msg = f"Snapshot {name!r} is not what the catalogue says:{bullets(wrong)}"
        raise TableError(msg)
    years = [year for year in available_years(known, snapshot) if year <= until]
    rows = [
        _observe(known, snapshot, indicator, member, year, first=years[0])
        for indicator in known.service.figures
        for member in known.network.in_year(until)
        for year in years
    ]
    observations = check_observations(pd.DataFrame(rows, columns=OBSERVATION_COLUMNS))
    _check_plausible(known, observations)
    return observations


def _check_plausible(known: Catalogue, observations: pd.DataFrame) -> None:
    """
    Refuse figures that nobody can have: they would be in everybody's mean.

    Raises
    ------
    TableError
        Naming each by table, kommune and year.
    """
    columns = ["indicator", "kommune", "year", "value", "tables", "forbehold"]
    given = observations.loc[observations["value"].notna(), columns]
    found = []
    for name, kommune, year, value, tables, forbehold in given.itertuples(
        index=False, name=None
    ):
        plausible = known.indicator(name).plausible
        # What is known to be wrong has been told already, and is in no mean.
        if not plausible.holds(value) and known.effects(forbehold).in_mean:
            found.append(
                f"{name} for {kommune} {year} is {value:g} (table "
                f"{', '.join(tables)}), not within {plausible}"
            )
    if found:
        more = [f"and {len(found) - LISTED} more"] if found[LISTED:] else []
        lines = bullets([*found[:LISTED], *more])
        msg = (
            f"{counted(len(found), 'figure')} not plausible:{lines}\nWhere a figure is "
            f"right, widen `plausible` in {FOLDER}/{known.service.file}; "
            "where it is not, leave it out with a forbehold until it has been "
            "corrected."
        )
        raise TableError(msg)


def load_measures(
    known: Catalogue, snapshot: Snapshot, *, years: Sequence[int]
) -> pd.DataFrame:
    """
    The basic figures themselves, key = (measure, kommune, year).

    Returns
    -------
    measures : DataFrame
        value (float, in the unit of the measure), status, basis, and tables (tuple)
        where the figure was read: none where no table holds it.
    """
    return pd.DataFrame(
        {"measure": measure.id, "kommune": member.id, "year": year, **fields}
        for measure in known.service.measures
        for year in years
        for member in known.network.in_year(year)
        for fields in [vars(_figure(known, snapshot, measure.id, member, year))]
    ).drop(columns=["cells", "counts"], errors="ignore")


def _observe(
    known: Catalogue,
    snapshot: Snapshot,
    indicator: Indicator,
    member: Member,
    year: int,
    *,
    first: int,
) -> dict[str, object]:
    """A figure; `first` is the year from which the snapshot has any."""
    formula = indicator.formula.in_year(year)
    is_fetched = snapshot.is_fetched
    before, forbehold = (
        _touching(known, indicator, member, one, is_fetched=is_fetched)
        for one in (year - 1, year)
    )
    effects = known.effects(forbehold, before)
    is_member = member.is_member_in(year)
    by_year = [
        {
            name: _figure(known, snapshot, name, member, one)
            if one >= first
            else Figure(None, MISSING, "real", (), ())
            for name in formula.own_measures
        }
        for one in range(year - formula.years + 1, year + 1)
    ]
    figures = [figure for held in by_year for figure in held.values()]
    worked = _worked_out(formula, by_year)
    if worked.value is not None and not effects.is_shown:
        # What it was made of would give it away.
        worked = _Worked(None, NOT_COMPARABLE, factor=worked.factor)
    return {
        "indicator": indicator.id,
        "kommune": member.id,
        "year": year,
        "value": float("nan") if worked.value is None else worked.value,
        "status": worked.status,
        "numerator": worked.numerator,
        "denominator": worked.denominator,
        "factor": worked.factor,
        "basis": weakest(figure.basis for figure in figures),
        "tables": tuple(dict.fromkeys(t for figure in figures for t in figure.tables)),
        "cells": tuple(cell for figure in figures for cell in figure.cells),
        "is_shown": effects.is_shown,
        "has_distance": effects.has_distance and is_member,
        "in_mean": effects.in_mean and is_member,
        "is_mean_usable": effects.is_mean_usable,
        "change_effect": effects.change,
        "forbehold": tuple(forbehold),
    }


@dataclass(frozen=True)
class _Worked:
    """A figure as its formula gives it, and what it was made of."""

    value: float | None
    status: str
    numerator: float | None = None
    denominator: float | None = None
    factor: float | None = None


def _worked_out(formula: Formula, by_year: Sequence[Mapping[str, "Figure"]]) -> _Worked:
    """The first sign among what it is made of stands for all of it."""
    figures = [figure for held in by_year for figure in held.values()]
    status = next((figure.status for figure in figures if figure.status), "")
    if status:
        return _Worked(None, status, factor=formula.factor)
    if not (formula.denominator and formula.factor):
        counts, ready = figures[0].counts, _number(figures[0])
        if not counts:
            return _Worked(ready, "", factor=formula.factor)
        return _Worked(ready, "", *counts, PERCENT)
    above, below = formula.sums(
        {name: _number(figure) for name, figure in held.items()} for held in by_year
    )
    value = above / below * formula.factor if below else None
    return _Worked(value, "" if below else ".", above, below, formula.factor)


def _touching(
    known: Catalogue,
    indicator: Indicator,
    member: Member,
    year: int,
    *,
    is_fetched: bool,
) -> list[str]:
    """The forbehold on a figure: those on any of the years that it is of."""
    first = year - indicator.formula.in_year(year).years + 1
    found = [
        entry.id
        for one in range(first, year + 1)
        for entry in known.forbehold_for(
            indicator.id, member.id, one, is_fetched=is_fetched
        )
    ]
    if first == year:
        return found
    return [entry.id for entry in known.forbehold_by_id(found)]


def _figure(
    known: Catalogue, snapshot: Snapshot, name: str, member: Member, year: int
) -> Figure:
    """A figure collected by hand stands before SSB's: that is why it was collected."""
    manual = known.manual.get((name, member.id, year))
    if manual:
        return Figure(
            value=manual.value,
            status=manual.status,
            basis=manual.basis,
            tables=(f"manuelle/{manual.file}",),
            cells=(f"manuelle/{manual.file}[{name},{member.id},{year}]",),
            counts=manual.counts,
        )
    measure = known.service.measure.get(name)
    if measure is None:
        return Figure(None, MISSING, "real", (), ())
    if measure.sum:
        return _add(
            _figure(known, snapshot, part, member, year) for part in measure.sum
        )
    series = measure.series_in(year)
    if series is None or series.table not in snapshot.datasets:
        return Figure(None, MISSING, "real", (), ())
    return _read(known, snapshot, series, member, year)


def _number(figure: Figure) -> float:
    """A figure that no sign stands in place of; a missing one is never 0."""
    if figure.value is None:
        msg = f"{', '.join(figure.cells)}: neither a figure nor a sign that says why."
        raise TableError(msg)
    return float(figure.value)


def _add(parts: Iterable[Figure]) -> Figure:
    figures = list(parts)
    status = next((figure.status for figure in figures if figure.status), "")
    return Figure(
        value=None if status else sum(map(_number, figures)),
        status=status,
        basis=weakest(figure.basis for figure in figures),
        tables=tuple(dict.fromkeys(t for figure in figures for t in figure.tables)),
        cells=tuple(cell for figure in figures for cell in figure.cells),
    )


def _read(
    known: Catalogue, snapshot: Snapshot, series: Series, member: Member, year: int
) -> Figure:
    table = known.service.table[series.table]
    dataset = snapshot.dataset(series.table)
    period = year + table.year_offset
    regions = dataset.dimension(table.region).labels
    sign = _why_nothing(regions, member, year, period)
    if sign:
        return Figure(None, sign, "real", (), ())
    number = member.number_in(period)
    # Another kommune's figure, and in some tables a plain 0 outside a number's years:
    # nothing but the label tells them from the right one.
    if misfit := member.misfit(number, period, regions.get(number, "")):
        msg = f"Table {series.table} {misfit}"
        raise TableError(msg)
    query = {table.region: number, TIME: str(period), **series.selections}
    codes = [
        dataset.code_for(CONTENTS, code=one.code, label=one.label)
        for one in series.contents
    ]
    queries = [{**query, CONTENTS: code} for code in codes]
    for variable, span in series.sum_of.items():
        group = series.selections[variable]
        if group not in dataset.dimension(variable).labels:
            queries = [{**q, variable: code} for q in queries for code in span.codes]
    cells = [snapshot.cell(series.table, one) for one in queries]
    return _add(
        Figure(cell.value, cell.status, cell.basis, (cell.table,), (cell.address,))
        for cell in cells
    )


def _why_nothing(
    regions: Mapping[str, str], member: Member, year: int, period: int
) -> str:
    """The sign of a figure that a table cannot have; empty where it should have it."""
    if member.is_member_in(year):
        is_here = True
    elif not member.exists_in(year):
        return NOT_POSSIBLE
    else:
        # Only members' figures are fetched; others' may happen to be there.
        is_here = member.number_in(period) in regions
    # On 1 January of a merger, a table that looks back on 31 December has new borders.
    is_merged = any(year < int(m.date[:4]) <= period for m in member.mergers)
    return "" if is_here and not is_merged else MISSING

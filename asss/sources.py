"""
What comes in: StatBank answers and manual figures become observations.

The only room where a kommune is known by its number. What the forbehold do to each
figure is attached here, so that no later room can use a figure it must not. Imports
``tables``, ``catalogue``, ``parameters`` and ``statbank``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from asss import statbank
from asss.catalogue import Catalogue
from asss.errors import SnapshotError, TableError, UsageError
from asss.knowledge import Indicator, Series
from asss.parameters import (
    EMBEDDED,
    FOLDER,
    LATEST,
    NETWORK_FILE,
    OUTPUTS,
    Member,
)
from asss.statbank import Snapshot, Store
from asss.tables import (
    NOT_COMPARABLE,
    OBSERVATION_COLUMNS,
    check_observations,
    weakest,
)

#: SSB's signs for a figure that is not there, and for one that cannot exist.
MISSING = ".."
NOT_POSSIBLE = "."

#: The years of a number that has had others before or after it, as SSB's labels say:
#: «Drammen (-2019)», «Drammen (2020-2023)». A name in two languages is none of these.
LABEL_YEARS = re.compile(r"\((\d{4})?\s*[-–]\s*(\d{4})?\)")


@dataclass(frozen=True)
class Figure:
    """A measure for one kommune and year, with every place it was read."""

    value: float | None
    status: str
    basis: str
    tables: tuple[str, ...]
    cells: tuple[str, ...]


def snapshot_store(root: Path) -> Store:
    """Where a project's fetched snapshots lie: ``outputs/snapshots/``."""
    return Store(root / OUTPUTS / "snapshots")


def choose_snapshot(name: str, *, root: Path) -> str:
    """
    Say which snapshot a name means today: ``latest`` may mean another tomorrow.

    Returns
    -------
    name : str
        ``embedded``, or the name or folder of a snapshot.
    """
    if name != LATEST:
        return name
    names = snapshot_store(root).names()
    return names[-1] if names else EMBEDDED


def open_snapshot(name: str, *, root: Path | None = None) -> Snapshot:
    """
    Open the snapshot that a report names.

    Parameters
    ----------
    name : str
        ``embedded`` for the one in the package, ``latest``, the name of one under
        ``outputs/snapshots/``, or the path of a folder.
    root : Path, optional
        The project's folder, where a relative path begins: not the working folder,
        which is another for JupyterLab than for the batch.

    Raises
    ------
    SnapshotError
        If it is missing or damaged.
    """
    start = root or Path()
    chosen = choose_snapshot(name, root=start)
    if chosen == EMBEDDED:
        return statbank.open_snapshot(statbank.embedded_folder())
    store = snapshot_store(start)
    for folder in (store.folder / chosen, start / chosen):
        if (folder / statbank.MANIFEST).is_file():
            return statbank.open_snapshot(folder)
    names = ", ".join([EMBEDDED, *store.names()])
    msg = f"No snapshot {name!r}. There are: {names}. `asss fetch` makes one."
    raise SnapshotError(msg)


def available_years(known: Catalogue, snapshot: Snapshot) -> tuple[int, ...]:
    """
    Data years for which the snapshot holds every measure that indicators need.

    A measure that SSB has no table for in a year does not hold the year back: its
    figures are missing in that year. One whose table is not here does.
    """
    needed = {
        measure.id: measure
        for indicator in known.service.indicators
        for measure in known.service.behind(indicator)
    }
    held = {
        name: {
            year
            for series in measure.series
            for year in _years_held(known, snapshot, series)
        }
        for name, measure in needed.items()
    }
    return tuple(
        year
        for year in sorted({year for years in held.values() for year in years})
        if all(
            year in held[name]
            for name, measure in needed.items()
            if measure.series_in(year)
        )
    )


def check_year(known: Catalogue, snapshot: Snapshot, year: int) -> None:
    """
    Refuse a year that the figures do not reach.

    Raises
    ------
    UsageError
        Naming the years that can be used.
    """
    years = available_years(known, snapshot)
    if year not in years:
        span = f"{years[0]}-{years[-1]}" if years else "no year"
        msg = f"No figures for {year} in snapshot {snapshot.name!r}: it holds {span}."
        raise UsageError(msg)


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
        See :mod:`asss.tables`. Rows in the order of Tabell 1, of the network, of time.

    Raises
    ------
    TableError
        If a code is not in its table, naming table and variable.
    UsageError
        If the snapshot does not hold `until`.

    Notes
    -----
    Source: Statistics Norway, StatBank (CC BY 4.0), and ``parameters/manuelle/``.
    """
    check_year(known, snapshot, until)
    years = [year for year in available_years(known, snapshot) if year <= until]
    rows = [
        _observe(known, snapshot, indicator, member, year)
        for indicator in known.service.indicators
        for member in known.network.in_year(until)
        for year in years
    ]
    return check_observations(pd.DataFrame(rows, columns=OBSERVATION_COLUMNS))


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
    rows = []
    for measure in known.service.measures:
        for year in years:
            for member in known.network.in_year(year):
                figure = _figure(known, snapshot, measure.id, member, year)
                rows.append(
                    {
                        "measure": measure.id,
                        "kommune": member.id,
                        "year": year,
                        "value": figure.value,
                        "status": figure.status,
                        "basis": figure.basis,
                        "tables": figure.tables,
                    }
                )
    return pd.DataFrame(rows)


def _observe(
    known: Catalogue,
    snapshot: Snapshot,
    indicator: Indicator,
    member: Member,
    year: int,
) -> dict[str, object]:
    formula = indicator.formula
    forbehold = [
        entry.id
        for entry in known.forbehold_for(
            indicator.id, member.id, year, is_fetched=snapshot.is_fetched
        )
    ]
    effects = known.effects(forbehold)
    is_member = member in known.network.in_year(year)
    figures = [
        _figure(known, snapshot, name, member, year) for name in formula.measures
    ]
    status = next((figure.status for figure in figures if figure.status), "")
    parts = [figure.value for figure in figures]
    value = numerator = denominator = None
    if not status:
        if formula.denominator and formula.factor:
            *above, denominator = (float(part or 0) for part in parts)
            numerator = sum(above)
            if denominator:
                value = numerator / denominator * formula.factor
            else:
                status = "."
        else:
            value = parts[0]
    if value is not None and not effects.is_shown:
        value, status = None, NOT_COMPARABLE
    return {
        "indicator": indicator.id,
        "kommune": member.id,
        "year": year,
        "value": float("nan") if value is None else value,
        "status": status,
        "numerator": numerator,
        "denominator": denominator,
        "factor": formula.factor,
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


def _add(parts: Iterable[Figure]) -> Figure:
    figures = list(parts)
    status = next((figure.status for figure in figures if figure.status), "")
    return Figure(
        value=None if status else sum(figure.value or 0 for figure in figures),
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
    sign = _why_nothing(known, regions, member, year, period)
    if sign:
        return Figure(None, sign, "real", (), ())
    number = member.number_in(period)
    _check_label(series.table, member, number, period, regions.get(number, ""))
    query = {
        table.region: number,
        "ContentsCode": dataset.code_for(
            "ContentsCode", code=series.contents.code, label=series.contents.label
        ),
        "Tid": str(period),
        **series.selections,
    }
    queries = [query]
    for variable, span in series.sum_of.items():
        group = series.selections[variable]
        if group not in dataset.dimension(variable).labels:
            queries = [{**query, variable: code} for code in span.codes]
    cells = [snapshot.cell(series.table, one) for one in queries]
    return _add(
        [
            Figure(
                value=cell.value,
                status=cell.status,
                basis=cell.basis,
                tables=(cell.table,),
                cells=(cell.address,),
            )
            for cell in cells
        ]
    )


def _why_nothing(
    known: Catalogue,
    regions: Mapping[str, str],
    member: Member,
    year: int,
    period: int,
) -> str:
    """The sign of a figure that a table cannot have; empty where it should have it."""
    if member in known.network.in_year(year):
        is_here = True
    elif not member.exists_in(year):
        return NOT_POSSIBLE
    else:
        # Only members' figures are fetched; others' may happen to be there.
        is_here = member.number_in(period) in regions
    # On 1 January of a merger, a table that looks back on 31 December has new borders.
    is_merged = any(year < int(m.date[:4]) <= period for m in member.mergers)
    return "" if is_here and not is_merged else MISSING


def _check_label(
    table: str, member: Member, number: str, period: int, label: str
) -> None:
    """
    Refuse a number outside the years that SSB's own label gives it.

    Some tables have a plain 0 there, which nothing but the label tells from a figure.

    Raises
    ------
    TableError
        If the label names years, and the period is not among them.
    """
    years = LABEL_YEARS.search(label)
    if years is None:
        return
    first, last = int(years[1] or period), int(years[2] or period)
    if not first <= period <= last:
        msg = (
            f"Table {table} calls {number} «{label}», so that is not the number of "
            f"{member.name} in {period}. Mend the years of {member.id} in "
            f"{FOLDER}/{NETWORK_FILE}."
        )
        raise TableError(msg)


def _years_held(known: Catalogue, snapshot: Snapshot, series: Series) -> list[int]:
    if series.table not in snapshot.datasets:
        return []
    offset = known.service.table[series.table].year_offset
    periods = snapshot.dataset(series.table).dimensions["Tid"].labels
    return [
        int(period) - offset
        for period in periods
        if series.covers(int(period) - offset)
    ]

"""
What comes in: StatBank answers and manual figures become observations.

The only room where a kommune is known by its number. What the forbehold do to each
figure is attached here, so that no later room can use a figure it must not. Imports
``tables``, ``catalogue``, ``parameters`` and ``statbank``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from asss import statbank
from asss.catalogue import Catalogue
from asss.errors import UsageError
from asss.knowledge import Indicator, Series
from asss.parameters import Member
from asss.statbank import Snapshot
from asss.tables import (
    NOT_COMPARABLE,
    OBSERVATION_COLUMNS,
    check_observations,
    weakest,
)

EMBEDDED = "embedded"

#: SSB's sign for a figure that is not there.
MISSING = ".."


@dataclass(frozen=True)
class Figure:
    """A measure for one kommune and year, with every place it was read."""

    value: float | None
    status: str
    basis: str
    tables: tuple[str, ...]
    cells: tuple[str, ...]


def open_snapshot(name: str, *, root: Path | None = None) -> Snapshot:
    """
    Open the snapshot that a report names.

    Parameters
    ----------
    name : str
        ``embedded`` for the one in the package, else the path of a folder.
    root : Path, optional
        The project's folder, where a relative path begins: not the working folder,
        which is another for JupyterLab than for the batch.

    Raises
    ------
    SnapshotError
        If it is missing or damaged.
    """
    place = (root or Path()) / name
    folder = statbank.embedded_folder() if name == EMBEDDED else place
    return statbank.open_snapshot(folder)


def available_years(known: Catalogue, snapshot: Snapshot) -> tuple[int, ...]:
    """Data years for which the snapshot holds every measure that indicators need."""
    years: set[int] | None = None
    for indicator in known.service.indicators:
        for name in indicator.formula.measures:
            for part in _parts(known, name):
                held = {
                    year
                    for series in known.service.measure[part].series
                    for year in _years_held(known, snapshot, series)
                }
                years = held if years is None else years & held
    return tuple(sorted(years or ()))


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
        for member in known.network.members
        for year in years
        if member in known.network.in_year(year)
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
        value (float, in the unit of the measure), status, basis.
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
    effects = known.effects(indicator.id, member.id, year)
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
        "has_distance": effects.has_distance,
        "in_mean": effects.in_mean,
        "is_mean_usable": effects.is_mean_usable,
        "change_effect": effects.change,
        "forbehold": tuple(
            entry.id for entry in known.forbehold_for(indicator.id, member.id, year)
        ),
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
    series = next((s for s in measure.series if s.covers(year)), None)
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
    query = {
        table.region: member.number_in(period),
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


def _parts(known: Catalogue, name: str) -> tuple[str, ...]:
    """StatBank measures behind a name; none for what is collected by hand."""
    measure = known.service.measure.get(name)
    return () if measure is None else measure.sum or (name,)


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

"""
What figures there are: which snapshots, for which years, and what is doubted of them.

Asked before anything is computed, so it knows no tables of figures and loads quickly.
Imports ``catalogue``, ``parameters`` and ``statbank``.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from asss import statbank
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Contents, Measure, Series
from asss.catalogue.parameters import EMBEDDED, LATEST, OUTPUTS
from asss.errors import NoSnapshotError, UsageError
from asss.statbank import CONTENTS, TIME, Dataset, Snapshot, Store, same_label

#: What a unit measures, in SSB's words and ours. Another word counts something.
UNITS = {
    "kr": re.compile(r"kr\b|kroner"),
    "1000 kr": re.compile(r"1 ?000 ?kr|tusen kr"),
    "mill. kr": re.compile(r"mill\S* ?kr"),
    "share": re.compile(r"prosent|%|pst|promille|\bper\b"),
    "months": re.compile(r"måned|mnd"),
}

#: A correction moves some figures a little. Where more than the share of a table's
#: figures move by more than the share of themselves, somebody must look.
MANY, FAR = 0.05, 0.2

#: So many of a kind are told one by one.
TOLD = 5


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
    NoSnapshotError
        If there is no such snapshot.
    SnapshotError
        If it is damaged.
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
    raise NoSnapshotError(msg)


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
        held = statbank.spans(years)
        msg = f"No figures for {year} in snapshot {snapshot.name!r}: it holds {held}."
        if not years or year > years[-1]:
            msg += " Fetch what SSB has published since: `asss fetch`."
        raise UsageError(msg)


def _years_held(known: Catalogue, snapshot: Snapshot, series: Series) -> list[int]:
    if series.table not in snapshot.datasets:
        return []
    offset = known.service.table[series.table].year_offset
    years = [period - offset for period in snapshot.dataset(series.table).years]
    return [year for year in years if series.covers(year)]


def doubts(
    known: Catalogue, dataset: Dataset, entry: Mapping[str, Any], *, fetched: str
) -> list[str]:
    """
    What in a table cannot be as we understand it, though it reads well.

    Parameters
    ----------
    entry : mapping
        What the manifest says of the table: the question that it answers.
    fetched : str
        When it was fetched, UTC; empty for figures that SSB did not send.

    Returns
    -------
    doubts : list of str
        A line for each; none where unit, contents, regions, order of codes, time and
        counts are those of the catalogue and the question.
    """
    if dataset.table not in known.service.table:
        return []
    found = [
        *_contents_doubts(known, dataset),
        *_region_doubts(known, dataset),
        *_order_doubts(dataset, entry),
    ]
    day, asked = dataset.updated_on, statbank.oslo_date(fetched)
    if day and asked and day > asked:
        found.append(f"was updated on {day}, after it was fetched on {asked}")
    return [f"Table {dataset.table} {line}" for line in dict.fromkeys(found)]


def _contents_doubts(known: Catalogue, dataset: Dataset) -> Iterator[str]:
    dimension = dataset.dimension(CONTENTS)
    for measure, wanted in _wanted(known, dataset.table):
        code = wanted.code or next(
            (c for c, label in dimension.labels.items() if label == wanted.label), ""
        )
        if code not in dimension.labels:
            continue
        label, unit = dimension.labels[code], dimension.units.get(code)
        if not same_label(label, wanted.label, *wanted.also):
            yield (
                f"calls {code} «{label}», and measure {measure.id} is "
                f"«{wanted.label}»; if they are the same, write the new label, and "
                "the old one under `also`"
            )
        if unit and unit.base and _unit(unit.base) != _unit(measure.unit):
            yield (
                f"gives {code} in «{unit.base}», and measure {measure.id} is in "
                f"«{measure.unit}»"
            )
        if _unit(measure.unit) in ("count", "months"):
            yield from islice(_negative(dataset, code), TOLD)


def _wanted(known: Catalogue, table: str) -> Iterator[tuple[Measure, Contents]]:
    """Every contents that is read from a table, and for which measure."""
    for measure in known.service.measures:
        for series in measure.series:
            if series.table == table:
                yield from ((measure, contents) for contents in series.contents)


def _negative(dataset: Dataset, code: str) -> Iterator[str]:
    """Cells of a count that are below nothing."""
    if any(value is not None and value < 0 for value in dataset.values):
        for flat, address in enumerate(dataset.addresses()):
            value, _ = dataset.value_at(flat)
            if code in address and value is not None and value < 0:
                yield f"has {value:g} for {', '.join(address)}, which counts something"


def _region_doubts(known: Catalogue, dataset: Dataset) -> Iterator[str]:
    table = known.service.table[dataset.table]
    labels = dataset.dimension(table.region).labels
    for member in known.network.members:
        for period in dataset.years:
            numbers = [n for n in member.kommunenummer if n.covers(period)]
            for number in (n.number for n in numbers if n.number in labels):
                misfit = member.misfit(number, period, labels[number])
                if misfit:
                    yield misfit
                    break


def _order_doubts(dataset: Dataset, entry: Mapping[str, Any]) -> Iterator[str]:
    """Codes are answered in the table's order, in which they were asked for."""
    years = list(map(int, dataset.dimension(TIME).labels)) if dataset.years else []
    if years not in (sorted(years), sorted(years, reverse=True)):
        yield f"has its years in no order: {', '.join(map(str, years))}"
    for part in entry["query"]["selection"]:
        there, asked = dataset.dimensions.get(part["variableCode"]), part["valueCodes"]
        if there and [code for code in there.labels if code in asked] != [
            code for code in asked if code in there.labels
        ]:
            yield f"answers for {there.code} in another order than it was asked"


def _unit(written: str) -> str:
    """The kind of a unit, whatever it is called."""
    found = " ".join(written.casefold().split())
    return next((u for u, form in UNITS.items() if form.match(found)), "count")


def moved(before: Dataset, after: Dataset) -> list[str]:
    """
    Figures that a fetch would move far, if they are so many that somebody must look.

    Returns
    -------
    lines : list of str
        How many, and the first of them; empty where a correction is a correction.
    """
    new = after.by_address
    figures = {
        key: (value, new[key])
        for key, (value, _) in before.by_address.items()
        if value is not None and key in new
    }
    far = [
        (key, old, value, sign)
        for key, (old, (value, sign)) in figures.items()
        if value is None or abs(value - old) > FAR * abs(old)
    ]
    if len(far) <= MANY * len(figures):
        return []
    lines = [
        f"table {after.table}: {len(far)} of {len(figures)} figures move by more than "
        f"{FAR:.0%}"
    ]
    for key, old, value, sign in far[:TOLD]:
        where = ", ".join(code for _, code in sorted(key))
        lines.append(f"  {where}: {old:g} -> {sign if value is None else f'{value:g}'}")
    return lines

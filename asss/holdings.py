"""
What figures there are: which snapshots, and the years that each can be used for.

Asked before anything is computed, so it knows no tables of figures and loads quickly.
Imports ``catalogue``, ``parameters`` and ``statbank``.
"""

from pathlib import Path

from asss import statbank
from asss.catalogue import Catalogue
from asss.errors import NoSnapshotError, UsageError
from asss.knowledge import Series
from asss.parameters import EMBEDDED, LATEST, OUTPUTS
from asss.statbank import Snapshot, Store


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
        span = f"{years[0]}-{years[-1]}" if years else "no year"
        msg = f"No figures for {year} in snapshot {snapshot.name!r}: it holds {span}."
        raise UsageError(msg)


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

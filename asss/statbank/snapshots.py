"""
Snapshots: StatBank answers in a folder, with the manifest that vouches for them.

A snapshot exists whole or not at all: answers gather in a draft, and the draft is
put in place when nothing is missing. Imports ``jsonstat``, ``outputs`` and ``errors``.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from html import escape
from importlib import resources
from itertools import chain, count
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from asss import outputs
from asss.errors import RenderError, SnapshotError
from asss.statbank.jsonstat import (
    Dataset,
    join,
    oslo_date,
    read_dataset,
    read_metadata,
)

__all__ = [
    "FORM",
    "MANIFEST",
    "Cell",
    "Draft",
    "Snapshot",
    "Store",
    "day_of",
    "digest",
    "disagreement",
    "dump",
    "embedded_folder",
    "open_snapshot",
    "summed",
]

MANIFEST = "manifest.json"

#: The version of the form of the manifest.
FORM = 2

#: SSB's own address. Answers from anywhere else are not SSB's, whatever they say.
SSB = "https://data.ssb.no/"

#: What a manifest says of a table that is about the files and the day, not the table.
OF_ONE_FETCH = {"parts", "sha256", "metadata", "updated", "fetched", "cells"}

DRAFT = "draft"
LOCK = ".lock"


@dataclass(frozen=True)
class Cell:
    """One cell of one table.

    Attributes
    ----------
    value : float or None
        In the unit of the table; None where ``status`` says why.
    status : str
        SSB's sign where it stands in the place of a figure, else empty.
    basis : str
        ``preliminary`` where SSB says so of this figure, by sign or note.
    table, query : str, mapping of variable code to value code
        Together they name the cell for anybody with access to StatBank.
    """

    value: float | None
    status: str
    table: str
    query: Mapping[str, str]
    basis: str
    source: str
    note: str

    @property
    def address(self) -> str:
        """The cell in one line: ``12210[KOKkommuneregion0000=0301,…]``."""
        codes = ",".join(f"{name}={code}" for name, code in self.query.items())
        return f"{self.table}[{codes}]"


@dataclass(frozen=True)
class Snapshot:
    """A folder of StatBank answers with the manifest that vouches for them.

    Attributes
    ----------
    name : str
    created : str
        ISO date on which the answers were put together.
    fetched : str
        When they were fetched, UTC; empty for the snapshot in the package.
    base_url : str
        Which service answered; empty for the snapshot in the package.
    sha256 : str
        Of the manifest, and so of everything that it vouches for.
    tables : mapping of table number to its entry in the manifest
    """

    name: str
    created: str
    fetched: str
    base_url: str
    sha256: str
    folder: Path
    tables: Mapping[str, Mapping[str, Any]]
    datasets: Mapping[str, Dataset]

    def __repr__(self) -> str:
        """In a line, and not cell by cell."""
        return (
            f"Snapshot({self.name!r}, {self.created}: tables {', '.join(self.tables)})"
        )

    def _repr_html_(self) -> str:
        """Its tables: how many cells of each, and when SSB updated them."""
        rows = "".join(
            f"<tr><td>{table}</td><td>{escape(entry['title'])}</td>"
            f"<td>{len(self.datasets[table].values)}</td>"
            f"<td>{entry['ssb_updated'] or ''}</td></tr>"
            for table, entry in self.tables.items()
        )
        return f"<p>{escape(repr(self))}</p><table>{rows}</table>"

    @property
    def is_fetched(self) -> bool:
        """Whether StatBank answered, and not this package."""
        return bool(self.fetched)

    @property
    def is_from_ssb(self) -> bool:
        """Whether it was SSB's own service that answered."""
        return self.base_url.startswith(SSB)

    def dataset(self, table: str) -> Dataset:
        """
        The answer for one table.

        Raises
        ------
        SnapshotError
            If the snapshot does not hold the table.
        """
        try:
            return self.datasets[table]
        except KeyError:
            held = ", ".join(sorted(self.datasets))
            msg = f"Snapshot {self.name!r} holds {held}, not table {table}."
            raise SnapshotError(msg) from None

    def cell(self, table: str, query: Mapping[str, str]) -> Cell:
        """One cell with its sign and what it rests on."""
        dataset = self.dataset(table)
        flat = dataset.position(query)
        basis, source, note = self._provenance[table][flat]
        value, sign = dataset.value_at(flat)
        if basis == "real" and dataset.is_preliminary(flat):
            basis = "preliminary"
        return Cell(
            value=value,
            status=sign if value is None else "",
            table=table,
            query=dict(query),
            basis=basis,
            source=source,
            note=note,
        )

    def excerpt(
        self, table: str, kept: Mapping[str, Collection[str]]
    ) -> dict[str, Any]:
        """
        Everything that an answer says, under some of its codes.

        Parameters
        ----------
        kept : mapping of variable to codes
            Those that are wanted, there or not; all of a variable that is not named.

        Returns
        -------
        content : dict
            For JSON, in one form for the same content: the cells in order, each with
            its sign and what it rests on, the labels of their codes, all notes, and
            what the manifest says of the table. Not in it is what only tells one
            fetch from another: sha256, and the days of the fetch.
        """
        dataset = self.dataset(table)
        codes = {
            name: [c for c in dimension.labels if name not in kept or c in kept[name]]
            for name, dimension in dataset.dimensions.items()
        }
        flats = [0]
        for name, dimension in dataset.dimensions.items():
            size, places = len(dimension.labels), dimension.positions
            steps = [places[code] for code in codes[name]]
            flats = [flat * size + step for flat in flats for step in steps]
        provenance = self._provenance[table]
        entry = self.tables[table]
        return {
            "entry": {name: entry[name] for name in entry if name not in OF_ONE_FETCH},
            "label": dataset.label,
            "is_closed": dataset.is_closed,
            "notes": dataset.mandatory_notes,
            "variables": [
                {
                    **asdict(dimension),
                    # A note is shown with the label of its code, wherever that is.
                    "labels": [
                        (code, label)
                        for code, label in dimension.labels.items()
                        if code in codes[name] or code in dimension.mandatory_notes
                    ],
                }
                for name, dimension in dataset.dimensions.items()
            ],
            "cells": [(*dataset.value_at(flat), *provenance[flat]) for flat in flats],
        }

    def mixed(self) -> dict[str, str]:
        """
        Tables whose figures are not of the same update as their metadata, and how.

        Raises
        ------
        SnapshotError, TableError
            If metadata are not what they were when the snapshot was opened.
        """
        found = {}
        for table, entry in self.tables.items():
            # The snapshot in the package has no metadata, and no updates.
            if "metadata" in entry:
                raw = _vouched(self.folder, entry["metadata"])
                described = read_metadata(raw, table=table).updated
                if described != self.datasets[table].updated:
                    found[table] = disagreement(
                        table, described, self.datasets[table].updated
                    )
        return found

    @cached_property
    def _provenance(self) -> dict[str, list[tuple[str, str, str]]]:
        found: dict[str, list[tuple[str, str, str]]] = {}
        for table, entry in self.tables.items():
            cells = [("real", "", "")] * len(self.datasets[table].values)
            for group in entry["cells"]:
                for flat in group["index"]:
                    cells[flat] = (group["basis"], group["source"], group["note"])
            found[table] = cells
        return found


def digest(raw: bytes) -> str:
    """The sha256 of some bytes, in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def embedded_folder() -> Path:
    """Where the package keeps the snapshot that it carries."""
    return Path(str(resources.files("asss"))) / "embedded" / "snapshot"


def open_snapshot(folder: Path) -> Snapshot:
    """
    Open a snapshot and check every file in it against its manifest.

    Parameters
    ----------
    folder : Path
        Holds ``manifest.json`` and the json-stat2 answers it names.

    Raises
    ------
    SnapshotError
        If the manifest or a file is missing, or a file is not the one whose sha256
        the manifest keeps. A figure we cannot vouch for is not shown.
    """
    path = folder / MANIFEST
    raw, manifest = _read_manifest(path)
    try:
        datasets = _datasets(folder, manifest["tables"])
        for entry in manifest["tables"].values():
            if "metadata" in entry:
                _vouched(folder, entry["metadata"])
        return Snapshot(
            name=manifest["name"],
            created=manifest["created"],
            fetched=manifest["fetched"],
            base_url=manifest["base_url"],
            sha256=digest(raw),
            folder=folder,
            tables=manifest["tables"],
            datasets=datasets,
        )
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        msg = f"{path} is not a whole manifest: {error!r} is amiss."
        raise SnapshotError(msg) from error


def _datasets(
    folder: Path, entries: Mapping[str, Mapping[str, Any]]
) -> dict[str, Dataset]:
    """The answers that a manifest has an entry for, each whole."""
    return {
        table: join(
            [
                read_dataset(_vouched(folder, part), table=table)
                for part in entry["parts"]
            ]
        )
        for table, entry in entries.items()
    }


def _read_manifest(path: Path) -> tuple[bytes, Any]:
    try:
        raw = path.read_bytes()
        return raw, json.loads(raw)
    except OSError as error:
        msg = f"No snapshot in {path.parent}: {error.strerror}."
        raise SnapshotError(msg) from error
    except ValueError as error:
        msg = f"{path} is damaged ({error}). Fetch or build the snapshot again."
        raise SnapshotError(msg) from error


def _vouched(folder: Path, part: Mapping[str, str]) -> bytes:
    file = folder / part["file"]
    try:
        raw = file.read_bytes()
    except OSError as error:
        msg = f"Snapshot file {file} cannot be read: {error.strerror}."
        raise SnapshotError(msg) from error
    found = digest(raw)
    if found != part["sha256"]:
        msg = (
            f"Snapshot file {file} has been changed or is damaged: its sha256 is "
            f"{found[:12]}…, the manifest says {part['sha256'][:12]}…. "
            "Restore the file, or build the snapshot again."
        )
        raise SnapshotError(msg)
    return raw


class Store:
    """The folder where fetched snapshots lie, each in a folder of its own.

    Parameters
    ----------
    folder : Path
        ``outputs/snapshots/``; made by the first fetch.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """
        The snapshots there are, by the time they were fetched, oldest first.

        Raises
        ------
        SnapshotError
            If one of them has no readable manifest: which is newest is then unknown.
        """
        found = [
            (str(_read_manifest(path)[1].get("fetched", "")), path.parent.name)
            for path in self.folder.glob(f"[!.]*/{MANIFEST}")
        ]
        return [name for _, name in sorted(found)]

    def newest(self) -> Snapshot | None:
        """The snapshot that was fetched last, checked; None before the first fetch."""
        names = self.names()
        return open_snapshot(self.folder / names[-1]) if names else None

    @contextmanager
    def draft(self) -> Iterator["Draft"]:
        """
        Begin a snapshot, in a folder that is gone again if it is not finished.

        Raises
        ------
        SnapshotError
            If another fetch is at work in the folder, or it cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # The system lets go of the lock when its process ends, however it ends.
            with (
                FileLock(self.folder / LOCK, timeout=0),
                outputs.workplace(self.folder / DRAFT) as work,
            ):
                yield Draft(self, work)
        except Timeout:
            msg = f"Another fetch is at work in {self.folder}. Wait for it to end."
            raise SnapshotError(msg) from None
        except (OSError, RenderError) as error:
            msg = f"No snapshot was made: {error}"
            raise SnapshotError(msg) from error


class Draft:
    """A snapshot on its way: what has been answered so far."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder

    def keep(self, file: str, raw: bytes) -> dict[str, str]:
        """Write an answer as it came."""
        (self._folder / file).write_bytes(raw)
        return {"file": file, "sha256": digest(raw)}

    def datasets(self, entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Dataset]:
        """What has been answered, read as it will be when it is a snapshot."""
        return _datasets(self._folder, entries)

    def finish(self, manifest: Mapping[str, Any]) -> Path:
        """Put the snapshot in place, under its date, and say where that is."""
        kept = {
            part["file"]
            for entry in manifest["tables"].values()
            for part in (*entry["parts"], entry["metadata"])
        }
        for path in self._folder.iterdir():
            if path.name not in kept:
                path.unlink()
        day = manifest["created"]
        names = chain([day], (f"{day}-{number}" for number in count(2)))
        folders = (self._store.folder / name for name in names)
        target: Path = next(folder for folder in folders if not folder.exists())
        named = {"form": FORM, "name": target.name, **manifest}
        (self._folder / MANIFEST).write_bytes(dump(named))
        outputs.put(self._folder, target)
        return target


def dump(content: object) -> bytes:
    """JSON as our manifests have it: one form for the same content."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def summed(parts: Sequence[Mapping[str, str]]) -> str:
    """One sha256 for an answer in parts: of the part, or of all their sha256."""
    hashes = [part["sha256"] for part in parts]
    return hashes[0] if len(hashes) == 1 else digest("".join(hashes).encode())


def day_of(stamp: str) -> str:
    """The ISO date in Oslo of a stamp in UTC."""
    found = oslo_date(stamp)
    return found.isoformat() if found else ""


def disagreement(table: str, described: str, figures: str) -> str:
    """In one line: figures and metadata of a table that are of two updates."""
    days = [day_of(described), day_of(figures)]
    first, second = (described, figures) if days[0] == days[1] else days
    if figures > described:
        return f"Table {table} has figures from {second} under a description of {first}"
    return f"Table {table} has figures from {second} though it was updated on {first}"

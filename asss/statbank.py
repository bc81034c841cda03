"""
StatBank answers: the json-stat2 format and snapshots of it on disk.

Knows SSB's format and nothing of indicators; every other room asks it for cells.
Readers found elsewhere drop the sign of a missing value (see DECISIONS.md), which a
KOSTRA report cannot do without, so the reader is our own. Imports ``errors`` only.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from itertools import repeat
from math import isfinite, prod
from pathlib import Path
from typing import Any, cast

from asss.errors import SnapshotError, TableError

#: SSB's signs (StatBank user guide) for a cell without a figure: not possible,
#: missing, not publishable. A number beside one of them, such as 0, is no figure.
#: The sign - means nil, which is a figure: 0.
SIGNS = frozenset({".", "..", ":"})
NIL = "-"

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Cell:
    """One cell of one table.

    Attributes
    ----------
    value : float or None
        In the unit of the table; None where ``status`` says why.
    status : str
        SSB's sign, else empty.
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
class Dimension:
    """A variable of a table: its codes in order, and a label for each."""

    code: str
    label: str
    labels: Mapping[str, str]

    @cached_property
    def positions(self) -> dict[str, int]:
        """Position of each code along the dimension."""
        return {code: position for position, code in enumerate(self.labels)}


@dataclass(frozen=True)
class Dataset:
    """A json-stat2 answer, read without losing anything that a report needs.

    Attributes
    ----------
    dimensions : mapping of str to Dimension, in the order of the values
    values : sequence of float or None, row-major
    status : mapping of flat index to sign
    updated : str
        As SSB sent it: UTC, ISO 8601 with Z.
    notes : sequence of str
    """

    table: str
    label: str
    updated: str
    notes: Sequence[str]
    dimensions: Mapping[str, Dimension]
    values: Sequence[float | None]
    status: Mapping[int, str]

    def code_for(self, dimension: str, *, code: str | None, label: str | None) -> str:
        """
        Find a value code, by itself or, where it is not known, by its exact label.

        Raises
        ------
        TableError
            If the table has neither; the message names the table and the variable.
        """
        known = self.dimension(dimension).labels
        if code is not None and code in known:
            return code
        matches = [found for found, text in known.items() if text == label]
        if code is None and len(matches) == 1:
            return matches[0]
        wanted = code if code is not None else label
        msg = (
            f"Table {self.table} has no value {wanted!r} in {dimension}. "
            "Mend the code in parameters/indikatorer/ or choose another snapshot."
        )
        raise TableError(msg)

    def position(self, query: Mapping[str, str]) -> int:
        """
        Flat, row-major index of the cell that `query` names.

        Raises
        ------
        TableError
            If a dimension is left open or a code is unknown.
        """
        flat = 0
        for name, dimension in self.dimensions.items():
            code = query.get(name)
            if code is None or code not in dimension.positions:
                msg = f"Table {self.table} has no {name}={code} (asked for {query})."
                raise TableError(msg)
            flat = flat * len(dimension.labels) + dimension.positions[code]
        return flat

    def dimension(self, code: str) -> Dimension:
        """
        One variable of the table.

        Raises
        ------
        TableError
            If the table has no such variable; the message names those it has.
        """
        try:
            return self.dimensions[code]
        except KeyError:
            names = ", ".join(self.dimensions)
            msg = f"Table {self.table} has no variable {code}; it has {names}."
            raise TableError(msg) from None


def read_dataset(raw: bytes, *, table: str) -> Dataset:
    """
    Read a json-stat2 answer from SSB.

    Accepts the list and the sparse form of ``value``, ``status`` and ``index``; SSB
    sends both, depending on version and table.

    Parameters
    ----------
    raw : bytes
        The answer as it came over the wire or out of a snapshot.
    table : str
        SSB's table number, for messages.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    TableError
        If the bytes are no json-stat2 dataset, or the sizes do not match the cells.

    Notes
    -----
    Source: json-stat.org/format and answers recorded from SSB, 2021-2026.
    """
    try:
        answer = json.loads(raw)
    except ValueError as error:
        msg = f"The answer for table {table} is not JSON: {error}."
        raise TableError(msg) from error
    if not isinstance(answer, dict) or answer.get("class") != "dataset":
        msg = f"The answer for table {table} is JSON, but not a json-stat2 dataset."
        raise TableError(msg)
    try:
        dimensions = {
            code: _read_dimension(code, answer["dimension"][code])
            for code in answer["id"]
        }
        sizes = [int(size) for size in answer["size"]]
        cells = prod(sizes)
        values = _dense(answer["value"], cells, table)
        status = _sparse_status(answer.get("status"))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        msg = f"The answer for table {table} is not whole: {error!r} is amiss."
        raise TableError(msg) from error
    if sizes != [len(dimension.labels) for dimension in dimensions.values()]:
        msg = f"Table {table}: the sizes {sizes} do not match its categories."
        raise TableError(msg)
    for flat, value in enumerate(values):
        sign = status.get(flat, "")
        if value is None and sign not in {*SIGNS, NIL}:
            msg = f"Table {table}, cell {flat} has no number, and no sign but {sign!r}."
            raise TableError(msg)
        if value is not None and not _is_number(value):
            msg = f"Table {table}, cell {flat} holds {value!r}, which is no number."
            raise TableError(msg)
    return Dataset(
        table=table,
        label=str(answer.get("label", "")),
        updated=str(answer.get("updated", "")),
        notes=tuple(answer.get("note", ())),
        dimensions=dimensions,
        values=values,
        status=status,
    )


def _read_dimension(code: str, body: Mapping[str, Any]) -> Dimension:
    category = body["category"]
    labels = category.get("label", {})
    index = category.get("index", list(labels))
    codes = list(index)
    if isinstance(index, dict):
        codes.sort(key=lambda code: int(index[code]))
    return Dimension(
        code=code,
        label=str(body.get("label", code)),
        labels={str(found): str(labels.get(found, found)) for found in codes},
    )


def _dense(value: Any, cells: int, table: str) -> tuple[float | None, ...]:
    if isinstance(value, dict):
        found = cast("dict[str, float | None]", value)
        if any(not 0 <= int(index) < cells for index in found):
            msg = f"Table {table}: a value lies outside its {cells} cells."
            raise TableError(msg)
        return tuple(found.get(str(index)) for index in range(cells))
    if len(value) != cells:
        msg = f"Table {table}: {len(value)} values for {cells} cells."
        raise TableError(msg)
    return tuple(value)


def _is_number(value: object) -> bool:
    """Whether it is one; to Python, True is a number too."""
    return type(value) in (int, float) and isfinite(cast("float", value))


def _sparse_status(status: Any) -> dict[int, str]:
    if status is None:
        return {}
    pairs = status.items() if isinstance(status, dict) else enumerate(status)
    return {int(index): str(sign) for index, sign in pairs if sign}


@dataclass(frozen=True)
class Snapshot:
    """A folder of StatBank answers with the manifest that vouches for them.

    Attributes
    ----------
    name : str
    created : str
        ISO date on which the answers were put together.
    tables : mapping of table number to its entry in the manifest
    """

    name: str
    created: str
    folder: Path
    tables: Mapping[str, Mapping[str, Any]]
    datasets: Mapping[str, Dataset]

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
        sign = dataset.status.get(flat, "")
        value = None if sign in SIGNS else dataset.values[flat]
        return Cell(
            value=0.0 if sign == NIL else value,
            status=sign if sign in SIGNS else "",
            table=table,
            query=dict(query),
            basis=basis,
            source=source,
            note=note,
        )

    @cached_property
    def _provenance(self) -> dict[str, list[tuple[str, str, str]]]:
        found: dict[str, list[tuple[str, str, str]]] = {}
        for table, entry in self.tables.items():
            cells: list[tuple[str, str, str]] = list(
                repeat(("real", "", ""), len(self.datasets[table].values))
            )
            for group in entry["cells"]:
                for flat in group["index"]:
                    cells[flat] = (group["basis"], group["source"], group["note"])
            found[table] = cells
        return found


def embedded_folder() -> Path:
    """Where the package keeps the snapshot that it carries."""
    return Path(str(resources.files("asss"))) / "embedded" / "snapshot"


def open_snapshot(folder: Path) -> Snapshot:
    """
    Open a snapshot and check every file in it against its manifest.

    Parameters
    ----------
    folder : Path
        Holds ``manifest.json`` and one json-stat2 file per table.

    Raises
    ------
    SnapshotError
        If the manifest or a file is missing, or a file is not the one whose sha256
        the manifest keeps. A figure we cannot vouch for is not shown.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
    except OSError as error:
        msg = f"No snapshot in {folder}: {error.strerror}."
        raise SnapshotError(msg) from error
    except ValueError as error:
        msg = f"{path} is damaged ({error}). Fetch or build the snapshot again."
        raise SnapshotError(msg) from error
    try:
        return _read_snapshot(folder, manifest)
    except (KeyError, TypeError, AttributeError) as error:
        msg = f"{path} is not a whole manifest: {error!r} is amiss."
        raise SnapshotError(msg) from error


def _read_snapshot(folder: Path, manifest: Mapping[str, Any]) -> Snapshot:
    datasets = {}
    for table, entry in manifest["tables"].items():
        file = folder / entry["file"]
        try:
            raw = file.read_bytes()
        except OSError as error:
            msg = f"Snapshot file {file} cannot be read: {error.strerror}."
            raise SnapshotError(msg) from error
        digest = hashlib.sha256(raw).hexdigest()
        if digest != entry["sha256"]:
            msg = (
                f"Snapshot file {file} has been changed or is damaged: its sha256 is "
                f"{digest[:12]}…, the manifest says {entry['sha256'][:12]}…. "
                "Restore the file, or build the snapshot again."
            )
            raise SnapshotError(msg)
        datasets[table] = read_dataset(raw, table=table)
    return Snapshot(
        name=manifest["name"],
        created=manifest["created"],
        folder=folder,
        tables=manifest["tables"],
        datasets=datasets,
    )

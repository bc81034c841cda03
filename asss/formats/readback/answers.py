"""
What figures are from, read as it lies on disk: SSB's answers, figures by hand, YAML.

What else reads them is not asked, nor what checks them: a slip there would be here as
well. Numbers are fractions, so that nothing is rounded on the way. Imports nothing.
"""

import csv
import json
import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property, lru_cache
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import yaml

__all__ = ["Answer", "Cell", "Entry", "Snapshot", "covers", "figures_by_hand"]
__all__ += ["given_for_need", "read_yaml"]

#: What a file says of one thing.
Entry: TypeAlias = Mapping[str, Any]

#: A note that calls figures of a year preliminary, and not «ikke lenger foreløpige».
PRELIMINARY = re.compile(
    r"(?<!ikke )(?<!lenger )\b(?:foreløpig|førebels|preliminary)", re.IGNORECASE
)

#: As many different files are kept at once as a season of reports is made of.
KEPT = 64


class Cell(NamedTuple):
    """A figure, or the sign in its place; and what it rests on."""

    value: int | Fraction | None
    sign: str
    basis: str


class Answer:
    """A table of SSB's, in one answer or in several parts."""

    def __init__(self, folder: Path, entry: Entry) -> None:
        raws = [(folder / part["file"]).read_bytes() for part in entry["parts"]]
        self.digests = [sha256(raw).hexdigest() for raw in raws]
        self._parts = [_json(raw) for raw in raws]
        self._entry = entry
        self._codes = [
            {name: _labels(part, name) for name in part["id"]} for part in self._parts
        ]
        self.labels: dict[str, dict[str, str]] = {}
        for part in self._codes:
            for name, labels in part.items():
                self.labels.setdefault(name, {}).update(labels)
        self._places = [_places(labels) for labels in (*self._codes, self.labels)]

    @property
    def updated(self) -> list[str]:
        """What each part says of when SSB last updated the table."""
        return [part.get("updated") or "" for part in self._parts]

    def cell(self, codes: Mapping[str, str]) -> Cell:
        """
        The cell under a code of each variable.

        Raises
        ------
        LookupError
            If there is none, or if a variable is left open.
        """
        for part, places in zip(self._parts, self._places, strict=False):
            flat = _flat(codes, places)
            if flat is None:
                continue
            value, sign = _at(part["value"], flat), _sign(part, flat)
            whole = _flat(codes, self._places[-1])
            basis = self._bases.get(-1 if whole is None else whole, "real")
            if basis == "real" and (sign == "*" or codes["Tid"] in self._noted):
                basis = "preliminary"
            if sign == "-":
                return Cell(0, "", basis)
            if sign in ("", "*") and value is not None:
                return Cell(value, "", basis)
            return Cell(None, sign, basis)
        msg = f"no answer has {dict(codes)}"
        raise LookupError(msg)

    @cached_property
    def preliminary(self) -> set[str]:
        """The periods in which SSB calls any figure preliminary."""
        found = set(self._noted)
        for part, labels in zip(self._parts, self._codes, strict=True):
            after = part["id"][part["id"].index("Tid") + 1 :]
            step, periods = prod(len(labels[name]) for name in after), [*labels["Tid"]]
            found |= {periods[f // step % len(periods)] for f in _starred(part)}
        return found

    @cached_property
    def _noted(self) -> set[str]:
        return {
            code
            for part in self._parts
            for code, notes in (_category(part, "Tid").get("note") or {}).items()
            if any(PRELIMINARY.search(" ".join(note.split())) for note in notes)
        }

    @cached_property
    def _bases(self) -> dict[int, str]:
        groups = self._entry.get("cells") or ()
        return {flat: group["basis"] for group in groups for flat in group["index"]}


class Snapshot:
    """The answers that a manifest vouches for."""

    def __init__(self, folder: Path) -> None:
        raw = (folder / "manifest.json").read_bytes()
        self.sha256 = sha256(raw).hexdigest()
        self.manifest: Entry = _json(raw)
        self.answers = {
            table: Answer(folder, entry)
            for table, entry in self.manifest["tables"].items()
        }


def covers(span: Entry, year: int) -> bool:
    """Whether a year lies in a span, which may be open at either end."""
    return (span.get("from_year") or 0) <= year <= (span.get("to_year") or 9999)


def read_yaml(path: Path) -> Any:
    """What a file says."""
    return _yaml(path.read_bytes())


def figures_by_hand(folder: Path) -> dict[tuple[str, str, int], dict[str, str]]:
    """Every row of the figures collected by hand, with its ``file``."""
    found = {}
    for path in sorted(folder.glob("[!.]*.csv")):
        for row in _rows(path.read_bytes()):
            key = row.get("measure") or path.stem, row["kommune"], int(row["year"])
            found[key] = {**row, "file": path.name}
    return found


def given_for_need(path: Path) -> dict[tuple[str, str, int], dict[str, str]]:
    """Every row of what corrects for need, by part, kommune and year; if there is."""
    rows = _rows(path.read_bytes()) if path.is_file() else []
    return {(row["part"], row["kommune"], int(row["year"])): row for row in rows}


@lru_cache(KEPT)
def _yaml(raw: bytes) -> Any:
    return yaml.load(raw, yaml.CSafeLoader)


@lru_cache(KEPT)
def _json(raw: bytes) -> Any:
    return json.loads(raw, parse_float=Fraction)


@lru_cache(KEPT)
def _rows(raw: bytes) -> list[dict[str, str]]:
    """As commas part them; or semicolons, and then numbers have decimal commas."""
    lines = raw.decode("utf-8-sig").splitlines()
    is_norwegian = lines[0].count(";") > lines[0].count(",")
    read = csv.DictReader(lines, delimiter=";" if is_norwegian else ",")
    rows = [row for row in read if any(row.values())]
    for row in rows:
        for name in ("value", "numerator", "denominator"):
            number = (row.get(name) or "").replace("\u2212", "-")
            row[name] = number.replace(",", ".") if is_norwegian else number
    return rows


# -- json-stat -------------------------------------------------------------------------


def _category(part: Entry, name: str) -> Entry:
    found: Entry = part["dimension"][name]["category"]
    return found


def _labels(part: Entry, name: str) -> dict[str, str]:
    """The codes of a variable in the order of the cells, each with its label."""
    labels = _category(part, name).get("label", {})
    index = _category(part, name).get("index", list(labels))
    if isinstance(index, Mapping):
        index = sorted(index, key=lambda code: int(index[code]))
    return {code: labels.get(code, code) for code in index}


def _places(labels: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, int]]:
    return {
        name: {code: place for place, code in enumerate(codes)}
        for name, codes in labels.items()
    }


def _flat(
    codes: Mapping[str, str], places: Mapping[str, Mapping[str, int]]
) -> int | None:
    """The number of a cell, the last variable running fastest; none if not there."""
    flat = 0
    for name, there in places.items():
        if codes[name] not in there:
            return None
        flat = flat * len(there) + there[codes[name]]
    return flat


def _at(cells: Any, flat: int) -> Any:
    """What stands at a place in a list, or in what has only the places in use."""
    return cells.get(str(flat)) if isinstance(cells, Mapping) else cells[flat]


def _sign(part: Entry, flat: int) -> str:
    return str(_at(part.get("status") or {}, flat) or "").strip()


def _starred(part: Entry) -> list[int]:
    """Where the sign of a preliminary figure stands."""
    signs = part.get("status") or {}
    pairs = signs.items() if isinstance(signs, Mapping) else enumerate(signs)
    return [int(flat) for flat, sign in pairs if str(sign or "").strip() == "*"]

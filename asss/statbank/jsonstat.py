"""
The json-stat2 format, as SSB writes it: answers and metadata read without a loss.

Readers found elsewhere drop the sign of a missing value (see DECISIONS.md), which a
KOSTRA report cannot do without, so the reader is our own. Imports ``errors`` only.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import SequenceMatcher
from functools import cached_property
from itertools import product
from math import isfinite, prod
from typing import Any, cast
from zoneinfo import ZoneInfo

from asss.errors import TableError

__all__ = [
    "CONTENTS",
    "OSLO",
    "TIME",
    "Dataset",
    "Dimension",
    "Metadata",
    "Selection",
    "as_body",
    "as_words",
    "join",
    "nearest",
    "oslo_date",
    "read_dataset",
    "read_metadata",
    "same_label",
    "spans",
]

#: The variables that every KOSTRA table has, beside one for its regions.
CONTENTS = "ContentsCode"
TIME = "Tid"

#: The two of SSB's signs (StatBank user guide) that stand with a figure: nil, which is
#: the figure 0, and preliminary. Beside any other, known to us or not, there is none:
#: a number there, such as 0, is no figure.
NIL = "-"
PRELIMINARY = "*"

#: What can stand in the place of a figure, and not be taken for one.
SIGN = re.compile(r"\D{0,12}")

#: The form of a period's code tells the table's unit of time.
PERIODS = {
    "years": re.compile(r"\d{4}"),
    "quarters": re.compile(r"\d{4}K\d"),
    "months": re.compile(r"\d{4}M\d\d"),
    "weeks": re.compile(r"\d{4}U\d\d"),
    "years of two halves": re.compile(r"\d{4}-\d{4}"),
}

#: A note on a year says in words what the sign says of one cell.
SAYS_PRELIMINARY = re.compile(
    r"(?<!ikke )(?<!lenger )\b(foreløpig|førebels|preliminary)", re.IGNORECASE
)

#: SSB stamps in UTC and publishes at 08:00 in Oslo; midnight there is another date.
OSLO = ZoneInfo("Europe/Oslo")

#: Cells that an answer may have; SSB allows a tenth. The sparse form promises any.
MOST_CELLS = 10_000_000

#: A question: the codes wanted of each variable.
Selection = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Dimension:
    """A variable of a table: its codes in order, and a label for each.

    Attributes
    ----------
    units : mapping of code to str
        Of the contents variable only.
    notes, mandatory_notes : mapping of code to tuple of str
        Notes on single values; the mandatory ones must stand wherever it is shown.
    mandatory_variable_notes : tuple of str
        The same, on the variable as a whole.
    is_eliminable : bool
        Whether a question may leave the variable out, and get its total.
    """

    code: str
    label: str
    labels: Mapping[str, str]
    units: Mapping[str, str]
    notes: Mapping[str, tuple[str, ...]]
    mandatory_notes: Mapping[str, tuple[str, ...]]
    mandatory_variable_notes: tuple[str, ...]
    is_eliminable: bool

    @cached_property
    def positions(self) -> dict[str, int]:
        """Position of each code along the dimension."""
        return {code: position for position, code in enumerate(self.labels)}


@dataclass(frozen=True)
class Metadata:
    """What a table is: its variables, notes, and when SSB updated it.

    Attributes
    ----------
    updated : str
        As SSB sent it: UTC, ISO 8601 with Z.
    mandatory_notes : tuple of str
        Those that must stand wherever its figures are shown.
    is_closed : bool
        SSB says that the table gets no new figures.
    dimensions : mapping of str to Dimension, in the order of the values
    """

    table: str
    label: str
    updated: str
    mandatory_notes: tuple[str, ...]
    is_closed: bool
    dimensions: Mapping[str, Dimension]

    def __repr__(self) -> str:
        """In a line, and not code by code."""
        return f"{type(self).__name__}({self.table}: {', '.join(self.dimensions)})"

    @property
    def updated_on(self) -> date | None:
        """The date in Oslo of ``updated``, or None where SSB sent none."""
        return oslo_date(self.updated)

    @property
    def years(self) -> tuple[int, ...]:
        """
        The years that the table has, oldest first whatever their order in it.

        Raises
        ------
        TableError
            If its unit of time is another: no measure is read by quarters or months.
        """
        codes = self.dimension(TIME).labels
        odd = next((c for c in codes if not PERIODS["years"].fullmatch(c)), None)
        if odd is not None:
            unit = next(
                (unit for unit, form in PERIODS.items() if form.fullmatch(odd)),
                "periods that are not known here",
            )
            msg = (
                f"Table {self.table} has {unit}, such as {odd}. Only tables of years "
                "can be read, with codes such as 2022: choose another table in "
                "indikatorer.yaml."
            )
            raise TableError(msg)
        return tuple(sorted(int(code) for code in codes))

    def code_for(self, dimension: str, *, code: str | None, label: str | None) -> str:
        """
        Find a value code, by itself or, where it is not known, by its exact label.

        Raises
        ------
        TableError
            If the table has neither; the message names the table, the variable and
            the nearest values there are.
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
            f"Nearest: {as_words(nearest(known, code, label))}. "
            "Mend the code in indikatorer.yaml or choose another snapshot."
        )
        raise TableError(msg)

    def ordered(self, selection: Selection) -> dict[str, list[str]]:
        """A question in the order of the table, without doubles."""
        return {
            name: sorted(set(selection[name]), key=dimension.positions.__getitem__)
            for name, dimension in self.dimensions.items()
            if selection.get(name)
        }

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


@dataclass(frozen=True, repr=False)
class Dataset(Metadata):
    """A json-stat2 answer, read without losing anything that a report needs.

    Attributes
    ----------
    values : sequence of float or None, row-major
    status : mapping of flat index to sign
    """

    values: Sequence[float | None]
    status: Mapping[int, str]

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

    def strays(self, asked: Selection) -> list[str]:
        """Values that were asked for and are not here, or are and were not."""
        return [
            f"{name} {code}"
            for name, codes in asked.items()
            for code in sorted(set(codes) ^ self.dimension(name).labels.keys())
        ]

    def value_at(self, flat: int) -> tuple[float | None, str]:
        """The figure of a cell, and the sign in its place, or beside a preliminary."""
        sign = self.status.get(flat, "")
        if sign == NIL:
            return 0.0, ""
        return (self.values[flat] if sign in ("", PRELIMINARY) else None), sign

    def is_preliminary(self, flat: int) -> bool:
        """Whether SSB says so of a cell: by a sign beside it, or a note on its year."""
        noted = self._preliminary_periods
        is_noted = bool(noted) and self._period_of(flat) in noted
        return is_noted or self.status.get(flat) == PRELIMINARY

    def has_preliminary(self, period: str) -> bool:
        """Whether any figure of a period is preliminary."""
        return period in self._preliminary_periods or any(
            sign == PRELIMINARY and self._period_of(flat) == period
            for flat, sign in self.status.items()
        )

    @cached_property
    def _preliminary_periods(self) -> frozenset[str]:
        noted = self.dimensions[TIME].notes if TIME in self.dimensions else {}
        return frozenset(
            period
            for period, notes in noted.items()
            if any(SAYS_PRELIMINARY.search(note) for note in notes)
        )

    def _period_of(self, flat: int) -> str:
        dimension = self.dimensions.get(TIME)
        periods = list(dimension.labels) if dimension else [""]
        later = list(self.dimensions)[::-1]
        after = later[: later.index(TIME)] if TIME in later else []
        step = prod(len(self.dimensions[name].labels) for name in after)
        return periods[flat // step % len(periods)]

    @cached_property
    def by_address(self) -> dict[frozenset[tuple[str, str]], tuple[float | None, str]]:
        """Every cell under its codes, whatever the order of the variables."""
        names = list(self.dimensions)
        return {
            frozenset(zip(names, address, strict=True)): self.value_at(flat)
            for flat, address in enumerate(self.addresses())
        }

    def addresses(self) -> Iterable[tuple[str, ...]]:
        """The codes of every cell, one per variable, in the order of the values."""
        return product(*(dimension.labels for dimension in self.dimensions.values()))


def oslo_date(stamp: str | None) -> date | None:
    """
    The date in Oslo of one of SSB's stamps.

    Examples
    --------
    >>> oslo_date("2021-06-13T22:00:00Z"), oslo_date("2026-03-16T07:00:00Z")
    (datetime.date(2021, 6, 14), datetime.date(2026, 3, 16))
    """
    return datetime.fromisoformat(stamp).astimezone(OSLO).date() if stamp else None


def same_label(label: str, *others: str) -> bool:
    """Whether labels differ in nothing but case, spaces and the kind of strokes."""

    def plain(text: str) -> str:
        return " ".join(re.sub("[–—]", "-", text).casefold().split())

    return plain(label) in map(plain, others)


def spans(years: Iterable[int]) -> str:
    """
    Years for a message, oldest first, and no year between that is not among them.

    Examples
    --------
    >>> spans([2025, 2022, 2024])
    '2022, 2024-2025'
    """
    found: list[list[int]] = []
    for year in sorted(set(years)):
        if found and year == found[-1][-1] + 1:
            found[-1] = [found[-1][0], year]
        else:
            found.append([year])
    return ", ".join("-".join(map(str, ends)) for ends in found) or "no years"


def nearest(
    known: Mapping[str, str], code: str | None, label: str | None, count: int = 3
) -> list[tuple[str, str]]:
    """
    The values most like one that is not there, by code or by label, best first.

    Examples
    --------
    >>> nearest({"KOSa": "Mottakere i alt", "KOSb": "Stønad"}, None, "Mottakere alt")
    [('KOSa', 'Mottakere i alt')]
    """
    if code is None and label is None:
        return []

    def likeness(found: str, text: str) -> float:
        pairs = ((code, found), (label, text))
        return max(
            SequenceMatcher(None, wanted.casefold(), there.casefold()).ratio()
            for wanted, there in pairs
            if wanted is not None
        )

    graded = [(likeness(found, text), found, text) for found, text in known.items()]
    close = sorted((grade for grade in graded if grade[0] >= 0.5), reverse=True)
    return [(found, text) for _, found, text in close[:count]]


def as_words(values: Iterable[tuple[str, str]]) -> str:
    """
    Values of a variable for a message, each with its label.

    Examples
    --------
    >>> as_words([("0301", "Oslo")]), as_words([])
    ('0301 «Oslo»', 'nothing like it')
    """
    written = "; ".join(f"{code} «{label}»" for code, label in values)
    return written or "nothing like it"


def as_body(question: Selection) -> dict[str, Any]:
    """A question in the form that is posted."""
    return {
        "selection": [
            {"variableCode": name, "valueCodes": list(codes)}
            for name, codes in question.items()
        ]
    }


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
    answer, metadata = _read(raw, table)
    try:
        cells = prod(int(size) for size in answer["size"])
        values = _dense(answer["value"], cells, table)
        status = _sparse_status(answer.get("status"))
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise TableError(_not_whole(table, error)) from error
    for flat, value in enumerate(values):
        sign = status.get(flat, "")
        if value is None and not sign:
            msg = f"Table {table}, cell {flat} has no number, and no sign."
            raise TableError(msg)
        if not SIGN.fullmatch(sign):
            msg = f"Table {table}, cell {flat}: {sign[:40]!r} is no sign."
            raise TableError(msg)
        if value is not None and not _is_number(value):
            msg = f"Table {table}, cell {flat} holds {value!r}, which is no number."
            raise TableError(msg)
    return Dataset(**vars(metadata), values=values, status=status)


def read_metadata(raw: bytes, *, table: str) -> Metadata:
    """
    Read what ``/metadata`` answers: a dataset whose cells are left out.

    Raises
    ------
    TableError
        If the bytes are no json-stat2 dataset.
    """
    return _read(raw, table)[1]


def join(parts: Sequence[Dataset]) -> Dataset:
    """
    Put together the answers to one question that was too large for one call.

    Raises
    ------
    TableError
        If the parts are of different updates, overlap, or leave a cell empty.
    """
    first = parts[0]
    if len(parts) == 1:
        return first
    stamps = sorted({part.updated for part in parts})
    if len(stamps) > 1:
        msg = (
            f"Table {first.table} was updated while it was being fetched "
            f"({', '.join(stamps)}). Fetch again."
        )
        raise TableError(msg)
    dimensions = {
        name: replace(dimension, **_merged([part.dimension(name) for part in parts]))
        for name, dimension in first.dimensions.items()
    }
    cells: dict[tuple[str, ...], tuple[float | None, str]] = {}
    for part in parts:
        for flat, address in enumerate(part.addresses()):
            if address in cells:
                msg = f"Table {first.table}: cell {address} stands in two answers."
                raise TableError(msg)
            cells[address] = (part.values[flat], part.status.get(flat, ""))
    whole = replace(
        first,
        dimensions=dimensions,
        mandatory_notes=tuple(
            dict.fromkeys(note for part in parts for note in part.mandatory_notes)
        ),
    )
    missing = prod(len(d.labels) for d in dimensions.values()) - len(cells)
    if missing:
        msg = f"Table {first.table}: {missing} cells are in none of the answers."
        raise TableError(msg)
    found = [cells[address] for address in whole.addresses()]
    return replace(
        whole,
        values=tuple(value for value, _ in found),
        status={flat: sign for flat, (_, sign) in enumerate(found) if sign},
    )


def _merged(parts: Sequence[Dimension]) -> dict[str, Any]:
    """What is said of the codes of a variable, in all parts together."""
    return {
        key: {code: said for part in parts for code, said in getattr(part, key).items()}
        for key in ("labels", "units", "notes", "mandatory_notes")
    }


def _read(raw: bytes, table: str) -> tuple[dict[str, Any], Metadata]:
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
        extension = answer.get("extension") or {}
        metadata = Metadata(
            table=table,
            label=str(answer.get("label", "")),
            updated=str(answer.get("updated") or ""),
            mandatory_notes=_mandatory(
                _notes(answer.get("note")), extension.get("noteMandatory")
            ),
            is_closed=bool(extension.get("discontinued")),
            dimensions=dimensions,
        )
        _ = metadata.updated_on
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise TableError(_not_whole(table, error)) from error
    if sizes != [len(dimension.labels) for dimension in dimensions.values()]:
        msg = f"Table {table}: the sizes {sizes} do not match its categories."
        raise TableError(msg)
    return answer, metadata


def _not_whole(table: str, error: Exception) -> str:
    return f"The answer for table {table} is not whole: {error!r} is amiss."


def _read_dimension(code: str, body: Mapping[str, Any]) -> Dimension:
    category = body["category"]
    extension = body.get("extension") or {}
    labels = category.get("label", {})
    index = category.get("index", list(labels))
    codes = list(index)
    if isinstance(index, dict):
        codes.sort(key=lambda code: int(index[code]))
    notes = {
        str(found): _notes(texts)
        for found, texts in (category.get("note") or {}).items()
    }
    mandatory = extension.get("categoryNoteMandatory") or {}
    return Dimension(
        code=code,
        label=str(body.get("label", code)),
        labels={str(found): str(labels.get(found, found)) for found in codes},
        units={
            str(found): str(unit.get("base", ""))
            for found, unit in (category.get("unit") or {}).items()
        },
        notes=notes,
        mandatory_notes={
            found: kept
            for found, texts in notes.items()
            if (kept := _mandatory(texts, mandatory.get(found)))
        },
        mandatory_variable_notes=_mandatory(
            _notes(body.get("note")), extension.get("noteMandatory")
        ),
        is_eliminable=bool(extension.get("elimination")),
    )


def _notes(written: Any) -> tuple[str, ...]:
    """Notes, each on one line: SSB breaks them for a screen that is not ours."""
    return tuple(re.sub(r"\s*[\r\n]\s*", " ", str(note)) for note in written or ())


def _mandatory(notes: Sequence[str], marked: Any) -> tuple[str, ...]:
    """The notes that SSB says must be shown: ``{"1": true}`` by position."""
    chosen = marked or {}
    return tuple(text for place, text in enumerate(notes) if chosen.get(str(place)))


def _dense(value: Any, cells: int, table: str) -> tuple[float | None, ...]:
    if cells > MOST_CELLS:
        msg = f"Table {table}: an answer with {cells} cells is none of ours."
        raise TableError(msg)
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
    try:
        return type(value) in (int, float) and isfinite(cast("float", value))
    except OverflowError:
        return False


def _sparse_status(status: Any) -> dict[int, str]:
    if status is None:
        return {}
    pairs = status.items() if isinstance(status, dict) else enumerate(status)
    written = ((int(index), str(sign or "").strip()) for index, sign in pairs)
    return {index: sign for index, sign in written if sign}

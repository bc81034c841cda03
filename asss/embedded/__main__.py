"""
Build the embedded snapshot: ``figures.csv`` as json-stat2 answers with a manifest.

The answers have SSB's form (region codes of each year, signs, notes, ``updated``), but
are not SSB's: what each cell rests on stands in the manifest, cell by cell. A contents
code that is not known is written ``asss:<measure>``, which nobody takes for SSB's.
"""

import csv
import hashlib
import json
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from asss import statbank
from asss.catalogue import catalogue
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Measure, Series
from asss.errors import AsssError, ParameterError
from asss.statbank.snapshots import FORM

#: The day the figures were put together. A constant: the build has no clock.
CREATED = "2026-11-23"

FIGURES = Path(__file__).with_name("figures.csv")
TIME = "Tid"
CONTENTS = "ContentsCode"
OUTSIDE = "."

NOTE = (
    "Bygget av asss av figures.csv for bruk uten nett. Ikke et svar fra SSB: «updated» "
    "er dagen utvalget ble satt sammen, og manifestet sier for hver celle om tallet er "
    "hentet fra SSB, trykt av KS eller en kommune, eller rekonstruert."
)


@dataclass(frozen=True)
class Entry:
    """A figure on its way into a cell."""

    query: Mapping[str, str]
    labels: Mapping[str, str]
    unit: str
    value: float | None
    status: str
    origin: tuple[str, str, str]


def build(folder: Path) -> list[str]:
    """
    Write one json-stat2 file per table, and ``manifest.json``, to `folder`.

    Returns
    -------
    tables : list of str
        Their numbers, in the order of the manifest.
    """
    known = catalogue.load_catalogue()
    entries = _entries(known)
    manifest: dict[str, Any] = {
        "form": FORM,
        "name": "embedded",
        "created": CREATED,
        "fetched": "",
        "base_url": "",
        "licence": "CC BY 4.0 for figures from Statistics Norway (SSB)",
        "note": NOTE,
        "tables": {},
    }
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for table, found in sorted(entries.items()):
        title = known.service.table[table].title
        answer, groups = _answer(table, title, known.service.table[table].region, found)
        raw = _dump(answer)
        sha256 = hashlib.sha256(raw).hexdigest()
        (folder / f"{table}.json").write_bytes(raw)
        manifest["tables"][table] = {
            "title": title,
            "parts": [{"file": f"{table}.json", "sha256": sha256}],
            "sha256": sha256,
            "updated": answer["updated"],
            "ssb_updated": None,
            "query": {
                "selection": [
                    {
                        "variableCode": code,
                        "valueCodes": list(body["category"]["index"]),
                    }
                    for code, body in answer["dimension"].items()
                ]
            },
            "cells": groups,
        }
    (folder / statbank.MANIFEST).write_bytes(_dump(manifest, indent=1))
    return list(manifest["tables"])


def _entries(known: Catalogue) -> dict[str, list[Entry]]:
    """Every row of ``figures.csv``, under its table."""
    entries: dict[str, list[Entry]] = {}
    with FIGURES.open(encoding="utf-8", newline="") as lines:
        for line, row in enumerate(csv.DictReader(lines), start=2):
            measure, year, value, series = _read(known, row, line)
            table = known.service.table[series.table]
            member = known.network.member(row["kommune"])
            period = year + table.year_offset
            region = member.number_in(period)
            # The figures know sums of contents as one.
            (contents,) = series.contents
            code = contents.code or f"asss:{measure.id}"
            entries.setdefault(series.table, []).append(
                Entry(
                    query={
                        table.region: region,
                        **series.selections,
                        CONTENTS: code,
                        TIME: str(period),
                    },
                    labels={
                        region: _region_label(known, member.id, region),
                        code: contents.label,
                        **_selection_labels(series, measure.name),
                    },
                    unit=measure.unit,
                    value=value,
                    status=row["status"],
                    origin=(row["basis"], row["source"], row["note"]),
                )
            )
    return entries


def _read(
    known: Catalogue, row: Mapping[str, str], line: int
) -> tuple[Measure, int, float | None, Series]:
    """What a row is about; refused with its line where it is about nothing."""
    try:
        measure = known.service.measure[row["measure"]]
        year = int(row["year"])
        # Not as Python reads numbers: 9_2 is no figure.
        number = catalogue.read_number(row["value"])
        if isinstance(number, str) and number:
            raise ValueError(number)
        value = None if number == "" else float(number)
        series = next(s for s in measure.series if s.covers(year))
    except (KeyError, ValueError, TypeError, StopIteration) as error:
        msg = f"{FIGURES.name}, line {line}: cannot be read ({error!r})"
        raise ParameterError([msg]) from error
    return measure, year, value, series


def _region_label(known: Catalogue, kommune: str, number: str) -> str:
    """SSB marks a number that is no longer in use with its last year."""
    member = known.network.member(kommune)
    period = next(p for p in member.kommunenummer if p.number == number)
    return f"{member.name} (-{period.to_year})" if period.to_year else member.name


def _selection_labels(series: Series, name: str) -> dict[str, str]:
    """The embedded tables hold no labels of SSB's for these; they say what is meant."""
    return {
        code: f"{name} ({variable})" for variable, code in series.selections.items()
    }


def _answer(
    table: str, title: str, region: str, entries: list[Entry]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A json-stat2 dataset, and the origin of its cells grouped."""
    variables = list(entries[0].query)
    codes = {
        name: sorted(dict.fromkeys(entry.query[name] for entry in entries))
        if name in (region, TIME)
        else list(dict.fromkeys(entry.query[name] for entry in entries))
        for name in variables
    }
    by_cell = {tuple(entry.query.values()): entry for entry in entries}
    values: list[float | int | None] = []
    status: dict[str, str] = {}
    origins: dict[tuple[str, str, str], list[int]] = {}
    for flat, key in enumerate(product(*codes.values())):
        entry = by_cell.get(key)
        values.append(None if entry is None else _plain(entry.value))
        if entry is None or entry.status:
            status[str(flat)] = entry.status if entry else OUTSIDE
        if entry is not None:
            origins.setdefault(entry.origin, []).append(flat)
    labels = {code: text for entry in entries for code, text in entry.labels.items()}
    units = {
        entry.query[CONTENTS]: {
            "base": entry.unit,
            "decimals": 1 if entry.unit == "måneder" else 0,
        }
        for entry in entries
    }
    answer: dict[str, Any] = {
        "version": "2.0",
        "class": "dataset",
        "label": f"{table}: {title}",
        "source": "Statistisk sentralbyrå; se manifestet for hver celle",
        "updated": f"{CREATED}T00:00:00Z",
        "note": [NOTE],
        "role": {"time": [TIME], "geo": [region], "metric": [CONTENTS]},
        "id": variables,
        "size": [len(found) for found in codes.values()],
        "dimension": {
            name: _dimension(name, found, labels) for name, found in codes.items()
        },
        "extension": {"noteMandatory": {"0": True}, "px": {"tableid": table}},
        "value": values,
    }
    answer["dimension"][CONTENTS]["category"]["unit"] = units
    if status:
        answer["status"] = status
    groups = [
        {"basis": basis, "source": source, "note": note, "index": index}
        for (basis, source, note), index in origins.items()
    ]
    return answer, groups


def _dimension(
    name: str, codes: Iterable[str], labels: Mapping[str, str]
) -> dict[str, Any]:
    found = list(codes)
    return {
        "label": name,
        "category": {
            "index": {code: position for position, code in enumerate(found)},
            "label": {code: labels.get(code, code) for code in found},
        },
    }


def _plain(value: float | None) -> float | int | None:
    return int(value) if value is not None and value.is_integer() else value


def _dump(content: object, indent: int | None = None) -> bytes:
    text = json.dumps(content, ensure_ascii=False, indent=indent, sort_keys=False)
    return (text + "\n").encode()


def main() -> int:
    """Build in place and say what was built."""
    folder = statbank.embedded_folder()
    try:
        tables = build(folder)
    except AsssError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Built {len(tables)} tables in {folder}: {', '.join(tables)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""
Build the embedded snapshot: figures by hand as json-stat2 answers with a manifest.

Each service area has its own, ``<service>.csv``, and one snapshot holds all of them.

The answers have SSB's form (region codes of each year, signs, notes, ``updated``), but
are not SSB's: what each cell rests on stands in the manifest, cell by cell. A contents
code that is not known is written ``asss:<measure>``, which nobody takes for SSB's.
"""

import csv
import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from asss import statbank
from asss.catalogue import catalogue
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Measure, Series, Table
from asss.catalogue.parameters import find_folder
from asss.errors import AsssError, ParameterError
from asss.statbank import CONTENTS, TIME
from asss.statbank.snapshots import FORM

__all__ = ["build"]

#: The day the figures were put together. A constant: the build has no clock.
CREATED = "2026-11-23"

FIGURES = Path(__file__).parent
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
    entries: dict[str, list[Entry]] = {}
    tables: dict[str, Table] = {}
    for area in catalogue.services(find_folder()):
        known = catalogue.load_catalogue(service=area)
        tables |= known.service.table
        for number, found in _entries(known).items():
            entries.setdefault(number, []).extend(found)
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
    for number, found in sorted(entries.items()):
        table = tables[number]
        answer, groups = _answer(number, table.title, table.region, found)
        raw = (json.dumps(answer, ensure_ascii=False) + "\n").encode()
        sha256 = statbank.digest(raw)
        (folder / f"{number}.json").write_bytes(raw)
        asked = {
            name: list(body["category"]["index"])
            for name, body in answer["dimension"].items()
        }
        manifest["tables"][number] = {
            "title": table.title,
            "parts": [{"file": f"{number}.json", "sha256": sha256}],
            "sha256": sha256,
            "updated": answer["updated"],
            "ssb_updated": None,
            "query": statbank.as_body(asked),
            "cells": groups,
        }
    (folder / statbank.MANIFEST).write_bytes(statbank.dump(manifest))
    return list(manifest["tables"])


def _entries(known: Catalogue) -> dict[str, list[Entry]]:
    """Every row of a service area's figures, under its table; it may have none."""
    entries: dict[str, list[Entry]] = {}
    file = FIGURES / f"{known.service.service}.csv"
    if not file.is_file():
        return entries
    with file.open(encoding="utf-8", newline="") as lines:
        for line, row in enumerate(csv.DictReader(lines), start=2):
            place = f"{file.name}, line {line}"
            measure, year, value, series = _read(known, row, place)
            table = known.service.table[series.table]
            member = known.network.member(row["kommune"])
            period = year + table.year_offset
            region = next(n for n in member.kommunenummer if n.covers(period))
            # SSB marks a number that is no longer in use with its last year.
            ended = f" (-{region.to_year})" if region.to_year else ""
            # The figures know sums of contents as one.
            (contents,) = series.contents
            code = contents.code or f"asss:{measure.id}"
            entries.setdefault(series.table, []).append(
                Entry(
                    query={
                        table.region: region.number,
                        **series.selections,
                        CONTENTS: code,
                        TIME: str(period),
                    },
                    labels={
                        region.number: f"{member.name}{ended}",
                        code: contents.label,
                        # The embedded tables have no labels of SSB's for these.
                        **{
                            chosen: f"{measure.name} ({variable})"
                            for variable, chosen in series.selections.items()
                        },
                    },
                    unit=measure.unit,
                    value=value,
                    status=row["status"],
                    origin=(row["basis"], row["source"], row["note"]),
                )
            )
    return entries


def _read(
    known: Catalogue, row: Mapping[str, str], place: str
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
        if value is not None and value.is_integer():
            value = int(value)
        series = next(s for s in measure.series if s.covers(year))
    except (KeyError, ValueError, TypeError, StopIteration) as error:
        msg = f"{place}: cannot be read ({error!r})"
        raise ParameterError([msg]) from error
    return measure, year, value, series


def _answer(
    table: str, title: str, region: str, entries: list[Entry]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A json-stat2 dataset, and the origin of its cells grouped."""
    codes: dict[str, list[str]] = {}
    for name in entries[0].query:
        found = dict.fromkeys(entry.query[name] for entry in entries)
        codes[name] = sorted(found) if name in (region, TIME) else list(found)
    by_cell = {tuple(entry.query.values()): entry for entry in entries}
    values: list[float | int | None] = []
    status: dict[str, str] = {}
    origins: dict[tuple[str, str, str], list[int]] = {}
    for flat, key in enumerate(product(*codes.values())):
        entry = by_cell.get(key)
        values.append(entry.value if entry else None)
        if entry is None or entry.status:
            status[str(flat)] = entry.status if entry else OUTSIDE
        if entry is not None:
            origins.setdefault(entry.origin, []).append(flat)
    labels: dict[str, str] = {}
    for code, text in (pair for entry in entries for pair in entry.labels.items()):
        # What several measures choose is named by none of them.
        labels[code] = text if labels.get(code, text) == text else code
    answer: dict[str, Any] = {
        "version": "2.0",
        "class": "dataset",
        "label": f"{table}: {title}",
        "source": "Statistisk sentralbyrå; se manifestet for hver celle",
        "updated": f"{CREATED}T00:00:00Z",
        "note": [NOTE],
        "role": {"time": [TIME], "geo": [region], "metric": [CONTENTS]},
        "id": list(codes),
        "size": [len(some) for some in codes.values()],
        "dimension": {
            name: {
                "label": name,
                "category": {
                    "index": {code: place for place, code in enumerate(some)},
                    "label": {code: labels.get(code, code) for code in some},
                },
            }
            for name, some in codes.items()
        },
        "extension": {"noteMandatory": {"0": True}, "px": {"tableid": table}},
        "value": values,
    }
    answer["dimension"][CONTENTS]["category"]["unit"] = {
        entry.query[CONTENTS]: {
            "base": entry.unit,
            "decimals": 1 if entry.unit == "måneder" else 0,
        }
        for entry in entries
    }
    if status:
        answer["status"] = status
    groups = [
        {"basis": basis, "source": source, "note": note, "index": index}
        for (basis, source, note), index in origins.items()
    ]
    return answer, groups


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

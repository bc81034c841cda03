"""
Build the embedded snapshot: figures by hand as json-stat2 answers with a manifest.

Each service area has its own, ``<service>.csv``, and one snapshot holds all of them.

The answers have SSB's form (region codes of each year, signs, notes, ``updated``), but
are not SSB's: what each cell rests on stands in the manifest, cell by cell. A contents
code that is not known is written ``asss:<measure>``, which nobody takes for SSB's.
"""

import csv
import json
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from asss import statbank
from asss.catalogue import catalogue, parameters
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import SERVICE_FILE, Measure, Table
from asss.catalogue.parameters import Member, find_folder
from asss.errors import AsssError, ParameterError
from asss.statbank import CONTENTS, TIME
from asss.statbank.snapshots import FORM

__all__ = ["build"]

#: The day the figures were put together. A constant: the build has no clock.
CREATED = "2026-11-23"

FIGURES = Path(__file__).parent

#: What a file of figures must have; others, such as a unit to read, are not used.
COLUMNS = ("measure", "kommune", "year", "value", "basis", "status", "source", "note")
#: What a figure in the package may rest on.
BASES = ("real", "published", "reconstructed")
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
    for row in _rows(known, file):
        measure, year = known.service.measure[row["measure"]], int(row["year"])
        series = next(one for one in measure.series if one.covers(year))
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
                value=_number(row["value"]),
                status=row["status"],
                origin=(row["basis"], row["source"], row["note"]),
            )
        )
    return entries


def _number(value: str) -> float | None:
    """A figure as the answer has it: whole where it is, none where there is a sign."""
    if value == "":
        return None
    number = float(value)
    return int(number) if number.is_integer() else number


def _rows(known: Catalogue, file: Path) -> list[dict[str, str]]:
    """
    Every row of a file, with the columns that are read.

    Raises
    ------
    ParameterError
        With every mistake in the file, and its line.
    """
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        lacking = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if lacking:
            msg = f"{file.name}: lacks {', '.join(lacking)}. Begin it with the line"
            raise ParameterError([f"{msg} «{','.join(COLUMNS)}»."])
        rows = [{name: row[name] or "" for name in COLUMNS} for row in reader]
    problems, first = [], dict[tuple[str, ...], int]()
    for line, row in enumerate(rows, start=2):
        place = f"{file.name}, line {line}"
        problems += [f"{place}: {told}" for told in _mistakes(known, row)]
        key = (row["measure"], row["kommune"], row["year"])
        if first.setdefault(key, line) != line:
            problems.append(f"{place}: is given in line {first[key]} already")
    if problems:
        raise ParameterError(problems)
    return rows


def _mistakes(known: Catalogue, row: Mapping[str, str]) -> Iterator[str]:
    """What in a row cannot be read, and what may stand there instead."""
    name, kommune, value = row["measure"], row["kommune"], row["value"]
    asked = {one.id: one for one in known.service.measures if one.series}
    members = {member.id: member for member in known.network.members}
    if name in known.service.measure and name not in asked:
        parts = " and ".join(known.service.measure[name].sum)
        yield f"measure: {name} is a sum; give {parts} instead"
    else:
        yield from parameters.unknown("measure", [name], asked)
    yield from parameters.unknown("kommune", [kommune], members)
    if not re.fullmatch(r"(19|20)\d\d", row["year"]):
        yield f"year: {row['year']!r} is not a data year, such as 2020"
    elif name in asked and kommune in members:
        yield from _unanswered(known, asked[name], members[kommune], int(row["year"]))
    # Not as Python reads numbers: 9_2 is no figure.
    if value and isinstance(catalogue.read_number(value), str):
        yield f"value: {value!r} is not a number, such as 1234 or 12.3"
    if not value and not row["status"]:
        yield "value: is empty, and no sign in status says why"
    yield from parameters.unknown("basis", [row["basis"]], BASES)
    if not row["source"]:
        yield "source: is empty; say where the figure is from, or that it is made up"


def _unanswered(
    known: Catalogue, measure: Measure, member: Member, year: int
) -> Iterator[str]:
    """Why no answer of SSB's could have a figure of that year."""
    series = measure.series_in(year)
    if series is None:
        yield f"year: {SERVICE_FILE} gives {measure.id} no table in {year}"
        return
    if len(series.contents) > 1:
        yield f"measure: {measure.id} is several contents in {year}, and no one figure"
    period = year + known.service.table[series.table].year_offset
    if not any(number.covers(period) for number in member.kommunenummer):
        yield f"kommune: {member.id} has no kommunenummer in {period}"


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

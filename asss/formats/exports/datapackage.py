"""
The figures as CSV in long form, and the Data Package that says what is in it.

Numbers are written in full, with a decimal point; an empty cell is a missing value, and
``status`` says why. Lists in a cell are separated by spaces. A text that a spreadsheet
would take for a formula has an apostrophe before it; a negative number is a number.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from asss.analysis.facts import Fact
from asss.analysis.tables import BASES
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EVERY
from asss.errors import RenderError
from asss.formats.exports.extract import Extract
from asss.page import text

DESCRIPTOR = "datapackage.json"

#: The profile that the descriptor keeps to.
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"

LICENCE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}
STATBANK = "https://www.ssb.no/statbank/table/"

KEY = ("indicator", "kommune", "year")
REFERS = {"indicator": "indikatorer", "kommune": "kommuner"}

Value: TypeAlias = "str | int | float | None"

#: What a spreadsheet takes for a formula begins so, in wide letters too; or it does so
#: after what is no part of the text to the eye.
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")

#: The type of every column, with what its values must keep to.
FIELDS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "id": ("string", {"required": True, "unique": True}),
    "indicator": ("string", {"required": True}),
    "kommune": ("string", {"required": True}),
    "year": ("integer", {"required": True, "minimum": 1900}),
    "value": ("number", {}),
    "unit": (
        "string",
        {
            "required": True,
            "enum": ["kr", "prosent", "maneder", "per_1000", "forholdstall"],
        },
    ),
    "decimals": ("integer", {"required": True, "minimum": 0}),
    "status": ("string", {}),
    "basis": ("string", {"enum": list(BASES)}),
    "network_mean": ("number", {}),
    "mean_rule": ("string", {"required": True, "enum": ["plain", "weighted"]}),
    "mean_basis": ("string", {"enum": list(BASES)}),
    "index": ("number", {}),
    "distance": ("number", {}),
    "rank": ("integer", {"minimum": 1}),
    "n": ("integer", {"required": True, "minimum": 0}),
    "lowest": ("number", {}),
    "lowest_kommune": ("string", {}),
    "highest": ("number", {}),
    "highest_kommune": ("string", {}),
    "previous": ("number", {}),
    "change": ("number", {}),
    "mean_change": ("number", {}),
    "numerator": ("number", {}),
    "denominator": ("number", {}),
    "factor": ("number", {}),
    "tables": ("string", {}),
    "cells": ("string", {}),
    "forbehold": ("string", {}),
    "name": ("string", {"required": True}),
    "short_name": ("string", {"required": True}),
    "section": ("string", {"required": True}),
    "definition": ("string", {"required": True}),
    "processing": ("string", {"required": True}),
    "interpretation": ("string", {"required": True}),
    "source": ("string", {"required": True}),
    "number": ("string", {"required": True, "pattern": "[0-9]{4}"}),
    "kind": ("string", {"required": True}),
    "kommuner": ("string", {"required": True}),
    "indicators": ("string", {"required": True}),
    "years": ("string", {"required": True}),
    "text": ("string", {"required": True}),
    "label": ("string", {"required": True}),
    "date": ("string", {"required": True}),
}


@dataclass(frozen=True)
class Resource:
    """One CSV file of the package.

    Attributes
    ----------
    columns : tuple of str
        Keys of :data:`FIELDS`.
    key : tuple of str
        The columns that tell rows apart.
    refers : mapping of column to resource
        Whose ``id`` the column holds.
    """

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Value]]
    key: tuple[str, ...] = ("id",)
    refers: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""

    @property
    def path(self) -> str:
        """The file's name, from the descriptor."""
        return f"{self.folder}{self.name}.csv"

    @property
    def content(self) -> bytes:
        """The file as RFC 4180 has it, in UTF-8 without a mark."""
        out = io.StringIO(newline="")
        written = csv.writer(out)
        written.writerow(self.columns)
        written.writerows([_inert(value) for value in row] for row in self.rows)
        return out.getvalue().encode()


def package(
    extract: Extract, figures: Mapping[int, Mapping[str, Any]], known: Catalogue
) -> dict[str, bytes]:
    """
    Make the files of a Data Package, by name.

    Parameters
    ----------
    extract : Extract
    figures : mapping of number to mapping
        The numbers behind each figure, as ``columns`` and ``rows``.
    known : Catalogue

    Returns
    -------
    files : dict of file name to content
        ``tall.csv``, the tables it refers to, ``figurer/figur-1.csv`` and so on, and
        ``datapackage.json``.
    """
    resources = (
        _figures(extract),
        _indicators(known),
        _kommuner(extract, known),
        _forbehold(extract),
        *(_behind(number, figures[number]) for number in sorted(figures)),
    )
    files = {resource.path: resource.content for resource in resources}
    descriptor = {
        "$schema": PROFILE,
        "name": extract.name,
        "title": extract.title,
        "description": _description(extract, known),
        "created": f"{extract.day}T00:00:00Z",
        "licenses": [LICENCE],
        "sources": _sources(extract, known),
        "resources": [
            _described(resource, files[resource.path], known) for resource in resources
        ],
    }
    written = json.dumps(descriptor, ensure_ascii=False, indent=1)
    return {**files, DESCRIPTOR: f"{written}\n".encode()}


# -- rows ------------------------------------------------------------------------------


def _figures(extract: Extract) -> Resource:
    columns = tuple(FIELDS)[1 : tuple(FIELDS).index("forbehold") + 1]
    return Resource(
        name="tall",
        columns=columns,
        rows=[[_value(fact, column) for column in columns] for fact in extract.facts],
        key=KEY,
        refers=REFERS,
    )


def _behind(number: int, figure: Mapping[str, Any]) -> Resource:
    """The numbers behind a figure."""
    return Resource(
        name=f"figur-{number}",
        columns=tuple(figure["columns"]),
        rows=figure["rows"],
        key=KEY,
        refers=REFERS,
        folder="figurer/",
    )


def _inert(value: Value) -> Value:
    """The same, with no text that a spreadsheet would run as a formula."""
    is_run = isinstance(value, str) and FORMULA.match(value)
    return f"'{value}" if is_run else value


def _value(fact: Fact, column: str) -> Value:
    found = getattr(fact, column)
    return _listed(found) if isinstance(found, tuple) else found


def _listed(items: Iterable[object]) -> str:
    """A list in a cell."""
    parts = [str(item) for item in items]
    if any(" " in part for part in parts):
        msg = f"{parts} cannot be a list in CSV: a space is in one of its parts."
        raise RenderError(msg)
    return " ".join(parts)


def _indicators(known: Catalogue) -> Resource:
    sections = {section.id: section.name for section in known.service.sections}
    return Resource(
        name="indikatorer",
        columns=(
            *("id", "name", "short_name", "section", "unit", "decimals"),
            *("definition", "processing", "interpretation", "source"),
        ),
        rows=[
            (
                *(entry.id, entry.name, entry.short_name, sections[entry.section]),
                *(entry.unit, entry.decimals, entry.definition, entry.processing),
                *(entry.interpretation, entry.source),
            )
            for entry in known.service.indicators
        ],
    )


def _kommuner(extract: Extract, known: Catalogue) -> Resource:
    used = {fact.kommune for fact in extract.facts}
    return Resource(
        name="kommuner",
        columns=("id", "name", "number"),
        rows=[
            (member.id, member.name, member.number_in(extract.year))
            for member in known.network.members
            if member.id in used
        ],
    )


def _forbehold(extract: Extract) -> Resource:
    return Resource(
        name="forbehold",
        columns=(
            *("id", "kind", "kommuner", "indicators", "years"),
            *("label", "text", "source", "date"),
        ),
        rows=[
            (
                *(entry.id, entry.kind),
                *(
                    EVERY if ids == EVERY else _listed(ids)
                    for ids in (entry.kommuner, entry.indicators)
                ),
                _listed(entry.years),
                *(entry.label, entry.text, entry.source, entry.date),
            )
            for entry in extract.forbehold
        ],
    )


# -- what they are ---------------------------------------------------------------------


def _described(resource: Resource, content: bytes, known: Catalogue) -> dict[str, Any]:
    words = known.phrases.words
    role, _, number = resource.name.partition("-")
    title = words[f"resource_{role}"]
    schema: dict[str, Any] = {
        "fields": [_field(column, known) for column in resource.columns],
        "missingValues": [""],
        "primaryKey": list(resource.key),
    }
    if resource.refers:
        schema["foreignKeys"] = [
            {"fields": [column], "reference": {"resource": other, "fields": ["id"]}}
            for column, other in resource.refers.items()
        ]
    return {
        "name": resource.name,
        "type": "table",
        "path": resource.path,
        "title": f"{title} {number}" if number else title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": schema,
    }


def _field(column: str, known: Catalogue) -> dict[str, Any]:
    kind, rules = FIELDS[column]
    words = known.phrases.words
    described: dict[str, Any] = {
        "name": column,
        "type": kind,
        "title": words[f"field_{column}"],
        "description": words[f"about_{column}"],
    }
    return {**described, "constraints": rules} if rules else described


def _description(extract: Extract, known: Catalogue) -> str:
    words = known.phrases.words
    parts = [words["export_what"]]
    # The rows are all years', and no mark stands at them.
    if extract.has_reconstructed:
        parts.append(words["export_reconstructed"])
    return " ".join([*parts, words["export_inert"], words["export_licence"]])


def _sources(extract: Extract, known: Catalogue) -> list[dict[str, str]]:
    return [
        {
            "title": text.phrase(
                "export_source",
                {"table": table, "title": extract.snapshot.tables[table].title},
                known,
            ),
            "path": f"{STATBANK}{table}",
        }
        for table in extract.tables
    ]

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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from asss.analysis.facts import Fact
from asss.analysis.need import STEPS, Need
from asss.analysis.tables import BASES
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import NEED_PARTS, is_of_others
from asss.errors import RenderError
from asss.page import text
from asss.page.record import FactsFile

__all__ = [
    "DESCRIPTOR",
    "KEY",
    "STATBANK",
    "TABLES",
    "TOLD_OTHERWISE",
    "Resource",
    "package",
]

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

#: What is not text in CSV; a bool is written as JSON has it.
PLAIN = ("number", "integer", "boolean")

#: What a spreadsheet takes for a formula begins so, in wide letters too; or it does so
#: after what is no part of the text to the eye.
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")

#: The columns of each table: of the figures, every field of a fact but its id, which
#: the key says; of the others, fields of what the figures refer to.
TABLES: Mapping[str, tuple[str, ...]] = {
    "tall": tuple(name for name in Fact.model_fields if name != "id"),
    "indikatorer": (
        *("id", "name", "short_name", "section", "unit", "decimals"),
        *("definition", "processing", "interpretation", "source"),
    ),
    "kommuner": ("id", "name", "number"),
    "forbehold": (
        *("id", "kind", "kommuner", "indicators", "years"),
        *("label", "text", "source", "date"),
    ),
    "kommentarer": (
        *("id", "chapter", "indicators", "says", "author", "source", "date", "read"),
        *("text", "printed", "outcome", "sentence"),
    ),
    "behov": ("kommune", "step", "amount", "network_mean", "ratio", "change", "basis"),
    "behovstall": ("kommune", "part", "value", "zone", "unit", "basis", "source"),
}

#: What the tables of need hold. Their columns are no fields of a fact, though some are
#: called so; those that are not here are text that is always there.
OF_NEED: Mapping[str, Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "behov": {
        **dict.fromkeys(("amount", "network_mean", "ratio", "change"), ("number", {})),
        "step": ("string", {"required": True, "enum": [*STEPS, "rest", "printed"]}),
        "basis": ("string", {"required": True, "enum": list(BASES)}),
    },
    "behovstall": {
        "value": ("number", {}),
        "zone": ("string", {}),
        "part": ("string", {"required": True, "enum": list(NEED_PARTS)}),
        "basis": ("string", {"required": True, "enum": list(BASES)}),
    },
}

#: Behind a figure of the page they are empty where there is no number.
EMPTY_BEHIND_FIGURES = ("basis", "mean_basis")

#: What the columns of the tables that figures refer to keep to; most are texts.
RULES: Mapping[str, Mapping[str, Any]] = {
    "id": {"unique": True},
    "number": {"pattern": "[0-9]{4}"},
}

#: Columns of comments that may be empty.
MAY_BE_EMPTY = ("indicators", "says", "read", "printed", "sentence")


#: Their columns that are called as one of another table, and are not what that is.
TOLD_OTHERWISE: Mapping[str, tuple[str, ...]] = {
    "behov": ("network_mean", "change", "basis"),
    "behovstall": ("value", "unit"),
}


@dataclass(frozen=True)
class Resource:
    """One CSV file of the package.

    Attributes
    ----------
    columns : tuple of str
        Fields of a fact, and of what it refers to.
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
    record: FactsFile, figures: Mapping[int, Mapping[str, Any]], known: Catalogue
) -> dict[str, bytes]:
    """
    Make the files of a Data Package, by name.

    Parameters
    ----------
    record : FactsFile
        What facts.json holds.
    figures : mapping of number to mapping
        The numbers behind each figure, as ``columns`` and ``rows``.
    known : Catalogue

    Returns
    -------
    files : dict of file name to content
        ``tall.csv``, the tables it refers to, what people say in ``kommentarer.csv``,
        what need was decomposed into in ``behov.csv`` and what of in ``behovstall.csv``
        where it was, ``figurer/figur-1.csv`` and so on, and ``datapackage.json``.
    """
    sections = {section.id: section.name for section in known.service.sections}
    outside = known.phrases.words["section_outside"]
    used = {fact.kommune for fact in record.facts}
    indicators = [
        entry.model_copy(update={"section": sections.get(entry.section or "", outside)})
        for entry in known.service.figures
    ]
    kommuner = [
        (member.id, member.name, member.number_in(record.run.year))
        for member in known.network.members
        if member.id in used
    ]
    # A report that nobody comments has no table of comments.
    commented = [_table("kommentarer", record.comments)] if record.comments else []
    resources = (
        _table("tall", record.facts, key=KEY, refers=REFERS),
        _table("indikatorer", indicators),
        Resource("kommuner", TABLES["kommuner"], kommuner),
        _table("forbehold", record.forbehold),
        *commented,
        *(_decomposed(record.need, record.run.kommune) if record.need else ()),
        *(_behind(number, figures[number]) for number in sorted(figures)),
    )
    files = {resource.path: resource.content for resource in resources}
    descriptor = {
        "$schema": PROFILE,
        "name": record.name,
        "title": record.title,
        "description": _description(record, known),
        "created": f"{record.day}T00:00:00Z",
        "licenses": [LICENCE],
        "sources": _sources(record, known),
        "resources": [
            _described(resource, files[resource.path], known) for resource in resources
        ],
    }
    written = json.dumps(descriptor, ensure_ascii=False, indent=1)
    return {**files, DESCRIPTOR: f"{written}\n".encode()}


# -- rows ------------------------------------------------------------------------------


def _table(name: str, entries: Iterable[object], **keys: Any) -> Resource:
    """A row for each entry, of the fields that the table has."""
    columns = TABLES[name]
    rows = [[_value(getattr(entry, name)) for name in columns] for entry in entries]
    return Resource(name, columns, rows, **keys)


def _decomposed(need: Need, own: str) -> Iterator[Resource]:
    """The steps from what is spent to the corrected figure, and what was given."""
    rows: list[Sequence[Value]] = []
    for one in need.members:
        is_own = one.kommune == own
        for step, amount in zip(need.steps, one.amounts, strict=True):
            held = (step.ratio, step.change) if is_own else (None, None)
            told = (one.kommune, step.step, amount, step.network_mean)
            rows.append((*told, *held, need.basis))
        if is_own and need.printed is not None:
            none = (own, "rest", None, None, None)
            rows.append((*none, need.rest, need.rest_basis))
            ks = (own, "printed", None, None, need.printed, None)
            rows.append((*ks, need.printed_basis))
    refers = {"kommune": REFERS["kommune"]}
    yield Resource("behov", TABLES["behov"], rows, ("kommune", "step"), refers)
    given: list[Sequence[Value]] = []
    for one in need.members:
        for part in one.given:
            is_zone = isinstance(part.value, str)
            value = (None, part.value) if is_zone else (part.value, None)
            about = part.unit, part.basis, part.source
            given.append((one.kommune, part.part, *value, *about))
    columns = TABLES["behovstall"]
    yield Resource("behovstall", columns, given, ("kommune", "part"), refers)


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


def _value(value: Any) -> Value:
    if isinstance(value, bool):
        return str(value).lower()
    return _listed(value) if isinstance(value, list | tuple) else value


def _listed(items: Iterable[object]) -> str:
    """A list in a cell."""
    parts = [str(item) for item in items]
    if any(" " in part for part in parts):
        msg = f"{parts} cannot be a list in CSV: a space is in one of its parts."
        raise RenderError(msg)
    return " ".join(parts)


# -- what they are ---------------------------------------------------------------------


def _described(resource: Resource, content: bytes, known: Catalogue) -> dict[str, Any]:
    words = known.phrases.words
    role, _, number = resource.name.partition("-")
    title = words[f"resource_{role}"]
    schema: dict[str, Any] = {
        "fields": [_field(column, role, known) for column in resource.columns],
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


@cache
def _kinds() -> Mapping[str, tuple[str, Mapping[str, Any]]]:
    """The type of every field of a fact, with what its values must keep to."""
    kinds = {}
    for name, form in Fact.model_json_schema()["properties"].items():
        typed = form.get("anyOf", [form])[0]
        rules = {rule: typed[rule] for rule in ("enum", "minimum") if rule in typed}
        is_text = typed["type"] not in PLAIN
        may_be_empty = (
            name in EMPTY_BEHIND_FIGURES
            or "anyOf" in form
            or typed["type"] == "array"
            or (is_text and re.search(typed.get("pattern", "^.+$"), "") is not None)
        )
        kinds[name] = (
            "string" if is_text else typed["type"],
            rules if may_be_empty else {"required": True, **rules},
        )
    return kinds


def _field(column: str, table: str, known: Catalogue) -> dict[str, Any]:
    of_need = OF_NEED.get(table)
    if of_need is not None:
        kind, rules = of_need.get(column, ("string", {"required": True}))
    else:
        kind, rules = _kinds().get(column) or ("string", {})
    if of_need is None and column not in TABLES["tall"]:
        is_optional = table == "kommentarer" and column in MAY_BE_EMPTY
        rules = {"required": not is_optional, **RULES.get(column, {})}
    if column == "sentence":
        kind = "integer"
    if column == "mean_rule" and known.told_before is None:
        # Whom the means are of is said where it is not everybody.
        held = [rule for rule in rules["enum"] if not is_of_others(rule)]
        rules = {**rules, "enum": held}
    words = known.phrases.words
    about = f"about_{column}"
    if column in TOLD_OTHERWISE.get(table, ()):
        about = f"about_{table}_{column}"
    described: dict[str, Any] = {
        "name": column,
        "type": kind,
        "title": words[f"field_{column}"],
        "description": words[about],
    }
    return {**described, "constraints": rules} if rules else described


def _description(record: FactsFile, known: Catalogue) -> str:
    words = known.phrases.words
    parts = [words["export_what"]]
    # The rows are all years', and no mark stands at them.
    if any("reconstructed" in (fact.basis, fact.mean_basis) for fact in record.facts):
        parts.append(words["export_reconstructed"])
    return " ".join([*parts, words["export_inert"], words["export_licence"]])


def _sources(record: FactsFile, known: Catalogue) -> list[dict[str, str]]:
    return [
        {
            "title": text.phrase(
                "export_source",
                {"table": table, "title": record.snapshot.tables[table].title},
                known,
            ),
            "path": f"{STATBANK}{table}",
        }
        for table in record.tables
    ]

"""
The data package read back: each cell of each table, and what the descriptor says of it.

What must stand in a column is taken from facts.json and the catalogue by the column's
name. The descriptor is held against the very files: their bytes, columns, types, keys.
frictionless reads the same in the tests. It knows nothing of our figures, weighs more
than all that a report is made with, and takes longer than the report. Imports
``expectation`` and below.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from asss.catalogue.catalogue import Catalogue

__all__ = ["read"]

Fact: TypeAlias = Mapping[str, Any]
Key: TypeAlias = tuple[str, str, int]
Rows: TypeAlias = list[list[str]]

DESCRIPTOR, FIGURES = "datapackage.json", "figurer"

#: Whose rows a table has, by the columns that tell them apart.
KEY = ["indicator", "kommune", "year"]

#: The columns of the tables that figures refer to.
INDICATORS = (
    *("id", "name", "short_name", "section", "unit", "decimals"),
    *("definition", "processing", "interpretation", "source"),
)
FORBEHOLD = (
    *("id", "kind", "kommuner", "indicators", "years"),
    *("label", "text", "source", "date"),
)
COMMENTS = (
    *("id", "chapter", "indicators", "says", "author", "source", "date", "read"),
    *("text", "printed", "outcome", "sentence"),
)
#: Those of the numbers behind a figure.
BEHIND = (
    *("indicator", "name", "unit", "kommune", "year"),
    *("value", "status", "basis", "network_mean", "mean_basis"),
    *("interval_low", "interval_high", "index", "rank", "n", "forbehold"),
)

#: Those of need, decomposed: of its steps, and of what was given.
STEPS = ("kommune", "step", "amount", "network_mean", "ratio", "change", "basis")
GIVEN = ("kommune", "part", "value", "zone", "unit", "basis", "source")

#: The columns that tell rows apart in tables whose rows have no ids.
KEYS = {
    "tall.csv": KEY,
    "behov.csv": ["kommune", "step"],
    "behovstall.csv": ["kommune", "part"],
}

#: Those of them that are not common to all members.
OF_ONE = {
    *("value", "status", "basis", "index", "rank", "forbehold"),
    *("interval_low", "interval_high"),
}

#: A spreadsheet takes for a formula what begins so, blanks before it or not.
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
BREAKS = ("\t", "\r", "\n")

LICENCE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}
STATBANK = "https://www.ssb.no/statbank/table/"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"

#: What a column may be said to keep to.
RULES = {"enum", "minimum", "pattern", "required", "unique"}


def read(
    folder: Path,
    facts: Mapping[str, Any],
    known: Catalogue,
    everybody: Iterable[Fact] = (),
) -> list[str]:
    """
    What is wrong with the tables of a report, each cell with what it should be.

    Parameters
    ----------
    folder : Path
        Where they lie.
    facts : mapping
        What facts.json holds.
    known : Catalogue
    everybody : iterable of mapping
        Facts that a report's figures show and its facts.json does not hold: the other
        members' of earlier years. Where one is not given, what is common to all members
        is checked of it.
    """
    try:
        described = json.loads((folder / DESCRIPTOR).read_bytes())
        resources = {one["path"]: one for one in described["resources"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"{DESCRIPTOR}: cannot be read: {error}"]
    problems = [f"{DESCRIPTOR}: {fault}" for fault in _head(described, facts, known)]
    wanted = _Tables(facts, known, everybody)
    tables: dict[str, Rows] = {}
    behind = sorted(folder.glob(f"{FIGURES}/*.csv"))
    paths = [*wanted.names, *(f"{FIGURES}/{path.name}" for path in behind)]
    if sorted(resources) != sorted(paths):
        are, should = ", ".join(sorted(resources)), ", ".join(sorted(paths))
        return [
            *problems,
            f"{DESCRIPTOR}: describes {are}, and should describe {should}",
        ]
    for path in paths:
        try:
            content = (folder / path).read_bytes()
            text = content.decode("utf-8")
            tables[path] = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except (OSError, ValueError, csv.Error) as error:
            return [*problems, f"{path}: cannot be read: {error}"]
        problems += [f"{path}: {fault}" for fault in wanted.faults(path, tables[path])]
        of = resources[path]
        problems += [
            f"{DESCRIPTOR}, {path}: {fault}"
            for fault in (
                *_about(of, content, known),
                *_fields(of, tables[path], known),
            )
        ]
    problems += [f"{DESCRIPTOR}, {fault}" for fault in _keys(resources, tables)]
    return problems


# -- what stands in a table ------------------------------------------------------------


class _Tables:
    """What the tables of a report must hold, by its facts."""

    def __init__(
        self, facts: Mapping[str, Any], known: Catalogue, everybody: Iterable[Fact]
    ) -> None:
        self._facts, self._known = facts, known
        self._figures = {one.id: one for one in known.service.figures}
        self._by_key: dict[Key, Fact] = {}
        for fact in (*everybody, *facts["facts"]):
            self._by_key[fact["indicator"], fact["kommune"], fact["year"]] = fact
        self._any = {(fact["indicator"], fact["year"]): fact for fact in facts["facts"]}
        self._whose: dict[tuple[str, str], set[str]] = {}
        since = {one.id: one.member_from or 0 for one in known.network.members}
        for indicator, kommune, year in self._by_key:
            # From before it was a member, not every figure shows it.
            if since[kommune] <= year:
                self._whose.setdefault((indicator, str(year)), set()).add(kommune)
        self.names = {
            "tall.csv": self._tall,
            "indikatorer.csv": self._indikatorer,
            "kommuner.csv": self._kommuner,
            "forbehold.csv": lambda: _of(facts["forbehold"], FORBEHOLD),
        }
        if facts["comments"]:
            self.names["kommentarer.csv"] = lambda: _of(facts["comments"], COMMENTS)

        if facts.get("need"):
            self.names["behov.csv"] = self._steps
            self.names["behovstall.csv"] = self._given

    def faults(self, path: str, rows: Rows) -> Iterator[str]:
        """What is wrong with a table."""
        make: Callable[[], Rows] | None = self.names.get(path)
        wanted = make() if make else self._behind(rows)
        if rows[:1] != wanted[:1]:
            yield f"has the columns {rows[:1]}, and should have {wanted[:1]}"
            return
        if len(rows) != len(wanted):
            yield f"has {len(rows) - 1} rows, and should have {len(wanted) - 1}"
        if make is None:
            yield from self._left_out(rows[1:])
        for number, (row, should) in enumerate(zip(rows, wanted, strict=False), 1):
            if row == should:
                continue
            if len(row) != len(should):
                yield f"line {number}: has {len(row)} cells, and not {len(should)}"
                continue
            for head, cell, text in zip(rows[0], row, should, strict=True):
                if cell != text and text is not ANYTHING:
                    about = " ".join(row[: len(KEYS.get(path, ["id"]))])
                    yield (
                        f"line {number} ({about}), {head}: is «{cell}», and should be "
                        f"«{text}»"
                    )

    def _tall(self) -> Rows:
        facts = self._facts["facts"]
        names = [name for name in facts[0] if name != "id"]
        return _of(facts, names)

    def _indikatorer(self) -> Rows:
        words = self._known.phrases.words
        parts = {one.id: one.name for one in self._known.service.sections}
        entries = [
            {name: getattr(one, name) for name in INDICATORS}
            | {"section": parts.get(one.section or "", words["section_outside"])}
            for one in self._known.service.figures
        ]
        return _of(entries, INDICATORS)

    def _kommuner(self) -> Rows:
        year = self._facts["run"]["year"]
        used = {fact["kommune"] for fact in self._facts["facts"]}
        entries = [
            {
                "id": member.id,
                "name": member.name,
                "number": " ".join(
                    period.number
                    for period in member.kommunenummer
                    if (period.from_year or year) <= year <= (period.to_year or year)
                ),
            }
            for member in self._known.network.members
            if member.id in used
        ]
        return _of(entries, ("id", "name", "number"))

    def _steps(self) -> Rows:
        """What is left after each step, of everybody; of whose report it is, more."""
        need, own = self._facts["need"], self._facts["run"]["kommune"]
        ks = need["printed"]
        rows: list[dict[str, Any]] = []
        for one in need["members"]:
            is_own = one["kommune"] == own
            for at, step in enumerate(need["steps"]):
                row = {
                    **{name: step[name] if is_own else None for name in STEPS[4:6]},
                    **{name: step[name] for name in ("step", "network_mean")},
                    "amount": one["amounts"][at],
                }
                rows.append(row | {"kommune": one["kommune"], "basis": need["basis"]})
            if is_own and ks is not None:
                none = dict.fromkeys(STEPS) | {"kommune": own}
                rows.append(none | {"step": "rest", "change": need["rest"]})
                bases = {need["basis"], need["printed_basis"]}
                rows[-1]["basis"] = next(one for one in WEAKEST if one in bases)
                told = {"step": "printed", "ratio": ks, "basis": need["printed_basis"]}
                rows.append(none | told)
        return _of(rows, STEPS)

    def _given(self) -> Rows:
        rows: list[dict[str, Any]] = []
        for one in self._facts["need"]["members"]:
            for part in one["given"]:
                is_zone = part["part"] == "payroll_zone"
                name, other = ("zone", "value") if is_zone else ("value", "zone")
                held = {"kommune": one["kommune"], name: part["value"], other: None}
                rows.append({**part, **held})
        return _of(rows, GIVEN)

    def _behind(self, rows: Rows) -> Rows:
        """The rows of a figure, each by its own key, in the order that they have."""
        places = [BEHIND.index(name) for name in KEY]
        wanted: Rows = [list(BEHIND)]
        for row in rows[1:]:
            indicator, kommune, year = (row[at : at + 1] or [""] for at in places)
            wanted.append(self._row(indicator[0], kommune[0], year[0]))
        return wanted

    def _row(self, indicator: str, kommune: str, year: str) -> list[str]:
        of = (indicator, int(year) if year.isdecimal() else 0)
        fact = self._by_key.get((indicator, kommune, of[1]))
        common = fact or self._any.get(of)
        if common is None:
            return [f"no such figure: {indicator} {kommune} {year}"] * len(BEHIND)
        cells: dict[str, Any] = {
            **common,
            "kommune": kommune,
            "name": self._figures[indicator].name,
        }
        if common["network_mean"] is None:
            cells["mean_basis"] = ""
        if fact is None:
            of_one = OF_ONE
            if common["mean_rule"].endswith("_of_others"):
                of_one = {*OF_ONE, "network_mean", "mean_basis"}
            return [
                ANYTHING if name in of_one else _written(cells[name]) for name in BEHIND
            ]
        if fact["value"] is None:
            cells["basis"] = ""
        return [_written(cells[name]) for name in BEHIND]

    def _left_out(self, rows: Rows) -> Iterator[str]:
        """A figure shows an indicator of everybody, in the years that it shows."""
        at = BEHIND.index
        held = [
            (row[at("indicator")], row[at("kommune")], row[at("year")]) for row in rows
        ]
        if len(held) != len(set(held)):
            yield "has a row twice"
        shown: dict[tuple[str, str], set[str]] = {}
        for indicator, kommune, year in held:
            shown.setdefault((indicator, year), set()).add(kommune)
        for of, kommuner in shown.items():
            if lost := self._whose.get(of, set()) - kommuner:
                yield f"lacks {' '.join(of)} of {', '.join(sorted(lost))}"


#: What may be anything, since nothing here can tell.
ANYTHING = "…"


def _of(entries: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Rows:
    """A line with the names of the columns, and one for each entry."""
    return [list(names), *([_written(one[name]) for name in names] for one in entries)]


def _written(value: Any) -> str:
    """How a value is written: numbers in full, lists with spaces."""
    # Tens of thousands are: what is most frequent comes first.
    if value is None:
        return ""
    kind = type(value)
    if kind is float or kind is int:
        return repr(value)
    if kind is bool:
        return "true" if value else "false"
    return _inert(value if kind is str else " ".join(map(str, value)))


@lru_cache(4096)
def _inert(text: str) -> str:
    """How a text is written: one that a spreadsheet takes for a formula is quoted."""
    is_formula = text.lstrip().startswith(FORMULA) or text.startswith(BREAKS)
    return f"'{text}" if is_formula else text


# -- what the descriptor says ----------------------------------------------------------


def _head(
    described: Mapping[str, Any], facts: Mapping[str, Any], known: Catalogue
) -> Iterator[str]:
    run, held, words = facts["run"], facts["snapshot"], known.phrases.words
    day = run["changed"] or run["published"] or held["created"]
    used = {table for fact in facts["facts"] for table in fact["tables"]}
    sources = [
        (f"{STATBANK}{number}", table["title"])
        for number, table in held["tables"].items()
        if number in used
    ]
    told = [words["export_what"], words["export_inert"], words["export_licence"]]
    bases = {fact[of] for fact in facts["facts"] for of in ("basis", "mean_basis")}
    if "reconstructed" in bases:
        told.insert(1, words["export_reconstructed"])
    name = f"{facts['service']}-{run['kommune']}-{run['year']}".replace("_", "-")
    wanted = {
        "name": name,
        "title": facts["title"],
        "description": " ".join(told),
        "created": f"{day}T00:00:00Z",
    }
    for key, text in wanted.items():
        if described.get(key) != text:
            yield f"{key} is «{described.get(key)}», and should be «{text}»"
    if described.get("licenses") != [LICENCE]:
        yield f"its licence is {described.get('licenses')}, and should be {[LICENCE]}"
    parts = {*wanted, "$schema", "licenses", "sources", "resources"}
    if strange := described.keys() ^ parts:
        yield f"says {', '.join(sorted(strange))}, or should"
    if described.get("$schema") != PROFILE:
        yield f"keeps to {described.get('$schema')}, and should to {PROFILE}"
    given = [(one["path"], one["title"]) for one in described.get("sources", ())]
    if [path for path, _ in given] != [path for path, _ in sources] or not all(
        title.endswith(f"{path.rpartition('/')[2]}: {named}")
        for (path, title), (_, named) in zip(given, sources, strict=True)
    ):
        yield f"sources are {given}, and should be {sources}"


def _about(
    resource: Mapping[str, Any], content: bytes, known: Catalogue
) -> Iterator[str]:
    """What a table is said to be, and how it is to be read."""
    name = resource["path"].rpartition("/")[2].removesuffix(".csv")
    role, _, number = name.partition("-")
    wanted = {
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "name": name,
        "type": "table",
        "path": resource["path"],
        "title": f"{known.phrases.words[f'resource_{role}']} {number}".rstrip(),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": resource.get("schema"),
    }
    for key in dict.fromkeys((*wanted, *resource)):
        if resource.get(key) != wanted.get(key):
            yield f"{key} is {resource.get(key)}, and should be {wanted.get(key)}"
    schema, is_keyed = resource["schema"], role in ("tall", "figur")
    refers = ["indicator", "kommune"] if is_keyed else ["kommune"]
    led = {"indicator": "indikatorer", "kommune": "kommuner"}
    foreign = [
        {"fields": [one], "reference": {"resource": led[one], "fields": ["id"]}}
        for one in refers
        if is_keyed or role in ("behov", "behovstall")
    ]
    also = {"missingValues": [""], **({"foreignKeys": foreign} if foreign else {})}
    for key in dict.fromkeys((*also, *schema)):
        if key not in ("fields", "primaryKey") and schema.get(key) != also.get(key):
            yield f"{key} is {schema.get(key)}, and should be {also.get(key)}"


#: What a figure rests on, the weakest first.
WEAKEST = ("reconstructed", "preliminary", "published", "real")

#: Columns that hold numbers, whole or not, and those that hold yes or no.
WHOLE = {"year", "decimals", "rank", "n", "sentence"}
TRUTH = {"distance_clear", "change_clear"}
NUMBERS = {
    *("value", "network_mean", "index", "distance", "lowest", "highest", "previous"),
    *("change", "mean_change", "interval_low", "interval_high"),
    *("numerator", "denominator", "factor", "amount", "ratio"),
}


def _fields(resource: Mapping[str, Any], rows: Rows, known: Catalogue) -> Iterator[str]:
    """What each column is said to hold, and whether it does."""
    words, fields = known.phrases.words, resource["schema"]["fields"]
    table = resource["path"].removesuffix(".csv")
    if [field["name"] for field in fields] != rows[0]:
        yield f"describes the columns {[field['name'] for field in fields]}"
        return
    for at, field in enumerate(fields):
        name, rules = field["name"], field.get("constraints", {})
        kind = "integer" if name in WHOLE else "boolean" if name in TRUTH else "string"
        told = {
            "type": "number" if name in NUMBERS else kind,
            "title": words[f"field_{name}"],
            "description": words.get(f"about_{table}_{name}") or words[f"about_{name}"],
        }
        for key, text in told.items():
            if field.get(key) != text:
                yield f"{name}: {key} is «{field.get(key)}», and should be «{text}»"
        if strange := {*field} - {*told, "name", "constraints"} | rules.keys() - RULES:
            yield f"{name}: is said to have {', '.join(sorted(strange))}"
        if rules:
            cells = [row[at] for row in rows[1:] if len(row) > at]
            yield from (f"{name}: {fault}" for fault in _broken(rules, cells))


def _broken(rules: Mapping[str, Any], cells: Sequence[str]) -> Iterator[str]:
    """What a column is said to keep to, and does not."""
    held = {*cells} - {""}
    if rules.get("required") and "" in cells:
        yield "is said to be there always, and is not"
    if rules.get("unique") and len(held) < len(cells):
        yield "is said to be of one row each, and is not"
    strange = held - {*rules.get("enum", held)}
    least, form = rules.get("minimum"), rules.get("pattern")
    strange |= {one for one in held if least is not None and float(one) < least}
    strange |= {one for one in held if form and not re.fullmatch(form, one)}
    if strange:
        yield f"may not hold {', '.join(sorted(strange))}, and does"


def _keys(
    resources: Mapping[str, Mapping[str, Any]], tables: Mapping[str, Rows]
) -> Iterator[str]:
    """Rows are told apart by their keys, and what they refer to is there."""
    paths = {one["name"]: path for path, one in resources.items()}
    for path, one in resources.items():
        schema, (heads, *rows) = one["schema"], tables[path]
        has_key = KEY if path.startswith(FIGURES) else KEYS.get(path, ["id"])
        if schema.get("primaryKey") != has_key:
            yield f"{path}: its key is {schema.get('primaryKey')}, not {has_key}"
            continue
        at = [heads.index(name) for name in has_key]
        keys = [tuple([row[place] for place in at]) for row in rows]
        if len(keys) != len(set(keys)):
            yield f"{path}: two rows have the same {', '.join(has_key)}"
        for foreign in schema.get("foreignKeys", ()):
            (name,), other = foreign["fields"], foreign["reference"]
            led = tables[paths[other["resource"]]]
            ids = {row[led[0].index(*other["fields"])] for row in led[1:]}
            lost = {row[heads.index(name)] for row in rows} - ids
            if lost:
                yield f"{path}: {name} {', '.join(sorted(lost))} is in no row"

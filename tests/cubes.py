"""
Tables in the form of SSB's json-stat2: made whole, and cut down to what is asked for.

Knows the form and none of the figures; ``synthetic`` fills it and ``double`` serves it.
"""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

Cube = dict[str, Any]
Key = tuple[str, ...]

#: A number, or the sign that says why there is none.
Figure = tuple[float | None, str]

TIME, CONTENTS = "Tid", "ContentsCode"
NOTE = "Syntetiske testdata, ikke fra SSB."
MORE_NOTE = "Tallene følger en enkel regel og skal bare brukes i tester."
SOURCE = "asss sine tester"
CLOSED_TITLE = " (avslutta serie)"


@dataclass(frozen=True)
class Variable:
    """A variable of a table.

    Attributes
    ----------
    values : mapping of code to label
    is_eliminable : bool
        Whether a question may leave it out: its values are then added.
    total : str, optional
        The value that stands for all where it is left out.
    klass : int, optional
        The number of its classification in KLASS.
    """

    label: str
    values: Mapping[str, str]
    is_eliminable: bool = False
    total: str | None = None
    klass: int | None = None


def make(
    table: str,
    title: str,
    variables: Mapping[str, Variable],
    *,
    units: Mapping[str, str],
    cell: Callable[[Key], Figure],
    updated: str,
    is_closed: bool = False,
) -> Cube:
    """
    Make a whole table: region first, contents and time last, as SSB has them.

    Parameters
    ----------
    units : mapping of contents code to unit
    cell : function of the codes of a cell, in the order of `variables`
    """
    found = [cell(key) for key in product(*(v.values for v in variables.values()))]
    signs = {str(flat): sign for flat, (_, sign) in enumerate(found) if sign}
    region = next(iter(variables))
    cube: Cube = {
        "version": "2.0",
        "class": "dataset",
        "label": _label(table, title, variables),
        "source": SOURCE,
        "updated": updated,
        "note": [NOTE, MORE_NOTE],
        "role": {"time": [TIME], "geo": [region], "metric": [CONTENTS]},
        "id": list(variables),
        "size": [len(variable.values) for variable in variables.values()],
        "dimension": {name: _dimension(name, v) for name, v in variables.items()},
        "extension": _extension(table, title, list(variables), is_closed),
        "value": [value for value, _ in found],
    }
    contents = cube["dimension"][CONTENTS]
    contents["category"]["unit"] = {
        code: {"base": unit, "decimals": 1 if unit == "måneder" else 0}
        for code, unit in units.items()
    }
    contents["extension"] |= {
        "refperiod": dict.fromkeys(units, "31.12"),
        "measuringType": dict.fromkeys(units, "Stock"),
        "priceType": dict.fromkeys(units, "NotApplicable"),
        "adjustment": dict.fromkeys(units, "None"),
    }
    if signs:
        cube["status"] = signs
    return cube


def metadata(cube: Cube) -> Cube:
    """What ``/metadata`` answers: the table without its cells."""
    whole = copy.deepcopy({k: v for k, v in cube.items() if k != "status"})
    for dimension in whole["dimension"].values():
        dimension["extension"]["codelists"] = []
    return {**whole, "value": []}


def select(cube: Cube, selection: Mapping[str, Sequence[str]]) -> Cube:
    """
    What ``/data`` answers: the codes asked for, in the order of the table.

    Upper and lower case are one to SSB. A variable that is left out is eliminated: by
    the value that stands for all, or by adding all of them.

    Raises
    ------
    LookupError
        Naming the variable that is unknown, incomplete or may not be left out.
    """
    asked = {name.casefold(): codes for name, codes in selection.items()}
    unknown = asked.keys() - {name.casefold() for name in cube["id"]}
    if unknown:
        raise LookupError(*unknown)
    kept: dict[str, list[str]] = {}
    groups: list[list[list[int]]] = []
    for name in cube["id"]:
        index = cube["dimension"][name]["category"]["index"]
        extension = cube["dimension"][name]["extension"]
        if name.casefold() in asked:
            wanted = {code.casefold() for code in asked[name.casefold()]}
            kept[name] = [code for code in index if code.casefold() in wanted]
            if len(kept[name]) != len(wanted):
                raise LookupError(name)
            groups.append([[index[code]] for code in kept[name]])
        elif not extension["elimination"]:
            raise LookupError(name)
        elif "eliminationValueCode" in extension:
            groups.append([[index[extension["eliminationValueCode"]]]])
        else:
            groups.append([list(index.values())])
    strides = [prod(cube["size"][place + 1 :]) for place in range(len(cube["size"]))]
    found = [
        _added(
            cube,
            [
                sum(at * stride for at, stride in zip(places, strides, strict=True))
                for places in product(*group)
            ],
        )
        for group in product(*groups)
    ]
    return _answer(cube, kept, found)


def as_sent(content: object) -> bytes:
    """JSON as SSB writes it: one line, letters as they are."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _added(cube: Cube, cells: list[int]) -> Figure:
    """The sum of some cells, under the sign of one: «*» alone stands with a figure."""
    signs = cube.get("status", {})
    if len(cells) == 1:
        # A figure may have a sign beside it.
        return cube["value"][cells[0]], signs.get(str(cells[0]), "")
    sign = next((signs[str(cell)] for cell in cells if str(cell) in signs), "")
    value = sum(cube["value"][cell] for cell in cells) if sign in ("", "*") else None
    return value, sign


def _answer(cube: Cube, kept: Mapping[str, list[str]], found: Sequence[Figure]) -> Cube:
    """The cube's envelope around fewer cells."""
    answer = copy.deepcopy(
        {k: v for k, v in cube.items() if k not in ("value", "status", "dimension")}
    )
    answer |= {
        "role": {
            role: [name for name in names if name in kept]
            for role, names in cube["role"].items()
        },
        "id": list(kept),
        "size": [len(codes) for codes in kept.values()],
        "dimension": {
            name: _narrowed(cube["dimension"][name], codes)
            for name, codes in kept.items()
        },
        "value": [value for value, _ in found],
    }
    px = answer["extension"]["px"]
    px["stub"] = [name for name in px["stub"] if name in kept]
    signs = {str(flat): sign for flat, (_, sign) in enumerate(found) if sign}
    return {**answer, "status": signs} if signs else answer


def _narrowed(dimension: Mapping[str, Any], codes: list[str]) -> dict[str, Any]:
    """A variable with some of its values; what is said by value, of those only."""

    def of_these(name: str, said: Any) -> Any:
        # Which of the notes on the variable as a whole are mandatory: by their place.
        if not isinstance(said, dict) or name == "noteMandatory":
            return said
        return {code: said[code] for code in codes if code in said}

    narrowed: dict[str, Any] = copy.deepcopy(dict(dimension))
    for part in ("category", "extension"):
        kept = {name: of_these(name, said) for name, said in narrowed[part].items()}
        narrowed[part] = {name: said for name, said in kept.items() if said != {}}
    narrowed["category"]["index"] = {code: place for place, code in enumerate(codes)}
    return narrowed


def _label(table: str, title: str, variables: Mapping[str, Variable]) -> str:
    end = CLOSED_TITLE if title.endswith(CLOSED_TITLE) else ""
    about = title.removesuffix(CLOSED_TITLE).partition(", etter")[0]
    *labels, last = (variable.label for variable in variables.values())
    return f"{table}: {about}, etter {', '.join(labels)} og {last}{end}"


def _dimension(name: str, variable: Variable) -> dict[str, Any]:
    shows = {CONTENTS: "value", TIME: "code"}
    body: dict[str, Any] = {
        "label": variable.label,
        "category": {
            "index": {code: place for place, code in enumerate(variable.values)},
            "label": dict(variable.values),
        },
        "extension": {
            "elimination": variable.is_eliminable,
            "show": shows.get(name, "code_value"),
        },
    }
    if variable.total is not None:
        body["extension"]["eliminationValueCode"] = variable.total
    if variable.klass is not None:
        urn = f"urn:ssb:classification:klass:{variable.klass}"
        body["link"] = {"describedby": [{"extension": {name: urn}}]}
    return body


def _extension(
    table: str, title: str, variables: list[str], is_closed: bool
) -> dict[str, Any]:
    return {
        "noteMandatory": {"0": True},
        "px": {
            "infofile": "None",
            "tableid": table,
            "decimals": 0,
            "official-statistics": False,
            "aggregallowed": False,
            "copyright": False,
            "language": "no",
            "contents": f"{table}: {title},",
            "descriptiondefault": False,
            "heading": [CONTENTS, TIME],
            "stub": [name for name in variables if name not in (CONTENTS, TIME)],
            "matrix": table,
            "subject-code": "os",
            "subject-area": "Offentlig sektor",
        },
        # SSB writes null for a table that goes on, and not false.
        "discontinued": True if is_closed else None,
        "contact": [
            {
                "name": "Kari Tester",
                "organization": SOURCE,
                "phone": "00 00 00 00",
                "mail": "kari@example.org",
                "raw": f"Kari Tester, {SOURCE}# +47 00 00 00 00#kari@example.org",
            }
        ],
    }

"""
What PxWebApi v2 answers to a question, and in which words SSB's refuses one.

The titles of refusals are SSB's own, recorded in April 2026 or documented by SSB, the
misspelt one too; the status in the body is not always the one of the answer. The rest
is held against answers of the software that SSB runs, recorded in November 2026
(``pxwebapi2/answers.json``), and differs from them where a comment says «SSB:».
"""

import fnmatch
import re
from collections.abc import Iterator, Mapping
from math import ceil, prod
from typing import Any

import cubes
from cubes import CONTENTS, TIME, Cube

NO_TABLE = "Non-existent table"
NO_VARIABLE = "Non-existent variable"
NO_VALUE = "Non-existent value"
NO_SELECTION = "Missing selection for mandantory variable"
NO_PAGE = "Non-existent page"
BAD_EXPRESSION = "Illegal selection expression"
TOO_MANY_CELLS = "Too many cells selected"

BAD_FORMAT = "Unsupported output format"
BAD_LANGUAGE = "Unsupported language"
NOT_VALID = "One or more validation errors occurred."

#: SSB: Norwegian and English. The software was recorded with Norwegian alone.
LANGUAGES = ("no", "en")


#: What means something in the language of searches, and breaks it where it stands so.
UNREADABLE = re.compile(r'[][(){}!~^"/\\]|(^|\s)[*?]')


class Refusal(Exception):
    """A question that SSB refuses: the status, and a body that may give another."""

    def __init__(
        self, title: str, *, http: int = 400, says: int = 400, detail: str = ""
    ) -> None:
        super().__init__(title)
        body = {"type": "Parameter error", "title": title, "status": says}
        self.http = http
        self.body = cubes.as_sent({**body, "detail": detail} if detail else body)


class NotValid(Refusal):
    """A question that is refused by its form: which part, and why (our own words)."""

    def __init__(self, part: str, why: str) -> None:
        super().__init__(NOT_VALID)
        content = {"title": NOT_VALID, "status": 400, "errors": {part: [why]}}
        self.body = cubes.as_sent(content)


class Breakdown(Exception):
    """A question on which SSB breaks down: 500, and not a word."""


def config(max_cells: int, calls: int, window: float) -> dict[str, Any]:
    """What ``/config`` answers. SSB: 0 calls in 0 seconds, which means «not stated»."""
    return {
        "apiVersion": "2.3.2",
        "appVersion": "the double in the tests of asss",
        "languages": [{"id": "no", "label": "Norsk"}],
        "defaultLanguage": "no",
        "maxDataCells": max_cells,
        "maxCallsPerTimeWindow": calls,
        "timeWindow": window,
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "defaultDataFormat": "json-stat2",
        "dataFormats": ["json-stat2"],
    }


def about(cube: Cube) -> dict[str, Any]:
    """What ``/tables`` and ``/tables/{id}`` say of a table."""
    number = cube["extension"]["px"]["tableid"]
    periods = list(cube["dimension"][TIME]["category"]["index"])
    return {
        "id": number,
        "label": cube["label"],
        "description": "",
        "sortCode": number,
        "updated": cube["updated"],
        "firstPeriod": periods[0],
        "lastPeriod": periods[-1],
        "category": "public",
        "variableNames": [body["label"] for body in cube["dimension"].values()],
        "discontinued": bool(cube["extension"]["discontinued"]),
        "source": cube["source"],
        "timeUnit": "Annual",
    }


def search(
    tables: Mapping[str, Cube], query: Mapping[str, str], page_size: int
) -> dict[str, Any]:
    """What ``/tables`` answers: a page, without closed tables unless asked for them."""
    asked = query.get("query", "")
    if UNREADABLE.search(asked) or asked.split() == ["AND"]:
        raise Breakdown
    with_closed = query.get("includediscontinued", "false").casefold() == "true"
    found = [
        one
        for one, cube in ((about(cube), cube) for cube in tables.values())
        if (with_closed or not one["discontinued"]) and _has_all(asked, cube)
    ]
    number = int(query.get("pagenumber", "1"))
    size = int(query.get("pagesize", page_size))
    pages = max(1, ceil(len(found) / size))
    if number > pages:
        raise Refusal(NO_PAGE, http=404, says=404, detail=NO_PAGE)
    return {
        "language": "no",
        "tables": found[(number - 1) * size : number * size],
        "page": {
            "pageNumber": number,
            "pageSize": size,
            "totalElements": len(found),
            "totalPages": pages,
        },
    }


def _has_all(asked: str, cube: Cube) -> bool:
    """
    Whether each word stands whole in some field: titles, variables, values, codes.

    At SSB a word is found in its other forms too («tabellen» by «tabell»), and what is
    most like comes first; here it is as it is written, and in the order of the tables.
    """
    dimensions = cube["dimension"].values()
    said = [cube["extension"]["px"]["tableid"], cube["label"]]
    said += [body["label"] for body in dimensions]
    for body in dimensions:
        said += [*body["category"]["label"], *body["category"]["label"].values()]
    there = set(re.findall(r"\w+", " ".join(said).casefold()))
    return all(
        any(fnmatch.fnmatchcase(one, word) for one in there)
        for word in asked.casefold().split()
    )


def data(cube: Cube, query: Mapping[str, str], body: object, *, max_cells: int) -> Cube:
    """
    What ``/tables/{id}/data`` answers.

    Parameters
    ----------
    query : mapping
        Parameters of the address, lower case; those that are unknown do nothing.
    body : object
        What was posted; None where nothing was.

    Raises
    ------
    Refusal, Breakdown
    """
    if query.get("outputformat", "json-stat2") != "json-stat2":
        raise NotValid(part="outputFormat", why="The input was not valid.")
    if "outputformatparams" in query:
        # They are for csv, html and xlsx.
        raise Refusal(BAD_FORMAT, detail=BAD_FORMAT)
    names = {name.casefold(): name for name in cube["id"]}
    chosen: dict[str, list[str]] = {}
    for asked, codes in _asked(query, body):
        name = names.get(asked.casefold())
        if name is None:
            raise Refusal(NO_VARIABLE)
        if len({code.casefold() for code in codes}) < len(codes):
            # SSB: 500 without a word. The software answers with too many values.
            raise Breakdown
        known = list(cube["dimension"][name]["category"]["index"])
        expanded = [c for code in codes for c in _expanded(name, code, known)]
        chosen[name] = list(dict.fromkeys(expanded))
    if not chosen:
        chosen = _by_default(cube)
    for name in cube["id"]:
        is_free = cube["dimension"][name]["extension"]["elimination"]
        if not chosen.get(name) and (name in (CONTENTS, TIME) or not is_free):
            raise Refusal(NO_SELECTION)
    cells = prod(len(codes) for codes in chosen.values())
    if cells > max_cells:
        raise Refusal(TOO_MANY_CELLS, detail=TOO_MANY_CELLS)
    return cubes.select(cube, chosen)


def _by_default(cube: Cube) -> dict[str, list[str]]:
    """
    What is answered to no question at all: here, one value of each variable.

    SSB: a selection that is chosen for each table; the software has a rule for it.
    """
    return {
        name: _expanded(name, "top(1)", list(body["category"]["index"]))
        for name, body in cube["dimension"].items()
    }


def _asked(query: Mapping[str, str], body: Any) -> Iterator[tuple[str, list[str]]]:
    """The variables asked for and their codes, from the body or the address."""
    if body is not None:
        if not isinstance(body, dict):
            raise NotValid(part="", why="The body is no JSON object.")
        for place, one in enumerate(body["selection"]):
            if "valueCodes" not in one:
                field = f"Selection[{place}].ValueCodes"
                raise NotValid(part=field, why="The ValueCodes field is required.")
            yield str(one["variableCode"]), list(one["valueCodes"])
        return
    for name, text in query.items():
        if found := re.fullmatch(r"valuecodes\[(.+)\]", name):
            yield found[1], re.findall(r"\[[^\]]*\]|[^,]+", text)


def _expanded(name: str, code: str, known: list[str]) -> list[str]:
    """The codes that one code, or an expression in its place, stands for."""
    by_folded = {each.casefold(): each for each in known}
    folded = code.casefold().removeprefix("[").removesuffix("]")
    if folded in by_folded:
        return [by_folded[folded]]
    if "*" in folded or "?" in folded:
        return [c for f, c in by_folded.items() if fnmatch.fnmatchcase(f, folded)]
    call = re.fullmatch(r"(top|bottom|from|to|range)\((.*)\)", folded)
    if call is None:
        raise Refusal(NO_VALUE)
    function, arguments = call[1], call[2].split(",")
    try:
        if function in ("top", "bottom"):
            count = int(arguments[0])
            # Of time, the top is the newest.
            is_end = (name == TIME) == (function == "top")
            return known[-count:] if is_end else known[:count]
        places = [known.index(by_folded[each.strip()]) for each in arguments]
    except KeyError:
        raise Refusal(NO_VALUE) from None
    except ValueError:
        raise Refusal(BAD_EXPRESSION) from None
    first = 0 if function == "to" else places[0]
    last = len(known) - 1 if function == "from" else places[-1]
    return known[first : last + 1]

"""
Tables: what each cell spans, how it is drawn, and numbers that stand under each other.

Header rows are repeated on each page, no row parts in two, and a row that begins a
group stays with the next. Imports ``lines`` and below.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import Element

from asss.formats.manuscript import Piece, words
from asss.formats.word.lines import SHADES, Look, hard, paragraph
from asss.formats.word.package import Package, first_of, properties, w

__all__ = ["KINDS", "Flow", "children", "set_table"]

#: What sets blocks in a style, with a look of their own.
Flow = Callable[[Sequence[Piece], str, Look], list[Element]]

INK, QUIET, RULE, SOFT = "1D2B36", "4A5965", "D3DAE0", "F3F6F8"

#: Lines of a table: kind, and eighths of a point.
Line = tuple[str, int, str]
THIN: Final[Line] = ("single", 4, RULE)
MIDDLE: Final[Line] = ("single", 6, INK)
THICK: Final[Line] = ("single", 9, INK)
DASHED: Final[Line] = ("dashed", 8, QUIET)
WHITE: Final[Line] = ("single", 6, "FFFFFF")

STYLE: Final = "TableText"

#: Air to the left and to the right in a cell, in twentieths of a point.
AIR: Final = 30

#: Twentieths of a point that stand free behind a number: for its marks, and so that
#: commas stand under each other, by the number of decimals; as wide as in Arial.
BEHIND: Final = {"d2": 110, "d1": 200, "d0": 335, "one": 80}
HEAD: Final = 110

#: As wide as a mark is, of those a number may have.
WIDTHS: Final = {"r": 37, ",": 31, " ": 31, "f": 31, "i": 25, "j": 25, "l": 25, "t": 31}
LETTER: Final = 60


class Kind(NamedTuple):
    """How a kind of table is set: widths of columns, in parts; air above and below."""

    widths: tuple[float, ...] | dict[str, float]
    air: int = 40
    above_group: int = 100


KINDS: Final = {
    "key": Kind(
        {"name": 35.2, "year": 9.15, "network": 9.25, "extreme": 10.2, "rank": 7.7},
        air=12,
        above_group=36,
    ),
    "matrix": Kind({"name": 32, "": 13.2}, air=36, above_group=80),
    "caveats": Kind((12, 75, 13)),
    "collected": Kind((), air=20),
    "definitions": Kind((34, 66)),
    "means": Kind((16, 42, 42)),
    "measures": Kind((34, 9, 45, 12)),
    "queries": Kind((22, 25, 13, 12, 28)),
    "plain": Kind((), air=50),
}


#: What each letter of a number longer than «12 345» takes of a column, in parts, and of
#: a name below one that is longer than «Kristiansand»: columns that grow.
LONGER: Final = {"year": 0.95, "network": 0.95, "extreme": 0.95, "": 0.5}
LONGEST, LONGEST_NAME, PER_NAME = 6, 12, 0.9


@dataclass(frozen=True)
class Spot:
    """Where a cell stands: row and column, in which part of which kind of table."""

    kind: str
    x: int
    in_head: bool
    is_last: bool
    is_group: bool
    stays: bool


def children(node: dict[str, Any], *tags: str) -> list[dict[str, Any]]:
    """The elements that an element holds, of some names."""
    return [one for one in node["k"] if isinstance(one, dict) and one["t"] in tags]


def set_table(
    node: dict[str, Any], width: int, package: Package, flow: Flow
) -> Element:
    """
    A table of the page.

    Parameters
    ----------
    node : dict
    width : int
        Twentieths of a point that it has room for.
    package : Package
    flow : Flow
        What sets that of a cell which is no number.
    """
    named = [name for name in node["c"] if name in KINDS and name != "plain"]
    kind = named[0] if named else "plain"
    head = [row for part in children(node, "thead") for row in children(part, "tr")]
    body = [row for part in children(node, "tbody") for row in children(part, "tr")]
    columns = _columns(node, KINDS[kind], head or body, width)
    caption = (
        " ".join(words(children(node, "caption")[0]["k"]).split())
        if children(node, "caption")
        else ""
    )
    rows = _rows(head, body, kind, columns, package, flow)
    about = [w("tblCaption", val=caption)] if caption else []
    return w(
        "tbl",
        w(
            "tblPr",
            w("tblW", w=width, type="dxa"),
            w("tblLayout", type="fixed"),
            w(
                "tblCellMar",
                w("left", w=AIR, type="dxa"),
                w("right", w=AIR, type="dxa"),
            ),
            w(
                "tblLook",
                val="0420" if not head else "04A0",
                firstRow=int(bool(head)),
                lastRow=0,
                firstColumn=1,
                lastColumn=0,
                noHBand=0,
                noVBand=1,
            ),
            *about,
        ),
        w("tblGrid", *(w("gridCol", w=one) for one in columns)),
        *rows,
    )


def _columns(
    node: dict[str, Any], kind: Kind, rows: Sequence[dict[str, Any]], width: int
) -> list[int]:
    """How wide each column is, in twentieths of a point."""
    count = sum(_span(cell, "colspan") for cell in children(rows[0], "td", "th"))
    if isinstance(kind.widths, dict):
        named = [
            col["c"][0] if col["c"] else ""
            for group in children(node, "colgroup")
            for col in children(group, "col")
            for _ in range(_span(col, "span"))
        ]
        more = {name: _longer(node, name) for name in named}
        # The names of indicators have more lines instead.
        more["name"] = -sum(more[name] for name in named)
        given = [kind.widths[name] + more[name] for name in named]
    else:
        given = list(kind.widths) if len(kind.widths) == count else [1.0] * count
    edges = [round(width * sum(given[:n]) / sum(given)) for n in range(count + 1)]
    return [after - before for before, after in pairwise(edges)]


def _longer(node: dict[str, Any], column: str) -> float:
    """How much wider a column is, in parts, as what stands in it is long."""
    numbers: float = max(0, node["digits"] - LONGEST) * LONGER.get(column, 0.0)
    names: float = max(0, node["letters"] - LONGEST_NAME) * PER_NAME
    return max(numbers, names) if column == "extreme" else numbers


def _span(cell: dict[str, Any], key: str) -> int:
    return int(cell.get(key, 1))


def _rows(
    head: Sequence[dict[str, Any]],
    body: Sequence[dict[str, Any]],
    kind: str,
    columns: Sequence[int],
    package: Package,
    flow: Flow,
) -> Iterator[Element]:
    """The rows, of which a cell that goes on from the one above is empty."""
    above: dict[int, tuple[int, dict[str, Any]]] = {}
    for y, row in enumerate([*head, *body]):
        in_head = y < len(head)
        waiting = iter(children(row, "td", "th"))
        made: list[Element] = []
        x = 0
        left: dict[int, tuple[int, dict[str, Any]]] = {}
        while x < len(columns):
            is_group = "group" in row["c"]
            # What begins a group, and what the last row stands alone without.
            stays = in_head or is_group or y == len(head) + len(body) - 2
            spot = Spot(kind, x, in_head, y == len(head) - 1, is_group, stays)
            goes_on = x in above
            rest, cell = above[x] if goes_on else (0, next(waiting))
            rest = rest - 1 if goes_on else _span(cell, "rowspan") - 1
            wide = _span(cell, "colspan")
            if rest:
                left[x] = rest, cell
            merge = (
                []
                if not (goes_on or rest)
                else [w("vMerge") if goes_on else w("vMerge", val="restart")]
            )
            size = sum(columns[x : x + wide])
            made.append(_cell(cell, spot, size, merge, goes_on, package, flow))
            x += wide
        above = left
        about = [w("cantSplit"), *([w("tblHeader")] if in_head else [])]
        yield w("tr", w("trPr", *about), *made)


def _cell(
    cell: dict[str, Any],
    spot: Spot,
    size: int,
    merge: list[Element],
    is_empty: bool,
    package: Package,
    flow: Flow,
) -> Element:
    wide = _span(cell, "colspan")
    about = [w("tcW", w=size, type="dxa"), *merge]
    if wide > 1:
        about.append(w("gridSpan", val=wide))
    is_last = bool(merge) or spot.is_last
    about.append(w("tcBorders", *_borders(cell, spot, is_last=is_last)))
    shade = next((SHADES[one] for one in cell["c"] if one in SHADES), "")
    if fill := shade or (SOFT if "latest" in cell["c"] else ""):
        about.append(w("shd", val="clear", color="auto", fill=fill))
    kind = KINDS[spot.kind]
    over = kind.above_group if spot.is_group else kind.air
    about.append(
        w("tcMar", w("top", w=over, type="dxa"), w("bottom", w=kind.air, type="dxa"))
    )
    if spot.in_head:
        about.append(w("vAlign", val="bottom"))
    if is_empty:
        inside = [paragraph([], package, STYLE)]
    elif "num" in cell["c"]:
        inside = _number(cell, spot, package)
    else:
        inside = flow(cell["k"], STYLE, _look(cell, spot)) or [
            paragraph([], package, STYLE)
        ]
        for one in inside:
            _placed(one, cell, spot)
    for one in inside:
        if spot.stays:
            first_of(one).insert(1, w("keepNext"))
    return w("tc", *properties("tcPr", about), *inside)


def _borders(cell: dict[str, Any], spot: Spot, *, is_last: bool) -> Iterator[Element]:
    """What is drawn beside and below a cell."""
    in_matrix = spot.kind == "matrix" and cell["t"] == "td"
    if "break" in cell["c"]:
        yield _line("left", DASHED)
    elif in_matrix:
        yield _line("left", WHITE)
    elif "network" in cell["c"]:
        yield _line("left", THIN)
    if in_matrix:
        yield _line("bottom", WHITE)
    elif spot.is_group and spot.kind not in ("matrix", "plain"):
        yield _line("bottom", MIDDLE)
    elif spot.in_head:
        if is_last:
            yield _line("bottom", THICK)
    else:
        yield _line("bottom", THIN)


def _line(where: str, line: Line) -> Element:
    kind, size, color = line
    return w(where, val=kind, sz=size, space=0, color=color)


def _look(cell: dict[str, Any], spot: Spot) -> Look:
    """How the text of a cell is set."""
    if "who-is" in cell["c"]:
        return Look("Member")
    if spot.is_group and spot.kind not in ("key", "matrix", "plain"):
        return Look("Latest")
    if "latest" in cell["c"]:
        return Look("" if spot.in_head else "Latest", is_bold=True)
    is_name = cell["t"] == "th" and spot.x == 0
    is_bold = is_name and spot.kind not in ("key", "matrix", "collected")
    return Look(is_bold=spot.in_head or spot.is_group or is_bold)


def _placed(one: Element, cell: dict[str, Any], spot: Spot) -> None:
    """Put text in the middle of its cell, or at its right edge, where that is meant."""
    is_first = spot.x == 0
    is_centred = cell.get("scope") == "colgroup" or (
        spot.kind == "matrix" and not is_first
    )
    if is_centred or (spot.kind == "collected" and not is_first):
        first_of(one).append(w("jc", val="center" if is_centred else "right"))


def _number(cell: dict[str, Any], spot: Spot, package: Package) -> list[Element]:
    """A number with its marks hanging behind it, and below it whose it is."""
    look = _look(cell, spot)
    told = [hard(one) for one in cell["k"] if not _has(one, "who")]
    free = BEHIND["one"]
    for one in told:
        if isinstance(one, dict) and "m" in one["c"]:
            room = HEAD if cell["t"] == "th" and one["c"][-1] == "m" else 0
            room = room or BEHIND[one["c"][-1]]
            free = max(0, room - sum(WIDTHS.get(s, LETTER) for s in words([one])))
    made = [
        paragraph(
            told, package, STYLE, w("ind", right=free), w("jc", val="right"), look=look
        )
    ]
    for one in cell["k"]:
        if isinstance(one, dict) and _has(one, "who"):
            given = w("ind", right=BEHIND["one"]), w("jc", val="right")
            whose = paragraph(one["k"], package, STYLE, *given, look=Look("Unit"))
            made.append(whose)
    return made


def _has(piece: Piece, name: str) -> bool:
    return isinstance(piece, dict) and name in piece["c"]

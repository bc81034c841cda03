"""
A drawing as a reader sees it: marks with their colours, places and texts.

Knows SVG and nothing of what is drawn. Whoever reads a figure says what marks it must
have (:class:`Want`); every mark answers to one of them, or something is wrong.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from itertools import combinations
from typing import Literal, TypeAlias
from xml.etree import ElementTree as ET

from fontTools.ttLib import TTFont

__all__ = [
    "Axis",
    "Drawing",
    "Mark",
    "Pieces",
    "Point",
    "Want",
    "fitted",
    "key_faults",
    "number_in",
    "opened",
    "settle",
    "shortened",
    "upright",
    "warm_up",
    "within",
]

Point: TypeAlias = tuple[float, float]
Pieces: TypeAlias = Sequence[Sequence[Point]]
Kind: TypeAlias = Literal["text", "line", "dot", "arrow"]

#: What each colour stands for: one that is not here is no mark of ours.
COLOURS = {
    "#1d2b36": "ink",
    "#0b5c75": "own",
    "#4a5965": "quiet",
    "#7b8894": "others",
    "#a7b1ba": "faint",
    "#e6ebef": "span",
    "#d3dae0": "frame",
}
PAPER = "#ffffff"

#: Attributes that say how marks look, and those of each element beside.
LOOKS = frozenset(
    (
        *("fill", "stroke", "stroke-width", "stroke-linecap", "stroke-dasharray"),
        *("font-size", "font-weight", "text-anchor"),
    )
)
ROOT = {"width", "height", "viewBox", "id", "font-family", "stroke-linejoin"}
OWN = {
    "g": {"class"},
    "text": {"x", "y", "data-fact", "data-field"},
    "path": {"d", "id", "data-fact", "data-field", "data-axis"},
    "circle": {"cx", "cy", "r", "data-fact", "data-field"},
}

#: From the baseline of a text up to its middle, in parts of its size.
RISE = 0.36

#: How far a mark may be from its place, in points: less than the eye can see.
NEAR = 0.1

#: The least size of what can be seen: letters, strokes, points.
SEEN = {"text": 6.0, "line": 0.4, "dot": 1.0, "arrow": 1.0}
#: Larger than that a point hides what is beside it.
LARGE = 6.0

SPACE = "{http://www.w3.org/2000/svg}"
PART = re.compile(r"m(\d+)")
MOVE = re.compile(r"--m(\d+):(-?[\d.e+-]+)px (-?[\d.e+-]+)px")
SIZES = re.compile(r"--wide:([\d.]+)%;--more:(-?[\d.]+)%")


@dataclass(eq=False, slots=True)
class Mark:
    """
    One mark: where it is, and what it says for eyes and for machines.

    The place of a text is its anchor, half way up its letters; that of an arrow its
    middle, and its text is the way it points; that of a line its first point.
    """

    kind: Kind
    colour: str
    x: float
    y: float
    text: str = ""
    pieces: Pieces = ()
    fact: str = ""
    field: str = ""
    axis: str = ""
    part: int = -1
    align: str = "start"
    is_bold: bool = False
    size: float = 0.0

    @property
    def reach(self) -> Point:
        """How far to the left and to the right a text goes, as its letters are wide."""
        wide = _width(self.text, self.is_bold)
        part = {"start": 0.0, "middle": 0.5, "end": 1.0}[self.align]
        left = self.x - wide * self.size * part
        return left, left + wide * self.size

    def __str__(self) -> str:
        """For a message."""
        said = f" «{self.text}»" if self.text else ""
        of = f" of {self.fact}" if self.fact else ""
        return f"a {self.kind} ({self.colour}){said}{of} at {self.x:g}, {self.y:g}"


@lru_cache(4096)
def _width(text: str, is_bold: bool) -> float:
    """How wide a text is, in parts of its size."""
    return sum(_letters(is_bold).get(letter, 1.0) for letter in text)


def warm_up() -> None:
    """Learn ahead how wide letters are: that is the same in every report."""
    for is_bold in (False, True):
        _letters(is_bold)


@cache
def _letters(is_bold: bool) -> dict[str, float]:
    """How wide each letter of the typeface is, in parts of its size."""
    name = f"Inter-{'SemiBold' if is_bold else 'Regular'}.otf"
    with (resources.files("asss") / "fonts" / name).open("rb") as file:
        font = TTFont(file)
        glyphs, wide = font.getBestCmap(), font["hmtx"].metrics
        em = font["head"].unitsPerEm
        return {chr(code): wide[glyph][0] / em for code, glyph in glyphs.items()}


@dataclass(frozen=True)
class Axis:
    """Where values stand, as printed labels say it."""

    slope: float
    start: float

    def at(self, value: float) -> float:
        """The place of a value, in points."""
        return self.start + self.slope * value

    def of(self, place: float) -> float:
        """The value at a place."""
        return (place - self.start) / self.slope if self.slope else math.nan


def fitted(labels: Iterable[Point]) -> Axis | None:
    """The axis that labels (value, place) lie on; none if they lie on none."""
    held = sorted(labels)
    if len(held) < 2 or held[0][0] == held[-1][0]:
        return None
    (low, first), (high, last) = held[0], held[-1]
    slope = (last - first) / (high - low)
    axis = Axis(slope, first - slope * low)
    is_right = slope and all(abs(axis.at(v) - place) < NEAR for v, place in held)
    return axis if is_right else None


def number_in(text: str) -> float | None:
    """The number that a label is, if it is one."""
    plain = text.replace("\u00a0", "").replace("\u2212", "-").replace(",", ".")
    return float(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else None


def upright(x: float, y: float, half: float) -> list[Point]:
    """A stroke up and down."""
    return [(x, y - half), (x, y + half)]


def shortened(number: float) -> str:
    """A number as a mark says it for machines: to a hundredth."""
    return f"{number + 0:.2f}".rstrip("0").rstrip(".")


# -- what is there ---------------------------------------------------------------------


@dataclass
class Drawing:
    """
    The marks of a figure, how large it is, and how its parts move on a phone.

    `ways` has for each part the one of `moves` that is its own.
    """

    name: str
    width: float
    height: float
    marks: list[Mark] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    moves: Mapping[int, Point] = field(default_factory=dict)
    ways: list[int] = field(default_factory=list)
    narrow: Point | None = None

    def in_part(self, part: int) -> list[Mark]:
        """The marks that move together."""
        return [mark for mark in self.marks if mark.part == part]

    @property
    def parts(self) -> list[int]:
        """Those that there are, in the order of drawing."""
        return [p for p in dict.fromkeys(m.part for m in self.marks) if p >= 0]

    def box(self, part: int, *, narrow: bool = False) -> tuple[float, ...]:
        """Left, top, right and bottom of a part, texts by their anchors alone."""
        points = [p for m in self.in_part(part) for piece in m.pieces for p in piece]
        points += [(m.x, m.y) for m in self.in_part(part)]
        over, down = 0.0, 0.0
        if narrow:
            over, down = self.moves.get(self.ways[part], (0.0, 0.0))
        x, y = zip(*points, strict=True)
        return min(x) + over, min(y) + down, max(x) + over, max(y) + down

    def unread(self) -> Iterator[str]:
        """Texts that the edge of the sheet cuts, or that stand on one another."""
        lines = defaultdict(list)
        for mark in self.marks:
            if mark.kind == "text" and mark.text:
                lines[round(mark.y)].append(mark)
                if mark.reach[0] < -1 or mark.reach[1] > self.width + 1:
                    yield f"the edge cuts {mark}"
        for y, line in lines.items():
            # What was rounded apart is a line all the same.
            near = [*line, *lines.get(y + 1, ())]
            for one, other in combinations(near, 2):
                over = min(one.reach[1], other.reach[1]) - max(
                    one.reach[0], other.reach[0]
                )
                if over > 1 and one in line:
                    yield f"{one} and {other} stand on one another"

    def misplaced(self) -> Iterator[str]:
        """Parts that lie on one another, or outside, on a sheet or on a phone."""
        used = set(self.ways)
        if used != set(self.moves) or bool(used) != (self.narrow is not None):
            yield "its parts are not those that move on a phone"
            return
        sizes = {"sheet": (self.width, self.height), "phone": self.narrow or (0, 0)}
        for name, (width, height) in sizes.items():
            boxes = [self.box(part, narrow=name == "phone") for part in self.parts]
            for place, (left, top, right, bottom) in enumerate(boxes):
                is_in = left > -1 and top > -1 and right < width + 1
                if not (is_in and bottom < height + 1):
                    yield f"{name}: a part stands outside at {left:g}, {top:g}"
                for other in boxes[:place]:
                    over = min(right, other[2]) - max(left, other[0])
                    high = min(bottom, other[3]) - max(top, other[1])
                    if over > 1 and high > 1:
                        yield f"{name}: parts lie on one another at {left:g}, {top:g}"


def opened(svg: str, style: str) -> Drawing:
    """Take a drawing apart; what it should not have is among its problems."""
    try:
        root = ET.fromstring(svg)
        width, height = map(float, root.get("viewBox", "").split()[2:])
        first, *rest = root
    except (ET.ParseError, ValueError) as error:
        return Drawing("", 0, 0, problems=[f"cannot be read: {error}"])
    drawing = Drawing(root.get("id", ""), width, height)
    if strange := set(root.keys()) - ROOT:
        drawing.problems.append(f"says {', '.join(sorted(strange))} of itself")
    sized = [root.get("width"), root.get("height")]
    if sized != [f"{width:g}pt", f"{height:g}pt"]:
        drawing.problems.append(f"is {sized} large, and has {width:g} x {height:g} pt")
    if dict(first.attrib) != {
        "width": f"{width:g}",
        "height": f"{height:g}",
        "fill": PAPER,
    }:
        drawing.problems.append("does not begin with its paper")
    for element in rest:
        _walk(element, {}, -1, drawing)
    drawing.moves = {int(n): (float(x), float(y)) for n, x, y in MOVE.findall(style)}
    if sizes := SIZES.match(style):
        narrow = width / float(sizes[1]) * 100
        drawing.narrow = narrow, height + narrow * float(sizes[2]) / 100
    return drawing


def _walk(
    element: ET.Element, above: Mapping[str, str], part: int, drawing: Drawing
) -> None:
    """Gather the marks in an element."""
    tag, own = str(element.tag).removeprefix(SPACE), dict(element.attrib)
    strange = own.keys() - LOOKS - OWN.get(tag, set())
    if tag not in OWN or strange or element.tail:
        what = ", ".join(sorted(strange)) or str(element.tail or tag)
        drawing.problems.append(f"holds <{tag}> with {what}, which is none of ours")
        return
    if tag != "g":
        try:
            mark = _mark(tag, {**above, **own}, "".join(element.itertext()))
        except ValueError as error:
            drawing.problems.append(f"holds <{tag}> {own}: {error}")
        else:
            mark.part = part
            drawing.marks.append(mark)
        return
    named = own.pop("class", "")
    found = PART.fullmatch(named)
    if named and (found is None or part >= 0):
        drawing.problems.append(f"holds a part in a part, {named}")
    inner = part
    if found:
        inner = len(drawing.ways)
        drawing.ways.append(int(found[1]))
    for child in element:
        _walk(child, {**above, **own}, inner, drawing)


def _mark(tag: str, said: Mapping[str, str], text: str) -> Mark:
    """
    What an element shows.

    Raises
    ------
    ValueError
        If it cannot be seen, or is no mark that we know.
    """
    fill, stroke = said.get("fill", ""), said.get("stroke", "")
    if tag == "text":
        size = float(said["font-size"])
        x, y = float(said["x"]), float(said["y"]) - size * RISE
        mark = Mark("text", fill, x, y, text)
        mark.align = said.get("text-anchor", "start")
        mark.is_bold = said.get("font-weight", "") != ""
        mark.size = size
        if stroke:
            msg = "has an edge"
            raise ValueError(msg)
    elif tag == "circle":
        size = float(said["r"])
        mark = Mark("dot", fill, float(said["cx"]), float(said["cy"]))
        if stroke not in ("", PAPER) or size > LARGE:
            msg = "has an edge, or is too large"
            raise ValueError(msg)
    else:
        path = said["d"]
        pieces = [
            [(float(x), float(y)) for x, y in map(str.split, piece.split("L"))]
            for piece in path.removesuffix("z").split("M")[1:]
        ]
        (x, y), *_ = pieces[0]
        size, mark = float(said.get("stroke-width", 2)), Mark("line", stroke, x, y)
        if path.endswith("z"):
            mark = _arrow(pieces, fill)
        elif fill != "none":
            msg = "is filled"
            raise ValueError(msg)
    if size < SEEN[mark.kind] or mark.colour not in COLOURS:
        msg = "cannot be seen"
        raise ValueError(msg)
    mark.colour = COLOURS[mark.colour]
    mark.fact, mark.field, mark.axis = (
        said.get(f"data-{name}", "") for name in ("fact", "field", "axis")
    )
    if mark.kind == "line":
        mark.pieces = pieces
    return mark


def _arrow(pieces: Pieces, fill: str) -> Mark:
    """A triangle: its tip is the corner that is alone on its side."""
    (points,) = pieces
    if len(points) != 3:
        msg = "is no arrow"
        raise ValueError(msg)
    across = sorted(x for x, _ in points)
    is_right = across[1] - across[0] < across[2] - across[1]
    x, y = (across[0] + across[2]) / 2, sum(y for _, y in points) / 3
    return Mark("arrow", fill, x, y, "→" if is_right else "←")


# -- what must be there ----------------------------------------------------------------


@dataclass(slots=True)
class Want:
    """
    A mark that must be there, once.

    Where `x` or `y` is not given, it may be anywhere along it. `texts` are those that
    it may say. `reach` is how far from its place it may be, across and down.
    """

    what: str
    kind: Kind
    colour: str
    x: float | None = None
    y: float | None = None
    texts: tuple[str, ...] = ()
    fact: str = ""
    field: str = ""
    pieces: Pieces | None = None
    reach: Point = (NEAR, NEAR)
    align: str = ""
    axis: str = ""
    is_needed: bool = True

    def away(self, mark: Mark) -> tuple[bool, float]:
        """How unlike a mark is; the least is the one that is meant."""
        first = self.pieces[0][0] if self.pieces else (self.x, self.y)
        over = 0 if first[0] is None else abs(mark.x - first[0])
        down = 0 if first[1] is None else abs(mark.y - first[1])
        return bool(self.texts) and mark.text not in self.texts, over + down

    def fault(self, mark: Mark, told: Callable[[Point], str]) -> str:
        """What is wrong with the mark; empty if it is as it must be."""
        if self.texts and mark.text not in self.texts:
            return f"says «{mark.text}», and should say «{self.texts[0]}»"
        if self.align and mark.align != self.align:
            return f"is set from {mark.align}, and should be from {self.align}"
        if self.axis and mark.axis != self.axis:
            return f"says its axis is «{mark.axis}», and that is {self.axis}"
        if self.pieces is not None:
            return self._strays(mark.pieces, told)
        right = mark.x if self.x is None else self.x
        under = mark.y if self.y is None else self.y
        across, down = self.reach
        if abs(mark.x - right) > across or abs(mark.y - under) > down:
            return _moved(told, (mark.x, mark.y), (right, under))
        return ""

    def _strays(self, pieces: Pieces, told: Callable[[Point], str]) -> str:
        """The first point of a line that is not where it must be."""
        wanted = self.pieces or ()
        if list(map(len, pieces)) != list(map(len, wanted)):
            return (
                f"is in {len(pieces)} pieces through {sum(map(len, pieces))} points, "
                f"and should be in {len(wanted)} through {sum(map(len, wanted))}"
            )
        across, down = self.reach
        for piece, other in zip(pieces, wanted, strict=True):
            for (x, y), (right, under) in zip(piece, other, strict=True):
                if abs(x - right) > across or abs(y - under) > down:
                    return _moved(told, (x, y), (right, under))
        return ""


def _moved(told: Callable[[Point], str], point: Point, wanted: Point) -> str:
    shown, right = told(point), told(wanted)
    return f"stands at {shown}, and should stand at {right}"


def in_points(point: Point) -> str:
    """A place as it is, where no scale makes more of it."""
    return f"{point[0]:.1f}, {point[1]:.1f} pt"


def settle(
    marks: Iterable[Mark],
    wants: Iterable[Want],
    told: Callable[[Point], str] = in_points,
) -> Iterator[str]:
    """Hold marks against what must be there: none may be missing, and none be left."""
    left: defaultdict[tuple[str, ...], list[Mark]] = defaultdict(list)
    for mark in marks:
        left[mark.kind, mark.colour, mark.fact, mark.field].append(mark)
    for want in wants:
        found = left[want.kind, want.colour, want.fact, want.field]
        nearest = min(found, key=want.away, default=None)
        fault = nearest and want.fault(nearest, told)
        if not want.is_needed and (nearest is None or fault):
            continue
        if nearest is None:
            said = f" «{want.texts[0]}»" if want.texts else ""
            of = f" of {want.fact}" if want.fact else ""
            yield f"lacks {want.what}{said}{of} ({want.kind}, {want.colour})"
            continue
        found.remove(nearest)
        if fault:
            yield f"{want.what} {fault}"
    for rest in left.values():
        for mark in rest:
            yield f"nothing accounts for {mark}"


def within(place: str, faults: Iterator[str]) -> Iterator[str]:
    """Faults, each with its place."""
    return (f"{place}: {fault}" for fault in faults)


# -- the key -------------------------------------------------------------------------

#: What each sample of the key is drawn of.
SAMPLES = {
    "own": ["dot own"],
    "span": ["dot others", "dot others", "dot others", "line span"],
    "interval": ["dot own", "line own"],
    "others": ["line faint"],
    "gap": ["line ink"],
    "outside": ["arrow others"],
}
#: How far from its meaning a sample may begin, and from its line; and how far under a
#: line the next may stand, if a meaning goes on there.
SAMPLE, OFF, LEADING = 45.0, 4.0, 14.0


def key_faults(
    marks: Sequence[Mark], entries: Sequence[tuple[str, str]]
) -> Iterator[str]:
    """What is wrong with a key: samples or signs, each with its meaning, in order."""
    meanings = [m for m in marks if m.kind == "text" and m.colour == "quiet"]
    meanings.sort(key=lambda mark: (mark.y, mark.x))
    left = [mark for mark in marks if mark not in meanings]
    said = _said(meanings, left)
    told = [" ".join(mark.text for mark in lines) for lines in said]
    if told != [meaning for _, meaning in entries]:
        yield f"the key says {told}, and should say {[m for _, m in entries]}"
        return
    for (mark, *_), (kind, meaning) in zip(said, entries, strict=True):
        near = _beside(mark, left)
        drawn = sorted(f"{m.kind} {m.colour} {m.text}".strip() for m in near)
        if drawn != [
            s + " ←" * s.startswith("arrow")
            for s in SAMPLES.get(kind, [f"text ink {kind}"])
        ]:
            yield f"the key draws {drawn} for «{meaning}»"
        left = [one for one in left if one not in near]
    for mark in left:
        yield f"the key: nothing accounts for {mark}"


def _beside(meaning: Mark, marks: Sequence[Mark]) -> list[Mark]:
    """What stands before a meaning, on its line."""
    return [
        one
        for one in marks
        if abs(one.y - meaning.y) < OFF and 0 < meaning.x - one.x < SAMPLE
    ]


def _said(meanings: Sequence[Mark], samples: Sequence[Mark]) -> list[list[Mark]]:
    """Meanings in their lines: one with no sample goes on from the line above it."""
    said: list[list[Mark]] = []
    for mark in meanings:
        above = said[-1][-1] if said else None
        if (
            above
            and not _beside(mark, samples)
            and abs(mark.x - above.x) < NEAR
            and 0 < mark.y - above.y < LEADING
        ):
            said[-1].append(mark)
        else:
            said.append([mark])
    return said

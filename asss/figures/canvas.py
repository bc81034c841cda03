"""
A sheet to draw on, in points from its upper left corner, and its key; as SVG.

With it how texts look, and how much room each takes. Imports nothing of asss.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache, cached_property
from html import escape
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from fontTools.ttLib import TTFont

__all__ = [
    "FAMILY",
    "WIDTH",
    "Canvas",
    "Colour",
    "Entry",
    "Key",
    "Look",
    "Point",
    "Scale",
    "element",
    "font_files",
    "warm_up",
    "width_of",
]

#: Width of an A4 column less margins. Figures are measured in points throughout, so
#: that a size is what it says on paper.
WIDTH = 496.8

#: From the middle of a line of text down to its baseline, in parts of its size.
DROP = 0.36

FAMILY = "Inter"

Point: TypeAlias = tuple[float, float]

#: What an attribute says; with nothing it is left out.
Said: TypeAlias = "str | float"

#: A line of the key: the name of a sample, or a sign that stands as it is; its meaning.
Entry: TypeAlias = tuple[str, str]

#: How wide each sample of the key is drawn, and what is left to its text and the next.
SAMPLES = {
    "own": 8.0,
    "span": 34.0,
    "interval": 22.0,
    "others": 18.0,
    "gap": 24.0,
    "outside": 7.0,
}
GAP, NEXT, LINE_HEIGHT = 5.0, 16.0, 13.0


class Colour(StrEnum):
    """
    The colours of figures. Printed in grey they are still told apart.

    FOCUS, INK and QUIET have a contrast of 7:1 on PAPER or better, OTHERS of 3:1 on
    PAPER and on SPAN; FAINT, SPAN and LINE are for what a reader may overlook. A page
    that has a dark look changes them by name: ``[fill="#1d2b36"]`` in its stylesheet,
    since a figure that is taken out of the page must keep its own.
    """

    PAPER = "#ffffff"
    INK = "#1d2b36"
    FOCUS = "#0b5c75"
    QUIET = "#4a5965"
    OTHERS = "#7b8894"
    FAINT = "#a7b1ba"
    SPAN = "#e6ebef"
    LINE = "#d3dae0"


class Look(Enum):
    """How a text is set: its size in points, its colour, and whether it is semibold."""

    ARROW = (11.0, Colour.INK)
    MARK = (10.5, Colour.INK, True)
    TITLE = (9.0, Colour.INK, True)
    TEXT = (8.5, Colour.INK)
    OWN = (8.5, Colour.FOCUS, True)
    NONE = (8.5, Colour.QUIET)
    LABEL = (8.0, Colour.INK)
    NAME = (8.0, Colour.INK, True)
    OWN_NAME = (8.0, Colour.FOCUS, True)
    QUIET_LABEL = (8.0, Colour.QUIET)
    NOTE = (7.5, Colour.QUIET)
    DARK_NOTE = (7.5, Colour.INK)
    STRONG_NOTE = (7.5, Colour.INK, True)

    def __init__(self, size: float, colour: Colour, is_bold: bool = False) -> None:
        self.size, self.colour, self.is_bold = size, colour, is_bold


def width_of(written: str, look: Look = Look.TEXT) -> float:
    """
    How wide a text is, in points, so that room can be made for it.

    Without kerning, which in our typeface takes a little away and adds nothing.
    """
    widths = _widths("SemiBold" if look.is_bold else "Regular")
    return sum(widths.get(ord(letter), 1.0) for letter in written) * look.size


@cache
def _widths(weight: str) -> dict[int, float]:
    """How wide each letter is, in parts of the size."""
    with (resources.files("asss") / "fonts" / f"{FAMILY}-{weight}.otf").open(
        "rb"
    ) as file:
        font = TTFont(file)
        unit = font["head"].unitsPerEm
        return {
            letter: font["hmtx"][glyph][0] / unit
            for letter, glyph in font.getBestCmap().items()
        }


@cache
def font_files() -> tuple[Path, ...]:
    """The typeface, in each of its weights, for programs that draw with it."""
    folder = Path(str(resources.files("asss"))) / "fonts"
    weights = ("Regular", "SemiBold")
    return tuple(folder / f"{FAMILY}-{weight}.otf" for weight in weights)


@dataclass(frozen=True)
class Scale:
    """Where a value lies between two ends of a line, in points."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value; beyond the ends if the value is."""
        part = (value - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    def __str__(self) -> str:
        """As a mark says it for machines: ``low high start end``."""
        return f"{self.low:.8g} {self.high:.8g} {_short(self.start)} {_short(self.end)}"


class _Mark(NamedTuple):
    """An element of SVG: how it looks, and what is its own."""

    tag: str
    look: str
    own: str
    inner: str


class Canvas:
    """
    One figure, written as SVG. What is drawn later lies on top.

    Looks are attributes, which a page's stylesheet overrules and every program reads.
    A mark that shows a figure says which: ``data-fact`` is the fact's id, of a line
    that of its last year, and ``data-field`` what of it, if not its value.
    ``data-axis`` has the scales that marks stand on.

    On a phone the same figure is narrow: what is drawn within :meth:`part` moves there.
    """

    def __init__(self, name: str, height: float, width: float = WIDTH) -> None:
        self.name, self.height, self.width = name, height, width
        self._moves: dict[Point, int] = {}
        self._drawn: list[_Mark] = []

    @contextmanager
    def part(self, x: float, y: float) -> Iterator[None]:
        """Draw what moves by `x` and `y` where the window is narrow."""
        before, self._drawn = self._drawn, []
        yield
        move = round(x, 1), round(y, 1)
        number = self._moves.setdefault(move, len(self._moves))
        inside, self._drawn = _written(self._drawn), before
        self._draw("g", inside, {"class": f"m{number}"})

    def narrow(self, width: float, height: float) -> str:
        """
        How a page lays the figure out in a narrow window, as CSS.

        Parameters
        ----------
        width, height : float
            Of all parts when they have moved.
        """
        moves = (f"--m{n}:{x:g}px {y:g}px" for (x, y), n in self._moves.items())
        wide = f"--wide:{self.width / width:.2%}"
        more = f"--more:{(height - self.height) / width:.2%}"
        return ";".join((wide, more, *moves))

    def text(
        self,
        x: float,
        y: float,
        written: str,
        look: Look = Look.TEXT,
        *,
        align: Literal["start", "middle", "end"] = "start",
        fact: str = "",
        field: str = "",
    ) -> None:
        """Write a line whose middle is at `y`; all lines of a size share a baseline."""
        if written:
            self._draw(
                "text",
                escape(written, quote=False),
                {"x": x, "y": y + look.size * DROP} | _shown(fact, field),
                font_size=look.size,
                font_weight="600" if look.is_bold else "",
                text_anchor="" if align == "start" else align,
                fill=look.colour,
            )

    def lines(
        self,
        pieces: Iterable[Sequence[Point]],
        *,
        color: Colour,
        width: float,
        name: str = "",
        dashes: str = "",
        is_round: bool = False,
        fact: str = "",
        field: str = "",
        axis: str = "",
    ) -> None:
        """Draw lines of one look, each through its points, as one path."""
        if path := "".join(map(_path, pieces)):
            own = {"id": name and f"{self.name}-{name}", "d": path, "data-axis": axis}
            self._draw(
                "path",
                "",
                own | _shown(fact, field),
                fill="none",
                stroke=color,
                stroke_width=width,
                stroke_linecap="round" if is_round else "",
                stroke_dasharray=dashes,
            )

    def dot(
        self,
        x: float,
        y: float,
        *,
        size: float,
        color: Colour,
        edge: float = 0.0,
        fact: str = "",
    ) -> None:
        """Draw a point, `size` points across."""
        own = {"cx": x, "cy": y, "r": size / 2} | _shown(fact)
        stroke = Colour.PAPER if edge else ""
        self._draw(
            "circle", "", own, fill=color, stroke=stroke, stroke_width=edge or ""
        )

    def arrow(
        self,
        x: float,
        y: float,
        *,
        size: float,
        color: Colour,
        way: int,
        fact: str = "",
    ) -> None:
        """Draw a triangle that points to the left (-1), or to the right (1)."""
        half = size / 2
        foot = x - way * half
        path = _path([(x + way * half, y), (foot, y - half), (foot, y + half)])
        self._draw("path", "", {"d": f"{path}z"} | _shown(fact), fill=color)

    def point(self, x: float, y: float, *, size: float = 7.5, fact: str = "") -> None:
        """The kommune's own figure."""
        self.dot(x, y, size=size + 1.2, color=Colour.FOCUS, edge=1.2, fact=fact)

    def interval(
        self, low: float, high: float, y: float, scale: Scale, *, fact: str = ""
    ) -> None:
        """
        What chance alone may do to the kommune's own figure.

        It goes no further than the scale, and has no stroke at an end beyond it.
        """
        first, last, ends = scale.start, scale.end, [scale(low), scale(high)]
        upright = [[(x, y - 2.6), (x, y + 2.6)] for x in ends if first <= x <= last]
        across = [[(max(ends[0], first), y), (min(ends[1], last), y)]]
        field = fact and "interval"
        pieces = [*across, *upright]
        self.lines(pieces, color=Colour.FOCUS, width=1.1, fact=fact, field=field)

    def heading(self, x: float, y: float, name: str, unit: str) -> None:
        """Name what is drawn below, and the unit of its numbers."""
        self.text(x, y + 6, name, Look.TITLE)
        self.text(x + width_of(name, Look.TITLE) + 5, y + 6.3, unit, Look.NOTE)

    @property
    def svg(self) -> str:
        """The figure as an SVG element: no clock, and no ids but its own."""
        wide, high = _short(self.width), _short(self.height)
        about = {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": f"{wide}pt",
            "height": f"{high}pt",
            "viewBox": f"0 0 {wide} {high}",
            "id": self.name,
            "font-family": FAMILY,
            "stroke-linejoin": "round",
        }
        paper = f'<rect width="{wide}" height="{high}" fill="{Colour.PAPER}"/>'
        return element("svg", _said(about), paper + _written(self._drawn))

    def _draw(
        self, tag: str, inner: str, own: Mapping[str, Said], **look: Said
    ) -> None:
        self._drawn.append(_Mark(tag, _said(look), _said(own), inner))


def _written(drawn: Iterable[_Mark]) -> str:
    """Elements one after another; what several share is said once, of their group."""
    parts = []
    for look, group in groupby(drawn, key=lambda mark: mark.look):
        marks = list(group)
        shared = look if len(marks) > 1 else ""
        each = "" if shared else look
        inner = "".join(element(m.tag, m.own + each, m.inner) for m in marks)
        parts.append(element("g", look, inner) if shared else inner)
    return "".join(parts)


def element(tag: str, said: str, inner: str) -> str:
    """An element of SVG, with its attributes as they are written and what it holds."""
    return f"<{tag}{said}>{inner}</{tag}>" if inner else f"<{tag}{said}/>"


def _said(attributes: Mapping[str, Said]) -> str:
    """Attributes that say something."""
    return "".join(
        f' {key.replace("_", "-")}="'
        f'{escape(value) if isinstance(value, str) else _short(value)}"'
        for key, value in attributes.items()
        if value != ""
    )


def _shown(fact: str, field: str = "") -> dict[str, Said]:
    """Which figure a mark shows, and what of it."""
    return {"data-fact": fact, "data-field": field}


def _path(points: Sequence[Point]) -> str:
    """A line through points."""
    return "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in points)


def _short(number: float) -> str:
    """A number to a hundredth of a point: less than that the eye cannot see."""
    return f"{round(number, 2) + 0:.2f}".rstrip("0").rstrip(".")


def warm_up() -> None:
    """Read the typeface, so that the first figure takes no longer."""
    for look in (Look.TEXT, Look.TITLE):
        width_of("ASSS", look)


# -- what is not named where it stands -------------------------------------------------


@dataclass(frozen=True)
class Key:
    """The samples and signs under a figure of a width, each with its meaning."""

    entries: Sequence[Entry]
    width: float = WIDTH

    @property
    def height(self) -> float:
        """How much room it takes: it goes on to a new line where one is full."""
        ends = (
            line + len(meaning)
            for (line, _), meaning in zip(self._places, self._meanings, strict=True)
        )
        return LINE_HEIGHT * max(ends, default=0)

    @property
    def narrow_height(self) -> float:
        """How much room it takes on a phone, where no entry shares its line."""
        return LINE_HEIGHT * sum(map(len, self._meanings))

    def draw(
        self, canvas: Canvas, y: float, *, left: float = 0.0, down: float | None = None
    ) -> None:
        """
        From the middle of the first line at `y`.

        On a phone that moves `down`, and no entry shares its line; if not, as it is.
        """
        place = 0
        entries = zip(self.entries, self._places, self._meanings, strict=True)
        for (kind, _), (line, x), meaning in entries:
            middle = y + line * LINE_HEIGHT
            width = _sample(kind)
            start, lower = left + x, (place - line) * LINE_HEIGHT
            moves = nullcontext() if down is None else canvas.part(-start, down + lower)
            with moves:
                _draw(canvas, kind, start, middle, width)
                for under, part in enumerate(meaning):
                    below = middle + under * LINE_HEIGHT
                    canvas.text(start + width + GAP, below, part, Look.QUIET_LABEL)
            place += len(meaning)

    @cached_property
    def _places(self) -> list[tuple[int, float]]:
        """The line that each entry begins on, and how far from the left."""
        places: list[tuple[int, float]] = []
        line, x = 0, 0.0
        for (kind, _), meaning in zip(self.entries, self._meanings, strict=True):
            wide = max(width_of(part, Look.QUIET_LABEL) for part in meaning)
            width = _sample(kind) + GAP + wide
            if x and x + width > self.width:
                line, x = line + 1, 0.0
            places.append((line, x))
            x += width + NEXT
            if len(meaning) > 1:
                # What goes on below shares no line: whoever reads takes it in order.
                line, x = line + len(meaning), 0.0
        return places

    @cached_property
    def _meanings(self) -> list[list[str]]:
        """Each meaning in lines: one, where the width has room for it."""
        return [
            _broken(meaning, self.width - _sample(kind) - GAP)
            for kind, meaning in self.entries
        ]


def _broken(meaning: str, room: float) -> list[str]:
    """A meaning in as few lines as it takes, broken after a comma if that will do.

    Between words alone, «kommune» stood by itself under «én prikk per».
    """

    def has_room(text: str) -> bool:
        return width_of(text, Look.QUIET_LABEL) <= room

    clauses = re.split(r"(?<=,) ", meaning)
    first, *others = clauses if all(map(has_room, clauses)) else meaning.split(" ")
    lines = [first]
    for piece in others:
        longer = f"{lines[-1]} {piece}"
        if has_room(longer):
            lines[-1] = longer
        else:
            lines.append(piece)
    return lines


def _sample(kind: str) -> float:
    return SAMPLES.get(kind) or width_of(kind, Look.NAME)


def _draw(canvas: Canvas, kind: str, x: float, y: float, width: float) -> None:
    centre = (x + width / 2, y)
    across = [[(x, y), (x + width, y)]]
    match kind:
        case "own":
            canvas.point(*centre, size=7)
        case "interval":
            canvas.interval(0, 1, y, Scale(0, 1, x, x + width))
            canvas.point(*centre, size=7)
        case "span":
            canvas.lines(across, color=Colour.SPAN, width=6, is_round=True)
            for part in (0.1, 0.35, 0.9):
                canvas.dot(x + part * width, y, size=3, color=Colour.OTHERS)
        case "others":
            canvas.lines(across, color=Colour.FAINT, width=0.8)
        case "gap":
            sides = [(x, x + 8), (x + width, x + width - 8)]
            pieces = [[(far, y), (near, y)] for far, near in sides]
            strokes = [[(near, y - 3), (near, y + 3)] for _, near in sides]
            canvas.lines([*pieces, *strokes], color=Colour.INK, width=1.2)
        case "outside":
            canvas.arrow(*centre, size=5, color=Colour.OTHERS, way=-1)
        case _:
            canvas.text(x, y, kind, Look.NAME)

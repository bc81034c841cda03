"""A sheet to draw on, in points from its upper left corner: its look, and its key."""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache, cached_property
from importlib import resources
from typing import Any, Literal, NamedTuple, TypeAlias, cast

import matplotlib as mpl
import seaborn as sns
from matplotlib import font_manager
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.markers import MarkerStyle
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from asss.figures.svg import tidy

__all__ = [
    "WIDTH",
    "Canvas",
    "Colour",
    "Entry",
    "Key",
    "Look",
    "Point",
    "Scale",
    "house_style",
    "warm_up",
    "width_of",
]


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
    """How a text is set: its size in points, its colour and its weight."""

    ARROW = (11.0, Colour.INK)
    MARK = (10.5, Colour.INK, "semibold")
    TITLE = (9.0, Colour.INK, "semibold")
    TEXT = (8.5, Colour.INK)
    STRONG = (8.5, Colour.INK, "semibold")
    OWN = (8.5, Colour.FOCUS, "semibold")
    NONE = (8.5, Colour.QUIET)
    LABEL = (8.0, Colour.INK)
    NAME = (8.0, Colour.INK, "semibold")
    OWN_NAME = (8.0, Colour.FOCUS, "semibold")
    QUIET_LABEL = (8.0, Colour.QUIET)
    NOTE = (7.5, Colour.QUIET)
    DARK_NOTE = (7.5, Colour.INK)
    STRONG_NOTE = (7.5, Colour.INK, "semibold")

    def __init__(self, size: float, colour: Colour, weight: str = "normal") -> None:
        self.size, self.colour, self.weight = size, colour, weight


#: Width of an A4 column less margins. Figures are measured in points throughout, so
#: that a size is what it says on paper.
WIDTH = 496.8
INCH = 72

FAMILY = "Inter"

#: From the middle of a line of text down to its baseline, in parts of its size.
DROP = 0.36

STYLE: dict[str, Any] = {
    "font.family": FAMILY,
    "svg.fonttype": "none",  # text stays text: selectable, searchable, small
    "svg.hashsalt": "asss",  # the same figure has the same ids every time
    "figure.dpi": INCH,
    "path.simplify": False,
}


Point: TypeAlias = tuple[float, float]

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


@cache
def _register_fonts() -> None:
    folder = resources.files("asss") / "fonts"
    for weight in ("Regular", "SemiBold"):
        with resources.as_file(folder / f"Inter-{weight}.otf") as path:
            font_manager.fontManager.addfont(path)
    # A system may have an Inter of its own; the first of equals is taken: ours.
    fonts = font_manager.fontManager.ttflist
    fonts.sort(key=lambda entry: str(folder) not in str(entry.fname))


@contextmanager
def house_style() -> Iterator[None]:
    """The look of the figures, for as long as one is drawn and no longer."""
    _register_fonts()
    with sns.axes_style("white"), mpl.rc_context(cast("Any", STYLE)):
        yield


@cache
def width_of(written: str, look: Look = Look.TEXT) -> float:
    """How wide a text is, in points, so that room can be made for it."""
    font = _font("SemiBold" if look.weight == "semibold" else "Regular")
    font.set_size(look.size, INCH)
    font.set_text(written, 0, flags=LoadFlags.NO_HINTING)
    return font.get_width_height()[0] / 64


@cache
def _font(weight: str) -> FT2Font:
    # In memory: a file that is read piece by piece, as FT2Font does, has one place, and
    # processes that are forked from one that has it open would share it.
    file = resources.files("asss") / "fonts" / f"Inter-{weight}.otf"
    return FT2Font(io.BytesIO(file.read_bytes()))


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


class Move(NamedTuple):
    """How far a part of a figure moves on a phone, in points, and what it grows by."""

    x: float
    y: float
    wider: float
    taller: float


class Canvas:
    """
    One figure. What is drawn later lies on top.

    Matplotlib's own axes cost more time than all that is drawn in them (a tick takes
    2 ms and a figure has 150), so a canvas is one set of axes without any.

    On a phone the same figure is narrow: what is drawn within :meth:`part` moves there.
    """

    def __init__(self, height: float, width: float = WIDTH) -> None:
        self.height, self.width = height, width
        self._moves: dict[Move, int] = {}
        self._part = ""
        self._figure = Figure(
            figsize=(width / INCH, height / INCH), facecolor=Colour.PAPER
        )
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_xlim(0, width)
        self._axes.set_ylim(height, 0)
        self._axes.set_axis_off()
        self._order = 0

    @contextmanager
    def part(
        self, x: float, y: float, *, wider: float = 1.0, taller: float = 1.0
    ) -> Iterator[None]:
        """
        Draw what moves by `x` and `y` where the window is narrow.

        It first grows from the corner of the figure, `wider` and `taller`.
        """
        move = Move(round(x, 1), round(y, 1), round(wider, 3), round(taller, 3))
        self._part = f"m{self._moves.setdefault(move, len(self._moves))}"
        yield
        self._part = ""

    def narrow(self, width: float, height: float) -> str:
        """
        How a page lays the figure out in a narrow window, as CSS.

        Parameters
        ----------
        width, height : float
            Of all parts when they have moved.
        """
        moves = (
            f"--m{number}:{x:g}px {y:g}px"
            + (f";--s{number}:{wider:g} {taller:g}" * ((wider, taller) != (1, 1)))
            for (x, y, wider, taller), number in self._moves.items()
        )
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
        align: Literal["left", "center", "right"] = "left",
    ) -> None:
        """Write a line whose middle is at `y`; all lines of a size share a baseline."""
        drawn = self._axes.text(
            x,
            y + look.size * DROP,
            written,
            size=look.size,
            color=look.colour,
            weight=look.weight,
            ha=align,
            va="baseline",
            zorder=self._next(),
        )
        drawn.set_gid(self._name(None))

    def lines(
        self,
        pieces: Iterable[Sequence[Point]],
        *,
        color: str,
        width: float,
        name: str | None = None,
        **style: Any,
    ) -> None:
        """Draw lines of one look, each through its points, as one path."""
        vertices: list[Point] = []
        codes: list[Any] = []
        for piece in pieces:
            vertices += piece
            codes += [Path.MOVETO, *[Path.LINETO] * (len(piece) - 1)]
        if vertices:
            path = PathPatch(
                Path(vertices, codes),
                fill=False,
                edgecolor=color,
                linewidth=width,
                clip_on=False,
                zorder=self._next(),
                **{"capstyle": "butt", "joinstyle": "round", **style},
            )
            path.set_gid(self._name(name))
            self._axes.add_artist(path)

    def dots(
        self,
        points: Sequence[Point],
        *,
        size: float,
        color: str,
        edge: float = 0.0,
        marker: str = "o",
    ) -> None:
        """Draw points of one look, `size` points across."""
        if points:
            shape = MarkerStyle(marker)
            drawn = PathCollection(
                [shape.get_path().transformed(shape.get_transform())],
                sizes=[size**2],
                offsets=points,
                offset_transform=self._axes.transData,
                facecolors=color,
                edgecolors=Colour.PAPER,
                linewidths=edge,
                clip_on=False,
                zorder=self._next(),
            )
            drawn.set_transform(IdentityTransform())
            drawn.set_gid(self._name(None))
            self._axes.add_artist(drawn)

    def point(self, x: float, y: float, *, size: float = 7.5) -> None:
        """The kommune's own figure."""
        self.dots([(x, y)], size=size + 1.2, color=Colour.FOCUS, edge=1.2)

    def interval(
        self, low: float, high: float, y: float, scale: "Scale | None" = None
    ) -> None:
        """
        What chance alone may do to the kommune's own figure.

        On a scale it goes no further than that, and has no stroke at an end beyond it.
        """
        ends = [scale(value) if scale else value for value in (low, high)]
        first, last = (scale.start, scale.end) if scale else ends
        upright = [[(x, y - 2.6), (x, y + 2.6)] for x in ends if first <= x <= last]
        across = [[(max(ends[0], first), y), (min(ends[1], last), y)]]
        self.lines([*across, *upright], color=Colour.FOCUS, width=1.1)

    def heading(self, x: float, y: float, name: str, unit: str) -> None:
        """Name what is drawn below, and the unit of its numbers."""
        self.text(x, y + 6, name, Look.TITLE)
        self.text(x + width_of(name, Look.TITLE) + 5, y + 6.3, unit, Look.NOTE)

    def svg(self, name: str) -> str:
        """The figure as an SVG element: no clock, ids of its own, nothing to spare."""
        out = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        self._figure.savefig(out, format="svg", metadata=nothing)
        return tidy(out.getvalue(), name, family=FAMILY)

    def _next(self) -> int:
        self._order += 1
        return self._order

    def _name(self, name: str | None) -> str | None:
        """An id that says which part something is of, for :func:`tidy`."""
        return f"{self._part}/{name or ''}" if self._part else name


def warm_up() -> None:
    """Draw something of all that figures have, so that the first takes no longer."""
    with house_style():
        canvas = Canvas(INCH)
        for look in (Look.TEXT, Look.STRONG):
            width_of("ASSS", look)
            canvas.text(0, 0, "ASSS", look)
        canvas.lines([[(0, 0), (1, 1)]], color=Colour.INK, width=1)
        canvas.dots([(0, 0)], size=1, color=Colour.INK)
        canvas.svg("ASSS")


# -- what is not named where it stands -------------------------------------------------


@dataclass(frozen=True)
class Key:
    """The samples and signs under a figure of a width, each with its meaning."""

    entries: Sequence[Entry]
    width: float = WIDTH

    @property
    def height(self) -> float:
        """How much room it takes: it goes on to a new line where one is full."""
        return LINE_HEIGHT * (1 + max((line for line, _ in self._places), default=-1))

    @property
    def narrow_height(self) -> float:
        """How much room it takes on a phone, where each entry has its line."""
        return LINE_HEIGHT * len(self.entries)

    def draw(
        self, canvas: Canvas, y: float, *, left: float = 0.0, down: float | None = None
    ) -> None:
        """
        From the middle of the first line at `y`.

        On a phone that moves `down`, and every entry has its line; if not, as it is.
        """
        places = zip(self.entries, self._places, strict=True)
        for place, ((kind, meaning), (line, x)) in enumerate(places):
            middle = y + line * LINE_HEIGHT
            width = _sample(kind)
            start, lower = left + x, (place - line) * LINE_HEIGHT
            moves = nullcontext() if down is None else canvas.part(-start, down + lower)
            with moves:
                _draw(canvas, kind, start, middle, width)
                canvas.text(start + width + GAP, middle, meaning, Look.QUIET_LABEL)

    @cached_property
    def _places(self) -> list[tuple[int, float]]:
        """The line that each entry stands on, and how far from the left."""
        places: list[tuple[int, float]] = []
        line, x = 0, 0.0
        for kind, meaning in self.entries:
            width = _sample(kind) + GAP + width_of(meaning, Look.QUIET_LABEL)
            if x and x + width > self.width:
                line, x = line + 1, 0.0
            places.append((line, x))
            x += width + NEXT
        return places


def _sample(kind: str) -> float:
    return SAMPLES.get(kind) or width_of(kind, Look.NAME)


def _draw(canvas: Canvas, kind: str, x: float, y: float, width: float) -> None:
    centre = (x + width / 2, y)
    across = [[(x, y), (x + width, y)]]
    match kind:
        case "own":
            canvas.point(*centre, size=7)
        case "interval":
            canvas.interval(x, x + width, y)
            canvas.point(*centre, size=7)
        case "span":
            canvas.lines(across, color=Colour.SPAN, width=6, capstyle="round")
            inner = [(x + part * width, y) for part in (0.1, 0.35, 0.9)]
            canvas.dots(inner, size=3, color=Colour.OTHERS)
        case "others":
            canvas.lines(across, color=Colour.FAINT, width=0.8)
        case "gap":
            sides = [(x, x + 8), (x + width, x + width - 8)]
            pieces = [[(far, y), (near, y)] for far, near in sides]
            strokes = [[(near, y - 3), (near, y + 3)] for _, near in sides]
            canvas.lines([*pieces, *strokes], color=Colour.INK, width=1.2)
        case "outside":
            canvas.dots([centre], size=5, color=Colour.OTHERS, marker="<")
        case _:
            canvas.text(x, y, kind, Look.NAME)

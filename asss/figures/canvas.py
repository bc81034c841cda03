"""A sheet to draw on, measured in points from its upper left corner, and its SVG."""

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from asss.figures.style import (
    DROP,
    FAMILY,
    FOCUS,
    INCH,
    INK,
    PAPER,
    TEXT,
    WIDTH,
    house_style,
    width_of,
)

Point = tuple[float, float]

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
LINK = f"{{{XLINK}}}href"

#: What an attribute is when nothing is said; saying it only makes the file larger.
UNSAID = {
    "fill": "#000000",
    "stroke": "none",
    "stroke-width": "1",
    "stroke-linecap": "butt",
    "text-anchor": "start",
    "font-weight": "400",
}

#: Elements that show nothing themselves.
HOLDERS = ("g", "defs", "style", "metadata")

#: What an element passes on to what lies in it.
INHERITED = ("fill", "stroke", "stroke-width", "stroke-linecap", "stroke-dasharray")


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


@dataclass(frozen=True)
class Move:
    """How far a part of a figure moves on a phone, in points, and what it grows by."""

    x: float
    y: float
    wider: float = 1.0
    taller: float = 1.0

    @property
    def grows(self) -> bool:
        """Whether it is drawn in another size."""
        return (self.wider, self.taller) != (1.0, 1.0)


class Canvas:
    """
    One figure. What is drawn later lies on top.

    Matplotlib's own axes cost more time than all that is drawn in them (a tick takes
    2 ms and a figure has 150), so a canvas is one set of axes without any.

    On a phone the same figure is narrow: what is drawn within :meth:`part` moves there.
    """

    def __init__(self, height: float) -> None:
        self.height = height
        self._moves: dict[Move, int] = {}
        self._part = ""
        self._figure = Figure(figsize=(WIDTH / INCH, height / INCH), facecolor=PAPER)
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_xlim(0, WIDTH)
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
            f"--m{number}:{move.x:g}px {move.y:g}px"
            + (f";--s{number}:{move.wider:g} {move.taller:g}" * move.grows)
            for move, number in self._moves.items()
        )
        wide = f"--wide:{WIDTH / width:.2%}"
        more = f"--more:{(height - self.height) / width:.2%}"
        return ";".join((wide, more, *moves))

    def text(
        self,
        x: float,
        y: float,
        written: str,
        *,
        size: float = TEXT,
        color: str = INK,
        is_bold: bool = False,
        align: str = "left",
    ) -> None:
        """Write a line whose middle is at `y`; all lines of a size share a baseline."""
        drawn = self._axes.text(
            x,
            y + size * DROP,
            written,
            size=size,
            color=color,
            weight="semibold" if is_bold else "normal",
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
        is_hollow: bool = False,
        edge: float = 0.0,
        marker: str = "o",
        name: str | None = None,
    ) -> None:
        """Draw points of one look, `size` points across."""
        if points:
            shape = MarkerStyle(marker)
            found = PathCollection(
                [shape.get_path().transformed(shape.get_transform())],
                sizes=[size**2],
                offsets=points,
                offset_transform=self._axes.transData,
                facecolors=PAPER if is_hollow else color,
                edgecolors=color if is_hollow else PAPER,
                linewidths=edge,
                clip_on=False,
                zorder=self._next(),
            )
            found.set_transform(IdentityTransform())
            found.set_gid(self._name(name))
            self._axes.add_artist(found)

    def point(self, x: float, y: float, *, is_hollow: bool, size: float = 7.5) -> None:
        """The kommune's own figure: full, or hollow where it is not official."""
        if is_hollow:
            self.dots(
                [(x, y)], size=size - 0.4, color=FOCUS, edge=size / 4.5, is_hollow=True
            )
        else:
            self.dots([(x, y)], size=size + 1.2, color=FOCUS, edge=1.2)

    def svg(self, name: str) -> str:
        """The figure as an SVG element: no clock, ids of its own, nothing to spare."""
        out = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        self._figure.savefig(out, format="svg", metadata=nothing)
        return _tidy(out.getvalue(), name)

    def _next(self) -> int:
        self._order += 1
        return self._order

    def _name(self, name: str | None) -> str | None:
        """An id that says which part something is of, for :func:`_gather`."""
        return f"{self._part}/{name or ''}" if self._part else name


def warm_up() -> None:
    """Draw something of all that figures have, so that the first takes no longer."""
    with house_style():
        canvas = Canvas(INCH)
        for is_bold in (False, True):
            width_of("ASSS", is_bold=is_bold)
            canvas.text(0, 0, "ASSS", is_bold=is_bold)
        canvas.lines([[(0, 0), (1, 1)]], color=INK, width=1)
        canvas.dots([(0, 0)], size=1, color=INK)
        canvas.svg("ASSS")


def _tidy(written: str, name: str) -> str:
    """
    Say the same in a third of the bytes, and so that a page can change the colours.

    Looks become attributes, which any stylesheet overrules and every program reads.
    """
    root = ET.fromstring(written[written.index("<svg") :])
    root.attrib.pop("version", None)
    for parent in list(root.iter()):
        for child in list(parent):
            if _tag(child) in ("metadata", "style") or _is_empty(child):
                parent.remove(child)
    _gather(root)
    for element in root.iter():
        _plain(element)
    for shape in root.iterfind(f".//{{{SVG}}}defs/{{{SVG}}}path"):
        # A page's stylesheet reaches those who use a shape, and not the shape itself.
        for key in INHERITED:
            shape.attrib.pop(key, None)
    used = {use.get(LINK, "")[1:] for use in root.iter(f"{{{SVG}}}use")}
    _rename(root, used, name)
    _flatten(root)
    root.set("id", name)
    root.set("font-family", FAMILY)
    root.set("stroke-linejoin", "round")
    return _written(root)


def _gather(element: ET.Element) -> None:
    """Put what belongs to one part, and is drawn in one go, in a group of its own."""
    last = ""
    for child in list(element):
        part, found, name = child.get("id", "").partition("/")
        if found:
            if part != last:
                group = ET.Element(f"{{{SVG}}}g", {"class": part})
                element.insert(list(element).index(child), group)
            element.remove(child)
            group.append(child)
            del child.attrib["id"]
            if name:
                child.set("id", name)
        else:
            _gather(child)
        last = part if found else ""


def _written(root: ET.Element) -> str:
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    body = ET.tostring(root, encoding="unicode")
    return re.sub(r">\s+<", "><", body).strip()


def _tag(element: ET.Element) -> str:
    return element.tag.removeprefix(f"{{{SVG}}}")


def _is_empty(element: ET.Element) -> bool:
    return _tag(element) in ("g", "defs") and not any(
        _tag(inner) not in HOLDERS for inner in element.iter()
    )


def _plain(element: ET.Element) -> None:
    """Take a style apart into attributes, and leave out what goes without saying."""
    for part in element.attrib.pop("style", "").split(";"):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        if key and key not in ("font-family", "stroke-linejoin", "stroke-miterlimit"):
            element.set(key, value.removesuffix("px"))
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    for key, value in list(element.attrib.items()):
        if UNSAID.get(key) == value and not (key == "stroke" and _tag(element) == "g"):
            del element.attrib[key]
        elif key in ("x", "y", "d", "stroke-width"):
            element.set(key, _short(value))


def _short(numbers: str) -> str:
    """A tenth of a point is less than the eye can see."""
    numbers = re.sub(
        r"-?\d+\.\d+", lambda found: f"{round(float(found[0]), 1):g}", numbers
    )
    numbers = re.sub(r"\s+", " ", numbers.strip())
    return re.sub(r" ?([A-Za-z]) ?", r"\1", numbers)


def _rename(root: ET.Element, used: set[str], name: str) -> None:
    """Ids that are pointed to or given by us, in front of them the figure's name."""
    for element in root.iter():
        link = element.get(LINK)
        if link:
            element.set(LINK, f"#{name}-{link[1:]}")
        given = element.get("id")
        if given is not None:
            del element.attrib["id"]
            is_ours = not re.search(r"_\d+$", given)
            if given in used or is_ours:
                element.set("id", f"{name}-{given}")


def _flatten(element: ET.Element) -> None:
    """Take away groups that only hold, and say once what all in a group share."""
    for child in list(element):
        _flatten(child)
    for place, child in reversed(list(enumerate(element))):
        if _tag(child) == "g" and not child.attrib:
            element[place : place + 1] = list(child)
    shown = [child for child in element if _tag(child) != "defs"]
    if _tag(element) == "g" and len(shown) > 1:
        for key in INHERITED:
            values = {child.get(key) for child in shown}
            if len(values) == 1 and None not in values:
                element.set(key, values.pop() or "")
                for child in shown:
                    del child.attrib[key]

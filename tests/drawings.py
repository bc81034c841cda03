"""Figures as tests read them: what is written where, and what cannot be read."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from asss import figures
from asss.figures import Picture

SVG = "{http://www.w3.org/2000/svg}"

#: How far two texts may reach into each other, in points: a hair.
HAIR = 0.3

#: The smallest type that is read on paper without effort, in points.
SMALLEST = 7.5


@dataclass(frozen=True)
class Label:
    """A text in a figure, and the box its ink fills, y downwards."""

    text: str
    size: float
    color: str
    is_bold: bool
    x: float
    left: float
    right: float
    top: float
    bottom: float


def font_file(weight: str) -> Path:
    """One of the two fonts in the package."""
    return Path(figures.__file__).parents[1] / "fonts" / f"Inter-{weight}.otf"


@cache
def ink(written: str, size: float, weight: str) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of a text set in our font at (0, 0)."""
    path = font_file("SemiBold" if weight == "600" else "Regular")
    font = FontProperties(fname=str(path))
    box = TextPath((0, 0), written, size=size, prop=font).get_extents()
    return box.x0, box.x1, -box.y1, -box.y0


def elements(svg: str) -> Iterator[tuple[ET.Element, dict[str, str]]]:
    """Every element of a figure, with its attributes and those it has from above."""

    def walk(
        element: ET.Element, given: dict[str, str]
    ) -> Iterator[tuple[ET.Element, dict[str, str]]]:
        own = {**given, **element.attrib}
        yield element, own
        for child in element:
            yield from walk(child, {k: v for k, v in own.items() if k != "id"})

    yield from walk(ET.fromstring(svg), {})


@cache
def labels(svg: str) -> tuple[Label, ...]:
    """Every text of a figure with its place."""
    found = []
    for element, look in elements(svg):
        if element.tag != f"{SVG}text":
            continue
        written = "".join(element.itertext())
        size, weight = float(look["font-size"]), look.get("font-weight", "400")
        x, y = float(look["x"]), float(look["y"])
        left, right, top, bottom = ink(written, size, weight)
        anchor = look.get("text-anchor", "start")
        shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * right
        found.append(
            Label(
                written,
                size,
                look["fill"],
                weight == "600",
                x,
                x + left - shift,
                x + right - shift,
                y + top,
                y + bottom,
            )
        )
    return tuple(found)


def size_of(svg: str) -> tuple[float, float]:
    """Width and height of a figure, in points."""
    _, _, width, height = map(float, ET.fromstring(svg).get("viewBox", "").split())
    return width, height


def faults(picture: Picture) -> list[str]:
    """What a reader would stumble over: texts on one another, cut off, or too small."""
    found = [*overlaps(picture.svg), *outside(picture.svg), *small(picture.svg)]
    if picture.narrow:
        phone = narrowed(picture)
        found += [f"phone: {fault}" for fault in (*overlaps(phone), *outside(phone))]
    return found


def narrowed(picture: Picture) -> str:
    """A figure as a page lays it out on a phone: its texts moved, its size another."""
    root = ET.fromstring(picture.svg)
    width, height = size_of(picture.svg)
    said = dict(part.split(":", 1) for part in picture.narrow.split(";"))
    narrow = width / (float(said["--wide"].rstrip("%")) / 100)
    more = float(said["--more"].rstrip("%")) / 100 * narrow
    root.set("viewBox", f"0 0 {narrow} {height + more}")
    for group in root.iter(f"{SVG}g"):
        part = group.get("class", "")
        if part:
            x, y = (float(size[:-2]) for size in said[f"--{part}"].split())
            for text in group.iter(f"{SVG}text"):
                text.set("x", f"{float(text.get('x', 0)) + x}")
                text.set("y", f"{float(text.get('y', 0)) + y}")
    return ET.tostring(root, encoding="unicode")


def overlaps(svg: str) -> list[str]:
    """Pairs of texts that lie on one another."""
    return [
        f"{one.text!r} and {two.text!r} "
        f"({min(one.right, two.right) - max(one.left, two.left):.1f} x "
        f"{min(one.bottom, two.bottom) - max(one.top, two.top):.1f} pt at "
        f"{two.left:.0f}, {two.top:.0f})"
        for one, two in combinations(labels(svg), 2)
        if min(one.right, two.right) - max(one.left, two.left) > HAIR
        and min(one.bottom, two.bottom) - max(one.top, two.top) > HAIR
    ]


def outside(svg: str) -> list[str]:
    """Texts that reach outside the figure, which a page cuts off."""
    width, height = size_of(svg)
    return [
        f"{label.text!r} ({label.left:.0f}..{label.right:.0f} of {width:.0f}, "
        f"{label.top:.0f}..{label.bottom:.0f} of {height:.0f})"
        for label in labels(svg)
        if label.left < -HAIR
        or label.top < -HAIR
        or label.right > width + HAIR
        or label.bottom > height + HAIR
    ]


def small(svg: str) -> list[str]:
    """Texts that are hard to read on paper, where a figure has its own size."""
    return [f"{la.text!r} ({la.size} pt)" for la in labels(svg) if la.size < SMALLEST]

"""
What is drawn on a page of a PDF beside its letters: dashed lines, and coloured grounds.

Each is drawn by itself, from a place of its own, and in one form; what has another is
no line of a table. Imports nothing.
"""

import re
from collections.abc import Collection
from typing import NamedTuple, TypeAlias

__all__ = ["Colour", "Dashes", "Ground", "colour", "contrast", "dashes", "grounds"]
__all__ += ["is_plain", "is_within", "moves", "rounds"]

#: Red, green and blue, from 0 to 1.
Colour: TypeAlias = tuple[float, float, float]

#: How something is turned, in four numbers, and where it is moved to.
Move: TypeAlias = tuple[float, ...]

PLACE = rb"1 0 0 -1 ([-.\d]+) ([-.\d]+) cm/c\d+ "
DASHED = re.compile(
    PLACE + rb"CS [-.\d ]+ SCN [^\[\n]*\[[-.\d ]+\][-.\d]+ d 0 0 m 0 ([-.\d]+) l\n"
)
FILLED = re.compile(
    PLACE + rb"cs ([.\d]+) ([.\d]+) ([.\d]+) scn(?:/c\d+ CS [-.\w ]+)? 0 0 m"
    rb" ([.\d]+) 0 l [.\d]+ ([.\d]+) l 0 [.\d]+ l\nh\n[fB]\n"
)


#: A colour of letters, right before they are written.
LETTERS = re.compile(rb"cs ([.\d]+)(?: ([.\d]+) ([.\d]+))? scn\nBT")

SIZED = re.compile(rb"/f\d+ ([.\d]+) Tf")

#: No letters are lighter: all stand on white, or on a light ground; nor smaller.
LIGHTEST, SMALLEST = 0.2, 5.0


#: What is round, and its last piece: nothing else on a page is.
ROUND = re.compile(rb"\d c\n")

#: The sheet, A4, in points.
WIDE, HIGH = 595.28, 841.89


class Dashes(NamedTuple):
    """An upright dashed line: how far from the left, from where, and how long."""

    x: float
    y: float
    length: float


class Ground(NamedTuple):
    """A coloured rectangle: its upper left corner, how wide and high it is."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour


def dashes(content: bytes) -> list[Dashes]:
    """Every upright dashed line of a page."""
    found = (map(float, one.groups()) for one in DASHED.finditer(content))
    return [Dashes(x, y, length) for x, y, length in found]


def grounds(content: bytes) -> list[Ground]:
    """Every coloured rectangle of a page, in the order of drawing."""
    found = (map(float, one.groups()) for one in FILLED.finditer(content))
    return [Ground(x, y, w, h, (r, g, b)) for x, y, r, g, b, w, h in found]


def moves(content: bytes) -> set[Move]:
    """How and where all on a page is drawn."""
    # Cut where something is moved: to look for six numbers takes ten times as long.
    parts = content.split(b" cm")[:-1]
    found = {tuple(part.rsplit(None, 6)[-6:]) for part in parts}
    return {tuple(map(float, one)) for one in found}


def is_plain(content: bytes, moved: Collection[Move]) -> bool:
    """Whether all letters are dark and large enough, and nothing is mirrored."""
    if any(float(one) < SMALLEST for one in {*SIZED.findall(content)}):
        return False
    # One number is a grey.
    colours = {one.groups(one[1]) for one in LETTERS.finditer(content)}
    red_green_blue = (tuple(map(float, one)) for one in colours)
    return all(_light((r, g, b)) < LIGHTEST for r, g, b in red_green_blue) and all(
        a * d < b * c for a, b, c, d, _, _ in moved
    )


def rounds(content: bytes) -> int:
    """How many round things a page has: the points of its figures."""
    return len(ROUND.findall(content))


def is_within(moved: Collection[Move]) -> bool:
    """Whether all begins on the sheet: what goes beyond it nobody sees."""
    return all(0 <= x <= WIDE and 0 <= y <= HIGH for *_, x, y in moved)


def colour(written: str) -> Colour:
    """A colour as stylesheets and workbooks write it: a digit or two for each part."""
    each = "".join(2 * sign for sign in written) if len(written) == 3 else written
    red, green, blue = (int(each[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """
    How far a colour stands out from another, as WCAG has it.

    Examples
    --------
    >>> white, black = colour("fff"), colour("000000")
    >>> contrast(white, black), contrast(white, white)
    (21.0, 1.0)
    """
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


def _light(colour: Colour) -> float:
    """How light a colour is, as WCAG has it: from 0 to 1."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour
    )
    return round(0.2126 * red + 0.7152 * green + 0.0722 * blue, 9)

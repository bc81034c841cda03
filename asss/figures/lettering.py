"""How texts of figures look, and how much room each takes."""

from enum import Enum, StrEnum
from functools import cache
from importlib import resources
from pathlib import Path

from fontTools.ttLib import TTFont

__all__ = ["FAMILY", "Colour", "Look", "font_files", "width_of"]

FAMILY = "Inter"


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

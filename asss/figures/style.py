"""The look that all figures share: colours, type, and how wide a text is."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from typing import Any, cast

import matplotlib as mpl
import seaborn as sns
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font, LoadFlags

#: The colours. FOCUS, INK and QUIET have a contrast of 7:1 on PAPER or better, OTHERS
#: of 3:1 on PAPER and on SPAN; FAINT, SPAN and LINE are for what a reader may overlook.
#: Printed in grey they are still told apart.
#: A page that has a dark look changes them by name: ``[fill="#1d2b36"]`` in its
#: stylesheet, since a figure that is taken out of the page must keep its own.
PAPER = "#ffffff"
INK = "#1d2b36"
FOCUS = "#0b5c75"
QUIET = "#4a5965"
OTHERS = "#7b8894"
FAINT = "#a7b1ba"
SPAN = "#e6ebef"
LINE = "#d3dae0"
COLOURS = (PAPER, INK, FOCUS, QUIET, OTHERS, FAINT, SPAN, LINE)

#: Width of an A4 column less margins. Figures are measured in points throughout, so
#: that a size is what it says on paper.
WIDTH = 496.8
INCH = 72

FAMILY = "Inter"

#: Sizes of type. Nothing is smaller than SMALL.
TITLE, TEXT, LABEL, SMALL = 9.0, 8.5, 8.0, 7.5

#: From the middle of a line of text down to its baseline, in parts of its size.
DROP = 0.36

STYLE: dict[str, Any] = {
    "font.family": FAMILY,
    "svg.fonttype": "none",  # text stays text: selectable, searchable, small
    "svg.hashsalt": "asss",  # the same figure has the same ids every time
    "figure.dpi": INCH,
    "path.simplify": False,
}


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
def width_of(written: str, size: float = TEXT, *, is_bold: bool = False) -> float:
    """How wide a text is, in points, so that room can be made for it."""
    font = _font("SemiBold" if is_bold else "Regular")
    font.set_size(size, INCH)
    font.set_text(written, 0, flags=LoadFlags.NO_HINTING)
    return font.get_width_height()[0] / 64


@cache
def _font(weight: str) -> FT2Font:
    # In memory: a file that is read piece by piece, as FT2Font does, has one place, and
    # processes that are forked from one that has it open would share it.
    file = resources.files("asss") / "fonts" / f"Inter-{weight}.otf"
    return FT2Font(io.BytesIO(file.read_bytes()))

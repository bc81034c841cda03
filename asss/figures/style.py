"""The look that all figures share: colours, type, and the way to SVG."""

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, cast

import matplotlib as mpl
import seaborn as sns
from matplotlib import font_manager
from matplotlib.figure import Figure

from asss.facts import half_up
from asss.knowledge import Indicator

#: One colour for the kommune, one grey for the others, ink for the mean. The contrast
#: of FOCUS and INK on white is over 7:1; the figures read without colour as well.
INK = "#1d2b36"
FOCUS = "#0b5c75"
OTHERS = "#a3aeb8"
SPAN = "#dfe5ea"
QUIET = "#5b6b78"

#: Width of an A4 column less margins, in inches.
WIDTH = 6.9
FAMILY = "Inter"

STYLE: dict[str, Any] = {
    "font.family": FAMILY,
    "font.size": 8.5,
    "text.color": INK,
    "axes.edgecolor": OTHERS,
    "axes.labelcolor": QUIET,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "axes.linewidth": 0.8,
    "svg.fonttype": "none",  # text stays text: selectable, searchable, small
    "svg.hashsalt": "asss",  # the same figure has the same ids every time
    "figure.dpi": 72,  # one SVG unit is one point, so font sizes are what they say
}


@dataclass(frozen=True)
class Picture:
    """A figure as SVG with the text that stands for it.

    ``_repr_svg_`` lets JupyterLab show it; the page gives it caption and number.
    ``notes`` are keys of words that the caption ends with.
    """

    svg: str
    alt: str
    notes: tuple[str, ...] = ()

    def _repr_svg_(self) -> str:
        return self.svg


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


def spoken(
    amount: float | None,
    indicator: Indicator,
    words: Mapping[str, str],
    *,
    basis: str,
    sign: str,
) -> str:
    """An amount with unit and mark, for an alternative text; else its sign."""
    if amount is None:
        return sign
    number = plain(amount, indicator.decimals)
    return words[f"unit_{indicator.unit}"].format(number=number) + mark(basis, words)


def plain(value: float, decimals: int) -> str:
    """A number in Norwegian form, for labels."""
    rounded = half_up(value, decimals)
    digits = f"{abs(rounded):,.{decimals}f}"
    digits = digits.replace(",", "\u00a0").replace(".", ",")
    return f"\u2212{digits}" if rounded < 0 else digits


def mark(basis: str, words: Mapping[str, str]) -> str:
    """The mark of a figure that is not official, or nothing."""
    return words["reconstructed_mark"] if basis == "reconstructed" else ""


def as_svg(figure: Figure, name: str) -> str:
    """The figure as an SVG element, without clock, and with ids of its own."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    body = out.getvalue()
    body = body[body.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"(\d\.\d\d)\d+", r"\1", body)  # a hundredth of a point is enough
    body = re.sub(r'\bid="', f'id="{name}-', body)
    body = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{name}-", body)
    return body.strip()

"""
Figures from elsewhere, taken in: made self-contained and harmless, and set in Inter.

What matplotlib drew, or SVG by any hand, becomes one element that can stand on a page
among others: shapes and texts and nothing else. Whatever would run, fetch or look up
something is refused by name, and so is a raster, whose words nobody can read back.
Imports ``canvas``.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Final
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from asss.catalogue import language
from asss.errors import UsageError, bullets
from asss.figures.canvas import FAMILY, Colour, element, font_files

__all__ = ["adopt"]

SVG: Final = "http://www.w3.org/2000/svg"
LINK: Final = "{http://www.w3.org/1999/xlink}href"

#: What a drawing is made of; the rest of SVG runs, fetches, or looks elsewhere.
SHAPES: Final = frozenset(
    (
        *("svg", "g", "defs", "clipPath", "use", "path", "rect", "circle", "ellipse"),
        *("line", "polyline", "polygon", "text", "tspan"),
    )
)

#: Says nothing that is seen.
UNSEEN: Final = frozenset({"metadata", "title", "desc"})

#: How a thing lies, and how it looks.
PLACES: Final = frozenset(
    (
        *("x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry"),
        *("width", "height", "d", "points", "transform"),
    )
)
LOOKS: Final = frozenset(
    (
        *("fill", "fill-opacity", "fill-rule", "opacity", "visibility"),
        *("stroke", "stroke-width", "stroke-opacity", "stroke-linecap"),
        *("stroke-linejoin", "stroke-dasharray", "stroke-dashoffset"),
        *("stroke-miterlimit", "clip-path", "clip-rule", "text-anchor"),
        *("font-size", "font-weight", "font-style", "dominant-baseline"),
    )
)

#: Why what is often met is refused, and what to do.
REFUSED: Final = {
    "image": "a raster, which cannot be read back and is not sharp on paper: draw with "
    "rasterized=False, and a heat map without its colour bar, cbar=False",
    "script": "a script",
    "foreignObject": "HTML",
    "style": "rules of style: give each shape its look as attributes",
}

OF_MATPLOTLIB: Final = "*{stroke-linejoin:round;stroke-linecap:butt}"

#: What leads to another place in the same drawing.
WAY: Final = re.compile(r"url\(#([^)\s]+)\)")

#: A number alone as a program writes it, and as people group one.
NUMBER: Final = re.compile(r"([-\u2212]?)(\d+)(?:\.(\d+))?(\s?%?)")

#: A number of a year, in four digits and not grouped.
YEARS: Final = range(1900, 2101)

GREY: Final = re.compile(r"#([0-9a-f]{2})\1\1")
#: Greys this dark are ink, which has a colour of its own on a dark page.
DARK: Final = 0x60

#: Points across a page: what is narrower keeps its size, so that its texts have theirs.
WIDE: Final = 497.0

LENGTH: Final = re.compile(r"([\d.]+)(?:pt|px)?")


def adopt(drawn: object, name: str) -> str:
    """
    Take in a drawing.

    Parameters
    ----------
    drawn : matplotlib Axes or Figure, seaborn grid, or str
        A string is SVG, whose numbers are written as the report writes them; those of
        matplotlib are written anew so. A figure of matplotlib is closed: it stands in
        the report, and not once more below the cell.
    name : str
        What its ids begin with; no other drawing of the page has it.

    Returns
    -------
    svg : str
        One element, the same for the same drawing.

    Raises
    ------
    UsageError
        If it is no drawing, or holds what a report cannot: each with what to do.
    """
    is_ours = not isinstance(drawn, str)
    written = _from_matplotlib(drawn) if is_ours else str(drawn)
    root = _parsed(written)
    problems = list(_problems(root))
    if problems:
        msg = f"The figure cannot stand in a report:{bullets(dict.fromkeys(problems))}"
        raise UsageError(msg)
    led = {way for one in root.iter() for way in _ways(one)}
    ids = [str(one.get("id")) for one in root.iter() if one.get("id") in led]
    names = {old: f"{name}-{place}" for place, old in enumerate(ids, 1)}
    return _written(root, names, is_ours=is_ours)


def _from_matplotlib(drawn: object) -> str:
    """A figure as SVG, without a clock, with its texts as texts, measured in Inter."""
    figure: Any = getattr(drawn, "figure", drawn)
    if not callable(getattr(figure, "savefig", None)):
        msg = (
            f"A figure is what matplotlib or seaborn drew, or SVG as text, and not "
            f"{type(drawn).__name__}."
        )
        raise UsageError(msg)
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    from matplotlib import font_manager

    held = {one.fname for one in font_manager.fontManager.ttflist}
    for path in font_files():
        if str(path) not in held:
            font_manager.fontManager.addfont(str(path))
    looks: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": "asss",
        "font.family": "sans-serif",
        "font.sans-serif": [FAMILY],
    }
    made = BytesIO()
    about = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    log = logging.getLogger("matplotlib.font_manager")
    level = log.level
    # That bold is semibold here is as it should be.
    log.setLevel(logging.ERROR)
    with mpl.rc_context(looks):
        figure.savefig(made, format="svg", bbox_inches="tight", metadata=about)
    log.setLevel(level)
    plt.close(figure)
    return made.getvalue().decode()


def _parsed(written: str) -> Element:
    text = re.sub(
        r"<\?xml[^>]*\?>|<!DOCTYPE[^>\[]*>|<!--.*?-->", "", written, flags=re.S
    )
    try:
        # What is still declared could name what lies elsewhere.
        root = None if "<!" in text else ET.fromstring(text.strip())
    except ET.ParseError:
        root = None
    if root is None or root.tag not in ("svg", f"{{{SVG}}}svg"):
        msg = "A figure as text is one SVG element, from <svg …> to </svg>."
        raise UsageError(msg)
    for parent in list(root.iter()):
        for one in list(parent):
            if _name(one) in UNSEEN or _is_matplotlibs(one):
                parent.remove(one)
    return root


def _is_matplotlibs(one: Element) -> bool:
    """Whether it is the one rule of style that matplotlib writes, for all it draws."""
    told = "".join((one.text or "").split())
    return _name(one) == "style" and told == OF_MATPLOTLIB


def _name(one: Element) -> str:
    return str(one.tag).rpartition("}")[2]


def _ways(one: Element) -> Iterator[str]:
    """The ids that an element leads to."""
    for key in ("href", LINK):
        if _name(one) == "use" and one.get(key, "").startswith("#"):
            yield one.get(key, "")[1:]
    for value in _looks(one).values():
        yield from WAY.findall(value)


def _looks(one: Element) -> dict[str, str]:
    """How it looks, by attribute or as style; the latter outweighs the former."""
    given = {key: value for key, value in one.attrib.items() if key in LOOKS}
    for part in one.get("style", "").split(";"):
        key, _, value = part.partition(":")
        if key.strip() in LOOKS:
            given[key.strip()] = value.strip()
        elif key.strip() == "font":
            size = re.search(r"([\d.]+)px", value)
            given |= {"font-size": size[0]} if size else {}
    return given


def _problems(root: Element) -> Iterator[str]:
    """What a report cannot hold."""
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    yield from (f"two things have the id {i}" for i in set(ids) if ids.count(i) > 1)
    for one in root.iter():
        name = _name(one)
        if name not in SHAPES:
            yield REFUSED.get(name, f"<{name}>, which is no shape and no text")
        if name == "tspan" and {"x", "y", "dx", "dy"} & one.attrib.keys():
            yield "a text in pieces: give each piece a <text> of its own"
        for key, value in one.attrib.items():
            if key.lower().startswith("on"):
                yield f"a script, {key}"
            elif key in ("href", LINK) and name in SHAPES and value[:1] != "#":
                yield f"something from elsewhere, {value[:60]}"
        for value in _looks(one).values():
            if "url(" in value and not WAY.fullmatch(value):
                yield f"something from elsewhere, {value[:60]}"
        yield from (
            f"leads to #{way}, which is nowhere" for way in set(_ways(one)) - {*ids}
        )
    if _size(root) is None:
        yield "how wide and high it is, is not said: give viewBox, or width and height"


def _size(root: Element) -> tuple[str, str, str] | None:
    """Its view, width and height."""
    sides = [LENGTH.fullmatch(root.get(key, "")) for key in ("width", "height")]
    view = root.get("viewBox", "").replace(",", " ").split()
    if len(view) != 4 and all(sides):
        view = ["0", "0", *(side[1] for side in sides if side)]
    if len(view) != 4 or not all(
        re.fullmatch(r"-?\d+(?:\.\d+)?", part) for part in view
    ):
        return None
    wide = f"{max(float(view[2]), WIDE):g}"
    return f"{view[0]} {view[1]} {wide} {view[3]}", wide, view[3]


# -- written anew ----------------------------------------------------------------------


def _written(root: Element, names: Mapping[str, str], *, is_ours: bool) -> str:
    view, wide, high = _size(root) or ("", "", "")
    about = {
        "xmlns": SVG,
        "width": f"{wide}pt",
        "height": f"{high}pt",
        "viewBox": view,
        "font-family": FAMILY,
        # Of what says no colour of its own, as texts of matplotlib do.
        "fill": Colour.INK,
        "stroke-linejoin": "round",
    }
    inside = "".join(_element(one, names, is_ours=is_ours) for one in root)
    return f"<svg{_said(about)}>{inside}</svg>"


def _element(one: Element, names: Mapping[str, str], *, is_ours: bool) -> str:
    name = _name(one)
    if name not in SHAPES or (name == "path" and not one.get("d")):
        return ""
    about = {
        key: " ".join(one.get(key, "").split()) for key in one.attrib if key in PLACES
    }
    if re.match(r"rotate\(-?0[ ,)]", about.get("transform", "")):
        del about["transform"]
    for key, value in _looks(one).items():
        about[key] = _look(key, WAY.sub(lambda w: f"url(#{names[w[1]]})", value))
    if one.get("id") in names:
        about["id"] = names[str(one.get("id"))]
    if name == "use":
        about["href"] = f"#{names[next(_ways(one))]}"
    if name == "text":
        said = " ".join("".join(one.itertext()).split())
        inside = escape(_norwegian(said) if is_ours else said)
        if not inside:
            return ""
    else:
        inside = "".join(_element(part, names, is_ours=is_ours) for part in one)
        if name in ("g", "defs") and not inside:
            return ""
    return element(name, _said(about), inside)


def _said(about: Mapping[str, Any]) -> str:
    return "".join(f" {key}={quoteattr(str(value))}" for key, value in about.items())


def _look(key: str, value: str) -> str:
    """The same look in our typeface, which has two weights, and with our ink."""
    if key == "font-weight":
        is_bold = value in ("bold", "bolder") or (
            value.isdecimal() and int(value) > 500
        )
        return "600" if is_bold else "400"
    if key == "font-size":
        return value.removesuffix("px").removesuffix("pt")
    plain = {"black": "#000000", "white": "#ffffff"}.get(value.lower(), value.lower())
    if re.fullmatch(r"#[0-9a-f]{3}", plain):
        plain = "#" + "".join(letter * 2 for letter in plain[1:])
    grey = GREY.fullmatch(plain)
    if key in ("fill", "stroke"):
        return Colour.INK if grey and int(grey[1], 16) < DARK else plain
    return value


def _norwegian(said: str) -> str:
    """A text that is a number, as the report writes it: matplotlib writes English."""
    found = NUMBER.fullmatch(said)
    if found is None:
        return said
    sign, whole, part, unit = found[1], found[2], found[3] or "", found[4]
    if int(whole) in YEARS and not (sign or part or unit):
        return said
    digits = f"{int(whole):,}".replace(",", language.HARD_SPACE)
    unit = f"{language.HARD_SPACE}%" if unit.strip() else ""
    return (
        (language.MINUS if sign else "") + digits + (f",{part}" if part else "") + unit
    )

"""
The one stylesheet, with the fonts inside it: on a page, and in a notebook.

Imports nothing of ours.
"""

import base64
import re
import string
from functools import cache, partial
from html import unescape
from importlib import resources
from importlib.resources.abc import Traversable
from io import BytesIO
from pathlib import Path

__all__ = ["font_faces", "in_notebook", "stylesheet", "warm_up"]

#: How many moves of their own the parts of a figure may have on a phone.
PARTS = 96

#: A figure on a page: what is heard of it, and what is seen.
PICTURE = re.compile(
    r'<div class="picture" role="img" aria-label="([^"]*)"[^>]*>'
    r"(<svg\b.*?</svg>)</div>",
    re.DOTALL,
)

#: What a page shows on phones only, since it stands there before: a column, or a cell.
AGAIN = re.compile(
    r'<col\b[^>]*\bagain\b[^>]*>|<(t[hd]|a)\b[^>]*class="[^"]*\bagain\b.*?</\1>',
    re.DOTALL,
)

#: What stands whole without a stylesheet, of what only a stylesheet would set apart.
PLAINLY = {
    '<span class="who">': '<br><span class="who">',
    '<th scope="row': '<th style="text-align: left" scope="row',
    "<caption": '<caption style="text-align: left"',
    '<th scope="col" rowspan="2">': '<th style="text-align: left" rowspan="2">',
    '<ol class="letters">': '<ol class="letters" style="list-style: none">',
    '<ul class="legend">': '<ul class="legend" style="list-style: none">',
}

#: What is written as it is in an address within an attribute, and what is not.
WRITTEN = str.maketrans(
    {letter: f"%{ord(letter):02X}" for letter in '%"#&<>'} | {"\n": "%0A"}
)

#: What figures are written with, as good as always: all share a typeface of these.
LETTERS = frozenset(string.printable[:95] + "\u00a0æøåÆØÅéöüÉÖÜ«»–−×·½…†ʳ⁻²↑→↓")

#: The weights of the typeface, by the numbers that CSS has for them.
WEIGHTS = {"Regular": 400, "SemiBold": 600}

#: The part of the stylesheet that is about text, tables and figures wherever they are.
BEGIN, END = "/* -- text", "/* -- screens"

#: Where a look is said once for light and once for dark.
ROOT = re.compile(r":root \{\s*color-scheme: \w+;(.*?)\}", re.DOTALL)
VARIABLE = re.compile(r"(--[\w-]+): ([^;]+);")

#: A colour of figures that the dark look changes, and to what.
CHANGED = re.compile(r"\.picture (\[\w+=[^]]+\]) \{ (\w+): ([^;]+); \}")


@cache
def _written() -> str:
    folder = resources.files("asss.page") / "templates" / "rapport"
    return (folder / "style.css").read_text("utf-8")


def stylesheet() -> str:
    """The one stylesheet, with the fonts inside it: a page needs nothing beside it."""
    css = _written()
    for weight in WEIGHTS:
        css = css.replace(
            f"url(Inter-{weight}.woff2)",
            f"url(data:font/woff2;base64,{_font(weight)})",
        )
    moves = (f".m{part}{{translate:var(--m{part})}}" for part in range(PARTS))
    return css.replace("/* parts */", "".join(moves))


@cache
def font_faces(letters: frozenset[str] | None = None) -> str:
    """
    The typeface as CSS, for a drawing that must show right by itself.

    Parameters
    ----------
    letters : frozenset of str, optional
        The only ones that the drawing has; a tenth of the size.
    """
    kind, made = (
        ("woff2", _font) if letters is None else ("woff", partial(_few, letters))
    )
    return "".join(
        f"@font-face{{font-family:Inter;font-weight:{number};"
        f'src:url(data:font/{kind};base64,{made(weight)}) format("{kind}")}}'
        for weight, number in WEIGHTS.items()
    )


@cache
def _font(weight: str) -> str:
    file = resources.files("asss") / "fonts" / f"Inter-{weight}.woff2"
    return base64.b64encode(file.read_bytes()).decode()


def _few(letters: frozenset[str], weight: str) -> str:
    """Some letters of the typeface, set as close as in the whole of it."""
    cut = _usual(weight).read_bytes() if letters == LETTERS else _cut(letters, weight)
    return base64.b64encode(cut).decode()


def _usual(weight: str) -> Traversable:
    """The typeface as it was cut for figures: to cut it anew takes as long as two."""
    return resources.files("asss") / "fonts" / f"Inter-{weight}.woff"


def _cut(letters: frozenset[str], weight: str) -> bytes:
    # A tenth of a second to load, and hardly ever needed.
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(layout_features=["kern"], name_IDs=[], notdef_outline=True)
    file = resources.files("asss") / "fonts" / f"Inter-{weight}.otf"
    # Not dated anew: a notebook made again has the same bytes.
    font = TTFont(BytesIO(file.read_bytes()), recalcTimestamp=False)
    chosen = subset.Subsetter(options)
    chosen.populate(text="".join(sorted(letters)))
    chosen.subset(font)
    font.flavor = "woff"
    font.save(written := BytesIO())
    return written.getvalue()


def warm_up() -> None:
    """Put together ahead what every figure in a notebook has."""
    _alone(LETTERS)


# -- in a notebook ---------------------------------------------------------------------


def in_notebook(html: str) -> str:
    """
    A block of a page as JupyterLab is to show it.

    What comes from elsewhere JupyterLab shows without stylesheets and without SVG that
    stands in the text. So figures are pictures by themselves, in the page's own
    typeface and light or dark as what is around them; nothing is there twice, and what
    only a stylesheet would set on a line of its own has a line. Where the notebook is
    trusted, and while it is run, the page's own looks are added.
    """
    seen = PICTURE.sub(_picture, AGAIN.sub("", html))
    for written, also in PLAINLY.items():
        seen = seen.replace(written, also)
    return f'<div class="asss"><style>{_looks()}</style>\n{seen}</div>'


def _picture(found: re.Match[str]) -> str:
    start, body = found[2].split(">", 1)
    written = frozenset(unescape("".join(re.findall(r">([^<]*)<", body))))
    style = _alone(LETTERS | written)
    drawing = f"{start}><style>{style}</style>{body}".translate(WRITTEN)
    source = f"data:image/svg+xml;charset=utf-8,{drawing}"
    return f'<img class="picture" alt="{found[1]}" src="{source}">'


@cache
def _alone(letters: frozenset[str]) -> str:
    """What a drawing that stands by itself needs: its typeface, and dark colours."""
    variables = _colours()[1]
    changed = "".join(
        f"{where}{{{what}:{variables.get(colour[4:-1], colour)}}}"
        for where, what, colour in CHANGED.findall(_written())
    )
    return f"{font_faces(letters)}@media (prefers-color-scheme:dark){{{changed}}}"


def _colours() -> tuple[dict[str, str], dict[str, str]]:
    """The page's colours by name, light and dark."""
    light, dark = (dict(VARIABLE.findall(root)) for root in ROOT.findall(_written()))
    return light, dark


@cache
def _looks() -> str:
    """
    The page's looks for what is inside a block, and for nothing else in JupyterLab.

    Written thrice, the class outweighs what JupyterLab says of all its tables.
    """
    light, dark = _colours()
    colours = "".join(f"{k}:light-dark({light[k]},{dark[k]});" for k in light)
    about = _written().partition(BEGIN)[2].partition(END)[0].partition("*/")[2]
    css = re.sub(r"/\*.*?\*/", "", about, flags=re.DOTALL)
    # What is asked of a whole page is asked of what is open beside the block.
    css = css.replace("body:has(.mostly) ", "body:has(.mostly) & ")
    css = re.sub(r"\s*\n\s*", "", css)
    return f".asss.asss.asss{{{colours}{OWN}{css}}}"


#: What blocks in a notebook need of what a page says of its body.
OWN = (
    "color:var(--ink);font:400 15px/1.6 Inter,system-ui,sans-serif;max-width:60rem;"
    "padding:.2rem 0 .6rem;"
)


if __name__ == "__main__":
    for weight in WEIGHTS:
        Path(str(_usual(weight))).write_bytes(_cut(LETTERS, weight))

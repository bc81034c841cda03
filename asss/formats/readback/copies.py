"""
What says once more what the page says: figures as files, and the executed notebook.

The page has been read, by its facts; a copy must be what stands there, to the letter.
What a notebook shows beside (tables and plots for whoever works in it) follows from no
fact: `asss verify --render` runs it again. Imports ``looks`` and below.
"""

import base64
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote

from asss.catalogue import markdown
from asss.catalogue.parameters import BOKMAL, SHARED
from asss.formats.readback import figures, picture
from asss.page.looks import font_faces

__all__ = ["false_drawings", "false_notebook", "false_pictures"]

Cell: TypeAlias = Mapping[str, Any]

FIGURE = re.compile(r'<figure id="(figur-\d+)">.*?</figure>', re.DOTALL)
DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
TOLD = re.compile(r'role="img" aria-label="([^"]*)"')
CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")

#: A drawing as a file: what it has beside that on the page, and nothing else.
ALONE = re.compile(
    r'<\?xml version="1\.0" encoding="UTF-8"\?>\n'
    r'(?P<start><svg[^>]*?) role="img" aria-labelledby="(?P<ids>[^"]*)"'
    r' xml:lang="(?P<language>\w+)">\n'
    r'<title id="(?P<title>[^"]*)">(?P<caption>[^<]*)</title>\n'
    r'<desc id="(?P<desc>[^"]*)">(?P<alt>[^<]*)</desc>\n'
    r"<style>(?P<style>[^<]*)</style>(?P<body>.*</svg>)\n",
    re.DOTALL,
)
FAMILY = re.compile(r'font-family="Inter[^"]*"')


def false_drawings(folder: Path, html: str, language: str) -> Iterator[str]:
    """What of the drawings in a folder is not the page's figure of its number."""
    drawn = {found[1]: found[0] for found in FIGURE.finditer(html)}
    there = {path.stem for path in folder.glob("*.svg")}
    for name in sorted(there ^ drawn.keys()):
        where = "is no figure of the page" if name in there else "is not there"
        yield f"{folder.name}/{name}.svg: {where}"
    for name in sorted(there & drawn.keys()):
        written = (folder / f"{name}.svg").read_text("utf-8")
        for what in _false_drawing(name, written, drawn[name], language):
            yield f"{folder.name}/{name}.svg: {what} is not that of the page's figure"


def false_pictures(folder: Path, html: str) -> Iterator[str]:
    """What of the PNGs in a folder is not drawn from the figure of its number."""
    names = (f"{found[1]}.png" for found in FIGURE.finditer(html))
    wanted = dict(zip(names, figures.told(html), strict=True))
    there = {path.name for path in folder.glob("*.png")}
    for name in sorted(there ^ wanted.keys()):
        where = "is no figure of the page" if name in there else "is not there"
        yield f"{folder.name}/{name}: {where}"
    for name in sorted(there & wanted.keys()):
        for fault in picture.faults((folder / name).read_bytes(), wanted[name]):
            yield f"{folder.name}/{name}: {fault}"


def _false_drawing(name: str, file: str, figure: str, language: str) -> Iterator[str]:
    found = ALONE.fullmatch(file)
    if found is None:
        yield "its form"
        return
    drawing = FAMILY.sub('font-family="Inter"', f"{found['start']}>{found['body']}")
    if [drawing] != DRAWING.findall(figure):
        yield "the drawing"
    caption = TAG.sub("", "".join(CAPTION.findall(figure)))
    if unescape(found["caption"]).split() != unescape(caption).split():
        yield "the title"
    if unescape(found["alt"]) != unescape("".join(TOLD.findall(figure))):
        yield "the description"
    if found["style"] != font_faces():
        yield "the typeface"
    ids = f"{name}-title", f"{name}-desc"
    if (found["title"], found["desc"]) != ids or found["ids"] != " ".join(ids):
        yield "what it says of itself"
    if found["language"] != language:
        yield "the language"


# -- the notebook ----------------------------------------------------------------------

#: What cells give out that stands on the page, and what goes to facts.json.
BLOCK, FACTS, LOOKS = "application/vnd.asss.block+json", "vnd.asss.facts", "text/html"
ON_PAGE, GIVEN = "rapport", "injected-parameters"

#: Where the page puts in what leads about on it.
APART = re.compile(r"<!--.*?-->|</h\d>")
VALUE = re.compile(r"(\w+) = (.*)")
STYLE = re.compile(r"<style\b[^>]*>.*?</style>", re.DOTALL)
PICTURE = re.compile(r'src="data:image/svg\+xml([^,"]*),([^"]*)"')


def false_notebook(
    cells: Sequence[Cell],
    template: Sequence[Cell],
    facts: Mapping[str, Any],
    html: str,
) -> Iterator[str]:
    """
    What of an executed notebook is not its template's, the facts' or the page's.

    Parameters
    ----------
    cells, template : sequence of mapping
        Of the notebook, and of the one that it was made from.
    html : str
        The page, which has been read; empty where there is none.
    """
    of = {**facts["run"], "service": facts["service"]}
    yield from _misplaced(cells, template, of)
    outputs = [one.get("data", {}) for cell in cells for one in cell.get("outputs", ())]
    held = [_unpacked(data[key]) for data in outputs for key in data if FACTS in key]
    if held != [facts]:
        yield "the facts that it gave out are not those of facts.json"
    whole, place = _words(html), 0
    for cell in cells if html else ():
        if ON_PAGE not in _tags(cell):
            continue
        about = f"«{_source(cell).strip().splitlines()[0][:60]}»"
        blocks = [one["data"][BLOCK]["html"] for one in _shown(cell)]
        if cell["cell_type"] == "markdown":
            blocks = [markdown.to_html(_source(cell))]
        for piece in (piece for block in blocks for piece in APART.split(block)):
            at = whole.find(_words(piece), place)
            if at < 0:
                yield f"{about} shows what does not stand there on the page"
            place = max(place, at)
        drawn = [one for block in blocks for one in DRAWING.findall(block)]
        seen = [_drawn(*one) for o in _shown(cell) for one in _pictures(o)]
        if not all(one in html for one in (*drawn, *seen)):
            yield f"{about} has a drawing that is not on the page"
        for output in _shown(cell):
            if strange := _strange(output["data"]):
                yield f"{about} shows in JupyterLab alone «{strange}»"


def _misplaced(
    cells: Sequence[Cell], template: Sequence[Cell], run: Mapping[str, Any]
) -> Iterator[str]:
    """Cells that are not the template's, and what they were not given."""
    own = [cell for cell in cells if GIVEN not in _tags(cell)]
    if len(own) != len(template):
        yield f"has {len(own)} cells, and its template {len(template)}"
    for number, (cell, other) in enumerate(zip(own, template, strict=False), 1):
        # Prose in another language is its translation's, and read with the page.
        is_told = run["language"] != BOKMAL and cell["cell_type"] == "markdown"
        said, should = (is_told or _source(one) for one in (cell, other))
        is_kind = cell["cell_type"] == other["cell_type"] and _tags(cell) == _tags(
            other
        )
        if said != should or not is_kind:
            yield f"cell {number} is not its template's: «{_source(cell)[:60]}»"
    yield from _misgiven([cell for cell in cells if GIVEN in _tags(cell)], run)


def _misgiven(cells: Sequence[Cell], run: Mapping[str, Any]) -> Iterator[str]:
    """What the notebook says that it was given, and was not; and what it does not."""
    lines = [line for cell in cells for line in _source(cell).splitlines() if line]
    given = {}
    for line in (one for one in lines if not one.startswith("#")):
        found = VALUE.fullmatch(line)
        if found is None:
            yield f"was given «{line[:60]}»"
            continue
        name, value = found.groups()
        given[name] = value
        # As Python and JSON both write what a run holds: texts and whole numbers.
        if value != json.dumps(run.get(name), ensure_ascii=False):
            yield f"was given {name} = {value}, and is of {run.get(name)!r}"
    # A notebook on no one has no kommune to be given.
    wanted = run.keys() - ({"kommune"} if run["kommune"] in SHARED else set())
    if len(cells) != 1 or given.keys() != wanted:
        yield f"was given {len(cells)} times {', '.join(given) or 'nothing'}"


def _strange(data: Mapping[str, Any]) -> str:
    """What is shown in JupyterLab that does not stand in the block; mostly nothing."""
    words = iter(_pieces(data[BLOCK]["html"]))
    shown = STYLE.sub("", "".join(data.get(LOOKS, "")))
    # What is there twice for a phone is once in JupyterLab: all else in its order.
    return next((one for one in _pieces(shown) if one not in words), "")


def _pictures(output: Mapping[str, Any]) -> list[tuple[str, str]]:
    return PICTURE.findall("".join(output["data"].get(LOOKS, "")))


def _drawn(how: str, written: str) -> str:
    """The drawing in a picture, as it is on a page."""
    plain = unquote(written)
    if "base64" in how:
        plain = base64.b64decode(written).decode()
    return STYLE.sub("", plain)


def _shown(cell: Cell) -> list[Mapping[str, Any]]:
    return [one for one in cell.get("outputs", ()) if BLOCK in one.get("data", {})]


def _unpacked(given: Any) -> Any:
    """Facts as they are, or packed as a notebook keeps them."""
    if isinstance(given, str):
        return json.loads(zlib.decompress(base64.b64decode(given)))
    return given


def _pieces(markup: str) -> list[str]:
    """The words of a markup, element by element, without spaces and drawings."""
    pieces = TAG.split(DRAWING.sub("", markup))
    return ["".join(unescape(one).split()) for one in pieces if one.strip()]


def _words(markup: str) -> str:
    return "".join(_pieces(STYLE.sub("", markup)))


def _tags(cell: Cell) -> list[str]:
    return list(cell["metadata"].get("tags", ()))


def _source(cell: Cell) -> str:
    return "".join(cell["source"])

"""
A finished page as PDF: its own tree, set in type by Typst as ``rapport.typ`` says.

The only room that knows Typst. The page is the source, and no text of a page is ever
part of a program: Typst is given the tree as data. Imports ``tagging`` and below.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from importlib import resources
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import typst

from asss.errors import RenderError
from asss.formats import tagging

__all__ = [
    "SCREEN_ONLY",
    "to_pdf",
    "warm_up",
]

#: Classes of what the stylesheets hide on paper; there it need not be set at all.
SCREEN_ONLY = frozenset(
    {"anchor", "controls", "downloads", "numbers", "on-screen", "skip"}
)

#: Parts of a page that paper has no use for, whatever is in them.
UNREAD = re.compile(
    r'<(details|section) class="(?:numbers|downloads)".*?</\1>'
    r"|<(script|style)\b.*?</\2>",
    re.DOTALL,
)
DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)

#: What XML asks of a page beyond HTML: every tag closed, and letters rather than their
#: names in HTML.
VOID = re.compile(r"<(br|col|hr|img|input|link|meta|wbr)\b([^<>]*?)\s*/?>")
LETTER = re.compile(r"&(\w+);")
OF_XML = frozenset({"amp", "apos", "gt", "lt", "quot"})

#: What HTML takes for one space; a hard or a thin one is a letter like others.
SPACE = re.compile(r"[ \t\r\n\f]+")

#: Elements that stand within a line; about others white space says nothing.
INLINE = frozenset(
    {"a", "abbr", "b", "br", "code", "em", "span", "strong", "sup", "svg", "wbr"}
)

#: Attributes that paper goes by.
KEPT = ("id", "href", "aria-label", "colspan", "rowspan", "scope", "span", "lang")

#: What a drawing is drawn with, and what in it leads away from it.
DRAWN = re.compile(
    r"<(?!/|(?:circle|defs|desc|ellipse|g|line|path|polygon|polyline|rect|svg|text|title"
    r"|tspan|use)\b)[^>]*>"
)
ELSEWHERE = re.compile(r"(?:href=|url\()[\"']?(?!#)([^\"')\s>]+)")

#: A piece of a page: text, or an element with its name, classes, attributes and pieces.
Piece = str | dict[str, Any]


def to_pdf(html: str) -> bytes:
    """
    Set a page as A4: tagged PDF (PDF/UA-1), figures as vector graphics.

    The same bytes for the same page, also when others were set before it.

    Parameters
    ----------
    html : str
        A finished page of ours: well-formed but for what HTML leaves open.

    Raises
    ------
    RenderError
        If ``rapport.typ`` has no rule for something on the page, if a link leads to
        no place, if Inter lacks a letter, or a drawing asks for something elsewhere.
    """
    page = _read(html)
    given = json.dumps(page, ensure_ascii=False, separators=(",", ":"))
    try:
        pdf = _compiler().compile(
            format="pdf",
            sys_inputs={"page": given},
            pdf_standards="ua-1",
            timestamp=0,
        )
    except typst.TypstError as error:
        said = [error.message, *error.hints]
        msg = f"«{page['title']}» cannot be set as PDF: {'; '.join(said)}"
        raise RenderError(msg) from error
    return tagging.finish(
        cast(bytes, pdf),
        list(_links(page["page"])),
        list(_tables(page["page"])),
        digest_of(html),
    )


def digest_of(html: str) -> str:
    """One sha256 of the drawings of a page, in their order: what a PDF is set with."""
    drawings = "\n".join(DRAWING.findall(html))
    return hashlib.sha256(drawings.encode()).hexdigest()


def warm_up() -> None:
    """
    Read the typefaces, in a process or before it forks.

    Nothing is set: from then on Typst keeps threads, and what is forked from a process
    with threads waits for them for ever.
    """
    _compiler()


@cache
def _compiler() -> typst.Compiler:
    """Typst with our template and our typefaces, and with nothing of the system's."""
    package = Path(str(resources.files("asss")))
    template = package / "page" / "templates" / "rapport" / "rapport.typ"
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(package / "fonts")],
    )
    return typst.Compiler(str(template), root=str(template.parent), font_paths=fonts)


# -- the tree of a page ----------------------------------------------------------------


def _read(html: str) -> dict[str, Any]:
    """What a page holds for paper: language, title, description, and its pieces."""
    drawings: list[str] = []

    def take(found: re.Match[str]) -> str:
        drawings.append(_checked(found[0]))
        return f"<svg>{len(drawings) - 1}</svg>"

    written = DRAWING.sub(take, UNREAD.sub("", html))
    written = LETTER.sub(_letter, VOID.sub(r"<\1\2/>", written))
    try:
        root = ET.fromstring(written.replace("<!doctype", "<!DOCTYPE", 1))
    except ET.ParseError as error:
        msg = f"The page cannot be set as PDF, for it is not well-formed: {error}"
        raise RenderError(msg) from error
    about = root.find("head/meta[@name='description']")
    return {
        "lang": root.get("lang", ""),
        "title": root.findtext("head/title", ""),
        "description": "" if about is None else about.get("content", ""),
        "page": _pieces(root.find("body") or root, drawings),
    }


def _letter(found: re.Match[str]) -> str:
    """A letter for its name in HTML, but for those that XML has too."""
    return found[0] if found[1] in OF_XML else unescape(found[0])


def _checked(drawing: str) -> str:
    """A drawing that holds all that it shows."""
    for found in (ELSEWHERE.search(drawing), DRAWN.search(drawing)):
        if found:
            what = found[1] if found.lastindex else found[0]
            msg = f"A drawing asks for {what}, and nothing is fetched for a page."
            raise RenderError(msg)
    return drawing


def _pieces(element: Element, drawings: list[str]) -> list[Piece]:
    """Texts and elements that an element holds, in order."""
    found: list[Piece] = []
    _say(found, element.text)
    for child in element:
        classes = child.get("class", "").split()
        if not SCREEN_ONLY.isdisjoint(classes):
            pass
        elif child.tag == "svg":
            drawing = drawings[int(child.text or "")]
            found.append({"t": "svg", "c": [], "k": [], "svg": drawing})
        elif child.tag == "abbr" or (child.tag == "span" and not classes):
            # What it is short for shows itself to a pointer, which paper has none of.
            for piece in _pieces(child, drawings):
                _say(found, piece) if isinstance(piece, str) else found.append(piece)
        elif child.tag != "wbr":  # Typst breaks lines after a stroke by itself
            kept = {key: child.attrib[key] for key in KEPT if key in child.attrib}
            pieces = _pieces(child, drawings)
            found.append({"t": child.tag, "c": classes, **kept, "k": pieces})
        _say(found, child.tail)
    return _tidied(found)


def _say(found: list[Piece], text: str | None) -> None:
    """Add a text to what was said last."""
    if not text:
        return
    last = found.pop() if found and isinstance(found[-1], str) else ""
    found.append(SPACE.sub(" ", f"{last}{text}"))


def _tidied(pieces: list[Piece]) -> list[Piece]:
    """Without white space beside blocks."""
    kept: list[Piece] = []
    for number, piece in enumerate(pieces):
        if isinstance(piece, str):
            if number and _is_block(pieces[number - 1]):
                piece = piece.lstrip(" ")
            if number + 1 < len(pieces) and _is_block(pieces[number + 1]):
                piece = piece.rstrip(" ")
            if not piece:
                continue
        kept.append(piece)
    return kept


def _is_block(piece: Piece) -> bool:
    return isinstance(piece, dict) and piece["t"] not in INLINE


# -- what Typst is not told ------------------------------------------------------------


def _links(pieces: list[Piece]) -> Iterator[str]:
    """What each link says, in the order in which they are read."""
    for piece in pieces:
        if isinstance(piece, dict):
            if piece["t"] == "a":
                yield piece.get("aria-label") or " ".join(_words(piece["k"]).split())
            yield from _links(piece["k"])


def _words(pieces: list[Piece]) -> str:
    return "".join(p if isinstance(p, str) else _words(p["k"]) for p in pieces)


def _tables(pieces: list[Piece]) -> Iterator[tagging.Table]:
    """Each table's sections, of rows of cells."""
    for piece in pieces:
        if not isinstance(piece, dict):
            continue
        if piece["t"] == "table":
            yield [
                (
                    section["t"] == "thead",
                    [[_cell(cell) for cell in row["k"]] for row in section["k"]],
                )
                for section in piece["k"]
                if section["t"] in ("thead", "tbody")
            ]
        yield from _tables(piece["k"])


def _cell(cell: dict[str, Any]) -> tagging.Span:
    spans = int(cell.get("rowspan", 1)), int(cell.get("colspan", 1))
    return tagging.Span(cell["t"] == "th", *spans)

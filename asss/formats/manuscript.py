"""
A finished page as a manuscript: its own tree, without what paper has no use for.

What is set from a page, as PDF or for Word, is set from this and from nothing else, so
that neither can hold what the page does not. Imports ``errors`` only.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from asss.errors import RenderError

__all__ = [
    "DRAWING",
    "SCREEN_ONLY",
    "Piece",
    "is_block",
    "read",
    "words",
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
    r"<(?!/|(?:circle|clipPath|defs|desc|ellipse|g|line|path|polygon|polyline|rect|svg"
    r"|text|title|tspan|use)\b)[^>]*>"
)
ELSEWHERE = re.compile(r"(?:href=|url\()[\"']?(?!#)([^\"')\s>]+)")

#: A number in a cell, without its marks.
NUMBER = re.compile(r"[-\u2212]?[0-9]+(?:[,\u00a0][0-9]+)*")
#: What stands behind a number, or below it.
BESIDE = frozenset({"m", "r", "ref", "who"})

#: A piece of a page: text, or an element with its name, classes, attributes and pieces.
Piece = str | dict[str, Any]


def read(html: str) -> dict[str, Any]:
    """
    Read a page as paper has use for it.

    Parameters
    ----------
    html : str
        A finished page of ours: well-formed but for what HTML leaves open.

    Returns
    -------
    manuscript : dict
        Its language, title and description as ``lang``, ``title`` and ``description``;
        and its pieces as ``page``. A piece is text, or an element: its name ``t``, its
        classes ``c``, what it holds ``k``, and of its attributes those of :data:`KEPT`
        that it has. A drawing is as it was drawn, as ``svg``. A table says how many
        letters the longest number in its cells has, as ``digits``, and the longest
        word below one, as ``letters``: columns must have room for them.

    Raises
    ------
    RenderError
        If the page is not well-formed, or a drawing asks for something elsewhere.
    """
    drawings: list[str] = []

    def take(found: re.Match[str]) -> str:
        drawings.append(_checked(found[0]))
        return f"<svg>{len(drawings) - 1}</svg>"

    written = DRAWING.sub(take, UNREAD.sub("", html))
    written = LETTER.sub(_letter, VOID.sub(r"<\1\2/>", written))
    try:
        root = ET.fromstring(written.replace("<!doctype", "<!DOCTYPE", 1))
    except ET.ParseError as error:
        msg = f"The page cannot be set, for it is not well-formed: {error}"
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


def _pieces(
    element: Element, drawings: list[str], *, as_it_is: bool = False
) -> list[Piece]:
    """Texts and elements that an element holds, in order; code as it is written."""
    found: list[Piece] = []
    as_it_is = as_it_is or element.tag == "pre"
    _say(found, element.text, as_it_is=as_it_is)
    for child in element:
        classes = child.get("class", "").split()
        if not SCREEN_ONLY.isdisjoint(classes):
            pass
        elif child.tag == "svg":
            drawing = drawings[int(child.text or "")]
            found.append({"t": "svg", "c": [], "k": [], "svg": drawing})
        elif child.tag == "abbr" or (child.tag == "span" and not classes):
            # What it is short for shows itself to a pointer, which paper has none of.
            for piece in _pieces(child, drawings, as_it_is=as_it_is):
                if isinstance(piece, str):
                    _say(found, piece, as_it_is=True)
                else:
                    found.append(piece)
        elif child.tag != "wbr":  # Typst breaks lines after a stroke by itself
            kept = {key: child.attrib[key] for key in KEPT if key in child.attrib}
            pieces = _pieces(child, drawings, as_it_is=as_it_is)
            longest = _longest(pieces) if child.tag == "table" else {}
            found.append({"t": child.tag, "c": classes, **kept, **longest, "k": pieces})
        _say(found, child.tail, as_it_is=as_it_is)
    return _tidied(found)


def _longest(pieces: list[Piece]) -> dict[str, int]:
    """How long the longest number in the cells of a table is, and word below one."""
    digits, letters = [0], [0]
    for cell in _cells(pieces):
        own = [p for p in cell["k"] if isinstance(p, str) or not BESIDE & {*p["c"]}]
        if NUMBER.fullmatch(number := words(own).split("*")[0].strip()):
            digits.append(len(number))
        below: list[Piece] = [
            p for p in cell["k"] if isinstance(p, dict) and "who" in p["c"]
        ]
        letters += map(len, words(below).split())
    return {"digits": max(digits), "letters": max(letters)}


def _cells(pieces: list[Piece]) -> Iterator[dict[str, Any]]:
    """The cells of data in a table."""
    for piece in pieces:
        if isinstance(piece, dict):
            yield from [piece] if piece["t"] == "td" else _cells(piece["k"])


def _say(found: list[Piece], text: str | None, *, as_it_is: bool) -> None:
    """Add a text to what was said last."""
    if not text:
        return
    last = found.pop() if found and isinstance(found[-1], str) else ""
    said = f"{last}{text}"
    found.append(said if as_it_is else SPACE.sub(" ", said))


def _tidied(pieces: list[Piece]) -> list[Piece]:
    """Without white space beside blocks."""
    kept: list[Piece] = []
    for number, piece in enumerate(pieces):
        if isinstance(piece, str):
            if number and is_block(pieces[number - 1]):
                piece = piece.lstrip(" ")
            if number + 1 < len(pieces) and is_block(pieces[number + 1]):
                piece = piece.rstrip(" ")
            if not piece:
                continue
        kept.append(piece)
    return kept


def is_block(piece: Piece) -> bool:
    """Whether a piece is an element that stands by itself, and not within a line."""
    return isinstance(piece, dict) and piece["t"] not in INLINE


def words(pieces: list[Piece]) -> str:
    """What pieces say, without any marks."""
    return "".join(p if isinstance(p, str) else words(p["k"]) for p in pieces)

"""
What stands within a paragraph: text, its signs and marks, and links.

Imports ``package`` and below.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from asss.errors import RenderError
from asss.formats.manuscript import Piece
from asss.formats.word.package import Package, properties, w

__all__ = ["PLAIN", "SHADES", "Look", "hard", "paragraph", "set_line"]

#: The style of characters by the class of an element; a class that is not here, on a
#: ``span`` or ``sup``, looks like what it stands in.
STYLES = {
    "back": "Back",
    "comment": "Said",
    "letter": "Letter",
    "r": "Mark",
    "ref": "NoteReference",
    "unit": "Unit",
    "who": "Unit",
}

#: From far below the mean to far above it.
SHADES = {
    "shade-1": "9CC9D7",
    "shade-2": "D3E6EC",
    "shade-4": "F9EAD6",
    "shade-5": "F0CFA0",
}

#: A line as it is drawn where a series is broken.
BROKEN = "\u00a6"

HARD = "\u00a0"


class Look(NamedTuple):
    """How text is set: a style of characters, bold, shaded, in which language."""

    style: str = ""
    is_bold: bool = False
    fill: str = ""
    language: str = ""


PLAIN = Look()


def paragraph(
    pieces: Sequence[Piece],
    package: Package,
    style: str,
    *given: Element,
    look: Look = PLAIN,
) -> Element:
    """A paragraph in a style, with what it has beyond that."""
    named = [w("pStyle", val=style)] if style != "Normal" else []
    return w(
        "p",
        *properties("pPr", [*named, *given]),
        *set_line(pieces, package, look),
    )


def set_line(
    pieces: Sequence[Piece], package: Package, look: Look = PLAIN
) -> Iterator[Element]:
    """Runs of text, and links, of what stands within a paragraph."""
    for piece in pieces:
        if isinstance(piece, str):
            yield _run(piece, look)
        elif piece["t"] == "br":
            yield w("r", w("br"))
        elif piece["t"] == "a":
            yield from _link(piece, package, look)
        elif piece["t"] in ("b", "strong", "em", "code", "span", "sup"):
            yield from _part(piece, package, look)
        else:
            msg = f"<{piece['t']}> stands within a line, and Word has no rule for it."
            raise RenderError(msg)


def _part(piece: dict[str, Any], package: Package, look: Look) -> Iterator[Element]:
    """What an element holds, as it has it look."""
    classes: list[str] = piece["c"]
    inside: list[Piece] = piece["k"]
    if piece["t"] in ("b", "strong", "em"):
        look = look._replace(is_bold=True)
        inside = [BROKEN] if "dashed" in classes else inside
    if "shade" in classes:
        look = look._replace(fill=SHADES.get(classes[-1], ""))
        inside = [3 * HARD]
    if "whole" in classes or "unit" in classes:
        inside = [hard(one) for one in inside]
    for name in classes:
        look = look._replace(style=STYLES.get(name, look.style))
    if "lang" in piece:
        look = look._replace(language=str(piece["lang"]))
    if "who" in classes or "pair" in classes:
        yield w("r", w("br"))
    yield from set_line(inside, package, look)


def hard(piece: Piece) -> Piece:
    """A text that is not to part, with spaces that no line ends at."""
    return piece.replace(" ", HARD) if isinstance(piece, str) else piece


def _run(text: str, look: Look) -> Element:
    given = []
    if look.style:
        given.append(w("rStyle", val=look.style))
    if look.is_bold:
        given.append(w("b"))
    if look.fill:
        given.append(w("shd", val="clear", color="auto", fill=look.fill))
    if look.language:
        given.append(w("lang", val=look.language))
    return w("r", *properties("rPr", given), w("t", text=text))


def _link(piece: dict[str, Any], package: Package, look: Look) -> Iterator[Element]:
    """A link, and the place that it itself is."""
    address, said = str(piece["href"]), str(piece.get("aria-label", ""))
    if not said:
        look = look._replace(style="Hyperlink")
    tip = {"tooltip": said} if said else {}
    if address.startswith("#"):
        where = {"anchor": package.place(address[1:])}
    else:
        where = {"r_id": package.link(address)}
    shown = set_line(piece["k"], package, look)
    link = w("hyperlink", *shown, history=1, **where, **tip)
    if "id" in piece:
        begun, ended = package.marked(str(piece["id"]))
        yield from (begun, link, ended)
    else:
        yield link

"""
A finished page as PDF: its own tree, set in type by Typst as ``rapport.typ`` says.

The only room that knows Typst. The page is the source, and no text of a page is ever
part of a program: Typst is given the tree as data. Imports ``manuscript``, ``tagging``.
"""

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, cast

import typst

from asss.errors import RenderError
from asss.formats import manuscript, tagging
from asss.formats.manuscript import Piece

__all__ = [
    "to_pdf",
    "warm_up",
]


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
    page = manuscript.read(html)
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
    drawings = "\n".join(manuscript.DRAWING.findall(html))
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


# -- what Typst is not told ------------------------------------------------------------


def _links(pieces: list[Piece]) -> Iterator[str]:
    """What each link says, in the order in which they are read."""
    for piece in pieces:
        if isinstance(piece, dict):
            if piece["t"] == "a":
                said = " ".join(manuscript.words(piece["k"]).split())
                yield piece.get("aria-label") or said
            yield from _links(piece["k"])


def _tables(pieces: list[Piece]) -> Iterator[tagging.Table]:
    """Each table's sections, of rows of cells."""
    for piece in pieces:
        if not isinstance(piece, dict):
            continue
        if piece["t"] == "table":
            yield [
                (
                    section["t"] == "thead",
                    # A part without rows holds what is between its tags alone.
                    [
                        [_cell(cell) for cell in row["k"]]
                        for row in section["k"]
                        if isinstance(row, dict)
                    ],
                )
                for section in piece["k"]
                if section["t"] in ("thead", "tbody")
            ]
        yield from _tables(piece["k"])


def _cell(cell: dict[str, Any]) -> tagging.Span:
    spans = int(cell.get("rowspan", 1)), int(cell.get("colspan", 1))
    return tagging.Span(cell["t"] == "th", *spans)

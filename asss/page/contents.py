"""
The signposts of a finished page: contents, section links, references that lead there.

Made from the page as it is, so that nobody keeps a list of their own: a chapter that is
added to the notebook is in the contents, and «figur 2» leads to figure 2. Imports
``blocks`` and below.
"""

import re

from asss.catalogue import parameters
from asss.catalogue.catalogue import Catalogue
from asss.page.blocks import STROKE, block

__all__ = [
    "CONTENTS_HERE",
    "add",
]

#: Where the template wants the table of contents.
CONTENTS_HERE = "<!-- contents -->"

CHAPTER = re.compile(r'(<div class="prose[^>]*>\s*)<h2>(.*?)</h2>')

#: A tag, or the text between tags.
PIECE = re.compile(r"<[^>]*>|[^<]+")

#: Elements whose text is no reference: headings, the numbers of captions, links.
SILENT = ("a", "code", "h1", "h2", "h3", "h4", "strong", "style", "svg", "title")

REFERENCE = re.compile(r"\b([Tt]abell|[Ff]igur)[ \u00a0](\d{1,2})\b")


def add(html: str, known: Catalogue, *, is_long: bool = True) -> str:
    """
    Add contents, section links and references to a page.

    Parameters
    ----------
    html : str
        The page, with its chapters as headings of the second level in prose, and
        `CONTENTS_HERE` where the contents are to stand.
    known : Catalogue
        For the words.
    is_long : bool
        Whether paper needs the contents too: on four pages one sees them.

    Returns
    -------
    html : str
        The page, where every chapter has an id and a quiet link to itself.
    """
    chapters: list[tuple[str, str]] = []

    def name(found: re.Match[str]) -> str:
        anchor = _anchor(found[2], taken=[id for id, _ in chapters])
        heading = STROKE.sub("/<wbr>", found[2])
        chapters.append((anchor, heading))
        linked = block("section", known, level=2, id=anchor, heading=heading)
        return found[1] + linked.html.strip()

    html = CHAPTER.sub(name, html)
    listed = block("contents", known, chapters=chapters, is_long=is_long)
    return _link_references(html.replace(CONTENTS_HERE, listed.html))


def _anchor(heading: str, *, taken: list[str]) -> str:
    """A heading as an id: no other chapter has it, however the notebook is written."""
    anchor = re.sub(r"\W+", "-", parameters.fold(heading)).strip("-")
    count = sum(re.fullmatch(rf"{anchor}(-\d+)?", other) is not None for other in taken)
    return f"{anchor}-{count + 1}" if count else anchor


def _link_references(html: str) -> str:
    """Let «tabell 1» and «figur 2» lead there, wherever in the text they stand."""
    ids = set(re.findall(r'\bid="((?:tabell|figur)-\d+)"', html))

    def link(found: re.Match[str]) -> str:
        target = f"{found[1].lower()}-{found[2]}"
        if target not in ids:
            return found[0]
        return f'<a href="#{target}">{found[1]}\u00a0{found[2]}</a>'

    pieces, silent = [], ""
    for piece in PIECE.findall(html):
        tag = re.match(r"</?(\w+)", piece)
        if tag is None:
            pieces.append(piece if silent else REFERENCE.sub(link, piece))
            continue
        if not silent and tag[1] in SILENT and not piece.startswith("</"):
            silent = tag[1]
        elif silent == tag[1] and piece.startswith("</"):
            silent = ""
        pieces.append(piece)
    return "".join(pieces)

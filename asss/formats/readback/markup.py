"""Pages as a reader takes them in: the text of an element, and where its links lead."""

import re
from collections.abc import Mapping

from lxml import html
from lxml.html import HtmlElement

__all__ = ["letters", "links", "page", "text"]

#: Styles and programs are no text, and most of the letters of a page.
SILENT = re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL)


def page(written: str, words: Mapping[str, str]) -> HtmlElement:
    """
    A page whose marks are the signs that they are in facts.json.

    Parameters
    ----------
    written : str
        As HTML.
    words : mapping of str to str
        Of the phrase file.
    """
    root = html.document_fromstring(SILENT.sub("", written))
    for abbr in root.iter("abbr"):
        if abbr.get("title") == words["reconstructed_title"]:
            abbr.text = words["reconstructed_mark"]
    return root


def text(element: HtmlElement) -> str:
    """What is read of an element: its words without letters of notes, spaces alike."""
    said: list[str] = []
    _read(element, said)
    return " ".join("".join(said).split())


def _read(element: HtmlElement, said: list[str]) -> None:
    if isinstance(element.tag, str) and element.get("class") != "ref":
        said.append(element.text or "")
        if element.tag == "br":
            said.append(" ")
        for child in element:
            _read(child, said)
            said.append(child.tail or "")


def letters(element: HtmlElement) -> list[str]:
    """The ids of the notes that an element refers to."""
    return [href[1:] for href in links(element) if href.startswith("#note-")]


def links(element: HtmlElement) -> list[str]:
    """Where the links in an element lead."""
    return [link.get("href", "") for link in element.iter("a")]

"""
Elements of WordprocessingML, in the order in which Word wants them.

Word refuses a file whose properties stand in another order than the standard's
(ECMA-376, part 1), and says no more of it than that it is damaged. Imports nothing.
"""

from collections.abc import Iterable
from typing import Final
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

__all__ = ["NAMES", "bare", "first_of", "properties", "w", "written"]

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/"
_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/"

#: Namespaces by the prefix that everybody writes for them.
NAMES: Final = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": f"{_OFFICE}relationships",
    "wp": f"{_DRAWING}wordprocessingDrawing",
    "a": f"{_DRAWING}main",
    "pic": f"{_DRAWING}picture",
}
for _prefix, _name in NAMES.items():
    ET.register_namespace(_prefix, _name)

#: Properties of paragraphs, runs and cells, as they must follow each other.
ORDER: Final = {
    name: number
    for names in (
        "pStyle keepNext keepLines pageBreakBefore numPr pBdr shd tabs spacing ind jc"
        " sectPr",
        "rStyle b color w shd lang",
        "tcW gridSpan vMerge tcBorders shd noWrap tcMar vAlign",
    )
    for number, name in enumerate(names.split())
}


def bare(name: str, /, *inside: Element, **given: object) -> Element:
    """An element by its prefixed name, with attributes that have no prefix."""
    prefix, _, local = name.partition(":")
    made = Element(f"{{{NAMES[prefix]}}}{local}", {k: str(v) for k, v in given.items()})
    made.extend(inside)
    return made


def w(name: str, /, *inside: Element, text: str = "", **given: object) -> Element:
    """
    An element of Word's own, whose attributes are Word's own too.

    Parameters
    ----------
    name : str
        ``p``, ``tcPr`` and the like.
    *inside : Element
    text : str
        Of which every space counts.
    **given : object
        ``r_id`` is the attribute ``r:id``; all others have no other prefix than ``w``.
    """
    made = Element(f"{{{NAMES['w']}}}{name}")
    for key, value in given.items():
        prefix, _, local = key.rpartition("_")
        made.set(f"{{{NAMES[prefix or 'w']}}}{local}", str(value))
    if text:
        made.text = text
        made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    made.extend(inside)
    return made


def properties(name: str, given: Iterable[Element]) -> list[Element]:
    """``pPr``, ``rPr`` or ``tcPr`` with what is given in order; none where none is."""
    found = sorted(given, key=lambda one: ORDER[one.tag.rpartition("}")[2]])
    return [w(name, *found)] if found else []


def first_of(paragraph: Element) -> Element:
    """The properties of a paragraph, which stand first in it."""
    if not len(paragraph) or not paragraph[0].tag.endswith("}pPr"):
        paragraph.insert(0, w("pPr"))
    return paragraph[0]


def written(root: Element) -> bytes:
    """An element as the part of a file that it is the root of."""
    head = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    body: bytes = ET.tostring(root, encoding="utf-8")
    return head + body

"""
The file that Word opens: a zip of parts, what each refers to, and their elements.

Only what the standard asks for is in it, in a fixed order and without a clock. Word
refuses a file whose properties stand in another order than the standard's (ECMA-376,
part 1), and says no more of it than that it is damaged. Imports ``manuscript``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from io import BytesIO
from itertools import count
from typing import Any, Final, Self
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from asss.errors import RenderError
from asss.formats import manuscript
from asss.formats.manuscript import Piece

__all__ = ["NAMES", "Package", "bare", "first_of", "properties", "w", "written"]

#: Where the styles, and other parts that are the same for all, are kept.
TEMPLATES: Final = "templates/word"

#: The language that they are written for.
WRITTEN_FOR: Final = "nb-NO"

#: As many letters as Word takes in the name of a place, less those of a number.
LONGEST: Final = 36

HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
OPEN: Final = "application/vnd.openxmlformats-"
MAIN: Final = f"{OPEN}officedocument.wordprocessingml"

#: What is said of what lies in no part of the file.
OUTSIDE: Final = ' TargetMode="External"'

#: Parts beside the document, each with what its relation to it is called.
BESIDE: Final = {
    "styles": "styles",
    "settings": "settings",
    "numbering": "numbering",
    "footer1": "footer",
}

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


# -- elements --------------------------------------------------------------------------


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
    body: bytes = ET.tostring(root, encoding="utf-8")
    return HEAD.encode() + body


# -- the file --------------------------------------------------------------------------


@dataclass
class Package:
    """
    What a document refers to, gathered while it is set.

    Attributes
    ----------
    places : mapping of str to str
        By the id of a place on the page, its name in Word.
    lists : int
        How many lists are numbered, each from 1.
    turned : bool
        Whether what comes next begins on a new page already.
    """

    about: Mapping[str, Any]
    places: Mapping[str, str]
    lists: int = 0
    turned: bool = False
    _links: dict[str, str] = field(default_factory=dict)
    _pictures: list[bytes] = field(default_factory=list)
    _marked: Iterator[int] = field(default_factory=count)

    @classmethod
    def of(cls, page: Mapping[str, Any]) -> Self:
        """Begin with a page, of which all places are named."""
        return cls(page, _named(page["page"]))

    @property
    def language(self) -> str:
        """As the page says it: ``nb``."""
        return str(self.about["lang"])

    def place(self, name: str) -> str:
        """The name of a place that is led to."""
        if name not in self.places:
            msg = f"«{self.about['title']}»: a link leads to #{name}, which is nowhere."
            raise RenderError(msg)
        return self.places[name]

    def marked(self, name: str) -> tuple[Element, Element]:
        """The beginning and the end of a place."""
        number = next(self._marked)
        return (
            w("bookmarkStart", id=number, name=self.places[name]),
            w("bookmarkEnd", id=number),
        )

    def link(self, address: str) -> str:
        """What a document calls an address outside it."""
        return self._links.setdefault(address, f"link{len(self._links) + 1}")

    def picture(self, png: bytes) -> str:
        """What a document calls a picture."""
        self._pictures.append(png)
        return f"picture{len(self._pictures)}"

    def numbered(self) -> int:
        """The number of a list that begins at 1, whatever was numbered before."""
        self.lists += 1
        return self.lists + 2

    # -- the parts ---------------------------------------------------------------------

    def closed(self, document: Element) -> bytes:
        """The file, with all that was referred to."""
        made = BytesIO()
        with ZipFile(made, "w") as file:
            for name, content in self._parts(document):
                # The same on all systems, at the first moment that a zip knows.
                info = ZipInfo(name)
                info.create_system, info.compress_type = 0, ZIP_DEFLATED
                file.writestr(info, content)
        return made.getvalue()

    def _parts(self, document: Element) -> Iterator[tuple[str, str | bytes]]:
        yield "[Content_Types].xml", _types()
        yield "_rels/.rels", _relations(_outermost())
        yield "docProps/core.xml", self._core()
        yield "word/document.xml", written(document)
        yield "word/_rels/document.xml.rels", _relations(self._referred())
        yield "word/footer1.xml", self._footer()
        for name in ("styles", "settings", "numbering"):
            part = _template(name).replace(WRITTEN_FOR, f"{self.language}-NO")
            if name == "numbering":
                part = part.replace("</w:numbering>", f"{self._lists()}</w:numbering>")
            yield f"word/{name}.xml", part
        for number, png in enumerate(self._pictures, start=1):
            yield f"word/media/picture{number}.png", png

    def _core(self) -> str:
        kicker = _first(self.about["page"], "kicker")
        said = {
            "dc:title": self.about["title"],
            "dc:subject": kicker,
            "dc:creator": "ASSS",
            "dc:description": self.about["description"],
            "dc:language": f"{self.language}-NO",
        }
        inside = "".join(f"<{k}>{escape(v)}</{k}>" for k, v in said.items() if v)
        return (
            f'{HEAD}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties"'
            f' xmlns:dc="http://purl.org/dc/elements/1.1/">{inside}</cp:coreProperties>'
        )

    def _footer(self) -> bytes:
        """Title to the left, page and pages to the right."""
        title = _first(self.about["page"], "", "h1")
        number, of = (
            w("fldSimple", w("r", w("t", text="1")), instr=f" {what} ")
            for what in ("PAGE", "NUMPAGES")
        )
        between = w("r", w("t", text=" / "))
        told = w("r", w("t", text=title), w("tab"))
        style = w("pPr", w("pStyle", val="Footer"))
        return written(w("ftr", w("p", style, told, number, between, of)))

    def _lists(self) -> str:
        return "".join(
            f'<w:num w:numId="{number + 2}"><w:abstractNumId w:val="1"/>'
            '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
            "</w:num>"
            for number in range(1, self.lists + 1)
        )

    def _referred(self) -> Iterator[tuple[str, str, str, str]]:
        for part, kind in BESIDE.items():
            yield part, f"{NAMES['r']}/{kind}", f"{part}.xml", ""
        for number in range(1, len(self._pictures) + 1):
            name = f"picture{number}"
            yield name, f"{NAMES['r']}/image", f"media/{name}.png", ""
        for address, name in self._links.items():
            yield name, f"{NAMES['r']}/hyperlink", address, OUTSIDE


def _named(pieces: Sequence[Piece]) -> dict[str, str]:
    """By id, a name that Word takes: letters and digits, short, and no two alike."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for one in _ids(pieces):
        name = short = re.sub(r"\W", "_", one)[:LONGEST]
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{short}_{number}"
        taken.add(name.lower())
        names[one] = name
    return names


def _ids(pieces: Sequence[Piece]) -> Iterator[str]:
    for piece in pieces:
        if isinstance(piece, dict):
            if "id" in piece:
                yield piece["id"]
            yield from _ids(piece["k"])


def _first(pieces: Sequence[Piece], its_class: str, tag: str = "p") -> str:
    """What the first element of a kind says; empty where there is none."""
    for piece in pieces:
        if isinstance(piece, dict):
            if piece["t"] == tag and (not its_class or its_class in piece["c"]):
                return manuscript.words(piece["k"])
            if found := _first(piece["k"], its_class, tag):
                return found
    return ""


def _types() -> str:
    """What kind each part is of."""
    kinds = {"document": "document.main", **BESIDE}
    parts = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{MAIN}.{kind}+xml"/>'
        for part, kind in kinds.items()
    )
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{OPEN}package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="png" ContentType="image/png"/>{parts}'
        '<Override PartName="/docProps/core.xml"'
        f' ContentType="{OPEN}package.core-properties+xml"/></Types>'
    )


def _outermost() -> Iterator[tuple[str, str, str, str]]:
    yield "document", f"{NAMES['r']}/officeDocument", "word/document.xml", ""
    core = f"{PACKAGE}/relationships/metadata/core-properties"
    yield "core", core, "docProps/core.xml", ""


def _relations(found: Iterator[tuple[str, str, str, str]]) -> str:
    """What a part refers to: name, kind, where; and whether that is outside."""
    inside = "".join(
        f'<Relationship Id="{name}" Type="{kind}" Target={quoteattr(target)}{mode}/>'
        for name, kind, target, mode in found
    )
    return (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'
    )


@cache
def _template(name: str) -> str:
    folder = resources.files("asss.page") / TEMPLATES
    return (folder / f"{name}.xml").read_text("utf-8")

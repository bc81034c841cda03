"""
A workbook as it opens: each cell's value, and how many decimals of it are shown.

Reads Office Open XML by itself, and knows of it what a workbook without formulas has.
openpyxl would read the same (a test holds them to agree), in four times the time.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import TypeAlias
from xml.etree import ElementTree as ET

from asss.formats.readback.ink import colour, contrast

__all__ = ["Held", "Page", "column", "open_workbook"]

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
VALUE = f"{MAIN}v"
DECIMALS = re.compile(r"#,##0(?:\.(0+))?")

#: What is narrower or lower is not seen, and what differs less from its ground.
SMALLEST, CONTRAST = 3.0, 3.0


#: What a cell holds, and how many decimals of a number are shown: None for as many as
#: it has. Both None where it is empty.
Held: TypeAlias = tuple[str | float | None, int | None]


@dataclass
class Page:
    """
    A sheet: what it is called, its cells that are not empty, and where some lead.

    Rows and columns are numbered from 0; ``unseen`` says what of it nobody sees.
    """

    name: str
    unseen: list[str] = field(default_factory=list)
    rows: dict[int, dict[int, Held]] = field(default_factory=dict)
    links: dict[tuple[int, int], str] = field(default_factory=dict)


def column(number: int) -> str:
    """
    What a column is called, from 0.

    Examples
    --------
    >>> column(0), column(25), column(26)
    ('A', 'Z', 'AA')
    """
    before, at = divmod(number, 26)
    return (column(before - 1) if before else "") + chr(ord("A") + at)


def open_workbook(content: bytes) -> tuple[dict[str, str], list[Page]]:
    """
    Read a workbook.

    Returns
    -------
    properties : dict of str to str
        Those of the document, by their names: title, subject, created and language.
    pages : list of Page
        In their order.

    Raises
    ------
    ValueError
        If it is no workbook, or holds what is not read here: a formula, an error.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as book:
            return _properties(book), list(_pages(book))
    except (zipfile.BadZipFile, ET.ParseError, KeyError, IndexError) as error:
        msg = f"it is not a whole workbook ({error})"
        raise ValueError(msg) from error


def _properties(book: zipfile.ZipFile) -> dict[str, str]:
    core = ET.fromstring(book.read("docProps/core.xml"))
    return {tag.tag.rpartition("}")[2]: tag.text or "" for tag in core}


def _pages(book: zipfile.ZipFile) -> Iterator[Page]:
    ways = _ways(book, "xl/_rels/workbook.xml.rels")
    texts = list(_texts(book))
    styles = ET.fromstring(book.read("xl/styles.xml"))
    decimals, faint = _decimals(styles), {*_faint(styles)}
    listed = ET.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
    for sheet in listed:
        path = f"xl/{ways[sheet.attrib[f'{REL}id']]}"
        root = ET.fromstring(book.read(path))
        page = Page(sheet.attrib["name"], [*_hidden(sheet, root)])
        if faint & {int(cell.get("s", "0")) for cell in root.iter(f"{MAIN}c")}:
            page.unseen.append("some cells are written in the colour of their ground")
        folder, _, name = path.rpartition("/")
        rels = f"{folder}/_rels/{name}.rels"
        led = _ways(book, rels) if rels in book.namelist() else {}
        for link in root.iterfind(f"{MAIN}hyperlinks/{MAIN}hyperlink"):
            to = led.get(link.get(f"{REL}id", "")) or f"#{link.get('location', '')}"
            page.links[_place(link.attrib["ref"])] = to
        for row in root.iterfind(f"{MAIN}sheetData/{MAIN}row"):
            # Not a call for each of thousands.
            held: dict[int, Held] = {}
            number = row.attrib["r"]
            for cell in row:
                if not len(cell):
                    continue
                value, kind, name = cell[0], cell.get("t"), cell.attrib["r"]
                if len(cell) > 1 or value.tag != VALUE or kind not in (None, "s"):
                    msg = f"{name} holds more than a number or a text"
                    raise ValueError(msg)
                at, written = _column(name.removesuffix(number)), value.text or ""
                if kind == "s":
                    held[at] = texts[int(written)], None
                else:
                    held[at] = float(written), decimals[int(cell.get("s", "0"))]
            page.rows[int(number) - 1] = held
        yield page


@cache
def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _place(name: str) -> tuple[int, int]:
    """Row and column of a cell, by its name."""
    letters = name.rstrip("0123456789")
    return int(name[len(letters) :]) - 1, _column(letters)


def _ways(book: zipfile.ZipFile, path: str) -> dict[str, str]:
    root = ET.fromstring(book.read(path))
    return {way.attrib["Id"]: way.attrib["Target"] for way in root}


def _texts(book: zipfile.ZipFile) -> Iterator[str]:
    root = ET.fromstring(book.read("xl/sharedStrings.xml"))
    for item in root:
        yield "".join(text.text or "" for text in item.iter(f"{MAIN}t"))


def _hidden(sheet: ET.Element, root: ET.Element) -> Iterator[str]:
    """What a program is told not to show, or to make too small to be read."""
    if sheet.get("state", "visible") != "visible":
        yield "it is hidden"
    for what, size in (("col", "width"), ("row", "ht")):
        for one in root.iter(f"{MAIN}{what}"):
            at = one.get("min") or one.get("r")
            is_small = float(one.get(size, SMALLEST)) < SMALLEST
            if one.get("hidden") not in (None, "0") or is_small:
                yield f"its {what} {at} is hidden"


def _faint(styles: ET.Element) -> Iterator[int]:
    """The styles whose letters are hardly told from their ground."""

    def colours(path: str, of: str) -> list[str]:
        found = (part.find(f".//{MAIN}{of}") for part in styles.iterfind(path))
        return ["" if one is None else one.get("rgb", "") for one in found]

    letters = colours(f"{MAIN}fonts/{MAIN}font", "color")
    grounds = colours(f"{MAIN}fills/{MAIN}fill", "fgColor")
    for number, style in enumerate(styles.iterfind(f"{MAIN}cellXfs/{MAIN}xf")):
        letter = letters[int(style.get("fontId", "0"))]
        ground = grounds[int(style.get("fillId", "0"))]
        # Before the colour stands how much of it shines through.
        both = (colour(one[2:]) for one in (ground or "FFFFFFFF", letter or "FF000000"))
        if contrast(*both) < CONTRAST:
            yield number


def _decimals(root: ET.Element) -> list[int | None]:
    """How many decimals each style shows: None for as many as there are, -1 else."""
    forms = {
        int(form.attrib["numFmtId"]): form.attrib["formatCode"]
        for form in root.iter(f"{MAIN}numFmt")
    }
    # Those that every program knows by their numbers alone.
    forms |= {3: "#,##0", 4: "#,##0.00"}
    styles = root.find(f"{MAIN}cellXfs")
    shown: list[int | None] = []
    for style in styles if styles is not None else ():
        form = int(style.get("numFmtId", "0"))
        found = DECIMALS.fullmatch(forms.get(form, ""))
        shown.append(None if form == 0 else len(found[1] or "") if found else -1)
    return shown

"""
The Word document read back: its parts as they lie in the file, read as Word reads them.

Nothing of what wrote it is asked: headings are known by their styles, notes by where
their letters lead, columns by the rows that are repeated, and a picture by what is
written in it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from io import BytesIO
from itertools import pairwise, zip_longest
from typing import TypeAlias
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element
from zipfile import BadZipFile, ZipFile

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.markdown import LEFTOVERS
from asss.catalogue.parameters import NETWORK
from asss.formats.readback import picture
from asss.formats.readback import table as tabell
from asss.formats.readback.expectation import SHADES, Chapter, Expected
from asss.formats.readback.expectation import spaced as plain
from asss.formats.readback.figures import Told
from asss.formats.readback.own import NOTHING, Added
from asss.formats.readback.prose import NOTES, Accounted, lacking
from asss.formats.readback.table import Expected as Tabell

__all__ = ["read"]

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
DC = "{http://purl.org/dc/elements/1.1/}"

#: The only parts that a report has: no macro, nothing embedded, no template elsewhere.
PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/core\.xml|word/_rels/document\.xml\.rels"
    r"|word/(?:document|styles|settings|numbering|footer1)\.xml"
    r"|word/media/picture\d+\.png"
)

#: The only fields: of pages, and of the numbers of figures and tables.
FIELDS = re.compile(r" (?:PAGE|NUMPAGES|SEQ \w+ \\\* ARABIC) ")

#: How a colour is shown that is explained: as a ground of hard spaces.
SAMPLE = 3 * "\u00a0"

#: Two spaces of which one is hard: Word shows both.
WIDE = re.compile(r"\u00a0[ \u00a0]|[ \u00a0]\u00a0")

#: A row of a table, of which each cell is what it says and the notes it leads to; a
#: cell that spans several columns stands in each.
Cells: TypeAlias = list["Cell"]


@dataclass
class Paragraph:
    """A paragraph as it is read.

    Attributes
    ----------
    style : str
        By the name that Word knows it by: ``heading 1``.
    text : str
        Without the letters of notes, and with marks as in facts.json.
    letters : list of (int, str)
        How much of the text stands before the letter of a note, and where it leads.
    links : list of str
        All places within the document that it leads to.
    places : list of str
        That lie in it.
    pictures : list of (str, str)
        The text of each for who does not see it, and what the document calls it.
    sizes : list of float
        Of each, how high it is shown for its width.
    samples : list of str
        The colour of each sample of one; empty where it has none.
    """

    style: str = "Normal"
    text: str = ""
    in_table: bool = False
    letters: list[tuple[int, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)

    def after(self, said: str) -> list[str]:
        """Where the letters lead that stand directly behind a sentence."""
        return [to for n, to in self.letters if plain(self.text[:n]).endswith(said)]


@dataclass(frozen=True)
class Cell:
    """A cell: its text, where its letters lead, whether it goes on from above.

    ``is_broken`` is whether a dashed line stands before it; ``colour`` its ground.
    """

    text: str
    notes: tuple[str, ...]
    goes_on: bool
    is_broken: bool
    colour: str


@dataclass(frozen=True)
class Table:
    """A table: the rows that every page repeats, and the others."""

    caption: str
    heads: list[Cells]
    rows: list[Cells]


class Document:
    """A file that has been opened, with what is in it in the order of reading."""

    def __init__(self, content: bytes, mark: str) -> None:
        with ZipFile(BytesIO(content)) as file:
            self.parts = {name: file.read(name) for name in file.namelist()}
        self._mark = mark
        self.styles = self.xml("word/styles.xml")
        self._names = {
            str(style.get(f"{W}styleId")): _value(style, "name")
            for style in self.styles.iter(f"{W}style")
        }
        self._raised = {
            str(style.get(f"{W}styleId"))
            for style in self.styles.iter(f"{W}style")
            if _value(style, "rPr", "vertAlign") == "superscript"
        }
        self.paragraphs: list[Paragraph] = []
        self.tables: list[Table] = []
        self.addresses = {
            str(one.get("Id")): (str(one.get("Type")), str(one.get("Target")))
            for one in self.xml("word/_rels/document.xml.rels")
        }
        body = self.xml("word/document.xml").find(f"{W}body")
        for block in body if body is not None else ():
            if block.tag == f"{W}p":
                self.paragraphs.append(self._paragraph(block))
            elif block.tag == f"{W}tbl":
                self.tables.append(self._table(block))

    def xml(self, name: str) -> Element:
        """A part of the file."""
        return ET.fromstring(self.parts[name])

    @cached_property
    def whole(self) -> str:
        """All that is said, cells after each other."""
        return plain(" ".join(one.text for one in self.paragraphs))

    @cached_property
    def named(self) -> dict[str, Paragraph]:
        """By its name, the paragraph that a place lies in."""
        return {name: one for one in self.paragraphs for name in one.places}

    @cached_property
    def chapters(self) -> dict[str, list[Paragraph]]:
        """What stands under each heading of the first level; and before the first."""
        found: dict[str, list[Paragraph]] = {"": []}
        place = ""
        for one in self.paragraphs:
            if one.style == "heading 1":
                place = plain(one.text)
                found[place] = []
            else:
                found[place].append(one)
        return found

    # -- reading -----------------------------------------------------------------------

    def _paragraph(self, block: Element, *, in_table: bool = False) -> Paragraph:
        style = _value(block, "pPr", "pStyle")
        one = Paragraph(self._names.get(style, "Normal"), in_table=in_table)
        for child in block:
            self._take(child, one, "")
        return one

    def _take(self, node: Element, into: Paragraph, leads_to: str) -> None:
        name = node.tag
        if name == f"{W}bookmarkStart":
            into.places.append(str(node.get(f"{W}name")))
        elif name == f"{W}hyperlink":
            to = node.get(f"{W}anchor", "")
            if to:
                into.links.append(to)
            else:
                into.addresses.append(self.addresses[str(node.get(f"{R}id"))][1])
            for child in node:
                self._take(child, into, to)
        elif name == f"{W}fldSimple":
            for child in node:
                self._take(child, into, leads_to)
        elif name == f"{W}r":
            is_raised = _value(node, "rPr", "rStyle") in self._raised
            said = "".join(self._said(child, into) for child in node)
            if said == SAMPLE:
                shading = node.find(f"{W}rPr/{W}shd")
                colour = "" if shading is None else shading.get(f"{W}fill", "")
                into.samples.append(colour)
            if is_raised and leads_to:
                into.letters.append((len(into.text), leads_to))
            elif not is_raised:
                into.text += said
            elif said != ",":  # of two letters
                into.text += self._mark if said == "r" else said

    def _said(self, node: Element, into: Paragraph) -> str:
        if node.tag == f"{W}drawing":
            about, shown = node.find(f".//{WP}docPr"), node.find(f".//{A}blip")
            alt = "" if about is None else about.get("descr", "")
            what = "" if shown is None else shown.get(f"{R}embed", "")
            into.pictures.append((alt, what))
            size = node.find(f".//{WP}extent")
            wide, high = (0, 0) if size is None else (size.get("cx"), size.get("cy"))
            into.sizes.append(float(high or 0) / float(wide or 1))
        if node.tag == f"{W}br" and node.get(f"{W}type") == "column":
            return ""
        signs = {f"{W}t": node.text or "", f"{W}tab": " ", f"{W}br": " "}
        return signs.get(node.tag, "")

    def _table(self, block: Element) -> Table:
        heads: list[Cells] = []
        rows: list[Cells] = []
        above = self.paragraphs[-1].text if self.paragraphs else ""
        for row in block.findall(f"{W}tr"):
            cells: Cells = []
            for cell in row.findall(f"{W}tc"):
                inside = [
                    self._paragraph(one, in_table=True) for one in cell.findall(f"{W}p")
                ]
                self.paragraphs += inside
                merge = cell.find(f"{W}tcPr/{W}vMerge")
                made = Cell(
                    plain(" ".join(one.text for one in inside)),
                    tuple(to for one in inside for _, to in one.letters),
                    merge is not None and merge.get(f"{W}val") != "restart",
                    _value(cell, "tcPr", "tcBorders", "left") == "dashed",
                    _ground(cell),
                )
                cells += [made] * int(_value(cell, "tcPr", "gridSpan") or 1)
            is_head = row.find(f"{W}trPr/{W}tblHeader") is not None
            (heads if is_head else rows).append(cells)
        return Table(plain(above), heads, rows)


def _value(node: Element, *path: str) -> str:
    """What is said of an element, by its way there; empty where nothing is."""
    found = node.find("/".join(f"{W}{name}" for name in path))
    return "" if found is None else found.get(f"{W}val", "")


def _ground(cell: Element) -> str:
    """The colour of a cell; empty where it has none."""
    shading = cell.find(f"{W}tcPr/{W}shd")
    return "" if shading is None else shading.get(f"{W}fill", "")


def read(
    docx: bytes,
    expected: Expected,
    accounted: Accounted,
    known: Catalogue,
    wanted: Tabell | None,
    shown: Sequence[Told],
    added: Added = NOTHING,
) -> list[str]:
    """What is wrong with a Word document, each with its place.

    What Tabell 1 must be is `wanted`, of a report on one kommune; `shown` is what must
    be told of the figures, in their order.
    """
    try:
        document = Document(docx, known.phrases.words["reconstructed_mark"])
    except (BadZipFile, ET.ParseError, KeyError) as error:
        return [f"rapport.docx: cannot be read: {error}"]
    problems = [
        *_file(document, expected),
        *_texts(document, expected),
        *_ways(document),
        *_figures(document, expected, shown, added),
        *_own(document, added),
        *(_table(document, wanted) if wanted else ()),
        *(_members(document, expected, known) if expected.members else ()),
        *_strange(document, accounted),
        *_leftovers(document),
        *(_rows(document, known) if expected.kommune_id == NETWORK else ()),
        *(_shades(document, expected) if expected.shades else ()),
    ]
    return [f"rapport.docx: {problem}" for problem in dict.fromkeys(problems)]


# -- the file --------------------------------------------------------------------------


def _file(document: Document, expected: Expected) -> Iterator[str]:
    """Title, language and footer; and nothing in it that Word would ask about."""
    for name in document.parts:
        if not PARTS.fullmatch(name):
            yield f"file: has the part {name}, which no report has"
    core = document.xml("docProps/core.xml")
    for name, should in (("title", expected.named), ("description", expected.about)):
        told = core.findtext(f"{DC}{name}", "")
        if plain(told) != plain(should):
            yield f"{name}: is «{told}», and should be «{should}»"
    headings = [plain(o.text) for o in document.paragraphs if o.style == "Title"]
    if headings != [expected.title]:
        yield f"heading: is {headings}, and should be {[expected.title]}"
    spoken = _value(document.styles, "docDefaults", "rPrDefault", "rPr", "lang")
    if spoken != f"{expected.language}-NO":
        yield f"language: is {spoken!r}, and should be '{expected.language}-NO'"
    footer = document.xml("word/footer1.xml")
    told = "".join(one.text or "" for one in footer.iter(f"{W}t"))
    if expected.title not in told:
        yield f"footer: does not say «{expected.title}»"
    for name in expected.strangers(told):
        yield f"footer: names {name}"
    for part in (footer, document.xml("word/document.xml")):
        for one in part.iter(f"{W}fldSimple"):
            if not FIELDS.fullmatch(instruction := one.get(f"{W}instr", "")):
                yield f"field: is «{instruction}», which no report has"
    if document.xml("word/settings.xml").find(f"{W}updateFields") is not None:
        yield "settings: fields are to be updated, and Word would ask of it"


# -- words -----------------------------------------------------------------------------


def _texts(document: Document, expected: Expected) -> Iterator[str]:
    """Every sentence and forbehold under its heading, with its notes."""
    parts = {
        heading: plain(" ".join(one.text for one in inside))
        for heading, inside in document.chapters.items()
    }
    yield from lacking(expected, parts, document.whole, letters=" ?")
    for chapter in expected.chapters:
        if chapter.heading in parts:
            yield from _marks(document, chapter)
    led = {address for one in document.paragraphs for address in one.addresses}
    for source in (way for c in expected.chapters for _, way in c.bylines):
        if source not in led:
            yield f"comments: none leads to {source}"
    if expected.leads_to and expected.leads_to not in led:
        yield f"page: does not lead to {expected.leads_to}"


def _marks(document: Document, chapter: Chapter) -> Iterator[str]:
    """From each sentence to the forbehold on its facts, and no other."""
    inside = document.chapters[chapter.heading]
    for text, marks in zip(chapter.sentences, chapter.marks, strict=False):
        said = plain(text)
        place = f"{chapter.heading}: the mark of «{said[:80]}»"
        led = [
            plain(document.named[to].text)
            for one in inside
            for to in one.after(said)
            if to in document.named
        ]
        for mark in map(plain, marks):
            if not any(mark in note for note in led):
                yield f"{place} does not lead to «{mark}»"
        for note in led:
            if not any(plain(mark) in note for mark in marks):
                yield f"{place} leads to «{note[:80]}»"


def _ways(document: Document) -> Iterator[str]:
    """Every link leads somewhere, and every note back to where it is noted."""
    for one in document.paragraphs:
        for to in one.links:
            if to not in document.named:
                yield f"«{plain(one.text)[:60]}»: leads to {to}, which is nowhere"
        for _, to in one.letters:
            note = document.named.get(to, one)
            back = [document.named.get(way) for way in note.links]
            if not any(way is one for way in back):
                yield f"the note «{plain(note.text)[:60]}» does not lead back"


# -- figures ---------------------------------------------------------------------------


def _own(document: Document, added: Added) -> Iterator[str]:
    """Every caption, row and text of the kommune's own, and each of its figures."""
    whole = "".join(document.whole.split())
    for text in added.texts:
        if "".join(text.split()) not in whole:
            yield f"own: lacks «{text}»"
    alts = [plain(alt) for one in document.paragraphs for alt, _ in one.pictures]
    yield from (f"own: lacks a figure, «{a}»" for a in added.alts if alts.count(a) != 1)


def _figures(
    document: Document, expected: Expected, shown: Sequence[Told], added: Added
) -> Iterator[str]:
    """Numbered from 1, one in every chapter, each with what is told of it."""
    for chapter in expected.chapters[1:]:
        inside = document.chapters.get(chapter.heading, [])
        if not any(one.pictures for one in inside):
            yield f"{chapter.heading}: has no figure"
    number = 0
    for one, below in pairwise([*document.paragraphs, Paragraph()]):
        for (written, name), size in zip(one.pictures, one.sizes, strict=True):
            if plain(written) in added.alts:
                continue
            number, alt = number + 1, plain(written)
            place, told = f"figure {number}", plain(below.text)
            if below.style != "caption" or not re.match(rf"\w+ {number}\. \S", told):
                yield f"{place}: its caption is «{told[:80]}»"
            should = shown[number - 1] if number <= len(shown) else Told(told, alt)
            image = _image(document, name)
            for fault in picture.faults(image, should, size):
                yield f"{place}: {fault}"
            for what, is_, right in (
                ("caption", told, should.caption),
                ("alternative text", alt, should.text),
            ):
                if is_ != right:
                    yield f"{place}: its {what} is «{is_}», and should be «{right}»"
            if not alt:
                yield f"{place}: has no alternative text"
            elif alt in told:
                yield f"{place}: the alternative text says no more than the caption"
            else:
                yield from expected.lacks(f"{place}, alternative text", alt)
            for stranger in expected.strangers(f"{alt} {told}"):
                yield f"{place}: names {stranger}: «{alt[:80]}»"
    if number != len(shown):
        yield f"has {number} figures, and should have {len(shown)}"


def _image(document: Document, name: str) -> bytes:
    """A picture, by what the document calls it."""
    return document.parts.get(f"word/{document.addresses.get(name, ('', ''))[1]}", b"")


# -- tables ----------------------------------------------------------------------------


def _table(document: Document, wanted: Tabell) -> Iterator[str]:
    """Every number of Tabell 1 in its row and column, with its mark and its notes."""
    found = next((t for t in document.tables if t.caption == wanted.caption), None)
    if found is None:
        yield f"Tabell 1: is missing, or its caption is not «{wanted.caption}»"
        return
    if len(found.heads) != len(("whose", "when")):
        yield "Tabell 1: its heads are not repeated on the next page"
        return
    heads = [_head(found.heads, x) for x in range(len(found.heads[-1]))]
    whose = [*dict.fromkeys(cell.text for cell in found.heads[0][1:])]
    if whose != [wanted.kommune, wanted.network] or heads != wanted.heads:
        yield f"Tabell 1: its columns are {heads} of {whose}"
        return
    for cell in found.heads[-1]:
        if cell.text.isdigit():
            noted = replace(_noted(document, cell), text="")
            notes = wanted.year_notes(int(cell.text))
            should = tabell.Cell("", notes, is_broken=bool(notes))
            for fault in tabell.differ(cell.text, noted, should):
                yield f"Tabell 1{fault}"
    lines = []
    for first, *rest in found.rows:
        cells = [_noted(document, cell) for cell in rest if cell is not first]
        under = dict(zip(heads[1:], cells, strict=False))
        lines.append(tabell.Line(_noted(document, first), under))
    for fault in tabell.lines_differ(lines, wanted.lines()):
        yield f"Tabell 1{fault}"
    for text in (*wanted.legend(), wanted.source(), *wanted.lettered()):
        if plain(text) not in document.whole:
            yield f"Tabell 1: does not tell «{plain(text)}»"


def _noted(document: Document, cell: Cell) -> tabell.Cell:
    """A cell with the notes that its letters lead to."""
    named = document.named
    notes = [plain(named[to].text) if to in named else "" for to in cell.notes]
    return tabell.Cell(cell.text, tuple(notes), is_broken=cell.is_broken)


def _head(heads: Sequence[Cells], x: int) -> str:
    """What stands over a column: the lowest cell that does not go on from above."""
    return next((row[x].text for row in reversed(heads) if not row[x].goes_on), "")


def _members(document: Document, expected: Expected, known: Catalogue) -> Iterator[str]:
    """In the table on all members, every number in its row and column."""
    words = known.phrases.words
    wanted = expected.members
    names = {name for name, _ in wanted}
    for name in sorted(names):
        rows = [
            (table, row)
            for table in document.tables
            for row in table.rows
            if len({id(cell) for cell in row}) > 2 and _is_of(row[0].text, name, names)
        ]
        if len(rows) != 1:
            yield f"{name}: has {len(rows)} rows"
        for table, row in rows:
            heads = [_head(table.heads, x) for x in range(len(row))]
            if missing := {w for i, w in wanted if i == name} - set(heads):
                yield f"{name}: lacks {', '.join(sorted(missing))}"
            for head, cell in zip(heads[1:], row[1:], strict=True):
                told = cell.text.replace(words["plain_mark"], "")
                if told != (should := wanted.get((name, head))):
                    yield f"{name}, {head}: is «{told}», and should be «{should}»"


def _rows(document: Document, known: Catalogue) -> Iterator[str]:
    """In the table on all members, the rows in their order, under their parts."""
    words, service = known.phrases.words, known.service
    wanted: list[str] = []
    for part in service.sections:
        held = [one for one in service.indicators if one.section == part.id]
        units = (words[f"unit_label_{one.unit}"] for one in held)
        rows = [f"{o.short_name} {unit}" for o, unit in zip(held, units, strict=True)]
        wanted += [part.name, *rows] if held else []
    heads = [
        row[0].text
        for table in document.tables
        if table.caption.startswith(f"{words['table']} 1.")
        for row in table.rows
    ]
    for head, should in zip_longest(heads, map(plain, wanted), fillvalue=""):
        if head.replace(" ", "") != should.replace(" ", ""):
            yield f"Tabell 1: a row is «{head}», and should be «{should}»"
            return


def _shades(document: Document, expected: Expected) -> Iterator[str]:
    """In the table on all members, each shade as its index has it, row by row."""
    samples = [colour for one in document.paragraphs for colour in one.samples]
    if len(samples) != len(SHADES) + 1 or len({*samples}) != len(samples):
        yield f"Tabell 1: its samples of shades are {samples}"
        return
    # Of the mean, which stands last, there is none; nor of a part, which is one cell.
    found = [
        cell.colour
        for table in document.tables
        for row in table.rows
        if len(row) > 2 and row[0] is not row[1]
        for cell in row[1:-1]
    ]
    wanted = [("", *samples)[shade] for shade in expected.shades]
    if found[: len(wanted)] != wanted:
        yield "Tabell 1: its shades are not those of its indexes"


def _is_of(text: str, name: str, names: set[str]) -> bool:
    """Whether a row is of an indicator, and of none with a longer name."""
    found = [one for one in names if text.startswith(one)]
    return max(found, key=len, default="") == name


# -- what a program left ---------------------------------------------------------------


def _strange(document: Document, accounted: Accounted) -> Iterator[str]:
    """Figures in running text that nothing accounts for, each with its paragraph."""
    is_theirs = False
    before = Paragraph()
    for one in document.paragraphs:
        if one.style.startswith("heading"):
            is_theirs = NOTES in one.places  # what SSB itself writes
        is_apart = one.in_table or is_theirs or before.pictures
        if not is_apart and (figure := accounted.strange(one.text)):
            told = plain(one.text)[:400]
            yield f"text: nothing accounts for «{figure}»: «{told}»"
        before = one


def _leftovers(document: Document) -> Iterator[str]:
    """What never belongs in front of a reader; code that is shown as code may."""
    for one in document.paragraphs:
        texts = [one.text, *(alt for alt, _ in one.pictures)]
        is_told = one.pictures or one.in_table or one.style == "Strek"
        if not plain(one.text) and not is_told:
            yield f"{one.style}: is empty"
        for text in texts if one.style != "Kode" else ():
            if WIDE.search(text.strip()) and plain(text):
                yield f"{one.style}: holds two spaces: «{plain(text)[:80]}»"
            for what, pattern in LEFTOVERS.items():
                if found := pattern.search(text := plain(text)):
                    around = text[max(0, found.start() - 40) : found.end() + 40]
                    yield f"{one.style}: holds {what}, {found[0]!r}: «{around}»"

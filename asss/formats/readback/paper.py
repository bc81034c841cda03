"""
The PDF read back: its text as it is drawn, and its structure as it is read aloud.

Lines break where the page wants it, and a row of a table is text after text: sentences
and rows are compared without spaces and hyphens. What a page repeats (header, footer)
is marked as such where it is drawn, and what a figure says in the structure: either is
read by itself.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from itertools import chain

import pikepdf
from pikepdf import Dictionary

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.markdown import LEFTOVERS
from asss.formats.readback.expectation import Expected, Row
from asss.formats.readback.own import NOTHING, Added

__all__ = ["read"]

#: What differs between a text and the same text on a page: spaces and hyphens. Bullets
#: are drawn last on a page: in the middle of a sentence that goes on to the next.
UNSEEN = re.compile(r"[\s\u00ad\u2010•-]+")

#: What is drawn on a page under a number: the page's, and the number.
Mark = tuple[tuple[int, int], int]

#: The operators that go to a place, choose a font, draw text, open and close a mark.
OPERATORS = "cm Tf Tj TJ BMC BDC EMC"

#: Text in a figure is drawn letter by letter: points to one that begins another text.
APART = 9.0

DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
LABEL = re.compile(r"<text\b[^>]*>([^<]*)</text>")

CHARACTER = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")

#: Letters of notes that may stand behind a number.
LETTERS = r"(?:[a-z]+(?:,[a-z]+)*)?"


class Letters(dict[int, str]):
    """Which characters the glyphs of a font stand for, by their numbers."""

    def __missing__(self, glyph: int) -> str:
        return "\ufffd"


@dataclass(frozen=True)
class Page:
    """The text of a page, that in its figures, and its header and footer."""

    text: str
    figures: str
    margin: str


def read(
    pdf: bytes,
    expected: Expected,
    known: Catalogue,
    told: Sequence[str] = (),
    html: str | None = None,
    added: Added = NOTHING,
) -> list[str]:
    """
    What is wrong with a PDF, each with its place.

    Parameters
    ----------
    told : sequence of str
        The alternative texts of the figures, in their order.
    html : str, optional
        The page that it must have been set from: the very drawings, and their words.
    added : Added
        What it must hold of the kommune's own.
    """
    try:
        document = pikepdf.open(BytesIO(pdf))
    except pikepdf.PdfError as error:
        return [f"rapport.pdf: cannot be read: {error}"]
    with document:
        read: dict[tuple[int, int], Letters] = {}
        figures = list(_figures_of(document))
        within = {mark for figure in figures for mark in _marks(figure)}
        pages = [_page(page, read, within) for page in document.pages]
        others = [one for one in figures if _alt(one) not in added.alts]
        problems = [
            *_names(document, pages, expected),
            *_pages(pages, expected),
            *_texts(pages, expected, known),
            *_figures(document, others, expected),
            *_told(others, told),
            *_own(pages, figures, added, known),
            *(() if html is None else _drawings(document, pages, html, known)),
        ]
    return [f"rapport.pdf: {problem}" for problem in dict.fromkeys(problems)]


def squeezed(text: str) -> str:
    """A text without what a page adds or takes: spaces, hyphens and bullets."""
    return UNSEEN.sub("", text)


# -- text ------------------------------------------------------------------------------


def _page(
    page: pikepdf.Page, read: dict[tuple[int, int], Letters], within: Set[object]
) -> Page:
    """
    A page, and apart what is `within` figures.

    The fonts that it shares with pages before it have been `read`.
    """
    fonts = {}
    for name, font in (page.resources.get("/Font") or {}).items():
        if "/ToUnicode" in font:
            if font.objgen not in read:
                read[font.objgen] = _characters(font)
            fonts[str(name)] = read[font.objgen]
    letters = Letters()
    drawn: dict[str, list[str]] = {"/Artifact": [], "/Figure": [], "": []}
    marked: list[str] = []
    place = before = (0.0, 0.0)
    for instruction in pikepdf.parse_content_stream(page, OPERATORS):
        given = list(instruction.operands)
        match str(instruction.operator):
            case "Tf":
                letters = fonts.get(str(given[0]), Letters())
            case "cm":
                place = float(given[4]), float(given[5])
            case "BMC" | "BDC":
                number = getattr(given[-1], "MCID", None)
                is_figure = (page.objgen, number) in within
                marked.append("/Figure" if is_figure else str(given[0]))
            case "EMC":
                marked.pop()
            case _:
                where = next((mark for mark in marked if mark in drawn), "")
                text = _drawn(given[0], letters)
                is_next = 0 < place[0] - before[0] < APART and place[1] == before[1]
                if where == "/Figure" and is_next:
                    text = drawn[where].pop() + text
                drawn[where].append(text)
                before = place
    return Page(
        text="\n".join(drawn[""]),
        figures="\n".join(drawn["/Figure"]),
        margin="\n".join(drawn["/Artifact"]),
    )


def _drawn(operand: object, letters: Letters) -> str:
    """The text of one stroke of the pen; glyph numbers have two bytes."""
    pieces = operand if isinstance(operand, pikepdf.Array) else [operand]
    raw = b"".join([bytes(p) for p in pieces if isinstance(p, pikepdf.String)])
    return raw.decode("utf-16-be", "replace").translate(letters)


def _characters(font: pikepdf.Object) -> Letters:
    """Which characters a font's glyphs stand for: a ligature for several."""
    return Letters(
        (int(glyph, 16), bytes.fromhex(text.decode()).decode("utf-16-be"))
        for block in re.findall(
            rb"beginbfchar(.*?)endbfchar", font.ToUnicode.read_bytes(), re.DOTALL
        )
        for glyph, text in CHARACTER.findall(block)
    )


# -- checks ----------------------------------------------------------------------------


def _names(
    document: pikepdf.Pdf, pages: Sequence[Page], expected: Expected
) -> Iterator[str]:
    """Title, language and bookmarks, and the same title on every page."""
    title = str(document.docinfo.get("/Title", ""))
    if title != expected.named:
        yield f"title: is «{title}», and should be «{expected.named}»"
    language = str(document.Root.get("/Lang", ""))
    if language != expected.language:
        yield f"language: is {language!r}, and should be {expected.language!r}"
    with document.open_outline() as outline:
        marks = [squeezed(item.title) for item in _items(outline.root)]
    for chapter in expected.chapters:
        if chapter.is_headed and squeezed(chapter.heading) not in marks:
            yield f"bookmarks: «{chapter.heading}» is missing"
    for number, page in enumerate(pages, start=1):
        if squeezed(expected.title) not in squeezed(page.margin):
            yield f"page {number}: its footer does not say «{expected.title}»"
        for name in expected.strangers(page.margin):
            yield f"page {number}: its footer names {name}"


def _items(items: Sequence[pikepdf.OutlineItem]) -> Iterator[pikepdf.OutlineItem]:
    for item in items:
        yield item
        yield from _items(item.children)


def _pages(pages: Sequence[Page], expected: Expected) -> Iterator[str]:
    """No page is blank, and none holds what never belongs in front of a reader."""
    if not pages:
        yield "has no page"
    for number, page in enumerate(pages, start=1):
        if not (page.text + page.figures).strip():
            yield f"page {number}: has no text"
        if "\ufffd" in page.text:
            yield f"page {number}: has glyphs that stand for no character"
        for what in ("a missing number", "a hole", "a trace of a program"):
            everything = f"{page.text}\n{page.figures}"
            found = LEFTOVERS[what].search(everything)
            if found:
                around = everything[max(0, found.start() - 40) : found.end() + 40]
                around = " ".join(around.split())
                yield f"page {number}: holds {what}, {found[0]!r}: «{around}»"
    if pages and squeezed(expected.title) not in squeezed(pages[0].text):
        yield f"page 1: lacks the heading «{expected.title}»"


def _texts(
    pages: Sequence[Page], expected: Expected, known: Catalogue
) -> Iterator[str]:
    """Every sentence, forbehold and row of Tabell 1, wherever the pages break."""
    # The mark is a raised r on the page.
    sign = known.phrases.words["reconstructed_mark"]
    whole = squeezed("".join(page.text for page in pages)).replace(sign, "r")
    texts = chain(
        (("top", text) for text in expected.top),
        ((c.heading, text) for c in expected.chapters for text in c.sentences),
        ((c.heading, text) for c in expected.chapters for _, text in c.comments),
        (("Tabell 1", text) for text in expected.notes),
        (("page", text) for text in expected.texts),
    )
    for place, text in texts:
        if squeezed(text).replace(sign, "r") not in whole:
            yield f"{place}: lacks «{' '.join(text.split())}»"
    for row in expected.rows:
        if not _pattern(row, sign).search(whole):
            printed = " | ".join(cell.printed for cell in row.cells)
            name = " ".join(row.name.split())
            yield f"Tabell 1: lacks the row «{name}»: {printed}"


def _pattern(row: Row, sign: str) -> re.Pattern[str]:
    """A row as it is drawn: name, unit, and the cells with their letters between."""
    cells = []
    for cell in row.cells:
        number, mark, name = squeezed(cell.printed).partition(sign)
        if not mark:
            # Where the figure is official, the kommune's name begins the letters.
            number, name = re.fullmatch(r"([^A-ZÆØÅ]*)(.*)", number, re.DOTALL).groups()  # type: ignore[union-attr]
        drawn = re.escape(number) + ("r" if mark else "")
        cells.append(drawn + LETTERS + re.escape(name))
    return re.compile(re.escape(squeezed(row.name)) + r".{0,40}?" + "".join(cells))


def _own(
    pages: Sequence[Page],
    figures: Sequence[Dictionary],
    added: Added,
    known: Catalogue,
) -> Iterator[str]:
    """Every caption, row and text of the kommune's own, and each of its figures."""
    sign = known.phrases.words["reconstructed_mark"]
    whole = squeezed("".join(page.text for page in pages)).replace(sign, "r")
    for text in added.texts:
        if squeezed(text).replace(sign, "r") not in whole:
            yield f"own: lacks «{text}»"
    alts = [_alt(one) for one in figures]
    yield from (f"own: lacks a figure, «{a}»" for a in added.alts if alts.count(a) != 1)


def _alt(figure: Dictionary) -> str:
    """What is told of a figure."""
    return " ".join(str(figure.get("/Alt", "")).split())


def _figures(
    document: pikepdf.Pdf, figures: Sequence[Dictionary], expected: Expected
) -> Iterator[str]:
    """As many figures as chapters and the profile, each with its alternative text."""
    if "/StructTreeRoot" not in document.Root:
        yield "structure: is missing; the file is not tagged"
        return
    if len(figures) < len(expected.chapters):
        yield f"structure: has {len(figures)} figures, not {len(expected.chapters)}"
    for number, figure in enumerate(figures, start=1):
        text = _alt(figure)
        place = f"figure {number}, alternative text"
        yield from expected.lacks(place, text) if text else [f"{place}: is empty"]
        for name in expected.strangers(text):
            yield f"{place}: names {name}: «{text[:80]}»"


def _told(figures: Sequence[Dictionary], wanted: Sequence[str]) -> Iterator[str]:
    """To the letter what is told of each figure."""
    for number, (figure, text) in enumerate(zip(figures, wanted, strict=False), 1):
        told = str(figure.get("/Alt", ""))
        if squeezed(told) != squeezed(text):
            yield f"figure {number}, alternative text: is «{told}», not «{text}»"


def _drawings(
    document: pikepdf.Pdf, pages: Sequence[Page], html: str, known: Catalogue
) -> Iterator[str]:
    """The drawings of the page, which has been read, and their words."""
    drawings = DRAWING.findall(html)
    digest = hashlib.sha256("\n".join(drawings).encode()).hexdigest()
    if str(document.docinfo.get("/Drawings", "")) != digest:
        yield "figures: it was set with other drawings than those of the page"
    sign = known.phrases.words["reconstructed_mark"]
    whole = squeezed("".join(page.figures for page in pages)).replace(sign, "r")
    for written in dict.fromkeys(LABEL.findall("".join(drawings))):
        label = squeezed(unescape(written)).replace(sign, "r")
        if label not in whole:
            yield f"figures: lack «{written}»"


def _figures_of(document: pikepdf.Pdf) -> Iterator[Dictionary]:
    """Every figure in the structure, in reading order."""
    waiting = [document.Root.get("/StructTreeRoot")]
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting += reversed(list(node))
        elif isinstance(node, Dictionary):
            if node.get("/S") == pikepdf.Name.Figure:
                yield node
            waiting.append(node.get("/K"))


def _marks(figure: Dictionary) -> Iterator[Mark]:
    """What is drawn of a figure, which is on one page."""
    for kid in figure.K:
        if not isinstance(kid, Dictionary):
            yield figure.Pg.objgen, int(kid)

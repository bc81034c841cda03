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
from itertools import chain, pairwise

import pikepdf
from pikepdf import Dictionary

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.markdown import LEFTOVERS
from asss.formats.readback import ink
from asss.formats.readback.expectation import Cell, Expected, Row
from asss.formats.readback.figures import Told
from asss.formats.readback.own import NOTHING, Added
from asss.formats.readback.stream import Letters, Marks, content, fonts, strokes
from asss.formats.readback.table import Expected as Tabell

__all__ = ["read"]

#: What differs between a text and the same text on a page: spaces and hyphens. Bullets
#: are drawn last on a page: in the middle of a sentence that goes on to the next.
UNSEEN = re.compile(r"[\s\u00ad\u2010•-]+")

#: What is drawn on a page under a number: the page's, and the number.
Mark = tuple[tuple[int, int], int]

#: Text in a figure is drawn letter by letter: points to one that begins another text.
APART = 9.0

DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
ADDRESS = re.compile(r'<a\b[^>]*href="(https?://[^"]*)"')
LABEL = re.compile(r"<text\b[^>]*>([^<]*)</text>")

#: Letters of notes that may stand behind a number; what a kommune's name begins with.
LETTERS = re.compile(r"(?:[a-z]+(?:,[a-z]+)*)?")
CAPITAL = re.compile(r"[A-ZÆØÅ]")

YEAR = re.compile(r"(?:19|20)\d\d")

#: So far apart may texts of one row stand; so wide may a sample of a shade be at most,
#: and a cell with one; and what has no ground: no index, and one near the mean.
LEVEL, SAMPLE, WIDEST, NO_GROUND = 2.0, 12.0, 60.0, (0, 3)

#: So much may stand between the name of a row and its first number: the unit.
UNIT = 40

#: A point of a figure of ours, that shows a fact.
POINT = re.compile(r'<circle\b[^>]*\bdata-fact="')


@dataclass(frozen=True)
class Page:
    """
    The text of a page, that in its figures, and its header and footer.

    In ``years`` is where a text stands that is a year, from the left and from below.
    """

    text: str
    figures: str
    margin: str
    years: list[tuple[int, float, float]]
    dashes: list[ink.Dashes]
    grounds: list[ink.Ground]
    is_plain: bool
    is_within: bool
    rounds: int


def read(
    pdf: bytes,
    expected: Expected,
    known: Catalogue,
    told: Sequence[Told] = (),
    html: str | None = None,
    added: Added = NOTHING,
    table: Tabell | None = None,
) -> list[str]:
    """
    What is wrong with a PDF, each with its place.

    Parameters
    ----------
    told : sequence of str
        What must be told of the figures, in their order.
    html : str, optional
        The page that it must have been set from: the very drawings, and their words.
    added : Added
        What it must hold of the kommune's own.
    table : table.Expected, optional
        What Tabell 1 must be, where it has one of a kommune.
    """
    try:
        document = pikepdf.open(BytesIO(pdf))
    except pikepdf.PdfError as error:
        return [f"rapport.pdf: cannot be read: {error}"]
    with document:
        read: dict[tuple[int, int], Letters] = {}
        figures = list(_figures_of(document))
        within: set[object] = {m for figure in figures for m in _marks(figure)}
        try:
            pages = [_page(page, read, within) for page in document.pages]
        except ValueError as error:
            return [f"rapport.pdf: {error}"]
        whole = squeezed("".join(page.text for page in pages))
        others = [one for one in figures if _alt(one) not in added.alts]
        problems = [
            *_names(document, pages, expected),
            *_pages(pages, expected),
            *_texts(pages, whole, expected, known),
            *(_table(pages, whole, table, known) if table else ()),
            *_shades(pages, expected),
            *_figures(document, others, expected),
            *_told(whole, others, told),
            *_own(pages, figures, added, known),
            *(() if html is None else _drawings(document, pages, html, known)),
            *(() if html is None else _points(pages, html)),
            *(() if html is None else _links(document, html)),
        ]
    return [f"rapport.pdf: {problem}" for problem in dict.fromkeys(problems)]


def squeezed(text: str) -> str:
    """A text without what a page adds or takes: spaces, hyphens and bullets."""
    return UNSEEN.sub("", text)


# -- text ------------------------------------------------------------------------------


def _page(
    page: pikepdf.Page,
    read: dict[tuple[int, int], Letters],
    within: Set[object],
) -> Page:
    """
    A page, and apart what is `within` figures.

    The fonts that it shares with pages before it have been `read`.
    """
    drawn: dict[str, list[str]] = {"Artifact": [], "Figure": [], "": []}
    before, where = (0.0, 0.0), ""
    held: Marks | None = None
    years: list[tuple[int, float, float]] = []
    steps = content(page)
    for text, marks, place in strokes(steps, fonts(page, read)):
        if YEAR.fullmatch(text):
            years.append((int(text), *place))
        if marks is not held:
            held, of = marks, page.objgen
            kinds = ("Figure" if (of, n) in within else name for name, n in marks)
            where = next((kind for kind in kinds if kind in drawn), "")
        is_next = 0 < place[0] - before[0] < APART and place[1] == before[1]
        if where == "Figure" and is_next:
            text = drawn[where].pop() + text
        drawn[where].append(text)
        before = place
    moved = ink.moves(steps)
    return Page(
        text="\n".join(drawn[""]),
        figures="\n".join(drawn["Figure"]),
        margin="\n".join(drawn["Artifact"]),
        years=years,
        dashes=ink.dashes(steps),
        grounds=ink.grounds(steps),
        is_plain=ink.is_plain(steps, moved),
        is_within=ink.is_within(moved),
        rounds=ink.rounds(steps),
    )


# -- checks ----------------------------------------------------------------------------


def _names(
    document: pikepdf.Pdf, pages: Sequence[Page], expected: Expected
) -> Iterator[str]:
    """Title, language and bookmarks, and the same title on every page."""
    title = str(document.docinfo.get("/Title", ""))
    if title != expected.named:
        yield f"title: is «{title}», and should be «{expected.named}»"
    about = str(document.docinfo.get("/Subject", ""))
    if squeezed(about) != squeezed(expected.about):
        yield f"description: is «{about}», and should be «{expected.about}»"
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
        if not page.is_plain:
            yield f"page {number}: letters are too light or too small, or mirrored"
        if not page.is_within:
            yield f"page {number}: something is drawn beyond the sheet"
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
    pages: Sequence[Page], whole: str, expected: Expected, known: Catalogue
) -> Iterator[str]:
    """Every sentence, forbehold and row of Tabell 1, wherever the pages break."""
    # The mark is a raised r on the page.
    sign = known.phrases.words["reconstructed_mark"]
    whole = whole.replace(sign, "r")
    first = squeezed("".join(page.text for page in pages[:1])).replace(sign, "r")
    for text in expected.top:
        if squeezed(text).replace(sign, "r") not in first:
            yield f"top: lacks «{' '.join(text.split())}»"
    texts = chain(
        ((c.heading, text) for c in expected.chapters for text in c.sentences),
        ((c.heading, text) for c in expected.chapters for _, text in c.comments),
        ((c.heading, text) for c in expected.chapters for text, _ in c.bylines),
        (("Tabell 1", text) for text in expected.notes),
        (("page", text) for text in expected.texts),
    )
    for place, text in texts:
        if squeezed(text).replace(sign, "r") not in whole:
            yield f"{place}: lacks «{' '.join(text.split())}»"
    for row in expected.rows:
        if not _has_row(whole, row, sign):
            printed = " | ".join(cell.printed for cell in row.cells)
            name = " ".join(row.name.split())
            yield f"Tabell 1: lacks the row «{name}»: {printed}"


def _table(
    pages: Sequence[Page], whole: str, table: Tabell, known: Catalogue
) -> Iterator[str]:
    """Over the columns of Tabell 1, between them, and under them."""
    sign = known.phrases.words["reconstructed_mark"]
    whole = whole.replace(sign, "r")
    first, *others = table.heads
    if not _has_row(whole, Row(first, tuple(Cell("", one) for one in others)), sign):
        yield f"Tabell 1: lacks the heads {' | '.join(table.heads)}"
    # Between a name and its unit there may be letters of notes.
    names = [line.head.text for line in table.lines() if not line.head.notes]
    for told in (*names, *table.legend(), table.source(), *table.lettered()):
        if squeezed(told).replace(sign, "r") not in whole:
            yield f"Tabell 1: does not tell «{' '.join(told.split())}»"
    broken = dict.fromkeys(table.broken())
    for page in pages:
        heads = _head_of(page, table.years)
        if heads is None:
            continue
        # A line stands in the middle between the years that it parts.
        between = list(pairwise(heads))
        found = {
            after: None
            for line in page.dashes
            for (_, left), (after, right) in between
            if left < line.x < right
        }
        strange = [
            line for line in page.dashes if not heads[0][1] < line.x < heads[-1][1]
        ]
        if found.keys() != broken.keys() or strange:
            are, should = sorted(found), sorted(broken)
            yield f"Tabell 1: has breaks before {are}, and should before {should}"


def _head_of(page: Page, years: Sequence[int]) -> list[tuple[int, float]] | None:
    """How far from the left the heads of the years stand, where a page has them."""
    for _, _, y in (one for one in page.years if one[0] == years[0]):
        row = {year: x for year, x, at in page.years if abs(at - y) < LEVEL}
        if [*row] == [*years] and len(years) > 1:
            return list(row.items())
    return None


def _shades(pages: Sequence[Page], expected: Expected) -> Iterator[str]:
    """In the table of all members, each shade as its index has it, row by row."""
    if not expected.shades:
        return
    held = [
        (number, -one.y, one.x, one.colour, one.width)
        for number, page in enumerate(pages)
        for one in page.grounds
    ]
    # What is wide is no cell; what is small is a sample in the legend.
    cells = [colour for *_, colour, width in sorted(held) if SAMPLE < width < WIDEST]
    samples = [colour for *_, colour, width in sorted(held) if width <= SAMPLE]
    dark = [shade for shade in expected.shades if shade not in NO_GROUND]
    of = dict(zip(dark, cells, strict=False))
    wanted = [of.get(shade) for shade in (1, 2, 4, 5)]
    is_told = [one for one in samples if one in wanted] == [o for o in wanted if o]
    if len(cells) != len(dark) or [of[shade] for shade in dark] != cells or not is_told:
        yield "Tabell 1: its shades are not those of its indexes"


def _has_row(whole: str, row: Row, sign: str) -> bool:
    """A row as it is drawn: name, unit, and the cells with their letters between."""
    name, cells = squeezed(row.name), [_cell(cell.printed, sign) for cell in row.cells]
    at = whole.find(name)
    while at >= 0:
        end = at + len(name)
        # Not by a pattern: to compile one for each row takes longer than all the rest.
        places = {*range(end, end + UNIT + 1)}
        for number, of in cells:
            places = _after(whole, places, number)
            places = {end for one in places for end in _letters_at(whole, one)}
            places = _after(whole, places, of)
        if places:
            return True
        at = whole.find(name, at + 1)
    return False


def _cell(printed: str, sign: str) -> tuple[str, str]:
    """What stands in a cell before the letters of its notes, and after them."""
    number, mark, name = squeezed(printed).partition(sign)
    if mark:
        return f"{number}r", name
    # Where the figure is official, the kommune's name begins the letters.
    begin = CAPITAL.search(number)
    place = begin.start() if begin else len(number)
    return number[:place], number[place:]


def _after(whole: str, places: Set[int], piece: str) -> set[int]:
    """Where a piece ends that begins at one of the places."""
    return {at + len(piece) for at in places if whole.startswith(piece, at)}


def _letters_at(whole: str, place: int) -> Iterator[int]:
    """Where the letters of notes may end that stand at a place: there may be none."""
    yield place
    if found := LETTERS.match(whole, place):
        ends = range(place + 1, found.end() + 1)
        yield from (end for end in ends if whole[end - 1] != ",")


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


def _told(
    whole: str, figures: Sequence[Dictionary], wanted: Sequence[Told]
) -> Iterator[str]:
    """To the letter what is told of each figure, and what stands under it."""
    for one in wanted:
        if squeezed(one.caption) not in whole:
            yield f"figures: lack the caption «{one.caption}»"
    for number, (figure, should) in enumerate(zip(figures, wanted, strict=False), 1):
        told = str(figure.get("/Alt", ""))
        if squeezed(told) != squeezed(should.text):
            yield f"figure {number}, alternative text: is «{told}», not «{should.text}»"


def _points(pages: Sequence[Page], html: str) -> Iterator[str]:
    """Each point of the page's figures that shows a fact is on paper too."""
    drawn, wanted = sum(page.rounds for page in pages), len(POINT.findall(html))
    if drawn < wanted:
        yield f"figures: {drawn} points are drawn, of {wanted}"


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


def _links(document: pikepdf.Pdf, html: str) -> Iterator[str]:
    """The addresses elsewhere that the page leads to, and no others."""
    wanted = {unescape(one) for one in ADDRESS.findall(html)}
    given = {
        str(one.A.URI)
        for page in document.pages
        for one in page.get("/Annots", ())
        if "/URI" in one.get("/A", {})
    }
    led = {one for one in given if one.startswith("http")}
    for one in sorted(led ^ wanted):
        yield f"links: {'leads' if one in led else 'none leads'} to {one}"


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

"""
The web page read back: what stands where, by headings, captions and table headers.

Leans on what assistive technology leans on (elements, ids, labels) and not on classes,
so that the look can change without this.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.markdown import LEFTOVERS
from asss.formats.readback.expectation import Expected, Row
from asss.formats.readback.expectation import spaced as plain
from asss.formats.readback.prose import Accounted, lacking, strange_figures

__all__ = ["read", "warm_up"]

#: Elements that hold text a reader takes in one breath.
BLOCKS = (
    *("h1", "h2", "h3", "h4", "p", "li", "dt", "dd", "td", "th"),
    *("caption", "figcaption", "text", "title", "summary"),
)

#: Those of them that have no business being empty.
FILLED = ("h1", "h2", "h3", "h4", "p", "li", "dt", "dd", "caption", "figcaption")

#: Attributes that are read aloud.
SPOKEN = ("alt", "aria-label", "title", "content")

#: What says of an element that it is a sentence, made of facts.
SENTENCE = "data-rule"

SILENT = re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL)

#: Two spaces of which one is hard: a browser shows both.
WIDE = re.compile(r"\u00a0[ \u00a0]|[ \u00a0]\u00a0")


def read(
    html: str, expected: Expected, accounted: Accounted, known: Catalogue
) -> list[str]:
    """What is wrong with a page, each with its place."""
    # Styles and programs are no text, and most of the letters of a page.
    soup = BeautifulSoup(SILENT.sub("", html), "html.parser")
    words = known.phrases.words
    for tag in soup.find_all("abbr", title=words["reconstructed_title"]):
        tag.string = words["reconstructed_mark"]
    parts = _parts(soup)
    named = {str(tag["id"]): tag for tag in soup.find_all(id=True)}
    problems = [
        *_names(soup, expected),
        *_texts(soup, parts, expected),
        *_marks(parts, named, expected),
        *_figures(soup, parts, expected),
        *strange_figures(soup, accounted),
        # These last: they take the page apart.
        *(_table(soup, named, expected) if expected.rows else ()),
        *(_members(soup, expected, words) if expected.printed else ()),
        *_leftovers(soup),
    ]
    return [f"rapport.html: {problem}" for problem in dict.fromkeys(problems)]


def warm_up() -> None:
    """Parse a page: the parser learns the names of letters with its first one."""
    BeautifulSoup("<p title='1'>1&aelig;</p>", "html.parser").select("p[title]")


def _parts(soup: Tag) -> dict[str, list[str | Tag]]:
    """The texts, sentences and figures under each heading of the second level."""
    parts: dict[str, list[str | Tag]] = {"": []}
    place = ""
    body = soup.find("body")
    for node in body.descendants if body else ():
        if isinstance(node, NavigableString):
            parts[place].append(str(node))
        elif isinstance(node, Tag) and node.name == "h2":
            place = plain(node.get_text())
            parts[place] = []
        elif isinstance(node, Tag) and (
            node.name == "figure" or SENTENCE in node.attrs
        ):
            parts[place].append(node)
    return parts


def _text(part: list[str | Tag]) -> str:
    return plain("".join(piece for piece in part if isinstance(piece, str)))


# -- whose report ----------------------------------------------------------------------


def _names(soup: BeautifulSoup, expected: Expected) -> Iterator[str]:
    """Title, heading and language; and nobody else's name where only the own may be."""
    headings = [plain(tag.get_text()) for tag in soup.find_all("h1")]
    if headings != [expected.title]:
        yield f"h1: is {headings}, and should be {[expected.title]}"
    title = soup.find("title")
    named = plain(title.get_text()) if title else ""
    if named != expected.named:
        yield f"title: is «{named}», and should be «{expected.named}»"
    root = soup.find("html")
    language = root.get("lang") if root else None
    if language != expected.language:
        yield f"html: lang is {language!r}, and should be {expected.language!r}"
    places = [("title", named), *(("h1", text) for text in headings)]
    places += [
        (tag.name, plain(tag.get_text()))
        for tag in soup.find_all(["caption", "figcaption"])
    ]
    for place, text in places:
        for name in expected.strangers(text):
            yield f"{place}: names {name}: «{text[:80]}»"


# -- words -----------------------------------------------------------------------------


def _texts(
    soup: BeautifulSoup, parts: dict[str, list[str | Tag]], expected: Expected
) -> Iterator[str]:
    """Every sentence and forbehold in its chapter, and no sentence beside them."""
    under = {heading: _text(part) for heading, part in parts.items()}
    whole = plain(soup.get_text())
    yield from lacking(expected, under, whole, letters="[a-z, ]*")
    if expected.leads_to and not soup.find("a", href=expected.leads_to):
        yield f"page: does not lead to {expected.leads_to}"
    said = Counter(plain(tag.get_text()) for tag in soup.select(f"[{SENTENCE}]"))
    known = Counter(
        plain(s) for chapter in expected.chapters for s in chapter.sentences
    )
    for text in said - known:
        yield f"sentences: no fact supports «{text}»"


# -- marks of forbehold ----------------------------------------------------------------


def _marks(
    parts: Mapping[str, list[str | Tag]], named: Mapping[str, Tag], expected: Expected
) -> Iterator[str]:
    """From each sentence to the forbehold on its facts, no other, and back."""
    for chapter in expected.chapters:
        # Where none has a mark, none is given; what is not there is told of elsewhere.
        marks = dict(zip(map(plain, chapter.sentences), chapter.marks, strict=False))
        for tag in parts.get(chapter.heading, []):
            if isinstance(tag, Tag) and SENTENCE in tag.attrs:
                said = plain(tag.get_text())
                for fault in _mark(tag, named, marks.get(said, ())):
                    yield f"{chapter.heading}: the mark of «{said[:80]}» {fault}"


def _mark(said: Tag, named: Mapping[str, Tag], marks: tuple[str, ...]) -> Iterator[str]:
    """What is wrong with the links behind a sentence, which must lead to its marks."""
    after = said.next_sibling
    led: list[str] = []
    sup = after if isinstance(after, Tag) and after.name == "sup" else None
    for link in _links(sup) if sup else ():
        target = named.get(_target(link))
        if target is None:
            yield "leads nowhere"
            continue
        led.append(plain(target.get_text()))
        back = {_target(way) for way in _links(target)}
        if link.get("id") not in back:
            yield "is not led back to"
        for way in sorted(back - named.keys()):
            yield f"leads to what leads back to nothing, {way}"
    for text in map(plain, marks):
        if not any(text in note for note in led):
            yield f"does not lead to «{text}»"
    for note in led:
        if not any(plain(text) in note for text in marks):
            yield f"leads to «{note[:80]}»"


def _links(tag: Tag) -> list[Tag]:
    """The links in an element that lead to another place on the page."""
    return list(tag.find_all("a", href=re.compile("^#")))


def _target(link: Tag) -> str:
    """The id that a link leads to."""
    return str(link.get("href", "")).removeprefix("#")


# -- figures ---------------------------------------------------------------------------


def _figures(
    soup: BeautifulSoup, parts: dict[str, list[str | Tag]], expected: Expected
) -> Iterator[str]:
    """Numbered from 1, one in every chapter, each with a text of its own for it."""
    for chapter in expected.chapters[1:]:
        if not any(
            isinstance(p, Tag) and p.name == "figure"
            for p in parts.get(chapter.heading, [])
        ):
            yield f"{chapter.heading}: has no figure"
    for number, figure in enumerate(soup.find_all("figure"), start=1):
        place = f"figure {number}"
        caption = figure.find("figcaption")
        told = plain(caption.get_text()) if caption else ""
        if not re.match(rf"\w+ {number}\. \S", told):
            yield f"{place}: its caption is «{told[:80]}»"
        image = figure.find(role="img") or figure.find("img")
        if image is None:
            yield f"{place}: has no image"
            continue
        if image.name != "img" and not image.find(["path", "use", "image"]):
            yield f"{place}: nothing is drawn"
        alt = plain(str(image.get("aria-label") or image.get("alt") or ""))
        if not alt:
            yield f"{place}: has no alternative text"
        elif alt in told:
            yield f"{place}: the alternative text says no more than the caption"
        else:
            yield from expected.lacks(f"{place}, alternative text", alt)
        for name in expected.strangers(alt):
            yield f"{place}, alternative text: names {name}: «{alt[:80]}»"


# -- table 1 ---------------------------------------------------------------------------


def _table(
    soup: BeautifulSoup, named: Mapping[str, Tag], expected: Expected
) -> Iterator[str]:
    """Every number in its row and column, with its mark and its notes."""
    caption = soup.find(id="tabell-1")
    table = caption.find_parent("table") if caption else None
    if caption is None or table is None:
        yield "Tabell 1: is missing"
        return
    if expected.kommune not in caption.get_text():
        yield f"Tabell 1: its caption does not name {expected.kommune}"
    notes = {
        name: plain(tag.get_text())
        for name, tag in named.items()
        if name.startswith("note-")
    }
    for text in expected.notes:
        if not any(plain(text) in note for note in notes.values()):
            yield f"Tabell 1: lacks the note «{plain(text)}»"
    for place in _dead_ends(named, soup, notes):
        yield f"Tabell 1: {place}"
    heads = [_take(tag)[0] for tag in table.select("thead th[scope=col]")]
    # On a phone the earlier years stand last: they are written in both places.
    years = list(dict.fromkeys(h for h in heads if re.fullmatch(r"\d{4}", h)))
    if years != [str(year) for year in expected.years]:
        yield f"Tabell 1: shows the years {years}, and should show {expected.years}"
    rows = [tag for tag in table.select("tbody tr") if tag.find("td")]
    if len(rows) != len(expected.rows):
        yield f"Tabell 1: has {len(rows)} rows, and should have {len(expected.rows)}"
        return
    for tag, row in zip(rows, expected.rows, strict=True):
        yield from _row(tag, row, heads[1:], notes)


def _row(tag: Tag, row: Row, heads: list[str], notes: dict[str, str]) -> Iterator[str]:
    head = tag.find("th")
    named = _take(head)[0] if head else ""
    name = plain(row.name)
    if not named.startswith(name):
        yield f"Tabell 1: a row is «{named}», and should be «{name}»"
    cells = [_take(cell) for cell in tag.find_all("td")]
    wanted = {cell.column: cell for cell in row.cells}
    if len(cells) != len(heads) or wanted.keys() != set(heads):
        yield f"Tabell 1, {name}: has {len(cells)} cells under {heads}"
        return
    for (printed, letters), column in zip(cells, heads, strict=True):
        cell = wanted[column]
        where = f"Tabell 1, {name}, {column}"
        # «1,08ʳ» and the name under it have no space between them in the markup.
        if printed.replace(" ", "") != re.sub(r"\s", "", cell.printed):
            yield f"{where}: is «{printed}», and should be «{cell.printed}»"
        told = " ".join(notes.get(letter, "") for letter in letters)
        for note in cell.notes:
            if plain(note) not in told:
                yield f"{where}: is not noted «{plain(note)}»"


def _take(tag: Tag) -> tuple[str, list[str]]:
    """A cell's text, and the ids of the notes that it refers to, taken out of it."""
    links = tag.find_all("a", href=re.compile("^#note-"))
    letters = [str(link["href"])[1:] for link in links]
    for link in links:
        sup = link.find_parent("sup")
        if sup is not None and not sup.decomposed:
            sup.decompose()
    return plain(tag.get_text()), letters


def _dead_ends(
    named: Mapping[str, Tag], page: Tag, notes: Mapping[str, str]
) -> Iterator[str]:
    """Notes that nothing leads to, and letters that lead nowhere."""
    links = {str(a["href"])[1:] for a in page.find_all("a", href=re.compile("^#note-"))}
    for name in sorted(links - set(notes)):
        yield f"{name} leads nowhere"
    for name in sorted(set(notes) - links):
        yield f"nothing leads to {name}"
    for name in notes:
        for link in named[name].find_all("a", href=re.compile("^#")):
            if str(link["href"])[1:] not in named:
                yield f"{name} leads back to nothing"


def _members(
    soup: BeautifulSoup, expected: Expected, words: Mapping[str, str]
) -> Iterator[str]:
    """In the tables on all members, every number in its row and column."""
    for table in soup.find_all("table"):
        heads = [_take(tag)[0] for tag in table.select("thead tr:last-child th")]
        for row in table.find_all("tr"):
            first = row.find("th")
            own = _take(first)[0] if first else ""
            for head, cell in zip(heads[1:], row.find_all("td"), strict=False):
                if cell.has_attr("data-fact"):
                    field = str(cell.get("data-field", "value"))
                    figures = expected.printed.get(str(cell["data-fact"]), {})
                    shown = _take(cell)[0].replace(words["plain_mark"], "")
                    latest = str(expected.year)
                    yield from _member(own, head, field, plain(shown), figures, latest)


def _member(
    own: str,
    head: str,
    field: str,
    shown: str,
    figures: Mapping[str, str],
    latest: str,
) -> Iterator[str]:
    wanted = plain(figures.get(field, ""))
    if shown != wanted:
        yield f"{own}, {head}: is «{shown}», and should be «{wanted}»"
    # A row is of a kommune and has a column for each year; or of an indicator, in the
    # one table of the report's year, and has a column for each kommune.
    is_matrix = own.startswith(plain(figures.get("indicator", "")))
    if field != "network_mean" and figures.get("name") != (head if is_matrix else own):
        yield f"{own}, {head}: shows a figure of {figures.get('name')}"
    year = str(figures.get("year"))
    if year != (latest if is_matrix else head):
        yield f"{own}, {head}: shows a figure of {year}"


# -- what a program left ---------------------------------------------------------------


def _leftovers(soup: BeautifulSoup) -> Iterator[str]:
    """What never belongs in front of a reader; code that is shown as code may."""
    for tag in soup.find_all(["pre", "code"]):
        tag.string = "…"
    for tag in soup.find_all(BLOCKS):
        place, text = tag.name, tag.get_text()
        if WIDE.search(text):
            yield f"{place}: holds two spaces: «{plain(text)[:80]}»"
        text = plain(text)
        if not text and tag.name in FILLED and not tag.find(["svg", "img"]):
            yield f"{place}: is empty"
        yield from _signs(place, text)
    for tag in soup.find_all(True):
        for name in SPOKEN:
            if name in tag.attrs:
                yield from _signs(f"{tag.name}[{name}]", plain(str(tag[name])))


def _signs(place: str, text: str) -> Iterator[str]:
    for what, pattern in LEFTOVERS.items():
        found = pattern.search(text)
        if found:
            around = text[max(0, found.start() - 40) : found.end() + 40]
            yield f"{place}: holds {what}, {found[0]!r}: «{around}»"

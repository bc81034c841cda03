"""
Figures read back: each mark where its fact says, and nothing that is no fact's.

The scale is taken from its printed labels, or from the ends of a line where a figure
has none; then every mark has its place, by facts.json. What a mark says of itself for
machines (``data-fact``) is one more thing that must be right, and never believed: rows
and panels are known by the names that are printed.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.parameters import METHOD
from asss.formats.readback import spoken, waterfall
from asss.formats.readback.drawing import opened
from asss.formats.readback.expectation import spaced
from asss.formats.readback.panels import Development, Strip
from asss.formats.readback.profile import Profile
from asss.formats.readback.shown import Shown
from asss.formats.readback.spoken import Beside, Numbers
from asss.formats.readback.waterfall import Waterfall
from asss.outputs import HTML_NAME, REVIEW_NAME

__all__ = ["Told", "read", "texts", "told"]

#: What the drawings of a kommune are called, the second with its chapter.
PROFILE, DEVELOPMENT, NEED = "profil", "utvikling", "behov"

FIGURE = re.compile(r'<figure id="figur-(\d+)">.*?</figure>', re.DOTALL)
NUMBERS = re.compile(
    r'<details class="numbers" id="figur-(\d+)-tall">.*?</details>', re.DOTALL
)
#: The name of a kildespor, behind a number in the reviewer's edition.
KILDESPOR = re.compile(r'<span class="k">.*?</span>')
TOLD = re.compile(r'role="img" aria-label="([^"]*)"')
CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)


def read(
    html: str, facts: Mapping[str, Any], known: Catalogue, *, is_review: bool = False
) -> list[str]:
    """
    What is wrong with the figures of a page, each with its place.

    Parameters
    ----------
    is_review : bool
        Whether it is the reviewer's edition, whose profile shows what chance may do.
    """
    figures = {int(found[1]): found[0] for found in FIGURE.finditer(html)}
    tables = {int(found[1]): found[0] for found in NUMBERS.finditer(html)}
    drawn = sum(len(SVG.findall(figure)) for figure in figures.values())
    problems = []
    if len(SVG.findall(html)) != drawn or html.count("<figure") != len(figures):
        problems.append("a drawing is in no figure, or a figure has no number")
    shown = Shown(facts, known)
    # What all reports stand on has none.
    is_method = str(facts["run"]["kommune"]) == METHOD
    wanted = [] if is_method else list(_wanted(shown))
    if list(figures) != [number for number, _ in wanted]:
        problems.append(f"has the figures {list(figures)}, not 1 to {len(wanted)}")
    for number, name in wanted:
        figure, table = figures.get(number, ""), tables.get(number, "")
        page = _Figure(figure, table, number, name, shown, is_review)
        problems += [f"figure {number}: {fault}" for fault in page.faults()]
    named = REVIEW_NAME if is_review else HTML_NAME
    return [f"{named}: {problem}" for problem in problems]


@dataclass(frozen=True)
class Told:
    """What is told of a figure beside its drawing, and which drawing that is.

    ``digest`` is the sha256 of the drawing; empty where there is no page to take it of.
    """

    caption: str
    text: str
    digest: str = ""


def texts(facts: Mapping[str, Any], known: Catalogue) -> list[Told]:
    """What must be told of the figures that a page has of itself, in order."""
    if str(facts["run"]["kommune"]) == METHOD:
        return []
    shown = Shown(facts, known)
    return [
        Told(_caption(beside, number, shown), spaced(beside.text))
        for number, name in _wanted(shown)
        for beside in (_beside(name, shown),)
    ]


def told(html: str) -> list[Told]:
    """What stands on a page of its figures, of itself and in order."""
    found = []
    for figure in FIGURE.finditer(html):
        text, caption = ("".join(one.findall(figure[0])) for one in (TOLD, CAPTION))
        digest = hashlib.sha256("".join(SVG.findall(figure[0])).encode()).hexdigest()
        said = spaced(unescape(TAG.sub("", caption)))
        found.append(Told(said, spaced(unescape(text)), digest))
    return found


def _caption(beside: Beside, number: int, shown: Shown) -> str:
    """What must stand under the figure of a number."""
    supposed = shown.known.supposed
    head = f"{supposed.title}. " if supposed else ""
    return spaced(f"{shown.words['figure']} {number}. {head}{beside.caption}")


def _beside(name: str, shown: Shown, *, is_review: bool = False) -> Beside:
    """What must be beside the drawing of a name."""
    kind, _, about = name.partition("-")
    if kind == PROFILE:
        return spoken.profile(shown, is_review=is_review)
    if kind == DEVELOPMENT:
        return spoken.development(shown, about)
    if kind == NEED:
        return waterfall.beside(shown)
    return spoken.strip(shown, _indicator(about, shown))


def _indicator(named: str, shown: Shown) -> Indicator:
    indicators = shown.known.service.indicators
    return next(one for one in indicators if one.id.replace("_", "-") == named)


def _wanted(shown: Shown) -> Iterator[tuple[int, str]]:
    """The numbers and ids of the drawings that a page must have."""
    service = shown.known.service
    if shown.kommune:
        need, names = shown.facts.get("need"), [PROFILE]
        for chapter in service.chapters:
            about = {one.id for one in service.in_chapter(chapter.id)}
            names.append(f"{DEVELOPMENT}-{chapter.id}")
            names += [NEED] if need and need["corrected"] in about else []
    else:
        names = [f"kommunene-{one.id}".replace("_", "-") for one in service.indicators]
    yield from enumerate(names, start=1)


@dataclass(frozen=True)
class _Figure:
    """A figure of a page, with its table."""

    html: str
    table: str
    number: int
    name: str
    shown: Shown
    is_review: bool

    def faults(self) -> Iterator[str]:
        """Whatever is wrong with it; what cannot be read is wrong too."""
        try:
            yield from self._faults()
        except (ET.ParseError, LookupError, TypeError, ValueError) as error:
            yield f"cannot be read: {error!r}"

    def _faults(self) -> Iterator[str]:
        if len(SVG.findall(self.html)) != 1:
            yield "is missing, or has not one drawing"
            return
        rest = ET.fromstring(SVG.sub("", self.html))
        image = rest.find("./div[@role='img']")
        if image is None:
            yield "has no image with an alternative text"
            return
        drawing = opened(SVG.findall(self.html)[0], image.get("style", ""))
        yield from drawing.problems
        if drawing.name != self.name:
            yield f"is the drawing {drawing.name}, and should be {self.name}"
            return
        yield from drawing.misplaced()
        yield from drawing.unread()
        kind, _, about = self.name.partition("-")
        if kind == PROFILE:
            yield from Profile(drawing, self.shown, self.is_review).faults()
        elif kind == DEVELOPMENT:
            yield from Development(drawing, self.shown, about).faults()
        elif kind == NEED:
            yield from Waterfall(drawing, self.shown).faults()
        else:
            yield from Strip(
                drawing, self.shown, _indicator(about, self.shown)
            ).faults()
        beside = _beside(self.name, self.shown, is_review=self.is_review)
        yield from self._told(rest, image, beside)

    def _told(
        self, rest: ET.Element, image: ET.Element, beside: Beside
    ) -> Iterator[str]:
        """Caption, alternative text and table."""
        told = spaced("".join(t for c in rest.iter("figcaption") for t in c.itertext()))
        caption = _caption(beside, self.number, self.shown)
        if told != caption:
            yield f"the caption is «{told}», and should be «{caption}»"
        alt = spaced(image.get("aria-label", ""))
        if alt != spaced(beside.text):
            yield from _first("the alternative text", alt, spaced(beside.text))
        if not self.table:
            yield "has no table beside it"
            return
        table = ET.fromstring(KILDESPOR.sub("", self.table))
        named = spaced(f"{self.shown.words['numbers_caption']} {self.number}")
        if [_said(one) for one in table.iter("caption")] != [named]:
            yield f"the table beside is not called «{named}»"
        for fault in _table(table, beside.numbers):
            yield f"the table beside: {fault}"


def _first(what: str, told: str, wanted: str) -> Iterator[str]:
    """Where two texts part."""
    pairs = zip(told, wanted, strict=False)
    at = next(
        (n for n, (a, b) in enumerate(pairs) if a != b), min(map(len, (told, wanted)))
    )
    first = max(0, at - 40)
    yield f"{what} says «…{told[first : at + 40]}», not «…{wanted[first : at + 40]}»"


def _table(table: ET.Element, wanted: Numbers) -> Iterator[str]:
    """What is wrong with a table, cell by cell."""
    heads = tuple(_said(cell) for cell in table.iterfind(".//thead//th"))
    if heads != tuple(map(spaced, wanted.heads)):
        yield f"its heads are {heads}, and should be {wanted.heads}"
        return
    groups = table.findall(".//tbody")
    if len(groups) != len(wanted.groups):
        yield f"has {len(groups)} groups, and should have {len(wanted.groups)}"
        return
    for group, (name, lines) in zip(groups, wanted.groups, strict=True):
        head, *rows = group.findall("./tr")
        if _said(head) != spaced(name):
            yield f"a group is «{_said(head)}», and should be «{name}»"
        named = [_said(row.find("th")) for row in rows]
        if named != [spaced(line.name) for line in lines]:
            right = [line.name for line in lines]
            yield f"{name}: its rows are {named}, and should be {right}"
            continue
        for row, line in zip(rows, lines, strict=True):
            if (row.get("class") == "own") != line.is_own:
                yield f"{name}, {line.name}: is shown as the own, or is not"
            cells = [
                (_said(cell), cell.get("data-fact", ""), cell.get("data-field", ""))
                for cell in row.findall("td")
            ]
            owned = [(spaced(t), fact, field) for t, fact, field in line.cells]
            for place, (cell, own) in enumerate(zip(cells, owned, strict=False), 1):
                if cell != own:
                    yield f"{name}, {line.name}, {heads[place]}: is {cell}, not {own}"
            if len(cells) != len(owned):
                yield f"{name}, {line.name}: has {len(cells)} cells"
    signs = [_said(item) for item in table.iterfind(".//ul/li")]
    if signs != [spaced(sign) for sign in wanted.signs]:
        yield f"says of its signs {signs}, and should say {list(wanted.signs)}"


def _said(element: Any) -> str:
    return spaced("".join(element.itertext()))

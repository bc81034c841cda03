"""
The index of a year read back: line by line, as it is read from top to bottom.

Every line that the index must have is worked out from the reports' facts, in order: so
nothing is another's, nothing is left out, and nothing is there that no report says.
What sorts the cards stands in attributes, and is held against the same facts. Imports
``steering``, ``head`` and below.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeAlias

from asss.analysis.facts import HOUSEKEEPING
from asss.analysis.findings import NOT_COLLECTED, SUMMARY
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EVERY, METHOD, NETWORK
from asss.errors import RenderError
from asss.formats.readback import sight
from asss.formats.readback.expectation import (
    amount,
    dated,
    listed,
    marked,
    reservation,
    spaced,
)
from asss.formats.readback.head import false_head
from asss.formats.readback.markup import Element, page, places, text
from asss.formats.readback.steering import Cards, false_steering
from asss.outputs import HTML_NAME, INDEX_NAME, LINKED

__all__ = ["Told", "read"]

Facts: TypeAlias = Mapping[str, Any]

#: Elements that are one line each.
LINES = ("h1", "h2", "h3", "h4", "p", "li")

#: The letters behind z, in their Norwegian order.
ALPHABET = "abcdefghijklmnopqrstuvwxyzæøå"


@dataclass(frozen=True)
class Told:
    """
    What an index must tell of.

    Attributes
    ----------
    year : int
    folder : Path
        Of the year: that of each report lies in it.
    reports : mapping of str to mapping
        What the facts.json of each report holds, by the report's folder in that of the
        year: its service area and kommune.
    old : collection of str
        Those that could not be made again.
    years : sequence of int
        Other years that have an index.
    digest : str
        Of all the facts, as the manifest has it.
    """

    year: int
    folder: Path
    reports: Mapping[str, Facts]
    old: Collection[str] = ()
    years: Sequence[int] = ()
    digest: str = ""


@dataclass(frozen=True)
class Line:
    """A line as it is read, where its links lead, and what it is for the script."""

    text: str
    links: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()


def read(html: str, told: Told, areas: Sequence[Catalogue]) -> list[str]:
    """
    What is wrong with an index, each line with its place.

    Parameters
    ----------
    areas : sequence of Catalogue
        Of each service area that there is a part on, in their order.
    """
    try:
        root = page(html, areas[0].phrases.words)
    except RenderError as error:
        return [f"{INDEX_NAME}: {error}"]
    kind = sight.OF_AREAS if len(areas) > 1 else sight.OF_ALL
    found = [
        *_faults(root, told, areas),
        *_steering(root, told, areas),
        *sight.hidden(root),
        *sight.strange_looks(html, kind, has_script=True),
    ]
    return [f"{INDEX_NAME}: {fault}" for fault in found]


def _faults(root: Element, told: Told, areas: Sequence[Catalogue]) -> Iterator[str]:
    wanted = list(_lines_of(told, areas))
    title, intro = f"{wanted[1].text} – ASSS", wanted[2].text
    yield from false_head(root, title, intro, {"facts-sha256": told.digest})
    place = "top"
    for number, (line, other) in enumerate(zip_longest(_lines(root), wanted), 1):
        if line is None or other is None:
            lost, more = other.text if other else "", line.text if line else ""
            yield f"{place}: «{lost or more}» is {'not there' if lost else 'too much'}"
            return
        if other.links and not other.text.startswith(("HTML", "PDF", "Word")):
            place = other.text
        for what in ("text", "links", "sorts"):
            is_, should_be = getattr(line, what), getattr(other, what)
            if is_ != should_be:
                yield (
                    f"{place}, line {number}: is {_shown(is_)}, and should be "
                    f"{_shown(should_be)}"
                )
                if what == "text":
                    # What comes after it may be a line off.
                    return
    there = places(root)
    for link in root.iter("a"):
        href = link.get("href", "")
        if href.startswith("#"):
            if href[1:] not in there:
                yield f"«{text(link)}» leads to {href}, which is not there"
        elif not href.startswith("../") and not (told.folder / href).is_file():
            yield f"«{text(link)}» leads to {href}, where no file is"


def _name_of(card: Element) -> Element | None:
    """The heading of a card; a line of a list has none."""
    return next((one for one in card if one.tag in ("h3", "h4")), None)


def _shown(part: str | tuple[str, ...]) -> str:
    written = f"«{part}»" if isinstance(part, str) else ", ".join(part)
    return written if part else "empty"


def _steering(root: Element, told: Told, areas: Sequence[Catalogue]) -> Iterator[str]:
    """What its program goes by: of each service area, how many cards there are."""
    cards = []
    for known in areas:
        folder = f"{known.service.service}/"
        named = {f"{folder}{one.id}" for one in known.network.in_year(told.year)}
        mark = _mark(known, areas)
        cards.append(Cards(known, mark, folder, len(named & {*told.reports})))
    words, are_many = areas[0].phrases.words, len(areas) > 1
    return false_steering(root, words, cards, are_many=are_many)


def _mark(known: Catalogue, areas: Sequence[Catalogue]) -> str:
    """By what ids of one area differ from another's, where there are more than one."""
    name = known.service.service.replace("_", "-")
    return f"-{name}" if len(areas) > 1 else ""


def _lines(root: Element) -> Iterator[Line]:
    """The lines of a page, from top to bottom; not those that steer it."""
    steering = {
        part
        for box in root.iter("div")
        if box.get("class") == "controls"
        for part in box.iter()
    }
    main = root.find(".//main")
    for part in main.iter(*LINES) if main is not None else ():
        if part in steering or (part.tag == "li" and _name_of(part) is not None):
            continue
        about = part.get("data-indicator"), part.get("data-value")
        yield Line(
            text(part),
            tuple(
                f"{link.get('href')} ({link.get('aria-label')})"
                if link.get("aria-label")
                else link.get("href", "")
                for link in part.iter("a")
            ),
            tuple(one for one in about if one is not None),
        )


def _lines_of(told: Told, areas: Sequence[Catalogue]) -> Iterator[Line]:
    """The lines that an index must have, in their order."""
    words, phrases = areas[0].phrases.words, areas[0].phrases.phrases
    names, are_many = [known.service.name for known in areas], len(areas) > 1
    kicker = phrases["kicker"].sentence
    yield Line(spaced(kicker.format(edition=told.year + 1, year=told.year)))
    title = phrases["index_title_all" if are_many else "index_title"].sentence
    yield Line(spaced(title.format(service=names[0], year=told.year)))
    yield Line(spaced(words["index_intro_all" if are_many else "index_intro"]))
    if told.years:
        yield Line(
            f"{words['index_years']}: {' '.join(map(str, told.years))}",
            tuple(f"../{year}/{INDEX_NAME}" for year in told.years),
        )
    if any(facts["contains_reconstructed"] for facts in told.reports.values()):
        warning = words["reconstructed_heading"], words["index_reconstructed"]
        yield Line(spaced("{}. {}".format(*warning)))
    if are_many:
        to = (f"#{_mark(known, areas)[1:]}" for known in areas)
        yield Line(spaced(f"{words['index_areas']}: {' '.join(names)}"), tuple(to))
    for known in areas:
        if are_many:
            yield Line(spaced(known.service.name))
        yield from _Area(told, known, are_many=are_many).lines()


class _Area:
    """The lines that a part of an index must have: of one service area."""

    def __init__(self, told: Told, known: Catalogue, *, are_many: bool) -> None:
        self._before = f"{known.service.name}, " if are_many else ""
        area = f"{known.service.service}/"
        self._known, self._year, self._folder = known, told.year, told.folder / area
        self._words, self._phrases = known.phrases.words, known.phrases.phrases
        self._reports = {
            name.removeprefix(area): facts
            for name, facts in told.reports.items()
            if name.startswith(area)
        }
        self._old = {one.removeprefix(area) for one in told.old if area in one}

    def lines(self) -> Iterator[Line]:
        """All of them, in their order."""
        words, known, reports = self._words, self._known, self._reports
        named = {one.id: one.name for one in known.network.in_year(self._year)}
        everything = named | {
            NETWORK: words["network_name"],
            METHOD: words["method_name"],
        }
        lost = [everything[name] for name in everything if name not in reports]
        if lost:
            yield Line(f"{words['index_missing']}: {listed(lost, words)}.")
        if NETWORK in reports:
            yield Line(words["network_name"], (self._first(NETWORK),))
            yield from self._summary(NETWORK)
            yield from self._dates(NETWORK)
            yield self._files(NETWORK, words["network_name"])
        if METHOD in reports:
            titled = reports[METHOD]["title"]
            yield Line(titled, (self._first(METHOD),))
            yield Line(spaced(words["method_about"]))
            if METHOD in self._old:
                yield Line(words["index_old"])
            yield self._files(METHOD, words["method_name"])
        cards = sorted(
            (n for n in reports if n in named),
            key=lambda n: [ALPHABET.find(letter) for letter in named[n].casefold()],
        )
        if cards:
            yield Line(words["index_kommuner"])
        for name in cards:
            yield Line(named[name], (self._first(name),))
            yield from self._dates(name)
            yield from self._values(name)
            yield from self._summary(name)
            yield from self._notes(name)
            yield self._files(name, named[name])

    def _there(self, name: str) -> list[str]:
        folder = self._folder / name
        return [file for file in LINKED if (folder / file).is_file()]

    def _first(self, name: str) -> str:
        return self._address(name, next(iter(self._there(name)), HTML_NAME))

    def _address(self, name: str, file: str) -> str:
        return f"{self._known.service.service}/{name}/{file}"

    def _files(self, name: str, called: str) -> Line:
        words = self._words
        labels = (
            *("HTML", "PDF", "Word", words["index_review"], words["index_notebook"]),
            *("Excel", "CSV", words["index_facts"]),
        )
        of = dict(zip(LINKED, labels, strict=True))
        there = self._there(name)
        # They stand beside each other, and are kept apart by the stylesheet.
        written = "".join(of[file] for file in there)
        return Line(
            written,
            tuple(
                f"{self._address(name, file)} ({self._before}{called}, {of[file]})"
                for file in there
            ),
        )

    def _dates(self, name: str) -> Iterator[Line]:
        words, facts = self._words, self._reports[name]
        run, status = facts["run"], facts["edition"]["status"] or "unknown"
        told = words[f"status_{status}"]
        told = told[:1].upper() + told[1:].lower()
        if facts["contains_reconstructed"]:
            told += f", {reservation(facts, self._known)}"
        day = words["unpublished"]
        if run["published"]:
            day = f"{words['published']} {dated(run['published'])}"
        if run["changed"]:
            day += f" · {words['changed']} {dated(run['changed'])}"
        yield Line(spaced(f"{told} {day}"))
        if name in self._old:
            yield Line(spaced(words["index_old"]))

    def _summary(self, name: str) -> Iterator[Line]:
        for said in self._reports[name]["sentences"]:
            if said["section"] == SUMMARY and said["rule"] != NOT_COLLECTED:
                yield Line(spaced(said["text"]))

    def _own(self, name: str) -> dict[str, Facts]:
        """The report's own facts of its year, by indicator."""
        of = name, self._year
        facts = self._reports[name]["facts"]
        own = {f["indicator"]: f for f in facts if (f["kommune"], f["year"]) == of}
        rows = self._known.service.indicators
        return {one.id: own[one.id] for one in rows if one.id in own}

    def _values(self, name: str) -> Iterator[Line]:
        """What the cards are sorted by: hidden until then."""
        words = self._words
        for indicator, fact in self._own(name).items():
            said = [self._known.indicator(indicator).short_name, fact["status"]]
            sorts = [indicator]
            if fact["value"] is not None:
                said[1] = amount(fact["value"], fact, words, fact["basis"])
                sorts.append(str(fact["value"]))
            if fact["rank"]:
                place = self._phrases["index_rank"].sentence
                sign = marked(words, fact["distance_basis"])
                said.append(place.format(rank=fact["rank"], n=fact["n"]) + sign)
            yield Line(spaced(" ".join(said)), (), tuple(sorts))

    def _notes(self, name: str) -> Iterator[Line]:
        """Forbehold on all of the year; then what kinds there are, and on what."""
        own, year = self._own(name), self._year
        held = [
            entry
            for entry in self._reports[name]["forbehold"]
            if entry["kind"] not in HOUSEKEEPING
        ]
        for entry in held:
            is_own = entry["kommuner"] == EVERY or name in entry["kommuner"]
            if entry["indicators"] == EVERY and year in entry["years"] and is_own:
                yield Line(spaced(entry["text"]))
        kinds: dict[str, list[str]] = {}
        for entry in held:
            if entry["indicators"] != EVERY:
                about = kinds.setdefault(self._known.kinds[entry["kind"]].name, [])
                about += [
                    self._known.indicator(indicator).short_name
                    for indicator, fact in own.items()
                    if entry["id"] in fact["forbehold"]
                ]
        for kind, about in kinds.items():
            if about:
                sentence = self._phrases["index_caveat"].sentence
                names = listed(about, self._words)
                yield Line(spaced(sentence.format(name=kind, indicators=names)))

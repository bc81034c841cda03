"""
What steers an index, read back: where its search looks, and what its cards sort by.

The program of the page takes all of it from attributes, which no reader sees: names
that are looked in, the list that is sorted, and what is told when that is done. So each
is held to the letter, and an attribute that nothing here knows of is named. Imports
``expectation`` and ``markup``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TypeAlias

from lxml import etree

from asss.catalogue.catalogue import Catalogue
from asss.formats.readback.expectation import spaced
from asss.formats.readback.markup import Element, places, text

__all__ = ["Cards", "false_steering"]

Words: TypeAlias = Mapping[str, str]

#: What the search looks in: the names of cards.
NAMED = ".card[data-name]"

#: Where the program finds what it needs, and in which elements; fields have more.
GIVEN = {"data-name": {"li"}, "data-indicator": {"p"}, "data-value": {"p"}}

#: Attributes of fields that the program goes by, or that a reader hears.
STEERS = ("id", "for", "type", "role", "value", "multiple", "disabled", "aria-label")

CARDS = etree.XPath("//*[@data-name] | //*[contains(concat(' ',@class,' '),' card ')]")


@dataclass(frozen=True)
class Cards:
    """
    The cards of a service area: how they are told from another's, and where they lead.

    Attributes
    ----------
    mark : str
        By what ids of one area differ from another's.
    folder : str
        Where the reports are that the cards lead to.
    count : int
    """

    known: Catalogue
    mark: str
    folder: str
    count: int


@dataclass(frozen=True)
class Part:
    """A field, or a line beside one: what is read of it, and what the program reads."""

    tag: str
    text: str = ""
    given: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        given = "".join(f' {name}="{value}"' for name, value in self.given.items())
        return f"<{self.tag}{given}> «{self.text}»"


def false_steering(
    root: Element, words: Words, areas: Sequence[Cards], *, are_many: bool
) -> Iterator[str]:
    """What steers an index, and is another than it should be."""
    boxes = [one for one in root.iter("div") if one.get("class") == "controls"]
    wanted = list(_boxes(words, areas, are_many=are_many))
    if len(boxes) != len(wanted):
        yield f"is steered in {len(boxes)} places, and should be in {len(wanted)}"
    for box, parts in zip(boxes, wanted, strict=False):
        found = [_part(one) for one in box.iter() if one.tag not in ("div", "p")]
        found += [_part(one) for one in box.iter("div") if one is not box]
        for is_, should_be in zip_longest(found, parts):
            if is_ != should_be:
                yield f"is steered by {is_}, and should be by {should_be}"
    yield from _beside(root, {part for box in boxes for part in box.iter()})
    yield from _lists(root, areas)


def _part(element: Element) -> Part:
    """What there is of an element; what is chosen from a list stands by itself."""
    given = {
        name: str(value)
        for name, value in sorted(element.attrib.items())
        if name in STEERS or str(name).startswith("data-")
    }
    told = "" if element.tag == "select" else text(element)
    return Part(str(element.tag), told, given)


def _boxes(
    words: Words, areas: Sequence[Cards], *, are_many: bool
) -> Iterator[list[Part]]:
    """What each box of fields must hold, from top to bottom: its line of news last."""
    search = [
        Part("label", spaced(words["site_find"]), {"for": "finn"}),
        Part("input", "", {"data-finds": NAMED, "id": "finn", "type": "search"}),
    ]
    names = "falling", "none", "rising", "shown"
    news = {f"data-{name}": words[f"site_{name}"] for name in names}
    told = Part("div", "", {**news, "role": "status"})
    if are_many:
        yield [*search, told]
    for one in areas:
        if one.count:
            # Where there are several areas, one search is for all of them.
            yield [*([] if are_many else search), *_sorting(words, one), told]


def _sorting(words: Words, cards: Cards) -> Iterator[Part]:
    """By what the cards of an area can be sorted: each indicator by its name."""
    name = f"sorter{cards.mark}"
    yield Part("label", spaced(words["site_sort"]), {"for": name})
    list_ = {"data-sorts": f"#kort{cards.mark}", "data-what": words["index_kommuner"]}
    yield Part("select", "", {**list_, "id": name})
    yield Part("option", spaced(words["site_by_name"]), {"value": ""})
    for one in cards.known.service.indicators:
        yield Part("option", spaced(one.short_name), {"value": one.id})


def _beside(root: Element, steering: set[Element]) -> Iterator[str]:
    """What the program would find elsewhere, or not find where it is."""
    for element in root.iter():
        for name in element.keys() if element not in steering else ():
            is_given = element.tag in GIVEN.get(str(name), ())
            if str(name).startswith("data-") and not is_given:
                yield f"<{element.tag}> has {name}: «{text(element)[:60]}»"
    for card in CARDS(root):
        heads = [text(one) for one in card if one.tag in ("h3", "h4")]
        classes = card.get("class", "").split()
        if [card.get("data-name")] != heads or "card" not in classes:
            named = heads[0] if heads else text(card)[:60]
            yield f"{named}: is found as {card.get('data-name')}"


def _lists(root: Element, areas: Sequence[Cards]) -> Iterator[str]:
    """What is sorted: the cards of the area, all of them and no other's."""
    there = places(root)
    for one in areas:
        cards = there.get(f"kort{one.mark}")
        lead = [card.find("*/a") for card in cards] if cards is not None else []
        led = ["" if link is None else link.get("href", "") for link in lead]
        own = [href for href in led if href.startswith(one.folder)]
        if len(own) != one.count or own != led:
            yield f"#kort{one.mark} sorts {led}, and should sort {one.count} cards"

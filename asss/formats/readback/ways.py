"""
Ways back from notes, read back: each says the place that it leads to.

Whoever hears a page has nothing but that label to choose by, and cannot see where an
arrow leads before going there. The place is read off the page around the letter: its
row and column, or the sentence that it stands behind. Imports ``expectation`` and
``markup``.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import count

from asss.catalogue.catalogue import Catalogue
from asss.formats.readback.expectation import spaced
from asss.formats.readback.markup import Element, places, said, text

__all__ = ["false_ways"]

ARROW = "↑"


def false_ways(root: Element, known: Catalogue) -> Iterator[str]:
    """Labels of ways back that name another place, and letters without a way back."""
    letters = _Letters(root, known)
    there = places(root)
    form = known.phrases.phrases["note_back"].sentence
    for name, note in there.items():
        if not name.startswith("note-"):
            continue
        ways = [one for one in note.iter("a") if said(one).startswith(ARROW)]
        led = [str(one.get("href"))[1:] for one in ways]
        if Counter(led) != Counter(letters.of(name)):
            yield f"{name}: leads back to {led}, and should to {letters.of(name)}"
            continue
        for way, at in zip(ways, led, strict=True):
            should = spaced(form.format(place=letters.place(at)))
            told = spaced(way.get("aria-label", ""))
            if told != should:
                yield f"{name}: «{told}» leads to {at}, and should be «{should}»"


class _Letters:
    """All letters of notes on a page, and where each of them stands."""

    def __init__(self, root: Element, known: Catalogue) -> None:
        self._words = known.phrases.words
        figures = known.service.figures
        self._short = {spaced(one.name): spaced(one.short_name) for one in figures}
        self._short |= {one: one for one in self._short.values()}
        self._found: dict[str, tuple[str, str]] = {}
        for name, target, place in (*self._in_tables(root), *self._in_text(root)):
            self._found[name] = target, place

    def of(self, note: str) -> list[str]:
        """Where the letters of a note are, from top to bottom."""
        return [name for name, (target, _) in self._found.items() if target == note]

    def place(self, name: str) -> str:
        """What must be said of the place of a letter."""
        return self._found[name][1]

    def _in_tables(self, root: Element) -> Iterator[tuple[str, str, str]]:
        """By the head of the row, and that of the column where it is not the row's."""
        for table in root.iter("table"):
            heads = [one for one in table.iter("th") if one.get("scope") == "col"]
            for head in heads:
                yield from self._letters(head, text(head))
            for row in table.iterfind("tbody/tr"):
                first, *rest = row
                name = self._named(first)
                yield from self._letters(first, name)
                for cell, head in zip(rest, heads[1:], strict=False):
                    yield from self._letters(cell, f"{name}, {text(head)}")

    def _named(self, head: Element) -> str:
        """The short name of the indicator that a row begins with."""
        told = text(head)
        found = [one for one in self._short if told.startswith(one)]
        return self._short[max(found, key=len)] if found else told

    def _in_text(self, root: Element) -> Iterator[tuple[str, str, str]]:
        """By the chapter, and the number among its sentences that have a letter."""
        chapter, number = "", count(1)
        for one in root.iter("h2", "sup"):
            if one.tag == "h2":
                chapter, number = said(one), count(1)
                continue
            before = one.getprevious()
            if before is not None and "data-rule" in before.attrib:
                place = f"{chapter}, {self._words['note_sentence']} {next(number)}"
                yield from self._letters(one, place)

    @staticmethod
    def _letters(where: Element, place: str) -> Iterator[tuple[str, str, str]]:
        for link in where.iter("a"):
            target = str(link.get("href", ""))[1:]
            if target.startswith("note-") and link.get("id"):
                yield str(link.get("id")), target, place

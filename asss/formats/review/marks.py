"""
Marks put into finished markup, and not a byte of it changed beside them.

A parser finds the places, by the attributes that the public page has for machines:
``data-rule`` and ``data-facts`` on a sentence, ``data-fact`` and ``data-field`` on a
number. The markup itself is never written anew, so what a reader of the public page
sees, the reviewer sees. Imports nothing of this package.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser

#: A mark, whole: what stands before a number's text, and what stands after.
MARK = re.compile(r'<a class="spor"[^>]*>(.*?)<span class="k">[^<]*</span></a>', re.S)


@dataclass(frozen=True)
class Sentence:
    """A sentence that was found in the markup."""

    rule: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Number:
    """A number that was found in the markup; ``field`` names a field of the fact."""

    fact: str
    field: str


@dataclass(frozen=True)
class Target:
    """Where a mark leads: the id of a kildespor, its short name, the mark's own id."""

    id: str
    name: str
    mark: str


def put(html: str, target: Callable[[Sentence | Number], Target]) -> str:
    """
    Put a mark at each sentence and number of some markup.

    Parameters
    ----------
    html : str
    target : function of Sentence or Number
        Called in the order of the markup.

    Returns
    -------
    html : str
        Numbers have become links; sentences have a link at their end.
    """
    places = _Places(html, target)
    places.feed(html)
    places.close()
    for at, written in sorted(places.found, key=lambda place: place[0], reverse=True):
        html = html[:at] + written + html[at:]
    return html


def taken_out(html: str) -> str:
    """The markup without its marks: as it was before."""
    return MARK.sub(r"\1", html)


class _Places(HTMLParser):
    """Offsets of the places where something is to be put in."""

    def __init__(self, html: str, target: Callable[[Sentence | Number], Target]):
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str]] = []
        self._target = target
        lines = html.split("\n")
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._sentence: Sentence | None = None
        self._tag, self._depth = "", 0
        self._number: Number | None = None

    @property
    def _offset(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._sentence and tag == self._tag:
            self._depth += 1
        given = dict(attrs)
        if rule := given.get("data-rule"):
            facts = (given.get("data-facts") or "").split()
            self._sentence = Sentence(rule, tuple(facts))
            self._tag, self._depth = tag, 1
        if fact := given.get("data-fact"):
            self._number = Number(fact, given.get("data-field") or "value")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing stands inside: neither a sentence nor a number."""

    def handle_data(self, data: str) -> None:
        if self._number and data.strip():
            start = self._offset + len(data) - len(data.lstrip())
            target = self._target(self._number)
            self.found.append((start, _open(target)))
            self.found.append((start + len(data.strip()), _close(target)))
            self._number = None

    def handle_endtag(self, tag: str) -> None:
        if not self._sentence or tag != self._tag:
            return
        self._depth -= 1
        if not self._depth:
            target = self._target(self._sentence)
            self.found.append((self._offset, _open(target) + _close(target)))
            self._sentence = None


def _open(target: Target) -> str:
    own = f' id="{target.mark}"' if target.mark else ""
    return f'<a class="spor"{own} href="#{target.id}">'


def _close(target: Target) -> str:
    return f'<span class="k">{target.name}</span></a>'

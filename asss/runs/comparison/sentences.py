"""
Two versions of a text: which sentence became which, and which words differ.

The same both ways: read backwards, it tells the mirror of what it tells forwards.
"""

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal, TypeAlias

from asss.catalogue.language import HARD_SPACE
from asss.page.text import Sentence

#: An old and a new sentence; None where there is none.
Pair: TypeAlias = tuple[Sentence | None, Sentence | None]

#: Words, and the punctuation around them. A hard space binds: «kr 1 985» is one word.
TOKENS = re.compile(r"( |[()]|[.,;:](?=[ )]|$))")


@dataclass(frozen=True)
class Piece:
    """A run of words that stayed, went or came."""

    kind: Literal["same", "removed", "added"]
    text: str


def pair(old: Sequence[Sentence], new: Sequence[Sentence]) -> list[Pair]:
    """
    Pair the sentences that are not the same, in the order of the page.

    A sentence that reads the same in the same section has not changed, whatever it
    rests on, and wherever a line may break. Of the others, those are two versions of
    one that have the same section, rule and facts; then those of the same section and
    facts, where another rule was chosen; then those of the same section and rule that
    share a fact, the most first.
    """
    left = (list(range(len(old))), list(range(len(new))))
    _take(left, old, new, lambda said: (said.chapter, _read(said)))
    found = [
        *_take(left, old, new, lambda said: (said.chapter, said.rule, said.facts)),
        *_take(left, old, new, lambda said: (said.chapter, said.facts)),
        *_take_nearest(left, old, new),
    ]
    sections = list(dict.fromkeys(said.chapter for said in (*new, *old)))

    def place(one: tuple[int | None, int | None]) -> tuple[int, int, bool]:
        i, j = one
        said = old[i] if j is None and i is not None else new[j or 0]
        position = j if j is not None else i or 0
        return sections.index(said.chapter), position, j is None

    pairs = [*found, *((i, None) for i in left[0]), *((None, j) for j in left[1])]
    return [
        (None if i is None else old[i], None if j is None else new[j])
        for i, j in sorted(pairs, key=place)
    ]


def _read(said: Sentence) -> str:
    """What a reader reads: a hard space looks like any other."""
    return said.text.replace(HARD_SPACE, " ")


def _take(
    left: tuple[list[int], list[int]],
    old: Sequence[Sentence],
    new: Sequence[Sentence],
    key: Callable[[Sentence], Hashable],
) -> list[tuple[int, int]]:
    """Take out of those left the pairs that have the same key, first with first."""
    waiting: dict[Hashable, list[int]] = {}
    for j in left[1]:
        waiting.setdefault(key(new[j]), []).append(j)
    taken = [
        (i, found.pop(0)) for i in left[0] if (found := waiting.get(key(old[i]), []))
    ]
    _remove(left, taken)
    return taken


def _take_nearest(
    left: tuple[list[int], list[int]], old: Sequence[Sentence], new: Sequence[Sentence]
) -> list[tuple[int, int]]:
    shared = {
        (i, j): len(set(old[i].facts) & set(new[j].facts))
        for i in left[0]
        for j in left[1]
        if (old[i].chapter, old[i].rule) == (new[j].chapter, new[j].rule)
    }
    taken: list[tuple[int, int]] = []
    # Sorted without preferring one side, so that the mirror gives the mirror.
    for i, j in sorted(shared, key=lambda p: (-shared[p], max(p), min(p))):
        is_free = all(i != other and j != another for other, another in taken)
        if shared[i, j] and is_free:
            taken.append((i, j))
    _remove(left, taken)
    return taken


def _remove(
    left: tuple[list[int], list[int]], taken: Sequence[tuple[int, int]]
) -> None:
    for side, gone in enumerate(zip(*taken, strict=True)):
        left[side][:] = [index for index in left[side] if index not in gone]


def word_changes(old: str, new: str) -> tuple[Piece, ...]:
    """
    Say which words of a sentence went, came and stayed.

    Examples
    --------
    >>> [f"{p.kind}: {p.text}" for p in word_changes("Den er 4,1 høy.", "Den er 4,3.")]
    ['same: Den er ', 'removed: 4,1 høy', 'added: 4,3', 'same: .']
    """
    before, after = (
        [part for part in TOKENS.split(text) if part] for text in (old, new)
    )
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    # A space alone between two changes is part of the change: it reads as one.
    found: list[Piece] = []
    for is_same, run in groupby(
        steps, key=lambda s: s[0] == "equal" and before[s[1] : s[2]] != [" "]
    ):
        parts = list(run)
        gone = "".join(part for _, i, k, _, _ in parts for part in before[i:k])
        come = "".join(part for _, _, _, j, m in parts for part in after[j:m])
        if is_same or gone == come:
            found.append(Piece("same", gone))
            continue
        if gone:
            found.append(Piece("removed", gone))
        if come:
            found.append(Piece("added", come))
    return tuple(found)

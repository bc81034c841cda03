"""
Two versions of a text: which sentence became which, and which words differ.

The same both ways: read backwards, it gives the mirror of what it gives forwards.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal, TypeAlias

from asss.catalogue.language import HARD_SPACE
from asss.page.text import Sentence

__all__ = ["Pair", "Piece", "pair", "word_changes"]

#: An old and a new sentence; None where there is none.
Pair: TypeAlias = tuple[Sentence | None, Sentence | None]

#: Words, and the punctuation around them. A hard space binds: «kr 1 985» is one word.
TOKENS = re.compile(r"( |[()]|[.,;:](?=[ )]|$))")

#: The distance of two sentences that read the same.
SAME = (0, 0)


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
    # Sorted without preferring one side, so that the mirror gives the mirror.
    candidates = sorted(
        (distance, max(i, j), min(i, j), i, j)
        for i, before in enumerate(old)
        for j, after in enumerate(new)
        if (distance := _distance(before, after)) is not None
    )
    became: dict[int, int] = {}
    unchanged: set[int] = set()
    for distance, _, _, i, j in candidates:
        if i not in became and j not in became.values():
            became[i] = j
            if distance == SAME:
                unchanged.add(i)
    sections = list(dict.fromkeys(said.chapter for said in (*new, *old)))
    pairs: list[tuple[int, int, bool, Pair]] = []
    for i, before in enumerate(old):
        section = sections.index(before.chapter)
        if i not in became:
            pairs.append((section, i, True, (before, None)))
        elif i not in unchanged:
            pairs.append((section, became[i], False, (before, new[became[i]])))
    for j, after in enumerate(new):
        if j not in became.values():
            pairs.append((sections.index(after.chapter), j, False, (None, after)))
    return [found[-1] for found in sorted(pairs, key=lambda found: found[:3])]


def _distance(old: Sentence, new: Sentence) -> tuple[int, int] | None:
    """How far apart two sentences are; None where neither is a version of the other."""
    if old.chapter != new.chapter:
        return None
    # To a reader, a hard space looks like any other.
    if old.text.replace(HARD_SPACE, " ") == new.text.replace(HARD_SPACE, " "):
        return SAME
    if old.facts == new.facts:
        return (1, 0) if old.rule == new.rule else (2, 0)
    shared = len(set(old.facts) & set(new.facts))
    return (3, -shared) if shared and old.rule == new.rule else None


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

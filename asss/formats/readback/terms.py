"""
Terms of the page on what all reports stand on, read back: each with its explanation.

Somebody who wonders what a sign or an index is looks there, and takes what stands
beside it. Imports ``expectation`` and ``markup``.
"""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import TypeAlias

from asss.formats.readback.expectation import SIGNS, marked, spaced
from asss.formats.readback.markup import Element, said

__all__ = ["false_terms"]

Words: TypeAlias = Mapping[str, str]


def false_terms(root: Element, words: Words) -> Iterator[str]:
    """What is explained as something else, in another order, or not at all."""
    lists = [[*_terms(one)] for one in root.iter("dl")]
    for found, wanted in zip_longest(lists, (_signs(words), _numbers(words))):
        pairs = [(spaced(sign), spaced(told)) for sign, told in wanted or ()]
        for one, should in zip_longest(found or (), pairs):
            if one != should:
                is_, other = (
                    " – ".join(both or ("nothing",)) for both in (one, should)
                )
                yield f"terms: is «{is_}», and should be «{other}»"


def _terms(list_: Element) -> Iterator[tuple[str, str]]:
    """Each term of a list, by what stands in the same line."""
    for line in list_:
        terms, told = (
            " ".join(said(one) for one in line.iter(tag)) for tag in ("dt", "dd")
        )
        yield terms, told


def _signs(words: Words) -> list[tuple[str, str]]:
    """What stands beside a figure, in its place, and at a mean that is plain."""
    bases = ("reconstructed", "preliminary")
    beside = [(marked(words, one), words[f"notes_{one}"]) for one in bases]
    instead = [
        (sign, words[f"notes_sign_{name}"].format(sign=sign))
        for sign, name in SIGNS.items()
        if sign
    ]
    others = [
        (words["plain_mark"], words["network_plain"]),
        ("–", words["method_dash"]),
        (words["break_mark"], words["method_break"]),
    ]
    return [*beside, *instead, *others]


def _numbers(words: Words) -> list[tuple[str, str]]:
    """How index, place and change are worked out."""
    return [
        (words["profile_index"], words["method_index"]),
        (words["table_rank"], words["notes_rank"]),
        (words["profile_change"], words["method_change"]),
    ]

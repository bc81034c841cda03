"""
How figures are written, once more and by itself: nothing of the first pen is asked.

Were the two the same, a slip of the pen would be its own witness. Units and signs are
words of the phrase file. Imports nothing.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Words = Mapping[str, str]

#: Decimals beyond print in which two ways to compute the same may differ.
NOISE = 9


def spaced(text: str) -> str:
    """A text as a reader compares it: every space is a space."""
    return " ".join(text.split())


def written(value: float, decimals: int = 0) -> str:
    r"""
    A number in print.

    Examples
    --------
    >>> written(69414.4), written(-0.25, 1), written(-0.04, 1), written(1234567)
    ('69\xa0414', '−0,3', '0,0', '1\xa0234\xa0567')
    """
    exact = round(Decimal(value), decimals + NOISE)
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    whole, _, part = str(abs(rounded)).partition(".")
    first = len(whole) % 3
    groups = [whole[:first]] if first else []
    groups += [whole[at : at + 3] for at in range(first, len(whole), 3)]
    sign = "\u2212" if rounded < 0 else ""
    return sign + "\u00a0".join(groups) + ("," + part if part else "")


def dated(iso: str) -> str:
    """
    A date in print; what is none stays as it is.

    Examples
    --------
    >>> dated("2021-03-15"), dated("2022")
    ('15.03.2021', '2022')
    """
    parts = iso[:10].split("-")
    return ".".join(reversed(parts))


def counted(count: int, words: Words) -> set[str]:
    """How a number of things may be written: in letters up to twelve, by gender."""
    if count > 12:
        return {written(count)}
    letters = {words[f"number_{count}"], str(count)}
    return letters | {words["number_1_neuter"]} if count == 1 else letters


def marked(words: Words, *bases: str) -> str:
    """The mark of what rests on these bases: the worst of them tells."""
    for basis in ("reconstructed", "preliminary"):
        if basis in bases:
            return words[f"{basis}_mark"]
    return ""


def amount(
    value: float, fact: Mapping[str, Any], words: Words, *bases: str, role: str = "unit"
) -> str:
    """A figure in a sentence, in the unit of a fact, with its mark."""
    unit = fact["unit"]
    form = words.get(f"{role}_{unit}") or words[f"unit_{unit}"]
    number = written(value, fact["decimals"])
    return form.format(number=number) + marked(words, *bases)


def percent(value: float, words: Words, *bases: str) -> str:
    """A whole number of percent without sign, with its mark."""
    form = words["unit_prosent"]
    return form.format(number=written(abs(value))) + marked(words, *bases)

"""
Statements: what a report may say, before it has words.

A statement names a phrase and gives it its details; a detail is a quantity, a name, or
the key of a word. How each is written is decided in ``text``. Imports ``facts`` and
below.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from asss.analysis.facts import Fact
from asss.analysis.tables import MISSING, SIGNS, meaning, weakest
from asss.catalogue.catalogue import Catalogue


@dataclass(frozen=True)
class Quantity:
    """A number on its way into a sentence: how it is written is decided by ``text``.

    ``role`` is ``level``, ``distance`` (whole percent without sign) or ``difference``.
    """

    value: float
    unit: str
    decimals: int
    basis: str
    role: str = "level"


@dataclass(frozen=True)
class Count:
    """How many, in running text; ``is_neuter`` by what is counted.

    ``basis`` is that of the figures which decide how many they are; empty where no
    figure does, as when forbehold are counted.
    """

    value: int
    basis: str = ""
    is_neuter: bool = False


@dataclass(frozen=True)
class Word:
    """A word or name that the phrase file spells, by its key.

    ``basis`` is that of the figures which it is said of; empty of a mere name.
    """

    key: str
    basis: str = ""


@dataclass(frozen=True)
class Claim:
    """What the words before it rest on: a trend, a direction, a superlative.

    Written as the mark alone; see :func:`claim`.
    """

    basis: str


@dataclass(frozen=True)
class Fragment:
    """A phrase inside a phrase."""

    rule: str
    details: Mapping[str, "Detail"]


#: What a field of a phrase may be. A tuple is a list to be joined with «og».
Detail: TypeAlias = (
    "str | int | Quantity | Count | Word | Claim | Fragment | tuple[Detail, ...]"
)


@dataclass(frozen=True)
class Statement:
    """Something worth saying: which phrase, with what in it, resting on which facts."""

    chapter: str
    rule: str
    details: Mapping[str, Detail]
    facts: tuple[str, ...]


def level(fact: Fact) -> Quantity:
    """A fact's value."""
    return Quantity(fact.given(), fact.unit, fact.decimals, fact.basis)


def previous(fact: Fact) -> Quantity:
    """Its value the year before."""
    before = fact.given("previous")
    return Quantity(before, fact.unit, fact.decimals, fact.previous_basis)


def mean(fact: Fact) -> Quantity:
    """The network's mean."""
    middle = fact.given("network_mean")
    return Quantity(middle, fact.unit, fact.decimals, fact.mean_basis)


def distance(fact: Fact) -> Quantity:
    """How far from the mean, without sign."""
    away = abs(fact.given("distance"))
    return Quantity(away, "prosent", 0, fact.distance_basis, "distance")


def change(fact: Fact) -> Quantity:
    """How much since last year, without sign."""
    return Quantity(
        abs(fact.given("change")),
        fact.unit,
        fact.decimals,
        weakest(bases_of_change((fact,))),
        "difference",
    )


def claim(bases: Iterable[str], *beside: Quantity) -> Claim:
    """
    The mark of what is claimed in words, by the figures behind it, told or not.

    Parameters
    ----------
    bases : iterable of str
        Those of every figure that could make the claim untrue.
    beside : Quantity
        Amounts that the claim is told with, as «høyest i Oslo (kr 72 000)». Where one
        of them bears the mark, a second one would say no more.
    """
    basis = weakest(bases)
    return Claim("" if basis in {amount.basis for amount in beside} else basis)


def bases_of_change(facts: Iterable[Fact]) -> tuple[str, ...]:
    """What changes since last year rest on: the figures of both years."""
    return tuple(b for fact in facts for b in (fact.basis, fact.previous_basis))


def why_withheld(known: Catalogue, fact: Fact) -> tuple[str, ...]:
    """The labels of the forbehold that keep a figure or its distance back."""
    labels = [
        entry.label
        for entry in known.forbehold_by_id(fact.forbehold)
        if known.kinds[entry.kind].distance == "withheld"
    ]
    return tuple(dict.fromkeys(labels))


def lacks_base(known: Catalogue, fact: Fact) -> bool:
    """Whether only the mean, zero or below, keeps the distance back.

    Value, mean and rank hold all the same, and so does which is higher.
    """
    is_kept = fact.index is None and fact.rank is not None
    return is_kept and not why_withheld(known, fact)


def why_unchanged(known: Catalogue, facts: Iterable[Fact]) -> tuple[str, ...]:
    """The labels of the forbehold that keep changes back."""
    labels = [
        entry.label
        for fact in facts
        for entry in known.forbehold_by_id(fact.forbehold)
        if known.kinds[entry.kind].change != "shown"
    ]
    return tuple(dict.fromkeys(labels))


def why_missing(known: Catalogue, fact: Fact) -> Word | str:
    """What explains a missing value: a word, or of an unknown sign the sign itself."""
    sign = fact.status or MISSING
    if sign in SIGNS:
        return Word(f"sign_{SIGNS[sign]}")
    return meaning(sign, known.phrases.words)

"""
Change over time: what has moved, what is stable, and what must not be told.

Rises and falls are told only between figures that may be compared, and where they are
more than chance. Imports ``statements`` and below.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from asss.analysis.facts import Fact, FactBook
from asss.analysis.statements import (
    Detail,
    Reasons,
    Statement,
    claim,
)
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Group
from asss.catalogue.language import half_up
from asss.catalogue.rules import Rule

__all__ = [
    "Direction",
    "clear_direction",
    "direction",
    "is_uncounted",
    "mentions",
    "spread",
    "stable_groups",
]

Direction: TypeAlias = Literal["up", "stable", "down"]


def mentions(known: Catalogue, facts: Iterable[Fact]) -> tuple[str, ...]:
    """What the indicators of some facts are called inside a sentence."""
    return tuple(known.indicator(fact.indicator).mention for fact in facts)


# -- since last year -------------------------------------------------------------------


def direction(
    known: Catalogue, fact: Fact, why: Reasons | None = None
) -> Direction | None:
    """
    Which way a figure has moved since last year, or None where nothing may be said.

    Parameters
    ----------
    why : Reasons, optional
        Where to write down what decides.

    Returns
    -------
    direction : Direction or None
        Two values that read alike in print are ``stable``.

    Notes
    -----
    The way is that of the difference, and percent decides only whether it is told:
    where last year's value is zero or below there is none, and what is seen is told.
    """
    why = Reasons(known) if why is None else why
    percent = fact.change_percent
    if fact.change is None:
        return None
    side: Direction = "up" if fact.change > 0 else "down"
    if percent is None:
        why.append("reads_alike" if _reads_alike(fact) else "no_percent")
        return "stable" if _reads_alike(fact) else side
    if not why.at_least("stable_change", "change_percent", abs(percent), fact):
        return "stable"
    if _reads_alike(fact):
        why.append("reads_alike")
        return "stable"
    return side


def clear_direction(
    known: Catalogue, fact: Fact, why: Reasons
) -> Literal["up", "down"] | None:
    """Which way a figure has moved, if it is worth a sentence: far, and not by chance.

    Where a figure was zero or below last year, there is no percent to judge by.
    """
    way = direction(known, fact)
    percent = fact.change_percent
    if way is None or way == "stable" or percent is None:
        return None
    if not why.at_least("clear_change", "change_percent", abs(percent), fact):
        return None
    if fact.change_clear is False:
        why.append("chance")
        return None
    if is_uncounted(known, fact):
        why.append("uncounted")
        return None
    return way


def is_uncounted(known: Catalogue, fact: Fact) -> bool:
    """Whether it is a share of persons of whom nobody has said how many they are.

    A few may then have moved it, so neither a change nor a place is told of it.
    """
    kind = known.indicator(fact.indicator).chance
    return kind is not None and fact.value is not None and fact.interval_low is None


def _reads_alike(fact: Fact) -> bool:
    """Whether this year's figure and last year's are the same in print."""
    now, before = fact.given(), fact.given("previous")
    return half_up(now, fact.decimals) == half_up(before, fact.decimals)


# -- over several years ----------------------------------------------------------------


def spread(facts: Sequence[Fact]) -> float | None:
    """
    How far apart the values of several years are, in percent of their mean.

    Returns
    -------
    spread : float or None
        None where the mean is zero or below and the values differ: percent then says
        nothing, and the values are not called stable.
    """
    values = [fact.given() for fact in facts]
    gap, middle = max(values) - min(values), sum(values) / len(values)
    if not gap:
        return 0.0
    return gap / middle * 100 if middle > 0 else None


def stable_groups(book: FactBook, known: Catalogue, chapter: str) -> list[Statement]:
    """Groups of indicators, all of which have been stable over the years of Tabell 1.

    Across a merger nothing is said of it, unless the source of the forbehold says it.
    """
    indicators = known.service.in_chapter(chapter)
    stable = []
    for group in known.service.groups:
        members = [i.id for i in indicators if i.group == group.id]
        if len(members) > 1 and (
            found := _stable_group(book, known, chapter, group, members)
        ):
            stable.append(found)
    return stable


def _stable_group(
    book: FactBook,
    known: Catalogue,
    chapter: str,
    group: Group,
    members: Sequence[str],
) -> Statement | None:
    of_each = [
        [fact for fact in book.history(name) if fact.year in book.years]
        for name in members
    ]
    facts = [fact for of_one in of_each for fact in of_one]
    if any(fact.value is None for fact in facts):
        return None
    between = known.forbehold_by_id(
        {n for fact in facts if fact.year > book.years[0] for n in fact.forbehold}
    )
    if any(
        known.kinds[entry.kind].change != "shown" and entry.stable != "told"
        for entry in between
    ):
        return None
    # The sentence has no room for a caveat.
    names = {name for fact in facts for name in fact.forbehold}
    kinds = (known.kinds[entry.kind] for entry in known.forbehold_by_id(names))
    if any(kind.told == "with_finding" for kind in kinds):
        return None
    why = Reasons(known)
    # A group that is stable over the years may still have moved since the last.
    ways = {direction(known, book.fact(name), why) for name in members}
    if not all(_is_stable(one, why) for one in of_each) or ways - {"stable", None}:
        return None
    details: dict[str, Detail] = {
        "kommune": book.member.name,
        "subject": group.subject,
        "mark": claim(fact.basis for fact in facts),
    }
    rule = Rule.STABLE_GROUP
    ids = tuple(fact.id for fact in facts)
    return Statement(chapter, rule, details, ids, tuple(why))


def _is_stable(facts: Sequence[Fact], why: Reasons) -> bool:
    """Whether many years lie near each other."""
    apart, latest = spread(facts), facts[-1]
    if apart is None:
        why.append("no_base")
    is_near = apart is not None and why.at_most("stable_trend", "spread", apart, latest)
    return why.at_least("several_years", "years", len(facts), latest) and is_near

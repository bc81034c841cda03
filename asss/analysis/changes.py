"""
Change over time: what has moved, what is stable, and what must not be said.

Rises and falls are told only between figures that may be compared; where a forbehold
stands between them, that is told instead. Imports ``statements`` and below.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal, TypeAlias

from asss.analysis.facts import Fact, FactBook
from asss.analysis.statements import (
    Candidate,
    Detail,
    Fragment,
    Quantity,
    Reason,
    Reasons,
    Statement,
    Withheld,
    bases_of_change,
    change,
    claim,
    level,
    previous,
    why_missing,
    why_unchanged,
    why_withheld,
)
from asss.analysis.tables import weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import half_up
from asss.catalogue.rules import Rule

__all__ = [
    "DIRECTIONS",
    "Direction",
    "adds_up",
    "counted",
    "direction",
    "group_trends",
    "means_opposite",
    "mentions",
    "runs",
    "since_last_year",
    "spread",
]

Direction: TypeAlias = Literal["up", "up_slightly", "stable", "down_slightly", "down"]

#: Directions of change in the order a chapter speaks of them.
DIRECTIONS: tuple[Direction, ...] = (
    "up",
    "up_slightly",
    "stable",
    "down_slightly",
    "down",
)


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
    The way is that of the difference, and percent decides only how strongly it is told:
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
    moved = abs(percent)
    if not why.at_least("stable_change", "change_percent", moved, fact):
        return "stable"
    if _reads_alike(fact):
        why.append("reads_alike")
        return "stable"
    if why.at_least("slight_change", "change_percent", moved, fact):
        return side
    return "up_slightly" if side == "up" else "down_slightly"


def counted(ways: Iterable[str | None]) -> dict[str, int]:
    """How many have moved which way, slightly or not: by ``up``, ``down``, ``stable``.

    Examples
    --------
    >>> counted(["up", "stable", None, "up_slightly"])
    {'up': 2, 'down': 0, 'stable': 1}
    """
    sides = [(way or "").removesuffix("_slightly") for way in ways]
    return {side: sides.count(side) for side in ("up", "down", "stable")}


def adds_up(fact: Fact) -> bool:
    """Whether the change, as printed, is the difference of the printed figures.

    Beside «fra 3,8 % til 4,4 %» a reader takes «0,5» for a slip, though unrounded it is
    right; the change is then left for the reader to see.
    """
    decimals = fact.decimals
    now, before = fact.given(), fact.given("previous")
    printed = half_up(now, decimals) - half_up(before, decimals)
    return half_up(abs(printed), decimals) == half_up(abs(now - before), decimals)


def _reads_alike(fact: Fact) -> bool:
    """Whether this year's figure and last year's are the same in print."""
    now, before = fact.given(), fact.given("previous")
    return half_up(now, fact.decimals) == half_up(before, fact.decimals)


def _value(fact: Fact) -> Quantity:
    """The year's figure; where it stands for last year's too, marked as the weaker."""
    if not _reads_alike(fact):
        return level(fact)
    return replace(level(fact), basis=weakest(bases_of_change((fact,))))


def since_last_year(
    book: FactBook, known: Catalogue, chapter: str, facts: Sequence[Fact]
) -> list[Statement]:
    """Say what has moved since last year, and why of the rest nothing is said."""
    why = {fact.id: Reasons(known) for fact in facts}
    ways = {fact.id: direction(known, fact, why[fact.id]) for fact in facts}
    said = []
    for way in DIRECTIONS:
        moved = [fact for fact in facts if ways[fact.id] == way]
        # «Stabil» agrees with its subject in number; the verbs of the others do not.
        plural = [
            fact
            for fact in moved
            if way == "stable" and known.indicator(fact.indicator).is_plural
        ]
        for rule, same in (
            (f"change_{way}", [fact for fact in moved if fact not in plural]),
            (f"change_{way}_plural", plural),
        ):
            if same:
                said += _change_sentences(known, chapter, rule, same, why)
    return said + _withheld(book, known, chapter, facts)


def _change_sentences(
    known: Catalogue,
    chapter: str,
    rule: str,
    facts: Sequence[Fact],
    why: dict[str, Reasons],
) -> list[Statement]:
    """The first in a sentence of its own, the others in one that follows."""
    first, *others = facts
    reasons = why[first.id]
    if rule in ("change_up", "change_down") and not adds_up(first):
        rule = f"{rule}_plain"
        reasons.append("does_not_add_up")
    if rule.startswith("change_stable") and _reads_alike(first):
        rule = f"{rule}_alike"
    details: dict[str, Detail] = {
        "subject": known.indicator(first.indicator).mention,
        "previous": previous(first),
        "previous_year": first.year - 1,
        "value": _value(first),
        "year": first.year,
        "change": change(first),
    }
    said = [Statement(chapter, Rule(rule), details, (first.id,), tuple(reasons))]
    if others:
        items = tuple(
            Fragment(
                Rule.CHANGE_ITEM_ALIKE if _reads_alike(fact) else Rule.CHANGE_ITEM,
                {
                    "subject": known.indicator(fact.indicator).mention,
                    "previous": previous(fact),
                    "value": _value(fact),
                },
            )
            for fact in others
        )
        ids = tuple(fact.id for fact in others)
        reasons_of = tuple(reason for name in ids for reason in why[name])
        rest: dict[str, Detail] = {"others": items}
        said.append(Statement(chapter, Rule.CHANGE_SAME, rest, ids, reasons_of))
    return said


def _withheld(
    book: FactBook, known: Catalogue, chapter: str, facts: Sequence[Fact]
) -> list[Statement]:
    """Say why a change is not spoken of, rather than pass it over."""
    reasons: dict[Detail, list[Fact]] = {}
    # What is not collected yet has been said of the figure itself, and once is enough.
    facts = [fact for fact in facts if fact.indicator not in book.pending(known)]
    for fact in facts:
        before = (fact.indicator, fact.kommune, fact.year - 1)
        if fact.change is None and before in book.facts:
            reason = _why_unspoken(known, fact, book.facts[before])
            reasons.setdefault(reason, []).append(fact)
    said = []
    for reason, touched in reasons.items():
        details: dict[str, Detail] = {
            "previous_year": book.run.year - 1,
            "year": book.run.year,
            "reason": reason,
        }
        rule = Rule.CHANGE_WITHHELD
        if len(touched) < len(facts):
            rule = Rule.CHANGE_WITHHELD_FOR
            details["subject"] = mentions(known, touched)
        ids = tuple(fact.id for fact in touched)
        said.append(Statement(chapter, rule, details, ids))
    return said


def _why_unspoken(known: Catalogue, fact: Fact, last_year: Fact) -> Detail:
    """The year's own forbehold or gap; else what stands in the way the year before."""
    own = why_unchanged(known, [fact])
    if own or fact.value is None:
        return own or why_missing(known, fact)
    return why_withheld(known, last_year) or why_missing(known, last_year)


def means_opposite(
    book: FactBook, known: Catalogue, chapter: str, facts: Sequence[Fact]
) -> list[Candidate]:
    """Say where the mean moves the other way; withhold it where it hardly does."""
    thought_of: list[Candidate] = []
    for rule, side, sign in (
        (Rule.MEAN_FALLS, "up", -1),
        (Rule.MEAN_RISES, "down", 1),
    ):
        opposite = []
        reasons = Reasons(known)
        for fact in facts:
            why = Reasons(known)
            way = direction(known, fact, why) or ""
            if not way.startswith(side) or fact.mean_change is None:
                continue
            if not fact.has_base or fact.mean_change * sign <= 0:
                continue
            moved = fact.mean_change * sign / fact.given("network_mean") * 100
            if why.at_least("stable_change", "mean_change", moved, fact):
                opposite.append(fact)
                reasons += why
            else:
                thought_of.append(Withheld(chapter, rule, (fact.id,), tuple(why)))
        if opposite:
            details: dict[str, Detail] = {
                "subject": mentions(known, opposite),
                "mark": claim(bases_of_change(opposite)),
                "mean_mark": claim(
                    book.fact(fact.indicator, year=year).mean_basis
                    for fact in opposite
                    for year in (fact.year, fact.year - 1)
                ),
            }
            ids = tuple(fact.id for fact in opposite)
            said = Statement(chapter, rule, details, ids, tuple(reasons))
            thought_of.append(said)
    return thought_of


# -- over several years ----------------------------------------------------------------


def spread(facts: Sequence[Fact]) -> float | None:
    """Highest less lowest, in percent of their mean; None where that is no base.

    Values that are all the same have no spread, whatever their mean.
    """
    values = [fact.given() for fact in facts]
    gap, middle = max(values) - min(values), sum(values) / len(values)
    if not gap:
        return 0.0
    return gap / middle * 100 if middle > 0 else None


def group_trends(book: FactBook, known: Catalogue, chapter: str) -> list[Candidate]:
    """Say of a group that it has been stable, where all of it has."""
    indicators = known.service.in_chapter(chapter)
    thought_of: list[Candidate] = []
    for group in known.service.groups:
        members = [i.id for i in indicators if i.group == group.id]
        of_each = [
            [fact for fact in book.history(name) if fact.year in book.years]
            for name in members
        ]
        facts = [fact for of_one in of_each for fact in of_one]
        if len(members) < 2 or any(fact.value is None for fact in facts):
            continue
        why = Reasons(known)
        stable = [_is_stable(of_one, why) for of_one in of_each]
        later = [fact for fact in facts if fact.year > book.years[0]]
        effects = {known.effects(fact.forbehold).change for fact in later}
        rule = Rule.TREND_STABLE_GROUP
        ids = tuple(fact.id for fact in facts)
        # A group that is stable over the years may still have moved since the last.
        ways = {direction(known, book.fact(name), why) for name in members}
        is_stable = all(stable) and ways <= {"stable", None}
        if "withheld" in effects:
            why.append("has_forbehold")
        if not is_stable or "withheld" in effects:
            thought_of.append(Withheld(chapter, rule, ids, tuple(why)))
            continue
        details: dict[str, Detail] = {
            "kommune": book.member.name,
            "subject": group.subject,
            "from_year": book.years[0],
            "year": book.run.year,
            "mark": claim(fact.basis for fact in facts),
        }
        if "reserved" in effects:
            rule = Rule.TREND_STABLE_GROUP_RESERVED
            details["reason"] = why_unchanged(known, later)
        thought_of.append(Statement(chapter, rule, details, ids, tuple(why)))
    return thought_of


def _is_stable(facts: Sequence[Fact], why: Reasons) -> bool:
    """Whether many years lie near each other."""
    apart, latest = spread(facts), facts[-1]
    if apart is None:
        why.append("no_base")
    is_near = apart is not None and why.at_most("stable_trend", "spread", apart, latest)
    return why.at_least("several_years", "years", len(facts), latest) and is_near


def runs(
    book: FactBook, known: Catalogue, chapter: str, facts: Sequence[Fact]
) -> list[Candidate]:
    """Rises and falls, year after year, up to the report's year."""
    groups: dict[tuple[Rule, int], list[Fact]] = {}
    reasons: dict[str, tuple[Reason, ...]] = {}
    thought_of: list[Candidate] = []
    for fact in facts:
        history = book.history(fact.indicator)
        for rule, sign in ((Rule.TREND_RISEN, 1), (Rule.TREND_FALLEN, -1)):
            first = _run_start(history, sign)
            if first is None:
                continue
            moved = [one for one in history if one.year >= first]
            why = Reasons(known)
            if _is_run(known, moved, why):
                groups.setdefault((rule, first), []).append(fact)
                reasons[fact.id] = tuple(why)
            else:
                ids = tuple(one.id for one in moved)
                thought_of.append(Withheld(chapter, rule, ids, tuple(why)))
    for (rule, first), steady in groups.items():
        over_years = book.since((fact.indicator for fact in steady), first)
        details: dict[str, Detail] = {
            "subject": mentions(known, steady),
            "from_year": first,
            "mark": claim(fact.basis for fact in over_years),
        }
        ids = tuple(fact.id for fact in over_years)
        why_all = tuple(reason for fact in steady for reason in reasons[fact.id])
        thought_of.append(Statement(chapter, rule, details, ids, why_all))
    return thought_of


def _is_run(known: Catalogue, moved: Sequence[Fact], why: Reasons) -> bool:
    """Whether steps the same way are many, and together more than «stabil»."""
    latest = moved[-1]
    is_long = why.at_least("several_years", "years", len(moved), latest)
    apart = spread(moved)
    # Without a base for percent, every step that is seen is told.
    is_slight = apart is not None and why.at_most(
        "stable_trend", "spread", apart, latest
    )
    has_moved = direction(known, latest, why) != "stable"
    return is_long and has_moved and not is_slight


def _run_start(history: Sequence[Fact], sign: int) -> int | None:
    """The year from which every later change has the sign, and reads so in print."""
    start = None
    for before, now in reversed(list(pairwise(history))):
        if now.change is None or before.value is None or now.value is None:
            break
        printed = half_up(now.value, now.decimals) - half_up(before.value, now.decimals)
        if printed * sign <= 0:
            break
        start = before.year
    return start

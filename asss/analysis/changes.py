"""
Change over time: what has moved, what is stable, and what must not be said.

Rises and falls are told only between figures that may be compared; where a forbehold
stands between them, that is told instead. Imports ``statements`` and below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from asss.analysis.facts import Fact, FactBook
from asss.analysis.statements import (
    Detail,
    Fragment,
    Quantity,
    Statement,
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
from asss.catalogue.knowledge import Indicator
from asss.catalogue.language import half_up


def group_trends(
    book: FactBook,
    known: Catalogue,
    chapter: str,
    indicators: Sequence[Indicator],
) -> list[Statement]:
    """Say of a group that it has been stable, where all of it has."""
    limit = known.phrases.thresholds.stable_trend.value
    statements = []
    for group in known.service.groups:
        members = [i.id for i in indicators if i.group == group.id]
        facts = [
            fact
            for name in members
            for fact in book.history(name)
            if fact.year in book.years
        ]
        if len(members) < 2 or any(fact.value is None for fact in facts):
            continue
        if len(book.years) < known.phrases.thresholds.several_years.value:
            continue
        spans = [spread([f for f in facts if f.indicator == name]) for name in members]
        later = [fact for fact in facts if fact.year > book.years[0]]
        effects = {known.effects(fact.forbehold).change for fact in later}
        # A group that is stable over the years may still have moved since the last.
        moves = {direction(known, book.fact(name)) for name in members}
        is_stable = all(span is not None and span <= limit for span in spans)
        if not is_stable or "withheld" in effects or moves - {"stable", None}:
            continue
        details: dict[str, Detail] = {
            "kommune": book.member.name,
            "subject": group.subject,
            "from_year": book.years[0],
            "year": book.run.year,
            "mark": claim(fact.basis for fact in facts),
        }
        rule = "trend_stable_group"
        if "reserved" in effects:
            rule = "trend_stable_group_reserved"
            details["reason"] = why_unchanged(known, later)
        statements.append(
            Statement(chapter, rule, details, tuple(fact.id for fact in facts))
        )
    return statements


def spread(facts: Sequence[Fact]) -> float | None:
    """Highest less lowest, in percent of their mean; None where that is no base.

    Values that are all the same have no spread, whatever their mean.
    """
    values = [fact.given() for fact in facts]
    gap, middle = max(values) - min(values), sum(values) / len(values)
    if not gap:
        return 0.0
    return gap / middle * 100 if middle > 0 else None


#: Directions of change in the order a chapter speaks of them.
DIRECTIONS = ("up", "up_slightly", "stable", "down_slightly", "down")


def direction(known: Catalogue, fact: Fact) -> str | None:
    """
    Which way a figure has moved since last year, or None where nothing may be said.

    Returns
    -------
    direction : str or None
        One of ``DIRECTIONS``. Two values that read alike in print are ``stable``.

    Notes
    -----
    The way is that of the difference, and percent decides only how strongly it is told:
    where last year's value is zero or below there is none, and what is seen is told.
    """
    limits = known.phrases.thresholds
    percent = fact.change_percent
    if fact.change is None:
        return None
    if _reads_alike(fact):
        return "stable"
    side = "up" if fact.change > 0 else "down"
    if percent is None:
        return side
    if abs(percent) < limits.stable_change.value:
        return "stable"
    is_slight = abs(percent) < limits.slight_change.value
    return f"{side}_slightly" if is_slight else side


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
    book: FactBook,
    known: Catalogue,
    chapter: str,
    facts: Sequence[Fact],
    subjects: Mapping[str, str],
) -> list[Statement]:
    """Say what has moved since last year, and why of the rest nothing is said."""
    statements = []
    for way in DIRECTIONS:
        moved = [fact for fact in facts if direction(known, fact) == way]
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
                statements += _change_sentences(chapter, rule, same, subjects)
    return statements + _withheld(book, known, chapter, facts, subjects)


def _change_sentences(
    chapter: str, rule: str, facts: Sequence[Fact], subjects: Mapping[str, str]
) -> list[Statement]:
    first, *others = facts
    if rule in ("change_up", "change_down") and not adds_up(first):
        rule = f"{rule}_plain"
    if rule.startswith("change_stable") and _reads_alike(first):
        rule = f"{rule}_alike"
    said = [
        Statement(
            chapter,
            rule,
            {
                "subject": subjects[first.indicator],
                "previous": previous(first),
                "previous_year": first.year - 1,
                "value": _value(first),
                "year": first.year,
                "change": change(first),
            },
            (first.id,),
        )
    ]
    if others:
        items = tuple(
            Fragment(
                "change_item_alike" if _reads_alike(fact) else "change_item",
                {
                    "subject": subjects[fact.indicator],
                    "previous": previous(fact),
                    "value": _value(fact),
                },
            )
            for fact in others
        )
        ids = tuple(fact.id for fact in others)
        said.append(Statement(chapter, "change_same", {"others": items}, ids))
    return said


def _withheld(
    book: FactBook,
    known: Catalogue,
    chapter: str,
    facts: Sequence[Fact],
    subjects: Mapping[str, str],
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
    statements = []
    for reason, touched in reasons.items():
        details: dict[str, Detail] = {
            "previous_year": book.run.year - 1,
            "year": book.run.year,
            "reason": reason,
        }
        rule = "change_withheld"
        if len(touched) < len(facts):
            rule = "change_withheld_for"
            details["subject"] = tuple(subjects[fact.indicator] for fact in touched)
        ids = tuple(fact.id for fact in touched)
        statements.append(Statement(chapter, rule, details, ids))
    return statements


def means_opposite(
    book: FactBook,
    known: Catalogue,
    chapter: str,
    facts: Sequence[Fact],
    subjects: Mapping[str, str],
) -> list[Statement]:
    """Say where the mean moves the other way."""
    limit = known.phrases.thresholds.stable_change.value
    statements = []
    for rule, ways, sign in (
        ("mean_falls", ("up", "up_slightly"), -1),
        ("mean_rises", ("down", "down_slightly"), 1),
    ):
        opposite = [
            fact
            for fact in facts
            if direction(known, fact) in ways
            and fact.mean_change is not None
            and fact.has_base
            and fact.mean_change * sign / fact.given("network_mean") * 100 >= limit
        ]
        if opposite:
            details: dict[str, Detail] = {
                "subject": tuple(subjects[fact.indicator] for fact in opposite),
                "mark": claim(bases_of_change(opposite)),
                "mean_mark": claim(
                    book.fact(fact.indicator, year=year).mean_basis
                    for fact in opposite
                    for year in (fact.year, fact.year - 1)
                ),
            }
            ids = tuple(fact.id for fact in opposite)
            statements.append(Statement(chapter, rule, details, ids))
    return statements


def runs(
    book: FactBook, known: Catalogue, chapter: str, subjects: Mapping[str, str]
) -> list[Statement]:
    """Rises and falls, year after year, up to the report's year."""
    several = known.phrases.thresholds.several_years.value
    groups: dict[tuple[str, int], list[str]] = {}
    for indicator in subjects:
        history = book.history(indicator)
        for rule, sign in (("trend_risen", 1), ("trend_fallen", -1)):
            first = _run_start(history, sign)
            if first is None or book.run.year - first + 1 < several:
                continue
            if direction(known, history[-1]) == "stable":
                continue
            span = spread([fact for fact in history if fact.year >= first])
            # Without a base for percent, every step that is seen is told.
            if span is None or span > known.phrases.thresholds.stable_trend.value:
                groups.setdefault((rule, first), []).append(indicator)
    statements = []
    for (rule, first), indicators in groups.items():
        moved = book.since(indicators, first)
        details: dict[str, Detail] = {
            "subject": tuple(subjects[i] for i in indicators),
            "from_year": first,
            "mark": claim(fact.basis for fact in moved),
        }
        ids = tuple(fact.id for fact in moved)
        statements.append(Statement(chapter, rule, details, ids))
    return statements


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


def _why_unspoken(known: Catalogue, fact: Fact, last_year: Fact) -> Detail:
    """The year's own forbehold or gap; else what stands in the way the year before."""
    own = why_unchanged(known, [fact])
    if own or fact.value is None:
        return own or why_missing(known, fact)
    return why_withheld(known, last_year) or why_missing(known, last_year)

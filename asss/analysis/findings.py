"""
What is true and worth saying about a kommune, decided in numbers.

Text and figures receive finished facts from here and compute nothing, so words and
pictures cannot disagree. Holds no Norwegian but what the catalogue gives. Imports
``changes`` and below.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asss.analysis import changes
from asss.analysis.facts import HOUSEKEEPING, Fact, FactBook, NetworkBook, gather
from asss.analysis.statements import (
    ENDS,
    Candidate,
    Claim,
    Count,
    Detail,
    End,
    Fragment,
    Reasons,
    Statement,
    Withheld,
    Word,
    bases_of_change,
    claim,
    distance,
    doubtful,
    is_at,
    lacks_base,
    level,
    mean,
    why_absent,
    why_missing,
    why_unchanged,
    why_withheld,
)
from asss.analysis.tables import weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Chapter, Forbehold
from asss.catalogue.language import half_up
from asss.catalogue.parameters import Run
from asss.catalogue.rules import Rule
from asss.statbank import Snapshot

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "NOT_COLLECTED",
    "RESSURSBRUK",
    "SUMMARY",
    "Findings",
    "assess",
    "conclude",
    "has_ends",
    "not_collected",
    "sections",
]

#: The chapter of the text that stands first on the page.
SUMMARY = "sammendrag"

RESSURSBRUK = "ressursbruksindikator"

#: The rule of the one sentence on what is collected by hand and not collected yet.
NOT_COLLECTED = Rule.MANUAL_PENDING


@dataclass(frozen=True)
class Findings:
    """What a report says, and the facts that it says it of.

    Attributes
    ----------
    book : FactBook
    statements : tuple of Statement, in the order of the page
    withheld : tuple of Withheld
        What was near being said and is not, with the reasons.
    """

    book: FactBook
    statements: tuple[Statement, ...] = field(repr=False)
    withheld: tuple[Withheld, ...] = field(default=(), repr=False)

    def about(self, chapter: str) -> tuple[Statement, ...]:
        """What is said in the summary or in a chapter."""
        return tuple(said for said in self.statements if said.chapter == chapter)

    def forbehold_in(self, known: Catalogue, chapter: str) -> tuple[Forbehold, ...]:
        """Forbehold to print with a chapter: those of every figure it speaks of."""
        indicators = {indicator.id for indicator in known.service.in_chapter(chapter)}
        book = self.book
        spoken = {
            name
            for statement in self.about(chapter)
            for fact in statement.facts
            for name in book.by_id[fact].forbehold
        }
        shown = {
            name
            for fact in book.facts.values()
            if fact.kommune == book.member.id
            and fact.year in book.years
            and fact.indicator in indicators
            for name in fact.forbehold
        }
        return tuple(
            entry
            for entry in known.forbehold_by_id(spoken | shown)
            if not entry.is_page_wide
            and entry.kind not in HOUSEKEEPING
            and known.is_told_beside_text(entry.kind, entry.years, book.run.year)
        )


def assess(
    indexed: "pd.DataFrame", known: Catalogue, run: Run, snapshot: Snapshot
) -> Findings:
    """
    Decide what a report says: facts first, then statements that rest on them.

    Parameters
    ----------
    indexed : DataFrame, key = (indicator, kommune, year)
        See :func:`asss.analysis.indexing.index_to_network`.
    known : Catalogue
        Indicators, forbehold, and the thresholds between one wording and another.
    run : Run
        Whose report, and of which year.
    snapshot : Snapshot
        Where the figures came from; carried along for the page's sources.

    Raises
    ------
    UsageError
        If the kommune is not a member in the year.
    """
    return conclude(gather(indexed, known, run, snapshot), known)


def conclude(book: FactBook, known: Catalogue) -> Findings:
    """Decide what a report says of the facts that it stands on."""
    thought_of = _summary(book, known)
    for chapter in known.service.chapters:
        thought_of += _chapter(book, known, chapter)
    return Findings(
        book,
        tuple(one for one in thought_of if isinstance(one, Statement)),
        tuple(one for one in thought_of if isinstance(one, Withheld)),
    )


def _chapter(book: FactBook, known: Catalogue, chapter: Chapter) -> list[Candidate]:
    facts = [book.fact(i.id) for i in known.service.in_chapter(chapter.id)]
    levels = [
        *_levels(book, known, chapter.id, facts),
        *_years_outermost(book, known, chapter.id, facts),
        *_means_without(book, known, chapter.id, facts),
    ]
    section_of = sections(book, known)
    # What is said of several sections at once stands with the last of them.
    levels.sort(key=lambda one: max(section_of[fact] for fact in one.facts))
    return [
        *levels,
        *changes.group_trends(book, known, chapter.id),
        *changes.since_last_year(book, known, chapter.id, facts),
        *changes.means_opposite(book, known, chapter.id, facts),
        *changes.runs(book, known, chapter.id, facts),
    ]


def sections(book: FactBook, known: Catalogue) -> dict[str, int]:
    """Which section of Tabell 1 each fact belongs to, by the fact's id: its number."""
    places = {section.id: place for place, section in enumerate(known.service.sections)}
    return {
        fact.id: places[known.indicator(fact.indicator).section]
        for fact in book.facts.values()
    }


def _levels(
    book: FactBook, known: Catalogue, chapter: str, facts: Sequence[Fact]
) -> list[Candidate]:
    said: list[Candidate] = []
    pending = book.pending(known)
    for fact in facts:
        if fact.indicator in pending:
            continue  # said of all of them at once, among the main findings
        said.append(_level(book, known, chapter, fact))
        if fact.index is not None and fact.indicator == RESSURSBRUK:
            said.append(Statement(chapter, Rule.RESOURCE_GLOSS, {}, (fact.id,)))
    return said


def _level(book: FactBook, known: Catalogue, chapter: str, fact: Fact) -> Statement:
    """A figure, its side of the mean and how far from it, and its rank if at an end."""
    if fact.indicator == RESSURSBRUK and fact.index is not None:
        return _resource(book, known, chapter, fact)
    why = Reasons(known)
    details: dict[str, Detail] = {"subject": known.indicator(fact.indicator).subject}
    withheld = why_withheld(known, fact)
    if fact.value is None:
        rule = Rule.LEVEL_MISSING
        reason = withheld or why_missing(known, fact)
        details |= {"year": fact.year, "reason": reason}
    elif fact.index is None and not lacks_base(known, fact):
        rule = Rule.LEVEL_ALONE
        details |= {"value": level(fact), "reason": withheld}
    else:
        if fact.index is None:
            rule = _side_rule(fact, why)
            details["reason"] = Word("base_mean")
        else:
            rule = _level_rule(fact, why)
            details["distance"] = distance(fact)
        rank = _rank_tail(book, known, fact, Rule.RANK_TAIL, why)
        details |= {"value": level(fact), "mean": mean(fact), "rank": rank}
    return Statement(chapter, rule, details, (fact.id,), tuple(why))


def _level_rule(fact: Fact, why: Reasons) -> Rule:
    away = fact.given("distance")
    if why.at_least("near_mean", "distance", abs(away), fact):
        rounded = half_up(abs(away))
        if why.at_least("far_from_mean", "distance_rounded", rounded, fact):
            return Rule.LEVEL_FAR_ABOVE if away > 0 else Rule.LEVEL_FAR_BELOW
        return Rule.LEVEL_ABOVE if away > 0 else Rule.LEVEL_BELOW
    if why.at_least("on_mean", "distance", abs(away), fact):
        return Rule.LEVEL_NEAR
    if _prints_as_mean(fact):
        why.append("prints_alike")
        return Rule.LEVEL_ON_MEAN
    why.append("prints_otherwise")
    return Rule.LEVEL_NEAR


def _side_rule(fact: Fact, why: Reasons) -> Rule:
    """Which side of a mean that is zero or below; percent cannot say how far."""
    if _prints_as_mean(fact):
        why += ["prints_alike", "no_base"]
        return Rule.LEVEL_ON_MEAN
    why.append("no_base")
    return Rule.LEVEL_SIDE_ABOVE if fact.side > 0 else Rule.LEVEL_SIDE_BELOW


def _prints_as_mean(fact: Fact) -> bool:
    """«Akkurat på snittet» is not said beside two different numbers."""
    own, mean_ = fact.given(), fact.given("network_mean")
    return half_up(own, fact.decimals) == half_up(mean_, fact.decimals)


def _resource(book: FactBook, known: Catalogue, chapter: str, fact: Fact) -> Statement:
    why, away = Reasons(known), fact.given("distance")
    if why.at_least("on_mean", "distance", abs(away), fact):
        rule = Rule.RESOURCE_MORE if away > 0 else Rule.RESOURCE_LESS
    else:
        rule = Rule.RESOURCE_EQUAL
    details: dict[str, Detail] = {
        "kommune": book.member.name,
        "value": level(fact),
        "distance": distance(fact),
        "mark": claim((fact.distance_basis,), level(fact)),
        "rank": _rank_tail(book, known, fact, Rule.RESOURCE_RANK_TAIL, why),
    }
    return Statement(chapter, rule, details, (fact.id,), tuple(why))


def _rank_tail(
    book: FactBook, known: Catalogue, fact: Fact, rule: Rule, why: Reasons
) -> Detail:
    word = _rank_word(book, known, fact, why)
    return Fragment(rule, {"rank": Word(word, fact.distance_basis)}) if word else ""


def _rank_word(book: FactBook, known: Catalogue, fact: Fact, why: Reasons) -> str:
    """Where among the members the kommune stands, if at an end."""
    if fact.rank is None or fact.value is None:
        return ""
    if not has_ends(known, fact, why):
        return ""
    values = [
        peer.value
        for peer in book.peers(fact.indicator, fact.year)
        if peer.rank is not None and peer.value is not None
    ]
    alike = values.count(fact.value)
    from_below = sum(value < fact.value for value in values) + 1
    place, end = min((fact.rank, "highest"), (from_below, "lowest"))
    # The last of those who share a place must be among the outermost too.
    last = place if place == 1 else place + alike - 1
    is_outermost = why.at_most("among_outermost", "place", last, fact)
    if place == 1:
        return f"rank_{end}_shared" if alike > 1 else f"rank_{end}"
    if place == 2 and alike == 1:
        return f"rank_second_{end}"
    return f"rank_among_{end}" if is_outermost else ""


def has_ends(known: Catalogue, fact: Fact, why: Reasons | None = None) -> bool:
    """Whether «høyest» and «lavest» say something: of many members, not all alike."""
    why = Reasons(known) if why is None else why
    is_few = why.at_most("among_outermost", "members_counted", fact.n, fact, times=2)
    return not is_few and fact.lowest != fact.highest


def _years_outermost(
    book: FactBook, known: Catalogue, chapter: str, facts: Sequence[Fact]
) -> list[Candidate]:
    """Where the kommune has been outermost for years: one sentence for the same years.

    What it has been for fewer years is withheld.
    """
    groups: dict[tuple[End, int, tuple[int, ...]], list[Fact]] = {}
    reasons: dict[str, Reasons] = {}
    thought_of: list[Candidate] = []
    for fact in facts:
        history = book.history(fact.indicator)
        for end in reversed(ENDS):
            held = _held_back(known, history, end)
            if not held:
                continue
            why = Reasons(known)
            if why.at_least("several_years", "years", len(held), fact):
                shared = tuple(one.year for one in held if one.is_shared(end))
                groups.setdefault((end, held[0].year, shared), []).append(fact)
                reasons[fact.id] = why
            else:
                ids = tuple(one.id for one in held)
                rule = Rule(f"years_{end}")
                thought_of.append(Withheld(chapter, rule, ids, tuple(why)))
    for (end, first, shared), outermost in groups.items():
        spanned = book.since((fact.indicator for fact in outermost), first)
        details: dict[str, Detail] = {
            "subject": changes.mentions(known, outermost),
            "from_year": first,
            "shared_years": shared,
            "mark": claim(fact.distance_basis for fact in spanned),
        }
        rule = Rule(f"years_{end}_shared" if shared else f"years_{end}")
        ids = tuple(fact.id for fact in spanned)
        why_all = tuple(reason for fact in outermost for reason in reasons[fact.id])
        thought_of.append(Statement(chapter, rule, details, ids, why_all))
    return thought_of


def _held_back(known: Catalogue, history: Sequence[Fact], end: End) -> list[Fact]:
    """The unbroken years up to the last one in which the kommune is at an end.

    Before a break the figures are another kommune's, or rest on another basis; where
    few have a figure, no end is told.
    """
    held: list[Fact] = []
    for fact in reversed(history):
        if not is_at(fact, end) or not has_ends(known, fact):
            break
        held.insert(0, fact)
        if known.effects(fact.forbehold).change != "shown":
            break
    return held


def _means_without(
    book: FactBook, known: Catalogue, chapter: str, facts: Sequence[Fact]
) -> list[Candidate]:
    """Whose figures are not in the mean, and why: one sentence for the same reason."""
    groups: dict[tuple[tuple[str, ...], tuple[Detail, ...]], list[Fact]] = {}
    for fact in facts:
        absent = [peer for peer in book.peers(fact.indicator) if peer.rank is None]
        if absent and fact.network_mean is not None:
            whose = tuple(peer.kommune for peer in absent)
            key = (whose, why_absent(known, absent))
            groups.setdefault(key, []).append(fact)
    said: list[Candidate] = []
    for (whose, reason), touched in groups.items():
        details: dict[str, Detail] = {
            "subject": changes.mentions(known, touched),
            "kommuner": tuple(known.network.member(k).name for k in whose),
            "reason": reason,
        }
        ids = (
            book.fact(fact.indicator, kommune=kommune).id
            for fact in touched
            for kommune in (book.member.id, *whose)
        )
        rule = Rule.MEAN_WITHOUT
        said.append(Statement(chapter, rule, details, tuple(dict.fromkeys(ids))))
    return said


# -- summary ---------------------------------------------------------------------------


def _summary(book: FactBook, known: Catalogue) -> list[Candidate]:
    facts = book.reported
    thought_of: list[Candidate] = []
    compared = [fact for fact in facts if fact.index is not None]
    told = [fact for fact in compared if _may_be_held_up(known, fact)]
    if told:
        # The use of resources; where there is no figure of it, the next in Tabell 1.
        thought_of.append(_level(book, known, SUMMARY, told[0]))
    thought_of += not_collected(book, known)
    thought_of += _extremes(known, told)
    thought_of += [
        Withheld(SUMMARY, _extreme_rule(fact), (fact.id,), ("has_forbehold",))
        for fact in compared
        if fact not in told
    ]
    thought_of += _ranks(known, facts)
    if book.run.year > book.all_years[0]:
        thought_of.append(_changes(book, known, facts))
    if touched := doubtful(known, facts):
        # «Nøkkeltall» is neuter, as nothing else that is counted.
        details: dict[str, Detail] = {
            "count": Count(len(touched), is_neuter=True),
            "n": len(facts),
            "year": book.run.year,
        }
        ids = tuple(fact.id for fact in touched)
        thought_of.append(Statement(SUMMARY, Rule.SUMMARY_FORBEHOLD, details, ids))
    return thought_of


def _may_be_held_up(known: Catalogue, fact: Fact) -> bool:
    """Whether a figure is sound enough for a main finding."""
    return fact.indicator == RESSURSBRUK or all(
        known.kinds[entry.kind].summary == "told"
        for entry in known.forbehold_by_id(fact.forbehold)
    )


def not_collected(book: NetworkBook, known: Catalogue) -> list[Statement]:
    """What is collected by hand and not collected yet: once, for the whole page."""
    names = book.pending(known)
    if not names:
        return []
    details: dict[str, Detail] = {
        "subject": tuple(known.indicator(name).mention for name in names),
        "year": book.run.year,
    }
    ids = tuple(fact.id for fact in book.reported if fact.indicator in names)
    return [Statement(SUMMARY, NOT_COLLECTED, details, ids)]


def _extremes(known: Catalogue, facts: Sequence[Fact]) -> list[Candidate]:
    """Which figures are furthest from the mean, over and under it."""
    compared = [fact for fact in facts if fact.indicator != RESSURSBRUK]
    if not compared:
        return []
    by_index = {fact.id: fact.given("index") for fact in compared}
    ends = {
        "above": (max(compared, key=lambda fact: by_index[fact.id]), 1),
        "below": (min(compared, key=lambda fact: by_index[fact.id]), -1),
    }
    details: dict[str, Detail] = {}
    told: dict[str, Fact] = {}
    reasons = Reasons(known)
    thought_of: list[Candidate] = []
    for side, (fact, sign) in ends.items():
        why, away = Reasons(known), fact.given("distance") * sign
        if not why.at_least("near_mean", "distance", away, fact):
            rule = Rule(f"summary_{side}")
            thought_of.append(Withheld(SUMMARY, rule, (fact.id,), tuple(why)))
            continue
        told[side] = fact
        reasons += why
        details[side] = known.indicator(fact.indicator).mention
        details[f"{side}_distance"] = distance(fact)
        # One of the others would be furthest, were its figure another.
        bases = [other.distance_basis for other in compared]
        details[f"{side}_mark"] = claim(bases, distance(fact))
    if told:
        rule = Rule("summary_both" if len(told) > 1 else f"summary_{next(iter(told))}")
        ids = tuple(fact.id for fact in told.values())
        said = Statement(SUMMARY, rule, details, ids, tuple(reasons))
        thought_of.insert(0, said)
    return thought_of


def _extreme_rule(fact: Fact) -> Rule:
    away = fact.given("distance")
    return Rule.SUMMARY_ABOVE if away > 0 else Rule.SUMMARY_BELOW


def _ranks(known: Catalogue, facts: Sequence[Fact]) -> list[Candidate]:
    """On how many figures the kommune is highest, and on how many lowest."""
    ranked = [f for f in facts if f.rank is not None and has_ends(known, f)]
    if not ranked:
        return []
    held = {end: [fact for fact in ranked if is_at(fact, end)] for end in ENDS}
    ends = [end for end in ENDS if held[end]]
    rule = Rule(f"summary_rank_{'both' if len(ends) > 1 else (*ends, 'none')[0]}")
    basis = weakest(fact.distance_basis for fact in ranked)
    details: dict[str, Detail] = {
        **{end: _count_of_ends(held[end], end, basis) for end in ENDS},
        "mark": Claim(basis),
        "n": len(ranked),
    }
    at_an_end = [fact for end in ENDS for fact in held[end]]
    ids = tuple(fact.id for fact in at_an_end or ranked)
    return [Statement(SUMMARY, rule, details, ids)]


def _count_of_ends(held: Sequence[Fact], end: End, basis: str) -> Detail:
    """On how many a kommune is at an end, and how many of those places others share."""
    count, shared = len(held), sum(fact.is_shared(end) for fact in held)
    if not shared:
        return Count(count, basis)
    is_all = shared == count
    rule = Rule.RANK_COUNT_SHARED if is_all else Rule.RANK_COUNT_PART_SHARED
    return Fragment(rule, {"count": Count(count, basis), "shared": Count(shared)})


def _changes(book: FactBook, known: Catalogue, facts: Sequence[Fact]) -> Statement:
    """How many figures have moved which way since last year."""
    why = Reasons(known)
    ways = {fact.id: changes.direction(known, fact, why) for fact in facts}
    told = [fact for fact in facts if ways[fact.id]]
    details: dict[str, Detail] = {"previous_year": book.run.year - 1}
    if not told:
        details |= {"year": book.run.year, "reason": why_unchanged(known, facts)}
        ids = tuple(fact.id for fact in facts)
        return Statement(SUMMARY, Rule.CHANGE_WITHHELD, details, ids)
    basis, ids = weakest(bases_of_change(told)), tuple(fact.id for fact in told)
    counts = changes.counted(ways.values())
    details |= {side: Count(count, basis) for side, count in counts.items()}
    rule = Rule.SUMMARY_CHANGE
    details["n"] = len(told)
    if len(told) * 2 < len(facts):
        # «Øker ingen av 3 indikatorer» would say little of fifteen.
        rule = Rule.SUMMARY_CHANGE_PART
        details |= {"n": Count(len(told)), "total": len(facts)}
    return Statement(SUMMARY, rule, details, ids, tuple(why))

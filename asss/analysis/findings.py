"""
What is true and worth saying about a kommune, decided in numbers.

Text and figures receive finished facts from here and compute nothing, so words and
pictures cannot disagree. Holds no Norwegian but what the catalogue gives. Imports
``changes`` and below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asss.analysis import changes
from asss.analysis.facts import HOUSEKEEPING, Fact, FactBook, NetworkBook, gather
from asss.analysis.statements import (
    Claim,
    Count,
    Detail,
    Fragment,
    Statement,
    Word,
    bases_of_change,
    claim,
    distance,
    lacks_base,
    level,
    mean,
    why_missing,
    why_unchanged,
    why_withheld,
)
from asss.analysis.tables import weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Chapter, Forbehold
from asss.catalogue.language import half_up
from asss.catalogue.parameters import Run
from asss.statbank import Snapshot

if TYPE_CHECKING:
    import pandas as pd

#: The chapter of the text that stands first on the page.
SUMMARY = "sammendrag"

RESSURSBRUK = "ressursbruksindikator"

#: The rule of the one sentence on what is collected by hand and not collected yet.
NOT_COLLECTED = "manual_pending"


@dataclass(frozen=True)
class Findings:
    """What a report says, and the facts that it says it of.

    Attributes
    ----------
    book : FactBook
    statements : tuple of Statement, in the order of the page
    """

    book: FactBook
    statements: tuple[Statement, ...] = field(repr=False)

    def forbehold_in(self, known: Catalogue, chapter: str) -> tuple[Forbehold, ...]:
        """Forbehold to print with a chapter: those of every figure it speaks of."""
        indicators = {indicator.id for indicator in known.service.in_chapter(chapter)}
        book = self.book
        by_id = {fact.id: fact for fact in book.facts.values()}
        spoken = {
            name
            for statement in self.statements
            if statement.chapter == chapter
            for fact in statement.facts
            for name in by_id[fact].forbehold
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
    said = _summary(book, known)
    for chapter in known.service.chapters:
        said += _chapter(book, known, chapter)
    return Findings(book, tuple(said))


def _chapter(book: FactBook, known: Catalogue, chapter: Chapter) -> list[Statement]:
    indicators = known.service.in_chapter(chapter.id)
    facts = [book.fact(indicator.id) for indicator in indicators]
    subjects = {indicator.id: indicator.subject for indicator in indicators}
    mentions = {indicator.id: indicator.mention for indicator in indicators}
    levels = [
        *_levels(book, known, chapter.id, facts, subjects),
        *_years_outermost(book, known, chapter.id, mentions),
        *_means_without(book, known, chapter.id, facts, mentions),
    ]
    section_of = sections(book, known)
    # What is said of several sections at once stands with the last of them.
    levels.sort(key=lambda said: max(section_of[fact] for fact in said.facts))
    return [
        *levels,
        *changes.group_trends(book, known, chapter.id, indicators),
        *changes.since_last_year(book, known, chapter.id, facts, mentions),
        *changes.means_opposite(book, known, chapter.id, facts, mentions),
        *changes.runs(book, known, chapter.id, mentions),
    ]


def sections(book: FactBook, known: Catalogue) -> dict[str, int]:
    """Which section of Tabell 1 each fact belongs to, by the fact's id: its number."""
    places = {section.id: place for place, section in enumerate(known.service.sections)}
    return {
        fact.id: places[known.indicator(fact.indicator).section]
        for fact in book.facts.values()
    }


def _levels(
    book: FactBook,
    known: Catalogue,
    chapter: str,
    facts: Sequence[Fact],
    subjects: Mapping[str, str],
) -> list[Statement]:
    statements = []
    pending = book.pending(known)
    for fact in facts:
        if fact.indicator in pending:
            continue  # said of all of them at once, among the main findings
        subject = subjects[fact.indicator]
        if fact.value is None:
            rule = "level_missing"
            details: dict[str, Detail] = {
                "subject": subject,
                "year": fact.year,
                "reason": why_withheld(known, fact) or why_missing(known, fact),
            }
        elif lacks_base(known, fact):
            rule = _side_rule(fact)
            details = {
                "subject": subject,
                "value": level(fact),
                "mean": mean(fact),
                "rank": _rank_tail(book, known, fact, "rank_tail"),
                "reason": Word("base_mean"),
            }
        elif fact.index is None:
            rule = "level_alone"
            details = {
                "subject": subject,
                "value": level(fact),
                "reason": why_withheld(known, fact),
            }
        else:
            rule, details = _against_mean(book, known, fact, subject)
        statements.append(Statement(chapter, rule, details, (fact.id,)))
        if rule.startswith("resource"):
            statements.append(Statement(chapter, "resource_gloss", {}, (fact.id,)))
    return statements


def _against_mean(
    book: FactBook, known: Catalogue, fact: Fact, subject: str
) -> tuple[str, dict[str, Detail]]:
    """A figure, how far from the mean it is, and its rank if at an end."""
    if fact.indicator == RESSURSBRUK:
        return _resource(book, known, fact)
    return _level_rule(known, fact), {
        "subject": subject,
        "value": level(fact),
        "distance": distance(fact),
        "mean": mean(fact),
        "rank": _rank_tail(book, known, fact, "rank_tail"),
    }


def _level_rule(known: Catalogue, fact: Fact) -> str:
    limits = known.phrases.thresholds
    away = fact.given("distance")
    if abs(away) < limits.on_mean.value and _prints_as_mean(fact):
        return "level_on_mean"
    if abs(away) < limits.near_mean.value:
        return "level_near"
    side = "above" if away > 0 else "below"
    is_far = half_up(abs(away)) >= limits.far_from_mean.value
    return f"level_far_{side}" if is_far else f"level_{side}"


def _side_rule(fact: Fact) -> str:
    """Which side of a mean that is zero or below; percent cannot say how far."""
    if _prints_as_mean(fact):
        return "level_on_mean"
    return "level_side_above" if fact.side > 0 else "level_side_below"


def _prints_as_mean(fact: Fact) -> bool:
    """«Akkurat på snittet» is not said beside two different numbers."""
    own, mean_ = fact.given(), fact.given("network_mean")
    return half_up(own, fact.decimals) == half_up(mean_, fact.decimals)


def _resource(
    book: FactBook, known: Catalogue, fact: Fact
) -> tuple[str, dict[str, Detail]]:
    away = fact.given("distance")
    on_mean = abs(away) < known.phrases.thresholds.on_mean.value
    rule = "equal" if on_mean else "more" if away > 0 else "less"
    return f"resource_{rule}", {
        "kommune": book.member.name,
        "value": level(fact),
        "distance": distance(fact),
        "mark": claim((fact.distance_basis,), level(fact)),
        "rank": _rank_tail(book, known, fact, "resource_rank_tail"),
    }


def _rank_tail(book: FactBook, known: Catalogue, fact: Fact, rule: str) -> Detail:
    word = _rank_word(book, known, fact)
    return Fragment(rule, {"rank": Word(word, fact.distance_basis)}) if word else ""


def _rank_word(book: FactBook, known: Catalogue, fact: Fact) -> str:
    """Where among the members the kommune stands, if at an end."""
    outermost = int(known.phrases.thresholds.among_outermost.value)
    if fact.rank is None or fact.value is None or not has_ends(known, fact):
        return ""
    values = [
        peer.value
        for peer in book.peers(fact.indicator, fact.year)
        if peer.rank is not None and peer.value is not None
    ]
    from_below = sum(value < fact.value for value in values) + 1
    shared = "_shared" if values.count(fact.value) > 1 else ""
    for place, end in ((fact.rank, "highest"), (from_below, "lowest")):
        if place == 1:
            return f"rank_{end}{shared}"
        if place == 2 and not shared:
            return f"rank_second_{end}"
        if place + values.count(fact.value) - 1 <= outermost:
            return f"rank_among_{end}"
    return ""


def has_ends(known: Catalogue, fact: Fact) -> bool:
    """Whether «høyest» and «lavest» say something: of many members, not all alike."""
    is_large = fact.n > 2 * known.phrases.thresholds.among_outermost.value
    return is_large and fact.lowest != fact.highest


def _years_outermost(
    book: FactBook, known: Catalogue, chapter: str, subjects: Mapping[str, str]
) -> list[Statement]:
    several = known.phrases.thresholds.several_years.value
    groups: dict[tuple[str, int, tuple[int, ...]], list[str]] = {}
    for indicator in subjects:
        history = book.history(indicator)
        for end in ("lowest", "highest"):
            held = _held_back(known, history, f"is_{end}")
            if len(held) >= several:
                shared = tuple(fact.year for fact in held if fact.is_shared(end))
                key = (end, held[0].year, shared)
                groups.setdefault(key, []).append(indicator)
    statements = []
    for (end, first, shared), indicators in groups.items():
        facts = book.since(indicators, first)
        details: dict[str, Detail] = {
            "subject": tuple(subjects[i] for i in indicators),
            "from_year": first,
            "shared_years": shared,
            "mark": claim(fact.distance_basis for fact in facts),
        }
        rule = f"years_{end}_shared" if shared else f"years_{end}"
        ids = tuple(fact.id for fact in facts)
        statements.append(Statement(chapter, rule, details, ids))
    return statements


def _held_back(known: Catalogue, history: Sequence[Fact], holds: str) -> list[Fact]:
    """The unbroken years up to the last one in which something holds.

    Before a break the figures are another kommune's, or rest on another basis; where
    few have a figure, no end is told.
    """
    held: list[Fact] = []
    for fact in reversed(history):
        if not getattr(fact, holds) or not has_ends(known, fact):
            break
        held.insert(0, fact)
        if known.effects(fact.forbehold).change != "shown":
            break
    return held


def _means_without(
    book: FactBook,
    known: Catalogue,
    chapter: str,
    facts: Sequence[Fact],
    subjects: Mapping[str, str],
) -> list[Statement]:
    """Whose figures are not in the mean, and why: one sentence for the same reason."""
    groups: dict[tuple[tuple[str, ...], Detail], list[Fact]] = {}
    for fact in facts:
        absent = [peer for peer in book.peers(fact.indicator) if peer.rank is None]
        if absent and fact.network_mean is not None:
            reasons = dict.fromkeys(
                why_withheld(known, peer) or why_missing(known, peer) for peer in absent
            )
            whose = tuple(peer.kommune for peer in absent)
            groups.setdefault((whose, tuple(reasons)), []).append(fact)
    return [
        Statement(
            chapter,
            "mean_without",
            {
                "subject": tuple(subjects[fact.indicator] for fact in touched),
                "kommuner": tuple(known.network.member(k).name for k in whose),
                "reason": reason,
            },
            tuple(
                dict.fromkeys(
                    book.fact(fact.indicator, kommune=k).id
                    for fact in touched
                    for k in (book.member.id, *whose)
                )
            ),
        )
        for (whose, reason), touched in groups.items()
    ]


def _summary(book: FactBook, known: Catalogue) -> list[Statement]:
    facts = book.reported
    mentions = {i.id: i.mention for i in known.service.indicators}
    statements = []
    compared = _compared(known, facts)
    if compared:
        # The use of resources; where there is no figure of it, the next in Tabell 1.
        chief = compared[0]
        subject = known.indicator(chief.indicator).subject
        rule, details = _against_mean(book, known, chief, subject)
        statements.append(Statement(SUMMARY, rule, details, (chief.id,)))
    statements += not_collected(book, known)
    statements += _summary_extremes(known, compared, mentions)
    statements += _summary_ranks(known, facts)
    if book.run.year > book.all_years[0]:
        statements.append(_summary_changes(book, known, facts))
    doubtful = [
        fact
        for fact in facts
        if any(
            not entry.is_page_wide and entry.kind not in HOUSEKEEPING
            for entry in known.forbehold_by_id(fact.forbehold)
        )
    ]
    if doubtful:
        # «Nøkkeltall» is neuter, as nothing else that is counted.
        count = Count(len(doubtful), is_neuter=True)
        statements.append(
            Statement(
                SUMMARY,
                "summary_forbehold",
                {"count": count, "n": len(facts), "year": book.run.year},
                tuple(fact.id for fact in doubtful),
            )
        )
    return statements


def _compared(known: Catalogue, facts: Sequence[Fact]) -> list[Fact]:
    """Figures held against the mean that a main finding may hold up."""
    return [
        fact
        for fact in facts
        if fact.index is not None
        and (
            fact.indicator == RESSURSBRUK
            or all(
                known.kinds[entry.kind].summary == "told"
                for entry in known.forbehold_by_id(fact.forbehold)
            )
        )
    ]


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


def _summary_extremes(
    known: Catalogue, facts: Sequence[Fact], subjects: Mapping[str, str]
) -> list[Statement]:
    limit = known.phrases.thresholds.near_mean.value
    compared = [fact for fact in facts if fact.indicator != RESSURSBRUK]
    ends = {
        "above": max(compared, key=lambda fact: fact.given("index"), default=None),
        "below": min(compared, key=lambda fact: fact.given("index"), default=None),
    }
    told = {
        side: fact
        for (side, fact), sign in zip(ends.items(), (1, -1), strict=True)
        if fact is not None and fact.given("distance") * sign >= limit
    }
    if not told:
        return []
    details: dict[str, Detail] = {}
    for side, fact in told.items():
        details[side] = subjects[fact.indicator]
        details[f"{side}_distance"] = distance(fact)
        # One of the others would be furthest, were its figure another.
        bases = [other.distance_basis for other in compared]
        details[f"{side}_mark"] = claim(bases, distance(fact))
    rule = "summary_both" if len(told) > 1 else f"summary_{next(iter(told))}"
    return [Statement(SUMMARY, rule, details, tuple(f.id for f in told.values()))]


def _summary_ranks(known: Catalogue, facts: Sequence[Fact]) -> list[Statement]:
    ranked = [f for f in facts if f.rank is not None and has_ends(known, f)]
    if not ranked:
        return []
    highest = [fact for fact in ranked if fact.is_highest]
    lowest = [fact for fact in ranked if fact.is_lowest]
    ends = [name for name, held in (("highest", highest), ("lowest", lowest)) if held]
    rule = {0: "none", 1: ends[0] if ends else "", 2: "both"}[len(ends)]
    basis = weakest(fact.distance_basis for fact in ranked)
    details: dict[str, Detail] = {
        "highest": _count_of_ends(highest, "highest", basis),
        "lowest": _count_of_ends(lowest, "lowest", basis),
        "mark": Claim(basis),
        "n": len(ranked),
    }
    ids = tuple(fact.id for fact in (*highest, *lowest) or ranked)
    return [Statement(SUMMARY, f"summary_rank_{rule}", details, ids)]


def _count_of_ends(held: Sequence[Fact], end: str, basis: str) -> Detail:
    """On how many a kommune is at an end, and how many of those places others share."""
    count, shared = len(held), sum(fact.is_shared(end) for fact in held)
    if not shared:
        return Count(count, basis)
    rule = "rank_count_shared" if shared == count else "rank_count_part_shared"
    return Fragment(rule, {"count": Count(count, basis), "shared": Count(shared)})


def _summary_changes(
    book: FactBook, known: Catalogue, facts: Sequence[Fact]
) -> Statement:
    ways = {fact.id: changes.direction(known, fact) for fact in facts}
    told = [fact for fact in facts if ways[fact.id]]
    details: dict[str, Detail] = {"previous_year": book.run.year - 1}
    if not told:
        details |= {"year": book.run.year, "reason": why_unchanged(known, facts)}
        ids = tuple(fact.id for fact in facts)
        return Statement(SUMMARY, "change_withheld", details, ids)
    basis, ids = weakest(bases_of_change(told)), tuple(fact.id for fact in told)
    for name, members in (
        ("up", ("up", "up_slightly")),
        ("down", ("down", "down_slightly")),
        ("stable", ("stable",)),
    ):
        count = sum(way in members for way in ways.values())
        details[name] = Count(count, basis)
    if len(told) * 2 < len(facts):
        # «Øker ingen av 3 indikatorer» would say little of fifteen.
        details |= {"n": Count(len(told)), "total": len(facts)}
        return Statement(SUMMARY, "summary_change_part", details, ids)
    details["n"] = len(told)
    return Statement(SUMMARY, "summary_change", details, ids)

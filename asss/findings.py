"""
What is true and worth saying about a kommune, decided in numbers.

Text and figures receive finished facts from here and compute nothing, so words and
pictures cannot disagree. Which forbehold let a thing be said, and how, is settled here
too. Holds no Norwegian but what the catalogue gives. Imports ``indexing`` and below.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeAlias

import pandas as pd

from asss.catalogue import Catalogue, Chapter, Forbehold, Indicator
from asss.errors import UsageError
from asss.parameters import Member, Run
from asss.statbank import Snapshot
from asss.tables import weakest

#: The chapter of the text that stands first on the page.
SUMMARY = "sammendrag"

RESSURSBRUK = "ressursbruksindikator"

#: Kinds of forbehold that concern how figures are kept, not whether one is sound.
HOUSEKEEPING = frozenset({"auto_update_exception", "status", "mean_rule"})


@dataclass(frozen=True)
class Fact:
    """One figure of one kommune and year, set against the network.

    Units are the indicator's, ``index`` is 100 at the mean, ``rank`` is 1 at the highest
    value. None where there is no figure or a forbehold withholds it.
    """

    id: str
    indicator: str
    kommune: str
    year: int
    value: float | None
    unit: str
    decimals: int
    status: str
    network_mean: float | None
    mean_rule: str
    mean_basis: str
    lowest: float | None
    lowest_kommune: tuple[str, ...]
    highest: float | None
    highest_kommune: tuple[str, ...]
    index: float | None
    rank: int | None
    n: int
    previous: float | None
    previous_basis: str
    change: float | None
    mean_change: float | None
    basis: str
    numerator: float | None
    denominator: float | None
    factor: float | None
    tables: tuple[str, ...]
    cells: tuple[str, ...]
    forbehold: tuple[str, ...]

    @property
    def distance(self) -> float | None:
        """Percent above (+) or below (-) the mean, unrounded."""
        return None if self.index is None else self.index - 100

    @property
    def distance_basis(self) -> str:
        """What the distance, index and rank rest on: the figure and everybody else's."""
        return weakest((self.basis, self.mean_basis))

    @property
    def change_percent(self) -> float | None:
        """Change since last year in percent of last year's value."""
        if self.change is None or not self.previous:
            return None
        return self.change / self.previous * 100

    @property
    def is_lowest(self) -> bool:
        """Whether nobody in the network has a lower figure."""
        return self.rank is not None and self.kommune in self.lowest_kommune

    @property
    def is_highest(self) -> bool:
        """Whether nobody in the network has a higher figure."""
        return self.rank is not None and self.kommune in self.highest_kommune


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
class Word:
    """A word or name that the phrase file spells, by its key."""

    key: str


@dataclass(frozen=True)
class Fragment:
    """A phrase inside a phrase."""

    rule: str
    details: Mapping[str, "Detail"]


#: What a field of a phrase may be. A tuple is a list to be joined with «og».
Detail: TypeAlias = "str | int | Quantity | Word | Fragment | tuple[Detail, ...]"


@dataclass(frozen=True)
class Statement:
    """Something worth saying: which phrase, with what in it, resting on which facts."""

    chapter: str
    rule: str
    details: Mapping[str, Detail]
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """Everything a report says and shows, before a word is written.

    Attributes
    ----------
    facts : mapping of (indicator, kommune, year) to Fact
        All members, all years up to the report's.
    statements : tuple of Statement, in the order of the page
    years : tuple of int
        The years that Tabell 1 shows, the report's last.
    """

    run: Run
    member: Member
    snapshot: Snapshot
    facts: Mapping[tuple[str, str, int], Fact]
    statements: tuple[Statement, ...]
    years: tuple[int, ...]
    all_years: tuple[int, ...]

    def fact(
        self, indicator: str, *, kommune: str | None = None, year: int | None = None
    ) -> Fact:
        """A fact; of the report's own kommune and year unless told otherwise."""
        return self.facts[
            indicator, kommune or self.member.id, year or self.run.year
        ]

    def history(self, indicator: str, kommune: str | None = None) -> list[Fact]:
        """The facts of one kommune over all years, oldest first."""
        whose = kommune or self.member.id
        return [
            self.facts[indicator, whose, year]
            for year in self.all_years
            if (indicator, whose, year) in self.facts
        ]

    def peers(self, indicator: str, year: int | None = None) -> list[Fact]:
        """The facts of every member in one year, in the order of the network."""
        return [
            fact
            for fact in self.facts.values()
            if fact.indicator == indicator and fact.year == (year or self.run.year)
        ]

    @cached_property
    def reported(self) -> list[Fact]:
        """The report's own facts: its kommune, its year, in the order of Tabell 1."""
        return [
            fact
            for fact in self.facts.values()
            if fact.kommune == self.member.id and fact.year == self.run.year
        ]

    def forbehold_in(self, known: Catalogue, chapter: str) -> tuple[Forbehold, ...]:
        """Forbehold to print with a chapter: those of every figure it speaks of."""
        indicators = {indicator.id for indicator in known.service.in_chapter(chapter)}
        by_id = {fact.id: fact for fact in self.facts.values()}
        spoken = {
            name
            for statement in self.statements
            if statement.chapter == chapter
            for fact in statement.facts
            for name in by_id[fact].forbehold
        }
        shown = {
            name
            for fact in self.facts.values()
            if fact.kommune == self.member.id
            and fact.year in self.years
            and fact.indicator in indicators
            for name in fact.forbehold
        }
        return tuple(
            entry
            for entry in known.forbehold_by_id(spoken | shown)
            if not entry.is_page_wide and entry.kind not in HOUSEKEEPING
        )

    def page_wide_forbehold(self, known: Catalogue) -> tuple[Forbehold, ...]:
        """Forbehold on every figure in the years the table shows: they stand on top."""
        return tuple(
            entry
            for entry in known.forbehold
            if entry.is_page_wide and self._concerns(entry, self.years)
        )

    def all_forbehold(self, known: Catalogue) -> tuple[Forbehold, ...]:
        """Every forbehold on any figure in the report, the other members' included."""
        return tuple(
            entry
            for entry in known.forbehold
            if set(entry.years) & set(self.all_years)
        )

    def _concerns(self, entry: Forbehold, years: Iterable[int]) -> bool:
        return any(
            entry.touches(indicator, self.member.id, year)
            for year in years
            for indicator in {fact.indicator for fact in self.reported}
        )

    @property
    def is_reconstructed(self) -> bool:
        """Whether any figure in the report is not an official one."""
        return any(fact.basis == "reconstructed" for fact in self.facts.values())


def assess(
    indexed: pd.DataFrame, known: Catalogue, run: Run, snapshot: Snapshot
) -> Findings:
    """
    Decide what a report says: facts first, then statements that rest on them.

    Parameters
    ----------
    indexed : DataFrame, key = (indicator, kommune, year)
        See :func:`asss.indexing.index_to_network`.
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
    member = known.network.member(run.kommune)
    facts = {
        (str(row["indicator"]), str(row["kommune"]), int(row["year"])): _fact(
            row, known.indicator(str(row["indicator"]))
        )
        for row in indexed.to_dict("records")
    }
    years = sorted({year for _, _, year in facts})
    if member not in known.network.in_year(run.year):
        msg = f"{member.name} is not a member of ASSS in data year {run.year}."
        raise UsageError(msg)
    shown = int(known.phrases.thresholds.several_years.value)
    found = Findings(
        run=run,
        member=member,
        snapshot=snapshot,
        facts=facts,
        statements=(),
        years=tuple(years[-shown:]),
        all_years=tuple(years),
    )
    said = [
        *_summary(found, known),
        *(
            statement
            for chapter in known.service.chapters
            for statement in _chapter(found, known, chapter)
        ),
    ]
    return Findings(**{**_shallow(found), "statements": tuple(said)})


def as_record(fact: Fact, snapshot: Snapshot) -> dict[str, Any]:
    """A fact as facts.json holds it: the source drawn together, index beside distance."""
    record = asdict(fact)
    tables, cells = record.pop("tables"), record.pop("cells")
    record["source"] = {
        "table": list(tables),
        "cells": list(cells),
        "updated": {
            table: snapshot.tables[table]["ssb_updated"]
            for table in tables
            if table in snapshot.tables
        },
    }
    record["distance"] = fact.distance
    record["distance_basis"] = fact.distance_basis
    return record


def _shallow(found: Findings) -> dict[str, Any]:
    return {name: getattr(found, name) for name in found.__dataclass_fields__}


def _none(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _fact(row: Mapping[Any, Any], indicator: Indicator) -> Fact:
    rank = _none(row["rank"])
    previous_basis = row["previous_basis"]
    return Fact(
        id=f"{row['kommune']}-{row['year']}-{row['indicator']}",
        indicator=indicator.id,
        kommune=row["kommune"],
        year=int(row["year"]),
        value=_none(row["value"]),
        unit=indicator.unit,
        decimals=indicator.decimals,
        status=row["status"],
        network_mean=_none(row["network_mean"]),
        mean_rule=row["rule"],
        mean_basis=row["mean_basis"],
        lowest=_none(row["lowest"]),
        lowest_kommune=row["lowest_kommune"],
        highest=_none(row["highest"]),
        highest_kommune=row["highest_kommune"],
        index=_none(row["index"]),
        rank=None if rank is None else int(rank),
        n=int(row["n"]),
        previous=_none(row["previous"]),
        previous_basis=previous_basis if isinstance(previous_basis, str) else "",
        change=_none(row["change"]),
        mean_change=_none(row["mean_change"]),
        basis=row["basis"],
        numerator=_none(row["numerator"]),
        denominator=_none(row["denominator"]),
        factor=_none(row["factor"]),
        tables=row["tables"],
        cells=row["cells"],
        forbehold=row["forbehold"],
    )


# -- quantities ---------------------------------------------------------------------------


def _level(fact: Fact) -> Quantity:
    return Quantity(fact.value or 0.0, fact.unit, fact.decimals, fact.basis)


def _previous(fact: Fact) -> Quantity:
    return Quantity(
        fact.previous or 0.0, fact.unit, fact.decimals, fact.previous_basis
    )


def _mean(fact: Fact) -> Quantity:
    return Quantity(
        fact.network_mean or 0.0, fact.unit, fact.decimals, fact.mean_basis
    )


def _distance(fact: Fact) -> Quantity:
    distance = abs(fact.distance or 0.0)
    return Quantity(distance, "prosent", 0, fact.distance_basis, "distance")


def _change(fact: Fact) -> Quantity:
    return Quantity(
        abs(fact.change or 0.0),
        fact.unit,
        fact.decimals,
        weakest((fact.basis, fact.previous_basis)),
        "difference",
    )


def half_up(value: float, decimals: int = 0) -> float:
    """
    Round as a reader does by hand: half away from zero, not to the even digit.

    Examples
    --------
    >>> half_up(2.5), half_up(-0.25, 1)
    (3.0, -0.3)
    """
    scale = 10**decimals
    # A value that is a half but for binary noise is a half to anyone who recomputes it.
    return math.copysign(math.floor(abs(value) * scale + 0.5 + 1e-9) / scale, value)


# -- statements ---------------------------------------------------------------------------


def _chapter(
    found: Findings, known: Catalogue, chapter: Chapter
) -> list[Statement]:
    indicators = known.service.in_chapter(chapter.id)
    facts = [found.fact(indicator.id) for indicator in indicators]
    subjects = {indicator.id: indicator.subject for indicator in indicators}
    mentions = {indicator.id: indicator.mention for indicator in indicators}
    return [
        *_levels(found, known, chapter.id, facts, subjects),
        *_years_outermost(found, known, chapter.id, mentions),
        *_means_without(found, known, chapter.id, facts, mentions),
        *_group_trends(found, known, chapter.id, indicators),
        *_changes(found, known, chapter.id, facts, mentions),
        *_means_opposite(known, chapter.id, facts, mentions),
        *_runs(found, known, chapter.id, mentions),
    ]


def _levels(
    found: Findings,
    known: Catalogue,
    chapter: str,
    facts: Sequence[Fact],
    subjects: Mapping[str, str],
) -> list[Statement]:
    statements = []
    for fact in facts:
        subject = subjects[fact.indicator]
        if fact.value is None:
            rule = "level_missing"
            details: dict[str, Detail] = {
                "subject": subject,
                "year": fact.year,
                "reason": _reason(known, fact) or Word(f"sign_{_sign_key(fact)}"),
            }
        elif fact.index is None:
            rule = "level_alone"
            details = {
                "subject": subject,
                "value": _level(fact),
                "reason": _reason(known, fact),
            }
        elif fact.indicator == RESSURSBRUK:
            rule, details = _resource(found, known, fact)
        else:
            rule = _level_rule(known, fact)
            details = {
                "subject": subject,
                "value": _level(fact),
                "distance": _distance(fact),
                "mean": _mean(fact),
                "rank": _rank_tail(found, known, fact, "rank_tail"),
            }
        statements.append(Statement(chapter, rule, details, (fact.id,)))
        if rule.startswith("resource"):
            statements.append(Statement(chapter, "resource_gloss", {}, (fact.id,)))
    return statements


def _level_rule(known: Catalogue, fact: Fact) -> str:
    limits = known.phrases.thresholds
    distance = fact.distance or 0.0
    if abs(distance) < limits.on_mean.value:
        return "level_on_mean"
    if abs(distance) < limits.near_mean.value:
        return "level_near"
    side = "above" if distance > 0 else "below"
    is_far = half_up(abs(distance)) >= limits.far_from_mean.value
    return f"level_far_{side}" if is_far else f"level_{side}"


def _resource(
    found: Findings, known: Catalogue, fact: Fact
) -> tuple[str, dict[str, Detail]]:
    distance = fact.distance or 0.0
    on_mean = abs(distance) < known.phrases.thresholds.on_mean.value
    rule = "equal" if on_mean else "more" if distance > 0 else "less"
    return f"resource_{rule}", {
        "kommune": found.member.name,
        "value": _level(fact),
        "distance": _distance(fact),
        "rank": _rank_tail(found, known, fact, "resource_rank_tail"),
    }


def _rank_tail(found: Findings, known: Catalogue, fact: Fact, rule: str) -> Detail:
    word = _rank_word(found, known, fact)
    return Fragment(rule, {"rank": Word(word)}) if word else ""


def _rank_word(found: Findings, known: Catalogue, fact: Fact) -> str:
    """Where among the members the kommune stands, if at an end."""
    outermost = int(known.phrases.thresholds.among_outermost.value)
    if fact.rank is None or fact.value is None or fact.n <= 2 * outermost:
        return ""
    values = [
        peer.value
        for peer in found.peers(fact.indicator, fact.year)
        if peer.rank is not None and peer.value is not None
    ]
    from_below = sum(value < fact.value for value in values) + 1
    shared = "_shared" if values.count(fact.value) > 1 else ""
    for place, end in ((fact.rank, "highest"), (from_below, "lowest")):
        if place == 1:
            return f"rank_{end}{shared}"
        if place == 2 and not shared:  # noqa: PLR2004
            return f"rank_second_{end}"
        if place + values.count(fact.value) - 1 <= outermost:
            return f"rank_among_{end}"
    return ""


def _years_outermost(
    found: Findings, known: Catalogue, chapter: str, subjects: Mapping[str, str]
) -> list[Statement]:
    several = known.phrases.thresholds.several_years.value
    groups: dict[tuple[str, int], list[str]] = {}
    for indicator in subjects:
        history = found.history(indicator)
        for end in ("lowest", "highest"):
            years = _years_back(history, f"is_{end}")
            if len(years) >= several:
                groups.setdefault((end, years[0]), []).append(indicator)
    return [
        Statement(
            chapter,
            f"years_{end}",
            {"subject": tuple(subjects[i] for i in indicators), "from_year": first},
            tuple(
                fact.id
                for indicator in indicators
                for fact in found.history(indicator)
                if fact.year >= first
            ),
        )
        for (end, first), indicators in groups.items()
    ]


def _years_back(history: Sequence[Fact], holds: str) -> list[int]:
    """The unbroken years up to the last one in which something holds."""
    years: list[int] = []
    for fact in reversed(history):
        if not getattr(fact, holds):
            break
        years.insert(0, fact.year)
    return years


def _means_without(
    found: Findings,
    known: Catalogue,
    chapter: str,
    facts: Sequence[Fact],
    subjects: Mapping[str, str],
) -> list[Statement]:
    statements = []
    for fact in facts:
        peers = found.peers(fact.indicator)
        absent = [peer for peer in peers if peer.rank is None]
        if absent and fact.network_mean is not None:
            names = tuple(known.network.member(peer.kommune).name for peer in absent)
            reasons = {
                _reason(known, peer) or Word(f"sign_{_sign_key(peer)}")
                for peer in absent
            }
            details: dict[str, Detail] = {
                "subject": subjects[fact.indicator],
                "kommuner": names,
                "reason": tuple(sorted(reasons, key=str)),
            }
            ids = (fact.id, *(peer.id for peer in absent))
            statements.append(Statement(chapter, "mean_without", details, ids))
    return statements


def _group_trends(
    found: Findings,
    known: Catalogue,
    chapter: str,
    indicators: Sequence[Indicator],
) -> list[Statement]:
    limit = known.phrases.thresholds.stable_trend.value
    statements = []
    for group in known.service.groups:
        members = [i.id for i in indicators if i.group == group.id]
        facts = [
            fact
            for name in members
            for fact in found.history(name)
            if fact.year in found.years
        ]
        if len(members) < 2 or any(fact.value is None for fact in facts):  # noqa: PLR2004
            continue
        if len(found.years) < known.phrases.thresholds.several_years.value:
            continue
        spans = [
            _span([f.value for f in facts if f.indicator == name and f.value])
            for name in members
        ]
        later = [fact for fact in facts if fact.year > found.years[0]]
        effects = {
            known.effects(f.indicator, f.kommune, f.year).change for f in later
        }
        if max(spans) > limit or "withheld" in effects:
            continue
        details: dict[str, Detail] = {
            "kommune": found.member.name,
            "subject": group.subject,
            "from_year": found.years[0],
            "year": found.run.year,
        }
        rule = "trend_stable_group"
        if "reserved" in effects:
            rule = "trend_stable_group_reserved"
            details["reason"] = _reasons(known, later)
        statements.append(
            Statement(chapter, rule, details, tuple(fact.id for fact in facts))
        )
    return statements


def _span(values: Sequence[float]) -> float:
    """Highest less lowest, in percent of their mean."""
    return (max(values) - min(values)) / (sum(values) / len(values)) * 100


#: Directions of change in the order a chapter speaks of them.
DIRECTIONS = ("up", "up_slightly", "stable", "down_slightly", "down")


def direction(known: Catalogue, fact: Fact) -> str | None:
    """
    Which way a figure has moved since last year, or None where nothing may be said.

    Returns
    -------
    direction : str or None
        One of ``DIRECTIONS``. Two values that read alike in print are ``stable``.
    """
    limits = known.phrases.thresholds
    percent = fact.change_percent
    if percent is None or fact.value is None or fact.previous is None:
        return None
    if _reads_alike(fact) or abs(percent) < limits.stable_change.value:
        return "stable"
    side = "up" if percent > 0 else "down"
    is_slight = abs(percent) < limits.slight_change.value
    return f"{side}_slightly" if is_slight else side


def _reads_alike(fact: Fact) -> bool:
    """Whether this year's figure and last year's are the same in print."""
    now, before = fact.value or 0.0, fact.previous or 0.0
    return half_up(now, fact.decimals) == half_up(before, fact.decimals)


def _changes(
    found: Findings,
    known: Catalogue,
    chapter: str,
    facts: Sequence[Fact],
    subjects: Mapping[str, str],
) -> list[Statement]:
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
    return statements + _withheld(found, known, chapter, facts, subjects)


def _change_sentences(
    chapter: str, rule: str, facts: Sequence[Fact], subjects: Mapping[str, str]
) -> list[Statement]:
    first, *others = facts
    said = [
        Statement(
            chapter,
            rule,
            {
                "subject": subjects[first.indicator],
                "previous": _previous(first),
                "previous_year": first.year - 1,
                "value": _level(first),
                "year": first.year,
                "change": _change(first),
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
                    "previous": _previous(fact),
                    "value": _level(fact),
                },
            )
            for fact in others
        )
        ids = tuple(fact.id for fact in others)
        said.append(Statement(chapter, "change_same", {"others": items}, ids))
    return said


def _withheld(
    found: Findings,
    known: Catalogue,
    chapter: str,
    facts: Sequence[Fact],
    subjects: Mapping[str, str],
) -> list[Statement]:
    """Say why a change is not spoken of, rather than pass it over."""
    reasons: dict[Detail, list[Fact]] = {}
    for fact in facts:
        before = (fact.indicator, fact.kommune, fact.year - 1)
        if fact.change is None and before in found.facts:
            last_year = found.facts[before]
            reason = _change_reasons(known, fact, last_year) or Word(
                f"sign_{_sign_key(fact if fact.value is None else last_year)}"
            )
            reasons.setdefault(reason, []).append(fact)
    statements = []
    for reason, touched in reasons.items():
        details: dict[str, Detail] = {
            "previous_year": found.run.year - 1,
            "year": found.run.year,
            "reason": reason,
        }
        rule = "change_withheld"
        if len(touched) < len(facts):
            rule = "change_withheld_for"
            details["subject"] = tuple(subjects[fact.indicator] for fact in touched)
        ids = tuple(fact.id for fact in touched)
        statements.append(Statement(chapter, rule, details, ids))
    return statements


def _means_opposite(
    known: Catalogue,
    chapter: str,
    facts: Sequence[Fact],
    subjects: Mapping[str, str],
) -> list[Statement]:
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
            and fact.network_mean
            and fact.mean_change * sign / fact.network_mean * 100 >= limit
        ]
        if opposite:
            details: dict[str, Detail] = {
                "subject": tuple(subjects[fact.indicator] for fact in opposite)
            }
            ids = tuple(fact.id for fact in opposite)
            statements.append(Statement(chapter, rule, details, ids))
    return statements


def _runs(
    found: Findings, known: Catalogue, chapter: str, subjects: Mapping[str, str]
) -> list[Statement]:
    """Rises and falls, year after year, up to the report's year."""
    several = known.phrases.thresholds.several_years.value
    groups: dict[tuple[str, int], list[str]] = {}
    for indicator in subjects:
        history = found.history(indicator)
        for rule, sign in (("trend_risen", 1), ("trend_fallen", -1)):
            first = _run_start(history, sign)
            if first is None or found.run.year - first + 1 < several:
                continue
            total = [fact.value for fact in history if fact.year >= first and fact.value]
            if _span(total) > known.phrases.thresholds.stable_trend.value:
                groups.setdefault((rule, first), []).append(indicator)
    return [
        Statement(
            chapter,
            rule,
            {"subject": tuple(subjects[i] for i in indicators), "from_year": first},
            tuple(
                fact.id
                for indicator in indicators
                for fact in found.history(indicator)
                if fact.year >= first
            ),
        )
        for (rule, first), indicators in groups.items()
    ]


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


def _summary(found: Findings, known: Catalogue) -> list[Statement]:
    facts = found.reported
    mentions = {i.id: i.mention for i in known.service.indicators}
    statements = []
    resource = found.fact(RESSURSBRUK)
    if resource.index is not None:
        rule, details = _resource(found, known, resource)
        statements.append(Statement(SUMMARY, rule, details, (resource.id,)))
    statements += _summary_extremes(known, facts, mentions)
    statements.append(_summary_ranks(facts))
    if found.run.year > found.all_years[0]:
        statements.append(_summary_changes(found, known, facts))
    doubtful = [
        fact
        for fact in facts
        if any(
            not entry.is_page_wide and entry.kind not in HOUSEKEEPING
            for entry in known.forbehold_by_id(fact.forbehold)
        )
    ]
    if doubtful:
        statements.append(
            Statement(
                SUMMARY,
                "summary_forbehold",
                {"count": Word(f"number_{len(doubtful)}"), "n": len(facts)},
                tuple(fact.id for fact in doubtful),
            )
        )
    return statements


def _summary_extremes(
    known: Catalogue, facts: Sequence[Fact], subjects: Mapping[str, str]
) -> list[Statement]:
    limit = known.phrases.thresholds.near_mean.value
    compared = [f for f in facts if f.index is not None and f.indicator != RESSURSBRUK]
    ends = {
        "above": max(compared, key=lambda fact: fact.index or 0, default=None),
        "below": min(compared, key=lambda fact: fact.index or 0, default=None),
    }
    told = {
        side: fact
        for (side, fact), sign in zip(ends.items(), (1, -1), strict=True)
        if fact is not None and (fact.distance or 0) * sign >= limit
    }
    if not told:
        return []
    details: dict[str, Detail] = {}
    for side, fact in told.items():
        details[side] = subjects[fact.indicator]
        details[f"{side}_distance"] = _distance(fact)
    rule = "summary_both" if len(told) > 1 else f"summary_{next(iter(told))}"
    return [Statement(SUMMARY, rule, details, tuple(f.id for f in told.values()))]


def _summary_ranks(facts: Sequence[Fact]) -> Statement:
    ranked = [fact for fact in facts if fact.rank is not None]
    highest = [fact for fact in ranked if fact.is_highest]
    lowest = [fact for fact in ranked if fact.is_lowest]
    ends = [name for name, held in (("highest", highest), ("lowest", lowest)) if held]
    rule = {0: "none", 1: ends[0] if ends else "", 2: "both"}[len(ends)]
    details: dict[str, Detail] = {
        "highest": Word(f"number_{len(highest)}"),
        "lowest": Word(f"number_{len(lowest)}"),
        "n": len(ranked),
    }
    ids = tuple(fact.id for fact in (*highest, *lowest)) or tuple(f.id for f in ranked)
    return Statement(SUMMARY, f"summary_rank_{rule}", details, ids)


def _summary_changes(
    found: Findings, known: Catalogue, facts: Sequence[Fact]
) -> Statement:
    ways = {fact.id: direction(known, fact) for fact in facts}
    told = [name for name, way in ways.items() if way]
    details: dict[str, Detail] = {"previous_year": found.run.year - 1}
    if not told:
        details |= {"year": found.run.year, "reason": _reasons(known, facts)}
        ids = tuple(fact.id for fact in facts)
        return Statement(SUMMARY, "change_withheld", details, ids)
    for name, members in (
        ("up", ("up", "up_slightly")),
        ("down", ("down", "down_slightly")),
        ("stable", ("stable",)),
    ):
        count = sum(way in members for way in ways.values())
        details[name] = Word(f"number_{count}")
    details["n"] = len(told)
    return Statement(SUMMARY, "summary_change", details, tuple(told))


# -- reasons ------------------------------------------------------------------------------


def _reason(known: Catalogue, fact: Fact) -> Detail:
    """The labels of the forbehold that keep a figure or its distance back."""
    labels = [
        entry.label
        for entry in known.forbehold_by_id(fact.forbehold)
        if known.kinds[entry.kind].distance == "withheld"
    ]
    return tuple(dict.fromkeys(labels))


def _reasons(known: Catalogue, facts: Iterable[Fact]) -> Detail:
    """The labels of the forbehold that keep changes back."""
    labels = [
        entry.label
        for fact in facts
        for entry in known.forbehold_by_id(fact.forbehold)
        if known.kinds[entry.kind].change != "shown"
    ]
    return tuple(dict.fromkeys(labels))


def _change_reasons(known: Catalogue, fact: Fact, last_year: Fact) -> Detail:
    own = _reasons(known, [fact])
    return own or _reason(known, last_year)


def _sign_key(fact: Fact) -> str:
    return {".": "not_possible", "..": "missing", ":": "suppressed"}.get(
        fact.status, "missing"
    )

"""
What a report tells of a kommune: the most salient of its candidates.

Text and figures receive finished facts from here and compute nothing, so words and
pictures cannot disagree. Holds no Norwegian but what the catalogue gives. Imports
``candidates`` and below.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from asss.analysis.candidates import SUMMARY, Candidates, has_ends, not_collected
from asss.analysis.changes import is_uncounted
from asss.analysis.facts import Fact, FactBook, gather
from asss.analysis.statements import (
    Detail,
    Finding,
    Fragment,
    Statement,
    Word,
    of_one_year,
)
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Forbehold
from asss.catalogue.language import capitalised
from asss.catalogue.parameters import Run
from asss.catalogue.rules import Rule, Topic
from asss.statbank import Snapshot

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "NOT_COLLECTED",
    "SUMMARY",
    "Findings",
    "assess",
    "conclude",
    "has_ends",
    "not_collected",
]

#: The rule of the one sentence on what is collected by hand and not collected yet.
NOT_COLLECTED = Rule.MANUAL_PENDING

#: How many main findings there may be, sentences in a report, and in one chapter.
BULLETS, SENTENCES, MOST = 4, 12, 4

#: With as many findings, a chapter does not tell what is near the mean as well.
FULL = 3


#: Rules that tell a change.
CHANGES = frozenset(one for one in Rule if one.startswith("moved"))


@dataclass(frozen=True)
class Findings:
    """What a report says, and the facts that it says it of.

    Attributes
    ----------
    book : FactBook
    findings : tuple of Finding, in the order of the page
    left_out : tuple of Finding
        What could have been told and is not; ``outcome`` says why.
    """

    book: FactBook
    findings: tuple[Finding, ...] = field(repr=False)
    left_out: tuple[Finding, ...] = field(default=(), repr=False)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """What is said, in the order of the page: each a sentence."""
        return tuple(said for one in self.findings for said in one.statements)

    def about(self, chapter: str) -> tuple[Statement, ...]:
        """What is said in the summary or in a chapter."""
        return tuple(said for said in self.statements if said.chapter == chapter)


def assess(
    indexed: "pd.DataFrame", known: Catalogue, run: Run, snapshot: Snapshot
) -> Findings:
    """
    Decide what a report says: facts first, then what is most worth telling of them.

    Parameters
    ----------
    indexed : DataFrame, key = (indicator, kommune, year)
        See :func:`asss.analysis.indexing.index_to_network`.
    known : Catalogue
        Indicators and how they hang together, forbehold, limits and weights.
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
    """Choose what a report says of the facts that it stands on."""
    return _Choice(Candidates(book, known)).made()


class _Choice:
    """The most salient findings that say different things, and what they leave out."""

    def __init__(self, candidates: Candidates) -> None:
        self._all, self._book = candidates, candidates.book
        self._known = candidates.known
        self._told: list[Finding] = []
        self._left_out: list[Finding] = []
        self._covered: set[str] = set()
        self._has_prices = self._has_years = False
        #: Caveats that are said, and those said last in each chapter, by their ids.
        self._said_once: set[str] = set()
        self._said_last: dict[str, set[str]] = {}
        # What may be a main finding and else stands in its chapter, worked out once.
        self._driver, self._amount = candidates.driver(), candidates.amount()
        self._ages, self._growing = candidates.ages(), candidates.growing()
        chapters = [chapter.id for chapter in self._known.service.chapters]
        self._joint = {name: candidates.joint(name) for name in chapters}
        self._level = cache(candidates.level)

    def made(self) -> Findings:
        """The choice: main findings, then chapter by chapter."""
        self._summary()
        self._chapters()
        if decomposed := self._all.decomposed():
            # Stands beside a figure of its own, whatever else is told.
            self._told.append(decomposed)
        told = {one.id for one in self._told}
        left_out = {one.id: one for one in self._left_out if one.id not in told}
        return Findings(
            self._book,
            tuple(self._with_caveats(one) for one in self._in_order()),
            tuple(left_out.values()),
        )

    def _summary(self) -> None:
        candidates = self._all
        first = [candidates.resources(), candidates.apart(), candidates.gap()]
        joined = [
            candidates.few_but_long(),
            self._driver,
            self._amount,
            self._ages,
            self._growing,
            *(one for found in self._joint.values() for one in found),
        ]
        self._tell([one for one in first if one], SUMMARY, BULLETS)
        # A part of the gap is taken up again in its chapter, and not twice up here.
        parts = self._gap_parts()
        single = [
            one
            for row in self._known.service.indicators
            if row.id not in parts
            and (one := self._level(row.id))
            and self._stands_out(one)
        ]
        others = sorted(
            (one for one in (*joined, *single) if one), key=lambda one: -one.salience
        )
        self._tell(others, SUMMARY, BULLETS - len(self._told))
        if pending := candidates.pending():
            self._tell([pending], SUMMARY, 1)

    def _stands_out(self, finding: Finding) -> bool:
        """Whether one figure alone is worth a main finding."""
        fact = self._book.fact(finding.indicators[0])
        limit = self._known.phrases.thresholds.apart.value
        is_clear = not is_uncounted(self._known, fact)
        is_far = self._all.strength(fact) * 50 >= limit
        return finding.topic is Topic.LEVEL and is_clear and is_far

    def _chapters(self) -> None:
        """The most salient of what the chapters could tell, as far as there is room."""
        names = [chapter.id for chapter in self._known.service.chapters]
        room = dict.fromkeys(names, MOST)
        pool = sorted(self._pool(), key=lambda one: -one.salience)
        # What is best in each chapter first, then what is best in all.
        best = [next((o for o in pool if o.chapter == name), None) for name in names]
        for one in [*filter(None, best), *pool]:
            left = min(room[one.chapter], SENTENCES - self._said)
            # What is missing, or has no mean, is told whether there is room or not.
            left = 1 if one.topic is Topic.MISSING else left
            room[one.chapter] -= self._tell([one], one.chapter, left)
        for name in names:
            rest = self._all.rest(name, self._covered)
            said = sum(one.chapter == name for one in self._told)
            if rest and said < FULL and self._said < SENTENCES:
                self._tell([rest], name, 1)

    @property
    def _said(self) -> int:
        """How many sentences there are, without what must be told in any case."""
        return sum(
            said.rule is not Rule.MEAN_CARRIED
            for told in self._told
            if told.topic is not Topic.MISSING
            for said in told.statements
        )

    def _gap_parts(self) -> list[str]:
        """The largest parts of what is told of a gap."""
        return [
            self._book.by_id[name].indicator
            for gap in self._told
            if gap.topic is Topic.GAP
            for name in gap.facts[1:3]
        ]

    def _pool(self) -> list[Finding]:
        candidates, service = self._all, self._known.service
        joined = (
            self._driver,
            self._ages,
            candidates.course(),
            candidates.lengths(),
            self._amount,
            self._growing,
        )
        names = [row.id for row in service.indicators]
        # The largest parts of a gap are taken up again, rows of Tabell 1 or not.
        names += self._gap_parts()
        single = map(self._level, dict.fromkeys(names))
        return [
            *(one for one in (*joined, *single) if one),
            *(
                one
                for chapter in service.chapters
                for one in (
                    *self._joint[chapter.id],
                    *candidates.missing(chapter.id),
                    *candidates.stable(chapter.id),
                )
            ),
        ]

    def _in_order(self) -> list[Finding]:
        """Main findings as chosen; chapters in the order of Tabell 1, the rest last."""
        order = [row.id for row in self._known.service.figures]
        chapters = [SUMMARY, *(one.id for one in self._known.service.chapters)]
        places = {
            one.id: (
                chapters.index(one.chapter),
                one.topic is Topic.REST,
                0
                if one.chapter == SUMMARY
                else order.index(one.indicators[0])
                if one.indicators
                else len(order) * (one.topic is not Topic.CHANGE) - 1,
            )
            for one in self._told
        }
        return sorted(self._told, key=lambda one: places[one.id])

    def _tell(self, pool: Iterable[Finding], chapter: str, room: int) -> int:
        """Take the first that say something new; how many sentences that was."""
        taken = 0
        for one in map(self._without_said, pool):
            chief = one.indicators[:1]
            if one.id in {told.id for told in self._told}:
                continue
            if self._covered.intersection(chief):
                self._left_out.append(replace(one, outcome="said_already"))
            elif room <= 0:
                self._left_out.append(replace(one, outcome="less_salient"))
            else:
                room -= 1
                taken += len(one.statements)
                self._told.append(_moved_to(chapter, one))
                self._covered.update(one.indicators)
        return taken

    def _without_said(self, finding: Finding) -> Finding:
        """Who carries the mean is said once in a report."""
        rules = {said.rule for told in self._told for said in told.statements}
        if Rule.MEAN_CARRIED not in rules:
            return finding
        kept = (s for s in finding.statements if s.rule is not Rule.MEAN_CARRIED)
        return replace(finding, statements=tuple(kept))

    def _with_caveats(self, finding: Finding) -> Finding:
        """Each caveat with every sentence that it touches."""
        said = []
        for statement in map(self._with_once, finding.statements):
            facts = [self._book.by_id[name] for name in statement.facts]
            due = self._all.caveats(facts, _told_in(statement.rule))
            if due and "caveat" in statement.rule.fields:
                details = dict(statement.details)
                details["caveat"] = self._caveat(statement.chapter, facts, due)
                statement = replace(statement, details=details)
            said.append(statement)
        return replace(finding, statements=tuple(said))

    def _caveat(
        self, chapter: str, facts: Iterable[Fact], due: Sequence[Forbehold]
    ) -> Detail:
        """What follows a sentence: in full the first time, and then a word of it.

        «Samme» is what was said last in the chapter, and «som nevnt over» all that has
        been said of the same figures; what neither points to is said in full again.
        """
        ids = {entry.id for entry in due}
        last = self._said_last.get(chapter, set())
        again = ids & self._said_once
        own = [fact for fact in facts if fact.kommune == self._book.member.id]
        of_these = {name for fact in own for name in fact.forbehold}
        is_clear = bool(again) and again == of_these & self._said_once
        same = last if last and last <= ids else set()
        above = again if is_clear and same != again else set()
        years = {f.year for f in own if above.intersection(f.forbehold)}
        tail: Detail = ""
        for entry in reversed(due):
            if entry.id not in same | above:
                label = capitalised(entry.label)
                tail = Fragment(Rule.CAVEAT_TAIL, {"caveat": label, "more": tail})
        self._said_once |= ids
        self._said_last[chapter] = ids
        if above:
            told = tuple(map(str, sorted(years)))
            return Fragment(Rule.CAVEAT_ABOVE, {"year": told, "more": tail})
        return Fragment(Rule.CAVEAT_SAME, {"more": tail}) if same else tail

    def _with_once(self, statement: Statement) -> Statement:
        """What kroner are of, and «flere år på rad», no more than once in a report."""
        return self._with_years(self._with_prices(statement))

    def _with_years(self, statement: Statement) -> Statement:
        rank = statement.details.get("rank")
        if not isinstance(rank, Fragment) or rank.rule is not Rule.RANK_TAIL_YEARS:
            return statement
        if not self._has_years:
            self._has_years = True
            return statement
        alone = of_one_year(rank, self._book.by_id[statement.facts[0]])
        return replace(statement, details={**statement.details, "rank": alone})

    def _with_prices(self, statement: Statement) -> Statement:
        """That kroner are those of their year, said once in a report."""
        if "prices" not in statement.rule.fields or self._has_prices:
            return statement
        if self._book.by_id[statement.facts[0]].unit != "kr":
            return statement
        self._has_prices = True
        details = dict(statement.details) | {"prices": Word("current_prices")}
        return replace(statement, details=details)


def _told_in(rule: Rule) -> Literal["level", "change", "both"]:
    """What a sentence tells: a level, how it has changed, or its level after that."""
    if rule not in CHANGES:
        return "level"
    return "both" if "mean" in rule.fields else "change"


def _moved_to(chapter: str, finding: Finding) -> Finding:
    """The same finding, told in another place."""
    said = tuple(replace(one, chapter=chapter) for one in finding.statements)
    return replace(finding, statements=said)

"""
Why a sentence was chosen: the limits of fraser.yaml, and what was held against them.

The choice is made in ``findings`` and ``changes``; here it is retold, number by number.
A test holds the two together: what is retold of a sentence is true of it, and of no
other sentence that could have stood in its place. Imports ``findings`` and below.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from asss.analysis import changes
from asss.analysis.facts import Fact
from asss.analysis.findings import Findings, has_ends
from asss.analysis.statements import Statement, lacks_base
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import half_up
from asss.errors import PhraseError

#: Signs of comparison, as they are printed.
SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda value, bound: value < bound,
    "≤": lambda value, bound: value <= bound,
    "≥": lambda value, bound: value >= bound,
    ">": lambda value, bound: value > bound,
}


@dataclass(frozen=True)
class Comparison:
    """A number held against a limit.

    Attributes
    ----------
    limit : str
        Its id in fraser.yaml.
    quantity : str
        The key of the word that says what was compared.
    value : float
        In the unit of the limit: percent, years, members.
    about : str
        Id of the indicator.
    """

    limit: str
    quantity: str
    value: float
    sign: str
    bound: float
    about: str

    @property
    def holds(self) -> bool:
        """Whether it is as the sign says."""
        return SIGNS[self.sign](self.value, self.bound)


@dataclass(frozen=True)
class Reason:
    """Why a sentence: in words, and in numbers.

    Attributes
    ----------
    word : str
        The key of the word that says what decides between this sentence and others.
    comparisons : tuple of Comparison
        Empty where no limit decides.
    remarks : tuple of str
        Keys of words: what was decided without a limit.
    """

    word: str
    comparisons: tuple[Comparison, ...] = ()
    remarks: tuple[str, ...] = ()


def why(statement: Statement, found: Findings, known: Catalogue) -> Reason:
    """
    Why a statement was made, and with these words.

    Parameters
    ----------
    statement : Statement
        One of `found`.
    found : Findings
    known : Catalogue
        Its thresholds are the limits.

    Raises
    ------
    PhraseError
        If a rule is new, and nothing retells it.
    """
    teller = _Teller(found, known)
    facts = [
        fact for fact in found.book.facts.values() if fact.id in set(statement.facts)
    ]
    rule = statement.rule
    match rule.split("_"):
        case ["level", "missing"] | ["manual", "pending"]:
            return Reason("review_why_missing")
        case ["level", "alone"]:
            return Reason("review_why_alone")
        case ["resource", "gloss"]:
            return Reason("review_why_gloss")
        case ["level" | "resource", *_]:
            return teller.level(rule, facts[0])
        case ["years", end, *_]:
            return teller.years_outermost(end, facts)
        case ["mean", "without"]:
            return Reason("review_why_without")
        case ["mean", way]:
            return teller.mean_opposite(way, facts)
        case ["trend", "stable", *_]:
            return teller.stable_group(facts)
        case ["trend", *_]:
            return teller.run(facts)
        case ["change", "withheld", *_]:
            return Reason("review_why_unspoken")
        case ["change", *_]:
            return teller.changed("review_why_change", facts, rule)
        case ["summary", "change", *_]:
            return teller.changed("review_why_counted", facts, rule)
        case ["summary", "rank", *_]:
            return Reason("review_why_ranks")
        case ["summary", "forbehold"]:
            return Reason("review_why_doubtful")
        case ["summary", "both" | "above" | "below"]:
            return teller.extremes(facts)
    place = "asss/formats/review/reasons.py"
    msg = f"Nothing retells why {rule!r} is said; add it to {place}."
    raise PhraseError(msg)


@dataclass(frozen=True)
class _Teller:
    found: Findings
    known: Catalogue

    def against(
        self,
        limit: str,
        quantity: str,
        value: float,
        sign: str,
        fact: Fact,
        times: int = 1,
    ) -> Comparison:
        bound = getattr(self.known.phrases.thresholds, limit).value * times
        return Comparison(limit, quantity, value, sign, bound, fact.indicator)

    # -- level and rank ----------------------------------------------------------------

    def level(self, rule: str, fact: Fact) -> Reason:
        if lacks_base(self.known, fact):
            # «Akkurat på» is said of what is printed alike, no other limit is used.
            alike = ("review_prints_alike",) if rule == "level_on_mean" else ()
            remarks = (*alike, "review_no_base")
            return Reason("review_why_level", tuple(self.place(fact)), remarks)
        away = abs(fact.given("distance"))

        def is_(limit: str, sign: str) -> Comparison:
            if limit == "far_from_mean":
                return self.against(
                    limit, "review_distance_rounded", half_up(away), sign, fact
                )
            return self.against(limit, "review_distance", away, sign, fact)

        remarks = ()
        if rule == "level_on_mean":
            told = [is_("on_mean", "<")]
            remarks = ("review_prints_alike",)
        elif rule == "level_near":
            told = [is_("near_mean", "<")]
            if is_("on_mean", "<").holds:
                remarks = ("review_prints_otherwise",)
            else:
                told.append(is_("on_mean", "≥"))
        elif rule == "resource_equal":
            told = [is_("on_mean", "<")]
        elif rule.startswith("resource"):
            told = [is_("on_mean", "≥")]
        else:
            is_far = rule.startswith("level_far")
            told = [is_("near_mean", "≥"), is_("far_from_mean", "≥" if is_far else "<")]
        told += self.place(fact)
        return Reason("review_why_level", tuple(told), remarks)

    def place(self, fact: Fact) -> list[Comparison]:
        """The place from the nearest end: the words of rank follow from it."""
        limit = "among_outermost"
        is_few = self.against(
            limit, "review_members_counted", fact.n, "≤", fact, times=2
        )
        if fact.rank is None or fact.value is None:
            return []
        if not has_ends(self.known, fact):
            return [is_few] if is_few.holds else []
        values = [
            peer.value
            for peer in self.found.book.peers(fact.indicator)
            if peer.rank is not None and peer.value is not None
        ]
        shared = values.count(fact.value)
        from_below = sum(value < fact.value for value in values) + 1
        nearest = min(fact.rank, from_below)
        # The last of those who share a place must be among the outermost too.
        place = nearest if nearest == 1 else nearest + shared - 1
        is_outermost = self.against(limit, "review_place", place, "≤", fact)
        if is_outermost.holds:
            return [is_outermost]
        return [self.against(limit, "review_place", place, ">", fact)]

    def extremes(self, facts: Sequence[Fact]) -> Reason:
        told = tuple(
            self.against(
                "near_mean", "review_distance", abs(fact.given("distance")), "≥", fact
            )
            for fact in facts
        )
        return Reason("review_why_extremes", told)

    # -- time --------------------------------------------------------------------------

    def years_outermost(self, end: str, facts: Sequence[Fact]) -> Reason:
        told = tuple(
            self.against("several_years", "review_years", len(of_one), "≥", of_one[0])
            for of_one in _by_indicator(facts)
        )
        word = "review_why_highest" if end == "highest" else "review_why_lowest"
        return Reason(word, told)

    def changed(self, word: str, facts: Sequence[Fact], rule: str) -> Reason:
        told: list[Comparison] = []
        remarks: dict[str, None] = {}
        for fact in facts:
            comparisons, remark = self.change(fact)
            told += comparisons
            remarks |= dict.fromkeys(remark)
        if rule.endswith("_plain"):
            remarks["review_does_not_add_up"] = None
        return Reason(word, tuple(told), tuple(remarks))

    def change(self, fact: Fact) -> tuple[list[Comparison], tuple[str, ...]]:
        """What decides between a rise, a slight rise, stable and so on."""
        way = changes.direction(self.known, fact)
        if way is None:
            return [], ()
        if fact.change_percent is None:
            alike = ("review_reads_alike",) if way == "stable" else ()
            return [], alike or ("review_no_percent",)
        moved = abs(fact.change_percent)

        def is_(limit: str, sign: str) -> Comparison:
            return self.against(limit, "review_change_percent", moved, sign, fact)

        if way == "stable":
            is_small = is_("stable_change", "<")
            return ([is_small], ()) if is_small.holds else ([], ("review_reads_alike",))
        is_slight = way.endswith("_slightly")
        return [
            is_("stable_change", "≥"),
            is_("slight_change", "<" if is_slight else "≥"),
        ], ()

    def mean_opposite(self, way: str, facts: Sequence[Fact]) -> Reason:
        sign = -1 if way == "falls" else 1
        told = [
            self.against(
                "stable_change",
                "review_mean_change",
                fact.given("mean_change") * sign / fact.given("network_mean") * 100,
                "≥",
                fact,
            )
            for fact in facts
        ]
        return Reason("review_why_opposite", tuple(told))

    def stable_group(self, facts: Sequence[Fact]) -> Reason:
        told = []
        for of_one in _by_indicator(facts):
            told += self.spread(of_one, "≤")
            told += [
                self.against(
                    "several_years", "review_years", len(of_one), "≥", of_one[0]
                ),
            ]
        return Reason("review_why_stable", tuple(told))

    def spread(self, of_one: Sequence[Fact], sign: str) -> list[Comparison]:
        """How far the years lie apart, where percent of their mean can be told."""
        apart, limit = changes.spread(of_one), "stable_trend"
        if apart is None:
            return []
        return [self.against(limit, "review_spread", apart, sign, of_one[0])]

    def run(self, facts: Sequence[Fact]) -> Reason:
        told = []
        for of_one in _by_indicator(facts):
            told += [
                self.against(
                    "several_years", "review_years", len(of_one), "≥", of_one[0]
                ),
                *self.spread(of_one, ">"),
            ]
        return Reason("review_why_run", tuple(told))


def _by_indicator(facts: Iterable[Fact]) -> list[list[Fact]]:
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(fact.indicator, []).append(fact)
    return list(groups.values())

"""
Statements: what a report may say, before it has words, and what decided it.

A statement names a rule and gives its phrase the details; a detail is a quantity, a
name, or the key of a word. How each is written is decided in ``text``. Each carries its
reasons, written down where the decision is taken, and so does what is not said. Imports
``facts`` and below.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from asss.analysis.facts import HOUSEKEEPING, Fact
from asss.analysis.tables import MISSING, SIGNS, meaning, weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import half_up
from asss.catalogue.rules import Limit, Rule, Topic
from asss.errors import PhraseError

__all__ = [
    "ENDS",
    "Claim",
    "Comparison",
    "Count",
    "Detail",
    "End",
    "Finding",
    "Fragment",
    "Measured",
    "Outcome",
    "Quantity",
    "Reason",
    "Reasons",
    "Remark",
    "Statement",
    "Telling",
    "Word",
    "bases_of_change",
    "claim",
    "distance",
    "doubtful",
    "lacks_base",
    "level",
    "mean",
    "of_one_year",
    "previous",
    "prints_change",
    "prints_distance",
    "prints_on",
    "reads_near",
    "why_absent",
    "why_missing",
    "why_withheld",
]

End: TypeAlias = Literal["highest", "lowest"]
ENDS: tuple[End, ...] = ("highest", "lowest")

#: What a number is held against a limit as; ``review_`` and this is the word for it.
Measured: TypeAlias = Literal[
    "distance",
    "apart",
    "need",
    "product",
    "driver",
    "part_of_gap",
    "place",
    "members_counted",
    "years",
    "change_percent",
    "mean_change",
    "spread",
]

#: What was decided without a limit; of a statement, ``review_`` and this is the word.
Remark: TypeAlias = Literal[
    "reads_alike",
    "reads_as_mean",
    "no_base",
    "no_percent",
    "chance",
    "uncounted",
]


@dataclass(frozen=True)
class Quantity:
    """A number on its way into a sentence: how it is written is decided by ``text``.

    ``role`` ``distance`` is whole percent without sign, ``shift`` has its sign.
    """

    value: float
    unit: str
    decimals: int
    basis: str
    role: Literal["level", "distance", "difference", "shift"] = "level"


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
class Telling:
    """A clause of the catalogue with the value that it tells."""

    clause: str
    value: Quantity


@dataclass(frozen=True)
class Fragment:
    """A phrase inside a phrase."""

    rule: Rule
    details: Mapping[str, "Detail"]

    def __post_init__(self) -> None:
        """Refuse what its phrase could not be written of."""
        _check(self.rule, self.details)


#: What a field of a phrase may be. A tuple is a list to be joined with «og».
Detail: TypeAlias = (
    "str | int | Quantity | Count | Word | Claim | Telling | Fragment"
    "| tuple[Detail, ...]"
)


@dataclass(frozen=True)
class Comparison:
    """A number that was held against a limit of ``fraser.yaml``, and how it turned out.

    Attributes
    ----------
    value, bound : float
        In the unit of the limit: percent, years, members.
    about : str
        Id of the indicator.
    """

    limit: Limit
    measured: Measured
    value: float
    asked: Literal["≥", "≤"]
    bound: float
    holds: bool
    about: str

    @property
    def sign(self) -> str:
        """What is true of value and bound."""
        return self.asked if self.holds else {"≥": "<", "≤": ">"}[self.asked]


Reason: TypeAlias = Comparison | Remark


class Reasons(list[Reason]):
    """What a statement is decided by, written down as it is decided."""

    def __init__(self, known: Catalogue) -> None:
        super().__init__()
        self._limits = known.phrases.thresholds

    def at_least(
        self, limit: Limit, measured: Measured, value: float, fact: Fact
    ) -> bool:
        """Whether a number reaches a limit."""
        bound = self._limits.of(limit).value
        about = fact.indicator
        return self._write_down(
            Comparison(limit, measured, value, "≥", bound, value >= bound, about)
        )

    def at_most(
        self, limit: Limit, measured: Measured, value: float, fact: Fact
    ) -> bool:
        """Whether a number is within a limit."""
        bound = self._limits.of(limit).value
        about = fact.indicator
        return self._write_down(
            Comparison(limit, measured, value, "≤", bound, value <= bound, about)
        )

    def _write_down(self, one: Comparison) -> bool:
        self.append(one)
        return one.holds


@dataclass(frozen=True)
class Statement:
    """Something worth saying: by which rule, with what in it, of which facts, and why.

    Raises
    ------
    PhraseError
        If it lacks a field that its rule has in the rule table, or was decided by a
        limit that the rule does not have there.
    """

    chapter: str
    rule: Rule
    details: Mapping[str, Detail]
    facts: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what the rule table does not have."""
        _check(self.rule, self.details, self.reasons)


#: Why a finding is told or not; ``review_`` and this is the word for it.
Outcome: TypeAlias = Literal["told", "said_already", "less_salient"]


@dataclass(frozen=True)
class Finding:
    """What belongs together in one breath: a few sentences on one matter.

    Attributes
    ----------
    statements : tuple of Statement, in the order that they are read
    indicators : tuple of str
        Those whose value stands in it, the chief one first.
    salience : float
        How much it is worth telling; the weights stand in ``fraser.yaml``.
    outcome : Outcome
        Whether it is told, and why not.
    """

    topic: Topic
    statements: tuple[Statement, ...]
    indicators: tuple[str, ...]
    salience: float = 0.0
    outcome: Outcome = "told"

    @property
    def chapter(self) -> str:
        """Where it stands, or would have stood."""
        return self.statements[0].chapter

    @property
    def facts(self) -> tuple[str, ...]:
        """Ids of the facts behind it, each once."""
        ids = (name for said in self.statements for name in said.facts)
        return tuple(dict.fromkeys(ids))

    @property
    def id(self) -> str:
        """Its topic, and what it is chiefly about."""
        about = self.indicators[0] if self.indicators else self.statements[0].rule
        return f"{self.topic}-{about}"


def _check(
    rule: Rule, details: Mapping[str, Detail], reasons: Iterable[Reason] = ()
) -> None:
    used = {reason.limit for reason in reasons if isinstance(reason, Comparison)}
    lacking = sorted(rule.fields - details.keys())
    odd = sorted(used.difference(rule.topic.limits))
    if lacking or odd:
        what = f"lacks the fields {lacking}" if lacking else f"is decided by {odd}"
        msg = f"{rule} {what}, and asss/catalogue/rules.py says otherwise. Correct one."
        raise PhraseError(msg)


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


def of_one_year(rank: Fragment, fact: Fact) -> Fragment:
    """A place without for how many years it is held, resting on its own year alone."""
    word = rank.details["rank"]
    if rank.rule is not Rule.RANK_TAIL_YEARS or not isinstance(word, Word):
        return rank
    alone = replace(word, basis=fact.distance_basis)
    return Fragment(Rule.RANK_TAIL, {"rank": alone})


def prints_distance(fact: Fact) -> bool:
    """Whether the distance, as printed, is what value and mean give as printed.

    Beside «kr 4 998» and «kr 6 298» a reader works it out; another is a slip to them.
    """
    away = _seen(fact, fact.given("network_mean"))
    return away is not None and half_up(away) == half_up(abs(fact.given("distance")))


def prints_on(fact: Fact, mean: float | None = None) -> bool:
    """Whether value and mean are the same as printed, so that nothing parts them.

    The mean is that of the network, where no other is given.
    """
    middle = fact.given("network_mean") if mean is None else mean
    return half_up(fact.given(), fact.decimals) == half_up(middle, fact.decimals)


def reads_near(fact: Fact, limit: float, mean: float | None = None) -> bool:
    """Whether a value is near the mean in print too: beside «3,5», «3,7» is not.

    What is the same in print is near, however far it is in decimals.
    """
    middle = fact.given("network_mean") if mean is None else mean
    if prints_on(fact, middle):
        return True
    seen, exact = _seen(fact, middle), _percent(fact.given(), middle)
    return seen is not None and exact is not None and max(seen, exact) < limit


def _seen(fact: Fact, middle: float) -> float | None:
    """Percent between a value and what it is held against, both as printed."""
    return _percent(*(half_up(one, fact.decimals) for one in (fact.given(), middle)))


def _percent(own: float, middle: float) -> float | None:
    return round(abs(own / middle * 100 - 100), 9) if middle > 0 else None


def prints_change(fact: Fact) -> bool:
    """Whether the percent, as printed, is what both years give as printed."""
    now, before = (
        half_up(fact.given(name), fact.decimals) for name in ("value", "previous")
    )
    told = half_up(abs(fact.change_percent or 0))
    return before > 0 and half_up(abs(now / before * 100 - 100)) == told


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
    """The labels of the forbehold that keep a figure or its distance back.

    Or that nobody else has a figure, where the mean is of the others.
    """
    labels = [
        entry.label
        for entry in known.forbehold_by_id(fact.forbehold)
        if known.kinds[entry.kind].distance == "withheld"
    ]
    if not labels and fact.is_alone:
        labels = [known.phrases.words["no_others"]]
    return tuple(dict.fromkeys(labels))


def lacks_base(known: Catalogue, fact: Fact) -> bool:
    """Whether only the mean, zero or below, keeps the distance back.

    Value, mean and rank hold all the same, and so does which is higher.
    """
    is_kept = fact.index is None and fact.rank is not None
    return is_kept and not why_withheld(known, fact)


def why_absent(known: Catalogue, facts: Iterable[Fact]) -> tuple[Detail, ...]:
    """Why figures are not there, or not to be compared, each reason once."""
    reasons = (
        reason
        for fact in facts
        for reason in why_withheld(known, fact) or (why_missing(known, fact),)
    )
    return tuple(dict.fromkeys(reasons))


def doubtful(known: Catalogue, facts: Iterable[Fact]) -> list[Fact]:
    """Facts with a forbehold of their own, and not one of the whole page."""
    return [
        fact
        for fact in facts
        if any(
            not entry.is_page_wide and entry.kind not in HOUSEKEEPING
            for entry in known.forbehold_by_id(fact.forbehold)
        )
    ]


def why_missing(known: Catalogue, fact: Fact) -> Word | str:
    """What explains a missing value: a word, or of an unknown sign the sign itself."""
    sign = fact.status or MISSING
    if sign in SIGNS:
        return Word(f"sign_{SIGNS[sign]}")
    return meaning(sign, known.phrases.words)

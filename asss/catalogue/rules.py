"""
The rule table: everything that ``analysis`` may decide to say.

A rule has the id of its phrase in ``fraser.yaml``, a topic, and the fields that a
statement by it always gives. The rules of a topic share a paragraph, the limits that
decide between them, and the word that says in the reviewer's edition what decides.
What is to be known of a rule is written here once: the phrases are checked against it
when the files are read, and each statement when it is made. Imports ``parameters``.
"""

from enum import StrEnum
from typing import Literal, Self, TypeAlias

from asss.catalogue.parameters import suggestion
from asss.errors import PhraseError

__all__ = ["Limit", "Paragraph", "Rule", "Topic"]

#: The limits of ``fraser.yaml``.
Limit: TypeAlias = Literal[
    "on_mean",
    "near_mean",
    "far_from_mean",
    "stable_change",
    "slight_change",
    "stable_trend",
    "among_outermost",
    "several_years",
]

#: Where a sentence stands in its chapter; a part stands inside another sentence.
Paragraph: TypeAlias = Literal["level", "time", "part"]

# What several topics, or several rules, have in common.
_LEVEL: tuple[Limit, ...] = ("on_mean", "near_mean", "far_from_mean", "among_outermost")
_CHANGE: tuple[Limit, ...] = ("stable_change", "slight_change")
_TREND: tuple[Limit, ...] = ("several_years", "stable_trend", *_CHANGE)
_VALUE = "subject value mean rank"
_YEARS = "subject from_year mark"
_MOVED = "subject previous previous_year value year"
_ALIKE = "subject previous_year value year"
_ABOVE = "above above_distance above_mark"
_BELOW = "below below_distance below_mark"
_COUNTS = "previous_year up down stable n"
_ENDS = "lowest lowest_kommuner highest highest_kommuner"
_SPAN = f"subject mark {_ENDS}"
_OTHER = " ".join(f"other_{name}" for name in f"mark {_ENDS}".split())
_PAIR = "kommune subject value mean other_subject other_value other_mean mark"
_MEAN = "subject previous previous_year mean year"
_CARRIED = "kommune subject weight count n reserve"


class Topic(StrEnum):
    """What rules are about: ``review_why_`` and the topic is the word that says so."""

    paragraph: Paragraph
    limits: tuple[Limit, ...]

    def __new__(
        cls, name: str, paragraph: Paragraph = "level", limits: tuple[Limit, ...] = ()
    ) -> Self:
        """A topic by its name, with what its rules share."""
        topic = str.__new__(cls, name)
        topic._value_, topic.paragraph, topic.limits = name, paragraph, limits
        return topic

    LEVEL = "level", "level", _LEVEL
    GLOSS = "gloss"
    MISSING = "missing"
    ALONE = "alone"
    LOWEST = "lowest", "level", ("several_years",)
    HIGHEST = "highest", "level", ("several_years",)
    WITHOUT = "without"
    CHANGE = "change", "time", _CHANGE
    UNSPOKEN = "unspoken", "time"
    OPPOSITE = "opposite", "time", _CHANGE
    STABLE = "stable", "time", _TREND
    RUN = "run", "time", _TREND
    EXTREMES = "extremes", "level", ("near_mean",)
    RANKS = "ranks"
    COUNTED = "counted", "time", _CHANGE
    DOUBTFUL = "doubtful"
    SPREAD = "spread"
    MEAN_CHANGE = "mean_change", "time", ("stable_change",)
    PART = "part", "part"


class Rule(StrEnum):
    """A rule by its id, with its topic and the fields that its phrase may use.

    Attributes
    ----------
    topic : Topic
    fields : frozenset of str
        A phrase may write ``subject`` and ``kommune`` in other forms: ``{Subject}`` and
        ``{genitive}``.
    """

    topic: Topic
    fields: frozenset[str]

    def __new__(cls, name: str, topic: Topic = Topic.PART, fields: str = "") -> Self:
        """A rule by the id of its phrase."""
        rule = str.__new__(cls, name)
        rule._value_, rule.topic, rule.fields = name, topic, frozenset(fields.split())
        return rule

    @classmethod
    def _missing_(cls, value: object) -> None:
        msg = f"Unknown rule {value!r}.{suggestion(str(value), cls)}"
        raise PhraseError(msg)

    # -- level and rank
    RESOURCE_MORE = "resource_more", Topic.LEVEL, "kommune distance value rank"
    RESOURCE_LESS = "resource_less", Topic.LEVEL, "kommune distance value rank"
    RESOURCE_EQUAL = "resource_equal", Topic.LEVEL, "kommune mark value rank"
    RESOURCE_GLOSS = "resource_gloss", Topic.GLOSS
    LEVEL_ABOVE = "level_above", Topic.LEVEL, f"{_VALUE} distance"
    LEVEL_FAR_ABOVE = "level_far_above", Topic.LEVEL, f"{_VALUE} distance"
    LEVEL_BELOW = "level_below", Topic.LEVEL, f"{_VALUE} distance"
    LEVEL_FAR_BELOW = "level_far_below", Topic.LEVEL, f"{_VALUE} distance"
    LEVEL_NEAR = "level_near", Topic.LEVEL, _VALUE
    LEVEL_ON_MEAN = "level_on_mean", Topic.LEVEL, _VALUE
    LEVEL_SIDE_ABOVE = "level_side_above", Topic.LEVEL, f"{_VALUE} reason"
    LEVEL_SIDE_BELOW = "level_side_below", Topic.LEVEL, f"{_VALUE} reason"
    LEVEL_ALONE = "level_alone", Topic.ALONE, "subject value reason"
    LEVEL_MISSING = "level_missing", Topic.MISSING, "subject year reason"
    MANUAL_PENDING = "manual_pending", Topic.MISSING, "subject year"
    RANK_TAIL = "rank_tail", Topic.PART, "rank"
    RESOURCE_RANK_TAIL = "resource_rank_tail", Topic.PART, "rank"
    YEARS_LOWEST = "years_lowest", Topic.LOWEST, _YEARS
    YEARS_HIGHEST = "years_highest", Topic.HIGHEST, _YEARS
    YEARS_LOWEST_SHARED = "years_lowest_shared", Topic.LOWEST, f"{_YEARS} shared_years"
    YEARS_HIGHEST_SHARED = (
        "years_highest_shared",
        Topic.HIGHEST,
        f"{_YEARS} shared_years",
    )
    MEAN_WITHOUT = "mean_without", Topic.WITHOUT, "subject kommuner reason"

    # -- change since last year, and over several
    CHANGE_UP = "change_up", Topic.CHANGE, f"{_MOVED} change"
    CHANGE_UP_PLAIN = "change_up_plain", Topic.CHANGE, _MOVED
    CHANGE_UP_SLIGHTLY = "change_up_slightly", Topic.CHANGE, _MOVED
    CHANGE_DOWN = "change_down", Topic.CHANGE, f"{_MOVED} change"
    CHANGE_DOWN_PLAIN = "change_down_plain", Topic.CHANGE, _MOVED
    CHANGE_DOWN_SLIGHTLY = "change_down_slightly", Topic.CHANGE, _MOVED
    CHANGE_STABLE = "change_stable", Topic.CHANGE, _MOVED
    CHANGE_STABLE_PLURAL = "change_stable_plural", Topic.CHANGE, _MOVED
    CHANGE_STABLE_ALIKE = "change_stable_alike", Topic.CHANGE, _ALIKE
    CHANGE_STABLE_PLURAL_ALIKE = "change_stable_plural_alike", Topic.CHANGE, _ALIKE
    CHANGE_SAME = "change_same", Topic.CHANGE, "others"
    CHANGE_ITEM = "change_item", Topic.PART, "subject previous value"
    CHANGE_ITEM_ALIKE = "change_item_alike", Topic.PART, "subject value"
    CHANGE_WITHHELD = "change_withheld", Topic.UNSPOKEN, "previous_year year reason"
    CHANGE_WITHHELD_FOR = (
        "change_withheld_for",
        Topic.UNSPOKEN,
        "subject previous_year year reason",
    )
    MEAN_FALLS = "mean_falls", Topic.OPPOSITE, "subject mark mean_mark"
    MEAN_RISES = "mean_rises", Topic.OPPOSITE, "subject mark mean_mark"
    TREND_STABLE_GROUP = "trend_stable_group", Topic.STABLE, f"kommune {_YEARS} year"
    TREND_STABLE_GROUP_RESERVED = (
        "trend_stable_group_reserved",
        Topic.STABLE,
        f"kommune {_YEARS} year reason",
    )
    TREND_RISEN = "trend_risen", Topic.RUN, _YEARS
    TREND_FALLEN = "trend_fallen", Topic.RUN, _YEARS

    # -- main findings
    SUMMARY_BOTH = "summary_both", Topic.EXTREMES, f"{_ABOVE} {_BELOW}"
    SUMMARY_ABOVE = "summary_above", Topic.EXTREMES, _ABOVE
    SUMMARY_BELOW = "summary_below", Topic.EXTREMES, _BELOW
    SUMMARY_RANK_BOTH = "summary_rank_both", Topic.RANKS, "highest lowest n"
    SUMMARY_RANK_HIGHEST = "summary_rank_highest", Topic.RANKS, "highest mark n"
    SUMMARY_RANK_LOWEST = "summary_rank_lowest", Topic.RANKS, "lowest mark n"
    SUMMARY_RANK_NONE = "summary_rank_none", Topic.RANKS, "mark n"
    RANK_COUNT_SHARED = "rank_count_shared", Topic.PART, "count"
    RANK_COUNT_PART_SHARED = "rank_count_part_shared", Topic.PART, "count shared"
    SUMMARY_CHANGE = "summary_change", Topic.COUNTED, _COUNTS
    SUMMARY_CHANGE_PART = "summary_change_part", Topic.COUNTED, f"{_COUNTS} total"
    SUMMARY_FORBEHOLD = "summary_forbehold", Topic.DOUBTFUL, "count n year"

    # -- the network as a whole
    NETWORK_CORRECTED = (
        "network_corrected",
        Topic.SPREAD,
        f"{_SPAN} mean {_OTHER} reserve other_reserve",
    )
    NETWORK_SPREAD = (
        "network_spread",
        Topic.SPREAD,
        f"{_SPAN} mean {_OTHER} other_subject reserve",
    )
    NETWORK_LEFT_OUT = "network_left_out", Topic.PART, "kommuner"
    NETWORK_SOME_LEFT_OUT = "network_some_left_out", Topic.PART
    NETWORK_HIGHEST = "network_highest", Topic.RANKS, _PAIR
    NETWORK_LOWEST = "network_lowest", Topic.RANKS, _PAIR
    NETWORK_MEAN_UP = "network_mean_up", Topic.MEAN_CHANGE, f"{_MEAN} also kroner"
    NETWORK_MEAN_DOWN = "network_mean_down", Topic.MEAN_CHANGE, f"{_MEAN} also kroner"
    NETWORK_ALSO_UP = "network_also_up", Topic.PART, "others"
    NETWORK_ALSO_DOWN = "network_also_down", Topic.PART, "others"
    NETWORK_MOVED = "network_moved", Topic.PART, "subject previous mean"
    NETWORK_KRONER = "network_kroner", Topic.PART
    NETWORK_KOMMUNE_UP = "network_kommune_up", Topic.CHANGE, f"kommune {_MOVED} mean"
    NETWORK_KOMMUNE_DOWN = (
        "network_kommune_down",
        Topic.CHANGE,
        f"kommune {_MOVED} mean",
    )
    NETWORK_CARRIED_UP = "network_carried_up", Topic.SPREAD, _CARRIED
    NETWORK_CARRIED_DOWN = "network_carried_down", Topic.SPREAD, _CARRIED
    NETWORK_SPAN = "network_span", Topic.MEAN_CHANGE, f"{_SPAN} mean since reserve"
    NETWORK_ALIKE = "network_alike", Topic.MEAN_CHANGE, "subject lowest since reserve"
    NETWORK_SINCE_UP = "network_since_up", Topic.PART, "previous previous_year"
    NETWORK_SINCE_DOWN = "network_since_down", Topic.PART, "previous previous_year"
    NETWORK_SINCE_STABLE = "network_since_stable", Topic.PART, "previous_year"
    NETWORK_DOUBTED = "network_doubted", Topic.PART, "kommuner"
    NETWORK_WITHHELD = "network_withheld", Topic.MISSING, "subject year reason"

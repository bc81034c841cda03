"""
The rule table: everything that ``analysis`` may decide to say.

A rule has the id of its phrase in ``fraser.yaml``, a topic, and the fields that a
statement by it always gives. The rules of a topic share the limits that decide between
them, and the word that says in the reviewer's edition what decides.
What is to be known of a rule is written here once: the phrases are checked against it
when the files are read, and each statement when it is made. Imports ``parameters``.
"""

from enum import StrEnum
from typing import Literal, Self, TypeAlias

from asss.catalogue.parameters import suggestion
from asss.errors import PhraseError

__all__ = ["Limit", "Rule", "Topic"]

#: The limits of ``fraser.yaml``.
Limit: TypeAlias = Literal[
    "on_mean",
    "near_mean",
    "apart",
    "need",
    "product",
    "driver",
    "part_of_gap",
    "stable_change",
    "clear_change",
    "stable_trend",
    "among_outermost",
    "several_years",
]

# What several topics, or several rules, have in common.
_LIMITS: tuple[Limit, ...] = ("near_mean", "among_outermost")
_ENDS = "lowest lowest_kommuner highest highest_kommuner"
_SPAN = f"subject mark {_ENDS}"
_OTHER = " ".join(f"other_{name}" for name in f"mark {_ENDS}".split())
_PAIR = "kommune subject value mean other_subject other_value other_mean mark"
_MEAN = "subject previous previous_year mean year"
_CARRIED = "kommune subject weight count n reserve"
_SINCE = "subject previous previous_year value year"
_LEVEL = "value mean caveat"
_APART = "part kommune caveat"
_MORE = "distance more rank caveat"
_GAP = "whence gap total parts caveat"
_FAR = "clause distance side mean caveat"
_MOVED = "subject moves previous value prices mean rank caveat"


class Topic(StrEnum):
    """What findings are about: ``review_why_`` and the topic is the word that says so.

    Attributes
    ----------
    limits : tuple of Limit
        Those that may decide a statement of the topic.
    """

    limits: tuple[Limit, ...]

    def __new__(cls, name: str, limits: tuple[Limit, ...] = ()) -> Self:
        """A topic by its name, with what its rules share."""
        topic = str.__new__(cls, name)
        topic._value_, topic.limits = name, limits
        return topic

    RESOURCES = "resources", (*_LIMITS, "on_mean", "need", "several_years")
    APART = "apart", _LIMITS
    GAP = "gap", ("near_mean", "part_of_gap")
    DRIVER = "driver", (*_LIMITS, "product", "driver")
    AMOUNT = "amount", _LIMITS
    FEW_BUT_LONG = "few_but_long", _LIMITS
    AGES = "ages", (*_LIMITS, "apart")
    LEVEL = "level", (*_LIMITS, "several_years", "clear_change")
    CHANGE = "change", (*_LIMITS, "several_years", "stable_change", "clear_change")
    JOINT = "joint", (*_LIMITS, "several_years", "clear_change")
    STABLE = "stable", ("several_years", "stable_trend", "stable_change")
    REST = "rest"
    DECOMPOSED = "decomposed"
    MISSING = "missing"
    PENDING = "pending"

    # -- the network as a whole
    SPREAD = "spread"
    RANKS = "ranks"
    WITHOUT = "without"
    MEAN_CHANGE = "mean_change", ("stable_change",)

    PART = "part"


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

    # -- what is spent, and what of it is left when need is taken into account
    SPENDING = "spending", Topic.RESOURCES, f"kommune distance more {_LEVEL} rank"
    SPENDING_AGAINST = "spending_against", Topic.RESOURCES, f"kommune {_LEVEL}"
    SPENDING_NEAR = "spending_near", Topic.RESOURCES, f"kommune {_LEVEL}"
    SPENDING_WITHOUT = "spending_without", Topic.APART, f"{_APART} distance side rank"
    SPENDING_WITHOUT_NEAR = "spending_without_near", Topic.APART, _APART
    CORRECTED = "corrected", Topic.RESOURCES, f"need {_MORE}"
    CORRECTED_NEAR = "corrected_near", Topic.RESOURCES, "need value caveat"
    CORRECTED_ALONE = "corrected_alone", Topic.RESOURCES, f"kommune {_MORE}"
    CORRECTED_ALONE_NEAR = (
        "corrected_alone_near",
        Topic.RESOURCES,
        "kommune value caveat",
    )
    CORRECTED_PLAIN = (
        "corrected_plain",
        Topic.RESOURCES,
        "plain plainly joint corrected rank caveat",
    )
    DECOMPOSED = (
        "decomposed",
        Topic.DECOMPOSED,
        "spent others need computed printed rest caveat",
    )
    DECOMPOSED_ALONE = (
        "decomposed_alone",
        Topic.DECOMPOSED,
        "spent others need computed caveat",
    )
    APART_FROM_MEAN = "apart_from_mean", Topic.PART, "distance more"
    SIDE_OF_MEAN = "side_of_mean", Topic.PART, "more"
    LIKE_MEAN = "like_mean", Topic.PART
    LIKE_MEAN_VALUE = "like_mean_value", Topic.PART, "value"
    NEED_NONE = "need_none", Topic.PART
    NEED_LOW = "need_low", Topic.PART, "also mark"
    NEED_HIGH = "need_high", Topic.PART, "also mark"
    GAP = "gap", Topic.GAP, _GAP
    GAP_APART = "gap_apart", Topic.GAP, f"without {_GAP}"
    GAP_MIXED = "gap_mixed", Topic.GAP, f"{_GAP} others"
    GAP_PART = "gap_part", Topic.PART, "amount part"
    GAP_PART_SIDED = "gap_part_sided", Topic.PART, "amount more part"
    GAP_PART_TO = "gap_part_to", Topic.PART, "amount part"
    DRIVER_SHARE = "driver_share", Topic.DRIVER, f"{_FAR} size share share_mean"
    DRIVER_AMOUNT = "driver_amount", Topic.DRIVER, f"{_FAR} more amount amount_mean"
    DRIVER_BOTH = (
        "driver_both",
        Topic.DRIVER,
        f"{_FAR} size share share_mean more amount amount_mean",
    )
    DURATION = "duration", Topic.AMOUNT, "longer mark"

    # -- level and rank
    LEVEL = "level", Topic.LEVEL, "clause mean caveat"
    LEVEL_RANKED = "level_ranked", Topic.LEVEL, "clause mean rank caveat"
    LEVEL_DISTANCE = "level_distance", Topic.LEVEL, f"{_FAR} rank"
    LEVEL_SIDE = "level_side", Topic.LEVEL, "clause side mean caveat"
    LEVEL_BUT = "level_but", Topic.LEVEL, "clause mean caveat"
    LEVEL_BUT_RANKED = "level_but_ranked", Topic.LEVEL, "clause mean rank caveat"
    LEVEL_PAIR = (
        "level_pair",
        Topic.LEVEL,
        "clause mean rank joint other other_mean other_rank both caveat",
    )
    LEVEL_ALONE = "level_alone", Topic.LEVEL, "clause reason caveat"
    LEVEL_MISSING = "level_missing", Topic.MISSING, "subject year reason"
    MEAN_CARRIED = "mean_carried", Topic.LEVEL, "kommune way count n side mark"
    MANUAL_PENDING = "manual_pending", Topic.PENDING, "subject year"
    REST_NEAR = "rest_near", Topic.REST, "subject mark"
    REST_UNCLEAR = "rest_unclear", Topic.REST, "subject mark"

    # -- change since last year, and over several
    MOVED = "moved", Topic.CHANGE, _MOVED
    MOVED_PERCENT = "moved_percent", Topic.CHANGE, f"{_MOVED} percent"
    MOVED_WHOLE = (
        "moved_whole",
        Topic.CHANGE,
        "subject moves percent previous prices year caveat",
    )
    MOVED_TOO = "moved_too", Topic.JOINT, "subject moves previous value caveat"
    MOVED_ALL = (
        "moved_all",
        Topic.JOINT,
        "subject moves most previous value mark caveat",
    )
    STABLE_GROUP = "stable_group", Topic.STABLE, "kommune subject mark"

    # -- what stands inside another sentence
    RANK_TAIL = "rank_tail", Topic.PART, "rank"
    RANK_TAIL_YEARS = "rank_tail_years", Topic.PART, "rank"
    RANK_NOW = "rank_now", Topic.PART, "rank"
    RANK_NOW_BUT = "rank_now_but", Topic.PART, "rank"
    RANK_BOTH = "rank_both", Topic.PART, "rank"
    RANK_SHARED = "rank_shared", Topic.PART, "rank"
    CAVEAT_TAIL = "caveat_tail", Topic.PART, "caveat more"
    CAVEAT_SAME = "caveat_same", Topic.PART, "more"
    CAVEAT_ABOVE = "caveat_above", Topic.PART, "year more"

    # -- the network as a whole
    MEAN_WITHOUT = "mean_without", Topic.WITHOUT, "subject kommuner reason"
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
    NETWORK_KOMMUNE_UP = "network_kommune_up", Topic.CHANGE, f"kommune {_SINCE} mean"
    NETWORK_KOMMUNE_DOWN = (
        "network_kommune_down",
        Topic.CHANGE,
        f"kommune {_SINCE} mean",
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

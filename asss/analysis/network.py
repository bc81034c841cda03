"""
What is true and worth saying of the network as a whole, decided in numbers.

The counterpart of ``findings`` for «ASSS samlet»: how far it is between the members,
before and after the correction for need, who stands out and on what, what has moved,
and which mean one member carries. Figures with a forbehold that keeps them out of main
findings are left out of these, and it is told whose they are. Holds no Norwegian but
what the catalogue gives. Imports ``findings`` and below.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import fsum
from operator import attrgetter
from typing import TYPE_CHECKING

from asss.analysis import changes, findings, indexing
from asss.analysis.facts import Fact, NetworkBook, gather_network
from asss.analysis.findings import SUMMARY, has_ends
from asss.analysis.statements import (
    ENDS,
    Claim,
    Count,
    Detail,
    End,
    Fragment,
    Quantity,
    Reasons,
    Statement,
    level,
    mean,
    previous,
    prints_on,
    why_absent,
)
from asss.analysis.tables import BASES, MARKED, OBSERVATION_COLUMNS, weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator, is_of_others
from asss.catalogue.language import half_up
from asss.catalogue.parameters import NETWORK, Run
from asss.catalogue.rules import Rule
from asss.statbank import Snapshot

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "NetworkFindings",
    "Span",
    "against_all",
    "assess",
    "is_sound",
    "mean_before",
    "mean_direction",
    "span",
]


@dataclass(frozen=True)
class NetworkFindings:
    """What «ASSS samlet» says, and the facts that it says it of.

    Attributes
    ----------
    book : NetworkBook
    statements : tuple of Statement
        ``chapter`` is the summary, or the indicator they speak of, in the order of the
        page.
    """

    book: NetworkBook
    statements: tuple[Statement, ...] = field(repr=False)

    def about(self, subject: str) -> tuple[Statement, ...]:
        """What is said in the summary, or of an indicator."""
        return tuple(said for said in self.statements if said.chapter == subject)


@dataclass(frozen=True)
class Span:
    """From the lowest figure to the highest of some, and whose they are.

    Figures that print alike share an end: nobody can see which of them is higher.
    """

    indicator: Indicator
    facts: tuple[Fact, ...]

    def at(self, end: End) -> list[Fact]:
        """Those whose figure, as printed, is the lowest or the highest."""
        outermost = (min if end == "lowest" else max)(map(_printed, self.facts))
        return [fact for fact in self.facts if _printed(fact) == outermost]

    @property
    def share(self) -> float | None:
        """How far it is in percent of the mean; None where that is zero or below."""
        (low, *_), (high, *_) = self.at("lowest"), self.at("highest")
        if not high.has_base:
            return None
        return (high.given() - low.given()) / high.given("network_mean") * 100

    def details(self, known: Catalogue, of: str = "") -> dict[str, Detail]:
        """The fields of a phrase that tells of it; `of` begins their names."""
        ends: dict[End, Quantity] = {}
        told: dict[str, Detail] = {
            f"{of}subject": self.indicator.subject,
            f"{of}mean": mean(self.facts[0]),
        }
        for end in ENDS:
            # Of those who share it, the one whose figure is least certain.
            held = self.at(end)
            ends[end] = level(max(held, key=lambda fact: BASES.index(fact.basis)))
            told |= {f"{of}{end}": ends[end], f"{of}{end}_kommuner": names(known, held)}
        mark = _claim((self.facts[0].mean_basis,), *ends.values())
        return told | {f"{of}mark": mark}


def brief(indicator: Indicator) -> str:
    """What it is called in a main finding: briefly, where that keeps its unit."""
    return indicator.subject if indicator.unit == "kr" else indicator.mention


def names(known: Catalogue, facts: Iterable[Fact]) -> tuple[str, ...]:
    """Whose some facts are, each once."""
    whose = (known.network.member(fact.kommune).name for fact in facts)
    return tuple(dict.fromkeys(whose))


def _printed(fact: Fact) -> float:
    return half_up(fact.given(), fact.decimals)


def _claim(bases: Iterable[str], *beside: Quantity) -> Claim:
    """The mark of a claim, unless every number beside it bears the same."""
    basis = weakest(bases)
    return Claim("" if all(amount.basis == basis for amount in beside) else basis)


def assess(
    indexed: "pd.DataFrame", known: Catalogue, run: Run, snapshot: Snapshot
) -> NetworkFindings:
    """
    Decide what is said of the network.

    Parameters
    ----------
    indexed : DataFrame, key = (indicator, kommune, year)
        See :func:`asss.analysis.indexing.index_to_network`.
    known : Catalogue
        Indicators, forbehold, and the thresholds between one wording and another.
    run : Run
        Of which year.
    snapshot : Snapshot
        Where the figures came from; carried along for the page's sources.
    """
    known = known.for_report(NETWORK, run.year)
    indexed = against_all(indexed, known)
    book = gather_network(indexed, known, run, snapshot)
    said = _summary(book, known)
    for indicator in known.service.indicators:
        said += _of_indicator(book, known, indicator)
    return NetworkFindings(book, tuple(said))


def against_all(indexed: "pd.DataFrame", known: Catalogue) -> "pd.DataFrame":
    """
    The same figures against the mean of all, if that is what the network is told of.

    Set against the others, each kommune has a mean of its own, and the network none.

    Parameters
    ----------
    known : Catalogue
        As of a report on the network; see :meth:`Catalogue.for_report`.
    """
    if known.told_before is None or not indexed["mean_rule"].map(is_of_others).any():
        return indexed
    rows = indexed[OBSERVATION_COLUMNS]
    return indexing.index_to_network(rows, rule=known.mean_rule)


def span(
    book: NetworkBook, known: Catalogue, indicator: Indicator, *, sound: bool = False
) -> Span | None:
    """
    Lowest and highest of an indicator; None where they are not to be compared.

    Parameters
    ----------
    sound : bool
        Whether figures that no main finding may rest on are left out.
    """
    ranked = _ranked(book, indicator.id)
    held = [fact for fact in ranked if is_sound(known, fact)] if sound else ranked
    if len(held) < 2 or held[0].network_mean is None:
        return None
    return Span(indicator, tuple(held))


def is_sound(known: Catalogue, fact: Fact) -> bool:
    """Whether a main finding may rest on a figure, by the forbehold on it."""
    entries = known.forbehold_by_id(fact.forbehold)
    return not any(known.kinds[entry.kind].is_doubt for entry in entries)


def _has_step(known: Catalogue, fact: Fact) -> bool:
    """Whether a caveat is on the change into its year."""
    entries = known.forbehold_by_id(fact.forbehold)
    return any(known.kinds[entry.kind].told == "with_change" for entry in entries)


def _ranked(book: NetworkBook, indicator: str, year: int | None = None) -> list[Fact]:
    """The facts that are compared."""
    return [fact for fact in book.peers(indicator, year) if fact.rank is not None]


# -- one indicator ---------------------------------------------------------------------


def _of_indicator(
    book: NetworkBook, known: Catalogue, indicator: Indicator
) -> list[Statement]:
    """From the lowest to the highest, the mean, where it was, and what is doubted."""
    found = span(book, known, indicator)
    peers = book.peers(indicator.id)
    if found is None:
        details: dict[str, Detail] = {
            "subject": indicator.mention,
            "year": book.run.year,
            "reason": why_absent(known, peers),
        }
        ids = tuple(fact.id for fact in peers)
        return [Statement(indicator.id, Rule.NETWORK_WITHHELD, details, ids)]
    why, before = Reasons(known), mean_before(book, indicator.id)
    way, since = mean_direction(book, known, indicator.id, why), ""
    details = found.details(known) | {"since": since, "reserve": _doubts(known, found)}
    if way is not None and before is not None:
        earlier: dict[str, Detail] = {
            "previous": mean(before),
            "previous_year": before.year,
        }
        details["since"] = Fragment(Rule(f"network_since_{way}"), earlier)
    ids = tuple(fact.id for fact in found.facts)
    is_alike = found.at("lowest") == found.at("highest")
    rule = Rule.NETWORK_ALIKE if is_alike else Rule.NETWORK_SPAN
    said = [Statement(indicator.id, rule, details, ids, tuple(why))]
    absent = [fact for fact in peers if fact.rank is None]
    if absent:
        details = {
            "subject": indicator.mention,
            "kommuner": names(known, absent),
            "reason": why_absent(known, absent),
        }
        ids = tuple(fact.id for fact in absent)
        said.append(Statement(indicator.id, Rule.MEAN_WITHOUT, details, ids))
    return said


def _doubts(known: Catalogue, found: Span) -> Detail:
    """Whose figures in it no main finding may rest on, each with the reason."""
    items: list[Detail] = []
    for fact in found.facts:
        if not is_sound(known, fact):
            entries = known.forbehold_by_id(fact.forbehold)
            labels = [e.label for e in entries if known.kinds[e.kind].is_doubt]
            items.append(f"{names(known, [fact])[0]} ({'; '.join(labels)})")
    if not items:
        return ""
    return Fragment(Rule.NETWORK_DOUBTED, {"kommuner": tuple(items)})


def mean_before(book: NetworkBook, indicator: str) -> Fact | None:
    """
    A fact with last year's mean, where the two means may be held against each other.

    Not where a break lies between them, the rule is another, or members have joined or
    lack a figure in one of the years: then the mean moves though nobody's figure does.
    """
    now = book.peers(indicator)[0]
    before = book.peers(indicator, book.run.year - 1)
    if not before or now.mean_change is None or now.network_mean is None:
        return None
    moved = now.network_mean - before[0].given("network_mean")
    is_plain = abs(moved - now.mean_change) <= 1e-9 * max(1.0, abs(now.network_mean))
    return before[0] if is_plain else None


def mean_direction(
    book: NetworkBook, known: Catalogue, indicator: str, why: Reasons | None = None
) -> str | None:
    """``up``, ``down`` or ``stable``; None where it is not to be said."""
    why = Reasons(known) if why is None else why
    now, before = book.peers(indicator)[0], mean_before(book, indicator)
    if before is None:
        return None
    old, new = before.given("network_mean"), now.given("network_mean")
    if half_up(old, now.decimals) == half_up(new, now.decimals):
        why.append("reads_alike")
        return "stable"
    # Percent of a mean that is zero or below says nothing; then what is seen is told.
    if before.has_base:
        moved = abs(round((new - old) / old * 100, 9))
        if not why.at_least("stable_change", "mean_change", moved, now):
            return "stable"
    return "up" if new > old else "down"


# -- main findings ---------------------------------------------------------------------


def _summary(book: NetworkBook, known: Catalogue) -> list[Statement]:
    """At most six, each of something else."""
    of_each = [
        found
        for indicator in known.service.indicators
        if (found := span(book, known, indicator, sound=True))
    ]
    corrected, spread = _corrected(book, known, of_each), _spread(book, known, of_each)
    told = {
        book.by_id[fact].indicator
        for one in (*corrected, *spread)
        for fact in one.facts
    }
    return [
        *corrected,
        *(_means(book, known) or _moves(book, known)),
        *(said for end in ENDS for said in _outermost(book, known, end, told)),
        *spread,
        *_carried(book, known),
        *findings.not_collected(book, known),
    ]


def _corrected(
    book: NetworkBook, known: Catalogue, spans: Sequence[Span]
) -> list[Statement]:
    """How far it is between the members, before and after the correction for need."""
    relation = known.service.relations.corrected
    if relation is None:
        return []
    by_name = {found.indicator.id: found for found in spans}
    if not {relation.raw, relation.corrected} <= by_name.keys():
        return []
    both = (by_name[relation.raw], by_name[relation.corrected])
    details = both[0].details(known) | both[1].details(known, "other_")
    for of, found in zip(("", "other_"), both, strict=True):
        details[f"{of}reserve"] = _left_out(book, known, found)
    return [Statement(SUMMARY, Rule.NETWORK_CORRECTED, details, _ids(both))]


def _spread(
    book: NetworkBook, known: Catalogue, spans: Sequence[Span]
) -> list[Statement]:
    """Where the members are most unlike, and where least, by the mean.

    Of indicators with no doubted figure: one that is left out could be at an end.
    """
    shares = {
        found.indicator.id: share
        for found in spans
        if (share := found.share) is not None
    }
    whole = [
        found
        for found in spans
        if found.indicator.id in shares and not _left_out(book, known, found)
    ]
    if len(whole) < 2:
        return []
    by_share = sorted(whole, key=lambda found: shares[found.indicator.id])
    both = (by_share[-1], by_share[0])
    details = both[0].details(known) | both[1].details(known, "other_")
    details |= {
        "subject": brief(both[0].indicator),
        "other_subject": brief(both[1].indicator),
    }
    bases = [found.facts[0].mean_basis for found in whole]
    ends = (details[f"{of}{end}"] for of in ("", "other_") for end in ENDS)
    beside = [end for end in ends if isinstance(end, Quantity)]
    some = len(whole) < len(shares)
    reserve = Fragment(Rule.NETWORK_SOME_LEFT_OUT, {}) if some else ""
    details |= {"mark": _claim(bases, *beside), "reserve": reserve}
    return [Statement(SUMMARY, Rule.NETWORK_SPREAD, details, _ids(both))]


def _left_out(book: NetworkBook, known: Catalogue, found: Span) -> Detail:
    """Whose figures are compared in the tables, and not here."""
    ranked = _ranked(book, found.indicator.id)
    left = [fact for fact in ranked if fact not in found.facts]
    if not left:
        return ""
    return Fragment(Rule.NETWORK_LEFT_OUT, {"kommuner": names(known, left)})


def _ids(spans: Iterable[Span]) -> tuple[str, ...]:
    return tuple(fact.id for found in spans for fact in found.facts)


def _outermost(
    book: NetworkBook, known: Catalogue, end: End, told: set[str]
) -> list[Statement]:
    """Who stands alone at an end most often, on the two figures furthest from the mean.

    The two are of different sections, and of what is not told before.
    """
    held: dict[str, list[Fact]] = {}
    for indicator in known.service.indicators:
        found = span(book, known, indicator)
        alone = found.at(end) if found and indicator.id not in told else []
        if len(alone) != 1 or alone[0].index is None:
            continue
        is_clear = alone[0].distance_clear is not False
        if is_clear and has_ends(known, alone[0]) and is_sound(known, alone[0]):
            held.setdefault(alone[0].kommune, []).append(alone[0])

    def far(fact: Fact) -> float:
        return abs(fact.given("distance"))

    pairs = []
    for facts in held.values():
        first = max(facts, key=far)
        section = known.indicator(first.indicator).section
        others = [f for f in facts if known.indicator(f.indicator).section != section]
        if others:
            pairs.append((len(facts), far(first), first, max(others, key=far)))
    if not pairs:
        return []
    *_, first, second = max(pairs, key=lambda pair: pair[:2])
    details: dict[str, Detail] = {
        "kommune": known.network.member(first.kommune).name,
        "mark": _claim(
            (first.mean_basis, second.mean_basis), level(first), level(second)
        ),
    }
    for of, fact in (("", first), ("other_", second)):
        details |= {
            f"{of}subject": brief(known.indicator(fact.indicator)),
            f"{of}value": level(fact),
            f"{of}mean": mean(fact),
        }
    return [Statement(SUMMARY, Rule(f"network_{end}"), details, (first.id, second.id))]


def _means(book: NetworkBook, known: Catalogue) -> list[Statement]:
    """The mean that has moved furthest, and those of its section that went along.

    Of amounts in kroner only where nothing else has moved: they grow with prices.
    """
    ways: dict[str, str] = {}
    moved: dict[str, float] = {}
    reasons: dict[str, Reasons] = {}
    for indicator in known.service.indicators:
        why, before = Reasons(known), mean_before(book, indicator.id)
        way = mean_direction(book, known, indicator.id, why)
        years = (book.run.year, book.run.year - 1)
        facts = [fact for year in years for fact in _ranked(book, indicator.id, year)]
        is_told = all(is_sound(known, fact) for fact in facts) and not any(
            _has_step(known, fact) for fact in _ranked(book, indicator.id)
        )
        if before is None or not before.has_base or way not in ("up", "down"):
            continue
        if is_told:
            ways[indicator.id], reasons[indicator.id] = way, why
            change = facts[0].given("network_mean") / before.given("network_mean") - 1
            moved[indicator.id] = abs(change)
    plain = [name for name in ways if known.indicator(name).unit != "kr"] or list(ways)
    plain = [name for name in plain if moved[name] >= WORTH_TELLING]
    if not plain:
        return []
    most = known.indicator(max(plain, key=lambda name: moved[name]))
    along = [
        one.id
        for one in known.service.indicators
        if (one.section, one.unit) == (most.section, most.unit)
        and one.id != most.id
        and ways.get(one.id) == ways[most.id]
    ]
    way = ways[most.id]
    details: dict[str, Detail] = {
        **_moved(book, known, most.id),
        "also": "",
        "kroner": "",
    }
    if along:
        others = tuple(
            Fragment(Rule.NETWORK_MOVED, _moved(book, known, name)) for name in along
        )
        rule = Rule(f"network_also_{way}")
        details["also"] = Fragment(rule, {"others": others})
    if most.unit == "kr":
        details["kroner"] = Fragment(Rule.NETWORK_KRONER, {})
    ids = tuple(f.id for name in (most.id, *along) for f in _ranked(book, name))
    why = reasons[most.id]
    rule = Rule(f"network_mean_{way}")
    return [Statement(SUMMARY, rule, details, ids, tuple(why))]


#: How far a mean must have moved to be a main finding; 3,4 to 3,5 is none.
WORTH_TELLING = 0.05


def _moved(book: NetworkBook, known: Catalogue, indicator: str) -> dict[str, Detail]:
    """A mean, and that of the year before."""
    now, before = book.peers(indicator)[0], mean_before(book, indicator)
    return {
        "subject": brief(known.indicator(indicator)),
        "mean": mean(now),
        "year": now.year,
        "previous": mean(before or now),
        "previous_year": now.year - 1,
    }


def _moves(book: NetworkBook, known: Catalogue) -> list[Statement]:
    """Where no mean may be held against last year's: the largest change of a member.

    Beyond what chance could make of the counts, and of official figures before others;
    amounts in kroner grow with prices.
    """
    why = {fact.id: Reasons(known) for fact in book.reported}
    ways = {f.id: changes.direction(known, f, why[f.id]) for f in book.reported}
    moved = [
        fact
        for fact in book.reported
        if ways[fact.id] in ("up", "down")
        and fact.unit != "kr"
        and fact.network_mean is not None
        and fact.change_percent is not None
        and fact.change_clear
        and not _has_step(known, fact)
        and all(
            is_sound(known, one)
            for one in book.history(fact.indicator, fact.kommune)[-2:]
        )
    ]
    if not moved:
        return []

    def weight(fact: Fact) -> tuple[bool, float]:
        is_official = not {fact.basis, fact.previous_basis}.intersection(MARKED)
        return is_official, abs(fact.change_percent or 0.0)

    fact = max(moved, key=weight)
    details: dict[str, Detail] = {
        "kommune": known.network.member(fact.kommune).name,
        "subject": brief(known.indicator(fact.indicator)),
        "previous": previous(fact),
        "previous_year": fact.year - 1,
        "value": level(fact),
        "year": fact.year,
        "mean": mean(fact),
    }
    rule = Rule(f"network_kommune_{ways[fact.id]}")
    return [Statement(SUMMARY, rule, details, (fact.id,), tuple(why[fact.id]))]


#: How much heavier than its share of the members one must weigh to carry a mean.
HEAVY = 2


def _carried(book: NetworkBook, known: Catalogue) -> list[Statement]:
    """A weighted mean with one member on its side of it and all others on the other.

    Told only where it is the weight that does it: where some of the others are on the
    same side of the plain mean as the one.
    """
    for indicator in known.service.indicators:
        ranked = _ranked(book, indicator.id)
        if not ranked or ranked[0].mean_rule != "weighted":
            continue
        weights = [fact.denominator for fact in ranked]
        # Who is printed on the mean, is on neither side of it to a reader who counts.
        apart = [fact for fact in ranked if not prints_on(fact)]
        sides = {side: [f for f in apart if f.side == side] for side in (1, -1)}
        for side, alone in sides.items():
            others = sides[-side]
            if len(alone) != 1 or len(others) != len(ranked) - 1 or None in weights:
                continue
            plain = fsum(fact.given() for fact in ranked) / len(ranked)
            weight = alone[0].given("denominator") / fsum(w or 0.0 for w in weights)
            crosses = any((fact.given() - plain) * side > 0 for fact in others)
            if not crosses or weight * len(ranked) < HEAVY:
                continue
            basis = alone[0].mean_basis
            details: dict[str, Detail] = {
                "kommune": known.network.member(alone[0].kommune).name,
                "subject": indicator.subject,
                "weight": Quantity(weight * 100, "prosent", 0, basis, "distance"),
                "count": Count(len(others)),
                "n": Count(len(ranked)),
                "reserve": _doubts(known, Span(indicator, tuple(ranked))),
            }
            rule = Rule.NETWORK_CARRIED_UP if side > 0 else Rule.NETWORK_CARRIED_DOWN
            ids = tuple(map(attrgetter("id"), ranked))
            return [Statement(SUMMARY, rule, details, ids)]
    return []

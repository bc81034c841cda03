"""
What is true and worth saying of the network as a whole, decided in numbers.

The counterpart of ``findings`` for «ASSS samlet»: who is highest and lowest, how far it
is between them, and how the mean has moved. Holds no Norwegian but what the catalogue
gives. Imports ``findings`` and below.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TYPE_CHECKING

from asss.analysis import changes, findings
from asss.analysis.facts import (
    Fact,
    NetworkBook,
    Number,
    book_of,
    gather_network,
)
from asss.analysis.findings import SUMMARY, has_ends
from asss.analysis.statements import (
    ENDS,
    Count,
    Detail,
    Quantity,
    Reasons,
    Statement,
    Word,
    bases_of_change,
    change,
    claim,
    doubtful,
    is_at,
    level,
    mean,
    previous,
    why_absent,
    why_unchanged,
)
from asss.analysis.tables import BASES, weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.language import half_up
from asss.catalogue.parameters import Run
from asss.catalogue.rules import Rule
from asss.statbank import Snapshot

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "NetworkFindings",
    "Span",
    "assess",
    "mean_before",
    "mean_direction",
    "span",
]

#: What is said of the distance between the ends, by what can be said of it.
GAPS = {
    ("gap", "share"): Rule.NETWORK_GAP,
    ("share",): Rule.NETWORK_GAP_SHARE,
    ("gap", "reason"): Rule.NETWORK_GAP_ALONE,
    ("reason",): Rule.NETWORK_GAP_WITHHELD,
}


@dataclass(frozen=True)
class NetworkFindings:
    """What «ASSS samlet» says, and the facts that it says it of.

    Attributes
    ----------
    book : NetworkBook
    statements : tuple of Statement
        ``chapter`` is the summary, the indicator or the kommune they speak of, in the
        order of the page.
    """

    book: NetworkBook
    statements: tuple[Statement, ...] = field(repr=False)

    def about(self, subject: str) -> tuple[Statement, ...]:
        """What is said in the summary, of an indicator, or of a kommune."""
        return tuple(said for said in self.statements if said.chapter == subject)

    def compared(self, indicator: str, year: int | None = None) -> Fact:
        """A fact of the indicator that carries mean, lowest and highest: anybody's."""
        return self.book.peers(indicator, year)[0]


@dataclass(frozen=True)
class Span:
    """From the lowest figure in the network to the highest, and whose they are."""

    indicator: Indicator
    lowest: Fact
    highest: Fact
    lowest_kommuner: tuple[str, ...]
    highest_kommuner: tuple[str, ...]

    @property
    def gap(self) -> float:
        """The distance between them."""
        return self.highest.given() - self.lowest.given()

    @property
    def share(self) -> float | None:
        """The same in percent of the mean; None where that is zero or below."""
        fact = self.highest
        return self.gap / fact.given("network_mean") * 100 if fact.has_base else None

    @property
    def basis(self) -> str:
        """What the distance rests on."""
        return weakest((self.lowest.basis, self.highest.basis))

    def details(self) -> dict[str, Detail]:
        """The fields of a phrase that tells of it."""
        return {
            "lowest": level(self.lowest),
            "lowest_mark": claim((self.lowest.mean_basis,), level(self.lowest)),
            "lowest_kommuner": self.lowest_kommuner,
            "highest": level(self.highest),
            "highest_mark": claim((self.highest.mean_basis,), level(self.highest)),
            "highest_kommuner": self.highest_kommuner,
        }


def assess(
    indexed: "pd.DataFrame", known: Catalogue, run: Run, snapshot: Snapshot
) -> NetworkFindings:
    """
    Decide what is said of the network, and what is chief of each member.

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
    book = gather_network(indexed, known, run, snapshot)
    said = _summary(book, known)
    # What nobody has is said of all at once.
    awaited = {
        name for told in findings.not_collected(book, known) for name in told.facts
    }
    for indicator in known.service.indicators:
        said += _of_indicator(book, known, indicator)
    for member in book.members:
        own = findings.conclude(book_of(member, book), known)
        said += [
            replace(chief, chapter=member.id)
            for chief in own.about(SUMMARY)
            if not awaited.issuperset(chief.facts)
        ]
    return NetworkFindings(book, tuple(said))


def span(book: NetworkBook, known: Catalogue, indicator: Indicator) -> Span | None:
    """Lowest and highest of an indicator; None where they are not to be compared."""
    ranked = [fact for fact in book.peers(indicator.id) if fact.rank is not None]
    if len(ranked) < 2 or ranked[0].network_mean is None:
        return None
    lowest = [fact for fact in ranked if fact.is_lowest]
    highest = [fact for fact in ranked if fact.is_highest]
    return Span(
        indicator,
        # Of those who share an end, the one whose figure is least certain.
        max(lowest, key=lambda fact: BASES.index(fact.basis)),
        max(highest, key=lambda fact: BASES.index(fact.basis)),
        tuple(known.network.member(fact.kommune).name for fact in lowest),
        tuple(known.network.member(fact.kommune).name for fact in highest),
    )


# -- one indicator ---------------------------------------------------------------------


def _of_indicator(
    book: NetworkBook, known: Catalogue, indicator: Indicator
) -> list[Statement]:
    found = span(book, known, indicator)
    peers = book.peers(indicator.id)
    ids = tuple(fact.id for fact in peers)
    if found is None:
        details: dict[str, Detail] = {
            "subject": indicator.mention,
            "year": book.run.year,
            "reason": why_absent(known, peers),
        }
        return [Statement(indicator.id, Rule.NETWORK_WITHHELD, details, ids)]
    return [
        *_level(book, found),
        *_without(known, indicator, peers),
        *_mean_change(book, known, indicator),
        *_largest_changes(book, known, indicator),
    ]


def _level(book: NetworkBook, found: Span) -> list[Statement]:
    """Who is highest and lowest, the mean, and how far it is between the two."""
    name, fact = found.indicator.id, found.highest
    ranked = [peer for peer in book.peers(name) if peer.rank is not None]
    ids = tuple(peer.id for peer in ranked)
    ends = (found.highest.id, found.lowest.id)
    details = found.details() | {
        "subject": found.indicator.subject,
        "mean": mean(fact),
    }
    told = [Statement(name, Rule.NETWORK_SPAN, details, ids)]
    wide = _gap(found)
    rule = GAPS[tuple(wide)]
    amounts = [amount for amount in wide.values() if isinstance(amount, Quantity)]
    wide |= {"mark": claim((fact.mean_basis,), *amounts)}
    told.append(Statement(name, rule, wide, ends))
    above = sum(peer.side > 0 for peer in ranked)
    counts: dict[str, Detail] = {
        "above": Count(above, fact.mean_basis),
        "n": len(ranked),
    }
    return [*told, Statement(name, Rule.NETWORK_ABOVE, counts, ids)]


def _gap(found: Span) -> dict[str, Detail]:
    """How far it is between the ends, in the unit and in percent of the mean.

    The first only where it is, as printed, the difference of the printed figures.
    """
    fact, told = found.highest, dict[str, Detail]()
    high, low = (half_up(f.given(), f.decimals) for f in (found.highest, found.lowest))
    if half_up(high - low, fact.decimals) == half_up(found.gap, fact.decimals):
        told["gap"] = Quantity(
            found.gap, fact.unit, fact.decimals, found.basis, "difference"
        )
    if found.share is None:
        return told | {"reason": Word("base_mean")}
    basis = weakest((found.basis, fact.mean_basis))
    return told | {"share": Quantity(found.share, "prosent", 0, basis, "distance")}


def _without(
    known: Catalogue, indicator: Indicator, peers: Sequence[Fact]
) -> list[Statement]:
    """Whose figures are not in the mean, and why."""
    absent = [fact for fact in peers if fact.rank is None]
    if not absent:
        return []
    details: dict[str, Detail] = {
        "subject": indicator.mention,
        "kommuner": tuple(known.network.member(fact.kommune).name for fact in absent),
        "reason": why_absent(known, absent),
    }
    ids = tuple(fact.id for fact in absent)
    return [Statement(indicator.id, Rule.MEAN_WITHOUT, details, ids)]


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


def _mean_change(
    book: NetworkBook, known: Catalogue, indicator: Indicator
) -> list[Statement]:
    why = Reasons(known)
    way = mean_direction(book, known, indicator.id, why)
    before = mean_before(book, indicator.id)
    if way is None or before is None:
        return []
    now = book.peers(indicator.id)[0]
    details: dict[str, Detail] = {
        "previous": mean(before),
        "previous_year": before.year,
        "mean": mean(now),
        "year": now.year,
    }
    ids = tuple(fact.id for fact in book.peers(indicator.id))
    rule = Rule(f"network_mean_{way}")
    return [Statement(indicator.id, rule, details, ids, tuple(why))]


def _largest_changes(
    book: NetworkBook, known: Catalogue, indicator: Indicator
) -> list[Statement]:
    """Whose figure has moved most each way, among those that may be compared."""
    peers = book.peers(indicator.id)
    why = Reasons(known)
    ways = {fact.id: changes.direction(known, fact, why) for fact in peers}
    told = [fact for fact in peers if ways[fact.id]]
    if len(told) < 2:
        return []
    statements = []
    for side in ("up", "down"):
        moved = [fact for fact in told if (ways[fact.id] or "").startswith(side)]
        said = _most(known, moved, f"network_most_{side}", bases_of_change(told))
        statements += [replace(one, reasons=tuple(why)) for one in said]
    if len(told) < len(peers):
        absent = [fact for fact in peers if not ways[fact.id]]
        part: dict[str, Detail] = {
            "count": Count(len(told)),
            "n": len(peers),
            "reason": why_unchanged(known, absent) or why_absent(known, absent),
        }
        ids = tuple(fact.id for fact in told)
        rule = Rule.NETWORK_COMPARED
        statements.append(Statement(indicator.id, rule, part, ids))
    return statements


def _most(
    known: Catalogue,
    moved: Sequence[Fact],
    rule: str,
    bases: Iterable[str],
) -> list[Statement]:
    """Who of those that moved one way has done so most: in percent, where all have it.

    Where one has none, in the unit. Nobody where those who moved most did so from and
    to different figures: the sentence has room for one change.
    """
    in_percent = all(fact.change_percent is not None for fact in moved)
    measure: Number = "change_percent" if in_percent else "change"
    by = {fact.id: round(abs(fact.given(measure)), 9) for fact in moved}
    most = [fact for fact in moved if by[fact.id] == max(by.values())]
    if len({(fact.value, fact.previous) for fact in most}) != 1:
        return []
    fact = most[0].replace(
        basis=weakest(fact.basis for fact in most),
        previous_basis=weakest(fact.previous_basis for fact in most),
    )
    details: dict[str, Detail] = {
        "kommune": tuple(known.network.member(fact.kommune).name for fact in most),
        "previous": previous(fact),
        "previous_year": fact.year - 1,
        "value": level(fact),
        "year": fact.year,
        "mark": claim(bases, previous(fact), level(fact)),
    }
    if not in_percent and changes.adds_up(fact):
        rule, details = f"{rule}_by", {**details, "change": change(fact)}
    ids = tuple(fact.id for fact in most)
    return [Statement(fact.indicator, Rule(rule), details, ids)]


# -- summary ---------------------------------------------------------------------------


def _summary(book: NetworkBook, known: Catalogue) -> list[Statement]:
    spans = [
        found
        for indicator in known.service.indicators
        if (found := span(book, known, indicator))
    ]
    return [
        *_outermost_spans(spans),
        *_most_often(book, known),
        *_means(book, known),
        *findings.not_collected(book, known),
        *_doubtful(book, known),
    ]


def _outermost_spans(spans: Sequence[Span]) -> list[Statement]:
    shares = [(share, found) for found in spans if (share := found.share) is not None]
    if len(shares) < 2:
        return []
    _, widest = max(shares, key=itemgetter(0))
    _, narrowest = min(shares, key=itemgetter(0))
    bases = [found.highest.mean_basis for _, found in shares]
    return [
        Statement(
            SUMMARY,
            rule,
            {
                **found.details(),
                "subject": found.indicator.mention,
                "mark": claim(bases, level(found.lowest), level(found.highest)),
            },
            (found.highest.id, found.lowest.id),
        )
        for rule, found in (
            (Rule.NETWORK_WIDEST, widest),
            (Rule.NETWORK_NARROWEST, narrowest),
        )
    ]


def _most_often(book: NetworkBook, known: Catalogue) -> list[Statement]:
    """Who is highest, and who lowest, on most indicators."""
    ranked = [f for f in book.reported if f.rank is not None and has_ends(known, f)]
    if not ranked:
        return []
    n = len({fact.indicator for fact in ranked})
    details: dict[str, Detail] = {"n": n}
    basis = weakest(fact.distance_basis for fact in ranked)
    ids: list[str] = []
    is_shared = False
    for end in ENDS:
        held = [fact for fact in ranked if is_at(fact, end)]
        counts = Counter(fact.kommune for fact in held)
        most = max(counts.values())
        whose = [name for name in book.kommuner if counts[name] == most]
        details[end] = Count(most, basis)
        details[f"{end}_kommuner"] = tuple(
            known.network.member(name).name for name in whose
        )
        counted = [fact for fact in held if fact.kommune in whose]
        ids += [fact.id for fact in counted]
        is_shared |= any(fact.is_shared(end) for fact in counted)
    rule = Rule.NETWORK_MOST_OFTEN_SHARED if is_shared else Rule.NETWORK_MOST_OFTEN
    return [Statement(SUMMARY, rule, details, tuple(dict.fromkeys(ids)))]


def _means(book: NetworkBook, known: Catalogue) -> list[Statement]:
    """How many means have moved which way since last year."""
    if book.run.year == book.all_years[0]:
        return []
    names = [indicator.id for indicator in known.service.indicators]
    why = Reasons(known)
    ways = {name: mean_direction(book, known, name, why) for name in names}
    told = [name for name in names if ways[name]]
    details: dict[str, Detail] = {"previous_year": book.run.year - 1}
    if not told:
        withheld = why_unchanged(known, book.reported)
        reason: Detail = withheld or (Word("network_other_mean"),)
        details |= {"year": book.run.year, "reason": reason}
        ids = tuple(fact.id for fact in book.reported)
        return [Statement(SUMMARY, Rule.NETWORK_MEANS_WITHHELD, details, ids)]
    pairs = [(book.peers(name)[0], mean_before(book, name)) for name in told]
    basis = weakest(fact.mean_basis for pair in pairs for fact in pair if fact)
    for way, count in changes.counted(ways.values()).items():
        details[way] = Count(count, basis)
    details |= {"n": len(told), "total": len(names)}
    ids = tuple(book.peers(name)[0].id for name in told)
    is_all = len(told) == len(names)
    rule = Rule.NETWORK_MEANS if is_all else Rule.NETWORK_MEANS_PART
    return [Statement(SUMMARY, rule, details, ids, tuple(why))]


def _doubtful(book: NetworkBook, known: Catalogue) -> list[Statement]:
    touched = doubtful(known, book.reported)
    if not touched:
        return []
    details: dict[str, Detail] = {
        "count": len(touched),
        "n": len(book.reported),
        "year": book.run.year,
    }
    ids = tuple(fact.id for fact in touched)
    return [Statement(SUMMARY, Rule.NETWORK_DOUBTFUL, details, ids)]

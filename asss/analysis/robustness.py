"""
Robustness: how much of what a report concludes hangs on the mean.

The same figures are set against another mean, and what is concluded then is laid beside
what is printed: so is a what-if, and so are the few that everybody asks for. Knows no
words. Imports ``frames`` and below.
"""

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from asss.analysis import findings, frames, indexing
from asss.analysis.facts import Fact, FactBook, NetworkBook, book_of, gather_network
from asss.analysis.findings import Findings
from asss.analysis.frames import Parameters
from asss.analysis.statements import Finding
from asss.analysis.tables import OBSERVATION_COLUMNS
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import weighing
from asss.catalogue.language import half_up
from asss.catalogue.parameters import LATEST, Member, Run
from asss.catalogue.supposition import suppose
from asss.statbank import Snapshot

__all__ = ["changed_facts", "robustness", "set_against", "what_ifs"]

#: What is told of a fact beside what is printed of it.
BESIDE = ("value", "mean", "index", "distance", "rank", "side")

#: The columns of :func:`robustness`.
COLUMNS = ("kommune", "indicator", "what_if", "conclusion", "printed", "then")


def set_against(indexed: pd.DataFrame, known: Catalogue) -> pd.DataFrame:
    """
    The same figures, set against whom and by what a catalogue supposes.

    Parameters
    ----------
    indexed : DataFrame, key = (indicator, kommune, year)
        See :func:`asss.index_to_network`.
    known : Catalogue
        See :func:`asss.catalogue.supposition.suppose`.

    Returns
    -------
    indexed : DataFrame, same key
        The rows of those who are compared, and no others.
    """
    ids = [member.id for member in known.network.members]
    rows = indexed.loc[indexed["kommune"].isin(ids), OBSERVATION_COLUMNS]
    return indexing.index_to_network(rows, rule=known.mean_rule, in_mean=known.in_mean)


def changed_facts(printed: FactBook, supposed: FactBook) -> pd.DataFrame:
    """
    The figures of a report whose place among the others is another in a what-if.

    Returns
    -------
    facts : DataFrame, key = indicator
        Columns of two levels: value, mean, index, distance, rank and side, each
        ``printed`` and ``what_if``. Side is above, below or at the mean, as printed.
    """
    rows = {
        fact.indicator: (_told(fact), _told(supposed.fact(fact.indicator)))
        for fact in printed.own
    }
    frame = pd.DataFrame(
        {
            (name, which): {key: pair[place][name] for key, pair in rows.items()}
            for name in BESIDE
            for place, which in enumerate(("printed", "what_if"))
        }
    )
    is_changed = [_differs(*pair) for pair in rows.values()]
    return frame.astype({("rank", which): "Int64" for which in ("printed", "what_if")})[
        is_changed
    ].rename_axis("indicator")


def robustness(
    year: int,
    kommune: str | None = None,
    *,
    snapshot: str | Snapshot = LATEST,
    parameters: Parameters = None,
    service: str | None = None,
    leave_out: Collection[str] | None = None,
) -> pd.DataFrame:
    """
    Which conclusions change if the mean is made in another way.

    The mean is made plain where it is weighted, or weighted where all are plain; the
    other members are left out of it, one at a time; and the kommune itself is, which is
    then held against the others. Where it is held against them already, the mean is of
    all instead, weighted and plain.

    Parameters
    ----------
    year : int
        The data year.
    kommune : str, optional
        Id or name of a member; all of them where left out.
    snapshot, parameters, service
        As for :func:`asss.load`.
    leave_out : collection of str, optional
        Ids of those who are left out, one at a time; without it, every member.

    Returns
    -------
    changes : DataFrame, a row for each conclusion that changes
        kommune, indicator : ids
        what_if : ``plain``, ``weighted``, ``others``, or ``without`` and an id
        conclusion : ``side`` of the mean, of a distance that is printed (above, below,
        or at it where it prints 0); ``near`` the mean, so that a distance is not told
        (near or away); ``rank``, who is outermost (highest, lowest or within);
        ``told``, what a report tells of the indicator: the topics of its findings
        printed, then : str, what is concluded now, and in the what-if

    Raises
    ------
    UsageError
        If there is no such kommune, year or snapshot.

    Examples
    --------
    How many of the printed distances change side if all kommuner weigh the same:

    >>> import asss
    >>> changes = asss.robustness(2020, "bergen", snapshot="embedded")
    >>> changes.query("what_if == 'plain' and conclusion == 'side'")["indicator"].size
    2

    Of barnevern, whether the kommune's own figure makes its mean:

    >>> changes = asss.robustness(
    ...     2020, "oslo", snapshot="embedded", service="barnevern", leave_out=()
    ... )
    >>> "others" in set(changes["what_if"])
    True
    """
    known = frames.read_parameters(parameters, service=service)
    answers = frames.open_snapshot(snapshot, parameters=known)
    reported = frames.observations(year, snapshot=answers, parameters=known)
    indexed = indexing.index_to_network(reported, rule=known.mean_rule)
    everybody = [member.id for member in known.network.in_year(year)]
    wanted = [known.network.member(kommune).id] if kommune else everybody
    run = Run(kommune=wanted[0], year=year, service=known.service.service)
    whole = _Whole(indexed, run, answers)
    rows = [
        dict(zip(COLUMNS, told, strict=True))
        for name in wanted
        for told in _changes(whole, known, known.network.member(name), leave_out)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


@dataclass
class _Whole:
    """The figures of everybody, and the books of them by whom they are set against.

    Most what-ifs are the same for many: what they stand on is worked out once.
    """

    indexed: pd.DataFrame
    run: Run
    snapshot: Snapshot
    _books: dict[Hashable, NetworkBook] = field(default_factory=dict)

    def findings(self, known: Catalogue, member: Member) -> Findings:
        """What a report on a member says, by what is known or supposed."""
        rule = known.supposed.mean if known.supposed else None
        key = tuple(m.id for m in known.network.members), known.in_mean, rule
        if key not in self._books:
            table = set_against(self.indexed, known) if known.supposed else self.indexed
            book = gather_network(table, known, self.run, self.snapshot)
            self._books[key] = book
        return findings.conclude(book_of(member, self._books[key]), known)


def _changes(
    whole: _Whole,
    known: Catalogue,
    member: Member,
    leave_out: Collection[str] | None,
) -> Iterator[tuple[str, ...]]:
    """The rows of one report."""
    printed = whole.findings(known, member)
    concluded = _conclusions(printed, known)
    for name, given in what_ifs(printed.book, known, leave_out).items():
        supposed = suppose(known, member.id, whole.run.year, **given)
        found = whole.findings(supposed, member)
        for (indicator, conclusion), then in _conclusions(found, supposed).items():
            now = concluded[indicator, conclusion]
            # A figure without a distance has no side to change.
            if now != then and (conclusion == "told" or (now and then)):
                yield member.id, indicator, name, conclusion, now, then


def what_ifs(
    book: FactBook, known: Catalogue, leave_out: Collection[str] | None = None
) -> dict[str, Mapping[str, Any]]:
    """What :func:`robustness` asks of a report, by name, as ``suppose`` takes it."""
    own, year = book.member.id, book.run.year
    rules = {known.mean_rule(fact.indicator, year) for fact in book.own}
    rule = "plain" if any(weighing(one) == "weighted" for one in rules) else "weighted"
    whole: dict[str, Mapping[str, Any]] = {rule: {"mean": rule}}
    if known.is_of_others(year):
        whole = {one: {"mean": one} for one in ("plain", "weighted")}
    else:
        whole["others"] = {"mean": "others"}
    ids = [member.id for member in known.network.in_year(year) if member.id != own]
    left = [name for name in ids if leave_out is None or name in leave_out]
    return {
        **whole,
        **{f"without {name}": {"without": [name]} for name in left},
    }


def _conclusions(found: Findings, known: Catalogue) -> dict[tuple[str, str], str]:
    """By indicator and kind of conclusion; empty where there is none."""
    near = known.phrases.thresholds.near_mean.value
    told: dict[str, list[str]] = {}
    for one in found.findings:
        for name in _about(one):
            told.setdefault(name, []).append(str(one.topic))
    concluded: dict[tuple[str, str], str] = {}
    for fact in found.book.reported:
        away = fact.distance
        is_near = away is not None and abs(away) < near
        end = "highest" if fact.is_highest else "lowest" if fact.is_lowest else "within"
        concluded |= {
            (fact.indicator, "side"): _side(fact),
            (fact.indicator, "near"): "" if away is None else ("away", "near")[is_near],
            (fact.indicator, "rank"): "" if fact.rank is None else end,
            (fact.indicator, "told"): ", ".join(sorted(told.get(fact.indicator, ()))),
        }
    return concluded


def _about(finding: Finding) -> tuple[str, ...]:
    """Of what is near the mean, that it is so is another conclusion."""
    return () if finding.topic in ("rest", "pending") else finding.indicators


def _side(fact: Fact) -> str:
    """Of the distance as it prints: in whole percent."""
    if fact.distance is None:
        return ""
    away = half_up(fact.distance)
    return "at" if not away else "above" if away > 0 else "below"


def _told(fact: Fact) -> dict[str, Any]:
    return {
        "value": fact.value,
        "mean": fact.network_mean,
        "index": fact.index,
        "distance": fact.distance,
        "rank": fact.rank,
        "side": _side(fact),
    }


def _differs(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """By more than what is left of summing in another order."""
    return any(
        one[name] != other[name]
        if None in (one[name], other[name]) or name in ("rank", "side")
        else abs(one[name] - other[name]) > 1e-9 * max(1.0, abs(one[name]))
        for name in BESIDE
    )

"""
The arithmetic of what figures say together, for any figures there may be.

A gap adds up with its rest as printed, a rank is true of the printed figures, and no
figure, however odd, stops a report.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reports import KOMMUNER

from asss.analysis import findings, indexing
from asss.analysis.candidates import Candidates
from asss.analysis.facts import Fact, FactBook
from asss.analysis.findings import Findings
from asss.analysis.statements import Finding, Fragment, Quantity, Reasons, Word
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import half_up
from asss.catalogue.parameters import Run
from asss.catalogue.rules import Topic
from asss.page import text
from asss.statbank import Snapshot

#: The same examples every time, and no clock: a test that fails, fails for everybody.
steady = settings(max_examples=200)
#: The same where each example is a whole report.
whole = settings(max_examples=25)

SICK_LEAVE = "sykefravaer"
KVP = "kvp_mottakere_per_1000"

#: Kroner per inhabitant: about zero, alike in print, or far apart.
kroner = st.floats(-2000, 8000).map(lambda one: round(one, 2)) | st.sampled_from(
    [0.0, 0.4, 0.5, -0.5, 100.0, 100.4]
)
pairs = st.tuples(kroner, kroner)


@pytest.fixture(scope="module")
def book(known: Catalogue, snapshot: Snapshot, indexed: pd.DataFrame) -> FactBook:
    """Bergen 2017, whose figures the tests replace."""
    rows = indexed[indexed["year"] <= 2017]
    return findings.assess(rows, known, Run(kommune="bergen", year=2017), snapshot).book


def with_figures(
    book: FactBook, figures: Mapping[str, tuple[float, float]]
) -> FactBook:
    """The same book, with other values and means of the report's own figures."""
    facts = dict(book.facts)
    for name, (value, mean) in figures.items():
        own = book.fact(name)
        key = next(key for key, fact in facts.items() if fact.id == own.id)
        facts[key] = own.replace(
            value=value,
            network_mean=mean,
            **against(value, mean),
            rank=1,
            n=10,
            forbehold=(),
            change=None,
        )
    return type(book)(**{**vars_of(book), "facts": facts})


def against(value: float, mean: float) -> dict[str, float | None]:
    """Index and distance, where there is a base for them."""
    index = value / mean * 100 if mean > 0 else None
    return {"index": index, "distance": None if index is None else index - 100}


def vars_of(book: FactBook) -> dict[str, Any]:
    """What a book is made of."""
    return {
        name: getattr(book, name)
        for name, field in book.__dataclass_fields__.items()
        if field.init
    }


def amounts(finding: Finding) -> list[tuple[float, str, bool]]:
    """Each part of a gap: how much, which way, and if it is the rest."""
    told = []
    for name in ("parts", "others"):
        parts = finding.statements[0].details.get(name, ())
        assert isinstance(parts, tuple)
        for part in parts:
            assert isinstance(part, Fragment)
            amount, more = part.details["amount"], part.details["more"]
            assert isinstance(amount, Quantity)
            assert isinstance(more, Word)
            is_rest = part.details["part"] == Word("rest")
            told.append((half_up(amount.value), more.key, is_rest))
        assert not any(is_rest for _, _, is_rest in told[-len(parts) : -1])
    return told


# -- where the difference lies ---------------------------------------------------------


@steady
@given(of_whole=pairs, of_parts=st.lists(pairs, min_size=5, max_size=5))
@example(of_whole=(0.4, 0.3), of_parts=[(0.0, 1.0)] * 5)
@example(of_whole=(4998.4, 6298.5), of_parts=[(1282, 1724), (893, 1326)] + [(0, 9)] * 3)
@example(of_whole=(300, 100), of_parts=[(600, 100), (0, 300), (9, 9), (9, 9), (9, 9)])
@example(of_whole=(300, 100), of_parts=[(300, 100), (9, 9), (9, 9), (9, 9), (9, 9)])
def test_gap_adds_up_in_print_with_its_rest(
    known: Catalogue,
    book: FactBook,
    of_whole: tuple[float, float],
    of_parts: Sequence[tuple[float, float]],
) -> None:
    """A reader adds the parts up; one krone that is lacking is a slip to them."""
    relation = known.service.relations.sum
    assert relation is not None
    figures = {
        relation.whole: of_whole,
        **dict(zip(relation.parts, of_parts, strict=True)),
    }
    made = with_figures(book, figures)
    finding = Candidates(made, known).gap()
    if finding is None:
        return
    value, mean = map(half_up, of_whole)
    details = finding.statements[0].details
    gap = details["gap"]
    assert isinstance(gap, Quantity)
    assert gap.value == abs(value - mean) > 0
    told = amounts(finding)
    assert all(amount > 0 for amount, _, _ in told)
    assert sum(is_rest for _, _, is_rest in told) <= 1
    if finding.statements[0].rule == "gap_mixed":
        side = 1 if value > mean else -1
        total = sum(a if way == "more" else -a for a, way, _ in told) * side
    else:
        total = sum(amount for amount, _, _ in told)
    assert total == gap.value
    printed = {abs(half_up(own) - half_up(middle)) for own, middle in of_parts}
    assert {amount for amount, _, is_rest in told if not is_rest} <= printed


@pytest.mark.parametrize("lacking", ["part", "whole"])
def test_no_gap_of_what_is_not_whole(
    known: Catalogue, book: FactBook, lacking: str
) -> None:
    """Where a part, or the mean of one, is of fewer, the sum is not of the parts."""
    relation = known.service.relations.sum
    assert relation is not None
    figures = dict.fromkeys(relation.parts, (100.0, 200.0))
    made = with_figures(book, {relation.whole: (500.0, 1000.0), **figures})
    assert Candidates(made, known).gap()
    name = relation.parts[1] if lacking == "part" else relation.whole
    facts = {
        key: fact.replace(n=9) if fact.id == made.fact(name).id else fact
        for key, fact in made.facts.items()
    }
    made = type(made)(**{**vars_of(made), "facts": facts})
    assert Candidates(made, known).gap() is None


# -- what drives it --------------------------------------------------------------------


@steady
@given(share=st.floats(-1, 8), amount=st.floats(-9e3, 2e5), gap=st.floats(0.9, 1.1))
@example(share=0.0, amount=60000.0, gap=1.0)
@example(share=2.0, amount=60000.0, gap=1.0)
@example(share=4.0, amount=30000.0, gap=1.0)
@example(share=2.8, amount=42000.0, gap=1.0)
def test_driver_is_the_factor_that_carries_the_difference(
    known: Catalogue, book: FactBook, share: float, amount: float, gap: float
) -> None:
    """«Fordi» only where share times amount is the cost, and of what it is by."""
    relation = known.service.relations.product
    assert relation is not None
    means = (4.0, 60000.0)
    product = share * amount / 100 * gap
    figures = {
        relation.product: (product, means[0] * means[1] / 100),
        relation.share: (share, means[0]),
        relation.amount: (amount, means[1]),
    }
    finding = Candidates(with_figures(book, figures), known).driver()
    if finding is None:
        return
    rule = finding.statements[0].rule
    of = {
        "driver_share": math.log(share / means[0]),
        "driver_amount": math.log(amount / means[1]),
    }
    cost = math.log(product / (means[0] * means[1] / 100))
    assert abs(cost - sum(of.values())) < math.log(1.1) + 0.03
    if rule in of:
        assert of[rule] / cost > 0.65
    else:
        assert all(part * cost > 0 for part in of.values())


# -- ranks -----------------------------------------------------------------------------


def made_up(
    known: Catalogue,
    snapshot: Snapshot,
    observations: pd.DataFrame,
    values: Mapping[str, float],
    kommune: str,
    *,
    indicator: str = SICK_LEAVE,
) -> Findings:
    """Findings for 2015 with other values of one indicator, everything else real."""
    rows = observations[observations["year"] == 2015].copy()
    changed = rows["indicator"] == indicator
    rows.loc[changed, "value"] = rows.loc[changed, "kommune"].map(dict(values))
    is_none = rows.loc[changed, "value"].isna()
    rows.loc[changed, "status"] = is_none.map({True: "..", False: ""})
    indexed = indexing.index_to_network(rows, rule=known.mean_rule)
    return findings.assess(indexed, known, Run(kommune=kommune, year=2015), snapshot)


def place_of(detail: Any) -> tuple[int, str, bool] | None:
    """Place, end, and whether it is told as shared."""
    if not detail:
        return None
    inside = detail.details["rank"]
    is_shared = isinstance(inside, Fragment)
    word = inside.details["rank"] if is_shared else inside
    _, _, place, end = word.key.split("_")
    return int(place), end, is_shared


members = st.lists(
    st.sampled_from([8.0, 9.0, 9.04, 9.05, 10.0, 11.0, 13.0])
    | st.floats(0.1, 20).map(lambda one: round(one, 3))
    | st.none(),
    min_size=10,
    max_size=10,
)


@whole
@given(of=members)
@example(of=[1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10])
@example(of=[1.0, 1, 3, 4, 5, 6, 7, 8, 10, 10])
@example(of=[1.0, 2, 3, 3, 3, 3, 7, 8, 9, 10])
@example(of=[5.01, 5.02, *[9.0] * 8])
@example(of=[5.0] * 10)
@example(of=[1.0, 2.0, *[None] * 8])
@example(of=[1.0, 2, 3, 4, 5, 6, *[None] * 4])
def test_rank_words_are_true_of_what_is_printed(
    known: Catalogue,
    snapshot: Snapshot,
    observations: pd.DataFrame,
    of: Sequence[float | None],
) -> None:
    """Two published pages once claimed the same place, each as if alone."""
    values = {
        name: math.nan if value is None else value
        for name, value in zip(KOMMUNER, of, strict=True)
    }
    found = made_up(known, snapshot, observations, values, KOMMUNER[0])
    candidates = Candidates(found.book, known)
    by_place: dict[tuple[int, str], list[bool]] = {}
    printed = [half_up(value, 1) for value in of if value is not None]
    for peer in found.book.peers(SICK_LEAVE):
        if peer.rank is None:
            continue
        told = place_of(candidates.rank(peer, Reasons(known)))
        own = half_up(peer.given(), peer.decimals)
        if told is None:
            continue
        assert len(printed) > 6, "«lavest» of few"
        place, end, is_shared = told
        beyond = sum(v > own if end == "highest" else v < own for v in printed)
        alike = printed.count(own)
        assert place == beyond + 1
        assert place + alike - 1 <= 3
        assert is_shared == (alike > 1)
        assert (peer.given("distance") > 0) == (end == "highest")
        assert abs(peer.given("distance")) >= 5
        by_place.setdefault((place, end), []).append(is_shared)
    for shared in by_place.values():
        assert len(shared) == 1 or all(shared)


def test_every_place_at_an_end_is_told(
    known: Catalogue, snapshot: Snapshot, observations: pd.DataFrame
) -> None:
    """And the fourth is not."""
    values = dict(zip(KOMMUNER, map(float, range(1, 11)), strict=True))
    found = made_up(known, snapshot, observations, values, KOMMUNER[0])
    candidates = Candidates(found.book, known)
    told = [
        place_of(
            candidates.rank(found.book.fact(SICK_LEAVE, kommune=name), Reasons(known))
        )
        for name in KOMMUNER
    ]
    lowest = [(place, "lowest", False) for place in (1, 2, 3)]
    highest = [(place, "highest", False) for place in (3, 2, 1)]
    assert told == [*lowest, *[None] * 4, *highest]


def test_rank_is_not_told_of_what_chance_may_have_made(
    known: Catalogue, book: FactBook
) -> None:
    """However far from the mean it is."""
    fact: Fact = book.fact("ressursbruksindikator")
    far = fact.replace(distance_clear=False, **against(9.0, 1.0))
    assert not Candidates(book, known).rank(far, Reasons(known))


# -- salience --------------------------------------------------------------------------


@steady
@given(away=st.floats(-99, 900), more=st.floats(0, 400))
def test_what_is_further_away_is_worth_no_less(
    known: Catalogue, book: FactBook, away: float, more: float
) -> None:
    """And nothing is worth more than a half from the mean and at an end."""
    candidates = Candidates(book, known)
    fact = book.fact(KVP).replace(distance_clear=True, change=None)
    near, far = (
        candidates.strength(fact.replace(distance=one))
        for one in (away, away + math.copysign(more, away))
    )
    assert 0 <= near <= far <= 1.3
    doubted = fact.replace(distance=away, distance_clear=False)
    assert candidates.strength(doubted) == 0


# -- odd figures -----------------------------------------------------------------------

ODD = (0.0, -1.0, -500.0, 1.0, 1e-9, 7.5, 1e6, math.nan)


def report_of(
    known: Catalogue,
    snapshot: Snapshot,
    rows: pd.DataFrame,
    kommune: str = "oslo",
) -> Findings:
    """A report for 2016 on whatever figures."""
    rows["numerator"] = rows["value"] * rows["denominator"] / rows["factor"]
    rows["status"] = rows["value"].isna().map({True: "..", False: ""})
    indexed = indexing.index_to_network(rows, rule=known.mean_rule)
    found = findings.assess(indexed, known, Run(kommune=kommune, year=2016), snapshot)
    for said in text.sentences(found, known):
        assert said.text.endswith(".")
        assert not any(slip in said.text for slip in ("nan", "inf", "None", "{", "()"))
    return found


@whole
@given(made=st.lists(st.sampled_from(ODD), min_size=7, max_size=29))
def test_no_figure_stops_a_report(
    known: Catalogue, snapshot: Snapshot, observations: pd.DataFrame, made: list[float]
) -> None:
    """Zero, negative, missing, equal, enormous: of any indicator, anybody, any year."""
    rows = observations[observations["year"].isin([2015, 2016])].copy()
    rows["value"] = [made[place * place % len(made)] for place in range(len(rows))]
    report_of(known, snapshot, rows)


@pytest.mark.parametrize("value", [*ODD, 100.0])
def test_figures_that_are_all_alike_stop_no_report(
    known: Catalogue, snapshot: Snapshot, observations: pd.DataFrame, value: float
) -> None:
    """And nothing is far from a mean that everybody is on."""
    rows = observations[observations["year"].isin([2015, 2016])].copy()
    rows["value"] = value
    found = report_of(known, snapshot, rows)
    told = {one.topic for one in found.findings}
    assert not told & {Topic.GAP, Topic.DRIVER, Topic.AGES, Topic.CHANGE, Topic.JOINT}


@pytest.mark.parametrize("own", [0.0, -1.0])
def test_own_zero_or_less_stops_no_report(
    known: Catalogue, snapshot: Snapshot, observations: pd.DataFrame, own: float
) -> None:
    """What nobody receives costs nothing, and of that there is no logarithm."""
    rows = observations[observations["year"].isin([2015, 2016])].copy()
    rows.loc[rows["kommune"] == "oslo", "value"] = own
    found = report_of(known, snapshot, rows)
    assert not [one for one in found.findings if one.topic is Topic.DRIVER]


def test_network_of_two_has_a_report_without_ranks(
    known: Catalogue, snapshot: Snapshot, observations: pd.DataFrame
) -> None:
    """Each is an end of two, and nobody learns from it."""
    rows = observations[observations["year"].isin([2015, 2016])].copy()
    rows.loc[~rows["kommune"].isin(["oslo", "bergen"]), "value"] = math.nan
    found = report_of(known, snapshot, rows)
    assert found.statements
    assert not [said for said in found.statements if said.details.get("rank")]

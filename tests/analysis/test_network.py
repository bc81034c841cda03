"""What is said of the network: true of every figure in it, and no more than that."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reports import KOMMUNER

from asss.analysis import indexing, network, sources
from asss.analysis.facts import Fact
from asss.analysis.findings import NOT_COLLECTED, SUMMARY
from asss.analysis.network import NetworkFindings
from asss.analysis.statements import Count, Quantity
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import half_up
from asss.catalogue.parameters import NETWORK, Run
from asss.page import overview, text
from asss.statbank import Snapshot

NetworkOf = Callable[[int], NetworkFindings]

#: Years with embedded figures, and later ones with figures made up.
EMBEDDED_YEARS, LATER_YEARS = range(2015, 2021), range(2021, 2026)


@pytest.fixture(scope="module")
def network_of(
    known: Catalogue,
    snapshot: Snapshot,
    indexed: pd.DataFrame,
    synthetic_snapshot: Snapshot,
) -> NetworkOf:
    """What is said of the network in a year; after 2020 of figures made up."""

    @cache
    def assess(year: int) -> NetworkFindings:
        run = Run(kommune=NETWORK, year=year)
        if year in EMBEDDED_YEARS:
            rows = indexed[indexed["year"] <= year]
            return network.assess(rows, known, run, snapshot)
        found = sources.load_observations(known, synthetic_snapshot, until=year)
        rows = indexing.index_to_network(found, rule=known.mean_rule)
        return network.assess(rows, known, run, synthetic_snapshot)

    return assess


every_year = pytest.mark.parametrize("year", [*EMBEDDED_YEARS, *LATER_YEARS])


def _values(found: NetworkFindings, indicator: str) -> dict[str, float]:
    """The figures that are compared, by the names of their kommuner."""
    names = {member.id: member.name for member in found.book.members}
    return {
        names[fact.kommune]: fact.value
        for fact in found.book.peers(indicator)
        if fact.rank is not None and fact.value is not None
    }


@every_year
def test_members_are_those_of_the_year(
    year: int, network_of: NetworkOf, known: Catalogue
) -> None:
    """Ten until 2021, twelve from 2022; each with all fifteen indicators."""
    found = network_of(year)
    assert found.book.members == known.network.in_year(year)
    assert len(found.book.members) == (10 if year < 2022 else 12)
    assert len(found.book.reported) == len(found.book.members) * len(
        known.service.indicators
    )


@every_year
def test_highest_and_lowest_are_so_by_the_figures(
    year: int, network_of: NetworkOf, known: Catalogue
) -> None:
    """Worked out once more from the values alone, ties included."""
    found = network_of(year)
    for indicator in known.service.indicators:
        values = _values(found, indicator.id)
        told = [s for s in found.about(indicator.id) if s.rule == "network_span"]
        if not told:
            (withheld,) = found.about(indicator.id)
            assert withheld.rule == "network_withheld"
            assert withheld.details["reason"], "nobody knows why"
            assert found.compared(indicator.id).network_mean is None or len(values) < 2
            continue
        details = told[0].details
        for end, extreme in (("lowest", min), ("highest", max)):
            value = extreme(values.values())
            quantity = details[end]
            assert isinstance(quantity, Quantity)
            assert quantity.value == value
            holders = {name for name, own in values.items() if own == value}
            assert set(details[f"{end}_kommuner"]) == holders  # type: ignore[arg-type]


@every_year
def test_counts_over_the_mean_are_those_of_the_figures(
    year: int, network_of: NetworkOf, known: Catalogue
) -> None:
    """Of those that are compared, and of nobody else."""
    found = network_of(year)
    for indicator in known.service.indicators:
        for said in found.about(indicator.id):
            if said.rule == "network_above":
                values = _values(found, indicator.id)
                mean = found.compared(indicator.id).network_mean or 0.0
                over = sum(round(value - mean, 9) > 0 for value in values.values())
                basis = found.compared(indicator.id).mean_basis
                assert said.details == {
                    "above": Count(over, basis),
                    "n": len(values),
                }


def test_who_is_at_the_mean_is_not_over_it(network_of: NetworkOf) -> None:
    """Summing 1,17 and the others leaves a mean a hair under 1; Stavanger has 1,00."""
    found = network_of(2020)
    mean = found.compared("ressursbruksindikator").network_mean
    values = _values(found, "ressursbruksindikator")
    assert mean != 1.0
    assert mean == pytest.approx(values["Stavanger"])
    (said,) = (s for s in found.about("ressursbruksindikator") if "above" in s.rule)
    above = said.details["above"]
    assert isinstance(above, Count)
    assert above.value == 5


@every_year
def test_distance_is_told_only_where_it_adds_up_in_print(
    year: int, network_of: NetworkOf
) -> None:
    """A reader who subtracts the two printed figures must come to the printed one."""
    found = network_of(year)
    spans = {s.chapter: s for s in found.statements if s.rule == "network_span"}
    for said in found.statements:
        gap = said.details.get("gap")
        if isinstance(gap, Quantity):
            high, low = (spans[said.chapter].details[end] for end in _ENDS)
            assert isinstance(high, Quantity)
            assert isinstance(low, Quantity)
            printed = [half_up(q.value, q.decimals) for q in (high, low, gap)]
            assert printed[0] - printed[1] == pytest.approx(printed[2])


_ENDS = ("highest", "lowest")


@every_year
def test_mean_is_held_against_last_year_only_over_the_same_members_and_rule(
    year: int, network_of: NetworkOf, known: Catalogue
) -> None:
    """A mean that moves because somebody joined has not risen."""
    found = network_of(year)
    for indicator in known.service.indicators:
        before = network.mean_before(found.book, indicator.id)
        if before is None:
            continue
        now = found.compared(indicator.id)
        ranked, earlier = (
            {fact.kommune for fact in found.book.peers(indicator.id, y) if fact.rank}
            for y in (year, year - 1)
        )
        assert ranked == earlier
        assert known.mean_rule(indicator.id, year) == before.mean_rule
        moved = (now.network_mean or 0.0) - (before.network_mean or 0.0)
        assert moved == pytest.approx(now.mean_change, abs=1e-6)


def test_nothing_is_said_of_the_mean_across_the_mergers(
    network_of: NetworkOf, known: Catalogue
) -> None:
    """Half the network has other borders from 2020: the summary says so, once."""
    found = network_of(2020)
    assert not [s for s in found.statements if s.rule.startswith("network_mean_")]
    (said,) = [s for s in found.statements if s.rule == "network_means_withheld"]
    assert "brudd 1.1.2020" in text.sentence(said, known).text


def test_nothing_is_said_of_the_mean_when_members_join(network_of: NetworkOf) -> None:
    """Asker and Lillestrøm are in the mean of 2022, and were not in that of 2021."""
    found = network_of(2022)
    assert not [s for s in found.statements if s.rule.startswith("network_mean_")]


@every_year
def test_largest_change_is_the_largest_that_may_be_told(
    year: int, network_of: NetworkOf, known: Catalogue
) -> None:
    """No member whose change may be told has moved further the same way."""
    found = network_of(year)
    for said in found.statements:
        if said.rule not in ("network_most_up", "network_most_down"):
            continue
        changes = {
            known.network.member(f.kommune).name: f.change_percent
            for f in found.book.peers(said.chapter)
            if f.change_percent is not None
        }
        end = max if said.rule == "network_most_up" else min
        most = end(changes.values())
        holders = tuple(name for name, change in changes.items() if change == most)
        assert said.details["kommune"] == holders


@every_year
def test_each_member_has_the_findings_of_its_own_report(
    year: int,
    network_of: NetworkOf,
    findings_of: Callable[[str, int], object],
    later_findings_of: Callable[[str, int], object],
) -> None:
    """Two pages of one site never disagree."""
    found = network_of(year)
    of = findings_of if year in EMBEDDED_YEARS else later_findings_of
    for member in found.book.members:
        own = of(member.id, year)
        summary = [s for s in own.statements if s.chapter == SUMMARY]  # type: ignore[attr-defined]
        # What nobody has is said of all at once.
        summary = [s for s in summary if s.rule != NOT_COLLECTED]
        here = found.about(member.id)
        assert [(s.rule, s.details) for s in here] == [
            (s.rule, s.details) for s in summary
        ]


@every_year
def test_every_statement_rests_on_facts_and_reads_as_a_sentence(
    year: int, network_of: NetworkOf, known: Catalogue
) -> None:
    """Each names facts that are there, begins with a capital and ends with a stop."""
    found = network_of(year)
    ids = {fact.id for fact in found.book.facts.values()}
    for said in found.statements:
        assert said.facts
        assert set(said.facts) <= ids
        written = text.sentence(said, known).text
        assert written[0].isupper(), written
        assert written.endswith("."), written
        assert "None" not in written


@every_year
def test_amounts_are_marked_as_the_figures_behind_them(
    year: int, network_of: NetworkOf
) -> None:
    """A reconstructed figure is never told as an official one."""
    found = network_of(year)
    basis: Mapping[str, str] = {
        fact.id: fact.basis for fact in found.book.facts.values()
    }
    for said in found.statements:
        if said.rule == "network_gap":
            gap = said.details["gap"]
            assert isinstance(gap, Quantity)
            weakest = any(basis[name] == "reconstructed" for name in said.facts)
            assert (gap.basis == "reconstructed") == weakest


# -- zero and below --------------------------------------------------------------------

DRUGS = "netto_driftsutgifter_rus_f243_per_innb"
OTHERS = "netto_driftsutgifter_livsopphold_f281_per_innb"

#: The same examples every time, and no clock: a test that fails, fails for everybody.
whole = settings(max_examples=12)
everybodys = st.lists(st.integers(-9, 9), min_size=10, max_size=10)


def of_drugs(
    known: Catalogue,
    snapshot: Snapshot,
    observations: pd.DataFrame,
    before: list[int],
    now: list[int],
) -> NetworkFindings:
    """The network in 2016 with other figures of one indicator, in hundreds of kr."""
    rows = observations[observations["year"] <= 2016].copy()
    for year, figures in ((2015, before), (2016, now)):
        own = (rows["indicator"] == DRUGS) & (rows["year"] == year)
        by_kommune = dict(zip(KOMMUNER, figures, strict=True))
        rows.loc[own, "value"] = rows.loc[own, "kommune"].map(by_kommune) * 100.0
    indexed = indexing.index_to_network(rows, rule=known.mean_rule)
    return network.assess(indexed, known, Run(kommune=NETWORK, year=2016), snapshot)


@whole
@given(before=everybodys, now=everybodys)
@example(before=[-4, *[5] * 9], now=[-2, *[5] * 9])
@example(before=[0] * 10, now=[-9, *[-1] * 9])
@example(before=[*range(-5, 5)], now=[*range(-4, 6)])
def test_network_is_told_by_differences_where_there_is_no_base_for_percent(
    known: Catalogue,
    snapshot: Snapshot,
    observations: pd.DataFrame,
    before: list[int],
    now: list[int],
) -> None:
    """«Mest ned» was said of whoever rose most from below zero."""
    found = of_drugs(known, snapshot, observations, before, now)
    told = {said.rule: said for said in found.about(DRUGS)}
    mean, old = sum(now) * 10, sum(before) * 10
    above = told["network_above"].details["above"]
    assert isinstance(above, Count)
    assert above.value == sum(value * 100 > mean for value in now)
    assert ("network_gap" in told) == (mean > 0)
    assert ("network_gap_alone" in told) == (mean <= 0)
    for way, step in (("up", 1), ("down", -1)):
        if f"network_mean_{way}" in told:
            assert (mean - old) * step > 0
        for rule in (f"network_most_{way}", f"network_most_{way}_by"):
            if rule not in told:
                continue
            moves = {
                known.network.member(kommune).name: (value - previous, previous)
                for kommune, previous, value in zip(KOMMUNER, before, now, strict=True)
            }
            most = told[rule].details["kommune"]
            assert isinstance(most, tuple)
            moved = {n: m for n, m in moves.items() if m[0] * step > 0}
            assert set(most) <= set(moved)
            if rule.endswith("_by"):
                assert any(previous <= 0 for _, previous in moved.values())
                largest = max(abs(move) for move, _ in moved.values())
                assert {abs(moved[str(name)][0]) for name in most} == {largest}
    if mean != old and (old <= 0 or abs(mean - old) / old >= 0.02):
        assert {"network_mean_up", "network_mean_down"} & set(told)
    spans = ("network_widest", "network_narrowest")
    held_up = [s.facts for s in found.about(SUMMARY) if s.rule in spans]
    assert len(held_up) == 2
    if mean <= 0:
        assert not any(DRUGS in fact for facts in held_up for fact in facts)


def test_table_says_why_it_has_no_percent_and_no_index(
    known: Catalogue, snapshot: Snapshot, observations: pd.DataFrame
) -> None:
    """Under the table, and only under the one that lacks them."""
    words = known.phrases.words
    found = of_drugs(known, snapshot, observations, [-4, *[5] * 9], [-90, *[5] * 9])
    html = overview.chapter(found, known, "prioritering_behov").html
    tables = html.split('<section class="indicator"')[1:]
    of_indicator = {
        name: next(table for table in tables if f'id="{name}"' in table)
        for name in (DRUGS, OTHERS)
    }
    for key in ("network_no_index", "network_no_percent"):
        assert words[key] in of_indicator[DRUGS]
        assert words[key] not in of_indicator[OTHERS]
    (oslo,) = re.findall(r'<tr data-name="Oslo">.*?</tr>', of_indicator[DRUGS], re.S)
    cells = re.findall(r"<td[^>]*>([^<]*)<", oslo)
    assert cells[-3:] == ["–", "–", "10"]
    assert words["base_mean"] in of_indicator[DRUGS], "beside the figure, at the index"


def behind(rule: str, own: Sequence[Fact], found: NetworkFindings) -> set[str]:
    """The bases of all figures that a sentence could be untrue by."""
    if "withheld" in rule or rule in ("mean_without", "network_compared"):
        return set()
    if rule == "network_doubtful":
        return set()
    names = {fact.indicator for fact in own}
    if rule in ("network_widest", "network_narrowest") or "most_often" in rule:
        names = {fact.indicator for fact in found.book.reported}
    years = {found.book.run.year}
    if rule.startswith(("network_mean", "network_most_up", "network_most_down")):
        years.add(found.book.run.year - 1)
    is_change = rule.startswith(("network_most_up", "network_most_down"))
    return {
        fact.basis
        for fact in found.book.facts.values()
        if fact.indicator in names
        and fact.year in years
        and fact.rank is not None
        and (
            not is_change
            or found.book.fact(fact.indicator, kommune=fact.kommune).change is not None
        )
    }


def test_nothing_that_rests_on_reconstructed_figures_is_unmarked(
    known: Catalogue, network_of: NetworkOf
) -> None:
    """«Høyest i Oslo (kr 7 431)», when those who might be higher are chosen by us."""
    seen = set()
    for found in map(network_of, EMBEDDED_YEARS):
        by_id = {fact.id: fact for fact in found.book.facts.values()}
        for statement in found.statements:
            if statement.rule.startswith(("network_", "mean_without")):
                own = [by_id[name] for name in statement.facts]
                is_marked = "reconstructed" in behind(statement.rule, own, found)
                said = text.sentence(statement, known).text
                assert ("ʳ" in said) == is_marked, said
                seen.add((statement.rule, is_marked))
    assert {("network_span", True), ("network_span", False)} <= seen

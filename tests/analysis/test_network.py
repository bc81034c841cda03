"""What is said of the network: true of every figure in it, and no more than that."""

import re
from collections.abc import Callable
from functools import cache

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reports import KOMMUNER

from asss.analysis import indexing, network, sources
from asss.analysis.findings import NOT_COLLECTED, SUMMARY
from asss.analysis.network import NetworkFindings
from asss.analysis.statements import Quantity, Statement
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import half_up
from asss.catalogue.parameters import NETWORK, Run
from asss.page import text
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
def test_highest_and_lowest_are_so_by_the_printed_figures(
    year: int, network_of: NetworkOf, known: Catalogue
) -> None:
    """Worked out once more from the values alone; who prints alike shares the place."""
    found = network_of(year)
    for indicator in known.service.indicators:
        values = {
            name: half_up(value, indicator.decimals)
            for name, value in _values(found, indicator.id).items()
        }
        told = [s for s in found.about(indicator.id) if s.rule == "network_span"]
        if not told:
            (withheld,) = found.about(indicator.id)
            assert withheld.rule == "network_withheld"
            assert withheld.details["reason"], "nobody knows why"
            assert (
                found.book.peers(indicator.id)[0].network_mean is None
                or len(values) < 2
            )
            continue
        details = told[0].details
        for end, extreme in (("lowest", min), ("highest", max)):
            value = extreme(values.values())
            quantity = details[end]
            assert isinstance(quantity, Quantity)
            assert half_up(quantity.value, quantity.decimals) == value
            holders = {name for name, own in values.items() if own == value}
            assert set(details[f"{end}_kommuner"]) == holders  # type: ignore[arg-type]


def test_who_prints_alike_shares_the_place(
    network_of: NetworkOf, known: Catalogue
) -> None:
    """Fredrikstad's and Drammen's 4,5 % differ in decimals that nobody sees."""
    found = network_of(2020)
    values = _values(found, "andel_mottakere_18_66")
    assert values["Fredrikstad"] != values["Drammen"]
    (said,) = found.about("andel_mottakere_18_66")
    assert said.details["highest_kommuner"] == ("Drammen", "Fredrikstad")
    assert "4,5 % i Drammen og Fredrikstad" in _plain(said, known)


@every_year
def test_main_findings_are_few_short_and_of_different_things(
    year: int, network_of: NetworkOf, known: Catalogue
) -> None:
    """What a chief executive reads; and nobody learns from «høyest på seks av 14»."""
    summary = [s for s in network_of(year).about(SUMMARY) if s.rule != NOT_COLLECTED]
    assert 4 <= len(summary) <= 6
    assert len({said.rule for said in summary}) == len(summary)
    for said in summary:
        written = text.sentence(said, known).text
        for sentence in re.split(r"(?<=\.) ", written):
            # Whose figures are doubted, and why, takes the room that it needs.
            long = sentence.startswith("Med forbehold: ")
            assert long or len(sentence.replace("\u00a0", "_").split()) <= 38, sentence
        assert not re.search(r"\bpå \w+ av \d+ indikatorer", written), written


@every_year
def test_an_indicator_has_a_line(
    year: int, network_of: NetworkOf, known: Catalogue
) -> None:
    """Level, span and mean in at most 32 words; what is doubted stands behind."""
    for indicator in known.service.indicators:
        (first, *_) = network_of(year).about(indicator.id)
        line = re.split(r"(?<=\.) ", text.sentence(first, known).text)[0]
        assert len(line.replace("\u00a0", "_").split()) <= 32, line


def _plain(said: Statement, known: Catalogue) -> str:
    return text.sentence(said, known).text.replace("\u00a0", " ").replace("ʳ", "")


# -- main findings ---------------------------------------------------------------------


def test_main_findings_of_2017_as_an_expert_would_have_them(
    network_of: NetworkOf, known: Catalogue
) -> None:
    """Before and after correction; the two whose accounts are doubted are named."""
    told = [_plain(said, known) for said in network_of(2017).about(SUMMARY)]
    assert told[0] == (
        "Netto driftsutgifter til sosialtjenesten per innbygger 18–66 år varierer fra "
        "kr 4 169 i Trondheim til kr 7 431 i Oslo (snitt kr 4 888). Bergen og Tromsø "
        "er holdt utenfor på grunn av forbehold. Korrigert for behov, "
        "arbeidsgiveravgift og pensjon går ressursbruken fra 0,77 i Drammen til 1,22 i "
        "Oslo. Tromsø er holdt utenfor på grunn av forbehold."
    )
    assert any(line.startswith("Tromsø har de laveste tallene i ASSS") for line in told)


def test_who_is_left_out_is_left_out_of_that_figure_alone(
    network_of: NetworkOf, known: Catalogue
) -> None:
    """Bergen's use of resources in 2018 is doubted, and its accounts are not."""
    told = _plain(network_of(2018).about(SUMMARY)[0], known)
    before, _, after = told.partition(" Korrigert ")
    assert before.endswith("). Tromsø er holdt utenfor på grunn av forbehold.")
    left_out = "Bergen, Tromsø og Drammen er holdt utenfor"
    assert f"fra 0,87 i Fredrikstad til 1,21 i Oslo. {left_out}" in after


@every_year
def test_most_and_least_unlike_are_of_indicators_without_doubt(
    year: int, network_of: NetworkOf, known: Catalogue
) -> None:
    """The lowest may be who is left out: Bærum's share in 2019."""
    found = network_of(year)
    (said,) = [s for s in found.about(SUMMARY) if s.rule == "network_spread"]
    shares = {}
    for indicator in known.service.indicators:
        ranked = [f for f in found.book.peers(indicator.id) if f.rank is not None]
        if len(ranked) > 1 and all(network.is_sound(known, f) for f in ranked):
            values = [fact.given() for fact in ranked]
            mean = ranked[0].given("network_mean")
            shares[indicator.id] = (max(values) - min(values)) / mean
    names = list(dict.fromkeys(found.book.by_id[f].indicator for f in said.facts))
    assert shares[names[0]] == max(shares.values())
    assert shares[names[1]] == min(shares.values())


@every_year
def test_no_main_finding_rests_on_a_figure_that_is_doubted(
    year: int, network_of: NetworkOf, known: Catalogue
) -> None:
    """Misposted, redefined, of another source: left out, or named beside."""
    found = network_of(year)
    for said in found.about(SUMMARY):
        facts = [found.book.by_id[name] for name in said.facts]
        doubted = [f for f in facts if not network.is_sound(known, f)]
        if said.rule in ("network_carried_up", "network_carried_down"):
            for fact in doubted:
                name = known.network.member(fact.kommune).name
                assert f"{name} (" in _plain(said, known)
        elif said.rule != NOT_COLLECTED:
            assert not doubted, said


@every_year
def test_who_stands_out_is_alone_at_the_end(
    year: int, network_of: NetworkOf, known: Catalogue
) -> None:
    """On both figures, as printed, and of different sections of Tabell 1."""
    found = network_of(year)
    for said in found.about(SUMMARY):
        if said.rule not in ("network_highest", "network_lowest"):
            continue
        both = [found.book.by_id[name] for name in said.facts]
        sections = {known.indicator(fact.indicator).section for fact in both}
        assert len(sections) == 2
        for fact in both:
            others = [
                half_up(value, fact.decimals)
                for name, value in _values(found, fact.indicator).items()
                if name != said.details["kommune"]
            ]
            own = half_up(fact.given(), fact.decimals)
            if said.rule == "network_highest":
                assert own > max(others)
            else:
                assert own < min(others)


def test_mean_that_oslo_carries_is_told_with_its_weight(
    network_of: NetworkOf, known: Catalogue
) -> None:
    """From 2018 the mean is weighted: nine of ten lie under it, and were not before."""
    rule = "network_carried_up"
    assert not [s for s in network_of(2017).statements if s.rule == rule]
    for year, weight in ((2018, 39), (2019, 39), (2020, 38)):
        found = network_of(year)
        (said,) = [s for s in found.about(SUMMARY) if s.rule == rule]
        told = _plain(said, known)
        assert f"Oslo veier {weight} % i snittet for netto driftsutgifter til" in told
        assert "Derfor ligger ni av ti kommuner under det." in told
        peers = [found.book.by_id[name] for name in said.facts]
        assert [peer.kommune for peer in peers if peer.side > 0] == ["oslo"]
        plain = sum(peer.given() for peer in peers) / len(peers)
        assert sum(peer.given() > plain for peer in peers) > 1, "the weight does it"


def test_who_is_printed_on_the_mean_is_not_counted_under_it(
    network_of: NetworkOf, known: Catalogue, snapshot: Snapshot, indexed: pd.DataFrame
) -> None:
    """Nine of ten to whoever knows the decimals, and eight to a reader of the table."""
    rule, run = "network_carried_up", Run(kommune=NETWORK, year=2020)
    (said,) = [s for s in network_of(2020).about(SUMMARY) if s.rule == rule]
    fact = network_of(2020).book.by_id[said.facts[-1]]
    middle = fact.given("network_mean") - 0.3
    assert fact.side < 0
    assert half_up(middle) == half_up(fact.given("network_mean"))
    rows = indexed.copy()
    place = (rows["indicator"] == fact.indicator) & (rows["kommune"] == fact.kommune)
    rows.loc[place & (rows["year"] == 2020), "value"] = middle
    told = network.assess(rows, known, run, snapshot).about(SUMMARY)
    assert said.facts not in [one.facts for one in told]


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
        now = found.book.peers(indicator.id)[0]
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
    """Half the network has other borders from 2020; of a member that has not, it is."""
    found = network_of(2020)
    assert not [s for s in found.statements if s.rule.startswith("network_mean_")]
    assert not [s for s in found.statements if s.details.get("since")]
    (said,) = [s for s in found.statements if s.rule == "network_kommune_up"]
    assert _plain(said, known) == (
        "I Oslo øker andelen unge 18–24 år med sosialhjelp fra 3,6 % i 2019 til "
        "4,2 % i 2020 (snitt 4,7 %)."
    )


def test_nothing_is_said_of_the_mean_when_members_join(network_of: NetworkOf) -> None:
    """Asker and Lillestrøm are in the mean of 2022, and were not in that of 2021."""
    found = network_of(2022)
    assert not [s for s in found.statements if s.rule.startswith("network_mean_")]
    assert not [s for s in found.statements if s.details.get("since")]


@every_year
def test_mean_that_moved_takes_its_section_along(
    year: int, network_of: NetworkOf, known: Catalogue
) -> None:
    """Those told with it go the same way; of kroner, that they are current."""
    found = network_of(year)
    for said in found.about(SUMMARY):
        if not said.rule.startswith("network_mean_"):
            continue
        names = list(
            dict.fromkeys(found.book.by_id[fact].indicator for fact in said.facts)
        )
        way = said.rule.removeprefix("network_mean_")
        for name in names:
            assert network.mean_direction(found.book, known, name) == way
        assert len({known.indicator(name).section for name in names}) == 1
        is_kroner = known.indicator(names[0]).unit == "kr"
        assert ("(løpende kroner)" in _plain(said, known)) == is_kroner


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


# -- zero and below --------------------------------------------------------------------

DRUGS = "netto_driftsutgifter_rus_f243_per_innb"

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
    (told, *_) = found.about(DRUGS)
    mean, old = sum(now) * 10, sum(before) * 10
    is_alike = len(set(now)) == 1
    assert told.rule == ("network_alike" if is_alike else "network_span")
    since = told.details["since"]
    way = since.rule.removeprefix("network_since_") if since else ""  # type: ignore[union-attr]
    if way in ("up", "down"):
        assert (mean - old) * (1 if way == "up" else -1) > 0
    if mean != old and (old <= 0 or abs(mean - old) / old >= 0.02):
        assert way in ("up", "down")
    (spread,) = [s for s in found.about(SUMMARY) if s.rule == "network_spread"]
    if mean <= 0:
        assert not any(DRUGS in fact for fact in spread.facts)


def behind(said: Statement, found: NetworkFindings) -> set[str]:
    """The bases of all figures that a statement could be untrue by."""
    rule, by_id = said.rule, found.book.by_id
    if "withheld" in rule or rule == "mean_without":
        return set()
    if rule.startswith("network_kommune"):
        (own,) = (by_id[name] for name in said.facts)
        return {own.basis, own.previous_basis, own.mean_basis}
    names = {by_id[name].indicator for name in said.facts}
    if rule == "network_spread":
        names = {fact.indicator for fact in found.book.reported}
    years = {found.book.run.year}
    if rule.startswith("network_mean") or said.details.get("since"):
        years.add(found.book.run.year - 1)
    return {
        fact.basis
        for fact in found.book.facts.values()
        if fact.indicator in names and fact.year in years and fact.rank is not None
    }


def test_nothing_that_rests_on_reconstructed_figures_is_unmarked(
    known: Catalogue, network_of: NetworkOf
) -> None:
    """«Høyest i Oslo (kr 7 431)», when those who might be higher are chosen by us."""
    seen = set()
    for found in map(network_of, EMBEDDED_YEARS):
        for statement in found.statements:
            if statement.rule.startswith(("network_", "mean_without")):
                is_marked = "reconstructed" in behind(statement, found)
                said = text.sentence(statement, known).text
                assert ("ʳ" in said) == is_marked, said
                seen.add((statement.rule, is_marked))
    assert {("network_span", True), ("network_span", False)} <= seen

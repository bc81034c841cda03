"""
What a report says, before it has words: thresholds, ranks, forbehold, and no slips.

Limits are tried on facts made for it; everything else on the real figures, for all ten
kommuner and every year, since a rule that holds for one report must hold for sixty.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reports import KOMMUNER, YEARS
from told import forbehold_in

from asss.analysis import changes, findings, indexing
from asss.analysis.candidates import Candidates
from asss.analysis.facts import HOUSEKEEPING, Fact
from asss.analysis.findings import BULLETS, CHANGES, MOST, SENTENCES, SUMMARY, Findings
from asss.analysis.statements import Fragment, Quantity, Reasons, Statement, Word
from asss.analysis.tables import KEY
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import half_up
from asss.catalogue.parameters import Run
from asss.catalogue.rules import Topic
from asss.errors import FactError
from asss.page import keyfigures, text
from asss.statbank import Snapshot

#: The same examples every time, and no clock: a test that fails, fails for everybody.
steady = settings(max_examples=200)
#: The same where each example is a whole report.
whole = settings(steady, max_examples=25)

#: Figures as they may be: above, at and below zero, alike more often than by chance.
values = st.integers(-30, 30).map(float) | st.floats(-1000, 1000).map(
    lambda value: round(value, 3)
)

FindingsOf = Callable[[str, int], Findings]

MERGED = ("trondheim", "stavanger", "kristiansand", "sandnes", "drammen")
ALL = tuple((kommune, year) for year in YEARS for kommune in KOMMUNER)

KVP = "kvp_mottakere_per_1000"
AFTER_KVP = "kvp_til_arbeid_utdanning"
WHOLE = "netto_driftsutgifter_sosialtjenesten_per_innb"
RUS = "netto_driftsutgifter_rus_f243_per_innb"
LIVING = "netto_driftsutgifter_livsopphold_f281_per_innb"
SICK_LEAVE = "sykefravaer"
LIVELIHOOD = "netto_driftsutgifter_livsopphold_f281_per_innb"

#: What holds a figure up against the network.
AGAINST = {"distance", "rank", "other_rank", "side"}


@pytest.fixture(scope="module")
def every(findings_of: FindingsOf) -> dict[tuple[str, int], Findings]:
    """The findings of all ten kommuner in every year."""
    return {report: findings_of(*report) for report in ALL}


def facts_by_id(found: Findings) -> dict[str, Fact]:
    """The facts by the ids that statements use."""
    return {fact.id: fact for fact in found.book.facts.values()}


def about(found: Findings, indicator: str, *rules: str) -> list[Statement]:
    """Statements by these rules that rest on the report's own figure."""
    own = found.book.fact(indicator).id
    return [s for s in found.statements if s.rule in rules and own in s.facts]


def only(statements: list[Statement]) -> Statement:
    """The one statement there is."""
    (statement,) = statements
    return statement


def label(known: Catalogue, name: str) -> str:
    """The few words of a forbehold."""
    return next(entry.label for entry in known.forbehold if entry.id == name)


# -- thresholds ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fact(findings_of: FindingsOf) -> Fact:
    """A real fact whose numbers the tests of limits replace."""
    return findings_of("bergen", 2017).book.fact("andel_mottakere_18_24")


def moved(fact: Fact, percent: float, *, decimals: int = 6) -> Fact:
    """The fact, moved so many percent since last year."""
    return fact.replace(
        value=100 + percent, previous=100.0, change=percent, decimals=decimals
    )


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("step", [-0.001, 0, 0.001])
def test_direction_turns_at_its_limits(
    known: Catalogue, fact: Fact, step: float, sign: int
) -> None:
    """A limit belongs to the stronger word, upwards and downwards alike."""
    side = "up" if sign > 0 else "down"
    limits = known.phrases.thresholds
    by_little = moved(fact, (limits.stable_change.value + step) * sign)
    assert changes.direction(known, by_little) == ("stable" if step < 0 else side)
    far = moved(fact, (limits.clear_change.value + step) * sign)
    far = far.replace(change_clear=None)
    clear = changes.clear_direction(known, far, Reasons(known))
    assert clear == (None if step < 0 else side)


def test_change_within_chance_is_not_told(known: Catalogue, fact: Fact) -> None:
    """However far it is, and with why in the reasons."""
    why = Reasons(known)
    by_chance = moved(fact, 40).replace(change_clear=False)
    assert changes.clear_direction(known, by_chance, why) is None
    assert "chance" in why
    sure = by_chance.replace(change_clear=True)
    assert changes.clear_direction(known, sure, why) == "up"


@pytest.mark.parametrize(
    ("previous", "value", "decimals"),
    [(1.04, 0.96, 1), (0.951, 0.949, 2), (3.25, 3.34, 1), (199.6, 200.4, 0)],
)
def test_what_reads_alike_is_stable(
    known: Catalogue, fact: Fact, previous: float, value: float, decimals: int
) -> None:
    """«Øker fra 1,0 til 1,0» is nonsense to a reader, whatever the decimals say."""
    alike = fact.replace(
        value=value,
        previous=previous,
        change=value - previous,
        decimals=decimals,
    )
    read_alike = half_up(value, decimals) == half_up(previous, decimals)
    expected = "stable" if read_alike else "up"
    assert changes.direction(known, alike) == expected


def test_no_direction_without_a_change_that_may_be_told(
    known: Catalogue, fact: Fact
) -> None:
    """Where a forbehold withholds the change, nothing may be made of the two values."""
    assert changes.direction(known, fact.replace(change=None)) is None


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("percent", "is_told"), [(0.0, False), (4.99, False), (5.01, True), (40.0, True)]
)
def test_level_turns_at_its_limits(
    known: Catalogue,
    snapshot: Snapshot,
    observations: pd.DataFrame,
    percent: float,
    is_told: bool,
    sign: int,
) -> None:
    """What is near the mean is told with others, or not at all."""
    values = dict.fromkeys(KOMMUNER, 100.0)
    # The others give way so that the mean stays at 100.
    values["bergen"] += percent * sign
    values["oslo"] -= percent * sign
    found = made_up(known, snapshot, observations, values, "bergen")
    assert found.book.fact(SICK_LEAVE).distance == pytest.approx(percent * sign)
    assert bool(Candidates(found.book, known).level(SICK_LEAVE)) == is_told


# -- zero and below --------------------------------------------------------------------


def changed(
    observations: pd.DataFrame, figures: Mapping[tuple[str, str, int], float]
) -> pd.DataFrame:
    """The real table with other figures, by indicator, kommune and year."""
    rows = observations.copy()
    keys = zip(*(rows[name] for name in KEY), strict=True)
    rows["value"] = [
        figures.get(key, value) for key, value in zip(keys, rows["value"], strict=True)
    ]
    # The weighted mean must be of the same figures.
    rows["numerator"] = rows["value"] * rows["denominator"] / rows["factor"]
    return rows


def report(
    known: Catalogue,
    snapshot: Snapshot,
    observations: pd.DataFrame,
    of: tuple[str, int],
    figures: Mapping[tuple[str, str, int], float],
) -> Findings:
    """A report on real figures but for some."""
    rows = changed(observations[observations["year"] <= of[1]], figures)
    indexed = indexing.index_to_network(rows, rule=known.mean_rule)
    return findings.assess(indexed, known, Run(kommune=of[0], year=of[1]), snapshot)


@steady
@given(previous=values, value=values, decimals=st.integers(0, 2))
@example(previous=-413.0, value=-206.0, decimals=0)
@example(previous=-206.0, value=-413.0, decimals=0)
@example(previous=0.0, value=6.0, decimals=1)
@example(previous=0.0, value=0.0, decimals=1)
def test_rise_and_fall_are_told_by_the_difference(
    known: Catalogue,
    findings_of: FindingsOf,
    previous: float,
    value: float,
    decimals: int,
) -> None:
    """Net expenditure is below zero in SSB's own figures: −413 to −206 is a rise."""
    found = findings_of("bergen", 2017)
    fact = found.book.fact("andel_mottakere_18_24").replace(
        value=value,
        previous=previous,
        change=value - previous,
        decimals=decimals,
    )
    seen = half_up(value, decimals) - half_up(previous, decimals)
    ways = {"up": 1, "down": -1, "stable": 0}
    way = ways[str(changes.direction(known, fact))]
    if way:
        assert way * seen > 0
    elif seen:
        assert previous > 0, "no percent, so no «stabil» of figures that differ"
        assert abs((value - previous) / previous) < 0.02
    assert (fact.change_percent is None) == (previous <= 0)


@whole
@given(of=st.lists(values, min_size=len(KOMMUNER), max_size=len(KOMMUNER)))
@example(of=[-9.0, *[-1.0] * 9])
@example(of=[0.0] * 10)
@example(of=[-1.0, 1.0] * 5)
def test_side_of_the_mean_is_told_by_the_values(
    known: Catalogue, snapshot: Snapshot, observations: pd.DataFrame, of: list[float]
) -> None:
    """Index 132 is further below where the mean is −100, so there is none."""
    given_values = dict(zip(KOMMUNER, of, strict=True))
    found = made_up(known, snapshot, observations, given_values, "oslo")
    fact = found.book.fact(SICK_LEAVE)
    mean = fact.given("network_mean")
    assert mean == pytest.approx(sum(of) / len(of), abs=1e-9)
    told = Candidates(found.book, known).level(SICK_LEAVE)
    if mean > 0:
        assert fact.index == pytest.approx(fact.given() / mean * 100)
        assert bool(told) == (abs(fact.given("distance")) >= 5)
        assert not told or told.statements[0].rule != "level_side"
    else:
        assert fact.index is None
        assert fact.distance is None
        assert told is not None
        said = text.sentence(told.statements[0], known).text
        away = fact.given() - mean
        assert told.statements[0].reasons == ("no_base",)
        assert (", over snittet" in said) == (away > 1e-9)
        assert (", under snittet" in said) == (away < -1e-9)
    assert (fact.rank == 1) == (fact.given() == max(of))


@pytest.mark.parametrize("mean", [-1e-16, 0.0, -5.0])
def test_only_a_mean_above_zero_is_one_to_reckon_percent_of(
    fact: Fact, mean: float
) -> None:
    assert not fact.replace(network_mean=mean).has_base
    assert fact.replace(network_mean=1.0).has_base


@pytest.mark.parametrize("name", ["value", "previous", "network_mean", "change"])
def test_missing_number_is_never_zero(fact: Fact, name: str) -> None:
    """It raises, with the fact's name; a zero is a figure like any other."""
    with pytest.raises(FactError, match=rf"{fact.id} has no {name}"):
        fact.replace(**{name: None}).given(name)  # type: ignore[arg-type]
    assert fact.replace(**{name: 0.0}).given(name) == 0.0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("over_years", "expected"),
    [
        ((0.0, 6.0, 6.0), 150.0),
        ((4.0, 5.0, 6.0), 40.0),
        ((0.0, 0.0, 0.0), 0.0),
        ((-5.0, -5.0), 0.0),
        ((-6.0, 0.0, 0.0), None),
        ((-1.0, 0.0, 1.0), None),
    ],
)
def test_spread_is_over_every_year(
    fact: Fact, over_years: tuple[float, ...], expected: float | None
) -> None:
    """A zero is a year's figure; percent of a mean of zero or below there is not."""
    held = [fact.replace(value=value) for value in over_years]
    assert changes.spread(held) == (expected and pytest.approx(expected))


COVERAGE = ("andel_mottakere_18_66", "andel_mottakere_18_24", "andel_mottakere_25_66")


@whole
@given(of=st.tuples(*[st.sampled_from([-1.0, 0.0, 2.0, 2.04, 6.0])] * 3))
@example(of=(0.0, 6.0, 6.0))
@example(of=(0.0, 0.0, 0.0))
@example(of=(-1.0, 0.0, 6.0))
def test_stable_counts_every_year(
    known: Catalogue, snapshot: Snapshot, observations: pd.DataFrame, of: Any
) -> None:
    """«Stabile over tid» was once said of 0,0, 6,0 and 6,0: the zero was dropped."""
    years = (2017, 2018, 2019)
    steady_years = {
        (name, "fredrikstad", year): 3.0 for name in COVERAGE[::2] for year in years
    }
    own = {(COVERAGE[1], "fredrikstad", y): v for y, v in zip(years, of, strict=True)}
    found = report(
        known, snapshot, observations, ("fredrikstad", 2019), {**steady_years, **own}
    )
    chapter = Candidates(found.book, known).chapter(found.book.fact(COVERAGE[1]))
    told = changes.stable_groups(found.book, known, chapter)
    assert bool(told) == (len(set(of)) == 1 or set(of) == {2.0, 2.04})


# -- ranks -----------------------------------------------------------------------------


def made_up(
    known: Catalogue,
    snapshot: Snapshot,
    observations: pd.DataFrame,
    values: Mapping[str, float],
    kommune: str,
) -> Findings:
    """Findings for 2015 with other values of one indicator, everything else real."""
    rows = observations[observations["year"] == YEARS[0]].copy()
    changed = rows["indicator"] == SICK_LEAVE
    rows.loc[changed, "value"] = rows.loc[changed, "kommune"].map(dict(values))
    indexed = indexing.index_to_network(rows, rule=known.mean_rule)
    return findings.assess(indexed, known, Run(kommune=kommune, year=2015), snapshot)


def ranks_in(
    statement: Statement, by_id: Mapping[str, Fact]
) -> Iterator[tuple[Fact, str, bool, bool]]:
    """Each rank told: of which fact, its word, if it is shared, and if over years."""
    for place, name in enumerate(("rank", "other_rank")):
        tail = statement.details.get(name)
        if not isinstance(tail, Fragment):
            continue
        inside = tail.details["rank"]
        is_shared = isinstance(inside, Fragment)
        word = inside.details["rank"] if isinstance(inside, Fragment) else inside
        assert isinstance(word, Word)
        # «Begge lavest» is of both; the others of the fact that they follow.
        places = (0, 1) if tail.rule == "rank_both" else (place,)
        for one in places:
            fact = by_id[statement.facts[one]]
            yield fact, word.key, is_shared, tail.rule == "rank_tail_years"


def all_ranks(
    every: Mapping[Any, Findings],
) -> Iterator[tuple[Findings, Fact, str, bool, bool]]:
    """Every rank of every report."""
    for found in every.values():
        by_id = facts_by_id(found)
        for statement in found.statements:
            for told in ranks_in(statement, by_id):
                yield found, *told


def test_rank_words_agree_with_the_facts(every: Mapping[Any, Findings]) -> None:
    """«Lavest» only of those whom nobody is below, counted anew as printed."""
    seen = Counter[str]()
    for found, own, word, is_shared, _ in all_ranks(every):
        peers = [
            half_up(peer.value, own.decimals)
            for peer in found.book.peers(own.indicator)
            if peer.rank is not None and peer.value is not None
        ]
        value = half_up(own.given(), own.decimals)
        _, _, place, end = word.split("_")
        beyond = sum(
            other > value if end == "highest" else other < value for other in peers
        )
        assert beyond + 1 == int(place), (own.id, word)
        assert is_shared == (peers.count(value) > 1), (own.id, word)
        assert (end == "highest") == (own.side > 0), (own.id, word)
        seen[f"{place}_{end}"] += 1
    assert len(seen) == 6


def test_nobody_else_is_told_to_hold_the_same_place_alone(
    every: Mapping[Any, Findings],
) -> None:
    """Across the ten reports of a year, one place alone has one holder at most."""
    holders = defaultdict(set)
    for _, own, word, is_shared, _ in all_ranks(every):
        if not is_shared:
            holders[own.year, own.indicator, word].add(own.kommune)
    assert holders
    assert {len(kommuner) for kommuner in holders.values()} == {1}


def test_years_at_an_end_hold_in_every_year(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """«Flere år på rad» is a claim on each of three years, alone in print, unbroken."""
    seen = 0
    for found, own, word, _, is_of_years in all_ranks(every):
        if not is_of_years:
            continue
        seen += 1
        span = found.book.history(own.indicator)[-3:]
        assert [one.year for one in span] == [own.year - 2, own.year - 1, own.year]
        for one in span:
            values = [
                half_up(peer.given(), one.decimals)
                for peer in found.book.peers(one.indicator, one.year)
                if peer.rank is not None
            ]
            extreme = min(values) if word.endswith("lowest") else max(values)
            assert half_up(one.given(), one.decimals) == extreme, one.id
            assert values.count(extreme) == 1, one.id
        # Of the last two: a change is told where nothing breaks the series.
        for one in span[1:]:
            assert known.effects(one.forbehold).change == "shown", one.id
    assert seen > 10


# -- distances -------------------------------------------------------------------------


def test_distance_is_from_unrounded_values(findings_of: FindingsOf) -> None:
    """1 % below, but 3 % if one divides the printed 3,7 by the printed 3,8."""
    found = findings_of("bergen", 2015)
    fact = found.book.fact("andel_mottakere_18_66")
    assert fact.value is not None
    assert fact.network_mean is not None
    assert fact.distance is not None
    printed = [half_up(amount, 1) for amount in (fact.value, fact.network_mean)]
    assert printed == [3.7, 3.8]
    assert half_up(printed[0] / printed[1] * 100 - 100) == -3
    assert half_up(fact.distance) == -1


def test_distances_told_are_those_of_the_facts(every: Mapping[Any, Findings]) -> None:
    """Above is above, and the number is the fact's own, wherever it is told."""
    seen = Counter[str]()
    for found in every.values():
        by_id = facts_by_id(found)
        for statement in found.statements:
            fact = by_id[statement.facts[0]]
            # Of need the word is another's, and of a product the share's.
            names = {"side"} if "driver" in statement.rule else {"side", "more"}
            for name in names & set(statement.details):
                word = statement.details[name]
                if statement.rule == "mean_carried" or not isinstance(word, Word):
                    continue
                assert fact.side == (1 if word.key in ("over", "more") else -1), fact.id
                seen[word.key] += 1
            told = statement.details.get("distance")
            if isinstance(told, Quantity):
                assert told.value == abs(fact.given("distance")), fact.id
                assert told.role == "distance"
                assert half_up(told.value) > 0, fact.id
    assert set(seen) == {"over", "under", "more", "less"}


# -- forbehold -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sign", "word"),
    [
        (".", "not_possible"),
        ("..", "missing"),
        ("...", "not_yet"),
        (":", "suppressed"),
    ],
)
def test_figure_that_is_not_there_is_told_by_its_sign(
    known: Catalogue,
    snapshot: Snapshot,
    observations: pd.DataFrame,
    sign: str,
    word: str,
) -> None:
    """Suppressed is not missing: the figure is there, and SSB does not publish it."""
    rows = observations[observations["year"] == 2016].copy()
    own = (rows["indicator"] == KVP) & (rows["kommune"] == "bergen")
    rows.loc[own, ["value", "numerator"]] = float("nan")
    rows.loc[own, "status"] = sign
    indexed = indexing.index_to_network(rows, rule=known.mean_rule)
    run = Run(kommune="bergen", year=2016)
    found = findings.assess(indexed, known, run, snapshot)
    told = only(about(found, KVP, "level_missing"))
    assert told.details["reason"] == Word(f"sign_{word}")


@pytest.mark.parametrize("kommune", KOMMUNER)
def test_unusable_mean_leaves_the_level_alone(
    known: Catalogue, findings_of: FindingsOf, kommune: str
) -> None:
    """Kind unusable_mean: the figure stands without distance and rank, with why."""
    found = findings_of(kommune, 2020)
    told = only(about(found, AFTER_KVP, "level_alone"))
    assert told.details["reason"] == (label(known, "snitt_etter_kvp_2020"),)
    fact = found.book.fact(AFTER_KVP)
    assert (fact.index, fact.rank, fact.network_mean) == (None, None, None)


def test_wrong_source_figure_stands_alone_and_so_does_the_next_change(
    known: Catalogue, findings_of: FindingsOf
) -> None:
    """Kind wrong_source: in Tabell 1 with its reason; no distance, nothing told."""
    found = findings_of("stavanger", 2019)
    fact = found.book.fact(KVP)
    assert fact.value is not None
    assert (fact.index, fact.rank) == (None, None)
    assert not [said for said in found.statements if fact.id in said.facts]
    assert (
        label(known, "stavanger_kvp_2019") in keyfigures.key_figures(found, known).html
    )
    for later in (found, findings_of("stavanger", 2020)):
        assert later.book.fact(KVP).change is None
        assert not about(later, KVP, *CHANGES)


@pytest.mark.parametrize(
    ("kommune", "year", "indicator", "forbehold"),
    [
        ("tromso", 2018, KVP, "tromso_kvp_2018"),
        ("oslo", 2016, "stonadslengde_18_24", "oslo_stonadslengder_2016"),
        ("oslo", 2016, "stonadslengde_hovedinntekt", "oslo_stonadslengder_2016"),
        ("oslo", 2016, "andel_hovedinntekt_6mnd", "oslo_stonadslengder_2016"),
        ("drammen", 2016, SICK_LEAVE, "drammen_sykefravaer_2016"),
    ],
)
def test_figure_that_is_not_there_is_told_with_its_reason(
    known: Catalogue,
    findings_of: FindingsOf,
    kommune: str,
    year: int,
    indicator: str,
    forbehold: str,
) -> None:
    """Kinds suppressed, not_comparable, missing_manual: never 0, never passed over."""
    reason = label(known, forbehold)
    found = findings_of(kommune, year)
    missing = only(about(found, indicator, "level_missing"))
    assert missing.details["reason"] == (reason,)
    for later in (found, findings_of(kommune, year + 1)):
        assert later.book.fact(indicator).change is None
        assert not about(later, indicator, *CHANGES)


@pytest.mark.parametrize(
    ("absent", "year", "indicator"),
    [
        ("tromso", 2018, KVP),
        ("stavanger", 2019, KVP),
        ("oslo", 2016, "stonadslengde_18_24"),
        ("drammen", 2016, SICK_LEAVE),
    ],
)
def test_every_other_report_says_whom_the_mean_is_without(
    known: Catalogue,
    findings_of: FindingsOf,
    absent: str,
    year: int,
    indicator: str,
) -> None:
    """The distance printed is from a mean of nine: Tabell 1 names the tenth."""
    name = known.network.member(absent).name
    for kommune in KOMMUNER:
        found = findings_of(kommune, year)
        assert found.book.fact(indicator, kommune=absent).rank is None
        if kommune != absent:
            assert found.book.fact(indicator).n == len(KOMMUNER) - 1
        notes = keyfigures.key_figures(found, known).html
        assert f"beregnet uten {name} (" in notes


@pytest.mark.parametrize("kommune", MERGED)
def test_no_change_is_told_across_the_mergers(
    known: Catalogue, findings_of: FindingsOf, kommune: str
) -> None:
    """Kind structure_break: no rise, no fall; «stabil» only with the forbehold."""
    found = findings_of(kommune, 2020)
    reason = (label(known, f"brudd_2020_{kommune}"),)
    reported = [fact for fact in found.book.reported if fact.value is not None]
    assert not [fact.id for fact in reported if fact.change is not None]
    assert not {statement.rule for statement in found.statements} & CHANGES
    told = {entry.label for entry in found.book.page_wide_forbehold(known)}
    assert {*reason} <= told


def test_stable_over_the_break_may_be_told(
    known: Catalogue, findings_of: FindingsOf
) -> None:
    """KS printed Trondheim's dekningsgrader as stable, with the break beside."""
    book = findings_of("trondheim", 2020).book
    (told,) = changes.stable_groups(book, known, "dekningsgrader_produktivitet")
    assert "dekningsgrader" in text.sentence(told, known).text


def test_no_change_is_told_over_any_break(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """Nor over a new case system: nothing moves where the change is not shown."""
    seen = 0
    for report, found in every.items():
        by_id = facts_by_id(found)
        for statement in found.statements:
            if statement.rule not in CHANGES:
                continue
            for fact in (by_id[name] for name in statement.facts):
                if fact.year == report[1]:
                    before = found.book.fact(fact.indicator, year=fact.year - 1)
                    effect = known.effects(fact.forbehold, before.forbehold)
                    assert effect.change == "shown", fact.id
                    assert fact.change is not None, fact.id
                    assert fact.change_clear is not False, fact.id
                    seen += 1
    assert seen > 50


def test_new_case_system_in_oslo_breaks_one_indicator_only(
    findings_of: FindingsOf,
) -> None:
    """A break that touches one indicator is of that one, and the rest goes on."""
    found = findings_of("oslo", 2016)
    assert found.book.fact("andel_mottakere_med_barn").change is None
    assert not about(found, "andel_mottakere_med_barn", *CHANGES)
    assert any(statement.rule in CHANGES for statement in found.statements)


def test_figure_that_may_not_be_compared_is_not(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """No distance, no rank and no side of what a forbehold holds back."""
    held_back = 0
    for found in every.values():
        by_id = facts_by_id(found)
        own = {fact.id for fact in found.book.reported}
        own |= {found.book.fact(name).id for name in found.book.components}
        held_back += sum(
            not known.effects(fact.forbehold).has_distance
            for fact in found.book.reported
        )
        for statement in found.statements:
            if not AGAINST & {name for name, said in statement.details.items() if said}:
                continue
            for fact in (by_id[name] for name in statement.facts):
                if (fact.kommune, fact.year) == (
                    found.book.member.id,
                    found.book.run.year,
                ):
                    assert known.effects(fact.forbehold).has_distance, fact.id
    assert held_back > 10


def test_no_figure_stands_without_its_caveat(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """A forbehold that must stand with a finding stands in one of its sentences."""
    seen = Counter[str]()
    for found in every.values():
        by_id = facts_by_id(found)
        for one in found.findings:
            said = " ".join(text.sentence(s, known).text for s in one.statements)
            is_change = any(s.rule in CHANGES for s in one.statements)
            for name in one.indicators:
                fact = by_id[found.book.fact(name).id]
                for entry in known.forbehold_by_id(fact.forbehold):
                    told = known.kinds[entry.kind].told
                    if entry.is_page_wide or one.topic in (Topic.MISSING, Topic.APART):
                        continue
                    if told == "with_finding" or (told == "with_change" and is_change):
                        is_full = entry.label[1:] in said.replace("\u00a0", " ")
                        points = "samme forbehold" in said or "som nevnt over" in said
                        assert is_full or points, said
                        seen[entry.kind] += is_full
    assert len(seen) > 1


@pytest.mark.parametrize(
    ("kind", "kommune", "year", "indicator"),
    [
        ("misposting", "tromso", 2017, "netto_driftsutgifter_rus_f243_per_innb"),
        ("misposting", "drammen", 2016, "netto_driftsutgifter_rus_f243_per_innb"),
        ("posting_moved", "tromso", 2017, "stonad_per_mottaker"),
        (
            "corrected_value",
            "kristiansand",
            2017,
            "netto_driftsutgifter_livsopphold_f281_per_innb",
        ),
        ("estimated_denominator", "sandnes", 2019, "andel_mottakere_18_66"),
        ("other_source", "baerum", 2019, "stonad_per_mottaker"),
        ("definition_differs", "bergen", 2018, "ressursbruksindikator"),
        ("unexplained_value", "tromso", 2019, "netto_driftsutgifter_rus_f243_per_innb"),
        ("unexplained_change", "sandnes", 2017, WHOLE),
    ],
)
def test_forbehold_that_only_warns_stands_beside_the_figure(
    known: Catalogue,
    findings_of: FindingsOf,
    kind: str,
    kommune: str,
    year: int,
    indicator: str,
) -> None:
    """These kinds leave the level as it is; the reader is told and judges."""
    found = findings_of(kommune, year)
    fact = found.book.fact(indicator)
    assert kind in {e.kind for e in known.forbehold_by_id(fact.forbehold)}
    assert None not in (fact.value, fact.index, fact.rank)
    # Drammen's accounts are misposted in both years: what is on both tells of neither.
    is_doubted = known.kinds[kind].change == "doubted"
    assert (fact.change is None) == is_doubted
    chapter = next(
        c.id
        for c in known.service.chapters
        if indicator in {i.id for i in known.service.in_chapter(c.id)}
    )
    assert kind in {entry.kind for entry in forbehold_in(found, known, chapter)}


def test_no_kind_is_in_use_without_a_test_here(known: Catalogue) -> None:
    """A new kind of forbehold is a new consequence, and wants a test of its own."""
    tested = {
        "structure_break",
        "misposting",
        "posting_moved",
        "corrected_value",
        "not_comparable",
        "suppressed",
        "wrong_source",
        "unusable_mean",
        "missing_manual",
        "estimated_denominator",
        "other_source",
        "definition_differs",
        "unexplained_value",
        "unexplained_change",
        "new_member",
        # test_succession.py
        "table_succession",
        "no_source",
    }
    assert {entry.kind for entry in known.forbehold} <= tested | HOUSEKEEPING
    assert set(known.kinds) == tested | HOUSEKEEPING


def test_new_member_has_no_change_to_tell(known: Catalogue) -> None:
    """Kind new_member: its earlier years were never compared within the network."""
    for kommune in ("asker", "lillestrom"):
        touching = known.forbehold_for(SICK_LEAVE, kommune, 2022, is_fetched=True)
        effects = known.effects(entry.id for entry in touching)
        assert (effects.change, effects.in_mean) == ("withheld", True)


def test_forbehold_of_a_chapter_stand_there_once(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """Whatever a chapter speaks of, its forbehold are printed with it, and once."""
    for report, found in every.items():
        by_id = facts_by_id(found)
        for chapter in known.service.chapters:
            printed = forbehold_in(found, known, chapter.id)
            ids = [entry.id for entry in printed]
            assert len(ids) == len(set(ids)), report
            assert not [e for e in printed if e.is_page_wide or e.kind in HOUSEKEEPING]
            rested_on = {
                name
                for statement in found.statements
                if statement.chapter == chapter.id
                for fact in statement.facts
                for name in by_id[fact].forbehold
            }
            wanted = {
                entry.id
                for entry in known.forbehold_by_id(rested_on)
                if not entry.is_page_wide and entry.kind not in HOUSEKEEPING
            }
            assert wanted <= set(ids), (report, chapter.id)


def test_forbehold_on_the_whole_page_stand_at_the_top(
    known: Catalogue, findings_of: FindingsOf
) -> None:
    """A merger concerns every figure, and so it stands above them all."""
    for kommune in KOMMUNER:
        top = [e.id for e in findings_of(kommune, 2020).book.page_wide_forbehold(known)]
        expected = [f"brudd_2020_{kommune}"] if kommune in MERGED else []
        assert top == expected
        before = findings_of(kommune, 2019).book.page_wide_forbehold(known)
        assert "structure_break" not in {entry.kind for entry in before}


@pytest.mark.parametrize("year", [2017, 2018, 2019])
def test_another_mean_is_told_at_the_top_of_its_first_year(
    known: Catalogue, findings_of: FindingsOf, year: int
) -> None:
    """Oslo goes from 52 % to 27 % above the mean because the mean is another."""
    book = findings_of("oslo", year).book
    top = [entry.id for entry in book.page_wide_forbehold(known)]
    assert ("snittregel_2018" in top) == (year == 2018)


@pytest.mark.parametrize(
    ("kommune", "year", "indicator"),
    [
        ("tromso", 2017, WHOLE),
        ("tromso", 2018, WHOLE),
        ("tromso", 2018, RUS),
        ("drammen", 2018, RUS),
        ("baerum", 2019, AFTER_KVP),
        ("tromso", 2019, LIVING),
    ],
)
def test_no_change_is_told_to_or_from_what_is_posted_or_measured_otherwise(
    findings_of: FindingsOf, kommune: str, year: int, indicator: str
) -> None:
    """Half of it would be the posting; the level stands, with its caveat."""
    found = findings_of(kommune, year)
    fact = found.book.fact(indicator)
    assert fact.previous is not None
    assert fact.change is None
    assert not about(found, indicator, *CHANGES)
    # What all members have together may be told of.
    assert fact.mean_change is not None or year == 2018


def test_change_between_two_years_that_are_misposted_alike_may_be_told(
    findings_of: FindingsOf,
) -> None:
    """Drammen 2016 and 2017, Tromsø's livsopphold 2016 to 2018."""
    assert findings_of("drammen", 2017).book.fact(RUS).change is not None
    assert findings_of("tromso", 2018).book.fact(LIVING).change is not None


@pytest.mark.parametrize(
    ("kommune", "year"), [("bergen", 2018), ("drammen", 2018), ("fredrikstad", 2019)]
)
def test_no_place_of_what_is_measured_otherwise(
    known: Catalogue, findings_of: FindingsOf, kommune: str, year: int
) -> None:
    """The ressursbruksindikator of some years may be against need, and not the mean."""
    found = findings_of(kommune, year)
    rules = ("corrected", "corrected_plain")
    said = only(about(found, "ressursbruksindikator", *rules))
    assert said.details["rank"] == ""
    assert label(known, f"{kommune}_ressursbruk_{year}")[1:] in plain(said, known)


def plain(said: Statement, known: Catalogue) -> str:
    """A sentence with ordinary spaces."""
    return text.sentence(said, known).text.replace("\u00a0", " ")


def test_step_is_told_with_the_change_into_its_year_and_nowhere_else(
    known: Catalogue, findings_of: FindingsOf
) -> None:
    """Ventestønad moved in 2017: 2018 has it in both years, and a level has no step."""
    moved = label(known, "tromso_ventestonad_2017")[1:]
    (said,) = about(findings_of("tromso", 2017), "stonad_per_mottaker", *CHANGES)
    assert moved in plain(said, known)
    for said in findings_of("tromso", 2018).statements:
        assert moved not in plain(said, known)
    rise = label(known, "sandnes_f242_2017")[1:]
    with_it = [
        said
        for said in findings_of("sandnes", 2017).statements
        if rise in plain(said, known)
    ]
    assert [said.rule for said in with_it] == ["moved_whole"]
    for kommune in ("sandnes", "bergen", "fredrikstad"):
        for said in findings_of(kommune, 2019).statements:
            assert "2018," not in plain(said, known) or said.rule not in CHANGES


def test_caveat_is_in_full_once_and_then_pointed_to(
    known: Catalogue, findings_of: FindingsOf
) -> None:
    """What is spent, and the same corrected, rest on the same accounts."""
    said = [plain(one, known) for one in findings_of("tromso", 2017).statements]
    full = label(known, "tromso_f243_2017")
    assert [full in line for line in said].count(True) == 1
    assert full in said[0]
    assert said[1].endswith("(1,00), med samme forbehold.")
    both = next(line for line in said if line.startswith("Utgiftene til livsopphold"))
    assert both.endswith(", med forbehold for 2016 og 2017 som nevnt over.")


# -- statements ------------------------------------------------------------------------


def test_every_statement_rests_on_facts_that_exist(
    every: Mapping[Any, Findings],
) -> None:
    """A sentence that cannot be traced to its numbers is not printed."""
    for report, found in every.items():
        known_ids = {fact.id for fact in found.book.facts.values()}
        for statement in found.statements:
            assert statement.facts, (report, statement.rule)
            assert set(statement.facts) <= known_ids, (report, statement.rule)


def test_no_statement_names_a_fact_twice(every: Mapping[Any, Findings]) -> None:
    """Whoever counts the facts behind a sentence must get the right number."""
    doubled = {
        (report, statement.rule)
        for report, found in every.items()
        for statement in found.statements
        if len(statement.facts) != len(set(statement.facts))
    }
    assert not doubled


def test_no_statement_says_up_where_the_number_says_down(
    every: Mapping[Any, Findings],
) -> None:
    """Each rise and fall told, against the sign of its own printed numbers."""
    seen: Counter[str] = Counter()
    for found in every.values():
        by_id = facts_by_id(found)
        for statement in found.statements:
            if statement.rule not in CHANGES or statement.rule == "moved_whole":
                continue
            moves = statement.details["moves"]
            now, before = statement.details["value"], statement.details["previous"]
            assert isinstance(moves, Word)
            assert isinstance(now, Quantity)
            assert isinstance(before, Quantity)
            way = 1 if moves.key.endswith("_up") else -1
            printed = [half_up(one.value, one.decimals) for one in (now, before)]
            assert (printed[0] - printed[1]) * way > 0, statement
            assert (now.value - before.value) / before.value * way >= 0.05
            for fact in map(by_id.__getitem__, statement.facts):
                if fact.year == found.book.run.year:
                    assert fact.given("change") * way > 0, fact.id
            seen[moves.key] += 1
    assert {key.rpartition("_")[2] for key in seen} == {"up", "down"}


def test_stable_over_time_is_not_said_beside_a_rise_or_fall(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """A chapter must not call a figure stable in one sentence and moved in the next."""
    seen = 0
    for found in every.values():
        by_id = facts_by_id(found)
        for statement in found.statements:
            if statement.rule == "stable_group":
                ways = {
                    changes.direction(known, by_id[name])
                    for name in statement.facts
                    if by_id[name].year == found.book.run.year
                }
                assert ways <= {"stable", None}, statement.facts
                seen += 1
    assert seen > 5


# -- the choice ------------------------------------------------------------------------


def test_report_is_as_short_as_it_may_be(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """Few main findings, few sentences, and something in each chapter."""
    for report, found in every.items():
        main = [one for one in found.findings if one.chapter == SUMMARY]
        main = [one for one in main if one.topic is not Topic.PENDING]
        assert 2 <= len(main) <= BULLETS, report
        assert found.findings[: len(main)] == tuple(main), report
        # What is missing, and who carries the mean, is told in any case.
        rest = [one for one in found.findings if one.topic is not Topic.MISSING]
        said = [s for one in rest for s in one.statements if s.rule != "mean_carried"]
        # The last finding taken may have a second sentence.
        assert len(said) <= SENTENCES + 1, report
        for chapter in known.service.chapters:
            assert sum(s.chapter == chapter.id for s in said) <= MOST + 1, report
            # A chapter is silent only where all of it is said among the main findings.
            by_id, own = facts_by_id(found), known.service.in_chapter(chapter.id)
            above = {by_id[name].indicator for one in main for name in one.facts}
            assert found.about(chapter.id) or above & {one.id for one in own}, report


def test_nothing_is_chief_of_two_findings(every: Mapping[Any, Findings]) -> None:
    """What a main finding has said, no chapter says again as its own."""
    for report, found in every.items():
        ids = [one.id for one in (*found.findings, *found.left_out)]
        assert len(ids) == len(set(ids)), report
        chief = Counter(one.indicators[0] for one in found.findings if one.indicators)
        assert set(chief.values()) == {1}, (report, chief)


def test_what_is_left_out_is_less_or_said_already(
    every: Mapping[Any, Findings],
) -> None:
    """Nothing is passed over in silence: each says why it is not told."""
    seen = Counter[str]()
    for report, found in every.items():
        told = {name for one in found.findings for name in one.indicators}
        assert {one.outcome for one in found.findings} == {"told"}, report
        for one in found.left_out:
            seen[one.outcome] += 1
            assert one.outcome != "told", report
            if one.outcome == "said_already":
                assert told.intersection(one.indicators[:1]), (report, one.id)
    assert set(seen) == {"said_already", "less_salient"}


def test_what_has_no_figure_or_no_mean_is_always_told(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """Whoever looks for it finds why it is not there, room or not."""
    for report, found in every.items():
        for indicator in known.service.indicators:
            fact = found.book.fact(indicator.id)
            kinds = {e.kind for e in known.forbehold_by_id(fact.forbehold)}
            # A figure that is known to be wrong stands in Tabell 1, with its note.
            is_void = any(known.kinds[kind].mean == "void" for kind in kinds)
            if fact.value is None or is_void:
                rules = ("level_missing", "level_alone")
                assert about(found, indicator.id, *rules), (report, indicator.id)


def test_no_report_names_another_kommune_but_by_its_weight(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """A report is of one kommune; another is named only where it carries the mean."""
    names = {member.id: member.name for member in known.network.members}
    for (kommune, year), found in every.items():
        others = [name for id_, name in names.items() if id_ != kommune]
        pattern = re.compile(rf"\b({'|'.join(others)})s?\b")
        for said in text.sentences(found, known):
            if said.rule != "mean_carried":
                assert not pattern.search(said.text), (kommune, year, said.text)


def test_same_figures_give_the_same_findings(
    known: Catalogue, snapshot: Snapshot, indexed: pd.DataFrame
) -> None:
    """Same input, same statements, in the same order."""
    run = Run(kommune="tromso", year=2020)
    once, twice = (
        findings.assess(indexed, known, run, snapshot).statements for _ in range(2)
    )
    assert once == twice

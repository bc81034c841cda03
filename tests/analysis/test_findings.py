"""
What a report says, before it has words: thresholds, ranks, forbehold, and no slips.

Limits are tried on facts made for it; everything else on the real figures, for all ten
kommuner and every year, since a rule that holds for one report must hold for sixty.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reports import KOMMUNER, YEARS

from asss.analysis import changes, findings, indexing
from asss.analysis.facts import HOUSEKEEPING, Fact
from asss.analysis.findings import SUMMARY, Findings
from asss.analysis.statements import Count, Fragment, Quantity, Statement, Word
from asss.analysis.tables import KEY
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import half_up
from asss.catalogue.parameters import Run
from asss.errors import FactError
from asss.page import text
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
SICK_LEAVE = "sykefravaer"
LIVELIHOOD = "netto_driftsutgifter_livsopphold_f281_per_innb"

UP = ("change_up", "change_up_plain", "change_up_slightly")
DOWN = ("change_down", "change_down_plain", "change_down_slightly")
STABLE = (
    "change_stable",
    "change_stable_alike",
    "change_stable_plural",
    "change_stable_plural_alike",
)
ALIKE_IN_PLURAL = "change_stable_plural_alike"
SINCE_LAST_YEAR = (*UP, *DOWN, *STABLE)
MOVES = ("mean_falls", "mean_rises", "trend_risen", "trend_fallen")


@pytest.fixture(scope="module")
def every(findings_of: FindingsOf) -> dict[tuple[str, int], Findings]:
    """The findings of all ten kommuner in every year."""
    return {report: findings_of(*report) for report in ALL}


def facts_by_id(found: Findings) -> dict[str, Fact]:
    """The facts by the ids that statements use."""
    return {fact.id: fact for fact in found.book.facts.values()}


def with_direction(found: Findings) -> Iterator[tuple[str, Statement]]:
    """Statements of change with their rule; «Det samme gjelder» has the one before."""
    rule = ""
    for statement in found.statements:
        rule = rule if statement.rule == "change_same" else statement.rule
        if rule in SINCE_LAST_YEAR:
            yield rule, statement


def own_ids(found: Findings) -> set[str]:
    """The ids of the report's own facts."""
    return {fact.id for fact in found.book.reported}


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
@pytest.mark.parametrize(
    ("limit", "step", "stable", "slight"),
    [
        ("stable_change", -0.001, True, False),
        ("stable_change", 0, False, True),
        ("stable_change", 0.001, False, True),
        ("slight_change", -0.001, False, True),
        ("slight_change", 0, False, False),
        ("slight_change", 0.001, False, False),
    ],
)
def test_direction_turns_at_its_limits(
    known: Catalogue,
    fact: Fact,
    limit: str,
    step: float,
    stable: bool,
    slight: bool,
    sign: int,
) -> None:
    """A limit belongs to the stronger word, upwards and downwards alike."""
    percent = getattr(known.phrases.thresholds, limit).value + step
    side = "up" if sign > 0 else "down"
    expected = "stable" if stable else f"{side}_slightly" if slight else side
    assert changes.direction(known, moved(fact, percent * sign)) == expected


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


@pytest.mark.parametrize(
    ("percent", "rule"),
    [
        (0.0, "level_on_mean"),
        (0.04, "level_on_mean"),
        # Less than half a percent away, but the two numbers read 100,5 and 100,0.
        (0.499, "level_near"),
        (0.5, "level_near"),
        (1.5, "level_above"),
        (-0.5, "level_near"),
        (1.499, "level_near"),
        (1.501, "level_above"),
        (-1.5, "level_below"),
        (24.49, "level_above"),
        (24.5, "level_far_above"),
        (-24.49, "level_below"),
        (-24.5, "level_far_below"),
    ],
)
def test_level_turns_at_its_limits(
    known: Catalogue,
    snapshot: Snapshot,
    observations: pd.DataFrame,
    percent: float,
    rule: str,
) -> None:
    """«Hele» begins where the printed percent is 25, so that print and word agree."""
    values = dict.fromkeys(KOMMUNER, 100.0)
    # The others give way so that the mean stays at 100.
    values["bergen"] += percent
    values["oslo"] -= percent
    found = made_up(known, snapshot, observations, values, "bergen")
    assert found.book.fact(SICK_LEAVE).distance == pytest.approx(percent)
    assert about(found, SICK_LEAVE, rule), "the other rules are not used"


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


def said_of(known: Catalogue, found: Findings, fact: Fact) -> str:
    """What is said of a figure's change since last year."""
    told = changes.since_last_year(found.book, known, "x", [fact])
    return " ".join(text.sentence(one, known).text for one in told)


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
    said = said_of(known, found, fact)
    seen = half_up(value, decimals) - half_up(previous, decimals)
    ways = {"øker": 1, "går": -1, "er stabil": 0}
    (way,) = (way for word, way in ways.items() if f" {word}" in said)
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
    (told,) = about(found, SICK_LEAVE, *level_rules(found))
    said = text.sentence(told, known).text
    sides = {"høyere enn": 1, "lavere enn": -1, "akkurat på": 0, "omtrent på": 0}
    (side,) = (side for words, side in sides.items() if f"{words} snittet" in said)
    if side:
        assert side * (fact.given() - mean) > 0
    elif "akkurat" in said:
        assert half_up(fact.given(), 1) == half_up(mean, 1)
    reason = "(snittet er null eller negativt)"
    if mean > 0:
        assert fact.index == pytest.approx(fact.given() / mean * 100)
        assert reason not in said
    else:
        assert fact.index is None
        assert fact.distance is None
        assert (reason in said) == ("akkurat" not in said)
        assert "distance" not in told.details
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
@example(of=(2.0, 0.0, -1.0))  # falls from before the three years
def test_stable_and_steady_count_every_year(
    known: Catalogue, snapshot: Snapshot, observations: pd.DataFrame, of: Any
) -> None:
    """«Stabile over tid» was once said of 0,0, 6,0 and 6,0: the zero was dropped."""
    years = (2017, 2018, 2019)
    steady_years = {
        (name, "baerum", year): 3.0 for name in COVERAGE[::2] for year in years
    }
    own = {(COVERAGE[1], "baerum", y): v for y, v in zip(years, of, strict=True)}
    found = report(
        known, snapshot, observations, ("baerum", 2019), {**steady_years, **own}
    )
    stable = about(found, COVERAGE[1], "trend_stable_group")
    assert bool(stable) == (len(set(of)) == 1 or set(of) == {2.0, 2.04})
    is_own = (observations.indicator == COVERAGE[1]) & (
        observations.kommune == "baerum"
    )
    earlier = observations[is_own & (observations.year < years[0])]
    course = [
        *zip(earlier.year, earlier.value, strict=True),
        *zip(years, of, strict=True),
    ]
    for rule, step in (("trend_risen", 1), ("trend_fallen", -1)):
        for told in about(found, COVERAGE[1], rule):
            values = [v for year, v in course if year >= told.details["from_year"]]  # type: ignore[operator]
            pairs = pairwise(values)
            assert all((now - before) * step > 0 for before, now in pairs)
    risen = about(found, COVERAGE[1], "trend_risen")
    if of in ((-1.0, 0.0, 6.0), (0.0, 2.0, 6.0)):
        assert risen, "a rise from zero or below is one too"


def test_mean_the_other_way_is_not_told_of_a_mean_below_zero(
    known: Catalogue, fact: Fact, findings_of: FindingsOf
) -> None:
    """How much it has moved is told in percent of it, and of that there is none."""
    up = fact.replace(
        previous=4.0, value=6.0, change=2.0, network_mean=-5.0, mean_change=-2.0
    )
    book = findings_of(fact.kommune, fact.year).book
    assert not changes.means_opposite(book, known, "x", [up])
    above = up.replace(network_mean=5.0)
    (told,) = changes.means_opposite(book, known, "x", [above])
    assert told.rule == "mean_falls"


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


def rank_word(statement: Statement) -> str:
    """The key of the word for the place, or nothing."""
    tail = statement.details["rank"]
    if not isinstance(tail, Fragment):
        assert tail == ""
        return ""
    word = tail.details["rank"]
    assert isinstance(word, Word)
    return word.key


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            (1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
            {
                1: "rank_lowest",
                2: "rank_second_lowest",
                3: "rank_among_lowest",
                4: "",
                7: "",
                8: "rank_among_highest",
                9: "rank_second_highest",
                10: "rank_highest",
            },
        ),
        (
            (1, 1, 3, 4, 5, 6, 7, 8, 10, 10),
            {
                1: "rank_lowest_shared",
                3: "rank_among_lowest",
                4: "",
                8: "rank_among_highest",
                10: "rank_highest_shared",
            },
        ),
        (
            (1, 2, 2, 4, 5, 6, 7, 9, 9, 10),
            {2: "rank_among_lowest", 4: "", 7: "", 9: "rank_among_highest"},
        ),
        # Four share the third place from the end: they are not «blant de tre».
        (
            (1, 2, 3, 3, 3, 3, 7, 8, 9, 10),
            {2: "rank_second_lowest", 3: "", 8: "rank_among_highest"},
        ),
    ],
    ids=["all apart", "ends shared", "seconds shared", "third shared by four"],
)
def test_rank_words_keep_to_the_places(
    known: Catalogue,
    snapshot: Snapshot,
    observations: pd.DataFrame,
    values: tuple[float, ...],
    words: Mapping[float, str],
) -> None:
    """Two published pages once claimed the same place, each as if alone."""
    given = dict(zip(KOMMUNER, map(float, values), strict=True))
    for value, word in words.items():
        for kommune in (k for k, v in given.items() if v == value):
            found = made_up(known, snapshot, observations, given, kommune)
            told = only(about(found, SICK_LEAVE, *level_rules(found)))
            assert rank_word(told) == word, (kommune, value)


def level_rules(found: Findings) -> set[str]:
    """The rules that give a figure its place among the others."""
    return {s.rule for s in found.statements if "rank" in s.details}


def test_rank_words_agree_with_the_facts(every: Mapping[Any, Findings]) -> None:
    """«Lavest» only of those whom nobody is below, counted anew from the values."""
    for report, found in every.items():
        by_id = facts_by_id(found)
        for statement in found.statements:
            if "rank" not in statement.details:
                continue
            own = by_id[statement.facts[0]]
            peers = [
                peer.value
                for peer in found.book.peers(own.indicator)
                if peer.rank is not None and peer.value is not None
            ]
            assert own.value is not None
            below = sum(value < own.value for value in peers)
            above = sum(value > own.value for value in peers)
            alike = peers.count(own.value)
            word = rank_word(statement)
            shared = "_shared" if alike > 1 else ""
            if not below:
                expected = {f"rank_lowest{shared}"}
            elif not above:
                expected = {f"rank_highest{shared}"}
            elif below == 1 and alike == 1:
                expected = {"rank_second_lowest"}
            elif above == 1 and alike == 1:
                expected = {"rank_second_highest"}
            elif below + alike <= 3:
                expected = {"rank_among_lowest"}
            elif above + alike <= 3:
                expected = {"rank_among_highest"}
            else:
                expected = {""}
            assert {word} == expected, (report, statement.facts)


def test_nobody_else_is_told_to_hold_the_same_place_alone(
    every: Mapping[Any, Findings],
) -> None:
    """Across the ten reports of a year, one place alone has one holder at most."""
    alone = {
        "rank_lowest",
        "rank_highest",
        "rank_second_lowest",
        "rank_second_highest",
    }
    told: Counter[tuple[int, str, str]] = Counter()
    for (_, year), found in every.items():
        by_id = facts_by_id(found)
        for statement in found.statements:
            if statement.chapter != SUMMARY and "rank" in statement.details:
                word = rank_word(statement)
                if word in alone:
                    told[year, by_id[statement.facts[0]].indicator, word] += 1
    assert told
    assert set(told.values()) == {1}


def test_years_at_an_end_hold_in_every_year(every: Mapping[Any, Findings]) -> None:
    """«Hvert år siden 2015» is a claim on each of the years, shared ones named."""
    seen = 0
    shared_rules = set()
    for report, found in every.items():
        by_id = facts_by_id(found)
        for statement in found.statements:
            if not statement.rule.startswith("years_"):
                continue
            seen += 1
            shared_years = set()
            own = [by_id[name] for name in statement.facts]
            first = statement.details["from_year"]
            assert {fact.year for fact in own} == set(range(first, report[1] + 1))
            end = statement.rule.split("_")[1]
            for fact in own:
                values = [
                    peer.value
                    for peer in found.book.peers(fact.indicator, fact.year)
                    if peer.rank is not None and peer.value is not None
                ]
                extreme = min(values) if end == "lowest" else max(values)
                assert fact.value == extreme, (report, fact.id)
                if values.count(extreme) > 1:
                    shared_years.add(fact.year)
            assert statement.details["shared_years"] == tuple(sorted(shared_years))
            assert statement.rule.endswith("_shared") == bool(shared_years), report
            shared_rules |= {statement.rule} if shared_years else set()
    assert seen > 10
    assert shared_rules == {"years_lowest_shared", "years_highest_shared"}


def test_shared_place_is_told_as_shared(
    known: Catalogue, findings_of: FindingsOf
) -> None:
    """Tromsø shared it with Trondheim in 2018, and each was told it was its own."""
    found = findings_of("tromso", 2020)
    told = only(about(found, "stonadslengde_18_24", "years_lowest_shared"))
    assert text.sentence(told, known).text == (
        "Stønadslengden for mottakere 18–24\u00a0år har vært lavestʳ i ASSS hvert "
        "år siden 2015 (delt lavest i 2018)."
    )
    for kommune, expected in SHARED.items():
        found = findings_of(kommune, 2018)
        (summary,) = (s for s in found.statements if "summary_rank" in s.rule)
        assert text.sentence(summary, known).text == expected


SHARED = {
    "tromso": "Kommunen er lavest i ASSS på seksʳ (én delt) av 14 indikatorer og ikke "
    "høyest på noenʳ.",
    "trondheim": "Kommunen er høyest i ASSS på énʳ og lavest på toʳ (én delt) av 15 "
    "indikatorer.",
}


@pytest.mark.parametrize("n", [1, 6, 7])
def test_no_end_is_told_where_few_have_a_figure(
    known: Catalogue, snapshot: Snapshot, observations: pd.DataFrame, n: int
) -> None:
    """The only member with a figure was «høyest i ASSS hvert år siden 2015»."""
    rows = observations[observations["year"] <= 2018].copy()
    absent = (rows["indicator"] == SICK_LEAVE) & rows["kommune"].isin(KOMMUNER[n:])
    rows.loc[absent, "value"] = float("nan")
    rows.loc[absent, "status"] = ".."
    own = {(SICK_LEAVE, "oslo", year): 40.0 for year in range(2015, 2019)}
    rows = changed(rows, own)
    indexed = indexing.index_to_network(rows, rule=known.mean_rule)
    run = Run(kommune="oslo", year=2018)
    found = findings.assess(indexed, known, run, snapshot)
    told = bool(about(found, SICK_LEAVE, "years_highest"))
    word = rank_word(only(about(found, SICK_LEAVE, *level_rules(found))))
    counted = only(
        [s for s in found.statements if s.rule.startswith("summary_rank")]
    ).details["n"]
    ranked = sum(fact.rank is not None for fact in found.book.reported)
    assert (told, bool(word), counted == ranked) == (n > 6,) * 3


def test_no_end_is_told_where_all_are_alike(
    known: Catalogue, snapshot: Snapshot, observations: pd.DataFrame
) -> None:
    """Nobody is «delt høyest» among ten zeros."""
    zeros = dict.fromkeys(KOMMUNER, 0.0)
    found = made_up(known, snapshot, observations, zeros, "oslo")
    told = only(about(found, SICK_LEAVE, "level_on_mean"))
    assert rank_word(told) == ""


def count_of(detail: Any) -> tuple[int, int]:
    """How many places at an end, and how many of them are told to be shared."""
    if isinstance(detail, Count):
        return detail.value, 0
    count, shared = (detail.details[name].value for name in ("count", "shared"))
    assert (detail.rule == "rank_count_shared") == (count == shared)
    return count, shared


def test_summary_counts_the_ends(every: Mapping[Any, Findings]) -> None:
    """«Høyest på to og lavest på én»: counted anew from the values."""
    for report, found in every.items():
        told = only([s for s in found.statements if s.rule.startswith("summary_rank")])
        highest = lowest = ranked = 0
        for fact in found.book.reported:
            if fact.rank is None:
                continue
            ranked += 1
            highest += fact.value == fact.highest
            lowest += fact.value == fact.lowest
        numbers = (told.details["highest"], told.details["lowest"], told.details["n"])
        counts = (count_of(numbers[0]), count_of(numbers[1]), numbers[2])
        own = [fact for fact in found.book.reported if fact.rank is not None]
        shared = tuple(
            sum(
                len(
                    {
                        p.kommune
                        for p in found.book.peers(f.indicator)
                        if p.value == f.value
                    }
                )
                > 1
                for f in own
                if f.value == end(f)
            )
            for end in (lambda f: f.highest, lambda f: f.lowest)
        )
        assert counts == ((highest, shared[0]), (lowest, shared[1]), ranked), report
        ends = {(0, 0): "none", (0, 1): "lowest", (1, 0): "highest", (1, 1): "both"}
        rule = ends[min(highest, 1), min(lowest, 1)]
        assert told.rule == f"summary_rank_{rule}", report


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
    """Above is above, and the number is the fact's own, for every level told."""
    for report, found in every.items():
        by_id = facts_by_id(found)
        for statement in found.statements:
            rule = statement.rule
            if not rule.startswith(("level_", "resource_")) or "rank" not in (
                statement.details
            ):
                continue
            fact = by_id[statement.facts[0]]
            assert fact.distance is not None
            assert (fact.kommune, fact.year) == report
            above = rule in ("level_above", "level_far_above", "resource_more")
            below = rule in ("level_below", "level_far_below", "resource_less")
            if above or below:
                assert (fact.distance > 0) == above, (report, fact.id)
            else:
                assert abs(fact.distance) < 1.5, (report, fact.id)
            assert ("far" in rule) == (half_up(abs(fact.distance)) >= 25)
            told = statement.details["distance"]
            assert isinstance(told, Quantity)
            assert told.value == abs(fact.distance)


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
    for kommune, rule in (("bergen", "level_missing"), ("oslo", "mean_without")):
        run = Run(kommune=kommune, year=2016)
        told = only(about(findings.assess(indexed, known, run, snapshot), KVP, rule))
        reason = told.details["reason"]
        assert reason in (Word(f"sign_{word}"), (Word(f"sign_{word}"),))


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
    assert not about(found, AFTER_KVP, "mean_without", "mean_falls", "mean_rises")


def test_wrong_source_figure_stands_alone_and_so_does_the_next_change(
    known: Catalogue, findings_of: FindingsOf
) -> None:
    """Kind wrong_source: printed with its reason; no distance, no change from it."""
    reason = (label(known, "stavanger_kvp_2019"),)
    found = findings_of("stavanger", 2019)
    assert only(about(found, KVP, "level_alone")).details["reason"] == reason
    told = only(about(found, KVP, "change_withheld_for"))
    assert told.details["reason"] == reason
    others = only(about(findings_of("oslo", 2019), KVP, "mean_without"))
    assert others.details["kommuner"] == ("Stavanger",)


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
        assert not about(later, indicator, *SINCE_LAST_YEAR, "change_same", *MOVES)
        told = only(about(later, indicator, "change_withheld", "change_withheld_for"))
        assert told.details["reason"] == (reason,)


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
    """The distance printed is from a mean of nine, and all nine readers are told."""
    name = known.network.member(absent).name
    for kommune in KOMMUNER:
        found = findings_of(kommune, year)
        told = only(about(found, indicator, "mean_without"))
        assert told.details["kommuner"] == (name,)
        assert f"beregnet uten {name} (" in text.sentence(told, known).text


def test_means_are_told_to_be_whole_where_they_are(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """«Beregnet uten» exactly where somebody is left out of a mean that is used."""
    for report, found in every.items():
        expected = {
            fact.id
            for fact in found.book.reported
            if fact.network_mean is not None and fact.n < len(KOMMUNER)
        }
        told = Counter[str]()
        for statement in (s for s in found.statements if s.rule == "mean_without"):
            named = statement.details["kommuner"]
            own = {name for name in statement.facts if name in own_ids(found)}
            told.update(own)
            for name in own:
                peers = found.book.peers(facts_by_id(found)[name].indicator)
                absent = [peer.kommune for peer in peers if peer.rank is None]
                assert named == tuple(known.network.member(k).name for k in absent)
        assert told == Counter(expected), report


@pytest.mark.parametrize("kommune", MERGED)
def test_no_change_is_told_across_the_mergers(
    known: Catalogue, findings_of: FindingsOf, kommune: str
) -> None:
    """Kind structure_break: no rise, no fall; «stabil» only with the forbehold."""
    found = findings_of(kommune, 2020)
    reason = (label(known, f"brudd_2020_{kommune}"),)
    rules = {statement.rule for statement in found.statements}
    spanning = {*SINCE_LAST_YEAR, "change_same", *MOVES, "trend_stable_group"}
    assert not rules & {*spanning, "summary_change"}
    withheld = [s for s in found.statements if s.rule == "change_withheld"]
    chapters = [chapter.id for chapter in known.service.chapters]
    assert [s.chapter for s in withheld] == [SUMMARY, *chapters]
    assert all(s.details["reason"] == reason for s in withheld)
    for statement in found.statements:
        if statement.rule == "trend_stable_group_reserved":
            assert statement.details["reason"] == reason


def test_stable_over_the_break_is_told_with_the_forbehold(
    findings_of: FindingsOf,
) -> None:
    """KS printed Trondheim's dekningsgrader as stable, with the break beside."""
    rules = [s.rule for s in findings_of("trondheim", 2020).statements]
    assert "trend_stable_group_reserved" in rules


def test_no_change_is_told_over_any_break(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """Nor over a new case system: nothing moves where the change is not shown."""
    for report, found in every.items():
        by_id = facts_by_id(found)
        for statement in found.statements:
            if statement.rule in (*SINCE_LAST_YEAR, "change_same", *MOVES):
                own = [by_id[name] for name in statement.facts]
                if statement.rule.startswith("trend_"):
                    first = min(fact.year for fact in own)
                    own = [fact for fact in own if fact.year > first]
                for fact in own:
                    effect = known.effects(fact.forbehold)
                    assert effect.change == "shown", (report, fact.id)
                    assert fact.change is not None, (report, fact.id)


def test_new_case_system_in_oslo_breaks_one_indicator_only(
    known: Catalogue, findings_of: FindingsOf
) -> None:
    """A break that touches one indicator is told of that one, and the rest goes on."""
    found = findings_of("oslo", 2016)
    told = only(about(found, "andel_mottakere_med_barn", "change_withheld_for"))
    assert told.details["reason"] == (label(known, "oslo_fagsystem_2016"),)
    assert any(rule in SINCE_LAST_YEAR for rule, _ in with_direction(found))


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
        ("unexplained_value", "tromso", 2016, "netto_driftsutgifter_rus_f243_per_innb"),
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
    """These kinds take nothing away; the reader is told and judges."""
    found = findings_of(kommune, year)
    fact = found.book.fact(indicator)
    assert kind in {e.kind for e in known.forbehold_by_id(fact.forbehold)}
    assert None not in (fact.value, fact.index, fact.rank, fact.change)
    chapter = next(
        c.id
        for c in known.service.chapters
        if indicator in {i.id for i in known.service.in_chapter(c.id)}
    )
    assert kind in {entry.kind for entry in found.forbehold_in(known, chapter)}


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
            printed = found.forbehold_in(known, chapter.id)
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
        assert not findings_of(kommune, 2019).book.page_wide_forbehold(known)


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
    """Each rise and fall told, against the sign of its own numbers."""
    signs = {**dict.fromkeys(UP, 1), **dict.fromkeys(DOWN, -1)}
    seen: Counter[str] = Counter()
    for report, found in every.items():
        by_id = facts_by_id(found)
        for rule, statement in with_direction(found):
            for name in statement.facts:
                fact = by_id[name]
                assert fact.value is not None
                assert fact.previous is not None
                difference = fact.value - fact.previous
                assert fact.change == pytest.approx(difference), (report, name)
                seen[rule] += 1
                if rule in STABLE:
                    percent = abs(difference / fact.previous * 100)
                    alike = half_up(fact.value, fact.decimals) == half_up(
                        fact.previous, fact.decimals
                    )
                    assert percent < 2 or alike, (report, name)
                else:
                    assert difference * signs[rule] > 0, (report, name)
    assert set(seen) == set(SINCE_LAST_YEAR) - {ALIKE_IN_PLURAL}


def test_expenditure_that_prints_the_same_is_told_once(
    known: Catalogue, snapshot: Snapshot, observations: pd.DataFrame
) -> None:
    """No kommune has the same kroner two years running, so one is made up."""
    rows = observations[observations["year"] <= 2016].copy()
    own = (rows["kommune"] == "bergen") & (rows["indicator"] == LIVELIHOOD)
    rows.loc[own & (rows["year"] == 2015), "value"] = 1735.6
    rows.loc[own & (rows["year"] == 2016), "value"] = 1736.4
    indexed = indexing.index_to_network(rows, rule=known.mean_rule)
    run = Run(kommune="bergen", year=2016)
    found = findings.assess(indexed, known, run, snapshot)
    told = only(about(found, LIVELIHOOD, ALIKE_IN_PLURAL))
    assert re.search(
        r"er stabile, med kr\s1\s736ʳ? både i 2015 og 2016",
        text.sentence(told, known).text,
    )


def test_trends_hold_from_year_to_year(every: Mapping[Any, Findings]) -> None:
    """«Har økt hvert år siden» is broken by one year that did not."""
    seen: Counter[str] = Counter()
    for report, found in every.items():
        by_id = facts_by_id(found)
        for statement in found.statements:
            if statement.rule not in ("trend_risen", "trend_fallen"):
                continue
            sign = 1 if statement.rule == "trend_risen" else -1
            own = [by_id[name] for name in statement.facts]
            first = statement.details["from_year"]
            for indicator in {fact.indicator for fact in own}:
                values = {f.year: f.value for f in own if f.indicator == indicator}
                assert sorted(values) == list(range(first, report[1] + 1))
                steps = [
                    values[y] - values[y - 1] for y in range(first + 1, report[1] + 1)
                ]
                assert all(step * sign > 0 for step in steps), (report, indicator)
                assert len(values) >= 3
                seen[statement.rule] += 1
    assert set(seen) == {"trend_risen", "trend_fallen"}


def test_mean_that_goes_the_other_way_does_so(every: Mapping[Any, Findings]) -> None:
    """«Mens andelen øker, går snittet ned»: both halves are checked."""
    signs = {"mean_falls": 1, "mean_rises": -1}
    seen = 0
    for report, found in every.items():
        by_id = facts_by_id(found)
        for statement in found.statements:
            if statement.rule in signs:
                for name in statement.facts:
                    fact = by_id[name]
                    assert fact.change is not None
                    assert fact.mean_change is not None
                    assert fact.change * signs[statement.rule] > 0, (report, name)
                    assert fact.mean_change * signs[statement.rule] < 0, (report, name)
                    seen += 1
    assert seen > 5


def test_joint_sentences_join_one_direction(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """«Det samme gjelder» after a rise must be of rises, and follow it at once."""
    seen = 0
    for report, found in every.items():
        by_id = facts_by_id(found)
        pairs = zip(found.statements, found.statements[1:], strict=False)
        for first, second in pairs:
            if second.rule != "change_same":
                continue
            seen += 1
            assert first.rule in SINCE_LAST_YEAR, report
            assert first.chapter == second.chapter, report
            ways = {
                changes.direction(known, by_id[name])
                for name in (*first.facts, *second.facts)
            }
            expected = re.sub("change_|_plural|_plain|_alike", "", first.rule)
            assert ways == {expected}, report
    assert seen > 50


def test_a_change_is_the_difference_of_the_printed_figures(
    every: Mapping[Any, Findings],
) -> None:
    """Beside «fra 3,8 % til 4,4 %» a reader takes «0,5» for a slip."""
    told = 0
    for report, found in every.items():
        by_id = facts_by_id(found)
        for statement in found.statements:
            if statement.rule in ("change_up", "change_down"):
                fact = by_id[statement.facts[0]]
                assert fact.value is not None
                assert fact.previous is not None
                assert fact.change is not None
                now, before, change = (
                    half_up(amount, fact.decimals)
                    for amount in (fact.value, fact.previous, abs(fact.change))
                )
                assert abs(now - before) == pytest.approx(change), report
                told += 1
    assert told > 50


@pytest.mark.parametrize("kommune", ["drammen", "stavanger"])
def test_years_at_an_end_do_not_reach_over_a_break(
    every: Mapping[Any, Findings], kommune: str
) -> None:
    """Drammen was lowest on ressursbruk before 2020 too, but was another kommune."""
    for year, is_told in ((2020, False), (2019, True)):
        told = [s for s in every[kommune, year].statements if "years_" in s.rule]
        assert bool(told) == is_told


def test_every_indicator_is_told_once_of_level_and_once_of_change(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """Nothing is passed over in silence, and nothing said twice in a chapter."""
    for report, found in every.items():
        levels: Counter[str] = Counter()
        moves: Counter[str] = Counter()
        for statement in found.statements:
            if statement.chapter == SUMMARY or statement.rule == "resource_gloss":
                continue
            if statement.rule.startswith(("level_", "resource_")):
                levels.update(statement.facts)
            if statement.rule.startswith("change_"):
                moves.update(statement.facts)
        own = [found.book.fact(i.id).id for i in known.service.indicators]
        assert levels == Counter(own), report
        assert moves == Counter(own if report[1] > YEARS[0] else []), report


def test_summary_is_three_to_five_sentences(every: Mapping[Any, Findings]) -> None:
    """Short enough to be read, and never empty."""
    for report, found in every.items():
        summary = [s for s in found.statements if s.chapter == SUMMARY]
        assert 3 <= len(summary) <= 5, report
        assert found.statements[: len(summary)] == tuple(summary), report


def test_summary_holds_up_no_doubtful_figure(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """What is posted in the wrong place is not the main thing about a kommune."""
    seen = 0
    for report, found in every.items():
        by_id = facts_by_id(found)
        for statement in found.statements:
            if statement.rule in ("summary_both", "summary_above", "summary_below"):
                seen += 1
                for name in statement.facts:
                    held_up = known.forbehold_by_id(by_id[name].forbehold)
                    rules = {known.kinds[entry.kind].summary for entry in held_up}
                    assert rules <= {"told"}, (report, name)
    assert seen > 50


def test_stable_over_time_is_not_said_beside_a_rise_or_fall(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """A chapter must not call a figure stable in one sentence and moved in the next."""
    moved_rules = ("trend_risen", "trend_fallen")
    for report, found in every.items():
        by_id = facts_by_id(found)
        for statement in found.statements:
            ways = {
                changes.direction(known, fact)
                for fact in map(by_id.__getitem__, statement.facts)
                if fact.year == report[1]
            }
            if statement.rule.startswith("trend_stable_group"):
                assert ways <= {"stable", None}, (report, statement.facts)
            if statement.rule in moved_rules:
                assert "stable" not in ways, (report, statement.facts)


def test_summary_counts_every_change_that_may_be_told(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """Ups, downs and stables are together the number they are said to be of."""
    for report, found in every.items():
        for told in (s for s in found.statements if s.rule == "summary_change"):
            ways = Counter(
                (changes.direction(known, fact) or "none").removesuffix("_slightly")
                for fact in found.book.reported
            )
            for name in ("up", "down", "stable"):
                assert count_of(told.details[name]) == (ways[name], 0), report
            assert told.details["n"] == sum(ways.values()) - ways["none"], report


def test_no_report_names_another_kommune_but_as_absent(
    known: Catalogue, every: Mapping[Any, Findings]
) -> None:
    """A report is of one kommune; the others are named only where they are lacking."""
    names = {member.id: member.name for member in known.network.members}
    for (kommune, year), found in every.items():
        others = [name for id_, name in names.items() if id_ != kommune]
        pattern = re.compile(rf"\b({'|'.join(others)})s?\b")
        for said in text.sentences(found, known):
            if said.rule != "mean_without":
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

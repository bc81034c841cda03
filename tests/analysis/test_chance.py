"""What is counted has an interval, and nothing is called clear that chance may be."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asss.analysis import chance, frames, indexing
from asss.analysis.chance import methods
from asss.analysis.findings import Findings
from asss.analysis.tables import CHANCE_COLUMNS, OBSERVATION_COLUMNS
from asss.catalogue.catalogue import Catalogue, load_catalogue
from asss.catalogue.knowledge import Chance
from asss.errors import ParameterError
from asss.statbank import Snapshot

#: An indicator that is a share, the one that is a rate, and one that is money.
SHARE, RATE = "andel_mottakere_18_66", "kvp_mottakere_per_1000"
MONEY = "stonad_per_mottaker"
FACTOR = {SHARE: 100, RATE: 1000, MONEY: 1000}
COLLECTED = "kvp_til_arbeid_utdanning"

Told = Callable[..., pd.DataFrame]
counts = st.integers(0, 400).flatmap(
    lambda part: st.tuples(st.just(part), st.integers(max(part, 1), 90_000))
)


def row(
    count: float, of: float, indicator: str = SHARE, **more: Any
) -> dict[str, object]:
    """A figure of Oslo 2020, made of counts."""
    factor = FACTOR[indicator]
    made: dict[str, object] = {
        "indicator": indicator,
        "kommune": "oslo",
        "year": 2020,
        "status": "",
        "value": count / of * factor,
        "numerator": count,
        "denominator": of,
        "factor": factor,
        "basis": "real",
        "tables": (),
        "cells": (),
        "is_shown": True,
        "has_distance": True,
        "in_mean": True,
        "is_mean_usable": True,
        "change_effect": "shown",
        "forbehold": (),
    }
    return made | more


@pytest.fixture(scope="module")
def told_of(known: Catalogue) -> Told:
    """Rows, set against the network they make, with what chance could have done."""

    def told(*rows: dict[str, object]) -> pd.DataFrame:
        observed = pd.DataFrame(rows, columns=OBSERVATION_COLUMNS)
        indexed = indexing.index_to_network(observed, rule=lambda *_: "plain")
        return chance.beside(indexed, known)

    return told


# -- reference values ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("indicator", "count", "of", "low", "high"),
    [
        # Newcombe, «Two-sided confidence intervals for the single proportion» (1998),
        # table I, method 3: Wilson's.
        (SHARE, 81, 263, 25.53, 36.62),
        (SHARE, 15, 148, 6.24, 16.05),
        (SHARE, 0, 20, 0.0, 16.11),
        (SHARE, 1, 29, 0.61, 17.18),
        # Exact limits of a Poisson count (Garwood 1936), as every table has them.
        (RATE, 10, 1000, 4.795, 18.390),
        (RATE, 1, 1000, 0.025, 5.572),
        (RATE, 0, 1000, 0.0, 3.689),
    ],
)
def test_interval_is_the_published_one(
    told_of: Told, indicator: str, count: int, of: int, low: float, high: float
) -> None:
    (one,) = told_of(row(count, of, indicator)).to_dict("records")
    wanted = pytest.approx((low, high), abs=0.006 if indicator == SHARE else 0.0006)
    assert (one["interval_low"], one["interval_high"]) == wanted


#: Newcombe, «Interval estimation for the difference between independent proportions»
#: (1998), table II, method 10.
NEWCOMBE = [
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((5, 56), (0, 29), -0.0381, 0.1926),
    ((0, 10), (0, 20), -0.1611, 0.2775),
    ((10, 10), (0, 20), 0.6791, 1.0),
]


@pytest.mark.parametrize(("now", "before", "low", "high"), NEWCOMBE)
def test_change_of_a_share_is_judged_by_the_published_interval(
    told_of: Told,
    now: tuple[int, int],
    before: tuple[int, int],
    low: float,
    high: float,
) -> None:
    found = methods()["share"].difference(*map(float, now + before), alpha=0.05)
    assert found == pytest.approx((low, high), abs=6e-5)
    rows = told_of(row(*before, year=2019), row(*now))
    assert rows["change_clear"].tolist() == [pd.NA, not low <= 0 <= high]


def test_change_of_a_rate_is_made_of_the_intervals_of_both_years(told_of: Told) -> None:
    """Each limit as far from the difference as the two nearest to it together."""
    low, high = methods()["rate"].difference(20.0, 1.0, 10.0, 1.0, alpha=0.05)
    first, second = (
        methods()["rate"].interval(count, 1.0, alpha=0.05) for count in (20.0, 10.0)
    )
    assert 10 - low == pytest.approx(
        ((20 - first[0]) ** 2 + (second[1] - 10) ** 2) ** 0.5
    )
    assert high - 10 == pytest.approx(
        ((first[1] - 20) ** 2 + (10 - second[0]) ** 2) ** 0.5
    )
    for now, is_clear in ((20, False), (24, True), (2, True), (0, True)):
        rows = told_of(row(10, 1000, RATE, year=2019), row(now, 1000, RATE))
        assert rows["change_clear"].tolist() == [pd.NA, is_clear]


# -- what holds of all counts ----------------------------------------------------------


@pytest.mark.parametrize("kind", ["share", "rate"])
@given(count=counts)
def test_interval_holds_the_figure(kind: Chance, count: tuple[int, int]) -> None:
    part, whole = map(float, count)
    low, high = methods()[kind].interval(part, whole, alpha=0.05)
    assert 0 <= low <= part / whole + 1e-12
    assert part / whole - 1e-12 <= high
    assert low < high


@pytest.mark.parametrize("kind", ["share", "rate"])
@given(count=counts)
def test_interval_narrows_with_the_number(kind: Chance, count: tuple[int, int]) -> None:
    part, whole = map(float, count)
    widths = []
    for times in (1, 4):
        low, high = methods()[kind].interval(times * part, times * whole, alpha=0.05)
        widths.append(high - low)
    assert widths[1] < widths[0]


@given(count=counts)
def test_share_and_what_is_left_have_the_same_interval(count: tuple[int, int]) -> None:
    part, whole = map(float, count)
    low, high = methods()["share"].interval(part, whole, alpha=0.05)
    rest = methods()["share"].interval(whole - part, whole, alpha=0.05)
    assert (1 - high, 1 - low) == pytest.approx(rest, abs=1e-12)


@pytest.mark.parametrize("kind", ["share", "rate"])
@given(now=counts, before=counts)
def test_difference_is_the_same_backwards(
    kind: Chance, now: tuple[int, int], before: tuple[int, int]
) -> None:
    there = methods()[kind].difference(*map(float, now + before), alpha=0.05)
    back = methods()[kind].difference(*map(float, before + now), alpha=0.05)
    assert there == pytest.approx((-back[1], -back[0]), abs=1e-12)
    assert there[0] < there[1]


@settings(max_examples=20)
@given(many=st.lists(counts, min_size=1, max_size=12))
def test_table_has_of_each_row_what_it_has_alone(
    told_of: Told, many: list[tuple[int, int]]
) -> None:
    """Shares, rates and money beside each other: each keeps its own."""
    rows = [
        row(*count, indicator, year=1950 + 2 * place)
        for place, count in enumerate(many)
        for indicator in (RATE, MONEY, SHARE)
    ]
    found = told_of(*rows)
    for one, whose in zip(rows, found.to_dict("records"), strict=True):
        if one["indicator"] == MONEY:
            assert pd.isna(whose["interval_low"])
            continue
        kind: Chance = "share" if one["indicator"] == SHARE else "rate"
        limits = methods()[kind].interval(
            float(whose["numerator"]), float(whose["denominator"]), alpha=0.05
        )
        wanted = [limit * FACTOR[str(one["indicator"])] for limit in limits]
        assert [whose["interval_low"], whose["interval_high"]] == pytest.approx(wanted)


# -- where chance is not known ---------------------------------------------------------

NOTHING = dict.fromkeys(CHANCE_COLUMNS)


def told(rows: pd.DataFrame, place: int = -1) -> dict[str, Any]:
    """What is told of a row, with None for what is not."""
    one = rows[CHANCE_COLUMNS].iloc[[place]].astype(object)
    (record,) = one.where(one.notna(), None).to_dict("records")
    return record


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(row(50, 1000, MONEY), id="money"),
        pytest.param(
            row(5, 100, value=float("nan"), status=":", numerator=None), id="suppressed"
        ),
        pytest.param(row(5, 100, value=float("nan"), status=".."), id="missing"),
        pytest.param(row(5, 100, numerator=float("nan")), id="no counts"),
        pytest.param(row(101, 100), id="more than there are"),
        pytest.param(row(-1, 100), id="less than none"),
    ],
)
def test_what_is_no_count_has_no_interval(
    told_of: Told, one: dict[str, object]
) -> None:
    """A missing or suppressed figure is not 0, which would have an interval."""
    rows = told_of(row(5, 100, str(one["indicator"]), year=2019), one)
    assert told(rows) == NOTHING


def test_what_may_not_be_compared_is_not_called_clear(told_of: Told) -> None:
    """A forbehold withholds the distance or the change; the interval stands."""
    others = row(50, 1000, kommune="bergen")
    for withheld in ({"has_distance": False}, {"in_mean": False}):
        one = told(told_of(others, row(5, 1000, **withheld)))
        assert one["interval_low"] is not None
        assert one["distance_clear"] is None
    before = row(50, 1000, year=2019)
    one = told(told_of(before, row(5, 1000, change_effect="reserved")))
    assert one["change_clear"] is None


def test_change_from_a_year_without_counts_is_not_judged(told_of: Told) -> None:
    before = row(5, 1000, year=2019, numerator=float("nan"))
    one = told(told_of(before, row(50, 1000)))
    assert one["interval_low"] is not None
    assert one["change_clear"] is None


def test_distance_is_clear_where_the_mean_is_outside(told_of: Told) -> None:
    """Of Oslo's 100 in 1000 the interval is 8.3 to 12.0 percent."""
    for others, is_clear in ((150, True), (110, False), (90, False), (50, True)):
        of_bergen = row(others, 1000, kommune="bergen")
        assert told(told_of(of_bergen, row(100, 1000)))["distance_clear"] is is_clear


def test_rows_keep_their_order_and_labels(
    indexed: pd.DataFrame, known: Catalogue
) -> None:
    """Nothing of the table is touched, whatever its rows are called."""
    mixed = indexed.sample(frac=1, random_state=1)
    found = chance.beside(mixed, known)
    pd.testing.assert_frame_equal(found[indexed.columns], mixed)
    whole = chance.beside(indexed, known).loc[found.index]
    pd.testing.assert_frame_equal(found, whole)


# -- the level -------------------------------------------------------------------------


def rewritten(known: Catalogue, folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of ``parameters/`` with one thing changed."""
    shutil.copytree(known.folder, folder)
    content = (folder / file).read_text("utf-8")
    assert old in content
    (folder / file).write_text(content.replace(old, new, 1), "utf-8")
    return folder


def test_level_is_the_one_in_the_file(
    known: Catalogue, indexed: pd.DataFrame, tmp_path: Path
) -> None:
    """At a higher level intervals are wider, and less is called clear."""
    level = known.phrases.thresholds.confidence.value
    texts = ["fraser.yaml", f"confidence:\n    value: {level:g}\n"]
    surer = load_catalogue(
        rewritten(known, tmp_path / "p", *texts, "confidence:\n    value: 99\n")
    )
    usual, careful = (chance.beside(indexed, one) for one in (known, surer))
    is_told = usual["interval_low"].notna()
    assert (careful["interval_low"] < usual["interval_low"])[is_told].all()
    for name in ("distance_clear", "change_clear"):
        assert careful[name].sum() < usual[name].sum()
        assert (careful[name] <= usual[name]).dropna().all()


def test_level_that_is_none_is_refused(known: Catalogue, tmp_path: Path) -> None:
    level = known.phrases.thresholds.confidence.value
    texts = ["fraser.yaml", f"confidence:\n    value: {level:g}\n"]
    folder = rewritten(known, tmp_path / "p", *texts, "confidence:\n    value: 100\n")
    with pytest.raises(ParameterError, match=r"confidence: .*percent from 50"):
        load_catalogue(folder)


def test_words_name_the_level(known: Catalogue) -> None:
    level = f"{known.phrases.thresholds.confidence.value:g} %-nivået"
    for word in ("method_chance_meaning", "about_interval_low"):
        assert level in known.phrases.words[word]


# -- shares that are collected by hand -------------------------------------------------


def collected(known: Catalogue, folder: Path, *cells: str) -> Path:
    """A copy of ``parameters/`` in which Oslo's share of 2020 has counts."""
    shutil.copytree(known.folder, folder)
    path = folder / "sosiale_tjenester" / "manuelle" / f"{COLLECTED}.csv"
    head, *lines = path.read_text("utf-8").splitlines()
    given = [
        ",".join([line, *(cells if line.startswith("oslo,2020,50.0,") else ("", ""))])
        for line in lines
    ]
    path.write_text("\n".join([f"{head},numerator,denominator", *given]) + "\n")
    return folder


def test_collected_share_with_counts_has_an_interval(
    known: Catalogue, snapshot: Snapshot, tmp_path: Path
) -> None:
    """Newcombe's limits are of what was collected, and the value stays as collected."""
    folder = collected(known, tmp_path / "p", "10", "20")
    figures = frames.load(2020, snapshot=snapshot, parameters=folder)
    shares = figures[figures["indicator_id"] == COLLECTED]
    (one,) = shares[shares["interval_low"].notna()].to_dict("records")
    assert (one["kommune_id"], one["year"], one["value"]) == ("oslo", 2020, 50.0)
    assert (one["numerator"], one["denominator"]) == (10, 20)
    limits = (one["interval_low"], one["interval_high"])
    assert limits == pytest.approx((29.93, 70.07), abs=0.005)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("11", "20"), r"oslo 2020: 11 of 20 is 55.0, and the value is 50.0"),
        (("10", ""), "numerator and denominator stand together"),
        (("", "20"), "numerator and denominator stand together"),
        (("-10", "-20"), "numerator"),
        (("9.5", "19"), "numerator"),
    ],
)
def test_counts_that_do_not_make_the_share_are_refused(
    known: Catalogue, tmp_path: Path, cells: tuple[str, str], said: str
) -> None:
    with pytest.raises(ParameterError, match=said) as refused:
        load_catalogue(collected(known, tmp_path / "p", *cells))
    assert COLLECTED in str(refused.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "sosiale_tjenester/manuelle/sykefravaer.csv",
            "note\n",
            "note,numerator,denominator\n",
            "",
        ),
        (
            "sosiale_tjenester/manuelle/sykefravaer.csv",
            "collected,note\noslo,2015,9.9,,reconstructed,"
            "reconstructed; not an official figure,2026-11-23,\n",
            "collected,note,numerator,denominator\noslo,2015,9.9,,reconstructed,"
            "reconstructed; not an official figure,2026-11-23,,99,1000\n",
            "does not say chance: share of sykefravaer",
        ),
        (
            "sosiale_tjenester/indikatorer.yaml",
            "formula: {ready: stonadslengde_18_24}\n    mean: plain\n",
            "formula: {ready: stonadslengde_18_24}\n    mean: plain\n"
            "    chance: share\n",
            "money and time have none",
        ),
        (
            "sosiale_tjenester/indikatorer.yaml",
            "numerator: [kvp_mottakere]",
            "numerator: [netto_driftsutgifter_f276]",
            "netto_driftsutgifter_f276 is in 1000 kr; chance is of personer",
        ),
    ],
)
def test_chance_is_of_counted_persons(
    known: Catalogue, tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    folder = rewritten(known, tmp_path / "p", file, old, new)
    if not said:
        # Columns that nothing stands in are no mistake.
        load_catalogue(folder)
        return
    with pytest.raises(ParameterError, match=said):
        load_catalogue(folder)


# -- the real figures ------------------------------------------------------------------


def test_every_figure_of_counted_persons_has_an_interval(
    known: Catalogue, indexed: pd.DataFrame
) -> None:
    rows = chance.beside(indexed, known)
    kinds = rows["indicator"].map(
        {one.id: one.chance for one in known.service.indicators}
    )
    has_counts = kinds.notna() & rows["value"].notna() & rows["numerator"].notna()
    assert has_counts.sum() > 300
    assert rows["interval_low"].notna().eq(has_counts).all()
    assert rows["interval_high"].notna().eq(has_counts).all()
    has_distance = has_counts & rows["distance"].notna()
    assert rows["distance_clear"].notna().eq(has_distance).all()


def test_facts_say_what_the_table_says(
    known: Catalogue,
    indexed: pd.DataFrame,
    findings_of: Callable[[str, int], Findings],
) -> None:
    rows = chance.beside(indexed, known).set_index(["indicator", "kommune", "year"])
    for fact in findings_of("trondheim", 2020).book.facts.values():
        said = rows.loc[(fact.indicator, fact.kommune, fact.year)]
        for name in CHANCE_COLUMNS:
            wanted = None if pd.isna(said[name]) else said[name]
            assert getattr(fact, name) == wanted, (fact.id, name)

"""
The arithmetic: what must hold for any table, and what holds for the real one.

Made-up tables come from :func:`tables`: a few kommuner, two indicators, two years,
small whole numbers, so that ties, gaps and left-out values are common.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from asss.analysis.indexing import index_to_network
from asss.analysis.tables import INDEX_COLUMNS, KEY, OBSERVATION_COLUMNS
from asss.catalogue.catalogue import Catalogue
from asss.errors import NetworkMeanError

#: The same examples every time, and no clock: a test that fails, fails for everybody.
steady = settings(max_examples=20)

Rule = Callable[[str, int], str]
RULES: dict[str, Rule] = {
    name: lambda *_, name=name: name for name in ("plain", "weighted")
}
YEARS = (2019, 2020)
rules = st.sampled_from(sorted(RULES))
always = st.just(True)
often = st.sampled_from([True, True, True, False])
some = st.integers(1, 9)
shown = st.just("shown")
any_effect = st.sampled_from(["shown", "shown", "shown", "reserved", "withheld"])
often_none = st.sampled_from(["", "", "", "", ":", ".."])

#: What stands beside the result and is carried over from the observations.
CARRIED = ["previous", "previous_basis"]


def row(kommune: str, **fields: Any) -> dict[str, Any]:
    """A plain figure, 10 of 100, with what a test gives instead."""
    made = {
        "indicator": "x",
        "kommune": kommune,
        "year": 2020,
        "numerator": 10.0,
        "denominator": 100.0,
        "factor": 100.0,
        "status": "",
        "basis": "real",
        "tables": (),
        "cells": (),
        "is_shown": True,
        "has_distance": True,
        "in_mean": True,
        "is_mean_usable": True,
        "change_effect": "shown",
        "forbehold": (),
        **fields,
    }
    ratio = made["numerator"] / made["denominator"] * made["factor"]
    made["value"] = float("nan") if made["status"] else ratio
    return made


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    """Rows as a table that keeps the contract of ``observations``."""
    return pd.DataFrame(rows, columns=OBSERVATION_COLUMNS)


@st.composite
def tables(
    draw: DrawFn,
    *,
    signs: SearchStrategy[str] = often_none,
    in_mean: SearchStrategy[bool] = often,
    has_distance: SearchStrategy[bool] = often,
    is_mean_usable: SearchStrategy[bool] = often,
    effects: SearchStrategy[str] = any_effect,
    numerators: SearchStrategy[int] = some,
) -> pd.DataFrame:
    """Two indicators, two years and up to six kommuner, with all that can befall."""
    kommuner = [f"k{place}" for place in range(draw(st.integers(1, 6)))]
    rows = []
    for indicator, factor in (("x", 100.0), ("y", 1000.0)):
        for year in YEARS:
            usable = draw(is_mean_usable)
            rows += [
                row(
                    kommune,
                    indicator=indicator,
                    year=year,
                    numerator=float(draw(numerators)),
                    denominator=float(draw(st.integers(1, 4)) * 10),
                    factor=factor,
                    status=draw(signs),
                    basis=draw(st.sampled_from(["real", "published", "reconstructed"])),
                    has_distance=draw(has_distance),
                    in_mean=draw(in_mean),
                    is_mean_usable=usable,
                    change_effect=draw(effects),
                )
                for kommune in kommuner
            ]
    return table(*rows)


full_tables = tables(
    signs=st.just(""), in_mean=always, has_distance=always, is_mean_usable=always
)


def counted(indexed: pd.DataFrame) -> pd.DataFrame:
    """The rows that belong in mean, lowest, highest and rank."""
    return indexed[
        indexed["value"].notna() & indexed["in_mean"] & indexed["is_mean_usable"]
    ]


def groups(indexed: pd.DataFrame) -> list[tuple[Any, pd.DataFrame]]:
    """The rows of each indicator and year, together."""
    return list(indexed.groupby(["indicator", "year"]))


def same(left: pd.DataFrame, right: pd.DataFrame, *, but: list[str]) -> None:
    """Assert two tables equal row by row of the key, the order of ties aside."""
    parts = []
    for part in (left, right):
        part = part.set_index(KEY).sort_index().drop(columns=but)
        for holders in ("lowest_kommune", "highest_kommune"):
            part[holders] = part[holders].map(sorted)
        parts.append(part)
    pd.testing.assert_frame_equal(*parts, rtol=1e-12)


def mean_of(rows: pd.DataFrame, rule: str) -> float:
    """The mean by the definition, in exact fractions."""
    parts = [
        (Fraction(n), Fraction(d))
        for n, d in zip(rows["numerator"], rows["denominator"], strict=True)
    ]
    factor = Fraction(rows["factor"].iloc[0])
    if rule == "weighted":
        return float(sum(n for n, _ in parts) / sum(d for _, d in parts) * factor)
    return float(sum(n / d * factor for n, d in parts) / len(parts))


# -- any table -------------------------------------------------------------------------


@steady
@given(tables(), rules, st.sampled_from([0.001, 7.0, 1000.0]))
def test_scaling_a_unit_leaves_index_and_rank(
    observations: pd.DataFrame, rule: str, scale: float
) -> None:
    """Kroner or thousands of kroner: the kommune stands where it stood."""
    scaled = observations.assign(
        value=observations["value"] * scale, factor=observations["factor"] * scale
    )
    before = index_to_network(observations, rule=RULES[rule])
    after = index_to_network(scaled, rule=RULES[rule])
    stays = [*KEY, "index", "rank", "n", "mean_rule", "mean_basis"]
    pd.testing.assert_frame_equal(before[stays], after[stays], rtol=1e-9)


@steady
@given(tables(), rules, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(
    observations: pd.DataFrame, rule: str, random: Any
) -> None:
    """A figure that hangs on the order of a file is no figure."""
    places = list(range(len(observations)))
    random.shuffle(places)
    shuffled = observations.iloc[places].reset_index(drop=True)
    before = index_to_network(observations, rule=RULES[rule])
    after = index_to_network(shuffled, rule=RULES[rule])
    same(before, after, but=[])


@steady
@given(tables(), rules)
def test_rows_come_back_as_they_were(observations: pd.DataFrame, rule: str) -> None:
    """Same rows, same order: the table is added to, and nothing in it is changed."""
    kept = observations.copy(deep=True)
    indexed = index_to_network(observations, rule=RULES[rule])
    pd.testing.assert_frame_equal(observations, kept)
    pd.testing.assert_frame_equal(indexed[OBSERVATION_COLUMNS], kept)
    assert list(indexed.columns) == [*OBSERVATION_COLUMNS, *INDEX_COLUMNS]


@steady
@given(tables(has_distance=always))
def test_plain_mean_of_indexes_is_100(observations: pd.DataFrame) -> None:
    """Under the plain rule every kommune weighs the same."""
    indexed = index_to_network(observations, rule=RULES["plain"])
    for _, rows in groups(counted(indexed)):
        assert rows["index"].mean() == pytest.approx(100)


@steady
@given(tables(has_distance=always))
def test_denominator_weighted_mean_of_indexes_is_100(
    observations: pd.DataFrame,
) -> None:
    """Under the weighted rule a kommune weighs what its denominator does."""
    indexed = index_to_network(observations, rule=RULES["weighted"])
    for _, rows in groups(counted(indexed)):
        weighted = (rows["index"] * rows["denominator"]).sum()
        assert weighted / rows["denominator"].sum() == pytest.approx(100)


@steady
@given(tables(), rules)
def test_mean_is_by_its_definition_over_those_who_count(
    observations: pd.DataFrame, rule: str
) -> None:
    """Weighted: sum of numerators over sum of denominators; plain: over the values."""
    indexed = index_to_network(observations, rule=RULES[rule])
    for _, rows in groups(indexed):
        of = counted(rows)
        assert set(rows["n"]) == {len(of)}
        assert set(rows["mean_rule"]) == {rule}
        if of.empty:
            assert rows["network_mean"].isna().all()
        else:
            assert rows["network_mean"].to_numpy() == pytest.approx(mean_of(of, rule))


@steady
@given(tables(), rules)
def test_missing_stays_missing_and_enters_nothing(
    observations: pd.DataFrame, rule: str
) -> None:
    """A suppressed figure was once published as 0; here it is as if not there."""
    indexed = index_to_network(observations, rule=RULES[rule])
    missing = indexed["value"].isna()
    gaps = indexed.loc[missing, ["index", "rank", "change"]]
    assert gaps.isna().all(axis=None)
    assert (indexed.loc[missing, "status"] != "").all()
    without = observations[~missing]
    if not without.empty:
        alone = index_to_network(without, rule=RULES[rule])
        same(indexed[~missing], alone, but=["previous_basis"])


@steady
@given(tables(), rules)
def test_left_out_values_change_nothing_for_the_others(
    observations: pd.DataFrame, rule: str
) -> None:
    """A figure known to be wrong is printed, and has no part in anything else."""
    indexed = index_to_network(observations, rule=RULES[rule])
    out = ~indexed["in_mean"]
    assert indexed.loc[out, ["index", "rank"]].isna().all(axis=None)
    if not out.all():
        alone = index_to_network(observations[~out], rule=RULES[rule])
        same(indexed[~out], alone, but=CARRIED)


@steady
@given(tables(), rules)
def test_void_mean_gives_nobody_mean_index_or_rank(
    observations: pd.DataFrame, rule: str
) -> None:
    """When the mean cannot be used, no distance may be made from it by anybody."""
    indexed = index_to_network(observations, rule=RULES[rule])
    void = indexed[~indexed["is_mean_usable"]]
    empty = ["network_mean", "lowest", "highest", "index", "rank", "mean_change"]
    assert void[empty].isna().all(axis=None)
    assert (void["n"] == 0).all()
    assert not void[["lowest_kommune", "highest_kommune"]].map(len).any(axis=None)


@steady
@given(tables(), rules)
def test_withheld_distance_takes_only_the_index(
    observations: pd.DataFrame, rule: str
) -> None:
    """To say nothing of a distance is not to leave the figure out of the mean."""
    told = observations.assign(has_distance=True)
    before = index_to_network(observations, rule=RULES[rule])
    after = index_to_network(told, rule=RULES[rule])
    same(before, after, but=["index", "distance", "has_distance"])
    hidden = ~before["has_distance"]
    assert before.loc[hidden, "index"].isna().all()
    pd.testing.assert_series_equal(
        before.loc[~hidden, "index"], after.loc[~hidden, "index"]
    )


@steady
@given(tables(), rules)
def test_rank_counts_those_above_and_ties_share_it(
    observations: pd.DataFrame, rule: str
) -> None:
    """1 is the highest, and two kommuner cannot both be alone in one place."""
    for _, rows in groups(index_to_network(observations, rule=RULES[rule])):
        of = counted(rows)
        for one in of.itertuples():
            assert one.rank == (of["value"] > one.value).sum() + 1
        assert rows.drop(of.index)["rank"].isna().all()


@steady
@given(tables(), rules)
def test_lowest_and_highest_name_all_who_hold_them(
    observations: pd.DataFrame, rule: str
) -> None:
    """Two published pages once claimed the same place, each as if alone."""
    for _, rows in groups(index_to_network(observations, rule=RULES[rule])):
        of = counted(rows)
        for end in ("lowest", "highest"):
            extreme = of["value"].min() if end == "lowest" else of["value"].max()
            holders = tuple(of.loc[of["value"] == extreme, "kommune"])
            assert set(rows[f"{end}_kommune"]) == {holders}
            if holders:
                assert set(rows[end]) == {extreme}


@steady
@given(tables(), rules)
def test_change_is_from_last_year_and_only_where_it_may_be_told(
    observations: pd.DataFrame, rule: str
) -> None:
    """Not over a break, not where it is withheld, not from a value that is left out."""
    indexed = index_to_network(observations, rule=RULES[rule])
    by_key = {(r.indicator, r.kommune, r.year): r for r in indexed.itertuples()}
    for (indicator, kommune, year), now in by_key.items():
        before = by_key.get((indicator, kommune, year - 1))
        previous = float("nan") if before is None else before.value
        assert now.previous == pytest.approx(previous, nan_ok=True)
        allowed = before and before.in_mean and now.change_effect == "shown"
        expected = now.value - previous if allowed else float("nan")
        assert now.change == pytest.approx(expected, nan_ok=True)


@steady
@given(tables() | tables(effects=shown))
def test_mean_change_is_by_one_rule_over_the_same_members(
    observations: pd.DataFrame,
) -> None:
    """A new rule or a new member is no change in what the kommuner do."""

    def rule(_: str, year: int) -> str:
        return "plain" if year < YEARS[-1] else "weighted"

    indexed = index_to_network(observations, rule=rule)
    for (indicator, year), rows in groups(indexed):
        of = counted(indexed[indexed["indicator"] == indicator])
        now, before = of[of["year"] == year], of[of["year"] == year - 1]
        now = now[now["kommune"].isin(before["kommune"])]
        before = before[before["kommune"].isin(now["kommune"])]
        expected = float("nan")
        if len(now) and (now["change_effect"] == "shown").all():
            expected = mean_of(now, rule("", year)) - mean_of(before, rule("", year))
        assert rows["mean_change"].to_numpy() == pytest.approx(
            expected, nan_ok=True, abs=1e-9
        )


@steady
@given(full_tables, rules)
def test_where_nothing_is_amiss_everybody_has_everything(
    observations: pd.DataFrame, rule: str
) -> None:
    """No figure is lost on the way without a reason."""
    indexed = index_to_network(observations, rule=RULES[rule])
    whole = ["network_mean", "lowest", "highest", "index", "rank"]
    assert indexed[whole].notna().all(axis=None)
    assert (indexed["n"] == indexed["kommune"].nunique()).all()


def test_weighted_mean_without_denominator_is_refused_by_name() -> None:
    """Who mends the catalogue must know which entry, which year and which kommune."""
    ready = row("b", numerator=5.0) | {"numerator": float("nan")}
    with pytest.raises(NetworkMeanError, match=r"x 2020: b .*indikatorer") as error:
        index_to_network(table(row("a"), ready), rule=RULES["weighted"])
    assert "plain" in str(error.value), "the message says what to do"


def test_plain_mean_needs_no_denominator() -> None:
    """Ready-made and manual figures have none."""
    ready = row("b", numerator=30.0) | {"numerator": float("nan")}
    indexed = index_to_network(table(row("a"), ready), rule=RULES["plain"])
    assert indexed["network_mean"].tolist() == [20, 20]


def test_mean_of_zero_gives_no_index_and_no_infinity() -> None:
    """When nobody has any, nobody is above or below."""
    rows = [row(kommune, numerator=0.0) for kommune in "ab"]
    indexed = index_to_network(table(*rows), rule=RULES["weighted"])
    assert indexed["index"].isna().all()
    assert indexed["rank"].tolist() == [1, 1]


@steady
@given(tables(numerators=st.integers(-9, 9)), rules)
def test_index_is_made_of_a_mean_above_zero_only(
    observations: pd.DataFrame, rule: str
) -> None:
    """Of a mean of −100, index 132 is a value further below; the rank holds."""
    indexed = index_to_network(observations, rule=RULES[rule])
    for one in counted(indexed).to_dict("records"):
        index = float("nan")
        if one["network_mean"] > 0 and one["has_distance"]:
            index = one["value"] / one["network_mean"] * 100
        assert one["index"] == pytest.approx(index, nan_ok=True)
        assert pd.notna(one["rank"])


def test_mean_that_is_only_what_adding_leaves_is_zero() -> None:
    """0,1 and 0,2 and −0,3 are 0; an index of a mean of 1e-17 would be absurd."""
    rows = [row(name, numerator=n) for name, n in (("a", 1), ("b", 2), ("c", -3))]
    for rule in RULES.values():
        observed = table(*rows).assign(value=[0.1, 0.2, -0.3])
        indexed = index_to_network(observed, rule=rule)
        assert indexed["network_mean"].tolist() == [0, 0, 0]
        assert indexed["index"].isna().all()


def test_real_zero_counts() -> None:
    """A true 0 is a value; only a sign takes a figure out."""
    rows = [row("a", numerator=0.0), row("b", numerator=20.0), row("c", status=":")]
    indexed = index_to_network(table(*rows), rule=RULES["plain"])
    assert indexed["n"].tolist() == [2, 2, 2]
    assert indexed["index"].tolist()[:2] == [0, 200]
    assert set(indexed["lowest_kommune"]) == {("a",)}


# -- the real table --------------------------------------------------------------------

#: Marked with a star in Tabell 1: always a plain mean (domain.md, section 2).
STARRED = {
    "ressursbruksindikator",
    "stonadslengde_18_24",
    "stonadslengde_hovedinntekt",
    "kvp_til_arbeid_utdanning",
    "sykefravaer",
}


@pytest.fixture(scope="module")
def real(indexed: pd.DataFrame) -> pd.DataFrame:
    """The real table by its key."""
    return indexed.set_index(KEY).sort_index()


def members(real: pd.DataFrame, indicator: str, year: int) -> pd.DataFrame:
    """The rows of all kommuner for one indicator and year, by kommune."""
    found = real.xs((indicator, year), level=("indicator", "year"))
    return pd.DataFrame(found)


def test_rule_belongs_to_the_year(indexed: pd.DataFrame) -> None:
    """Plain for all to 2017; weighted from 2018 but for those with a star."""
    is_plain = (indexed["year"] <= 2017) | indexed["indicator"].isin(STARRED)
    expected = is_plain.map({True: "plain", False: "weighted"})
    assert indexed["mean_rule"].tolist() == expected.tolist()


def test_real_means_are_by_their_rule(indexed: pd.DataFrame) -> None:
    """Recomputed from numerators and denominators, for every indicator and year."""
    for (indicator, year), rows in groups(indexed):
        of = counted(rows)
        if of.empty:
            continue
        mean = of["value"].mean()
        if year >= 2018 and indicator not in STARRED:
            parts = of[["numerator", "denominator"]].sum()
            mean = parts["numerator"] / parts["denominator"] * of["factor"].iloc[0]
        assert rows["network_mean"].to_numpy() == pytest.approx(mean), (indicator, year)


def test_tromso_2018_kvp_is_in_no_mean(real: pd.DataFrame) -> None:
    """KS once printed this suppressed figure as 0."""
    rows = members(real, "kvp_mottakere_per_1000", 2018)
    tromso = rows.loc["tromso"]
    assert len(rows) == 10
    assert set(rows["n"]) == {9}
    assert pd.isna(tromso["value"])
    assert tromso["status"] == ":"
    assert tromso[["index", "rank", "change"]].isna().all()
    assert "tromso" not in tromso["lowest_kommune"]
    assert (rows["lowest"] > 0).all()


def test_stavanger_2019_kvp_is_printed_and_counts_nowhere(real: pd.DataFrame) -> None:
    """The figure at SSB is known to be wrong: it stands, and nothing is made of it."""
    rows = members(real, "kvp_mottakere_per_1000", 2019)
    stavanger = rows.loc["stavanger"]
    assert set(rows["n"]) == {9}
    assert pd.notna(stavanger["value"])
    assert stavanger[["index", "rank", "change"]].isna().all()
    after = members(real, "kvp_mottakere_per_1000", 2020).loc["stavanger"]
    assert pd.isna(after["change"]), "nor is next year's change from it"


@pytest.mark.parametrize(
    "indicator",
    ["stonadslengde_18_24", "stonadslengde_hovedinntekt", "andel_hovedinntekt_6mnd"],
)
def test_oslo_2016_stonadslengder_are_left_out(
    real: pd.DataFrame, indicator: str
) -> None:
    """KS left what rests on them out of its table, and a sign of our own says why."""
    rows = members(real, indicator, 2016)
    oslo = rows.loc["oslo"]
    assert pd.isna(oslo["value"])
    assert oslo["status"] == "i.s."
    assert set(rows["n"]) == {9}
    assert pd.isna(members(real, indicator, 2017).loc["oslo", "change"])


def test_drammen_2016_sykefravaer_is_missing(real: pd.DataFrame) -> None:
    """Nobody collected it, and nothing is put in its place."""
    rows = members(real, "sykefravaer", 2016)
    drammen = rows.loc["drammen"]
    assert pd.isna(drammen["value"])
    assert drammen["status"] == ".."
    assert set(rows["n"]) == {9}
    assert pd.isna(members(real, "sykefravaer", 2017).loc["drammen", "change"])


def test_kvp_til_arbeid_2020_has_no_mean(real: pd.DataFrame) -> None:
    """KS prints each kommune's own figure, and no mean: the reporting was in error."""
    rows = members(real, "kvp_til_arbeid_utdanning", 2020)
    assert rows["value"].notna().all()
    assert rows[["network_mean", "index", "rank"]].isna().all(axis=None)
    assert set(rows["n"]) == {0}


def test_trondheim_2020_needs_the_weighted_mean(real: pd.DataFrame) -> None:
    """«9 %» was printed; the plain mean would give 4."""
    rows = members(real, "andel_mottakere_18_24", 2020)
    trondheim = rows.loc["trondheim"]
    assert trondheim["index"] - 100 == pytest.approx(8.8, abs=0.05)
    plain = (trondheim["value"] / rows["value"].mean() - 1) * 100
    assert plain == pytest.approx(3.8, abs=0.05)


def test_no_change_is_told_across_a_merger(
    indexed: pd.DataFrame, known: Catalogue
) -> None:
    """The new kommune is another than the old one."""
    merged = {member.id for member in known.network.members if member.mergers}
    rows = indexed[(indexed["year"] == 2020) & indexed["kommune"].isin(merged)]
    assert rows["kommune"].nunique() == 5
    assert rows["change"].isna().all()
    assert rows["previous"].notna().all()


# -- the mean of the others ------------------------------------------------------------

OTHERS: dict[str, Rule] = {
    name: lambda *_, name=name: f"{name}_of_others" for name in RULES
}


@steady
@given(tables(), rules)
def test_mean_of_others_and_the_own_figure_make_the_mean_of_all(
    observations: pd.DataFrame, rule: str
) -> None:
    """Plain: n - 1 times the one and the own are n times the other; or by weights."""
    of_all = index_to_network(observations, rule=RULES[rule])
    of_others = index_to_network(observations, rule=OTHERS[rule])
    for (_, rows), (_, whole) in zip(groups(of_others), groups(of_all), strict=True):
        behind = counted(whole)
        mean = whole["network_mean"].iloc[0]
        for name, one in rows.iterrows():
            if name not in behind.index:
                # Whoever is in no mean is held against that of all.
                assert one["network_mean"] == pytest.approx(mean, nan_ok=True)
                continue
            assert one["mean_of"] == tuple(
                sorted({*behind["kommune"]} - {one["kommune"]})
            )
            if len(behind) == 1:
                assert pd.isna(one["network_mean"])
                continue
            weighs = (
                behind["denominator"] if rule == "weighted" else behind["year"] * 0 + 1
            )
            own = weighs[name]
            made = one["network_mean"] * (weighs.sum() - own) + one["value"] * own
            assert made == pytest.approx(mean * weighs.sum())


@steady
@given(tables(), rules)
def test_what_is_against_others_lies_on_their_mean_and_no_other(
    observations: pd.DataFrame, rule: str
) -> None:
    """Index, distance and basis; place and ends are of everybody as before."""
    of_all = index_to_network(observations, rule=RULES[rule])
    rows = index_to_network(observations, rule=OTHERS[rule])
    assert set(rows["mean_rule"]) == {f"{rule}_of_others"}
    told = rows[rows["index"].notna()]
    made = told["value"] / told["network_mean"] * 100
    assert told["index"].to_numpy() == pytest.approx(made.to_numpy())
    assert told["distance"].to_numpy() == pytest.approx(made.to_numpy() - 100)
    alike = ["value", "rank", "n", "lowest", "highest", "previous", "change"]
    pd.testing.assert_frame_equal(told[alike], of_all.loc[told.index, alike])


@steady
@given(tables(has_distance=always, in_mean=always, is_mean_usable=always), rules)
def test_nobody_changes_side_when_held_against_the_others(
    observations: pd.DataFrame, rule: str
) -> None:
    """Taking a figure out of its mean only moves the mean away from it."""
    of_all = index_to_network(observations, rule=RULES[rule])["distance"]
    of_others = index_to_network(observations, rule=OTHERS[rule])["distance"]
    both = of_all.notna() & of_others.notna()
    assert (of_all[both].round(6) * of_others[both].round(6) >= 0).all()
    assert (of_others[both].abs() >= of_all[both].abs() - 1e-6).all()


def test_the_only_one_with_a_figure_has_nobody_to_be_held_against() -> None:
    """No mean, no index, no place; who lacks a figure has the mean of who has one."""
    alone = table(row("a"), row("b", status=":"), row("c", in_mean=False))
    rows = index_to_network(alone, rule=OTHERS["plain"]).set_index("kommune")
    assert rows.loc["a", ["network_mean", "index", "rank"]].isna().all()
    assert rows.loc["a", "mean_of"] == ()
    assert rows.loc[["b", "c"], "network_mean"].tolist() == [10.0, 10.0]
    assert rows["n"].tolist() == [0, 0, 0]


def test_suppressed_figure_of_another_is_in_no_mean_of_others() -> None:
    """The mean of b is of a alone, and rests on what that rests on."""
    given = table(row("a", basis="reconstructed"), row("b"), row("c", status=":"))
    rows = index_to_network(given, rule=OTHERS["plain"]).set_index("kommune")
    assert rows["mean_of"].tolist() == [("b",), ("a",), ("a", "b")]
    assert rows["mean_basis"].tolist() == ["real", "reconstructed", "reconstructed"]
    assert rows["distance_basis"].tolist()[:2] == ["reconstructed", "reconstructed"]


def test_whom_a_mean_is_of_goes_by_the_newest_year() -> None:
    """How its members weigh goes by the year of the figures."""

    def changing(_: str, year: int) -> str:
        return "plain_of_others" if year < YEARS[-1] else "weighted"

    rows = [
        row(k, year=y, denominator=d) for y in YEARS for k, d in (("a", 10), ("b", 90))
    ]
    both = index_to_network(table(*rows), rule=changing)
    assert both["mean_rule"].tolist() == ["plain"] * 2 + ["weighted"] * 2
    before = index_to_network(table(*rows[:2]), rule=changing)
    assert set(before["mean_rule"]) == {"plain_of_others"}
    assert before["network_mean"].tolist() == before["value"].tolist()[::-1]

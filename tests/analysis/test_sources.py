"""What comes in is the right figure of the right year, or a gap that says why."""

import dataclasses
import hashlib
import json
import math
import re
import shutil
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from asss import statbank
from asss.analysis import sources, tables
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Range, Service
from asss.errors import SnapshotError, TableError, UsageError
from asss.statbank import Snapshot, holdings

KEY = ["indicator", "kommune", "year"]
SOSIALTJENESTEN = "netto_driftsutgifter_sosialtjenesten_per_innb"
OLD_BORDERS = "manuelle/innbyggere_gamle_grenser.csv"
MERGED = ("trondheim", "stavanger", "kristiansand", "sandnes", "drammen")

Row = Callable[[str, str, int], Any]
MeasureRow = Callable[[str, str, int], Any]


@pytest.fixture(scope="module")
def row(observations: pd.DataFrame) -> Row:
    """Find one observation by its key."""
    rows = {tuple(one[:3]): one for one in observations.itertuples(index=False)}
    return lambda *key: rows[key]


@pytest.fixture(scope="module")
def measure(measures: pd.DataFrame) -> MeasureRow:
    """Find one basic figure by its key."""
    columns = ["measure", "kommune", "year", "value", "status", "basis"]
    rows = {tuple(one[:3]): one for one in measures[columns].itertuples(index=False)}
    return lambda *key: rows[key]


def codes_in(cells: tuple[str, ...], table: str, variable: str) -> list[str]:
    """The codes of a variable in the cells that were read from a table."""
    return [
        match[1]
        for cell in cells
        if cell.startswith(f"{table}[")
        and (match := re.search(rf"[\[,]{variable}=([^,\]]+)", cell))
    ]


# -- which rows ------------------------------------------------------------------------


def test_every_indicator_has_every_member_and_year(
    known: Catalogue, observations: pd.DataFrame
) -> None:
    """A gap is a row with a sign, so that no table has a hole nobody explains."""
    wanted = [
        (indicator.id, member.id, year)
        for indicator in known.service.figures
        for member in known.network.in_year(2020)
        for year in range(2015, 2021)
    ]
    found = observations[KEY].itertuples(index=False, name=None)
    assert list(found) == wanted
    assert len(wanted) == 19 * 10 * 6


def test_later_years_are_not_looked_at(known: Catalogue, snapshot: Snapshot) -> None:
    """A report on 2017 reads the same whether or not 2018 has come."""
    early = sources.load_observations(known, snapshot, until=2017)
    late = sources.load_observations(known, snapshot, until=2020)
    same = late[late["year"] <= 2017].reset_index(drop=True)
    pd.testing.assert_frame_equal(early, same)


def test_available_years_are_those_of_every_measure(
    known: Catalogue, snapshot: Snapshot
) -> None:
    """The table of population ends with 2021, which is the end of data year 2020."""
    assert holdings.available_years(known, snapshot) == tuple(range(2015, 2021))


@pytest.mark.parametrize("year", [2014, 2021, 0])
def test_year_outside_is_refused_with_those_inside(
    known: Catalogue, snapshot: Snapshot, year: int
) -> None:
    """It is the user's slip: the message says what can be asked instead."""
    with pytest.raises(UsageError, match="it holds 2015-2020") as refusal:
        sources.load_observations(known, snapshot, until=year)
    assert str(year) in str(refusal.value)
    assert "'embedded'" in str(refusal.value)
    # Nothing can be fetched from before the first year.
    assert ("`asss fetch`" in str(refusal.value)) == (year > 2020)
    assert "\n" not in str(refusal.value)


def test_snapshot_is_opened_by_name_or_folder(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    """`embedded` is no folder; everything else is."""
    shutil.copytree(snapshot.folder, tmp_path / "copy")
    opened = holdings.open_snapshot(str(tmp_path / "copy"))
    assert opened.datasets == holdings.open_snapshot("embedded").datasets
    with pytest.raises(SnapshotError, match="elsewhere"):
        holdings.open_snapshot(str(tmp_path / "elsewhere"))


# -- numbers and years -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("kommune", "year", "number", "number_of_population"),
    [
        ("trondheim", 2016, "1601", "1601"),
        # 31.12.2017 is counted on 1 January 2018, under the new number.
        ("trondheim", 2017, "1601", "5001"),
        ("trondheim", 2018, "5001", "5001"),
        ("trondheim", 2020, "5001", "5001"),
        ("bergen", 2018, "1201", "1201"),
        ("bergen", 2019, "1201", "4601"),
        ("bergen", 2020, "4601", "4601"),
        ("oslo", 2015, "0301", "0301"),
        ("tromso", 2019, "1902", "5401"),
        ("baerum", 2020, "3024", "3024"),
    ],
)
def test_kommunenummer_is_that_of_the_year_of_the_table(
    row: Row, kommune: str, year: int, number: str, number_of_population: str
) -> None:
    """With the number of another year SSB answers with a point, or another place."""
    cells = row("andel_mottakere_18_24", kommune, year).cells
    assert codes_in(cells, "12210", "KOKkommuneregion0000") == [number]
    assert codes_in(cells, "07459", "Region") == [number_of_population]


def test_recipients_are_those_of_the_data_year(observations: pd.DataFrame) -> None:
    """Only the population is read a year later."""
    for one in observations.itertuples():
        for table in ("12210", "12213", "12160", "13138", "12367"):
            assert set(codes_in(one.cells, table, "Tid")) <= {str(one.year)}


def test_population_is_that_of_the_next_first_of_january(
    observations: pd.DataFrame,
) -> None:
    """31.12. of the data year: seven published levels fit it, and no other date."""
    found = 0
    for one in observations.itertuples():
        periods = codes_in(one.cells, "07459", "Tid")
        assert set(periods) <= {str(one.year + 1)}
        found += len(periods)
    assert found


def test_population_of_both_ages_is_added(row: Row, measure: MeasureRow) -> None:
    """18-66 is no group of SSB's."""
    young = measure("innbyggere_18_24", "oslo", 2018).value
    older = measure("innbyggere_25_66", "oslo", 2018).value
    one = row("andel_mottakere_18_66", "oslo", 2018)
    assert one.denominator == young + older
    ages = codes_in(one.cells, "07459", "Alder")
    assert ages == ["018-024", "025-066"]


@pytest.mark.parametrize("kommune", MERGED)
def test_old_borders_stand_before_those_of_ssb(
    row: Row, snapshot: Snapshot, known: Catalogue, kommune: str
) -> None:
    """Recipients of the old kommune per inhabitant of the new one would be nonsense."""
    one = row("andel_mottakere_18_24", kommune, 2019)
    assert one.denominator == known.manual["innbyggere_18_24", kommune, 2019].value
    assert one.basis == "reconstructed"
    assert one.tables == ("12210", OLD_BORDERS)
    assert one.cells[-1] == f"{OLD_BORDERS}[innbyggere_18_24,{kommune},2019]"
    query = {
        "Region": known.network.member(kommune).number_in(2020),
        "Alder": "018-024",
        "ContentsCode": "Personer1",
        "Tid": "2020",
    }
    in_new_borders = snapshot.cell("07459", query).value
    assert in_new_borders
    assert one.denominator < in_new_borders


@pytest.mark.parametrize("kommune", ["oslo", "bergen", "tromso", "baerum"])
def test_unchanged_borders_need_no_estimate(row: Row, kommune: str) -> None:
    """Where nothing was merged, SSB's figure is the right one in 2019 too."""
    assert OLD_BORDERS not in row("andel_mottakere_18_24", kommune, 2019).tables


@pytest.mark.parametrize("kommune", MERGED)
@pytest.mark.parametrize("year", [2018, 2020])
def test_estimate_is_used_in_no_other_year(row: Row, kommune: str, year: int) -> None:
    """Before and after, SSB's borders are those of the figures."""
    assert OLD_BORDERS not in row("andel_mottakere_18_24", kommune, year).tables


# -- arithmetic ------------------------------------------------------------------------


def test_ratio_is_numerator_by_denominator_times_factor(
    observations: pd.DataFrame,
) -> None:
    """The mean is formed from the parts, so the parts must be those of the value."""
    ratios = observations.dropna(subset=["value", "denominator"])
    assert len(ratios)
    wanted = ratios["numerator"] / ratios["denominator"] * ratios["factor"]
    pd.testing.assert_series_equal(ratios["value"], wanted, check_names=False)


def test_ready_made_and_manual_figures_have_no_parts(
    known: Catalogue, observations: pd.DataFrame
) -> None:
    """They cannot be weighted, and nothing may pretend that they can."""
    without = [i.id for i in known.service.indicators if not i.formula.denominator]
    rows = observations[observations["indicator"].isin(without)]
    assert rows[["numerator", "denominator", "factor"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("kommune", "year"), [("oslo", 2015), ("tromso", 2017), ("trondheim", 2020)]
)
def test_sosialtjenesten_is_the_sum_of_its_five_functions(
    row: Row, measure: MeasureRow, kommune: str, year: int
) -> None:
    """SSB's own group FGK12a holds three of them only."""
    one = row(SOSIALTJENESTEN, kommune, year)
    functions = ["242", "243", "273", "276", "281"]
    assert codes_in(one.cells, "12367", "KOKfunksjon0000") == functions
    assert one.numerator == sum(
        measure(f"netto_driftsutgifter_f{function}", kommune, year).value
        for function in functions
    )


@pytest.mark.parametrize(
    ("indicator", "kommune", "year", "value"),
    [
        ("ressursbruksindikator", "trondheim", 2020, 1.04),
        ("kvp_til_arbeid_utdanning", "trondheim", 2020, 46.0),
    ],
)
def test_manual_figure_is_taken_as_it_stands(
    row: Row, indicator: str, kommune: str, year: int, value: float
) -> None:
    """Collected by hand, printed as collected; its file is named as its source."""
    one = row(indicator, kommune, year)
    assert one.value == value
    assert one.tables == (f"manuelle/{indicator}.csv",)
    assert one.cells == (f"manuelle/{indicator}.csv[{indicator},{kommune},{year}]",)


# -- what a figure rests on ------------------------------------------------------------


@pytest.mark.parametrize(
    ("indicator", "kommune", "year", "basis"),
    [
        # SSB's recipients by SSB's population.
        ("andel_mottakere_18_66", "oslo", 2018, "real"),
        ("andel_mottakere_18_24", "bergen", 2017, "real"),
        # From an annual report, by SSB's population.
        ("andel_mottakere_18_66", "baerum", 2019, "published"),
        # SSB's recipients by an estimate of the population.
        ("andel_mottakere_18_66", "trondheim", 2019, "reconstructed"),
        # Reconstructed recipients by SSB's population.
        ("andel_mottakere_25_66", "oslo", 2018, "reconstructed"),
    ],
)
def test_figure_has_the_basis_of_its_weakest_part(
    row: Row, indicator: str, kommune: str, year: int, basis: str
) -> None:
    """A sum is no better than its worst part, and a reader is told which it is."""
    assert row(indicator, kommune, year).basis == basis


def test_every_basis_is_the_weakest_of_the_parts(
    known: Catalogue, observations: pd.DataFrame, measure: MeasureRow
) -> None:
    """All of them: no reconstructed part hides behind a real one."""
    order = {basis: place for place, basis in enumerate(tables.BASES)}
    for one in observations.itertuples():
        formula = known.indicator(one.indicator).formula
        if formula.manual:
            continue
        parts = [
            measure(name, one.kommune, one.year).basis for name in formula.measures
        ]
        assert one.basis == max(parts, key=order.__getitem__)


# -- gaps ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("indicator", "kommune", "year", "sign"),
    [
        pytest.param(
            "kvp_mottakere_per_1000", "tromso", 2018, ":", id="suppressed-by-SSB"
        ),
        pytest.param("sykefravaer", "drammen", 2016, "..", id="missing-by-hand"),
        pytest.param("stonadslengde_18_24", "oslo", 2016, "i.s.", id="left-out-1"),
        pytest.param("stonadslengde_hovedinntekt", "oslo", 2016, "i.s.", id="left-2"),
        pytest.param("andel_hovedinntekt_6mnd", "oslo", 2016, "i.s.", id="left-out-3"),
    ],
)
def test_gap_keeps_its_sign_and_is_never_zero(
    row: Row, indicator: str, kommune: str, year: int, sign: str
) -> None:
    """It has happened: a suppressed figure was published as 0."""
    one = row(indicator, kommune, year)
    assert math.isnan(one.value)
    assert one.status == sign
    assert not one.is_shown
    assert not one.has_distance
    assert not one.in_mean
    # Nor can it be computed from what it was made of.
    assert math.isnan(one.numerator)
    assert math.isnan(one.denominator)


def test_no_other_figure_is_missing(observations: pd.DataFrame) -> None:
    """The five above are all; a new gap must be seen, and not slip into a mean."""
    gaps = observations[observations["value"].isna()]
    assert sorted(gaps[KEY].itertuples(index=False, name=None)) == [
        ("andel_hovedinntekt_6mnd", "oslo", 2016),
        ("kvp_mottakere_per_1000", "tromso", 2018),
        ("stonadslengde_18_24", "oslo", 2016),
        ("stonadslengde_hovedinntekt", "oslo", 2016),
        ("sykefravaer", "drammen", 2016),
    ]


def test_nothing_is_zero(observations: pd.DataFrame) -> None:
    """No city of this size has none of anything: a 0 would be a gap in disguise."""
    assert not (observations["value"] == 0).any()


def test_suppressed_measure_is_a_gap_too(measure: MeasureRow) -> None:
    """The reviewer sees the parts, and they may not say 0 either."""
    one = measure("kvp_mottakere", "tromso", 2018)
    assert math.isnan(one.value)
    assert one.status == ":"


def test_figure_out_of_use_keeps_where_it_stands(row: Row) -> None:
    """Oslo's stønadslengde 2016 exists at SSB; what is left out can be looked up."""
    cells = row("stonadslengde_18_24", "oslo", 2016).cells
    assert codes_in(cells, "13138", "Tid") == ["2016"]


def test_forbehold_stand_on_the_figure(known: Catalogue, row: Row) -> None:
    """No later room can use a figure without what must be said of it."""
    one = row("kvp_til_arbeid_utdanning", "trondheim", 2020)
    entries = known.forbehold_for(
        "kvp_til_arbeid_utdanning", "trondheim", 2020, is_fetched=False
    )
    assert one.forbehold == tuple(entry.id for entry in entries)
    assert "snitt_etter_kvp_2020" in one.forbehold
    assert (one.is_mean_usable, one.change_effect) == (False, "reserved")


# -- other snapshots -------------------------------------------------------------------


@pytest.fixture
def changed(snapshot: Snapshot, tmp_path: Path) -> Callable[..., Snapshot]:
    """Open a copy of the snapshot in which one table's answer is another."""

    def change(table: str, content: object) -> Snapshot:
        folder = tmp_path / "snapshot"
        shutil.copytree(snapshot.folder, folder)
        raw = json.dumps(content).encode()
        (folder / f"{table}.json").write_bytes(raw)
        manifest = json.loads((folder / statbank.MANIFEST).read_bytes())
        entry = manifest["tables"][table]
        entry["parts"][0]["sha256"] = hashlib.sha256(raw).hexdigest()
        entry["cells"] = []
        (folder / statbank.MANIFEST).write_text(json.dumps(manifest), "utf-8")
        return holdings.open_snapshot(str(folder))

    return change


def answer_of(snapshot: Snapshot, table: str) -> dict[str, Any]:
    """The answer for a table, as it is written in the snapshot."""
    raw = (snapshot.folder / snapshot.tables[table]["parts"][0]["file"]).read_bytes()
    answer: dict[str, Any] = json.loads(raw)
    return answer


def single_ages(snapshot: Snapshot) -> dict[str, Any]:
    """Population by single years of age, as SSB itself has it, with the same sums."""
    answer = answer_of(snapshot, "07459")
    groups = {"018-024": range(18, 25), "025-066": range(25, 67)}
    regions, *_, periods = snapshot.dataset("07459").dimensions.values()
    values: list[float | None] = []
    signs: list[str] = []
    for region, group in product(regions.labels, groups):
        for age, period in product(groups[group], periods.labels):
            query = {"Region": region, "Alder": group, "Tid": period}
            cell = snapshot.cell("07459", query | {"ContentsCode": "Personer1"})
            signs.append(cell.status)
            if cell.value is None or age != groups[group][0]:
                values.append(None if cell.status else 1)
            else:
                # One of every age, and all the others in the first.
                values.append(cell.value - len(groups[group]) + 1)
    labels = {f"{age:03}": f"{age} år" for ages in groups.values() for age in ages}
    answer["dimension"]["Alder"]["category"] = {"index": [*labels], "label": labels}
    answer["size"][1] = len(labels)
    return {**answer, "value": values, "status": signs}


def test_single_ages_are_added_to_the_same_figures(
    known: Catalogue,
    snapshot: Snapshot,
    observations: pd.DataFrame,
    changed: Callable[..., Snapshot],
) -> None:
    """SSB has single ages; the embedded copy has groups: the reports are the same."""
    found = sources.load_observations(
        known, changed("07459", single_ages(snapshot)), until=2020
    )
    columns = [*KEY, "value", "status", "numerator", "denominator"]
    pd.testing.assert_frame_equal(found[columns], observations[columns])
    cells = found.loc[
        (found["indicator"] == "andel_mottakere_18_24")
        & (found["kommune"] == "oslo")
        & (found["year"] == 2018),
        "cells",
    ].iloc[0]
    assert codes_in(cells, "07459", "Alder") == [f"{a:03}" for a in range(18, 25)]


def test_sum_with_a_gap_is_a_gap(
    known: Catalogue, snapshot: Snapshot, changed: Callable[..., Snapshot]
) -> None:
    """One age that SSB does not publish: the sum of the others is not the whole."""
    answer = single_ages(snapshot)
    # The first cell: 0106 Fredrikstad, 18 years, 1 January 2016.
    answer["value"][0] = None
    answer["status"][0] = ":"
    measures = sources.load_measures(known, changed("07459", answer), years=[2015])
    gaps = measures[measures["value"].isna()]
    found = gaps[["measure", "kommune", "status"]].itertuples(index=False, name=None)
    assert list(found) == [
        ("innbyggere_18_24", "fredrikstad", ":"),
        ("innbyggere_18_66", "fredrikstad", ":"),
    ]


def test_division_by_nobody_is_not_possible(
    known: Catalogue, snapshot: Snapshot, changed: Callable[..., Snapshot]
) -> None:
    """SSB's own sign for it is a point; infinity and 0 would both be printed."""
    answer = answer_of(snapshot, "12210")
    dataset = snapshot.dataset("12210")
    flat = dataset.position(
        {
            "KOKkommuneregion0000": "0301",
            "ContentsCode": "KOSsosantkliente0000",
            "Tid": "2015",
        }
    )
    answer["value"][flat] = None
    answer["status"][str(flat)] = "-"
    found = sources.load_observations(known, changed("12210", answer), until=2015)
    oslo = found[found["kommune"] == "oslo"].set_index("indicator")
    assert oslo.loc["stonad_per_mottaker", "status"] == "."
    assert math.isnan(oslo.loc["stonad_per_mottaker", "value"])
    # None of the recipients is a figure: 0 per cent.
    assert oslo.loc["andel_mottakere_18_66", "value"] == 0


@pytest.mark.parametrize("sign", [".", "..", ":"])
def test_sign_of_one_part_is_the_sign_of_the_figure(
    known: Catalogue, snapshot: Snapshot, changed: Callable[..., Snapshot], sign: str
) -> None:
    """Four functions of five are not sosialtjenesten, also where 0 stands beside."""
    answer = answer_of(snapshot, "12367")
    flat = snapshot.dataset("12367").position(
        {
            "KOKkommuneregion0000": "0301",
            "KOKregnskapsomfa0000": "A",
            "KOKfunksjon0000": "273",
            "KOKart0000": "AGD2",
            "ContentsCode": "KOSbelop0000",
            "Tid": "2015",
        }
    )
    answer["value"][flat] = 0
    answer["status"][str(flat)] = sign
    found = sources.load_observations(known, changed("12367", answer), until=2015)
    oslo = found[found["kommune"] == "oslo"].set_index("indicator")
    assert oslo.loc[SOSIALTJENESTEN, "status"] == sign
    assert math.isnan(oslo.loc[SOSIALTJENESTEN, "value"])
    assert oslo.loc["netto_driftsutgifter_rus_f243_per_innb", "status"] == ""


def test_code_that_is_not_in_its_table_is_named(
    known: Catalogue, snapshot: Snapshot, changed: Callable[..., Snapshot]
) -> None:
    """SSB has renamed it: the message says table, variable and code."""
    answer = answer_of(snapshot, "12210")
    text = json.dumps(answer).replace("KOSant18240000", "KOSant18250000")
    with pytest.raises(TableError) as refusal:
        sources.load_observations(known, changed("12210", json.loads(text)), until=2015)
    for part in ("12210", "ContentsCode", "KOSant18240000"):
        assert part in str(refusal.value)


# -- the contract ----------------------------------------------------------------------

Check = Callable[[pd.DataFrame], pd.DataFrame]


def test_whole_tables_keep_their_contract(
    observations: pd.DataFrame, indexed: pd.DataFrame
) -> None:
    """They come back as they were, so a room can end with the check."""
    assert tables.check_observations(observations) is observations
    assert tables.check_indexed(indexed) is indexed


def put(table: pd.DataFrame, place: int, **cells: object) -> pd.DataFrame:
    """The same table with other cells in one row."""
    damaged = table.copy()
    for name, value in cells.items():
        damaged.loc[damaged.index[place], name] = value
    return damaged


@pytest.mark.parametrize("name", ["observations", "indexed"])
@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        pytest.param({"status": ":"}, "beside a sign", id="value-beside-a-sign"),
        pytest.param({"value": 0.0, "status": ".."}, "beside a sign", id="0-and-sign"),
        pytest.param(
            {"value": float("nan")}, "without a sign", id="gap-without-a-sign"
        ),
        pytest.param({"value": float("inf")}, "is infinite", id="infinite"),
        pytest.param({"basis": "guessed"}, "basis is not of", id="unknown-basis"),
        pytest.param({"basis": None}, "basis is not of", id="no-basis"),
    ],
)
def test_row_that_breaks_the_contract_is_named(
    request: pytest.FixtureRequest, name: str, cells: dict[str, Any], rule: str
) -> None:
    """Table, rule and row: found where it was made, and not on a page."""
    check: Check = getattr(tables, f"check_{name}")
    table: pd.DataFrame = request.getfixturevalue(name)
    with pytest.raises(TableError, match=rule) as refusal:
        check(put(table, 7, **cells))
    first = table.iloc[7]
    assert f"The table {name} is wrong" in str(refusal.value)
    assert f"({first.indicator} {first.kommune} {first.year})" in str(refusal.value)


@pytest.mark.parametrize("name", ["observations", "indexed"])
def test_key_that_stands_twice_is_named(
    request: pytest.FixtureRequest, name: str
) -> None:
    """A kommune that came twice would count twice in the mean."""
    check: Check = getattr(tables, f"check_{name}")
    table: pd.DataFrame = request.getfixturevalue(name)
    twice = pd.concat([table, table.iloc[[7]]], ignore_index=True)
    with pytest.raises(TableError, match="the key stands more than once") as refusal:
        check(twice)
    first = table.iloc[7]
    assert f"({first.indicator} {first.kommune} {first.year})" in str(refusal.value)


@pytest.mark.parametrize("name", ["observations", "indexed"])
def test_columns_are_those_agreed_on(request: pytest.FixtureRequest, name: str) -> None:
    """No room reads a column that another forgot, or adds one unseen."""
    check: Check = getattr(tables, f"check_{name}")
    table: pd.DataFrame = request.getfixturevalue(name)
    with pytest.raises(TableError, match=f"{name} lacks, .*'basis'"):
        check(table.drop(columns="basis"))
    with pytest.raises(TableError, match="'extra'"):
        check(table.assign(extra=1))


def test_at_most_five_rows_are_shown(observations: pd.DataFrame) -> None:
    """Nine hundred rows in a message help nobody."""
    with pytest.raises(TableError) as refusal:
        tables.check_observations(observations.assign(basis="guessed"))
    assert str(refusal.value).count(";") == 4


def test_figure_left_out_of_the_mean_has_no_index(indexed: pd.DataFrame) -> None:
    """Nothing is compared with a mean that it is not part of."""
    place = int(indexed["index"].notna().to_numpy().argmax())
    with pytest.raises(TableError, match="left out of the mean has an index"):
        tables.check_indexed(put(indexed, place, in_mean=False))


# -- plausible figures -----------------------------------------------------------------


def with_values(snapshot: Snapshot, table: str, scale: float) -> Snapshot:
    """The same snapshot, had a table's figures been given in another unit."""
    dataset = snapshot.dataset(table)
    values = [v if v is None else v * scale for v in list(dataset.values)]
    changed = dataclasses.replace(dataset, values=values)
    return dataclasses.replace(snapshot, datasets={**snapshot.datasets, table: changed})


@pytest.mark.parametrize(("scale", "count"), [(1000, 420), (-1000, 419)])
def test_figures_that_nobody_can_have_are_refused(
    known: Catalogue, snapshot: Snapshot, scale: float, count: int
) -> None:
    """SSB writes kr for 1000 kr: 420 values moved, and nothing said so.

    Bergen has one that is so near zero that, turned round, somebody could have it.
    """
    wrong = with_values(snapshot, "12367", scale)
    with pytest.raises(TableError) as refusal:
        sources.load_observations(known, wrong, until=2020)
    said = str(refusal.value)
    for part in (
        f"{count} figures not plausible",
        "netto_driftsutgifter_sosialtjenesten_per_innb for oslo 2015 is ",
        "12367",
        "not within -5000 to 40000",
        f"and {count - 10} more",
        "sosiale_tjenester/indikatorer.yaml",
        "forbehold",
    ):
        assert part in said


def test_figure_that_is_known_to_be_wrong_is_not_refused(
    known: Catalogue, snapshot: Snapshot
) -> None:
    """A forbehold has told of it, and it is in no mean: the other reports go on."""
    indicator = known.indicator("kvp_mottakere_per_1000")
    narrow = Range.model_validate({"from": 100, "to": 200})
    assert any(
        known.kinds[entry.kind].mean == "left_out"
        for entry in known.forbehold_for(
            indicator.id, "stavanger", 2019, is_fetched=False
        )
    )
    fields = {name: getattr(known.service, name) for name in Service.model_fields}
    fields["indicators"] = [indicator.model_copy(update={"plausible": narrow})]
    narrowed = dataclasses.replace(known, service=Service(**fields))
    with pytest.raises(TableError) as refusal:
        sources.load_observations(narrowed, snapshot, until=2020)
    assert "58 figures" in str(refusal.value)


def test_every_real_figure_is_plausible(
    known: Catalogue, observations: pd.DataFrame
) -> None:
    """Bergen's function 273 was −6 942 in 2016, and far more has been spent since."""
    rus = known.indicator("netto_driftsutgifter_rus_f243_per_innb").plausible
    assert rus.holds(-6942 / 186000 * 1000)
    for name, found in observations.groupby("indicator")["value"]:
        plausible = known.indicator(str(name)).plausible
        low, high = found.min(), found.max()
        # Wide: a figure half or twice as large is still no mistake.
        assert plausible.holds(min(low / 2, low * 2) if low > 2 else low)
        assert plausible.holds(high if plausible.at_most in (12, 100) else high * 2)

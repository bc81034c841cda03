"""What SSB sends is held against what we know before a figure of it is used."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cubes
import pytest
import synthetic
import yaml

import asss
from asss.analysis import sources
from asss.catalogue.catalogue import Catalogue
from asss.errors import TableError, UsageError
from asss.statbank import Dataset, Snapshot, holdings

REGION = "KOKkommuneregion0000"
CODE = "KOSsosantkliente0000"

Spoil = Callable[[dict[str, Any]], None]


def unit(cube: dict[str, Any]) -> None:
    cube["dimension"][cubes.CONTENTS]["category"]["unit"][CODE]["base"] = "prosent"


def months(cube: dict[str, Any]) -> None:
    units = cube["dimension"][cubes.CONTENTS]["category"]["unit"]
    units["KOSgjsnitt18240000"]["base"] = "personer"


def contents(cube: dict[str, Any]) -> None:
    label = cube["dimension"][cubes.CONTENTS]["category"]["label"]
    label[CODE] = "Antall barnehagebarn"


def region(cube: dict[str, Any]) -> None:
    label = cube["dimension"][REGION]["category"]["label"]
    label["1103"], label["0301"] = label["0301"], label["1103"]


def negative(cube: dict[str, Any]) -> None:
    cube["value"] = [v if v is None else -v for v in cube["value"]]


def disordered(cube: dict[str, Any]) -> None:
    category = cube["dimension"][cubes.TIME]["category"]
    codes = ["2023", "2022", "2025", "2024"]
    category["index"] = {code: place for place, code in enumerate(codes)}


def future(cube: dict[str, Any]) -> None:
    cube["updated"] = "2026-06-21T06:00:00Z"


WRONG = [
    pytest.param(unit, "gives KOSsosantkliente0000 in «prosent»", id="unit"),
    pytest.param(months, "in «personer», and measure stonadslengde", id="months"),
    pytest.param(contents, "«Antall barnehagebarn», and measure mott", id="contents"),
    pytest.param(region, "calls 0301 «Stavanger»", id="region"),
    pytest.param(negative, "which counts something", id="negative"),
    pytest.param(disordered, "years in no order: 2023, 2022", id="order"),
    pytest.param(future, "updated on 2026-06-21, after it was fetched", id="future"),
]


@pytest.mark.parametrize(("spoil", "complaint"), WRONG)
def test_snapshot_that_cannot_be_right_gives_no_figures(
    spoil: Spoil, complaint: str, known: Catalogue, tmp_path: Path
) -> None:
    """It reads well, its manifest vouches for it, and it is not what we understand."""

    def change(table: str, cube: cubes.Cube) -> cubes.Cube:
        if table == "13995":
            spoil(cube)
        return cube

    folder = synthetic.write_snapshot(tmp_path / "2026-06-20", change=change)
    snapshot = holdings.open_snapshot(str(folder))
    with pytest.raises(TableError, match=f"Table 13995 .*{complaint}"):
        sources.load_observations(known, snapshot, until=2025)


def test_thousand_kroner_are_not_kroner(
    known: Catalogue, synthetic_snapshot: Snapshot
) -> None:
    """180 figures of a report would be a thousandth of what they are."""
    found = relabelled(synthetic_snapshot, "12367", "kr")
    (line, *_) = doubts(known, synthetic_snapshot, found)
    assert "in «kr», and measure netto_driftsutgifter_f242 is in «1000 kr»" in line
    for same in ("1000 kr", "1 000 kr", "1\u00a0000 kroner", "Tusen kr", ""):
        found = relabelled(synthetic_snapshot, "12367", same)
        assert doubts(known, synthetic_snapshot, found) == [], same


@pytest.mark.parametrize("word", ["personer", "antall", "Tilfeller", "mottakere"])
def test_what_is_counted_may_have_any_name(
    word: str, known: Catalogue, synthetic_snapshot: Snapshot
) -> None:
    """SSB's word for the unit is not known; that it counts is."""
    found = relabelled(synthetic_snapshot, "12160", word)
    assert doubts(known, synthetic_snapshot, found) == []


def test_label_may_differ_in_strokes_and_case_or_be_known(
    known: Catalogue, synthetic_snapshot: Snapshot
) -> None:
    dataset = synthetic_snapshot.dataset("13995")
    for label, is_right in (
        ("antall  Sosialhjelpstilfeller", True),
        ("Antall sosialhjelpsmottakere", False),
    ):
        found = labelled(dataset, {CODE: label})
        assert (doubts(known, synthetic_snapshot, found) == []) is is_right


def test_answer_in_another_order_than_the_question_is_doubted(
    known: Catalogue, synthetic_snapshot: Snapshot
) -> None:
    """Every figure would be another year's; falling order is fine if asked so."""
    dataset = synthetic_snapshot.dataset("13995")
    time = dataset.dimension(cubes.TIME)
    falling = replace(time, labels=dict(reversed(time.labels.items())))
    found = replace(dataset, dimensions={**dataset.dimensions, cubes.TIME: falling})
    (line,) = doubts(known, synthetic_snapshot, found)
    assert line.startswith("Table 13995 answers for Tid in another order")


def test_no_doubt_where_nothing_is_wrong(
    known: Catalogue, synthetic_snapshot: Snapshot
) -> None:
    for snapshot in (synthetic_snapshot, holdings.open_snapshot("embedded")):
        for dataset in snapshot.datasets.values():
            assert doubts(known, snapshot, dataset) == []


# -- what moves far --------------------------------------------------------------------


def test_correction_is_no_move_and_another_unit_is(
    synthetic_snapshot: Snapshot,
) -> None:
    """Some figures by much, or all by little, is what SSB does in June."""
    before = synthetic_snapshot.dataset("12367")
    figures = [place for place, value in enumerate(before.values) if value]
    few = set(figures[: len(figures) // 30])

    def after(change: Callable[[int, float], float | None]) -> Dataset:
        values = [v and change(at, v) for at, v in enumerate(before.values)]
        signs = {at: ":" for at, value in enumerate(values) if value is None}
        return replace(before, values=values, status={**before.status, **signs})

    assert holdings.moved(before, before) == []
    assert holdings.moved(before, after(lambda _, v: v * 1.15)) == []
    assert (
        holdings.moved(before, after(lambda at, v: v * (9 if at in few else 1))) == []
    )
    head, first, *_ = holdings.moved(before, after(lambda _, v: v * 1000))
    assert f"{len(figures)} of " in head
    assert " -> " in first
    assert holdings.moved(before, after(lambda *_: None))[1].endswith("-> :")


def doubts(known: Catalogue, snapshot: Snapshot, dataset: Dataset) -> list[str]:
    entry = snapshot.tables[dataset.table]
    return holdings.doubts(known, dataset, entry, fetched=snapshot.fetched)


def relabelled(snapshot: Snapshot, table: str, base: str) -> Dataset:
    """A table whose every unit is this one."""
    dataset = snapshot.dataset(table)
    dimension = dataset.dimension(cubes.CONTENTS)
    changed = replace(dimension, units=dict.fromkeys(dimension.units, base))
    return replace(dataset, dimensions={**dataset.dimensions, cubes.CONTENTS: changed})


def labelled(dataset: Dataset, labels: dict[str, str]) -> Dataset:
    """A table that calls some contents by another name."""
    dimension = dataset.dimension(cubes.CONTENTS)
    changed = replace(dimension, labels={**dimension.labels, **labels})
    return replace(dataset, dimensions={**dataset.dimensions, cubes.CONTENTS: changed})


# -- what nobody has asked for yet -----------------------------------------------------

#: One that no area asks table 12367 for, and one that barnevern does.
NEW, KNOWN = "201", "251"


def begun(root: Path, folder: Path, *functions: str) -> Catalogue:
    """An area as one begins it: expenditure on a function, from barnevern's tables."""
    shutil.copytree(root / "parameters", folder / "parameters")
    theirs = folder / "parameters" / "barnevern" / "indikatorer.yaml"
    content = yaml.safe_load(theirs.read_text("utf-8"))
    row = next(o for o in content["components"] if o["id"] == "netto_f251_per_innb")
    row = {**row, "section": content["sections"][0]["id"]}
    children, spent = (
        next(m for m in content["measures"] if m["id"] == name)
        for name in ("innbyggere_0_17", "netto_f251")
    )
    (series,) = spent["series"]
    content |= {"service": "barnehage", "components": [], "relations": {}}
    content |= {"indicators": [], "measures": [children]}
    for function in functions:
        chosen = {**series["selections"], "KOKfunksjon0000": function}
        new = {
            **spent,
            "id": f"f{function}",
            "series": [{**series, "selections": chosen}],
        }
        formula = {"numerator": [new["id"]], "denominator": children["id"]}
        content["measures"].append(new)
        content["indicators"].append(
            {**row, "id": f"per_{new['id']}", "formula": {**formula, "factor": 1000}}
        )
    tables = {"12367", "07459"}
    content["tables"] = [one for one in content["tables"] if one["id"] in tables]
    mine = folder / "parameters" / "barnehage" / "indikatorer.yaml"
    mine.parent.mkdir()
    # JSON is YAML, and has no aliases for what stands twice.
    mine.write_text(json.dumps(content), "utf-8")
    return asss.load_catalogue(folder / "parameters", service="barnehage")


def test_area_that_nothing_was_asked_for_has_no_years_though_its_tables_are_here(
    root: Path, tmp_path: Path, snapshot: Snapshot
) -> None:
    """Else a dozen reports begin, and each stops in the middle."""
    known = begun(root, tmp_path, NEW)
    assert holdings.available_years(known, snapshot) == ()
    with pytest.raises(
        UsageError,
        match=rf"it lacks KOKfunksjon0000={NEW} in table 12367 of barnehage\. Fetch",
    ):
        holdings.check_year(known, snapshot, 2020)


@pytest.mark.parametrize("functions", [(KNOWN,), (KNOWN, NEW)])
def test_area_that_something_was_asked_for_keeps_its_years(
    functions: tuple[str, ...], root: Path, tmp_path: Path, snapshot: Snapshot
) -> None:
    """One code that is wrong does not leave it out of what is on all: it is told of."""
    known = begun(root, tmp_path, *functions)
    assert holdings.available_years(known, snapshot)[-1] == 2020
    holdings.check_year(known, snapshot, 2020)

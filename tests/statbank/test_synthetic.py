"""What the tests take for SSB's tables: the same figures, and SSB's habits."""

from pathlib import Path

import cubes
import pandas as pd
import pytest
import synthetic

from asss import statbank
from asss.analysis import sources
from asss.catalogue.catalogue import Catalogue
from asss.statbank import Snapshot

#: What a report is made of, without where it was read.
FIGURES = [
    "indicator",
    "kommune",
    "year",
    "value",
    "status",
    "numerator",
    "denominator",
]


def test_reports_to_2020_rest_on_the_same_figures(
    known: Catalogue, observations: pd.DataFrame, synthetic_snapshot: Snapshot
) -> None:
    """Through other codes, single ages and tables of more regions than we ask for."""
    found = sources.load_observations(known, synthetic_snapshot, until=2020)
    pd.testing.assert_frame_equal(found[FIGURES], observations[FIGURES])


def test_every_series_has_a_figure_of_every_member(
    known: Catalogue, synthetic_snapshot: Snapshot
) -> None:
    """In every year it covers; else a report on 2022 could not be made of them."""
    measures = sources.load_measures(known, synthetic_snapshot, years=range(2021, 2026))
    there = measures[measures["status"] == ""]
    assert (there["value"] > 0).all()
    for measure in known.service.measures:
        years = set(there.loc[there["measure"] == measure.id, "year"])
        covered = {
            year
            for year in range(2021, 2026)
            if measure.sum or any(series.covers(year) for series in measure.series)
        }
        assert years == covered
    last = there[(there["year"] == 2025) & (there["measure"] == "mottakere_i_alt")]
    assert set(last["kommune"]) == {member.id for member in known.network.members}


def test_snapshot_is_fetched_and_vouches_for_every_file(
    synthetic_snapshot: Snapshot,
) -> None:
    assert synthetic_snapshot.is_fetched
    assert synthetic_snapshot.name == "2026-06-20"
    assert set(synthetic_snapshot.tables) == set(synthetic.PERIODS)
    for table, entry in synthetic_snapshot.tables.items():
        assert entry["ssb_updated"] == synthetic.UPDATED[table]
        assert entry["resolved"]
        for name in (entry["parts"][0]["file"], entry["metadata"]["file"]):
            assert (synthetic_snapshot.folder / name).is_file()


def test_corrected_edition_differs_where_it_was_corrected(
    tmp_path: Path, synthetic_snapshot: Snapshot
) -> None:
    def change(table: str, cube: cubes.Cube) -> cubes.Cube:
        if table == "14019":
            cube["updated"] = "2026-07-01T06:00:00Z"
            cube["value"] = [v if v is None else v + 1 for v in cube["value"]]
        return cube

    folder = synthetic.write_snapshot(tmp_path / "new", change=change)
    new = statbank.open_snapshot(folder)
    assert {
        t for t in new.tables if new.datasets[t] != synthetic_snapshot.datasets[t]
    } == {"14019"}


def test_code_outside_its_years_has_a_dot_or_a_plain_zero() -> None:
    """Both at SSB, and neither is a figure: of the zero, only the years tell."""
    for table, expected in (("12210", (None, ".")), ("12367", (0, ""))):
        cube = synthetic.tables()[table]
        codes = {
            name: [next(iter(body["category"]["index"]))]
            for name, body in cube["dimension"].items()
        }
        codes |= {"KOKkommuneregion0000": ["0602"], "Tid": ["2020"]}
        answer = cubes.select(cube, codes)
        assert (answer["value"][0], answer.get("status", {}).get("0", "")) == expected


def test_labels_of_old_codes_name_their_years() -> None:
    region = synthetic.tables()["12210"]["dimension"]["KOKkommuneregion0000"]
    labels = region["category"]["label"]
    assert [labels[code] for code in ("EAK", "0602", "3005", "3301", "0301")] == [
        "Landet",
        "Drammen (-2019)",
        "Drammen (2020-2023)",
        "Drammen",
        "Oslo",
    ]


@pytest.mark.parametrize("table", synthetic.PERIODS)
def test_every_answer_says_that_it_is_made_up(table: str) -> None:
    """A file of these must never be taken for SSB's, wherever it is found."""
    cube = synthetic.tables()[table]
    for content in (cube, cubes.metadata(cube)):
        found = statbank.read_metadata(cubes.as_sent(content), table=table)
        assert found.mandatory_notes == (cubes.NOTE,)
        assert content["source"] == cubes.SOURCE
    assert found.is_closed == (table in synthetic.CLOSED)


def test_variable_left_out_is_added_or_its_total_taken() -> None:
    cube = synthetic.tables()["07459"]
    one = {"Region": ["0301"], "Alder": ["018"], "ContentsCode": ["Personer1"]}
    both = cubes.select(cube, {**one, "Kjonn": ["1", "2"], "Tid": ["2021"]})
    assert cubes.select(cube, {**one, "Tid": ["2021"]})["value"] == [sum(both["value"])]
    del one["Region"]
    whole = cubes.select(cube, {**one, "Region": ["0"], "Tid": ["2021"]})
    assert cubes.select(cube, {**one, "Tid": ["2021"]})["value"] == whole["value"]


def test_sign_is_the_sign_of_a_sum() -> None:
    """Drammen's old number in a year when it was no longer in use."""
    question = {
        "Region": ["0602"],
        "Alder": ["018"],
        "ContentsCode": ["Personer1"],
        "Tid": ["2021"],
    }
    answer = cubes.select(synthetic.tables()["07459"], question)
    assert (answer["value"], answer["status"]) == ([None], {"0": "."})

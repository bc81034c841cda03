"""What a table says of itself: units, notes, whether it goes on."""

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import cubes
import pytest
import synthetic

from asss import statbank
from asss.errors import TableError
from asss.statbank import Dataset, Metadata

#: Answers recorded from StatBank, kept outside the repository.
RECORDED = Path(__file__).parents[3] / "shared" / "data" / "recorded"

TABLE = "13138"
REGION = "KOKkommuneregion0000"


def recorded(name: str) -> tuple[dict[str, Any], bytes]:
    """A recorded answer, as JSON and as it came."""
    file = RECORDED / name
    if not file.is_file():
        pytest.skip(f"no answers in {RECORDED}")
    return json.loads(file.read_bytes()), file.read_bytes()


def read(content: object) -> Metadata:
    return statbank.read_metadata(cubes.as_sent(content), table=TABLE)


@pytest.fixture
def cube() -> cubes.Cube:
    return synthetic.tables()[TABLE]


# -- what SSB's answers say ------------------------------------------------------------


def test_notes_that_must_be_shown_are_told_from_the_others() -> None:
    """Of the five notes on table 12134, SSB marks the second and the fourth."""
    content, raw = recorded(
        "ssb-v2-12134-data-oslo-bergen-trondheim-2024.json-stat2.json"
    )
    found = statbank.read_dataset(raw, table="12134")
    assert list(found.mandatory_notes) == [content["note"][1], content["note"][3]]


def test_unit_and_whether_it_goes_on_are_read() -> None:
    _, raw = recorded("ssb-v2-12134-data-oslo-bergen-trondheim-2024.json-stat2.json")
    found = statbank.read_dataset(raw, table="12134")
    assert found.dimension("ContentsCode").units == {"KOSAG110000": "kr"}
    # null in SSB's answer: nobody has closed it.
    assert not found.is_closed
    assert found.updated_on == date(2026, 3, 16)
    assert not any(d.is_eliminable for d in found.dimensions.values())


def test_metadata_of_another_office_with_the_same_software_are_read() -> None:
    content, raw = recorded("TAB6471_metadata.json")
    found = statbank.read_metadata(raw, table="TAB6471")
    sizes = [len(dimension.labels) for dimension in found.dimensions.values()]
    assert (list(found.dimensions), sizes) == (content["id"], content["size"])
    free = [name for name, d in found.dimensions.items() if d.is_eliminable]
    assert free == ["Region", "Kon"]
    assert len(found.mandatory_notes) == len(content["note"]) > 0


# -- what any answer may say -----------------------------------------------------------


def test_units_belong_to_contents_codes(cube: cubes.Cube) -> None:
    units = read(cube).dimension("ContentsCode").units
    assert units["KOSgjsnitt18240000"] == "måneder"
    assert set(units.values()) == {"personer", "1000 kr", "måneder"}
    assert read(cube).dimension("Tid").units == {}


def test_notes_on_values_are_kept_with_which_must_be_shown(cube: cubes.Cube) -> None:
    region = cube["dimension"][REGION]
    region["category"]["note"] = {"0301": ["En", "To"], "4601": ["Tre"]}
    region["extension"]["categoryNoteMandatory"] = {"0301": {"1": True}}
    found = read(cube).dimension(REGION)
    assert found.notes == {"0301": ("En", "To"), "4601": ("Tre",)}
    assert found.mandatory_notes == {"0301": ("To",)}


@pytest.mark.parametrize("marked", [None, {}, {"0": False}])
def test_note_that_is_not_marked_need_not_be_shown(
    marked: object, cube: cubes.Cube
) -> None:
    cube["extension"]["noteMandatory"] = marked
    found = read(cube)
    assert found.mandatory_notes == ()


def test_line_breaks_in_notes_are_spaces(cube: cubes.Cube) -> None:
    """Of the table, a variable and a value; the marks of what must be shown stay."""
    cube["note"] = ["Ikke vist.", "En linje.\r\n  To\nlinjer."]
    cube["extension"]["noteMandatory"] = {"1": True}
    region = cube["dimension"][REGION]
    region["note"] = ["Om\r\nregion."]
    region["extension"]["noteMandatory"] = {"0": True}
    region["category"]["note"] = {"0301": ["Om\rOslo."]}
    found = read(cube)
    assert found.mandatory_notes == ("En linje. To linjer.",)
    assert found.dimension(REGION).mandatory_variable_notes == ("Om region.",)
    assert found.dimension(REGION).notes == {"0301": ("Om Oslo.",)}


@pytest.mark.parametrize(
    ("said", "closed"), [(True, True), (False, False), (None, False)]
)
def test_table_is_closed_when_ssb_says_so(
    said: bool | None, closed: bool, cube: cubes.Cube
) -> None:
    cube["extension"]["discontinued"] = said
    assert read(cube).is_closed is closed


def test_answer_of_the_old_api_says_less_and_is_read() -> None:
    """Version 1 had no notes and no word on whether it goes on."""
    _, raw = recorded("ssb-v1-ks-resultatTest.json")
    found = statbank.read_dataset(raw, table="12367")
    assert found.mandatory_notes == ()
    assert not found.is_closed


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("2021-06-13T22:00:00Z", date(2021, 6, 14)),
        ("2021-06-13T21:59:59Z", date(2021, 6, 13)),
        ("2026-01-14T23:00:00Z", date(2026, 1, 15)),
        ("2026-01-14T22:30:00Z", date(2026, 1, 14)),
        ("2026-03-16T07:00:00Z", date(2026, 3, 16)),
        ("", None),
        (None, None),
    ],
)
def test_date_of_an_update_is_oslos(stamp: str | None, day: date | None) -> None:
    """Midnight in Oslo is the evening before in UTC, by one hour or by two."""
    assert statbank.oslo_date(stamp) == day


def test_stamp_that_is_no_time_is_refused(cube: cubes.Cube) -> None:
    cube["updated"] = "i går"
    with pytest.raises(TableError, match=f"{TABLE} is not whole"):
        read(cube)


# -- nearest ---------------------------------------------------------------------------

KNOWN = {
    "KOSsosantkliente0000": "Antall sosialhjelpstilfeller",
    "KOSgjsnitt18240000": "Gjennomsnittlig stønadslengde 18–24 år",
    "KOSgjsnittvklo0000": "Gjennomsnittlig stønadslengde, hovedinntekt",
    "0301": "Oslo",
}


@pytest.mark.parametrize(
    ("code", "label", "best"),
    [
        ("KOSgjsnitt1824000", None, "KOSgjsnitt18240000"),
        ("kossosantkliente0000", None, "KOSsosantkliente0000"),
        (None, "Gjennomsnittlig stønadslengde 18-24 år", "KOSgjsnitt18240000"),
        ("X", "antall sosialhjelpstilfeller", "KOSsosantkliente0000"),
    ],
)
def test_nearest_is_found_by_code_or_by_label(
    code: str | None, label: str | None, best: str
) -> None:
    assert statbank.nearest(KNOWN, code, label)[0] == (best, KNOWN[best])


def test_nothing_like_it_is_nothing() -> None:
    """A far-fetched guess would be copied into parameters/ by somebody in a hurry."""
    assert statbank.nearest(KNOWN, "9999", "Barnehage") == []
    assert statbank.nearest(KNOWN, None, None) == []


def test_no_more_are_offered_than_asked_for() -> None:
    alike = {f"KOS{n}": "Sosialhjelp" for n in range(9)}
    assert len(statbank.nearest(alike, None, "Sosialhjelp")) == 3
    assert len(statbank.nearest(alike, None, "Sosialhjelp", count=1)) == 1


def test_refusal_of_a_code_names_the_nearest(cube: cubes.Cube) -> None:
    with pytest.raises(TableError, match="KOSgjsnitt18240000 «Gjennomsnittlig"):
        read(cube).code_for("ContentsCode", code="KOSgjsnitt1824", label=None)


# -- joining ---------------------------------------------------------------------------


def part(cube: cubes.Cube, regions: list[str], contents: list[str]) -> Dataset:
    question = {REGION: regions, "ContentsCode": contents, "Tid": ["2019", "2020"]}
    raw = cubes.as_sent(cubes.select(cube, question))
    return statbank.read_dataset(raw, table=TABLE)


MONTHS, RECIPIENTS = "KOSgjsnitt18240000", "SYNmottakere2566"


def test_what_each_part_says_is_kept(cube: cubes.Cube) -> None:
    """Units and notes of a code stand in the part that has the code, and only there."""
    region = cube["dimension"][REGION]
    region["category"]["note"] = {"4601": ["Nye grenser"]}
    region["extension"]["categoryNoteMandatory"] = {"4601": {"0": True}}
    other = copy.deepcopy(cube)
    other["note"] = [cubes.NOTE, "Bare her"]
    other["extension"]["noteMandatory"] = {"1": True}
    parts = [
        part(cube, ["0301"], [MONTHS]),
        part(cube, ["0301"], [RECIPIENTS]),
        part(cube, ["4601"], [MONTHS]),
        part(other, ["4601"], [RECIPIENTS]),
    ]
    whole = statbank.join(parts)
    assert set(whole.dimension("ContentsCode").units) == {MONTHS, RECIPIENTS}
    assert whole.dimension(REGION).mandatory_notes == {"4601": ("Nye grenser",)}
    assert whole.mandatory_notes == (cubes.NOTE, "Bare her")


def test_parts_of_different_updates_are_not_joined(cube: cubes.Cube) -> None:
    """SSB published while we fetched: half the figures would be old."""
    newer = {**cube, "updated": "2026-07-01T06:00:00Z"}
    parts = [part(cube, ["0301"], [MONTHS]), part(newer, ["4601"], [MONTHS])]
    with pytest.raises(TableError, match=r"updated while it was being.*Fetch again"):
        statbank.join(parts)


def test_parts_that_overlap_are_not_joined(cube: cubes.Cube) -> None:
    parts = [part(cube, ["0301"], [MONTHS]), part(cube, ["0301", "4601"], [MONTHS])]
    with pytest.raises(TableError, match=r"'0301'.*stands in two answers"):
        statbank.join(parts)


def test_parts_with_a_hole_between_them_are_not_joined(cube: cubes.Cube) -> None:
    parts = [part(cube, ["0301"], [MONTHS]), part(cube, ["4601"], [RECIPIENTS])]
    with pytest.raises(TableError, match="4 cells are in none of the answers"):
        statbank.join(parts)

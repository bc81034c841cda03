"""What the doctor says to do can be done: few calls, valid YAML, likely tables."""

import json
from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import cubes
import pytest
import synthetic
import yaml
from cubes import Variable
from double import Double
from hypothesis import given
from hypothesis import strategies as st

from asss import statbank
from asss.catalogue import parameters
from asss.catalogue.catalogue import Catalogue
from asss.errors import TableError
from asss.statbank import doctor, holdings
from asss.statbank.client import Client
from asss.statbank.doctor import Diagnosis

REGION = "KOKkommuneregion0000"

Examine = Callable[[], dict[str, Diagnosis]]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment is not between us and a server on this machine."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def ssb() -> Iterator[Double]:
    """A StatBank that lets as many calls through as a test makes."""
    tables = {**synthetic.tables(), "12362": synthetic.cross_checked()}
    with Double(tables, calls=10_000) as double:
        yield double


@pytest.fixture
def examine(known: Catalogue, ssb: Double) -> Examine:
    """What the doctor says of each table."""

    def run() -> dict[str, Diagnosis]:
        hurry = {"base_url": ssb.url, "calls_per_minute": 10_000, "attempts": 1}
        with Client(known.statbank.model_copy(update=hurry)) as client:
            return {found.table: found for found in doctor.examine(known, client)}

    return run


def table(number: str, title: str, first: int = 2015, last: int = 2025) -> cubes.Cube:
    """A small open table with one amount."""
    years = {str(year): str(year) for year in range(first, last + 1)}
    return cubes.make(
        number,
        title,
        {
            REGION: Variable("region", {"0301": "Oslo"}),
            cubes.CONTENTS: Variable("statistikkvariabel", {"X": "Beløp"}),
            cubes.TIME: Variable("år", years),
        },
        units={"X": "kr"},
        cell=lambda _: (1, ""),
        updated="2026-06-15T06:00:00Z",
        is_closed=False,
    )


def changed(number: str, change: Callable[[dict[str, Any]], None]) -> cubes.Cube:
    """A table after somebody at SSB has worked on it."""
    cube: cubes.Cube = json.loads(json.dumps(synthetic.tables()[number]))
    change(cube)
    return cube


def said(found: Diagnosis) -> str:
    """All that the doctor says of a table."""
    return "\n".join(
        part for line in found.lines for part in (line.text, *line.remedy, *line.write)
    )


# -- tables that have come to their end ------------------------------------------------


def test_table_that_is_closed_or_gone_is_told_with_what_to_do(
    ssb: Double, examine: Examine
) -> None:
    ssb.remove("12160")
    found = examine()
    (line,) = found["12160"].lines
    assert (line.state, line.text) == (doctor.WRONG, "StatBank has no table 12160")
    (closed,) = [line for line in found["13138"].lines if "closed" in line.text]
    for one in (line, closed):
        assert "find its successor on ssb.no/statbank" in one.remedy[0]
    assert "closed" not in said(found["12367"])


# -- what is to be written -------------------------------------------------------------

AWKWARD = [
    "A: B",
    "- «x»",
    "{a}",
    "'",
    '"',
    "#nei",
    "NO",
    "1e5",
    "å\r\nb",
    "*x &y",
    "@",
]


def test_every_line_to_write_is_yaml_that_says_what_is_meant(
    ssb: Double, examine: Examine
) -> None:
    """Titles and labels as SSB may word them: the line is copied into a file."""
    for number, awkward in zip(synthetic.tables(), AWKWARD, strict=False):

        def spoil(cube: dict[str, Any], awkward: str = awkward) -> None:
            cube["label"] = f"Tabell {awkward}"
            for name in (cubes.CONTENTS, REGION):
                for code, label in (
                    cube["dimension"]
                    .get(name, {"category": {"label": {}}})["category"]["label"]
                    .items()
                ):
                    cube["dimension"][name]["category"]["label"][code] = (
                        f"{label} {awkward}"
                    )

        ssb.replace(number, changed(number, spoil))
    written = [
        w for one in examine().values() for line in one.lines for w in line.write
    ]
    assert len(written) > 20
    for line in written:
        assert "\n" not in line
        content = yaml.safe_load(line)
        if isinstance(content, dict):
            assert set(content) <= {"title", "contents", "totals"}, line
        else:
            assert set(content[0]) <= {"number", "from_year", "to_year"}, line


@given(text=st.text())
def test_any_text_comes_back_from_a_line_to_write(text: str) -> None:
    line = parameters.as_yaml({"title": text})
    assert yaml.safe_load(line) == {"title": " ".join(text.split())}
    assert len(line.splitlines()) == 1


def test_missing_number_is_looked_for_by_name_and_years(
    ssb: Double, examine: Examine
) -> None:
    """3030 is a number like Drammen's, and Lillestrøm is no Drammen."""

    def renumber(cube: dict[str, Any]) -> None:
        category = cube["dimension"][REGION]["category"]
        for part in ("index", "label"):
            category[part] = {
                "3099" if code == "3030" else code: kept
                for code, kept in category[part].items()
            }

    ssb.replace("13995", changed("13995", renumber))
    (line,) = [x for x in examine()["13995"].lines if x.state == doctor.WRONG]
    assert "3030 (kommune lillestrom): not found" in line.text
    assert line.remedy[0].startswith("nearest: 3099 «Lillestrøm")
    assert "Drammen" not in said(examine()["13995"]).partition("3030")[2]
    first = yaml.safe_load(line.write[0])
    assert first == [{"number": "3099", "from_year": 2020, "to_year": 2023}]


# -- periods and variables -------------------------------------------------------------


def with_periods(cube: cubes.Cube, codes: list[str]) -> None:
    """Give a table other periods, as many as it has."""
    category = cube["dimension"][cubes.TIME]["category"]
    category["index"] = {code: place for place, code in enumerate(codes)}
    category["label"] = {code: code for code in codes}


@pytest.mark.parametrize(
    ("codes", "unit"),
    [
        (["2022K1", "2022K2", "2022K3", "2022K4"], "quarters, such as 2022K1"),
        (["2022M01", "2022M02", "2022M03", "2022M04"], "months, such as 2022M01"),
        (["2021-2022", "2022-2023", "2023-2024", "2024-2025"], "two halves"),
        (["2022", "2023", "2024", "2025H"], "not known here, such as 2025H"),
    ],
)
def test_periods_that_are_no_years_are_named(
    ssb: Double, examine: Examine, codes: list[str], unit: str
) -> None:
    """With the table, a code, and what can be read; the other tables are examined."""
    ssb.replace("14019", changed("14019", lambda cube: with_periods(cube, codes)))
    found = examine()
    assert unit in said(found["14019"])
    assert "Table 14019 has" in said(found["14019"])
    assert not found["14019"].is_well
    assert found["13995"].is_well


def test_years_are_sorted_and_a_hole_shows(
    ssb: Double, examine: Examine, known: Catalogue
) -> None:
    """Falling order; and a year that SSB has taken away."""
    falling = ["2025", "2024", "2022", "2021"]
    cube = changed("14019", lambda cube: with_periods(cube, falling))
    ssb.replace("14019", cube)
    about = statbank.read_metadata(cubes.as_sent(cubes.metadata(cube)), table="14019")
    assert about.years == (2021, 2022, 2024, 2025)
    assert holdings.data_years(known, about) == (2022, 2024, 2025)
    assert "data years 2022, 2024-2025" in said(examine()["14019"])


def test_variable_that_is_new_and_left_out_is_told(
    ssb: Double, examine: Examine
) -> None:
    """Its total is what was there before, as far as anybody knows here."""

    def widen(cube: dict[str, Any]) -> None:
        cube["id"].insert(1, "Kjonn")
        cube["size"].insert(1, 1)
        cube["dimension"]["Kjonn"] = {
            "label": "kjønn",
            "category": {"index": {"0": 0}, "label": {"0": "Begge kjønn"}},
            "extension": {"elimination": True, "eliminationValueCode": "0"},
        }
        assert len(cube["value"]) == prod(cube["size"])

    ssb.replace("13995", changed("13995", widen))
    found = examine()
    assert "Kjonn is new; its total is used" in said(found["13995"])
    assert "totals: [Kjonn]" in said(found["13995"])
    assert found["13995"].is_well
    # Said of population in the catalogue.
    assert "Kjonn" not in said(found["07459"])


@pytest.mark.parametrize("years", [[], [2020], [2020, 2022], [2022, 2020, 2021, 2025]])
def test_spans_name_every_year_and_no_other(years: list[int]) -> None:
    parts = statbank.spans(years).split(", ")
    named = [
        year
        for part in parts
        if part != "no years"
        for year in range(int(part[:4]), int(part[-4:]) + 1)
    ]
    assert named == sorted(years)


def test_answer_of_no_years_is_refused_by_its_readers() -> None:
    cube = changed(
        "14019", lambda cube: with_periods(cube, [f"2022K{n}" for n in range(1, 5)])
    )
    with pytest.raises(TableError, match="Table 14019 has quarters"):
        _ = statbank.read_dataset(cubes.as_sent(cube), table="14019").years


# -- one table held against another ----------------------------------------------------


def compared(found: dict[str, Diagnosis]) -> doctor.Line:
    """What is said of the table that has the same amounts."""
    (line,) = [line for line in found["12367"].lines if "table 12362" in line.text]
    return line


def test_amounts_of_two_tables_are_held_against_each_other(
    ssb: Double, examine: Examine
) -> None:
    """Every member and function of the newest year, in one question to each table."""
    line = compared(examine())
    assert (line.state, line.text) == (
        doctor.GOOD,
        "all 60 amounts of 2025 are equal in table 12362",
    )
    asked = [call.table for call in ssb.calls if call.kind == "data"]
    assert sorted(asked) == ["12362", "12367"]


def test_amount_that_differs_is_named_with_both_numbers(
    ssb: Double, examine: Examine
) -> None:
    """Kommune, function and amounts: a remark, since no report is made of the other."""
    cube = synthetic.cross_checked()
    codes = {
        "KOKkommuneregion0000": "5001",
        "KOKfunksjon0000": "243",
        "KOKart0000": "AGD2",
        cubes.CONTENTS: "KOSbelop0000",
        cubes.TIME: "2025",
    }
    flat = 0
    for name, size in zip(cube["id"], cube["size"], strict=True):
        order = list(cube["dimension"][name]["category"]["label"])
        flat = flat * size + order.index(codes[name])
    before = cube["value"][flat]
    cube["value"][flat] = before + 1
    ssb.replace("12362", cube)
    found = examine()
    line = compared(found)
    assert (line.state, line.text) == (
        doctor.REMARK,
        "1 of 60 amounts of 2025 differ from table 12362",
    )
    assert line.remedy == (
        f"  5001 «Trondheim», 243 «Tilbud til personer med rusproblemer»: {before:.0f} "
        f"in table 12367, {before + 1:.0f} in table 12362",
    )
    assert found["12367"].is_well


def test_table_to_compare_with_may_be_gone_or_old(
    ssb: Double, examine: Examine
) -> None:
    """It is said, and is no fault; the newest year is the newest that both have."""
    ssb.remove("12362")
    gone = examine()
    line = compared(gone)
    assert (line.state, gone["12367"].is_well) == (doctor.REMARK, True)
    assert line.text.startswith("not compared with table 12362: StatBank has no table")
    ssb.replace("12362", table("12362", "Utgifter til tjenesteområdene", 2001, 2004))
    assert compared(examine()).text.endswith("12362: no year is in both")

"""The embedded snapshot is what its figures say, and never passes for SSB's own."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from asss import statbank
from asss.catalogue.catalogue import Catalogue, load_catalogue
from asss.catalogue.knowledge import Measure, Series
from asss.embedded.__main__ import CREATED, FIGURES, build
from asss.errors import ParameterError
from asss.statbank import Cell, Dataset, Snapshot, holdings

RECONSTRUCTED = "reconstructed"

#: The figures in which a row is damaged.
DAMAGED = "sosiale_tjenester.csv"


@pytest.fixture(scope="module", params=sorted(FIGURES.glob("*.csv")), ids=str)
def known(root: Path, request: pytest.FixtureRequest) -> Catalogue:
    """What is known of each service area that has figures here."""
    return load_catalogue(root / "parameters", service=request.param.stem)


@pytest.fixture(scope="module")
def rows(known: Catalogue) -> list[dict[str, str]]:
    """Every row of its figures, as written."""
    return rows_of(FIGURES / f"{known.service.service}.csv")


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def datasets_of(known: Catalogue, snapshot: Snapshot) -> dict[str, Dataset]:
    """The answers to what a service area asks."""
    return {
        table: dataset
        for table, dataset in snapshot.datasets.items()
        if table in known.service.table
    }


@pytest.fixture(scope="module")
def years(known: Catalogue, snapshot: Snapshot) -> tuple[int, ...]:
    """The data years that the snapshot can make a report of."""
    return holdings.available_years(known, snapshot)


def series_of(measure: Measure, year: int) -> Series:
    """Where the measure stands in a data year."""
    (series,) = [series for series in measure.series if series.covers(year)]
    return series


def cell_of(known: Catalogue, snapshot: Snapshot, row: dict[str, str]) -> Cell:
    """The cell of a row, found by the catalogue and not by how the build wrote it."""
    year = int(row["year"])
    series = series_of(known.service.measure[row["measure"]], year)
    table = known.service.table[series.table]
    (contents,) = series.contents
    period = year + table.year_offset
    query = {
        table.region: known.network.member(row["kommune"]).number_in(period),
        "ContentsCode": snapshot.dataset(table.id).code_for(
            "ContentsCode", code=contents.code, label=contents.label
        ),
        "Tid": str(period),
        **series.selections,
    }
    return snapshot.cell(table.id, query)


def used_series(known: Catalogue, years: tuple[int, ...]) -> Iterator[Any]:
    """Every measure of the catalogue, with its series in the years of the snapshot."""
    for measure in known.service.measures:
        for series in measure.series:
            if any(series.covers(year) for year in years):
                yield measure, series


def regions_by_period(
    known: Catalogue, table: str, years: tuple[int, ...]
) -> dict[str, set[str]]:
    """The kommunenummer that nettverk.yaml gives for each period of a table."""
    offset = known.service.table[table].year_offset
    return {
        str(year + offset): {
            member.number_in(year + offset) for member in known.network.in_year(year)
        }
        for year in years
    }


def cells_by_codes(dataset: Dataset) -> Iterator[tuple[dict[str, str], int]]:
    """Every combination of codes, and its place."""
    for codes in product(*(d.labels for d in dataset.dimensions.values())):
        query = dict(zip(dataset.dimensions, codes, strict=True))
        yield query, dataset.position(query)


# -- the build -------------------------------------------------------------------------


def test_rebuilding_gives_the_same_bytes(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is packed is what figures.csv says: nobody has edited an answer by hand."""
    monkeypatch.chdir(root)
    folder = tmp_path / "snapshot"
    tables = build(folder)
    built = {path.name: path.read_bytes() for path in folder.iterdir()}
    packed = {p.name: p.read_bytes() for p in statbank.embedded_folder().iterdir()}
    assert sorted(built) == sorted(packed)
    assert [name for name in built if built[name] != packed[name]] == []
    assert sorted(built) == sorted([*(f"{t}.json" for t in tables), "manifest.json"])


def test_rebuilding_leaves_nothing_of_an_older_snapshot(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table taken out of the figures may not live on in the folder."""
    monkeypatch.chdir(root)
    (tmp_path / "99999.json").write_text("{}", encoding="utf-8")
    build(tmp_path)
    assert not (tmp_path / "99999.json").exists()


#: A row that is right, and what is said of it with another cell in it.
RIGHT = {
    "measure": "mottakere_i_alt",
    "kommune": "oslo",
    "year": "2020",
    "value": "20182",
    "basis": "reconstructed",
    "status": "",
    "source": "made up",
    "note": "",
}
MISTAKES = [
    ("measure", "mottakere_i_al", "measure: unknown 'mottakere_i_al'. Did you mean"),
    ("measure", "innbyggere_18_66", "is a sum; give innbyggere_18_24 and innbyggere_"),
    ("measure", "kvp_mottakere", "gives kvp_mottakere no table in 2023"),
    ("measure", "mottakere_25_66", "is several contents in 2023"),
    ("kommune", "olso", "kommune: unknown 'olso'. Did you mean oslo"),
    ("year", "i fjor", "year: 'i fjor' is not a data year"),
    ("year", "20", "year: '20' is not a data year"),
    ("basis", "made up", "basis: unknown 'made up'"),
    ("source", "", "source: is empty"),
    ("value", "", "value: is empty, and no sign in status says why"),
    *(
        ("value", value, f"value: '{value}' is not a number")
        for value in ("9_2", "nan", "inf", "9,2", "20 182")
    ),
]


@pytest.mark.parametrize(("column", "cell", "says"), MISTAKES)
def test_row_that_cannot_be_read_is_told_of_with_its_line(
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    column: str,
    cell: str,
    says: str,
) -> None:
    """Whoever mends the figures gets a line and what to write, and not a traceback."""
    year = re.search(r"in (\d{4})", says)
    wrong = {**RIGHT, **({"year": year[1]} if year else {}), column: cell}
    (problem,) = _refused(
        root, tmp_path, monkeypatch, [RIGHT | {"year": "2019"}, wrong]
    )
    assert problem.startswith(f"{DAMAGED}, line 3: ")
    assert says in problem


def test_all_mistakes_in_the_figures_are_told_of_at_once(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And of two rows on the same, the later does not silently win."""
    rows = [RIGHT, RIGHT | {"value": "1"}, RIGHT | {"kommune": "x", "basis": "y"}]
    told = _refused(root, tmp_path, monkeypatch, rows)
    assert [line.split(":")[0].rpartition(" ")[2] for line in told] == ["3", "4", "4"]
    assert told[0].endswith("is given in line 2 already")


def test_columns_that_lack_are_told_with_the_line_to_begin_with(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = {name: RIGHT[name] for name in ("measure", "kommune", "year", "value")}
    (problem,) = _refused(root, tmp_path, monkeypatch, [short])
    assert "lacks basis, status, source, note" in problem
    assert f"«{','.join(RIGHT)}»" in problem


def _refused(
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows: list[dict[str, str]],
) -> list[str]:
    """What is said of figures that are these rows."""
    monkeypatch.chdir(root)
    with (tmp_path / DAMAGED).open("w", encoding="utf-8", newline="") as lines:
        out = csv.DictWriter(lines, rows[0])
        out.writeheader()
        out.writerows(rows)
    monkeypatch.setattr("asss.embedded.__main__.FIGURES", tmp_path)
    with pytest.raises(ParameterError) as refusal:
        build(tmp_path / "snapshot")
    return list(refusal.value.problems)


# -- every figure ----------------------------------------------------------------------


def test_every_figure_is_found_by_the_catalogue(
    known: Catalogue, snapshot: Snapshot, rows: list[dict[str, str]]
) -> None:
    """Value, sign and origin of all rows: none got lost, none changed place."""
    wrong = []
    for row in rows:
        cell = cell_of(known, snapshot, row)
        value = float(row["value"]) if row["value"] else None
        wanted = (value, row["status"], row["basis"], row["source"], row["note"])
        found = (cell.value, cell.status, cell.basis, cell.source, cell.note)
        if found != wanted:
            wrong.append(f"{cell.address}: {found}, not {wanted}")
    assert wrong == []


def test_no_figure_stands_twice(rows: list[dict[str, str]]) -> None:
    """The later of two would silently win."""
    keys = Counter((row["measure"], row["kommune"], row["year"]) for row in rows)
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_measure_kommune_and_year_is_there(
    known: Catalogue, rows: list[dict[str, str]], years: tuple[int, ...]
) -> None:
    """A gap has a row with its sign, so that it cannot be taken for an oversight."""
    found = {(row["measure"], row["kommune"], int(row["year"])) for row in rows}
    wanted = {
        (measure.id, member.id, year)
        for measure, _ in used_series(known, years)
        for year in years
        for member in known.network.in_year(year)
    }
    assert found == wanted


def test_nothing_is_there_but_the_figures(snapshot: Snapshot) -> None:
    """Each row is one cell with an origin; all other cells are outside their years."""
    origins = {
        table: Counter(flat for group in entry["cells"] for flat in group["index"])
        for table, entry in snapshot.tables.items()
    }
    rows = [row for file in FIGURES.glob("*.csv") for row in rows_of(file)]
    assert sum(len(found) for found in origins.values()) == len(rows)
    assert all(count == 1 for found in origins.values() for count in found.values())
    for table, dataset in snapshot.datasets.items():
        others = set(range(len(dataset.values))) - set(origins[table])
        assert {dataset.values[flat] for flat in others} <= {None}
        assert {dataset.status[flat] for flat in others} <= {"."}


# -- kommunenummer ---------------------------------------------------------------------


def test_regions_are_those_of_the_network(
    known: Catalogue, snapshot: Snapshot, years: tuple[int, ...]
) -> None:
    """Exactly the numbers that are needed in the years held, old and new."""
    for table, dataset in datasets_of(known, snapshot).items():
        wanted = set().union(*regions_by_period(known, table, years).values())
        region = known.service.table[table].region
        assert set(dataset.dimensions[region].labels) == wanted


def test_number_outside_its_years_holds_a_point(
    known: Catalogue, snapshot: Snapshot, years: tuple[int, ...]
) -> None:
    """As with SSB: 1601 had no figures after 2017, and 5001 none before 2018."""
    asked: dict[str, list[dict[str, str]]] = {}
    for _, series in used_series(known, years):
        asked.setdefault(series.table, []).append(series.selections)
    for table, dataset in datasets_of(known, snapshot).items():
        region = known.service.table[table].region
        in_use = regions_by_period(known, table, years)
        outside = 0
        for query, flat in cells_by_codes(dataset):
            # Other areas ask the same table for other combinations.
            if not any(query.items() >= one.items() for one in asked[table]):
                continue
            if query[region] in in_use[query["Tid"]]:
                assert dataset.status.get(flat) != ".", (table, query)
            else:
                outside += 1
                held = (dataset.values[flat], dataset.status.get(flat))
                assert held == (None, "."), (table, query)
        assert outside, f"table {table} has no number outside its years"


@pytest.mark.parametrize(
    ("table", "number", "period", "is_held"),
    [
        ("12210", "1601", "2017", True),
        ("12210", "1601", "2018", False),
        ("12210", "5001", "2017", False),
        ("12210", "5001", "2018", True),
        # 31.12.2017 is 1 January 2018, when Trondheim already had its new number.
        ("07459", "1601", "2017", True),
        ("07459", "1601", "2018", False),
        ("07459", "5001", "2018", True),
        ("07459", "1201", "2019", True),
        ("07459", "4601", "2020", True),
    ],
)
def test_number_follows_the_period_of_the_table(
    snapshot: Snapshot, table: str, number: str, period: str, *, is_held: bool
) -> None:
    """Trondheim in 2018 and Bergen in 2020, written out so that one can look it up."""
    dataset = snapshot.dataset(table)
    found = {
        dataset.status.get(flat) != "."
        for query, flat in cells_by_codes(dataset)
        if number in query.values() and query["Tid"] == period
    }
    assert found == {is_held}


def test_number_no_longer_in_use_says_so(snapshot: Snapshot) -> None:
    """SSB marks it with its last year, so «Trondheim» never stands for two numbers."""
    labels = snapshot.dataset("12210").dimensions["KOKkommuneregion0000"].labels
    assert labels["1601"] == "Trondheim (-2017)"
    assert labels["5001"] == "Trondheim"
    assert labels["0301"] == "Oslo"


# -- nothing pretends ------------------------------------------------------------------


def test_reconstructed_figures_say_so(rows: list[dict[str, str]]) -> None:
    """A number that we chose must never be quoted as SSB's."""
    for row in rows:
        says_so = row["source"].startswith(RECONSTRUCTED)
        assert says_so == (row["basis"] == RECONSTRUCTED), row


def test_every_reconstructed_cell_has_that_basis(
    known: Catalogue, snapshot: Snapshot, rows: list[dict[str, str]]
) -> None:
    """From the file to the cell: the basis is what every report marks figures by."""
    lost = [
        row
        for row in rows
        if row["source"].startswith(RECONSTRUCTED)
        and cell_of(known, snapshot, row).basis != RECONSTRUCTED
    ]
    assert lost == []


def test_real_figures_name_the_table_they_are_from(rows: list[dict[str, str]]) -> None:
    """«Real» means SSB: its address is there to be opened."""
    real = [row for row in rows if row["basis"] == "real"]
    assert real
    elsewhere = [
        row for row in real if not row["source"].startswith("https://www.ssb.no/")
    ]
    assert elsewhere == []


def test_documents_count_the_figures_as_they_are(root: Path) -> None:
    """Who reads how much is official must not be told of an older set of figures."""
    rows = rows_of(FIGURES / "sosiale_tjenester.csv")
    others = Counter(row["basis"] for row in rows_of(FIGURES / "barnevern.csv"))
    inside = (FIGURES / "README.md").read_text("utf-8")
    for basis, count in others.items():
        assert f"{count} {basis}" in inside.partition("## Barnevern")[2]
    bases = Counter(row["basis"] for row in rows)
    front = (root / "README.md").read_text("utf-8")
    assert f"{bases['real']} of {len(rows):,} are Statistics Norway's own" in front
    assert f"{bases['reconstructed']} are *reconstructed*" in front
    for basis, count in bases.items():
        assert f"| `{basis}` | {count} |" in inside
    # Each measure's own counts, as its line in the table ends.
    of_measures = Counter((row["measure"], row["basis"]) for row in rows)
    table = [line for line in inside.splitlines() if line.startswith("| `")]
    told = Counter[str]()
    for line in (line for line in table if line.count("|") == 7):
        names, *_, real, published, reconstructed = line.strip("| ").split(" | ")
        told += Counter(
            real=int(real), published=int(published), reconstructed=int(reconstructed)
        )
        if "," not in names:
            shown = [
                of_measures[names.strip("`"), basis]
                for basis in ("real", "published", "reconstructed")
            ]
            assert shown == [int(real), int(published), int(reconstructed)], names
    assert told == bases


def test_no_stamp_of_SSB_is_claimed(snapshot: Snapshot) -> None:
    """SSB never sent these answers, so there is no time at which it updated them."""
    assert {entry["ssb_updated"] for entry in snapshot.tables.values()} == {None}


def test_update_stamp_is_the_day_of_the_build(snapshot: Snapshot) -> None:
    """The form of an answer needs a stamp; the note beside it says whose it is."""
    for dataset in snapshot.datasets.values():
        assert dataset.updated == f"{CREATED}T00:00:00Z"
        assert any("Ikke et svar fra SSB" in note for note in dataset.mandatory_notes)
    assert snapshot.created == CREATED


def test_unknown_codes_are_written_as_ours(
    known: Catalogue, snapshot: Snapshot, years: tuple[int, ...]
) -> None:
    """A guess that looked like SSB's own would one day be sent to SSB."""
    wanted: dict[str, set[str]] = {}
    for measure, series in used_series(known, years):
        (contents,) = series.contents
        code = contents.code or f"asss:{measure.id}"
        wanted.setdefault(series.table, set()).add(code)
    found = {
        table: set(dataset.dimensions["ContentsCode"].labels)
        for table, dataset in datasets_of(known, snapshot).items()
    }
    assert found == wanted
    assert any(code.startswith("asss:") for codes in found.values() for code in codes)


def test_manifest_holds_the_whole_question(snapshot: Snapshot) -> None:
    """With table and query anybody can ask SSB for the same cells."""
    manifest = json.loads((snapshot.folder / statbank.MANIFEST).read_bytes())
    for table, entry in manifest["tables"].items():
        asked = {
            one["variableCode"]: one["valueCodes"]
            for one in entry["query"]["selection"]
        }
        dimensions = snapshot.dataset(table).dimensions
        assert asked == {name: list(d.labels) for name, d in dimensions.items()}

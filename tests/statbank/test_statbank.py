"""An answer from StatBank is read whole: every number, every sign, in its place."""

import hashlib
import json
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asss import statbank
from asss.analysis.tables import SIGNS
from asss.errors import SnapshotError, TableError
from asss.statbank import Cell, Dataset, Snapshot

#: Answers recorded from StatBank, kept outside the repository.
RECORDED = Path(__file__).parents[3] / "shared" / "data" / "recorded"
SPIKE = "ssb-v2-spike-12134-2026-04-25.raw"

#: A table number that no real table has.
TABLE = "99999"


def answer(**changes: Any) -> dict[str, Any]:
    """Return a small, whole answer: two kommuner, one year; `changes` damage it."""
    return {
        "class": "dataset",
        "label": "En tabell",
        "updated": "2021-06-13T22:00:00Z",
        "id": ["Region", "Tid"],
        "size": [2, 1],
        "dimension": {
            "Region": {
                "label": "region",
                "category": {
                    "index": {"0301": 0, "4601": 1},
                    "label": {"0301": "Oslo", "4601": "Bergen"},
                },
            },
            "Tid": {"category": {"index": ["2020"], "label": {"2020": "2020"}}},
        },
        "value": [1, 2],
        **changes,
    }


def read(content: object) -> Dataset:
    """Read what SSB would have sent as JSON."""
    return statbank.read_dataset(json.dumps(content).encode(), table=TABLE)


# -- what is no answer -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        pytest.param(b"", "not JSON", id="nothing"),
        pytest.param(b'{"class": "dataset", "va', "not JSON", id="cut-off"),
        pytest.param(b"\xff\xfe\x00", "not JSON", id="not-text"),
        pytest.param(
            b"<!DOCTYPE html><html><body>503</body></html>", "not JSON", id="html"
        ),
        pytest.param(b"[]", "not a json-stat2 dataset", id="a-list"),
        pytest.param(b"null", "not a json-stat2 dataset", id="null"),
        pytest.param(
            b'{"title": "Non-existent value", "status": 400}',
            "not a json-stat2 dataset",
            id="refusal-of-SSB",
        ),
        pytest.param(
            b'{"class": "collection", "link": {}}',
            "not a json-stat2 dataset",
            id="collection",
        ),
    ],
)
def test_what_is_no_dataset_is_refused_by_table(raw: bytes, complaint: str) -> None:
    """SSB answers with HTML or an error in JSON when it is down; neither is figures."""
    with pytest.raises(TableError, match=complaint) as refusal:
        statbank.read_dataset(raw, table=TABLE)
    assert TABLE in str(refusal.value)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param({"value": [1]}, "1 values for 2 cells", id="too-few"),
        pytest.param({"value": [1, 2, 3]}, "3 values for 2 cells", id="too-many"),
        pytest.param({"value": {"0": 1, "2": 2}}, "outside its 2 cells", id="beyond"),
        pytest.param({"value": {"-1": 1, "1": 2}}, "outside its 2", id="before-first"),
        pytest.param({"size": [1, 2]}, r"sizes \[1, 2\]", id="sizes-swapped"),
        pytest.param({"size": [2]}, r"sizes \[2\]", id="a-size-missing"),
        pytest.param({"size": ["two", 1]}, "not whole", id="size-is-no-number"),
        pytest.param({"id": ["Region"]}, r"sizes \[2, 1\]", id="variable-missing"),
        pytest.param({"id": ["Region", "Aar"]}, "'Aar'", id="variable-unknown"),
        pytest.param({"dimension": {}}, "'Region'", id="no-dimensions"),
        pytest.param({"value": None}, "not whole", id="no-values"),
        pytest.param({"status": {"first": ":"}}, "not whole", id="status-nowhere"),
    ],
)
def test_answer_that_is_not_whole_is_refused(
    changes: Mapping[str, Any], complaint: str
) -> None:
    """One cell too few, and every later figure would belong to another kommune."""
    with pytest.raises(TableError, match=complaint) as refusal:
        read(answer(**changes))
    assert TABLE in str(refusal.value)


@pytest.mark.parametrize("key", ["id", "size", "dimension", "value"])
def test_answer_without_a_needed_part_is_refused(key: str) -> None:
    """The message names the part, so that one sees what SSB has changed."""
    content = answer()
    del content[key]
    with pytest.raises(TableError, match=key) as refusal:
        read(content)
    assert TABLE in str(refusal.value)


@pytest.mark.parametrize("value", [[1, None], {"0": 1}, {"0": 1, "1": None}])
@pytest.mark.parametrize("status", [None, {}, {"0": "."}, [".", ""]])
def test_gap_without_sign_is_refused(value: object, status: object) -> None:
    """A gap that nobody explains is no figure and no known absence of one."""
    with pytest.raises(TableError, match=f"Table {TABLE}, cell 1"):
        read(answer(value=value, status=status))


@pytest.mark.parametrize("sign", ["1", " 12 ", "2.", "\u0663", "." * 13])
def test_sign_that_could_be_a_figure_or_a_text_is_refused(sign: str) -> None:
    """It would be printed where a figure stands, and be read as one."""
    with pytest.raises(TableError, match=f"Table {TABLE}, cell 1: .* is no sign"):
        read(answer(value=[1, None], status={"1": sign}))


@pytest.mark.parametrize("value", ["2", True, [2], float("nan")])
def test_value_that_is_no_number_is_refused(value: object) -> None:
    """SSB's CSV has text for numbers; in json-stat2 it would break far from here."""
    with pytest.raises(TableError, match=TABLE):
        read(answer(value=[1, value]))


def test_codes_without_labels_are_their_own_labels() -> None:
    """Json-stat lets the labels be left out where the codes say enough, as of years."""
    content = answer()
    del content["dimension"]["Tid"]["category"]["label"]
    assert read(content).dimensions["Tid"].labels == {"2020": "2020"}


# -- every form reads alike ------------------------------------------------------------


@dataclass(frozen=True)
class Cube:
    """What an answer says, whichever form it is written in."""

    sizes: tuple[int, ...]
    values: tuple[float | None, ...]
    signs: tuple[str, ...]

    @property
    def codes(self) -> dict[str, list[str]]:
        """Codes that sort otherwise than they stand, as those of SSB do."""
        return {
            f"V{dimension}": [f"{size - code}k{code}" for code in range(size)]
            for dimension, size in enumerate(self.sizes)
        }


@st.composite
def cubes(draw: st.DrawFn) -> Cube:
    """Small tables in which every cell has a number, a sign, or both."""
    sizes = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)))
    numbers = st.integers(-9, 9) | st.floats(-9, 9)
    signs = st.sampled_from([".", "..", ":", "-", "...", "....", "*"])
    cell = st.tuples(numbers, st.just("") | signs) | st.tuples(st.none(), signs)
    cells = draw(st.lists(cell, min_size=prod(sizes), max_size=prod(sizes)))
    return Cube(sizes, tuple(c[0] for c in cells), tuple(c[1] for c in cells))


def value_forms(cube: Cube) -> Iterator[object]:
    """List; sparse, with the gaps left out; sparse, with the gaps as null."""
    yield list(cube.values)
    numbered = {str(flat): value for flat, value in enumerate(cube.values)}
    yield {flat: value for flat, value in numbered.items() if value is not None}
    yield dict(reversed(numbered.items()))


def status_forms(cube: Cube) -> Iterator[object]:
    """List with empty text or null for no sign; sparse; left out where all is well."""
    yield list(cube.signs)
    yield [sign or None for sign in cube.signs]
    yield {str(flat): sign for flat, sign in enumerate(cube.signs) if sign}
    if not any(cube.signs):
        yield None


def index_forms(codes: list[str]) -> Iterator[dict[str, object]]:
    """List; object; object out of order; left out, so that the labels give it."""
    labels = {code: f"label of {code}" for code in codes}
    index = {code: position for position, code in enumerate(codes)}
    yield {"index": codes, "label": dict(reversed(labels.items()))}
    yield {"index": index, "label": labels}
    yield {"index": dict(reversed(index.items())), "label": labels}
    yield {"label": labels}


def forms(cube: Cube) -> Iterator[dict[str, object]]:
    """The same cube in every form that json-stat2 allows."""
    categories = zip(*map(index_forms, cube.codes.values()), strict=True)
    for category, value, status in product(
        categories, value_forms(cube), status_forms(cube)
    ):
        yield {
            "class": "dataset",
            "id": list(cube.codes),
            "size": list(cube.sizes),
            "dimension": {
                name: {"category": one}
                for name, one in zip(cube.codes, category, strict=True)
            },
            "value": value,
            **({} if status is None else {"status": status}),
        }


@given(cubes())
@settings(max_examples=60)
def test_list_and_sparse_forms_read_alike(cube: Cube) -> None:
    """SSB's form differs with version and table; the figures may not move with it."""
    for content in forms(cube):
        found = read(content)
        assert found.values == cube.values
        assert found.status == {f: sign for f, sign in enumerate(cube.signs) if sign}
        assert {n: list(d.labels) for n, d in found.dimensions.items()} == cube.codes


@given(cubes())
@settings(max_examples=60)
def test_every_cell_is_found_at_its_place(cube: Cube) -> None:
    """Row-major, the last variable fastest: the order that json-stat2 prescribes."""
    found = read(next(forms(cube)))
    for flat, codes in enumerate(product(*cube.codes.values())):
        assert found.position(dict(zip(cube.codes, codes, strict=True))) == flat


# -- codes and positions ---------------------------------------------------------------


def test_code_is_found_by_itself_or_by_its_label() -> None:
    """Where SSB's code is not yet known, the exact label must do."""
    found = read(answer())
    assert found.code_for("Region", code="4601", label=None) == "4601"
    assert found.code_for("Region", code="4601", label="another label") == "4601"
    assert found.code_for("Region", code=None, label="Bergen") == "4601"


@pytest.mark.parametrize(
    ("code", "label", "wanted"),
    [
        pytest.param("1201", None, "'1201'", id="unknown-code"),
        pytest.param("1201", "Bergen", "'1201'", id="label-does-not-save-wrong-code"),
        pytest.param(None, "bergen", "'bergen'", id="label-must-be-exact"),
        pytest.param(None, None, "None", id="nothing-asked-for"),
    ],
)
def test_unknown_value_is_refused_by_table_and_variable(
    code: str | None, label: str | None, wanted: str
) -> None:
    """A guess here would print another kommune's or another measure's figures."""
    with pytest.raises(TableError) as refusal:
        read(answer()).code_for("Region", code=code, label=label)
    for part in (TABLE, "Region", wanted):
        assert part in str(refusal.value)


def test_label_that_two_values_share_is_refused() -> None:
    """Two contents with one name: only a code can say which."""
    content = answer()
    content["dimension"]["Region"]["category"]["label"] = {"0301": "X", "4601": "X"}
    with pytest.raises(TableError, match="no value 'X' in Region"):
        read(content).code_for("Region", code=None, label="X")


def test_unknown_variable_is_refused_with_those_there_are() -> None:
    """KOSTRA tables and 07459 name their region differently."""
    with pytest.raises(TableError, match="it has Region, Tid") as refusal:
        read(answer()).code_for("KOKkommuneregion0000", code="0301", label=None)
    assert TABLE in str(refusal.value)
    assert "KOKkommuneregion0000" in str(refusal.value)


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        pytest.param({"Region": "0301"}, "Tid=None", id="variable-left-open"),
        pytest.param({}, "Region=None", id="everything-left-open"),
        pytest.param({"Region": "301", "Tid": "2020"}, "Region=301", id="unknown-code"),
    ],
)
def test_position_needs_a_known_code_for_every_variable(
    query: Mapping[str, str], complaint: str
) -> None:
    """A cell is one cell: what is left open is not the first, and not the sum."""
    with pytest.raises(TableError, match=complaint) as refusal:
        read(answer()).position(query)
    assert TABLE in str(refusal.value)


# -- recorded answers ------------------------------------------------------------------


def recorded() -> Iterator[Any]:
    """Every recorded json-stat2 answer with figures, also the one in a longer log."""
    found = {path.stem: path.read_bytes() for path in sorted(RECORDED.glob("*.json"))}
    if SPIKE in found:
        log = json.loads(found[SPIKE])
        found[f"{SPIKE}-smoke"] = log["smoke"]["body"].encode()
    for name, raw in found.items():
        content = json.loads(raw)
        if content.get("class") == "dataset" and content["value"]:
            yield pytest.param(raw, id=name)


ANSWERS = list(recorded()) or [
    pytest.param(b"", marks=pytest.mark.skip(reason=f"no answers in {RECORDED}"))
]


@pytest.fixture(scope="module")
def other_reader() -> Callable[[bytes], list[tuple[Any, ...]]]:
    """Codes and value of each row as pyjstat reads them: a reader we did not write."""

    def rows(raw: bytes) -> list[tuple[Any, ...]]:
        with warnings.catch_warnings():
            # Within itself it calls functions that it warns everybody else of.
            warnings.simplefilter("ignore")
            from pyjstat import pyjstat

            frame = pyjstat.Dataset.read(raw.decode()).write("dataframe", naming="id")
        return list(frame.itertuples(index=False, name=None))

    return rows


@pytest.mark.parametrize("raw", ANSWERS)
def test_recorded_answer_is_read_whole(raw: bytes) -> None:
    """SSB's own answers, of both versions of its API, and one of its sister SCB."""
    content = json.loads(raw)
    found = statbank.read_dataset(raw, table=TABLE)
    assert list(found.values) == content["value"]
    assert found.status == {int(k): v for k, v in content.get("status", {}).items()}
    assert [len(d.labels) for d in found.dimensions.values()] == content["size"]
    assert (found.label, found.updated) == (content["label"], content["updated"])
    said = [" ".join(note.split()) for note in content.get("note", [])]
    assert {" ".join(note.split()) for note in found.mandatory_notes} <= {*said}
    assert not any("\n" in note or "\r" in note for note in found.mandatory_notes)


@pytest.mark.parametrize("raw", ANSWERS)
def test_recorded_answer_has_only_signs_we_know(raw: bytes) -> None:
    """Each sign has its own words in the reports; an unknown one would have none."""
    found = statbank.read_dataset(raw, table=TABLE)
    assert set(found.status.values()) <= {"-", *SIGNS}


@pytest.mark.parametrize("raw", ANSWERS)
def test_pyjstat_reads_the_same_values_in_the_same_order(
    raw: bytes, other_reader: Callable[[bytes], list[tuple[Any, ...]]]
) -> None:
    """Two readers written apart agree on which number belongs to which codes."""
    found = statbank.read_dataset(raw, table=TABLE)
    codes = product(*(dimension.labels for dimension in found.dimensions.values()))
    ours = [(*key, value) for key, value in zip(codes, found.values, strict=True)]
    theirs = [
        (*key, None if value != value else value) for *key, value in other_reader(raw)
    ]
    assert ours == theirs


def test_metadata_in_the_form_of_an_answer_is_no_answer() -> None:
    """Metadata come as a dataset with no values: read as figures, all would be gaps."""
    file = RECORDED / "TAB6471_metadata.json"
    if not file.is_file():
        pytest.skip(f"no answers in {RECORDED}")
    with pytest.raises(TableError, match="0 values for"):
        statbank.read_dataset(file.read_bytes(), table="TAB6471")


# -- snapshots -------------------------------------------------------------------------


def write_snapshot(
    folder: Path, content: object, cells: list[dict[str, Any]] | None = None
) -> Snapshot:
    """Write a snapshot of one table, with a manifest that vouches for it, and open."""
    raw = json.dumps(content).encode()
    part = {"file": f"{TABLE}.json", "sha256": hashlib.sha256(raw).hexdigest()}
    manifest = {
        "name": "a test",
        "created": "2021-06-15",
        "fetched": "",
        "base_url": "",
        "tables": {TABLE: {"parts": [part], "cells": cells or []}},
    }
    (folder / f"{TABLE}.json").write_bytes(raw)
    (folder / statbank.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return statbank.open_snapshot(folder)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the embedded snapshot that a test may damage."""
    folder = tmp_path / "snapshot"
    shutil.copytree(statbank.embedded_folder(), folder)
    return folder


def refusal_of(folder: Path) -> str:
    """Return what opening the snapshot is refused with; no other error will do."""
    with pytest.raises(SnapshotError) as refusal:
        statbank.open_snapshot(folder)
    assert refusal.type is SnapshotError
    return str(refusal.value)


def test_copied_snapshot_opens(copied: Path, snapshot: Snapshot) -> None:
    """Undamaged it is whole, so the refusals below come from the damage alone."""
    assert statbank.open_snapshot(copied).datasets == snapshot.datasets


@pytest.mark.parametrize("place", [0, 0.5, 1])
@pytest.mark.parametrize("table", ["07459", "12210", "12367"])
def test_one_changed_byte_is_found(copied: Path, table: str, place: float) -> None:
    """A figure that was edited by hand is not the figure we vouch for."""
    file = copied / f"{table}.json"
    raw = bytearray(file.read_bytes())
    raw[int(place * (len(raw) - 1))] ^= 1
    file.write_bytes(raw)
    message = refusal_of(copied)
    assert str(file) in message
    assert "changed" in message
    others = {path.name for path in copied.iterdir()} - {file.name}
    assert not [name for name in others if name in message]


def test_changed_digit_is_found_though_the_answer_reads(copied: Path) -> None:
    """It is the sha256 that tells: as json-stat2 the file is still without fault."""
    file = copied / "12210.json"
    changed = file.read_bytes().replace(b"19168", b"19169", 1)
    assert changed != file.read_bytes()
    statbank.read_dataset(changed, table="12210")
    file.write_bytes(changed)
    assert str(file) in refusal_of(copied)


def test_missing_file_is_named(copied: Path) -> None:
    """The manifest promises a file that is gone: a half snapshot is none."""
    (copied / "12367.json").unlink()
    assert str(copied / "12367.json") in refusal_of(copied)


def test_missing_manifest_is_said(copied: Path) -> None:
    """Without a manifest nobody vouches for the files."""
    (copied / statbank.MANIFEST).unlink()
    assert f"No snapshot in {copied}" in refusal_of(copied)


def test_missing_folder_is_said(tmp_path: Path) -> None:
    """A misspelt snapshot in a run file."""
    folder = tmp_path / "gone"
    assert f"No snapshot in {folder}" in refusal_of(folder)


@pytest.mark.parametrize("raw", [b"", b'{"tables": {', b"\xff", b"<html>"])
def test_manifest_that_is_not_json_is_named(copied: Path, raw: bytes) -> None:
    """As left behind by a full disk or a failed download."""
    (copied / statbank.MANIFEST).write_bytes(raw)
    assert str(copied / statbank.MANIFEST) in refusal_of(copied)


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param([], id="a-list"),
        pytest.param({}, id="empty"),
        pytest.param({"name": "a", "created": "b"}, id="no-tables"),
        pytest.param({"name": "a", "created": "b", "tables": ["1"]}, id="tables-list"),
        pytest.param({"name": "a", "created": "b", "tables": {"1": {}}}, id="no-file"),
        pytest.param({"tables": {}}, id="no-name"),
    ],
)
def test_manifest_that_is_not_whole_is_named(copied: Path, manifest: object) -> None:
    """JSON, but not a manifest: the user is told so, and gets no traceback."""
    (copied / statbank.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    assert str(copied / statbank.MANIFEST) in refusal_of(copied)


def test_table_that_is_not_held_is_said_with_those_that_are(snapshot: Snapshot) -> None:
    """Which tables a snapshot must hold is seen from the message."""
    with pytest.raises(SnapshotError, match="not table 13995") as refusal:
        snapshot.dataset("13995")
    assert "12210" in str(refusal.value)


# -- cells -----------------------------------------------------------------------------


@pytest.fixture
def cell_of(tmp_path: Path) -> Callable[..., Cell]:
    """Read the last cell of a snapshot that says `value` and `status` of it."""

    def only(value: float | None, sign: str = "") -> Cell:
        content = answer(value=[1, value], status={"1": sign})
        found = write_snapshot(tmp_path, content)
        return found.cell(TABLE, {"Region": "4601", "Tid": "2020"})

    return only


def test_number_is_a_number(cell_of: Callable[..., Cell]) -> None:
    """Zero too: it is a figure, and not the lack of one."""
    assert (cell_of(7.5).value, cell_of(7.5).status) == (7.5, "")
    assert (cell_of(0).value, cell_of(0).status) == (0, "")


@pytest.mark.parametrize("sign", [".", "..", ":", "...", "....", "......", "e"])
@pytest.mark.parametrize("value", [None, 0, 12])
def test_sign_is_kept_and_a_number_beside_it_is_none(
    cell_of: Callable[..., Cell], value: float | None, sign: str
) -> None:
    """It has happened: a suppressed figure was published as 0. Of unknown signs too."""
    cell = cell_of(value, sign)
    assert (cell.value, cell.status) == (None, sign)


@pytest.mark.parametrize("value", [None, 0])
def test_nil_is_the_figure_zero(
    cell_of: Callable[..., Cell], value: float | None
) -> None:
    """SSB's «-» says that there were none, which is known."""
    cell = cell_of(value, "-")
    assert (cell.value, cell.status) == (0, "")


def test_preliminary_figure_is_a_figure_and_says_so(tmp_path: Path) -> None:
    """SSB's «*» stands beside a figure; where there is none, it is all there is."""
    content = answer(value=[12, None], status={"0": "*", "1": "*"})
    found = write_snapshot(tmp_path, content)
    cells = [found.cell(TABLE, {"Region": r, "Tid": "2020"}) for r in ("0301", "4601")]
    assert [(c.value, c.status) for c in cells] == [(12, ""), (None, "*")]
    assert cells[0].basis == "preliminary"


@pytest.mark.parametrize(
    ("note", "basis"),
    [
        ("Foreløpige tall.", "preliminary"),
        ("Tala er førebels.", "preliminary"),
        ("Se fotnote.\r\nTallene for året er foreløpige", "preliminary"),
        ("Tallene er ikke lenger foreløpige.", "real"),
        ("Endelige tall.", "real"),
    ],
)
@pytest.mark.parametrize("is_last", [True, False])
def test_note_on_a_year_makes_its_figures_preliminary(
    is_last: bool, note: str, basis: str, tmp_path: Path
) -> None:
    """Mandatory or not, wherever time stands; other years are as they were."""
    years = {"category": {"index": ["2020", "2021"], "note": {"2021": ["x", note]}}}
    regions = answer()["dimension"]["Region"]
    names = ["Region", "Tid"] if is_last else ["Tid", "Region"]
    found = write_snapshot(
        tmp_path,
        answer(
            id=names,
            size=[2, 2],
            value=[1, 2, 3, 4],
            dimension={"Region": regions, "Tid": years},
        ),
    )
    bases = {
        (year, found.cell(TABLE, {"Region": region, "Tid": year}).basis)
        for year in ("2020", "2021")
        for region in ("0301", "4601")
    }
    assert bases == {("2020", "real"), ("2021", basis)}


def test_cell_says_where_it_stands(cell_of: Callable[..., Cell]) -> None:
    """Anybody with access to StatBank can find the figure again."""
    assert cell_of(1).address == f"{TABLE}[Region=4601,Tid=2020]"


def test_cell_says_what_it_rests_on(tmp_path: Path) -> None:
    """Origin belongs to the cell, not the table: neighbours may differ."""
    group = {"basis": "reconstructed", "source": "s", "note": "n", "index": [1]}
    found = write_snapshot(tmp_path, answer(), [group])
    real = found.cell(TABLE, {"Region": "0301", "Tid": "2020"})
    made = found.cell(TABLE, {"Region": "4601", "Tid": "2020"})
    assert (real.basis, real.source, real.note) == ("real", "", "")
    assert (made.basis, made.source, made.note) == ("reconstructed", "s", "n")

"""A fetch gives a whole snapshot or a clear error, and never touches what was there."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import prod
from pathlib import Path
from typing import Any

import cubes
import pytest
import synthetic
import trouble
from click.testing import Result
from double import Call, Double
from filelock import FileLock
from hypothesis import example, given, settings
from hypothesis import strategies as st
from patience import PATIENCE
from test_client import Watch
from trouble import Fault
from typer.testing import CliRunner

from asss import statbank
from asss.__main__ import app
from asss.analysis import sources
from asss.catalogue import catalogue
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import StatBankSettings
from asss.catalogue.parameters import SERVICE
from asss.cli.terminal import FAILURE, USAGE
from asss.errors import FetchError, SnapshotError, TableError, UsageError
from asss.statbank import Snapshot, Store, holdings, retrieval
from asss.statbank.client import Client
from asss.statbank.retrieval import Fetched

NOW = datetime(2026, 6, 20, 10, 0, tzinfo=UTC)

#: A client in a hurry: the waits are SSB's business, not the tests'.
HURRY = StatBankSettings(
    base_url="https://example.org/v2",
    contact="tests",
    language="no",
    first_year=2015,
    # Of the timeouts only that of the client's own tests is ever met.
    connect_timeout=60.0,
    read_timeout=60.0,
    answer_timeout=120.0,
    calls_per_minute=10_000,
    attempts=4,
    first_wait=0.001,
    longest_wait=0.01,
)


def hurried(ssb: Double, **changes: Any) -> StatBankSettings:
    """The settings for asking a double."""
    return HURRY.model_copy(update={"base_url": ssb.url, **changes})


Fetch = Callable[..., Fetched]

#: A service area that there are no figures on.
PAPER = "grunnskole"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment is not between us and a server on this machine."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def ssb() -> Iterator[Double]:
    """A StatBank that lets as many calls through as a test makes."""
    with Double(synthetic.tables(), calls=10_000) as double:
        yield double


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Where this test's snapshots lie."""
    return Store(tmp_path / "snapshots")


@pytest.fixture
def fetch(known: Catalogue, ssb: Double, store: Store) -> Fetch:
    """Fetch from the double, into the store."""

    def run(**options: Any) -> Fetched:
        with Client(hurried(ssb)) as client:
            return retrieval.fetch([known], client, store, **{"now": NOW, **options})

    return run


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of every finished snapshot; drafts and locks are not snapshots."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.glob("[!.]*/*"))
    }


def corrected(table: str, *, by: float) -> cubes.Cube:
    """A table in which SSB has corrected one number of Oslo's, and stamped it anew."""
    cube = json.loads(json.dumps(synthetic.tables()[table]))
    region, *others = cube["id"]
    oslo = cube["dimension"][region]["category"]["index"]["0301"]
    place = oslo * prod(cube["size"][cube["id"].index(name)] for name in others)
    cube["value"][place] += by
    cube["updated"] = "2026-06-19T06:00:00Z"
    return cube


def renamed(table: str, variable: str, old: str, new: str) -> cubes.Cube:
    """A table in which SSB has given a value another code."""
    cube = json.loads(json.dumps(synthetic.tables()[table]))
    category = cube["dimension"][variable]["category"]
    for part in ("index", "label", "unit"):
        if part in category:
            category[part] = {
                new if code == old else code: kept
                for code, kept in category[part].items()
            }
    return cube


# -- what a fetch brings ---------------------------------------------------------------


def test_clock_that_was_set_back_makes_no_snapshot(fetch: Fetch, store: Store) -> None:
    """It would not be the latest, and reports would stand on the one before."""
    before = fetch().snapshot
    with pytest.raises(FetchError, match=r"by the clock, and snapshot 2026-06-20 was"):
        fetch(now=NOW - timedelta(seconds=1))
    assert store.names() == [before.name]
    assert fetch(now=NOW + timedelta(days=400)).snapshot.name == store.names()[-1]


def test_snapshot_holds_every_table_as_it_was_sent(
    fetch: Fetch, known: Catalogue
) -> None:
    """Answer and manifest say the same of where each figure came from."""
    snapshot = fetch().snapshot
    assert snapshot.name == snapshot.folder.name == "2026-06-20"
    assert set(snapshot.tables) == {
        series.table for measure in known.service.measures for series in measure.series
    }
    for table, entry in snapshot.tables.items():
        raw = (snapshot.folder / f"{table}.json").read_bytes()
        asked = {
            part["variableCode"]: part["valueCodes"]
            for part in entry["query"]["selection"]
        }
        sent = cubes.as_sent(cubes.select(synthetic.tables()[table], asked))
        assert raw == sent, table
        assert json.loads(raw)["updated"] == entry["ssb_updated"]
        assert entry["sha256"] == statbank.digest(raw)


def test_metadata_comes_before_data_and_data_by_post_alone(
    fetch: Fetch, ssb: Double
) -> None:
    """A wrong code is found before a figure is asked for; no address grows too long."""
    fetch()
    kinds = [call.kind for call in ssb.calls]
    assert max(i for i, kind in enumerate(kinds) if kind == "metadata") < min(
        i for i, kind in enumerate(kinds) if kind == "data"
    )
    assert {call.method for call in ssb.calls_for("data")} == {"POST"}
    assert {call.status for call in ssb.calls} == {200}
    assert all("(tests)" in call.headers["User-Agent"] for call in ssb.calls)


def test_every_member_is_asked_for_in_the_numbers_of_each_year(
    fetch: Fetch, known: Catalogue
) -> None:
    """Codes of years that a table does not have are not asked for."""
    snapshot = fetch().snapshot
    region = known.service.table["13995"].region
    regions = set(snapshot.dataset("13995").dimension(region).labels)
    tromso = {"1902", "5401", "5501"}
    assert regions & tromso == {"5401", "5501"}
    assert set(snapshot.dataset("12210").dimension(region).labels) & tromso == {
        "1902",
        "5401",
    }
    assert {"3203", "3205"} <= regions


def test_codes_found_by_label_are_recorded(fetch: Fetch) -> None:
    """Which code stood behind a label that day is part of the snapshot."""
    entry = fetch().snapshot.tables["13995"]
    assert entry["resolved"]["mottakere_18_24"] == ["SYNmottakere1824"]
    assert entry["resolved"]["mottakere_i_alt"] == ["KOSsosantkliente0000"]
    bands = [f"SYNmottakere2566{place}" for place in range(1, 5)]
    assert entry["resolved"]["mottakere_25_66"] == bands


def test_summary_tells_what_has_changed(fetch: Fetch, ssb: Double) -> None:
    """After a correction the table, and the number of cells, is named."""
    assert {*fetch().changes.values()} == {None}
    ssb.replace("12210", corrected("12210", by=1))
    again = fetch()
    unchanged = {"changed": 0, "new": 0, "gone": 0}
    assert again.changes.pop("12210") == {**unchanged, "changed": 1}
    assert all(changes == unchanged for changes in again.changes.values())


def test_too_large_a_question_is_put_in_parts(
    known: Catalogue, fetch: Fetch, tmp_path: Path
) -> None:
    """Cut up by SSB's limit and put together again it is the same answer."""
    whole = fetch().snapshot
    with Double(synthetic.tables(), calls=10_000, max_cells=1000) as small:
        other = Store(tmp_path / "other")
        with Client(hurried(small)) as client:
            parts = retrieval.fetch([known], client, other, now=NOW).snapshot
    files = [part["file"] for part in parts.tables["07459"]["parts"]]
    assert len(files) > 14
    assert files[0] == "07459-1.json"
    assert parts.datasets == whole.datasets


# -- whole or not at all ---------------------------------------------------------------

PASSING = {
    "429": trouble.too_many_calls(),
    "429 with Retry-After": trouble.too_many_calls("0"),
    "500 without a word": trouble.NO_REASON,
    "maintenance": trouble.MAINTENANCE,
    "maintenance page": trouble.MAINTENANCE_AS_PAGE,
    "reset": trouble.RESET,
    "hang up": trouble.HANG_UP,
    "half an answer": trouble.HALF,
    "slow": trouble.slow(0.001),
}
FATAL = {
    "429 for an hour": (trouble.too_many_calls("3600"), "wait 3600 s"),
    "broken JSON": (trouble.CUT_JSON, "not whole JSON"),
    "nothing": (trouble.EMPTY, "not whole JSON"),
    "web page": (trouble.PAGE, "a web page (HTTP 200)"),
    "web page 404": (trouble.PAGE_404, "a web page (HTTP 404)"),
    "another service": (trouble.ANOTHER_SERVICE, "not a json-stat2 dataset"),
    "one value too few": (trouble.ONE_VALUE_TOO_FEW, "values for"),
    "other codes": (trouble.OTHER_CODES, "9999"),
    "other sizes": (trouble.OTHER_SIZES, "do not match"),
    "gap without sign": (trouble.GAP_WITHOUT_SIGN, "no sign"),
}


@pytest.mark.parametrize("on", ["metadata", "data"])
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_fault_that_passes_ends_in_a_whole_snapshot(
    fetch: Fetch, ssb: Double, on: str, fault: Fault
) -> None:
    """Asked again until it is answered; nobody can see it in the snapshot."""
    ssb.fail(fault, on=on)
    snapshot = fetch().snapshot
    assert set(snapshot.tables) == set(synthetic.tables())


@pytest.mark.parametrize(("fault", "says"), FATAL.values(), ids=FATAL)
def test_fault_that_stays_changes_nothing(
    fetch: Fetch, ssb: Double, store: Store, fault: Fault, says: str
) -> None:
    """A clear error, the snapshot before untouched, and the next fetch is whole."""
    fetch()
    before = tree(store.folder)
    ssb.fail(fault, on="data", table="12367")
    with pytest.raises((FetchError, TableError)) as refusal:
        fetch()
    assert says in str(refusal.value)
    assert tree(store.folder) == before
    assert store.names() == ["2026-06-20"]
    assert fetch().snapshot.name == "2026-06-20-2"


def test_service_that_stays_away_is_an_error_after_so_many_tries(
    fetch: Fetch, ssb: Double, store: Store
) -> None:
    """Bounded: nobody waits for ever, and the message says what was last seen."""
    ssb.fail(*[trouble.MAINTENANCE] * 4, on="metadata")
    with pytest.raises(FetchError, match=r"no answer in 4 tries.*HTTP 503"):
        fetch()
    assert store.names() == []


def test_codes_that_ssb_lacks_are_all_named_before_any_figure_is_asked_for(
    fetch: Fetch, ssb: Double, store: Store
) -> None:
    """One wrong code would fail its whole call; ten would take ten fetches to find."""
    ssb.replace(
        "13995", renamed("13995", "ContentsCode", "KOSsosantkliente0000", "KOSnytt")
    )
    ssb.replace("12367", renamed("12367", "KOKfunksjon0000", "276", "279"))
    ssb.replace("14019", renamed("14019", "KOKkommuneregion0000", "3205", "3299"))
    with pytest.raises(FetchError) as refusal:
        fetch()
    message = str(refusal.value)
    assert "has the code KOSnytt and not KOSsosantkliente0000" in message
    assert "no 276 (measure netto_driftsutgifter_f276); nearest: 279" in message
    assert "no 3205 (kommune lillestrom)" in message
    assert "asss doctor --live" in message
    assert ssb.calls_for("data") == []
    assert store.names() == []


def test_tables_that_are_gone_are_all_named_with_what_is_read_from_them(
    fetch: Fetch, ssb: Double, store: Store
) -> None:
    """Before a figure is asked for, together with the codes that others lack."""
    ssb.remove("12160")
    ssb.remove("14019")
    ssb.replace("12367", renamed("12367", "KOKfunksjon0000", "276", "279"))
    with pytest.raises(FetchError) as refusal:
        fetch()
    message = str(refusal.value)
    for words in (
        "no table 12160 «Mottakere av kvalifiseringsstønad (K)» (kvp_mottakere)",
        "no table 14019 «Utvalgte nøkkeltall for sosialtjenesten (K)» (",
        "stonad_sum",
        "no 276",
        "asss doctor --live",
    ):
        assert words in message
    assert ssb.calls_for("data") == []
    assert store.names() == []


def test_progress_is_told_call_by_call(fetch: Fetch, ssb: Double) -> None:
    told: list[tuple[int, int]] = []
    fetch(progress=lambda done, calls: told.append((done, calls)))
    assert [done for done, _ in told] == list(range(1, 17))
    assert told[-1] == (16, 16)
    assert len(ssb.calls_for("data")) + len(ssb.calls_for("metadata")) == 16


@pytest.mark.parametrize("nth", [1, 9, 17, 18])
def test_full_disk_leaves_no_snapshot_and_the_next_fetch_completes(
    fetch: Fetch, store: Store, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    """Wherever it strikes: in an answer, in the metadata, in the manifest."""
    fetch()
    before = tree(store.folder)
    count = 0
    synced = os.fsync

    def full(handle: int) -> None:
        nonlocal count
        count += 1
        if count == nth:
            raise OSError(28, "No space left on device")
        synced(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SnapshotError, match="No space left on device"):
        fetch()
    assert tree(store.folder) == before
    monkeypatch.undo()
    assert fetch().snapshot.name == "2026-06-20-2"


def test_full_disk_was_met_at_every_kind_of_write(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The places above are within the number of writes that a fetch makes."""
    count = 0
    synced = os.fsync

    def counted(handle: int) -> None:
        nonlocal count
        count += 1
        synced(handle)

    monkeypatch.setattr(os, "fsync", counted)
    fetch()
    assert count >= 18


@pytest.mark.parametrize("nth", [1, 6])
def test_kill_in_the_middle_loses_nothing_and_the_next_fetch_completes(
    ssb: Double, project: Path, nth: int
) -> None:
    """kill -9, which no program can prepare for at the moment it comes."""
    patient(project, ssb)
    command = [sys.executable, "-m", "asss", "fetch", "--anyway"]
    environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*"}
    process = subprocess.Popen(
        command,
        cwd=project,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def kill(call: Call) -> None:
        if call.kind == "data" and len(ssb.calls_for("data")) == nth:
            process.send_signal(signal.SIGKILL)

    ssb.on_call(kill)
    assert process.wait(PATIENCE) == -signal.SIGKILL
    store = holdings.snapshot_store(project)
    assert store.names() == []
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert len(store.names()) == 1
    snapshot = holdings.open_snapshot("latest", root=project)
    assert set(snapshot.tables) == set(synthetic.tables())


def test_two_fetches_at_once_do_not_mix(
    fetch: Fetch, ssb: Double, store: Store
) -> None:
    """The second is told to wait, and asks nothing."""
    store.folder.mkdir(parents=True)
    with (
        FileLock(store.folder / ".lock"),
        pytest.raises(SnapshotError, match="Another fetch is at work"),
    ):
        fetch()
    assert ssb.calls == []
    fetch()


# -- figures and metadata of one update ------------------------------------------------


def aged(table: str, stamp: str) -> cubes.Cube:
    """A table as of an update, every number of which is its own."""
    cube = json.loads(json.dumps(synthetic.tables()[table]))
    step = int(stamp[5:7]) * 1000 + int(stamp[8:10]) * 31
    cube["value"] = [v if v is None else v + step for v in cube["value"]]
    return {**cube, "updated": stamp}


def few(known: Catalogue, *tables: str) -> Catalogue:
    """A catalogue that reads from some tables only."""
    measures = tuple(
        one.model_copy(update={"series": kept})
        for one in known.service.measures
        if (kept := tuple(series for series in one.series if series.table in tables))
    )
    service = known.service.model_copy(update={"measures": measures})
    return replace(known, service=service)


OLD, NEW = "2026-06-15T06:00:00Z", "2026-06-20T06:00:00Z"


class Kill(BaseException):
    """What no program can prepare for at the moment it comes."""


class Scene:
    """A StatBank that keeps its answers for a time, and a store beside it."""

    def __init__(self, known: Catalogue, folder: Path, *tables: str) -> None:
        self.known = few(known, *tables)
        self.watch, self.said = Watch(), list[str]()
        self.store = Store(folder)
        # As it was published, by table and stamp.
        self.published = {t: {OLD: aged(t, OLD)} for t in tables}
        self.double = Double(
            {t: versions[OLD] for t, versions in self.published.items()},
            calls=10_000,
            max_cells=40,
            keeps=300,
            clock=self.watch,
        )

    def update(self, table: str, stamp: str | None = None) -> None:
        """SSB publishes a table anew."""
        versions = self.published[table]
        stamp = stamp or f"2026-06-19T06:{len(versions):02}:00Z"
        versions[stamp] = aged(table, stamp)
        self.double.replace(table, versions[stamp])

    def fetch(self, kill_at: int | None = None) -> Fetched:
        """Fetch them; die at the nth thing that is written."""
        options = {"longest_wait": 60, "attempts": 7, "first_wait": 2}
        written = 0
        synced = os.fsync

        def fsync(handle: int) -> None:
            nonlocal written
            written += 1
            if written == kill_at:
                raise Kill
            synced(handle)

        with (
            pytest.MonkeyPatch.context() as patch,
            Client(
                hurried(self.double, **options),
                tell=self.said.append,
                sleep=self.watch.sleep,
                clock=self.watch,
            ) as client,
        ):
            patch.setattr(os, "fsync", fsync)
            return retrieval.fetch([self.known], client, self.store, now=NOW)

    def check(self, fetched: Fetched) -> None:
        """Each table is what was published under its stamp, and nothing else."""
        assert fetched.snapshot.mixed() == {}
        for table, dataset in fetched.snapshot.datasets.items():
            asked = {name: list(d.labels) for name, d in dataset.dimensions.items()}
            right = cubes.select(self.published[table][dataset.updated], asked)
            assert dataset == statbank.read_dataset(cubes.as_sent(right), table=table)


@pytest.fixture
def scene(known: Catalogue, tmp_path: Path) -> Iterator[Scene]:
    made = Scene(known, tmp_path / "snapshots", "12160", "12210")
    with made.double:
        yield made


def test_figures_older_than_their_table_are_asked_for_again(scene: Scene) -> None:
    """Kept by the server from before the update; the wait is told, and no longer."""
    first = scene.fetch()
    scene.watch.now += 200
    scene.update("12210", NEW)
    # Metadata and the answers on the other table are asked for by other addresses.
    scene.double.forget("metadata")
    scene.double.calls.clear()
    fetched = scene.fetch()
    scene.check(fetched)
    changed = {
        t: c["changed"] for t, c in fetched.changes.items() if c and c["changed"]
    }
    assert changed == {
        "12210": sum(v is not None for v in first.snapshot.datasets["12210"].values)
    }
    assert scene.said == [
        "Table 12210 has figures from 2026-06-15 though it was updated on 2026-06-20: "
        f"asking again in 60 s (try {attempt} of 7)"
        for attempt in (2, 3)
    ]
    assert {call.table for call in scene.double.calls_for("data")[-3:]} == {"12210"}


def test_table_that_is_updated_after_its_metadata_is_described_anew(
    scene: Scene,
) -> None:
    """The figures are right, and it is the metadata that is asked for again."""

    def update(call: Call) -> None:
        if call.kind == "data" and len(scene.double.calls_for("data")) == 1:
            scene.update("12160", NEW)

    scene.double.on_call(update)
    scene.check(fetched := scene.fetch())
    assert fetched.snapshot.tables["12160"]["updated"] == NEW
    assert "under a description of 2026-06-15" in scene.said[0]


def test_server_that_goes_on_with_old_figures_is_an_error_that_changes_nothing(
    scene: Scene,
) -> None:
    """Bounded and told; what was there stays, and the next fetch is not blocked."""
    scene.fetch()
    before = tree(scene.store.folder)
    stale = Fault(damage=lambda answer: answer.update(updated="2026-06-14T06:00:00Z"))
    scene.double.fail(*[stale] * 1000, table="12210")
    scene.update("12210", NEW)
    scene.watch.now += 1000
    with pytest.raises(FetchError) as refusal:
        scene.fetch()
    for words in (
        "Table 12210 has figures from 2026-06-14 though it was updated on 2026-06-20",
        "Asked 7 times, 60 s apart",
        "nothing has been changed",
        "Fetch again in an hour",
    ):
        assert words in str(refusal.value)
    assert tree(scene.store.folder) == before
    scene.double.calm()
    scene.watch.now += 1000
    scene.check(scene.fetch())


steps = st.one_of(
    st.tuples(st.just("update"), st.sampled_from(["12160", "12210"])),
    st.tuples(st.just("pass"), st.sampled_from([10, 100, 400])),
    st.tuples(st.just("update at"), st.integers(0, 8)),
    st.tuples(st.just("refuse"), st.sampled_from(["data", "metadata", "config"])),
    st.tuples(st.just("fetch"), st.none() | st.integers(1, 20)),
)


@given(st.lists(steps, min_size=2, max_size=8))
@example([("fetch", None), ("update", "12210"), ("fetch", 5), ("fetch", None)])
@example([("fetch", 7), ("update", "12210"), ("pass", 100), ("fetch", 3)])
@example([("update at", 3), ("fetch", None), ("update at", 5), ("fetch", 12)])
@settings(max_examples=12)
def test_whatever_went_before_the_next_fetch_has_what_is_published(
    known: Catalogue, steps: list[tuple[str, Any]]
) -> None:
    """After updates, old answers, refusals and kills, once the server is calm."""
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(known, Path(folder) / "snapshots", "12160", "12210")
        at: set[int] = set()

        scene.double.on_call(
            lambda _: len(scene.double.calls) in at and scene.update("12210")
        )
        with scene.double:
            for step, what in steps:
                match step:
                    case "update":
                        scene.update(what)
                    case "pass":
                        scene.watch.now += what
                    case "update at":
                        at.add(len(scene.double.calls) + what)
                    case "refuse":
                        scene.double.fail(
                            trouble.CUT_JSON, trouble.MAINTENANCE, on=what
                        )
                    case _:
                        try:
                            scene.check(scene.fetch(kill_at=what))
                        except (Kill, FetchError):
                            continue
            at.clear()
            scene.double.calm()
            scene.watch.now += 301
            fetched = scene.fetch()
            scene.check(fetched)
        for table, entry in fetched.snapshot.tables.items():
            assert entry["updated"] == list(scene.published[table])[-1]


def test_figures_of_two_updates_are_found_in_a_snapshot_that_was_kept(
    project: Path, ssb: Double
) -> None:
    """Those that were fetched before this was looked at, too."""
    patient(project, ssb)
    assert run(project, "fetch", "--anyway").exit_code == 0
    (name,) = holdings.snapshot_store(project).names()
    folder = holdings.snapshot_store(project).folder / name
    path = folder / "12367.metadata.json"
    raw = path.read_bytes().replace(b"2026-06-15T06", b"2026-06-20T06")
    path.write_bytes(raw)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["tables"]["12367"]["metadata"]["sha256"] = statbank.digest(raw)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    said = "Table 12367 has figures from 2026-06-15 though it was updated on 2026-06-20"
    for command in ("verify", "doctor"):
        result = run(project, command)
        assert result.exit_code == FAILURE
        assert said in result.output


# -- what is stored --------------------------------------------------------------------


def test_each_folder_is_whole(fetch: Fetch, tmp_path: Path) -> None:
    """A copy of it opens anywhere, whatever becomes of the others."""
    first, second = fetch().snapshot.folder, fetch().snapshot.folder
    copy = tmp_path / "copy"
    shutil.copytree(second, copy)
    shutil.rmtree(first)
    assert statbank.open_snapshot(copy).name == second.name


def test_fetch_that_ended_as_it_was_put_in_place_leaves_nothing_in_the_next(
    fetch: Fetch, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fetch().snapshot.folder
    rename = Path.rename

    def end(self: Path, to: Path) -> Path:
        if self.name == "draft":
            raise KeyboardInterrupt
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", end)
    with pytest.raises(KeyboardInterrupt):
        fetch()
    monkeypatch.undo()
    assert [path.name for path in store.folder.glob(".*")] == [".lock"]
    second = fetch().snapshot.folder
    assert sorted(p.name for p in second.iterdir()) == sorted(
        p.name for p in first.iterdir()
    )


def test_tampered_snapshot_is_refused_and_does_not_stop_a_new_fetch(
    fetch: Fetch,
) -> None:
    """It is neither compared with nor read; the way out is to fetch again."""
    first = fetch().snapshot.folder
    file = first / "12367.json"
    file.write_bytes(file.read_bytes().replace(b"7", b"8", 1))
    with pytest.raises(SnapshotError, match=r"12367\.json has been changed"):
        statbank.open_snapshot(first)
    fetched = fetch()
    assert any("12367.json has been changed" in remark for remark in fetched.remarks)
    assert {*fetched.changes.values()} == {None}


def test_newest_is_what_was_fetched_last(fetch: Fetch, store: Store) -> None:
    """By the time in the manifest: «-10» sorts before «-2» by name."""
    names = [fetch(now=NOW.replace(minute=minute)).snapshot.name for minute in (1, 2)]
    assert names == ["2026-06-20", "2026-06-20-2"]
    for number in range(3, 10):
        (store.folder / f"2026-06-20-{number}").mkdir()
    names.append(fetch(now=NOW.replace(minute=10)).snapshot.name)
    assert names[-1] == "2026-06-20-10"
    assert store.names() == names
    newest = store.newest()
    assert newest is not None
    assert newest.name == names[-1]


@pytest.mark.parametrize(
    ("stamp", "is_refused"),
    [
        pytest.param("2026-06-15T02:59:00Z", False, id="04:59-summer"),
        pytest.param("2026-06-15T03:00:00Z", True, id="05:00-summer"),
        pytest.param("2026-03-16T07:14:00Z", True, id="08:14-winter"),
        pytest.param("2026-03-16T07:15:00Z", False, id="08:15-winter"),
    ],
)
def test_no_fetch_while_ssb_prepares_its_publishing(
    stamp: str, is_refused: bool
) -> None:
    """A figure that shows as 0 for an hour is a wrong number in print."""
    now = datetime.fromisoformat(stamp)
    if is_refused:
        with pytest.raises(UsageError, match="--anyway"):
            retrieval.check_hour(now)
    else:
        retrieval.check_hour(now)


# -- several service areas -------------------------------------------------------------


def only_of(area: Catalogue, tables: Collection[str], regions: str) -> Catalogue:
    """What is known of some tables, and of the kommuner that they have."""
    service, network = area.service, area.network
    own = {
        "tables": tuple(one for one in service.tables if one.id in tables),
        "measures": tuple(
            one.model_copy(
                update={"series": tuple(s for s in one.series if s.table in tables)}
            )
            for one in service.measures
        ),
    }
    held = [m for m in network.members if m.kommunenummer[-1].number in regions]
    return replace(
        area,
        service=type(service).model_construct(**{**dict(service), **own}),
        network=network.model_copy(update={"members": tuple(held)}),
    )


def test_one_snapshot_answers_every_service_area(
    root: Path, snapshot: Snapshot, store: Store
) -> None:
    """A table that several read is asked once, for what all of them need."""
    there = {
        path.stem: json.loads(path.read_bytes())
        for path in statbank.embedded_folder().glob("[0-9]*.json")
    }
    for cube in there.values():
        cube["extension"]["px"] |= {"stub": [], "heading": []}
        for dimension in cube["dimension"].values():
            dimension["extension"] = {"elimination": False}
    regions = str(there["12210"]["dimension"])
    areas = [
        only_of(one, there, regions)
        for one in catalogue.load_all(root / "parameters")
        if holdings.available_years(one, snapshot)
    ]
    with Double(there, calls=10_000) as double, Client(hurried(double)) as client:
        later = NOW.replace(year=2027)
        fetched = retrieval.fetch(areas, client, store, now=later).snapshot
        asked = [call for call in double.calls if call.method == "POST"]
    assert len(asked) == len(fetched.tables) == len(there)
    manifest = json.loads((fetched.folder / statbank.MANIFEST).read_bytes())
    assert manifest["services"] == [area.service.service for area in areas]
    for area in areas:
        got, wanted = (
            sources.load_observations(area, answers, until=2020)[["value", "status"]]
            for answers in (fetched, snapshot)
        )
        assert got.equals(wanted)


def test_what_one_area_lacks_does_not_keep_the_others_from_a_fetch(
    root: Path, ssb: Double, store: Store
) -> None:
    """Nothing is fetched without a word, and the way on is said."""
    areas = catalogue.load_all(root / "parameters")
    with Client(hurried(ssb)) as client:
        with pytest.raises(FetchError, match=r"(?s)no table 12275.*--service NAME"):
            retrieval.fetch(areas, client, store, now=NOW)
        assert store.newest() is None
        other = next(a for a in areas if a.service.service == SERVICE)
        assert retrieval.fetch([other], client, store, now=NOW).snapshot.tables


def test_area_that_nothing_is_lost_of_is_left_out_of_a_fetch(
    root: Path, ssb: Double, store: Store
) -> None:
    """One on paper must not stand in the way; it is named, and no table asked twice."""
    areas = catalogue.load_all(root / "parameters")
    names = [area.service.service for area in areas]
    others = [name for name in names if name != SERVICE]
    with Client(hurried(ssb)) as client:
        with pytest.raises(FetchError, match="no table 11977"):
            retrieval.fetch(areas, client, store, now=NOW, may_lack=["barnevern"])
        before = len(ssb.calls)
        fetched = retrieval.fetch(areas, client, store, now=NOW, may_lack=others)
    calls = ssb.calls[before:]
    asked = [c.path for c in calls if c.kind == "metadata" and c.status == 200]
    assert len(asked) == len({*asked}) == len(fetched.snapshot.tables)
    manifest = json.loads((fetched.snapshot.folder / statbank.MANIFEST).read_bytes())
    assert manifest["services"] == [SERVICE]
    for name in others:
        (said,) = [one for one in fetched.remarks if one.startswith(f"{name} is left")]
        assert "SSB's tables lack what it asks for: " in said
        assert said.endswith(
            f"`asss doctor --live --service {name}` says how to mend it."
        )


def test_last_area_is_never_left_out_of_a_fetch(
    known: Catalogue, ssb: Double, store: Store
) -> None:
    """A snapshot of nothing would be the latest."""
    spoilt = renamed("12210", "ContentsCode", "KOSsosantkliente0000", "X")
    spoilt["dimension"]["ContentsCode"]["category"]["label"]["X"] = "Noe annet"
    ssb.replace("12210", spoilt)
    with (
        Client(hurried(ssb)) as client,
        pytest.raises(FetchError, match="SSB's tables lack"),
    ):
        retrieval.fetch([known], client, store, now=NOW, may_lack=[SERVICE])


def test_variable_that_must_be_chosen_is_among_what_is_lacking(
    known: Catalogue, ssb: Double, store: Store
) -> None:
    """«Alle trinn» is a choice: with all else that tables lack, and not before it."""
    cube = json.loads(json.dumps(synthetic.tables()["12210"]))
    cube["id"].append("KOKtrinn0000")
    cube["size"].append(1)
    cube["dimension"]["KOKtrinn0000"] = {
        "label": "trinn",
        "category": {"index": {"0": 0}, "label": {"0": "Alle trinn"}},
        "extension": {"elimination": False},
    }
    ssb.replace("12210", cube)
    ssb.replace("13995", renamed("13995", "ContentsCode", "KOSsosantkliente0000", "X"))
    with Client(hurried(ssb)) as client, pytest.raises(FetchError) as refusal:
        retrieval.fetch([known], client, store, now=NOW)
    assert "KOKtrinn0000 must be chosen" in str(refusal.value)
    assert "13995" in str(refusal.value)


# -- the command -----------------------------------------------------------------------


def patient(project: Path, ssb: Double) -> None:
    """Point a project's own settings at the double, without waits."""
    path = project / "parameters" / "statbank.yaml"
    settings = hurried(ssb).model_dump()
    path.write_text(json.dumps(settings), "utf-8")


def run(project: Path, *words: str) -> Result:
    """The command line, in a project."""
    parameters = ["--parameters", str(project / "parameters")]
    return CliRunner().invoke(app, [*words, *parameters])


def test_command_fetches_and_says_what_came(ssb: Double, project: Path) -> None:
    """Table by table, then where it lies and what to do next."""
    patient(project, ssb)
    result = run(project, "fetch", "--anyway")
    assert result.exit_code == 0, result.output
    for table in synthetic.tables():
        assert table in result.output
    assert "Reports can be made for 2015-2025" in result.output
    assert "Not from SSB" in result.output
    assert holdings.choose_snapshot("latest", root=project) in result.output


def test_command_goes_on_without_an_area_on_paper(
    ssb: Double, project: Path, root: Path
) -> None:
    """All are meant where none is named; who names one wants it."""
    patient(project, ssb)
    shutil.copytree(root / "parameters" / PAPER, project / "parameters" / PAPER)
    result = run(project, "fetch", "--anyway", "--service", PAPER)
    assert result.exit_code == FAILURE
    assert "no table 11977" in result.output
    result = run(project, "fetch", "--anyway")
    assert result.exit_code == 0, result.output
    assert f"{PAPER} is left out, as SSB's tables lack" in " ".join(
        result.output.split()
    )
    assert f"Reports of {SERVICE} can be made for 2015-2025" in result.output


def test_address_and_contact_are_options_too(ssb: Double, project: Path) -> None:
    """For one fetch, without writing in a file."""
    result = run(
        project,
        "fetch",
        "--anyway",
        "--base-url",
        ssb.url,
        "--contact",
        "kari@example.org",
        "--timeout",
        "60",
    )
    assert result.exit_code == 0, result.output
    assert "kari@example.org" in ssb.calls[0].headers["User-Agent"]


def test_address_may_stand_in_the_environment(
    ssb: Double, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSS_BASE_URL", ssb.url)
    result = run(project, "fetch", "--anyway", "--contact", "a")
    assert result.exit_code == 0, result.output
    assert len(ssb.calls_for("data")) > 1


def test_what_a_server_says_does_not_move_the_terminal(
    ssb: Double, project: Path
) -> None:
    """Nor turns its text about: only letters of it are shown."""
    patient(project, ssb)
    title = "\x1b[2J\x1b]0;owned\x07Be\u202eware\ud800"
    body = json.dumps({"title": title, "status": 400}).encode()
    ssb.fail(Fault(400, body), on="metadata")
    result = run(project, "fetch", "--anyway")
    assert result.exit_code == FAILURE
    assert "ware" in result.output
    assert not set(result.output) & set("\x1b\x07\u202e\ud800")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--base-url", "http://127.0.0.1:9"], FAILURE, "no answer in 4 tries"),
        (["--base-url", "ftp://data.ssb.no"], USAGE, "cannot be asked"),
        (["--base-url", "{ssb}/v3"], FAILURE, "Nothing of PxWebApi is at"),
    ],
)
def test_command_refuses_in_one_message(
    ssb: Double, project: Path, words: list[str], code: int, says: str
) -> None:
    """And makes no snapshot."""
    patient(project, ssb)
    words = [word.replace("{ssb}", ssb.url) for word in words]
    result = run(project, "fetch", "--anyway", *words)
    assert result.exit_code == code, result.output
    assert says in result.output
    assert "Traceback" not in result.output
    assert holdings.snapshot_store(project).names() == []


# -- the doctor ------------------------------------------------------------------------


def test_doctor_finds_a_catalogue_in_order(ssb: Double, project: Path) -> None:
    """Exit code 0, every table named, and what can be marked as verified."""
    patient(project, ssb)
    result = run(project, "doctor", "--live")
    assert result.exit_code == 0, result.output
    for table in synthetic.tables():
        assert f"\n{table} " in result.output
    assert "closed by SSB" in result.output
    assert "find its successor on ssb.no/statbank" in result.output
    assert "it can be marked as verified" in result.output
    assert ssb.calls_for("data") == []


def test_doctor_says_how_to_mend_a_code(ssb: Double, project: Path) -> None:
    """The line it gives, written in the catalogue, makes the doctor content."""
    patient(project, ssb)
    cube = renamed("13995", "ContentsCode", "KOSsosantkliente0000", "KOSnytt")
    ssb.replace("13995", cube)
    result = run(project, "doctor", "--live")
    assert result.exit_code == FAILURE
    line = (
        "contents: {code: KOSnytt, label: Antall sosialhjelpstilfeller, "
        "verified: true, read_in: asss doctor --live}"
    )
    assert line in result.output
    assert "measure mottakere_i_alt, table 13995" in result.output
    path = project / "parameters" / "sosiale_tjenester" / "indikatorer.yaml"
    written = path.read_text("utf-8").replace(
        "contents: {code: KOSsosantkliente0000, label: Antall sosialhjelpstilfeller, "
        'verified: true, read_in: "terchris/atlas (metadata, 2026-05-04)"}',
        line,
    )
    path.write_text(written, "utf-8")
    assert run(project, "doctor", "--live").exit_code == 0


def test_doctor_names_what_is_missing_with_the_nearest(
    ssb: Double, project: Path
) -> None:
    """A value, a variable, a region, a whole table: each with what to look at."""
    patient(project, ssb)
    tables = synthetic.tables()
    label = "Samlet stønadssum (1000 kr)"
    cube = json.loads(
        json.dumps(tables["14019"], ensure_ascii=False).replace(
            label, "Samla stønad (1000 kr)"
        )
    )
    ssb.replace("14019", cube)
    text = json.dumps(tables["12367"], ensure_ascii=False)
    ssb.replace("12367", json.loads(text.replace("KOKart0000", "KOKart0001")))
    ssb.replace("13995", renamed("13995", "KOKkommuneregion0000", "5501", "5502"))
    ssb.remove("12160")
    result = run(project, "doctor", "--live")
    assert result.exit_code == FAILURE
    assert f"ContentsCode «{label}» (measure stonad_sum): not found" in result.output
    assert "label: Samla stønad (1000 kr), verified: true" in result.output
    assert "variable KOKart0000: not found" in result.output
    assert "nearest: KOKart0001" in result.output
    assert "5501 (kommune tromso): not found" in result.output
    assert "parameters/nettverk.yaml, kommune tromso" in result.output
    assert "StatBank has no table 12160" in result.output


def test_doctor_stays_at_home_unless_told(ssb: Double, project: Path) -> None:
    """Without --live it looks at files and libraries, and says so."""
    patient(project, ssb)
    result = run(project, "doctor")
    assert result.exit_code == 0, result.output
    assert "snapshot embedded: 10 tables in 11 files, as vouched for" in result.output
    assert ssb.calls == []


def test_doctor_finds_a_tampered_snapshot(ssb: Double, project: Path) -> None:
    """Before a report is made from it."""
    patient(project, ssb)
    assert run(project, "fetch", "--anyway").exit_code == 0
    store = holdings.snapshot_store(project)
    folder = store.folder / store.names()[0]
    file = folder / "12210.json"
    file.write_bytes(file.read_bytes() + b" ")
    result = run(project, "doctor")
    assert result.exit_code == FAILURE
    assert "12210.json has been changed" in result.output


# -- what is asked for -----------------------------------------------------------------


def test_single_ages_are_asked_for_where_ssb_has_no_group(
    known: Catalogue, fetch: Fetch
) -> None:
    """The catalogue's group of ages is the embedded snapshot's own."""
    ages = list(fetch().snapshot.dataset("07459").dimension("Alder").labels)
    assert ages == [f"{age:03}" for age in range(18, 67)]
    metadata = holdings.open_snapshot("embedded").dataset("07459")
    question, unmet = holdings.ask(known, metadata, [2019])
    assert question.selection["Alder"] == ["018-024", "025-066"]
    # The package holds no figures of those who became members in 2022.
    assert {one.wish.whose for one in unmet} == {"kommune asker", "kommune lillestrom"}


# -- what cannot be, and what moves far ------------------------------------------------


def test_fetch_of_what_cannot_be_makes_no_snapshot(
    fetch: Fetch, ssb: Double, store: Store
) -> None:
    """All that is doubted, in all tables; what was there stays, and the next works."""
    first = fetch().snapshot
    for table in ("12367", "13995"):
        cube = json.loads(json.dumps(synthetic.tables()[table]))
        for one in cube["dimension"]["ContentsCode"]["category"]["unit"].values():
            one["base"] = "prosent"
        ssb.replace(table, cube)
    with pytest.raises(FetchError, match=r"(?s)Table 13995 gives.*Table 12367 gives"):
        fetch(accept=True)
    assert store.names() == [first.name]
    for table in ("12367", "13995"):
        ssb.replace(table, synthetic.tables()[table])
    assert fetch().snapshot.tables.keys() == first.tables.keys()


def test_many_figures_that_move_far_need_consent(
    fetch: Fetch, ssb: Double, store: Store
) -> None:
    """With the list."""
    fetch()
    cube = json.loads(json.dumps(synthetic.tables()["12210"]))
    cube["value"] = [value and value * 2 for value in cube["value"]]
    cube["updated"] = "2026-06-20T06:00:00Z"
    ssb.replace("12210", cube)
    with pytest.raises(FetchError, match=r"table 12210: \d+ of \d+ .*\n.* -> "):
        fetch()
    assert len(store.names()) == 1
    assert fetch(accept=True).snapshot.tables["12210"]["ssb_updated"] == cube["updated"]

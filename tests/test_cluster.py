"""Past one machine: Dask's workers, one of which dies, and outputs at an address."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from asss import batch, ledger, manifest, outputs, verification
from asss.__main__ import app
from asss.cluster import Cluster, Project
from asss.errors import UsageError
from asss.ledger import Ledger
from asss.parameters import EMBEDDED, Run

distributed = pytest.importorskip("distributed")

#: Dask's own threads and sockets are closed when they are collected.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

KOMMUNER = ("bergen", "oslo", "stavanger", "tromso", "trondheim")

runner = CliRunner()


@pytest.fixture(scope="module")
def scheduler() -> Iterator[Any]:
    """A scheduler with two workers, each a process of its own, as on two machines."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as running:
        yield running


def _runs(run_of: Callable[[str, int], Run]) -> list[Run]:
    return [run_of(kommune, 2020) for kommune in KOMMUNER]


def test_every_report_arrives_once_though_a_worker_is_killed(
    root: Path,
    run_of: Callable[[str, int], Run],
    scheduler: Any,
    tmp_path: Path,
) -> None:
    """In the middle of its work; the other one makes what it would have made."""
    address = scheduler.scheduler_address
    seen: list[str] = []
    killed: list[int] = []

    def kill_one(result: batch.Result) -> None:
        seen.append(result.kommune)
        if not killed:
            with distributed.Client(address) as client:
                busy = client.processing()
                pids = client.run(os.getpid)
                victim = next(worker for worker, tasks in busy.items() if tasks)
            killed.append(pids[victim])
            os.kill(pids[victim], signal.SIGKILL)

    runs = _runs(run_of)
    results = batch.render_all(
        runs,
        root=root,
        output=tmp_path,
        formats=("html",),
        today="2026-11-26",
        workers=Cluster(address, 2, Project.gather(root, [EMBEDDED])),
        on_result=kill_one,
    )
    assert killed
    assert [result.error for result in results] == [None] * len(runs)
    assert sorted(seen) == sorted(KOMMUNER)
    # Neither half a report nor a folder that somebody was working in.
    assert sorted(path.name for path in (tmp_path / "2020").iterdir()) == list(KOMMUNER)
    checks = verification.verify(root=root, output=tmp_path)
    assert {check.outcome for check in checks} == {"ok"}
    assert len(Ledger(tmp_path).read()) == len(runs)


def test_cluster_and_this_machine_make_the_same(
    root: Path, scheduler: Any, tmp_path: Path
) -> None:
    """To the byte, at an address as in a folder; and then there is nothing to do."""
    here, there = tmp_path / "here", tmp_path / "there"
    common = ["render", "--kommune", "oslo", "--year", "2020", "--format", "html,csv"]
    common += ["--snapshot", EMBEDDED, "--date", "2026-11-26"]
    common += ["--parameters", str(root / "parameters")]
    elsewhere = [
        *("--scheduler", scheduler.scheduler_address),
        *("--output", f"file://{there}"),
    ]
    local = runner.invoke(app, [*common, "--output", str(here)])
    assert local.exit_code == 0, local.output
    remote = runner.invoke(app, [*common, *elsewhere])
    assert remote.exit_code == 0, remote.output
    made = [
        {
            path.relative_to(place).as_posix(): path.read_bytes()
            for path in sorted(place.rglob("*"))
            if path.is_file() and path.name != ledger.LOCK
        }
        for place in (here, there)
    ]
    assert made[0].keys() == made[1].keys()
    assert made[0] == made[1]
    again = runner.invoke(app, [*common, *elsewhere])
    assert "1 unchanged" in again.output


def test_report_at_an_address_is_replaced_manifest_last(tmp_path: Path) -> None:
    """There is no renaming there: what is half written must not be vouched for."""
    pytest.importorskip("upath")
    place = outputs.at("memory://asss/2020/oslo")
    assert not outputs.is_here(place)
    for content, names in (("a", ("x.csv", "figurer/1.svg")), ("b", ("x.csv",))):
        work = tmp_path / content
        for name in (*names, manifest.MANIFEST_NAME):
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_text(content, "utf-8")
        outputs.put(work, place)
        assert (place / "x.csv").read_text("utf-8") == content
        assert manifest.names(place) == sorted((*names, manifest.MANIFEST_NAME))


def test_project_goes_along_with_the_snapshots_it_is_asked_for(root: Path) -> None:
    """And is the same when it is laid out."""
    gathered = Project.gather(root, [EMBEDDED])
    laid_out = gathered.lay_out()
    assert Project.gather(laid_out, [EMBEDDED]) == gathered
    names = [name for name, _ in gathered.files]
    assert "parameters/nettverk.yaml" in names
    assert "notebooks/sosiale_tjenester.ipynb" in names
    assert not any(name.startswith("outputs") for name in names)


def test_scheduler_that_does_not_answer_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asss.cluster.PATIENCE", "1s")
    with pytest.raises(UsageError, match="No scheduler answers at tcp://127"):
        Cluster("tcp://127.0.0.1:9", 1, Project.gather(root, []))

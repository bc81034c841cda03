"""Past one machine: Dask's workers, one of which dies, and outputs at an address."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest
from typer.testing import CliRunner

from asss import outputs
from asss.__main__ import app
from asss.catalogue.parameters import EMBEDDED, SERVICE, Run
from asss.cli.terminal import USAGE
from asss.errors import UsageError
from asss.runs import batch, ledger, manifest, verification
from asss.runs.batch import Project
from asss.runs.cluster import Cluster
from asss.runs.ledger import Ledger

distributed = pytest.importorskip("distributed")
dask = pytest.importorskip("dask")

#: Dask's own threads and sockets are closed when they are collected.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

KOMMUNER = ("bergen", "oslo", "stavanger", "tromso", "trondheim")

#: As started on machines of their own.
SCHEDULER = (sys.executable, "-m", "distributed.cli.dask_scheduler")
WORKER = (sys.executable, "-m", "distributed.cli.dask_worker", "--no-nanny")

runner = CliRunner()


@pytest.fixture(scope="module")
def scheduler() -> Iterator[Any]:
    """A scheduler with two workers, each a process of its own, as on two machines."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0"
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
        seen.append(result.run.kommune)
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
    made = (tmp_path / "2020" / SERVICE).iterdir()
    assert sorted(path.name for path in made) == list(KOMMUNER)
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


def _await(path: Path, needed: Callable[[], bool]) -> None:
    """Wait for what another process writes, as long as it is there to do so."""
    while not (path.is_file() and path.stat().st_size):
        assert needed()
        time.sleep(0.05)


def _add_cell(project: Path, source: str) -> None:
    path = project / "notebooks" / "kommune.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cell = nbformat.v4.new_code_cell(source)
    notebook.cells.append(cell)
    nbformat.write(notebook, path)


def test_report_told_as_failed_is_not_put_in_place_afterwards(
    project: Path, tmp_path: Path
) -> None:
    """The scheduler is killed while the worker makes it; what was said stands."""
    begun, go_on = tmp_path / "begun", tmp_path / "go on"
    _add_cell(
        project,
        "import pathlib, time\n"
        f"pathlib.Path({str(begun)!r}).write_text('here')\n"
        f"while not pathlib.Path({str(go_on)!r}).exists(): time.sleep(0.05)",
    )
    where = tmp_path / "scheduler.json"
    common = ["--scheduler-file", str(where), "--dashboard-address", "127.0.0.1:0"]
    with (
        ThreadPoolExecutor(1) as rendering,
        subprocess.Popen(
            [*SCHEDULER, *common, "--host", "127.0.0.1", "--port", "0"]
        ) as scheduler,
    ):
        _await(where, lambda: scheduler.poll() is None)
        with subprocess.Popen([*WORKER, *common]) as worker:
            address = json.loads(where.read_text("utf-8"))["address"]
            with distributed.Client(address) as client:
                client.wait_for_workers(1)
            cluster = Cluster(address, 1, Project.gather(project, [EMBEDDED]))
            cluster._client._timeout = 1  # for a scheduler that will not come back
            results = rendering.submit(
                batch.render_all,
                [Run(kommune="oslo", year=2020, snapshot=EMBEDDED)],
                root=project,
                output=tmp_path / "outputs",
                formats=("html",),
                today="2026-11-29",
                workers=cluster,
            )
            _await(begun, lambda: not results.done())
            scheduler.kill()
            (result,) = results.result()
            assert "no worker could make it" in (result.error or "")
            go_on.touch()
            # It ends when it has lost its scheduler, and done what it was doing.
            worker.wait()
    assert not list((tmp_path / "outputs").rglob("*.*ml"))


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
    assert "notebooks/kommune.ipynb" in names
    assert not any(name.startswith("outputs") for name in names)


def test_scheduler_that_does_not_answer_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asss.runs.cluster.PATIENCE", "1s")
    with pytest.raises(UsageError, match="No scheduler answers at tcp://127"):
        Cluster("tcp://127.0.0.1:9", 1, Project.gather(root, []))


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A certificate of our own, which is its own authority."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificates, and is not here")
    folder = tmp_path_factory.mktemp("tls")
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    words += ["-subj", "/CN=localhost", "-addext", "basicConstraints=CA:TRUE"]
    words += ["-keyout", "ours.key", "-out", "ours.pem"]
    subprocess.run([openssl, *words], cwd=folder, check=True, capture_output=True)
    return {path.name: path for path in folder.iterdir()}


def test_tls_is_spoken_with_those_who_show_a_certificate(
    root: Path,
    certificates: dict[str, Path],
    tmp_path: Path,
) -> None:
    """What passes between us is pickles: whoever could write them could do anything."""
    pem, key = str(certificates["ours.pem"]), str(certificates["ours.key"])
    roles = ("client", "scheduler", "worker")
    security = distributed.Security(
        tls_ca_file=pem,
        require_encryption=True,
        **{f"tls_{role}_cert": pem for role in roles},
        **{f"tls_{role}_key": key for role in roles},
    )
    common = ["render", "--kommune", "oslo", "--year", "2020", "--format", "html"]
    common += ["--snapshot", EMBEDDED, "--parameters", str(root / "parameters")]
    common += ["--output", str(tmp_path)]

    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        security=security,
    ) as running:
        address = running.scheduler_address
        assert address.startswith("tls://")
        refused = runner.invoke(app, [*common, "--scheduler", address])
        assert refused.exit_code == USAGE, refused.output
        assert "distributed.comm.tls" in refused.output
        assert not list(tmp_path.iterdir())
        ours = {"ca-file": pem, "client.cert": pem, "client.key": key}
        settings = {f"distributed.comm.tls.{name}": path for name, path in ours.items()}
        with dask.config.set(settings):
            made = runner.invoke(app, [*common, "--scheduler", address])
        assert made.exit_code == 0, made.output
    assert (tmp_path / "2020" / SERVICE / "oslo" / "rapport.html").is_file()

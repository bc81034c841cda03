"""A report that crashes, hangs or takes too much ends alone, and Ctrl-C ends all."""

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from patience import PATIENCE, wait_for

from asss import outputs
from asss.catalogue.parameters import EMBEDDED, SERVICE, Run
from asss.errors import RenderError
from asss.runs import batch
from asss.runs.batch import Local, Result, Task
from asss.runs.kernels import forks
from asss.runs.kernels.forks import Limits

KOMMUNER = ("bergen", "oslo", "tromso")

#: Names the test in what its processes were started with.
MARK = "ASSS_TEST"

pytestmark = pytest.mark.skipif(
    forks.way() != forks.FORK, reason="processes are not forked here"
)


def _with_trap(project: Path, kommune: str, code: str) -> None:
    """Have the notebook do something on its way, in one report."""
    template = project / "notebooks" / "kommune.ipynb"
    notebook = nbformat.read(template, as_version=4)
    source = f"if run.kommune == {kommune!r}:\n    {code}"
    notebook.cells.insert(6, nbformat.v4.new_code_cell(source, id="felle"))
    nbformat.write(notebook, template)


def _touch(mark: Path) -> str:
    return f"import pathlib; pathlib.Path({str(mark)!r}).touch()"


def _waits(mark: Path) -> str:
    """Code that says that it has come so far, and comes no further."""
    return f"import time; {_touch(mark)}; time.sleep({PATIENCE})"


def _render(
    project: Path, output: Path, workers: Local | None = None, **options: Any
) -> dict[str, Result]:
    runs = [Run(kommune=name, year=2020, snapshot=EMBEDDED) for name in KOMMUNER]
    results = batch.render_all(
        runs,
        root=project,
        output=output,
        formats=("html",),
        workers=workers or Local(2),
        **{"limits": Limits(seconds=PATIENCE), **options},
    )
    return {result.run.kommune: result for result in results}


def _left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Hurried(Local):
    """Workers that allow one report less than others, however slow the machine is."""

    def __init__(self, kommune: str, limits: Limits) -> None:
        super().__init__(2)
        self._kommune, self._limits = kommune, limits

    def submit(self, task: Task) -> "Future[Result]":
        if task.run.kommune == self._kommune:
            task = replace(task, limits=self._limits)
        return super().submit(task)


@pytest.mark.parametrize(
    ("code", "limits", "said"),
    [
        ("import os; os._exit(3)", Limits(), "the notebook's kernel stopped"),
        ("while True: pass", Limits(seconds=2), "stopped after 2 seconds"),
        ("bytearray(900_000_000)", Limits(memory=600 * 2**20), "MemoryError"),
    ],
)
def test_report_that_goes_wrong_ends_alone(
    code: str, limits: Limits, said: str, project: Path, tmp_path: Path
) -> None:
    """The others arrive; what goes wrong is said of the one."""
    _with_trap(project, "bergen", code)
    results = _render(project, tmp_path / "outputs", Hurried("bergen", limits))
    error = results["bergen"].error
    assert error is not None
    assert error.startswith("bergen 2020:")
    assert said in error
    assert [results[name].error for name in ("oslo", "tromso")] == [None, None]
    assert _left(tmp_path / "outputs" / "2020" / SERVICE) == ["oslo", "tromso"]


def test_notebook_of_a_failed_report_is_kept_until_it_succeeds(
    project: Path, tmp_path: Path, root: Path
) -> None:
    """With the error in its cell, for whoever is to mend it."""
    output = tmp_path / "outputs"
    _with_trap(project, "bergen", "1 / 0")
    error = _render(project, output)["bergen"].error or ""
    kept = outputs.failed_notebook(output, 2020, SERVICE, "bergen")
    assert str(kept) in error
    assert "\n" not in error
    notebook = nbformat.read(kept, as_version=4)
    (cell,) = (cell for cell in notebook.cells if cell.get("id") == "felle")
    assert cell.outputs[0].ename == "ZeroDivisionError"
    assert cell.outputs[0].traceback
    assert _render(root, output)["bergen"].error is None
    assert not kept.exists()


def test_what_is_saved_meanwhile_is_for_the_next_time(
    project: Path, tmp_path: Path
) -> None:
    """Even half a file: reports are made of what there was when the first began."""
    mark, saved = tmp_path / "begun", tmp_path / "saved"
    _with_trap(
        project,
        "bergen",
        f"import pathlib, time; {_touch(mark)}\n"
        f"    while not pathlib.Path({str(saved)!r}).exists(): time.sleep(0.02)",
    )

    def save() -> None:
        wait_for(mark.exists)
        (project / "parameters" / "fraser.yaml").write_text("halv: [", "utf-8")
        (project / "notebooks" / "kommune.ipynb").write_text("{", "utf-8")
        saved.touch()

    with ThreadPoolExecutor() as threads:
        threads.submit(save)
        results = _render(project, tmp_path / "outputs")
    assert [result.error for result in results.values()] == [None] * 3


def test_what_is_made_once_for_many_is_not_served_when_it_has_changed(
    project: Path, tmp_path: Path
) -> None:
    """Workers that live long make the next report of what lies there then."""
    figures = (
        project / "parameters" / "sosiale_tjenester" / "manuelle" / "sykefravaer.csv"
    )
    told = []
    with Local(1) as workers:
        for value in ("10.9", "11.9"):
            line = figures.read_text("utf-8")
            line = line.replace("trondheim,2020,10.9,", f"trondheim,2020,{value},")
            figures.write_text(line, "utf-8")
            task = Task(
                run=Run(kommune="trondheim", year=2020, snapshot=EMBEDDED),
                root=project,
                output=tmp_path / value,
                formats=(),
                editions=(),
            )
            made = workers.submit(task).result()
            assert made.error is None
            facts = json.loads((task.folder / outputs.FACTS_NAME).read_bytes())["facts"]
            name = "trondheim-2020-sykefravaer"
            told += [one["value"] for one in facts if one["id"] == name]
    assert told == [10.9, 11.9]


def test_process_that_is_killed_leaves_nothing(project: Path, tmp_path: Path) -> None:
    """Not the folder it worked in either; and what was there before is there."""
    earlier = tmp_path / "2020" / SERVICE / "bergen"
    earlier.mkdir(parents=True)
    (earlier / "rapport.html").write_text("earlier", "utf-8")
    mark = tmp_path / "begun"
    _with_trap(project, "bergen", _waits(mark))
    workers = Local(2)

    def kill(result: Result) -> None:
        if result.run.kommune == "tromso":
            wait_for(mark.exists)
            ((process, task),) = workers.at_work.values()
            assert task.run.kommune == "bergen"
            assert any(path.name.startswith(".") for path in earlier.parent.iterdir())
            os.kill(process.pid, signal.SIGKILL)

    results = _render(project, tmp_path, workers, on_result=kill)
    assert "the process that made it died" in (results["bergen"].error or "")
    assert _left(tmp_path / "2020" / SERVICE) == ["bergen", "oslo", "tromso"]
    assert (earlier / "rapport.html").read_text("utf-8") == "earlier"


def _command(
    project: Path,
    output: Path,
    *,
    kommuner: Sequence[str] = KOMMUNER,
    formats: str = "html",
    **environment: str,
) -> "subprocess.Popen[str]":
    names = [word for name in kommuner for word in ("--kommune", name)]
    return subprocess.Popen(
        [
            *(Path(sys.executable).with_name("asss"), "render", *names),
            *("--year", "2020", "--snapshot", EMBEDDED, "--format", formats),
            *("--parameters", project / "parameters", "--output", output),
            *("--date", "2026-11-26", "--jobs", "1"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, MARK: str(output), **environment},
        # As in a terminal, where Ctrl-C reaches all that a command has started.
        start_new_session=True,
    )


@pytest.mark.parametrize(
    ("signals", "to", "code"),
    [
        # Whoever is in a hurry presses twice.
        ((signal.SIGINT, signal.SIGINT), os.killpg, 130),
        ((signal.SIGTERM,), os.kill, 143),
    ],
)
def test_what_ends_a_command_keeps_what_is_finished_and_leaves_nothing_else(
    signals: Sequence[signal.Signals],
    to: Callable[[int, int], None],
    code: int,
    project: Path,
    tmp_path: Path,
) -> None:
    """In the middle of the second of three; the same command makes the rest."""
    mark = tmp_path / "begun"
    _with_trap(project, "oslo", _waits(mark))
    output, scratch = tmp_path / "outputs", tmp_path / "scratch"
    scratch.mkdir()
    running = _command(project, output, formats="html,pdf", TMPDIR=str(scratch))
    assert running.stderr is not None
    assert any(line.startswith("done") for line in running.stderr)
    wait_for(mark.exists)
    for number in signals:
        to(running.pid, number)
    _, errors = running.communicate(timeout=PATIENCE)
    assert running.returncode == code, errors
    assert "Traceback" not in errors
    assert "1 of 3 reports finished and kept" in " ".join(errors.split())
    assert _left(output / "2020") == ["index.html", "manifest.json", SERVICE]
    assert _left(output / "2020" / SERVICE) == ["bergen"]
    assert _processes_in(output) == []
    assert _left(scratch) == []
    ledger = json.loads((output / "ledger.json").read_bytes())
    assert list(ledger["reports"]) == ["2020/sosiale_tjenester/bergen"]


#: A report that never comes, and a Ctrl-C that reaches another thread than the one that
#: waits for it, as it may when it comes between two of its steps.
UNSEEN = """
import signal, threading, time
from concurrent.futures import Future
from contextlib import nullcontext
from pathlib import Path
from asss.runs import batch
from asss.catalogue.parameters import Run

begun = threading.Event()

class Never(nullcontext):
    def __enter__(self):
        return self
    def submit(self, task):
        begun.set()
        return Future()

def press():
    begun.wait()
    # Long enough, mostly, for the wait to begin; if it is not, there is less to see.
    time.sleep(1)
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)

threading.Thread(target=press).start()
try:
    run = Run(kommune="oslo", year=2020)
    batch.render_all([run], root=Path(), output=Path(), workers=Never())
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_is_seen_though_it_does_not_end_the_wait() -> None:
    asked = [sys.executable, "-c", UNSEEN]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout == "interrupted\n", done.stderr


def test_killed_command_leaves_no_process_behind(project: Path, tmp_path: Path) -> None:
    """Not even one that waits for a cell that never ends."""
    mark = tmp_path / "begun"
    _with_trap(project, "bergen", f"{_touch(mark)}\n    while True: pass")
    output = tmp_path / "outputs"
    running = _command(project, output)
    wait_for(mark.exists)
    assert _processes_in(output)
    running.kill()
    running.communicate()
    wait_for(lambda: not _processes_in(output))
    wait_for(lambda: _left(output / "2020" / SERVICE) == [])


def test_every_way_to_have_processes_makes_the_same(root: Path, tmp_path: Path) -> None:
    """Forked, or started as papermill does: to the byte."""
    made = []
    for way in forks.WAYS:
        output = tmp_path / way
        kernels = {forks.CHOICE: way}
        running = _command(root, output, kommuner=["oslo"], **kernels)
        _, errors = running.communicate(timeout=PATIENCE)
        assert running.returncode == 0, errors
        folder = output / "2020" / SERVICE / "oslo"
        made.append({p.name: p.read_bytes() for p in folder.iterdir()})
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("limit", "says"),
    [("-n 64", "open 128 files at a time"), ("-v 1000000", "MB of address space")],
)
def test_machine_that_allows_too_little_is_told_before_anything_is_made(
    limit: str, says: str, root: Path, tmp_path: Path
) -> None:
    """In one message: not in as many tracebacks as there are reports."""
    asked = [
        Path(sys.executable).with_name("asss"),
        "render",
        "--all",
        "--year",
        "2020",
    ]
    asked += ["--snapshot", EMBEDDED, "--parameters", root / "parameters"]
    asked += ["--output", tmp_path / "outputs"]
    done = subprocess.run(
        ["sh", "-c", f'ulimit {limit}; exec "$@"', "sh", *asked],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if line]
    assert line.startswith("Error: No report can be made here: ")
    assert says in line
    assert not (tmp_path / "outputs").exists()


def test_disk_that_is_full_of_passing_files_is_told(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What reports are made of is kept there meanwhile; nothing of it is left."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(batch, "unpack", refuse)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(RenderError, match=r"TMPDIR\): No space left on device\.$"):
        batch.render_all([], root=root, output=tmp_path / "outputs")


def test_way_that_there_is_none_of_is_an_error_in_a_line(
    root: Path, tmp_path: Path
) -> None:
    running = _command(root, tmp_path / "outputs", **{forks.CHOICE: "lunken"})
    _, errors = running.communicate(timeout=PATIENCE)
    assert running.returncode == 2
    assert "choose one of fork, cold" in errors
    assert "Traceback" not in errors


def _processes_in(output: Path) -> Sequence[int]:
    """Processes that a command of this test has started, be it through others."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes()
            started = (place / "environ").read_bytes()
        except OSError:
            continue
        if b"asss.runs.kernels" in words and f"{MARK}={output}".encode() in started:
            found.append(int(place.name))
    return found

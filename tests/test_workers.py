"""A report that crashes, hangs or takes too much ends alone, and Ctrl-C ends all."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest

from asss import batch, outputs, report
from asss.kernels import supply
from asss.limits import Limits
from asss.parameters import EMBEDDED, Run
from asss.workers import Local, Result

KOMMUNER = ("bergen", "oslo", "tromso")

#: Names the test in what its processes were started with.
MARK = "ASSS_TEST"

pytestmark = pytest.mark.skipif(
    supply.way() != supply.FORK, reason="processes are not forked here"
)


def _with_trap(project: Path, kommune: str, code: str) -> None:
    """Have the notebook do something on its way, in one report."""
    template = project / "notebooks" / "sosiale_tjenester.ipynb"
    notebook = nbformat.read(template, as_version=4)
    source = f"if run.kommune == {kommune!r}:\n    {code}"
    notebook.cells.insert(6, nbformat.v4.new_code_cell(source, id="felle"))
    nbformat.write(notebook, template)


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
        **options,
    )
    return {result.kommune: result for result in results}


def _left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _wait_for(what: Callable[[], Any]) -> Any:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    pytest.fail("it did not come")


@pytest.mark.parametrize(
    ("code", "limits", "said"),
    [
        ("import os; os._exit(3)", Limits(), "the notebook's kernel stopped"),
        ("while True: pass", Limits(seconds=6), "stopped after 6 seconds"),
        ("bytearray(900_000_000)", Limits(memory=600 * 2**20), "MemoryError"),
    ],
)
def test_report_that_goes_wrong_ends_alone(
    code: str, limits: Limits, said: str, project: Path, tmp_path: Path
) -> None:
    """The others arrive; what goes wrong is said of the one."""
    _with_trap(project, "bergen", code)
    results = _render(project, tmp_path / "outputs", limits=limits)
    error = results["bergen"].error
    assert error is not None
    assert error.startswith("bergen 2020:")
    assert said in error
    assert [results[name].error for name in ("oslo", "tromso")] == [None, None]
    assert _left(tmp_path / "outputs" / "2020") == ["oslo", "tromso"]


def test_notebook_of_a_failed_report_is_kept_until_it_succeeds(
    project: Path, tmp_path: Path, root: Path
) -> None:
    """With the error in its cell, for whoever is to mend it."""
    output = tmp_path / "outputs"
    _with_trap(project, "bergen", "1 / 0")
    error = _render(project, output)["bergen"].error or ""
    kept = outputs.failed_notebook(output, 2020, "bergen")
    assert str(kept) in error
    assert "\n" not in error
    notebook = nbformat.read(kept, as_version=4)
    (cell,) = (cell for cell in notebook.cells if cell.get("id") == "felle")
    assert cell.outputs[0].ename == "ZeroDivisionError"
    assert cell.outputs[0].traceback
    assert _render(root, output)["bergen"].error is None
    assert not kept.exists()


def test_process_that_is_killed_leaves_nothing(project: Path, tmp_path: Path) -> None:
    """Not the folder it worked in either; and what was there before is there."""
    earlier = tmp_path / "2020" / "bergen"
    earlier.mkdir(parents=True)
    (earlier / "rapport.html").write_text("earlier", "utf-8")
    mark = tmp_path / "begun"
    waits = f"import pathlib, time; pathlib.Path({str(mark)!r}).touch(); time.sleep(60)"
    _with_trap(project, "bergen", waits)
    workers = Local(2)

    def kill(result: Result) -> None:
        if result.kommune == "tromso":
            _wait_for(mark.exists)
            ((process, task),) = workers._crew.at_work.values()
            assert task.run.kommune == "bergen"
            assert any(path.name.startswith(".") for path in earlier.parent.iterdir())
            os.kill(process.pid, signal.SIGKILL)

    results = _render(project, tmp_path, workers, on_result=kill)
    assert "the process that made it died" in (results["bergen"].error or "")
    assert _left(tmp_path / "2020") == ["bergen", "oslo", "tromso"]
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


def test_ctrl_c_keeps_what_is_finished_and_leaves_nothing_else(
    project: Path, tmp_path: Path
) -> None:
    """In the middle of the second of three; the same command makes the rest."""
    mark = tmp_path / "begun"
    waits = f"import pathlib, time; pathlib.Path({str(mark)!r}).touch(); time.sleep(60)"
    _with_trap(project, "oslo", waits)
    output, scratch = tmp_path / "outputs", tmp_path / "scratch"
    scratch.mkdir()
    running = _command(project, output, formats="html,pdf", TMPDIR=str(scratch))
    _wait_for(mark.exists)
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 130, errors
    assert "Traceback" not in errors
    assert "1 of 3 reports were finished and are kept" in " ".join(errors.split())
    assert _left(output / "2020") == ["bergen", "index.html", "manifest.json"]
    assert _processes_in(output) == []
    assert _left(scratch) == []
    ledger = json.loads((output / "ledger.json").read_bytes())
    assert list(ledger["reports"]) == ["2020/bergen"]


#: A report that never comes, and a Ctrl-C that reaches another thread than the one that
#: waits for it, as it may when it comes between two of its steps.
UNSEEN = """
import signal, threading, time
from concurrent.futures import Future
from contextlib import nullcontext
from pathlib import Path
from asss import batch
from asss.parameters import Run

class Never(nullcontext):
    def __enter__(self):
        return self
    def submit(self, task):
        return Future()

def press():
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
    done = subprocess.run(asked, capture_output=True, text=True, timeout=30)
    assert done.stdout == "interrupted\n", done.stderr


def test_killed_command_leaves_no_process_behind(project: Path, tmp_path: Path) -> None:
    """Not even one that waits for a cell that never ends."""
    mark = tmp_path / "begun"
    waits = f"import pathlib; pathlib.Path({str(mark)!r}).touch()\n    while True: pass"
    _with_trap(project, "bergen", waits)
    output = tmp_path / "outputs"
    running = _command(project, output)
    _wait_for(mark.exists)
    assert _processes_in(output)
    running.kill()
    running.communicate()
    _wait_for(lambda: not _processes_in(output))
    _wait_for(lambda: _left(output / "2020") == [])


def test_every_way_to_have_processes_makes_the_same(root: Path, tmp_path: Path) -> None:
    """Forked, started ahead, or started as papermill does: to the byte."""
    made = []
    for way in supply.WAYS:
        output = tmp_path / way
        kernels = {supply.CHOICE: way}
        running = _command(root, output, kommuner=["oslo"], **kernels)
        _, errors = running.communicate(timeout=120)
        assert running.returncode == 0, errors
        folder = output / "2020" / "oslo"
        made.append({p.name: p.read_bytes() for p in folder.iterdir()})
    assert made[0] == made[1] == made[2]


def test_way_that_there_is_none_of_is_an_error_in_a_line(
    root: Path, tmp_path: Path
) -> None:
    running = _command(root, tmp_path / "outputs", **{supply.CHOICE: "lunken"})
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 2
    assert "choose one of fork, spare, cold" in errors
    assert "Traceback" not in errors


#: Stands in for a system without Pango, where loading WeasyPrint fails so.
WITHOUT_PANGO = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
sys.meta_path.insert(0, Finder())
"""


def test_without_pango_all_but_pdf_is_made(root: Path, tmp_path: Path) -> None:
    """What can be made is made and is left as it is; the reason is given each time."""
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_PANGO, "utf-8")
    output = tmp_path / "outputs"
    for told in ("1 rendered", "1 unchanged"):
        running = _command(
            root,
            output,
            kommuner=["oslo"],
            formats="html,pdf",
            PYTHONPATH=str(tmp_path),
        )
        said, errors = running.communicate(timeout=120)
        assert running.returncode == 0, errors
        assert told in said
        assert "HTML only, no PDF" in errors
        assert "libpango" in errors
    folder = output / "2020" / "oslo"
    assert (folder / report.HTML_NAME).is_file()
    assert not (folder / report.PDF_NAME).exists()


def _processes_in(output: Path) -> Sequence[int]:
    """Processes that a command of this test has started, be it through others."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes()
            started = (place / "environ").read_bytes()
        except OSError:
            continue
        if b"asss.kernels" in words and f"{MARK}={output}".encode() in started:
            found.append(int(place.name))
    return found

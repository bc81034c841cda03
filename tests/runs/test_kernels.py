"""Warm kernels: papermill's notebook to the letter, and nothing passed on."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from patience import PATIENCE, wait_for

from asss.catalogue.parameters import EMBEDDED
from asss.page.blocks import BLOCK_MIME
from asss.runs.batch import BOTH, KERNELS, WORK
from asss.runs.kernels import engine, forks

#: What a notebook may do, a cell each.
CELLS = (
    "print('først'); import sys; print('feil', file=sys.stderr); 1 + 1",
    # An ordinary kernel hears of the first in a thread: when it has read the pipe.
    "import fcntl, os, termios, time; os.write(1, b'forbi Python\\n')\n"
    "while any(fcntl.ioctl(1, termios.FIONREAD, bytes(4))): time.sleep(0.1)\n"
    "time.sleep(0.5); print('etter')",
    "%matplotlib inline\nimport matplotlib.pyplot as plt\n"
    "plt.rcParams['svg.hashsalt'] = 'x'\n"
    "%config InlineBackend.figure_formats = ['png']\nplt.plot([1, 2]);",
    "import pandas as pd\npd.DataFrame({'a': range(70)})",
    "from IPython.display import display, HTML\n"
    "shown = display(HTML('<b>1</b>'), display_id='x')",
    "display({'text/plain': 'ny'}, raw=True, display_id='x', update=True)",
    "from IPython.display import clear_output\nprint('borte'); clear_output()",
    "import asyncio\nawait asyncio.sleep(0)\n'ventet'",
    "!echo fra skallet",
    "%%bash\necho fra bash >&2",
    "import warnings\nwarnings.warn('pass på')",
    "1 / 0",
    "'fremdeles her'",
    "import threading\nt = threading.Thread(target=print, args=('fra en tråd',))\n"
    "t.start(); t.join()",
    "pd.get_option('display.max_columns'), plt.get_backend(), os.getcwd()",
    "from comm import create_comm\n"
    "made = create_comm(target_name='jupyter.widget', data={'state': {\n"
    "  '_model_name': 'A', '_model_module': 'b', '_model_module_version': '1'}})",
)

needs_forks = pytest.mark.skipif(
    forks.way() != forks.FORK, reason="processes are not forked here"
)


def _notebook(*cells: str) -> NotebookNode:
    tolerated = {"tags": ["raises-exception"]}
    book = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(source, id=f"c{number}", metadata=tolerated)
            for number, source in enumerate(cells)
        ]
    )
    book.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return book


@pytest.fixture
def execute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., NotebookNode]:
    """Run cells with papermill, by one engine or another."""

    def run(*cells: str, engine: str = "warm", **options: Any) -> NotebookNode:
        source, target = tmp_path / "source.ipynb", tmp_path / "target.ipynb"
        nbformat.write(_notebook(*cells), source)
        # Where it is set, ipykernel hears nothing of what is written past Python.
        monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
        with suppress(PapermillExecutionError):
            papermill.execute_notebook(
                str(source),
                str(target),
                engine_name=engine,
                progress_bar=False,
                **{"execution_timeout": PATIENCE, **options},
            )
        made = nbformat.read(target, as_version=4)
        made.cells = [cell for cell in made.cells if cell.cell_type == "code"]
        return made

    return run


def _timeless(notebook: NotebookNode) -> Any:
    """A notebook less what no two runs have in common: times, and models' ids."""
    content = json.loads(nbformat.writes(notebook))
    content["metadata"].pop("papermill", None)
    for state in content["metadata"].pop("widgets", {}).values():
        content["widgets"] = list(state["state"].values())
    for cell in content["cells"]:
        cell["metadata"] = {"tags": cell["metadata"].get("tags", [])}
        if "injected-parameters" in cell["metadata"]["tags"]:
            cell.pop("id")
        for output in cell.get("outputs", []):
            for key in ("traceback", "text"):
                if key in output:
                    # A cell's file is called by the number of its process.
                    output[key] = _plain("".join(output[key]))
    return content


def _plain(text: str) -> str:
    return re.sub(r"ipykernel_\d+[/\\]\d+", "ipykernel", text)


# -- the same notebook -----------------------------------------------------------------


def test_notebook_is_that_of_papermill(execute: Callable[..., NotebookNode]) -> None:
    """Outputs, order, errors, tracebacks, widgets and execution counts."""
    ordinary = _timeless(execute(*CELLS, engine="nbclient"))
    warm = _timeless(execute(*CELLS))
    for expected, found in zip(ordinary["cells"], warm["cells"], strict=True):
        assert found == expected
    assert warm == ordinary


def test_report_is_that_of_papermill(root: Path) -> None:
    """The real template, with all its figures."""
    made = [
        _timeless(
            papermill.execute_notebook(
                str(root / "notebooks" / "kommune.ipynb"),
                None,
                parameters={"kommune": "tromso", "year": 2017, "snapshot": EMBEDDED},
                engine_name=engine,
                progress_bar=False,
                cwd=str(root),
            )
        )
        for engine in ("nbclient", "warm")
    ]
    assert made[0] == made[1]
    outputs = [o for cell in made[1]["cells"] for o in cell.get("outputs", [])]
    drawn = [o for o in outputs if "<svg" in str(o.get("data", {}).get(BLOCK_MIME))]
    assert len(drawn) == 4


def test_error_is_recorded_as_papermill_records_it(tmp_path: Path) -> None:
    """The cell with its traceback, the mark at the top, and nothing after."""
    source = tmp_path / "source.ipynb"
    book = _notebook("a = 1", "a / 0", "'aldri'")
    for cell in book.cells:
        cell.metadata.pop("tags")
    nbformat.write(book, source)
    made = []
    for name in ("nbclient", "warm"):
        target = tmp_path / f"{name}.ipynb"
        with pytest.raises(PapermillExecutionError, match="ZeroDivisionError"):
            papermill.execute_notebook(
                str(source), str(target), engine_name=name, progress_bar=False
            )
        made.append(_timeless(nbformat.read(target, as_version=4)))
    for content in made:
        for cell in content["cells"]:
            cell.pop("id", None)
    assert made[0] == made[1]


def test_command_line_of_papermill_knows_the_engine(tmp_path: Path) -> None:
    source, target = tmp_path / "a.ipynb", tmp_path / "b.ipynb"
    nbformat.write(_notebook("x = 1", "x + 1"), source)
    program = Path(sys.executable).with_name("papermill")
    done = subprocess.run(
        [program, source, target, "--engine", "warm", "--no-progress-bar"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made = nbformat.read(target, as_version=4)
    assert made.cells[1].outputs[0]["data"]["text/plain"] == "2"


@needs_forks
def test_started_anew_it_gives_the_same(
    execute: Callable[..., NotebookNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where processes are not forked, the notebook is no other."""
    parent = "import os; os.getppid()"
    forked = execute(*CELLS[:4], parent)
    monkeypatch.setenv(forks.CHOICE, forks.COLD)
    started = execute(*CELLS[:4], parent)
    parents = [
        int(made.cells.pop().outputs[0]["data"]["text/plain"])
        for made in (forked, started)
    ]
    assert parents[0] != os.getpid()
    assert parents[1] == os.getpid()
    assert _timeless(forked) == _timeless(started)


def test_kernel_of_another_program_is_started_the_ordinary_way(
    execute: Callable[..., NotebookNode],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Such as another Python, with other libraries; and it is said."""
    program = tmp_path / "annen"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', "utf-8")
    program.chmod(0o755)
    words = [str(program), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": words, "display_name": "Annen", "language": "python"}
    place = tmp_path / "kernels" / "annen" / "kernel.json"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(spec), "utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    made = execute("import os; os.getppid()", kernel_name="annen")
    assert made.cells[0].outputs[0]["data"]["text/plain"] == str(os.getpid())
    assert "annen runs annen, so it is started anew" in caplog.text


# -- nothing is passed on --------------------------------------------------------------

#: Whatever a report could do to the process it runs in.
MESS = """
import builtins, gc, locale, os, sys, warnings, random
import matplotlib, numpy, pandas
import matplotlib.pyplot as plt
builtins.sum = lambda _: 42
os.environ["ASSS_MESS"] = "1"
os.chdir("/")
sys.path.insert(0, "/ingen")
pandas.set_option("display.max_rows", 3)
matplotlib.rcParams["lines.linewidth"] = 99
numpy.random.seed(1)
random.seed(1)
plt.figure()
pandas.DataFrame._repr_html_ = lambda self: "ødelagt"
warnings.simplefilter("error")
leftover = 1
from asss.catalogue import catalogue
catalogue.load_catalogue = None
"""

LOOK = """
import builtins, os, sys
import matplotlib, pandas
import matplotlib.pyplot as plt
from asss.catalogue import catalogue
assert "leftover" not in vars()
[sum([1]), os.environ.get("ASSS_MESS"), os.getcwd() == "/", "/ingen" in sys.path,
 pandas.get_option("display.max_rows"), matplotlib.rcParams["lines.linewidth"],
 plt.get_fignums(), "ødelagt" in str(pandas.DataFrame({"a": [1]})._repr_html_()),
 catalogue.load_catalogue is None]
"""


def test_what_one_notebook_does_reaches_no_other(
    execute: Callable[..., NotebookNode],
) -> None:
    """Not even what it does to Python itself."""
    before = execute(LOOK).cells[0].outputs
    execute(MESS)
    after = execute(LOOK).cells[0].outputs
    assert after == before
    assert after[0]["data"]["text/plain"].startswith("[1, None, False, False, 60,")


def test_random_numbers_are_not_those_of_every_report(
    execute: Callable[..., NotebookNode],
) -> None:
    """All are forked from one state, and must not draw the same."""
    cell = "import numpy, random\nnumpy.random.random(), random.random()"
    drawn = {execute(cell).cells[0].outputs[0]["data"]["text/plain"] for _ in range(3)}
    assert len(drawn) == 3


def test_what_is_asked_for_at_exit_is_done(
    execute: Callable[..., NotebookNode], tmp_path: Path
) -> None:
    mark = tmp_path / "ferdig"
    execute(
        f"import atexit, pathlib\natexit.register(pathlib.Path({str(mark)!r}).touch)"
    )
    assert mark.exists()


# -- it ends alone ---------------------------------------------------------------------


def test_process_that_dies_is_noticed(execute: Callable[..., NotebookNode]) -> None:
    """And the next kernel is as good as any."""
    with pytest.raises(DeadKernelError):
        execute("import os; os._exit(3)")
    with pytest.raises(DeadKernelError):
        execute("import ctypes; ctypes.string_at(0)")
    assert execute("1").cells[0].outputs


@needs_forks
def test_process_that_dies_at_its_start_is_noticed(
    execute: Callable[..., NotebookNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for what will never answer."""
    nothing = "asss.runs.kernels.kernel:nothing"
    monkeypatch.setattr("asss.runs.kernels.engine.KERNEL", nothing)
    with pytest.raises(RuntimeError, match="Kernel died"):
        execute("1")


def test_endless_loop_is_stopped(execute: Callable[..., NotebookNode]) -> None:
    """At the limit, with what it has started."""
    with pytest.raises(CellTimeoutError):
        execute("while True: pass", execution_timeout=1)
    assert execute("1").cells[0].outputs


class _Channel:
    """Gives messages one after the other, and then none."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self._messages = list(messages)

    async def get_msg(self, timeout: float) -> dict[str, Any]:
        """Give the next one, or say that none has come in time."""
        if not self._messages:
            await asyncio.sleep(timeout)
            raise Empty
        return self._messages.pop(0)


def _message(kind: str, of: str, **content: str) -> dict[str, Any]:
    return {"msg_type": kind, "parent_header": {"msg_id": of}, "content": content}


def test_kernel_is_ready_when_all_that_its_answer_brings_has_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No sooner, or a cell would get it; and not by an answer to somebody else."""
    monkeypatch.setattr(engine, "ANSWER", 0.05)
    idle = {"execution_state": "idle"}
    begun = _message("status", "our", execution_state="busy")
    others = _message("status", "theirs", **idle)
    ended = _message("status", "our", **idle)
    after = _message("stream", "cell")
    channel = _Channel(_message("iopub_welcome", ""), begun, others, ended, after)
    asyncio.run(engine._until(channel, "our", "status", **idle))
    assert channel._messages == [after]
    with pytest.raises(Empty):
        asyncio.run(engine._until(_Channel(begun, others), "our", "status", **idle))


@needs_forks
def test_memory_has_a_limit(execute: Callable[..., NotebookNode]) -> None:
    """An error in the cell, as any other, and the machine goes on."""
    made = execute("x = bytearray(400_000_000)", "1", memory=200_000_000)
    assert made.cells[0].outputs[0]["ename"] == "MemoryError"
    assert made.cells[1].outputs
    assert execute("len(bytearray(400_000_000))").cells[0].outputs


@needs_forks
def test_kernel_ends_with_whoever_asked_for_it(tmp_path: Path) -> None:
    """Killed in the middle of a cell, and not left behind."""
    source, mark = tmp_path / "a.ipynb", tmp_path / "pid"
    cell = (
        "import os, pathlib\n"
        f"pathlib.Path({str(mark)!r}).write_text(str(os.getpid()))\n"
        "while True: pass"
    )
    nbformat.write(_notebook(cell), source)
    program = (
        "import papermill, sys; papermill.execute_notebook("
        "sys.argv[1], None, engine_name='warm', progress_bar=False)"
    )
    asking = subprocess.Popen([sys.executable, "-c", program, source])
    pid = int(wait_for(lambda: mark.exists() and mark.read_text("utf-8")))
    asking.kill()
    asking.wait()
    wait_for(lambda: _has_ended(pid))


def _has_ended(pid: int) -> bool:
    """Whether a process is gone, or is only still counted where nobody buries it."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return True
    return told.rpartition(")")[2].split()[0] == "Z"


# -- what may be imported ahead --------------------------------------------------------


def _program(
    beside: Path, program: str, *words: str, check: bool = True
) -> "subprocess.CompletedProcess[str]":
    """Run a program of a few lines, which can import what lies in a folder."""
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        env={**os.environ, "PYTHONPATH": str(beside), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=check,
    )


def _forked(tmp_path: Path, source: str, *names: str) -> "tuple[list[str], str]":
    """Threads and open files of a process, forked from one that did something ahead."""
    (tmp_path / "ahead.py").write_text(source, "utf-8")
    look = (
        "from asss.runs.kernels import forks\n"
        "def look(line): line.send(forks._threads() + forks._shared_files())"
    )
    (tmp_path / "looking.py").write_text(look, "utf-8")
    program = (
        "import sys\n"
        "from asss.runs.kernels import forks\n"
        "source = forks.Forks(sys.argv[1:])\n"
        "process = source.take()\n"
        "process.connection.send('looking:look')\n"
        "print(*process.connection.recv(), sep='\\n', end='')\n"
        "source.close()"
    )
    done = _program(tmp_path, program, *names, check=False)
    return done.stdout.splitlines(), done.stderr


@needs_forks
def test_open_file_is_not_shared(tmp_path: Path) -> None:
    """Forked processes would share the place in it: of a font, and so its letters."""
    file = tmp_path / "ahead.py"
    found, said = _forked(tmp_path, f"kept = open({str(file)!r})", "ahead")
    assert found == []
    assert said.startswith(f"ahead leaves files open ({file}), so it is not done ahead")
    assert said.count("\n") == 1


@needs_forks
def test_library_that_has_its_own_file_open_is_no_danger(tmp_path: Path) -> None:
    """As libffi has since its version 3.5: it maps parts of it, and reads none."""
    source = (
        "import os, _ctypes\n"
        "kept = os.open(_ctypes.__file__, os.O_RDONLY)\n"
        "os.lseek(kept, 0, os.SEEK_END)"
    )
    assert _forked(tmp_path, source, "ahead") == ([], "")


@needs_forks
def test_file_that_nobody_holds_is_closed_before_it_is_shared(tmp_path: Path) -> None:
    """By one that is forgotten with what it stands in, which only Python finds."""
    source = "kept = [open(__file__)]; kept.append(kept); del kept"
    assert _forked(tmp_path, source, "ahead") == ([], "")


@needs_forks
def test_what_is_to_be_done_at_the_end_of_a_server_is_done(tmp_path: Path) -> None:
    """It does not take itself apart, but a library may have lent a folder."""
    mark = tmp_path / "mark"
    source = (
        f"import atexit, pathlib\natexit.register(pathlib.Path({str(mark)!r}).touch)"
    )
    assert _forked(tmp_path, source, "ahead") == ([], "")
    assert mark.exists()


@needs_forks
def test_process_tidies_up_after_itself(tmp_path: Path) -> None:
    """Only what is done ahead is not looked through for what nobody holds."""
    (tmp_path / "ahead.py").write_text("", "utf-8")
    program = (
        "import gc\nfrom asss.runs.kernels import forks\n"
        "forks.preload(['ahead'], print)\n"
        "print(gc.isenabled(), gc.get_freeze_count() > 0)"
    )
    done = _program(tmp_path, program)
    assert done.stdout.split() == ["True", "True"]


#: A thread that Python knows of, and one that only the system does.
THREADS = {
    "uvedkommende": """
import threading
def begin():
    wait = threading.Event().wait
    threading.Thread(target=wait, name='uvedkommende', daemon=True).start()
""",
    "python": """
import ctypes
def begin():
    libc = ctypes.CDLL(None)
    thread = ctypes.c_ulong()
    libc.pthread_create(ctypes.byref(thread), None, libc.pause, None)
""",
}


@needs_forks
@pytest.mark.parametrize("name", THREADS)
def test_thread_is_not_forked_from(tmp_path: Path, name: str) -> None:
    """What is forked would wait for it for ever: it is begun anew, and that is said."""
    found, said = _forked(tmp_path, THREADS[name], "json", "ahead:begin")
    assert found == []
    assert said.startswith("ahead:begin leaves threads (")
    assert name in said
    assert said.count("\n") == 1


#: Says what a process has that was handed out, and its kernel, and who has forked them.
TWO = """
import os, sys
from asss.runs.kernels import forks
def has(line):
    names = ("ahead_shared", "ahead_work", "ahead_kernels")
    line.send([name for name in names if name in sys.modules])
    line.send(os.getppid())
def both(line):
    has(line)
    kernel = forks.take_kernel()
    kernel.connection.send("two:has")
    line.send(kernel.connection.recv())
    line.send(kernel.connection.recv())
"""


@needs_forks
@pytest.mark.parametrize("slip", ["", "shared", "work", "kernels"])
def test_what_both_servers_need_is_done_once(tmp_path: Path, slip: str) -> None:
    """Each has its own beside it; where one must do without, the other is as it was."""
    (tmp_path / "two.py").write_text(TWO, "utf-8")
    for name in ("shared", "work", "kernels"):
        begun = f"{THREADS['python']}\nbegin()" if name == slip else ""
        mark = f"open({str(tmp_path / name)!r}, 'a').write('+')"
        (tmp_path / f"ahead_{name}.py").write_text(f"{mark}\n{begun}", "utf-8")
    program = (
        "from asss.runs.kernels import forks\n"
        "source = forks.Forks(['ahead_work'], ['ahead_kernels'], ['ahead_shared'])\n"
        "process = source.take()\n"
        "process.connection.send('two:both')\n"
        "print(*(process.connection.recv() for _ in range(4)), sep='\\n')\n"
        "source.close()"
    )
    done = _program(tmp_path, program)
    work, first, kernel, second = done.stdout.splitlines()
    lost = {f"ahead_{slip}"}
    assert {*json.loads(work.replace("'", '"'))} == {
        "ahead_shared",
        "ahead_work",
    } - lost
    assert {*json.loads(kernel.replace("'", '"'))} == (
        {"ahead_shared", "ahead_kernels"} - lost
    )
    assert first != second
    assert all(_has_ended(int(server)) for server in (first, second))
    assert done.stderr.count("\n") == (1 if slip else 0)
    if not slip:
        assert (tmp_path / "shared").read_text("utf-8") == "+"


@needs_forks
def test_what_is_done_ahead_here_leaves_nothing(tmp_path: Path) -> None:
    """On no system, for a head start that is lost is a tenth of the speed."""
    names = (*BOTH, forks.WARM_UP, *KERNELS, *WORK)
    assert _forked(tmp_path, "", *names)[1] == ""


@needs_forks
def test_who_forks_others_ends_with_the_command_alone() -> None:
    """What ends a command reaches all in its terminal; it decides what comes of it."""
    server = forks.Forks(())
    try:
        server.take().close()
        for name in forks.ENDINGS:
            server._server.send_signal(getattr(signal, name))
        process = server.take()
        process.send_signal(signal.SIGTERM)
        wait_for(lambda: _has_ended(process.pid))
        process.close()
    finally:
        server.close()


@needs_forks
def test_machine_that_refuses_is_told_in_a_line(
    capfd: pytest.CaptureFixture[str],
) -> None:
    server = forks.Forks(["asss.no_such_module"])
    with pytest.raises(RuntimeError, match="has stopped"):
        server.take()
    server.close()
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(
        "What makes reports cannot begin: No module named 'asss.no_s"
    )
    assert "ulimit" in line


@needs_forks
def test_limit_of_memory_is_no_higher_than_what_is_allowed() -> None:
    """A lower one of somebody else's holds, and is no error."""
    code = (
        "import resource; from asss.runs.kernels import forks\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**32))\n"
        "forks.limit_memory(2**40); print(resource.getrlimit(resource.RLIMIT_AS)[0])\n"
        "forks.limit_memory(2**30); print(resource.getrlimit(resource.RLIMIT_AS)[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE
    )
    first, second = map(int, done.stdout.split())
    assert first == 2**31
    assert 2**30 < second < 2**31


def test_way_is_one_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(forks.CHOICE, "lunken")
    with pytest.raises(ValueError, match="choose one of fork, cold"):
        forks.way()


def test_module_is_missed_only_while_others_are_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What we do without is there again for who asks for it."""
    names = "unngjeldelig", "unnværlig"
    monkeypatch.syspath_prepend(tmp_path)
    with forks._without(*names, "json"):
        for name in names:
            (tmp_path / f"{name}.py").touch()
            with pytest.raises(ImportError):
                __import__(name)
        # What is here already is in use.
        assert __import__("json").loads("1") == 1
    assert all(map(__import__, names))

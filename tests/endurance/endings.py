"""What ends a command: signals on a terminal, and a worker that dies under Dask."""

import os
import pty
import random
import select
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from endurance.project import YEAR, Project, Trial

#: Signals, whether they reach the command alone, and the exit code.
WAYS = (
    ((signal.SIGINT,), os.killpg, 130),
    ((signal.SIGINT, signal.SIGINT), os.killpg, 130),
    ((signal.SIGTERM,), os.kill, 143),
    ((signal.SIGTERM,), os.killpg, 143),
    ((signal.SIGHUP,), os.killpg, 129),
    ((signal.SIGTERM, signal.SIGINT), os.killpg, 143),
)

#: What hides a terminal's cursor, and shows it again.
HIDDEN, SHOWN = b"\x1b[?25l", b"\x1b[?25h"


def signals(place: Path, count: int, chance: random.Random) -> Iterator[Trial]:
    """End ``asss render --all`` on a terminal, at random moments of its work."""
    project = Project(place)
    for number in range(count):
        numbers, to, code = WAYS[number % len(WAYS)]
        project.clear()
        names = ", ".join(each.name for each in numbers)
        whom = "all" if to is os.killpg else "the command alone"
        found, said = _ended(project, numbers, to, chance)
        amiss = project.halves(all_there=False) if project.output.exists() else []
        if found != code:
            amiss.append(f"ended with {found}")
        if said.count(HIDDEN) != said.count(SHOWN):
            amiss.append("the cursor is hidden")
        if b"Traceback" in said or b"Interrupted: " not in said:
            amiss.append(f"says {said[-300:].decode()}")
        reports = list((project.output / str(YEAR)).glob("[!.]*/[!.]*/"))
        if bool(reports) != (project.output / str(YEAR) / "index.html").exists():
            amiss.append("the index is not that of the reports")
        yield Trial(f"{names} to {whom}", amiss + project.left())
    shutil.rmtree(place, ignore_errors=True)


def _ended(
    project: Project,
    numbers: tuple[signal.Signals, ...],
    to: Callable[[int, int], None],
    chance: random.Random,
) -> tuple[int, bytes]:
    """The exit code, and all that was written to the terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(project.root)
        words = project.words("render")
        os.execve(words[0], words, {**project.environment, "TERM": "xterm-256color"})
    said = b""
    # From when there is something to take away, to when much of it is finished.
    while HIDDEN not in said:
        said += os.read(terminal, 65536)
    end = time.monotonic() + chance.uniform(0, 12)
    while time.monotonic() < end and b"5/5" not in said:
        if select.select([terminal], [], [], 0.05)[0]:
            said += os.read(terminal, 65536)
    for number in numbers:
        to(child, number)
        time.sleep(chance.uniform(0, 0.3))
    # The system ends the last reading with an error, when nobody writes any more.
    with suppress(OSError):
        while read := os.read(terminal, 65536):
            said += read
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    project.settle()
    return os.waitstatus_to_exitcode(status), said


def workers(place: Path, count: int, chance: random.Random) -> Iterator[Trial]:
    """Kill a worker of a Dask cluster of this machine's while it makes reports."""
    project = Project(place)
    project.whole("render")
    wanted = project.tree()
    for _ in range(count):
        running = project.start("render", "--force", "--scheduler", "local")
        victims: list[int] = []
        while not victims and running.poll() is None:
            time.sleep(0.2)
            victims = [int(p.name) for p in project.others() if _is_at_work(p)]
        time.sleep(chance.uniform(0, 4))
        # It may have ended by itself meanwhile.
        with suppress(ProcessLookupError, IndexError):
            os.kill(victims[0], signal.SIGKILL)
        code = running.wait()
        project.settle()
        said = project.says()
        amiss = project.halves(all_there=True) + project.left()
        amiss += project.differences(wanted)
        if code not in (0, 1) or "Traceback" in said:
            amiss.append(f"ended with {code}: {said}")
        if code == 1 and "no worker could make it" not in said:
            amiss.append(f"does not name what failed: {said}")
        told = "all made" if code == 0 else "those that failed are named"
        yield Trial(f"worker {'killed' if victims else 'not found'}", amiss, told)
    shutil.rmtree(place, ignore_errors=True)


def _is_at_work(process: Path) -> bool:
    """Whether it is a worker of Dask's, and has something at work under it."""
    try:
        words = (process / "cmdline").read_bytes()
        children = (process / "task" / process.name / "children").read_text("ascii")
    except OSError:
        return False
    if b"spawn_main" not in words:
        return False
    return any(b"asss.runs.kernels" in _words(child) for child in children.split())


def _words(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""

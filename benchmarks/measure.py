"""
Time and memory of a command, with all the processes that it starts.

Seconds by the clock are worth little on a machine that others use as well; those of its
processors are what the work itself took, whoever had to wait.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

#: The programs of the environment that this runs in.
BIN = Path(sys.executable).parent

#: What some machines for tests have, and whoever makes reports has not: with it, each
#: process compiles the package anew.
FORGETFUL = "PYTHONDONTWRITEBYTECODE"

#: Seconds between two looks at the memory.
PAUSE = 0.1

#: Of each second of its processors that a process has had, as the system counts them.
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """
    Of one run.

    Attributes
    ----------
    seconds, cpu : float
        By the clock; and of all processors, in all processes, as each was last seen:
        less by at most what one does between two looks.
    memory : int
        The most at any time, in bytes.
    said : str
        What it printed.
    """

    seconds: float
    cpu: float
    memory: int
    said: str


def run(
    *command: str | Path,
    cwd: Path,
    pinned: bool = False,
    env: Mapping[str, str] | None = None,
) -> Cost:
    """
    Run a command to its end.

    Parameters
    ----------
    pinned : bool
        On one core, whatever it starts.
    env : mapping of str to str, optional
        What its environment has beside this one's.

    Raises
    ------
    RuntimeError
        If it fails: what did less in less time would be no result.
    """
    words = [str(word) for word in command]
    prefix = ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))]
    ended, seen = Event(), _Seen()
    own = {name: value for name, value in os.environ.items() if name != FORGETFUL}
    begun = time.perf_counter()
    started = subprocess.Popen(
        [*(prefix if pinned else []), *words],
        cwd=cwd,
        env={**own, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    watch = Thread(target=_watch, args=(started.pid, ended, seen))
    watch.start()
    said, _ = started.communicate()
    seconds = time.perf_counter() - begun
    ended.set()
    watch.join()
    if started.returncode != 0:
        msg = f"{' '.join(words)} ended with {started.returncode}:\n{said.decode()}"
        raise RuntimeError(msg)
    return Cost(seconds, sum(seen.cpu.values()), seen.peak, said.decode())


@dataclass
class _Seen:
    """The most memory there was, and what each process had used when last seen."""

    peak: int = 0
    cpu: dict[int, float] = field(default_factory=dict)


def _watch(pid: int, ended: Event, seen: _Seen) -> None:
    """Look now and then; memory that processes share is counted once."""
    looks = 0
    while not ended.wait(PAUSE):
        there = family(pid)
        seen.cpu |= {each: used for each in there if (used := _cpu(each))}
        # It is the look at the memory that costs something.
        if looks % 5 == 0:
            seen.peak = max(seen.peak, sum(_pss(each) for each in there))
        looks += 1


def family(pid: int) -> list[int]:
    """A process and all that have come of it, by who is whose child."""
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        for place in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            # One that ends meanwhile has none.
            with suppress(OSError):
                waiting += map(int, place.read_text("ascii").split())
    return found


def _cpu(pid: int) -> float:
    try:
        written = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2]
    except OSError:
        return 0.0
    user, system = written.split()[11:13]
    return (int(user) + int(system)) / TICKS


def _pss(pid: int) -> int:
    try:
        written = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0
    line = next((line for line in written.splitlines() if line.startswith("Pss:")), "")
    return int(line.split()[1]) * 1024 if line else 0

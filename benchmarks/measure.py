"""Time and memory of a command, with all the processes that it starts."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

#: The programs of the environment that this runs in.
BIN = Path(sys.executable).parent

#: Seconds between two looks at the memory.
PAUSE = 0.1


@dataclass(frozen=True)
class Cost:
    """Of one run: seconds by the clock, most memory at any time in bytes, its words."""

    seconds: float
    memory: int
    said: str


def run(*command: str | Path, cwd: Path, pinned: bool = False) -> Cost:
    """
    Run a command to its end.

    Parameters
    ----------
    pinned : bool
        On one core, whatever it starts.

    Raises
    ------
    RuntimeError
        If it fails: what did less in less time would be no result.
    """
    words = [str(word) for word in command]
    prefix = ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))]
    ended, peak = Event(), [0]
    begun = time.perf_counter()
    started = subprocess.Popen(
        [*(prefix if pinned else []), *words],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    watch = Thread(target=_watch, args=(started.pid, ended, peak))
    watch.start()
    said, _ = started.communicate()
    seconds = time.perf_counter() - begun
    ended.set()
    watch.join()
    if started.returncode != 0:
        msg = f"{' '.join(words)} ended with {started.returncode}:\n{said.decode()}"
        raise RuntimeError(msg)
    return Cost(seconds, peak[0], said.decode())


def _watch(pid: int, ended: Event, peak: list[int]) -> None:
    """Look at the memory now and then; what processes share is counted once."""
    while not ended.wait(PAUSE):
        peak[0] = max(peak[0], sum(_pss(each) for each in family(pid)))


def family(pid: int) -> list[int]:
    """A process and all that have come of it, by who is whose child."""
    children: dict[int, list[int]] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int(
                place.joinpath("stat").read_text().rpartition(")")[2].split()[1]
            )
        except (OSError, IndexError, ValueError):
            continue
        children.setdefault(parent, []).append(int(place.name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def _pss(pid: int) -> int:
    try:
        written = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0
    line = next((line for line in written.splitlines() if line.startswith("Pss:")), "")
    return int(line.split()[1]) * 1024 if line else 0

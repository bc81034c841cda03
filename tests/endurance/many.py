"""Many reports in one batch: does memory grow, or what is open; what is left."""

import os
import random
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from endurance.project import ROOT, Project, Trial

sys.path.append(str(ROOT))
from benchmarks.measure import _pss, family

#: Seconds between two looks.
PAUSE: Final = 0.3


def trials(place: Path, count: int, _: random.Random) -> Iterator[Trial]:
    """So many reports by two workers; the first third against the last."""
    project = Project(place)
    words = [sys.executable, "-m", "benchmarks.many", "jobs", str(place / "made")]
    running = project.start_words(
        [*words, str(count), "html"], PYTHONPATH=os.pathsep.join([str(ROOT), *sys.path])
    )
    seen: list[tuple[int, int, int]] = []
    while running.poll() is None:
        made = len(list((place / "made").glob("*/[0-9]*/[!.]*/[!.]*/manifest.json")))
        # The command and the two that it forks from; reports come and go.
        lasting = family(running.pid)[:1] + [
            pid for pid in family(running.pid)[1:] if _parent(pid) == running.pid
        ]
        files = sum(map(_open_files, lasting))
        seen.append((made, sum(map(_pss, family(running.pid))), files))
        time.sleep(PAUSE)
    amiss = [] if running.returncode == 0 else [project.says()]
    begun = [one for one in seen if one[0] >= 2]
    first = [one for one in begun if one[0] <= count / 3] or begun
    last = [one for one in begun if one[0] >= 2 * count / 3] or begun
    memory = max(x[1] for x in last) / max(x[1] for x in first)
    files = max(x[2] for x in last), max(x[2] for x in first)
    if memory > 1.1:
        amiss.append(f"memory grows to {memory:.2f} times")
    if files[0] > files[1]:
        amiss.append(f"{files[0]} files are open, and were {files[1]}")
    told = f"memory {memory:.2f} times, {files[0]} files open and were {files[1]}"
    yield Trial(f"{count} reports, last third / first", amiss + project.left(), told)
    shutil.rmtree(place, ignore_errors=True)


def _open_files(pid: int) -> int:
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:
        return 0


def _parent(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])

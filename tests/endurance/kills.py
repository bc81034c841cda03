"""SIGKILL at random moments: of the command alone, or of all in its session."""

import os
import random
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import synthetic
from double import Double

from asss.runs import verification
from asss.statbank import Store
from endurance.project import Project, Trial

#: Every so many kills the outputs are empty before; else all is made once more.
EMPTY = 4

#: Every so many kills `asss verify` reads it all; each time the bytes are compared with
#: those that it has read.
VERIFIED = 25


def trials(place: Path, count: int, chance: random.Random) -> Iterator[Trial]:
    """Kill ``asss render --all``, and let the same command make the rest."""
    project = Project(place)
    seconds = project.whole("render")
    wanted = project.tree()
    yield Trial("undisturbed", project.verified() + project.left())
    for number in range(1, count + 1):
        is_empty = number % EMPTY == 0
        if is_empty:
            project.clear()
        more = [] if is_empty else ["--force"]
        after = chance.uniform(0.1, 1.05) * seconds
        everybody = chance.random() < 0.5
        how = _killed(project.start("render", *more), after, everybody)
        project.settle()
        amiss = project.halves(all_there=not is_empty)
        code = project.start("render").wait()
        if code:
            amiss.append(f"the rerun ended with {code}: {project.says()}")
        amiss += project.left() + project.differences(wanted)
        if number % VERIFIED == 0:
            amiss += project.verified()
        of = "nothing" if is_empty else "all"
        yield Trial(f"{how}, {of} there before", amiss)
    shutil.rmtree(place, ignore_errors=True)


def _killed(running: "subprocess.Popen[bytes]", after: float, everybody: bool) -> str:
    """Kill a command when so many seconds are gone; what became of it."""
    try:
        running.wait(after)
    except subprocess.TimeoutExpired:
        (os.killpg if everybody else os.kill)(running.pid, signal.SIGKILL)
    how = "killed" if running.wait() == -signal.SIGKILL else "ended"
    return f"{how}{' with all' * everybody} after {after:.1f} s"


def fetches(place: Path, count: int, chance: random.Random) -> Iterator[Trial]:
    """Kill ``asss fetch``: there is a whole snapshot more, or none, and the rest."""
    project = Project(place)
    store = Store(project.output / "snapshots")
    with Double(synthetic.tables(), calls=1_000_000) as ssb:
        project.ask(ssb)
        seconds = project.whole("fetch", "--anyway")
        for _ in range(count):
            before = store.names()
            after = chance.uniform(0.1, 1.05) * seconds
            everybody = chance.random() < 0.5
            how = _killed(project.start("fetch", "--anyway"), after, everybody)
            project.settle()
            amiss = [name for name in before if name not in store.names()]
            code = project.start("fetch", "--anyway").wait()
            if code:
                amiss.append(f"the rerun ended with {code}: {project.says()}")
            amiss += project.left()
            amiss += [f"left: {path.name}" for path in store.folder.glob(".draft*")]
            for check in verification.check_snapshots(project.root):
                amiss += [check.message] * (check.outcome != "ok")
            yield Trial(f"fetch {how}", amiss)
    shutil.rmtree(place, ignore_errors=True)

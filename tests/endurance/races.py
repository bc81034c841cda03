"""Commands at once on one place for outputs: two or three renderings, verify, fetch."""

import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import synthetic
from double import Double

from endurance.project import Project, Trial

#: Every so many races the outputs are empty before; else all is made once more.
EMPTY = 3


def trials(place: Path, count: int, chance: random.Random) -> Iterator[Trial]:
    """Two renderings at once and a verify; or one, with a fetch and a verify."""
    project = Project(place)
    with Double(synthetic.tables(), calls=1_000_000) as ssb:
        project.ask(ssb)
        seconds = project.whole("render")
        wanted = project.tree()
        for number in range(1, count + 1):
            is_empty = number % EMPTY == 0
            if is_empty:
                project.clear()
            again = () if is_empty else ("--force",)
            names = ["render", "verify", "fetch" if number % 2 else "render"]
            chance.shuffle(names)
            yield Trial(
                f"{', '.join(names)} at once, {'nothing' if is_empty else 'all'} there",
                _race(project, names, again, chance, seconds, wanted),
            )
    shutil.rmtree(place, ignore_errors=True)


def _race(
    project: Project,
    names: list[str],
    again: tuple[str, ...],
    chance: random.Random,
    seconds: float,
    wanted: dict[str, bytes],
) -> list[str]:
    """Begin all within a part of what one takes; what did not hold in the end."""
    more = {"render": again, "fetch": ("--anyway",), "verify": ()}
    running = []
    for place, name in enumerate(names):
        said = project.said.with_name(f"said-{place}")
        begin = f"import time; time.sleep({chance.uniform(0, seconds / 3):.2f})"
        wait = [
            sys.executable,
            "-c",
            f"{begin}; import os, sys; os.execv(sys.argv[1], sys.argv[1:])",
        ]
        project.said = said
        running.append((name, said, project.start(name, *more[name], before=wait)))
    amiss = []
    for name, said, command in running:
        code = command.wait()
        told = said.read_text("utf-8", "replace")
        if "Traceback" in told or code > 1 or (code and name != "verify"):
            amiss.append(f"{name} ended with {code}: {told[-400:]}")
        # What is looked at while it is made may be between two of its files.
        if name == "verify" and any(word in told for word in ("damaged", "changed")):
            amiss.append(f"verify: {told[-400:]}")
    project.settle()
    amiss += project.halves(all_there=True) + project.left()
    shutil.rmtree(project.output / "snapshots", ignore_errors=True)
    return amiss + project.differences(wanted)

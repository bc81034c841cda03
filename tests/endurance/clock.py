"""A wall clock that is wrong, and one that jumps while reports are made."""

import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from endurance.project import Project, Trial

DAY: Final = 86_400

#: Days that the clock is wrong by, and from a moment in the work on.
CLOCKS: Final = ((-9000, -9000), (0, -400), (0, 400), (26_000, 26_000), (400, 0))


def trials(place: Path, count: int, chance: random.Random) -> Iterator[Trial]:
    """Render by each clock: the bytes are those of ours, and nothing waits."""
    compiler = shutil.which("cc")
    if compiler is None:
        yield Trial("a clock that jumps", told="not tried: no compiler is here")
        return
    project = Project(place)
    library = place / "clock.so"
    source = Path(__file__).with_name("clock.c")
    words = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(source)]
    subprocess.run([*words, "-ldl"], check=True)
    seconds = project.whole("render")
    wanted = project.tree()
    for first, then in CLOCKS[:count]:
        project.clear()
        begun = time.monotonic()
        moment = begun + chance.uniform(0.3, 0.8) * seconds
        code = project.start(
            "render",
            LD_PRELOAD=str(library),
            CLOCK_FIRST=str(first * DAY),
            CLOCK_THEN=str(then * DAY),
            CLOCK_AT=f"{moment:.0f}",
        ).wait()
        amiss = [] if code == 0 else [f"ended with {code}: {project.says()}"]
        if time.monotonic() - begun > 5 * seconds + 30:
            amiss.append("waited for the clock")
        amiss += project.left() + project.differences(wanted)
        yield Trial(f"a clock {first} days wrong, then {then}", amiss)
    code = project.start("render").wait()
    is_fresh = code == 0 and "5 unchanged" in project.says()
    yield Trial("then a right clock", [] if is_fresh else [project.says()])
    shutil.rmtree(place, ignore_errors=True)

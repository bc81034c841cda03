"""
What each step of a report takes, and which part of the whole is read-back.

Run as a program, with as many rounds as are wanted. In a round each of the ten cities
has its report made as in a batch: in a process of its own, forked from one that has
done ahead what all share. It prints the medians of what each step took of that process,
in milliseconds of its processor; and, of ten reports by one command with all that it
starts, what one takes, and the part of that which is read-back.
"""

import atexit
import functools
import gc
import importlib
import json
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from asss.outputs import USUAL_FORMATS
from asss.runs import batch
from asss.runs.kernels import forks
from benchmarks.cases import KOMMUNER, ten_reports
from benchmarks.many import tasks
from benchmarks.plain import ROOT

#: The steps, each by the function that takes it; what is within another is its own.
READ_BACK = {
    "asss.formats.readback:read_facts": "facts made once more",
    "asss.formats.readback:read_figures": "facts by a second hand",
    "asss.formats.readback:_page": "page",
    "asss.formats.readback.figures:read": "figures",
    "asss.formats.readback.paper:read": "PDF",
    "asss.formats.readback:_said": "sentences, and what must be there",
    "asss.formats.readback:read_exports": "exports",
}
OTHERS = {
    "asss.runs.report:_run_notebook": "notebook, but for its kernel",
    "asss.catalogue.catalogue:load_catalogue": "parameters/ read",
    "asss.formats.conversion:to_html": "page written",
    "asss.formats.exports:write": "exports written",
    "asss.formats.typesetting:to_pdf": "PDF set",
    "asss.runs.manifest:take": "manifest",
}


PROGRAM = "benchmarks.stages"

#: What is in none of these.
REST, KERNEL = "all else", "the notebook's kernel"


def main() -> None:
    """Make reports, and print what was found."""
    with TemporaryDirectory(prefix="asss-bench-") as folder:
        taken = steps(Path(folder), int(sys.argv[1]))
        whole = ten_reports(Path(folder) / "whole").cpu / len(KOMMUNER) * 1000
    for name, median in sorted(taken.items(), key=lambda one: -one[1]):
        about = "read back: " * (name in READ_BACK.values())
        print(f"{median:6.0f}  {about}{name}")
    back = sum(taken[name] for name in READ_BACK.values())
    for what, all_of_it in (("a report", sum(taken.values())), ("one of ten", whole)):
        share = f"{back / all_of_it:.1%}"
        print(f"{back:6.0f}  is read-back, {share} of {all_of_it:.0f} for {what}")


def steps(folder: Path, rounds: int) -> dict[str, float]:
    """The median of what each step takes, in milliseconds."""
    taken: dict[str, list[float]] = {}
    asked = tasks(folder, len(KOMMUNER), USUAL_FORMATS)
    kernels = folder / "kernels"
    made, read = batch.ahead(ROOT, asked[0].run)
    told = f"{PROGRAM}:tell {json.dumps([str(kernels)])}"
    # Processes that are forked know this module by its name.
    os.environ["PYTHONPATH"] = str(ROOT)
    source = forks.source(
        (*batch.WORK, read), (*batch.KERNELS, told), (*batch.BOTH, made)
    )
    for task in asked * rounds:
        process = source.take()
        process.connection.send(f"{PROGRAM}:serve")
        process.connection.send(task)
        for name, seconds in process.connection.recv().items():
            taken.setdefault(name, []).append(seconds * 1000)
        process.close()
    written = kernels.read_text("ascii").split()
    taken[KERNEL] = [float(seconds) * 1000 for seconds in written]
    source.close()
    return {name: statistics.median(each) for name, each in taken.items()}


def tell(place: str) -> None:
    """Have each process that is forked from this one write down what it took."""

    def write() -> None:
        with Path(place).open("a", encoding="ascii") as file:
            file.write(f"{time.process_time()}\n")

    atexit.register(write)


def serve(connection: Connection) -> None:
    """Make one report in this process, and tell what each step of it took."""
    task: batch.Task = connection.recv()
    gc.disable()
    clock = Clock()
    for called, name in {**READ_BACK, **OTHERS}.items():
        module = importlib.import_module(called.partition(":")[0])
        function = called.partition(":")[2]
        setattr(module, function, clock.timed(name, getattr(module, function)))
    made = clock.timed(REST, batch._make)(task)
    if made.error:
        raise RuntimeError(made.error)
    connection.send(dict(clock.taken))


class Clock:
    """Seconds of this process's processor, each for the innermost step it is in."""

    def __init__(self) -> None:
        self.taken: defaultdict[str, float] = defaultdict(float)
        self._steps: list[str] = []
        self._since = 0.0

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function whose time is taken."""

        @functools.wraps(function)
        def taking(*given: Any, **named: Any) -> Any:
            self._turn()
            self._steps.append(name)
            try:
                return function(*given, **named)
            finally:
                self._turn()
                self._steps.pop()

        return taking

    def _turn(self) -> None:
        now = time.process_time()
        for name in self._steps[-1:]:
            self.taken[name] += now - self._since
        self._since = now


if __name__ == "__main__":
    main()

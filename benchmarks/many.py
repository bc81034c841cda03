"""
Many reports by one command: run as a program, with a way, a folder, a number, formats.

``jobs`` has two workers of this machine's, a scheduler's address those of a cluster,
and ``local`` two that Dask starts here. It prints the seconds from when the first
reports were made, since what is imported before is imported once however many follow.
"""

import sys
import time
from itertools import cycle, islice
from pathlib import Path

from asss.catalogue import catalogue, parameters
from asss.catalogue.parameters import EMBEDDED
from asss.runs.batch import Local, Project, Task, Workers
from asss.runs.cluster import Cluster
from asss.runs.kernels.forks import LIMITS
from asss.statbank.holdings import available_years, open_snapshot
from benchmarks.plain import ROOT


def main() -> None:
    """Make so many reports, each in a folder of its own."""
    way, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    formats = tuple(sys.argv[4].split(","))
    workers: Workers = Local(2)
    if way != "jobs":
        workers = Cluster(way, 2, Project.gather(ROOT, [EMBEDDED]))
    with workers as crew:
        first, *others = tasks(folder, count + 2, formats)
        for asked in [crew.submit(first), crew.submit(others.pop())]:
            _check(asked.result().error)
        begun = time.perf_counter()
        for made in [crew.submit(task) for task in others]:
            _check(made.result().error)
        print(time.perf_counter() - begun)


def tasks(folder: Path, count: int, formats: tuple[str, ...]) -> list[Task]:
    """Every municipality, over and over: as many of each, however many there are."""
    known = catalogue.load_catalogue(ROOT / "parameters")
    year = available_years(known, open_snapshot(EMBEDDED))[-1]
    runs = [
        parameters.choose_run(known.folder, kommune=member.id, year=year)
        for member in known.network.in_year(year)
    ]
    return [
        Task(
            run=run.model_copy(update={"snapshot": EMBEDDED}),
            root=ROOT,
            output=folder / str(number),
            formats=formats,
            editions=("public",),
            limits=LIMITS,
        )
        for number, run in enumerate(islice(cycle(runs), count))
    ]


def _check(error: str | None) -> None:
    if error is not None:
        raise RuntimeError(error)


if __name__ == "__main__":
    main()

"""
Where reports are made: each in a fresh process of its own, watched from outside.

A report that crashes, hangs or takes too much memory ends its own process and no other.
What a process leaves lying when it is ended is taken away by whoever ended it. How a
report is made is loaded only where it is made, so that those processes start at once.
Imports ``report`` and below.
"""

import gc
import os
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Final, Protocol, Self

from asss import outputs
from asss.catalogue.parameters import Run
from asss.errors import AsssError
from asss.runs.kernels import forks
from asss.runs.kernels.forks import LIMITS, Limits, Process, Source
from asss.runs.ledger import Entry

__all__ = [
    "KERNELS",
    "WORK",
    "Crew",
    "Local",
    "Result",
    "Task",
    "Workers",
    "cores",
    "crew",
    "serve",
]

#: Done once: in the process that those which make reports are forked from, and in the
#: one that the kernels of their notebooks are forked from.
WORK: Final = ("asss.runs.workers", "asss.runs.report:warm_up")
KERNELS: Final = (
    "asss.page.overview",
    "asss.page.blocks:warm_up",
    "asss.figures:warm_up",
)

#: What a process is asked to be that makes a report.
JOB: Final = "asss.runs.workers:serve"

#: Seconds that a report has beyond its own limit, before its process is ended.
GRACE: Final = 30.0


@dataclass(frozen=True)
class Task:
    """One report to be made: what :func:`asss.runs.report.render_report` asks for."""

    run: Run
    root: Path
    output: Path
    formats: tuple[str, ...]
    editions: tuple[str, ...]
    entry: Entry | None = None
    today: str = ""
    limits: Limits = LIMITS

    @property
    def folder(self) -> Path:
        """Where the report is put."""
        return outputs.folder(self.output, self.run.year, self.run.kommune)

    def failed(self, why: str) -> "Result":
        """The result where there is no report, in words that say which."""
        run = self.run
        error = f"{run.kommune} {run.year}: {why}."
        return Result(run.kommune, run.year, error=error)


@dataclass(frozen=True)
class Result:
    """
    What became of one report: where it lies, or why there is none.

    ``no_pdf`` says why it has no PDF though one was asked for.
    """

    kommune: str
    year: int
    folder: Path | None = None
    entry: Entry | None = None
    error: str | None = None
    no_pdf: str | None = None


class Workers(Protocol):
    """What makes reports, here or elsewhere, several at a time."""

    def submit(self, task: Task) -> "Future[Result]":
        """Have a report made; what goes wrong with it is in its result."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End; after an error at once, with what is under way given up."""


@dataclass
class Crew:
    """Processes that are at work, so that they can be ended together."""

    source: Source
    at_work: dict[int, tuple[Process, Task]] = field(default_factory=dict)
    is_dismissed: bool = False
    turn: Lock = field(default_factory=Lock)

    def make(self, task: Task) -> Result:
        """
        Make a report in a fresh process, and wait for what becomes of it.

        Returns
        -------
        result : Result
            With an error if the process died, or was ended for taking too long.
        """
        try:
            process = self.source.take()
        except RuntimeError as error:
            return task.failed(str(error))
        with self.turn:
            if self.is_dismissed:
                process.kill()
                return task.failed("given up")
            self.at_work[process.pid] = process, task
        result = _ask(process, task)
        with self.turn:
            self.at_work.pop(process.pid, None)
        return result

    def dismiss(self) -> None:
        """End every process that is at work; what was there before stays."""
        with self.turn:
            self.is_dismissed = True
            for process, task in self.at_work.values():
                _end(process, task)


def crew() -> Crew:
    """Processes of this machine, with nothing under way yet."""
    return Crew(forks.source(WORK, KERNELS))


def cores() -> int:
    """How many reports are made at a time where nobody says: one on each core."""
    return (
        len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else (os.cpu_count() or 1)
    )


class Local:
    """
    Workers on this machine.

    Parameters
    ----------
    jobs : int
        How many reports are made at a time.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs

    def __enter__(self) -> Self:
        """Start the process that others are forked from."""
        self._crew = crew()
        self._waiting = ThreadPoolExecutor(self._jobs)
        return self

    def submit(self, task: Task) -> "Future[Result]":
        """Have a report made as soon as there is room for it."""
        return self._waiting.submit(self._crew.make, task)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End: with what is under way finished, or given up after an error."""
        if error is not None:
            self._crew.dismiss()
        self._waiting.shutdown(cancel_futures=True)
        self._crew.source.close()


def _ask(process: Process, task: Task) -> Result:
    """Tell a process what to make, and wait for its answer."""
    line = process.connection
    seconds = task.limits.seconds + GRACE
    try:
        line.send(JOB)
        line.send(task)
        result: Result | None = line.recv() if line.poll(seconds) else None
    except (EOFError, OSError):
        _end(process, task)
        return task.failed("the process that made it died; see what it said last")
    if result is None:
        _end(process, task)
        return task.failed(f"stopped after {seconds:.0f} seconds")
    # It ends by itself now.
    process.close()
    return result


def _end(process: Process, task: Task) -> None:
    """End a process, and take away what it may have left half done."""
    process.kill()
    outputs.sweep(task.folder, process.pid)


# -- in the process itself -------------------------------------------------------------


def serve(connection: Connection) -> None:
    """Make the one report that is asked for, and say what became of it."""
    task: Task = connection.recv()
    # This process ends with the report, before there is garbage worth looking for.
    gc.disable()
    forks.limit_memory(task.limits.memory)
    forks.end_with(connection, at_end=outputs.abandon)
    connection.send(_make(task))


def _make(task: Task) -> Result:
    """Make a report in this process; where PDF cannot be made, without it."""
    from asss.formats import conversion
    from asss.runs import report

    run = task.run
    formats, no_pdf = conversion.makeable(task.formats)
    try:
        made = report.render_report(
            run,
            root=task.root,
            output=task.output,
            formats=formats,
            editions=task.editions,
            entry=task.entry,
            today=task.today,
            limits=task.limits,
        )
    except AsssError as error:
        return Result(run.kommune, run.year, error=str(error))
    except MemoryError:
        size = f"{task.limits.memory / 2**20:.0f} MB"
        return task.failed(f"more than {size} of memory was needed")
    return Result(
        run.kommune, run.year, folder=made.folder, entry=made.entry, no_pdf=no_pdf
    )

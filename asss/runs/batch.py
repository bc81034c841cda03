"""
Many reports at once: each made in a fresh process of its own, watched from outside.

One that fails does not stop the others: a report that crashes, hangs or takes too much
memory ends its own process and no other, and whoever ends a process takes away what it
leaves lying. As reports are finished they are entered in the ledger. How one report is
made is loaded only in the process that makes it, so that those processes start at once.
Imports ``report`` and below.
"""

import atexit
import gc
import json
import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Final, Protocol, Self, TypeAlias

from asss import outputs
from asss.catalogue.parameters import (
    EMBEDDED,
    FOLDER,
    KEPT,
    NETWORK,
    NOTEBOOKS,
    Run,
    names_in,
)
from asss.errors import AsssError, RenderError, UsageError
from asss.outputs import (
    EDITIONS,
    FORMATS,
    PUBLIC,
    USUAL_FORMATS,
)
from asss.runs import manifest
from asss.runs.kernels import forks
from asss.runs.kernels.forks import LIMITS, Limits, Process, Source
from asss.runs.ledger import Entry, Ledger
from asss.statbank import holdings

__all__ = [
    "Crew",
    "Files",
    "Local",
    "Project",
    "Result",
    "Task",
    "Workers",
    "ahead",
    "cores",
    "pack",
    "render_all",
    "serve",
    "unpack",
]

#: Done once: in the process that becomes two, in the one that those which make reports
#: are forked from, and in the one that the kernels of their notebooks are forked from.
BOTH: Final = (
    "asss.runs.kernels.kernel:load_pandas",
    "asss.analysis.chance:methods",
)
WORK: Final = (*("asss.runs.batch", "asss.runs.report:warm_up"),)
KERNELS: Final = (
    "asss.runs.workbench",
    "asss.page.blocks:warm_up",
    "asss.page.looks:warm_up",
    "asss.figures:warm_up",
)

#: What a process is asked to be that makes a report.
JOB: Final = "asss.runs.batch:serve"

#: Seconds that a report has beyond its own limit, before its process is ended.
GRACE: Final = 30.0

#: Seconds that are waited for a report at a time.
BEAT: Final = 0.5


@dataclass(frozen=True)
class Task:
    """One report to be made: what :func:`asss.runs.report.render_report` asks for.

    ``beside`` is a run of each service area and year of those it is made together with:
    what the reports on them share is made once, before the first.
    """

    run: Run
    root: Path
    output: Path
    formats: tuple[str, ...]
    editions: tuple[str, ...]
    entry: Entry | None = None
    today: str = ""
    limits: Limits = LIMITS
    beside: tuple[Run, ...] = ()

    @property
    def folder(self) -> Path:
        """Where the report is put."""
        return manifest.folder_of(self.output, self.run)

    def failed(self, why: str) -> "Result":
        """The result where there is no report, in words that say which."""
        return Result(self.run, error=f"{self.run}: {why}.")


@dataclass(frozen=True)
class Result:
    """
    What became of one report: where it lies, or why there is none.

    ``unsigned`` is why JupyterLab will not trust its notebook, where it will not.
    """

    run: Run
    folder: Path | None = None
    entry: Entry | None = None
    error: str | None = None
    unsigned: str = ""


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


#: Workers that begin and end with a ``with``; or are kept, by whoever wraps them.
Crew: TypeAlias = AbstractContextManager[Workers]


def render_all(
    runs: Sequence[Run],
    *,
    root: Path,
    output: Path,
    formats: Sequence[str] = USUAL_FORMATS,
    editions: Sequence[str] = (PUBLIC,),
    workers: Crew | None = None,
    today: str = "",
    limits: Limits = LIMITS,
    on_result: Callable[[Result], None] | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> list[Result]:
    """
    Make many reports in parallel; one that fails does not stop the others.

    All are made of the project as it is when this begins: what somebody saves in
    parameters/ or notebooks/ meanwhile is for the next time.

    Parameters
    ----------
    runs : sequence of Run
    formats, editions : sequence of str
        What each is to be made in at the least: what it lies there in is kept.
    workers : Crew, optional
        What makes them; on all cores of this machine when left out.
    today : str, optional
        ISO date of the rendering. With it the ledger in `output` is kept: each report's
        entry is written as the report is finished. Without it there is no ledger, and
        the dates are the runs'.
    limits : Limits
        What one report may take.
    on_result : function of Result
        Called in this process as each report is finished, in that order.
    meanwhile : function, optional
        Called once, when all is asked for and nothing can be finished yet.

    Returns
    -------
    results : list of Result, in the order of `runs`

    Raises
    ------
    LedgerError
        If the ledger is damaged: nothing is made then.
    """
    book = Ledger(output) if today else None
    entries = book.read() if book else {}
    root, beside = _held_still(root), _unlike(runs)
    tasks = [
        Task(
            run=run,
            root=root,
            output=output,
            formats=_with_kept(formats, run, output, FORMATS),
            editions=_with_kept(editions, run, output, EDITIONS),
            entry=entries.get(manifest.key_of(run)),
            today=today,
            limits=limits,
            beside=beside,
        )
        for run in runs
    ]
    results: dict[Task, Result] = {}
    with workers or Local(cores()) as crew:
        # What takes longest first, or all others wait for it in the end.
        waiting = {
            crew.submit(task): task
            for task in sorted(tasks, key=lambda task: task.run.kommune != NETWORK)
        }
        meanwhile()
        for some in _as_finished(waiting):
            finished = {waiting[done]: done.result() for done in some}
            if book:
                finished = _record(book, finished)
            results |= finished
            if on_result:
                for result in finished.values():
                    on_result(result)
    return [results[task] for task in tasks]


def _unlike(runs: Sequence[Run]) -> tuple[Run, ...]:
    """A run of each kind of those whose reports share what they stand on."""
    kinds: dict[tuple[str, str, str, int], Run] = {}
    for run in runs:
        kinds.setdefault((run.service, run.language, run.snapshot, run.year), run)
    return tuple(kinds.values())[:KEPT]


def _with_kept(
    asked: Sequence[str], run: Run, output: Path, known: Sequence[str]
) -> tuple[str, ...]:
    """What is asked for, and what the report lies there in."""
    kept = manifest.made_in(output, run)
    return tuple(name for name in known if name in kept or name in asked)


def _held_still(root: Path) -> Path:
    """A project as it is now, for as long as this process; all else lies as it lay."""
    still = Project.gather(root, ()).lay_out()
    for path in root.iterdir():
        if not (still / path.name).exists():
            (still / path.name).symlink_to(path.resolve())
    return still


def _as_finished(
    waiting: Collection["Future[Result]"],
) -> Iterator[Collection["Future[Result]"]]:
    """
    Reports as they are finished, with those that were in the meantime.

    Python acts on Ctrl-C between two steps of its main thread, and a wait is one step
    that the signal ends only if it has come after the wait began and to that thread.
    So no wait is long.
    """
    left = set(waiting)
    while left:
        finished, left = wait(left, timeout=BEAT, return_when=FIRST_COMPLETED)
        yield finished


def _record(book: Ledger, finished: Mapping[Task, Result]) -> dict[Task, Result]:
    """Enter finished reports; one that cannot be entered is not reported as done."""
    entered = {
        manifest.key_of(task.run): (task.entry, result.entry)
        for task, result in finished.items()
        if result.entry
    }
    if not entered:
        return dict(finished)
    try:
        refused = book.record_all(entered)
    except AsssError as error:
        refused = dict.fromkeys(entered, str(error))
    return {
        task: replace(
            result, error=refused.get(manifest.key_of(task.run), result.error)
        )
        for task, result in finished.items()
    }


# -- processes -------------------------------------------------------------------------


def cores() -> int:
    """How many reports are made at a time where nobody says: one on each core."""
    return (
        len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else (os.cpu_count() or 1)
    )


def ahead(root: Path, run: Run) -> tuple[str, str]:
    """What reports of a year share, made and read back: for `forks.preload`."""
    given = [str(root / FOLDER), run.service, run.language, run.snapshot, run.year]
    told = json.dumps(given)
    made, read = "asss.analysis.facts:warm_up", "asss.formats.readback:prepare"
    return f"{made} {told}", f"{read} {told}"


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
        #: By process id, so that all can be ended together.
        self.at_work: dict[int, tuple[Process, Task]] = {}
        self._is_dismissed = False
        self._turn = Lock()
        self._source: Source | None = None

    def __enter__(self) -> Self:
        """Begin; the process that others are forked from waits for the first report."""
        self._waiting = ThreadPoolExecutor(self._jobs)
        return self

    def submit(self, task: Task) -> "Future[Result]":
        """
        Have a report made as soon as there is room for it.

        Raises
        ------
        RenderError
            If this machine does not let us.
        """
        self._begun(task)
        return self._waiting.submit(self.make, task)

    def make(self, task: Task) -> Result:
        """
        Make a report in a fresh process, and wait for what becomes of it.

        Returns
        -------
        result : Result
            With an error if the process died, or was ended for taking too long.
        """
        try:
            process = self._begun(task).take()
        except RuntimeError as error:
            return task.failed(str(error))
        with self._turn:
            if self._is_dismissed:
                process.kill()
                return task.failed("given up")
            self.at_work[process.pid] = process, task
        result = _ask(process, task)
        with self._turn:
            self.at_work.pop(process.pid, None)
        return result

    def _begun(self, task: Task) -> Source:
        """What processes are forked from, where all that reports share is made once."""
        with self._turn:
            if self._source is None:
                kinds = task.beside or (task.run,)
                made, read = zip(*(ahead(task.root, run) for run in kinds), strict=True)
                try:
                    self._source = forks.source((*WORK, *read), KERNELS, (*BOTH, *made))
                except OSError as error:
                    msg = f"No report can be made here: {error.strerror or error}."
                    raise RenderError(msg) from error
            return self._source

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End: with what is under way finished, or given up after an error."""
        if error is not None:
            with self._turn:
                self._is_dismissed = True
                for process, task in self.at_work.values():
                    _end(process, task)
        self._waiting.shutdown(cancel_futures=True)
        if self._source is not None:
            self._source.close()


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
        why = "the process that made it died; see what it said last"
        if task.limits.memory:
            size = f"{task.limits.memory / 2**20:.0f} MB"
            why += f", and whether {size} are enough for it (--memory-limit)"
        return task.failed(why)
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
    """Make a report in this process."""
    from asss.runs import report

    run = task.run
    try:
        # A task holds what a report is asked for by, under the same names.
        asked = {name: one for name, one in vars(task).items() if name != "beside"}
        made = report.render_report(**asked)
    except AsssError as error:
        return Result(run, error=str(error))
    except MemoryError:
        size = f"{task.limits.memory / 2**20:.0f} MB"
        return task.failed(f"more memory was needed than {size}, or than there is")
    except OSError as error:
        return task.failed(f"the system refused: {error}")
    return Result(run, made.folder, made.entry, unsigned=made.unsigned)


# -- the project itself ----------------------------------------------------------------


#: Files as they are sent, each with its name.
Files: TypeAlias = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Project:
    """
    The files that reports are made of, as they go to a worker.

    Attributes
    ----------
    files : tuple of (name, content)
        Relative to the project's folder.
    """

    files: Files

    @classmethod
    def gather(cls, root: Path, snapshots: Iterable[str]) -> Self:
        """
        Read what reports are made of: parameters, notebooks, and the snapshots named.

        The embedded figures are in the package, which every worker has.

        Raises
        ------
        UsageError
            If there is no such snapshot, or it lies outside the project.
        """
        folders = [root / FOLDER, root / NOTEBOOKS]
        for name in sorted(set(snapshots) - {EMBEDDED}):
            folder = holdings.open_snapshot(name, root=root).folder.resolve()
            if not folder.is_relative_to(root):
                msg = f"Snapshot {name} lies outside {root}, and workers get only that."
                raise UsageError(msg)
            folders.append(folder)
        return cls(pack(root, folders))

    def lay_out(self) -> Path:
        """
        Write the files to a folder that goes with this process.

        Raises
        ------
        RenderError
            If they cannot be written.
        """
        kept = ExitStack()
        atexit.register(kept.close)
        try:
            root = kept.enter_context(outputs.scratch())
            unpack(self.files, root)
        except OSError as error:
            why = error.strerror or error
            msg = f"Cannot write to {tempfile.gettempdir()} (TMPDIR): {why}."
            raise RenderError(msg) from error
        return root


def pack(root: Path, folders: Iterable[Path]) -> Files:
    """All files of some folders, by their names below `root`."""
    paths = [folder / name for folder in folders for name in names_in(folder)]
    return tuple(
        (path.relative_to(root).as_posix(), path.read_bytes()) for path in paths
    )


def unpack(files: Files, folder: Path) -> None:
    """Write them to another folder."""
    for name, content in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

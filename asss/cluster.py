"""
Past one machine: reports made by the workers of a Dask cluster.

A worker needs this package and a place for outputs that all can reach, a shared folder
or an address of fsspec's. The project itself, its parameters, notebooks and figures,
goes along with the work. On each worker a report is made as it is here: in a fresh
process of its own. A report whose worker dies is made by another. Imports ``workers``
and below.
"""

import atexit
from collections.abc import Iterable
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from asss import holdings, manifest, outputs
from asss.errors import UsageError
from asss.kernels import supply
from asss.manifest import NOTEBOOKS
from asss.parameters import EMBEDDED, FOLDER
from asss.workers import KERNELS, WORK, Crew, Result, Task, cores

#: A cluster of this machine's own, for as long as the command lasts.
LOCAL: Final = "local"

#: Seconds to wait for a scheduler before saying that it does not answer.
PATIENCE: Final = "20s"


@dataclass(frozen=True)
class Project:
    """
    The files that reports are made of, as they go to a worker.

    Attributes
    ----------
    files : tuple of (name, content)
        Relative to the project's folder.
    """

    files: tuple[tuple[str, bytes], ...]

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
        return cls(
            tuple(
                (
                    (folder / name).relative_to(root).as_posix(),
                    (folder / name).read_bytes(),
                )
                for folder in folders
                for name in manifest.names_in(folder)
            )
        )

    def lay_out(self) -> Path:
        """Write the files to a folder that goes with this process."""
        kept = ExitStack()
        root = kept.enter_context(outputs.scratch())
        atexit.register(kept.close)
        for name, content in self.files:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return root


class Cluster:
    """
    The workers of a Dask cluster.

    Parameters
    ----------
    scheduler : str
        Its address, ``tcp://…``; or ``local`` for a cluster on this machine.
    jobs : int
        How many reports a local cluster makes at a time: one for each of its workers.
        Another has as many as its workers have threads.
    project : Project

    Raises
    ------
    UsageError
        If Dask is not installed, or the scheduler does not answer.
    """

    def __init__(self, scheduler: str, jobs: int, project: Project) -> None:
        try:
            import distributed
        except ImportError as error:
            msg = f"--scheduler needs Dask ({error}): pip install 'asss[cluster]'."
            raise UsageError(msg) from error
        dask: Any = distributed
        self._project = project
        self._own: Any = None
        if scheduler == LOCAL:
            self._own = scheduler = dask.LocalCluster(
                n_workers=jobs, threads_per_worker=1, dashboard_address=None
            )
        try:
            self._client = dask.Client(scheduler, timeout=PATIENCE)
        except (OSError, ValueError) as error:
            msg = f"No scheduler answers at {scheduler} ({error})."
            raise UsageError(msg) from error

    @property
    def size(self) -> int:
        """How many reports the workers make at a time, as many as there are now."""
        return sum(self._client.nthreads().values())

    def __enter__(self) -> Self:
        """Send the project to every worker."""
        self._sent = self._client.scatter(self._project, broadcast=True)
        return self

    def submit(self, task: Task) -> "Future[Result]":
        """Have a report made by whichever worker has room."""
        asked = self._client.submit(make, task, self._sent, pure=False)
        return _follow(asked, task)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Part with the scheduler; what has not begun is not begun after an error."""
        if error is not None:
            self._client.cancel(list(self._client.futures))
        self._client.close()
        if self._own is not None:
            self._own.close()


def _follow(asked: Any, task: Task) -> "Future[Result]":
    """What Dask will come to, as a future that anybody can wait for."""
    followed: Future[Result] = Future()
    followed.set_running_or_notify_cancel()

    def settle(done: Any) -> None:
        try:
            result: Result = done.result()
        except (Exception, CancelledError) as error:
            result = task.failed(f"no worker could make it ({error})")
        followed.set_result(result)

    asked.add_done_callback(settle)
    return followed


# -- on a worker -----------------------------------------------------------------------


def make(task: Task, project: Project) -> Result:
    """Make a report on this worker, in a fresh process, from the project as sent."""
    return _crew().make(replace(task, root=_laid_out(project)))


@lru_cache(maxsize=2)
def _laid_out(project: Project) -> Path:
    return project.lay_out()


@cache
def _crew() -> Crew:
    """What a worker keeps warm for as long as it lives."""
    crew = Crew(supply.Pair(WORK, KERNELS, count=cores()))
    atexit.register(crew.source.close)
    return crew

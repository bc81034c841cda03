"""
Past one machine: reports made by the workers of a Dask cluster.

A worker needs this package and nothing else: the project itself, its parameters,
notebooks and figures, goes along with the work, and the files of a report come back. On
each worker a report is made as it is here: in a fresh process of its own. A report
whose worker dies is made by another. Only the command that was asked puts reports in
place: so none that it has reported as failed, or given up, is put there afterwards.
Imports ``batch`` and below.
"""

import atexit
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final, Self

from asss import outputs
from asss.errors import AsssError, UsageError
from asss.runs import batch
from asss.runs.batch import Files, Local, Project, Result, Task, cores

__all__ = ["LOCAL", "Cluster", "Made", "make"]

#: A cluster of this machine's own, for as long as the command lasts.
LOCAL: Final = "local"

#: Seconds to wait for a scheduler before saying that it does not answer.
PATIENCE: Final = "20s"


class Cluster:
    """
    The workers of a Dask cluster.

    Parameters
    ----------
    scheduler : str
        Its address, ``tcp://…`` or ``tls://…``; or ``local`` for a cluster on this
        machine.
    jobs : int
        How many reports a local cluster makes at a time: one for each of its workers.
        Another has as many as its workers have threads.
    project : Project

    Raises
    ------
    UsageError
        If Dask is not installed, the scheduler does not answer, or it and the
        certificates of Dask's settings do not know each other.
    """

    def __init__(self, scheduler: str, jobs: int, project: Project) -> None:
        try:
            import distributed
        except ImportError as error:
            msg = (
                f"--scheduler needs Dask ({error}): pip install 'asss[report,cluster]'."
            )
            raise UsageError(msg) from error
        dask: Any = distributed
        self._project = project
        self._address = scheduler
        self._turn = Lock()
        self._is_over = False
        self._own: Any = None
        if scheduler == LOCAL:
            self._own = scheduler = dask.LocalCluster(
                n_workers=jobs, threads_per_worker=1, dashboard_address="127.0.0.1:0"
            )
        try:
            self._client = dask.Client(scheduler, timeout=PATIENCE)
        except (OSError, ValueError) as error:
            msg = f"No scheduler answers at {scheduler} ({error})."
            raise UsageError(msg) from error
        except (TypeError, RuntimeError) as error:
            # What Dask says of tls:// without certificates, and of tcp:// where its
            # settings ask for encryption.
            msg = (
                f"{scheduler} cannot be reached ({error}). The certificates for TLS "
                "are named in Dask's own settings: distributed.comm.tls."
            )
            raise UsageError(msg) from error

    @property
    def size(self) -> int:
        """How many reports the workers make at a time, as many as there are now."""
        return sum(self._client.nthreads().values())

    def __enter__(self) -> Self:
        """
        Send the project to every worker.

        Raises
        ------
        UsageError
            If there is no worker to send it to.
        """
        try:
            self._sent = self._client.scatter(self._project, broadcast=True)
        except OSError as error:
            msg = f"No worker answers at {self._address} ({error})."
            raise UsageError(msg) from error
        return self

    def submit(self, task: Task) -> "Future[Result]":
        """Have a report made by whichever worker has room, and put it in place here."""
        # No worker is told where the report goes.
        sent = replace(task, root=Path(), output=Path())
        asked = self._client.submit(make, sent, self._sent, pure=False)
        followed: Future[Result] = Future()
        followed.set_running_or_notify_cancel()

        def settle(done: Any) -> None:
            try:
                made: Made = done.result()
                with self._turn:
                    result = (
                        task.failed("given up") if self._is_over else made.put(task)
                    )
            except (Exception, CancelledError) as error:
                result = task.failed(f"no worker could make it ({error})")
            followed.set_result(result)

        asked.add_done_callback(settle)
        return followed

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        """Part with the scheduler; what has not begun is not begun after an error."""
        with self._turn:
            self._is_over = True
        if error is not None:
            self._client.cancel(list(self._client.futures))
        self._client.close()
        if self._own is not None:
            self._own.close()
            # A worker that was killed took nothing away.
            outputs.sweep_passing()


@dataclass(frozen=True)
class Made:
    """
    What a worker hands back.

    Attributes
    ----------
    result : Result
    place : Path
        The worker's own place for outputs, gone by now.
    files : tuple of (name, content)
        Of the report; empty if it failed.
    failed : bytes, optional
        The notebook whose cell failed.
    """

    result: Result
    place: Path
    files: Files
    failed: bytes | None

    def put(self, task: Task) -> Result:
        """Put the report in place; what goes wrong is in the result."""
        there, here = (_failed(place, task) for place in (self.place, task.output))
        if self.result.error is not None:
            # What it says must get through, wherever the notebook can be kept.
            with suppress(OSError):
                if self.failed is not None:
                    here.parent.mkdir(parents=True, exist_ok=True)
                    outputs.write(here, self.failed)
            error = self.result.error.replace(str(there), str(here))
            return replace(self.result, error=error)
        try:
            with outputs.workplace(task.folder) as work:
                batch.unpack(self.files, work)
                outputs.put(work, task.folder)
            here.unlink(missing_ok=True)
        except (AsssError, OSError) as error:
            return replace(self.result, folder=None, entry=None, error=str(error))
        return replace(self.result, folder=task.folder)


def _failed(place: Path, task: Task) -> Path:
    run = task.run
    return outputs.failed_notebook(place, run.year, run.service, run.kommune)


# -- on a worker -----------------------------------------------------------------------


def make(task: Task, project: Project) -> Made:
    """Make a report on this worker, in a fresh process, from the project as sent."""
    with outputs.scratch() as place:
        task = replace(task, root=_laid_out(project), output=place)
        result = _local().make(task)
        failed = _failed(place, task)
        return Made(
            result,
            place,
            files=batch.pack(task.folder, [task.folder]),
            failed=failed.read_bytes() if failed.is_file() else None,
        )


@lru_cache(maxsize=2)
def _laid_out(project: Project) -> Path:
    return project.lay_out()


@cache
def _local() -> Local:
    """What a worker keeps warm for as long as it lives."""
    local = Local(cores()).__enter__()
    atexit.register(local.__exit__, None, None, None)
    return local

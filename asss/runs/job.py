"""
One report, in a process of its own: what the process does.

Loaded where it is done, and nowhere else: see :mod:`asss.runs.workers`. Imports
``workers``, ``report`` and below.
"""

import gc
from multiprocessing.connection import Connection

from asss import outputs
from asss.errors import AsssError
from asss.formats import conversion
from asss.runs import report
from asss.runs.kernels import server
from asss.runs.workers import Result, Task


def serve(connection: Connection) -> None:
    """Make the one report that is asked for, and say what became of it."""
    task: Task = connection.recv()
    # This process ends with the report, before there is garbage worth looking for.
    gc.disable()
    server.limit_memory(task.limits.memory)
    server.end_with(connection, at_end=outputs.abandon)
    connection.send(make(task))


def make(task: Task) -> Result:
    """
    Make a report in this process; what goes wrong is in the result.

    Where PDF cannot be made, the report comes without it.
    """
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

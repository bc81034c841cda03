"""What the operator is told while reports are made: on a terminal, or in a log."""

import time
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from asss.catalogue.parameters import Run
from asss.cli.terminal import err, out, print_json, safe

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

UNCHANGED = "unchanged since it was made"


class Log(StrEnum):
    """How a rendering is told of."""

    TEXT = "text"
    JSON = "json"


class Account:
    """
    The account of one rendering, event by event.

    Parameters
    ----------
    log : Log
        Text for people; or JSON, an object a line on standard output and nothing else.
    quiet : bool
        Tell of what failed, and of nothing else.
    explain : bool
        Tell of each report why it is made or left as it is. JSON always tells.

    Notes
    -----
    Every object has ``event`` and ``seconds``, since the command began; those on one
    report have ``kommune``, ``year`` and ``reason`` too, and ``path`` where it lies.
    """

    def __init__(self, *, log: Log, quiet: bool, explain: bool) -> None:
        self.is_json = log is Log.JSON
        self.is_quiet = quiet
        self.explains = explain
        self.counts: Counter[str] = Counter()
        self._began = time.perf_counter()
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._workers = 0

    def origin(self, name: str, fetched: str, told: str) -> None:
        """Tell which snapshot the figures come from."""
        self._event("snapshot", {"name": name, "fetched": fetched}, safe(told))

    def unchanged(self, run: Run, path: str) -> None:
        """Tell of a report that is left as it is."""
        self.counts["unchanged"] += 1
        line = f"[dim]skip[/dim]    {_name(run)}: {UNCHANGED}"
        about = {**_about(run), "reason": UNCHANGED, "path": path}
        self._event("unchanged", about, line if self.explains else "")

    def due(self, run: Run, reasons: Sequence[str]) -> None:
        """Tell of a report that is to be made, and why."""
        self.counts["due"] += 1
        reason = "; ".join(reasons)
        line = f"[bold]render[/bold]  {_name(run)}: {safe(reason)}"
        about = {**_about(run), "reason": reason}
        self._event("due", about, line if self.explains else "")

    def made(self, run: Run, path: str, error: str | None) -> None:
        """Tell of a report that is finished, or has failed."""
        if error is None:
            self.counts["rendered"] += 1
            line = f"[green]done[/green]    {_name(run)}"
            self._event("rendered", {**_about(run), "path": path}, line)
        else:
            self.counts["failed"] += 1
            self.problem("failed", f"[red]failed[/red]  {safe(error)}", error, run)
        self._advance()

    def problem(
        self, event: str, line: str, reason: str, run: Run | None = None
    ) -> None:
        """Tell of what is amiss: that is told however quiet it is to be."""
        if self.is_json:
            self._object(event, {**(_about(run) if run else {}), "reason": reason})
        else:
            (self._progress.console if self._progress else err).print(line)

    def finished(self, event: str, line: str, *, paths: Sequence[str]) -> None:
        """Tell how many of each there were, and where they are."""
        counts = {
            name: self.counts[name]
            for name in ("unchanged", "due", "rendered", "failed")
        }
        self._event(event, {**counts, "paths": list(paths)}, safe(line))

    def summary(self) -> str:
        """How many of each there were, in a line: «9 unchanged, 1 rendered»."""
        names = ("unchanged", "rendered", "failed")
        told = [f"{self.counts[n]} {n}" for n in names if self.counts[n]]
        return ", ".join(told) or "nothing to render"

    # -- progress ----------------------------------------------------------------------

    def under_way(self, *, workers: int) -> Self:
        """Show, from here to the end of a ``with``, how far the rendering has come."""
        self._workers = workers
        return self

    def __enter__(self) -> Self:
        """Begin the line of progress, where there is a terminal to show it."""
        if not (self.is_json or self.is_quiet):
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[more]}"),
                TimeRemainingColumn(compact=True),
                console=err,
                transient=True,
            )
            self._task = self._progress.add_task(
                "Rendering", total=self.counts["due"], more=self._more()
            )
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take the line of progress away, however the rendering ended."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def _advance(self) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, advance=1, more=self._more())

    def _more(self) -> str:
        """What a bar does not show: how many are at work, and how many failed."""
        ended = self.counts["rendered"] + self.counts["failed"]
        running = min(self._workers, self.counts["due"] - ended)
        failed = f", [red]{self.counts['failed']} failed[/red]"
        return f"{running} running{failed if self.counts['failed'] else ''}, left:"

    # -- telling -----------------------------------------------------------------------

    def _event(self, event: str, about: dict[str, Any], line: str) -> None:
        if self.is_json:
            self._object(event, about)
        elif line and not self.is_quiet:
            (self._progress.console if self._progress else out).print(line)

    def _object(self, event: str, about: dict[str, Any]) -> None:
        seconds = round(time.perf_counter() - self._began, 3)
        print_json({"event": event, **about, "seconds": seconds})


def _name(run: Run) -> str:
    return f"{run.kommune} {run.year}"


def _about(run: Run) -> dict[str, Any]:
    return {"kommune": run.kommune, "year": run.year}

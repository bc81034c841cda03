"""
What the operator sees: consoles, exit codes, options, and errors in one message.

English for the operator. Exit code 0: done; 1: something failed or differs; 2: asked
for something that does not exist. What others have written, a server or whoever named a
file, is shown and never obeyed: no character that steers a terminal passes from here.
"""

import json
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment

from asss import outputs
from asss.catalogue import catalogue, parameters
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EVERY, Run
from asss.errors import AsssError, UsageError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = [
    "FAILURE",
    "USAGE",
    "Account",
    "Ended",
    "Log",
    "OutputOption",
    "ParametersOption",
    "ServiceOption",
    "ServicesOption",
    "Terminal",
    "err",
    "heed_signals",
    "out",
    "output_folder",
    "parameters_folder",
    "plain_errors",
    "print_json",
    "report_id",
    "report_ids",
    "safe",
    "service_areas",
    "service_names",
    "speak_plainly",
    "visible",
    "years_of",
]

FAILURE = 1
USAGE = 2

#: What tells a command to end, where the system knows it.
ENDINGS = ("SIGINT", "SIGTERM", "SIGHUP")

#: Seconds that a command has to end in, in which it is not told to once more.
ENDING = 10.0

#: What steers a terminal or turns the direction of a line, and halves of characters,
#: which come of file names in another encoding.
STEERING = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Write what steers a terminal as JSON writes it, so that it is seen."""
    return STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Terminal(Console):
    """A console on which texts only stand, whatever is in them: colours are ours."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render, with the texts made visible; what rich itself steers is apart."""
        for segment in super().render(renderable, options):
            if not segment.control:
                segment = segment._replace(text=visible(segment.text))
            yield segment


out = Terminal(highlight=False, soft_wrap=True)
err = Terminal(stderr=True, highlight=False, soft_wrap=True)


def speak_plainly() -> None:
    """Let any terminal show what is printed: with a ? for a letter that it lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


class Ended(KeyboardInterrupt):
    """
    A command is told to end: by Ctrl-C, by `kill` or a shutdown, or by a lost terminal.

    Attributes
    ----------
    code : int
        What a shell expects of a program that the signal has ended.
    """

    def __init__(self, number: int = signal.SIGINT) -> None:
        super().__init__()
        self.code = 128 + number


def heed_signals() -> None:
    """
    Have whatever tells a command to end do what Ctrl-C does.

    It then keeps what is finished, takes away the rest, and gives the terminal back. A
    signal that comes while it does so is not heard, nor is one that whoever started the
    command has it not hear (nohup).
    """
    heard = {
        number
        for name in ENDINGS
        if (number := getattr(signal, name, None)) is not None
        and signal.getsignal(number) is not signal.SIG_IGN
    }
    quiet_until = 0.0

    def end(number: int, _: object) -> None:
        nonlocal quiet_until
        if time.monotonic() < quiet_until:
            return
        quiet_until = time.monotonic() + ENDING
        for stream in (sys.stdout, sys.stderr):
            _let_go(stream)
        raise Ended(number)

    for number in heard:
        signal.signal(number, end)


def _let_go(stream: Any) -> None:
    """Write to nowhere what is for a terminal that is gone."""
    try:
        descriptor = stream.fileno()
        os.write(descriptor, b"")
    except (OSError, ValueError, AttributeError):
        with suppress(OSError, ValueError, AttributeError):
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, stream.fileno())
            os.close(nothing)


def print_json(content: Any, *, indent: int | None = None) -> None:
    """Print JSON that says the same on every terminal: no letter of it is spelt."""
    is_plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    text = json.dumps(content, ensure_ascii=is_plain, indent=indent)
    typer.echo(visible(text))


ParametersOption = Annotated[
    Path | None,
    typer.Option(
        "--parameters", help="The folder parameters/; found from here upwards."
    ),
]
ServiceOption = Annotated[
    str | None,
    typer.Option(
        help="A service area: barnevern. Default: sosiale_tjenester, or the only one."
    ),
]
ServicesOption = Annotated[
    str | None,
    typer.Option(
        "--service",
        help="Service areas: barnevern,sosiale_tjenester; or alle. Default: all.",
    ),
]
OutputOption = Annotated[str | None, typer.Option(help="Default: outputs/.")]


@contextmanager
def plain_errors() -> Iterator[None]:
    """One message and an exit code, whatever of ours goes wrong inside."""
    try:
        yield
    except UsageError as error:
        err.print(f"[red]Error:[/red] {safe(error)}")
        raise typer.Exit(USAGE) from None
    except AsssError as error:
        err.print(f"[red]Error:[/red] {safe(error)}")
        raise typer.Exit(FAILURE) from None


def safe(text: object) -> str:
    """Square brackets in a message are not rich's markup."""
    return escape(str(text))


def parameters_folder(given: Path | None) -> Path:
    """
    The folder ``parameters/``: as given, else found from here upwards.

    Raises
    ------
    UsageError
        If there is none.
    """
    if given is None:
        return parameters.find_folder()
    if not (given / parameters.NETWORK_FILE).is_file():
        msg = f"{given} holds no {parameters.NETWORK_FILE}; it is not a parameters/."
        raise UsageError(msg)
    if given.name != parameters.FOLDER:
        msg = f"The folder must be called {parameters.FOLDER}, not {given.name}."
        raise UsageError(msg)
    return given.resolve()


def output_folder(given: str | None, parameters_: Path) -> Path:
    """
    Where results go: as given, else ``outputs/`` beside ``parameters/``.

    Raises
    ------
    UsageError
        If an address is given that nothing here can speak with.
    """
    if given is not None and outputs.is_address(given):
        return outputs.at(given)
    return Path(given or parameters_.parent / parameters.OUTPUTS).resolve()


def report_id(known: Catalogue, written: str, year: int | None = None) -> str:
    """
    Which report is meant: a member's id, or that of one on all of them.

    Parameters
    ----------
    written : str
        Id, name or kommunenummer.
    year : int, optional
        The number must be that of this year; of any year when left out.

    Raises
    ------
    UsageError
        If there is no such member; the message suggests the nearest.
    """
    if parameters.fold(written) in parameters.SHARED:
        return parameters.fold(written)
    if not re.fullmatch(r"\s*\d+\s*", written):
        return known.network.member(written).id
    return known.network.numbered(written.strip(), year).id


def report_ids(
    known: Catalogue, written: Iterable[str], year: int | None = None
) -> list[str]:
    """Whose reports are meant by ``oslo,bergen`` and the like, each of them once."""
    names = (name for part in written for name in part.split(","))
    return list(dict.fromkeys(report_id(known, name, year) for name in names))


def service_names(
    folder: Path, written: str | None, *, is_all: bool = True
) -> list[str]:
    """
    Which service areas are meant: ``barnevern,sosiale_tjenester``, or ``alle``.

    Parameters
    ----------
    is_all : bool
        Whether all are meant where none is named, and not one: see
        :func:`asss.catalogue.catalogue.service_named`.

    Raises
    ------
    UsageError
        If there is no such area; the message names the nearest, or all there are.
    """
    if written is None and not is_all:
        return [catalogue.service_named(folder)]
    names = [] if written is None else [one.strip() for one in written.split(",")]
    if names and names != [EVERY]:
        chosen = (catalogue.service_named(folder, name) for name in names)
        return list(dict.fromkeys(chosen))
    return catalogue.services(folder)


def service_areas(folder: Path, written: str | None) -> list[Catalogue]:
    """What is known of each area that :func:`service_names` finds, in that order."""
    return [
        catalogue.load_catalogue(folder, service=name)
        for name in service_names(folder, written)
    ]


def years_of(written: str) -> list[int]:
    """
    Data years: ``2019-2025``, ``2020`` or ``2019,2021``.

    Raises
    ------
    UsageError
        If it is nothing of the kind.
    """
    found: set[int] = set()
    for part in written.split(","):
        one = re.fullmatch(r"\s*(\d{4})(?:\s*[-–]\s*(\d{4}))?\s*", part)
        if not one or (one[2] and one[2] < one[1]):
            msg = f"{part.strip()!r} is not a year or a span of years, as 2019-2025."
            raise UsageError(msg)
        found.update(range(int(one[1]), int(one[2] or one[1]) + 1))
    return sorted(found)


def today(written: str | None) -> str:
    """The day that a command is of; the only place where a clock is read for it."""
    if written is None:
        return date.today().isoformat()
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        msg = f"--date {written!r} is not a date; write it as 2026-06-15."
        raise UsageError(msg) from None


# -- the account of a rendering --------------------------------------------------------

UNCHANGED = "unchanged since it was made"


class Log(StrEnum):
    """How a rendering is reported."""

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
        Report what failed, and nothing else.
    explain : bool
        Say of each report why it is made or left as it is. JSON always does.

    Notes
    -----
    Every object has ``event`` and ``seconds``, since the command began; those on one
    report have ``kommune``, ``year``, ``service`` and ``reason`` too, and ``path``
    where it lies.
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

    def left_out(self, service: str, reason: str) -> None:
        """Say which service area nothing is made of, and why."""
        line = f"[dim]{safe(service)} is left out:[/dim] {safe(reason)}"
        self._event("left_out", {"service": service, "reason": reason}, line)

    def origin(self, name: str, fetched: str, line: str) -> None:
        """Say which snapshot the figures come from."""
        self._event("snapshot", {"name": name, "fetched": fetched}, safe(line))

    def unchanged(self, run: Run, path: str) -> None:
        """Report one that is left as it is."""
        self.counts["unchanged"] += 1
        line = f"[dim]skip[/dim]    {run}: {UNCHANGED}"
        about = {**_about(run), "reason": UNCHANGED, "path": path}
        self._event("unchanged", about, line if self.explains else "")

    def due(self, run: Run, reasons: Sequence[str]) -> None:
        """Report one that is to be made, and why."""
        self.counts["due"] += 1
        reason = "; ".join(reasons)
        line = f"[bold]render[/bold]  {run}: {safe(reason)}"
        about = {**_about(run), "reason": reason}
        self._event("due", about, line if self.explains else "")

    def made(self, run: Run, path: str, error: str | None) -> None:
        """Report one that is finished, or has failed."""
        if error is None:
            self.counts["rendered"] += 1
            line = f"[green]done[/green]    {run}"
            self._event("rendered", {**_about(run), "path": path}, line)
        else:
            self.counts["failed"] += 1
            self.problem("failed", f"[red]failed[/red]  {safe(error)}", error, run)
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, advance=1, more=self._more())

    def unsigned(self, why: str) -> None:
        """Say once that notebooks that are made will be trusted by no JupyterLab."""
        self.counts["unsigned"] += 1
        if self.counts["unsigned"] == 1:
            line = (
                f"rapport.ipynb could not be signed ({why}), so JupyterLab shows it "
                "without the page's own looks."
            )
            self._event("unsigned", {"reason": why}, f"[yellow]{safe(line)}[/yellow]")

    def problem(
        self, event: str, line: str, reason: str, run: Run | None = None
    ) -> None:
        """Report what is wrong, however quiet it is to be."""
        if self.is_json:
            self._object(event, {**(_about(run) if run else {}), "reason": reason})
        else:
            (self._progress.console if self._progress else err).print(line)

    def finished(self, event: str, line: str, *, paths: Sequence[str]) -> None:
        """Say how many of each there were, and where they are."""
        counts = {
            name: self.counts[name]
            for name in ("unchanged", "due", "rendered", "failed")
        }
        self._event(event, {**counts, "paths": list(paths)}, safe(line))

    def summary(self) -> str:
        """How many of each there were, in a line: «9 unchanged, 1 rendered»."""
        names = ("unchanged", "rendered", "failed")
        parts = [f"{self.counts[n]} {n}" for n in names if self.counts[n]]
        return ", ".join(parts) or "nothing to render"

    # -- progress ----------------------------------------------------------------------

    @contextmanager
    def under_way(self, *, workers: int) -> Iterator[None]:
        """Show, to the end of a ``with``, how far the rendering has come."""
        if self.is_json or self.is_quiet:
            yield
            return
        from rich import progress

        self._workers = workers
        with progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[more]}"),
            progress.TimeRemainingColumn(compact=True),
            console=err,
            transient=True,
        ) as self._progress:
            self._task = self._progress.add_task(
                "Rendering", total=self.counts["due"], more=self._more()
            )
            try:
                yield
            finally:
                self._progress = None

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


def _about(run: Run) -> dict[str, Any]:
    return {"kommune": run.kommune, "year": run.year, "service": run.service}

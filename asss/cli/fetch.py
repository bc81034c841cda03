"""Fetch figures from Statistics Norway, and hold the catalogue against its tables."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from asss import statbank
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EVERY, LATEST
from asss.cli.terminal import (
    FAILURE,
    ParametersOption,
    ServicesOption,
    err,
    out,
    parameters_folder,
    plain_errors,
    safe,
    service_areas,
)
from asss.errors import SnapshotError
from asss.runs import verification
from asss.statbank import doctor, holdings, retrieval
from asss.statbank.client import Client
from asss.statbank.retrieval import Fetched

__all__ = ["BaseUrlOption", "connect", "examine", "fetch"]

BaseUrlOption = Annotated[
    str | None,
    typer.Option(
        envvar="ASSS_BASE_URL", help="Another service than that of statbank.yaml."
    ),
]
TimeoutOption = Annotated[
    float | None, typer.Option(min=0.01, help="Seconds to wait for an answer.")
]
ContactOption = Annotated[
    str | None,
    typer.Option(
        envvar="ASSS_CONTACT", help="Whom SSB may write to about these calls."
    ),
]


def fetch(
    service: ServicesOption = None,
    base_url: BaseUrlOption = None,
    contact: ContactOption = None,
    timeout: TimeoutOption = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also while SSB prepares its publishing.")
    ] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Also where many figures move far.")
    ] = False,
    parameters_: ParametersOption = None,
) -> None:
    """Fetch the figures that the reports need from Statistics Norway (StatBank)."""
    with plain_errors():
        folder = parameters_folder(parameters_)
        areas = service_areas(folder, service)
        now = datetime.now(UTC)
        if not anyway:
            retrieval.check_hour(now)
        store = holdings.snapshot_store(folder.parent)
        may_lack = _without_figures(areas, folder) if service in (None, EVERY) else ()
        with (
            connect(areas[0], base_url, contact, timeout) as client,
            _bar() as progress,
        ):
            fetched = retrieval.fetch(
                areas,
                client,
                store,
                now=now,
                accept=accept,
                progress=progress,
                may_lack=may_lack,
            )
        usable = {
            area.service.service: holdings.available_years(area, fetched.snapshot)
            for area in areas
        }
    _show(fetched)
    for name, years in usable.items():
        of = f" of {name}" if len(usable) > 1 else ""
        if years:
            out.print(f"Reports{of} can be made for {statbank.spans(years)}.")
        else:
            out.print(f"[yellow]No data year has all that reports{of} need.[/yellow]")
    if any(usable.values()):
        last = max(years[-1] for years in usable.values() if years)
        out.print(f"Next: asss render --all --year {last}")


def _without_figures(areas: Sequence[Catalogue], folder: Path) -> list[str]:
    """Those of all areas that no report can be made on yet: nothing is lost of them."""
    try:
        answers = holdings.open_snapshot(LATEST, root=folder.parent)
    except SnapshotError:
        # A damaged one does not tell.
        return []
    return [
        area.service.service
        for area in areas
        if not holdings.available_years(area, answers)
    ]


def examine(
    live: Annotated[
        bool, typer.Option("--live", help="Also ask Statistics Norway.")
    ] = False,
    service: ServicesOption = None,
    base_url: BaseUrlOption = None,
    contact: ContactOption = None,
    timeout: TimeoutOption = None,
    parameters_: ParametersOption = None,
) -> None:
    """Look for what is amiss: here, and with --live in the tables at SSB."""
    with plain_errors():
        folder = parameters_folder(parameters_)
        areas = service_areas(folder, service)
        out.print("[green]good[/green]    parameters/ is in order")
        is_well = True
        for check in verification.check_snapshots(folder.parent):
            is_ok = check.outcome == "ok"
            mark = "[green]good[/green]   " if is_ok else "[red]wrong[/red]  "
            out.print(f"{mark} {safe(check.about)}: {safe(check.message)}")
            is_well &= is_ok
        if live:
            with connect(areas[0], base_url, contact, timeout) as client:
                for known in areas:
                    if len(areas) > 1:
                        out.print(f"\n[bold]{known.service.service}[/bold]")
                    is_well &= _examine_tables(known, client)
        else:
            out.print("SSB was not asked; --live does that.")
    if not is_well:
        raise typer.Exit(FAILURE)


def connect(
    known: Catalogue,
    base_url: str | None = None,
    contact: str | None = None,
    timeout: float | None = None,
) -> Client:
    """A connection to StatBank with what the command line gives before the file."""
    given = {
        "base_url": base_url,
        "contact": contact,
        "connect_timeout": timeout,
        "read_timeout": timeout,
    }
    settings = known.statbank.model_copy(
        update={name: value for name, value in given.items() if value}
    )
    if not settings.contact:
        err.print(
            "[yellow]No contact given.[/yellow] SSB would like to know whom to write "
            "to: set contact in parameters/statbank.yaml, or use --contact."
        )
    return Client(settings, tell=lambda line: err.print(f"  {safe(line)}"))


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """How many of the calls are answered, where there is a terminal to show it."""
    with Progress(
        TextColumn("Asking"),
        BarColumn(),
        MofNCompleteColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as shown:
        task = shown.add_task("", total=None)
        yield lambda done, calls: shown.update(task, completed=done, total=calls)


def _show(fetched: Fetched) -> None:
    snapshot = fetched.snapshot
    shown = Table("table", "years", "cells", "updated", "since the last")
    for table, changes in fetched.changes.items():
        dataset = snapshot.dataset(table)
        counts = [f"{count} {word}" for word, count in (changes or {}).items() if count]
        since = "first" if changes is None else ", ".join(counts) or "unchanged"
        years, updated = statbank.spans(dataset.years), statbank.day_of(dataset.updated)
        shown.add_row(table, years, str(len(dataset.values)), updated, since)
    out.print(shown)
    for remark in fetched.remarks:
        out.print(f"[yellow]remark[/yellow]  {safe(remark)}")
    count = len(fetched.changes)
    out.print(f"Snapshot {snapshot.name}: {count} tables, in {snapshot.folder}")
    if not snapshot.is_from_ssb:
        out.print(f"[yellow]Not from SSB:[/yellow] {safe(snapshot.base_url)}")


def _examine_tables(known: Catalogue, client: Client) -> bool:
    colours = {doctor.GOOD: "green", doctor.REMARK: "yellow", doctor.WRONG: "red"}
    wrong = []
    for found in doctor.examine(known, client):
        out.print(f"\n[bold]{found.table}[/bold] {safe(found.title)}")
        if found.updated:
            out.print(f"  updated by SSB {found.updated}")
        for line in found.lines:
            colour = colours[line.state]
            out.print(f"  [{colour}]{line.state:<6}[/{colour}]  {safe(line.text)}")
            for remedy in (*line.remedy, *(f"  {written}" for written in line.write)):
                out.print(f"            {safe(remedy)}")
        wrong += [line for line in found.lines if line.state == doctor.WRONG]
    out.print()
    if wrong:
        out.print(f"[red]{len(wrong)} wrong.[/red] Mend them, and run this again.")
    else:
        out.print("[green]Every table, variable and code was found.[/green]")
    return not wrong

"""Look at snapshots and reports again, file by file."""

from collections import Counter
from typing import Annotated

import typer

from asss.catalogue import catalogue
from asss.cli.terminal import (
    FAILURE,
    OutputOption,
    ParametersOption,
    out,
    output_folder,
    parameters_folder,
    plain_errors,
    report_id,
    safe,
)
from asss.errors import UsageError
from asss.runs import verification

__all__ = ["verify"]

#: How an outcome looks, in one width.
MARKS = {
    "ok": "[green]ok[/green]     ",
    "note": "[yellow]note[/yellow]   ",
    "problem": "[red]problem[/red]",
}


def verify(
    snapshot: Annotated[
        list[str] | None,
        typer.Option(help="Only this snapshot, and reports made from it; repeatable."),
    ] = None,
    kommune: Annotated[
        str | None, typer.Option(help="Only reports on it: tromso, Tromsø, asss.")
    ] = None,
    year: Annotated[int | None, typer.Option(help="Only reports on it.")] = None,
    render: Annotated[
        bool, typer.Option("--render", help="Make them again and compare every byte.")
    ] = False,
    output: OutputOption = None,
    parameters_: ParametersOption = None,
) -> None:
    """Check every snapshot and every report against its manifest and the ledger."""
    outcomes: Counter[str] = Counter()
    with plain_errors():
        folder = parameters_folder(parameters_)
        if kommune is not None:
            known = catalogue.load_catalogue(folder)
            kommune = report_id(known, kommune, year)
        place = output_folder(output, folder)
        if output is not None and not place.is_dir():
            msg = f"There is no folder {place}."
            raise UsageError(msg)
        for check in verification.verify(
            root=folder.parent,
            output=place,
            snapshots=snapshot or (),
            kommune=kommune,
            year=year,
            render=render,
        ):
            outcomes[check.outcome] += 1
            out.print(
                f"{MARKS[check.outcome]} {safe(check.about)}: {safe(check.message)}"
            )
    if outcomes["problem"]:
        count = outcomes["problem"]
        out.print(f"{count} problem{'s' if count > 1 else ''}.")
        raise typer.Exit(FAILURE)
    out.print("No problems.")

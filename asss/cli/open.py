"""Show what has been made in the browser."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from asss.catalogue import catalogue
from asss.catalogue.filenames import HTML_NAME, INDEX_NAME
from asss.cli.terminal import (
    FAILURE,
    OutputOption,
    ParametersOption,
    err,
    out,
    output_folder,
    parameters_folder,
    plain_errors,
    report_id,
    safe,
)
from asss.errors import UsageError

__all__ = ["open_"]


def open_(
    year: Annotated[
        int | None, typer.Option(help="Data year. Default: the newest there is.")
    ] = None,
    kommune: Annotated[
        str | None,
        typer.Option(help="The report on it, or on the network: tromso, Tromsø, asss."),
    ] = None,
    output: OutputOption = None,
    parameters_: ParametersOption = None,
) -> None:
    """Open the index of a year, or one report, in the browser; prints where it is."""
    with plain_errors():
        folder = parameters_folder(parameters_)
        known = catalogue.load_catalogue(folder)
        wanted = None if kommune is None else report_id(known, kommune, year)
        page = _page(output_folder(output, folder), year, wanted)
    out.print(safe(page))
    if not webbrowser.open(page.as_uri()):
        err.print("[yellow]No browser could be started;[/yellow] open the file above.")
        raise typer.Exit(FAILURE)


def _page(place: Path, year: int | None, kommune: str | None) -> Path:
    """
    The newest page of the kind that is asked for.

    Raises
    ------
    UsageError
        If there is none; the message says how to make it.
    """
    name = INDEX_NAME if kommune is None else f"{kommune}/{HTML_NAME}"
    years = f"{year:04}" if year is not None else "[0-9][0-9][0-9][0-9]"
    pages = sorted(place.glob(f"{years}/{name}"))
    if pages:
        return pages[-1]
    what = "--all" if kommune is None else f"--kommune {kommune}"
    when = year if year is not None else "YEAR"
    msg = (
        f"There is no {years if year is not None else 'YEAR'}/{name} in {place}. "
        f"Make it: asss render {what} --year {when}."
    )
    raise UsageError(msg)

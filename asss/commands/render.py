"""Make reports, one or many."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.progress import TimeElapsedColumn as Elapsed

from asss import batch, catalogue, conversion, parameters, report, sources
from asss.catalogue import Catalogue
from asss.commands.terminal import (
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
from asss.parameters import EVERY, NETWORK, Run
from asss.statbank import Snapshot

#: Every form that a report can be had in.
EVERY_FORMAT = "all"


def render(
    kommune: Annotated[
        str | None, typer.Option(help="Id or name: tromso, Tromsø; or asss.")
    ] = None,
    year: Annotated[int | None, typer.Option(help="Data year.")] = None,
    all_: Annotated[
        bool,
        typer.Option("--all", help="Every member of the network that year, and asss."),
    ] = False,
    network: Annotated[
        bool, typer.Option("--network", help="The network as a whole: ASSS samlet.")
    ] = False,
    file: Annotated[
        Path | None, typer.Option(help="A file of parameters/rapporter/.")
    ] = None,
    snapshot: Annotated[
        str | None,
        typer.Option(help="latest, embedded or a name. Default: as the run file says."),
    ] = None,
    date_: Annotated[
        str | None,
        typer.Option("--date", help="Endret of reports that change. Default: today."),
    ] = None,
    output: OutputOption = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format", help=f"Of {','.join(report.FORMATS)}, or {EVERY_FORMAT}."
        ),
    ] = ",".join(report.USUAL_FORMATS),
    edition: Annotated[
        str,
        typer.Option(
            help="public, or review: gjennomgang.html with kildespor as well."
        ),
    ] = report.PUBLIC,
    jobs: Annotated[int | None, typer.Option(min=1, help="Default: all cores.")] = None,
    parameters_: ParametersOption = None,
) -> None:
    """Make reports: HTML, PDF, executed notebook, facts.json and manifest.json."""
    with plain_errors():
        folder = parameters_folder(parameters_)
        known = catalogue.load_catalogue(folder)
        today = _day(date_)
        runs = _runs(
            known, kommune=kommune, year=year, network=network, every=all_, file=file
        )
        runs = _with_snapshot(runs, snapshot, folder.parent)
        for chosen, years in _asked(runs).items():
            answers = sources.open_snapshot(chosen, root=folder.parent)
            for asked in years:
                sources.check_year(known, answers, asked)
            out.print(safe(_origin(answers)))
        formats, no_pdf = _formats(format_)
        editions = _editions(edition)
        place = output_folder(output, folder)
        results = _render(
            runs, known, folder.parent, place, formats, editions, jobs, today
        )
    failed = [result for result in results if result.error]
    made = len(results) - len(failed)
    if failed:
        names = ", ".join(result.kommune for result in failed)
        err.print(f"[red]{len(failed)} of {len(results)} reports failed:[/red] {names}")
    if made:
        pages = ", ".join(str(place / str(y) / batch.INDEX_NAME) for y in _years(runs))
        out.print(f"{made} reports in {pages}" if made > 1 else f"1 report in {pages}")
    if no_pdf:
        err.print(f"[yellow]HTML only, no PDF:[/yellow] {safe(no_pdf)}")
    if failed:
        raise typer.Exit(FAILURE)


def _runs(
    known: Catalogue,
    *,
    kommune: str | None,
    year: int | None,
    network: bool,
    every: bool,
    file: Path | None,
) -> list[Run]:
    """What to render, from the options; refuse a question that is not clear."""
    if sum((kommune is not None, network, every, file is not None)) != 1:
        msg = "Say what to render: one of --kommune, --network, --all or --file."
        raise UsageError(msg)
    if file is not None:
        given = parameters.read_run(file)
        year = given.year if year is None else year
        if given.kommune != EVERY:
            name = report_id(known, given.kommune)
            return [given.model_copy(update={"kommune": name, "year": year})]
    elif year is None:
        msg = "Say which data year: --year 2020."
        raise UsageError(msg)
    members = known.network.in_year(year)
    names = [*(member.id for member in members), NETWORK]
    if kommune is not None or network:
        name = NETWORK if kommune is None else report_id(known, kommune)
        if name not in names:
            member = known.network.member(name)
            msg = f"{member.name} is a member from data year {member.member_from}."
            raise UsageError(msg)
        names = [name]
    return [
        parameters.choose_run(known.folder, kommune=name, year=year) for name in names
    ]


def _with_snapshot(runs: Sequence[Run], wanted: str | None, root: Path) -> list[Run]:
    """
    Say once, for the whole command, which snapshot each report stands on.

    A fetch that ends while a batch is under way must not split it in two.
    """
    names = {wanted or run.snapshot for run in runs}
    chosen = {name: sources.choose_snapshot(name, root=root) for name in names}
    return [
        run.model_copy(update={"snapshot": chosen[wanted or run.snapshot]})
        for run in runs
    ]


def _origin(answers: Snapshot) -> str:
    """Where the figures come from, in a line."""
    if answers.is_fetched:
        origin = f"fetched {answers.fetched} from {answers.base_url}"
    else:
        origin = "not fetched from SSB; `asss fetch` does that."
    return f"Snapshot {answers.name}: {origin}"


def _day(written: str | None) -> str:
    """The day that reports change on; the only place where a clock is read for it."""
    if written is None:
        return date.today().isoformat()
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        msg = f"--date {written!r} is not a date; write it as 2026-06-15."
        raise UsageError(msg) from None


def _asked(runs: Sequence[Run]) -> dict[str, set[int]]:
    asked: dict[str, set[int]] = {}
    for run in runs:
        asked.setdefault(run.snapshot, set()).add(run.year)
    return asked


def _years(runs: Sequence[Run]) -> list[int]:
    return sorted({run.year for run in runs})


def _formats(written: str) -> tuple[tuple[str, ...], str | None]:
    """The formats asked for, less PDF where it cannot be made; then the reason."""
    asked = tuple(part.strip() for part in written.split(","))
    if asked == (EVERY_FORMAT,):
        asked = report.FORMATS
    unknown = [part for part in asked if part not in report.FORMATS]
    if unknown:
        hint = parameters.suggestion(unknown[0], report.FORMATS)
        msg = f"Unknown format {unknown[0]!r}.{hint}"
        raise UsageError(msg)
    problem = conversion.pdf_problem() if "pdf" in asked else None
    if problem is None:
        return asked, None
    advice = (
        f"WeasyPrint needs Pango ({problem}). Install it with `.ci/system-libraries` "
        "or as the README says, and run again."
    )
    return tuple(name for name in asked if name != "pdf"), advice


def _editions(written: str) -> tuple[str, ...]:
    """The editions asked for; the public one is what the reviewer reviews."""
    asked = {part.strip() for part in written.split(",")}
    unknown = sorted(asked - set(report.EDITIONS))
    if unknown:
        hint = parameters.suggestion(unknown[0], report.EDITIONS)
        msg = f"Unknown edition {unknown[0]!r}.{hint}"
        raise UsageError(msg)
    return report.EDITIONS if report.REVIEW in asked else (report.PUBLIC,)


def _render(
    runs: Sequence[Run],
    known: Catalogue,
    root: Path,
    place: Path,
    formats: Sequence[str],
    editions: Sequence[str],
    jobs: int | None,
    today: str,
) -> list[batch.Result]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Elapsed(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("Rendering", total=len(runs))

        def tell(result: batch.Result) -> None:
            name = f"{result.kommune} {result.year}"
            if result.error:
                progress.console.print(f"[red]failed[/red] {safe(result.error)}")
            else:
                progress.console.print(f"[green]done[/green]   {name}")
            progress.advance(task)

        results = batch.render_all(
            runs,
            root=root,
            output=place,
            formats=formats,
            editions=editions,
            jobs=jobs,
            today=today,
            on_result=tell,
        )
    for year in _years(runs):
        made = [result for result in results if result.year == year]
        failed = {result.kommune for result in made if result.error}
        if len(failed) < len(made) or (place / str(year) / batch.INDEX_NAME).is_file():
            batch.write_index(known, year=year, output=place, failed=failed)
    return results

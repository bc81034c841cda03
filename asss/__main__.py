"""
The command line: render, check, list. A few lines over :mod:`asss.report`.

English for the operator. Exit code 0: done; 1: something failed; 2: asked for
something that does not exist. What goes wrong is said in one clear message.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.progress import TimeElapsedColumn as Elapsed
from rich.table import Column, Table

from asss import catalogue, parameters, report, sources
from asss.catalogue import Catalogue
from asss.errors import AsssError, UsageError
from asss.parameters import EVERY, Run

FAILURE = 1
USAGE = 2

app = typer.Typer(
    help="Reports from the ASSS network, from figures to HTML and PDF.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ParametersOption = Annotated[
    Path | None,
    typer.Option(
        "--parameters", help="The folder parameters/; found from here upwards."
    ),
]


@contextmanager
def _plain_errors() -> Iterator[None]:
    """One message and an exit code, whatever of ours goes wrong inside."""
    try:
        yield
    except UsageError as error:
        err.print(f"[red]Error:[/red] {_safe(error)}")
        raise typer.Exit(USAGE) from None
    except AsssError as error:
        err.print(f"[red]Error:[/red] {_safe(error)}")
        raise typer.Exit(FAILURE) from None


def _safe(error: object) -> str:
    """Square brackets in a message are not rich's markup."""
    return str(error).replace("[", r"\[")


def _folder(given: Path | None) -> Path:
    if given is None:
        return parameters.find_folder()
    if not (given / parameters.NETWORK_FILE).is_file():
        msg = f"{given} holds no {parameters.NETWORK_FILE}; it is not a parameters/."
        raise UsageError(msg)
    if given.name != parameters.FOLDER:
        msg = f"The folder must be called {parameters.FOLDER}, not {given.name}."
        raise UsageError(msg)
    return given.resolve()


@app.command()
def render(
    kommune: Annotated[
        str | None, typer.Option(help="Id or name: tromso, Tromsø.")
    ] = None,
    year: Annotated[int | None, typer.Option(help="Data year.")] = None,
    all_: Annotated[
        bool, typer.Option("--all", help="Every member of the network that year.")
    ] = False,
    file: Annotated[
        Path | None, typer.Option(help="A file of parameters/rapporter/.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Default: outputs/.")] = None,
    format_: Annotated[
        str, typer.Option("--format", help="html, pdf or both: html,pdf.")
    ] = "html,pdf",
    jobs: Annotated[int | None, typer.Option(min=1, help="Default: all cores.")] = None,
    parameters_: ParametersOption = None,
) -> None:
    """Make reports: rapport.html, rapport.pdf, rapport.ipynb and facts.json of each."""
    with _plain_errors():
        folder = _folder(parameters_)
        known = catalogue.load_catalogue(folder)
        runs = _runs(known, kommune=kommune, year=year, every=all_, file=file)
        for snapshot, years in _asked(runs).items():
            answers = sources.open_snapshot(snapshot, root=folder.parent)
            for asked in years:
                sources.check_year(known, answers, asked)
        formats, no_pdf = _formats(format_)
        place = (output or folder.parent / "outputs").resolve()
        results = _render(runs, known, folder.parent, place, formats, jobs)
    failed = [result for result in results if result.error]
    made = len(results) - len(failed)
    if failed:
        names = ", ".join(result.kommune for result in failed)
        err.print(f"[red]{len(failed)} of {len(results)} reports failed:[/red] {names}")
    if made:
        pages = ", ".join(str(place / str(y) / report.INDEX_NAME) for y in _years(runs))
        out.print(f"{made} reports in {pages}" if made > 1 else f"1 report in {pages}")
    if no_pdf:
        err.print(f"[yellow]HTML only, no PDF:[/yellow] {_safe(no_pdf)}")
    if failed:
        raise typer.Exit(FAILURE)


@app.command()
def check(parameters_: ParametersOption = None) -> None:
    """Read and cross-check everything under parameters/, and the embedded snapshot."""
    with _plain_errors():
        known = catalogue.load_catalogue(_folder(parameters_))
        answers = sources.open_snapshot(sources.EMBEDDED)
        years = sources.available_years(known, answers)
        sources.load_observations(known, answers, until=years[-1])
    service = known.service
    out.print(
        f"parameters/ is in order: {len(known.network.members)} kommuner, "
        f"{len(service.indicators)} indicators, {len(service.measures)} measures, "
        f"{len(known.forbehold)} forbehold, {len(known.phrases.phrases)} phrases, "
        f"{len(known.manual)} manual figures, {len(known.comments)} comments."
    )
    out.print(f"Snapshot {answers.name}: {len(answers.tables)} tables, {_span(years)}.")
    unverified = service.unverified
    if unverified:
        out.print(
            f"\n{len(unverified)} tables and codes have not been verified against SSB:"
        )
        for line in unverified:
            out.print(f"  - {_safe(line)}")


@app.command("list")
def list_(parameters_: ParametersOption = None) -> None:
    """Show kommuner, years and indicators."""
    with _plain_errors():
        known = catalogue.load_catalogue(_folder(parameters_))
        answers = sources.open_snapshot(sources.EMBEDDED)
        years = sources.available_years(known, answers)
        kommuner = Table(_id(), "name", "kommunenummer by data year", "member from")
        for member in known.network.members:
            numbers = ", ".join(
                f"{p.number} ({p.from_year or ''}-{p.to_year or ''})"
                for p in member.kommunenummer
            )
            since = str(member.member_from or "")
            kommuner.add_row(member.id, member.name, numbers, since)
    out.print(kommuner)
    out.print(f"Data years with figures: {_span(years)}\n")
    indicators = Table(_id(), "section", "unit", "mean", "name")
    for indicator in known.service.indicators:
        rule = known.service.mean_rule(indicator, years[-1])
        indicators.add_row(
            indicator.id, indicator.section, indicator.unit, rule, indicator.name
        )
    out.print(indicators)


def _id() -> Column:
    """Ids are for typing again, so they are never cut or broken."""
    return Column("id", no_wrap=True)


def _runs(
    known: Catalogue,
    *,
    kommune: str | None,
    year: int | None,
    every: bool,
    file: Path | None,
) -> list[Run]:
    """What to render, from the options; refuse a question that is not clear."""
    if sum((kommune is not None, every, file is not None)) != 1:
        msg = "Say what to render: one of --kommune, --all or --file."
        raise UsageError(msg)
    if file is not None:
        batch = parameters.read_run(file)
        year = batch.year if year is None else year
        if batch.kommune != EVERY:
            member = known.network.member(batch.kommune)
            return [batch.model_copy(update={"kommune": member.id, "year": year})]
    elif year is None:
        msg = "Say which data year: --year 2020."
        raise UsageError(msg)
    members = known.network.in_year(year)
    if kommune is not None:
        member = known.network.member(kommune)
        if member not in members:
            msg = f"{member.name} is a member from data year {member.member_from}."
            raise UsageError(msg)
        members = (member,)
    return [
        parameters.choose_run(known.folder, kommune=member.id, year=year)
        for member in members
    ]


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
    unknown = [part for part in asked if part not in report.FORMATS]
    if unknown:
        hint = parameters.suggestion(unknown[0], report.FORMATS)
        msg = f"Unknown format {unknown[0]!r}.{hint}"
        raise UsageError(msg)
    problem = report.pdf_problem() if "pdf" in asked else None
    if problem is None:
        return asked, None
    advice = (
        f"WeasyPrint needs Pango ({problem}). Install it with `.ci/system-libraries` "
        "or as the README says, and run again."
    )
    return ("html",), advice


def _render(
    runs: Sequence[Run],
    known: Catalogue,
    root: Path,
    place: Path,
    formats: Sequence[str],
    jobs: int | None,
) -> list[report.Result]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Elapsed(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("Rendering", total=len(runs))

        def tell(result: report.Result) -> None:
            name = f"{result.kommune} {result.year}"
            if result.error:
                progress.console.print(f"[red]failed[/red] {_safe(result.error)}")
            else:
                progress.console.print(f"[green]done[/green]   {name}")
            progress.advance(task)

        results = report.render_all(
            runs, root=root, output=place, formats=formats, jobs=jobs, on_result=tell
        )
    if any(result.folder for result in results):
        for year in _years(runs):
            report.write_index(known, year=year, output=place)
    return results


def _span(years: Sequence[int]) -> str:
    return f"{years[0]}-{years[-1]}" if years else "no years"


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()

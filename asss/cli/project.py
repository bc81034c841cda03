"""
The project in front of somebody: laid out, read, shown, opened and looked at again.

What takes long to load is loaded by the command that needs it.
"""

import shutil
import webbrowser
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Column, Table

from asss import outputs
from asss.catalogue import catalogue, language, parameters, translation
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import SERVICE, Member
from asss.cli.terminal import (
    FAILURE,
    OutputOption,
    ParametersOption,
    ServiceOption,
    ServicesOption,
    err,
    out,
    output_folder,
    parameters_folder,
    plain_errors,
    report_id,
    safe,
    service_areas,
    service_names,
)
from asss.errors import ParameterError, UsageError, counted
from asss.outputs import HTML_NAME, INDEX_NAME

__all__ = ["check", "init", "list_", "new", "open_", "verify"]

#: How an outcome looks, in one width.
MARKS = {
    "ok": "[green]ok[/green]     ",
    "note": "[yellow]note[/yellow]   ",
    "unread": "[yellow]unread[/yellow] ",
    "problem": "[red]problem[/red]",
}


def init(
    folder: Annotated[
        Path, typer.Argument(help="A folder that is empty or does not exist yet.")
    ],
) -> None:
    """Lay out notebooks/ and parameters/ in an empty folder, to work with there."""
    with plain_errors():
        target = folder.resolve()
        if target.exists() and not (target.is_dir() and not any(target.iterdir())):
            msg = f"{folder} is not an empty folder; name one that is, or a new one."
            raise UsageError(msg)
        with outputs.workplace(target) as work:
            for part in parameters.PROJECT:
                shutil.copytree(
                    parameters.packaged_project() / part,
                    work / part,
                    ignore=lambda _, names: filter(parameters.is_left_over, names),
                )
            outputs.put(work, target)
    out.print(f"{safe(folder)} holds notebooks/ and parameters/. Go there, and run:")
    out.print("  asss render --all --year 2020")


def check(service: ServicesOption = None, parameters_: ParametersOption = None) -> None:
    """Read and cross-check everything under parameters/, and the embedded snapshot."""
    from asss import statbank
    from asss.analysis import sources
    from asss.figures.profile import cramped
    from asss.statbank import holdings

    years = {}
    with plain_errors():
        folder = parameters_folder(parameters_)
        areas = {
            known.service.service: known for known in service_areas(folder, service)
        }
        answers = holdings.open_snapshot(parameters.EMBEDDED)
        for name, known in areas.items():
            known.check_comments()
            years[name] = holdings.available_years(known, answers)
            if years[name]:
                sources.load_observations(known, answers, until=years[name][-1])
        _, *others = translation.languages(folder)
        said = list(areas.values())
        said += [
            catalogue.load_catalogue(folder, service=name, language=one)
            for name in areas
            for one in others
        ]
        # One that is not finished says so elsewhere, and makes no report.
        whole = [known for known in said if not known.untranslated]
        if wide := [line for known in whole for line in cramped(known)]:
            raise ParameterError(wide)
    in_order = "parameters/ is in order: "
    if len(areas) > 1:
        out.print(f"{in_order}{len(areas)} service areas.")
    for name, known in areas.items():
        held = statbank.spans(years[name])
        out.print(f"{f'{name}: ' if len(areas) > 1 else in_order}{_counted(known)}")
        out.print(
            f"Snapshot {safe(answers.name)}: "
            f"{counted(len(answers.tables), 'table')}, {held}."
        )
    for file in catalogue.unread(folder):
        out.print(
            f"[yellow]Not read:[/yellow] {safe(file)} is not where, or not called "
            "what, a file of parameters/ is: a service area has a folder with "
            "indikatorer.yaml, figures end in .csv, the rest in .yaml, and a comment "
            "is <service>/kommentarer/<kommune>-<year>/<any name>.md."
        )
    unverified = list(
        dict.fromkeys(line for one in areas.values() for line in one.service.unverified)
    )
    if unverified:
        out.print(f"\nNot verified against SSB ({len(unverified)}):")
        for line in unverified:
            out.print(f"  - {safe(line)}")


def _counted(known: Catalogue) -> str:
    """How much is known of a service area."""
    service = known.service
    return (
        f"{counted(len(known.network.members), 'kommune', 'kommuner')}, "
        f"{counted(len(service.indicators), 'indicator')}, "
        f"{counted(len(service.measures), 'measure')}, "
        f"{len(known.forbehold)} forbehold, "
        f"{counted(len(known.phrases.phrases), 'phrase')}, "
        f"{counted(len(known.manual), 'manual figure')}, "
        f"{counted(len(known.comments), 'comment')}."
    )


def list_(service: ServicesOption = None, parameters_: ParametersOption = None) -> None:
    """Show kommuner, service areas, years and indicators."""
    from asss.statbank import holdings

    with plain_errors():
        folder = parameters_folder(parameters_)
        areas = service_areas(folder, service)
        answers = holdings.open_snapshot(parameters.LATEST, root=folder.parent)
        years = [holdings.available_years(known, answers) for known in areas]
    _list_members(areas[0])
    for known, held in zip(areas, years, strict=True):
        if len(areas) > 1:
            out.print(f"\n[bold]{known.service.service}[/bold] {known.service.name}")
        _list_indicators(known, held, answers.name)


def _list_members(known: Catalogue) -> None:
    names = ("name", "from", "kommunenummer by data year")
    kommuner = Table(_id(), *names, box=None, pad_edge=False)
    for member in known.network.members:
        numbers = ", ".join(str(period) for period in member.kommunenummer)
        since = str(member.member_from or "")
        kommuner.add_row(member.id, member.name, since, numbers)
    out.print(kommuner)


def _list_indicators(known: Catalogue, years: Sequence[int], snapshot: str) -> None:
    from asss import statbank

    held = statbank.spans(years)
    out.print(f"\nData years with figures: {held} (snapshot {safe(snapshot)})\n")
    whole = Column("name", overflow="fold")
    indicators = Table(_id(), "mean", whole, box=None, pad_edge=False)
    for indicator in known.service.indicators:
        rule = known.service.mean_rule(indicator, years[-1]) if years else ""
        indicators.add_row(indicator.id, rule, indicator.short_name)
    out.print(indicators)


def _id() -> Column:
    """Ids are for typing again, so they are never cut or broken."""
    return Column("id", no_wrap=True)


#: The head of a comment, to be filled in.
COMMENT = """---
gjelder: [{indicator}]
says: kommunen
author: ""
source: ""
date: ""
read: ""
---
"""

#: A run file, to be filled in when the report is published.
RUN_FILE = """# One report: {name}, data year {year} (edition {edition}).
kommune: {kommune}
year: {year}
service: {service}
published: ""
changed: ""
edition_status: ""
snapshot: latest
"""


def new(
    what: Annotated[
        Literal["comment", "report"], typer.Argument(help="What is to be written.")
    ],
    kommune: Annotated[str, typer.Argument(help="On whom: tromso, Tromsø.")],
    year: Annotated[int, typer.Argument(help="Data year.")],
    about: Annotated[
        str,
        typer.Argument(
            help="Of a comment: the chapter or indicator that it is on. Without it, "
            "what was said last is shown, and nothing is written."
        ),
    ] = "",
    service: ServiceOption = None,
    parameters_: ParametersOption = None,
) -> None:
    """Begin a comment or a run file; or show what was said last, to ask it again."""
    with plain_errors():
        folder = parameters_folder(parameters_)
        area = catalogue.service_named(folder, service)
        known = catalogue.load_catalogue(folder, service=area)
        member = known.network.member(report_id(known, kommune, year))
        if what == "report":
            if about:
                msg = f"A run file is of a kommune and a year; leave out {about!r}."
                raise UsageError(msg)
            head = RUN_FILE.format(
                name=member.name,
                kommune=member.id,
                year=year,
                edition=year + 1,
                service=area,
            )
            name = parameters.run_file(area, member.id, year)
            _begin(known, name, head, "asss render --file")
            return
        if about:
            chapters = [chapter.id for chapter in known.service.chapters]
            indicators = [one.id for one in known.service.figures]
            wrong = parameters.unknown(
                "asss new comment", [about], [*chapters, *indicators]
            )
            if wrong:
                raise UsageError(wrong[0])
            indicator = "" if about in chapters else about
            place = f"{known.service.service}/{catalogue.COMMENT_FOLDER}"
            name = f"{place}/{member.id}-{year}/{about}.md"
            head = COMMENT.format(indicator=indicator)
            _begin(known, name, head, "asss check")
            return
        _show_comments(known, member, year)


def _begin(known: Catalogue, name: str, content: str, then: str) -> None:
    """
    Write a file that is not there yet, and say what to do with it.

    Raises
    ------
    UsageError
        If it is; the message names all that there is beside it.
    """
    path, shown = known.folder / name, f"{parameters.FOLDER}/{name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError:
        beside = ", ".join(sorted(one.name for one in path.parent.iterdir()))
        msg = f"{shown} is there already, and is left as it is. There are: {beside}."
        raise UsageError(msg) from None
    out.print(safe(shown))
    told = f"{then} {shown}" if then.endswith("--file") else then
    out.print(f"Fill it in, and run: {safe(told)}")


def _show_comments(known: Catalogue, member: Member, year: int) -> None:
    """What was said of a kommune last, and the form of a comment."""
    years = sorted({o.year for o in known.comments if o.kommune == member.id})
    last = max((one for one in years if one < year), default=None)
    earlier = known.comments_on(member.id, last) if last else ()
    if last is None:
        out.print(f"Nobody has commented {safe(member.name)} before {year}.")
    else:
        out.print(f"Said of {safe(member.name)} {last}; ask whether it still holds:\n")
    for one in earlier:
        said = language.unascribed(one.text) if one.gjelder else one.text
        out.print(f"  {safe(one.id)}: {safe(', '.join(one.gjelder) or one.chapter)}")
        out.print(f"    {safe(said)} ({one.says or safe(one.author)}, {one.date})")
    place = f"{known.service.service}/{catalogue.COMMENT_FOLDER}"
    folder = f"{parameters.FOLDER}/{place}/{member.id}-{year}"
    also = " (there are some already)" if year in years else ""
    out.print(
        "\nNo comment is carried over by itself. What is answered goes to\n"
        f"{folder}/<any name>.md{also}, a cause to each file, with bars around its\n"
        "verb, «Leiene |har| økt», so that the page can say by whom it is:\n"
    )
    causes = (name for one in earlier for name in one.gjelder)
    indicator = next(causes, known.service.indicators[0].id)
    out.print(safe(COMMENT.format(indicator=indicator)), end="")


def open_(
    year: Annotated[
        int | None, typer.Option(help="Data year. Default: the newest there is.")
    ] = None,
    kommune: Annotated[
        str | None,
        typer.Option(help="The report on it, or on the network: tromso, Tromsø, asss."),
    ] = None,
    service: ServiceOption = None,
    output: OutputOption = None,
    parameters_: ParametersOption = None,
) -> None:
    """Open the index of a year, or one report, in the browser; prints where it is."""
    with plain_errors():
        folder = parameters_folder(parameters_)
        area = catalogue.service_named(folder, service)
        known = catalogue.load_catalogue(folder, service=area)
        wanted = None if kommune is None else report_id(known, kommune, year)
        page = _page(output_folder(output, folder), year, area, wanted)
    out.print(safe(page))
    if not webbrowser.open(page.as_uri()):
        err.print("[yellow]No browser could be started;[/yellow] open the file above.")
        raise typer.Exit(FAILURE)


def _page(place: Path, year: int | None, service: str, kommune: str | None) -> Path:
    """
    The newest page of the kind that is asked for.

    Raises
    ------
    UsageError
        If there is none; the message says how to make it.
    """
    name = INDEX_NAME if kommune is None else f"{service}/{kommune}/{HTML_NAME}"
    years = f"{year:04}" if year is not None else "[0-9][0-9][0-9][0-9]"
    pages = sorted(place.glob(f"{years}/{name}"))
    if pages:
        return pages[-1]
    what = "--all" if kommune is None else f"--kommune {kommune}"
    if kommune is not None and service != SERVICE:
        what += f" --service {service}"
    when = year if year is not None else "YEAR"
    msg = (
        f"There is no {years if year is not None else 'YEAR'}/{name} in {place}. "
        f"Make it: asss render {what} --year {when}."
    )
    raise UsageError(msg)


def verify(
    snapshot: Annotated[
        list[str] | None,
        typer.Option(help="Only this snapshot, and reports made from it; repeatable."),
    ] = None,
    kommune: Annotated[
        str | None, typer.Option(help="Only reports on it: tromso, Tromsø, asss.")
    ] = None,
    year: Annotated[int | None, typer.Option(help="Only reports on it.")] = None,
    service: ServicesOption = None,
    render: Annotated[
        bool, typer.Option("--render", help="Make them again and compare every byte.")
    ] = False,
    output: OutputOption = None,
    parameters_: ParametersOption = None,
) -> None:
    """Check every snapshot and every report against its manifest and the ledger."""
    from asss.runs import verification

    outcomes: Counter[str] = Counter()
    with plain_errors():
        folder = parameters_folder(parameters_)
        if kommune is not None:
            known = catalogue.load_catalogue(folder)
            kommune = report_id(known, kommune, year)
        # Of all, also those of areas that are no more in parameters/.
        areas = () if service is None else service_names(folder, service)
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
            services=areas,
            render=render,
        ):
            outcomes[check.outcome] += 1
            out.print(
                f"{MARKS[check.outcome]} {safe(check.about)}: {safe(check.message)}"
            )
    if outcomes["problem"]:
        out.print(f"{counted(outcomes['problem'], 'problem')}.")
        raise typer.Exit(FAILURE)
    if unread := outcomes["unread"]:
        of = counted(unread, "page")
        out.print(f"No problems in what was read; {of} could not be read (above).")
    else:
        out.print("No problems.")

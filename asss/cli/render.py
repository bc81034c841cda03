"""
Make reports, one or many: those that would come out another than they lie there.

What is to be made is decided before anything is loaded that only making needs, so that
a command with nothing to do is done at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asss import outputs
from asss.catalogue import catalogue, parameters
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EVERY, NETWORK, SHARED, Run
from asss.cli.terminal import (
    FAILURE,
    Account,
    Ended,
    Log,
    OutputOption,
    ParametersOption,
    output_folder,
    parameters_folder,
    plain_errors,
    report_id,
    report_ids,
    safe,
    service_names,
    today,
    years_of,
)
from asss.errors import ManifestError, UsageError, counted
from asss.outputs import (
    EDITIONS,
    FACTS_NAME,
    FORMATS,
    HTML_NAME,
    INDEX_NAME,
    PUBLIC,
    REVIEW,
    USUAL_FORMATS,
)
from asss.runs import manifest
from asss.runs.kernels.forks import LIMITS, Limits
from asss.runs.ledger import Ledger
from asss.runs.manifest import Verdict
from asss.statbank import Snapshot, holdings

if TYPE_CHECKING:
    from asss.runs.batch import Crew, Result

__all__ = ["Formats", "Kommune", "Year", "once", "render", "reports_of"]

#: What writes the index. To load it takes as long as to write it, and is done before.
CONTENTS = "asss.runs.contents"

#: Every form that a report can be had in.
EVERY_FORMAT = "all"

#: Bytes.
MEGABYTE = 2**20

#: The reason for a report that is as it would be, and is to be made all the same.
FORCED = "--force"


def _option(text: str, *names: str, **more: Any) -> Any:
    return typer.Option(*names, help=text, **more)


# What can be asked for, option by option.
Kommune = Annotated[
    list[str] | None,
    _option("Id, name or kommunenummer, asss, om-datagrunnlaget: oslo,Tromsø,4601."),
]
Year = Annotated[str | None, _option("Data year, or years: 2018-2020.")]
All = Annotated[
    bool, _option("All of a year: every member, asss and om-datagrunnlaget.", "--all")
]
Network = Annotated[bool, _option("The network as a whole: ASSS samlet.", "--network")]
RunFile = Annotated[Path | None, _option("A file of parameters/rapporter/.")]
SnapshotName = Annotated[
    str | None, _option("latest, embedded or a name. Default: as the run file says.")
]
Day = Annotated[
    str | None, _option("Endret of reports that change. Default: today.", "--date")
]
Formats = Annotated[
    list[str] | None,
    _option(
        f"Of {','.join(FORMATS)}, or {EVERY_FORMAT}. "
        f"Default: {','.join(USUAL_FORMATS)}.",
        "--format",
    ),
]
Editions = Annotated[
    list[str] | None,
    _option(
        f"{PUBLIC}, or {REVIEW}: gjennomgang.html with kildespor as well.", "--edition"
    ),
]
WhatIf = Annotated[
    list[str] | None,
    _option(
        "Instead, what it would say: without=oslo,baerum, members=bergen,tromso, "
        "mean=plain|weighted|others, near_mean=10. Put in hva-om/, apart from reports.",
        "--what-if",
    ),
]
Services = Annotated[
    str | None,
    _option(
        "Service areas: barnevern, or alle. Default: all that have figures with --all, "
        "else sosiale_tjenester, or the only one there is.",
        "--service",
    ),
]
Jobs = Annotated[int | None, _option("Default: all cores.", min=1)]
Scheduler = Annotated[
    str | None, _option("A Dask cluster: tls://host:8786, tcp://…; local: one here.")
]
Seconds = Annotated[int, _option("Seconds that one report may take.", min=1)]
Megabytes = Annotated[
    int, _option("MB that one report may take; 0 for no limit.", min=0)
]
Force = Annotated[bool, _option("Also what has not changed.", "--force")]
Explain = Annotated[
    bool, _option("Say of each report why it is made, or not.", "--explain")
]
DryRun = Annotated[bool, _option("Explain only; make nothing.", "--dry-run")]
Quiet = Annotated[bool, _option("Only what fails.", "--quiet")]
LogForm = Annotated[Log, _option("json: an object a line, for a log.")]


@dataclass(frozen=True)
class _Task:
    """What one command was asked for."""

    folder: Path
    output: Path
    runs: Sequence[Run]
    snapshots: dict[str, Snapshot]
    formats: tuple[str, ...]
    editions: tuple[str, ...]
    today: str
    limits: Limits
    jobs: int | None = None
    scheduler: str | None = None
    workers: "Crew | None" = None

    @property
    def root(self) -> Path:
        return self.folder.parent

    @property
    def indexes(self) -> dict[int, Path]:
        """The page that links the reports, of each year that is asked for."""
        years = sorted({run.year for run in self.runs})
        return {year: self.output / str(year) / INDEX_NAME for year in years}


def render(
    kommune: Kommune = None,
    year: Year = None,
    every: All = False,
    network: Network = False,
    service: Services = None,
    file: RunFile = None,
    snapshot: SnapshotName = None,
    day: Day = None,
    output: OutputOption = None,
    formats: Formats = None,
    editions: Editions = None,
    what_if: WhatIf = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    time_limit: Seconds = int(LIMITS.seconds),
    memory_limit: Megabytes = LIMITS.memory // MEGABYTE,
    force: Force = False,
    explain: Explain = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    log: LogForm = Log.TEXT,
    parameters_: ParametersOption = None,
) -> None:
    """Make reports that have changed: page, PDF, notebook, facts.json and exports."""
    account = Account(log=log, quiet=quiet, explain=explain or dry_run)
    with plain_errors():
        if quiet and (explain or dry_run or log is Log.JSON):
            msg = "--quiet goes with none of --explain, --dry-run and --log json."
            raise UsageError(msg)
        folder = parameters_folder(parameters_)
        place = output_folder(output, folder)
        asked = {"--kommune": kommune, "--network": network, "--all": every}
        _one_of({**asked, "--file": file})
        years = years_of(year) if year is not None else []
        if file is not None:
            runs = _runs_of(folder, file, years, service)
        else:
            names = service_names(folder, service, is_all=every)
            whose = [NETWORK] if network else kommune or ()
            runs = reports_of(folder, names, whose, years)
        runs, snapshots = _on_snapshots(runs, snapshot, folder.parent)
        # Whoever names an area wants it; of all, those that there are figures on.
        is_open = service == EVERY or (every and service is None)
        runs = _with_figures(runs, folder, snapshots, account, is_open=is_open)
        if what_if:
            _suppose(runs, what_if, folder, place)
            return
        task = _Task(
            folder=folder,
            output=place,
            runs=runs,
            snapshots=snapshots,
            formats=_formats(formats),
            editions=_editions(editions),
            today=today(day),
            limits=Limits(seconds=time_limit, memory=memory_limit * MEGABYTE),
            jobs=jobs,
            scheduler=scheduler,
        )
        _carry_out(task, account, force=force, dry_run=dry_run)
    _conclude(task, account, dry_run=dry_run)


def once(
    folder: Path,
    *,
    service: str,
    kommune: Sequence[str],
    years: Sequence[int],
    output: Path,
    formats: Sequence[str],
    account: Account,
    workers: "Crew",
) -> None:
    """
    Make what is due of some reports, by workers that are there already.

    Raises
    ------
    AsssError
        If parameters/ is wrong; a report that fails is told to the account.
    """
    wanted = reports_of(folder, [service], kommune, years)
    runs, snapshots = _on_snapshots(wanted, None, folder.parent)
    task = _Task(
        folder=folder,
        output=output,
        runs=_with_figures(runs, folder, snapshots, account, is_open=False),
        snapshots=snapshots,
        formats=_formats(formats),
        editions=_editions(None),
        today=today(None),
        limits=LIMITS,
        workers=workers,
    )
    _carry_out(task, account, force=False, dry_run=False)


def _suppose(
    runs: Sequence[Run], asked: Sequence[str], folder: Path, output: Path
) -> None:
    """What reports would say, each in a folder of its own, apart from them."""
    # It loads pandas, and notebooks.
    from asss.runs.workbench import render_what_if

    for run in runs:
        made = render_what_if(run, asked, parameters=folder, output=output)
        typer.echo(safe(f"{made / HTML_NAME}"))


def _carry_out(task: _Task, account: Account, *, force: bool, dry_run: bool) -> None:
    """Make what is due, or only say what that is."""
    for answers in task.snapshots.values():
        account.origin(answers.name, answers.fetched, _origin(answers))
    outputs.sweep_all(task.output)
    verdicts = _judge(task, force=force)
    for verdict in verdicts:
        if verdict.is_fresh:
            place = manifest.folder_of(task.output, verdict.run)
            account.unchanged(verdict.run, str(place))
        else:
            account.due(verdict.run, verdict.reasons)
    if not dry_run:
        due = [verdict.run for verdict in verdicts if not verdict.is_fresh]
        _make(task, due, account)


def _conclude(task: _Task, account: Account, *, dry_run: bool) -> None:
    counts = account.counts
    pages = [str(page) for page in task.indexes.values() if page.is_file()]
    if dry_run:
        line = f"{counts['unchanged']} unchanged, {counts['due']} to render."
    else:
        line = account.summary() + (f": {', '.join(pages)}" if pages else "")
    account.finished("planned" if dry_run else "finished", line, paths=pages)
    if counts["failed"]:
        raise typer.Exit(FAILURE)


def _one_of(asked: Mapping[str, object]) -> None:
    """Refuse a question that is not clear."""
    given = [option for option, value in asked.items() if value]
    if len(given) != 1:
        msg = "Say what to render: one of --kommune, --network, --all or --file."
        if given:
            msg = f"{' and '.join(given)} do not go together. {msg}"
        raise UsageError(msg)


def reports_of(
    folder: Path,
    services: Sequence[str],
    kommuner: Sequence[str],
    years: Sequence[int],
) -> list[Run]:
    """
    A run for each kommune, or for all when none is named, in each area and year.

    Raises
    ------
    UsageError
        If no year is named, or there is no such kommune.
    """
    if not years:
        msg = "Say which data year: --year 2020."
        raise UsageError(msg)
    runs: list[Run] = []
    for service in services:
        known = catalogue.load_catalogue(folder, service=service)
        runs += [
            parameters.choose_run(folder, kommune=name, year=year, service=service)
            for year in years
            for name in _members(known, report_ids(known, kommuner, year), year)
        ]
    return runs


def _runs_of(
    folder: Path, file: Path, years: Sequence[int], service: str | None
) -> list[Run]:
    """
    What a run file says; a batch file is one for each member of its year.

    The year's own, ``alle-2020.yaml`` among the run files, is for those that have none
    of their own, as ever. Another holds for all: who names it, wants it.
    """
    known = catalogue.load_catalogue(folder)
    if not file.is_file():
        beside = parameters.files(folder / parameters.RUN_FOLDER, "*.yaml")
        there = [path.name for path in beside]
        msg = f"No run file {file}.{parameters.suggestion(file.name, there)}"
        raise UsageError(msg)
    ids = [member.id for member in known.network.members]
    run = parameters.read_run(file, ids=(*ids, EVERY, *SHARED))
    others = {}
    if years and list(years) != [run.year]:
        others["year"] = ", ".join(map(str, years))
    if service is not None and service_names(folder, service) != [run.service]:
        others["service"] = service
    for key, said in others.items():
        msg = (
            f"--{key} says {said}, and {file.name} says {key}: {getattr(run, key)}. "
            f"Leave out --{key}, or mend the file."
        )
        raise UsageError(msg)
    catalogue.service_named(folder, run.service)
    whose = [] if run.kommune == EVERY else [report_id(known, run.kommune)]
    names = _members(known, whose, run.year)
    of_year = folder / parameters.run_file(run.service, EVERY, run.year)
    if file.resolve() == of_year.resolve():
        return [
            parameters.choose_run(
                folder, kommune=name, year=run.year, service=run.service
            )
            for name in names
        ]
    return [run.model_copy(update={"kommune": name}) for name in names]


def _members(known: Catalogue, asked: Sequence[str], year: int) -> list[str]:
    """Those asked for, or everybody and the network, of those in it that year."""
    names = known.network.reports(year)
    for name in asked:
        if name not in names:
            member = known.network.member(name)
            msg = f"{member.name} is a member from data year {member.member_from}."
            raise UsageError(msg)
    return list(asked) or names


def _on_snapshots(
    runs: Sequence[Run], wanted: str | None, root: Path
) -> tuple[list[Run], dict[str, Snapshot]]:
    """
    Say once, for the whole command, which snapshot each report stands on, and open it.

    A fetch that ends while a batch is under way must not split it in two.
    """
    names = dict.fromkeys(wanted or run.snapshot for run in runs)
    chosen = {name: holdings.choose_snapshot(name, root=root) for name in names}
    fixed = [
        run.model_copy(update={"snapshot": chosen[wanted or run.snapshot]})
        for run in runs
    ]
    names = dict.fromkeys(chosen.values())
    return fixed, {name: holdings.open_snapshot(name, root=root) for name in names}


def _with_figures(
    runs: Sequence[Run],
    folder: Path,
    snapshots: Mapping[str, Snapshot],
    account: Account,
    *,
    is_open: bool,
) -> list[Run]:
    """
    The runs whose snapshot reaches their year.

    Parameters
    ----------
    is_open : bool
        Whether a service area without figures is left out, as long as another has some;
        else all must have them.

    Raises
    ------
    UsageError
        Naming the years that can be used.
    """
    of = {(run.service, run.snapshot, run.year) for run in runs}
    lacking: dict[tuple[str, str, int], UsageError] = {}
    for service, snapshot, year in sorted(of):
        known = catalogue.load_catalogue(folder, service=service)
        try:
            holdings.check_year(known, snapshots[snapshot], year)
        except UsageError as error:
            lacking[service, snapshot, year] = error
    if lacking and not (is_open and lacking.keys() < of):
        raise next(iter(lacking.values()))
    for (service, _, _), why in lacking.items():
        account.left_out(service, str(why))
    return [r for r in runs if (r.service, r.snapshot, r.year) not in lacking]


def _origin(answers: Snapshot) -> str:
    """Where the figures come from, in a line."""
    if answers.is_fetched:
        origin = f"fetched {answers.fetched} from {answers.base_url}"
    else:
        origin = "not fetched from SSB; `asss fetch` does that."
    return f"Snapshot {answers.name}: {origin}"


def _formats(given: Sequence[str] | None) -> tuple[str, ...]:
    """The formats asked for, whether or not they can be made here."""
    asked = _names("format", given or USUAL_FORMATS, (*FORMATS, EVERY_FORMAT))
    return FORMATS if EVERY_FORMAT in asked else asked


def _editions(given: Sequence[str] | None) -> tuple[str, ...]:
    """The editions asked for; the public one is what the reviewer reviews."""
    asked = _names("edition", given or (PUBLIC,), EDITIONS)
    return EDITIONS if REVIEW in asked else (PUBLIC,)


def _names(kind: str, given: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """``html,pdf`` and the like, however often the option is given."""
    asked = [part.strip() for written in given for part in written.split(",")]
    for name in asked:
        if name not in known:
            msg = f"Unknown {kind} {name!r}.{parameters.suggestion(name, known)}"
            raise UsageError(msg)
    return tuple(dict.fromkeys(asked))


def _judge(task: _Task, *, force: bool) -> list[Verdict]:
    """What is to be made and why."""
    verdicts = manifest.judge(
        task.runs,
        output=task.output,
        catalogues=catalogue.of_runs(task.folder, task.runs),
        snapshots=task.snapshots,
        entries=Ledger(task.output).read(),
        asked=(*task.formats, *task.editions),
    )
    if force:
        verdicts = [
            replace(verdict, reasons=verdict.reasons or (FORCED,))
            for verdict in verdicts
        ]
    return verdicts


def _make(task: _Task, due: Sequence[Run], account: Account) -> None:
    """
    Make what is due, and the index of each year where it no longer shows what there is.

    Raises
    ------
    typer.Exit
        At Ctrl-C, or what is heard as it. What was finished is kept, is in the index,
        and is reported.
    """
    results: list[Result] = []
    try:
        if due:
            _render(task, due, account, results)
    except KeyboardInterrupt as ending:
        _write_indexes(task, due, results)
        finished = account.counts["rendered"]
        line = (
            f"Interrupted: {finished} of {counted(len(due), 'report')} finished and "
            f"kept in {task.output}. The same command makes the rest."
        )
        account.problem("interrupted", f"[yellow]{safe(line)}[/yellow]", line)
        raise typer.Exit(getattr(ending, "code", Ended().code)) from None
    _write_indexes(task, due, results)
    if account.counts["failed"]:
        names = [_short(result.run) for result in results if result.error]
        line = f"{len(names)} of {counted(len(due), 'report')} failed:"
        shown = f"[red]{line}[/red] {', '.join(names)}"
        account.problem("some_failed", shown, f"{line} {', '.join(names)}")


def _render(
    task: _Task,
    due: Sequence[Run],
    account: Account,
    results: "list[Result]",
) -> None:
    """Make what is due; each result is shown, and added to `results`, as it comes."""
    from asss.runs import batch

    def show(result: "Result") -> None:
        results.append(result)
        run = result.run
        place = manifest.folder_of(task.output, run)
        account.made(run, str(place), result.error)
        if result.unsigned:
            account.unsigned(result.unsigned)

    workers, count = _workers(task, due)
    with account.under_way(workers=count):
        batch.render_all(
            due,
            root=task.root,
            output=task.output,
            formats=task.formats,
            editions=task.editions,
            workers=workers,
            today=task.today,
            limits=task.limits,
            on_result=show,
            meanwhile=lambda: import_module(CONTENTS),
        )


def _workers(task: _Task, due: Sequence[Run]) -> "tuple[Crew, int]":
    """Who makes the reports, and how many at a time."""
    from asss.runs.batch import Local, Project, cores
    from asss.runs.kernels import forks

    try:
        forks.way()
    except ValueError as error:
        raise UsageError(str(error)) from error
    count = min(task.jobs or cores(), len(due))
    if task.workers is not None:
        return task.workers, count
    if task.scheduler is None:
        return Local(count), count
    from asss.runs.cluster import Cluster

    project = Project.gather(task.root, {run.snapshot for run in due})
    cluster = Cluster(task.scheduler, count, project)
    return cluster, cluster.size


def _write_indexes(
    task: _Task, due: Sequence[Run], results: "Sequence[Result]"
) -> None:
    """
    Write the index of a year where it is not as it would be made now.

    Then nothing is left at an old address of what lies at its new one.
    """
    areas = catalogue.load_all(task.folder)
    for year, page in task.indexes.items():
        made = {_name(r.run): not r.error for r in results if r.run.year == year}
        waiting = {_name(run) for run in due if run.year == year} - made.keys()
        asked = {_name(run) for run in task.runs if run.year == year}
        failed = {name for name, is_made in made.items() if not is_made}
        try:
            kept = manifest.read_index(page.parent)
            # Who is not asked for, or has not come to it, is as old as before.
            old = failed | {name for name in kept.old if name not in asked - waiting}
            now = manifest.index_of(areas, year, task.output, old)
            is_due = not manifest.is_index_fresh(kept, now, task.output)
        except ManifestError:
            old = failed
            now = manifest.index_of(areas, year, task.output, old)
            is_due = bool(now.reports) or page.is_file()
        # A page that leads on from an old address has no facts.
        formers = outputs.formers(page.parent)
        is_former = any((one / FACTS_NAME).is_file() for one in formers)
        if is_due or is_former:
            from asss.runs import contents
        if is_due:
            contents.write_index(areas, year=year, output=task.output, failed=old)
        if is_former:
            contents.relocate(areas, year, task.output)


def _name(run: Run) -> str:
    """A report in the index of its year."""
    return f"{run.service}/{run.kommune}"


def _short(run: Run) -> str:
    """A report in a list of those that failed."""
    return str(run).removesuffix(f" {run.year}")

"""
Make reports, one or many: those that would come out another than they lie there.

What is to be made is decided before anything is loaded that only making needs, so that
a command with nothing to do is done at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
    today,
    years_of,
)
from asss.errors import ManifestError, UsageError
from asss.outputs import (
    EDITIONS,
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

    known: Catalogue
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
        return self.known.folder.parent

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
        known = catalogue.load_catalogue(folder)
        asked = {"--kommune": kommune, "--network": network, "--all": every}
        _one_of({**asked, "--file": file})
        years = years_of(year) if year is not None else []
        if file is not None:
            runs = _runs_of(known, file, years)
        else:
            runs = _runs(known, [NETWORK] if network else kommune or (), years)
        runs = _with_snapshot(runs, snapshot, folder.parent)
        if what_if:
            _suppose(runs, what_if, known, output_folder(output, folder))
            return
        task = _Task(
            known=known,
            output=output_folder(output, folder),
            runs=runs,
            snapshots=_opened(runs, known, account),
            formats=_formats(formats),
            editions=_editions(editions),
            today=today(day),
            limits=Limits(seconds=time_limit, memory=memory_limit * MEGABYTE),
            jobs=jobs,
            scheduler=scheduler,
        )
        _carry_out(task, account, force=force, dry_run=dry_run)
    _conclude(task, account, dry_run=dry_run)


def reports_of(
    folder: Path, kommuner: Sequence[str], years: Sequence[int]
) -> list[Run]:
    """
    The reports that are asked for, of one or many, by ids, names or numbers.

    Raises
    ------
    UsageError
        If there is none such.
    """
    return _runs(catalogue.load_catalogue(folder), kommuner, years)


def once(
    folder: Path,
    *,
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
    known = catalogue.load_catalogue(folder)
    runs = _with_snapshot(_runs(known, kommune, years), None, folder.parent)
    task = _Task(
        known=known,
        output=output,
        runs=runs,
        snapshots=_opened(runs, known, account),
        formats=_formats(formats),
        editions=_editions(None),
        today=today(None),
        limits=LIMITS,
        workers=workers,
    )
    _carry_out(task, account, force=False, dry_run=False)


def _suppose(
    runs: Sequence[Run], asked: Sequence[str], known: Catalogue, output: Path
) -> None:
    """What reports would say, each in a folder of its own, apart from them."""
    # It loads pandas, and notebooks.
    from asss.runs.supposition import render_what_if

    for run in runs:
        language = known.folder if run.language != known.language else known
        made = render_what_if(run, asked, parameters=language, output=output)
        typer.echo(safe(f"{made / HTML_NAME}"))


def _carry_out(task: _Task, account: Account, *, force: bool, dry_run: bool) -> None:
    """Make what is due, or only say what that is."""
    outputs.sweep_all(task.output)
    verdicts = _judge(task, force=force)
    for verdict in verdicts:
        if verdict.is_fresh:
            account.unchanged(verdict.run, str(_place(task, verdict.run)))
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


def _runs(known: Catalogue, kommuner: Sequence[str], years: Sequence[int]) -> list[Run]:
    """A run for each kommune, or for all when none is named, in each year."""
    if not years:
        msg = "Say which data year: --year 2020."
        raise UsageError(msg)
    return [
        parameters.choose_run(known.folder, kommune=name, year=year)
        for year in years
        for name in _members(known, report_ids(known, kommuner, year), year)
    ]


def _runs_of(known: Catalogue, file: Path, years: Sequence[int]) -> list[Run]:
    """
    What a run file says; a batch file is one for each member of its year.

    The year's own, ``alle-2020.yaml`` among the run files, is for those that have none
    of their own, as ever. Another holds for all: who names it, wants it.
    """
    folder = known.folder / parameters.RUN_FOLDER
    if not file.is_file():
        there = [path.name for path in parameters.files(folder, "*.yaml")]
        msg = f"No run file {file}.{parameters.suggestion(file.name, there)}"
        raise UsageError(msg)
    ids = [member.id for member in known.network.members]
    run = parameters.read_run(file, ids=(*ids, EVERY, *SHARED))
    if years and list(years) != [run.year]:
        asked = ", ".join(map(str, years))
        msg = (
            f"--year says {asked}, and {file.name} says year: {run.year}. Leave out "
            "--year, or mend the file."
        )
        raise UsageError(msg)
    if run.kommune != EVERY:
        names = _members(known, [report_id(known, run.kommune)], run.year)
        return [run.model_copy(update={"kommune": name}) for name in names]
    names = _members(known, [], run.year)
    if file.resolve() == (folder / f"{EVERY}-{run.year}.yaml").resolve():
        return [
            parameters.choose_run(known.folder, kommune=name, year=run.year)
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


def _with_snapshot(runs: Sequence[Run], wanted: str | None, root: Path) -> list[Run]:
    """
    Say once, for the whole command, which snapshot each report stands on.

    A fetch that ends while a batch is under way must not split it in two.
    """
    names = {wanted or run.snapshot for run in runs}
    chosen = {name: holdings.choose_snapshot(name, root=root) for name in names}
    return [
        run.model_copy(update={"snapshot": chosen[wanted or run.snapshot]})
        for run in runs
    ]


def _opened(
    runs: Sequence[Run], known: Catalogue, account: Account
) -> dict[str, Snapshot]:
    """Open each snapshot that is stood on, and see that it reaches the years."""
    opened = {}
    for name in dict.fromkeys(run.snapshot for run in runs):
        answers = holdings.open_snapshot(name, root=known.folder.parent)
        for year in {run.year for run in runs if run.snapshot == name}:
            holdings.check_year(known, answers, year)
        opened[name] = answers
    for answers in opened.values():
        account.origin(answers.name, answers.fetched, _origin(answers))
    return opened


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
        catalogues=catalogue.in_languages(
            task.known, (run.language for run in task.runs)
        ),
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
            f"Interrupted: {finished} of {len(due)} reports were finished and are kept"
            f" in {task.output}. The same command makes the rest."
        )
        account.problem("interrupted", f"[yellow]{safe(line)}[/yellow]", line)
        raise typer.Exit(getattr(ending, "code", Ended().code)) from None
    _write_indexes(task, due, results)
    if account.counts["failed"]:
        names = [result.kommune for result in results if result.error]
        line = f"{len(names)} of {len(due)} reports failed:"
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

    runs = {(run.kommune, run.year): run for run in due}

    def show(result: "Result") -> None:
        results.append(result)
        run = runs[result.kommune, result.year]
        account.made(run, str(_place(task, run)), result.error)
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
    """Write the index of a year where it is not as it would be made now."""
    for year, page in task.indexes.items():
        made = {r.kommune: not r.error for r in results if r.year == year}
        waiting = {run.kommune for run in due if run.year == year} - made.keys()
        asked = {run.kommune for run in task.runs if run.year == year}
        failed = {name for name, is_made in made.items() if not is_made}
        try:
            kept = manifest.read_index(page.parent)
            # Who is not asked for, or has not come to it, is as old as before.
            old = failed | {name for name in kept.old if name not in asked - waiting}
            now = manifest.index_of(task.known, year, task.output, old)
            is_due = not manifest.is_index_fresh(kept, now, task.output)
        except ManifestError:
            old = failed
            now = manifest.index_of(task.known, year, task.output, old)
            is_due = bool(now.reports) or page.is_file()
        if is_due:
            from asss.runs import batch

            batch.write_index(task.known, year=year, output=task.output, failed=old)


def _place(task: _Task, run: Run) -> Path:
    return outputs.folder(task.output, run.year, run.kommune)

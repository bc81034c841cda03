"""
Many reports at once: workers that make them, the ledger, and the page that links them.

One that fails does not stop the others. Imports ``workers``, ``ledger`` and below.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import replace
from pathlib import Path
from typing import Final

from asss import outputs
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.filenames import (
    EDITIONS,
    FACTS_NAME,
    FORMATS,
    INDEX_NAME,
    LINKED,
    PUBLIC,
    USUAL_FORMATS,
)
from asss.catalogue.parameters import NETWORK, Run
from asss.errors import AsssError, ManifestError, RenderError
from asss.page import site
from asss.page.site import File, Listing
from asss.runs import ledger, manifest
from asss.runs.cluster import Project
from asss.runs.kernels.forks import LIMITS, Limits
from asss.runs.ledger import Ledger
from asss.runs.workers import Local, Result, Task, Workers, cores

#: Seconds that are waited for a report at a time.
BEAT: Final = 0.5


def render_all(
    runs: Sequence[Run],
    *,
    root: Path,
    output: Path,
    formats: Sequence[str] = USUAL_FORMATS,
    editions: Sequence[str] = (PUBLIC,),
    workers: Workers | None = None,
    today: str = "",
    limits: Limits = LIMITS,
    on_result: Callable[[Result], None] | None = None,
) -> list[Result]:
    """
    Make many reports in parallel; one that fails does not stop the others.

    All are made of the project as it is when this begins: what somebody saves in
    parameters/ or notebooks/ meanwhile is for the next time.

    Parameters
    ----------
    runs : sequence of Run
    formats, editions : sequence of str
        What each is to be made in at the least: what it lies there in is kept.
    workers : Workers, optional
        What makes them; on all cores of this machine when left out.
    today : str, optional
        ISO date of the rendering. With it the ledger in `output` is kept: each report's
        entry is written as the report is finished. Without it there is no ledger, and
        the dates are the runs'.
    limits : Limits
        What one report may take.
    on_result : function of Result
        Called in this process as each report is finished, in that order.

    Returns
    -------
    results : list of Result, in the order of `runs`

    Raises
    ------
    LedgerError
        If the ledger is damaged: nothing is made then.
    """
    book = Ledger(output) if today else None
    entries = book.read() if book else {}
    root = _held_still(root)
    tasks = [
        Task(
            run=run,
            root=root,
            output=output,
            formats=_with_kept(formats, run, output, FORMATS),
            editions=_with_kept(editions, run, output, EDITIONS),
            entry=entries.get(_key(run)),
            today=today,
            limits=limits,
        )
        for run in runs
    ]
    results: dict[Task, Result] = {}
    with workers or Local(cores()) as crew:
        # What takes longest first, or all others wait for it in the end.
        waiting = {
            crew.submit(task): task
            for task in sorted(tasks, key=lambda task: task.run.kommune != NETWORK)
        }
        for some in _as_finished(waiting):
            finished = {waiting[done]: done.result() for done in some}
            if book:
                finished = _record(book, finished)
            results |= finished
            if on_result:
                for result in finished.values():
                    on_result(result)
    return [results[task] for task in tasks]


def _with_kept(
    asked: Sequence[str], run: Run, output: Path, known: Sequence[str]
) -> tuple[str, ...]:
    """What is asked for, and what the report lies there in."""
    kept = manifest.made_in(outputs.folder(output, run.year, run.kommune))
    return tuple(name for name in known if name in kept or name in asked)


def _held_still(root: Path) -> Path:
    """A project as it is now, for as long as this process; all else lies as it lay."""
    still = Project.gather(root, ()).lay_out()
    for path in root.iterdir():
        if not (still / path.name).exists():
            (still / path.name).symlink_to(path.resolve())
    return still


def _as_finished(
    waiting: Collection["Future[Result]"],
) -> Iterator[Collection["Future[Result]"]]:
    """
    Reports as they are finished, with those that were in the meantime.

    Python acts on Ctrl-C between two steps of its main thread, and a wait is one step
    that the signal ends only if it has come after the wait began and to that thread.
    So no wait is long.
    """
    left = set(waiting)
    while left:
        finished, left = wait(left, timeout=BEAT, return_when=FIRST_COMPLETED)
        yield finished


def _record(book: Ledger, finished: Mapping[Task, Result]) -> dict[Task, Result]:
    """Enter finished reports; one that cannot be entered is not reported as done."""
    entered = {
        _key(task.run): (task.entry, result.entry)
        for task, result in finished.items()
        if result.entry
    }
    if not entered:
        return dict(finished)
    try:
        refused = book.record_all(entered)
    except AsssError as error:
        refused = dict.fromkeys(entered, str(error))
    return {
        task: replace(result, error=refused.get(_key(task.run), result.error))
        for task, result in finished.items()
    }


def _key(run: Run) -> str:
    return ledger.key(run.kommune, run.year)


def write_index(
    known: Catalogue, *, year: int, output: Path, failed: Collection[str] = ()
) -> Path:
    """
    Write ``<year>/index.html``: what lies there, and which member has no report.

    It leads to the indexes of other years that lie beside it, and they to it: in those,
    that part alone is put right. With it comes the manifest that says whose facts it
    shows, by which it is known later whether it still does.

    Parameters
    ----------
    failed : collection of str
        Ids of those that were to be made and could not be. Where an older report lies,
        the index says that it is older.

    Raises
    ------
    RenderError
        If a report's facts are damaged, or the file cannot be written.
    """
    folder = output / str(year)
    path = folder / INDEX_NAME
    names = {member.id: member.name for member in known.network.in_year(year)}
    names[NETWORK] = known.phrases.words["network_name"]
    try:
        # Commands on two years may end at once, and each writes in the other's index.
        with Ledger(output).locked():
            kept = manifest.index_of(known, year, output, failed)
            found = {
                name: _listing(folder / name, names[name], known, is_old=name in failed)
                for name in kept.reports
            }
            written = site.index(
                year,
                [entry for name, entry in found.items() if name != NETWORK],
                known,
                network=found.get(NETWORK),
                missing=[names[name] for name in names if name not in found],
                years=kept.years,
                digest=kept.facts,
            )
            # First, so that whoever comes after a crash finds this one not written.
            for other in kept.years:
                years = sorted({*kept.years, year} - {other})
                _lead_on(output / str(other), years, known)
            manifest.write_index(kept, written, folder)
    except OSError as error:
        msg = f"Cannot write {path}: {error.strerror or error}."
        raise RenderError(msg) from error
    return path


def _lead_on(folder: Path, years: Sequence[int], known: Catalogue) -> None:
    """Let an index lead to these other years; one that is not whole stays as it is."""
    try:
        kept = manifest.read_index(folder)
        before = (folder / INDEX_NAME).read_text("utf-8")
    except (ManifestError, OSError, UnicodeDecodeError):
        return
    after = site.with_years(before, years, known)
    if after != before and not manifest.faults(kept, folder):
        kept = kept.model_copy(update={"years": tuple(years)})
        manifest.write_index(kept, after, folder)


def _listing(folder: Path, name: str, known: Catalogue, *, is_old: bool) -> Listing:
    """A report as the index shows it, read from its own files."""
    path = folder / FACTS_NAME
    try:
        facts = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read ({error}). Render the report again."
        raise RenderError(msg) from error
    words = known.phrases.words
    labels = (
        *("HTML", "PDF", words["index_review"], words["index_notebook"]),
        *("Excel", "CSV", words["index_facts"]),
    )
    files = [
        File(file, label)
        for file, label in zip(LINKED, labels, strict=True)
        if (folder / file).is_file()
    ]
    return Listing(folder.name, name, facts, files, is_old=is_old)

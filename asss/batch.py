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

from asss import ledger, outputs, site
from asss.catalogue import Catalogue
from asss.errors import AsssError, RenderError
from asss.formats import (
    FACTS_NAME,
    FIGURES_NAME,
    HTML_NAME,
    INDEX_NAME,
    NOTEBOOK_NAME,
    PDF_NAME,
    PUBLIC,
    REVIEW_NAME,
    USUAL_FORMATS,
    WORKBOOK_NAME,
)
from asss.ledger import Ledger
from asss.limits import LIMITS, Limits
from asss.parameters import NETWORK, Run
from asss.site import File, Listing
from asss.workers import Local, Result, Task, Workers, cores

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

    Parameters
    ----------
    runs : sequence of Run
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
    tasks = [
        Task(
            run=run,
            root=root,
            output=output,
            formats=tuple(formats),
            editions=tuple(editions),
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
    that part alone is put right. A year whose folder is taken away is led to until an
    index is written again.

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
            found = {
                name: _listing(folder / name, names[name], known, is_old=name in failed)
                for name in names
                if (folder / name / FACTS_NAME).is_file()
            }
            years = _years(output) | {year}
            written = site.index(
                year,
                [found[name] for name in names if name in found and name != NETWORK],
                known,
                network=found.get(NETWORK),
                missing=[names[name] for name in names if name not in found],
                years=sorted(years - {year}),
            )
            outputs.write(path, written)
            for other in years - {year}:
                page = output / str(other) / INDEX_NAME
                _lead_on(page, sorted(years - {other}), known)
    except OSError as error:
        msg = f"Cannot write {path}: {error.strerror or error}."
        raise RenderError(msg) from error
    return path


def _years(output: Path) -> set[int]:
    """The years that have an index."""
    pages = output.glob(f"[0-9][0-9][0-9][0-9]/{INDEX_NAME}")
    return {int(page.parent.name) for page in pages}


def _lead_on(page: Path, years: Sequence[int], known: Catalogue) -> None:
    """Let an index lead to these other years; one that cannot be read is left as is."""
    try:
        before = page.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return
    after = site.with_years(before, years, known)
    if after != before:
        outputs.write(page, after)


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
        (HTML_NAME, "HTML"),
        (PDF_NAME, "PDF"),
        (REVIEW_NAME, words["index_review"]),
        (NOTEBOOK_NAME, words["index_notebook"]),
        (WORKBOOK_NAME, "Excel"),
        (FIGURES_NAME, "CSV"),
        (FACTS_NAME, words["index_facts"]),
    )
    files = [File(file, label) for file, label in labels if (folder / file).is_file()]
    return Listing(folder.name, name, facts, files, is_old=is_old)

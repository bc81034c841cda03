"""
From notebook to finished report: run, convert, vouch for, put in place.

The only room that knows papermill. A report is made in a folder of its own and moved
into place when it is whole; what was there before stays until then. ``render_report``
is a plain function of plain arguments, so that any pool of workers can run it; the
ledger is the business of whoever asks for it. Imports ``conversion``, ``typesetting``,
``word``, ``manifest``, ``ledger`` and below.
"""

import csv
import logging
import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import nbformat
from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import raise_for_execution_errors
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from traitlets.config import Config

from asss import outputs
from asss.catalogue import catalogue, parameters
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import BOKMAL, METHOD, SHARED, Run
from asss.errors import AsssError, ParameterError, RenderError
from asss.formats import (
    conversion,
    exports,
    readback,
    review,
    typesetting,
    word,
)
from asss.formats.conversion import ON_PAGE
from asss.outputs import (
    DOCX_NAME,
    EDITIONS,
    FACTS_NAME,
    FIGURES_FOLDER,
    FORMATS,
    HTML_NAME,
    NOTEBOOK_NAME,
    PDF_NAME,
    PUBLIC,
    REVIEW,
    REVIEW_NAME,
    USUAL_FORMATS,
)
from asss.page import record, sections
from asss.runs import ledger, manifest
from asss.runs.kernels import engine
from asss.runs.kernels.forks import LIMITS, Limits
from asss.runs.ledger import Entry
from asss.statbank import holdings

__all__ = [
    "DOCX_NAME",
    "EDITIONS",
    "FACTS_NAME",
    "FORMATS",
    "HTML_NAME",
    "NOTEBOOK_NAME",
    "PDF_NAME",
    "PUBLIC",
    "REVIEW",
    "REVIEW_NAME",
    "USUAL_FORMATS",
    "Report",
    "compose_again",
    "render_report",
]

#: Bytes that a file may take in its path for a socket beside it to have one at all.
LONGEST: Final = 102


@dataclass(frozen=True)
class Report:
    """
    A report that was made: where it lies, and what the ledger should say of it.

    ``unsigned`` is why JupyterLab will not trust its notebook, where it will not.
    """

    folder: Path
    entry: Entry
    unsigned: str = ""


def render_report(
    run: Run,
    *,
    root: Path,
    output: Path,
    formats: Sequence[str] = USUAL_FORMATS,
    editions: Sequence[str] = (PUBLIC,),
    entry: Entry | None = None,
    today: str = "",
    limits: Limits = LIMITS,
) -> Report:
    """
    Make one report, whole or not at all.

    Parameters
    ----------
    run : Run
        Kommune, year, service area and the rest; ``kommune`` is a lasting id, ``asss``
        for the network as a whole, or ``om-datagrunnlaget`` for what all reports stand
        on.
    root : Path
        The project's folder, with ``notebooks/`` and ``parameters/``.
    output : Path
        Where ``<year>/<service>/<kommune>/`` is put.
    formats : sequence of str
        Of :data:`FORMATS`. The notebook, facts.json with its schema, and the manifest
        always come.
    editions : sequence of str
        Of :data:`EDITIONS`. With ``review`` comes gjennomgang.html, whatever the
        formats; not for what is on no one member: the members have one each.
    entry : Entry, optional
        What the ledger says of the report; without it, the dates are the run's.
    today : str, optional
        ISO date, needed with an `entry`: the «Endret» of a report that now says
        something else.
    limits : Limits
        When the notebook is stopped.

    Returns
    -------
    report : Report
        Its folder holds rapport.html, rapport.pdf, rapport.docx, rapport.ipynb,
        facts.json and manifest.json; its entry is for the ledger, which is not written
        here. Nor is the year's index, to which the page leads: ``contents.write_index``
        writes it.

    Raises
    ------
    SnapshotError
        If the snapshot is missing or damaged.
    UsageError
        If the dates of the run contradict each other.
    ParameterError
        If parameters/ has mistakes, or lacks words in the report's language.
    RenderError
        If a cell fails or shows what is no block of the page, the facts are not those
        of the snapshot, the finished report does not say what its facts say, what it is
        made of changes meanwhile, or the folder cannot be written.

    Notes
    -----
    Whatever goes wrong, what lay in the folder before is untouched. The notebook of a
    cell that failed is kept as ``failed/<service>/<year>-<kommune>.ipynb`` in `output`.
    """
    target = manifest.folder_of(output, run)
    folder = root / parameters.FOLDER
    template = manifest.template_of(run, root)
    if not template.is_file():
        msg = f"No template {template}. Start in the project's folder."
        raise RenderError(msg)
    chosen = holdings.choose_snapshot(run.snapshot, root=root)
    run = ledger.begin(entry, run.model_copy(update={"snapshot": chosen}))
    answers = holdings.open_snapshot(chosen, root=root)
    read = _digest(folder, template)
    known = catalogue.load_catalogue(folder, service=run.service, language=run.language)
    _check_language(known, template)
    known.check_comments((run.kommune, run.year))
    told = known.for_report(run.kommune, run.year)
    with outputs.workplace(target) as work:
        failed = outputs.failed_notebook(output, run.year, run.service, run.kommune)
        place = _Place(work, failed, limits)
        notebook, fingerprint = _execute(run, template, told, place)
        settled = ledger.settle(entry, run, fingerprint, today=today)
        if ledger.dated(run, settled) != run:
            # The day is on the page: only a new execution says it everywhere.
            run = ledger.dated(run, settled)
            notebook, _ = _execute(run, template, told, place)
        facts = _facts(notebook, run)
        everybody = readback.check_facts(facts, run, told, answers)
        keeping = _write(notebook, run, told, work, formats)
        readback.check_exports(work, facts, told, formats, everybody)
        if REVIEW in editions and run.kommune not in SHARED:
            html = review.compose(notebook, facts, told, answers)
            readback.check_review(facts, told, html, answers)
            (work / REVIEW_NAME).write_text(html, encoding="utf-8")
        if _digest(folder, template) != read:
            msg = (
                f"{run}: parameters/ or the template was changed "
                "while the report was made. Render it again."
            )
            raise RenderError(msg)
        kept = manifest.take(
            work,
            run,
            formats=tuple(formats),
            editions=tuple(editions),
            fingerprint=fingerprint,
            snapshot=answers.sha256,
            inputs=manifest.Inputs().of(run, known, answers),
        )
        manifest.write(kept, work)
        outputs.put(work, target)
    return Report(target, settled, conversion.sign(keeping))


def compose_again(
    folder: Path,
    facts: Mapping[str, Any],
    known: Catalogue,
    formats: Collection[str],
    work: Path,
) -> None:
    """
    Make once more what follows from a notebook that was kept, without running it.

    Neither pictures nor a PDF, which are others on other systems.

    Parameters
    ----------
    folder : Path
        Of the report, with its notebook and the numbers behind its figures.
    known : Catalogue
        In the words of the report.
    formats : collection of str
        What the report was made as.
    work : Path
        Where all is written.
    """
    kept = folder / NOTEBOOK_NAME
    notebook = nbformat.read(kept, as_version=4)  # type: ignore[no-untyped-call]
    html = conversion.to_html(notebook, facts, known)
    record.dump_facts(facts, work / FACTS_NAME)
    is_method = facts["run"]["kommune"] == METHOD
    wanted = set() if is_method else {"xlsx", "csv"} & {*formats}
    exports.write(facts, _behind(folder), html, known, work, wanted)
    if "docx" in formats:
        (work / DOCX_NAME).write_bytes(word.to_docx(html))
    if "html" in formats:
        html = exports.offered(html, folder, known)
        (work / HTML_NAME).write_text(html, encoding="utf-8")


def _behind(folder: Path) -> dict[int, dict[str, Any]]:
    """The numbers behind the figures of a report, as they lie in their files."""
    found = {}
    for path in folder.glob(f"{FIGURES_FOLDER}/*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            columns, *rows = csv.reader(file)
        number = int(path.stem.rpartition("-")[2])
        found[number] = {"columns": columns, "rows": rows}
    return found


def _check_language(known: Catalogue, template: Path) -> None:
    """Refuse, before anything is run, what is not translated: the notebook too."""
    if known.untranslated:
        raise ParameterError(known.untranslated)
    if known.language != BOKMAL:
        written = nbformat.read(template, as_version=4)  # type: ignore[no-untyped-call]
        conversion.in_language(written, known)


def _digest(folder: Path, template: Path) -> tuple[str, str]:
    """Of all files that may be read while a report is made."""
    names = parameters.names_in(folder)
    return parameters.digest(folder, names), manifest.digest_of(template)


@dataclass(frozen=True)
class _Place:
    """Where a notebook is run, where it is kept if it fails, and what it may take."""

    work: Path
    failed: Path
    limits: Limits


def warm_up() -> None:
    """Do ahead what the first report of a process would otherwise wait for."""
    conversion.warm_up()
    typesetting.warm_up()
    readback.warm_up()
    # Its schema is compiled when the first notebook is checked against it.
    nbformat.validate(nbformat.v4.new_notebook())  # type: ignore[no-untyped-call]
    # What is looked for among all that is installed.
    manifest.libraries()
    manifest.digest_of_package()
    engine.warm_up()


# -- run -------------------------------------------------------------------------------


def _execute(
    run: Run, template: Path, known: Catalogue, place: _Place
) -> tuple[NotebookNode, str]:
    """Run the template with papermill; and the fingerprint of what it says."""
    made = _run_notebook(run, template, known.folder.parent, place)
    notebook = conversion.in_language(made, known)
    prose = [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "markdown" and ON_PAGE in cell.metadata.get("tags", [])
    ]
    if run.kommune != METHOD:
        prose += [f"## {chapter.name}" for chapter in known.service.chapters]
    else:
        # What it says of no figure: the facts of other reports say nothing of it.
        prose += [
            f"{one.definition} {one.processing} {one.interpretation} {one.formula}"
            for one in known.service.indicators
        ]
    return notebook, ledger.fingerprint(_facts(notebook, run), prose)


def _run_notebook(run: Run, template: Path, root: Path, place: _Place) -> NotebookNode:
    """Run the template with papermill, in the project's folder."""
    logging.getLogger("papermill").setLevel(logging.ERROR)
    written = place.work / NOTEBOOK_NAME
    try:
        with _options(place.limits) as options:
            # As papermill does one after the other; but the file that it writes at the
            # end, with all facts in full, would be written over at once.
            notebook = papermill_engines.execute_notebook_with_engine(
                "warm",
                parameterize_notebook(
                    load_notebook_node(str(template)), _parameters(run)
                ),
                kernel_name=engine.NAME,
                progress_bar=False,
                # The kernel's folder, without changing this process's own.
                resources={"metadata": {"path": str(root)}},
                **options,
            )
            raise_for_execution_errors(notebook, str(written))
    except PapermillExecutionError as error:
        kept = _keep_failed(written, place.failed)
        msg = f"{_failure(run, error)} {kept}".rstrip()
        raise RenderError(msg) from error
    except CellTimeoutError as error:
        seconds = f"{place.limits.seconds:.0f} seconds"
        msg = f"{run}: stopped after {seconds}. {error}"
        raise RenderError(" ".join(msg.split())) from error
    except RuntimeError as error:
        msg = f"{run}: the notebook's kernel stopped ({error})."
        raise RenderError(msg) from error
    place.failed.unlink(missing_ok=True)
    conversion.check_page(notebook, str(run))
    return _tidy(notebook)


@contextmanager
def _options(limits: Limits) -> Iterator[dict[str, Any]]:
    """
    What papermill is to run a notebook with.

    The kernel is reached over sockets in a folder of its own, where the system has
    them. Ports are chosen before they are taken: with many kernels at once two may
    choose the same, and one waits a minute for a kernel that never answers.
    """
    end = time.monotonic() + limits.seconds
    with outputs.scratch() as sockets:
        file = str(sockets / "k.json")
        is_short = len(os.fsencode(file)) <= LONGEST
        if os.name == "posix" and is_short:
            way = {"transport": "ipc"}
        else:
            way = {"transport_encryption": "auto"}
        yield {
            "memory": limits.memory,
            # What is left of the time, for the cell that begins.
            "timeout_func": lambda _: max(1.0, end - time.monotonic()),
            # The kernel's stderr is ours; what fails in a cell is in the notebook.
            "extra_arguments": ["--log-level=CRITICAL"],
            "config": Config({"KernelManager": {"connection_file": file, **way}}),
        }


def _keep_failed(written: Path, failed: Path) -> str:
    """Keep the notebook whose cell says what went wrong, and say where it is."""
    try:
        failed.parent.mkdir(parents=True, exist_ok=True)
        outputs.write(failed, written.read_bytes())
    except OSError:
        # The message is what must get through; the folder may be what is wrong.
        return ""
    return f"The notebook with the error is {failed}."


def _parameters(run: Run) -> dict[str, Any]:
    """What the notebook is given; where it is on no one, it has no kommune to give."""
    return run.model_dump(exclude={"kommune"} if run.kommune in SHARED else set())


def _failure(run: Run, error: PapermillExecutionError) -> str:
    """Which cell failed and why, in a line: the traceback stays in the notebook."""
    cell = error.source.strip().splitlines()[0]
    reason = error.evalue.strip()
    is_ours = error.ename in _names_of_errors(AsssError)
    what = reason if is_ours else f"{error.ename}: {reason}".removesuffix(": ")
    stop = "" if what.endswith((".", "!", "?")) else "."
    return f"{run}: cell «{cell}» failed. {what}{stop}"


def _names_of_errors(base: type[Exception]) -> set[str]:
    names = {base.__name__}
    for child in base.__subclasses__():
        names |= _names_of_errors(child)
    return names


def _tidy(notebook: NotebookNode) -> NotebookNode:
    """Drop clocks, paths and random ids: same inputs, same bytes."""
    notebook.metadata.pop("papermill", None)
    for number, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"injected-parameters-{number}"
    return notebook


def _facts(notebook: NotebookNode, run: Run) -> dict[str, Any]:
    for facts in conversion.facts(notebook):
        whose = facts["service"], facts["run"]["kommune"], facts["run"]["year"]
        if whose == (run.service, run.kommune, run.year):
            return facts
    msg = f"{run}: the notebook gave no facts for this report."
    raise RenderError(msg)


def _write(
    notebook: NotebookNode,
    run: Run,
    known: Catalogue,
    work: Path,
    formats: Sequence[str],
) -> NotebookNode:
    """Write all that the reader gets; gives back the notebook as it is kept."""
    facts = _facts(notebook, run)
    html = conversion.to_html(notebook, facts, known)
    record.dump_facts(facts, work / FACTS_NAME)
    keeping = conversion.kept(notebook)
    written = nbformat.writes(keeping)  # type: ignore[no-untyped-call]
    (work / NOTEBOOK_NAME).write_text(f"{written}\n", encoding="utf-8")
    figures = {
        int(figure["number"]): figure
        for drawn in conversion.given(notebook, sections.FIGURES_MIME)
        for figure in drawn
    }
    # The figures themselves are in the files of «ASSS samlet».
    exported = () if run.kommune == METHOD else formats
    exports.write(facts, figures, html, known, work, exported)
    pdf = typesetting.to_pdf(html) if "pdf" in formats else None
    if pdf is not None:
        (work / PDF_NAME).write_bytes(pdf)
    docx = word.to_docx(html) if "docx" in formats else None
    if docx is not None:
        (work / DOCX_NAME).write_bytes(docx)
    if "html" in formats:
        # Links to the files beside the page; on paper they would lead nowhere.
        html = exports.offered(html, work, known)
        (work / HTML_NAME).write_text(html, encoding="utf-8")
    readback.check(facts, known, html=html, pdf=pdf, docx=docx)
    return keeping

"""
From notebook to finished report: run, convert, check, put in place.

The only room that knows papermill, nbconvert and WeasyPrint. A report is made in a
folder of its own and moved into place when it is whole; what was there before stays
until then. ``render_report`` is a plain function of plain arguments, so that any pool
of workers can run it. Imports ``page`` and below.
"""

import json
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from importlib import resources
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

import asss
from asss import blocks, catalogue, page, parameters
from asss.catalogue import Catalogue
from asss.errors import AsssError, RenderError
from asss.parameters import Run

NOTEBOOKS = "notebooks"
FORMATS = ("html", "pdf")
NOTEBOOK_NAME = "rapport.ipynb"
HTML_NAME = "rapport.html"
PDF_NAME = "rapport.pdf"
FACTS_NAME = "facts.json"
INDEX_NAME = "index.html"

#: What never belongs in front of a reader. Whole words: «Nannestad» is a place.
LEFTOVERS = re.compile(r"\bnan\b|\bNone\b|\bNaN\b|Traceback|\{\w*\}|<NA>")

#: Where the template wants the table of contents.
CONTENTS_HERE = "<!-- contents -->"

#: Longest a notebook may take before it is stopped, in seconds. A report takes a few.
TIMEOUT = 300


@dataclass(frozen=True)
class Result:
    """What became of one report: where it lies, or why there is none."""

    kommune: str
    year: int
    folder: Path | None = None
    error: str | None = None


def pdf_problem() -> str | None:
    """
    Why PDF cannot be made here, or None.

    WeasyPrint needs Pango from the operating system, which no Python package brings.
    """
    try:
        with _quiet_stderr():
            import weasyprint  # noqa: F401
    except OSError as error:
        return str(error).splitlines()[0]
    return None


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """WeasyPrint prints a page of advice when Pango is missing; we say it in a line."""
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def render_report(
    run: Run,
    *,
    root: Path,
    output: Path,
    formats: Sequence[str] = FORMATS,
    service: str = "sosiale_tjenester",
) -> Path:
    """
    Make one report, whole or not at all.

    Parameters
    ----------
    run : Run
        Kommune, year and the rest; ``kommune`` is a lasting id.
    root : Path
        The project's folder, with ``notebooks/`` and ``parameters/``.
    output : Path
        Where ``<year>/<kommune>/`` is put.
    formats : sequence of str
        ``html`` and, or, ``pdf``. The notebook and facts.json always come.

    Returns
    -------
    folder : Path
        Holds rapport.html, rapport.pdf, rapport.ipynb and facts.json.

    Raises
    ------
    RenderError
        If a cell fails, the page holds what no reader should see, or the folder cannot
        be written. Whatever lay in the folder before is untouched.
    """
    target = output / str(run.year) / run.kommune
    known = catalogue.load_catalogue(root / parameters.FOLDER, service=service)
    with _workplace(target) as work:
        notebook = _execute(run, root / NOTEBOOKS / f"{service}.ipynb", root, work)
        facts = _facts(notebook, run)
        html = to_html(notebook, facts, known)
        check_html(html, run)
        if "html" in formats:
            (work / HTML_NAME).write_text(html, encoding="utf-8")
        if "pdf" in formats:
            (work / PDF_NAME).write_bytes(to_pdf(html))
        page.dump_facts(facts, work / FACTS_NAME)
        written = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
        (work / NOTEBOOK_NAME).write_text(f"{written}\n", encoding="utf-8")
        _put_in_place(work, target)
    return target


def render_all(
    runs: Sequence[Run],
    *,
    root: Path,
    output: Path,
    formats: Sequence[str] = FORMATS,
    jobs: int | None = None,
    on_result: Callable[[Result], None] | None = None,
) -> list[Result]:
    """
    Make many reports in parallel; one that fails does not stop the others.

    Parameters
    ----------
    runs : sequence of Run
    jobs : int, optional
        Worker processes; all cores when left out.
    on_result : function of Result
        Called in this process as each report is finished, in that order.

    Returns
    -------
    results : list of Result, in the order of `runs`
    """
    workers = max(1, min(jobs or os.cpu_count() or 1, len(runs)))
    results: dict[str, Result] = {}
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: dict[Future[Result], Run] = {
            pool.submit(_attempt, run, root, output, tuple(formats)): run
            for run in runs
        }
        for done in as_completed(waiting):
            run = waiting[done]
            try:
                result = done.result()
            except BrokenProcessPool:
                problem = "the process that made it died; render it alone to see why"
                result = Result(run.kommune, run.year, error=problem)
            results[run.kommune] = result
            if on_result:
                on_result(result)
    return [results[run.kommune] for run in runs]


def _attempt(run: Run, root: Path, output: Path, formats: Sequence[str]) -> Result:
    try:
        folder = render_report(run, root=root, output=output, formats=formats)
    except AsssError as error:
        return Result(run.kommune, run.year, error=str(error))
    return Result(run.kommune, run.year, folder=folder)


def write_index(known: Catalogue, *, year: int, output: Path) -> Path:
    """
    Write ``<year>/index.html``: links to every report that lies there.

    Raises
    ------
    RenderError
        If the file cannot be written.
    """
    words = known.phrases.words
    folder = output / str(year)
    labels = (
        (HTML_NAME, "HTML"),
        (PDF_NAME, "PDF"),
        (NOTEBOOK_NAME, words["index_notebook"]),
        (FACTS_NAME, words["index_facts"]),
    )
    reports = [
        {
            "id": member.id,
            "name": member.name,
            "facts": json.loads((folder / member.id / FACTS_NAME).read_text("utf-8")),
            "files": [
                {"name": name, "label": label}
                for name, label in labels
                if (folder / member.id / name).is_file()
            ],
        }
        for member in known.network.members
        if (folder / member.id / FACTS_NAME).is_file()
    ]
    path = folder / INDEX_NAME
    try:
        draft = path.with_suffix(".tmp")
        draft.write_text(page.index(year, reports, known), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        msg = f"Cannot write {path}: {error.strerror}."
        raise RenderError(msg) from error
    return path


# -- run -------------------------------------------------------------------------------


def _execute(run: Run, template: Path, root: Path, work: Path) -> NotebookNode:
    """Run the template with papermill, in the project's folder."""
    if not template.is_file():
        msg = f"No template {template}. Start in the project's folder."
        raise RenderError(msg)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    # A short path: the system allows a socket's about a hundred characters.
    with tempfile.TemporaryDirectory(prefix="asss-") as sockets:
        try:
            notebook = papermill.execute_notebook(
                str(template),
                str(work / NOTEBOOK_NAME),
                parameters=run.model_dump(),
                kernel_name="python3",
                progress_bar=False,
                execution_timeout=TIMEOUT,
                # The kernel's folder, without changing this process's own.
                resources={"metadata": {"path": str(root)}},
                config=_kernel_config(Path(sockets)),
                # Its stderr is ours; what goes wrong in a cell is in the notebook.
                extra_arguments=["--log-level=CRITICAL"],
            )
        except PapermillExecutionError as error:
            raise RenderError(_failure(run, error)) from error
        except RuntimeError as error:
            msg = f"{run.kommune} {run.year}: the notebook's kernel stopped ({error})."
            raise RenderError(msg) from error
    return _tidy(notebook)


def _kernel_config(sockets: Path) -> Config:
    """
    Talk to the kernel over sockets in a folder of its own, where the system has them.

    Ports are chosen before they are taken: with many kernels at once two may choose the
    same, and one waits a minute for a kernel that never answers.
    """
    if os.name != "posix":
        return Config({"KernelManager": {"transport_encryption": "auto"}})
    connection = str(sockets / "kernel.json")
    return Config(
        {"KernelManager": {"transport": "ipc", "connection_file": connection}}
    )


def _failure(run: Run, error: PapermillExecutionError) -> str:
    """Which cell failed and why, in a line: the traceback stays in the notebook."""
    cell = error.source.strip().splitlines()[0]
    reason = error.evalue.strip()
    is_ours = error.ename in _names_of_errors(AsssError)
    what = reason if is_ours else f"{error.ename}: {reason}"
    return f"{run.kommune} {run.year}: cell «{cell}» failed. {what}"


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
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if page.FACTS_MIME in output.get("data", {}):
                facts: dict[str, Any] = output["data"][page.FACTS_MIME]
                if (facts["run"]["kommune"], facts["run"]["year"]) != (
                    run.kommune,
                    run.year,
                ):
                    break
                return facts
    msg = f"{run.kommune} {run.year}: the notebook gave no facts for this report."
    raise RenderError(msg)


# -- convert ---------------------------------------------------------------------------


def to_html(notebook: NotebookNode, facts: Mapping[str, Any], known: Catalogue) -> str:
    """
    Convert an executed notebook to the finished page.

    Only cells tagged ``rapport`` are on it; no code, no script, nothing from elsewhere.
    """
    # HTMLExporter would parse the whole page once more and write it anew.
    exporter = TemplateExporter(  # type: ignore[no-untyped-call]
        template_name="rapport",
        template_file="index.html.j2",
        extra_template_basedirs=[str(_templates())],
        filters={"markdown": blocks.markdown},
    )
    extra = {
        "asss": {
            "title": f"{facts['title']} – ASSS",
            "description": facts["sentences"][0]["text"],
            "css": blocks.stylesheet(),
            "version": asss.__version__,
            "skip_link": known.phrases.words["skip_link"],
        }
    }
    body, _ = exporter.from_notebook_node(notebook, resources=extra)
    return _add_contents(str(body), known)


def _add_contents(html: str, known: Catalogue) -> str:
    """The chapters, as the finished page has them: nobody keeps a list of their own."""
    chapters: list[tuple[str, str]] = []

    def name(found: re.Match[str]) -> str:
        anchor = re.sub(r"\W+", "-", parameters.fold(found[2])).strip("-")
        chapters.append((anchor, found[2]))
        return f'{found[1]}<h2 id="{anchor}">{found[2]}</h2>'

    html = re.sub(r'(<div class="prose[^>]*>\s*)<h2>(.*?)</h2>', name, html)
    return html.replace(CONTENTS_HERE, page.contents(chapters, known).html)


def _templates() -> Path:
    return Path(str(resources.files("asss"))) / "templates"


def to_pdf(html: str) -> bytes:
    """
    Set a page as A4: tagged PDF (PDF/UA-1), figures as vector graphics.

    Raises
    ------
    RenderError
        If WeasyPrint cannot be loaded.
    """
    problem = pdf_problem()
    if problem:
        msg = (
            f"No PDF: {problem}. Install Pango (see the README), or use --format html."
        )
        raise RenderError(msg)
    import weasyprint

    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    document = weasyprint.HTML(string=_with_titles(html))
    return bytes(document.write_pdf(pdf_variant="pdf/ua-1"))


def _with_titles(html: str) -> str:
    """Give each drawing the title that PDF takes for its alternative text.

    On a screen a title would pop up over the figure; the page has aria-label instead.
    """
    drawing = re.compile(r'(role="img" aria-label="([^"]*)"[^>]*>\s*<svg\b[^>]*>)')
    return drawing.sub(r"\1<title>\2</title>", html)


def check_html(html: str, run: Run) -> None:
    """
    Refuse a page that holds what no reader should see.

    Raises
    ------
    RenderError
        Naming the first leftover, with the words around it.
    """
    name = f"{run.kommune} {run.year}"
    body = re.sub(r"<(style|svg)\b.*?</\1>", "", html, flags=re.DOTALL)
    body = unescape(re.sub(r"<[^>]+>", " ", body))
    found = LEFTOVERS.search(body)
    if found:
        around = body[max(0, found.start() - 40) : found.end() + 40]
        msg = f"{name}: the page holds {found[0]!r}: «{around.strip()}»."
        raise RenderError(msg)
    headings = html.count("<h1>")
    if headings != 1:
        msg = f"{name}: the page has {headings} main headings."
        raise RenderError(msg)


# -- put in place ----------------------------------------------------------------------


@contextmanager
def _workplace(target: Path) -> Iterator[Path]:
    """A folder beside the target, on the same disk, gone again whatever happens."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        msg = f"Cannot write to {target.parent}: {error.strerror}."
        raise RenderError(msg) from error
    try:
        yield work
    except OSError as error:
        msg = f"Cannot write the report to {target}: {error.strerror or error}."
        raise RenderError(msg) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _put_in_place(work: Path, target: Path) -> None:
    """Swap folders: there is never half a report at the target."""
    work.chmod(0o755)
    old = work.with_name(f"{work.name}-old")
    if target.exists():
        target.rename(old)
    try:
        work.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)

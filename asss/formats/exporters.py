"""
nbconvert's own way to a report: ``jupyter nbconvert --to asss_html rapport.ipynb``.

JupyterLab lists the same exporters under «Save and Export As». What comes out is the
page that ``asss render`` makes, held against snapshot and parameters and read back like
it: a notebook that was changed, or run in part, gives an error and no page.
"""

import sys
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from asss.catalogue import catalogue
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import Run, check_model, find_folder
from asss.errors import AsssError, RenderError, UsageError
from asss.formats import conversion, exports, readback, typesetting
from asss.outputs import HTML_NAME, PDF_NAME
from asss.page.record import refuse_what_if
from asss.statbank import holdings

__all__ = ["PageExporter", "PaperExporter"]

#: Tells a notebook that has been run from one that has not.
UNRUN = (
    "The notebook holds no facts of a report: run all cells of a template, such as "
    "notebooks/kommune.ipynb, save it, and export it again."
)


class _ReportExporter(Exporter):
    """What both exporters do: the page of a notebook, and whether it is right."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **more: Any
    ) -> tuple[Any, Any]:
        """
        Give out the report of an executed notebook.

        Raises
        ------
        UsageError
            If the notebook has not been run, or there is no parameters/ above it.
        RenderError
            If the report is not what snapshot and parameters/ make of it.
        """
        nb, resources = super().from_notebook_node(nb, resources, **more)
        folder = Path(resources.get("metadata", {}).get("path") or Path.cwd())
        return self._report(nb, folder.resolve()), resources

    def from_file(
        self, file_stream: Any, resources: Any = None, **more: Any
    ) -> tuple[Any, Any]:
        """
        Give out the report of a file, as the command line of nbconvert asks for it.

        There an error is a line and an exit code, and no traceback.
        """
        try:
            return super().from_file(file_stream, resources, **more)
        except AsssError as error:
            # It looks at all exporters as it is loaded, these among them.
            from nbconvert.nbconvertapp import NbConvertApp

            if not NbConvertApp.initialized():
                raise
            sys.exit(f"Error: {error}")

    def _report(self, notebook: NotebookNode, folder: Path) -> str | bytes:
        raise NotImplementedError


class PageExporter(_ReportExporter):
    """``asss_html``: the page for a screen, as rapport.html."""

    export_from_notebook = HTML_NAME
    output_mimetype = "text/html"

    def _file_extension_default(self) -> str:
        return ".html"

    def _report(self, notebook: NotebookNode, folder: Path) -> str:
        html, facts, known = _page(notebook, folder)
        html = exports.offered(html, folder, known)
        readback.check(facts, known, html=html)
        return html


class PaperExporter(_ReportExporter):
    """``asss_pdf``: the report on paper, as rapport.pdf."""

    export_from_notebook = PDF_NAME
    output_mimetype = "application/pdf"

    def _file_extension_default(self) -> str:
        return ".pdf"

    def _report(self, notebook: NotebookNode, folder: Path) -> bytes:
        html, facts, known = _page(notebook, folder)
        pdf = typesetting.to_pdf(html)
        readback.check(facts, known, html=html, pdf=pdf)
        return pdf


def _page(
    notebook: NotebookNode, folder: Path
) -> tuple[str, dict[str, Any], Catalogue]:
    """The page that a notebook's cells make, whose facts are those of its snapshot."""
    found = list(conversion.facts(notebook))
    if not found:
        raise UsageError(UNRUN)
    facts = found[-1]
    refuse_what_if(facts)
    problems: list[str] = []
    given = {**facts.get("run", {}), "service": facts.get("service", "")}
    run = check_model(Run, given, file="facts", problems=problems)
    if run is None:
        raise RenderError("; ".join(problems))
    conversion.check_page(notebook, f"{run.kommune} {run.year}")
    parameters = find_folder(folder)
    known = catalogue.load_catalogue(
        parameters, service=run.service, language=run.language
    ).for_report(run.kommune, run.year)
    snapshot = holdings.choose_snapshot(run.snapshot, root=parameters.parent)
    answers = holdings.open_snapshot(snapshot, root=parameters.parent)
    readback.check_facts(facts, run, known, answers)
    translated = conversion.in_language(notebook, known)
    return conversion.to_html(translated, facts, known), facts, known

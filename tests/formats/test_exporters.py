"""nbconvert's own way to a report, on the command line; JupyterLab's is in test_lab."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert.exporters import get_exporter

import asss
from asss.catalogue import catalogue
from asss.catalogue.parameters import SERVICE
from asss.errors import AsssError, RenderError, UsageError
from asss.formats import conversion
from asss.formats.exporters import PageExporter, PaperExporter
from asss.outputs import HTML_NAME, NOTEBOOK_NAME, PDF_NAME
from asss.page.blocks import BLOCK_MIME
from asss.page.record import FACTS_MIME


@pytest.fixture(scope="module")
def place(made_once: Path) -> Path:
    """Where a report lies in its project, in every format."""
    return made_once / "outputs" / "2017" / SERVICE / "tromso"


@pytest.fixture
def notebook(place: Path) -> nbformat.NotebookNode:
    return nbformat.read(place / NOTEBOOK_NAME, 4)


def _export(notebook: nbformat.NotebookNode, place: Path) -> Any:
    exporter = PageExporter()  # type: ignore[no-untyped-call]
    resources = {"metadata": {"path": str(place)}}
    return exporter.from_notebook_node(notebook, resources)[0]


def test_nbconvert_knows_both() -> None:
    assert get_exporter("asss_html") is PageExporter
    assert get_exporter("asss_pdf") is PaperExporter


@pytest.mark.parametrize(
    ("exporter", "name"), [(PageExporter, HTML_NAME), (PaperExporter, PDF_NAME)]
)
def test_same_bytes_as_the_command(exporter: Any, name: str, place: Path) -> None:
    made, resources = exporter().from_filename(str(place / NOTEBOOK_NAME))
    made = made.encode() if isinstance(made, str) else made
    assert made == (place / name).read_bytes()
    assert name.endswith(resources["output_extension"])


def test_page_that_does_not_say_what_its_facts_say(
    notebook: nbformat.NotebookNode, place: Path
) -> None:
    blocks = list(conversion.given(notebook, BLOCK_MIME))
    blocks[2]["html"] = blocks[2]["html"].replace("2,", "3,", 1)
    with pytest.raises(RenderError, match="does not say what its facts say"):
        _export(notebook, place)


def test_run_in_part(notebook: nbformat.NotebookNode, place: Path) -> None:
    """A chapter is of another report than the rest, or has not been run."""
    cells = [c for c in notebook.cells if "rapport" in c.metadata.get("tags", [])]
    next(cell for cell in reversed(cells) if cell.get("outputs")).outputs = []
    with pytest.raises(RenderError, match="does not say what its facts say"):
        _export(notebook, place)


def test_facts_that_are_not_those_of_the_snapshot(
    notebook: nbformat.NotebookNode, place: Path
) -> None:
    (facts,) = conversion.facts(notebook)
    facts["facts"][0]["value"] += 1
    notebook.cells[0] = _giving(facts)
    _without_packed(notebook)
    with pytest.raises(RenderError, match="are not those of its snapshot"):
        _export(notebook, place)


def test_what_if_is_no_report(notebook: nbformat.NotebookNode, place: Path) -> None:
    report = asss.report("tromso", 2017, snapshot="embedded")
    supposed = report.what_if(without=["oslo"]).report.content().content  # type: ignore[union-attr]
    notebook.cells[0] = _giving(supposed)
    _without_packed(notebook)
    with pytest.raises(RenderError, match="These facts are no report's"):
        _export(notebook, place)


def test_plot_in_a_cell_of_the_page(
    notebook: nbformat.NotebookNode, place: Path
) -> None:
    cell = nbformat.v4.new_code_cell(
        "plot()",
        metadata={"tags": ["rapport"]},
        outputs=[nbformat.v4.new_output("display_data", {"image/png": ""})],
    )
    notebook.cells.append(cell)
    with pytest.raises(RenderError, match=r"cell «plot\(\)» shows image/png"):
        _export(notebook, place)


def test_template_that_has_not_been_run(root: Path, place: Path) -> None:
    template = nbformat.read(root / "notebooks" / "kommune.ipynb", 4)
    with pytest.raises(UsageError, match="run all cells"):
        _export(template, place)


def test_error_is_a_line_on_the_command_line(root: Path, tmp_path: Path) -> None:
    template = root / "notebooks" / "kommune.ipynb"
    asked = [sys.executable, "-m", "nbconvert", "--to", "asss_html"]
    done = subprocess.run(
        [*asked, "--output-dir", str(tmp_path), str(template)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert (
        "Error: The notebook holds no facts of a report: run all cells" in done.stderr
    )
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_no_parameters_above(notebook: nbformat.NotebookNode, tmp_path: Path) -> None:
    with pytest.raises(AsssError, match=r"parameters/nettverk\.yaml"):
        _export(notebook, tmp_path)


def test_what_is_translated_is_not_translated_again(root: Path) -> None:
    known = catalogue.load_catalogue(root / "parameters", language="nn")
    written = nbformat.read(root / "notebooks" / "kommune.ipynb", 4)
    once = nbformat.writes(conversion.in_language(written, known))
    again = conversion.in_language(nbformat.reads(once, 4), known)
    assert nbformat.writes(again) == once


def _giving(facts: Any) -> nbformat.NotebookNode:
    output = nbformat.v4.new_output("display_data", {FACTS_MIME: facts})
    return nbformat.v4.new_code_cell("facts", outputs=[output])


def _without_packed(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(conversion.PACKED_MIME, None)

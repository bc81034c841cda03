"""The notebooks in git: stripped, readable, and with one cell of parameters."""

import ast
import json
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import METHOD, SHARED, TEMPLATE, Run
from asss.page import method

#: A code cell takes one step of reasoning.
LONGEST_CELL = 8

#: Beside the templates, for whoever looks into figures; nothing of them is printed.
BESIDE = ("utforsk", "kontroll", "fra_celle_til_setning")


def _notebooks() -> list[Path]:
    folder = Path(__file__).parents[1] / "notebooks"
    return sorted(p for p in folder.rglob("*.ipynb") if ".ipynb_" not in str(p))


@pytest.fixture(scope="module", params=[TEMPLATE, *SHARED.values()])
def template(root: Path, request: pytest.FixtureRequest) -> NotebookNode:
    """The templates: of a kommune's report, and of those on no one kommune."""
    path = root / "notebooks" / f"{request.param}.ipynb"
    found = nbformat.read(path, as_version=4)
    found.metadata.name = request.param
    return found


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", _notebooks(), ids=lambda path: path.name)
def test_carries_no_outputs(path: Path) -> None:
    """An output in git is a figure that nobody can vouch for."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)


def test_has_exactly_one_parameters_cell(template: NotebookNode) -> None:
    """Papermill puts its values after it; with none, it runs the defaults silently."""
    tagged = [c for c in template.cells if "parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == 1


def test_parameters_are_those_of_a_run(template: NotebookNode) -> None:
    """One spelling from YAML key to pydantic field; what is on all has no kommune."""
    cell = next(c for c in template.cells if "parameters" in c.metadata.get("tags", []))
    statements = ast.parse(cell.source).body
    assigned = {node.targets[0].id: node.value for node in statements}  # type: ignore[attr-defined]
    fields = list(Run.model_fields)
    assert list(assigned) == [
        name
        for name in fields
        if name != "kommune" or template.metadata.name not in SHARED.values()
    ]
    values = {name: ast.literal_eval(value) for name, value in assigned.items()}
    assert Run.model_validate({"kommune": "asss"} | values)


def test_cells_are_short_and_define_nothing(template: NotebookNode) -> None:
    """Reasoning in notebooks, computation in asss."""
    for cell in _code(template):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= LONGEST_CELL, cell.source
        kinds = {type(node) for node in ast.walk(ast.parse(cell.source))}
        assert not kinds & {ast.FunctionDef, ast.ClassDef, ast.If, ast.For, ast.Lambda}


def test_cells_hold_no_words_for_the_reader(template: NotebookNode) -> None:
    """Words belong to parameters/ and to Markdown; a cell names ids and queries."""
    for cell in _code(template):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value == node.value.lower(), node.value
                assert not set(node.value) & set("æøåÆØÅ"), node.value


def test_every_chapter_is_on_the_page(template: NotebookNode) -> None:
    """A chapter in the catalogue that the notebook forgets would never be missed."""
    source = "\n".join(cell.source for cell in template.cells)
    if template.metadata.name == SHARED[METHOD]:
        assert re.findall(r'report\.part\("(\w+)"\)', source) == list(method.PARTS)
        return
    assert "report.see_also()" in source
    assert "report.chapters()" in source


def test_names_nothing_of_any_service_area(
    template: NotebookNode, known: Catalogue
) -> None:
    """One template for all: what is special of an area is said in parameters/."""
    service = known.service
    parts = (service.figures, service.chapters, service.sections, service.measures)
    named = {one.id for part in parts for one in part} - {"netto"}
    words = {service.name.lower(), *(one.name.lower() for one in service.chapters)}
    for cell in _code(template):
        assert not named & set(re.findall(r"\w+", cell.source)), cell.source
    text = "\n".join(cell.source for cell in template.cells).lower()
    assert [word for word in words if word in text] == []


def test_imports_asss_and_what_analysts_know(template: NotebookNode) -> None:
    """Whoever reads the notebook need not know how the package is laid out."""
    imports = [
        ast.unparse(node)
        for cell in _code(template)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    others = ["import pandas as pd", "import seaborn as sns"]
    shared = template.metadata.name in SHARED.values()
    assert imports == [*([] if shared else others), "import asss"]


def test_keeps_a_public_kernel_name(template: NotebookNode) -> None:
    """A private kernel name runs on one machine only; with none, papermill refuses."""
    assert template.metadata.kernelspec.name == "python3"


# -- beside the templates --------------------------------------------------------------


@pytest.fixture(params=BESIDE)
def beside(project: Path, request: pytest.FixtureRequest) -> NotebookNode:
    """A notebook that was run as in JupyterLab, where nothing has been fetched."""
    folder = project / "notebooks"
    found = nbformat.read(folder / f"{request.param}.ipynb", as_version=4)
    found.metadata.name = request.param
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(found, timeout=600, resources=resources).execute()
    found.metadata.sheets = [path.name for path in folder.glob("*.xlsx")]
    return found


#: What each shows at least: plots, and how many rows its workbook has.
PLOTS = {"utforsk": 3, "kontroll": 0, "fra_celle_til_setning": 0}
SHEETS = {"utforsk": {"utforsk.xlsx"}, "kontroll": {"kontroll.xlsx"}}


def test_each_cell_shows_something(beside: NotebookNode, project: Path) -> None:
    """And says nothing to stderr: a warning there is a doubt that nobody reads."""
    name = beside.metadata.name
    code = _code(beside)
    assert "parameters" in code[0].metadata.tags
    for cell in code[1:]:
        assert cell.outputs, cell.source
        kinds = {output.output_type for output in cell.outputs}
        assert kinds <= {"execute_result", "display_data"}, cell.outputs
    data = [output.data for cell in code for output in cell.outputs]
    assert sum("image/png" in one for one in data) == PLOTS[name]
    # No object that shows itself as it is in memory.
    bare = [one["text/plain"] for one in data if len(one) == 1]
    assert not [one for one in bare if re.search("<.* at 0x", one)]
    assert {*beside.metadata.sheets} == SHEETS.get(name, set())
    if name == "kontroll":
        signing = pd.read_excel(project / "notebooks" / "kontroll.xlsx")
        assert len(signing) == 10
        assert signing[["navn", "dato"]].isna().all(axis=None)


@pytest.mark.parametrize("name", BESIDE)
def test_cells_beside_are_short_too(root: Path, name: str) -> None:
    notebook = nbformat.read(root / "notebooks" / f"{name}.ipynb", as_version=4)
    imports = []
    for cell in _code(notebook):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= LONGEST_CELL, cell.source
        assert max(map(len, lines)) <= 100
        nodes = list(ast.walk(ast.parse(cell.source)))
        kinds = {type(node) for node in nodes}
        assert not kinds & {ast.FunctionDef, ast.ClassDef, ast.If, ast.For, ast.Lambda}
        imports += [n for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)]
    allowed = {"import pandas as pd", "import seaborn as sns", "import asss"}
    assert {ast.unparse(one) for one in imports} <= allowed
    assert [cell.id for cell in notebook.cells] == [
        str(place) for place in range(len(notebook.cells))
    ]

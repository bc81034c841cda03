"""The rooms: imports point one way, and each outside library has its place."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mutants

#: Libraries that only the named packages and modules may import. A stray line becomes
#: visible here.
RESERVED = {
    # For analysts in their notebooks; what a report shows is drawn without, and what
    # they have drawn is taken in.
    "matplotlib": {"figures.adoption"},
    "seaborn": set(),
    "ipywidgets": {"runs.gallery"},
    "fontTools": {"figures.canvas", "page.looks", "formats.readback.drawing"},
    "statsmodels": {"analysis.chance"},
    "papermill": {"runs.report", "runs.kernels"},
    "ipykernel": {"runs.kernels"},
    "jupyter_client": {"runs.kernels"},
    "distributed": {"runs.cluster"},
    "upath": {"outputs"},
    "nbconvert": {"formats.conversion", "formats.exporters"},
    "nbformat": {
        "runs.report",
        "runs.workbench",
        "formats.conversion",
        "formats.exporters",
        "formats.review",
    },
    "typst": {"formats.typesetting"},
    "pikepdf": {"formats.tagging", "formats.readback"},
    "lxml": {"formats.readback"},
    # Of the tests, which read pages as somebody else would.
    "bs4": set(),
    "jinja2": {"page.blocks"},
    "markdown_it": {"catalogue.markdown"},
    "yaml": {"catalogue", "formats.readback.answers"},
    "pydantic": {
        "catalogue",
        "statbank",
        "analysis",
        "page.record",
        "runs.manifest",
        "runs.ledger",
    },
    "xlsxwriter": {"formats.exports"},
    "resvg_py": {"formats.exports"},
    "typer": {"__main__", "cli"},
    "rich": {"cli"},
    "httpx": {"statbank"},
    "filelock": {"statbank", "runs.ledger", "outputs", "formats.conversion"},
}

#: What lies below the tables knows no pandas: they are about files, not figures.
WITHOUT_PANDAS = {
    *("errors", "catalogue", "statbank"),
    # And what decides that nothing is to be made must not wait for pandas either.
    *("runs.manifest", "runs.ledger"),
}

#: What a command does without that finds nothing to make: it is done the sooner.
NOT_AHEAD = ("pandas", "matplotlib", "seaborn")


def _modules(root: Path) -> list[Path]:
    return sorted((root / "asss").rglob("*.py"))


def _rooms(path: Path, root: Path) -> set[str]:
    """A module and the packages that it is in: ``runs.report``, ``runs``."""
    parts = path.relative_to(root / "asss").with_suffix("").parts
    return {".".join(parts[:n]) for n in range(1, len(parts) + 1)}


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_imports_point_one_way(root: Path) -> None:
    """A room that looks up, or sideways, ties knots that nobody can undo later."""
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [linter], cwd=root, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"\b[1-9]\d* kept, 0 broken", result.stdout)


def test_every_library_stays_in_its_room(root: Path) -> None:
    """Only report knows papermill, nothing knows matplotlib, and so on."""
    strays = [
        f"{path.relative_to(root)} imports {library}"
        for path in _modules(root)
        for library in _imported(path)
        if library in RESERVED and not _rooms(path, root) & RESERVED[library]
    ]
    assert not strays


def test_rooms_below_the_tables_know_no_pandas(root: Path) -> None:
    """What we know is files; a table is made of it further up."""
    strays = [
        str(path.relative_to(root))
        for path in _modules(root)
        if _rooms(path, root) & WITHOUT_PANDAS and "pandas" in set(_imported(path))
    ]
    assert not strays


def test_reports_are_written_without_what_only_notebooks_need() -> None:
    """Facts and pages are read from the notebook, and no table is made of them."""
    program = "import sys, asss.runs.batch; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not set(NOT_AHEAD) & set(done.stdout.split())


def test_reports_are_begun_before_what_shows_them_is_loaded() -> None:
    """Pages and read-back are loaded by the processes that reports come from."""
    program = "import sys, asss.runs.batch; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {"asss.page", "asss.formats", "jinja2"} & set(done.stdout.split())


def test_every_module_says_what_is_meant_for_others(root: Path) -> None:
    """Tab completion, and whoever changes a module, see what others stand on."""
    defines = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign
    silent = [
        str(path.relative_to(root))
        for path in _modules(root)
        if path.name != "__main__.py"
        and "__all__ = " not in (text := path.read_text("utf-8"))
        and any(isinstance(node, defines) for node in ast.parse(text).body)
    ]
    assert not silent


def test_the_library_does_not_print(root: Path) -> None:
    """Words to the operator leave through the command line alone."""
    prints = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path in _modules(root)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert not prints


def test_no_path_of_a_machine_is_in_the_project(root: Path) -> None:
    """What works on one machine only must not be committed."""
    words = (f"{root.parent}/", f"{Path.home()}/", "http://localhost")
    folders = ("asss", "parameters", "notebooks", "docs")
    suffixes = {".py", ".yaml", ".csv", ".md", ".ipynb", ".json", ".j2", ".css"}
    found = [
        f"{path.relative_to(root)}: {word}"
        for folder in folders
        for path in (root / folder).rglob("*")
        if path.suffix in suffixes
        for word in words
        if len(word) > len("/a/") and word in path.read_text("utf-8")
    ]
    assert not found


def test_every_fault_made_on_purpose_has_its_line_and_its_test(root: Path) -> None:
    """A line that was rewritten would else be a fault that nobody makes any more."""
    assert not mutants.misplaced(root)
    assert len(mutants.MUTANTS) >= 10
    for mutant in mutants.MUTANTS:
        file, _, name = mutant.test.partition("::")
        assert f"def {name}(" in (root / "tests" / file).read_text("utf-8")

"""
The floor: the notebook's own code without Jupyter, in one process that is warm.

Run as a program, with a way and how many reports to execute; it prints the seconds that
they took once everything was warm. ``python`` is the floor. ``warm`` and ``papermill``
are papermill with a warm kernel and with its own. ``page`` is ``warm`` without the
notebook's argument: nothing but what its page needs.
"""

import ast
import atexit
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import nbformat

from asss.page.blocks import Blocks
from benchmarks.plain import ROOT

TEMPLATE = ROOT / "notebooks" / "kommune.ipynb"
KOMMUNER = ("oslo", "bergen", "trondheim", "stavanger", "tromso")

#: How an object shows itself in a notebook, all at once.
SHOWN = ("__repr__", "_repr_mimebundle_", "_repr_html_")


def main() -> None:
    """Execute reports in one of the ways, after one that is not counted."""
    way, count = sys.argv[1], int(sys.argv[2])
    os.chdir(ROOT)
    ways = {"python": python, "warm": warm, "page": page, "papermill": papermill}
    execute = ways[way]()
    execute(KOMMUNER[0])
    begun = time.perf_counter()
    for number in range(count):
        execute(KOMMUNER[number % len(KOMMUNER)])
    print(time.perf_counter() - begun)


def python() -> Callable[[str], None]:
    """Run the code cells, and have what each ends with show itself."""
    notebook = nbformat.read(TEMPLATE, as_version=4)  # type: ignore[no-untyped-call]
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]

    def execute(kommune: str) -> None:
        names: dict[str, Any] = {}
        figures = 0
        for number, source in enumerate(cells):
            figures += sum("<svg" in str(shown) for shown in _run(source, names))
            if number == 0:
                names |= {"kommune": kommune, "year": 2020, "snapshot": "embedded"}
        if figures != len("1234"):
            msg = f"{kommune} has {figures} figures"
            raise RuntimeError(msg)

    return execute


def _run(source: str, names: dict[str, Any]) -> list[Any]:
    """Run a cell; how each part of what it ends with shows itself."""
    tree = ast.parse(source)
    last = step if isinstance(step := tree.body[-1], ast.Expr) else None
    tree.body = tree.body[: -1 if last else None]
    exec(compile(tree, "<cell>", "exec"), names)
    if last is None:
        return []
    value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    for number in plt.get_fignums():
        # As a notebook has it shown.
        plt.figure(number).savefig(io.BytesIO(), bbox_inches="tight")
    plt.close("all")
    # Several blocks show themselves one by one.
    parts = value if isinstance(value, Blocks) else [value]
    return [
        [getattr(one, name)() for name in SHOWN if hasattr(one, name)] for one in parts
    ]


def page() -> Callable[[str], None]:
    """As `warm`, but no step that only shows the reader something."""
    notebook = nbformat.read(TEMPLATE, as_version=4)  # type: ignore[no-untyped-call]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    needed: set[str] = set()
    for cell in reversed(code):
        on_page = bool({"fakta", "rapport"} & set(cell.metadata.get("tags", ())))
        kept = list(_needed(ast.parse(cell.source).body, needed, on_page))
        if "parameters" not in cell.metadata.get("tags", ()):
            cell.source = "\n".join(ast.unparse(step) for step in reversed(kept))
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    template = Path(folder.name) / TEMPLATE.name
    nbformat.write(notebook, template)  # type: ignore[no-untyped-call]
    return warm(template)


def _needed(
    steps: list[ast.stmt], needed: set[str], on_page: bool
) -> Iterator[ast.stmt]:
    """Steps that the page or a later step of these reads a name of, last first."""
    for step in reversed(steps):
        names = [node for node in ast.walk(step) if isinstance(node, ast.Name)]
        made = {name.id for name in names if isinstance(name.ctx, ast.Store)}
        imports = isinstance(step, ast.Import | ast.ImportFrom)
        if on_page or imports or made & needed:
            needed -= made
            needed |= {name.id for name in names if isinstance(name.ctx, ast.Load)}
            yield step


def warm(template: Path = TEMPLATE) -> Callable[[str], None]:
    """Papermill with a kernel that has everything imported, as reports have."""
    from asss.catalogue.parameters import EMBEDDED, Run
    from asss.runs import batch
    from asss.runs.kernels import forks

    run = Run(kommune=KOMMUNER[0], year=2020, snapshot=EMBEDDED)
    made, _ = batch.ahead(ROOT, run)
    server = forks.Forks((forks.WARM_UP, *batch.KERNELS, made))
    atexit.register(server.close)
    forks.requests = server.requests
    return _with_papermill("warm", template)


def papermill() -> Callable[[str], None]:
    """Papermill with its own engine."""
    return _with_papermill("nbclient", TEMPLATE)


def _with_papermill(engine: str, template: Path) -> Callable[[str], None]:
    import papermill

    def execute(kommune: str) -> None:
        made = papermill.execute_notebook(
            str(template),
            None,
            parameters={"kommune": kommune, "year": 2020, "snapshot": "embedded"},
            engine_name=engine,
            progress_bar=False,
            cwd=str(ROOT),
        )
        outputs = [str(o) for cell in made.cells for o in cell.get("outputs", [])]
        if sum("<svg" in output for output in outputs) != len("1234"):
            msg = f"{kommune} lacks figures"
            raise RuntimeError(msg)

    return execute


if __name__ == "__main__":
    main()

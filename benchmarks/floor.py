"""
The floor: the notebook's own code without Jupyter, in one process that is warm.

Run as a program, with a way and how many reports to execute; it prints the seconds that
they took once everything was warm. ``python`` is the floor. ``warm`` and ``papermill``
are papermill with a warm kernel and with its own.
"""

import ast
import atexit
import io
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import nbformat

from benchmarks.plain import ROOT

TEMPLATE = ROOT / "notebooks" / "kommune.ipynb"
KOMMUNER = ("oslo", "bergen", "trondheim", "stavanger", "tromso")

#: How an object shows itself in a notebook, all at once.
SHOWN = ("__repr__", "_repr_mimebundle_", "_repr_html_")


def main() -> None:
    """Execute reports in one of the ways, after one that is not counted."""
    way, count = sys.argv[1], int(sys.argv[2])
    os.chdir(ROOT)
    execute = {"python": python, "warm": warm, "papermill": papermill}[way]()
    execute(KOMMUNER[0])
    begun = time.perf_counter()
    for number in range(count):
        execute(KOMMUNER[number % len(KOMMUNER)])
    print(time.perf_counter() - begun)


def python() -> Callable[[str], None]:
    """Run the code cells, and have what each ends with show itself."""
    notebook = nbformat.read(TEMPLATE, as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]

    def execute(kommune: str) -> None:
        names: dict[str, Any] = {}
        figures = 0
        for number, source in enumerate(cells):
            shown = _run(source, names)
            figures += "<svg" in str(shown)
            if number == 0:
                names |= {"kommune": kommune, "year": 2020, "snapshot": "embedded"}
        if figures != len("1234"):
            msg = f"{kommune} has {figures} figures"
            raise RuntimeError(msg)

    return execute


def _run(source: str, names: dict[str, Any]) -> Any:
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    if last is None:
        return None
    value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    for number in plt.get_fignums():
        # As a notebook has it shown.
        plt.figure(number).savefig(io.BytesIO(), bbox_inches="tight")
    plt.close("all")
    return [getattr(value, name)() for name in SHOWN if hasattr(value, name)]


def warm() -> Callable[[str], None]:
    """Papermill with a kernel that has everything imported, as reports have."""
    from asss.catalogue.parameters import EMBEDDED, Run
    from asss.runs import batch
    from asss.runs.kernels import forks

    run = Run(kommune=KOMMUNER[0], year=2020, snapshot=EMBEDDED)
    server = forks.Forks((forks.WARM_UP, *batch.KERNELS, batch.ahead(ROOT, run)))
    atexit.register(server.close)
    forks.requests = server.requests
    return _with_papermill("warm")


def papermill() -> Callable[[str], None]:
    """Papermill with its own engine."""
    return _with_papermill("nbclient")


def _with_papermill(engine: str) -> Callable[[str], None]:
    import papermill

    def execute(kommune: str) -> None:
        made = papermill.execute_notebook(
            str(TEMPLATE),
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

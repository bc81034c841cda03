"""Run a report's notebook in this very process: what is changed here holds there."""

import ast
import contextlib
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from asss.catalogue.parameters import SHARED, Run
from asss.errors import AsssError, RenderError
from asss.page.blocks import Blocks
from asss.runs import report


def execute(run: Run, template: Path, root: Path, *_: object) -> NotebookNode:
    """In place of papermill: each cell in turn, and what its last line gives."""
    notebook = load_notebook_node(str(template))  # type: ignore[no-untyped-call]
    given = run.model_dump(exclude={"kommune"} if run.kommune in SHARED else set())
    notebook = parameterize_notebook(notebook, given)  # type: ignore[no-untyped-call]
    space: dict[str, Any] = {}
    with contextlib.chdir(root):
        code = (cell for cell in notebook.cells if cell.cell_type == "code")
        for number, cell in enumerate(code, 1):
            cell.execution_count = number
            *lines, last = ast.parse(cell.source).body
            is_shown = isinstance(last, ast.Expr) and bool(cell.metadata["tags"])
            if not is_shown:
                lines.append(last)
            try:
                exec(compile(ast.Module(lines, []), str(template), "exec"), space)
                if is_shown:
                    made = compile(ast.Expression(last.value), str(template), "eval")
                    shown = eval(made, space)
                    each = shown if isinstance(shown, Blocks) else [shown]
                    cell.outputs = [_output(one) for one in each]
            except (AsssError, LookupError):
                # The last is how a fault says that it could not be planted.
                raise
            except Exception as error:
                # As of a cell that fails in a kernel.
                step = cell.source.splitlines()[0]
                msg = f"cell «{step}» failed. {type(error).__name__}: {error}"
                raise RenderError(msg) from error
    return report._tidy(notebook)


def _output(shown: Any) -> NotebookNode:
    """What a cell shows, as a notebook keeps it: read again from JSON."""
    bundle = shown._repr_mimebundle_()
    if hasattr(shown, "_repr_html_"):
        bundle["text/html"] = shown._repr_html_()
    found: NotebookNode = nbformat.from_dict(
        {
            "output_type": "execute_result",
            "execution_count": 1,
            "metadata": {},
            "data": bundle,
        }
    )
    return found

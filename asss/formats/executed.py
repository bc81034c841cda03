"""
An executed notebook: what its cells gave out for the page, and how it is kept.

It is kept so that a report can be made of it again, and JupyterLab shows it whole: with
its facts and its page, and without what lies beside it anyhow.
"""

import base64
import json
import sqlite3
import zlib
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout
from jupyter_core.paths import jupyter_data_dir
from nbformat import NotebookNode
from nbformat.sign import NotebookNotary

from asss.errors import RenderError
from asss.page.blocks import BLOCK_MIME
from asss.page.own import OWN_MIME
from asss.page.record import FACTS_MIME
from asss.page.sections import FIGURES_MIME

__all__ = ["ON_PAGE", "check_page", "facts", "given", "kept", "sign"]

#: Cells with this tag reach the page.
ON_PAGE: Final = "rapport"

#: Facts as they are kept: a tenth of their size. Beside them lies facts.json to read.
PACKED_MIME: Final = "application/vnd.asss.facts+zlib"

#: Seconds that are waited for others who sign.
PATIENCE: Final = 30.0


def given(notebook: NotebookNode, mime: str) -> Iterator[Any]:
    """What the notebook's cells gave out under a type of our own."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if mime in output.get("data", {}):
                yield output["data"][mime]


def facts(notebook: NotebookNode) -> Iterator[dict[str, Any]]:
    """The facts that its cells gave out, with what blocks of the kommune's declare."""
    declared = list(given(notebook, OWN_MIME))
    for content in given(notebook, FACTS_MIME):
        yield {**content, "own": declared}
    for packed in given(notebook, PACKED_MIME):
        yield json.loads(zlib.decompress(base64.b64decode(packed))) | {"own": declared}


def check_page(notebook: NotebookNode, about: str) -> None:
    """
    Let nothing stand in a cell of the page but blocks of the page.

    A plot would not be seen there, and a table would be, with figures of its own.

    Raises
    ------
    RenderError
        Naming the cell and what it shows.
    """
    for cell in notebook.cells:
        if ON_PAGE not in cell.metadata.get("tags", []):
            continue
        for output in cell.get("outputs", []):
            # A warning is for whoever runs it.
            if output.get("name") == "stderr" or BLOCK_MIME in output.get("data", {}):
                continue
            shown = ", ".join(output.get("data", {})) or output.output_type
            step = cell.source.strip().splitlines()[0]
            msg = (
                f"{about}: cell «{step}» shows {shown}. A cell with "
                f"the tag {ON_PAGE} is printed in every report, and may show nothing "
                "but what asss makes for the page. Take the tag off the cell."
            )
            raise RenderError(msg)


def kept(notebook: NotebookNode) -> NotebookNode:
    """The notebook as it is kept: facts packed, and no numbers that are exported."""
    made = copy(notebook)
    made.cells = []
    for cell in notebook.cells:
        lean = copy(cell)
        if "outputs" in cell:
            lean.outputs = [_lean(output) for output in cell.outputs]
        made.cells.append(lean)
    return made


def _lean(output: NotebookNode) -> NotebookNode:
    if not output.get("data", {}).keys() & {FACTS_MIME, FIGURES_MIME}:
        return output
    lean = copy(output)
    lean.data = copy(output.data)
    lean.data.pop(FIGURES_MIME, None)
    if content := lean.data.pop(FACTS_MIME, None):
        written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        packed = zlib.compress(written.encode(), 9)
        lean.data[PACKED_MIME] = base64.b64encode(packed).decode()
    return lean


def sign(notebook: NotebookNode) -> str:
    """
    Have JupyterLab trust a notebook that was executed here, as if run in it.

    The signature goes to the user's own database of them, in Jupyter's data folder;
    the file itself is the same, and shows all it has to say where nobody trusts it.

    Returns
    -------
    why : str
        Why it could not be signed; empty where it was.
    """
    place = Path(jupyter_data_dir())
    try:
        place.mkdir(parents=True, exist_ok=True)
        # One at a time: whoever comes first makes the key, and a database that is busy
        # for long is taken for a damaged one.
        with FileLock(place / "nbsignatures.db.lock", timeout=PATIENCE):
            notary = NotebookNotary(data_dir=str(place))  # type: ignore[no-untyped-call]
            with notary:
                notary.sign(notebook)  # type: ignore[no-untyped-call]
                is_stored = notary.store.db_file != ":memory:"
        return "" if is_stored else f"{place} cannot be written"
    except Timeout:
        return f"somebody else has been signing for {PATIENCE:.0f} seconds"
    except (OSError, sqlite3.Error) as error:
        return str(getattr(error, "strerror", "") or error)

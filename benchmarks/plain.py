"""
What a user does without us: three commands for each municipality, in a loop.

It stands still: the notebook, package and engine for PDF are those of `FROZEN`, where
WeasyPrint set our own PDF too, laid out of the project's history. So it does not become
faster with us. Run as a program, with the folder it is laid out in, that for results,
the formats (``html`` or ``html,pdf``), how many at a time, and ids of municipalities.
"""

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[1]
YEAR = "2020"

#: The commit whose notebook and package the loop has, and what of it is needed.
FROZEN = "dce2374"
TEMPLATE = "notebooks/sosiale_tjenester.ipynb"
NEEDED = ("asss", "notebooks", "parameters", "pyproject.toml")


def main() -> None:
    """Render each municipality that is named."""
    root, folder, formats, jobs, *kommuner = sys.argv[1:]
    one = partial(render, Path(root), Path(folder), formats.split(","))
    with ThreadPoolExecutor(int(jobs)) as threads:
        list(threads.map(one, kommuner))


@contextmanager
def frozen() -> Iterator[Path]:
    """
    The project as it was then.

    Raises
    ------
    RuntimeError
        If this is no clone with its history: nothing else is that loop.
    """
    asked = ["git", "archive", FROZEN, *NEEDED]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, check=False)
    if told.returncode != 0:
        msg = (
            f"The plain loop is that of commit {FROZEN}, which is not here "
            f"({told.stderr.decode().strip()}). Clone the project with its history, or "
            "run the other comparisons by their letters."
        )
        raise RuntimeError(msg)
    with TemporaryDirectory(prefix="asss-frozen-") as folder:
        with tarfile.open(fileobj=io.BytesIO(told.stdout)) as packed:
            packed.extractall(folder, filter="data")
        # What the package tells nbconvert and others of itself is to be as it was, too.
        options = ("--quiet", "--no-deps", "--no-build-isolation", "--upgrade")
        words = ("-m", "pip", "install", *options, "--target", folder, folder)
        subprocess.run([sys.executable, *words], check=True)
        yield Path(folder)


def as_frozen(root: Path) -> dict[str, str]:
    """What the environment has for Python to import the package that lies there."""
    return {"PYTHONPATH": str(root)}


def render(root: Path, folder: Path, formats: Sequence[str], kommune: str) -> None:
    """papermill, then nbconvert, then WeasyPrint."""
    notebook = folder / f"{kommune}.ipynb"
    page, paper = notebook.with_suffix(".html"), notebook.with_suffix(".pdf")
    parameters = {"kommune": kommune, "year": YEAR, "snapshot": "embedded"}
    given = [word for pair in parameters.items() for word in ("-p", *pair)]
    execute = [BIN / "papermill", root / TEMPLATE, notebook, *given, "--cwd", root]
    convert = [BIN / "jupyter", "nbconvert", "--to", "html", "--no-input", notebook]
    to_pdf = [BIN / "weasyprint", "--pdf-variant", "pdf/ua-1", page, paper]
    commands: list[list[Any]] = [execute, convert]
    commands += [to_pdf] if "pdf" in formats else []
    for command in commands:
        env = {**os.environ, **as_frozen(root)}
        told = subprocess.run(command, check=False, capture_output=True, env=env)
        if told.returncode != 0:
            msg = f"{command[0]} ended with {told.returncode}:\n{told.stderr.decode()}"
            raise RuntimeError(msg)
    for made in (page, paper)[: len(formats)]:
        if made.stat().st_size < 10_000:
            msg = f"{made} is no report"
            raise RuntimeError(msg)


if __name__ == "__main__":
    main()

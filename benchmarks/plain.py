"""
What a user does without us: three commands for each municipality, in a loop.

The same notebook, and for PDF what makes one of any page. Run as a program, with the
folder for results, the formats (``html`` or ``html,pdf``) and ids of municipalities.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[1]
YEAR = "2020"


def main() -> None:
    """Render each municipality that is named."""
    folder, formats, *kommuner = sys.argv[1:]
    for kommune in kommuner:
        render(Path(folder), kommune, formats.split(","))


def render(folder: Path, kommune: str, formats: Sequence[str]) -> None:
    """papermill, then nbconvert, then WeasyPrint."""
    notebook = folder / f"{kommune}.ipynb"
    page, paper = notebook.with_suffix(".html"), notebook.with_suffix(".pdf")
    parameters = {"kommune": kommune, "year": YEAR, "snapshot": "embedded"}
    given = [word for pair in parameters.items() for word in ("-p", *pair)]
    template = ROOT / "notebooks" / "sosiale_tjenester.ipynb"
    execute = [BIN / "papermill", template, notebook, *given, "--cwd", ROOT]
    convert = [BIN / "jupyter", "nbconvert", "--to", "html", "--no-input", notebook]
    to_pdf = [BIN / "weasyprint", "--pdf-variant", "pdf/ua-1", page, paper]
    commands = [execute, convert, *([to_pdf] if "pdf" in formats else [])]
    for command in commands:
        subprocess.run(command, check=True, capture_output=True)
    for made in (page, paper)[: len(formats)]:
        if made.stat().st_size < 10_000:
            msg = f"{made} is no report"
            raise RuntimeError(msg)


if __name__ == "__main__":
    main()

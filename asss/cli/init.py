"""Lay out a project from what the package carries."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from asss import outputs
from asss.catalogue import parameters
from asss.cli.terminal import out, plain_errors, safe
from asss.errors import UsageError

__all__ = ["init"]


def init(
    folder: Annotated[
        Path, typer.Argument(help="A folder that is empty or does not exist yet.")
    ],
) -> None:
    """Lay out notebooks/ and parameters/ in an empty folder, to work with there."""
    with plain_errors():
        target = folder.resolve()
        if target.exists() and not (target.is_dir() and not any(target.iterdir())):
            msg = f"{folder} is not an empty folder; name one that is, or a new one."
            raise UsageError(msg)
        with outputs.workplace(target) as work:
            for part in parameters.PROJECT:
                shutil.copytree(
                    parameters.packaged_project() / part,
                    work / part,
                    ignore=lambda _, names: filter(parameters.is_left_over, names),
                )
            outputs.put(work, target)
    out.print(f"{safe(folder)} holds notebooks/ and parameters/. Go there, and run:")
    out.print("  asss render --all --year 2020")

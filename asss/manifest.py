"""
A report's manifest: what it was made of, and the sha256 of every file that was made.

With it anybody can see whether a report is as it was made, and whether it would come
out the same today. No clock and no path is in it: same inputs, same bytes. Imports
``parameters`` and ``errors``.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field

import asss
from asss import parameters
from asss.errors import ManifestError
from asss.parameters import Model, Run

MANIFEST_NAME = "manifest.json"

#: The version of the form of the manifest.
FORM: Final = 1

#: The language of every report.
LOCALE: Final = "nb"


class File(Model):
    """One file of a report."""

    sha256: str
    bytes: int


class Inputs(Model):
    """What a report is made of, one sha256 each.

    Attributes
    ----------
    snapshot : str
        Of the snapshot's manifest, and so of every answer in it.
    parameters : str
        Of all files under ``parameters/``, by relative path and content.
    template : str
        Of the notebook.
    package : str
        Of all files of this package: code, templates, fonts and stylesheet.
    """

    snapshot: str
    parameters: str
    template: str
    package: str


class Manifest(Model):
    """The whole of ``manifest.json``.

    Attributes
    ----------
    run : Run
        As the notebook had it: the snapshot by its lasting name, the dates as printed.
    editions : tuple of str
        ``public``, and ``review`` where the reviewer's edition was asked for. Manifests
        from before there was one do not say.
    fingerprint : str
        Of what the reader is told; the ledger has the same.
    files : mapping of file name to File
        A file in a folder of the report's is named with it: ``figurer/figur-1.svg``.
    """

    form: Literal[1]
    kommune: str
    year: int
    service: str
    locale: Literal["nb"]
    formats: tuple[str, ...] = Field(strict=False)
    editions: tuple[str, ...] = Field(default=("public",), strict=False)
    run: Run
    fingerprint: str
    version: str
    inputs: Inputs
    files: Mapping[str, File]


def take(
    folder: Path,
    *,
    run: Run,
    service: str,
    formats: tuple[str, ...],
    editions: tuple[str, ...],
    fingerprint: str,
    inputs: Inputs,
) -> Manifest:
    """Take down every file of a finished report."""
    files = {
        name: _file(folder / name) for name in names(folder) if name != MANIFEST_NAME
    }
    return Manifest(
        form=FORM,
        kommune=run.kommune,
        year=run.year,
        service=service,
        locale=LOCALE,
        formats=formats,
        editions=editions,
        run=run,
        fingerprint=fingerprint,
        version=asss.__version__,
        inputs=inputs,
        files=files,
    )


def write(kept: Manifest, folder: Path) -> None:
    """Write ``manifest.json``: one form for the same content."""
    written = json.dumps(kept.model_dump(mode="json"), ensure_ascii=False, indent=1)
    (folder / MANIFEST_NAME).write_text(f"{written}\n", encoding="utf-8")


def read(folder: Path) -> Manifest:
    """
    Read the manifest of a report.

    Raises
    ------
    ManifestError
        If it is missing or damaged: nothing then vouches for the report.
    """
    path = folder / MANIFEST_NAME
    try:
        content: Any = json.loads(path.read_bytes())
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}). Render the report again."
        raise ManifestError(msg) from error
    except ValueError as error:
        msg = f"{path} is damaged ({error}). Render the report again."
        raise ManifestError(msg) from error
    problems: list[str] = []
    kept = parameters.check_model(
        Manifest, content, file=MANIFEST_NAME, problems=problems
    )
    if kept is None:
        what = "; ".join(problems) or "it is empty"
        msg = f"{path} is damaged: {what}. Render the report again."
        raise ManifestError(msg)
    return kept


def faults(kept: Manifest, folder: Path) -> list[str]:
    """What is no longer as it was made: files that are missing or changed."""
    found = []
    for name, file in kept.files.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif (now := _file(path)) != file:
            found.append(
                f"{name} has been changed or is damaged: its sha256 is "
                f"{now.sha256[:12]}…, the manifest says {file.sha256[:12]}…"
            )
    return found


def strays(kept: Manifest, folder: Path) -> list[str]:
    """Names of what lies in a report's folder and was not made with it."""
    expected = {MANIFEST_NAME, *kept.files}
    return [name for name in names(folder) if name not in expected]


def names(folder: Path) -> list[str]:
    """Every file in a report's folder, as the manifest names it."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir()
    )


def inputs(folder: Path, template: Path, *, snapshot: str) -> Inputs:
    """
    Take the sha256 of what a report is made of.

    Parameters
    ----------
    folder : Path
        ``parameters/``.
    template : Path
        The notebook.
    snapshot : str
        The sha256 of the snapshot.
    """
    return Inputs(
        snapshot=snapshot,
        parameters=_digest_of_folder(folder),
        template=_file(template).sha256,
        package=_digest_of_package(),
    )


def _file(path: Path) -> File:
    raw = path.read_bytes()
    return File(sha256=hashlib.sha256(raw).hexdigest(), bytes=len(raw))


def _digest_of_folder(folder: Path) -> str:
    """One sha256 for a folder; what an editor, a system or Python leaves is no part."""
    found = hashlib.sha256()
    paths = {path.relative_to(folder): path for path in folder.rglob("*")}
    for name, path in sorted((name.as_posix(), path) for name, path in paths.items()):
        is_left_behind = any(
            part.startswith(".") or part == "__pycache__" for part in name.split("/")
        )
        if path.is_file() and not is_left_behind:
            found.update(f"{name}\0{_file(path).sha256}\n".encode())
    return found.hexdigest()


@cache
def _digest_of_package() -> str:
    """Taken once: what runs is what was there when the process began."""
    return _digest_of_folder(Path(str(resources.files("asss"))))

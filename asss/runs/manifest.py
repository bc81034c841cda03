"""
A report's manifest: what it was made of, and the sha256 of every file that was made.

With it anybody can see whether a report is as it was made, and whether it would come
out the same today. No clock and no path is in it: same inputs, same bytes. It is
written once, with the report, and never after. A year's index has one too, which says
whose facts the index shows. Imports ``parameters``, ``outputs`` and ``errors``.
"""

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from pydantic import Field

import asss
from asss import outputs
from asss.catalogue import parameters
from asss.catalogue.filenames import INDEX_NAME
from asss.catalogue.parameters import NETWORK, NOTEBOOKS, Model, Run
from asss.errors import ManifestError

MANIFEST_NAME = "manifest.json"

#: The version of the form of the manifest.
FORM: Final = 1

#: The language of every report.
LOCALE: Final = "nb"

#: The notebook of «ASSS samlet», one for every service area.
NETWORK_NOTEBOOK = "asss_samlet"

#: What the package carries that has a sha256 of its own where it is used: a snapshot,
#: and in a wheel the project that ``asss init`` lays out.
CARRIED = ("embedded/", "project/")

#: The libraries that a report's bytes go through, those that ours stand on included.
#: Of the system's own, such as Pango, nobody keeps the version: --force is for those.
LIBRARIES = (
    "fonttools",
    "ipykernel",
    "ipython",
    "jinja2",
    "markdown-it-py",
    "markupsafe",
    "matplotlib",
    "nbclient",
    "nbconvert",
    "nbformat",
    "numpy",
    "pandas",
    "papermill",
    "pikepdf",
    "pydantic",
    "pydyf",
    "pyphen",
    "pyyaml",
    "resvg-py",
    "seaborn",
    "tinycss2",
    "tinyhtml5",
    "weasyprint",
    "xlsxwriter",
)


Kept = TypeVar("Kept", "Manifest", "Index")


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
        Of the files of this package: code, templates, fonts and stylesheet. The figures
        that it carries are a snapshot.
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
    libraries : mapping of name to version
        Python, and what a report's bytes go through. Empty, as `substance`, in
        manifests from before they were kept.
    substance : mapping of part to sha256
        What of snapshot and parameters/ this one report was given, part by part: see
        :func:`asss.runs.freshness.substance`.
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
    libraries: Mapping[str, str] = Field(default_factory=dict)
    substance: Mapping[str, str] = Field(default_factory=dict)
    files: Mapping[str, File]


class Index(Model):
    """The whole of ``<year>/manifest.json``, which vouches for the index of a year.

    Attributes
    ----------
    reports : mapping of id to sha256
        Of the facts.json of each report, of which the index shows facts.
    old : tuple of str
        Whose report is told to be older than it should be.
    years : tuple of int
        Other years that it leads to.
    substance : str
        The sha256 of all else that it was made of: see `freshness.index_of`.
    files : mapping of file name to File
        The index itself.
    """

    form: Literal[1]
    year: int
    reports: Mapping[str, str]
    old: tuple[str, ...] = Field(strict=False)
    years: tuple[int, ...] = Field(strict=False)
    substance: str
    files: Mapping[str, File] = Field(default_factory=dict)

    @property
    def facts(self) -> str:
        """One sha256 of all facts that the index shows; the page itself has it too."""
        return hashlib.sha256(json.dumps(dict(self.reports)).encode()).hexdigest()


def take(
    folder: Path,
    *,
    run: Run,
    service: str,
    formats: tuple[str, ...],
    editions: tuple[str, ...],
    fingerprint: str,
    inputs: Inputs,
    substance: Mapping[str, str],
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
        libraries=libraries(),
        substance=substance,
        files=files,
    )


def write(kept: Manifest | Index, folder: Path) -> None:
    """Write ``manifest.json``: one form for the same content."""
    written = json.dumps(kept.model_dump(mode="json"), ensure_ascii=False, indent=1)
    outputs.write(folder / MANIFEST_NAME, f"{written}\n")


def write_index(kept: Index, html: str, folder: Path) -> None:
    """Write the index of a year, and then the manifest that vouches for it."""
    outputs.write(folder / INDEX_NAME, html)
    raw = html.encode()
    made = File(sha256=hashlib.sha256(raw).hexdigest(), bytes=len(raw))
    write(kept.model_copy(update={"files": {INDEX_NAME: made}}), folder)


def read(folder: Path) -> Manifest:
    """
    Read the manifest of a report.

    Raises
    ------
    ManifestError
        If it is missing or damaged: nothing then vouches for the report.
    """
    return _read(Manifest, folder)


def read_index(folder: Path) -> Index:
    """
    Read the manifest of a year's index.

    Raises
    ------
    ManifestError
        If it is missing or damaged: nothing then vouches for the index.
    """
    return _read(Index, folder)


def _read(form: type[Kept], folder: Path) -> Kept:
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
    kept = parameters.check_model(form, content, file=MANIFEST_NAME, problems=problems)
    if kept is None:
        what = "; ".join(problems) or "it is empty"
        msg = f"{path} is damaged: {what}. Render the report again."
        raise ManifestError(msg)
    return kept


def faults(kept: Manifest | Index, folder: Path) -> list[str]:
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


def template_of(run: Run, root: Path, service: str) -> Path:
    """The notebook that a report is made from: of a kommune, or of the network."""
    name = NETWORK_NOTEBOOK if run.kommune == NETWORK else service
    return root / NOTEBOOKS / f"{name}.ipynb"


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
        parameters=digest(folder, names_in(folder)),
        template=digest_of(template),
        package=digest_of_package(),
    )


@cache
def libraries() -> dict[str, str]:
    """
    The versions of Python and of what a report's bytes go through.

    Returns
    -------
    versions : dict of name to version
        Empty text where a library is not installed, such as that of a format which is
        not asked for.
    """
    return {
        "python": platform.python_version(),
        **{name: _version(name) for name in LIBRARIES},
    }


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""


def digest_of(path: Path) -> str:
    """The sha256 of one file."""
    return _file(path).sha256


def _file(path: Path) -> File:
    raw = path.read_bytes()
    return File(sha256=hashlib.sha256(raw).hexdigest(), bytes=len(raw))


def digest(folder: Path, names: Iterable[str]) -> str:
    """One sha256 for some files of a folder, by name and content."""
    found = hashlib.sha256()
    for name in names:
        found.update(f"{name}\0{_file(folder / name).sha256}\n".encode())
    return found.hexdigest()


def names_in(folder: Path) -> list[str]:
    """Every file of a folder; what an editor, a system or Python leaves is no part."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in parameters.files(folder, "**/*")
        if path.is_file()
    )


@cache
def digest_of_package() -> str:
    """
    One sha256 for the code, templates, fonts and stylesheet of this package.

    Taken once: what runs is what was there when the process began.
    """
    return digest_of_code(Path(str(resources.files("asss"))))


def digest_of_code(package: Path) -> str:
    """The same, of a package that lies somewhere."""
    names = names_in(package)
    return digest(package, (n for n in names if not n.startswith(CARRIED)))

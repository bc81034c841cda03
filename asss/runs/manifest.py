"""
What reports are made of and what was made of it: the manifests, and whether they hold.

A report's manifest keeps one record of its inputs, name by name: the figures it uses,
what it uses of ``parameters/``, the notebook, this package, the libraries. That record
is taken again before pandas or Jupyter are loaded, and what differs is the reason to
make the report again. Beside it stands the sha256 of every file that was made. No clock
and no path is in a manifest: same inputs, same bytes. The index of a year has one too,
which says whose facts the index shows. Imports ``ledger``, ``holdings`` and below.

Notes
-----
Snapshots are compared by what they say and not by what they are called. So a report
goes on standing on the fetch that it was made from, and goes on saying so, when a later
fetch brought the same figures from the same update of the same tables. Where it cannot
be known whether a report is as it would be, it is made again: a stale figure in print
is the worst that could come of saving the time.
"""

import hashlib
import json
import platform
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from pydantic import Field

import asss
from asss import outputs
from asss.catalogue import parameters
from asss.catalogue.catalogue import (
    COMMENT_FOLDER,
    FORBEHOLD_FILE,
    MANUAL_FOLDER,
    Catalogue,
    unread,
)
from asss.catalogue.knowledge import SERVICE_FILE
from asss.catalogue.parameters import (
    EVERY,
    FOLDER,
    NETWORK_FILE,
    NOTEBOOKS,
    SERVICE,
    SHARED,
    TEMPLATE,
    Model,
    Run,
)
from asss.errors import ManifestError, UsageError
from asss.outputs import (
    EDITIONS,
    FACTS_NAME,
    INDEX_NAME,
    LINKED,
    SEEN_BY,
)
from asss.runs import ledger
from asss.runs.ledger import Entry
from asss.statbank import TIME, Snapshot, dump

__all__ = [
    "LIBRARIES",
    "File",
    "Index",
    "Inputs",
    "Manifest",
    "Moved",
    "Verdict",
    "changes",
    "digest_of",
    "digest_of_package",
    "faults",
    "file_of",
    "folder_of",
    "index_of",
    "is_index_fresh",
    "judge",
    "key_of",
    "libraries",
    "made_in",
    "names",
    "read",
    "read_index",
    "read_moved",
    "strays",
    "take",
    "template_of",
    "write",
    "write_index",
]

MANIFEST_NAME = "manifest.json"

#: The version of the form of the manifest.
FORM: Final = 1

#: The language of every report.
LOCALE: Final = "nb"

#: What the package carries that has a sha256 of its own where it is used: a snapshot,
#: and in a wheel the project that ``asss init`` lays out.
CARRIED = ("embedded/", "project/")

#: The libraries that a report's bytes go through, those that ours stand on included.
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
    "pyyaml",
    "resvg-py",
    "scipy",
    "seaborn",
    "statsmodels",
    "typst",
    "xlsxwriter",
)


#: What of a run stands on the page; its snapshot counts by what it says.
IN_PRINT = ("published", "changed", "edition_status", "language")

#: The inputs with figures, one for each table.
TABLE: Final = "table "

#: An input that has changed, in the words of a reason.
REASONS: Final = {
    "comments": f"{COMMENT_FOLDER}/: a comment on this report changed",
    "forbehold": f"{FORBEHOLD_FILE}: a forbehold on its figures changed",
    "kinds": f"{FOLDER}/{FORBEHOLD_FILE}: a kind of forbehold changed",
    "manual": f"{MANUAL_FOLDER}/: a figure that it uses changed",
    "need": "behov.csv: what corrects for need in that year changed",
    "network": f"{FOLDER}/{NETWORK_FILE} changed",
    "origin": "the figures are from another service, or embedded and fetched",
    "others": f"{FOLDER}/: a file of unknown use was added, changed or removed",
    "package": "the package itself changed",
    "phrases": "fraser.yaml: a phrase, a word or a threshold changed",
    "service": f"{SERVICE_FILE}: an indicator, a measure or a rule changed",
}

Kept = TypeVar("Kept", "Manifest", "Index", "Moved")


class File(Model):
    """One file of a report."""

    sha256: str
    bytes: int


class Manifest(Model):
    """The whole of ``manifest.json``.

    Attributes
    ----------
    editions : tuple of str
        ``public``, and ``review`` where the reviewer's edition was asked for.
    run : Run
        As the notebook had it: the snapshot by its lasting name, the dates as printed.
    fingerprint : str
        Of what the report says; the ledger has the same.
    snapshot : str
        The sha256 of the snapshot's manifest, and so of every answer in it.
    inputs : mapping of name to sha256 or version
        What the report was made of: see `Inputs`.
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
    snapshot: str
    inputs: Mapping[str, str]
    files: Mapping[str, File]


class Index(Model):
    """The whole of ``<year>/manifest.json``, which vouches for the index of a year.

    Attributes
    ----------
    reports : mapping of ``<service>/<kommune>`` to sha256
        Of the facts.json of each report, of which the index shows facts.
    old : tuple of str
        Whose report is marked as older than it should be.
    years : tuple of int
        Other years that it leads to.
    inputs : str
        The sha256 of all else that it was made of: see `index_of`.
    files : mapping of file name to File
        The index itself.
    """

    form: Literal[1]
    year: int
    reports: Mapping[str, str]
    old: tuple[str, ...] = Field(strict=False)
    years: tuple[int, ...] = Field(strict=False)
    inputs: str
    files: Mapping[str, File] = Field(default_factory=dict)

    @property
    def facts(self) -> str:
        """One sha256 of all facts that the index shows; the page itself has it too."""
        return hashlib.sha256(json.dumps(dict(self.reports)).encode()).hexdigest()


class Moved(Model):
    """
    The whole of ``manifest.json`` where a report lay: see ``contents``.

    Attributes
    ----------
    leads_to : str
        Where the page there leads to, from its folder.
    """

    form: Literal[1]
    leads_to: str
    files: Mapping[str, File]


# -- reading and writing ---------------------------------------------------------------


def take(folder: Path, run: Run, **about: Any) -> Manifest:
    """Describe a finished report, with every file in its folder."""
    return Manifest(
        form=FORM,
        kommune=run.kommune,
        year=run.year,
        service=run.service,
        locale=LOCALE,
        run=run,
        version=asss.__version__,
        files={n: file_of(folder / n) for n in names(folder) if n != MANIFEST_NAME},
        **about,
    )


def write(kept: Manifest | Index | Moved, folder: Path) -> None:
    """Write ``manifest.json``: one form for the same content."""
    outputs.write(folder / MANIFEST_NAME, dump(kept.model_dump(mode="json")))


def write_index(kept: Index, html: str, folder: Path) -> None:
    """Write the index of a year, and then the manifest that vouches for it."""
    outputs.write(folder / INDEX_NAME, html)
    raw = html.encode()
    made = File(sha256=hashlib.sha256(raw).hexdigest(), bytes=len(raw))
    write(kept.model_copy(update={"files": {INDEX_NAME: made}}), folder)


def folder_of(output: Path, run: Run) -> Path:
    """Where a run's report lies in a place for outputs."""
    return outputs.folder(output, run.year, run.service, run.kommune)


def key_of(run: Run) -> str:
    """The name of a run's report in the ledger."""
    return ledger.key(run.year, run.service, run.kommune)


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


def read_moved(folder: Path) -> Moved:
    """
    Read the manifest of a page that leads on from where a report lay.

    Raises
    ------
    ManifestError
        If it is missing or damaged, or is a report's.
    """
    return _read(Moved, folder)


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


def faults(kept: Manifest | Index | Moved, folder: Path) -> list[str]:
    """What is no longer as it was made: files that are missing or changed."""
    found = []
    for name, file in kept.files.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif (now := file_of(path)) != file:
            told = [f"{f.bytes} bytes, sha256 {f.sha256[:12]}…" for f in (now, file)]
            found.append(
                f"{name} has been changed or is damaged: it has {told[0]}, and the "
                f"manifest says {told[1]}"
            )
    return found


def strays(kept: Manifest | Moved, folder: Path) -> list[str]:
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


def template_of(run: Run, root: Path) -> Path:
    """The notebook that a report is made from: of a kommune, or of all of them."""
    return root / NOTEBOOKS / f"{SHARED.get(run.kommune, TEMPLATE)}.ipynb"


# -- inputs ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Inputs:
    """
    Takes the record of what reports are made of; what many share is digested once.

    Everything in a report follows from its run and from this, each with a sha256, or a
    version:

    * ``table N``: each cell for a member of the year, up to that year, with sign and
      basis; labels, notes, title, query and when SSB updated the table. Means, ranks
      and spans are made of everybody's figures in all years, and so are drawn in
      everybody's report; those of later years are in none.
    * ``forbehold``: those on any such figure, for the report lists them all.
    * ``manual``: what was collected by hand for any of them.
    * ``need``: what corrects what they spend in that year, where that is given.
    * ``comments``: those on this kommune and year.
    * The network, the service area with its rules, all words, thresholds and kinds of
      forbehold: whole, whatever the report uses of them.
    * ``others``: every file under ``parameters/`` that this package does not know.
    * The notebook by its path, ``package``, and Python and each library by its name.
    """

    _shared: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)

    def of(self, run: Run, known: Catalogue, answers: Snapshot) -> dict[str, str]:
        """
        Take the inputs of one report.

        Parameters
        ----------
        run : Run
        known : Catalogue
            In the language of the run.
        answers : Snapshot

        Returns
        -------
        inputs : dict of name to sha256 or version
            Of content and not of files: a comment line in a YAML file is not in it.
            Empty text for what is not there.
        """
        key = (run.language, known.service.service, answers.sha256, str(run.year))
        if key not in self._shared:
            self._shared[key] = _shared(known, answers, run.year)
        comments = [
            comment.model_dump()
            for comment in known.comments
            if (comment.kommune, comment.year) == (run.kommune, run.year)
        ]
        broken = known.broken.get((run.kommune, run.year), ())
        root = known.folder.parent
        notebook = template_of(run, root)
        return {
            **self._shared[key],
            "comments": _sha256([*comments, *broken]),
            notebook.relative_to(root).as_posix(): digest_of(notebook)
            if notebook.is_file()
            else "",
            "package": digest_of_package(),
            **libraries(),
        }


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """Say which inputs are no longer the same, each in words."""
    for name in sorted({*before, *now}):
        old, new = before.get(name, ""), now.get(name, "")
        if old == new:
            continue
        if name.startswith(TABLE):
            yield f"a figure that it uses changed: {name}"
        elif "/" in name:
            yield f"{name} {'changed' if new else 'is gone'}"
        else:
            yield REASONS.get(name, f"{name} {old or 'none'} → {new or 'none'}")


def _shared(known: Catalogue, answers: Snapshot, year: int) -> dict[str, str]:
    """What all reports of a year have in common."""
    members = known.network.in_year(year)
    kommuner = {member.id for member in members}
    forbehold = [
        entry.model_dump()
        for entry in known.forbehold
        if min(entry.years, default=year) <= year
        and entry.holds(is_fetched=answers.is_fetched)
        and (entry.kommuner == EVERY or kommuner.intersection(entry.kommuner))
    ]
    manual = [
        figure.model_dump()
        for figure in known.manual.values()
        if figure.year <= year and figure.kommune in kommuner
    ]
    need = [
        figure.model_dump(exclude={"file"})
        for figure in known.need.values()
        if figure.year == year
    ]
    origin = (answers.is_fetched, answers.is_from_ssb or answers.base_url)
    parts = {
        "origin": origin,
        "network": known.network.model_dump(),
        "service": known.service.model_dump(),
        "phrases": (known.phrases.model_dump(), dict(known.prose)),
        "kinds": {name: kind.model_dump() for name, kind in known.kinds.items()},
        "forbehold": forbehold,
        "manual": manual,
        "others": [
            (name, parameters.digest(known.folder, [name]))
            for name in unread(known.folder)
        ],
        **({"need": need} if need else {}),
        **_figures(known, answers, members, year),
    }
    return {part: _sha256(content) for part, content in parts.items()}


def _figures(
    known: Catalogue, answers: Snapshot, members: Sequence[parameters.Member], year: int
) -> dict[str, Any]:
    """What the answers say of the members up to a year, by table."""
    numbers = {period.number for member in members for period in member.kommunenummer}
    used = {
        series.table
        for measure in known.service.measures
        for series in measure.series
        if (series.from_year or year) <= year
    }
    found = {}
    for name in sorted(used & answers.tables.keys()):
        table = known.service.table[name]
        last = year + table.year_offset
        years = [str(one) for one in answers.dataset(name).years if one <= last]
        kept = {table.region: numbers, TIME: years}
        found[f"{TABLE}{name}"] = answers.excerpt(name, kept)
    return found


def _sha256(content: object) -> str:
    """One sha256 for the same content; a figure counts to its last bit."""
    written = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


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
    return file_of(path).sha256


def file_of(path: Path) -> File:
    """What a manifest says of a file, as it is now."""
    raw = path.read_bytes()
    return File(sha256=hashlib.sha256(raw).hexdigest(), bytes=len(raw))


@cache
def digest_of_package() -> str:
    """
    One sha256 for the code, templates, fonts and stylesheet of this package.

    Taken once: what runs is what was there when the process began.
    """
    return digest_of_code(Path(str(resources.files("asss"))))


def digest_of_code(package: Path) -> str:
    """The same, of a package that lies somewhere."""
    names = parameters.names_in(package)
    return parameters.digest(package, (n for n in names if not n.startswith(CARRIED)))


# -- would it come out the same? ------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """Whether one report is to be made, and why.

    Attributes
    ----------
    reasons : tuple of str
        Why it is to be made; empty where it is as it would be.
    """

    run: Run
    reasons: tuple[str, ...]

    @property
    def is_fresh(self) -> bool:
        """Whether the report may be left as it is."""
        return not self.reasons


def judge(
    runs: Sequence[Run],
    *,
    output: Path,
    catalogues: Mapping[tuple[str, str], Catalogue],
    snapshots: Mapping[str, Snapshot],
    entries: Mapping[str, Entry],
    asked: Collection[str],
) -> list[Verdict]:
    """
    Say of each report whether it would come out as it lies there, and if not, why.

    Parameters
    ----------
    runs : sequence of Run
        As the run files have them, each with the name of its snapshot.
    output : Path
        Where reports lie as ``<year>/<service>/<kommune>/``.
    catalogues, snapshots : mapping
        By the service area and language, and by the name of the snapshot, that the runs
        give.
    entries : mapping of ``<year>/<service>/<kommune>`` to Entry
        What the ledger says.
    asked : collection of str
        The formats and editions. A report that lacks one is made; what it has been made
        in beside those is made anew with it, whoever asks: see `made_in`.
    """
    inputs = Inputs()

    def reasons(run: Run) -> Iterator[str]:
        folder = folder_of(output, run)
        known = catalogues[run.service, run.language]
        if not folder.is_dir():
            yield "it is not made yet"
            return
        try:
            kept = read(folder)
        except ManifestError:
            yield f"{MANIFEST_NAME} is missing or damaged, so nothing vouches for it"
            return
        if key_of(kept.run) != key_of(run):
            yield f"what lies there is on {key_of(kept.run)}"
            return
        # What else lies there is somebody's, and no fault of the report's.
        yield from faults(kept, folder)
        yield from _dates(kept, run, entries.get(key_of(run)))
        for name in asked:
            if name not in (*kept.formats, *kept.editions):
                kind = "edition" if name in EDITIONS else "format"
                yield f"{kind} {name} is missing"
        now = inputs.of(run, known, snapshots[run.snapshot])
        yield from changes(kept.inputs, now)

    return [Verdict(run, tuple(reasons(run))) for run in runs]


def _dates(kept: Manifest, run: Run, entry: Entry | None) -> Iterator[str]:
    """What the run says in print, by the run file of today and by the ledger."""
    if entry is None:
        yield f"{ledger.LEDGER_NAME} does not know it"
        return
    try:
        begun = ledger.begin(entry, run)
    except UsageError as error:
        # For whoever makes it to stumble on: mistakes are reported there.
        yield str(error)
        return
    before, now = kept.run.model_dump(), begun.model_dump()
    others = [name for name in IN_PRINT if before[name] != now[name]]
    for name in others:
        yield f"{name} {before[name] or 'empty'} → {now[name] or 'empty'}"
    printed = (kept.run.published, kept.run.changed, kept.fingerprint)
    if not others and (entry.published, entry.changed, entry.fingerprint) != printed:
        yield f"{ledger.LEDGER_NAME} is about another rendering than the one in place"


def made_in(output: Path, run: Run) -> set[str]:
    """
    The formats and editions that a report lies there in, to be kept when it is made.

    What was made once is neither left as it was beside new figures nor taken away. To
    be rid of one is to take the folder away. A report that still lies where reports lay
    before is made anew in what it lies there in.
    """
    folder = folder_of(output, run)
    if not folder.is_dir() and run.service == SERVICE:
        folder = outputs.former(output, run.year, run.kommune)
    try:
        kept = read(folder)
    except ManifestError:
        return {name for name, seen in SEEN_BY.items() if any(folder.glob(seen))}
    return {*kept.formats, *kept.editions}


def index_of(
    areas: Sequence[Catalogue],
    year: int,
    output: Path,
    old: Collection[str] = (),
) -> Index:
    """
    What the index of a year would be made of, were it made now.

    Parameters
    ----------
    areas : sequence of Catalogue
        Of all service areas: the index shows each that there is a report on.
    old : collection of ``<service>/<kommune>``
        Which reports are older than they should be.

    Returns
    -------
    index : Index
        Not the files themselves. An index whose manifest says the same is as it would
        be made; `is_index_fresh` asks for that.
    """
    folder = output / str(year)
    names = [
        f"{known.service.service}/{kommune}"
        for known in areas
        for kommune in known.network.reports(year)
    ]
    held = [name for name in names if (folder / name / FACTS_NAME).is_file()]
    pages = output.glob(f"[0-9][0-9][0-9][0-9]/{INDEX_NAME}")
    linked = [
        (name, [file for file in LINKED if (folder / name / file).is_file()])
        for name in held
    ]
    others = [
        *(digest_of_package(), linked),
        *(_shown(known) for known in areas),
    ]
    return Index(
        form=FORM,
        year=year,
        reports={name: digest_of(folder / name / FACTS_NAME) for name in held},
        old=tuple(name for name in held if name in old),
        years=tuple(sorted({int(page.parent.name) for page in pages} - {year})),
        inputs=_sha256(others),
    )


def _shown(known: Catalogue) -> list[object]:
    """What an index takes of a service area beside its reports."""
    kinds = {name: kind.model_dump() for name, kind in known.kinds.items()}
    parts = known.network, known.service, known.phrases
    return [*(part.model_dump() for part in parts), kinds]


def is_index_fresh(kept: Index, now: Index, output: Path) -> bool:
    """Whether an index is whole, and as it would be made now."""
    return kept.model_copy(update={"files": {}}) == now and not faults(
        kept, output / str(now.year)
    )

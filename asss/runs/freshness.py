"""
Is a report as it would be if it were made now? Told from content, and never from time.

A report is left as it is when nothing that it was made of is another and every file of
it is whole. What a report was made of is taken down with it, in its manifest, and is
here set against what it would be given today, before pandas or Jupyter are loaded.
Where it cannot be told, the report is made again: a stale figure in print is the worst
that could come of saving the time. Imports ``holdings``, ``manifest``, ``ledger`` and
below.

Notes
-----
Snapshots are compared by what they say and not by what they are called. So a report
goes on standing on the fetch that it was made from, and goes on saying so, when a later
fetch brought the same figures from the same update of the same tables.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import asss
from asss import outputs
from asss.catalogue.catalogue import (
    COMMENT_FOLDER,
    FORBEHOLD_FILE,
    MANUAL_FOLDER,
    STATBANK_FILE,
    Catalogue,
)
from asss.catalogue.filenames import FACTS_NAME, INDEX_NAME, LINKED, SEEN_BY
from asss.catalogue.knowledge import SERVICE_FOLDER
from asss.catalogue.parameters import (
    EVERY,
    FOLDER,
    NETWORK,
    NETWORK_FILE,
    RUN_FOLDER,
    Member,
    Run,
)
from asss.errors import ManifestError, UsageError
from asss.runs import ledger, manifest
from asss.runs.ledger import Entry
from asss.runs.manifest import MANIFEST_NAME, Index, Manifest
from asss.statbank import Snapshot

#: Files under parameters/ of which no report reads more than `substance` holds. Of all
#: others nobody here knows what they are for, so every report is taken to read them.
READ = (
    NETWORK_FILE,
    FORBEHOLD_FILE,
    STATBANK_FILE,
    "fraser.yaml",
    "fraser.*.yaml",
    f"{RUN_FOLDER}/*.yaml",
    f"{MANUAL_FOLDER}/*.csv",
    f"{COMMENT_FOLDER}/*/*.md",
)

#: What of a run stands on the page; its snapshot counts by what it says.
IN_PRINT = ("published", "changed", "edition_status", "language")

#: The parts with figures, one for each table.
FIGURES: Final = "figures of table "

#: A part of the substance, in the words of a reason.
PARTS: Final = {
    "comments": f"{FOLDER}/{COMMENT_FOLDER}/: a comment on this report changed",
    "forbehold": f"{FOLDER}/{FORBEHOLD_FILE}: a forbehold on its figures changed",
    "kinds": f"{FOLDER}/{FORBEHOLD_FILE}: a kind of forbehold changed",
    "manual": f"{FOLDER}/{MANUAL_FOLDER}/: a figure that it uses changed",
    "network": f"{FOLDER}/{NETWORK_FILE} changed",
    "origin": "the figures are from another service, or embedded and fetched",
    "others": f"{FOLDER}/: a file of unknown use was added, changed or removed",
    "phrases": f"{FOLDER}/fraser.yaml: a phrase, a word or a threshold changed",
    "service": f"{FOLDER}/{SERVICE_FOLDER}/: an indicator, a measure or a rule changed",
}


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
    root: Path,
    output: Path,
    catalogues: Mapping[str, Catalogue],
    snapshots: Mapping[str, Snapshot],
    entries: Mapping[str, Entry],
    formats: Sequence[str],
    editions: Sequence[str],
) -> list[Verdict]:
    """
    Say of each report whether it would come out as it lies there, and if not, why.

    Parameters
    ----------
    runs : sequence of Run
        As the run files have them, each with the name of its snapshot.
    root, output : Path
        The project's folder, and where reports lie as ``<year>/<kommune>/``.
    catalogues, snapshots : mapping
        By the language, and by the name of the snapshot, that the runs give.
    entries : mapping of ``<year>/<kommune>`` to Entry
        What the ledger says.
    formats, editions : sequence of str
        What is asked for. A report that lacks one is made; what it has been made in
        beside those is made anew with it, whoever asks: see `made_in`.
    """

    @cache
    def shared(language: str, snapshot: str, year: int) -> dict[str, str]:
        return _shared(catalogues[language], snapshots[snapshot], year)

    def reasons(run: Run) -> Iterator[str]:
        folder = outputs.folder(output, run.year, run.kommune)
        known = catalogues[run.language]
        service = known.service.service
        if not folder.is_dir():
            yield "it is not made yet"
            return
        try:
            kept = manifest.read(folder)
        except ManifestError:
            yield f"{MANIFEST_NAME} is missing or damaged, so nothing vouches for it"
            return
        if (kept.kommune, kept.year, kept.service) != (run.kommune, run.year, service):
            yield f"what lies there is on {kept.service} {kept.kommune} {kept.year}"
            return
        # What else lies there is somebody's, and no fault of the report's.
        yield from manifest.faults(kept, folder)
        yield from _dates(kept, run, entries.get(ledger.key(run.kommune, run.year)))
        for kind, made, asked in (
            ("format", kept.formats, formats),
            ("edition", kept.editions, editions),
        ):
            yield from (
                f"{kind} {name} is missing" for name in asked if name not in made
            )
        yield from _tools(kept, manifest.template_of(run, root, service))
        now = {
            **shared(run.language, run.snapshot, run.year),
            **_own(run, known),
        }
        yield from differences(kept.substance, now)

    return [Verdict(run, tuple(reasons(run))) for run in runs]


def made_in(folder: Path) -> set[str]:
    """
    The formats and editions that a report lies there in, to be kept when it is made.

    What was made once is neither left as it was beside new figures nor taken away. To
    be rid of one is to take the folder away.
    """
    try:
        kept = manifest.read(folder)
    except ManifestError:
        return {name for name, seen in SEEN_BY.items() if any(folder.glob(seen))}
    return {*kept.formats, *kept.editions}


def index_of(
    known: Catalogue, year: int, output: Path, old: Collection[str] = ()
) -> Index:
    """
    What the index of a year would be made of, were it made now.

    Parameters
    ----------
    old : collection of str
        Whose report is older than it should be.

    Returns
    -------
    index : Index
        Not the files themselves. An index whose manifest says the same is as it would
        be made; `is_index_fresh` asks for that.
    """
    folder = output / str(year)
    names = [*(member.id for member in known.network.in_year(year)), NETWORK]
    held = [name for name in names if (folder / name / FACTS_NAME).is_file()]
    pages = output.glob(f"[0-9][0-9][0-9][0-9]/{INDEX_NAME}")
    linked = [
        (name, [file for file in LINKED if (folder / name / file).is_file()])
        for name in held
    ]
    substance = [
        *(manifest.digest_of_package(), linked, known.network.model_dump()),
        *(known.service.model_dump(), known.phrases.model_dump()),
        {name: kind.model_dump() for name, kind in known.kinds.items()},
    ]
    return Index(
        form=manifest.FORM,
        year=year,
        reports={name: manifest.digest_of(folder / name / FACTS_NAME) for name in held},
        old=tuple(name for name in held if name in old),
        years=tuple(sorted({int(page.parent.name) for page in pages} - {year})),
        substance=_sha256(substance),
    )


def is_index_fresh(kept: Index, now: Index, output: Path) -> bool:
    """Whether an index is whole, and as it would be made now."""
    return kept.model_copy(update={"files": {}}) == now and not manifest.faults(
        kept, output / str(now.year)
    )


def substance(run: Run, known: Catalogue, answers: Snapshot) -> dict[str, str]:
    """
    What a report is given of snapshot and ``parameters/``, one sha256 for each part.

    Everything in a report follows from this, its run, its notebook and the code:

    * ``figures of table N``: each cell for a member of the year, up to that year, with
      sign and basis; labels, notes, title, query and when SSB updated the table. Means,
      ranks and spans are made of everybody's figures in all years, and so are drawn in
      everybody's report; those of later years are in none.
    * ``forbehold``: those on any such figure, for the report lists them all.
    * ``manual``: what was collected by hand for any of them.
    * ``comments``: those on this kommune and year.
    * The network, the service area with its rules, all words, thresholds and kinds of
      forbehold: whole, whatever the report uses of them.
    * ``others``: every file under ``parameters/`` that this package does not know.

    Parameters
    ----------
    run : Run
    known : Catalogue
        In the language of the run.
    answers : Snapshot

    Returns
    -------
    substance : dict of part to sha256
        Of content and not of files: a comment line in a YAML file is not in it.
    """
    return {**_shared(known, answers, run.year), **_own(run, known)}


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """Say which parts of the substance are another, each in words."""
    if not before:
        yield "it was made before manifests told what a report uses"
        return
    for part in sorted({*before, *now}):
        if before.get(part) == now.get(part):
            continue
        if part.startswith(FIGURES):
            yield f"a figure that it uses changed: table {part.removeprefix(FIGURES)}"
        else:
            yield PARTS.get(part, f"{part} changed")


def moved(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """Say which libraries have another version than when a report was made."""
    for name in sorted({*before, *now}):
        if before.get(name) != now.get(name):
            yield f"{name} {before.get(name) or 'none'} → {now.get(name) or 'none'}"


# -- the substance ---------------------------------------------------------------------


def _own(run: Run, known: Catalogue) -> dict[str, str]:
    """What the reports of a year do not share."""
    comments = [
        comment.model_dump()
        for comment in known.comments
        if (comment.kommune, comment.year) == (run.kommune, run.year)
    ]
    broken = known.broken.get((run.kommune, run.year), ())
    return {"comments": _sha256([*comments, *broken])}


def _shared(known: Catalogue, answers: Snapshot, year: int) -> dict[str, str]:
    """What all reports of a year have in common; most of the work, so done once."""
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
    origin = (answers.is_fetched, answers.is_from_ssb or answers.base_url)
    parts = {
        "origin": origin,
        "network": known.network.model_dump(),
        "service": known.service.model_dump(),
        "phrases": known.phrases.model_dump(),
        "kinds": {name: kind.model_dump() for name, kind in known.kinds.items()},
        "forbehold": forbehold,
        "manual": manual,
        "others": _others(known),
        **_figures(known, answers, members, year),
    }
    return {part: _sha256(content) for part, content in parts.items()}


def _figures(
    known: Catalogue, answers: Snapshot, members: Sequence[Member], year: int
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
        kept: dict[str, Callable[[str], bool]] = {
            table.region: numbers.__contains__,
            "Tid": partial(_is_until, last),
        }
        found[f"{FIGURES}{name}"] = answers.excerpt(name, kept)
    return found


def _is_until(last: int, period: str) -> bool:
    return int(period) <= last


def _others(known: Catalogue) -> list[tuple[str, str]]:
    """The files that no rule here is about, each by name and content."""
    own = f"{SERVICE_FOLDER}/{known.service.service}.yaml"
    read = {
        path.relative_to(known.folder).as_posix()
        for pattern in (*READ, own)
        for path in known.folder.glob(pattern)
    }
    return [
        (name, manifest.digest(known.folder, [name]))
        for name in manifest.names_in(known.folder)
        if name not in read
    ]


def _sha256(content: object) -> str:
    """One sha256 for the same content; a figure counts to its last bit."""
    written = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


# -- the rest --------------------------------------------------------------------------


def _dates(kept: Manifest, run: Run, entry: Entry | None) -> Iterator[str]:
    """What the run says in print, by the run file of today and by the ledger."""
    if entry is None:
        yield f"{ledger.LEDGER_NAME} does not know it"
        return
    try:
        begun = ledger.begin(entry, run)
    except UsageError as error:
        # For whoever makes it to stumble on: that is where mistakes are told.
        yield str(error)
        return
    before, now = kept.run.model_dump(), begun.model_dump()
    others = [name for name in IN_PRINT if before[name] != now[name]]
    for name in others:
        yield f"{name} {before[name] or 'empty'} → {now[name] or 'empty'}"
    told = (kept.run.published, kept.run.changed, kept.fingerprint)
    if not others and (entry.published, entry.changed, entry.fingerprint) != told:
        yield f"{ledger.LEDGER_NAME} tells of another rendering than the one in place"


def _tools(kept: Manifest, template: Path) -> Iterator[str]:
    """The notebook, this package, and the libraries."""
    try:
        is_same = manifest.digest_of(template) == kept.inputs.template
    except OSError:
        is_same = False
    if not is_same:
        yield f"{template.parent.name}/{template.name} changed"
    if manifest.digest_of_package() != kept.inputs.package:
        is_newer = kept.version != asss.__version__
        span = f" {kept.version} → {asss.__version__}" if is_newer else ""
        yield f"the package{span or ' itself'} changed"
    if kept.libraries:
        yield from moved(kept.libraries, manifest.libraries())

"""
Is everything as it was made? Snapshots, reports, inputs and ledger, looked at again.

Nothing is changed, and nothing is believed because it was true before: every file is
read and its sha256 taken. A report whose inputs have changed since is not wrong, only
not of today; that is noted and not a problem. Imports ``report``,
``manifest``, ``ledger``, ``sources`` and below.
"""

import filecmp
import json
import multiprocessing
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, Final, Literal
from zipfile import ZipFile

from asss import outputs, statbank
from asss.catalogue import parameters
from asss.catalogue.catalogue import Catalogue, load_all, load_catalogue
from asss.catalogue.parameters import EMBEDDED, NETWORK, SERVICE
from asss.errors import (
    AsssError,
    LedgerError,
    ManifestError,
    NoSnapshotError,
    SnapshotError,
    UsageError,
    counted,
)
from asss.formats import exports, readback, review
from asss.outputs import (
    FACTS_NAME,
    FIGURES_FOLDER,
    HTML_NAME,
    INDEX_NAME,
    NOTEBOOK_NAME,
    REVIEW_NAME,
)
from asss.page import record
from asss.runs import batch, contents, ledger, manifest, report
from asss.runs.ledger import Entry, Ledger
from asss.runs.manifest import Inputs, Manifest
from asss.statbank import Snapshot, holdings

__all__ = ["Check", "Outcome", "check_snapshots", "verify"]

Outcome = Literal["ok", "note", "unread", "problem"]

#: Files that hold others.
PACKED = {".docx", ".xlsx"}

#: Why nobody can say whether a page says what it should.
UNREAD = "what it says was not read: what it was made with is not what is here now"

#: What is to be done about what a killed command has left.
SWEEPS = "Any asss render puts that right."


@dataclass(frozen=True)
class Check:
    """One thing that was looked at, and what was seen.

    Attributes
    ----------
    about : str
        ``snapshot <name>``, ``<year>/<service>/<kommune>``, ``<year>/index.html`` or
        ``ledger.json``.
    outcome : str
        ``ok``; ``note`` of what has become another since, as it may; ``unread``, where
        what a page says could for that reason not be held against anything;
        ``problem``.
    message : str
        For a problem, what to do about it.
    """

    about: str
    outcome: Outcome
    message: str


@dataclass(frozen=True)
class _Place:
    """The folder of one report."""

    folder: Path

    @property
    def kommune(self) -> str:
        return self.folder.name

    @property
    def service(self) -> str:
        return self.folder.parent.name

    @property
    def year(self) -> int:
        return int(self.folder.parents[1].name)

    @property
    def name(self) -> str:
        return ledger.key(self.year, self.service, self.kommune)

    @property
    def again(self) -> str:
        """What to do about most problems."""
        of = "" if self.service == SERVICE else f" --service {self.service}"
        what = f"asss render{of} --kommune {self.kommune} --year {self.year}"
        return f"Render it again: {what}."


def verify(
    *,
    root: Path,
    output: Path,
    snapshots: Sequence[str] = (),
    kommune: str | None = None,
    year: int | None = None,
    services: Collection[str] = (),
    render: bool = False,
) -> Iterator[Check]:
    """
    Look at snapshots and reports again.

    Parameters
    ----------
    root : Path
        The project's folder, with ``notebooks/``, ``parameters/`` and snapshots.
    output : Path
        Where reports lie as ``<year>/<service>/<kommune>/``.
    snapshots : sequence of str
        Look only at these, and at the reports that were made from them; all of them,
        and the embedded one, when empty.
    kommune, year : str, int, optional
        Look only at these reports; ``kommune`` is a lasting id.
    services : collection of str
        Look only at reports on these service areas; on all when empty.
    render : bool
        Make each report again, and compare every byte.

    Yields
    ------
    check : Check
        As soon as it is known.

    Raises
    ------
    UsageError
        If there is no such report, or no such snapshot.
    SnapshotError
        If `latest` is asked for, and it cannot be known which that is.
    """
    chosen = [holdings.choose_snapshot(name, root=root) for name in snapshots]
    places = _places(output, kommune, year, services)
    yield from check_snapshots(root, chosen)
    entries: Mapping[str, Entry] | None = None
    try:
        entries = Ledger(output).read()
    except LedgerError as error:
        yield Check(ledger.LEDGER_NAME, "problem", str(error))
    look = _Look(root, entries, chosen, render)
    for checks in _all_at(look, places):
        yield from checks
    if not (chosen or kommune or services):
        for folder in sorted({place.folder.parents[1] for place in places}):
            yield from _look_at_year(folder)
            yield from look.read_index(folder)
    if not (chosen or services):
        yield from look.at_former(output, kommune, year)
    if not (chosen or kommune or year or services):
        yield from _look_for_left(output)
        if not places:
            yield Check("reports", "note", f"none in {output}; asss render makes them")
        for name in sorted((entries or {}).keys() - {place.name for place in places}):
            note = "the ledger knows it, and there is no such report here"
            yield Check(name, "note", note)


def _places(
    output: Path, kommune: str | None, year: int | None, services: Collection[str]
) -> list[_Place]:
    found = [_Place(folder) for folder in outputs.reports(output)]
    wanted = [
        place
        for place in found
        if kommune in (None, place.kommune)
        and year in (None, place.year)
        and (not services or place.service in services)
    ]
    if (kommune or year or services) and not wanted:
        names = ", ".join(place.name for place in found) or "none"
        msg = f"No such report in {output}. There are: {names}."
        raise UsageError(msg)
    return wanted


# -- snapshots -------------------------------------------------------------------------


def check_snapshots(root: Path, names: Sequence[str] = ()) -> Iterator[Check]:
    """
    Look at snapshots again: every file against its sha256, and nothing beside them.

    Parameters
    ----------
    root : Path
        The project's folder.
    names : sequence of str
        All of them, those with a broken manifest too, and the embedded one, when empty.

    Raises
    ------
    NoSnapshotError
        If there is none of a name.
    """
    folder = holdings.snapshot_store(root).folder
    found = folder.glob("[!.]*") if folder.is_dir() else ()
    there = [EMBEDDED, *sorted(path.name for path in found if path.is_dir())]
    for name in names or there:
        about = f"snapshot {name}"
        try:
            snapshot = holdings.open_snapshot(name, root=root)
            problems = list(_snapshot_faults(snapshot))
        except NoSnapshotError as error:
            if name not in there:
                raise
            problems = [str(error)]
        except SnapshotError as error:
            problems = [str(error)]
        yield from (Check(about, "problem", problem) for problem in problems)
        if not problems:
            files = len(list(snapshot.folder.iterdir()))
            tables = counted(len(snapshot.tables), "table")
            seen = f"{tables} in {counted(files, 'file')}, as vouched for"
            yield Check(about, "ok", seen)


def _snapshot_faults(snapshot: Snapshot) -> Iterator[str]:
    """What opening does not see, which takes the sha256 of every answer."""
    expected = {statbank.MANIFEST}
    for table, entry in snapshot.tables.items():
        described = [entry["metadata"]] if "metadata" in entry else []
        expected |= {part["file"] for part in (*entry["parts"], *described)}
        if entry["sha256"] != statbank.summed(entry["parts"]):
            yield (
                f"table {table} has another sha256 in the manifest than its answers. "
                "Fetch or build the snapshot again."
            )
    for mixed in snapshot.mixed().values():
        yield f"{mixed}. A report from it would be of two updates: fetch again."
    for path in sorted(snapshot.folder.iterdir()):
        if path.name not in expected:
            yield f"{path.name} is not in the manifest. Move it out of {path.parent}."


# -- reports ---------------------------------------------------------------------------


class _Look:
    """What all reports are held against; what many share is read once."""

    def __init__(
        self,
        root: Path,
        entries: Mapping[str, Entry] | None,
        chosen: Sequence[str],
        render: bool,
    ) -> None:
        self.root, self.entries, self.chosen = root, entries, chosen
        self.render, self.inputs = render, Inputs()
        self.snapshot, self.known = cache(self._snapshot), cache(self._known)

    def _snapshot(self, name: str) -> Snapshot | None:
        try:
            return holdings.open_snapshot(name, root=self.root)
        except SnapshotError:
            return None

    def _known(self, service: str, language: str) -> Catalogue | None:
        folder = self.root / parameters.FOLDER
        try:
            return load_catalogue(folder, service=service, language=language)
        except AsssError:
            return None

    def at_former(
        self, output: Path, kommune: str | None, year: int | None
    ) -> Iterator[Check]:
        """Look at where reports lay before there were service areas."""
        years = "[0-9][0-9][0-9][0-9]" if year is None else f"{year:04}"
        for of_year in sorted(output.glob(years)):
            for folder in outputs.formers(of_year):
                if kommune in (None, folder.name):
                    yield from self._at_former(folder)

    def _at_former(self, folder: Path) -> Iterator[Check]:
        about = f"{folder.parent.name}/{folder.name}"
        again = f"asss render --kommune {folder.name} --year {folder.parent.name}"
        try:
            kept = manifest.read_moved(folder)
        except ManifestError:
            note = "reports lay here before, and this one still does"
            yield Check(about, "note", f"{note}. {again} puts it in its place.")
            return
        place = (folder / kept.leads_to).parent
        problems = manifest.faults(kept, folder)
        known = self.known(place.parent.name, parameters.BOKMAL)
        try:
            written = (folder / HTML_NAME).read_text("utf-8")
            if known and written != contents.former_page(place, kept.leads_to, known):
                problems.append(f"it is not the page that leads to {kept.leads_to}")
        except (OSError, ValueError, LookupError):
            problems.append(f"it leads to {kept.leads_to}, where no report is")
        problems += [
            f"{name} was not made with it: move it to another folder"
            for name in manifest.strays(kept, folder)
        ]
        for problem in problems:
            yield Check(about, "problem", f"{problem}.")
        if not problems:
            yield Check(about, "ok", f"leads on to {kept.leads_to}")

    def at(self, place: _Place) -> Iterator[Check]:
        """Look at a report, if it is made from a snapshot that is asked for."""
        try:
            kept = manifest.read(place.folder)
        except ManifestError as error:
            yield Check(place.name, "problem", str(error))
            return
        if self.chosen and kept.run.snapshot not in self.chosen:
            return
        yield from _look_at_report(place, kept, self.entries)
        if not manifest.faults(kept, place.folder):
            yield from self._read(place, kept)
        notes = list(self._changed_inputs(kept))
        yield from (Check(place.name, "note", note) for note in notes)
        if self.render and notes:
            note = "not made again: its inputs are no longer the same"
            yield Check(place.name, "note", note)
        elif self.render:
            yield from _make_again(place, kept, self.root)

    def _read(self, place: _Place, kept: Manifest) -> Iterator[Check]:
        """
        What the files say, against the facts; and the facts against their snapshot.

        Whoever changed a file and its manifest alike is found by it. Where words or
        rules are others now than when the report was made, it cannot be read by them.
        """
        snapshot = self.snapshot(kept.run.snapshot)
        known = self.known(kept.service, kept.run.language)
        unread = Check(place.name, "unread", f"{UNREAD}. {place.again}")
        if snapshot is None or known is None:
            yield unread
            return
        now = self.inputs.of(kept.run, known, snapshot)
        others = {name for name in now if kept.inputs.get(name) != now[name]}
        if others - {*manifest.libraries()}:
            yield unread
            return
        try:
            facts = json.loads((place.folder / FACTS_NAME).read_bytes())
            record.read(facts)
            problems, everybody = readback.read_facts(facts, kept.run, known, snapshot)
            problems = [f"{FACTS_NAME}: {problem}" for problem in problems]
            problems += readback.read_figures(facts, known, snapshot)
            problems += readback.read_report(
                place.folder, facts, known, kept.formats, everybody
            )
            template = manifest.template_of(kept.run, self.root)
            problems += readback.read_notebook(place.folder, facts, template)
            # What is put together of the wrong parts is no more to be read.
            if not problems:
                made = _copies(
                    place.folder, kept, facts, known, snapshot, is_same=not others
                )
                problems += made
        except (AsssError, OSError, ValueError) as error:
            problems = [str(error)]
        except (LookupError, TypeError) as error:
            problems = [f"its files cannot be read as one report ({error!r})"]
        for problem in problems[: readback.SHOWN]:
            yield Check(place.name, "problem", f"{problem}. {place.again}")

    def read_index(self, folder: Path) -> Iterator[Check]:
        """What the index of a year says, against the facts of its reports."""
        try:
            kept = manifest.read_index(folder)
            areas = load_all(self.root / parameters.FOLDER)
        except AsssError:
            # What is wrong there is told of elsewhere.
            return
        if not areas or manifest.faults(kept, folder):
            return
        now = manifest.index_of(areas, kept.year, folder.parent, kept.old)
        if now.reports != kept.reports:
            return
        about = f"{folder.name}/{INDEX_NAME}"
        again = f"Render the year again: asss render --all --year {folder.name}."
        if now.inputs != kept.inputs:
            yield Check(about, "unread", f"{UNREAD}. {again}")
            return
        try:
            facts = {
                name: json.loads((folder / name / FACTS_NAME).read_bytes())
                for name in kept.reports
            }
            told = readback.Told(
                kept.year, folder, facts, kept.old, kept.years, kept.facts
            )
            html = (folder / INDEX_NAME).read_text("utf-8")
            on = {name.partition("/")[0] for name in kept.reports}
            shown = [known for known in areas if known.service.service in on]
            problems = readback.read_index(html, told, shown)
            made, _ = contents.made_index(shown, kept, folder)
            if not problems:
                problems += _first_other(INDEX_NAME, html, made, "its reports")
        except (OSError, ValueError, KeyError, TypeError) as error:
            problems = [str(error)]
        for problem in problems[: readback.SHOWN]:
            yield Check(about, "problem", f"{problem}. {again}")

    def _changed_inputs(self, kept: Manifest) -> Iterator[str]:
        """What the report was made of and is no longer the same."""
        snapshot = self.snapshot(kept.run.snapshot)
        if snapshot is None:
            yield f"snapshot {kept.run.snapshot} is gone or damaged"
            return
        if snapshot.sha256 != kept.snapshot:
            yield "the snapshot has changed since it was made"
        known = self.known(kept.service, kept.run.language)
        if known is None:
            # What is wrong there concerns all reports: `asss check` names it.
            yield f"{parameters.FOLDER}/ cannot be read, so it was not compared"
            return
        now = self.inputs.of(kept.run, known, snapshot)
        for change in manifest.changes(kept.inputs, now):
            yield f"{change} since it was made"


#: What the reports are held against, in a process that was forked to look at some.
_look: _Look | None = None

#: Fewer reports than this are looked at sooner by one process.
MANY: Final = 4


def _all_at(look: _Look, places: Sequence[_Place]) -> Iterator[list[Check]]:
    """Look at every report, some at once where the system forks; in their order."""
    jobs = min(batch.cores(), len(places))
    if jobs < 2 or len(places) < MANY or sys.platform != "linux" or look.render:
        yield from (list(look.at(place)) for place in places)
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, context, _begin, (look,)) as processes:
        yield from processes.map(_looked_at, places)


def _begin(look: _Look) -> None:
    """In a forked process: it has what the one before it had."""
    global _look
    _look = look


def _looked_at(place: _Place) -> list[Check]:
    assert _look is not None
    return list(_look.at(place))


def _copies(
    folder: Path,
    kept: Manifest,
    facts: Mapping[str, Any],
    known: Catalogue,
    snapshot: Snapshot,
    *,
    is_same: bool,
) -> Iterator[str]:
    """
    What of a report is not what is made of the rest of it once more.

    The bytes are compared where the libraries are the same as then.
    """
    known = known.for_report(kept.run.kommune, kept.year)
    if is_same and {"png", "html"} <= {*kept.formats}:
        html = (folder / HTML_NAME).read_text("utf-8")
        for name in exports.pictures_differ(folder, html, kept.run.language):
            yield f"{FIGURES_FOLDER}/{name} is not drawn from the page's figure"
    if is_same:
        with outputs.scratch() as scratch:
            work = scratch / folder.name
            work.mkdir()
            report.compose_again(folder, facts, known, kept.formats, work)
            for path in sorted(one for one in work.rglob("*") if one.is_file()):
                name = path.relative_to(work).as_posix()
                yield from _differs(name, folder / name, path)
    if (folder / REVIEW_NAME).is_file():
        html = (folder / REVIEW_NAME).read_text("utf-8")
        yield from readback.read_review(html, facts, known, snapshot)
        if is_same:
            again = review.compose_again(folder / NOTEBOOK_NAME, facts, known, snapshot)
            yield from _first_other(REVIEW_NAME, html, again)


def _differs(name: str, file: Path, again: Path) -> Iterator[str]:
    """How a file is not what it is when it is made again."""
    if file.suffix not in PACKED:
        texts = (path.read_text("utf-8") for path in (file, again))
        yield from _first_other(name, *texts)
        return
    # What packs them may be another on another system, and so may drawing be.
    with ZipFile(file) as held, ZipFile(again) as made:
        names = [*dict.fromkeys((*held.namelist(), *made.namelist()))]
        for part in (one for one in names if not one.endswith(".png")):
            if part not in held.namelist() or part not in made.namelist():
                yield f"{name}: {part} is there, or is not, otherwise than it should"
            elif held.read(part) != made.read(part):
                yield f"{name}: {part} is not what notebook and facts give"


def _first_other(
    name: str, text: str, other: str, of: str = "notebook and facts"
) -> Iterator[str]:
    """The first line of a file that is another when it is made again."""
    lines = zip_longest(text.splitlines(), other.splitlines(), fillvalue="")
    for number, (line, wanted) in enumerate(lines, 1):
        if line != wanted:
            pairs = enumerate(zip_longest(line, wanted))
            at = next(place for place, (one, also) in pairs if one != also)
            near = slice(max(0, at - 40), at + 40)
            yield (
                f"{name}: line {number} is not what {of} give: "
                f"«{line[near]}», not «{wanted[near]}»"
            )
            return


def _look_at_report(
    place: _Place, kept: Manifest, entries: Mapping[str, Entry] | None
) -> Iterator[Check]:
    """Every file against the manifest, then the manifest against the ledger."""
    problems = manifest.faults(kept, place.folder)
    if (of := manifest.key_of(kept.run)) != place.name:
        problems.append(f"its manifest is about {of}")
    if not problems and entries is not None:
        problems += _ledger_faults(kept, entries.get(place.name))
    for problem in problems:
        yield Check(place.name, "problem", f"{problem}. {place.again}")
    strays = manifest.strays(kept, place.folder)
    for name in strays:
        # Not «render again»: that would take the file away.
        message = f"{name} was not made with the report. Move it to another folder."
        yield Check(place.name, "problem", message)
    if not problems and not strays:
        yield Check(place.name, "ok", f"{counted(len(kept.files), 'file')} as made")


def _ledger_faults(kept: Manifest, entry: Entry | None) -> list[str]:
    if entry is None:
        return [f"it has no entry in {ledger.LEDGER_NAME}"]
    pairs = {
        "published": (entry.published, kept.run.published),
        "changed": (entry.changed, kept.run.changed),
        "fingerprint": (entry.fingerprint, kept.fingerprint),
    }
    return [
        f"{name} is {here or 'empty'} in the report and {there or 'empty'} in "
        f"{ledger.LEDGER_NAME}"
        for name, (there, here) in pairs.items()
        if there != here
    ]


def _look_at_year(folder: Path) -> Iterator[Check]:
    """The index, and «ASSS samlet», against the reports whose facts they show."""
    year = folder.name
    again = f"Render the year again: asss render --all --year {year}."
    paths = folder.glob(f"[!.]*/[!.]*/{FACTS_NAME}")
    found = {path.parent.relative_to(folder).as_posix(): path for path in paths}
    if (folder / INDEX_NAME).exists():
        yield from _look_at_index(folder, found, again)
    try:
        shown = {name: _figures(path) for name, path in found.items()}
    except (OSError, ValueError, KeyError, TypeError):
        # What is damaged is reported for the report itself.
        return
    for name, figures in shown.items():
        area, _, kommune = name.partition("/")
        together = shown.get(f"{area}/{NETWORK}", {})
        if any(together.get(key, figure) != figure for key, figure in figures.items()):
            message = (
                f"it has other figures on {kommune} than {year}/{name} has. {again}"
            )
            yield Check(f"{year}/{area}/{NETWORK}", "problem", message)


def _look_at_index(
    folder: Path, found: Mapping[str, Path], again: str
) -> Iterator[Check]:
    about = f"{folder.name}/{INDEX_NAME}"
    try:
        kept = manifest.read_index(folder)
    except ManifestError as error:
        yield Check(about, "problem", str(error))
        return
    problems = manifest.faults(kept, folder)
    problems += [
        f"it does not show what {folder.name}/{name} says now"
        for name in sorted({*found, *kept.reports})
        if name not in found
        or manifest.digest_of(found[name]) != kept.reports.get(name)
    ]
    for problem in problems:
        yield Check(about, "problem", f"{problem}. {again}")
    if not problems:
        yield Check(about, "ok", f"shows what is in {counted(len(found), 'report')}")


def _figures(facts: Path) -> dict[tuple[str, str], tuple[object, str]]:
    """The figures of a report's own kommune and year, or of everybody's."""
    content = json.loads(facts.read_bytes())
    run = content["run"]
    return {
        (fact["indicator"], fact["kommune"]): (fact["value"], fact["status"])
        for fact in content["facts"]
        if fact["year"] == run["year"] and run["kommune"] in (fact["kommune"], NETWORK)
    }


def _look_for_left(output: Path) -> Iterator[Check]:
    """What was being made by a command that was killed."""
    for left, hidden in outputs.left_behind(output).items():
        if hidden is None:
            message = f"{left.name} was left by a command that was killed. {SWEEPS}"
            yield Check(_within(output, left.parent), "note", message)
        else:
            message = f"it is not in its place, but in {left}. {SWEEPS}"
            yield Check(_within(output, hidden), "problem", message)


def _within(output: Path, folder: Path) -> str:
    """A folder by its name in the place for outputs."""
    return folder.relative_to(output).as_posix()


def _make_again(place: _Place, kept: Manifest, root: Path) -> Iterator[Check]:
    """Make a report again from the run in its manifest, and compare every byte."""
    with outputs.scratch() as output:
        try:
            made = report.render_report(
                kept.run,
                root=root,
                output=output,
                formats=kept.formats,
                editions=kept.editions,
            )
        except AsssError as error:
            message = f"cannot be made again: {error}"
            yield Check(place.name, "problem", message)
            return
        names = manifest.names(made.folder)
        _, *others = filecmp.cmpfiles(made.folder, place.folder, names, shallow=False)
        different = sorted(chain(*others))
    if different:
        message = (
            f"{', '.join(different)}: not the same bytes when made again from the same "
            "inputs. Either somebody changed file and manifest, or the libraries are "
            f"other versions than then (requirements.lock has ours). {place.again}"
        )
        yield Check(place.name, "problem", message)
    else:
        yield Check(
            place.name, "ok", f"made again, {counted(len(names), 'file')}, same bytes"
        )

"""
A campaign of planted faults: is each stopped, and where?

Each fault of ``tests/faults/`` is planted in a process of its own, forked from one that
has everything imported. Where it is a slip in the code that makes a report, that report
is rendered, whole but for its PDF, with the notebook run in the same process. Where it
is somebody's doing afterwards, the finished files are read by `asss verify`, with their
manifests renewed: nothing but what the files say can give it away. Where the facts
themselves would be wrong, a test must fail.

``make mutants`` tries all (minutes) and writes docs/reliability.md; ``make check`` only
those that a test must see. All happens in a copy: who works in the project meanwhile
changes neither what is tried nor the table, whose rows are of one state of the code. A
fault that cannot be planted fails the campaign, and by another exit code.
"""

import argparse
import contextlib
import importlib
import io
import multiprocessing
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final, get_args

import faults
import inprocess
import mutants
import pytest
from faults import Fault, Kind, Scene

import asss
from asss import outputs, statbank
from asss.analysis import facts
from asss.analysis.tables import Kept
from asss.catalogue import catalogue, parameters
from asss.catalogue.parameters import EMBEDDED, METHOD, NETWORK, SERVICE, Run
from asss.errors import AsssError
from asss.formats import readback
from asss.runs import contents, manifest, report, verification

ROOT: Final = Path(__file__).parents[1]
TABLE: Final = ROOT / "docs" / "reliability.md"
BEGIN: Final = "<!-- faults, by make mutants -->"
END: Final = "<!-- /faults -->"

#: What is made before, to be damaged afterwards.
FINISHED: Final = (
    "trondheim-2020",
    "tromso-2020",
    "tromso-2018",
    f"{NETWORK}-2020",
    f"{METHOD}-2020",
)

#: Without the PDF, which is checked by what it is made of.
FORMATS: Final = ("html", "xlsx", "csv", "svg")

#: What is made for a fault: the page alone where it shows there.
MADE: Final = {"exports": FORMATS, "after": FORMATS, "arithmetic": FORMATS}

#: Faults of what is kept between reports: tried before anything is.
KEPT: Final = ("arithmetic", "sources")

#: Where a fault was stopped.
Stopped = str
ESCAPED, UNTRIED = "escaped", "untried"

#: What the package is made of, that faults are planted in.
PLANTED_IN: Final = ("asss", parameters.FOLDER, "notebooks")

#: How the campaign ends: all well; a fault got out; one was not tried, so that nothing
#: is known of it.
WELL, OUT, UNKNOWN = 0, 1, 2


@dataclass(frozen=True)
class Outcome:
    """Where a fault was stopped, and what was said."""

    fault: Fault
    stopped: Stopped
    said: str

    @property
    def is_well(self) -> bool:
        """Whether it was stopped where it must be, or before."""
        early = self.fault.stop == "test" and self.stopped == "render"
        return self.stopped == self.fault.stop or early


def gathered() -> list[Fault]:
    """Every fault, of all kinds."""
    found: list[Fault] = []
    for module in pkgutil.iter_modules(faults.__path__):
        found += importlib.import_module(f"faults.{module.name}").FAULTS
    names = Counter(fault.name for fault in found)
    twice = [name for name, count in names.items() if count > 1]
    assert not twice, f"two faults are called {twice}"
    return found


# -- trying one ------------------------------------------------------------------------


@cache
def known() -> catalogue.Catalogue:
    """What is under parameters/."""
    return catalogue.load_catalogue(ROOT / parameters.FOLDER)


@cache
def areas() -> list[catalogue.Catalogue]:
    """All that an index is of."""
    return catalogue.load_all(ROOT / parameters.FOLDER)


def run_of(name: str, root: Path) -> Run:
    """The run of a report, ``<kommune>-<year>``, on the embedded figures."""
    kommune, _, year = name.rpartition("-")
    folder = root / parameters.FOLDER
    run = parameters.choose_run(folder, kommune=kommune, year=int(year))
    snapshot = EMBEDDED if root == ROOT else faults.PLANTED
    return run.model_copy(update={"snapshot": snapshot})


def render(
    name: str,
    output: Path,
    formats: Sequence[str] = FORMATS,
    *,
    editions: Sequence[str] = (report.PUBLIC,),
    root: Path = ROOT,
    language: str = "",
) -> None:
    """Make a report."""
    run = run_of(name, root)
    run = run.model_copy(update={"language": language} if language else {})
    report.render_report(
        run, root=root, output=output, formats=formats, editions=editions
    )


def project(fault: Fault, folder: Path) -> Path:
    """A project in which a fault would be seen; its own, where it asks for one."""
    if fault.given is None:
        return ROOT
    for name in (parameters.FOLDER, "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(statbank.embedded_folder(), folder / faults.PLANTED)
    fault.given(folder)
    return folder


def tried(fault: Fault, finished: Path) -> tuple[Stopped, str]:
    """Plant a fault, and see where it is stopped."""
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory(prefix="asss-fault-") as name,
    ):
        output = Path(name) / "outputs"
        kommune, _, year = fault.report.rpartition("-")
        folder = output / year
        if kommune != "index":
            folder = outputs.folder(output, int(year), SERVICE, kommune)
        if kommune == "index" or fault.stop == "verify":
            shutil.copytree(finished, output)
        scene = Scene(patch, folder)
        if fault.kind in KEPT:
            _forget(patch)
        try:
            root = project(fault, Path(name) / "project")
            fault.plant(scene)
        except (LookupError, AttributeError, OSError) as error:
            return UNTRIED, _whence(error)
        if fault.stop == "verify":
            return _verified(output, folder)
        try:
            if kommune == "index":
                contents.write_index(areas(), year=int(year), output=output)
            else:
                formats = (*MADE.get(fault.kind, ("html",)), *fault.formats)
                render(
                    fault.report,
                    output,
                    formats,
                    editions=fault.editions,
                    root=root,
                    language=fault.language,
                )
        except AsssError as error:
            return "render", _brief(str(error))
        except Exception as error:
            # It puts nothing in place either; but it is not what was planted.
            return UNTRIED, _whence(error)
        if fault.test:
            return _tested(fault.test)
        return ESCAPED, ""


def _brief(said: str) -> str:
    """The first thing that was wrong."""
    lines = said.splitlines()
    return next((line[4:] for line in lines if line.startswith("  - ")), lines[0])


def _whence(error: BaseException) -> str:
    """What was raised, and where."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    return f"{type(error).__name__}: {error} ({where}: {last.line})"


def _verified(output: Path, folder: Path) -> tuple[Stopped, str]:
    """What `asss verify` says, of files whose manifests have been renewed."""
    _renew(folder)
    for check in verification.verify(root=ROOT, output=output):
        if check.outcome == "problem" and not _is_of_the_ledger(check.message):
            return "verify", f"{check.about}: {_brief(check.message)}"
    return ESCAPED, ""


def _is_of_the_ledger(message: str) -> bool:
    """Here is no ledger: reports are made one by one."""
    return "no entry in ledger.json" in message


def _forget(patch: pytest.MonkeyPatch) -> None:
    """Have all made anew that the code under trial has made without the fault."""
    for name, module in list(sys.modules.items()):
        if name.startswith("asss.analysis."):
            for called, value in list(vars(module).items()):
                if isinstance(value, Kept):
                    patch.setattr(module, called, Kept())


def _renew(folder: Path) -> None:
    """Let the manifests vouch for what lies there now, as whoever means harm would."""
    of_year = next(one for one in (folder, *folder.parents) if one.name.isdecimal())
    for path in of_year.glob(f"*/*/{manifest.MANIFEST_NAME}"):
        kept = manifest.read(path.parent)
        files = {name: manifest.file_of(path.parent / name) for name in kept.files}
        manifest.write(kept.model_copy(update={"files": files}), path.parent)
    index = manifest.read_index(of_year)
    files = {name: manifest.file_of(of_year / name) for name in index.files}
    reports = {
        name: manifest.digest_of(of_year / name / report.FACTS_NAME)
        for name in index.reports
    }
    renewed = index.model_copy(update={"files": files, "reports": reports})
    manifest.write(renewed, of_year)


def _tested(test: str) -> tuple[Stopped, str]:
    """Whether a test fails, as it must."""
    said = io.StringIO()
    options = ["-q", "-x", "-p", "no:cacheprovider", f"{ROOT}/tests/{test}"]
    with contextlib.redirect_stdout(said):
        code = pytest.main(options)
    last = (said.getvalue().strip().splitlines() or [""])[-1]
    if code == pytest.ExitCode.TESTS_FAILED and " error" not in last:
        return "test", test
    return (UNTRIED, said.getvalue()) if code else (ESCAPED, "")


# -- trying all ------------------------------------------------------------------------


def _child(fault: Fault, finished: Path, said: Connection) -> None:
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        said.send(tried(fault, finished))
    except BaseException as error:
        said.send((UNTRIED, _whence(error)))
        raise


def outcomes(chosen: Sequence[Fault], finished: Path) -> Iterator[Outcome]:
    """Try faults, each in a process of its own, as many at once as there are cores."""
    context = multiprocessing.get_context("fork")
    waiting, running = list(chosen), {}
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 1):
            fault = waiting.pop(0)
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_child, args=(fault, finished, there))
            process.start()
            there.close()
            running[here] = fault, process
        for line in wait(list(running)):
            fault, process = running.pop(line)
            try:
                stopped, told = line.recv()
            except EOFError:
                stopped, told = UNTRIED, "its process ended"
            process.join()
            yield Outcome(fault, stopped, told)


def _tried_in_turn(chosen: Sequence[Fault], finished: Path) -> Iterator[Outcome]:
    """All of them; what reports of a year share is made once where it is sound."""
    # The second hand is no part of what faults are planted in.
    shared = str(ROOT / parameters.FOLDER), SERVICE, "nb", EMBEDDED, 2020
    readback.prepare(*shared)
    yield from outcomes([one for one in chosen if one.kind in KEPT], finished)
    facts.warm_up(*shared)
    yield from outcomes([one for one in chosen if one.kind not in KEPT], finished)


def _sound(chosen: Sequence[Fault]) -> None:
    """See that nothing is wrong without a fault in the projects that some ask for."""
    for given in {fault.given: fault for fault in chosen if fault.given}.values():
        with tempfile.TemporaryDirectory(prefix="asss-sound-") as name:
            root = project(given, Path(name) / "project")
            render(given.report, Path(name), root=root)


def _finish(finished: Path, chosen: Sequence[Fault]) -> None:
    """Make the reports that are damaged afterwards, and see that nothing is wrong."""
    _sound(chosen)
    for one in FINISHED:
        is_seen = one in ("trondheim-2020", "tromso-2020")
        render(
            one,
            finished,
            (*FORMATS, "pdf", *(("png",) if is_seen else ())),
            editions=report.EDITIONS if is_seen else (report.PUBLIC,),
        )
    for year in {one.rpartition("-")[2] for one in FINISHED}:
        contents.write_index(areas(), year=int(year), output=finished)
    for check in verification.verify(root=ROOT, output=finished):
        is_well = _is_of_the_ledger(check.message)
        assert is_well or check.outcome != "problem", check


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("kinds", nargs="*", help="only these kinds")
    asked.add_argument("--tests", action="store_true", help="those for a test alone")
    asked.add_argument(
        "--name", default="", help="only those whose name has this pattern"
    )
    asked.add_argument("--write", action="store_true", help="write docs/reliability.md")
    asked.add_argument("--table", type=Path, help=argparse.SUPPRESS)
    return asked.parse_args(arguments)


def _copied(given: argparse.Namespace, arguments: Sequence[str]) -> int:
    """Run the campaign in a copy, that writes what it finds here."""
    with tempfile.TemporaryDirectory(prefix="asss-campaign-") as name:
        folder = mutants.copied(Path(name).resolve())
        words = [sys.executable, str(folder / "tests" / Path(__file__).name)]
        # What is installed leads to the project itself, and comes later on the path.
        return subprocess.run(
            [*words, *arguments, "--table", str(given.table or TABLE)],
            env={**os.environ, "PYTHONPATH": str(folder)},
        ).returncode


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the faults that are asked for, and say which are not stopped."""
    given = _asked(arguments)
    if given.table is None:
        return _copied(given, sys.argv[1:] if arguments is None else arguments)
    where = Path(asss.__file__)
    assert where.is_relative_to(ROOT), f"{where} was imported, and not the copy"
    chosen = [
        fault
        for fault in gathered()
        if (not given.kinds or fault.kind in given.kinds)
        and (not given.tests or fault.stop == "test")
        and re.search(given.name, fault.name)
    ]
    started = time.monotonic()
    report._run_notebook = inprocess.execute
    os.chdir(ROOT)
    report.warm_up()
    found: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="asss-finished-") as name:
        finished = Path(name)
        if any(f.stop == "verify" or "index" in f.report or f.given for f in chosen):
            # In a process of its own: what sets a PDF has threads from then on, and
            # a process with threads forks none that sets another.
            context = multiprocessing.get_context("fork")
            process = context.Process(target=_finish, args=(finished, chosen))
            process.start()
            process.join()
            assert process.exitcode == 0, "the reports to be damaged were not made"
        for outcome in _tried_in_turn(chosen, finished):
            found.append(outcome)
            if not outcome.is_well:
                fault = outcome.fault
                sys.stderr.write(
                    f"{fault.kind}: {fault.name}: {outcome.stopped}, and must be "
                    f"stopped by {fault.stop}. {outcome.said}\n"
                )
    minutes = (time.monotonic() - started) / 60
    well = sum(outcome.is_well for outcome in found)
    sys.stdout.write(f"{well} of {len(found)} faults stopped, {minutes:.1f} minutes.\n")
    if given.write:
        order = {fault.name: place for place, fault in enumerate(chosen)}
        found.sort(key=lambda outcome: order[outcome.fault.name])
        _write(given.table, found)
    untried = [outcome.fault.name for outcome in found if outcome.stopped == UNTRIED]
    if untried:
        sys.stderr.write(
            f"NOT TRIED: {len(untried)} of {len(found)} faults, of which nothing is "
            f"known. Mend tests/faults/: {'; '.join(untried)}\n"
        )
        return UNKNOWN
    return WELL if well == len(found) else OUT


def _write(table: Path, found: Sequence[Outcome]) -> None:
    """Put outcomes into the table, with those of others of the same code."""
    before, _, rest = table.read_text("utf-8").partition(BEGIN)
    old, _, after = rest.partition(END)
    state = f"Of the code with digest {_state()}."
    kept = _kept(old, found) if state in old else []
    written = f"{state}\n{tables(found, kept)}"
    table.write_text(f"{before}{BEGIN}\n\n{written}{END}{after}", "utf-8")


def _state() -> str:
    """A digest of what faults are planted in."""
    paths = (path for name in PLANTED_IN for path in (ROOT / name).rglob("*"))
    files = sorted(p for p in paths if p.is_file() and "__pycache__" not in p.parts)
    state = sha256()
    for path in files:
        state.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return state.hexdigest()[:12]


# -- what is written -------------------------------------------------------------------


#: Of a fault, in the table: its kind, its name, where it was stopped, and by what.
Told = tuple[str, str, str, str]


def _kept(old: str, tried: Sequence[Outcome]) -> list[Told]:
    """What the table says of faults that were not tried this time."""
    names = {one.name for one in gathered()} - {one.fault.name for one in tried}
    cells = (line.strip("| ").split(" | ", 3) for line in old.splitlines())
    return [
        (one[0], one[1], one[2], "".join(one[3:]))
        for one in cells
        if len(one) > 2 and one[1] in names
    ]


def tables(found: Sequence[Outcome], kept: Sequence[Told] = ()) -> str:
    """How many of each kind were stopped where, and each with what was said."""
    told = [*kept]
    for one in found:
        said = " ".join(one.said.split()).replace("|", "\\|")
        said = said if len(said) < WIDEST else f"{said[:WIDEST]}…"
        told.append((one.fault.kind, one.fault.name, one.stopped, said))
    lines = [
        "",
        "| kind | planted | before it was finished | stopped at render | in finished "
        "files | stopped by verify | by a test | escaped | not tried |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in (*get_args(Kind), ""):
        own = [one for one in told if kind in ("", one[0])]
        if not own:
            continue
        late = [stopped for _, name, stopped, _ in own if name in _late()]
        early = [stopped for _, name, stopped, _ in own if name not in _late()]
        count = Counter([*late, *early])
        cells = [
            *(len(own), len(early), _share(early.count("render"), len(early))),
            *(len(late), _share(late.count("verify"), len(late))),
            *(count["test"], count[ESCAPED], count[UNTRIED]),
        ]
        lines.append(f"| {kind or '**all**'} | {' | '.join(map(str, cells))} |")
    lines += ["", "| kind | fault | stopped | by |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(one)} |" for one in sorted(told, key=lambda one: one[0])]
    return "\n".join([*lines, "", ""])


@cache
def _late() -> set[str]:
    """Faults of finished files: no rendering could have seen them."""
    return {fault.name for fault in gathered() if fault.stop == "verify"}


def _share(count: int, of: int) -> str:
    return f"{count} ({100 * count / of:.1f} %)" if of else "0"


#: How much is written of what was said.
WIDEST: Final = 150


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.exit(main())

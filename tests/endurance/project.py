"""A project of a trial's own, its commands, and what must hold of its outputs."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from double import Double
from reports import copy_project

from asss import outputs
from asss.catalogue.parameters import METHOD, NETWORK, SERVICE
from asss.errors import AsssError
from asss.runs import ledger, manifest
from asss.runs.ledger import Ledger

sys.path.append(str(Path(__file__).parents[1] / "statbank"))
from test_fetch import patient

ROOT: Final = Path(__file__).parents[2]

#: Members of the trial's year, and what ``--all`` makes of it.
MEMBERS: Final = ("oslo", "bergen", "trondheim")
REPORTS: Final = (*MEMBERS, NETWORK, METHOD)
YEAR: Final = 2020

#: Names what a trial has started, be it through others.
MARK: Final = "ASSS_ENDURANCE"

#: What Dask keeps for its next cluster on this machine.
DASK: Final = "dask-scratch-space"

#: Seconds that what a command has started may take to notice that it is gone.
ENDING: Final = 60.0


@dataclass(frozen=True)
class Trial:
    """One trial: what was done, and what did not hold; nothing, if all is well."""

    what: str
    amiss: Sequence[str] = ()
    told: str = ""


class Project:
    """
    Ours, in a folder of its own.

    Parameters
    ----------
    place : Path
        An empty folder; what only passes lies there too.
    """

    def __init__(self, place: Path) -> None:
        self.root, self.passing = place / "project", place / "passing"
        self.passing.mkdir(parents=True)
        self.output = self.root / "outputs"
        self.said = place / "said"
        copy_project(ROOT, self.root)
        network = self.root / "parameters" / "nettverk.yaml"
        others = rf"(?m)^(  - id: (?!{'|'.join(MEMBERS)}|asker|lillestrom)\w+\n)"
        later = rf"\g<1>    member_from: {YEAR + 1}\n"
        network.write_text(re.sub(others, later, network.read_text("utf-8")), "utf-8")

    def ask(self, ssb: Double) -> None:
        """Fetch from a double in no hurry: a busy machine is not looked for."""
        patient(self.root, ssb)
        settings = self.root / "parameters" / "statbank.yaml"
        slow = {"read_timeout": 60.0, "answer_timeout": 60.0, "attempts": 9}
        held = json.loads(settings.read_bytes())
        settings.write_text(json.dumps({**held, **slow}), "utf-8")

    @property
    def program(self) -> list[str]:
        """The command, as this Python has it."""
        return [sys.executable, "-m", "asss"]

    def words(self, name: str, *more: str) -> list[str]:
        """A command with what it is asked for."""
        asked = {
            "render": [
                *("--all", "--year", str(YEAR), "--format", "html"),
                *("--snapshot", "embedded", "--date", "2026-11-29"),
            ],
        }
        return [*self.program, name, *asked.get(name, ()), *more]

    @property
    def environment(self) -> dict[str, str]:
        """What a command is started with, so that what it starts is found."""
        return {
            **os.environ,
            "TMPDIR": str(self.passing),
            MARK: str(self.root),
            "NO_PROXY": "*",
            "no_proxy": "*",
        }

    def start(
        self, name: str, *more: str, before: Sequence[str] = (), **environment: str
    ) -> "subprocess.Popen[bytes]":
        """Begin a command; what it says is kept."""
        return self.start_words([*before, *self.words(name, *more)], **environment)

    def start_words(
        self, words: Sequence[str], **environment: str
    ) -> "subprocess.Popen[bytes]":
        """Begin what is not said in the usual words."""
        with self.said.open("wb") as said:
            return subprocess.Popen(
                words,
                cwd=self.root,
                env={**self.environment, **environment},
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def whole(self, name: str, *more: str) -> float:
        """Let a command come to its end; the seconds that it took."""
        begun = time.monotonic()
        code = self.start(name, *more).wait()
        assert code == 0, f"{name} ended with {code}: {self.says()}"
        return time.monotonic() - begun

    def says(self) -> str:
        """The last that a command said."""
        return self.said.read_text("utf-8", "replace")[-2000:]

    def clear(self) -> None:
        """Take away all outputs."""
        shutil.rmtree(self.output, ignore_errors=True)

    # -- what must hold ----------------------------------------------------------------

    def tree(self) -> dict[str, bytes]:
        """Every file of the outputs; locks hold nothing."""
        return {
            path.relative_to(self.output).as_posix(): path.read_bytes()
            for path in sorted(self.output.rglob("*"))
            if path.is_file() and path.name != ledger.LOCK
        }

    def others(self) -> Iterator[Path]:
        """Processes that a command has started and that are still there."""
        sign = f"{MARK}={self.root}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if sign in (process / "environ").read_bytes().split(b"\0"):
                    yield process
            except OSError:
                continue

    def settle(self) -> None:
        """Wait for the end of what a killed command has started."""
        end = time.monotonic() + ENDING
        while any(self.others()) and time.monotonic() < end:
            time.sleep(0.05)

    def halves(self, *, all_there: bool) -> list[str]:
        """Reports that are not whole, and what cannot be read of ledger and index."""
        hidden = {*outputs.left_behind(self.output).values()}
        found = []
        for name in REPORTS:
            folder = outputs.folder(self.output, YEAR, SERVICE, name)
            if folder in hidden or not (all_there or folder.exists()):
                continue
            try:
                found += manifest.faults(manifest.read(folder), folder)
            except AsssError as error:
                found.append(str(error))
        try:
            Ledger(self.output).read()
            if (self.output / str(YEAR) / outputs.INDEX_NAME).exists():
                manifest.read_index(self.output / str(YEAR))
        except AsssError as error:
            found.append(str(error))
        return found

    def left(self) -> list[str]:
        """What is left of commands that have ended."""
        found = [f"still running: {_command(process)}" for process in self.others()]
        found += [f"left: {path.name}" for path in outputs.left_behind(self.output)]
        passing = [path for path in self.passing.iterdir() if path.name != DASK]
        return found + [f"left: {path.name}" for path in passing]

    def differences(self, wanted: dict[str, bytes]) -> list[str]:
        """Files that are not those of an undisturbed run."""
        found = self.tree()
        names = found.keys() | wanted.keys()
        return sorted(
            f"{name} is {'other' if name in found else 'missing'}"
            for name in names
            if found.get(name) != wanted.get(name)
        )

    def verified(self) -> list[str]:
        """What `asss verify` finds."""
        code = self.start("verify").wait()
        return [] if code == 0 else [f"verify ended with {code}: {self.says()}"]

    def refused(self, code: int, says: str) -> list[str]:
        """What is wrong with how a command said that it could not."""
        said = self.said.read_text("utf-8", "replace")
        found = ["a traceback"] if "Traceback" in said else []
        if code != 1:
            found.append(f"ended with {code}")
        if says not in said:
            found.append(f"does not say «{says}»: {said[-300:]}")
        return found


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_text("utf-8").replace("\0", " ")[:80]
    except OSError:
        return process.name

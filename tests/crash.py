"""
Kill fetch and render at random moments, and see that nothing is lost or left behind.

Not part of `make test`: it takes minutes, and what it finds depends on the moment. What
it has found once is a test with a named point, in test_outputs and test_fetch. `make
crash`, or ``python tests/crash.py --kills 50 --seed 7``.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import synthetic
from double import Double

from asss import outputs
from asss.errors import AsssError
from asss.runs import manifest, verification

sys.path.append(str(Path(__file__).with_name("statbank")))
from test_fetch import corrected, patient

ROOT = Path(__file__).parents[1]
KOMMUNER = ("oslo", "bergen", "asss")
YEAR = "2020"

#: Seconds that what a killed command has started may take to notice.
ENDING = 60

#: Names what the campaign has started, be it through others.
MARK = "ASSS_CRASH"


class Campaign:
    """A project of its own, its commands, and what must hold of its outputs."""

    def __init__(self, place: Path, ssb: Double) -> None:
        self.project, self.passing = place / "project", place / "passing"
        self.passing.mkdir()
        self.errors = (place / "errors").open("wb")
        for name in ("notebooks", "parameters"):
            shutil.copytree(ROOT / name, self.project / name)
        patient(self.project, ssb)
        settings = self.project / "parameters" / "statbank.yaml"
        # A machine that is busy is not what is looked for here.
        slow = {"read_timeout": 60.0, "answer_timeout": 60.0, "attempts": 9}
        held = json.loads(settings.read_bytes())
        settings.write_text(json.dumps({**held, **slow}), "utf-8")
        self.output = self.project / "outputs"

    def start(self, name: str) -> "subprocess.Popen[bytes]":
        """Begin a command, so that what it starts ends with it or is found."""
        words = {
            "fetch": ["--anyway"],
            "render": [
                *(word for kommune in KOMMUNER for word in ("--kommune", kommune)),
                *("--year", YEAR, "--format", "html,csv", "--date", "2026-11-29"),
            ],
        }
        return subprocess.Popen(
            [sys.executable, "-m", "asss", name, *words[name]],
            cwd=self.project,
            env={
                **os.environ,
                "TMPDIR": str(self.passing),
                MARK: str(self.project),
                "NO_PROXY": "*",
                "no_proxy": "*",
            },
            stdout=subprocess.DEVNULL,
            stderr=self.errors,
            start_new_session=True,
        )

    def whole(self, name: str) -> float:
        """Let a command come to its end; the seconds that it took."""
        begun = time.monotonic()
        code = self.start(name).wait()
        said = Path(self.errors.name).read_text("utf-8")[-2000:]
        assert code == 0, f"{name} ended with {code}: {said}"
        return time.monotonic() - begun

    def killed(self, name: str, after: float, *, everybody: bool) -> bool:
        """Kill a command, alone or with all that shares its session."""
        running = self.start(name)
        try:
            running.wait(after)
        except subprocess.TimeoutExpired:
            kill = os.killpg if everybody else os.kill
            kill(running.pid, signal.SIGKILL)
        is_killed = running.wait() == -signal.SIGKILL
        end = time.monotonic() + ENDING
        while any(self.others()) and time.monotonic() < end:
            time.sleep(0.05)
        return is_killed

    def others(self) -> list[Path]:
        """Processes that a command has started and that are still there."""
        sign, found = f"{MARK}={self.project}".encode(), []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if sign in (process / "environ").read_bytes().split(b"\0"):
                    found.append(process)
            except OSError:
                continue
        return found

    def lost(self) -> list[str]:
        """Reports that are not whole, in their place or hidden for the next run."""
        hidden = {*outputs.left_behind(self.output).values()}
        found = []
        for kommune in KOMMUNER:
            folder = outputs.folder(self.output, int(YEAR), kommune)
            try:
                if folder not in hidden:
                    found += manifest.faults(manifest.read(folder), folder)
            except AsssError as error:
                found.append(str(error))
        return found

    def amiss(self) -> list[str]:
        """What is left behind, or not as it was made."""
        found = [
            f"{check.about}: {check.message}"
            for check in verification.verify(root=self.project, output=self.output)
            if check.outcome == "problem"
        ]
        found += [f"still running: {process}" for process in self.others()]
        found += [f"left: {path}" for path in outputs.left_behind(self.output)]
        found += [f"left: {path}" for path in self.passing.iterdir()]
        store = self.output / "snapshots"
        return found + [f"left: {path}" for path in store.glob(".draft*")]


def main() -> int:
    """Run the campaign; 1 if there was a kill after which something did not hold."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=20)
    asked.add_argument("--seed", type=int, default=random.randrange(2**16))
    given = asked.parse_args()
    chance = random.Random(given.seed)
    print(f"{given.kills} kills, seed {given.seed}", flush=True)
    failed = 0
    place = Path(tempfile.mkdtemp())
    with Double(synthetic.tables(), calls=1_000_000) as ssb:
        campaign = Campaign(place, ssb)
        seconds = {name: campaign.whole(name) for name in ("fetch", "render")}
        for number in range(given.kills):
            name = "render" if number % 2 == 0 else "fetch"
            # Another figure of Oslo's each time, so that every report is due.
            ssb.replace("12210", corrected("12210", by=number + 1))
            if name == "render":
                campaign.whole("fetch")
            after = chance.uniform(0.2, 1.1) * seconds[name]
            everybody = chance.random() < 0.5
            is_killed = campaign.killed(name, after, everybody=everybody)
            found = campaign.lost()
            left = len(outputs.left_behind(campaign.output))
            for again in dict.fromkeys((name, "render")):
                seconds[again] = campaign.whole(again)
            found += campaign.amiss()
            failed += bool(found)
            how = ("killed" if is_killed else "ended") + " with all" * everybody
            what = "; ".join(found) or "all holds"
            told = f"{number + 1:3} {name:6} {how} after {after:.1f} s"
            print(f"{told}, {left} left behind: {what}", flush=True)
    if not failed:
        shutil.rmtree(place)
    print(f"{failed} of {given.kills} failed" + f", see {place}" * bool(failed))
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())

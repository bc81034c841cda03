"""
What the whole command stands: a campaign of kills, races, signals, limits and sizes.

Not part of `make test`: it takes hours, and what it finds depends on the moment. What
it has found once is a test of the suite. ``make crash`` runs all, and writes
docs/reliability.md; ``python tests/endure.py kills --count 20 --seed 7`` runs one kind.
"""

import argparse
import importlib
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from endurance.project import ROOT, Trial

TABLE: Final = ROOT / "docs" / "reliability.md"
BEGIN: Final = "<!-- endurance, by make crash -->"
END: Final = "<!-- /endurance -->"

#: Each kind: the function that makes its trials, and how many of them.
KINDS: Final = {
    "kills": ("kills.trials", 100),
    "fetches": ("kills.fetches", 20),
    "races": ("races.trials", 20),
    "signals": ("endings.signals", 12),
    "workers": ("endings.workers", 5),
    "clock": ("clock.trials", 5),
    "limits": ("limits.trials", 1),
    "large": ("large.trials", 1),
    "many": ("many.trials", 400),
    "audit": ("audit.trials", 1),
}

#: Kinds of which each trial is another, and has a row of its own.
SINGLY: Final = ("clock", "limits", "large", "many", "audit")


def main() -> int:
    """Run the kinds that are named, or all; 1 if something did not hold."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("kinds", nargs="*", help=f"of {', '.join(KINDS)}")
    asked.add_argument("--count", type=int, help="trials of each kind")
    asked.add_argument("--seed", type=int, default=random.randrange(2**16))
    asked.add_argument("--write", action="store_true", help="write docs/reliability.md")
    given = asked.parse_args()
    failed = 0
    for kind in given.kinds or KINDS:
        name, count = KINDS[kind]
        module, _, function = name.partition(".")
        trials = getattr(importlib.import_module(f"endurance.{module}"), function)
        _say(f"{kind}: seed {given.seed}")
        begun, done = time.monotonic(), []
        place = Path(tempfile.mkdtemp(prefix=f"asss-{kind}-"))
        chance = random.Random(given.seed)
        for trial in trials(place, given.count or count, chance):
            done.append(trial)
            failed += bool(trial.amiss)
            _say(f"{len(done):3} {trial.what}: {_outcome(trial)}")
        minutes = (time.monotonic() - begun) / 60
        _say(f"{kind}: {len(done)} trials in {minutes:.0f} minutes")
        if given.write:
            write(kind, rows(kind, done))
    _say(f"{failed} failed")
    return min(failed, 1)


def _outcome(trial: Trial) -> str:
    return "; ".join(trial.amiss) or trial.told or "all holds"


def rows(kind: str, done: Sequence[Trial]) -> list[str]:
    """What a table says of a kind: a row for each trial, or one for all."""
    if kind in SINGLY:
        told = [
            (
                trial.what,
                int(not trial.told.startswith("not tried")),
                bool(trial.amiss),
                _outcome(trial),
            )
            for trial in done
        ]
    else:
        failed = [trial for trial in done if trial.amiss]
        said = _outcome(failed[0]) if failed else "all holds"
        # Neither the one that nobody disturbs, nor one that had ended, was killed.
        idle = ("undisturbed", "ended", "fetch ended")
        count = len([trial for trial in done if not trial.what.startswith(idle)])
        told = [(DOCS[kind], count, len(failed), said)]
    return [
        f"| {kind} | {what} | {count} | {int(bad)} | {' '.join(said.split())[:200]} |"
        for what, count, bad, said in told
    ]


#: What is done in a trial, of kinds whose trials are much like each other.
DOCS: Final = {
    "kills": "`asss render --all` killed at a random moment, and run again",
    "fetches": "`asss fetch` killed at a random moment, and run again",
    "races": "two renderings and `asss verify`, or with `asss fetch`, at once",
    "signals": "SIGINT once and twice, SIGTERM, SIGHUP on a terminal",
    "workers": "a worker of Dask's killed at its work",
}


def write(kind: str, lines: Sequence[str]) -> None:
    """Put the rows of a kind into the table, in place of those that it had."""
    before, _, rest = TABLE.read_text("utf-8").partition(BEGIN)
    table, _, after = rest.partition(END)
    held = [line for line in table.splitlines() if line.startswith("| ")][1:]
    kept = [line for line in held if not line.startswith(f"| {kind} |")]
    order = list(KINDS)
    new = sorted(
        [*kept, *lines], key=lambda line: order.index(line.split(" | ")[0][2:])
    )
    head = ["", "| kind | what | tried | failed | outcome |", "|---|---|---|---|---|"]
    text = "\n".join([*head, *new, "", ""])
    TABLE.write_text(f"{before}{BEGIN}\n{text}{END}{after}", "utf-8")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

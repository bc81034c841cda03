"""Known weaknesses of the libraries in the lock, by pip-audit."""

import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from endurance.project import ROOT, Trial

#: What pip-audit says of a library of which it could learn nothing.
UNKNOWN: Final = "could not be audited"


def trials(_: Path, __: int, ___: random.Random) -> Iterator[Trial]:
    """Ask of each version of requirements.lock; what nobody answers of is no pass."""
    program = shutil.which("pip-audit")
    if program is None:
        yield Trial(
            "pip-audit", told="not tried: it is not here (pip install pip-audit)"
        )
        return
    words = ["--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    done = subprocess.run(
        [program, *words, "-r", str(ROOT / "requirements.lock")],
        capture_output=True,
        text=True,
    )
    said = done.stdout + done.stderr
    unknown = said.count(UNKNOWN)
    if unknown:
        yield Trial("pip-audit", told=f"not tried: nothing is known of {unknown}")
    else:
        yield Trial("pip-audit", [said[-2000:]] if done.returncode else [])

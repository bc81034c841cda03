"""What a machine does not give: memory, files, room on a disk, leave to write."""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from asss import outputs
from asss.catalogue.parameters import SERVICE
from asss.runs import manifest
from endurance.project import Project, Trial

ONE: Final = ("--kommune", "oslo", "--year", "2020", "--format", "html,pdf,csv")


@dataclass(frozen=True)
class _Limit:
    """A limit, as a shell sets it, and what the command must say."""

    what: str
    says: str
    shell: str = ""
    disk: str = ""
    options: Sequence[str] = field(default=())
    is_for_passing: bool = False


LIMITS: Final = (
    _Limit("150 MB of addresses", "MB of address space", "ulimit -v 150000"),
    _Limit("900 MB of addresses", "MB of address space", "ulimit -v 900000"),
    _Limit("16 open files", "open 128 files", "ulimit -n 16"),
    _Limit("64 open files", "open 128 files", "ulimit -n 64"),
    _Limit("files of 100 kB at most", "File too large", "ulimit -f 200"),
    _Limit("a disk of 100 kB", "No space left", disk="size=100k"),
    _Limit("a disk of 1 MB", "No space left", disk="size=1m"),
    _Limit("a disk of 2 MB", "No space left", disk="size=2m"),
    _Limit("a disk without room for files", "No space left", disk="nr_inodes=8"),
    _Limit("a disk to read only", "Read-only file system", disk="size=9m,ro"),
    _Limit("40 kB for what passes", "(TMPDIR)", disk="size=40k", is_for_passing=True),
    _Limit("40 MB for a report", "40 MB are enough", options=("--memory-limit", "40")),
)


def trials(place: Path, _: int, __: random.Random) -> Iterator[Trial]:
    """Each limit once; a disk of a size of its own takes leave to mount one."""
    project = Project(place)
    for limit in LIMITS:
        with _disk(place / "disk", limit.disk) as disk:
            if limit.disk and disk is None:
                yield Trial(limit.what, told="not tried: no leave to mount a disk")
                continue
            output = project.output
            environment = {}
            if disk and limit.is_for_passing:
                environment["TMPDIR"] = str(disk)
            elif disk:
                output = disk / "outputs"
            words = ["render", *ONE, "--snapshot", "embedded", "--date", "2026-11-29"]
            words += ["--parameters", str(project.root / "parameters")]
            words += ["--output", str(output), *limit.options]
            shell = f'{limit.shell or ":"}; exec "$@"'
            running = project.start_words(
                ["sh", "-c", shell, "sh", *project.program, *words], **environment
            )
            code = running.wait()
            project.settle()
            amiss = project.refused(code, limit.says)
            # It may be the index, or the ledger, that there is no room for.
            made = outputs.folder(output, 2020, SERVICE, "oslo")
            if made.exists():
                amiss += manifest.faults(manifest.read(made), made)
            if disk:
                amiss += [f"left: {path.name}" for path in disk.glob(".asss*")]
            yield Trial(limit.what, amiss + project.left(), _line(project))
        project.clear()
    shutil.rmtree(place, ignore_errors=True)


def _line(project: Project) -> str:
    """What was said of it."""
    lines = project.says().splitlines()
    chosen = [line for line in lines if line.startswith(("Error", "failed"))]
    return " ".join(chosen[:1]).replace(str(project.root.parent), "…")


@contextmanager
def _disk(place: Path, options: str) -> Iterator[Path | None]:
    """A small disk in memory; None without leave to mount one."""
    if not options:
        yield None
        return
    place.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", options, "none", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)

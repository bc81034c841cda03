"""
Where finished reports are kept: a folder, or an address that fsspec knows.

A report is made in a folder of its own and put in place when it is whole; what was
there before stays until then. Imports ``errors`` only.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from asss.errors import RenderError, UsageError

if TYPE_CHECKING:
    from upath import UPath

#: Put in place last: without it, nothing vouches for a report.
LAST = "manifest.json"

#: How the name of what is being replaced ends.
OLD = "-old"


def folder(output: Path, year: int, kommune: str) -> Path:
    """Where a report lies in a place for outputs."""
    return output / str(year) / kommune


def is_address(given: str) -> bool:
    """Whether a place is named as fsspec does: ``s3://bucket/asss``."""
    return "://" in given


def at(address: str) -> Path:
    """
    The place at an address of fsspec's.

    Returns
    -------
    place : Path
        Or what does all that is asked of a path here: a UPath.

    Raises
    ------
    UsageError
        If what speaks with such places is not installed, or does not know this one.
    """
    try:
        from upath import UPath

        place: Any = UPath(address)
        place.fs.exists(place.path)  # loads what speaks with it, and asks it once
        return cast("Path", place)
    except (ImportError, ValueError, OSError) as error:
        msg = (
            f"{address} cannot be used ({error}). It takes the extra `cluster`, and "
            "what fsspec asks for, such as s3fs for s3://."
        )
        raise UsageError(msg) from error


def is_here(place: Path) -> bool:
    """Whether a place is a folder on this machine, with locks and renaming."""
    return isinstance(place, Path)


@contextmanager
def workplace(target: Path) -> Iterator[Path]:
    """
    A folder to make a report in, on the same disk, gone again whatever happens.

    Raises
    ------
    RenderError
        If it cannot be made, or what is done in it cannot be written.
    """
    try:
        parent = target.parent if is_here(target) else Path(tempfile.gettempdir())
        parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=_prefix(target, os.getpid()), dir=parent))
    except OSError as error:
        msg = f"Cannot write to {target.parent}: {error.strerror}."
        raise RenderError(msg) from error
    try:
        yield work
    except OSError as error:
        msg = f"Cannot write the report to {target}: {error.strerror or error}."
        raise RenderError(msg) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _prefix(target: Path, pid: int) -> str:
    """What the folders of one process begin with, so that they are known as its own."""
    return f".{target.name}-{pid}-"


def put(work: Path, target: Path) -> None:
    """
    Put a finished report in place.

    On this machine folders change names, so that there is never half a report. At an
    address there is no such thing: the old manifest is taken away first and the new one
    written last, so that half a report is one that nothing vouches for.
    """
    if not is_here(target):
        _upload(work, cast("UPath", target))
        return
    work.chmod(0o755)
    old = _old(work)
    if target.exists():
        target.rename(old)
    try:
        work.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _old(work: Path) -> Path:
    return work.with_name(f"{work.name}{OLD}")


def _upload(work: Path, target: "UPath") -> None:
    files = sorted(path for path in work.rglob("*") if path.is_file())
    names = [path.relative_to(work).as_posix() for path in files]
    store: Any = target.fs
    if (target / LAST).exists():
        (target / LAST).unlink()
    kept = {(target / name).path for name in names}
    for place in store.find(target.path) if target.exists() else ():
        if place not in kept:
            store.rm_file(place)
    last = [name for name in names if name == LAST]
    for part in ([name for name in names if name != LAST], last):
        sources = [str(work / name) for name in part]
        for folder in {(target / name).parent for name in part}:
            folder.mkdir(parents=True, exist_ok=True)
        store.put(sources, [(target / name).path for name in part])


def write(path: Path, content: str) -> None:
    """Replace a file whole."""
    if not is_here(path):
        path.write_bytes(content.encode())
        return
    draft = path.with_suffix(".tmp")
    draft.write_text(content, encoding="utf-8")
    draft.replace(path)


def sweep(target: Path, pid: int) -> None:
    """
    Take away what a process that was ended has left lying.

    If it was ended while folders changed names, what was there before is put back.
    """
    parent = target.parent if is_here(target) else Path(tempfile.gettempdir())
    left = sorted(parent.glob(f"{_prefix(target, pid)}*"))
    for folder in left:
        if folder.name.endswith(OLD) and not target.exists():
            folder.rename(target)
        shutil.rmtree(folder, ignore_errors=True)

"""
Where finished reports are kept, and what their files are called.

A folder, or an address that fsspec knows. What is made is made beside its place, in a
folder of its own, and changes names with what was there when it is whole: whatever ends
the process, and whenever, the earlier or the new is in place, or is put there by
whoever comes next. Imports ``errors`` only.
"""

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, cast

from filelock import FileLock

from asss.errors import RenderError, UsageError

if TYPE_CHECKING:
    from upath import UPath

__all__ = [
    "DOCX_NAME",
    "EDITIONS",
    "EXPORTS",
    "FACTS_NAME",
    "FIGURES_FOLDER",
    "FIGURES_NAME",
    "FORMATS",
    "HTML_NAME",
    "INDEX_NAME",
    "LINKED",
    "LOCK",
    "NOTEBOOK_NAME",
    "PASSING",
    "PATIENCE",
    "PDF_NAME",
    "REVIEW_NAME",
    "SEEN_BY",
    "USUAL_FORMATS",
    "WHAT_IF_FOLDER",
    "WORKBOOK_NAME",
    "abandon",
    "at",
    "failed_notebook",
    "folder",
    "former",
    "formers",
    "is_address",
    "is_here",
    "left_behind",
    "put",
    "reports",
    "scratch",
    "sweep",
    "sweep_all",
    "sweep_passing",
    "workplace",
    "write",
]

#: What can be asked for beside HTML, PDF and Word.
EXPORTS = ("xlsx", "csv", "svg", "png")

#: What a report can be had as; what has PNG in it takes most time, and comes only when
#: asked for.
FORMATS = ("html", "pdf", "docx", *EXPORTS)
USUAL_FORMATS = tuple(name for name in FORMATS if name not in ("docx", "png"))

#: The public report; and beside it, for reviewers, the same with kildespor.
PUBLIC, REVIEW = "public", "review"
EDITIONS = (PUBLIC, REVIEW)

NOTEBOOK_NAME = "rapport.ipynb"
HTML_NAME = "rapport.html"
REVIEW_NAME = "gjennomgang.html"
PDF_NAME = "rapport.pdf"
DOCX_NAME = "rapport.docx"
FACTS_NAME = "facts.json"

#: Where what-ifs are put, apart from all reports.
WHAT_IF_FOLDER = "hva-om"
WORKBOOK_NAME = "nokkeltall.xlsx"
FIGURES_NAME = "tall.csv"
FIGURES_FOLDER = "figurer"

#: Files by which it is seen what a report was made as, where its manifest does not say.
SEEN_BY = {
    "html": HTML_NAME,
    "pdf": PDF_NAME,
    "docx": DOCX_NAME,
    "xlsx": WORKBOOK_NAME,
    "csv": FIGURES_NAME,
    "svg": "figurer/*.svg",
    "png": "figurer/*.png",
    REVIEW: REVIEW_NAME,
}

#: What an index links to in the folder of a report, the page itself first.
LINKED = (
    HTML_NAME,
    PDF_NAME,
    DOCX_NAME,
    REVIEW_NAME,
    NOTEBOOK_NAME,
    WORKBOOK_NAME,
    FIGURES_NAME,
    FACTS_NAME,
)

#: The page that links the reports of a year.
INDEX_NAME = "index.html"

#: Put in place last: without it, nothing vouches for a report.
LAST = "manifest.json"

#: How a folder is called in which something is made: what it is to be, and by whom.
MAKING: Final = re.compile(r"\.(?P<name>.+)-(?P<pid>\d+)-[^-]+\.tmp")

#: What in it tells whether its maker is still at work. The system lets go of a lock
#: when its process ends, however it ends; a number of a process may be anybody's.
LOCK: Final = "lock"

#: What in it is to be put back, should its maker end between two changes of name.
EARLIER: Final = "earlier"

#: Seconds to wait for a process to end that has been asked to.
PATIENCE: Final = 5.0

#: The name of the folders for what only passes, among everybody's.
PASSING: Final = "asss"

#: The folders that this process makes something in, each with what it is to be; and
#: whose turn it is with them.
_own: dict[Path, Path] = {}
_turn = Lock()


def folder(output: Path, year: int, service: str, kommune: str) -> Path:
    """Where a report lies in a place for outputs."""
    return output / str(year) / service / kommune


def former(output: Path, year: int, kommune: str) -> Path:
    """Where reports lay while there was one service area: see `runs.contents`."""
    return output / str(year) / kommune


def reports(output: Path) -> Iterator[Path]:
    """
    The folders that reports may lie in, by year, service area and kommune.

    A folder with files of its own, where a service area would be, is one of a former
    place, and no report's.
    """
    for area in sorted(output.glob("[0-9][0-9][0-9][0-9]/[!.]*")):
        if area.is_dir() and not _is_former(area):
            yield from sorted(one for one in area.glob("[!.]*") if one.is_dir())


def formers(of_year: Path) -> list[Path]:
    """The folders of a year that reports lay in, with what lies there now."""
    return [one for one in sorted(of_year.glob("[!.]*")) if _is_former(one)]


def _is_former(folder: Path) -> bool:
    """Whether files of a report lie where now only service areas do."""
    return any((folder / name).is_file() for name in (LAST, HTML_NAME, FACTS_NAME))


def failed_notebook(output: Path, year: int, service: str, kommune: str) -> Path:
    """Where a notebook is kept whose cell failed, with the error in it."""
    return output / "failed" / service / f"{year}-{kommune}.ipynb"


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


# -- where something is made -----------------------------------------------------------


@contextmanager
def scratch(target: Path | None = None) -> Iterator[Path]:
    """
    A folder to make something in, that nobody else can write in, gone again after.

    What others have left who made the same, and were ended, is taken away first.

    Parameters
    ----------
    target : Path, optional
        What is made: the folder lies beside it. Among the system's passing files when
        left out.
    """
    target = target or _passing()
    _sweep(target.parent, target.name)
    made, lock = _locked(target)
    _own[made] = target
    try:
        yield made
    finally:
        _own.pop(made)
        lock.release()
        _remove(made, target)


def _locked(target: Path) -> tuple[Path, FileLock]:
    while True:
        made = Path(
            tempfile.mkdtemp(
                prefix=f".{target.name}-{os.getpid()}-",
                suffix=".tmp",
                dir=target.parent,
            )
        )
        lock = FileLock(made / LOCK, timeout=0, thread_local=False)
        # Whoever sweeps may have come before the lock: then there is another folder.
        with suppress(FileNotFoundError, TimeoutError):
            lock.acquire()
            return made, lock


def _passing() -> Path:
    return Path(tempfile.gettempdir()) / PASSING


def _remove(made: Path, target: Path) -> None:
    """
    Take a folder away, once nothing lies in it that is missing from its place.

    Its lock goes last: by that, whoever finds a part of it knows it.
    """
    with suppress(OSError):
        if _hides(made, target):
            (made / EARLIER).rename(target)
        for path in sorted(made.iterdir(), key=lambda path: path.name == LOCK):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        made.rmdir()


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
        if is_here(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        with scratch(target if is_here(target) else None) as made:
            work = made / target.name
            work.mkdir()
            yield work
    except OSError as error:
        msg = f"Cannot write to {target}: {error.strerror or error}."
        raise RenderError(msg) from error


# -- what is left of the dead ----------------------------------------------------------


def sweep(target: Path, pid: int) -> None:
    """Take away what a process leaves that was to make this, when it has ended."""
    _sweep(_passing().parent, PASSING, pid)
    if is_here(target):
        _sweep(target.parent, target.name, pid)


def sweep_all(output: Path) -> None:
    """Take away what is left anywhere in a place for outputs, and among what passes."""
    sweep_passing()
    for place in _places(output):
        _sweep(place)


def sweep_passing() -> None:
    """Take away what is left among what passes by processes that are no more."""
    _sweep(_passing().parent, PASSING)


def left_behind(output: Path) -> dict[Path, Path | None]:
    """
    What processes have left that are no more, looked at only.

    Returns
    -------
    left : dict of Path to Path or None
        By folder, what is not in its place and lies hidden there.
    """
    return {
        made: of if _hides(made, of) else None
        for place in _places(output)
        for made, of in _left(place)
    }


def _sweep(place: Path, name: str = "", pid: int = 0) -> None:
    """
    Take away what was being made in a folder by processes that are no more.

    If one was ended between two changes of name, what was there before is put back. One
    that is named has been asked to end, and its end is waited for.
    """
    for made, target in _left(place, name, pid):
        _remove(made, target)


def _left(place: Path, name: str = "", pid: int = 0) -> Iterator[tuple[Path, Path]]:
    """Folders that nobody makes anything in any more, with what each was to be."""
    for made in sorted(place.glob(".*.tmp")):
        named = MAKING.fullmatch(made.name)
        if not named or name not in ("", named["name"]) or not _is_ours(made):
            continue
        if pid not in (0, int(named["pid"])):
            continue
        # Of somebody who is at work, or it is not ours.
        with suppress(OSError):
            if (made / LOCK).is_file():
                with FileLock(made / LOCK, timeout=PATIENCE if pid else 0):
                    pass
            elif any(made.iterdir()):
                continue
            yield made, made.with_name(named["name"])


def abandon() -> None:
    """Take away what this process is making: it is about to end, and at once."""
    _turn.acquire()
    for made, target in [*_own.items()]:
        _remove(made, target)


def _places(output: Path) -> list[Path]:
    """The folders in a place for outputs that something is made in."""
    if not is_here(output):
        return []
    deep = ("[!.]*/", "[!.]*/[!.]*/", f"{WHAT_IF_FOLDER}/*/*/")
    return [output, *(place for one in deep for place in output.glob(one))]


def _is_ours(path: Path) -> bool:
    """Whether it is a folder of this user's, and neither a link nor gone by now."""
    try:
        found = path.lstat()
    except OSError:
        return False
    uid = os.getuid() if hasattr(os, "getuid") else found.st_uid
    return stat.S_ISDIR(found.st_mode) and found.st_uid == uid


def _hides(made: Path, target: Path) -> bool:
    return (made / EARLIER).exists() and not target.exists()


# -- putting in place ------------------------------------------------------------------


def put(work: Path, target: Path) -> None:
    """
    Put a finished report in place.

    On this machine folders change names, so that there is never half a report. That
    takes two steps, of which the first is undone by whoever comes after a process that
    ended between them.
    At an address there is no such thing: the old manifest is taken away first and the
    new one written last, so that half a report is one that nothing vouches for.
    """
    if not is_here(target):
        _upload(work, cast("UPath", target))
        return
    for path in (*work.rglob("*"), work):
        sync(path)
    with _turn:
        if not target.exists():
            work.rename(target)
        else:
            earlier = work.with_name(EARLIER)
            target.rename(earlier)
            try:
                work.rename(target)
            except OSError:
                earlier.rename(target)
                raise
    sync(target.parent)


def sync(path: Path) -> None:
    """Make what was written last through a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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


def write(path: Path, content: str | bytes) -> None:
    """
    Replace a file whole, so that whatever happens the old one is there or the new one.

    The draft lies where nobody else can write, so that it goes through no link that
    somebody has laid; and a link in the file's own place is replaced, not followed.
    """
    raw = content.encode() if isinstance(content, str) else content
    if not is_here(path):
        path.write_bytes(raw)
        return
    with scratch(path) as made:
        draft = made / path.name
        with draft.open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync(path.parent)

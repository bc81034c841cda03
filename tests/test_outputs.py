"""Whatever ends a process, and whenever, a report is in its place and nothing else."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from filelock import FileLock

from asss import outputs
from asss.catalogue.parameters import SERVICE
from asss.runs.ledger import Entry, Ledger

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills as POSIX has them")

#: Puts a report in place, and is killed as it comes to a point: as it calls a function
#: for the so-manieth time.
KILLED = """
import os, signal, sys
from pathlib import Path
from asss import outputs

where, name, nth, target = sys.argv[1:]
holder, count = {"outputs": outputs, "Path": Path, "os": os}[where], int(nth)
real = getattr(holder, name)

def counted(*given, **named):
    global count
    count -= 1
    if count == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given, **named)

setattr(holder, name, counted)
with outputs.workplace(Path(target)) as work:
    (work / "rapport.html").write_text("new", "utf-8")
    outputs.put(work, Path(target))
"""

#: The points, with what is then in the report's place, before anybody has swept.
POINTS = [
    ("outputs", "put", 1, "earlier"),
    ("os", "fsync", 1, "earlier"),
    ("Path", "rename", 1, "earlier"),
    ("Path", "rename", 2, None),
    ("outputs", "_remove", 1, "new"),
    ("Path", "rmdir", 1, "new"),
]


def _die(point: Sequence[object], target: Path) -> None:
    words = [str(word) for word in (*point, target)]
    done = subprocess.run([sys.executable, "-c", KILLED, *words], check=False)
    assert done.returncode == -signal.SIGKILL


def _earlier(output: Path) -> Path:
    target = output / "2020" / SERVICE / "oslo"
    target.mkdir(parents=True)
    (target / "rapport.html").write_text("earlier", "utf-8")
    return target


def _said(target: Path) -> str | None:
    path = target / "rapport.html"
    return path.read_text("utf-8") if path.is_file() else None


@pytest.mark.parametrize(("where", "name", "nth", "said"), POINTS)
def test_report_is_never_lost_wherever_the_kill_comes(
    where: str, name: str, nth: int, said: str | None, tmp_path: Path
) -> None:
    """And whoever comes next takes away what is left, or puts back what was there."""
    target = _earlier(tmp_path)
    _die((where, name, nth), target)
    assert _said(target) == said
    left = outputs.left_behind(tmp_path)
    assert len(left) == 1
    assert [*left.values()] == [None if said else target]
    outputs.sweep_all(tmp_path)
    assert _said(target) == (said or "earlier")
    assert [path.name for path in target.parent.iterdir()] == ["oslo"]
    assert not outputs.left_behind(tmp_path)


def test_next_report_sweeps_for_the_one_before(tmp_path: Path) -> None:
    """Also where nobody asks for it, such as on a worker of a cluster."""
    target = _earlier(tmp_path)
    _die(("outputs", "put", 1), target)
    with outputs.workplace(target) as work:
        (work / "rapport.html").write_text("newer", "utf-8")
        outputs.put(work, target)
    assert _said(target) == "newer"
    assert [path.name for path in target.parent.iterdir()] == ["oslo"]


def test_folder_of_a_stranger_is_neither_put_back_nor_taken_away(
    tmp_path: Path,
) -> None:
    """Not by a number: a process of today may have that of one long gone."""
    target = tmp_path / "2020" / SERVICE / "oslo"
    for name in (
        f".oslo-{os.getpid()}-k3j2h1g0-old",
        f".oslo-{os.getpid()}-k3j2h1g0.tmp",
        ".oslo.tmp",
    ):
        (target.parent / name / "earlier").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    outputs.sweep(target, os.getpid())
    outputs.sweep_all(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_folder_of_who_is_at_work_is_left_alone(tmp_path: Path) -> None:
    """Whatever process it is, on whatever machine: it is its lock that tells."""
    target = tmp_path / "2020" / SERVICE / "oslo"
    made = target.parent / ".oslo-1-k3j2h1g0.tmp"
    (made / "earlier").mkdir(parents=True)
    with FileLock(made / outputs.LOCK):
        outputs.sweep_all(tmp_path)
        assert not outputs.left_behind(tmp_path)
        assert (made / "earlier").is_dir()
    outputs.sweep_all(tmp_path)
    assert target.is_dir()
    assert not made.exists()


def test_passing_files_of_the_dead_are_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as sockets and work for an address, which lie among everybody's."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    code = "import os; from asss import outputs; s = outputs.scratch(); s.__enter__()"
    kill = "os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", f"{code}; {kill}"], check=False)
    (tmp_path / ".asss-others").mkdir()
    assert len([*tmp_path.iterdir()]) == 2
    outputs.sweep_all(tmp_path / "outputs")
    assert [path.name for path in tmp_path.iterdir()] == [".asss-others"]


def test_what_is_abandoned_is_gone_and_its_place_untouched(tmp_path: Path) -> None:
    """By the thread that sees that nobody waits for the report any more."""
    target = _earlier(tmp_path)
    code = (
        "import os, sys; from pathlib import Path; from asss import outputs\n"
        "with outputs.workplace(Path(sys.argv[1])) as work:\n"
        "    (work / 'rapport.html').touch()\n"
        "    outputs.abandon(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, target], check=True)
    assert [path.name for path in target.parent.iterdir()] == ["oslo"]
    assert _said(target) == "earlier"


@pytest.mark.parametrize("failures", [1, 2])
def test_report_that_cannot_be_put_in_place_leaves_the_one_before(
    failures: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two steps the second fails; and the way back, the first time."""
    target = _earlier(tmp_path)
    rename, left = Path.rename, failures

    def fail(self: Path, to: Path) -> Path:
        nonlocal left
        if self.parent.name.endswith(".tmp") and left:
            left -= 1
            raise OSError(28, "No space left on device")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", fail)
    with (
        pytest.raises(outputs.RenderError, match="No space left on device"),
        outputs.workplace(target) as work,
    ):
        outputs.put(work, target)
    assert _said(target) == "earlier"
    assert [path.name for path in target.parent.iterdir()] == ["oslo"]


# -- files -----------------------------------------------------------------------------


def _links(path: Path, victim: Path) -> None:
    """Links where drafts have lain, and in the file's own place."""
    victim.write_text("mine", "utf-8")
    for place in (
        *(path, path.with_suffix(".tmp"), path.with_name(f"{path.name}.tmp")),
        path.with_name(f".{path.name}.tmp"),
    ):
        place.symlink_to(victim)


def test_no_file_is_written_through_a_link(tmp_path: Path) -> None:
    """The file takes the link's place; what the link led to is as it was."""
    victim, path = tmp_path / "victim", tmp_path / "outputs" / "index.html"
    path.parent.mkdir()
    _links(path, victim)
    outputs.write(path, "ours")
    assert victim.read_text("utf-8") == "mine"
    assert not path.is_symlink()
    assert path.read_text("utf-8") == "ours"


def test_ledger_is_not_written_through_a_link(tmp_path: Path) -> None:
    victim, book = tmp_path / "victim", Ledger(tmp_path / "outputs")
    book.path.parent.mkdir()
    _links(book.path, victim)
    book.path.unlink()
    entry = Entry(published="", changed="", fingerprint="f", history=())
    book.record("2020/sosiale_tjenester/oslo", entry, before=None)
    assert victim.read_text("utf-8") == "mine"
    assert book.read() == {"2020/sosiale_tjenester/oslo": entry}


def test_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    """Killed before the change of name, the next writing takes the draft away."""
    path = tmp_path / "index.html"
    outputs.write(path, "earlier")
    code = (
        "import os, signal, sys; from pathlib import Path; from asss import outputs\n"
        "Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "outputs.write(Path(sys.argv[1]), 'new')"
    )
    subprocess.run([sys.executable, "-c", code, path], check=False)
    assert path.read_text("utf-8") == "earlier"
    assert len([*tmp_path.iterdir()]) == 2
    outputs.write(path, b"newer")
    assert [found.name for found in tmp_path.iterdir()] == ["index.html"]
    assert path.read_text("utf-8") == "newer"

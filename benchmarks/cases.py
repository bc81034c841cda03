"""
The comparisons. Each is run several times with its ways taking turns, and gives ratios.

A ratio is how many times longer the other way takes, unless its text says otherwise.
"""

import shutil
import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import BIN, Cost, run
from benchmarks.plain import ROOT

KOMMUNER = (
    *("oslo", "bergen", "trondheim", "stavanger", "kristiansand"),
    *("tromso", "sandnes", "baerum", "drammen", "fredrikstad"),
)

Way = Callable[[Path], float]


@dataclass(frozen=True)
class Finding:
    """
    One ratio.

    Attributes
    ----------
    case : str
        The letter that it goes by.
    text : str
        What is set against what.
    ratio : float
    low, high : float
        The least and the most of any round.
    target : str
        What is to be reached, or empty.
    """

    case: str
    text: str
    ratio: float
    low: float
    high: float
    target: str = ""


def taking_turns(ways: Mapping[str, Way], rounds: int) -> dict[str, list[float]]:
    """Run each way once a round, in a folder of its own, and turn the order about."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        for name in list(ways)[:: 1 if number % 2 == 0 else -1]:
            with TemporaryDirectory(prefix="asss-bench-") as folder:
                taken[name].append(ways[name](Path(folder)))
    return taken


def found(
    case: str,
    text: str,
    above: list[float],
    below: list[float],
    target: str = "",
) -> Finding:
    """The ratio of two ways' medians, and the span of the rounds' own ratios."""
    ratios = [a / b for a, b in zip(above, below, strict=True)]
    ratio = statistics.median(above) / statistics.median(below)
    return Finding(case, text, ratio, min(ratios), max(ratios), target)


# -- a, d, e: commands as a user gives them --------------------------------------------


def _render(*words: str, output: Path, parameters: Path | None = None) -> float:
    place = parameters or ROOT / "parameters"
    given = ["--year", "2020", "--snapshot", "embedded", "--date", "2026-11-26"]
    where = ["--output", str(output), "--parameters", str(place), "--quiet"]
    return run(BIN / "asss", "render", *words, *given, *where, cwd=ROOT).seconds


COMMENT = """---
author: En
source: "https://www.ks.no"
date: "2021-03-15"
---
Og mer.
"""

TEN = tuple(word for name in KOMMUNER for word in ("--kommune", name))
PAGES = ("--format", "html,pdf")


def _python(program: str, *words: str | Path, pinned: bool = False) -> Cost:
    """Run one of the programs beside this."""
    module = f"{__package__}.{program}"
    return run(BIN / "python", "-m", module, *words, cwd=ROOT, pinned=pinned)


def _plain(formats: str, folder: Path) -> float:
    return _python("plain", folder, formats, *KOMMUNER).seconds


def plain_loop(rounds: int) -> Iterator[Finding]:
    """(a) and (d): ten cities against the plain loop; nothing changed."""

    def ours(formats: str, folder: Path) -> float:
        words = (*TEN, "--format", formats)
        seconds = _render(*words, output=folder)
        unchanged[formats].append(_render(*words, output=folder))
        return seconds

    both, page = "html,pdf", "html"
    unchanged: dict[str, list[float]] = {both: [], page: []}
    ways: dict[str, Way] = {}
    for formats in (both, page):
        ways[f"plain {formats}"] = partial(_plain, formats)
        ways[f"ours {formats}"] = partial(ours, formats)
    taken = taking_turns(ways, rounds)
    plain, ten = taken[f"plain {both}"], taken[f"ours {both}"]
    text = "ten cities, HTML and PDF: plain loop / asss on all cores"
    yield found("a", text, plain, ten, "≥ 12")
    text = "ten cities, HTML alone: plain loop / asss on all cores"
    yield found("a", text, taken[f"plain {page}"], taken[f"ours {page}"])
    text = "nothing changed: plain loop / asss"
    yield found("d", text, plain, unchanged[both], "≥ 100")
    text = "nothing changed: asss with everything to do / asss"
    yield found("d", text, ten, unchanged[both])


def one_comment(rounds: int) -> Iterator[Finding]:
    """(e): one city's comment changed, against that one report by itself."""

    def changed(folder: Path) -> float:
        project, output = folder / "project", folder / "outputs"
        for name in ("parameters", "notebooks"):
            shutil.copytree(ROOT / name, project / name)
        parameters = project / "parameters"
        _render(*TEN, *PAGES, output=output, parameters=parameters)
        comment = parameters / "kommentarer" / "trondheim-2020" / "kvalitet.md"
        comment.parent.mkdir(exist_ok=True)
        comment.write_text(COMMENT, "utf-8")
        seconds = _render(*TEN, *PAGES, output=output, parameters=parameters)
        alone.append(
            _render(
                *("--kommune", "trondheim", *PAGES, "--force"),
                output=output,
                parameters=parameters,
            )
        )
        return seconds

    alone: list[float] = []
    taken = taking_turns({"changed": changed}, rounds)
    text = "one comment changed among ten / that report by itself"
    yield found("e", text, taken["changed"], alone, "≤ 1.3")


# -- b, c: executing, on one core ------------------------------------------------------

#: So many that what is measured is the reports.
EXECUTED = 10


def _execute(way: str, folder: Path) -> float:
    del folder
    return _told(
        run(
            BIN / "python",
            "-m",
            "benchmarks.floor",
            way,
            str(EXECUTED),
            cwd=ROOT,
            pinned=True,
        )
    )


def _told(cost: Cost) -> float:
    return float(cost.said.split()[-1])


def executing(rounds: int) -> Iterator[Finding]:
    """(b) and (c): executing alone, everything on one core, after a warm start."""
    ways = {name: partial(_execute, name) for name in ("papermill", "warm", "python")}
    taken = taking_turns(ways, rounds)
    text = "executing, one core: papermill in one process / warm kernels"
    yield found("b", text, taken["papermill"], taken["warm"])
    text = "executing, one core: warm kernels / the same code without Jupyter"
    yield found("c", text, taken["warm"], taken["python"], "≤ 1.5")


# -- f, g: many ------------------------------------------------------------------------


def _many(way: str, count: int, formats: str, folder: Path) -> Cost:
    return _python("many", way, folder, str(count), formats)


def scale(rounds: int, counts: tuple[int, ...] = (10, 100, 400)) -> Iterator[Finding]:
    """(f): cost of a report, and memory, when there are more of them; in one round."""
    del rounds
    each: dict[int, list[float]] = {count: [] for count in counts}
    most: dict[int, list[float]] = {count: [] for count in counts}

    def measured(count: int, folder: Path) -> float:
        cost = _many("jobs", count, "html", folder)
        most[count].append(cost.memory)
        each[count].append(_told(cost) / count)
        return cost.seconds

    taking_turns({str(count): partial(measured, count) for count in counts}, rounds=1)
    few = counts[0]
    for count in counts[1:]:
        text = f"cost of a report (HTML) among {count} / among {few}"
        yield found("f", text, each[count], each[few], "≤ 1.1")
        text = f"peak memory with {count} / with {few}"
        yield found("f", text, most[count], most[few], "≤ 1.1")


@contextmanager
def _cluster() -> Iterator[str]:
    """Two workers of Dask's on this machine."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as running:
        yield running.scheduler_address


def dask(rounds: int, count: int = 60) -> Iterator[Finding]:
    """(g): a cluster of two workers that is there, against two jobs."""
    with _cluster() as address:

        def timed(way: str, folder: Path) -> float:
            return _told(_many(way, count, "html,pdf", folder))

        ways = {way: partial(timed, way) for way in ("jobs", address)}
        taken = taking_turns(ways, rounds)
    text = f"{count} reports: Dask with two workers / --jobs 2"
    yield found("g", text, taken[address], taken["jobs"], "≤ 1.15")


CASES: dict[str, Callable[[int], Iterator[Finding]]] = {
    "a": plain_loop,
    "b": executing,
    "e": one_comment,
    "f": scale,
    "g": dask,
}

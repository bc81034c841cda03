"""
The comparisons. Each is run several times with its ways taking turns, and gives ratios.

A ratio is how many times longer the other way takes, by the clock or in seconds of all
processors (CPU), unless its text says otherwise.
"""

import shutil
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from asss.runs import cluster
from benchmarks.measure import BIN, Cost, run
from benchmarks.plain import ROOT, as_frozen, frozen

KOMMUNER = (
    *("oslo", "bergen", "trondheim", "stavanger", "kristiansand"),
    *("tromso", "sandnes", "baerum", "drammen", "fredrikstad"),
)

Way = Callable[[Path], Cost]


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
        Or a number of what the text names.
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


def taking_turns(ways: Mapping[str, Way], rounds: int) -> dict[str, list[Cost]]:
    """Run each way once a round, in a folder of its own, and turn the order about."""
    taken: dict[str, list[Cost]] = {name: [] for name in ways}
    for number in range(rounds):
        for name in list(ways)[:: 1 if number % 2 == 0 else -1]:
            with TemporaryDirectory(prefix="asss-bench-") as folder:
                taken[name].append(ways[name](Path(folder)))
    return taken


def found(
    case: str,
    text: str,
    above: Sequence[float],
    below: Sequence[float],
    target: str = "",
) -> Finding:
    """The ratio of two ways' medians, and the span of the rounds' own ratios."""
    ratios = [a / b for a, b in zip(above, below, strict=True)]
    ratio = statistics.median(above) / statistics.median(below)
    return Finding(case, text, ratio, min(ratios), max(ratios), target)


def both_clocks(
    case: str, text: str, above: list[Cost], below: list[Cost], target: str
) -> Iterator[Finding]:
    """A ratio of seconds by the clock, which is to reach something, and of CPU."""
    for name, goal in (("seconds", target), ("cpu", "")):
        one, other = ([getattr(cost, name) for cost in side] for side in (above, below))
        yield found(case, f"{text}{', CPU' * (not goal)}", one, other, goal)


# -- a, d, e: commands as a user gives them --------------------------------------------


def _render(*words: str, output: Path, parameters: Path | None = None) -> Cost:
    place = parameters or ROOT / "parameters"
    given = ["--year", "2020", "--snapshot", "embedded", "--date", "2026-11-26"]
    where = ["--output", str(output), "--parameters", str(place), "--quiet"]
    return run(BIN / "asss", "render", *words, *given, *where, cwd=ROOT)


def ten_reports(output: Path) -> Cost:
    """Ten cities by one command, as a user gives it: in the usual formats."""
    return _render(*TEN, output=output)


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


def plain_loop(rounds: int) -> Iterator[Finding]:
    """(a) and (d): ten cities against the plain loop; nothing changed."""
    both, page = "html,pdf", "html"
    unchanged: list[Cost] = []

    def ours(formats: str, folder: Path) -> Cost:
        words = (*TEN, "--format", formats)
        cost = _render(*words, output=folder)
        if formats == both:
            unchanged.append(_render(*words, output=folder))
        return cost

    with frozen() as root:

        def plain(formats: str, jobs: str, folder: Path) -> Cost:
            return _python("plain", root, folder, formats, jobs, *KOMMUNER)

        ways: dict[str, Way] = {
            "loop": partial(plain, both, "1"),
            "asss": partial(ours, both),
            "two": partial(plain, both, "2"),
            "loop, page": partial(plain, page, "1"),
            "asss, page": partial(ours, page),
        }
        taken = taking_turns(ways, rounds)
    loop, asss = taken["loop"], taken["asss"]
    text = "ten cities, HTML and PDF: plain loop / asss on all cores"
    yield from both_clocks("a", text, loop, asss, "≥ 15")
    text = "the same, against the loop run two at a time (xargs -P2)"
    yield from both_clocks("a", text, taken["two"], asss, "≥ 8")
    text = "ten cities, HTML alone: plain loop / asss on all cores"
    yield from both_clocks("a", text, taken["loop, page"], taken["asss, page"], "≥ 15")
    text = "nothing changed: plain loop / asss"
    yield from both_clocks("d", text, loop, unchanged, "≥ 100")
    text = "nothing changed: asss with everything to do / asss"
    yield from both_clocks("d", text, asss, unchanged, "≥ 40")


def one_report(rounds: int) -> Iterator[Finding]:
    """(h): one report by one command, before Typst and now; and how large it is."""
    given = ("--kommune", "trondheim", "--year", "2020", "--snapshot", "embedded")
    words = (*given, *PAGES, "--date", "2026-11-26", "--quiet", "--output")
    sizes: dict[str, dict[str, int]] = {"before": {}, "now": {}}

    with frozen() as root:
        where = {"before": (root, as_frozen(root)), "now": (ROOT, {})}

        def rendered(when: str, folder: Path) -> Cost:
            place, env = where[when]
            command = (BIN / "python", "-P", "-m", "asss", "render", *words, folder)
            cost = run(*command, cwd=place, env=env)
            for name in ("rapport.html", "rapport.pdf"):
                # Before, a report was not yet under its service area.
                (made,) = (folder / "2020").glob(f"**/trondheim/{name}")
                sizes[when][name] = made.stat().st_size
            return cost

        ways = {when: partial(rendered, when) for when in where}
        taken = taking_turns(ways, rounds)
    text = "one report, HTML and PDF, start included: before Typst / now"
    before, now = ([cost.cpu for cost in taken[when]] for when in where)
    yield found("h", f"{text}, CPU", before, now)
    for name, most in (("rapport.pdf", "≤ 120"), ("rapport.html", "≤ 250")):
        kilobytes = sizes["now"][name] / 1024
        text = f"kB of {name}; before it was {sizes['before'][name] / 1024:.0f}"
        yield Finding("h", text, kilobytes, kilobytes, kilobytes, most)


def one_comment(rounds: int) -> Iterator[Finding]:
    """(e): one city's comment changed, against that one report by itself."""

    def changed(folder: Path) -> Cost:
        project, output = folder / "project", folder / "outputs"
        for name in ("parameters", "notebooks"):
            shutil.copytree(ROOT / name, project / name)
        parameters = project / "parameters"
        _render(*TEN, *PAGES, output=output, parameters=parameters)
        place = parameters / "sosiale_tjenester" / "kommentarer"
        comment = place / "trondheim-2020" / "kvalitet.md"
        comment.parent.mkdir(exist_ok=True)
        comment.write_text(COMMENT, "utf-8")
        cost = _render(*TEN, *PAGES, output=output, parameters=parameters)
        alone.append(
            _render(
                *("--kommune", "trondheim", *PAGES, "--force"),
                output=output,
                parameters=parameters,
            )
        )
        return cost

    alone: list[Cost] = []
    taken = taking_turns({"changed": changed}, rounds)
    text = "one comment changed among ten / that report by itself"
    yield from both_clocks("e", text, taken["changed"], alone, "≤ 1.3")


# -- b, c: executing, on one core ------------------------------------------------------

#: So many that what is measured is the reports.
EXECUTED = 10


def _execute(way: str, folder: Path) -> Cost:
    del folder
    return _python("floor", way, str(EXECUTED), pinned=True)


def _told(costs: list[Cost]) -> list[float]:
    """What each said last: its own seconds, from when everything was warm."""
    return [float(cost.said.split()[-1]) for cost in costs]


def executing(rounds: int) -> Iterator[Finding]:
    """(b) and (c): executing alone, everything on one core, after a warm start."""
    names = ("papermill", "warm", "python", "page")
    ways = {name: partial(_execute, name) for name in names}
    taken = {name: _told(costs) for name, costs in taking_turns(ways, rounds).items()}
    text = "executing, one core: papermill in one process / warm kernels"
    yield found("b", text, taken["papermill"], taken["warm"])
    text = "executing, one core: warm kernels / the same code without Jupyter"
    yield found("c", text, taken["warm"], taken["python"], "≤ 1.3")
    text = (
        "executing, one core: the whole notebook / without the argument before its page"
    )
    yield found("c", text, taken["warm"], taken["page"], "≤ 1.33")


# -- f, g: many ------------------------------------------------------------------------


def _many(way: str, count: int, formats: str, folder: Path) -> Cost:
    return _python("many", way, folder, str(count), formats)


def scale(rounds: int, counts: tuple[int, ...] = (10, 100, 400)) -> Iterator[Finding]:
    """(f): cost of a report, and memory, when there are more of them; in one round."""
    del rounds
    ways = {str(count): partial(_many, "jobs", count, "html") for count in counts}
    taken = taking_turns(ways, rounds=1)
    each = {name: _told(costs)[0] / int(name) for name, costs in taken.items()}
    few, *others = ways
    for many in others:
        text = f"cost of a report (HTML) among {many} / among {few}"
        yield found("f", text, [each[many]], [each[few]], "≤ 1.0")
        text = f"peak memory with {many} / with {few}"
        most, least = ([cost.memory for cost in taken[name]] for name in (many, few))
        yield found("f", text, most, least, "≤ 1.05")


def dask(rounds: int, count: int = 60) -> Iterator[Finding]:
    """(g): two workers of Dask's on this machine, against two jobs."""
    ways = {
        way: partial(_many, way, count, "html,pdf") for way in ("jobs", cluster.LOCAL)
    }
    taken = taking_turns(ways, rounds)
    sides = _told(taken[cluster.LOCAL]), _told(taken["jobs"])
    text = f"{count} reports: Dask with two workers / --jobs 2"
    yield found("g", text, *sides, "≤ 1.15")


CASES: dict[str, Callable[[int], Iterator[Finding]]] = {
    "a": plain_loop,
    "b": executing,
    "e": one_comment,
    "f": scale,
    "g": dask,
    "h": one_report,
}

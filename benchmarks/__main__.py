"""Run the comparisons that are named, or all, and print what was found."""

import argparse
import os
import platform
from collections.abc import Iterable
from importlib import metadata

from benchmarks.cases import CASES, Finding
from benchmarks.plain import ROOT

RESULTS = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- results -->", "<!-- end of results -->"

#: Whose versions matter to what was found.
LIBRARIES = (
    *("papermill", "nbclient", "nbconvert", "ipykernel", "pandas", "matplotlib"),
    *("typst", "weasyprint", "distributed"),
)


def main() -> None:
    """Read what is asked for, run it, and write it down if that is asked for too."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument("cases", nargs="*", help=f"Of {', '.join(CASES)}; all if none.")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--write", action="store_true", help=f"Into {RESULTS.name}.")
    given = asked.parse_args()
    if unknown := ", ".join(set(given.cases) - set(CASES)):
        asked.error(f"no case {unknown}: there are {', '.join(CASES)}")
    findings: list[Finding] = []
    for name in given.cases or CASES:
        for finding in CASES[name](given.rounds):
            findings.append(finding)
            print(line(finding), flush=True)
    if given.write:
        write(findings, given.rounds)


def line(finding: Finding) -> str:
    """One finding as a row of a table."""
    span = f"{finding.low:.2f}–{finding.high:.2f}"
    cells = (finding.case, finding.text, f"{finding.ratio:.2f}", span, finding.target)
    return f"| {' | '.join(cells)} |"


def write(findings: Iterable[Finding], rounds: int) -> None:
    """Put the results where the text about them has room for them."""
    before, _, rest = RESULTS.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    table = [
        "| | what / what | ratio | rounds | to reach |",
        "|---|---|---|---|---|",
        *(line(finding) for finding in findings),
    ]
    body = "\n".join([machine(), "", f"Medians of {rounds} rounds.", "", *table])
    RESULTS.write_text(f"{before}{BEGIN}\n{body}\n{END}{after}", "utf-8")


def machine() -> str:
    """What the ratios were found on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = [f"{name} {metadata.version(name)}" for name in LIBRARIES]
    return (
        f"{len(os.sched_getaffinity(0))} cores ({platform.machine()}), "
        f"{memory:.0f} GB, {platform.system()}, Python {platform.python_version()}, "
        f"{', '.join(versions)}."
    )


if __name__ == "__main__":
    main()

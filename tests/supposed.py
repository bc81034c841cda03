"""
What-ifs of many kommuner and years, each read back: ``python tests/supposed.py``.

Too slow for the suite, which has the examples of README alone. What goes wrong here is
mostly room: a group has no short name, and every label with it must stand somewhere.
Options: ``--service``, ``--years`` and ``--kommuner``, each with commas; ``--pdf``.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

import asss
from asss.errors import AsssError
from asss.formats import readback, typesetting
from asss.runs.workbench import KommuneReport

#: What is supposed: groups with short and long names, rules of means, and limits.
ASKED: tuple[dict[str, Any], ...] = (
    {"without": ["oslo"]},
    {"without": ["oslo", "baerum"]},
    {"without": ["kristiansand", "fredrikstad"]},
    {"without": ["kristiansand", "fredrikstad"], "mean": "plain"},
    {"without": ["oslo"], "mean": "others", "thresholds": {"near_mean": 2.5}},
    {"members": ["bergen"], "mean": "plain"},
    {"members": ["bergen", "tromso", "trondheim"]},
    {"members": ["bergen", "tromso", "trondheim", "oslo", "stavanger", "sandnes"]},
    {"mean": "plain"},
    {"mean": "weighted"},
    {"mean": "others"},
    {"thresholds": {"near_mean": 10}},
    {"thresholds": {"near_mean": 10}, "mean": "plain"},
    {"thresholds": {"near_mean": 7.5, "clear_change": 10, "among_outermost": 2}},
    {"thresholds": {"several_years": 2, "confidence": 99, "driver": 60}},
)


def faults(report: KommuneReport, asked: dict[str, Any], *, pdf: bool) -> list[str]:
    """What is wrong with one of them, by read-back."""
    try:
        supposed = report.what_if(**asked).report
        facts, html = supposed.content().content, supposed.preview().html
        made = typesetting.to_pdf(html) if pdf else None
        snapshot = supposed.found.book.snapshot
        readback.check_figures(facts, supposed.known, snapshot)
        readback.check(facts, supposed.known, html=html, pdf=made)
    except AsssError as error:
        return str(error).splitlines()
    return []


def told(given: argparse.Namespace) -> Iterator[tuple[str, list[str]]]:
    """Every one that is asked for, with what is wrong with it."""
    for year in map(int, given.years.split(",")):
        for kommune in given.kommuner.split(","):
            report = asss.report(
                kommune,
                year,
                snapshot="embedded",
                service=given.service,
                language=given.language,
            )
            assert isinstance(report, KommuneReport)
            for asked in ASKED:
                name = f"{given.service} {kommune} {year} {asked}"
                yield name, faults(report, asked, pdf=given.pdf)


def main() -> int:
    """Make them all, name those that fail, and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--service", default="sosiale_tjenester")
    parser.add_argument("--years", default="2018,2020")
    parser.add_argument("--kommuner", default="trondheim,bergen,oslo,drammen,tromso")
    parser.add_argument("--language", default="nb")
    parser.add_argument("--pdf", action="store_true")
    given = parser.parse_args()
    count, wrong = 0, 0
    for name, found in told(given):
        count, wrong = count + 1, wrong + bool(found)
        if found:
            sys.stdout.write("\n  ".join([name, *found]) + "\n")
    sys.stdout.write(f"{count} what-ifs, {wrong} refused\n")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())

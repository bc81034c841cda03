"""
Faults made on purpose: would the tests of a module see a slip in its own lines?

Each is a slip that anybody could make in the arithmetic or the wording: a text, what is
put in its place, and the one test that must fail, which is a test of that module and
not of one far away. All happens in a copy, never in the project itself. ``make check``
runs ``python tests/mutants.py``; whoever rewrites a line named here names its new form.
"""

import contextlib
import io
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: What the tests need beside the package.
NEEDED = ("asss", "tests", "parameters", "notebooks", "pyproject.toml")

#: Slow to import, and the same for every mutant. Not papermill: it imports our engine.
AHEAD = ("pytest", "pandas", "matplotlib.figure", "nbconvert", "httpx")


@dataclass(frozen=True)
class Mutant:
    """A fault: in which file, what is replaced by what, and which test must see it."""

    about: str
    file: str
    text: str
    instead: str
    test: str


MUTANTS = (
    Mutant(
        "a cause stands where there is no room for it",
        "asss/page/comments.py",
        "        if not fits or words > self._left:\n",
        "        if not fits:\n",
        "page/test_comments.py::test_causes_are_few_lines_in_finding_and_report",
    ),
    Mutant(
        "a forbehold is said once more, as a cause",
        "asss/page/comments.py",
        "        if comment.repeats:\n",
        "        if not comment.gjelder:\n",
        "page/test_comments.py::test_what_a_forbehold_says_is_not_said_twice",
    ),
    Mutant(
        "those who did not say a cause share its introduction",
        "asss/page/comments.py",
        "        and before.says == cause.says\n",
        "",
        "page/test_comments.py::test_causes_of_a_finding_share_their_introduction",
    ),
    Mutant(
        "a figure in doubt is explained without the doubt",
        "asss/page/comments.py",
        " and not _in_doubt(comment, found, known)",
        "",
        "page/test_comments.py::"
        "test_cause_of_a_figure_in_doubt_is_not_told_without_the_doubt",
    ),
    Mutant(
        "a changed number of somebody else's passes",
        "asss/formats/readback/prose.py",
        '            if told not in set(_tellings(files[one["id"]], before, known)):\n',
        "            if not told:\n",
        "formats/test_readback.py::"
        "test_what_is_quoted_is_what_was_written_by_whom_and_where",
    ),
    Mutant(
        "suppressed is told as missing",
        "asss/analysis/tables.py",
        '":": "suppressed"',
        '":": "missing"',
        "analysis/test_findings.py::test_figure_that_is_not_there_is_told_by_its_sign",
    ),
    Mutant(
        "a missing figure is 0",
        "asss/analysis/facts.py",
        "number: float | None = getattr(self, name)\n",
        "number: float | None = getattr(self, name) or 0.0\n",
        "analysis/test_findings.py::test_missing_number_is_never_zero",
    ),
    Mutant(
        "percent of last year's value is told where that is below zero",
        "asss/analysis/facts.py",
        'self.given("previous") <= 0',
        'self.given("previous") == 0',
        "analysis/test_findings.py::test_rise_and_fall_are_told_by_the_difference",
    ),
    Mutant(
        "an index is made of a mean below zero",
        "asss/analysis/indexing.py",
        '(indexed["network_mean"] > 0)',
        '(indexed["network_mean"] != 0)',
        "analysis/test_indexing.py::test_index_is_made_of_a_mean_above_zero_only",
    ),
    Mutant(
        "those who share a place get the higher number",
        "asss/analysis/indexing.py",
        'method="min"',
        'method="max"',
        "analysis/test_indexing.py::test_rank_counts_those_above_and_ties_share_it",
    ),
    Mutant(
        "a fall is told as a rise",
        "asss/analysis/changes.py",
        '"up" if fact.change > 0 else "down"',
        '"up" if fact.change < 0 else "down"',
        "analysis/test_findings.py::test_rise_and_fall_are_told_by_the_difference",
    ),
    Mutant(
        "a zero is dropped from a trend",
        "asss/analysis/changes.py",
        "[fact.given() for fact in facts]",
        "[fact.given() for fact in facts if fact.value] or [0.0]",
        "analysis/test_findings.py::test_spread_is_over_every_year",
    ),
    Mutant(
        "a shared place is told as one's own",
        "asss/analysis/candidates.py",
        "shared = alike > 1",
        "shared = False",
        "formats/test_kommune.py::test_honest_sentence_is_never_refused",
    ),
    Mutant(
        "a main finding of the network rests on a figure that is doubted",
        "asss/analysis/network.py",
        "if is_sound(known, fact)] if sound else ranked",
        "if True] if sound else ranked",
        "analysis/test_network.py::"
        "test_no_main_finding_rests_on_a_figure_that_is_doubted",
    ),
    Mutant(
        "percentage points are told as percent",
        "asss/page/text.py",
        'amount.role == "difference"',
        'amount.role == "distance"',
        "page/test_text.py::test_unit_stands_as_its_role_wants",
    ),
    Mutant(
        "an area on paper keeps all others from being made",
        "asss/cli/render.py",
        "is_open = service == EVERY or (every and service is None)",
        "is_open = False",
        "cli/test_command.py::"
        "test_of_all_areas_those_without_figures_are_named_and_left_out",
    ),
    Mutant(
        "an area that reports are made on is left out of a fetch",
        "asss/statbank/retrieval.py",
        "if one.service.service in may_lack",
        "if one",
        "statbank/test_fetch.py::"
        "test_what_one_area_lacks_does_not_keep_the_others_from_a_fetch",
    ),
    Mutant(
        "a heading stands over main findings that there are none of",
        "asss/formats/readback/expectation.py",
        "is_headed=section != SUMMARY or bool(said),",
        "is_headed=True,",
        "page/test_grunnskole.py::"
        "test_page_on_which_nothing_stands_out_has_no_main_findings",
    ),
)


def misplaced(root: Path = ROOT) -> list[str]:
    """Faults that cannot be made: their text is not in the file once, and only once."""
    return [
        f"{mutant.file}: {mutant.text!r} stands there {count} times ({mutant.about})"
        for mutant in MUTANTS
        if (count := (root / mutant.file).read_text("utf-8").count(mutant.text)) != 1
    ]


def copied(folder: Path) -> Path:
    """A copy of what the tests need, compiled files and all."""
    for name in NEEDED:
        part = ROOT / name
        copy = shutil.copytree if part.is_dir() else shutil.copy2
        copy(part, folder / name)
    return folder


def run(folder: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Run tests on the package as it is in a copy: the exit code, and what was said."""
    # What is installed leads to the project itself, and comes later on the path.
    sys.path.insert(0, str(folder))
    os.chdir(folder)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = pytest.main(
            ["-q", "-x", "-p", "no:cacheprovider", *(f"tests/{one}" for one in tests)]
        )
    import asss

    assert Path(asss.__file__).is_relative_to(folder), "the copy was not tried"
    return code, said.getvalue()


def sound() -> str:
    """What is wrong without any fault."""
    with tempfile.TemporaryDirectory(prefix="asss-mutant-") as name:
        tests = dict.fromkeys(mutant.test for mutant in MUTANTS)
        code, said = run(copied(Path(name)), list(tests))
    return f"The tests fail without any fault:\n{said}" if code else ""


def outcome(mutant: Mutant) -> str:
    """What is wrong with a mutant: nothing, where its test failed as it should."""
    with tempfile.TemporaryDirectory(prefix="asss-mutant-") as name:
        folder = copied(Path(name))
        path = folder / mutant.file
        content = path.read_text("utf-8").replace(mutant.text, mutant.instead)
        path.write_text(content, "utf-8")
        code, said = run(folder, [mutant.test])
    # An error on the way to a test is not the test's failure.
    if code == pytest.ExitCode.TESTS_FAILED and " error" not in said.splitlines()[-1]:
        return ""
    found = "could not be tried:\n" + said if code else "passes"
    return f"{mutant.about} ({mutant.file}), and tests/{mutant.test} {found}"


def main() -> int:
    """Make each fault, and say which of them nobody saw."""
    problems = misplaced()
    if not problems:
        # A process for each, which has everything but the package imported already.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(AHEAD))
        with ProcessPoolExecutor(
            os.cpu_count(), mp_context=context, max_tasks_per_child=1
        ) as pool:
            whole = pool.submit(sound)
            problems = [found for found in pool.map(outcome, MUTANTS) if found]
            problems += [whole.result()] if whole.result() else []
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    if not problems:
        count = len(MUTANTS)
        sys.stdout.write(f"{count} faults made, and each seen by its own test.\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

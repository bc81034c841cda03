"""What tests may stand on: the real files, the embedded figures, a spare project."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from asss import catalogue, findings, indexing, parameters, report, sources
from asss.catalogue import Catalogue
from asss.findings import Findings
from asss.statbank import Snapshot

#: The last data year of the embedded figures.
LAST = 2020


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def known(root: Path) -> Catalogue:
    """Everything under the real parameters/."""
    return catalogue.load_catalogue(root / "parameters")


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    """The figures that the package carries."""
    return sources.open_snapshot("embedded")


@pytest.fixture(scope="session")
def observations(known: Catalogue, snapshot: Snapshot) -> pd.DataFrame:
    """Every indicator for every member, 2015-2020."""
    return sources.load_observations(known, snapshot, until=LAST)


@pytest.fixture(scope="session")
def indexed(known: Catalogue, observations: pd.DataFrame) -> pd.DataFrame:
    """The same, set against the network."""
    return indexing.index_to_network(observations, rule=known.mean_rule)


@pytest.fixture(scope="session")
def measures(known: Catalogue, snapshot: Snapshot) -> pd.DataFrame:
    """The basic figures behind the indicators, 2015-2020."""
    years = sources.available_years(known, snapshot)
    return sources.load_measures(known, snapshot, years=years)


@pytest.fixture(scope="session")
def findings_of(
    known: Catalogue, snapshot: Snapshot, indexed: pd.DataFrame
) -> Callable[[str, int], Findings]:
    """Findings for a kommune and year, from the real figures."""

    @cache
    def assess(kommune: str, year: int) -> Findings:
        run = parameters.choose_run(known.folder, kommune=kommune, year=year)
        rows = indexed[indexed["year"] <= year]
        return findings.assess(rows, known, run, snapshot)

    return assess


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """A copy of the project's own files that a test may damage."""
    folder = tmp_path / "project"
    for name in ("notebooks", "parameters"):
        ignored = shutil.ignore_patterns(".ipynb_checkpoints")
        shutil.copytree(root / name, folder / name, ignore=ignored)
    return folder


@pytest.fixture(scope="session")
def rendered(
    root: Path, known: Catalogue, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, int], Path]:
    """Render a report once for all tests; its folder."""
    output = tmp_path_factory.mktemp("outputs")
    formats = ("html",) if report.pdf_problem() else report.FORMATS

    @cache
    def render(kommune: str, year: int) -> Path:
        run = parameters.choose_run(known.folder, kommune=kommune, year=year)
        return report.render_report(run, root=root, output=output, formats=formats)

    return render

"""What tests may stand on: the real files, the embedded figures, a spare project."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import synthetic
from double import Double
from filelock import FileLock
from hypothesis import settings
from reports import copy_project

from asss import statbank
from asss.analysis import findings, indexing, sources
from asss.analysis.findings import Findings
from asss.catalogue import catalogue, parameters
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EMBEDDED, SERVICE, Run
from asss.runs import batch, report
from asss.statbank import Snapshot, holdings

# What is begun in the background of a shell inherits that Ctrl-C is not heard, and with
# nohup that the terminal's end is not; the programs that tests begin must hear both.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# The same examples each time, however slow the machine is.
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile("steady")

#: The last data year of the embedded figures.
LAST = 2020


@pytest.fixture(scope="session", autouse=True)
def jupyters(common: Path) -> None:
    """Let no notebook that tests make be signed in the tester's own name."""
    os.environ["JUPYTER_DATA_DIR"] = str(common / "jupyter")


@pytest.fixture(autouse=True)
def figures_of_pyplot() -> Iterator[None]:
    """Leave no figure open: pyplot would draw what comes next into it."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def known(root: Path) -> Catalogue:
    """Everything under the real parameters/."""
    return catalogue.load_catalogue(root / "parameters")


@pytest.fixture(scope="session")
def known_of(root: Path) -> Callable[[str], Catalogue]:
    """The same of a service area, by its id."""
    return cache(
        lambda service: catalogue.load_catalogue(root / "parameters", service=service)
    )


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    """The figures that the package carries."""
    return holdings.open_snapshot("embedded")


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
    years = holdings.available_years(known, snapshot)
    return sources.load_measures(known, snapshot, years=years)


@pytest.fixture(scope="session")
def run_of(known: Catalogue) -> Callable[[str, int], Run]:
    """The parameters of a report as the run files have them, on embedded figures.

    The run files say `latest`: what a developer has fetched must not change the tests.
    """

    def choose(kommune: str, year: int) -> Run:
        run = parameters.choose_run(known.folder, kommune=kommune, year=year)
        return run.model_copy(update={"snapshot": EMBEDDED})

    return choose


@pytest.fixture(scope="session")
def findings_of(
    known: Catalogue,
    snapshot: Snapshot,
    indexed: pd.DataFrame,
    run_of: Callable[[str, int], Run],
) -> Callable[[str, int], Findings]:
    """Findings for a kommune and year, from the real figures."""

    @cache
    def assess(kommune: str, year: int) -> Findings:
        rows = indexed[indexed["year"] <= year]
        return findings.assess(rows, known, run_of(kommune, year), snapshot)

    return assess


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """A copy of the project's own files that a test may damage."""
    return copy_project(root, tmp_path / "project")


@pytest.fixture(scope="session")
def made_once(root: Path, common: Path) -> Path:
    """A project with one report in ``outputs/``, as the command makes it."""
    folder = common / "made" / "project"
    with FileLock(common / "made.lock"):
        if not (folder / "outputs" / "2017" / SERVICE / "tromso").exists():
            copy_project(root, folder)
            run = parameters.choose_run(
                folder / "parameters", kommune="tromso", year=2017
            )
            results = batch.render_all(
                [run],
                root=folder,
                output=folder / "outputs",
                formats=report.FORMATS,
                editions=report.EDITIONS,
                today="2026-11-23",
            )
            assert results[0].error is None
    return folder


@pytest.fixture
def made(made_once: Path, tmp_path: Path) -> Path:
    """A copy of that project that a test may damage."""
    return Path(shutil.copytree(made_once, tmp_path / "made"))


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this test run have in common."""
    folder = tmp_path_factory.getbasetemp()
    # As pytest-xdist says: each worker has a folder of its own in the run's.
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def rendered(
    root: Path,
    run_of: Callable[[str, int], Run],
    common: Path,
    request: pytest.FixtureRequest,
) -> Callable[..., Path]:
    """Render a report once for all tests of all workers; its folder.

    Reports on years after the embedded ones stand on the figures made up for them.
    """
    formats = report.USUAL_FORMATS

    @cache
    def render(kommune: str, year: int, service: str = SERVICE) -> Path:
        run = run_of(kommune, year).model_copy(update={"service": service})
        if year > LAST:
            later: Snapshot = request.getfixturevalue("synthetic_snapshot")
            run = run.model_copy(update={"snapshot": str(later.folder)})
        output = common / f"{service}-{kommune}-{year}"
        folder = output / str(year) / service / kommune
        with FileLock(f"{output}.lock"):
            if not folder.exists():
                report.render_report(run, root=root, output=output, formats=formats)
        return folder

    return render


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> Iterator[Double]:
    """SSB's StatBank as the tests have it, on this machine, in no hurry."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    # So many calls that no test waits for a minute to pass.
    with Double(synthetic.tables(), calls=1000) as service:
        yield service


@pytest.fixture(scope="session")
def synthetic_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A fetched snapshot with the embedded figures, and later years made up."""
    folder = tmp_path_factory.mktemp("snapshots") / "2026-06-20"
    return statbank.open_snapshot(synthetic.write_snapshot(folder))


@pytest.fixture(scope="session")
def later_findings_of(
    known: Catalogue, synthetic_snapshot: Snapshot
) -> Callable[[str, int], Findings]:
    """Findings for a kommune and year, from the figures with later years made up."""

    @cache
    def rows(year: int) -> pd.DataFrame:
        # Who is a member in a report's year decides whose earlier figures it has.
        found = sources.load_observations(known, synthetic_snapshot, until=year)
        return indexing.index_to_network(found, rule=known.mean_rule)

    @cache
    def assess(kommune: str, year: int) -> Findings:
        run = Run(kommune=kommune, year=year)
        return findings.assess(rows(year), known, run, synthetic_snapshot)

    return assess

"""
Statistics Norway itself: what no test double can vouch for.

Asks the real service, so it is run by hand, ``pytest -m live``, and never by
``make test``; ASSS_BASE_URL names another PxWebApi 2. Skipped where the service cannot
be reached.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from asss.analysis import indexing, sources
from asss.analysis.findings import assess
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EMBEDDED, Run
from asss.page import text
from asss.statbank import Snapshot, Store, doctor, holdings, retrieval
from asss.statbank.client import Client
from asss.statbank.doctor import Diagnosis

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def client(known: Catalogue) -> Client:
    """A client of the real service, at the pace that SSB asks for."""
    address = os.environ.get("ASSS_BASE_URL") or known.statbank.base_url
    try:
        httpx.get(f"{address}/config", timeout=10).raise_for_status()
    except httpx.HTTPError as error:
        pytest.skip(f"SSB cannot be reached: {error}")
    return Client(known.statbank.model_copy(update={"base_url": address}))


@pytest.fixture(scope="module")
def diagnoses(known: Catalogue, client: Client) -> list[Diagnosis]:
    """What ``asss doctor --live`` finds."""
    return list(doctor.examine(known, client))


@pytest.fixture(scope="module")
def official(
    known: Catalogue, client: Client, tmp_path_factory: pytest.TempPathFactory
) -> Snapshot:
    """SSB's own figures, fetched once."""
    store = Store(tmp_path_factory.mktemp("live") / "snapshots")
    return retrieval.fetch([known], client, store, now=datetime.now(UTC)).snapshot


def test_every_code_of_the_catalogue_is_at_ssb(diagnoses: list[Diagnosis]) -> None:
    """What is wrong is printed as the doctor says it, with what to write instead."""
    wrong = [
        "\n".join((f"{found.table}: {line.text}", *line.remedy))
        for found in diagnoses
        for line in found.lines
        if line.state == doctor.WRONG
    ]
    assert not wrong, "\n\n".join(wrong)


def test_embedded_figures_said_to_be_ssbs_are(
    known: Catalogue, official: Snapshot
) -> None:
    """`real` in the package means that SSB says the same, unless it has corrected."""
    years = range(2015, 2021)
    ours, theirs = (
        sources.load_measures(known, each, years=years).set_index(
            ["measure", "kommune", "year"]
        )
        for each in (holdings.open_snapshot(EMBEDDED), official)
    )
    real = ours[(ours["basis"] == "real") & (ours["status"] == "")]
    assert len(real) > 250
    differ = real["value"] != theirs.loc[real.index, "value"]
    assert not differ.any(), real[differ].join(theirs["value"], rsuffix="_ssb")


def test_a_report_can_be_made_of_the_last_year(
    known: Catalogue, official: Snapshot
) -> None:
    """Every member has its facts and sentences, from SSB's figures alone."""
    year = holdings.available_years(known, official)[-1]
    rows = sources.load_observations(known, official, until=year)
    indexed = indexing.index_to_network(rows, rule=known.mean_rule)
    for member in known.network.in_year(year):
        run = Run(kommune=member.id, year=year, snapshot=official.name)
        said = text.sentences(assess(indexed, known, run, official), known)
        assert len(said) > 10, member.name


def test_raw_answers_are_kept(official: Snapshot) -> None:
    """As SSB sent them."""
    files = {path.name for path in Path(official.folder).iterdir()}
    for entry in official.tables.values():
        for part in entry["parts"]:
            assert part["file"] in files

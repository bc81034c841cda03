"""How final figures are is read from when SSB updated them, and from nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asss.analysis import publication
from asss.analysis.facts import FactBook
from asss.analysis.findings import Findings
from asss.analysis.publication import FINAL, PRELIMINARY, UNKNOWN
from asss.catalogue.catalogue import Catalogue

FindingsOf = Callable[[str, int], Findings]

YEAR = 2020


def with_updates(found: FactBook, updates: dict[str, str | None]) -> FactBook:
    """The same report on tables that SSB updated at other times."""
    tables = {
        number: {**entry, "ssb_updated": updates.get(number, updates.get("others"))}
        for number, entry in found.snapshot.tables.items()
    }
    snapshot = replace(found.snapshot, tables=tables)
    run = found.run.model_copy(update={"edition_status": ""})
    return replace(found, snapshot=snapshot, run=run)


def status_of(found: FactBook, known: Catalogue, updated: str | None) -> str:
    """The status of a report whose KOSTRA tables were all updated then."""
    return publication.edition(with_updates(found, {"others": updated}), known).status


@pytest.mark.parametrize(
    ("updated", "status"),
    [
        pytest.param("2021-03-15T07:00:00Z", PRELIMINARY, id="first-publishing"),
        pytest.param("2021-06-13T22:00:00Z", PRELIMINARY, id="the-day-before-in-oslo"),
        pytest.param("2021-06-14T21:59:59Z", PRELIMINARY, id="a-second-before-in-oslo"),
        pytest.param("2021-06-14T22:00:00Z", FINAL, id="midnight-in-oslo"),
        pytest.param("2021-06-15T06:00:00Z", FINAL, id="the-day"),
        pytest.param("2023-03-15T07:00:00Z", FINAL, id="corrected-later"),
        pytest.param("2021-03-14T22:59:59Z", UNKNOWN, id="before-there-were-figures"),
        pytest.param(None, UNKNOWN, id="not-known"),
    ],
)
def test_status_follows_the_calendar_of_the_year_after(
    findings_of: FindingsOf, known: Catalogue, updated: str | None, status: str
) -> None:
    """15 March and 15 June, by the clock in Oslo: SSB stamps in UTC."""
    assert status_of(findings_of("trondheim", YEAR).book, known, updated) == status


@given(days=st.integers(0, 3000))
def test_figures_never_become_less_final(
    findings_of: FindingsOf, known: Catalogue, days: int
) -> None:
    """A later update is of a later publishing, or a correction of the same."""
    found = findings_of("oslo", YEAR).book
    order = (UNKNOWN, PRELIMINARY, FINAL)
    first = date(2021, 1, 1) + timedelta(days=days)
    stamps = [f"{first + timedelta(days=more)}T12:00:00Z" for more in (0, 1)]
    before, after = (order.index(status_of(found, known, stamp)) for stamp in stamps)
    assert before <= after


def test_report_is_no_more_final_than_its_least_final_table(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """One preliminary table is enough, and the others keep their own status."""
    found = with_updates(
        findings_of("bergen", YEAR).book,
        {"12367": "2021-03-15T07:00:00Z", "others": "2021-06-15T06:00:00Z"},
    )
    edition = publication.edition(found, known)
    assert edition.status == PRELIMINARY
    assert edition.tables["12367"] == PRELIMINARY
    assert edition.tables["12210"] == FINAL


def test_population_is_final_when_it_is_published(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """SSB counts once; 07459 in February must not make a report preliminary."""
    found = with_updates(
        findings_of("bergen", YEAR).book,
        {"07459": "2021-02-23T07:00:00Z", "others": "2021-06-15T06:00:00Z"},
    )
    edition = publication.edition(found, known)
    assert (edition.status, edition.tables["07459"]) == (FINAL, FINAL)


def test_what_the_run_file_says_stands_only_where_the_update_is_not_known(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """A person's «endelige» must not hide that SSB's figures are preliminary."""
    found = with_updates(
        findings_of("bergen", YEAR).book,
        {"12367": "2021-03-15T07:00:00Z", "others": None},
    )
    run = found.run.model_copy(update={"edition_status": FINAL})
    edition = publication.edition(replace(found, run=run), known)
    assert edition.tables["12210"] == FINAL
    assert edition.tables["12367"] == PRELIMINARY
    assert edition.status == PRELIMINARY


def test_what_is_not_collected_by_hand_is_pending(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """No row: not yet collected. A row with a sign: known to be missing for good."""
    found = findings_of("drammen", 2016).book
    assert ("sykefravaer", "drammen", 2016) in known.manual
    assert publication.edition(found, known).pending == ()
    kept = {
        key: figure for key, figure in known.manual.items() if key[0] != "sykefravaer"
    }
    lacking = replace(known, manual=kept)
    assert publication.edition(found, lacking).pending == ("sykefravaer",)

"""The second service area on its pages: whole, read back, and in its own words."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import asss
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import METHOD, NETWORK
from asss.formats import readback, typesetting
from asss.runs.workbench import KommuneReport, MethodReport, NetworkReport
from asss.statbank import Snapshot

#: Words of sosiale tjenester alone.
FOREIGN = re.compile(
    r"sosiale t[je]+nest|sosialhjelp|sosialtjenest|18–66|stønad|mottak[ae]r|kvp",
    re.I,
)

#: One in which figures are real, one that merged, the network, and the older mean.
PAGES = [("oslo", 2020), ("trondheim", 2018), ("stavanger", 2017), (NETWORK, 2019)]


@pytest.fixture(scope="module")
def barnevern(root: Path) -> Catalogue:
    return asss.load_catalogue(root / "parameters", service="barnevern")


@pytest.fixture(scope="module")
def rows(barnevern: Catalogue, snapshot: Snapshot) -> pd.DataFrame:
    observed = asss.observations(2020, snapshot=snapshot, parameters=barnevern)
    return asss.index_to_network(observed, rule=barnevern.mean_rule)


@pytest.fixture(scope="module")
def made(barnevern: Catalogue, rows: pd.DataFrame, snapshot: Snapshot) -> Any:
    """A report and its page."""

    @cache
    def make(kommune: str, year: int) -> tuple[Any, str]:
        given = {"kommune": kommune, "year": year, "snapshot": "embedded"}
        run = asss.load_run({**given, "service": "barnevern"})
        report = asss.assess(rows[rows["year"] <= year], barnevern, run, snapshot)
        assert isinstance(report, KommuneReport | MethodReport | NetworkReport)
        return report, report.preview().html

    return make


@pytest.mark.parametrize("page", PAGES)
def test_page_is_read_back(
    page: tuple[str, int], made: Any, barnevern: Catalogue, snapshot: Snapshot
) -> None:
    """By the second hand from the answers, by another pen from the facts, on paper."""
    report, html = made(*page)
    facts = json.loads(json.dumps(report.content().content))
    readback.check_facts(facts, report.found.book.run, barnevern, snapshot)
    pdf = typesetting.to_pdf(html) if page[0] != NETWORK else None
    readback.check(facts, barnevern, html=html, pdf=pdf)


@pytest.mark.parametrize("page", [*PAGES, (METHOD, 2020)])
def test_page_says_nothing_of_sosiale_tjenester(
    page: tuple[str, int], made: Any
) -> None:
    """Comments, forbehold, words and tables of one area reach no page of another."""
    _, html = made(*page)
    text = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    assert FOREIGN.findall(text) == []
    assert "Barnevern" in text


def test_words_are_its_own_in_every_language(root: Path) -> None:
    """A sentence that only another area's reports should say is in none of its."""
    for language in ("nb", "nn"):
        known = asss.load_catalogue(
            root / "parameters", service="barnevern", language=language
        )
        assert known.untranslated == ()
        unused = "driver_share", "driver_both", "driver_amount", "duration"
        relations = known.service.relations
        assert (relations.product, relations.duration) == (None, None)
        said = [
            phrase.sentence
            for name, phrase in known.phrases.phrases.items()
            if name not in unused
        ]
        assert [
            one for one in said if FOREIGN.search(one) and "ønaden" not in one
        ] == []


def test_years_before_other_inhabitants_are_no_trend(
    barnevern: Catalogue,
) -> None:
    """From 2023 the inhabitants are 0–24 years old: a break, and told as one."""
    parts = barnevern.service.relations.sum
    assert parts is not None
    for name in (parts.whole, *parts.parts):
        (switch,) = barnevern.indicator(name).formula.switches
        entries = barnevern.forbehold_for(name, "oslo", switch, is_fetched=True)
        assert barnevern.breaks(one.id for one in entries)

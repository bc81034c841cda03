"""«Om datagrunnlaget i ASSS»: all that reports stand on, once for a year."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

import asss
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import METHOD, NETWORK
from asss.errors import UsageError
from asss.formats import readback
from asss.page import method
from asss.runs import report

Rendered = Callable[[str, int], Path]

#: Of the embedded figures; before the rule of the mean changed; and after them.
YEARS = (2020, 2017, 2024)


def read(rendered: Rendered, year: int) -> tuple[BeautifulSoup, str]:
    """The page of a year, and its text as a reader reads it."""
    html = (rendered(METHOD, year) / report.HTML_NAME).read_text("utf-8")
    soup = BeautifulSoup(
        re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL), "html.parser"
    )
    return soup, " ".join(soup.get_text().split())


@pytest.mark.parametrize("year", YEARS)
def test_tells_all_that_no_report_tells(
    rendered: Rendered, known: Catalogue, year: int
) -> None:
    """Every indicator, table with its sha256, figure by hand, and forbehold."""
    soup, page = read(rendered, year)
    facts = json.loads((rendered(METHOD, year) / report.FACTS_NAME).read_bytes())
    for one in known.service.figures:
        assert one.definition in page
    used = {table for fact in facts["facts"] for table in fact["tables"]}
    for number, table in facts["snapshot"]["tables"].items():
        assert (table["sha256"][:16] in page) == (number in used)
    for entry in facts["forbehold"]:
        assert entry["text"] in page
        assert soup.find("a", href=entry["source"])
    rows = soup.select("table.collected tbody tr:not(.group)")
    members = known.network.in_year(year)
    held = {
        (measure, member.id)
        for measure, kommune, when in known.manual
        for member in members
        if kommune == member.id and when <= year
    }
    assert len(rows) == len(held)
    assert facts["sentences"] == []


@pytest.mark.parametrize("year", YEARS)
def test_tables_have_letters_in_their_order(rendered: Rendered, year: int) -> None:
    """None is left out; and «tabell 1» in a text leads to none of them."""
    soup, _ = read(rendered, year)
    tables = [str(tag["id"]) for tag in soup.select("caption[id^=tabell-]")]
    assert tables == [f"tabell-{letter}" for letter in "ABCDEF"[: len(tables)]]
    assert not soup.find("a", href="#tabell-1")


def test_rule_of_the_mean_is_that_of_the_data_year(rendered: Rendered) -> None:
    """Plain for all up to 2017, whatever the year that is reported."""
    for year, count in ((2017, 1), (2020, 2)):
        soup, _ = read(rendered, year)
        rows = soup.select("table.means tbody tr")
        assert len(rows) == count
        told = [" ".join(cell.get_text().split()) for cell in rows[0].find_all("td")]
        assert told == ["ingen", "alle indikatorene"]
    assert "2018–2020 (2019–2021)" in rows[1].get_text()


#: A fault in the page, and what is said of it.
FAULTS = {
    "a figure collected by hand": (r"1,17<sup", "1,18<sup", "lacks «Oslo 1,18ʳ"),
    "a mark": (r"(<td>1,17)<sup.*?</sup>", r"\1", "lacks «Oslo 1,18ʳ"),
    "a forbehold": ("ble slått sammen med Klæbu", "vokste", "lacks «Brudd i tids"),
    "a kind": ("<strong>Feilføring", "<strong>Føring", "lacks «Feilføring"),
    "a definition": ("uten aldersgrense", "over 18", "lacks «Alle sosialhjelps"),
    "a formula": (r"×.100<", "× 10<", "lacks «/ Innbyggere"),
    "a factor too many": (r"(×.100)</p>", r"\1 × 7</p>", "«× 7» stands"),
    "a rule of the mean": ("Snitt: vektet", "Snitt: uvektet", "lacks «Snitt: vektet"),
    "a count": (r"bygger \d+ bare", "bygger 1 bare", "lacks «Av de 1 140"),
    "a day": (r"15\.06\.2021 *,", "15.07.2021,", "nothing accounts for"),
    "a sha256": (r">[0-9a-f]{16}<", ">0123456789abcdef<", "page: lacks «"),
    "a figure of somebody's own": ("</dl>", "</dl><p>42 %</p>", "for «42»"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_named(fault: str, rendered: Rendered, known: Catalogue) -> None:
    """What is read back is each row, and each figure in the text."""
    folder = rendered(METHOD, 2020)
    facts = json.loads((folder / report.FACTS_NAME).read_bytes())
    html = (folder / report.HTML_NAME).read_text("utf-8")
    assert readback.read_html(html, facts, known) == []
    old, new, message = FAULTS[fault]
    damaged, count = re.subn(old, new, html, flags=re.DOTALL)
    assert count
    problems = readback.read_html(damaged, facts, known)
    assert any(message in problem for problem in problems), problems


def test_report_that_does_not_lead_there_is_refused(
    rendered: Rendered, known: Catalogue
) -> None:
    """Nor is one refused for not holding what is there."""
    for kommune in ("trondheim", NETWORK):
        folder = rendered(kommune, 2020)
        facts = json.loads((folder / report.FACTS_NAME).read_bytes())
        html = (folder / report.HTML_NAME).read_text("utf-8")
        assert "sha256" not in BeautifulSoup(html, "html.parser").get_text()
        lost = html.replace(f'href="../{METHOD}/', 'href="../')
        (problem,) = readback.read_html(lost, facts, known)
        assert f"does not lead to ../{METHOD}/{report.HTML_NAME}" in problem


def test_analyst_has_it_as_a_report() -> None:
    """Its parts by name, its figures as a frame; and no sentence of its own."""
    found = asss.report(METHOD, 2020, snapshot="embedded")
    assert found.title == "Om datagrunnlaget i ASSS for sosiale tjenester 2020"
    assert len(found.sentences) == 0
    assert set(found.facts["kommune_id"]) == set(found.found.book.kommuner)
    assert list(found.table.index) == [i.id for i in found.known.service.indicators]
    assert "Tabell" in found.preview().html
    for name in method.PARTS:
        assert found.part(name).html.strip()  # type: ignore[union-attr]
    with pytest.raises(UsageError, match="Did you mean signs"):
        found.part("sign")  # type: ignore[union-attr]

"""Tabell 1 of a kommune, held against what its facts say of each of its lines."""

import json
import re
from collections.abc import Callable
from typing import Any, TypeAlias

import faults
import pytest
from faults.table import FAULTS

from asss.analysis.findings import Findings
from asss.catalogue import catalogue
from asss.catalogue.catalogue import Catalogue
from asss.formats.readback import markup, table
from asss.page import keyfigures, sections

Facts: TypeAlias = dict[str, Any]
Of: TypeAlias = Callable[[str, int], Findings]

#: What is planted on the page: in Word it is stopped by the same lines.
ON_PAGE = [one for one in FAULTS if not one.name.startswith("in Word")]


def shown(found: Findings, known: Catalogue) -> tuple[str, Facts]:
    """The table as it stands on the page, and what facts.json holds."""
    keyfigures._LAST.clear()
    part = keyfigures.key_figures(found, known).html
    head = "<!doctype html><html><head><title>x</title></head><body>"
    facts = json.loads(json.dumps(sections.facts(found, known).content))
    return f"{head}{part}</body></html>", facts


def read(html: str, facts: Facts, known: Catalogue) -> list[str]:
    """What is wrong with it."""
    return table.read(markup.page(html, known.phrases.words), facts, known)


@pytest.mark.parametrize("year", range(2015, 2021))
@pytest.mark.parametrize("kommune", ["tromso", "stavanger", "drammen"])
def test_honest_table_is_never_refused(
    kommune: str, year: int, findings_of: Of, known: Catalogue
) -> None:
    """Whatever signs, letters, breaks and gaps are in it."""
    html, facts = shown(findings_of(kommune, year), known)
    assert read(html, facts, known) == []


def test_table_in_nynorsk_is_read_by_its_own_words(
    findings_of: Of, known: Catalogue
) -> None:
    other = catalogue.load_catalogue(known.folder, language="nn")
    html, facts = shown(findings_of("trondheim", 2020), other)
    assert read(html, facts, other) == []


@pytest.mark.parametrize("fault", ON_PAGE, ids=lambda fault: fault.name)
def test_slip_in_the_table_is_named(
    fault: faults.Fault,
    findings_of: Of,
    known: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
) -> None:
    """Each as it is planted by `make mutants`, in the table alone."""
    kommune, _, year = fault.report.rpartition("-")
    found = findings_of(kommune, int(year))
    with monkeypatch.context() as patch:
        fault.plant(faults.Scene(patch, tmp_path))
        html, facts = shown(found, known)
    told = read(html, facts, known)
    assert told
    assert all(re.match(r"rapport\.html: Tabell 1[:,] ", one) for one in told)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('class="num break latest"', 'class="num latest"', "2020: lacks the break"),
        ('class="num early"', 'class="num break early"', "2018: has a break"),
        (
            'class="num break again on-screen"',
            'class="num again on-screen"',
            "2019: lacks the break",
        ),
        (
            'class="num again on-screen"',
            'class="num break again on-screen"',
            "2018: has a break",
        ),
        ('class="num early" data', 'class="num" data', "where Ressurs"),
        ('<th scope="col" class="num early">', '<th scope="col" class="num">', "where"),
        ('colspan="3" class="early"', 'colspan="3"', "where its columns"),
    ],
)
def test_layout_that_tells_something_else_is_named(
    old: str, new: str, said: str, findings_of: Of, known: Catalogue
) -> None:
    """Dashed lines, and which columns are shown where, on a phone too."""
    html, facts = shown(findings_of("trondheim", 2020), known)
    assert old in html
    (told,) = read(html.replace(old, new, 1), facts, known)
    assert said in told

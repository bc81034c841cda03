"""The index, and the table of all members, are read back by what is printed in them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from faults import Fault, Scene
from faults import index as of_index
from faults import network as of_network
from lxml.html import HtmlElement

from asss.analysis import network
from asss.analysis.findings import Findings
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EMBEDDED, NETWORK, SERVICE, Run
from asss.errors import RenderError
from asss.formats import readback
from asss.formats.readback import markup, members
from asss.outputs import HTML_NAME, INDEX_NAME
from asss.page import overview, sections, site
from asss.statbank import Snapshot

Facts = dict[str, Any]
FindingsOf = Callable[[str, int], Findings]


def written(
    findings_of: FindingsOf, known: Catalogue, folder: Path
) -> tuple[str, readback.Told]:
    """An index of two reports, and what it must tell."""
    listings, facts = [], {}
    for name in ("trondheim", "tromso"):
        content = sections.facts(findings_of(name, 2020), known).content
        told = facts[f"{SERVICE}/{name}"] = json.loads(json.dumps(content))
        (folder / SERVICE / name).mkdir(parents=True, exist_ok=True)
        (folder / SERVICE / name / HTML_NAME).write_bytes(b"")
        files = [site.File(HTML_NAME, "HTML")]
        called = known.network.member(name).name
        listings.append(site.Listing(name, called, told, files))
    names = [member.name for member in known.network.in_year(2020)]
    lost = [name for name in names if name not in ("Trondheim", "Tromsø")]
    lost += [known.phrases.words["network_name"], known.phrases.words["method_name"]]
    html = site.index(2020, [site.Area(known, listings, missing=lost)])
    return html, readback.Told(2020, folder, facts)


def test_right_index_is_not_refused(
    findings_of: FindingsOf, known: Catalogue, tmp_path: Path
) -> None:
    html, told = written(findings_of, known, tmp_path)
    assert readback.read_index(html, told, [known]) == []


@pytest.mark.parametrize(
    "fault",
    [f for f in of_index.FAULTS if "file that was not made" not in f.name],
    ids=lambda fault: fault.name,
)
def test_slip_in_the_index_is_refused(
    fault: Fault,
    findings_of: FindingsOf,
    known: Catalogue,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each that the campaign plants in what makes it, with its line."""
    fault.plant(Scene(monkeypatch, tmp_path))
    html, told = written(findings_of, known, tmp_path)
    with pytest.raises(RenderError, match=f"(?s)2020: the index.*- {INDEX_NAME}: "):
        readback.check_index(html, told, [known])


def test_link_that_leads_nowhere_is_named(
    findings_of: FindingsOf, known: Catalogue, tmp_path: Path
) -> None:
    """Its line says so too, for it is not among the files that are there."""
    html, told = written(findings_of, known, tmp_path)
    (tmp_path / SERVICE / "tromso" / HTML_NAME).unlink()
    problems = readback.read_index(html, told, [known])
    assert problems, "a page that is gone"


@pytest.mark.parametrize(
    "fault", of_network.FAULTS, ids=[fault.name for fault in of_network.FAULTS]
)
def test_slip_in_the_table_of_all_members_is_refused(
    fault: Fault,
    indexed: pd.DataFrame,
    snapshot: Snapshot,
    known: Catalogue,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By what is printed at the head of its row and column."""
    year = int(fault.report.rpartition("-")[2])
    run = Run(kommune=NETWORK, year=year, snapshot=EMBEDDED)
    rows = indexed[indexed["year"] <= year]
    found = network.assess(rows, known, run, snapshot)
    facts = json.loads(json.dumps(overview.facts(found, known).content))
    sections_ = "".join(
        f'<section id="{one.id}" aria-label="{one.short_name}"></section>'
        for one in known.service.indicators
    )

    def table() -> HtmlElement:
        body = f"{overview.matrix(found, known).html}{sections_}"
        html = f"<!doctype html><html><head></head><body>{body}</body></html>"
        return markup.page(html, known.phrases.words)

    assert members.read(table(), facts, known) == []
    fault.plant(Scene(monkeypatch, tmp_path))
    assert members.read(table(), facts, known)

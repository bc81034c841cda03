"""The workbench on service areas that lack what sosiale tjenester has."""

import io
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import asss
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Relations, Service
from asss.catalogue.parameters import Run
from asss.formats import readback
from asss.page.blocks import Blocks
from asss.runs.workbench import KommuneReport, NetworkReport
from asss.statbank import Snapshot

#: What an area may lack, and what is then left of it.
AREAS = {
    "without an indicator of the use of resources": (
        lambda one: one.id != "ressursbruksindikator",
        ("corrected",),
    ),
    "of one chapter, whose figures explain nothing": (
        lambda one: one.section == "kvalitet" or one.chance == "share",
        tuple(Relations.model_fields),
    ),
}


def area(known: Catalogue, name: str) -> Catalogue:
    """A service area with some of the indicators, and fewer relations or none."""
    is_kept, gone = AREAS[name]
    whole = known.service
    fields: dict[str, Any] = {key: getattr(whole, key) for key in Service.model_fields}
    fields["indicators"] = tuple(one for one in whole.indicators if is_kept(one))
    fields["relations"] = whole.relations.model_copy(update=dict.fromkeys(gone, None))
    if gone == tuple(Relations.model_fields):
        only = whole.chapters[:1]
        fields["chapters"] = only
        fields["components"] = ()
        fields["sections"] = tuple(
            one.model_copy(update={"chapter": only[0].id}) for one in whole.sections
        )
    return replace(known, service=Service(**fields), comments=())


@pytest.mark.parametrize("year", [2017, 2020])
@pytest.mark.parametrize("kommune", ["oslo", "asss"])
@pytest.mark.parametrize("name", AREAS)
def test_area_with_less_is_told_whole(
    name: str,
    kommune: str,
    year: int,
    known: Catalogue,
    indexed: pd.DataFrame,
    snapshot: Snapshot,
) -> None:
    """Every finding needs figures that are there, and the page reads back."""
    less = area(known, name)
    ids = [one.id for one in less.service.figures]
    rows = indexed[indexed["indicator"].isin(ids) & (indexed["year"] <= year)]
    run = Run(kommune=kommune, year=year, snapshot="embedded")
    made = asss.assess(rows, less, run, snapshot)
    assert isinstance(made, KommuneReport | NetworkReport)
    said = made.sentences["text"]
    assert len(said) > 2
    facts = json.loads(json.dumps(made.content().content))
    readback.check(facts, less, html=made.preview().html)


def test_each_chapter_is_an_output_of_its_own(known: Catalogue) -> None:
    """As before they were cells: conversion, review and JupyterLab tell them apart."""
    report = asss.report("oslo", 2020, snapshot="embedded", parameters=known)
    assert isinstance(report, KommuneReport)
    parts = _html(report.chapters())
    names = [one.name for one in known.service.chapters]
    assert parts[::2] == [
        f'<div class="prose">\n<h2>{name}</h2>\n\n</div>' for name in names
    ]
    for number, part in enumerate(parts[1::2], start=2):
        assert f'id="figur-{number}"' in part


def _html(blocks: Blocks) -> list[str]:
    parts: Iterable[Any] = blocks
    return [one.html for one in parts]


@pytest.mark.parametrize("kommune", ["tromso", "asss"])
@pytest.mark.parametrize("service", ["sosiale_tjenester", "barnevern"])
def test_statements_are_read_and_not_decoded(service: str, kommune: str) -> None:
    """In a cell nobody reads Quantity(value=…): each field is as it will be printed."""
    report = asss.report(kommune, 2020, snapshot="embedded", service=service)
    told = report.statements
    assert len(told) == len(report.sentences) > 0
    for shown in (told.to_string(), told.to_html(), told["details"].to_string()):
        assert not re.search(r"[{}]|\w+\((?:value|key|rule|basis)=", shown)
    for details, said in zip(told["details"], report.sentences["text"], strict=True):
        fields = dict(part.split(" = ", 1) for part in details.split(" | "))
        assert all(fields.values())
        for name in {"value", "mean", "distance"} & fields.keys():
            if name != "distance":
                assert fields[name] in said or "clause" in fields


def test_what_if_shows_what_fits_beside_a_notebook(known: Catalogue) -> None:
    """The table has all of it; a cell shows what changes, and no figure twice."""
    report = asss.report("tromso", 2020, snapshot="embedded", parameters=known)
    supposed = report.what_if(members=["bergen", "tromso", "trondheim"])
    shown, _ = pd.read_html(io.StringIO(supposed._repr_html_()))
    names = {"mean", "distance", "rank", "side"}
    assert {one[0] for one in shown.columns[1:]} == names
    assert names < {one[0] for one in supposed.facts.columns}

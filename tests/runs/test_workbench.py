"""The workbench on service areas that lack what sosiale tjenester has."""

import json
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

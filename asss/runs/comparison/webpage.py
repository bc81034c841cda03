"""A comparison as a page: what a colleague who was not there needs to see."""

from collections.abc import Iterable, Sequence
from typing import Any

from asss.analysis.findings import SUMMARY
from asss.analysis.tables import legend
from asss.catalogue import language
from asss.catalogue.catalogue import Catalogue
from asss.page import site, text
from asss.page.blocks import environment, stylesheet
from asss.runs.comparison.differences import (
    OWN,
    BasisChange,
    Comparison,
    ForbeholdChange,
    Side,
    ValueChange,
)
from asss.runs.comparison.editions import ReportKey

#: What is said of a figure's fate; of one that is merely another, nothing.
FATES = {
    "suppressed": "diff_suppressed",
    "disappeared": "diff_disappeared",
    "appeared": "diff_appeared",
    "sign": "diff_sign",
}
KINDS = {"snapshot": "diff_snapshot", "rendered": "diff_rendered"}


def to_html(found: Comparison, known: Catalogue) -> str:
    """
    Show a comparison on a page of its own.

    One file, in bokmål, with nothing fetched from elsewhere and no script; nothing on
    it but what differs.
    """
    words = known.phrases.words
    pages = environment(known)
    pages.filters["number"] = language.number
    return pages.get_template("diff.html.j2").render(
        words=words,
        css=stylesheet(),
        policy=site.policy(),
        title=text.phrase(
            "diff_title", {"old": found.old.name, "new": found.new.name}, known
        ),
        sides=[
            {"label": words["diff_before"], **_side(found.old, known)},
            {"label": words["diff_after"], **_side(found.new, known)},
        ],
        is_empty=found.is_empty,
        counts=found.counts,
        total=found.unchanged + len(found.values),
        values=[_value(change, known) for change in found.values],
        signs=_signs(found.values, known),
        bases=[_basis(change, known) for change in found.bases],
        means=[
            {
                "name": _name(known, change.indicator),
                "year": change.year,
                "old": change.old_printed,
                "new": change.new_printed,
            }
            for change in found.visible
            if change.quantity == "mean"
        ],
        indicators=_by_indicator(found, known),
        invisible=_counted("diff_invisible", found.counts["facts_invisible"], known),
        reports=_sentences(found, known),
        forbehold=_forbehold(found.forbehold, known),
        touched=_by_year(found.touched, known),
        untouched=_counted("diff_untouched", len(found.untouched), known),
        only=[
            {"label": words[label], "years": _by_year(reports, known)}
            for label, reports in (
                ("diff_only_old", found.only_old),
                ("diff_only_new", found.only_new),
            )
            if reports
        ],
    )


def _counted(rule: str, count: int, known: Catalogue) -> str:
    return text.phrase(rule, {"count": language.number(count)}, known)


def _side(side: Side, known: Catalogue) -> dict[str, str]:
    return {
        "name": side.name,
        "kind": known.phrases.words[KINDS[side.kind]],
        "sha256": side.sha256,
    }


def _name(known: Catalogue, name: str) -> str:
    """The name of a measure or indicator; of one we no longer know, its id."""
    measure = known.service.measure.get(name)
    indicators = {i.id: i.name for i in known.service.indicators}
    return language.bind(measure.name if measure else indicators.get(name, name))


def _value(change: ValueChange, known: Catalogue) -> dict[str, Any]:
    words = known.phrases.words
    return {
        "tables": ", ".join(change.tables),
        "name": _name(known, change.name),
        "kommune": known.network.member(change.kommune).name,
        "year": change.year,
        "old": change.old_printed,
        "new": change.new_printed,
        "fate": words[FATES[change.fate]] if change.fate in FATES else "",
        "is_grave": change.fate == "suppressed",
    }


def _basis(change: BasisChange, known: Catalogue) -> dict[str, Any]:
    words = known.phrases.words
    return {
        "tables": ", ".join(change.tables),
        "name": _name(known, change.name),
        "kommune": known.network.member(change.kommune).name,
        "year": change.year,
        "old": words[f"basis_{change.old}"],
        "new": words[f"basis_{change.new}"],
    }


def _signs(values: Iterable[ValueChange], known: Catalogue) -> list[dict[str, str]]:
    shown = {sign for change in values for sign in (change.old_sign, change.new_sign)}
    told = legend(shown, known.phrases.words)
    return [{"sign": sign, "text": text} for sign, text in told.items()]


def _by_indicator(found: Comparison, known: Catalogue) -> list[dict[str, Any]]:
    """A kommune's value, index and rank on one row, under their indicator."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for (indicator, kommune, year), cells in found.moves.items():
        row = {
            "kommune": known.network.member(kommune).name,
            "year": year,
            "cells": [cells.get(quantity) for quantity in OWN],
        }
        rows.setdefault(indicator, []).append(row)
    return [
        {"name": _name(known, indicator), "rows": own}
        for indicator, own in rows.items()
    ]


def _sentences(found: Comparison, known: Catalogue) -> list[dict[str, Any]]:
    names = {chapter.id: chapter.name for chapter in known.service.chapters}
    names[SUMMARY] = known.phrases.words["summary_heading"]
    reports = []
    for year, kommune in found.touched:
        said = [c for c in found.sentences if (c.year, c.kommune) == (year, kommune)]
        if said:
            reports.append(
                {
                    "name": f"{known.network.member(kommune).name} {year}",
                    "sentences": [
                        {
                            "section": names.get(change.section, change.section),
                            "words": change.words,
                            "rules": (change.old_rule, change.new_rule)
                            if change.fate == "changed"
                            and change.old_rule != change.new_rule
                            else (),
                        }
                        for change in said
                    ],
                }
            )
    return reports


def _forbehold(
    changes: Iterable[ForbeholdChange], known: Catalogue
) -> list[dict[str, Any]]:
    """Each change once, with the reports that it is made in."""
    found: dict[tuple[str, str, str], list[ReportKey]] = {}
    for change in changes:
        key = (change.id, change.old or "", change.new or "")
        found.setdefault(key, []).append((change.year, change.kommune))
    return [
        {"old": old, "new": new, "years": _by_year(reports, known)}
        for (_, old, new), reports in found.items()
    ]


def _by_year(reports: Sequence[ReportKey], known: Catalogue) -> list[dict[str, Any]]:
    return [
        {
            "year": year,
            "kommuner": ", ".join(
                known.network.member(kommune).name
                for other, kommune in reports
                if other == year
            ),
        }
        for year in dict.fromkeys(year for year, _ in reports)
    ]

"""
What a report shows: the heading, Tabell 1, figures, chapters and sources.

Puts words and pictures on the page and nothing else: numbers come from facts, words
from the phrase file, markup from ``templates/blocks/``. Each function returns a block
that JupyterLab and the finished page show alike. Imports ``blocks`` and below.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from asss import publication, text
from asss.blocks import Block, block, day_or_text, environment, markdown, stylesheet
from asss.catalogue import Catalogue
from asss.facts import Fact, as_record
from asss.figures import Picture
from asss.findings import SUMMARY, Findings
from asss.knowledge import Forbehold, Indicator
from asss.parameters import EVERY
from asss.statements import Detail
from asss.tables import NOT_COMPARABLE, weakest

#: The notebook output under which a report's facts leave the kernel.
FACTS_MIME = "application/vnd.asss.facts+json"

#: The version of the form of facts.json.
FACTS_FORM = 1


@dataclass(frozen=True)
class Facts:
    """Everything a report rests on, as it is written to facts.json."""

    content: Mapping[str, Any]

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        count = len(self.content["facts"])
        return {
            FACTS_MIME: self.content,
            "text/plain": f"{count} facts, {len(self.content['sentences'])} sentences",
        }


def heading(found: Findings, known: Catalogue) -> Block:
    """Title, dates, status, what concerns the whole page, and the main findings."""
    run, words = found.run, known.phrases.words
    reconstructed = [fact for fact in found.reported if fact.basis == "reconstructed"]
    rule = "reconstructed_line"
    if found.snapshot.is_fetched:
        rule = (
            "reconstructed_line_fetched"
            if reconstructed
            else "reconstructed_line_earlier"
        )
    line = text.phrase(
        rule,
        {
            "count": len(reconstructed),
            "n": len(found.reported),
            "kommune": found.member.name,
            "year": run.year,
        },
        known,
    )
    edition = publication.edition(found, known)
    return block(
        "heading",
        known,
        kicker=text.phrase(
            "kicker", {"edition": run.year + 1, "year": run.year}, known
        ),
        title=title(found, known),
        published=text.day(run.published) if run.published else "",
        changed=text.day(run.changed) if run.changed else "",
        status=words[f"status_{edition.status or 'unknown'}"],
        reservation=words["status_reconstructed"] if found.is_reconstructed else "",
        figures=text.figures_from(found.snapshot, known),
        pending=_pending(edition.pending, found, known),
        reconstructed=line if found.is_reconstructed else "",
        notes=[entry.text for entry in found.page_wide_forbehold(known)],
        summary=[s for s in text.sentences(found, known) if s.chapter == SUMMARY],
    )


def _pending(indicators: Sequence[str], found: Findings, known: Catalogue) -> str:
    """What is collected by hand and not yet collected, in a sentence."""
    if not indicators:
        return ""
    names = tuple(known.indicator(name).mention for name in indicators)
    details: dict[str, Detail] = {"subject": names, "year": found.run.year}
    return text.phrase("manual_pending", details, known)


def title(found: Findings, known: Catalogue) -> str:
    """The one heading of the first level."""
    details: dict[str, Detail] = {
        "service": known.service.name,
        "kommune": found.member.name,
        "year": found.run.year,
    }
    return text.phrase("title", details, known)


def key_figures(found: Findings, known: Catalogue) -> Block:
    """Tabell 1: three years, the network's mean, lowest and highest, and rank."""
    notes = _Footnotes()
    headings = [_heading(found, known, year, notes) for year in found.years]
    sections = []
    for section in known.service.sections:
        rows = [
            _row(found, known, indicator, notes)
            for indicator in known.service.indicators
            if indicator.section == section.id
        ]
        if rows:
            sections.append({"name": section.name, "rows": rows})
    return block(
        "key_figures",
        known,
        caption=known.service.name,
        kommune=found.member.name,
        headings=headings,
        sections=sections,
        notes=notes.items,
        legend=_legend(found, known),
        source=_source_line(found, known),
    )


def figure(picture: Picture, known: Catalogue, *, number: int, caption: str) -> Block:
    """A numbered figure, with its alternative text."""
    return block(
        "figure",
        known,
        svg=Markup(picture.svg),
        alt=picture.alt,
        number=number,
        caption=" ".join(known.phrases.words[key] for key in (caption, *picture.notes)),
    )


def chapter(found: Findings, known: Catalogue, chapter: str) -> Block:
    """A chapter's sentences, the forbehold that touch them, and people's comment."""
    comment = known.comment(found.member.id, found.run.year, chapter)
    return block(
        "chapter",
        known,
        paragraphs=_prose(found, known, chapter),
        forbehold=[
            {"name": known.kinds[entry.kind].name, "text": entry.text}
            for entry in found.forbehold_in(known, chapter)
        ],
        comment=comment
        and {
            "html": Markup(markdown(comment.text)),
            "author": comment.author,
            "source": comment.source,
            "date": day_or_text(comment.date),
        },
    )


def facts(found: Findings, known: Catalogue) -> Facts:
    """
    Gather what facts.json holds.

    The kommune's facts for every year, the other members' for the report's year, every
    sentence with its rule and facts, every forbehold, and where the figures came from.
    """
    edition = publication.edition(found, known)
    kept = [
        fact
        for fact in found.facts.values()
        if fact.kommune == found.member.id or fact.year == found.run.year
    ]
    return Facts(
        {
            "form": FACTS_FORM,
            "title": title(found, known),
            "run": found.run.model_copy(
                update={"kommune": found.member.id}
            ).model_dump(),
            "kommune": found.member.name,
            "service": known.service.service,
            "edition": {
                "status": edition.status,
                "tables": dict(edition.tables),
                "pending": list(edition.pending),
            },
            "snapshot": {
                "name": found.snapshot.name,
                "created": found.snapshot.created,
                "fetched": found.snapshot.fetched,
                "base_url": found.snapshot.base_url,
                "sha256": found.snapshot.sha256,
                "tables": {
                    table: {
                        "title": entry["title"],
                        "ssb_updated": entry["ssb_updated"],
                        "sha256": entry["sha256"],
                        "query": entry["query"],
                    }
                    for table, entry in found.snapshot.tables.items()
                },
            },
            "contains_reconstructed": found.is_reconstructed,
            "facts": [as_record(fact, found.snapshot) for fact in kept],
            "sentences": [
                {
                    "section": said.chapter,
                    "text": said.text,
                    "rule": said.rule,
                    "facts": list(said.facts),
                }
                for said in text.sentences(found, known)
            ],
            "forbehold": [
                entry.model_dump(mode="json", exclude={"figures"})
                for entry in found.all_forbehold(known)
            ],
        }
    )


def contents(chapters: Sequence[tuple[str, str]], known: Catalogue) -> Block:
    """The table of contents: (id, heading) of each chapter."""
    return block("contents", known, chapters=chapters)


def index(year: int, reports: Sequence[Mapping[str, Any]], known: Catalogue) -> str:
    """The page that links a year's reports: one row per kommune, its main findings."""
    details: dict[str, Detail] = {"service": known.service.name, "year": year}
    rows = [
        {
            **report,
            "summary": [
                said["text"]
                for said in report["facts"]["sentences"]
                if said["section"] == SUMMARY
            ][:2],
            "notes": [
                entry["label"]
                for entry in report["facts"]["forbehold"]
                if entry["indicators"] == EVERY
                and year in entry["years"]
                and report["id"] in entry["kommuner"]
            ],
        }
        for report in reports
    ]
    template = environment(known).get_template("index.html.j2")
    return template.render(
        title=text.phrase("index_title", details, known),
        kicker=text.phrase("kicker", {"edition": year + 1, "year": year}, known),
        words=known.phrases.words,
        reports=rows,
        is_reconstructed=any(r["facts"]["contains_reconstructed"] for r in reports),
        css=stylesheet(),
    )


# -- table 1 ---------------------------------------------------------------------------


class _Footnotes:
    """Letters for the notes under a table, one per text, in the order of use."""

    def __init__(self) -> None:
        self.items: list[dict[str, str]] = []

    def letter(self, note: str) -> str:
        for item in self.items:
            if item["text"] == note:
                return item["letter"]
        letter = "abcdefghijklmnopqrstuvwxyz"[len(self.items)]
        self.items.append({"letter": letter, "text": note})
        return letter


def _heading(
    found: Findings, known: Catalogue, year: int, notes: _Footnotes
) -> dict[str, Any]:
    """The head of a year's column, with the breaks that concern the whole of it."""
    page_wide = (entry.id for entry in found.page_wide_forbehold(known))
    breaks = [entry for entry in known.breaks(page_wide) if year in entry.years]
    is_joint = _is_joint(found, year, breaks)
    return {
        "year": year,
        "is_break": is_joint,
        "notes": [notes.letter(entry.text) for entry in breaks if is_joint],
    }


def _row(
    found: Findings,
    known: Catalogue,
    indicator: Indicator,
    notes: _Footnotes,
) -> dict[str, Any]:
    words = known.phrases.words
    latest = found.fact(indicator.id)
    name_notes = []
    if indicator.reported_from and found.run.year < indicator.reported_from:
        note = text.phrase(
            "reported_from", {"from_year": indicator.reported_from}, known
        )
        name_notes.append(notes.letter(note))
    return {
        "name": text.bind(indicator.name),
        "is_plain": latest.mean_rule == "plain",
        "notes": name_notes,
        "unit": words[f"unit_label_{indicator.unit}"],
        "cells": [
            _cell(found, known, fact, notes)
            for fact in found.history(indicator.id)
            if fact.year in found.years
        ],
        "mean": _network_cell(found, known, latest, notes),
        "lowest": _extreme(found, known, indicator, latest.lowest_kommune, notes),
        "highest": _extreme(found, known, indicator, latest.highest_kommune, notes),
        "rank": None
        if latest.rank is None
        else f"{latest.rank} {words['rank_of']} {latest.n}",
        "rank_mark": text.mark(latest.distance_basis, words),
    }


def _cell(
    found: Findings, known: Catalogue, fact: Fact, notes: _Footnotes
) -> dict[str, Any]:
    """One year of a row: the figure or its sign, and what must be known of it."""
    breaks = known.breaks(fact.forbehold)
    is_joint = _is_joint(found, fact.year, breaks)
    told = [
        entry
        for entry in known.forbehold_by_id(fact.forbehold)
        if not entry.is_page_wide
        and (
            entry.kommuner != EVERY
            or known.kinds[entry.kind].value == "omitted"
            or (is_joint and entry in breaks)
        )
    ]
    return {
        "is_break": is_joint,
        "is_latest": fact.year == found.run.year,
        "text": text.bare(fact.value, fact.decimals) or fact.status,
        "mark": fact.value is not None and text.mark(fact.basis, known.phrases.words),
        "notes": [notes.letter(entry.text) for entry in told],
    }


def _is_joint(found: Findings, year: int, breaks: Sequence[Forbehold]) -> bool:
    """Whether figures on both sides of a break stand beside each other in the table."""
    return bool(breaks) and year > found.years[0]


def _network_cell(
    found: Findings, known: Catalogue, fact: Fact, notes: _Footnotes
) -> dict[str, Any]:
    words = known.phrases.words
    letters = []
    if fact.network_mean is None:
        letters += [
            notes.letter(entry.text)
            for entry in known.forbehold_by_id(fact.forbehold)
            if known.kinds[entry.kind].mean == "void"
        ]
    letters += [
        notes.letter(text.sentence(statement, known).text)
        for statement in found.statements
        if statement.rule == "mean_without" and fact.id in statement.facts
    ]
    doubtful = tuple(
        f"{known.network.member(peer.kommune).name} ({entry.label})"
        for peer in found.peers(fact.indicator)
        if peer.rank is not None
        for entry in _own_forbehold(known, peer)
        if known.kinds[entry.kind].summary == "left_out"
    )
    if doubtful:
        note = text.phrase("mean_includes", {"kommuner": doubtful}, known)
        letters.append(notes.letter(note))
    has_mean = fact.network_mean is not None
    return {
        "text": text.bare(fact.network_mean, fact.decimals) or "–",
        "mark": has_mean and text.mark(fact.mean_basis, words),
        "notes": letters,
    }


def _extreme(
    found: Findings,
    known: Catalogue,
    indicator: Indicator,
    kommuner: Sequence[str],
    notes: _Footnotes,
) -> dict[str, Any]:
    """Lowest or highest: whose it is, with what must be known of that figure."""
    holders = [found.fact(indicator.id, kommune=kommune) for kommune in kommuner]
    if not holders:
        return {"text": "–", "mark": "", "kommuner": "", "notes": []}
    names = [known.network.member(kommune).name for kommune in kommuner]
    basis = weakest(holder.basis for holder in holders)
    return {
        "text": text.bare(holders[0].value, indicator.decimals),
        "mark": text.mark(basis, known.phrases.words),
        "kommuner": ", ".join(names),
        "notes": [
            notes.letter(entry.text)
            for holder in holders
            for entry in _own_forbehold(known, holder)
        ],
    }


def _own_forbehold(known: Catalogue, fact: Fact) -> list[Forbehold]:
    """Forbehold on this one figure: not those of the whole page, or of everybody's."""
    return [
        entry
        for entry in known.forbehold_by_id(fact.forbehold)
        if not entry.is_page_wide and entry.kommuner != EVERY
    ]


def _legend(found: Findings, known: Catalogue) -> list[dict[str, str]]:
    """Only the marks and signs that the table really shows."""
    words = known.phrases.words
    shown = _shown(found, known)
    rules = {fact.mean_rule for fact in found.reported}
    legend = []
    if "plain" in rules:
        key = "notes_plain" if "weighted" in rules else "notes_all_plain"
        legend.append({"mark": words["plain_mark"], "text": words[key]})
    if found.is_reconstructed:
        legend.append(
            {"mark": words["reconstructed_mark"], "text": words["notes_reconstructed"]}
        )
    signs = (
        (".", "not_possible"),
        ("..", "missing"),
        (":", "suppressed"),
        (NOT_COMPARABLE, "not_comparable"),
    )
    legend += [
        {"mark": sign, "text": words[f"notes_sign_{key}"]}
        for sign, key in signs
        if any(fact.status == sign for fact in shown)
    ]
    return legend


def _shown(found: Findings, known: Catalogue) -> list[Fact]:
    """The kommune's facts of the years in the table, which may be of several tables."""
    return [
        fact
        for indicator in known.service.indicators
        for fact in found.history(indicator.id)
        if fact.year in found.years
    ]


def _source_line(found: Findings, known: Catalogue) -> str:
    used = {table for fact in _shown(found, known) for table in fact.tables}
    tables = sorted(used & known.service.table.keys())
    return text.phrase("source_line", {"tables": tuple(tables)}, known)


def _prose(
    found: Findings, known: Catalogue, chapter: str
) -> list[list[text.Sentence]]:
    return text.paragraphs(found, known, chapter=chapter)


def dump_facts(content: Mapping[str, Any], path: Path) -> None:
    """Write facts.json: sorted as it came, UTF-8, one form for the same facts."""
    written = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(written + "\n", encoding="utf-8")

"""
Figures read back: those that are sound pass, and each fault is named with its place.

Every fault of ``tests/faults/figures.py`` is planted in a report's figures as they are
drawn, and must be refused with its figure in the message.
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from faults import Fault, Scene
from faults import figures as planted
from reports import KOMMUNER, YEARS

from asss import figures
from asss.analysis import findings, indexing, network, sources
from asss.analysis.findings import Findings
from asss.catalogue import catalogue, parameters
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import NETWORK, Run
from asss.errors import RenderError
from asss.formats import readback, typesetting
from asss.formats.readback import drawing
from asss.formats.readback import figures as eyes
from asss.page import overview, sections, text
from asss.statbank import Snapshot

#: Whose reviewer's edition is drawn in every year.
OFTEN = ("trondheim", "tromso")

Facts = dict[str, Any]
FindingsOf = Callable[[str, int], Findings]


def page_of(found: Findings, known: Catalogue, *, is_review: bool = False) -> str:
    """The figures of a report, as its notebook makes them."""
    words = known.phrases.words
    drawn = figures.profile(found.book, known, with_intervals=is_review)
    made = [sections.figure(drawn, known, number=1, caption=words["caption_profile"])]
    for number, chapter in enumerate(known.service.chapters, start=2):
        told = (*found.about(chapter.id), *found.statements)
        only = [found.book.by_id[name].indicator for one in told for name in one.facts]
        drawn = figures.development(
            found.book,
            known,
            chapter=chapter.id,
            only=list(dict.fromkeys(only)),
            titles=text.titles(found, known, chapter=chapter.id),
        )
        caption = sections.caption(chapter, known)
        made.append(sections.figure(drawn, known, number=number, caption=caption))
    return "".join(one.html for one in made)


def network_page_of(found: network.NetworkFindings, known: Catalogue) -> str:
    """The figures of «ASSS samlet»."""
    made = [
        sections.figure(
            figures.strip(found.book, known, indicator=one.id),
            known,
            number=number,
            caption=known.phrases.words["caption_strip"],
        )
        for number, one in enumerate(known.service.indicators, start=1)
    ]
    return "".join(one.html for one in made)


def plain(content: Any) -> Facts:
    """Facts as they are read from a file."""
    facts: Facts = json.loads(json.dumps(content))
    return facts


@pytest.fixture(scope="module")
def everybody(
    known: Catalogue, snapshot: Snapshot, indexed: Any
) -> Callable[[int], network.NetworkFindings]:
    """What is found of all members in a year."""

    def assess(year: int) -> network.NetworkFindings:
        run = Run(kommune=NETWORK, year=year, snapshot=parameters.EMBEDDED)
        rows = indexed[indexed["year"] <= year]
        return network.assess(rows, known, run, snapshot)

    return assess


@pytest.fixture(scope="module")
def drawn(
    known: Catalogue,
    findings_of: FindingsOf,
    everybody: Callable[[int], network.NetworkFindings],
) -> Callable[[str], tuple[Callable[[], str], Facts]]:
    """How to draw the figures of a report, by «kommune-year», and its facts."""

    @cache
    def of(report: str) -> tuple[Callable[[], str], Facts]:
        kommune, _, year = report.partition("-")
        if kommune == NETWORK:
            joint = everybody(int(year))
            facts = plain(overview.facts(joint, known).content)
            return lambda: network_page_of(joint, known), facts
        found = findings_of(kommune, int(year))
        facts = plain(sections.facts(found, known).content)
        return lambda: page_of(found, known), facts

    return of


# -- what is sound ---------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_sound_figures_pass(
    known: Catalogue, findings_of: FindingsOf, year: int
) -> None:
    """Every kommune's, in the public and the reviewer's edition."""
    for kommune in KOMMUNER:
        found = findings_of(kommune, year)
        facts = plain(sections.facts(found, known).content)
        for is_review in (False, True) if kommune in OFTEN else (False,):
            html = page_of(found, known, is_review=is_review)
            problems = eyes.read(html, facts, known, is_review=is_review)
            assert problems == [], f"{kommune} {year}"


@pytest.mark.parametrize("year", [2015, 2018, 2020])
def test_sound_figures_of_all_members_pass(
    known: Catalogue,
    everybody: Callable[[int], network.NetworkFindings],
    year: int,
) -> None:
    """In the first year nothing has a history, in the last much is missing."""
    found = everybody(year)
    facts = plain(overview.facts(found, known).content)
    assert eyes.read(network_page_of(found, known), facts, known) == []


def test_sound_figures_pass_in_nynorsk(root: Path, findings_of: FindingsOf) -> None:
    """The words are of the catalogue's language, and of no other."""
    nynorsk = catalogue.load_catalogue(root / "parameters", language="nn")
    found = findings_of("tromso", 2019)
    facts = plain(sections.facts(found, nynorsk).content)
    assert eyes.read(page_of(found, nynorsk), facts, nynorsk) == []


@pytest.mark.parametrize("kommune", ["asker", "oslo", "trondheim", NETWORK])
@pytest.mark.parametrize("year", [2022, 2025])
def test_sound_figures_of_later_years_pass(
    known: Catalogue, synthetic_snapshot: Snapshot, kommune: str, year: int
) -> None:
    """New tables, new members, more years than there is room for."""
    observations = sources.load_observations(known, synthetic_snapshot, until=year)
    rows = indexing.index_to_network(observations, rule=known.mean_rule)
    name = str(synthetic_snapshot.folder)
    run = Run(kommune=kommune, year=year, snapshot=name)
    if kommune == NETWORK:
        joint = network.assess(rows, known, run, synthetic_snapshot)
        facts = plain(overview.facts(joint, known).content)
        assert eyes.read(network_page_of(joint, known), facts, known) == []
        return
    found = findings.assess(rows, known, run, synthetic_snapshot)
    facts = plain(sections.facts(found, known).content)
    for is_review in (False, True):
        html = page_of(found, known, is_review=is_review)
        assert eyes.read(html, facts, known, is_review=is_review) == []


#: What a figure may be that none of ours is, as far as a drawing goes.
ODD: dict[str, dict[str, Any]] = {
    "far over the scale": {"index": 1234.5},
    "far under the scale": {"index": -87.0},
    "no index": {"index": None, "distance": None},
    "missing": {"value": None, "status": "..", "index": None, "rank": None},
    "hidden": {"value": None, "status": ":", "index": None, "rank": None},
    "another sign": {"value": None, "status": "…", "index": None, "rank": None},
    "preliminary": {"basis": "preliminary", "distance_basis": "preliminary"},
    "mean not to be used": {"network_mean": None, "index": None, "rank": None, "n": 0},
}


@pytest.mark.parametrize("odd", ODD)
def test_sound_figures_of_odd_facts_pass(
    known: Catalogue,
    findings_of: FindingsOf,
    everybody: Callable[[int], network.NetworkFindings],
    odd: str,
) -> None:
    """Every third figure is what figures seldom are."""
    year = 2020

    def changed(book: Any) -> Any:
        facts = dict(book.facts)
        for key, fact in list(facts.items())[::3]:
            facts[key] = fact.replace(**ODD[odd])
        return replace(book, facts=facts)

    found = findings_of("trondheim", year)
    found = replace(found, book=changed(found.book))
    facts = plain(sections.facts(found, known).content)
    for is_review in (False, True):
        html = page_of(found, known, is_review=is_review)
        assert eyes.read(html, facts, known, is_review=is_review) == []
    joint = everybody(year)
    joint = replace(joint, book=changed(joint.book))
    facts = plain(overview.facts(joint, known).content)
    assert eyes.read(network_page_of(joint, known), facts, known) == []


# -- what is not -----------------------------------------------------------------------


@pytest.mark.parametrize("fault", planted.FAULTS, ids=lambda fault: fault.name)
def test_each_fault_is_refused(
    fault: Fault,
    known: Catalogue,
    drawn: Callable[[str], tuple[Callable[[], str], Facts]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And the message says in which figure."""
    draw, facts = drawn(fault.report)
    fault.plant(Scene(monkeypatch, Path()))
    problems = eyes.read(draw(), facts, known)
    assert problems, fault.name
    assert all(problem.startswith("rapport.html: ") for problem in problems)
    assert any("figure" in problem for problem in problems)


@pytest.mark.parametrize("fault", planted.IN_REVIEW, ids=lambda fault: fault.name)
def test_each_fault_of_the_reviewers_edition_is_refused(
    fault: Fault,
    known: Catalogue,
    findings_of: FindingsOf,
    snapshot: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What chance may do is drawn there alone."""
    found = findings_of("trondheim", 2020)
    facts = plain(sections.facts(found, known).content)
    fault.plant(Scene(monkeypatch, Path()))
    html = page_of(found, known, is_review=True)
    with pytest.raises(RenderError, match=r"gjennomgang\.html: figure 1: "):
        readback.check_review(facts, known, html, snapshot)


def test_a_message_says_what_is_shown_and_what_the_facts_say(
    known: Catalogue, findings_of: FindingsOf
) -> None:
    """In the unit of the scale, by the names in print."""
    found = findings_of("trondheim", 2020)
    facts = plain(sections.facts(found, known).content)
    fact = next(f for f in facts["facts"] if f["id"] == "oslo-2020-sykefravaer")
    was, fact["index"] = fact["index"], fact["index"] - 12
    problems = eyes.read(page_of(found, known), facts, known)
    name = known.indicator("sykefravaer").short_name
    said = f"the point of Oslo stands at {was:.1f}"
    assert any(name in one and said in one for one in problems), problems


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        ([("end", 40, "250 000")], ""),
        ([("end", 27, "250 000")], "the edge cuts a text (quiet) «250 000»"),
        ([("middle", 97, "2020")], "the edge cuts a text (quiet) «2020»"),
        ([("start", 0, "Kristiansand"), ("start", 50, "7")], ""),
        (
            [("start", 0, "Kristiansand"), ("end", 60, "kr 7 000")],
            "a text (quiet) «kr 7 000» at 60, 20 stand on one another",
        ),
    ],
)
def test_text_that_nobody_can_read_is_found(
    texts: list[tuple[str, int, str]], fault: str
) -> None:
    """A figure whose first digit is cut off is another figure."""
    written = "".join(
        f'<text x="{x}" y="22.7" font-size="7.5" fill="#4a5965" '
        f'text-anchor="{anchor}">{text}</text>'
        for anchor, x, text in texts
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 40" width="100pt" '
        f'height="40pt"><rect width="100" height="40" fill="#ffffff"/>{written}</svg>'
    )
    opened = drawing.opened(svg, "")
    assert not opened.problems
    found = list(opened.unread())
    assert fault in "".join(found)
    assert bool(found) is bool(fault)


@pytest.mark.parametrize(
    "svg",
    [
        "",
        "<svg",
        '<svg viewBox="0 0 a b"/>',
        '<svg viewBox="0 0 9 9" id="x"/>',
        '<svg viewBox="0 0 9 9" id="x"><circle/></svg>',
        '<svg viewBox="0 0 9 9" id="x"><rect/><path d="M1 2C3 4"/></svg>',
    ],
)
def test_a_drawing_that_cannot_be_read_is_a_problem(svg: str) -> None:
    """And never a traceback."""
    assert drawing.opened(svg, "").problems


def test_no_report_lacks_what_its_figures_show_of_others(
    known: Catalogue, findings_of: FindingsOf
) -> None:
    """Facts.json has every year of theirs, and a figure without it is refused."""
    found = findings_of("trondheim", 2018)
    facts = plain(sections.facts(found, known).content)
    first = next(s for s in facts["others"] if s["indicator"] == "sykefravaer")
    first["years"][0]["value"] += 1
    problems = eyes.read(page_of(found, known), facts, known)
    assert any("Sykefravær" in problem for problem in problems)


# -- on paper --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def paper_of(rendered: Callable[[str, int], Path]) -> tuple[str, bytes, Facts]:
    """A finished report: its page, its PDF and its facts."""
    folder = rendered("trondheim", 2020)
    facts = json.loads((folder / "facts.json").read_text("utf-8"))
    html = (folder / "rapport.html").read_text("utf-8")
    return html, (folder / "rapport.pdf").read_bytes(), facts


def test_a_pdf_with_other_drawings_than_the_page_is_refused(
    known: Catalogue, paper_of: tuple[str, bytes, Facts]
) -> None:
    """It is of another day, or was changed: the page that was read is not in it."""
    html, pdf, facts = paper_of
    readback.check(facts, known, html=html, pdf=pdf)
    other = html.replace('<text x="0" y="7.7"', '<text x="0" y="7.8"', 1)
    assert other != html
    with pytest.raises(RenderError, match="set with other drawings than those"):
        readback.check(facts, known, html=other, pdf=pdf)


def test_a_pdf_that_tells_another_alternative_text_is_refused(
    known: Catalogue, paper_of: tuple[str, bytes, Facts]
) -> None:
    """What a screen reader says of a figure is worked out from the facts."""
    html, _, facts = paper_of
    damaged = re.sub(r'(aria-label="Tjenesteprofil[^"]*?)\d\d(?=ʳ)', r"\g<1>13", html)
    assert damaged != html
    problems = readback.read_pdf(typesetting.to_pdf(damaged), facts, known)
    assert any("figure 1, alternative text: is" in problem for problem in problems)


def test_a_pdf_lacks_no_word_of_its_drawings(
    known: Catalogue, paper_of: tuple[str, bytes, Facts]
) -> None:
    """What is drawn and cannot be read is no label."""
    html, pdf, facts = paper_of
    other = html.replace(">Verdi</text>", ">Uverdi</text>", 1)
    with pytest.raises(RenderError, match="figures: lack «Uverdi»"):
        readback.check(facts, known, html=other, pdf=pdf)

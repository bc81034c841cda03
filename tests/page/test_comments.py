"""Where what people say stands: with the finding that it explains, and once."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

import pytest

from asss.analysis.findings import SUMMARY, Findings
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Comment
from asss.page import comments, sections

FindingsOf: TypeAlias = Callable[[str, int], Findings]

COVERAGE = "dekningsgrader_produktivitet"


def _comment(name: str, *gjelder: str, chapter: str = COVERAGE) -> Comment:
    return Comment(
        id=name,
        kommune="oslo",
        year=2020,
        chapter=chapter,
        gjelder=gjelder,
        says="kommunen",
        author="Oslo kommune",
        source="https://www.oslo.kommune.no",
        date="2021-03-15",
        text=f"Ifølge kommunen er det {name}.",
    )


def _saying(known: Catalogue, said: Iterable[Comment]) -> Catalogue:
    return replace(known, comments=tuple(said))


@pytest.fixture
def oslo(findings_of: FindingsOf) -> Findings:
    """A report with much to say."""
    return findings_of("oslo", 2020)


def _telling(found: Findings) -> list[tuple[int, str]]:
    """Each indicator that a finding tells, with the place of its last sentence."""
    told, place = [], -1
    for one in found.findings:
        place += len(one.statements)
        told += [(place, name) for name in one.indicators]
    return told


def test_cause_stands_after_the_first_that_tells_of_it(
    oslo: Findings, known: Catalogue
) -> None:
    """Main findings first: there a reader asks why."""
    first: dict[str, int] = {}
    for place, indicator in _telling(oslo):
        if indicator not in oslo.book.components:
            first.setdefault(indicator, place)
    for indicator, place in first.items():
        chapter = next(
            one.id
            for one in known.service.chapters
            if indicator in {i.id for i in known.service.in_chapter(one.id)}
        )
        saying = _saying(known, [_comment("slik", indicator, chapter=chapter)])
        (placed,) = comments.place(oslo, saying).placed
        assert placed.sentence == place
        assert placed.section == oslo.statements[placed.sentence].chapter
    assert oslo.statements[0].chapter == SUMMARY


def test_what_explains_nothing_told_stands_last_in_its_chapter(
    oslo: Findings, known: Catalogue
) -> None:
    """Beside no finding, and still on the page."""
    told = [name for _, name in _telling(oslo)]
    untold = [
        one.id for one in known.service.in_chapter(COVERAGE) if one.id not in told
    ]
    said = [_comment("alt")]
    said += [_comment("utalt", name) for name in untold[:1]]
    placed = comments.place(oslo, _saying(known, said)).placed
    assert [one.comment.id for one in placed] == [one.id for one in said]
    assert {(one.section, one.sentence) for one in placed} == {(COVERAGE, None)}
    html = sections.chapter(oslo, _saying(known, said), COVERAGE).html
    last = html.rindex("data-rule")
    assert all(html.index(one.text) > last for one in said)


def test_finding_has_no_more_causes_than_a_reader_can_take(
    oslo: Findings, known: Catalogue
) -> None:
    """The next that tells of it has room; after all of them comes the chapter's end."""
    end, indicator = _telling(oslo)[0]
    times = [name for _, name in _telling(oslo)].count(indicator)
    said = [_comment(f"c{n}", indicator) for n in range(comments.MOST * times + 1)]
    placed = comments.place(oslo, _saying(known, said)).placed
    where = [one.sentence for one in placed]
    assert len(where) == len(said)
    assert where[: comments.MOST] == [end] * comments.MOST
    assert where.count(None) == 1
    assert all(where.count(one) <= comments.MOST for one in where if one is not None)
    assert placed[-1].section == COVERAGE


def test_each_is_shown_once_with_who_says_it_and_where(
    oslo: Findings, known: Catalogue
) -> None:
    """In running text after its sentence, marked; the source once in its section."""
    first, *_, second = dict.fromkeys(
        name
        for one in oslo.findings
        if one.chapter == SUMMARY
        for name in one.indicators
    )
    said = [_comment("a", first), _comment("b", first), _comment("c", second)]
    saying = _saying(known, [*said, _comment("d")])
    blocks = [
        sections.heading(oslo, saying).html,
        *(
            sections.chapter(oslo, saying, one.id).html
            for one in known.service.chapters
        ),
    ]
    page = "".join(blocks)
    for one in saying.comments:
        assert page.count(one.text) == 1
    voice = '<span class="comment" role="note" aria-label="Kommentar fra kommunen">'
    for one in said:
        assert f"{voice}{one.text}</span>" in blocks[0]
    for html in (blocks[0], blocks[2]):
        assert re.findall(r"Kommentar: Oslo kommune, (\S+)\. <a href", html) == [
            "15.03.2021"
        ]


def test_record_tells_where_each_stands(oslo: Findings, known: Catalogue) -> None:
    """So another program can set it there as well."""
    end, indicator = _telling(oslo)[0]
    saying = _saying(known, [_comment("alt"), _comment("sak", indicator)])
    kept = sections.facts(oslo, saying)
    assert [(one.id, one.section, one.sentence) for one in kept.comments] == [
        ("sak", SUMMARY, end),
        ("alt", COVERAGE, None),
    ]
    (cause, _) = kept.comments
    assert (cause.indicators, cause.says) == ([indicator], "kommunen")
    assert indicator in kept.sentences[0].facts[0]


def test_report_that_nobody_comments_says_nothing_of_it(
    oslo: Findings, known: Catalogue
) -> None:
    """The page is whole without."""
    assert comments.place(oslo, known) == comments.NOBODY
    assert "omment" not in sections.heading(oslo, known).html
    assert sections.facts(oslo, known).comments == []

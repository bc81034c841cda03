"""Where what people say stands: with what it explains, once, and by whom."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest
from reports import KOMMUNER, YEARS

from asss.analysis.findings import SUMMARY, Findings
from asss.catalogue import catalogue
from asss.catalogue.catalogue import LONGEST_CAUSE, Catalogue
from asss.catalogue.knowledge import Comment
from asss.page import comments, sections
from asss.page.comments import MOST, ROOM, Comments

FindingsOf: TypeAlias = Callable[[str, int], Findings]

COVERAGE = "dekningsgrader_produktivitet"
STONAD = "stonad_per_mottaker"

#: Who says a cause, wherever it is said.
ASCRIBED = re.compile(r"[Ii]følge (?:ASSS|KS|kommunen)\b")


def _comment(
    name: str,
    *gjelder: str,
    chapter: str = COVERAGE,
    text: str = "",
    says: str = "kommunen",
    repeats: tuple[str, ...] = (),
) -> Comment:
    return Comment(
        id=name,
        kommune="oslo",
        year=2020,
        chapter=chapter,
        gjelder=gjelder,
        says=says,
        author="Oslo kommune",
        source="https://www.oslo.kommune.no",
        date="2021-03-15",
        repeats=repeats,
        text=text or f"Det |er| {name}. Og mer.",
    )


def _saying(known: Catalogue, said: Iterable[Comment]) -> Catalogue:
    return replace(known, comments=tuple(said))


@pytest.fixture
def oslo(findings_of: FindingsOf) -> Findings:
    """A report with much to say."""
    return findings_of("oslo", 2020)


@pytest.fixture(scope="session")
def written(
    findings_of: FindingsOf, known: Catalogue
) -> dict[tuple[str, int], tuple[Findings, Comments]]:
    """Of the sixty reports, those that people have commented."""
    found = {
        (name, year): findings_of(name, year) for name in KOMMUNER for year in YEARS
    }
    placed = {key: (one, comments.place(one, known)) for key, one in found.items()}
    return {key: both for key, both in placed.items() if both[1].placed}


def _telling(found: Findings) -> list[tuple[int, str]]:
    """Each indicator that a finding tells, with the place of its last sentence."""
    told, place = [], -1
    for one in found.findings:
        place += len(one.statements)
        told += [(place, name) for name in one.indicators]
    return told


def _printed(oslo: Findings, known: Catalogue, *said: Comment) -> list[str]:
    return [one.printed for one in comments.place(oslo, _saying(known, said)).told]


# -- where -----------------------------------------------------------------------------


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
        assert (placed.sentence, placed.outcome) == (place, "told")
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
    said = [_comment("alt", text="Alt er sagt.")]
    said += [_comment("utalt", name) for name in untold[:1]]
    placed = comments.place(oslo, _saying(known, said)).placed
    assert [one.comment.id for one in placed] == [one.id for one in said]
    assert {(one.section, one.sentence) for one in placed} == {(COVERAGE, None)}
    html = sections.chapter(oslo, _saying(known, said), COVERAGE).html
    last = html.rindex("data-rule")
    assert all(html.index(one.printed) > last for one in placed)


def test_finding_has_no_more_causes_than_a_reader_can_take(
    oslo: Findings, known: Catalogue
) -> None:
    """The next that tells of it has room; what is left is for the reviewer."""
    end, indicator = _telling(oslo)[0]
    times = [name for _, name in _telling(oslo)].count(indicator)
    said = [_comment(f"c{n}", indicator) for n in range(MOST * times + 1)]
    found = comments.place(oslo, _saying(known, said))
    where = [one.sentence for one in found.told]
    assert where[:MOST] == [end] * MOST
    assert all(where.count(one) <= MOST for one in where)
    (left,) = (one for one in found.placed if one.outcome != "told")
    assert (left.comment.id, left.outcome, left.printed) == ("c2", "no_room", "")
    # The reviewer finds it at the sentence that it explains.
    assert (left.sentence, left.section) == (end, SUMMARY)
    assert left in found.about(oslo.statements[end])
    assert left not in found.after(oslo.statements[end])
    assert left.text == "Det er c2. Og mer."


def test_causes_are_few_lines_in_finding_and_report(
    oslo: Findings, known: Catalogue
) -> None:
    """Each finding has its first before any has its second."""
    first, *_, last = dict.fromkeys(name for _, name in _telling(oslo))
    long = " ".join(["ord"] * (LONGEST_CAUSE - 4))
    text = f"Kommunen har {long}."
    many = comments.place(
        oslo,
        _saying(
            known,
            [
                _comment("a", first, text=text),
                _comment("b", first, text="Kommunen har satt i gang."),
                _comment(
                    "c", last, text=f"Kommunen har {' '.join(long.split()[:11])}."
                ),
                _comment("d", last, text="Kommunen har stanset, og mer enn det."),
                _comment("e", last, text="Kommunen har stanset."),
            ],
        ),
    )
    assert {one.comment.id for one in many.told} == {"a", "c", "e"}
    words = sum(len(one.printed.split()) for one in many.told)
    assert words <= ROOM


def test_what_a_forbehold_says_is_not_said_twice(
    oslo: Findings, known: Catalogue
) -> None:
    """It is kept, with where it is from; and may be told when the forbehold is gone."""
    _, indicator = _telling(oslo)[0]
    said = _comment("feil", indicator, repeats=("brudd_2020_trondheim",))
    found = comments.place(oslo, _saying(known, [said]))
    assert [one.outcome for one in found.placed] == ["repeats"]
    assert found.told == ()
    assert found.sources(SUMMARY) == []
    page = sections.heading(oslo, _saying(known, [said])).html
    assert "omment" not in page


def test_cause_of_a_figure_in_doubt_is_not_told_without_the_doubt(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """The misposting in Drammen is not in the text, so neither is what explains it."""
    found = findings_of("drammen", 2017)
    assert "netto_driftsutgifter_rus_f243_per_innb" not in {
        name for _, name in _telling(found)
    }
    placed = comments.place(found, known)
    outcomes = {one.comment.id: one.outcome for one in placed.placed}
    assert outcomes["rus_2_behov"] == outcomes["rus_3_satsing"] == "no_room"
    sure = replace(
        known,
        kinds={
            name: kind.model_copy(update={"told": "in_note", "distance": "shown"})
            for name, kind in known.kinds.items()
        },
    )
    told = {one.comment.id for one in comments.place(found, sure).told}
    assert {"rus_2_behov", "rus_3_satsing"} <= told


# -- who -------------------------------------------------------------------------------


def test_introduction_varies(oslo: Findings, known: Catalogue) -> None:
    """Before the sentence and within it, in turns, unless it cannot stand first."""
    first, *_, last = dict.fromkeys(name for _, name in _telling(oslo))
    texts = {
        "a": (first, "Leiene |har| økt. De øker."),
        "b": (last, "Tiltak |er| satt i gang. De virker."),
    }
    said = [_comment(name, where, text=text) for name, (where, text) in texts.items()]
    assert _printed(oslo, known, *said) == [
        "Ifølge kommunen har leiene økt. De øker.",
        "Tiltak er ifølge kommunen satt i gang. De virker.",
    ]
    said[0] = _comment(
        "a", first, text="At leiene øker, kommer | av mangel. Slik er det."
    )
    assert _printed(oslo, known, *said) == [
        "At leiene øker, kommer ifølge kommunen av mangel. Slik er det.",
        "Ifølge kommunen er tiltak satt i gang. De virker.",
    ]


def test_causes_of_a_finding_share_their_introduction(
    oslo: Findings, known: Catalogue
) -> None:
    """In one sentence, where both are of one and it does not grow too long."""
    _, indicator = _telling(oslo)[0]
    a = _comment("a", indicator, text="Leiene |har| økt.")
    b = _comment("b", indicator, text="NAV |gir| mer.")
    assert _printed(oslo, known, a, b) == [
        "Ifølge kommunen har leiene økt,",
        "og NAV gir mer.",
    ]
    other = b.model_copy(update={"says": "ks"})
    apart = ["Ifølge kommunen har leiene økt.", "NAV gir ifølge KS mer."]
    assert _printed(oslo, known, a, other) == apart
    long = " ".join(["ord"] * (comments.JOINED - 7))
    much = _comment("b", indicator, text=f"NAV |gir| {long}.")
    assert _printed(oslo, known, a, much)[1] == f"NAV gir ifølge kommunen {long}."
    own = _comment("b", indicator, text="Kommunen har gitt mer.")
    assert _printed(oslo, known, a, own)[1] == "Kommunen har gitt mer."


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
    saying = _saying(known, [*said, _comment("d", text="Ingenting for seg.")])
    blocks = [
        sections.heading(oslo, saying).html,
        *(
            sections.chapter(oslo, saying, one.id).html
            for one in known.service.chapters
        ),
    ]
    page = "".join(blocks)
    told = comments.place(oslo, saying).told
    assert len(told) == len(saying.comments)
    for one in told:
        assert page.count(one.printed) == 1
    voice = '<span class="comment" role="note" aria-label="Kommentar fra kommunen">'
    for one in told[:-1]:
        assert ASCRIBED.search(one.printed)
        assert f"{voice}{one.printed}</span>" in blocks[0]
    for html in (blocks[0], blocks[2]):
        assert re.findall(r"Kommentar: Oslo kommune, (\S+)\. <a href", html) == [
            "15.03.2021"
        ]


def test_record_tells_where_each_stands(oslo: Findings, known: Catalogue) -> None:
    """So another program can set it there as well."""
    end, indicator = _telling(oslo)[0]
    saying = _saying(known, [_comment("alt", text="Alt."), _comment("sak", indicator)])
    kept = sections.facts(oslo, saying)
    assert [(one.id, one.section, one.sentence) for one in kept.comments] == [
        ("sak", SUMMARY, end),
        ("alt", COVERAGE, None),
    ]
    (cause, free) = kept.comments
    assert (cause.indicators, cause.says) == ([indicator], "kommunen")
    assert indicator in kept.sentences[0].facts[0]
    assert (cause.text, cause.printed, cause.outcome) == (
        "Det er sak. Og mer.",
        "Ifølge kommunen er det sak. Og mer.",
        "told",
    )
    assert free.text == free.printed == "Alt."


def test_report_that_nobody_comments_says_nothing_of_it(
    oslo: Findings, known: Catalogue
) -> None:
    """The page is whole without."""
    assert comments.place(oslo, known) == comments.NOBODY
    assert "omment" not in sections.heading(oslo, known).html
    assert sections.facts(oslo, known).comments == []


def test_quotation_in_nynorsk_says_which_language_it_is(
    findings_of: FindingsOf, root: Path
) -> None:
    """Who says it is told in the page's language, and what they said is bokmål."""
    nynorsk = catalogue.load_catalogue(root / "parameters", language="nn")
    found = findings_of("baerum", 2018)
    html = "".join(
        sections.chapter(found, nynorsk, one.id).html
        for one in nynorsk.service.chapters
    )
    voices = re.findall(r'<span class="comment"[^>]* lang="nb">([^<]*)<', html)
    assert voices[0].startswith("Ifølgje ASSS kommer økningen")
    assert len(voices) == html.count('class="comment"') == 2


# -- what has been collected -----------------------------------------------------------


def test_eighteen_of_the_sixty_tell_a_cause_with_its_finding(
    written: dict[tuple[str, int], tuple[Findings, Comments]],
) -> None:
    """And twenty have what people said in the reviewer's edition."""
    assert len(written) == 20
    told = {
        key
        for key, (_, said) in written.items()
        if any(one.sentence is not None and one.comment.gjelder for one in said.told)
    }
    # Of Oslo 2017 and Trondheim 2020, forbehold say what the source said.
    assert written.keys() - told == {("oslo", 2017), ("trondheim", 2020)}


def test_what_has_been_collected_keeps_the_measure(
    written: dict[tuple[str, int], tuple[Findings, Comments]],
) -> None:
    """Told by somebody, dated, beside its finding, and in few words."""
    for key, (found, said) in written.items():
        words = sum(len(one.printed.split()) for one in said.told)
        assert words <= ROOM, key
        for one in said.placed:
            own = one.comment
            assert own.source.startswith("https://"), own.file
            assert own.date > "2018", own.file
            assert own.read > own.date, own.file
            assert own.gjelder, own.file
        for one in said.told:
            told = {i for place, i in _telling(found) if place == one.sentence}
            assert one.sentence is None or told & {*one.comment.gjelder}, one
            group = [o for o in said.told if o.sentence == one.sentence is not None]
            assert len(group) <= MOST
            whole = " ".join(o.printed for o in group or [one])
            assert len(whole.split()) <= LONGEST_CAUSE
            first = one.printed.partition(". ")[0]
            shares = one.printed.startswith("og ") and ASCRIBED.search(whole)
            assert ASCRIBED.search(first) or "ommunen" in first or shares, one


def test_ks_is_named_for_its_own_judgement(
    written: dict[tuple[str, int], tuple[Findings, Comments]],
) -> None:
    """And the kommune only where the page names it as its source."""
    for _, said in written.values():
        for one in said.told:
            by = re.findall(r"følge (ASSS|KS|kommunen)", one.printed)
            if by:
                wanted = {"asss": "ASSS", "ks": "KS"}.get(one.comment.says or "")
                assert by == [wanted or "kommunen"], one

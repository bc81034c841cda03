"""
Read back: honest reports pass, and a fault of every kind is named with its place.

Faults are planted in a report that was really made, one at a time, by the damage that
each would be: on the page by changing its markup, in the PDF by setting the damaged
page.
"""

import ast
import copy
import json
import math
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import nbformat
import pikepdf
import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from hypothesis import given
from hypothesis import strategies as st

from asss.analysis import statements, tables
from asss.analysis.findings import Findings
from asss.catalogue import language
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import (
    EMBEDDED,
    METHOD,
    NETWORK,
    SERVICE,
    SHARED,
    TEMPLATE,
)
from asss.errors import RenderError
from asss.formats import conversion, readback, typesetting
from asss.formats.readback import expectation, paper
from asss.formats.readback.prose import Accounted
from asss.page import record, sections, text
from asss.page.blocks import BLOCK_MIME, Block, Blocks
from asss.runs import report
from asss.statbank import Snapshot

Rendered = Callable[[str, int], Path]
Facts = Mapping[str, Any]


@pytest.fixture(scope="module")
def folder(rendered: Rendered) -> Path:
    """A report that was really made, with notes, marks and a break."""
    return rendered("trondheim", 2020)


@pytest.fixture(scope="module")
def html(folder: Path) -> str:
    """Its page."""
    return (folder / report.HTML_NAME).read_text("utf-8")


@pytest.fixture(scope="module")
def facts(folder: Path) -> Facts:
    """Its facts."""
    content: Facts = json.loads((folder / report.FACTS_NAME).read_text("utf-8"))
    return content


def replaced(old: str, new: str, *, count: int = 1) -> Callable[[str], str]:
    """A fault: one text for another."""

    def damage(page: str) -> str:
        assert old in page, f"nothing to damage: {old!r}"
        return page.replace(old, new, count)

    return damage


def substituted(pattern: str, new: str, *, count: int = 1) -> Callable[[str], str]:
    """A fault: what a pattern finds, for another text."""

    def damage(page: str) -> str:
        found, times = re.subn(pattern, new, page, count=count, flags=re.DOTALL)
        assert times, f"nothing to damage: {pattern!r}"
        return found

    return damage


def early(page: str) -> str:
    """A fault: the first sentence of a chapter stands before its heading."""
    soup = BeautifulSoup(page, "html.parser")
    heading = soup.find(id="kvalitet")
    assert isinstance(heading, Tag)
    said = heading.find_next("span", attrs={"data-rule": True})
    assert isinstance(said, Tag)
    heading.insert_before(said.extract())
    return str(soup)


TABLE = "<table><tbody><tr><td>8,1</td></tr></tbody></table>"

#: The mark behind a sentence that has a forbehold.
MARK = (
    r"(data-rule=[^>]*>(?:(?!<span data-rule).)*?</span>"
    r"<sup class=\"ref\"><a id=\"ref-g-\d+\")( href=\"[^\"]*\")(.*?</sup>)"
)


def overmarked(page: str) -> str:
    """A fault: a sentence without forbehold leads to one."""
    marked = re.search(MARK, page)
    bare = re.search(
        r"<li><span data-rule=(?:(?!<sup class=\"ref\"|</li>).)*</span>", page
    )
    assert marked
    assert bare
    mark = marked[0][marked[0].rindex('<sup class="ref">') :]
    mark = re.sub(r"ref-g-\d+", "ref-g-99", mark)
    return page[: bare.end()] + mark + page[bare.end() :]


def unmarked(page: str) -> str:
    """A fault: a sentence does not lead to its forbehold."""
    found = re.search(MARK, page, re.DOTALL)
    assert found
    before, _, _ = found[1].rpartition("<sup")
    return replaced(found[0], before)(page)


def led_back_to(place: str) -> Callable[[str], str]:
    """A fault: a forbehold leads back to another place than that of a sentence."""

    def damage(page: str) -> str:
        found = re.search(MARK, page, re.DOTALL)
        assert found
        own = re.findall(r"id=\"(ref-g-\d+)\"", found[1])[-1]
        return replaced(f'<a href="#{own}"', f'<a href="#{place}"')(page)

    return damage


#: A fault, and what is said of it.
FAULTS: dict[str, tuple[Callable[[str], str], str]] = {
    # -- another city's, another year's --
    "another kommune in the heading": (
        substituted(r"<h1>(.*?)Trondheim", r"<h1>\1Bergen"),
        r"h1: is \['Sosiale tjenester i Bergen 2020'\]",
    ),
    "another year in the heading": (
        substituted(r"(<h1>.*?)2020", r"\g<1>2019"),
        r"h1: is \['Sosiale tjenester i Trondheim 2019'\]",
    ),
    "another kommune in the title": (
        substituted(r"(<title>.*?)Trondheim", r"\1Oslo"),
        r"title: names Oslo",
    ),
    "another edition in the line above": (
        replaced("ASSS 2021", "ASSS 2020"),
        r"top: lacks «ASSS 2021 · dataåret 2020»",
    ),
    "another kommune in the table's caption": (
        substituted(r"(<caption id=\"tabell-1\">.*?)Trondheim", r"\1Tromsø"),
        r"caption: names Tromsø",
    ),
    "another kommune in a figure's caption": (
        substituted(r"(<figcaption>)(.*?)(</figcaption>)", r"\1\2 Bærums tall.\3"),
        r"figcaption: names Bærum",
    ),
    "another kommune in an alternative text": (
        substituted(r"(role=\"img\"[^>]*?)Trondheim", r"\1Stavanger"),
        r"figure 1, alternative text: does not name Trondheim",
    ),
    "another year in an alternative text": (
        substituted(
            r"(role=\"img\"[^>]*?Trondheim )2020",
            r"\g<1>2018",
        ),
        r"figure 1, alternative text: does not name 2020",
    ),
    "another language": (
        replaced('lang="nb"', 'lang="nn"'),
        r"html: lang is 'nn'",
    ),
    "another kommune's sentence": (
        substituted(
            r"(<span data-rule=.*?</span>)",
            r'\1 <span data-rule="x" data-facts="y">Oslo bruker mer.</span>',
        ),
        r"sentences: no fact supports «Oslo bruker mer\.»",
    ),
    # -- dates, status, forbehold --
    "two main headings": (
        replaced("</h1>", "</h1><h1>Og en til</h1>"),
        r"h1: is .*'Og en til'",
    ),
    "a date that is not said": (
        replaced("Publisert: 15.03.2021", ""),
        r"top: lacks «Publisert: 15\.03\.2021»",
    ),
    "a status that is not said": (
        replaced("endelige tall", ""),
        r"top: lacks «Status: endelige tall",
    ),
    "no warning of reconstructed figures": (
        replaced("Siden inneholder rekonstruerte tall", ""),
        r"top: lacks «Siden inneholder rekonstruerte tall»",
    ),
    "a page-wide forbehold that is not at the top": (
        replaced("Trondheim ble slått sammen med Klæbu", "Trondheim vokste"),
        r"top: lacks «Trondheim ble slått sammen med Klæbu",
    ),
    "a forbehold that is no note": (
        substituted(r"<li id=\"note-c\">.*?</li>", ""),
        r"Tabell 1, .*, 2019: is not noted «Folketallet",
    ),
    "a number without its note": (
        substituted(
            r"(<td[^>]*data-fact=\"trondheim-2019-[^>]*>[^<]*<span[^>]*>)"
            r"((?:(?!</td>).)*?)<sup class=\"ref\">.*?</sup>",
            r"\1\2",
        ),
        r"Tabell 1, .*, 2019: is not noted «",
    ),
    "a note that nothing leads to": (
        replaced('href="#note-b"', 'href="#note-a"', count=99),
        r"Tabell 1: nothing leads to note-b",
    ),
    "a letter that is another's": (
        substituted(r'(href="#note-)b("[^>]*>)b<', r"\1b\2a<"),
        r"a letter is «a», and its note «b»",
    ),
    "a letter that leads nowhere": (
        replaced('id="note-b"', 'id="b"'),
        r"Tabell 1: note-b leads nowhere",
    ),
    "a sentence without its mark of a forbehold": (
        unmarked,
        r"the mark of «.*» does not lead to «ASSS-snittet for andelen",
    ),
    "a mark that leads nowhere": (
        substituted(MARK, r'\1 href="#note-x"\3'),
        r"the mark of «.*» leads nowhere",
    ),
    "a mark that leads to another forbehold": (
        substituted(MARK, r'\1 href="#note-a"\3'),
        r"the mark of «.*» leads to «a ",
    ),
    "a mark on a sentence without forbehold": (
        overmarked,
        r"the mark of «.*» leads to «",
    ),
    "a forbehold that does not lead back": (
        led_back_to("ref-b-1"),
        r"the mark of «.*» is not led back to",
    ),
    "a forbehold that leads back to nothing": (
        led_back_to("ref-g-99"),
        r"the mark of «.*» leads to what leads back to nothing, ref-g-99",
    ),
    # -- sentences and numbers --
    "a sentence that is gone": (
        substituted(r"<li><span data-rule=\"spending\".*?</li>", ""),
        r"Hovedfunn: lacks the sentence «Trondheim bruker 21 %ʳ mindre",
    ),
    "a number changed in a sentence": (
        substituted(r"(livsopphold er kr\s1\s)932", r"\g<1>923"),
        r"Prioritering og behov: lacks the sentence «Utgiftene til livsopphold er",
    ),
    "a sentence without its mark": (
        substituted(
            r"(<span data-rule=\"spending\".*?)<sup class=\"r\">.*?</sup>", r"\1"
        ),
        r"Hovedfunn: lacks the sentence «Trondheim bruker 21 %ʳ mindre",
    ),
    "a sentence in another chapter": (
        early,
        r"Kvalitet: lacks the sentence «Stønaden varer",
    ),
    "a chapter that is gone": (
        substituted(r"<h2 id=\"kvalitet\">Kvalitet</h2>", ""),
        r"headings: «Kvalitet» is missing",
    ),
    "a number changed in the table": (
        substituted(r"(<td class=\"num[^\"]* latest\"[^>]*>)1,04", r"\g<1>1,05"),
        r"Tabell 1, Ressursbruksindikator.*, 2020: is «1,05», and should be «1,04»",
    ),
    "two years that changed places": (
        substituted(r"(<th scope=\"col\"[^>]*>)2018", r"\g<1>2017", count=0),
        r"Tabell 1: its columns: is \['Indikator', '2017', '2019', .*and should",
    ),
    "a number changed where an earlier year stands on a phone": (
        substituted(r"(<td class=\"num[^\"]* again [^>]*>)1,11", r"\g<1>1,12"),
        r"Tabell 1, Ressursbruksindikator.*, 2018: is «1,12», and should be «1,11»",
    ),
    "two years that changed places on a phone": (
        substituted(
            r"(again on-screen\">)2019(.*?again on-screen\">)2018",
            r"\g<1>2018\g<2>2019",
        ),
        r"Tabell 1, Ressursbruksindikator.*: has cells under \['2018', '2019'\]",
    ),
    "a mean of another indicator": (
        substituted(r"(data-field=\"network_mean\"[^>]*>)1,00", r"\g<1>1,01"),
        r"Tabell 1, .*, Snitt: is «1,01ʳ», and should be «1,00ʳ»",
    ),
    "a mark that is gone in the table": (
        substituted(
            r"(data-field=\"network_mean\"[^>]*>1,00<span[^>]*>)<sup.*?</sup>", r"\1"
        ),
        r"Tabell 1, .*, Snitt: is «1,00», and should be «1,00ʳ»",
    ),
    "the lowest of another kommune": (
        substituted(r"(data-field=\"lowest\".*?)Drammen", r"\1Sandnes"),
        r"Tabell 1, .*, Lavest: is «0,86ʳSandnes», and should be «0,86ʳDrammen»",
    ),
    "the highest that is not": (
        substituted(r"(data-field=\"highest\"[^>]*>)[\d,]+", r"\g<1>9,99"),
        r"Tabell 1, .*, Høyest: is «9,99",
    ),
    "a rank that is not": (
        substituted(r"(data-field=\"rank\"[^>]*>)\d+ av 10", r"\g<1>9 av 10"),
        r"Tabell 1, .*, Plass: is «9 av 10ʳ?», and should be «3 av 10",
    ),
    "a row that is gone": (
        substituted(
            r"(<table class=\"key\">.*?)<tr>\s*<th scope=\"row\">(?:(?!</tr>).)*</tr>",
            r"\1",
        ),
        r"Tabell 1: has 19 rows, and should have 20",
    ),
    "a table that is gone": (
        replaced('id="tabell-1"', 'id="tabell"'),
        r"Tabell 1: is missing",
    ),
    # -- figures --
    "a figure that is gone": (
        substituted(r"<figure id=\"figur-4\">.*?</figure>", ""),
        r"Kvalitet: has no figure",
    ),
    "a figure with the number of another": (
        substituted(r"Figur(\s|&nbsp;|\u00a0)2\.", r"Figur\g<1>3."),
        r"figure 2: its caption is «Figur 3\.",
    ),
    "a figure without alternative text": (
        substituted(r"(role=\"img\" aria-label=)\"[^\"]*\"", r'\1""'),
        r"figure 1: has no alternative text",
    ),
    "an alternative text that is the caption": (
        substituted(r"(role=\"img\" aria-label=)\"[^\"]*\"", r'\1"Tjenesteprofil."'),
        r"figure 1: the alternative text says no more than the caption",
    ),
    "a figure with nothing drawn": (
        substituted(r"(<div class=\"picture\"[^>]*>).*?</svg>", r"\1<svg></svg>"),
        r"figure 1: nothing is drawn",
    ),
    # -- what a program left --
    **{
        f"a leftover, {leftover}": (
            replaced("</h1>", f"</h1><p>Andelen er {leftover} i 2020.</p>"),
            rf"p: holds {what}",
        )
        for leftover, what in (
            ("nan", "a missing number, 'nan'"),
            ("NaN", "a missing number"),
            ("None", "a missing number"),
            ("&lt;NA&gt;", "a missing number"),
            ("{kommune}", "a hole"),
            ("}", "a hole"),
            ("Undefined", "a trace of a program"),
            ("Traceback (most recent call last)", "a trace of a program"),
            ("TODO", "a note to oneself"),
            ("høy.. ", "two stops"),
            ("høy .", "a space before a stop"),
            ("høy ( )", "an empty reason"),
            ("4\u00a0 %", "two spaces"),
        )
    },
    "a leftover in a figure": (
        replaced("</text>", " nan</text>"),
        r"text: holds a missing number",
    ),
    "a leftover in an alternative text": (
        substituted(r"(role=\"img\" aria-label=\")", r"\1{items} "),
        r"div\[aria-label\]: holds a hole",
    ),
    "an empty paragraph": (
        replaced("</h1>", "</h1><p> </p>"),
        r"p: is empty",
    ),
    # -- figures that are nobody's --
    **{
        f"a figure in running text, {place}": (replaced(old, new), told)
        for place, old, new, told in (
            ("a paragraph", "</h1>", "</h1><p>99 % mer.</p>", "«99»: «99 % mer"),
            ("a list", "<ul>", "<ul><li>kr 2\u00a0019</li>", r"for «2»: «kr 2 019»"),
            ("a heading", "</h1>", "</h1><h3>7 av ti</h3>", "for «7»: «7 av ti»"),
            ("no element", "</h1>", "</h1>Hele 3,5 til", "for «3,5»: "),
            ("code", "</h1>", "</h1><p><code>14</code></p>", "for «14»"),
            ("a table", "</h1>", f"</h1>{TABLE}", "for «8,1»"),
            ("an index", "</h1>", "</h1><p>Snittet er 101.</p>", "for «101."),
            ("a percentage", "</h1>", "</h1><p>Snittet er 100 %.</p>", "«100»"),
            ("a year to come", "</h1>", "</h1><p>I 2022.</p>", "for «2022.»"),
            ("a date", "</h1>", "</h1><p>Den 4.5.2020</p>", "for «4.5.2020»"),
            ("a count", "Det gjelder 11 av 15", "Det gjelder 10 av 15", "«10»"),
            ("twice", "</h1>", "</h1><p>Dobbelt så mye.</p>", "for «dobbelt»"),
            ("a half", "</h1>", "</h1><p>Bare halvparten.</p>", "for «halvparten»"),
            ("times", "</h1>", "</h1><p>Tre ganger så høyt.</p>", "«tre ganger»"),
            ("letters", "</h1>", "</h1><p>Hele ti prosent.</p>", "for «ti prosent»"),
            ("a share", "</h1>", "</h1><p>En firedel av alle.</p>", "for «firedel»"),
        )
    },
    "a figure in running text, a sentence": (
        substituted(r"(data-rule=\"spending\".*?: kr\s\d\s)\d", r"\g<1>0"),
        r"nothing accounts for «\d+»: «Trondheim bruker",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_on_the_page_is_named(
    fault: str, html: str, facts: Facts, known: Catalogue
) -> None:
    """One of each kind: a check that has caught nothing has not been tried."""
    damage, message = FAULTS[fault]
    problems = readback.read_html(damage(html), facts, known)
    assert any(re.search(message, problem) for problem in problems), problems


@pytest.fixture(scope="module")
def commented(rendered: Rendered) -> tuple[str, Facts]:
    """The page and the facts of a report with what people say of it."""
    folder = rendered("tromso", 2017)
    facts = json.loads((folder / report.FACTS_NAME).read_text("utf-8"))
    return (folder / report.HTML_NAME).read_text("utf-8"), facts


def moved(page: str) -> str:
    """A fault: what is said of one figure stands with another."""
    soup = BeautifulSoup(page, "html.parser")
    said = soup.select_one(".comment")
    assert isinstance(said, Tag)
    other = said.find_all_previous(attrs={"data-rule": True})[1]
    other.insert_after(said.extract())
    return str(soup)


def noted(page: str) -> str:
    """A fault: a note under Tabell 1 says it as well."""
    soup = BeautifulSoup(page, "html.parser")
    said = soup.select_one(".comment")
    note = soup.select_one('[id^="note-"]')
    assert isinstance(said, Tag)
    assert isinstance(note, Tag)
    note.append(said.get_text())
    return str(soup)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (replaced("statlige ytelser", "35 ytelser"), "nothing accounts for «35»"),
        (replaced("Høsten 2017", "Høsten 2013"), r"for «2013»"),
        (replaced("prioritert kvali", "ikke prioritert kvali"), "stands 0 times"),
        (replaced("</h1>", "</h1><p>Slik var det i 2012.</p>"), "for «2012.?»"),
        (substituted(r"(<span class=.comment.*?</span>)", r"\1 \1"), "stands 2 times"),
        (noted, "stands 2 times"),
        (moved, r"«Ifølge ASSS .*» is not after «"),
    ],
)
def test_what_people_say_is_quoted_in_its_place_and_gives_nobody_else_a_figure(
    damage: Callable[[str], str],
    message: str,
    commented: tuple[str, Facts],
    known: Catalogue,
) -> None:
    """Its numbers are not ours: they may stand in it, as it was written, and there."""
    page, facts = commented
    assert readback.read_html(page, facts, known) == []
    problems = readback.read_html(damage(page), facts, known)
    assert any(re.search(message, problem) for problem in problems), problems


Plant: TypeAlias = Callable[[list[dict[str, Any]]], object]


def _set(name: str, **fields: object) -> Plant:
    """A fault: a comment is claimed to be another."""
    return lambda told: next(o for o in told if o["id"] == name).update(fields)


def _reworded(name: str, old: str, new: str, field: str = "printed") -> Plant:
    """A fault: what somebody said has been changed on its way."""

    def change(told: list[dict[str, Any]]) -> None:
        one = next(o for o in told if o["id"] == name)
        assert old in one[field]
        one[field] = one[field].replace(old, new)

    return change


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (_reworded("stonad_1_barn", "70", "75"), "«.*75 prosent.*» is not what krist"),
        (_reworded("stonad_1_barn", "70", "75", "text"), "barn has another text than"),
        (_reworded("stonad_1_barn", "ASSS", "kommunen"), "is not what .*barn.md says"),
        (_reworded("stonad_1_barn", " ifølge ASSS", ""), "is not what .*barn.md says"),
        (_reworded("unge_1_prioritert", "Ifølge ASSS", "Ifølge KS"), "is not what"),
        (_set("stonad_1_barn", says="ks"), "barn has another says than its file"),
        (_set("stonad_1_barn", date="2019-09-10"), "has another date than its file"),
        (_set("stonad_1_barn", read=""), "has another read than its file"),
        (_set("stonad_1_barn", source="https://a.no"), "has another source than"),
        (_set("stonad_1_barn", indicators=["sykefravaer"]), "another indicators"),
        (_set("stonad_1_barn", printed=""), "barn may not be told"),
        (_set("stonad_1_barn", outcome="no_room"), "barn may not be no_room"),
        (_set("stonad_1_barn", sentence=0), "barn explains nothing in sentence 0"),
        (list.pop, "comments and their files are not the same: "),
        (lambda told: told.append(dict(told[0])), "the same: one of them twice"),
        (
            _set(
                "unge_2_jobbskolen",
                outcome="told",
                printed="Ungdomssatsingen Jobbskolen hindrer ifølge ASSS at ungdom "
                "faller fra, og hjelper dem med å bli ferdige med videregående.",
            ),
            "causes have more than 60 words",
        ),
    ],
)
def test_what_is_quoted_is_what_was_written_by_whom_and_where(
    plant: Plant,
    message: str,
    findings_of: Callable[[str, int], Findings],
    known: Catalogue,
) -> None:
    """A number of theirs is never ours, so it may not be another either."""
    facts = sections.facts(findings_of("kristiansand", 2017), known).content
    readback.check(facts, known)
    plant(facts["comments"])
    with pytest.raises(RenderError, match=message):
        readback.check(facts, known)


def test_what_a_forbehold_says_may_not_be_told_as_a_cause_too(
    findings_of: Callable[[str, int], Findings], known: Catalogue
) -> None:
    """Nor may two causes be told as shared by those who did not say both."""
    facts = sections.facts(findings_of("tromso", 2017), known).content
    readback.check(facts, known)
    told = facts["comments"]
    for name, message in {
        "rus": "rus may not be told",
        "stonad_2_bokostnader": "is not what .*stonad_2_bokostnader.md says",
    }.items():
        changed = copy.deepcopy(facts)
        one = changed["comments"][[o["id"] for o in told].index(name)]
        one |= {"outcome": "told", "printed": one["printed"] or one["text"]}
        one["printed"] = one["printed"].removeprefix("og ")
        with pytest.raises(RenderError, match=message):
            readback.check(changed, known)


def test_cause_of_a_figure_in_doubt_is_not_told_alone(
    findings_of: Callable[[str, int], Findings], known: Catalogue
) -> None:
    """Nor is what a forbehold says told to have no room."""
    facts = sections.facts(findings_of("drammen", 2017), known).content
    told = {one["id"]: one for one in facts["comments"]}
    told["rus_2_behov"] |= {"outcome": "told", "printed": "Behovet øker."}
    told["rus_2_behov"]["sentence"] = None
    told["rus_1_feilforing"]["outcome"] = "no_room"
    with pytest.raises(RenderError) as refusal:
        readback.check(facts, known)
    assert "the comment rus_2_behov explains a figure in doubt" in str(refusal.value)
    assert "the comment rus_1_feilforing may not be no_room" in str(refusal.value)


def test_number_that_is_quoted_is_no_leave_to_print_it(
    findings_of: Callable[[str, int], Findings], known: Catalogue
) -> None:
    """Seventy percent is of the additional costs, and of nothing else."""
    facts = sections.facts(findings_of("kristiansand", 2017), known).content
    accounted = Accounted(facts, known)
    (said,) = (one for one in facts["comments"] if one["id"] == "stonad_1_barn")
    assert not accounted.strange(said["printed"])
    assert accounted.strange("Stønaden forklarer 70 prosent.") == "70"
    # Not told on this page, so its number stands nowhere either.
    assert accounted.strange("57 prosent innvandrere og flyktninger") == "57"


@pytest.mark.parametrize(
    ("kommune", "year"), [("trondheim", 2020), ("tromso", 2017), ("drammen", 2020)]
)
def test_honest_report_passes(
    kommune: str, year: int, rendered: Rendered, known: Catalogue
) -> None:
    """Breaks, shields, comments and plain means are no faults."""
    folder = rendered(kommune, year)
    facts = json.loads((folder / report.FACTS_NAME).read_text("utf-8"))
    page = (folder / report.HTML_NAME).read_text("utf-8")
    assert readback.read_html(page, facts, known) == []
    pdf = folder / report.PDF_NAME
    if pdf.exists():
        assert readback.read_pdf(pdf.read_bytes(), facts, known) == []


def test_place_names_are_no_leftovers(
    html: str, facts: Facts, known: Catalogue
) -> None:
    """«Nannestad» holds «nan», and is a kommune."""
    page = html.replace("</h1>", "</h1><p>Nannestad og Nonekommunen.</p>", 1)
    assert readback.read_html(page, facts, known) == []


def test_code_that_is_shown_as_code_may_look_like_code(
    html: str, facts: Facts, known: Catalogue
) -> None:
    """The reviewer's edition shows the cells that made a number."""
    page = html.replace("</h1>", "</h1><pre><code>x = {None: y}</code></pre>", 1)
    assert readback.read_html(page, facts, known) == []


def test_refusal_names_the_first_ten_problems(
    html: str, facts: Facts, known: Catalogue
) -> None:
    """Whose report, where, and how many more; nobody reads a hundred."""
    many = "".join(f"<p>nan {place}</p>" for place in "abcdefghijklmn")
    with pytest.raises(RenderError, match="trondheim 2020") as refusal:
        readback.check(facts, known, html=html.replace("</h1>", f"</h1>{many}", 1))
    lines = str(refusal.value).splitlines()
    assert len(lines) == 12
    assert all(line.startswith("  - rapport.html: p: ") for line in lines[1:11])
    assert lines[-1] == "  and 4 more."


def test_facts_of_another_report_do_not_fit(
    html: str, known: Catalogue, rendered: Rendered
) -> None:
    """The whole page is another city's: nearly everything is wrong."""
    other = rendered("drammen", 2020) / report.FACTS_NAME
    facts = json.loads(other.read_text("utf-8"))
    problems = readback.read_html(html, facts, known)
    assert len(problems) > 50
    assert any("h1: is" in problem for problem in problems)


def test_report_that_is_refused_is_not_put_in_place(
    monkeypatch: pytest.MonkeyPatch, project: Path, run_of: Callable[..., Any]
) -> None:
    """What a reader has is never worse than what was there before."""
    to_html = conversion.to_html

    def damaged(*given: Any, **more: Any) -> str:
        return to_html(*given, **more).replace("</h1>", "</h1><p>nan</p>", 1)

    monkeypatch.setattr(conversion, "to_html", damaged)
    output = project / "outputs"
    before = output / "2020" / SERVICE / "trondheim" / "before"
    before.parent.mkdir(parents=True)
    before.touch()
    with pytest.raises(RenderError, match="p: holds a missing number, 'nan'"):
        report.render_report(
            run_of("trondheim", 2020), root=project, output=output, formats=("html",)
        )
    assert [path.name for path in before.parent.iterdir()] == ["before"]


# -- the first pen ---------------------------------------------------------------------


#: A heading of the notebook's own.
PROSE = "## Nøkkeltall"


def written_by_hand(root: Path, kommune: str, prose: str = "") -> tuple[str, Facts]:
    """A page and its facts, by the notebook's own cells, in this process."""
    name = SHARED.get(kommune, TEMPLATE)
    notebook = nbformat.read(root / "notebooks" / f"{name}.ipynb", as_version=4)
    namespace: dict[str, Any] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            cell.source = cell.source.replace(PROSE, f"{PROSE}\n\n{prose}")
            continue
        *steps, last = ast.parse(cell.source).body
        if not isinstance(last, ast.Expr):
            steps.append(last)
        exec(compile(ast.Module(steps, []), "cell", "exec"), namespace)
        shown = None
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)
        if "parameters" in cell.metadata.get("tags", []):
            namespace |= {"kommune": kommune, "snapshot": EMBEDDED}
        parts = [shown] if isinstance(shown, Block) else []
        cell.outputs = [
            nbformat.v4.new_output("display_data", {BLOCK_MIME: {"html": one.html}})
            for one in (shown if isinstance(shown, Blocks) else parts)
        ]
        if isinstance(shown, record.FactsFile):
            facts = json.loads(json.dumps(shown.content))
    return conversion.to_html(notebook, facts, namespace["known"]), facts


def rewritten(monkeypatch: pytest.MonkeyPatch, name: str, wrong: Any) -> None:
    """Put a wrong function in the place of a right one, in each room that has it."""
    room_of = {
        "mark": tables,
        "claim": statements,
        "weakest": tables,
        "quantity": text,
    }.get(name, language)
    right = getattr(room_of, name)
    for room, module in list(sys.modules.items()):
        # What figures are computed with is held against nothing here.
        is_arithmetic = room in ("asss.analysis.indexing", "asss.analysis.sources")
        if room.startswith("asss.") and not is_arithmetic:
            for own, held in list(vars(module).items()):
                if held is right:
                    monkeypatch.setattr(module, own, wrong)


#: Each hand of the first pen, with a slip.
SLIPS: dict[str, Callable[..., Any]] = {
    "number": lambda value, decimals=0: NUMBER(value * 1.1, decimals),
    "half_up": lambda value, decimals=0: (
        math.floor(value * 10**decimals) / 10**decimals
    ),
    "day": lambda iso: f"{iso[5:7]}.{iso[8:]}.{iso[:4]}",
    "mark": lambda *_: "",
    "claim": lambda *_: statements.Claim(""),
    "weakest": lambda bases: min(bases, key=tables.BASES.index),
    "numeral": lambda count, words, **_: NUMERAL(count + 1, words),
    "quantity": lambda amount, words: QUANTITY(replace(amount, value=1.0), words),
}
NUMBER, NUMERAL, QUANTITY = language.number, language.numeral, text.quantity


#: Those of them that write in sentences, and so in facts.json too.
IN_SENTENCES = ("number", "mark", "claim", "weakest", "numeral", "quantity")


@pytest.mark.parametrize(
    ("slip", "kommune"),
    [
        *((slip, "trondheim") for slip in SLIPS if slip != "numeral"),
        *((slip, NETWORK) for slip in ("number", "mark", "weakest", "half_up")),
        ("numeral", NETWORK),
        *((slip, METHOD) for slip in ("number", "mark", "half_up", "day")),
    ],
)
def test_slip_of_the_pen_is_seen_by_another_hand(
    slip: str,
    kommune: str,
    root: Path,
    known: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """kr 76 356 stood on the page and in facts.json, beside the 69 414 behind it."""
    monkeypatch.chdir(root)
    rewritten(monkeypatch, slip, SLIPS[slip])
    html, facts = written_by_hand(root, kommune)
    with pytest.raises(RenderError, match="does not say what its facts say"):
        readback.check(facts, known, html=html)
    if slip in IN_SENTENCES and kommune != METHOD:
        with pytest.raises(RenderError, match=r"«.*» is not what its facts give"):
            readback.check(facts, known)


def test_figure_in_the_prose_of_the_notebook_is_seen(
    root: Path, known: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be told of every kommune alike."""
    monkeypatch.chdir(root)
    html, facts = written_by_hand(root, "trondheim", "Kommunen bruker 99 % mer. ")
    (problem,) = readback.read_html(html, facts, known)
    assert "nothing accounts for «99»" in problem


@given(
    value=st.floats(-1e9, 1e9) | st.integers(-(10**6), 10**6).map(lambda n: n / 1000),
    decimals=st.integers(0, 3),
)
def test_both_hands_write_the_same(value: float, decimals: int) -> None:
    """Also of halves, which binary fractions seldom are."""
    assert expectation.written(value, decimals) == language.number(value, decimals)


# -- the network's tables --------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "new", "message"),
    [
        (
            r"(data-fact=\"oslo-2020-sykefravaer\">)[\d,]+",
            r"\g<1>1,1",
            r"Tabell 1, Sykefravær \(PAI\), Oslo: is «1,1ʳ?», and should be «",
        ),
        (
            r"(data-fact=\"oslo-2018-sykefravaer\">)[\d,]+",
            r"\g<1>1,1",
            r"Sykefravær \(PAI\) \(%\), Oslo, 2018: is \('1,1ʳ?', .*, not \(",
        ),
        (
            r"(data-field=\"network_mean\">)[\d,]+",
            r"\g<1>5",
            r", Snitt: is «5",
        ),
        (
            r"(<th scope=\"row\">)Oslo(</th><td data-fact)",
            r"\g<1>Bergen\g<2>",
            r"figure 1: the table beside: .*its rows are \['Bergen', 'Bergen'",
        ),
        (
            r"(<th scope=\"col\" class=\"who-is\"><span>)Oslo",
            r"\g<1>Bergen",
            r"Tabell 1: its columns are \['Bergen', 'Bergen'",
        ),
        (
            r"(<th scope=\"col\">)2019",
            r"\g<1>2020",
            r"figure 1: the table beside: its heads are .*'2020', '2020'",
        ),
    ],
)
def test_fault_in_a_table_on_all_members_is_named(
    pattern: str, new: str, message: str, rendered: Rendered, known: Catalogue
) -> None:
    """Every number in its row and column there too."""
    folder = rendered(NETWORK, 2020)
    facts = json.loads((folder / report.FACTS_NAME).read_text("utf-8"))
    html = (folder / report.HTML_NAME).read_text("utf-8")
    problems = readback.read_html(substituted(pattern, new)(html), facts, known)
    assert any(re.search(message, problem) for problem in problems), problems


# -- the snapshot ----------------------------------------------------------------------


def with_cell(project: Path, after: str, source: str, **metadata: Any) -> None:
    """A cell that somebody has put into a project's notebook."""
    path = project / "notebooks" / "kommune.ipynb"
    notebook = nbformat.read(path, as_version=4)
    place = next(n for n, c in enumerate(notebook.cells) if after in c.source)
    cell = nbformat.v4.new_code_cell(source, metadata=metadata, id="put-in")
    notebook.cells.insert(place + 1, cell)
    nbformat.write(notebook, path)


def test_what_was_tried_out_in_a_notebook_is_not_printed(
    project: Path, run_of: Callable[..., Any], facts: Facts
) -> None:
    """It would be, with SSB's cell as its source; the message names both values."""
    row = "observations.query(\"kommune == 'trondheim' and year == 2020\").index[0]"
    source = f"observations.loc[{row}, 'value'] = 99.0"
    with_cell(project, "asss.observations", source)
    with pytest.raises(RenderError) as refusal:
        report.render_report(
            run_of("trondheim", 2020),
            root=project,
            output=project / "outputs",
            formats=("html",),
        )
    changed = "trondheim-2020-ressursbruksindikator"
    (real,) = [fact["value"] for fact in facts["facts"] if fact["id"] == changed]
    told = f"facts, {changed}, value: is 99.0, and by its snapshot {real}"
    assert told in str(refusal.value)
    assert not (project / "outputs" / "2020" / SERVICE / "trondheim").exists()


def test_every_field_of_the_facts_is_held_against_the_snapshot(
    facts: Facts, known: Catalogue, snapshot: Snapshot, run_of: Callable[..., Any]
) -> None:
    """Whatever is changed, left out or put in; what is a kommune's own is not SSB's."""
    run = run_of("trondheim", 2020)
    readback.check_facts(facts, run, known, snapshot)
    fact = dict(facts["facts"][0])
    changes: list[tuple[str, Any]] = [(k, "other") for k in facts if k != "own"]
    changes += [("facts", [{**fact, key: "x"}, *facts["facts"][1:]]) for key in fact]
    changes += [("facts", facts["facts"][1:]), ("more", 1), ("forbehold", [])]
    for key, value in changes:
        with pytest.raises(RenderError, match=f"trondheim 2020: .*\n  - {key}"):
            readback.check_facts({**facts, key: value}, run, known, snapshot)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("observations", "text/html"),
        ("import matplotlib.pyplot as plt\nplt.plot([1, 2])", "text/plain"),
        ("print(99)", "stream"),
        ("from IPython.display import Markdown\nMarkdown('99 % mer')", "text/markdown"),
    ],
)
def test_cell_of_the_page_that_shows_something_else_is_refused(
    project: Path, run_of: Callable[..., Any], source: str, shown: str
) -> None:
    """A plot would vanish, and a table would be printed in every city's report."""
    with_cell(project, "asss.observations", source, tags=["rapport"])
    step = re.escape(source.splitlines()[0])
    with pytest.raises(
        RenderError, match=f"trondheim 2020: cell «{step}» shows .*{shown}"
    ):
        report.render_report(
            run_of("trondheim", 2020),
            root=project,
            output=project / "outputs",
            formats=("html",),
        )


# -- paper -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pdf(folder: Path) -> bytes:
    """The PDF of the report."""
    return (folder / report.PDF_NAME).read_bytes()


def written(pdf: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """A PDF after a change."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        change(document)
        document.save(out)
    return out.getvalue()


def without_a_page(document: pikepdf.Pdf) -> None:
    """A fault: the table's page is gone."""
    del document.pages[1]


def with_a_blank_page(document: pikepdf.Pdf) -> None:
    """A fault: a page with nothing on it."""
    document.add_blank_page()


def of_another(document: pikepdf.Pdf) -> None:
    """A fault: another kommune's title."""
    document.docinfo["/Title"] = "Sosiale tjenester i Oslo 2020 – ASSS"


def in_another_language(document: pikepdf.Pdf) -> None:
    """A fault: a voice that reads bokmål as English."""
    document.Root.Lang = "en"


def without_structure(document: pikepdf.Pdf) -> None:
    """A fault: nothing for a screen reader."""
    del document.Root.StructTreeRoot


def without_bookmarks(document: pikepdf.Pdf) -> None:
    """A fault: no way to a chapter."""
    del document.Root.Outlines


def without_alternatives(document: pikepdf.Pdf) -> None:
    """A fault: figures that are silent."""
    for item in document.objects:
        if isinstance(item, pikepdf.Dictionary) and "/Alt" in item:
            item["/Alt"] = ""


def of_another_city_alone(document: pikepdf.Pdf) -> None:
    """A fault: a figure that was told of another kommune."""
    for item in document.objects:
        if isinstance(item, pikepdf.Dictionary) and "/Alt" in item:
            item["/Alt"] = str(item["/Alt"]).replace("Trondheim", "Stavanger")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (without_a_page, "Tabell 1: lacks the row «Ressursbruksindikator"),
        (with_a_blank_page, "has no text"),
        (of_another, "title: is «Sosiale tjenester i Oslo 2020 – ASSS»"),
        (in_another_language, "language: is 'en'"),
        (without_structure, "structure: is missing"),
        (without_bookmarks, "bookmarks: «Kvalitet» is missing"),
        (without_alternatives, "figure 1, alternative text: is empty"),
        (of_another_city_alone, "alternative text: names Stavanger"),
    ],
)
def test_fault_in_the_file_is_named(
    damage: Callable[[pikepdf.Pdf], None],
    message: str,
    pdf: bytes,
    facts: Facts,
    known: Catalogue,
) -> None:
    """What is in the PDF and on no page of it."""
    problems = readback.read_pdf(written(pdf, damage), facts, known)
    assert any(message in problem for problem in problems), problems


def changed(facts: Facts, change: Callable[[dict[str, Any]], None]) -> Facts:
    """The facts, had one of them been another: then the PDF says something else."""
    other = copy.deepcopy(dict(facts))
    change(other)
    return other


def another_value(facts: dict[str, Any]) -> None:
    """A fact that the page does not say."""
    for fact in facts["facts"]:
        if fact["id"] == "trondheim-2020-ressursbruksindikator":
            fact["value"] = 1.05


def another_basis(facts: dict[str, Any]) -> None:
    """A mark that the page does not have."""
    for fact in facts["facts"]:
        if fact["id"] == "trondheim-2020-ressursbruksindikator":
            fact["basis"] = "reconstructed"


def another_rank(facts: dict[str, Any]) -> None:
    """A rank that the page does not say."""
    for fact in facts["facts"]:
        if fact["id"] == "trondheim-2020-ressursbruksindikator":
            fact["rank"] = 9


def another_sentence(facts: dict[str, Any]) -> None:
    """A sentence that the page does not say."""
    facts["sentences"][0]["text"] = "Trondheim bruker 5\u00a0% mer."


def another_forbehold(facts: dict[str, Any]) -> None:
    """A forbehold that the page does not have."""
    facts["forbehold"][0]["text"] = "Tallet er usikkert."


def another_day(facts: dict[str, Any]) -> None:
    """A date that the page does not say."""
    facts["run"]["published"] = "2021-03-16"


def another_title(facts: dict[str, Any]) -> None:
    """A title that the page does not have."""
    facts["title"] = "Sosiale tjenester i Trondheim 2021"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (another_value, "Tabell 1: lacks the row «Ressursbruksindikator"),
        (another_basis, "Tabell 1: lacks the row «Ressursbruksindikator"),
        (another_rank, "Tabell 1: lacks the row «Ressursbruksindikator"),
        (another_sentence, "Hovedfunn: lacks «Trondheim bruker 5 % mer.»"),
        (another_forbehold, "lacks «Tallet er usikkert.»"),
        (another_day, "top: lacks «Publisert: 16.03.2021»"),
        (another_title, "page 1: its footer does not say"),
    ],
)
def test_pdf_that_says_something_else_than_the_facts_is_named(
    change: Callable[[dict[str, Any]], None],
    message: str,
    pdf: bytes,
    facts: Facts,
    known: Catalogue,
) -> None:
    """A page and its facts can part either way; here the facts are moved."""
    problems = readback.read_pdf(pdf, changed(facts, change), known)
    assert any(message in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("drawn", "is_there"),
    [
        ("Andelkroner1,5a,br2,4Oslo", True),
        ("AndelAndelkroner1,52,4bOslo", True),
        ("Andelkroner1,5a,2,4Oslo", False),
        ("Andelkroner1,5Oslo2,4", False),
        ("Andelkroner1,5r2,4", False),
        (f"Andel{'k' * 41}1,52,4Oslo", False),
    ],
)
def test_row_on_paper_is_name_unit_numbers_and_letters(
    drawn: str, *, is_there: bool
) -> None:
    """With nothing else between, but the letters of notes and commas between them."""
    cells = [expectation.Cell("", printed) for printed in ("1,5", "2,4 Oslo")]
    row = expectation.Row("Andel", tuple(cells))
    assert paper._has_row(drawn, row, "ʳ") is is_there


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (">Lavest<(.*?)>Høyest<", r">Høyest<\1>Lavest<"),
        ('class="num early">2018<', 'class="num early">2017<'),
    ],
)
def test_columns_on_paper_are_under_their_own_heads(
    html: str, facts: Facts, known: Catalogue, old: str, new: str
) -> None:
    """Numbers that are right say something else under another head."""
    page, count = re.subn(old, new, html, count=1, flags=re.DOTALL)
    assert count == 1
    (problem,) = readback.read_pdf(typesetting.to_pdf(page), facts, known)
    heads = "Indikator | 2018 | 2019 | 2020 | Snitt | Lavest | Høyest | Plass"
    assert problem == f"rapport.pdf: Tabell 1: lacks the heads {heads}"


def test_what_a_program_left_is_seen_on_paper(
    html: str, facts: Facts, known: Catalogue
) -> None:
    """Set anew from a damaged page: the text is read as it is drawn."""
    page = html.replace("</h1>", "</h1><p>Andelen er nan i {year}.</p>", 1)
    problems = readback.read_pdf(typesetting.to_pdf(page), facts, known)
    assert [problem.split(": «")[0] for problem in problems] == [
        "rapport.pdf: page 1: holds a missing number, 'nan'",
        "rapport.pdf: page 1: holds a hole, '{'",
    ]


def test_what_a_program_left_is_seen_in_a_figure_on_paper(
    html: str, facts: Facts, known: Catalogue
) -> None:
    """There each letter is drawn by itself."""
    page = html.replace(">Indeks, snittet for ASSS = 100<", ">Indeks er None<", 1)
    (problem,) = readback.read_pdf(typesetting.to_pdf(page), facts, known)
    expected = "rapport.pdf: page 1: holds a missing number, 'None'"
    assert problem.partition(": «")[0] == expected


def test_file_that_is_no_pdf_is_named(facts: Facts, known: Catalogue) -> None:
    """A file cut short is a problem like others, and no traceback."""
    (problem,) = readback.read_pdf(b"%PDF-1.7", facts, known)
    assert problem.startswith("rapport.pdf: cannot be read")

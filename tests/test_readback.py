"""
Read back: honest reports pass, and a fault of every kind is named with its place.

Faults are planted in a report that was really made, one at a time, by the damage that
each would be: on the page by changing its markup, in the PDF by setting the damaged
page.
"""

import copy
import json
import re
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag

from asss import conversion, readback, report
from asss.catalogue import Catalogue
from asss.errors import RenderError

Rendered = Callable[[str, int], Path]
Facts = Mapping[str, Any]

NEEDS_PDF = pytest.mark.skipif(
    conversion.pdf_problem() is not None, reason="PDF needs Pango, which is not here"
)


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


def overmarked(page: str) -> str:
    """A fault: a sentence without forbehold leads to one."""
    soup = BeautifulSoup(page, "html.parser")
    mark = soup.find("a", id="ref-kvalitet-c-1")
    said = soup.select_one("#kvalitet ~ span, .prose:has(#kvalitet) ~ p [data-rule]")
    assert mark
    assert mark.parent
    assert said
    assert said.find_next_sibling() is not mark.parent
    said.insert_after(copy.copy(mark.parent))
    return str(soup)


#: The mark behind a sentence that has a forbehold.
MARK = (
    r"(<sup class=\"ref\"><a id=\"ref-dekningsgrader_produktivitet-b-1\")"
    r"( href=\"[^\"]*\")(.*?</sup>)"
)

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
        substituted(r"(role=\"img\"[^>]*?Trondheim )2020", r"\g<1>2018"),
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
        r"top: lacks «endelige tall»",
    ),
    "no warning of reconstructed figures": (
        replaced("Siden inneholder rekonstruerte tall", ""),
        r"top: lacks «Siden inneholder rekonstruerte tall»",
    ),
    "a page-wide forbehold that is not at the top": (
        replaced("Trondheim ble slått sammen med Klæbu", "Trondheim vokste"),
        r"top: lacks «Trondheim ble slått sammen med Klæbu",
    ),
    "a forbehold that a chapter lacks": (
        substituted(r"<div class=\"forbehold\">.*?</div>", "", count=9),
        r"lacks the forbehold «",
    ),
    "a number without its note": (
        substituted(
            r"(<td[^>]*data-fact=\"trondheim-2019-[^>]*>[^<]*<span[^>]*>)"
            r"(.*?)<sup class=\"ref\">.*?</sup>",
            r"\1\2",
        ),
        r"Tabell 1, .*, 2019: is not noted «",
    ),
    "a note that nothing leads to": (
        replaced('href="#note-b"', 'href="#note-a"', count=99),
        r"Tabell 1: nothing leads to note-b",
    ),
    "a letter that leads nowhere": (
        replaced('id="note-b"', 'id="b"'),
        r"Tabell 1: note-b leads nowhere",
    ),
    "a sentence without its mark of a forbehold": (
        substituted(MARK, ""),
        r"Dekningsgrader.*: the mark of «.*» does not lead to «Folketallet i Trondheim",
    ),
    "a mark that leads nowhere": (
        substituted(MARK, r'\1 href="#forbehold-x"\3'),
        r"Dekningsgrader.*: the mark of «.*» leads nowhere",
    ),
    "a mark that leads to another forbehold": (
        substituted(MARK, r'\1 href="#forbehold-kvalitet-c"\3'),
        r"Dekningsgrader.*: the mark of «.*» leads to «c Snittet kan ikke brukes\.",
    ),
    "a mark on a sentence without forbehold": (
        overmarked,
        r"Kvalitet: the mark of «.*» leads to «c Snittet kan ikke brukes\.",
    ),
    "a forbehold that does not lead back": (
        replaced('<a href="#ref-kvalitet-c-2"', '<a href="#ref-kvalitet-c-1"'),
        r"Kvalitet: the mark of «.*» is not led back to",
    ),
    "a forbehold that leads back to nothing": (
        replaced('<a href="#ref-kvalitet-c-2"', '<a href="#ref-kvalitet-c-9"'),
        r"Kvalitet: the mark of «.*» leads to what leads back to nothing, ref-kval.*-9",
    ),
    # -- sentences and numbers --
    "a sentence that is gone": (
        substituted(r"<li data-rule=\"resource_more\".*?</li>", ""),
        r"Hovedfunn: lacks the sentence «Trondheim bruker 4 %ʳ mer",
    ),
    "a number changed in a sentence": (
        substituted(r"(</span> er kr\s1\s)985", r"\g<1>958"),
        r"Prioritering og behov: lacks the sentence «Netto driftsutgifter til ytelse",
    ),
    "a sentence without its mark": (
        substituted(
            r"(<li data-rule=\"resource_more\".*?)<sup class=\"r\">.*?</sup>", r"\1"
        ),
        r"Hovedfunn: lacks the sentence «Trondheim bruker 4 %ʳ mer",
    ),
    "a sentence in another chapter": (
        early,
        r"Kvalitet: lacks the sentence «Stønadslengden",
    ),
    "a chapter that is gone": (
        substituted(r"<h2 id=\"kvalitet\">Kvalitet</h2>", ""),
        r"headings: «Kvalitet» is missing",
    ),
    "a number changed in the table": (
        replaced(">1,04<", ">1,05<"),
        r"Tabell 1, Ressursbruksindikator.*, 2020: is «1,05», and should be «1,04»",
    ),
    "two years that changed places": (
        substituted(r"(<th scope=\"col\"[^>]*>)2018", r"\g<1>2017"),
        r"Tabell 1: shows the years \['2017', '2019', '2020'\]",
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
        substituted(r"<tr>\s*<th scope=\"row\">(?:(?!</tr>).)*</tr>", ""),
        r"Tabell 1: has 14 rows, and should have 15",
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
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_on_the_page_is_named(
    fault: str, html: str, facts: Facts, known: Catalogue
) -> None:
    """One of each kind: a check that has caught nothing has not been tried."""
    damage, message = FAULTS[fault]
    problems = readback.read_html(damage(html), facts, known)
    assert any(re.search(message, problem) for problem in problems), problems


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
    page = html.replace("</h1>", "</h1><pre><code>x = {None: 1}</code></pre>", 1)
    assert readback.read_html(page, facts, known) == []


def test_refusal_names_the_first_ten_problems(
    html: str, facts: Facts, known: Catalogue
) -> None:
    """Whose report, where, and how many more; nobody reads a hundred."""
    many = "".join(f"<p>nan {place}</p>" for place in range(14))
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
    before = output / "2020" / "trondheim" / "before"
    before.parent.mkdir(parents=True)
    before.touch()
    with pytest.raises(RenderError, match="p: holds a missing number, 'nan'"):
        report.render_report(
            run_of("trondheim", 2020), root=project, output=output, formats=("html",)
        )
    assert [path.name for path in before.parent.iterdir()] == ["before"]


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


@NEEDS_PDF
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


@NEEDS_PDF
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


@NEEDS_PDF
def test_what_a_program_left_is_seen_on_paper(
    html: str, facts: Facts, known: Catalogue
) -> None:
    """Set anew from a damaged page: the text is read as it is drawn."""
    page = html.replace("</h1>", "</h1><p>Andelen er nan i {year}.</p>", 1)
    problems = readback.read_pdf(conversion.to_pdf(page), facts, known)
    assert [problem.split(": «")[0] for problem in problems] == [
        "rapport.pdf: page 1: holds a missing number, 'nan'",
        "rapport.pdf: page 1: holds a hole, '{'",
    ]


def test_file_that_is_no_pdf_is_named(facts: Facts, known: Catalogue) -> None:
    """A file cut short is a problem like others, and no traceback."""
    (problem,) = readback.read_pdf(b"%PDF-1.7", facts, known)
    assert problem.startswith("rapport.pdf: cannot be read")

"""What stands where it should must also be seen, and be what it is seen as."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faults import Fault, Scene, seen

from asss.analysis.findings import Findings
from asss.catalogue.catalogue import Catalogue, load_catalogue
from asss.catalogue.parameters import METHOD, NETWORK
from asss.errors import RenderError
from asss.figures.picture import data_of
from asss.formats import exports, readback, review, typesetting, word
from asss.formats.readback import ink, sight
from asss.formats.review import trails
from asss.outputs import FACTS_NAME, HTML_NAME, NOTEBOOK_NAME
from asss.page import looks, sections, site
from asss.runs import manifest, verification
from asss.statbank import Snapshot

Rendered = Callable[..., Path]


def facts_of(folder: Path) -> dict[str, Any]:
    """What a report's facts.json holds."""
    found: dict[str, Any] = json.loads((folder / FACTS_NAME).read_bytes())
    return found


def report_of(name: str, rendered: Rendered) -> Path:
    """The folder of a report, by the name that a fault has for it."""
    kommune, _, year = name.rpartition("-")
    return rendered(kommune, int(year))


# -- on the page -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("trondheim-2020", 'class="letters"', 'class="letters skip"', "out of sight"),
        ("trondheim-2020", 'class="told"', 'class="told on-screen"', "out of sight"),
        ("trondheim-2020", '<p class="dates">', '<p class="dates early">', "of sight"),
        ("trondheim-2020", "<style>", "<style>sup{display:none}", "its stylesheet"),
        ("trondheim-2020", "default-src 'none'", "default-src *", "it may do what"),
        ("trondheim-2020", ", delvis rekonstruert</p>", "</p>", "lacks «Status: endel"),
        ("trondheim-2020", "satt sammen 23.11.2026", "satt sammen", "top: lacks «Tall"),
        (
            "trondheim-2020",
            'href="rapport.pdf"',
            'href="rapport.ipynb"',
            "leads to rapp",
        ),
        (
            "bergen-2018",
            'role="note" aria-label',
            "aria-label",
            "is not «Kommentar",
        ),
        ("bergen-2018", '<p class="by">Kommentar: ASSS', "<p>Sagt: A", "lacks «Kommen"),
        (
            "bergen-2018",
            'ord, 17.09.2019. <a href="',
            'ord, 17.09.2019. <a href="x',
            "lead",
        ),
        (
            "trondheim-2020",
            'href="#nokkeltall">N',
            'href="#kvalitet">N',
            "contents: «N",
        ),
        (
            "trondheim-2020",
            'figur-1-tabell">Tall',
            'figur-1-tabell">Ta',
            "not called",
        ),
        ("asss-2020", "shade shade-1", "shade shade-2", "what the shades are is not"),
        ("asss-2020", "<li><b>*</b>", "<li><b>+</b>", "what * is is not told"),
        ("asss-2020", '<p class="reading">', '<p class="reading">X', ""),
        ("trondheim-2020", 'ion" content="', 'ion" content="Nei: ', "description: is"),
        ("asss-2020", 'name="description"', 'name="keywords"', "keywords: is"),
        (
            "trondheim-2020",
            "<title>",
            '<meta property="og:title" content="Oslo"><title>',
            "og:title",
        ),
        (
            "om-datagrunnlaget-2020",
            "<title>",
            '<link href="x"/><title>',
            "holds <link>",
        ),
    ],
)
def test_what_hides_or_misleads_is_named(
    name: str, old: str, new: str, said: str, rendered: Rendered, known: Catalogue
) -> None:
    folder = report_of(name, rendered)
    html, facts = (folder / HTML_NAME).read_text("utf-8"), facts_of(folder)
    assert readback.read_html(html, facts, known) == []
    assert old in html
    problems = readback.read_html(html.replace(old, new, 1), facts, known)
    assert any(said in one for one in problems) is bool(said), problems


LOOKS = [
    ("sup.r { color", "sup.r { display: none; color"),
    (".picture { over", ".picture svg { scale: -1 1; } .picture { over"),
    (".key td.latest { ", '.key td.latest::before { content: "1"; } .key td.latest { '),
    ("table.key { min-width: 46rem;", "table.key { direction: rtl;"),
    ("width: var(--wide);", "width: var(--wide); transform: scaleY(-1);"),
    (".head .warning { ", ".head .warning { position: absolute; "),
    (".notes { margin: .75rem", ".notes { margin: -99rem"),
    ("sup.ref { ", "sup.ref { font-size: 0; "),
    (".num { ", ".num { text-decoration: line-through; "),
    ('[fill="#0b5c75"] { fill: var(--focus)', '[fill="#0b5c75"] { fill: #8f9ca7'),
    ("--ink: #1d2b36", "--ink: #eeeeee"),
    ("@media screen and (max-width: 47rem)", "@media screen"),
    ("@media print {\n  html", "@media all {\n  html"),
]


@pytest.mark.parametrize(("old", "new"), LOOKS)
def test_stylesheet_that_hides_or_turns_is_named(
    old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it is the package's own."""
    css = looks.stylesheet()
    assert old in css
    changed = css.replace(old, new, 1)
    monkeypatch.setattr(sight, "_stylesheets", lambda _: changed)
    told = [*sight.strange_looks(f"<style>{changed}</style>")]
    assert any(one.startswith("its stylesheet") for one in told), told


def test_program_that_was_not_tried_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """What sorts an index shows nothing of how."""
    program = site.script().replace("return down ? -way : way", "return way")
    monkeypatch.setattr(sight, "_file", lambda _: program)
    css = f"<style>{looks.stylesheet()}</style>"
    page = f"{css}<script>{program}</script>"
    told = [*sight.strange_looks(page, has_script=True)]
    assert "its program is not the one that was tried" in told


def test_heading_in_the_other_language_is_named(
    rendered: Rendered, known: Catalogue
) -> None:
    """A report in nynorsk whose notebook was not translated."""
    folder = report_of("trondheim-2020", rendered)
    html = (folder / HTML_NAME).read_text("utf-8")
    nynorsk = load_catalogue(known.folder, language="nn")
    found = readback.read_html(html, facts_of(folder), nynorsk)
    assert "rapport.html: headings: «Nøkkeltall» should be «Nøkkeltal»" in found


@pytest.mark.parametrize("name", ["trondheim-2020", f"{NETWORK}-2020"])
def test_way_back_that_names_another_place_is_named(
    name: str, rendered: Rendered, known: Catalogue
) -> None:
    """Each of a page, in a table and at a sentence, and one that leads elsewhere."""
    folder = report_of(name, rendered)
    html, facts = (folder / HTML_NAME).read_text("utf-8"), facts_of(folder)
    labels = set(re.findall(r'aria-label="(Tilbake til [^"]+)"', html))
    assert len(labels) > 2
    for label in sorted(labels):
        other = min(labels - {label})
        changed = html.replace(f'"{label}"', f'"{other}"', 1)
        problems = readback.read_html(changed, facts, known)
        assert any(f"and should be «{label}»" in one for one in problems), label
    ways = list(dict.fromkeys(re.findall(r'href="(#ref-[^"]+)"', html)))
    changed = html.replace(f'href="{ways[0]}"', f'href="{ways[-1]}"')
    problems = readback.read_html(changed, facts, known)
    assert any(": leads back to [" in one for one in problems), ways


def test_term_that_is_explained_as_another_is_named(
    rendered: Rendered, known: Catalogue
) -> None:
    """Each sign, mark and number, and one that is left out."""
    folder = rendered(METHOD, 2020)
    html, facts = (folder / HTML_NAME).read_text("utf-8"), facts_of(folder)
    assert readback.read_html(html, facts, known) == []
    terms = re.findall(r"<div><dt>.*?</dt>(<dd>.*?</dd>)</div>", html)
    assert len(terms) == 13
    for told, other in zip(terms, [*terms[1:], terms[0]], strict=True):
        problems = readback.read_html(html.replace(told, other, 1), facts, known)
        assert any("terms: is «" in one for one in problems), told
    left_out = re.sub(r"<div><dt>.*?</div>", "", html, count=1)
    problems = readback.read_html(left_out, facts, known)
    assert any("terms: is «" in one for one in problems)


# -- on paper --------------------------------------------------------------------------


@pytest.mark.parametrize("fault", seen.ON_PAPER, ids=lambda fault: fault.name)
def test_slip_on_paper_is_refused(
    fault: Fault,
    rendered: Rendered,
    known: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Each as it is planted by `make mutants`, in the PDF or in the Word document."""
    folder = report_of(fault.report, rendered)
    html, facts = (folder / HTML_NAME).read_text("utf-8"), facts_of(folder)
    (kind,) = fault.formats
    with monkeypatch.context() as patch:
        fault.plant(Scene(patch, tmp_path))
        make = typesetting.to_pdf if kind == "pdf" else word.to_docx
        made = make(html)
    with pytest.raises(RenderError, match=rf"rapport\.{kind}: "):
        readback.check(facts, known, html=html, **{kind: made})


def test_points_that_are_not_on_paper_are_named(
    rendered: Rendered, known: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The PDF has the digest of the drawings, and its rules could leave them out."""
    folder = rendered("trondheim", 2020)
    html, facts = (folder / HTML_NAME).read_text("utf-8"), facts_of(folder)
    compile_ = type(typesetting._compiler()).compile

    def without_points(*_: Any, sys_inputs: dict[str, str], **more: Any) -> Any:
        page = sys_inputs["page"].replace("<circle ", "<g ")
        return compile_(compiler, sys_inputs={"page": page}, **more)

    compiler = typesetting._compiler()
    stub = type("Compiler", (), {"compile": without_points})
    monkeypatch.setattr(typesetting, "_compiler", stub)
    made = typesetting.to_pdf(html)
    with pytest.raises(RenderError, match="figures: 0 points are drawn, of "):
        readback.check(facts, known, html=html, pdf=made)


def test_what_goes_beyond_the_sheet_is_found() -> None:
    """A figure that is set too large has an end that nobody sees."""
    assert ink.is_within(
        ink.moves(b"q 1 0 0 -1 549.9 21.4 cm BT\nq 1 0 0 1 44.8 796 cm BT\n")
    )
    assert not ink.is_within(ink.moves(b"q 1 0 0 -1 847.96 400 cm BT\n"))
    assert not ink.is_within(ink.moves(b"q 1 0 0 -1 45 -12.5 cm BT\n"))


def test_what_is_right_on_paper_is_not_refused(
    rendered: Rendered, known: Catalogue
) -> None:
    """With breaks and letters, with shades, and with what people say."""
    for name in ("trondheim-2020", f"{NETWORK}-2020", "bergen-2018"):
        folder = report_of(name, rendered)
        html, facts = (folder / HTML_NAME).read_text("utf-8"), facts_of(folder)
        pdf, docx = typesetting.to_pdf(html), word.to_docx(html)
        readback.check(facts, known, html=html, pdf=pdf, docx=docx)


# -- for other programs ----------------------------------------------------------------


@pytest.mark.parametrize("fault", seen.EXPORTED, ids=lambda fault: fault.name)
def test_slip_in_a_file_is_named(
    fault: Fault,
    findings_of: Callable[[str, int], Findings],
    known: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Columns that are hidden, and a data package that says something else."""
    found = findings_of("trondheim", 2020)
    facts = json.loads(json.dumps(sections.facts(found, known).content))
    data = data_of((f for f in found.book.facts.values() if f.year == 2020), known)
    figures = {1: {"columns": data.columns, "rows": data.rows}}
    formats = ("xlsx", "csv")
    with monkeypatch.context() as patch:
        fault.plant(Scene(patch, tmp_path))
        exports.write(facts, figures, "", known, tmp_path, formats)
    assert readback.read_exports(tmp_path, facts, known, formats)


# -- for those who review --------------------------------------------------------------


@pytest.mark.parametrize("fault", seen.REVIEWED, ids=lambda fault: fault.name)
def test_slip_in_the_reviewers_edition_is_named(
    fault: Fault,
    rendered: Rendered,
    known: Catalogue,
    snapshot: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Whatever a kildespor says, and where its marks stand."""
    folder = rendered("trondheim", 2020)
    facts, told = facts_of(folder), known.for_report("trondheim", 2020)
    with monkeypatch.context() as patch:
        fault.plant(Scene(patch, tmp_path))
        made = review.compose_again(folder / NOTEBOOK_NAME, facts, told, snapshot)
    problems = readback.read_review(made, facts, told, snapshot)
    assert problems
    assert all(re.match(r"gjennomgang\.html: ", one) for one in problems)


@pytest.mark.parametrize(
    ("kommune", "year", "service"),
    [
        ("trondheim", 2020, "sosiale_tjenester"),
        ("stavanger", 2017, "sosiale_tjenester"),
        ("tromso", 2020, "barnevern"),
    ],
)
def test_kildespor_quote_what_is_told(
    kommune: str,
    year: int,
    service: str,
    rendered: Rendered,
    known_of: Callable[[str], Catalogue],
    snapshot: Snapshot,
) -> None:
    """«Flere år på rad» rests on what others had, in years that the facts leave out."""
    folder = rendered(kommune, year, service)
    facts, known = facts_of(folder), known_of(service).for_report(kommune, year)
    made = review.compose_again(folder / NOTEBOOK_NAME, facts, known, snapshot)
    assert readback.read_review(made, facts, known, snapshot) == []


def test_sum_of_cells_in_a_kildespor_is_worked_out_anew(
    rendered: Rendered,
    known: Catalogue,
    snapshot: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cells that follow each other are one line: its sum, and how many they are."""
    folder = rendered("trondheim", 2020)
    facts, told = facts_of(folder), known.for_report("trondheim", 2020)
    monkeypatch.setattr(trails, "LONG", 2)
    made = review.compose_again(folder / NOTEBOOK_NAME, facts, told, snapshot)
    assert readback.read_review(made, facts, told, snapshot) == []
    found = re.search(r"=242–243,[^ ]*</code> = ([^(]+) \(sum av celler, 2\)", made)
    assert found
    for old, new in (
        (found[0], found[0].replace(found[1], "297\u00a0275")),
        (found[0], found[0].replace("celler, 2", "celler, 3")),
        (found[0], found[0].replace("242–243", "241–242")),
    ):
        changed = made.replace(old, new, 1)
        problems = readback.read_review(changed, facts, told, snapshot)
        assert [one for one in problems if "12367[" in one], (new, problems)


def test_report_is_made_again_in_its_own_words(
    rendered: Rendered, known_of: Callable[[str], Catalogue], snapshot: Snapshot
) -> None:
    """In some «snittet» is that of the others: `asss verify` must say it so as well."""
    folder = rendered("oslo", 2017, "barnevern")
    kept, facts = manifest.read(folder), facts_of(folder)
    about = kept, facts, known_of("barnevern"), snapshot
    assert list(verification._copies(folder, *about, is_same=True)) == []

"""What a kommune adds: on the page, on paper and in Word, and no number undeclared."""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

import asss
from asss import figures
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import Run
from asss.errors import UsageError
from asss.formats import readback
from asss.formats.readback import own
from asss.runs import ledger, report
from asss.runs.workbench import KommuneReport

FORMATS = ("html", "pdf", "docx", "svg", "csv")

#: Cells that an analyst adds to the template; those with a tag are on the page.
CELLS = {
    "frister = pd.DataFrame("
    '{"year": [2018, 2019, 2020], "andel": [55.5, 54.8, 56.1]})\n'
    'bydeler = pd.DataFrame({"saker": [1204, ":"], "endring": [25.5, -3.25]},'
    ' index=["sentrum", "heimdal"])\n'
    'axes = sns.barplot(frister, x="year", y="andel")\n'
    "axes.bar_label(axes.containers[0])": "",
    'report.own_figure(axes, caption="saker innen fristen",'
    ' alt="Søyler for Trondheim til og med 2020, der andelen er høyest: 56,1 prosent.",'
    ' source="fagsystemet, uttrekk 15.03.2021", data=frister)': "rapport",
    'report.own_table(bydeler, caption="saker etter bydel", source="fagsystemet",'
    ' units={"endring": "prosent"}, decimals={"endring": 1})': "rapport",
    'report.own_text("Vi har {{ fact: andel_mottakere_18_66 }} og er nummer '
    '{{ fact: andel_mottakere_18_66.rank }}, se § 18 i loven fra 2009.")': "rapport",
}


#: A drawing of three bars by hand, with a scale.
BY_HAND = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100">'
    '<text x="20" y="90">0</text><text x="20" y="50">20</text>'
    '<text x="20" y="10">40</text><rect x="30" y="20" width="9" height="70"/>'
    '<text x="30" y="15">35,5</text></svg>'
)
DATA = pd.DataFrame({"year": [2020], "andel": [35.5]})
ALT = "Én søyle for Trondheim i 2020, på 35,5 prosent."


@pytest.fixture(scope="module")
def made(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report whose template has them, before the last cell of its page."""
    folder = tmp_path_factory.mktemp("own") / "project"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "parameters").symlink_to(root / "parameters")
    name = "notebooks/kommune.ipynb"
    notebook = nbformat.read(root / name, as_version=4)
    last = notebook.cells.pop()
    for number, (source, tag) in enumerate(CELLS.items()):
        cell = nbformat.v4.new_code_cell(source, id=f"own{number}")
        cell.metadata["tags"] = [tag] if tag else []
        notebook.cells.append(cell)
    notebook.cells.append(last)
    nbformat.write(notebook, folder / name)
    return _render(folder, folder / "outputs")


def _render(project: Path, output: Path) -> Path:
    made = report.render_report(
        Run(kommune="trondheim", year=2020, snapshot="embedded"),
        root=project,
        output=output,
        formats=FORMATS,
        editions=report.EDITIONS,
    )
    return made.folder


@pytest.fixture(scope="module")
def facts(made: Path) -> dict[str, Any]:
    """What its facts.json holds."""
    found: dict[str, Any] = json.loads((made / report.FACTS_NAME).read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def trondheim() -> KommuneReport:
    """The same report in the hands of an analyst."""
    found = asss.report("trondheim", 2020, snapshot="embedded")
    assert isinstance(found, KommuneReport)
    return found


def _figure(trondheim: KommuneReport, drawn: object = BY_HAND, **changed: Any) -> Any:
    given: dict[str, Any] = {
        "caption": "saker innen fristen",
        "alt": ALT,
        "source": "fagsystemet",
        "data": DATA,
    }
    return trondheim.own_figure(drawn, **(given | changed))


# -- made ------------------------------------------------------------------------------


def test_own_figure_table_and_text_are_on_page_paper_and_in_word(
    made: Path, facts: dict[str, Any], known: Catalogue
) -> None:
    """Marked as own, numbered after the network's, with source and data declared."""
    formats = ("html", "pdf", "docx", "csv")
    assert readback.read_report(made, facts, known, formats) == []
    kinds = [(one["kind"], one["number"]) for one in facts["own"]]
    assert kinds == [("figure", 5), ("table", 2), ("text", 0)]
    html = (made / report.HTML_NAME).read_text("utf-8")
    assert html.index('id="figur-5"') > html.index('id="figur-4"')
    for told in ("Kommunens egen figur. saker innen", "Kommunens egen tabell. saker"):
        assert told in html
    assert "3,7\u00a0% og er nummer 6, se § 18" in " ".join(html.split(" "))
    assert (made / "figurer" / "figur-5.svg").is_file()
    # The network's own tables are of its figures alone.
    assert not (made / "figurer" / "figur-5.csv").exists()


def test_what_is_added_is_in_the_reviewers_edition(made: Path) -> None:
    """As the reader has it."""
    review = (made / report.REVIEW_NAME).read_text("utf-8")
    assert review.count('<section class="own">') == 3


def test_same_addition_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    """A drawing of matplotlib has no clock, and no ids by chance."""
    again = _render(made.parents[3], tmp_path / "outputs")
    for name in ("rapport.html", "rapport.pdf", "rapport.docx", "figurer/figur-5.svg"):
        assert (again / name).read_bytes() == (made / name).read_bytes(), name


def test_what_is_added_counts_as_a_change(facts: dict[str, Any]) -> None:
    """A published report that says something else was changed; the others were not."""
    bare = {key: value for key, value in facts.items() if key != "own"}
    plain = ledger.fingerprint(bare, ())
    assert ledger.fingerprint({**facts, "own": []}, ()) == plain
    assert ledger.fingerprint(facts, ()) != plain


# -- read back -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (">56,1</text>", ">65,1</text>", "«65,1» is in neither its data"),
        (">40</text>", ">45</text>", "«45» is in neither its data"),
        (">andel</text>", ">halvparten</text>", "«halvparten» is in neither"),
        ('<path d="M 0 0', '<path d="M 1 0', "another drawing than the one"),
        ("<td>25,5</td>", "<td>52,5</td>", "says «…"),
        ("<td>:</td>", "<td>0</td>", "says «…"),
        ("<td>−3,3</td>", "<td>3,3</td>", "says «…"),
        ("egen figur. saker innen fristen", "egen figur. saker etter bydel", "says «…"),
        ("Kommunens egen figur. saker", "Saker", "says «…"),
        ("egen tabell. saker etter", "egen tabell. Sakene etter", "says «…"),
        ("uttrekk 15.03.2021.", "SSB.", "says «…"),
        ('aria-label="Søyler for Trondheim til', 'aria-label="Søyler', "alternative"),
        ("og er nummer 6,", "og er nummer 1,", "says «…"),
        ("<td>25,5</td>", '<td data-fact="x">25,5</td>', "looks like one of the"),
        ('id="egen-5-1"', 'id="profil"', "has the id profil"),
        (
            '<section class="own">\n<figure',
            "<section>\n<figure",
            "facts.json declares 3",
        ),
        ('<section class="own">\n<div class="table"', "<section>\n<div", "declares 3"),
        ("2009.</p>", "2009.</p><p>Og 12 til.</p>", "says «…"),
    ],
)
def test_what_is_changed_on_the_page_is_refused(
    made: Path,
    facts: dict[str, Any],
    known: Catalogue,
    old: str,
    new: str,
    message: str,
) -> None:
    """Number, caption, mark of what it is, source, alternative text, drawing."""
    html = (made / report.HTML_NAME).read_text("utf-8")
    assert old in html
    changed = new.join(html.rsplit(old, 1))
    problems = list(own.read(changed, facts, known))
    assert any(message in problem for problem in problems), problems


def test_figure_that_is_not_declared_is_refused(
    made: Path, facts: dict[str, Any], known: Catalogue
) -> None:
    """Neither as the kommune's nor as the network's, wherever it stands."""
    html = (made / report.HTML_NAME).read_text("utf-8")
    assert readback.read_html(html, facts, known) == []
    foreign = f"{BY_HAND}</main>"
    problems = readback.read_html(html.replace("</main>", foreign), facts, known)
    assert any("a drawing is in no figure" in problem for problem in problems)
    problems = readback.read_html(html, {**facts, "own": []}, known)
    assert any("facts.json declares 0" in problem for problem in problems)
    problems = readback.read_html(own.taken_off(html), facts, known)
    assert any("has 0 things" in problem for problem in problems)


@pytest.mark.parametrize(
    ("number", "change", "message"),
    [
        (0, {"alt": "Søyler for Oslo i 2020."}, "should say that it is of Trondheim"),
        (0, {"alt": ""}, "alt: is missing"),
        (0, {"caption": "Hele 12 prosent."}, "«12» is in neither"),
        (0, {"caption": "Som i Bergen."}, "names Bergen"),
        (0, {"source": ""}, "source: is missing"),
        (0, {"number": 7}, "is number 5 on the page; say figure=5"),
        (0, {"rows": [["2018", 55.5]]}, "own figure 5"),
        (
            1,
            {"rows": [["sentrum", 1205, 25.5], ["heimdal", ":", -3.25]]},
            "own table 2",
        ),
        (2, {"printed": "Vi har 3,8 % og er nummer 6."}, "and should say|not «"),
        (2, {"written": "Vi har 26 %.", "printed": "Vi har 26 %."}, "«26»"),
        (2, {"facts": []}, "rests on"),
    ],
)
def test_what_is_declared_must_hold(
    made: Path,
    facts: dict[str, Any],
    known: Catalogue,
    number: int,
    change: dict[str, Any],
    message: str,
) -> None:
    """In facts.json alone, where all that is made stands still."""
    html = (made / report.HTML_NAME).read_text("utf-8")
    declared = [dict(one) for one in facts["own"]]
    declared[number] |= change
    told = {**facts, "own": declared}
    problems = [*own.false_own(told, known), *own.read(html, told, known)]
    assert any(re.search(message, problem) for problem in problems), problems


@pytest.mark.parametrize("format_", ["pdf", "docx"])
def test_paper_and_word_hold_what_is_declared(
    made: Path, facts: dict[str, Any], known: Catalogue, format_: str
) -> None:
    """A row, a caption, an alternative text; and nothing that is not declared."""
    read = {"pdf": readback.read_pdf, "docx": readback.read_docx}[format_]
    content = (made / f"rapport.{format_}").read_bytes()
    assert read(content, facts, known) == []
    declared = [dict(one) for one in facts["own"]]
    declared[0] |= {"alt": "Noe annet for Trondheim i 2020."}
    declared[1] |= {"rows": [["sentrum", 1206, 25.5]]}
    problems = read(content, {**facts, "own": declared}, known)
    assert any("lacks «sentrum 1 206 25,5»" in problem for problem in problems)
    assert any("lacks a figure, «Noe annet" in problem for problem in problems)


# -- refused at once -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        (BY_HAND.replace("35,5", "35.5"), "a decimal comma"),
        (BY_HAND.replace("35,5", "36,5"), "«36,5» is in neither its data"),
        (BY_HAND.replace(">40<", ">50<"), "«50» is in neither its data"),
        (BY_HAND.replace("<rect", '<image href="data:image/png;x"/><rect'), "a raster"),
        (BY_HAND.replace("<rect", "<script>1</script><rect"), "a script"),
        (BY_HAND.replace("<rect", '<rect onclick="x()"'), "a script, onclick"),
        (BY_HAND.replace("<rect", "<style>*{fill:red}</style><rect"), "rules of style"),
        (BY_HAND.replace("<rect", '<use href="http://x/y"/><rect'), "from elsewhere"),
        (BY_HAND.replace("<rect", '<rect fill="url(http://x)"'), "from elsewhere"),
        (BY_HAND.replace("<rect", '<use href="#q"/><rect'), "leads to #q"),
        (BY_HAND.replace("<rect", "<foreignObject/><rect"), "HTML"),
        (BY_HAND.replace('viewBox="0 0 300 100"', ""), "give viewBox"),
        ("<!DOCTYPE svg [<!ENTITY a 'b'>]>" + BY_HAND, "one SVG element"),
        ("et bilde", "one SVG element"),
        (3, "and not int"),
    ],
)
def test_figure_that_cannot_be_read_back_is_refused(
    trondheim: KommuneReport, drawn: object, message: str
) -> None:
    """With what to do, before there is a page."""
    with pytest.raises(UsageError, match=re.escape(message)):
        _figure(trondheim, drawn)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"caption": ""}, "caption: is missing"),
        ({"alt": " "}, "alt: is missing"),
        ({"source": None}, "source: is missing"),
        ({"source": "TODO"}, "a note to oneself"),
        ({"data": None}, "data: is missing"),
        ({"data": DATA.iloc[:0]}, "data: has no rows"),
        ({"data": DATA.assign(andel=[None])}, "2020, andel: has no value"),
        ({"decimals": {"andl": 1}}, "Did you mean andel?"),
        ({"alt": "Én søyle i 2020."}, "should say that it is of Trondheim"),
        ({"alt": "En for Trondheim i 2019."}, "end with 2020"),
        ({"decimals": 0}, "«35,5» is in neither its data"),
        ({"caption": "Bergen er lik"}, "names Bergen"),
    ],
)
def test_declaration_that_lacks_something_is_refused(
    trondheim: KommuneReport, change: dict[str, Any], message: str
) -> None:
    """All of it is named at once."""
    with pytest.raises(UsageError, match=re.escape(message)):
        _figure(trondheim, **change)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("Vi har 26 prosent.", "nothing accounts for «26»"),
        ("Over halvparten.", "«halvparten»"),
        ("De 2000 kr i støtte", "«2000»"),
        ("{{ fact: andel_motakere_18_66 }}", "Did you mean andel_mottakere_18_66?"),
        ("{{ fact: andel_mottakere_18_66.rnk }}", "Did you mean rank?"),
        ("{{ fakta: andel }}", "is no reference"),
        ("![kart](k.png) og", "an image"),
        (" ", "there is no text"),
    ],
)
def test_text_has_no_number_of_its_own(
    trondheim: KommuneReport, written: str, message: str
) -> None:
    """But for references; the nearest that there is, is named."""
    with pytest.raises(UsageError, match=re.escape(message)):
        trondheim.own_text(written)


def test_text_may_name_years_dates_and_paragraphs(trondheim: KommuneReport) -> None:
    """They count nothing; and what is marked in Tabell 1 is marked here."""
    written = (
        "Fra 1. juli 2019, jf. § 18 og kapittel 4, gjelder andelen 18–24 år (f281), "
        "sist endret 15.03.2021: {{ fact: stonadslengde_18_24 }}."
    )
    made = trondheim.own_text(written)
    assert made.record.printed.endswith("3,9\u00a0månederʳ.")
    assert 'rekonstruert tall">r</abbr></sup>' in made.html


def test_reconstructed_figures_are_marked_in_what_is_added(
    trondheim: KommuneReport,
) -> None:
    """Whoever takes them out of the report and in again."""
    shown = trondheim.facts.query("indicator == 'Stønadslengde 18–24 år'")
    latest = shown[shown["year"] == 2020][["indicator", "value"]]
    assert len(latest) == 1
    made = trondheim.own_table(latest, caption="lengde", source="ASSS", decimals=1)
    assert re.search(r"<td>3,9<sup", made.html)
    assert "Noen av tallene er rekonstruert" in made.html


def test_table_keeps_units_decimals_and_signs(trondheim: KommuneReport) -> None:
    """A missing number is never 0, and a sign is explained."""
    frame = pd.DataFrame(
        {"year": [2019, 2020], "kr": [1234567.5, ".."], "n": [-2, 3]},
    )
    made = trondheim.own_table(
        frame, caption="støtte", source="x", units={"kr": "kroner"}, decimals={"kr": 0}
    )
    cells = re.findall(r"<t[hd](?: scope=\"row\")?>(.*?)</t[hd]>", made.html)
    assert cells == ["2019", "1\u00a0234\u00a0568", "−2", "2020", "..", "3"]
    assert '<span class="unit">kroner</span>' in made.html
    assert "<b>..</b> Tall mangler." in made.html


def test_drawing_is_self_contained() -> None:
    """Set in Inter, in Norwegian; the same twice; no ids but its own."""
    import matplotlib.pyplot as plt
    import seaborn as sns

    numbers = pd.DataFrame([[1.5, 2000], [3, 4]])

    def drawn() -> str:
        _, axes = plt.subplots()
        sns.heatmap(numbers, annot=True, fmt=".1f", cbar=False, ax=axes)
        axes.set_title("Tittel", weight="bold")
        axes.axhline(1)
        return figures.adopt(axes, "egen-7")

    svg = drawn()
    assert svg == drawn()
    ids = re.findall(r' id="([^"]*)"', svg)
    assert ids
    assert all(name.startswith("egen-7-") for name in ids)
    assert {*re.findall(r'(?:href="#|url\(#)([^")]*)', svg)} == {*ids}
    assert not re.search(r'<(?:style|metadata)| (?:class|style)="|<!', svg)
    assert ">1,5<" in svg
    assert ">2\u00a0000,0<" in svg
    assert re.findall(r'font-family="([^"]*)"', svg) == ["Inter"]
    assert re.search(r'<text[^>]* font-weight="600"[^>]*>Tittel<', svg)
    assert 'stroke-linecap="' in svg


def test_what_is_added_is_shown_in_a_preview(trondheim: KommuneReport) -> None:
    """Before the last line of the page."""
    figure = _figure(trondheim)
    page = trondheim.preview(figure, trondheim.own_text("Uten tall.")).html
    assert page.index('id="figur-5"') < page.index("Uten tall.")
    assert page.index("Uten tall.") < page.index("om-datagrunnlaget/rapport.html")


def test_what_if_has_nothing_of_its_own(trondheim: KommuneReport) -> None:
    """It is no report."""
    supposed = trondheim.what_if(mean="plain").report
    with pytest.raises(UsageError, match="what-if"):
        supposed.own_text("Uten tall.")


def test_the_notebook_runs_as_it_stands(root: Path) -> None:
    """From frame to page: figure, table and text are shown, and are on the page."""
    notebook = nbformat.read(root / "notebooks" / "egen_figur.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    code[1].source = code[1].source.replace("2020,", '2020, snapshot="embedded",')
    client = NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(root)}}
    )
    client.execute()
    assert all(cell.outputs for cell in code[2:])
    page = str(code[-1].outputs)
    for what in ("figur", "tabell", "tekst"):
        assert f"Kommunens egen {what}" in page

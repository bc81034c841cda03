"""What a report gives away is read back, and what is wrong in it is named."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from faults import Scene
from faults.exports import FAULTS

from asss.analysis.findings import Findings
from asss.catalogue.catalogue import Catalogue
from asss.errors import RenderError
from asss.figures.picture import data_of
from asss.formats import exports, readback
from asss.formats.readback.cells import open_workbook
from asss.outputs import WORKBOOK_NAME
from asss.page import sections

Facts = dict[str, Any]
FindingsOf = Callable[[str, int], Findings]
FORMATS = ("xlsx", "csv")


def written(found: Findings, known: Catalogue, folder: Path) -> Facts:
    """The facts of a report, whose workbook and tables are in a folder."""
    facts: Facts = json.loads(json.dumps(sections.facts(found, known).content))
    latest = [f for f in found.book.facts.values() if f.year == found.book.run.year]
    data = data_of(latest, known)
    figures = {1: {"columns": data.columns, "rows": data.rows}}
    exports.write(facts, figures, "", known, folder, FORMATS)
    return facts


@pytest.mark.parametrize(
    ("kommune", "year"),
    [("oslo", 2015), ("tromso", 2018), ("drammen", 2019), ("trondheim", 2020)],
)
def test_what_is_right_is_not_refused(
    findings_of: FindingsOf, known: Catalogue, tmp_path: Path, kommune: str, year: int
) -> None:
    facts = written(findings_of(kommune, year), known, tmp_path)
    assert readback.read_exports(tmp_path, facts, known, FORMATS) == []


def test_fetched_figures_are_not_refused(
    later_findings_of: FindingsOf, known: Catalogue, tmp_path: Path
) -> None:
    """Two tables, other statuses, preliminary figures, and indicators without any."""
    facts = written(later_findings_of("trondheim", 2023), known, tmp_path)
    assert readback.read_exports(tmp_path, facts, known, FORMATS) == []


#: Of the campaign, one of each kind: the rest takes minutes.
CHOSEN = {
    "Tabell 1 in Excel has the value before": r"Tabell 1, D5 \(2018\): is",
    "of how many a place is, is one too few": r"Tabell 1, S5 \(Av\): is 9, and should",
    "letters of notes are left out in Excel": "«ʳ», and should be «ʳ c»",
    "a unit in Excel is another": r"\(Enhet\): is «%», and should be «1,00 = snitt»",
    "a suppressed figure is 0 in Excel": "is 0, and should be «:»",
    "the status of the figures is told as final": "«foreløpige tall», and should",
    "years of a forbehold are left out": r"Forbehold, D\d+ \(År\)",
    "numbers in Excel are shown with one decimal too few": "shown with 2 decimals",
    "kommunenummer are of another year": "kommuner.csv: line 4 .*, number: is «1601»",
    "numbers in CSV are rounded": r"tall.csv: line \d+ .*, network_mean: is «1.0»",
    "the last row of CSV is lost": "tall.csv: has 284 rows, and should have 285",
    "a table is vouched for with another sha256": "datapackage.json, tall.csv: hash is",
    "what a number behind a figure rests on is told as SSB's": "figur-1.csv: line",
    "a member is left out behind a figure": "lacks .* of drammen",
}


@pytest.mark.parametrize("name", CHOSEN)
def test_slip_in_an_export_is_refused_and_named(
    findings_of: FindingsOf,
    known: Catalogue,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    """With file, sheet and cell, what it is and what it should be."""
    (fault,) = [one for one in FAULTS if one.name == name]
    kommune, _, year = fault.report.rpartition("-")
    found = findings_of(kommune, int(year))
    fault.plant(Scene(monkeypatch, tmp_path))
    facts = written(found, known, tmp_path)
    problems = "\n".join(readback.read_exports(tmp_path, facts, known, FORMATS))
    assert re.search(CHOSEN[name], problems), problems
    with pytest.raises(RenderError, match=f"{kommune} {year}: the files for other"):
        readback.check_exports(tmp_path, facts, known, FORMATS, ())


def test_workbook_is_read_as_another_program_reads_it(
    findings_of: FindingsOf, known: Catalogue, tmp_path: Path
) -> None:
    """Every value, and every way that leads out of a cell."""
    written(findings_of("tromso", 2017), known, tmp_path)
    path = tmp_path / WORKBOOK_NAME
    _, pages = open_workbook(path.read_bytes())
    book = openpyxl.load_workbook(path)
    assert [page.name for page in pages] == book.sheetnames
    for page, sheet in zip(pages, book, strict=True):
        for row in sheet.iter_rows():
            for cell in row:
                at = cell.row - 1, cell.column - 1
                value, decimals = page.rows.get(at[0], {}).get(at[1], (None, None))
                assert cell.value == value
                form = cell.number_format
                if cell.data_type == "n" and value is not None:
                    shown = len(form.partition(".")[2]) if "#" in form else None
                    assert decimals == shown
                link = cell.hyperlink
                led = link and (link.target or f"#{link.location}")
                assert page.links.get(at) == led


@pytest.mark.parametrize("content", [b"", b"PK", b"<html></html>"])
def test_what_is_no_workbook_is_named(
    findings_of: FindingsOf, known: Catalogue, tmp_path: Path, content: bytes
) -> None:
    facts = written(findings_of("oslo", 2016), known, tmp_path)
    (tmp_path / WORKBOOK_NAME).write_bytes(content)
    (problem,) = readback.read_exports(tmp_path, facts, known, ("xlsx",))
    assert "nokkeltall.xlsx: cannot be read: it is not a whole workbook" in problem


def test_formula_is_no_number(
    findings_of: FindingsOf, known: Catalogue, tmp_path: Path
) -> None:
    """What a spreadsheet computes is not what was written."""
    facts = written(findings_of("oslo", 2016), known, tmp_path)
    path = tmp_path / WORKBOOK_NAME
    with zipfile.ZipFile(path) as book:
        held = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet2.xml"
    held[sheet], count = re.subn(rb'(<c r="D5"[^>]*>)', rb"\1<f>1+1</f>", held[sheet])
    assert count == 1
    with zipfile.ZipFile(path, "w") as book:
        for name, content in held.items():
            book.writestr(name, content)
    (problem,) = readback.read_exports(tmp_path, facts, known, ("xlsx",))
    assert "D5 holds more than a number or a text" in problem


@pytest.mark.parametrize("lost", ["datapackage.json", "tall.csv", "kommuner.csv"])
def test_table_that_is_not_there_is_named(
    findings_of: FindingsOf, known: Catalogue, tmp_path: Path, lost: str
) -> None:
    facts = written(findings_of("oslo", 2016), known, tmp_path)
    (tmp_path / lost).unlink()
    problems = readback.read_exports(tmp_path, facts, known, ("csv",))
    assert any(f"{lost}: cannot be read" in problem for problem in problems)

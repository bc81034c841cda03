"""A what-if on disk: marked on every page, read back, and refused as a report."""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from typer.testing import CliRunner

import asss
from asss.__main__ import app
from asss.cli.terminal import USAGE
from asss.errors import RenderError, UsageError
from asss.formats import exports, readback
from asss.outputs import FACTS_NAME, HTML_NAME, PDF_NAME
from asss.page import record
from asss.runs import supposition
from asss.runs.workbench import KommuneReport, WhatIf
from asss.statbank import Snapshot

THREE = ["bergen", "tromso", "trondheim"]


@pytest.fixture(scope="module")
def printed() -> KommuneReport:
    made = asss.report("trondheim", 2020, snapshot="embedded")
    assert isinstance(made, KommuneReport)
    return made


@pytest.fixture(scope="module")
def cities(printed: KommuneReport) -> WhatIf:
    return printed.what_if(members=THREE)


@pytest.fixture(scope="module")
def content(cities: WhatIf) -> dict[str, Any]:
    return cities.report.content().content


@pytest.fixture(scope="module")
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("outputs")
    command = ["render", "--kommune", "trondheim", "--year", "2020", "--snapshot"]
    command += ["embedded", "--output", str(output), "--parameters"]
    command += [str(root / "parameters"), "--what-if", f"members={','.join(THREE)}"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    made = [path for path in output.rglob("*") if path.is_file()]
    places = {path.parent for path in made}
    assert len(places) == 1
    # No manifest, no ledger, no index, no exports.
    assert {path.name for path in made} == {FACTS_NAME, HTML_NAME, PDF_NAME}
    (place,) = places
    assert place.parent == output / "hva-om" / "2020" / "sosiale_tjenester"
    return place


def test_every_page_says_what_is_supposed(folder: Path, cities: WhatIf) -> None:
    known = cities.report.known
    title = "Hva om: snittet for Bergen, Tromsø og Trondheim"
    page = (folder / HTML_NAME).read_text("utf-8")
    assert f"<h1>{title} – Sosiale tjenester i Trondheim 2020</h1>" in page
    captions = re.findall(r"<figcaption><strong>.*?</strong>(.*?)</figcaption>", page)
    assert len(captions) == 4
    assert all(caption.strip().startswith(title) for caption in captions)
    # Tabell 1 and each chapter.
    assert page.count(f'<p class="warning">{title}</p>') == 4
    # The title stands at the foot of each page, and read-back looks for it there.
    facts = json.loads((folder / FACTS_NAME).read_bytes())
    read = readback.read_pdf((folder / PDF_NAME).read_bytes(), facts, known)
    assert read == []


def test_nothing_on_the_page_calls_the_group_as_the_network(folder: Path) -> None:
    """But for forbehold, which tell of it, and the page on what is official."""
    page = (folder / HTML_NAME).read_text("utf-8")
    facts = json.loads((folder / FACTS_NAME).read_bytes())
    page = re.sub("<style>.*?</style>", "", page, flags=re.S)
    for entry in facts["forbehold"]:
        page = page.replace(entry["text"], "")
    page = page.replace("Om datagrunnlaget i ASSS", "")
    assert "ASSS" not in page
    assert not [said for said in facts["sentences"] if "ASSS" in said["text"]]


def test_what_leads_from_it_leads_to_the_reports(folder: Path) -> None:
    page = (folder / HTML_NAME).read_text("utf-8")
    ways = {way for way in re.findall(r'href="([^"#]+)"', page) if way.startswith(".")}
    assert ways == {
        "../../../../2020/index.html",
        "../../../../2020/sosiale_tjenester/om-datagrunnlaget/rapport.html",
    }


def test_it_is_read_back_as_a_report_is(cities: WhatIf, content: Any) -> None:
    html = cities.preview().html
    readback.check(content, cities.report.known, html=html)
    with pytest.raises(RenderError, match="lacks the sentence"):
        readback.check(
            content, cities.report.known, html=html.replace("7\u00a0%", "8\u00a0%")
        )


def test_no_report_is_made_of_it(
    printed: KommuneReport, content: dict[str, Any], tmp_path: Path
) -> None:
    """Refused where a report is printed, read back, exported, and read."""
    known, book = printed.known, printed.found.book
    with pytest.raises(RenderError, match="are no report's: «Hva om"):
        readback.check_facts(content, book.run, known, book.snapshot)
    with pytest.raises(RenderError, match="its what-if is «Hva om"):
        readback.check(content, known)
    with pytest.raises(RenderError, match="are no report's"):
        exports.write(content, {}, "", known, tmp_path, ["xlsx", "csv"])
    with pytest.raises(RenderError, match="are no report's"):
        record.read(content)
    assert not list(tmp_path.iterdir())


def test_what_denies_that_it_is_one_is_held_against_the_network(
    printed: KommuneReport, content: dict[str, Any]
) -> None:
    """«26 % lavere enn snittet for ASSS» of three cities passed once."""
    denied = {**content, "what_if": None}
    with pytest.raises(RenderError, match="and is told of the whole network"):
        readback.check(denied, printed.known)
    plain = printed.what_if(mean="plain").report.content().content
    with pytest.raises(RenderError, match=r"its mean is .*, and that of the group is"):
        readback.check({**plain, "what_if": None}, printed.known)


def test_the_report_itself_is_held_against_the_network_and_passes(
    printed: KommuneReport,
) -> None:
    readback.check(printed.content().content, printed.known)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("without=olso", "Did you mean oslo?"),
        ("near_mean", "write each as"),
        ("near_mean=ti", "is no number"),
        ("nearmean=3", "Did you mean near_mean?"),
    ],
)
def test_a_command_that_is_not_clear_makes_nothing(
    root: Path, tmp_path: Path, option: str, said: str
) -> None:
    command = ["render", "--kommune", "trondheim", "--year", "2020", "--snapshot"]
    command += ["embedded", "--output", str(tmp_path), "--parameters"]
    done = CliRunner().invoke(
        app, [*command, str(root / "parameters"), "--what-if", option]
    )
    assert done.exit_code == USAGE
    assert said in done.output
    assert not list(tmp_path.iterdir())


def test_an_option_stands_once() -> None:
    with pytest.raises(UsageError, match="once"):
        supposition.asked(["mean=plain", "mean=others"])


def test_the_notebook_runs_as_it_stands(root: Path, snapshot: Snapshot) -> None:
    """Each cell that shows something, shows it; the plot and the page too."""
    notebook = nbformat.read(root / "notebooks" / "hva_om.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    code[0].source = code[0].source.replace("latest", snapshot.name)
    client = NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(root)}}
    )
    client.execute()
    assert all(cell.outputs for cell in code[1:] if "axes.set" not in cell.source)
    plot = next(cell for cell in code if "seaborn" in cell.source)
    assert any("image/png" in output.get("data", {}) for output in plot.outputs)
    assert "Hva om: snittet for Bergen, Tromsø og Trondheim" in str(code[2].outputs)

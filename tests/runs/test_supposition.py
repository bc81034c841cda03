"""A what-if on disk: marked on every page, read back, and refused as a report."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import nbformat
import pytest
from nbclient import NotebookClient
from typer.testing import CliRunner

import asss
from asss.__main__ import app
from asss.catalogue.supposition import Mean
from asss.cli.terminal import USAGE
from asss.errors import RenderError, UsageError
from asss.formats import exports, readback, typesetting
from asss.outputs import FACTS_NAME, HTML_NAME, PDF_NAME
from asss.page import record
from asss.runs import workbench
from asss.runs.workbench import KommuneReport, WhatIf
from asss.statbank import Snapshot

HELP = Path(asss.__file__).parent / "cli" / "render.py"
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


def read(code: str) -> Iterator[dict[str, Any]]:
    """What is asked in code."""
    for call in re.findall(r"\breport\.what_if\(([^)]*\w[^)]*)\)", code):
        made = ast.parse(f"dict({call})", mode="eval").body
        assert isinstance(made, ast.Call)
        yield {one.arg or "": ast.literal_eval(one.value) for one in made.keywords}


def examples(root: Path) -> list[dict[str, Any]]:
    """Every what-if that README, docs, notebooks and the command's help tell of."""
    texts = [
        path.read_text("utf-8")
        for path in (root / "README.md", *root.glob("docs/**/*.md"))
    ]
    notebook = nbformat.read(root / "notebooks" / "hva_om.ipynb", as_version=4)
    texts += ["".join(cell.source) for cell in notebook.cells]
    asked = [one for text in texts for one in read(text)]
    for text in texts:
        options = re.findall(r"--what-if ([a-z_]+=[\w.,]+)", text)
        asked += [workbench.asked([option]) for option in options]
    (told,) = re.findall(
        r"what it would say: (.*?)\. Put", re.sub(r'"\s*"', "", HELP.read_text("utf-8"))
    )
    for option in re.sub(r",\s", " ", told).split():
        key, values = option.split("=")
        asked += [workbench.asked([f"{key}={one}"]) for one in values.split("|")]
    return asked


EXAMPLES = examples(Path(__file__).parents[2])


def test_the_examples_are_found() -> None:
    assert {"without": ["oslo"]} in EXAMPLES
    assert {"thresholds": {"near_mean": 10}} in EXAMPLES
    assert {"mean": "plain", "thresholds": {"near_mean": 10}} in EXAMPLES
    assert {one.get("mean") for one in EXAMPLES} == {*get_args(Mean), None}


@pytest.mark.parametrize("year", [2018, 2020])
@pytest.mark.parametrize("service", ["sosiale_tjenester", "barnevern"])
def test_every_example_that_is_told_of_is_made(service: str, year: int) -> None:
    """
    ``without=oslo``, README's own, was refused: the edge of a figure cut its key.

    Each with the warning on the page, in the caption of each figure, and on each page
    of the PDF, where read-back looks for it.
    """
    report = asss.report("trondheim", year, snapshot="embedded", service=service)
    assert isinstance(report, KommuneReport)
    made = set()
    for asked in EXAMPLES:
        one = report.what_if(**asked).report
        assert one.known.supposed
        title = one.known.supposed.title
        if title in made:
            continue
        made.add(title)
        html, facts = one.preview().html, one.content().content
        pdf = typesetting.to_pdf(html) if year == 2020 else None
        readback.check_figures(facts, one.known, one.found.book.snapshot)
        readback.check(facts, one.known, html=html, pdf=pdf)
        captions = re.findall(r"<figcaption>.*?</strong>(.*?)</figcaption>", html)
        assert captions
        assert all(caption.strip().startswith(title) for caption in captions)
        assert f'<p class="warning">{title}</p>' in html
    assert len(made) > 6


def test_a_phrase_that_begins_otherwise_is_read_back_too() -> None:
    """«Dekningsgradene i Trondheim» was a traceback; bokmål begins «Trondheims»."""
    report = asss.report("trondheim", 2020, snapshot="embedded", language="nn")
    assert isinstance(report, KommuneReport)
    one = report.what_if(without=["oslo"]).report
    facts = one.content().content
    assert any(said["rule"] == "stable_group" for said in facts["sentences"])
    readback.check(facts, one.known, html=one.preview().html)


def test_one_alone_has_no_mean_of_the_others() -> None:
    """Division by zero came of it: barnevern of edition 2018, against Bergen alone."""
    report = asss.report("kristiansand", 2017, snapshot="embedded", service="barnevern")
    assert isinstance(report, KommuneReport)
    with pytest.raises(UsageError, match="Bergen alone has not: give more members"):
        report.what_if(members=["bergen"])
    one = report.what_if(members=["bergen"], mean="plain").report
    facts = one.content().content
    readback.check(facts, one.known, html=one.preview().html)


def test_a_limit_is_told_as_it_is_supposed(printed: KommuneReport) -> None:
    """The warning's number is that of the limit, and no other is let through."""
    one = printed.what_if(thresholds={"near_mean": 7.5}).report
    facts, html = one.content().content, one.preview().html
    assert "near_mean satt til 7,5" in html
    readback.check(facts, one.known, html=html)
    false = html.replace("near_mean satt til 7,5", "near_mean satt til 7,6")
    with pytest.raises(RenderError, match="7,6"):
        readback.check(facts, one.known, html=false)


def test_a_key_goes_on_below_where_a_group_s_name_is_long(
    printed: KommuneReport,
) -> None:
    one = printed.what_if(without=["oslo"]).report
    facts, html = one.content().content, one.preview().html
    first, second = "spennet for kommunene uten Oslo,", "én prikk per kommune"
    assert f">{first}</text>" in html
    readback.check(facts, one.known, html=html)
    for told, false in ((f">{second}</text>", ">by</text>"), (first, f"{first} by")):
        assert told in html
        with pytest.raises(RenderError, match="the key says"):
            readback.check(facts, one.known, html=html.replace(told, false))


def test_the_heading_of_a_scale_stands_over_those_of_the_columns(
    printed: KommuneReport,
) -> None:
    """Where it leaves them no room, and there alone."""

    def heights(report: KommuneReport) -> tuple[str, ...]:
        html, words = report.preview().html, report.known.phrases.words
        found = (
            re.search(rf'y="([\d.]+)"[^>]*>{re.escape(words[name])}</text>', html)
            for name in ("profile_axis", "profile_value")
        )
        return tuple(one[1] for one in found if one)

    axis, value = heights(printed)
    assert axis == value
    early = asss.report("trondheim", 2018, snapshot="embedded")
    assert isinstance(early, KommuneReport)
    axis, value = heights(early.what_if(mean="plain").report)
    assert float(value) - float(axis) > 9


def test_what_has_no_room_over_a_panel_is_left_to_the_text(
    printed: KommuneReport,
) -> None:
    """«Tredje lavest av kommunene uten Fredrikstad og Kristiansand» was cut."""
    one = printed.what_if(without=["kristiansand", "fredrikstad"]).report
    facts, html = one.content().content, one.preview().html
    readback.check(facts, one.known, html=html)
    named = "av kommunene uten Fredrikstad og Kristiansand"
    assert named in html
    assert not re.search(rf"høyest\S* {named}</text>", html)


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
        workbench.asked(["mean=plain", "mean=others"])


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

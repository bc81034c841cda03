"""The command line: one clear message for what goes wrong, and the right exit code."""

import hashlib
import io
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import typer
from click.testing import Result
from double import Double
from hypothesis import example, given
from hypothesis import strategies as st
from patience import PATIENCE
from rich.table import Table
from rich.text import Text
from typer.testing import CliRunner

from asss import statbank
from asss.__main__ import COMMANDS, app
from asss.catalogue import catalogue, parameters
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EMBEDDED, NETWORK, SERVICE, Run
from asss.cli.terminal import (
    FAILURE,
    USAGE,
    Ended,
    Terminal,
    _let_go,
    err,
    heed_signals,
    plain_errors,
    safe,
    visible,
)
from asss.errors import FetchError, ParameterError
from asss.outputs import (
    EDITIONS,
    FACTS_NAME,
    FORMATS,
    INDEX_NAME,
    USUAL_FORMATS,
)
from asss.runs import batch, contents, manifest, report
from asss.runs.manifest import MANIFEST_NAME

runner = CliRunner()

#: What a developer has fetched must not change the tests.
ON_EMBEDDED = ("--snapshot", EMBEDDED)

#: The report that the spare project has.
TROMSO = f"2017/{SERVICE}/tromso"


def _run(*words: str) -> Result:
    return runner.invoke(app, list(words))


def _refused(result: Result, code: int, *says: str) -> None:
    """One message, no traceback, the exit code that was promised."""
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    for words in says:
        assert words in result.output, result.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--kommune", "tronheim", "--year", "2020"], "Did you mean trondheim?"),
        (["--kommune", "Tromsö", "--year", "2020"], "Did you mean tromso?"),
        (["--kommune", "Tromsø", "--year", "2031"], "it holds 2015-2020"),
        (["--kommune", "asker", "--year", "2020"], "member from data year 2022"),
        (["--kommune", "oslo"], "Say which data year"),
        (["--year", "2020"], "one of --kommune, --network, --all or --file"),
        (["--all", "--kommune", "oslo", "--year", "2020"], "one of --kommune"),
        (["--all", "--year", "2020", "--format", "odt"], "Unknown format 'odt'"),
        (["--kommune", "oslo", "--yaer", "2020"], "No such option"),
        (["--all", "--year", "2020", "--date", "15.6.2021"], "is not a date"),
        (["--all", "--kommune", "oslo"], "--kommune and --all do not go together"),
        (["--kommune", "0301,tronheim", "--year", "2020"], "Did you mean trondheim?"),
        (["--kommune", "301", "--year", "2020"], "Did you mean 0301?"),
        (["--kommune", "1201", "--year", "2020"], "Bergen has 4601 then."),
        (["--kommune", "asker", "--year", "2020-2022"], "member from data year 2022"),
        (["--kommune", "oslo", "--year", "20200"], "is not a year or a span"),
        (["--kommune", "oslo", "--year", "2020-2018"], "is not a year or a span"),
        (["--kommune", "", "--year", "2020"], "Nothing is given for --kommune"),
        (["--all", "--year="], "Nothing is given for --year"),
        (["--kommune", "os\x1b[2Jlo", "--year", "2020"], "\\u001b[2Jlo"),
    ],
)
def test_usage_mistakes_end_with_two(
    words: list[str], says: str, tmp_path: Path
) -> None:
    """Nothing is started, nothing is written, and the message says what to write."""
    result = _run("render", *words, *ON_EMBEDDED, "--output", str(tmp_path / "out"))
    _refused(result, USAGE, says)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["Bærum", "BÆRUM", "baerum", "bærum", "0219"])
def test_names_with_and_without_norwegian_letters_are_one(
    name: str, tmp_path: Path
) -> None:
    """An id and a name are both taken; the wrong year shows that the name was right."""
    result = _run(
        *("render", "--kommune", name, "--year", "1999", *ON_EMBEDDED),
        *("--output", str(tmp_path)),
    )
    _refused(result, USAGE, "No figures for 1999")


#: What is said of a service area that there are no figures on.
ON_PAPER = (
    "No figures for 2020 in snapshot 'embedded': it lacks tables 11977, 12222, 12285 "
    "of grunnskole. Some of its codes are not verified: mend them by "
    "`asss doctor --live --service grunnskole`, then `asss fetch`."
)


@pytest.mark.parametrize("service", ["grunnskole", "barnevern,grunnskole"])
@pytest.mark.parametrize(
    "whose",
    [["--all"], ["--kommune", "oslo"], ["--network", "--what-if", "mean=plain"]],
)
def test_area_that_is_named_says_in_a_line_what_it_lacks(
    whose: list[str], service: str, tmp_path: Path
) -> None:
    """Who names it wants it: nothing is made, not even of what could be."""
    output = tmp_path / "out"
    result = _run(
        *("render", "--service", service, "--year", "2020", *whose, *ON_EMBEDDED),
        *("--output", str(output)),
    )
    _refused(result, USAGE, ON_PAPER)
    assert len(result.output.splitlines()) == 1
    assert not output.exists()


@pytest.mark.parametrize(
    "whose", [["--all"], ["--all", "--service", "alle"], ["--service", "alle"]]
)
def test_of_all_areas_those_without_figures_are_named_and_left_out(
    whose: list[str], tmp_path: Path
) -> None:
    """One that waits for figures is in nobody's way, and nobody wonders where it is."""
    whom = [] if "--all" in whose else ["--kommune", "oslo"]
    result = _run(
        *("render", *whose, *whom, "--year", "2020", "--dry-run", *ON_EMBEDDED),
        *("--output", str(tmp_path / "out")),
    )
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"grunnskole is left out: {ON_PAPER}\n")
    assert "grunnskole" not in result.output.partition("\n")[2]
    assert ("24" if not whom else "2") + " to render." in result.output


def test_what_if_of_all_areas_goes_on_without_one_on_paper(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It would else stop half-way, at the first that has no figures."""
    asked: list[str] = []

    def pretend(run: Run, *_: object, output: Path, **__: object) -> Path:
        asked.append(run.service)
        return output

    monkeypatch.setattr("asss.runs.workbench.render_what_if", pretend)
    result = _run(
        *("render", "--service", "alle", "--kommune", "oslo", "--year", "2020"),
        *("--what-if", "mean=plain", "--output", str(tmp_path), *ON_EMBEDDED),
    )
    assert result.exit_code == 0, result.output
    assert asked == ["barnevern", "sosiale_tjenester"]


def test_misspelt_parameter_in_a_run_file_is_named(tmp_path: Path) -> None:
    """Papermill would only warn, and give a perfect report on the wrong kommune."""
    file = tmp_path / "oslo-2020.yaml"
    file.write_text('komune: oslo\nyear: "2020"\npublisert: 2021-03-15\n', "utf-8")
    result = _run("render", "--file", str(file), "--output", str(tmp_path / "out"))
    _refused(result, FAILURE, "oslo-2020.yaml", "did you mean kommune?", "publisert")
    assert "year" in result.output
    assert not (tmp_path / "out").exists()


def test_missing_run_file_is_named(tmp_path: Path) -> None:
    """A path that is not there is the user's to mend."""
    result = _run("render", "--file", str(tmp_path / "ingen.yaml"))
    _refused(result, USAGE, "No run file", "ingen.yaml", "Known: alle-2020.yaml")


@pytest.mark.parametrize(
    ("name", "text", "more", "code", "says"),
    [
        *(
            (f"{name}.yaml", f"kommune: {kommune}\nyear: {year}\n", more, code, says)
            for name, kommune, year, more, code, says in [
                ("oslo-2020", "oslo", 2019, (), 1, ("is 2019", "name says 2020")),
                ("oslo-2020", "bergen", 2020, (), 1, ("is bergen", "name says oslo")),
                ("alle-2020", "oslo", 2020, (), 1, ("is oslo", "name says alle")),
                ("asss-2020", "alle", 2020, (), 1, ("is alle", "name says asss")),
                ("mine", "alle", 2019, ("2020",), 2, ("says 2020", "year: 2019")),
                ("mine", "oslo", 2019, ("2019-2020",), 2, ("2019, 2020", "year: 2019")),
                ("mine", "asker", 2020, (), 2, ("member from data year 2022",)),
                ("mine", "osl", 2020, (), 2, ("Did you mean oslo?",)),
            ]
        ),
        ("mine.yaml", "kommune: oslo\nyear: 2020\nlanguage: en\n", (), 2, ("'en'",)),
        ("mine.yaml", "kommune: oslo\nyear: 2020\nsnapshot: x\n", (), 2, ("'x'",)),
        ("mine.yaml", "- oslo\n", (), 1, ("should hold keys and values",)),
        ("mine.yaml", "", (), 1, ("mine.yaml: is empty",)),
    ],
)
def test_run_file_that_contradicts_itself_or_the_command_is_refused(
    name: str,
    text: str,
    more: Sequence[str],
    code: int,
    says: Sequence[str],
    tmp_path: Path,
) -> None:
    """Last year's file is copied every year; both sides of what disagrees are named."""
    (tmp_path / name).write_text(text, "utf-8")
    words = [
        "render",
        "--file",
        str(tmp_path / name),
        *(("--year", *more) * bool(more)),
    ]
    result = _run(*words, "--output", str(tmp_path / "out"))
    _refused(result, code, *says)
    assert not (tmp_path / "out").exists()


def test_run_file_among_the_others_is_held_against_its_name(project: Path) -> None:
    """By whatever reads it: the check, and the choice of a report's own file."""
    folder = project / "parameters"
    copied = folder / "rapporter" / "trondheim-2021.yaml"
    shutil.copy(folder / "rapporter" / "trondheim-2020.yaml", copied)
    told = "trondheim-2021.yaml: year: is 2020, and the file's name says 2021"
    _refused(_run("check", "--parameters", str(folder)), FAILURE, told)
    with pytest.raises(ParameterError, match=told):
        parameters.choose_run(folder, kommune="trondheim", year=2021)
    copied.rename(copied.with_name("bergen-2020.yaml"))
    with pytest.raises(ParameterError, match=r"kommune: is trondheim, .* bergen"):
        parameters.choose_run(folder, kommune="bergen", year=2020)
    (folder / "rapporter" / "bergen-2020.yaml").unlink()
    # The network has a report of its own, and so may have a file of its own.
    own = folder / "rapporter" / "asss-2020.yaml"
    own.write_text("kommune: asss\nyear: 2020\n", "utf-8")
    assert _run("check", "--parameters", str(folder)).exit_code == 0


@pytest.mark.parametrize("year", [2019, 2020])
def test_batch_file_holds_for_every_member(
    year: int, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dates, status and figures; but the year's own is for those without a file."""
    made: list[Run] = []
    monkeypatch.setattr(batch, "render_all", lambda runs, **_: made.extend(runs))
    said = {"published": "2021-03-16", "changed": "2021-06-20"}
    said |= {"edition_status": "forelopige", "snapshot": EMBEDDED}
    text = "".join(f'{key}: "{value}"\n' for key, value in said.items())
    file = project / "mine.yaml"
    file.write_text(f"kommune: alle\nyear: {year}\n{text}", "utf-8")
    words = ["render", "--parameters", str(project / "parameters"), "--file"]
    assert _run(*words, str(file)).exit_code == 0
    assert [run.kommune for run in made][::10] == ["oslo", NETWORK]
    assert len(made) == 12
    for run in made:
        assert run == Run(kommune=run.kommune, year=year, **said)
    made.clear()
    placed = project / "parameters" / "rapporter" / f"alle-{year}.yaml"
    file.replace(placed)
    assert _run(*words, str(placed)).exit_code == 0
    dates = {run.kommune: run.published for run in made}
    own = {"trondheim": "2021-03-15"} if year == 2020 else {}
    assert dates == {**dict.fromkeys(dates, "2021-03-16"), **own}
    assert len(dates) == 12


def test_all_problems_in_parameters_are_told_at_once(project: Path) -> None:
    """Nobody should mend three mistakes in three runs."""
    network = project / "parameters" / "nettverk.yaml"
    text = network.read_text("utf-8").replace('"0301"', "0301")
    network.write_text(text.replace("name: Bergen", "nmae: Bergen"), "utf-8")
    manual = (
        project / "parameters" / "sosiale_tjenester" / "manuelle" / "sykefravaer.csv"
    )
    manual.write_text(manual.read_text("utf-8").replace("9.9", "ni", 1), "utf-8")
    result = _run("check", "--parameters", str(project / "parameters"))
    _refused(
        result,
        FAILURE,
        "put quotation marks around it",
        "did you mean name?",
        "sykefravaer.csv, line",
        "'ni'",
    )


def test_damaged_snapshot_stops_everything(project: Path) -> None:
    """A figure that we cannot vouch for is not shown."""
    folder = project / "snapshot"
    shutil.copytree(statbank.embedded_folder(), folder)
    file = folder / "12210.json"
    file.write_text(file.read_text("utf-8").replace("19168", "19186"), "utf-8")
    output = project / "outputs"
    result = _run(
        *("render", "--kommune", "trondheim", "--year", "2020"),
        *("--snapshot", "snapshot"),
        *("--parameters", str(project / "parameters"), "--output", str(output)),
    )
    _refused(result, FAILURE, "12210.json", "sha256", "build the snapshot again")
    assert not output.exists()


def _places_that_cannot_be_written(tmp_path: Path) -> list[Path]:
    file = tmp_path / "file"
    file.write_text("a file, not a folder", encoding="utf-8")
    places = [file, file / "below"]
    if Path("/proc/self").exists():
        places.append(Path("/proc/asss"))  # refuses even root
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        locked = tmp_path / "locked"
        locked.mkdir(mode=0o500)
        places.append(locked)
    return places


def test_output_that_cannot_be_written_is_one_message(tmp_path: Path) -> None:
    """A file in the way, or a folder that is closed, costs a message and no file."""
    for place in _places_that_cannot_be_written(tmp_path):
        result = _run(
            *("render", "--kommune", "oslo", "--year", "2020", *ON_EMBEDDED),
            *("--format", "html", "--output", str(place)),
        )
        _refused(result, FAILURE, "Cannot write to", str(place))
    assert (tmp_path / "file").read_text("utf-8") == "a file, not a folder"


def test_outside_the_project_the_message_says_where_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The most common mistake of a new user."""
    monkeypatch.chdir(tmp_path)
    _refused(_run("check"), USAGE, "Start in the project's folder")


def test_check_names_what_is_not_verified() -> None:
    """Codes that nobody has read in an answer from SSB are said to be so."""
    result = _run("check")
    assert result.exit_code == 0, result.output
    areas = catalogue.services(Path(__file__).parents[2] / "parameters")
    assert f"parameters/ is in order: {len(areas)} service areas." in result.output
    assert [
        area for area in areas if f"\n{area}: 12 kommuner" not in result.output
    ] == []
    assert "sosiale_tjenester: 12 kommuner, 15 indicators" in result.output
    assert "table 12160" in result.output
    assert "measure kvp_mottakere" in result.output


@pytest.mark.parametrize(
    ("file", "language"), [("indikatorer.yaml", "nb"), ("fraser.nn.yaml", "nn")]
)
def test_check_names_a_short_name_that_figures_have_no_room_for(
    file: str, language: str, project: Path
) -> None:
    """It stood on the figure beside it, and the report was refused when it was made."""
    long = "En kort indikator med et navn som er langt"
    path = project / "parameters/sosiale_tjenester" / file
    text = path.read_text("utf-8")
    before, found, after = text.partition("short_name: ")
    path.write_text(before + found + re.sub("^.*", long, after, count=1), "utf-8")
    result = _run("check", "--parameters", str(project / "parameters"))
    told = " ".join(result.output.split())
    _refused(result, FAILURE)
    assert f"short_name, in {language}: «{long}» leaves no room for «" in told


def test_check_names_a_broken_comment(project: Path) -> None:
    """It stops only its own report, but whoever checks wants to know."""
    comment = (
        project / "parameters/sosiale_tjenester/kommentarer/tromso-2017/kvalitet.md"
    )
    comment.write_text("Uten hode.\n", "utf-8")
    result = _run("check", "--parameters", str(project / "parameters"))
    _refused(result, FAILURE, "1 problem", "tromso-2017/kvalitet.md", "a head")


def test_list_shows_kommuner_years_and_indicators() -> None:
    """What one can ask for, without reading a file."""
    result = _run("list")
    assert result.exit_code == 0
    for words in ("lillestrom", "2015-2020", "stonadslengde_18_24"):
        assert words in result.output


def test_list_fits_a_terminal_and_cuts_nothing(
    known: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 80 columns, as many have."""
    monkeypatch.setenv("COLUMNS", "80")
    shown = _run("list").output.splitlines()
    assert max(map(len, shown)) <= 80
    text = " ".join(" ".join(shown).split())
    assert "…" not in text
    for word in " ".join(i.short_name for i in known.service.indicators).split():
        assert word in text


def test_status_is_the_board_of_a_season(project: Path) -> None:
    """Within 80 columns, and with what to do next."""
    place = ("--parameters", str(project / "parameters"))
    result = _run("status", "--year", "2025", "--date", "2026-02-01", *place)
    assert result.exit_code == 0, result.output
    assert max(map(len, result.output.splitlines())) <= 80
    told = " ".join(result.output.split())
    assert "13995 not fetched for 2025" in told
    assert "sykefravaer: Oslo, Bergen, Trondheim" in told
    assert "drammen_f243_2024: Drammens" in told
    assert "There are no figures for 2025" in told
    assert told.endswith("SSB's next date is 2026-03-15.")
    told = " ".join(_run("status", "--year", "2020", *place).output.split())
    assert "12 of 12 due, 12 published." in told
    assert "due: oslo, bergen, trondheim" in told
    assert "trondheim: changed since, on 2023-04-27" in told
    refused = _run("status", "--year", "2020", "--date", "1.2.2021", *place)
    _refused(refused, USAGE, "is not a date")


def test_status_asks_ssb_where_it_is_told_to(project: Path, double: Double) -> None:
    place = ("--parameters", str(project / "parameters"))
    words = ("status", "--year", "2025", "--live", "--base-url", double.url)
    result = _run(*words, "--date", "2026-04-01", *place)
    assert result.exit_code == 0, result.output
    told = " ".join(result.output.split())
    assert "not fetched for 2025; SSB updated it" in told
    assert "SSB was not asked" not in told


def test_new_comment_shows_what_was_said_last(project: Path) -> None:
    """To ask the same again; nothing is carried over by itself."""
    place = ("--parameters", str(project / "parameters"))
    before = _files(project)
    result = _run("new", "comment", "Bergen", "2025", *place)
    assert result.exit_code == 0, result.output
    told = " ".join(result.output.split())
    assert "Said of Bergen 2018; ask whether it still holds:" in told
    assert (
        "kvp_praksis: kvp_mottakere_per_1000 Praksisen for hvem som får plass" in told
    )
    assert "programmet, er forholdsvis streng. (asss, 2019-09-17)" in told
    assert "nye MO-sentre" not in told
    assert (
        "parameters/sosiale_tjenester/kommentarer/bergen-2025/<any name>.md, a cause"
        in told
    )
    assert "gjelder: [kvp_til_arbeid_utdanning] says: kommunen author" in told
    assert _files(project) == before
    told = _run("new", "comment", "bergen", "2018", *place).output
    assert "Said of Bergen 2017" in told
    assert "bergen-2018/<any name>.md (there are some already)" in told
    told = _run("new", "comment", "asker", "2025", *place).output
    assert told.startswith("Nobody has commented Asker before 2025.")
    refused = _run("new", "comment", "brgen", "2025", *place)
    _refused(refused, USAGE, "Did you mean bergen?")
    broken = (
        project / "parameters/sosiale_tjenester/kommentarer/bergen-2018/kvp_praksis.md"
    )
    broken.write_text("Uten hode.\n", "utf-8")
    refused = _run("new", "comment", "bergen", "2025", *place)
    _refused(refused, FAILURE, "bergen-2018/kvp_praksis.md", "a head")


def test_new_comment_and_report_begin_a_file(project: Path) -> None:
    """With its head, to be filled in; what is there is never written over."""
    place = ("--parameters", str(project / "parameters"))
    for about, gjelder in (("kvalitet", ""), ("stonadslengde_18_24",) * 2):
        result = _run("new", "comment", "bergen", "2020", about, *place)
        assert result.exit_code == 0, result.output
        name = f"sosiale_tjenester/kommentarer/bergen-2020/{about}.md"
        assert f"parameters/{name}" in result.output
        begun = (project / "parameters" / name).read_text("utf-8")
        assert f"gjelder: [{gjelder}]\n" in begun
    # A form that nobody has filled in is no comment, and stops its report alone.
    refused = _run("check", *place)
    _refused(refused, FAILURE, "bergen-2020/kvalitet.md", "source")
    refused = _run("new", "comment", "bergen", "2020", "kvalitet", *place)
    told = "is left as it is. There are: kvalitet.md, stonadslengde_18_24.md."
    _refused(
        refused,
        USAGE,
        "parameters/sosiale_tjenester/kommentarer/bergen-2020/kvalitet.md",
        told,
    )
    refused = _run("new", "comment", "bergen", "2020", "kvalitett", *place)
    _refused(refused, USAGE, "Did you mean kvalitet?")
    result = _run("new", "report", "Bergen", "2020", *place)
    assert result.exit_code == 0, result.output
    file = project / "parameters" / "rapporter" / "bergen-2020.yaml"
    run = parameters.choose_run(file.parents[1], kommune="bergen", year=2020)
    assert (run.kommune, run.year, run.published) == ("bergen", 2020, "")
    assert "asss render --file parameters/rapporter/bergen-2020.yaml" in " ".join(
        result.output.split()
    )
    refused = _run("new", "report", "bergen", "2020", *place)
    _refused(refused, USAGE, "bergen-2020.yaml is there already", "alle-2020.yaml")


def test_list_without_a_whole_year_says_so(project: Path) -> None:
    """A fetch of some tables is a beginning, and no riddle."""
    folder = project / "outputs" / "snapshots" / "2026-11-29"
    shutil.copytree(statbank.embedded_folder(), folder)
    manifest = json.loads((folder / statbank.MANIFEST).read_text("utf-8"))
    del manifest["tables"]["07459"]
    (folder / statbank.MANIFEST).write_text(json.dumps(manifest), "utf-8")
    result = _run("list", "--parameters", str(project / "parameters"))
    assert result.exit_code == 0, result.output
    assert "Data years with figures: no years (snapshot" in result.output
    assert "stonadslengde_18_24" in result.output


def test_kommuner_and_years_are_given_as_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name or number, which is that of the year; each of them once."""
    made: list[Run] = []
    monkeypatch.setattr(batch, "render_all", lambda runs, **_: made.extend(runs))
    words = ["render", "--kommune", "0301, Tromsø,oslo", "--kommune", "asss"]
    words += ["--year", "2017-2018,2020", *ON_EMBEDDED, "--output", str(tmp_path)]
    assert _run(*words).exit_code == 0
    assert [(run.kommune, run.year) for run in made] == [
        (kommune, year)
        for year in (2017, 2018, 2020)
        for kommune in ("oslo", "tromso", NETWORK)
    ]


@pytest.mark.parametrize(
    ("words", "formats", "editions"),
    [
        ("--format html --format csv,html", ("html", "csv"), ("public",)),
        ("--format html,csv --edition public", ("html", "csv"), ("public",)),
        ("--format all --edition public --edition review", FORMATS, EDITIONS),
        ("", USUAL_FORMATS, ("public",)),
    ],
)
def test_formats_and_editions_are_given_once_or_several_times(
    words: str,
    formats: Sequence[str],
    editions: Sequence[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """None of them silently takes the place of another."""
    asked: list[object] = []

    def render_all(*_: object, **given: object) -> None:
        asked.extend((given["formats"], given["editions"]))

    monkeypatch.setattr(batch, "render_all", render_all)
    common = ["render", "--kommune", "oslo", "--year", "2020", *ON_EMBEDDED]
    result = _run(*common, "--output", str(tmp_path), *words.split())
    assert result.exit_code == 0, result.output
    assert asked == [formats, editions]


#: Every command: as it goes well, as something is amiss, as it asks for what is not.
EXITS = [
    (0, "check"),
    (0, "list"),
    (0, "diff embedded latest"),
    (0, "verify --snapshot embedded"),
    (0, "render --all --year 2020 --snapshot embedded --dry-run"),
    (0, "render --help"),
    (1, "check", "parameters/nettverk.yaml"),
    (1, "list", "parameters/nettverk.yaml"),
    (1, "doctor", "parameters/fraser.yaml"),
    (1, "render --all --year 2020", "parameters/forbehold.yaml"),
    (1, "render --file parameters/statbank.yaml"),
    (1, "fetch", "parameters/statbank.yaml"),
    (1, "verify", "outputs/2020/sosiale_tjenester/oslo/manifest.json"),
    (1, "verify", "outputs/snapshots/2020-01-01/manifest.json"),
    (1, "verify --snapshot 2020-01-01", "outputs/snapshots/2020-01-01/manifest.json"),
    (2, "diff embedded embedded", "parameters/nettverk.yaml"),  # as diff itself
    (2, "diff embedded nowhere"),
    (2, "diff embedded embedded --year 1999"),
    (2, "diff embedded embedded --kommune osl"),
    (2, "diff embedded embedded --service helse"),
    (2, "doctor --service helse"),
    (2, "fetch --service helse"),
    (2, "fetch --base-url ftp://ssb --anyway"),
    (2, "open"),
    (2, "open --kommune osl"),
    (2, "open --output nowhere"),
    (2, "render --all --year 2020 --snapshot nowhere"),
    (2, "render --all --year 2020 --scheduler 127.0.0.1"),
    (2, "render --all --year 2020 --output s4://a/b --dry-run"),
    (2, "render --file parameters"),
    (2, "verify --kommune osl"),
    (2, "verify --output nowhere"),
    (2, "verify --snapshot nowhere"),
    (2, "verify --year 1999"),
    (2, "list --parameters nowhere"),
    (2, "check everything"),
]


@pytest.mark.parametrize("case", EXITS, ids=lambda case: " ".join(map(str, case)))
def test_exit_codes_are_those_of_the_readme(
    case: tuple[int, str] | tuple[int, str, str],
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """0: well. 1: something is amiss. 2: there is no such thing to be had."""
    code, words, *broken = case
    for name in broken:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("{", "utf-8")
    monkeypatch.chdir(project)
    result = _run(*words.split())
    assert result.exit_code == code, result.output
    assert result.output
    assert isinstance(result.exception, SystemExit | None)


@pytest.mark.parametrize(
    "words",
    [
        *("list", "check", "--help", "render --help", "diff embedded embedded"),
        *("render --kommune Tromsø,«Ås» --year 2020", "verify --output Å«s»", "åpne"),
        *("render --all --year 2020 --snapshot embedded --dry-run", "list Å\udce5"),
    ],
)
def test_terminal_that_knows_ascii_alone_is_spoken_to_in_it(
    words: str, root: Path
) -> None:
    """Spelt without the letters it lacks, in any command and any message."""
    command = [sys.executable, "-m", "asss", *words.split()]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    result = subprocess.run(
        command, capture_output=True, env=environment, cwd=root, check=False
    )
    printed = (result.stdout + result.stderr).decode("ascii")
    assert printed
    assert "Traceback" not in printed
    assert result.returncode in (0, USAGE)


def test_json_says_the_same_on_every_terminal(root: Path) -> None:
    """A program reads it: «Tromsø» must not become another name."""
    words = ["render", "--kommune", "oslo", "--year", "2020", "--log", "json"]
    words += ["--snapshot", EMBEDDED, "--output", "Ås", "--dry-run"]
    said = []
    for encoding in ("ascii", "utf-8"):
        command = [sys.executable, "-m", "asss", *words]
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        result = subprocess.run(command, capture_output=True, env=environment, cwd=root)
        lines = result.stdout.decode(encoding).splitlines()
        said.append([{**json.loads(line), "seconds": 0} for line in lines])
    assert said[0] == said[1] != []


@given(st.text(alphabet=st.characters(codec=None), min_size=1))
@example("\x1b]0;owned\x07\x1b[2J\x9b1mred\u202eder\r\udce5")
@example("[/red]\\[/red][bold")
def test_nothing_that_is_printed_steers_the_terminal(text: str) -> None:
    """Titles of errors, names of files: in a line, a table, a panel, and JSON."""
    for colours in (None, "truecolor"):
        shown = io.StringIO()
        console = Terminal(
            file=shown, color_system=colours, force_terminal=False, width=80
        )
        console.print(f"[red]Error:[/red] {safe(text)}")
        console.print(Text(text), style="bold")
        table = Table("a")
        table.add_row(safe(text))
        console.print(table)
        printed = shown.getvalue()
        ours = re.sub(r"\x1b\[[\d;]*m", "", printed)
        assert visible(ours) == ours
    assert json.loads(visible(json.dumps(text, ensure_ascii=False))) == text


def test_error_of_a_server_is_shown_and_not_obeyed() -> None:
    """Where every command's errors come by."""
    with pytest.raises(typer.Exit), err.capture() as shown, plain_errors():
        raise FetchError("\x1b[2J502 «Bad\x07 gateway»")  # noqa: EM101
    assert shown.get() == "Error: \\u001b[2J502 «Bad gateway»\n"


def test_one_report_from_the_command_line(tmp_path: Path) -> None:
    """The whole way, with a name in Norwegian letters; the year's index links it."""
    result = _run(
        *("render", "--kommune", "Tromsø", "--year", "2018", *ON_EMBEDDED),
        *("--format", "html", "--output", str(tmp_path), "--date", "2026-11-23"),
    )
    assert result.exit_code == 0, result.output
    assert result.output.startswith("Snapshot embedded: not fetched from SSB")
    book = json.loads((tmp_path / "ledger.json").read_text("utf-8"))
    (version,) = book["reports"]["2018/sosiale_tjenester/tromso"]["history"]
    assert (version["date"], version["snapshot"]) == ("2026-11-23", "embedded")
    folder = tmp_path / "2018" / SERVICE / "tromso"
    facts = json.loads((folder / "facts.json").read_text("utf-8"))
    suppressed = [
        fact
        for fact in facts["facts"]
        if fact["id"] == "tromso-2018-kvp_mottakere_per_1000"
    ]
    assert suppressed[0]["value"] is None
    assert suppressed[0]["status"] == ":"
    assert not (folder / report.PDF_NAME).exists()
    index = (tmp_path / "2018" / "index.html").read_text("utf-8")
    assert 'href="sosiale_tjenester/tromso/rapport.html"' in index
    assert "rapport.pdf" not in index


#: What a command with nothing to do must not wait for.
HEAVY = (
    *("pandas", "numpy", "matplotlib", "papermill", "nbconvert", "nbformat"),
    *("typst", "jinja2", "pikepdf", "httpx", "IPython", "lxml"),
)


@pytest.fixture
def spare(made_once: Path, tmp_path: Path) -> Path:
    """A project with the report on Tromsø 2017 in place, for a test to change."""
    return shutil.copytree(made_once, tmp_path / "spare")


def _tromso(project: Path, *more: str) -> list[str]:
    """The command that has made that report."""
    formats = ",".join(FORMATS)
    return [
        *("render", "--kommune", "tromso", "--year", "2017", "--format", formats),
        *("--edition", "review", "--date", "2026-11-24"),
        *("--parameters", str(project / "parameters"), *more),
    ]


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def rendering(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Stand in for the making of reports; what was asked for, call by call."""
    calls: list[list[str]] = []

    def render_all(
        runs: Sequence[Run],
        *,
        output: Path,
        on_result: Callable[[batch.Result], None],
        **_: object,
    ) -> list[batch.Result]:
        calls.append([run.kommune for run in runs])
        results = [batch.Result(run, manifest.folder_of(output, run)) for run in runs]
        for result in results:
            on_result(result)
        return results

    monkeypatch.setattr(batch, "render_all", render_all)
    return calls


def test_nothing_is_made_or_loaded_where_nothing_has_changed(spare: Path) -> None:
    """Not a byte is written, and what makes reports is not even loaded."""
    _run(*_tromso(spare))  # whole, and with an index
    before = _files(spare / "outputs")
    script = (
        "import sys; from asss.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        f"print('loaded:', sorted({{*{HEAVY!r}}} & {{*sys.modules}}))"
    )
    command = [sys.executable, "-c", script, *_tromso(spare, "--explain")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    _, told, summary, loaded = result.stdout.splitlines()
    assert told == "skip    tromso 2017: unchanged since it was made"
    assert summary.startswith("1 unchanged: ")
    assert loaded == "loaded: []"
    assert _files(spare / "outputs") == before


def test_what_was_skipped_would_have_come_out_the_same(spare: Path) -> None:
    """With --force it is made all the same: same bytes, same ledger, on a later day."""
    before = _files(spare / "outputs")
    result = _run(*_tromso(spare, "--force", "--explain"))
    assert result.exit_code == 0, result.output
    assert "render  tromso 2017: --force" in result.output
    after = _files(spare / "outputs")
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed <= {"2017/index.html", "2017/manifest.json"}


def test_comment_is_made_again_and_says_why(
    spare: Path, rendering: list[list[str]]
) -> None:
    """Ask first, with --dry-run; then do."""
    comment = spare / "parameters/sosiale_tjenester/kommentarer/tromso-2017/rus.md"
    comment.write_text(comment.read_text("utf-8") + "Og mer.\n", "utf-8")
    reason = "kommentarer/: a comment on this report changed"
    result = _run(*_tromso(spare, "--dry-run"))
    assert result.exit_code == 0, result.output
    assert f"render  tromso 2017: {reason}\n0 unchanged, 1 to render." in result.output
    assert not rendering
    result = _run(*_tromso(spare))
    assert rendering == [["tromso"]]
    assert "1 rendered: " in result.output


def _with_index(project: Path) -> Path:
    """The index of the project's one report, written as after a rendering."""
    assert _run(*_tromso(project)).exit_code == 0
    return project / "outputs" / "2017" / INDEX_NAME


def _as_if_made_anew(folder: Path, value: float) -> None:
    """A report as it lies there when it says another figure, and all vouches for it."""
    facts = json.loads((folder / FACTS_NAME).read_bytes())
    own = (fact for fact in facts["facts"] if fact["kommune"] == "tromso")
    next(f for f in own if f["year"] == 2017 and f["value"])["value"] = value
    (folder / FACTS_NAME).write_text(json.dumps(facts), "utf-8")
    kept = manifest.read(folder)
    raw = (folder / FACTS_NAME).read_bytes()
    file = manifest.File(sha256=hashlib.sha256(raw).hexdigest(), bytes=len(raw))
    files = {**kept.files, FACTS_NAME: file}
    manifest.write(kept.model_copy(update={"files": files}), folder)


def test_report_that_cannot_be_read_is_not_told_as_good(spare: Path) -> None:
    """Made with another notebook: what it says is held against nothing."""
    _with_index(spare)
    path = spare / "notebooks" / "kommune.ipynb"
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    looked = _run("verify", "--parameters", str(spare / "parameters"))
    assert looked.exit_code == 0
    told = " ".join(looked.output.split())
    assert "unread 2017/sosiale_tjenester/tromso: what it says was not read" in told
    assert told.endswith("in what was read; 1 page could not be read (above).")


def test_index_that_was_not_written_after_a_report_is_found_and_written(
    spare: Path, rendering: list[list[str]]
) -> None:
    """As after a kill between the two: nothing is due then but the index."""
    index = _with_index(spare)
    _as_if_made_anew(spare / "outputs/2017/sosiale_tjenester/tromso", 29.25)
    assert "29.25" not in index.read_text("utf-8")
    looked = _run("verify", "--parameters", str(spare / "parameters"))
    assert looked.exit_code == FAILURE
    told = " ".join(looked.output.split())
    assert f"2017/index.html: it does not show what {TROMSO} says now" in told
    result = _run(*_tromso(spare))
    assert "1 unchanged: " in result.output
    assert 'data-value="29.25"' in index.read_text("utf-8")
    assert not rendering
    looked = _run("verify", "--parameters", str(spare / "parameters"))
    assert "2017/index.html: shows what is in 1 report\n" in looked.output
    # The figure itself is still another than SSB's, however much vouches for it.
    wrong = [line for line in looked.output.splitlines() if "problem " in line]
    assert wrong
    assert not any(INDEX_NAME in line for line in wrong)
    assert "value: is 29.25, and by its snapshot" in " ".join(looked.output.split())


@pytest.mark.usefixtures("rendering")
def test_index_made_with_other_words_is_said_not_to_be_read(spare: Path) -> None:
    """It was passed by in silence, and called well for the facts that it shows."""
    index = _with_index(spare)
    index.write_text(index.read_text("utf-8").replace("Tromsø", "Oslo"), "utf-8")
    kept = manifest.read_index(index.parent)
    manifest.write_index(kept, index.read_text("utf-8"), index.parent)
    checks = ("verify", "--parameters", str(spare / "parameters"))
    assert _run(*checks).exit_code == FAILURE
    words = spare / "parameters" / "fraser.yaml"
    text = words.read_text("utf-8")
    words.write_text(text.replace("index_areas: ", "index_areas: Alle ", 1), "utf-8")
    assert words.read_text("utf-8") != text
    told = " ".join(_run(*checks).output.split())
    assert "2017/index.html: what it says was not read: what it was made with" in told


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (INDEX_NAME, None),
        (INDEX_NAME, "changed"),
        (MANIFEST_NAME, None),
        (MANIFEST_NAME, "{"),
        (f"{SERVICE}/tromso/nokkeltall.xlsx", None),
        ("2016/index.html", "another year"),
    ],
)
def test_index_is_written_where_it_is_not_as_it_would_be(
    name: str, content: str | None, spare: Path, rendering: list[list[str]]
) -> None:
    """Whatever it is that is not as it was when it was written."""
    index = _with_index(spare)
    path = index.parent / name if "2016" not in name else index.parents[1] / name
    before, kept = index.read_bytes(), (index.parent / MANIFEST_NAME).read_bytes()
    if content is None:
        path.unlink()
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8")
    _run(*_tromso(spare))
    is_other = name.endswith(("xlsx", "2016/index.html"))
    assert (index.read_bytes() != before) is is_other
    assert ((index.parent / MANIFEST_NAME).read_bytes() != kept) is is_other
    assert rendering == ([["tromso"]] if "xlsx" in name else [])


def test_index_calls_a_report_old_until_it_is_made(
    spare: Path, rendering: list[list[str]], known: Catalogue
) -> None:
    """Another's being in order does not make it new."""
    index = _with_index(spare)
    contents.write_index(
        [known], year=2017, output=spare / "outputs", failed={f"{SERVICE}/tromso"}
    )
    old = known.phrases.words["index_old"]
    assert old in index.read_text("utf-8")
    _run(*["bergen" if word == "tromso" else word for word in _tromso(spare)])
    assert old in index.read_text("utf-8")
    _run(*_tromso(spare))
    assert old not in index.read_text("utf-8")
    assert rendering == [["bergen"]]


def test_log_in_json_is_an_object_a_line(
    spare: Path, rendering: list[list[str]]
) -> None:
    """Nothing else is on standard output, so that a program can read it as it comes."""
    result = _run(*_tromso(spare, "--force", "--log", "json"))
    assert result.exit_code == 0, result.output
    assert rendering == [["tromso"]]
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [event.pop("event") for event in events] == [
        *("snapshot", "due", "rendered", "finished")
    ]
    assert all(event.pop("seconds") >= 0 for event in events)
    place = str(spare / "outputs" / "2017" / SERVICE / "tromso")
    report_ = {"kommune": "tromso", "year": 2017, "service": SERVICE}
    assert events[1:3] == [
        {**report_, "reason": "--force"},
        {**report_, "path": place},
    ]
    counts = {"unchanged": 0, "due": 1, "rendered": 1, "failed": 0}
    assert events[3] == {**counts, "paths": [f"{spare}/outputs/2017/{INDEX_NAME}"]}


def test_quiet_tells_of_failures_alone(
    spare: Path, rendering: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cron job that says nothing has done its work; one that speaks has not."""
    assert _run(*_tromso(spare, "--force", "--quiet")).output == ""
    assert rendering

    def fail(
        runs: Sequence[Run], *, on_result: Callable[[batch.Result], None], **_: object
    ) -> None:
        for run in runs:
            on_result(batch.Result(run, error="no ink"))

    monkeypatch.setattr(batch, "render_all", fail)
    result = _run(*_tromso(spare, "--force", "--quiet"))
    assert result.exit_code == FAILURE
    assert result.output.splitlines() == [
        "failed  no ink",
        "1 of 1 report failed: tromso",
    ]
    mixed = _run(*_tromso(spare, "--quiet", "--log", "json"))
    _refused(mixed, USAGE, "--quiet goes with none of")


def test_ctrl_c_keeps_what_is_finished_and_says_so(
    spare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One clear line, and the exit code that a shell expects: 128 + SIGINT."""

    def stop(
        runs: Sequence[Run],
        *,
        output: Path,
        on_result: Callable[[batch.Result], None],
        **_: object,
    ) -> None:
        first = runs[0]
        folder = output / str(first.year) / first.kommune
        on_result(batch.Result(first, folder))
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "render_all", stop)
    result = _run(
        *("render", "--all", "--year", "2017", *ON_EMBEDDED),
        *("--parameters", str(spare / "parameters")),
    )
    assert result.exit_code == 130, result.output
    assert "Traceback" not in result.output
    (line,) = [x for x in result.output.splitlines() if x.startswith("Interrupted")]
    assert line == (
        "Interrupted: 1 of 11 reports finished and kept in "
        f"{spare / 'outputs'}. The same command makes the rest."
    )
    assert (spare / "outputs" / "2017" / INDEX_NAME).is_file()


#: A command that is told to end, and once more while it does so.
ENDED = """
import os, signal
from asss.cli import terminal
terminal.heed_signals()
try:
    os.kill(os.getpid(), signal.{name})
    signal.pause()
except terminal.Ended as ended:
    os.kill(os.getpid(), signal.{name})
    print(ended.code)
"""


@pytest.mark.parametrize(
    ("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)]
)
def test_what_tells_a_command_to_end_is_heard_once(name: str, code: int) -> None:
    asked = [sys.executable, "-c", ENDED.format(name=name)]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.stdout, done.stderr) == (f"{code}\n", "")


def test_what_is_not_to_be_heard_is_not() -> None:
    """`nohup` has a command go on when its terminal is gone."""
    before = {name: signal.getsignal(name) for name in (signal.SIGHUP, signal.SIGINT)}
    before[signal.SIGTERM] = signal.getsignal(signal.SIGTERM)
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        heed_signals()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGTERM) is not before[signal.SIGTERM]
    finally:
        for number, kept in before.items():
            signal.signal(number, kept)


def test_terminal_that_is_gone_is_not_written_to() -> None:
    """What is said at the end would be an error of its own."""
    ours, theirs = pty.openpty()
    with open(theirs, "w", encoding="utf-8") as shown:  # noqa: PTH123 (a descriptor)
        os.close(ours)
        with pytest.raises(OSError, match="Input/output"):
            print("ended", file=shown, flush=True)
        _let_go(shown)
        print("ended", file=shown, flush=True)


def test_command_that_is_told_to_end_has_the_exit_code_of_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def end(*_: object, **__: object) -> None:
        raise Ended(signal.SIGTERM)

    monkeypatch.setattr("asss.cli.project.catalogue.load_catalogue", end)
    assert _run("check").exit_code == 143


def test_ctrl_c_before_the_first_report_leaves_no_index(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that links nothing is nobody's."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "render_all", stop)
    result = _run(
        *("render", "--kommune", "oslo", "--year", "2020", *ON_EMBEDDED),
        *("--parameters", str(project / "parameters")),
    )
    assert result.exit_code == 130
    assert "0 of 1 report finished" in result.output
    assert not (project / "outputs").exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_all_commands_is_that_of_each(name: str) -> None:
    """A command is loaded when it is asked for; its line in the help stands alone."""
    listed = _run("--help")
    assert f" {name} " in listed.output
    assert COMMANDS[name][2].removesuffix(".") in listed.output
    assert _run(name, "--help").exit_code == 0


def test_misspelt_command_is_answered_with_the_nearest() -> None:
    """Though none of them is loaded."""
    _refused(_run("rendr"), USAGE, "Did you mean 'render'?")

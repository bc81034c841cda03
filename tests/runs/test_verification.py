"""Everything is as it was made, or it is said what is not, and what to do about it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from reports import commented
from typer.testing import CliRunner

from asss import statbank
from asss.__main__ import app
from asss.catalogue.catalogue import load_all
from asss.cli.terminal import FAILURE, USAGE
from asss.errors import UsageError
from asss.runs import contents, ledger, manifest, report, verification
from asss.runs.manifest import MANIFEST_NAME
from asss.runs.verification import Check

TROMSO = "2017/sosiale_tjenester/tromso"
EMBEDDED = "snapshot embedded"
FETCHED = "2026-12-01"


def _verify(project: Path, **options: Any) -> list[Check]:
    output = project / "outputs"
    return list(verification.verify(root=project, output=output, **options))


def _of(checks: list[Check], outcome: str) -> list[tuple[str, str]]:
    return [(c.about, c.message) for c in checks if c.outcome == outcome]


def _edit(path: Path, change: Callable[[Any], object]) -> None:
    content = json.loads(path.read_bytes())
    change(content)
    path.write_text(json.dumps(content), "utf-8")


# -- reports ---------------------------------------------------------------------------


def test_what_was_just_made_is_as_it_was_made(made_once: Path) -> None:
    """One line for each thing, and nothing to say about any of them."""
    checks = _verify(made_once)
    assert [check.about for check in checks] == [EMBEDDED, TROMSO]
    assert {check.outcome for check in checks} == {"ok"}


def test_manifest_says_what_the_report_was_made_of(made_once: Path) -> None:
    """Enough to make it again, and no clock and no path in it."""
    folder = made_once / "outputs" / TROMSO
    kept = manifest.read(folder)
    assert (kept.kommune, kept.year, kept.locale) == ("tromso", 2017, "nb")
    assert kept.run.published == "2018-09-10"
    embedded = statbank.open_snapshot(statbank.embedded_folder())
    assert kept.snapshot == embedded.sha256
    assert MANIFEST_NAME not in kept.files
    assert sorted([*kept.files, MANIFEST_NAME]) == manifest.names(folder)
    assert "figurer/figur-1.svg" in kept.files
    written = (folder / MANIFEST_NAME).read_text("utf-8")
    assert str(made_once.parent) not in written
    assert "2026" not in written


@pytest.mark.parametrize(
    "name",
    [report.HTML_NAME, report.PDF_NAME, report.NOTEBOOK_NAME, report.FACTS_NAME],
)
def test_one_changed_byte_is_found(name: str, made: Path) -> None:
    """In whatever file, and it is said which."""
    path = made / "outputs" / TROMSO / name
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    ((about, message),) = _of(_verify(made), "problem")
    assert about == TROMSO
    assert message.startswith(f"{name} has been changed or is damaged: it has ")
    assert message.endswith("asss render --kommune tromso --year 2017.")


def test_missing_file_is_found(made: Path) -> None:
    """A report is whole or it is not the report."""
    (made / "outputs" / TROMSO / report.FACTS_NAME).unlink()
    ((about, message),) = _of(_verify(made), "problem")
    assert about == TROMSO
    assert message.startswith("facts.json is missing. Render it again")


def test_extra_file_is_found_and_not_sent_to_its_death(made: Path) -> None:
    """Rendering again would remove it, so that is not what we say."""
    (made / "outputs" / TROMSO / "notat.txt").write_text("mitt", "utf-8")
    ((about, message),) = _of(_verify(made), "problem")
    assert about == TROMSO
    assert (
        message == "notat.txt was not made with the report. Move it to another folder."
    )


@pytest.mark.parametrize("content", [None, "", "{", "null", '{"form": 1}'])
def test_report_without_a_whole_manifest_is_found(
    content: str | None, made: Path
) -> None:
    """Nothing vouches for it then."""
    path = made / "outputs" / TROMSO / MANIFEST_NAME
    path.unlink()
    if content is not None:
        path.write_text(content, "utf-8")
    ((about, message),) = _of(_verify(made), "problem")
    assert about == TROMSO
    assert "manifest.json" in message
    assert "Render the report again" in message


def test_manifest_of_another_report_is_found(made: Path) -> None:
    """Somebody renamed the folder."""
    folder = made / "outputs/2017/sosiale_tjenester"
    (folder / "tromso").rename(folder / "oslo")
    problems = _of(_verify(made), "problem")
    assert problems[0][0] == "2017/sosiale_tjenester/oslo"
    assert f"its manifest is about {TROMSO}" in problems[0][1]


def test_changed_inputs_are_told_apart_from_changed_reports(made: Path) -> None:
    """The report is what it was; it is the world that has moved on."""
    path = made / "notebooks" / "kommune.ipynb"
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    what = "notebooks/kommune.ipynb changed since it was made"
    checks = _verify(made, render=True)
    assert not _of(checks, "problem")
    assert _of(checks, "note") == [
        (TROMSO, what),
        (TROMSO, "not made again: its inputs are no longer the same"),
    ]
    ((about, message),) = _of(checks, "unread")
    assert about == TROMSO
    assert message.startswith("what it says was not read: ")
    assert message.endswith("asss render --kommune tromso --year 2017.")


def test_files_that_an_editor_leaves_are_no_parameters(made: Path) -> None:
    """A swap file does not make every report one of yesterday."""
    (made / "parameters" / ".fraser.yaml.swp").write_text("x", "utf-8")
    assert not _of(_verify(made), "note")


def test_report_whose_snapshot_is_gone_is_noted(made: Path) -> None:
    """It cannot be made again, and is not wrong for that."""
    path = made / "outputs" / TROMSO / MANIFEST_NAME
    _edit(path, lambda kept: kept["run"].update(snapshot="2025-01-01"))
    checks = _verify(made)
    assert _of(checks, "note") == [(TROMSO, "snapshot 2025-01-01 is gone or damaged")]
    assert not _of(checks, "problem")


@pytest.mark.parametrize("name", ["published", "changed", "fingerprint"])
def test_ledger_that_says_otherwise_is_found(name: str, made: Path) -> None:
    """One date in the ledger and another on the page: one of them is wrong."""
    path = made / "outputs" / ledger.LEDGER_NAME
    _edit(path, lambda book: book["reports"][TROMSO].update({name: "2026-12-01"}))
    ((about, message),) = _of(_verify(made), "problem")
    assert about == TROMSO
    assert message.startswith(f"{name} is ")
    assert "2026-12-01 in ledger.json" in message


def test_report_that_is_not_in_the_ledger_is_found(made: Path) -> None:
    """Its dates would be forgotten at the next rendering."""
    (made / "outputs" / ledger.LEDGER_NAME).unlink()
    ((about, message),) = _of(_verify(made), "problem")
    assert (about, message.split(".")[0]) == (TROMSO, "it has no entry in ledger")


def test_damaged_ledger_is_one_problem(made: Path) -> None:
    """And not one for each report."""
    (made / "outputs" / ledger.LEDGER_NAME).write_text("{", "utf-8")
    ((about, message),) = _of(_verify(made), "problem")
    assert about == ledger.LEDGER_NAME
    assert "restore it from a copy" in message


def test_report_that_only_the_ledger_knows_is_noted(made: Path) -> None:
    """Outputs may be cleared; the dates stay."""
    shutil.rmtree(made / "outputs" / TROMSO)
    checks = _verify(made)
    assert not _of(checks, "problem")
    assert TROMSO in [about for about, _ in _of(checks, "note")]


@pytest.mark.parametrize("is_hidden", [True, False])
def test_what_a_killed_command_has_left_is_found(is_hidden: bool, made: Path) -> None:
    """A report that is not in its place is a problem; a folder too many is none."""
    folder = made / "outputs" / TROMSO
    left = folder.with_name(".tromso-1-k3j2h1g0.tmp")
    left.mkdir()
    (left / "lock").touch()
    if is_hidden:
        folder.rename(left / "earlier")
    found = _of(_verify(made), "problem" if is_hidden else "note")
    about, message = found[0]
    assert about == (TROMSO if is_hidden else "2017/sosiale_tjenester")
    assert left.name in message
    assert message.endswith("Any asss render puts that right.")
    assert is_hidden or not _of(_verify(made), "problem")


def test_network_page_with_other_figures_than_a_report_is_found(made: Path) -> None:
    """A reader who goes from one to the other would see two numbers for the same."""
    folder = made / "outputs" / TROMSO
    together = folder.with_name("asss")
    shutil.copytree(folder, together)

    def differ(facts: Any) -> None:
        facts["run"]["kommune"] = "asss"
        own = (f for f in facts["facts"] if f["kommune"] == "tromso" and f["value"])
        next(fact for fact in own if fact["year"] == 2017)["value"] += factor

    for factor in (0, 1):
        _edit(together / report.FACTS_NAME, differ)
        told = [m for a, m in _of(_verify(made), "problem") if "other figures" in m]
        assert len(told) == factor
    assert told[0].startswith(f"it has other figures on tromso than {TROMSO} has.")


def test_made_again_it_has_the_same_bytes(made_once: Path) -> None:
    """From the run in its manifest, with the dates that the ledger gave it."""
    checks = _verify(made_once, render=True, kommune="tromso", year=2017)
    count = len(manifest.names(made_once / "outputs" / TROMSO))
    assert checks[-1] == Check(TROMSO, "ok", f"made again, {count} files, same bytes")
    assert {check.outcome for check in checks} == {"ok"}


def forged(made: Path, old: str, new: str, name: str = report.HTML_NAME) -> Path:
    """A report whose page is changed, and whose manifest vouches for that."""
    folder = made / "outputs" / TROMSO
    page = folder / name
    html = page.read_text("utf-8")
    assert old in html
    page.write_text(html.replace(old, new, 1), "utf-8")
    return vouched(made, name)


def vouched(made: Path, name: str) -> Path:
    """A report whose manifest vouches for a file as it is now."""
    folder = made / "outputs" / TROMSO
    kept = manifest.read(folder)
    files = {**kept.files, name: manifest.file_of(folder / name)}
    manifest.write(kept.model_copy(update={"files": files}), folder)
    return made


def test_forged_report_is_found_by_what_it_says(made: Path) -> None:
    """Whoever changes a page can change its manifest too, but not what it must say."""
    forged(made, "<title>Sosiale tjenester i Tromsø", "<title>Sosiale tjenester i Oslo")
    problems = _of(_verify(made), "problem")
    assert problems
    assert all(about == TROMSO for about, _ in problems)
    assert "title: is «Sosiale tjenester i Oslo" in problems[0][1]


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("gjennomgang.html", "12367", "12376", "is not what notebook and facts give"),
        ("rapport.ipynb", "Publisert: 10", "Publisert: 11", "does not stand there"),
        ("figurer/figur-1.svg", "<circle", "<circle ", "the drawing is not that of"),
        ("rapport.html", "sup.r {", "sup.r { display: none;", "its stylesheet is not"),
        ("rapport.html", '<p class="warning', '<p class="skip warning', "out of sight"),
        ("datapackage.json", "minimum", "maximum", "year: is said to have maximum"),
    ],
)
def test_forged_file_is_found_by_reading_it(
    name: str, old: str, new: str, said: str, made: Path
) -> None:
    """A copy of the page, or what hides a part of it; a manifest vouches for each."""
    problems = _of(_verify(forged(made, old, new, name)), "problem")
    assert any(name in message and said in message for _, message in problems)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("rapport.html", "<main", "<!-- here --><main"),
        ("facts.json", '"title"', '"title": "I dag", "title"'),
        ("facts.schema.json", "integer", "number"),
    ],
)
def test_what_no_reading_sees_is_found_by_making_it_again(
    name: str, old: str, new: str, made: Path
) -> None:
    """Of the notebook that was kept, without running it: schema, and all else."""
    problems = _of(_verify(forged(made, old, new, name)), "problem")
    assert [about for about, _ in problems] == [TROMSO]
    assert f"{name}: line " in problems[0][1]
    assert "is not what notebook and facts give" in problems[0][1]


@pytest.mark.parametrize(
    ("name", "part", "old", "new", "said"),
    [
        (
            *("nokkeltall.xlsx", "xl/worksheets/sheet1.xml"),
            *("<col ", '<col hidden="1" ', "is hidden"),
        ),
        (
            *("rapport.docx", "word/styles.xml", "4A5965", "FFFFFF"),
            "word/styles.xml is not what",
        ),
    ],
)
def test_part_of_a_packed_file_is_found(
    name: str, part: str, old: str, new: str, said: str, made: Path
) -> None:
    """What hides a column, or a mark, changes no word."""
    file = made / "outputs" / TROMSO / name
    with ZipFile(file) as held:
        parts = {one: held.read(one) for one in held.namelist()}
    assert old.encode() in parts[part]
    with ZipFile(file, "w") as changed:
        for one, content in parts.items():
            is_it = one == part
            changed.writestr(
                one, content.replace(old.encode(), new.encode()) if is_it else content
            )
    vouched(made, name)
    problems = _of(_verify(made), "problem")
    assert {about for about, _ in problems} == {TROMSO}
    assert all(message.startswith(name) for _, message in problems)
    assert said in problems[0][1]


@pytest.mark.parametrize(
    ("old", "said"),
    [
        (".card .caveats {", "its stylesheet is not that of the package"),
        ("const compare", "its program is not that of the package"),
        ("</main>", "is not what its reports give"),
    ],
)
def test_forged_index_is_found(old: str, said: str, made: Path) -> None:
    """Its styles, its program, and what no line says."""
    areas = load_all(made / "parameters")
    path = contents.write_index(areas, year=2017, output=made / "outputs")
    assert not _of(_verify(made), "problem")
    folder = path.parent
    html = path.read_text("utf-8")
    assert old in html
    path.write_text(html.replace(old, f"{old} ", 1), "utf-8")
    kept = manifest.read_index(folder)
    files = {**kept.files, path.name: manifest.file_of(path)}
    manifest.write(kept.model_copy(update={"files": files}), folder)
    ((about, message),) = _of(_verify(made), "problem")
    assert about == "2017/index.html"
    assert said in message


def test_asking_for_a_report_that_is_not_there_is_refused(made_once: Path) -> None:
    """An empty answer would look like a good one."""
    with pytest.raises(UsageError, match=rf"No such report .* There are: {TROMSO}"):
        _verify(made_once, year=2020)


# -- snapshots -------------------------------------------------------------------------


@pytest.fixture
def fetched(project: Path) -> Path:
    """A snapshot in the store that looks as if StatBank had answered."""
    folder = project / "outputs" / "snapshots" / FETCHED
    shutil.copytree(statbank.embedded_folder(), folder)

    def date(content: dict[str, Any]) -> None:
        content.update(
            name=FETCHED,
            fetched=f"{FETCHED}T07:00:00Z",
            base_url="https://data.ssb.no/api/pxwebapi/v2",
        )

    _edit(folder / statbank.MANIFEST, date)
    return folder


def _project_of(fetched: Path) -> Path:
    return fetched.parents[2]


def test_every_snapshot_is_looked_at(fetched: Path) -> None:
    """The embedded one, and all that were fetched."""
    checks = _verify(_project_of(fetched))
    assert _of(checks, "ok") == [
        (EMBEDDED, "10 tables in 11 files, as vouched for"),
        (f"snapshot {FETCHED}", "10 tables in 11 files, as vouched for"),
    ]
    assert [about for about, _ in _of(checks, "note")] == ["reports"]
    only = _verify(_project_of(fetched), snapshots=["latest"])
    assert [check.about for check in only] == [f"snapshot {FETCHED}"]


def _change_answer(folder: Path) -> None:
    path = folder / "12210.json"
    path.write_text(path.read_text("utf-8").replace("19168", "19186"), "utf-8")


def _change_sum(folder: Path) -> None:
    _edit(
        folder / statbank.MANIFEST,
        lambda content: content["tables"]["12210"].update(sha256="0" * 64),
    )


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (_change_answer, "12210.json has been changed or is damaged"),
        (_change_sum, "table 12210 has another sha256 in the manifest"),
        (lambda f: (f / "12210.json").unlink(), "12210.json cannot be read"),
        (lambda f: (f / "tall.xlsx").touch(), "tall.xlsx is not in the manifest"),
        (lambda f: (f / statbank.MANIFEST).unlink(), "No snapshot"),
        (lambda f: (f / statbank.MANIFEST).write_text("{"), "is damaged"),
    ],
)
def test_tampered_snapshot_is_found(
    damage: Callable[[Path], object], says: str, fetched: Path
) -> None:
    """A figure that we cannot vouch for is named by its file."""
    damage(fetched)
    ((about, message),) = _of(_verify(_project_of(fetched)), "problem")
    assert about == f"snapshot {FETCHED}"
    assert says in message


# -- the command -----------------------------------------------------------------------


def test_command_ends_with_nought_when_all_is_well_and_one_when_not(
    made: Path,
) -> None:
    """A line for each thing, and an exit code for a machine."""
    words = ["verify", "--parameters", str(made / "parameters")]
    good = CliRunner().invoke(app, [*words, "--kommune", "Tromsø"])
    assert good.exit_code == 0, good.output
    assert f"ok      {TROMSO}: " in good.output
    (made / "outputs" / TROMSO / report.HTML_NAME).unlink()
    bad = CliRunner().invoke(app, words)
    assert bad.exit_code == FAILURE
    assert f"problem {TROMSO}: rapport.html is missing." in bad.output
    assert "1 problem." in bad.output
    missing = CliRunner().invoke(app, [*words, "--year", "1999"])
    assert missing.exit_code == USAGE


def test_render_names_the_newest_snapshot_before_it_begins(fetched: Path) -> None:
    """`latest` is one concrete snapshot for the whole command."""
    project = _project_of(fetched)
    words = ["render", "--all", "--year", "1999"]
    result = CliRunner().invoke(
        app, [*words, "--parameters", str(project / "parameters")]
    )
    assert result.exit_code == USAGE
    assert f"No figures for 1999 in snapshot '{FETCHED}'" in result.output


def test_change_in_what_a_report_uses_is_told_from_one_in_what_it_does_not(
    made: Path,
) -> None:
    """A threshold reaches every report; the comment on another kommune does not."""
    commented(made, "trondheim-2020/kvalitet")
    assert not _of(_verify(made), "note")
    phrases = made / "parameters/fraser.yaml"
    text = phrases.read_text("utf-8")
    phrases.write_text(text.replace("value: 2.5", "value: 2.6", 1), "utf-8")
    ((about, note),) = _of(_verify(made), "note")
    assert about == TROMSO
    assert note.startswith("fraser.yaml: a phrase, a word or a threshold")
    phrases.write_text("- broken", "utf-8")
    ((_, note),) = _of(_verify(made), "note")
    assert note == "parameters/ cannot be read, so it was not compared"


def test_other_version_of_a_library_is_noted(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It need not change a byte, and it may change many."""
    newer = {**manifest.libraries(), "typst": "99.0"}
    monkeypatch.setattr(manifest, "libraries", lambda: newer)
    ((_, note),) = _of(_verify(made), "note")
    assert note.startswith("typst ")
    assert note.endswith(" → 99.0 since it was made")

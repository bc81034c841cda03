"""Many reports at once: each stands by itself, and the ledger remembers them."""

import json
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Self

import nbformat
import pytest

from asss.catalogue import parameters
from asss.catalogue.parameters import EMBEDDED, SERVICE, Run
from asss.errors import LedgerError, RenderError
from asss.runs import batch, ledger, manifest, report, verification
from asss.runs.batch import Result, Task
from asss.runs.ledger import Entry, Ledger, Version

TROMSO = ledger.key(2017, SERVICE, "tromso")
OSLO, BERGEN = (ledger.key(2020, SERVICE, name) for name in ("oslo", "bergen"))


def _render(
    project: Path,
    today: str,
    formats: Sequence[str],
    editions: Sequence[str] = (report.PUBLIC,),
) -> None:
    folder = project / "parameters"
    results = batch.render_all(
        [parameters.choose_run(folder, kommune="tromso", year=2017)],
        root=project,
        output=project / "outputs",
        formats=formats,
        editions=editions,
        today=today,
    )
    assert results[0].error is None
    assert results[0].folder == project / "outputs" / TROMSO


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_latest_is_written_down_as_the_snapshot_that_it_was(made_once: Path) -> None:
    """The run file says `latest`; manifest, facts, notebook and ledger say which."""
    run = parameters.read_run(made_once / "parameters/rapporter/tromso-2017.yaml")
    assert run.snapshot == parameters.LATEST
    folder = made_once / "outputs" / TROMSO
    assert manifest.read(folder).run.snapshot == EMBEDDED
    facts = json.loads((folder / report.FACTS_NAME).read_bytes())
    assert facts["run"]["snapshot"] == facts["snapshot"]["name"] == EMBEDDED
    assert _injected(folder, "snapshot") == EMBEDDED
    entry = Ledger(made_once / "outputs").read()[TROMSO]
    assert [version.snapshot for version in entry.history] == [EMBEDDED]


def test_rendering_again_without_change_moves_no_byte(made: Path) -> None:
    """On another day, with the same inputs and the same ledger."""
    before = _bytes(made / "outputs")
    kept = manifest.read(made / "outputs" / TROMSO)
    _render(
        made,
        today="2027-01-10",
        formats=kept.formats,
        editions=kept.editions,
    )
    assert _bytes(made / "outputs") == before


@pytest.mark.parametrize("has_manifest", [True, False])
def test_what_was_made_once_is_made_anew_with_the_report(
    has_manifest: bool, made: Path
) -> None:
    """The reviewer's edition too: neither taken away, nor left beside new figures."""
    folder = made / "outputs" / TROMSO
    names = manifest.names(folder)
    assert report.REVIEW_NAME in names
    (folder / report.REVIEW_NAME).write_text("before", "utf-8")
    if not has_manifest:
        (folder / manifest.MANIFEST_NAME).unlink()
    _render(made, "2026-11-24", ["html"])
    assert manifest.names(folder) == names
    assert (folder / report.REVIEW_NAME).read_text("utf-8") != "before"
    assert manifest.faults(manifest.read(folder), folder) == []


def test_changed_comment_moves_endret_everywhere_at_once(made: Path) -> None:
    """Page, facts, notebook, manifest and ledger say the same day, of that report."""
    oslo = Entry(published="2021-03-15", changed="", fingerprint="a", history=())
    book = Ledger(made / "outputs")
    book.record(OSLO, oslo, before=None)
    comments = made / "parameters/sosiale_tjenester/kommentarer"
    file = comments / "tromso-2017/kvp_1_prioritert_ned.md"
    file.write_text(file.read_text("utf-8") + "Og mer til.\n", "utf-8")
    _render(made, today="2027-01-10", formats=("html",))
    folder = made / "outputs" / TROMSO
    page = (folder / report.HTML_NAME).read_text("utf-8")
    assert "Publisert: 10.09.2018" in page
    assert "Endret: 10.01.2027" in page
    assert "Og mer til." in page
    facts = json.loads((folder / report.FACTS_NAME).read_bytes())
    assert facts["run"]["changed"] == "2027-01-10"
    assert _injected(folder, "changed") == "2027-01-10"
    assert manifest.read(folder).run.changed == "2027-01-10"
    entries = book.read()
    assert entries[OSLO] == oslo
    assert entries[TROMSO].changed == "2027-01-10"
    days = [version.date for version in entries[TROMSO].history]
    assert days == ["2026-11-23", "2027-01-10"]
    checks = verification.verify(root=made, output=made / "outputs", kommune="tromso")
    assert {check.outcome for check in checks} == {"ok"}


def _injected(folder: Path, name: str) -> object:
    notebook = nbformat.read(folder / report.NOTEBOOK_NAME, as_version=4)
    cell = next(
        cell
        for cell in notebook.cells
        if "injected-parameters" in cell.metadata.get("tags", [])
    )
    found: dict[str, object] = {}
    exec(cell.source, found)
    return found[name]


def test_one_failing_cell_stops_one_report_only(project: Path, tmp_path: Path) -> None:
    """The others arrive; the failure is named by cell; what lay there before stays."""
    template = project / "notebooks" / "kommune.ipynb"
    notebook = nbformat.read(template, as_version=4)
    trap = nbformat.v4.new_code_cell('1 / (run.kommune != "bergen")', id="felle")
    notebook.cells.insert(6, trap)
    nbformat.write(notebook, template)
    output = tmp_path / "outputs"
    earlier = output / "2020" / SERVICE / "bergen"
    earlier.mkdir(parents=True)
    (earlier / "rapport.html").write_text("earlier", encoding="utf-8")
    version = Version(date="2021-03-15", fingerprint="a", snapshot=EMBEDDED)
    entry = Entry(
        published="2021-03-15", changed="", fingerprint="a", history=(version,)
    )
    book = Ledger(output)
    book.record(BERGEN, entry, before=None)
    seen: list[str] = []
    results = batch.render_all(
        [
            Run(kommune=kommune, year=2020, snapshot=EMBEDDED)
            for kommune in ("bergen", "oslo")
        ],
        root=project,
        output=output,
        formats=("html",),
        today="2026-11-23",
        on_result=lambda result: seen.append(result.run.kommune),
    )
    bergen, oslo = results
    assert sorted(seen) == ["bergen", "oslo"]
    assert oslo.error is None
    assert (output / "2020/sosiale_tjenester/oslo/rapport.html").is_file()
    assert bergen.folder is None
    assert bergen.error is not None
    assert "run.kommune" in bergen.error
    assert "ZeroDivisionError" in bergen.error
    assert "\n" not in bergen.error
    assert (earlier / "rapport.html").read_text("utf-8") == "earlier"
    left = sorted(path.name for path in (output / "2020" / SERVICE).iterdir())
    assert left == ["bergen", "oslo"]
    assert book.read() == {
        BERGEN: entry,
        OSLO: oslo.entry,
    }
    assert oslo.entry is not None
    assert (oslo.entry.published, oslo.entry.changed) == ("", "")


def test_damaged_ledger_stops_the_batch_before_it_begins(
    project: Path, tmp_path: Path
) -> None:
    """Reports whose dates nobody can tell are not made."""
    (tmp_path / ledger.LEDGER_NAME).write_text("{", "utf-8")
    with pytest.raises(LedgerError, match="is damaged"):
        batch.render_all(
            [Run(kommune="oslo", year=2020, snapshot=EMBEDDED)],
            root=project,
            output=tmp_path,
            today="2026-11-23",
        )
    assert not (tmp_path / "2020").exists()


class _Done(nullcontext[None]):
    """Workers who have everything finished as soon as it is asked for."""

    def __enter__(self) -> Self:
        return self

    def submit(self, task: Task) -> "Future[Result]":
        entry = Entry(published="2021-03-15", changed="", fingerprint="a", history=())
        future: Future[Result] = Future()
        future.set_result(Result(task.run, entry=entry))
        return future


def test_reports_that_come_together_are_entered_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands would otherwise wait for a file that grows with each of them."""
    written: list[int] = []
    record = Ledger.record_all

    def spy(book: Ledger, made: Mapping[str, Any]) -> dict[str, str]:
        written.append(len(made))
        return record(book, made)

    monkeypatch.setattr(Ledger, "record_all", spy)
    runs = [Run(kommune="oslo", year=year) for year in range(2015, 2021)]
    results = batch.render_all(
        runs, root=tmp_path, output=tmp_path, workers=_Done(), today="2026-11-26"
    )
    assert [result.run.year for result in results] == [run.year for run in runs]
    assert written == [len(runs)]
    assert Ledger(tmp_path).read().keys() == {
        ledger.key(r.year, SERVICE, "oslo") for r in runs
    }


#: What makes ahead what reports share, and what has it read back.
MADE, READ = "asss.analysis.facts:warm_up", "asss.formats.readback:prepare"


def test_what_every_area_of_a_batch_shares_is_made_ahead(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for each service area and year, before the first report of any."""
    asked: list[tuple[str, ...]] = []

    def refuse(*given: Sequence[str]) -> None:
        asked.extend(map(tuple, given))
        msg = "not here"
        raise OSError(None, msg)

    monkeypatch.setattr(batch.forks, "source", refuse)
    runs = [
        Run(kommune=kommune, year=2020, service=service, snapshot=EMBEDDED)
        for service in (SERVICE, "barnevern")
        for kommune in ("oslo", "bergen")
    ]
    with pytest.raises(RenderError, match="not here"):
        batch.render_all(runs, root=root, output=tmp_path)
    areas = [
        [json.loads(one.partition(" ")[2])[1] for one in told if " " in one]
        for told in asked
    ]
    work, _, shared = asked
    each = [SERVICE, "barnevern"]
    # What both servers need is made in the one process that becomes two.
    assert areas == [each, [], each]
    assert [one.partition(" ")[0] for one in work[-2:]] == [READ] * 2
    assert [one.partition(" ")[0] for one in shared[-2:]] == [MADE] * 2


def test_run_files_and_ledger_are_of_each_area(root: Path, tmp_path: Path) -> None:
    """What is published of one area says nothing of the other's report."""
    folder = tmp_path / "project"
    for name in ("notebooks", "parameters"):
        shutil.copytree(root / name, folder / name)
    places = folder / "parameters" / "rapporter"
    text = "kommune: oslo\nyear: 2020\nsnapshot: embedded\n"
    (places / "oslo-2020.yaml").write_text(f"{text}published: '2021-03-15'\n")
    (places / "barnevern-oslo-2020.yaml").write_text(
        f"{text}service: barnevern\npublished: '2021-06-15'\n"
    )
    days = {SERVICE: "2021-03-15", "barnevern": "2021-06-15"}
    runs = [
        parameters.choose_run(
            folder / "parameters", kommune="oslo", year=2020, service=service
        )
        for service in days
    ]
    assert {run.service: run.published for run in runs} == days
    output = folder / "outputs"
    results = batch.render_all(
        runs, root=folder, output=output, formats=("html",), today="2026-11-30"
    )
    assert [one.error for one in results] == [None, None]
    entries = Ledger(output).read()
    assert {key: one.published for key, one in entries.items()} == {
        ledger.key(2020, service, "oslo"): day for service, day in days.items()
    }
    checks = verification.verify(root=folder, output=output)
    assert {one.outcome for one in checks} == {"ok"}
    # Another date of the one is none of the other's.
    (places / "barnevern-oslo-2020.yaml").write_text(
        f"{text}service: barnevern\npublished: '2021-06-20'\n"
    )
    again = [
        parameters.choose_run(
            folder / "parameters", kommune="oslo", year=2020, service=service
        )
        for service in days
    ]
    assert [one == before for one, before in zip(again, runs, strict=True)] == [
        True,
        False,
    ]

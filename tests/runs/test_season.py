"""The season's board: what is done, what is not, and what comes next."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from asss import statbank
from asss.catalogue.catalogue import Catalogue, load_catalogue
from asss.runs import season
from asss.runs.season import Season
from asss.statbank import Snapshot, snapshots

#: Tables that data year 2020 is read from.
OF_2020 = ("07459", "12160", "12210", "12213", "12367", "13138")


@pytest.fixture
def updated(tmp_path: Path) -> Callable[[str], Snapshot]:
    """The embedded figures, as if SSB had updated all of them at a moment."""

    def at(stamp: str) -> Snapshot:
        folder = tmp_path / stamp[:10]
        shutil.copytree(statbank.embedded_folder(), folder)
        path = folder / statbank.MANIFEST
        manifest = json.loads(path.read_text("utf-8"))
        for entry in manifest["tables"].values():
            entry["ssb_updated"] = stamp
        path.write_text(json.dumps(manifest), "utf-8")
        return snapshots.open_snapshot(folder)

    return at


@pytest.fixture
def look(known: Catalogue, tmp_path: Path) -> Callable[..., Season]:
    def take(answers: Snapshot, year: int, today: str, **at_ssb: str) -> Season:
        dates = {number.removeprefix("t"): day for number, day in at_ssb.items()}
        return season.take(
            known, answers, year, output=tmp_path, today=today, at_ssb=dates
        )

    return take


@pytest.mark.parametrize(
    ("today", "stamp", "next_day", "to_do"),
    [
        ("2021-03-14", "2021-03-15T07:00:00Z", "2021-03-15", "Collect by hand until"),
        ("2021-03-15", "2021-03-01T07:00:00Z", "2021-06-15", "Preliminary figures are"),
        ("2021-03-15", "2021-03-15T07:00:00Z", "2021-06-15", "fetch again on 2021-06"),
        ("2021-06-15", "2021-03-15T07:00:00Z", "", "Final figures are due of"),
        ("2021-06-15", "2021-06-15T07:00:00Z", "", "All figures are final"),
    ],
)
def test_agenda_follows_the_calendar_and_what_is_held(
    today: str,
    stamp: str,
    next_day: str,
    to_do: str,
    updated: Callable[[str], Snapshot],
    look: Callable[..., Season],
) -> None:
    """On each of SSB's days something else is to be done, until it is done."""
    found = look(updated(stamp), 2020, today)
    assert found.next_day == next_day
    assert to_do in found.to_do
    assert {table.updated for table in found.tables} == {stamp[:10]}


def test_table_that_ssb_has_updated_since_is_to_be_fetched(
    updated: Callable[[str], Snapshot], look: Callable[..., Season]
) -> None:
    answers = updated("2021-06-15T07:00:00Z")
    found = look(answers, 2020, "2021-07-01", t12210="2021-06-20", t12160="2021-06-15")
    assert tuple(table.id for table in found.tables) == OF_2020
    assert [table.id for table in found.tables if table.is_behind] == ["12210"]
    assert found.to_do == "SSB has updated 12210 since: `asss fetch`."


def test_year_without_figures_has_all_before_it(
    snapshot: Snapshot, look: Callable[..., Season], known: Catalogue
) -> None:
    """What nobody has collected, said or looked at again; and no report to make."""
    found = look(snapshot, 2025, "2026-02-01")
    members = [member.id for member in known.network.in_year(2025)]
    assert not found.has_figures
    assert found.reports == ()
    assert not any(table.is_held for table in found.tables)
    assert set(found.to_collect) == {i.id for i in known.service.by_hand.values()}
    assert all(list(lacking) == members for lacking in found.to_collect.values())
    assert list(found.uncommented) == members
    assert [entry.id for entry in found.to_review] == ["drammen_f243_2024"]


def test_report_is_due_until_it_is_made_and_tells_of_its_change(
    made: Path, snapshot: Snapshot
) -> None:
    """Trondheim 2020 was changed since it was published; Tromsø 2017 lies there."""
    known = load_catalogue(made / "parameters")
    for year in (2017, 2020):
        found = season.take(
            known,
            snapshot,
            year,
            output=made / "outputs",
            today="2026-11-29",
            at_ssb={},
        )
        states = {one.kommune: one for one in found.reports}
        assert states["oslo"].reasons == ("it is not made yet",)
        if year == 2017:
            assert states["tromso"].reasons == ()
            assert states["tromso"].published == "2018-09-10"
        else:
            assert states["trondheim"].changed == "2023-04-27"
            assert found.to_collect == {}
            assert "trondheim" not in found.uncommented

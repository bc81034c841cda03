"""The ledger: «Endret» moves when facts or words have changed, and at nothing else."""

import copy
import json
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import commented

from asss import statbank
from asss.analysis import findings, indexing, sources
from asss.catalogue import catalogue
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EMBEDDED, SERVICE, Run
from asss.errors import LedgerError, UsageError
from asss.page import sections
from asss.runs import ledger
from asss.runs.ledger import Entry, Ledger, Version
from asss.statbank import Snapshot, holdings

#: Reports of three years, of every member: enough to see what a correction reaches.
YEARS = (2016, 2019, 2020)
OSLO, BERGEN, STAVANGER, TRONDHEIM = (
    ledger.key(2020, SERVICE, name)
    for name in ("oslo", "bergen", "stavanger", "trondheim")
)
TROMSO = ledger.key(2017, SERVICE, "tromso")

Told = dict[str, str]


def _prose(root: Path) -> list[str]:
    path = root / "notebooks" / "kommune.ipynb"
    return [
        cell.source
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown" and "rapport" in cell.metadata.get("tags", [])
    ]


def _told(known: Catalogue, snapshot: Snapshot, root: Path) -> Told:
    """What every report of YEARS tells its reader, as fingerprints."""
    observed = sources.load_observations(known, snapshot, until=max(YEARS))
    indexed = indexing.index_to_network(observed, rule=known.mean_rule)
    told = {}
    for year in YEARS:
        rows = indexed[indexed["year"] <= year]
        for member in known.network.in_year(year):
            run = Run(
                kommune=member.id,
                year=year,
                published="2021-03-15",
                edition_status="endelige",
                snapshot=snapshot.name,
            )
            found = findings.assess(rows, known, run, snapshot)
            told[ledger.key(year, SERVICE, member.id)] = ledger.fingerprint(
                sections.facts(found, known).content, _prose(root)
            )
    return told


@pytest.fixture(scope="module")
def told(known: Catalogue, snapshot: Snapshot, root: Path) -> Told:
    """The embedded figures under the real parameters/."""
    return _told(known, snapshot, root)


def _moved(before: Told, after: Told) -> set[str]:
    assert before.keys() == after.keys()
    return {name for name in before if before[name] != after[name]}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the embedded snapshot that a test may correct."""
    folder = tmp_path / "copied"
    shutil.copytree(statbank.embedded_folder(), folder)
    return folder


def _correct(folder: Path, address: str, by: float) -> Snapshot:
    """Correct one cell as SSB would: the answer, and the manifest that vouches."""
    table, codes = address.rstrip("]").split("[")
    query = dict(code.split("=") for code in codes.split(","))
    flat = statbank.open_snapshot(folder).dataset(table).position(query)
    file = folder / f"{table}.json"
    answer = json.loads(file.read_bytes())
    answer["value"][flat] += by
    file.write_text(json.dumps(answer), "utf-8")
    path = folder / statbank.MANIFEST
    manifest = json.loads(path.read_bytes())
    entry = manifest["tables"][table]
    entry["parts"][0]["sha256"] = statbank.digest(file.read_bytes())
    entry["sha256"] = statbank.summed(entry["parts"])
    path.write_text(json.dumps(manifest), "utf-8")
    return statbank.open_snapshot(folder)


@pytest.fixture(scope="session")
def address_of(observations: Any) -> Callable[[str, str, int], str]:
    """The StatBank cell of an indicator's numerator."""

    def address(indicator: str, kommune: str, year: int) -> str:
        rows = observations.set_index(["indicator", "kommune", "year"])
        return str(rows.loc[(indicator, kommune, year), "cells"][0])

    return address


def test_corrected_figure_moves_every_report_whose_mean_it_is_in(
    copied: Path,
    known: Catalogue,
    root: Path,
    told: Told,
    address_of: Callable[[str, str, int], str],
) -> None:
    """Stavanger 2019 is in the network's mean, which later reports show as well."""
    address = address_of("andel_mottakere_18_24", "stavanger", 2019)
    assert address.startswith("12210[")
    corrected = _correct(copied, address, by=30)
    moved = _moved(told, _told(known, corrected, root))
    assert moved == {name for name in told if not name.startswith("2016/")}


def test_corrected_figure_outside_the_mean_moves_only_those_who_show_it(
    copied: Path,
    known: Catalogue,
    root: Path,
    told: Told,
    address_of: Callable[[str, str, int], str],
) -> None:
    """The KVP figure of 2019 is left out of the mean: in 2020 only Stavanger has it."""
    address = address_of("kvp_mottakere_per_1000", "stavanger", 2019)
    corrected = _correct(copied, address, by=1)
    moved = _moved(told, _told(known, corrected, root))
    assert {name for name in moved if name.startswith("2020/")} == {STAVANGER}
    assert not [name for name in moved if name.startswith("2016/")]


def test_new_provenance_of_the_same_figures_moves_nothing(
    copied: Path, known: Catalogue, root: Path, told: Told
) -> None:
    """Another name, day and stamp from SSB: the reader is told the same."""
    path = copied / statbank.MANIFEST
    manifest = json.loads(path.read_bytes())
    manifest |= {"name": "2026-12-01", "created": "2026-12-01"}
    for entry in manifest["tables"].values():
        entry |= {"updated": "2026-12-01T07:00:00Z", "title": "et annet navn"}
    path.write_text(json.dumps(manifest), "utf-8")
    renamed = statbank.open_snapshot(copied)
    assert renamed.sha256 != holdings.open_snapshot(EMBEDDED).sha256
    assert not _moved(told, _told(known, renamed, root))


def test_changed_comment_moves_its_report_alone(
    project: Path, snapshot: Snapshot, told: Told
) -> None:
    """What people wrote on Trondheim is read on Trondheim's page."""
    commented(project, "trondheim-2020/kvalitet")
    changed = catalogue.load_catalogue(project / "parameters")
    assert _moved(told, _told(changed, snapshot, project)) == {TRONDHEIM}


def test_changed_words_in_the_notebook_move_every_report(
    project: Path, known: Catalogue, snapshot: Snapshot, told: Told
) -> None:
    """The Markdown that reaches the page is read on every page."""
    file = project / "notebooks" / "kommune.ipynb"
    text = file.read_text("utf-8")
    assert "## Nøkkeltall" in text
    file.write_text(text.replace("## Nøkkeltall", "## Tall"), "utf-8")
    assert _moved(told, _told(known, snapshot, project)) == told.keys()


def _facts() -> dict[str, Any]:
    fact = {
        "id": "oslo-2020-x",
        "kommune": "oslo",
        "value": 0.1 + 0.2,
        "status": "",
        "basis": "real",
        "rank": 1,
        "network_mean": None,
        "previous": 0.1,
        "tables": ["12210"],
        "cells": ["12210[a=b]"],
    }
    return {
        "title": "Tittel",
        "edition": {"status": "forelopige", "tables": {"12210": ""}, "pending": ["x"]},
        "run": {"kommune": "oslo", "published": "2021-03-15", "changed": ""},
        "snapshot": {"name": "embedded"},
        "facts": [fact, {**fact, "id": "bergen-2020-x", "kommune": "bergen"}],
        "sentences": [{"section": "a", "text": "Andelen er 3 %.", "rule": "r"}],
        "comments": [{"id": "leie", "text": "Leiene øker.", "sentence": 0}],
        "forbehold": [{"id": "f", "label": "brudd", "text": "Nye grenser."}],
    }


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("facts", 0, "value"), 0.4),
        (("facts", 0, "value"), None),
        (("facts", 0, "status"), ":"),
        (("facts", 0, "basis"), "reconstructed"),
        (("facts", 0, "rank"), 2),
        (("facts", 0, "network_mean"), 1.5),
        (("facts", 0, "previous"), 0.2),
        (("facts", 1, "value"), 0.4),
        (("sentences", 0, "text"), "Andelen er 4 %."),
        (("forbehold", 0, "text"), "Gamle grenser."),
        (("title",), "En annen tittel"),
        (("edition", "status"), "endelige"),
        (("edition", "pending"), []),
    ],
)
def test_what_the_reader_is_told_is_in_the_fingerprint(
    where: Sequence[str | int], value: object
) -> None:
    """A mark, a sign or a rank is told as much as a figure is."""
    assert _fingerprint_with(where, value) != ledger.fingerprint(_facts(), ())


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("facts", 0, "value"), 0.3),
        (("facts", 0, "cells"), ["14019[a=b]"]),
        (("facts", 1, "previous"), 0.2),
        (("facts", 0, "tables"), ["14019"]),
        (("run", "changed"), "2026-11-23"),
        (("snapshot", "name"), "2026-11-23"),
        (("edition", "tables"), {"12210": "endelige"}),
        (("sentences", 0, "rule"), "another"),
        (("comments", 0, "id"), "husleie"),
    ],
)
def test_what_the_reader_is_not_told_is_not_in_the_fingerprint(
    where: Sequence[str | int], value: object
) -> None:
    """Provenance, dates, the last bits of a sum, and what others were last year."""
    assert _fingerprint_with(where, value) == ledger.fingerprint(_facts(), ())


def _fingerprint_with(where: Sequence[str | int], value: object) -> str:
    facts = copy.deepcopy(_facts())
    *path, last = where
    place: Any = facts
    for step in path:
        place = place[step]
    place[last] = value
    return ledger.fingerprint(facts, ())


# -- dates -----------------------------------------------------------------------------

RUN = Run(kommune="oslo", year=2020, published="2021-03-15", snapshot="embedded")


def _settled(
    entry: Entry | None, run: Run, fingerprint: str, today: str = "2026-11-23"
) -> Entry:
    return ledger.settle(entry, ledger.begin(entry, run), fingerprint, today=today)


def test_first_rendering_takes_the_dates_of_the_run_file() -> None:
    """A report that was published elsewhere keeps the dates it was published with."""
    run = RUN.model_copy(update={"changed": "2023-04-27"})
    entry = _settled(None, run, "a")
    version = Version(date="2026-11-23", fingerprint="a", snapshot="embedded")
    assert entry == Entry(
        published="2021-03-15",
        changed="2023-04-27",
        fingerprint="a",
        history=(version,),
    )


def test_report_that_tells_something_else_is_changed_on_that_day() -> None:
    """The day is given; the history keeps both."""
    first = _settled(None, RUN, "a")
    second = _settled(first, RUN, "b", today="2026-12-01")
    assert first.changed == ""
    assert second.changed == "2026-12-01"
    assert [version.fingerprint for version in second.history] == ["a", "b"]
    assert ledger.dated(RUN, second).changed == "2026-12-01"


def test_later_date_in_the_run_file_wins_and_an_earlier_does_not() -> None:
    """People may know of a change that the fingerprint does not show."""
    entry = _settled(_settled(None, RUN, "a"), RUN, "b", today="2026-12-01")
    later = RUN.model_copy(update={"changed": "2027-01-10"})
    earlier = RUN.model_copy(update={"changed": "2023-04-27"})
    assert _settled(entry, later, "b").changed == "2027-01-10"
    assert _settled(entry, earlier, "b").changed == "2026-12-01"


def test_what_changes_before_publishing_is_no_change() -> None:
    """Nobody had read it: neither a draft, nor what is to be published next week."""
    draft = RUN.model_copy(update={"published": ""})
    entry = _settled(_settled(None, draft, "a"), draft, "b")
    assert (entry.published, entry.changed) == ("", "")
    assert _settled(entry, RUN, "c").changed == ""
    soon = RUN.model_copy(update={"published": "2026-12-24"})
    assert _settled(_settled(None, soon, "a"), soon, "b").changed == ""


def test_changed_without_published_is_refused() -> None:
    """A page cannot be changed before there is one."""
    run = Run(kommune="oslo", year=2020, changed="2023-04-27")
    with pytest.raises(UsageError, match=r"oslo 2020: changed is 2023-04-27, but"):
        ledger.begin(None, run)


def test_clock_that_was_set_back_hides_no_change() -> None:
    """The change would be dated before the one that it follows, or not be told."""
    entry = _settled(_settled(None, RUN, "a"), RUN, "b", today="2026-12-01")
    with pytest.raises(
        UsageError, match=r"on 2026-12-01, and today.*2020-01-01.*--date"
    ):
        _settled(entry, RUN, "c", today="2020-01-01")
    assert _settled(entry, RUN, "b", today="2020-01-01") == entry


def test_change_without_a_day_is_our_own_mistake() -> None:
    """The library has no clock to fall back on."""
    with pytest.raises(ValueError, match="on which day"):
        _settled(_settled(None, RUN, "a"), RUN, "b", today="")


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.integers(0, 40),
            st.booleans(),
            st.sampled_from(["2026-01-05", "2026-01-20"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_rules_of_endret_hold_through_any_life_of_a_report(
    steps: list[tuple[str, int, bool, str]],
) -> None:
    """
    Same words, same date; it never moves back; drafts have none; nothing is lost.

    And no clock that was set back leaves readers of a published report without a word.
    """
    entry: Entry | None = None
    for told, days, is_published, snapshot in steps:
        today = (date(2026, 1, 1) + timedelta(days)).isoformat()
        published = "2026-01-10" if is_published else ""
        run = RUN.model_copy(update={"published": published, "snapshot": snapshot})
        if (
            entry is not None
            and entry.published
            and published
            and told != entry.fingerprint
            and today < entry.history[-1].date
        ):
            with pytest.raises(UsageError, match="says something else"):
                _settled(entry, run, told, today=today)
            continue
        after = _settled(entry, run, told, today=today)
        assert _settled(after, run, told, today="2030-01-01") == after
        assert after.history[-1].fingerprint == after.fingerprint == told
        if not published:
            assert after.changed == ""
        if entry is not None:
            assert after.history[: len(entry.history)] == entry.history
            is_same = entry.fingerprint == told
            assert (len(after.history) == len(entry.history)) is is_same
            if entry.published and published:
                assert after.changed >= entry.changed
                if is_same:
                    assert after.changed == entry.changed
                elif today >= published:
                    assert after.changed >= today
        entry = after


# -- the file --------------------------------------------------------------------------


def _entry(fingerprint: str = "a") -> Entry:
    return _settled(None, RUN, fingerprint)


def test_ledger_of_a_new_folder_is_empty(tmp_path: Path) -> None:
    """Nothing has been rendered, and nothing is written by looking."""
    assert Ledger(tmp_path / "new").read() == {}
    assert not (tmp_path / "new").exists()


def test_entries_are_read_as_they_were_written(tmp_path: Path) -> None:
    """In one order and one form, whatever the order in which reports were finished."""
    names = [
        OSLO,
        TROMSO,
        BERGEN,
    ]
    for name in names:
        Ledger(tmp_path / "one").record(name, _entry(), before=None)
    for name in reversed(names):
        Ledger(tmp_path / "two").record(name, _entry(), before=None)
    one, two = Ledger(tmp_path / "one"), Ledger(tmp_path / "two")
    assert one.read() == {name: _entry() for name in sorted(names)}
    assert one.path.read_bytes() == two.path.read_bytes()


def test_recording_the_same_again_leaves_the_file_alone(tmp_path: Path) -> None:
    """Same inputs, same ledger: same bytes."""
    book = Ledger(tmp_path)
    book.record(OSLO, _entry(), before=None)
    before = book.path.stat().st_mtime_ns, book.path.read_bytes()
    book.record(OSLO, _entry(), before=_entry())
    assert (book.path.stat().st_mtime_ns, book.path.read_bytes()) == before


def test_renderings_at_once_lose_no_entries(tmp_path: Path) -> None:
    """Each writes its own line into the file as it is by then."""
    names = [f"2020/k{number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda name: Ledger(tmp_path).record(name, _entry(), before=None), names
            )
        )
    assert Ledger(tmp_path).read().keys() == set(names)
    assert not list(tmp_path.glob("*.tmp"))


def test_two_renderings_of_one_report_do_not_overwrite_each_other(
    tmp_path: Path,
) -> None:
    """The second came to something else from what the first has replaced."""
    Ledger(tmp_path).record(OSLO, _entry("a"), before=None)
    with pytest.raises(LedgerError, match="Render it again"):
        Ledger(tmp_path).record(OSLO, _entry("b"), before=None)
    assert Ledger(tmp_path).read() == {OSLO: _entry("a")}


def test_some_are_recorded_at_a_time_and_one_refusal_is_of_one(tmp_path: Path) -> None:
    book = Ledger(tmp_path)
    book.record(OSLO, _entry("a"), before=None)
    made = {
        BERGEN: (None, _entry("b")),
        OSLO: (None, _entry("b")),
        ledger.key(2020, SERVICE, "tromso"): (None, _entry("c")),
    }
    refused = book.record_all(made)
    assert [*refused] == [OSLO]
    assert "2020/sosiale_tjenester/oslo was rendered by somebody else" in refused[OSLO]
    assert book.read() == {
        BERGEN: _entry("b"),
        OSLO: _entry("a"),
        ledger.key(2020, SERVICE, "tromso"): _entry("c"),
    }


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "null",
        "[]",
        '{"form": 3, "reports": {}}',
        '{"form": 1, "reports": {"2020/oslo": {"published": "2021-03-15"}}}',
        '{"form": 1, "reports": {"2020/oslo": {"published": "i fjor", "changed": "",'
        ' "fingerprint": "a", "history": []}}}',
    ],
)
def test_damaged_ledger_is_refused_and_left_as_it_is(
    content: str, tmp_path: Path
) -> None:
    """It alone remembers when reports were changed; beginning anew would forget it."""
    book = Ledger(tmp_path)
    book.path.write_text(content, "utf-8")
    with pytest.raises(LedgerError, match=r"ledger\.json is damaged .*restore it"):
        book.read()
    with pytest.raises(LedgerError, match="is damaged"):
        book.record(OSLO, _entry(), before=None)
    assert book.path.read_text("utf-8") == content


def test_ledger_that_cannot_be_written_is_one_message(tmp_path: Path) -> None:
    """A file where the folder should be."""
    place = tmp_path / "file"
    place.write_text("a file, not a folder", "utf-8")
    with pytest.raises(LedgerError, match="Cannot write"):
        Ledger(place).record(OSLO, _entry(), before=None)

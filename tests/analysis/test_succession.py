"""
Tables end, numbers change, members join: a series is joined where everybody sees it.

The later years are made up (``synthetic``); which table, number and year a figure is
read from is what counts here, and never its size.
"""

import dataclasses
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from told import forbehold_in

from asss import figures
from asss.analysis import findings, indexing, network, sources
from asss.analysis.findings import SUMMARY, Findings
from asss.catalogue import catalogue, language
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Forbehold
from asss.catalogue.parameters import NETWORK, NumberPeriod, Run
from asss.errors import ParameterError, TableError, UsageError
from asss.page import keyfigures, method, overview, record, sections, site, text
from asss.statbank import Dataset, Dimension, Snapshot, holdings

FindingsOf = Callable[[str, int], Findings]

#: The first year of SSB's new tables, and the indicators whose figures come from them.
NEW = 2022
JOINED = {
    "andel_mottakere_18_66",
    "andel_mottakere_18_24",
    "andel_mottakere_25_66",
    "stonad_per_mottaker",
    "stonadslengde_18_24",
    "stonadslengde_hovedinntekt",
    "andel_hovedinntekt_6mnd",
    "andel_mottakere_med_barn",
}
#: One table from 2015 on, so nothing is joined.
ACCOUNTS = {
    "netto_driftsutgifter_sosialtjenesten_per_innb",
    "netto_driftsutgifter_livsopphold_f281_per_innb",
    "netto_driftsutgifter_rus_f243_per_innb",
}
KVP = "kvp_mottakere_per_1000"
MANUAL = {"ressursbruksindikator", "kvp_til_arbeid_utdanning", "sykefravaer"}

#: First and last year in which each table has figures: SSB, September 2026.
YEARS_OF_TABLE = {
    "12210": (2015, 2021),
    "12213": (2015, 2021),
    "12160": (2015, 2021),
    "13138": (2015, 2021),
    "13995": (2022, 2025),
    "14019": (2022, 2025),
    "12367": (2015, 2025),
    "07459": (2016, 2026),
}

#: SSB, KLASS 131, copied by hand: kommune, to 2019, 2020-2023, from 2024.
NUMBERS = {
    "oslo": ("0301", "0301", "0301"),
    "bergen": ("1201", "4601", "4601"),
    "trondheim": ("1601", "5001", "5001"),
    "stavanger": ("1103", "1103", "1103"),
    "kristiansand": ("1001", "4204", "4204"),
    "tromso": ("1902", "5401", "5501"),
    "sandnes": ("1102", "1108", "1108"),
    "baerum": ("0219", "3024", "3201"),
    "drammen": ("0602", "3005", "3301"),
    "fredrikstad": ("0106", "3004", "3107"),
    "asker": ("0220", "3025", "3203"),
    "lillestrom": (None, "3030", "3205"),
}
JOINERS = ("asker", "lillestrom")

CELL = re.compile(r"^(\w+)\[(?:KOKkommuneregion0000|Region)=(\w+),.*Tid=(\d+)")
BREAK = "brudd"


@pytest.fixture(scope="module")
def later(known: Catalogue, synthetic_snapshot: Snapshot) -> pd.DataFrame:
    """Every indicator for every member of 2025, for all years there are."""
    return sources.load_observations(known, synthetic_snapshot, until=2025)


@pytest.fixture(scope="module")
def later_indexed(known: Catalogue, later: pd.DataFrame) -> pd.DataFrame:
    """The same, set against the network."""
    return indexing.index_to_network(later, rule=known.mean_rule)


def without(snapshot: Snapshot, *tables: str) -> Snapshot:
    """The same snapshot, had these tables not been fetched."""
    kept = {name: one for name, one in snapshot.datasets.items() if name not in tables}
    return dataclasses.replace(snapshot, datasets=kept)


def with_labels(snapshot: Snapshot, table: str, labels: Mapping[str, str]) -> Snapshot:
    """The same snapshot, had SSB called some regions of a table something else."""
    dataset: Dataset = snapshot.dataset(table)
    name = "Region" if table == "07459" else "KOKkommuneregion0000"
    region: Dimension = dataset.dimension(name)
    assert labels.keys() <= region.labels.keys()
    renamed = dataclasses.replace(region, labels={**region.labels, **labels})
    changed = dataclasses.replace(
        dataset, dimensions={**dataset.dimensions, name: renamed}
    )
    return dataclasses.replace(snapshot, datasets={**snapshot.datasets, table: changed})


def with_numbers(
    known: Catalogue, kommune: str, *spans: tuple[str, int | None, int | None]
) -> Catalogue:
    """The same catalogue, had nettverk.yaml said other numbers of a kommune."""
    numbers = tuple(
        NumberPeriod(number=number, from_year=first, to_year=last)
        for number, first, last in spans
    )
    members = tuple(
        member.model_copy(update={"kommunenummer": numbers})
        if member.id == kommune
        else member
        for member in known.network.members
    )
    network = known.network.model_copy(update={"members": members})
    return dataclasses.replace(known, network=network)


# -- which years -----------------------------------------------------------------------


def test_every_year_that_ssb_has_is_available(
    known: Catalogue, synthetic_snapshot: Snapshot
) -> None:
    """From the old tables, over the join, to the newest year."""
    found = holdings.available_years(known, synthetic_snapshot)
    assert found == tuple(range(2015, 2026))


@pytest.mark.parametrize(
    ("missing", "years"),
    [
        ("14019", range(2015, 2022)),
        ("13995", range(2015, 2022)),
        ("12210", range(2022, 2026)),
        # No measure has the table in 2022 and later, so those years do not need it.
        ("12160", range(2022, 2026)),
        ("12367", ()),
    ],
)
def test_year_without_one_of_its_tables_is_not_available(
    known: Catalogue, synthetic_snapshot: Snapshot, missing: str, years: range
) -> None:
    """A column with holes that a whole fetch would fill is not shown."""
    held = without(synthetic_snapshot, missing)
    assert holdings.available_years(known, held) == tuple(years)


def test_empty_snapshot_has_no_year(
    known: Catalogue, synthetic_snapshot: Snapshot
) -> None:
    """That nothing is missing does not mean that something is there."""
    empty = without(synthetic_snapshot, *YEARS_OF_TABLE)
    assert holdings.available_years(known, empty) == ()
    with pytest.raises(
        UsageError, match=r"lacks tables 07459, 12160, .* of sosiale_tjenester"
    ):
        holdings.check_year(known, empty, 2021)


def test_measure_that_ssb_has_ended_is_a_gap_with_a_reason(
    known: Catalogue, later: pd.DataFrame
) -> None:
    """KVP from 2022: no table, so no figure, and a forbehold that says why."""
    kvp = later[later["indicator"] == KVP]
    after = kvp[kvp["year"] >= NEW]
    assert set(after["status"]) == {".."}
    assert len(after) == 12 * 4
    for ids in after["forbehold"]:
        kinds = {entry.kind for entry in known.forbehold_by_id(ids)}
        assert "no_source" in kinds
    before = kvp[kvp["year"].eq(NEW - 1) & kvp["in_mean"]]
    assert before["value"].notna().all()


def test_manual_figure_that_is_not_collected_is_a_gap(later: pd.DataFrame) -> None:
    """No year waits for what is collected by hand in July."""
    rows = later[later["indicator"].isin(MANUAL) & later["year"].gt(2020)]
    assert set(rows["status"]) == {".."}


# -- which table and number ------------------------------------------------------------


def test_every_figure_is_read_in_the_years_of_its_table(later: pd.DataFrame) -> None:
    """The old table to 2021, the new one from 2022, and no figure from both."""
    found = {cell for cells in later["cells"] for cell in cells}
    periods: dict[str, set[int]] = {}
    for cell in found:
        if match := CELL.match(cell):
            periods.setdefault(match[1], set()).add(int(match[3]))
    assert periods == {
        table: set(range(first, last + 1))
        for table, (first, last) in YEARS_OF_TABLE.items()
    }


def test_no_figure_is_read_from_a_number_outside_its_years(
    later: pd.DataFrame,
) -> None:
    """All members, all years: 12367 has a plain 0 there, which would pass as one."""
    read = [
        (row.kommune, match[2], int(match[3]))
        for row in later.itertuples()
        for cell in row.cells
        if (match := CELL.match(cell))
    ]
    for kommune, number, period in dict.fromkeys(read):
        wanted = NUMBERS[kommune][(period >= 2020) + (period >= 2024)]
        if kommune == "trondheim" and period >= 2018:
            wanted = "5001"
        assert number == wanted, (kommune, period)
    assert {kommune for kommune, *_ in read} == set(NUMBERS)
    assert not (later["value"] == 0).any()


@pytest.mark.parametrize("table", ["12210", "12367", "07459"])
def test_wrong_number_is_refused_by_the_label_that_ssb_gives_it(
    known: Catalogue, synthetic_snapshot: Snapshot, table: str
) -> None:
    """Nothing else tells a plain 0 outside a number's years from a figure."""
    wrong = with_numbers(known, "drammen", ("0602", None, 2023), ("3301", 2024, None))
    held = synthetic_snapshot
    for other in {"12210", "12213", "12160", "13138", "12367", "07459"} - {table}:
        held = with_labels(held, other, {"0602": "Drammen"})
    with pytest.raises(TableError) as refusal:
        sources.load_observations(wrong, held, until=2021)
    for part in (table, "0602", "Drammen (-2019)", "nettverk.yaml", "202"):
        assert part in str(refusal.value)


@pytest.mark.parametrize(
    ("label", "is_refused"),
    [
        ("Tromsø", False),
        ("Tromsø - Romsa", False),
        ("Tromsø - Romsa - Tromssa", False),
        ("Tromsø (Troms)", False),
        ("K-5401 Tromsø", False),
        ("5401", False),
        ("Tromsø - Romsa (2020-2023)", False),
        ("Tromsø (2020–2023)", False),
        ("Tromsø (-2023)", False),
        ("Tromsø (2022-)", False),
        ("Tromsø - Romsa (-2019)", True),
        ("Tromsø (2020-2021)", True),
        ("Tromsø (2024-)", True),
        ("Oslo", True),
        ("K-0301 Oslo - Oslove", True),
        ("Troms", True),
        ("Våler (Østfold)", True),
        ("Oslo (2020-2023)", True),
    ],
)
def test_label_decides_whose_a_number_is_and_when(
    known: Catalogue, synthetic_snapshot: Snapshot, label: str, is_refused: bool
) -> None:
    """A name in two languages is no span of years; another's name is refused."""
    held = with_labels(synthetic_snapshot, "13995", {"5401": label})
    if not is_refused:
        assert len(sources.load_measures(known, held, years=[2022]))
        return
    with pytest.raises(TableError, match=r"5401.*not the number of Tromsø in 2022"):
        sources.load_measures(known, held, years=[2022])


def test_number_of_another_kommune_is_refused_by_its_name(
    known: Catalogue, snapshot: Snapshot, synthetic_snapshot: Snapshot
) -> None:
    """Stavanger with Oslo's number would print Oslo's figures as Stavanger's."""
    wrong = with_numbers(known, "stavanger", ("0301", None, None))
    for held in (snapshot, synthetic_snapshot):
        with pytest.raises(TableError) as refusal:
            sources.load_observations(wrong, held, until=2020)
        for part in ("0301", "«Oslo", "Stavanger", "other_names", "nettverk.yaml"):
            assert part in str(refusal.value)


def test_sign_outside_a_numbers_years_stays_a_sign(
    known: Catalogue, synthetic_snapshot: Snapshot
) -> None:
    """Where the label says nothing, SSB's point does: never a figure, never 0."""
    wrong = with_numbers(known, "drammen", ("0602", None, 2023), ("3301", 2024, None))
    held = synthetic_snapshot
    for table in ("12210", "12213", "12160", "13138", "12367", "07459"):
        held = with_labels(held, table, {"0602": "Drammen"})
    measures = sources.load_measures(wrong, held, years=[2020, 2021])
    drammen = measures[measures["kommune"] == "drammen"].set_index("measure")
    assert set(drammen.loc["mottakere_i_alt", "status"]) == {"."}
    assert drammen.loc["mottakere_i_alt", "value"].isna().all()


def test_member_whose_number_was_not_fetched_is_an_error(
    known: Catalogue, synthetic_snapshot: Snapshot
) -> None:
    """Only for the years before it joined may a kommune be without figures."""
    wrong = with_numbers(known, "asker", ("9999", None, None))
    with pytest.raises(TableError, match="9999"):
        sources.load_measures(wrong, synthetic_snapshot, years=[2022])


# -- the join is seen ------------------------------------------------------------------


def test_join_of_two_tables_is_a_break_in_what_is_joined_and_nothing_else(
    known: Catalogue, later: pd.DataFrame
) -> None:
    """For every kommune alike, in the first year of the new tables."""
    for row in later.itertuples():
        kinds = [entry.kind for entry in known.breaks(row.forbehold)]
        is_joint = row.indicator in JOINED and row.year == NEW
        assert ("table_succession" in kinds) == is_joint, row[1:4]


def test_figures_on_both_sides_are_compared_within_their_own_year(
    later: pd.DataFrame,
) -> None:
    """All members go over to the new table at once: the mean of the year stands."""
    joint = later[later["indicator"].isin(JOINED) & later["year"].eq(NEW)]
    assert joint[["is_shown", "has_distance", "in_mean", "is_mean_usable"]].all(
        axis=None
    )
    assert "shown" not in set(joint["change_effect"])


def rows_of(html: str) -> Iterator[tuple[str, list[str]]]:
    """The rows of Tabell 1: name, and the opening tags and contents of the cells."""
    html = re.sub(r'<wbr>|<span class="whole">(.*?)</span>', r"\1", html)
    for row in re.findall(r'<tr>\s*<th scope="row">(.*?)</tr>', html, re.DOTALL):
        name, *cells = re.split(r"(?=<td\b)", row)
        # On a phone the earlier years stand last as well.
        cells = [cell for cell in cells if " again " not in cell.partition(">")[0]]
        yield re.sub(r"<.*", "", name, flags=re.DOTALL).strip(), cells


def notes_of(html: str) -> dict[str, str]:
    """The notes under Tabell 1 by letter."""
    return dict(re.findall(r'id="note-(\w)"><span.*?</span> (.*?)</li>', html))


@pytest.mark.parametrize(
    ("year", "column"), [(2022, 2), (2023, 1), (2024, None), (2025, None)]
)
def test_break_stands_in_the_rows_that_are_joined(
    known: Catalogue, later_findings_of: FindingsOf, year: int, column: int | None
) -> None:
    """A dashed line where two tables meet, and a letter whose note names them."""
    html = keyfigures.key_figures(later_findings_of("oslo", year), known).html
    notes = notes_of(html)
    names = {language.bind(known.indicator(name).name).split("<")[0] for name in JOINED}
    found = set()
    for name, cells in rows_of(html):
        for place, cell in enumerate(cells[:3]):
            if 'class="num break' not in cell:
                continue
            assert place == column, name
            letters = re.findall(r"#note-(\w)", cell)
            assert any("12210" in notes[letter] for letter in letters), name
            found.add(name.removesuffix("*"))
    assert found == (names if column else set())
    told = any("13995" in note for note in notes.values())
    assert told == bool(column)


def test_source_line_names_the_tables_of_all_columns(
    known: Catalogue, later_findings_of: FindingsOf
) -> None:
    """The first column of 2023 is still of the old tables, and that of 2024 is not."""
    for year, tables in (
        (2023, "07459, 12160, 12210, 12213, 12367, 13138, 13995 og 14019"),
        (2024, "07459, 12367, 13995 og 14019"),
    ):
        html = keyfigures.key_figures(later_findings_of("oslo", year), known).html
        assert f"Kilde: SSB, tabell {tables};" in html


def test_break_of_the_whole_page_stands_in_every_row(
    known: Catalogue, later_findings_of: FindingsOf
) -> None:
    """A merger concerns all figures; its note stands once, at the year."""
    html = keyfigures.key_figures(later_findings_of("trondheim", 2021), known).html
    assert re.search(r'class="num break early">2020<', html)
    for name, cells in rows_of(html):
        assert "break" in cells[1].partition(">")[0], name


def test_gap_that_everybody_has_is_explained_at_each_cell(
    known: Catalogue, later_findings_of: FindingsOf
) -> None:
    """Two points without a note would look like somebody's oversight."""
    html = keyfigures.key_figures(later_findings_of("bergen", 2024), known).html
    notes = notes_of(html)
    (cells,) = [cells for name, cells in rows_of(html) if "kvalifisering" in name]
    for cell in cells[:3]:
        (letter,) = re.findall(r"#note-(\w)", cell)
        assert "ikke kjent i hvilken av SSBs tabeller" in notes[letter]


@pytest.mark.parametrize("year", [2022, 2023, 2024])
def test_chapter_says_which_tables_are_joined(
    known: Catalogue, later_findings_of: FindingsOf, year: int
) -> None:
    """In the year of the change alone: later it stands by the cell, and in its list."""
    found = later_findings_of("fredrikstad", year)
    for chapter in known.service.chapters:
        ids = {entry.id for entry in forbehold_in(found, known, chapter.id)}
        indicators = {i.id for i in known.service.in_chapter(chapter.id)}
        is_told = year == NEW and bool(indicators & JOINED)
        assert ("nye_tabeller_2022" in ids) == is_told


def marks(svg: str) -> int:
    """How many breaks are marked in a figure."""
    return len(re.findall(rf">{BREAK}</text>", svg))


@pytest.mark.parametrize(
    ("kommune", "year", "is_merged"),
    [
        ("tromso", 2021, False),
        ("tromso", 2024, False),
        ("trondheim", 2025, True),
        ("asker", 2022, True),
    ],
)
def test_development_marks_the_join(
    known: Catalogue,
    later_findings_of: FindingsOf,
    kommune: str,
    year: int,
    is_merged: bool,
) -> None:
    """One mark in each panel that is joined, beside those of a merger in all panels."""
    found = later_findings_of(kommune, year)
    for chapter in known.service.chapters:
        indicators = {i.id for i in known.service.in_chapter(chapter.id)}
        joined = indicators & JOINED if year >= NEW else set()
        # A gap has its sign, and needs no mark beside it.
        merged = [
            i for i in indicators if found.book.fact(i, year=2020).value is not None
        ]
        drawn = figures.development(found.book, known, chapter=chapter.id)
        assert marks(drawn.svg) == len(joined) + len(merged) * is_merged


def test_alt_text_says_that_a_new_member_has_no_figures_of_a_kind(
    known: Catalogue, later_findings_of: FindingsOf
) -> None:
    """Read aloud, «fra .. til ..» would be silence."""
    found = later_findings_of("lillestrom", NEW)
    drawn = figures.development(found.book, known, chapter="prioritering_behov")
    assert "Ressursbruksindikator: tall mangler." in drawn.alt
    assert " .. " not in drawn.alt


@pytest.mark.parametrize(
    ("year", "notes"),
    [
        (2021, ()),
        (2022, ("caption_members",)),
        # The chapter does not tell of the join any more, but the page on the data does.
        (2023, ("caption_members", "caption_break")),
        (2024, ("caption_members", "caption_break")),
        (2025, ("caption_members", "caption_break")),
    ],
)
def test_caption_explains_lines_that_are_broken(
    known: Catalogue,
    later_findings_of: FindingsOf,
    year: int,
    notes: tuple[str, ...],
) -> None:
    """The mean of twelve does not go on from that of ten as if nothing had happened."""
    found = later_findings_of("bergen", year)
    drawn = figures.development(
        found.book, known, chapter="dekningsgrader_produktivitet"
    )
    assert drawn.notes == ("caption_mean_break", *notes)


# -- nobody joins silently -------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda entry: entry.update(years=[2023]), id="another-year"),
        pytest.param(lambda entry: entry.update(kommuner=["oslo"]), id="one-kommune"),
        pytest.param(lambda entry: entry.update(kind="status"), id="shows-change"),
        pytest.param(lambda entry: entry.update(figures="embedded"), id="not-fetched"),
        pytest.param(
            lambda entry: entry["indicators"].remove("stonad_per_mottaker"),
            id="one-indicator-left-out",
        ),
    ],
)
def test_join_without_a_forbehold_is_refused(
    project: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    """Indicator, year, tables, and what to write: mended without asking anybody."""
    folder = project / "parameters" / "sosiale_tjenester"
    path = folder / catalogue.FORBEHOLD_FILE
    content = yaml.safe_load(path.read_text("utf-8"))
    (entry,) = [e for e in content["forbehold"] if e["id"] == "nye_tabeller_2022"]
    change(entry)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    with pytest.raises(ParameterError) as refusal:
        catalogue.load_catalogue(project / "parameters")
    (told,) = [p for p in refusal.value.problems if "stonad_per_mottaker" in p]
    for part in (
        "sosiale_tjenester/forbehold.yaml: stonad_per_mottaker",
        "13138 to 14019",
        "12210 to 13995",
        "2022",
        "table_succession",
        "kommuner: alle",
        "indicators: [stonad_per_mottaker]",
        "years: [2022]",
    ):
        assert part in told


# -- members that joined ---------------------------------------------------------------


def test_earlier_figures_of_a_new_member_are_shown_and_compared_with_nothing(
    known: Catalogue, later_indexed: pd.DataFrame
) -> None:
    """Asker's own years stand in its table; the network did not have them."""
    rows = later_indexed[
        later_indexed["kommune"].isin(JOINERS) & later_indexed["year"].lt(NEW)
    ]
    assert len(rows) == 2 * len(known.service.figures) * 7
    assert not rows[["in_mean", "has_distance"]].any(axis=None)
    assert rows[["index", "rank", "change"]].isna().all(axis=None)
    assert rows["value"].notna().any()


def test_new_members_change_nothing_of_the_years_before_they_joined(
    known: Catalogue, synthetic_snapshot: Snapshot, later_indexed: pd.DataFrame
) -> None:
    """Mean, lowest, highest, rank and number are what they were without them."""
    ten = tuple(m for m in known.network.members if m.id not in JOINERS)
    network = known.network.model_copy(update={"members": ten})
    alone = dataclasses.replace(known, network=network)
    wanted = indexing.index_to_network(
        sources.load_observations(alone, synthetic_snapshot, until=2021),
        rule=known.mean_rule,
    )
    found = later_indexed[
        ~later_indexed["kommune"].isin(JOINERS) & later_indexed["year"].lt(NEW)
    ]
    pd.testing.assert_frame_equal(found.reset_index(drop=True), wanted)


def test_report_from_before_they_joined_does_not_have_them(
    known: Catalogue, synthetic_snapshot: Snapshot
) -> None:
    """An edition of 2021 says ten, and so it does when it is made again."""
    rows = sources.load_observations(known, synthetic_snapshot, until=2021)
    assert not set(JOINERS) & set(rows["kommune"])


def test_report_is_the_same_from_the_rows_of_a_later_year(
    known: Catalogue,
    synthetic_snapshot: Snapshot,
    later_findings_of: FindingsOf,
    later_indexed: pd.DataFrame,
) -> None:
    """Who joined later is no absent member: «beregnet uten Asker» would be nonsense."""
    rows = later_indexed[later_indexed["year"] <= 2021]
    run = later_findings_of("oslo", 2021).book.run
    found = findings.assess(rows, known, run, synthetic_snapshot)
    assert found == later_findings_of("oslo", 2021)


@pytest.mark.parametrize(
    ("kommune", "year", "indicator", "sign"),
    [
        # Not yet formed.
        ("lillestrom", 2019, "andel_mottakere_18_66", "."),
        ("lillestrom", 2015, "stonadslengde_18_24", "."),
        ("lillestrom", 2020, "andel_mottakere_18_66", ""),
        # 31.12.2019 is 1 January 2020: the old recipients, the new borders.
        ("asker", 2019, "andel_mottakere_18_66", ".."),
        ("asker", 2019, "stonad_per_mottaker", ""),
        ("asker", 2018, "andel_mottakere_18_66", ""),
        ("asker", 2020, "andel_mottakere_18_66", ""),
        ("asker", 2020, "sykefravaer", ".."),
    ],
)
def test_earlier_figure_that_cannot_be_had_has_a_sign(
    later: pd.DataFrame, kommune: str, year: int, indicator: str, sign: str
) -> None:
    """A row with a sign rather than a hole, so that the table keeps its columns."""
    (row,) = later[
        later["kommune"].eq(kommune)
        & later["year"].eq(year)
        & later["indicator"].eq(indicator)
    ].itertuples()
    assert row.status == sign


def test_earlier_figure_that_was_not_fetched_is_a_gap(
    known: Catalogue, synthetic_snapshot: Snapshot
) -> None:
    """Nobody need fetch figures from before a kommune joined."""
    other = with_numbers(
        known, "asker", ("9999", None, 2021), ("3025", 2022, 2023), ("3203", 2024, None)
    )
    rows = sources.load_observations(other, synthetic_snapshot, until=2022)
    asker = rows[rows["kommune"].eq("asker")]
    assert set(asker.loc[asker["year"].lt(NEW), "status"]) == {".."}
    assert (
        asker.loc[asker["year"].eq(NEW) & asker["indicator"].isin(JOINED), "value"]
        .notna()
        .all()
    )


@pytest.mark.parametrize("kommune", JOINERS)
def test_table_of_a_new_member_has_three_years(
    known: Catalogue, later_findings_of: FindingsOf, kommune: str
) -> None:
    """Its own 2020 and 2021 beside its first year in the network."""
    found = later_findings_of(kommune, NEW)
    assert found.book.years == (2020, 2021, 2022)
    for name, cells in rows_of(keyfigures.key_figures(found, known).html):
        assert len(cells) == 3 + 4, name
    top = " ".join(entry.text for entry in found.book.page_wide_forbehold(known))
    assert "Tall for tidligere år er kommunens egne" in top


def test_earlier_years_of_new_members_are_not_among_the_others(
    known: Catalogue, later_findings_of: FindingsOf
) -> None:
    """In Oslo's figure «andre kommuner» are the members of each year."""
    name = "andel_mottakere_18_66"
    found = later_findings_of("oslo", NEW)
    kept = {
        key: fact
        for key, fact in found.book.facts.items()
        if key[1] not in JOINERS or key[2] >= NEW
    }
    alone = dataclasses.replace(found.book, facts=kept)
    chapter = "dekningsgrader_produktivitet"
    assert found.book.history(name, "asker") != alone.history(name, "asker")
    drawn = [
        figures.development(f, known, chapter=chapter) for f in (found.book, alone)
    ]
    assert drawn[0] == drawn[1]


# -- what is said ----------------------------------------------------------------------

REPORTS = [
    *((kommune, year) for kommune in NUMBERS for year in (2022, 2023)),
    *(("oslo", year) for year in (2021, 2024, 2025)),
    ("tromso", 2024),
    ("bergen", 2025),
    ("lillestrom", 2024),
]
each = pytest.mark.parametrize(("kommune", "year"), REPORTS, ids=lambda part: str(part))


@each
def test_no_change_is_told_over_a_join(
    known: Catalogue, later_findings_of: FindingsOf, kommune: str, year: int
) -> None:
    """Over it only «stabil» may be said, where the source of the forbehold says it."""
    found = later_findings_of(kommune, year)
    by_id = {fact.id: fact for fact in found.book.facts.values()}
    for statement in found.statements:
        facts = [by_id[name] for name in statement.facts]
        # Each is a change since the year before, and a first year has none.
        later_years = [fact for fact in facts if fact.year > found.book.years[0]]
        if statement.rule in findings.CHANGES:
            own = [fact for fact in facts if fact.year == year]
            assert own
            assert not any(known.breaks(fact.forbehold) for fact in own), statement
        if statement.rule == "stable_group":
            between = {name for fact in later_years for name in fact.forbehold}
            for entry in known.forbehold_by_id(between):
                is_shown = known.kinds[entry.kind].change == "shown"
                assert is_shown or entry.stable == "told", entry.id


@each
def test_every_sentence_is_whole(
    known: Catalogue, later_findings_of: FindingsOf, kommune: str, year: int
) -> None:
    """A mean or an index that cannot be had is told with its reason, or not at all."""
    found = later_findings_of(kommune, year)
    for said in text.sentences(found, known):
        assert not re.search(
            r"\bnan\b|None|[{}]|  |\(\)|\bén av \d+ nøkkeltall", said.text
        )
        assert re.fullmatch(r"[A-ZÆØÅ\d].*\.", said.text)
    missing = {f.indicator for f in found.book.reported if f.value is None}
    assert missing == (MANUAL if year < NEW else MANUAL | {KVP})
    told = [
        fact.split("-")[-1]
        for said in found.statements
        if said.rule in ("level_missing", findings.NOT_COLLECTED)
        for fact in said.facts
    ]
    assert sorted(told) == sorted(missing)
    pending = {
        f.id for f in found.book.reported if f.indicator in found.book.pending(known)
    }
    said_of = [s.rule for s in found.statements if pending.intersection(s.facts)]
    assert said_of == [findings.NOT_COLLECTED]


@pytest.mark.parametrize(
    ("kommune", "year", "sentence"),
    [
        (
            "trondheim",
            2021,
            "Tall for ressursbruken, andelen i arbeid, skole eller utdanning etter "
            "KVP og sykefraværet i tjenesten i 2021 er ikke samlet inn ennå.",
        ),
        (
            "oslo",
            2022,
            "tall for andelen med kvalifiseringsstønad i 2022 (det er ikke kjent "
            "hvilken av SSBs tabeller som har tallet fra og med 2022).",
        ),
        ("trondheim", 2021, "Trondheims dekningsgrader har vært stabileʳ over tid."),
        (
            "oslo",
            2025,
            "Oslo bruker 27 % mer på sosiale tjenester enn snittet for ASSS: kr 8 752 "
            "per innbygger 18–66 år, mestʳ i ASSS flere år på rad, mot kr 6 873",
        ),
    ],
)
def test_sentence_of_a_later_year_reads_as_it_should(
    known: Catalogue,
    later_findings_of: FindingsOf,
    kommune: str,
    year: int,
    sentence: str,
) -> None:
    """A gap, a source that is not known, a trend, an end: each in its words."""
    said = text.sentences(later_findings_of(kommune, year), known)
    whole = " ".join(one.text for one in said).replace(language.HARD_SPACE, " ")
    assert sentence in whole


# -- what is collected by hand, and what is not official -------------------------------


def test_table_says_at_each_cell_what_has_not_been_collected(
    known: Catalogue, later_findings_of: FindingsOf
) -> None:
    """The first row, empty without a word, would look like an oversight."""
    note = known.phrases.words["notes_not_collected"]
    for year, gaps in ((2021, 1), (2022, 2), (2025, 3)):
        html = keyfigures.key_figures(later_findings_of("bergen", year), known).html
        (letter,) = [key for key, text_ in notes_of(html).items() if note in text_]
        names = {language.bind(known.indicator(name).name) for name in MANUAL}
        cells = [
            c
            for name, cells in rows_of(html)
            if name.rstrip("*") in names
            for c in cells
        ]
        assert sum(f"#note-{letter}" in cell for cell in cells) == gaps * len(MANUAL)
        is_told = known.phrases.words["notes_manual"] in html
        assert is_told == (gaps < 3)


def with_fact(found: Findings, **change: object) -> Findings:
    """The same findings, had one figure of the year been another."""
    key = ("andel_mottakere_18_66", "oslo", found.book.run.year)
    fact = found.book.facts[key].replace(**change)
    book = dataclasses.replace(found.book, facts={**found.book.facts, key: fact})
    return dataclasses.replace(found, book=book)


@pytest.mark.parametrize(
    ("change", "is_headed"),
    [
        ({}, False),
        ({"basis": "reconstructed"}, True),
        ({"mean_basis": "reconstructed"}, True),
        ({"previous_basis": "reconstructed"}, True),
        ({"previous_basis": "reconstructed", "change": None}, False),
        ({"mean_basis": "published"}, False),
    ],
)
def test_report_is_headed_by_what_its_own_year_rests_on(
    known: Catalogue,
    later_findings_of: FindingsOf,
    change: dict[str, str | None],
    is_headed: bool,
) -> None:
    """One property for page, index, status and files; older years have their mark."""
    found = with_fact(later_findings_of("bergen", 2024), **change)
    words = known.phrases.words
    content = json.loads(json.dumps(sections.facts(found, known).content))
    listing = site.Listing(
        "bergen", "Bergen", content, [site.File("rapport.html", "HTML")]
    )
    for html in (
        sections.heading(found, known).html,
        site.index(2024, [site.Area(known, [listing])]),
    ):
        assert (words["reconstructed_heading"] in html) == is_headed
        assert (words["status_reconstructed"] in html) == is_headed
    kept = record.read(content)
    assert kept.contains_reconstructed == is_headed
    assert "reconstructed" in {fact.basis for fact in kept.facts}
    assert "rekonstruert" in method.part("reconstructed", found.book, known).html


@pytest.mark.parametrize(
    ("year", "is_marked"), [(2020, True), (2022, True), (2023, False)]
)
def test_table_explains_the_mark_only_where_it_stands(
    known: Catalogue, later_findings_of: FindingsOf, year: int, is_marked: bool
) -> None:
    """A fetched 2020 has figures by hand in the table of three years, and no later."""
    found = later_findings_of("bergen", year)
    html = keyfigures.key_figures(found, known).html
    assert (known.phrases.words["notes_reconstructed"] in html) == is_marked
    assert found.book.is_reconstructed == (year == 2020)


def test_network_tells_once_what_nobody_has(
    known: Catalogue, synthetic_snapshot: Snapshot, later_indexed: pd.DataFrame
) -> None:
    """Among its own main findings, and not among those of twelve kommuner."""
    run = Run(kommune=NETWORK, year=2025)
    found = network.assess(later_indexed, known, run, synthetic_snapshot)
    told = [said for said in found.statements if said.rule == findings.NOT_COLLECTED]
    assert [said.chapter for said in told] == [SUMMARY]
    assert not found.book.is_reconstructed
    head = overview.heading(found, known).html
    assert "rekonstruert" not in head
    assert head.count("ikke samlet inn") == 1
    assert "<b>ʳ</b>" not in overview.matrix(found, known).html


# -- forbehold on the embedded figures -------------------------------------------------


def ids_of(entries: tuple[Forbehold, ...]) -> set[str]:
    """Their ids."""
    return {entry.id for entry in entries}


def embedded_only(known: Catalogue) -> set[str]:
    """The forbehold that are untrue of figures fetched from SSB."""
    return {entry.id for entry in known.forbehold if entry.figures == "embedded"}


def test_forbehold_on_our_own_figures_is_not_said_of_those_of_ssb(
    known: Catalogue, findings_of: FindingsOf, later_findings_of: FindingsOf
) -> None:
    """«Fra årsrapporten og ikke fra SSB» would be a lie of what SSB has sent."""
    ours = embedded_only(known)
    assert "baerum_mottakere_2019" in ours
    for year in (2019, 2020):
        embedded, fetched = (
            findings_of("baerum", year),
            later_findings_of("baerum", year),
        )
        assert ids_of(embedded.book.all_forbehold(known)) & ours
        everywhere = [
            *(name for fact in fetched.book.facts.values() for name in fact.forbehold),
            *ids_of(fetched.book.all_forbehold(known)),
            *(
                entry["id"]
                for entry in sections.facts(fetched, known).content["forbehold"]
            ),
        ]
        for chapter in known.service.chapters:
            everywhere += ids_of(forbehold_in(fetched, known, chapter.id))
        assert not ours & set(everywhere)
        said = "kommunens årsrapport og ikke fra SSB"
        assert said in method.part("forbehold", embedded.book, known).html
        assert said not in method.part("forbehold", fetched.book, known).html


def test_forbehold_on_ssbs_own_figures_stands_wherever_they_came_from(
    known: Catalogue, observations: pd.DataFrame, later: pd.DataFrame
) -> None:
    """SSB's error is SSB's error; all other forbehold of 2015-2020 stand too."""
    used = [
        {name for ids in table.loc[table["year"] <= 2020, "forbehold"] for name in ids}
        for table in (observations, later[~later["kommune"].isin(JOINERS)])
    ]
    assert used[0] - used[1] == embedded_only(known)
    assert not used[1] - used[0]
    assert {"stavanger_kvp_2019", "tromso_kvp_2018"} <= used[1]

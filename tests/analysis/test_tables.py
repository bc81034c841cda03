"""What is kept is served again only for the same content, and is nobody's to change."""

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from asss.analysis import facts, indexing, sources
from asss.analysis.tables import Kept
from asss.catalogue.catalogue import Catalogue, load_catalogue
from asss.catalogue.parameters import KEPT, METHOD, Run
from asss.errors import UsageError
from asss.statbank import Snapshot

RUN = Run(kommune=METHOD, year=2020)


def _absence(table: pd.DataFrame) -> float:
    """Trondheim's sykefravær of 2020."""
    keyed = table.set_index(["indicator", "kommune", "year"])
    return float(keyed["value"]["sykefravaer", "trondheim", 2020])


def _plainly(indicator: str, year: int) -> str:
    return "plain" if (indicator, year) else ""


def test_same_content_is_made_once() -> None:
    """Whatever objects it comes in; a table in another order is another."""
    kept: Kept[int] = Kept()
    asked: list[int] = []

    def count() -> int:
        asked.append(1)
        return len(asked)

    table = pd.DataFrame({"a": [1.0, float("nan")], "b": [(), ("x",)]})
    assert kept.made((table, "x"), count) == 1
    assert kept.made((table.copy(), "x"), count) == 1
    assert kept.made((table[::-1], "x"), count) == len("ab")
    assert kept.made((table.astype({"a": object}), "x"), count) == len("abc")
    assert kept.made((table.astype({"a": object}), "y"), count) == len("abcd")


def test_areas_and_years_are_kept_beside_each_other() -> None:
    """Reports of a batch are of several; beyond a few, the first is made anew."""
    kept: Kept[int] = Kept()
    asked: list[int] = []

    def count() -> int:
        asked.append(1)
        return len(asked)

    for _ in range(2):
        assert [kept.made((one,), count) for one in range(KEPT)] == [1, 2, 3, 4]
    assert kept.made((KEPT,), count) == KEPT + 1
    assert kept.made((0,), count) == KEPT + 2
    assert kept.made((2,), count) == 2 + 1


def test_failure_is_not_kept() -> None:
    """It is told to whoever asks next, too; and what was made before is made anew."""
    kept: Kept[int] = Kept()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            kept.made((1,), lambda: 1 // 0)
    assert kept.made((1,), lambda: 1) == 1


def test_file_that_is_saved_meanwhile_is_read(
    project: Path, snapshot: Snapshot
) -> None:
    """An analyst mends a figure, and asks again in the same process."""
    found = []
    path = project / "parameters" / "sosiale_tjenester" / "manuelle" / "sykefravaer.csv"
    for value in ("10.9", "11.9"):
        before = path.read_text("utf-8")
        path.write_text(
            before.replace("trondheim,2020,10.9,", f"trondheim,2020,{value},"), "utf-8"
        )
        known = load_catalogue(project / "parameters")
        observations = sources.load_observations(known, snapshot, until=2020)
        indexed = indexing.index_to_network(observations, rule=known.mean_rule)
        book = facts.gather_network(indexed, known, RUN, snapshot)
        fact = book.facts["sykefravaer", "trondheim", 2020]
        run = RUN.model_copy(update={"kommune": "trondheim"})
        followed = facts.follow(known, run, snapshot).fact("sykefravaer")
        told = _absence(observations), _absence(indexed), fact.value, followed.value
        found.append(told)
    assert found == [(10.9,) * 4, (11.9,) * 4]


@pytest.mark.parametrize(("kommune", "year"), [("oslo", 2020), ("tromso", 2017)])
def test_facts_follow_as_they_are_gathered(
    known: Catalogue, snapshot: Snapshot, kommune: str, year: int
) -> None:
    """All the way at once, or step by step, and whoever was asked for before."""
    run = Run(kommune=kommune, year=year)
    observations = sources.load_observations(known, snapshot, until=year)
    indexed = indexing.index_to_network(observations, rule=known.mean_rule)
    for _ in range(2):
        followed = facts.follow(known, run, snapshot)
        assert followed == facts.gather(indexed, known, run, snapshot)


def test_facts_of_who_is_no_member_follow_from_nothing(
    known: Catalogue, snapshot: Snapshot
) -> None:
    """Whatever has been made for others."""
    facts.follow(known, Run(kommune="oslo", year=2020), snapshot)
    with pytest.raises(UsageError, match="Asker is not a member of ASSS"):
        facts.follow(known, Run(kommune="asker", year=2020), snapshot)


def test_answer_that_is_changed_in_place_is_another(
    known: Catalogue, snapshot: Snapshot
) -> None:
    """What it was made of is kept as a copy, so that it does not change along."""
    answers = dataclasses.replace(snapshot, datasets=dict(snapshot.datasets))
    before = sources.load_observations(known, answers, until=2020)
    dataset = answers.datasets["12210"]
    figures = [dataset.value_at(flat)[0] for flat in range(len(dataset.values))]
    halved = tuple(None if value is None else value / 2 for value in figures)
    answers.datasets["12210"] = dataclasses.replace(  # type: ignore[index]
        dataset, values=halved
    )
    after = sources.load_observations(known, answers, until=2020)
    is_another = before["value"].ne(after["value"]) & before["value"].notna()
    assert is_another.any()


def test_table_is_its_askers_own(known: Catalogue, snapshot: Snapshot) -> None:
    """What a notebook does to its own is in no other's."""
    told = []
    for _ in range(2):
        observations = sources.load_observations(known, snapshot, until=2020)
        indexed = indexing.index_to_network(observations, rule=known.mean_rule)
        told.append((observations.copy(), indexed.copy()))
        for table in (observations, indexed):
            table["value"] = 1.0
            table.loc[0, "status"] = "x"
            del table["basis"]
            table.attrs["snapshot"] = "another"
    for first, second in zip(*told, strict=True):
        pd.testing.assert_frame_equal(first, second)
        assert first.attrs == second.attrs


def test_other_figure_rule_or_group_is_set_against_anew(
    known: Catalogue, observations: pd.DataFrame
) -> None:
    """Each gives what it would give alone, in whatever order they are asked for."""
    doubled = observations.assign(value=observations["value"] * 2)
    ways = [
        (observations, known.mean_rule, None),
        (doubled, _plainly, None),
        (observations, _plainly, None),
        (observations, _plainly, ["oslo", "bergen"]),
    ]
    alone = []
    for table, rule, group in ways:
        indexing._kept = Kept()
        alone.append(indexing.index_to_network(table, rule=rule, in_mean=group))
    for (table, rule, group), wanted in [*zip(ways, alone, strict=True)] * 2:
        again = indexing.index_to_network(table, rule=rule, in_mean=group)
        pd.testing.assert_frame_equal(again, wanted)
    means = {tuple(one["network_mean"].dropna()) for one in alone}
    assert len(means) == len(ways)


def test_index_has_the_labels_of_its_own_table(
    known: Catalogue, observations: pd.DataFrame
) -> None:
    """And where its figures are from, though the figures be the same."""
    other = observations.set_axis(range(7, 7 + len(observations)))
    other.attrs = {"snapshot": "other"}
    for table in (observations, other):
        indexed = indexing.index_to_network(table, rule=known.mean_rule)
        assert indexed.index.equals(table.index)
        assert indexed.attrs == table.attrs

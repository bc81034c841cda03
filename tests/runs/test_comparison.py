"""What differs: figures first, then what follows from them, down to the sentence."""

import json
import re
import shutil
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from asss import statbank
from asss.__main__ import app
from asss.analysis.facts import Fact
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import NETWORK, SERVICE
from asss.cli.terminal import FAILURE, USAGE
from asss.errors import EditionError, UsageError
from asss.page.text import Sentence
from asss.runs import comparison
from asss.runs.comparison import (
    Comparison,
    Edition,
    Report,
    pair,
    same,
    word_changes,
)
from asss.statbank import Snapshot

#: (table, contents code, kommunenummer, year) to a value, or to a sign.
Corrections = Mapping[tuple[str, str, str, int], float | str]
Corrected = Callable[[Corrections], Path]
Edited = Callable[[Callable[[dict[str, Any]], object]], Path]

RECIPIENTS = ("12210", "KOSsosantkliente0000")
YOUNG = ("12210", "KOSant18240000")


@pytest.fixture
def corrected(tmp_path: Path) -> Corrected:
    """A copy of the embedded snapshot in which SSB has corrected some figures."""

    def correct(corrections: Corrections) -> Path:
        folder = tmp_path / f"corrected-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(statbank.embedded_folder(), folder)
        original = statbank.open_snapshot(folder)
        for (table, contents, number, year), figure in corrections.items():
            path = folder / f"{table}.json"
            answer = json.loads(path.read_bytes())
            flat = original.dataset(table).position(
                {
                    "KOKkommuneregion0000": number,
                    "ContentsCode": contents,
                    "Tid": str(year),
                }
            )
            is_sign = isinstance(figure, str)
            answer["value"][flat] = None if is_sign else figure
            if is_sign:
                answer.setdefault("status", {})[str(flat)] = figure
            path.write_text(json.dumps(answer), "utf-8")
            vouch(folder, table)
        return folder

    return correct


def vouch(folder: Path, table: str) -> None:
    """Let the manifest vouch for what a table's file now says."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    sha256 = statbank.digest((folder / f"{table}.json").read_bytes())
    entry = manifest["tables"][table]
    entry["sha256"] = entry["parts"][0]["sha256"] = sha256
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


@pytest.fixture
def differ(
    known: Catalogue, snapshot: Snapshot, corrected: Corrected
) -> Callable[[int, Corrections], Comparison]:
    """Compare the embedded figures with corrected ones, for the reports of a year."""

    def compare(year: int, corrections: Corrections) -> Comparison:
        new = statbank.open_snapshot(corrected(corrections))
        return comparison.compare(known, snapshot, new, years=[year])

    return compare


# -- snapshots -------------------------------------------------------------------------


def test_a_snapshot_does_not_differ_from_itself(
    known: Catalogue, snapshot: Snapshot
) -> None:
    """Every report of every year, and not one word."""
    found = comparison.compare(known, snapshot, snapshot)
    assert found.is_empty
    assert found.unchanged == 17 * 60
    assert len(found.untouched) == 60
    assert found.level == "measure"


def test_one_correction_reaches_everybody_that_year_and_nobody_before(
    known: Catalogue, snapshot: Snapshot, corrected: Corrected
) -> None:
    """Oslo is a quarter of the network: its recipients move every index of the year."""
    new = statbank.open_snapshot(corrected({(*RECIPIENTS, "0301", 2020): 21168}))
    found = comparison.compare(known, snapshot, new)
    (change,) = found.values
    assert (change.fate, change.tables) == ("changed", ("12210",))
    assert (change.name, change.kommune, change.year) == (
        "mottakere_i_alt",
        "oslo",
        2020,
    )
    assert (change.old, change.new) == (20182, 21168)
    assert (change.old_printed, change.new_printed) == ("20\u00a0182", "21\u00a0168")
    members = {member.id for member in known.network.in_year(2020)}
    assert {kommune for _, kommune in found.touched} == members
    assert {year for year, _ in found.touched} == {2020}
    assert len(found.untouched) == 50
    own = found.moves["andel_mottakere_18_66", "oslo", 2020]
    assert {name: (c.old_printed, c.new_printed) for name, c in own.items()} == {
        "value": ("4,2\u00a0%", "4,4\u00a0%"),
        "index": ("107", "110"),
        "rank": ("4 av 10", "3 av 10"),
    }
    means = [c for c in found.facts if c.quantity == "mean"]
    assert {c.name for c in means} == {
        "andel_mottakere_18_66",
        "stonad_per_mottaker",
        "andel_hovedinntekt_6mnd",
        "andel_mottakere_med_barn",
    }
    assert {c.kommune for c in means} == {""}
    own_year = [c for c in found.sentences if any("-2020-" in name for name in c.facts)]
    assert own_year
    assert {c.fate for c in own_year} <= {"changed", "appeared", "disappeared"}


def test_a_suppressed_figure_comes_first(
    differ: Callable[[int, Corrections], Comparison],
) -> None:
    """A report must not go on showing what SSB no longer lets anybody publish."""
    found = differ(
        2016,
        {
            (*RECIPIENTS, "0301", 2016): 19999,
            (*YOUNG, "1601", 2016): ":",
            (*YOUNG, "1201", 2016): "..",
        },
    )
    assert [(c.fate, c.kommune, c.new_printed) for c in found.values] == [
        ("suppressed", "trondheim", ":"),
        ("disappeared", "bergen", ".."),
        ("changed", "oslo", "19\u00a0999"),
    ]
    assert found.counts["values_suppressed"] == 1
    young = found.moves["andel_mottakere_18_24", "trondheim", 2016]
    assert {c.new_printed for c in young.values()} == {":", "–"}
    (gone,) = [
        c
        for c in found.sentences
        if c.kommune == "trondheim" and c.new_rule == "level_missing"
    ]
    assert gone.fate == "changed"
    assert gone.old_rule.startswith("level")
    assert "skjermet av SSB" in (gone.new or "")


def test_what_is_too_small_to_see_is_counted_apart(
    differ: Callable[[int, Corrections], Comparison], snapshot: Snapshot
) -> None:
    """One recipient more in Oslo: unrounded facts move, and no reader can see it."""
    cell = snapshot.cell(
        "12210",
        {
            "KOKkommuneregion0000": "0301",
            "ContentsCode": YOUNG[1],
            "Tid": "2016",
        },
    )
    found = differ(2016, {(*YOUNG, "0301", 2016): (cell.value or 0) + 1})
    assert len(found.values) == 1
    assert found.facts
    assert not found.means
    assert not found.moves
    assert found.counts["facts_invisible"] == len(found.facts)
    assert not found.sentences
    assert len(found.touched) == 10
    assert {c.quantity for c in found.facts} == {"mean", "value", "index"}


def test_backwards_is_the_mirror(
    known: Catalogue, snapshot: Snapshot, corrected: Corrected
) -> None:
    """What appears one way disappears the other, and the same sentences pair."""
    corrections: Corrections = {
        (*RECIPIENTS, "0301", 2016): 21999,
        (*YOUNG, "1601", 2016): ":",
    }
    other = statbank.open_snapshot(corrected(corrections))
    there = comparison.compare(known, snapshot, other, years=[2016])
    back = comparison.compare(known, other, snapshot, years=[2016])
    assert {(c.name, c.old, c.new) for c in there.values} == {
        (c.name, c.new, c.old) for c in back.values
    }
    assert [(c.quantity, c.old, c.new) for c in there.facts] == [
        (c.quantity, c.new, c.old) for c in back.facts
    ]
    assert {(c.kommune, c.old, c.new) for c in there.sentences} == {
        (c.kommune, c.new, c.old) for c in back.sentences
    }
    assert (there.touched, there.untouched) == (back.touched, back.untouched)
    assert [c.fate for c in back.values] == ["changed", "appeared"]


def test_another_basis_is_not_another_value(
    known: Catalogue, snapshot: Snapshot, corrected: Corrected
) -> None:
    """A reconstructed figure that SSB turns out to confirm: the mark goes, no more."""
    folder = corrected({})
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for entry in manifest["tables"].values():
        for group in entry["cells"]:
            group["basis"] = "real"
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    found = comparison.compare(
        known,
        snapshot,
        statbank.open_snapshot(folder),
        years=[2016],
        kommuner=["Oslo"],
    )
    assert not found.values
    assert not found.facts
    assert {c.new for c in found.bases} == {"real"}
    assert found.sentences
    assert {c.fate for c in found.sentences} == {"changed"}
    for change in found.sentences:
        assert (change.old or "").replace("ʳ", "") == (change.new or "").replace(
            "ʳ", ""
        )


def test_years_that_one_side_lacks_are_named(
    known: Catalogue, snapshot: Snapshot, corrected: Corrected
) -> None:
    """A year that nobody can compare is neither changed nor the same."""
    folder = corrected({})
    path = folder / "12213.json"
    answer = json.loads(path.read_bytes())
    time = answer["dimension"]["Tid"]["category"]
    kept = list(time["index"])[1:]
    width = len(time["index"])
    assert answer["id"][-1] == "Tid"
    answer["value"] = [v for i, v in enumerate(answer["value"]) if i % width]
    old = sorted((int(i), s) for i, s in answer.get("status", {}).items())
    answer["status"] = {str(i - i // width - 1): sign for i, sign in old if i % width}
    time["index"] = {year: place for place, year in enumerate(kept)}
    time["label"] = {year: year for year in kept}
    answer["size"][-1] = len(kept)
    path.write_text(json.dumps(answer), "utf-8")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["tables"]["12213"]["cells"] = []
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    vouch(folder, "12213")
    shorter = statbank.open_snapshot(folder)
    found = comparison.compare(known, snapshot, shorter, years=[2015, 2016])
    assert {year for year, _ in found.only_old} == {2015}
    assert len(found.only_old) == 10
    assert not found.only_new
    assert not found.values
    # No figure of 2016 has moved, but «siden 2015» has nothing to stand on any more.
    assert {year for year, _ in found.touched} == {2016}


def test_asking_for_what_neither_has_names_what_they_have(
    known: Catalogue, snapshot: Snapshot
) -> None:
    """The message is where the next question comes from."""
    with pytest.raises(UsageError, match=r"embedded has 60 reports, data years 2015"):
        comparison.compare(known, snapshot, snapshot, years=[2031])
    with pytest.raises(UsageError, match="Did you mean oslo"):
        comparison.compare(known, snapshot, snapshot, kommuner=["olso"])


# -- rendered reports ------------------------------------------------------------------


@pytest.fixture
def edited(rendered: Callable[[str, int], Path], tmp_path: Path) -> Edited:
    """A year and area of rendered reports, with one whose facts.json is edited."""

    def edit(change: Callable[[dict[str, Any]], object]) -> Path:
        content = json.loads((rendered("trondheim", 2020) / "facts.json").read_bytes())
        change(content)
        folder = tmp_path / "2020" / SERVICE / "trondheim"
        folder.mkdir(parents=True)
        (folder / "facts.json").write_text(json.dumps(content), "utf-8")
        return folder.parent

    return edit


def test_a_rendered_report_says_what_its_snapshot_says(
    known: Catalogue, snapshot: Snapshot, rendered: Callable[[str, int], Path]
) -> None:
    """The notebook and this room go two ways to the same facts and sentences."""
    report = rendered("trondheim", 2020)
    lying = comparison.open_source(known, str(report), root=report)
    found = comparison.compare(known, snapshot, lying)
    assert not found.sentences
    assert not found.facts
    assert not found.values
    assert found.untouched == ((2020, "trondheim"),)
    assert (found.old.kind, found.new.kind) == ("snapshot", "rendered")
    assert found.level == "indicator"


def test_rendered_reports_are_compared_as_they_lie(
    known: Catalogue, rendered: Callable[[str, int], Path], edited: Edited
) -> None:
    """A figure, a word and a forbehold, in reports that nobody can make again."""

    def edit(content: dict[str, Any]) -> None:
        fact = next(
            f for f in content["facts"] if f["id"] == "trondheim-2020-sykefravaer"
        )
        fact["value"] += 0.0001
        fact["n"] -= 1
        content["sentences"][0]["text"] += " Nytt."
        content["forbehold"][0]["text"] = "Et annet."
        content["forbehold"].pop()

    report = rendered("trondheim", 2020)
    old = comparison.open_source(known, str(report), root=report)
    year = edited(edit).parent
    new = comparison.open_source(known, "2020", root=year.parent)
    found = comparison.compare(known, old, new)
    (value,) = found.values
    assert (value.name, value.tables) == ("sykefravaer", ("manuelle/sykefravaer.csv",))
    assert value.old_printed != value.new_printed
    assert len(value.new_printed) > len("10,0")
    assert [(c.quantity, c.new_printed[-1]) for c in found.facts] == [("rank", "9")]
    (said,) = found.sentences
    assert [(p.kind, p.text) for p in said.words if p.kind != "same"] == [
        ("added", " Nytt.")
    ]
    assert [c.fate for c in found.forbehold] == ["changed", "disappeared"]
    assert found.touched == ((2020, "trondheim"),)


def test_a_report_that_only_one_folder_has_is_named(
    known: Catalogue, rendered: Callable[[str, int], Path], edited: Edited
) -> None:
    """Folders seldom hold the same reports."""
    folder = edited(lambda content: content)
    oslo = folder / "oslo" / "facts.json"
    content = json.loads((folder / "trondheim" / "facts.json").read_bytes())
    content["run"]["kommune"] = "oslo"
    oslo.parent.mkdir()
    oslo.write_text(json.dumps(content), "utf-8")
    both = comparison.open_source(known, str(folder), root=folder)
    one = comparison.open_source(known, str(rendered("trondheim", 2020)), root=folder)
    found = comparison.compare(known, both, one)
    assert found.only_old == ((2020, "oslo"),)
    assert not found.is_empty
    assert not found.touched


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda content: content.pop("sentences"), "sentences: Field required"),
        (lambda content: content.update(form=99), "have form 99"),
        (lambda content: content["run"].update(kommune="asgard"), "not a member"),
        (lambda content: content["facts"][0].pop("index"), "index: Field required"),
    ],
)
def test_damaged_facts_are_refused(
    known: Catalogue,
    edited: Edited,
    change: Callable[[dict[str, Any]], object],
    says: str,
) -> None:
    """Half a report would show the other half as gone."""
    folder = edited(change)
    with pytest.raises(EditionError, match=says) as caught:
        comparison.open_source(known, str(folder), root=folder)
    assert "facts.json" in str(caught.value)


def test_the_report_on_the_network_is_passed_over(
    known: Catalogue, snapshot: Snapshot, edited: Edited
) -> None:
    """A year's folder holds it too; it repeats what the reports on the kommuner say."""
    folder = edited(lambda content: content)
    content = json.loads((folder / "trondheim" / "facts.json").read_bytes())
    content["run"]["kommune"] = NETWORK
    (folder / NETWORK).mkdir()
    (folder / NETWORK / "facts.json").write_text(json.dumps(content), "utf-8")
    year = comparison.open_source(known, str(folder), root=folder)
    found = comparison.compare(known, year, snapshot)
    assert found.untouched == ((2020, "trondheim"),)


def test_the_same_report_twice_in_a_folder_is_refused(
    known: Catalogue, edited: Edited
) -> None:
    """Nobody can say which of the two is meant."""
    folder = edited(lambda content: content)
    shutil.copytree(folder / "trondheim", folder / "kopi")
    with pytest.raises(UsageError, match="trondheim 2020 more than once"):
        comparison.open_source(known, str(folder), root=folder)


# -- sentences -------------------------------------------------------------------------


def said(
    text: str, *, rule: str = "level", facts: str = "a", chapter: str = "x"
) -> Sentence:
    """A sentence in a few letters."""
    return Sentence(chapter=chapter, text=text, rule=rule, facts=tuple(facts))


SENTENCES = st.lists(
    st.builds(
        said,
        st.sampled_from(["En.", "To.", "Tre."]),
        rule=st.sampled_from(["level", "change"]),
        facts=st.sampled_from(["a", "b", "ab", "bc"]),
        chapter=st.sampled_from(["x", "y"]),
    ),
    max_size=6,
)


def test_a_sentence_by_another_rule_is_another_version() -> None:
    """«Omtrent på snittet» and «2 % lavere» are two ways to say one thing."""
    old, new = said("Omtrent på."), said("2 % lavere.", rule="below")
    assert pair([old], [new]) == [(old, new)]


def test_the_same_words_are_no_change_whatever_they_rest_on() -> None:
    """The reader reads the same."""
    assert pair([said("Én av ti.", facts="a")], [said("Én av ti.", facts="b")]) == []


def test_a_hard_space_is_no_other_word() -> None:
    """Where a line may break is the page's business; the reader reads the same."""
    assert pair([said("18 år.")], [said("18\u00a0år.")]) == []


def test_a_list_that_has_grown_is_the_same_sentence() -> None:
    """«Det samme gjelder a» and «Det samme gjelder a og c»: it shares a fact."""
    old = [said("Gjelder a.", facts="a"), said("Gjelder b.", facts="b")]
    new = [said("Gjelder a og c.", facts="ac"), said("Gjelder d.", facts="d")]
    assert pair(old, new) == [(old[0], new[0]), (None, new[1]), (old[1], None)]


@given(SENTENCES, SENTENCES)
def test_pairs_lose_no_sentence_and_have_a_mirror(
    old: list[Sentence], new: list[Sentence]
) -> None:
    """Whatever is not paired is the same in both, and both ways tell the same."""
    there, back = pair(old, new), pair(new, old)
    gone = [a for a, _ in there if a]
    come = [b for _, b in there if b]
    same_old = sorted((s.chapter, s.text) for s in old if all(s is not g for g in gone))
    same_new = sorted((s.chapter, s.text) for s in new if all(s is not c for c in come))
    assert same_old == same_new
    assert sorted(map(repr, there)) == sorted(repr((b, a)) for a, b in back)
    assert all(a is None or b is None or a.chapter == b.chapter for a, b in there)


@given(*[st.lists(st.sampled_from(["kr\u00a01", "er", "4,1", "(", ")", ","]))] * 2)
def test_pieces_put_together_are_the_two_sentences(
    old: list[str], new: list[str]
) -> None:
    """Nothing is lost in showing what is lost."""
    before, after = " ".join(old), " ".join(new)
    pieces = word_changes(before, after)
    assert "".join(p.text for p in pieces if p.kind != "added") == before
    assert "".join(p.text for p in pieces if p.kind != "removed") == after


def test_a_number_with_its_unit_is_one_word() -> None:
    """A change from 1 985 to 1 986 is not a change of «985»."""
    pieces = word_changes("Den er kr\u00a01\u00a0985.", "Den er kr\u00a01\u00a0986.")
    assert [p.text for p in pieces] == [
        "Den er ",
        "kr\u00a01\u00a0985",
        "kr\u00a01\u00a0986",
        ".",
    ]


# -- reports ---------------------------------------------------------------------------

FACT = Fact(
    id="oslo-2020-sykefravaer",
    indicator="sykefravaer",
    kommune="oslo",
    year=2020,
    value=1.0,
    status="",
    unit="prosent",
    decimals=1,
    basis="real",
    network_mean=1.0,
    mean_rule="plain",
    mean_basis="real",
    lowest=1.0,
    lowest_kommune=("oslo",),
    highest=1.0,
    highest_kommune=("oslo",),
    index=100.0,
    distance=0.0,
    distance_basis="real",
    rank=1,
    n=10,
    previous=None,
    previous_basis="",
    change=None,
    mean_change=None,
    interval_low=None,
    interval_high=None,
    distance_clear=None,
    change_clear=None,
    numerator=None,
    denominator=None,
    factor=None,
    forbehold=(),
    tables=(),
    cells=(),
)
FACTS = st.builds(
    lambda value, mean: FACT.replace(value=value, network_mean=mean),
    st.sampled_from([None, 1.0, 1.0 + 1e-12, 2.0]),
    st.sampled_from([1.0, 2.0]),
)
REPORTS = st.builds(
    lambda fact, told, caveats: Report((fact,), tuple(told), caveats),
    FACTS,
    SENTENCES,
    st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["En.", "To."])),
)
EDITIONS = st.builds(
    lambda one, two: Edition(
        "made up", "rendered", {(2020, "oslo"): one, (2019, "oslo"): two}
    ),
    REPORTS,
    REPORTS,
)


@given(a=EDITIONS, b=EDITIONS)
def test_reports_touched_are_those_that_tell_something_else(
    known: Catalogue, a: Edition, b: Edition
) -> None:
    """No sentence, forbehold or figure changes in a report that is called untouched."""
    found = comparison.compare(known, a, b)
    told = {(c.year, c.kommune) for c in found.sentences}
    told |= {(c.year, c.kommune) for c in found.forbehold}
    moved = {
        key
        for key, report in a.reports.items()
        if not same(report.facts[0].value, b.reports[key].facts[0].value)
        or report.facts[0].network_mean != b.reports[key].facts[0].network_mean
    }
    assert set(found.touched) == told | moved
    assert set(found.touched) | set(found.untouched) == set(a.reports)
    back = comparison.compare(known, b, a)
    assert back.touched == found.touched
    assert len(back.sentences) == len(found.sentences)


def test_binary_noise_is_not_a_difference() -> None:
    """0,1 + 0,2 is 0,3 to anybody who adds by hand; one more in a million is more."""
    assert same(0.1 + 0.2, 0.3)
    assert same(0.0, 1e-17)
    assert not same(1_000_000.0, 1_000_001.0)
    assert not same(0.1, 0.1000001)
    assert not same(None, 0.0)


# -- the command -----------------------------------------------------------------------

runner = CliRunner()


def run(*words: str) -> Result:
    """The command, for the reports of the first year: the quickest to make."""
    return runner.invoke(app, ["diff", *words, "--year", "2015"])


@pytest.fixture
def oslo(corrected: Corrected) -> str:
    """A snapshot in which Oslo's recipients of 2015 are others."""
    return str(corrected({(*RECIPIENTS, "0301", 2015): 12345}))


def test_all_areas_are_compared_each_under_its_name(corrected: Corrected) -> None:
    """One that has no figures on either side is named, and left out."""
    other = str(corrected({(*RECIPIENTS, "0301", 2015): 12345}))
    told = run("embedded", other, "--service", "alle", "--exit-code")
    assert told.exit_code == FAILURE
    _, barnevern, rest = re.split("(?m)^(?:barnevern|sosiale_tjenester) ", told.output)
    assert "grunnskole is left out: No such report is in both: embedded has none" in (
        " ".join(told.output.split())
    )
    assert "Nothing differs" in barnevern
    assert "Nothing differs" not in rest
    told = run("embedded", other, "--service", "alle", "--json")
    areas = json.loads(told.stdout)["services"]
    assert list(areas) == ["barnevern", "sosiale_tjenester"]
    changed = {name: one["counts"]["values_changed"] for name, one in areas.items()}
    assert changed == {"barnevern": 0, "sosiale_tjenester": 1}
    named = run("embedded", other, "--service", "barnevern", "--exit-code")
    assert named.exit_code == 0


def test_looking_is_no_failure_unless_asked(oslo: str) -> None:
    """A script that looks for corrections asks for the exit code, as of git."""
    assert run("embedded", oslo).exit_code == 0
    assert run("embedded", oslo, "--exit-code").exit_code == FAILURE
    nothing = run("embedded", "embedded", "--exit-code")
    assert nothing.exit_code == 0
    assert "Nothing differs: 170 figures, 10 reports alike." in nothing.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("embedded", "ingen"), "Nothing to compare in 'ingen'"),
        (("embedded", "embedded", "--kommune", "osol"), "Did you mean oslo?"),
        (("embedded", "embedded", "--kommune", "asker"), "No such report is in both"),
    ],
)
def test_trouble_ends_with_two(words: tuple[str, ...], says: str) -> None:
    """One is taken: it says that something differs."""
    result = run(*words, "--exit-code")
    assert result.exit_code == USAGE
    assert says in result.output


def test_a_damaged_snapshot_is_not_a_difference(oslo: str) -> None:
    """A script must not take damage for a correction."""
    path = Path(oslo) / "12210.json"
    path.write_text(path.read_text("utf-8").replace("12345", "12346"), "utf-8")
    result = run("embedded", oslo, "--exit-code")
    assert result.exit_code == USAGE
    assert "sha256" in result.output


def test_the_text_shows_figures_first_and_words_in_marks(oslo: str) -> None:
    """Numbers, then what follows, then sentences; no column is cut."""
    output = run("embedded", oslo).output
    order = ["reports touched", "Values\n", "Means\n", "in print\n", "Sentences\n"]
    places = [output.index(heading) for heading in order]
    assert places == sorted(places)
    assert "12\u00a0345" in output
    assert "[-" in output
    assert "%+}" in output
    assert "…" not in output


def test_json_is_the_whole_comparison_and_always_the_same(
    oslo: str, known: Catalogue, snapshot: Snapshot
) -> None:
    """What a machine reads holds no less than what a person sees."""
    result = run("embedded", oslo, "--json")
    record = json.loads(result.output)
    found = comparison.compare(
        known, snapshot, statbank.open_snapshot(Path(oslo)), years=[2015]
    )
    assert record == json.loads(json.dumps(comparison.as_record(found)))
    assert record["form"] == 2
    assert record["counts"]["sentences"] == len(record["sentences"]) > 0
    assert {"fate", "old", "new", "words"} <= set(record["sentences"][0])
    assert run("embedded", oslo, "--json").output == result.output


class Page(HTMLParser):
    """Reads a page, and refuses one whose elements do not close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what is open."""
        self.seen.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag not in ("meta", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The last opened closes first."""
        assert self.open.pop() == tag


def test_the_page_is_whole_and_says_what_differs(oslo: str, tmp_path: Path) -> None:
    """One file in bokmål for a colleague; no script, and links that lead somewhere."""
    file = tmp_path / "endret.html"
    result = run("embedded", oslo, "--html", str(file))
    assert result.exit_code == 0, result.output
    html = file.read_text("utf-8")
    page = Page(html)
    assert page.open == []
    assert page.seen.count("h1") == 1
    assert "script" not in page.seen
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert page.seen.count("caption") == page.seen.count("table") == 3
    assert "Hva er endret: embedded" in html
    assert "<ins>12\u00a0345</ins>" in html
    assert "<h3>Oslo 2015</h3>" in html
    assert "<h3>Oslo 2016</h3>" not in html
    assert "None" not in html
    assert not list(tmp_path.glob("*.tmp"))


def test_the_page_of_nothing_says_so(tmp_path: Path) -> None:
    """An empty page would leave the reader wondering."""
    file = tmp_path / "endret.html"
    assert run("embedded", "embedded", "--html", str(file)).exit_code == 0
    html = file.read_text("utf-8")
    assert "Ingenting er endret." in html
    assert "<table" not in html


def test_a_page_that_cannot_be_written_is_one_message(
    oslo: str, tmp_path: Path
) -> None:
    """No traceback, and no word of success."""
    result = run("embedded", oslo, "--html", str(tmp_path / "ingen" / "endret.html"))
    assert result.exit_code == USAGE
    assert "Cannot write" in result.output

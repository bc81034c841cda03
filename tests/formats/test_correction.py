"""
The correction for need read back: by a second hand, in figure, words and exports.

Every slip of ``tests/faults/need.py`` is planted while facts, figure or exports are
made, and must be refused; without one, nothing is.
"""

import json
import re
import shutil
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import given
import openpyxl
import pandas as pd
import pytest
from faults import Fault, Scene
from faults import need as planted
from frictionless import Package

from asss import figures
from asss.analysis import findings
from asss.analysis.need import decompose
from asss.catalogue import catalogue
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import Run
from asss.errors import AsssError
from asss.formats import exports, readback
from asss.formats.readback import arithmetic, prose
from asss.formats.readback import drawing as seen
from asss.formats.readback import figures as eyes
from asss.page import sections
from asss.runs import ledger
from asss.statbank import Snapshot

Facts = dict[str, Any]
Made = tuple[Facts, str]

#: Slips that show in one report, and not with parts that anybody has given.
ELSEWHERE = {"KS' figure is told before it is there"}
SLIPS = [
    one
    for one in planted.FAULTS
    if one.name not in ELSEWHERE and one not in planted.EXPORTED
]


@pytest.fixture(scope="module")
def corrected(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """What is known where the parts are given, made up."""
    folder = tmp_path_factory.mktemp("need") / "parameters"
    shutil.copytree(root / "parameters", folder)
    given.write(folder)
    return catalogue.load_catalogue(folder)


@pytest.fixture(scope="module")
def make(
    corrected: Catalogue, indexed: pd.DataFrame, snapshot: Snapshot
) -> Callable[[str], Made]:
    """The facts of a report, and its figure of need on a page by itself."""

    def of(kommune: str) -> Made:
        run = Run(kommune=kommune, year=2020, snapshot="embedded")
        found = findings.assess(indexed, corrected, run, snapshot)
        facts: Facts = json.loads(json.dumps(sections.facts(found, corrected).content))
        need = decompose(found.book, corrected)
        assert need
        drawn = figures.need(found.book, corrected, need)
        called = corrected.phrases.words["caption_need"]
        html = sections.figure(drawn, corrected, number=3, caption=called).html
        return facts, html

    return of


@pytest.fixture(scope="module")
def sound(make: Callable[[str], Made]) -> Callable[[str], Made]:
    """The same, made once."""
    return cache(make)


def faults(made: Made, known: Catalogue, snapshot: Snapshot) -> list[str]:
    """What is wrong with need in facts, figure and words."""
    facts, html = made
    found = arithmetic.false_figures(facts, known.folder, snapshot.folder, 95)
    found += prose.false_sentences(facts, known)
    # The other figures of the page are not there.
    seen = [one for one in eyes.read(html, facts, known) if "figure 3: " in one]
    return [*found, *seen]


@pytest.mark.parametrize("kommune", given.MADE_UP)
def test_what_is_sound_passes(
    sound: Callable[[str], Made], corrected: Catalogue, snapshot: Snapshot, kommune: str
) -> None:
    """Of every member."""
    assert faults(sound(kommune), corrected, snapshot) == []


@pytest.mark.parametrize("fault", SLIPS, ids=lambda fault: fault.name)
def test_a_slip_is_refused(
    make: Callable[[str], Made],
    corrected: Catalogue,
    snapshot: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
) -> None:
    """Wherever it shows; or what it gives is not even a fact."""
    fault.plant(Scene(monkeypatch, Path()))
    try:
        made = make(fault.report.partition("-")[0])
    except (AsssError, AssertionError):
        return
    assert faults(made, corrected, snapshot)


def exported(facts: Facts, known: Catalogue, folder: Path) -> list[str]:
    """Write workbook and tables of a report; what is wrong with them."""
    exports.write(facts, {}, "", known, folder, planted.FILES)
    return readback.read_exports(folder, facts, known, planted.FILES)


def test_it_is_exported_for_other_programs(
    sound: Callable[[str], Made], corrected: Catalogue, tmp_path: Path
) -> None:
    """Every step, unrounded; every part that was given, with its source."""
    facts, _ = sound("trondheim")
    assert exported(facts, corrected, tmp_path) == []
    assert Package(str(tmp_path / exports.DESCRIPTOR)).validate().valid
    need, steps = facts["need"], pd.read_csv(tmp_path / "behov.csv")
    own = steps[steps["kommune"] == "trondheim"].set_index("step")
    for step in need["steps"]:
        for of in ("amount", "network_mean", "ratio"):
            assert own.loc[step["step"], of] == step[of]
    assert own.loc["rest", "change"] == need["rest"]
    assert own.loc["printed", ["ratio", "basis"]].tolist() == [1.04, "published"]
    assert steps.groupby("kommune").size().drop("trondheim").unique() == [5]
    given_out = pd.read_csv(tmp_path / "behovstall.csv").set_index(["kommune", "part"])
    for kommune, (index, zone, *_) in given.MADE_UP.items():
        assert given_out.loc[(kommune, "need"), "value"] == index
        assert given_out.loc[(kommune, "payroll_zone"), "zone"] == zone
    book = openpyxl.load_workbook(tmp_path / exports.WORKBOOK_NAME)
    heads, *rows = list(book["Behov"].values)[2:]
    assert heads[:5] == (
        *("Ledd", "Kr per innbygger", "Snitt, kr", "Andel av snittet", "Endring"),
    )
    assert [row[0] for row in rows[-2:]] == ["Rest", "KS’ indikator"]
    assert list(book["Behovstall"].values)[4][:3] == ("Oslo", "Avgiftssone", "I")


def test_where_none_is_given_no_export_has_it(
    findings_of: Callable[[str, int], findings.Findings],
    known: Catalogue,
    tmp_path: Path,
) -> None:
    """Neither sheet nor table; one that is there all the same is named."""
    content = sections.facts(findings_of("tromso", 2020), known).content
    facts: Facts = json.loads(json.dumps(content))
    assert exported(facts, known, tmp_path) == []
    assert not list(tmp_path.glob("behov*"))
    book = openpyxl.load_workbook(tmp_path / exports.WORKBOOK_NAME)
    assert not [name for name in book.sheetnames if name.startswith("Behov")]


@pytest.mark.parametrize("fault", planted.EXPORTED, ids=lambda fault: fault.name)
def test_a_slip_in_an_export_is_refused(
    sound: Callable[[str], Made],
    corrected: Catalogue,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
) -> None:
    """Whether it is in the workbook or in the tables."""
    fault.plant(Scene(monkeypatch, Path()))
    kommune = fault.report.partition("-")[0]
    assert exported(sound(kommune)[0], corrected, tmp_path)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("basis",), "real", "need, basis: is 'real'"),
        (("printed",), 1.0, "need, printed: is 1.0"),
        (("rest",), 0.0, "need, rest: is 0.0"),
        (("steps", 4, "ratio"), 1.0, "need, steps, need, ratio: is 1.0"),
        (("steps", 2, "change"), 0.0, "need, steps, pension, change: is 0.0"),
        (("steps", 0, "network_mean"), 1.0, "steps, spent, network_mean: is 1.0"),
        (("members", 1, "amounts", 3), 1.0, "members, bergen, amounts: is 1.0"),
        (("members", 0, "given", 0, "source"), "SSB", "given, need, source: is 'SSB'"),
        (("members", 0, "given", 1, "value"), "V", "payroll_zone, value: is 'V'"),
    ],
)
def test_a_number_that_is_changed_is_named(
    sound: Callable[[str], Made],
    corrected: Catalogue,
    snapshot: Snapshot,
    path: tuple[str | int, ...],
    value: object,
    told: str,
) -> None:
    """By its place, and with what it should be."""
    facts = deepcopy(sound("trondheim")[0])
    *way, last = path
    held: Any = facts["need"]
    for step in way:
        held = held[step]
    held[last] = value
    found = arithmetic.false_figures(facts, corrected.folder, snapshot.folder, 95)
    assert any(told in one for one in found), found


def test_another_step_is_another_report(sound: Callable[[str], Made]) -> None:
    """A published report that shows other steps was changed; one without was not."""
    facts = deepcopy(sound("trondheim")[0])
    before = ledger.fingerprint(facts, ())
    facts["need"]["steps"][1]["ratio"] = 2.0
    assert ledger.fingerprint(facts, ()) != before
    bare = {key: value for key, value in facts.items() if key != "need"}
    assert ledger.fingerprint({**bare, "need": None}, ()) == ledger.fingerprint(
        bare, ()
    )


def test_need_may_not_be_left_out_or_put_in(
    sound: Callable[[str], Made],
    corrected: Catalogue,
    snapshot: Snapshot,
    known: Catalogue,
) -> None:
    """It is in facts.json where its parts are given, and nowhere else."""
    facts = deepcopy(sound("oslo")[0])
    folders = (corrected.folder, snapshot.folder)
    given_out = facts.pop("need")
    assert any(
        "need: is None" in one for one in arithmetic.false_figures(facts, *folders, 95)
    )
    facts["need"] = given_out
    found = arithmetic.false_figures(facts, known.folder, snapshot.folder, 95)
    assert any("and by behov.csv None" in one for one in found)


@pytest.mark.parametrize("kommune", sorted(given.MADE_UP))
def test_no_line_crosses_a_name_on_a_phone(
    make: Callable[[str], Made], kommune: str
) -> None:
    """The joints went through the ends of «Avskrivninger» and «Arbeidsgiveravgift»."""
    _, html = make(kommune)
    svg = re.search(r"<svg.*?</svg>", html, re.S)
    style = re.search(r'style="(--wide[^"]*)"', html)
    assert svg
    assert style
    drawn = seen.opened(svg[0], style[1])
    assert not drawn.problems

    def moved(mark: seen.Mark) -> tuple[float, float]:
        return drawn.moves[drawn.ways[mark.part]]

    upright = [
        (x + moved(mark)[0], top, bottom)
        for mark in drawn.marks
        if mark.kind == "line" and mark.colour in ("faint", "ink") and mark.part >= 0
        for (x, top), (below, bottom) in mark.pieces
        if x == below
    ]
    names = [m for m in drawn.marks if m.kind == "text" and m.x == 0 and m.part >= 0]
    assert len(upright) >= len(names) > 6
    starts = {moved(name)[0] for name in names}
    assert len(starts) == 1
    for name in names:
        over, up = moved(name)
        left, right = (end + over for end in name.reach)
        assert right < 252 - 25
        for x, top, bottom in upright:
            if top < name.y + up < bottom:
                assert not left - 1 < x < right + 1, name

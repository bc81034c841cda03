"""
The fifteen jobs of an analyst, each in no more lines than it should take.

Each is written as in a notebook, with nothing imported but asss, pandas and seaborn,
and run in a project where nothing has been fetched. Line for line they are in ``JOBS``;
the tests look at what comes of them.

Job 11, a comment, is a command; job 12, an own figure, has ``formats/test_own``.
"""

import ast
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib import pyplot as plt
from typer.testing import CliRunner

import asss
from asss.__main__ import app
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import SERVICE
from asss.errors import UsageError

#: The jobs that are code, with how many lines each may have.
JOBS: dict[str, tuple[int, str]] = {
    "1 a tidy table": (1, "figures = asss.load(2020)"),
    "2 one indicator, all cities and years": (
        2,
        """
one = asss.load().query("indicator == 'Etter KVP til arbeid/utdanning'")
axes = sns.pointplot(one, x="year", y="value", hue="kommune", legend=False)
""",
    ),
    "2 the same as a table": (
        2,
        """
one = asss.load().query("indicator_id == 'kvp_mottakere_per_1000'")
table = one.pivot(index=["kommune", "unit"], columns="year", values="printed")
""",
    ),
    "3 against two others": (
        1,
        "then = asss.report('tromso', 2020).what_if(members=['bergen', 'trondheim'])",
    ),
    "4 without Oslo in the mean": (
        1,
        "then = asss.report('tromso', 2020).what_if(without=['oslo'])",
    ),
    "5 the plain mean": (
        1,
        "then = asss.report('tromso', 2020).what_if(mean='plain')",
    ),
    "6 why 21 %": (1, "why = asss.report('trondheim', 2020).explain('21 %')"),
    "7 another limit": (
        1,
        "then = asss.report('oslo', 2020).what_if(thresholds={'near_mean': 10})",
    ),
    "8 who has a caveat on KVP": (
        1,
        "caveats = asss.forbehold('KVP')[['kommuner', 'years', 'label']]",
    ),
    "9 a wording, rerun": (1, "said = asss.report('trondheim', 2020).sentences"),
    "10 Tabell 1 to Excel": (
        1,
        "asss.report('trondheim', 2020).table.to_excel('tabell1.xlsx')",
    ),
    "14 all ten": (
        2,
        "reports = [asss.report(k, 2020) for k in asss.kommuner(2020).index]",
    ),
    "15 doubtful figures": (1, "doubts = asss.doubtful(2020)"),
}

Do = Callable[..., dict[str, Any]]


@pytest.fixture
def do(project: Path, monkeypatch: pytest.MonkeyPatch) -> Do:
    """Do a job in a project, perhaps with an edit; what there is afterwards."""
    monkeypatch.chdir(project)

    def run(name: str, *edit: str) -> dict[str, Any]:
        space: dict[str, Any] = {}
        exec("import asss\nimport pandas as pd\nimport seaborn as sns", space)
        exec(JOBS[name][1].replace(*edit) if edit else JOBS[name][1], space)
        return space

    return run


@pytest.mark.parametrize("name", JOBS)
def test_is_no_longer_than_it_should_be(name: str) -> None:
    most, code = JOBS[name]
    lines = code.strip().splitlines()
    assert len(lines) <= most
    assert all(len(line) <= 79 for line in lines)
    names = {one.id for one in ast.walk(ast.parse(code)) if isinstance(one, ast.Name)}
    assert not names & {"__import__", "exec", "eval", "open"}


def test_a_tidy_table(do: Do) -> None:
    figures = do("1 a tidy table")["figures"]
    assert sorted(figures["year"].unique()) == list(range(2015, 2021))
    assert len(figures) == 19 * 10 * 6
    # What a report would say of it, mark or sign and all.
    marked = figures["printed"].str.endswith("ʳ") == (
        (figures["basis"] == "reconstructed") & (figures["sign"] == "")
    )
    assert marked.all()
    without = figures[figures["sign"] != ""]
    assert len(without) > 0
    assert without["printed"].equals(without["sign"])


def test_one_indicator_of_all_in_all_years(do: Do) -> None:
    done = do("2 one indicator, all cities and years")
    axes, one = done["axes"], done["one"]
    # A category for each year, and none between two.
    assert [t.get_text() for t in axes.get_xticklabels()] == [
        str(year) for year in range(2015, 2021)
    ]
    assert len(one) == 60
    plt.close(axes.figure)
    table = do("2 the same as a table")["table"]
    assert [name for name, _ in table.index][:2] == ["Oslo", "Bergen"]
    assert {unit for _, unit in table.index} == {"per\u00a01\u00a0000"}
    signs = {text for text in table.to_numpy().ravel() if not re.search(r"\d", text)}
    assert signs
    assert signs <= {".", "..", ":", "i.s."}


def test_later_years_are_there_too(
    synthetic_snapshot: asss.statbank.Snapshot,
) -> None:
    """Whatever the snapshot has, with the members of its newest year."""
    figures = asss.load(snapshot=synthetic_snapshot)
    assert figures["year"].max() == 2025
    assert figures.attrs["year"] == 2025
    assert figures["kommune_id"].nunique() == 12


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("3 against two others", "Hva om: snittet for Bergen og Trondheim"),
        ("4 without Oslo in the mean", "Hva om: snittet for kommunene uten Oslo"),
        ("5 the plain mean", "Hva om: det uvektede snittet for alle kommunene"),
    ],
)
def test_another_mean_is_never_called_the_networks(
    do: Do, name: str, title: str
) -> None:
    then = do(name)["then"]
    assert then.title == title
    assert not then.changes_nothing
    assert not any("snittet for ASSS" in said for said in then.report.sentences["text"])


def test_another_limit_is_asked_without_editing(do: Do, project: Path) -> None:
    before = (project / "parameters" / "fraser.yaml").read_bytes()
    assert len(do("7 another limit")["then"].sentences)
    assert (project / "parameters" / "fraser.yaml").read_bytes() == before


def test_caveats_are_found_by_what_they_are_on(do: Do) -> None:
    caveats = do("8 who has a caveat on KVP")["caveats"]
    assert "stavanger_kvp_2019" in caveats.index
    assert "brudd_2020_trondheim" not in caveats.index
    with pytest.raises(asss.AsssError, match="No indicator has 'KVPP'"):
        do("8 who has a caveat on KVP", "KVP", "KVPP")


def test_a_wording_is_seen_when_both_its_places_are_edited(
    do: Do, project: Path
) -> None:
    phrases = project / "parameters" / "fraser.yaml"
    old, new = " enn snittet for ", " enn gjennomsnittet for "
    first = phrases.read_text("utf-8")
    phrases.write_text(first.replace(old, new, 1), "utf-8")
    with pytest.raises(asss.AsssError, match=r"fraser.yaml: phrases\.\w+: the example"):
        do("9 a wording, rerun")
    phrases.write_text(first.replace(old, new), "utf-8")
    assert new in do("9 a wording, rerun")["said"]["text"][0]


def test_an_own_comment_is_one_command(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Job 11: it is on the page when its file is filled in; no key need be known."""
    monkeypatch.chdir(project)
    command = ["new", "comment", "trondheim", "2020", "kvalitet"]
    assert CliRunner().invoke(app, command).exit_code == 0
    folder = project / "parameters" / SERVICE / "kommentarer"
    file = folder / "trondheim-2020" / "kvalitet.md"
    begun = file.read_text("utf-8")
    filled = begun.replace('author: ""', 'author: "Kari"')
    filled = filled.replace('source: ""', 'source: "https://trondheim.kommune.no"')
    filled = filled.replace('date: ""', 'date: "2021-03-15"')
    file.write_text(f"{filled.rstrip()}\n\nVi ansatte tre til.\n", "utf-8")
    shown = asss.report("trondheim", 2020).preview()
    assert "Vi ansatte tre til." in str(shown.html)


def test_tabell_1_is_numbers_in_excel(do: Do, project: Path) -> None:
    do("10 Tabell 1 to Excel")
    sheet = pd.read_excel(project / "tabell1.xlsx", index_col=0)
    assert len(sheet) == 15
    assert sheet[2020].dtype == float
    texts = [cell for cell in sheet.to_numpy().ravel() if isinstance(cell, str)]
    assert not [text for text in texts if text.startswith(("(", "["))]
    # What a number of another year rests on is in the same row.
    assert {"basis", "basis 2018", "sign 2019"} <= {*sheet.columns}


def test_the_same_for_another_year_is_one_edit(do: Do) -> None:
    """Job 13."""
    figures = do("1 a tidy table", "2020", "2019")["figures"]
    assert figures["year"].max() == 2019
    doubts = do("15 doubtful figures", "2020", "2019")["doubts"]
    assert {*doubts.query("doubt == 'jump'")["about"]} == {"2018"}


def test_all_ten_are_in_hand(do: Do) -> None:
    reports = do("14 all ten")["reports"]
    assert len({report.title for report in reports}) == 10


# -- why «21 %» ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trondheim() -> Any:
    return asss.report("trondheim", 2020, snapshot="embedded")


def test_a_number_is_explained_with_all_that_is_behind_it(do: Do) -> None:
    why = do("6 why 21 %")["why"]
    (name,) = why.facts.columns
    assert why.facts.loc["distance", name] == pytest.approx(-20.65, abs=0.01)
    assert why.rule == "spending"
    # The parts of ten members are the mean.
    assert len(why.members) == 10
    assert why.members["part"].sum() == pytest.approx(why.facts.loc["mean", name])
    assert why.members["weight"].sum() == pytest.approx(100)
    assert why.members.loc["Oslo", "weight"] == why.members["weight"].max()
    # The limit that was reached, and the cells that add up.
    reached = why.limits.set_index("limit").loc["near_mean"]
    assert reached["holds"]
    assert reached["value"] > reached["bound"]
    for half in ("numerator", "denominator"):
        read = why.cells[why.cells["of"] == half]["value"]
        total = sum(int(value.replace("\u00a0", "")) for value in read)
        assert total == why.facts.loc[half, name]
    assert "\n" not in repr(why)
    assert len(repr(why)) < 250
    page = why._repr_html_()
    assert page.count("<table") == 4
    assert "None" not in page


@pytest.mark.parametrize(
    ("asked", "quantity", "name", "amount"),
    [
        ("5,1 %", "value", "Mottakere 18–24 år", 5.08),
        ("4,7 %", "mean", "Mottakere 18–24 år", 4.67),
        ("kr 4 998", "value", "Netto driftsutgifter sosialtjenesten", 4997.5),
        ("4\u00a0998", "value", "Netto driftsutgifter sosialtjenesten", 4997.5),
        ("14 % under snittet (kr 2 237)", "distance", "Livsopphold (f281)", 13.6),
    ],
)
def test_a_number_is_of_one_figure(
    trondheim: Any, asked: str, quantity: str, name: str, amount: float
) -> None:
    why = trondheim.explain(asked)
    assert why.quantity == f"{quantity} of {name}, Trondheim 2020"
    (found,) = why.facts.loc[quantity]
    assert abs(found) == pytest.approx(amount, rel=0.01)


def test_a_number_of_tabell_1_alone_is_explained_without_a_sentence(
    trondheim: Any,
) -> None:
    said = " ".join(trondheim.sentences["text"])
    earlier = trondheim.facts.query("year == 2018 and indicator == 'Sykefravær (PAI)'")
    (asked,) = earlier["printed"].str.strip("ʳ")
    assert asked not in said
    why = trondheim.explain(f"{asked} %")
    assert why.sentences == ()
    assert why.rule == why.phrase == ""
    assert why.quantity == "value of Sykefravær (PAI), Trondheim 2018"


def test_a_number_that_no_figure_has_is_explained_by_its_sentence(
    trondheim: Any,
) -> None:
    """«7 %» is of the plain mean; that another figure rose by 7 % is none of it."""
    why = trondheim.explain("7 %")
    assert why.quantity == ""
    assert why.rule == "corrected_plain"
    assert len(why.facts.columns) > 1


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("14 %", r"more than one figure.*3 «En mottaker.*6 «Utgiftene til livsopphold"),
        ("21 % lavere", r"No number.*in sentence 0 «Trondheim bruker 21 % mindre"),
        ("4998", "Did you mean 4 998"),
        ("", "No number, sentence or fact ''"),
        ("2", "No number, sentence or fact '2'"),
    ],
)
def test_what_is_not_one_number_is_told_the_nearest(
    trondheim: Any, asked: str, says: str
) -> None:
    with pytest.raises(asss.AsssError, match=says):
        trondheim.explain(asked)


# -- doubtful figures ------------------------------------------------------------------


def test_doubts_are_those_that_one_finds_by_hand(do: Do) -> None:
    doubts = do("15 doubtful figures")["doubts"]
    assert {*doubts["doubt"]} == {"jump", "near_limit", "near_tie"}
    figures = asss.load(2020, snapshot="embedded").set_index(
        ["kommune", "indicator", "year"]
    )["value"]
    now, before = (figures.xs(year, level="year") for year in (2020, 2019))
    percent = (now / before * 100 - 100)[before > 0].dropna()
    jumps = doubts.query("doubt == 'jump'").set_index(["kommune", "indicator"])
    assert {*jumps.index} == {*percent[percent.abs() > 20].index}
    assert jumps["apart"].to_dict() == pytest.approx(
        percent[percent.abs() > 20].to_dict()
    )
    # Merged in 2020, and known to be.
    assert jumps.loc["Trondheim", "explained"].all()
    assert not jumps.loc["Bergen", "explained"].any()


def test_a_near_tie_is_one_by_decimals_that_are_not_printed(do: Do) -> None:
    ties = do("15 doubtful figures")["doubts"].query("doubt == 'near_tie'")
    close = ties.set_index(["kommune", "about"])
    both = close.loc[("Oslo", "Stavanger")]
    assert {*both["indicator"]} >= {"Mottakere av innbyggere 18–66 år"}
    shared = (ties["number"] - ties["beside"]).abs()
    assert (shared > 0).all()
    assert (shared < 1).all()


def test_a_limit_is_near_on_either_side(snapshot: asss.statbank.Snapshot) -> None:
    near = asss.doubtful(2020, snapshot=snapshot).query("doubt == 'near_limit'")
    assert (near["apart"].abs() <= 10).all()
    assert (near["apart"] < 0).any()
    assert (near["apart"] > 0).any()
    limits = {"near_mean", "on_mean", "apart", "clear_change"}
    assert {*near["about"]} <= limits
    assert (
        asss.doubtful(2020, snapshot=snapshot, margin=0, jump=1e6)["doubt"]
        .isin(["near_limit", "near_tie"])
        .all()
    )


def test_the_plausible_is_a_limit_too(
    snapshot: asss.statbank.Snapshot, known: Any
) -> None:
    """With a margin as wide as the range, whatever is above a half of its end."""
    near = asss.doubtful(2020, snapshot=snapshot, parameters=known, margin=50)
    rows = near.query("doubt == 'near_range'")
    assert {*rows["about"]} <= {"plausible_from", "plausible_to"}
    limits = asss.indicators(parameters=known).set_index("short_name")
    for name, about, beside in zip(
        rows["indicator"], rows["about"], rows["beside"], strict=True
    ):
        if name in limits.index:
            assert beside == limits.loc[name, about]
    assert len(rows)


def test_of_one_kommune_they_are_the_same(snapshot: asss.statbank.Snapshot) -> None:
    all_of_them = asss.doubtful(2020, snapshot=snapshot)
    own = asss.doubtful(2020, "Tromsø", snapshot=snapshot)
    told = all_of_them[all_of_them["kommune"] == "Tromsø"].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, told)
    with pytest.raises(asss.AsssError, match="Asker is not a member"):
        asss.doubtful(2020, "asker", snapshot=snapshot)
    with pytest.raises(asss.AsssError, match="margin is -1"):
        asss.doubtful(2020, snapshot=snapshot, margin=-1)


# -- of any service area ---------------------------------------------------------------

#: What is the same on all of them: the network's members, and SSB's answers.
COMMON = {"kommuner", "open_snapshot"}

#: What each is asked for beside the service area, and says of which it is.
OF_AN_AREA: dict[str, Callable[..., set[str]]] = {
    "load": lambda **of: set(asss.load(2020, **ON, **of)["indicator_id"]),
    "observations": lambda **of: set(asss.observations(2020, **ON, **of)["indicator"]),
    "indicators": lambda **of: set(asss.indicators(**of).index),
    "forbehold": lambda **of: set(
        asss.forbehold(**of)["indicators"].explode().dropna()
    ),
    "doubtful": lambda **of: set(
        asss.indicators(**of)
        .reset_index()
        .set_index("short_name")
        .reindex(asss.doubtful(2020, "oslo", **ON, **of)["indicator"].unique())["id"]
        .dropna()
    ),
    "robustness": lambda **of: set(
        asss.robustness(2020, "oslo", **ON, leave_out=(), **of)["indicator"]
    ),
    "report": lambda **of: {
        name.split("-", 2)[2]
        for told in asss.report("oslo", 2020, **ON, **of).sentences["facts"]
        for name in told
    },
}
ON: dict[str, Any] = {"snapshot": "embedded"}


def test_whatever_is_of_a_service_area_takes_which() -> None:
    """By one name, with one default: nobody learns a second way to say it."""
    asking = {
        name
        for name in asss.__all__
        if inspect.isfunction(getattr(asss, name))
        and "parameters" in inspect.signature(getattr(asss, name)).parameters
    }
    assert asking - COMMON == set(OF_AN_AREA)
    for name in OF_AN_AREA:
        taken = inspect.signature(getattr(asss, name)).parameters["service"]
        assert (taken.kind, taken.default) == (inspect.Parameter.KEYWORD_ONLY, None)


@pytest.mark.parametrize("name", OF_AN_AREA)
def test_tables_are_of_the_area_that_is_asked_for(
    name: str, known_of: Callable[[str], Catalogue]
) -> None:
    """And of sosiale tjenester where none is; a slip in its name is told."""
    ask = OF_AN_AREA[name]
    for of, service in (({"service": "barnevern"}, "barnevern"), ({}, SERVICE)):
        known = {one.id for one in known_of(service).service.figures} | {"alle"}
        told = ask(**of)
        assert told
        assert told <= known, told - known
    with pytest.raises(UsageError, match=r"'barnvern'\. Did you mean barnevern\?"):
        ask(service="barnvern")
    with pytest.raises(UsageError, match="on barnevern, and not on sosiale_tjenester"):
        ask(service=SERVICE, parameters=known_of("barnevern"))

"""The second hand: every figure of a report worked out again from the answers."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import synthetic
import yaml
from cubes import Cube

from asss.analysis import chance, findings, indexing, network, sources
from asss.analysis import facts as gathered
from asss.analysis.facts import Fact
from asss.analysis.findings import Findings
from asss.analysis.tables import Kept
from asss.catalogue import catalogue
from asss.catalogue.catalogue import Catalogue, load_catalogue
from asss.catalogue.supposition import suppose
from asss.errors import RenderError
from asss.formats import readback
from asss.formats.readback import arithmetic
from asss.page import overview, sections
from asss.statbank import Snapshot, holdings

Facts: TypeAlias = dict[str, Any]

#: A fact that has something in every field, and is a count of persons.
FACT = "trondheim-2020-kvp_mottakere_per_1000"

#: What is another value, of each kind of value.
OTHER: dict[type, Callable[[Any], Any]] = {
    float: lambda value: value * 1.0001 + 0.001,
    int: lambda value: value + 1,
    bool: lambda value: not value,
    str: lambda value: f"{value}x",
    list: lambda value: value[1:] or ["x"],
    type(None): lambda _: 0,
}


@pytest.fixture(scope="module")
def facts(findings_of: Callable[..., Findings], known: Catalogue) -> Facts:
    """What facts.json of a report holds."""
    return content(sections.facts(findings_of("trondheim", 2020), known))


def content(file: Any) -> Facts:
    """The same as it is read again."""
    read: Facts = json.loads(json.dumps(file.content))
    return read


def problems(facts: Facts, known: Catalogue, snapshot: Snapshot) -> list[str]:
    return readback.read_figures(facts, known, snapshot)


def test_what_is_true_is_not_refused(
    facts: Facts, known: Catalogue, snapshot: Snapshot, observations: Any, run_of: Any
) -> None:
    """Of a kommune; of all members, for all years; of a year with other rules."""
    assert problems(facts, known, snapshot) == []
    rows = indexing.index_to_network(observations, rule=known.mean_rule)
    assessed = network.assess(rows, known, run_of("asss", 2020), snapshot)
    assert problems(content(overview.facts(assessed, known)), known, snapshot) == []
    early = rows[rows["year"] <= 2017]
    found = findings.assess(early, known, run_of("tromso", 2017), snapshot)
    assert problems(content(sections.facts(found, known)), known, snapshot) == []


@pytest.mark.parametrize("name", [n for n in Fact.model_fields if n != "id"])
def test_every_field_of_a_fact_is_worked_out_again(
    name: str, facts: Facts, known: Catalogue, snapshot: Snapshot
) -> None:
    """And the message names indicator, kommune, year, both values and the table."""
    (place,) = [n for n, fact in enumerate(facts["facts"]) if fact["id"] == FACT]
    fact = facts["facts"][place]
    other = OTHER[type(fact[name])](fact[name])
    changed = [*facts["facts"]]
    changed[place] = {**fact, name: other}
    told = problems({**facts, "facts": changed}, known, snapshot)
    if name in ("indicator", "kommune", "year"):
        assert "cannot be worked out once more" in told[0]
        return
    assert len(told) == 1
    assert told[0].startswith("facts.json: kvp_mottakere_per_1000, Trondheim 2020: ")
    assert f"{name} is" in told[0]
    assert "and by its answers" in told[0]
    assert told[0].endswith("(table 12160, 07459)")


def test_what_is_missing_is_missed(
    facts: Facts, known: Catalogue, snapshot: Snapshot
) -> None:
    left = [fact for fact in facts["facts"] if fact["id"] != FACT]
    (told,) = problems({**facts, "facts": left}, known, snapshot)
    assert told == "facts.json: kvp_mottakere_per_1000, Trondheim 2020: is missing"


def test_figures_of_others_in_earlier_years_are_worked_out_again(
    facts: Facts, known: Catalogue, snapshot: Snapshot
) -> None:
    first, *rest = facts["others"]
    one, *years = first["years"]
    wrong = {**first, "years": [{**one, "value": one["value"] * 10}, *years]}
    (told,) = problems({**facts, "others": [wrong, *rest]}, known, snapshot)
    assert "value is" in told
    wrong = {**first, "years": [{**one, "rank": None}, *years]}
    (told,) = problems({**facts, "others": [wrong, *rest]}, known, snapshot)
    assert "rank is" in told


def test_each_figure_of_others_in_earlier_years_is_there_once(
    facts: Facts, known: Catalogue, snapshot: Snapshot
) -> None:
    """Without one, who was as far out in a year before would not be seen."""
    first, *rest = facts["others"]
    for years, times in ((first["years"][1:], 0), (first["years"][:1], 2)):
        changed = (
            [first, {**first, "years": years}] if times else [{**first, "years": years}]
        )
        (told,) = problems({**facts, "others": [*changed, *rest]}, known, snapshot)
        assert told.endswith(f"is there {times} times, not 1")


@pytest.mark.parametrize(
    ("part", "change", "told"),
    [
        ("snapshot", {"created": "2020-01-01"}, "snapshot, created: is 2020-01-01"),
        ("snapshot", {"sha256": "0" * 64}, "snapshot, sha256: is 000"),
        ("snapshot", {"tables": {}}, "snapshot: has the tables"),
        ("edition", {"status": "forelopige"}, "edition, status: is forelopige"),
        ("edition", {"pending": ["sykefravaer"]}, "edition, pending: is ['sykefr"),
        ("edition", {"tables": {}}, "edition, tables: is {}"),
    ],
)
def test_what_is_told_of_sources_is_held_against_them(
    part: str,
    change: Facts,
    told: str,
    facts: Facts,
    known: Catalogue,
    snapshot: Snapshot,
) -> None:
    wrong = {**facts, part: {**facts[part], **change}}
    assert told in problems(wrong, known, snapshot)[0]


@pytest.mark.parametrize("name", ["title", "ssb_updated", "sha256", "query"])
def test_what_is_told_of_a_table_is_held_against_it(
    name: str, facts: Facts, known: Catalogue, snapshot: Snapshot
) -> None:
    tables = dict(facts["snapshot"]["tables"])
    tables["12210"] = {**tables["12210"], name: tables["13138"][name] or "2021-03-15"}
    if name == "query":
        tables["12210"][name] = tables["13138"][name]
    wrong = {**facts, "snapshot": {**facts["snapshot"], "tables": tables}}
    assert problems(wrong, known, snapshot)[0].startswith(
        f"facts.json: table 12210: {name} is"
    )


def test_what_is_supposed_is_worked_out_as_supposed(
    observations: Any, known: Catalogue, snapshot: Snapshot, run_of: Any
) -> None:
    """And is no report's: without its what-if, the network's figures are others."""
    given: list[dict[str, Any]] = [
        {"without": ["oslo"]},
        {"members": ["bergen", "tromso"]},
        {"mean": "plain"},
        {"mean": "others"},
    ]
    for one in given:
        supposed = suppose(known, "trondheim", 2020, **one)
        kept = [member.id for member in supposed.network.members]
        rows = indexing.index_to_network(
            observations[observations["kommune"].isin(kept)],
            rule=supposed.mean_rule,
            in_mean=supposed.in_mean,
        )
        found = findings.assess(rows, supposed, run_of("trondheim", 2020), snapshot)
        told = content(sections.facts(found, supposed))
        assert problems(told, supposed, snapshot) == []
        assert problems({**told, "what_if": None}, known, snapshot)


def _marked(table: str, cube: Cube) -> Cube:
    """An answer with all that SSB may send in the place of a figure, or beside it."""
    if table == "12367":
        cube["value"] = [v * 1.01 if isinstance(v, float) else v for v in cube["value"]]
        signs = dict(cube.get("status") or {})
        for flat in range(0, len(cube["value"]), 7):
            signs[str(flat)] = (":", "..", "-", "*", "")[flat // 7 % 5]
        cube["status"] = {flat: sign for flat, sign in signs.items() if sign}
    if table == "13138":
        category = cube["dimension"]["Tid"]["category"]
        category["note"] = {"2020": ["Tallene er foreløpige."]}
    return cube


@pytest.mark.parametrize("year", [2018, 2020, 2022, 2025])
def test_answers_of_ssb_are_read_with_their_signs(
    year: int, known: Catalogue, run_of: Any, tmp_path: Path
) -> None:
    """Suppressed, revised, nil and preliminary; from several tables in a row."""
    folder = synthetic.write_snapshot(tmp_path / "signs", change=_marked)
    answers = holdings.open_snapshot(str(folder))
    # A figure may be beyond what is plausible here: it is read, and that is all.
    rows = indexing.index_to_network(
        sources.load_observations(known, answers, until=year), rule=known.mean_rule
    )
    run = run_of("trondheim", year).model_copy(update={"snapshot": answers.name})
    found = findings.assess(rows, known, run, answers)
    told = content(sections.facts(found, known))
    assert problems(told, known, answers) == []
    assert {":", ""} <= {fact["status"] for fact in told["facts"]}
    if year == 2020:
        assert "preliminary" in {fact["basis"] for fact in told["facts"]}
        assert told["edition"]["tables"]["13138"] == "forelopige"


def test_answer_that_is_not_the_manifests_is_told(
    facts: Facts, known: Catalogue, snapshot: Snapshot, tmp_path: Path
) -> None:
    """Where it was changed after it was opened."""
    folder = shutil.copytree(snapshot.folder, tmp_path / "changed")
    path = folder / "12160.json"
    answer = json.loads(path.read_bytes())
    answer["value"] = [value and value + 1 for value in answer["value"]]
    path.write_text(json.dumps(answer), "utf-8")
    told = arithmetic.false_figures(facts, known.folder, folder, 95)
    assert "kvp_mottakere_per_1000" in told[0]
    assert "value is" in told[0]
    assert "facts.json: table 12160: its manifest vouches for another answer" in told


def test_what_is_kept_is_of_the_files_as_they_are(
    facts: Facts, known: Catalogue, snapshot: Snapshot, tmp_path: Path
) -> None:
    """What was worked out for one report is not taken for another with other files."""
    folder = shutil.copytree(known.folder, tmp_path / "parameters")
    about = facts["service"], 2020, folder, snapshot.folder, 95
    arithmetic.prepare(*about)
    assert arithmetic.false_figures(facts, folder, snapshot.folder, 95) == []
    assert arithmetic.false_figures(facts, folder, snapshot.folder, 90) != []
    path = folder / "forbehold.yaml"
    written = path.read_text("utf-8")
    path.write_text(written.replace("mean: left_out", "mean: kept"), "utf-8")
    assert arithmetic.false_figures(facts, folder, snapshot.folder, 95) != []
    path.write_text(written, "utf-8")
    assert arithmetic.false_figures(facts, folder, snapshot.folder, 95) == []


def test_slip_in_the_arithmetic_stops_the_report(
    known: Catalogue,
    snapshot: Snapshot,
    run_of: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where the facts are made again with the same slip in them."""
    beside = chance.beside

    def slipped(indexed: Any, known: Catalogue) -> Any:
        return beside(indexed, known).assign(rank=indexed["rank"] + 1)

    monkeypatch.setattr(chance, "beside", slipped)
    # What other tests made is made without it.
    for kept in ("_kept", "_followed"):
        monkeypatch.setattr(gathered, kept, Kept())
    run = run_of("trondheim", 2020)
    rows = indexing.index_to_network(
        sources.load_observations(known, snapshot, until=2020), rule=known.mean_rule
    )
    found = findings.assess(rows, known, run, snapshot)
    wrong = content(sections.facts(found, known))
    told = "ressursbruksindikator, Kristiansand 2020: rank is 5, and by its answers 4 "
    with pytest.raises(RenderError, match="when they are worked out once more") as why:
        readback.check_facts(wrong, run, known, snapshot)
    assert told in str(why.value)


# -- every form of a formula ---------------------------------------------------------

RUS = "netto_driftsutgifter_rus_f243_per_innb"
F243, F281 = "netto_driftsutgifter_f243", "netto_driftsutgifter_f281"
YOUNG, OLDER, ALL = "innbyggere_18_24", "innbyggere_25_66", "innbyggere_18_66"
DATED_BREAK = {
    "id": "annen_formel",
    "kind": "structure_break",
    "kommuner": "alle",
    "indicators": [RUS],
    # The second is that of the table of what a product is made of.
    "years": [2019, 2022],
    "text": "Nevneren er en annen fra 2019.",
    "label": "Nevneren er en annen fra 2019",
    "source": "https://www.ks.no/asss-hjem/",
    "date": "2019",
}

#: Each with an example, which is worked out when it is read.
FORMS: dict[str, Any] = {
    "signs": {
        "numerator": [F281, f"-{F243}"],
        "denominator": ALL,
        "factor": 1000,
        "example": {"given": {F281: 3, F243: 1, ALL: 2}, "gives": 1000},
    },
    "weights": {
        "numerator": [YOUNG, f"2.5 * {OLDER}"],
        "denominator": [YOUNG, OLDER],
        "factor": 1000,
        "example": {"given": {YOUNG: 1, OLDER: 1}, "gives": 1750},
    },
    "product": {
        "numerator": [f"{F243} * stonadslengde_18_24"],
        "denominator": ALL,
        "factor": 10,
        "example": {"given": {F243: 4, "stonadslengde_18_24": 5, ALL: 1}, "gives": 200},
    },
    "years": {
        "numerator": [F243],
        "denominator": ALL,
        "factor": 1000,
        "years": 3,
        "example": {"given": {F243: [1, 2, 3], ALL: [1, 1, 1]}, "gives": 2000},
    },
    "dated": [
        {
            "to_year": 2018,
            "numerator": [F243],
            "denominator": ALL,
            "factor": 1000,
            "example": {"given": {F243: 1, ALL: 1}, "gives": 1000},
        },
        {
            "from_year": 2019,
            "numerator": [F243],
            "denominator": OLDER,
            "factor": 1000,
            "example": {"given": {F243: 1, OLDER: 1}, "gives": 1000},
        },
    ],
}


@pytest.fixture(scope="module", params=FORMS)
def formed(
    request: pytest.FixtureRequest, root: Path, tmp_path_factory: Any
) -> tuple[str, Catalogue]:
    """What is known, were an indicator made by another form of formula."""
    folder = tmp_path_factory.mktemp(request.param) / "parameters"
    shutil.copytree(root / "parameters", folder)
    path = folder / "sosiale_tjenester" / "indikatorer.yaml"
    content = yaml.safe_load(path.read_text("utf-8"))
    (one,) = [i for i in content["indicators"] if i["id"] == RUS]
    one |= {"formula": FORMS[request.param], "plausible": {"from": -1e5, "to": 1e6}}
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    path = folder / "sosiale_tjenester" / "forbehold.yaml"
    caveats = yaml.safe_load(path.read_text("utf-8"))
    caveats["forbehold"].append(DATED_BREAK)
    text = yaml.safe_dump(caveats, allow_unicode=True)
    path.write_text(text, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        # Of what the answers have, lengths come nearest to shares.
        patch.setattr(catalogue, "SHARES", (*catalogue.SHARES, "måneder"))
        return request.param, load_catalogue(folder)


def test_every_form_of_formula_is_worked_out_again(
    formed: tuple[str, Catalogue], snapshot: Snapshot, run_of: Any
) -> None:
    """Values, means and changes by both hands; and one that is another is found."""
    name, known = formed
    rows = sources.load_observations(known, snapshot, until=2020)
    indexed = indexing.index_to_network(rows, rule=known.mean_rule)
    found = findings.assess(indexed, known, run_of("oslo", 2020), snapshot)
    facts = content(sections.facts(found, known))
    assert problems(facts, known, snapshot) == []
    (fact,) = [f for f in facts["facts"] if f["id"] == f"oslo-2020-{RUS}"]
    assert fact["value"] is not None
    if name == "dated":
        (then,) = [f for f in facts["facts"] if f["id"] == f"oslo-2019-{RUS}"]
        assert then["change"] is then["mean_change"] is None
        assert "annen_formel" in then["forbehold"]
    if name == "years":
        years = rows[(rows["indicator"] == RUS) & (rows["kommune"] == "oslo")]
        assert years["status"].tolist() == ["..", "..", "", "", "", ""]
        assert "annen_formel" in fact["forbehold"]
    fact["value"] *= 1.001
    assert any(RUS in told for told in problems(facts, known, snapshot))


def test_product_is_multiplied_for_each_before_it_is_summed(
    formed: tuple[str, Catalogue], snapshot: Snapshot
) -> None:
    """Sums of shares mean nothing: theirs would be another mean."""
    name, known = formed
    if name != "product":
        return
    rows = sources.load_observations(known, snapshot, until=2020)
    indexed = indexing.index_to_network(rows, rule=known.mean_rule)
    mean = indexed.query("indicator == @RUS and year == 2020")["network_mean"].iloc[0]
    measures = sources.load_measures(known, snapshot, years=[2020])
    wide = measures.pivot(index="kommune", columns="measure", values="value")
    above = (wide[F243] * wide["stonadslengde_18_24"]).sum() * 10
    assert mean == pytest.approx(above / wide[ALL].sum())


def test_formula_of_a_form_that_is_not_known_is_refused(
    facts: Facts, known: Catalogue, snapshot: Snapshot, tmp_path: Path
) -> None:
    """Loudly: what is passed by would be vouched for."""
    folder = tmp_path / "parameters"
    shutil.copytree(known.folder, folder)
    path = folder / "sosiale_tjenester" / "indikatorer.yaml"
    text = path.read_text("utf-8").replace(
        "formula: {manual: sykefravaer}", "formula: {manual: sykefravaer, root: 2}"
    )
    path.write_text(text, "utf-8")
    (told,) = arithmetic.false_figures(facts, folder, snapshot.folder, 95)
    assert "sykefravaer has a formula with root" in told

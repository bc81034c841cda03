"""
A service area on paper: its formulas hold, and it renders once there are figures.

Every figure here is made up by a rule, and every source says so. Nothing is known yet.
"""

import csv
import json
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from reports import KOMMUNER

import asss
from asss import statbank
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.formula import Formula
from asss.catalogue.parameters import METHOD, NETWORK
from asss.embedded import __main__ as embedded
from asss.errors import ParameterError, RenderError
from asss.formats import readback, typesetting
from asss.statbank import Snapshot

AREA = "grunnskole"
YEARS = (2017, 2018, 2019, 2020)
SOURCE = "Oppdiktet for en prøve; ikke et offisielt tall"

#: KS marks these with *: their mean is plain in every year.
STARRED = {
    "ressursbruksindikator",
    "sykefravaer",
    "nasjonale_prover_5",
    "nasjonale_prover_8",
    "nasjonale_prover_9",
    "eksamen",
    "vurdering_for_laering",
}
UNITS = {
    "ressursbruksindikator": "forholdstall",
    "netto_f202_per_elev": "kr",
    "gruppestorrelse": "antall",
    "arstimer_spesialundervisning": "timer",
    "eksamen": "skar",
    "vurdering_for_laering": "skar",
}
#: In autumn: the data year is the first of its school year; in spring, the last.
SCHOOL_YEARS = {
    "nasjonale_prover_5": "2020/21",
    "nasjonale_prover_8": "2020/21",
    "nasjonale_prover_9": "2020/21",
    "vurdering_for_laering": "2020/21",
    "eksamen": "2019/20",
    "overgang_vg1_vg2": "2019/20",
}

#: Made up: a middle, and how far the members lie from each other around it.
BY_HAND = {
    "ressursbruksindikator": (1.0, 0.03),
    "sykefravaer": (7.5, 0.4),
    "nasjonale_prover_5": (77.0, 1.3),
    "nasjonale_prover_8": (73.0, 1.1),
    "nasjonale_prover_9": (80.0, 0.9),
    "eksamen": (3.5, 0.1),
    "vurdering_for_laering": (3.3, 0.1),
    "overgang_vg1_vg2": (92.0, 0.5),
}
#: For each pupil of those there are.
PER_PUPIL = {
    "netto_f202": (105.0, 4.5),
    "elever_vektet": (0.96, 0.0),
    "elevtimer": (840.0, 40.0),
    "laerertimer": (52.0, 0.3),
    "elever": (1.0, 0.0),
    "elever_spesialundervisning": (0.07, 0.004),
    "arstimer_spesialundervisning": (9.4, 0.5),
}
PUPILS = dict(zip(KOMMUNER, range(70_000, 20_000, -5_000), strict=True))


def _made_up(name: str, kommune: str, year: int) -> float:
    """Spread around the middle, in another order for each year and each of these."""
    middle, step = {**BY_HAND, **PER_PUPIL}[name]
    other = [*BY_HAND, *PER_PUPIL].index(name)
    place = (KOMMUNER.index(kommune) * 3 + year + other * 7) % len(KOMMUNER)
    return middle + step * (place - 4.5) + step * (year - YEARS[0]) / 4


def _figures(file: Path) -> None:
    """What stands in for SSB, in the form of the embedded figures."""
    names = ("measure", "kommune", "year", "value", "status", "basis", "source", "note")
    with file.open("w", encoding="utf-8", newline="") as lines:
        out = csv.DictWriter(lines, names)
        out.writeheader()
        for measure in PER_PUPIL:
            for kommune, pupils in PUPILS.items():
                for year in YEARS:
                    value = round(_made_up(measure, kommune, year) * pupils)
                    row = {"measure": measure, "kommune": kommune, "year": year}
                    about = {"basis": "reconstructed", "source": SOURCE}
                    out.writerow({**row, **about, "value": value})


def _by_hand(folder: Path) -> None:
    """Fill every file that waits for figures; its columns are those that are there."""
    for file in sorted(folder.glob("*.csv")):
        columns = file.read_text("utf-8").strip().split(",")
        last = SCHOOL_YEARS.get(file.stem, "2020/21") == "2019/20"
        with file.open("a", encoding="utf-8", newline="") as lines:
            out = csv.DictWriter(lines, columns, extrasaction="ignore")
            for kommune in KOMMUNER:
                for year in YEARS:
                    first = year - last
                    row: dict[str, object] = {
                        "kommune": kommune,
                        "year": year,
                        "basis": "reconstructed",
                        "source": SOURCE,
                        "collected": "2026-11-30",
                        "school_year": f"{first}/{(first + 1) % 100:02}",
                    }
                    made = _made_up(file.stem, kommune, year)
                    row["value"] = round(made, 2 if made < 2 else 1)
                    # Of so many thousands, a decimal of a percent is whole pupils.
                    thousands = PUPILS[kommune] // 10_000
                    row["numerator"] = thousands * round(made * 10)
                    row["denominator"] = thousands * 1000
                    out.writerow(row)


@pytest.fixture(scope="module")
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real parameters/, with figures of ours where nothing is collected yet."""
    place = tmp_path_factory.mktemp("grunnskole")
    shutil.copytree(root / "notebooks", place / "notebooks")
    found = Path(shutil.copytree(root / "parameters", place / "parameters"))
    _by_hand(found / AREA / "manuelle")
    return found


@pytest.fixture(scope="module")
def grunnskole(root: Path) -> Catalogue:
    return asss.load_catalogue(root / "parameters", service=AREA)


@pytest.fixture(scope="module")
def answers(folder: Path) -> Snapshot:
    """A snapshot of this area alone."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(embedded, "FIGURES", folder.parent)
        _figures(folder.parent / f"{AREA}.csv")
        embedded.build(folder.parent / "snapshot")
    return statbank.open_snapshot(folder.parent / "snapshot")


@pytest.fixture(scope="module")
def made(folder: Path, answers: Snapshot) -> Callable[..., tuple[Any, str, Catalogue]]:
    """A report, its page, and what it is made of."""

    @cache
    def make(kommune: str, language: str = "nb") -> tuple[Any, str, Catalogue]:
        known = asss.load_catalogue(folder, service=AREA, language=language)
        given = {"kommune": kommune, "year": YEARS[-1], "snapshot": "embedded"}
        run = asss.load_run({**given, "service": AREA, "language": language})
        observed = asss.observations(run.year, snapshot=answers, parameters=known)
        rows = asss.index_to_network(observed, rule=known.mean_rule)
        report = asss.assess(rows, known, run, answers)
        return report, report.preview().html, known

    return make


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return content


# -- on paper --------------------------------------------------------------------------


def test_twelve_indicators_have_the_units_and_means_of_ks(
    grunnskole: Catalogue,
) -> None:
    """A star is a plain mean; and there are counts, hours and scores."""
    service = grunnskole.service
    assert len(service.indicators) == 12
    assert {
        one.id
        for one in service.indicators
        if {service.mean_rule(one, year) for year in (2017, 2018, 2030)} == {"plain"}
    } == STARRED
    assert {one.id: one.unit for one in service.indicators} == {
        **dict.fromkeys([one.id for one in service.indicators], "prosent"),
        **UNITS,
    }


def test_every_formula_is_shown_to_be_right(grunnskole: Catalogue) -> None:
    """An example each, that gives another figure if above and below change places."""
    ratios = [o for o in grunnskole.service.indicators if o.formula.denominator]
    assert len(ratios) == 4
    for one in ratios:
        assert one.formula.example is not None
        assert isinstance(one.formula.denominator, str)
        assert list(one.formula.wrong_examples(one.decimals)) == []
        swapped = Formula(
            numerator=(one.formula.denominator,),
            denominator=one.formula.numerator,
            factor=one.formula.factor,
            example=one.formula.example,
        )
        assert list(swapped.wrong_examples(one.decimals)) != []


@pytest.mark.parametrize("ratio", [1, 0])
def test_example_that_does_not_hold_is_refused(
    ratio: int, root: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "parameters"
    shutil.copytree(root / "parameters", folder)
    file = folder / AREA / "indikatorer.yaml"
    content = _read(file)
    given = [o for o in content["indicators"] if "denominator" in o["formula"]]
    given[ratio]["formula"]["factor"] *= 10
    file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    with pytest.raises(
        ParameterError, match=rf"{given[ratio]['id']}.*the example give"
    ):
        asss.load_catalogue(folder, service=AREA)


def test_school_years_of_figures_follow_their_time_of_year(
    folder: Path, tmp_path: Path
) -> None:
    """A year beside in any file, and `asss check` names it."""
    known = asss.load_catalogue(folder, service=AREA)
    assert {
        name: figure.school_year
        for (name, kommune, year), figure in known.manual.items()
        if (kommune, year) == ("oslo", 2020) and figure.school_year
    } == SCHOOL_YEARS
    spoilt = tmp_path / "parameters"
    shutil.copytree(folder, spoilt)
    for name, right in SCHOOL_YEARS.items():
        file = spoilt / AREA / "manuelle" / f"{name}.csv"
        wrong = "2019/20" if right == "2020/21" else "2020/21"
        text = file.read_text("utf-8")
        before, found, after = text.partition("oslo,2020,")
        assert right in after.splitlines()[0]
        file.write_text(before + found + after.replace(right, wrong, 1), "utf-8")
    with pytest.raises(ParameterError) as refusal:
        asss.load_catalogue(spoilt, service=AREA)
    assert {one.split(".csv")[0] for one in refusal.value.problems} == {
        f"{AREA}/{name}" for name in SCHOOL_YEARS
    }


def test_nothing_is_said_to_be_known_that_was_not_read(grunnskole: Catalogue) -> None:
    """No figure in the package, and of codes only those of the accounts."""
    assert grunnskole.manual == {}
    assert not (Path(embedded.__file__).parent / f"{AREA}.csv").exists()
    service = grunnskole.service
    assert [table.id for table in service.tables if table.verified] == ["12367"]
    assert [
        measure.id
        for measure in service.measures
        if any(one.verified for series in measure.series for one in series.contents)
    ] == ["netto_f202"]


def test_file_of_figures_that_wait_is_begun_as_the_message_says(
    root: Path, tmp_path: Path
) -> None:
    """Who adds an area writes the line that stands there, and goes on."""
    folder = tmp_path / "parameters"
    shutil.copytree(root / "parameters", folder)
    files = folder / AREA / "manuelle"
    shutil.rmtree(files)
    with pytest.raises(ParameterError) as refusal:
        asss.load_catalogue(folder, service=AREA)
    files.mkdir()
    for problem in refusal.value.problems:
        found = re.search(r"no manuelle/(\w+\.csv)\..*line «([\w,]+)»", problem)
        assert found, problem
        (files / found[1]).write_text(f"{found[2]}\n", "utf-8")
    assert asss.load_catalogue(folder, service=AREA).manual == {}


def test_area_is_whole_in_nynorsk(root: Path) -> None:
    known = asss.load_catalogue(root / "parameters", service=AREA, language="nn")
    assert known.untranslated == ()
    assert known.service.name == "Grunnskule"


# -- with figures of ours --------------------------------------------------------------


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("kommune", ["trondheim", "fredrikstad", NETWORK])
def test_page_is_read_back(
    kommune: str, language: str, made: Callable[..., Any], answers: Snapshot
) -> None:
    """By the second hand from the answers, by another pen from the facts, on paper."""
    report, html, known = made(kommune, language)
    facts = json.loads(json.dumps(report.content().content))
    readback.check_facts(facts, report.found.book.run, known, answers)
    pdf = typesetting.to_pdf(html) if kommune != NETWORK else None
    readback.check(facts, known, html=html, pdf=pdf)


@pytest.mark.parametrize("kommune", ["trondheim", NETWORK, METHOD])
def test_page_speaks_of_its_own_area(kommune: str, made: Callable[..., Any]) -> None:
    """In its words and units, and of no other area."""
    _, html, _ = made(kommune)
    text = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    assert "Grunnskole" in text
    of_others = (
        r"sosiale t[je]+nest|sosialhjelp|stønad|mottak[ae]r|barnevern|målgruppen"
    )
    assert re.findall(of_others, text, re.IGNORECASE) == []
    if kommune != METHOD:
        assert re.search(r"\d\u00a0timer", text)
        assert re.search("til grunnskole per elev|koster [^.]* per elev", text)


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_formula_is_not_said_to_be_multiplied_by_one(
    language: str, made: Callable[..., Any]
) -> None:
    """«Elevtimer / Lærertimer × 1» makes a reader look for what the one is."""
    report, html, known = made(METHOD, language)
    facts = json.loads(json.dumps(report.content().content))
    readback.check(facts, known, html=html, pdf=None)
    factors = re.findall(r"×[\s\u00a0]([\d\u00a0]+)", html)
    assert "1" not in factors
    assert "100" in factors
    assert "1\u00a0000" in factors


@pytest.mark.parametrize("kommune", ["trondheim", NETWORK, METHOD])
def test_page_does_not_claim_that_what_is_made_up_agrees_with_ks(
    kommune: str, made: Callable[..., Any], root: Path
) -> None:
    """Only an area whose figures are held against KS's statements says that they do."""
    claim = "stemmer med det KS"
    assert claim not in " ".join(made(kommune)[1].split())
    for area in ("barnevern", "sosiale_tjenester", AREA):
        known = asss.load_catalogue(root / "parameters", service=area)
        says = claim in known.phrases.words["method_reconstructed"]
        assert says == (area != AREA), area


def test_page_on_which_nothing_stands_out_has_no_main_findings(
    folder: Path, answers: Snapshot
) -> None:
    """No heading over an empty list; and one that is there all the same is seen."""
    known = asss.load_catalogue(folder, service=AREA)
    given = {"kommune": "oslo", "year": YEARS[-1], "snapshot": "embedded"}
    run = asss.load_run({**given, "service": AREA})
    observed = asss.observations(run.year, snapshot=answers, parameters=known)
    parts = ["value", "numerator", "denominator"]
    middle = observed.groupby("indicator")[parts].transform("mean")
    alike = middle + (observed[parts] - middle) / 8
    rows = asss.index_to_network(observed.assign(**alike), rule=known.mean_rule)
    report = asss.assess(rows, known, run, answers)
    html = report.preview().html
    facts = json.loads(json.dumps(report.content().content))
    assert 'id="hovedfunn"' not in html
    readback.check(facts, known, html=html, pdf=typesetting.to_pdf(html))
    heading = '<h2 id="hovedfunn">Hovedfunn</h2>'
    with pytest.raises(RenderError, match="«Hovedfunn» has nothing to say"):
        readback.check(facts, known, html=html.replace("<h2", f"{heading}<h2", 1))

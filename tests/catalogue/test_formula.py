"""
Formulas: each form works out to what its example says, and what is amiss is refused.

A formula that is misread makes every figure of an indicator wrong, and looks right.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from asss.catalogue.catalogue import load_catalogue
from asss.catalogue.formula import Formula
from asss.errors import ParameterError

Written = dict[str, Any]

RUS, PER_1000 = "netto_driftsutgifter_rus_f243_per_innb", "kvp_mottakere_per_1000"

SIGNS: Written = {
    "numerator": ["brutto", "-avskrivninger"],
    "denominator": "km",
    "factor": 1000,
    "example": {"given": {"brutto": 10, "avskrivninger": 2, "km": 4}, "gives": 2000},
}
WEIGHTS: Written = {
    "numerator": ["lav", "2 * middels", "3.5 * hoy"],
    "denominator": ["lav", "middels", "hoy"],
    "factor": 1,
    "example": {"given": {"lav": 1, "middels": 1, "hoy": 2}, "gives": 2.5},
}
PRODUCT: Written = {
    "numerator": ["utgifter * andel"],
    "denominator": "innbyggere",
    "factor": 10,
    "example": {
        "given": {"utgifter": 1000, "andel": 40, "innbyggere": 200},
        "gives": 2000,
    },
}
YEARS: Written = {
    "numerator": ["investert"],
    "denominator": "innbyggere",
    "factor": 1000,
    "years": 3,
    "example": {
        "given": {"investert": [1, 2, 6], "innbyggere": [10, 10, 20]},
        "gives": 225,
    },
}
DATED: list[Written] = [
    {
        "to_year": 2022,
        "numerator": ["netto"],
        "denominator": "innbyggere_0_17",
        "factor": 1000,
        "example": {"given": {"netto": 1, "innbyggere_0_17": 4}, "gives": 250},
    },
    {
        "from_year": 2023,
        "numerator": ["netto"],
        "denominator": "innbyggere_0_24",
        "factor": 1000,
        "example": {"given": {"netto": 1, "innbyggere_0_24": 5}, "gives": 200},
    },
]

FORMS: Mapping[str, tuple[Any, str]] = {
    "signs": (SIGNS, "(brutto - avskrivninger) / km * 1000"),
    "weights": (
        WEIGHTS,
        "(lav + 2 * middels + 3.5 * hoy) / (lav + middels + hoy) * 1",
    ),
    "product": (PRODUCT, "utgifter * andel / innbyggere * 10"),
    "years": (YEARS, "investert / innbyggere * 1000, sums of 3 years"),
    "dated": (
        DATED,
        "netto / innbyggere_0_17 * 1000 (-2022); "
        "netto / innbyggere_0_24 * 1000 (2023-)",
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_is_read_and_works_out(name: str) -> None:
    """And is told as one reads it."""
    written, told = FORMS[name]
    formula = Formula.model_validate(written)
    assert str(formula) == told
    assert not list(formula.wrong_examples(0))


@pytest.mark.parametrize("name", FORMS)
def test_example_that_is_wrong_is_told(name: str) -> None:
    written, _ = FORMS[name]
    last = written[-1] if isinstance(written, list) else written
    wrong = {**last["example"], "gives": last["example"]["gives"] + 7}
    changed = {**last, "example": wrong}
    if isinstance(written, list):
        changed = [*written[:-1], changed]  # type: ignore[assignment]
    (told,) = Formula.model_validate(changed).wrong_examples(1)
    assert f"and says {wrong['gives']:g}" in told


@pytest.mark.parametrize("name", FORMS)
def test_formulas_that_have_been_used_can_be_compared(name: str) -> None:
    """What reports of a year share is held against what is given now."""
    one, other = (Formula.model_validate(FORMS[name][0]) for _ in range(2))
    for formula in (one, other):
        assert formula.measures
        assert not list(formula.wrong_examples(0))
    assert one == other


def test_formula_of_a_year_is_that_of_its_span() -> None:
    """A denominator of the year before would be another figure, and look right."""
    formula = Formula.model_validate(DATED)
    assert formula.in_year(2022).denominator == "innbyggere_0_17"
    assert formula.in_year(2023).denominator == "innbyggere_0_24"
    assert formula.switches == (2023,)
    assert formula.measures == ("netto", "innbyggere_0_17", "innbyggere_0_24")


def test_terms_of_each_year_are_summed_before_they_are_divided() -> None:
    """Not a mean of ratios, in which a small year would count as a large one."""
    formula = Formula.model_validate(YEARS)
    years = [{"investert": i, "innbyggere": n} for i, n in ((1, 10), (2, 10), (6, 20))]
    assert formula.sums(years) == (9, 40)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (SIGNS | {"numerator": ["brutto*km"]}, "'brutto*km' is no term"),
        (SIGNS | {"numerator": ["brutto", "- km"]}, "'- km' is no term"),
        (SIGNS | {"numerator": ["-avskrivninger"]}, "something that is not taken away"),
        (SIGNS | {"denominator": ["km", "-brutto"]}, "taken away from a denominator"),
        (SIGNS | {"numerator": ["0 * brutto", "km"]}, "a weight is more than 0"),
        (SIGNS | {"example": None}, "give an example"),
        (SIGNS | {"ready": "brutto"}, "or only ready, or only manual"),
        (SIGNS | {"weights": [1, 2]}, "Extra inputs are not permitted"),
        (YEARS | {"years": 1}, "the example has 1 numbers"),
        (YEARS | {"years": 11}, "less than or equal to 10"),
        ({"ready": "laast", "years": 4}, "years and example are of numerator"),
        ({"manual": "hand", "example": SIGNS["example"]}, "years and example are of"),
        (
            SIGNS | {"example": {"given": {"brutto": 1, "km": 1}, "gives": 1}},
            "the example gives exactly avskrivninger, brutto, km",
        ),
        (
            SIGNS
            | {
                "example": {
                    "given": {"brutto": 1, "avskrivninger": 1, "km": 0},
                    "gives": 1,
                }
            },
            "the example divides by 0",
        ),
        ([DATED[0], {"from_year": 2023, "ready": "x"}], "formulas of different years"),
        ([DATED[0], DATED[1] | YEARS], "of as many years each"),
        ([], "give numerator, denominator and factor"),
    ],
)
def test_formula_that_is_amiss_is_refused(written: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message.replace("*", r"\*")):
        Formula.model_validate(written)


def changed(root: Path, tmp_path: Path, **keys: Any) -> Path:
    """The folder of parameters, with other keys of an indicator and of its measures."""
    folder = tmp_path / "parameters"
    shutil.copytree(root / "parameters", folder)
    path = folder / "sosiale_tjenester" / "indikatorer.yaml"
    content = yaml.safe_load(path.read_text("utf-8"))
    entry = next(one for one in content["indicators"] if one["id"] == RUS)
    # Written out: YAML would point from one place to another that is the same.
    entry.update(json.loads(json.dumps(keys)))
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return folder


F243, F281 = "netto_driftsutgifter_f243", "netto_driftsutgifter_f281"
BOTH = {"given": {F281: 3, F243: 1, "innbyggere_18_66": 2}, "gives": 1000}
HALF = {"numerator": [F243], "factor": 1000}


@pytest.mark.parametrize(
    ("formula", "more", "messages"),
    [
        pytest.param(
            {
                "numerator": [F281, f"-{F243}"],
                "denominator": "innbyggere_18_66",
                "factor": 1000,
                "example": BOTH | {"gives": 1001},
            },
            {},
            ["the example gives 1000, and says 1001"],
            id="example",
        ),
        pytest.param(
            {
                "numerator": [F243, "kvp_mottakere"],
                "denominator": "innbyggere_18_66",
                "factor": 1000,
            },
            {},
            [f"indicators[{RUS}].formula.numerator: sums 1000 kr and personer"],
            id="units",
        ),
        pytest.param(
            {
                "numerator": [f"{F243} * kvp_mottakere"],
                "denominator": "innbyggere_18_66",
                "factor": 1000,
                "example": {
                    "given": {F243: 1, "kvp_mottakere": 1, "innbyggere_18_66": 1},
                    "gives": 1000,
                },
            },
            {},
            [f"{F243} * kvp_mottakere has not one amount", "it would mean nothing"],
            id="product-of-amounts",
        ),
        pytest.param(
            [
                HALF
                | {
                    "to_year": 2017,
                    "denominator": "innbyggere_18_66",
                    "example": {
                        "given": {F243: 1, "innbyggere_18_66": 1},
                        "gives": 1000,
                    },
                },
                HALF
                | {
                    "from_year": 2019,
                    "denominator": "innbyggere_25_66",
                    "example": {
                        "given": {F243: 1, "innbyggere_25_66": 1},
                        "gives": 1000,
                    },
                },
            ],
            {},
            [
                "formula: nothing for 2018-2018, between (-2017) and (2019-)",
                f"{RUS} has another formula from 2019, and no forbehold tells",
            ],
            id="years",
        ),
        pytest.param(
            {
                "numerator": ["2 * kvp_mottakere"],
                "denominator": "innbyggere_18_66",
                "factor": 1000,
                "example": {
                    "given": {"kvp_mottakere": 1, "innbyggere_18_66": 2},
                    "gives": 1000,
                },
            },
            {"unit": "per_1000", "chance": "rate"},
            ["of counts as they stand, with no signs, weights, products"],
            id="chance",
        ),
    ],
)
def test_formula_that_service_has_no_use_for_is_refused(
    formula: Any, more: Written, messages: list[str], root: Path, tmp_path: Path
) -> None:
    """With the indicator, and what to do."""
    with pytest.raises(ParameterError) as raised:
        load_catalogue(changed(root, tmp_path, formula=formula, **more))
    for message in messages:
        assert message in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "told", "message"),
    [
        ("first", "2019/20", ""),
        ("last", "2018/19", ""),
        ("first", "", "school_year is missing, and should be 2019/20"),
        (
            "last",
            "2019/20",
            "should be 2018/19: of sykefravaer the data year is its last",
        ),
        (
            None,
            "2019/20",
            "does not say of sykefravaer whether a data year is its first",
        ),
    ],
)
def test_figure_of_a_school_year_says_which(
    kind: str | None, told: str, message: str, root: Path, tmp_path: Path
) -> None:
    """A year beside, and a whole network is compared with others' next year."""
    folder = tmp_path / "parameters"
    shutil.copytree(root / "parameters", folder)
    path = folder / "sosiale_tjenester" / "indikatorer.yaml"
    text = path.read_text("utf-8")
    given = "formula: {manual: sykefravaer}"
    more = f"\n    school_year: {kind}" if kind else ""
    path.write_text(text.replace(given, given + more), "utf-8")
    figures = folder / "sosiale_tjenester" / "manuelle" / "sykefravaer.csv"
    head, *rows = figures.read_text("utf-8").splitlines()
    place = head.split(",").index("year")
    row = next(one for one in rows if one.split(",")[place] == "2019")
    figures.write_text(f"{head},school_year\n{row},{told}\n", "utf-8")
    if message:
        with pytest.raises(ParameterError, match="school_year") as raised:
            load_catalogue(folder)
        assert message in str(raised.value)
    else:
        assert load_catalogue(folder).manual

"""What-ifs and robustness: another group, another mean, other limits."""

import re
from functools import lru_cache

import pandas as pd
import pytest

import asss
from asss.analysis import findings, robustness
from asss.analysis.facts import gather
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Thresholds
from asss.catalogue.supposition import suppose
from asss.errors import TableError, UsageError
from asss.runs.workbench import KommuneReport

THREE = ["bergen", "tromso", "trondheim"]


@pytest.fixture(scope="module")
def known() -> Catalogue:
    return asss.load_catalogue()


@pytest.fixture(scope="module")
def printed(known: Catalogue) -> KommuneReport:
    made = asss.report("trondheim", 2020, snapshot="embedded", parameters=known)
    assert isinstance(made, KommuneReport)
    return made


def test_a_filtered_table_is_refused(known: Catalogue, printed: KommuneReport) -> None:
    """It printed «26 % lavere enn snittet for ASSS» of the mean of three."""
    book = printed.found.book
    reported = asss.observations(2020, snapshot="embedded", parameters=known)
    three = reported[reported["kommune"].isin(THREE)]
    indexed = asss.index_to_network(three, rule=known.mean_rule)
    for tried in (findings.assess, gather, asss.assess):
        with pytest.raises(TableError, match=r"lacks Oslo, .*report\.what_if"):
            tried(indexed, known, book.run, book.snapshot)


def test_another_mean_under_all_the_names_is_refused(
    known: Catalogue, printed: KommuneReport
) -> None:
    book = printed.found.book
    reported = asss.observations(2020, snapshot="embedded", parameters=known)
    plain = asss.index_to_network(reported, rule=lambda *_: "plain")
    with pytest.raises(TableError, match="has the plain mean"):
        findings.assess(plain, known, book.run, book.snapshot)
    few = asss.index_to_network(reported, rule=known.mean_rule, in_mean=THREE)
    with pytest.raises(TableError, match="has the mean of bergen, tromso, trondheim"):
        findings.assess(few, known, book.run, book.snapshot)


def test_a_table_says_whose_figures_its_mean_is_of(known: Catalogue) -> None:
    """Those without a figure that counts are not among them."""
    reported = asss.observations(2020, snapshot="embedded", parameters=known)
    indexed = asss.index_to_network(reported, rule=known.mean_rule)
    counts = indexed["mean_of"].map(len)
    assert (counts == indexed["n"]).all()
    assert counts.min() < counts.max() == 10


@pytest.mark.parametrize(
    ("asked", "title", "mean"),
    [
        (
            {"members": ["Tromsø", "bergen", "trondheim"]},
            "snittet for Bergen, Tromsø og Trondheim",
            54139.767055,
        ),
        ({"without": ["oslo"]}, "snittet for kommunene uten Oslo", None),
        ({"mean": "plain"}, "det uvektede snittet for alle kommunene", 57481.108551),
        ({"mean": "others"}, "snittet for de andre kommunene", None),
    ],
)
def test_a_what_if_names_group_and_mean(
    printed: KommuneReport, asked: dict[str, object], title: str, mean: float | None
) -> None:
    made = printed.what_if(**asked)  # type: ignore[arg-type]
    assert made.title == f"Hva om: {title}"
    told = made.facts.loc["Stønad per mottaker", ("mean", "what_if")]
    if mean is None:
        rows = printed.indexed.query(
            "indicator == 'stonad_per_mottaker' and year == 2020"
        )
        left_out = "oslo" if "without" in asked else "trondheim"
        kept = rows[rows["kommune"] != left_out]
        mean = kept["numerator"].sum() / kept["denominator"].sum()
        mean *= rows["factor"].iloc[0]
    assert told == pytest.approx(mean)
    said = " ".join(made.report.sentences["text"])
    assert f"enn {title}" in said.replace("\u00a0", " ") or title in said


def test_the_kommune_is_held_against_a_mean_that_it_is_not_in(
    printed: KommuneReport,
) -> None:
    made = printed.what_if(members=["bergen", "tromso"])
    own = made.report.found.book.fact("stonad_per_mottaker")
    assert own.index is not None
    assert own.rank is not None
    assert own.n == 3
    assert {m.id for m in made.report.found.book.members} == {*THREE}
    assert made.report.known.in_mean == ("bergen", "tromso")
    words = made.report.known.phrases
    assert words.phrases["rank_tail"].sentence == (
        ", {rank} av Bergen, Tromsø og Trondheim"
    )


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("asked", [{"members": THREE}, {"without": ["oslo"]}])
def test_no_other_group_is_called_by_the_networks_name(
    language: str, asked: dict[str, list[str]]
) -> None:
    """Neither in sentences nor in words of figures and tables; names of others stay."""
    known = asss.load_catalogue(language=language)
    phrases = suppose(known, "trondheim", 2020, **asked).phrases  # type: ignore[arg-type]
    texts = [*phrases.words.values(), *(p.sentence for p in phrases.phrases.values())]
    kept = r"Om datagrunnlaget i ASSS|(?:ifølg|inngår )\w*\w* ?i? ?ASSS"
    of_network = [text for text in texts if "ASSS" in re.sub(kept, "", text)]
    assert of_network == []
    assert any("Tromsø" in text or "Oslo" in text for text in texts)


def test_every_piece_that_is_put_in_for_the_name_is_used(known: Catalogue) -> None:
    phrases = known.phrases
    texts = [*phrases.words.values(), *(p.sentence for p in phrases.phrases.values())]
    unused = [k for k in phrases.supposed if not any(k in text for text in texts)]
    assert unused == []


def test_what_is_the_official_rule_changes_nothing_and_says_so(
    known: Catalogue, printed: KommuneReport
) -> None:
    for asked in (
        {"members": [m.id for m in known.network.in_year(2020)]},
        {"mean": "weighted"},
        {"thresholds": {"near_mean": known.phrases.thresholds.near_mean.value}},
    ):
        made = printed.what_if(**asked)  # type: ignore[arg-type]
        assert made.changes_nothing, asked
        assert made.facts.empty
        assert made.sentences.empty
        assert repr(made) == f"WhatIf({made.title}: nothing changes)"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"without": ["olso"]}, "unknown kommune 'olso'. Did you mean oslo?"),
        ({"members": ["bergn"]}, "unknown kommune 'bergn'. Did you mean bergen?"),
        ({"mean": "plan"}, "unknown mean 'plan'. Did you mean plain?"),
        (
            {"thresholds": {"near": 3}},
            "unknown threshold 'near'. Did you mean near_mean?",
        ),
        ({"thresholds": {"apart": -1}}, "apart is -1, and is never below zero"),
        ({"thresholds": {"apart": "a"}}, "apart is 'a', and should be a number"),
        ({"thresholds": {"several_years": 2.5}}, "should be 1, 2, 3"),
        ({"thresholds": {"confidence": 3}}, "confidence: a level of confidence"),
        ({"thresholds": {"among_outermost": 4}}, "among_outermost: is 4; places have"),
        ({"members": ["oslo"], "without": ["oslo"]}, "members or without"),
        ({"members": []}, "nobody is left"),
        ({"members": ["trondheim"], "mean": "others"}, "nobody is left"),
    ],
)
def test_what_is_not_known_is_refused_with_the_nearest(
    printed: KommuneReport, asked: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        printed.what_if(**asked)  # type: ignore[arg-type]


#: For each limit, another, and a report of which it changes what is said.
LIMITS = {
    "on_mean": (8, "trondheim", 2020),
    "near_mean": (10, "trondheim", 2020),
    "apart": (20, "trondheim", 2020),
    "need": (20, "baerum", 2017),
    "product": (0, "oslo", 2020),
    "driver": (101, "fredrikstad", 2018),
    "part_of_gap": (4, "trondheim", 2020),
    "stable_change": (8, "oslo", 2020),
    "clear_change": (20, "oslo", 2020),
    "stable_trend": (2, "baerum", 2020),
    "among_outermost": (1, "oslo", 2020),
    "several_years": (4, "oslo", 2017),
    "confidence": (99.99, "sandnes", 2020),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_another_limit_changes_what_is_said(limit: str) -> None:
    """One was hidden behind another, and could be set to anything."""
    value, kommune, year = LIMITS[limit]
    made = _made(kommune, year).what_if(thresholds={limit: value})
    assert made.report.known.phrases.thresholds.of(limit).value == value  # type: ignore[arg-type]
    assert len(made.sentences), made
    assert f"{limit} satt til" in made.title


@lru_cache
def _made(kommune: str, year: int) -> KommuneReport:
    made = asss.report(kommune, year, snapshot="embedded")
    assert isinstance(made, KommuneReport)
    return made


def test_every_limit_has_a_case() -> None:
    assert LIMITS.keys() == Thresholds.model_fields.keys()


def test_sides_of_the_mean_that_hang_on_it(known: Catalogue) -> None:
    """The known case, by hand: of each city's printed distances, those that turn."""
    changes = asss.robustness(2020, "bergen", snapshot="embedded", parameters=known)
    assert list(changes.columns) == [*robustness.COLUMNS]
    reported = asss.observations(2020, snapshot="embedded", parameters=known)
    official = asss.index_to_network(reported, rule=known.mean_rule)
    plain = asss.index_to_network(reported, rule=lambda *_: "plain")
    rows = [row.id for row in known.service.indicators]
    turned = []
    for one, other in zip(official.itertuples(), plain.itertuples(), strict=True):
        where = (one.kommune, one.year, one.indicator in rows)
        if where == ("bergen", 2020, True) and not pd.isna(one.distance):
            told = [round(one.distance), round(other.distance)]
            signs = [(number > 0) - (number < 0) for number in told]
            turned += [one.indicator] if signs[0] != signs[1] else []
    found = changes.query("what_if == 'plain' and conclusion == 'side'")
    assert sorted(found["indicator"]) == sorted(turned)
    assert turned
    assert {"plain", "without oslo"} <= {*changes["what_if"]}

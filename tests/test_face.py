"""``import asss``: what an analyst imports, by itself and in one line."""

import doctest
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pandas as pd
import pytest
from test_wheel import OF_REPORTS, REFUSE

import asss
from asss.catalogue.catalogue import Catalogue
from asss.errors import UsageError
from asss.statbank import Snapshot

#: What needs the report extra: to say something is to have a page for it.
OF_PAGES = {"assess", "report"}


def _python(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


def test_import_loads_nothing() -> None:
    done = _python("import sys, asss; dir(asss); print(*sys.modules)")
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"pandas", "numpy", "pydantic", "yaml", *OF_REPORTS}
    assert not [name for name in done.stdout.split() if name.startswith("asss.")]


def test_small_library_needs_nothing_of_the_report_extra() -> None:
    """Loading, indexing and what is known, where none of the extra can be imported."""
    program = (
        REFUSE.format(missing=set(OF_REPORTS))
        + """
import asss, asss.statbank.client, asss.statbank.retrieval, asss.statbank.doctor
import asss.analysis.network
for name in set(asss.__all__) - NOT_ASKED:
    getattr(asss, name)
figures = asss.load(2020, snapshot="embedded", parameters="embedded")
print(len(figures), len(asss.indicators()), len(asss.forbehold()))
""".replace("NOT_ASKED", repr(OF_PAGES))
    )
    done = _python(program)
    assert done.stdout.startswith("1140 15 "), done.stderr


@pytest.mark.parametrize("name", asss.__all__)
def test_every_name_has_a_runnable_example(name: str) -> None:
    documented = getattr(asss, name).__doc__
    assert doctest.DocTestParser().get_examples(documented)
    assert name in dir(asss)


def test_names_are_listed_once_and_in_order() -> None:
    assert asss.__all__ == sorted(asss._WHERE)
    for name, module in asss._WHERE.items():
        assert getattr(import_module(f"asss.{module}"), name) is getattr(asss, name)


def test_misspelt_names_are_told_the_nearest(known: Catalogue) -> None:
    with pytest.raises(AttributeError, match="Did you mean kommuner"):
        asss.komuner  # noqa: B018
    with pytest.raises(UsageError, match="Did you mean stonadslengde_18_24"):
        known.indicator("stonadslengde_18_25")
    with pytest.raises(UsageError, match="Did you mean kvalitet"):
        known.service.in_chapter("kvalitett")


def test_figures_are_tidy(snapshot: Snapshot, known: Catalogue) -> None:
    figures = asss.load(2020, snapshot=snapshot, parameters=known)
    key = ["indicator", "kommune", "year"]
    assert not figures.duplicated(key).any()
    assert figures["value"].isna().equals(figures["sign"] != "")
    names = [indicator.short_name for indicator in known.service.figures]
    assert figures["indicator"].cat.ordered
    latest = figures[figures["year"] == 2020]
    wide = latest.pivot(index="indicator", columns="kommune", values="index")  # noqa: PD010
    assert list(wide.index) == names
    assert list(wide.columns) == [m.name for m in known.network.in_year(2020)]
    assert figures.attrs["sha256"] == snapshot.sha256
    held = latest.dropna(subset=["index"])
    pd.testing.assert_series_equal(
        held["distance"], held["value"] / held["mean"] * 100 - 100, check_names=False
    )


def test_index_keeps_where_figures_are_from(
    snapshot: Snapshot, known: Catalogue
) -> None:
    reported = asss.observations(2020, snapshot=snapshot, parameters=known)
    indexed = asss.index_to_network(reported, rule=known.mean_rule)
    assert indexed.attrs == reported.attrs
    assert indexed.attrs["snapshot"] == "embedded"


@pytest.mark.parametrize("kommune", ["trondheim", "asss"])
def test_report_in_hand(kommune: str, snapshot: Snapshot, known: Catalogue) -> None:
    report = asss.report(kommune, 2020, snapshot=snapshot, parameters=known)
    assert len(report.sentences) == len(report.statements) > 0
    assert len(report.table) == len(known.service.indicators)
    assert set(report.facts["forbehold"].explode().dropna()) <= {
        *report.forbehold.index
    }
    page = report.preview().html
    for sentence in report.sentences["text"][:1]:
        assert sentence.split("ʳ")[0] in page
    for text in report.sentences["text"]:
        why = report.explain(text)
        assert why.sentence == text
        assert why.why
        assert all(f"why: {one}" in str(why) for one in why.why)
    told = report.findings.query("told")
    assert list(told["sentences"].explode()) == list(range(len(report.sentences)))
    for shown in (known, snapshot):
        assert repr(shown)[:9] in shown._repr_html_()
        assert shown._repr_html_().count("<tr>") > 5
    for shown in (report, report.found, report.known, report.found.book, snapshot):
        assert len(repr(shown)) < 250
        assert "\n" not in repr(shown)


def test_what_is_not_in_a_report_is_not_explained(
    snapshot: Snapshot, known: Catalogue
) -> None:
    report = asss.report("oslo", 2020, snapshot=snapshot, parameters=known)
    with pytest.raises(UsageError, match="Did you mean oslo-2020-sykefravaer"):
        report.explain("oslo-2020-sykefraver")
    with pytest.raises(UsageError, match="No number, sentence or fact 999"):
        report.explain(999)


# -- what cannot be meant --------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: asss.load("2020"), "year, such as 2020, must be int, and not '2020'"),
        (lambda: asss.load(True), "must be int"),
        (lambda: asss.load(2020, snapshot=None), "snapshot, such as"),
        (lambda: asss.load(2020, parameters=3), 'a Catalogue, a folder or "embedded"'),
        (lambda: asss.kommuner(parameters=pd.DataFrame()), "a Catalogue, a folder"),
        (lambda: asss.load_catalogue(3), "folder, parameters/"),
        (lambda: asss.load_catalogue(language=3), "language, such as"),
        (lambda: asss.load_run(None), "such as vars"),
        (lambda: asss.report(None, 2020), "kommune, such as"),
        (lambda: asss.report("oslo", "2020"), "year, such as"),
        (lambda: asss.index_to_network(None, rule=str), "asss.observations"),
        (lambda: asss.index_to_network(_loaded(), rule=str), "has done so already"),
        (lambda: asss.index_to_network(_reported(), rule="plain"), "a function of"),
        (
            lambda: asss.index_to_network(_reported(), rule=lambda *_: "median"),
            r"No mean is 'median'; a rule gives one of \('plain', 'weighted', ",
        ),
        (lambda: _report().explain([1]), "a number, a sentence, its row"),
        (lambda: _report().explain(999), "which has sentences 0 to"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_line(
    call: Callable[[], object], says: str
) -> None:
    """Whoever tries things out meets no traceback of pandas or pathlib."""
    with pytest.raises(asss.AsssError, match=says) as refusal:
        call()
    assert "\n" not in str(refusal.value)


def _loaded() -> pd.DataFrame:
    return asss.load(2020, snapshot="embedded")


def _reported() -> pd.DataFrame:
    return asss.observations(2020, snapshot="embedded")


def _report() -> Any:
    return asss.report("oslo", 2020, snapshot="embedded")


def test_marks_go_along_into_the_frames() -> None:
    """A real figure against a mean of reconstructed ones is marked where it is read."""
    figures = _loaded().query("year == 2020 and basis == 'real'")
    held_up = figures[figures["distance_basis"] != "real"]
    assert len(held_up) > 10
    assert (held_up["mean_basis"] != "real").all()
    name = "netto_driftsutgifter_rus_f243_per_innb"
    (column,) = _report().explain(f"oslo-2020-{name}").facts.items()
    assert column[1]["basis"] == "real"
    assert column[1]["basis of the mean"] == "reconstructed"
    assert column[1]["basis of distance and rank"] == "reconstructed"


def test_cells_are_explained_with_their_values() -> None:
    """Where a figure was read, and what stood there."""
    name = "oslo-2020-andel_mottakere_18_24"
    why = _report().explain(name)
    told = why.facts[name]
    read = sum(int(value.replace("\u00a0", "")) for value in why.cells["value"])
    assert read == told["numerator"] + told["denominator"]


def test_formula_is_right_as_it_is_printed() -> None:
    """A sum over a denominator stands in brackets."""
    formula = asss.indicators().loc["netto_driftsutgifter_sosialtjenesten_per_innb"]
    assert re.fullmatch(r"\(\w+( \+ \w+)+\) / \w+ \* 1000", formula["formula"])


def test_no_forbehold_is_a_frame_with_the_columns_of_one() -> None:
    """In 2015 nothing need be known of the figures on barnevern, and a page ended."""
    found = asss.report(
        "om-datagrunnlaget", 2015, service="barnevern", snapshot="embedded"
    )
    assert found.forbehold.empty
    assert list(found.forbehold) == list(asss.forbehold())

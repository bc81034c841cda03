"""``import asss``: what an analyst imports, by itself and in one line."""

import doctest
import subprocess
import sys
from importlib import import_module

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
    assert done.stdout.startswith("900 15 "), done.stderr


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
    names = [indicator.short_name for indicator in known.service.indicators]
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
        assert report.explain(text).sentence == text
    for shown in (report, report.found, report.known, report.found.book, snapshot):
        assert len(repr(shown)) < 250
        assert "\n" not in repr(shown)


def test_what_is_not_in_a_report_is_not_explained(
    snapshot: Snapshot, known: Catalogue
) -> None:
    report = asss.report("oslo", 2020, snapshot=snapshot, parameters=known)
    with pytest.raises(UsageError, match="Did you mean oslo-2020-sykefravaer"):
        report.explain("oslo-2020-sykefraver")
    with pytest.raises(UsageError, match="No sentence or fact 999"):
        report.explain(999)

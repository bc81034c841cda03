"""A list of tables to choose from, and what stands there without a list."""

import sys

import pandas as pd
import pytest

import asss
from asss.errors import TableError, UsageError
from asss.statbank import Snapshot

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def figures(snapshot: Snapshot) -> pd.DataFrame:
    return asss.load(2020, snapshot=snapshot)


def test_each_table_opens_under_its_name_without_widgets(
    figures: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    shown = asss.browse(figures)._repr_mimebundle_()
    assert sorted(shown) == ["text/html", "text/plain"]
    assert shown["text/html"].count("<summary>") == 19
    # Every figure, with its mark or its sign.
    for name, own in figures.groupby("indicator", observed=True):
        page = shown["text/html"].partition(f"<summary>{name}")[2]
        cells = page.partition("</details>")[0]
        assert all(f">{text}</td>" in cells for text in own["printed"])


def test_list_has_what_stands_there_without_it(figures: pd.DataFrame) -> None:
    chosen = asss.browse(figures, by="kommune")
    shown = chosen._repr_mimebundle_()
    assert WIDGET in shown
    assert shown["text/html"].count("<summary>") == 10
    assert list(chosen.tables)[:2] == ["Oslo", "Bergen"]
    assert chosen.tables["Oslo"].index.names == ["indicator", "unit"]
    assert len(chosen.tables["Oslo"]) == 19


def test_colour_is_of_the_index(figures: pd.DataFrame) -> None:
    """What has none is as uncoloured as the mean itself."""
    one = figures.query("year == 2020 and indicator_id == 'sykefravaer'").copy()
    one["index"] = [140.0, 60.0, *[100.0] * 7, None]
    (page,) = asss.browse(one).pages.values()
    colours = [part.partition(";")[0] for part in page.split("background-color: ")[1:]]
    assert len({*colours}) == 3


def test_no_table_has_the_colours_of_another(figures: pd.DataFrame) -> None:
    """A style in a notebook is that of all its cells."""
    chosen = (asss.browse(figures), asss.browse(figures, by="kommune"))
    pages = [page for one in chosen for page in one.pages.values()]
    ids = [page.partition('<table id="')[2].partition('"')[0] for page in pages]
    assert len({*ids}) == len(pages) == 29


def test_what_is_not_figures_is_refused(figures: pd.DataFrame) -> None:
    with pytest.raises(TableError, match=r"lack the columns \['printed'\]"):
        asss.browse(figures.drop(columns="printed"))
    with pytest.raises(UsageError, match="one of indicator, kommune, and not 'year'"):
        asss.browse(figures, by="year")  # type: ignore[arg-type]

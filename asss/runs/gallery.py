"""
Gallery: one table at a time, to be chosen from a list in a notebook.

Where ipywidgets can be shown the list is theirs; everywhere else, as in a notebook that
nobody has run or where it is not installed, each table opens under its name.
"""

import html
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from asss.errors import TableError, UsageError, counted, expect

__all__ = ["Gallery", "browse"]

#: What a table is of, and what its rows are.
ROWS: Mapping[str, str] = {"indicator": "kommune", "kommune": "indicator"}

#: How far from the mean an index has its full colour.
FULL = 40

#: How light a colour must be for black letters on it to be read better than white.
LIGHT = 0.18


@dataclass(frozen=True)
class Gallery:
    """
    Tables by what they are of.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        As printed, with marks and signs.
    indexes : mapping of str to DataFrame
        Of the same form: 100 is the mean, which the colours show.
    """

    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    indexes: Mapping[str, pd.DataFrame] = field(repr=False)

    def __repr__(self) -> str:
        """In a line: how many."""
        return f"Gallery({counted(len(self.tables), 'table')})"

    @cached_property
    def pages(self) -> dict[str, str]:
        """Each table as HTML, shaded by its indexes."""
        return {name: self._page(name) for name in self.tables}

    def _page(self, name: str) -> str:
        table, indexes = self.tables[name], self.indexes[name].fillna(100)
        shaded = table.style.background_gradient(
            axis=None,
            cmap="coolwarm",
            gmap=indexes,
            vmin=100 - FULL,
            vmax=100 + FULL,
            text_color_threshold=LIGHT,
        ).set_table_styles([{"selector": "td", "props": "text-align: right"}])
        # Of this table's own: its style is that of every table of the id in a notebook.
        own = zlib.crc32(f"{name}{table.to_csv()}{indexes.to_csv()}".encode())
        return str(shaded.to_html(table_uuid=f"{own:08x}"))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """The list, where it can be shown, and what is shown where it cannot."""
        shown = {"text/plain": repr(self), "text/html": self._repr_html_()}
        widget = self._widget()
        return shown | (widget._repr_mimebundle_() | shown if widget else {})

    def _repr_html_(self) -> str:
        return "".join(
            f"<details><summary>{html.escape(name)}</summary>{page}</details>"
            for name, page in self.pages.items()
        )

    def _widget(self) -> Any:
        """A list, and under it what is chosen; nothing where ipywidgets is not."""
        try:
            import ipywidgets
        except ImportError:
            return None
        choice = ipywidgets.Dropdown(options=list(self.pages))
        shown = ipywidgets.Stack(
            [ipywidgets.HTML(page) for page in self.pages.values()], selected_index=0
        )
        # In the page itself, so that it needs no answer from the kernel.
        ipywidgets.jslink((choice, "index"), (shown, "selected_index"))
        return ipywidgets.VBox([choice, shown])


def browse(
    figures: pd.DataFrame, by: Literal["indicator", "kommune"] = "indicator"
) -> Gallery:
    """
    All figures as one table for each indicator, or each kommune, to choose from.

    Parameters
    ----------
    figures : DataFrame
        See :func:`asss.load`, or some rows of it.
    by : "indicator" or "kommune"
        What each table is of; its rows are the other, and its columns years.

    Returns
    -------
    tables : Gallery
        A list to choose from in JupyterLab; ``tables`` has them by name.

    Raises
    ------
    TableError
        If `figures` lack a column.

    Examples
    --------
    >>> import asss
    >>> chosen = asss.browse(asss.load(2020, snapshot="embedded"))
    >>> chosen
    Gallery(19 tables)
    >>> chosen.tables["Sykefravær (PAI), %"].loc["Trondheim", 2020]
    '10,9ʳ'
    """
    expect(pd.DataFrame, figures, "figures, as from asss.load,")
    if by not in ROWS:
        msg = f"by must be one of {', '.join(ROWS)}, and not {by!r}."
        raise UsageError(msg)
    needed = {"indicator", "kommune", "year", "unit", "printed", "index"}
    if lacking := sorted(needed.difference(figures.columns)):
        msg = f"The figures lack the columns {lacking}; asss.load gives them."
        raise TableError(msg)
    rows: Any = ["indicator", "unit"] if by == "kommune" else ROWS[by]
    tables, indexes = {}, {}
    for name, own in figures.groupby(by, observed=True):
        title = str(name)
        if by == "indicator":
            title += f", {own['unit'].iloc[0]}"
        tables[title], indexes[title] = (
            own.pivot(index=rows, columns="year", values=values)  # noqa: PD010
            for values in ("printed", "index")
        )
    return Gallery(tables, indexes)

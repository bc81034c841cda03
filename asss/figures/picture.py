"""A finished figure: what is seen, what is heard, and the numbers behind it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from asss.analysis.facts import Fact
from asss.analysis.statements import lacks_base, why_withheld
from asss.analysis.tables import MARKED, legend, mark, meaning
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.language import number

Value: TypeAlias = "str | int | float | None"

#: The columns of a figure's data. Units are the indicator's; ``index`` is 100 at the
#: mean; ``rank`` is 1 at the highest of the ``members`` that have a figure.
COLUMNS = (
    "indicator",
    "name",
    "unit",
    "kommune",
    "year",
    "value",
    "sign",
    "basis",
    "network_mean",
    "mean_basis",
    "index",
    "rank",
    "members",
    "forbehold",
)


@dataclass(frozen=True)
class Data:
    """The numbers behind a figure for machines: one row per fact, unrounded.

    Attributes
    ----------
    columns : tuple of str
        See :data:`COLUMNS`.
    rows : tuple of tuple, each as long as `columns`
        None where there is no number; ``sign`` then says why.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class Row:
    """
    A row of a table for people: what it is about, and its cells as printed.

    ``traces`` says of each cell which fact it is, and which of its fields; empty, or
    with an empty id, where a cell need not be traced.
    """

    name: str
    cells: tuple[str, ...]
    is_focus: bool = False
    traces: tuple[tuple[str, str], ...] = ()

    @property
    def traced(self) -> list[tuple[str, str, str]]:
        """Each cell with the fact and the field that it is, as far as that is said."""
        untraced = [("", "")] * (len(self.cells) - len(self.traces))
        traces = (*self.traces, *untraced)
        return [(cell, *trace) for cell, trace in zip(self.cells, traces, strict=True)]


@dataclass(frozen=True)
class Group:
    """Rows under a heading, with what must be known of them."""

    name: str
    rows: tuple[Row, ...]
    note: str = ""


@dataclass(frozen=True)
class Table:
    """The numbers behind a figure for people, marked and rounded as on the page.

    Attributes
    ----------
    corner : str
        The heading of the first column, that of the rows' names.
    heads : tuple of str
        The headings of the other columns.
    groups : tuple of Group
    signs : tuple of (sign, meaning)
        Only those that the table shows.
    """

    corner: str
    heads: tuple[str, ...]
    groups: tuple[Group, ...]
    signs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Picture:
    """A figure as SVG, with the text that stands for it and the numbers behind it.

    ``_repr_svg_`` lets JupyterLab show it; the page gives it caption and number.
    ``notes`` are keys of words that the caption ends with. ``table`` is what the page
    shows beside the figure, ``data`` what is exported. ``narrow`` says how a page lays
    the figure out on a phone (:meth:`asss.figures.canvas.Canvas.narrow`).
    """

    svg: str
    alt: str
    table: Table
    data: Data
    notes: tuple[str, ...] = ()
    narrow: str = ""

    def _repr_svg_(self) -> str:
        return self.svg


def data_of(facts: Iterable[Fact], known: Catalogue) -> Data:
    """The facts that a figure shows, as rows."""
    rows = tuple(
        (
            fact.indicator,
            known.indicator(fact.indicator).name,
            fact.unit,
            fact.kommune,
            fact.year,
            fact.value,
            fact.status,
            fact.basis if fact.value is not None else "",
            fact.network_mean,
            fact.mean_basis if fact.network_mean is not None else "",
            fact.index,
            fact.rank,
            fact.n,
            " ".join(fact.forbehold),
        )
        for fact in facts
    )
    return Data(COLUMNS, rows)


def table_of(
    corner: str,
    heads: Iterable[str],
    groups: Iterable[Group],
    words: Mapping[str, str],
    facts: Iterable[Fact],
) -> Table:
    """A table of some facts, with the signs and marks that stand in it explained."""
    groups = tuple(groups)
    cells = [cell for group in groups for row in group.rows for cell in row.cells]
    shown = {fact.status for fact in facts} & set(cells)
    signs = list(legend(shown, words).items())
    for basis in MARKED:
        raised = mark(basis, words)
        if any(cell.endswith(raised) for cell in cells):
            signs.append((raised, words[f"notes_{basis}"]))
    return Table(corner, tuple(heads), groups, tuple(signs))


def why(fact: Fact, known: Catalogue) -> str:
    """Why a figure, or what it is compared with, is kept back: in a few words."""
    words = known.phrases.words
    labels = why_withheld(known, fact)
    if labels:
        return labels[0]
    if lacks_base(known, fact):
        return words["base_mean"]
    return meaning(fact.status, words) if fact.status else words["no_index"]


def amount(
    value: float | None, decimals: int, basis: str, words: Mapping[str, str]
) -> str:
    """A number with its mark, for labels and cells; nothing where there is none."""
    return "" if value is None else number(value, decimals) + mark(basis, words)


def spoken(
    value: float | None,
    indicator: Indicator,
    words: Mapping[str, str],
    *,
    basis: str,
    sign: str,
) -> str:
    """An amount with unit and mark, for an alternative text; else its sign."""
    if value is None:
        return sign
    form = words[f"unit_{indicator.unit}"]
    digits = number(value, indicator.decimals)
    return form.format(number=digits) + mark(basis, words)

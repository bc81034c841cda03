"""A finished figure: what is seen, what is heard, and the numbers behind it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from asss.analysis.facts import Fact, NetworkBook
from asss.analysis.statements import lacks_base
from asss.analysis.tables import MARKED, legend, mark, meaning
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import lowered, number
from asss.figures.canvas import Entry

__all__ = [
    "Data",
    "Group",
    "Picture",
    "Row",
    "Table",
    "amount",
    "data_of",
    "is_reconstructed",
    "key_of",
    "mean_cell",
    "say",
    "spoken",
    "table_of",
    "value_cell",
    "why",
    "years_row",
]

Value: TypeAlias = "str | int | float | None"

#: The columns of a figure's data: fields of a fact, and the indicator's name.
COLUMNS = (
    *("indicator", "name", "unit", "kommune", "year"),
    *("value", "status", "basis", "network_mean", "mean_basis"),
    *("interval_low", "interval_high", "index", "rank", "n", "forbehold"),
)


@dataclass(frozen=True)
class Data:
    """The numbers behind a figure for machines: one row per fact, unrounded.

    Attributes
    ----------
    columns : tuple of str
        See :data:`COLUMNS`.
    rows : tuple of tuple, each as long as `columns`
        None where there is no number; ``status`` then says why.
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

    svg: str = field(repr=False)
    alt: str
    table: Table = field(repr=False)
    data: Data = field(repr=False)
    notes: tuple[str, ...] = ()
    narrow: str = ""

    def _repr_svg_(self) -> str:
        return self.svg


def data_of(facts: Iterable[Fact], known: Catalogue) -> Data:
    """The facts that a figure shows, as rows; no basis where there is no number."""
    rows = []
    for fact in facts:
        record = fact.model_dump(include=set(COLUMNS))
        record["name"] = known.indicator(fact.indicator).name
        record["basis"] = "" if fact.value is None else fact.basis
        record["mean_basis"] = "" if fact.network_mean is None else fact.mean_basis
        record["forbehold"] = " ".join(fact.forbehold)
        rows.append(tuple(record[column] for column in COLUMNS))
    return Data(COLUMNS, tuple(rows))


def table_of(
    book: NetworkBook,
    known: Catalogue,
    corner: str,
    heads: Iterable[str],
    groups: Iterable[Group],
) -> Table:
    """A table of a book's facts, with the signs and marks in it explained."""
    words, groups = known.phrases.words, tuple(groups)
    cells = [cell for group in groups for row in group.rows for cell in row.cells]
    shown = {fact.status for fact in book.facts.values()} & set(cells)
    signs = list(legend(shown, words).items())
    for basis in MARKED:
        raised = mark(basis, words)
        if any(cell.endswith(raised) for cell in cells):
            signs += legend((), words, bases=[basis]).items()
    return Table(words[corner], tuple(heads), groups, tuple(signs))


def key_of(known: Catalogue, facts: Iterable[Fact], **samples: bool) -> list[Entry]:
    """What the key explains: samples that are shown, and signs of missing figures."""
    words = known.phrases.words
    signed = {"reconstructed": words["reconstructed_mark"]}
    shown = [
        (signed.get(kind, kind), words[f"legend_{kind}"])
        for kind, is_shown in samples.items()
        if is_shown
    ]
    signs = legend((fact.status for fact in facts), words)
    return [*shown, *((sign, meaning(sign, words)) for sign in signs)]


def is_reconstructed(fact: Fact) -> bool:
    """Whether there is a figure, and it is not official."""
    return fact.value is not None and fact.basis == "reconstructed"


def is_mixed(facts: Iterable[Fact], known: Catalogue) -> bool:
    """Whether the mean of some is of all, in a report whose means are of the others."""
    return any(
        known.is_of_others(fact.year) and not fact.is_of_others for fact in facts
    )


def why(fact: Fact, known: Catalogue) -> str:
    """Why a figure, or what it is compared with, is kept back: in a few words."""
    words = known.phrases.words
    for entry in known.forbehold_by_id(fact.forbehold):
        kind = known.kinds[entry.kind]
        if kind.distance == "withheld":
            # Its label is a clause, for which a figure has no room.
            return lowered(kind.name)
    if lacks_base(known, fact):
        return words["base_mean"]
    if fact.is_alone:
        return words["no_others"]
    return meaning(fact.status, words) if fact.status else words["no_index"]


def amount(
    value: float | None, decimals: int, basis: str, words: Mapping[str, str]
) -> str:
    """A number with its mark, for labels and cells; nothing where there is none."""
    return "" if value is None else number(value, decimals) + mark(basis, words)


def value_cell(fact: Fact, known: Catalogue) -> str:
    """A kommune's figure, or its sign."""
    words = known.phrases.words
    return amount(fact.value, fact.decimals, fact.basis, words) or fact.status


def mean_cell(fact: Fact, known: Catalogue) -> str:
    """The network's mean, or a stroke."""
    words = known.phrases.words
    mean = amount(fact.network_mean, fact.decimals, fact.mean_basis, words)
    return mean or words["arrow_none"]


def years_row(
    name: str,
    history: Iterable[Fact],
    years: Iterable[int],
    known: Catalogue,
    *,
    of_mean: bool = False,
    is_focus: bool = False,
) -> Row:
    """A cell for each year; nothing for those in which a kommune was no member."""
    by_year = {fact.year: fact for fact in history}
    write, field = (mean_cell, "network_mean") if of_mean else (value_cell, "")
    held = [by_year.get(year) for year in years]
    cells = tuple(write(fact, known) if fact else "" for fact in held)
    traces = tuple((fact.id, field) if fact else ("", "") for fact in held)
    return Row(name, cells, is_focus, traces)


def spoken(value: float | None, fact: Fact, basis: str, known: Catalogue) -> str:
    """An amount in the unit of a fact, for an alternative text; else nothing."""
    if value is None:
        return ""
    words = known.phrases.words
    digits = number(value, fact.decimals)
    return words[f"unit_{fact.unit}"].format(number=digits) + mark(basis, words)


def say(known: Catalogue, rule: str, **fields: object) -> str:
    """A phrase, filled in."""
    return known.phrases.phrases[rule].sentence.format(**fields)

"""
The two tables that travel between rooms, and the checks that keep them true.

``observations``, key (indicator, kommune, year): what was reported.

==============  =======  ===========================================================
value           float    in the unit of the indicator; missing where ``status`` says
status          str      SSB's sign, ``NOT_COMPARABLE``, or empty
numerator       float    missing for figures that are ready-made, or collected without
                         it, and where a forbehold leaves the value out
denominator     float    the same
factor          float    value = numerator / denominator * factor
basis           str      the weakest that the value rests on, of ``BASES``
tables, cells   tuple    where each part was read
is_shown, has_distance, in_mean, is_mean_usable : bool, change_effect : str
                         what the forbehold on the figure do to it
forbehold       tuple    their ids
==============  =======  ===========================================================

``indexed`` is the same rows in the same order, plus what
:func:`asss.analysis.indexing.index_to_network` adds. Imports ``catalogue`` and below.
"""

import copy
import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar, get_args

from asss.catalogue.parameters import KEPT
from asss.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "BASES",
    "CHANCE_COLUMNS",
    "INDEX_COLUMNS",
    "KEY",
    "MARKED",
    "MISSING",
    "NOT_COMPARABLE",
    "NOT_POSSIBLE",
    "OBSERVATION_COLUMNS",
    "SIGNS",
    "Basis",
    "Kept",
    "check_indexed",
    "check_observations",
    "legend",
    "mark",
    "meaning",
    "weakest",
]

T = TypeVar("T")

KEY = ["indicator", "kommune", "year"]

#: What a figure rests on, best first: SSB's own, printed elsewhere, SSB's that SSB
#: calls preliminary, and chosen by us.
Basis: TypeAlias = Literal["real", "published", "preliminary", "reconstructed"]
BASES: tuple[Basis, ...] = get_args(Basis)

#: Those that a reader must see at the figure itself, wherever it stands.
MARKED: tuple[Basis, ...] = ("reconstructed", "preliminary")

#: Our own sign for a figure that exists, but that a forbehold takes out of use.
NOT_COMPARABLE = "i.s."

#: SSB's signs for a figure that is not there, and for one that cannot exist.
MISSING = ".."
NOT_POSSIBLE = "."

#: The word for each sign that stands where a figure is missing: SSB's, and ours. A sign
#: that is not here is told as what it is.
SIGNS = {
    NOT_POSSIBLE: "not_possible",
    MISSING: "missing",
    "...": "not_yet",
    ":": "suppressed",
    NOT_COMPARABLE: "not_comparable",
}

OBSERVATION_COLUMNS = [
    *KEY,
    "value",
    "status",
    "numerator",
    "denominator",
    "factor",
    "basis",
    "tables",
    "cells",
    "is_shown",
    "has_distance",
    "in_mean",
    "is_mean_usable",
    "change_effect",
    "forbehold",
]

INDEX_COLUMNS = [
    "network_mean",
    "mean_of",
    "mean_rule",
    "mean_basis",
    "index",
    "distance",
    "distance_basis",
    "rank",
    "n",
    "lowest",
    "lowest_kommune",
    "highest",
    "highest_kommune",
    "previous",
    "previous_basis",
    "change",
    "mean_change",
]

#: What :func:`asss.analysis.chance.beside` adds.
CHANCE_COLUMNS = ["interval_low", "interval_high", "distance_clear", "change_clear"]


def meaning(sign: str, words: Mapping[str, str]) -> str:
    """What a sign in the place of a figure says, in a few words."""
    return words[f"sign_{SIGNS.get(sign, 'other')}"].format(sign=sign)


def mark(basis: str, words: Mapping[str, str]) -> str:
    """The mark of what rests on a preliminary or unofficial figure, or nothing."""
    return words[f"{basis}_mark"] if basis in MARKED else ""


def legend(
    signs: Iterable[str], words: Mapping[str, str], *, bases: Iterable[str] = ()
) -> dict[str, str]:
    """
    What some marks and signs say, as it stands under a table: marks first.

    Parameters
    ----------
    signs : iterable of str
        Statuses of the figures that a table shows. Those that we know come first, and
        always in one order; empty ones are of figures that are there, and say nothing.
    bases : iterable of str
        What the figures rest on.
    """
    shown, rests_on = set(signs) - {""}, set(bases)
    marks = {
        mark(basis, words): words[f"notes_{basis}"]
        for basis in MARKED
        if basis in rests_on
    }
    return marks | {
        sign: words[f"notes_sign_{SIGNS.get(sign, 'other')}"].format(sign=sign)
        for sign in (*SIGNS, *sorted(shown - SIGNS.keys()))
        if sign in shown
    }


def weakest(bases: Iterable[str]) -> Basis:
    """
    The weakest basis of several: a sum is no better than its worst part.

    Examples
    --------
    >>> weakest(["real", "reconstructed", "published"])
    'reconstructed'
    """
    return BASES[max(BASES.index(basis) for basis in bases)]


def check_observations(observations: "pd.DataFrame") -> "pd.DataFrame":
    """
    Return `observations` if the table keeps its contract.

    Raises
    ------
    TableError
        Naming the rule that is broken and up to five rows that break it.
    """
    return _check(observations, "observations", OBSERVATION_COLUMNS)


def check_indexed(indexed: "pd.DataFrame") -> "pd.DataFrame":
    """
    Return `indexed` if the table keeps its contract.

    Raises
    ------
    TableError
        Naming the rule that is broken and up to five rows that break it.
    """
    checked = _check(indexed, "indexed", [*OBSERVATION_COLUMNS, *INDEX_COLUMNS])
    compared = checked["index"].notna()
    _refuse(
        checked[compared & ~checked["in_mean"]],
        "indexed",
        "a figure left out of the mean has an index",
    )
    return checked


def _check(table: "pd.DataFrame", name: str, columns: list[str]) -> "pd.DataFrame":
    if list(table.columns) != columns:
        odd = set(table.columns) ^ set(columns)
        msg = f"The table {name} lacks, or has too many, columns: {sorted(odd)}."
        raise TableError(msg)
    _refuse(table[table.duplicated(KEY)], name, "the key stands more than once")
    _refuse(table[table["value"].abs() == math.inf], name, "the value is infinite")
    _refuse(
        table[table["value"].notna() & (table["status"] != "")],
        name,
        "a value stands beside a sign that says there is none",
    )
    _refuse(
        table[table["value"].isna() & (table["status"] == "")],
        name,
        "a value is missing without a sign that says why",
    )
    _refuse(table[~table["basis"].isin(BASES)], name, f"the basis is not of {BASES}")
    return table


def _refuse(rows: "pd.DataFrame", name: str, rule: str) -> None:
    if rows.empty:
        return
    shown = "; ".join(
        f"{row.indicator} {row.kommune} {row.year}" for row in rows.head(5).itertuples()
    )
    msg = f"The table {name} is wrong: {rule} ({shown})."
    raise TableError(msg)


class Kept(Generic[T]):
    """
    What was made last, of a few things, and a copy of all that each was made of.

    Reports of one year stand on the same figures: a process that is forked from one
    where they are made already need not make them again, nor an analyst who changes
    the kommune. Content is compared, whole: what is another in any part, be it a file
    that was saved meanwhile or a value that somebody has put in place, is made anew.
    """

    def __init__(self) -> None:
        self._last: list[tuple[tuple[Any, ...], T]] = []

    def made(self, of: tuple[Any, ...], make: Callable[[], T]) -> T:
        """
        Give a copy of what is made of this: a table of it is whoever asks for it's own.

        Parameters
        ----------
        of : tuple
            All that the result depends on: tables, or what is compared by content.
        make : function
            Called where all that is kept was made of something else.
        """
        for one in self._last:
            if all(map(_same, one[0], of)):
                return copy.copy(one[1])
        self._last.append((copy.deepcopy(of), make()))
        del self._last[:-KEPT]
        return copy.copy(self._last[-1][1])


def _same(one: Any, other: Any) -> bool:
    """Tables are compared with their order, their types, and what is missing."""
    return bool(one.equals(other) if hasattr(one, "equals") else one == other)

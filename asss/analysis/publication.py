"""
Publication: how final a report's figures are, and which are still to come.

As a rule KOSTRA figures carry no mark for it: preliminary ones come on 15 March,
revised ones on 15 June, and only the table's ``updated`` tells which it holds. Where
SSB does mark a figure, or notes it of a year, that stands before the calendar. Imports
``facts`` and below.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Strict

from asss.analysis.facts import NetworkBook, about
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Calendar, Table
from asss.catalogue.parameters import Identifier, Model
from asss.statbank import Snapshot, oslo_date

__all__ = [
    "FINAL",
    "PRELIMINARY",
    "UNKNOWN",
    "Edition",
    "Finality",
    "edition",
    "finality",
]

#: What a report's figures are, where that can be known.
Finality: TypeAlias = Literal["", "endelige", "forelopige"]
UNKNOWN: Final = ""
FINAL: Final = "endelige"
PRELIMINARY: Final = "forelopige"

#: The least final first.
ORDER: tuple[Finality, ...] = (UNKNOWN, PRELIMINARY, FINAL)


class Edition(Model):
    """How final the figures of the report's year are."""

    status: Finality = about("Of the least final table; empty: nobody can know.")
    tables: Mapping[str, Finality] = about("Status by number of SSB table.")
    pending: Annotated[tuple[Identifier, ...], Strict(strict=False)] = about(
        "Indicators that are collected by hand and not collected yet."
    )


def edition(book: NetworkBook, known: Catalogue) -> Edition:
    """
    Derive the status of a report's figures.

    Parameters
    ----------
    book : NetworkBook
        Its snapshot says when SSB updated each table. Where that is not known, as for
        figures that were never fetched, ``edition_status`` of the run is taken.
    known : Catalogue
    """
    year = book.run.year
    used = {
        table
        for fact in book.facts.values()
        if fact.year == year
        for table in fact.tables
        if table in book.snapshot.tables
    }
    tables: dict[str, Finality] = {
        number: finality(
            known.service.table[number], known.service.calendar, book.snapshot, year
        )
        or book.run.edition_status
        for number in sorted(used)
    }
    least: Finality = min(tables.values(), key=ORDER.index, default=UNKNOWN)
    return Edition(status=least, tables=tables, pending=book.pending(known))


def finality(
    table: Table, calendar: Calendar, snapshot: Snapshot, year: int
) -> Finality:
    """How final a table's figures of a data year are: SSB's own mark goes first."""
    updated = snapshot.tables[table.id]["ssb_updated"]
    return _marked(table, snapshot, year) or _status(table, calendar, updated, year)


def _marked(table: Table, snapshot: Snapshot, year: int) -> Finality:
    """Preliminary where SSB says so of any figure of the year; else nothing."""
    period = str(year + table.year_offset)
    is_marked = snapshot.dataset(table.id).has_preliminary(period)
    return PRELIMINARY if is_marked else ""


def _status(
    table: Table, calendar: Calendar, updated: str | None, year: int
) -> Finality:
    """
    What a table's last update says of a data year, which is published the year after.

    Where a day of the calendar falls on a weekend SSB publishes on the next working
    day, so an update on or after the day is of that publishing or a later one.
    """
    day = oslo_date(updated)
    if day is None:
        return UNKNOWN
    if not table.is_revised:
        return FINAL
    if day < date.fromisoformat(f"{year + 1}-{calendar.preliminary}"):
        return UNKNOWN
    final = date.fromisoformat(f"{year + 1}-{calendar.final}")
    return FINAL if day >= final else PRELIMINARY

"""
Publication: how final a report's figures are, and which are still to come.

As a rule KOSTRA figures carry no mark for it: preliminary ones come on 15 March,
revised ones on 15 June, and only the table's ``updated`` tells which it holds. Where
SSB does mark a figure, or notes it of a year, that stands before the calendar. Imports
``facts`` and below.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from asss.analysis.facts import NetworkBook
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Calendar, Table
from asss.statbank import Snapshot, oslo_date

FINAL, PRELIMINARY, UNKNOWN = "endelige", "forelopige", ""


@dataclass(frozen=True)
class Edition:
    """How final the figures of a report's year are.

    Attributes
    ----------
    status : str
        ``endelige``, ``forelopige``, or empty where nobody can know. The report is no
        more final than the least final table it uses.
    tables : mapping of table number to status
    pending : tuple of indicator ids
        Collected by hand, and not yet collected for this year: for nobody whom the
        report is on.
    """

    status: str
    tables: Mapping[str, str]
    pending: tuple[str, ...]


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
    tables = {
        number: _marked(known.service.table[number], book.snapshot, year)
        or _status(
            known.service.table[number],
            known.service.calendar,
            book.snapshot.tables[number]["ssb_updated"],
            year,
        )
        or book.run.edition_status
        for number in sorted(used)
    }
    found = set(tables.values())
    worst = next((s for s in (UNKNOWN, PRELIMINARY, FINAL) if s in found), UNKNOWN)
    return Edition(
        status=worst,
        tables=tables,
        pending=book.pending(known),
    )


def _marked(table: Table, snapshot: Snapshot, year: int) -> str:
    """Preliminary where SSB says so of any figure of the year; else nothing."""
    period = str(year + table.year_offset)
    is_marked = snapshot.dataset(table.id).has_preliminary(period)
    return PRELIMINARY if is_marked else ""


def _status(table: Table, calendar: Calendar, updated: str | None, year: int) -> str:
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

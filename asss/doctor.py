"""
Doctor: the catalogue's tables, variables and codes, held against StatBank's metadata.

What the first user with network runs, and anyone after SSB has changed a table: every
difference is named, with what to write instead. Imports ``questions`` and below.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from asss import questions, statbank
from asss.catalogue import Catalogue
from asss.errors import FetchError, TableError
from asss.knowledge import SERVICE_FOLDER, Series, Table
from asss.parameters import NETWORK_FILE
from asss.questions import CONTENTS, FOUND, Match
from asss.statbank import Metadata
from asss.statbank.client import Client, TableInfo

GOOD, REMARK, WRONG = "good", "remark", "wrong"


@dataclass(frozen=True)
class Line:
    """One thing looked at: how it was, and what to do where it was not good."""

    state: str
    text: str
    remedy: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagnosis:
    """What was found of one table."""

    table: str
    title: str
    updated: str
    lines: tuple[Line, ...]

    @property
    def is_well(self) -> bool:
        """Whether reports can be made from it as the catalogue stands."""
        return all(line.state != WRONG for line in self.lines)


def examine(known: Catalogue, client: Client) -> Iterator[Diagnosis]:
    """
    Hold the catalogue against the service, table by table.

    Yields
    ------
    diagnosis : Diagnosis
        In the order of the catalogue; each as soon as it is made.

    Raises
    ------
    FetchError
        If the service cannot be reached at all.
    """
    for table in known.service.tables:
        series = list(questions.series_of(known, table.id))
        info = client.table(table.id)
        if info is None:
            yield _missing(known, client, table)
            continue
        lines = list(_title(known, client, table, info))
        try:
            metadata, _ = client.metadata(table.id)
            lines += _contents(known, table, metadata, series)
        except (FetchError, TableError) as error:
            lines.append(Line(WRONG, f"metadata cannot be read: {error}"))
        if not series:
            lines.append(Line(REMARK, "no measure is read from it"))
        yield Diagnosis(
            table=table.id,
            title=questions.plain_title(info.label),
            updated=statbank.day_of(info.updated),
            lines=tuple(lines),
        )


def _missing(known: Catalogue, client: Client, table: Table) -> Diagnosis:
    remedy = tuple(_alike(client, table, known)) or (
        "no table with these words in its title; search on ssb.no/statbank",
    )
    line = Line(WRONG, f"StatBank has no table {table.id}", remedy)
    return Diagnosis(table.id, table.title, "", (line,))


def _title(
    known: Catalogue, client: Client, table: Table, info: TableInfo
) -> Iterator[Line]:
    title = questions.plain_title(info.label)
    if questions.plain_title(table.title) != title:
        file = f"{SERVICE_FOLDER}/{known.service.service}.yaml"
        yield Line(
            REMARK,
            f"the title is «{title}», not «{table.title}»",
            (f"mend parameters/{file}, tables, {table.id}:", f"  title: {title}"),
        )
    else:
        yield Line(GOOD, f"the title is «{table.title}»")
    if info.is_closed:
        span = f"{info.first_period}-{info.last_period}".strip("-")
        yield Line(
            REMARK,
            f"closed by SSB{f', with figures for {span}' if span else ''}",
            tuple(_alike(client, table, known)),
        )


def _alike(client: Client, table: Table, known: Catalogue) -> Iterator[str]:
    """Open tables with the same words in their titles: one may be the successor."""
    words = re.findall(r"[^\W\d_]{5,}", questions.plain_title(table.title))
    seen: dict[str, TableInfo] = {}
    for word in words[:3]:
        seen |= {found.id: found for found in client.search(word)}
    for found in seen.values():
        if found.id != table.id and not found.is_closed:
            where = "in the catalogue" if found.id in known.service.table else "new"
            yield (
                f"open, {where}: {found.id} «{questions.plain_title(found.label)}» "
                f"{found.first_period}-{found.last_period}"
            )


def _contents(
    known: Catalogue,
    table: Table,
    metadata: Metadata,
    series: Sequence[tuple[str, Series]],
) -> Iterator[Line]:
    years = questions.data_years(known, metadata)
    yield from _years(table, metadata, years, series)
    matches = questions.matches(known, metadata, years)
    chosen = {found.wish.variable for found in matches} | {questions.TIME}
    for name, dimension in metadata.dimensions.items():
        if name not in chosen and not dimension.is_eliminable:
            yield Line(
                WRONG,
                f"variable {name} «{dimension.label}» must be chosen, and no measure "
                "chooses it",
                (f"add it to `selections` of the series that use table {table.id}",),
            )
    others = []
    for found in matches:
        if found.wish.variable == CONTENTS or found.state != FOUND:
            yield _line(known, table, metadata, found)
        else:
            others.append(found)
    counts = {
        name: sum(found.wish.variable == name for found in others)
        for name in dict.fromkeys(found.wish.variable for found in others)
    }
    if counts:
        named = ", ".join(f"{count} of {name}" for name, count in counts.items())
        yield Line(GOOD, f"values found: {named}")


def _years(
    table: Table,
    metadata: Metadata,
    years: Sequence[int],
    series: Sequence[tuple[str, Series]],
) -> Iterator[Line]:
    there = [
        int(period) - table.year_offset
        for period in metadata.dimension(questions.TIME).labels
    ]
    if years:
        yield Line(GOOD, f"data years {years[0]}-{years[-1]}")
    else:
        yield Line(WRONG, f"no data year that the catalogue wants; it has {there}")
    for measure, one in series:
        if one.to_year and there and one.to_year > max(there):
            yield Line(
                WRONG,
                f"measure {measure} is read from it to {one.to_year}, and it ends in "
                f"{max(there)}",
                ("move to_year, and give the successor from the year after",),
            )
    later = [
        year for year in there if series and not any(s.covers(year) for _, s in series)
    ]
    later = [year for year in later if years and year > max(years)]
    if later:
        named = ", ".join(str(year) for year in later)
        yield Line(REMARK, f"it also has {named}, which no measure reads from it")


def _line(known: Catalogue, table: Table, metadata: Metadata, found: Match) -> Line:
    wish = found.wish
    if wish.variable not in metadata.dimensions:
        close = tuple(f"  nearest: {code} «{label}»" for code, label in found.nearest)
        return Line(
            WRONG,
            f"variable {wish.variable}: not found ({wish.whose})",
            (_where(known, table, found), *close),
        )
    value = f"{wish.variable} {wish.code or f'«{wish.label}»'} ({wish.whose})"
    where = _where(known, table, found)
    if found.state == FOUND:
        label = f"{found.code} «{found.label}»"
        if found.is_label_other:
            return Line(
                REMARK,
                f"{value}: the label is «{found.label}», not «{wish.label}»",
                (where, *_entry(found.code, found.label)),
            )
        if not wish.is_verified:
            return Line(
                REMARK,
                f"{value}: found, {label}; it can be marked as verified",
                (where, *_entry(found.code, found.label)),
            )
        return Line(GOOD, f"{value}: {label}")
    if found.state == questions.RENAMED:
        text = f"{value}: the label «{found.label}» now has the code {found.code}"
        return Line(WRONG, text, (where, *_entry(found.code, found.label)))
    remedy = [where]
    for code, label in found.nearest:
        remedy += _entry(code, label) if wish.variable == CONTENTS else ()
        if wish.variable != CONTENTS:
            remedy.append(f"  nearest: {code} «{label}»")
    if not found.nearest:
        remedy.append("  nothing like it in the table")
    return Line(WRONG, f"{value}: not found", tuple(remedy))


def _where(known: Catalogue, table: Table, found: Match) -> str:
    """The file and the entry in which the value stands."""
    if not found.wish.measures:
        return f"mend parameters/{NETWORK_FILE}, {found.wish.whose}:"
    return (
        f"mend parameters/{SERVICE_FOLDER}/{known.service.service}.yaml, "
        f"{found.wish.whose}, table {table.id}:"
    )


def _entry(code: str | None, label: str | None) -> tuple[str, ...]:
    """The lines to write in the catalogue, ready to be copied."""
    return (
        f'  contents: {{code: {code}, label: "{label}", verified: true, '
        "read_in: asss doctor --live}",
    )

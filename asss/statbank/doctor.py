"""
Doctor: the catalogue's tables, variables and codes, held against StatBank's metadata.

What the first user with network runs, and anyone after SSB has changed a table: every
difference is named, with what to write instead. Imports ``holdings`` and below.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from asss import statbank
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Table
from asss.catalogue.parameters import NETWORK_FILE, as_yaml
from asss.errors import FetchError, TableError
from asss.statbank import CONTENTS, TIME, Metadata, Selection, holdings
from asss.statbank.client import Client, NoTableError
from asss.statbank.holdings import FOUND, Match

__all__ = ["GOOD", "REMARK", "WRONG", "Diagnosis", "Line", "examine"]

GOOD, REMARK, WRONG = "good", "remark", "wrong"

#: What to do where a table has come to its end.
SEARCH = "find its successor on ssb.no/statbank, and give it from the year after"


@dataclass(frozen=True)
class Line:
    """
    One thing looked at: how it was, and what to do where it was not good.

    ``write`` are lines of YAML, each of which can be copied into the file as it stands.
    """

    state: str
    text: str
    remedy: tuple[str, ...] = ()
    write: tuple[str, ...] = ()


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
        yield _Examination(known, client, table).diagnosis()


class _Examination:
    """One table of the catalogue, held against StatBank's."""

    def __init__(self, known: Catalogue, client: Client, table: Table) -> None:
        self.known, self.client, self.table = known, client, table
        self.series = list(holdings.series_of(known, table.id))
        self.file = f"parameters/{known.service.file}"
        self.place = f"{self.file}, tables, {table.id}:"

    def diagnosis(self) -> Diagnosis:
        table = self.table
        try:
            metadata, _ = self.client.metadata(table.id)
        except NoTableError:
            line = Line(WRONG, f"StatBank has no table {table.id}", (SEARCH,))
            return Diagnosis(table.id, table.title, "", (line,))
        except TableError as error:
            line = Line(WRONG, f"metadata cannot be read: {error}")
            return Diagnosis(table.id, table.title, "", (line,))
        lines = list(self._title(metadata))
        try:
            lines += self._codes(metadata)
            if table.cross_check:
                lines.append(self._cross_check(metadata))
        except TableError as error:
            lines.append(Line(WRONG, str(error)))
        if not self.series:
            lines.append(Line(REMARK, "no measure is read from it"))
        title = holdings.plain_title(metadata.label)
        updated = statbank.day_of(metadata.updated)
        return Diagnosis(table.id, title, updated, tuple(lines))

    def _title(self, metadata: Metadata) -> Iterator[Line]:
        ours, title = self.table.title, holdings.plain_title(metadata.label)
        if holdings.plain_title(ours) == title:
            yield Line(GOOD, f"the title is «{ours}»")
        else:
            text = f"the title is «{title}», not «{ours}»"
            write = (as_yaml({"title": title}),)
            yield Line(REMARK, text, (f"mend {self.place}",), write)
        if metadata.is_closed or "avslutta" in metadata.label.casefold():
            yield Line(REMARK, "closed by SSB", (SEARCH,))

    def _codes(self, metadata: Metadata) -> Iterator[Line]:
        years = holdings.data_years(self.known, metadata)
        yield from self._years(metadata, years)
        matches = holdings.matches(self.known, metadata, years)
        chosen = {found.wish.variable for found in matches} | {TIME}
        for name, dimension in metadata.dimensions.items():
            if name not in chosen and not dimension.is_eliminable:
                text = f"variable {name} «{dimension.label}» must be chosen, and no "
                remedy = "add it to `selections` of the series that use table "
                yield Line(
                    WRONG, f"{text}measure chooses it", (f"{remedy}{self.table.id}",)
                )
        for name in holdings.left_out(self.known, metadata, years):
            yield Line(
                REMARK,
                f"{name} is new; its total is used",
                (f"if that is right, write it in {self.place}",),
                (as_yaml({"totals": [*self.table.totals, name]}),),
            )
        others: Counter[str] = Counter()
        for found in matches:
            if found.wish.variable == CONTENTS or found.state != FOUND:
                yield self._line(metadata, found)
            else:
                others[found.wish.variable] += 1
        if others:
            named = ", ".join(f"{count} of {name}" for name, count in others.items())
            yield Line(GOOD, f"values found: {named}")

    def _years(self, metadata: Metadata, years: Sequence[int]) -> Iterator[Line]:
        there = [period - self.table.year_offset for period in metadata.years]
        if years:
            yield Line(GOOD, f"data years {statbank.spans(years)}")
        else:
            held = statbank.spans(there)
            yield Line(WRONG, f"no data year that the catalogue wants; it has {held}")
        for measure, one in self.series:
            if one.to_year and there and one.to_year > max(there):
                text = f"measure {measure.id} is read from it to {one.to_year}, and it "
                remedy = "move to_year, and give the successor from the year after"
                yield Line(WRONG, f"{text}ends in {max(there)}", (remedy,))
        later = [
            year
            for year in there
            if years and year > max(years)
            if self.series and not any(s.covers(year) for _, s in self.series)
        ]
        if later:
            named = statbank.spans(later)
            yield Line(REMARK, f"it also has {named}, which no measure reads from it")

    def _line(self, metadata: Metadata, found: Match) -> Line:
        """How one wish was met, and what to write where it was not."""
        wish = found.wish
        # The file and the entry in which the value stands.
        where = (
            f"mend parameters/{NETWORK_FILE}, {wish.whose}, kommunenummer:"
            if wish.member
            else f"mend {self.file}, {wish.whose}, table {self.table.id}:"
        )
        nearest = tuple(f"nearest: {code} «{label}»" for code, label in found.nearest)
        if wish.variable not in metadata.dimensions:
            text = f"variable {wish.variable}: not found ({wish.whose})"
            return Line(WRONG, text, (where, *nearest))
        value = f"{wish.variable} {wish.code or f'«{wish.label}»'} ({wish.whose})"
        write: tuple[str, ...] = (_entry(found.code, found.label),)
        if found.state == holdings.RENAMED:
            text = f"{value}: the label «{found.label}» now has the code {found.code}"
            return Line(WRONG, text, (where,), write)
        if found.state == FOUND and found.is_label_other:
            text = f"{value}: the label is «{found.label}», not «{wish.label}»"
            write = (_entry(found.code, found.label, wish.label),)
            return Line(WRONG, text, ("if it is the same,", where), write)
        if found.state == FOUND and not wish.is_verified:
            text = f"{value}: found, {found.code} «{found.label}»; it can be marked as "
            return Line(REMARK, f"{text}verified", (where,), write)
        if found.state == FOUND:
            return Line(GOOD, f"{value}: {found.code} «{found.label}»")
        write = ()
        if wish.variable == CONTENTS:
            write = tuple(_entry(code, label) for code, label in found.nearest)
        elif wish.member:
            spans = [s for s in wish.member.kommunenummer if s.number == wish.code]
            years = [s.model_dump(exclude={"number"}, exclude_none=True) for s in spans]
            write = tuple(
                as_yaml([{"number": code, **span}])
                for code, _ in found.nearest
                for span in years
            )
        lacking = nearest or ("nothing like it in the table",)
        return Line(WRONG, f"{value}: not found", (*lacking, where), write)

    def _cross_check(self, metadata: Metadata) -> Line:
        """
        Hold the amounts of the newest year against another table that has them too.

        That they differ, or cannot be compared, stops nobody: reports are not made of
        it.
        """
        table, other, client = self.table, self.table.cross_check, self.client
        try:
            about, _ = client.metadata(other)
            there = {int(p) - table.year_offset for p in about.dimension(TIME).labels}
            years = holdings.data_years(self.known, metadata, there)[-1:]
            question, unmet = holdings.ask(self.known, metadata, years)
            if not years or unmet:
                why = "not all codes were found" if years else "no year is in both"
                return Line(REMARK, f"not compared with table {other}: {why}")
            ours = _amounts(client, metadata, question.selection, about)
            theirs = _amounts(client, about, question.selection, about)
        except (FetchError, TableError) as error:
            return Line(REMARK, f"not compared with table {other}: {error}")
        differing = tuple(
            f"  {_place(metadata, question.selection, address)}: {_written(amount)} in "
            f"table {table.id}, {_written(theirs.get(address))} in table {other}"
            for address, amount in ours.items()
            if amount != theirs.get(address)
        )
        if differing:
            text = f"{len(differing)} of {len(ours)} amounts of {years[0]} differ from "
            return Line(REMARK, f"{text}table {other}", differing)
        text = f"all {len(ours)} amounts of {years[0]} are equal in table {other}"
        return Line(GOOD, text)


#: Amount or sign, by the codes of a cell.
Amounts: TypeAlias = dict[tuple[tuple[str, str], ...], float | str | None]


def _amounts(
    client: Client, metadata: Metadata, selection: Selection, shared: Metadata
) -> Amounts:
    """Ask a table for some cells, under the variables that another table has too."""
    chosen = {k: codes for k, codes in selection.items() if k in metadata.dimensions}
    found = statbank.join(
        [
            statbank.read_dataset(
                client.data(metadata.table, part), table=metadata.table
            )
            for part in client.questions(metadata, chosen)
        ]
    )
    return {
        tuple(
            (name, code) for name, code in sorted(address) if name in shared.dimensions
        ): sign if value is None else value
        for address, (value, sign) in found.by_address.items()
    }


def _place(
    metadata: Metadata, selection: Selection, address: Iterable[tuple[str, str]]
) -> str:
    """Whose amount, and of what: a region and a function, with their codes."""
    codes = dict(address)
    return ", ".join(
        f"{codes[name]} «{metadata.dimension(name).labels[codes[name]]}»"
        for name, asked in selection.items()
        if len(asked) > 1
    )


def _written(amount: float | str | None) -> str:
    """An amount as it is sent, or the sign in its place."""
    return f"{amount:.0f}" if isinstance(amount, float | int) else amount or "nothing"


def _entry(code: str | None, label: str | None, before: str | None = None) -> str:
    """The contents of a series, to be written in the catalogue."""
    also = {"also": [before]} if before else {}
    contents = {"code": code, "label": label, **also, "verified": True}
    return as_yaml({"contents": contents | {"read_in": "asss doctor --live"}})

"""
Tabell 1: three years, the network's mean, lowest and highest, and rank.

Puts the figures in rows, gives each caveat its letter, and keeps account of where every
letter stands, so that a note leads back to the figures it is about. Imports ``blocks``,
``record``, ``text`` and below.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from asss.analysis.facts import Fact
from asss.analysis.findings import Findings
from asss.analysis.tables import legend, mark, weakest
from asss.catalogue import language
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Forbehold, Indicator
from asss.catalogue.parameters import EVERY
from asss.page import record, text
from asss.page.blocks import Block, block

__all__ = ["Cell", "Footnotes", "Row", "Table", "key_figures", "letter", "table"]

ALPHABET = "abcdefghijklmnopqrstuvwxyz"

#: What stands where there is no mean, no place, or nobody.
NOTHING = "–"


def letter(place: int) -> str:
    """
    The letter of a note by its place, counted from 0; after z they go on.

    Examples
    --------
    >>> letter(0), letter(25), letter(26), letter(27), letter(26 + 26 * 26)
    ('a', 'z', 'aa', 'ab', 'aaa')
    """
    above, last = divmod(place, len(ALPHABET))
    return (letter(above - 1) if above else "") + ALPHABET[last]


# -- notes -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Reference:
    """A letter where it stands, with an id of its own and that of its note."""

    letter: str
    id: str
    target: str


@dataclass(frozen=True)
class Place:
    """The way from a note back to a place that refers to it."""

    id: str
    back: str


@dataclass(frozen=True)
class Note:
    """A note under a table, and every place that refers to it."""

    letter: str
    id: str
    text: str
    places: list[Place] = field(default_factory=list)


@dataclass
class Footnotes:
    """
    Letters for the notes under a table, one per text, in the order of use.

    Each use is a place of its own, with an id that no other has: a note that stands at
    nine figures leads back to all nine. A page with several such tables names them.
    """

    known: Catalogue
    table: str = ""
    notes: dict[str, Note] = field(default_factory=dict)

    @property
    def items(self) -> list[Note]:
        """The notes in the order of their letters."""
        return list(self.notes.values())

    def refer(self, note: str, *place: object) -> Reference:
        """Refer to a note from a place; the letter to print there, and its ids."""
        prefix = f"{self.table}-" if self.table else ""
        name = letter(len(self.notes))
        item = self.notes.setdefault(note, Note(name, f"note-{prefix}{name}", note))
        own = f"ref-{prefix}{item.letter}-{len(item.places) + 1}"
        where = ", ".join(str(part) for part in place)
        back = text.phrase("note_back", {"place": where}, self.known)
        item.places.append(Place(own, back))
        return Reference(item.letter, own, item.id)


# -- the table -------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A number as it is printed or the sign in its place, with its mark and notes.

    Attributes
    ----------
    fact : str
        Whose value it is, by id; of the network's cells the row says it.
    kommuner : str
        Whose it is, of the lowest and the highest.
    """

    text: str
    mark: str = ""
    notes: tuple[Reference, ...] = ()
    fact: str = ""
    kommuner: str = ""
    is_break: bool = False
    is_latest: bool = False

    @property
    def letters(self) -> list[str]:
        """The letters of its notes."""
        return [note.letter for note in self.notes]

    @property
    def printed(self) -> record.Printed:
        """The cell as facts.json has it."""
        return record.Printed(text=self.text, mark=self.mark, notes=self.letters)


@dataclass(frozen=True)
class Row:
    """An indicator: its name, the kommune's years, and the network of the last."""

    indicator: Indicator
    fact: Fact
    name: Cell
    unit: str
    cells: tuple[Cell, ...]
    mean: Cell
    lowest: Cell
    highest: Cell
    rank: Cell

    @property
    def printed(self) -> record.PrintedRow:
        """The row as facts.json has it."""
        return record.PrintedRow(
            indicator=self.indicator.id,
            name=self.name.text,
            unit=self.unit,
            notes=self.name.letters,
            values=[
                record.PrintedValue(fact=cell.fact, **dict(cell.printed))
                for cell in self.cells
            ],
            mean=self.mean.printed,
            lowest=self.lowest.printed,
            highest=self.highest.printed,
            rank=self.rank.printed,
        )


@dataclass(frozen=True)
class Table:
    """Tabell 1 of one report.

    Attributes
    ----------
    headings : tuple of Cell
        The years, oldest first, with the notes on the whole of a column.
    sections : dict of name to tuple of Row
    facts : tuple of Fact
        The kommune's facts of the years shown.
    """

    found: Findings
    headings: tuple[Cell, ...]
    sections: dict[str, tuple[Row, ...]]
    notes: list[Note]
    facts: tuple[Fact, ...]

    @property
    def rows(self) -> list[Row]:
        """The rows of all sections."""
        return list(chain.from_iterable(self.sections.values()))

    @property
    def printed(self) -> record.PrintedTable:
        """Tabell 1 as facts.json has it: texts, marks and letters of notes."""
        return record.PrintedTable(
            years=[
                record.PrintedYear(year=int(head.text), notes=head.letters)
                for head in self.headings
            ],
            rows=[row.printed for row in self.rows],
            notes=[record.Note(letter=n.letter, text=n.text) for n in self.notes],
        )

    def letters(self, also: Iterable[str] = ()) -> dict[str, str]:
        """The letter of each note, in order; other texts take the next ones."""
        texts = dict.fromkeys([*(note.text for note in self.notes), *also])
        return {note: letter(place) for place, note in enumerate(texts)}


#: The last table that was made: the page, its chapters and facts.json share one.
_LAST: dict[str, tuple[Catalogue, Table]] = {}


def table(found: Findings, known: Catalogue) -> Table:
    """Tabell 1 of a report, made once."""
    held = _LAST.get("table")
    if held is None or held[0] is not known or held[1].found is not found:
        held = _LAST["table"] = known, _Maker(found, known).table()
    return held[1]


def key_figures(found: Findings, known: Catalogue) -> Block:
    """Tabell 1: three years, the network's mean, lowest and highest, and rank."""
    made = table(found, known)
    cells = chain(made.headings, *(row.cells for row in made.rows))
    used = {number for fact in made.facts for number in fact.tables}
    numbers = tuple(sorted(used & known.service.table.keys()))
    return block(
        "key_figures",
        known,
        caption=known.service.name,
        kommune=found.book.member.name,
        table=made,
        legend=_legend(made, known),
        has_break=any(cell.is_break for cell in cells),
        has_manual=any(
            fact.value is not None and known.indicator(fact.indicator).formula.manual
            for fact in made.facts
        ),
        source=text.phrase("source_line", {"tables": numbers}, known),
    )


def _legend(made: Table, known: Catalogue) -> dict[str, str]:
    """Only the marks and signs that the table really shows."""
    words, latest = known.phrases.words, [row.fact for row in made.rows]
    rules = {fact.mean_rule for fact in latest}
    entries: dict[str, str] = {}
    if "plain" in rules:
        key = "notes_plain" if "weighted" in rules else "notes_all_plain"
        entries[words["plain_mark"]] = words[key]
    bases = {fact.basis for fact in made.facts if fact.value is not None}
    bases |= {fact.mean_basis for fact in latest if fact.network_mean is not None}
    return entries | legend((fact.status for fact in made.facts), words, bases=bases)


class _Maker:
    """Makes the rows of Tabell 1 in the order of print, as the letters follow that."""

    def __init__(self, found: Findings, known: Catalogue) -> None:
        self._found, self._book, self._known = found, found.book, known
        self._words, self._notes = known.phrases.words, Footnotes(known)

    def table(self) -> Table:
        headings = tuple(self._heading(year) for year in self._book.years)
        sections = {
            section.name: tuple(
                self._row(indicator)
                for indicator in self._known.service.indicators
                if indicator.section == section.id
            )
            for section in self._known.service.sections
        }
        return Table(
            found=self._found,
            headings=headings,
            sections={name: rows for name, rows in sections.items() if rows},
            notes=self._notes.items,
            facts=tuple(
                fact
                for indicator in self._known.service.indicators
                for fact in self._years(indicator)
            ),
        )

    def _refer(self, texts: Iterable[str], *place: object) -> tuple[Reference, ...]:
        return tuple(self._notes.refer(note, *place) for note in texts)

    def _years(self, indicator: Indicator) -> list[Fact]:
        """The kommune's facts of the years that the table shows."""
        history = self._book.history(indicator.id)
        return [fact for fact in history if fact.year in self._book.years]

    def _is_joint(self, year: int, breaks: Sequence[Forbehold]) -> bool:
        """Whether figures on both sides of a break stand beside each other."""
        return bool(breaks) and year > self._book.years[0]

    def _heading(self, year: int) -> Cell:
        """The head of a year's column, with the breaks that concern the whole of it."""
        page_wide = (e.id for e in self._book.page_wide_forbehold(self._known))
        breaks = [e for e in self._known.breaks(page_wide) if year in e.years]
        is_joint = self._is_joint(year, breaks)
        notes = self._refer((e.text for e in breaks if is_joint), year)
        return Cell(str(year), notes=notes, is_break=is_joint)

    def _row(self, indicator: Indicator) -> Row:
        latest, since = self._book.fact(indicator.id), indicator.reported_from
        notes = []
        if since and latest.year < since:
            notes = [text.phrase("reported_from", {"from_year": since}, self._known)]
        return Row(
            indicator=indicator,
            fact=latest,
            name=Cell(
                language.bind(indicator.name),
                notes=self._refer(notes, indicator.short_name),
            ),
            unit=self._words[f"unit_label_{indicator.unit}"],
            cells=tuple(self._own(fact, indicator) for fact in self._years(indicator)),
            mean=self._mean(latest, indicator),
            lowest=self._extreme(latest.lowest_kommune, indicator, "table_lowest"),
            highest=self._extreme(latest.highest_kommune, indicator, "table_highest"),
            rank=self._rank(latest),
        )

    def _own(self, fact: Fact, indicator: Indicator) -> Cell:
        """One year of a row: the figure or its sign, and what must be known of it."""
        known = self._known
        breaks = known.breaks(fact.forbehold)
        is_joint = self._is_joint(fact.year, breaks)
        notes = [
            entry.text
            for entry in known.forbehold_by_id(fact.forbehold)
            if not entry.is_page_wide
            and (
                entry.kommuner != EVERY
                or known.kinds[entry.kind].value == "omitted"
                or (is_joint and entry in breaks)
            )
        ]
        by_hand = indicator.formula.manual
        if by_hand and (by_hand, fact.kommune, fact.year) not in known.manual:
            notes = notes or [self._words["notes_not_collected"]]
        return Cell(
            text.bare(fact.value, fact.decimals) or fact.status,
            mark="" if fact.value is None else mark(fact.basis, self._words),
            notes=self._refer(notes, indicator.short_name, fact.year),
            fact=fact.id,
            is_break=is_joint,
            is_latest=fact.year == self._book.run.year,
        )

    def _mean(self, fact: Fact, indicator: Indicator) -> Cell:
        """The network's mean, with what must be known of whose figures are in it."""
        known, kinds = self._known, self._known.kinds
        has_mean = fact.network_mean is not None
        notes = [
            entry.text
            for entry in known.forbehold_by_id(fact.forbehold)
            if not has_mean and kinds[entry.kind].mean == "void"
        ]
        notes += [
            text.sentence(statement, known).text
            for statement in self._found.statements
            if statement.rule == "mean_without" and fact.id in statement.facts
        ]
        doubtful = tuple(
            f"{known.network.member(peer.kommune).name} ({entry.label})"
            for peer in self._book.peers(fact.indicator)
            if peer.rank is not None
            for entry in self._forbehold_of(peer)
            if kinds[entry.kind].summary == "left_out"
        )
        if doubtful:
            notes.append(text.phrase("mean_includes", {"kommuner": doubtful}, known))
        place = indicator.short_name, self._words["table_mean"]
        return Cell(
            text.bare(fact.network_mean, fact.decimals) or NOTHING,
            mark=mark(fact.mean_basis, self._words) if has_mean else "",
            notes=self._refer(notes, *place),
        )

    def _extreme(
        self, kommuner: Sequence[str], indicator: Indicator, column: str
    ) -> Cell:
        """Lowest or highest: whose it is, with what must be known of that figure."""
        holders = [self._book.fact(indicator.id, kommune=name) for name in kommuner]
        if not holders:
            return Cell(NOTHING)
        notes = (e.text for holder in holders for e in self._forbehold_of(holder))
        return Cell(
            text.bare(holders[0].value, indicator.decimals),
            mark=mark(weakest(holder.basis for holder in holders), self._words),
            notes=self._refer(notes, indicator.short_name, self._words[column]),
            kommuner=", ".join(self._known.network.member(k).name for k in kommuner),
        )

    def _rank(self, fact: Fact) -> Cell:
        if fact.rank is None:
            return Cell(NOTHING)
        place = f"{fact.rank} {self._words['rank_of']} {fact.n}"
        return Cell(place, mark=mark(fact.distance_basis, self._words))

    def _forbehold_of(self, fact: Fact) -> list[Forbehold]:
        """Those on this one figure: not of the whole page, or of everybody's."""
        return [
            entry
            for entry in self._known.forbehold_by_id(fact.forbehold)
            if not entry.is_page_wide and entry.kommuner != EVERY
        ]

"""
Tabell 1: three years, the network's mean, lowest and highest, and rank.

Puts the figures in rows, gives each caveat its letter, and keeps account of where every
letter stands, in the table and behind the sentences of the text: so that a note leads
back to all that it is about. Imports ``blocks``, ``record``, ``text`` and below.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby, pairwise
from typing import Any, TypeVar

from asss.analysis.facts import HOUSEKEEPING, Fact
from asss.analysis.findings import Findings
from asss.analysis.statements import Detail, why_absent
from asss.analysis.tables import legend, mark, weakest
from asss.catalogue import language
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Forbehold, Indicator
from asss.catalogue.parameters import EVERY
from asss.catalogue.rules import Rule
from asss.page import record, text
from asss.page.blocks import Block, block

__all__ = [
    "Cell",
    "Footnotes",
    "Reference",
    "Row",
    "Table",
    "key_figures",
    "letter",
    "table",
]

ALPHABET = "abcdefghijklmnopqrstuvwxyz"

#: What stands where there is no mean, no place, or nobody.
NOTHING = "–"

#: What ends the id of a letter at a figure that stands for the second time.
AGAIN = "-igjen"


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

    @property
    def again(self) -> "Reference":
        """The same letter where its figure stands for the second time."""
        return Reference(self.letter, self.id + AGAIN, self.target)


@dataclass(frozen=True)
class Place:
    """The way from a note back to a place that refers to it.

    ``again`` is the id of that place on a phone, where it is another.
    """

    id: str
    back: str
    again: str = ""


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

    def refer(self, note: str, *place: object, is_twice: bool = False) -> Reference:
        """
        Refer to a note from a place; the letter to print there, and its ids.

        Parameters
        ----------
        is_twice : bool
            Whether the place stands elsewhere on a phone (`Table.earlier`).
        """
        prefix = f"{self.table}-" if self.table else ""
        name = letter(len(self.notes))
        item = self.notes.setdefault(note, Note(name, f"note-{prefix}{name}", note))
        own = f"ref-{prefix}{item.letter}-{len(item.places) + 1}"
        where = ", ".join(str(part) for part in place)
        back = text.phrase("note_back", {"place": where}, self.known)
        reference = Reference(item.letter, own, item.id)
        again = reference.again.id if is_twice else ""
        item.places.append(Place(own, back, again))
        return reference


# -- the table -------------------------------------------------------------------------


class Cell(record.PrintedValue):
    """A number as it is printed or the sign in its place, with its mark and notes.

    ``kommuner`` says whose it is, of the lowest and the highest.
    """

    references: tuple[Reference, ...] = ()
    kommuner: str = ""
    is_break: bool = False
    is_latest: bool = False


class Row(record.PrintedRow):
    """An indicator: its name, the kommune's years, and the network of the last."""

    section: str
    references: tuple[Reference, ...]
    latest: Fact
    values: Sequence[Cell]

    #: What stands after the name, of how the mean is made.
    rule_marks: str

    @property
    def earlier(self) -> list[Cell]:
        """The cells under `Table.earlier`."""
        return _again(self.values)


class Heading(record.PrintedYear):
    """The head of a year's column."""

    references: tuple[Reference, ...]
    is_break: bool


_Own = TypeVar("_Own", Heading, Cell)


def _again(years: Sequence[_Own]) -> list[_Own]:
    """The years before the last once more, from the latest to the earliest.

    A break lies between two years: before the later one, and here before the earlier.
    """
    return [
        earlier.model_copy(
            update={
                "is_break": later.is_break,
                "references": tuple(note.again for note in earlier.references),
            }
        )
        for earlier, later in reversed(list(pairwise(years)))
    ]


class Table(record.PrintedTable):
    """
    Tabell 1 of one report: what facts.json has of it, and what the page has beside.

    Attributes
    ----------
    footnotes : list of Note
        The notes with all that refers to them.
    references : mapping of Sentence to tuple of Reference
        From each sentence of the report to the notes on its facts.
    facts : tuple of Fact
        The kommune's facts of the years shown.
    """

    years: Sequence[Heading]
    rows: Sequence[Row]
    footnotes: list[Note]
    references: Mapping[text.Sentence, tuple[Reference, ...]]
    facts: tuple[Fact, ...]

    @property
    def earlier(self) -> list[Heading]:
        """
        The columns of earlier years, where they stand on a phone: after all else.

        There the report's own year and the mean have room beside the names, and no
        more. The table is written with the earlier years in both places, of which a
        screen shows one, so that its order is the same to the eye and to the ear.
        """
        return _again(self.years)

    @property
    def sections(self) -> dict[str, list[Row]]:
        """The rows by the name of their section."""
        by_section = groupby(self.rows, key=lambda row: row.section)
        return {name: list(rows) for name, rows in by_section}


#: The last table that was made: the page, its chapters and facts.json share one.
_LAST: dict[str, tuple[Findings, Catalogue, Table]] = {}


def table(found: Findings, known: Catalogue) -> Table:
    """Tabell 1 of a report, made once."""
    held = _LAST.get("table")
    if held is None or held[0] is not found or held[1] is not known:
        held = _LAST["table"] = found, known, _Maker(found, known).table()
    return held[2]


def key_figures(found: Findings, known: Catalogue) -> Block:
    """Tabell 1: three years, the network's mean, lowest and highest, and rank."""
    made = table(found, known)
    places: Iterable[Heading | Cell] = chain(
        made.years, *(row.values for row in made.rows)
    )
    used = {number for fact in made.facts for number in fact.tables}
    numbers = tuple(sorted(used & known.service.table.keys()))
    return block(
        "key_figures",
        known,
        caption=known.service.name,
        kommune=found.book.member.name,
        table=made,
        legend=_legend(made, known),
        has_break=any(place.is_break for place in places),
        has_manual=any(
            fact.value is not None and known.indicator(fact.indicator).formula.manual
            for fact in made.facts
        ),
        source=text.phrase("source_line", {"tables": numbers}, known),
    )


def _legend(made: Table, known: Catalogue) -> dict[str, str]:
    """Only the marks and signs that the table really shows."""
    words, latest = known.phrases.words, [row.latest for row in made.rows]
    entries: dict[str, str] = {}
    if not all(fact.is_weighted for fact in latest):
        some = any(fact.is_weighted for fact in latest)
        entries[words["plain_mark"]] = words[
            "notes_plain" if some else "notes_all_plain"
        ]
    is_of_others = known.is_of_others(made.years[-1].year)
    if is_of_others and not known.supposed:
        entries[words["table_mean"]] = words["notes_of_others"]
    if is_of_others and not all(fact.is_of_others for fact in latest):
        entries[words["of_all_mark"]] = words["notes_of_all"]
    bases = {fact.basis for fact in made.facts if fact.value is not None}
    bases |= {fact.mean_basis for fact in latest if fact.network_mean is not None}
    return entries | legend((fact.status for fact in made.facts), words, bases=bases)


class _Maker:
    """Makes the rows of Tabell 1 in the order of print, as the letters follow that."""

    def __init__(self, found: Findings, known: Catalogue) -> None:
        self._found, self._book, self._known = found, found.book, known
        self._words, self._notes = known.phrases.words, Footnotes(known)
        facts, year = self._book.facts.values(), self._book.run.year
        touched = {name for fact in facts for name in fact.forbehold}
        #: The caveats on single figures that a sentence must have with it.
        self._single = {
            entry.id: entry
            for entry in known.forbehold_by_id(touched)
            if not entry.is_page_wide
            and entry.kind not in HOUSEKEEPING
            and known.is_told_beside_text(entry.kind, entry.years, year)
        }

    def table(self) -> Table:
        indicators = [
            (section, indicator)
            for section, having in self._known.service.by_section.items()
            for indicator in having
        ]
        # The letters follow the order of the table: the headings come first, and last
        # what only the text speaks of.
        years = [self._heading(year) for year in self._book.years]
        rows = [self._row(section, indicator) for section, indicator in indicators]
        references = self._references()
        notes = self._notes.items
        return Table(
            years=years,
            rows=rows,
            notes=[record.Note(letter=note.letter, text=note.text) for note in notes],
            footnotes=notes,
            references=references,
            facts=tuple(fact for _, one in indicators for fact in self._years(one)),
        )

    def _references(self) -> dict[text.Sentence, tuple[Reference, ...]]:
        """From each sentence to the caveats on the report's own facts in it."""
        references = {}
        own = {
            fact.id: fact.forbehold
            for fact in self._book.facts.values()
            if fact.kommune in self._book.kommuner
        }
        names = {chapter.id: chapter.name for chapter in self._known.service.chapters}
        number: Counter[str] = Counter()
        for said in text.sentences(self._found, self._known):
            touched = {name for fact in said.facts for name in own.get(fact, ())}
            told = [e.text for name, e in self._single.items() if name in touched]
            if not told:
                continue
            number[said.chapter] += 1
            place = names.get(said.chapter, self._words["summary_heading"])
            where = f"{self._words['note_sentence']} {number[said.chapter]}"
            references[said] = tuple(
                self._notes.refer(note, place, where) for note in dict.fromkeys(told)
            )
        return references

    def _noted(
        self, texts: Iterable[str], *place: object, is_twice: bool = False
    ) -> dict[str, Any]:
        """The notes of a place, as letters and with their ids."""
        references = tuple(
            self._notes.refer(note, *place, is_twice=is_twice) for note in texts
        )
        letters = [reference.letter for reference in references]
        return {"notes": letters, "references": references}

    def _cell(self, fact: Fact, printed: str, *, basis: str = "", **more: Any) -> Cell:
        """A cell; `basis` is that of a number, and decides its mark."""
        more = {**self._noted(()), **more}
        return Cell(fact=fact.id, text=printed, mark=mark(basis, self._words), **more)

    def _years(self, indicator: Indicator) -> list[Fact]:
        """The kommune's facts of the years that the table shows."""
        history = self._book.history(indicator.id)
        return [fact for fact in history if fact.year in self._book.years]

    def _is_joint(self, year: int, breaks: Sequence[Forbehold]) -> bool:
        """Whether figures on both sides of a break stand beside each other."""
        return bool(breaks) and year > self._book.years[0]

    def _heading(self, year: int) -> Heading:
        """The head of a year's column, with the breaks that concern the whole of it."""
        page_wide = (e.id for e in self._book.page_wide_forbehold(self._known))
        breaks = [e for e in self._known.breaks(page_wide) if year in e.years]
        is_joint = self._is_joint(year, breaks)
        texts = (e.text for e in breaks if is_joint)
        noted = self._noted(texts, year, is_twice=year != self._book.run.year)
        return Heading(year=year, is_break=is_joint, **noted)

    def _row(self, section: str, indicator: Indicator) -> Row:
        latest, since = self._book.fact(indicator.id), indicator.reported_from
        notes = []
        if since and latest.year < since:
            notes = [text.phrase("reported_from", {"from_year": since}, self._known)]
        own = {fact.id: self._own_notes(fact) for fact in self._years(indicator)}
        mean = self._mean_notes(latest)
        beside = {*mean, *chain(*own.values())}
        # What is everybody's, and at none of the numbers, is of the whole row.
        touched = {name for fact in self._years(indicator) for name in fact.forbehold}
        notes += [
            entry.text
            for name, entry in self._single.items()
            if name in touched and entry.kommuner == EVERY and entry.text not in beside
        ]
        return Row(
            section=section,
            indicator=indicator.id,
            latest=latest,
            rule_marks=self._rule_marks(latest),
            name=language.bind(indicator.name),
            unit=self._words[f"unit_label_{indicator.unit}"],
            **self._noted(notes, indicator.short_name),
            values=[
                self._own(fact, indicator, own[fact.id])
                for fact in self._years(indicator)
            ],
            mean=self._mean(latest, indicator, mean),
            lowest=self._extreme(latest, latest.lowest_kommune, "table_lowest"),
            highest=self._extreme(latest, latest.highest_kommune, "table_highest"),
            rank=self._rank(latest),
        )

    def _own_notes(self, fact: Fact) -> list[str]:
        """What must be known of one year of a row."""
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
        by_hand = known.indicator(fact.indicator).formula.manual
        if by_hand and (by_hand, fact.kommune, fact.year) not in known.manual:
            notes = notes or [self._words["notes_not_collected"]]
        return notes

    def _own(self, fact: Fact, indicator: Indicator, notes: Sequence[str]) -> Cell:
        """One year of a row: the figure or its sign, and what must be known of it."""
        is_latest = fact.year == self._book.run.year
        place = indicator.short_name, fact.year
        return self._cell(
            fact,
            text.bare(fact.value, fact.decimals) or fact.status,
            basis="" if fact.value is None else fact.basis,
            is_break=self._is_joint(fact.year, self._known.breaks(fact.forbehold)),
            is_latest=is_latest,
            **self._noted(notes, *place, is_twice=not is_latest),
        )

    def _mean_notes(self, fact: Fact) -> list[str]:
        """What must be known of the mean, and of whose figures are in it."""
        known, kinds = self._known, self._known.kinds
        notes = [
            entry.text
            for entry in known.forbehold_by_id(fact.forbehold)
            if fact.network_mean is None and kinds[entry.kind].mean == "void"
        ]
        peers = [p for p in self._book.peers(fact.indicator) if p.is_behind(fact)]
        absent = [one for one in peers if one.rank is None]
        if absent and fact.network_mean is not None:
            details: dict[str, Detail] = {
                "subject": known.indicator(fact.indicator).mention,
                "kommuner": tuple(
                    known.network.member(one.kommune).name for one in absent
                ),
                "reason": why_absent(known, absent),
            }
            notes.append(text.phrase(Rule.MEAN_WITHOUT, details, known))
        # Each is a clause that names its kommune, and so a sentence.
        doubtful = " ".join(
            f"{language.capitalised(entry.label)}."
            for peer in peers
            if peer.rank is not None
            for entry in self._forbehold_of(peer)
            if kinds[entry.kind].told == "with_finding"
        )
        if doubtful:
            notes.append(text.phrase("mean_includes", {"reasons": doubtful}, known))
        return notes

    def _rule_marks(self, latest: Fact) -> str:
        """Whether the mean is plain, and where most are of the others, of all."""
        words, is_mixed = self._words, self._known.is_of_others(self._book.run.year)
        is_of_all = is_mixed and not latest.is_of_others
        plain = "" if latest.is_weighted else words["plain_mark"]
        return plain + (words["of_all_mark"] if is_of_all else "")

    def _mean(self, fact: Fact, indicator: Indicator, notes: Sequence[str]) -> Cell:
        """The network's mean."""
        return self._cell(
            fact,
            text.bare(fact.network_mean, fact.decimals) or NOTHING,
            basis="" if fact.network_mean is None else fact.mean_basis,
            **self._noted(notes, indicator.short_name, self._words["table_mean"]),
        )

    def _extreme(self, latest: Fact, kommuner: Sequence[str], column: str) -> Cell:
        """Lowest or highest: whose it is, with what must be known of that figure."""
        indicator = self._known.indicator(latest.indicator)
        holders = [self._book.fact(indicator.id, kommune=name) for name in kommuner]
        if not holders:
            return self._cell(latest, NOTHING)
        notes = [e.text for holder in holders for e in self._forbehold_of(holder)]
        return self._cell(
            latest,
            text.bare(holders[0].value, holders[0].decimals),
            basis=weakest(holder.basis for holder in holders),
            kommuner=", ".join(self._known.network.member(k).name for k in kommuner),
            **self._noted(notes, indicator.short_name, self._words[column]),
        )

    def _rank(self, fact: Fact) -> Cell:
        if fact.rank is None:
            return self._cell(fact, NOTHING)
        place = f"{fact.rank} {self._words['rank_of']} {fact.n}"
        return self._cell(fact, place, basis=fact.distance_basis)

    def _forbehold_of(self, fact: Fact) -> list[Forbehold]:
        """Those on this one figure: not of the whole page, or of everybody's."""
        return [
            entry
            for entry in self._known.forbehold_by_id(fact.forbehold)
            if not entry.is_page_wide and entry.kommuner != EVERY
        ]

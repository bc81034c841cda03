"""
A report's workbook: what it is, its figures, and what goes with them.

A sheet is a list of columns, each with what stands in it for a figure. A cell is a
number, or the sign in its place; marks and notes have columns of their own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from asss.analysis.facts import Fact
from asss.analysis.tables import MISSING, NOT_COMPARABLE, NOT_POSSIBLE, legend, mark
from asss.catalogue import language
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.parameters import EVERY
from asss.formats.exports.datapackage import STATBANK
from asss.formats.exports.sheets import Amount, Book, Cell, Column, Link, Sheet
from asss.page.record import (
    CommentRecord,
    FactsFile,
    ForbeholdRecord,
    Printed,
    PrintedRow,
)

__all__ = ["COMMON", "workbook"]

#: The sheets of a workbook after the first: of a kommune's, of the network's, of both.
OWN, OF_NETWORK = ("table", "profile"), ("members", "ranks")
COMMON = (
    *("development", "need", "need_given", "forbehold", "comments"),
    *("sources", "cells"),
)

#: Widths of columns, in characters.
NAME, UNIT, NUMBER, MARK, KOMMUNE, PROSE = 42.0, 10.0, 10.0, 6.5, 13.0, 80.0

#: SSB's signs of today, and ours; those it had before are explained where they stand.
SIGNS = (NOT_POSSIBLE, MISSING, ":", NOT_COMPARABLE)


def workbook(record: FactsFile, known: Catalogue) -> bytes:
    """
    Make the workbook of a report.

    Parameters
    ----------
    record : FactsFile
        What its facts.json holds.
    known : Catalogue

    Returns
    -------
    workbook : bytes
        An xlsx file: Om; of a kommune Tabell 1 and Tjenesteprofil, of the network
        Kommunene and Plass; Utvikling; Behov and Behovstall where need was decomposed;
        Forbehold, Kommentarer where there are any, Kilder and Grunnlag.
    """
    return _Workbook(record, known).made()


class _Workbook:
    """The sheets of one report."""

    def __init__(self, record: FactsFile, known: Catalogue) -> None:
        self._record, self._known = record, known
        self._words = known.phrases.words
        self._latest = record.run.year
        having = {fact.kommune for fact in record.facts if fact.year == self._latest}
        #: Whoever has figures in the year, in the order of the network.
        self._members = [m.id for m in known.network.members if m.id in having]
        self._book = Book(
            record.title,
            subject=self._words["export_what"],
            day=record.day,
            language=record.run.language,
        )

    def made(self) -> bytes:
        """The file, with its sheets in their order."""
        making: Mapping[str, Callable[[], None]] = {
            "table": self._table_1,
            "profile": self._profile,
            "members": self._of_members,
            "ranks": self._ranks,
            "development": self._development,
            "need": self._need,
            "need_given": self._given,
            "forbehold": self._forbehold,
            "comments": self._comments,
            "sources": self._sources,
            "cells": self._cells,
        }
        own = OF_NETWORK if self._record.table is None else OWN
        # A report that nobody comments has no sheet of comments; nor one of need.
        left_out = {"need", "need_given"} if self._record.need is None else set()
        left_out |= set() if self._record.comments else {"comments"}
        names = [name for name in (*own, *COMMON) if name not in left_out]
        self._about(names)
        for name in names:
            making[name]()
        return self._book.finish()

    # -- what sheets are made of -------------------------------------------------------

    def _sheet(self, name: str, columns: Sequence[Column], **layout: Any) -> Sheet:
        name = self._words[f"sheet_{name}"]
        title = f"{name}. {self._record.title}"
        return self._book.sheet(name, title, columns, **layout)

    def _text(self, key: str, width: float, cell: Callable[..., Cell]) -> Column:
        return Column(self._words[key], width, cell)

    def _number(
        self, key: str, cell: Callable[..., Cell], width: float = NUMBER
    ) -> Column:
        return Column(self._words[key], width, cell, is_number=True)

    def _beside(self, name: str) -> Column:
        return Column(f"{self._words['field_mark']} {name}", MARK)

    def _chance(self) -> list[Column]:
        """What chance alone could have made of a figure that is a count."""
        words = self._words

        def told(is_clear: bool | None) -> str | None:
            return None if is_clear is None else words["yes" if is_clear else "no"]

        return [
            self._number("field_interval_low", lambda f: _figure(f, f.interval_low)),
            self._number("field_interval_high", lambda f: _figure(f, f.interval_high)),
            self._text("field_distance_clear", MARK, lambda f: told(f.distance_clear)),
            self._text("field_change_clear", MARK, lambda f: told(f.change_clear)),
        ]

    def _unit(self, unit: str) -> str:
        return self._words[f"unit_label_{unit}"]

    def _name(self, kommune: str) -> str:
        return self._known.network.member(kommune).name

    def _names(self, kommuner: Iterable[str]) -> str | None:
        return ", ".join(self._name(kommune) for kommune in kommuner) or None

    def _condition(self, fact: Fact | None) -> str | None:
        """The mark of a figure, and whether the series is broken before it."""
        if fact is None:
            return None
        raised = "" if fact.value is None else mark(fact.basis, self._words)
        broken = self._known.breaks(fact.forbehold) and self._words["break_mark"]
        return " ".join(part for part in (raised, broken) if part) or None

    def _mean_mark(self, fact: Fact) -> str | None:
        has_mean = fact.network_mean is not None
        return (mark(fact.mean_basis, self._words) or None) if has_mean else None

    # -- the sheets --------------------------------------------------------------------

    def _about(self, sheets: Iterable[str]) -> None:
        """The first sheet: what this is, how final, whose, and what the sheets hold."""
        words, record, snapshot = self._words, self._record, self._record.snapshot
        columns = (Column(words["export_about"], 30), Column("", PROSE))
        name = words["sheet_about"]
        sheet = self._book.sheet(name, record.title, columns, has_filter=False)
        sheet.row(words["export_content"], words["export_what"])
        if record.contains_reconstructed:
            sheet.row(words["reconstructed_heading"], words["export_reconstructed"])
        sheet.row(
            words["edition"], words[f"status_{record.edition.status or 'unknown'}"]
        )
        day = record.run.published
        sheet.row(
            words["published"], language.day(day) if day else words["unpublished"]
        )
        if record.run.changed:
            sheet.row(words["changed"], language.day(record.run.changed))
        origin = f"{snapshot.name}. {words['export_embedded']}"
        if snapshot.fetched:
            origin = f"{snapshot.name}, {words['export_fetched']} {snapshot.fetched}"
        sheet.row(words["export_snapshot"], origin)
        sheet.row("sha256", snapshot.sha256)
        sheet.row(words["export_rights"], words["export_licence"])
        sheet.row(words["export_rounding"], words["export_unrounded"])
        sheet.section(words["export_sheets"])
        for name in sheets:
            title = words[f"sheet_{name}"]
            sheet.row(Link(f"internal:'{title}'!A1", title), words[f"contents_{name}"])
        sheet.section(words["export_signs"])
        bases = {b for fact in record.facts for b in (fact.basis, fact.mean_basis)}
        signs = {*SIGNS, *(fact.status for fact in record.facts)}
        shown = legend(signs, words, bases={"reconstructed", *bases})
        for sign, meaning in shown.items():
            sheet.row(sign, meaning)

    def _table_1(self) -> None:
        """Tabell 1 as printed, marks and letters in columns of their own."""
        words, printed = self._words, self._record.table
        assert printed
        beside = words["field_mark"]
        heads = [
            Column(words["table_indicator"], NAME),
            Column(words["field_unit"], UNIT),
            Column(words["field_notes"], MARK),
        ]
        for year in printed.years:
            heads.append(Column(year.year, NUMBER, is_number=True))
            heads.append(Column(f"{beside} {year.year}", MARK))
        for key in ("table_mean", "table_lowest", "table_highest"):
            name = f"{words[key]} {self._latest}"
            heads.append(Column(name, NUMBER, is_number=True))
            heads.append(Column(f"{beside} {words[key].lower()}", MARK))
            if key != "table_mean":
                heads.append(Column(f"{words[key]}, {words['field_kommune']}", KOMMUNE))
        heads += [
            Column(words["table_rank"], MARK, is_number=True),
            Column(words["field_n"], MARK, is_number=True),
            Column(f"{beside} {words['table_rank'].lower()}", MARK),
        ]
        sheet = self._sheet("table", heads, has_filter=False)
        facts = {fact.id: fact for fact in self._record.facts}
        rows = {row.indicator: row for row in printed.rows}
        for section, having in self._known.service.by_section.items():
            sheet.section(section)
            for indicator in having:
                sheet.row(*self._line(rows[indicator.id], facts))
        sheet.space()
        for year in printed.years:
            if year.notes:
                letters = ", ".join(year.notes)
                sheet.note(f"{year.year}: {words['field_notes'].lower()} {letters}")
        for note in printed.notes:
            sheet.note(f"{note.letter}  {note.text}")
        sheet.note(words["notes_rank"])
        sheet.note(words["notes_manual"])
        sheet.close()

    def _line(self, row: PrintedRow, facts: Mapping[str, Fact]) -> list[Cell]:
        """A row of Tabell 1: numbers where it prints numbers, and what is with them."""
        line: list[Cell] = [row.name, row.unit, ", ".join(row.notes) or None]
        for printed in row.values:
            fact = facts[printed.fact]
            line += [_figure(fact, fact.value, printed.text), _notes(printed)]
        last = facts[row.values[-1].fact]
        return [
            *line,
            _figure(last, last.network_mean, row.mean.text),
            _notes(row.mean),
            _figure(last, last.lowest, row.lowest.text),
            _notes(row.lowest),
            self._names(last.lowest_kommune),
            _figure(last, last.highest, row.highest.text),
            _notes(row.highest),
            self._names(last.highest_kommune),
            row.rank.text if last.rank is None else last.rank,
            None if last.rank is None else last.n,
            _notes(row.rank),
        ]

    def _profile(self) -> None:
        """Every indicator as an index, with what it is an index of."""
        words, names = self._words, self._names
        text, number = self._text, self._number
        labels = {entry.id: entry.label for entry in self._record.forbehold}
        by_section = self._known.service.by_section.items()
        sections = {one.id: name for name, having in by_section for one in having}

        def of(fact: Fact) -> Indicator:
            return self._known.indicator(fact.indicator)

        def labels_of(fact: Fact) -> str | None:
            return "; ".join(labels[n] for n in fact.forbehold if n in labels) or None

        columns = [
            text("field_section", 20, lambda fact: sections[fact.indicator]),
            text("table_indicator", NAME, lambda fact: of(fact).name),
            text("field_unit", UNIT, lambda fact: self._unit(fact.unit)),
            number("field_value", _value),
            number("field_network_mean", lambda fact: _figure(fact, fact.network_mean)),
            number("field_index", lambda fact: _whole(fact.index)),
            number("field_distance", lambda fact: _whole(fact.distance)),
            text("field_mark", MARK, lambda f: mark(f.distance_basis, words) or None),
            *self._chance(),
            text("field_mean_rule", NUMBER, lambda f: words[f"mean_{f.mean_rule}"]),
            number("table_lowest", lambda fact: _figure(fact, fact.lowest)),
            text("field_lowest_kommune", KOMMUNE, lambda f: names(f.lowest_kommune)),
            number("table_highest", lambda fact: _figure(fact, fact.highest)),
            text("field_highest_kommune", KOMMUNE, lambda f: names(f.highest_kommune)),
            number("table_rank", lambda fact: fact.rank, MARK),
            number("field_n", lambda f: None if f.rank is None else f.n, MARK),
            number("field_previous", lambda fact: _figure(fact, fact.previous)),
            number("field_change", lambda fact: _figure(fact, fact.change)),
            number("field_mean_change", lambda fact: _figure(fact, fact.mean_change)),
            text("forbehold_heading", NAME, labels_of),
        ]
        (kommune,) = self._record.kommuner
        self._sheet("profile", columns, frozen=2).fill(
            self._record.by_key[indicator.id, kommune, self._latest]
            for indicator in self._known.service.indicators
        )

    def _development(self) -> None:
        """All years: a row for each kommune's figures, and one for the mean."""
        words, facts, kommuner = self._words, self._record.by_key, self._record.kommuner
        years = sorted({year for _, kommune, year in facts if kommune in kommuner})
        columns = [
            Column(words["table_indicator"], NAME),
            Column(words["field_unit"], UNIT),
            Column(words["field_kommune"], KOMMUNE),
            *(Column(year, NUMBER, is_number=True) for year in years),
            *(Column(f"{words['field_mark']} {year}", MARK) for year in years),
        ]
        sheet = self._sheet("development", columns, frozen=3)
        for indicator in self._known.service.indicators:
            about = indicator.name, self._unit(indicator.unit)
            means: dict[int, Fact] = {}
            for kommune in kommuner:
                row = [facts.get((indicator.id, kommune, year)) for year in years]
                means = {fact.year: fact for fact in row if fact} | means
                sheet.row(
                    *about,
                    self._name(kommune),
                    *(_value(fact) if fact else None for fact in row),
                    *(self._condition(fact) for fact in row),
                )
            sheet.row(
                *about,
                words["field_network_mean"],
                *(_figure(means[year], means[year].network_mean) for year in years),
                *(self._mean_mark(means[year]) for year in years),
            )
        sheet.close()

    def _need(self) -> None:
        """From what is spent to the corrected figure, with everybody's kroner."""
        words, need = self._words, self._record.need
        assert need
        columns = [
            Column(words["need_step"], NAME),
            *(
                Column(words[f"need_{key}"], NUMBER, is_number=True)
                for key in ("kroner", "kroner_mean", "ratio", "change")
            ),
            Column(words["field_mark"], MARK),
            *(
                Column(self._name(one.kommune), NUMBER, is_number=True)
                for one in need.members
            ),
        ]
        sheet = self._sheet("need", columns, has_filter=False)
        for place, step in enumerate(need.steps):
            change = step.change
            sheet.row(
                words[f"need_{step.step}"],
                *(Amount(step.amount, 0), Amount(step.network_mean, 0)),
                Amount(step.ratio, need.decimals),
                None if change is None else Amount(change, need.decimals),
                mark(need.basis, words) or None,
                *(Amount(one.amounts[place], 0) for one in need.members),
            )
        empty = [None] * len(need.members)
        if need.printed is not None and need.rest is not None:
            rest, ks = (Amount(v, need.decimals) for v in (need.rest, need.printed))
            raised = mark(need.rest_basis, words) or None
            sheet.row(words["need_rest"], None, None, None, rest, raised, *empty)
            raised = mark(need.printed_basis, words) or None
            sheet.row(words["need_printed"], None, None, ks, None, raised, *empty)
        sheet.close()

    def _given(self) -> None:
        """What need was decomposed by, as it was given."""
        words, text, need = self._words, self._text, self._record.need
        assert need
        columns = [
            text("field_kommune", KOMMUNE, lambda row: self._name(row[0])),
            text("field_part", 26, lambda row: words[f"need_part_{row[1].part}"]),
            self._number("field_value", lambda row: row[1].value, KOMMUNE),
            text("field_basis", KOMMUNE, lambda row: words[f"basis_{row[1].basis}"]),
            text("field_source", PROSE, lambda row: row[1].source),
        ]
        self._sheet("need_given", columns, frozen=2).fill(
            (one.kommune, part) for one in need.members for part in one.given
        )

    def _of_members(self) -> None:
        """Every member's figure, the mean, and a mark for each."""
        words = self._words
        columns = [
            Column(words["table_indicator"], NAME),
            Column(words["field_unit"], UNIT),
            *(Column(self._name(k), NUMBER, is_number=True) for k in self._members),
            Column(words["field_network_mean"], NUMBER, is_number=True),
            *(self._beside(self._name(kommune)) for kommune in self._members),
            self._beside(words["legend_mean"]),
        ]
        sheet = self._sheet("members", columns)
        for indicator, facts in self._by_member():
            sheet.row(
                indicator.name,
                self._unit(indicator.unit),
                *(_value(fact) for fact in facts),
                _figure(facts[0], facts[0].network_mean),
                *(self._condition(fact) for fact in facts),
                self._mean_mark(facts[0]),
            )
        sheet.close()

    def _ranks(self) -> None:
        """Every member's place, 1 at the highest value."""
        words = self._words
        columns = [
            Column(words["table_indicator"], NAME),
            *(Column(self._name(k), NUMBER, is_number=True) for k in self._members),
            Column(words["field_n"], NUMBER, is_number=True),
            *(self._beside(self._name(kommune)) for kommune in self._members),
        ]
        sheet = self._sheet("ranks", columns)
        for indicator, facts in self._by_member():
            sheet.row(
                indicator.name,
                *(fact.rank for fact in facts),
                facts[0].n,
                *(f.rank and (mark(f.distance_basis, words) or None) for f in facts),
            )
        sheet.close()

    def _by_member(self) -> Iterator[tuple[Indicator, list[Fact]]]:
        """Each indicator with every member's fact of the report's year."""
        for entry in self._known.service.indicators:
            keys = [(entry.id, kommune, self._latest) for kommune in self._members]
            yield entry, [self._record.by_key[key] for key in keys]

    def _forbehold(self) -> None:
        """Every caveat in full."""
        words, known, text = self._words, self._known, self._text
        everybody = words["every_kommune"]

        def kommuner(entry: ForbeholdRecord) -> str | None:
            is_all = entry.kommuner == EVERY
            return everybody if is_all else self._names(entry.kommuner)

        def indicators(entry: ForbeholdRecord) -> str:
            if entry.indicators == EVERY:
                return everybody
            return "; ".join(known.indicator(n).short_name for n in entry.indicators)

        columns = [
            text("field_id", 28, lambda entry: entry.id),
            text("field_kind", 18, lambda entry: known.kinds[entry.kind].name),
            text("field_kommuner", 14, kommuner),
            text("field_years", 8, lambda entry: ", ".join(map(str, entry.years))),
            text("field_text", PROSE, lambda entry: entry.text),
            text("field_indicators", NAME, indicators),
            text("source", 30, lambda entry: Link(entry.source, entry.source)),
            text("field_date", 12, lambda entry: entry.date),
        ]
        self._sheet("forbehold", columns).fill(self._record.forbehold)

    def _comments(self) -> None:
        """What people say of the figures, and the sentence that each stands after."""
        words, known, text = self._words, self._known, self._text
        chapters = {chapter.id: chapter.name for chapter in known.service.chapters}
        sentences = self._record.sentences

        def indicators(entry: CommentRecord) -> str | None:
            names = (known.indicator(name).short_name for name in entry.indicators)
            return "; ".join(names) or None

        def after(entry: CommentRecord) -> str | None:
            return None if entry.sentence is None else sentences[entry.sentence].text

        def says(entry: CommentRecord) -> str | None:
            return words[f"says_{entry.says}"] if entry.says else None

        columns = [
            text("field_id", 22, lambda entry: entry.id),
            text("field_chapter", 22, lambda entry: chapters[entry.chapter]),
            text("field_indicators", 26, indicators),
            text("field_says", 12, says),
            text("field_text", PROSE, lambda entry: entry.text),
            text("field_printed", PROSE, lambda entry: entry.printed or None),
            text("field_outcome", 24, lambda entry: words[f"cause_{entry.outcome}"]),
            text("field_sentence", NAME, after),
            text("field_author", 24, lambda entry: entry.author),
            text("source", 30, lambda entry: Link(entry.source, entry.source)),
            text("field_date", 12, lambda entry: entry.date),
            text("field_read", 12, lambda entry: entry.read or None),
        ]
        self._sheet("comments", columns).fill(self._record.comments)

    def _sources(self) -> None:
        """The tables that were read: what was asked, and which answer it was."""
        words, text, tables = self._words, self._text, self._record.snapshot.tables
        final = self._record.edition.tables

        def status(number: str) -> str:
            of_year = f"status_{final.get(number) or 'unknown'}"
            return words[of_year if number in final else "status_earlier"]

        columns = [
            text("tables_number", 10, lambda table: Link(f"{STATBANK}{table}", table)),
            text("tables_title", 30, lambda table: tables[table].title),
            text("tables_query", PROSE, lambda table: tables[table].query.written),
            text(
                "tables_updated",
                20,
                lambda table: tables[table].ssb_updated or words["tables_unknown"],
            ),
            text("edition", 16, status),
            text("tables_hash", 66, lambda table: tables[table].sha256),
        ]
        self._sheet("sources", columns).fill(self._record.tables)

    def _cells(self) -> None:
        """Every figure with its parts, and the cells they were read in."""
        words, known = self._words, self._known
        text, number = self._text, self._number
        columns = [
            text("table_indicator", NAME, lambda f: known.indicator(f.indicator).name),
            text("field_kommune", KOMMUNE, lambda fact: self._name(fact.kommune)),
            number("field_year", lambda fact: fact.year, MARK),
            number("field_value", _value),
            text("field_unit", UNIT, lambda fact: self._unit(fact.unit)),
            text("field_basis", KOMMUNE, lambda fact: words[f"basis_{fact.basis}"]),
            number("field_numerator", lambda fact: fact.numerator, KOMMUNE),
            number("field_denominator", lambda fact: fact.denominator, KOMMUNE),
            number("field_factor", lambda fact: fact.factor),
            *self._chance(),
            text("field_tables", 24, lambda fact: "\n".join(fact.tables)),
            text("field_cells", PROSE, lambda fact: "\n".join(fact.cells)),
            text("field_forbehold", 30, lambda f: "\n".join(f.forbehold) or None),
        ]
        self._sheet("cells", columns, frozen=3).fill(self._record.facts)


# -- what stands in a cell -------------------------------------------------------------


def _figure(fact: Fact, value: float | None, otherwise: str = "") -> Cell:
    """A number as a number; where there is none, the sign that is printed."""
    return Amount(value, fact.decimals) if value is not None else otherwise or None


def _value(fact: Fact) -> Cell:
    return _figure(fact, fact.value, fact.status)


def _whole(value: float | None) -> Cell:
    return None if value is None else Amount(value, 0)


def _notes(printed: Printed) -> str | None:
    """Mark and letters of notes, as they stand at the figure in print."""
    parts = printed.mark, ", ".join(printed.notes)
    return " ".join(part for part in parts if part) or None

"""Sheets of what goes with figures: caveats in full, tables, and the cells read."""

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EVERY
from asss.formats.exports import cells
from asss.formats.exports.cells import KOMMUNE, MARK, NAME, NUMBER, PROSE, UNIT
from asss.formats.exports.datapackage import STATBANK
from asss.formats.exports.extract import Extract
from asss.formats.exports.sheets import Book, Column, Link


def forbehold(book: Book, extract: Extract, known: Catalogue) -> None:
    """Every caveat in full."""
    words = known.phrases.words
    heads = [
        Column(words["field_id"], 28),
        Column(words["field_kind"], 18),
        Column(words["field_kommuner"], 14),
        Column(words["field_years"], 8),
        Column(words["field_text"], PROSE),
        Column(words["field_indicators"], NAME),
        Column(words["source"], 30),
        Column(words["field_date"], 12),
    ]
    name = words["sheet_forbehold"]
    sheet = book.sheet(name, f"{name}. {extract.title}", heads)
    for entry in extract.forbehold:
        sheet.row(
            entry.id,
            known.kinds[entry.kind].name,
            words["every_kommune"]
            if entry.kommuner == EVERY
            else cells.names(entry.kommuner, known),
            ", ".join(str(year) for year in entry.years),
            entry.text,
            words["every_kommune"]
            if entry.indicators == EVERY
            else "; ".join(
                known.indicator(name).short_name for name in entry.indicators
            ),
            Link(entry.source, entry.source),
            entry.date,
        )
    sheet.close()


def sources(book: Book, extract: Extract, known: Catalogue) -> None:
    """The tables that were read: what was asked, and which answer it was."""
    words = known.phrases.words
    heads = [
        Column(words["tables_number"], 10),
        Column(words["tables_title"], 30),
        Column(words["tables_query"], PROSE),
        Column(words["tables_updated"], 20),
        Column(words["edition"], 16),
        Column(words["tables_hash"], 66),
    ]
    name = words["sheet_sources"]
    sheet = book.sheet(name, f"{name}. {extract.title}", heads)
    for table in extract.tables:
        entry = extract.snapshot.tables[table]
        status = extract.edition.tables.get(table)
        sheet.row(
            Link(f"{STATBANK}{table}", table),
            entry.title,
            "; ".join(
                f"{part.variable_code}: {', '.join(part.value_codes)}"
                for part in entry.query.selection
            ),
            entry.ssb_updated or words["tables_unknown"],
            words["status_earlier"]
            if status is None
            else words[f"status_{status or 'unknown'}"],
            entry.sha256,
        )
    sheet.close()


def basis(book: Book, extract: Extract, known: Catalogue) -> None:
    """Every figure with its parts, and the cells they were read in."""
    words = known.phrases.words
    heads = [
        Column(words["table_indicator"], NAME),
        Column(words["field_kommune"], KOMMUNE),
        Column(words["field_year"], MARK, is_number=True),
        Column(words["field_value"], NUMBER, is_number=True),
        Column(words["field_unit"], UNIT),
        Column(words["field_basis"], KOMMUNE),
        Column(words["field_numerator"], KOMMUNE, is_number=True),
        Column(words["field_denominator"], KOMMUNE, is_number=True),
        Column(words["field_factor"], NUMBER, is_number=True),
        Column(words["field_tables"], 24),
        Column(words["field_cells"], PROSE),
        Column(words["field_forbehold"], 30),
    ]
    name = words["sheet_cells"]
    sheet = book.sheet(name, f"{name}. {extract.title}", heads, frozen=3)
    for fact in extract.facts:
        sheet.row(
            known.indicator(fact.indicator).name,
            known.network.member(fact.kommune).name,
            fact.year,
            cells.value(fact),
            words[f"unit_label_{fact.unit}"],
            words[f"basis_{fact.basis}"],
            fact.numerator,
            fact.denominator,
            fact.factor,
            "\n".join(fact.tables),
            "\n".join(fact.cells),
            "\n".join(fact.forbehold) or None,
        )
    sheet.close()

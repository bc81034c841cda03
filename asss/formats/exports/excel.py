"""A report's workbook: what it is, its figures, and what goes with them."""

from collections.abc import Iterable

from asss.analysis.tables import NOT_COMPARABLE, legend
from asss.catalogue import language
from asss.catalogue.catalogue import Catalogue
from asss.formats.exports import provenance, reported
from asss.formats.exports.cells import PROSE
from asss.formats.exports.extract import Extract, extract_of
from asss.formats.exports.form import FactsFile
from asss.formats.exports.sheets import Book, Column, Link

#: The sheets that every workbook ends with.
COMMON = ("development", "forbehold", "sources", "cells")


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
        Kommunene and Plass; Utvikling, Forbehold, Kilder and Grunnlag.
    """
    extract = extract_of(record)
    book = _book(extract, known)
    if record.table is None:
        _about(book, extract, known, ("members", "ranks", *COMMON))
        reported.members(book, extract, known)
        reported.ranks(book, extract, known)
    else:
        _about(book, extract, known, ("table", "profile", *COMMON))
        reported.table_1(book, record.table, extract, known)
        reported.profile(book, extract, known)
    reported.development(book, extract, known)
    provenance.forbehold(book, extract, known)
    provenance.sources(book, extract, known)
    provenance.basis(book, extract, known)
    return book.finish()


def _book(extract: Extract, known: Catalogue) -> Book:
    words = known.phrases.words
    return Book(
        extract.title,
        subject=words["export_what"],
        day=extract.day,
        language=extract.language,
    )


def _about(
    book: Book, extract: Extract, known: Catalogue, sheets: Iterable[str]
) -> None:
    """The first sheet: what this is, how final, whose, and what the sheets hold."""
    words = known.phrases.words
    sheet = book.sheet(
        words["sheet_about"],
        extract.title,
        (Column(words["export_about"], 30), Column("", PROSE)),
        has_filter=False,
    )
    sheet.row(words["export_content"], words["export_what"])
    if extract.is_reconstructed:
        sheet.row(words["reconstructed_heading"], words["export_reconstructed"])
    status = words[f"status_{extract.edition.status or 'unknown'}"]
    sheet.row(words["edition"], status)
    sheet.row(words["published"], _day(extract.published) or words["unpublished"])
    if extract.changed:
        sheet.row(words["changed"], _day(extract.changed))
    sheet.row(words["export_snapshot"], _snapshot(extract, known))
    sheet.row("sha256", extract.snapshot.sha256)
    sheet.row(words["export_rights"], words["export_licence"])
    sheet.row(words["export_rounding"], words["export_unrounded"])
    sheet.section(words["export_sheets"])
    for name in sheets:
        title = words[f"sheet_{name}"]
        sheet.row(Link(f"internal:'{title}'!A1", title), words[f"contents_{name}"])
    sheet.section(words["export_signs"])
    sheet.row(words["reconstructed_mark"], words["notes_reconstructed"])
    if any("preliminary" in (fact.basis, fact.mean_basis) for fact in extract.facts):
        sheet.row(words["preliminary_mark"], words["notes_preliminary"])
    # SSB's signs of today always; those it had before, or others have, if they stand.
    signs = {".", "..", ":", NOT_COMPARABLE, *(fact.status for fact in extract.facts)}
    for sign, text in legend(signs, words).items():
        sheet.row(sign, text)


def _snapshot(extract: Extract, known: Catalogue) -> str:
    words, snapshot = known.phrases.words, extract.snapshot
    if not snapshot.fetched:
        return f"{snapshot.name}. {words['export_embedded']}"
    return f"{snapshot.name}, {words['export_fetched']} {snapshot.fetched}"


def _day(iso: str) -> str:
    return language.day(iso) if iso else ""

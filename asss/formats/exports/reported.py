"""Sheets of figures: Tabell 1, profile and development; the network's by kommune."""

from asss.analysis.facts import Fact
from asss.catalogue.catalogue import Catalogue
from asss.formats.exports import cells
from asss.formats.exports.cells import KOMMUNE, MARK, NAME, NUMBER, UNIT
from asss.formats.exports.extract import Extract
from asss.formats.exports.form import PrintedRow, PrintedTable
from asss.formats.exports.sheets import Amount, Book, Cell, Column


def table_1(
    book: Book, printed: PrintedTable, extract: Extract, known: Catalogue
) -> None:
    """Tabell 1 as printed, marks and letters in columns of their own."""
    words = known.phrases.words
    heads = [
        Column(words["table_indicator"], NAME),
        Column(words["field_unit"], UNIT),
        Column(words["field_notes"], MARK),
    ]
    for year in printed.years:
        heads += [
            Column(year.year, NUMBER, is_number=True),
            Column(f"{words['field_mark']} {year.year}", MARK),
        ]
    for key in ("table_mean", "table_lowest", "table_highest"):
        heads += [
            Column(f"{words[key]} {extract.year}", NUMBER, is_number=True),
            Column(f"{words['field_mark']} {words[key].lower()}", MARK),
        ]
        if key != "table_mean":
            heads.append(Column(f"{words[key]}, {words['field_kommune']}", KOMMUNE))
    heads += [
        Column(words["table_rank"], MARK, is_number=True),
        Column(words["field_n"], MARK, is_number=True),
        Column(f"{words['field_mark']} {words['table_rank'].lower()}", MARK),
    ]
    title = f"{words['sheet_table']}. {extract.title}"
    sheet = book.sheet(words["sheet_table"], title, heads, has_filter=False)
    rows = {row.indicator: row for row in printed.rows}
    for section in known.service.sections:
        shown = [
            indicator
            for indicator in known.service.indicators
            if indicator.section == section.id and indicator.id in rows
        ]
        if shown:
            sheet.section(section.name)
        for indicator in shown:
            sheet.row(*_line(rows[indicator.id], extract, known))
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


def _line(row: PrintedRow, extract: Extract, known: Catalogue) -> list[Cell]:
    """A row of Tabell 1: numbers where it prints numbers, and what stands at them."""
    facts = {fact.id: fact for fact in extract.facts}
    line: list[Cell] = [row.name, row.unit, ", ".join(row.notes) or None]
    for printed in row.values:
        fact = facts[printed.fact]
        line += [cells.figure(fact.value, fact, printed.text), cells.marks(printed)]
    latest = facts[row.values[-1].fact]
    return [
        *line,
        cells.figure(latest.network_mean, latest, row.mean.text),
        cells.marks(row.mean),
        cells.figure(latest.lowest, latest, row.lowest.text),
        cells.marks(row.lowest),
        cells.names(latest.lowest_kommune, known),
        cells.figure(latest.highest, latest, row.highest.text),
        cells.marks(row.highest),
        cells.names(latest.highest_kommune, known),
        row.rank.text if latest.rank is None else latest.rank,
        None if latest.rank is None else latest.n,
        cells.marks(row.rank),
    ]


def profile(book: Book, extract: Extract, known: Catalogue) -> None:
    """Every indicator as an index, with what it is an index of."""
    words = known.phrases.words
    number = ("value", "network_mean", "index", "distance")
    heads = [
        Column(words["field_section"], 20),
        Column(words["table_indicator"], NAME),
        Column(words["field_unit"], UNIT),
        *(Column(words[f"field_{name}"], NUMBER, is_number=True) for name in number),
        Column(words["field_mark"], MARK),
        Column(words["field_mean_rule"], NUMBER),
        Column(words["table_lowest"], NUMBER, is_number=True),
        Column(words["field_lowest_kommune"], KOMMUNE),
        Column(words["table_highest"], NUMBER, is_number=True),
        Column(words["field_highest_kommune"], KOMMUNE),
        Column(words["table_rank"], MARK, is_number=True),
        Column(words["field_n"], MARK, is_number=True),
        Column(words["field_previous"], NUMBER, is_number=True),
        Column(words["field_change"], NUMBER, is_number=True),
        Column(words["field_mean_change"], NUMBER, is_number=True),
        Column(words["forbehold_heading"], NAME),
    ]
    name = words["sheet_profile"]
    sheet = book.sheet(name, f"{name}. {extract.title}", heads, frozen=2)
    sections = {section.id: section.name for section in known.service.sections}
    labels = {entry.id: entry.label for entry in extract.forbehold}
    (kommune,) = extract.kommuner
    for indicator in known.service.indicators:
        fact = extract.by_key[indicator.id, kommune, extract.year]
        sheet.row(
            sections[indicator.section],
            indicator.name,
            words[f"unit_label_{indicator.unit}"],
            cells.value(fact),
            cells.mean(fact),
            None if fact.index is None else Amount(fact.index, 0),
            None if fact.distance is None else Amount(fact.distance, 0),
            cells.marked(fact.distance_basis, words),
            words[f"mean_{fact.mean_rule}"],
            cells.figure(fact.lowest, fact),
            cells.names(fact.lowest_kommune, known),
            cells.figure(fact.highest, fact),
            cells.names(fact.highest_kommune, known),
            fact.rank,
            None if fact.rank is None else fact.n,
            cells.figure(fact.previous, fact),
            cells.figure(fact.change, fact),
            cells.figure(fact.mean_change, fact),
            "; ".join(labels[name] for name in fact.forbehold if name in labels)
            or None,
        )
    sheet.close()


def development(book: Book, extract: Extract, known: Catalogue) -> None:
    """All years: a row for each kommune's figures, and one for the mean."""
    words = known.phrases.words
    facts = extract.by_key
    years = sorted({year for _, kommune, year in facts if kommune in extract.kommuner})
    heads = [
        Column(words["table_indicator"], NAME),
        Column(words["field_unit"], UNIT),
        Column(words["field_kommune"], KOMMUNE),
        *(Column(year, NUMBER, is_number=True) for year in years),
        *(Column(f"{words['field_mark']} {year}", MARK) for year in years),
    ]
    name = words["sheet_development"]
    sheet = book.sheet(name, f"{name}. {extract.title}", heads, frozen=3)
    for indicator in known.service.indicators:
        label = words[f"unit_label_{indicator.unit}"]
        means: dict[int, Fact] = {}
        for kommune in extract.kommuner:
            row = {
                year: facts[indicator.id, kommune, year]
                for year in years
                if (indicator.id, kommune, year) in facts
            }
            means = {**row, **means}
            sheet.row(
                indicator.name,
                label,
                known.network.member(kommune).name,
                *(cells.value(row[year]) if year in row else None for year in years),
                *(
                    cells.condition(row[year], known) if year in row else None
                    for year in years
                ),
            )
        sheet.row(
            indicator.name,
            label,
            words["field_network_mean"],
            *(cells.mean(means[year]) for year in years),
            *(cells.mean_mark(means[year], words) for year in years),
        )
    sheet.close()


def members(book: Book, extract: Extract, known: Catalogue) -> None:
    """Every member's figure, the mean, and a mark for each."""
    words = known.phrases.words
    facts, kommuner = extract.by_key, _members_of(extract, known)
    names = [known.network.member(kommune).name for kommune in kommuner]
    heads = [
        Column(words["table_indicator"], NAME),
        Column(words["field_unit"], UNIT),
        *(Column(name, NUMBER, is_number=True) for name in names),
        Column(words["field_network_mean"], NUMBER, is_number=True),
        *(Column(f"{words['field_mark']} {name}", MARK) for name in names),
        Column(f"{words['field_mark']} {words['legend_mean']}", MARK),
    ]
    name = words["sheet_members"]
    sheet = book.sheet(name, f"{name}. {extract.title}", heads)
    for indicator in known.service.indicators:
        row = [facts[indicator.id, kommune, extract.year] for kommune in kommuner]
        sheet.row(
            indicator.name,
            words[f"unit_label_{indicator.unit}"],
            *(cells.value(fact) for fact in row),
            cells.mean(row[0]),
            *(cells.condition(fact, known) for fact in row),
            cells.mean_mark(row[0], words),
        )
    sheet.close()


def ranks(book: Book, extract: Extract, known: Catalogue) -> None:
    """Every member's place, 1 at the highest value."""
    words = known.phrases.words
    facts, kommuner = extract.by_key, _members_of(extract, known)
    names = [known.network.member(kommune).name for kommune in kommuner]
    heads = [
        Column(words["table_indicator"], NAME),
        *(Column(name, NUMBER, is_number=True) for name in names),
        Column(words["field_n"], NUMBER, is_number=True),
        *(Column(f"{words['field_mark']} {name}", MARK) for name in names),
    ]
    name = words["sheet_ranks"]
    sheet = book.sheet(name, f"{name}. {extract.title}", heads)
    for indicator in known.service.indicators:
        row = [facts[indicator.id, kommune, extract.year] for kommune in kommuner]
        sheet.row(
            indicator.name,
            *(fact.rank for fact in row),
            row[0].n,
            *(
                cells.marked(fact.distance_basis, words) if fact.rank else None
                for fact in row
            ),
        )
    sheet.close()


def _members_of(extract: Extract, known: Catalogue) -> list[str]:
    """Whoever has figures in the year, in the order of the network."""
    having = {fact.kommune for fact in extract.facts if fact.year == extract.year}
    return [member.id for member in known.network.members if member.id in having]

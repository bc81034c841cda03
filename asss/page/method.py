"""
«Om datagrunnlaget i ASSS»: what all reports of a year stand on, on a page of its own.

Where figures are from and how final they are, signs and marks, the mean, chance, how
each indicator is made, tables and queries, what was collected by hand, and every
forbehold. A report says where the page is. Imports ``sections`` and below.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, get_args

from markupsafe import Markup

from asss.analysis import publication
from asss.analysis.facts import NetworkBook
from asss.analysis.statements import Detail
from asss.analysis.tables import BASES, MARKED, SIGNS, legend, mark
from asss.catalogue import language, markdown
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.formula import Formula
from asss.catalogue.knowledge import (
    NEED_PARTS,
    Forbehold,
    Indicator,
    ManualFigure,
    MeanRule,
    NeedFigure,
    NeedPart,
    Series,
    is_of_others,
    weighing,
)
from asss.catalogue.parameters import EVERY, METHOD, suggestion
from asss.errors import UsageError
from asss.outputs import HTML_NAME
from asss.page import sections, text
from asss.page.blocks import Block, block, day_or_text
from asss.page.record import FactsFile
from asss.statbank import day_of

__all__ = ["PARTS", "facts", "heading", "part", "see_also", "title"]

#: The tables in the order of the page, by letters: Tabell 1 is that of a report.
MEANS, DEFINITIONS, FORBEHOLD, MEASURES, QUERIES, COLLECTED = "ABCDEF"
GIVEN, SOURCES = "GH"

#: What is told of chance, in its order.
CHANCE = ("meaning", "clear", "limits", "without", "basis", "methods")

STATBANK = "https://www.ssb.no/statbank/table/"


@dataclass(frozen=True)
class Cell:
    """
    A cell of a table: a text that may lead somewhere, and what stands with it.

    Attributes
    ----------
    lead, under : str
        Before the text, in bold, and on a line below it.
    lines : sequence of (class, text)
        Paragraphs after the text, each with what the stylesheet calls its kind.
    pairs : sequence of (name, text)
        Lines after the text, each with its name.
    """

    text: str = ""
    href: str = ""
    lead: str = ""
    under: str = ""
    lines: Sequence[tuple[str, str]] = ()
    pairs: Sequence[tuple[str, str]] = ()


def title(book: NetworkBook, known: Catalogue) -> str:
    """The one heading of the first level; in a report, what its link says."""
    return text.phrase("method_title", {"year": book.run.year}, known)


def see_also(book: NetworkBook, known: Catalogue) -> Block:
    """Where the definitions, the sources and everybody's forbehold are: one line."""
    named = title(book, known)
    said = text.phrase("method_see", {"title": named}, known)
    before, _, after = said.partition(named)
    href = f"../{METHOD}/{HTML_NAME}"
    return block("see", known, before=before, title=named, after=after, href=href)


def facts(book: NetworkBook, known: Catalogue) -> FactsFile:
    """Gather what facts.json holds: every member's facts for every year."""
    return sections.gathered(
        book,
        known,
        title=title(book, known),
        whose=(METHOD, known.phrases.words["method_name"]),
        kept=list(book.facts.values()),
        sentences=[],
    )


def heading(book: NetworkBook, known: Catalogue) -> Block:
    """Title, dates, status, and what the page is for."""
    lead = text.phrase("method_lead", {"year": book.run.year}, known)
    dates = sections.dates(book, known, title(book, known))
    return block("heading", known, **dates, lead=lead)


def _figures(book: NetworkBook, known: Catalogue) -> Block:
    """When figures are published, and how it is known how final they are."""
    words, calendar = known.phrases.words, known.service.calendar
    published: dict[str, Detail] = {
        "year": book.run.year,
        "preliminary": language.day(f"{book.run.year + 1}-{calendar.preliminary}"),
        "final": language.day(f"{book.run.year + 1}-{calendar.final}"),
    }
    explained = [words["updates_explained"]]
    # Only a table of inhabitants is of another day than its data year.
    if any(table.year_offset for table in known.service.tables):
        explained.append(words["population_explained"])
    told = (
        text.phrase("method_calendar", published, known),
        " ".join(explained),
    )
    return block("told", known, paragraphs=told)


def _signs(_: NetworkBook, known: Catalogue) -> Block:
    """What stands in the place of a figure, and what stands beside one."""
    words = known.phrases.words
    others = {
        words["plain_mark"]: words["network_plain"],
        "–": words["method_dash"],
        words["break_mark"]: words["method_break"],
    }
    terms = legend(SIGNS, words, bases=MARKED) | others
    return block("told", known, terms=terms)


def _reconstructed(book: NetworkBook, known: Catalogue) -> Block:
    """How many figures are not official, and what that means."""
    words = known.phrases.words
    if not book.has_reconstructed:
        return block("told", known, paragraphs=[words["method_none_reconstructed"]])
    all_facts = list(book.facts.values())
    counts = {basis: sum(fact.basis == basis for fact in all_facts) for basis in BASES}
    # Preliminary figures are SSB's own, too.
    counts["real"] += counts.pop("preliminary")
    details: dict[str, Detail] = {
        **{basis: language.number(count) for basis, count in counts.items()},
        "n": language.number(len(all_facts)),
        "from_year": book.all_years[0],
        "year": book.run.year,
    }
    rule = "reconstructed_paragraph"
    if book.snapshot.is_fetched:
        rule = "reconstructed_paragraph_fetched"
    told = (text.phrase(rule, details, known), words["method_reconstructed"])
    return block("told", known, paragraphs=told)


def _chance(_: NetworkBook, known: Catalogue) -> Block:
    """What intervals of counts in a register mean, and what they do not cover."""
    told = [known.phrases.words[f"method_chance_{about}"] for about in CHANCE]
    return block("told", known, paragraphs=told)


def _means(book: NetworkBook, known: Catalogue) -> Block:
    """How mean, index, rank and change are computed, and which mean by data year."""
    words = known.phrases.words
    told = (words["mean_explained"], words["review_weighted"], words["review_plain"])
    terms = {
        words["profile_index"]: words["method_index"],
        words["table_rank"]: words["notes_rank"],
        words["profile_change"]: words["method_change"],
    }
    rows = [
        [Cell(_editions(years)), *(Cell(named) for named in having)]
        for years, having in _rules(book, known)
    ]
    heads = (
        words["method_year"],
        *(
            language.capitalised(words[f"mean_{rule}"])
            for rule in _columns(book, known)
        ),
    )
    explained = block("told", known, paragraphs=told, terms=terms)
    caption = words["method_means_caption"]
    return _joined(explained, _grid(known, MEANS, caption, heads, rows, "means"))


def _columns(book: NetworkBook, known: Catalogue) -> list[MeanRule]:
    """The rules that the table tells of: those of others only where there are such."""
    figures, edition = known.service.figures, book.run.year
    used = {
        known.mean_rule(one.id, year, edition)
        for one in figures
        for year in book.all_years
    }
    rules: tuple[MeanRule, ...] = get_args(MeanRule)
    shown = [rule for rule in rules if rule in used or not is_of_others(rule)]
    return sorted(shown, key=lambda rule: weighing(rule) != "weighted")


def _rules(
    book: NetworkBook, known: Catalogue
) -> Iterator[tuple[list[int], list[str]]]:
    """Years that follow each other with the same means, and what has which."""
    words = known.phrases.words

    def having(year: int) -> list[str]:
        indicators = known.service.figures
        told = []
        of = {
            one.id: known.mean_rule(one.id, year, book.run.year) for one in indicators
        }
        for rule in _columns(book, known):
            names = [one.short_name for one in indicators if of[one.id] == rule]
            whole = {0: words["method_none"], len(indicators): words["method_all"]}
            told.append(whole.get(len(names)) or language.join(names, words))
        return told

    for told, years in groupby(book.all_years, having):
        yield list(years), told


def _editions(years: Sequence[int]) -> str:
    """Data years, and in brackets the editions that they were published in."""
    last = language.span(years[0] + 1, years[-1] + 1)
    return f"{language.span(years[0], years[-1])} ({last})"


def _definitions(book: NetworkBook, known: Catalogue) -> Block:
    """What each indicator measures and how it is computed, by section of Tabell 1."""
    words = known.phrases.words
    rows: list[Any] = []
    headed = [(section.id, section.name) for section in known.service.sections]
    for section, name in (*headed, (None, words["method_components"])):
        own = [i for i in known.service.figures if i.section == section]
        rows += [name] * bool(own)
        rows += [
            [
                Cell(one.name, under=words[f"unit_label_{one.unit}"]),
                _defined(one, book, known),
            ]
            for one in own
        ]
    heads = (words["table_indicator"], words["field_definition"])
    caption = words["method_definitions_caption"]
    return _grid(known, DEFINITIONS, caption, heads, rows, "definitions")


def _defined(indicator: Indicator, book: NetworkBook, known: Catalogue) -> Cell:
    words = known.phrases.words
    mean = words[f"mean_{known.mean_rule(indicator.id, book.run.year)}"]
    lines = (
        ("formula", _formula(known, indicator)),
        ("", f"{indicator.processing} {indicator.interpretation}"),
        ("quiet", f"{words['mean']}: {mean}. {words['source']}: {indicator.source}."),
    )
    shown = [(kind, told) for kind, told in lines if told]
    return Cell(indicator.definition, lines=shown)


def _formula(known: Catalogue, indicator: Indicator) -> str:
    told = []
    for formula in indicator.formula.periods:
        ratio = formula.ratio(lambda name: known.service.measure[name].name)
        if ratio is None:
            return ""
        details: dict[str, Detail] = dict(
            zip(("numerator", "denominator"), ratio, strict=True)
        )
        # What is multiplied by one is what it was.
        factor = formula.factor or 1
        times = f" × {language.number(factor)}" if factor != 1 else ""
        said = text.phrase("formula_ratio", {**details, "factor": times}, known)
        years = _years_of(formula, known)
        told.append(f"{years}: {said}" if years else said)
    return " ".join(told)


def _years_of(formula: Formula, known: Catalogue) -> str:
    """The data years of a formula, where it is not that of all."""
    words, ends = known.phrases.words, (formula.from_year, formula.to_year)
    told = [
        f"{words[word]} {year}"
        for word, year in zip(("review_from", "review_to"), ends, strict=True)
        if year
    ]
    return " ".join(told)


# -- SSB -------------------------------------------------------------------------------


def _queries(book: NetworkBook, known: Catalogue) -> Block:
    """Where at SSB the figures are, what each table was asked, and SSB's own notes."""
    words = known.phrases.words
    used = {table for fact in book.facts.values() for table in fact.tables}
    names = ("method_measure", "tables_number", "method_contents", "field_years")
    heads, rows = [words[name] for name in names], list(_measures(book, known))
    caption = words["method_measures_caption"]
    letter = _letter(MEASURES, book, known)
    measures = _grid(known, letter, caption, heads, rows, "measures")
    names = ("tables_number", "tables_query", "tables_updated", "edition")
    heads = [words[name] for name in (*names, "tables_hash")]
    rows = [_asked(name, book, known) for name in book.snapshot.tables if name in used]
    letter = _letter(QUERIES, book, known)
    tables = _grid(known, letter, words["tables_caption"], heads, rows, "queries")
    notes = block("notes", known, tables=_ssb_notes(book, used))
    return _joined(measures, tables, notes)


def _measures(book: NetworkBook, known: Catalogue) -> Iterator[list[Cell]]:
    """A row for each sum, and for each table that a figure is read from."""
    first, last = book.all_years[0], book.all_years[-1]
    for measure in known.service.measures:
        named = Cell(measure.name, under=measure.unit)
        if measure.sum:
            parts = " + ".join(known.service.measure[name].name for name in measure.sum)
            yield [named, Cell("–"), Cell(parts), Cell(language.span(first, last))]
        for series in measure.series:
            begins = max(series.from_year or first, first)
            ends = min(series.to_year or last, last)
            if begins <= ends:
                yield [
                    named,
                    Cell(series.table, href=STATBANK + series.table),
                    _contents(series),
                    Cell(language.span(begins, ends)),
                ]


def _contents(series: Series) -> Cell:
    """What is read of a table; several contents are summed."""
    labels = " + ".join(f"«{contents.label}»" for contents in series.contents)
    return Cell(labels, pairs=tuple(series.selections.items()))


def _asked(number: str, book: NetworkBook, known: Catalogue) -> list[Cell]:
    """A table: its title, the query, when it was updated, its status and its sha256."""
    words, entry = known.phrases.words, book.snapshot.tables[number]
    statuses = publication.edition(book, known).tables
    status = f"status_{statuses[number] or 'unknown'}" if number in statuses else ""
    named, updated = entry["title"], entry["ssb_updated"]
    if not (book.snapshot.is_fetched or known.service.table[number].verified):
        named += f" ({words['unverified']})"
    query = [
        (part["variableCode"], ", ".join(_runs(part["valueCodes"])))
        for part in entry["query"]["selection"]
    ]
    return [
        Cell(number, href=STATBANK + number, under=named),
        Cell(pairs=query),
        Cell(language.day(day_of(updated)) if updated else words["tables_unknown"]),
        Cell(words[status or "status_earlier"]),
        Cell(entry["sha256"][:16]),
    ]


def _ssb_notes(book: NetworkBook, used: set[str]) -> list[tuple[str, list[Markup]]]:
    """What SSB wants said wherever a table, or a value of it, is shown."""
    if not book.snapshot.is_fetched:
        return []
    rows = []
    for number, dataset in book.snapshot.datasets.items():
        texts = [
            *dataset.mandatory_notes,
            *(
                note
                for dimension in dataset.dimensions.values()
                for note in dimension.mandatory_variable_notes
            ),
            *(
                f"{dimension.labels[code]}: {note}"
                for dimension in dataset.dimensions.values()
                for code, notes in dimension.mandatory_notes.items()
                if code in dimension.labels
                for note in notes
            ),
        ]
        if number in used and texts:
            notes = [Markup(markdown.to_html(note, below=4)) for note in texts]
            rows.append((number, notes))
    return rows


def _runs(codes: Sequence[str]) -> list[str]:
    """Codes as a reader lists them: ages 018–066, and not each of them."""
    runs: list[list[str]] = []
    for code in codes:
        last = runs[-1][-1] if runs else ""
        follows = last.isdigit() and code.isdigit() and int(code) == int(last) + 1
        if follows and len(code) == len(last):
            runs[-1].append(code)
        else:
            runs.append([code])
    return [
        shown
        for run in runs
        for shown in ([f"{run[0]}–{run[-1]}"] if len(run) > 2 else run)
    ]


# -- people ----------------------------------------------------------------------------


def _collected(book: NetworkBook, known: Catalogue) -> Block:
    """What was collected by hand, for each member and year, and where it is from."""
    words, held = known.phrases.words, _held(book, known)
    need = _need(book, known)
    if not held:
        return _joined(block("told", known, paragraphs=[words["manual_none"]]), *need)
    rows: list[Any] = []
    by_hand = known.service.by_hand
    for measure in dict.fromkeys((*by_hand, *(measure for measure, _, _ in held))):
        indicator = by_hand.get(measure)
        rows.append((indicator or known.service.measure[measure]).name)
        places = indicator.decimals if indicator else 0
        for member in book.members:
            own = [held.get((measure, member.id, year)) for year in book.all_years]
            if any(own):
                cells = [_value(entry, places, known) for entry in own]
                rows.append([Cell(member.name), *cells])
    days = sorted({entry.collected for entry in held.values()})
    when = language.join([language.day(day) for day in days], words)
    heads = (words["forbehold_kommune"], *map(str, book.all_years))
    caption = words["manual_caption"]
    letter = _letter(COLLECTED, book, known)
    table = _grid(known, letter, caption, heads, rows, "collected")
    said = f"{words['manual_collected']} {when}."
    return _joined(table, block("told", known, paragraphs=[said]), *need)


def _held(
    book: NetworkBook, known: Catalogue
) -> dict[tuple[str, str, int], ManualFigure]:
    """What was collected of the members and years of the page."""
    members = {member.id for member in book.members}
    return {
        key: entry
        for key, entry in known.manual.items()
        if key[1] in members and key[2] in book.all_years
    }


def _need(book: NetworkBook, known: Catalogue) -> Iterator[Block]:
    """How need is corrected for, and what of it is given for the year, and from where.

    Nothing where the service area has no figure that is corrected.
    """
    if known.service.relations.corrected is None:
        return
    words, year = known.phrases.words, book.run.year
    given = {key: one for key, one in known.need.items() if key[2] == year}
    *told, limits = (
        words[f"need_{about}"] for about in ("formula", "source", "limits")
    )
    if not given:
        none = text.phrase("method_need_none", {"year": year}, known)
        yield block("told", known, paragraphs=[*told, limits, none])
        return
    yield block("told", known, paragraphs=told)
    heads = [words[f"need_part_{part}"] for part in NEED_PARTS]
    rows = [
        [
            Cell(member.name),
            *(_given(given[part, member.id, year], known) for part in NEED_PARTS),
        ]
        for member in book.members
    ]
    names, caption = [words["forbehold_kommune"], *heads], words["need_given_caption"]
    letter = _letter(GIVEN, book, known)
    yield _grid(known, letter, caption, names, rows, "collected")
    rows = [
        [Cell(head), Cell("; ".join(_sources(given.values(), part)))]
        for head, part in zip(heads, NEED_PARTS, strict=True)
    ]
    names, caption = (
        [words["need_step"], words["source"]],
        words["need_sources_caption"],
    )
    letter = _letter(SOURCES, book, known)
    yield _grid(known, letter, caption, names, rows, "definitions")
    yield block("told", known, paragraphs=[limits])


def _given(entry: NeedFigure, known: Catalogue) -> Cell:
    """A part as it was given, with its mark."""
    sign = mark(entry.basis, known.phrases.words)
    if isinstance(entry.value, str):
        return Cell(entry.value + sign)
    return Cell(language.significant(entry.number) + sign)


def _sources(given: Iterable[NeedFigure], part: NeedPart) -> Iterable[str]:
    """Where a part was read, each place once."""
    return dict.fromkeys(one.source for one in given if one.part == part)


def _value(entry: Any, decimals: int, known: Catalogue) -> Cell:
    """A figure with its mark, or its sign; it leads to where it is printed."""
    if entry is None:
        return Cell("–")
    written = text.bare(entry.value, decimals) or entry.status
    if entry.value is not None:
        written += mark(entry.basis, known.phrases.words)
    printed = entry.source.startswith("http")
    return Cell(written, href=entry.source if printed else "")


def _forbehold(book: NetworkBook, known: Catalogue) -> Block:
    """Every forbehold on any figure of the year's reports: everybody's first."""
    words = known.phrases.words
    order = [member.id for member in known.network.members]

    def place(entry: Forbehold) -> tuple[list[int], int]:
        whose = [] if entry.kommuner == EVERY else map(order.index, entry.kommuner)
        return sorted(whose), min(entry.years)

    rows: list[Any] = []
    entries = sorted(book.all_forbehold(known), key=place)
    if not entries:
        return block("told", known, paragraphs=[words["method_none_forbehold"]])
    for whose, own in groupby(entries, lambda entry: _whose(entry, known)):
        rows.append(whose)
        for entry in own:
            lead, under = f"{known.kinds[entry.kind].name}.", _touched(entry, known)
            years = language.span(min(entry.years), max(entry.years))
            source = Cell(day_or_text(entry.date), href=entry.source)
            rows.append([Cell(years), Cell(entry.text, lead=lead, under=under), source])
    names = ("forbehold_years", "forbehold_text", "source")
    heads = [words[name] for name in names]
    caption = words["forbehold_caption"]
    return _grid(known, FORBEHOLD, caption, heads, rows, "caveats")


def _whose(entry: Forbehold, known: Catalogue) -> str:
    if entry.kommuner == EVERY:
        return known.phrases.words["every_kommune"]
    return ", ".join(known.network.member(kommune).name for kommune in entry.kommuner)


def _touched(entry: Forbehold, known: Catalogue) -> str:
    """The indicators that a forbehold is on."""
    if entry.indicators == EVERY:
        return language.capitalised(known.phrases.words["method_all"])
    return ", ".join(known.indicator(name).short_name for name in entry.indicators)


# -- tables ----------------------------------------------------------------------------


def _letter(table: str, book: NetworkBook, known: Catalogue) -> str:
    """The letter of a table, where those that there is nothing in are not there."""
    kept = {FORBEHOLD: book.all_forbehold(known), COLLECTED: _held(book, known)}
    left_out = sum(not found for one, found in kept.items() if one < table)
    return chr(ord(table) - left_out)


def _grid(
    known: Catalogue,
    letter: str,
    caption: str,
    heads: Sequence[str],
    rows: Sequence[Any],
    kind: str,
) -> Block:
    """A table with a letter; a row that is a text is the heading of those after it."""
    given = {"letter": letter, "caption": caption, "heads": heads, "kind": kind}
    return block("grid", known, rows=rows, **given)


def _joined(*parts: Block) -> Block:
    return Block("\n".join(part.html for part in parts))


#: The parts of the page by their names, each of the book and the catalogue.
PARTS: Mapping[str, Callable[[NetworkBook, Catalogue], Block]] = {
    "figures": _figures,
    "signs": _signs,
    "means": _means,
    "reconstructed": _reconstructed,
    "chance": _chance,
    "definitions": _definitions,
    "forbehold": _forbehold,
    "queries": _queries,
    "collected": _collected,
}


def part(name: str, book: NetworkBook, known: Catalogue) -> Block:
    """
    A part of the page.

    Raises
    ------
    UsageError
        If there is none of that name; the message suggests the nearest.
    """
    if name not in PARTS:
        msg = f"No part {name!r} of the page.{suggestion(name, PARTS)}"
        raise UsageError(msg)
    return PARTS[name](book, known)

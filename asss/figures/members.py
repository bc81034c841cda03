"""The development of one indicator in every member: a small panel for each."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from asss.analysis.facts import Fact, NetworkBook
from asss.analysis.tables import MISSING, meaning
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.parameters import Member
from asss.figures.canvas import Canvas, Point, Scale
from asss.figures.picture import (
    Group,
    Picture,
    Row,
    Table,
    amount,
    data_of,
    spoken,
    table_of,
)
from asss.figures.series import Piece, gets_members, mean_pieces, own_pieces
from asss.figures.style import (
    FOCUS,
    INK,
    LABEL,
    LINE,
    QUIET,
    SMALL,
    WIDTH,
    house_style,
)

#: A panel: its title, its plot and the years below, and the room for the last value.
TITLE, PLOT, FOOT, ENDS = 15.0, 52.0, 17.0, 36.0

#: Between panels, across and down.
GAP = 12.0

#: Panels in a row: as many as fill the rows best, and on a phone.
COLUMNS = (5, 4)
NARROW = 3

#: How far each side a plot goes on beyond its lowest and highest value.
AIR = 0.08


def members(book: NetworkBook, known: Catalogue, *, indicator: str) -> Picture:
    """
    Draw an indicator over the years, one panel per member, all to one scale.

    The member's line and the network's mean. A break in a series is a gap, a missing or
    suppressed value is a gap with its sign, a figure that is not official is hollow.
    """
    of = known.indicator(indicator)
    columns = min(COLUMNS, key=lambda count: (-len(book.members) % count, -count))
    width = (WIDTH - GAP * (columns - 1)) / columns
    height = TITLE + PLOT + FOOT
    lines = -(-len(book.members) // columns)
    with house_style():
        canvas = Canvas(lines * (height + GAP) - GAP)
        scale = _scale(book, indicator)
        means = mean_pieces(_means(book, indicator), known)
        for place, member in enumerate(book.members):
            left = (place % columns) * (width + GAP)
            top = (place // columns) * (height + GAP)
            to = (
                (place % NARROW) * (width + GAP),
                (place // NARROW) * (height + GAP),
            )
            with canvas.part(to[0] - left, to[1] - top):
                _panel(
                    canvas, (left, top), width, scale, means, book, known, of, member
                )
        rows = -(-len(book.members) // NARROW)
        return Picture(
            canvas.svg(f"hver-{indicator}".replace("_", "-")),
            _alt(book, known, of),
            _table(book, known, of),
            data_of(
                (f for f in book.facts.values() if f.indicator == indicator), known
            ),
            _notes(book, known, indicator),
            canvas.narrow((width + GAP) * NARROW - GAP, rows * (height + GAP) - GAP),
        )


def _scale(book: NetworkBook, indicator: str) -> Scale:
    """From lowest to highest of all values and means, over a plot."""
    facts = [fact for fact in book.facts.values() if fact.indicator == indicator]
    seen = [
        value
        for fact in facts
        for value in (fact.value, fact.network_mean)
        if value is not None
    ]
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    air = (high - low) * AIR or 1.0
    return Scale(low - air, high + air, TITLE + PLOT, TITLE)


def _panel(
    canvas: Canvas,
    corner: Point,
    width: float,
    scale: Scale,
    means: Sequence[Piece],
    book: NetworkBook,
    known: Catalogue,
    indicator: Indicator,
    member: Member,
) -> None:
    words = known.phrases.words
    left, top = corner
    first, last = book.all_years[0], book.all_years[-1]
    across = Scale(first, max(last, first + 1), left + 3, left + width - ENDS)
    series = book.history(indicator.id, member.id)

    def at(year: float, value: float) -> Point:
        return across(year), top + scale(value)

    bottom = top + TITLE + PLOT
    canvas.text(left, top + LABEL / 2, member.name, size=LABEL, is_bold=True)
    canvas.lines([[(left, bottom), (across(last) + 3, bottom)]], color=LINE, width=0.8)
    canvas.lines(
        [[at(*point) for point in _drawn(piece)] for piece in means],
        color=INK,
        width=0.9,
        linestyle=(0, (3, 2)),
    )
    pieces = own_pieces(series, known)
    lines = [[at(*point) for point in piece] for piece in pieces if len(piece) > 1]
    canvas.lines(lines, color=FOCUS, width=1.6)
    shown = [fact for fact in series if fact.value is not None]
    for is_hollow in (False, True):
        points = [
            at(fact.year, fact.given())
            for fact in shown
            if (fact.basis == "reconstructed") == is_hollow
        ]
        canvas.dots(points, size=3.2, color=FOCUS, is_hollow=is_hollow, edge=0.8)
    for fact in series:
        if fact.value is None:
            place = across(fact.year), bottom - 5
            canvas.text(*place, fact.status, is_bold=True, color=FOCUS, align="center")
    if shown and shown[-1].year == last:
        x, y = at(last, shown[-1].given())
        label = amount(shown[-1].value, indicator.decimals, shown[-1].basis, words)
        canvas.text(x + 5, y, label, size=LABEL, color=FOCUS, is_bold=True)
    for year, align in ((first, "left"), (last, "right")):
        edge = left if align == "left" else across(last) + 3
        if year != first or align == "left":
            canvas.text(
                edge, bottom + 7, str(year), size=SMALL, color=QUIET, align=align
            )


def _drawn(piece: Piece) -> Sequence[tuple[float, float]]:
    """A year alone between two gaps is a short line: a point would not be seen."""
    if len(piece) > 1:
        return piece
    ((year, value),) = piece
    return [(year - 0.2, value), (year + 0.2, value)]


def _means(book: NetworkBook, indicator: str) -> list[Fact]:
    """One fact of each year: the mean is everybody's."""
    return [book.peers(indicator, year)[0] for year in book.all_years]


def _notes(book: NetworkBook, known: Catalogue, indicator: str) -> tuple[str, ...]:
    """Words that the caption ends with: why lines are broken."""
    facts = [fact for fact in book.facts.values() if fact.indicator == indicator]
    later = [fact for fact in facts if fact.year > book.all_years[0]]
    rules = [fact.mean_rule for fact in _means(book, indicator)]
    reasons = (
        ("caption_mean_break", any(a != b for a, b in pairwise(rules))),
        ("caption_members", any(gets_members(known, fact.year) for fact in later)),
        ("caption_gap", any(known.breaks(fact.forbehold) for fact in later)),
    )
    return tuple(key for key, holds in reasons if holds)


def _table(book: NetworkBook, known: Catalogue, indicator: Indicator) -> Table:
    words = known.phrases.words
    rows = []
    for member in book.members:
        facts = {fact.year: fact for fact in book.history(indicator.id, member.id)}
        cells = (_cell(facts.get(year), words) for year in book.all_years)
        rows.append(Row(member.name, tuple(cells)))
    mean = tuple(
        amount(fact.network_mean, indicator.decimals, fact.mean_basis, words) or "–"
        for fact in _means(book, indicator.id)
    )
    rows.append(Row(words["network_mean"], mean, is_focus=True))
    group = Group(indicator.short_name, tuple(rows))
    heads = [str(year) for year in book.all_years]
    return table_of(
        words["forbehold_kommune"], heads, [group], words, book.facts.values()
    )


def _cell(fact: Fact | None, words: Mapping[str, str]) -> str:
    """A figure, or its sign; nothing of a year before the kommune was formed."""
    if fact is None:
        return ""
    return amount(fact.value, fact.decimals, fact.basis, words) or fact.status


def _alt(book: NetworkBook, known: Catalogue, indicator: Indicator) -> str:
    words, phrases = known.phrases.words, known.phrases.phrases
    items = []
    for member in book.members:
        history = book.history(indicator.id, member.id)
        first = next((fact for fact in history if fact.value is not None), history[-1])
        ends = {
            name: spoken(
                fact.value,
                indicator,
                words,
                basis=fact.basis,
                sign=meaning(fact.status or MISSING, words),
            )
            for name, fact in (("first", first), ("value", history[-1]))
        }
        form = phrases["alt_members_item"].sentence
        if first.value is None:
            form, ends = (
                phrases["alt_members_without"].sentence,
                {"reason": ends["value"]},
            )
        items.append(form.format(name=member.name, **ends))
    return phrases["alt_members"].sentence.format(
        name=indicator.short_name,
        from_year=book.all_years[0],
        year=book.run.year,
        items="; ".join(items),
    )

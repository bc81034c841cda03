"""Figures over the years: a chapter's indicators."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, isclose, log10

from asss.analysis.facts import Fact, FactBook, NetworkBook
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.language import join, number, span
from asss.catalogue.parameters import EVERY
from asss.figures import picture
from asss.figures.canvas import WIDTH, Canvas, Colour, Key, Look, Point, Scale, width_of
from asss.figures.picture import Group, Picture, Table

__all__ = [
    "Piece",
    "apart",
    "development",
    "limits",
    "mean_pieces",
    "own_pieces",
    "steps",
    "stroke",
]

#: Points of a series by year.
Piece = list[tuple[int, float]]

#: How many spaces between lines of the scale a panel has room for; what steps are,
#: times a power of ten.
SPACES, STEPS = 3, (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0, 10.0)


# -- a chapter's indicators ------------------------------------------------------------

#: Panels beside each other, and what is between them, in points.
COLUMNS, GUTTER = 2, 16.0

#: How many of a chapter's indicators are drawn where its text speaks of more.
MOST = 4

#: Heights: of a panel's title, of the name below it, of its plot, of its
#: years, of the air below.
TITLE, HEAD, PLOT, YEARS, AIR = 11.5, 18.0, 46.0, 16.0, 9.0

#: Widths: for the numbers of the scale, more where they are long; between them and the
#: scale; and between a line's end and its label.
NUMBERS, BESIDE, GAP = 32.0, 5.0, 7.0

#: So much further down is a plot whose breaks are named under what its panel says.
BREAK = 6.0

#: The least distance between two labels.
LEADING = 10.5


@dataclass(frozen=True)
class _End:
    """The label at the end of a line: what it says, and where the line ends."""

    label: str
    value: float | None
    look: Look
    field: str = ""


def development(
    book: FactBook,
    known: Catalogue,
    *,
    chapter: str,
    only: Sequence[str] = (),
    titles: Mapping[str, str] | None = None,
) -> Picture:
    """
    Draw a chapter's indicators over the years: the kommune, the mean, the others.

    The kommune and the mean are named with their last value where their lines end. A
    break in a series is a gap with a mark; a missing or suppressed value is a gap with
    its sign. The mean is broken where its rule, its members or its table change.

    Parameters
    ----------
    only : sequence of str, optional
        Ids of the indicators that the text speaks of, what matters most first: the
        first four of the chapter are drawn. Without any, all.
    titles : mapping, optional
        By the id of an indicator: what its panel says, in so few words that they are
        one line. The name of the indicator then stands below. What is longer than its
        panel is wide, as of a group without a name, is left to the text.
    """
    listed = {i.id: i for i in known.service.in_chapter(chapter)}
    wanted = [name for name in only if name in listed][:MOST] or listed
    indicators = [i for name, i in listed.items() if name in wanted]
    series = {i.id: _histories(book, known, i.id) for i in indicators}
    own = [fact for i in indicators for fact in book.history(i.id)]
    ends = {i.id: _ends(book.fact(i.id), book, known) for i in indicators}
    room = GAP + max(width_of(e.label, e.look) for pair in ends.values() for e in pair)
    width = (WIDTH - GUTTER * (COLUMNS - 1)) / COLUMNS
    scales = {
        i.id: limits(_values(series[i.id], book.history(i.id)), i.decimals)
        for i in indicators
    }
    numbers = _room([(scales[i.id], i.decimals) for i in indicators])
    heads = {i.id: _title(i, titles or {}, width) for i in indicators}
    has_breaks = any(breaks(book.history(name), known) for name in heads)
    head = HEAD + TITLE + BREAK * (has_breaks and any(heads.values()))
    height = head + PLOT + YEARS + AIR
    lines = -(-len(indicators) // COLUMNS)
    key, is_beside = _key(book, known, indicators, width)
    below, foot = height * lines - AIR + 6, height * len(indicators) - AIR + 6
    first, last = book.all_years[0] - 0.3, book.all_years[-1] + 0.3
    canvas = Canvas(f"utvikling-{chapter}", below + (0.0 if is_beside else key.height))
    for place, indicator in enumerate(indicators):
        left = (width + GUTTER) * (place % COLUMNS)
        top = height * (place // COLUMNS)
        across = Scale(first, last, left + numbers, left + width - room)
        up = Scale(*scales[indicator.id], top + head + PLOT, top + head)
        with canvas.part(-left, height * place - top):
            _draw_head(canvas, left, top, indicator, heads[indicator.id], known)
            panel = _Panel(canvas, known, book.all_years, across, up)
            _draw_indicator(panel, book, indicator, series[indicator.id])
            _write_ends(panel, book.fact(indicator.id), ends[indicator.id])
    y, left = (below - height + HEAD, width + GUTTER) if is_beside else (below, 0.0)
    key.draw(canvas, y, left=left, down=foot - y)
    facts = (f for all_of in series.values() for each in all_of.values() for f in each)
    # What lies within the table's years is told on top of the page or in the chapter.
    is_told_elsewhere = all(
        fact.year in book.years
        and known.is_told_beside_text(entry.kind, entry.years, book.run.year)
        for fact in _later(own, book)
        for entry in known.breaks(fact.forbehold)
    )
    return Picture(
        canvas.svg,
        _alt(book, known, indicators),
        _table(book, known, indicators, series),
        picture.data_of(facts, known),
        _notes(own, book, known, caption_break=not is_told_elsewhere),
        canvas.narrow(width, foot + key.narrow_height),
    )


def _key(
    book: FactBook, known: Catalogue, indicators: Sequence[Indicator], width: float
) -> tuple[Key, bool]:
    """The key, and whether it stands in the last row, where no panel does."""
    own = [fact for i in indicators for fact in book.history(i.id)]
    means = (mean_pieces(book.history(i.id), known) for i in indicators)
    samples = {
        "others": True,
        "gap": any(len(pieces) > 1 for pieces in means),
        "reconstructed": any(map(picture.is_reconstructed, own)),
    }
    is_beside = len(indicators) % COLUMNS != 0
    entries = picture.key_of(known, own, **samples)
    return Key(entries, width if is_beside else WIDTH), is_beside


def _draw_head(
    canvas: Canvas,
    left: float,
    top: float,
    indicator: Indicator,
    told: str,
    known: Catalogue,
) -> None:
    """What a panel says, then its name and unit; the name alone where nothing is."""
    unit = known.phrases.words[f"axis_{indicator.unit}"]
    if told:
        canvas.text(left, top + 6, told, Look.TITLE)
        below = f"{indicator.short_name}, {unit}"
        canvas.text(left, top + 6 + TITLE, below, Look.NOTE)
    else:
        canvas.heading(left, top, indicator.short_name, unit)


def _values(series: Mapping[str, Sequence[Fact]], own: Sequence[Fact]) -> list[float]:
    """Every figure and mean that a panel shows."""
    shown = [fact.value for history in (own, *series.values()) for fact in history]
    return [v for v in (*shown, *(f.network_mean for f in own)) if v is not None]


def _title(indicator: Indicator, titles: Mapping[str, str], width: float) -> str:
    """What a panel so wide says, if it has room for it."""
    title = titles.get(indicator.id, "")
    return title if width_of(title, Look.TITLE) <= width else ""


def _room(scales: Iterable[tuple[tuple[float, float], int]]) -> float:
    """Room for the numbers of scales, by their ends and decimals: none is cut."""
    written = [
        number(step, decimals)
        for ends, decimals in scales
        for step in steps(*ends, decimals)
    ]
    widest = max((width_of(one, Look.NOTE) for one in written), default=0.0)
    return max(NUMBERS, widest + BESIDE)


def _draw_indicator(
    panel: "_Panel",
    book: FactBook,
    indicator: Indicator,
    series: Mapping[str, Sequence[Fact]],
) -> None:
    own = book.history(indicator.id)
    panel.frame(indicator.decimals)
    for kommune, history in series.items():
        if kommune != book.member.id:
            panel.other(history)
    panel.breaks(breaks(own, panel.known))
    panel.mean(own)
    panel.own(own)


def _ends(fact: Fact, book: FactBook, known: Catalogue) -> tuple[_End, _End]:
    """The kommune and the mean, named with their last value or its sign."""
    own = f"{book.member.name} {picture.value_cell(fact, known)}"
    mean = f"{known.phrases.words['legend_mean']} {picture.mean_cell(fact, known)}"
    look = Look.QUIET_LABEL if fact.network_mean is None else Look.LABEL
    return (
        _End(own, fact.value, Look.OWN_NAME),
        _End(mean, fact.network_mean, look, "network_mean"),
    )


def _write_ends(panel: "_Panel", fact: Fact, ends: tuple[_End, _End]) -> None:
    up = panel.up
    # What has no value stands at the foot of the panel, where the sign stands.
    own, mean = (up.start - 6 if e.value is None else up(e.value) for e in ends)
    places = apart(own, mean, gap=LEADING, low=up.end, high=up.start)
    for end, place in zip(ends, places, strict=True):
        panel.canvas.text(
            panel.across.end + GAP,
            place,
            end.label,
            end.look,
            fact=fact.id,
            field=end.field,
        )


def apart(
    one: float, two: float, *, gap: float, low: float, high: float
) -> tuple[float, float]:
    """
    Move two labels apart, as little as can be, so that they are not closer than `gap`.

    Parameters
    ----------
    one, two : float
        Where each would stand if it were alone, in points.
    low, high : float
        The ends of the room there is.

    Examples
    --------
    >>> apart(12, 10, gap=8, low=0, high=100)
    (15.0, 7.0)
    >>> apart(1, 2, gap=8, low=0.0, high=100)
    (0.0, 8.0)
    """
    places = max(low, min(one, high)), max(low, min(two, high))
    if max(places) >= min(places) + gap:
        return places
    first = max(low, min((one + two) / 2 - gap / 2, high - gap))
    return (first, first + gap) if one <= two else (first + gap, first)


def _table(
    book: FactBook,
    known: Catalogue,
    indicators: Sequence[Indicator],
    series: Mapping[str, Mapping[str, Sequence[Fact]]],
) -> Table:
    words, years, groups = known.phrases.words, book.all_years, []
    for indicator in indicators:
        own = book.history(indicator.id)
        mean = picture.years_row(words["numbers_mean"], own, years, known, of_mean=True)
        rows = [
            picture.years_row(book.member.name, own, years, known, is_focus=True),
            # What is no figure of the report's own cannot be traced in its facts.
            replace(mean, traces=()),
        ]
        for kommune, history in series[indicator.id].items():
            if kommune != book.member.id:
                name = known.network.member(kommune).name
                other = picture.years_row(name, history, years, known)
                rows.append(replace(other, traces=()))
        name = f"{indicator.short_name} ({words[f'unit_label_{indicator.unit}']})"
        broken = ", ".join(f"{year}" for year in breaks(own, known))
        note = f"{words['break_mark']} {broken}" if broken else ""
        groups.append(Group(name, tuple(rows), note))
    heads = [f"{year}" for year in years]
    return picture.table_of(book, known, "forbehold_kommune", heads, groups)


def _alt(book: FactBook, known: Catalogue, indicators: Sequence[Indicator]) -> str:
    """Where the kommune stands, and where it came from, panel by panel."""
    return picture.say(
        known,
        "alt_development",
        kommune=book.member.name,
        years=span(book.all_years[0], book.all_years[-1]),
        items=". ".join(_said_of(book, known, indicator) for indicator in indicators),
    )


def _said_of(book: FactBook, known: Catalogue, indicator: Indicator) -> str:
    fact, history = book.fact(indicator.id), book.history(indicator.id)
    value = picture.spoken(fact.value, fact, fact.basis, known)
    mean = picture.spoken(fact.network_mean, fact, fact.mean_basis, known)
    fields = {"name": indicator.short_name, "value": value, "mean": mean}
    if not value:
        fields["reason"] = picture.why(fact, known)
        parts = [picture.say(known, "alt_development_missing", **fields)]
    elif mean:
        parts = [picture.say(known, "alt_development_level", **fields)]
    else:
        parts = [picture.say(known, "alt_development_alone", **fields)]
    first = next((f for f in history[:-1] if f.value is not None), None)
    if first:
        value = picture.spoken(first.value, first, first.basis, known)
        fields = {"value": value, "from_year": f"{first.year}"}
        parts.append(picture.say(known, "alt_development_first", **fields))
    broken = [f"{year}" for year in breaks(history, known)]
    if broken and first:
        years = join(broken, known.phrases.words)
        parts.append(picture.say(known, "alt_development_break", years=years))
    return "; ".join(parts)


# -- series: where they are whole, and where they break --------------------------------


def _histories(
    book: NetworkBook, known: Catalogue, indicator: str
) -> dict[str, list[Fact]]:
    """The figures of each of the year's members, from the years it was one."""
    return {
        member.id: [
            fact
            for fact in book.history(indicator, member.id)
            if member.is_member_in(fact.year)
        ]
        for member in known.network.in_year(book.run.year)
    }


def own_pieces(history: Sequence[Fact], known: Catalogue) -> list[Piece]:
    """Unbroken stretches of a kommune's figures; a year that is not there is a gap."""

    def is_break(fact: Fact, before: Fact) -> bool:
        is_apart = fact.year > before.year + 1
        return is_apart or bool(known.breaks(fact.forbehold))

    return _pieces(history, lambda fact: fact.value, is_break)


def mean_pieces(history: Sequence[Fact], known: Catalogue) -> list[Piece]:
    """Stretches over which the mean is of the same members, table and rule."""

    def is_break(fact: Fact, before: Fact) -> bool:
        return (
            fact.mean_rule != before.mean_rule
            or gets_members(known, fact.year)
            or any(entry.kommuner == EVERY for entry in known.breaks(fact.forbehold))
        )

    return _pieces(history, lambda fact: fact.network_mean, is_break)


def _pieces(
    history: Sequence[Fact],
    value_of: Callable[[Fact], float | None],
    is_break: Callable[[Fact, Fact], bool],
) -> list[Piece]:
    pieces: list[Piece] = [[]]
    for fact, before in zip(history, [*history[:1], *history], strict=False):
        value = value_of(fact)
        if value is None or is_break(fact, before):
            pieces.append([])
        if value is not None:
            pieces[-1].append((fact.year, value))
    return [piece for piece in pieces if piece]


def stroke(piece: Piece, across: Scale, up: Scale) -> list[Point]:
    """A stretch as a line; a year alone between two gaps is a short stroke."""
    points = [(across(year), up(value)) for year, value in piece]
    (x, y), *more = points
    return points if more else [(x - 2.5, y), (x + 2.5, y)]


def gets_members(known: Catalogue, year: int) -> bool:
    """Whether somebody joined or left, so that the mean is not the one before."""
    return known.network.in_year(year) != known.network.in_year(year - 1)


def breaks(history: Sequence[Fact], known: Catalogue) -> list[int]:
    """The years from which a series is not what it was before."""
    return [
        fact.year
        for fact in history[1:]
        if fact.value is not None and known.breaks(fact.forbehold)
    ]


def _later(facts: Iterable[Fact], book: NetworkBook) -> list[Fact]:
    """Those that a year stands before."""
    return [fact for fact in facts if fact.year > book.all_years[0]]


def _notes(
    facts: Sequence[Fact], book: NetworkBook, known: Catalogue, **broken: bool
) -> tuple[str, ...]:
    """Words that the caption ends with: why lines are broken."""
    years = {fact.year for fact in _later(facts, book)}
    rules = {(fact.indicator, fact.mean_rule) for fact in facts}
    now = (fact for fact in facts if fact.year == book.run.year)
    reasons = {
        "caption_of_all": picture.is_mixed(now, known),
        "caption_mean_break": len(rules) > len({name for name, _ in rules}),
        "caption_members": any(gets_members(known, year) for year in years),
        **broken,
    }
    return tuple(key for key, holds in reasons.items() if holds)


# -- drawing ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Panel:
    """Where series are drawn: their years across, and their values up."""

    canvas: Canvas
    known: Catalogue
    years: Sequence[int]
    across: Scale
    up: Scale

    def other(self, history: Sequence[Fact]) -> None:
        """The line of another member."""
        pieces = own_pieces(history, self.known)
        last = history[-1].id if history else ""
        lines = [stroke(piece, self.across, self.up) for piece in pieces]
        self.canvas.lines(lines, color=Colour.FAINT, width=0.8, fact=last)

    def own(self, history: Sequence[Fact]) -> None:
        """
        A kommune's line, its points, and the signs where there is no figure.

        The last point has its number beside it; the others say themselves whether they
        are official.
        """
        canvas, across, up = self.canvas, self.across, self.up
        pieces = [p for p in own_pieces(history, self.known) if len(p) > 1]
        lines = [stroke(piece, across, up) for piece in pieces]
        canvas.lines(lines, color=Colour.FOCUS, width=2, fact=history[-1].id)
        shown = [fact for fact in history if fact.value is not None]
        for fact in shown:
            place = across(fact.year), up(fact.given())
            color, name = Colour.FOCUS, fact.id
            canvas.dot(*place, size=5.4, color=color, edge=0.8, fact=name)
        sign = self.known.phrases.words["reconstructed_mark"]
        for fact in shown:
            if picture.is_reconstructed(fact) and fact.year < self.years[-1]:
                y = up(fact.given()) - 2.2
                canvas.text(across(fact.year), y, sign, Look.MARK, align="middle")
        for fact in history:
            if fact.value is None:
                place = across(fact.year), up.start - 6
                look, name = Look.OWN, fact.id
                canvas.text(*place, fact.status, look, align="middle", fact=name)

    def mean(self, history: Sequence[Fact]) -> None:
        """The mean, with an upright stroke on either side of each gap."""
        pieces = mean_pieces(history, self.known)
        lines: list[list[Point]] = []
        for place, piece in enumerate(pieces):
            points = [(self.across(year), self.up(value)) for year, value in piece]
            is_first, is_last = place == 0, place == len(pieces) - 1
            if len(points) == 1:
                # A year alone: a short line, away from the gaps where it can be.
                (x, y), *_ = points
                back, on = 5.0 * is_first, 5.0 * is_last
                points = [
                    (x - (back or 2.5 * (not on)), y),
                    (x + (on or 2.5 * (not back)), y),
                ]
                sides = [] if is_first and is_last else [(x, y)]
            else:
                sides = ([] if is_first else points[:1]) + (
                    [] if is_last else points[-1:]
                )
            lines += [points, *([(x, y - 3), (x, y + 3)] for x, y in sides)]
        self.canvas.lines(
            lines,
            color=Colour.INK,
            width=1.2,
            fact=history[-1].id,
            field="network_mean",
        )

    def breaks(self, years: Sequence[int]) -> None:
        """A dotted line in each gap, named; one name for breaks that lie close."""
        mark, up = self.known.phrases.words["break_mark"], self.up
        named = float("-inf")
        for year in years:
            x = self.across(year - 0.5)
            upright = [[(x, up.end - 2), (x, up.start)]]
            dashes = "0.9 1.44"
            self.canvas.lines(upright, color=Colour.QUIET, width=0.9, dashes=dashes)
            if x - named > width_of(mark, Look.NOTE) + 3:
                self.canvas.text(x, up.end - 8.5, mark, Look.NOTE, align="middle")
                named = x

    def frame(self, decimals: int) -> None:
        """The lines of the scale with their numbers, and the years under them."""
        canvas, across, up = self.canvas, self.across, self.up
        ticks = steps(up.low, up.high, decimals)
        grid = [[(across.start, up(tick)), (across.end, up(tick))] for tick in ticks]
        canvas.lines(grid, color=Colour.SPAN, width=0.6)
        for tick in ticks:
            label = number(tick, decimals)
            x = across.start - BESIDE
            canvas.text(x, up(tick), label, Look.NOTE, align="end")
        floor = [(across.start, up.start), (across.end, up.start)]
        axis = f"year {across}; value {up}"
        canvas.lines([floor], color=Colour.LINE, width=0.8, axis=axis)
        for year in _shown_years(self.years, across):
            canvas.text(
                across(year), up.start + 9, f"{year}", Look.NOTE, align="middle"
            )


def _shown_years(years: Sequence[int], across: Scale) -> list[int]:
    """Every year, or every second or third, the last always, as there is room."""
    each = abs(across(years[0] + 1) - across(years[0]))
    step = -(-(width_of("2000", Look.NOTE) + 3) // each)
    return list(years[:: -int(step)][::-1])


def steps(low: float, high: float, decimals: int) -> list[float]:
    """
    Where the lines of a scale lie: two at least, and round numbers as they are printed.

    Examples
    --------
    >>> steps(3.4, 5.2, 1), steps(0.0, 7400.0, 0)
    ([4.0, 5.0], [0.0, 2500.0, 5000.0])
    """
    wanted = (high - low) / SPACES
    power = 10.0 ** floor(log10(wanted))
    sizes = [size * power for size in STEPS]
    largest = next(size for size in sizes if size >= wanted * (1 - 1e-9))
    found: list[float] = []
    for size in reversed([size for size in sizes if size <= largest]):
        if isclose(size, round(size, decimals)):
            first, last = ceil(low / size - 1e-9), floor(high / size + 1e-9)
            found = [place * size for place in range(first, last + 1)]
        if len(found) > 1:
            break
    return found


def limits(values: Iterable[float], decimals: int) -> tuple[float, float]:
    """
    The ends of a scale that holds the values, with air below for signs.

    However close the values lie, there is room for two numbers as they are printed.

    Examples
    --------
    >>> low, high = limits([3.41, 3.42], 1)
    >>> len(steps(low, high, 1))
    2
    """
    held = list(values)
    low, high = min(held, default=0.0), max(held, default=1.0)
    air = (high - low) or abs(high) or 1.0
    floor = low - air * 0.17
    top = high + air * 0.06
    lacking = max(0.0, 2 * 10.0**-decimals - (top - floor)) / 2
    floor, top = floor - lacking, top + lacking
    # What is never negative has no numbers below zero on its scale.
    below = max(0.0, -floor) if low >= 0 else 0.0
    return floor + below, top + (below if lacking else 0.0)

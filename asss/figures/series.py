"""Series over the years: where they are whole, where they break, and where they end."""

from collections.abc import Iterable, Sequence

from matplotlib.ticker import MaxNLocator

from asss.analysis.facts import Fact, NetworkBook
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.language import number
from asss.catalogue.parameters import EVERY
from asss.figures.canvas import Canvas, Point, Scale
from asss.figures.style import INK, LINE, QUIET, SMALL, SPAN, width_of

#: Points of a series by year.
Piece = list[tuple[int, float]]

#: How many lines of the scale a panel wants, and in what steps.
LINES = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10])


def own_pieces(history: Sequence[Fact], known: Catalogue) -> list[Piece]:
    """Unbroken stretches of a kommune's figures; a year that is not there is a gap."""
    pieces: list[Piece] = [[]]
    for place, fact in enumerate(history):
        is_apart = place > 0 and fact.year != history[place - 1].year + 1
        if is_apart or fact.value is None or known.breaks(fact.forbehold):
            pieces.append([])
        if fact.value is not None:
            pieces[-1].append((fact.year, fact.value))
    return [piece for piece in pieces if piece]


def mean_pieces(history: Sequence[Fact], known: Catalogue) -> list[Piece]:
    """Stretches over which the mean is of the same members, table and rule."""
    pieces: list[Piece] = [[]]
    for place, fact in enumerate(history):
        last = history[place - 1] if place else fact
        is_everybodys = any(
            entry.kommuner == EVERY for entry in known.breaks(fact.forbehold)
        )
        if (
            fact.network_mean is None
            or fact.mean_rule != last.mean_rule
            or is_everybodys
            or gets_members(known, fact.year)
        ):
            pieces.append([])
        if fact.network_mean is not None:
            pieces[-1].append((fact.year, fact.network_mean))
    return [piece for piece in pieces if piece]


def gets_members(known: Catalogue, year: int) -> bool:
    """Whether somebody joined or left, so that the mean is not the one before."""
    return known.network.in_year(year) != known.network.in_year(year - 1)


def member_histories(
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


def breaks(history: Sequence[Fact], known: Catalogue) -> list[int]:
    """The years from which a series is not what it was before."""
    return [
        fact.year
        for fact in history[1:]
        if fact.value is not None and known.breaks(fact.forbehold)
    ]


def draw_pieces(
    canvas: Canvas,
    pieces: Iterable[Piece],
    across: Scale,
    up: Scale,
    *,
    color: str,
    width: float,
    name: str | None = None,
) -> None:
    """Draw stretches as lines; a year alone between two gaps is a short stroke."""
    lines: list[list[Point]] = []
    for piece in pieces:
        points = [(across(year), up(value)) for year, value in piece]
        if len(points) == 1:
            (x, y), *_ = points
            points = [(x - 2.5, y), (x + 2.5, y)]
        lines.append(points)
    canvas.lines(lines, color=color, width=width, name=name)


def draw_mean(
    canvas: Canvas,
    history: Sequence[Fact],
    known: Catalogue,
    across: Scale,
    up: Scale,
    *,
    width: float,
) -> None:
    """Draw the mean, with an upright stroke on either side of each gap."""
    lines: list[list[Point]] = []
    pieces = mean_pieces(history, known)
    for place, piece in enumerate(pieces):
        points = [(across(year), up(value)) for year, value in piece]
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
            sides = ([] if is_first else points[:1]) + ([] if is_last else points[-1:])
        lines += [points, *([(x, y - 3), (x, y + 3)] for x, y in sides)]
    canvas.lines(lines, color=INK, width=width)


def draw_frame(
    canvas: Canvas,
    years: Sequence[int],
    across: Scale,
    up: Scale,
    indicator: Indicator,
) -> None:
    """The lines of the scale with their numbers, and the years under them."""
    found = LINES.tick_values(up.low, up.high)
    ticks = [tick for tick in found if up.low <= tick <= up.high]
    grid = [[(across.start, up(tick)), (across.end, up(tick))] for tick in ticks]
    canvas.lines(grid, color=SPAN, width=0.6)
    for tick in ticks:
        label, x = number(tick, indicator.decimals), across.start - 5
        canvas.text(x, up(tick), label, size=SMALL, color=QUIET, align="right")
    floor = [(across.start, up.start), (across.end, up.start)]
    canvas.lines([floor], color=LINE, width=0.8)
    for year in shown_years(years, across):
        canvas.text(
            across(year),
            up.start + 9,
            f"{year}",
            size=SMALL,
            color=QUIET,
            align="center",
        )


def shown_years(years: Sequence[int], across: Scale) -> list[int]:
    """Every year, or every second or third, the last always, as there is room."""
    each = abs(across(years[0] + 1) - across(years[0]))
    step = -(-(width_of("2000", SMALL) + 3) // each)
    return list(years[:: -int(step)][::-1])


def limits(values: Iterable[float]) -> tuple[float, float]:
    """The ends of a scale that holds the values, with air below for signs."""
    held = list(values)
    low, high = min(held, default=0.0), max(held, default=1.0)
    air = (high - low) or abs(high) or 1.0
    floor = low - air * 0.17
    # What is never negative has no numbers below zero on its scale.
    return max(0.0, floor) if low >= 0 else floor, high + air * 0.06

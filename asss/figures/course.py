"""One indicator over the years for the whole network, every line named at its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from asss.analysis.facts import Fact, NetworkBook
from asss.analysis.tables import legend, meaning
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.language import join, span
from asss.figures.canvas import Canvas, Scale
from asss.figures.ends import apart
from asss.figures.key import Entry, draw_key, height_of
from asss.figures.picture import (
    Group,
    Picture,
    Row,
    Table,
    amount,
    data_of,
    spoken,
    table_of,
    why,
)
from asss.figures.series import (
    breaks,
    draw_frame,
    draw_mean,
    draw_pieces,
    limits,
    mean_pieces,
    member_histories,
    own_pieces,
)
from asss.figures.style import (
    FAINT,
    FOCUS,
    INK,
    LABEL,
    OTHERS,
    QUIET,
    SMALL,
    TITLE,
    WIDTH,
    house_style,
    width_of,
)

#: Heights: of the heading, of the plot, of the years and the air below.
HEAD, PLOT, YEARS = 24.0, 176.0, 26.0

#: Widths: for the numbers of the scale, and from a line's end to its label.
NUMBERS, GAP = 34.0, 20.0

LEADING = 10.0


@dataclass(frozen=True)
class _End:
    """A line's name, and where the line ends."""

    label: str
    value: float | None
    color: str
    is_bold: bool


def course(
    book: NetworkBook, known: Catalogue, *, indicator: str, focus: str | None = None
) -> Picture:
    """
    Draw one indicator over the years, each member and the mean named at its line's end.

    Gaps and strokes are as in :func:`asss.figures.development`: a broken series is a
    gap, and a member without a figure in the last year is named with its sign.

    Parameters
    ----------
    book : NetworkBook
        The network's facts, or any report's of that year.
    indicator : str
        Its id in the catalogue.
    focus : str, optional
        The id of a kommune to single out.
    """
    about = known.indicator(indicator)
    histories = member_histories(book, known, indicator)
    # The mean is everybody's; a member of long standing has it for every year.
    longest = max(histories.values(), key=len)
    ends = [*_ends(histories, known, focus), _mean_end(longest[-1], known)]
    room = GAP + max(width_of(e.label, LABEL, is_bold=e.is_bold) for e in ends)
    years = book.all_years
    entries = _entries(histories, longest, known)
    with house_style():
        canvas = Canvas(HEAD + PLOT + YEARS + height_of(entries))
        across = Scale(years[0] - 0.15, years[-1] + 0.1, NUMBERS, WIDTH - room)
        facts = [fact for history in histories.values() for fact in history]
        values = [f.value for f in facts if f.value is not None]
        values += [f.network_mean for f in longest if f.network_mean is not None]
        up = Scale(*limits(values), HEAD + PLOT, HEAD)
        canvas.text(0, 6, about.short_name, size=TITLE, is_bold=True)
        after = width_of(about.short_name, TITLE, is_bold=True) + 5
        unit = known.phrases.words[f"axis_{about.unit}"]
        canvas.text(after, 6.3, unit, size=SMALL, color=QUIET)
        draw_frame(canvas, years, across, up, about)
        for kommune, history in histories.items():
            is_focus = kommune == focus
            color, width = (FOCUS, 2.0) if is_focus else (OTHERS, 0.9)
            pieces = own_pieces(history, known)
            draw_pieces(canvas, pieces, across, up, color=color, width=width)
        draw_mean(canvas, longest, known, across, up, width=1.6)
        _write_ends(canvas, ends, across, up)
        draw_key(canvas, HEAD + PLOT + YEARS + 4, entries)
        svg = canvas.svg(f"forlop-{indicator}".replace("_", "-"))
    table = _table(book, known, about, histories, longest, focus)
    return Picture(
        svg, _alt(book, known, about, histories), table, data_of(facts, known)
    )


def _ends(
    histories: Mapping[str, Sequence[Fact]], known: Catalogue, focus: str | None
) -> list[_End]:
    words = known.phrases.words
    ends = []
    for kommune, history in histories.items():
        fact, is_focus = history[-1], kommune == focus
        own = amount(fact.value, fact.decimals, fact.basis, words) or fact.status
        label = f"{known.network.member(kommune).name} {own}"
        ends.append(_End(label, fact.value, FOCUS if is_focus else QUIET, is_focus))
    return ends


def _mean_end(fact: Fact, known: Catalogue) -> _End:
    words = known.phrases.words
    mean = amount(fact.network_mean, fact.decimals, fact.mean_basis, words)
    label = f"{words['legend_mean']} {mean or words['arrow_none']}"
    return _End(label, fact.network_mean, INK, is_bold=True)


def _write_ends(canvas: Canvas, ends: Sequence[_End], across: Scale, up: Scale) -> None:
    """The names, and a thin line to each from where its own line ends."""
    wanted = [up.start if e.value is None else up(e.value) for e in ends]
    places = apart(wanted, gap=LEADING, low=up.end, high=up.start + 4)
    for end, x, y in zip(ends, wanted, places, strict=True):
        if end.value is not None:
            leader = [(across.end + 2, x), (across.end + GAP - 4, y)]
            canvas.lines([leader], color=FAINT, width=0.6)
        canvas.text(
            across.end + GAP,
            y,
            end.label,
            size=LABEL,
            color=end.color,
            is_bold=end.is_bold,
        )


def _entries(
    histories: Mapping[str, Sequence[Fact]], longest: Sequence[Fact], known: Catalogue
) -> list[Entry]:
    words = known.phrases.words
    entries = []
    if len(mean_pieces(longest, known)) > 1:
        entries.append(("gap", words["legend_gap"]))
    last = {history[-1].status for history in histories.values()}
    return [*entries, *((sign, meaning(sign, words)) for sign in legend(last, words))]


def _table(
    book: NetworkBook,
    known: Catalogue,
    indicator: Indicator,
    histories: Mapping[str, Sequence[Fact]],
    longest: Sequence[Fact],
    focus: str | None,
) -> Table:
    words = known.phrases.words

    def cells(found: Mapping[int, str]) -> tuple[str, ...]:
        return tuple(found.get(year, "") for year in book.all_years)

    rows = []
    for kommune, history in histories.items():
        written = {
            f.year: amount(f.value, f.decimals, f.basis, words) or f.status
            for f in history
        }
        name = known.network.member(kommune).name
        rows.append(Row(name, cells(written), is_focus=kommune == focus))
    means = {
        f.year: amount(f.network_mean, f.decimals, f.mean_basis, words)
        or words["arrow_none"]
        for f in longest
    }
    rows.append(Row(words["numbers_mean"], cells(means)))
    unit = words[f"unit_label_{indicator.unit}"]
    broken = [
        f"{known.network.member(kommune).name} {year}"
        for kommune, history in histories.items()
        for year in breaks(history, known)
    ]
    note = f"{words['break_mark']}: {', '.join(broken)}" if broken else ""
    group = Group(f"{indicator.short_name} ({unit})", tuple(rows), note)
    heads = [f"{year}" for year in book.all_years]
    return table_of(
        words["forbehold_kommune"], heads, [group], words, book.facts.values()
    )


def _alt(
    book: NetworkBook,
    known: Catalogue,
    indicator: Indicator,
    histories: Mapping[str, Sequence[Fact]],
) -> str:
    words = known.phrases.words
    last = [history[-1] for history in histories.values()]
    # Without a figure, after all that have one.
    last.sort(key=lambda f: (f.value is None, 0.0 if f.value is None else -f.value))
    items = []
    for fact in last:
        name = known.network.member(fact.kommune).name
        value = spoken(fact.value, indicator, words, basis=fact.basis, sign="")
        items.append(f"{name} {value}" if value else f"{name} ({why(fact, known)})")
    return known.phrases.phrases["alt_course"].sentence.format(
        name=indicator.short_name,
        years=span(book.all_years[0], book.all_years[-1]),
        year=book.run.year,
        items=join(items, words),
    )

"""Development over the years: one panel per indicator of a chapter."""

from collections.abc import Sequence
from dataclasses import dataclass

from asss.analysis.facts import Fact, FactBook
from asss.analysis.tables import legend, meaning
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.language import join, span
from asss.figures.canvas import Canvas, Scale
from asss.figures.ends import apart
from asss.figures.key import LINE_HEIGHT, Entry, draw_key, height_of
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
    gets_members,
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
    QUIET,
    SMALL,
    TITLE,
    WIDTH,
    house_style,
    width_of,
)

#: Panels beside each other, and what is between them, in points.
COLUMNS, GUTTER = 2, 16.0

#: Heights: of the heading of a panel, of its plot, of its years, of the air below.
HEAD, PLOT, YEARS, AIR = 29.0, 74.0, 18.0, 12.0

#: Widths: for the numbers of the scale, and between a line's end and its label.
NUMBERS, GAP = 32.0, 7.0

#: The least distance between two labels.
LEADING = 10.5


@dataclass(frozen=True)
class _End:
    """The label at the end of a line: what it says, and where the line ends."""

    label: str
    value: float | None
    color: str
    is_bold: bool


def development(found: FactBook, known: Catalogue, *, chapter: str) -> Picture:
    """
    Draw a chapter's indicators over the years: the kommune, the mean, the others.

    The kommune and the mean are named with their last value where their lines end. A
    break in a series is a gap with a mark; a missing or suppressed value is a gap with
    its sign. The mean is broken where its rule, its members or its table change.
    Hollow: reconstructed.
    """
    indicators = known.service.in_chapter(chapter)
    ends = {i.id: _ends(found.fact(i.id), found, known) for i in indicators}
    room = GAP + max(
        width_of(end.label, LABEL, is_bold=end.is_bold)
        for pair in ends.values()
        for end in pair
    )
    width = (WIDTH - GUTTER * (COLUMNS - 1)) / COLUMNS
    height = HEAD + PLOT + YEARS + AIR
    lines = -(-len(indicators) // COLUMNS)
    entries = _entries(found, known, indicators)
    years = found.all_years
    with house_style():
        canvas = Canvas(height * lines + height_of(entries))
        for place, indicator in enumerate(indicators):
            left = (width + GUTTER) * (place % COLUMNS)
            top = height * (place // COLUMNS)
            across = Scale(
                years[0] - 0.3, years[-1] + 0.3, left + NUMBERS, left + width - room
            )
            with canvas.part(-left, height * place - top):
                _panel(canvas, found, known, indicator, across, top, ends[indicator.id])
        below = height * (len(indicators) - lines)
        draw_key(canvas, height * lines + 4, entries, down=below)
        svg = canvas.svg(f"utvikling-{chapter}")
    return Picture(
        svg,
        _alt(found, known, indicators),
        _table(found, known, indicators),
        data_of(
            (
                fact
                for indicator in indicators
                for history in member_histories(found, known, indicator.id).values()
                for fact in history
            ),
            known,
        ),
        _notes(found, known, indicators),
        canvas.narrow(
            width, height * len(indicators) + LINE_HEIGHT * max(len(entries), 1)
        ),
    )


def _panel(
    canvas: Canvas,
    found: FactBook,
    known: Catalogue,
    indicator: Indicator,
    across: Scale,
    top: float,
    ends: Sequence[_End],
) -> None:
    words = known.phrases.words
    histories = member_histories(found, known, indicator.id)
    own = found.history(indicator.id)
    shown = [fact for history in (own, *histories.values()) for fact in history]
    values = [fact.value for fact in shown if fact.value is not None]
    values += [fact.network_mean for fact in own if fact.network_mean is not None]
    low, high = limits(values)
    up = Scale(low, high, top + HEAD + PLOT, top + HEAD)
    left = across.start - NUMBERS
    canvas.text(left, top + 6, indicator.short_name, size=TITLE, is_bold=True)
    unit = words[f"axis_{indicator.unit}"]
    after = left + width_of(indicator.short_name, TITLE, is_bold=True) + 5
    canvas.text(after, top + 6.3, unit, size=SMALL, color=QUIET)
    draw_frame(canvas, found.all_years, across, up, indicator)
    others = [
        piece
        for kommune, history in histories.items()
        if kommune != found.member.id
        for piece in own_pieces(history, known)
    ]
    draw_pieces(canvas, others, across, up, color=FAINT, width=0.8)
    _draw_breaks(canvas, breaks(own, known), across, up, words["break_mark"])
    draw_mean(canvas, own, known, across, up, width=1.2)
    _draw_own(canvas, own, known, across, up)
    _write_ends(canvas, ends, across, up)


def _draw_breaks(
    canvas: Canvas, years: Sequence[int], across: Scale, up: Scale, mark: str
) -> None:
    """A dotted line in the gap, named; one name for breaks that lie close."""
    named = float("-inf")
    for year in years:
        x = across(year - 0.5)
        upright = [[(x, up.end - 2), (x, up.start)]]
        canvas.lines(upright, color=QUIET, width=0.9, linestyle=(0, (1, 1.6)))
        if x - named > width_of(mark, SMALL) + 3:
            canvas.text(x, up.end - 8.5, mark, size=SMALL, color=QUIET, align="center")
            named = x


def _draw_own(
    canvas: Canvas, own: Sequence[Fact], known: Catalogue, across: Scale, up: Scale
) -> None:
    """The kommune's line, its points, and the signs where there is no figure."""
    pieces = [piece for piece in own_pieces(own, known) if len(piece) > 1]
    draw_pieces(canvas, pieces, across, up, color=FOCUS, width=2)
    for is_hollow in (False, True):
        points = [
            (across(fact.year), up(fact.value))
            for fact in own
            if fact.value is not None and (fact.basis == "reconstructed") == is_hollow
        ]
        size, edge = (4.6, 1.4) if is_hollow else (6.6, 0.8)
        canvas.dots(points, size=size, color=FOCUS, edge=edge, is_hollow=is_hollow)
    for fact in own:
        if fact.value is None:
            canvas.text(
                across(fact.year),
                up.start - 6,
                fact.status,
                color=FOCUS,
                is_bold=True,
                align="center",
            )


def _ends(fact: Fact, found: FactBook, known: Catalogue) -> tuple[_End, _End]:
    """The kommune and the mean, named with their last value or its sign."""
    words = known.phrases.words
    own = amount(fact.value, fact.decimals, fact.basis, words) or fact.status
    mean = amount(fact.network_mean, fact.decimals, fact.mean_basis, words)
    return (
        _End(f"{found.member.name} {own}", fact.value, FOCUS, is_bold=True),
        _End(
            f"{words['legend_mean']} {mean or words['arrow_none']}",
            fact.network_mean,
            INK if mean else QUIET,
            is_bold=False,
        ),
    )


def _write_ends(canvas: Canvas, ends: Sequence[_End], across: Scale, up: Scale) -> None:
    # What has no value stands at the foot of the panel, where the sign stands.
    wanted = [up.start - 6 if e.value is None else up(e.value) for e in ends]
    places = apart(wanted, gap=LEADING, low=up.end, high=up.start)
    for end, place in zip(ends, places, strict=True):
        canvas.text(
            across.end + GAP,
            place,
            end.label,
            size=LABEL,
            color=end.color,
            is_bold=end.is_bold,
        )


def _entries(
    found: FactBook, known: Catalogue, indicators: Sequence[Indicator]
) -> list[Entry]:
    """What the key explains: only what this figure shows."""
    words = known.phrases.words
    own = [fact for i in indicators for fact in found.history(i.id)]
    entries = [("others", words["legend_others"])]
    if any(f.basis == "reconstructed" and f.value is not None for f in own):
        entries.append(("reconstructed", words["legend_reconstructed"]))
    if any(len(mean_pieces(found.history(i.id), known)) > 1 for i in indicators):
        entries.append(("gap", words["legend_gap"]))
    signs = {fact.status for fact in own if fact.value is None}
    return [
        *entries,
        *((sign, meaning(sign, words)) for sign in legend(signs, words)),
    ]


def _notes(
    found: FactBook, known: Catalogue, indicators: Sequence[Indicator]
) -> tuple[str, ...]:
    """Words that the caption ends with: why lines are broken."""
    own = [fact for indicator in indicators for fact in found.history(indicator.id)]
    later = [fact for fact in own if fact.year > found.all_years[0]]
    # What lies within the table's years is told on top of the page or in the chapter.
    is_told_elsewhere = all(
        fact.year in found.years
        and known.is_told_beside_text(entry.kind, entry.years, found.run.year)
        for fact in later
        for entry in known.breaks(fact.forbehold)
    )
    reasons = (
        ("caption_mean_break", len({fact.mean_rule for fact in own}) > 1),
        ("caption_members", any(gets_members(known, fact.year) for fact in later)),
        ("caption_break", not is_told_elsewhere),
    )
    return tuple(key for key, holds in reasons if holds)


def _table(found: FactBook, known: Catalogue, indicators: Sequence[Indicator]) -> Table:
    words = known.phrases.words
    groups = []
    for indicator in indicators:
        histories = member_histories(found, known, indicator.id)
        own = found.history(indicator.id)
        ids = {fact.year: fact.id for fact in own}
        means = [
            amount(fact.network_mean, fact.decimals, fact.mean_basis, words)
            or words["arrow_none"]
            for fact in own
        ]
        rows = [
            Row(
                found.member.name,
                _cells(own, found, known),
                is_focus=True,
                traces=tuple((ids.get(year, ""), "") for year in found.all_years),
            ),
            Row(words["numbers_mean"], tuple(means)),
            *(
                Row(known.network.member(kommune).name, _cells(history, found, known))
                for kommune, history in histories.items()
                if kommune != found.member.id
            ),
        ]
        note = ", ".join(f"{year}" for year in breaks(own, known))
        groups.append(
            Group(
                f"{indicator.short_name} ({words[f'unit_label_{indicator.unit}']})",
                tuple(rows),
                f"{words['break_mark']} {note}" if note else "",
            )
        )
    heads = [f"{year}" for year in found.all_years]
    return table_of(
        words["forbehold_kommune"], heads, groups, words, found.facts.values()
    )


def _cells(
    history: Sequence[Fact], found: FactBook, known: Catalogue
) -> tuple[str, ...]:
    """A cell for each year; nothing for those in which a kommune was no member."""
    words = known.phrases.words
    by_year = {
        fact.year: amount(fact.value, fact.decimals, fact.basis, words) or fact.status
        for fact in history
    }
    return tuple(by_year.get(year, "") for year in found.all_years)


def _alt(found: FactBook, known: Catalogue, indicators: Sequence[Indicator]) -> str:
    """Where the kommune stands, and where it came from, panel by panel."""
    items = [_told(found, known, indicator) for indicator in indicators]
    return known.phrases.phrases["alt_development"].sentence.format(
        kommune=found.member.name,
        years=span(found.all_years[0], found.all_years[-1]),
        items=". ".join(items),
    )


def _told(found: FactBook, known: Catalogue, indicator: Indicator) -> str:
    words, phrases = known.phrases.words, known.phrases.phrases
    fact, name = found.fact(indicator.id), indicator.short_name
    value, mean = (
        spoken(held, indicator, words, basis=basis, sign="")
        for held, basis in (
            (fact.value, fact.basis),
            (fact.network_mean, fact.mean_basis),
        )
    )
    if fact.value is None:
        form = phrases["alt_development_missing"].sentence
        parts = [form.format(name=name, reason=why(fact, known))]
    elif mean:
        form = phrases["alt_development_level"].sentence
        parts = [form.format(name=name, value=value, mean=mean)]
    else:
        form = phrases["alt_development_alone"].sentence
        parts = [form.format(name=name, value=value)]
    earlier = [f for f in found.history(indicator.id)[:-1] if f.value is not None]
    if earlier:
        first = earlier[0]
        said = spoken(first.value, indicator, words, basis=first.basis, sign="")
        parts.append(
            phrases["alt_development_first"].sentence.format(
                value=said, from_year=first.year
            )
        )
    broken = [f"{year}" for year in breaks(found.history(indicator.id), known)]
    if broken and earlier:
        form = phrases["alt_development_break"].sentence
        parts.append(form.format(years=join(broken, words)))
    return "; ".join(parts)

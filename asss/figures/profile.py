"""Figur 1: the service profile, every indicator as an index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asss.analysis.changes import direction
from asss.analysis.facts import HOUSEKEEPING, Fact, FactBook
from asss.analysis.statements import claim, distance, lacks_base, mean
from asss.analysis.tables import mark, weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import half_up, join, number, numeral
from asss.figures.canvas import Canvas, Scale
from asss.figures.key import LINE_HEIGHT, Entry, draw_key, height_of
from asss.figures.picture import (
    Group,
    Picture,
    Row,
    Table,
    amount,
    data_of,
    table_of,
    why,
)
from asss.figures.style import (
    FOCUS,
    INK,
    LABEL,
    LINE,
    OTHERS,
    QUIET,
    SMALL,
    SPAN,
    WIDTH,
    house_style,
    width_of,
)

#: The ends of the scale. What lies beyond is drawn at the end, as an arrow with its
#: number: one member's 191 must not press everybody else together.
LOW, HIGH = 40.0, 160.0
STEPS = (40, 60, 80, 100, 120, 140, 160)

#: Where the columns stand, in points: the scale from START to END, values and indexes
#: set flush right, arrows centred.
START, END = 182.0, 344.0
VALUE, INDEX, CHANGE = 414.0, 450.0, 479.0

#: The word for each arrow, for the table.
MOVES = {
    "up": "moved_up",
    "up_slightly": "moved_up_slightly",
    "stable": "moved_nowhere",
    "down_slightly": "moved_down_slightly",
    "down": "moved_down",
}

#: From an arrow at an end of the scale to its number, and how long a list of numbers
#: may be under a name.
ARROW, LISTED = 4.0, 180.0

#: Heights of the parts.
HEAD, SECTION, ROW, REASON, FOOT = 22.0, 24.0, 17.5, 9.5, 22.0

SCALE = Scale(LOW, HIGH, START, END)

#: On a phone a row has two lines: name, index and arrow; then scale and value. How wide
#: that is, how far down the second line stands, and how far to the left each column is.
NARROW, SECOND = 264.0, 15.5
SCALE_LEFT, VALUE_LEFT, INDEX_LEFT = START - 22.0, VALUE - 262.0, CHANGE - 248.0


@dataclass(frozen=True)
class _Heading:
    """The heading of a section: where it stands, and how far it moves on a phone."""

    name: str
    y: float
    down: float


@dataclass(frozen=True)
class _Line:
    """A row of the profile: its fact, its height, and what stands under its name.

    ``down`` is how far it moves on a phone, where the rows above have two lines.
    ``under`` is why it has no index, and the indexes beyond the scale where there is no
    room for them at its ends (``is_listed``).
    """

    fact: Fact
    name: str
    y: float
    down: float
    under: str
    is_listed: bool

    @property
    def second(self) -> float:
        """How far below its name its scale stands on a phone: below a note too."""
        return SECOND + (8.0 if self.under else 0.0)


@dataclass(frozen=True)
class _Layout:
    """What stands where, down to `bottom`; on a phone that moves `down`."""

    headings: list[_Heading]
    lines: list[_Line]
    bottom: float
    down: float


def profile(found: FactBook, known: Catalogue) -> Picture:
    """
    Draw the service profile: every indicator as an index, 100 = the network's mean.

    The span from lowest to highest, each member as a dot, the kommune as a large one
    with its value and its index, and an arrow for the change since last year.
    Hollow: reconstructed. Where there is no index, the reason stands under the name.
    """
    layout = _layout(found, known)
    lines, foot = layout.lines, layout.bottom + FOOT
    entries = _entries(found, known, lines)
    with house_style():
        canvas = Canvas(foot + height_of(entries))
        _scale(canvas, known.phrases.words, layout)
        for line in lines:
            with canvas.part(-SCALE_LEFT, line.down + line.second):
                _members(canvas, line, found)
        for line in lines:
            _own(canvas, line, known)
        draw_key(canvas, foot + 6, entries, down=layout.down)
        svg = canvas.svg("profil")
    peers = [peer for line in lines for peer in found.peers(line.fact.indicator)]
    height = foot + layout.down + LINE_HEIGHT * len(entries)
    return Picture(
        svg,
        _alt(found, known),
        _table(found, known),
        data_of(peers, known),
        notes=("caption_doubt",) if _is_doubted(lines, known) else (),
        narrow=canvas.narrow(NARROW, height),
    )


def _is_doubted(lines: Sequence[_Line], known: Catalogue) -> bool:
    """Whether a single figure among those shown has a forbehold of its own."""
    return any(
        not entry.is_page_wide and entry.kind not in HOUSEKEEPING
        for line in lines
        for entry in known.forbehold_by_id(line.fact.forbehold)
    )


def _layout(found: FactBook, known: Catalogue) -> _Layout:
    """Headings and rows, with the height they stand at, and where the last one ends."""
    headings, lines, y, down = [], [], HEAD, SECOND
    for section in known.service.sections:
        indicators = [i for i in known.service.indicators if i.section == section.id]
        if indicators:
            headings.append(_Heading(section.name, y + SECTION / 2 + 2, down))
            y += SECTION
        for indicator in indicators:
            fact = found.fact(indicator.id)
            name = indicator.short_name
            indexes = _indexes(found, indicator.id)
            is_listed = not _has_room(fact, name, indexes, known)
            notes = [why(fact, known)] if fact.index is None else []
            notes += [_listed(indexes, known)] if is_listed else []
            under = "; ".join(notes)
            line = _Line(fact, name, y + ROW / 2, down, under, is_listed)
            lines.append(line)
            extra = REASON if under else 0.0
            y += ROW + extra
            down += line.second - extra
    return _Layout(headings, lines, y, down)


def _scale(canvas: Canvas, words: Mapping[str, str], layout: _Layout) -> None:
    bottom, top = layout.bottom, HEAD + SECOND
    stretch = (bottom + layout.down - top) / (bottom - HEAD)
    moved = -SCALE_LEFT, top - stretch * HEAD
    grid = [[(SCALE(step), HEAD), (SCALE(step), bottom)] for step in STEPS]
    with canvas.part(*moved, taller=stretch):
        canvas.lines(grid, color=SPAN, width=0.6)
    for heading in layout.headings:
        under = [[(0.0, heading.y + 8.5), (WIDTH, heading.y + 8.5)]]
        with canvas.part(0, heading.down):
            canvas.lines(under, color=LINE, width=0.8)
            canvas.text(0, heading.y, heading.name, is_bold=True)
    with canvas.part(-SCALE_LEFT, layout.down):
        for step in STEPS:
            is_mean = step == 100
            canvas.text(
                SCALE(step),
                bottom + 9,
                f"{step}",
                size=SMALL,
                color=INK if is_mean else QUIET,
                is_bold=is_mean,
                align="center",
            )
    style: dict[str, Any] = {"size": LABEL, "color": QUIET}
    with canvas.part(-VALUE_LEFT, SECOND):
        canvas.text(VALUE, 10, words["profile_value"], align="right", **style)
    with canvas.part(-INDEX_LEFT, 0):
        canvas.text(INDEX, 10, words["profile_index"], align="right", **style)
        canvas.text(CHANGE, 10, words["profile_change"], align="center", **style)
    with canvas.part(-SCALE_LEFT, SECOND):
        canvas.text(SCALE(100), 10, words["profile_axis"], align="center", **style)
    middle = [[(SCALE(100), HEAD - 4), (SCALE(100), bottom)]]
    with canvas.part(*moved, taller=stretch):
        canvas.lines(middle, color=INK, width=1.1, name="snitt")


def _members(canvas: Canvas, line: _Line, found: FactBook) -> None:
    """The span, and everybody's dot; who lies beyond the scale is written there."""
    indexes = sorted(_indexes(found, line.fact.indicator))
    if not indexes:
        return
    ends = [min(max(end, LOW), HIGH) for end in (indexes[0], indexes[-1])]
    span = [[(SCALE(ends[0]), line.y), (SCALE(ends[1]), line.y)]]
    canvas.lines(span, color=SPAN, width=6, capstyle="round")
    inside = [index for index in indexes if LOW <= index <= HIGH]
    canvas.dots([(SCALE(i), line.y) for i in inside], size=3, color=OTHERS)
    style: dict[str, Any] = {"size": SMALL, "color": QUIET}
    (left, below), (right, above) = _beyond(line.fact, indexes)
    if below:
        canvas.dots([(left, line.y)], size=4.5, color=OTHERS, marker="<")
    if below and not line.is_listed:
        canvas.text(left - ARROW, line.y, below, align="right", **style)
    if above:
        canvas.dots([(right, line.y)], size=4.5, color=OTHERS, marker=">")
    if above and not line.is_listed:
        canvas.text(right + ARROW, line.y, above, **style)


def _beyond(
    fact: Fact, indexes: Sequence[float]
) -> tuple[tuple[float, str], tuple[float, str]]:
    """Where an arrow stands at either end of the scale, and whom it is for."""
    # At an end of the scale the kommune's own point needs room before the arrow.
    own = 100.0 if fact.index is None else fact.index
    left = START - (9 if own < LOW + 4 else 2)
    right = END + (9 if own > HIGH - 4 else 2)
    below = ", ".join(number(index) for index in indexes if index < LOW)
    above = ", ".join(number(index) for index in indexes if index > HIGH)
    return (left, below), (right, above)


def _has_room(
    fact: Fact, name: str, indexes: Sequence[float], known: Catalogue
) -> bool:
    """Whether what lies beyond the scale can be written at its ends, on a phone too."""
    (left, below), (right, above) = _beyond(fact, indexes)
    before = left - ARROW - max(width_of(name), SCALE_LEFT)
    after = VALUE - width_of(_value(fact, known)) - right - ARROW
    # A number's ink is narrower than its room by about a point.
    return width_of(below, SMALL) - 1 <= before and width_of(above, SMALL) - 1 <= after


def _listed(indexes: Sequence[float], known: Catalogue) -> str:
    """The indexes beyond the scale; of many, how many and from where to where."""
    words, phrases = known.phrases.words, known.phrases.phrases
    beyond = [number(index) for index in indexes if not LOW <= index <= HIGH]
    items = join(beyond, words)
    listed = phrases["profile_outside"].sentence.format(items=items)
    if width_of(listed, SMALL) <= LISTED:
        return listed
    return phrases["profile_outside_many"].sentence.format(
        count=numeral(len(beyond), words), lowest=beyond[0], highest=beyond[-1]
    )


def _own(canvas: Canvas, line: _Line, known: Catalogue) -> None:
    """The kommune's point, value, index and arrow."""
    fact, y, words = line.fact, line.y, known.phrases.words
    with canvas.part(0, line.down):
        canvas.text(0, y, line.name)
        if line.under:
            canvas.text(0, y + 10.5, line.under, size=SMALL, color=QUIET)
    with canvas.part(-VALUE_LEFT, line.down + line.second):
        canvas.text(VALUE, y, _value(fact, known), align="right")
    if fact.index is not None:
        hollow = fact.distance_basis == "reconstructed"
        place = SCALE(min(max(fact.index, LOW), HIGH))
        with canvas.part(-SCALE_LEFT, line.down + line.second):
            canvas.point(place, y, is_hollow=hollow)
    with canvas.part(-INDEX_LEFT, line.down):
        if fact.index is None:
            canvas.text(INDEX, y, words["arrow_none"], color=QUIET, align="right")
        else:
            label = number(fact.index) + mark(fact.distance_basis, words)
            canvas.text(INDEX, y, label, color=FOCUS, is_bold=True, align="right")
        arrow = direction(known, fact)
        canvas.text(
            CHANGE,
            y,
            words[f"arrow_{arrow or 'none'}"],
            size=11 if arrow else LABEL,
            color=INK if arrow else QUIET,
            align="center",
        )


def _value(fact: Fact, known: Catalogue) -> str:
    """The kommune's figure with its unit, months cut short; else its sign."""
    words = known.phrases.words
    if fact.value is None:
        return fact.status
    unit = "months_short" if fact.unit == "maneder" else f"unit_{fact.unit}"
    digits = number(fact.value, fact.decimals)
    return words[unit].format(number=digits) + mark(fact.basis, words)


def _indexes(found: FactBook, indicator: str) -> list[float]:
    return [p.index for p in found.peers(indicator) if p.index is not None]


def _entries(found: FactBook, known: Catalogue, lines: Sequence[_Line]) -> list[Entry]:
    """What the key explains: only what this figure shows."""
    words = known.phrases.words
    entries = [("official", found.member.name)]
    if any(line.fact.distance_basis == "reconstructed" for line in lines):
        entries.append(("reconstructed", words["legend_reconstructed"]))
    entries.append(("span", words["legend_span"]))
    indexes = [i for line in lines for i in _indexes(found, line.fact.indicator)]
    if any(not LOW <= index <= HIGH for index in indexes):
        entries.append(("outside", words["legend_outside"]))
    return entries


def _table(found: FactBook, known: Catalogue) -> Table:
    words = known.phrases.words
    groups = []
    for section in known.service.sections:
        indicators = [i for i in known.service.indicators if i.section == section.id]
        rows = [
            Row(
                i.short_name,
                _cells(found.fact(i.id), found, known),
                traces=((found.fact(i.id).id, ""), (found.fact(i.id).id, "index")),
            )
            for i in indicators
        ]
        if rows:
            groups.append(Group(section.name, tuple(rows)))
    heads = ("profile_value", "profile_index", "numbers_lowest", "numbers_highest")
    named = [words[key] for key in (*heads, "profile_change")]
    return table_of(
        words["table_indicator"], named, groups, words, found.facts.values()
    )


def _cells(fact: Fact, found: FactBook, known: Catalogue) -> tuple[str, ...]:
    words = known.phrases.words
    indexes = _indexes(found, fact.indicator)
    ends = (min(indexes), max(indexes)) if indexes else (None, None)
    return (
        _value(fact, known),
        amount(fact.index, 0, fact.distance_basis, words) or why(fact, known),
        *(
            amount(end, 0, fact.mean_basis, words) or words["arrow_none"]
            for end in ends
        ),
        words[MOVES.get(direction(known, fact) or "", "arrow_none")],
    )


def _alt(found: FactBook, known: Catalogue) -> str:
    """What a reader who does not see the figure would be told of it in a meeting."""
    words, phrases = known.phrases.words, known.phrases.phrases
    ranked = [fact for fact in found.reported if fact.index is not None]
    sides = {"above": 0, "even": 0, "below": 0}
    without_base = [fact for fact in found.reported if lacks_base(known, fact)]
    for fact in (*ranked, *without_base):
        away = _side(fact)
        sides["above" if away > 0 else "below" if away < 0 else "even"] += 1
    bases = [fact.distance_basis for fact in (*ranked, *without_base)] or ["real"]
    sign = mark(weakest(bases), words)
    counts = {side: numeral(n, words) + sign for side, n in sides.items()}
    said = [
        phrases["alt_profile"].sentence.format(
            kommune=found.member.name,
            year=found.run.year,
            n=len(found.reported),
            **counts,
        )
    ]
    ordered = sorted(ranked, key=lambda fact: fact.given("index"))
    for rule, facts in (
        (
            "alt_profile_highest",
            [f for f in ordered[:-4:-1] if _side(f) > 0],
        ),
        ("alt_profile_lowest", [f for f in ordered[:3] if _side(f) < 0]),
    ):
        items = [_item(fact, known) for fact in facts]
        if items:
            furthest = claim(bases, *map(distance, facts))
            said.append(
                phrases[rule].sentence.format(
                    items=join(items, words), mark=mark(furthest.basis, words)
                )
            )
    ends = {f.id: _indexes(found, f.indicator) for f in ranked}
    widest = max(ranked, key=lambda f: max(ends[f.id]) - min(ends[f.id]), default=None)
    if widest is not None:
        low, high = (
            amount(end(ends[widest.id]), 0, widest.mean_basis, words)
            for end in (min, max)
        )
        said.append(
            phrases["alt_profile_widest"].sentence.format(
                name=known.indicator(widest.indicator).short_name,
                lowest=low,
                highest=high,
                mark=mark(claim(bases, mean(widest)).basis, words),
            )
        )
    without = [
        f"{known.indicator(fact.indicator).short_name} ({why(fact, known)})"
        for fact in found.reported
        if fact.index is None
    ]
    if without:
        rule = phrases["alt_profile_without"].sentence
        said.append(rule.format(items=join(without, words)))
    return " ".join(said)


def _side(fact: Fact) -> float:
    """How far above 100 an index is printed; without one, on which side of the mean."""
    return fact.side if fact.index is None else half_up(fact.index) - 100


def _item(fact: Fact, known: Catalogue) -> str:
    index = amount(fact.index, 0, fact.distance_basis, known.phrases.words)
    return f"{known.indicator(fact.indicator).short_name} ({index})"

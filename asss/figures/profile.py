"""Figur 1: the service profile, every indicator as an index."""

from collections.abc import Sequence
from dataclasses import dataclass

from asss.analysis.changes import direction
from asss.analysis.facts import HOUSEKEEPING, Fact, FactBook
from asss.analysis.statements import claim, distance, lacks_base, mean
from asss.analysis.tables import mark, weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.language import half_up, join, number, numeral
from asss.figures import picture
from asss.figures.canvas import (
    WIDTH,
    Canvas,
    Colour,
    Key,
    Look,
    Scale,
    house_style,
    width_of,
)
from asss.figures.picture import Group, Picture, Row, Table

__all__ = ["HIGH", "LOW", "profile"]

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
    ``under`` its name is why it has no index, and the indexes beyond the scale where
    there is no room for them at its ends (``is_listed``).
    """

    fact: Fact
    name: str
    indexes: list[float]
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


def profile(book: FactBook, known: Catalogue) -> Picture:
    """
    Draw the service profile: every indicator as an index, 100 = the network's mean.

    The span from lowest to highest, each member as a dot, the kommune as a large one
    with its value and its index, and an arrow for the change since last year.
    Hollow: reconstructed. Where there is no index, the reason stands under the name.
    """
    layout = _layout(book, known)
    lines, foot = layout.lines, layout.bottom + FOOT
    bases = {line.fact.distance_basis for line in lines}
    indexes = [index for line in lines for index in line.indexes]
    samples = {
        "reconstructed": "reconstructed" in bases,
        "span": True,
        "outside": any(not LOW <= index <= HIGH for index in indexes),
    }
    own = ("official", book.member.name)
    key = Key([own, *picture.key_of(known, (), **samples)])
    with house_style():
        canvas = Canvas(foot + key.height)
        _draw_scale(canvas, known, layout)
        for line in lines:
            with canvas.part(-SCALE_LEFT, line.down + line.second):
                _draw_members(canvas, line)
        for line in lines:
            _draw_own(canvas, line, known)
        key.draw(canvas, foot + 6, down=layout.down)
        svg = canvas.svg("profil")
    peers = [peer for line in lines for peer in book.peers(line.fact.indicator)]
    height = foot + layout.down + key.narrow_height
    return Picture(
        svg,
        _alt(book, known),
        _table(book, known),
        picture.data_of(peers, known),
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


def _sections(known: Catalogue) -> list[tuple[str, list[Indicator]]]:
    """The sections of Tabell 1 by name, with their indicators."""
    sections = [
        (section.name, [i for i in known.service.indicators if i.section == section.id])
        for section in known.service.sections
    ]
    return [(name, indicators) for name, indicators in sections if indicators]


def _layout(book: FactBook, known: Catalogue) -> _Layout:
    """Headings and rows, with the height they stand at, and where the last one ends."""
    headings, lines, y, down = [], [], HEAD, SECOND
    for section, indicators in _sections(known):
        headings.append(_Heading(section, y + SECTION / 2 + 2, down))
        y += SECTION
        for indicator in indicators:
            fact, name = book.fact(indicator.id), indicator.short_name
            indexes = _indexes(book, indicator.id)
            is_listed = not _has_room(fact, name, indexes, known)
            notes = [picture.why(fact, known)] if fact.index is None else []
            notes += [_listed(indexes, known)] if is_listed else []
            under = "; ".join(notes)
            line = _Line(fact, name, indexes, y + ROW / 2, down, under, is_listed)
            lines.append(line)
            extra = REASON if under else 0.0
            y += ROW + extra
            down += line.second - extra
    return _Layout(headings, lines, y, down)


def _draw_scale(canvas: Canvas, known: Catalogue, layout: _Layout) -> None:
    """The lines of the scale, its numbers, and the headings of sections and columns."""
    words = known.phrases.words
    bottom, top, middle = layout.bottom, HEAD + SECOND, SCALE(100)
    stretch = (bottom + layout.down - top) / (bottom - HEAD)
    moved = -SCALE_LEFT, top - stretch * HEAD
    grid = [[(SCALE(step), HEAD), (SCALE(step), bottom)] for step in STEPS]
    with canvas.part(*moved, taller=stretch):
        canvas.lines(grid, color=Colour.SPAN, width=0.6)
    for heading in layout.headings:
        under = [[(0.0, heading.y + 8.5), (WIDTH, heading.y + 8.5)]]
        with canvas.part(0, heading.down):
            canvas.lines(under, color=Colour.LINE, width=0.8)
            canvas.text(0, heading.y, heading.name, Look.STRONG)
    with canvas.part(-SCALE_LEFT, layout.down):
        for step in STEPS:
            look = Look.STRONG_NOTE if step == 100 else Look.NOTE
            canvas.text(SCALE(step), bottom + 9, f"{step}", look, align="center")
    with canvas.part(-VALUE_LEFT, SECOND):
        canvas.text(VALUE, 10, words["profile_value"], Look.QUIET_LABEL, align="right")
    with canvas.part(-INDEX_LEFT, 0):
        canvas.text(INDEX, 10, words["profile_index"], Look.QUIET_LABEL, align="right")
        canvas.text(
            CHANGE, 10, words["profile_change"], Look.QUIET_LABEL, align="center"
        )
    with canvas.part(-SCALE_LEFT, SECOND):
        canvas.text(middle, 10, words["profile_axis"], Look.QUIET_LABEL, align="center")
    mean = [[(middle, HEAD - 4), (middle, bottom)]]
    with canvas.part(*moved, taller=stretch):
        canvas.lines(mean, color=Colour.INK, width=1.1, name="snitt")


def _draw_members(canvas: Canvas, line: _Line) -> None:
    """The span, and everybody's dot; who lies beyond the scale is written there."""
    if not line.indexes:
        return
    y, indexes = line.y, line.indexes
    span = [[(_on_scale(end), y) for end in (indexes[0], indexes[-1])]]
    canvas.lines(span, color=Colour.SPAN, width=6, capstyle="round")
    inside = [(SCALE(index), y) for index in indexes if LOW <= index <= HIGH]
    canvas.dots(inside, size=3, color=Colour.OTHERS)
    (left, below), (right, above) = _beyond(line.fact, indexes)
    if below:
        canvas.dots([(left, y)], size=4.5, color=Colour.OTHERS, marker="<")
    if below and not line.is_listed:
        canvas.text(left - ARROW, y, below, Look.NOTE, align="right")
    if above:
        canvas.dots([(right, y)], size=4.5, color=Colour.OTHERS, marker=">")
    if above and not line.is_listed:
        canvas.text(right + ARROW, y, above, Look.NOTE)


def _on_scale(index: float) -> float:
    """Where an index stands; at the end of the scale if it lies beyond."""
    return SCALE(min(max(index, LOW), HIGH))


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
    return (
        width_of(below, Look.NOTE) - 1 <= before
        and width_of(above, Look.NOTE) - 1 <= after
    )


def _listed(indexes: Sequence[float], known: Catalogue) -> str:
    """The indexes beyond the scale; of many, how many and from where to where."""
    words = known.phrases.words
    beyond = [number(index) for index in indexes if not LOW <= index <= HIGH]
    listed = picture.say(known, "profile_outside", items=join(beyond, words))
    if width_of(listed, Look.NOTE) <= LISTED:
        return listed
    fields = {"count": numeral(len(beyond), words), "lowest": beyond[0]}
    return picture.say(known, "profile_outside_many", **fields, highest=beyond[-1])


def _draw_own(canvas: Canvas, line: _Line, known: Catalogue) -> None:
    """The kommune's point, value, index and arrow."""
    fact, y, words = line.fact, line.y, known.phrases.words
    with canvas.part(0, line.down):
        canvas.text(0, y, line.name)
        if line.under:
            canvas.text(0, y + 10.5, line.under, Look.NOTE)
    with canvas.part(-VALUE_LEFT, line.down + line.second):
        canvas.text(VALUE, y, _value(fact, known), align="right")
    if fact.index is not None:
        hollow = fact.distance_basis == "reconstructed"
        with canvas.part(-SCALE_LEFT, line.down + line.second):
            canvas.point(_on_scale(fact.index), y, is_hollow=hollow)
    with canvas.part(-INDEX_LEFT, line.down):
        index = picture.amount(fact.index, 0, fact.distance_basis, words)
        look = Look.OWN if index else Look.NONE
        canvas.text(INDEX, y, index or words["arrow_none"], look, align="right")
        way = direction(known, fact)
        look = Look.ARROW if way else Look.QUIET_LABEL
        canvas.text(CHANGE, y, words[f"arrow_{way or 'none'}"], look, align="center")


def _value(fact: Fact, known: Catalogue) -> str:
    """The kommune's figure with its unit, months cut short; else its sign."""
    words = known.phrases.words
    if fact.value is None:
        return fact.status
    unit = "months_short" if fact.unit == "maneder" else f"unit_{fact.unit}"
    digits = number(fact.value, fact.decimals)
    return words[unit].format(number=digits) + mark(fact.basis, words)


def _indexes(book: FactBook, indicator: str) -> list[float]:
    """The indexes of all that have one, the lowest first."""
    return sorted(p.index for p in book.peers(indicator) if p.index is not None)


def _table(book: FactBook, known: Catalogue) -> Table:
    groups = []
    for section, indicators in _sections(known):
        facts = [book.fact(indicator.id) for indicator in indicators]
        rows = (
            Row(
                known.indicator(fact.indicator).short_name,
                _cells(fact, book, known),
                traces=((fact.id, ""), (fact.id, "index")),
            )
            for fact in facts
        )
        groups.append(Group(section, tuple(rows)))
    words = known.phrases.words
    heads = ("profile_value", "profile_index", "numbers_lowest", "numbers_highest")
    named = [words[key] for key in (*heads, "profile_change")]
    return picture.table_of(book, known, "table_indicator", named, groups)


def _cells(fact: Fact, book: FactBook, known: Catalogue) -> tuple[str, ...]:
    words = known.phrases.words
    none = words["arrow_none"]
    indexes = _indexes(book, fact.indicator)
    lowest, highest = (
        picture.amount(end, 0, fact.mean_basis, words) or none
        for end in (min(indexes, default=None), max(indexes, default=None))
    )
    index = picture.amount(fact.index, 0, fact.distance_basis, words) or picture.why(
        fact, known
    )
    moved = words[MOVES.get(direction(known, fact) or "", "arrow_none")]
    return _value(fact, known), index, lowest, highest, moved


# -- the alternative text: what one would be told of the figure in a meeting -----------


def _alt(book: FactBook, known: Catalogue) -> str:
    words = known.phrases.words
    ranked = [fact for fact in book.reported if fact.index is not None]
    without_base = [fact for fact in book.reported if lacks_base(known, fact)]
    placed = [*ranked, *without_base]
    bases = [fact.distance_basis for fact in placed] or ["real"]
    sides = [_side(fact) for fact in placed]
    counts = {
        "above": sum(side > 0 for side in sides),
        "even": sum(side == 0 for side in sides),
        "below": sum(side < 0 for side in sides),
    }
    sign = mark(weakest(bases), words)
    said = picture.say(
        known,
        "alt_profile",
        kommune=book.member.name,
        year=book.run.year,
        n=len(book.reported),
        **{side: numeral(n, words) + sign for side, n in counts.items()},
    )
    ordered = sorted(ranked, key=lambda fact: fact.given("index"))
    highest = [fact for fact in ordered[:-4:-1] if _side(fact) > 0]
    lowest = [fact for fact in ordered[:3] if _side(fact) < 0]
    without = [
        f"{known.indicator(fact.indicator).short_name} ({picture.why(fact, known)})"
        for fact in book.reported
        if fact.index is None
    ]
    parts = (
        said,
        _outermost("alt_profile_highest", highest, bases, known),
        _outermost("alt_profile_lowest", lowest, bases, known),
        _widest(book, ranked, bases, known),
        picture.say(known, "alt_profile_without", items=join(without, words))
        if without
        else "",
    )
    return " ".join(filter(None, parts))


def _side(fact: Fact) -> float:
    """How far above 100 an index is printed; without one, on which side of the mean."""
    return fact.side if fact.index is None else half_up(fact.index) - 100


def _outermost(
    rule: str, facts: Sequence[Fact], bases: Sequence[str], known: Catalogue
) -> str:
    """Those furthest from the mean on one side, with their indexes."""
    if not facts:
        return ""
    words = known.phrases.words
    items = [
        f"{known.indicator(fact.indicator).short_name} "
        f"({picture.amount(fact.index, 0, fact.distance_basis, words)})"
        for fact in facts
    ]
    basis = claim(bases, *map(distance, facts)).basis
    return picture.say(known, rule, items=join(items, words), mark=mark(basis, words))


def _widest(
    book: FactBook, ranked: Sequence[Fact], bases: Sequence[str], known: Catalogue
) -> str:
    """Where the members are furthest apart."""
    if not ranked:
        return ""
    ends = {fact.id: _indexes(book, fact.indicator) for fact in ranked}
    fact = max(ranked, key=lambda fact: ends[fact.id][-1] - ends[fact.id][0])
    words, indexes = known.phrases.words, ends[fact.id]
    return picture.say(
        known,
        "alt_profile_widest",
        name=known.indicator(fact.indicator).short_name,
        lowest=picture.amount(indexes[0], 0, fact.mean_basis, words),
        highest=picture.amount(indexes[-1], 0, fact.mean_basis, words),
        mark=mark(claim(bases, mean(fact)).basis, words),
    )

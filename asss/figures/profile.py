"""Figur 1: the service profile, every indicator as an index."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from asss.analysis.changes import direction
from asss.analysis.facts import Fact, FactBook
from asss.analysis.statements import claim, distance, doubtful, lacks_base, mean
from asss.analysis.tables import mark, weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import half_up, join, number, numeral
from asss.figures import picture
from asss.figures.canvas import Canvas, Colour, Key, Look, Scale, width_of
from asss.figures.picture import Group, Picture, Row, Table

__all__ = ["cramped", "ends", "profile"]

#: The scale goes in steps of 20, and no further than this either way: what lies beyond
#: is drawn at its end as an arrow, and told in words under the name.
STEP, NARROWEST, WIDEST = 20, (40, 160), (0, 200)

#: How wide the figure is: it stands beside the main findings, and fills a phone.
ACROSS = 252.0

#: Where the columns stand, in points: values and indexes set flush right, arrows
#: centred. Without arrows the other two stand that much further to the right.
VALUE, INDEX, CHANGE, NO_CHANGE = 185.0, 216.0, 237.0, 36.0

#: How far a name and the value beside it are apart at least.
APART = 3.0

#: The scale under the names.
START, END = 8.0, ACROSS - 8.0

#: The word for each arrow, for the table.
MOVES = {
    "up": "moved_up",
    "stable": "moved_nowhere",
    "down": "moved_down",
}

#: Heights of the parts, and how far under the top of a row its name and scale stand.
HEAD, SECTION, ROW, NOTE, FOOT = 21.0, 17.0, 23.5, 9.5, 17.0
NAME, TRACK = 5.5, 17.0

#: In the head: where the heading of the scale stands, how far under it those of the
#: columns do where it leaves them no room, and how far under these the scale's numbers.
TITLE, UNDER, NUMBERS = 5.0, 9.5, 11.0

#: How large the points are, and how far those that would lie on one another are moved
#: up or down.
DOT, OWN = 3.0, 7.5
LAYERS = (0.0, -3.1, 3.1, 5.3, -5.3, 6.4, 8.4, -8.4)

#: How long a list of numbers may be under a name.
LISTED = 190.0


@dataclass(frozen=True)
class _Line:
    """A row of the profile: its fact, its height, and who stands where on its scale."""

    fact: Fact
    name: str
    others: list[Fact]
    y: float
    note: str

    @property
    def indexes(self) -> list[float]:
        """Everybody's, the lowest first."""
        ranked = [*self.others, self.fact]
        return sorted(fact.index for fact in ranked if fact.index is not None)


@dataclass(frozen=True)
class _Layout:
    """
    What stands where, down to `bottom`.

    `right` is how far to the right values and indexes stand; `head` is where the
    headings of the columns stand: under that of the scale, where this leaves no room
    beside it.
    """

    headings: list[tuple[str, float]]
    lines: list[_Line]
    bottom: float
    scale: Scale
    has_arrows: bool
    right: float
    head: float


def profile(
    book: FactBook, known: Catalogue, *, with_intervals: bool = False
) -> Picture:
    """
    Draw the service profile: every indicator as an index, 100 = the network's mean.

    The span from lowest to highest, each other member as a dot, the kommune as a large
    one with its value and its index, and arrows for changes where any may be told. No
    two points lie on one another. Where there is no index, the reason stands instead.

    Parameters
    ----------
    with_intervals : bool
        Whether to draw how far chance alone may move the kommune's figure, where that
        is known: for those who review.
    """
    layout = _layout(book, known)
    lines, foot = layout.lines, layout.bottom + FOOT
    low, high = layout.scale.low, layout.scale.high
    intervals = [_interval(line.fact) for line in lines if with_intervals]
    samples = {
        "span": True,
        "interval": any(intervals),
        "outside": any(not low <= i <= high for line in lines for i in line.indexes),
        "reconstructed": any("reconstructed" in _bases(line.fact) for line in lines),
    }
    own = ("own", book.member.name)
    key = Key([own, *picture.key_of(known, (), **samples)], ACROSS)
    canvas = Canvas("profil", foot + key.height, ACROSS)
    _draw_frame(canvas, known, layout)
    for line in lines:
        _draw_track(canvas, line, layout.scale)
    for line, interval in zip(lines, intervals, strict=False):
        if interval:
            y, fact = line.y + TRACK, line.fact.id
            canvas.interval(*interval, y, layout.scale, fact=fact)
    for line in lines:
        _draw_own(canvas, line, layout, known)
    key.draw(canvas, foot + 6)
    peers = [peer for line in lines for peer in book.peers(line.fact.indicator)]
    notes = {
        "caption_of_all": picture.is_mixed((one.fact for one in lines), known),
        "caption_arrows": layout.has_arrows,
        "caption_doubt": bool(doubtful(known, (line.fact for line in lines))),
    }
    return Picture(
        canvas.svg,
        _alt(book, known, with_intervals=with_intervals),
        _table(
            book, known, has_arrows=layout.has_arrows, with_intervals=any(intervals)
        ),
        picture.data_of(peers, known),
        notes=tuple(key for key, holds in notes.items() if holds),
    )


def _interval(fact: Fact) -> tuple[float, float] | None:
    """The indexes between which chance alone may move a figure, where that is known."""
    low, high, mean = fact.interval_low, fact.interval_high, fact.network_mean
    if fact.index is None or low is None or high is None or not mean:
        return None
    return low / mean * 100, high / mean * 100


def _limits(fact: Fact, known: Catalogue) -> str:
    """The same as it is printed; nothing where it is not known."""
    if not (interval := _interval(fact)):
        return ""
    low, high = map(number, interval)
    return f"{low}–{high}{mark(fact.distance_basis, known.phrases.words)}"


def _bases(fact: Fact) -> tuple[str, ...]:
    """What the numbers in a row rest on."""
    own = () if fact.value is None else (fact.basis,)
    return own if fact.index is None else (*own, fact.distance_basis)


def _layout(book: FactBook, known: Catalogue) -> _Layout:
    """Headings and rows, with the height they stand at, and where the last one ends."""
    rows = known.service.indicators
    has_arrows = any(direction(known, book.fact(one.id)) for one in rows)
    right = 0.0 if has_arrows else NO_CHANGE
    lower = 0.0 if _is_beside(known, right) else UNDER
    headings, lines, y = [], [], HEAD + lower
    every = [i for name in rows for i in _indexes(book, name.id)]
    low, high = ends(every)
    for section, indicators in known.service.by_section.items():
        headings.append((section, y + SECTION / 2))
        y += SECTION
        for indicator in indicators:
            fact = book.fact(indicator.id)
            others = [
                peer
                for peer in book.peers(indicator.id)
                if peer.index is not None and peer.kommune != fact.kommune
            ]
            others.sort(key=lambda peer: peer.given("index"))
            beyond = [i for i in _indexes(book, indicator.id) if not low <= i <= high]
            notes = [_outside(beyond, known)] if beyond else []
            if fact.index is None and others:
                notes.insert(0, picture.why(fact, known))
            note = "; ".join(notes)
            lines.append(_Line(fact, indicator.short_name, others, y, note))
            y += ROW + (NOTE if note else 0.0)
    scale = Scale(low, high, START, END)
    return _Layout(headings, lines, y, scale, has_arrows, right, TITLE + lower)


def _is_beside(known: Catalogue, right: float) -> bool:
    """Whether the heading of the scale leaves room for those of the columns."""
    words = known.phrases.words
    scale, value = (
        width_of(words[f"profile_{name}"], Look.NOTE) for name in ("axis", "value")
    )
    return scale + APART + value <= VALUE + right


def ends(indexes: Sequence[float]) -> tuple[int, int]:
    """
    The ends of a scale that shows all indexes, as far as one can.

    Examples
    --------
    >>> ends([79.0, 120.5]), ends([16.2, 184.0]), ends([-250.0, 1234.0])
    ((40, 160), (0, 200), (0, 200))
    """
    first, last = min(indexes, default=100.0), max(indexes, default=100.0)
    low = min(NARROWEST[0], int(first // STEP) * STEP)
    high = max(NARROWEST[1], -int(-last // STEP) * STEP)
    return max(low, WIDEST[0]), min(high, WIDEST[1])


def _outside(beyond: Sequence[float], known: Catalogue) -> str:
    """The indexes beyond the scale; of many, how many and from where to where."""
    words, shown = known.phrases.words, [number(index) for index in beyond]
    listed = picture.say(known, "profile_outside", items=join(shown, words))
    if width_of(listed, Look.NOTE) <= LISTED:
        return listed
    fields = {"count": numeral(len(shown), words), "lowest": shown[0]}
    return picture.say(known, "profile_outside_many", **fields, highest=shown[-1])


def _draw_frame(canvas: Canvas, known: Catalogue, layout: _Layout) -> None:
    """The headings of columns and sections, and the numbers of the scale."""
    words, right, head = known.phrases.words, layout.right, layout.head
    canvas.text(0, TITLE, words["profile_axis"], Look.NOTE)
    canvas.text(VALUE + right, head, words["profile_value"], Look.NOTE, align="end")
    canvas.text(INDEX + right, head, words["profile_index"], Look.NOTE, align="end")
    if layout.has_arrows:
        canvas.text(CHANGE, head, words["profile_change"], Look.NOTE, align="middle")
    for name, y in layout.headings:
        canvas.text(0, y + 1, name, Look.STRONG_NOTE)
        rule = [(width_of(name, Look.STRONG_NOTE) + 5, y + 1), (ACROSS, y + 1)]
        canvas.lines([rule], color=Colour.LINE, width=0.8)
    for step in _steps(layout.scale):
        look = Look.STRONG_NOTE if step == 100 else Look.NOTE
        for y in (head + NUMBERS, layout.bottom + 8):
            canvas.text(layout.scale(step), y, f"{step}", look, align="middle")


def _steps(scale: Scale) -> range:
    return range(int(scale.low), int(scale.high) + 1, STEP)


def _draw_track(canvas: Canvas, line: _Line, scale: Scale) -> None:
    """The lines of the scale, the span, the mean, and a point for each other member."""
    y, indexes = line.y + TRACK, line.indexes
    if not indexes:
        return
    grid = [[(scale(step), y - 4.5), (scale(step), y + 4.5)] for step in _steps(scale)]
    canvas.lines(grid, color=Colour.LINE, width=0.6, axis=f"index {scale}")
    at = _on(scale)
    span = [[(at(indexes[0]), y), (at(indexes[-1]), y)]]
    canvas.lines(span, color=Colour.SPAN, width=8.5, is_round=True)
    mean = [[(scale(100), y - 5.5), (scale(100), y + 5.5)]]
    canvas.lines(mean, color=Colour.INK, width=1.1)
    own = None if line.fact.index is None else at(line.fact.index)
    moved = spread([at(peer.given("index")) for peer in line.others], own)
    for peer, up in zip(line.others, moved, strict=True):
        index = peer.given("index")
        x, color, fact = at(index), Colour.OTHERS, peer.id
        if scale.low <= index <= scale.high:
            canvas.dot(x, y + up, size=DOT, color=color, fact=fact)
        else:
            way = 1 if index > scale.high else -1
            canvas.arrow(x, y + up, size=DOT + 1.5, color=color, way=way, fact=fact)


def _on(scale: Scale) -> Callable[[float], float]:
    """Where an index stands; at the end of the scale if it lies beyond."""
    return lambda index: scale(min(max(index, scale.low), scale.high))


def spread(places: Sequence[float], own: float | None = None) -> list[float]:
    """
    How far up or down to move points that would lie on one another, or on one's own.

    Parameters
    ----------
    places : sequence of float
        Where the points stand on their line, in points.
    own : float, optional
        Where the large one stands, which is not moved.

    Examples
    --------
    >>> spread([10.0, 20.0, 21.0], own=50.0)
    [0.0, 0.0, -3.1]
    """
    taken = [] if own is None else [(own, 0.0, (OWN + DOT) / 2)]
    moved = []
    for x in places:
        up = next(
            (
                layer
                for layer in LAYERS
                if all(hypot(x - at, layer - y) >= room for at, y, room in taken)
            ),
            LAYERS[-1],
        )
        moved.append(up)
        taken.append((x, up, DOT))
    return moved


def _draw_own(canvas: Canvas, line: _Line, layout: _Layout, known: Catalogue) -> None:
    """The kommune's name, value, index and arrow; below them its point, or why not."""
    fact, words, right = line.fact, known.phrases.words, layout.right
    y, track = line.y + NAME, line.y + TRACK
    canvas.text(0, y, line.name)
    value = _value(fact, known)
    canvas.text(VALUE + right, y, value, align="end", fact=fact.id)
    index = picture.amount(fact.index, 0, fact.distance_basis, words)
    look = Look.OWN if index else Look.NONE
    told = {"fact": fact.id, "field": "index"} if index else {}
    index = index or words["arrow_none"]
    canvas.text(INDEX + right, y, index, look, align="end", **told)
    if layout.has_arrows:
        way = direction(known, fact)
        look = Look.ARROW if way else Look.QUIET_LABEL
        canvas.text(CHANGE, y, words[f"arrow_{way or 'none'}"], look, align="middle")
    if fact.index is not None:
        x = _on(layout.scale)(fact.index)
        canvas.point(x, track, size=OWN, fact=fact.id)
    elif not line.others:
        canvas.text(0, track, picture.why(fact, known), Look.NOTE)
    canvas.text(0, line.y + ROW + NOTE / 2 - 1, line.note, Look.NOTE)


def _value(fact: Fact, known: Catalogue) -> str:
    """The kommune's figure with its unit, cut short or in its name; else its sign."""
    words = known.phrases.words
    if fact.value is None:
        return fact.status
    told = _with_unit(fact.value, fact.unit, fact.decimals, words)
    return told + mark(fact.basis, words)


def _with_unit(value: float, unit: str, decimals: int, words: Mapping[str, str]) -> str:
    digits = number(value, decimals)
    # «per 1 000» stands in the name beside it.
    if unit in ("per_1000", "per_10000"):
        return digits
    key = "months_short" if unit == "maneder" else f"unit_{unit}"
    return words[key].format(number=digits)


def cramped(known: Catalogue) -> Iterator[str]:
    """
    Short names that a plausible figure would stand on, a line for each.

    It is refused when it has been drawn; whoever chooses a name hears it before.
    """
    words, service = known.phrases.words, known.service
    for one in service.indicators:
        limits = (one.plausible.at_least, one.plausible.at_most)
        told = [_with_unit(end, one.unit, one.decimals, words) for end in limits]
        widest = max(told, key=width_of) + mark("reconstructed", words)
        if width_of(one.short_name) + APART + width_of(widest) > VALUE:
            yield (
                f"{service.service}: {one.id}.short_name, in {known.language}: "
                f"«{one.short_name}» leaves no room for «{widest}» beside it in "
                "figures; shorten it"
            )


def _indexes(book: FactBook, indicator: str) -> list[float]:
    """The indexes of all that have one, the lowest first."""
    return sorted(p.index for p in book.peers(indicator) if p.index is not None)


def _table(
    book: FactBook, known: Catalogue, *, has_arrows: bool, with_intervals: bool
) -> Table:
    words = known.phrases.words
    columns: list[tuple[str, bool, Callable[[Fact], str]]] = [
        ("profile_value", True, lambda fact: _value(fact, known)),
        ("profile_index", True, lambda fact: _index(fact, known)),
        (
            "profile_interval",
            with_intervals,
            lambda fact: _limits(fact, known) or words["arrow_none"],
        ),
        ("numbers_lowest", True, lambda fact: _end(fact, book, known, min)),
        ("numbers_highest", True, lambda fact: _end(fact, book, known, max)),
        (
            "profile_change",
            has_arrows,
            lambda fact: words[MOVES.get(direction(known, fact) or "", "arrow_none")],
        ),
    ]
    shown = {words[key]: cell for key, is_shown, cell in columns if is_shown}
    groups = []
    for section, indicators in known.service.by_section.items():
        facts = [book.fact(indicator.id) for indicator in indicators]
        rows = (
            Row(
                known.indicator(fact.indicator).short_name,
                tuple(cell(fact) for cell in shown.values()),
                traces=((fact.id, ""), (fact.id, "index")),
            )
            for fact in facts
        )
        groups.append(Group(section, tuple(rows)))
    return picture.table_of(book, known, "table_indicator", shown, groups)


def _index(fact: Fact, known: Catalogue) -> str:
    """The index, or why there is none."""
    words = known.phrases.words
    index = picture.amount(fact.index, 0, fact.distance_basis, words)
    return index or picture.why(fact, known)


def _end(
    fact: Fact, book: FactBook, known: Catalogue, end: Callable[..., float | None]
) -> str:
    """The lowest or the highest index of all members."""
    words = known.phrases.words
    index = end(_indexes(book, fact.indicator), default=None)
    return picture.amount(index, 0, fact.mean_basis, words) or words["arrow_none"]


# -- the alternative text: what one would be told of the figure in a meeting -----------


def _alt(book: FactBook, known: Catalogue, *, with_intervals: bool) -> str:
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
    intervals = [
        f"{known.indicator(fact.indicator).short_name} ({_limits(fact, known)})"
        for fact in ranked
        if with_intervals and _interval(fact)
    ]
    parts = (
        said,
        _outermost("alt_profile_highest", highest, bases, known),
        _outermost("alt_profile_lowest", lowest, bases, known),
        _widest(book, ranked, bases, known),
        picture.say(known, "alt_profile_without", items=join(without, words))
        if without
        else "",
        picture.say(known, "alt_profile_intervals", items=join(intervals, words))
        if intervals
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

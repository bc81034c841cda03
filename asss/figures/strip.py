"""The whole network in one indicator: every member named, sorted, with the mean."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from asss.analysis.facts import Fact, NetworkBook
from asss.analysis.statements import claim, level
from asss.analysis.tables import legend, mark, meaning, weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.language import join
from asss.figures.canvas import Canvas, Scale
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
from asss.figures.style import (
    FOCUS,
    INK,
    LABEL,
    LINE,
    OTHERS,
    QUIET,
    SMALL,
    TITLE,
    WIDTH,
    house_style,
    width_of,
)

#: Between two strips beside each other, and below each, in points.
GUTTER, AIR = 26.0, 18.0

#: How wide a strip is on a phone.
NARROW = 264.0

#: Heights: of the heading with the name of the mean, and of a row.
HEAD, ROW = 31.0, 12.5


@dataclass(frozen=True)
class _Place:
    """Where a strip stands on the canvas, in points.

    On a phone it moves to the left edge and `down`.
    """

    left: float
    top: float
    width: float
    down: float


def strip(
    book: NetworkBook, known: Catalogue, *, indicator: str, focus: str | None = None
) -> Picture:
    """
    Draw one indicator of every member: named, sorted, against the mean.

    Whose figure is missing, or counts in no comparison, stands last with the reason.
    Hollow: reconstructed.

    Parameters
    ----------
    book : NetworkBook
        The network's facts, or any report's of that year.
    indicator : str
        Its id in the catalogue.
    focus : str, optional
        The id of a kommune to single out.
    """
    return _picture(book, known, [known.indicator(indicator)], focus, indicator)


def overview(
    book: NetworkBook,
    known: Catalogue,
    *,
    chapter: str | None = None,
    focus: str | None = None,
) -> Picture:
    """
    Draw the strips of a chapter's indicators, or of all of them, two beside each other.

    Parameters and reading as for :func:`strip`.
    """
    indicators = (
        known.service.in_chapter(chapter) if chapter else known.service.indicators
    )
    return _picture(book, known, indicators, focus, chapter or "alle")


def _picture(
    book: NetworkBook,
    known: Catalogue,
    indicators: Sequence[Indicator],
    focus: str | None,
    name: str,
) -> Picture:
    columns = min(2, len(indicators))
    width = (WIDTH - GUTTER * (columns - 1)) / columns
    members = max(len(book.peers(indicator.id)) for indicator in indicators)
    height = HEAD + ROW * members + AIR
    lines = -(-len(indicators) // columns)
    peers = [peer for i in indicators for peer in book.peers(i.id)]
    entries = _entries(peers, known)
    with house_style():
        canvas = Canvas(height * lines + (height_of(entries) if entries else 0))
        for number, indicator in enumerate(indicators):
            top = height * (number // columns)
            place = _Place(
                left=(width + GUTTER) * (number % columns),
                top=top,
                width=width,
                down=height * number - top,
            )
            _strip(canvas, book, known, indicator, focus, place)
        below = height * (len(indicators) - lines)
        draw_key(canvas, height * lines + 4, entries, down=below)
        svg = canvas.svg(f"kommunene-{name}".replace("_", "-"))
    alt = " ".join(_alt(book, known, indicator, focus) for indicator in indicators)
    table = _table(book, known, indicators, focus)
    narrow = canvas.narrow(
        NARROW, height * len(indicators) + LINE_HEIGHT * len(entries)
    )
    return Picture(svg, alt, table, data_of(peers, known), narrow=narrow)


def _strip(
    canvas: Canvas,
    book: NetworkBook,
    known: Catalogue,
    indicator: Indicator,
    focus: str | None,
    place: _Place,
) -> None:
    words = known.phrases.words
    peers = _sorted(book.peers(indicator.id))
    names = [known.network.member(peer.kommune).name for peer in peers]
    room = max(width_of(name, LABEL, is_bold=True) for name in names)
    numbers = max(
        width_of(_written(peer, known), LABEL, is_bold=True) for peer in peers
    )
    values = [peer.value for peer in peers if _is_compared(peer)]
    mean = peers[0].network_mean
    held = [v for v in (*values, mean) if v is not None]
    low, high = min(held, default=0.0), max(held, default=1.0)
    across = Scale(
        low,
        high if high > low else low + 1,
        place.left + room + 12,
        place.left + place.width - numbers - 14,
    )
    # On a phone the same values lie closer together.
    near = Scale(across.low, across.high, room + 12, NARROW - numbers - 14)
    with canvas.part(-place.left, place.down):
        canvas.text(
            place.left, place.top + 6, indicator.short_name, size=TITLE, is_bold=True
        )
        after = place.left + width_of(indicator.short_name, TITLE, is_bold=True) + 5
        unit = words[f"axis_{indicator.unit}"]
        canvas.text(after, place.top + 6.3, unit, size=SMALL, color=QUIET)
    first = place.top + HEAD
    rows = [first + ROW * (number + 0.5) for number in range(len(peers))]
    compared = sum(map(_is_compared, peers))
    ends = across.start - 5, across.end + 5
    wider = (near.end - near.start + 10) / (ends[1] - ends[0])
    with canvas.part(near.start - 5 - wider * ends[0], place.down, wider=wider):
        lines = [[(end, y) for end in ends] for y in rows[:compared]]
        canvas.lines(lines, color=LINE, width=0.6)
    if mean is not None:
        with canvas.part(near(mean) - across(mean), place.down):
            _draw_mean(canvas, peers[0], known, across(mean), first, compared)
    for peer, name, y in zip(peers, names, rows, strict=True):
        at = peer.given() if _is_compared(peer) else across.low
        with canvas.part(near(at) - across(at), place.down):
            _point(canvas, peer, y, across, known, focus)
        style: dict[str, Any] = {
            "size": LABEL,
            "color": _color(peer, focus),
            "is_bold": peer.kommune == focus,
        }
        right = place.left + place.width
        with canvas.part(NARROW - right, place.down):
            canvas.text(right, y, _written(peer, known), align="right", **style)
        with canvas.part(-place.left, place.down):
            canvas.text(place.left, y, name, **style)


def _draw_mean(
    canvas: Canvas, fact: Fact, known: Catalogue, x: float, top: float, rows: int
) -> None:
    """The line of the mean, over those that are compared, with its number on top."""
    words = known.phrases.words
    canvas.lines(
        [[(x, top - 1), (x, top + ROW * rows)]], color=INK, width=1.1, name="snitt"
    )
    mean = amount(fact.network_mean, fact.decimals, fact.mean_basis, words)
    label = f"{words['legend_mean']} {mean}"
    canvas.text(x, top - 7, label, size=SMALL, color=INK, align="center")


def _point(
    canvas: Canvas,
    peer: Fact,
    y: float,
    across: Scale,
    known: Catalogue,
    focus: str | None,
) -> None:
    """A member's point on its line; or, where it is not compared, the reason."""
    if not _is_compared(peer):
        reason = why(peer, known)
        canvas.text(across.start - 5, y, reason, size=SMALL, color=QUIET)
        return
    is_hollow = peer.basis == "reconstructed"
    color = FOCUS if focus in (None, peer.kommune) else OTHERS
    size, edge = (5.2, 1.4) if is_hollow else (7.4, 0.8)
    point = [(across(peer.given()), y)]
    canvas.dots(point, size=size, color=color, edge=edge, is_hollow=is_hollow)


def _is_compared(peer: Fact) -> bool:
    """Whether a figure has its place among the others'.

    Where the mean cannot be used nobody has a rank; the figures are shown all the same.
    """
    return peer.value is not None and (peer.rank is not None or peer.n == 0)


def _sorted(peers: Sequence[Fact]) -> list[Fact]:
    """The highest first; last those that are not compared, in the network's order."""
    compared = [peer for peer in peers if _is_compared(peer)]
    compared.sort(key=lambda peer: -peer.given())
    return compared + [peer for peer in peers if not _is_compared(peer)]


def _color(peer: Fact, focus: str | None) -> str:
    if peer.kommune == focus:
        return FOCUS
    return INK if _is_compared(peer) else QUIET


def _written(peer: Fact, known: Catalogue) -> str:
    words = known.phrases.words
    return amount(peer.value, peer.decimals, peer.basis, words) or peer.status


def _entries(peers: Sequence[Fact], known: Catalogue) -> list[Entry]:
    words = known.phrases.words
    entries = []
    if any(p.basis == "reconstructed" and _is_compared(p) for p in peers):
        entries.append(("reconstructed", words["legend_reconstructed"]))
    signs = {peer.status for peer in peers if peer.value is None}
    return [
        *entries,
        *((sign, meaning(sign, words)) for sign in legend(signs, words)),
    ]


def _table(
    book: NetworkBook,
    known: Catalogue,
    indicators: Sequence[Indicator],
    focus: str | None,
) -> Table:
    words = known.phrases.words
    groups = []
    for indicator in indicators:
        peers = _sorted(book.peers(indicator.id))
        rows = [
            Row(
                known.network.member(peer.kommune).name,
                (
                    _written(peer, known),
                    amount(peer.index, 0, peer.distance_basis, words)
                    or why(peer, known),
                    amount(peer.rank, 0, peer.distance_basis, words)
                    or words["arrow_none"],
                ),
                is_focus=peer.kommune == focus,
            )
            for peer in peers
        ]
        first = peers[0]
        mean = amount(first.network_mean, first.decimals, first.mean_basis, words)
        if mean:
            index = "100" if first.has_base else words["arrow_none"]
            own = (mean, index, words["arrow_none"])
            rows.append(Row(words["numbers_mean"], own))
        unit = words[f"unit_label_{indicator.unit}"]
        groups.append(Group(f"{indicator.short_name} ({unit})", tuple(rows)))
    heads = [words[k] for k in ("profile_value", "profile_index", "table_rank")]
    return table_of(
        words["forbehold_kommune"], heads, groups, words, book.facts.values()
    )


def _alt(
    book: NetworkBook, known: Catalogue, indicator: Indicator, focus: str | None
) -> str:
    """The ends, the mean, the one that is singled out, and who is missing."""
    words, phrases = known.phrases.words, known.phrases.phrases
    peers = _sorted(book.peers(indicator.id))
    compared = [peer for peer in peers if _is_compared(peer)]
    first = peers[0]
    said = []
    if compared:
        ends = {
            **_end(compared, compared[0], "highest", known),
            **_end(compared, compared[-1], "lowest", known),
        }
        mean = spoken(
            first.network_mean,
            indicator,
            words,
            basis=first.mean_basis,
            sign=words["no_index"],
        )
        said.append(
            phrases["alt_strip"].sentence.format(
                name=indicator.short_name,
                year=book.run.year,
                mean=mean,
                **ends,
            )
        )
    else:
        form = phrases["alt_strip_none"].sentence
        said.append(form.format(name=indicator.short_name, year=book.run.year))
    for peer in compared:
        if peer.kommune == focus:
            value = spoken(peer.value, indicator, words, basis=peer.basis, sign="")
            name = known.network.member(peer.kommune).name
            form = phrases["alt_strip_focus"].sentence
            said.append(form.format(kommune=name, value=value))
    # Members without a figure, together where they share the reason.
    reasons: dict[str, list[str]] = {}
    for peer in peers:
        if not _is_compared(peer):
            name = known.network.member(peer.kommune).name
            reasons.setdefault(why(peer, known), []).append(name)
    without = [f"{join(names, words)} ({reason})" for reason, names in reasons.items()]
    if without:
        form = phrases["alt_strip_missing"].sentence
        said.append(form.format(items="; ".join(without)))
    return " ".join(said)


def _end(
    peers: Sequence[Fact], end: Fact, name: str, known: Catalogue
) -> dict[str, str]:
    """Everybody who has the figure, the figure, and the mark of its being an end."""
    alike = [peer for peer in peers if peer.value == end.value]
    words, indicator = known.phrases.words, known.indicator(end.indicator)
    names = [known.network.member(peer.kommune).name for peer in alike]
    figure = replace(level(end), basis=weakest(peer.basis for peer in alike))
    value = spoken(end.value, indicator, words, basis=figure.basis, sign=end.status)
    return {
        name: f"{join(names, words)} ({value})",
        f"{name}_mark": mark(claim((end.mean_basis,), figure).basis, words),
    }

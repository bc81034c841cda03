"""How what is spent per inhabitant becomes the figure that is corrected for need."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from asss.analysis.facts import FactBook
from asss.analysis.need import Need
from asss.analysis.tables import mark
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import number, signed
from asss.figures import picture
from asss.figures.canvas import Canvas, Colour, Key, Look, Scale, width_of
from asss.figures.picture import Group, Picture, Row, Table

__all__ = ["need"]

#: On a phone the figure is as wide as the profile, the plot begins so far from the left
#: side, and names stand over the bars: so far from lines that go up through them, and
#: with so much room for the numbers.
NARROW, LEFT, OVER, APART, TOLD = 252.0, 8.0, 11.0, 3.5, 32.0

#: Where the scale begins and ends, and the numbers end, on a sheet.
START, END, NUMBERS = 160.0, 396.0, 452.0

#: Heights: of the heading, of a row, and of the numbers of the scale.
HEAD, ROW, FOOT = 26.0, 24.0, 18.0

#: How far apart the numbers of the scale may be, and how many there may be.
STEPS, MOST = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0), 6


@dataclass(frozen=True)
class _Line:
    """A row: what is reached, by a step of so much or as it is, and how it is told."""

    name: str
    value: float
    change: float | None
    basis: str
    fact: str = ""


def need(book: FactBook, known: Catalogue, decomposed: Need) -> Picture:
    """
    Draw the way from what is spent per inhabitant to the corrected figure, and KS' own.

    A point for what is spent, for what the corrections come to and for KS' own figure,
    each against the plain mean; between them a bar for each correction, and for what is
    not explained.
    """
    lines = list(_lines(book, known, decomposed))
    bottom = HEAD + ROW * len(lines)
    bases = {line.basis for line in lines}
    key = Key(picture.key_of(known, (), reconstructed="reconstructed" in bases), NARROW)
    height = bottom + FOOT + key.height * bool(key.entries)
    canvas = Canvas("behov", height)
    _draw(canvas, known, lines, decomposed)
    key.draw(canvas, bottom + FOOT + 5)
    peers = [
        fact
        for name in (decomposed.raw, decomposed.corrected)
        for fact in book.peers(name)
    ]
    return Picture(
        canvas.svg,
        _alt(book, known, lines, decomposed),
        _table(book, known, decomposed),
        picture.data_of(peers, known),
        narrow=canvas.narrow(NARROW, height),
    )


def _lines(book: FactBook, known: Catalogue, found: Need) -> Iterator[_Line]:
    words = known.phrases.words
    first, *steps = found.steps
    yield _Line(words["need_spent"], first.ratio, None, found.basis)
    for one in steps:
        yield _Line(words[f"need_{one.step}"], one.ratio, one.change, found.basis)
    yield _Line(words["need_result"], found.result, None, found.basis)
    if found.printed is not None and found.rest is not None:
        yield _Line(words["need_rest"], found.printed, found.rest, found.rest_basis)
        fact = book.fact(found.corrected).id
        basis = found.printed_basis
        yield _Line(words["need_printed"], found.printed, None, basis, fact)


def _told(line: _Line, found: Need, known: Catalogue) -> str:
    """What stands at a row: a ratio, or how much a step is, with its mark."""
    told = number(line.value, found.decimals)
    if line.change is not None:
        told = signed(line.change, found.decimals)
    return told + mark(line.basis, known.phrases.words)


def _scale(values: Sequence[float]) -> tuple[Scale, list[float]]:
    """A scale around values and the mean, and its numbers."""
    ends = min(1.0, *values), max(1.0, *values)
    for step in STEPS:
        first, last = math.floor(ends[0] / step), math.ceil(ends[1] / step)
        last = max(last, first + 1)
        if last - first < MOST:
            break
    return (
        Scale(first * step, last * step, START, END),
        [round(place * step, 1) for place in range(first, last + 1)],
    )


def _draw(
    canvas: Canvas, known: Catalogue, lines: Sequence[_Line], found: Need
) -> None:
    words = known.phrases.words
    across, marks = _scale([line.value for line in lines])
    rows = [HEAD + ROW * (place + 0.5) + 2 for place in range(len(lines))]
    top, bottom = HEAD + 2, HEAD + ROW * len(lines)
    canvas.heading(0, 0, words["need_title"], words["axis_forholdstall"])
    with canvas.part(LEFT - START, 0):
        grid = [[(across(one), top), (across(one), bottom)] for one in marks]
        canvas.lines(grid, color=Colour.SPAN, width=0.6, axis=f"value {across}")
        middle = [[(across(1), top), (across(1), bottom)]]
        canvas.lines(middle, color=Colour.INK, width=0.8)
        for one in marks:
            x, look = across(one), Look.NOTE
            canvas.text(x, bottom + 7, number(one, 1), look, align="middle")
        places = [across(line.value) for line in lines]
        joints = [
            [(x, y), (x, below)]
            for x, y, below in zip(places, rows, rows[1:], strict=False)
        ]
        canvas.lines(joints, color=Colour.FAINT, width=0.8)
        before = places[0]
        for line, x, y in zip(lines, places, rows, strict=True):
            if line.change is None:
                is_own = not line.fact
                color = Colour.FOCUS if is_own else Colour.INK
                canvas.dot(x, y, size=7, color=color, edge=0.8, fact=line.fact)
            elif x != before:
                bar = [[(before, y), (x, y)]]
                canvas.lines(bar, color=Colour.OTHERS, width=7)
            before = x
    looks = [Look.NAME if line.change is None else Look.LABEL for line in lines]
    # What goes up through a name: the mean, and what comes down from the row above.
    upright = [[one + LEFT - START for one in (across(1), x)] for x in places]
    upright = [upright[0][:1], *upright[:-1]]
    widths = [width_of(li.name, look) for li, look in zip(lines, looks, strict=True)]
    start = _beside(widths, upright)
    for line, look, y in zip(lines, looks, rows, strict=True):
        with canvas.part(start, -OVER):
            canvas.text(0, y, line.name, look)
        with canvas.part(NARROW - NUMBERS, -OVER):
            told = _told(line, found, known)
            canvas.text(NUMBERS, y, told, look, align="end", fact=line.fact)


def _beside(widths: Sequence[float], upright: Sequence[Sequence[float]]) -> float:
    """Where names so wide begin on a phone, all alike, so that no line crosses one."""
    starts = sorted({0.0, *(x + APART for row in upright for x in row)})
    for start in starts:
        crossed = (
            start - APART < x < start + width + APART
            for width, row in zip(widths, upright, strict=True)
            for x in row
        )
        if start + max(widths) < NARROW - TOLD and not any(crossed):
            return start
    return 0.0


def _alt(book: FactBook, known: Catalogue, lines: Sequence[_Line], found: Need) -> str:
    items = "; ".join(f"{line.name} {_told(line, found, known)}" for line in lines)
    details = {"kommune": book.member.name, "year": book.run.year, "items": items}
    return picture.say(known, "alt_need", **details)


def _table(book: FactBook, known: Catalogue, found: Need) -> Table:
    """Kroner and ratio after each step, and what it has moved."""
    words, places = known.phrases.words, found.decimals
    none, sign = words["arrow_none"], mark(found.basis, words)
    rows = [
        Row(
            words[f"need_{one.step}"],
            (
                number(one.amount) + sign,
                number(one.network_mean) + sign,
                number(one.ratio, places) + sign,
                none if one.change is None else signed(one.change, places) + sign,
            ),
        )
        for one in found.steps
    ]
    if found.printed is not None and found.rest is not None:
        rest = signed(found.rest, places) + mark(found.rest_basis, words)
        printed = number(found.printed, places) + mark(found.printed_basis, words)
        trace = ("", ""), ("", ""), (book.fact(found.corrected).id, "")
        rows += [
            Row(words["need_rest"], (none, none, none, rest)),
            Row(words["need_printed"], (none, none, printed, none), traces=trace),
        ]
    heads = [
        words[f"need_{name}"] for name in ("kroner", "kroner_mean", "ratio", "change")
    ]
    group = Group(f"{book.member.name} {book.run.year}", tuple(rows))
    return picture.table_of(book, known, "need_step", heads, [group])

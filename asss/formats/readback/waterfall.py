"""
The figure of the correction for need read back: each step from where the last ended.

Its scale is in print; the rows are known by their names. Imports ``shown``, ``spoken``,
``drawing`` and below.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from asss.formats.readback.drawing import (
    Axis,
    Drawing,
    Mark,
    Pieces,
    Want,
    fitted,
    key_faults,
    number_in,
    settle,
    shortened,
)
from asss.formats.readback.expectation import marked, written
from asss.formats.readback.kommune import shifted
from asss.formats.readback.shown import Shown
from asss.formats.readback.spoken import Beside, Line, Numbers, tabled

__all__ = ["Waterfall", "beside"]

#: The numbers of the scale go in one of these steps, and lie around all that is drawn.
STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)

#: How far over its bar a name may stand, or on the same line as it.
OVER = 14.0


class _Row(NamedTuple):
    """What is reached, how it is told, and whether it is a step."""

    name: str
    at: float
    told: str
    is_step: bool
    fact: str = ""


def _rows(shown: Shown) -> list[_Row]:
    """Every row that must be drawn, of facts.json."""
    need, words = shown.facts["need"], shown.words
    places, sign = need["decimals"], marked(words, need["basis"])
    ratios = [float(step["ratio"]) for step in need["steps"]]
    rows = [_Row(words["need_spent"], ratios[0], written(ratios[0], places), False)]
    for step, before, after in zip(need["steps"][1:], ratios, ratios[1:], strict=False):
        name = words[f"need_{step['step']}"]
        rows.append(_Row(name, after, shifted(after - before, places), True))
    result = written(ratios[-1], places)
    rows.append(_Row(words["need_result"], ratios[-1], result, False))
    rows = [row._replace(told=row.told + sign) for row in rows]
    own = shown.own(need["corrected"])
    if own["value"] is not None:
        left = shifted(own["value"] - ratios[-1], places)
        left += marked(words, need["basis"], own["basis"])
        rows.append(_Row(words["need_rest"], own["value"], left, True))
        told = written(own["value"], places) + marked(words, own["basis"])
        ks = words["need_printed"]
        rows.append(_Row(ks, own["value"], told, False, own["id"]))
    return rows


def beside(shown: Shown) -> Beside:
    """What is beside the figure."""
    items = "; ".join(f"{row.name} {row.told}" for row in _rows(shown))
    text = shown.say("alt_need", kommune=shown.name, year=shown.year, items=items)
    return Beside(shown.words["caption_need"], text, _numbers(shown))


def _numbers(shown: Shown) -> Numbers:
    need, words, none = shown.facts["need"], shown.words, shown.words["arrow_none"]
    sign, places = marked(words, need["basis"]), need["decimals"]
    moves = {row.name: row.told for row in _rows(shown) if row.is_step}
    lines = []
    for step in need["steps"]:
        name = words[f"need_{step['step']}"]
        kroner = [written(step[of]) + sign for of in ("amount", "network_mean")]
        ratio = written(step["ratio"], places) + sign
        cells = [*kroner, ratio, moves.get(name, none)]
        lines.append(Line(name, tuple((cell, "", "") for cell in cells)))
    rest = words["need_rest"]
    if rest in moves:
        cells = [none, none, none, moves[rest]]
        lines.append(Line(rest, tuple((cell, "", "") for cell in cells)))
        ks = _rows(shown)[-1]
        traced = (none, "", ""), (none, "", ""), (ks.told, ks.fact, ""), (none, "", "")
        lines.append(Line(ks.name, traced))
    of = ("step", "kroner", "kroner_mean", "ratio", "change")
    corner, *heads = (words[f"need_{name}"] for name in of)
    group = (f"{shown.name} {shown.year}", tuple(lines))
    return tabled(shown, corner, heads, [group])


@dataclass(frozen=True)
class Waterfall:
    """The figure: a scale, and a row for each point or step."""

    drawing: Drawing
    shown: Shown

    def faults(self) -> Iterator[str]:
        """The rows by the names printed on them, and all that stands in them."""
        drawing, rows = self.drawing, _rows(self.shown)
        names = [m for m in drawing.marks if m.kind == "text" and m.x < 1 and m.y > 20]
        made = self.shown.made(holds=any("reconstructed" in b for b in self._bases))
        key = [m for m in names if m.part < 0]
        names = sorted((m for m in names if m.part >= 0), key=lambda mark: mark.y)
        told, wanted = [m.text for m in names], [row.name for row in rows]
        if told != wanted:
            yield f"its rows are {told}, and should be {wanted}"
            return
        yield from self._phone(names)
        plots = {m.part for m in drawing.marks if m.axis}
        plot = [m for m in drawing.marks if m.part in plots]
        below = max(mark.y for mark in names)
        scale = [m for m in plot if m.kind == "text" and m.y > below]
        numbers = sorted((number_in(m.text) or 0.0, m.x) for m in scale)
        axis = fitted(numbers)
        if axis is None or axis.slope <= 0 or not self._is_around(numbers, rows):
            yield f"its numbers are no scale: {numbers}"
            return
        foot = [m for m in drawing.marks if m.part < 0 and m.y > below]
        rest = [m for m in drawing.marks if m not in (*foot, *key)]
        yield from settle(rest, self._wants(rows, names, numbers, axis))
        yield from key_faults(foot, made)

    @property
    def _bases(self) -> tuple[str, str]:
        need = self.shown.facts["need"]
        printed_basis = need["printed_basis"] if need["printed"] is not None else ""
        return need["basis"], printed_basis

    def _phone(self, names: Sequence[Mark]) -> Iterator[str]:
        """A name, and its number, stand over their own bar on a phone."""
        drawing = self.drawing
        for part in {mark.part for mark in drawing.marks if mark.axis}:
            _, high, *_ = drawing.box(part, narrow=True)
            if abs(high - drawing.box(part)[1]) > 1:
                yield "its bars are moved up or down on a phone, and its names are not"
        for name in names:
            alike = [m for m in drawing.marks if m.kind == "text" and m.y == name.y]
            for mark in alike:
                if mark.part >= 0:
                    _, high, *_ = drawing.box(mark.part, narrow=True)
                    if not 0 <= name.y - high <= OVER:
                        yield f"«{mark.text}» is not over its bar on a phone"

    def _is_around(
        self, numbers: Sequence[tuple[float, float]], rows: Sequence[_Row]
    ) -> bool:
        """Whether a scale goes in even steps, from below all that is drawn to above."""
        values = [value for value, _ in numbers]
        step = round(values[1] - values[0], 9)
        drawn = [1.0, *(row.at for row in rows)]
        is_even = all(
            abs(after - before - step) < 1e-9 for before, after in pairwise(values)
        )
        return (
            is_even
            and step in STEPS
            and values[0] <= min(drawn) <= max(drawn) <= values[-1]
        )

    def _wants(
        self,
        rows: Sequence[_Row],
        names: Sequence[Mark],
        numbers: Sequence[tuple[float, float]],
        axis: Axis,
    ) -> Iterator[Want]:
        """Every mark of the plot, with its place by the printed scale."""
        words, ys = self.shown.words, [mark.y for mark in names]
        yield Want("its title", "text", "ink", 0, None, (words["need_title"],))
        yield Want("its unit", "text", "quiet", texts=(words["axis_forholdstall"],))
        top, bottom = ys[0] - 12, ys[-1] + 10
        low, high = numbers[0], numbers[-1]
        ends = " ".join(shortened(place) for _, place in (low, high))
        grid: Pieces = [[(x, top), (x, bottom)] for _, x in numbers]
        said = f"value {low[0]:.8g} {high[0]:.8g} {ends}"
        yield Want("its grid", "line", "span", pieces=grid, axis=said)
        one: Pieces = [[(axis.at(1), top), (axis.at(1), bottom)]]
        yield Want("its mean", "line", "ink", pieces=one)
        for value, x in numbers:
            told = (written(value, 1),)
            yield Want("a number of its scale", "text", "quiet", x, None, told)
        at = [axis.at(row.at) for row in rows]
        joints: Pieces = [
            [(x, y), (x, after)] for x, y, after in zip(at, ys, ys[1:], strict=False)
        ]
        yield Want("its joints", "line", "faint", pieces=joints)
        for place, (row, x, y) in enumerate(zip(rows, at, ys, strict=True)):
            yield Want(f"the name of {row.name}", "text", "ink", 0, y, (row.name,))
            yield Want(
                f"the number of {row.name}",
                "text",
                "ink",
                None,
                y,
                (row.told,),
                row.fact,
                align="end",
            )
            before = at[place - 1]
            if not row.is_step:
                colour = "ink" if row.fact else "own"
                yield Want(
                    f"the point of {row.name}", "dot", colour, x, y, (), row.fact
                )
            elif abs(x - before) > 0:
                bar: Pieces = [[(before, y), (x, y)]]
                yield Want(f"the bar of {row.name}", "line", "others", pieces=bar)

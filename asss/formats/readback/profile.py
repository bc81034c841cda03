"""
The service profile read back: a row for each indicator, one printed scale for all.

Rows are known by the names that are printed, and never by what marks say of themselves.
Imports ``shown``, ``spoken``, ``drawing`` and below.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from asss.catalogue.knowledge import Indicator
from asss.formats.readback.drawing import (
    Axis,
    Drawing,
    Mark,
    Want,
    fitted,
    key_faults,
    number_in,
    settle,
    shortened,
    upright,
    within,
)
from asss.formats.readback.expectation import written
from asss.formats.readback.shown import Fact, Shown
from asss.formats.readback.spoken import indexes, valued

__all__ = ["Profile"]

#: The scale of the profile: its steps, and no further than this either way.
STEP, WIDEST = 20, (0, 200)

#: From a row's name to what else is of the row, upwards and downwards.
ABOVE = 3.0

#: How far points may be moved up or down so that none lies on another.
LAYERS = 9.0

#: Half of the strokes across a scale, and of those where the mean stands.
TICK, MEAN = 4.5, 5.5


@dataclass(frozen=True)
class Profile:
    """The service profile: a row for each indicator, one scale for all."""

    drawing: Drawing
    shown: Shown
    is_review: bool

    def faults(self) -> Iterator[str]:
        """Rows by their names, then each row, what is above, and the key below."""
        shown, marks = self.shown, self.drawing.marks
        sections = [
            (
                section.name,
                [i for i in shown.known.service.indicators if i.section == section.id],
            )
            for section in shown.known.service.sections
        ]
        rows = [
            named
            for name, indicators in sections
            if indicators
            for named in ((name, None), *((i.short_name, i) for i in indicators))
        ]
        wanted = {name for name, _ in rows}
        found = [m for m in marks if m.kind == "text" and m.x < 1 and m.text in wanted]
        found.sort(key=lambda mark: mark.y)
        if [m.text for m in found] != [name for name, _ in rows]:
            yield f"its rows are {[m.text for m in found]}, not {[n for n, _ in rows]}"
            return
        head = [m for m in marks if m.y < found[0].y - ABOVE]
        below = [m for m in marks if m.y > found[-1].y + ABOVE]
        labels = [self._labels(part) for part in (head, below)]
        axis = fitted(labels[0])
        if axis is None or axis.slope < 0 or sorted(labels[0]) != sorted(labels[1]):
            yield f"the numbers of its scale are no scale: {labels[0]}, {labels[1]}"
            return
        yield from self._scale(labels[0])
        columns = dict(self._columns(head))
        if len(columns) != 3 - (not self._has_ways) or not _rising([*columns.values()]):
            yield f"its columns are {columns}"
            return
        foot = min(m.y for m in below if m.kind == "text" and m.text == "100")
        yield from settle(head, self._head(labels[0]))
        ends = [*(m.y - ABOVE for m in found[1:]), foot - 3]
        for mark, (name, one), end in zip(found, rows, ends, strict=True):
            own = [m for m in marks if mark.y - ABOVE <= m.y < end]
            row = (
                self._row(
                    one, mark, own, axis, sorted(v for v, _ in labels[0]), columns
                )
                if one
                else self._section(mark)
            )
            yield from within(
                name,
                settle(own, row, lambda p: f"{axis.of(p[0]):.1f} ({p[1]:.0f} pt down)"),
            )
        last = [m for m in below if m.y >= foot - 3]
        yield from settle([m for m in last if m.y < foot + 3], self._steps(labels[0]))
        yield from key_faults(
            [m for m in last if m.y >= foot + 3], self._entries(labels[0])
        )

    @property
    def _has_ways(self) -> bool:
        return any(map(self.shown.way, self.shown.reported))

    def _labels(self, marks: Sequence[Mark]) -> list[tuple[float, float]]:
        found = (
            (number_in(m.text), m.x)
            for m in marks
            if m.kind == "text" and m.align == "middle"
        )
        return [(value, x) for value, x in found if value is not None]

    def _scale(self, labels: Sequence[tuple[float, float]]) -> Iterator[str]:
        """Even steps around 100, and as far as there are indexes to show."""
        steps = sorted(value for value, _ in labels)
        every = [i for fact in self.shown.reported for i in indexes(self.shown, fact)]
        first, last = min(every, default=100.0), max(every, default=100.0)
        low, high = steps[0], steps[-1]
        is_even = steps == list(range(int(low), int(high) + 1, STEP)) and 100 in steps
        is_wide = (low <= first or low == WIDEST[0]) and (
            high >= last or high == WIDEST[1]
        )
        if not (is_even and is_wide):
            yield f"its scale is {steps}, and indexes go from {first:.0f} to {last:.0f}"

    def _columns(self, head: Sequence[Mark]) -> Iterator[tuple[str, float]]:
        for name in ("value", "index", "change"):
            for mark in head:
                if mark.text == self.shown.words[f"profile_{name}"]:
                    yield name, mark.x

    def _head(self, labels: Sequence[tuple[float, float]]) -> Iterator[Want]:
        words = self.shown.words
        for name, align in (("axis", "start"), ("value", "end"), ("index", "end")):
            yield Want(
                "the head",
                "text",
                "quiet",
                texts=(words[f"profile_{name}"],),
                align=align,
            )
        if self._has_ways:
            yield Want(
                "the head",
                "text",
                "quiet",
                texts=(words["profile_change"],),
                align="middle",
            )
        yield from self._steps(labels)

    def _steps(self, labels: Sequence[tuple[float, float]]) -> Iterator[Want]:
        for value, x in labels:
            colour = "ink" if value == 100 else "quiet"
            yield Want(
                "a number of the scale",
                "text",
                colour,
                x=x,
                texts=(f"{value:.0f}",),
                align="middle",
            )

    def _section(self, mark: Mark) -> Iterator[Want]:
        yield Want("its name", "text", "ink", x=0, texts=(mark.text,))
        yield Want("its line", "line", "frame", y=mark.y, reach=(0.1, 3))

    def _row(
        self,
        one: Indicator,
        name: Mark,
        own: Sequence[Mark],
        axis: Axis,
        steps: Sequence[float],
        columns: Mapping[str, float],
    ) -> Iterator[Want]:
        """A row: its name, value, index and arrow; and under them its points."""
        shown, fact = self.shown, self.shown.own(one.id)
        of, none = fact["id"], shown.words["arrow_none"]
        y, index = name.y, shown.index_cell(fact)
        yield Want("its name", "text", "ink", 0, y, (one.short_name,))
        if value := valued(shown, fact):
            yield Want(
                "its value",
                "text",
                "ink",
                columns["value"],
                y,
                (value,),
                of,
                align="end",
            )
        whose, field = (of, "index") if index else ("", "")
        colour = "own" if index else "quiet"
        yield Want(
            "its index",
            "text",
            colour,
            columns["index"],
            y,
            (index or none,),
            whose,
            field,
            align="end",
        )
        if "change" in columns:
            way = shown.way(fact)
            sign = shown.words[f"arrow_{way or 'none'}"]
            yield Want(
                "its arrow",
                "text",
                "ink" if way else "quiet",
                columns["change"],
                y,
                (sign,),
                align="middle",
            )
        yield from self._points(fact, own, axis, steps)

    def _points(
        self, fact: Fact, own: Sequence[Mark], axis: Axis, steps: Sequence[float]
    ) -> Iterator[Want]:
        """What stands under a row: its scale with the points on it, and its note."""
        peers = self.shown.peers(fact["indicator"])
        every = indexes(self.shown, fact)
        beyond = [i for i in every if not steps[0] <= i <= steps[-1]]
        others = [p for p in peers if p["index"] is not None and p["id"] != fact["id"]]
        tracks = [m for m in own if m.axis]
        if every and not tracks:
            yield Want("its scale", "line", "frame", axis="none is there")
            return
        if every:
            track = sum(y for piece in tracks[0].pieces for _, y in piece) / (
                2 * len(tracks[0].pieces)
            )
            yield from self._track(fact, others, axis, steps, track)
        notes = self._notes(fact, beyond)
        if notes:
            yield Want("its note", "text", "quiet", 0, None, notes)

    def _notes(self, fact: Fact, beyond: Sequence[float]) -> tuple[str, ...]:
        """What may be written under a row: why it has no point, and who is outside."""
        shown = self.shown
        why = [shown.why(fact)] if fact["index"] is None else []
        if not beyond:
            return tuple(why)
        told = [written(index) for index in beyond]
        count = shown.hand.count(len(told))
        outside = (
            shown.say("profile_outside", items=shown.listed(told)),
            shown.say(
                "profile_outside_many", count=count, lowest=told[0], highest=told[-1]
            ),
        )
        return tuple("; ".join((*why, one)) for one in outside)

    def _track(
        self,
        fact: Fact,
        others: Sequence[Fact],
        axis: Axis,
        steps: Sequence[float],
        y: float,
    ) -> Iterator[Want]:
        """The scale, the span, the mean, and everybody's points."""
        low, high = steps[0], steps[-1]

        def at(index: float) -> float:
            return axis.at(min(max(index, low), high))

        places = f"{shortened(axis.at(low))} {shortened(axis.at(high))}"
        said = f"index {low:.8g} {high:.8g} {places}"
        grid = [upright(axis.at(step), y, TICK) for step in steps]
        yield Want("its scale", "line", "frame", pieces=grid, axis=said)
        every = indexes(self.shown, fact)
        yield Want(
            "its span", "line", "span", pieces=[[(at(every[0]), y), (at(every[-1]), y)]]
        )
        yield Want("its mean", "line", "ink", pieces=[upright(axis.at(100), y, MEAN)])
        for peer in others:
            index, whose = peer["index"], self.shown.called(peer)
            is_in = low <= index <= high
            way = () if is_in else ("→",) if index > high else ("←",)
            yield Want(
                f"the point of {whose}",
                "dot" if is_in else "arrow",
                "others",
                at(index),
                y,
                way,
                peer["id"],
                reach=(0.1, LAYERS),
            )
        if fact["index"] is not None:
            yield Want(
                "its own point", "dot", "own", at(fact["index"]), y, fact=fact["id"]
            )
            ends = self.shown.interval(fact) if self.is_review else None
            if ends:
                across = [[(at(ends[0]), y), (at(ends[1]), y)]]
                strokes = [
                    upright(axis.at(end), y, 2.6) for end in ends if low <= end <= high
                ]
                yield Want(
                    "its interval",
                    "line",
                    "own",
                    fact=fact["id"],
                    field="interval",
                    pieces=[*across, *strokes],
                )

    def _entries(self, labels: Sequence[tuple[float, float]]) -> list[tuple[str, str]]:
        shown, words = self.shown, self.shown.words
        low, high = min(labels)[0], max(labels)[0]
        facts = shown.reported
        held = [
            basis
            for fact in facts
            for basis, is_there in (
                (fact["basis"], fact["value"] is not None),
                (fact["distance_basis"], fact["index"] is not None),
            )
            if is_there
        ]
        every = [i for fact in facts for i in indexes(shown, fact)]
        has_chance = self.is_review and any(map(shown.interval, facts))
        return [
            ("own", shown.name),
            ("span", words["legend_span"]),
            *[("interval", words["legend_interval"])] * has_chance,
            *[("outside", words["legend_outside"])]
            * any(not low <= index <= high for index in every),
            *shown.made(holds="reconstructed" in held),
        ]


def _rising(places: Sequence[float]) -> bool:
    return list(places) == sorted(places)

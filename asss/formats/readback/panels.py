"""
Panels read back: a chapter's indicators over the years, and one indicator of everybody.

A chapter's panels have their scales in print; those of the members share one, which
goes from the lowest to the highest with some air. Imports ``shown``, ``spoken``,
``drawing`` and below.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from asss.catalogue.knowledge import Indicator
from asss.formats.readback.drawing import (
    Axis,
    Drawing,
    Mark,
    Pieces,
    Point,
    Want,
    fitted,
    key_faults,
    number_in,
    settle,
    shortened,
    upright,
    within,
)
from asss.formats.readback.expectation import marked, written
from asss.formats.readback.shown import Fact, Shown
from asss.formats.readback.shown import Pieces as Stretches
from asss.formats.readback.spoken import ordered

__all__ = ["Development", "Strip"]

#: A year alone, half as long as it is drawn; of the mean, where it ends at a gap.
ALONE, ALONE_AT_GAP, UPRIGHT = 2.5, 5.0, 3.0

#: Two labels at the end of lines are so far apart at least.
LEADING = 10.5

#: Where signs stand, above the floor of a panel.
SIGN, SIGN_OF_MEMBER = 6.0, 5.0

#: How far a floor goes on beyond the first and the last year, in years.
BESIDE = 0.3

#: How far the lines of a strip go on beyond the lowest and the highest value.
SIDE = 5.0

#: How far what a floor says for machines may be from its labels, in points.
TOLD = 0.3

#: The air of a member's panel, in parts of what lies between lowest and highest.
AIR = 0.08


@dataclass(frozen=True)
class _Plot:
    """Where years and values stand in a panel."""

    across: Axis
    up: Axis
    floor: float

    def told(self, point: tuple[float, float]) -> str:
        """A place, as years and values."""
        return f"{self.across.of(point[0]):.2f}: {self.up.of(point[1]):.6g}"

    def drawn(self, pieces: Stretches) -> Pieces:
        """Stretches of a series; a year alone is a short stroke."""
        return [
            [(self.across.at(year), self.up.at(value)) for year, value in piece]
            if len(piece) > 1
            else self._alone(*piece[0])
            for piece in pieces
        ]

    def _alone(self, year: int, value: float) -> list[Point]:
        x, y = self.across.at(year), self.up.at(value)
        return [(x - ALONE, y), (x + ALONE, y)]

    def mean(self, pieces: Stretches) -> Pieces:
        """The mean, with an upright stroke at each side of a gap."""
        found: list[Sequence[Point]] = []
        for place, (line, piece) in enumerate(
            zip(self.drawn(pieces), pieces, strict=True)
        ):
            before, after = place > 0, place < len(pieces) - 1
            ends = [line[0]] * before + [line[-1]] * after
            if len(piece) == 1:
                year, value = piece[0]
                x, y = self.across.at(year), self.up.at(value)
                half = ALONE if before and after else ALONE_AT_GAP
                left = 0.0 if before and not after else half
                right = 0.0 if after and not before else half
                line, ends = (
                    [(x - left, y), (x + right, y)],
                    [(x, y)] * (before or after),
                )
            found += [line, *(upright(x, y, UPRIGHT) for x, y in ends)]
        return found


def _floor(marks: Sequence[Mark]) -> Mark | None:
    """The line under a panel."""
    found = [m for m in marks if m.kind == "line" and m.colour == "frame"]
    return found[0] if len(found) == 1 and len(found[0].pieces) == 1 else None


def _says(axis: str, across: Axis, up: Axis) -> bool:
    """Whether what a floor says for machines is what its labels say."""
    found = re.fullmatch(
        r"year (\S+) (\S+) (\S+) (\S+); value (\S+) (\S+) (\S+) (\S+)", axis
    )
    if not found:
        return False
    given = list(map(float, found.groups()))
    pairs = ((across, given[:4]), (up, given[4:]))
    return all(
        abs(of.at(value) - place) < TOLD
        for of, (low, high, start, end) in pairs
        for value, place in ((low, start), (high, end))
    )


@dataclass(frozen=True)
class Development:
    """A chapter's figure: a panel for each indicator, and the key."""

    drawing: Drawing
    shown: Shown
    chapter: str

    def faults(self) -> Iterator[str]:
        """Panels by the names printed on them, each by itself, and the key."""
        drawing, shown = self.drawing, self.shown
        drawn = shown.drawn(self.chapter)
        if loose := drawing.in_part(-1):
            yield f"nothing accounts for {loose[0]}"
        panels, used = [], []
        for one in drawn:
            names = {one.short_name, self._named(one)}
            found = [
                part
                for part in drawing.parts
                if any(
                    m.kind == "text" and m.text in names for m in drawing.in_part(part)
                )
            ]
            if len(found) != 1:
                yield f"has {len(found)} panels of «{one.short_name}»"
                return
            panels.append((one, found[0]))
            used.append(found[0])
        for is_narrow in (False, True):
            boxes = [drawing.box(part, narrow=is_narrow) for part in used]
            order = sorted(boxes, key=lambda box: (round(box[1] / 20), box[0]))
            if order != boxes:
                where = "on a phone" if is_narrow else "on a sheet"
                yield f"its panels do not stand in the order of the text, {where}"
        for one, part in panels:
            yield from within(one.short_name, self._panel(one, drawing.in_part(part)))
        rest = [
            m
            for part in drawing.parts
            if part not in used
            for m in drawing.in_part(part)
        ]
        yield from key_faults(rest, self._entries(drawn))

    def _named(self, one: Indicator) -> str:
        return f"{one.short_name}, {self.shown.words[f'axis_{one.unit}']}"

    def _panel(self, one: Indicator, marks: Sequence[Mark]) -> Iterator[str]:
        shown, fact = self.shown, self.shown.own(one.id)
        floor = _floor(marks)
        if floor is None:
            yield "has not one floor"
            return
        years = [
            (float(m.text), m.x)
            for m in marks
            if m.kind == "text"
            and m.text.isdigit()
            and m.align == "middle"
            and m.y > floor.y
        ]
        values = [
            (number_in(m.text), m.y)
            for m in marks
            if m.kind == "text" and m.align == "end"
        ]
        across = fitted(years)
        if len(years) == 1 == len(shown.years):
            # One year has no scale: it stands in the middle of the floor.
            (left, _), (right, _) = floor.pieces[0]
            slope = (right - left) / (2 * BESIDE)
            across = Axis(slope, years[0][1] - slope * years[0][0])
        up = fitted([(v, y) for v, y in values if v is not None])
        if across is None or up is None or up.slope > 0 or across.slope < 0:
            yield f"its labels are no scale: {years}, {values}"
            return
        if not _says(floor.axis, across, up):
            yield f"says its scales are «{floor.axis}», and its labels say otherwise"
        plot = _Plot(across, up, floor.y)
        wants = [
            *self._heads(one, fact, marks),
            *self._frame(one, plot, years, values, floor),
            *self._series(one, plot),
            *self._ends(fact, plot, marks),
        ]
        yield from settle(marks, wants, plot.told)

    def _heads(
        self, one: Indicator, fact: Fact, marks: Sequence[Mark]
    ) -> Iterator[Want]:
        """What a panel says, its name and its unit."""
        shown = self.shown
        titles = [
            m
            for m in marks
            if m.kind == "text"
            and m.is_bold
            and m.colour == "ink"
            and m.align == "start"
            and not m.fact
        ]
        if any(m.text == one.short_name for m in titles):
            yield Want("its name", "text", "ink", texts=(one.short_name,))
            yield Want(
                "its unit", "text", "quiet", texts=(shown.words[f"axis_{one.unit}"],)
            )
            return
        allowed = tuple(sorted(shown.titles(fact))) or ("",)
        yield Want("its title", "text", "ink", texts=allowed, align="start")
        yield Want("its name", "text", "quiet", texts=(self._named(one),))

    def _frame(
        self,
        one: Indicator,
        plot: _Plot,
        years: Sequence[tuple[float, float]],
        values: Sequence[tuple[float | None, float]],
        floor: Mark,
    ) -> Iterator[Want]:
        """Lines and numbers of the scale, the floor, and the years below."""
        (left, _), (right, _) = floor.pieces[0]
        first, last = self.shown.years[0] - BESIDE, self.shown.years[-1] + BESIDE
        ends = (plot.across.at(first), plot.across.at(last))
        yield Want(
            "its floor",
            "line",
            "frame",
            pieces=[[(ends[0], floor.y), (ends[1], floor.y)]],
        )
        grid: Pieces = [
            [(left, y), (right, y)] for value, y in values if value is not None
        ]
        yield Want("its grid", "line", "span", pieces=grid)
        for value, y in values:
            told = written(value, one.decimals) if value is not None else "a number"
            yield Want(
                "a number of its scale", "text", "quiet", None, y, (told,), align="end"
            )
        for year, x in years:
            yield Want(
                "a year", "text", "quiet", x, None, (f"{year:.0f}",), align="middle"
            )
        if years[-1][0] != self.shown.year or len({y for y, _ in years}) < len(years):
            yield Want("its last year", "text", "quiet", texts=(f"{self.shown.year}",))
        broken = self.shown.broken(self.shown.history(one.id, self.shown.kommune))
        for place, year in enumerate(broken):
            x = plot.across.at(year - 0.5)
            line: Pieces = [[(x, plot.floor), (x, plot.floor)]]
            yield Want(
                f"the break of {year}", "line", "quiet", pieces=line, reach=(0.1, 80)
            )
            named = (self.shown.words["break_mark"],)
            yield Want(
                f"the name of the break of {year}",
                "text",
                "quiet",
                x,
                None,
                named,
                is_needed=not place,
                align="middle",
            )

    def _series(self, one: Indicator, plot: _Plot) -> Iterator[Want]:
        """The lines of others, the mean and the kommune; points and signs."""
        shown = self.shown
        for member in shown.members:
            history = shown.as_member(one.id, member.id)
            pieces = plot.drawn(shown.own_pieces(history))
            if member.id != shown.kommune and pieces:
                yield Want(
                    f"the line of {member.name}",
                    "line",
                    "faint",
                    pieces=pieces,
                    fact=history[-1]["id"],
                )
        own = shown.history(one.id, shown.kommune)
        last = own[-1]["id"]
        if means := shown.mean_pieces(own):
            yield Want(
                "the line of the mean",
                "line",
                "ink",
                pieces=plot.mean(means),
                fact=last,
                field="network_mean",
            )
        if lines := [piece for piece in shown.own_pieces(own) if len(piece) > 1]:
            yield Want(
                f"the line of {shown.name}",
                "line",
                "own",
                pieces=plot.drawn(lines),
                fact=last,
            )
        for fact in own:
            x, year = plot.across.at(fact["year"]), fact["year"]
            if fact["value"] is None:
                yield Want(
                    f"the sign of {year}",
                    "text",
                    "own",
                    x,
                    plot.floor - SIGN,
                    (fact["status"],),
                    fact["id"],
                    align="middle",
                )
                continue
            y = plot.up.at(fact["value"])
            yield Want(f"the point of {year}", "dot", "own", x, y, fact=fact["id"])
            if fact["basis"] == "reconstructed" and year < shown.year:
                sign = (shown.words["reconstructed_mark"],)
                yield Want(
                    f"the mark of {year}",
                    "text",
                    "ink",
                    x,
                    y,
                    sign,
                    reach=(0.1, 4),
                    align="middle",
                )

    def _ends(self, fact: Fact, plot: _Plot, marks: Sequence[Mark]) -> Iterator[Want]:
        """The kommune and the mean, each beside the end of its line."""
        shown = self.shown
        own = f"{shown.name} {shown.cell(fact)}"
        mean = f"{shown.words['legend_mean']} {shown.mean_cell(fact)}"
        places = []
        for text, value, field, colour in (
            (own, fact["value"], "", "own"),
            (
                mean,
                fact["network_mean"],
                "network_mean",
                "quiet" if fact["network_mean"] is None else "ink",
            ),
        ):
            y = plot.floor - SIGN if value is None else plot.up.at(value)
            places.append(y)
            yield Want(
                f"the label «{text}»",
                "text",
                colour,
                None,
                y,
                (text,),
                fact["id"],
                field,
                reach=(0.1, LEADING),
                align="start",
            )
        labels = [
            m
            for m in marks
            if m.kind == "text" and m.fact == fact["id"] and m.align == "start"
        ]
        labels.sort(key=lambda m: m.field)
        if len(labels) == 2 and abs(places[0] - places[1]) > 0.1:
            is_right = (labels[0].y < labels[1].y) == (places[0] < places[1])
            if not is_right or labels[0].x != labels[1].x:
                yield Want(
                    "its label on the side of its line", "text", "own", fact=fact["id"]
                )

    def _entries(self, drawn: Sequence[Indicator]) -> list[tuple[str, str]]:
        shown, words = self.shown, self.shown.words
        histories = [shown.history(one.id, shown.kommune) for one in drawn]
        own = [fact for history in histories for fact in history]
        has_gaps = any(len(shown.mean_pieces(history)) > 1 for history in histories)
        is_made = any(
            f["value"] is not None and f["basis"] == "reconstructed" for f in own
        )
        return [
            ("others", words["legend_others"]),
            *[("gap", words["legend_gap"])] * has_gaps,
            *shown.made(holds=is_made),
            *shown.signs(own),
        ]


# -- one indicator of all --------------------------------------------------------------


@dataclass(frozen=True)
class Strip:
    """One indicator of every member: this year in a row each, and over the years."""

    drawing: Drawing
    shown: Shown
    one: Indicator

    def faults(self) -> Iterator[str]:
        """The members' rows, then each panel, and the lines above them."""
        shown, drawing = self.shown, self.drawing
        yield from self._rows(drawing.in_part(-1))
        names = [self._titled(member.id) for member in shown.members]
        panels, rest = {}, []
        for part in drawing.parts:
            marks = drawing.in_part(part)
            named = [m.text for m in marks if m.kind == "text" and m.text in names]
            if len(named) == 1 and _floor(marks):
                panels[named[0]] = part
            else:
                rest += marks
        for is_narrow in (False, True):
            boxes = {
                name: drawing.box(part, narrow=is_narrow)
                for name, part in panels.items()
            }
            order = sorted(
                boxes, key=lambda name: (round(boxes[name][1]), boxes[name][0])
            )
            if order != names:
                yield f"its panels are {order}, and should be {names}"
                return
        told = " · ".join(m.text for m in sorted(rest, key=lambda mark: mark.y))
        if told != self._above() or any(m.kind != "text" for m in rest):
            yield f"over its panels stands «{told}», and should «{self._above()}»"
        for member, name in zip(shown.members, names, strict=True):
            yield from within(
                member.name, self._panel(member.id, name, drawing.in_part(panels[name]))
            )

    def _above(self) -> str:
        """The years, and the signs and marks that are shown."""
        shown, words = self.shown, self.shown.words
        facts = [f for m in shown.members for f in shown.history(self.one.id, m.id)]
        bases = {f["basis"] for f in facts if f["value"] is not None}
        bases |= {f["mean_basis"] for f in facts if f.get("network_mean") is not None}
        entries = shown.signs(facts)
        if "reconstructed" in bases:
            entries = [
                (words["reconstructed_mark"], words["reconstructed_title"]),
                *entries,
            ]
        return " · ".join((shown.span(), *(f"{sign} {told}" for sign, told in entries)))

    def _rows(self, marks: Sequence[Mark]) -> Iterator[str]:
        """Name, point and number of each, from the highest to the lowest."""
        shown, words = self.shown, self.shown.words
        peers = ordered(shown, self.one.id)
        names = [
            m
            for m in marks
            if m.kind == "text" and m.x < 1 and m.text != self.one.short_name
        ]
        names.sort(key=lambda mark: mark.y)
        told, wanted = [m.text for m in names], [shown.called(peer) for peer in peers]
        if told != wanted:
            yield f"its rows are {told}, and should be {wanted}"
            return
        placed = [peer for peer in peers if shown.is_compared(peer)]
        rows, rest = names[: len(placed)], names[len(placed) :]
        lines = [m for m in marks if m.axis]
        wants = [
            Want("its name", "text", "ink", 0, None, (self.one.short_name,)),
            Want(
                "its unit",
                "text",
                "quiet",
                None,
                None,
                (words[f"axis_{self.one.unit}"],),
            ),
        ]
        if not placed:
            yield from settle(marks, [*wants, *self._unplaced(peers, rest)])
            return
        if len(lines) != 1 or len(lines[0].pieces) != len(placed):
            yield f"has {len(lines)} sets of lines, not one of {len(placed)}"
            return
        (left, _), (right, _) = lines[0].pieces[0]
        if right - left < 2 * SIDE:
            yield "its lines do not go from the left to the right"
            return
        low, high = self._ends(placed)
        slope = (right - left - 2 * SIDE) / (high - low)
        axis = Axis(slope, left + SIDE - slope * low)
        drawn: Pieces = [[(left, m.y), (right, m.y)] for m in rows]
        ends = f"{shortened(left + SIDE)} {shortened(right - SIDE)}"
        said = f"value {low:.8g} {high:.8g} {ends}"
        wants.append(Want("its lines", "line", "frame", pieces=drawn, axis=said))
        wants += self._mean(peers[0], rows, axis)
        wants += self._placed(placed, rows, axis)
        wants += self._unplaced(peers[len(placed) :], rest)
        yield from settle(
            marks, wants, lambda p: f"{axis.of(p[0]):.6g} ({p[1]:.0f} pt down)"
        )

    def _ends(self, placed: Sequence[Fact]) -> tuple[float, float]:
        """What the lines go from and to, with room for the mean."""
        held = [peer["value"] for peer in placed]
        mean = placed[0]["network_mean"]
        held += [] if mean is None else [mean]
        low, high = min(held), max(held)
        return low, high if high > low else low + 1

    def _mean(self, fact: Fact, rows: Sequence[Mark], axis: Axis) -> Iterator[Want]:
        """The line of the mean through the rows, and its label."""
        if fact["network_mean"] is None:
            return
        of, x = fact["id"], axis.at(fact["network_mean"])
        label = f"{self.shown.words['legend_mean']} {self.shown.mean_cell(fact)}"
        yield Want(
            "the line of the mean",
            "line",
            "ink",
            pieces=[[(x, rows[0].y), (x, rows[-1].y)]],
            fact=of,
            field="network_mean",
            reach=(0.1, 10),
        )
        yield Want(
            "the label of the mean",
            "text",
            "ink",
            x,
            None,
            (label,),
            of,
            "network_mean",
            align="middle",
        )

    def _colour(self, peer: Fact, usual: str) -> str:
        return "own" if peer["kommune"] == self.shown.kommune else usual

    def _row(self, peer: Fact, y: float, usual: str) -> Iterator[Want]:
        """A name, and the number or the sign at the end of its row."""
        whose, colour = self.shown.called(peer), self._colour(peer, usual)
        yield Want(f"the name {whose}", "text", colour, 0, y, (whose,))
        yield Want(
            f"the number of {whose}",
            "text",
            colour,
            None,
            y,
            (self.shown.cell(peer),),
            peer["id"],
            align="end",
        )

    def _placed(
        self, peers: Sequence[Fact], names: Sequence[Mark], axis: Axis
    ) -> Iterator[Want]:
        shown = self.shown
        for peer, name in zip(peers, names, strict=True):
            whose = shown.called(peer)
            yield from self._row(peer, name.y, "ink")
            dot = self._colour(peer, "others") if shown.kommune else "own"
            yield Want(
                f"the point of {whose}",
                "dot",
                dot,
                axis.at(peer["value"]),
                name.y,
                fact=peer["id"],
            )

    def _unplaced(self, peers: Sequence[Fact], names: Sequence[Mark]) -> Iterator[Want]:
        shown = self.shown
        for peer, name in zip(peers, names, strict=True):
            yield from self._row(peer, name.y, "quiet")
            yield Want(
                f"the reason of {shown.called(peer)}",
                "text",
                "quiet",
                None,
                name.y,
                (shown.why(peer),),
            )

    def _titled(self, kommune: str) -> str:
        """A member's name, marked as the weakest of its figures."""
        history = self.shown.history(self.one.id, kommune)
        bases = [fact["basis"] for fact in history if fact["value"] is not None]
        name = self.shown.called({"kommune": kommune})
        return name + marked(self.shown.words, *bases)

    def _panel(self, kommune: str, name: str, marks: Sequence[Mark]) -> Iterator[str]:
        """A member's line beside the mean, on the scale that all share."""
        shown, years, floor = self.shown, self.shown.years, _floor(marks)
        title = next(m for m in marks if m.text == name)
        if floor is None:
            return
        facts = [f for m in shown.members for f in shown.history(self.one.id, m.id)]
        held = [
            f[field]
            for f in facts
            for field in ("value", "network_mean")
            if f.get(field) is not None
        ]
        low, high = min(held, default=0.0), max(held, default=1.0)
        air = (high - low) * AIR or 1.0
        (left, _), (right, _) = floor.pieces[0]
        last = max(years[-1], years[0] + 1)
        across = fitted([(years[0], left + 2), (last, right - 3)])
        up = fitted([(low - air, floor.y), (high + air, title.y + 6)])
        if across is None or up is None or not _says(floor.axis, across, up):
            yield f"says its scales are «{floor.axis}», and it is drawn otherwise"
            return
        plot, history = _Plot(across, up, floor.y), shown.history(self.one.id, kommune)
        wants = [
            Want("its name", "text", "ink", left, None, (name,)),
            Want("its floor", "line", "frame", pieces=floor.pieces),
        ]
        if means := plot.drawn(shown.mean_pieces(shown.means(self.one.id))):
            wants.append(Want("the line of the mean", "line", "ink", pieces=means))
        end = history[-1]
        if lines := plot.drawn(shown.own_pieces(history)):
            wants.append(Want("its line", "line", "own", pieces=lines, fact=end["id"]))
        if end["value"] is not None:
            place = across.at(end["year"]), up.at(end["value"])
            wants.append(Want("its last point", "dot", "own", *place, fact=end["id"]))
        wants += [
            Want(
                f"the sign of {f['year']}",
                "text",
                "own",
                across.at(f["year"]),
                floor.y - SIGN_OF_MEMBER,
                (f["status"],),
                f["id"],
                align="middle",
            )
            for f in history
            if f["value"] is None
        ]
        yield from settle(marks, wants, plot.told)

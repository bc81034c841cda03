"""The whole network in one indicator: every member this year, and over the years."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from asss.analysis.facts import Fact, NetworkBook
from asss.analysis.statements import claim, level
from asss.analysis.tables import MISSING, legend, mark, meaning, weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.language import join, span
from asss.figures import picture
from asss.figures.canvas import WIDTH, Canvas, Colour, Look, Scale, width_of
from asss.figures.development import Piece, mean_pieces, own_pieces, stroke
from asss.figures.picture import Group, Picture, Table

__all__ = ["strip"]

#: How wide the strip of this year is, and where the panels of the years begin.
SIDE, RIGHT = 218.0, 234.0

#: Heights: of the heading with the name of the mean, of a row, of the air below.
HEAD, ROW, AIR = 31.0, 12.0, 8.0

#: Panels in a row, in the wide figure and on a phone; what is between them.
COLUMNS, NARROW, GAP = 5, 4, 6.0

#: Of a panel: the height of its name, and how far its plot goes on beyond the values.
NAME, BEYOND = 12.0, 0.08


def strip(book: NetworkBook, known: Catalogue, *, indicator: str) -> Picture:
    """
    Draw one indicator of every member: named, sorted, against the mean; and over time.

    Whose figure is missing, or counts in no comparison, stands last with the reason.
    Beside it a panel for each member, all to one scale: the member's line, broken where
    the series is, and the mean. What is not official bears its mark.

    Parameters
    ----------
    book : NetworkBook
        The network's facts, or any report's of that year.
    indicator : str
        Its id in the catalogue.
    """
    peers = book.peers(indicator)
    shown = _Strip(book, known, known.indicator(indicator), _sorted(peers))
    rows = -(-len(peers) // COLUMNS)
    height = HEAD + ROW * len(peers) + AIR
    each = (height - HEAD + NAME) / rows
    below = HEAD - NAME + each * -(-len(peers) // NARROW)
    canvas = Canvas(f"kommunene-{indicator}".replace("_", "-"), height)
    shown.draw(canvas)
    shown.draw_years(canvas, each, height)
    return Picture(
        canvas.svg,
        f"{shown.alt()} {shown.alt_of_years()}",
        shown.table(),
        picture.data_of(shown.facts, known),
        narrow=canvas.narrow(SIDE, height + below),
    )


@dataclass(frozen=True)
class _Strip:
    """What is shown: the members' facts in order."""

    book: NetworkBook
    known: Catalogue
    indicator: Indicator
    peers: Sequence[Fact]

    @property
    def facts(self) -> list[Fact]:
        """Those of every member and year."""
        facts = self.book.facts.values()
        return [fact for fact in facts if fact.indicator == self.indicator.id]

    @property
    def means(self) -> list[Fact]:
        """A fact of each year: the mean is everybody's."""
        name = self.indicator.id
        return [self.book.peers(name, year)[0] for year in self.book.all_years]

    def key(self) -> list[str]:
        """The years, and the signs and marks that the figure shows, in lines."""
        bases = [basis for fact in self.facts for basis in fact.shown_bases]
        words, years = self.known.phrases.words, self.book.all_years
        entries = [
            (sign, words["reconstructed_title"])
            for sign in legend((), words, bases=bases)
            if sign == words["reconstructed_mark"]
        ]
        entries += picture.key_of(self.known, self.facts)
        lines = [span(years[0], years[-1])]
        for sign, told in entries:
            longer = f"{lines[-1]} · {sign} {told}"
            if width_of(longer, Look.NOTE) > WIDTH - RIGHT:
                lines.append(f"{sign} {told}")
            else:
                lines[-1] = longer
        return lines

    # -- this year -----------------------------------------------------------------

    def draw(self, canvas: Canvas) -> None:
        """Heading, lines and mean; then each member's name, number and point."""
        words, peers = self.known.phrases.words, self.peers
        names = [self._name(peer) for peer in peers]
        numbers = [picture.value_cell(peer, self.known) for peer in peers]
        across = _scale(peers, names, numbers)
        unit = words[f"axis_{self.indicator.unit}"]
        canvas.heading(0, 0, self.indicator.short_name, unit)
        rows = [HEAD + ROW * (place + 0.5) for place in range(len(peers))]
        compared = sum(map(_is_compared, peers))
        ends = across.start - 5, across.end + 5
        lines = [[(end, y) for end in ends] for y in rows[:compared]]
        canvas.lines(lines, color=Colour.LINE, width=0.6, axis=f"value {across}")
        mean = peers[0].network_mean
        if mean is not None:
            x = across(mean)
            upright = [[(x, HEAD - 1), (x, HEAD + ROW * compared)]]
            label = f"{words['legend_mean']} {picture.mean_cell(peers[0], self.known)}"
            first, field, look = peers[0].id, "network_mean", Look.DARK_NOTE
            canvas.lines(
                upright,
                color=Colour.INK,
                width=1.1,
                name="snitt",
                fact=first,
                field=field,
            )
            y = HEAD - 7
            canvas.text(x, y, label, look, align="middle", fact=first, field=field)
        for peer, name, digits, y in zip(peers, names, numbers, rows, strict=True):
            self._draw_point(canvas, peer, y, across)
            look = Look.LABEL if _is_compared(peer) else Look.QUIET_LABEL
            canvas.text(SIDE, y, digits, look, align="end", fact=peer.id)
            canvas.text(0, y, name, look)

    def _draw_point(self, canvas: Canvas, peer: Fact, y: float, across: Scale) -> None:
        """A member's point on its line; or, where it is not compared, the reason."""
        if not _is_compared(peer):
            reason = picture.why(peer, self.known)
            canvas.text(across.start - 5, y, reason, Look.NOTE)
            return
        x, fact = across(peer.given()), peer.id
        canvas.dot(x, y, size=7, color=Colour.FOCUS, edge=0.8, fact=fact)

    # -- over the years ------------------------------------------------------------

    def draw_years(self, canvas: Canvas, each: float, height: float) -> None:
        """A panel for each member, `each` so high; on a phone below the strip."""
        book, means = self.book, mean_pieces(self.means, self.known)
        width = (WIDTH - RIGHT - GAP * (COLUMNS - 1)) / COLUMNS
        with canvas.part(-RIGHT, height):
            for place, line in enumerate(self.key()):
                canvas.text(RIGHT, 6.3 + place * 9, line, Look.NOTE)
        values = [v for f in self.facts for v in (f.value, f.network_mean)]
        held = [value for value in values if value is not None]
        low, high = min(held, default=0.0), max(held, default=1.0)
        air = (high - low) * BEYOND or 1.0
        for place, member in enumerate(book.members):
            left = RIGHT + place % COLUMNS * (width + GAP)
            top = HEAD - NAME + place // COLUMNS * each
            near = place % NARROW * (width + GAP)
            under = height + HEAD - NAME + place // NARROW * each
            last = max(book.all_years[-1], book.all_years[0] + 1)
            across = Scale(book.all_years[0], last, left + 2, left + width - 3)
            up = Scale(low - air, high + air, top + each - 10, top + NAME)
            with canvas.part(near - left, under - top):
                self._draw_member(canvas, member.id, across, up, means)

    def _draw_member(
        self,
        canvas: Canvas,
        kommune: str,
        across: Scale,
        up: Scale,
        means: Sequence[Piece],
    ) -> None:
        history = self.book.history(self.indicator.id, kommune)
        words = self.known.phrases.words
        held = [fact.basis for fact in history if fact.value is not None]
        marked = mark(weakest(held), words) if held else ""
        name = self.known.network.member(kommune).name + marked
        canvas.text(across.start - 2, up.end - NAME / 2, name, Look.DARK_NOTE)
        ends = (across.start - 2, across.end + 3)
        floor = [[(end, up.start) for end in ends]]
        axis = f"year {across}; value {up}"
        canvas.lines(floor, color=Colour.LINE, width=0.8, axis=axis)
        canvas.lines(
            [stroke(piece, across, up) for piece in means],
            color=Colour.INK,
            width=0.8,
            dashes="2.4 1.6",
        )
        last, own = history[-1], own_pieces(history, self.known)
        lines = [stroke(piece, across, up) for piece in own]
        canvas.lines(lines, color=Colour.FOCUS, width=1.6, fact=last.id)
        if last.value is not None:
            end = across(last.year), up(last.value)
            canvas.dot(*end, size=4.2, color=Colour.FOCUS, fact=last.id)
        for fact in history:
            if fact.value is None:
                place, name = (across(fact.year), up.start - 5), fact.id
                look = Look.OWN
                canvas.text(*place, fact.status, look, align="middle", fact=name)

    # -- in words and numbers ------------------------------------------------------

    def table(self) -> Table:
        """Each member's figures over the years; last the mean."""
        known, years = self.known, self.book.all_years
        rows = [
            picture.years_row(
                self._name(peer),
                self.book.history(self.indicator.id, peer.kommune),
                years,
                known,
            )
            for peer in self.peers
        ]
        mean = known.phrases.words["numbers_mean"]
        rows.append(picture.years_row(mean, self.means, years, known, of_mean=True))
        unit = known.phrases.words[f"unit_label_{self.indicator.unit}"]
        heads = [f"{year}" for year in years]
        group = Group(f"{self.indicator.short_name} ({unit})", tuple(rows))
        return picture.table_of(self.book, known, "forbehold_kommune", heads, [group])

    def alt(self) -> str:
        """The ends, the mean, and who is missing."""
        known, words, peers = self.known, self.known.phrases.words, self.peers
        compared, first = [peer for peer in peers if _is_compared(peer)], peers[0]
        fields = {"name": self.indicator.short_name, "year": f"{self.book.run.year}"}
        if compared:
            mean = picture.spoken(first.network_mean, first, first.mean_basis, known)
            fields["mean"] = mean or words["no_index"]
            fields |= self._end(compared[0], "highest")
            fields |= self._end(compared[-1], "lowest")
        rule = "alt_strip" if compared else "alt_strip_none"
        said = [picture.say(known, rule, **fields)]
        # Members without a figure, together where they share the reason.
        reasons: dict[str, list[str]] = {}
        for peer in peers[len(compared) :]:
            reasons.setdefault(picture.why(peer, known), []).append(self._name(peer))
        items = [f"{join(names, words)} ({why})" for why, names in reasons.items()]
        if items:
            said.append(picture.say(known, "alt_strip_missing", items="; ".join(items)))
        return " ".join(said)

    def alt_of_years(self) -> str:
        """Where each member's line begins and ends."""
        known, items = self.known, []
        for member in self.book.members:
            history = self.book.history(self.indicator.id, member.id)
            first = next((f for f in history if f.value is not None), history[-1])
            before, now = (
                picture.spoken(fact.value, fact, fact.basis, known)
                or meaning(fact.status or MISSING, known.phrases.words)
                for fact in (first, history[-1])
            )
            rule = "alt_members_without" if first.value is None else "alt_members_item"
            fields = {"name": member.name, "first": before, "value": now, "reason": now}
            items.append(picture.say(known, rule, **fields))
        years = {"from_year": self.book.all_years[0], "year": self.book.run.year}
        return picture.say(known, "alt_members", items="; ".join(items), **years)

    def _end(self, end: Fact, name: str) -> dict[str, str]:
        """Whose the figure is, the figure, and the mark of its being an end."""
        printed = picture.value_cell(end.replace(basis="real"), self.known)
        alike = [
            peer
            for peer in self.peers
            if _is_compared(peer)
            and picture.value_cell(peer.replace(basis="real"), self.known) == printed
        ]
        figure = replace(level(end), basis=weakest(peer.basis for peer in alike))
        value = picture.spoken(end.value, end, figure.basis, self.known)
        words = self.known.phrases.words
        return {
            name: f"{join(list(map(self._name, alike)), words)} ({value})",
            f"{name}_mark": mark(claim((end.mean_basis,), figure).basis, words),
        }

    def _name(self, peer: Fact) -> str:
        return self.known.network.member(peer.kommune).name


def _scale(
    peers: Sequence[Fact], names: Sequence[str], numbers: Sequence[str]
) -> Scale:
    """Where values lie, between names and numbers."""
    values = [peer.value for peer in peers if _is_compared(peer)]
    held = [v for v in (*values, peers[0].network_mean) if v is not None]
    low, high = min(held, default=0.0), max(held, default=1.0)
    start = max(width_of(name, Look.NAME) for name in names) + 12
    room = max(width_of(digits, Look.NAME) for digits in numbers)
    return Scale(low, high if high > low else low + 1, start, SIDE - room - 14)


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

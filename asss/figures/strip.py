"""The whole network in one indicator: every member named, sorted, with the mean."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from asss.analysis.facts import Fact, NetworkBook
from asss.analysis.statements import claim, level
from asss.analysis.tables import mark, weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.language import join
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

__all__ = ["strip"]

#: How wide a strip is on a phone.
NARROW = 264.0

#: Heights: of the heading with the name of the mean, of a row, and of the air below.
HEAD, ROW, AIR = 31.0, 12.5, 18.0

#: Where names and heading stand, on a phone too.
LEFT = 0.0


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
    peers = book.peers(indicator)
    shown = _Strip(book, known, known.indicator(indicator), _sorted(peers), focus)
    height = HEAD + ROW * len(peers) + AIR
    hollow = any(picture.is_hollow(peer) and _is_compared(peer) for peer in peers)
    key = Key(picture.key_of(known, peers, reconstructed=hollow))
    with house_style():
        canvas = Canvas(height + key.height)
        shown.draw(canvas)
        key.draw(canvas, height + 4)
        svg = canvas.svg(f"kommunene-{indicator}".replace("_", "-"))
    return Picture(
        svg,
        shown.alt(),
        shown.table(),
        picture.data_of(peers, known),
        narrow=canvas.narrow(NARROW, height + key.narrow_height),
    )


@dataclass(frozen=True)
class _Strip:
    """What is shown: the members' facts in order, and who is singled out."""

    book: NetworkBook
    known: Catalogue
    indicator: Indicator
    peers: Sequence[Fact]
    focus: str | None

    def draw(self, canvas: Canvas) -> None:
        """Heading, lines and mean; then each member's name, number and point."""
        words, peers = self.known.phrases.words, self.peers
        names = [self._name(peer) for peer in peers]
        numbers = [picture.value_cell(peer, self.known) for peer in peers]
        across, near = _scales(peers, names, numbers)
        with canvas.part(-LEFT, 0):
            unit = words[f"axis_{self.indicator.unit}"]
            canvas.heading(LEFT, 0, self.indicator.short_name, unit)
        rows = [HEAD + ROW * (place + 0.5) for place in range(len(peers))]
        compared = sum(map(_is_compared, peers))
        ends = across.start - 5, across.end + 5
        wider = (near.end - near.start + 10) / (ends[1] - ends[0])
        with canvas.part(near.start - 5 - wider * ends[0], 0, wider=wider):
            lines = [[(end, y) for end in ends] for y in rows[:compared]]
            canvas.lines(lines, color=Colour.LINE, width=0.6)
        mean = peers[0].network_mean
        if mean is not None:
            x = across(mean)
            upright = [[(x, HEAD - 1), (x, HEAD + ROW * compared)]]
            label = f"{words['legend_mean']} {picture.mean_cell(peers[0], self.known)}"
            with canvas.part(near(mean) - x, 0):
                canvas.lines(upright, color=Colour.INK, width=1.1, name="snitt")
                canvas.text(x, HEAD - 7, label, Look.DARK_NOTE, align="center")
        for peer, name, digits, y in zip(peers, names, numbers, rows, strict=True):
            at = peer.given() if _is_compared(peer) else across.low
            with canvas.part(near(at) - across(at), 0):
                self._draw_point(canvas, peer, y, across)
            look = Look.LABEL if _is_compared(peer) else Look.QUIET_LABEL
            look = Look.OWN_NAME if peer.kommune == self.focus else look
            with canvas.part(NARROW - WIDTH, 0):
                canvas.text(WIDTH, y, digits, look, align="right")
            with canvas.part(-LEFT, 0):
                canvas.text(LEFT, y, name, look)

    def _draw_point(self, canvas: Canvas, peer: Fact, y: float, across: Scale) -> None:
        """A member's point on its line; or, where it is not compared, the reason."""
        if not _is_compared(peer):
            reason = picture.why(peer, self.known)
            canvas.text(across.start - 5, y, reason, Look.NOTE)
            return
        is_single = self.focus in (None, peer.kommune)
        color = Colour.FOCUS if is_single else Colour.OTHERS
        hollow = picture.is_hollow(peer)
        size, edge = (5.2, 1.4) if hollow else (7.4, 0.8)
        point = [(across(peer.given()), y)]
        canvas.dots(point, size=size, color=color, edge=edge, is_hollow=hollow)

    def table(self) -> Table:
        """Each member's figure, index and rank; last the mean."""
        known, words = self.known, self.known.phrases.words
        none = words["arrow_none"]
        rows = []
        for peer in self.peers:
            index, rank = (
                picture.amount(value, 0, peer.distance_basis, words)
                for value in (peer.index, peer.rank)
            )
            own = picture.value_cell(peer, known)
            cells = (own, index or picture.why(peer, known), rank or none)
            rows.append(Row(self._name(peer), cells, peer.kommune == self.focus))
        first = self.peers[0]
        if first.network_mean is not None:
            mean, index = picture.mean_cell(first, known), "100" * first.has_base
            rows.append(Row(words["numbers_mean"], (mean, index or none, none)))
        unit = words[f"unit_label_{self.indicator.unit}"]
        heads = [words[k] for k in ("profile_value", "profile_index", "table_rank")]
        group = Group(f"{self.indicator.short_name} ({unit})", tuple(rows))
        return picture.table_of(self.book, known, "forbehold_kommune", heads, [group])

    def alt(self) -> str:
        """The ends, the mean, the one that is singled out, and who is missing."""
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
        for peer in compared:
            if peer.kommune == self.focus:
                value = picture.spoken(peer.value, peer, peer.basis, known)
                fields = {"kommune": self._name(peer), "value": value}
                said.append(picture.say(known, "alt_strip_focus", **fields))
        # Members without a figure, together where they share the reason.
        reasons: dict[str, list[str]] = {}
        for peer in peers[len(compared) :]:
            reasons.setdefault(picture.why(peer, known), []).append(self._name(peer))
        items = [f"{join(names, words)} ({why})" for why, names in reasons.items()]
        if items:
            said.append(picture.say(known, "alt_strip_missing", items="; ".join(items)))
        return " ".join(said)

    def _end(self, end: Fact, name: str) -> dict[str, str]:
        """Whose the figure is, the figure, and the mark of its being an end."""
        alike = [p for p in self.peers if _is_compared(p) and p.value == end.value]
        figure = replace(level(end), basis=weakest(peer.basis for peer in alike))
        value = picture.spoken(end.value, end, figure.basis, self.known)
        words = self.known.phrases.words
        return {
            name: f"{join(list(map(self._name, alike)), words)} ({value})",
            f"{name}_mark": mark(claim((end.mean_basis,), figure).basis, words),
        }

    def _name(self, peer: Fact) -> str:
        return self.known.network.member(peer.kommune).name


def _scales(
    peers: Sequence[Fact], names: Sequence[str], numbers: Sequence[str]
) -> tuple[Scale, Scale]:
    """Where values lie between names and numbers; and on a phone, closer together."""
    values = [peer.value for peer in peers if _is_compared(peer)]
    held = [v for v in (*values, peers[0].network_mean) if v is not None]
    low, high = min(held, default=0.0), max(held, default=1.0)
    start = max(width_of(name, Look.NAME) for name in names) + 12
    room = max(width_of(digits, Look.NAME) for digits in numbers)
    across, near = (
        Scale(low, high if high > low else low + 1, start, width - room - 14)
        for width in (WIDTH, NARROW)
    )
    return across, near


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

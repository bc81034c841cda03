"""
What figures show, worked out from facts.json once more: series, breaks, ways, reasons.

Shares nothing with what draws. Imports ``expectation`` and below.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

from asss.analysis.facts import HOUSEKEEPING
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.parameters import EVERY, SHARED
from asss.errors import RenderError
from asss.formats.readback.expectation import (
    SIGNS,
    amount,
    capital,
    is_alone,
    marked,
    unavailable,
    written,
)
from asss.formats.readback.kommune import Hand, printed, side

__all__ = ["MOST", "Fact", "Pieces", "Shown"]

Fact: TypeAlias = Mapping[str, Any]

#: Stretches of a series: years with their values.
Pieces: TypeAlias = list[list[tuple[int, float]]]

#: So many of a chapter's indicators are drawn, where its text speaks of more.
MOST = 4


class Shown:
    """The facts of a report as its figures show them, and the words."""

    def __init__(self, facts: Mapping[str, Any], known: Catalogue) -> None:
        self.facts, self.known, self.words = facts, known, known.phrases.words
        self.hand = Hand(facts, known)
        self.year, self.name = int(facts["run"]["year"]), str(facts["kommune"])
        run = str(facts["run"]["kommune"])
        self.kommune = "" if run in SHARED else run
        self.members = known.network.in_year(self.year)
        self._names = {member.id: member.name for member in self.members}
        self.caveats = {entry["id"]: entry for entry in facts["forbehold"]}
        self._joined: dict[int, bool] = {}
        self._by_key: dict[tuple[str, str], dict[int, Fact]] = {}
        for fact in (*self._earlier(), *facts["facts"]):
            of = fact["indicator"], fact["kommune"]
            self._by_key.setdefault(of, {})[fact["year"]] = fact

    def _earlier(self) -> Iterator[Fact]:
        """The other members' figures of the years before; none shows a component's."""
        indicators = {one.id: one for one in self.known.service.indicators}
        shown = (s for s in self.facts["others"] if s["indicator"] in indicators)
        for series in shown:
            one = indicators[series["indicator"]]
            touching = {
                name: entry["years"]
                for name, entry in self.caveats.items()
                if _touches(entry["indicators"], one.id)
                and _touches(entry["kommuner"], series["kommune"])
            }
            for held in series["years"]:
                value, year = held["value"], held["year"]
                is_whole = one.is_whole and not (value or 0.5) % 1
                yield {
                    **held,
                    "id": f"{series['kommune']}-{year}-{one.id}",
                    "indicator": one.id,
                    "kommune": series["kommune"],
                    "unit": one.unit,
                    "decimals": 0 if is_whole else one.decimals,
                    "forbehold": [n for n, of in touching.items() if year in of],
                }

    @cached_property
    def years(self) -> list[int]:
        """All that there are figures of."""
        return sorted({fact["year"] for fact in self.facts["facts"]})

    @cached_property
    def statuses(self) -> set[str]:
        """The signs that stand anywhere in the place of a figure."""
        series = self._by_key.values()
        return {fact["status"] for held in series for fact in held.values()} - {""}

    @cached_property
    def reported(self) -> list[Fact]:
        """The report's own figures, in the order of Tabell 1."""
        return [self.own(one.id) for one in self.known.service.indicators]

    def own(self, indicator: str) -> Fact:
        """The report's own figure of its year."""
        return self._by_key[indicator, self.kommune][self.year]

    def means(self, indicator: str) -> list[Fact]:
        """The mean of each year, under the id of the first member's figure."""
        found: list[Fact] = []
        for year in self.years:
            peers = self.peers(indicator, year)
            mean = next(peer for peer in peers if "network_mean" in peer)
            found.append({**mean, "id": peers[0]["id"]})
        return found

    def history(self, indicator: str, kommune: str) -> list[Fact]:
        """The figures of one kommune, oldest first."""
        held = self._by_key.get((indicator, kommune), {})
        return [held[year] for year in sorted(held)]

    def as_member(self, indicator: str, kommune: str) -> list[Fact]:
        """The same, of the years in which it was a member."""
        since = next(m.member_from or 0 for m in self.members if m.id == kommune)
        return [f for f in self.history(indicator, kommune) if f["year"] >= since]

    def peers(self, indicator: str, year: int | None = None) -> list[Fact]:
        """Every member's figure of a year, in the order of the network."""
        when = year or self.year
        held = (self._by_key.get((indicator, one.id), {}) for one in self.members)
        return [facts[when] for facts in held if when in facts]

    def called(self, fact: Fact) -> str:
        """Whose a figure is."""
        return self._names[fact["kommune"]]

    def short(self, fact: Fact) -> str:
        """What it is of."""
        return self.known.indicator(fact["indicator"]).short_name

    # -- how it is written -------------------------------------------------------------

    def say(self, rule: str, **fields: object) -> str:
        """A phrase, filled."""
        return self.known.phrases.phrases[rule].sentence.format(**fields)

    def figure(self, value: float | None, decimals: int, *bases: str) -> str:
        """A number with its mark; empty where there is none."""
        if value is None:
            return ""
        return written(value, decimals) + marked(self.words, *bases)

    def cell(self, fact: Fact) -> str:
        """A figure, or the sign in its place."""
        told = self.figure(fact["value"], fact["decimals"], fact["basis"])
        return told or str(fact["status"])

    def mean_cell(self, fact: Fact) -> str:
        """The mean, or a stroke."""
        told = self.figure(fact["network_mean"], fact["decimals"], fact["mean_basis"])
        return told or self.words["arrow_none"]

    def index_cell(self, fact: Fact) -> str:
        """The index; empty where there is none."""
        return self.figure(fact["index"], 0, fact["distance_basis"])

    def spoken(self, value: float | None, fact: Fact, basis: str) -> str:
        """An amount in its unit; empty where there is none."""
        return "" if value is None else amount(value, fact, self.words, basis)

    def listed(self, items: Sequence[str]) -> str:
        """A list as in a sentence; what is alike is said as often as it is there."""
        *most, last = items
        return f"{', '.join(most)} {self.words['and']} {last}" if most else last

    def span(self) -> str:
        """The years, from the first to the last."""
        first, last = self.years[0], self.years[-1]
        return f"{first}" if first == last else f"{first}–{last}"

    def signs(self, facts: Iterable[Fact]) -> list[tuple[str, str]]:
        """The signs of missing figures, each with its meaning, in one order."""
        held = {fact["status"] for fact in facts} - {""}
        order = [sign for sign in SIGNS if sign in held]
        return [
            (sign, unavailable({"status": sign}, self.words))
            for sign in (*order, *sorted(held - SIGNS.keys()))
        ]

    def made(self, *, holds: bool) -> list[tuple[str, str]]:
        """What the key says of figures that are not official, where there are such."""
        words = self.words
        entry = (words["reconstructed_mark"], words["legend_reconstructed"])
        return [entry] if holds else []

    # -- what is true of it ------------------------------------------------------------

    def is_mixed(self, facts: Sequence[Fact]) -> bool:
        """Whether a mean of all is among them, where others leave the kommune out."""
        rules = [f["mean_rule"] for f in self.facts["facts"] if f["year"] == self.year]
        whole = [f for f in facts if not f["mean_rule"].endswith("_of_others")]
        return bool(whole) and any(one.endswith("_of_others") for one in rules)

    def why(self, fact: Fact) -> str:
        """Why there is no figure, or nothing to hold it against."""
        if kinds := self._withheld(fact):
            name = str(kinds[0].name)
            return name if name[1:2].isupper() else name[:1].lower() + name[1:]
        if self.lacks_base(fact):
            return self.words["base_mean"]
        if is_alone(fact):
            return self.words["no_others"]
        if fact["status"]:
            return unavailable(fact, self.words)
        return self.words["no_index"]

    def _withheld(self, fact: Fact) -> list[Any]:
        names = [name for name in self.caveats if name in fact["forbehold"]]
        kinds = (self.known.kinds[self.caveats[name]["kind"]] for name in names)
        return [kind for kind in kinds if kind.distance == "withheld"]

    def lacks_base(self, fact: Fact) -> bool:
        """Whether it has a place, and no mean that percent can be told of."""
        is_kept = fact["index"] is None and fact["rank"] is not None
        return is_kept and not self._withheld(fact)

    def side(self, fact: Fact) -> float:
        """How far over 100 its index is printed, or which side of the mean it is on."""
        if fact["index"] is None:
            return side(fact)
        return printed(fact["index"]) - 100

    def way(self, fact: Fact) -> str:
        """Which way it has moved since the year before; empty: that is not told."""
        if fact["change"] is None:
            return ""
        now, before = fact["value"], fact["previous"]
        places = fact["decimals"]
        alike = printed(now, places) == printed(before, places)
        percent = round((now - before) / before * 100, 9) if before > 0 else None
        limit = self.known.phrases.thresholds.stable_change.value
        if alike or (percent is not None and abs(percent) < limit):
            return "stable"
        return "up" if now > before else "down"

    def interval(self, fact: Fact) -> tuple[float, float] | None:
        """Where its index could have been by chance, where that is known."""
        ends = fact["interval_low"], fact["interval_high"]
        if fact["index"] is None or None in ends or not fact["network_mean"]:
            return None
        low, high = (float(end) / fact["network_mean"] * 100 for end in ends)
        return low, high

    def limits(self, fact: Fact) -> str:
        """The same in print; empty where it is not known."""
        if not (ends := self.interval(fact)):
            return ""
        sign = marked(self.words, fact["distance_basis"])
        return "–".join(written(end) for end in ends) + sign

    def is_compared(self, fact: Fact) -> bool:
        """Whether a figure has its place among the others'."""
        has_place = fact["rank"] is not None or fact["n"] == 0
        return fact["value"] is not None and has_place

    def is_doubted(self, fact: Fact) -> bool:
        """Whether it has a caveat that is not of the whole page."""
        entries = (self.caveats[name] for name in fact["forbehold"])
        return any(
            e["indicators"] != EVERY and e["kind"] not in HOUSEKEEPING for e in entries
        )

    def breaks(self, fact: Fact) -> list[Mapping[str, Any]]:
        """The caveats on it by which the series is another from then on."""
        entries = (self.caveats[name] for name in fact["forbehold"])
        return [e for e in entries if self.known.kinds[e["kind"]].change == "reserved"]

    def broken(self, history: Sequence[Fact]) -> list[int]:
        """The years from which a series is another."""
        later = (f for f in history[1:] if f["value"] is not None)
        return [f["year"] for f in later if self.breaks(f)]

    def own_pieces(self, history: Sequence[Fact]) -> Pieces:
        """Stretches of a series that hang together."""

        def is_apart(fact: Fact, before: Fact) -> bool:
            return fact["year"] > before["year"] + 1 or bool(self.breaks(fact))

        return _pieces(history, "value", is_apart)

    def mean_pieces(self, history: Sequence[Fact]) -> Pieces:
        """Stretches over which the mean is one."""

        def is_apart(fact: Fact, before: Fact) -> bool:
            return (
                fact["mean_rule"] != before["mean_rule"]
                or self.has_joined(fact["year"])
                or any(e["kommuner"] == EVERY for e in self.breaks(fact))
            )

        return _pieces(history, "network_mean", is_apart)

    def has_joined(self, year: int) -> bool:
        """Whether the members of a year are not those of the year before."""
        if year not in self._joined:
            of = self.known.network.in_year
            self._joined[year] = of(year) != of(year - 1)
        return self._joined[year]

    def drawn(self, chapter: str) -> list[Indicator]:
        """The indicators of a chapter's figure: those that its text speaks of."""
        said = self.facts["sentences"]
        told = [s for s in said if s["section"] == chapter] + list(said)
        of = {fact["id"]: fact["indicator"] for fact in self.facts["facts"]}
        spoken = dict.fromkeys(of[name] for s in told for name in s["facts"])
        listed_ = self.known.service.in_chapter(chapter)
        wanted = [n for n in spoken if any(n == i.id for i in listed_)][:MOST]
        return [i for i in listed_ if i.id in wanted or not wanted]

    def titles(self, fact: Fact) -> set[str]:
        """What may be said of a figure in a few words over it."""
        scale = self.known.indicator(fact["indicator"]).scale
        told = set()
        places = {""}
        for spending in (False, True):
            try:
                rank = self.hand.rank(fact, spending=spending, years=False)
            except RenderError:
                continue
            places.add(self._inner(rank))
        for place in places - {""}:
            told.add(self.say("title_rank", rank=place, Rank=capital(place)))
        if (way := self.way(fact)) in ("up", "down"):
            moves = self.words[f"moves_{scale}_{way}"]
            sign = marked(self.words, fact["basis"], fact["previous_basis"])
            fields = {"moves": moves, "Moves": capital(moves), "mark": sign}
            told.add(self.say("title_moved", **fields))
            for place in places - {""}:
                told.add(self.say("title_moved_rank", **fields, rank=place))
        if fact["value"] is not None and fact["network_mean"] is not None:
            over = self.words["over" if side(fact) > 0 else "under"]
            sign = marked(self.words, fact["distance_basis"])
            fields = {"side": over, "Side": capital(over), "mark": sign}
            told |= {self.say("title_side", **fields)} if side(fact) else set()
        return told

    def _inner(self, rank: str) -> str:
        """A place without what it is told with in a sentence."""
        before, _, after = self.say("rank_tail", rank="\0").partition("\0")
        return rank.removeprefix(before).removesuffix(after)


def _touches(whose: str | Sequence[str], name: str) -> bool:
    return whose == EVERY or name in whose


def _pieces(
    history: Sequence[Fact], name: str, is_apart: Callable[[Fact, Fact], bool]
) -> Pieces:
    """A series, cut where it is broken and where it has no figure."""
    pieces: Pieces = [[]]
    before = None
    for fact in history:
        value = fact[name]
        if value is None or (before and is_apart(fact, before)):
            pieces.append([])
        if value is not None:
            pieces[-1].append((fact["year"], value))
        before = fact
    return [piece for piece in pieces if piece]

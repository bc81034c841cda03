"""
What is beside a figure: caption, alternative text, and the table of its numbers.

Each is worked out from facts.json, and must be so to the letter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from asss.catalogue.knowledge import Indicator
from asss.formats.readback.expectation import SIGNS, marked, unavailable, written
from asss.formats.readback.shown import Fact, Shown

__all__ = [
    "Beside",
    "Line",
    "Numbers",
    "development",
    "indexes",
    "ordered",
    "profile",
    "strip",
    "tabled",
    "valued",
]

#: What a cell says, the id of its fact, and the field that it is.
Cell: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True)
class Beside:
    """What must be beside a figure."""

    caption: str
    text: str
    numbers: "Numbers"


@dataclass(frozen=True)
class Line:
    """A row: its name, its cells (text, fact, field), and whether it is the own."""

    name: str
    cells: tuple[Cell, ...]
    is_own: bool = False


@dataclass(frozen=True)
class Numbers:
    """The table beside a figure: heads, groups of rows, and the signs below."""

    heads: tuple[str, ...]
    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    signs: tuple[str, ...]


def _claimed(shown: Shown, bases: Iterable[str], beside: Iterable[str]) -> str:
    """The mark of what words claim, where no amount beside them has it already."""
    order = ("real", "published", "preliminary", "reconstructed")
    worst = max(bases, key=order.index)
    return "" if worst in set(beside) else marked(shown.words, worst)


# -- the service profile ---------------------------------------------------------------


def profile(shown: Shown, *, is_review: bool) -> Beside:
    """What is beside the service profile."""
    notes = {
        "profile": True,
        "of_all": shown.is_mixed(shown.reported),
        "arrows": any(map(shown.way, shown.reported)),
        "doubt": any(map(shown.is_doubted, shown.reported)),
    }
    return Beside(
        _caption(shown, notes),
        _profile_text(shown, is_review=is_review),
        _profile_numbers(shown, is_review=is_review),
    )


def _profile_text(shown: Shown, *, is_review: bool) -> str:
    ranked = [fact for fact in shown.reported if fact["index"] is not None]
    bare = [fact for fact in shown.reported if shown.lacks_base(fact)]
    bases = [fact["distance_basis"] for fact in (*ranked, *bare)] or ["real"]
    sides = [shown.side(fact) for fact in (*ranked, *bare)]
    sign = marked(shown.words, *bases)
    count = {
        "above": sum(one > 0 for one in sides),
        "even": sum(one == 0 for one in sides),
        "below": sum(one < 0 for one in sides),
    }
    told = {name: shown.hand.count(many) + sign for name, many in count.items()}
    parts = [
        shown.say(
            "alt_profile",
            kommune=shown.name,
            year=shown.year,
            n=len(shown.reported),
            **told,
        )
    ]
    ordered = sorted(ranked, key=lambda fact: float(fact["index"]))
    highest = [fact for fact in ordered[::-1][:3] if shown.side(fact) > 0]
    lowest = [fact for fact in ordered[:3] if shown.side(fact) < 0]
    for rule, facts in (("highest", highest), ("lowest", lowest)):
        if facts:
            items = [f"{shown.short(f)} ({shown.index_cell(f)})" for f in facts]
            mark = _claimed(shown, bases, (f["distance_basis"] for f in facts))
            joined = shown.listed(items)
            parts.append(shown.say(f"alt_profile_{rule}", items=joined, mark=mark))
    parts += _widest(shown, ranked, bases)
    without = [
        f"{shown.short(f)} ({shown.why(f)})"
        for f in shown.reported
        if f["index"] is None
    ]
    chance = [
        f"{shown.short(f)} ({shown.limits(f)})" for f in ranked if shown.limits(f)
    ]
    for rule, items in (("without", without), ("intervals", chance * is_review)):
        if items:
            parts.append(shown.say(f"alt_profile_{rule}", items=shown.listed(items)))
    return " ".join(parts)


def _widest(
    shown: Shown, ranked: Sequence[Fact], bases: Sequence[str]
) -> Iterator[str]:
    """Where the members are furthest apart."""
    widths = []
    for fact in ranked:
        of = indexes(shown, fact)
        widths.append((of[-1] - of[0], fact, of))
    if widths:
        _, fact, of = max(widths, key=lambda one: one[0])
        lowest, highest = (
            shown.figure(end, 0, fact["mean_basis"]) for end in (of[0], of[-1])
        )
        yield shown.say(
            "alt_profile_widest",
            name=shown.short(fact),
            lowest=lowest,
            highest=highest,
            mark=_claimed(shown, bases, [fact["mean_basis"]]),
        )


def indexes(shown: Shown, fact: Fact) -> list[float]:
    """Those of all members, the lowest first."""
    held = (peer["index"] for peer in shown.peers(fact["indicator"]))
    return sorted(float(index) for index in held if index is not None)


def valued(shown: Shown, fact: Fact) -> str:
    """A figure with its unit as the profile has it; else its sign."""
    if fact["value"] is None:
        return str(fact["status"])
    unit = {"maneder": "months_short"}.get(fact["unit"], f"unit_{fact['unit']}")
    told = written(fact["value"], fact["decimals"])
    if not fact["unit"].startswith("per_10"):
        told = shown.words[unit].format(number=told)
    return told + marked(shown.words, fact["basis"])


def _profile_numbers(shown: Shown, *, is_review: bool) -> Numbers:
    words, none = shown.words, shown.words["arrow_none"]
    has_ways = any(shown.way(fact) for fact in shown.reported)
    has_chance = is_review and any(map(shown.limits, shown.reported))
    heads = ["profile_value", "profile_index"]
    heads += ["profile_interval"] * has_chance
    heads += ["numbers_lowest", "numbers_highest"] + ["profile_change"] * has_ways
    ways = {"up": "moved_up", "stable": "moved_nowhere", "down": "moved_down"}
    groups = []
    for section in shown.known.service.sections:
        lines = []
        for one in shown.known.service.indicators:
            if one.section != section.id:
                continue
            fact = shown.own(one.id)
            of = indexes(shown, fact)
            ends = [
                shown.figure(end, 0, fact["mean_basis"]) or none
                for end in ((of[0], of[-1]) if of else (None, None))
            ]
            cells = [
                (valued(shown, fact), fact["id"], ""),
                (shown.index_cell(fact) or shown.why(fact), fact["id"], "index"),
                *[(shown.limits(fact) or none, "", "")] * has_chance,
                *((end, "", "") for end in ends),
                *[(words[ways.get(shown.way(fact), "arrow_none")], "", "")] * has_ways,
            ]
            lines.append(Line(one.short_name, tuple(cells)))
        if lines:
            groups.append((section.name, tuple(lines)))
    corner = words["table_indicator"]
    return tabled(shown, corner, [words[head] for head in heads], groups)


def tabled(
    shown: Shown,
    corner: str,
    heads: Sequence[str],
    groups: Sequence[tuple[str, tuple[Line, ...]]],
) -> Numbers:
    """A table, with what its signs and marks say under it."""
    words = shown.words
    cells = {cell[0] for _, lines in groups for line in lines for cell in line.cells}
    signs = [
        f"{sign} " + words[f"notes_sign_{SIGNS.get(sign, 'other')}"].format(sign=sign)
        for sign, _ in shown.signs({"status": cell} for cell in cells & shown.statuses)
    ]
    for basis in ("reconstructed", "preliminary"):
        mark = words[f"{basis}_mark"]
        if any(cell.endswith(mark) for cell in cells):
            signs.append(f"{mark} {words[f'notes_{basis}']}")
    return Numbers((corner, *heads), tuple(groups), tuple(signs))


def _caption(shown: Shown, notes: Mapping[str, bool]) -> str:
    """What is said below a figure, where it holds."""
    return " ".join(shown.words[f"caption_{name}"] for name in notes if notes[name])


# -- over the years --------------------------------------------------------------------


def development(shown: Shown, chapter: str) -> Beside:
    """What is beside a chapter's figure."""
    drawn = shown.drawn(chapter)
    own = [f for one in drawn for f in shown.history(one.id, shown.kommune)]
    later = [fact for fact in own if fact["year"] > shown.years[0]]
    several = int(shown.known.phrases.thresholds.several_years.value)
    is_told = shown.known.is_told_beside_text
    notes = {
        "of_all": shown.is_mixed([f for f in own if f["year"] == shown.year]),
        "mean_break": any(
            fact["indicator"] == other["indicator"]
            and fact["mean_rule"] != other["mean_rule"]
            for fact, other in pairwise(own)
        ),
        "members": any(shown.has_joined(fact["year"]) for fact in later),
        "break": not all(
            fact["year"] in shown.years[-several:]
            and is_told(entry["kind"], entry["years"], shown.year)
            for fact in later
            for entry in shown.breaks(fact)
        ),
    }
    of = next(one for one in shown.known.service.chapters if one.id == chapter)
    called = shown.words["caption_chapter"].replace("{chapter}", of.caption or of.name)
    return Beside(
        f"{called} {_caption(shown, notes)}".rstrip(),
        _development_text(shown, drawn),
        _development_numbers(shown, drawn),
    )


def _development_text(shown: Shown, drawn: Sequence[Indicator]) -> str:
    items = ". ".join(_developed(shown, one) for one in drawn)
    return shown.say(
        "alt_development", kommune=shown.name, years=shown.span(), items=items
    )


def _developed(shown: Shown, one: Indicator) -> str:
    """Where the kommune stands in one indicator, and where it began."""
    fact, history = shown.own(one.id), shown.history(one.id, shown.kommune)
    value = shown.spoken(fact["value"], fact, fact["basis"])
    mean = shown.spoken(fact["network_mean"], fact, fact["mean_basis"])
    rule = "level" if value and mean else "alone" if value else "missing"
    fields = {"name": one.short_name, "value": value, "mean": mean}
    said = shown.say(f"alt_development_{rule}", **fields, reason=shown.why(fact))
    parts = [said]
    for first in history[:-1]:
        if first["value"] is not None:
            began = shown.spoken(first["value"], first, first["basis"])
            year, broken = first["year"], [f"{y}" for y in shown.broken(history)]
            parts.append(
                shown.say("alt_development_first", value=began, from_year=year)
            )
            if broken:
                years = shown.listed(broken)
                parts.append(shown.say("alt_development_break", years=years))
            break
    return "; ".join(parts)


def _development_numbers(shown: Shown, drawn: Sequence[Indicator]) -> Numbers:
    words, groups = shown.words, []
    for one in drawn:
        own = shown.history(one.id, shown.kommune)
        mean = _years(shown, words["numbers_mean"], own, of_mean=True)
        lines = [_years(shown, shown.name, own, is_own=True), _untraced(mean)]
        for member in shown.members:
            if member.id != shown.kommune:
                history = shown.as_member(one.id, member.id)
                lines.append(_untraced(_years(shown, member.name, history)))
        named = f"{one.short_name} ({words[f'unit_label_{one.unit}']})"
        if broken := ", ".join(map(str, shown.broken(own))):
            named += f" {words['break_mark']} {broken}"
        groups.append((named, tuple(lines)))
    heads = [f"{year}" for year in shown.years]
    return tabled(shown, words["forbehold_kommune"], heads, groups)


def _years(
    shown: Shown,
    name: str,
    history: Sequence[Fact],
    *,
    of_mean: bool = False,
    is_own: bool = False,
) -> Line:
    """A cell for each year that there is."""
    held = {fact["year"]: fact for fact in history}
    write = shown.mean_cell if of_mean else shown.cell
    field = "network_mean" if of_mean else ""
    cells = tuple(
        (write(held[year]), str(held[year]["id"]), field)
        if year in held
        else ("", "", "")
        for year in shown.years
    )
    return Line(name, cells, is_own)


def _untraced(line: Line) -> Line:
    return Line(line.name, tuple((text, "", "") for text, _, _ in line.cells))


# -- one indicator of all --------------------------------------------------------------


def strip(shown: Shown, one: Indicator) -> Beside:
    """What is beside the figure of one indicator of all."""
    words = shown.words["caption_strip"]
    return Beside(words, _strip_text(shown, one), _strip_numbers(shown, one))


def ordered(shown: Shown, indicator: str) -> list[Fact]:
    """Every member's figure, the highest first; last what has no place."""
    peers = shown.peers(indicator)
    placed = [peer for peer in peers if shown.is_compared(peer)]
    placed.sort(key=lambda peer: -float(peer["value"]))
    return placed + [peer for peer in peers if not shown.is_compared(peer)]


def _strip_text(shown: Shown, one: Indicator) -> str:
    peers = ordered(shown, one.id)
    placed = [peer for peer in peers if shown.is_compared(peer)]
    fields: dict[str, object] = {"name": one.short_name, "year": shown.year}
    if placed:
        first = peers[0]
        mean = shown.spoken(first["network_mean"], first, first["mean_basis"])
        fields["mean"] = mean or shown.words["no_index"]
        for name, end in (("highest", placed[0]), ("lowest", placed[-1])):
            fields |= _end(shown, name, end, placed)
    said = [shown.say("alt_strip" if placed else "alt_strip_none", **fields)]
    reasons: dict[str, list[str]] = {}
    for peer in peers[len(placed) :]:
        reasons.setdefault(shown.why(peer), []).append(shown.called(peer))
    if reasons:
        items = (f"{shown.listed(of)} ({why})" for why, of in reasons.items())
        said.append(shown.say("alt_strip_missing", items="; ".join(items)))
    return f"{' '.join(said)} {_members_text(shown, one)}"


def _end(
    shown: Shown, name: str, end: Fact, placed: Sequence[Fact]
) -> dict[str, object]:
    """Whose the highest or lowest figure is, with its marks."""
    print_ = written(end["value"], end["decimals"])
    alike = [p for p in placed if written(p["value"], p["decimals"]) == print_]
    order = ("real", "published", "preliminary", "reconstructed")
    basis = max((peer["basis"] for peer in alike), key=order.index)
    value = shown.spoken(end["value"], end, basis)
    return {
        name: f"{shown.listed([shown.called(peer) for peer in alike])} ({value})",
        f"{name}_mark": _claimed(shown, [end["mean_basis"]], [basis]),
    }


def _members_text(shown: Shown, one: Indicator) -> str:
    """Where each member's line begins and ends."""
    items = []
    for member in shown.members:
        history = shown.history(one.id, member.id)
        first = next((f for f in history if f["value"] is not None), None)
        ends = []
        for fact in (first or history[-1], history[-1]):
            told = shown.spoken(fact["value"], fact, fact["basis"])
            ends.append(told or unavailable(fact, shown.words))
        fields = {"name": member.name, "first": ends[0], "value": ends[1]}
        rule = "alt_members_item" if first else "alt_members_without"
        items.append(shown.say(rule, **fields, reason=ends[1]))
    return shown.say(
        "alt_members",
        from_year=shown.years[0],
        year=shown.year,
        items="; ".join(items),
    )


def _strip_numbers(shown: Shown, one: Indicator) -> Numbers:
    words = shown.words
    peers = ordered(shown, one.id)
    lines = [
        _years(
            shown,
            shown.called(peer),
            shown.history(one.id, peer["kommune"]),
            is_own=peer["kommune"] == shown.kommune,
        )
        for peer in peers
    ]
    lines.append(
        _years(shown, words["numbers_mean"], shown.means(one.id), of_mean=True)
    )
    named = f"{one.short_name} ({words[f'unit_label_{one.unit}']})"
    heads = [f"{year}" for year in shown.years]
    return tabled(shown, words["forbehold_kommune"], heads, [(named, tuple(lines))])

"""
What a report on one kommune says, worked out from its facts by the other hand.

A sentence has one wording that its facts allow, or none. Every value, distance, place,
side, caveat and mark in it is found here once more, and what it claims in words must
hold: what may not be told is refused, however it is worded.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EVERY, NETWORK
from asss.errors import RenderError
from asss.formats.readback.expectation import (
    amount,
    capital,
    is_alone,
    listed,
    marked,
    percent,
    unavailable,
    written,
)

__all__ = ["Hand"]

Fact: TypeAlias = Mapping[str, Any]
Fields: TypeAlias = dict[str, str]

#: Rules that go on with what the sentence before began: they are of one finding.
GOES_ON = frozenset(
    (
        *("corrected", "corrected_near", "corrected_plain", "duration", "level_but"),
        *("level_but_ranked", "mean_carried", "moved_too"),
    )
)

#: What summing may leave of a difference.
NOISE = 1e-12


@dataclass(frozen=True)
class Said:
    """A sentence: its rule, its facts, and those before it in the same finding."""

    rule: str
    own: Sequence[Fact]
    earlier: tuple["Said", ...] = ()

    @property
    def one(self) -> Fact:
        """What it is chiefly about."""
        return self.own[0]


def demand(holds: object, what: str) -> None:
    """Refuse what may not be told."""
    if not holds:
        raise RenderError(what)


def number(fact: Fact, field: str) -> float:
    """A number of a fact that is told, and so must be there."""
    demand(fact[field] is not None, f"{fact['id']} has no {field}")
    return float(fact[field])


def printed(value: float, decimals: int = 0) -> float:
    """A number as a reader takes it in."""
    digits = written(value, decimals).replace("\u00a0", "").replace(",", ".")
    return float(digits.replace("\u2212", "-"))


def shifted(value: float, decimals: int = 0) -> str:
    """How much more or less, with its sign where it has one in print."""
    return "+" * (printed(value, decimals) > 0) + written(value, decimals)


def side(fact: Fact) -> int:
    """1 over the mean, -1 under it, 0 on it."""
    value, mean = number(fact, "value"), number(fact, "network_mean")
    is_on = math.isclose(value, mean, abs_tol=NOISE)
    return 0 if is_on else 1 if value > mean else -1


def index(fact: Fact) -> float:
    """The mean is 100; only where it may be told."""
    number(fact, "index")
    mean = number(fact, "network_mean")
    demand(mean > 0, f"{fact['id']} has no mean above zero")
    return round(number(fact, "value") / mean * 100, 9)


def away(fact: Fact) -> float:
    """How many percent from the mean."""
    return abs(index(fact) - 100)


def is_on(fact: Fact, mean: float | None = None) -> bool:
    """Whether a reader sees the same number twice, in value and mean."""
    middle = number(fact, "network_mean") if mean is None else mean
    places = fact["decimals"]
    return printed(number(fact, "value"), places) == printed(middle, places)


def is_near(fact: Fact, limit: float, mean: float | None = None) -> bool:
    """Whether it is within so many percent, as it is and as it is printed."""
    middle = number(fact, "network_mean") if mean is None else mean
    places = fact["decimals"]
    both = [
        (number(fact, "value"), middle),
        (printed(number(fact, "value"), places), printed(middle, places)),
    ]
    return all(
        base > 0 and round(abs(own - base) / base * 100, 9) < limit
        for own, base in both
    )


def gap(fact: Fact) -> float:
    """Value less mean, as a reader takes them in."""
    places = fact["decimals"]
    mean = printed(number(fact, "network_mean"), places)
    return printed(number(fact, "value"), places) - mean


def changed(fact: Fact) -> float:
    """Percent since last year; only where the change may be told."""
    before = number(fact, "previous")
    demand(before > 0, f"{fact['id']} was zero or below")
    number(fact, "change")
    return round((number(fact, "value") - before) / before * 100, 9)


def bases(facts: Iterable[Fact]) -> list[str]:
    """What distances and places rest on: the figures, and all those in the mean."""
    return [basis for f in facts for basis in (f["basis"], f["mean_basis"])]


class Hand:
    """The other pen: the facts of a report, and the words."""

    def __init__(self, facts: Mapping[str, Any], known: Catalogue) -> None:
        self.known, self.words = known, known.phrases.words
        self.limits, self.relations = known.phrases.thresholds, known.service.relations
        self.year, self.kommune = int(facts["run"]["year"]), facts["run"]["kommune"]
        self.name = str(facts["kommune"])
        self._by_id = {fact["id"]: fact for fact in facts["facts"]}
        self._by_key = {
            (f["indicator"], f["kommune"], f["year"]): f for f in facts["facts"]
        }
        self._earlier = [
            {**year, "indicator": name, "id": f"{whose}-{year['year']}-{name}"}
            for series in facts["others"]
            for name, whose in ((series["indicator"], series["kommune"]),)
            for year in series["years"]
        ]
        self._forbehold = {entry["id"]: entry for entry in facts["forbehold"]}
        self._sentences = facts["sentences"]
        self.need: Mapping[str, Any] = facts.get("need") or {}
        self._has_years = False

    # -- a sentence --------------------------------------------------------------------

    def text(self, place: int) -> str:
        """
        What a sentence must be, by its place in facts.json.

        Raises
        ------
        RenderError
            If its facts do not allow it, in any words.
        """
        said = self._said(place)
        demand(said.rule in RULES, f"no report on a kommune has the rule {said.rule}")
        one = said.own[0]
        is_own = one["kommune"] == self.kommune or self.kommune == NETWORK
        # Of a group over the years, the first is the oldest.
        is_own = is_own and (one["year"] == self.year or said.rule == "stable_group")
        demand(is_own, f"{one['id']} is another's, or of another year")
        *_, years = self.say("rank_tail_years", rank="\0").partition("\0")
        before = self._sentences[:place]
        self._has_years = any(years in one["text"] for one in before)
        fields = RULES[said.rule](self, said)
        in_kroner = (n for n in range(place + 1) if self._tells_kroner(n))
        is_first = next(in_kroner, None) == place
        fields["prices"] = self.words["current_prices"] if is_first else ""
        return self._with_caveat(place, said, fields)

    def _tells_kroner(self, place: int) -> bool:
        """Whether a sentence tells kroner of two years, which are not the same."""
        one = self._sentences[place]
        facts = (self._by_id[name] for name in one["facts"][:1])
        is_so = one["rule"] in ("moved", "moved_percent", "moved_whole")
        return is_so and any(fact["unit"] == "kr" for fact in facts)

    def _said(self, place: int) -> Said:
        one = self._sentences[place]
        lacking = set(one["facts"]) - self._by_id.keys()
        demand(not lacking, f"there is no fact {sorted(lacking)}")
        earlier: tuple[Said, ...] = ()
        if one["rule"] in GOES_ON:
            before = self._sentences[place - 1]["section"] if place else ""
            demand(before == one["section"], "it goes on with nothing")
            first = self._said(place - 1)
            earlier = (*first.earlier, first)
        own = [self._by_id[name] for name in one["facts"]]
        return Said(one["rule"], own, earlier)

    def _with_caveat(self, place: int, said: Said, fields: Fields) -> str:
        sentence = self._sentence(said)
        told = {n for s in said.earlier for n in self._due(s) if self._has_room(s)}
        lacks = self._due(said).keys() - told
        demand(not lacks or self._has_room(said), f"it lacks the caveats {lacks}")
        filled = self._in_any_order(fields)
        return sentence.format(**filled, caveat=self._caveats(place))

    def _in_any_order(self, fields: Fields) -> Fields:
        """With what a sentence may say in any language, and begin with."""
        ends = "\u2019" if self.name[-1] in "sxz" else "s"
        fields = {"kommune": self.name, "genitive": self.name + ends} | fields
        return {n.capitalize(): capital(t) for n, t in fields.items()} | fields

    def _caveats(self, place: int) -> str:
        """What is behind a sentence: in full, unless what is before it points there."""
        *earlier, (section, facts, due) = map(self._due_at, range(place + 1))
        said = {name for _, _, names in earlier for name in names}
        last = [{*names} for where, _, names in earlier if names and where == section]
        again, same = said & due.keys(), last[-1] if last else set()
        same = same if same <= due.keys() else set()
        on_them = {name for fact in facts for name in fact["forbehold"]}
        points = again == said & on_them and same != again
        kept = again if points else same
        labels = [self._forbehold[name]["label"] for name in due if name not in kept]
        more = ""
        for label in labels[::-1]:
            more = self.say("caveat_tail", caveat=capital(label), more=more)
        if not (again and kept):
            return more
        if not points:
            return self.say("caveat_same", more=more)
        years = sorted({str(year) for name in again for year in due[name]})
        return self.say("caveat_above", year=self.listed(years), more=more)

    def _due_at(self, place: int) -> tuple[str, Sequence[Fact], Mapping[str, set[int]]]:
        """Section, own facts and caveats of a sentence: none where it has no room."""
        one = self._sentences[place]
        facts = [self._by_id[name] for name in one["facts"] if name in self._by_id]
        said = Said(one["rule"], facts)
        due = self._due(said) if self._has_room(said) else {}
        own = [fact for fact in facts if fact["kommune"] == self.kommune]
        return str(one["section"]), own, due

    def _has_room(self, said: Said) -> bool:
        return "{caveat}" in self._sentence(said)

    def _due(self, said: Said) -> dict[str, set[int]]:
        """What must stand beside a sentence, by id, and of which years it is there."""
        is_change = said.rule.startswith("moved")
        has_level = not is_change or "{mean}" in self._sentence(said)
        facts = {fact["id"]: fact for fact in said.own}
        if is_change:
            before = (
                (fact["indicator"], self.kommune, self.year - 1)
                for fact in said.own
                if fact["year"] == self.year
            )
            one_year = [self._by_key[key] for key in before if key in self._by_key]
            facts |= {fact["id"]: fact for fact in one_year}
        own = [
            fact
            for fact in facts.values()
            if fact["kommune"] == self.kommune and fact["value"] is not None
        ]
        due: dict[str, set[int]] = {}
        for name, entry in self._forbehold.items():
            touched = [fact for fact in own if name in fact["forbehold"]]
            told = self.known.kinds[entry["kind"]].told
            if told == "with_change":
                steps = [fact for fact in touched if fact["year"] == self.year]
                is_due = is_change and bool(steps)
            else:
                # Of each figure, the years that it is on: of a change, one and not two.
                figures = [fact["indicator"] for fact in touched]
                once = [one for one in figures if figures.count(one) == 1]
                is_due = told == "with_finding" and bool(figures if has_level else once)
            if is_due and entry["indicators"] != EVERY:
                due[name] = {int(fact["year"]) for fact in touched}
        return due

    def _sentence(self, said: Said) -> str:
        # One by no rule at all is refused where it stands, and not by those after it.
        phrase = self.known.phrases.phrases.get(said.rule)
        return phrase.sentence if phrase else ""

    def say(self, rule: str, **fields: str) -> str:
        """A phrase, filled."""
        return self.known.phrases.phrases[rule].sentence.format(**fields)

    def listed(self, items: Sequence[str]) -> str:
        """A list as in a sentence."""
        return listed(items, self.words)

    def count(self, how_many: int) -> str:
        """How many, in letters where there are such."""
        return self.words.get(f"number_{how_many}") or written(how_many)

    def mark(self, *given: str) -> str:
        """The mark of what rests on these bases."""
        return marked(self.words, *given)

    # -- which facts -------------------------------------------------------------------

    def at(self, indicator: str, year: int | None = None) -> Fact:
        """The report's own figure."""
        key = (indicator, self.kommune, year or self.year)
        found: Fact | None = self._by_key.get(key)
        demand(found is not None, f"there is no fact of {key}")
        return found or {}

    def counted(self, fact: Fact) -> list[Fact]:
        """Everybody's figure of the same, of those in the mean and the rank."""
        return [
            one
            for one in (*self._by_key.values(), *self._earlier)
            if (one["indicator"], one["year"]) == (fact["indicator"], fact["year"])
            and one["rank"] is not None
        ]

    def mentions(self, facts: Iterable[Fact]) -> str:
        """What they are called inside a sentence."""
        names = dict.fromkeys(fact["indicator"] for fact in facts)
        return self.listed([self.known.indicator(name).mention for name in names])

    def kinds(self, fact: Fact) -> list[Any]:
        """What its forbehold are."""
        return [self.known.kinds[self._forbehold[n]["kind"]] for n in fact["forbehold"]]

    # -- what may be said of them ------------------------------------------------------

    def is_far(self, fact: Fact, *, spending: bool = False) -> bool:
        """Whether a distance is told: not near the mean, nor as near as chance."""
        limit = self.limits.on_mean if spending else self.limits.near_mean
        is_apart = away(fact) >= limit.value and not is_on(fact)
        return is_apart and fact["distance_clear"] is not False

    def far(self, *facts: Fact) -> None:
        """Refuse a difference from the mean that is none."""
        for fact in facts:
            demand(self.is_far(fact), f"{fact['id']} is near the mean, or not clear")

    def adds_up(self, fact: Fact) -> None:
        """Refuse a distance that value and mean do not give as they are printed."""
        own, mean = (
            printed(number(fact, name), fact["decimals"])
            for name in ("value", "network_mean")
        )
        told = printed(away(fact))
        demand(
            mean > 0 and printed(abs(own / mean * 100 - 100)) == told,
            f"{fact['id']}: {own} and {mean} do not give {told} %",
        )

    def moves(self, fact: Fact) -> str:
        """Which way a figure has clearly moved; refuses what may not be told."""
        percent_ = changed(fact)
        places = fact["decimals"]
        alike = printed(fact["value"], places) == printed(fact["previous"], places)
        is_clear = abs(percent_) >= self.limits.clear_change.value and not alike
        is_clear = is_clear and not self.is_uncounted(fact)
        demand(
            is_clear and fact["change_clear"] is not False,
            f"{fact['id']}: the change is small, or not clear",
        )
        return "up" if percent_ > 0 else "down"

    def is_uncounted(self, fact: Fact) -> bool:
        """Whether it is a share of nobody knows how many persons."""
        is_share = self.known.indicator(fact["indicator"]).chance is not None
        return is_share and fact["interval_low"] is None

    def rank(self, fact: Fact, *, spending: bool = False, years: bool = True) -> str:
        """The place among those counted, in print, at the end that it is on."""
        if not self._has_ends(fact) or self.is_uncounted(fact):
            return ""
        if not self.is_far(fact, spending=spending):
            return ""
        if any(kind.rank != "shown" for kind in self.kinds(fact)):
            return ""
        end = "highest" if side(fact) > 0 else "lowest"
        place, alike = self._beyond(fact, end)
        last = self.limits.among_outermost.value
        is_alike = all(math.isclose(v, fact["value"], abs_tol=NOISE) for v in alike)
        if place + len(alike) - 1 > last or not is_alike:
            return ""
        scale = (
            "spending" if spending else self.known.indicator(fact["indicator"]).scale
        )
        word, held = self.words[f"rank_{scale}_{place}_{end}"], [fact]
        if len(alike) == 1 and place == 1 and years and not self._has_years:
            held = self._alone(fact, end)
        is_long = len(held) >= self.limits.several_years.value
        word += self.mark(*bases(held if is_long else [fact]))
        word = self.say("rank_shared", rank=word) if len(alike) > 1 else word
        return self.say("rank_tail_years" if is_long else "rank_tail", rank=word)

    def turned(self, rank: str, rule: str) -> str:
        """A place, told in another phrase."""
        before, _, after = self.say("rank_tail", rank="\0").partition("\0")
        word = rank.removeprefix(before).removesuffix(after)
        return self.say(rule, rank=word) if rank else ""

    def _has_ends(self, fact: Fact) -> bool:
        """Whether it says something who is outermost: of many, and not all alike."""
        is_counted = fact["rank"] is not None and fact["index"] is not None
        few = 2 * self.limits.among_outermost.value
        return is_counted and fact["n"] > few and fact["lowest"] != fact["highest"]

    def _beyond(self, fact: Fact, end: str) -> tuple[int, list[float]]:
        """The place from an end in print, and the values that read as the figure."""
        sign, places = 1 if end == "highest" else -1, fact["decimals"]
        values = [number(one, "value") for one in self.counted(fact)]
        own = printed(number(fact, "value"), places)
        ahead = [(printed(v, places) - own) * sign for v in values]
        alike = [v for v, one in zip(values, ahead, strict=True) if one == 0]
        return sum(one > 0 for one in ahead) + 1, alike

    def _alone(self, fact: Fact, end: str) -> list[Fact]:
        """The years on end, up to the report's, of nobody else at the end in print."""
        held: list[Fact] = []
        year: Fact | None = fact
        while year is not None:
            if year["rank"] is None:
                break
            place, alike = self._beyond(year, end)
            is_alone, kinds = (place, len(alike)) == (1, 1), self.kinds(year)
            is_sound = all(kind.told != "with_finding" for kind in kinds)
            if not (is_alone and is_sound and self._has_ends(year)):
                break
            held.append(year)
            if any(kind.change != "shown" for kind in kinds):
                break
            key = (year["indicator"], self.kommune, year["year"] - 1)
            year = self._by_key.get(key)
        return held

    # -- how it is written -------------------------------------------------------------

    def amount(self, fact: Fact, field: str = "value") -> str:
        """A figure with its unit and mark."""
        of = {"network_mean": "mean_basis", "previous": "previous_basis"}
        basis = fact[of.get(field, "basis")]
        return amount(number(fact, field), fact, self.words, basis)

    def before(self, fact: Fact) -> str:
        """Last year's figure in front of this year's, which has the unit."""
        unit = self.words[f"unit_{fact['unit']}"].format(number="")
        is_word = fact["unit"] in ("maneder", "timer", "per_1000", "per_10000")
        told = self.amount(fact, "previous")
        return told.replace(unit, "") if is_word else told

    def kroner(self, value: float, facts: Sequence[Fact]) -> str:
        """A difference of several figures, without sign."""
        return amount(abs(value), facts[0], self.words, *bases(facts))

    def word(self, key: str, other: str, *, holds: bool) -> str:
        """One of two words."""
        return self.words[key if holds else other]

    def level(
        self, fact: Fact, *, spending: bool = False, years: bool = True
    ) -> Fields:
        """What is told of a figure beside the mean."""
        is_over = side(fact) > 0
        one = self.known.indicator(fact["indicator"])
        fields = {
            "kommune": self.name,
            "value": self.amount(fact),
            "mean": self.amount(fact, "network_mean"),
            "side": self.word("over", "under", holds=is_over),
            "more": self.word("more", "less", holds=is_over),
            "size": self.word("larger", "smaller", holds=is_over),
            "rank": self.rank(fact, spending=spending, years=years),
            "distance": "",
        }
        if fact["index"] is not None:
            told = percent(away(fact), self.words, *bases([fact]))
            fields["distance"] = told
        fields["clause"] = one.clause.format(value=fields["value"])
        return fields

    def reasons(self, fact: Fact) -> Sequence[str]:
        """Why a figure or its distance is not told."""
        labels = [
            entry["label"]
            for name, entry in self._forbehold.items()
            if name in fact["forbehold"]
            and self.known.kinds[entry["kind"]].distance == "withheld"
        ]
        if not labels and is_alone(fact):
            return [self.words["no_others"]]
        if labels or fact["value"] is not None:
            return list(dict.fromkeys(labels))
        return [unavailable(fact, self.words)]


# -- the rules -------------------------------------------------------------------------


def _spending(hand: Hand, said: Said) -> Fields:
    """What is spent, by how far it is from the mean."""
    relation = hand.relations.corrected
    is_raw = relation is not None and said.one["indicator"] == relation.raw
    demand(is_raw, "it is not what is spent")
    like = is_on(said.one) or is_near(said.one, hand.limits.near_mean.value)
    demand(like == (said.rule == "spending_near"), "the mean is near, or it is not")
    if said.rule == "spending":
        demand(away(said.one) >= hand.limits.near_mean.value, "the mean is near")
        hand.adds_up(said.one)
    return hand.level(said.one, spending=True)


def _without(hand: Hand, said: Said) -> Fields:
    """The whole without a part."""
    is_far = away(said.one) >= hand.limits.near_mean.value
    demand(is_far == (said.rule == "spending_without"), "the mean is near, or not")
    left_out = _left_out(hand, said.one)
    demand(left_out, f"{said.one['id']} is not the whole without a part")
    return hand.level(said.one, spending=True) | {"part": left_out}


def _left_out(hand: Hand, whole: Fact) -> str:
    """The part that a whole is without; empty of the whole itself."""
    relation = hand.relations.sum
    parts = relation.without if relation else {}
    names = [part for part, rest in parts.items() if rest == whole["indicator"]]
    return hand.known.indicator(names[0]).part if names else ""


def _corrected(hand: Hand, said: Said) -> Fields:
    """What is spent when need is taken into account."""
    relation = hand.relations.corrected
    is_corrected = relation and said.one["indicator"] == relation.corrected
    demand(relation and is_corrected, "it is not what is spent when corrected")
    assert relation
    raw = hand.at(relation.raw)
    has_raw = raw["value"] is not None and raw["index"] is not None
    demand(has_raw == ("alone" not in said.rule), "what is spent is told, or not")
    is_far = away(said.one) >= hand.limits.on_mean.value
    is_either = said.rule == "corrected_plain"
    is_right = is_either or is_far != said.rule.endswith("near")
    demand(is_right, "the mean is near, or it is not")
    if is_far:
        hand.adds_up(said.one)
    else:
        demand(
            is_on(said.one) or is_near(said.one, hand.limits.on_mean.value),
            f"{said.one['id']} is not near the mean in print",
        )
    fields = hand.level(said.one, spending=True)
    is_plain = has_raw and raw["mean_rule"] != said.one["mean_rule"]
    demand(is_plain == (said.rule == "corrected_plain"), "it has not one mean")
    if is_plain:
        return fields | _plain(hand, raw, said.one, is_far=is_far)
    return fields | {"need": _need(hand, raw, said.one) if has_raw else ""}


def _plain(hand: Hand, raw: Fact, corrected: Fact, *, is_far: bool) -> Fields:
    """What is spent beside the plain mean, which the corrected figure is told of."""
    peers, plain = _plain_mean(hand, raw)
    demand(printed(plain) > 0, "the plain mean is nothing to hold anything against")
    off = raw["value"] / plain * 100 - 100
    given = printed(raw["value"]) / printed(plain) * 100 - 100
    of = [one["basis"] for one in peers]
    told, adds_up = printed(abs(off)), printed(abs(given)) == printed(abs(off))
    limit, plainly = hand.limits.near_mean.value, hand.say("like_mean")
    is_apart = not (is_on(raw, plain) or is_near(raw, limit, plain))
    if is_apart:
        more = hand.word("more", "less", holds=off > 0)
        distance = percent(told, hand.words, *of)
        plainly = hand.say("apart_from_mean", distance=distance, more=more)
        if not adds_up or abs(off) < limit:
            plainly = hand.say("side_of_mean", more=more + hand.mark(*of))
    result = hand.say("like_mean_value", value=hand.amount(corrected))
    if is_far:
        result = hand.say(
            "apart_from_mean",
            distance=percent(away(corrected), hand.words, *bases([corrected])),
            more=hand.word("more", "less", holds=side(corrected) > 0),
        )
    sides = {(off > 0) - (off < 0) if is_apart else 0, side(corrected) * is_far}
    return {
        "plain": amount(plain, raw, hand.words, *of),
        "plainly": plainly,
        "joint": hand.word("joint_but", "joint_and", holds=len(sides) > 1),
        "corrected": result,
    }


def _plain_mean(hand: Hand, fact: Fact) -> tuple[list[Fact], float]:
    """Those counted, and their mean when all weigh the same."""
    everybody = hand.counted(fact)
    peers = [one for one in everybody if one["kommune"] in hand.known.in_mean]
    return peers, sum(number(one, "value") for one in peers) / len(peers)


def _need(hand: Hand, raw: Fact, corrected: Fact) -> str:
    """Whether need is low or high, of what is spent and of the same when corrected."""
    peers, plain = _plain_mean(hand, raw)
    of = index(corrected)
    need = raw["value"] / plain / of * 1e4 if plain > 0 and of > 0 else 100
    is_low = need < 100
    if abs(need - 100) < hand.limits.need.value:
        return hand.say("need_none")
    # «Også» is of what was told to be low, or high: not of what is near the mean.
    is_alike = away(raw) >= hand.limits.near_mean.value and not is_on(raw)
    is_alike = is_alike and is_low == (side(raw) < 0)
    return hand.say(
        "need_low" if is_low else "need_high",
        also=hand.words["also"] if is_alike else "",
        mark=hand.mark(*(one["basis"] for one in peers), *bases([corrected])),
    )


def _decomposed(hand: Hand, said: Said) -> Fields:
    """From what is spent per inhabitant to what is left when need is corrected for."""
    demand(hand.need, "nothing was given to decompose by")
    need, relation = hand.need, hand.relations.corrected
    names = [one["indicator"] for one in said.own]
    wanted = [relation.corrected, relation.raw] if relation else []
    is_alone = said.rule == "decomposed_alone"
    demand(names == wanted[is_alone:], "it is of other figures")
    corrected = hand.at(wanted[0])["value"]
    demand((corrected is None) == is_alone, "KS' figure is there, or it is not")
    places, basis = need["decimals"], need["basis"]
    ratios = [float(step["ratio"]) for step in need["steps"]]

    def told(value: float, *bases: str) -> str:
        return written(value, places) + hand.mark(*bases)

    def moved(value: float, *bases: str) -> str:
        return shifted(value, places) + hand.mark(*bases)

    fields = {
        "spent": told(ratios[0], basis),
        "others": moved(ratios[-2] - ratios[0], basis),
        "need": moved(ratios[-1] - ratios[-2], basis),
        "computed": told(ratios[-1], basis),
    }
    if is_alone:
        return fields
    rest, own = corrected - ratios[-1], said.own[0]["basis"]
    return fields | {
        "printed": told(corrected, own),
        "rest": moved(rest, basis, own),
    }


def _gap(hand: Hand, said: Said) -> Fields:
    """Where the difference lies, in parts that add up to it in print."""
    (whole, *parts), relation = said.own, hand.relations.sum
    demand(relation, "no whole has parts")
    assert relation
    without = _left_out(hand, whole)
    is_whole = whole["indicator"] == relation.whole
    demand(without if said.rule == "gap_apart" else is_whole, "it is of another whole")
    names = [hand.known.indicator(one["indicator"]).part for one in parts]
    allowed = set(relation.parts)
    demand(
        allowed.issuperset(one["indicator"] for one in parts) and without not in names,
        "not all are parts of the whole",
    )
    hand.far(whole)
    for one in parts:
        is_alike = one["rank"] is not None and one["n"] == whole["n"]
        is_alike = is_alike and one["mean_rule"] == whole["mean_rule"]
        is_alike = is_alike and one["kommune"] == hand.kommune
        demand(is_alike, f"{one['id']} is not of the same members")
    total, amounts = gap(whole), [gap(one) for one in parts]
    rest = total - sum(amounts)
    is_mixed = said.rule == "gap_mixed"
    told = [
        (part, amount_, [one])
        for part, amount_, one in zip(names, amounts, parts, strict=True)
    ]
    untold = [
        gap(one)
        for name in relation.parts
        if (one := hand.at(name)) not in parts
        and hand.known.indicator(name).part != without
    ]
    limit = hand.limits.part_of_gap.value * abs(total) / 100
    is_small = len(untold) == 1 or all(abs(one) < limit for one in untold)
    demand(is_small, "a large part is in the rest")
    if rest:
        told.append((hand.words["rest"], rest, [whole]))
    is_one_way = all(amount_ * total > 0 for _, amount_, _ in told)
    demand(is_mixed != is_one_way, "the parts do not lie as they are told")
    along, against = (
        _parts(
            hand, [one for one in told if (one[1] * total > 0) == is_along], is_mixed
        )
        for is_along in (True, False)
    )
    millions = abs(number(whole, "value") - whole["network_mean"])
    millions *= number(whole, "denominator") / 1e6
    form = hand.words["unit_millioner"].format(number=written(millions))
    return {
        "without": without,
        "gap": hand.kroner(total, [whole]),
        "total": form + hand.mark(*bases([whole])),
        "whence": hand.words["from_weighted"]
        if whole["mean_rule"].startswith("weighted")
        else "",
        "parts": along,
        "others": against,
    }


def _parts(
    hand: Hand, told: Sequence[tuple[str, float, Sequence[Fact]]], is_mixed: bool
) -> str:
    """Parts of a difference that lie the same way, which only the first need say."""
    rules = ["gap_part_sided", *["gap_part_to"] * len(told)]
    items = [
        hand.say(
            rule if is_mixed else "gap_part",
            amount=hand.kroner(amount_, facts),
            part=part,
            more=hand.word("more", "less", holds=amount_ > 0),
        )
        for rule, (part, amount_, facts) in zip(rules, told, strict=False)
    ]
    return hand.listed(items) if items else ""


def _driver(hand: Hand, said: Said) -> Fields:
    """Which of two factors a cost is high or low by."""
    relation = hand.relations.product
    names = [one["indicator"] for one in said.own]
    wanted = relation and [relation.product, relation.share, relation.amount]
    demand(names == wanted, "they are not a product and its factors")
    product, share, each = said.own
    hand.adds_up(product)
    demand(away(product) >= hand.limits.near_mean.value, "the cost is near the mean")
    demand(min(map(index, said.own)) > 0, "there is nothing of one of them")
    made = printed(index(share)) * printed(index(each)) / 100
    off = abs(made - printed(index(product)))
    demand(off <= hand.limits.product.value, "the factors do not give the product")
    of_share = math.log(index(share) / 100) / math.log(index(product) / 100) * 100
    weight = {
        "driver_share": of_share,
        "driver_amount": 100 - of_share,
        "driver_both": 100 * (side(share) == side(each) == side(product)),
    }[said.rule]
    demand(weight >= hand.limits.driver.value, "the factor is not the reason")
    far = [hand.is_far(share), hand.is_far(each)]
    wanted_far = [said.rule != "driver_amount", said.rule != "driver_share"]
    demand(far == wanted_far, "a factor is near the mean, or not clear, or is not")
    of_share_, of_each = hand.level(share), hand.level(each)
    return hand.level(product) | {
        "size": of_share_["size"],
        "share": of_share_["value"],
        "share_mean": of_share_["mean"],
        "more": of_each["more"],
        "amount": of_each["value"],
        "amount_mean": of_each["mean"],
    }


def _duration(hand: Hand, said: Said) -> Fields:
    """An amount that differs as every length of time that it is paid for."""
    relation = hand.relations.duration
    names = [one["indicator"] for one in said.own]
    demand(relation and [*relation.lengths] == names, "they are not all lengths")
    whole = said.earlier[0].one
    demand(relation and relation.amount == whole["indicator"], "it explains no amount")
    hand.far(whole, *said.own)
    sides = {side(one) for one in (whole, *said.own)}
    demand(len(sides) == 1, "the lengths are not on the side of the amount")
    return {
        "longer": hand.word("longer", "shorter", holds=sides == {1}),
        "mark": hand.mark(*bases(said.own)),
    }


def _level(hand: Hand, said: Said) -> Fields:
    """One figure beside the mean, and away from it: or on it, where it is no base."""
    if number(said.one, "network_mean") > 0:
        hand.far(said.one)
    else:
        demand(is_on(said.one), f"{said.one['id']} is not on its mean")
    fields = hand.level(said.one)
    demand("ranked" not in said.rule or fields["rank"], "it has no place to tell")
    return fields


def _distance(hand: Hand, said: Said) -> Fields:
    """How far it is from the mean."""
    hand.far(said.one)
    hand.adds_up(said.one)
    return hand.level(said.one)


def _side(hand: Hand, said: Said) -> Fields:
    """Over or under a mean that percent cannot be told of."""
    is_so = number(said.one, "network_mean") <= 0 and not is_on(said.one)
    demand(is_so, f"{said.one['id']} is on the mean, or has percent to be told in")
    return hand.level(said.one)


def _but(hand: Hand, said: Said) -> Fields:
    """Few who stay long, or many who do not."""
    relation, first = hand.relations.coverage, said.earlier[0].one
    names = [first["indicator"], said.one["indicator"]]
    demand(relation and [relation.share, relation.long] == names, "it is no contrast")
    hand.far(first, said.one)
    demand(side(first) == -side(said.one), "they are on the same side of the mean")
    return _level(hand, said)


def _pair(hand: Hand, said: Said) -> Fields:
    """Two of a kind."""
    demand(len(said.own) == 2, "they are not two")
    first, second = said.own
    also = hand.known.indicator(second["indicator"]).also
    demand(also, f"{second['id']} is not told after another")
    demand(any(map(hand.is_far, said.own)), "both are near the mean, or not clear")
    ranks, both = [hand.rank(one, years=False) for one in said.own], ""
    if ranks[0] and ranks[0] == ranks[1]:
        both, ranks = hand.turned(ranks[0], "rank_both"), ["", ""]
    is_against = all(map(hand.is_far, said.own)) and side(first) != side(second)
    return hand.level(first) | {
        "rank": ranks[0],
        "joint": hand.word("joint_but", "joint_and", holds=is_against),
        "other": also.format(value=hand.amount(second)),
        "other_mean": hand.amount(second, "network_mean"),
        "other_rank": ranks[1],
        "both": both,
    }


def _untold(hand: Hand, said: Said) -> Fields:
    """A figure without a mean, or none at all, and why."""
    reasons = {hand.listed(hand.reasons(fact)) for fact in said.own}
    demand(
        len(reasons) == 1 and "" not in reasons, f"they have no one reason: {reasons}"
    )
    is_missing = said.rule == "level_missing"
    demand(
        all(
            (f["value"] is None) == is_missing and f["index"] is None for f in said.own
        ),
        "there is a figure, or a mean to hold it against",
    )
    fields = {"subject": hand.mentions(said.own), "year": str(hand.year)}
    if not is_missing:
        one = hand.known.indicator(said.one["indicator"])
        fields["clause"] = one.clause.format(value=hand.amount(said.one))
    return fields | {"reason": reasons.pop()}


def _mean_without(hand: Hand, said: Said) -> Fields:
    """Whose figures are not in the mean, and why."""
    names = [hand.known.network.member(one["kommune"]).name for one in said.own]
    reasons = [reason for one in said.own for reason in hand.reasons(one)]
    is_alone = {one["indicator"] for one in said.own} == {said.one["indicator"]}
    is_absent = all(one["rank"] is None for one in said.own)
    demand(is_alone and is_absent, "somebody is in the mean")
    return {
        "subject": hand.mentions(said.own[:1]),
        "kommuner": hand.listed(names),
        "reason": hand.listed(list(dict.fromkeys(reasons))),
    }


def _pending(hand: Hand, said: Said) -> Fields:
    """What is collected by hand, and not yet."""
    by_hand = {one.id for one in hand.known.service.by_hand.values()}
    for fact in said.own:
        is_so = fact["indicator"] in by_hand and fact["value"] is None
        demand(is_so, f"{fact['id']} is not waited for")
    fields = {"year": str(hand.year)}
    return fields | {"subject": hand.mentions(said.own)}


def _carried(hand: Hand, said: Said) -> Fields:
    """One member on its side of the mean, and all others but one on the other."""
    peers = hand.counted(said.one)
    heavy = max(peers, key=lambda one: one["denominator"] or 0)
    is_up = side(heavy) > 0
    others = [one for one in peers if one is not heavy]
    alike = [o for o in others if side(o) == -side(heavy) and not is_on(o)]
    is_carried = side(heavy) and not is_on(heavy) and len(alike) >= len(others) - 1
    demand(is_carried and said.one in alike, "nobody carries it past the kommune")
    demand(said.one["mean_rule"] == "weighted", "the mean is not weighted")
    demand(hand.kommune in hand.known.in_mean, "the kommune is not in the mean")
    return {
        "kommune": hand.known.network.member(heavy["kommune"]).name,
        "way": hand.word("draws_up", "draws_down", holds=is_up),
        "count": hand.count(len(alike)),
        "n": hand.count(len(peers)),
        "side": hand.word("under", "over", holds=is_up),
        "mark": hand.mark(*bases(peers)),
    }


def _rest(hand: Hand, said: Said) -> Fields:
    """What is near the mean, or no further from it than chance."""
    near = hand.limits.near_mean.value
    is_unclear = said.rule == "rest_unclear"
    for fact in said.own:
        is_chance = fact["distance_clear"] is False or is_on(fact)
        is_so = is_near(fact, near) or (is_unclear and is_chance)
        demand(is_so, f"{fact['id']} is not near the mean")
    fields = {"mark": hand.mark(*bases(said.own))}
    return fields | {"subject": hand.mentions(said.own)}


def _moved(hand: Hand, said: Said) -> Fields:
    """One figure that has moved."""
    one = said.one
    way, kind = hand.moves(one), hand.known.indicator(one["indicator"])
    before = hand.at(one["indicator"], hand.year - 1)
    demand(
        before["value"] == one["previous"], f"{before['id']} is not {one['previous']}"
    )
    fields = hand.level(one, years=False) | {
        "moves": hand.words[f"moves_{kind.scale}_{way}"],
        "previous": hand.before(one),
        "percent": "",
    }
    goes_out = (way == "up") == (side(one) > 0)
    tail = "rank_now" if goes_out else "rank_now_but"
    fields["rank"] = hand.turned(fields["rank"], tail)
    if said.rule == "moved_percent":
        fields["percent"] = _percent(hand, one)
    return fields | {"subject": kind.mention}


def _percent(hand: Hand, one: Fact) -> str:
    """How much a figure has moved, where both years give it as they are printed."""
    now, then = (
        printed(number(one, name), one["decimals"]) for name in ("value", "previous")
    )
    told = printed(abs(changed(one)))
    adds_up = then > 0 and printed(abs(now / then * 100 - 100)) == told
    demand(adds_up, f"{one['id']}: {then} and {now} do not give {told} %")
    return percent(told, hand.words, one["basis"], one["previous_basis"])


def _whole(hand: Hand, said: Said) -> Fields:
    """The whole that is spent, which has moved."""
    one, relation = said.one, hand.known.service.relations.corrected
    demand(relation and one["indicator"] == relation.raw, f"{one['id']} is no whole")
    kind = hand.known.indicator(one["indicator"])
    fields = {
        "moves": hand.words[f"moves_{kind.scale}_{hand.moves(one)}"],
        "percent": _percent(hand, one),
        "previous": hand.amount(one, "previous"),
        "year": str(hand.year - 1),
    }
    return fields | {"subject": kind.mention}


def _moved_too(hand: Hand, said: Said) -> Fields:
    """Another that has moved the same way."""
    first = said.earlier[0]
    is_told = first.rule.startswith("moved")
    demand(is_told and hand.moves(first.one) == hand.moves(said.one), "it moves alone")
    return _moved(hand, said)


def _members(hand: Hand, said: Said) -> str:
    """What a group is called, of which a sentence must have every figure."""
    names = {one["indicator"] for one in said.own}
    for group in hand.known.service.groups:
        figures = hand.known.service.indicators
        if names == {one.id for one in figures if one.group == group.id}:
            return group.subject
    msg = f"{sorted(names)} are not all of a group"
    raise RenderError(msg)


def _moved_all(hand: Hand, said: Said) -> Fields:
    """A group of which all have moved the same way, told by the largest."""
    now = [one for one in said.own if one["year"] == hand.year]
    ways = {hand.moves(one) for one in now}
    demand(len(ways) == 1, "they do not all move the same way")
    most = max(now, key=lambda one: abs(changed(one)))
    kind = hand.known.indicator(most["indicator"])
    of = [b for one in now for b in (one["basis"], one["previous_basis"])]
    beside = {hand.mark(most["basis"]), hand.mark(most["previous_basis"])}
    sign = hand.mark(*of)
    return {
        "subject": _members(hand, said),
        "moves": hand.words[f"moves_{kind.scale}_{ways.pop()}"],
        "most": kind.mention,
        "previous": hand.before(most),
        "value": hand.amount(most),
        "mark": "" if sign in beside else sign,
    }


def _stable(hand: Hand, said: Said) -> Fields:
    """A group of which none has moved, over the years of Tabell 1."""
    shown = int(hand.limits.several_years.value)
    years = range(hand.year - shown + 1, hand.year + 1)
    subject = _members(hand, said)
    for name in {one["indicator"] for one in said.own}:
        facts = [hand.at(name, year) for year in years]
        demand(all(one in said.own for one in facts), f"{name} lacks a year")
        values = [number(one, "value") for one in facts]
        middle = sum(values) / len(values)
        spread = (max(values) - min(values)) / middle * 100 if middle > 0 else math.inf
        is_near = spread <= hand.limits.stable_trend.value
        demand(is_near, f"{name} has not been stable")
        _unmoved(hand, facts)
    mark = hand.mark(*(one["basis"] for one in said.own))
    return {"subject": subject, "mark": mark}


def _unmoved(hand: Hand, facts: Sequence[Fact]) -> None:
    """Refuse what has moved since last year, or may not be held against it."""
    for fact in facts[1:]:
        for entry in hand.known.forbehold_by_id(fact["forbehold"]):
            is_shown = hand.known.kinds[entry.kind].change == "shown"
            demand(is_shown or entry.stable == "told", f"{entry.id} breaks the years")
    last = facts[-1]
    if last["change"] is not None:
        places = last["decimals"]
        alike = printed(last["value"], places) == printed(last["previous"], places)
        is_small = abs(changed(last)) < hand.limits.stable_change.value
        demand(alike or is_small, f"{last['id']} has moved")


#: How each rule is worked out.
RULES: Mapping[str, Callable[[Hand, Said], Fields]] = {
    **dict.fromkeys(("spending", "spending_against", "spending_near"), _spending),
    **dict.fromkeys(("spending_without", "spending_without_near"), _without),
    **dict.fromkeys(
        (
            *("corrected", "corrected_near", "corrected_plain"),
            *("corrected_alone", "corrected_alone_near"),
        ),
        _corrected,
    ),
    **dict.fromkeys(("decomposed", "decomposed_alone"), _decomposed),
    **dict.fromkeys(("gap", "gap_apart", "gap_mixed"), _gap),
    **dict.fromkeys(("driver_share", "driver_amount", "driver_both"), _driver),
    "duration": _duration,
    **dict.fromkeys(("level", "level_ranked"), _level),
    "level_distance": _distance,
    "level_side": _side,
    **dict.fromkeys(("level_but", "level_but_ranked"), _but),
    "level_pair": _pair,
    **dict.fromkeys(("level_alone", "level_missing"), _untold),
    "mean_without": _mean_without,
    "manual_pending": _pending,
    "mean_carried": _carried,
    **dict.fromkeys(("rest_near", "rest_unclear"), _rest),
    **dict.fromkeys(("moved", "moved_percent"), _moved),
    "moved_whole": _whole,
    "moved_too": _moved_too,
    "moved_all": _moved_all,
    "stable_group": _stable,
}

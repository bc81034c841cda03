"""
Candidates: whatever a report on a kommune could tell, each with evidence and salience.

Which figures explain each other stands in the catalogue; here it is worked out what
they say together: what is spent and what need would have it be, where a gap lies, what
drives it. What of this a report tells, is chosen in ``findings``. Imports ``changes``
and below.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Literal

from asss.analysis.changes import (
    clear_direction,
    is_uncounted,
    mentions,
    stable_groups,
)
from asss.analysis.facts import Fact, FactBook, NetworkBook
from asss.analysis.need import decompose
from asss.analysis.statements import (
    Count,
    Detail,
    End,
    Finding,
    Fragment,
    Quantity,
    Reasons,
    Statement,
    Telling,
    Word,
    bases_of_change,
    claim,
    distance,
    lacks_base,
    level,
    mean,
    previous,
    prints_change,
    prints_distance,
    prints_on,
    reads_near,
    why_missing,
    why_withheld,
)
from asss.analysis.tables import weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Forbehold
from asss.catalogue.language import half_up
from asss.catalogue.rules import Rule, Topic

__all__ = ["SUMMARY", "Candidates", "has_ends", "not_collected"]

#: The chapter of the text that stands first on the page.
SUMMARY = "sammendrag"

#: Distances beyond this, in percent, are no more telling for being larger.
FAR = 50


@dataclass
class Candidates:
    """
    The findings that facts give rise to.

    Parameters
    ----------
    book : FactBook
    known : Catalogue
        Relations between figures, and limits and weights with their reasons.
    """

    book: FactBook
    known: Catalogue

    # -- what figures say together -----------------------------------------------------

    def resources(self) -> Finding | None:
        """What is spent, beside what is spent when need is taken into account."""
        relation = self.known.service.relations.corrected
        if relation is None:
            return None
        raw, corrected = self.usable(relation.raw), self.usable(relation.corrected)
        said = [*self._spending(raw)] if raw else []
        if corrected and (one := self._corrected(raw, corrected)):
            # Who carries the mean is seen where it is told beside the plain one.
            said = said[:1] if one.rule is Rule.CORRECTED_PLAIN else said
            said.append(one)
        told = tuple(fact.indicator for fact in (raw, corrected) if fact)
        return self._finding(Topic.RESOURCES, said, told) if said else None

    def _spending(self, raw: Fact) -> Iterator[Statement]:
        why = Reasons(self.known)
        is_far = why.at_least("near_mean", "distance", abs(raw.given("distance")), raw)
        is_near = reads_near(raw, self._near)
        details: dict[str, Detail] = {
            "kommune": self.book.member.name,
            "value": level(raw),
            "mean": mean(raw),
        }
        if is_far and prints_distance(raw):
            details |= {
                "distance": distance(raw),
                "more": Word("more" if raw.side > 0 else "less"),
                "rank": self.rank(raw, why, spending=True),
            }
            yield self._say(SUMMARY, Rule.SPENDING, details, [raw], why)
        else:
            rule = Rule.SPENDING_NEAR if is_near else Rule.SPENDING_AGAINST
            yield self._say(SUMMARY, rule, details, [raw], why)
        yield from self._carried(raw, why)

    def decomposed(self) -> Finding | None:
        """How what is spent is corrected for need, where its parts are given."""
        if (found := decompose(self.book, self.known)) is None:
            return None

        def told(value: float, basis: str, *, is_shift: bool = False) -> Quantity:
            role: Literal["shift", "level"] = "shift" if is_shift else "level"
            return Quantity(value, "forholdstall", found.decimals, basis, role)

        basis, (first, *others, last) = found.basis, found.steps
        shift = sum(one.change or 0 for one in others)
        details: dict[str, Detail] = {
            "spent": told(first.ratio, basis),
            "others": told(shift, basis, is_shift=True),
            "need": told(last.change or 0, basis, is_shift=True),
            "computed": told(last.ratio, basis),
        }
        facts = [self.book.fact(name) for name in (found.corrected, found.raw)]
        rule = Rule.DECOMPOSED
        if found.printed is None or found.rest is None:
            facts, rule = facts[1:], Rule.DECOMPOSED_ALONE
        else:
            details |= {
                "printed": told(found.printed, found.printed_basis),
                "rest": told(found.rest, found.rest_basis, is_shift=True),
            }
        chapter = self._chapters[found.corrected]
        said = self._say(chapter, rule, details, facts, Reasons(self.known))
        return Finding(Topic.DECOMPOSED, (said,), ())

    def apart(self) -> Finding | None:
        """What is spent without a part that is posted wrongly, for everybody."""
        if (found := self._misposted()) is None:
            return None
        part, without = found
        why, away = Reasons(self.known), abs(without.given("distance"))
        is_far = why.at_least("near_mean", "distance", away, without)
        details: dict[str, Detail] = {
            "part": self.known.indicator(part).part,
            "kommune": self.book.member.name,
            "distance": distance(without),
            "side": Word("over" if without.side > 0 else "under"),
            "rank": self.rank(without, why, spending=True),
        }
        rule = Rule.SPENDING_WITHOUT if is_far else Rule.SPENDING_WITHOUT_NEAR
        said = self._say(SUMMARY, rule, details, [without], why)
        return self._finding(Topic.APART, [said], (without.indicator,))

    def _misposted(self) -> tuple[str, Fact] | None:
        """The part that makes the whole doubtful, and the whole without it."""
        relation = self.known.service.relations.sum
        if relation is None:
            return None
        whole = self.book.fact(relation.whole)
        for part, rest in relation.without.items():
            without = self.usable(rest)
            touching = set(whole.forbehold) & set(self.book.fact(part).forbehold)
            if without and "misposting" in self._kinds(touching):
                return part, without
        return None

    def _kinds(self, forbehold: Iterable[str]) -> set[str]:
        return {entry.kind for entry in self.known.forbehold_by_id(forbehold)}

    def _corrected(self, raw: Fact | None, corrected: Fact) -> Statement | None:
        why, away = Reasons(self.known), abs(corrected.given("distance"))
        is_far = why.at_least("on_mean", "distance", away, corrected)
        limit = self.known.phrases.thresholds.on_mean.value
        is_told = prints_distance if is_far else partial(reads_near, limit=limit)
        if not is_told(corrected):
            # Neither near the mean, nor as far as Tabell 1 lets a reader find.
            return None
        rank = self.rank(corrected, why, spending=True) if is_far else ""
        if raw and raw.mean_rule != corrected.mean_rule:
            return self._plain(raw, corrected, why, rank, is_far=is_far)
        alone = "" if raw else "_alone"
        facts = [corrected]
        need, peers = self._need(raw, corrected, why) if raw else ("", [])
        facts += peers
        details: dict[str, Detail] = {
            "kommune": self.book.member.name,
            "need": need,
            "value": level(corrected),
            "distance": distance(corrected),
            "more": Word("more" if corrected.side > 0 else "less"),
            "rank": rank,
        }
        rule = Rule(f"corrected{alone}{'' if is_far else '_near'}")
        return self._say(SUMMARY, rule, details, facts, why)

    def _plain(
        self, raw: Fact, corrected: Fact, why: Reasons, rank: Detail, *, is_far: bool
    ) -> Statement | None:
        """Both against the plain mean, which is the only one the corrected figure has.

        Beside the weighted mean of what is spent, a reader would take the one from the
        other, and the difference for need.
        """
        peers, plain = self._plain_mean(raw)
        if half_up(plain, raw.decimals) <= 0:
            return None
        basis = weakest(one.basis for one in peers)
        away = (raw.given() / plain - 1) * 100
        seen = half_up(raw.given(), raw.decimals) / half_up(plain, raw.decimals)
        more = "more" if away > 0 else "less"
        plainly = Fragment(Rule.LIKE_MEAN, {})
        is_raw_far = why.at_least("near_mean", "distance", abs(away), raw)
        is_apart = not reads_near(raw, self._near, plain)
        as_seen = half_up(abs(seen - 1) * 100) == half_up(abs(away))
        if is_raw_far and is_apart and as_seen:
            told = Quantity(abs(away), "prosent", 0, basis, "distance")
            inside: dict[str, Detail] = {"distance": told, "more": Word(more)}
            plainly = Fragment(Rule.APART_FROM_MEAN, inside)
        elif is_apart:
            plainly = Fragment(Rule.SIDE_OF_MEAN, {"more": Word(more, basis)})
        result = Fragment(Rule.LIKE_MEAN_VALUE, {"value": level(corrected)})
        if is_far:
            side = Word("more" if corrected.side > 0 else "less")
            inside = {"distance": distance(corrected), "more": side}
            result = Fragment(Rule.APART_FROM_MEAN, inside)
        sides = math.copysign(is_apart, away), corrected.side * is_far
        details: dict[str, Detail] = {
            "plain": Quantity(plain, raw.unit, raw.decimals, basis),
            "plainly": plainly,
            "joint": Word("joint_and" if len({*sides}) == 1 else "joint_but"),
            "corrected": result,
            "rank": rank,
        }
        facts = [corrected, raw, *peers]
        return self._say(SUMMARY, Rule.CORRECTED_PLAIN, details, facts, why)

    def _plain_mean(self, fact: Fact) -> tuple[list[Fact], float]:
        """Those that count in the mean, and their mean with the same weight for all."""
        peers = [
            one
            for one in self.book.peers(fact.indicator)
            if one.rank is not None and one.kommune in self.known.in_mean
        ]
        return peers, sum(one.given() for one in peers) / len(peers)

    def _need(
        self, raw: Fact, corrected: Fact, why: Reasons
    ) -> tuple[Detail, list[Fact]]:
        """Whether need is low or high: what is spent, of what is spent when corrected.

        Against the plain mean of what the members spend, as the corrected figure is.
        """
        peers, plain = self._plain_mean(raw)
        if plain <= 0 or corrected.given("index") <= 0:
            return Fragment(Rule.NEED_NONE, {}), []
        need = raw.given() / plain / corrected.given("index") * 1e4
        if not why.at_least("need", "need", abs(need - 100), raw):
            return Fragment(Rule.NEED_NONE, {}), []
        rule = Rule.NEED_LOW if need < 100 else Rule.NEED_HIGH
        is_far = abs(raw.given("distance")) >= self._near
        is_also = is_far and not prints_on(raw) and (need < 100) == (raw.side < 0)
        mark = claim([*(one.basis for one in peers), corrected.distance_basis])
        also: Detail = Word("also") if is_also else ""
        return Fragment(rule, {"also": also, "mark": mark}), [raw, *peers]

    def gap(self) -> Finding | None:
        """Where the distance from the mean lies, in kroner that add up in print."""
        relation = self.known.service.relations.sum
        if relation is None:
            return None
        part, whole = self._misposted() or ("", self.usable(relation.whole))
        why = Reasons(self.known)
        parts = [self.book.fact(name) for name in relation.parts if name != part]
        if (
            whole is None
            or not self._is_far(whole, why)
            or any(one.rank is None or one.n != whole.n for one in parts)
            # The means of the parts add up to that of the whole only where it is of the
            # same kommuner, and these weigh the same.
            or any(one.mean_rule != whole.mean_rule for one in parts)
        ):
            return None
        gap = _printed_gap(whole)
        if not gap:
            return None
        parts.sort(key=lambda one: -abs(_printed_gap(one)))
        large = [
            one
            for one in parts
            if why.at_least(
                "part_of_gap", "part_of_gap", abs(_printed_gap(one) / gap) * 100, one
            )
        ]
        if not large:
            return None
        # What is too small to be told of is put together, whichever way it lies.
        rest = gap - sum(map(_printed_gap, large))
        if rest and len(large) == len(parts):
            # Rounded, all the parts do not add up to it: the smallest makes room.
            rest += _printed_gap(large.pop())
        told = [(_printed_gap(one), one) for one in large]
        if rest:
            told.append((rest, whole))
        is_one_way = all(amount * gap > 0 for amount, _ in told)
        if part and not is_one_way:
            return None
        total = abs(whole.given() - whole.given("network_mean"))
        total *= whole.given("denominator") / 1e6
        basis = whole.distance_basis
        details: dict[str, Detail] = {
            "without": self.known.indicator(part).part if part else "",
            "whence": Word("from_weighted") if whole.is_weighted else "",
            "gap": Quantity(abs(gap), whole.unit, 0, basis),
            "total": Quantity(total, "millioner", 0, basis),
        }
        rule = Rule.GAP_APART if part else Rule.GAP
        if is_one_way:
            inside = Rule.GAP_PART
            details["parts"] = tuple(self._part(inside, *one, whole) for one in told)
        else:
            rule = Rule.GAP_MIXED
            details["parts"] = self._one_way([o for o in told if o[0] * gap > 0], whole)
            details["others"] = self._one_way(
                [o for o in told if o[0] * gap < 0], whole
            )
        said = self._say(SUMMARY, rule, details, [whole, *large], why)
        return self._finding(Topic.GAP, [said], (), about=[whole])

    def _one_way(
        self, told: Sequence[tuple[float, Fact]], whole: Fact
    ) -> tuple[Detail, ...]:
        """Parts on one side of the mean, which the first of them names."""
        rules = [Rule.GAP_PART_SIDED, *[Rule.GAP_PART_TO] * len(told)]
        return tuple(
            self._part(rule, *one, whole)
            for rule, one in zip(rules, told, strict=False)
        )

    def _part(self, rule: Rule, amount: float, part: Fact, whole: Fact) -> Detail:
        """A part of what is told of the whole; the whole itself stands for the rest."""
        name: Detail = self.known.indicator(part.indicator).part
        details: dict[str, Detail] = {
            "amount": Quantity(abs(amount), part.unit, 0, part.distance_basis),
            "part": Word("rest") if part is whole else name,
            "more": Word("more" if amount > 0 else "less"),
        }
        return Fragment(rule, details)

    def driver(self) -> Finding | None:
        """What a cost is high or low by: how many there are, or how much each gets."""
        relation = self.known.service.relations.product
        if relation is None:
            return None
        product = self.usable(relation.product)
        share, amount = self.usable(relation.share), self.usable(relation.amount)
        if product is None or share is None or amount is None:
            return None
        # Of what is zero or below there is no logarithm, and no factor.
        if min(one.given("index") for one in (product, share, amount)) <= 0:
            return None
        why = Reasons(self.known)
        away = abs(product.given("distance"))
        made = half_up(share.given("index")) * half_up(amount.given("index")) / 100
        off = abs(made - half_up(product.given("index")))
        if (
            not why.at_least("near_mean", "distance", away, product)
            or not why.at_most("product", "product", off, product)
            or not prints_distance(product)
            or self.moved(product, why)
        ):
            return None
        of_share = math.log(share.given("index") / 100)
        weight = of_share / math.log(product.given("index") / 100) * 100
        details: dict[str, Detail] = self._level_details(product) | {
            "size": Word("larger" if share.side > 0 else "smaller"),
            "more": Word("more" if amount.side > 0 else "less"),
            "share": level(share),
            "share_mean": mean(share),
            "amount": level(amount),
            "amount_mean": mean(amount),
        }
        facts, told = [product, share, amount], [product]
        far = [self._is_far(one, why) for one in (share, amount)]
        if why.at_least("driver", "driver", weight, product) and far == [True, False]:
            rule, told = Rule.DRIVER_SHARE, [product, share]
        elif far == [False, True] and why.at_least(
            "driver", "driver", 100 - weight, product
        ):
            rule, told = Rule.DRIVER_AMOUNT, [product, amount]
        elif all(far) and share.side == amount.side == product.side:
            rule = Rule.DRIVER_BOTH
        else:
            return None
        chapter = self.chapter(product)
        said = self._say(chapter, rule, details, facts, why)
        names = tuple(fact.indicator for fact in told)
        return self._finding(Topic.DRIVER, [said], names, about=told)

    def amount(self) -> Finding | None:
        """An amount in a year, beside for how long it is paid."""
        relation = self.known.service.relations.duration
        fact = self.usable(relation.amount) if relation else None
        if relation is None or fact is None:
            return None
        why = Reasons(self.known)
        if not self._is_far(fact, why):
            return None
        said = [self.tell(fact, why)]
        lengths = [one for n in relation.lengths if (one := self.usable(n))]
        # The sentence has no room for a caveat.
        if (
            said[0].rule not in (Rule.MOVED, Rule.MOVED_PERCENT)
            and len(lengths) == len(relation.lengths)
            and all(one.side == fact.side and self._is_far(one, why) for one in lengths)
            and not self.caveats(lengths)
        ):
            details: dict[str, Detail] = {
                "longer": Word("longer" if fact.side > 0 else "shorter"),
                "mark": claim(one.distance_basis for one in lengths),
            }
            chapter = self.chapter(fact)
            said.append(self._say(chapter, Rule.DURATION, details, lengths, why))
        return self._finding(Topic.AMOUNT, said, (fact.indicator,), about=[fact])

    def few_but_long(self) -> Finding | None:
        """Few are reached and stay long, or many and not long."""
        relation = self.known.service.relations.coverage
        if relation is None:
            return None
        share, long = self.usable(relation.share), self.usable(relation.long)
        why = Reasons(self.known)
        if (
            share is None
            or long is None
            or share.side == long.side
            or not (self._is_far(share, why) and self._is_far(long, why))
        ):
            return None
        first = self.tell(share, why, is_level=True)
        rank = self.rank(long, why)
        details = self._level_details(long) | {"rank": rank}
        rule = Rule.LEVEL_BUT_RANKED if rank else Rule.LEVEL_BUT
        second = self._say(first.chapter, rule, details, [long], why)
        facts = [share, long]
        names = tuple(one.indicator for one in facts)
        return self._finding(Topic.FEW_BUT_LONG, [first, second], names, about=facts)

    def ages(self) -> Finding | None:
        """The young apart from the adults."""
        relation = self.known.service.relations.ages
        if relation is None:
            return None
        young, adult = self.usable(relation.young), self.usable(relation.adult)
        if young is None or adult is None:
            return None
        why = Reasons(self.known)
        apart = abs(young.given("distance") - adult.given("distance"))
        if not why.at_least("apart", "apart", apart, young):
            return None
        if self.moved(young, why) or self.moved(adult, why):
            return None
        far = [self._is_far(one, why) for one in (young, adult)]
        if not any(far) or (all(far) and young.side == adult.side):
            return None
        return self._pair(Topic.AGES, young, adult, why)

    def lengths(self) -> Finding | None:
        """How long it is paid, where it is long, or short, of every kind."""
        relation = self.known.service.relations.duration
        facts = [self.usable(n) for n in relation.lengths] if relation else []
        why = Reasons(self.known)
        far = [one for one in facts if one and self._is_far(one, why)]
        if len(far) != 2 or far[0].side != far[1].side:
            return None
        return self._pair(Topic.LEVEL, far[0], far[1], why)

    def _pair(
        self, topic: Topic, first: Fact, second: Fact, why: Reasons
    ) -> Finding | None:
        other = self.known.indicator(second.indicator)
        if not other.also:
            return None
        ranks = [self.rank(one, why, years=False) for one in (first, second)]
        is_both = ranks[0] and ranks[0] == ranks[1]
        is_far = all(self._is_far(one, why) for one in (first, second))
        is_against = is_far and first.side != second.side
        both: Detail = ""
        if is_both and isinstance(ranks[0], Fragment):
            both, ranks = Fragment(Rule.RANK_BOTH, ranks[0].details), ["", ""]
        details: dict[str, Detail] = {
            "clause": self._clause(first),
            "mean": mean(first),
            "rank": ranks[0],
            "joint": Word("joint_but" if is_against else "joint_and"),
            "other": Telling(other.also, level(second)),
            "other_mean": mean(second),
            "other_rank": ranks[1],
            "both": both,
        }
        facts = [first, second]
        said = self._say(self.chapter(first), Rule.LEVEL_PAIR, details, facts, why)
        names = tuple(one.indicator for one in facts)
        return self._finding(topic, [said], names, about=facts)

    # -- one figure --------------------------------------------------------------------

    def level(self, name: str) -> Finding | None:
        """One figure beside the mean, and which way it has moved.

        None where it is near the mean, or no further from it than chance, and has not
        moved: that is told of several at once. Of a part of what is spent its level
        alone is told, and near the mean there is nothing to tell.
        """
        fact = self.book.fact(name)
        if name in self.book.pending(self.known) or not self._clause_of(fact):
            return None
        # What is posted wrongly is not first said and then excused.
        if "misposting" in self._kinds(fact.forbehold):
            return None
        why = Reasons(self.known)
        if self.usable(name) is None:
            alone = self._unlike(fact)
            if alone is None:
                return None
            return self._finding(Topic.MISSING, [alone], (name,), about=[])
        may_move = name not in self.book.components
        if not (self._is_far(fact, why) or (may_move and self.moved(fact, why))):
            return None
        said = [self.tell(fact, why), *self._carried(fact, why)]
        return self._finding(Topic.LEVEL, said, (name,), about=[fact])

    def tell(self, fact: Fact, why: Reasons, *, is_level: bool = False) -> Statement:
        """A figure beside the mean in a sentence, with its change where it is clear."""
        is_level = is_level or fact.indicator in self.book.components
        way = None if is_level else self.moved(fact, why)
        rank = self.rank(fact, why, years=not way)
        details = self._level_details(fact) | {"rank": rank}
        facts = [fact]
        if way:
            rule, facts = self._moved(fact, way, details)
        elif fact.unit == "kr" and self._is_far(fact, why) and prints_distance(fact):
            rule = Rule.LEVEL_DISTANCE
        else:
            rule = Rule.LEVEL_RANKED if rank else Rule.LEVEL
        return self._say(self.chapter(fact), rule, details, facts, why)

    def _moved(
        self, fact: Fact, way: Literal["up", "down"], details: dict[str, Detail]
    ) -> tuple[Rule, list[Fact]]:
        indicator = self.known.indicator(fact.indicator)
        before = self.book.fact(fact.indicator, year=fact.year - 1)
        details |= {
            "subject": indicator.mention,
            "moves": Word(f"moves_{indicator.scale}_{way}"),
            "previous": _bare(previous(fact)),
            "value": level(fact),
            "prices": "",
        }
        if isinstance(rank := details.get("rank"), Fragment):
            # Down, and still the highest; up, and still the lowest.
            is_against = (fact.side > 0) == (way == "down")
            now = Rule.RANK_NOW_BUT if is_against else Rule.RANK_NOW
            details["rank"] = Fragment(now, rank.details)
        if fact.unit != "kr" or not prints_change(fact):
            return Rule.MOVED, [fact, before]
        percent = abs(fact.change_percent or 0)
        basis = weakest(bases_of_change((fact,)))
        details["percent"] = Quantity(percent, "prosent", 0, basis, "distance")
        return Rule.MOVED_PERCENT, [fact, before]

    def _unlike(self, fact: Fact) -> Statement | None:
        """A figure that has no mean to be held against."""
        chapter = self.chapter(fact)
        why = Reasons(self.known)
        if fact.value is None:
            return None
        withheld = why_withheld(self.known, fact)
        entries = self.known.forbehold_by_id(fact.forbehold)
        is_void = any(self.known.kinds[one.kind].mean == "void" for one in entries)
        # A figure that is known to be wrong stands in Tabell 1, with its note.
        if withheld and not is_void:
            return None
        details: dict[str, Detail] = {"clause": self._clause(fact), "reason": withheld}
        if lacks_base(self.known, fact):
            why.append("no_base")
            details |= {
                "mean": mean(fact),
                "side": Word("over" if fact.side > 0 else "under"),
            }
            rule = Rule.LEVEL if prints_on(fact) else Rule.LEVEL_SIDE
            return self._say(chapter, rule, details, [fact], why)
        return self._say(chapter, Rule.LEVEL_ALONE, details, [fact], why)

    def _carried(self, fact: Fact, why: Reasons) -> Iterator[Statement]:
        """Where one member carries the mean past nearly all of the others."""
        peers = [one for one in self.book.peers(fact.indicator) if one.rank]
        heaviest = max(peers, key=lambda one: one.denominator or 0)
        others = [one for one in peers if one is not heaviest]
        if (
            fact.mean_rule != "weighted"
            or fact is heaviest
            or fact.kommune not in self.known.in_mean
            or not has_ends(self.known, fact)
            or len(others) < 2
            or prints_on(heaviest)
        ):
            return
        # Who is printed on the mean, is on neither side of it to a reader who counts.
        apart = [one for one in others if not prints_on(one)]
        alike = [one for one in apart if one.side == -heaviest.side]
        end: End = "highest" if heaviest.side > 0 else "lowest"
        place, _ = self._place(fact, end)
        outermost = self.known.phrases.thresholds.among_outermost.value
        is_told = fact.indicator in self._whole or place <= outermost
        if len(alike) >= len(others) - 1 and fact in alike and is_told:
            details: dict[str, Detail] = {
                "kommune": self.known.network.member(heaviest.kommune).name,
                "way": Word("draws_up" if heaviest.side > 0 else "draws_down"),
                "count": Count(len(alike)),
                "n": Count(len(peers)),
                "side": Word("under" if heaviest.side > 0 else "over"),
                "mark": claim(one.distance_basis for one in peers),
            }
            yield self._say(
                self.chapter(fact), Rule.MEAN_CARRIED, details, [fact, *peers], why
            )

    def course(self) -> Finding | None:
        """How the whole that is spent has moved; its level is told first of all."""
        relation = self.known.service.relations.corrected
        raw = self.usable(relation.raw) if relation else None
        why = Reasons(self.known)
        way = self.moved(raw, why) if raw else None
        if raw is None or way is None:
            return None
        details: dict[str, Detail] = {}
        rule, facts = self._moved(raw, way, details)
        if rule is not Rule.MOVED_PERCENT:
            return None
        details["year"] = raw.year - 1
        said = self._say(self.chapter(raw), Rule.MOVED_WHOLE, details, facts, why)
        return self._finding(Topic.CHANGE, [said], (), about=[raw])

    # -- several figures ---------------------------------------------------------------

    def joint(self, chapter: str) -> list[Finding]:
        """Groups of which every figure has moved the same way, told by the largest."""
        findings = []
        for group in self.known.service.groups:
            members = [
                self.book.fact(one.id)
                for one in self.known.service.in_chapter(chapter)
                if one.group == group.id
            ]
            why = Reasons(self.known)
            ways = {self.moved(fact, why) for fact in members}
            if len(members) < 2 or len(ways) != 1 or None in ways:
                continue
            most = max(members, key=lambda fact: abs(fact.change_percent or 0))
            indicator = self.known.indicator(most.indicator)
            way = "up" if most.given("change") > 0 else "down"
            details: dict[str, Detail] = {
                "subject": group.subject,
                "moves": Word(f"moves_{indicator.scale}_{way}"),
                "most": indicator.mention,
                "previous": _bare(previous(most)),
                "value": level(most),
                "mark": claim(bases_of_change(members), previous(most), level(most)),
            }
            before = [self.book.fact(o.indicator, year=o.year - 1) for o in members]
            facts = [*members, *before]
            said = self._say(chapter, Rule.MOVED_ALL, details, facts, why)
            others = (fact.indicator for fact in members if fact is not most)
            names = (most.indicator, *others)
            findings.append(self._finding(Topic.JOINT, [said], names, about=[most]))
        return findings

    def missing(self, chapter: str) -> list[Finding]:
        """What there is no figure for, that of the same reason together."""
        groups: dict[Detail, list[Fact]] = {}
        for one in self.known.service.in_chapter(chapter):
            fact = self.book.fact(one.id)
            if fact.value is None and one.id not in self.book.pending(self.known):
                reason: Detail = why_withheld(self.known, fact)
                reason = reason or why_missing(self.known, fact)
                groups.setdefault(reason, []).append(fact)
        findings = []
        for reason, facts in groups.items():
            details: dict[str, Detail] = {
                "subject": mentions(self.known, facts),
                "year": self.book.run.year,
                "reason": reason,
            }
            said = self._say(
                chapter, Rule.LEVEL_MISSING, details, facts, Reasons(self.known)
            )
            names = tuple(fact.indicator for fact in facts)
            findings.append(self._finding(Topic.MISSING, [said], names, about=[]))
        return findings

    def growing(self) -> Finding | None:
        """An amount that moves together with how long it is paid."""
        relation = self.known.service.relations.duration
        amount = self.usable(relation.amount) if relation else None
        if relation is None or amount is None:
            return None
        why = Reasons(self.known)
        way = self.moved(amount, why)
        lengths = [one for n in relation.lengths if (one := self.usable(n))]
        alike = [one for one in lengths if way and self.moved(one, why) == way]
        if way is None or not alike:
            return None
        most = max(alike, key=lambda one: abs(one.change_percent or 0))
        said = [self.tell(amount, why)]
        details: dict[str, Detail] = {}
        _, facts = self._moved(most, way, details)
        said.append(self._say(said[0].chapter, Rule.MOVED_TOO, details, facts, why))
        told = [amount, most]
        names = tuple(one.indicator for one in told)
        return self._finding(Topic.JOINT, said, names, about=told)

    def stable(self, chapter: str) -> list[Finding]:
        """Groups that have been stable over the years of Tabell 1."""
        weight = self.known.phrases.weights[Topic.STABLE].value
        return [
            Finding(Topic.STABLE, (said,), (), weight)
            for said in stable_groups(self.book, self.known, chapter)
        ]

    def rest(self, chapter: str, told: Iterable[str]) -> Finding | None:
        """What is near the mean, or as near as chance, and not told yet."""
        told = set(told)
        left = [
            fact
            for one in self.known.service.in_chapter(chapter)
            if one.id not in told
            and (fact := self.usable(one.id))
            and not self._is_far(fact, Reasons(self.known))
            # Near in decimals alone, a reader of Tabell 1 would not call it near.
            and (reads_near(fact, self._near) or fact.distance_clear is False)
            and not self.caveats([fact])
        ]
        if not left:
            return None
        is_near = all(
            abs(fact.given("distance")) < self._near and reads_near(fact, self._near)
            for fact in left
        )
        details: dict[str, Detail] = {
            "subject": mentions(self.known, left),
            "mark": claim(fact.distance_basis for fact in left),
        }
        rule = Rule.REST_NEAR if is_near else Rule.REST_UNCLEAR
        said = self._say(chapter, rule, details, left, Reasons(self.known))
        names = tuple(fact.indicator for fact in left)
        return self._finding(Topic.REST, [said], names, about=[])

    def pending(self) -> Finding | None:
        """What is collected by hand and not collected yet: once, for the whole page."""
        names = self.book.pending(self.known)
        said = not_collected(self.book, self.known)
        return self._finding(Topic.PENDING, said, names, about=[]) if said else None

    # -- what they are made of ---------------------------------------------------------

    @cached_property
    def _near(self) -> float:
        return self.known.phrases.thresholds.near_mean.value

    @cached_property
    def _apart(self) -> float:
        return self.known.phrases.thresholds.apart.value

    @cached_property
    def _chapters(self) -> dict[str, str]:
        service = self.known.service
        return {
            indicator.id: chapter.id
            for chapter in service.chapters
            for indicator in service.in_chapter(chapter.id)
        }

    @cached_property
    def _whole(self) -> tuple[str, ...]:
        """What is spent, which is told first and so never without its mean's bearer."""
        relation = self.known.service.relations.corrected
        return (relation.raw,) if relation else ()

    def chapter(self, fact: Fact) -> str:
        """Which chapter speaks of a figure; of a component, that of its whole."""
        relation = self.known.service.relations.sum
        name = fact.indicator
        if name not in self._chapters and relation:
            name = relation.whole
        return self._chapters[name]

    def usable(self, name: str) -> Fact | None:
        """The report's own figure, where it may be held against the mean."""
        fact = self.book.fact(name)
        return fact if fact.value is not None and fact.index is not None else None

    def moved(self, fact: Fact, why: Reasons) -> Literal["up", "down"] | None:
        """Which way a figure has clearly moved since last year."""
        return clear_direction(self.known, fact, why)

    def _is_far(self, fact: Fact, why: Reasons) -> bool:
        """Whether a figure is away from the mean, and by more than chance."""
        away = abs(fact.given("distance"))
        if not why.at_least("near_mean", "distance", away, fact):
            return False
        if prints_on(fact):
            why.append("reads_as_mean")
            return False
        if fact.distance_clear is False:
            why.append("chance")
            return False
        return True

    def _clause_of(self, fact: Fact) -> str:
        return self.known.indicator(fact.indicator).clause

    def _clause(self, fact: Fact) -> Telling:
        return Telling(self._clause_of(fact), level(fact))

    def _level_details(self, fact: Fact) -> dict[str, Detail]:
        return {
            "clause": self._clause(fact),
            "value": level(fact),
            "mean": mean(fact),
            "distance": distance(fact),
            "side": Word("over" if fact.side > 0 else "under"),
            "rank": "",
        }

    def _say(
        self,
        chapter: str,
        rule: Rule,
        details: dict[str, Detail],
        facts: Sequence[Fact],
        why: Reasons,
    ) -> Statement:
        ids = tuple(dict.fromkeys(fact.id for fact in facts))
        limits = rule.topic.limits
        reasons = tuple(
            one
            for one in dict.fromkeys(why)
            if isinstance(one, str) or one.limit in limits
        )
        given = {"caveat": "", **details}
        kept = {name: given[name] for name in sorted(rule.fields) if name in given}
        return Statement(chapter, rule, kept, ids, reasons)

    def _finding(
        self,
        topic: Topic,
        said: Sequence[Statement],
        told: Sequence[str],
        *,
        about: Sequence[Fact] | None = None,
    ) -> Finding:
        weight = self.known.phrases.weights[topic].value
        facts = [self.book.fact(n) for n in told] if about is None else about
        strength = max((self.strength(fact) for fact in facts), default=0.0)
        if len(told) == 1:
            weight *= self.known.indicator(told[0]).weight
        salience = round(weight * (0.5 + strength), 3)
        return Finding(topic, tuple(said), tuple(told), salience)

    def strength(self, fact: Fact) -> float:
        """How far a figure is from the mean or from last year, from 0 to 1.3.

        Outermost of the members counts 0.3; more than half from the mean no more.
        """
        away = abs(fact.distance or 0) if fact.distance_clear is not False else 0
        is_clear = self.moved(fact, Reasons(self.known))
        change = abs(fact.change_percent or 0) if is_clear else 0
        ends = has_ends(self.known, fact) and away >= self._apart
        ends = ends and self.known.effects(fact.forbehold).has_place
        outer = 0.3 if ends and (fact.is_highest or fact.is_lowest) else 0
        return min(max(away, change), FAR) / FAR + outer

    def caveats(
        self, facts: Iterable[Fact], told: Literal["level", "change", "both"] = "level"
    ) -> list[Forbehold]:
        """
        What must stand beside the report's own figures, in the order of the file.

        Parameters
        ----------
        told : "level", "change" or "both"
            What is said of them. What is on the level in both years is not on the
            change between them; what is on the step into a year, on nothing else.
        """
        own = {
            (fact.indicator, fact.year): {*fact.forbehold}
            for fact in facts
            if fact.kommune == self.book.member.id and fact.value is not None
        }
        due = set[str]()
        for (name, year), ids in own.items():
            others = own.get((name, year - 1), set()) | own.get((name, year + 1), set())
            for entry in self.known.forbehold_by_id(ids):
                match self.known.kinds[entry.kind].told:
                    case "with_finding":
                        is_due = told != "change" or entry.id not in others
                    case "with_change":
                        is_due = told != "level" and year == self.book.run.year
                    case _:
                        is_due = False
                due |= {entry.id} if is_due and not entry.is_page_wide else set()
        return list(self.known.forbehold_by_id(due))

    # -- rank --------------------------------------------------------------------------

    def rank(
        self, fact: Fact, why: Reasons, *, spending: bool = False, years: bool = True
    ) -> Detail:
        """Where among the members, if at an end and away from the mean; else nothing.

        Never by decimals that are not printed, and what is shared is told as shared.
        """
        if is_uncounted(self.known, fact):
            why.append("uncounted")
            return ""
        if fact.rank is None or not self._is_far_enough(fact, spending=spending):
            return ""
        if not self.known.effects(fact.forbehold).has_place:
            return ""
        if not has_ends(self.known, fact):
            return ""
        end: End = "highest" if fact.side > 0 else "lowest"
        place, alike = self._place(fact, end)
        last = place + alike - 1
        if not why.at_most("among_outermost", "place", last, fact):
            return ""
        shared = alike > 1
        if shared and not self._is_shared_truly(fact):
            return ""
        scale = "spending" if spending else self.known.indicator(fact.indicator).scale
        key, rule, basis = (
            f"rank_{scale}_{place}_{end}",
            Rule.RANK_TAIL,
            fact.distance_basis,
        )
        held = self._years_at(fact, end) if place == 1 and not shared else 0
        if years and held >= self.known.phrases.thresholds.several_years.value:
            span = self.book.history(fact.indicator)[-held:]
            rule, basis = (
                Rule.RANK_TAIL_YEARS,
                weakest(one.distance_basis for one in span),
            )
        word = Word(key, basis)
        rank = Fragment(Rule.RANK_SHARED, {"rank": word}) if shared else word
        return Fragment(rule, {"rank": rank})

    def _is_far_enough(self, fact: Fact, *, spending: bool) -> bool:
        if fact.distance is None or fact.distance_clear is False or prints_on(fact):
            return False
        limits = self.known.phrases.thresholds
        near = limits.on_mean.value if spending else limits.near_mean.value
        return abs(fact.distance) >= near

    def _place(self, fact: Fact, end: End) -> tuple[int, int]:
        """Place from an end by printed figures, and how many print the same."""
        own = half_up(fact.given(), fact.decimals)
        values = [
            half_up(peer.value, fact.decimals)
            for peer in self.book.peers(fact.indicator, fact.year)
            if peer.rank is not None and peer.value is not None
        ]
        beyond = sum(v > own if end == "highest" else v < own for v in values)
        return beyond + 1, values.count(own)

    def _is_shared_truly(self, fact: Fact) -> bool:
        """Whether those that print the same are the same."""
        own = half_up(fact.given(), fact.decimals)
        return all(
            math.isclose(peer.value, fact.given(), abs_tol=1e-12)
            for peer in self.book.peers(fact.indicator, fact.year)
            if peer.value is not None and half_up(peer.value, fact.decimals) == own
        )

    def _years_at(self, fact: Fact, end: End) -> int:
        """For how many years, up to the report's, nobody else has been as far out.

        As each of them is printed: who was on level with the kommune in the reports of
        a year before, was no less outermost. Not across a break: before it, the figures
        are another kommune's.
        """
        years = 0
        for one in reversed(self.book.history(fact.indicator)):
            if one.rank is None or self._place(one, end) != (1, 1):
                break
            if not has_ends(self.known, one) or self.caveats([one]):
                break
            years += 1
            if self.known.effects(one.forbehold).change != "shown":
                break
        return years


def not_collected(book: NetworkBook, known: Catalogue) -> list[Statement]:
    """What is collected by hand and not collected yet: once, for the whole page."""
    names = book.pending(known)
    if not names:
        return []
    details: dict[str, Detail] = {
        "subject": tuple(known.indicator(name).mention for name in names),
        "year": book.run.year,
    }
    ids = tuple(fact.id for fact in book.reported if fact.indicator in names)
    return [Statement(SUMMARY, Rule.MANUAL_PENDING, details, ids)]


def has_ends(known: Catalogue, fact: Fact) -> bool:
    """Whether «høyest» and «lavest» say something: of many members, not all alike."""
    limit = known.phrases.thresholds.among_outermost.value * 2
    return fact.n > limit and fact.lowest != fact.highest


def _bare(amount: Quantity) -> Quantity:
    """Without a unit that is a word: «fra 4,1 til 4,7 måneder»."""
    is_word = amount.unit in ("maneder", "timer", "per_1000", "per_10000")
    return replace(amount, unit="forholdstall") if is_word else amount


def _printed_gap(fact: Fact) -> float:
    """Value less mean, as both are printed."""
    own, middle = fact.given(), fact.given("network_mean")
    return half_up(own, fact.decimals) - half_up(middle, fact.decimals)

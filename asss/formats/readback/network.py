"""
What «ASSS samlet» says of the network, worked out from its facts by the other hand.

A sentence of a rule ``network_…`` has one wording that its facts allow, or none: every
name, figure and mark in it is found here once more, from everybody's facts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeAlias

from asss.catalogue.catalogue import Catalogue
from asss.formats.readback.expectation import (
    amount,
    capital,
    listed,
    marked,
    percent,
    unavailable,
    written,
)

__all__ = ["texts"]

Fact: TypeAlias = Mapping[str, Any]
Fields: TypeAlias = dict[str, str]

#: Names in print of ends and directions.
EXTREME: Mapping[str, Callable[[Iterable[float]], float]] = {
    "lowest": min,
    "highest": max,
}


def texts(
    rule: str, own: Sequence[Fact], facts: Mapping[str, Any], known: Catalogue
) -> list[str]:
    """The sentences that a rule may write of the facts it names; none if it may not."""
    return _Network(facts, known).texts(rule.removeprefix("network_"), own)


class _Network:
    """Everybody's facts, by what they are about."""

    def __init__(self, facts: Mapping[str, Any], known: Catalogue) -> None:
        self._known, self._words = known, known.phrases.words
        self._by_key: dict[tuple[str, int], list[Fact]] = {}
        for fact in facts["facts"]:
            key = (fact["indicator"], fact["year"])
            self._by_key.setdefault(key, []).append(fact)
        self._year = int(facts["run"]["year"])
        self._labels = {
            entry["id"]: entry["label"]
            for entry in facts["forbehold"]
            if known.kinds[entry["kind"]].is_doubt
        }
        self._withheld = {
            entry["id"]: entry["label"]
            for entry in facts["forbehold"]
            if known.kinds[entry["kind"]].distance == "withheld"
        }

    def texts(self, rule: str, own: Sequence[Fact]) -> list[str]:
        names = list(dict.fromkeys(fact["indicator"] for fact in own))
        first, second = names[0], names[-1]
        match rule:
            case "span" | "alike":
                fields = self._span(self._ranked(first), of_all=True)
                fields |= self._since(first)
                fields["reserve"] = self._doubts(self._ranked(first))
            case "corrected" | "spread":
                fields = self._two(rule, first, second)
            case "highest" | "lowest":
                fields = self._pair(rule, own)
            case "mean_up" | "mean_down":
                fields = self._moved(first) | self._along(rule[5:], names[1:])
                if {self._way(name) for name in names} != {rule[5:]}:
                    return []
            case "kommune_up" | "kommune_down":
                fields = self._kommune(own[0])
                if (own[0]["change"] > 0) != rule.endswith("up"):
                    return []
            case "carried_up" | "carried_down":
                fields = self._carried(first, 1 if rule.endswith("up") else -1)
            case "withheld":
                fields = self._void(own)
            case _:
                return []
        return [self._say(rule, **fields)] if fields else []

    def _say(self, rule: str, **fields: str) -> str:
        fields |= {
            f"{of}Subject": capital(subject)
            for of in ("", "other_")
            if (subject := fields.get(f"{of}subject"))
        }
        sentence = self._known.phrases.phrases[f"network_{rule}"].sentence
        return sentence.format(**fields)

    # -- which facts, and whose --------------------------------------------------------

    def _peers(self, indicator: str, year: int | None = None) -> list[Fact]:
        return self._by_key.get((indicator, year or self._year), [])

    def _ranked(self, indicator: str, year: int | None = None) -> list[Fact]:
        return [f for f in self._peers(indicator, year) if f["rank"] is not None]

    def _sound(self, indicator: str) -> list[Fact]:
        return [f for f in self._ranked(indicator) if not self._doubted(f)]

    def _doubted(self, fact: Fact) -> list[str]:
        return [self._labels[n] for n in self._labels if n in fact["forbehold"]]

    def _name(self, fact: Fact) -> str:
        return self._known.network.member(fact["kommune"]).name

    def _list(self, items: Iterable[str]) -> str:
        return listed(items, self._words)

    def _subject(self, indicator: str, *, brief: bool = True) -> str:
        found = self._known.indicator(indicator)
        # «Kroner» does not say per whom; the other units say all.
        return found.mention if brief and found.unit != "kr" else found.subject

    # -- what is said of them ----------------------------------------------------------

    def _amount(self, fact: Fact, field: str, *bases: str) -> str:
        basis = {"network_mean": "mean_basis", "previous": "previous_basis"}
        own = fact[basis.get(field, "basis")]
        return amount(fact[field], fact, self._words, own, *bases)

    def _at(self, facts: Sequence[Fact], end: str) -> list[Fact]:
        value = EXTREME[end](fact["value"] for fact in facts)
        told = written(value, facts[0]["decimals"])
        return [f for f in facts if written(f["value"], f["decimals"]) == told]

    def _span(
        self, facts: Sequence[Fact], of: str = "", *, of_all: bool = False
    ) -> Fields:
        one = facts[0]
        fields = {
            "subject": self._subject(one["indicator"], brief=not of_all),
            "mean": self._amount(one, "network_mean"),
        }
        beside = set()
        for end in EXTREME:
            held = self._at(facts, end)
            bases = [fact["basis"] for fact in held]
            worst = next((f for f in held if marked(self._words, f["basis"])), held[0])
            beside.add(marked(self._words, *bases))
            fields[end] = self._amount(worst, "value", *bases)
            fields[f"{end}_kommuner"] = self._list(map(self._name, held))
        fields["mark"] = self._claim([one["mean_basis"]], beside)
        return {f"{of}{field}": text for field, text in fields.items()}

    def _claim(self, bases: Iterable[str], beside: set[str]) -> str:
        """The mark of a claim, unless each of the numbers beside it bears the same."""
        sign = marked(self._words, *bases)
        return "" if beside == {sign} else sign

    def _doubts(self, facts: Sequence[Fact]) -> str:
        items = [
            f"{self._name(fact)} ({'; '.join(labels)})"
            for fact in facts
            if (labels := self._doubted(fact))
        ]
        return self._say("doubted", kommuner=self._list(items)) if items else ""

    def _two(self, rule: str, first: str, second: str) -> Fields:
        """Two spans of figures without doubt: before and after, or widest and least."""
        both = self._sound(first), self._sound(second)
        is_raw = rule == "corrected"
        fields = self._span(both[0], of_all=is_raw) | self._span(both[1], "other_")
        if is_raw:
            return fields | {
                f"{of}reserve": self._say("left_out", kommuner=self._list(left))
                if (
                    left := [
                        self._name(f) for f in self._ranked(name) if self._doubted(f)
                    ]
                )
                else ""
                for of, name in (("", first), ("other_", second))
            }
        compared = {
            row.id: facts
            for row in self._known.service.indicators
            if len(facts := self._sound(row.id)) > 1
            and (facts[0]["network_mean"] or 0) > 0
        }
        whole = {
            name: self._share(facts)
            for name, facts in compared.items()
            if len(facts) == len(self._ranked(name))
        }
        if not whole or (whole.get(first), whole.get(second)) != (
            max(whole.values()),
            min(whole.values()),
        ):
            return {}
        ends = [self._at(facts, end) for facts in both for end in EXTREME]
        beside = {marked(self._words, *(f["basis"] for f in held)) for held in ends}
        bases = [compared[name][0]["mean_basis"] for name in whole]
        return fields | {
            "mark": self._claim(bases, beside),
            "reserve": self._say("some_left_out") if len(whole) < len(compared) else "",
        }

    def _share(self, facts: Sequence[Fact]) -> float:
        high, low = (self._at(facts, end)[0]["value"] for end in ("highest", "lowest"))
        return float((high - low) / facts[0]["network_mean"])

    def _pair(self, end: str, own: Sequence[Fact]) -> Fields:
        """Two figures of one kommune, each alone at the end."""
        for fact in own:
            at = self._at(self._ranked(fact["indicator"]), end)
            if len(own) != 2 or at != [fact] or self._doubted(fact):
                return {}
        beside = {marked(self._words, fact["basis"]) for fact in own}
        bases = [fact["mean_basis"] for fact in own]
        fields = {"kommune": self._name(own[0]), "mark": self._claim(bases, beside)}
        if self._name(own[1]) != fields["kommune"]:
            return {}
        for of, fact in zip(("", "other_"), own, strict=True):
            fields |= {
                f"{of}subject": self._subject(fact["indicator"]),
                f"{of}value": self._amount(fact, "value"),
                f"{of}mean": self._amount(fact, "network_mean"),
            }
        return fields

    def _way(self, indicator: str) -> str:
        """Which way the mean has gone, where that may be told."""
        now = self._peers(indicator)[0]
        earlier = self._peers(indicator, self._year - 1)
        if not earlier or now["mean_change"] is None:
            return ""
        mean, before = now["network_mean"], earlier[0]["network_mean"]
        if abs(mean - before - now["mean_change"]) > 1e-9 * max(1.0, abs(mean)):
            return ""
        places = now["decimals"]
        if written(mean, places) == written(before, places):
            return "stable"
        limit = self._known.phrases.thresholds.stable_change.value
        if before > 0 and round(abs(mean - before) / before * 100, 9) < limit:
            return "stable"
        return "up" if mean > before else "down"

    def _since(self, indicator: str) -> Fields:
        way = self._way(indicator)
        fields = self._moved(indicator) if way else {}
        return {"since": self._say(f"since_{way}", **fields) if way else ""}

    def _moved(self, indicator: str) -> Fields:
        now = self._peers(indicator)[0]
        before = self._peers(indicator, self._year - 1)[0]
        return {
            "subject": self._subject(indicator),
            "mean": self._amount(now, "network_mean"),
            "year": str(self._year),
            "previous": self._amount(before, "network_mean"),
            "previous_year": str(self._year - 1),
            "kroner": self._say("kroner") if now["unit"] == "kr" else "",
        }

    def _along(self, way: str, others: Sequence[str]) -> Fields:
        if not others:
            return {"also": ""}
        items = [self._say("moved", **self._moved(name)) for name in others]
        return {"also": self._say(f"also_{way}", others=self._list(items))}

    def _kommune(self, fact: Fact) -> Fields:
        return {
            "kommune": self._name(fact),
            "subject": self._subject(fact["indicator"]),
            "previous": self._amount(fact, "previous"),
            "previous_year": str(self._year - 1),
            "value": self._amount(fact, "value"),
            "year": str(self._year),
            "mean": self._amount(fact, "network_mean"),
        }

    def _carried(self, indicator: str, side: int) -> Fields:
        """One on its side of the mean, and all others on the other."""
        ranked = self._ranked(indicator)
        alone: list[Fact] = []
        others: list[Fact] = []
        for fact in ranked:
            is_there = (fact["value"] - fact["network_mean"]) * side > 0
            (alone if is_there else others).append(fact)
            own, mean = (
                written(fact[n], fact["decimals"]) for n in ("value", "network_mean")
            )
            if own == mean:
                # A reader who counts has it on neither side.
                return {}
        if len(alone) != 1 or ranked[0]["mean_rule"] != "weighted":
            return {}
        weight = alone[0]["denominator"] / sum(f["denominator"] for f in ranked)
        return {
            "kommune": self._name(alone[0]),
            "subject": self._subject(indicator, brief=False),
            "weight": percent(weight * 100, self._words, alone[0]["mean_basis"]),
            "count": self._words[f"number_{len(others)}"],
            "n": self._words[f"number_{len(ranked)}"],
            "reserve": self._doubts(ranked),
        }

    def _void(self, own: Sequence[Fact]) -> Fields:
        """Where there is nothing to compare, and why."""
        reasons = chain.from_iterable(map(self._why, own))
        return {
            "subject": self._known.indicator(own[0]["indicator"]).mention,
            "year": str(self._year),
            "reason": self._list(reasons),
        }

    def _why(self, fact: Fact) -> list[str]:
        labels = [self._withheld[n] for n in self._withheld if n in fact["forbehold"]]
        return labels or [unavailable(fact, self._words)]

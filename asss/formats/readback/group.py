"""
Whom a report is held against: that is the network of its year, and its mean.

Three kommuner have a mean too, and so have all of them when they weigh the same; what
is said of either as the network's would be true of its own figures, and false. So
members and mean are worked out once more, of the facts and of what is known of the
network.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import METHOD

__all__ = ["false_groups"]

Fact: TypeAlias = Mapping[str, Any]


def false_groups(facts: Mapping[str, Any], known: Catalogue) -> Iterator[str]:
    """What is wrong with the group and the mean that figures are held against."""
    claimed = (facts.get("what_if") or {}).get("title", "")
    supposed = known.supposed.title if known.supposed else ""
    if claimed != supposed:
        yield f"facts.json: its what-if is «{claimed}», and should be «{supposed}»"
        return
    year = facts["run"]["year"]
    groups: dict[str, list[Fact]] = {}
    for fact in facts["facts"]:
        if fact["year"] == year and facts["run"]["kommune"] != METHOD:
            groups.setdefault(fact["indicator"], []).append(fact)
    names = {member.id: member.name for member in known.network.in_year(year)}
    for indicator, group in groups.items():
        place = f"facts.json: {indicator} {year}"
        lacking = names.keys() - {fact["kommune"] for fact in group}
        if lacking:
            told = ", ".join(names[one] for one in names if one in lacking)
            yield f"{place}: lacks {told}, and is told of the whole network"
            continue
        ranked = [fact for fact in group if fact["rank"] is not None]
        behind = [fact for fact in ranked if fact["kommune"] in known.in_mean]
        is_without = known.mean_rule(indicator, year).endswith("_of_others")
        # Worked out for each where each has a mean of its own, and else once.
        of_all = _mean(behind, known)
        for fact in group:
            held, mean = fact["network_mean"], of_all
            if is_without:
                others = [one for one in behind if one["kommune"] != fact["kommune"]]
                mean = _mean(others, known)
            if (held is None) is not (mean is None) or (
                held is not None
                and not math.isclose(held, mean or 0.0, rel_tol=1e-9, abs_tol=1e-9)
            ):
                yield f"{place}: its mean is {held}, and that of the group is {mean}"
                break
            if fact["n"] != len(ranked):
                yield f"{place}: its n is {fact['n']}, and it has {len(ranked)}"
                break


def _mean(group: Sequence[Fact], known: Catalogue) -> float | None:
    """By the rule of the year; none where nobody has a figure that counts."""
    if not group:
        return None
    first = group[0]
    if known.mean_rule(first["indicator"], first["year"]).startswith("plain"):
        return float(sum(fact["value"] for fact in group) / len(group))
    above, below = (
        sum(fact[part] or 0.0 for fact in group)
        for part in ("numerator", "denominator")
    )
    return float(above / below * first["factor"]) if below else None

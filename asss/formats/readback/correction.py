"""
The correction for need by a second hand: in fractions, of ``behov.csv`` as it lies.

Nothing of ``asss.analysis`` is asked, nor what reads the file there. Imports nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

__all__ = ["decomposed", "differences"]

#: Part, kommune and year.
Key: TypeAlias = tuple[str, str, int]

#: What is given of each kommune, in the order that facts.json has it.
PARTS = (
    *("need", "payroll_zone", "wage_share"),
    *("pension", "depreciation", "inhabitants"),
)

#: What is corrected, in its order.
STEPS = ("spent", "depreciation", "pension", "payroll_tax", "need")

#: Employers' contribution of each zone; all are reckoned to that of the first.
RATES = {"I": "14.1", "II": "10.6", "III": "6.4", "IV": "5.1", "IVa": "7.9", "V": "0"}
FULL = Fraction(RATES["I"])


def decomposed(
    spent: Mapping[str, tuple[int | Fraction, int]],
    given: Mapping[Key, Mapping[str, str]],
    own: str,
    year: int,
    printed: int | Fraction | None,
) -> dict[str, Any]:
    """
    What facts.json must say of the correction for need, but for what it rests on.

    Parameters
    ----------
    spent : mapping of kommune to (amount, factor)
        Of all who are in the mean; the amount times its factor is kroner.
    printed : number
        KS' own figure, if there is one.
    """
    members: dict[str, dict[str, Any]] = {
        who: {
            "kommune": who,
            "spent": amount,
            "amounts": list(_amounts(Fraction(amount * factor), who, given, year)),
            "given": [_given(part, given[part, who, year]) for part in PARTS],
        }
        for who, (amount, factor) in spent.items()
    }
    steps: list[dict[str, Any]] = []
    for place, step in enumerate(STEPS):
        mean = sum(one["amounts"][place] for one in members.values()) / len(members)
        amount = members[own]["amounts"][place]
        ratio = amount / mean
        change = ratio - steps[-1]["ratio"] if steps else None
        steps.append(
            {
                "step": step,
                "amount": amount,
                "network_mean": mean,
                "ratio": ratio,
                "change": change,
            }
        )
    return {
        "members": list(members.values()),
        "steps": steps,
        "printed": printed,
        "rest": None if printed is None else printed - steps[-1]["ratio"],
    }


def _amounts(
    kroner: Fraction, who: str, given: Mapping[Key, Mapping[str, str]], year: int
) -> Iterator[Fraction]:
    """Kroner per inhabitant, before and after each correction."""
    told = {part: given[part, who, year]["value"] for part in PARTS}
    tax = Fraction(RATES[told.pop("payroll_zone")])
    need, wages, pension, worn, heads = map(Fraction, told.values())
    worn_off = kroner - worn * 1000
    evened = worn_off + pension * 1000
    # Of 100 kroner, so many are wages, with the contribution on top of them.
    taxed = evened * ((100 - wages) + wages * (100 + FULL) / (100 + tax)) / 100
    yield from (kroner / heads, worn_off / heads, evened / heads, taxed / heads)
    yield taxed / heads / need


def _given(part: str, row: Mapping[str, str]) -> dict[str, Any]:
    """A row as facts.json has it."""
    value = row["value"] if part == "payroll_zone" else Fraction(row["value"])
    told = {name: row[name] for name in ("unit", "basis", "source")}
    return {"part": part, "value": value, **told}


def differences(
    place: str, claimed: Any, wanted: Any, is_same: Callable[[Any, Any], bool]
) -> Iterator[str]:
    """Where two records part, each with its place, and what both have there."""
    if isinstance(claimed, dict) and isinstance(wanted, dict):
        for key in dict.fromkeys([*wanted, *claimed]):
            where = f"{place}, {key}"
            yield from differences(where, claimed.get(key), wanted.get(key), is_same)
    elif isinstance(claimed, list) and isinstance(wanted, list):
        if len(claimed) != len(wanted):
            yield f"{place}: are {len(claimed)}, and should be {len(wanted)}"
        for one, other in zip(claimed, wanted, strict=False):
            named = other if isinstance(other, dict) else {}
            about = [named[of] for of in ("kommune", "step", "part") if of in named]
            yield from differences(", ".join([place, *about]), one, other, is_same)
    elif not is_same(claimed, wanted):
        told = [float(x) if isinstance(x, Fraction) else x for x in (claimed, wanted)]
        yield f"{place}: is {told[0]!r}, and by behov.csv {told[1]!r}"

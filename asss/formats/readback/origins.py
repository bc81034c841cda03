"""
Where a figure was read, as a kildespor tells it, read back cell by cell.

Each line has an address and what stands there, or the sum of cells that follow each
other. The addresses must be those of facts.json, all of them in their order, and what
stands there is looked up anew in SSB's answers and in the figures by hand, as they lie
on disk. Imports ``answers``, ``expectation`` and ``markup``.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

from asss.formats.readback.answers import Snapshot, figures_by_hand
from asss.formats.readback.expectation import spaced, written
from asss.formats.readback.markup import Element, said

__all__ = ["Origins", "exact"]

Fact: TypeAlias = Mapping[str, Any]

#: What stands at an address: a number, or the sign in its place.
Held: TypeAlias = Fraction | str

#: A table or a file, and what is chosen of it: codes of variables, or a row.
ADDRESS = re.compile(r"([^\[]+)\[([^\]]*)\]")

#: Figures by hand: the folder in addresses, which is that of the service area's.
BY_HAND = "manuelle"

#: Codes that follow each other, of which only the first and the last are written.
SPAN = re.compile(r"(\d+)–(\d+)")

#: Digits of a figure that count.
DIGITS = 6

#: What a member's figure in the mean is made of, told by its own cells.
SUMS = "numerator", "denominator"


class Origins:
    """All addresses that kildespor can have, and what stands there."""

    def __init__(self, words: Mapping[str, str], own: Path, snapshot: Path) -> None:
        self._words, self._answers = words, Snapshot(snapshot).answers
        self._by_hand = figures_by_hand(own / BY_HAND)

    def of_facts(self, body: Element, facts: Sequence[Fact]) -> Iterator[str]:
        """What is told wrongly of where figures were read, one list for each."""
        lists = body.findall("ul[@class='origins']")
        wanted = [fact for fact in facts if fact["cells"]]
        if len(lists) != len(wanted):
            yield f"tells where {len(lists)} figures are from, not {len(wanted)}"
        for list_, fact in zip(lists, wanted, strict=False):
            found = []
            for line in list_:
                addresses, _, faults = self._line(line)
                found += addresses
                yield from faults
            yield from _differ(found, fact)

    def of_members(
        self, body: Element, inside: Mapping[str, Fact], names: Mapping[str, str]
    ) -> Iterator[str]:
        """What is told wrongly of where the figures in a mean were read."""
        read: dict[str, list[str]] = {one: [] for one in inside}
        lines = body.iterfind("details/ul[@class='origins']/li")
        for line in lines:
            whose, _, half = line.get("id", "").rpartition("-")
            whose = whose.rpartition("-")[2]
            fact = inside.get(whose)
            if fact is None:
                yield f"«{said(line)[:60]}» is of nobody in the mean"
                continue
            head = self._words[f"review_half_{half}"]
            told = spaced(f"{names[whose]}, {head} {exact(fact[half])}:")
            if spaced(line.text or "") != told:
                yield f"«{spaced(line.text or '')}» should be «{told}»"
            values: list[Held] = []
            for one in line.iterfind("span"):
                addresses, value, faults = self._line(one)
                read[whose] += addresses
                values += value
                yield from faults
            if half in SUMS:
                yield from _not_sum(names[whose], half, values, fact)
        for whose, addresses in read.items():
            yield from _differ(addresses, inside[whose])

    def _line(self, line: Element) -> tuple[list[str], list[Held], list[str]]:
        """The addresses of a line, what stands there, and what is wrong with it."""
        link = line.find("a")
        code = line.find("code") if link is None else link.find("code")
        if code is None:
            return [], [], [f"«{said(line)[:60]}» has no address"]
        written_at = said(code)
        after = spaced((code if link is None else link).tail or "")
        addresses = _each(written_at)
        try:
            held = [self._held(one) for one in addresses]
        except (LookupError, ValueError):
            return addresses, [], [f"nothing is at {written_at}"]
        signs = [one for one in held if isinstance(one, str)]
        total = sum((one for one in held if not isinstance(one, str)), Fraction())
        should = f"= {signs[0] if signs else exact(total)}"
        if len(held) > 1:
            should += f" ({self._words['review_sum_of']} {len(held)})"
        is_right = after == spaced(should)
        faults = [] if is_right else [f"{written_at} is «{after}», not «{should}»"]
        return addresses, held, faults

    def _held(self, address: str) -> Held:
        """
        What stands at an address.

        Raises
        ------
        LookupError
            If there is no such cell or row.
        """
        found = ADDRESS.fullmatch(address)
        if found is None:
            raise LookupError(address)
        table, codes = found[1], found[2].split(",")
        if table.startswith(f"{BY_HAND}/"):
            measure, kommune, year = codes
            row = self._by_hand[measure, kommune, int(year)]
            return Fraction(row["value"]) if row["value"] else row["status"]
        chosen = dict(code.split("=", 1) for code in codes)
        cell = self._answers[table].cell(chosen)
        return cell.sign if cell.value is None else Fraction(cell.value)


def exact(value: float | Fraction | None) -> str:
    """A number for whoever works it out again: six digits that count."""
    if value is None:
        return ""
    if value == int(value):
        return written(int(value))
    value = float(value)
    places = max(0, DIGITS - 1 - math.floor(math.log10(abs(value))))
    told = written(value, places)
    return told.rstrip("0").rstrip(",") if "," in told else told


def _each(address: str) -> list[str]:
    """
    Each address of codes that follow each other.

    Examples
    --------
    >>> _each("07459[Tid=2021,Alder=009–011]")[1:]
    ['07459[Tid=2021,Alder=010]', '07459[Tid=2021,Alder=011]']
    """
    found = SPAN.search(address)
    if found is None:
        return [address]
    first, last = found.groups()
    return [
        f"{address[: found.start()]}{code:0{len(first)}}{address[found.end() :]}"
        for code in range(int(first), int(last) + 1)
    ]


def _differ(found: Sequence[str], fact: Fact) -> Iterator[str]:
    if [*found] != [*fact["cells"]]:
        yield f"{fact['id']} is read at {[*found]}, and should be at {fact['cells']}"


def _not_sum(name: str, half: str, values: Sequence[Held], fact: Fact) -> Iterator[str]:
    numbers = [one for one in values if not isinstance(one, str)]
    total = float(sum(numbers, Fraction()))
    if not math.isclose(total, fact[half] or 0, rel_tol=1e-12):
        yield f"{name}: the cells of its {half} are {total} together, not {fact[half]}"

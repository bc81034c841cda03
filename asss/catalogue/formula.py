"""
Formulas: what an indicator is made of, and what a worked example of one gives.

A formula works out a figure of one kommune. The network's weighted mean is the sum of
what stands above over the sum of what stands below, so that a product is multiplied
for each before it is summed. Imports ``parameters`` and ``language``.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from math import prod
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, Field, FiniteFloat, model_validator

from asss.catalogue.language import half_up
from asss.catalogue.parameters import Identifier, Model, Span

__all__ = ["Example", "Formula", "Term", "Written"]

#: A term as it is written: ``a``, ``-a``, ``2 * a``, ``a * b``.
TERM = re.compile(
    r"(?P<minus>-?)(?:(?P<weight>\d+(?:\.\d+)?) \* )?"
    r"(?P<measures>[a-z][a-z0-9_]*(?: \* [a-z][a-z0-9_]*)*)"
)


def _found(written: str) -> re.Match[str]:
    if found := TERM.fullmatch(written):
        return found
    msg = f"{written!r} is no term: write it as a, -a, 2 * a, or a * b, of measures"
    raise ValueError(msg)


Written = Annotated[str, AfterValidator(lambda written: _found(written)[0])]
Terms = Annotated[tuple[Written, ...], Field(strict=False)]

#: The most years that a figure may be of.
MOST_YEARS = 10


class Term(NamedTuple):
    """Measures that are multiplied with each other and with a weight."""

    weight: float
    measures: tuple[str, ...]

    @property
    def is_plain(self) -> bool:
        """Whether it is a measure as it stands."""
        return self.weight == 1 and len(self.measures) == 1

    def of(self, given: Mapping[str, float]) -> float:
        """What it is of given measures."""
        amount = prod(given[name] for name in self.measures)
        return amount if self.weight == 1 else self.weight * amount

    def told(self, name: Callable[[str], str], times: str) -> str:
        """With the names of its measures, and without its sign."""
        weight = abs(self.weight)
        number = [] if weight == 1 else [f"{weight:g}"]
        return f" {times} ".join([*number, *map(name, self.measures)])


class Example(Model):
    """Measures, a number for each year that the figure is of, and what they give."""

    given: Mapping[
        Identifier,
        FiniteFloat | Annotated[tuple[FiniteFloat, ...], Field(strict=False)],
    ]
    gives: FiniteFloat

    def in_year(self, place: int) -> dict[str, float]:
        """The measures of one of its years."""
        return {
            name: one[place] if isinstance(one, tuple) else one
            for name, one in self.given.items()
        }

    def lengths(self) -> set[int]:
        """Of how many years the measures are."""
        return {len(v) if isinstance(v, tuple) else 1 for v in self.given.values()}


class Formula(Span):
    """
    How an indicator is made: a ratio, a ready-made measure, or by hand.

    A list of them is one after another by data year: the last is this one, and those
    before it are ``earlier``.

    Attributes
    ----------
    numerator, denominator
        Terms, which are summed: ``[brutto, -avskrivninger]``, ``[lav, 2 * hoy]``,
        ``[utgifter * andel]``; the second may be one.
    years : int
        Of how many years, the data year last, numerators and denominators are summed.
    example : Example or None
        What shows that it is right; none where it is a sum over a measure.
    """

    numerator: Terms = ()
    denominator: Written | Terms | None = None
    factor: int | None = None
    years: Annotated[int, Field(ge=1, le=MOST_YEARS)] = 1
    ready: Identifier | None = None
    manual: Identifier | None = None
    example: Example | None = None
    earlier: tuple["Formula", ...] = Field(default=(), strict=False)

    @model_validator(mode="before")
    @classmethod
    def _by_year(cls, value: Any) -> Any:
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            *earlier, last = value or [{}]
            return {**last, "earlier": tuple(earlier)}
        return value

    @model_validator(mode="after")
    def _is_sound(self) -> "Formula":
        ratio = bool(self.numerator and self.denominator and self.factor)
        if [ratio, bool(self.ready), bool(self.manual)].count(True) != 1:
            msg = (
                "give numerator, denominator and factor, or only ready, or only manual"
            )
            raise ValueError(msg)
        for fault in chain(self._wrong_periods(), self._wrong_terms()):
            raise ValueError(fault)
        return self

    def _wrong_periods(self) -> Iterator[str]:
        if self.earlier and not all(one.denominator for one in self.periods):
            yield (
                "formulas of different years all have numerator, denominator and "
                "factor; what is ready, or collected by hand, needs no other formula"
            )
        elif len({one.years for one in self.periods}) > 1:
            yield "formulas of different years are of as many years each"

    def _wrong_terms(self) -> Iterator[str]:
        if not self.denominator:
            if self.years > 1 or self.example:
                yield "years and example are of numerator, denominator and factor"
            return
        if all(term.weight < 0 for term in self.above):
            yield "a numerator has something that is not taken away"
        if any(term.weight <= 0 for term in self.below):
            yield "nothing is taken away from a denominator"
        if 0 in {term.weight for term in (*self.above, *self.below)}:
            yield "a weight is more than 0; leave the term out"
        if self.example:
            yield from self._wrong_example(self.example)
        elif not self.is_plain or self.earlier:
            yield (
                f"give an example, such as example: {{given: "
                f"{{{self.measures[0]}: 10, …}}, gives: 5}}: what is not a sum over a "
                "measure shows that it is right"
            )

    def _wrong_example(self, example: Example) -> Iterator[str]:
        needed = set(self.own_measures)
        if example.given.keys() != needed:
            yield f"the example gives exactly {', '.join(sorted(needed))}"
        elif example.lengths() != {self.years}:
            yield f"the example has {self.years} numbers of each, one a year"
        elif not self.sums(map(example.in_year, range(self.years)))[1]:
            yield "the example divides by 0"

    # Not kept: what holds itself cannot be held against another.
    @property
    def periods(self) -> tuple["Formula", ...]:
        """One after another by data year, this one last."""
        return (*self.earlier, self)

    def in_year(self, year: int) -> "Formula":
        """The formula of a data year."""
        return next((one for one in self.periods if one.covers(year)), self)

    @cached_property
    def above(self) -> tuple[Term, ...]:
        """What is summed above the line."""
        return tuple(map(_parsed, self.numerator))

    @cached_property
    def below(self) -> tuple[Term, ...]:
        """What is summed below the line."""
        given = self.denominator or ()
        return tuple(map(_parsed, [given] if isinstance(given, str) else given))

    @cached_property
    def is_plain(self) -> bool:
        """Whether it is a sum of measures over one measure, of one year."""
        terms = (*self.above, *self.below)
        is_one = len(self.below) == 1 and self.years == 1
        return is_one and all(term.is_plain for term in terms)

    @cached_property
    def own_measures(self) -> tuple[str, ...]:
        """What this formula alone needs, each once, numerators first."""
        terms = chain.from_iterable(t.measures for t in (*self.above, *self.below))
        rest = (one for one in (self.ready, self.manual) if one)
        return tuple(dict.fromkeys((*terms, *rest)))

    @property
    def measures(self) -> tuple[str, ...]:
        """Every measure that a formula of any year needs, numerators first."""
        return tuple(
            dict.fromkeys(name for one in self.periods for name in one.own_measures)
        )

    @property
    def switches(self) -> tuple[int, ...]:
        """The data years from which a formula is another."""
        return tuple(one.from_year or 0 for one in self.periods[1:])

    def sums(self, years: Iterable[Mapping[str, float]]) -> tuple[float, float]:
        """Numerator and denominator, of the measures of each of its years."""
        above: list[float] = []
        below: list[float] = []
        for given in years:
            above.append(sum(term.of(given) for term in self.above))
            below.append(sum(term.of(given) for term in self.below))
        return sum(above), sum(below)

    def wrong_examples(self, decimals: int) -> Iterator[str]:
        """Examples that do not work out to what they say, as figures are printed."""
        for one in self.periods:
            if example := one.example:
                above, below = one.sums(map(example.in_year, range(one.years)))
                made = half_up(above / below * (one.factor or 1), decimals)
                if made != half_up(example.gives, decimals):
                    yield f"the example gives {made:g}, and says {example.gives:g}"

    def ratio(
        self,
        name: Callable[[str], str] = str,
        *,
        minus: str = "\u2212",
        times: str = "×",
    ) -> tuple[str, str] | None:
        """Numerator and denominator of measures by name, a sum in brackets; if any."""
        if not self.denominator:
            return None
        told = (
            _sum([(t.weight < 0, t.told(name, times)) for t in terms], minus)
            for terms in (self.above, self.below)
        )
        above, below = told
        return above, below

    def __str__(self) -> str:
        """Of the ids of measures: ``(a + b) / c * 100``."""
        told = []
        for one in self.periods:
            ratio = one.ratio(minus="-", times="*")
            if ratio is None:
                return f"{one.ready or one.manual}"
            years = f", sums of {one.years} years" if one.years > 1 else ""
            span = f" {Span.__str__(one)}" if self.earlier else ""
            told.append(f"{' / '.join(ratio)} * {one.factor}{years}{span}")
        return "; ".join(told)


def _parsed(written: str) -> Term:
    found = _found(written)
    number = found["weight"] or "1"
    weight = float(number) if "." in number else int(number)
    measures = tuple(found["measures"].split(" * "))
    return Term(-weight if found["minus"] else weight, measures)


def _sum(terms: Sequence[tuple[bool, str]], minus: str) -> str:
    """Terms with their signs; several in brackets."""
    (is_taken, first), *rest = terms
    told = f"{minus}{first}" if is_taken else first
    for is_taken, term in rest:
        told += f" {minus if is_taken else '+'} {term}"
    return f"({told})" if rest else told

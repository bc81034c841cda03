"""
Need, decomposed: from what is spent per inhabitant to the figure corrected for need.

KS makes the corrected figure, by hand and of figures that StatBank does not have. Where
these are given for every member (``behov.csv``), its parts are worked out here, step by
step, against the plain mean of each step::

    ((spent - depreciation + pension) * (w * 1.141 / (1 + tax) + 1 - w)) / inhabitants
        / need, over the mean of the same; w is the part that is wages

KS' own figure is the one that is printed in Tabell 1. What is between the two is the
rest. Imports ``facts`` and below.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import Field, FiniteFloat

from asss.analysis.facts import Fact, FactBook, about
from asss.analysis.tables import Basis, weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import NEED_PARTS, NeedFigure, NeedPart
from asss.catalogue.parameters import Identifier, Model
from asss.errors import ParameterError

__all__ = ["STEPS", "Need", "Step", "decompose"]

#: What is left after each correction, in the order that they are made.
Step: TypeAlias = Literal["spent", "depreciation", "pension", "payroll_tax", "need"]
STEPS: tuple[Step, ...] = get_args(Step)

#: Employers' contribution in the zone that all are reckoned to, and 1.
FULL_TAX = 1.141


class Given(Model):
    """A part of the correction for need as it was given."""

    part: NeedPart = about("Which part.")
    value: FiniteFloat | str = about("In `unit`; of a payroll zone, its name.")
    unit: str = about(
        "indeks: 1 is the country; sone: zone of employers' contribution; prosent: "
        "percent of what is spent that is wages; 1000 kr; personer."
    )
    basis: Basis = about("What it rests on, as of a fact.")
    source: str = about("Where it was read.", min_length=1)


class NeedMember(Model):
    """What a member spends, and what is left of it after each correction."""

    kommune: Identifier = about("Lasting id of the kommune.")
    spent: FiniteFloat = about("Net operating expenditure, in 1000 kr.")
    amounts: list[FiniteFloat] = about(
        "Kr per inhabitant of all ages, one for each of `steps`, unrounded."
    )
    given: list[Given] = about("What it was corrected by.")


class NeedStep(Model):
    """The kommune against the network after a correction."""

    step: Step = about(
        "spent: before any correction; depreciation: without it; pension: evened out; "
        "payroll_tax: wages as if all paid 14.1 %; need: divided by the index of need."
    )
    amount: FiniteFloat = about("Kr per inhabitant of all ages.")
    network_mean: FiniteFloat = about("Plain mean of the members' amounts.")
    ratio: FiniteFloat = about("amount / network_mean, unrounded.")
    change: FiniteFloat | None = about(
        "ratio less that of the step before, unrounded; null of the first."
    )


class Need(Model):
    """What is spent, decomposed into the figure that is corrected for need."""

    raw: Identifier = about("Id of the indicator whose numerator is what is spent.")
    corrected: Identifier = about("Id of the indicator that KS corrects for need.")
    decimals: Annotated[int, Field(ge=0, le=6)] = about("Of ratios in print.")
    basis: Basis = about("The weakest that all of it but KS' figure rests on.")
    members: list[NeedMember] = about("Whose amounts make the plain means.")
    steps: list[NeedStep] = about("In their order; the last ratio is the result.")
    printed: FiniteFloat | None = about("KS' own figure; null where there is none.")
    printed_basis: Basis = about("What KS' figure rests on.")
    rest: FiniteFloat | None = about(
        "KS' figure less the last ratio, unrounded: what is not explained."
    )

    @property
    def result(self) -> float:
        """The figure that the steps come to."""
        return self.steps[-1].ratio

    @property
    def rest_basis(self) -> Basis:
        """What the rest rests on."""
        return weakest((self.basis, self.printed_basis))


def decompose(book: FactBook, known: Catalogue) -> Need | None:
    """
    Work out the corrected figure of a report, where its parts are given.

    Returns
    -------
    need : Need or None
        None where nothing is given for the year, the kommune has no figure that counts,
        or another group or mean is supposed than that of KS.

    Raises
    ------
    ParameterError
        If what is left after a correction is nothing to divide by.
    """
    relation, year = known.service.relations.corrected, book.run.year
    own = book.member.id
    if relation is None or known.supposed or ("need", own, year) not in known.need:
        return None
    spent = [fact for fact in book.peers(relation.raw) if fact.rank is not None]
    given = {
        fact.kommune: {p: known.need[p, fact.kommune, year] for p in NEED_PARTS}
        for fact in spent
    }
    if own not in given:
        return None
    members = [
        NeedMember(
            kommune=fact.kommune,
            spent=fact.given("numerator"),
            amounts=list(_amounts(fact, given[fact.kommune])),
            given=[
                Given(
                    part=part,
                    value=one.value if isinstance(one.value, str) else one.number,
                    unit=one.unit,
                    basis=one.basis,
                    source=one.source,
                )
                for part, one in given[fact.kommune].items()
            ],
        )
        for fact in spent
    ]
    printed = book.fact(relation.corrected)
    places = known.indicator(relation.corrected).decimals
    steps = _steps(own, members, year)
    bases = [fact.basis for fact in spent]
    return Need(
        raw=relation.raw,
        corrected=relation.corrected,
        decimals=places,
        basis=weakest(bases + [g.basis for one in members for g in one.given]),
        members=members,
        steps=steps,
        printed=printed.value,
        printed_basis=printed.basis,
        rest=None if printed.value is None else printed.value - steps[-1].ratio,
    )


def _amounts(fact: Fact, given: Mapping[NeedPart, NeedFigure]) -> Iterator[float]:
    """Kr per inhabitant, as spent and after each correction."""
    kroner = fact.given("numerator") * (fact.factor or 1)
    inhabitants = given["inhabitants"].number
    yield kroner / inhabitants
    kroner -= given["depreciation"].number * 1000
    yield kroner / inhabitants
    kroner += given["pension"].number * 1000
    yield kroner / inhabitants
    wages = given["wage_share"].number / 100
    tax = given["payroll_zone"].number / 100
    kroner *= wages * FULL_TAX / (1 + tax) + 1 - wages
    yield kroner / inhabitants
    yield kroner / inhabitants / given["need"].number


def _steps(own: str, members: Sequence[NeedMember], year: int) -> list[NeedStep]:
    """The kommune against the plain mean, after each correction."""
    amounts = next(one.amounts for one in members if one.kommune == own)
    means = [
        sum(held) / len(members)
        for held in zip(*(one.amounts for one in members), strict=True)
    ]
    if problems := [
        f"behov.csv: {year}: after {step} the mean is {mean:g} kr per inhabitant, and "
        "nothing can be held against it"
        for step, mean in zip(STEPS, means, strict=True)
        if mean <= 0
    ]:
        raise ParameterError(problems)
    ratios = [amount / mean for amount, mean in zip(amounts, means, strict=True)]
    changes = [after - before for before, after in pairwise(ratios)]
    rows = zip(STEPS, amounts, means, ratios, [None, *changes], strict=True)
    fields = ("step", "amount", "network_mean", "ratio", "change")
    return [NeedStep(**dict(zip(fields, row, strict=True))) for row in rows]

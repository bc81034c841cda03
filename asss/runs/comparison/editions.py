"""Editions: the form of what is compared, whatever it was made from."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TypeAlias

from asss.page.text import Sentence

#: (indicator or measure, kommune, year)
Key: TypeAlias = tuple[str, str, int]

#: (year, kommune): the name of a report, as its folder has it.
ReportKey: TypeAlias = tuple[int, str]


@dataclass(frozen=True)
class Value:
    """A figure, or the sign that stands where there is none."""

    value: float | None
    sign: str
    basis: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """A fact, less what no reader meets: of :class:`~asss.analysis.facts.Fact`."""

    indicator: str
    kommune: str
    year: int
    value: float | None
    status: str
    unit: str
    decimals: int
    basis: str
    network_mean: float | None
    mean_rule: str
    mean_basis: str
    lowest: float | None
    lowest_kommune: tuple[str, ...]
    highest: float | None
    highest_kommune: tuple[str, ...]
    index: float | None
    rank: int | None
    n: int
    change: float | None
    mean_change: float | None
    forbehold: tuple[str, ...]
    tables: tuple[str, ...]

    @property
    def key(self) -> Key:
        """What the fact is about."""
        return self.indicator, self.kommune, self.year


#: Names that a fact and its record in facts.json share with what is shown.
SHARED = tuple(field.name for field in fields(Shown) if field.name != "tables")


@dataclass(frozen=True)
class Report:
    """What one report tells: the facts that facts.json keeps, sentences, forbehold.

    Attributes
    ----------
    facts : mapping of Key to Shown
        The kommune's own of every year, and every member's of the report's year.
    forbehold : mapping of id to text
    """

    facts: Mapping[Key, Shown]
    sentences: tuple[Sentence, ...]
    forbehold: Mapping[str, str]


@dataclass(frozen=True)
class Rendered:
    """Reports that have been rendered, as their facts.json tell."""

    name: str
    reports: Mapping[ReportKey, Report]


@dataclass(frozen=True)
class Chosen:
    """The reports of a comparison, by year and in the order of the network."""

    both: tuple[ReportKey, ...]
    only_old: tuple[ReportKey, ...]
    only_new: tuple[ReportKey, ...]


@dataclass(frozen=True)
class Edition:
    """One side of a comparison.

    Attributes
    ----------
    name : str
    kind : str
        ``snapshot`` or ``rendered``.
    sha256 : str
        Of the snapshot; empty for rendered reports.
    measures : mapping of Key to Value, or None
        The basic figures behind the indicators, which rendered reports do not hold.
    reports : mapping of ReportKey to Report
    """

    name: str
    kind: str
    sha256: str
    measures: Mapping[Key, Value] | None
    reports: Mapping[ReportKey, Report]

    @cached_property
    def shown(self) -> Mapping[Key, Shown]:
        """Every fact; where reports disagree, the one whose own fact it is decides."""
        found: dict[Key, Shown] = {}
        for report in self.reports.values():
            found |= report.facts
        for (year, kommune), report in self.reports.items():
            own = (f for f in report.facts.values() if f.kommune == kommune)
            found |= {fact.key: fact for fact in own if fact.year == year}
        return found

    @cached_property
    def values(self) -> Mapping[Key, Value]:
        """The figures of the indicators."""
        return {
            key: Value(fact.value, fact.status, fact.basis, fact.tables)
            for key, fact in self.shown.items()
        }

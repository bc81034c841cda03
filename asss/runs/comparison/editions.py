"""
Editions: the two sides of a comparison in one form, whatever they were made from.

A snapshot is taken all the way to sentences; rendered reports are read as they lie.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeAlias

from asss.analysis import facts, findings, indexing, sources
from asss.analysis.facts import Fact
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import (
    EMBEDDED,
    LATEST,
    NETWORK,
    NETWORK_FILE,
    SHARED,
    Run,
)
from asss.errors import EditionError, RenderError, UsageError
from asss.outputs import FACTS_NAME, WHAT_IF_FOLDER
from asss.page import record, text
from asss.page.text import Sentence
from asss.statbank import MANIFEST, Snapshot

__all__ = ["Edition", "Figure", "Key", "Report", "ReportKey", "Source"]
__all__ += ["held", "open_source", "read"]

#: (indicator or measure, kommune, year)
Key: TypeAlias = tuple[str, str, int]

#: (year, kommune): the name of a report, as its folder has it.
ReportKey: TypeAlias = tuple[int, str]

#: Where reports lie in a folder that somebody names: one report, those of a service
#: area, of a year, all of them.
PLACES = tuple(f"{'*/' * depth}{FACTS_NAME}" for depth in range(4))


class Figure(NamedTuple):
    """A figure, or the sign that stands where there is none."""

    value: float | None
    status: str
    basis: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """What one report says: the facts that facts.json keeps, sentences, forbehold.

    Attributes
    ----------
    facts : tuple of Fact
        The kommune's own of every year, and every member's of the report's year.
    forbehold : mapping of id to text
    """

    facts: tuple[Fact, ...]
    sentences: tuple[Sentence, ...]
    forbehold: Mapping[str, str]


@dataclass(frozen=True)
class Edition:
    """One side of a comparison.

    Attributes
    ----------
    kind : str
        ``snapshot`` or ``rendered``.
    sha256 : str
        Of the snapshot; empty for rendered reports.
    measures : mapping of Key to Figure, or None
        The basic figures behind the indicators, which rendered reports do not hold.
    """

    name: str
    kind: str
    reports: Mapping[ReportKey, Report]
    sha256: str = ""
    measures: Mapping[Key, Figure] | None = None

    @cached_property
    def facts(self) -> dict[Key, Fact]:
        """Every fact; where reports disagree, the one whose own fact it is decides."""
        of_all: dict[Key, Fact] = {}
        own: dict[Key, Fact] = {}
        for key, report in self.reports.items():
            for fact in report.facts:
                found = own if (fact.year, fact.kommune) == key else of_all
                found[fact.indicator, fact.kommune, fact.year] = fact
        return of_all | own

    @property
    def indicators(self) -> dict[Key, Figure]:
        """The figures of the indicators."""
        return {
            key: Figure(fact.value, fact.status, fact.basis, fact.tables)
            for key, fact in self.facts.items()
        }


#: What can be compared: a snapshot, or the reports that a folder holds.
Source: TypeAlias = Snapshot | Edition


def open_source(known: Catalogue, name: str, *, root: Path) -> Source:
    """
    Open what somebody wants to compare.

    Parameters
    ----------
    name : str
        ``embedded``, ``latest``, the name or folder of a snapshot, or a folder with
        rendered reports: one report's, a year's, or all of them. A path begins in the
        working folder, else in the project's.
    root : Path
        The project's folder.

    Raises
    ------
    UsageError
        If it is neither.
    SnapshotError, EditionError
        If it is there and damaged.
    """
    store = sources.snapshot_store(root)
    if name in (EMBEDDED, LATEST, *store.names()):
        return sources.open_snapshot(name, root=root)
    for folder in dict.fromkeys((Path(name), root / name)):
        # First the facts: a rendered report has a manifest as well, of another kind.
        found = (path for place in PLACES for path in folder.glob(place))
        files = sorted(path for path in found if WHAT_IF_FOLDER not in path.parts)
        if files:
            return Edition(name, "rendered", _rendered(known, name, files))
        if (folder / MANIFEST).is_file():
            return sources.open_snapshot(str(folder.resolve()), root=root)
    snapshots = ", ".join([EMBEDDED, *store.names()])
    msg = (
        f"Nothing to compare in {name!r}. Give a snapshot ({snapshots}, {LATEST}, or "
        f"a folder), or a folder with rendered reports, such as outputs/2020."
    )
    raise UsageError(msg)


def held(known: Catalogue, source: Source) -> list[ReportKey]:
    """The reports that a source has, by year and in the order of the network."""
    if isinstance(source, Edition):
        order = [member.id for member in known.network.members]
        return sorted(source.reports, key=lambda one: (one[0], order.index(one[1])))
    return [
        (year, member.id)
        for year in sorted(sources.available_years(known, source))
        for member in known.network.in_year(year)
    ]


def read(known: Catalogue, source: Source, reports: Sequence[ReportKey]) -> Edition:
    """The edition of some reports, which are by year, and all of which `source` has."""
    if isinstance(source, Edition):
        return replace(source, reports={key: source.reports[key] for key in reports})
    last, _ = reports[-1]
    observations = sources.load_observations(known, source, until=last)
    made: dict[ReportKey, Report] = {}
    for year in dict.fromkeys(year for year, _ in reports):
        # Whom a mean is of goes by the report, and so by the newest year in the table.
        until = observations[observations["year"] <= year]
        rows = indexing.index_to_network(until, rule=known.mean_rule)
        of_all = Run(kommune=NETWORK, year=year)
        book = facts.gather_network(rows, known, of_all, source)
        for kommune in (kommune for other, kommune in reports if other == year):
            own = facts.book_of(known.network.member(kommune), book)
            found = findings.conclude(own, known)
            made[year, kommune] = Report(
                tuple(
                    f
                    for f in book.facts.values()
                    if kommune == f.kommune or year == f.year
                ),
                tuple(text.sentences(found, known.for_report(kommune, year))),
                {entry.id: entry.text for entry in book.all_forbehold(known)},
            )
    measures = _measures(known, source, last)
    return Edition(source.name, "snapshot", made, source.sha256, measures)


def _measures(known: Catalogue, snapshot: Snapshot, last: int) -> dict[Key, Figure]:
    """The basic figures; a sum of others would show each change twice."""
    years = [y for y in sources.available_years(known, snapshot) if y <= last]
    rows = sources.load_measures(known, snapshot, years=years).to_dict("records")
    return {
        (row["measure"], row["kommune"], row["year"]): Figure(
            value=None if row["status"] else float(row["value"]),
            **{name: row[name] for name in ("status", "basis", "tables")},
        )
        for row in rows
        if not known.service.measure[row["measure"]].sum
    }


# -- rendered reports ------------------------------------------------------------------


def _rendered(
    known: Catalogue, name: str, files: Iterable[Path]
) -> dict[ReportKey, Report]:
    """Reports on one kommune each; those on no one repeat what they say."""
    reports: dict[ReportKey, Report] = {}
    for path in files:
        try:
            content = record.read(json.loads(path.read_bytes()))
        except (OSError, ValueError, AttributeError, RenderError) as error:
            msg = f"{path} cannot be read: {error}"
            raise EditionError(msg) from error
        kommune, year = content.run.kommune, content.run.year
        if content.service != known.service.service or kommune in SHARED:
            continue
        if kommune not in {member.id for member in known.network.members}:
            msg = f"{path}: {kommune!r} is not a member in {NETWORK_FILE}."
            raise EditionError(msg)
        if (year, kommune) in reports:
            msg = f"{name!r} holds {kommune} {year} more than once. Name one of them."
            raise UsageError(msg)
        reports[year, kommune] = Report(
            tuple(content.facts),
            tuple(
                Sentence(said.section, said.text, said.rule, tuple(said.facts))
                for said in content.sentences
            ),
            {entry.id: entry.text for entry in content.forbehold},
        )
    if not reports:
        msg = f"No report on {known.service.service} in {name!r}."
        raise UsageError(msg)
    return reports

"""
Comparison: what differs between two sets of figures, down to the sentence.

Either side is a snapshot, which is taken all the way to sentences here, or reports that
have been rendered, which are read as they lie. What differs comes in the order in which
it follows: figures, means, indexes and ranks, sentences, reports. Imports ``report``
and below.
"""

import json
import math
import re
from collections import Counter
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import asdict, dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar

from asss.analysis import facts, findings, indexing, sources
from asss.analysis.facts import Fact
from asss.analysis.findings import SUMMARY
from asss.analysis.statements import Quantity as Amount
from asss.analysis.tables import legend
from asss.catalogue import language
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import (
    EMBEDDED,
    LATEST,
    NETWORK,
    NETWORK_FILE,
    SHARED,
    Run,
)
from asss.errors import EditionError, RenderError, UsageError, counted
from asss.outputs import FACTS_NAME, WHAT_IF_FOLDER
from asss.page import record, site, text
from asss.page.blocks import environment
from asss.page.looks import stylesheet
from asss.page.text import Sentence
from asss.statbank import MANIFEST, Snapshot, holdings

__all__ = ["OWN", "Comparison", "FigureChange", "Piece", "TextChange", "as_record"]
__all__ += ["by_year", "compare", "open_source", "pair", "same", "to_html"]
__all__ += ["word_changes"]

T = TypeVar("T")
D = TypeVar("D")
K = TypeVar("K")

#: The version of the form of a comparison's record.
FORM = 2

#: What became of something. A report must not go on showing what SSB has suppressed, so
#: of a figure that is the gravest; ``sign`` where one sign took another's place.
Fate: TypeAlias = Literal["suppressed", "disappeared", "changed", "appeared", "sign"]
FATES: tuple[Fate, ...] = ("suppressed", "disappeared", "changed", "appeared", "sign")

#: What may change of a figure: its size and its basis; of what is computed of it, the
#: network's mean, and a kommune's own.
Quantity: TypeAlias = Literal["figure", "basis", "mean", "value", "index", "rank"]
OWN: tuple[Quantity, ...] = ("value", "index", "rank")

#: Fields of a fact that no reader of a report meets.
UNSEEN = {"previous", "previous_basis", "numerator", "denominator", "factor"}
UNSEEN |= {"tables", "cells"}

#: Two floats are the same where they differ in binary noise only: SSB's figures have
#: few decimals, so two of them are equal or truly differ, but a sum or a share of the
#: same figures may differ from another machine's in its last digits. Relative; for what
#: is nearly 0, absolute. Below any decimal that SSB prints.
NOISE = 1e-9

#: So many decimals at most are written of a figure.
DECIMALS = 9

#: So many reports are named one by one in a message.
FEW = 3

#: Printed where there is nothing to print, as in Tabell 1.
NOTHING = "–"

#: The sign of a figure that SSB may not publish.
SUPPRESSED = ":"

#: An old and a new sentence; None where there is none.
Pair: TypeAlias = tuple[Sentence | None, Sentence | None]

#: Words, and the punctuation around them. A hard space binds: «kr 1 985» is one word.
TOKENS = re.compile(r"( |[()]|[.,;:](?=[ )]|$))")

#: The distance of two sentences that read the same.
SAME = (0, 0)


# -- the two sides ---------------------------------------------------------------------
# In one form, whatever they were made from.


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


ABSENT = Figure(value=None, status="", basis="", tables=())

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
    store = holdings.snapshot_store(root)
    if name in (EMBEDDED, LATEST, *store.names()):
        return holdings.open_snapshot(name, root=root)
    for folder in dict.fromkeys((Path(name), root / name)):
        # First the facts: a rendered report has a manifest as well, of another kind.
        found = (path for place in PLACES for path in folder.glob(place))
        files = sorted(path for path in found if WHAT_IF_FOLDER not in path.parts)
        if files:
            return Edition(name, "rendered", _rendered(known, name, files))
        if (folder / MANIFEST).is_file():
            return holdings.open_snapshot(str(folder.resolve()), root=root)
    snapshots = ", ".join([EMBEDDED, *store.names()])
    msg = (
        f"Nothing to compare in {name!r}. Give a snapshot ({snapshots}, {LATEST}, or "
        f"a folder), or a folder with rendered reports, such as outputs/2020."
    )
    raise UsageError(msg)


def _held(known: Catalogue, source: Source) -> list[ReportKey]:
    """The reports that a source has, by year and in the order of the network."""
    if isinstance(source, Edition):
        order = [member.id for member in known.network.members]
        return sorted(source.reports, key=lambda one: (one[0], order.index(one[1])))
    return [
        (year, member.id)
        for year in sorted(holdings.available_years(known, source))
        for member in known.network.in_year(year)
    ]


def _edition(known: Catalogue, source: Source, reports: Sequence[ReportKey]) -> Edition:
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
    years = [y for y in holdings.available_years(known, snapshot) if y <= last]
    rows = sources.load_measures(known, snapshot, years=years).to_dict("records")
    return {
        (row["measure"], row["kommune"], row["year"]): Figure(
            value=None if row["status"] else float(row["value"]),
            **{name: row[name] for name in ("status", "basis", "tables")},
        )
        for row in rows
        if not known.service.measure[row["measure"]].sum
    }


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


# -- what differs ----------------------------------------------------------------------


@dataclass(frozen=True)
class Side:
    """What was compared: ``snapshot`` or ``rendered``, and the snapshot's sha256."""

    name: str
    kind: str
    sha256: str


@dataclass(frozen=True)
class FigureChange:
    """A figure, or something computed of figures, that is another than before.

    Attributes
    ----------
    name : str
        Of a measure, or of an indicator.
    kommune : str
        Empty for a mean of the network.
    tables : tuple of str
        Where a figure was read, on either side; empty of what is computed.
    old, new : float, str or None
        Unrounded, in the unit of the measure or indicator; None where there is none.
        A basis is a word.
    old_printed, new_printed : str
        As the reader sees them: «3 av 10» for a rank, a sign where there is no figure.
        Of a figure with as many decimals as it takes to see the difference.
    """

    quantity: Quantity
    name: str
    kommune: str
    year: int
    tables: tuple[str, ...]
    old: float | str | None
    new: float | str | None
    old_printed: str
    new_printed: str

    @property
    def fate(self) -> Fate:
        """What became of it."""
        is_suppressed = self.new is None and self.new_printed == SUPPRESSED
        fate = _fate(self.old, self.new)
        return "suppressed" if fate == "disappeared" and is_suppressed else fate

    @property
    def is_visible(self) -> bool:
        """Whether a reader can see it."""
        return self.old_printed != self.new_printed


@dataclass(frozen=True)
class Piece:
    """A run of words that stayed, went or came."""

    kind: Literal["same", "removed", "added"]
    text: str


@dataclass(frozen=True)
class TextChange:
    """A sentence or forbehold that reads otherwise in a report, is new, or is gone.

    Attributes
    ----------
    place : str
        The section of a sentence; the id of a forbehold.
    old_rule, new_rule, facts, words
        Of a sentence: what wrote it, what it rests on, and which words differ.
    """

    kommune: str
    year: int
    place: str
    old: str | None
    new: str | None
    old_rule: str = ""
    new_rule: str = ""
    facts: tuple[str, ...] = ()
    words: tuple[Piece, ...] = ()

    @property
    def fate(self) -> Fate:
        """What became of it."""
        return _fate(self.old, self.new)


def _fate(old: object, new: object) -> Fate:
    if old is None:
        return "sign" if new is None else "appeared"
    return "disappeared" if new is None else "changed"


@dataclass(frozen=True)
class Comparison:
    """All that differs between two sides, the old and the new.

    Attributes
    ----------
    level : str
        ``measure`` where both sides hold the basic figures, else ``indicator``.
    values, bases : tuple
        Values the gravest first, then by table. Within each, and in all that follows,
        the order is that of catalogue, network and time.
    unchanged : int
        Figures that are the same.
    facts : tuple of FigureChange
        Means first; then of each figure its value, index and rank. The value only where
        ``level`` is ``measure``: else it stands in ``values``.
    touched, untouched : tuple of (year, kommune)
        Reports that say something else than before, by figure, word or forbehold, and
        those that do not.
    only_old, only_new : tuple of (year, kommune)
        Reports that one side has; nothing else is said of them.
    """

    old: Side
    new: Side
    level: Literal["measure", "indicator"]
    values: tuple[FigureChange, ...]
    bases: tuple[FigureChange, ...]
    unchanged: int
    facts: tuple[FigureChange, ...]
    sentences: tuple[TextChange, ...]
    forbehold: tuple[TextChange, ...]
    touched: tuple[ReportKey, ...]
    untouched: tuple[ReportKey, ...]
    only_old: tuple[ReportKey, ...]
    only_new: tuple[ReportKey, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        found = (self.values, self.bases, self.facts, self.sentences, self.forbehold)
        return not any((*found, self.touched, self.only_old, self.only_new))

    @property
    def signs(self) -> set[str]:
        """The signs that stand where there is no figure."""
        old = {change.old_printed for change in self.values if change.old is None}
        new = {change.new_printed for change in self.values if change.new is None}
        return (old | new) - {NOTHING}

    @property
    def means(self) -> list[FigureChange]:
        """The network's means that show in print."""
        return [c for c in self.facts if c.quantity == "mean" and c.is_visible]

    @property
    def moves(self) -> dict[Key, dict[Quantity, FigureChange]]:
        """What shows in print of each (indicator, kommune, year), less the means."""
        own = (c for c in self.facts if c.quantity != "mean" and c.is_visible)
        rows = grouped(own, lambda c: (c.name, c.kommune, c.year))
        return {key: {c.quantity: c for c in row} for key, row in rows.items()}

    @property
    def sentences_by_report(self) -> dict[tuple[str, int], list[TextChange]]:
        """Sentences that have changed, under the (kommune, year) that they are of."""
        return grouped(self.sentences, lambda c: (c.kommune, c.year))

    @property
    def forbehold_by_change(self) -> dict[tuple[str, str, str], list[ReportKey]]:
        """Each (id, old text, new text) once, with the reports that it changes in."""
        rows = grouped(self.forbehold, lambda c: (c.place, c.old or "", c.new or ""))
        return {key: [(c.year, c.kommune) for c in row] for key, row in rows.items()}

    @property
    def counts(self) -> dict[str, int]:
        """How many of each: what a reader wants to know first."""
        values = Counter(change.fate for change in self.values)
        said = Counter(change.fate for change in self.sentences)
        visible = sum(change.is_visible for change in self.facts)
        return {
            "values": len(self.values),
            **{f"values_{fate}": values[fate] for fate in FATES},
            "values_unchanged": self.unchanged,
            "bases": len(self.bases),
            "facts_visible": visible,
            "facts_invisible": len(self.facts) - visible,
            "sentences": len(self.sentences),
            **{f"sentences_{fate}": said[fate] for fate in FATES[1:4]},
            "forbehold": len(self.forbehold),
            "reports": len(self.touched) + len(self.untouched),
            "reports_touched": len(self.touched),
            "reports_untouched": len(self.untouched),
        }


def grouped(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Items under their keys, keys and items in the order in which they come."""
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def by_year(reports: Iterable[ReportKey]) -> dict[int, list[str]]:
    """Kommuner under the years of their reports."""
    years = grouped(reports, lambda report: report[0])
    return {year: [kommune for _, kommune in own] for year, own in years.items()}


def as_record(found: Comparison) -> dict[str, Any]:
    """
    A comparison as JSON holds it.

    Returns
    -------
    record : dict
        ``form`` is the version of this form. The lists have the attributes of
        :class:`Comparison` for names and the same order, each with the fields of its
        dataclass; ``fate`` is written out.
    """
    record: dict[str, Any] = {"form": FORM, "counts": found.counts, **vars(found)}
    for name in ("old", "new"):
        record[name] = asdict(record[name])
    for name in ("values", "bases", "facts", "sentences", "forbehold"):
        record[name] = [{"fate": one.fate, **asdict(one)} for one in record[name]]
    for name in ("touched", "untouched", "only_old", "only_new"):
        record[name] = [{"kommune": k, "year": year} for year, k in record[name]]
    return record


def to_html(found: Comparison, known: Catalogue) -> str:
    """
    Show a comparison on a page of its own.

    One file, in bokmål, with nothing fetched from elsewhere and no script; nothing on
    it but what differs.
    """
    words, service = known.phrases.words, known.service
    pages = environment(known)
    pages.filters["number"] = language.number

    def counted(rule: str, count: int) -> str:
        return text.phrase(rule, {"count": language.number(count)}, known)

    return pages.get_template("diff.html.j2").render(
        words=words,
        css=stylesheet(),
        policy=site.policy(),
        title=text.phrase(
            "diff_title", {"old": found.old.name, "new": found.new.name}, known
        ),
        found=found,
        counts=found.counts,
        own=OWN,
        by_year=by_year,
        moves=grouped(found.moves.items(), lambda row: row[0][0]),
        sentences=found.sentences_by_report,
        forbehold=found.forbehold_by_change,
        names={i.id: language.bind(i.name) for i in service.indicators}
        | {m.id: language.bind(m.name) for m in service.measures},
        kommuner={member.id: member.name for member in known.network.members},
        sections={chapter.id: chapter.name for chapter in service.chapters}
        | {SUMMARY: words["summary_heading"]},
        signs=legend(found.signs, words),
        invisible=counted("diff_invisible", found.counts["facts_invisible"]),
        untouched=counted("diff_untouched", len(found.untouched)),
    )


# -- comparing -------------------------------------------------------------------------


def same(a: object, b: object) -> bool:
    """
    Whether two figures, or two of anything, are the same but for binary noise.

    Examples
    --------
    >>> same(0.1 + 0.2, 0.3), same(19168.0, 19169.0), same(None, 0.0)
    (True, False, False)
    """
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=NOISE, abs_tol=NOISE)
    return a == b


def compare(
    known: Catalogue,
    a: Source,
    b: Source,
    *,
    years: Collection[int] | None = None,
    kommuner: Collection[str] | None = None,
) -> Comparison:
    """
    Find what differs from `a` to `b`: figures, what follows from them, sentences.

    Parameters
    ----------
    known : Catalogue
        Both snapshots are read with the same knowledge, so that what differs is theirs.
    a, b : Snapshot or Edition
        See :func:`open_source`. Of a snapshot and rendered reports, what both have is
        compared.
    years, kommuner : collection, optional
        Only the reports of these data years and kommuner (ids or names). What they
        rest on is still compared: figures of every member, and of earlier years.

    Returns
    -------
    comparison : Comparison
        Nothing of it depends on clock, machine or order of files.

    Raises
    ------
    UsageError
        If no report is left that both sides have.
    """
    wanted = {known.network.member(name).id for name in kommuner or ()}
    has_a, has_b = (
        [
            (year, kommune)
            for year, kommune in _held(known, source)
            if (not years or year in years) and (not wanted or kommune in wanted)
        ]
        for source in (a, b)
    )
    both = [report for report in has_a if report in has_b]
    if not both:
        has = (f"{one.name} has {_listed(_held(known, one))}" for one in (a, b))
        msg = f"No such report is in both: {'; '.join(has)}."
        raise UsageError(msg)
    old, new = (_edition(known, source, both) for source in (a, b))
    level: Literal["measure", "indicator"] = "measure"
    before, after = old.measures, new.measures
    if before is None or after is None:
        level, before, after = "indicator", old.indicators, new.indicators
    figures = _paired(known, both, before, after, ABSENT)
    values = [
        change
        for key, two in figures.items()
        for change in _change("figure", key, _tables(*two), *_apart(known, key, *two))
    ]
    sentences = [c for key in both for c in _sentences(key, old, new)]
    forbehold = [c for key in both for c in _forbehold(key, old, new)]
    changed = {(c.year, c.kommune) for c in (*sentences, *forbehold)}
    touched = [key for key in both if key in changed or _has_moved(key, old, new)]
    return Comparison(
        old=_side(old, new),
        new=_side(new, old),
        level=level,
        values=tuple(sorted(values, key=lambda c: (FATES.index(c.fate), c.tables))),
        bases=tuple(
            change
            for key, (was, now) in figures.items()
            if was.tables and now.tables
            for change in _change(
                "basis", key, _tables(was, now), (was.basis,) * 2, (now.basis,) * 2
            )
        ),
        unchanged=len(figures) - len(values),
        facts=tuple(_fact_changes(known, both, old, new, level)),
        sentences=tuple(sentences),
        forbehold=tuple(forbehold),
        touched=tuple(touched),
        untouched=tuple(key for key in both if key not in touched),
        only_old=tuple(key for key in has_a if key not in has_b),
        only_new=tuple(key for key in has_b if key not in has_a),
    )


def _listed(reports: Collection[ReportKey]) -> str:
    """What a side has, for a message: a few reports by name, else how many."""
    if not reports:
        return "none"
    if len(reports) <= FEW:
        return ", ".join(f"{kommune} {year}" for year, kommune in reports)
    years = dict.fromkeys(str(year) for year, _ in reports)
    return f"{counted(len(reports), 'report')}, data years {', '.join(years)}"


def _side(edition: Edition, other: Edition) -> Side:
    """Two snapshots of one name are told apart by their sha256."""
    name = edition.name
    if edition.sha256 and name == other.name and edition.sha256 != other.sha256:
        name = f"{name} ({edition.sha256[:8]})"
    return Side(name, edition.kind, edition.sha256)


def _paired(
    known: Catalogue,
    reports: Collection[ReportKey],
    old: Mapping[Key, T],
    new: Mapping[Key, T],
    absent: D,
) -> dict[Key, tuple[T | D, T | D]]:
    """
    What stands under each key, in the order of catalogue, network and time.

    Keys that both have; of a report's own kommune and year, those that one has.
    """
    names = [one.id for one in known.service.indicators]
    names += [one.id for one in known.service.measures]
    kommuner = [member.id for member in known.network.members]

    def place(key: Key) -> tuple[int, str, int, int]:
        name, kommune, year = key
        # What is not in the catalogue comes last.
        position = names.index(name) if name in names else len(names)
        return position, name, kommuner.index(kommune), year

    alone = {key for key in old.keys() ^ new.keys() if (key[2], key[1]) in reports}
    keys = sorted((old.keys() & new.keys()) | alone, key=place)
    return {key: (old.get(key, absent), new.get(key, absent)) for key in keys}


# -- figures ---------------------------------------------------------------------------

#: What is read of a figure or a fact: its size, unrounded, and how it is printed.
Reading: TypeAlias = tuple[float | str | None, str]


def _change(
    quantity: Quantity,
    key: Key,
    tables: tuple[str, ...],
    old: Reading,
    new: Reading,
) -> Iterator[FigureChange]:
    """The change from one reading to another; nothing where they are the same."""
    (was, was_printed), (now, now_printed) = old, new
    if not same(was, now) or was_printed != now_printed:
        yield FigureChange(quantity, *key, tables, was, now, was_printed, now_printed)


def _tables(old: Figure, new: Figure) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old.tables, *new.tables)))


def _apart(known: Catalogue, key: Key, *figures: Figure) -> Iterator[Reading]:
    """Figures with so many decimals that SSB's are whole, and two others read apart."""
    values = [one.value for one in figures if one.value is not None]
    decimals = [i.decimals for i in known.service.indicators if i.id == key[0]] or [0]
    if key[0] in known.service.measure:
        places = (f"{value:.{DECIMALS}f}".rstrip("0") for value in values)
        decimals = [len(written.partition(".")[2]) for written in places]
    else:
        while decimals[0] < DECIMALS and len(
            {language.number(value, decimals[0]) for value in values}
        ) < len(values):
            decimals[0] += 1
    for one in figures:
        printed = text.bare(one.value, max(decimals, default=0))
        yield one.value, printed or one.status or NOTHING


def _fact_changes(
    known: Catalogue,
    reports: Collection[ReportKey],
    old: Edition,
    new: Edition,
    level: str,
) -> Iterable[FigureChange]:
    """Means, then values, indexes and ranks of the kommuner that are reported on."""
    pairs = _paired(known, reports, old.facts, new.facts, None)
    own = OWN if level == "measure" else OWN[1:]
    kommuner = {kommune for _, kommune in reports}
    asked: list[tuple[Quantity, Key]] = [("mean", key) for key in pairs]
    asked += [(one, key) for key in pairs if key[1] in kommuner for one in own]
    # Everybody's fact carries the network's mean: given once, not once for each.
    return dict.fromkeys(
        change
        for quantity, (name, kommune, year) in asked
        for change in _change(
            quantity,
            (name, "" if quantity == "mean" else kommune, year),
            (),
            *(_reading(known, fact, quantity) for fact in pairs[name, kommune, year]),
        )
    )


def _reading(known: Catalogue, fact: Fact | None, quantity: Quantity) -> Reading:
    """A quantity of a fact, as the reader of a report sees it."""
    if fact is None:
        return None, NOTHING
    amount = fact.network_mean if quantity == "mean" else getattr(fact, quantity)
    words = known.phrases.words
    if amount is None:
        return None, (fact.status if quantity == "value" else "") or NOTHING
    if quantity == "index":
        return amount, language.number(amount)
    if quantity == "rank":
        return float(amount), f"{amount} {words['rank_of']} {fact.n}"
    # The mark of a reconstructed figure is no part of its size.
    size = Amount(amount, fact.unit, fact.decimals, "real")
    return amount, text.quantity(size, words)


# -- reports ---------------------------------------------------------------------------


def _has_moved(report: ReportKey, *editions: Edition) -> bool:
    """Whether a reader meets any other fact than before."""
    seen = Fact.model_fields.keys() - UNSEEN
    old, new = ({f.id: f for f in one.reports[report].facts} for one in editions)
    return old.keys() != new.keys() or not all(
        same(getattr(fact, name), getattr(new[key], name))
        for key, fact in old.items()
        for name in seen
    )


def _sentences(report: ReportKey, *editions: Edition) -> Iterator[TextChange]:
    year, kommune = report
    for before, after in pair(*(one.reports[report].sentences for one in editions)):
        if said := after or before:
            was = before.text if before else None
            now = after.text if after else None
            yield TextChange(
                *(kommune, year, said.chapter, was, now),
                old_rule=before.rule if before else "",
                new_rule=after.rule if after else "",
                facts=said.facts,
                words=word_changes(was or "", now or ""),
            )


def _forbehold(report: ReportKey, *editions: Edition) -> Iterator[TextChange]:
    year, kommune = report
    old, new = (edition.reports[report].forbehold for edition in editions)
    for name in dict.fromkeys((*new, *old)):
        if old.get(name) != new.get(name):
            yield TextChange(kommune, year, name, old.get(name), new.get(name))


# -- two versions of a text ------------------------------------------------------------
# The same both ways: read backwards, it gives the mirror of what it gives forwards.


def pair(old: Sequence[Sentence], new: Sequence[Sentence]) -> list[Pair]:
    """
    Pair the sentences that are not the same, in the order of the page.

    A sentence that reads the same in the same section has not changed, whatever it
    rests on, and wherever a line may break. Of the others, those are two versions of
    one that have the same section, rule and facts; then those of the same section and
    facts, where another rule was chosen; then those of the same section and rule that
    share a fact, the most first.
    """
    # Sorted without preferring one side, so that the mirror gives the mirror.
    candidates = sorted(
        (distance, max(i, j), min(i, j), i, j)
        for i, before in enumerate(old)
        for j, after in enumerate(new)
        if (distance := _distance(before, after)) is not None
    )
    became: dict[int, int] = {}
    unchanged: set[int] = set()
    for distance, _, _, i, j in candidates:
        if i not in became and j not in became.values():
            became[i] = j
            if distance == SAME:
                unchanged.add(i)
    sections = list(dict.fromkeys(said.chapter for said in (*new, *old)))
    pairs: list[tuple[int, int, bool, Pair]] = []
    for i, before in enumerate(old):
        section = sections.index(before.chapter)
        if i not in became:
            pairs.append((section, i, True, (before, None)))
        elif i not in unchanged:
            pairs.append((section, became[i], False, (before, new[became[i]])))
    for j, after in enumerate(new):
        if j not in became.values():
            pairs.append((sections.index(after.chapter), j, False, (None, after)))
    return [found[-1] for found in sorted(pairs, key=lambda found: found[:3])]


def _distance(old: Sentence, new: Sentence) -> tuple[int, int] | None:
    """How far apart two sentences are; None where neither is a version of the other."""
    if old.chapter != new.chapter:
        return None
    # To a reader, a hard space looks like any other.
    was, now = (said.text.replace(language.HARD_SPACE, " ") for said in (old, new))
    if was == now:
        return SAME
    if old.facts == new.facts:
        return (1, 0) if old.rule == new.rule else (2, 0)
    shared = len(set(old.facts) & set(new.facts))
    return (3, -shared) if shared and old.rule == new.rule else None


def word_changes(old: str, new: str) -> tuple[Piece, ...]:
    """
    Say which words of a sentence went, came and stayed.

    Examples
    --------
    >>> [f"{p.kind}: {p.text}" for p in word_changes("Den er 4,1 høy.", "Den er 4,3.")]
    ['same: Den er ', 'removed: 4,1 høy', 'added: 4,3', 'same: .']
    """
    before, after = (
        [part for part in TOKENS.split(text) if part] for text in (old, new)
    )
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    # A space alone between two changes is part of the change: it reads as one.
    found: list[Piece] = []
    for is_same, run in groupby(
        steps, key=lambda s: s[0] == "equal" and before[s[1] : s[2]] != [" "]
    ):
        parts = list(run)
        gone = "".join(part for _, i, k, _, _ in parts for part in before[i:k])
        come = "".join(part for _, _, _, j, m in parts for part in after[j:m])
        if is_same or gone == come:
            found.append(Piece("same", gone))
            continue
        if gone:
            found.append(Piece("removed", gone))
        if come:
            found.append(Piece("added", come))
    return tuple(found)

"""
Holdings: which figures there are, what is wanted of them, and what is doubted.

Which snapshots and data years; the one place where a measure, a kommune and a data year
become variables and codes of StatBank; and what in an answer cannot be as the catalogue
says. Knows no tables of figures and loads quickly. Imports ``statbank`` and
``catalogue``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from asss import statbank
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator, Measure, Series
from asss.catalogue.parameters import EMBEDDED, LABEL_YEARS, LATEST, OUTPUTS, Member
from asss.errors import NoSnapshotError, UsageError
from asss.statbank import (
    CONTENTS,
    TIME,
    Dataset,
    Metadata,
    Selection,
    Snapshot,
    Store,
    as_words,
    nearest,
    same_label,
)

__all__ = [
    "FOUND",
    "MISSING",
    "RENAMED",
    "Match",
    "Question",
    "ask",
    "available_years",
    "check_year",
    "choose_snapshot",
    "data_years",
    "doubts",
    "explain",
    "left_out",
    "matches",
    "moved",
    "open_snapshot",
    "plain_title",
    "series_of",
    "snapshot_store",
]

#: How a wish was met.
FOUND = "found"
RENAMED = "renamed"
MISSING = "missing"

#: What a unit measures, in SSB's words and ours. Another word counts something.
UNITS = {
    "kr": re.compile(r"kr\b|kroner"),
    "1000 kr": re.compile(r"1 ?000 ?kr|tusen kr"),
    "mill. kr": re.compile(r"mill\S* ?kr"),
    "share": re.compile(r"prosent|%|pst|promille|\bper\b"),
    "months": re.compile(r"måned|mnd"),
}

#: A correction moves some figures a little. Where more than the share of a table's
#: figures move by more than the share of themselves, somebody must look.
MANY, FAR = 0.05, 0.2

#: So many of a kind are listed one by one.
LISTED = 5


# -- snapshots -------------------------------------------------------------------------


def snapshot_store(root: Path) -> Store:
    """Where a project's fetched snapshots lie: ``outputs/snapshots/``."""
    return Store(root / OUTPUTS / "snapshots")


def choose_snapshot(name: str, *, root: Path) -> str:
    """
    Say which snapshot a name means today: ``latest`` may mean another tomorrow.

    Returns
    -------
    name : str
        ``embedded``, or the name or folder of a snapshot.
    """
    if name != LATEST:
        return name
    names = snapshot_store(root).names()
    return names[-1] if names else EMBEDDED


def open_snapshot(name: str, *, root: Path | None = None) -> Snapshot:
    """
    Open the snapshot that a report names.

    Parameters
    ----------
    name : str
        ``embedded`` for the one in the package, ``latest``, the name of one under
        ``outputs/snapshots/``, or the path of a folder.
    root : Path, optional
        The project's folder, where a relative path begins: not the working folder,
        which is another for JupyterLab than for the batch.

    Raises
    ------
    NoSnapshotError
        If there is no such snapshot.
    SnapshotError
        If it is damaged.
    """
    start = root or Path()
    chosen = choose_snapshot(name, root=start)
    if chosen == EMBEDDED:
        return statbank.open_snapshot(statbank.embedded_folder())
    store = snapshot_store(start)
    for folder in (store.folder / chosen, start / chosen):
        if (folder / statbank.MANIFEST).is_file():
            return statbank.open_snapshot(folder)
    names = ", ".join([EMBEDDED, *store.names()])
    msg = f"No snapshot {name!r}. There are: {names}. `asss fetch` makes one."
    raise NoSnapshotError(msg)


def available_years(known: Catalogue, snapshot: Snapshot) -> tuple[int, ...]:
    """
    Data years for which the snapshot holds every measure that indicators need.

    A measure that SSB has no table for in a year does not hold the year back: its
    figures are missing in that year. One whose table is not here does. An area of which
    not one indicator can be read waits for figures, though its tables be here: another
    area asked them, for other functions or ages.
    """
    if not any(_is_answered(known, snapshot, one) for one in known.service.figures):
        return ()
    held: dict[str, set[int]] = {}
    for indicator in known.service.figures:
        for measure in known.service.behind(indicator):
            held[measure.id] = {
                year
                for series in measure.series
                for year in _years_held(known, snapshot, series)
            }
    return tuple(
        year
        for year in sorted(set().union(*held.values()))
        if all(
            year in years or not known.service.measure[name].series_in(year)
            for name, years in held.items()
        )
    )


def check_year(known: Catalogue, snapshot: Snapshot, year: int) -> None:
    """
    Refuse a year that the figures do not reach.

    Raises
    ------
    UsageError
        Naming the years that can be used.
    """
    years = available_years(known, snapshot)
    if year in years:
        return
    held = f"holds {statbank.spans(years)}"
    lacking = [] if years else _lacking(known, snapshot, year)
    if lacking:
        held = f"lacks {'; '.join(lacking)} of {known.service.service}"
    msg = f"No figures for {year} in snapshot {snapshot.name!r}: it {held}."
    if lacking and known.service.unverified:
        msg += (
            " Some of its codes are not verified: mend them by `asss doctor --live "
            f"--service {known.service.service}`, then `asss fetch`."
        )
    elif not years or year > years[-1]:
        msg += " Fetch what SSB has published since: `asss fetch`."
    raise UsageError(msg)


def _is_answered(known: Catalogue, snapshot: Snapshot, indicator: Indicator) -> bool:
    """Whether the snapshot has been asked for all that an indicator is made of."""
    asked = [one.series for one in known.service.behind(indicator) if one.series]
    return bool(asked) and all(
        any(_missing(one, snapshot) == [] for one in series) for series in asked
    )


def _missing(series: Series, snapshot: Snapshot) -> list[str] | None:
    """The values of a series that its table lacks; None where the table is not here."""
    answer = snapshot.datasets.get(series.table)
    if answer is None:
        return None
    held = (_match(wish, answer) for wish in _series_wishes("", series, answer))
    return [
        f"{match.wish.variable}={match.wish.code or match.wish.label}"
        for match in held
        if match.state == MISSING
    ]


def _lacking(known: Catalogue, snapshot: Snapshot, year: int) -> list[str]:
    """The tables that are not in a snapshot, or else what is lacking in those there."""
    tables = known.service.tables_in(year)
    absent = [number for number in tables if number not in snapshot.datasets]
    if absent:
        return [f"{'table' if len(absent) == 1 else 'tables'} {', '.join(absent)}"]
    found: dict[str, dict[str, None]] = {}
    for measure in known.service.measures:
        series = measure.series_in(year)
        if series is None:
            continue
        for value in _missing(series, snapshot) or ():
            found.setdefault(series.table, {})[value] = None
    return [f"{', '.join(values)} in table {at}" for at, values in found.items()]


def _years_held(known: Catalogue, snapshot: Snapshot, series: Series) -> list[int]:
    if series.table not in snapshot.datasets:
        return []
    offset = known.service.table[series.table].year_offset
    years = [period - offset for period in snapshot.dataset(series.table).years]
    return [year for year in years if series.covers(year)]


# -- what is wanted of a table ---------------------------------------------------------


@dataclass(frozen=True)
class Wish:
    """One variable or value that the catalogue says a table has.

    Attributes
    ----------
    variable : str
    code, label : str or None
        The value; both None where the variable itself is what is wanted. A value
        without a code is known by its exact label only.
    measures : tuple of str
        Those that need it; empty for regions, which all need.
    is_verified : bool
        Whether the catalogue says that it has been read in an answer from SSB.
    also : tuple of str
        Other labels that mean the same.
    member, periods : Member, tuple of int
        Of a region: whose number it is, and in which years of the table.
    """

    variable: str
    code: str | None = None
    label: str | None = None
    measures: tuple[str, ...] = ()
    is_verified: bool = True
    also: tuple[str, ...] = ()
    member: Member | None = None
    periods: tuple[int, ...] = ()

    @property
    def whose(self) -> str:
        """Whose it is, for messages: ``measure kvp_mottakere``, ``kommune oslo``."""
        if self.member:
            return f"kommune {self.member.id}"
        several = "s" if len(self.measures) > 1 else ""
        return f"measure{several} {', '.join(self.measures)}"


@dataclass(frozen=True)
class Match:
    """A wish, and what the table has to offer for it.

    ``state`` is FOUND, RENAMED (the label stands, under another code) or MISSING;
    ``code`` and ``label`` are the table's own; ``nearest`` are the values most like.
    """

    wish: Wish
    state: str
    code: str | None = None
    label: str | None = None
    nearest: tuple[tuple[str, str], ...] = ()

    @property
    def is_label_other(self) -> bool:
        """Whether the table words the value in another way than the catalogue."""
        wanted, found = self.wish.label, self.label
        return not (
            wanted is None
            or found is None
            or same_label(found, wanted, *self.wish.also)
        )


@dataclass(frozen=True)
class Question:
    """What one table is asked for.

    Attributes
    ----------
    selection : mapping of variable to codes, both in the order of the table
    resolved : mapping of measure to contents codes
        Codes that the catalogue does not know are found by label in the metadata.
    """

    selection: Selection
    resolved: dict[str, list[str]]


def series_of(known: Catalogue, table: str) -> Iterator[tuple[Measure, Series]]:
    """Every measure that is read from a table, and how."""
    for measure in known.service.measures:
        for series in measure.series:
            if series.table == table:
                yield measure, series


def data_years(
    known: Catalogue, metadata: Metadata, years: Iterable[int] | None = None
) -> tuple[int, ...]:
    """
    The data years to ask a table for: those it has, and the catalogue takes from it.

    Parameters
    ----------
    years : iterable of int, optional
        Only these; all from the first year of ``statbank.yaml`` when left out.
    """
    offset = known.service.table[metadata.table].year_offset
    there = [period - offset for period in metadata.years]
    chosen = set(there) if years is None else set(years)
    return tuple(
        year
        for year in there
        if year in chosen
        and year >= known.statbank.first_year
        and any(s.covers(year) for _, s in series_of(known, metadata.table))
    )


def wishes(known: Catalogue, metadata: Metadata, years: Sequence[int]) -> list[Wish]:
    """Everything that the catalogue wants of a table for some data years."""
    table = known.service.table[metadata.table]
    periods = [year + table.year_offset for year in years]
    wanted = [
        Wish(table.region, span.number, member=member, periods=held)
        for member in known.network.members
        for span in member.kommunenummer
        if (held := tuple(filter(span.covers, periods)))
    ]
    for measure, series in series_of(known, table.id):
        if any(map(series.covers, years)):
            wanted += _series_wishes(measure.id, series, metadata)
    found: dict[tuple[str, str | None], Wish] = {}
    for wish in wanted:
        before = found.setdefault((wish.variable, wish.code or wish.label), wish)
        if before is not wish:
            found[wish.variable, wish.code or wish.label] = replace(
                before,
                measures=(*before.measures, *wish.measures),
                is_verified=before.is_verified and wish.is_verified,
                periods=(*before.periods, *wish.periods),
            )
    return list(found.values())


def _series_wishes(measure: str, series: Series, metadata: Metadata) -> Iterator[Wish]:
    for one in series.contents:
        yield Wish(
            CONTENTS, one.code, one.label, (measure,), one.verified, also=one.also
        )
    for variable, code in series.selections.items():
        span = series.sum_of.get(variable)
        there = metadata.dimensions.get(variable)
        # The embedded population has the age group itself; SSB has its single years.
        is_group = span is None or (there is not None and code in there.labels)
        for each in (code,) if is_group or span is None else span.codes:
            yield Wish(variable, each, measures=(measure,))


def _match(wish: Wish, metadata: Metadata) -> Match:
    """Hold one wish against the table."""
    dimension = metadata.dimensions.get(wish.variable)
    if dimension is None:
        names = {name: d.label for name, d in metadata.dimensions.items()}
        close = nearest(names, wish.variable, None) or list(names.items())
        return Match(wish, MISSING, nearest=tuple(close))
    labels = dimension.labels
    if wish.code is not None and wish.code in labels:
        return Match(wish, FOUND, wish.code, labels[wish.code])
    same = [code for code, label in labels.items() if label == wish.label]
    if len(same) == 1:
        state = FOUND if wish.code is None else RENAMED
        return Match(wish, state, same[0], wish.label)
    close = _numbers_of(wish, labels) or nearest(labels, wish.code, wish.label)
    return Match(wish, MISSING, nearest=tuple(close))


def _numbers_of(wish: Wish, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a table calls by a kommune's name, the numbers of the same years first."""
    if wish.member is None:
        return []
    found = []
    for code, label in labels.items():
        span = LABEL_YEARS.search(label)
        own = int(span[1] or span[2] or 0) if span else 0
        fits = sum(not wish.member.misfit(code, year, label) for year in wish.periods)
        if fits or not wish.member.misfit(code, own, label):
            found.append((-fits, code, label))
    return [(code, label) for _, code, label in sorted(found)[:3]]


def left_out(known: Catalogue, metadata: Metadata, years: Sequence[int]) -> list[str]:
    """Variables that no measure chooses, and whose totals nobody said to use."""
    chosen = {wish.variable for wish in wishes(known, metadata, years)} | {TIME}
    expected = known.service.table[metadata.table].totals
    return [
        name
        for name, dimension in metadata.dimensions.items()
        if dimension.is_eliminable and name not in chosen and name not in expected
    ]


def matches(known: Catalogue, metadata: Metadata, years: Sequence[int]) -> list[Match]:
    """Hold every wish against the table; a variable it lacks is named once."""
    found: dict[tuple[str, str | None, str | None], Match] = {}
    for wish in wishes(known, metadata, years):
        if wish.variable not in metadata.dimensions:
            wish = replace(wish, code=None, label=None)
        key = (wish.variable, wish.code, wish.label)
        found.setdefault(key, _match(wish, metadata))
    return list(found.values())


def ask(
    known: Catalogue, metadata: Metadata, years: Sequence[int]
) -> tuple[Question, list[Match]]:
    """
    The question to a table, and the wishes that it cannot meet.

    Returns
    -------
    question : Question
        Of what was found.
    unmet : list of Match
        Renamed or missing values: with any of these the question must not be put.
    """
    table = known.service.table[metadata.table]
    held = matches(known, metadata, years)
    chosen = {TIME: [str(year + table.year_offset) for year in years]}
    resolved: dict[str, list[str]] = {}
    for found in held:
        if found.state == FOUND and found.code is not None:
            chosen.setdefault(found.wish.variable, []).append(found.code)
            for measure in (
                found.wish.measures if found.wish.variable == CONTENTS else ()
            ):
                resolved.setdefault(measure, []).append(found.code)
    question = Question(metadata.ordered(chosen), resolved)
    return question, [found for found in held if found.state != FOUND]


def plain_title(label: str) -> str:
    """
    A table's title without number, variables, and what SSB adds on closing it.

    Examples
    --------
    >>> plain_title("12210: Nøkkeltall (K) (avslutta serie), etter region og år")
    'Nøkkeltall (K)'
    """
    title = re.sub(r"^\d{5}:\s*", "", label)
    title = re.sub(r",?\s+etter\s.*$", "", title)
    return re.sub(r"\s*\(avslutta? serie\)", "", title).strip()


def explain(unmet: Match, table: str) -> str:
    """One line on a wish that was not met: what, whose, and what is nearest."""
    wish = unmet.wish
    close = as_words(unmet.nearest)
    if wish.code is None and wish.label is None:
        return f"table {table}: no variable {wish.variable}; nearest: {close}"
    what = wish.code or f"«{wish.label}»"
    if unmet.state == RENAMED:
        return (
            f"table {table}, {wish.variable}: «{wish.label}» ({wish.whose}) has the "
            f"code {unmet.code} and not {wish.code}"
        )
    return f"table {table}, {wish.variable}: no {what} ({wish.whose}); nearest: {close}"


# -- what is doubted -------------------------------------------------------------------


def doubts(
    known: Catalogue, dataset: Dataset, entry: Mapping[str, Any], *, fetched: str
) -> list[str]:
    """
    What in a table cannot be as we understand it, though it reads well.

    Parameters
    ----------
    entry : mapping
        What the manifest says of the table: the question that it answers.
    fetched : str
        When it was fetched, UTC; empty for figures that SSB did not send.

    Returns
    -------
    doubts : list of str
        A line for each; none where unit, contents, regions, order of codes, time and
        counts are those of the catalogue and the question.
    """
    if dataset.table not in known.service.table:
        return []
    found = [
        *_contents_doubts(known, dataset),
        *_region_doubts(known, dataset),
        *_order_doubts(dataset, entry),
    ]
    day, asked = dataset.updated_on, statbank.oslo_date(fetched)
    if day and asked and day > asked:
        found.append(f"was updated on {day}, after it was fetched on {asked}")
    return [f"Table {dataset.table} {line}" for line in dict.fromkeys(found)]


def _contents_doubts(known: Catalogue, dataset: Dataset) -> Iterator[str]:
    dimension = dataset.dimension(CONTENTS)
    read = series_of(known, dataset.table)
    for measure, wanted in ((m, one) for m, series in read for one in series.contents):
        code = wanted.code or next(
            (c for c, label in dimension.labels.items() if label == wanted.label), ""
        )
        if code not in dimension.labels:
            continue
        label, unit = dimension.labels[code], dimension.units.get(code)
        if not same_label(label, wanted.label, *wanted.also):
            yield (
                f"calls {code} «{label}», and measure {measure.id} is "
                f"«{wanted.label}»; if they are the same, write the new label, and "
                "the old one under `also`"
            )
        if unit and _unit(unit) != _unit(measure.unit):
            yield (
                f"gives {code} in «{unit}», and measure {measure.id} is in "
                f"«{measure.unit}»"
            )
        if _unit(measure.unit) in ("count", "months"):
            yield from islice(_negative(dataset, code), LISTED)


def _negative(dataset: Dataset, code: str) -> Iterator[str]:
    """Cells of a count that are below nothing."""
    if any(value is not None and value < 0 for value in dataset.values):
        for flat, address in enumerate(dataset.addresses()):
            value, _ = dataset.value_at(flat)
            if code in address and value is not None and value < 0:
                yield f"has {value:g} for {', '.join(address)}, which counts something"


def _region_doubts(known: Catalogue, dataset: Dataset) -> Iterator[str]:
    table = known.service.table[dataset.table]
    labels = dataset.dimension(table.region).labels
    for member in known.network.members:
        for period in dataset.years:
            numbers = [n for n in member.kommunenummer if n.covers(period)]
            for number in (n.number for n in numbers if n.number in labels):
                misfit = member.misfit(number, period, labels[number])
                if misfit:
                    yield misfit
                    break


def _order_doubts(dataset: Dataset, entry: Mapping[str, Any]) -> Iterator[str]:
    """Codes are answered in the table's order, in which they were asked for."""
    years = list(map(int, dataset.dimension(TIME).labels)) if dataset.years else []
    if years not in (sorted(years), sorted(years, reverse=True)):
        yield f"has its years in no order: {', '.join(map(str, years))}"
    for part in entry["query"]["selection"]:
        there, asked = dataset.dimensions.get(part["variableCode"]), part["valueCodes"]
        if there and [code for code in there.labels if code in asked] != [
            code for code in asked if code in there.labels
        ]:
            yield f"answers for {there.code} in another order than it was asked"


def _unit(written: str) -> str:
    """The kind of a unit, whatever it is called."""
    found = " ".join(written.casefold().split())
    return next((u for u, form in UNITS.items() if form.match(found)), "count")


def moved(before: Dataset, after: Dataset) -> list[str]:
    """
    Figures that a fetch would move far, if they are so many that somebody must look.

    Returns
    -------
    lines : list of str
        How many, and the first of them; empty where a correction is a correction.
    """
    new = after.by_address
    figures = {
        key: (value, new[key])
        for key, (value, _) in before.by_address.items()
        if value is not None and key in new
    }
    far = [
        (key, old, value, sign)
        for key, (old, (value, sign)) in figures.items()
        if value is None or abs(value - old) > FAR * abs(old)
    ]
    if len(far) <= MANY * len(figures):
        return []
    lines = [
        f"table {after.table}: {len(far)} of {len(figures)} figures move by more than "
        f"{FAR:.0%}"
    ]
    for key, old, value, sign in far[:LISTED]:
        where = ", ".join(code for _, code in sorted(key))
        lines.append(f"  {where}: {old:g} -> {sign if value is None else f'{value:g}'}")
    return lines

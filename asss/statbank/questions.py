"""
Questions: what the catalogue wants of a table, held against what the table has.

The one place where a measure, a kommune and a data year become variables and codes of
StatBank. Imports ``catalogue`` and ``statbank`` and what is below them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Series, Table
from asss.catalogue.parameters import LABEL_YEARS, Member
from asss.statbank import CONTENTS, TIME, Metadata, Selection, nearest, same_label

#: How a wish was met.
FOUND = "found"
RENAMED = "renamed"
MISSING = "missing"


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
        Those that need it; empty for regions and periods, which all need.
    whose : str
        Whose it is, for messages: ``measure kvp_mottakere``, ``kommune oslo``.
    is_verified : bool
        Whether the catalogue says that it has been read in an answer from SSB.
    also : tuple of str
        Other labels that mean the same.
    member, periods : Member, tuple of int
        Of a region: whose number it is, and in which years of the table.
    """

    variable: str
    code: str | None
    label: str | None
    measures: tuple[str, ...]
    whose: str
    is_verified: bool = True
    also: tuple[str, ...] = ()
    member: Member | None = None
    periods: tuple[int, ...] = ()


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
    years : tuple of int
        Data years, oldest first.
    """

    table: Table
    selection: Selection
    resolved: dict[str, list[str]]
    years: tuple[int, ...]


def series_of(known: Catalogue, table: str) -> Iterator[tuple[str, Series]]:
    """Every measure that is read from a table, and how."""
    for measure in known.service.measures:
        for series in measure.series:
            if series.table == table:
                yield measure.id, series


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
    found: dict[tuple[str, str | None, str | None], Wish] = {}

    def add(wish: Wish) -> None:
        key = (wish.variable, wish.code, wish.label if wish.code is None else None)
        before = found.get(key)
        if before is None:
            found[key] = wish
        elif wish.measures:
            measures = (*before.measures, *wish.measures)
            found[key] = replace(
                wish,
                measures=measures,
                whose=f"measures {', '.join(measures)}",
                is_verified=before.is_verified and wish.is_verified,
            )

    for member in known.network.members:
        whose = f"kommune {member.id}"
        for number in numbers_of(member, periods):
            held = tuple(
                period
                for span in member.kommunenummer
                for period in periods
                if span.number == number and span.covers(period)
            )
            add(
                Wish(table.region, number, None, (), whose, member=member, periods=held)
            )
    for measure, series in series_of(known, table.id):
        if any(series.covers(year) for year in years):
            for wish in _series_wishes(measure, series, metadata):
                add(wish)
    return list(found.values())


def _series_wishes(measure: str, series: Series, metadata: Metadata) -> Iterator[Wish]:
    whose = f"measure {measure}"
    for one in series.contents:
        yield Wish(
            CONTENTS,
            one.code,
            one.label,
            (measure,),
            whose,
            one.verified,
            also=one.also,
        )
    for variable, code in series.selections.items():
        span = series.sum_of.get(variable)
        there = metadata.dimensions.get(variable)
        # The embedded population has the age group itself; SSB has its single years.
        is_group = span is None or (there is not None and code in there.labels)
        for each in (code,) if is_group or span is None else span.codes:
            yield Wish(variable, each, None, (measure,), whose)


def numbers_of(member: Member, periods: Iterable[int]) -> list[str]:
    """The kommunenummer that a member has in one or more of the periods."""
    return [
        span.number for span in member.kommunenummer if any(map(span.covers, periods))
    ]


def match(wish: Wish, metadata: Metadata) -> Match:
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
    """Hold every wish against the table; a variable it lacks is told once."""
    found: list[Match] = []
    lacking: set[str] = set()
    for wish in wishes(known, metadata, years):
        if wish.variable in metadata.dimensions:
            found.append(match(wish, metadata))
        elif wish.variable not in lacking:
            lacking.add(wish.variable)
            whole = replace(wish, code=None, label=None)
            found.append(match(whole, metadata))
    return found


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
    chosen: dict[str, list[str]] = {name: [] for name in metadata.dimensions}
    resolved: dict[str, list[str]] = {}
    for found in held:
        if found.state == FOUND and found.code is not None:
            chosen[found.wish.variable].append(found.code)
            if found.wish.variable == CONTENTS:
                for measure in found.wish.measures:
                    resolved.setdefault(measure, []).append(found.code)
    chosen[TIME] = [str(year + table.year_offset) for year in years]
    question = Question(
        table=table,
        selection={
            name: sorted(
                set(codes), key=metadata.dimensions[name].positions.__getitem__
            )
            for name, codes in chosen.items()
            if codes
        },
        resolved=resolved,
        years=tuple(years),
    )
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
    close = "; ".join(f"{code} «{label}»" for code, label in unmet.nearest)
    close = close or "nothing like it"
    if wish.code is None and wish.label is None:
        return f"table {table}: no variable {wish.variable}; nearest: {close}"
    what = wish.code or f"«{wish.label}»"
    if unmet.state == RENAMED:
        return (
            f"table {table}, {wish.variable}: «{wish.label}» ({wish.whose}) has the "
            f"code {unmet.code} and not {wish.code}"
        )
    return f"table {table}, {wish.variable}: no {what} ({wish.whose}); nearest: {close}"

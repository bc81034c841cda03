"""
StatBank as the tests have it: whole tables in SSB's form, with figures of our own.

Data years 2015-2020 are those of the embedded snapshot, so that a report on them must
come out the same from either. Later years, and kommuner that the package has no figures
of, are made up by a rule without chance in it. Nothing here came from SSB, and every
answer says so.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cubes import (
    CONTENTS,
    TIME,
    Cube,
    Figure,
    Key,
    Variable,
    as_sent,
    make,
    metadata,
    select,
)

from asss import statbank
from asss.catalogue import catalogue
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Measure, Series
from asss.catalogue.parameters import Member
from asss.errors import ParameterError
from asss.statbank import Snapshot, holdings
from asss.statbank.snapshots import FORM, dump

__all__ = ["Cube", "metadata", "select", "tables", "write_snapshot"]

#: The periods of each table, first and last: what SSB holds in the summer of 2026.
PERIODS = {
    "12210": (2015, 2021),
    "12213": (2015, 2021),
    "12160": (2015, 2021),
    "13138": (2015, 2021),
    "12367": (2015, 2025),
    "07459": (2016, 2026),
    "13995": (2022, 2025),
    "14019": (2022, 2025),
}
CLOSED = frozenset({"12210", "12213", "12160", "13138"})
UPDATED = {
    **dict.fromkeys(CLOSED, "2023-03-15T07:00:00Z"),
    **dict.fromkeys(("12367", "13995", "14019"), "2026-06-15T06:00:00Z"),
    "07459": "2026-02-25T07:00:00Z",
}

#: SSB's sign in the cells of a region code outside its years; 12367 has a plain 0.
OUTSIDE: Mapping[str, Figure] = {"12367": (0, "")}
OUTSIDE_ELSEWHERE: Figure = (None, ".")

#: Contents that a table has and that nobody asks for: label and unit.
MORE_CONTENTS = {
    "12210": {"SYNannet": ("Sosialhjelpsmottakere med annen inntekt", "personer")},
    "13995": {"KOSsosgjantmnd0000": ("Gjennomsnittlig stønadslengde", "måneder")},
    "14019": {"SYNbarnifamilier": ("Barn i familier med sosialhjelp", "personer")},
}

#: Regions beside the kommuner, and KLASS' number for them, by the name of the variable.
MORE_REGIONS = {
    "KOKkommuneregion0000": {"EAK": "Landet", "EAKUO": "Landet uten Oslo"},
    "Region": {"0": "Hele landet"},
}
KLASS = {"KOKkommuneregion0000": 231, "Region": 131}

#: Variables but region, contents and time, by table.
VARIABLES = {
    "12367": {
        "KOKregnskapsomfa0000": Variable(
            "regnskapsomfang", {"A": "Konsern", "B": "Kommunekasse"}, klass=292
        ),
        "KOKfunksjon0000": Variable(
            "funksjon",
            {
                "120": "Administrasjon",
                "242": "Råd, veiledning og sosialt forebyggende arbeid",
                "243": "Tilbud til personer med rusproblemer",
                "273": "Arbeidsrettede tiltak i kommunal regi",
                "276": "Kvalifiseringsordningen",
                "281": "Ytelse til livsopphold",
            },
            klass=277,
        ),
        "KOKart0000": Variable(
            "art",
            {
                "AGD10": "Brutto driftsutgifter på funksjon/tjenesteområde",
                "AGD2": "Netto driftsutgifter på funksjon/tjenesteområde",
            },
            klass=259,
        ),
    },
    "07459": {
        "Kjonn": Variable("kjønn", {"1": "Menn", "2": "Kvinner"}, is_eliminable=True),
        "Alder": Variable(
            "alder",
            {f"{age:03}": f"{age} år" for age in range(15, 70)},
            is_eliminable=True,
        ),
    },
}

#: The last data year of the embedded figures, and yearly growth from it, by unit.
LAST = 2020
GROWTH = {"personer": 0.01, "1000 kr": 0.03, "måneder": 0.015}

#: A kommune that the package has no figures of gets this one's, made smaller.
MODEL, SMALLER = "fredrikstad", 0.8
LENGTH = "måneder"


@cache
def _known() -> Catalogue:
    return catalogue.load_catalogue(Path(__file__).parents[1] / "parameters")


@cache
def _embedded() -> Snapshot:
    return holdings.open_snapshot("embedded")


def tables() -> dict[str, Cube]:
    """Every table, whole, as SSB would hold it; the caller may change its copy."""
    return copy.deepcopy(_tables())


@cache
def _tables() -> dict[str, Cube]:
    return {table: _table(table) for table in PERIODS}


def cross_checked() -> Cube:
    """Table 12362: the amounts of 12367 for konsern, under one variable less."""
    whole = _tables()["12367"]
    amounts = statbank.read_dataset(as_sent(whole), table="12367").by_address
    variables = {
        name: Variable(one["label"], one["category"]["label"])
        for name, one in whole["dimension"].items()
        if name != "KOKregnskapsomfa0000"
    }
    konsern = ("KOKregnskapsomfa0000", "A")
    return make(
        "12362",
        "Utgifter til tjenesteområdene",
        variables,
        units=dict.fromkeys(variables[CONTENTS].values, "1000 kr"),
        cell=lambda key: amounts[
            frozenset([*zip(variables, key, strict=True), konsern])
        ],
        updated=UPDATED["12367"],
    )


# -- a snapshot ------------------------------------------------------------------------


def write_snapshot(
    folder: Path,
    *,
    tables: Iterable[str] | None = None,
    created: str = "2026-06-20",
    name: str | None = None,
    base_url: str = "https://data.ssb.no/api/pxwebapi/v2",
    change: Callable[[str, Cube], Cube] | None = None,
) -> Path:
    """
    Write a snapshot as a fetch would leave it, holding what the catalogue asks for.

    Parameters
    ----------
    folder : Path
        Made; the snapshot is named after it unless `name` is given.
    tables : iterable of str, optional
        Only these; all of them when left out.
    created : str
        ISO date.
    change : function of table and cube, optional
        Makes an edition in which SSB has corrected a table.

    Returns
    -------
    folder : Path
    """
    folder.mkdir(parents=True)
    fetched = f"{created}T10:00:00Z"
    entries = {}
    for table in tables or PERIODS:
        cube = copy.deepcopy(_tables()[table])
        cube = change(table, cube) if change else cube
        entries[table] = _entry(folder, table, cube, fetched)
    manifest = {
        "form": FORM,
        "name": name or folder.name,
        "created": created,
        "fetched": fetched,
        "base_url": base_url,
        "tables": entries,
    }
    (folder / statbank.MANIFEST).write_bytes(dump(manifest))
    return folder


def _entry(folder: Path, table: str, cube: Cube, fetched: str) -> dict[str, Any]:
    """Write a table's two answers, and say in the manifest's form what they are."""
    about = statbank.read_metadata(as_sent(metadata(cube)), table=table)
    years = holdings.data_years(_known(), about)
    question, unmet = holdings.ask(_known(), about, years)
    assert not unmet, unmet
    part = _keep(folder, f"{table}.json", select(cube, question.selection))
    return {
        "title": cube["label"],
        "parts": [part],
        "sha256": part["sha256"],
        "updated": cube["updated"],
        "ssb_updated": cube["updated"],
        "fetched": fetched,
        "query": statbank.as_body(question.selection),
        "resolved": question.resolved,
        "is_closed": about.is_closed,
        "metadata": _keep(folder, f"{table}.metadata.json", metadata(cube)),
        "cells": [],
    }


def _keep(folder: Path, file: str, content: object) -> dict[str, str]:
    """Write an answer, as a draft of the store does."""
    raw = as_sent(content)
    (folder / file).write_bytes(raw)
    return {"file": file, "sha256": statbank.digest(raw)}


# -- figures ---------------------------------------------------------------------------


def figure(measure: Measure, series: Series, member: Member, year: int) -> Figure:
    """The embedded figure or sign of a data year, else one by the rule of growth."""
    held = _held(series, member, year)
    if held is not None:
        return held
    last, scale = _last_number(measure, member), 1.0
    if last is None:
        last = _last_number(measure, _known().network.member(MODEL))
        scale = 1.0 if measure.unit == LENGTH else SMALLER
    assert last is not None, measure.id
    # Not the same for all, or nothing would ever move against the mean.
    growth = GROWTH[measure.unit]
    growth += 0.002 * (_known().network.members.index(member) % 5 - 2)
    value = last * scale * (1 + growth * (year - LAST))
    return round(value, 1 if measure.unit == LENGTH else None), ""


def _last_number(measure: Measure, member: Member) -> float | None:
    """The newest embedded figure that is a number: one may be suppressed."""
    for year in range(LAST, PERIODS["12367"][0] - 1, -1):
        series = next(s for s in measure.series if s.covers(year))
        held = _held(series, member, year)
        if held is not None and held[0] is not None:
            return held[0]
    return None


def _held(series: Series, member: Member, year: int) -> Figure | None:
    """The embedded figure of a kommune and data year, None where there is none."""
    table = _known().service.table[series.table]
    period = year + table.year_offset
    if year > LAST or not _has_number(member, period):
        return None
    dataset = _embedded().dataset(table.id)
    number = member.number_in(period)
    if number not in dataset.dimension(table.region).labels:
        return None
    (contents,) = series.contents  # the embedded tables hold no sums in parts
    query = {
        table.region: number,
        CONTENTS: dataset.code_for(CONTENTS, code=None, label=contents.label),
        TIME: str(period),
        **series.selections,
    }
    cell = _embedded().cell(table.id, query)
    return cell.value, cell.status


# -- tables ----------------------------------------------------------------------------


def _table(table: str) -> Cube:
    about = _known().service.table[table]
    first, last = PERIODS[table]
    contents = _contents(table)
    more = MORE_REGIONS[about.region]
    total = next(iter(more)) if about.region == "Region" else None
    variables = {
        about.region: Variable(
            "region",
            {**more, **_numbers()},
            is_eliminable=total is not None,
            total=total,
            klass=KLASS[about.region],
        ),
        **VARIABLES.get(table, {}),
        CONTENTS: Variable(
            "statistikkvariabel", {code: label for code, (label, _) in contents.items()}
        ),
        TIME: Variable("år", {str(p): str(p) for p in range(first, last + 1)}),
    }
    figures = dict(_figures(table, tuple(variables)))
    outside = OUTSIDE.get(table, OUTSIDE_ELSEWHERE)

    def cell(key: Key) -> Figure:
        if key in figures:
            return figures[key]
        # A cell that nobody asks for needs a number, but no meaning.
        filler = 100 + sum(map(ord, "".join(key))) % 900
        return (filler, "") if _is_in_use(key[0], int(key[-1])) else outside

    return make(
        table,
        about.title,
        variables,
        units={code: unit for code, (_, unit) in contents.items()},
        cell=cell,
        updated=UPDATED[table],
        is_closed=table in CLOSED,
    )


def _figures(table: str, variables: Key) -> Iterator[tuple[Key, Figure]]:
    """Every cell that the catalogue asks for, and what stands in it."""
    about = _known().service.table[table]
    for measure, series in _series(table):
        for member in _known().network.members:
            for period in range(PERIODS[table][0], PERIODS[table][1] + 1):
                year = period - about.year_offset
                if not (series.covers(year) and _has_number(member, period)):
                    continue
                query = {
                    about.region: member.number_in(period),
                    TIME: str(period),
                    **series.selections,
                }
                parts = [
                    part
                    for code in _contents_of(measure, series)
                    for part in _parts({**query, CONTENTS: code}, series)
                ]
                found = _spread(figure(measure, series, member, year), len(parts))
                for part, one in zip(parts, found, strict=True):
                    yield tuple(part[name] for name in variables), one


def _parts(query: dict[str, str], series: Series) -> list[dict[str, str]]:
    """The cells of a figure: of an age group, each single age and sex."""
    parts = [query]
    for variable, span in series.sum_of.items():
        others = [v for v in VARIABLES[series.table].items() if v[0] != variable]
        parts = [{**part, variable: code} for part in parts for code in span.codes]
        for name, other in others:
            parts = [{**part, name: code} for part in parts for code in other.values]
    return parts


def _spread(found: Figure, count: int) -> list[Figure]:
    """A whole number in parts whose sum it is."""
    value, sign = found
    if count == 1 or value is None:
        return [(value, sign)] * count
    each, rest = divmod(int(value), count)
    return [(each + (place < rest), "") for place in range(count)]


def _numbers() -> dict[str, str]:
    """Every number that a member has or had; SSB gives the years of an old one."""
    labels = {}
    for member in _known().network.members:
        for period in member.kommunenummer:
            span = f" ({period.from_year or ''}-{period.to_year})"
            labels[period.number] = member.name + (span if period.to_year else "")
    return dict(sorted(labels.items()))


def _contents(table: str) -> dict[str, tuple[str, str]]:
    """Label and unit of each contents code of a table."""
    found = {
        code: (label, measure.unit)
        for measure, series in _series(table)
        for code, label in _contents_of(measure, series).items()
    }
    return {**found, **MORE_CONTENTS.get(table, {})}


def _contents_of(measure: Measure, series: Series) -> dict[str, str]:
    """SSB's codes and labels; a code not known is one that nobody takes for SSB's."""
    several = len(series.contents) > 1
    return {
        contents.code
        or f"SYN{measure.id.replace('_', '')}{place if several else ''}": contents.label
        for place, contents in enumerate(series.contents, start=1)
    }


def _series(table: str) -> Iterator[tuple[Measure, Series]]:
    return holdings.series_of(_known(), table)


def _has_number(member: Member, period: int) -> bool:
    """A kommune has no figures from before there was such a kommune."""
    try:
        member.number_in(period)
    except ParameterError:
        return False
    return True


def _is_in_use(region: str, period: int) -> bool:
    """Whether a region code has figures in a period."""
    numbers = [n for m in _known().network.members for n in m.kommunenummer]
    spans = [n for n in numbers if n.number == region]
    return not spans or any(
        (span.from_year or period) <= period <= (span.to_year or period)
        for span in spans
    )

"""
Frames: figures, and what is known of them, as an analyst has them in hand.

What ``import asss`` gives of loading and indexing. Where the others are given what they
need, these find it: ``parameters/`` and the snapshot.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
from pydantic import BaseModel

import asss
from asss.analysis import chance, indexing, sources
from asss.analysis.tables import BASES, CHANCE_COLUMNS, mark
from asss.catalogue import catalogue
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Forbehold, Indicator
from asss.catalogue.language import number
from asss.catalogue.parameters import (
    BOKMAL,
    EMBEDDED,
    EVERY,
    FOLDER,
    LATEST,
    fold,
    packaged_project,
    suggestion,
)
from asss.errors import UsageError, expect
from asss.statbank import Snapshot, holdings

__all__ = [
    "COLUMNS",
    "Parameters",
    "forbehold",
    "frame_of",
    "indicators",
    "kommuner",
    "load",
    "observations",
    "open_snapshot",
    "read_parameters",
    "tidy",
]

#: Where what is known stands: read already, or to be read from a folder.
Parameters: TypeAlias = Catalogue | Path | str | None

#: The columns of :func:`load`, each with what it is called in the indexed table.
COLUMNS = {
    **{name: name for name in ("indicator", "kommune", "year", "unit", "value")},
    "sign": "status",
    "printed": "printed",
    "mean": "network_mean",
    **{name: name for name in ("index", "distance", "rank", "n", "change")},
    **{name: name for name in CHANCE_COLUMNS},
    **{name: name for name in ("numerator", "denominator", "basis")},
    # What a figure is set against is no better than the weakest behind it.
    **{name: name for name in ("mean_basis", "distance_basis", "previous_basis")},
    **{name: name for name in ("mean_rule", "forbehold")},
    **{name: name for name in ("section", "indicator_id", "kommune_id")},
}

#: The columns of :func:`indicators`.
OF_INDICATORS = (
    *("name", "short_name", "section", "unit", "decimals", "mean", "formula", "chance"),
    *("plausible_from", "plausible_to", "reported_from"),
    *("definition", "processing", "interpretation", "source"),
)


def load(
    year: int | None = None,
    *,
    snapshot: str | Snapshot = LATEST,
    parameters: Parameters = None,
    service: str | None = None,
) -> pd.DataFrame:
    """
    Every figure of a data year and of those before it, set against the network.

    Parameters
    ----------
    year : int, optional
        The data year; later figures are not looked at. The newest there is, with all
        before it, where left out.
    snapshot : str or Snapshot
        ``latest``, which is the embedded one until something has been fetched;
        ``embedded``; or the name or folder of another.
    parameters : Catalogue, path or str, optional
        What is known: ``parameters/``, found from the working folder upwards when left
        out; ``embedded`` is the one in the package.
    service : str, optional
        The service area, such as ``barnevern``: sosiale tjenester, where there are more
        than one and `parameters` is not a catalogue that has been read.

    Returns
    -------
    figures : DataFrame, a row for each indicator, kommune and year
        indicator, kommune, section : ordered categories of readable names, in the order
        of Tabell 1 and of the network; indicator_id, kommune_id : as in ``parameters/``
        value, mean, change : float, in `unit`; change is since the year before
        sign : str, what SSB has in place of a value: ``.`` ``..`` ``:``; or ``i.s.``,
        ours, where a forbehold leaves the value out
        printed : str, the value as a report prints it, with its mark, or the sign
        index : float, 100 = mean; distance : float, percent above (+) or below (-) it
        rank : Int64, 1 = highest; n : Int64, kommuner behind the mean
        interval_low, interval_high : float, in `unit`; what a count of persons could
        have been by chance alone (95 %), and of other figures missing
        distance_clear, change_clear : boolean, whether the distance and the change are
        more than chance; missing where there is none, or where they are not of counts
        numerator, denominator : float
        basis : ordered category, best first: what the value rests on; mean_basis,
        distance_basis (index and rank as well) and previous_basis (change) : the same
        mean_rule : ``plain`` or ``weighted``, which changes from 2017 to 2018;
        ``plain_of_others`` or ``weighted_of_others`` where the mean of the newest year
        is of all but the kommune itself
        forbehold : tuple of ids; see :func:`forbehold`
        ``attrs`` says which snapshot, of when and from whom.

    Raises
    ------
    UsageError
        If there is no such snapshot or service area, or it does not hold the year.
    ParameterError, TableError
        If ``parameters/`` has mistakes, or figures are not what it says they are.

    Examples
    --------
    >>> import asss
    >>> figures = asss.load(2020, snapshot="embedded")
    >>> shown = figures.query("indicator_id == 'stonadslengde_18_24' and year == 2020")
    >>> shown.query("rank <= 2")[["kommune", "value", "unit", "rank"]]
           kommune  value     unit  rank
    545       Oslo    4.8  måneder     2
    563  Stavanger    5.1  måneder     1
    581    Sandnes    4.8  måneder     2

    One line makes a table of indexes, in the order of Tabell 1 and of the network;
    the four last are components, which the text uses and Tabell 1 does not show:

    >>> latest = figures.query("year == 2020")
    >>> latest.pivot(index="indicator", columns="kommune", values="index").shape
    (19, 10)

    As they are printed, in the place of each that is missing its sign:

    >>> length = figures.query("indicator == 'Stønadslengde 18–24 år' and year > 2018")
    >>> told = length.pivot(index="kommune", columns="year", values="printed")
    >>> told.loc["Oslo", 2020]
    '4,8ʳ'

    Of another service area:

    >>> barnevern = asss.load(2020, snapshot="embedded", service="barnevern")
    >>> barnevern["indicator"].cat.categories[2]
    'Barn med undersøkelse'
    >>> asss.load(2020, service="barnvern")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    asss.errors.UsageError: Unknown service area 'barnvern'. Did you mean barnevern?
    """
    known = read_parameters(parameters, service=service)
    reported = observations(year, snapshot=snapshot, parameters=known)
    return tidy(indexing.index_to_network(reported, rule=known.mean_rule), known)


def observations(
    year: int | None = None,
    *,
    snapshot: str | Snapshot = LATEST,
    parameters: Parameters = None,
    service: str | None = None,
) -> pd.DataFrame:
    """
    What was reported, before it is set against the network.

    Parameters
    ----------
    year, snapshot, parameters, service
        As for :func:`load`.

    Returns
    -------
    observations : DataFrame, key = (indicator, kommune, year)
        Ids and not names; see :mod:`asss.analysis.tables`.
        :func:`asss.index_to_network` takes it.

    Examples
    --------
    >>> import asss
    >>> reported = asss.observations(2020, snapshot="embedded")
    >>> reported.groupby("year")["value"].count().to_dict()[2020]
    190
    >>> reported.attrs["snapshot"]
    'embedded'
    >>> told = asss.observations(2020, snapshot="embedded", service="barnevern")
    >>> told["indicator"].nunique()
    16
    """
    if year is not None:
        expect(int, year, "year, such as 2020,")
    known = read_parameters(parameters, service=service)
    answers = open_snapshot(snapshot, parameters=known)
    until = year or holdings.available_years(known, answers)[-1]
    reported = sources.load_observations(known, answers, until=until)
    reported.attrs = {
        "year": until,
        "snapshot": answers.name,
        "created": answers.created,
        "fetched": answers.fetched,
        "sha256": answers.sha256,
        "updated": {
            name: entry["ssb_updated"] for name, entry in answers.tables.items()
        },
        "source": f"Statistics Norway, StatBank (CC BY 4.0), and {known.folder}",
        "asss": asss.__version__,
    }
    return reported


def open_snapshot(
    snapshot: str | Snapshot = LATEST, *, parameters: Parameters = None
) -> Snapshot:
    """
    SSB's answers as they came, with when and how.

    Parameters
    ----------
    snapshot, parameters
        As for :func:`load`.

    Raises
    ------
    SnapshotError
        If there is none of the name, or it is damaged.

    Examples
    --------
    >>> import asss
    >>> sorted(asss.open_snapshot("embedded").tables)[:2]
    ['07459', '12160']
    """
    expect((str, Path, Snapshot), snapshot, 'snapshot, such as "latest",')
    if isinstance(snapshot, Snapshot):
        return snapshot
    root = read_parameters(parameters).folder.parent
    return holdings.open_snapshot(str(snapshot), root=root)


def tidy(indexed: pd.DataFrame, known: Catalogue) -> pd.DataFrame:
    """
    The indexed table with readable names, as :func:`load` gives it.

    Parameters
    ----------
    indexed : DataFrame, key = (indicator, kommune, year)
        See :func:`asss.index_to_network`.
    """
    rows = {indicator.id: indicator for indicator in known.service.figures}
    names = {section.id: section.name for section in known.service.sections}
    ids = indexed["indicator"]
    words = known.phrases.words
    columns = (ids, indexed["value"], indexed["status"], indexed["basis"])
    told = chance.beside(indexed, known).assign(
        printed=[
            sign or number(value, rows[name].places(value)) + mark(basis, words)
            for name, value, sign, basis in zip(*columns, strict=True)
        ],
        indicator_id=ids,
        kommune_id=indexed["kommune"],
        indicator=_named(ids, {name: row.short_name for name, row in rows.items()}),
        kommune=_named(
            indexed["kommune"], {m.id: m.name for m in known.network.members}
        ),
        section=_named(ids.map({n: row.section for n, row in rows.items()}), names),
        unit=ids.map({name: _unit(row.unit, known) for name, row in rows.items()}),
        basis=_named(indexed["basis"], {basis: basis for basis in BASES}),
    )
    told = told[list(COLUMNS.values())].set_axis(list(COLUMNS), axis="columns")
    told.attrs = dict(indexed.attrs)
    return told


def indicators(
    *, parameters: Parameters = None, service: str | None = None
) -> pd.DataFrame:
    """
    The indicators, in the order of Tabell 1, key = id.

    Parameters
    ----------
    parameters, service
        As for :func:`load`.

    Examples
    --------
    >>> import asss
    >>> asss.indicators().loc["stonadslengde_18_24", ["short_name", "unit"]].to_list()
    ['Stønadslengde 18–24 år', 'måneder']
    >>> len(asss.indicators(service="barnevern"))
    13
    """
    known = read_parameters(parameters, service=service)
    rows = known.service.indicators
    frame = frame_of(rows, Indicator).assign(
        formula=[str(row.formula) for row in rows],
        unit=[_unit(row.unit, known) for row in rows],
        plausible_from=[row.plausible.at_least for row in rows],
        plausible_to=[row.plausible.at_most for row in rows],
    )
    return frame[list(OF_INDICATORS)]


def kommuner(year: int | None = None, *, parameters: Parameters = None) -> pd.DataFrame:
    """
    The members of the network, in its order, key = id.

    Parameters
    ----------
    year : int, optional
        Those of that data year; all that are or become members, where left out.
    parameters
        As for :func:`load`.

    Examples
    --------
    >>> import asss
    >>> asss.kommuner().loc["tromso", ["name", "kommunenummer"]].to_list()
    ['Tromsø', '1902 (-2019), 5401 (2020-2023), 5501 (2024-)']
    """
    if year is not None:
        expect(int, year, "year, such as 2020,")
    network = read_parameters(parameters).network
    return pd.DataFrame(
        {
            "id": member.id,
            "name": member.name,
            "kommunenummer": ", ".join(map(str, member.kommunenummer)),
            "member_from": member.member_from,
            "mergers": ", ".join(merger.date for merger in member.mergers),
        }
        for member in (network.members if year is None else network.in_year(year))
    ).set_index("id")


def forbehold(
    about: str = "", *, parameters: Parameters = None, service: str | None = None
) -> pd.DataFrame:
    """
    Every forbehold: what it touches and what it says, key = id.

    Parameters
    ----------
    about : str, optional
        Part of an indicator's name or id, such as ``KVP``: those on it alone, without
        what is on all figures of a kommune.
    parameters, service
        As for :func:`load`.

    Raises
    ------
    UsageError
        If no indicator is called so; the message names the nearest.

    Examples
    --------
    >>> import asss
    >>> caveats = asss.forbehold()
    >>> caveats.loc["brudd_2020_trondheim", ["kind", "label"]].to_list()
    ['structure_break', 'Trondheim ble slått sammen med Klæbu 1.1.2020']

    Those on figures, beside the figures:

    >>> figures = asss.load(2020, snapshot="embedded")
    >>> told = figures.explode("forbehold").join(caveats["text"], on="forbehold")
    >>> len(told) > len(figures)
    True

    Who has one on KVP:

    >>> asss.forbehold("kvp")["kommuner"].explode().unique()[:2].tolist()
    ['alle', 'trondheim']
    >>> "KVP" in " ".join(asss.forbehold(service="barnevern")["text"])
    False
    """
    expect(str, about, "about, such as an indicator's name,")
    known = read_parameters(parameters, service=service)
    wanted = _called(about, known)
    entries = known.forbehold
    if about:
        entries = tuple(e for e in entries if wanted.intersection(_touched(e)))
    return frame_of(entries, Forbehold)


def _touched(entry: Forbehold) -> Iterable[str]:
    """The indicators that a forbehold names."""
    return () if entry.indicators == EVERY else entry.indicators


def _called(about: str, known: Catalogue) -> set[str]:
    """Ids of the indicators that have a text in their id or names."""
    names = {
        row.id: (row.id, row.short_name, row.name) for row in known.service.figures
    }
    found = {
        name
        for name, called in names.items()
        if any(fold(about) in fold(one) for one in called)
    }
    if not found:
        hint = suggestion(about, [short for _, short, _ in names.values()])
        msg = f"No indicator has {about!r} in its name.{hint}"
        raise UsageError(msg)
    return found


def read_parameters(
    given: Parameters = None, *, service: str | None = None, language: str = BOKMAL
) -> Catalogue:
    """
    What is known, wherever it was said that it is; see :func:`load`.

    Raises
    ------
    UsageError
        If there is no such service area, or a catalogue is given that is of another.

    Examples
    --------
    >>> read_parameters("embedded").language
    'nb'
    """
    if isinstance(given, Catalogue):
        held = given.service.service
        if service not in (None, held):
            msg = f"The catalogue that is given is on {held}, and not on {service}."
            raise UsageError(msg)
        return given
    if given is not None:
        expect((str, Path), given, 'parameters, a Catalogue, a folder or "embedded",')
    if given == EMBEDDED:
        given = packaged_project() / FOLDER
    return catalogue.load_catalogue(
        None if given is None else Path(given), service=service, language=language
    )


def frame_of(entries: Iterable[BaseModel], of: type[BaseModel]) -> pd.DataFrame:
    """Entries of the catalogue, some of them or none, as rows; key = id."""
    rows = [entry.model_dump() for entry in entries]
    return pd.DataFrame(rows, columns=None if rows else [*of.model_fields]).set_index(
        "id"
    )


def _unit(unit: str, known: Catalogue) -> str:
    """What a unit is called; in the catalogue it is an id."""
    return known.phrases.words[f"unit_label_{unit}"]


def _named(ids: "pd.Series[Any]", names: dict[str, str]) -> "pd.Series[Any]":
    """Ids as an ordered category of the names they have."""
    kind = pd.CategoricalDtype(list(names.values()), ordered=True)
    return ids.map(names).astype(kind)

"""
Scrutiny: figures that somebody should look at before a report is signed.

Each is beside what it is doubtful of: the year before, what is plausible, a limit of
``fraser.yaml``, or whoever is next to it. Knows no words. Imports ``frames`` and below.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

import pandas as pd

from asss.analysis import frames, indexing
from asss.analysis.facts import HOUSEKEEPING
from asss.analysis.frames import Parameters
from asss.analysis.tables import KEY
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import LATEST
from asss.errors import UsageError, expect
from asss.statbank import Snapshot

__all__ = ["doubtful"]

#: The columns of :func:`doubtful` that are found here; the others are of the figure.
FOUND = ("doubt", "about", "number", "beside")
OF_FIGURE = ("kommune", "indicator", "printed", "unit", "basis", "forbehold")

#: A doubt: the row it is of, and :data:`FOUND`.
Doubt: TypeAlias = tuple[Any, str, str, float, float]


def doubtful(
    year: int | None = None,
    kommune: str | None = None,
    *,
    snapshot: str | Snapshot = LATEST,
    parameters: Parameters = None,
    service: str | None = None,
    jump: float = 20,
    margin: float = 10,
) -> pd.DataFrame:
    """
    Figures to look at before they are printed: jumps, and whatever is close to a limit.

    Parameters
    ----------
    year : int, optional
        The data year; the newest there is, where left out.
    kommune : str, optional
        Id or name of a member; all of them where left out.
    snapshot, parameters, service
        As for :func:`asss.load`.
    jump : float
        Percent from the year before, above which a figure has jumped.
    margin : float
        How close to a limit is near it, in percent of the limit.

    Returns
    -------
    doubts : DataFrame, a row for each doubt
        kommune, indicator, printed, unit, basis, forbehold : as in :func:`asss.load`
        doubt : ``jump``; ``out_of_range`` of what is plausible, or ``near_range``;
        ``near_limit``, on either side of one that decides what is said; ``near_tie``,
        where a place hangs on decimals that are not printed
        about : the year before; ``plausible_from`` or ``plausible_to``; the id of the
        limit; or the name of whoever is next
        number : float, what is doubted: the value, in `unit`; of a limit, percent from
        the mean or from the year before
        beside : float, what it is held against, in the same unit
        apart : float, number in percent above (+) or below (-) beside
        explained : bool, whether a forbehold tells of the figure; of a jump also one of
        the year before

    Raises
    ------
    UsageError
        If there is no such kommune, year or snapshot, or a negative limit is given.

    Examples
    --------
    >>> import asss
    >>> doubts = asss.doubtful(2020, snapshot="embedded")
    >>> doubts.query("doubt == 'near_tie'")[["kommune", "about", "printed"]].size > 0
    True
    >>> others = asss.doubtful(2020, "oslo", snapshot="embedded", service="barnevern")
    >>> set(others["kommune"])
    {'Oslo'}
    """
    for name, limit in {"jump": jump, "margin": margin}.items():
        expect((int, float), limit, f"{name}, in percent,")
        if limit < 0:
            msg = f"{name} is {limit}, and a percent of distance is never below 0."
            raise UsageError(msg)
    known = frames.read_parameters(parameters, service=service)
    answers = frames.open_snapshot(snapshot, parameters=known)
    reported = frames.observations(year, snapshot=answers, parameters=known)
    until = reported.attrs["year"]
    indexed = indexing.index_to_network(reported, rule=known.mean_rule)
    rows = indexed[indexed["year"] == until]
    if kommune is not None:
        member = known.network.member(kommune)
        if member not in known.network.in_year(until):
            msg = f"{member.name} is not a member of ASSS in data year {until}."
            raise UsageError(msg)
        own = rows[rows["kommune"] == member.id]
    else:
        own = rows
    found = [
        *_jumps(own, jump),
        *_ranges(own, known, margin),
        *_limits(own, known, margin),
        *_ties(rows, own, known),
    ]
    return _told(found, indexed, known)


def _told(found: list[Doubt], indexed: pd.DataFrame, known: Catalogue) -> pd.DataFrame:
    """What was found, each beside its figure, in the order of network and Tabell 1."""
    doubts = pd.DataFrame(found, columns=["row", *FOUND]).set_index("row")
    figures = frames.tidy(indexed, known)[[*OF_FIGURE, "year"]]
    doubts = doubts.join(figures)
    doubts["apart"] = (doubts["number"] / doubts["beside"] - 1) * 100
    at = indexed.loc[doubts.index, KEY]
    before = at.assign(year=at["year"] - 1)
    now, then = (_noted(indexed, known, keys) for keys in (at, before))
    doubts["explained"] = now | (then & doubts["doubt"].eq("jump").to_numpy())
    columns = [*OF_FIGURE[:2], *FOUND, "apart", *OF_FIGURE[2:], "explained"]
    order = ["kommune", "indicator"]
    return doubts.sort_values(order, kind="stable")[columns].reset_index(drop=True)


def _noted(indexed: pd.DataFrame, known: Catalogue, keys: pd.DataFrame) -> Any:
    """Whether a forbehold tells of each figure, beside those on how they are kept."""
    kept = {one.id for one in known.forbehold if one.kind in HOUSEKEEPING}
    told = [any(name not in kept for name in ids) for ids in indexed["forbehold"]]
    by_key = pd.Series(told, pd.MultiIndex.from_frame(indexed[KEY]), dtype=bool)
    wanted = pd.MultiIndex.from_frame(keys)
    return by_key.reindex(wanted, fill_value=False).to_numpy()


def _jumps(own: pd.DataFrame, jump: float) -> Iterator[Doubt]:
    """What is far from the year before, whether the change may be told or not."""
    columns = own[["year", "value", "previous"]].dropna()
    for row, year, value, before in columns.itertuples(name=None):
        if before > 0 and abs(value / before * 100 - 100) > jump:
            yield row, "jump", str(year - 1), value, before


def _ranges(own: pd.DataFrame, known: Catalogue, margin: float) -> Iterator[Doubt]:
    """What is beyond the plausible, which a forbehold leaves out; and what is near."""
    columns = own[["indicator", "value"]].dropna()
    for row, name, value in columns.itertuples(name=None):
        plausible = known.indicator(name).plausible
        ends = {
            "plausible_from": plausible.at_least,
            "plausible_to": plausible.at_most,
        }
        for about, end in ends.items():
            is_beyond = (value < end) == (about == "plausible_from") and value != end
            if is_beyond:
                yield row, "out_of_range", about, value, end
            elif _is_near(value, end, margin):
                yield row, "near_range", about, value, end


def _limits(own: pd.DataFrame, known: Catalogue, margin: float) -> Iterator[Doubt]:
    """Distances and changes that another last digit could take past a limit."""
    limits = known.phrases.thresholds
    pair = known.service.relations.corrected
    columns = own[["indicator", "distance", "change", "previous"]]
    for row, name, distance, change, before in columns.itertuples(name=None):
        corrected = pair is not None and name == pair.corrected
        far = ("on_mean" if corrected else "near_mean", "apart")
        percents = dict.fromkeys(far, distance)
        if before > 0:
            percents["clear_change"] = change / before * 100
        for limit, percent in percents.items():
            bound = getattr(limits, limit).value
            if _is_near(abs(percent), bound, margin):
                yield row, "near_limit", limit, abs(percent), bound


def _ties(rows: pd.DataFrame, own: pd.DataFrame, known: Catalogue) -> Iterator[Doubt]:
    """Neighbours in rank who are less than the last printed digit apart."""
    names = {member.id: member.name for member in known.network.members}
    for indicator, ranked in rows.dropna(subset="rank").groupby("indicator"):
        told = known.indicator(str(indicator))
        for row, value in ranked["value"].items():
            if row not in own.index:
                continue
            away = (ranked["value"] - value).abs()
            digit = 10.0 ** -told.places(value)
            close = away[(away > 1e-9) & (away < digit * (1 - 1e-9))]
            if len(close):
                other = ranked.loc[close.idxmin()]
                yield row, "near_tie", names[other["kommune"]], value, other["value"]


def _is_near(number: float, limit: float, margin: float) -> bool:
    """Whether it is within so many percent of a limit; of 0 nothing is."""
    return limit != 0 and abs(number / limit - 1) * 100 <= margin

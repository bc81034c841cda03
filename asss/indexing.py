"""
Arithmetic: the network's mean, index, rank, spread and change.

Tables in, tables out; knows no file, no kommune by name and no words. Imports
``tables`` and ``errors``.
"""

from collections.abc import Callable

import pandas as pd

from asss.errors import NetworkMeanError
from asss.tables import INDEX_COLUMNS, OBSERVATION_COLUMNS, check_indexed, weakest


def index_to_network(
    observations: pd.DataFrame, *, rule: Callable[[str, int], str]
) -> pd.DataFrame:
    """
    Express every value as an index where the network's mean is 100.

    A weighted mean is the sum of numerators over the sum of denominators, so a large
    kommune counts more; a plain mean is over the members that have a value. The
    kommune itself is part of both. A value that a forbehold leaves out, and a value
    that is missing or suppressed, enters neither mean, lowest, highest nor rank.

    Parameters
    ----------
    observations : DataFrame, key = (indicator, kommune, year)
        See :mod:`asss.tables`.
    rule : function of (indicator, year)
        ``plain`` or ``weighted``. The rule belongs to the edition, so to the year.

    Returns
    -------
    indexed : DataFrame, same key, same rows, same order, plus
        rule : str, of the row's year
        network_mean, lowest, highest : float, unit of the indicator
        mean_basis : str, the weakest basis among those in the mean
        lowest_kommune, highest_kommune : tuple of ids, several when they are equal
        index : float, 100 = network_mean; missing where not to be compared
        rank : Int64, 1 = highest value; ties share the lower number
        is_rank_shared : bool
        n : Int64, kommuner behind the mean
        previous, previous_basis : the value of the year before and its basis
        change : float, value - previous; missing where a forbehold withholds it
        mean_change : float, change of the mean since the year before, by this year's
        rule over the members with a value in both years

    Raises
    ------
    NetworkMeanError
        If a weighted indicator lacks a denominator for a kommune that has a value.

    Notes
    -----
    Method: KS, «Gjennomsnittsberegninger i ASSS-analysene» (2022).

    Examples
    --------
    Two members, one indicator: 30 of 1000 and 10 of 100 inhabitants.

    >>> two = pd.DataFrame({"indicator": "x", "kommune": ["a", "b"], "year": 2020,
    ...     "value": [3.0, 10.0], "status": "", "numerator": [30.0, 10.0],
    ...     "denominator": [1000.0, 100.0], "factor": 100.0, "basis": "real",
    ...     "tables": [()] * 2, "cells": [()] * 2, "is_shown": True,
    ...     "has_distance": True, "in_mean": True, "is_mean_usable": True,
    ...     "change_effect": "shown", "forbehold": [()] * 2})
    >>> weighted = index_to_network(two, rule=lambda indicator, year: "weighted")
    >>> weighted["network_mean"].round(2).tolist()
    [3.64, 3.64]
    >>> plain = index_to_network(two, rule=lambda indicator, year: "plain")
    >>> plain["network_mean"].tolist(), plain["rank"].tolist()
    ([6.5, 6.5], [2, 1])
    """
    groups = observations.groupby(["indicator", "year"], sort=False)
    compared = pd.concat(
        [
            _compare(rows, rule(str(indicator), int(str(year))))
            for (indicator, year), rows in groups
        ]
    ).reindex(observations.index)
    indexed = pd.concat([observations, compared], axis="columns")
    return check_indexed(_add_changes(indexed, rule))


def _counted(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that enter mean, lowest, highest and rank."""
    return rows[rows["value"].notna() & rows["in_mean"] & rows["is_mean_usable"]]


def _mean(counted: pd.DataFrame, rule: str) -> float:
    if counted.empty:
        return float("nan")
    has_parts = counted["numerator"].notna() & counted["denominator"].notna()
    if rule == "plain":
        return float(counted["value"].mean())
    if not has_parts.all():
        row = counted[~has_parts].iloc[0]
        msg = (
            f"No weighted mean for {row['indicator']} {row['year']}: {row['kommune']} "
            "has a value without numerator and denominator. "
            "Use a plain mean for it in parameters/indikatorer/."
        )
        raise NetworkMeanError(msg)
    share = counted["numerator"].sum() / counted["denominator"].sum()
    return float(share * counted["factor"].iloc[0])


def _compare(rows: pd.DataFrame, rule: str) -> pd.DataFrame:
    counted = _counted(rows)
    mean = _mean(counted, rule)
    values = counted["value"]
    rank = values.rank(method="min", ascending=False).reindex(rows.index)
    in_index = rows.index.isin(counted.index) & rows["has_distance"]

    def holders(extreme: float) -> tuple[str, ...]:
        return tuple(counted.loc[values == extreme, "kommune"])

    lowest, highest = values.min(), values.max()
    return pd.DataFrame(
        {
            "rule": rule,
            "network_mean": mean,
            "mean_basis": weakest(counted["basis"]) if len(counted) else "real",
            "lowest": lowest,
            "lowest_kommune": [holders(lowest)] * len(rows),
            "highest": highest,
            "highest_kommune": [holders(highest)] * len(rows),
            "index": (rows["value"] / mean * 100).where(in_index),
            "rank": rank.astype("Int64"),
            "is_rank_shared": values.duplicated(keep=False)
            .reindex(rows.index)
            .eq(True),
            "n": pd.array([len(counted)] * len(rows), dtype="Int64"),
        },
        index=rows.index,
    )


def _add_changes(
    indexed: pd.DataFrame, rule: Callable[[str, int], str]
) -> pd.DataFrame:
    key = ["indicator", "kommune", "year"]
    earlier = indexed[[*key, "value", "basis", "in_mean"]].assign(
        year=indexed["year"] + 1
    )
    earlier.columns = pd.Index([*key, "previous", "previous_basis", "previous_counts"])
    joined = indexed.merge(earlier, on=key, how="left", validate="one_to_one")
    joined.index = indexed.index
    is_base = joined.pop("previous_counts").eq(True)
    is_comparable = is_base & joined["change_effect"].eq("shown")
    joined["change"] = (joined["value"] - joined["previous"]).where(is_comparable)
    moves = {
        (str(indicator), int(str(year))): _mean_change(
            indexed, str(indicator), int(str(year)), rule
        )
        for indicator, year in indexed[["indicator", "year"]]
        .drop_duplicates()
        .itertuples(index=False)
    }
    joined["mean_change"] = [
        moves[indicator, year]
        for indicator, year in zip(joined["indicator"], joined["year"], strict=True)
    ]
    return joined[[*OBSERVATION_COLUMNS, *INDEX_COLUMNS]]


def _mean_change(
    indexed: pd.DataFrame,
    indicator: str,
    year: int,
    rule: Callable[[str, int], str],
) -> float:
    """Change of the mean over the same members by the same rule; else missing."""
    rows = _counted(indexed[indexed["indicator"] == indicator])
    now, before = rows[rows["year"] == year], rows[rows["year"] == year - 1]
    both = set(now["kommune"]) & set(before["kommune"])
    now, before = (part[part["kommune"].isin(both)] for part in (now, before))
    if now.empty or not now["change_effect"].eq("shown").all():
        return float("nan")
    used = rule(indicator, year)
    return _mean(now, used) - _mean(before, used)

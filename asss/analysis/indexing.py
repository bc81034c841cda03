"""
Arithmetic: the network's mean, index, rank, spread and change.

Tables in, tables out; knows no file, no kommune by name and no words. Imports
``tables`` and ``errors``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Self, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asss.analysis.tables import (
    INDEX_COLUMNS,
    OBSERVATION_COLUMNS,
    check_indexed,
    weakest,
)
from asss.errors import NetworkMeanError

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Objects: TypeAlias = NDArray[np.object_]

#: Places in the table, counted from 0.
Rows: TypeAlias = NDArray[np.int64]

#: An indicator and a year.
Group: TypeAlias = tuple[str, int]

#: The columns that means are made of.
NUMBERS: Final = ("value", "numerator", "denominator", "factor")


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
        See :mod:`asss.analysis.tables`.
    rule : function of (indicator, year)
        ``plain`` or ``weighted``. The rule belongs to the edition, so to the year.

    Returns
    -------
    indexed : DataFrame, same key, same rows, same order, plus
        rule : str, of the row's year
        network_mean, lowest, highest : float, unit of the indicator
        mean_basis : str, the weakest basis among those in the mean
        lowest_kommune, highest_kommune : tuple of ids, several when they are equal
        index : float, 100 = network_mean; missing where not to be compared, and where
        the mean is zero or below: a percent of that would say less where there is more
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
    reported = _Reported.of(observations)
    compared = _compare(reported, rule).set_axis(observations.index)
    indexed = pd.concat([observations, compared], axis="columns")
    return check_indexed(_add_changes(indexed, reported, rule))


@dataclass(frozen=True)
class _Reported:
    """
    What is compared, as arrays: a group has ten rows, too few to be worth a table.

    Attributes
    ----------
    value, numerator, denominator, factor : array of float
    kommune, basis, effect : array of str
        ``effect`` is what the forbehold on a figure do to its change.
    counts, has_distance : array of bool
        Which rows enter mean, lowest, highest and rank, and which are told how far
        they are from the mean.
    groups : dict of (indicator, year) to array of int
        The rows of each, in the order of the table.
    """

    value: Floats
    numerator: Floats
    denominator: Floats
    factor: Floats
    kommune: Objects
    basis: Objects
    effect: Objects
    counts: Flags
    has_distance: Flags
    groups: dict[Group, Rows]

    @classmethod
    def of(cls, observations: pd.DataFrame) -> Self:
        """The columns of the table, and where in it each group is."""
        groups: dict[Group, list[int]] = {}
        keys = zip(observations["indicator"], observations["year"], strict=True)
        for row, (indicator, year) in enumerate(keys):
            groups.setdefault((str(indicator), int(year)), []).append(row)
        counts = (
            observations["value"].notna()
            & observations["in_mean"]
            & observations["is_mean_usable"]
        )
        return cls(
            **{name: observations[name].to_numpy(float) for name in NUMBERS},
            kommune=observations["kommune"].to_numpy(object),
            basis=observations["basis"].to_numpy(object),
            effect=observations["change_effect"].to_numpy(object),
            counts=counts.to_numpy(bool),
            has_distance=observations["has_distance"].to_numpy(bool),
            groups={group: np.array(rows) for group, rows in groups.items()},
        )

    def counted(self, group: Group) -> Rows:
        """The rows of a group that count; none of a group that is not there."""
        rows = self.groups.get(group, np.array([], dtype=int))
        return rows[self.counts[rows]]

    def mean(self, rows: Rows, rule: str, group: Group) -> float:
        """The mean over some rows of a group; missing if there are none."""
        if not len(rows):
            return math.nan
        if rule == "plain":
            return _sum(self.value[rows]) / len(rows)
        above, below = self.numerator[rows], self.denominator[rows]
        lacking = rows[np.isnan(above) | np.isnan(below)]
        if len(lacking):
            indicator, year = group
            msg = (
                f"No weighted mean for {indicator} {year}: {self.kommune[lacking[0]]} "
                "has a value without numerator and denominator. "
                "Use a plain mean for it in parameters/indikatorer/."
            )
            raise NetworkMeanError(msg)
        return _sum(above) / float(below.sum()) * float(self.factor[rows[0]])


def _sum(values: Floats) -> float:
    """The sum; 0 where it is only what adding leaves in the last digit."""
    total = float(values.sum())
    return 0.0 if abs(total) <= 1e-12 * float(abs(values).sum()) else total


def _compare(reported: _Reported, rule: Callable[[str, int], str]) -> pd.DataFrame:
    """What each row is held against, in the order of the rows."""
    compared: dict[int, dict[str, Any]] = {}
    for group, rows in reported.groups.items():
        counted = reported.counted(group)
        values = reported.value[counted]
        mean = reported.mean(counted, rule(*group), group)
        lowest = values.min() if len(values) else math.nan
        highest = values.max() if len(values) else math.nan
        of_all = {
            "rule": rule(*group),
            "network_mean": mean,
            "mean_basis": weakest(reported.basis[counted]) if len(counted) else "real",
            "lowest": lowest,
            "lowest_kommune": tuple(reported.kommune[counted[values == lowest]]),
            "highest": highest,
            "highest_kommune": tuple(reported.kommune[counted[values == highest]]),
            "n": len(counted),
        }
        for row in rows:
            value, counts = reported.value[row], reported.counts[row]
            is_told = counts and reported.has_distance[row]
            compared[row] = {
                **of_all,
                "index": value / mean * 100 if is_told and mean > 0 else math.nan,
                "rank": int((values > value).sum()) + 1 if counts else None,
                "is_rank_shared": bool(counts and (values == value).sum() > 1),
            }
    ordered = [compared[row] for row in range(len(reported.value))]
    return pd.DataFrame(ordered).astype({"rank": "Int64", "n": "Int64"})


def _add_changes(
    indexed: pd.DataFrame, reported: _Reported, rule: Callable[[str, int], str]
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
        group: _mean_change(reported, group, rule(*group)) for group in reported.groups
    }
    joined["mean_change"] = [
        moves[indicator, year]
        for indicator, year in zip(joined["indicator"], joined["year"], strict=True)
    ]
    return joined[[*OBSERVATION_COLUMNS, *INDEX_COLUMNS]]


def _mean_change(reported: _Reported, group: Group, rule: str) -> float:
    """Change of the mean over the same members by the same rule; else missing."""
    indicator, year = group
    earlier = (indicator, year - 1)
    now, before = reported.counted(group), reported.counted(earlier)
    both = set(reported.kommune[now]) & set(reported.kommune[before])
    now, before = (
        rows[[name in both for name in reported.kommune[rows]]]
        for rows in (now, before)
    )
    if not len(now) or (reported.effect[now] != "shown").any():
        return math.nan
    return reported.mean(now, rule, group) - reported.mean(before, rule, earlier)

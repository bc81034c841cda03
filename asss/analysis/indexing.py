"""
Arithmetic: the network's mean, index, rank, spread and change.

Tables in, tables out; knows no file, no kommune by name and no words. Imports
``tables`` and ``errors``.
"""

from collections.abc import Callable, Collection
from functools import cache
from typing import TypeAlias, get_args

import pandas as pd

from asss.analysis.tables import (
    INDEX_COLUMNS,
    KEY,
    OBSERVATION_COLUMNS,
    Kept,
    check_indexed,
    check_observations,
    weakest,
)
from asss.catalogue.knowledge import MeanRule, is_of_others, mean_of, weighing
from asss.errors import NetworkMeanError, TableError, UsageError, expect

__all__ = ["index_to_network"]

#: Those who are compared with each other: everybody's figures of one year.
GROUP = ["indicator", "year"]

#: The rule of the mean of an indicator and year: one of `MeanRule`.
Rule: TypeAlias = Callable[[str, int], str]

#: The columns that tell of a mean.
OF_MEAN = ["network_mean", "mean_of", "mean_basis", "mean_change"]


def index_to_network(
    observations: pd.DataFrame, *, rule: Rule, in_mean: Collection[str] | None = None
) -> pd.DataFrame:
    """
    Express every value as an index where the network's mean is 100.

    A weighted mean is the sum of numerators over the sum of denominators, so a large
    kommune counts more; a plain mean is over the members that have a value. The
    kommune itself is part of both, but where the rule is that they are of the others:
    then each kommune has a mean of its own, without itself, and none where nobody else
    has a figure. A value that a forbehold leaves out, and a value that is missing or
    suppressed, enters neither mean, lowest, highest nor rank.

    Parameters
    ----------
    observations : DataFrame, key = (indicator, kommune, year)
        See :mod:`asss.analysis.tables`.
    rule : function of (indicator, year)
        ``plain``, ``weighted``, ``plain_of_others`` or ``weighted_of_others``. How the
        members weigh goes by the year of the figures. Whom a mean is of belongs to the
        edition: in all years it is as in the newest that `observations` has.
    in_mean : collection of str, optional
        Ids of those whose figures make the mean, where that is not everybody. Others
        are held against it all the same, and are ranked.

    Returns
    -------
    indexed : DataFrame, same key, same rows, same order, plus
        network_mean : float, unit of the indicator
        mean_of : tuple of ids, those whose figures it is made of
        mean_rule : str, of the row's year, and of whom by the newest
        mean_basis : str, the weakest basis among those in the mean
        index : float, 100 = network_mean; missing where not to be compared, and where
        the mean is zero or below: a percent of that would say less where there is more
        distance : float, index - 100
        distance_basis : str, the weakest of the figure's and the mean's
        rank : Int64, 1 = highest value; ties share the lower number
        n : Int64, kommuner behind the mean, and beside those whoever else is ranked
        lowest, highest : float, unit of the indicator
        lowest_kommune, highest_kommune : tuple of ids, several when they are equal
        previous, previous_basis : the value of the year before and its basis
        change : float, value - previous; missing where a forbehold withholds it
        mean_change : float, change of the mean since the year before, by this year's
        rule over the members with a value in both years

    Raises
    ------
    UsageError, TableError
        If `observations` is not what :func:`asss.observations` gives.
    NetworkMeanError
        If `rule` gives another rule, or a weighted indicator lacks a denominator for a
        kommune that has a value.

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

    Against the other alone:

    >>> other = index_to_network(
    ...     two, rule=lambda indicator, year: "plain", in_mean=["b"])
    >>> other["network_mean"].tolist(), other["index"].tolist(), other["n"].tolist()
    ([10.0, 10.0], [30.0, 100.0], [2, 2])

    Each against the other:

    >>> each = index_to_network(two, rule=lambda indicator, year: "plain_of_others")
    >>> each["network_mean"].tolist(), each["index"].round(1).tolist()
    ([10.0, 3.0], [30.0, 333.3])
    """
    expect(pd.DataFrame, observations, "observations, as from asss.observations,")
    lacking = [name for name in OBSERVATION_COLUMNS if name not in observations]
    if lacking:
        msg = (
            f"This table lacks {', '.join(lacking)}. What is set against the network "
            "is what asss.observations gives; asss.load has done so already."
        )
        raise TableError(msg)
    rows = check_observations(observations[OBSERVATION_COLUMNS]).reset_index(drop=True)
    # pandas would copy them, deep, with every step.
    rows.attrs = {}
    rule = _of_edition(rows, rule)
    of = rows, _rules(rows, rule), None if in_mean is None else frozenset(in_mean)
    indexed = _kept.made(of, lambda: _indexed(rows, rule, in_mean))
    indexed.index = observations.index
    # Where the figures are from goes along with them.
    indexed.attrs = dict(observations.attrs)
    return indexed


#: What was indexed last.
_kept: Kept[pd.DataFrame] = Kept()


def _indexed(
    rows: pd.DataFrame, rule: Rule, in_mean: Collection[str] | None
) -> pd.DataFrame:
    counts = rows["value"].notna() & rows["in_mean"] & rows["is_mean_usable"]
    is_behind = counts if in_mean is None else counts & rows["kommune"].isin(in_mean)
    means = _means_beside(rows, rows[is_behind], rule)
    # Who has no mean to be held against, has no place either.
    counts &= means["mean_of"].notna()
    counted = rows[counts]
    indexed = _with_changes(_with_network(rows, counted, means))
    is_told = counts & indexed["has_distance"] & (indexed["network_mean"] > 0)
    index = (indexed["value"] / indexed["network_mean"] * 100).where(is_told)
    bases = zip(indexed["basis"], indexed["mean_basis"], strict=True)
    ranks = counted.groupby(GROUP)["value"].rank(method="min", ascending=False)
    indexed = indexed.assign(
        index=index,
        # Rounded far beyond print, so that a limit is met by 100.5 and not missed.
        distance=[round(number - 100, 9) for number in index.tolist()],
        distance_basis=[weakest(both) for both in bases],
        rank=ranks.astype("Int64"),
    )
    return check_indexed(indexed[[*OBSERVATION_COLUMNS, *INDEX_COLUMNS]])


def _with_network(
    rows: pd.DataFrame, counted: pd.DataFrame, means: pd.DataFrame
) -> pd.DataFrame:
    """Beside each row its mean, and the ends of its indicator and year.

    `counted` are those that are compared.
    """
    by_group = counted.groupby(GROUP)
    value = by_group["value"]
    is_lowest = counted["value"] == value.transform("min")
    is_highest = counted["value"] == value.transform("max")
    ends = pd.DataFrame(
        {
            "n": by_group.size(),
            "lowest": value.min(),
            "lowest_kommune": counted[is_lowest].groupby(GROUP)["kommune"].agg(tuple),
            "highest": value.max(),
            "highest_kommune": counted[is_highest].groupby(GROUP)["kommune"].agg(tuple),
        }
    )
    joined = rows.join(means).join(ends, on=GROUP)
    # Where nobody's figure counts.
    for holders in ("mean_of", "lowest_kommune", "highest_kommune"):
        joined[holders] = [h if isinstance(h, tuple) else () for h in joined[holders]]
    return joined.fillna({"mean_basis": "real", "n": 0}).astype({"n": "Int64"})


def _means_beside(rows: pd.DataFrame, behind: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """The mean of each row and its rule; `behind` are those that may be in one."""
    rules = pd.Series(_rules(rows, rule), index=rows.index, dtype=object)
    of_others = rules.map(is_of_others).astype(bool)
    parts = [rows.loc[~of_others, GROUP].join(_of_means(behind, rule), on=GROUP)]
    for kommune, own in rows[of_others].groupby("kommune", sort=False):
        others = behind[behind["kommune"] != kommune]
        parts.append(own[GROUP].join(_of_means(others, rule), on=GROUP))
    # Concatenated, an empty table would change what the columns hold.
    means = pd.concat([part for part in parts if len(part)] or parts[:1])
    return means[OF_MEAN].reindex(rows.index).assign(mean_rule=rules)


def _of_means(behind: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """The means of some figures, and whose these are, by indicator and year."""
    return pd.DataFrame(
        {
            "network_mean": _means(behind, rule),
            "mean_of": behind.groupby(GROUP)["kommune"].agg(_ids),
            "mean_basis": behind.groupby(GROUP)["basis"].agg(weakest),
            "mean_change": _mean_changes(behind, rule),
        }
    )


def _of_edition(rows: pd.DataFrame, rule: Rule) -> Rule:
    """A rule by which a mean is of whom it is of in the newest year there is."""
    if not callable(rule):
        msg = "rule must be a function of indicator and year, as known.mean_rule is."
        raise UsageError(msg)
    newest = max(rows["year"].tolist(), default=0)

    def whole(indicator: str, year: int) -> str:
        own, last = rule(indicator, year), rule(indicator, newest)
        if {own, last} - {*get_args(MeanRule)}:
            return own
        return mean_of(weighing(own), others=is_of_others(last))

    return whole


def _ids(kommuner: pd.Series) -> tuple[str, ...]:
    """Whose figures they are, in whatever order these came."""
    return tuple(sorted(kommuner))


def _rules(rows: pd.DataFrame, rule: Rule) -> list[str]:
    # Tens of rows are of one indicator and year.
    known = cache(rule)
    years = rows["year"].tolist()
    rules = [known(*group) for group in zip(rows["indicator"], years, strict=True)]
    for unknown in sorted(set(rules) - set(get_args(MeanRule))):
        msg = f"No mean is {unknown!r}; a rule gives one of {get_args(MeanRule)}."
        raise NetworkMeanError(msg)
    return rules


def _means(counted: pd.DataFrame, rule: Rule, *, ahead: int = 0) -> pd.Series:
    """The mean of each indicator and year, by the rule of the year so far `ahead`."""
    grouped = counted.assign(year=counted["year"] + ahead)
    rules = _rules(grouped, rule)
    grouped["is_weighted"] = [weighing(one) == "weighted" for one in rules]
    lacks_parts = counted[["numerator", "denominator"]].isna().any(axis="columns")
    for lacking in counted[lacks_parts & grouped["is_weighted"]].itertuples():
        msg = (
            f"No weighted mean for {lacking.indicator} {lacking.year}: "
            f"{lacking.kommune} has a value without numerator and denominator. "
            "Use a plain mean for it in indikatorer.yaml."
        )
        raise NetworkMeanError(msg)
    by_group = grouped.groupby(GROUP)
    plain = by_group["value"].agg(_sum) / by_group.size()
    shares = by_group["numerator"].agg(_sum) / by_group["denominator"].agg(_sum)
    weighted = shares * by_group["factor"].first()
    return plain.where(~by_group["is_weighted"].first(), weighted)


def _sum(values: pd.Series) -> float:
    """The sum; 0 where it is only what adding leaves in the last digit."""
    numbers = values.to_numpy(float)
    total = float(numbers.sum())
    return 0.0 if abs(total) <= 1e-12 * float(abs(numbers).sum()) else total


def _mean_changes(counted: pd.DataFrame, rule: Rule) -> pd.Series:
    """Change of each mean over the same members by the same rule; else missing."""
    keys = pd.MultiIndex.from_frame(counted[KEY])
    following = pd.MultiIndex.from_frame(counted[KEY].assign(year=counted["year"] + 1))
    now, before = counted[keys.isin(following)], counted[following.isin(keys)]
    # One figure's doubt is told of it, and does not keep back what all have in common.
    may_be_told = now["change_effect"].isin(("shown", "doubted"))
    is_told = may_be_told.groupby([now[name] for name in GROUP])
    return (_means(now, rule) - _means(before, rule, ahead=1)).where(is_told.all())


def _with_changes(indexed: pd.DataFrame) -> pd.DataFrame:
    """Beside each row, the value of the year before, and the change where known."""
    before = indexed[[*KEY, "value", "basis", "in_mean"]].assign(
        year=indexed["year"] + 1
    )
    before.columns = pd.Index([*KEY, "previous", "previous_basis", "was_in_mean"])
    joined = indexed.merge(before, on=KEY, how="left", validate="one_to_one")
    is_told = joined["was_in_mean"].eq(True) & joined["change_effect"].eq("shown")
    return joined.assign(
        change=(joined["value"] - joined["previous"]).where(is_told),
        previous_basis=joined["previous_basis"].fillna(""),
    )

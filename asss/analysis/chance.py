"""
Chance: how far a figure that is a count could have been another by chance alone.

The count is complete, so an interval is not about who was asked: it is about the year,
had it been drawn again. Only what the catalogue calls a share or a rate of persons has
one, never money or time. Imports ``tables``, ``catalogue`` and ``knowledge``.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from asss.analysis.tables import CHANCE_COLUMNS, KEY
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Chance

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["beside"]

#: Of what can be counted, which columns, of a year and of the year before.
PARTS = ["numerator", "denominator"]
NOW_AND_THEN = [*PARTS, "numerator_before", "denominator_before"]


class Method(NamedTuple):
    """The interval of a figure, and of the difference between two of them.

    Both are of counts, what they are counts of, and alpha; both give low and high.
    """

    interval: Callable[..., tuple[Any, Any]]
    difference: Callable[..., tuple[Any, Any]]


def methods() -> Mapping[Chance, Method]:
    """
    How each kind of figure is judged.

    Shares: Wilson's interval, and Newcombe's (1998) of a difference, which is made of
    two of Wilson's. Rates: the exact interval of a Poisson count (Garwood 1936), and
    that of a difference made of two of those in the same way.
    """
    # scipy.stats, on which they stand, takes a second to load.
    from statsmodels.stats import proportion, rates

    differ, exact = {"compare": "diff"}, {"method_mover": "exact-c"}
    return {
        "share": Method(
            partial(proportion.proportion_confint, method="wilson"),
            partial(proportion.confint_proportions_2indep, method="newcomb", **differ),
        ),
        "rate": Method(
            partial(rates.confint_poisson, method="exact-c"),
            partial(rates.confint_poisson_2indep, method="mover", **differ, **exact),
        ),
    }


def beside(indexed: "pd.DataFrame", known: Catalogue) -> "pd.DataFrame":
    """
    Set beside each row what chance alone could have made of it.

    Parameters
    ----------
    indexed : DataFrame, key = (indicator, kommune, year)
        See :func:`asss.analysis.indexing.index_to_network`.
    known : Catalogue
        Which indicators are counts, and the level: ``confidence`` in ``fraser.yaml``.

    Returns
    -------
    told : DataFrame, same key, same rows, same order, plus
        interval_low, interval_high : float, unit of the indicator; missing where there
        is no value, or none that is known to be of counts
        distance_clear : boolean, whether the network's mean lies outside the interval;
        missing where there is no interval or no distance
        change_clear : boolean, whether the interval of the change since the year before
        leaves out 0; missing where there is no change, or no counts in both years
    """
    told = indexed.assign(**dict.fromkeys(CHANCE_COLUMNS, float("nan")))
    told = told.astype(dict.fromkeys(CHANCE_COLUMNS[2:], "boolean"))
    names = indexed["indicator"].unique()
    kinds = indexed["indicator"].map({n: known.indicator(n).chance for n in names})
    if not kinds.notna().any():
        return told
    alpha = 1 - known.phrases.thresholds.confidence.value / 100
    following = indexed[[*KEY, *PARTS]].assign(year=indexed["year"] + 1)
    rows = indexed[[*KEY, *PARTS]].merge(
        following, on=KEY, how="left", suffixes=("", "_before")
    )
    counts = rows[NOW_AND_THEN].astype(float).set_axis(indexed.index)
    for kind, method in methods().items():
        one = kinds.eq(kind) & indexed["value"].notna()
        one &= _can_be(kind, counts["numerator"], counts["denominator"])
        limits = method.interval(*counts.loc[one, PARTS].to_numpy().T, alpha=alpha)
        for name, limit in zip(CHANCE_COLUMNS[:2], limits, strict=True):
            told.loc[one, name] = limit * indexed.loc[one, "factor"].astype(float)
        mean = indexed.loc[one, "network_mean"]
        is_inside = mean.between(told["interval_low"][one], told["interval_high"][one])
        has_distance = indexed.loc[one, "distance"].notna()
        told.loc[one, "distance_clear"] = (~is_inside).where(has_distance)
        two = one & indexed["change"].notna()
        two &= _can_be(kind, counts["numerator_before"], counts["denominator_before"])
        low, high = method.difference(*counts.loc[two].to_numpy().T, alpha=alpha)
        told.loc[two, "change_clear"] = (low > 0) | (high < 0)
    return told


def _can_be(
    kind: Chance, count: "pd.Series[float]", of: "pd.Series[float]"
) -> "pd.Series[bool]":
    """Whether they are there and can be counts: a part is not more than its whole."""
    are_counts = (count >= 0) & (of > 0)
    return are_counts & (count <= of) if kind == "share" else are_counts

"""
What ASSS has printed must come out of the same figures again.

The claims stand in `fasit/claims.csv`; `fasit/README.md` says what each kind of
claim means. Nothing of the package is imported: the tests see only the fixtures
`indexed`, `measures` and `known`, that is, the tables a report is written from.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import asss

FASIT = Path(__file__).parents[1] / "fasit"
KEY = ["indicator", "kommune", "year"]
NETWORK = "asss"

# Editions up to 2018, that is data years up to 2017, took the plain mean for all.
LAST_PLAIN_YEAR = 2017

# Words about change, in whole percent of the year before (see fasit/README.md).
STABLE, SLIGHT, STRONG = 2, 5, 10
# «blant de laveste» is the bottom three.
OUTERMOST, SECOND = 3, 2
# More indicators than this would make the id of a test unreadable.
MOST_IN_ID = 3
# So many claims must break before the rule for the mean counts as proven.
ENOUGH = 20
# Room for the last bits of a float, far below the last digit of any claim.
FLOAT_NOISE = 1e-9


@dataclass(frozen=True)
class Claim:
    """One row of the file; the joined cells are taken apart."""

    row: int
    kommune: str
    years: tuple[int, ...]
    indicators: tuple[str, ...]
    kind: str
    expected: str
    tolerance: float | None
    exception: str

    def __str__(self) -> str:
        """Return the id of the test, which must find the row again."""
        years = "+".join(map(str, self.years))
        indicators = "+".join(self.indicators)
        if len(self.indicators) > MOST_IN_ID:
            indicators = f"{len(self.indicators)}_indicators"
        return f"row-{self.row:03}-{self.kommune}-{years}-{indicators}-{self.kind}"


@dataclass(frozen=True)
class Figures:
    """The three fixtures together: everything that a claim is held against."""

    indexed: pd.DataFrame
    measures: pd.DataFrame
    known: Any

    def members(self, indicator: str, year: int) -> pd.DataFrame:
        """Return the rows of all kommuner for one indicator and year."""
        return pd.DataFrame(
            self.indexed.xs((indicator, year), level=("indicator", "year"))
        )

    def row(self, indicator: str, kommune: str, year: int) -> dict[str, Any]:
        """Return one row of `indexed`; the network stands as its own mean."""
        members = self.members(indicator, year)
        if kommune != NETWORK:
            return {str(name): members.loc[kommune, name] for name in members.columns}
        mean, change = members["network_mean"].iloc[0], members["mean_change"].iloc[0]
        return {"value": mean, "change": change, "previous": mean - change}

    def values(self, indicator: str, kommune: str, year: int) -> tuple[float, float]:
        """Return the value of the year before and of the year, also for a count."""
        if indicator not in self.measures.index.get_level_values("measure"):
            row = self.row(indicator, kommune, year)
            return row["previous"], row["value"]
        counts = self.measures["value"].xs(indicator, level="measure")
        by_year = (
            counts.groupby(level="year").sum()
            if kommune == NETWORK
            else counts.xs(kommune, level="kommune")
        )
        return by_year.loc[year - 1], by_year.loc[year]


def read_claims(name: str) -> list[Claim]:
    """Read every row, the exceptions too, so that none can be lost unseen."""
    with (FASIT / name).open(encoding="utf-8", newline="") as file:
        return [
            Claim(
                row=int(cells["row"]),
                kommune=cells["kommune"],
                years=tuple(map(int, cells["year"].split("+"))),
                indicators=tuple(cells["indicator"].split("+")),
                kind=cells["kind"],
                expected=cells["expected"],
                tolerance=float(cells["tolerance"]) if cells["tolerance"] else None,
                exception=cells["exception"],
            )
            for cells in csv.DictReader(file)
        ]


ALL = read_claims("claims.csv")
CASES = [claim for claim in ALL if not claim.exception]
EXCEPTIONS = [claim for claim in ALL if claim.exception]


def whole(number: float) -> int:
    """Round half away from zero, as in print; `round` would go to the even one."""
    exact = Decimal(str(round(float(number), 9)))
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def within(actual: float, claim: Claim) -> bool:
    """Say whether a number lies within half the last printed digit."""
    if claim.tolerance is None:
        message = f"row {claim.row}: kind {claim.kind} needs a tolerance"
        raise ValueError(message)
    return abs(actual - float(claim.expected)) <= claim.tolerance + FLOAT_NOISE


def distance_holds(claim: Claim, distance: float) -> bool:
    """Judge the claims on the distance from the mean, in percent."""
    limit = claim.tolerance or 0.0
    match claim.kind, claim.expected:
        case "distance", expected:
            return whole(distance) == int(expected)
        case "above", _:
            return distance > 0 and distance >= limit
        case "below", _:
            return distance < 0 and -distance >= limit
        case "near", "on":
            return abs(distance) <= limit
        case "near", "just_above":
            return 0 < distance <= limit
        case "near", "just_below":
            return 0 < -distance <= limit
    message = f"row {claim.row}: unknown {claim.kind} {claim.expected!r}"
    raise ValueError(message)


def rank_holds(claim: Claim, row: dict[str, Any]) -> bool:
    """Judge a rank; a shared first or last place is that place for both."""
    match claim.expected:
        case "highest":
            return bool(row["value"] == row["highest"] and row["rank"] == 1)
        case "lowest":
            return bool(row["value"] == row["lowest"])
        case "second_highest":
            return bool(row["rank"] == SECOND)
        case "second_lowest":
            return bool(row["rank"] == row["n"] - 1)
        case "among_highest":
            return bool(row["rank"] <= OUTERMOST)
        case "among_lowest":
            return bool(row["rank"] > row["n"] - OUTERMOST)
    message = f"row {claim.row}: unknown rank {claim.expected!r}"
    raise ValueError(message)


def percent_change(previous: float, value: float) -> float:
    """Return the change in percent of the year before; NaN where one is missing."""
    return (value - previous) / previous * 100


def change_of(row: pd.Series) -> float:
    """Since the year before; of what is misposted, what Tabell 1 gives of both."""
    is_doubted = row.get("change_effect") == "doubted"  # The mean has none.
    return float(row["value"] - row["previous"] if is_doubted else row["change"])


def trend_holds(claim: Claim, figures: Figures, indicator: str, year: int) -> bool:
    """Judge the direction since the year before, or over the years it names."""
    row = figures.row(indicator, claim.kommune, year)
    percent = float(change_of(row) / row["previous"] * 100)
    match claim.expected:
        case "up":
            return percent > 0
        case "down":
            return percent < 0
        case "up_slight":
            return percent > 0 and whole(percent) <= SLIGHT
        case "up_strong":
            return whole(percent) >= STRONG
        case "down_strong":
            return whole(percent) <= -STRONG
        case "stable":
            return abs(whole(percent)) <= STABLE
        case "stable_over_time":
            # The three years of Tabell 1, each against their own mean.
            years = [year - 2, year - 1, year]
            rows = [figures.row(indicator, claim.kommune, y)["value"] for y in years]
            mean = sum(rows) / len(rows)
            return all(abs(whole(percent_change(mean, v))) <= STABLE for v in rows)
        case "growth_slowed":
            before = figures.row(indicator, claim.kommune, year - 1)
            return bool(0 < percent < before["change"] / before["previous"] * 100)
    message = f"row {claim.row}: unknown trend {claim.expected!r}"
    raise ValueError(message)


def caveat_holds(claim: Claim, figures: Figures, indicator: str, year: int) -> bool:
    """Say whether a forbehold of the right kind touches the figure."""
    found = figures.known.forbehold_for(
        indicator, claim.kommune, year, is_fetched=False
    )
    return claim.expected in {forbehold.kind for forbehold in found}


def holds(claim: Claim, figures: Figures, indicator: str, year: int) -> bool:
    """Judge one claim on one indicator and year."""
    kommune = claim.kommune
    match claim.kind:
        case "distance" | "above" | "below" | "near":
            index = figures.row(indicator, kommune, year)["index"]
            return not pd.isna(index) and distance_holds(claim, index - 100)
        case "distance_from_others":
            row = figures.row(indicator, kommune, year)
            assert row["mean_rule"] == "plain_of_others"
            return whole(row["distance"]) == int(claim.expected)
        case "level":
            return within(figures.row(indicator, kommune, year)["value"], claim)
        case "change_abs":
            previous, value = figures.values(indicator, kommune, year)
            return within(value - previous, claim)
        case "change_pct":
            previous, value = figures.values(indicator, kommune, year)
            return within(percent_change(previous, value), claim)
        case "rank":
            return rank_holds(claim, figures.row(indicator, kommune, year))
        case "trend":
            row = figures.row(indicator, kommune, year)
            known = not pd.isna(change_of(row)) and not pd.isna(row["previous"])
            # What looks at several years does not need the year before as such.
            if not known and claim.expected != "stable_over_time":
                return False
            return trend_holds(claim, figures, indicator, year)
        case "caveat":
            return caveat_holds(claim, figures, indicator, year)
        case "omitted":
            absent = (indicator, kommune, year) not in figures.indexed.index
            return absent or pd.isna(figures.row(indicator, kommune, year)["value"])
    message = f"row {claim.row}: unknown kind {claim.kind!r}"
    raise ValueError(message)


def misses(claim: Claim, figures: Figures) -> list[str]:
    """Return what does not hold, with the figures; a joint claim must hold in all."""
    indicators = claim.indicators
    if indicators == ("alle",):
        indicators = tuple(figures.indexed.index.unique("indicator"))
    found = []
    for indicator in indicators:
        for year in claim.years:
            if holds(claim, figures, indicator, year):
                continue
            key = (indicator, claim.kommune, year)
            in_indexed = key in figures.indexed.index
            seen = figures.row(*key) if in_indexed else figures.values(*key)
            wanted = f"{claim.kind} {claim.expected} (tolerance {claim.tolerance})"
            found.append(f"{indicator} {year}: expected {wanted}, got {seen}")
    return found


def is_checkable(claim: Claim, figures: Figures) -> bool:
    """Say whether the figures reach the claim at all."""
    keys = [(i, claim.kommune, y) for i in claim.indicators for y in claim.years]
    return all(
        key in figures.indexed.index or key in figures.measures.index for key in keys
    )


def summary_lines(figures: Figures) -> list[str]:
    """Write the account: how many hold, and why each exception is one."""
    failed = [claim for claim in CASES if misses(claim, figures)]
    lines = [
        f"Published claims: {len(ALL)} rows, {len(CASES)} cases, "
        f"{len(CASES) - len(failed)} hold, {len(failed)} fail, "
        f"{len(EXCEPTIONS)} exceptions:"
    ]
    rows_by_reason: dict[str, list[str]] = {}
    for claim in EXCEPTIONS:
        rows_by_reason.setdefault(claim.exception, []).append(str(claim.row))
    for reason, rows in rows_by_reason.items():
        lines.append(f"  row {', '.join(rows)}: {reason}")
    return lines


@pytest.fixture(scope="session")
def figures(indexed: pd.DataFrame, measures: pd.DataFrame, known: Any) -> Figures:
    """Join the fixtures, with the key in the index whichever way they come."""
    if "indicator" in indexed.columns:
        indexed = indexed.set_index(KEY)
    if "measure" in measures.columns:
        measures = measures.set_index(["measure", "kommune", "year"])
    return Figures(
        indexed.reorder_levels(KEY).sort_index(), measures.sort_index(), known
    )


@pytest.mark.parametrize("claim", CASES, ids=str)
def test_published_claim_holds(claim: Claim, figures: Figures) -> None:
    """KS printed it, so the same figures must say it again."""
    assert not misses(claim, figures)


def test_every_published_claim_is_accounted_for() -> None:
    """A row may be neither lost nor excused in silence."""
    assert [claim.row for claim in ALL] == list(range(1, 179))
    assert len(EXCEPTIONS) == 29
    unclear = [
        claim.row
        for claim in EXCEPTIONS
        if not claim.exception.endswith(".")
        or not set("0123456789") & {*claim.exception}
    ]
    assert not unclear, "an exception needs a sentence with the number behind it"


def test_exceptions_really_fail(figures: Figures) -> None:
    """An exception that has come to hold is an acceptance case again."""
    checkable = [claim for claim in EXCEPTIONS if is_checkable(claim, figures)]
    contradicted = [8, 11, 29, 48, 69, 70, 74, 75, 91, 96, 122, 131]
    assert [claim.row for claim in checkable] == contradicted
    assert not [claim.row for claim in checkable if not misses(claim, figures)]


#: Cases that no reconstructed figure has part in: README counts them.
ON_REAL_FIGURES = [
    *(20, 21, 33, 47, 49, 50, 57, 58, 60, 66, 67, 73, 92),
    *(111, 112, 115, 116, 151, 171, 172, 174),
]
AGAINST_ALL = {"distance", "above", "below", "near", "rank"}
SINCE_THE_YEAR_BEFORE = {"change_abs", "change_pct", "trend"}


def bases(claim: Claim, figures: Figures, indicator: str, year: int) -> set[str]:
    """What one year of a claim rests on: a level on its own figure, a place on all."""
    first = year - (claim.kind in SINCE_THE_YEAR_BEFORE)
    if claim.expected in {"growth_slowed", "stable_over_time"}:
        first = year - 2
    is_count = indicator in figures.measures.index.unique("measure")
    table, name = (
        (figures.measures, "measure") if is_count else (figures.indexed, "indicator")
    )
    rows = table["basis"].xs(indicator, level=name).reset_index()
    rows = rows[rows["year"].between(first, year)]
    if claim.kommune != NETWORK and claim.kind not in AGAINST_ALL:
        rows = rows[rows["kommune"] == claim.kommune]
    return set(rows["basis"])


def test_cases_that_rest_on_official_figures_alone(figures: Figures) -> None:
    """Most figures were made to fit the claims; these cases were not helped by that."""
    official = [
        claim.row
        for claim in CASES
        if claim.indicators != ("alle",) and claim.kind not in {"caveat", "omitted"}
        if {
            basis
            for indicator in claim.indicators
            for year in claim.years
            for basis in bases(claim, figures, indicator, year)
        }
        == {"real"}
    ]
    assert official == ON_REAL_FIGURES


def under_other_rule(
    figures: Figures, indicator: str, kommune: str, year: int
) -> float:
    """Return the distance from the mean that the rule of that edition forbids."""
    members = figures.members(indicator, year)
    # Only what has an index is compared, so only that has part in the mean.
    members = members[members["index"].notna()]
    numerator, denominator = members["numerator"], members["denominator"]
    factor = members["value"].mul(denominator).div(numerator).mean()
    plain = float(members["value"].mean())
    weighted = float(factor * numerator.sum() / denominator.sum())
    used, other = (plain, weighted) if year <= LAST_PLAIN_YEAR else (weighted, plain)
    assert members["network_mean"].to_numpy() == pytest.approx(used)
    return percent_change(other, float(figures.row(indicator, kommune, year)["value"]))


def test_other_rule_for_the_mean_breaks_the_distances(figures: Figures) -> None:
    """The rule belongs to the edition: under the other no printed number is right."""
    against_mean = {"distance", "above", "below", "near"}
    broken: set[Claim] = set()
    weighted: set[Claim] = set()
    for claim in (claim for claim in CASES if claim.kind in against_mean):
        for indicator in claim.indicators:
            (year,) = claim.years
            if figures.members(indicator, year)["denominator"].isna().all():
                continue
            weighted.add(claim)
            wrong = under_other_rule(figures, indicator, claim.kommune, year)
            if not distance_holds(claim, wrong):
                broken.add(claim)
    assert len(broken) >= ENOUGH
    numbers = {claim for claim in weighted if claim.kind == "distance"}
    assert len(numbers) == 18
    assert numbers <= broken


def test_account_is_shown(figures: Figures, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever runs the tests sees the exceptions without asking for them."""
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(summary_lines(figures)) + "\n")


# -- barnevern -------------------------------------------------------------------------

BARNEVERN = read_claims("barnevern.csv")


@pytest.fixture(scope="session")
def of_barnevern(root: Path, snapshot: Any) -> Figures:
    """The same tables of the second service area, each year as its own report has it.

    In edition 2018 KS held each kommune against the others, and then against all.
    """
    known = asss.load_catalogue(root / "parameters", service="barnevern")
    observed = asss.observations(2020, snapshot=snapshot, parameters=known)
    editions = []
    for year in observed["year"].unique():
        until = observed[observed["year"] <= year]
        indexed = asss.index_to_network(until, rule=known.mean_rule)
        editions.append(indexed[indexed["year"] == year])
    none = pd.DataFrame(columns=["measure", *KEY[1:]]).set_index(["measure", *KEY[1:]])
    return Figures(pd.concat(editions).set_index(KEY).sort_index(), none, known)


@pytest.mark.parametrize(
    "claim", [one for one in BARNEVERN if not one.exception], ids=str
)
def test_published_claim_on_barnevern_holds(
    claim: Claim, of_barnevern: Figures
) -> None:
    """KS printed it, so the same figures must say it again."""
    assert not misses(claim, of_barnevern)


def test_every_claim_on_barnevern_is_accounted_for(of_barnevern: Figures) -> None:
    """None is lost, and an exception that has come to hold is none."""
    assert [claim.row for claim in BARNEVERN] == list(range(1, 86))
    excused = [claim for claim in BARNEVERN if claim.exception]
    assert all(misses(claim, of_barnevern) for claim in excused)
    assert {claim.row for claim in excused} == {12, 47}

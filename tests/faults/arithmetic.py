"""Slips that make the facts themselves wrong, or what is told of them."""

from pathlib import Path

import mutants

from faults import Codes, Fault, Scene, refigure, rewrite, swapped

INDEXING = "asss.analysis.indexing"
CHANCE = "asss.analysis.chance"

#: All on function 243, which is a row of Tabell 1.
F243: Codes = frozenset({"243"})


def _negative(root: Path) -> None:
    """Everybody earns from what they otherwise spend, and less so in the last year."""
    figures = {F243 | {str(year)}: -1000.0 for year in range(2015, 2020)}
    refigure(root, "12367", {**figures, F243 | {"2020"}: -400.0})


def _below(root: Path) -> None:
    """Oslo alone earned last year from what it otherwise spends."""
    refigure(root, "12367", {F243 | {"0301", "2019"}: -1000.0})


def _zero(root: Path) -> None:
    """Nobody young was helped for any time in the first of three years."""
    service = "parameters/sosiale_tjenester/indikatorer.yaml"
    rewrite(
        root, service, "plausible: {from: 1, to: 12}", "plausible: {from: 0, to: 12}"
    )
    length = "KOSgjsnitt18240000"
    refigure(root, "13138", {frozenset({"0219", length, "2018"}): 0.0})


def _on_level(root: Path) -> None:
    """Trondheim spent as little on advice as Sandnes did in 2017, to the krone."""
    refigure(root, "12367", {frozenset({"242", "1601", "2017", "AGD2"}): 119819.0})


def _spoken(root: Path) -> None:
    """Of two causes that share an «ifølge ASSS», one is the kommune's own."""
    folder = "parameters/sosiale_tjenester/kommentarer"
    file = f"{folder}/fredrikstad-2017/stonad_2_boutgifter.md"
    rewrite(root, file, "says: asss", "says: kommunen")


#: In which report, of which figures, a slip shows: others are right in spite of it.
SHOWS = {
    "a cause stands where there is no room for it": "bergen-2017",
    "a forbehold is said once more, as a cause": "oslo-2017",
    "those who did not say a cause share its introduction": "fredrikstad-2017",
    "a figure in doubt is explained without the doubt": "drammen-2017",
    "a fall is told as a rise": "trondheim-2016",
    "percent of last year's value is told where that is below zero": "oslo-2020",
    "a zero is dropped from a trend": "baerum-2020",
    "a shared place is told as one's own": "oslo-2015",
    "a main finding of the network rests on a figure that is doubted": "asss-2020",
}
GIVEN = {
    "those who did not say a cause share its introduction": _spoken,
    "percent of last year's value is told where that is below zero": _below,
    "an index is made of a mean below zero": _negative,
    "a zero is dropped from a trend": _zero,
}

#: What is wrong only where something else is too, or puts nothing false into a report
#: but keeps one from being made or refuses it: a test must see them.
HIDDEN = {
    "a missing figure is 0",
    "a changed number of somebody else's passes",
    "an area on paper keeps all others from being made",
    "an area that reports are made on is left out of a fetch",
    "a heading stands over main findings that there are none of",
}


def _fault(mutant: mutants.Mutant) -> Fault:
    module = mutant.file.removesuffix(".py").replace("/", ".")
    return swapped(
        mutant.about,
        "arithmetic",
        module,
        mutant.text,
        mutant.instead,
        stop="test" if mutant.about in HIDDEN else "render",
        report=SHOWS.get(mutant.about, "trondheim-2020"),
        test=mutant.test,
        given=GIVEN.get(mutant.about),
    )


def _told_as_missing(scene: Scene) -> None:
    from asss.analysis import tables

    scene.patch.setitem(tables.SIGNS, ":", "missing")


#: In a table of the module, and in no function of it.
SUPPRESSED = next(one for one in mutants.MUTANTS if one.text == '":": "suppressed"')


def _slip(name: str, module: str, old: str, new: str) -> Fault:
    return swapped(name, "arithmetic", module, old, new)


FAULTS = (
    *(_fault(mutant) for mutant in mutants.MUTANTS if mutant != SUPPRESSED),
    Fault(
        SUPPRESSED.about, "arithmetic", "render", _told_as_missing, test=SUPPRESSED.test
    ),
    swapped(
        "who was on level in print in a year before does not end years on end",
        "arithmetic",
        "asss.analysis.candidates",
        "if one.rank is None or self._place(one, end) != (1, 1):",
        "if self.book.member.id not in (one.lowest_kommune, one.highest_kommune)"
        '[end == "highest"]:',
        report="sandnes-2019",
        given=_on_level,
    ),
    _slip(
        "all weigh the same in every mean",
        INDEXING,
        '~by_group["is_weighted"].first(), weighted',
        'by_group["is_weighted"].first().notna(), weighted',
    ),
    _slip(
        "a mean is of the year before",
        INDEXING,
        'counted.assign(year=counted["year"] + ahead)',
        'counted.assign(year=counted["year"] + ahead + 1)',
    ),
    _slip(
        "all who have a figure are counted, in the mean or not",
        INDEXING,
        '"n": by_group.size(),',
        '"n": rows.groupby(GROUP).size(),',
    ),
    _slip(
        "the lowest is the one in the middle",
        INDEXING,
        '"lowest": value.min(),',
        '"lowest": value.median(),',
    ),
    _slip(
        "who is highest is told to be lowest",
        INDEXING,
        '"lowest_kommune": counted[is_lowest]',
        '"lowest_kommune": counted[is_highest]',
    ),
    _slip(
        "places are counted from the lowest",
        INDEXING,
        "ascending=False",
        "ascending=True",
    ),
    _slip(
        "a change is since the year before last",
        INDEXING,
        'year=indexed["year"] + 1\n',
        'year=indexed["year"] + 2\n',
    ),
    _slip(
        "every change is a rise",
        INDEXING,
        '(joined["value"] - joined["previous"]).where(is_told)',
        '(joined["value"] - joined["previous"]).abs().where(is_told)',
    ),
    _slip(
        "the change of a mean is of all who are in it now",
        INDEXING,
        "now, before = counted[keys.isin(following)], counted[following.isin(keys)]",
        "now = before = counted",
    ),
    _slip(
        "an index is made of what is printed",
        INDEXING,
        '(indexed["value"] / indexed["network_mean"] * 100)',
        '(indexed["value"].round(1) / indexed["network_mean"].round(1) * 100)',
    ),
    _slip(
        "a distance has the other sign",
        INDEXING,
        "round(number - 100, 9)",
        "round(100 - number, 9)",
    ),
    _slip(
        "a distance rests on the figure alone",
        INDEXING,
        "[weakest(both) for both in bases]",
        "[both[0] for both in bases]",
    ),
    _slip(
        "an interval is of another level",
        CHANCE,
        "1 - known.phrases.thresholds.confidence.value / 100",
        "2 - 2 * known.phrases.thresholds.confidence.value / 100",
    ),
    _slip(
        "what is no more than chance is called clear",
        CHANCE,
        "(~is_inside).where(has_distance)",
        "is_inside.where(has_distance)",
    ),
    _slip(
        "a fall is never clear",
        CHANCE,
        "(low > 0) | (high < 0)",
        "low > 0",
    ),
)

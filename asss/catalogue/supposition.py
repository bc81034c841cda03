"""
Suppositions: what is known, but with another group, another mean or other limits.

«Hva om snittet var for Bergen, Tromsø og Trondheim?» The answer is a catalogue in which
that is so: its network, rules and limits, and its words, which never call the group or
its mean by the name of the network. It carries what is supposed along, and nothing that
prints, keeps or exports a report takes it for what is known. Imports ``catalogue`` and
below.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal, TypeAlias, get_args

from pydantic import ValidationError

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Supposition, Threshold, Thresholds
from asss.catalogue.language import alphabetical, capitalised, join, number
from asss.catalogue.parameters import Member, fold, unknown
from asss.errors import UsageError

__all__ = ["Mean", "suppose"]

#: How the mean is made: everybody alike, a large kommune more, or without the own.
Mean: TypeAlias = Literal["plain", "weighted", "others"]

#: Limits that count something: years and members.
COUNTED = ("among_outermost", "several_years")

#: As many letters have room in a figure: in its legend, and over its axis. What is
#: longer is «gruppen» there, under a title and a caption that say who they are.
LEGEND, AXIS = 20, 40

#: As many may be left out, of a larger group, for it to be called by whom it lacks.
LACKED = 2


def suppose(
    known: Catalogue,
    kommune: str,
    year: int,
    *,
    members: Iterable[str] | None = None,
    without: Iterable[str] = (),
    mean: Mean | None = None,
    thresholds: Mapping[str, float] | None = None,
) -> Catalogue:
    """
    Suppose something of a report.

    Parameters
    ----------
    known : Catalogue
        In which nothing is supposed yet.
    kommune, year
        Id of the report's kommune, and its data year. If the kommune is not in the
        group, it is compared with it all the same.
    members, without : iterable of str
        Ids or names of those whose figures make the mean, or of those whose do not.
    mean : "plain", "weighted" or "others"
        Plain: all weigh the same. Weighted: by numerators and denominators; what has
        none keeps the weights of its year. Both are of the whole group. Others: the
        kommune itself is not in it. Without one, whoever the year's rule leaves out is
        left out of this group too.
    thresholds : mapping of str to float
        Limits of ``fraser.yaml``, by their ids.

    Returns
    -------
    known : Catalogue
        The same with ``supposed``, and without people's comments, which are on what is.

    Raises
    ------
    UsageError
        Naming everything that is unknown, each with the nearest, or contradicts itself.
    """
    everybody = known.network.in_year(year)
    problems = _problems(everybody, year, members, without, mean)
    limits, wrong = _limits(known.phrases.thresholds, thresholds or {})
    if problems or wrong:
        raise UsageError("\n".join([*problems, *wrong]))
    kept = {one.id for one in everybody} if members is None else _ids(known, members)
    kept -= _ids(known, without) | ({kommune} if mean == "others" else set())
    group = [one for one in everybody if one.id in kept]
    if not group:
        msg = f"Of {year}, nobody is left whose figures make the mean."
        raise UsageError(msg)
    compared = [one for one in everybody if one.id in kept | {kommune}]
    rule = None if mean == "others" else mean
    if len(group) == 1 and rule is None and known.is_of_others(year):
        # Its only member would have neither mean nor place, and be in the mean.
        msg = (
            f"In {year} each is held against the mean of the others, which "
            f"{group[0].name} alone has not: give more members, or mean=plain."
        )
        raise UsageError(msg)
    is_others = mean is None and known.is_of_others(year)
    names = _names(
        known, everybody, group, compared, kommune, rule, is_others=is_others
    )
    words = known.phrases.words
    is_other = len(group) < len(everybody) or rule or not thresholds
    what = [names["mean"]] if is_other else []
    what += [
        words["what_if_limit"].format(limit=limit, value=_written(value))
        for limit, value in (thresholds or {}).items()
    ]
    supposed = Supposition(
        title=words["what_if"].format(what=", ".join(what)),
        kommune=kommune,
        members=tuple(one.id for one in group),
        mean=rule,
        thresholds=dict(thresholds or {}),
    )
    network = known.network.model_copy(update={"members": tuple(compared)})
    said = known.told_before or known.phrases
    instead = {key: text.format(**names) for key, text in said.supposed.items()}
    phrases = said.excepting(known.of_all(year)).reworded(instead)
    phrases = phrases.model_copy(update={"thresholds": limits})
    return replace(
        known, network=network, phrases=phrases, comments=(), supposed=supposed
    )


def _problems(
    everybody: Iterable[Member],
    year: int,
    members: Iterable[str] | None,
    without: Iterable[str],
    mean: str | None,
) -> list[str]:
    ids = [one.id for one in everybody]
    names = {name for one in everybody for name in one.names}
    problems = []
    for key, given in (("members", members), ("without", without)):
        wanted = [fold(str(name)) for name in _each(given or ())]
        strange = [name for name in wanted if name not in names]
        problems += unknown(f"{key} of {year}", strange, ids, what="kommune ")
    if members is not None and [*_each(without)]:
        problems.append("Give members or without, and not both.")
    if mean is not None:
        problems += unknown("mean", [mean], get_args(Mean), what="mean ")
    return problems


def _each(names: Iterable[str]) -> Iterable[str]:
    """One name alone is a list of one, and not of its letters."""
    return [names] if isinstance(names, str) else names


def _ids(known: Catalogue, names: Iterable[str]) -> set[str]:
    return {known.network.member(str(name)).id for name in _each(names)}


def _limits(
    limits: Thresholds, given: Mapping[str, float]
) -> tuple[Thresholds, list[str]]:
    """The limits with those that are given, and what is wrong with these."""
    wrong = unknown("thresholds", given, Thresholds.model_fields, what="threshold ")
    if wrong:
        return limits, wrong
    content = limits.model_dump()
    for name, value in given.items():
        content[name]["value"] = value
        try:
            bound = Threshold(**content[name]).value
        except ValidationError:
            wrong.append(f"thresholds: {name} is {value!r}, and should be a number")
            continue
        if name in COUNTED and (bound < 1 or bound % 1):
            wrong.append(f"thresholds: {name} is {value!r}, and should be 1, 2, 3 …")
        elif bound < 0:
            wrong.append(f"thresholds: {name} is {value!r}, and is never below zero")
    if wrong:
        return limits, wrong
    try:
        return Thresholds.model_validate(content), []
    except ValidationError as error:
        faults = [
            (fault["loc"][0], fault["msg"].removeprefix("Value error, "))
            for fault in error.errors()
        ]
        return limits, [f"thresholds: {name}: {message}" for name, message in faults]


def _names(
    known: Catalogue,
    everybody: Iterable[Member],
    group: list[Member],
    compared: list[Member],
    kommune: str,
    rule: str | None,
    *,
    is_others: bool,
) -> dict[str, str]:
    """
    What group and mean are called, by the field of ``supposed`` in the phrases.

    `is_others` is whether the kommune is left out of whatever group it is in.
    """
    words = known.phrases.words

    def name(some: list[Member]) -> str:
        left = sorted(
            (one.name for one in everybody if one not in some), key=alphabetical
        )
        if not left:
            return words["what_if_all"]
        if len(left) <= LACKED and len(some) > len(left) + 1:
            return words["what_if_without"].format(names=join(left, words))
        return join(sorted((one.name for one in some), key=alphabetical), words)

    left = [one.id for one in everybody if one not in group]
    called = words["what_if_others"] if left == [kommune] else name(group)
    of = called
    if is_others and not left:
        of = words["what_if_others"]
    elif is_others and kommune not in left:
        of = words["what_if_others_of"].format(group=called)
    kind = rule or "year"
    mean = words[f"what_if_mean_{kind}"].format(group=of)
    some = words[f"what_if_some_mean_{kind}"].format(group=of)
    short = words[f"what_if_mean_{kind}"].format(group=words["what_if_group"])
    everyone = name(compared)
    return {
        "group": called,
        "compared": everyone,
        "Compared": capitalised(everyone),
        "in_legend": words["what_if_group"] if len(everyone) > LEGEND else everyone,
        "on_axis": short if len(mean) > AXIS else mean,
        "mean": mean,
        "Mean": capitalised(mean),
        "some_mean": some,
        "Some_mean": capitalised(some),
    }


def _written(value: float) -> str:
    """A limit as in print, with the decimals that it has."""
    _, _, decimals = f"{value:g}".partition(".")
    return number(value, len(decimals))

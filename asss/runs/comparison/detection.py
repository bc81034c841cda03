"""
Detection: what differs between two editions.

Two floats are the same where they differ in binary noise only: SSB's figures have few
decimals, so two of them are equal or truly differ, but a sum or a share of the same
figures may differ from another machine's in its last digits. See :func:`same`.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields

from asss.analysis.statements import Quantity as Amount
from asss.catalogue import language
from asss.catalogue.catalogue import Catalogue
from asss.page import text
from asss.runs.comparison.differences import (
    FATES,
    OWN,
    BasisChange,
    Comparison,
    FactChange,
    ForbeholdChange,
    Quantity,
    SentenceChange,
    Side,
    ValueChange,
)
from asss.runs.comparison.editions import (
    Chosen,
    Edition,
    Key,
    Report,
    ReportKey,
    Shown,
    Value,
)
from asss.runs.comparison.sentences import pair, word_changes

#: Relative; for what is nearly 0, absolute. Below any decimal that SSB prints.
NOISE = 1e-9

#: So many decimals at most are written of a figure.
DECIMALS = 9

#: Printed where there is nothing to print, as in Tabell 1.
NOTHING = "–"

ABSENT = Value(value=None, sign="", basis="", tables=())


def same(a: object, b: object) -> bool:
    """
    Whether two figures, or two of anything, are the same but for binary noise.

    Examples
    --------
    >>> same(0.1 + 0.2, 0.3), same(19168.0, 19169.0), same(None, 0.0)
    (True, False, False)
    """
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=NOISE, abs_tol=NOISE)
    return a == b


def find(known: Catalogue, old: Edition, new: Edition, chosen: Chosen) -> Comparison:
    """Find all that differs between two editions of the chosen reports."""
    has_measures = False
    before, after = old.values, new.values
    if old.measures is not None and new.measures is not None:
        has_measures, before, after = True, old.measures, new.measures
    figures = _pairs(known, before, after, chosen.both)
    values = [
        _value_change(known, key, *two)
        for key, two in figures.items()
        if not _is_same_value(*two)
    ]
    sentences = [
        change
        for report in chosen.both
        for change in _sentences(report, old.reports[report], new.reports[report])
    ]
    forbehold = [
        change
        for report in chosen.both
        for change in _forbehold(report, old.reports[report], new.reports[report])
    ]
    told = {(change.year, change.kommune) for change in sentences}
    told |= {(change.year, change.kommune) for change in forbehold}
    touched = [
        report
        for report in chosen.both
        if report in told or _has_moved(old.reports[report], new.reports[report])
    ]
    return Comparison(
        old=_side(old, new),
        new=_side(new, old),
        level="measure" if has_measures else "indicator",
        values=tuple(sorted(values, key=_gravest_first)),
        bases=tuple(
            BasisChange(_tables(a, b), *key, a.basis, b.basis)
            for key, (a, b) in figures.items()
            if a.tables and b.tables and a.basis != b.basis
        ),
        unchanged=len(figures) - len(values),
        facts=tuple(_facts(known, old, new, chosen.both, with_values=has_measures)),
        sentences=tuple(sentences),
        forbehold=tuple(forbehold),
        touched=tuple(touched),
        untouched=tuple(report for report in chosen.both if report not in touched),
        only_old=chosen.only_old,
        only_new=chosen.only_new,
    )


def _side(edition: Edition, other: Edition) -> Side:
    """Two snapshots of one name are told apart by their sha256."""
    name = edition.name
    if name == other.name and edition.sha256 != other.sha256:
        name = f"{name} ({edition.sha256[:8]})" if edition.sha256 else name
    return Side(name=name, kind=edition.kind, sha256=edition.sha256)


def _pairs(
    known: Catalogue,
    old: Mapping[Key, Value],
    new: Mapping[Key, Value],
    reports: Collection[ReportKey],
) -> dict[Key, tuple[Value, Value]]:
    return {
        key: (old.get(key, ABSENT), new.get(key, ABSENT))
        for key in _comparable(known, old, new, reports)
    }


def _comparable(
    known: Catalogue,
    old: Mapping[Key, object],
    new: Mapping[Key, object],
    reports: Collection[ReportKey],
) -> list[Key]:
    """Keys that both have; of a report's own kommune and year, those that one has."""
    own = set(reports)
    alone = {key for key in old.keys() ^ new.keys() if (key[2], key[1]) in own}
    return sorted((old.keys() & new.keys()) | alone, key=_order(known))


def _order(known: Catalogue) -> Callable[[Key], tuple[int, str, int, int]]:
    """The order of catalogue, network and time; what is not in the catalogue, last."""
    names = [i.id for i in known.service.indicators]
    names += [m.id for m in known.service.measures]
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    kommuner = {m.id: place for place, m in enumerate(known.network.members)}

    def order(key: Key) -> tuple[int, str, int, int]:
        name, kommune, year = key
        return places.get(name, len(places)), name, kommuner[kommune], year

    return order


# -- figures ---------------------------------------------------------------------------


def _is_same_value(old: Value, new: Value) -> bool:
    return same(old.value, new.value) and old.sign == new.sign


def _tables(old: Value, new: Value) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old.tables, *new.tables)))


def _gravest_first(change: ValueChange) -> tuple[int, tuple[str, ...]]:
    """Within it the order stays: of catalogue, network and time."""
    return FATES.index(change.fate), change.tables


def _value_change(known: Catalogue, key: Key, old: Value, new: Value) -> ValueChange:
    name, kommune, year = key
    decimals = _decimals(known, name, old.value, new.value)
    return ValueChange(
        tables=_tables(old, new),
        name=name,
        kommune=kommune,
        year=year,
        old=old.value,
        old_sign=old.sign,
        new=new.value,
        new_sign=new.sign,
        old_printed=text.bare(old.value, decimals) or old.sign or NOTHING,
        new_printed=text.bare(new.value, decimals) or new.sign or NOTHING,
    )


def _decimals(known: Catalogue, name: str, *values: float | None) -> int:
    """So many that SSB's figures are whole, and that two indicators read apart."""
    figures = [value for value in values if value is not None]
    if name in known.service.measure:
        places = (f"{value:.{DECIMALS}f}".rstrip("0") for value in figures)
        return max(len(written.partition(".")[2]) for written in places)
    fewest = next((i.decimals for i in known.service.indicators if i.id == name), 0)
    for decimals in range(fewest, DECIMALS):
        if len({language.number(value, decimals) for value in figures}) == len(figures):
            return decimals
    return DECIMALS


# -- what follows ----------------------------------------------------------------------


def _facts(
    known: Catalogue,
    old: Edition,
    new: Edition,
    reports: Collection[ReportKey],
    *,
    with_values: bool,
) -> Iterable[FactChange]:
    kommuner = {kommune for _, kommune in reports}
    keys = _comparable(known, old.shown, new.shown, reports)
    asked: list[tuple[Quantity, Key]] = [("mean", key) for key in keys]
    asked += [
        (quantity, key)
        for key in keys
        for quantity in OWN
        if key[1] in kommuner and (with_values or quantity != "value")
    ]
    # Everybody's fact carries the network's mean: told once, not once for each.
    found: dict[FactChange, None] = {}
    for quantity, key in asked:
        a, b = old.shown.get(key), new.shown.get(key)
        amounts = _amount(a, quantity), _amount(b, quantity)
        printed = _printed(known, a, quantity), _printed(known, b, quantity)
        if not same(*amounts) or printed[0] != printed[1]:
            indicator, kommune, year = key
            whose = "" if quantity == "mean" else kommune
            change = FactChange(quantity, indicator, whose, year, *amounts, *printed)
            found.setdefault(change)
    return found


def _amount(shown: Shown | None, quantity: Quantity) -> float | None:
    if shown is None:
        return None
    match quantity:
        case "mean":
            return shown.network_mean
        case "value":
            return shown.value
        case "index":
            return shown.index
        case "rank":
            return None if shown.rank is None else float(shown.rank)


def _printed(known: Catalogue, shown: Shown | None, quantity: Quantity) -> str:
    amount, words = _amount(shown, quantity), known.phrases.words
    if shown is None or amount is None:
        sign = shown.status if shown is not None and quantity == "value" else ""
        return sign or NOTHING
    if quantity == "index":
        return language.number(amount)
    if quantity == "rank":
        return f"{shown.rank} {words['rank_of']} {shown.n}"
    # The mark of a reconstructed figure is no part of its size.
    return text.quantity(Amount(amount, shown.unit, shown.decimals, "real"), words)


# -- reports ---------------------------------------------------------------------------


def _has_moved(old: Report, new: Report) -> bool:
    """Whether any fact of a report is another, apart from where it was read."""
    if old.facts.keys() != new.facts.keys():
        return True
    return not all(_alike(fact, new.facts[key]) for key, fact in old.facts.items())


def _alike(old: Shown, new: Shown) -> bool:
    return old == new or all(
        same(getattr(old, field.name), getattr(new, field.name))
        for field in fields(Shown)
        if field.name != "tables"
    )


def _sentences(report: ReportKey, old: Report, new: Report) -> Iterable[SentenceChange]:
    year, kommune = report
    for before, after in pair(old.sentences, new.sentences):
        told = after or before
        if told is not None:
            yield SentenceChange(
                kommune=kommune,
                year=year,
                section=told.chapter,
                old=before.text if before else None,
                new=after.text if after else None,
                old_rule=before.rule if before else "",
                new_rule=after.rule if after else "",
                facts=told.facts,
                words=word_changes(
                    before.text if before else "", after.text if after else ""
                ),
            )


def _forbehold(
    report: ReportKey, old: Report, new: Report
) -> Iterable[ForbeholdChange]:
    year, kommune = report
    for name in dict.fromkeys((*new.forbehold, *old.forbehold)):
        before, after = old.forbehold.get(name), new.forbehold.get(name)
        if before != after:
            yield ForbeholdChange(kommune, year, name, before, after)

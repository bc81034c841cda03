"""
Explanation: where a printed number or a sentence is from, part by part.

Finds what prints a number as a reader does, in the words of the page and the cells of
Tabell 1, and lays out what is behind it. Imports ``formats`` and below.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from asss.analysis.facts import Fact, NetworkBook, Number
from asss.analysis.statements import (
    Comparison,
    Detail,
    Fragment,
    Quantity,
    Statement,
    Telling,
    level,
)
from asss.analysis.tables import mark
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import HARD_SPACE, number, significant
from asss.catalogue.parameters import suggestion
from asss.errors import UsageError, counted, expect
from asss.page import text

__all__ = ["Explanation", "Printed"]

#: What a sentence tells of a fact, by the role that its amount has there.
TOLD: dict[str, tuple[Number, ...]] = {
    "level": ("value", "network_mean", "previous"),
    "distance": ("distance", "change_percent"),
    "difference": ("change",),
}

#: What stands in Tabell 1 in its place.
IN_TABLE = ("value", "network_mean", "lowest", "highest")

#: What is asked for that has a number in it.
NUMBER, GROUP = re.compile(r"\d+(?: \d{3})*(?:,\d+)?"), re.compile(r"\d{3}(?!\d)")


@dataclass(frozen=True)
class Explanation:
    """
    Why something stands in a report.

    Attributes
    ----------
    asked : str
        What was asked for.
    quantity, how : str
        What of the figure the number is, and how it is worked out; empty where a
        sentence as a whole is explained.
    sentences : tuple of str
        Those that say it; none where a fact is explained.
    rule, phrase : str
        The sentence's id in ``fraser.yaml``, and how it reads there; empty where there
        is none.
    why : tuple of str
        What decided it, in words of the report's language.
    facts : DataFrame
        A column for each figure behind it: values, formula, basis, forbehold.
    members : DataFrame, key = kommune
        Of the first figure: whose figures the mean is of, each with numerator,
        denominator, weight in percent, and part of the mean, in `unit`; the parts add
        up to it.
    limits : DataFrame
        The limits of ``fraser.yaml`` that decided it: what was held against them, and
        whether it holds.
    cells : DataFrame
        Where the figures were read, and what stood there.
    """

    asked: str
    quantity: str
    how: str
    sentences: tuple[str, ...]
    rule: str
    phrase: str
    why: tuple[str, ...]
    facts: pd.DataFrame = field(repr=False)
    members: pd.DataFrame = field(repr=False)
    limits: pd.DataFrame = field(repr=False)
    cells: pd.DataFrame = field(repr=False)

    @property
    def sentence(self) -> str:
        """The first sentence that says it; empty where a fact is explained."""
        return next(iter(self.sentences), "")

    def _lines(self) -> list[str]:
        told = {
            "number": f"{self.asked} is {self.quantity}" if self.quantity else "",
            "how": self.how,
            **{f"sentence {n}": said for n, said in enumerate(self.sentences, 1)},
            "rule": self.rule,
            "phrase": self.phrase,
        }
        lines = [f"{name}: {said}" for name, said in told.items() if said]
        return [*lines, *(f"why: {one}" for one in self.why)]

    def __repr__(self) -> str:
        """In a line: what it is, of which figure."""
        what = f"{self.asked}: {self.quantity or 'sentence'}"
        told = (
            self.how
            or f"rule {self.rule}, {counted(len(self.facts.columns), 'figure')}"
        )
        return f"Explanation({what} | {told})"

    def __str__(self) -> str:
        """All of it, as text."""
        tables = (self.facts, self.members, self.limits, self.cells)
        shown = [one.to_string(max_colwidth=60) for one in tables if len(one)]
        return "\n".join([*self._lines(), *shown])

    def _repr_html_(self) -> str:
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in self._lines())
        members = self.members.assign(weight=self.members["weight"].round(1))
        members.loc["sum", ["weight", "part"]] = members[["weight", "part"]].sum()
        is_one = len(self.facts.columns) == 1
        tables = {
            "The mean, part by part": members,
            "Limits that decided": self.limits,
            "Figures": self.facts.dropna(how="all"),
            "Cells": self.cells.drop(columns=["figure"] if is_one else []),
        }
        with pd.option_context("display.max_colwidth", None):
            shown = [
                f"<h4>{title}</h4>"
                + one.astype(object)
                .where(one.notna(), "")
                .to_html(float_format=significant, index=one.index.name is not None)
                for title, one in tables.items()
                if len(one)
            ]
        return lines + "".join(shown)


@dataclass(frozen=True)
class _Place:
    """A number in print: of which figure it is what, and in which sentence."""

    fact: Fact
    quantity: str
    row: int | None = None


@dataclass(frozen=True)
class Printed:
    """What a report stands on and says, to look a number up in.

    Attributes
    ----------
    statements, said
        What a report says, and the same in words.
    indexed : DataFrame, key = (indicator, kommune, year)
        What it was concluded from.
    """

    book: NetworkBook
    known: Catalogue
    statements: Sequence[Statement]
    said: Sequence[str]
    indexed: pd.DataFrame

    def explain(self, what: object) -> Explanation:
        """
        Why a sentence is said, or where a number or figure is from.

        Parameters
        ----------
        what : str, int or Fact
            See :meth:`asss.runs.workbench.Report.explain`.

        Raises
        ------
        UsageError
            If it is not there, or is there more than once.
        """
        kinds = "a number, a sentence, its row, a fact or its id"
        expect((str, int, Fact), what, kinds)
        wanted = what.id if isinstance(what, Fact) else what
        if isinstance(wanted, int):
            if 0 <= wanted < len(self.said):
                return self._of_sentence(wanted, f"sentence {wanted}")
        elif isinstance(wanted, str):
            if fact := self.book.by_id.get(wanted):
                shown = fact.status
                if fact.value is not None:
                    shown = text.quantity(level(fact), self.known.phrases.words)
                return self._of_number(shown, _Place(fact, "value"), ())
            if wanted in self.said:
                return self._of_sentence(self.said.index(wanted), wanted)
            if _plain(wanted):
                return self._of_text(wanted)
        raise UsageError(self._absent(wanted))

    def _of_text(self, asked: str) -> Explanation:
        """What prints it, if that is one thing."""
        rows = [row for row, told in enumerate(self.said) if _has(told, asked)]
        places = [place for row in rows for place in self._in_sentence(row, asked)]
        silent = sorted({*rows} - {place.row for place in places})
        if not rows:
            places = [
                _Place(fact, quantity)
                for fact, quantity, texts in self._cells_of_table()
                if _plain(asked) in texts
            ]
        figures = {(place.fact.id, place.quantity): place for place in places}
        if len(figures) + len(silent) > 1:
            raise UsageError(self._ambiguous(asked, places, silent))
        if silent:
            return self._of_sentence(silent[0], asked)
        if not figures:
            raise UsageError(self._absent(asked))
        (place,) = figures.values()
        return self._of_number(asked, place, rows)

    def _of_sentence(self, row: int, asked: str) -> Explanation:
        """A sentence and all its figures."""
        facts = [self.book.by_id[name] for name in self.statements[row].facts]
        return self._explanation(asked, facts, [row])

    def _of_number(self, asked: str, place: _Place, rows: Sequence[int]) -> Explanation:
        """What of a figure a number is, and the sentences that print it."""
        fact, known = place.fact, self.known
        who = known.network.member(fact.kommune).name
        name = known.indicator(fact.indicator).short_name
        what = place.quantity.replace("network_mean", "mean").replace("_", " in ")
        quantity = f"{what} of {name}, {who} {fact.year}"
        return self._explanation(
            asked, [fact], rows, quantity, self._how(fact, place.quantity)
        )

    def _absent(self, wanted: object) -> str:
        """That it is not there, and what is nearest."""
        asked_for = str(wanted)
        msg = (
            f"No number, sentence or fact {wanted!r} in the report, which has "
            f"sentences 0 to {len(self.said) - 1}."
        )
        if not isinstance(wanted, str) or not asked_for:
            return msg
        hint = suggestion(asked_for, [*self.book.by_id, *self.said])
        if "mean" in hint:
            return msg + hint
        asked = NUMBER.findall(_plain(asked_for))
        rows = [
            row
            for row, said in enumerate(self.said)
            if asked and all(_has(said, one) for one in asked)
        ]
        if rows:
            return f"{msg} {self._listed(rows)}"
        printed = {one for *_, texts in self._cells_of_table() for one in texts}
        hint = suggestion(_plain(asked_for), sorted(printed))
        return msg + (hint if "mean" in hint else "")

    def _ambiguous(
        self, asked: str, places: Sequence[_Place], silent: Sequence[int]
    ) -> str:
        """Each thing that it could be."""
        rows = sorted({*silent, *(p.row for p in places if p.row is not None)})
        if rows:
            listed = self._listed(rows)
        else:
            ids = sorted({place.fact.id for place in places})
            more = f" and {len(ids) - 5} more" if ids[5:] else ""
            listed = f"It is in Tabell 1 for {', '.join(ids[:5])}{more}. Ask for one."
        return f"{asked!r} is printed of more than one figure. {listed}"

    def _listed(self, rows: Sequence[int]) -> str:
        lines = "; ".join(f"{row} «{_plain(self.said[row])}»" for row in rows)
        return f"The number is in sentence {lines} Ask for a row, or more of its words."

    def _own(self) -> list[Fact]:
        """The figures that Tabell 1 shows, and components in the report's year."""
        whose, years = self.book.kommuner, self.book.years
        facts = self.book.facts.values()
        return [one for one in facts if one.kommune in whose and one.year in years]

    def _in_sentence(self, row: int, asked: str) -> Iterator[_Place]:
        """The figures of a sentence of which it is one of its amounts.

        Not whoever prints alike, but whose very amount it is; of several, the first.
        """
        said, words = self.statements[row], self.known.phrases.words
        first: dict[int, list[Quantity]] = {}
        for amount in _amounts(said.details):
            full = text.quantity(amount, words)
            alone = number(amount.value, amount.decimals)
            if _has(full, asked):
                first.setdefault(0, []).append(amount)
            elif _has(asked, alone):
                place = _plain(asked).find(_plain(alone))
                first.setdefault(place, []).append(amount)
        for amount in first[min(first)] if first else ():
            for name in said.facts:
                fact = self.book.by_id[name]
                for quantity in TOLD[amount.role]:
                    told = getattr(fact, quantity)
                    if told is not None and amount.value in (told, abs(told)):
                        yield _Place(fact, quantity, row)

    def _cells_of_table(self) -> Iterator[tuple[Fact, str, set[str]]]:
        """What Tabell 1 prints, each with how it may be asked for."""
        for fact in self._own():
            is_latest = fact.year == self.book.run.year
            for quantity in IN_TABLE if is_latest else IN_TABLE[:1]:
                amount = getattr(fact, quantity)
                if amount is not None:
                    alone = number(amount, fact.decimals)
                    form = self.known.phrases.words[f"unit_{fact.unit}"]
                    full = form.format(number=alone)
                    yield fact, quantity, {_plain(alone), _plain(full)}

    def _how(self, fact: Fact, quantity: str) -> str:
        """How a quantity is worked out, with the unrounded numbers."""
        amount = getattr(fact, quantity)
        if amount is None:
            return ""
        ends = {
            "distance": (fact.network_mean, "value / mean · 100 − 100"),
            "change": (fact.previous, "value − year before"),
            "change_percent": (fact.previous, "value / year before · 100 − 100"),
        }
        if quantity in ends:
            beside, formula = ends[quantity]
            told = f"of {_written(fact.value)} and {_written(beside)}"
            return f"{formula} = {_written(amount)}, {told}"
        if quantity == "network_mean":
            how = "mean of the figures"
            if fact.is_weighted:
                how = "sum of numerators / sum of denominators"
            whose = f"{fact.n}"
            if fact.is_of_others:
                whose = f"the {fact.n - (fact.rank is not None)} others"
            return f"{how} of {whose} = {_written(amount)}"
        if quantity == "value" and None not in (fact.numerator, fact.denominator):
            parts = (fact.numerator, fact.denominator, fact.factor, amount)
            above, below, factor, result = map(_written, parts)
            return f"{above} / {below} · {factor} = {result}"
        return f"as reported: {_written(amount)}"

    def _explanation(
        self,
        asked: str,
        facts: list[Fact],
        rows: Sequence[int],
        quantity: str = "",
        how: str = "",
    ) -> Explanation:
        told = [self.statements[row] for row in rows]
        rule = told[0].rule if told else None
        phrases = self.known.phrases.phrases
        held = [one for said in told for one in said.reasons]
        return Explanation(
            asked=asked,
            quantity=quantity,
            how=how,
            sentences=tuple(self.said[row] for row in rows),
            rule=str(rule) if rule else "",
            phrase=phrases[rule].sentence if rule else "",
            why=tuple(text.why(rule, told[0].reasons, self.known)) if rule else (),
            facts=_described(facts, self.known),
            members=self._members(facts[0]),
            limits=_held(dict.fromkeys(held), self.known),
            cells=self._cells(facts),
        )

    def _members(self, fact: Fact) -> pd.DataFrame:
        """Whose figures the mean is of, and how much of it is each one's."""
        table, known = self.indexed, self.known
        is_same = (table["indicator"] == fact.indicator) & (table["year"] == fact.year)
        rows = table[is_same]
        own = rows.loc[rows["kommune"] == fact.kommune, "mean_of"]
        mean_of, is_weighted = next(iter(own), ()), fact.is_weighted
        weighs = rows["denominator"] if is_weighted else rows["year"] * 0 + 1
        weighs = weighs.astype(float).where(rows["kommune"].isin(mean_of))
        share = weighs / weighs.sum()
        places = known.indicator(fact.indicator).places
        words, names = known.phrases.words, {m.id: m.name for m in self.book.members}
        frame = pd.DataFrame(
            {
                "kommune": rows["kommune"].map(names),
                "printed": [
                    sign or number(value, places(value)) + mark(basis, words)
                    for value, sign, basis in rows[
                        ["value", "status", "basis"]
                    ].itertuples(index=False, name=None)
                ],
                "numerator": rows["numerator"].astype(float),
                "denominator": rows["denominator"].astype(float),
                "weight": share * 100,
                "part": share * rows["value"],
                "rank": rows["rank"],
                "basis": rows["basis"],
            }
        )
        return frame[frame["kommune"].notna()].set_index("kommune")

    def _cells(self, facts: Sequence[Fact]) -> pd.DataFrame:
        """Where each figure was read: which half of it, the address and what stood."""
        from asss.formats.review.trails import halves, origins

        snapshot, rows = self.book.snapshot, []
        for fact in facts:
            for half, addresses in halves(fact, self.known, snapshot).items():
                for cell in origins(addresses, self.known, snapshot):
                    told = ", ".join(cell.get("labels", [])) or cell.get("row", "")
                    where, value = cell["address"], cell["value"]
                    rows.append((fact.id, half, where, value, told, cell["href"]))
        columns = ["figure", "of", "address", "value", "told", "href"]
        frame = pd.DataFrame(rows, columns=columns)
        return frame if frame["href"].any() else frame.drop(columns="href")


def _amounts(details: Mapping[str, Detail]) -> Iterator[Quantity]:
    """Every amount that a sentence is filled with, those of its clauses too."""
    for detail in details.values():
        match detail:
            case Quantity():
                yield detail
            case Telling():
                yield detail.value
            case Fragment():
                yield from _amounts(detail.details)
            case tuple():
                yield from _amounts({str(n): one for n, one in enumerate(detail)})


def _plain(printed: str) -> str:
    """Without marks and hard spaces, as it is typed."""
    return " ".join(printed.replace(HARD_SPACE, " ").translate(MARKS).split())


#: Marks of basis, which nobody types.
MARKS = str.maketrans("", "", "ʳ†")


def _has(printed: str, wanted: str) -> bool:
    """Whether a text has another in it, and not within a longer number."""
    asked = _plain(wanted)
    # Three digits may be the last group of a longer number.
    before = r"(?<![\d,])" + (r"(?<!\d )" if GROUP.match(asked) else "")
    whole = rf"{before}{re.escape(asked)}(?!\d|,\d| \d{{3}}\b)"
    return bool(re.search(whole, _plain(printed)))


def _written(value: float | None) -> str:
    return "" if value is None else significant(value).replace(HARD_SPACE, " ")


def _held(held: Mapping[object, None], known: Catalogue) -> pd.DataFrame:
    """The limits that numbers were held against."""
    limits = known.phrases.thresholds
    rows = [
        {
            "indicator": known.indicator(one.about).short_name,
            "measured": one.measured,
            "value": one.value,
            "asked": one.asked,
            "bound": one.bound,
            "holds": one.holds,
            "limit": one.limit,
            "because": limits.of(one.limit).why,
        }
        for one in held
        if isinstance(one, Comparison)
    ]
    columns = ["indicator", "measured", "value", "asked", "bound", "holds", "limit"]
    return pd.DataFrame(rows, columns=[*columns, "because"])


def _described(facts: Sequence[Fact], known: Catalogue) -> pd.DataFrame:
    """A column for each fact."""
    texts = {entry.id: entry.text for entry in known.forbehold}
    columns = {
        fact.id: {
            "indicator": known.indicator(fact.indicator).name,
            "value": fact.value if fact.value is not None else fact.status,
            "unit": fact.unit,
            "formula": str(known.indicator(fact.indicator).formula),
            "numerator": fact.numerator,
            "denominator": fact.denominator,
            "lowest by chance": fact.interval_low,
            "highest by chance": fact.interval_high,
            "basis": fact.basis,
            "mean": fact.network_mean,
            "basis of the mean": fact.mean_basis,
            "rule of the mean": fact.mean_rule,
            "kommuner in the mean": fact.n,
            "distance": fact.distance,
            "distance is more than chance": fact.distance_clear,
            "rank": fact.rank,
            "basis of distance and rank": fact.distance_basis,
            "change": fact.change,
            "change is more than chance": fact.change_clear,
            "basis of the year before": fact.previous_basis,
            "forbehold": " ".join(texts[name] for name in fact.forbehold),
        }
        for fact in facts
    }
    return pd.DataFrame(columns, dtype=object).rename_axis("figure")

"""
Kildespor: what stands behind a number or a sentence, laid out for its template.

Every number is taken from a fact as it is, to six digits, and every word from the
catalogue; a statement carries its reasons. Where a figure was read, cells of SSB's
tables and rows of files, is told with their values: the addresses are those in
facts.json, the values the snapshot's and the files'. Imports ``text`` and below.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from urllib.parse import urlencode

from asss.analysis.facts import Fact
from asss.analysis.findings import Findings
from asss.analysis.statements import (
    Comparison,
    Detail,
    Fragment,
    Reason,
    Statement,
    lacks_base,
    why_withheld,
)
from asss.analysis.tables import MISSING, meaning, weakest
from asss.catalogue import language
from asss.catalogue.catalogue import MANUAL_FOLDER, Catalogue
from asss.catalogue.knowledge import Indicator, ManualFigure
from asss.catalogue.parameters import EVERY
from asss.page import comments, text
from asss.page.record import FactsFile
from asss.statbank import TIME, Cell, Snapshot

__all__ = ["Kind", "Marked", "Trail", "Trails", "halves", "origins"]

#: What a kind of forbehold does to a figure, where it does something.
EFFECTS = (
    ("value", "omitted", "review_omitted"),
    ("distance", "withheld", "review_distance_withheld"),
    ("mean", "left_out", "review_mean_left_out"),
    ("mean", "void", "review_mean_void"),
    ("change", "reserved", "review_change_reserved"),
    ("change", "withheld", "review_change_withheld"),
    ("change", "doubted", "review_change_doubted"),
    ("rank", "withheld", "review_rank_withheld"),
    ("told", "with_change", "review_told_with_change"),
    ("told", "with_finding", "review_told_with_finding"),
)

#: Fields of a fact that are about it alone; the others set it against the network.
OWN = ("value", "change")


#: What kildespor there are; ``review_`` and this is the template of one.
Kind: TypeAlias = Literal["sentence", "fact", "network"]


#: A cell, ``12210[Region=0301,Tid=2020]``, or a row, ``manuelle/x.csv[x,oslo,2020]``.
ADDRESS = re.compile(r"(?P<table>[^\[]+)\[(?P<codes>[^\]]*)\]")

#: So many codes in a row are written as a span: ages, not functions.
LONG = 4


# -- where a figure was read -----------------------------------------------------------


@dataclass(frozen=True)
class _Run:
    """Cells that differ in one code only, and that by one from each to the next."""

    cells: tuple[Cell, ...]

    def takes(self, cell: Cell) -> bool:
        first, last = self.cells[0], self.cells[-1]
        steps = _differences(last, cell)
        if len(steps) != 1 or last.table != cell.table:
            return False
        (name,) = steps
        before, now = last.query[name], cell.query[name]
        follows = before.isdigit() and now.isdigit() and int(now) == int(before) + 1
        return follows and set(_differences(first, cell)) == {name}


def origins(
    addresses: Iterable[str], known: Catalogue, snapshot: Snapshot
) -> list[dict[str, Any]]:
    """
    Look up where a figure was read.

    Parameters
    ----------
    addresses : iterable of str
        A fact's ``cells``.

    Returns
    -------
    origins : list of dict, for the template
        ``table`` (number, or empty of a file), ``address``, ``value`` as printed,
        ``count`` of cells; for SSB's tables ``labels`` and ``href``, the cells
        themselves, for files ``source`` and ``collected``.
    """
    runs: list[_Run | dict[str, Any]] = []
    for address in addresses:
        cell = _look_up(address, known, snapshot)
        if isinstance(cell, ManualFigure):
            runs.append(_manual(cell, address, known))
            continue
        last = runs[-1] if runs else None
        if isinstance(last, _Run) and last.takes(cell):
            runs[-1] = _Run((*last.cells, cell))
        else:
            runs.append(_Run((cell,)))
    return [
        line
        for run in runs
        for line in (_lines(run, known, snapshot) if isinstance(run, _Run) else [run])
    ]


def halves(
    fact: Fact, known: Catalogue, snapshot: Snapshot
) -> dict[str, tuple[str, ...]]:
    """
    The cells that make the ``numerator`` of a figure, and those of its ``denominator``.

    The numerator's come first. Where they do not add up so, as of a figure that is read
    as it is, all are those of the ``value``.
    """
    values = [_look_up(one, known, snapshot).value or 0 for one in fact.cells]
    if fact.numerator is not None and fact.denominator is not None:
        for place in range(1, len(values)):
            above, below = sum(values[:place]), sum(values[place:])
            if (above, below) == (fact.numerator, fact.denominator):
                cells = fact.cells
                return {"numerator": cells[:place], "denominator": cells[place:]}
    return {"value": fact.cells}


def _look_up(address: str, known: Catalogue, snapshot: Snapshot) -> Cell | ManualFigure:
    found = ADDRESS.fullmatch(address)
    assert found, address
    codes = found["codes"].split(",")
    if found["table"].startswith(f"{MANUAL_FOLDER}/"):
        measure, kommune, year = codes
        return known.manual[measure, kommune, int(year)]
    query = dict(code.split("=", 1) for code in codes)
    return snapshot.cell(found["table"], query)


def _lines(run: _Run, known: Catalogue, snapshot: Snapshot) -> list[dict[str, Any]]:
    """One line for a long run of cells; else one for each."""
    parts = [run.cells] if len(run.cells) >= LONG else [(cell,) for cell in run.cells]
    return [_line(part, known, snapshot) for part in parts]


def _line(
    cells: Sequence[Cell], known: Catalogue, snapshot: Snapshot
) -> dict[str, Any]:
    first, last = cells[0], cells[-1]
    spans = {
        name: f"{first.query[name]}–{last.query[name]}"
        for name in _differences(first, last)
    }
    codes = ",".join(f"{n}={spans.get(n, code)}" for n, code in first.query.items())
    dataset = snapshot.dataset(first.table)
    named = {
        name: dataset.dimension(name).labels.get(code, "")
        for name, code in first.query.items()
        if name not in spans
    }
    values = [cell.value for cell in cells]
    held = [value for value in values if value is not None]
    total = sum(held) if len(held) == len(values) else None
    return {
        "table": first.table,
        "address": f"{first.table}[{codes}]",
        "value": next(cell.status for cell in cells if cell.status)
        if total is None
        else language.significant(total),
        "href": _at_ssb(cells, snapshot),
        "count": len(cells),
        "basis": known.phrases.words[f"basis_{weakest(c.basis for c in cells)}"],
        # The embedded tables have no name of SSB's for what many measures choose.
        "labels": [
            label
            for name, label in named.items()
            if label and (name == TIME or label != first.query[name])
        ],
    }


def _at_ssb(cells: Sequence[Cell], snapshot: Snapshot) -> str:
    """Where SSB gives just these cells; empty where it was not SSB that answered."""
    if not snapshot.is_from_ssb:
        return ""
    codes = {
        f"valueCodes[{name}]": ",".join(dict.fromkeys(c.query[name] for c in cells))
        for name in cells[0].query
    }
    asked = urlencode({"lang": "no", **codes})
    return f"{snapshot.base_url}/tables/{cells[0].table}/data?{asked}"


def _manual(figure: ManualFigure, address: str, known: Catalogue) -> dict[str, Any]:
    return {
        "table": "",
        "address": address,
        "value": figure.status
        if figure.value is None
        else language.significant(figure.value),
        "href": "",
        "count": 1,
        "basis": known.phrases.words[f"basis_{figure.basis}"],
        "file": address.split("[")[0],
        "row": f"{known.network.member(figure.kommune).name} {figure.year}",
        "source": figure.source if figure.source.startswith("http") else "",
        "collected": language.day(figure.collected),
        "note": figure.note,
    }


def _differences(one: Cell, other: Cell) -> Mapping[str, str]:
    """The codes of one that are others in the other."""
    return {
        name: code for name, code in one.query.items() if other.query.get(name) != code
    }


# -- kildespor -------------------------------------------------------------------------


@dataclass(frozen=True)
class Marked:
    """What has a mark on the page: a sentence by its rule, a number by its field."""

    facts: tuple[str, ...]
    rule: str = ""
    field: str = ""


@dataclass
class Trail:
    """One kildespor: its place in the appendix, and what its template shows."""

    name: str
    kind: Kind
    cell: int
    back: str
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its id on the page."""
        return f"spor-{self.name}"


@dataclass
class Trails:
    """
    The kildespor of one report, numbered in the order in which the page needs them.

    Parameters
    ----------
    found : Findings
        Read back from facts.json.
    known : Catalogue
    facts_cell : int
        The cell of the notebook that made the facts.
    """

    found: Findings
    known: Catalogue
    facts_cell: int
    items: dict[tuple[str, ...], Trail] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._facts = self.found.book.by_id
        self._comments = comments.place(self.found, self.known)
        self._said: dict[tuple[str, tuple[str, ...]], Statement] = {
            (said.rule, said.facts): said for said in reversed(self.found.statements)
        }

    def target(self, marked: Marked, cell: int) -> tuple[Trail, str]:
        """The kildespor of something on the page, and the id of its first mark."""
        kind: Kind = "fact" if marked.field in OWN else "network"
        if marked.rule:
            kind = "sentence"
        is_new = (kind, marked.rule, *marked.facts) not in self.items
        trail = self.of(kind, marked.facts, cell, rule=marked.rule)
        if is_new:
            trail.back = f"fra-{trail.name}"
        return trail, trail.back if is_new else ""

    def of(
        self, kind: Kind, facts: Iterable[str], cell: int = 0, *, rule: str = ""
    ) -> Trail:
        """A kildespor, new where there was none; by default of the facts' own cell."""
        key = (kind, rule, *facts)
        if key not in self.items:
            name = f"K{len(self.items) + 1}"
            self.items[key] = Trail(name, kind, cell or self.facts_cell, "")
        return self.items[key]

    def fill_in(self) -> list[Trail]:
        """
        What each kildespor shows, in order.

        A sentence leads to its facts, also those of years that the page does not show;
        they come last.
        """
        for kind, _, *facts in list(self.items):
            for fact in facts if kind == "sentence" else ():
                self.of("fact", [fact])
        for (kind, rule, *facts), trail in self.items.items():
            if kind == "sentence":
                trail.fields = self._sentence(self._said[rule, tuple(facts)])
            elif kind == "fact":
                trail.fields = self._fact(self._facts[facts[0]])
            else:
                trail.fields = self._network(self._facts[facts[0]])
        return list(self.items.values())

    def _link(self, kind: Kind, fact: Fact | None) -> Trail | None:
        """The kildespor of another fact, if it has one."""
        return self.items.get((kind, "", fact.id)) if fact else None

    def findings(self, kept: FactsFile) -> dict[str, Any]:
        """What is told with its reasons, by chapter, and what else was thought of."""
        told: dict[str, list[dict[str, Any]]] = {}
        unsaid = []
        for one in kept.findings:
            chapter = self._chapter(one.chapter)
            line = {
                "record": one,
                "chapter": chapter,
                "salience": _told(one.salience),
                "said": [
                    (said.text, self.of("sentence", said.facts, rule=said.rule))
                    for said in (kept.sentences[place] for place in one.sentences)
                ],
                "facts": [] if one.told else self._latest(one.facts),
            }
            if one.told:
                told.setdefault(chapter, []).append(line)
            else:
                unsaid.append(line)
        return {"told": told, "unsaid": unsaid, "voices": list(self._voices())}

    def _voices(self) -> Iterator[dict[str, Any]]:
        """What people say, told or not, with the kildespor of what it explains."""
        book = self.found.book
        for one in self._comments.placed:
            keys = [(n, book.member.id, book.run.year) for n in one.comment.gjelder]
            facts = [book.facts[key].id for key in keys if key in book.facts]
            said = one.said and self.of("sentence", one.said.facts, rule=one.said.rule)
            yield {"voice": one, "said": said, "facts": self._latest(facts)}

    def _latest(self, facts: Iterable[str]) -> list[tuple[str, Trail]]:
        """Each indicator by name, with the kildespor of the last of its facts."""
        latest = {self._facts[name].indicator: name for name in facts}
        return [
            (self.known.indicator(indicator).short_name, self.of("fact", [name]))
            for indicator, name in latest.items()
        ]

    # -- sentences ---------------------------------------------------------------------

    def _sentence(self, said: Statement) -> dict[str, Any]:
        facts = [self._facts[name] for name in said.facts]
        rules = dict.fromkeys((said.rule, *_rules(said.details.values())))
        return {
            "text": text.sentence(said, self.known).text,
            "chapter": self._chapter(said.chapter),
            "rule": said.rule,
            "why": self.known.phrases.words[f"review_why_{said.rule.topic}"],
            "remarks": text.remarks(said.reasons, self.known),
            "patterns": [text.pattern(rule, self.known) for rule in rules],
            "limits": self._limits(said.reasons),
            "comments": self._comments.about(said),
            "facts": [self._row(fact) for fact in facts],
            "few": [self._read(fact) for fact in facts] if len(facts) <= 2 else [],
            "forbehold": self._forbehold(facts),
        }

    def _chapter(self, chapter: str) -> str:
        names = {one.id: one.name for one in self.known.service.chapters}
        return names.get(chapter) or self.known.phrases.words["summary_heading"]

    def _limits(self, decided: Sequence[Reason]) -> list[dict[str, Any]]:
        """Each limit with its reason, and below it what was held against it."""
        limits = self.known.phrases.thresholds
        used = [one.limit for one in decided if isinstance(one, Comparison)]
        return [
            {
                "id": limit,
                "value": _told(limits.of(limit).value),
                "why": limits.of(limit).why,
                "compared": text.compared(decided, self.known, limit),
            }
            for limit in dict.fromkeys(used)
        ]

    def _row(self, fact: Fact) -> dict[str, Any]:
        """A fact in a line of a sentence's table."""
        return {
            "name": self._name(fact),
            "link": self._link("fact", fact),
            "value": _told(fact.value) or fact.status,
            "mean": _told(fact.network_mean),
            "index": _told(fact.index),
            "rank": self._rank(fact),
            "change": _told(fact.change),
            "basis": self.known.phrases.words[f"basis_{fact.basis}"],
        }

    def _name(self, fact: Fact) -> str:
        """A fact in a few words: of which indicator, whose, and when."""
        name = self.known.indicator(fact.indicator).short_name
        return f"{name}, {self.known.network.member(fact.kommune).name} {fact.year}"

    # -- figures -----------------------------------------------------------------------

    def _fact(self, fact: Fact) -> dict[str, Any]:
        words = self.known.phrases.words
        previous = self.found.book.facts.get(
            (fact.indicator, fact.kommune, fact.year - 1)
        )
        return {
            **self._head(fact),
            **self._read(fact),
            "status": fact.status,
            "meaning": meaning(fact.status, words) if fact.status else "",
            "mean": _told(fact.network_mean),
            "mean_link": self._link("network", fact),
            "interval": self._interval(fact),
            "index": _told(fact.index),
            "distance": _told(fact.distance),
            "rank": self._rank(fact),
            "previous": _told(fact.previous),
            "previous_year": fact.year - 1,
            "previous_link": self._link("fact", previous),
            "change": _told(fact.change),
            "change_percent": _told(fact.change_percent),
            "why_without": words["base_mean"] if lacks_base(self.known, fact) else "",
            "is_first": previous is None,
            "forbehold": self._forbehold([fact]),
        }

    def _head(self, fact: Fact) -> dict[str, Any]:
        words = self.known.phrases.words
        return {
            "fact": fact.id,
            "indicator": self.known.indicator(fact.indicator).name,
            "kommune": self.known.network.member(fact.kommune).name,
            "year": fact.year,
            "unit": words[f"unit_label_{fact.unit}"],
            "value": _told(fact.value),
            "basis": words[f"basis_{fact.basis}"],
        }

    def _read(self, fact: Fact) -> dict[str, Any]:
        """Formula, numbers put in, and where they were read."""
        indicator = self.known.indicator(fact.indicator)
        return {
            "of": fact.id,
            "formula": self._formula(indicator, fact.year),
            "numerator": _told(fact.numerator),
            "denominator": _told(fact.denominator),
            "factor": _told(fact.factor),
            "result": _told(fact.value),
            "origins": origins(fact.cells, self.known, self.found.book.snapshot),
        }

    def _interval(self, fact: Fact) -> str:
        """What a count could have been by chance alone, and what lies outside of it."""
        if fact.interval_low is None or fact.interval_high is None:
            return ""
        words = self.known.phrases.words
        told = [f"{_told(fact.interval_low)}–{_told(fact.interval_high)}"]
        for is_clear, yes, no in (
            (fact.distance_clear, "review_distance_clear", "review_distance_unclear"),
            (fact.change_clear, "review_change_clear", "review_change_unclear"),
        ):
            if is_clear is not None:
                told.append(words[yes if is_clear else no])
        return "; ".join(told)

    def _formula(self, indicator: Indicator, year: int) -> dict[str, str] | None:
        formula = indicator.formula.in_year(year)
        measure = self.known.service.measure
        ratio = formula.ratio(lambda name: measure[name].name)
        if ratio is None:
            return None
        numerator, denominator = ratio
        factor = language.number(formula.factor or 1)
        return {"numerator": numerator, "denominator": denominator, "factor": factor}

    # -- the network -------------------------------------------------------------------

    def _network(self, fact: Fact) -> dict[str, Any]:
        words = self.known.phrases.words
        indicator = self.known.indicator(fact.indicator)
        peers = self.found.book.peers(fact.indicator, fact.year)
        # Of earlier years facts.json has the kommune alone.
        is_whole = fact.year == self.found.book.run.year
        counted = [peer for peer in peers if peer.rank is not None] if is_whole else []
        inside = [peer for peer in counted if peer.is_behind(fact)]
        outside = [peer for peer in peers if peer.rank is None] if is_whole else []
        outside += [peer for peer in counted if not peer.is_behind(fact)]
        is_weighted = fact.is_weighted
        return {
            **self._head(fact),
            "mean": _told(fact.network_mean),
            "mean_basis": words[f"basis_{fact.mean_basis}"],
            "rule": words[f"mean_{fact.mean_rule}"],
            "periods": self._periods(indicator, is_of_others=fact.is_of_others),
            "has_parts": indicator.formula.denominator is not None,
            "is_weighted": is_weighted,
            "is_whole": is_whole,
            "above": _told(
                sum(
                    peer.given("numerator" if is_weighted else "value")
                    for peer in inside
                )
            ),
            "below": _told(
                sum(peer.given("denominator") for peer in inside)
                if is_weighted
                else len(inside)
            ),
            "factor": _told(fact.factor) if is_weighted else "",
            "members": [
                {**self._member(peer), "is_own": peer.kommune == fact.kommune}
                for peer in sorted(inside, key=lambda peer: peer.rank or 0)
            ],
            "left_out": [
                {
                    "name": self.known.network.member(peer.kommune).name,
                    "why": self._why_outside(peer),
                    "value": _told(peer.value) or peer.status,
                }
                for peer in outside
            ],
            "index": _told(fact.index),
            "distance": _told(fact.distance),
            "rank": self._rank(fact),
            "lowest": self._extreme(fact.lowest, fact.lowest_kommune),
            "highest": self._extreme(fact.highest, fact.highest_kommune),
            "why_without": ", ".join(why_withheld(self.known, fact))
            or (words["base_mean"] if lacks_base(self.known, fact) else ""),
            "forbehold": self._forbehold(inside if is_whole else [fact]),
        }

    def _why_outside(self, peer: Fact) -> str:
        """Why somebody's figure is not in the mean of a fact."""
        words = self.known.phrases.words
        if peer.rank is not None:
            return words["review_own_left_out"]
        told = ", ".join(why_withheld(self.known, peer))
        return told or meaning(peer.status or MISSING, words)

    def _member(self, fact: Fact) -> dict[str, Any]:
        """Somebody's figure in the mean, with the cells of each of its halves."""
        snapshot = self.found.book.snapshot
        return {
            "id": fact.kommune,
            "name": self.known.network.member(fact.kommune).name,
            "value": _told(fact.value),
            "numerator": _told(fact.numerator),
            "denominator": _told(fact.denominator),
            "halves": {
                half: origins(cells, self.known, snapshot)
                for half, cells in halves(fact, self.known, snapshot).items()
            },
            "rank": fact.rank,
            "basis": self.known.phrases.words[f"basis_{fact.basis}"],
            "forbehold": self._labels(fact),
        }

    def _periods(self, indicator: Indicator, *, is_of_others: bool) -> dict[str, Any]:
        """The rule of the mean by data year, as the catalogue has it.

        Whom it is of goes by the report, and is told where it is of the others.
        """
        words, spans = self.known.phrases.words, list[dict[str, Any]]()
        for period in self.known.service.means[indicator.mean]:
            mean = period.mean if is_of_others else period.rule
            told = {"rule": words[f"mean_{mean}"], "from_year": period.from_year}
            # What only another report tells apart, is one here.
            if spans and spans[-1]["rule"] == told["rule"]:
                told = spans.pop()
            spans.append({**told, "to_year": period.to_year})
        return {"id": indicator.mean, "spans": spans}

    def _extreme(self, value: float | None, kommuner: Sequence[str]) -> str:
        names = [self.known.network.member(kommune).name for kommune in kommuner]
        return f"{_told(value)} ({', '.join(names)})" if names else ""

    def _rank(self, fact: Fact) -> str:
        of = self.known.phrases.words["rank_of"]
        return "" if fact.rank is None else f"{fact.rank} {of} {fact.n}"

    # -- forbehold ---------------------------------------------------------------------

    def _labels(self, fact: Fact) -> str:
        return ", ".join(
            entry.label
            for entry in self.known.forbehold_by_id(fact.forbehold)
            if entry.kommuner != EVERY
        )

    def _forbehold(self, facts: Iterable[Fact]) -> list[dict[str, Any]]:
        """The forbehold that touch some figures, and what each does to them."""
        words, kinds = self.known.phrases.words, self.known.kinds
        ids = {name for fact in facts for name in fact.forbehold}
        return [
            {
                "id": entry.id,
                "name": kind.name,
                "text": entry.text,
                "effects": [
                    words[key]
                    for part, done, key in EFFECTS
                    if getattr(kind, part) == done
                ]
                or [words["review_no_effect"]],
                "why": kind.why,
                "source": entry.source,
            }
            for entry in self.known.forbehold_by_id(ids)
            for kind in [kinds[entry.kind]]
        ]


def _told(value: float | None) -> str:
    return "" if value is None else language.significant(value)


def _rules(details: Iterable[Detail]) -> Iterable[str]:
    """The phrases that stand inside a phrase."""
    for detail in details:
        if isinstance(detail, Fragment):
            yield detail.rule
            yield from _rules(detail.details.values())
        elif isinstance(detail, tuple):
            yield from _rules(detail)

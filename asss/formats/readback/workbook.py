"""
The workbook read back: each cell of each sheet, by the facts and the words alone.

What must stand in a sheet is worked out here once more, column by column, and held
against what a spreadsheet would show: numbers as numbers, with the decimals of print;
the sign where there is none; marks, places, names and letters beside. Imports
``expectation``, ``cells`` and below.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import repeat, zip_longest
from typing import Any, TypeAlias

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Indicator
from asss.catalogue.parameters import EVERY, SHARED
from asss.formats.readback.cells import Held, Page, column, open_workbook
from asss.formats.readback.expectation import SIGNS, dated, marked

__all__ = ["read"]

Fact: TypeAlias = Mapping[str, Any]
#: What must stand in a cell: a number with how many decimals are shown of it, a number
#: as it is, a text, or nothing.
Wanted: TypeAlias = tuple[float | None, int] | float | str | None

#: The page of an SSB table.
STATBANK = "https://www.ssb.no/statbank/table/"

#: The row with the headings of a sheet, from 0; the title is in the first.
HEAD = 2

EMPTY: Held = (None, None)

#: Numbers are written with sixteen digits.
NEAR = 1e-15


@dataclass
class Sheet:
    """What a sheet must hold: its headings, its rows, and where texts lead."""

    name: str
    title: str
    heads: list[str | int]
    rows: list[Sequence[Wanted]] = field(default_factory=list)
    links: dict[tuple[int, int], str] = field(default_factory=dict)


def read(content: bytes, facts: Mapping[str, Any], known: Catalogue) -> list[str]:
    """What is wrong with a workbook: each cell with what it is and should be."""
    file = "nokkeltall.xlsx"
    try:
        properties, pages = open_workbook(content)
    except ValueError as error:
        return [f"{file}: cannot be read: {error}"]
    told = {"title": facts["title"], "language": known.language}
    problems = [
        f"{file}: its {name} is {properties.get(name)!r}, and should be {text!r}"
        for name, text in told.items()
        if properties.get(name) != text
    ]
    sheets = list(_Wanted(facts, known).sheets())
    names = [page.name for page in pages], [sheet.name for sheet in sheets]
    if names[0] != names[1]:
        return [*problems, f"{file}: has the sheets {names[0]}, and should: {names[1]}"]
    for page, sheet in zip(pages, sheets, strict=True):
        problems += [f"{file}, {fault}" for fault in _faults(page, sheet)]
    return problems


# -- what stands there -----------------------------------------------------------------


def _faults(page: Page, sheet: Sheet) -> Iterator[str]:
    yield from (f"{page.name}: {what}" for what in page.unseen)
    lines: list[Sequence[Wanted]] = [[sheet.title], [], [*sheet.heads], *sheet.rows]
    last = max(page.rows, default=-1)
    for number in range(max(len(lines), last + 1)):
        held = page.rows.get(number, {})
        wanted = lines[number] if number < len(lines) else ()
        beyond = max(held, default=-1) + 1 - len(wanted)
        for at, should in enumerate((*wanted, *repeat(None, max(0, beyond)))):
            cell = held.get(at, EMPTY)
            if not _is(cell, should):
                head = sheet.heads[at] if at < len(sheet.heads) else ""
                about = f" ({head})" if number > HEAD and head else ""
                yield (
                    f"{page.name}, {column(at)}{number + 1}{about}: is "
                    f"{_told(cell)}, and should be {_wanted(should)}"
                )
    for place in dict.fromkeys([*page.links, *sheet.links]):
        leads, should_lead = page.links.get(place, ""), sheet.links.get(place, "")
        if leads != should_lead:
            name = f"{column(place[1])}{place[0] + 1}"
            yield (
                f"{page.name}, {name}: leads to «{leads}», and should lead to "
                f"«{should_lead}»"
            )


def _is(cell: Held, wanted: Wanted) -> bool:
    value, shown = cell
    if value == wanted and shown is None:
        return True
    decimals = None
    if isinstance(wanted, tuple):
        wanted, decimals = wanted
    if wanted is None or isinstance(wanted, str):
        # A space is a space, also where a line must not be broken.
        text = value.replace("\u00a0", " ") if isinstance(value, str) else value
        return (text or None) == (wanted.replace("\u00a0", " ") if wanted else None)
    return (
        not isinstance(value, str)
        and value is not None
        and math.isclose(value, wanted, rel_tol=NEAR)
        and shown == decimals
    )


def _told(cell: Held) -> str:
    value, shown = cell
    if value is None or value == "":
        return "empty"
    if isinstance(value, str):
        return f"«{value}»"
    of = "" if shown is None else f", shown with {shown} decimals"
    return f"{value:.16g}{of}"


def _wanted(wanted: Wanted) -> str:
    if isinstance(wanted, tuple):
        return _told(wanted)
    return _told((wanted, None))


# -- what must stand there -------------------------------------------------------------


class _Wanted:
    """What the sheets of a report must hold, by its facts."""

    def __init__(self, facts: Mapping[str, Any], known: Catalogue) -> None:
        self._facts, self._known = facts, known
        self._words = known.phrases.words
        self._run = facts["run"]
        self._year = int(self._run["year"])
        self._is_shared = self._run["kommune"] in SHARED
        self._caveats = {entry["id"]: entry for entry in facts["forbehold"]}
        self._called = {member.id: member.name for member in known.network.members}

    @cached_property
    def _by_key(self) -> dict[tuple[str, str, int], Fact]:
        return {
            (fact["indicator"], fact["kommune"], fact["year"]): fact
            for fact in self._facts["facts"]
        }

    @cached_property
    def _members(self) -> list[str]:
        """Whose figures of the report's year there are, in the network's order."""
        having = {k for _, k, year in self._by_key if year == self._year}
        return [m.id for m in self._known.network.members if m.id in having]

    @property
    def _own(self) -> list[str]:
        """Whose figures of every year there are."""
        everybody = dict.fromkeys(fact["kommune"] for fact in self._facts["facts"])
        return list(everybody) if self._is_shared else [self._run["kommune"]]

    @property
    def _rows(self) -> Sequence[Indicator]:
        return self._known.service.indicators

    def sheets(self) -> Iterator[Sheet]:
        """Every sheet, in order."""
        making: dict[str, Callable[[str], Sheet]] = {
            **(
                {"members": self._of_members, "ranks": self._ranks}
                if self._is_shared
                else {"table": self._table, "profile": self._profile}
            ),
            "development": self._development,
            **(
                {"need": self._need, "need_given": self._given}
                if self._facts.get("need")
                else {}
            ),
            "forbehold": self._forbehold,
            **({"comments": self._comments} if self._facts["comments"] else {}),
            "sources": self._sources,
            "cells": self._cells,
        }
        yield self._about(list(making))
        for name, make in making.items():
            yield make(name)

    # -- how things are written --------------------------------------------------------

    def _sheet(self, name: str, heads: Iterable[str | int]) -> Sheet:
        name = self._words[f"sheet_{name}"]
        return Sheet(name, f"{name}. {self._facts['title']}", list(heads))

    def _heads(self, *keys: str) -> list[str | int]:
        return [self._words[key] for key in keys]

    def _unit(self, indicator: Indicator) -> str:
        return self._words[f"unit_label_{indicator.unit}"]

    def _part(self, indicator: Indicator) -> str:
        sections = {one.id: one.name for one in self._known.service.sections}
        return sections[indicator.section or ""]

    def _name(self, kommune: str) -> str:
        return self._called[kommune]

    def _names(self, kommuner: Iterable[str]) -> str | None:
        return ", ".join(map(self._name, kommuner)) or None

    def _mark(self, *bases: str) -> str | None:
        return marked(self._words, *bases) or None

    def _state(self, fact: Fact | None) -> str | None:
        """The mark of a figure, and whether the series is broken before it."""
        if fact is None:
            return None
        kinds = {self._caveats[name]["kind"] for name in fact["forbehold"]}
        parts = (
            [marked(self._words, fact["basis"])] if fact["value"] is not None else []
        )
        if any(self._known.kinds[kind].change == "reserved" for kind in kinds):
            parts.append(self._words["break_mark"])
        return " ".join(filter(None, parts)) or None

    def _mean_state(self, fact: Fact) -> str | None:
        return None if fact["network_mean"] is None else self._mark(fact["mean_basis"])

    def _clear(self, fact: Fact) -> list[Wanted]:
        """What chance alone could have made of a figure."""
        said = {True: self._words["yes"], False: self._words["no"], None: None}
        return [
            _amount(fact, "interval_low"),
            _amount(fact, "interval_high"),
            said[fact["distance_clear"]],
            said[fact["change_clear"]],
        ]

    # -- the sheets --------------------------------------------------------------------

    def _about(self, sheets: Sequence[str]) -> Sheet:
        words, facts, run = self._words, self._facts, self._run
        held = facts["snapshot"]
        sheet = Sheet(words["sheet_about"], facts["title"], [words["export_about"]])
        rows = sheet.rows
        rows.append((words["export_content"], words["export_what"]))
        if facts["contains_reconstructed"]:
            told = words["reconstructed_heading"], words["export_reconstructed"]
            rows.append(told)
        status = words[f"status_{facts['edition']['status'] or 'unknown'}"]
        day = dated(run["published"]) if run["published"] else words["unpublished"]
        rows += [(words["edition"], status), (words["published"], day)]
        if run["changed"]:
            rows.append((words["changed"], dated(run["changed"])))
        origin = f"{held['name']}. {words['export_embedded']}"
        if held["fetched"]:
            origin = f"{held['name']}, {words['export_fetched']} {held['fetched']}"
        rows += [
            (words["export_snapshot"], origin),
            ("sha256", held["sha256"]),
            (words["export_rights"], words["export_licence"]),
            (words["export_rounding"], words["export_unrounded"]),
            (words["export_sheets"],),
        ]
        for name in sheets:
            title = words[f"sheet_{name}"]
            sheet.links[HEAD + 1 + len(rows), 0] = f"#'{title}'!A1"
            rows.append((title, words[f"contents_{name}"]))
        rows += [(words["export_signs"],), *self._signs()]
        return sheet

    def _signs(self) -> Iterator[tuple[str, str]]:
        """Marks, then signs: ours, SSB's of today, and others that are shown."""
        words, facts = self._words, self._facts["facts"]
        bases = {fact[of] for fact in facts for of in ("basis", "mean_basis")}
        for basis in ("reconstructed", "preliminary"):
            if basis == "reconstructed" or basis in bases:
                yield words[f"{basis}_mark"], words[f"notes_{basis}"]
        shown = {fact["status"] for fact in facts} | {".", "..", ":", "i.s."}
        known = [".", "..", "...", ":", "i.s."]
        for sign in [*known, *sorted(shown - {*known, ""})]:
            if sign in shown:
                told = words[f"notes_sign_{SIGNS.get(sign, 'other')}"]
                yield sign, told.format(sign=sign)

    def _table(self, name: str) -> Sheet:
        """Tabell 1: what is printed, as numbers; marks and letters beside."""
        words, printed, year = self._words, self._facts["table"], self._year
        beside = words["field_mark"]
        heads = self._heads("table_indicator", "field_unit", "field_notes")
        for one in printed["years"]:
            heads += [one["year"], f"{beside} {one['year']}"]
        for key in ("table_mean", "table_lowest", "table_highest"):
            heads += [f"{words[key]} {year}", f"{beside} {words[key].lower()}"]
            if key != "table_mean":
                heads.append(f"{words[key]}, {words['field_kommune']}")
        heads += self._heads("table_rank", "field_n")
        heads.append(f"{beside} {words['table_rank'].lower()}")
        sheet = self._sheet(name, heads)
        part = ""
        for one, row in zip_longest(self._rows, printed["rows"]):
            if self._part(one) != part:
                part = self._part(one)
                sheet.rows.append((part,))
            sheet.rows.append(self._line(one, row))
        sheet.rows.append(())
        for of in printed["years"]:
            if of["notes"]:
                letters = f"{words['field_notes'].lower()} {', '.join(of['notes'])}"
                sheet.rows.append((f"{of['year']}: {letters}",))
        for note in printed["notes"]:
            sheet.rows.append((f"{note['letter']}  {note['text']}",))
        sheet.rows += [(words["notes_rank"],), (words["notes_manual"],)]
        return sheet

    def _line(self, one: Indicator, row: Mapping[str, Any]) -> list[Wanted]:
        whose, by_key = self._run["kommune"], self._by_key
        last = by_key[one.id, whose, self._year]

        def beside(printed: Mapping[str, Any], *bases: str) -> str | None:
            parts = [marked(self._words, *bases), ", ".join(printed["notes"])]
            return " ".join(filter(None, parts)) or None

        line: list[Wanted] = [
            one.name,
            self._unit(one),
            ", ".join(row["notes"]) or None,
        ]
        for of, value in zip(self._facts["table"]["years"], row["values"], strict=True):
            fact = by_key[one.id, whose, of["year"]]
            is_there = fact["value"] is not None
            line.append(_amount(fact, "value", fact["status"]))
            line.append(beside(value, *([fact["basis"]] if is_there else [])))
        has_mean = last["network_mean"] is not None
        line += [
            _amount(last, "network_mean", "–"),
            beside(row["mean"], *([last["mean_basis"]] if has_mean else [])),
        ]
        for end in ("lowest", "highest"):
            held = [by_key[one.id, k, self._year] for k in last[f"{end}_kommune"]]
            line += [
                _amount(last, end, "–"),
                beside(row[end], *(fact["basis"] for fact in held)),
                self._names(last[f"{end}_kommune"]),
            ]
        is_ranked = last["rank"] is not None
        bases = [last["basis"], last["mean_basis"]] if is_ranked else []
        return [
            *line,
            last["rank"] if is_ranked else "–",
            last["n"] if is_ranked else None,
            beside(row["rank"], *bases),
        ]

    def _profile(self, name: str) -> Sheet:
        heads = self._heads(
            *("field_section", "table_indicator", "field_unit", "field_value"),
            *("field_network_mean", "field_index", "field_distance", "field_mark"),
            *("field_interval_low", "field_interval_high", "field_distance_clear"),
            *("field_change_clear", "field_mean_rule"),
            *("table_lowest", "field_lowest_kommune"),
            *("table_highest", "field_highest_kommune", "table_rank", "field_n"),
            *("field_previous", "field_change", "field_mean_change"),
            "forbehold_heading",
        )
        sheet = self._sheet(name, heads)
        for one in self._rows:
            fact = self._by_key[one.id, self._run["kommune"], self._year]
            labels = (self._caveats[name]["label"] for name in fact["forbehold"])
            sheet.rows.append(
                [
                    *(self._part(one), one.name, self._unit(one)),
                    *(_amount(fact, "value", fact["status"]),),
                    _amount(fact, "network_mean"),
                    *(_whole(fact["index"]), _whole(fact["distance"])),
                    self._mark(fact["distance_basis"]),
                    *self._clear(fact),
                    self._words[f"mean_{fact['mean_rule']}"],
                    *(_amount(fact, "lowest"), self._names(fact["lowest_kommune"])),
                    *(_amount(fact, "highest"), self._names(fact["highest_kommune"])),
                    fact["rank"],
                    None if fact["rank"] is None else fact["n"],
                    *(_amount(fact, of) for of in ("previous", "change")),
                    _amount(fact, "mean_change"),
                    "; ".join(labels) or None,
                ]
            )
        return sheet

    def _of_members(self, name: str) -> Sheet:
        beside, words = self._words["field_mark"], self._words
        names = [self._name(kommune) for kommune in self._members]
        heads = self._heads("table_indicator", "field_unit")
        heads += [*names, words["field_network_mean"]]
        heads += [*(f"{beside} {name}" for name in names)]
        heads.append(f"{beside} {words['legend_mean']}")
        sheet = self._sheet(name, heads)
        for one in self._rows:
            facts = [self._by_key[one.id, k, self._year] for k in self._members]
            sheet.rows.append(
                [
                    *(one.name, self._unit(one)),
                    *(_amount(fact, "value", fact["status"]) for fact in facts),
                    _amount(facts[0], "network_mean"),
                    *map(self._state, facts),
                    self._mean_state(facts[0]),
                ]
            )
        return sheet

    def _ranks(self, name: str) -> Sheet:
        beside = self._words["field_mark"]
        names = [self._name(kommune) for kommune in self._members]
        heads = [*self._heads("table_indicator"), *names, *self._heads("field_n")]
        sheet = self._sheet(name, [*heads, *(f"{beside} {name}" for name in names)])
        for one in self._rows:
            facts = [self._by_key[one.id, k, self._year] for k in self._members]
            marks = (
                None if fact["rank"] is None else self._mark(fact["distance_basis"])
                for fact in facts
            )
            ranks = [fact["rank"] for fact in facts]
            sheet.rows.append([one.name, *ranks, facts[0]["n"], *marks])
        return sheet

    def _development(self, name: str) -> Sheet:
        words, by_key, own = self._words, self._by_key, self._own
        years = sorted({year for _, kommune, year in by_key if kommune in own})
        heads = self._heads("table_indicator", "field_unit", "field_kommune")
        heads += [*years, *(f"{words['field_mark']} {year}" for year in years)]
        sheet = self._sheet(name, heads)
        for one in self._rows:
            about = one.name, self._unit(one)
            for kommune in own:
                facts = [by_key.get((one.id, kommune, year)) for year in years]
                sheet.rows.append(
                    [
                        *(*about, self._name(kommune)),
                        *(
                            _amount(fact, "value", fact["status"]) if fact else None
                            for fact in facts
                        ),
                        *map(self._state, facts),
                    ]
                )
            means = [
                next(f for k in own if (f := by_key.get((one.id, k, year))))
                for year in years
            ]
            sheet.rows.append(
                [
                    *(*about, words["field_network_mean"]),
                    *(_amount(fact, "network_mean") for fact in means),
                    *map(self._mean_state, means),
                ]
            )
        return sheet

    def _need(self, name: str) -> Sheet:
        """Each step as in the table under its figure; then everybody's kroner."""
        words, need = self._words, self._facts["need"]
        places, sign = need["decimals"], self._mark(need["basis"])
        heads = self._heads(
            *("need_step", "need_kroner", "need_kroner_mean"),
            *("need_ratio", "need_change", "field_mark"),
        )
        heads += [self._name(one["kommune"]) for one in need["members"]]
        sheet = self._sheet(name, heads)
        for at, step in enumerate(need["steps"]):
            moved = step["change"]
            kroner = [one["amounts"][at] for one in need["members"]]
            sheet.rows.append(
                [
                    words[f"need_{step['step']}"],
                    *((step[of], 0) for of in ("amount", "network_mean")),
                    *((step["ratio"], places), None if at == 0 else (moved, places)),
                    sign,
                    *((one, 0) for one in kroner),
                ]
            )
        ks, basis = need["printed"], need["printed_basis"]
        if ks is not None:
            left = ks - need["steps"][-1]["ratio"]
            raised = self._mark(need["basis"], basis)
            line = [words["need_rest"], None, None, None, (left, places), raised]
            sheet.rows.append(line)
            raised = self._mark(basis)
            line = [words["need_printed"], None, None, (ks, places), None, raised]
            sheet.rows.append(line)
        return sheet

    def _given(self, name: str) -> Sheet:
        words = self._words
        heads = self._heads(
            *("field_kommune", "field_part", "field_value"),
            *("field_basis", "field_source"),
        )
        sheet = self._sheet(name, heads)
        for one in self._facts["need"]["members"]:
            for part in one["given"]:
                basis = words[f"basis_{part['basis']}"]
                about = self._name(one["kommune"]), words[f"need_part_{part['part']}"]
                sheet.rows.append([*about, part["value"], basis, part["source"]])
        return sheet

    def _forbehold(self, name: str) -> Sheet:
        everything = self._words["every_kommune"]
        short = {one.id: one.short_name for one in self._known.service.figures}
        heads = self._heads(
            *("field_id", "field_kind", "field_kommuner", "field_years", "field_text"),
            *("field_indicators", "source", "field_date"),
        )
        sheet = self._sheet(name, heads)
        for entry in self._facts["forbehold"]:
            is_all = entry["kommuner"] == EVERY, entry["indicators"] == EVERY
            sheet.links[HEAD + 1 + len(sheet.rows), 6] = entry["source"]
            sheet.rows.append(
                [
                    *(entry["id"], self._known.kinds[entry["kind"]].name),
                    everything if is_all[0] else self._names(entry["kommuner"]),
                    ", ".join(str(year) for year in entry["years"]),
                    entry["text"],
                    everything
                    if is_all[1]
                    else "; ".join(short[name] for name in entry["indicators"]),
                    *(entry["source"], entry["date"]),
                ]
            )
        return sheet

    def _comments(self, name: str) -> Sheet:
        words, sentences = self._words, self._facts["sentences"]
        short = {one.id: one.short_name for one in self._known.service.figures}
        chapters = {one.id: one.name for one in self._known.service.chapters}
        heads = self._heads(
            *("field_id", "field_chapter", "field_indicators", "field_says"),
            *("field_text", "field_printed", "field_outcome", "field_sentence"),
            *("field_author", "source", "field_date", "field_read"),
        )
        sheet = self._sheet(name, heads)
        for one in self._facts["comments"]:
            after = one["sentence"]
            sheet.links[HEAD + 1 + len(sheet.rows), 9] = one["source"]
            sheet.rows.append(
                [
                    *(one["id"], chapters[one["chapter"]]),
                    "; ".join(short[name] for name in one["indicators"]) or None,
                    words[f"says_{one['says']}"] if one["says"] else None,
                    *(one["text"], one["printed"] or None),
                    words[f"cause_{one['outcome']}"],
                    None if after is None else sentences[after]["text"],
                    *(one["author"], one["source"], one["date"], one["read"] or None),
                ]
            )
        return sheet

    def _sources(self, name: str) -> Sheet:
        words, tables = self._words, self._facts["snapshot"]["tables"]
        final = self._facts["edition"]["tables"]
        used = {table for fact in self._facts["facts"] for table in fact["tables"]}
        heads = self._heads(
            *("tables_number", "tables_title", "tables_query", "tables_updated"),
            *("edition", "tables_hash"),
        )
        sheet = self._sheet(name, heads)
        for number, table in tables.items():
            if number not in used:
                continue
            asked = "; ".join(
                f"{part['variableCode']}: {', '.join(part['valueCodes'])}"
                for part in table["query"]["selection"]
            )
            status = words["status_earlier"]
            if number in final:
                status = words[f"status_{final[number] or 'unknown'}"]
            sheet.links[HEAD + 1 + len(sheet.rows), 0] = f"{STATBANK}{number}"
            updated = table["ssb_updated"] or words["tables_unknown"]
            row = number, table["title"], asked, updated, status, table["sha256"]
            sheet.rows.append(row)
        return sheet

    def _cells(self, name: str) -> Sheet:
        heads = self._heads(
            *("table_indicator", "field_kommune", "field_year", "field_value"),
            *("field_unit", "field_basis", "field_numerator", "field_denominator"),
            *("field_factor", "field_interval_low", "field_interval_high"),
            *("field_distance_clear", "field_change_clear", "field_tables"),
            *("field_cells", "field_forbehold"),
        )
        sheet = self._sheet(name, heads)
        named = {one.id: one for one in self._known.service.figures}
        for fact in self._facts["facts"]:
            one = named[fact["indicator"]]
            sheet.rows.append(
                [
                    *(one.name, self._name(fact["kommune"]), fact["year"]),
                    *(_amount(fact, "value", fact["status"]), self._unit(one)),
                    self._words[f"basis_{fact['basis']}"],
                    *(fact["numerator"], fact["denominator"], fact["factor"]),
                    *self._clear(fact),
                    *("\n".join(fact[of]) or None for of in ("tables", "cells")),
                    "\n".join(fact["forbehold"]) or None,
                ]
            )
        return sheet


def _amount(fact: Fact, of: str, otherwise: str = "") -> Wanted:
    """A number of a fact, shown as in print; where there is none, what stands there."""
    value = fact[of]
    return otherwise or None if value is None else (float(value), fact["decimals"])


def _whole(value: float | None) -> Wanted:
    return None if value is None else (value, 0)

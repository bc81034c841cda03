"""
Where a figure was read: cells of SSB's tables and rows of files, with their values.

The addresses are those in facts.json; the values are the snapshot's and the files'.
Imports ``facts`` and below.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from asss.analysis.facts import Fact
from asss.analysis.tables import weakest
from asss.catalogue import language
from asss.catalogue.catalogue import MANUAL_FOLDER, Catalogue
from asss.catalogue.knowledge import ManualFigure
from asss.statbank import TIME, Cell, Snapshot

__all__ = ["halves", "origins"]

#: A cell, ``12210[Region=0301,Tid=2020]``, or a row, ``manuelle/x.csv[x,oslo,2020]``.
ADDRESS = re.compile(r"(?P<table>[^\[]+)\[(?P<codes>[^\]]*)\]")

#: So many codes in a row are written as a span: ages, not functions.
LONG = 4


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

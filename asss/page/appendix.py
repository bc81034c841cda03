"""
Om datagrunnlaget: where every number of a report comes from.

Tables and queries, definitions and formulas, the mean, what was collected by hand, and
every forbehold. Imports ``blocks``, ``text`` and below.
"""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from asss.analysis import publication
from asss.analysis.facts import NetworkBook
from asss.analysis.tables import BASES, mark
from asss.catalogue import language, markdown
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Forbehold, Indicator
from asss.catalogue.parameters import EVERY
from asss.page import text
from asss.page.blocks import Block, block
from asss.statbank import day_of

__all__ = ["sources"]


def sources(found: NetworkBook, known: Catalogue, *, table: int = 2) -> Block:
    """
    Tables, queries, definitions, the mean, manual figures and every forbehold.

    Parameters
    ----------
    table : int
        The number of the first table.
    """
    words = known.phrases.words
    facts = list(found.facts.values())
    counts = {basis: sum(fact.basis == basis for fact in facts) for basis in BASES}
    # Preliminary figures are SSB's own, too.
    counts["real"] += counts.pop("preliminary")
    rules = {fact.mean_rule for fact in found.reported}
    return block(
        "sources",
        known,
        number=table,
        reconstructed=text.phrase(
            "reconstructed_paragraph_fetched"
            if found.snapshot.is_fetched
            else "reconstructed_paragraph",
            {
                **{basis: language.number(count) for basis, count in counts.items()},
                "n": language.number(len(facts)),
                "from_year": found.all_years[0],
                "year": found.run.year,
            },
            known,
        )
        if found.has_reconstructed
        else "",
        figures=text.figures_from(found.snapshot, known),
        mean_rule=text.phrase(
            "mean_rules",
            {
                "year": found.run.year,
                "rule": words["rule_weighted" if "weighted" in rules else "rule_plain"],
            },
            known,
        ),
        indicators=[
            (
                indicator,
                _formula(known, indicator),
                words[f"mean_{known.mean_rule(indicator.id, found.run.year)}"],
            )
            for indicator in known.service.indicators
        ],
        tables=_statbank_tables(found, known),
        ssb_notes=_ssb_notes(found),
        manual=_manual_figures(found, known),
        forbehold=[
            (entry, _whose(entry, known), known.kinds[entry.kind].name)
            for entry in _nearest_first(found, known)
        ],
    )


def _nearest_first(found: NetworkBook, known: Catalogue) -> list[Forbehold]:
    """Every forbehold: the own kommune's, then everybody's, then the others'."""

    def far(entry: Forbehold) -> int:
        if entry.kommuner == EVERY:
            return 1
        return 0 if set(found.kommuner) & set(entry.kommuner) else 2

    return sorted(found.all_forbehold(known), key=far)


def _formula(known: Catalogue, indicator: Indicator) -> str:
    ratio = indicator.formula.ratio(lambda name: known.service.measure[name].name)
    if ratio is None:
        return ""
    numerator, denominator = ratio
    factor = f" × {language.number(indicator.formula.factor or 1)}"
    details = {"numerator": numerator, "denominator": denominator, "factor": factor}
    return text.phrase("formula_ratio", details, known)


def _statbank_tables(found: NetworkBook, known: Catalogue) -> list[dict[str, Any]]:
    used = {table for fact in found.facts.values() for table in fact.tables}
    words = known.phrases.words
    statuses = publication.edition(found, known).tables
    rows = []
    for number, entry in found.snapshot.tables.items():
        if number not in used:
            continue
        rows.append(
            {
                "number": number,
                "title": entry["title"],
                "is_verified": found.snapshot.is_fetched
                or known.service.table[number].verified,
                "query": [
                    (part["variableCode"], ", ".join(_runs(part["valueCodes"])))
                    for part in entry["query"]["selection"]
                ],
                "updated": entry["ssb_updated"]
                and language.day(day_of(entry["ssb_updated"])),
                "status": words[f"status_{statuses.get(number) or 'unknown'}"]
                if number in statuses
                else words["status_earlier"],
                "sha256": entry["sha256"][:16],
            }
        )
    return rows


def _ssb_notes(found: NetworkBook) -> list[dict[str, Any]]:
    """What SSB wants said wherever a table, or a value of it, is shown."""
    if not found.snapshot.is_fetched:
        return []
    used = {table for fact in found.facts.values() for table in fact.tables}
    rows = []
    for number, dataset in found.snapshot.datasets.items():
        texts = [
            *dataset.mandatory_notes,
            *(
                note
                for dimension in dataset.dimensions.values()
                for note in dimension.mandatory_variable_notes
            ),
            *(
                f"{dimension.labels[code]}: {note}"
                for dimension in dataset.dimensions.values()
                for code, notes in dimension.mandatory_notes.items()
                if code in dimension.labels
                for note in notes
            ),
        ]
        if number in used and texts:
            notes = [Markup(markdown.to_html(note, below=4)) for note in texts]
            rows.append({"number": number, "notes": notes})
    return rows


def _runs(codes: Sequence[str]) -> list[str]:
    """Codes as a reader lists them: ages 018–066, and not each of them."""
    runs: list[list[str]] = []
    for code in codes:
        last = runs[-1][-1] if runs else ""
        follows = last.isdigit() and code.isdigit() and int(code) == int(last) + 1
        if follows and len(code) == len(last):
            runs[-1].append(code)
        else:
            runs.append([code])
    return [
        shown
        for run in runs
        for shown in ([f"{run[0]}–{run[-1]}"] if len(run) > 2 else run)
    ]


def _manual_figures(found: NetworkBook, known: Catalogue) -> list[dict[str, Any]]:
    words = known.phrases.words
    names = {i.formula.manual: i.name for i in known.service.indicators}
    # Of the whole network three years would be a book; each report has its own.
    is_network = len(found.kommuner) > 1
    years = (found.run.year,) if is_network else found.years
    rows = []
    for (measure, kommune, year), entry in known.manual.items():
        if kommune not in found.kommuner or year not in years:
            continue
        name = names.get(measure) or known.service.measure[measure].name
        decimals = 2 if measure == "ressursbruksindikator" else 1
        if measure in known.service.measure:
            decimals = 0
        rows.append(
            {
                "name": name,
                "kommune": known.network.member(kommune).name if is_network else "",
                "year": year,
                "value": text.bare(entry.value, decimals) or entry.status,
                "mark": entry.value is not None and mark(entry.basis, words),
                "basis": words[f"basis_{entry.basis}"],
                "source": entry.source if entry.source.startswith("http") else "",
                "collected": language.day(entry.collected),
            }
        )
    return rows


def _whose(entry: Forbehold, known: Catalogue) -> str:
    if entry.kommuner == EVERY:
        return known.phrases.words["every_kommune"]
    return ", ".join(known.network.member(kommune).name for kommune in entry.kommuner)

"""What a finished report must hold, worked out from facts.json and the words alone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asss.analysis.facts import HOUSEKEEPING
from asss.analysis.findings import SUMMARY
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EVERY, NETWORK
from asss.formats.readback.notation import dated, marked, written
from asss.formats.readback.prose import Told
from asss.page.sections import EXPLANATIONS


@dataclass(frozen=True)
class Cell:
    """A cell of Tabell 1: its column, what is printed, and what must be noted of it."""

    column: str
    printed: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """A row of Tabell 1."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Chapter:
    """
    A heading, the sentences under it, and the forbehold that must stand there.

    With each sentence, in `marks`, the forbehold that it must lead to.
    """

    heading: str
    sentences: tuple[str, ...]
    forbehold: tuple[str, ...] = ()
    marks: tuple[tuple[str, ...], ...] = ()
    has_figure: bool = True


@dataclass(frozen=True)
class Expected:
    """What a report must hold; texts as they are printed.

    Attributes
    ----------
    is_network : bool
        Whether it is the report on all: then every name may stand anywhere.
    others : tuple of str
        Names of the other members, which may not stand where only the own may.
    top : tuple of str
        What must stand before the first chapter: dates, status, page-wide forbehold.
    forbehold : tuple of str
        All forbehold on any figure behind the report: they stand in the data section.
    told : Told
        What may hold a figure in running text.
    printed : mapping of str to mapping
        By the id of a fact: what each of its fields is in print, where it is told in
        another table than Tabell 1; and whose it is, as ``name``, and its ``year``.
    """

    kommune_id: str
    kommune: str
    is_network: bool
    year: int
    title: str
    language: str
    others: tuple[str, ...]
    top: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    years: tuple[int, ...]
    rows: tuple[Row, ...]
    forbehold: tuple[str, ...]
    told: Told
    printed: Mapping[str, Mapping[str, str]]

    def strangers(self, text: str) -> list[str]:
        """Names of other members in a text, also in the genitive."""
        return [
            name for name in self.others if re.search(rf"\b{re.escape(name)}s?\b", text)
        ]

    def lacks(self, place: str, text: str) -> Iterator[str]:
        """What is wrong with a text that must be of this kommune and year."""
        own = rf"\b{re.escape(self.kommune)}s?\b"
        if not self.is_network and not re.search(own, text):
            yield f"{place}: does not name {self.kommune}: «{text[:80]}»"
        if not re.search(rf"(?<!\d){self.year}(?!\d)", text):
            yield f"{place}: does not name {self.year}: «{text[:80]}»"


def expect(facts: Mapping[str, Any], known: Catalogue) -> Expected:
    """Work out what a report with these facts must hold."""
    run, kommune = facts["run"], str(facts["kommune"])
    year, words = int(run["year"]), known.phrases.words
    is_network = run["kommune"] == NETWORK
    book = {(f["indicator"], f["kommune"], f["year"]): f for f in facts["facts"]}
    own = {(i, y): fact for (i, k, y), fact in book.items() if k == run["kommune"]}
    all_years = sorted({y for _, _, y in book})
    years = tuple(all_years[-int(known.phrases.thresholds.several_years.value) :])
    forbehold = {entry["id"]: entry for entry in facts["forbehold"]}
    shown = {
        indicator.id: {
            name
            for y in years
            if (indicator.id, y) in own
            for name in own[indicator.id, y]["forbehold"]
        }
        for indicator in known.service.indicators
    }
    page_wide = [
        entry["text"]
        for name, entry in forbehold.items()
        if any(name in names for names in shown.values())
        and entry["indicators"] == EVERY
        and entry["kind"] not in HOUSEKEEPING
    ]
    kicker = known.phrases.phrases["kicker"].sentence
    return Expected(
        kommune_id=str(run["kommune"]),
        kommune=kommune,
        is_network=is_network,
        year=year,
        title=str(facts["title"]),
        language=known.language,
        others=tuple(
            member.name
            for member in known.network.members
            if not is_network and member.name != kommune
        ),
        top=(
            kicker.format(edition=year + 1, year=year),
            f"{words['published']}: {dated(run['published'])}"
            if run["published"]
            else words["unpublished"],
            *(
                [f"{words['changed']}: {dated(run['changed'])}"]
                if run["changed"]
                else []
            ),
            words[f"status_{facts['edition']['status'] or 'unknown'}"],
            *(
                [words["reconstructed_heading"]]
                if facts["contains_reconstructed"]
                else []
            ),
            *page_wide,
        ),
        chapters=tuple(_chapters(facts, known, shown, forbehold)),
        years=years,
        rows=tuple(
            Row(
                indicator.name,
                tuple(_cells(book, known, indicator.id, run, years, forbehold)),
            )
            for indicator in known.service.indicators
            if not is_network
        ),
        forbehold=tuple(entry["text"] for entry in forbehold.values()),
        told=Told(facts, known),
        printed={fact["id"]: _printed(fact, known) for fact in book.values()}
        if is_network
        else {},
    )


def _printed(fact: Mapping[str, Any], known: Catalogue) -> dict[str, str]:
    """What the fields of a fact are in print."""
    words, places = known.phrases.words, fact["decimals"]
    compared = marked(words, fact["basis"], fact["mean_basis"])
    index, before = fact["index"], fact["previous"]
    change = "–"
    # Of nothing, and of less than nothing, there are no percents.
    if fact["change"] is not None and before is not None and before > 0:
        change = written(fact["change"] / before * 100, 1)
        is_up = fact["change"] > 0 and change != written(0, 1)
        change = ("+" if is_up else "") + change
        change += marked(words, fact["basis"], fact["previous_basis"])
    return {
        "name": known.network.member(fact["kommune"]).name,
        "year": str(fact["year"]),
        "value": _figure(fact["value"], places, words, fact["basis"]) or fact["status"],
        "network_mean": _figure(fact["network_mean"], places, words, fact["mean_basis"])
        or "–",
        "index": "–" if index is None else written(index) + compared,
        "rank": f"{fact['rank']}{compared}" if fact["rank"] else "–",
        "change": change,
    }


def _figure(
    value: float | None, decimals: int, words: Mapping[str, str], *bases: str
) -> str:
    """A figure with its mark; empty where there is none."""
    return "" if value is None else written(value, decimals) + marked(words, *bases)


def _chapters(
    facts: Mapping[str, Any],
    known: Catalogue,
    shown: Mapping[str, set[str]],
    forbehold: Mapping[str, Any],
) -> Iterator[Chapter]:
    def said(chapter: str) -> tuple[str, ...]:
        return tuple(s["text"] for s in facts["sentences"] if s["section"] == chapter)

    yield Chapter(known.phrases.words["summary_heading"], said(SUMMARY))
    if facts["run"]["kommune"] == NETWORK:
        for chapter in known.service.chapters:
            about = [i.id for i in known.service.in_chapter(chapter.id)]
            yield Chapter(chapter.name, tuple(s for i in about for s in said(i)))
        members = tuple(s for m in known.network.members for s in said(m.id))
        heading = known.phrases.words["network_kommuner"]
        yield Chapter(heading, members, has_figure=False)
        return
    single = {
        name: entry["text"]
        for name, entry in forbehold.items()
        if entry["indicators"] != EVERY
        and entry["kind"] not in HOUSEKEEPING
        and known.is_told_beside_text(
            entry["kind"], entry["years"], facts["run"]["year"]
        )
    }
    touching = {fact["id"]: fact["forbehold"] for fact in facts["facts"]}
    for chapter in known.service.chapters:
        names = {
            name
            for indicator in known.service.in_chapter(chapter.id)
            for name in shown[indicator.id]
        }
        yield Chapter(
            chapter.name,
            said(chapter.id),
            tuple(text for name, text in single.items() if name in names),
            tuple(
                _marks(sentence, touching, single)
                for sentence in facts["sentences"]
                if sentence["section"] == chapter.id
            ),
        )


def _marks(
    sentence: Mapping[str, Any],
    touching: Mapping[str, Sequence[str]],
    single: Mapping[str, str],
) -> tuple[str, ...]:
    """The forbehold on the facts of a sentence, of those that are on single figures."""
    if sentence["rule"] in EXPLANATIONS:
        return ()
    names = {name for fact in sentence["facts"] for name in touching.get(fact, ())}
    return tuple(text for name, text in single.items() if name in names)


def _cells(
    book: Mapping[tuple[str, str, int], Mapping[str, Any]],
    known: Catalogue,
    indicator: str,
    run: Mapping[str, Any],
    years: Sequence[int],
    forbehold: Mapping[str, Any],
) -> Iterator[Cell]:
    """The cells of a row, from left to right."""
    words, kommune = known.phrases.words, run["kommune"]

    def notes(*facts: Mapping[str, Any]) -> tuple[str, ...]:
        entries = [forbehold[name] for fact in facts for name in fact["forbehold"]]
        return tuple(
            entry["text"]
            for entry in entries
            if entry["indicators"] != EVERY and entry["kommuner"] != EVERY
        )

    for year in years:
        fact = book.get((indicator, kommune, year))
        if fact is not None:
            figure = _figure(fact["value"], fact["decimals"], words, fact["basis"])
            yield Cell(str(year), figure or fact["status"], notes(fact))
    fact = book[indicator, kommune, run["year"]]
    places = fact["decimals"]
    mean = _figure(fact["network_mean"], places, words, fact["mean_basis"])
    yield Cell(words["table_mean"], mean or "–")
    for end in ("lowest", "highest"):
        holders = [book[indicator, k, run["year"]] for k in fact[f"{end}_kommune"]]
        names = [known.network.member(k).name for k in fact[f"{end}_kommune"]]
        figure = _figure(fact[end], places, words, *(h["basis"] for h in holders))
        yield Cell(
            words[f"table_{end}"],
            figure + ", ".join(names) if holders else "–",
            notes(*holders),
        )
    rank = f"{fact['rank']} {words['rank_of']} {fact['n']}"
    rank += marked(words, fact["basis"], fact["mean_basis"])
    yield Cell(words["table_rank"], "–" if fact["rank"] is None else rank)

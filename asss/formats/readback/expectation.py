"""
What a finished report must hold, worked out from facts.json and the words alone.

How figures are written stands here once more and by itself, and nothing of the first
pen is asked: were the two the same, a slip of the pen would be its own witness.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

from asss.analysis.facts import HOUSEKEEPING
from asss.analysis.findings import SUMMARY
from asss.catalogue import markdown
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import NeedFigure
from asss.catalogue.parameters import EVERY, METHOD, NETWORK, SHARED
from asss.formats.readback.markup import fragment, said
from asss.outputs import HTML_NAME

__all__ = ["Cell", "Chapter", "Expected", "Row", "amount", "capital", "counted"]
__all__ += ["dated", "expect", "listed", "marked", "percent", "rests_on", "spaced"]
__all__ += ["SHADES", "is_alone", "reservation", "shade", "unavailable"]
__all__ += ["unformatted", "warning", "written"]

Words: TypeAlias = Mapping[str, str]
Fact: TypeAlias = Mapping[str, Any]


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
    A heading, and the sentences under it.

    With each sentence, in `marks`, the forbehold that it must lead to. Of what people
    say, in `comments`, each with the sentence that it must stand after, or none; in
    `voices` with whose words it is, and in `bylines` who wrote it down, and where.
    Where nothing stands out there are no main findings, and no heading to them.
    """

    heading: str
    sentences: tuple[str, ...]
    marks: tuple[tuple[str, ...], ...] = ()
    comments: tuple[tuple[str, str], ...] = ()
    voices: tuple[tuple[str, str], ...] = ()
    bylines: tuple[tuple[str, str], ...] = ()
    is_headed: bool = True


@dataclass(frozen=True)
class Expected:
    """What a report must hold; texts as they are printed.

    Attributes
    ----------
    is_shared : bool
        Whether it is on no one member: then every name may stand anywhere.
    others : tuple of str
        Names of the other members, which may not stand where only the own may.
    top : tuple of str
        What must stand before the first chapter: dates, status, page-wide forbehold.
    texts : tuple of str
        What must stand somewhere: forbehold on the figures that are shown, and on the
        page on what all stand on, that of everybody with definitions and sources.
    notes : tuple of str
        The forbehold on single figures: they stand under Tabell 1.
    leads_to : str
        Where that page is, seen from the report.
    about : str
        What is quoted of it where somebody links to it: the first that it says.
    members : mapping of (str, str) to str
        Tabell 1 on all members: its figures by indicator and by the head of a column.
    shades : tuple of int
        Of its cells in their order, each by its index: 0 where there is none.
    """

    kommune_id: str
    kommune: str
    is_shared: bool
    year: int
    is_supposed: bool
    title: str
    about: str
    language: str
    others: tuple[str, ...]
    top: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    years: tuple[int, ...]
    rows: tuple[Row, ...]
    texts: tuple[str, ...]
    notes: tuple[str, ...]
    leads_to: str
    members: Mapping[tuple[str, str], str]
    shades: tuple[int, ...]

    @property
    def named(self) -> str:
        """What the file is called; what is supposed is not the network's."""
        return self.title if self.is_supposed else f"{self.title} – ASSS"

    def strangers(self, text: str) -> list[str]:
        """Names of other members in a text, also in the genitive."""
        found = self._others.findall(text)
        return [name for name in self.others if name in found]

    @cached_property
    def _others(self) -> re.Pattern[str]:
        names = "|".join(map(re.escape, self.others)) or "(?!)"
        return re.compile(rf"\b({names})s?\b")

    def lacks(self, place: str, text: str) -> Iterator[str]:
        """What is wrong with a text that must be of this kommune and year."""
        own = rf"\b{re.escape(self.kommune)}s?\b"
        if not self.is_shared and not re.search(own, text):
            yield f"{place}: does not name {self.kommune}: «{text[:80]}»"
        if not re.search(rf"(?<!\d){self.year}(?!\d)", text):
            yield f"{place}: does not name {self.year}: «{text[:80]}»"


# -- how figures are written -----------------------------------------------------------

#: Decimals beyond print in which two ways to compute the same may differ.
NOISE = 9


def spaced(text: str) -> str:
    """A text as a reader compares it: every space is a space."""
    return " ".join(text.split())


def capital(text: str) -> str:
    """As it begins a sentence."""
    return text[:1].upper() + text[1:]


@lru_cache(8192)
def written(value: float, decimals: int = 0) -> str:
    r"""
    A number in print.

    Examples
    --------
    >>> written(69414.4), written(-0.25, 1), written(-0.04, 1), written(1234567)
    ('69\xa0414', '−0,3', '0,0', '1\xa0234\xa0567')
    """
    exact = round(Decimal(value), decimals + NOISE)
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    whole, _, part = str(abs(rounded)).partition(".")
    first = len(whole) % 3
    groups = [whole[:first]] if first else []
    groups += [whole[at : at + 3] for at in range(first, len(whole), 3)]
    sign = "\u2212" if rounded < 0 else ""
    return sign + "\u00a0".join(groups) + ("," + part if part else "")


def unformatted(written: str) -> str:
    r"""
    Markdown as a reader sees it: its words, and a space between its paragraphs.

    Examples
    --------
    >>> unformatted("Ifølge [KS](https://ks.no)\n\n* øker *leiene*.")
    'Ifølge KS øker leiene.'
    """
    return said(fragment(markdown.to_html(written)))


def dated(iso: str) -> str:
    """
    A date in print; what is none stays as it is.

    Examples
    --------
    >>> dated("2021-03-15"), dated("2022")
    ('15.03.2021', '2022')
    """
    parts = iso[:10].split("-")
    return ".".join(reversed(parts))


def counted(count: int, words: Words) -> set[str]:
    """How a number of things may be written: in letters up to twelve, by gender."""
    if count > 12:
        return {written(count)}
    letters = {words[f"number_{count}"], str(count)}
    return letters | {words["number_1_neuter"]} if count == 1 else letters


#: How a missing figure is told, by its sign.
SIGNS = {
    ".": "not_possible",
    "..": "missing",
    "": "missing",
    "...": "not_yet",
    ":": "suppressed",
    "i.s.": "not_comparable",
}


def unavailable(fact: Fact, words: Words) -> str:
    """Why a fact has no value, by its sign."""
    key = f"sign_{SIGNS.get(fact['status'], 'other')}"
    return words[key].format(sign=fact["status"])


def is_alone(fact: Fact) -> bool:
    """Whether it has a value, and nobody else has one to hold it against."""
    is_of_others = fact["mean_rule"].endswith("_of_others")
    return bool(
        is_of_others and fact["value"] is not None and fact["network_mean"] is None
    )


def listed(items: Iterable[str], words: Words) -> str:
    """A list as in a sentence, each item once."""
    *most, last = dict.fromkeys(items) or [""]
    return f"{', '.join(most)} {words['and']} {last}" if most else last


def marked(words: Words, *bases: str) -> str:
    """The mark of what rests on these bases: the worst of them tells."""
    for basis in ("reconstructed", "preliminary"):
        if basis in bases:
            return words[f"{basis}_mark"]
    return ""


def amount(
    value: float, fact: Fact, words: Words, *bases: str, role: str = "unit"
) -> str:
    """A figure in a sentence, in the unit of a fact, with its mark."""
    unit = fact["unit"]
    form = words.get(f"{role}_{unit}") or words[f"unit_{unit}"]
    number = written(value, fact["decimals"])
    return form.format(number=number) + marked(words, *bases)


def percent(value: float, words: Words, *bases: str) -> str:
    """A whole number of percent without sign, with its mark."""
    form = words["unit_prosent"]
    return form.format(number=written(abs(value))) + marked(words, *bases)


# -- what must be there ----------------------------------------------------------------


def expect(facts: Mapping[str, Any], known: Catalogue) -> Expected:
    """Work out what a report with these facts must hold."""
    book, kommune = _Book(facts, known), str(facts["kommune"])
    whose = str(book.run["kommune"])
    chapters = _of_network(book) if whose == NETWORK else _chapters(book)
    texts = _of_method(book) if whose == METHOD else _beside(book)
    return Expected(
        kommune_id=whose,
        kommune=kommune,
        is_shared=whose in SHARED,
        year=int(book.run["year"]),
        is_supposed=bool(facts.get("what_if")),
        title=str(facts["title"]),
        about=(
            known.phrases.words["method_about"]
            if whose == METHOD
            else next((str(one["text"]) for one in facts["sentences"]), "")
        ),
        language=known.language,
        others=tuple(
            member.name
            for member in known.network.members
            # A what-if names its group.
            if whose not in SHARED
            and member.name != kommune
            and not facts.get("what_if")
        ),
        top=tuple(_top(book)),
        chapters=() if whose == METHOD else tuple(chapters),
        years=book.years,
        rows=tuple(
            Row(indicator.name, tuple(_cells(book, indicator.id)))
            for indicator in known.service.indicators
            if whose not in SHARED
        ),
        texts=tuple(texts),
        notes=() if whose in SHARED else tuple(_notes(book)),
        leads_to="" if whose == METHOD else f"../{METHOD}/{HTML_NAME}",
        members=dict(_members(book)) if whose == NETWORK else {},
        shades=tuple(_shades(book)) if whose == NETWORK else (),
    )


@dataclass(frozen=True)
class _Book:
    """The facts of a report, each by what it is about."""

    facts: Mapping[str, Any]
    known: Catalogue

    @property
    def run(self) -> Mapping[str, Any]:
        run: Mapping[str, Any] = self.facts["run"]
        return run

    @property
    def words(self) -> Words:
        return self.known.phrases.words

    @cached_property
    def by_key(self) -> dict[tuple[str, str, int], Fact]:
        facts = self.facts["facts"]
        return {(f["indicator"], f["kommune"], f["year"]): f for f in facts}

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Those that Tabell 1 shows."""
        shown = int(self.known.phrases.thresholds.several_years.value)
        return tuple(sorted({year for _, _, year in self.by_key})[-shown:])

    @cached_property
    def forbehold(self) -> dict[str, Mapping[str, Any]]:
        return {entry["id"]: entry for entry in self.facts["forbehold"]}

    def touching(self, indicator: str) -> set[str]:
        """Forbehold on an indicator's own figures in the years of Tabell 1."""
        whose = self.run["kommune"]
        return {
            name
            for (about, kommune, year), fact in self.by_key.items()
            if about == indicator and year in self.years and kommune == whose
            for name in fact["forbehold"]
        }

    def said(self, section: str) -> list[Mapping[str, Any]]:
        return [s for s in self.facts["sentences"] if s["section"] == section]


def _top(book: _Book) -> Iterator[str]:
    """Dates, status, and the forbehold that are of the whole page."""
    run, words = book.run, book.words
    kicker = book.known.phrases.phrases["kicker"].sentence
    yield kicker.format(edition=run["year"] + 1, year=run["year"])
    if run["published"]:
        yield f"{words['published']}: {dated(run['published'])}"
    else:
        yield words["unpublished"]
    if run["changed"]:
        yield f"{words['changed']}: {dated(run['changed'])}"
    status = words[f"status_{book.facts['edition']['status'] or 'unknown'}"]
    if book.facts["contains_reconstructed"]:
        status += f", {reservation(book.facts, book.known)}"
    yield f"{words['edition']}: {status}"
    if book.facts["contains_reconstructed"] and run["kommune"] != METHOD:
        yield words["reconstructed_heading"]
        if not book.facts["snapshot"]["fetched"]:
            is_one = run["kommune"] != NETWORK
            rule = "reconstructed_line" if is_one else "network_reconstructed"
            yield warning(rule, book.facts, book.known)
    yield from _origin(book.facts, book.known)
    shown = {n for i in book.known.service.indicators for n in book.touching(i.id)}
    for name, entry in book.forbehold.items():
        is_wide = entry["indicators"] == EVERY and entry["kind"] not in HOUSEKEEPING
        if name in shown and is_wide:
            yield entry["text"]


def _members(book: _Book) -> Iterator[tuple[tuple[str, str], str]]:
    """What stands in a row and under a head, where all members stand beside another."""
    known, words = book.known, book.words
    rows = {
        indicator.id: spaced(indicator.short_name)
        for indicator in known.service.indicators
    }
    for (indicator, kommune, year), fact in book.by_key.items():
        if year == book.run["year"] and indicator in rows:
            row, places = rows[indicator], fact["decimals"]
            own = _figure(fact["value"], places, words, fact["basis"])
            mean = _figure(fact["network_mean"], places, words, fact["mean_basis"])
            yield (
                (row, known.network.member(kommune).name),
                spaced(own or fact["status"]),
            )
            yield (row, words["table_mean"]), spaced(mean or "–")


#: From which index each shade is, from the darkest.
SHADES = 125.0, 110.0, 90.0, 75.0


def shade(fact: Fact) -> int:
    """1 for the highest indexes, 5 for the lowest, 0 where there is none."""
    if fact["index"] is None:
        return 0
    index = float(written(fact["index"]).replace("\u00a0", "").replace("\u2212", "-"))
    return next((n for n, limit in enumerate(SHADES, 1) if index >= limit), 5)


def _shades(book: _Book) -> Iterator[int]:
    """Row by row, under the parts that they stand in, member by member."""
    known, year = book.known, book.run["year"]
    having = {kommune for _, kommune, of in book.by_key if of == year}
    members = [one.id for one in known.network.members if one.id in having]
    for part in known.service.sections:
        for one in known.service.indicators:
            if one.section == part.id:
                yield from (shade(book.by_key[one.id, who, year]) for who in members)


def _figure(
    value: float | None, decimals: int, words: Mapping[str, str], *bases: str
) -> str:
    """A figure with its mark; empty where there is none."""
    return "" if value is None else written(value, decimals) + marked(words, *bases)


def _of_network(book: _Book) -> Iterator[Chapter]:
    """Sentences on indicators in their chapters."""

    def said(sections: Sequence[str]) -> tuple[str, ...]:
        return tuple(s["text"] for section in sections for s in book.said(section))

    known = book.known
    summary = said([SUMMARY])
    yield Chapter(book.words["summary_heading"], summary, is_headed=bool(summary))
    for chapter in known.service.chapters:
        about = [indicator.id for indicator in known.service.in_chapter(chapter.id)]
        yield Chapter(chapter.name, said(about))


def _chapters(book: _Book) -> Iterator[Chapter]:
    """The main findings and each chapter, with the forbehold on their facts."""
    known, single = book.known, _single(book)
    own = {
        fact["id"]: fact["forbehold"]
        for fact in book.facts["facts"]
        if fact["kommune"] == book.run["kommune"]
    }
    headings = {SUMMARY: book.words["summary_heading"]}
    headings |= {chapter.id: chapter.name for chapter in known.service.chapters}
    for section, heading in headings.items():
        said = book.said(section)
        texts = tuple(sentence["text"] for sentence in said)
        if not said and section != SUMMARY:
            texts = (_elsewhere(book, section),)
        yield Chapter(
            heading,
            texts,
            tuple(_marks(sentence, own, single) for sentence in said) or ((),),
            tuple(_comments(book, section)),
            tuple(_voices(book, section)),
            tuple(_bylines(book, section)),
            is_headed=section != SUMMARY or bool(said),
        )


def _elsewhere(book: _Book, section: str) -> str:
    """Where what a chapter is about stands, when nothing is told in it."""
    whose = {row.id for row in book.known.service.in_chapter(section)}
    by_id = {fact["id"]: fact for fact in book.facts["facts"]}
    own = {
        by_id[name]["indicator"]
        for sentence in book.said(SUMMARY)
        for name in sentence["facts"]
        if by_id[name]["kommune"] == book.run["kommune"]
    }
    told = book.words["chapter_in_summary" if own & whose else "chapter_in_table"]
    return told.format(heading=book.words["summary_heading"])


def _single(book: _Book) -> dict[str, str]:
    """The forbehold on single figures that a sentence has with it, by id."""
    year = book.run["year"]
    return {
        name: entry["text"]
        for name, entry in book.forbehold.items()
        if entry["indicators"] != EVERY
        and entry["kind"] not in HOUSEKEEPING
        and book.known.is_told_beside_text(entry["kind"], entry["years"], year)
    }


def _notes(book: _Book) -> Iterator[str]:
    """Those of them that are on a figure of Tabell 1."""
    shown = {n for i in book.known.service.indicators for n in book.touching(i.id)}
    return (text for name, text in _single(book).items() if name in shown)


def _commented(book: _Book, section: str) -> list[Mapping[str, Any]]:
    """What people say in a section, and is told."""
    held = (one for one in book.facts["comments"] if one["section"] == section)
    return [one for one in held if one["outcome"] == "told"]


def _comments(book: _Book, section: str) -> Iterator[tuple[str, str]]:
    """What people say in a section, each with the sentence it must stand after."""
    for comment in _commented(book, section):
        number = comment["sentence"]
        after = "" if number is None else book.facts["sentences"][number]["text"]
        yield after, unformatted(comment["printed"])


def _voices(book: _Book, section: str) -> Iterator[tuple[str, str]]:
    """The same, each with whose words it is."""
    for one in _commented(book, section):
        label = f"comment_{one['says'] or 'heading'}"
        yield unformatted(one["printed"]), book.words[label]


def _bylines(book: _Book, section: str) -> Iterator[tuple[str, str]]:
    """Who wrote it down and when, each with where it is from."""
    heading = book.words["comment_heading"]
    told = (
        (f"{heading}: {one['author']}, {dated(one['date'])}.", str(one["source"]))
        for one in _commented(book, section)
    )
    yield from dict.fromkeys(told)


def _beside(book: _Book) -> Iterator[str]:
    """What a report tells of its figures, and where the rest of it is."""
    run, phrases = book.run, book.known.phrases.phrases
    named = phrases["method_title"].sentence.format(year=run["year"])
    yield phrases["method_see"].sentence.format(title=named)
    is_joint = run["kommune"] == NETWORK
    if is_joint:
        yield book.words["network_reading"]
    names = "|".join(re.escape(m.name) for m in book.known.network.members)
    years = (run["year"],) if is_joint else book.years
    shown = {
        name
        for fact in book.facts["facts"]
        if fact["year"] in years and (is_joint or fact["kommune"] == run["kommune"])
        for name in fact["forbehold"]
    }
    for name, entry in book.forbehold.items():
        if name in shown and entry["kind"] not in HOUSEKEEPING:
            # Of several members the same is said once, of all of them by name.
            told = str(entry["text"])
            yield from re.split(rf"\b(?:{names})\b", told) if is_joint else (told,)


def _of_year(facts: Mapping[str, Any], known: Catalogue) -> list[Fact]:
    """The rows of Tabell 1 in the report's year: of one kommune, or of all."""
    run, rows = facts["run"], {row.id for row in known.service.indicators}
    is_one = run["kommune"] not in (NETWORK, METHOD)
    return [
        fact
        for fact in facts["facts"]
        if fact["year"] == run["year"] and fact["indicator"] in rows
        if not is_one or fact["kommune"] == run["kommune"]
    ]


def reservation(facts: Mapping[str, Any], known: Catalogue) -> str:
    """What the status is told with."""
    bases = {fact["basis"] for fact in _of_year(facts, known)}
    is_all = bases == {"reconstructed"}
    of = "status_all_reconstructed" if is_all else "status_reconstructed"
    return known.phrases.words[of]


def warning(rule: str, facts: Mapping[str, Any], known: Catalogue) -> str:
    """How many figures and means of the year are not official."""
    words, own = known.phrases.words, _of_year(facts, known)
    means = [fact["mean_basis"] for fact in own if fact["network_mean"] is not None]
    bases = [fact["basis"] for fact in own]
    count, n = bases.count("reconstructed"), len(bases)
    which = words["reconstructed_some" if n - count else "reconstructed_all"]
    part = means.count("reconstructed") / max(len(means), 1)
    told = words[f"reconstructed_means_{'most' if part > 1 / 2 else 'some'}"]
    told = words["reconstructed_means_all"] if part == 1 else told if part else ""
    return known.phrases.phrases[rule].sentence.format(
        which=which.format(count=count, n=n),
        means=told,
        kommune=facts["kommune"],
        year=facts["run"]["year"],
    )


def _origin(facts: Mapping[str, Any], known: Catalogue) -> Iterator[str]:
    """From when the figures are; and what those that were not fetched are made of."""
    held, phrases = facts["snapshot"], known.phrases.phrases
    if held["fetched"]:
        is_of_ssb = held["base_url"].startswith("https://data.ssb.no/")
        sentence = phrases["figures_fetched" if is_of_ssb else "figures_elsewhere"]
        day, address = dated(held["created"]), held["base_url"]
        yield sentence.sentence.format(day=day, address=address)
        return
    kept = {fact["basis"] for fact in facts["facts"] if fact["value"] is not None}
    rule = "figures_embedded"
    if "reconstructed" not in kept:
        rule += "_published"
    elif len(kept) == 1:
        rule += "_reconstructed"
    yield phrases[rule].sentence.format(day=dated(held["created"]))


def rests_on(facts: Mapping[str, Any], known: Catalogue) -> str:
    """How many of everybody's figures rest on what, in the sentence that says it."""
    bases = [fact["basis"] for fact in facts["facts"]]
    rule = "reconstructed_paragraph"
    if facts["snapshot"]["fetched"]:
        rule = "reconstructed_paragraph_fetched"
    return known.phrases.phrases[rule].sentence.format(
        n=written(len(bases)),
        from_year=min(fact["year"] for fact in facts["facts"]),
        year=facts["run"]["year"],
        # Preliminary figures are SSB's own, too.
        real=written(bases.count("real") + bases.count("preliminary")),
        published=written(bases.count("published")),
        reconstructed=written(bases.count("reconstructed")),
    )


def _of_method(book: _Book) -> Iterator[str]:
    """Everybody's forbehold, and each row of definitions, sources and figures."""
    words, known, facts = book.words, book.known, book.facts["facts"]
    rules = {
        f["indicator"]: f["mean_rule"] for f in facts if f["year"] == max(book.years)
    }
    for one in known.service.figures:
        yield from (one.name, one.definition, one.processing, one.interpretation)
        rule = words[f"mean_{rules[one.id]}"]
        yield f"{words['mean']}: {rule}. {words['source']}: {one.source}."
        for formula in (*one.formula.earlier, one.formula):
            if not formula.denominator:
                continue
            below, times = formula.denominator, ""
            if formula.factor not in (None, 1):
                times = f" × {written(formula.factor)}"
            lines = [below] if isinstance(below, str) else below
            for name in re.findall(r"[a-z]\w*", " ".join((*formula.numerator, *lines))):
                yield known.service.measure[name].name
            if isinstance(below, str) and below in known.service.measure:
                times = f"/ {known.service.measure[below].name}{times}"
            yield times.strip()
    used = {table for fact in facts for table in fact["tables"]}
    for number, table in book.facts["snapshot"]["tables"].items():
        if number in used:
            yield f"{number} {table['title']}"
            yield from (part["variableCode"] for part in table["query"]["selection"])
            yield from (dated(table["ssb_updated"] or ""), table["sha256"][:16])
    if "reconstructed" in {fact["basis"] for fact in facts}:
        yield rests_on(book.facts, known)
    for entry in book.forbehold.values():
        yield f"{known.kinds[entry['kind']].name}. {entry['text']}"
    if not book.forbehold:
        yield words["method_none_forbehold"]
    yield from _by_hand(book)
    yield from _need(book)


def _by_hand(book: _Book) -> Iterator[str]:
    """The rows of what was collected: whose, and each year's figure with its mark."""
    known, years = book.known, sorted({year for _, _, year in book.by_key})
    members = known.network.in_year(max(years))
    for measure in {measure for measure, _, _ in known.manual}:
        one = known.service.by_hand.get(measure)
        for member in members:
            held = [known.manual.get((measure, member.id, year)) for year in years]
            shown = [
                (
                    e
                    and _figure(
                        e.value, one.decimals if one else 0, book.words, e.basis
                    )
                )
                or (e and e.status)
                or "–"
                for e in held
            ]
            if any(held):
                yield " ".join([member.name, *shown])


def _need(book: _Book) -> Iterator[str]:
    """How need is corrected for; and each member's row, where its parts are given."""
    known, words, year = book.known, book.words, book.run["year"]
    if known.service.relations.corrected:
        yield from (words["need_formula"], words["need_source"], words["need_limits"])
        given = {key[:2]: one for key, one in known.need.items() if key[2] == year}
        if not given:
            yield known.phrases.phrases["method_need_none"].sentence.format(year=year)
        order = [
            *("need", "payroll_zone", "wage_share"),
            *("pension", "depreciation", "inhabitants"),
        ]
        for member in known.network.in_year(year) if given else ():
            held = [given[part, member.id] for part in order]
            yield " ".join([member.name, *(_as_given(one, words) for one in held)])
        yield from (one.source for one in given.values())


def _as_given(one: NeedFigure, words: Words) -> str:
    """A part of the correction, with as many decimals as it was given with."""
    told = str(one.value)
    if not isinstance(one.value, str):
        _, _, decimals = f"{one.value:.12g}".partition(".")
        told = written(one.number, len(decimals))
    return told + marked(words, one.basis)


def _marks(
    sentence: Mapping[str, Any],
    own: Mapping[str, Sequence[str]],
    single: Mapping[str, str],
) -> tuple[str, ...]:
    """Those on the report's own facts of a sentence, if they are on single figures."""
    names = {name for fact in sentence["facts"] for name in own.get(fact, ())}
    return tuple(text for name, text in single.items() if name in names)


def _cells(book: _Book, indicator: str) -> Iterator[Cell]:
    """The cells of a row, from left to right."""
    run, words, kommune = book.run, book.words, book.run["kommune"]

    def notes(*facts: Fact) -> tuple[str, ...]:
        entries = [book.forbehold[name] for fact in facts for name in fact["forbehold"]]
        return tuple(
            entry["text"]
            for entry in entries
            if entry["indicators"] != EVERY and entry["kommuner"] != EVERY
        )

    for year in book.years:
        fact = book.by_key.get((indicator, kommune, year))
        if fact is not None:
            figure = _figure(fact["value"], fact["decimals"], words, fact["basis"])
            yield Cell(str(year), figure or fact["status"], notes(fact))
    fact = book.by_key[indicator, kommune, run["year"]]
    places = fact["decimals"]
    mean = _figure(fact["network_mean"], places, words, fact["mean_basis"])
    yield Cell(words["table_mean"], mean or "–")
    for end in ("lowest", "highest"):
        holders = [
            book.by_key[indicator, k, run["year"]] for k in fact[f"{end}_kommune"]
        ]
        names = [book.known.network.member(k).name for k in fact[f"{end}_kommune"]]
        places = holders[0]["decimals"] if holders else places
        figure = _figure(fact[end], places, words, *(h["basis"] for h in holders))
        yield Cell(
            words[f"table_{end}"],
            figure + ", ".join(names) if holders else "–",
            notes(*holders),
        )
    rank = f"{fact['rank']} {words['rank_of']} {fact['n']}"
    rank += marked(words, fact["basis"], fact["mean_basis"])
    yield Cell(words["table_rank"], "–" if fact["rank"] is None else rank)

"""
What we know: indicators, measures, forbehold, phrases, manual figures and comments.

Reads everything under ``parameters/`` once, checks it against itself and freezes it.
All problems in all files are reported together. Knows nothing of SSB's format and
computes nothing. Imports ``parameters`` and ``errors``.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, field_validator, model_validator

from asss import parameters
from asss.errors import ParameterError
from asss.parameters import EVERY, Identifier, IsoDate, Model, Network

SERVICE_FOLDER = "indikatorer"
MANUAL_FOLDER = "manuelle"
COMMENT_FOLDER = "kommentarer"
FORBEHOLD_FILE = "forbehold.yaml"
PHRASE_FILE = "fraser.yaml"

Unit = Literal["kr", "prosent", "maneder", "per_1000", "forholdstall"]
MeanRule = Literal["plain", "weighted"]
Identifiers = Annotated[tuple[Identifier, ...], Field(strict=False)]

#: Letters that look like a space, or like nothing, and break searches and joins.
#: The hard space U+00A0 is meant, and stands only where a phrase needs it.
INVISIBLE = re.compile("[\u200b-\u200f\u202f\u2060\ufeff\u00ad]")


class Chapter(Model):
    """A part of the text; several sections may share one."""

    id: Identifier
    name: str


class Section(Model):
    """A group of rows in Tabell 1."""

    id: Identifier
    name: str
    chapter: Identifier


class Group(Model):
    """Indicators that one sentence may speak of together."""

    id: Identifier
    subject: str


class MeanPeriod(Model):
    """Which mean the network uses in a span of data years."""

    rule: MeanRule
    from_year: int | None = None
    to_year: int | None = None


class Formula(Model):
    """How an indicator is made: a ratio, a ready-made measure, or by hand."""

    numerator: tuple[Identifier, ...] = Field(default=(), strict=False)
    denominator: Identifier | None = None
    factor: int | None = None
    ready: Identifier | None = None
    manual: Identifier | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "Formula":
        ratio = bool(self.numerator and self.denominator and self.factor)
        if [ratio, bool(self.ready), bool(self.manual)].count(True) != 1:
            msg = (
                "give numerator, denominator and factor, or only ready, or only manual"
            )
            raise ValueError(msg)
        return self

    @property
    def measures(self) -> tuple[str, ...]:
        """Every measure the formula needs, numerators first."""
        rest = (self.denominator, self.ready, self.manual)
        return (*self.numerator, *(measure for measure in rest if measure))


class Indicator(Model):
    """One row of Tabell 1. See the head of the YAML file for what each key is for."""

    id: Identifier
    name: str
    short_name: str
    subject: str
    mention: str
    is_plural: bool = False
    section: Identifier
    group: Identifier | None = None
    unit: Unit
    decimals: int
    formula: Formula
    mean: Identifier
    direction: Literal["neutral", "higher_is_better", "lower_is_better"] = "neutral"
    reported_from: int | None = None
    definition: str
    processing: str
    interpretation: str
    source: str


class Contents(Model):
    """A contents code of a table; where the code is unknown, its exact label."""

    code: str | None = None
    label: str
    verified: bool


class AgeSpan(Model):
    """Single codes whose sum a question wants: 018, 019, … 024."""

    first: int
    last: int
    digits: int

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, first and last included."""
        return tuple(
            f"{code:0{self.digits}}" for code in range(self.first, self.last + 1)
        )


class Series(Model):
    """Where a measure is found in a span of data years."""

    table: str
    from_year: int | None = None
    to_year: int | None = None
    contents: Contents
    selections: Mapping[str, str] = Field(default_factory=dict)
    sum_of: Mapping[str, AgeSpan] = Field(default_factory=dict)

    def covers(self, year: int) -> bool:
        """Whether the series holds the data year."""
        return (self.from_year or year) <= year <= (self.to_year or year)


class Measure(Model):
    """A basic figure: numerators and denominators are entries of their own."""

    id: Identifier
    name: str
    unit: str
    series: tuple[Series, ...] = Field(default=(), strict=False)
    sum: tuple[Identifier, ...] = Field(default=(), strict=False)


class Table(Model):
    """A StatBank table and the variables that every question to it needs."""

    id: str
    title: str
    region: str
    year_offset: int = 0
    verified: bool
    note: str = ""


class Service(Model):
    """A service area: one file of ``indikatorer/``."""

    service: Identifier
    name: str
    sections: tuple[Section, ...] = Field(strict=False)
    chapters: tuple[Chapter, ...] = Field(strict=False)
    groups: tuple[Group, ...] = Field(strict=False)
    means: Mapping[Identifier, tuple[MeanPeriod, ...]] = Field(strict=False)
    indicators: tuple[Indicator, ...] = Field(strict=False)
    tables: tuple[Table, ...] = Field(strict=False)
    measures: tuple[Measure, ...] = Field(strict=False)

    @field_validator("means", mode="before")
    @classmethod
    def _tuples(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}
        return value

    def mean_rule(self, indicator: Indicator, year: int) -> MeanRule:
        """Which mean the indicator has in a data year."""
        for period in self.means[indicator.mean]:
            if (period.from_year or year) <= year <= (period.to_year or year):
                return period.rule
        msg = f"{SERVICE_FOLDER}: means.{indicator.mean} has no rule for {year}"
        raise ParameterError([msg])

    def in_chapter(self, chapter: str) -> tuple[Indicator, ...]:
        """The indicators that a chapter speaks of, in the order of Tabell 1."""
        sections = {s.id for s in self.sections if s.chapter == chapter}
        return tuple(i for i in self.indicators if i.section in sections)

    @cached_property
    def measure(self) -> dict[str, Measure]:
        """Measures by id."""
        return {measure.id: measure for measure in self.measures}

    @cached_property
    def table(self) -> dict[str, Table]:
        """Tables by number."""
        return {table.id: table for table in self.tables}

    @property
    def unverified(self) -> list[str]:
        """Tables and codes that nobody has yet read in an answer from SSB."""
        lines = [
            f"table {table.id}: {table.note or table.title}"
            for table in self.tables
            if not table.verified
        ]
        for measure in self.measures:
            for series in measure.series:
                contents = series.contents
                if not contents.verified:
                    code = contents.code or "code unknown"
                    lines.append(
                        f"measure {measure.id}, table {series.table}: "
                        f"{code}, «{contents.label}»"
                    )
        return lines


class Kind(Model):
    """What a kind of forbehold does to the value, its distance, the mean and change."""

    name: str
    value: Literal["shown", "omitted"]
    distance: Literal["shown", "withheld"]
    mean: Literal["counts", "left_out", "void"]
    change: Literal["shown", "reserved", "withheld"]
    why: str


class Forbehold(Model):
    """One caveat: what it touches, in words a reader of the report can follow."""

    id: Identifier
    kind: Identifier
    kommuner: Identifiers | Literal["alle"]
    indicators: Identifiers | Literal["alle"]
    years: tuple[int, ...] = Field(strict=False)
    text: str
    label: str
    source: str
    date: str

    def touches(self, indicator: str, kommune: str, year: int) -> bool:
        """Whether the forbehold belongs to the figure."""
        return (
            year in self.years
            and (self.indicators == EVERY or indicator in self.indicators)
            and (self.kommuner == EVERY or kommune in self.kommuner)
        )

    @property
    def is_page_wide(self) -> bool:
        """Whether it concerns every figure, and so stands once, at the top."""
        return self.indicators == EVERY


class ForbeholdFile(Model):
    """``forbehold.yaml``."""

    kinds: Mapping[Identifier, Kind]
    forbehold: tuple[Forbehold, ...] = Field(strict=False)


class Threshold(Model):
    """A limit and the reason for it: editorial, so it stands in a file."""

    value: float
    why: str


class Example(Model):
    """What a phrase reads as with these fields. It is the phrase's test."""

    given: Mapping[str, str]
    reads: str


class Phrase(Model):
    """A sentence with named fields and one worked example."""

    sentence: str
    example: Example

    @model_validator(mode="after")
    def _example_holds(self) -> "Phrase":
        try:
            reads = self.sentence.format_map(dict(self.example.given))
        except (KeyError, IndexError, ValueError) as error:
            msg = f"the example lacks the field {error}"
            raise ValueError(msg) from None
        if reads != self.example.reads:
            msg = f"the example reads {reads!r}, not {self.example.reads!r}"
            raise ValueError(msg)
        return self


class Thresholds(Model):
    """Limits between one wording and another."""

    on_mean: Threshold
    near_mean: Threshold
    far_from_mean: Threshold
    stable_change: Threshold
    slight_change: Threshold
    stable_trend: Threshold
    among_outermost: Threshold
    several_years: Threshold


class Phrases(Model):
    """``fraser.yaml``: sentences, the words of tables and figures, and thresholds."""

    thresholds: Thresholds
    words: Mapping[str, str]
    phrases: Mapping[Identifier, Phrase]


class ManualFigure(Model):
    """A figure collected by hand: one row of a file in ``manuelle/``."""

    measure: Identifier
    kommune: Identifier
    year: int
    value: float | None
    status: Literal["", ".", "..", ":"]
    basis: Literal["real", "published", "reconstructed"]
    source: str
    collected: IsoDate
    note: str
    file: str

    @model_validator(mode="after")
    def _value_or_sign(self) -> "ManualFigure":
        if (self.value is None) == (self.status == ""):
            msg = "give either a value, or a status that says why there is none"
            raise ValueError(msg)
        return self


class Comment(Model):
    """An explanation that people wrote: causes are never guessed by a program."""

    kommune: Identifier
    year: int
    chapter: Identifier
    author: str
    source: str
    date: str
    text: str


@dataclass(frozen=True)
class Effects:
    """What all forbehold on a figure together do to it."""

    is_shown: bool
    has_distance: bool
    in_mean: bool
    is_mean_usable: bool
    change: str


@dataclass(frozen=True)
class Catalogue:
    """Everything under ``parameters/`` for one service area, cross-checked."""

    folder: Path
    network: Network
    service: Service
    kinds: Mapping[str, Kind]
    forbehold: tuple[Forbehold, ...]
    phrases: Phrases
    manual: Mapping[tuple[str, str, int], ManualFigure]
    comments: tuple[Comment, ...]

    def forbehold_for(
        self, indicator: str, kommune: str, year: int
    ) -> tuple[Forbehold, ...]:
        """The forbehold that touch a figure, in the order of the file."""
        return tuple(
            entry for entry in self.forbehold if entry.touches(indicator, kommune, year)
        )

    def effects(self, indicator: str, kommune: str, year: int) -> Effects:
        """What they do to it: the strictest of each."""
        kinds = [
            self.kinds[entry.kind]
            for entry in self.forbehold_for(indicator, kommune, year)
        ]
        changes = [kind.change for kind in kinds]
        return Effects(
            is_shown=all(kind.value == "shown" for kind in kinds),
            has_distance=all(kind.distance == "shown" for kind in kinds),
            in_mean=all(kind.mean != "left_out" for kind in kinds),
            is_mean_usable=all(kind.mean != "void" for kind in kinds),
            change=next(
                (c for c in ("withheld", "reserved") if c in changes), "shown"
            ),
        )

    def forbehold_by_id(self, ids: Iterable[str]) -> tuple[Forbehold, ...]:
        """The entries with these ids, in the order of the file."""
        wanted = set(ids)
        return tuple(entry for entry in self.forbehold if entry.id in wanted)

    def indicator(self, name: str) -> Indicator:
        """One indicator by id."""
        return next(i for i in self.service.indicators if i.id == name)

    def mean_rule(self, indicator: str, year: int) -> MeanRule:
        """Which mean an indicator has in a data year."""
        return self.service.mean_rule(self.indicator(indicator), year)

    def comment(self, kommune: str, year: int, chapter: str) -> Comment | None:
        """What people wrote for a chapter, if anything."""
        key = (kommune, year, chapter)
        return next(
            (c for c in self.comments if (c.kommune, c.year, c.chapter) == key), None
        )


def load_catalogue(
    folder: Path | None = None, *, service: str = "sosiale_tjenester"
) -> Catalogue:
    """
    Read and cross-check everything under ``parameters/``.

    Parameters
    ----------
    folder : Path, optional
        ``parameters/``; found from here and upwards when left out.
    service : str
        Which file of ``indikatorer/``.

    Returns
    -------
    known : Catalogue
        Frozen. Every name in it that points to something, points to something real.

    Raises
    ------
    ParameterError
        With every problem in every file.
    """
    folder = folder or parameters.find_folder()
    problems: list[str] = []
    network = parameters.read_network(folder, problems)
    knowledge = _read(folder / SERVICE_FOLDER / f"{service}.yaml", Service, problems)
    caveats = _read(folder / FORBEHOLD_FILE, ForbeholdFile, problems)
    phrases = _read(folder / PHRASE_FILE, Phrases, problems)
    manual = _read_manual(folder / MANUAL_FOLDER, problems)
    comments = _read_comments(folder / COMMENT_FOLDER, problems)
    _check_runs(folder / parameters.RUN_FOLDER, network, problems)
    if network and knowledge:
        problems += _check_service(knowledge, {figure.measure for figure in manual})
        if caveats:
            problems += _check_forbehold(caveats, network, knowledge)
        problems += _check_people(network, knowledge, manual, comments)
    if problems or not (network and knowledge and caveats and phrases):
        raise ParameterError(problems)
    return Catalogue(
        folder=folder,
        network=network,
        service=knowledge,
        kinds=caveats.kinds,
        forbehold=caveats.forbehold,
        phrases=phrases,
        manual={(f.measure, f.kommune, f.year): f for f in manual},
        comments=tuple(comments),
    )


def _read(
    path: Path, model: type[parameters.AnyModel], problems: list[str]
) -> parameters.AnyModel | None:
    content = parameters.read_yaml(path, problems)
    problems += [
        f"{path.name}: an invisible character stands in {' '.join(text.split())[:40]!r}"
        for text in _texts(content)
        if INVISIBLE.search(text)
    ]
    return parameters.check_model(model, content, file=path.name, problems=problems)


def _texts(content: Any) -> Iterable[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)


def _read_manual(folder: Path, problems: list[str]) -> list[ManualFigure]:
    figures = []
    for path in sorted(folder.glob("*.csv")):
        try:
            with path.open(encoding="utf-8", newline="") as lines:
                rows = list(csv.DictReader(lines, restkey="too_many_columns"))
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{path.name}: cannot be read as UTF-8 text ({error})")
            continue
        for line, row in enumerate(rows, start=2):
            where = f"{path.name}, line {line}"
            content: dict[str, Any] = {"measure": path.stem, **row, "file": path.name}
            content["year"] = _number(row.get("year"), int)
            content["value"] = _number(row.get("value") or None, float)
            figure = parameters.check_model(
                ManualFigure, content, file=where, problems=problems
            )
            if figure:
                figures.append(figure)
    keys = Counter((f.file, f.measure, f.kommune, f.year) for f in figures)
    problems += [
        f"{file}: {measure} for {kommune} {year} stands {count} times"
        for (file, measure, kommune, year), count in keys.items()
        if count > 1
    ]
    return figures


def _number(text: str | None, kind: type[int] | type[float]) -> Any:
    """A number where the text is one; else the text, for the model to refuse."""
    try:
        return None if text is None else kind(text)
    except ValueError:
        return text


def _read_comments(folder: Path, problems: list[str]) -> list[Comment]:
    """``kommentarer/<kommune>-<year>/<chapter>.md``, with a YAML head."""
    comments = []
    for path in sorted(folder.glob("*/*.md")):
        where = f"{path.parent.name}/{path.name}"
        kommune, _, year = path.parent.name.rpartition("-")
        parts = path.read_text("utf-8").split("---\n", 2)
        try:
            head = yaml.safe_load(parts[1]) if len(parts) == 3 else None
        except yaml.YAMLError as error:
            problems.append(f"{where}: its head is not valid YAML: {error}")
            continue
        if not isinstance(head, Mapping):
            problems.append(f"{where}: should begin with a head between two lines ---")
            continue
        content = {
            **head,
            "kommune": kommune,
            "year": _number(year, int),
            "chapter": path.stem,
            "text": parts[2].strip(),
        }
        comment = parameters.check_model(
            Comment, content, file=where, problems=problems
        )
        if comment:
            comments.append(comment)
    return comments


def _check_runs(folder: Path, network: Network | None, problems: list[str]) -> None:
    for path in sorted(folder.glob("*.yaml")):
        run = parameters.check_model(
            parameters.Run,
            parameters.read_yaml(path, problems),
            file=path.name,
            problems=problems,
        )
        if run and network and run.kommune != EVERY:
            ids = [member.id for member in network.members]
            if run.kommune not in ids:
                hint = parameters.suggestion(run.kommune, ids)
                problems.append(
                    f"{path.name}: kommune: unknown id {run.kommune!r}.{hint}"
                )


def _check_service(service: Service, manual: set[str]) -> list[str]:
    file = f"{service.service}.yaml"
    sections = {section.id for section in service.sections}
    chapters = {chapter.id for chapter in service.chapters}
    groups = {group.id for group in service.groups}
    problems = _twice(file, "indicators", (i.id for i in service.indicators))
    problems += _twice(file, "measures", (m.id for m in service.measures))
    problems += [
        f"{file}: sections[{section.id}].chapter: unknown chapter {section.chapter!r}"
        for section in service.sections
        if section.chapter not in chapters
    ]
    for indicator in service.indicators:
        where = f"{file}: indicators[{indicator.id}]"
        if indicator.section not in sections:
            problems.append(f"{where}.section: unknown section {indicator.section!r}")
        if indicator.group and indicator.group not in groups:
            problems.append(f"{where}.group: unknown group {indicator.group!r}")
        if indicator.mean not in service.means:
            problems.append(f"{where}.mean: unknown rule {indicator.mean!r}")
        known = manual if indicator.formula.manual else set(service.measure)
        problems += [
            f"{where}.formula: unknown measure {name!r}."
            f"{parameters.suggestion(name, sorted(known))}"
            for name in indicator.formula.measures
            if name not in known
        ]
    for measure in service.measures:
        where = f"{file}: measures[{measure.id}]"
        if bool(measure.series) == bool(measure.sum):
            problems.append(f"{where}: give either series or sum")
        problems += [
            f"{where}.series: unknown table {series.table!r}"
            for series in measure.series
            if series.table not in service.table
        ]
        problems += [
            f"{where}.sum: unknown measure {part!r}"
            for part in measure.sum
            if part not in service.measure
        ]
    return problems


def _check_forbehold(
    caveats: ForbeholdFile, network: Network, service: Service
) -> list[str]:
    kommuner = [member.id for member in network.members]
    indicators = [indicator.id for indicator in service.indicators]
    problems = _twice(FORBEHOLD_FILE, "forbehold", (f.id for f in caveats.forbehold))
    for entry in caveats.forbehold:
        where = f"{FORBEHOLD_FILE}: forbehold[{entry.id}]"
        checks = (
            ("kind", (entry.kind,), list(caveats.kinds)),
            ("kommuner", () if entry.kommuner == EVERY else entry.kommuner, kommuner),
            (
                "indicators",
                () if entry.indicators == EVERY else entry.indicators,
                indicators,
            ),
        )
        problems += [
            f"{where}.{key}: unknown {name!r}.{parameters.suggestion(name, known)}"
            for key, names, known in checks
            for name in names
            if name not in known
        ]
    return problems


def _check_people(
    network: Network,
    service: Service,
    manual: Iterable[ManualFigure],
    comments: Iterable[Comment],
) -> list[str]:
    kommuner = [member.id for member in network.members]
    chapters = [chapter.id for chapter in service.chapters]
    places = [(f.file, f.kommune) for f in manual]
    places += [(f"{c.kommune}-{c.year}/{c.chapter}.md", c.kommune) for c in comments]
    problems = [
        f"{file}: unknown kommune {kommune!r}."
        f"{parameters.suggestion(kommune, kommuner)}"
        for file, kommune in dict.fromkeys(places)
        if kommune not in kommuner
    ]
    problems += [
        f"{c.kommune}-{c.year}/{c.chapter}.md: unknown chapter {c.chapter!r}."
        f"{parameters.suggestion(c.chapter, chapters)}"
        for c in comments
        if c.chapter not in chapters
    ]
    return problems


def _twice(file: str, key: str, names: Iterable[str]) -> list[str]:
    return [
        f"{file}: {key}: {name} stands {count} times"
        for name, count in Counter(names).items()
        if count > 1
    ]

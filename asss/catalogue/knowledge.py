"""
The form of what we know: one model per kind of entry under ``parameters/``.

A model refuses what is misspelt, of the wrong kind or at odds with itself; whether
an entry agrees with the others is for ``catalogue``. Imports ``parameters``.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    FiniteFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    Strict,
    ValidationInfo,
    field_validator,
    model_validator,
)

from asss.catalogue.formula import Formula
from asss.catalogue.language import join
from asss.catalogue.parameters import (
    EVERY,
    Address,
    Day,
    Identifier,
    IsoDate,
    Model,
    Source,
    Span,
    suggestion,
)
from asss.catalogue.rules import Limit, Rule, Topic
from asss.errors import ParameterError, UsageError

__all__ = [
    "IN_SENTENCES",
    "NEED_PARTS",
    "SERVICE_FILE",
    "Calendar",
    "Chance",
    "Chapter",
    "Comment",
    "Contents",
    "Forbehold",
    "ForbeholdFile",
    "Formula",
    "Group",
    "Indicator",
    "Kind",
    "ManualFigure",
    "MeanPeriod",
    "MeanRule",
    "Measure",
    "NeedFigure",
    "NeedPart",
    "OwnForbehold",
    "OwnPhrases",
    "Phrase",
    "Phrases",
    "Range",
    "Series",
    "Service",
    "Speaker",
    "StatBankSettings",
    "Table",
    "Unit",
    "is_of_others",
    "mean_of",
    "weighing",
]

#: What a folder of ``parameters/`` has that is a service area's.
SERVICE_FILE = "indikatorer.yaml"

Unit = Literal[
    "kr",
    "kr_per_meter",
    "prosent",
    "maneder",
    "timer",
    "antall",
    "skar",
    "per_1000",
    "per_10000",
    "forholdstall",
]
#: How the members of a mean weigh: all alike, or a large one more.
Weighing = Literal["plain", "weighted"]
#: That, and whom the mean is of: everybody, or all but the kommune it is held against.
MeanRule = Literal["plain", "weighted", "plain_of_others", "weighted_of_others"]
#: How the rule of a mean ends, where that is of all but one.
OF_OTHERS = "_of_others"
#: Which year of a school year its figure is of: 2019/20 of data year 2019, or 2020.
SchoolYear = Literal["first", "last"]
#: A count of persons, as a part of those it could be, or for each so many.
Chance = Literal["share", "rate"]
Speaker = Literal["asss", "ks", "kommunen"]
#: A clause that tells the value, or none: «sykefraværet i tjenesten er {value}».
Clause = Annotated[str, Field(pattern=r"^([^{}]*\{value\}[^{}]*)?$")]
Identifiers = Annotated[tuple[Identifier, ...], Field(strict=False)]


class Chapter(Model):
    """A part of the text; several sections may share one.

    Attributes
    ----------
    caption : str
        What its figure is on, where the name is too long for that; the name otherwise.
    """

    id: Identifier
    name: str
    caption: str = ""


class Section(Model):
    """A group of rows in Tabell 1."""

    id: Identifier
    name: str
    chapter: Identifier


class Group(Model):
    """Indicators that one sentence may speak of together."""

    id: Identifier
    subject: str


def is_of_others(rule: str) -> bool:
    """Whether a mean leaves out the kommune that is held against it."""
    return rule.endswith(OF_OTHERS)


def weighing(rule: str) -> Weighing:
    """How the members of a mean weigh, whomever it is of."""
    return "weighted" if rule.startswith("weighted") else "plain"


def mean_of(weighs: Weighing, *, others: bool) -> MeanRule:
    """The rule of a mean, of how its members weigh and whom it is of."""
    if others:
        return "weighted_of_others" if weighs == "weighted" else "plain_of_others"
    return weighs


class MeanPeriod(Span):
    """Which mean the network uses in a span of data years.

    ``rule`` is of the figures of these years, and ``of`` of the reports on them: who is
    compared with whom is one thing in a whole report, its earlier years too.
    """

    rule: Weighing
    of: Literal["all", "others"] = "all"

    @property
    def mean(self) -> MeanRule:
        """The rule of a report on one of these years."""
        return mean_of(self.rule, others=self.of == "others")

    def __str__(self) -> str:
        """As in a message."""
        return f"{self.rule} of {self.of} {super().__str__()}"


class Range(Model):
    """The values that a figure can have; SSB or a hand has erred on others."""

    at_least: FiniteFloat = Field(alias="from")
    at_most: FiniteFloat = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> "Range":
        if self.at_least >= self.at_most:
            msg = "from must be less than to"
            raise ValueError(msg)
        return self

    def holds(self, value: float) -> bool:
        """Whether a value is among them."""
        return self.at_least <= value <= self.at_most

    def __str__(self) -> str:
        """As in a message."""
        return f"{self.at_least:g} to {self.at_most:g}"


class Indicator(Model):
    """A row of Tabell 1, or a component: what only the text makes use of.

    See the head of the YAML file for what each key is for. A component has no section.
    """

    id: Identifier
    name: str
    short_name: str
    subject: str
    mention: str
    clause: Clause = ""
    also: Clause = ""
    part: str = ""
    scale: Literal["level", "length"] = "level"
    weight: PositiveFloat = 1
    is_whole: bool = False
    section: Identifier | None = None
    group: Identifier | None = None
    unit: Unit
    decimals: int
    formula: Formula
    plausible: Range
    mean: Identifier
    chance: Chance | None = None
    reported_from: int | None = None
    school_year: SchoolYear | None = None
    definition: str
    processing: str
    interpretation: str
    source: Source

    @model_validator(mode="after")
    def _is_counted(self) -> Self:
        """Chance is of counts: the catalogue checks that they are of persons."""
        formulas = self.formula.periods
        is_percent = self.unit == "prosent" and all(
            one.factor in (100, None) for one in formulas
        )
        rates = {"per_1000": 1000, "per_10000": 10000}
        can_be = {
            None: True,
            "share": is_percent and not self.formula.ready,
            "rate": all(one.factor == rates.get(self.unit, 0) for one in formulas),
        }
        # A sum of several years counts the same people again.
        is_count = all(one.is_plain or not one.denominator for one in formulas)
        if not can_be[self.chance] or (self.chance and not is_count):
            msg = (
                "chance: share is of a figure in prosent with numerator, denominator "
                "and factor 100, or collected by hand; rate of one per_1000 with "
                "factor 1000, or per_10000 with 10000; of counts as they stand, with "
                "no signs, weights, products and sums of years; money and time have "
                "none"
            )
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _is_shown_to_be_right(self) -> Self:
        for fault in self.formula.wrong_examples(self.decimals):
            raise ValueError(fault)
        return self

    def places(self, value: float | None) -> int:
        """With how many decimals a value is printed: what is whole has none."""
        is_whole = self.is_whole and not (value or 0.5) % 1
        return 0 if is_whole else self.decimals


class Corrected(Model):
    """What is spent, and the same corrected for need."""

    raw: Identifier
    corrected: Identifier


class Whole(Model):
    """A figure that is the sum of others, and itself without one that is doubtful."""

    whole: Identifier
    parts: Identifiers
    without: Mapping[Identifier, Identifier] = Field(default={})


class Product(Model):
    """A figure that is near a share times an amount for each."""

    product: Identifier
    share: Identifier
    amount: Identifier


class Duration(Model):
    """An amount in a year, and for how long it is paid."""

    amount: Identifier
    lengths: Identifiers


class Coverage(Model):
    """How many are reached, and how many of them stay long."""

    share: Identifier
    long: Identifier


class Ages(Model):
    """The same share of the young and of adults."""

    young: Identifier
    adult: Identifier


class Relations(Model):
    """Which figures explain each other: what a finding may join."""

    corrected: Corrected | None = None
    sum: Whole | None = None
    product: Product | None = None
    duration: Duration | None = None
    coverage: Coverage | None = None
    ages: Ages | None = None

    @property
    def names(self) -> Iterator[tuple[str, str]]:
        """Every figure that is named, with the keys that lead to it."""
        for relation, members in self:
            for key, value in members or ():
                values = [value] if isinstance(value, str) else value
                if isinstance(value, Mapping):
                    values = [*value, *value.values()]
                yield from ((f"{relation}.{key}", name) for name in values)


class Verifiable(Model):
    """What is said of SSB's tables: read in one of their answers, or only believed.

    ``read_in`` says where it was read, and is there if and only if it was.
    """

    verified: bool
    read_in: str = ""

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if self.verified is not bool(self.read_in):
            msg = (
                "what is verified: true says in read_in where it was read, and nothing "
                "else has read_in"
            )
            raise ValueError(msg)
        return self


class Contents(Verifiable):
    """
    A contents code of a table; where the code is unknown, its exact label.

    ``also`` are other labels that SSB has, or has had, for the same.
    """

    code: str | None = None
    label: str
    also: tuple[str, ...] = Field(default=(), strict=False)


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


class Series(Span):
    """Where a measure is found in a span of data years.

    ``contents`` is one contents, or several whose sum is wanted, such as bands of age.
    """

    table: str
    contents: tuple[Contents, ...] = Field(strict=False, min_length=1)
    selections: Mapping[str, str] = Field(default_factory=dict)
    sum_of: Mapping[str, AgeSpan] = Field(default_factory=dict)

    @field_validator("contents", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return [value] if isinstance(value, Mapping) else value


class Measure(Model):
    """A basic figure: numerators and denominators are entries of their own."""

    id: Identifier
    name: str
    unit: str
    series: tuple[Series, ...] = Field(default=(), strict=False)
    sum: tuple[Identifier, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _one_after_another(self) -> "Measure":
        for before, after in pairwise(self.series):
            last, first = before.to_year, after.from_year
            if last is None or first is None or last >= first:
                msg = (
                    f"the series of tables {before.table} and {after.table} overlap; "
                    "the from_year of the later must come after the to_year of the "
                    "earlier"
                )
                raise ValueError(msg)
        return self

    def series_in(self, year: int) -> Series | None:
        """The series that holds a data year; None where SSB has no table for it."""
        return next((series for series in self.series if series.covers(year)), None)

    @property
    def joins(self) -> tuple[tuple[int, str, str], ...]:
        """Where one table takes over from another: (first year, old table, new)."""
        return tuple(
            (after.from_year, before.table, after.table)
            for before, after in pairwise(self.series)
            if after.from_year is not None and after.table != before.table
        )


class Table(Verifiable):
    """A StatBank table and the variables that every question to it needs.

    ``cross_check`` is another table that has the same amounts, with the same variables
    or some fewer; nothing is read from it but what the doctor compares.
    """

    #: Part of an address and of file names.
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9]+$")]
    title: str
    region: str
    year_offset: int = 0
    is_revised: bool = True
    totals: tuple[str, ...] = Field(default=(), strict=False)
    cross_check: Annotated[str, Field(pattern=r"^[A-Za-z0-9]*$")] = ""
    note: str = ""


class Calendar(Model):
    """Days (month-day) in the year after the data year on which SSB publishes it."""

    preliminary: Annotated[str, Field(pattern=r"^\d\d-\d\d$")]
    final: Annotated[str, Field(pattern=r"^\d\d-\d\d$")]


class Service(Model):
    """A service area: the ``indikatorer.yaml`` of its folder.

    ``in_text`` is what it is called in a sentence, and ``per`` what its spending is for
    each of, always in full: see `IN_SENTENCES`.
    """

    service: Identifier
    name: str
    in_text: str
    per: str
    calendar: Calendar
    sections: tuple[Section, ...] = Field(strict=False)
    chapters: tuple[Chapter, ...] = Field(strict=False)
    groups: tuple[Group, ...] = Field(strict=False)
    means: Mapping[Identifier, Annotated[tuple[MeanPeriod, ...], Field(strict=False)]]
    indicators: tuple[Indicator, ...] = Field(strict=False)
    components: tuple[Indicator, ...] = Field(default=(), strict=False)
    relations: Relations = Relations()
    tables: tuple[Table, ...] = Field(strict=False)
    measures: tuple[Measure, ...] = Field(strict=False)

    @property
    def file(self) -> str:
        """Where it stands, under ``parameters/``."""
        return f"{self.service}/{SERVICE_FILE}"

    def mean_rule(self, indicator: Indicator, year: int) -> MeanRule:
        """Which mean the indicator has in the report on a data year."""
        for period in self.means[indicator.mean]:
            if period.covers(year):
                return period.mean
        msg = f"{self.file}: means.{indicator.mean} has no rule for {year}"
        raise ParameterError([msg])

    def in_chapter(self, chapter: str) -> tuple[Indicator, ...]:
        """
        The indicators that a chapter speaks of, in the order of Tabell 1.

        Raises
        ------
        UsageError
            If there is no such chapter; the message suggests the nearest.
        """
        of = self.chapter(chapter).id
        sections = {s.id for s in self.sections if s.chapter == of}
        return tuple(i for i in self.indicators if i.section in sections)

    def chapter(self, name: str) -> Chapter:
        """
        One chapter by id.

        Raises
        ------
        UsageError
            If there is none; the message suggests the nearest.
        """
        for chapter in self.chapters:
            if chapter.id == name:
                return chapter
        known = [one.id for one in self.chapters]
        msg = f"Unknown chapter {name!r}.{suggestion(name, known)}"
        raise UsageError(msg)

    @cached_property
    def figures(self) -> tuple[Indicator, ...]:
        """Whatever is computed: the rows of Tabell 1, and the components after them."""
        return (*self.indicators, *self.components)

    @cached_property
    def by_section(self) -> dict[str, list[Indicator]]:
        """The rows of Tabell 1 by the name of their section; none of them is empty."""
        rows = {
            section.name: [one for one in self.indicators if one.section == section.id]
            for section in self.sections
        }
        return {name: having for name, having in rows.items() if having}

    def behind(self, indicator: Indicator) -> tuple[Measure, ...]:
        """The measures of an indicator that StatBank has: none if made by hand."""
        known = self.measure
        wholes = [known[name] for name in indicator.formula.measures if name in known]
        names = [name for whole in wholes for name in whole.sum or (whole.id,)]
        return tuple(known[name] for name in names if name in known)

    @cached_property
    def measure(self) -> dict[str, Measure]:
        """Measures by id."""
        return {measure.id: measure for measure in self.measures}

    @cached_property
    def by_hand(self) -> dict[str, Indicator]:
        """The indicators that are collected by hand, by the name of their figures."""
        return {i.formula.manual: i for i in self.indicators if i.formula.manual}

    @cached_property
    def table(self) -> dict[str, Table]:
        """Tables by number."""
        return {table.id: table for table in self.tables}

    def tables_in(self, year: int) -> list[str]:
        """Numbers of the tables that a data year is read from."""
        series = (measure.series_in(year) for measure in self.measures)
        return sorted({one.table for one in series if one})

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
                lines += [
                    f"measure {measure.id}, table {series.table}: "
                    f"{contents.code or 'code unknown'}, «{contents.label}»"
                    for contents in series.contents
                    if not contents.verified
                ]
        return lines


class Kind(Model):
    """What a kind of forbehold does to the value, its distance, the mean and change."""

    name: str
    value: Literal["shown", "omitted"]
    distance: Literal["shown", "withheld"]
    mean: Literal["counts", "left_out", "void"]
    change: Literal["shown", "doubted", "reserved", "withheld"]
    rank: Literal["shown", "withheld"] = "shown"
    told: Literal["with_finding", "with_change", "on_top", "in_note"] = "in_note"
    beside_text: Literal["while_shown", "own_year"] = "while_shown"
    why: str

    @property
    def is_doubt(self) -> bool:
        """Whether a figure with it must not be told without it."""
        return self.told == "with_finding" or self.distance == "withheld"


class Forbehold(Model):
    """One caveat: what it touches, in words a reader of the report can follow.

    ``order`` is where it stands among the others: by it, and then those of all service
    areas before a service area's own, each as its file has them.
    """

    id: Identifier
    kind: Identifier
    kommuner: Identifiers | Literal["alle"]
    indicators: Identifiers | Literal["alle"]
    years: tuple[int, ...] = Field(strict=False)
    text: str
    label: str
    source: Address
    date: str
    figures: Literal["all", "embedded"] = "all"
    stable: Literal["untold", "told"] = "untold"
    order: int = 0

    def touches(self, indicator: str, kommune: str, year: int) -> bool:
        """Whether the forbehold belongs to the figure."""
        return (
            year in self.years
            and (self.indicators == EVERY or indicator in self.indicators)
            and (self.kommuner == EVERY or kommune in self.kommuner)
        )

    def holds(self, *, is_fetched: bool) -> bool:
        """Whether it is true of the figures: of those fetched from SSB, or of ours."""
        return self.figures == "all" or not is_fetched

    @property
    def is_page_wide(self) -> bool:
        """Whether it concerns every figure, and so stands once, at the top."""
        return self.indicators == EVERY


class OwnForbehold(Model):
    """The ``forbehold.yaml`` of a service area: what holds for its indicators alone."""

    forbehold: tuple[Forbehold, ...] = Field(default=(), strict=False)


class ForbeholdFile(OwnForbehold):
    """``forbehold.yaml``: the kinds, and what holds for every service area."""

    kinds: Mapping[Identifier, Kind]
    forbehold: tuple[Forbehold, ...] = Field(strict=False)

    def joined(self, own: OwnForbehold) -> "ForbeholdFile":
        """These and a service area's own, in their order."""
        entries = sorted((*self.forbehold, *own.forbehold), key=lambda one: one.order)
        return ForbeholdFile(kinds=self.kinds, forbehold=tuple(entries))


class Threshold(Model):
    """A limit and the reason for it: editorial, so it stands in a file."""

    value: FiniteFloat
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
        except KeyError as error:
            msg = f"the example lacks the field {error}"
            raise ValueError(msg) from None
        except (IndexError, ValueError) as error:
            msg = f"its sentence has a field without a name, or half a brace ({error})"
            raise ValueError(msg) from None
        if reads != self.example.reads:
            msg = f"the example reads {reads!r}, not {self.example.reads!r}"
            raise ValueError(msg)
        return self


#: The last place that there is a word for: «tredje høyest», and no fourth.
LAST_PLACE = 3


class Thresholds(Model):
    """Limits between one wording and another."""

    on_mean: Threshold
    near_mean: Threshold
    apart: Threshold
    need: Threshold
    product: Threshold
    driver: Threshold
    part_of_gap: Threshold
    stable_change: Threshold
    clear_change: Threshold
    stable_trend: Threshold
    among_outermost: Threshold
    several_years: Threshold
    confidence: Threshold

    @field_validator("confidence")
    @classmethod
    def _is_a_level(cls, level: Threshold) -> Threshold:
        if not 50 <= level.value < 100:
            msg = "a level of confidence is a percent from 50 and below 100"
            raise ValueError(msg)
        return level

    @field_validator("among_outermost")
    @classmethod
    def _has_words(cls, limit: Threshold) -> Threshold:
        if limit.value not in range(1, LAST_PLACE + 1):
            msg = (
                f"is {limit.value:g}; places have words from 1 to {LAST_PLACE}, and a "
                "further one would not be told: choose 1, 2 or 3"
            )
            raise ValueError(msg)
        return limit

    def of(self, limit: Limit) -> Threshold:
        """A limit by its id."""
        threshold: Threshold = getattr(self, limit)
        return threshold


#: Of what is weighed against nothing: told inside another sentence, in any case, or of
#: the network.
UNWEIGHED = {
    Topic.PART,
    Topic.DECOMPOSED,
    Topic.SPREAD,
    Topic.RANKS,
    Topic.WITHOUT,
    Topic.MEAN_CHANGE,
}


#: What is said of the figure that is corrected for need: KS sets it against all.
OF_ALL = frozenset({Rule.CORRECTED_ALONE, Rule.CORRECTED_ALONE_NEAR})


#: Fields that any sentence may have, and the text of a service area that stands there.
IN_SENTENCES: Mapping[str, str] = {"area": "in_text", "per": "per"}


class OwnPhrases(Model):
    """The ``fraser.yaml`` of a service area: what it says in words of its own."""

    words: Mapping[str, str] = Field(default={})
    phrases: Mapping[Identifier, Phrase] = Field(default={})

    def spoken(self, own: "OwnPhrases") -> Self:
        """These in the words of a service area, where it has its own."""
        return self.model_copy(
            update={
                "words": {**self.words, **own.words},
                "phrases": {**self.phrases, **own.phrases},
            }
        )


class Phrases(OwnPhrases):
    """``fraser.yaml``: sentences, the words of tables and figures, and thresholds.

    ``supposed`` is what stands in them, in a what-if, instead of a name of the network;
    ``of_others`` what stands in a report whose means are of the other kommuner.
    """

    supposed: Mapping[str, str]
    of_others: Mapping[str, str]
    thresholds: Thresholds
    weights: Mapping[Annotated[Topic, Strict(strict=False)], Threshold]
    words: Mapping[str, str]
    phrases: Mapping[Identifier, Phrase]

    def excepting(self, names: Sequence[str]) -> "Phrases":
        """These with the indicators named whose mean is of all where most are not."""
        words = dict(self.words)
        for key in ("of_others_except", "caption_of_all"):
            told = words[key].format(names=join(names, words)) if names else ""
            words[key] = told
        return self.model_copy(update={"words": words})

    def of_the_others(
        self, names: Sequence[str], spared: Collection[str] = ()
    ) -> "Phrases":
        """
        These where means are of all but the kommune itself.

        Parameters
        ----------
        names : sequence of str
            The indicators whose mean is of all.
        spared : collection of str
            More phrases that stay as they are.
        """
        told = self.excepting(names)
        exception = told.words["of_others_except"]
        instead = {
            piece: text.replace("{exception}", exception)
            for piece, text in self.of_others.items()
        }
        said = told.reworded(instead, spared={*OF_ALL, *spared})
        words = {**said.words, "table_mean": said.words["table_mean_of_others"]}
        return said.model_copy(update={"words": words})

    def reworded(
        self, instead: Mapping[str, str], *, spared: Collection[str] = ()
    ) -> "Phrases":
        """
        These with other text in the place of some.

        Longer pieces go before shorter, and nothing that was put in is read again.

        Parameters
        ----------
        spared : collection of str
            The phrases that stay as they are.
        """
        pieces = sorted(instead, key=len, reverse=True)
        if not pieces:
            return self
        pattern = re.compile("|".join(map(re.escape, pieces)))

        def reworded(text: str) -> str:
            return pattern.sub(lambda found: instead[found[0]], text)

        return self.model_copy(
            update={
                "words": {key: reworded(word) for key, word in self.words.items()},
                "phrases": {
                    rule: phrase.model_copy(
                        update={"sentence": reworded(phrase.sentence)}
                    )
                    if rule not in spared
                    else phrase
                    for rule, phrase in self.phrases.items()
                },
            }
        )

    def said_of(self, service: Service) -> "Phrases":
        """These with the service area named where a sentence names one."""
        return self.reworded(
            {f"{{{f}}}": getattr(service, key) for f, key in IN_SENTENCES.items()}
        )

    @field_validator("weights")
    @classmethod
    def _weighs_all(cls, weights: Mapping[Topic, Threshold]) -> Mapping[Topic, Any]:
        lacking = [topic for topic in Topic if topic not in UNWEIGHED | {*weights}]
        if lacking:
            msg = f"findings about {', '.join(lacking)} have no weight"
            raise ValueError(msg)
        return weights


class Supposition(Model):
    """A what-if: another group, another mean or other limits than the network's."""

    title: str = Field(description="What is supposed, in words.", min_length=1)
    kommune: Identifier = Field(description="Whose report it is, in the mean or not.")
    members: Identifiers = Field(
        description="Ids of those whose figures make the mean."
    )
    mean: Weighing | None = Field(
        description="The rule of all means that can have it; null: that of their year."
    )
    thresholds: Mapping[str, FiniteFloat] = Field(
        description="Limits of fraser.yaml that are others, by their ids."
    )


class StatBankSettings(Model):
    """``statbank.yaml``: how the service is asked. The file says what each key is."""

    base_url: Annotated[Address, Field(pattern=r"[^/]$")]
    contact: str
    language: Literal["no", "en"]
    first_year: int
    connect_timeout: PositiveFloat
    read_timeout: PositiveFloat
    answer_timeout: PositiveFloat
    calls_per_minute: PositiveInt
    attempts: PositiveInt
    first_wait: PositiveFloat
    longest_wait: PositiveFloat


class ManualFigure(Model):
    """A figure collected by hand: one row of a file in ``manuelle/``."""

    measure: Identifier
    kommune: Identifier
    year: int
    value: FiniteFloat | None
    status: Literal["", ".", "..", ":"]
    basis: Literal["real", "published", "reconstructed"]
    source: Source
    collected: Day
    note: str
    file: str
    numerator: NonNegativeInt | None = None
    denominator: PositiveInt | None = None
    school_year: Annotated[str, Field(pattern=r"^(\d{4}/\d\d)?$")] = ""

    @model_validator(mode="after")
    def _value_or_sign(self) -> "ManualFigure":
        if (self.value is None) == (self.status == ""):
            msg = "give either a value, or a status that says why there is none"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _both_parts_or_none(self) -> "ManualFigure":
        lacks = {self.numerator is None, self.denominator is None}
        if len(lacks) > 1 or (False in lacks and self.value is None):
            msg = "numerator and denominator stand together, and beside a value"
            raise ValueError(msg)
        return self

    @property
    def counts(self) -> tuple[int, int] | None:
        """What a share is a share of: so many of so many, where that was collected."""
        if self.numerator is None or self.denominator is None:
            return None
        return self.numerator, self.denominator


#: What is to be known of each kommune, beside SSB's figures, to correct what is spent.
NeedPart = Literal[
    "need", "payroll_zone", "wage_share", "pension", "depreciation", "inhabitants"
]

#: The unit that each is given in, and the values that it can have, in that unit.
NEED_PARTS: Mapping[NeedPart, tuple[str, float, float]] = {
    "need": ("indeks", 0.3, 3),
    "payroll_zone": ("sone", 0, 0),
    "wage_share": ("prosent", 5, 100),
    "pension": ("1000 kr", -1e6, 1e6),
    "depreciation": ("1000 kr", 0, 1e6),
    "inhabitants": ("personer", 1000, 2e6),
}

#: Employers' contribution by zone, in percent, as Stortinget has set it since 2007; Ia,
#: with two rates by amount, has none of its own.
PAYROLL_TAX: Mapping[str, float] = {
    "I": 14.1,
    "II": 10.6,
    "III": 6.4,
    "IV": 5.1,
    "IVa": 7.9,
    "V": 0.0,
}


class NeedFigure(Model):
    """A row of ``behov.csv``: a part of the correction for need, and its source.

    ``need`` is the index of the service's sub-cost-key, 1 for the country; ``pension``
    is what is to be added to what is spent, and so below zero where it is taken away.
    """

    part: NeedPart
    kommune: Identifier
    year: Annotated[int, Field(ge=1900, le=2999)]
    unit: str
    value: FiniteFloat | str | None
    basis: Literal["real", "published", "reconstructed"]
    source: Source = Field(min_length=1)
    collected: Day
    note: str
    file: str

    @field_validator("unit")
    @classmethod
    def _is_its_own(cls, unit: str, given: ValidationInfo) -> str:
        wanted, *_ = NEED_PARTS.get(given.data.get("part", "need"), ("", 0, 0))
        if "part" in given.data and unit != wanted:
            msg = f"{given.data['part']} is given in {wanted!r}"
            raise ValueError(msg)
        return unit

    @field_validator("value")
    @classmethod
    def _is_possible(cls, value: float | str | None, given: ValidationInfo) -> Any:
        part: NeedPart | None = given.data.get("part")
        if part == "payroll_zone":
            if value not in PAYROLL_TAX:
                msg = f"is one of the zones {', '.join(PAYROLL_TAX)}"
                raise ValueError(msg)
        elif part:
            unit, low, high = NEED_PARTS[part]
            if isinstance(value, str | None) or not low <= value <= high:
                msg = f"{part} is a number from {low:g} to {high:g}, in {unit!r}"
                raise ValueError(msg)
        return value

    @property
    def number(self) -> float:
        """What is reckoned with: of a zone, its rate in percent."""
        if isinstance(self.value, str):
            return PAYROLL_TAX[self.value]
        return float(self.value or 0)


class Comment(Model):
    """An explanation that people wrote: causes are never guessed by a program.

    Attributes
    ----------
    id : str
        The name of its file, without the ending.
    chapter : str
        Empty where neither the head nor the name of the file says it; of those in a
        catalogue it never is.
    gjelder : tuple of str
        The indicators that it explains; one that explains nothing in particular has
        none.
    says : str or None
        Who says it; None where `author` alone tells.
    date, read : str
        When the source said so, and the ISO date on which it was read there.
    repeats : tuple of str
        Forbehold, or indicators by their definitions, that tell a reader the same: it
        is kept, and the report does not say it twice.
    text : str
        Markdown; one paragraph where it explains something. Bars stand around the verb
        of a cause, or one behind it, where «ifølge» may go: see
        :func:`asss.catalogue.language.ascribed`.
    """

    id: str
    kommune: Identifier
    year: int
    chapter: Identifier | Literal[""] = ""
    gjelder: Identifiers = ()
    says: Speaker | None = None
    author: str
    source: Address
    date: str
    read: IsoDate = ""
    repeats: Identifiers = ()
    text: str

    @property
    def file(self) -> str:
        """The file it stands in, under ``kommentarer/``."""
        return f"{self.kommune}-{self.year}/{self.id}.md"

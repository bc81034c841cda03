"""
The record of a report: all that facts.json holds, every key with unit and meaning.

A report makes its record of these models, the published JSON Schema is made of them,
and a facts.json is read with them: so form and content cannot drift apart.
After a change of form run ``python -m asss.page.record``. Imports ``facts`` and below.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import Field, FiniteFloat, ValidationError

from asss.analysis.facts import Fact, FactId, Year, about
from asss.analysis.need import Need
from asss.analysis.publication import Edition, Finality
from asss.analysis.tables import Basis
from asss.catalogue.knowledge import Speaker, Supposition
from asss.catalogue.parameters import SHARED, Identifier, Model
from asss.errors import RenderError, counted
from asss.statbank import Snapshot

__all__ = [
    "FACTS_FORM",
    "FACTS_MIME",
    "FACTS_SCHEMA_NAME",
    "CommentOutcome",
    "CommentRecord",
    "FactsFile",
    "FindingRecord",
    "ForbeholdRecord",
    "Note",
    "OtherSeries",
    "OtherYear",
    "OwnColumn",
    "OwnRecord",
    "Printed",
    "PrintedRow",
    "PrintedTable",
    "PrintedValue",
    "PrintedYear",
    "RunRecord",
    "SentenceRecord",
    "SnapshotRecord",
    "Value",
    "dump_facts",
    "facts_schema",
    "published_schema",
    "read",
    "refuse_what_if",
    "written_schema",
]

FACTS_SCHEMA_NAME = "facts.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

#: The version of the form of facts.json.
FACTS_FORM = 4

#: The notebook output under which a report's facts leave the kernel.
FACTS_MIME = "application/vnd.asss.facts+json"

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
#: An ISO date, or empty where there is none.
Day = Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
Letter = Annotated[str, Field(pattern=r"^[a-z]+$")]


class RunRecord(Model):
    """What the report was asked for: the parameters of its notebook."""

    kommune: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")] = about(
        "Lasting id of the kommune, asss for all of them, or om-datagrunnlaget for "
        "what all their reports stand on."
    )
    year: Year = about("Data year; the figures are published the year after.")
    published: Day = about("First published, ISO date; empty: not published.")
    changed: Day = about("Last changed in substance, ISO date; empty: never.")
    edition_status: Finality = about(
        "Status as the run file says; holds only where SSB's own update is not known."
    )
    snapshot: str = about("Name of the snapshot that the figures were read from.")
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = about(
        "Language of the report: nb is bokmål."
    )


class Selection(Model):
    """One variable of a query to StatBank."""

    variable_code: str = about("Code of the variable.", alias="variableCode")
    value_codes: list[str] = about("Codes of its values.", alias="valueCodes")


class Query(Model):
    """What was asked of StatBank, in the form of its PxWebApi 2."""

    selection: list[Selection] = about("One entry per variable.")

    @property
    def written(self) -> str:
        """The query on one line."""
        return "; ".join(
            f"{part.variable_code}: {', '.join(part.value_codes)}"
            for part in self.selection
        )


class TableRecord(Model):
    """One SSB table in the snapshot."""

    title: str = about("Title of the table.")
    ssb_updated: str | None = about(
        "When SSB last updated the table, UTC; null where that is not known."
    )
    sha256: Sha256 = about("Of the answer as it was kept.")
    query: Query = about("What was asked.")


class SnapshotRecord(Model):
    """The answers that all figures were read from."""

    name: str = about("Name of the snapshot.")
    created: Day = about("Day it was put together, ISO date.")
    fetched: str = about("When it was fetched from SSB, UTC; empty: never fetched.")
    base_url: str = about("Where it was fetched from; empty: never fetched.")
    sha256: Sha256 = about("Of the snapshot's manifest, and so of every answer.")
    tables: Mapping[str, TableRecord] = about("By number of SSB table.")

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """What a report says of its snapshot."""
        kept = [name for name in cls.model_fields if name != "tables"]
        tables = {
            number: TableRecord(**{n: entry[n] for n in TableRecord.model_fields})
            for number, entry in snapshot.tables.items()
        }
        return cls(**{name: getattr(snapshot, name) for name in kept}, tables=tables)


class SentenceRecord(Model):
    """One sentence of the report."""

    section: str = about("Id of the chapter it stands in.")
    text: str = about("As it is printed.", min_length=1)
    rule: str = about("Key of the phrase that made it.")
    facts: list[FactId] = about("Ids of the facts it rests on.")


class FindingRecord(Model):
    """Something worth saying of the figures: told, or thought of and left out."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")] = about(
        "Its id; no other finding of the report has it."
    )
    chapter: str = about("Id of the chapter it stands in, or would stand in.")
    topic: str = about("What it is about, such as level, change or contrast.")
    salience: FiniteFloat | None = about(
        "How much it says: of a chapter's findings, those that say most are told. Null "
        "where that was not weighed."
    )
    told: bool = about("Whether it is told.")
    why: list[str] = about("What decided it, in words of the report's language.")
    sentences: list[Annotated[int, Field(ge=0)]] = about(
        "Its sentences, by their places in `sentences` from 0; none where it is not "
        "told."
    )
    unsaid: list[str] = about(
        "What it would have said, where it is not told; what was not known at that "
        "point is left open (…)."
    )
    facts: list[FactId] = about("Ids of the facts it rests on.")


class ForbeholdRecord(Model):
    """A caveat (forbehold) on figures in the report."""

    id: str = about("Id of the caveat.")
    kind: str = about("Its kind, which decides what it does to a figure.")
    kommuner: list[Identifier] | Literal["alle"] = about("Whose figures.")
    indicators: list[Identifier] | Literal["alle"] = about("Which figures.")
    years: list[Year] = about("Data years.")
    text: str = about("The caveat in full, as it is printed.", min_length=1)
    label: str = about("The same in a few words.", min_length=1)
    source: str = about("Where it is from, an address.")
    date: str = about("When the source said so: ISO date or year.")


#: Whether a comment is told, and why not.
CommentOutcome: TypeAlias = Literal["told", "repeats", "no_room"]


class CommentRecord(Model):
    """What people said of the figures: quoted, and never computed."""

    id: str = about("Name of its file, without the ending.", min_length=1)
    chapter: Identifier = about("Id of the chapter that it belongs to.")
    indicators: list[Identifier] = about(
        "The indicators that it explains; empty: nothing in particular."
    )
    says: Speaker | None = about("Who says it; null where the author alone tells.")
    author: str = about("Who wrote it down.")
    source: str = about("Where it is from, an address.")
    date: str = about("When the source said so: ISO date or year.")
    read: Day = about("When it was read there, ISO date; empty: not known.")
    text: str = about("What is said, in Markdown.", min_length=1)
    printed: str = about(
        "The same as the report has it, with who says it; empty: it is not told there, "
        "and stands in the reviewer's edition alone."
    )
    outcome: CommentOutcome = about(
        "Whether it is told (told), or not: something else in the report says the same "
        "(repeats), or there is no room (no_room)."
    )
    repeats: list[Identifier] = about(
        "Caveats, or indicators by their definitions, that say the same."
    )
    section: str = about("Id of the chapter it belongs in, or of the main findings.")
    sentence: Annotated[int, Field(ge=0)] | None = about(
        "Number in `sentences`, from 0, of the one that it explains and stands after; "
        "null: it stands last in its chapter."
    )


class Printed(Model):
    """A cell of Tabell 1 as it is printed."""

    text: str = about("The figure in Norwegian form, or the sign in its place.")
    mark: str = about("Mark of a figure that is preliminary or not official, or empty.")
    notes: list[Letter] = about("Letters of the notes under the table.")


class PrintedValue(Printed):
    """A cell with one of the report's own figures."""

    fact: FactId = about("The fact that is printed.")


class PrintedRow(Model):
    """A row of Tabell 1 as it is printed."""

    indicator: Identifier = about("Id of the indicator.")
    name: str = about("Its name as it is printed.")
    unit: str = about("Its unit as it is printed.")
    notes: list[Letter] = about("Letters of the notes on the whole row.")
    values: Sequence[PrintedValue] = about("One per year, oldest first.")
    mean: Printed = about("Mean of the network in the report's year.")
    lowest: Printed = about("Lowest of the network in the report's year.")
    highest: Printed = about("Highest of the network in the report's year.")
    rank: Printed = about("Place in the network in the report's year.")


class OtherYear(Model):
    """A figure of another member, of a year before the report's."""

    year: Year = about("Data year.")
    value: FiniteFloat | None = about("In the unit of the indicator; null: see status.")
    status: str = about("The sign in the place of a missing value; else empty.")
    basis: Basis = about("What the value rests on, as of a fact.")
    rank: int | None = about(
        "Place in the network that year, as of a fact; null where it is in no rank.",
        ge=1,
    )


class OtherSeries(Model):
    """What the report shows, and says a place of, of another member in earlier years.

    Figures show the rows of Tabell 1; a place for several years may be of components.
    """

    indicator: Identifier = about("Id of the indicator.")
    kommune: Identifier = about("Whose figures.")
    years: list[OtherYear] = about("One per year that there is one of, oldest first.")


class PrintedYear(Model):
    """The head of a year's column in Tabell 1."""

    year: Year = about("Data year.")
    notes: list[Letter] = about("Letters of the notes on the whole column.")


class Note(Model):
    """A note under Tabell 1."""

    letter: Letter = about("The letter that refers to it.")
    text: str = about("The note in full.", min_length=1)


class PrintedTable(Model):
    """Tabell 1 as it is printed; the figures themselves are among the facts."""

    years: Sequence[PrintedYear] = about("The years shown, oldest first.")
    rows: Sequence[PrintedRow] = about("One per indicator, in the order of print.")
    notes: list[Note] = about("The notes under the table.")


#: A cell of the kommune's own: a number, or a text or sign as it is printed.
Value: TypeAlias = int | float | str


class OwnColumn(Model):
    """A column of what the kommune adds."""

    name: str = about("As it is printed.")
    unit: str = about("Unit of its numbers as it is printed, or empty.")
    decimals: Annotated[int, Field(ge=0, le=6)] | None = about(
        "With how many decimals its numbers are printed; null where it holds no number."
    )


class OwnRecord(Model):
    """A figure, a table or a text that the kommune adds, with all it may hold."""

    kind: Literal["figure", "table", "text"] = about("What it is.")
    number: int = about("Its number on the page; 0 of a text.", ge=0)
    caption: str = about("What it is called; empty of a text.")
    alt: str = about(
        "Alternative text of a figure, for who does not see it; else empty."
    )
    source: str = about("Where its numbers are from; empty of a text.")
    columns: list[OwnColumn] = about("Of its numbers, in order.")
    rows: list[list[Value]] = about(
        "Its numbers, unrounded; names, and signs in the place of a missing number, as "
        "they are printed. A figure has no other numbers than these, facts of the "
        "report and the scale of an axis.",
    )
    drawing: str = about(
        "Of a figure: sha256 of its SVG element as it stands on the page; else empty.",
        pattern=r"^([0-9a-f]{64})?$",
    )
    written: str = about(
        "Of a text: Markdown as it was written, with references to facts, such as "
        "{{ fact: andel_mottakere_18_66 }}; else empty.",
    )
    printed: str = about("The same as it is printed; else empty.")
    facts: list[FactId] = about("Ids of the facts that a text refers to.")


class FactsFile(Model):
    """Everything that a report from the ASSS network rests on."""

    form: int = about("Version of this form.", json_schema_extra={"const": FACTS_FORM})
    title: str = about("Title of the report.", min_length=1)
    run: RunRecord = about("What was asked for.")
    what_if: Supposition | None = about(
        "What is supposed, and not so: such a file is no report, and nothing but "
        "`asss render --what-if` prints it. Null in a report."
    )
    kommune: str = about("Name of the kommune, or of the network.", min_length=1)
    service: Identifier = about("Id of the service area.")
    edition: Edition = about("How final the figures are.")
    snapshot: SnapshotRecord = about("Where the figures were read from.")
    contains_reconstructed: bool = about(
        "Whether the report's own year rests on a figure that is not official: its "
        "figures, means and ranks, or what its changes are held against. Figures of "
        "earlier years say it of themselves, in basis."
    )
    table: PrintedTable | None = about(
        "Tabell 1 as it is printed; null in a report on no one kommune."
    )
    facts: list[Fact] = about(
        "The kommune's figures of every year, the other members' of the report's year. "
        "In a report on no one kommune, everybody's figures of every year."
    )
    others: list[OtherSeries] = about(
        "The other members' figures of the years before: figures over the years show "
        "them, and «flere år på rad» is held to them. Empty where `facts` holds "
        "everybody's of every year."
    )
    sentences: list[SentenceRecord] = about(
        "In the order of the page; none on the page om-datagrunnlaget."
    )
    comments: list[CommentRecord] = about(
        "What people said of the figures, in the order of the page."
    )
    findings: list[FindingRecord] = about(
        "What was thought worth saying: first what is told, in the order of the page, "
        "then what is not, that which says most first."
    )
    forbehold: list[ForbeholdRecord] = about("Every caveat on any of the figures.")
    need: Need | None = about(
        "How what is spent per inhabitant becomes the figure that is corrected for "
        "need; null where the parts of the correction are not given."
    )
    own: list[OwnRecord] = about(
        "What the kommune adds of its own, in the order of the page: figures, tables "
        "and text that are not the network's.",
    )

    @property
    def content(self) -> dict[str, Any]:
        """What the file holds, as JSON has it."""
        return self.model_dump(mode="json", by_alias=True)

    def __repr__(self) -> str:
        """In a line, and not fact by fact."""
        return (
            f"{counted(len(self.facts), 'fact')}, "
            f"{counted(len(self.sentences), 'sentence')}"
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {FACTS_MIME: self.content, "text/plain": repr(self)}

    @property
    def name(self) -> str:
        """The name of the report, as a Data Package has it."""
        return f"{self.service}-{self.run.kommune}-{self.run.year}".replace("_", "-")

    @property
    def day(self) -> str:
        """ISO date that the content is of, never a clock's."""
        return self.run.changed or self.run.published or self.snapshot.created

    @property
    def kommuner(self) -> tuple[str, ...]:
        """Whose figures of every year it holds, by id; of others it has one year's."""
        everybody = tuple(dict.fromkeys(fact.kommune for fact in self.facts))
        return everybody if self.run.kommune in SHARED else (self.run.kommune,)

    @property
    def tables(self) -> tuple[str, ...]:
        """The SSB tables that were read, by number."""
        used = {table for fact in self.facts for table in fact.tables}
        return tuple(table for table in self.snapshot.tables if table in used)

    @cached_property
    def by_key(self) -> Mapping[tuple[str, str, int], Fact]:
        """Facts by indicator, kommune and year."""
        return {(fact.indicator, fact.kommune, fact.year): fact for fact in self.facts}


def refuse_what_if(content: Mapping[str, Any]) -> None:
    """
    Refuse what is supposed where a report is printed, kept, listed or exported.

    Raises
    ------
    RenderError
        If the facts are those of a what-if.
    """
    # What is neither null nor a what-if breaks the form, and is refused for that.
    supposed = content.get("what_if")
    if isinstance(supposed, Mapping):
        msg = (
            f"These facts are no report's: «{supposed.get('title')}». It is shown by "
            "a preview, and written to hva-om/ by asss render --what-if alone."
        )
        raise RenderError(msg)


def read(content: Mapping[str, Any]) -> FactsFile:
    """
    Read the content of a facts.json of today's form.

    Raises
    ------
    RenderError
        Naming every key that is missing, unknown or wrong; or if it is a what-if's.
    """
    refuse_what_if(content)
    if content.get("form") != FACTS_FORM:
        msg = (
            f"The facts have form {content.get('form')}, and form "
            f"{FACTS_FORM} is read here. Render the report again."
        )
        raise RenderError(msg)
    try:
        return FactsFile.model_validate(content)
    except ValidationError as error:
        where = [
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors()[:5]
        ]
        msg = (
            f"The facts do not keep to {FACTS_SCHEMA_NAME} ({'; '.join(where)}). "
            "Whoever adds to them describes it in asss/page/record.py."
        )
        raise RenderError(msg) from error


def dump_facts(content: Mapping[str, Any], path: Path) -> None:
    """Write facts.json: sorted as it came, UTF-8, one form for the same facts."""
    written = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(written + "\n", encoding="utf-8")


def facts_schema() -> dict[str, Any]:
    """
    Make the JSON Schema (draft 2020-12) of facts.json.

    Nothing that is not described is allowed in it; its ``$id`` bears the version of
    the form.
    """
    made = FactsFile.model_json_schema(by_alias=True)
    head = {
        "$schema": DIALECT,
        "$id": f"urn:asss:facts:{FACTS_FORM}",
        "title": f"facts.json, form {FACTS_FORM}",
        "description": FactsFile.__doc__,
    }
    tidied: dict[str, Any] = _without_titles(made)
    return {**head, **{key: part for key, part in tidied.items() if key not in head}}


def written_schema() -> str:
    """The schema as a file holds it."""
    return json.dumps(facts_schema(), ensure_ascii=False, indent=1) + "\n"


def published_schema() -> str:
    """The schema as the package ships it; a test holds it to be the one made here."""
    return (resources.files("asss.page") / FACTS_SCHEMA_NAME).read_text("utf-8")


def _without_titles(part: Any) -> Any:
    """Without the titles that pydantic makes of names: they say nothing new."""
    if isinstance(part, list):
        return [_without_titles(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: {name: _without_titles(value) for name, value in item.items()}
        if key in ("properties", "$defs")
        else _without_titles(item)
        for key, item in part.items()
        if not (key == "title" and isinstance(item, str))
    }


if __name__ == "__main__":
    Path(__file__).with_name(FACTS_SCHEMA_NAME).write_text(written_schema(), "utf-8")

"""
The form of facts.json: one model per kind of entry, every key with unit and meaning.

The published JSON Schema is made from these models (see ``schema``), and a report whose
facts do not keep to them is not put in place, so form and content cannot drift apart.
Imports ``page``, ``knowledge``, ``parameters`` and ``errors``.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, ValidationError

from asss.analysis.facts import Fact, FactId, Year, about
from asss.catalogue.parameters import Identifier, Model
from asss.errors import RenderError
from asss.page import sections

FACTS_SCHEMA_NAME = "facts.schema.json"
CONST_FORM: dict[str, JsonValue] = {"const": sections.FACTS_FORM}

Finality = Literal["", "endelige", "forelopige"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
#: An ISO date, or empty where there is none.
Day = Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
Letter = Annotated[str, Field(pattern=r"^[a-z]+$")]


class RunRecord(Model):
    """What the report was asked for: the parameters of its notebook."""

    kommune: Identifier = about("Lasting id of the kommune, or asss for all of them.")
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


class EditionRecord(Model):
    """How final the figures of the report's year are."""

    status: Finality = about("Of the least final table; empty: nobody can know.")
    tables: Mapping[str, Finality] = about("Status by number of SSB table.")
    pending: list[Identifier] = about(
        "Indicators that are collected by hand and not collected yet."
    )


class Selection(Model):
    """One variable of a query to StatBank."""

    variable_code: str = about("Code of the variable.", alias="variableCode")
    value_codes: list[str] = about("Codes of its values.", alias="valueCodes")


class Query(Model):
    """What was asked of StatBank, in the form of its PxWebApi 2."""

    selection: list[Selection] = about("One entry per variable.")


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


class Sentence(Model):
    """One sentence of the report."""

    section: str = about("Id of the chapter it stands in.")
    text: str = about("As it is printed.", min_length=1)
    rule: str = about("Key of the phrase that made it.")
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
    values: list[PrintedValue] = about("One per year, oldest first.")
    mean: Printed = about("Mean of the network in the report's year.")
    lowest: Printed = about("Lowest of the network in the report's year.")
    highest: Printed = about("Highest of the network in the report's year.")
    rank: Printed = about("Place in the network in the report's year.")


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

    years: list[PrintedYear] = about("The years shown, oldest first.")
    rows: list[PrintedRow] = about("One per indicator, in the order of print.")
    notes: list[Note] = about("The notes under the table.")


class FactsFile(Model):
    """Everything that a report from the ASSS network rests on."""

    form: int = about("Version of this form.", json_schema_extra=CONST_FORM)
    title: str = about("Title of the report.", min_length=1)
    run: RunRecord = about("What was asked for.")
    kommune: str = about("Name of the kommune, or of the network.", min_length=1)
    service: Identifier = about("Id of the service area.")
    edition: EditionRecord = about("How final the figures are.")
    snapshot: SnapshotRecord = about("Where the figures were read from.")
    contains_reconstructed: bool = about(
        "Whether the report's own year rests on a figure that is not official: its "
        "figures, means and ranks, or what its changes are held against. Figures of "
        "earlier years say it of themselves, in basis."
    )
    table: PrintedTable | None = about(
        "Tabell 1 as it is printed; null in a report on the network."
    )
    facts: list[Fact] = about(
        "The kommune's figures of every year, the other members' of the report's year. "
        "In a report on the network, everybody's figures of every year."
    )
    sentences: list[Sentence] = about("In the order of the page.")
    forbehold: list[ForbeholdRecord] = about("Every caveat on any of the figures.")


def read(content: Mapping[str, Any]) -> FactsFile:
    """
    Read the content of a facts.json of today's form.

    Raises
    ------
    RenderError
        Naming every key that is missing, unknown or wrong.
    """
    if content.get("form") != sections.FACTS_FORM:
        msg = (
            f"The facts have form {content.get('form')}, and form "
            f"{sections.FACTS_FORM} is read here. Render the report again."
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
            "Whoever changes them in asss/page/sections.py changes "
            "asss/formats/exports/form.py too."
        )
        raise RenderError(msg) from error

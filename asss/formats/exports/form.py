"""
The form of facts.json: one model per kind of entry, every key with unit and meaning.

The published JSON Schema is made from these models (see ``schema``), and a report whose
facts do not keep to them is not put in place, so form and content cannot drift apart.
Imports ``page``, ``knowledge``, ``parameters`` and ``errors``.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, FiniteFloat, JsonValue, ValidationError

from asss.catalogue.knowledge import MeanRule, Unit
from asss.catalogue.parameters import Model
from asss.errors import RenderError
from asss.page import sections

FACTS_SCHEMA_NAME = "facts.schema.json"
CONST_FORM: dict[str, JsonValue] = {"const": sections.FACTS_FORM}

Basis = Literal["real", "published", "preliminary", "reconstructed"]
Finality = Literal["", "endelige", "forelopige"]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
FactId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*-\d{4}-[a-z][a-z0-9_]*$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
#: An ISO date, or empty where there is none.
Sign = Annotated[str, Field(pattern=r"^\D*$", max_length=12)]
Day = Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
Year = Annotated[int, Field(ge=1900, le=2999)]
Letter = Annotated[str, Field(pattern=r"^[a-z]+$")]


def _about(description: str, **rules: Any) -> Any:
    return Field(description=description, **rules)


class RunRecord(Model):
    """What the report was asked for: the parameters of its notebook."""

    kommune: Identifier = _about("Lasting id of the kommune, or asss for all of them.")
    year: Year = _about("Data year; the figures are published the year after.")
    published: Day = _about("First published, ISO date; empty: not published.")
    changed: Day = _about("Last changed in substance, ISO date; empty: never.")
    edition_status: Finality = _about(
        "Status as the run file says; holds only where SSB's own update is not known."
    )
    snapshot: str = _about("Name of the snapshot that the figures were read from.")
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = _about(
        "Language of the report: nb is bokmål."
    )


class EditionRecord(Model):
    """How final the figures of the report's year are."""

    status: Finality = _about("Of the least final table; empty: nobody can know.")
    tables: Mapping[str, Finality] = _about("Status by number of SSB table.")
    pending: list[Identifier] = _about(
        "Indicators that are collected by hand and not collected yet."
    )


class Selection(Model):
    """One variable of a query to StatBank."""

    variable_code: str = _about("Code of the variable.", alias="variableCode")
    value_codes: list[str] = _about("Codes of its values.", alias="valueCodes")


class Query(Model):
    """What was asked of StatBank, in the form of its PxWebApi 2."""

    selection: list[Selection] = _about("One entry per variable.")


class TableRecord(Model):
    """One SSB table in the snapshot."""

    title: str = _about("Title of the table.")
    ssb_updated: str | None = _about(
        "When SSB last updated the table, UTC; null where that is not known."
    )
    sha256: Sha256 = _about("Of the answer as it was kept.")
    query: Query = _about("What was asked.")


class SnapshotRecord(Model):
    """The answers that all figures were read from."""

    name: str = _about("Name of the snapshot.")
    created: Day = _about("Day it was put together, ISO date.")
    fetched: str = _about("When it was fetched from SSB, UTC; empty: never fetched.")
    base_url: str = _about("Where it was fetched from; empty: never fetched.")
    sha256: Sha256 = _about("Of the snapshot's manifest, and so of every answer.")
    tables: Mapping[str, TableRecord] = _about("By number of SSB table.")


class Source(Model):
    """Where a figure was read."""

    table: list[str] = _about("SSB tables and files of figures collected by hand.")
    cells: list[str] = _about("Each cell that was read, as table[variable=code,...].")
    updated: Mapping[str, str | None] = _about(
        "When SSB last updated each table, UTC; null where that is not known."
    )


class FactRecord(Model):
    """
    One figure of one kommune and year, set against the network.

    Amounts are unrounded. Null where there is no figure, or a forbehold withholds it.
    """

    id: FactId = _about("kommune-year-indicator.")
    indicator: Identifier = _about("Id of the indicator.")
    kommune: Identifier = _about("Lasting id of the kommune.")
    year: Year = _about("Data year.")
    value: FiniteFloat | None = _about("The figure, in `unit`.")
    unit: Unit = _about(
        "kr: Norwegian kroner; prosent: percent, 5.1 is 5.1 %; maneder: months; "
        "per_1000: per 1 000 inhabitants; forholdstall: ratio, 1.00 is the mean."
    )
    decimals: int = _about("With how many decimals the figure is printed.", ge=0, le=6)
    status: Sign = _about(
        "Why there is no value: '.' not possible, '..' missing, ':' suppressed by SSB, "
        "'i.s.' left out as not comparable, or another sign as SSB sent it; empty "
        "where there is a value."
    )
    network_mean: FiniteFloat | None = _about("Mean of the network, in `unit`.")
    mean_rule: MeanRule = _about(
        "weighted: sum of numerators over sum of denominators; plain: mean of figures."
    )
    mean_basis: Basis = _about("The weakest basis of the figures in the mean.")
    lowest: FiniteFloat | None = _about("Lowest figure of the network, in `unit`.")
    lowest_kommune: list[Identifier] = _about("Whose it is; several if shared.")
    highest: FiniteFloat | None = _about("Highest figure of the network, in `unit`.")
    highest_kommune: list[Identifier] = _about("Whose it is; several if shared.")
    index: FiniteFloat | None = _about(
        "value / network_mean * 100; 100 is the mean. Null where the mean is zero or "
        "below, and where a forbehold withholds it."
    )
    rank: int | None = _about(
        "Place among the `n`; 1 is the highest value, and equal values share a place.",
        ge=1,
    )
    n: int = _about("How many members have a figure in the mean and the rank.", ge=0)
    previous: FiniteFloat | None = _about("The figure of the year before, in `unit`.")
    previous_basis: Basis | Literal[""] = _about(
        "What it rests on; empty: no figure the year before."
    )
    change: FiniteFloat | None = _about(
        "value - previous, in `unit` (percentage points where that is percent); null "
        "where a forbehold withholds it."
    )
    mean_change: FiniteFloat | None = _about("Change of the mean, in `unit`.")
    basis: Basis = _about(
        "real: read from SSB; published: printed by KS or a kommune; preliminary: read "
        "from SSB, which calls this figure preliminary; reconstructed: not official, "
        "chosen so that published statements hold."
    )
    numerator: FiniteFloat | None = _about("value = numerator / denominator * factor.")
    denominator: FiniteFloat | None = _about("See numerator.")
    factor: FiniteFloat | None = _about("See numerator.")
    forbehold: list[str] = _about("Ids of the caveats on the figure.")
    source: Source = _about("Where the figure was read.")
    distance: FiniteFloat | None = _about(
        "index - 100: percent from the mean; null where there is no index."
    )
    distance_basis: Basis = _about("What distance, index and rank rest on.")


class Sentence(Model):
    """One sentence of the report."""

    section: str = _about("Id of the chapter it stands in.")
    text: str = _about("As it is printed.", min_length=1)
    rule: str = _about("Key of the phrase that made it.")
    facts: list[FactId] = _about("Ids of the facts it rests on.")


class ForbeholdRecord(Model):
    """A caveat (forbehold) on figures in the report."""

    id: str = _about("Id of the caveat.")
    kind: str = _about("Its kind, which decides what it does to a figure.")
    kommuner: list[Identifier] | Literal["alle"] = _about("Whose figures.")
    indicators: list[Identifier] | Literal["alle"] = _about("Which figures.")
    years: list[Year] = _about("Data years.")
    text: str = _about("The caveat in full, as it is printed.", min_length=1)
    label: str = _about("The same in a few words.", min_length=1)
    source: str = _about("Where it is from, an address.")
    date: str = _about("When the source said so: ISO date or year.")


class Printed(Model):
    """A cell of Tabell 1 as it is printed."""

    text: str = _about("The figure in Norwegian form, or the sign in its place.")
    mark: str = _about(
        "Mark of a figure that is preliminary or not official, or empty."
    )
    notes: list[Letter] = _about("Letters of the notes under the table.")


class PrintedValue(Printed):
    """A cell with one of the report's own figures."""

    fact: FactId = _about("The fact that is printed.")


class PrintedRow(Model):
    """A row of Tabell 1 as it is printed."""

    indicator: Identifier = _about("Id of the indicator.")
    name: str = _about("Its name as it is printed.")
    unit: str = _about("Its unit as it is printed.")
    notes: list[Letter] = _about("Letters of the notes on the whole row.")
    values: list[PrintedValue] = _about("One per year, oldest first.")
    mean: Printed = _about("Mean of the network in the report's year.")
    lowest: Printed = _about("Lowest of the network in the report's year.")
    highest: Printed = _about("Highest of the network in the report's year.")
    rank: Printed = _about("Place in the network in the report's year.")


class PrintedYear(Model):
    """The head of a year's column in Tabell 1."""

    year: Year = _about("Data year.")
    notes: list[Letter] = _about("Letters of the notes on the whole column.")


class Note(Model):
    """A note under Tabell 1."""

    letter: Letter = _about("The letter that refers to it.")
    text: str = _about("The note in full.", min_length=1)


class PrintedTable(Model):
    """Tabell 1 as it is printed; the figures themselves are among the facts."""

    years: list[PrintedYear] = _about("The years shown, oldest first.")
    rows: list[PrintedRow] = _about("One per indicator, in the order of print.")
    notes: list[Note] = _about("The notes under the table.")


class FactsFile(Model):
    """Everything that a report from the ASSS network rests on."""

    form: int = _about("Version of this form.", json_schema_extra=CONST_FORM)
    title: str = _about("Title of the report.", min_length=1)
    run: RunRecord = _about("What was asked for.")
    kommune: str = _about("Name of the kommune, or of the network.", min_length=1)
    service: Identifier = _about("Id of the service area.")
    edition: EditionRecord = _about("How final the figures are.")
    snapshot: SnapshotRecord = _about("Where the figures were read from.")
    contains_reconstructed: bool = _about(
        "Whether the report's own year rests on a figure that is not official: its "
        "figures, means and ranks, or what its changes are held against. Figures of "
        "earlier years say it of themselves, in basis."
    )
    table: PrintedTable | None = _about(
        "Tabell 1 as it is printed; null in a report on the network."
    )
    facts: list[FactRecord] = _about(
        "The kommune's figures of every year, the other members' of the report's year. "
        "In a report on the network, everybody's figures of every year."
    )
    sentences: list[Sentence] = _about("In the order of the page.")
    forbehold: list[ForbeholdRecord] = _about("Every caveat on any of the figures.")


def read(content: Mapping[str, Any]) -> FactsFile:
    """
    Read the content of a facts.json of today's form.

    Raises
    ------
    RenderError
        Naming every key that is missing, unknown or wrong.
    """
    try:
        found = FactsFile.model_validate(content)
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
    if found.form != sections.FACTS_FORM:
        msg = (
            f"The facts have form {found.form}, and form {sections.FACTS_FORM} is read "
            "here. Render the report again."
        )
        raise RenderError(msg)
    return found

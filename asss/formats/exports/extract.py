"""What tables of figures are made from: a report's facts, and what goes with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from asss.analysis.facts import Fact
from asss.catalogue.parameters import NETWORK
from asss.formats.exports.form import (
    EditionRecord,
    FactsFile,
    ForbeholdRecord,
    SnapshotRecord,
)


@dataclass(frozen=True)
class Extract:
    """
    Figures with all that must follow them wherever they go.

    Attributes
    ----------
    kommuner : tuple of str
        Whose figures of every year it holds, by id; of others it has one year's.
    facts : tuple of Fact
    is_reconstructed : bool
        Whether the report's own year rests on a figure that is not official.
    day : str
        ISO date that the content is of, never a clock's.
    """

    name: str
    title: str
    year: int
    language: str
    kommuner: tuple[str, ...]
    facts: tuple[Fact, ...]
    is_reconstructed: bool
    forbehold: tuple[ForbeholdRecord, ...]
    edition: EditionRecord
    snapshot: SnapshotRecord
    published: str
    changed: str
    day: str

    @property
    def has_reconstructed(self) -> bool:
        """Whether any figure is not official, be it of an earlier year."""
        return any(
            "reconstructed" in (fact.basis, fact.mean_basis) for fact in self.facts
        )

    @property
    def tables(self) -> tuple[str, ...]:
        """The SSB tables that were read, by number."""
        used = {table for fact in self.facts for table in fact.tables}
        return tuple(table for table in self.snapshot.tables if table in used)

    @cached_property
    def by_key(self) -> Mapping[tuple[str, str, int], Fact]:
        """Facts by indicator, kommune and year."""
        return {(fact.indicator, fact.kommune, fact.year): fact for fact in self.facts}


def extract_of(record: FactsFile) -> Extract:
    """What a report's tables are made from."""
    run = record.run
    is_network = run.kommune == NETWORK
    everybody = dict.fromkeys(fact.kommune for fact in record.facts)
    return Extract(
        name=f"{record.service}-{run.kommune}-{run.year}".replace("_", "-"),
        title=record.title,
        year=run.year,
        language=run.language,
        kommuner=tuple(everybody) if is_network else (run.kommune,),
        facts=tuple(record.facts),
        is_reconstructed=record.contains_reconstructed,
        forbehold=tuple(record.forbehold),
        edition=record.edition,
        snapshot=record.snapshot,
        published=run.published,
        changed=run.changed,
        day=run.changed or run.published or record.snapshot.created,
    )

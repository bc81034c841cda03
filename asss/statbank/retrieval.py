"""
Retrieval: from what we know to a snapshot of SSB's answers, whole or not at all.

A fetch asks for the whole series of every table: SSB corrects back in time. Imports
``holdings`` and below.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from typing import Any

from asss import statbank
from asss.catalogue.catalogue import Catalogue, united
from asss.catalogue.parameters import EVERY
from asss.errors import FetchError, SnapshotError, TableError, UsageError, bullets
from asss.statbank import (
    OSLO,
    Dataset,
    Draft,
    Metadata,
    Selection,
    Snapshot,
    Store,
    holdings,
)
from asss.statbank.client import Client, NoTableError, UnchosenError
from asss.statbank.holdings import Question

__all__ = ["Fetched", "check_hour", "fetch"]

LICENCE = "CC BY 4.0, Statistics Norway (SSB)"

#: SSB's user guide: before publishing at 08:00, tables about to be published show 0 or
#: a dot, and the quarter of an hour around it is busy.
UNSETTLED = (time(5, 0), time(8, 15))


@dataclass(frozen=True)
class _Ready:
    """A table of which everything is known but its figures."""

    metadata: Metadata
    raw: bytes
    question: Question
    parts: list[Selection]


@dataclass(frozen=True)
class Fetched:
    """A finished fetch: the snapshot, and what should be known of it.

    Attributes
    ----------
    changes : mapping of table to (mapping of str to int, or None)
        How many cells are ``changed``, ``new`` or ``gone`` since the fetch before;
        None where there was none.
    remarks : tuple of str
    """

    snapshot: Snapshot
    changes: Mapping[str, Mapping[str, int] | None]
    remarks: tuple[str, ...]


def check_hour(now: datetime) -> None:
    """
    Refuse to fetch while SSB prepares its publishing.

    Raises
    ------
    UsageError
        Between 05:00 and 08:15 in Oslo, when a figure may show as 0.
    """
    first, last = UNSETTLED
    oslo = now.astimezone(OSLO).time()
    if first <= oslo < last:
        msg = (
            f"It is {oslo:%H:%M} in Oslo. From {first:%H:%M} to {last:%H:%M} SSB "
            "prepares its publishing, and figures may show as 0. Wait, or say --anyway."
        )
        raise UsageError(msg)


def fetch(
    areas: Sequence[Catalogue],
    client: Client,
    store: Store,
    *,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
    accept: bool = False,
    may_lack: Collection[str] = (),
) -> Fetched:
    """
    Ask SSB for every figure that is needed, and keep the answers.

    Parameters
    ----------
    areas : sequence of Catalogue
        Of each service area that the snapshot shall answer; a table that several read
        is asked once.
    client : Client
    store : Store
        Where the snapshot is put.
    now : datetime
        With time zone; the day in Oslo names the snapshot.
    progress : function of two int, optional
        Receives the calls that are done and the calls that there are.
    accept : bool
        Somebody has looked at the figures that move far, and they are right.
    may_lack : collection of str
        Ids of areas that are left out, with a remark, where SSB's tables lack what they
        ask for, as long as there is another.

    Returns
    -------
    fetched : Fetched

    Raises
    ------
    FetchError
        If SSB cannot be asked, goes on answering with old figures, or a table lacks
        something that is needed: then all that is lacking, in all tables, is named.
        Or if the clock says that a snapshot was fetched later than now.
    SnapshotError
        If the answers cannot be kept. Snapshots that were there are untouched.
    """
    remarks: list[str] = []
    fetched = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with store.draft() as draft:
        previous = _previous(store, remarks)
        if previous and fetched < previous.fetched:
            msg = (
                f"It is {fetched} by the clock, and snapshot {previous.name} was "
                f"fetched at {previous.fetched}: a new one would not be the latest. "
                "Set the clock right; if it was wrong then, remove that snapshot."
            )
            raise FetchError(msg)
        asking = _Fetch(list(areas), client, draft, progress, remarks)
        asking.leave_out(may_lack)
        known = asking.known
        entries = asking.entries()
        if not entries:
            msg = f"No table has a data year from {known.statbank.first_year} on."
            raise FetchError(msg)
        read = draft.datasets(entries)
        _refuse_doubtful(known, entries, read, now)
        if not accept and previous and previous.base_url == client.base_url:
            _refuse_moved(read, previous)
        manifest = {
            "created": now.astimezone(OSLO).date().isoformat(),
            "fetched": fetched,
            "base_url": client.base_url,
            "licence": LICENCE,
            "services": [area.service.service for area in asking.areas],
            "tables": {number: entries[number] for number in sorted(entries)},
        }
        folder = draft.finish(manifest)
    snapshot = statbank.open_snapshot(folder)
    return Fetched(
        snapshot=snapshot,
        changes={
            table: _changes(snapshot, previous, table) for table in snapshot.tables
        },
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _numbers(known: Catalogue) -> list[str]:
    """The tables that anything is read from."""
    tables = (table.id for table in known.service.tables)
    return [one for one in tables if any(holdings.series_of(known, one))]


def _refuse_doubtful(
    known: Catalogue,
    entries: Mapping[str, Mapping[str, Any]],
    read: Mapping[str, Dataset],
    now: datetime,
) -> None:
    """Refuse what cannot be."""
    lines = [
        line
        for table, dataset in read.items()
        for line in holdings.doubts(
            known, dataset, entries[table], fetched=now.isoformat()
        )
    ]
    if lines:
        msg = (
            f"What SSB has sent is not what the catalogue says:{bullets(lines)}\n"
            "No snapshot was made. Mend parameters/ where SSB is right "
            "(`asss doctor --live` says how), and ask SSB where it is not."
        )
        raise FetchError(msg)


def _refuse_moved(read: Mapping[str, Dataset], previous: Snapshot) -> None:
    """Refuse figures so many of which move far that somebody must look."""
    lines = [
        line
        for table, dataset in read.items()
        if table in previous.datasets
        for line in holdings.moved(previous.dataset(table), dataset)
    ]
    if lines:
        listed = "\n".join(f"  {line}" for line in lines)
        msg = (
            f"More moves than a correction does, since {previous.name}:\n{listed}\n"
            "No snapshot was made. If SSB's figures are right, asss fetch --accept."
        )
        raise FetchError(msg)


def _previous(store: Store, remarks: list[str]) -> Snapshot | None:
    """The newest snapshot; a damaged one must not stand in the way of a new one."""
    try:
        return store.newest()
    except SnapshotError as error:
        remarks.append(f"The newest snapshot was not compared with: {error}")
        return None


@dataclass
class _Fetch:
    """What one fetch asks for, of whom, and what should be known of the answers."""

    areas: list[Catalogue]
    client: Client
    draft: Draft
    progress: Callable[[int, int], None] | None
    remarks: list[str]
    calls: int = 0
    answered: int = 0
    lacking: list[str] = field(default_factory=list)
    described: dict[str, tuple[Metadata, bytes]] = field(default_factory=dict)
    known: Catalogue = field(init=False)

    def __post_init__(self) -> None:
        self.known = united(self.areas)

    def leave_out(self, may_lack: Collection[str]) -> None:
        """Leave out those of some areas that SSB's tables lack anything of."""
        for area in [one for one in self.areas if one.service.service in may_lack]:
            lacking = self._lacking(area)
            if lacking and len(self.areas) > 1:
                self.areas.remove(area)
                name, more = area.service.service, len(lacking) - 1
                others = f", and {more} more" if more else ""
                self.remarks.append(
                    f"{name} is left out, as SSB's tables lack what it asks for: "
                    f"{lacking[0]}{others}. `asss doctor --live --service {name}` says "
                    "how to mend it."
                )
        self.known = united(self.areas)

    def _lacking(self, area: Catalogue) -> list[str]:
        """What SSB's tables lack of what one area asks for."""
        alone = replace(self, areas=[area], remarks=[], lacking=[])
        numbers = _numbers(area)
        alone.calls += len([one for one in numbers if one not in self.described])
        for number in numbers:
            alone.ready(number)
        self.calls, self.answered = alone.calls, alone.answered
        return alone.lacking

    def entries(self) -> dict[str, dict[str, Any]]:
        """
        The entries of the tables, figures and metadata of one update.

        PxWebApi keeps its answers for a time, those on metadata and each on figures
        apart, and SSB may update a table between two questions: what does not belong
        together is asked for again, a few times, when the service has had time to
        forget.
        """
        entries: dict[str, dict[str, Any]] = {}
        pending, attempt = _numbers(self.known), 0
        while pending:
            stale: dict[str, str] = {}
            for number, one in self._prepare(pending).items():
                del self.described[number]
                found = self._keep(one)
                if isinstance(found, str):
                    stale[number] = found
                else:
                    entries[number] = found
            attempt += 1
            if stale:
                self.client.wait_for_update(list(stale.values()), attempt)
            pending = list(stale)
        return entries

    def _answered(self) -> None:
        self.answered += 1
        if self.progress:
            self.progress(self.answered, self.calls)

    def _prepare(self, numbers: Sequence[str]) -> dict[str, _Ready]:
        """Metadata of every table before data of any: a wrong code costs no figures."""
        self.calls += len([one for one in numbers if one not in self.described])
        ready = {number: self.ready(number) for number in numbers}
        if self.lacking:
            is_one = self.known.service.service != EVERY
            without = "" if is_one else " Or fetch for the other areas: --service NAME."
            msg = (
                f"SSB's tables lack what the catalogue asks for:{bullets(self.lacking)}"
                "\nNothing was fetched. Mend indikatorer.yaml or nettverk.yaml; "
                f"`asss doctor --live` says how.{without}"
            )
            raise FetchError(msg)
        found = {number: one for number, one in ready.items() if one}
        self.calls += sum(len(one.parts) for one in found.values())
        return found

    def ready(self, number: str) -> _Ready | None:
        """What to ask a table; None where that is nothing, or it lacks something."""
        try:
            metadata, raw = self._described(number)
        except NoTableError:
            read = holdings.series_of(self.known, number)
            measures = dict.fromkeys(measure.id for measure, _ in read)
            title = self.known.service.table[number].title
            self.lacking.append(f"no table {number} «{title}» ({', '.join(measures)})")
            return None
        try:
            question = self._question(metadata)
            if question is None:
                return None
            parts = self.client.questions(metadata, question.selection)
        except (TableError, UnchosenError) as error:
            self.lacking.append(str(error))
            return None
        return _Ready(metadata, raw, question, parts)

    def _described(self, number: str) -> tuple[Metadata, bytes]:
        """A table's metadata, asked for once in each round."""
        if number not in self.described:
            try:
                self.described[number] = self.client.metadata(number)
            finally:
                self._answered()
        return self.described[number]

    def _question(self, metadata: Metadata) -> Question | None:
        """The question to a table; None where it has no year, or lacks something."""
        known, number = self.known, metadata.table
        held = holdings.data_years(known, metadata)
        if not held:
            self.remarks.append(f"Table {number} has no year that is read from it yet.")
            return None
        for name in holdings.left_out(known, metadata, held):
            self.remarks.append(f"Table {number}: {name} is new; its total is used.")
        question, unmet = holdings.ask(known, metadata, held)
        self.lacking += [holdings.explain(one, number) for one in unmet]
        return None if unmet else question

    def _keep(self, ready: _Ready) -> dict[str, Any] | str:
        """
        Get the figures of one table.

        Returns
        -------
        entry : dict or str
            For the manifest, if figures and metadata are of the same update; else a
            line on how they are not.
        """
        metadata, draft = ready.metadata, self.draft
        table, updated = metadata.table, metadata.updated
        parts, stamps = [], []
        for place, part in enumerate(ready.parts, start=1):
            file = f"{table}.json" if len(ready.parts) == 1 else f"{table}-{place}.json"
            raw = self.client.data(table, part)
            parts.append(draft.keep(file, raw))
            stamps.append(statbank.read_dataset(raw, table=table).updated)
            self._answered()
        for stamp in (max(stamps), min(stamps)):
            if stamp != updated:
                return statbank.disagreement(table, updated, stamp)
        return {
            "title": holdings.plain_title(metadata.label),
            "parts": parts,
            "sha256": statbank.summed(parts),
            "updated": updated,
            "ssb_updated": updated,
            "query": statbank.as_body(ready.question.selection),
            "resolved": ready.question.resolved,
            "is_closed": metadata.is_closed,
            "metadata": draft.keep(f"{table}.metadata.json", ready.raw),
            "cells": [],
        }


def _changes(
    snapshot: Snapshot, previous: Snapshot | None, table: str
) -> dict[str, int] | None:
    if previous is None or table not in previous.datasets:
        return None
    cells = snapshot.dataset(table).by_address
    before = previous.dataset(table).by_address
    both = cells.keys() & before.keys()
    return {
        "changed": sum(cells[key] != before[key] for key in both),
        "new": len(cells) - len(both),
        "gone": len(before) - len(both),
    }

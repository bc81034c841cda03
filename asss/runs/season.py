"""
The season: what is still to be done before the reports on a data year are finished.

SSB publishes figures of a data year twice in the year after, and between those dates
figures are collected by hand, people asked, and caveats looked at again. What of this
is done is read from where it lies: the snapshot, ``parameters/``, the ledger and the
reports. Nothing here reads a clock. Imports ``manifest``, ``publication`` and below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from asss.analysis import publication
from asss.analysis.publication import FINAL, PRELIMINARY, UNKNOWN, Finality
from asss.catalogue import catalogue, parameters
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Forbehold
from asss.outputs import PUBLIC, USUAL_FORMATS
from asss.runs import manifest
from asss.runs.ledger import Ledger
from asss.statbank import Snapshot, day_of, holdings

__all__ = ["ReportState", "Season", "TableState", "take"]


@dataclass(frozen=True)
class TableState:
    """One table that reports on the year read.

    Attributes
    ----------
    updated, at_ssb : str
        ISO dates on which SSB updated it: as it is held, and as SSB has it now. Empty
        where that is not known, or SSB was not asked.
    finality : Finality
    is_held : bool
        Whether the snapshot has the year.
    """

    id: str
    is_held: bool
    updated: str
    finality: Finality
    at_ssb: str

    @property
    def is_behind(self) -> bool:
        """Whether SSB has updated it since it was fetched."""
        return bool(self.at_ssb) and (not self.is_held or self.at_ssb > self.updated)


@dataclass(frozen=True)
class ReportState:
    """One report: why it is due, and its dates as the ledger has them (ISO, or "")."""

    kommune: str
    reasons: tuple[str, ...]
    published: str
    changed: str


@dataclass(frozen=True)
class Season:
    """How far the work on a data year has come.

    Attributes
    ----------
    has_figures : bool
        Whether the snapshot reaches the year, so that reports can be made.
    to_collect : mapping of str to tuple of str
        Members without a figure, by the indicator that is collected by hand.
    uncommented : tuple of str
        Members of whom nobody has said anything.
    to_review : tuple of Forbehold
        Those on the year before and not on this one.
    reports : tuple of ReportState
        Empty where there are no figures.
    next_day, to_do : str
        The next of SSB's dates (ISO), empty when both are past; what to do now.
    """

    year: int
    snapshot: str
    has_figures: bool
    tables: tuple[TableState, ...]
    to_collect: Mapping[str, tuple[str, ...]]
    uncommented: tuple[str, ...]
    to_review: tuple[Forbehold, ...]
    reports: tuple[ReportState, ...]
    next_day: str
    to_do: str


def take(
    known: Catalogue,
    answers: Snapshot,
    year: int,
    *,
    output: Path,
    today: str,
    at_ssb: Mapping[str, str],
) -> Season:
    """
    Look over a season of one service area.

    Parameters
    ----------
    answers : Snapshot
        That the reports would be made from today.
    output : Path
        Where reports lie as ``<year>/<service>/<kommune>/``.
    today : str
        ISO date.
    at_ssb : mapping of str
        When SSB updated each table (ISO date), where it was asked.
    """
    members = [member.id for member in known.network.in_year(year)]
    has_figures = year in holdings.available_years(known, answers)
    tables = _tables(known, answers, year, at_ssb)
    next_day, to_do = _agenda(known, year, today, tables)
    return Season(
        year=year,
        snapshot=answers.name,
        has_figures=has_figures,
        tables=tables,
        to_collect={
            indicator.id: lacking
            for measure, indicator in known.service.by_hand.items()
            if (
                lacking := tuple(
                    name
                    for name in members
                    if (measure, name, year) not in known.manual
                )
            )
        },
        uncommented=tuple(
            name
            for name in members
            if not any((c.kommune, c.year) == (name, year) for c in known.comments)
        ),
        to_review=tuple(
            entry
            for entry in known.forbehold
            if entry.holds(is_fetched=answers.is_fetched)
            and year - 1 in entry.years
            and year not in entry.years
        ),
        reports=_reports(known, answers, year, output) if has_figures else (),
        next_day=next_day,
        to_do=to_do,
    )


def _tables(
    known: Catalogue, answers: Snapshot, year: int, at_ssb: Mapping[str, str]
) -> tuple[TableState, ...]:
    states = []
    for number in known.service.tables_in(year):
        table, updated = known.service.table[number], ""
        finality: Finality = UNKNOWN
        is_held = (
            number in answers.datasets
            and year + table.year_offset in answers.dataset(number).years
        )
        if is_held:
            updated = day_of(answers.tables[number]["ssb_updated"] or "")
            finality = publication.finality(
                table, known.service.calendar, answers, year
            )
        states.append(
            TableState(number, is_held, updated, finality, at_ssb.get(number, ""))
        )
    return tuple(states)


def _reports(
    known: Catalogue, answers: Snapshot, year: int, output: Path
) -> tuple[ReportState, ...]:
    runs = [
        parameters.choose_run(
            known.folder, kommune=name, year=year, service=known.service.service
        ).model_copy(update={"snapshot": answers.name})
        for name in known.network.reports(year)
    ]
    entries = Ledger(output).read()
    verdicts = manifest.judge(
        runs,
        output=output,
        catalogues=catalogue.of_runs(known.folder, runs),
        snapshots={answers.name: answers},
        entries=entries,
        asked=(*USUAL_FORMATS, PUBLIC),
    )
    states = []
    for verdict in verdicts:
        entry = entries.get(manifest.key_of(verdict.run))
        published = verdict.run.published
        changed = entry.changed if entry else verdict.run.changed
        states.append(
            ReportState(verdict.run.kommune, verdict.reasons, published, changed)
        )
    return tuple(states)


def _agenda(
    known: Catalogue, year: int, today: str, tables: Sequence[TableState]
) -> tuple[str, str]:
    """The next of SSB's dates, and what to do now."""
    calendar, now = known.service.calendar, date.fromisoformat(today)
    first, last = (
        date.fromisoformat(f"{year + 1}-{day}")
        for day in (calendar.preliminary, calendar.final)
    )
    behind = [table.id for table in tables if table.is_behind]
    if now < first:
        day = first.isoformat()
        return day, f"Collect by hand until {day}, when preliminary figures come."
    next_day = last.isoformat() if now < last else ""
    wanted = (FINAL,) if now >= last else (PRELIMINARY, FINAL)
    short = [
        table.id
        for table in tables
        if not table.is_held or table.finality not in wanted
    ]
    if behind:
        return next_day, f"SSB has updated {', '.join(behind)} since: `asss fetch`."
    if short:
        numbers, what = ", ".join(short), "final" if not next_day else "preliminary"
        return next_day, f"{what.title()} figures are due of {numbers}: `asss fetch`."
    if next_day:
        to_do = f"Render and send out for comment; fetch again on {next_day}, for good."
    else:
        to_do = "All figures are final: render, publish, and answer for corrections."
    return next_day, to_do

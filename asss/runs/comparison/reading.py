"""
Reading: a snapshot is taken to sentences, rendered reports are read as they lie.

Both become an :class:`~asss.runs.comparison.editions.Edition`.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from asss.analysis import facts, findings, indexing, sources
from asss.analysis.facts import Fact
from asss.analysis.findings import Findings
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EMBEDDED, LATEST, NETWORK_FILE, Run
from asss.errors import EditionError, UsageError
from asss.page import sections, text
from asss.page.text import Sentence
from asss.runs.comparison.editions import (
    SHARED,
    Chosen,
    Edition,
    Key,
    Rendered,
    Report,
    ReportKey,
    Shown,
    Value,
)
from asss.runs.report import FACTS_NAME
from asss.statbank import MANIFEST, Snapshot

#: Where reports lie in a folder that somebody names: one report, a year, all of them.
PLACES = (FACTS_NAME, f"*/{FACTS_NAME}", f"*/*/{FACTS_NAME}")

#: So many reports are named one by one in a message.
FEW = 3


def open_source(known: Catalogue, name: str, *, root: Path) -> Snapshot | Rendered:
    """
    Open what somebody wants to compare.

    Parameters
    ----------
    name : str
        ``embedded``, ``latest``, the name or folder of a snapshot, or a folder with
        rendered reports: one report's, a year's, or all of them. A path begins in the
        working folder, else in the project's.
    root : Path
        The project's folder.

    Raises
    ------
    UsageError
        If it is neither.
    SnapshotError, EditionError
        If it is there and damaged.
    """
    store = sources.snapshot_store(root)
    if name in (EMBEDDED, LATEST, *store.names()):
        return sources.open_snapshot(name, root=root)
    for folder in dict.fromkeys((Path(name), root / name)):
        # First the facts: a rendered report has a manifest as well, of another kind.
        files = sorted(path for place in PLACES for path in folder.glob(place))
        if files:
            return _rendered(known, name, files)
        if (folder / MANIFEST).is_file():
            return sources.open_snapshot(str(folder.resolve()), root=root)
    snapshots = ", ".join([EMBEDDED, *store.names()])
    msg = (
        f"Nothing to compare in {name!r}. Give a snapshot ({snapshots}, {LATEST}, or "
        f"a folder), or a folder with rendered reports, such as outputs/2020."
    )
    raise UsageError(msg)


def choose(
    known: Catalogue,
    a: Snapshot | Rendered,
    b: Snapshot | Rendered,
    *,
    years: Collection[int] | None,
    kommuner: Collection[str] | None,
) -> Chosen:
    """
    Say which reports are wanted, and which of them both sides have.

    Raises
    ------
    UsageError
        If none is left that both have, naming what each has.
    """
    wanted = [known.network.member(name).id for name in kommuner or ()]
    sides = [
        {
            (year, kommune)
            for year, kommune in _held(known, source)
            if (not years or year in years) and (not wanted or kommune in wanted)
        }
        for source in (a, b)
    ]
    old, new = sides
    if not old & new:
        has = [f"{source.name} has {_told(_held(known, source))}" for source in (a, b)]
        msg = f"No such report is in both: {'; '.join(has)}."
        raise UsageError(msg)
    return Chosen(
        both=_in_order(known, old & new),
        only_old=_in_order(known, old - new),
        only_new=_in_order(known, new - old),
    )


def read(
    known: Catalogue, source: Snapshot | Rendered, reports: Sequence[ReportKey]
) -> Edition:
    """
    Make the edition of some reports.

    Parameters
    ----------
    reports : sequence of ReportKey
        By year; the source has them all.
    """
    if isinstance(source, Rendered):
        return Edition(
            name=source.name,
            kind="rendered",
            sha256="",
            measures=None,
            reports={key: source.reports[key] for key in reports},
        )
    last, _ = reports[-1]
    observations = sources.load_observations(known, source, until=last)
    indexed = indexing.index_to_network(observations, rule=known.mean_rule)
    made: dict[ReportKey, Report] = {}
    for year in dict.fromkeys(year for year, _ in reports):
        kommuner = [kommune for other, kommune in reports if other == year]
        rows = indexed[indexed["year"] <= year]
        book = facts.gather(rows, known, Run(kommune=kommuner[0], year=year), source)
        shown = [_shown(fact) for fact in book.facts.values()]
        for kommune in kommuner:
            own = replace(
                book,
                run=book.run.model_copy(update={"kommune": kommune}),
                member=known.network.member(kommune),
            )
            made[year, kommune] = _report(known, findings.conclude(own, known), shown)
    return Edition(
        name=source.name,
        kind="snapshot",
        sha256=source.sha256,
        measures=_measures(known, source, last),
        reports=made,
    )


# -- snapshots -------------------------------------------------------------------------


def _measures(known: Catalogue, snapshot: Snapshot, last: int) -> dict[Key, Value]:
    """The basic figures; a sum of others would tell of each change twice."""
    years = [y for y in sources.available_years(known, snapshot) if y <= last]
    return {
        (row["measure"], row["kommune"], row["year"]): Value(
            value=None if row["status"] else float(row["value"]),
            sign=row["status"],
            basis=row["basis"],
            tables=row["tables"],
        )
        for row in sources.load_measures(known, snapshot, years=years).to_dict(
            "records"
        )
        if not known.service.measure[row["measure"]].sum
    }


def _report(known: Catalogue, found: Findings, shown: Iterable[Shown]) -> Report:
    year, kommune = found.book.run.year, found.book.member.id
    return Report(
        facts={
            fact.key: fact
            for fact in shown
            if fact.kommune == kommune or fact.year == year
        },
        sentences=tuple(text.sentences(found, known)),
        forbehold={entry.id: entry.text for entry in found.book.all_forbehold(known)},
    )


def _shown(fact: Fact) -> Shown:
    shared = {name: getattr(fact, name) for name in SHARED}
    return Shown(**shared, tables=fact.tables)


# -- rendered reports ------------------------------------------------------------------


def _rendered(known: Catalogue, name: str, files: Sequence[Path]) -> Rendered:
    reports: dict[ReportKey, Report] = {}
    for path in files:
        content = _content(path)
        try:
            if content["service"] != known.service.service:
                continue
            kommune, year = content["run"]["kommune"], content["run"]["year"]
            report = _told_by(content)
        except (KeyError, TypeError, AttributeError) as error:
            msg = f"{path} is damaged: {error!r} is amiss. Render the report again."
            raise EditionError(msg) from error
        if kommune not in {member.id for member in known.network.members}:
            msg = f"{path}: {kommune!r} is not a member in {NETWORK_FILE}."
            raise EditionError(msg)
        if (year, kommune) in reports:
            msg = f"{name!r} holds {kommune} {year} more than once. Name one of them."
            raise UsageError(msg)
        reports[year, kommune] = report
    if not reports:
        msg = f"No report on {known.service.service} in {name!r}."
        raise UsageError(msg)
    return Rendered(name=name, reports=reports)


def _content(path: Path) -> Any:
    try:
        content = json.loads(path.read_bytes())
        form = content["form"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path} cannot be read as facts ({error}). Render the report again."
        raise EditionError(msg) from error
    if form != sections.FACTS_FORM:
        msg = (
            f"{path} has form {form}, and form {sections.FACTS_FORM} is read here. "
            "Render the report again."
        )
        raise EditionError(msg)
    return content


def _told_by(content: Mapping[str, Any]) -> Report:
    shown = [
        Shown(
            **{name: _frozen(record[name]) for name in (*SHARED, "tables")},
        )
        for record in content["facts"]
    ]
    return Report(
        facts={fact.key: fact for fact in shown},
        sentences=tuple(
            Sentence(
                chapter=said["section"],
                text=said["text"],
                rule=said["rule"],
                facts=tuple(said["facts"]),
            )
            for said in content["sentences"]
        ),
        forbehold={entry["id"]: entry["text"] for entry in content["forbehold"]},
    )


def _frozen(content: Any) -> Any:
    return tuple(content) if isinstance(content, list) else content


# -- which reports ---------------------------------------------------------------------


def _held(known: Catalogue, source: Snapshot | Rendered) -> set[ReportKey]:
    if isinstance(source, Rendered):
        return set(source.reports)
    return {
        (year, member.id)
        for year in sources.available_years(known, source)
        for member in known.network.in_year(year)
    }


def _in_order(
    known: Catalogue, reports: Collection[ReportKey]
) -> tuple[ReportKey, ...]:
    order = [member.id for member in known.network.members]
    return tuple(
        sorted(reports, key=lambda report: (report[0], order.index(report[1])))
    )


def _told(reports: Collection[ReportKey]) -> str:
    """What a side has, for a message: years with all members, else each report."""
    if len(reports) <= FEW:
        return ", ".join(f"{kommune} {year}" for year, kommune in sorted(reports))
    years = sorted({year for year, _ in reports})
    return f"{len(reports)} reports, data years {', '.join(map(str, years))}"

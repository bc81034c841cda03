"""Show how far the work on a data year has come, and what comes next."""

import textwrap
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from asss.analysis.publication import FINAL, PRELIMINARY, UNKNOWN
from asss.catalogue import parameters
from asss.catalogue.catalogue import Catalogue
from asss.cli.fetch import BaseUrlOption, connect
from asss.cli.terminal import (
    OutputOption,
    ParametersOption,
    ServicesOption,
    out,
    output_folder,
    parameters_folder,
    plain_errors,
    safe,
    service_areas,
    today,
)
from asss.runs import season
from asss.runs.season import Season
from asss.statbank import holdings

__all__ = ["status"]

#: Columns of the narrowest terminal.
WIDTH = 80

#: How final a table is, in the words of the command.
FINALITY = {FINAL: "final", PRELIMINARY: "preliminary", UNKNOWN: "not known"}


def status(
    year: Annotated[int, typer.Option(help="Data year.")],
    live: Annotated[
        bool, typer.Option("--live", help="Also ask SSB what it has updated since.")
    ] = False,
    day: Annotated[
        str | None, typer.Option("--date", help="As of this day. Default: today.")
    ] = None,
    base_url: BaseUrlOption = None,
    service: ServicesOption = None,
    output: OutputOption = None,
    parameters_: ParametersOption = None,
) -> None:
    """Show what of a data year's work is done, and what is to be done next."""
    with plain_errors():
        folder = parameters_folder(parameters_)
        areas = service_areas(folder, service)
        answers = holdings.open_snapshot(parameters.LATEST, root=folder.parent)
        seasons = [
            season.take(
                known,
                answers,
                year,
                output=output_folder(output, folder),
                today=today(day),
                at_ssb=_at_ssb(known, year, base_url) if live else {},
            )
            for known in areas
        ]
    for known, found in zip(areas, seasons, strict=True):
        if len(areas) > 1:
            out.rule(f"[bold]{safe(known.service.service)}[/bold]", align="left")
        _show(found, known)


def _at_ssb(known: Catalogue, year: int, base_url: str | None) -> dict[str, str]:
    """When SSB updated each of the year's tables."""
    with connect(known, base_url) as client:
        return {
            number: str(client.metadata(number)[0].updated_on or "")
            for number in known.service.tables_in(year)
        }


def _show(found: Season, known: Catalogue) -> None:
    names = {member.id: member.name for member in known.network.members}
    for title, lines in (
        (f"SSB's tables (snapshot {found.snapshot})", _tables(found)),
        ("Still to collect by hand", _by_hand(found, names)),
        ("Nobody has commented", _some(found.uncommented, names)),
        (f"Forbehold on {found.year - 1} to look at again", _forbehold(found)),
        ("Reports", _reports(found)),
    ):
        out.print(f"[bold]{safe(title)}[/bold]")
        for line in lines or ["none"]:
            out.print(safe(_wrapped(line)))
        out.print()
    out.print("[bold]Next[/bold]")
    out.print(safe(_wrapped(found.to_do)))
    if found.next_day:
        out.print(f"  SSB's next date is {found.next_day}.")


def _wrapped(line: str) -> str:
    """Within the width of any terminal; an id is for typing again, and stays whole."""
    return textwrap.fill(
        line,
        width=WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _tables(found: Season) -> list[str]:
    lines = []
    for table in found.tables:
        line = f"{table.id}  {FINALITY[table.finality]}"
        if not table.is_held:
            line = f"{table.id}  not fetched for {found.year}"
        elif table.updated:
            line += f", of {table.updated}"
        if table.is_behind:
            line += f"; SSB updated it {table.at_ssb}: fetch"
        elif table.at_ssb:
            line += "; as SSB has it"
        lines.append(line)
    if not any(table.at_ssb for table in found.tables):
        lines.append("SSB was not asked; --live does that.")
    return lines


def _by_hand(found: Season, names: Mapping[str, str]) -> list[str]:
    return [
        f"{indicator}: {line}"
        for indicator, lacking in found.to_collect.items()
        for line in _some(lacking, names)
    ]


def _some(members: Sequence[str], names: Mapping[str, str]) -> list[str]:
    return [", ".join(names[one] for one in members)] if members else []


def _forbehold(found: Season) -> list[str]:
    return [f"{entry.id}: {entry.label}" for entry in found.to_review]


def _reports(found: Season) -> list[str]:
    if not found.has_figures:
        return [f"There are no figures for {found.year} to make them of."]
    due: dict[str, list[str]] = defaultdict(list)
    for one in found.reports:
        for reason in one.reasons[:1]:
            due[reason].append(one.kommune)
    published = [one for one in found.reports if one.published]
    changed = [one for one in published if one.changed]
    count = sum(map(len, due.values()))
    lines = [f"{count} of {len(found.reports)} due, {len(published)} published."]
    lines += [f"due: {', '.join(ids)}: {reason}" for reason, ids in due.items()]
    lines += [f"{one.kommune}: changed since, on {one.changed}" for one in changed]
    return lines

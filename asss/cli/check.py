"""Read everything that is known, and show it."""

from rich.table import Column, Table

from asss import statbank
from asss.analysis import sources
from asss.catalogue import catalogue, parameters
from asss.cli.terminal import (
    ParametersOption,
    out,
    parameters_folder,
    plain_errors,
    safe,
)

__all__ = [
    "check",
    "list_",
]


def check(parameters_: ParametersOption = None) -> None:
    """Read and cross-check everything under parameters/, and the embedded snapshot."""
    with plain_errors():
        known = catalogue.load_catalogue(parameters_folder(parameters_))
        known.check_comments()
        answers = sources.open_snapshot(parameters.EMBEDDED)
        years = sources.available_years(known, answers)
        if years:
            sources.load_observations(known, answers, until=years[-1])
    service = known.service
    out.print(
        f"parameters/ is in order: {len(known.network.members)} kommuner, "
        f"{len(service.indicators)} indicators, {len(service.measures)} measures, "
        f"{len(known.forbehold)} forbehold, {len(known.phrases.phrases)} phrases, "
        f"{len(known.manual)} manual figures, {len(known.comments)} comments."
    )
    name, held = safe(answers.name), statbank.spans(years)
    out.print(f"Snapshot {name}: {len(answers.tables)} tables, {held}.")
    for file in catalogue.unread(known.folder):
        out.print(
            f"[yellow]Not read:[/yellow] {safe(file)} is not where, or not called "
            "what, a file of parameters/ is: figures end in .csv, the rest in .yaml, "
            "and a comment is kommentarer/<kommune>-<year>/<chapter>.md."
        )
    unverified = service.unverified
    if unverified:
        out.print(
            f"\n{len(unverified)} tables and codes have not been verified against SSB:"
        )
        for line in unverified:
            out.print(f"  - {safe(line)}")


def list_(parameters_: ParametersOption = None) -> None:
    """Show kommuner, years and indicators."""
    with plain_errors():
        folder = parameters_folder(parameters_)
        known = catalogue.load_catalogue(folder)
        answers = sources.open_snapshot(parameters.LATEST, root=folder.parent)
        years = sources.available_years(known, answers)
        kommuner = Table(_id(), "name", "kommunenummer by data year", "member from")
        for member in known.network.members:
            numbers = ", ".join(str(period) for period in member.kommunenummer)
            since = str(member.member_from or "")
            kommuner.add_row(member.id, member.name, numbers, since)
    out.print(kommuner)
    name, held = safe(answers.name), statbank.spans(years)
    out.print(f"Data years with figures: {held} (snapshot {name})\n")
    indicators = Table(_id(), "section", "unit", "mean", "name")
    for indicator in known.service.indicators:
        rule = known.service.mean_rule(indicator, years[-1]) if years else ""
        indicators.add_row(
            indicator.id, indicator.section, indicator.unit, rule, indicator.name
        )
    out.print(indicators)


def _id() -> Column:
    """Ids are for typing again, so they are never cut or broken."""
    return Column("id", no_wrap=True)

"""Compare two snapshots, or two renderings: figures, what follows, sentences."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from asss import outputs
from asss.catalogue import catalogue
from asss.catalogue.catalogue import Catalogue
from asss.cli.terminal import (
    FAILURE,
    SERVICE,
    USAGE,
    ParametersOption,
    ServiceOption,
    Terminal,
    out,
    parameters_folder,
    plain_errors,
    print_json,
    report_ids,
    years_of,
)
from asss.errors import RenderError
from asss.runs import comparison
from asss.runs.comparison import OWN, Comparison, FactChange, Piece, SentenceChange

#: Ids and figures are for copying, so no table is cut to the width of a window.
wide = Terminal(highlight=False, soft_wrap=True, width=400)

#: How a run of words is shown: as git shows them, so that it can be piped and read.
MARKS = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
STYLES = {"same": "", "removed": "red", "added": "green"}


def diff(
    a: Annotated[
        str,
        typer.Argument(
            metavar="A",
            help="embedded, latest, a snapshot's name or folder, or a folder with "
            "rendered reports: outputs/2020.",
        ),
    ],
    b: Annotated[str, typer.Argument(metavar="B", help="The same; the newer.")],
    year: Annotated[
        list[str] | None,
        typer.Option(help="Only the reports of these data years: 2018-2020."),
    ] = None,
    kommune: Annotated[
        list[str] | None,
        typer.Option(help="Only the reports of these kommuner: oslo,bergen."),
    ] = None,
    service: ServiceOption = SERVICE,
    as_json: Annotated[
        bool, typer.Option("--json", help="Everything, as JSON and nothing else.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it as a page, in bokmål.")
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 1 if anything differs.")
    ] = False,
    parameters_: ParametersOption = None,
) -> None:
    """
    Show what differs from A to B: figures, what follows from them, and sentences.

    Ends with 0 whether or not anything differs, since looking is no failure; with
    --exit-code, 1 if anything does. Trouble ends with 2, as in diff.
    """
    try:
        with plain_errors():
            folder = parameters_folder(parameters_)
            known = catalogue.load_catalogue(folder, service=service)
            wanted = [one for part in year or () for one in years_of(part)]
            old, new = (
                comparison.open_source(known, name, root=folder.parent)
                for name in (a, b)
            )
            found = comparison.compare(
                known,
                old,
                new,
                years=wanted,
                kommuner=report_ids(known, kommune or ()),
            )
            if html is not None:
                _write(html, comparison.to_html(found, known))
    except typer.Exit:
        # 1 says that something differs, so it cannot say that something failed.
        raise typer.Exit(USAGE) from None
    if as_json:
        print_json(comparison.as_record(found), indent=1)
    else:
        _summary(found)
        if html is None:
            _details(found, known)
        else:
            out.print(Text(f"The page is {html}."))
    if exit_code and not found.is_empty:
        raise typer.Exit(FAILURE)


def _write(path: Path, page: str) -> None:
    try:
        outputs.write(path, page)
    except OSError as error:
        msg = f"Cannot write {path}: {error.strerror}."
        raise RenderError(msg) from error


def _summary(found: Comparison) -> None:
    """How many of each: the first thing to know."""
    counts = found.counts
    for label, side in (("A", found.old), ("B", found.new)):
        hash_ = f", sha256 {side.sha256[:12]}" if side.sha256 else ""
        out.print(Text(f"{label}  {side.name} ({side.kind}{hash_})"))
    if found.is_empty:
        figures = counts["values_unchanged"]
        out.print(
            f"Nothing differs: {figures} figures, {counts['reports']} reports alike."
        )
        return
    rows: tuple[tuple[str, int, list[str]], ...] = (
        (
            f"{found.level} values",
            counts["values"],
            [
                _told(counts["values_suppressed"], "suppressed", "bold red"),
                _told(counts["values_disappeared"], "disappeared"),
                _told(counts["values_changed"], "changed"),
                _told(counts["values_appeared"], "appeared"),
                _told(counts["values_sign"], "with another sign"),
                _told(counts["values_unchanged"], "unchanged"),
            ],
        ),
        ("basis", counts["bases"], []),
        (
            "what follows",
            counts["facts_visible"],
            [_told(counts["facts_invisible"], "more not visible in print")],
        ),
        (
            "sentences",
            counts["sentences"],
            [
                _told(counts["sentences_changed"], "changed"),
                _told(counts["sentences_appeared"], "appeared"),
                _told(counts["sentences_disappeared"], "disappeared"),
            ],
        ),
        ("forbehold", counts["forbehold"], []),
        (
            "reports touched",
            counts["reports_touched"],
            [f"of {counts['reports']}", _told(len(found.untouched), "untouched")],
        ),
        ("reports only in A", len(found.only_old), []),
        ("reports only in B", len(found.only_new), []),
    )
    table = Table.grid(Column(), Column(justify="right"), Column(), padding=(0, 2))
    for name, count, parts in rows:
        if count or parts:
            table.add_row(name, str(count), ", ".join(part for part in parts if part))
    wide.print(table)


def _told(count: int, what: str, style: str = "") -> str:
    told = f"{count} {what}" if count else ""
    return f"[{style}]{told}[/]" if told and style else told


def _details(found: Comparison, known: Catalogue) -> None:
    if found.values:
        table = _table("Values", "table", found.level, "kommune", "year", "A", "B", "")
        for value in found.values:
            table.add_row(
                ", ".join(value.tables),
                value.name,
                value.kommune,
                str(value.year),
                value.old_printed,
                value.new_printed,
                "" if value.fate == "changed" else value.fate,
                style="bold red" if value.fate == "suppressed" else "",
            )
        wide.print(table)
    if found.bases:
        table = _table("Basis", "table", found.level, "kommune", "year", "A", "B")
        for basis in found.bases:
            table.add_row(
                ", ".join(basis.tables),
                basis.name,
                basis.kommune,
                str(basis.year),
                basis.old,
                basis.new,
            )
        wide.print(table)
    means = [change for change in found.visible if change.quantity == "mean"]
    if means:
        table = _table("Means", "indicator", "year", "A", "B")
        for mean in means:
            table.add_row(
                mean.indicator, str(mean.year), mean.old_printed, mean.new_printed
            )
        wide.print(table)
    if found.moves:
        names = ("indicator", "kommune", "year", *OWN)
        table = _table("Values, indexes and ranks in print", *names)
        for (indicator, kommune, year), cells in found.moves.items():
            own = (_moved(cells.get(quantity)) for quantity in OWN)
            table.add_row(indicator, kommune, str(year), *own)
        wide.print(table)
    _sentences(found.sentences, known)
    _forbehold(found)
    for name, reports in (
        ("Reports touched", found.touched),
        ("Only in A", found.only_old),
        ("Only in B", found.only_new),
    ):
        if reports:
            out.print(Text(f"\n{name}", style="bold"))
            for year in dict.fromkeys(year for year, _ in reports):
                kommuner = (kommune for other, kommune in reports if other == year)
                out.print(f"  {year}  {', '.join(kommuner)}")


def _table(title: str, *names: str) -> Table:
    out.print(Text(f"\n{title}", style="bold"))
    numbers = ("A", "B", *OWN)
    columns = (
        Column(name, no_wrap=True, justify="right" if name in numbers else "left")
        for name in names
    )
    return Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0))


def _moved(change: FactChange | None) -> str:
    return f"{change.old_printed} → {change.new_printed}" if change else ""


def _sentences(changes: Sequence[SentenceChange], known: Catalogue) -> None:
    if changes:
        out.print(Text("\nSentences", style="bold"))
    report: tuple[str, int] | None = None
    for change in changes:
        if (change.kommune, change.year) != report:
            report = (change.kommune, change.year)
            name = known.network.member(change.kommune).name
            out.print(Text(f"\n{name} {change.year}", style="bold"))
        rule = change.new_rule or change.old_rule
        if change.fate == "changed" and change.old_rule != change.new_rule:
            rule = f"{change.old_rule} → {change.new_rule}"
        out.print(Text(f"  {change.section} · {rule} · {change.fate}", style="dim"))
        out.print(Text.assemble("    ", *(_marked(piece) for piece in change.words)))


def _marked(piece: Piece) -> tuple[str, str]:
    return MARKS[piece.kind].format(piece.text), STYLES[piece.kind]


def _forbehold(found: Comparison) -> None:
    """Each change once, with the reports that it is made in."""
    if found.forbehold:
        out.print(Text("\nForbehold", style="bold"))
    places: dict[tuple[str, str, str, str], list[str]] = {}
    for change in found.forbehold:
        key = (change.id, change.fate, change.old or "", change.new or "")
        places.setdefault(key, []).append(f"{change.kommune} {change.year}")
    for (name, fate, old, new), reports in places.items():
        out.print(Text(f"  {name} · {fate} · {len(reports)} reports", style="dim"))
        for kind, told in (("removed", old), ("added", new)):
            if told:
                out.print(Text(f"    {MARKS[kind].format(told)}", style=STYLES[kind]))
        out.print(Text(f"    {', '.join(reports)}"))

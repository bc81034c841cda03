"""Compare two snapshots, or two renderings: figures, what follows, sentences."""

from collections.abc import Iterable, Sequence
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
    USAGE,
    ParametersOption,
    Terminal,
    err,
    out,
    parameters_folder,
    plain_errors,
    print_json,
    report_ids,
    safe,
    service_names,
    years_of,
)
from asss.errors import RenderError, UsageError, counted
from asss.runs import comparison
from asss.runs.comparison import OWN, Comparison, FigureChange, Piece

__all__ = ["diff"]

#: Ids and figures are for copying, so no table is cut to the width of a window.
wide = Terminal(highlight=False, soft_wrap=True, width=400)

#: How a run of words is shown: as git shows them, so that it can be piped and read.
MARKS = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
STYLES = {"same": "", "removed": "red", "added": "green"}

#: How the counts of a comparison are shown, those that are not 0.
VALUES = {
    "values_suppressed": "[bold red]{} suppressed[/]",
    "values_disappeared": "{} disappeared",
    "values_changed": "{} changed",
    "values_appeared": "{} appeared",
    "values_sign": "{} with another sign",
    "values_unchanged": "{} unchanged",
}
FACTS = {"facts_invisible": "{} more not visible in print"}
SENTENCES = {
    "sentences_changed": "{} changed",
    "sentences_appeared": "{} appeared",
    "sentences_disappeared": "{} disappeared",
}
REPORTS = {"reports": "of {}", "reports_untouched": "{} untouched"}


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
    service: Annotated[
        str | None,
        typer.Option(
            help="Service areas, or alle. Default: sosiale_tjenester, or the only one."
        ),
    ] = None,
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
            wanted = [one for part in year or () for one in years_of(part)]
            names = service_names(folder, service, is_all=False)
            if html is not None and len(names) > 1:
                msg = f"--html is of one service area: --service {names[0]}."
                raise UsageError(msg)
            compared = _compared(folder, names, (a, b), wanted, kommune or ())
            if html is not None:
                known, found = compared[0]
                _write(html, comparison.to_html(found, known))
    except typer.Exit:
        # 1 says that something differs, so it cannot say that something failed.
        raise typer.Exit(USAGE) from None
    if as_json:
        records = {
            known.service.service: comparison.as_record(found)
            for known, found in compared
        }
        is_one = len(names) == 1
        print_json(records[names[0]] if is_one else {"services": records}, indent=1)
    else:
        _show(compared, html, is_one=len(names) == 1)
    if exit_code and not all(found.is_empty for _, found in compared):
        raise typer.Exit(FAILURE)


def _show(
    compared: Sequence[tuple[Catalogue, Comparison]], html: Path | None, *, is_one: bool
) -> None:
    """In the terminal; of several service areas asked for, each under its name."""
    for known, found in compared:
        if not is_one:
            out.rule(f"[bold]{known.service.service}[/bold]", align="left")
        _summary(found)
        if html is None:
            _details(found, known)
        else:
            out.print(Text(f"The page is {html}."))


def _compared(
    folder: Path,
    names: Sequence[str],
    sides: tuple[str, str],
    years: Sequence[int],
    kommuner: Sequence[str],
) -> list[tuple[Catalogue, Comparison]]:
    """
    Each service area compared.

    Raises
    ------
    UsageError
        If there is nothing to compare; of several areas, in none of them.
    """
    compared, problems = [], []
    for name in names:
        known = catalogue.load_catalogue(folder, service=name)
        try:
            old, new = (
                comparison.open_source(known, side, root=folder.parent)
                for side in sides
            )
            asked = report_ids(known, kommuner)
            found = comparison.compare(known, old, new, years=years, kommuner=asked)
        except UsageError as error:
            problems.append((name, error))
            continue
        compared.append((known, found))
    if problems and not compared:
        raise problems[0][1]
    for name, problem in problems:
        err.print(f"[dim]{safe(name)} is left out:[/dim] {safe(problem)}")
    return compared


def _write(path: Path, page: str) -> None:
    try:
        outputs.write(path, page)
    except OSError as error:
        msg = f"Cannot write {path}: {error.strerror}."
        raise RenderError(msg) from error


def _title(title: str) -> None:
    out.print(Text(f"\n{title}", style="bold"))


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
    table = Table.grid(Column(), Column(justify="right"), Column(), padding=(0, 2))
    for name, count, kinds in (
        (f"{found.level} values", counts["values"], VALUES),
        ("basis", counts["bases"], {}),
        ("what follows", counts["facts_visible"], FACTS),
        ("sentences", counts["sentences"], SENTENCES),
        ("forbehold", counts["forbehold"], {}),
        ("reports touched", counts["reports_touched"], REPORTS),
        ("reports only in A", len(found.only_old), {}),
        ("reports only in B", len(found.only_new), {}),
    ):
        if count or kinds:
            shown = (
                form.format(counts[key]) for key, form in kinds.items() if counts[key]
            )
            table.add_row(name, str(count), ", ".join(shown))
    wide.print(table)


def _details(found: Comparison, known: Catalogue) -> None:
    figure = ("table", found.level, "kommune", "year", "A", "B")
    rows = [
        (", ".join(c.tables), c.name, c.kommune, c.year, c.old_printed, c.new_printed)
        for c in (*found.values, *found.bases)
    ]
    fates = ["" if c.fate == "changed" else c.fate for c in found.values]
    values = [(*row, fate) for row, fate in zip(rows, fates, strict=False)]
    _table("Values", (*figure, ""), values)
    _table("Basis", figure, rows[len(values) :])
    means = [(c.name, c.year, c.old_printed, c.new_printed) for c in found.means]
    _table("Means", ("indicator", "year", "A", "B"), means)
    moves = [
        (*key, *(_moved(cells.get(quantity)) for quantity in OWN))
        for key, cells in found.moves.items()
    ]
    names = ("indicator", "kommune", "year", *OWN)
    _table("Values, indexes and ranks in print", names, moves)
    _texts(found, known)
    for title, reports in (
        ("Reports touched", found.touched),
        ("Only in A", found.only_old),
        ("Only in B", found.only_new),
    ):
        if reports:
            _title(title)
            for year, kommuner in comparison.by_year(reports).items():
                out.print(f"  {year}  {', '.join(kommuner)}")


def _table(title: str, names: Iterable[str], rows: Sequence[Sequence[object]]) -> None:
    if not rows:
        return
    _title(title)
    numbers = ("A", "B", *OWN)
    columns = (
        Column(name, no_wrap=True, justify="right" if name in numbers else "left")
        for name in names
    )
    table = Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for row in rows:
        style = "bold red" if row[-1] == "suppressed" else ""
        table.add_row(*map(str, row), style=style)
    wide.print(table)


def _moved(change: FigureChange | None) -> str:
    return f"{change.old_printed} → {change.new_printed}" if change else ""


def _texts(found: Comparison, known: Catalogue) -> None:
    """Sentences under their reports; each forbehold once, with those it changes in."""
    if found.sentences:
        _title("Sentences")
    for (kommune, year), changes in found.sentences_by_report.items():
        _title(f"{known.network.member(kommune).name} {year}")
        for change in changes:
            rule = change.new_rule or change.old_rule
            if change.fate == "changed" and change.old_rule != change.new_rule:
                rule = f"{change.old_rule} → {change.new_rule}"
            out.print(Text(f"  {change.place} · {rule} · {change.fate}", style="dim"))
            out.print(Text.assemble("    ", *(_marked(one) for one in change.words)))
    if found.forbehold:
        _title("Forbehold")
    for (name, old, new), reports in found.forbehold_by_change.items():
        fate = "changed" if old and new else "appeared" if new else "disappeared"
        out.print(
            Text(f"  {name} · {fate} · {counted(len(reports), 'report')}", style="dim")
        )
        for piece in (Piece("removed", old), Piece("added", new)):
            if piece.text:
                out.print(Text.assemble("    ", _marked(piece)))
        out.print(Text("    " + ", ".join(f"{k} {year}" for year, k in reports)))


def _marked(piece: Piece) -> tuple[str, str]:
    return MARKS[piece.kind].format(piece.text), STYLES[piece.kind]

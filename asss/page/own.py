"""
What an analyst adds: figures, tables and text that are the kommune's own.

Each says that it is, and from where, and declares every number that it may hold: in
facts.json, and so to whoever reads the report back. Text has no numbers of its own: it
refers to facts, ``{{ fact: andel_mottakere_18_66 }}``. Imports ``blocks`` and below.
"""

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from asss.analysis.facts import HOUSEKEEPING, Fact
from asss.analysis.tables import SIGNS, mark, weakest
from asss.catalogue import markdown
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import bind, number
from asss.catalogue.parameters import EVERY, suggestion, unknown
from asss.errors import UsageError, bullets
from asss.page import blocks
from asss.page.blocks import Block
from asss.page.record import FactsFile, OwnColumn, OwnRecord, Value

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["OWN_MIME", "Own", "declare", "figure", "table", "text"]

#: The notebook output under which what is declared leaves it for facts.json.
OWN_MIME: Final = "application/vnd.asss.own+json"

#: As many decimals as a column has where nobody says how many it is printed with.
MOST: Final = 2

#: Columns whose numbers are names of years, and are written as such.
OF_YEARS: Final = frozenset({"year", "år", "årstall", "dataår"})
YEARS: Final = range(1900, 2101)

#: Signs in the place of a number, with the words that say what they mean.
LEGEND: Final = {
    **{sign: f"notes_sign_{name}" for sign, name in SIGNS.items()},
    ":": "own_suppressed",
}

#: A reference to a fact, and whatever looks like one.
REFERENCE: Final = re.compile(r"\{\{\s*fact:\s*(\w+)(?:\.(\w+))?\s*\}\}")
HOLE: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)

#: Fields that a text may refer to, each with what says what it rests on.
AMOUNTS: Final[Mapping[str, tuple[str, ...]]] = {
    "value": ("basis",),
    "network_mean": ("mean_basis",),
    "lowest": ("mean_basis",),
    "highest": ("mean_basis",),
    "previous": ("previous_basis",),
    "change": ("basis", "previous_basis"),
}
COUNTS: Final[Mapping[str, tuple[str, ...]]] = {
    "index": ("distance_basis",),
    "rank": ("distance_basis",),
    "n": ("distance_basis",),
}


@dataclass(frozen=True)
class Own(Block):
    """A block of the kommune's own, which takes along what it declares."""

    record: OwnRecord = field(repr=False)

    def _repr_mimebundle_(self, **given: object) -> dict[str, Any]:
        declared = self.record.model_dump(mode="json")
        return super()._repr_mimebundle_(**given) | {OWN_MIME: declared}


def figure(svg: str, record: OwnRecord, file: FactsFile, known: Catalogue) -> Own:
    """A figure that has been taken in, with the numbers behind it."""
    digest = hashlib.sha256(svg.encode()).hexdigest()
    record = record.model_copy(update={"drawing": digest})
    words = known.phrases.words
    caption = f"{words['numbers_caption']} {record.number}"
    made = blocks.block(
        "own_figure",
        known,
        record=record,
        svg=Markup(svg),
        told=_told(record, file, known),
        shown=_shown(record, file, known, caption=caption),
    )
    return Own(made.html, record)


def table(record: OwnRecord, file: FactsFile, known: Catalogue) -> Own:
    """A table, with its signs explained under it."""
    shown = _shown(record, file, known, caption=_told(record, file, known))
    return Own(
        blocks.block("own_table", known, record=record, shown=shown).html, record
    )


def text(written: str, file: FactsFile, known: Catalogue) -> Own:
    """
    A text in Markdown, with the facts that it refers to filled in.

    Raises
    ------
    UsageError
        Naming every reference to no fact, with the nearest, and what no page may hold.
    """
    problems = [
        f"line {line}: {what}"
        for line, what in markdown.refused(HOLE.sub("…", written))
    ]
    said, facts = _fill_in(written, file, known, problems)
    if not said.strip():
        problems.append("there is no text")
    _refuse("The text", problems)
    record = OwnRecord(
        kind="text",
        number=0,
        caption="",
        alt="",
        source="",
        columns=[],
        rows=[],
        drawing="",
        written=written,
        printed=said,
        facts=list(dict.fromkeys(fact.id for fact in facts)),
    )
    named = {name: None for fact in facts for name in fact.forbehold}
    html = markdown.to_html(bind(said), below=2)
    made = blocks.block(
        "own_text",
        known,
        html=blocks.raised(html, known),
        notes=[
            one.text
            for one in file.forbehold
            if one.id in named
            # What is of the whole page stands at the top of it.
            and one.kind not in HOUSEKEEPING
            and one.indicators != EVERY
        ],
    )
    return Own(made.html, record)


# -- what is declared ------------------------------------------------------------------


def declare(
    kind: str,
    frame: "pd.DataFrame",
    *,
    number: int,
    caption: str,
    source: str,
    alt: str = "",
    units: str | Mapping[Any, str] = "",
    decimals: int | Mapping[Any, int] | None = None,
) -> OwnRecord:
    """
    What a figure or a table says of itself.

    Raises
    ------
    UsageError
        Naming everything that is missing, and every cell without a number or a sign.
    """
    problems: list[str] = []
    texts = {"caption": caption, "source": source}
    if kind == "figure":
        texts["alt"] = alt
    for name, said in texts.items():
        if not isinstance(said, str) or not said.strip():
            problems.append(f"{name}: is missing; a reader needs it")
        else:
            problems += [f"{name}: {what}" for what in markdown.left_over(said)]
    columns, rows = _declared(frame, units, decimals, problems)
    _refuse(f"The {kind}", problems)
    return OwnRecord(
        kind="figure" if kind == "figure" else "table",
        number=number,
        caption=_sentence(caption),
        alt=" ".join(alt.split()),
        source=" ".join(source.split()).rstrip("."),
        columns=columns,
        rows=rows,
        drawing="",
        written="",
        printed="",
        facts=[],
    )


def _refuse(what: str, problems: Iterable[str]) -> None:
    if told := list(dict.fromkeys(problems)):
        msg = f"{what} cannot stand in a report:{bullets(told)}"
        raise UsageError(msg)


def _sentence(said: str) -> str:
    said = " ".join(said.split())
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _declared(
    frame: Any,
    units: str | Mapping[Any, str],
    decimals: int | Mapping[Any, int] | None,
    problems: list[str],
) -> tuple[list[OwnColumn], list[list[Value]]]:
    """Columns and rows of a frame, in plain values; names of rows come first."""
    if not hasattr(frame, "itertuples") or not hasattr(frame, "columns"):
        problems.append(
            "data: is missing; give the frame with its numbers, and no other"
        )
        return [], []
    is_named = any(name is not None for name in frame.index.names)
    # Unnamed numbers are only how pandas counts its rows.
    is_told = is_named or getattr(frame.index.dtype, "kind", "O") not in "iu"
    told = frame.reset_index() if is_told else frame
    names = [" ".join(map(str, n)) if isinstance(n, tuple) else str(n) for n in told]
    names = ["" if name == "index" and not is_named else name for name in names]
    rows = [
        [_plain(cell) for cell in row]
        for row in told.itertuples(index=False, name=None)
    ]
    for row in rows:
        for name, cell in zip(names, row, strict=True):
            if cell is None:
                where = f"{row[0]}, {name}" if row[0] != cell else name
                problems.append(
                    f"{where}: has no value; write the sign in its place, which is "
                    "«.», «..» or «:» at SSB"
                )
    if not rows:
        problems.append("data: has no rows")
    given = {"units": units, "decimals": decimals}
    for key, by_name in given.items():
        if isinstance(by_name, Mapping):
            problems += unknown(key, map(str, by_name), names, what="column ")
    columns = []
    for place, name in enumerate(names):
        cells = [row[place] for row in rows]
        if name.casefold() in OF_YEARS and all(cell in YEARS for cell in cells):
            for row in rows:
                row[place] = str(row[place])
        is_number = any(isinstance(row[place], int | float) for row in rows)
        columns.append(
            OwnColumn(
                name=name,
                unit=_of(units, name, "") if is_number else "",
                decimals=_of(decimals, name, _needed(cells)) if is_number else None,
            )
        )
    return columns, rows


def _plain(cell: Any) -> Any:
    """A cell as JSON has it; None where it has neither number nor sign."""
    cell = cell.item() if hasattr(cell, "item") else cell
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        said = "" if cell is None else str(cell)
        return None if said in ("", "NaT", "<NA>") else said
    if isinstance(cell, str):
        return " ".join(cell.split()) or None
    return cell if math.isfinite(cell) else None


def _of(given: Any, name: str, default: Any) -> Any:
    """What is given of a column, or of all of them."""
    if isinstance(given, Mapping):
        return {str(key): value for key, value in given.items()}.get(name, default)
    return default if given is None else given


def _needed(cells: Iterable[Any]) -> int:
    """How many decimals numbers have, two at most."""
    numbers = [cell for cell in cells if isinstance(cell, int | float)]
    return next(
        (n for n in range(MOST) if all(round(one, n) == one for one in numbers)), MOST
    )


# -- in words --------------------------------------------------------------------------


def _told(record: OwnRecord, file: FactsFile, known: Catalogue) -> str:
    """What stands behind the number of a figure or a table: whose, and of what."""
    words = known.phrases.words
    told = [f"{words[f'own_{record.kind}']}.", record.caption]
    told.append(f"{words['source']}: {record.source}.")
    unofficial = _unofficial(file)
    numbers = [one for row in record.rows for one in row if not isinstance(one, str)]
    if any(round(one, 9) in unofficial for one in numbers):
        told.append(words["own_reconstructed"])
    return bind(" ".join(told))


def _unofficial(file: FactsFile) -> set[float]:
    """The reconstructed figures of a report, and what rests on them."""
    told = [(one.value, one.basis) for one in file.facts]
    told += [(one.network_mean, one.mean_basis) for one in file.facts]
    told += [(one.index, one.distance_basis) for one in file.facts]
    told += [(year.value, year.basis) for one in file.others for year in one.years]
    return {
        round(v, 9) for v, basis in told if v is not None and basis == "reconstructed"
    }


def _shown(
    record: OwnRecord, file: FactsFile, known: Catalogue, *, caption: str
) -> dict[str, Any]:
    """A table as it is printed."""
    words = known.phrases.words
    unofficial = _unofficial(file)

    def printed(cell: Value, decimals: int | None) -> str:
        if isinstance(cell, str):
            return cell
        is_unofficial = round(cell, 9) in unofficial
        sign = words["reconstructed_mark"] if is_unofficial else ""
        return number(cell, decimals or 0) + sign

    signs = {cell for row in record.rows for cell in row if isinstance(cell, str)}
    return {
        "caption": caption,
        "heads": record.columns,
        "rows": [
            [
                printed(cell, one.decimals)
                for cell, one in zip(row, record.columns, strict=True)
            ]
            for row in record.rows
        ],
        "legend": {sign: words[name] for sign, name in LEGEND.items() if sign in signs},
    }


def _fill_in(
    written: str, file: FactsFile, known: Catalogue, problems: list[str]
) -> tuple[str, list[Fact]]:
    """A text whose references are filled in, and the facts that it refers to."""
    found: list[Fact] = []

    def fill(reference: re.Match[str]) -> str:
        told = list(_printed(reference[1], reference[2] or "value", file, known, found))
        problems.extend(told[1:])
        return told[0]

    said = REFERENCE.sub(fill, written)
    problems += [
        f"{hole[0]}: is no reference; write {{{{ fact: indicator }}}} or "
        "{{ fact: indicator.field }}"
        for hole in HOLE.finditer(said)
    ]
    return said, found


def _printed(
    name: str, of: str, file: FactsFile, known: Catalogue, found: list[Fact]
) -> Iterator[str]:
    """What a reference is in print, and then what is wrong with it."""
    run, words = file.run, known.phrases.words
    fact = file.by_key.get((name, run.kommune, run.year))
    if fact is None or of not in (*AMOUNTS, *COUNTS):
        names = [one.id for one in known.service.figures]
        what, there = (name, names) if fact is None else (of, [*AMOUNTS, *COUNTS])
        kind = "indicator" if fact is None else "field"
        yield "…"
        yield f"{{{{ fact: … }}}}: no {kind} {what!r}.{suggestion(what, there)}"
        return
    value = getattr(fact, of)
    if value is None:
        yield "…"
        yield (
            f"{{{{ fact: {name}.{of} }}}}: {run.kommune} has no {of} in {run.year} "
            f"({fact.status or 'a forbehold withholds it'}); leave the sentence out"
        )
        return
    found.append(fact)
    bases = [getattr(fact, one) for one in {**AMOUNTS, **COUNTS}[of]]
    sign = mark(weakest(one for one in bases if one), words)
    if of in COUNTS:
        yield number(value) + sign
        return
    form = words[f"unit_{fact.unit}"]
    if of == "change":
        form = words.get(f"difference_{fact.unit}", form)
    yield form.format(number=number(value, fact.decimals)) + sign

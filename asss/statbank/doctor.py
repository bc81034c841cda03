"""
Doctor: the catalogue's tables, variables and codes, held against StatBank's metadata.

What the first user with network runs, and anyone after SSB has changed a table: every
difference is named, with what to write instead. Imports ``questions`` and below.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from math import log2
from typing import TypeAlias

from asss import statbank
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import SERVICE_FOLDER, Contents, Series, Table
from asss.catalogue.parameters import NETWORK_FILE, as_yaml
from asss.errors import FetchError, TableError
from asss.statbank import CONTENTS, TIME, Metadata, Selection, questions
from asss.statbank.client import Client, TableInfo
from asss.statbank.questions import FOUND, Match

GOOD, REMARK, WRONG = "good", "remark", "wrong"

#: A table is like another where half of its title or of its contents is.
HALF = 0.5


@dataclass(frozen=True)
class Line:
    """
    One thing looked at: how it was, and what to do where it was not good.

    ``write`` are lines of YAML, each of which can be copied into the file as it stands.
    """

    state: str
    text: str
    remedy: tuple[str, ...] = ()
    write: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagnosis:
    """What was found of one table."""

    table: str
    title: str
    updated: str
    lines: tuple[Line, ...]

    @property
    def is_well(self) -> bool:
        """Whether reports can be made from it as the catalogue stands."""
        return all(line.state != WRONG for line in self.lines)


def examine(known: Catalogue, client: Client) -> Iterator[Diagnosis]:
    """
    Hold the catalogue against the service, table by table.

    Yields
    ------
    diagnosis : Diagnosis
        In the order of the catalogue; each as soon as it is made.

    Raises
    ------
    FetchError
        If the service cannot be reached at all.
    """
    for table in known.service.tables:
        series = list(questions.series_of(known, table.id))
        info = client.table(table.id)
        if info is None:
            yield _missing(known, client, table)
            continue
        lines = list(_title(known, client, table, info))
        try:
            metadata, _ = client.metadata(table.id)
            lines += _contents(known, table, metadata, series)
            if table.cross_check:
                lines.append(_cross_check(known, client, table, metadata))
        except (FetchError, TableError) as error:
            lines.append(Line(WRONG, f"metadata cannot be read: {error}"))
        if not series:
            lines.append(Line(REMARK, "no measure is read from it"))
        yield Diagnosis(
            table=table.id,
            title=questions.plain_title(info.label),
            updated=statbank.day_of(info.updated),
            lines=tuple(lines),
        )


def _missing(known: Catalogue, client: Client, table: Table) -> Diagnosis:
    remedy = tuple(_alike(known, client, table)) or (
        "no table is like it in title or contents; search on ssb.no/statbank",
    )
    line = Line(WRONG, f"StatBank has no table {table.id}", remedy)
    return Diagnosis(table.id, table.title, "", (line,))


def _title(
    known: Catalogue, client: Client, table: Table, info: TableInfo
) -> Iterator[Line]:
    title = questions.plain_title(info.label)
    if questions.plain_title(table.title) != title:
        file = f"{SERVICE_FOLDER}/{known.service.service}.yaml"
        yield Line(
            REMARK,
            f"the title is «{title}», not «{table.title}»",
            (f"mend parameters/{file}, tables, {table.id}:",),
            (as_yaml({"title": title}),),
        )
    else:
        yield Line(GOOD, f"the title is «{table.title}»")
    if info.is_closed:
        span = f"{info.first_period}-{info.last_period}".strip("-")
        yield Line(
            REMARK,
            f"closed by SSB{f', with figures for {span}' if span else ''}",
            tuple(_alike(known, client, table, info.last_period)),
        )


def _alike(
    known: Catalogue, client: Client, table: Table, ended: str = ""
) -> Iterator[str]:
    """
    Open tables that may have taken over, the likeliest first: at most three.

    StatBank finds whole words, in every field. So a few words are asked for, one page
    each, and what is found is held against the title, the years and the contents.
    """
    contents = [
        contents
        for _, series in questions.series_of(known, table.id)
        for contents in series.contents
    ]
    words = sorted(_words(table.title), key=lambda word: (-len(word), word))[:4]
    asked = [*words, " ".join(words)]
    asked += [" ".join(_words(one.label)) for one in contents[:1]]
    pages = {one: client.search(one, pages=1) for one in dict.fromkeys(asked) if one}
    # A word that few tables have tells more of what a table is about.
    weights = {word: 1 / log2(2 + len(pages[word])) for word in words}
    graded = sorted(
        {
            found.id: (_likeness(weights, table.title, found.label), found)
            for page in pages.values()
            for found in page
            if found.id != table.id and not found.is_closed
        }.values(),
        key=lambda grade: (-grade[0], grade[1].id),
    )
    ranked = []
    for likeness, found in graded[:5]:
        offered = _offered(client, found, contents)
        share = offered / len(contents) if contents else 0.0
        follows = ended.isdigit() and found.first_period == str(int(ended) + 1)
        if max(likeness, share) >= HALF:
            ranked.append((likeness + share + HALF * follows, offered, follows, found))
    ranked.sort(key=lambda one: (-one[0], one[3].id))
    for _, offered, follows, found in ranked[:3]:
        where = "in the catalogue" if found.id in known.service.table else "new"
        yield (
            f"open, {where}: {found.id} «{questions.plain_title(found.label)}» "
            f"{found.first_period}-{found.last_period}"
            f"{', follows on' if follows else ''}; "
            f"has {offered} of the {len(contents)} contents asked for"
        )


def _words(text: str) -> list[str]:
    """Words that say what a text is about; no sign that the search has a use for."""
    found = re.findall(r"[^\W\d_]{4,}", questions.plain_title(text).casefold())
    return list(dict.fromkeys(found))


def _likeness(weights: Mapping[str, float], wanted: str, label: str) -> float:
    """From 0 to 1: how many of the telling words, by how like the titles are."""
    there = _words(label)
    shared = [
        weight
        for word, weight in weights.items()
        if get_close_matches(word, there, n=1, cutoff=0.8)
    ]
    one, other = (questions.plain_title(text).casefold() for text in (wanted, label))
    ratio: float = SequenceMatcher(None, one, other).ratio()
    return ratio * sum(shared) / (sum(weights.values()) or 1)


def _offered(client: Client, found: TableInfo, contents: Sequence[Contents]) -> int:
    """How many of some contents a table has, by code or by label."""
    try:
        there = client.metadata(found.id)[0].dimension(CONTENTS).labels
    except (FetchError, TableError):
        return 0
    return sum(one.code in there or one.label in there.values() for one in contents)


def _contents(
    known: Catalogue,
    table: Table,
    metadata: Metadata,
    series: Sequence[tuple[str, Series]],
) -> Iterator[Line]:
    years = questions.data_years(known, metadata)
    yield from _years(table, metadata, years, series)
    matches = questions.matches(known, metadata, years)
    chosen = {found.wish.variable for found in matches} | {TIME}
    for name, dimension in metadata.dimensions.items():
        if name not in chosen and not dimension.is_eliminable:
            yield Line(
                WRONG,
                f"variable {name} «{dimension.label}» must be chosen, and no measure "
                "chooses it",
                (f"add it to `selections` of the series that use table {table.id}",),
            )
    for name in questions.left_out(known, metadata, years):
        yield Line(
            REMARK,
            f"{name} is new; its total is used",
            (
                f"if that is right, write it in parameters/{SERVICE_FOLDER}/"
                f"{known.service.service}.yaml, tables, {table.id}:",
            ),
            (as_yaml({"totals": [*table.totals, name]}),),
        )
    others = []
    for found in matches:
        if found.wish.variable == CONTENTS or found.state != FOUND:
            yield _line(known, table, metadata, found)
        else:
            others.append(found)
    counts = {
        name: sum(found.wish.variable == name for found in others)
        for name in dict.fromkeys(found.wish.variable for found in others)
    }
    if counts:
        named = ", ".join(f"{count} of {name}" for name, count in counts.items())
        yield Line(GOOD, f"values found: {named}")


def _cross_check(
    known: Catalogue, client: Client, table: Table, metadata: Metadata
) -> Line:
    """
    Hold the amounts of the newest year against another table that has them too.

    That they differ, or cannot be compared, stops nobody: reports are not made of it.
    """
    other = table.cross_check
    try:
        about, _ = client.metadata(other)
        there = {int(p) - table.year_offset for p in about.dimension(TIME).labels}
        years = questions.data_years(known, metadata, there)[-1:]
        question, unmet = questions.ask(known, metadata, years)
        if not years or unmet:
            why = "not all codes were found" if years else "no year is in both"
            return Line(REMARK, f"not compared with table {other}: {why}")
        ours = _amounts(client, metadata, question.selection, about)
        theirs = _amounts(client, about, question.selection, about)
    except (FetchError, TableError) as error:
        return Line(REMARK, f"not compared with table {other}: {error}")
    differing = tuple(
        f"  {_place(metadata, question.selection, address)}: {_told(amount)} in table "
        f"{table.id}, {_told(theirs.get(address))} in table {other}"
        for address, amount in ours.items()
        if amount != theirs.get(address)
    )
    if differing:
        text = f"{len(differing)} of {len(ours)} amounts of {years[0]} differ from "
        return Line(REMARK, f"{text}table {other}", differing)
    text = f"all {len(ours)} amounts of {years[0]} are equal in table {other}"
    return Line(GOOD, text)


#: Amount or sign, by the codes of a cell.
Amounts: TypeAlias = dict[tuple[tuple[str, str], ...], float | str | None]


def _amounts(
    client: Client, metadata: Metadata, selection: Selection, shared: Metadata
) -> Amounts:
    """Ask a table for some cells, under the variables that another table has too."""
    chosen = {k: codes for k, codes in selection.items() if k in metadata.dimensions}
    found = statbank.join(
        [
            statbank.read_dataset(
                client.data(metadata.table, part).raw, table=metadata.table
            )
            for part in client.questions(metadata, chosen)
        ]
    )
    return {
        tuple(
            (name, code) for name, code in sorted(address) if name in shared.dimensions
        ): sign if value is None else value
        for address, (value, sign) in found.by_address.items()
    }


def _place(
    metadata: Metadata, selection: Selection, address: Iterable[tuple[str, str]]
) -> str:
    """Whose amount, and of what: a region and a function, with their codes."""
    codes = dict(address)
    return ", ".join(
        f"{codes[name]} «{metadata.dimension(name).labels[codes[name]]}»"
        for name, asked in selection.items()
        if len(asked) > 1
    )


def _told(amount: float | str | None) -> str:
    """An amount as it is sent, or the sign in its place."""
    return f"{amount:.0f}" if isinstance(amount, float | int) else amount or "nothing"


def _years(
    table: Table,
    metadata: Metadata,
    years: Sequence[int],
    series: Sequence[tuple[str, Series]],
) -> Iterator[Line]:
    there = [period - table.year_offset for period in metadata.years]
    if years:
        yield Line(GOOD, f"data years {statbank.spans(years)}")
    else:
        held = statbank.spans(there)
        yield Line(WRONG, f"no data year that the catalogue wants; it has {held}")
    for measure, one in series:
        if one.to_year and there and one.to_year > max(there):
            yield Line(
                WRONG,
                f"measure {measure} is read from it to {one.to_year}, and it ends in "
                f"{max(there)}",
                ("move to_year, and give the successor from the year after",),
            )
    later = [
        year for year in there if series and not any(s.covers(year) for _, s in series)
    ]
    later = [year for year in later if years and year > max(years)]
    if later:
        named = statbank.spans(later)
        yield Line(REMARK, f"it also has {named}, which no measure reads from it")


def _line(known: Catalogue, table: Table, metadata: Metadata, found: Match) -> Line:
    wish = found.wish
    if wish.variable not in metadata.dimensions:
        close = tuple(f"nearest: {code} «{label}»" for code, label in found.nearest)
        return Line(
            WRONG,
            f"variable {wish.variable}: not found ({wish.whose})",
            (_where(known, table, found), *close),
        )
    value = f"{wish.variable} {wish.code or f'«{wish.label}»'} ({wish.whose})"
    where = _where(known, table, found)
    if found.state == FOUND:
        label = f"{found.code} «{found.label}»"
        if found.is_label_other:
            return Line(
                WRONG,
                f"{value}: the label is «{found.label}», not «{wish.label}»",
                ("if it is the same,", where),
                (_entry(found.code, found.label, wish.label),),
            )
        if not wish.is_verified:
            return Line(
                REMARK,
                f"{value}: found, {label}; it can be marked as verified",
                (where,),
                (_entry(found.code, found.label),),
            )
        return Line(GOOD, f"{value}: {label}")
    if found.state == questions.RENAMED:
        text = f"{value}: the label «{found.label}» now has the code {found.code}"
        return Line(WRONG, text, (where,), (_entry(found.code, found.label),))
    remedy = [f"nearest: {code} «{label}»" for code, label in found.nearest]
    write: tuple[str, ...] = ()
    if wish.variable == CONTENTS:
        write = tuple(_entry(code, label) for code, label in found.nearest)
    elif wish.member:
        spans = [s for s in wish.member.kommunenummer if s.number == wish.code]
        write = tuple(
            as_yaml([span.model_dump(exclude_none=True) | {"number": code}])
            for code, _ in found.nearest
            for span in spans
        )
    lacking = [] if remedy else ["nothing like it in the table"]
    return Line(WRONG, f"{value}: not found", (*remedy, *lacking, where), write)


def _where(known: Catalogue, table: Table, found: Match) -> str:
    """The file and the entry in which the value stands."""
    if found.wish.member:
        return f"mend parameters/{NETWORK_FILE}, {found.wish.whose}, kommunenummer:"
    return (
        f"mend parameters/{SERVICE_FOLDER}/{known.service.service}.yaml, "
        f"{found.wish.whose}, table {table.id}:"
    )


def _entry(code: str | None, label: str | None, before: str | None = None) -> str:
    """The contents of a series, to be written in the catalogue."""
    also = {"also": [before]} if before else {}
    contents = {"code": code, "label": label, **also, "verified": True}
    return as_yaml({"contents": contents | {"read_in": "asss doctor --live"}})

"""
What a screen reader needs of the PDF and Typst is not told.

Typst tags the page (PDF/UA-1), but knows no header of a row or of a group of rows, and
names a link by the page that it leads to. Here the finished file is gone over once, and
says of each cell and link what the page says of it. Imports nothing of asss.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name, Object

__all__ = [
    "Cell",
    "Span",
    "Table",
    "elements",
    "finish",
]

#: Where a PDF says which drawings it was set with.
DRAWINGS = "/Drawings"

#: The parts of a table that hold its rows.
SECTIONS = ("/THead", "/TBody", "/TFoot")


class Span(NamedTuple):
    """A cell as the page has it: whether a header, and how many rows and columns."""

    is_header: bool
    rows: int
    columns: int


#: A table of the page: sections, each the head or not, of rows of cells.
Table = Sequence[tuple[bool, Sequence[Sequence[Span]]]]


@dataclass(frozen=True)
class Cell:
    """A cell of a table: the rows and columns it covers, counted from 0.

    A header tells what other cells are about.
    """

    section: int
    is_header: bool
    is_in_head: bool
    is_alone: bool
    rows: range
    columns: range

    @property
    def heads_columns(self) -> bool:
        """In the head, or the only cell of its row, as the name of a group of rows."""
        return self.is_header and (self.is_in_head or self.is_alone)


def finish(
    pdf: bytes, links: Sequence[str], tables: Sequence[Table], drawings: str = ""
) -> bytes:
    """
    Say of cells and links what a reader who listens needs to know.

    Parameters
    ----------
    pdf : bytes
        A tagged PDF from Typst.
    links : sequence of str
        What each link of the page says, in the order in which they are read.
    tables : sequence of Table
        The page's tables, in the same order.
    drawings : str
        The digest of the page's drawings: kept in the file, as ``/Drawings``.

    Returns
    -------
    pdf : bytes
        The same pages to look at; the same bytes for the same bytes.

    Raises
    ------
    ValueError
        If the PDF has other links, tables, rows or cells than the page.

    Notes
    -----
    Scopes, ids and headers of cells are those of ISO 32000-1, 14.8.5.7.
    """
    with pikepdf.open(BytesIO(pdf)) as document:
        tree = document.Root.StructTreeRoot
        ids = pikepdf.NameTree.new(document)
        told = list(elements(tree.K))
        found = [element for element in told if element.S == "/Table"]
        for number, (table, shown) in enumerate(
            zip(found, tables, strict=True), start=1
        ):
            cells = _lay_out(shown)
            _relate(_in_sections(document, table, shown), cells, f"t{number}", ids)
        tree.IDTree = ids.obj
        named = (element for element in told if element.S == "/Link")
        for link, words in zip(named, links, strict=True):
            for kid in link.K:
                if isinstance(kid, Dictionary) and Name.Obj in kid:
                    kid.Obj.Contents = pikepdf.String(words)
        if drawings:
            document.docinfo[DRAWINGS] = drawings
        out = BytesIO()
        document.save(
            out,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return out.getvalue()


def elements(node: Object) -> Iterator[Dictionary]:
    """Every element of a structure tree, as a screen reader walks it."""
    if isinstance(node, Array):
        for child in node:
            yield from elements(child)
    elif isinstance(node, Dictionary) and Name.S in node:
        yield node
        yield from elements(node.get(Name.K, Array()))


def _children(element: Dictionary) -> list[Dictionary]:
    return [kid for kid in element.K if isinstance(kid, Dictionary) and Name.S in kid]


def _lay_out(table: Table) -> list[Cell]:
    """Each cell with the rows and columns it covers, as HTML lays them out."""
    found: list[Cell] = []
    taken: set[tuple[int, int]] = set()
    row = 0
    for number, (is_head, lines) in enumerate(table):
        for line in lines:
            column = 0
            for span in line:
                while (row, column) in taken:
                    column += 1
                cell = Cell(
                    section=number,
                    is_header=span.is_header,
                    is_in_head=is_head,
                    is_alone=len(line) == 1,
                    rows=range(row, row + span.rows),
                    columns=range(column, column + span.columns),
                )
                taken |= {(r, c) for r in cell.rows for c in cell.columns}
                found.append(cell)
            row += 1
    return found


def _in_sections(
    document: pikepdf.Pdf, table: Dictionary, shown: Table
) -> list[Dictionary]:
    """Put the rows of a table into the sections that the page has; give its cells."""
    parts = _children(table)
    rows = [row for part in parts if part.S in SECTIONS for row in _children(part)] or [
        part for part in parts if part.S == "/TR"
    ]
    told = iter(rows)
    kept = [part for part in parts if part.S not in (*SECTIONS, "/TR")]
    cells: list[Dictionary] = []
    for is_head, lines in shown:
        kind = Name.THead if is_head else Name.TBody
        section = document.make_indirect(
            Dictionary(Type=Name.StructElem, S=kind, P=table, K=Array())
        )
        for line in lines:
            row = next(told)
            row.P = section
            section.K.append(row)
            cells += [cell for cell, _ in zip(_children(row), line, strict=True)]
        kept.append(section)
    if next(told, None) is not None:
        msg = "The PDF has more rows than the page."
        raise ValueError(msg)
    table.K = Array(kept)
    return cells


def _relate(
    told: list[Dictionary], cells: list[Cell], table: str, ids: pikepdf.NameTree
) -> None:
    """Give each header a scope and an id, and each cell the ids of its headers."""
    headed: list[tuple[str, Cell]] = []
    for number, (element, cell) in enumerate(zip(told, cells, strict=True)):
        element.S = Name.TH if cell.is_header else Name.TD
        element.A = Dictionary(O=Name.Table)
        if len(cell.rows) > 1:
            element.A.RowSpan = len(cell.rows)
        if len(cell.columns) > 1:
            element.A.ColSpan = len(cell.columns)
        if cell.is_header:
            name = f"{table}-{number:04}"
            headed.append((name, cell))
            element.ID = pikepdf.String(name)
            element.A.Scope = Name.Column if cell.heads_columns else Name.Row
            ids[name] = element
        elif Name.ID in element:
            del element.ID
    groups = [cell for _, cell in headed if cell.heads_columns]
    for element, cell in zip(told, cells, strict=True):
        headers = [name for name, header in headed if _is_under(cell, header, groups)]
        if headers:
            element.A.Headers = Array(pikepdf.String(name) for name in headers)


def _is_under(cell: Cell, header: Cell, groups: list[Cell]) -> bool:
    """Whether a header tells what a cell, perhaps a header itself, is about.

    `groups` are the headers of columns, among them the names of groups of rows.
    """
    if header is cell or (cell.heads_columns and not cell.is_in_head):
        return False
    if not header.heads_columns:
        return header.rows.start <= cell.rows.start < header.rows.stop
    if header.rows.stop > cell.rows.start or not set(header.columns) & set(
        cell.columns
    ):
        return False
    if header.is_in_head:
        return True
    # The name of a group of rows holds until the next one, within its section.
    return header.section == cell.section and not any(
        header.rows.start < other.rows.start <= cell.rows.start
        for other in groups
        if other.section == cell.section
    )

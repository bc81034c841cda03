"""
What a screen reader needs of the PDF and WeasyPrint does not write.

WeasyPrint tags the page (PDF/UA-1), but it counts columns wrongly below a cell that
spans rows, so that a listener would be told the year beside; it writes no scope, names
a link by its target's id, leaves empty links where lines break, and counts page numbers
among the text. Here the finished file is gone over once. Imports nothing of asss.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from io import BytesIO

import pikepdf
from pikepdf import (
    Array,
    ContentStreamInlineImage,
    ContentStreamInstruction,
    Dictionary,
    Name,
    Object,
    Operator,
)

#: The parts of a table that hold its rows.
SECTIONS = ("/THead", "/TBody", "/TFoot")

#: The operator that begins a sequence of marked content with properties.
BEGIN = Operator("BDC")

Instruction = ContentStreamInstruction | ContentStreamInlineImage


@dataclass(frozen=True)
class Cell:
    """A cell of a table: the rows and columns it covers, counted from 0."""

    element: Dictionary
    section: int
    is_in_head: bool
    is_alone: bool
    rows: range
    columns: range

    @property
    def is_header(self) -> bool:
        """Whether it tells what other cells are about."""
        return self.element.S == "/TH"

    @property
    def heads_columns(self) -> bool:
        """In the head, or the only cell of its row, as the name of a group of rows."""
        return self.is_header and (self.is_in_head or self.is_alone)


def finish(pdf: bytes, labels: Mapping[str, str]) -> bytes:
    """
    Set right what a reader who listens is told of tables, links and page numbers.

    Parameters
    ----------
    pdf : bytes
        A tagged PDF from WeasyPrint.
    labels : mapping of str to str
        What the links to each place on the page say, by the place's id.

    Returns
    -------
    pdf : bytes
        The same pages to look at; the same bytes for the same bytes.

    Notes
    -----
    Scopes, ids and headers of cells are those of ISO 32000-1, 14.8.5.7; page numbers
    become artifacts, 14.8.2.2.
    """
    with pikepdf.open(BytesIO(pdf)) as document:
        tree = document.Root.StructTreeRoot
        ids = pikepdf.NameTree.new(document)
        tables = (e for e in elements(tree.K) if e.S == "/Table")
        for number, table in enumerate(tables, start=1):
            _relate(_cells(table), f"t{number}", ids)
        tree.IDTree = ids.obj
        for page in document.pages:
            _name_links(page, labels)
        _drop_empty_links(document)
        _set_aside_page_numbers(document)
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


# -- tables ----------------------------------------------------------------------------


def _cells(table: Dictionary) -> list[Cell]:
    """Each cell with the rows and columns it covers, as HTML lays them out."""
    found: list[Cell] = []
    taken: set[tuple[int, int]] = set()
    row = 0
    sections = (e for e in _children(table) if e.S in SECTIONS)
    for number, section in enumerate(sections):
        for line in _children(section):
            cells = _children(line)
            column = 0
            for element in cells:
                while (row, column) in taken:
                    column += 1
                attributes = element.A
                cell = Cell(
                    element,
                    section=number,
                    is_in_head=section.S == "/THead",
                    is_alone=len(cells) == 1,
                    rows=range(row, row + int(attributes.get(Name.RowSpan, 1))),
                    columns=range(
                        column, column + int(attributes.get(Name.ColSpan, 1))
                    ),
                )
                taken |= {(r, c) for r in cell.rows for c in cell.columns}
                found.append(cell)
            row += 1
    return found


def _children(element: Dictionary) -> list[Dictionary]:
    return [kid for kid in element.K if isinstance(kid, Dictionary) and Name.S in kid]


def _relate(cells: list[Cell], table: str, ids: pikepdf.NameTree) -> None:
    """Give each header a scope and an id, and each cell the ids of its headers."""
    names: dict[int, str] = {}
    for number, cell in enumerate(cells):
        if cell.is_header:
            names[number] = f"{table}-{number:04}"
            cell.element.ID = pikepdf.String(names[number])
            cell.element.A.Scope = Name.Column if cell.heads_columns else Name.Row
            ids[names[number]] = cell.element
    for cell in cells:
        headers = [
            names[number]
            for number, header in enumerate(cells)
            if header.is_header and _is_under(cell, header, cells)
        ]
        if headers:
            cell.element.A.Headers = Array(pikepdf.String(name) for name in headers)
        elif Name.Headers in cell.element.A:
            del cell.element.A.Headers


def _is_under(cell: Cell, header: Cell, cells: list[Cell]) -> bool:
    """Whether a header tells what a cell, perhaps a header itself, is about."""
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
        other.heads_columns and header.rows.start < other.rows.start <= cell.rows.start
        for other in cells
        if other.section == cell.section
    )


# -- links and page numbers ------------------------------------------------------------


def _name_links(page: pikepdf.Page, labels: Mapping[str, str]) -> None:
    """Say what a link says, and not the id of the place that it leads to."""
    for annotation in page.get(Name.Annots, Array()):
        place = str(annotation.get(Name.Dest, ""))
        if place in labels:
            annotation.Contents = pikepdf.String(labels[place])


def _drop_empty_links(document: pikepdf.Pdf) -> None:
    """Take away what is left of a link where its words all went to the next line."""
    tree = document.Root.StructTreeRoot
    parents = pikepdf.NumberTree(tree.ParentTree)
    empty = set()
    for page in document.pages:
        links = page.get(Name.Annots, Array())
        for number in reversed(range(len(links))):
            left, _, right, _ = links[number].Rect
            if left == right:
                empty.add(links[number].objgen)
                del parents[int(links[number].StructParent)]
                del links[number]
    for element in elements(tree.K) if empty else ():
        for number in reversed(range(len(element.K))):
            kid = element.K[number]
            is_link = isinstance(kid, Dictionary) and Name.Obj in kid
            if is_link and kid.Obj.objgen in empty:
                del element.K[number]


def _set_aside_page_numbers(document: pikepdf.Pdf) -> None:
    """Make artifacts of what stands outside the tree: the foot of each page."""
    tree = document.Root.StructTreeRoot
    parents = pikepdf.NumberTree(tree.ParentTree)
    told = {
        (element.Pg.objgen, int(kid))
        for element in elements(tree.K)
        for kid in element.K
        if not isinstance(kid, Dictionary)
    }
    for page in document.pages:
        outside = {
            number
            for number in range(len(parents[int(page.StructParents)]))
            if (page.obj.objgen, number) not in told
        }
        if not outside:
            continue
        for number in outside:
            parents[int(page.StructParents)][number] = None
        page.Contents = document.make_stream(
            pikepdf.unparse_content_stream(
                [
                    _as_artifact(instruction, outside)
                    for instruction in pikepdf.parse_content_stream(page)
                ]
            )
        )


def _as_artifact(instruction: Instruction, outside: Set[int]) -> Instruction:
    if instruction.operator != BEGIN:
        return instruction
    properties = instruction.operands[1]  # of WeasyPrint's, always a dictionary
    if properties.get(Name.MCID) not in outside:
        return instruction
    footer = Dictionary(Type=Name.Pagination, Subtype=Name.Footer)
    return ContentStreamInstruction([Name.Artifact, footer], BEGIN)

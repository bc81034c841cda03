"""
What a screen reader needs of the PDF and WeasyPrint does not write.

WeasyPrint tags the page (PDF/UA-1), but it counts columns wrongly below a cell that
spans rows, so that a listener would be told the year beside; it writes no scope, names
a link by its target's id, leaves empty links where lines break, and counts page numbers
among the text. Here the finished file is gone over once. Imports nothing of asss.
"""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object

__all__ = [
    "Cell",
    "elements",
    "finish",
]

#: The parts of a table that hold its rows.
SECTIONS = ("/THead", "/TBody", "/TFoot")

#: How WeasyPrint begins what is in the tree under a number, and how a footer begins.
#: Text is drawn in hexadecimal numbers of glyphs, which never look like either.
MARK = re.compile(rb"/\w+\s+<<\s*/MCID (\d+)\s*>>\s+BDC")
FOOTER = b"/Artifact <</Type /Pagination /Subtype /Footer>> BDC"


@dataclass(frozen=True)
class Cell:
    """A cell of a table: the rows and columns it covers, counted from 0.

    A header tells what other cells are about.
    """

    element: Dictionary
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
        told = list(elements(tree.K))
        tables = (e for e in told if e.S == "/Table")
        for number, table in enumerate(tables, start=1):
            _relate(_cells(table), f"t{number}", ids)
        tree.IDTree = ids.obj
        for page in document.pages:
            _name_links(page, labels)
        _drop_empty_links(document, told)
        _set_aside_page_numbers(document, told)
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
                    is_header=element.S == "/TH",
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
    headed: list[tuple[str, Cell]] = []
    for number, cell in enumerate(cells):
        if cell.is_header:
            name = f"{table}-{number:04}"
            headed.append((name, cell))
            cell.element.ID = pikepdf.String(name)
            cell.element.A.Scope = Name.Column if cell.heads_columns else Name.Row
            ids[name] = cell.element
    groups = [cell for _, cell in headed if cell.heads_columns]
    for cell in cells:
        headers = [name for name, header in headed if _is_under(cell, header, groups)]
        if headers:
            cell.element.A.Headers = Array(pikepdf.String(name) for name in headers)
        elif Name.Headers in cell.element.A:
            del cell.element.A.Headers


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


# -- links and page numbers ------------------------------------------------------------


def _name_links(page: pikepdf.Page, labels: Mapping[str, str]) -> None:
    """Say what a link says, and not the id of the place that it leads to."""
    for annotation in page.get(Name.Annots, Array()):
        place = str(annotation.get(Name.Dest, ""))
        if place in labels:
            annotation.Contents = pikepdf.String(labels[place])


def _drop_empty_links(document: pikepdf.Pdf, told: list[Dictionary]) -> None:
    """Take away what is left of a link where its words all went to the next line."""
    parents = pikepdf.NumberTree(document.Root.StructTreeRoot.ParentTree)
    empty = set()
    for page in document.pages:
        links = page.get(Name.Annots, Array())
        for number in reversed(range(len(links))):
            left, _, right, _ = links[number].Rect
            if left == right:
                empty.add(links[number].objgen)
                del parents[int(links[number].StructParent)]
                del links[number]
    for element in told if empty else ():
        for number in reversed(range(len(element.K))):
            kid = element.K[number]
            is_link = isinstance(kid, Dictionary) and Name.Obj in kid
            if is_link and kid.Obj.objgen in empty:
                del element.K[number]


def _set_aside_page_numbers(document: pikepdf.Pdf, told: list[Dictionary]) -> None:
    """Make artifacts of what stands outside the tree: the foot of each page."""
    parents = pikepdf.NumberTree(document.Root.StructTreeRoot.ParentTree)
    inside: dict[tuple[int, int], set[int]] = {}
    for element in told:
        numbers = [int(kid) for kid in element.K if not isinstance(kid, Dictionary)]
        if numbers:
            inside.setdefault(element.Pg.objgen, set()).update(numbers)
    for page in document.pages:
        marks = parents[int(page.StructParents)]
        outside = set(range(len(marks))) - inside.get(page.obj.objgen, set())
        for number in outside:
            marks[number] = None
        if outside:
            drawn = page.Contents.read_bytes()
            page.Contents = document.make_stream(_set_aside(drawn, outside))


def _set_aside(drawn: bytes, outside: Set[int]) -> bytes:
    """What a page draws, where some of its marks are those of a footer."""
    return MARK.sub(
        lambda found: FOOTER if int(found[1]) in outside else found[0], drawn
    )

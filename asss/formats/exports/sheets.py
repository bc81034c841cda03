"""
Workbooks: sheets with a title, a header that stays, numbers that are numbers.

The only room that knows XlsxWriter. Everything that a sheet needs for reading and for
print is decided here, so that all sheets are alike; what is in them is for ``excel``.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from textwrap import wrap
from typing import Any, TypeAlias
from xml.sax.saxutils import escape

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

__all__ = [
    "Amount",
    "Book",
    "Cell",
    "Column",
    "Link",
    "Sheet",
]

#: Of every member of the zip, whatever the clock says.
MEMBER_DATE = (1980, 1, 1, 0, 0, 0)
CORE = "docProps/core.xml"

INK, FOCUS, SOFT, LINE = "#1d2b36", "#0b5c75", "#eef2f5", "#d3dae0"
A4 = 9

#: Height of a line, and of how many letters a column so and so wide has room.
LINE_HEIGHT, ROOM = 15.0, 0.95

#: How wide a note may run across a sheet, in characters.
NOTE_WIDTH = 120


@dataclass(frozen=True)
class Amount:
    """A number to be shown with so many decimals; it is kept unrounded."""

    value: float
    decimals: int


@dataclass(frozen=True)
class Link:
    """An address behind a text."""

    address: str
    text: str


Cell: TypeAlias = "str | int | float | Amount | Link | None"


@dataclass(frozen=True)
class Column:
    """
    A column: its heading, its width in characters, and whether it holds numbers.

    ``cell`` says what stands in it for one item of what the sheet is about.
    """

    heading: str | int
    width: float
    cell: Callable[[Any], Cell] = lambda _: None
    is_number: bool = False


class Book:
    """
    A workbook without macros, the same bytes for the same content.

    Parameters
    ----------
    title, subject : str
        For the document's properties.
    day : str
        ISO date that it says it was made.
    language : str
        Of its text, as HTML says it.
    """

    def __init__(self, title: str, *, subject: str, day: str, language: str) -> None:
        self._out = io.BytesIO()
        self._language = language
        self._book = Workbook(self._out, {"in_memory": True})
        self._book.set_properties(
            {"title": title, "subject": subject, "created": datetime.fromisoformat(day)}
        )
        #: By all that they are, and by what was asked for in whatever order.
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self._asked: dict[tuple[tuple[str, object], ...], Format] = {}

    def sheet(
        self,
        name: str,
        title: str,
        columns: Sequence[Column],
        *,
        frozen: int = 1,
        has_filter: bool = True,
    ) -> "Sheet":
        """Add a sheet; its first `frozen` columns stay in sight as the header does."""
        page = self._book.add_worksheet(name)
        return Sheet(self, page, title, columns, frozen=frozen, has_filter=has_filter)

    def style(self, **look: Any) -> Format:
        """A format, made once."""
        asked = tuple(look.items())
        if asked not in self._asked:
            base = {"font_color": INK, "valign": "top"}
            key = tuple(sorted({**base, **look}.items()))
            if key not in self._formats:
                self._formats[key] = self._book.add_format(dict(key))
            self._asked[asked] = self._formats[key]
        return self._asked[asked]

    def finish(self) -> bytes:
        """The file: fixed dates inside, and the language among the properties."""
        self._book.close()
        out = io.BytesIO()
        with (
            zipfile.ZipFile(self._out) as made,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as finished,
        ):
            for name in made.namelist():
                content = made.read(name)
                if name == CORE:
                    tag = f"<dc:language>{escape(self._language)}</dc:language>"
                    end = b"</cp:coreProperties>"
                    content = content.replace(end, tag.encode() + end)
                member = zipfile.ZipInfo(name, MEMBER_DATE)
                member.compress_type = zipfile.ZIP_DEFLATED
                finished.writestr(member, content)
        return out.getvalue()


class Sheet:
    """One sheet: a title, a header that is repeated in print, rows below it."""

    HEADER = 2

    def __init__(
        self,
        book: Book,
        page: Worksheet,
        title: str,
        columns: Sequence[Column],
        *,
        frozen: int,
        has_filter: bool,
    ) -> None:
        self._book, self._page, self._columns = book, page, columns
        self._row = self.HEADER + 1
        self._has_filter = has_filter
        page.write_string(0, 0, title, book.style(bold=True, font_size=14))
        for place, column in enumerate(columns):
            self._head(place, column)
        page.set_row(self.HEADER, 2 * LINE_HEIGHT)
        page.freeze_panes(self.HEADER + 1, frozen)
        page.repeat_rows(self.HEADER)
        page.set_landscape()
        page.set_paper(A4)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        page.set_footer("&L&F · &A&R&P / &N")
        page.hide_gridlines(2)

    def _head(self, place: int, column: Column) -> None:
        look = self._book.style(
            bold=True,
            font_color="#ffffff",
            bg_color=FOCUS,
            text_wrap=True,
            **{"valign": "vcenter", **_place(column)},
        )
        if isinstance(column.heading, int):
            self._page.write_number(self.HEADER, place, column.heading, look)
        else:
            self._page.write_string(self.HEADER, place, column.heading, look)
        self._page.set_column(place, place, column.width)

    def row(self, *cells: Cell) -> None:
        """Write a row, one cell for each column, as high as its longest text wants."""
        lines = 1
        for place, (cell, column) in enumerate(zip(cells, self._columns, strict=True)):
            self._cell(place, cell, column)
            if isinstance(cell, str):
                lines = max(lines, _lines(cell, column.width))
        self._page.set_row(self._row, lines * LINE_HEIGHT)
        self._row += 1

    def _cell(self, place: int, cell: Cell, column: Column) -> None:
        look: dict[str, Any] = {"bottom": 1, "bottom_color": LINE}
        page, style, row = self._page, self._book.style, self._row
        match cell:
            case None:
                page.write_blank(row, place, None, style(**look))
            case Amount():
                tail = f".{'0' * cell.decimals}" if cell.decimals else ""
                shown = style(**look, num_format=f"#,##0{tail}")
                page.write_number(row, place, cell.value, shown)
            case Link():
                linked = style(**look, font_color=FOCUS, underline=1)
                page.write_url(row, place, cell.address, linked, cell.text)
            case str():
                shown = style(**look, **_place(column), text_wrap=True)
                page.write_string(row, place, cell, shown)
            case _:
                page.write_number(row, place, cell, style(**look))

    def fill(self, items: Iterable[Any]) -> None:
        """Write a row for each item, as the columns say, and nothing after them."""
        for item in items:
            self.row(*(column.cell(item) for column in self._columns))
        self.close()

    def section(self, name: str) -> None:
        """A heading between rows."""
        look = self._book.style(bold=True, bg_color=SOFT)
        for place in range(len(self._columns)):
            self._page.write_blank(self._row, place, None, look)
        self._page.write_string(self._row, 0, name, look)
        self._row += 1

    def note(self, written: str) -> None:
        """A paragraph across the sheet, under the rows."""
        look = self._book.style(text_wrap=True)
        last, room = 0, self._columns[0].width
        while room < NOTE_WIDTH and last + 1 < len(self._columns):
            last += 1
            room += self._columns[last].width
        self._page.merge_range(self._row, 0, self._row, last, written, look)
        self._page.set_row(self._row, _lines(written, room) * LINE_HEIGHT)
        self._row += 1

    def space(self) -> None:
        """An empty row."""
        self._row += 1

    def close(self) -> None:
        """Let the reader filter the rows, where they are all of one kind."""
        if self._has_filter:
            last = len(self._columns) - 1
            self._page.autofilter(self.HEADER, 0, self._row - 1, last)


def _place(column: Column) -> dict[str, object]:
    """Where text stands in a column; that beside a number keeps its distance."""
    return {"align": "right"} if column.is_number else {"align": "left", "indent": 1}


@lru_cache(4096)
def _lines(written: str, width: float) -> int:
    """How many lines a text takes in a column, broken between words."""
    room = max(1, int(width * ROOM))
    # Most are short: those need not be wrapped to be counted.
    return sum(
        max(1, len(wrap(part, room))) if len(part) > room or "\t" in part else 1
        for part in written.split("\n")
    )

"""
What a report gives away: its figures and pictures in the forms that other tools read.

Everything is made of the facts and the page of one run, and nothing is computed anew.
Excel for people, CSV with a Data Package and a JSON Schema for machines, SVG and PNG
for slides. PNG is drawn by resvg, which only this room knows, from the very SVG that
the page shows, with the package's own typeface: no machine's fonts matter. Same facts,
same bytes. Imports ``page``, ``blocks``, ``text`` and below.
"""

import hashlib
import re
import struct
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import resvg_py

from asss.catalogue.catalogue import Catalogue
from asss.errors import RenderError
from asss.figures.canvas import font_files
from asss.formats.exports import excel
from asss.formats.exports.datapackage import DESCRIPTOR, package
from asss.outputs import EXPORTS as FORMATS
from asss.outputs import FIGURES_FOLDER, FIGURES_NAME, WORKBOOK_NAME
from asss.page.blocks import Block, block
from asss.page.looks import font_faces
from asss.page.record import FACTS_SCHEMA_NAME, published_schema, read

__all__ = [
    "DESCRIPTOR",
    "DOWNLOADS_HERE",
    "DOWNLOADS_LISTED",
    "FIGURES_FOLDER",
    "FIGURES_NAME",
    "FORMATS",
    "SIGNATURE",
    "WORKBOOK_NAME",
    "Drawing",
    "downloads",
    "drawings",
    "offered",
    "pictures_differ",
    "write",
]

#: Where the templates want the links to the files, and the way to them in the contents.
DOWNLOADS_HERE = "<!-- downloads -->"
DOWNLOADS_LISTED = "<!-- downloads listed -->"
DOWNLOADS_ID = "last-ned"


def write(
    facts: Mapping[str, Any],
    figures: Mapping[int, Mapping[str, Any]],
    html: str,
    known: Catalogue,
    folder: Path,
    formats: Collection[str],
) -> None:
    """
    Write the exports of a report beside it.

    Parameters
    ----------
    facts : mapping
        What facts.json holds.
    figures : mapping of number to mapping
        The numbers behind each figure, as ``columns`` and ``rows``.
    html : str
        The finished page, for its figures.
    known : Catalogue
    folder : Path
        Where the report is made.
    formats : collection of str
        Of :data:`FORMATS`; others are somebody else's. The schema of facts.json always
        comes.

    Raises
    ------
    RenderError
        If the facts do not keep to their schema, or a figure lacks its description.
    """
    record = read(facts)
    (folder / FACTS_SCHEMA_NAME).write_text(published_schema(), encoding="utf-8")
    if "xlsx" in formats:
        made = excel.workbook(record, known)
        (folder / WORKBOOK_NAME).write_bytes(made)
    if "csv" in formats:
        for name, content in package(record, figures, known).items():
            _put(folder / name, content)
    for drawing in drawings(html) if {"svg", "png"} & set(formats) else ():
        place = folder / FIGURES_FOLDER / drawing.name
        if "svg" in formats:
            _put(place.with_suffix(".svg"), drawing.alone(record.run.language).encode())
        if "png" in formats:
            _put(place.with_suffix(".png"), drawing.png(record.run.language))


def pictures_differ(folder: Path, html: str, language: str) -> list[str]:
    """Names of PNGs in a folder that are not drawn from the page's figure again."""
    place = folder / FIGURES_FOLDER
    wanted = {f"{one.name}.png": one for one in drawings(html)}
    there = {path.name for path in place.glob("*.png")}
    return sorted(
        name
        for name in there | wanted.keys()
        if name not in there
        or name not in wanted
        or (place / name).read_bytes() != wanted[name].png(language)
    )


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


def offered(html: str, folder: Path, known: Catalogue) -> str:
    """
    A page with links to the files beside it, which its contents list leads to.

    On paper and in the reviewer's edition there are none, and no way to them.

    Parameters
    ----------
    html : str
        The page, with `DOWNLOADS_HERE` and `DOWNLOADS_LISTED` where they are to stand.
    folder : Path
        Holds every file but the page itself.
    known : Catalogue
    """
    heading = known.phrases.words["download_heading"]
    way = f'<li class="on-screen"><a href="#{DOWNLOADS_ID}">{heading}</a></li>\n'
    listed = html.replace(DOWNLOADS_LISTED, way)
    return listed.replace(DOWNLOADS_HERE, downloads(folder, known).html)


def downloads(folder: Path, known: Catalogue) -> Block:
    """
    Links to the files that lie beside a page, with their type.

    Not with their size: that of the PDF is another on another system, and the page is
    the same on all.

    Parameters
    ----------
    folder : Path
        Holds every file but the page itself.
    known : Catalogue
    """
    words = known.phrases.words
    groups = (
        (
            "report",
            (
                ("rapport.pdf", "PDF"),
                ("rapport.docx", "Word"),
                ("rapport.ipynb", words["index_notebook"]),
            ),
        ),
        ("figures", ((WORKBOOK_NAME, "Excel"), (FIGURES_NAME, "CSV"))),
        ("facts", (("facts.json", "JSON"),)),
        (
            "descriptions",
            ((DESCRIPTOR, "Data Package"), (FACTS_SCHEMA_NAME, "JSON Schema")),
        ),
    )
    shown = [
        {
            "name": words[f"download_{group}"],
            "files": [
                {"href": name, "kind": kind}
                for name, kind in files
                if (folder / name).is_file()
            ],
        }
        for group, files in groups
    ]
    numbered: dict[str, list[Path]] = {}
    for path in sorted((folder / FIGURES_FOLDER).glob("*.*")):
        numbered.setdefault(path.stem.rpartition("-")[2], []).append(path)
    shown += [
        {
            "name": f"{words['figure']} {number}",
            "files": [
                {
                    "href": f"{FIGURES_FOLDER}/{path.name}",
                    "kind": path.suffix[1:].upper(),
                }
                for path in paths
            ],
        }
        for number, paths in sorted(numbered.items(), key=lambda item: int(item[0]))
    ]
    return block(
        "downloads",
        known,
        id=DOWNLOADS_ID,
        groups=[group for group in shown if group["files"]],
    )


# -- pictures --------------------------------------------------------------------------


#: Pixels of a PNG for each point that a figure is drawn in: twice those of a wide
#: screen, where the widest figures (497 points) have 800. So all have the same type.
SCALE = 1600 / 496.8

#: For programs that read no font from an SVG.
FAMILIES = "Inter, 'Helvetica Neue', Arial, sans-serif"

FIGURE = re.compile(r'<figure id="figur-(\d+)"[^>]*>(.*?)</figure>', re.DOTALL)
DRAWING = re.compile(r"(<svg\b.*?</svg>)", re.DOTALL)
SIZE = re.compile(r'width="([\d.]+)pt" height="([\d.]+)pt"')
LABEL = re.compile(r'aria-label="([^"]*)"')
CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Drawing:
    """A figure on a page: its number, caption, alternative text and SVG element."""

    number: int
    caption: str
    alt: str
    svg: str

    @property
    def name(self) -> str:
        """What its files are called, without suffix."""
        return f"figur-{self.number}"

    @property
    def size(self) -> tuple[float, float]:
        """How wide and how high it is drawn, in points."""
        found = SIZE.search(self.svg)
        if found is None:
            msg = f"{self.name} does not say how wide and how high it is."
            raise RenderError(msg)
        return float(found[1]), float(found[2])

    def alone(self, language: str) -> str:
        """As an SVG file: with title, description, and the typeface inside it."""
        drawing = self.svg.replace('font-family="Inter"', f'font-family="{FAMILIES}"')
        start, body = drawing.split(">", 1)
        ids = f"{self.name}-title", f"{self.name}-desc"
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'{start} role="img" aria-labelledby="{" ".join(ids)}"'
            f' xml:lang="{language}">\n'
            f'<title id="{ids[0]}">{escape(self.caption)}</title>\n'
            f'<desc id="{ids[1]}">{escape(self.alt)}</desc>\n'
            f"<style>{font_faces()}</style>{body}\n"
        )

    def png(self, language: str) -> bytes:
        """As PNG on white; the file says caption, text, and of which drawing it is."""
        image = resvg_py.svg_to_bytes(
            svg_string=self.svg,
            width=round(self.size[0] * SCALE),
            dpi=96,
            background="white",
            skip_system_fonts=True,
            font_files=[str(path) for path in font_files()],
            font_family="Inter",
        )
        parts = {
            "Title": self.caption,
            "Description": self.alt,
            "Drawing": hashlib.sha256(self.svg.encode()).hexdigest(),
        }
        texts = b"".join(_text(*part, language) for part in parts.items())
        head = len(SIGNATURE) + 25  # the header must come first; it has a fixed length
        return image[:head] + texts + image[head:]


def drawings(html: str) -> Iterator[Drawing]:
    """
    Find the figures of a finished page.

    Raises
    ------
    RenderError
        If a figure lacks drawing, caption or alternative text.
    """
    for number, content in FIGURE.findall(html):
        svg, alt, caption = (form.search(content) for form in (DRAWING, LABEL, CAPTION))
        if svg is None or alt is None or caption is None:
            msg = f"figur-{number} of the page lacks drawing, caption or alt text."
            raise RenderError(msg)
        plain = " ".join(unescape(re.sub(r"<[^>]+>", "", caption[1])).split())
        yield Drawing(int(number), plain, unescape(alt[1]), svg[1])


def _text(keyword: str, content: str, language: str) -> bytes:
    """A chunk of text in a PNG, in UTF-8."""
    body = f"{keyword}\0\0\0{language}\0\0{content}".encode()
    chunk = b"iTXt" + body
    return struct.pack(">I", len(body)) + chunk + struct.pack(">I", zlib.crc32(chunk))

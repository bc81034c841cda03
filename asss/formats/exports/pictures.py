"""
The figures of a page as files of their own: SVG that stands alone, and PNG made of it.

The only room that knows resvg. PNG is drawn from the very SVG that the page shows, with
the package's own typeface, so that all three are one figure and no machine's fonts
matter.
"""

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from xml.sax.saxutils import escape

import resvg_py

from asss.errors import RenderError
from asss.figures.canvas import font_files
from asss.page.looks import font_faces

__all__ = [
    "SIGNATURE",
    "Drawing",
    "drawings",
]

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

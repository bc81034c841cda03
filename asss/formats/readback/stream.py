"""
What is drawn on a page of a PDF: which text, under which mark, and where.

A page holds ten thousand steps, of which few draw text. So it is not taken apart into
objects, one for each number: it is cut at those few, and what stands right before each
must have the form that it has. What has another is refused, and never passed over.
Imports nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, reduce
from typing import NamedTuple, TypeAlias

import pikepdf

__all__ = ["Letters", "Marks", "Stroke", "content", "fonts", "strokes"]

#: Names a font; goes to a place; draws text; opens and closes a mark. Whether it is
#: one, or stands in a text, is told by what is before it.
DRAWING = b"Tj", b"TJ"
STEP = re.compile(rb"(Tf|cm|T[jJ]|BDC|BMC|EMC)(?![^\s/\[(<])")

#: So deep may brackets stand in a text: they are signs like others where they match.
DEEP = 32

#: A text: signs as they are, or as three digits; or all in sixteens.
SIGNS = rb"[^()\\]++|\\(?:[0-3][0-7]{2}|[nrtbf()\\])"
TEXT = reduce(lambda inner, _: rb"\((?:%b|%b)*+\)" % (SIGNS, inner), range(DEEP), SIGNS)
TEXT += rb"|<[0-9a-fA-F]*>"
TEXTS = re.compile(TEXT)
DRAWN = re.compile(rb"(\[(?:%b|[-.\d\s])*+\]|%b)\s*" % (TEXT, TEXT))
FONT = re.compile(rb"(\w+)\s+[-.\d]+\s*")
MARK = re.compile(rb"/(\w+)\s*(<<(?:%b|[^()<>])*+>>|/\w+)?\s*" % TEXT)
ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
NUMBER = re.compile(rb"/MCID\s+(\d+)")

#: Where what a step is given may begin.
BEGIN = re.compile(rb"[/\[(<]")

#: What would be a text in none of these forms, or drawn by none of these steps.
STRANGE = re.compile(rb"""[()<>'"]""")

CHARACTER = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")


class Letters(dict[int, str]):
    """Which characters the glyphs of a font stand for, by their numbers."""

    def __init__(self, characters: Iterable[tuple[int, str]] = ()) -> None:
        super().__init__(characters)
        self._read: dict[bytes, str] = {}

    def __missing__(self, glyph: int) -> str:
        return "\ufffd"

    def text(self, written: bytes) -> str:
        """What a text says; the same few are drawn over and over."""
        if written not in self._read:
            self._read[written] = _glyphs(written).translate(self)
        return self._read[written]


#: Those of a font that does not say so.
UNKNOWN = Letters()

#: Under which a text is drawn, the outermost first: each by its name, and its number
#: where it has one.
Marks: TypeAlias = tuple[tuple[str, int | None], ...]


class Stroke(NamedTuple):
    """A text that is drawn at once: under which marks, and where."""

    text: str
    marks: Marks
    place: tuple[float, float]


def fonts(
    page: pikepdf.Page, read: dict[tuple[int, int], Letters]
) -> Mapping[str, Letters]:
    """The fonts of a page by their names; those of pages before have been `read`."""
    found = {}
    for name, font in (page.resources.get("/Font") or {}).items():
        if "/ToUnicode" in font:
            if font.objgen not in read:
                read[font.objgen] = Letters(_characters(font))
            found[str(name)[1:]] = read[font.objgen]
    return found


def content(page: pikepdf.Page) -> bytes:
    """All steps that draw a page; none, of a page with nothing on it."""
    if "/Contents" not in page:
        return b""
    page.contents_coalesce()
    return page.Contents.read_bytes()


def strokes(drawn: bytes, named: Mapping[str, Letters]) -> Iterator[Stroke]:
    """
    Every text of a page, in the order of drawing.

    Parameters
    ----------
    drawn : bytes
        The page's `content`.
    named : mapping of str to Letters
        Its `fonts`.

    Raises
    ------
    ValueError
        If anything is drawn in another way than is read here.
    """
    *steps, rest = STEP.split(drawn)
    letters, place, others = UNKNOWN, (0.0, 0.0), [rest]
    marks: Marks = ()
    for before, step in zip(steps[::2], steps[1::2], strict=True):
        if step == b"cm":
            other, x, y = before.rsplit(None, 2)
            place = float(x), float(y)
        elif step == b"Tf":
            other, _, name = before.rpartition(b"/")
            letters = named.get(_font(name), UNKNOWN)
        elif step == b"EMC":
            other, marks = before, marks[:-1]
        elif step in DRAWING:
            other, (shown,) = _last(DRAWN, before)
            texts = TEXTS.findall(shown)
            yield Stroke("".join([letters.text(one) for one in texts]), marks, place)
        else:
            other, (name, about) = _last(MARK, before)
            number = NUMBER.search(about or b"")
            marks = (*marks, (name.decode(), int(number[1]) if number else None))
        others.append(other)
    whole = b" ".join(others)
    if found := STRANGE.search(whole):
        raise ValueError(_near(whole, found.start()))


@cache
def _font(given: bytes) -> str:
    """The name of a font, of what chooses it with its size."""
    if found := FONT.fullmatch(given):
        return found[1].decode()
    raise ValueError(_near(given, 0))


def _last(form: re.Pattern[bytes], before: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """What stands before what a step is given; and the parts of that."""
    for begin in BEGIN.finditer(before):
        if found := form.fullmatch(before, begin.start()):
            return before[: begin.start()], found.groups()
    raise ValueError(_near(before, len(before)))


def _near(written: bytes, place: int) -> str:
    near = written[max(0, place - 40) : place + 20]
    return f"is drawn in a way that is not read, at {near!r}"


def _characters(font: pikepdf.Object) -> Iterator[tuple[int, str]]:
    """Which characters a font's glyphs stand for: a ligature for several."""
    table = font.ToUnicode.read_bytes()
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for glyph, text in CHARACTER.findall(block):
            yield int(glyph, 16), bytes.fromhex(text.decode()).decode("utf-16-be")


def _glyphs(written: bytes) -> str:
    """The glyphs of a text, whose numbers have two bytes, each as a letter."""
    inside = written[1:-1]
    if written.startswith(b"<"):
        raw = bytes.fromhex(inside.decode() + "0" * (len(inside) % 2))
    else:
        if rb"\(" in inside or rb"\)" in inside:
            inside = ESCAPED.sub(lambda one: one[one[1] in b"()"], inside)
        # All other signs that a text may have are Python's own.
        raw = inside.decode("unicode_escape").encode("latin-1")
    return raw.decode("utf-16-be", "replace")

"""What is drawn on a page of a PDF: as pikepdf reads it, and nothing passed over."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest

from asss.catalogue.parameters import METHOD, NETWORK
from asss.formats.readback import stream
from asss.formats.readback.stream import Letters, fonts, strokes
from asss.runs import report

Rendered = Callable[[str, int], Path]

#: Each byte pair is the sign of its number.
PLAIN = {"f0": Letters((number, chr(number)) for number in range(256))}


def as_pikepdf_reads(page: pikepdf.Page) -> Iterator[tuple[object, ...]]:
    """Font, bytes, marks and place of each text, by pikepdf's own objects."""
    font, place = "", (0.0, 0.0)
    marks: list[tuple[str, int | None]] = []
    for step in pikepdf.parse_content_stream(page):
        given = list(step.operands)
        match str(step.operator):
            case "Tf":
                font = str(given[0])[1:]
            case "cm":
                place = float(given[4]), float(given[5])
            case "BMC" | "BDC":
                number = getattr(given[-1], "MCID", None)
                marks.append((str(given[0])[1:], (number and int(number)) or number))
            case "EMC":
                marks.pop()
            case "Tj" | "TJ":
                shown = given[0] if isinstance(given[0], pikepdf.Array) else given
                raw = [bytes(one) for one in shown if isinstance(one, pikepdf.String)]
                yield font, b"".join(raw), tuple(marks), place


@pytest.mark.parametrize("kommune", ["trondheim", NETWORK, METHOD])
def test_pages_are_read_as_pikepdf_reads_them(kommune: str, rendered: Rendered) -> None:
    """Text by text, with the marks it is under and its place."""
    with pikepdf.open(rendered(kommune, 2020) / report.PDF_NAME) as document:
        for page in document.pages:
            named = fonts(page, {})
            wanted = [
                (raw.decode("utf-16-be").translate(named[font]), marks, place)
                for font, raw, marks, place in as_pikepdf_reads(page)
            ]
            assert [
                tuple(one) for one in strokes(stream.content(page), named)
            ] == wanted
            assert len(wanted) > 10


def drawn(content: bytes) -> list[str]:
    """The texts of a page with this content."""
    with pikepdf.new() as document:
        document.add_blank_page()
        (page,) = document.pages
        page.Contents = document.make_stream(content)
        return [one.text for one in strokes(stream.content(page), PLAIN)]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (rb"(\000A\000\102)", "AB"),
        (b"<00410042>", "AB"),
        (b"<004100>", "A\ufffd"),
        (rb"[(\000A)12.5(\000B)-3<0043>]", "ABC"),
        (rb"(\000\(\000\)\000\\)", "()\\"),
        (rb"(\000(\000\n\000)\000\\)", "(\n)\\"),
        (rb"(\000\\\000(\000\\\000(\000)\000)\000A)", "\\(\\())A"),
        (rb"(\000(\000(\000(\000(\000(\000)\000)\000)\000)\000))", "((((()))))"),
    ],
)
def test_text_is_read_in_every_form(written: bytes, text: str) -> None:
    """In signs, digits or sixteens; brackets that match are signs like others."""
    assert drawn(b"BT /f0 7.5 Tf " + written + b" Tj ET") == [text]


@pytest.mark.parametrize(
    "content",
    [
        rb"BT /f0 7 Tf (\000A) ' ET",
        rb'BT /f0 7 Tf 1 2 (\000A) " ET',
        rb"BT /f0 7 Tf (\000A) (\000B) Tj ET",
        rb"BT /f0 7 Tf (\000\x41) Tj ET",
        rb"BT /f0 7 Tf (\000\N{DIGIT ONE}) Tj ET",
        rb"BT /f0 7 Tf (\0001\)) (\000A Tj ET",
        rb"BT /f0 Tf (\000A) Tj ET",
        # No glyph has such a number: what looks like a step in a text is not looked at.
        b"BT /f0 7 Tf (TJ EMC) Tj ET",
        rb"q 1 0 0 1 x 5 cm Q",
        rb"/Span <</MCID 1 /In <</A 1>>>> BDC EMC",
        rb"BI /W 1 /H 1 ID (\000A) EI",
    ],
)
def test_what_is_drawn_otherwise_is_refused(content: bytes) -> None:
    """Nothing that may be a text is passed over."""
    with pytest.raises(ValueError, match=r"not read|could not convert"):
        drawn(content)


def test_what_is_drawn_without_text_is_passed_over() -> None:
    """Lines, colours, dashes, and a page with nothing on it."""
    assert drawn(b"q [3 2] 0 d /c0 cs 0.1 0.2 0.3 scn 0 0 m 5 5 l S Q /x0 Do") == []
    with pikepdf.new() as document:
        document.add_blank_page()
        assert list(strokes(stream.content(document.pages[0]), {})) == []


def test_glyph_without_a_character_is_seen() -> None:
    """Also of a font that does not say what its glyphs are."""
    assert drawn(b"BT /f0 7 Tf <0141> Tj /f1 7 Tf <0041> Tj ET") == ["\ufffd", "\ufffd"]

"""
A finished page as a Word document: its own tree, in WordprocessingML.

::

        tables        header rows, cells, numbers that stand under each other
        lines         what stands within a paragraph: marks, links, signs
        package       the file and its elements, in the order in which Word wants them

Here are headings, paragraphs, lists, figures, and the sheet they stand on. Each module
imports those below it. What a style looks like stands in
``page/templates/word/styles.xml``; what has no rule here stops the work, so that
nothing of a page is left out without a word.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from xml.etree.ElementTree import Element

from asss.errors import RenderError
from asss.formats import manuscript
from asss.formats.exports import Drawing
from asss.formats.manuscript import Piece
from asss.formats.word.lines import PLAIN, Look, paragraph, set_line
from asss.formats.word.package import NAMES, Package, bare, first_of, w
from asss.formats.word.tables import KINDS, children, set_table

__all__ = ["to_docx"]


def to_docx(html: str) -> bytes:
    """
    Set a page for Word: A4, with styles, tables, notes and pictures of Word's own.

    The same bytes for the same page; no clock, no macro, and no field to be updated.

    Parameters
    ----------
    html : str
        A finished page of ours: well-formed but for what HTML leaves open.

    Raises
    ------
    RenderError
        If there is no rule for something on the page, or a link leads to no place.
    """
    page = manuscript.read(html)
    package = Package.of(page)
    return package.closed(_document(page["page"], package))


#: The classes that are set, by element; those of tables are in ``tables``.
KNOWN: Final = {
    tag: frozenset(classes.split())
    for tag, classes in {
        "a": "early",
        "b": "dashed",
        "blockquote": "",
        "br": "",
        "caption": "",
        "code": "",
        "col": "early extreme name network rank year",
        "colgroup": "",
        "dd": "",
        "div": "chapter comment front ny-side picture prose section table text told"
        " undertable",
        "dl": "terms",
        "dt": "",
        "em": "",
        "figcaption": "",
        "figure": "",
        **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), ""),
        "header": "head",
        "hr": "",
        "li": "",
        "main": "",
        "nav": "contents",
        "ol": "letters",
        "p": "by dates formula kicker label lead mostly quiet reading see source"
        " warning",
        "pre": "",
        "section": "indicator own summary",
        "span": "back comment d0 d1 d2 dot letter m one pair shade shade-1 shade-2"
        " shade-3 shade-4 shade-5 unit who whole",
        "strong": "",
        "sup": "r ref",
        "svg": "",
        "table": f"grid {' '.join(KINDS)}",
        "tbody": "",
        "td": "break early latest network num shade-0 shade-1 shade-2 shade-3 shade-4"
        " shade-5",
        "th": "break early latest network num who-is",
        "thead": "",
        "tr": "group",
        "ul": "legend notes",
    }.items()
}

#: The style of a paragraph by its class.
STYLES: Final = {
    "by": "By",
    "dates": "Dates",
    "formula": "Formula",
    "kicker": "Kicker",
    "label": "Label",
    "lead": "Lead",
    "see": "See",
    "source": "UnderTable",
    "warning": "Warning",
}

#: The sheet, in twentieths of a point: A4 with the margins of the PDF.
SHEET: Final[dict[str, Any]] = {"w": 11906, "h": 16838}
MARGINS: Final[dict[str, Any]] = {
    "top": 794,
    "right": 907,
    "bottom": 964,
    "left": 907,
    "header": 400,
    "footer": 400,
    "gutter": 0,
}
WIDTH: Final = 10092

#: Where main findings stand beside the profile: the two columns and what is between.
BESIDE: Final = (4649, 397, 5046)

#: What drawings are measured in, to a twentieth of a point.
EMU: Final = 635

#: «Figur 1.», of which Word counts the number.
NUMBERED: Final = re.compile(r"(\D+)([\s\u00a0])(\d+)(\.)")


@dataclass(frozen=True)
class Setting:
    """Where blocks are set: in which style, how wide, and whether with what follows."""

    package: Package
    style: str = "Normal"
    look: Look = PLAIN
    width: int = WIDTH
    depth: int = 0
    stays: bool = False


def _document(pieces: Sequence[Piece], package: Package) -> Element:
    """
    A whole page.

    Raises
    ------
    RenderError
        If there is no rule for an element or a class.
    """
    _check(pieces)
    made = _flow(pieces, Setting(package))
    if made and made[-1].tag.endswith("}tbl"):
        made.append(w("p"))  # Word wants one behind the last table
    return w("document", w("body", *made, _section("nextPage")))


def _check(pieces: Sequence[Piece]) -> None:
    for piece in pieces:
        if isinstance(piece, str):
            continue
        tag = piece["t"]
        if tag not in KNOWN:
            msg = f"Word has no rule for the element <{tag}>."
            raise RenderError(msg)
        for name in piece["c"]:
            if name not in KNOWN[tag]:
                msg = f"Word has no rule for the class {name} of <{tag}>."
                raise RenderError(msg)
        _check(piece["k"])


def _flow(pieces: Sequence[Piece], at: Setting) -> list[Element]:
    """Blocks after each other, of which text between them is a paragraph each."""
    made: list[Element] = []
    line: list[Piece] = []
    for piece in pieces:
        if manuscript.is_block(piece):
            made += _text(line, at)
            line = []
            made += _block(piece, at)
        else:
            line.append(piece)
    return made + _text(line, at)


def _text(line: Sequence[Piece], at: Setting, *given: Element) -> list[Element]:
    if not manuscript.words(list(line)).strip():
        return []
    kept = [w("keepNext")] if at.stays else []
    return [paragraph(line, at.package, at.style, *kept, *given, look=at.look)]


def _block(node: Any, at: Setting) -> list[Element]:
    made = BLOCKS[node["t"]](node, at)
    if "id" in node and made:
        begun, ended = at.package.marked(node["id"])
        # Before a table there is its caption, which is a paragraph.
        place = next(one for one in made if one.tag.endswith("}p"))
        first_of(place)
        place[1:1] = [begun, ended]
    return made


# -- text ------------------------------------------------------------------------------


def _heading(node: dict[str, Any], at: Setting) -> list[Element]:
    level = int(node["t"][1])
    style = "Title" if level == 1 else f"Heading{level - 1}"
    return [paragraph(node["k"], at.package, style)]


def _paragraph(node: dict[str, Any], at: Setting) -> list[Element]:
    style = next((STYLES[name] for name in node["c"] if name in STYLES), at.style)
    look = at.look
    if "quiet" in node["c"] and style == at.style:
        look = look._replace(style="Quiet")
    return _text(node["k"], replace(at, style=style, look=look))


def _quote(node: dict[str, Any], at: Setting) -> list[Element]:
    return _flow(node["k"], replace(at, style="Quote"))


def _code(node: dict[str, Any], at: Setting) -> list[Element]:
    """Code as it is written: its lines and its spaces."""
    lines = manuscript.words(node["k"]).strip("\n").split("\n")
    return [paragraph([one], at.package, "Code") for one in lines]


def _rule(node: dict[str, Any], at: Setting) -> list[Element]:  # noqa: ARG001
    return [paragraph([], at.package, "Rule")]


# -- lists -----------------------------------------------------------------------------


def _list(node: dict[str, Any], at: Setting) -> list[Element]:
    items = children(node, "li")
    if "letters" in node["c"]:
        return [one for item in items for one in _note(item, at)]
    if "legend" in node["c"]:
        between = "\u2003"
        line = [one for item in items for one in (*item["k"], between)]
        return [paragraph(line[:-1], at.package, "UnderTable")]
    if "notes" in node["c"]:
        return [paragraph(item["k"], at.package, "PageNote") for item in items]
    if node["t"] == "ul":
        style, number = "ListBullet", 1
    else:
        style, number = "ListNumber", at.package.numbered()
    made: list[Element] = []
    for item in items:
        inside = _flow(item["k"], replace(at, style=style, depth=at.depth + 1))
        for place, one in enumerate(inside):
            _numbered(one, style, number if not place else 0, at.depth)
        made += inside
    return made


def _numbered(one: Element, style: str, number: int, depth: int) -> None:
    """Give the first paragraph of an item its sign, and the others none."""
    about = first_of(one)
    named = about.find(f"{{{NAMES['w']}}}pStyle")
    if named is None or named.get(f"{{{NAMES['w']}}}val") != style:
        return
    if about.find(f"{{{NAMES['w']}}}numPr") is not None:
        return
    in_order = 1 + sum(child.tag.endswith("}keepNext") for child in about)
    sign = w("numPr", w("ilvl", val=0), w("numId", val=number))
    about.insert(in_order, sign)
    if depth or not number:
        left = (300 if style == "ListBullet" else 400) + 300 * depth
        about.append(w("ind", left=left, hanging=200 if number else 0))


def _note(item: dict[str, Any], at: Setting) -> list[Element]:
    """A note under a table, behind its letter; with links back to where it is from."""
    letter, *rest = item["k"]
    if rest and isinstance(rest[0], str):
        rest[0] = rest[0].lstrip(" ")
    made = paragraph([letter], at.package, "TableNote")
    made.append(w("r", w("tab")))
    made.extend([*set_line(rest, at.package)])
    begun, ended = at.package.marked(item["id"])
    made[1:1] = [begun, ended]
    return [made]


def _terms(node: dict[str, Any], at: Setting) -> list[Element]:
    made = []
    for item in children(node, "div"):
        term, told = children(item, "dt")[0]["k"], children(item, "dd")[0]["k"]
        # A mark that is explained stands as large as what is said of it.
        look = Look(is_bold=True)
        if any(isinstance(one, dict) and one["t"] == "sup" for one in term):
            look, term = Look("Mark"), [manuscript.words(term)]
        one = paragraph(term, at.package, "Term", look=look)
        one.append(w("r", w("tab")))
        one.extend([*set_line(told, at.package)])
        made.append(one)
    return made


def _contents(node: dict[str, Any], at: Setting) -> list[Element]:
    """Links to the headings; Word has the page of none before it has set them all."""
    head, entries = children(node, "h2"), children(node, "ol")[0]
    made = [one for each in head for one in _block(each, at)]
    for item in children(entries, "li"):
        made.append(paragraph(item["k"], at.package, "TOC1"))
    return made


# -- figures and tables ----------------------------------------------------------------


def _table(node: dict[str, Any], at: Setting) -> list[Element]:
    made = []
    for caption in children(node, "caption"):
        told = _captioned(caption, at, w("keepNext"))
        if "id" in caption:
            told[1:1] = at.package.marked(caption["id"])
        made.append(told)

    def flow(pieces: Sequence[Piece], style: str, look: Look) -> list[Element]:
        return _flow(pieces, Setting(at.package, style, look))

    return [*made, set_table(node, at.width, at.package, flow)]


def _captioned(node: dict[str, Any], at: Setting, *given: Element) -> Element:
    """A caption, of which Word counts the number, as it does those of its own."""
    first, *rest = node["k"]
    told = NUMBERED.fullmatch(manuscript.words([first]))
    if told is None:
        return paragraph(node["k"], at.package, "Caption", *given)
    name, between, number, stop = told.groups()
    look = Look("Number")
    made = paragraph([f"{name}{between}"], at.package, "Caption", *given, look=look)
    made.append(
        w(
            "fldSimple",
            *set_line([number], at.package, look),
            instr=f" SEQ {name} \\* ARABIC ",
        )
    )
    made.extend([*set_line([stop], at.package, look)])
    made.extend([*set_line(rest, at.package)])
    return made


def _figure(node: dict[str, Any], at: Setting) -> list[Element]:
    """A picture with the text for who does not see it, and its caption below."""
    (box,) = children(node, "div")
    svg = children(box, "svg")[0]["svg"]
    caption = children(node, "figcaption")[0]
    said = " ".join(manuscript.words(caption["k"]).split())
    name = said.partition(".")[0]
    drawing = Drawing(int(re.sub(r"\D", "", name)), said, box["aria-label"], svg)
    picture = w("r", w("drawing", _inline(drawing, name, at)))
    shown = paragraph([], at.package, "Figure")
    shown.append(picture)
    kept = [w("keepNext")] if at.stays else []
    return [shown, _captioned(caption, at, *kept)]


def _inline(drawing: Drawing, name: str, at: Setting) -> Element:
    """What Word shows of a picture: as wide as there is room for, as high as drawn."""
    wide, high = drawing.size
    size = {"cx": at.width * EMU, "cy": round(at.width * EMU * high / wide)}
    number = drawing.number
    reference = bare("a:blip")
    reference.set(
        f"{{{NAMES['r']}}}embed",
        at.package.picture(drawing.png(at.package.language)),
    )
    frame = bare("a:graphicFrameLocks", noChangeAspect=1)
    picture = bare(
        "pic:pic",
        bare(
            "pic:nvPicPr", bare("pic:cNvPr", id=number, name=name), bare("pic:cNvPicPr")
        ),
        bare("pic:blipFill", reference, bare("a:stretch", bare("a:fillRect"))),
        bare(
            "pic:spPr",
            bare("a:xfrm", bare("a:off", x=0, y=0), bare("a:ext", **size)),
            bare("a:prstGeom", bare("a:avLst"), prst="rect"),
        ),
    )
    graphic = bare("a:graphic", bare("a:graphicData", picture, uri=NAMES["pic"]))
    return bare(
        "wp:inline",
        bare("wp:extent", **size),
        bare("wp:docPr", id=number, name=name, descr=drawing.alt),
        bare("wp:cNvGraphicFramePr", frame),
        graphic,
        distT=0,
        distB=0,
        distL=0,
        distR=0,
    )


# -- parts of a page -------------------------------------------------------------------


def _part(node: dict[str, Any], at: Setting) -> list[Element]:
    """What holds other blocks, and what it has them look like."""
    classes = node["c"]
    if "front" in classes:
        return _front(node, at)
    if "summary" in classes:
        return _summary(node, at)
    if "chapter" in classes or "indicator" in classes:
        # Stays with the figure, whose caption is the last of it.
        return _together(_flow(node["k"], replace(at, stays=True)))
    if "undertable" in classes:
        made = _flow(node["k"], replace(at, style="UnderTable"))
        if len(made) == 1:
            first_of(made[0]).append(w("spacing", before=80, after=160))
            return made
        first_of(made[0]).append(w("spacing", before=80))
        first_of(made[-1]).append(w("spacing", after=160))
        return made
    if "comment" in classes:
        return _flow(node["k"], replace(at, style="Comment"))
    made = _flow(node["k"], at)
    if "ny-side" in classes and made and not at.package.turned:
        about = first_of(made[0])
        about.insert(1, w("pageBreakBefore"))
    at.package.turned = False
    return made


def _together(made: list[Element]) -> list[Element]:
    """Blocks that stay together, of which the last may part from what follows."""
    if made:
        about = first_of(made[-1])
        for one in list(about):
            if one.tag.endswith("}keepNext"):
                about.remove(one)
    return made


def _summary(node: dict[str, Any], at: Setting) -> list[Element]:
    made = []
    for one in node["k"]:
        if isinstance(one, dict) and one["t"] == "ul":
            for item in children(one, "li"):
                made.append(paragraph(item["k"], at.package, "Finding"))
        else:
            made += _flow([one], at)
    return made


def _front(node: dict[str, Any], at: Setting) -> list[Element]:
    """The head of a report, and under it the main findings beside the profile."""
    figures = children(node, "figure")
    head = children(node, "header")
    rest = [one for one in node["k"] if one not in figures and one not in head]
    made = _flow(head, at)
    if not figures:
        return made + _flow(rest, at)
    left, between, right = BESIDE
    first_of(made[-1]).append(_section("nextPage"))
    told = _flow(rest, replace(at, width=left))
    shown = _flow(figures, replace(at, width=right))
    shown[0].insert(1, w("r", w("br", type="column")))
    columns = [w("col", w=left, space=between), w("col", w=right)]
    first_of(shown[-1]).append(_section("continuous", *columns))
    at.package.turned = True
    return [*made, *told, *shown]


def _section(begins: str, *columns: Element) -> Element:
    """A part of the document with its own columns; it says how itself begins."""
    many: dict[str, Any] = {"num": len(columns), "equalWidth": 0} if columns else {}
    return w(
        "sectPr",
        w("footerReference", type="default", r_id="footer1"),
        w("type", val=begins),
        w("pgSz", **SHEET),
        w("pgMar", **MARGINS),
        w("cols", *columns, space=397, **many),
    )


#: How each block is set.
BLOCKS: Final[dict[str, Callable[[Any, Setting], list[Element]]]] = {
    "blockquote": _quote,
    "div": _part,
    "dl": _terms,
    "figure": _figure,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    "header": _part,
    "hr": _rule,
    "main": _part,
    "nav": _contents,
    "ol": _list,
    "p": _paragraph,
    "pre": _code,
    "section": _part,
    "table": _table,
    "ul": _list,
}

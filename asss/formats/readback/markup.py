"""
Pages as a reader takes them in: the text of an element, and where its links lead.

A browser mends whatever it is given, by rules of its own, and a parser that mended it
otherwise would read another page than people see. So nothing is mended here: what a
browser would read in another way than it is written is refused. Imports ``errors``.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from lxml import etree

from asss.errors import RenderError

__all__ = ["Element", "fragment", "letters", "links", "page", "places", "said"]
__all__ += ["strings", "text"]

#: As lxml has them. Those of ``lxml.html`` can do more, and take four times as long to
#: walk through: for each one it is asked anew, in Python, of which kind it is.
Element: TypeAlias = etree._Element

DOCTYPE = re.compile("<!doctype html>", re.IGNORECASE)

#: Styles and programs are no text, and most of the letters of a page. What ends one in
#: a browser may not stand within it.
SILENT = re.compile(r"<(style|script)\b([^<>]*)>[^<]*(?:<(?!/)[^<]*)*</\1>")

#: Where a page is changed by a program; others may hold what a browser shows.
REMARK = re.compile(r"<!-- [a-z /]+ -->")

#: Elements without an end, which XML wants to be told of; and the one attribute without
#: a value, and the one letter by name, that pages have.
EMPTY = "br", "col", "hr", "img", "input", "link", "meta", "wbr"
OPEN = re.compile(rf"<((?:{'|'.join(EMPTY)})\b[^<>]*?) ?/?>")
HIDDEN = re.compile(r"(<\w[^<>]*?) hidden>")
LETTER = {"&nbsp;": "\u00a0"}

#: Any other that is written as having none is open to a browser, but for what is drawn.
CLOSED = re.compile(r"<([^\s<>/]+)[^<>]*/>")
DRAWN = {"svg", "g", "path", "circle", "rect", "text"}

#: What belongs nowhere but right within one of these.
WITHIN = {
    inner: {*outer.split()}
    for inners, outer in (
        ("head body", "html"),
        ("title meta link style", "head"),
        ("script", "body"),
        ("caption colgroup thead tbody tfoot", "table"),
        ("tr", "thead tbody tfoot"),
        ("td th", "tr"),
        ("col", "colgroup"),
        ("li", "ul ol"),
        ("dt dd", "dl div"),
        ("option", "select"),
        ("figcaption", "figure"),
        ("summary", "details"),
        ("svg", "div"),
    )
    for inner in inners.split()
}

#: What holds nothing but those: all else would be moved out of it.
HOLDERS = {"html", "head", "table", "colgroup", "thead", "tbody", "tfoot", "tr"}
HOLDERS |= {"select", *EMPTY}

#: What ends a paragraph, wherever it begins.
BLOCKS = {"blockquote", "details", "div", "dl", "figure", "footer", "header", "main"}
BLOCKS |= {"h1", "h2", "h3", "h4", "h5", "h6", "nav", "ol", "p", "pre", "section"}
BLOCKS |= {"table", "ul", "hr"}

#: All that pages are made of, in the letters that they are made with.
KNOWN = {*WITHIN, *HOLDERS, *BLOCKS, *DRAWN, "a", "abbr", "b", "code", "em", "i"}
KNOWN |= {"label", "span", "strong", "sub", "sup"}

#: What cannot stand within its like, nor hold a block.
ALONE = {"a", "h1", "h2", "h3", "h4", "h5", "h6", "p", "title"}

NAMED = etree.XPath("//*[string(@id)]")

ATTRIBUTE = re.compile(r"[a-z][a-z-]*|viewBox")


def page(written: str, words: Mapping[str, str]) -> Element:
    """
    A page whose marks are the signs that they are in facts.json.

    Parameters
    ----------
    written : str
        As HTML.
    words : mapping of str to str
        Of the phrase file.

    Raises
    ------
    RenderError
        If a browser would read another page than is written.
    """
    begun = DOCTYPE.match(written)
    if begun is None:
        msg = "does not begin with <!doctype html>, and is read in the way of old pages"
        raise RenderError(msg)
    root = _parsed(written[begun.end() :])
    if faults := list(_mended(root)):
        raise RenderError("; ".join(faults))
    for abbr in root.iter("abbr"):
        if abbr.get("title") == words["reconstructed_title"]:
            abbr.text = words["reconstructed_mark"]
    return root


def fragment(written: str) -> Element:
    """What Markdown has become, in an element of its own."""
    return _parsed(f"<body>{written}</body>")


def _parsed(written: str) -> Element:
    """The elements of a page, each as it is written or not at all."""
    quiet = REMARK.sub("", SILENT.sub(r"<\1\2></\1>", written))
    if "<!" in quiet or "<?" in quiet:
        msg = "holds what is seen by no reader: a remark, or worse"
        raise RenderError(msg)
    if strange := {*CLOSED.findall(quiet)} - {*EMPTY} - DRAWN:
        msg = f"<{'>, <'.join(sorted(strange))}> is closed, and open to a browser"
        raise RenderError(msg)
    quiet = HIDDEN.sub(r'\1 hidden="">', OPEN.sub(r"<\1/>", quiet))
    quiet = quiet.replace(' xmlns="http://www.w3.org/2000/svg"', "")
    for name, letter in LETTER.items():
        quiet = quiet.replace(name, letter)
    parser = etree.XMLParser(encoding="utf-8", no_network=True, resolve_entities=False)
    try:
        return etree.fromstring(quiet.encode(), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        near = quiet.splitlines()[line - 1][max(0, column - 40) : column + 20]
        msg = f"is not written as it would be read: {error.msg}, at «{near}»"
        raise RenderError(msg) from error


def _mended(root: Element) -> Iterator[str]:
    """What a browser would move, close, leave out or never show."""
    if [part.tag for part in root] != ["head", "body"] or root.tag != "html":
        yield "is not one head and one body"
    names = Counter(root.xpath("//@id"))
    yield from (f"the id {name} is given twice" for name in names - Counter({*names}))
    everything = [*root.iter()]
    pairs = {(one.tag, one.getparent().tag) for one in everything[1:]}
    for tag, above in sorted(pairs):
        if tag not in KNOWN:
            yield f"<{tag}> is no element of ours"
        elif (
            above not in WITHIN.get(tag, {above})
            or (above in HOLDERS and tag not in WITHIN)
            or (tag in DRAWN - {"svg"} and above not in ("svg", "g"))
        ):
            yield f"<{tag}> does not belong in <{above}>"
    for element in root.iter(*HOLDERS):
        if any(part.strip() for part in strings(element)):
            yield f"<{element.tag}> holds words: «{said(element)[:80]}»"
    for element in root.iter(*ALONE):
        within = {element.tag} if element.tag == "a" else BLOCKS
        if inner := within & {one.tag for one in element.iterdescendants()}:
            yield f"<{element.tag}> holds <{min(inner)}>"
    for name in {name for one in everything for name in one.keys()}:  # noqa: SIM118
        if not ATTRIBUTE.fullmatch(name):
            yield f"an element has the attribute {name}"


def places(root: Element) -> dict[str, Element]:
    """All that a link may lead to, by its id."""
    return {element.get("id"): element for element in NAMED(root)}


def strings(element: Element) -> Iterator[str]:
    """The words right within an element, and in no other that it holds."""
    yield element.text or ""
    for child in element:
        yield child.tail or ""


def said(element: Element) -> str:
    """All words of an element, spaces alike."""
    return " ".join("".join(element.itertext()).split())


def text(element: Element) -> str:
    """What is read of an element: its words without letters of notes, spaces alike."""
    words: list[str] = []
    _read(element, words)
    return " ".join("".join(words).split())


def _read(element: Element, words: list[str]) -> None:
    if isinstance(element.tag, str) and element.get("class") != "ref":
        words.append(element.text or "")
        if element.tag == "br":
            words.append(" ")
        for child in element:
            _read(child, words)
            words.append(child.tail or "")


def letters(element: Element) -> list[str]:
    """The ids of the notes that an element refers to."""
    return [href[1:] for href in links(element) if href.startswith("#note-")]


def links(element: Element) -> list[str]:
    """Where the links in an element lead."""
    return [link.get("href", "") for link in element.iter("a")]

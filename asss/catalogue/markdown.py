r"""
Markdown, as people and SSB write it: as HTML, and what a comment may not hold.

Nothing in it is fetched or run, whoever wrote it: an image becomes its text, HTML is
shown as it is written, and a link leads to the web or to a place on the page. Imports
nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

__all__ = ["LEFTOVERS", "inline", "is_paragraph", "left_over", "refused", "to_html"]

#: What never belongs in front of a reader, by what to call it.
LEFTOVERS: Mapping[str, re.Pattern[str]] = {
    "a missing number": re.compile(r"\b(?:nan|NaN|None|NaT)\b|<NA>"),
    "a hole": re.compile(r"[{}]"),
    "a trace of a program": re.compile(r"Traceback|Undefined|\bobject at 0x"),
    "a note to oneself": re.compile(r"\b(?:TODO|FIXME|XXX)\b"),
    "two stops": re.compile(r"\w\.\.(?:\s|$)"),
    "a space before a stop": re.compile(r"\w[ \u00a0][.,;](?:\s|$)"),
    "an empty reason": re.compile(r"\(\s*\)"),
}

#: What a link may be: an address on the web, or a place on the same page.
ADDRESS = re.compile(r"https?://|#", re.IGNORECASE)

#: What authors note for each other.
REMARK = re.compile(r"<!--.*?-->", re.DOTALL)

#: Markdown has none of its own, and takes one for a link to its first word.
FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]")


class _Reader(MarkdownIt):
    """Markdown with tables, which takes every address for one and HTML for HTML."""

    def __init__(self) -> None:
        super().__init__("commonmark")
        self.enable("table")

    def validateLink(self, url: str) -> bool:  # noqa: ARG002
        """Say of everything that it is a link, so that it can be refused by name."""
        return True


class _Writer(_Reader):
    """The same, of which nothing comes but text and links to the web."""

    def __init__(self) -> None:
        super().__init__()
        self.options["html"] = False
        self.add_render_rule("image", _text_of_image)

    def validateLink(self, url: str) -> bool:
        """Leave other addresses as they are written."""
        return ADDRESS.match(url) is not None


@cache
def _reader() -> _Reader:
    """One for all texts: to make it takes longer than to read one."""
    return _Reader()


@cache
def _writer() -> _Writer:
    return _Writer()


def _text_of_image(
    renderer: RendererHTML, tokens: Sequence[Token], place: int, *given: Any
) -> str:
    return escapeHtml(renderer.renderInlineAsText(tokens[place].children, *given))


def to_html(written: str, *, below: int | None = None) -> str:
    r"""
    Markdown as HTML, for the notebook's prose, people's comments and SSB's notes.

    Parameters
    ----------
    written : str
        The text. What stands in it as ``<!-- a remark -->`` is left out.
    below : int, optional
        Level of the heading that the text stands under: its own headings then begin at
        the next level and skip none, whatever its author wrote. Without it, headings
        keep their level.

    Examples
    --------
    >>> to_html("# Husleie\n\n#### Strøm <!-- mer? -->", below=2)
    '<h3>Husleie</h3>\n<h4>Strøm</h4>\n'
    >>> to_html("![kart](http://eksempel.no/k.png) [a](javascript:b)")
    '<p>kart [a](javascript:b)</p>\n'
    """
    parser = _writer()
    tokens = parser.parse(REMARK.sub("", written))
    above: list[int] = []
    for token in tokens:
        if token.type == "heading_open" and below is not None:
            level = int(token.tag[1])
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
        if token.type in ("heading_open", "heading_close") and below is not None:
            token.tag = f"h{min(below + len(above), 6)}"
    _name_heads(tokens)
    return str(parser.renderer.render(tokens, parser.options, {}))


def is_paragraph(written: str) -> bool:
    r"""
    Whether a text is one paragraph, which can stand within another.

    Examples
    --------
    >>> is_paragraph("Ifølge *KS*\nøker leiene."), is_paragraph("# Leie")
    (True, False)
    """
    tokens = _writer().parse(REMARK.sub("", written))
    return [token.type for token in tokens[::2]] == [
        "paragraph_open",
        "paragraph_close",
    ]


def inline(written: str) -> str:
    """
    One paragraph of Markdown as HTML, to stand within another.

    Examples
    --------
    >>> inline("Ifølge *KS* øker leiene.")
    'Ifølge <em>KS</em> øker leiene.'
    """
    return str(_writer().renderInline(REMARK.sub("", written).strip()))


def _name_heads(tokens: Sequence[Token]) -> None:
    """Say what names the columns of a table, and its rows: the first cell of each."""
    is_first = False
    for token in tokens:
        if token.type == "table_open":
            token.attrSet("class", "plain")
        elif token.type == "tr_open":
            is_first = True
        elif token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.type == "td_open" and is_first:
            token.tag = "th"
            token.attrSet("scope", "row")
        elif token.type == "td_close":
            token.tag, is_first = "th" if is_first else "td", False


def left_over(text: str) -> Iterator[str]:
    """
    What in a text never belongs in front of a reader, and is refused on a page.

    Examples
    --------
    >>> list(left_over("Se TODO."))
    ["a note to oneself, 'TODO'"]
    """
    for what, pattern in LEFTOVERS.items():
        if found := pattern.search(text):
            yield f"{what}, {found[0]!r}"


def refused(written: str) -> Iterator[tuple[int, str]]:
    r"""
    What a comment may not hold: images, HTML, links that leave the web, leftovers.

    Yields
    ------
    line : int
        Counted from 1.
    what : str

    Examples
    --------
    >>> dict(refused("Se ![kart](k.png)\nog [a](file:b)."))[2]
    'a link to file:b: write an address on the web'
    """
    for remark in REMARK.finditer(written):
        if "<!--" in remark[0][4:]:
            line = written.count("\n", 0, remark.start()) + 1
            yield line, "a remark, <!--, that takes the next with it: end it with -->"
    # As many lines as before.
    text = REMARK.sub(lambda found: "\n" * found[0].count("\n"), written)
    for line, part_of_text in enumerate(text.splitlines(), start=1):
        for mark in FOOTNOTE.findall(part_of_text):
            yield line, f"a footnote, {mark}: write it in the text, in brackets"
    for token in _reader().parse(FOOTNOTE.sub("", text)):
        line = (token.map or [0])[0] + 1
        for part in (token, *(token.children or [])):
            yield from ((line, what) for what in _refused_part(part))
            line += part.type in ("softbreak", "hardbreak")


def _refused_part(part: Token) -> Iterator[str]:
    address = str(part.attrs.get("src") or part.attrs.get("href") or "")
    if part.type == "image":
        yield f"an image, {address}: a page fetches nothing"
    elif part.type == "link_open" and not ADDRESS.match(address):
        yield f"a link to {address}: write an address on the web"
    elif part.type == "text" and "](" in part.content:
        yield f"a link that is none, {part.content}: it has a space in it"
    elif part.type == "text":
        yield from (
            f"{what}: mend it, no page is made with it"
            for what in left_over(part.content)
        )
    elif part.type in ("html_block", "html_inline"):
        yield f"HTML, {part.content.split()[0]}: write Markdown"

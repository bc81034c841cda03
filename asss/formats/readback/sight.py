"""
What is seen of a page: that no look, no class and no program hides what it says.

The stylesheets hide some things in some places: the earlier years of Tabell 1 on a
phone, links on paper. What they may do so to is listed here, and a page has the
package's own stylesheets and nothing beside them. Those are read too: whatever in them
could hide a mark, turn a figure or write a digit is refused, but for what is listed.
Imports ``looks``, ``ink`` and ``markup``.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import resources

from lxml import etree

from asss.catalogue.catalogue import Catalogue
from asss.formats.readback.ink import colour, contrast
from asss.formats.readback.markup import Element, said
from asss.page import looks

__all__ = ["OF_ALL", "OF_AREAS", "PAGE", "REVIEW", "hidden", "misnamed"]
__all__ += ["strange_looks"]

STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL)
SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL)
POLICY = re.compile(
    r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', re.DOTALL
)

#: Files that are told by their names; and the number of a figure, in that of its own.
DATA_PACKAGE, SCHEMA = "datapackage.json", "facts.schema.json"
NUMBERED = re.compile(r"figur-(\d+)\.")

#: Kinds of pages, by the stylesheets that they have beside that of all.
PAGE: tuple[str, ...] = ()
OF_ALL, REVIEW = ("site/site.css",), ("rapport/review.css",)
OF_AREAS = (*OF_ALL, "site/areas.css")

#: All that might be hidden.
STYLED = etree.XPath("//*[@class or @hidden or self::details]", smart_strings=False)

#: Where what is hidden somewhere may be: elements, by the classes that hide them.
WITHIN = {
    "skip": {"a"},
    "anchor": {"a"},
    "numbers": {"details"},
    "downloads": {"section"},
    "controls": {"div"},
    "on-screen": {"a", "col", "li", "nav", "p", "td", "th"},
    "early": {"a", "col", "td", "th"},
    "again": {"a", "col", "td", "th"},
}

HIDING = {*WITHIN}

#: What may be gone on paper, beside a column that stands there once more.
ON_SCREEN = {"areas", "contents", "way", "years"}

#: What opens when it is asked to, and what a program shows.
CLOSED, OF_REVIEW, SHOWN_LATER = {"numbers"}, {"fold", "trail"}, {"controls", "value"}

#: What a declaration could do to what is said: what no look of a page needs, but for
#: the values that do no harm.
HARMLESS: dict[str, str] = {
    **dict.fromkeys(
        (
            *("animation", "clip", "clip-path", "content", "filter", "float", "mask"),
            *("offset", "perspective", "rotate", "scale", "text-transform", "zoom"),
            *("transform", "translate", "-webkit-text-fill-color", "direction"),
            *("order", "unicode-bidi", "writing-mode", "visibility", "inset"),
        ),
        "none",
    ),
    "bottom": "0",
    "color": r"inherit|var\(--(ink|quiet|focus|warn|faint)\)",
    "content-visibility": "visible",
    "display": "block|contents|flex|grid|inline|inline-block|revert",
    "flex-direction": "column",
    "height": r"[1-9.].*|auto",
    **dict.fromkeys(
        ("margin", "margin-left", "margin-right"), r"(?!.*-(\d\d|[2-9])).*"
    ),
    "left": r"0|\d.*rem",
    "letter-spacing": r"0|-\.0[12]\d*em",
    "line-height": r"0|1.*",
    "max-height": r"[1-9].*|none",
    "max-width": r"[1-9].*|none|calc\(100vw - 2\.6rem\)",
    "opacity": "1",
    "overflow": "visible",
    "position": "static|sticky",
    "text-decoration": r"none|underline( dotted 1px var\(--quiet\))?",
    "text-indent": "0",
    "top": r"[1-9].*",
    "width": r"[1-9.].*|auto|fit-content|var\(--wide\)",
}

#: How small text may be, by the unit that it is said in.
SIZE = re.compile(r"(?:^| )(\d*\.?\d+)(rem|em|pt|px|%)(?=$|[ /])")
SMALLEST = {"rem": 0.6, "em": 0.7, "pt": 6.5, "%": 100.0, "px": 11.0}

#: The sha256 of the program that sorts and finds on an index, as it was tried in a
#: browser (tests/page/test_site.py): nothing on the page shows what it does.
TRIED = "93b0be380871b108f29c60f2e9f8f4f3528fc2267d80e1f6640710624ef2eb27"

#: Where names may stand upright.
UPRIGHT = "@supports (writing-mode: vertical-rl) @media screen"

#: What hides, moves or turns all the same, and under which condition: what a screen
#: has no use for on paper, and names that stand upright above a narrow column.
ALLOWED = frozenset(
    {
        ("", ".skip", "position:absolute"),
        ("", ".skip", "left:-99rem"),
        ("", ".anchor", "opacity:0"),
        ("", ".again, .back .again", "display:none"),
        ("", ".letters li", "text-indent:-1.3rem"),
        ("", "[hidden]", "display:none !important"),
        (UPRIGHT, "table.matrix .who-is span", "writing-mode:vertical-rl"),
        (UPRIGHT, "table.matrix .who-is span", "transform:rotate(180deg)"),
        ("@media screen and (max-width: 47rem)", ".early", "display:none !important"),
        ("@media print", ".controls", "display:none"),
        (
            "@media print",
            ".skip, .anchor, .numbers, .downloads, .on-screen",
            "display:none",
        ),
    }
)

#: Of a figure's part on a phone; where it moves to, the figure says and is held to.
PART = re.compile(r"\.m(\d+)"), "translate:var(--m{})"

#: The page, and what is written on it: ink, quiet, faint, focus and warn.
GROUND = re.compile(
    r"--page: #(\w+); --ink: #(\w+); --quiet: #(\w+);.*?"
    r"--faint: #(\w+); --focus: #(\w+); --warn: #(\w+);",
    re.DOTALL,
)
READABLE = 4.5

#: The colours of a figure and what each is in the dark, one for one.
DARK = re.compile(r'\.picture \[(fill|stroke)="(#\w+)"\]')


def strange_looks(
    html: str, kind: tuple[str, ...] = PAGE, *, has_script: bool = False
) -> Iterator[str]:
    """Styles and programs of a page that are not the package's."""
    styles, scripts = STYLE.findall(html), SCRIPT.findall(html)
    if styles != [_stylesheets(kind)]:
        yield "its stylesheet is not that of the package"
    for css in styles if kind != REVIEW else ():
        yield from _false_looks(css)
    script = _file("site/site.js") if has_script else ""
    if scripts != [script] * has_script:
        yield "its program is not that of the package"
    if script and hashlib.sha256(script.encode()).hexdigest() != TRIED:
        yield "its program is not the one that was tried"
    if POLICY.findall(html) != [_policy(script)]:
        yield "it may do what the package's pages may not"


@lru_cache(8)
def _false_looks(css: str) -> tuple[str, ...]:
    """
    What a stylesheet does that would have a page say something else to the eye.

    That of the reviewer's edition folds things together, and is not read.
    """
    found = [
        f"its stylesheet writes in {name} on a page of {page}"
        for page, *inks in GROUND.findall(css)
        for name in inks
        if contrast(colour(page), colour(name)) < READABLE
    ]
    dark: dict[tuple[str, str], set[str]] = {}
    for under, rule, name, value in _declarations(css):
        about = f"its stylesheet has «{name}: {value}» for {rule}"
        part, moves = PART[0].fullmatch(rule), f"{name}:{value}"
        is_listed = (under, rule, moves) in ALLOWED or (
            part is not None and moves == PART[1].format(part[1])
        )
        if not is_listed and not _is_harmless(name, value):
            found.append(about)
        if of := DARK.fullmatch(rule):
            dark.setdefault((name, value), set()).add(of[2])
            if of[1] != name:
                found.append(about)
    found += [
        f"its stylesheet makes {' and '.join(sorted(alike))} alike in the dark"
        for alike in dark.values()
        if len(alike) > 1
    ]
    return tuple(found)


def _declarations(css: str) -> Iterator[tuple[str, str, str, str]]:
    """Each declaration: the condition and the rule that it is under, and what it is."""
    plain = re.sub(r"/\*.*?\*/|@font-face \{.*?\}", "", css, flags=re.DOTALL)
    above: list[str] = []
    for before, sign in re.findall(r"([^{}]*)([{}])", plain):
        told = " ".join(before.split())
        if sign == "{":
            above.append(told)
            continue
        *under, rule = above
        for one in told.split(";") if told else ():
            name, _, value = one.partition(":")
            if name.strip():
                yield " ".join(under), rule, name.strip(), value.strip()
        above.pop()


def _is_harmless(name: str, value: str) -> bool:
    """Whether a declaration can hide, move, turn or add nothing that is said."""
    if name in ("font", "font-size"):
        size = SIZE.search(value)
        return value == "inherit" or (
            size is not None and float(size[1]) >= SMALLEST[size[2]]
        )
    harmless = HARMLESS.get(name)
    return harmless is None or re.fullmatch(harmless, value) is not None


def _policy(script: str) -> str:
    """Nothing is fetched, and no other program runs."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    parts = ["default-src 'none'", "img-src data:", "font-src data:"]
    parts += ["style-src 'unsafe-inline'"]
    parts += [f"script-src 'sha256-{digest}'"] if script else []
    return "; ".join([*parts, "base-uri 'none'", "form-action 'none'"])


@cache
def _stylesheets(kind: tuple[str, ...]) -> str:
    return "".join((looks.stylesheet(), *map(_file, kind)))


@cache
def _file(name: str) -> str:
    folder = resources.files("asss.page") / "templates"
    return (folder / name).read_text("utf-8")


def misnamed(root: Element, known: Catalogue) -> Iterator[str]:
    """Links to the files beside a page that lead to files of another kind."""
    words = known.phrases.words
    kinds = {
        "pdf": "PDF",
        "docx": "Word",
        "ipynb": words["index_notebook"],
        "xlsx": "Excel",
        "csv": "CSV",
        "svg": "SVG",
        "png": "PNG",
        DATA_PACKAGE: "Data Package",
        SCHEMA: "JSON Schema",
        "json": "JSON",
    }
    for section in root.iter("section"):
        for link in section.iter("a") if section.get("class") == "downloads" else ():
            href, told = link.get("href", ""), link.get("aria-label", "")
            kind = kinds.get(href) or kinds.get(href.rpartition(".")[2], "")
            number = NUMBERED.search(href)
            of = f"{words['figure']} {number[1]}, {kind}" if number else f", {kind}"
            if said(link) != kind or not told.endswith(of):
                yield f"«{told}», {said(link)}, leads to {href}"


def hidden(root: Element, *, is_review: bool = False) -> Iterator[str]:
    """What a reader does not see, or not everywhere, and should."""
    closed = CLOSED | OF_REVIEW if is_review else CLOSED
    for tag in STYLED(root):
        classes = {*tag.get("class", "").split()}
        is_closed = tag.tag == "details" and not classes & closed
        if is_closed or not _is_seen(tag, classes):
            told = said(tag)
            yield f"<{tag.tag}> is out of sight: «{told[:80]}»"


def _is_seen(tag: Element, classes: set[str]) -> bool:
    """Whether it is shown, or may be hidden where it is."""
    if not classes & HIDING and "hidden" not in tag.attrib:
        return True
    name, above = str(tag.tag), tag.getparent()
    if any(name not in WITHIN.get(one, {name}) for one in classes):
        return False
    if "hidden" in tag.attrib and not classes & SHOWN_LATER:
        return False
    if "skip" in classes and (above is None or above.tag != "body"):
        return False
    is_later = "again" in classes or bool(classes & ON_SCREEN)
    return "on-screen" not in classes or is_later or _leads_on(tag)


def _leads_on(tag: Element) -> bool:
    """Whether it is the line in the contents that leads to the files beside a page."""
    return [link.get("href") for link in tag.iter("a")] == ["#last-ned"]

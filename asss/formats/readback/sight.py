"""
What is seen of a page: that no look, no class and no program hides what it says.

The stylesheets hide some things in some places: the earlier years of Tabell 1 on a
phone, links on paper. What they may do so to is listed here, and a page has the
package's own stylesheets and nothing beside them. Imports ``looks`` and ``markup``.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

from lxml import etree

from asss.catalogue.catalogue import Catalogue
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


def strange_looks(
    html: str, kind: tuple[str, ...] = PAGE, *, has_script: bool = False
) -> Iterator[str]:
    """Styles and programs of a page that are not the package's."""
    styles, scripts = STYLE.findall(html), SCRIPT.findall(html)
    if styles != [_stylesheets(kind)]:
        yield "its stylesheet is not that of the package"
    script = _file("site/site.js") if has_script else ""
    if scripts != [script] * has_script:
        yield "its program is not that of the package"
    if POLICY.findall(html) != [_policy(script)]:
        yield "it may do what the package's pages may not"


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

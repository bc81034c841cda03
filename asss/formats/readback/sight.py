"""
What is seen of a page: that no look, no class and no program hides what it says.

The stylesheets hide some things in some places: the earlier years of Tabell 1 on a
phone, links on paper. What they may do so to is listed here, and a page has the
package's own stylesheets and nothing beside them. Imports ``looks``, ``site`` and
``markup``.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

from asss.formats.readback.markup import Element, said
from asss.page import looks, site

__all__ = ["OF_ALL", "OF_AREAS", "PAGE", "REVIEW", "hidden", "strange_looks"]

STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL)
SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL)
POLICY = re.compile(
    r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', re.DOTALL
)

#: Kinds of pages, by the stylesheets that they have beside that of all.
PAGE: tuple[str, ...] = ()
OF_ALL, REVIEW = ("site/site.css",), ("rapport/review.css",)
OF_AREAS = (*OF_ALL, "site/areas.css")

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

#: What may be gone on paper, beside a column that stands there once more.
ON_SCREEN = {"areas", "contents", "way", "years"}

#: What opens when it is asked to, and what a program shows.
CLOSED, SHOWN_LATER = {"fold", "numbers"}, {"controls", "value"}


def strange_looks(
    html: str, kind: tuple[str, ...] = PAGE, *, has_script: bool = False
) -> Iterator[str]:
    """Styles and programs of a page that are not the package's."""
    styles, scripts = STYLE.findall(html), SCRIPT.findall(html)
    if styles != [_stylesheets(kind)]:
        yield "its stylesheet is not that of the package"
    script = site.script() if has_script else ""
    if scripts != [script] * has_script:
        yield "its program is not that of the package"
    if POLICY.findall(html) != [site.policy(script)]:
        yield "it may do what the package's pages may not"


@cache
def _stylesheets(kind: tuple[str, ...]) -> str:
    folder = resources.files("asss.page") / "templates"
    own = ((folder / name).read_text("utf-8") for name in kind)
    return "".join((looks.stylesheet(), *own))


def hidden(root: Element) -> Iterator[str]:
    """What a reader does not see, or not everywhere, and should."""
    for tag in root.iter():
        classes = {*tag.get("class", "").split()}
        if not _is_seen(tag, classes):
            told = said(tag)
            yield f"<{tag.tag}> is out of sight: «{told[:80]}»"


def _is_seen(tag: Element, classes: set[str]) -> bool:
    """Whether it is shown, or may be hidden where it is."""
    name, above = str(tag.tag), tag.getparent()
    if any(name not in WITHIN.get(one, {name}) for one in classes):
        return False
    if "hidden" in tag.attrib and not classes & SHOWN_LATER:
        return False
    if name == "details" and not classes & CLOSED:
        return False
    if "skip" in classes and (above is None or above.tag != "body"):
        return False
    is_later = "again" in classes or bool(classes & ON_SCREEN)
    return "on-screen" not in classes or is_later or _leads_on(tag)


def _leads_on(tag: Element) -> bool:
    """Whether it is the line in the contents that leads to the files beside a page."""
    return [link.get("href") for link in tag.iter("a")] == ["#last-ned"]

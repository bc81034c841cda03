"""
Markup: templates filled in, and the stylesheet with its fonts.

Knows how a page is put together and nothing of what it says. Imports ``catalogue`` and
below.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import jinja2
import markdown_it
from markupsafe import Markup, escape

from asss import text
from asss.catalogue import Catalogue


@dataclass(frozen=True)
class Block:
    """A piece of the page, as HTML."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def block(template: str, known: Catalogue, **fields: Any) -> Block:
    """Fill in a template of ``templates/blocks/``."""
    marks = _Marks(known.phrases.words)
    found = environment(known).get_template(f"{template}.html.j2")
    return Block(found.render(words=known.phrases.words, mark=marks.mark, **fields))


def environment(known: Catalogue) -> jinja2.Environment:
    """Templates with the filter ``marked``; a field that is not given is an error."""
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("asss", "templates/blocks"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["marked"] = _Marks(known.phrases.words)
    return found


def stylesheet() -> str:
    """The one stylesheet, with the fonts inside it: a page needs nothing beside it."""
    folder = resources.files("asss")
    css = (folder / "templates" / "rapport" / "style.css").read_text("utf-8")
    for weight in ("Regular", "SemiBold"):
        css = css.replace(
            f"url(Inter-{weight}.woff2)",
            f"url(data:font/woff2;base64,{_font(weight)})",
        )
    return css


@cache
def _font(weight: str) -> str:
    file = resources.files("asss") / "fonts" / f"Inter-{weight}.woff2"
    return base64.b64encode(file.read_bytes()).decode()


def markdown(written: str) -> str:
    """People's comments: Markdown without raw HTML."""
    return str(markdown_it.MarkdownIt("commonmark", {"html": False}).render(written))


def day_or_text(written: str) -> str:
    """A date where one is known; a bare year stays a year."""
    try:
        date.fromisoformat(written)
    except ValueError:
        return written
    return text.day(written)


@dataclass(frozen=True)
class _Marks:
    """Turns the mark of a reconstructed figure into markup that says what it is."""

    words: Mapping[str, str]

    def __call__(self, written: str) -> Markup:
        sign = self.words["reconstructed_mark"]
        return Markup(escape(written).replace(escape(sign), self.mark))

    @property
    def mark(self) -> Markup:
        spoken = escape(self.words["reconstructed_title"])
        return Markup(f'<sup class="r"><abbr title="{spoken}">r</abbr></sup>')

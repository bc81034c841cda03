"""
Markup: templates filled in, and how a notebook shows what comes of them.

Knows how a page is put together and nothing of what it says. Imports ``catalogue``,
``looks`` and below.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import jinja2
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from asss.catalogue import language
from asss.catalogue.catalogue import Catalogue
from asss.page import looks

__all__ = [
    "BLOCK_MIME",
    "Block",
    "Blocks",
    "block",
    "environment",
    "raised",
    "warm_up",
]

#: From one number to another, with what they count.
SPAN = re.compile(r"(?<![\w#;])\d+–\d+(?:\u00a0\w+)?")

#: A stroke between words, in text and not in a tag: a line may break after it, which
#: browsers do not know.
STROKE = re.compile(r"(?<=\w)/(?=\w)(?![^<]*>)")


#: Blocks that stand by themselves: in a what-if, each says above it what is supposed. A
#: heading and a figure say it in their own words.
HEADED = frozenset({"chapter", "key_figures"})

#: The notebook output under which a block leaves it for the page, which tells it from
#: whatever else a notebook shows.
BLOCK_MIME = "application/vnd.asss.block+json"


@dataclass(frozen=True)
class Block:
    """A piece of the page, as HTML."""

    html: str = field(repr=False)

    def _repr_html_(self) -> str:
        return looks.in_notebook(self.html)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {BLOCK_MIME: {"html": self.html}}


@dataclass(frozen=True)
class Blocks:
    """Several pieces, each of which leaves the cell that shows them by itself."""

    parts: tuple[Block, ...]

    def __iter__(self) -> Iterator[Block]:
        """Each, in the order of the page."""
        return iter(self.parts)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for one in self.parts:
            display(one)  # type: ignore[no-untyped-call]


def block(template: str, known: Catalogue, **fields: Any) -> Block:
    """Fill in a template of ``templates/blocks/``."""
    words = known.phrases.words
    found = environment(known).get_template(f"{template}.html.j2")
    head = ""
    if known.supposed and template in HEADED:
        head = f'<p class="warning">{escape(known.supposed.title)}</p>\n'
    return Block(head + found.render(words=words, **fields))


def environment(known: Catalogue) -> jinja2.Environment:
    """Templates with the filter ``marked``; a field that is not given is an error."""
    return _environment(_marks(known))


def raised(html: str, known: Catalogue) -> Markup:
    """Markup whose marks of figures say what they are."""
    return _marks(known).raised(html)


def _marks(known: Catalogue) -> "_Marks":
    words = known.phrases.words
    # The font has no raised r of this shape; the other mark stands as it is.
    preliminary = words["preliminary_mark"]
    return _Marks(
        (
            (words["reconstructed_mark"], "r", words["reconstructed_title"]),
            (preliminary, preliminary, words["preliminary_title"]),
        )
    )


@lru_cache(maxsize=4)
def _environment(marks: "_Marks") -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("asss.page", "templates/blocks"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_COMPILED,
    )
    found.filters |= {
        "marked": marks,
        "bound": language.bind,
        "day": day_or_text,
        "span": lambda years: language.span(min(years), max(years)),
    }
    return found


class _Compiled(jinja2.BytecodeCache):
    """Compiled templates, for every language and for processes that are forked."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template that was compiled before, if it is still the same."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template that was compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def warm_up(*names: str) -> None:
    """Compile templates, or every one: it takes far longer than to fill one in."""
    found = _environment(_Marks(()))
    for name in names or found.list_templates():
        found.get_template(name)


def day_or_text(written: str) -> str:
    """A date where one is known; a bare year stays a year."""
    try:
        date.fromisoformat(written)
    except ValueError:
        return written
    return language.day(written)


@dataclass(frozen=True)
class _Marks:
    """
    Turns the mark of a figure into markup that says what it is, each with its title.

    Says where a line may break, too: not in «18–66 år», which has no space that could
    be made hard, but after a stroke, as in «f242/f243».
    """

    signs: tuple[tuple[str, str, str], ...]

    def __call__(self, written: str) -> Markup:
        spaced = STROKE.sub("/<wbr>", str(escape(written)))
        return self.raised(SPAN.sub(r'<span class="whole">\g<0></span>', spaced))

    def raised(self, marked: str) -> Markup:
        """Markup with its marks raised."""
        for sign, letter, title in self.signs:
            spoken = f'<abbr title="{escape(title)}">{letter}</abbr>'
            marked = marked.replace(sign, f'<sup class="r">{spoken}</sup>')
        return Markup(marked)

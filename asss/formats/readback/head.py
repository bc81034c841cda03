"""
The head of a page read back: what is quoted of it where somebody links to it.

A reader meets title and description before the page, and cannot see what they are held
against. So there is nothing in a head but what is listed here, each once. Imports
``expectation`` and ``markup``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from asss.formats.readback.expectation import spaced
from asss.formats.readback.markup import Element

__all__ = ["false_head"]

#: What may be in a head beside the title: styles and the policy are read by `sight`.
PARTS = {"meta", "title", "style"}

#: What all pages say of themselves.
ALWAYS = {
    "viewport": "width=device-width, initial-scale=1",
    "color-scheme": "light dark",
}

#: What a report says beside that; an index says which facts it shows.
OF_REPORT = {"generator": "asss"}

#: What made a page: with its version, which need not be that of the one who reads.
MADE_BY = re.compile(r"asss \d[\w.+-]*")

#: What a head says to the browser alone, by the attribute that it is known by.
APART = {"charset": "utf-8", "http-equiv": "Content-Security-Policy"}


def false_head(
    root: Element,
    title: str,
    description: str,
    beside: Mapping[str, str] = OF_REPORT,
) -> Iterator[str]:
    """
    What is wrong in the head of a page.

    Parameters
    ----------
    title, description : str
        As they should be.
    beside : mapping of str to str
        What else it says, by its name.
    """
    wanted = {**ALWAYS, "description": description, **beside}
    found: dict[str, list[str]] = {}
    titles = []
    for one in root.iterfind("head/*"):
        if one.tag not in PARTS:
            yield f"head: holds <{one.tag}>"
        if one.tag == "title":
            titles.append(spaced(one.text or ""))
        if one.tag == "meta" and not any(one.get(k) == v for k, v in APART.items()):
            # What is not known by a name, as og: is not, is wrong by any.
            name = one.get("name") or " ".join(map(str, one.values()))
            content = spaced(one.get("content", ""))
            is_known = name == "generator" and MADE_BY.fullmatch(content)
            found.setdefault(name, []).append("asss" if is_known else content)
    if titles != [spaced(title)]:
        yield f"title: is {_shown(titles)}, and should be «{spaced(title)}»"
    for name in dict.fromkeys([*wanted, *found]):
        is_, should_be = found.get(name, []), [spaced(wanted.get(name, ""))]
        if is_ != should_be or name not in wanted:
            told = f"«{should_be[0]}»" if name in wanted else "not there"
            yield f"{name}: is {_shown(is_)}, and should be {told}"


def _shown(texts: Sequence[str]) -> str:
    """What is there of a part that should be there once."""
    return ", ".join(f"«{text}»" for text in texts) or "missing"

"""
Read back: a finished report, read as its reader will, before anyone gets it.

What should be there is worked out once more, from facts.json and the words alone, and
looked for in what was really made: nothing of the code that put it there is asked. The
web page and the PDF are read each by its own. Imports ``catalogue`` and below.
"""

from collections.abc import Mapping
from typing import Any

from asss.catalogue import Catalogue
from asss.errors import RenderError
from asss.readback import paper, webpage
from asss.readback.expectation import expect

__all__ = ["check", "read_html", "read_pdf", "warm_up"]

#: As many problems as a person reads before beginning to mend.
SHOWN = 10


def read_html(html: str, facts: Mapping[str, Any], known: Catalogue) -> list[str]:
    """What is wrong with a report's web page, each with its place; nothing if sound."""
    return webpage.read(html, expect(facts, known), known)


def read_pdf(pdf: bytes, facts: Mapping[str, Any], known: Catalogue) -> list[str]:
    """What is wrong with a report's PDF, each with its place; nothing if sound."""
    return paper.read(pdf, expect(facts, known), known)


def warm_up() -> None:
    """Do ahead what the first report of a process would otherwise wait for."""
    webpage.warm_up()


def check(
    facts: Mapping[str, Any],
    known: Catalogue,
    *,
    html: str | None = None,
    pdf: bytes | None = None,
) -> None:
    """
    Refuse a report that does not say what its facts say.

    Parameters
    ----------
    facts : mapping
        What facts.json holds.
    html, pdf : str, bytes, optional
        Those that were made.

    Raises
    ------
    RenderError
        Naming the first ten problems, each with its place.
    """
    expected = expect(facts, known)
    problems = webpage.read(html, expected, known) if html is not None else []
    problems += paper.read(pdf, expected, known) if pdf is not None else []
    if problems:
        lines = [f"  - {problem}" for problem in problems[:SHOWN]]
        if len(problems) > SHOWN:
            lines.append(f"  and {len(problems) - SHOWN} more.")
        msg = (
            f"{expected.kommune_id} {expected.year}: the finished report does not say "
            "what its facts say:\n" + "\n".join(lines)
        )
        raise RenderError(msg)

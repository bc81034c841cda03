"""
Read back: a finished report, read as its reader will, before anyone gets it.

What should be there is worked out once more, from facts.json and the words alone, and
looked for in what was really made: nothing of the code that put it there is asked. The
web page and the PDF are read each by its own; and the facts themselves are held against
the snapshot that they are from. Imports ``overview`` and below.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import Run
from asss.errors import RenderError
from asss.formats.readback import paper, sentences, snapshot, webpage
from asss.formats.readback.expectation import expect
from asss.statbank import Snapshot

__all__ = ["check", "check_facts", "read_html", "read_pdf", "warm_up"]

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
    snapshot.warm_up()


def check_facts(
    facts: Mapping[str, Any], run: Run, known: Catalogue, answers: Snapshot
) -> None:
    """
    Refuse facts that do not follow from the snapshot which they say they are from.

    Parameters
    ----------
    facts : mapping
        What the notebook gave out for facts.json.
    run : Run
        What the notebook was given.
    known : Catalogue
    answers : Snapshot
        The one that the run names.

    Raises
    ------
    RenderError
        Naming the first ten fields, what each is and what it should be.
    """
    _refuse(
        snapshot.read(facts, run, known, answers),
        f"{run.kommune} {run.year}: the notebook's facts are not those of its snapshot "
        "and parameters/. Take out what it changes on the way from one to the other",
    )


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
    problems = list(sentences.read(facts, known))
    problems += webpage.read(html, expected, known) if html is not None else []
    problems += paper.read(pdf, expected, known) if pdf is not None else []
    _refuse(
        problems,
        f"{expected.kommune_id} {expected.year}: the finished report does not say what "
        "its facts say",
    )


def _refuse(problems: Sequence[str], what: str) -> None:
    if problems:
        lines = [f"  - {problem}" for problem in problems[:SHOWN]]
        if len(problems) > SHOWN:
            lines.append(f"  and {len(problems) - SHOWN} more.")
        msg = f"{what}:\n" + "\n".join(lines)
        raise RenderError(msg)

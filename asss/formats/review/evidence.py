"""
What facts.json holds, as findings again.

If the same sentences follow from facts.json as stand in it, then it holds all that they
rest on, and every detail of them is at hand. Imports ``findings`` and below.
"""

from collections.abc import Mapping
from typing import Any

from asss.analysis import findings
from asss.analysis.facts import book_of, network_book
from asss.analysis.findings import Findings
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import Run
from asss.errors import RenderError
from asss.page import record
from asss.statbank import Snapshot

__all__ = ["read_back"]


def read_back(
    content: Mapping[str, Any], known: Catalogue, snapshot: Snapshot
) -> Findings:
    """
    Conclude once more, from what facts.json holds and nothing else.

    Parameters
    ----------
    content : mapping
        The content of facts.json: the kommune's facts of all years, the other members'
        of the report's year.

    Raises
    ------
    RenderError
        If other sentences follow than those in facts.json: a kildespor would then tell
        of something else than the reader sees.
    """
    kept = record.read(content)
    run = Run(**content["run"], service=kept.service)
    book = network_book(kept.facts, known, run, snapshot)
    own = book_of(known.network.member(run.kommune), book)
    found = findings.conclude(own, known)
    said = [(one.section, one.rule, tuple(one.facts)) for one in kept.sentences]
    followed = [(one.chapter, one.rule, one.facts) for one in found.statements]
    if said != followed:
        msg = (
            f"{run.kommune} {run.year}: other sentences follow from facts.json than "
            "stand in it, so they cannot be traced. Render the report again; if that "
            "does not help, facts.json lacks a figure that a sentence rests on."
        )
        raise RenderError(msg)
    return found

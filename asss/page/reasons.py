"""
Why something is said, or is not, in words.

Holds which findings facts.json tells of: here alone it is decided what is one. Imports
``record``, ``text`` and below.
"""

import re
from collections.abc import Iterable, Sequence

from asss.analysis.statements import (
    Comparison,
    Detail,
    Finding,
    Reason,
)
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import significant
from asss.catalogue.rules import Limit, Rule
from asss.page.record import FindingRecord
from asss.page.text import phrase, sentence

__all__ = [
    "compared",
    "findings",
    "pattern",
    "remarks",
    "why",
]

#: A field of a phrase, and one that stands at the end of a word: a mark, or a rank.
FIELD, TAIL = re.compile(r"\{\w+\}"), re.compile(r"(?<=[^\s(«])\{\w+\}")


def findings(thought_of: Iterable[Finding], known: Catalogue) -> list[FindingRecord]:
    """
    What was thought worth saying, as facts.json has it.

    Parameters
    ----------
    thought_of : iterable of Finding
        Those that are told, in the order of the page, and then those that are not.
    """
    place, made = 0, []
    for one in thought_of:
        told = one.outcome == "told"
        reasons = [reason for said in one.statements for reason in said.reasons]
        places = range(place, place + len(one.statements)) if told else ()
        place += len(places)
        made.append(
            FindingRecord(
                id=f"{one.chapter}-{one.id}",
                chapter=one.chapter,
                topic=one.topic,
                salience=one.salience or None,
                told=told,
                why=[
                    known.phrases.words[f"review_{one.outcome}"],
                    *why(one.statements[0].rule, list(dict.fromkeys(reasons)), known),
                ],
                sentences=list(places),
                unsaid=[]
                if told
                else [sentence(said, known).text for said in one.statements],
                facts=list(one.facts),
            )
        )
    return made


def why(rule: Rule, reasons: Sequence[Reason], known: Catalogue) -> list[str]:
    """What decides by a rule, and what did so here, a sentence for each indicator."""
    words = known.phrases.words
    held = compared(reasons, known)
    return [
        words[f"review_why_{rule.topic}"],
        *remarks(reasons, known),
        *(f"{about}: {'; '.join(dict.fromkeys(told))}." for about, told in held),
    ]


def remarks(reasons: Iterable[Reason], known: Catalogue) -> list[str]:
    """What was decided without a limit, each reason once."""
    keys = dict.fromkeys(one for one in reasons if not isinstance(one, Comparison))
    return [known.phrases.words[f"review_{key}"] for key in keys]


def compared(
    reasons: Iterable[Reason], known: Catalogue, limit: Limit | None = None
) -> list[tuple[str, list[str]]]:
    """Numbers beside the limits that they were held against, by indicator."""
    words = known.phrases.words
    held: dict[str, list[str]] = {}
    for one in reasons:
        if isinstance(one, Comparison) and limit in (None, one.limit):
            details: dict[str, Detail] = {
                "quantity": words[f"review_{one.measured}"],
                "value": significant(one.value),
                "sign": one.sign,
                "bound": significant(one.bound),
            }
            told = phrase("review_comparison", details, known)
            held.setdefault(known.indicator(one.about).short_name, []).append(told)
    return list(held.items())


def pattern(rule: str, known: Catalogue) -> str:
    """How a sentence by a rule reads, with what varies left open."""
    return FIELD.sub("…", TAIL.sub("", known.phrases.phrases[rule].sentence))

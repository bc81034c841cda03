"""
What of a report leans on how its mean is made: a short part of the reviewer's edition.

Imports ``analysis`` and below.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from asss.analysis import robustness
from asss.analysis.findings import Findings
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.supposition import suppose
from asss.page import blocks
from asss.page.blocks import Block
from asss.statbank import Snapshot

__all__ = ["leaning"]


def leaning(found: Findings, known: Catalogue, snapshot: Snapshot) -> Block:
    """What is concluded otherwise by another mean, without the heaviest, or alone."""
    book, words = found.book, known.phrases.words
    own, year = book.member.id, book.run.year
    left_out = [one for one in [_heaviest(found)] if one and one != own]
    changes = robustness.robustness(
        year, own, snapshot=snapshot, parameters=known, leave_out=left_out
    )
    asked = robustness.what_ifs(book, known, left_out)
    lines = []
    for name, given in asked.items():
        supposed = suppose(known, own, year, **given).supposed
        told: dict[str, list[str]] = {}
        rows = changes[changes["what_if"] == name].to_dict("records")
        for row in rows:
            short = known.indicator(row["indicator"]).short_name
            kind = str(row["conclusion"])
            told.setdefault(kind, []).append(f"{short} ({_step(row, words)})")
        lines.append(
            {
                "title": supposed.title if supposed else "",
                "told": [
                    (words[f"review_leans_{kind}"], ", ".join(one))
                    for kind, one in told.items()
                ],
            }
        )
    return blocks.block("review_leaning", known, lines=lines)


def _heaviest(found: Findings) -> str:
    """Who weighs most in most of the means; nobody where none is by weights."""
    weights = Counter(
        max(peers, key=lambda one: one.denominator or 0.0).kommune
        for fact in found.book.reported
        if fact.is_weighted
        and (peers := [p for p in found.book.peers(fact.indicator) if p.rank])
    )
    return next((name for name, _ in weights.most_common(1)), "")


def _step(row: Mapping[Any, Any], words: Mapping[str, str]) -> str:
    """From what is concluded to what would be."""
    now, then = str(row["printed"]), str(row["then"])
    if row["conclusion"] == "told":
        change = "other" if now and then else "gone" if now else "new"
        return words[f"review_leans_{change}"]
    # «Near» is the kind as well, which is written otherwise.
    ends = ("close" if end == "near" else end for end in (now, then))
    return " → ".join(words[f"review_leans_{end}"] for end in ends)

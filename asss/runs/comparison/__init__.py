"""
Comparison: what differs between two sets of figures, down to the sentence.

Either side is a snapshot, which is taken all the way to sentences here, or reports that
have been rendered, which are read as they lie. What differs is told in the order in
which it follows: figures, means, indexes and ranks, sentences, reports. Imports
``report`` and below.
"""

from collections.abc import Collection

from asss.catalogue.catalogue import Catalogue
from asss.runs.comparison.detection import find
from asss.runs.comparison.differences import (
    OWN,
    BasisChange,
    Comparison,
    FactChange,
    ForbeholdChange,
    SentenceChange,
    Side,
    ValueChange,
    as_record,
)
from asss.runs.comparison.editions import Rendered
from asss.runs.comparison.reading import choose, open_source, read
from asss.runs.comparison.sentences import Piece
from asss.runs.comparison.webpage import to_html
from asss.statbank import Snapshot

__all__ = [
    "OWN",
    "BasisChange",
    "Comparison",
    "FactChange",
    "ForbeholdChange",
    "Piece",
    "Rendered",
    "SentenceChange",
    "Side",
    "ValueChange",
    "as_record",
    "compare",
    "open_source",
    "to_html",
]


def compare(
    known: Catalogue,
    a: Snapshot | Rendered,
    b: Snapshot | Rendered,
    *,
    years: Collection[int] | None = None,
    kommuner: Collection[str] | None = None,
) -> Comparison:
    """
    Tell what differs from `a` to `b`: figures, what follows from them, sentences.

    Parameters
    ----------
    known : Catalogue
        Both snapshots are read with the same knowledge, so that what differs is theirs.
    a, b : Snapshot or Rendered
        See :func:`open_source`. Of a snapshot and rendered reports, what both have is
        compared.
    years, kommuner : collection, optional
        Only the reports of these data years and kommuner (ids or names). What they
        rest on is still compared: figures of every member, and of earlier years.

    Returns
    -------
    comparison : Comparison
        Nothing of it depends on clock, machine or order of files.

    Raises
    ------
    UsageError
        If no report is left that both sides have.
    """
    chosen = choose(known, a, b, years=years, kommuner=kommuner)
    old, new = (read(known, source, chosen.both) for source in (a, b))
    return find(known, old, new, chosen)

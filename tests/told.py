"""Which forbehold a chapter speaks of, worked out apart from the pages."""

from asss.analysis.facts import HOUSEKEEPING
from asss.analysis.findings import Findings
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Forbehold


def forbehold_in(
    found: Findings, known: Catalogue, chapter: str
) -> tuple[Forbehold, ...]:
    """Forbehold of every figure that a chapter shows or speaks of, told beside text."""
    indicators = {indicator.id for indicator in known.service.in_chapter(chapter)}
    book = found.book
    spoken = {
        name
        for statement in found.about(chapter)
        for fact in statement.facts
        for name in book.by_id[fact].forbehold
    }
    shown = {
        name
        for fact in book.facts.values()
        if fact.kommune == book.member.id
        and fact.year in book.years
        and fact.indicator in indicators
        for name in fact.forbehold
    }
    return tuple(
        entry
        for entry in known.forbehold_by_id(spoken | shown)
        if not entry.is_page_wide
        and entry.kind not in HOUSEKEEPING
        and known.is_told_beside_text(entry.kind, entry.years, book.run.year)
    )

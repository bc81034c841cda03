"""
What a report shows: the heading, figures and chapters.

Puts words and pictures on the page and nothing else: numbers come from facts, words
from the phrase file, markup from ``templates/blocks/``. Each function returns a block
that JupyterLab and the finished page show alike. Imports ``blocks`` and below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from markupsafe import Markup

from asss.analysis import publication
from asss.analysis.facts import Fact, NetworkBook
from asss.analysis.findings import SUMMARY, Findings
from asss.analysis.statements import Detail
from asss.catalogue.catalogue import Catalogue
from asss.page import comments, keyfigures, reasons, record, text
from asss.page.blocks import Block, block
from asss.page.comments import Comments
from asss.page.record import FactsFile

__all__ = [
    "FIGURES_MIME",
    "Data",
    "Illustrated",
    "Picture",
    "chapter",
    "dates",
    "facts",
    "figure",
    "gathered",
    "heading",
    "summary",
    "title",
    "top",
]

#: The notebook output under which the numbers behind figures leave it.
FIGURES_MIME = "application/vnd.asss.figures+json"


class Data(Protocol):
    """The numbers behind a figure: names of columns, and a row per fact."""

    @property
    def columns(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def rows(self) -> Sequence[Sequence[object]]: ...  # noqa: D102


class Picture(Protocol):
    """What a page asks of a figure; ``asss.figures`` draws them."""

    @property
    def svg(self) -> str: ...  # noqa: D102
    @property
    def narrow(self) -> str: ...  # noqa: D102
    @property
    def alt(self) -> str: ...  # noqa: D102
    @property
    def table(self) -> object: ...  # noqa: D102
    @property
    def data(self) -> Data: ...  # noqa: D102
    @property
    def notes(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True)
class Illustrated(Block):
    """A block with figures, which takes the numbers behind each along."""

    figures: Mapping[int, Data] = field(repr=False)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return super()._repr_mimebundle_() | {
            FIGURES_MIME: [
                {
                    "number": number,
                    "columns": list(data.columns),
                    "rows": [list(row) for row in data.rows],
                }
                for number, data in self.figures.items()
            ]
        }


def heading(found: Findings, known: Catalogue) -> Block:
    """Title, dates, status, what concerns the whole page, and the main findings."""
    return top(
        found.book,
        known,
        title=title(found, known),
        summary=text.sentences(found, known, chapter=SUMMARY),
        said=comments.place(found, known),
        reconstructed="reconstructed_line",
        kommune=found.book.member.name,
    )


def top(
    book: NetworkBook,
    known: Catalogue,
    *,
    title: str,
    summary: Sequence[text.Sentence],
    said: Comments = comments.NOBODY,
    reconstructed: str,
    **details: Detail,
) -> Block:
    """
    The top of a report, on one kommune or on all.

    Parameters
    ----------
    said : Comments
        What people say, of which some may stand with the main findings.
    reconstructed : str
        The phrase on figures that are not official, with its `details`.
    """
    count = sum(fact.basis == "reconstructed" for fact in book.reported)
    if book.snapshot.is_fetched:
        # Where none of the year's own is, what its changes are held against may be.
        behind = "reconstructed_line_behind"
        reconstructed = f"{reconstructed}_fetched" if count else behind
    details |= {"count": count, "n": len(book.reported), "year": book.run.year}
    return block(
        "heading",
        known,
        **dates(book, known, title),
        reconstructed=text.phrase(reconstructed, details, known)
        if book.is_reconstructed
        else "",
        notes=[entry.text for entry in book.page_wide_forbehold(known)],
        summary=said.beside(summary, known),
        sources=said.sources(SUMMARY),
    )


def dates(book: NetworkBook, known: Catalogue, title: str) -> dict[str, Any]:
    """What every page of a year begins with: title, dates, and how final it is."""
    run, words = book.run, known.phrases.words
    status = publication.edition(book, known).status
    edition: dict[str, Detail] = {"edition": run.year + 1, "year": run.year}
    return {
        "kicker": text.phrase("kicker", edition, known),
        "title": title,
        "run": run,
        "status": words[f"status_{status or 'unknown'}"],
        "reservation": words["status_reconstructed"] if book.is_reconstructed else "",
        "figures": text.figures_from(book.snapshot, known),
    }


def summary(found: Findings, known: Catalogue) -> Block:
    """The main findings alone; in any language that has the words for them."""
    said = comments.place(found, known)
    return block(
        "summary",
        known,
        summary=said.beside(text.sentences(found, known, chapter=SUMMARY), known),
        sources=said.sources(SUMMARY),
    )


def title(found: Findings, known: Catalogue) -> str:
    """The one heading of the first level."""
    details: dict[str, Detail] = {
        "service": known.service.name,
        "kommune": found.book.member.name,
        "year": found.book.run.year,
    }
    return text.phrase("title", details, known)


def figure(
    picture: Picture, known: Catalogue, *, number: int, caption: str
) -> Illustrated:
    """A numbered figure, with its alternative text and the numbers behind it."""
    drawn = block(
        "figure",
        known,
        svg=Markup(picture.svg),
        narrow=picture.narrow,
        alt=picture.alt,
        table=picture.table,
        number=number,
        caption=" ".join(known.phrases.words[key] for key in (caption, *picture.notes)),
    )
    return Illustrated(drawn.html, {number: picture.data})


def chapter(
    found: Findings, known: Catalogue, chapter: str, *, figure: int | None = None
) -> Block:
    """
    A chapter's sentences with what people say, and the forbehold that touch them.

    Where a figure belongs to the chapter, the text refers to it by its number.
    """
    written = comments.place(found, known)
    notes = _ChapterNotes(found, known, chapter)
    return block(
        "chapter",
        known,
        paragraphs=[
            [
                (said, notes.refer(said), voices)
                for said, voices in written.beside(paragraph, known)
            ]
            for paragraph in text.paragraphs(found, known, chapter=chapter)
        ],
        see=text.phrase("see_figure", {"number": figure}, known) if figure else "",
        forbehold=list(notes.items.values()),
        last=comments.apart(written.last(chapter), known),
        sources=written.sources(chapter),
    )


class _ChapterNotes:
    """
    The forbehold of a chapter, with the letters they have in Tabell 1.

    Sentences refer to those of their own facts, and each leads back to its sentences.
    """

    def __init__(self, found: Findings, known: Catalogue, chapter: str) -> None:
        self._known, self._chapter = known, chapter
        self._by_id = found.book.by_id
        entries = found.forbehold_in(known, chapter)
        letters = keyfigures.table(found, known).letters(e.text for e in entries)
        order = list(letters)
        self.items: dict[str, dict[str, Any]] = {
            entry.id: {
                "id": f"forbehold-{chapter}-{letters[entry.text]}",
                "letter": letters[entry.text],
                "name": known.kinds[entry.kind].name,
                "text": entry.text,
                "places": [],
            }
            for entry in sorted(entries, key=lambda entry: order.index(entry.text))
        }

    def refer(self, said: text.Sentence) -> list[dict[str, str]]:
        """References from a sentence to the forbehold on its facts."""
        touched = {name for fact in said.facts for name in self._by_id[fact].forbehold}
        references = []
        for name, item in self.items.items():
            if name not in touched:
                continue
            number = len(item["places"]) + 1
            own = f"ref-{self._chapter}-{item['letter']}-{number}"
            back = text.phrase(
                "forbehold_back", {"number": number, "name": item["name"]}, self._known
            )
            item["places"].append({"id": own, "back": back})
            references.append(
                {"letter": item["letter"], "id": own, "target": item["id"]}
            )
        return references


def facts(found: Findings, known: Catalogue) -> FactsFile:
    """
    Gather what facts.json holds.

    The kommune's facts for every year, the other members' for the report's year, every
    sentence with its rule and facts, every forbehold, and where the figures came from.
    """
    book = found.book
    return gathered(
        book,
        known,
        title=title(found, known),
        whose=(book.member.id, book.member.name),
        kept=[
            fact
            for fact in book.facts.values()
            if fact.kommune == book.member.id or fact.year == book.run.year
        ],
        sentences=text.sentences(found, known),
        said=comments.place(found, known),
        findings=reasons.findings((*found.findings, *found.left_out), known),
        table=keyfigures.table(found, known),
    )


def gathered(
    book: NetworkBook,
    known: Catalogue,
    *,
    title: str,
    whose: tuple[str, str],
    kept: Sequence[Fact],
    sentences: Sequence[text.Sentence],
    findings: Sequence[record.FindingRecord] = (),
    said: Comments = comments.NOBODY,
    table: record.PrintedTable | None = None,
) -> FactsFile:
    """What facts.json holds; ``whose`` report it is by id and name."""
    run = book.run.model_copy(update={"kommune": whose[0]})
    return FactsFile(
        form=record.FACTS_FORM,
        title=title,
        run=record.RunRecord(**run.model_dump()),
        kommune=whose[1],
        service=known.service.service,
        edition=publication.edition(book, known),
        snapshot=record.SnapshotRecord.of(book.snapshot),
        contains_reconstructed=book.is_reconstructed,
        table=table,
        facts=list(kept),
        sentences=[
            record.SentenceRecord(
                section=one.chapter,
                text=one.text,
                rule=one.rule,
                facts=list(one.facts),
            )
            for one in sentences
        ],
        comments=said.records,
        findings=list(findings),
        forbehold=[
            record.ForbeholdRecord(
                **entry.model_dump(mode="json", exclude={"figures", "stable"})
            )
            for entry in book.all_forbehold(known)
        ],
    )

"""
What a report shows: the heading, figures and chapters.

Puts words and pictures on the page and nothing else: numbers come from facts, words
from the phrase file, markup from ``templates/blocks/``. Each function returns a block
that JupyterLab and the finished page show alike. Imports ``blocks`` and below.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from markupsafe import Markup

from asss.analysis import publication
from asss.analysis.facts import Fact, FactBook, NetworkBook
from asss.analysis.findings import SUMMARY, Findings
from asss.analysis.need import Need, decompose
from asss.analysis.statements import Detail, Finding
from asss.catalogue import markdown
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Chapter, Comment
from asss.page import comments, keyfigures, record, text
from asss.page.blocks import Block, block
from asss.page.comments import Comments, Shown
from asss.page.record import FactsFile

__all__ = [
    "FIGURES_MIME",
    "Data",
    "Illustrated",
    "Picture",
    "caption",
    "chapter",
    "dates",
    "facts",
    "figure",
    "findings",
    "gathered",
    "heading",
    "opening",
    "title",
    "top",
]

#: The notebook output under which the numbers behind figures leave it.
FIGURES_MIME = "application/vnd.asss.figures+json"


#: Sentences that belong together, each with its notes and what people say of it.
Noted: TypeAlias = Sequence[
    tuple[text.Sentence, Sequence[keyfigures.Reference], Sequence[Shown]]
]


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
    said = comments.place(found, known)
    main = text.paragraphs(found, known, chapter=SUMMARY)
    return top(
        found.book,
        known,
        title=title(found, known),
        summary=_noted(main, said, found, known),
        sources=said.sources(SUMMARY),
        reconstructed="reconstructed_line",
        kommune=found.book.member.name,
    )


def top(
    book: NetworkBook,
    known: Catalogue,
    *,
    title: str,
    summary: Sequence[Noted],
    sources: Sequence[Comment] = (),
    reconstructed: str,
    **details: Detail,
) -> Block:
    """
    The top of a report, on one kommune or on all.

    Parameters
    ----------
    summary : sequence of Noted
        The main findings: each of them sentences with what belongs to them.
    sources : sequence of Comment
        Whose words stand among them.
    reconstructed : str
        The phrase on figures that are not official, with its `details`.
    """
    words, n = known.phrases.words, len(book.reported)
    count = sum(fact.basis == "reconstructed" for fact in book.reported)
    if book.snapshot.is_fetched:
        # Where none of the year's own is, what its changes are held against may be.
        behind = "reconstructed_line_behind"
        reconstructed = f"{reconstructed}_fetched" if count else behind
    means = sum(fact.mean_basis == "reconstructed" for fact in book.reported)
    told = words["reconstructed_all" if count == n else "reconstructed_some"]
    details |= {"which": told.format(count=count, n=n), "year": book.run.year}
    details["means"] = _means(book, known)
    return block(
        "heading",
        known,
        **dates(book, known, title),
        reconstructed=text.phrase(reconstructed, details, known)
        if book.is_reconstructed
        else "",
        is_mostly=count + means >= n,
        notes=[entry.text for entry in book.page_wide_forbehold(known)],
        summary=summary,
        sources=sources,
    )


def _means(book: NetworkBook, known: Catalogue) -> str:
    """How many of the means are not official either, in words."""
    held = [fact for fact in book.reported if fact.network_mean is not None]
    count = sum(fact.mean_basis == "reconstructed" for fact in held)
    if not count:
        return ""
    how_many = "most" if count * 2 > len(held) else "some"
    key = "all" if count == len(held) else how_many
    return known.phrases.words[f"reconstructed_means_{key}"]


def dates(book: NetworkBook, known: Catalogue, title: str) -> dict[str, Any]:
    """What every page of a year begins with: title, dates, and how final it is."""
    run, words = book.run, known.phrases.words
    bases = {f.basis for f in book.facts.values() if f.value is not None}
    status = publication.edition(book, known).status
    edition: dict[str, Detail] = {"edition": run.year + 1, "year": run.year}
    return {
        "kicker": text.phrase("kicker", edition, known),
        "title": title,
        "run": run,
        "status": words[f"status_{status or 'unknown'}"],
        "reservation": text.reservation((f.basis for f in book.reported), known)
        if book.is_reconstructed
        else "",
        "figures": text.figures_from(book.snapshot, known, bases),
    }


def _noted(
    parts: Sequence[Sequence[text.Sentence]],
    said: Comments,
    found: Findings,
    known: Catalogue,
) -> list[Noted]:
    """Sentences, each with the letters of its notes and what people say of it."""
    references = keyfigures.table(found, known).references
    return [
        [
            (one, references.get(one, ()), voices)
            for one, voices in said.beside(part, known)
        ]
        for part in parts
    ]


def title(found: Findings, known: Catalogue) -> str:
    """The one heading of the first level."""
    details: dict[str, Detail] = {
        "service": known.service.name,
        "kommune": found.book.member.name,
        "year": found.book.run.year,
    }
    said = text.phrase("title", details, known)
    return f"{known.supposed.title} – {said}" if known.supposed else said


def caption(chapter: Chapter, known: Catalogue) -> str:
    """What a chapter's figure is called."""
    form = known.phrases.words["caption_chapter"]
    return form.format(chapter=chapter.caption or chapter.name)


def opening(chapter: Chapter, *, on_new_page: bool = False) -> Block:
    """A chapter's heading, as Markdown in a notebook would give it."""
    kind = "prose ny-side" if on_new_page else "prose"
    written = markdown.to_html(f"## {chapter.name}")
    return Block(f'<div class="{kind}">\n{written}\n</div>')


def figure(
    picture: Picture, known: Catalogue, *, number: int, caption: str
) -> Illustrated:
    """A numbered figure, with its alternative text and the numbers behind it."""
    told = [caption, *(known.phrases.words[key] for key in picture.notes)]
    if known.supposed:
        told.insert(0, f"{known.supposed.title}.")
    drawn = block(
        "figure",
        known,
        svg=Markup(picture.svg),
        narrow=picture.narrow,
        alt=picture.alt,
        table=picture.table,
        number=number,
        caption=" ".join(told),
    )
    return Illustrated(drawn.html, {number: picture.data})


def chapter(
    found: Findings,
    known: Catalogue,
    chapter: str,
    *,
    drawn: Picture | None = None,
    number: int = 0,
    waterfall: Picture | None = None,
) -> Illustrated:
    """
    A chapter's sentences with what people say, and its figure of that number.

    The caveats of a sentence are the notes under Tabell 1, and stand there alone. How
    need is corrected for is a second figure, with the number after it.
    """
    said = comments.place(found, known)
    whole = text.sentences(found, known, chapter=chapter)
    pictures = [
        (drawn, caption(known.service.chapter(chapter), known)),
        (waterfall, known.phrases.words["caption_need"]),
    ]
    shown = [
        figure(picture, known, number=place, caption=called)
        for place, (picture, called) in enumerate(pictures, start=number)
        if picture
    ]
    made = block(
        "chapter",
        known,
        paragraphs=_noted([whole] if whole else [], said, found, known),
        instead="" if whole else _elsewhere(found, known, chapter),
        figure=Markup("\n".join(one.html for one in shown)),
        closing=[
            comments.inline(one, known) for one in said.last(chapter, causes=True)
        ],
        last=comments.apart(said.last(chapter, causes=False), known),
        sources=said.sources(chapter),
    )
    figures = {n: data for one in shown for n, data in one.figures.items()}
    return Illustrated(made.html, figures)


def _elsewhere(found: Findings, known: Catalogue, chapter: str) -> str:
    """Where a reader finds what a chapter without a sentence is about."""
    rows = {row.id for row in known.service.in_chapter(chapter)}
    facts = (found.book.by_id[n] for s in found.about(SUMMARY) for n in s.facts)
    is_main = any(
        fact.indicator in rows and fact.kommune == found.book.member.id
        for fact in facts
    )
    words = known.phrases.words
    told = words["chapter_in_summary" if is_main else "chapter_in_table"]
    return told.format(heading=words["summary_heading"])


def facts(found: Findings, known: Catalogue) -> FactsFile:
    """
    Gather what facts.json holds.

    The kommune's facts for every year, the other members' for the report's year, what
    figures show of theirs in the years before, every sentence with its rule and facts,
    every forbehold, and where the figures came from.
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
        others=list(_others(book, known)),
        sentences=text.sentences(found, known),
        said=comments.place(found, known),
        findings=findings((*found.findings, *found.left_out), known),
        table=keyfigures.table(found, known),
        need=decompose(book, known),
    )


def _others(book: FactBook, known: Catalogue) -> Iterator[record.OtherSeries]:
    """The figures of the other members of earlier years, in the order of facts."""
    told = [*record.OtherYear.model_fields]
    for indicator in known.service.figures:
        for member in book.members:
            if member == book.member:
                continue
            years = [
                record.OtherYear(**{name: getattr(fact, name) for name in told})
                for fact in book.history(indicator.id, member.id)
                if fact.year < book.run.year
            ]
            if years:
                yield record.OtherSeries(
                    indicator=indicator.id, kommune=member.id, years=years
                )


def findings(
    thought_of: Iterable[Finding], known: Catalogue
) -> list[record.FindingRecord]:
    """
    What was thought worth saying, as facts.json has it: here alone is decided what.

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
            record.FindingRecord(
                id=f"{one.chapter}-{one.id}",
                chapter=one.chapter,
                topic=one.topic,
                salience=one.salience or None,
                told=told,
                why=[
                    known.phrases.words[f"review_{one.outcome}"],
                    *text.why(
                        one.statements[0].rule, list(dict.fromkeys(reasons)), known
                    ),
                ],
                sentences=list(places),
                unsaid=[]
                if told
                else [text.sentence(said, known).text for said in one.statements],
                facts=list(one.facts),
            )
        )
    return made


def gathered(
    book: NetworkBook,
    known: Catalogue,
    *,
    title: str,
    whose: tuple[str, str],
    kept: Sequence[Fact],
    others: Sequence[record.OtherSeries] = (),
    sentences: Sequence[text.Sentence],
    findings: Sequence[record.FindingRecord] = (),
    said: Comments = comments.NOBODY,
    table: record.PrintedTable | None = None,
    need: Need | None = None,
) -> FactsFile:
    """What facts.json holds; ``whose`` report it is by id and name."""
    run = book.run.model_copy(update={"kommune": whose[0]})
    return FactsFile(
        form=record.FACTS_FORM,
        title=title,
        run=record.RunRecord(**run.model_dump(exclude={"service"})),
        what_if=known.supposed,
        kommune=whose[1],
        service=known.service.service,
        edition=publication.edition(book, known),
        snapshot=record.SnapshotRecord.of(book.snapshot),
        contains_reconstructed=book.is_reconstructed,
        table=table,
        facts=list(kept),
        others=list(others),
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
        need=need,
        own=[],
        forbehold=[
            record.ForbeholdRecord(
                **entry.model_dump(
                    mode="json", include={*record.ForbeholdRecord.model_fields}
                )
            )
            for entry in book.all_forbehold(known)
        ],
    )

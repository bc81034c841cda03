"""
Where people's comments stand: directly after the finding that each explains.

What explains an indicator stands in the text, after the first finding that tells of it,
main findings first; where none does, or those have enough, last in its chapter. What
explains nothing in particular stands last in its chapter as well. Each stands once, and
is marked as somebody's own words. Imports ``record`` and below.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from markupsafe import Markup

from asss.analysis.findings import SUMMARY, Findings
from asss.analysis.statements import Statement
from asss.catalogue import language, markdown
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Comment
from asss.page.record import CommentRecord
from asss.page.text import Sentence

__all__ = ["MOST", "NOBODY", "Comments", "Placed", "apart", "inline", "place"]

#: As many causes as a finding may have: with more, it is no longer a finding.
MOST = 2

#: What a template is told of a comment: its ``html``, and whose it is as a ``label``.
Shown: TypeAlias = Mapping[str, str]


@dataclass(frozen=True)
class Placed:
    """A comment, and the sentence that it stands after; or last in its chapter."""

    comment: Comment
    section: str
    sentence: int | None
    said: Statement | None


@dataclass(frozen=True)
class Comments:
    """What people wrote on a report, each where it stands, in the order of the page."""

    placed: tuple[Placed, ...] = ()

    def after(self, said: Sentence | Statement) -> tuple[Comment, ...]:
        """What stands after a sentence."""
        key = said.chapter, said.rule, said.facts
        return tuple(
            one.comment
            for one in self.placed
            if one.said and (one.said.chapter, one.said.rule, one.said.facts) == key
        )

    def last(self, chapter: str) -> tuple[Comment, ...]:
        """What stands after all sentences of a chapter."""
        return tuple(
            one.comment
            for one in self.placed
            if one.said is None and one.section == chapter
        )

    def sources(self, section: str) -> list[Comment]:
        """The first of each source in a section: it is told once, whatever it said."""
        found: dict[tuple[str, str, str], Comment] = {}
        for one in self.placed:
            if one.section == section:
                by = one.comment
                found.setdefault((by.author, by.source, by.date), by)
        return list(found.values())

    def beside(
        self, said: Iterable[Sentence], known: Catalogue
    ) -> list[tuple[Sentence, list[Shown]]]:
        """Each sentence with what stands after it, for a template."""
        return [
            (one, [inline(comment, known) for comment in self.after(one)])
            for one in said
        ]

    @property
    def records(self) -> list[CommentRecord]:
        """What facts.json holds of them."""
        return [
            CommentRecord(
                section=one.section,
                sentence=one.sentence,
                indicators=list(one.comment.gjelder),
                **one.comment.model_dump(exclude={"kommune", "year", "gjelder"}),
            )
            for one in self.placed
        ]


#: Of a report that people do not comment.
NOBODY = Comments()


def place(found: Findings, known: Catalogue) -> Comments:
    """
    Find where each comment on a report stands.

    Raises
    ------
    ParameterError
        If one of them is broken.
    """
    ends, room = _ends(found), Counter[str]()
    placed = []
    for comment in known.comments_on(found.book.member.id, found.book.run.year):
        for one in found.findings:
            if {*one.indicators} & {*comment.gjelder} and room[one.id] < MOST:
                room[one.id] += 1
                last = one.statements[-1]
                placed.append(Placed(comment, last.chapter, ends[one.id], last))
                break
        else:
            placed.append(Placed(comment, comment.chapter, None, None))
    order = [SUMMARY, *(chapter.id for chapter in known.service.chapters)]
    return Comments(
        tuple(
            sorted(
                placed,
                key=lambda one: (
                    order.index(one.section),
                    len(found.statements) if one.sentence is None else one.sentence,
                ),
            )
        )
    )


def _ends(found: Findings) -> dict[str, int]:
    """By finding, the place of its last sentence among all."""
    ends, place = {}, -1
    for one in found.findings:
        place += len(one.statements)
        ends[one.id] = place
    return ends


def inline(comment: Comment, known: Catalogue) -> Shown:
    """A comment that stands within a paragraph."""
    html = markdown.inline(language.bind(comment.text))
    return {"html": Markup(html), "label": _by(comment, known)}


def apart(comments: Sequence[Comment], known: Catalogue) -> list[Shown]:
    """Comments that have paragraphs of their own, with headings below the chapter's."""
    return [
        {
            "html": Markup(markdown.to_html(one.text, below=2)),
            "label": _by(one, known),
        }
        for one in comments
    ]


def _by(comment: Comment, known: Catalogue) -> str:
    """Whose words they are, as it is read aloud."""
    words = known.phrases.words
    return words[f"comment_{comment.says}" if comment.says else "comment_heading"]

"""
Where people's comments stand, and how each says by whom it is.

What explains an indicator, a cause, stands directly after the first finding that tells
of it, main findings first, as running text: two causes to a finding, and a few lines in
a report. The findings that say most have theirs first. A cause of what no finding tells
stands last in its chapter, where there is room and the figure is in no doubt; what is
left, or is told by a forbehold already, is for the reviewer's edition. What explains
nothing in particular stands last in its chapter, whatever its length. Imports
``record`` and below.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

from markupsafe import Markup

from asss.analysis.findings import SUMMARY, Findings
from asss.analysis.statements import Finding, Statement
from asss.catalogue import language, markdown
from asss.catalogue.catalogue import LONGEST_CAUSE, Catalogue
from asss.catalogue.knowledge import Comment
from asss.catalogue.parameters import BOKMAL
from asss.page.record import CommentOutcome, CommentRecord
from asss.page.text import Sentence

__all__ = ["MOST", "NOBODY", "ROOM", "Comments", "apart", "inline", "place"]

#: As many causes as a finding may have: with more, it is no longer a finding.
MOST = 2

#: Words of all the causes in a report: it tells figures, and asks why in passing.
ROOM = 60

#: Words of a sentence in which two causes share one «ifølge ASSS».
JOINED = 32

#: What a template is told of a comment: ``html``, whose it is as a ``label``, and
#: ``lang`` where that is not the page's.
Shown: TypeAlias = Mapping[str, str]


@dataclass(frozen=True)
class Placed:
    """
    A comment, and the sentence that it stands after; or last in its chapter.

    Attributes
    ----------
    printed : str
        As it is told, Markdown; empty where it is not.
    outcome : CommentOutcome
        Whether it is told, and why not.
    """

    comment: Comment
    section: str
    sentence: int | None
    said: Statement | None
    printed: str = ""
    outcome: CommentOutcome = "told"

    @property
    def text(self) -> str:
        """What is said, as the report has it; where it does not, without by whom."""
        return self.printed or _plain(self.comment)

    def is_of(self, said: Sentence | Statement) -> bool:
        """Whether it explains what a sentence says."""
        key = said.chapter, said.rule, said.facts
        own = self.said
        return own is not None and (own.chapter, own.rule, own.facts) == key


@dataclass(frozen=True)
class Comments:
    """What people wrote on a report, each where it stands, in the order of the page."""

    placed: tuple[Placed, ...] = ()

    @property
    def told(self) -> tuple[Placed, ...]:
        """Those that a reader of the report sees."""
        return tuple(one for one in self.placed if one.outcome == "told")

    def after(self, said: Sentence | Statement) -> tuple[Placed, ...]:
        """What stands after a sentence."""
        return tuple(one for one in self.told if one.is_of(said))

    def last(self, chapter: str, *, causes: bool) -> tuple[Placed, ...]:
        """What stands after all sentences of a chapter: its causes, or the rest."""
        return tuple(
            one
            for one in self.told
            if one.said is None
            and one.section == chapter
            and bool(one.comment.gjelder) is causes
        )

    def sources(self, section: str) -> list[Comment]:
        """The first of each source in a section: it is told once, whatever it said."""
        found: dict[tuple[str, str, str], Comment] = {}
        for one in self.told:
            if one.section == section:
                by = one.comment
                found.setdefault((by.author, by.source, by.date), by)
        return list(found.values())

    def beside(
        self, said: Iterable[Sentence], known: Catalogue
    ) -> list[tuple[Sentence, list[Shown]]]:
        """Each sentence with what stands after it, for a template."""
        return [
            (one, [inline(placed, known) for placed in self.after(one)]) for one in said
        ]

    def about(self, said: Statement) -> tuple[Placed, ...]:
        """What explains a sentence, told in the report or not."""
        return tuple(one for one in self.placed if one.is_of(said))

    @property
    def records(self) -> list[CommentRecord]:
        """What facts.json holds of them."""
        left_out = {"kommune", "year", "gjelder", "text"}
        return [
            CommentRecord(
                section=one.section,
                sentence=one.sentence,
                printed=one.printed,
                outcome=one.outcome,
                indicators=list(one.comment.gjelder),
                text=_plain(one.comment),
                **one.comment.model_dump(mode="json", exclude=left_out),
            )
            for one in self.placed
        ]


#: Of a report that people do not comment.
NOBODY = Comments()


def place(found: Findings, known: Catalogue) -> Comments:
    """
    Find where each comment on a report stands, and how it is told.

    Raises
    ------
    ParameterError
        If one of them is broken.
    """
    written = known.comments_on(found.book.member.id, found.book.run.year)
    if not written:
        return NOBODY
    ends, room = _ends(found), _Room()
    causes = [one for one in written if one.gjelder]
    beside = _beside(found.findings, causes, room)
    placed = []
    for comment in written:
        home = beside.get(comment.id) or _first(comment, found.findings)
        said = home.statements[-1] if home else None
        one = Placed(
            comment,
            said.chapter if said else comment.chapter,
            ends[home.id] if home else None,
            said,
        )
        if comment.repeats:
            one = replace(one, outcome="repeats")
        elif comment.gjelder and comment.id not in beside:
            fits = said is None and not _in_doubt(comment, found, known)
            fits = fits and room.takes(comment, comment.chapter)
            one = one if fits else replace(one, outcome="no_room")
        placed.append(one)
    order = [SUMMARY, *(chapter.id for chapter in known.service.chapters)]
    placed.sort(
        key=lambda one: (
            order.index(one.section),
            len(found.statements) if one.sentence is None else one.sentence,
        )
    )
    return Comments(tuple(_in_words(placed, known.phrases.words)))


def _in_doubt(comment: Comment, found: Findings, known: Catalogue) -> bool:
    """Whether it explains a figure that must not be told of without its forbehold."""
    book = found.book
    keys = [(name, book.member.id, book.run.year) for name in comment.gjelder]
    facts = [book.facts[key] for key in keys if key in book.facts]
    caveats = known.forbehold_by_id({name for one in facts for name in one.forbehold})
    return any(known.kinds[one.kind].is_doubt for one in caveats)


class _Room:
    """How much may still be told in the report, and of each finding or chapter."""

    def __init__(self) -> None:
        self._left = ROOM
        self._of: dict[str, list[int]] = {}

    def takes(self, cause: Comment, place: str) -> bool:
        """Whether there is room for a cause; where there is, it is taken."""
        words = len(_plain(cause).split())
        # As much as «ifølge ASSS», whether it comes to be said or not.
        words += 2 * ("|" in cause.text)
        taken = self._of.setdefault(place, [])
        fits = len(taken) < MOST and sum(taken) + words <= LONGEST_CAUSE
        if not fits or words > self._left:
            return False
        self._left -= words
        taken.append(words)
        return True


def _beside(
    findings: Sequence[Finding], causes: Sequence[Comment], room: _Room
) -> dict[str, Finding]:
    """By cause, the finding that it stands with: one to each first, and then two."""
    told: dict[str, Finding] = {}
    ranked = sorted(findings, key=lambda one: (one.chapter != SUMMARY, -one.salience))
    for _ in range(MOST):
        for finding in ranked:
            new = next(
                (
                    one.id
                    for one in causes
                    if one.id not in told
                    and not one.repeats
                    and {*finding.indicators} & {*one.gjelder}
                    and room.takes(one, finding.id)
                ),
                None,
            )
            if new:
                told[new] = finding
    return told


def _first(comment: Comment, findings: Iterable[Finding]) -> Finding | None:
    """The first finding that tells of what a comment explains."""
    return next((f for f in findings if {*f.indicators} & {*comment.gjelder}), None)


def _ends(found: Findings) -> dict[str, int]:
    """By finding, the place of its last sentence among all."""
    ends, place = {}, -1
    for one in found.findings:
        place += len(one.statements)
        ends[one.id] = place
    return ends


# -- words -----------------------------------------------------------------------------


def _plain(comment: Comment) -> str:
    """What a comment says, without who says it."""
    return language.unascribed(comment.text) if comment.gjelder else comment.text


def _in_words(placed: Sequence[Placed], words: Mapping[str, str]) -> Iterator[Placed]:
    """Say of each cause by whom it is, now before its sentence and now within it."""
    told: dict[str, str] = {}
    is_first = True
    shown = [one for one in placed if one.outcome == "told"]
    for _, group in groupby(shown, key=lambda one: (one.section, one.sentence)):
        before: Comment | None = None
        for comment in (one.comment for one in group):
            text = comment.text
            if before and _goes_on(before, told[before.id], comment):
                told[before.id] = told[before.id].removesuffix(".") + ","
                text = f"{words['and']} {language.lowered(_plain(comment))}"
            elif comment.gjelder and "|" in text:
                by = words[f"according_{comment.says}"]
                text = language.ascribed(text, by, is_first=is_first)
                is_first = not text.startswith(language.capitalised(by))
            told[comment.id] = text
            before = comment
    for one in placed:
        yield replace(one, printed=told.get(one.comment.id, ""))


def _goes_on(before: Comment, printed: str, cause: Comment) -> bool:
    """Whether a cause can go on with the sentence of the one before it."""
    both = f"{printed} {_plain(cause)}"
    return (
        all(one.gjelder and "|" in one.text for one in (before, cause))
        and before.says == cause.says
        # One sentence each, of which the first has its stop.
        and both.count(". ") == 1
        and len(both.split()) < JOINED
    )


# -- markup ----------------------------------------------------------------------------


def inline(placed: Placed, known: Catalogue) -> Shown:
    """A cause that stands within a paragraph."""
    html = markdown.inline(language.bind(placed.printed))
    # What is quoted is bokmål, whatever the page is.
    lang = "" if known.language == BOKMAL else BOKMAL
    return {"html": Markup(html), "label": _by(placed.comment, known), "lang": lang}


def apart(placed: Sequence[Placed], known: Catalogue) -> list[Shown]:
    """Comments that have paragraphs of their own, with headings below the chapter's."""
    return [
        {
            "html": Markup(markdown.to_html(one.printed, below=2)),
            "label": _by(one.comment, known),
        }
        for one in placed
    ]


def _by(comment: Comment, known: Catalogue) -> str:
    """Whose words they are, as it is read aloud."""
    words = known.phrases.words
    return words[f"comment_{comment.says}" if comment.says else "comment_heading"]

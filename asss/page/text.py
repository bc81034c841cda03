"""
Words: findings become sentences, and reasons too.

Every word comes from the phrase file of the catalogue's language, every rule of writing
from ``language``; the choice of phrase was made in ``findings``. Knows no figure.
Imports ``findings`` and below.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from asss.analysis.facts import Fact
from asss.analysis.findings import SUMMARY, Findings
from asss.analysis.statements import (
    Claim,
    Comparison,
    Count,
    Detail,
    Fragment,
    Quantity,
    Reason,
    Statement,
    Telling,
    Word,
    of_one_year,
)
from asss.analysis.tables import mark, weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import (
    bind,
    capitalised,
    day,
    genitive,
    join,
    number,
    numeral,
    signed,
    significant,
)
from asss.catalogue.parameters import BOKMAL, suggestion
from asss.catalogue.rules import Limit, Rule
from asss.catalogue.translation import file_of
from asss.errors import PhraseError
from asss.statbank import Snapshot

__all__ = [
    "Sentence",
    "bare",
    "compared",
    "figures_from",
    "filled",
    "paragraphs",
    "pattern",
    "phrase",
    "quantity",
    "remarks",
    "reservation",
    "sentence",
    "sentences",
    "titles",
    "why",
]


#: Fields that may begin a sentence: a phrase then writes ``{Subject}``.
CAPITAL = frozenset({"subject", "clause", "rank", "side", "moves"})


#: Rules of sentences on one figure that has moved, and on one that is away from the
#: mean without being among the outermost.
MOVES = frozenset({Rule.MOVED, Rule.MOVED_PERCENT, Rule.MOVED_TOO})
ASIDE = frozenset(
    {
        *(Rule.LEVEL_DISTANCE, Rule.LEVEL_BUT),
        *(Rule.DRIVER_SHARE, Rule.DRIVER_AMOUNT, Rule.DRIVER_BOTH),
    }
)


#: A field of a phrase, and one that stands at the end of a word: a mark, or a rank.
FIELD, TAIL = re.compile(r"\{\w+\}"), re.compile(r"(?<=[^\s(«])\{\w+\}")


@dataclass(frozen=True)
class Sentence:
    """A finished sentence, and what it rests on."""

    chapter: str
    text: str
    rule: str
    facts: tuple[str, ...]


def quantity(amount: Quantity, words: Mapping[str, str]) -> str:
    """
    Write an amount with its unit, marked where it rests on a reconstructed figure.

    Percent and percentage points are kept apart by the role of the amount.
    """
    form = words[f"unit_{amount.unit}"]
    if amount.role == "difference":
        form = words.get(f"difference_{amount.unit}", form)
    write = signed if amount.role == "shift" else number
    told = form.format(number=write(amount.value, amount.decimals))
    return told + mark(amount.basis, words)


def bare(amount: float | None, decimals: int) -> str:
    """A number for a table or figure, where the unit stands elsewhere."""
    return "" if amount is None else number(amount, decimals)


def figures_from(
    snapshot: Snapshot, known: Catalogue, bases: Collection[str] = ()
) -> str:
    """Which figures a report stands on, and from when, in a sentence.

    ``bases`` are those of its figures: what is put together may be of one kind alone.
    """
    rule = "figures_embedded"
    if "reconstructed" not in bases:
        rule = "figures_embedded_published"
    elif {*bases} == {"reconstructed"}:
        rule = "figures_embedded_reconstructed"
    if snapshot.is_fetched:
        rule = "figures_fetched" if snapshot.is_from_ssb else "figures_elsewhere"
    details: dict[str, Detail] = {
        "day": day(snapshot.created),
        "address": snapshot.base_url,
    }
    return phrase(rule, details, known)


def reservation(bases: Iterable[str], known: Catalogue) -> str:
    """What is said beside the status where figures of the year are not official."""
    is_all = all(basis == "reconstructed" for basis in bases)
    of = "status_all_reconstructed" if is_all else "status_reconstructed"
    return known.phrases.words[of]


def phrase(rule: str, details: Mapping[str, Detail], known: Catalogue) -> str:
    """
    Fill one phrase.

    Beside the fields given, a phrase may use ``{Subject}``, the subject with a capital
    letter, and ``{genitive}``, the kommune's name in the genitive.

    Raises
    ------
    PhraseError
        If there is no such phrase, or it asks for a field that is not given.
    """
    found = known.phrases.phrases.get(rule)
    if found is None:
        file = file_of(known.language)
        msg = f"{file} has no phrase {rule!r}; add it with a worked example."
        if known.language == BOKMAL:
            msg += suggestion(rule, known.phrases.phrases)
        raise PhraseError(msg)
    fields = {name: _written(detail, known) for name, detail in details.items()}
    fields |= {n.capitalize(): capitalised(fields[n]) for n in CAPITAL & fields.keys()}
    if "kommune" in fields:
        fields["genitive"] = genitive(fields["kommune"])
    try:
        return found.sentence.format_map(fields)
    except KeyError as error:
        file = file_of(known.language)
        msg = f"{file}: {rule} asks for {error}, which the finding does not have."
        raise PhraseError(msg) from None


def filled(details: Mapping[str, Detail], known: Catalogue) -> dict[str, str]:
    """What each field of a phrase is filled with, of those that hold something."""
    fields = {name: _written(detail, known) for name, detail in details.items()}
    return {name: written for name, written in fields.items() if written}


def _written(detail: Detail, known: Catalogue) -> str:
    words = known.phrases.words
    match detail:
        case Quantity():
            return quantity(detail, words)
        case Count():
            count = numeral(detail.value, words, neuter=detail.is_neuter)
            return count + mark(detail.basis, words)
        case Word():
            return _word(detail.key, known) + mark(detail.basis, words)
        case Claim():
            return mark(detail.basis, words)
        case Telling():
            return detail.clause.format(value=quantity(detail.value, words))
        case Fragment():
            return phrase(detail.rule, detail.details, known)
        case tuple():
            parts = [_written(part, known) for part in detail]
            return join(parts, words) if parts else ""
        case _:
            return str(detail)


def _word(key: str, known: Catalogue) -> str:
    word = known.phrases.words.get(key)
    if word is None:
        msg = f"{file_of(known.language)} has no word {key!r}; add it."
        raise PhraseError(msg)
    return word


def sentence(statement: Statement, known: Catalogue) -> Sentence:
    """One statement in words."""
    return Sentence(
        chapter=statement.chapter,
        text=bind(phrase(statement.rule, statement.details, known)),
        rule=statement.rule,
        facts=statement.facts,
    )


def sentences(
    found: Findings, known: Catalogue, *, chapter: str | None = None
) -> list[Sentence]:
    """
    Everything that a report says, or one chapter of it, in the order of the page.

    Raises
    ------
    UsageError
        If there is no such chapter.
    """
    if chapter is not None and chapter != SUMMARY:
        known.service.in_chapter(chapter)
    said = found.statements if chapter is None else found.about(chapter)
    return [sentence(statement, known) for statement in said]


def paragraphs(
    found: Findings, known: Catalogue, *, chapter: str
) -> list[list[Sentence]]:
    """The sentences of a chapter or the main findings, by finding."""
    if chapter != SUMMARY:
        known.service.in_chapter(chapter)
    return [
        [sentence(said, known) for said in one.statements]
        for one in found.findings
        if one.chapter == chapter
    ]


def titles(found: Findings, known: Catalogue, *, chapter: str) -> dict[str, str]:
    """
    What a chapter finds of an indicator, in a few words without a number.

    Its place, the way it has moved, or its side of the mean, as its sentence says it
    and marked as it is there. A finding that must not stand without its caveat, for
    which a few words have no room, gives none.

    Returns
    -------
    titles : dict, key = the indicator's id
    """
    told: dict[str, str] = {}
    for said in found.about(chapter):
        if said.details.get("caveat"):
            continue
        for fact, title in _titles(said, found):
            told.setdefault(fact.indicator, bind(phrase(*title, known)))
    return told


def _titles(
    said: Statement, found: Findings
) -> Iterator[tuple[Fact, tuple[str, Mapping[str, Detail]]]]:
    """The figures that a sentence is of, each with the phrase that is its title."""
    details, first = said.details, found.book.by_id[said.facts[0]]
    rank = details.get("rank")
    if said.rule is Rule.LEVEL_PAIR:
        both = details["both"]
        pair = (both, both) if both else (rank, details["other_rank"])
        for name, place in zip(said.facts[:2], pair, strict=True):
            if isinstance(place, Fragment):
                yield found.book.by_id[name], ("title_rank", place.details)
    elif said.rule in MOVES:
        ends = [details[name] for name in ("previous", "value")]
        bases = (end.basis for end in ends if isinstance(end, Quantity))
        moved: dict[str, Detail] = {
            "moves": details["moves"],
            "mark": Claim(weakest(bases)),
        }
        if isinstance(rank, Fragment):
            yield first, ("title_moved_rank", {**moved, **rank.details})
        else:
            yield first, ("title_moved", moved)
    elif isinstance(rank, Fragment):
        # For how many years is said once, in the sentence.
        yield first, ("title_rank", of_one_year(rank, first).details)
    elif said.rule in ASIDE and first.side:
        side = Word("over" if first.side > 0 else "under")
        yield (
            first,
            (
                "title_side",
                {"side": side, "mark": Claim(first.distance_basis)},
            ),
        )


# -- why something is said, or is not --------------------------------------------------


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

"""
Words: findings become bokmål sentences, numbers take their Norwegian form.

The only room where a number becomes text. Every word comes from the phrase file; the
choice of phrase was made in ``findings``. Knows no figure. Imports ``findings`` and
below.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from asss.catalogue import Catalogue
from asss.errors import PhraseError
from asss.facts import half_up
from asss.findings import Findings
from asss.statbank import Snapshot
from asss.statements import Detail, Fragment, Quantity, Statement, Word

HARD_SPACE = "\u00a0"

#: Spaces that a line must not break at: «1 000», «18–66 år».
BOUND = re.compile(r"(?<=\d) (?=(?:\d{3}|år|måneder|mnd)\b)")
MINUS = "\u2212"

#: Rules that begin a new paragraph: from here on a chapter speaks of time, not level.
PARAGRAPH_STARTS = ("trend_", "change_")


@dataclass(frozen=True)
class Sentence:
    """A finished sentence, and what it rests on."""

    chapter: str
    text: str
    rule: str
    facts: tuple[str, ...]


def number(value: float, decimals: int = 0) -> str:
    r"""
    Write a number the Norwegian way.

    Decimal comma, hard space between thousands, true minus, no «-0».

    Examples
    --------
    >>> number(36085.4), number(-0.04, 1), number(-3.25, 1)
    ('36\xa0085', '0,0', '−3,3')
    """
    rounded = half_up(value, decimals)
    digits = f"{abs(rounded):,.{decimals}f}"
    digits = digits.replace(",", HARD_SPACE).replace(".", ",")
    return f"{MINUS}{digits}" if rounded < 0 else digits


def quantity(amount: Quantity, words: Mapping[str, str]) -> str:
    """
    Write an amount with its unit, marked where it rests on a reconstructed figure.

    Percent and percentage points are kept apart by the role of the amount.
    """
    form = words[f"unit_{amount.unit}"]
    if amount.role == "difference":
        form = words.get(f"difference_{amount.unit}", form)
    return form.format(number=number(amount.value, amount.decimals)) + mark(
        amount.basis, words
    )


def mark(basis: str, words: Mapping[str, str]) -> str:
    """The mark of a figure that is not official, or nothing."""
    return words["reconstructed_mark"] if basis == "reconstructed" else ""


def bare(amount: float | None, decimals: int) -> str:
    """A number for a table or figure, where the unit stands elsewhere."""
    return "" if amount is None else number(amount, decimals)


def join(items: Sequence[str], words: Mapping[str, str]) -> str:
    """
    Join a list as in a sentence.

    Examples
    --------
    >>> join(["Bergen", "Oslo", "Tromsø"], {"and": "og"})
    'Bergen, Oslo og Tromsø'
    """
    *first, last = items
    return f"{', '.join(first)} {words['and']} {last}" if first else last


def figures_from(snapshot: Snapshot, known: Catalogue) -> str:
    """Which figures a report stands on, and from when, in a sentence."""
    rule = "figures_embedded"
    if snapshot.is_fetched:
        rule = "figures_fetched" if snapshot.is_from_ssb else "figures_elsewhere"
    details: dict[str, Detail] = {
        "day": day(snapshot.created),
        "address": snapshot.base_url,
    }
    return phrase(rule, details, known)


def genitive(name: str) -> str:
    """
    Put a name in the genitive.

    Examples
    --------
    >>> genitive("Tromsø"), genitive("Moss")
    ('Tromsøs', 'Moss’')
    """
    return f"{name}’" if name[-1] in "sxz" else f"{name}s"


def capitalised(text: str) -> str:
    """
    Begin with a capital, and leave the rest: «KVP» keeps its letters.

    Examples
    --------
    >>> capitalised("åpen for KVP")
    'Åpen for KVP'
    """
    return text[:1].upper() + text[1:]


def bind(text: str) -> str:
    r"""
    Keep a number and what it counts on one line.

    Examples
    --------
    >>> bind("per 1 000 innbyggere 18–66 år")
    'per 1\xa0000 innbyggere 18–66\xa0år'
    """
    return BOUND.sub(HARD_SPACE, text)


def day(iso: str) -> str:
    """
    Write an ISO date as Norwegians do.

    Examples
    --------
    >>> day("2021-03-15")
    '15.03.2021'
    """
    return date.fromisoformat(iso).strftime("%d.%m.%Y")


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
        msg = f"fraser.yaml has no phrase {rule!r}; add it with a worked example."
        raise PhraseError(msg)
    fields = {name: _written(detail, known) for name, detail in details.items()}
    if "subject" in fields:
        fields["Subject"] = capitalised(fields["subject"])
    if "kommune" in fields:
        fields["genitive"] = genitive(fields["kommune"])
    try:
        return found.sentence.format_map(fields)
    except KeyError as error:
        msg = f"fraser.yaml: {rule} asks for {error}, which the finding does not have."
        raise PhraseError(msg) from None


def _written(detail: Detail, known: Catalogue) -> str:
    match detail:
        case Quantity():
            return quantity(detail, known.phrases.words)
        case Word():
            return known.phrases.words[detail.key]
        case Fragment():
            return phrase(detail.rule, detail.details, known)
        case tuple():
            parts = [_written(part, known) for part in detail]
            return join(parts, known.phrases.words) if parts else ""
        case _:
            return str(detail)


def sentence(statement: Statement, known: Catalogue) -> Sentence:
    """One statement in words."""
    return Sentence(
        chapter=statement.chapter,
        text=bind(phrase(statement.rule, statement.details, known)),
        rule=statement.rule,
        facts=statement.facts,
    )


def sentences(found: Findings, known: Catalogue) -> list[Sentence]:
    """Everything a report says, in the order of the page."""
    return [sentence(statement, known) for statement in found.statements]


def paragraphs(
    found: Findings, known: Catalogue, *, chapter: str
) -> list[list[Sentence]]:
    """A chapter's sentences: first on level and rank, then on change over time."""
    said = [s for s in sentences(found, known) if s.chapter == chapter]
    level = [s for s in said if not _is_about_time(s)]
    time = [s for s in said if _is_about_time(s)]
    return [part for part in (level, time) if part]


def _is_about_time(said: Sentence) -> bool:
    return said.rule.startswith(PARAGRAPH_STARTS) or said.rule in (
        "mean_falls",
        "mean_rises",
    )

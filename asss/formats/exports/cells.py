"""What stands in a cell: a number, or the sign in its place, and its mark beside it."""

from collections.abc import Iterable, Mapping

from asss.analysis.facts import Fact
from asss.analysis.tables import mark
from asss.catalogue.catalogue import Catalogue
from asss.formats.exports.form import Printed
from asss.formats.exports.sheets import Amount, Cell

#: Widths of columns, in characters.
NAME, UNIT, NUMBER, MARK, KOMMUNE, PROSE = 42.0, 10.0, 10.0, 6.5, 13.0, 80.0


def value(fact: Fact) -> Cell:
    """The figure itself."""
    return figure(fact.value, fact, fact.status)


def mean(fact: Fact) -> Cell:
    """The network's mean."""
    return figure(fact.network_mean, fact)


def figure(value: float | None, fact: Fact, otherwise: str = "") -> Cell:
    """A number as a number; where there is none, the sign that is printed."""
    return Amount(value, fact.decimals) if value is not None else otherwise or None


def condition(fact: Fact, known: Catalogue) -> str | None:
    """The mark of a figure, and whether the series is broken before it."""
    words = known.phrases.words
    parts = [mark(fact.basis, words) if fact.value is not None else ""]
    if known.breaks(fact.forbehold):
        parts.append(words["break_mark"])
    return " ".join(part for part in parts if part) or None


def marks(printed: Printed) -> str | None:
    """Mark and letters of notes, as they stand at the figure in print."""
    parts = printed.mark, ", ".join(printed.notes)
    return " ".join(part for part in parts if part) or None


def marked(basis: str, words: Mapping[str, str]) -> str | None:
    """The mark of a figure that is not official; an empty cell for others."""
    return mark(basis, words) or None


def mean_mark(fact: Fact, words: Mapping[str, str]) -> str | None:
    """The mark of the mean, where there is one."""
    return None if fact.network_mean is None else marked(fact.mean_basis, words)


def names(kommuner: Iterable[str], known: Catalogue) -> str | None:
    """Names of kommuner."""
    found = [known.network.member(kommune).name for kommune in kommuner]
    return ", ".join(found) or None

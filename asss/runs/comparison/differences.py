"""The form of a comparison: each kind of difference, and all of them together."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from asss.runs.comparison.editions import ReportKey
from asss.runs.comparison.sentences import Piece

#: The version of the form of a comparison's record.
FORM = 1

#: The sign of a figure that SSB may not publish.
SUPPRESSED = ":"

#: What became of a figure. A report must not show any more what SSB has suppressed, so
#: that is the gravest.
Fate: TypeAlias = Literal["suppressed", "disappeared", "changed", "appeared", "sign"]
FATES: tuple[Fate, ...] = ("suppressed", "disappeared", "changed", "appeared", "sign")

#: What is computed: the network's mean, and a kommune's own.
Quantity: TypeAlias = Literal["mean", "value", "index", "rank"]
OWN: tuple[Quantity, ...] = ("value", "index", "rank")


@dataclass(frozen=True)
class Side:
    """What was compared: ``snapshot`` or ``rendered``, and the snapshot's sha256."""

    name: str
    kind: str
    sha256: str


@dataclass(frozen=True)
class ValueChange:
    """A figure that is another than before.

    Attributes
    ----------
    name : str
        Of a measure, or of an indicator: see ``level`` of the comparison.
    tables : tuple of str
        Where it was read, on either side.
    old, new : float or None
        In the unit of the measure or indicator; None where the sign says why.
    old_printed, new_printed : str
        In Norwegian, with as many decimals as tell them apart.
    """

    tables: tuple[str, ...]
    name: str
    kommune: str
    year: int
    old: float | None
    old_sign: str
    new: float | None
    new_sign: str
    old_printed: str
    new_printed: str

    @property
    def fate(self) -> Fate:
        """What became of it; ``sign`` where one sign took another's place."""
        if self.old is None:
            return "sign" if self.new is None else "appeared"
        if self.new is None:
            return "suppressed" if self.new_sign == SUPPRESSED else "disappeared"
        return "changed"


@dataclass(frozen=True)
class BasisChange:
    """A figure that rests on something else than before, as a rule on SSB itself."""

    tables: tuple[str, ...]
    name: str
    kommune: str
    year: int
    old: str
    new: str


@dataclass(frozen=True)
class FactChange:
    """Something computed that is another than before.

    Attributes
    ----------
    quantity : str
        ``mean`` of the network, or ``value``, ``index`` or ``rank`` of a kommune.
    kommune : str
        Empty for a mean.
    old, new : float or None
        Unrounded.
    old_printed, new_printed : str
        As the reader sees them: «3 av 10» for a rank.
    """

    quantity: Quantity
    indicator: str
    kommune: str
    year: int
    old: float | None
    new: float | None
    old_printed: str
    new_printed: str

    @property
    def is_visible(self) -> bool:
        """Whether a reader can see it."""
        return self.old_printed != self.new_printed


@dataclass(frozen=True)
class SentenceChange:
    """A sentence that reads otherwise, is new, or is gone."""

    kommune: str
    year: int
    section: str
    old: str | None
    new: str | None
    old_rule: str
    new_rule: str
    facts: tuple[str, ...]
    words: tuple[Piece, ...]

    @property
    def fate(self) -> str:
        """``changed``, ``appeared`` or ``disappeared``."""
        return _fate_of(self.old, self.new)


@dataclass(frozen=True)
class ForbeholdChange:
    """A forbehold that reads otherwise in a report, is new in it, or is gone."""

    kommune: str
    year: int
    id: str
    old: str | None
    new: str | None

    @property
    def fate(self) -> str:
        """``changed``, ``appeared`` or ``disappeared``."""
        return _fate_of(self.old, self.new)


@dataclass(frozen=True)
class Comparison:
    """All that differs between two sides, the old and the new.

    Attributes
    ----------
    level : str
        ``measure`` where both sides hold the basic figures, else ``indicator``.
    values, bases : tuple
        Values the gravest first, then by table. Within each, and in all that follows,
        the order is that of catalogue, network and time.
    unchanged : int
        Figures that are the same.
    facts : tuple of FactChange
        Means first; then of each figure its value, index and rank. The value only where
        ``level`` is ``measure``: else it stands in ``values``.
    touched, untouched : tuple of (year, kommune)
        Reports that tell something else than before, by figure, word or forbehold, and
        those that do not.
    only_old, only_new : tuple of (year, kommune)
        Reports that one side has; nothing else is told of them.
    """

    old: Side
    new: Side
    level: Literal["measure", "indicator"]
    values: tuple[ValueChange, ...]
    bases: tuple[BasisChange, ...]
    unchanged: int
    facts: tuple[FactChange, ...]
    sentences: tuple[SentenceChange, ...]
    forbehold: tuple[ForbeholdChange, ...]
    touched: tuple[ReportKey, ...]
    untouched: tuple[ReportKey, ...]
    only_old: tuple[ReportKey, ...]
    only_new: tuple[ReportKey, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        found = (self.values, self.bases, self.facts, self.sentences, self.forbehold)
        return not any((*found, self.touched, self.only_old, self.only_new))

    @property
    def visible(self) -> tuple[FactChange, ...]:
        """What follows and shows in print."""
        return tuple(change for change in self.facts if change.is_visible)

    @property
    def moves(self) -> dict[tuple[str, str, int], dict[Quantity, FactChange]]:
        """What shows in print of each (indicator, kommune, year), less the means."""
        rows: dict[tuple[str, str, int], dict[Quantity, FactChange]] = {}
        for change in self.visible:
            if change.quantity != "mean":
                key = change.indicator, change.kommune, change.year
                rows.setdefault(key, {})[change.quantity] = change
        return rows

    @property
    def counts(self) -> dict[str, int]:
        """How many of each: what a reader wants to know first."""
        fates = [change.fate for change in self.values]
        said = [change.fate for change in self.sentences]
        return {
            "values": len(self.values),
            **{f"values_{fate}": fates.count(fate) for fate in FATES},
            "values_unchanged": self.unchanged,
            "bases": len(self.bases),
            "facts_visible": len(self.visible),
            "facts_invisible": len(self.facts) - len(self.visible),
            "sentences": len(self.sentences),
            "sentences_changed": said.count("changed"),
            "sentences_appeared": said.count("appeared"),
            "sentences_disappeared": said.count("disappeared"),
            "forbehold": len(self.forbehold),
            "reports": len(self.touched) + len(self.untouched),
            "reports_touched": len(self.touched),
        }


def as_record(found: Comparison) -> dict[str, Any]:
    """
    A comparison as JSON holds it.

    Returns
    -------
    record : dict
        ``form`` is the version of this form. The lists have the attributes of
        :class:`Comparison` for names and the same order, each with the fields of its
        dataclass; ``fate`` and ``is_visible`` are written out.
    """
    return {
        "form": FORM,
        "old": asdict(found.old),
        "new": asdict(found.new),
        "level": found.level,
        "counts": found.counts,
        "values": [{"fate": c.fate, **asdict(c)} for c in found.values],
        "bases": [asdict(c) for c in found.bases],
        "facts": [{"is_visible": c.is_visible, **asdict(c)} for c in found.facts],
        "sentences": [{"fate": c.fate, **asdict(c)} for c in found.sentences],
        "forbehold": [{"fate": c.fate, **asdict(c)} for c in found.forbehold],
        "touched": _reports(found.touched),
        "untouched": _reports(found.untouched),
        "only_old": _reports(found.only_old),
        "only_new": _reports(found.only_new),
    }


def _reports(reports: Sequence[ReportKey]) -> list[dict[str, Any]]:
    return [{"kommune": kommune, "year": year} for year, kommune in reports]


def _fate_of(old: object | None, new: object | None) -> str:
    if old is None:
        return "appeared"
    return "disappeared" if new is None else "changed"

"""
What the kommune adds, read back: it says that it is, and no number is undeclared.

A number in an own figure must stand in its data, written with the decimals that it is
declared with, in the facts of the report, or on a scale whose labels lie as far apart
as their numbers. A table is its data to the letter. A text refers to facts, which are
looked up once more. What is read here is taken off the page before the rest is read,
so that nothing of it can pass for the network's. Imports ``prose`` and below.
"""

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeAlias
from xml.etree import ElementTree as ET

from asss.analysis.facts import HOUSEKEEPING
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EVERY, SHARED
from asss.formats.readback.expectation import (
    amount,
    marked,
    spaced,
    unformatted,
    written,
)
from asss.formats.readback.prose import CLAIM, Names, names_in

__all__ = ["NOTHING", "Added", "added", "false_own", "read", "taken_off"]
__all__ += ["undeclared"]

Record: TypeAlias = Mapping[str, Any]

SECTION: Final = re.compile(r'<section class="own">.*?</section>', re.DOTALL)
SVG: Final = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
#: The name of a kildespor, behind a number in the reviewer's edition.
KILDESPOR: Final = re.compile(r'<span class="k">.*?</span>')

#: All that an own drawing is made of.
SHAPES: Final = frozenset(
    (
        *(
            "svg",
            "g",
            "defs",
            "clipPath",
            "use",
            "path",
            "rect",
            "circle",
            "ellipse",
            "line",
            "polyline",
            "polygon",
        ),
        "text",
    )
)

MONTHS: Final = (
    "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember"
)
COUNTED: Final = r"%|prosent|kr|kroner|person|mottak|måned|månad|år\b|tusen|million"

#: Numbers that are names: dates, years, paragraphs of laws, functions in accounts, and
#: where something stands.
NAMED: Final = re.compile(
    r"(?<![\d.,])\d{1,2}\.\d{1,2}\.\d{4}(?!\d)"
    rf"|(?<![\d.,])\d{{1,2}}\. (?:{MONTHS})\b"
    r"|§+ ?\d+(?:[–-]\d+)*(?: [a-z]\b)?"
    r"|\b(?:kapittel|kap\.|punkt|avsnitt|ledd|figur|tabell|side) \d+(?:\.\d+)*(?!\d)"
    r"|\bf\d{3}\b|\bfunksjon \d{3}\b"
    rf"|(?<![\d.,])(?<!\d )(?:19|20)\d\d(?![\d]|[.,]\d| \d{{3}}(?!\d)| ?(?:{COUNTED}))"
)
NUMBER: Final = re.compile(
    r"(?<![\d.,])(?:(?<!\w)[-\u2212])?(?:\d{1,3}(?: \d{3})+|\d+)(?:[.,]\d+)*"
)
#: What is a number and nothing else, but for a sign of percent.
ALONE: Final = re.compile(rf"({NUMBER.pattern})(?: ?%)?")

REFERENCE: Final = re.compile(r"\{\{\s*fact:\s*(\w+)(?:\.(\w+))?\s*\}\}")

#: How far from where a number of a scale belongs its label may lie, in points.
NEAR: Final = 1.0
#: As many labels as it takes to see that a scale is even.
FEWEST: Final = 3

#: What the fields that a text may refer to rest on.
RESTS_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "value": ("basis",),
    "network_mean": ("mean_basis",),
    "lowest": ("mean_basis",),
    "highest": ("mean_basis",),
    "previous": ("previous_basis",),
    "change": ("basis", "previous_basis"),
    "index": ("distance_basis",),
    "rank": ("distance_basis",),
    "n": ("distance_basis",),
}
BARE: Final = ("index", "rank", "n")

#: Signs in the place of a number.
SIGNS: Final = {
    ".": "notes_sign_not_possible",
    "..": "notes_sign_missing",
    "...": "notes_sign_not_yet",
    ":": "own_suppressed",
    "i.s.": "notes_sign_not_comparable",
}


class Label(NamedTuple):
    """A text of a drawing, and where it stands."""

    x: float
    y: float
    said: str

    @property
    def number(self) -> float | None:
        """What it is as a number of a scale; none where it is none, or English."""
        found = ALONE.fullmatch(self.said)
        if found is None or "." in found[1] or math.isnan(self.x + self.y):
            return None
        plain = re.sub(r"\s", "", found[1]).replace("\u2212", "-")
        return float(plain.replace(",", "."))


@dataclass(frozen=True)
class Added:
    """
    What a document must hold beside what is the network's.

    Attributes
    ----------
    texts : tuple of str
        Captions, rows of tables, and texts, as they are printed.
    alts : tuple of str
        What is told of the own figures to who does not see them.
    """

    texts: tuple[str, ...] = ()
    alts: tuple[str, ...] = ()


#: Of a report that nothing is added to.
NOTHING = Added()


def taken_off(html: str) -> str:
    """A page without what is the kommune's own."""
    return SECTION.sub("", html)


def added(facts: Mapping[str, Any], known: Catalogue) -> Added:
    """What a document must hold of the kommune's own."""
    texts, alts = [], []
    for record in facts.get("own", ()):
        own = _Own(record, facts, known)
        if record["kind"] == "figure":
            texts.append(own.caption)
            alts.append(spaced(record["alt"]))
        elif record["kind"] == "table":
            texts += [own.caption, *(" ".join(row) for row in own.rows)]
        else:
            texts += [unformatted(record["printed"]), *own.notes]
    return Added(tuple(texts), tuple(alts))


def false_own(facts: Mapping[str, Any], known: Catalogue) -> Iterator[str]:
    """What is wrong with what facts.json declares, without a look at the page."""
    records = facts.get("own", ())
    if records and facts["run"]["kommune"] in SHARED:
        yield "facts.json: only a report on one kommune has figures of its own"
    drawn = len(known.service.chapters) + 1 + bool(facts.get("need"))
    first = {"figure": drawn + 1, "table": 2}
    for record in records:
        kind = record["kind"]
        if kind in first:
            if record["number"] != (wanted := first[kind]):
                yield (
                    f"facts.json: own {kind} {record['number']}: is number {wanted} on "
                    f"the page; say {kind}={wanted}"
                )
            first[kind] += 1
        yield from (f"facts.json: {f}" for f in undeclared(record, facts, known))


def undeclared(
    record: Record, facts: Mapping[str, Any], known: Catalogue
) -> Iterator[str]:
    """What is wrong with the declaration of one thing."""
    own = _Own(record, facts, known)
    return (f"{own.name}: {fault}" for fault in own.faults())


def read(html: str, facts: Mapping[str, Any], known: Catalogue) -> Iterator[str]:
    """What is wrong with the kommune's own on a page, each with its place."""
    records, sections = facts.get("own", ()), SECTION.findall(html)
    if len(records) != len(sections):
        yield (
            f"has {len(sections)} things of the kommune's own, and facts.json declares "
            f"{len(records)}"
        )
    for record, section in zip(records, sections, strict=False):
        own = _Own(record, facts, known)
        try:
            yield from (f"{own.name}: {fault}" for fault in own.on_page(section))
        except (ET.ParseError, LookupError, TypeError, ValueError) as error:
            yield f"{own.name}: cannot be read: {error!r}"


@dataclass(frozen=True)
class _Own:
    """One thing of the kommune's own, with the report that it stands in."""

    record: Record
    facts: Mapping[str, Any]
    known: Catalogue

    @property
    def name(self) -> str:
        kind, number = self.record["kind"], self.record["number"]
        return f"own {kind} {number}" if number else f"own {kind}"

    # -- what is declared --------------------------------------------------------------

    def faults(self) -> Iterator[str]:
        """What is wrong with the declaration."""
        record = self.record
        if record["kind"] == "text":
            yield from self._false_text()
            return
        told = {name: spaced(record[name]) for name in ("caption", "source")}
        if record["kind"] == "figure":
            told["alt"] = spaced(record["alt"])
            whose = rf"\b{re.escape(self.facts['kommune'])}s?\b"
            if not re.search(whose, told["alt"]) or not re.search(
                rf"(?<!\d){self.facts['run']['year']}(?!\d)", told["alt"]
            ):
                yield (
                    f"alt: should say that it is of {self.facts['kommune']}, and end "
                    f"with {self.facts['run']['year']}"
                )
            if told["alt"] and told["alt"] in told["caption"]:
                yield "alt: says no more than the caption"
        for name, text in told.items():
            if not text:
                yield f"{name}: is missing"
            if strange := self.strange(text):
                yield _undeclared(name, strange, text)
            yield from (f"{name}: names {who}" for who in self._strangers(text))
        for row in record["rows"]:
            if len(row) != len(record["columns"]):
                yield f"a row has {len(row)} cells, not {len(record['columns'])}"
            for cell, column in zip(row, record["columns"], strict=False):
                if not isinstance(cell, str) and column["decimals"] is None:
                    yield f"{column['name']}: does not say with how many decimals"

    def _strangers(self, text: str) -> Iterator[str]:
        """Other members that are named, and are not in the data."""
        declared = " ".join(self._texts)
        for member in self.known.network.members:
            name = rf"\b{re.escape(member.name)}s?\b"
            is_other = member.name != self.facts["kommune"] and re.search(name, text)
            if is_other and not re.search(name, declared):
                yield member.name

    def _false_text(self) -> Iterator[str]:
        text = str(self.record["written"])
        bare = spaced(REFERENCE.sub(" ", text))
        if strange := self.strange(unformatted(bare)):
            yield (
                f"nothing accounts for «{strange}»: «{bare[:120]}». A text of the "
                "kommune's own refers to figures, {{ fact: indicator }}"
            )
        told: list[str] = []
        try:
            said = REFERENCE.sub(lambda one: self._looked_up(one, told), text)
        except LookupError as error:
            yield f"refers to {error}, which is no fact"
            return
        if said != self.record["printed"]:
            yield f"says «{self.record['printed'][:200]}», not «{said[:200]}»"
        told = list(dict.fromkeys(told))
        if told != list(self.record["facts"]):
            yield f"rests on {self.record['facts']}, and should rest on {told}"

    def _looked_up(self, reference: re.Match[str], told: list[str]) -> str:
        run, field = self.facts["run"], reference[2] or "value"
        fact = next(
            one
            for one in (*self.facts["facts"], {})
            if not one
            or (one["indicator"], one["kommune"], one["year"])
            == (reference[1], run["kommune"], run["year"])
        )
        if not fact or field not in RESTS_ON or fact[field] is None:
            raise LookupError(reference[0])
        told.append(fact["id"])
        words, bases = self.known.phrases.words, [fact[one] for one in RESTS_ON[field]]
        if field in BARE:
            return written(fact[field]) + marked(words, *bases)
        role = "difference" if field == "change" else "unit"
        return amount(fact[field], fact, words, *bases, role=role)

    # -- numbers -----------------------------------------------------------------------

    @property
    def _texts(self) -> list[str]:
        """Names in the data, and of its columns."""
        columns = self.record["columns"]
        told = [spaced(column[key]) for column in columns for key in ("name", "unit")]
        return told + [
            c for row in self.record["rows"] for c in row if isinstance(c, str)
        ]

    @cached_property
    def declared(self) -> set[str]:
        """Numbers that may be told, as they are written."""
        told = {
            spaced(written(cell, column["decimals"] or 0))
            for row in self.record["rows"]
            for cell, column in zip(row, self.record["columns"], strict=False)
            if not isinstance(cell, str)
        }
        whose = self.facts["run"]["kommune"] if self.record["kind"] != "text" else ""
        for fact in self.facts["facts"]:
            for field in ("value", "network_mean"):
                if fact["kommune"] == whose and fact[field] is not None:
                    told.add(spaced(written(fact[field], fact["decimals"])))
        told |= set(self.facts["snapshot"]["tables"])
        return told | {n for text in self._texts for n in NUMBER.findall(text)}

    @cached_property
    def _names(self) -> Names:
        names = names_in(self.known)
        ages = {
            age for name in names for age in re.findall(r"\d+–\d+ år", spaced(name))
        }
        return Names([*names, *ages])

    def strange(self, text: str) -> str:
        """A number, or a claim in words, that is not declared; or empty."""
        left = NAMED.sub(" ", self._names.taken_from(text))
        for found in NUMBER.findall(left):
            if found.rstrip(".,") not in self.declared:
                return str(found)
        claim = CLAIM.search(left)
        return claim[0] if claim else ""

    # -- on the page -------------------------------------------------------------------

    @property
    def caption(self) -> str:
        """As it is printed, with what it is and where it is from."""
        words, record = self.known.phrases.words, self.record
        kind = record["kind"]
        told = f"{words[kind]} {record['number']}. {words[f'own_{kind}']}. "
        told += f"{record['caption']} {words['source']}: {record['source']}."
        cells = [cell for row in record["rows"] for cell in row]
        if any(self._is_unofficial(cell) for cell in cells):
            told += f" {words['own_reconstructed']}"
        return spaced(told)

    @cached_property
    def _unofficial(self) -> set[float]:
        pairs = [("value", "basis"), ("network_mean", "mean_basis")]
        pairs.append(("index", "distance_basis"))
        told = [(fact[a], fact[b]) for fact in self.facts["facts"] for a, b in pairs]
        told += [
            (year["value"], year["basis"])
            for one in self.facts["others"]
            for year in one["years"]
        ]
        return {
            round(value, 9)
            for value, basis in told
            if value is not None and basis == "reconstructed"
        }

    def _is_unofficial(self, cell: Any) -> bool:
        return not isinstance(cell, str) and round(cell, 9) in self._unofficial

    @property
    def rows(self) -> list[list[str]]:
        """The cells as they are printed, heads first."""
        columns = self.record["columns"]
        sign = self.known.phrases.words["reconstructed_mark"]
        heads = [spaced(f"{one['name']} {one['unit']}") for one in columns]
        made = [heads]
        for row in self.record["rows"]:
            made.append(
                [
                    spaced(cell)
                    if isinstance(cell, str)
                    else spaced(written(cell, one["decimals"] or 0))
                    + (sign if self._is_unofficial(cell) else "")
                    for cell, one in zip(row, columns, strict=True)
                ]
            )
        return made

    @property
    def notes(self) -> list[str]:
        """The forbehold on the facts of a text."""
        named = {
            name
            for fact in self.facts["facts"]
            if fact["id"] in self.record["facts"]
            for name in fact["forbehold"]
        }
        return [
            one["text"]
            for one in self.facts["forbehold"]
            if one["id"] in named
            and one["kind"] not in HOUSEKEEPING
            and one["indicators"] != EVERY
        ]

    def on_page(self, section: str) -> Iterator[str]:
        """What is wrong with it on the page."""
        words, record = self.known.phrases.words, self.record
        if looks := re.search(r"data-(?:fact|facts|field|rule)\b", section):
            yield f"looks like one of the network's: {looks[0]}"
        raised = f'<abbr title="{words["reconstructed_title"]}">r</abbr>'
        rest = SVG.sub("", KILDESPOR.sub("", section)).replace("&nbsp;", "\u00a0")
        rest = rest.replace(raised, words["reconstructed_mark"])
        root = ET.fromstring(re.sub(r"<(wbr|br)\s*/?>", " ", rest))
        drawings = SVG.findall(section)
        if len(drawings) != (record["kind"] == "figure"):
            yield f"has {len(drawings)} drawings"
        if record["kind"] == "figure":
            yield from self._picture(root, drawings)
        told = "".join(root.itertext())
        wanted = " ".join(self._everything())
        if _squeezed(told) != _squeezed(wanted):
            yield _parting(_squeezed(told), _squeezed(wanted))
        if record["kind"] != "text":
            rows = [
                [spaced("".join(c.itertext())) for c in row] for row in root.iter("tr")
            ]
            for row, should in zip(rows, self.rows, strict=False):
                if list(map(_squeezed, row)) != list(map(_squeezed, should)):
                    yield f"a row is {row}, and should be {should}"

    def _everything(self) -> Iterator[str]:
        """All that is read of it, in order."""
        words, record = self.known.phrases.words, self.record
        if record["kind"] == "text":
            yield from (words["own_text"], unformatted(record["printed"]), *self.notes)
            return
        yield self.caption
        if record["kind"] == "figure":
            yield words["numbers_behind"]
            yield f"{words['numbers_caption']} {record['number']}"
        yield from (cell for row in self.rows for cell in row)
        signs = {c for row in record["rows"] for c in row if isinstance(c, str)}
        for sign, name in SIGNS.items():
            if sign in signs:
                yield from (sign, words[name])

    def _picture(self, root: ET.Element, drawings: Sequence[str]) -> Iterator[str]:
        record = self.record
        image = root.find("./figure/div[@role='img']")
        alt = "" if image is None else spaced(image.get("aria-label", ""))
        if not alt or alt != spaced(record["alt"]):
            yield f"the alternative text is «{alt}», and should be «{record['alt']}»"
        for drawing in drawings:
            if hashlib.sha256(drawing.encode()).hexdigest() != record["drawing"]:
                yield "is another drawing than the one that was declared"
            yield from self._drawing(ET.fromstring(drawing))

    def _drawing(self, root: ET.Element) -> Iterator[str]:
        labels: list[Label] = []
        for one in root.iter():
            name = one.tag.rpartition("}")[2]
            if name not in SHAPES:
                yield f"its drawing holds <{name}>"
            for key, value in one.attrib.items():
                if key == "id" and not value.startswith(
                    f"egen-{self.record['number']}-"
                ):
                    yield f"its drawing has the id {value}, as if it were another"
                is_away = "href" in key and not value.startswith("#")
                if (
                    is_away
                    or key in ("class", "style")
                    or key.startswith(("on", "data"))
                ):
                    yield f"its drawing has {key}=«{value[:40]}»"
            if name == "text":
                x, y = (float(one.get(key, "nan")) for key in ("x", "y"))
                labels.append(Label(x, y, spaced("".join(one.itertext()))))
        scale = set(_on_scales(labels))
        for label in labels:
            if label not in scale and (strange := self.strange(label.said)):
                yield _undeclared("its drawing", strange, label.said)


def _undeclared(where: str, strange: str, text: str) -> str:
    hint = ""
    if re.search(r"\d\.\d", strange):
        hint = "; a number is written with a decimal comma, and thousands with a space"
    return (
        f"{where}: «{strange}» is in neither its data, with the decimals that are "
        f"declared, nor the report{hint}: «{text[:120]}»"
    )


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _parting(told: str, wanted: str) -> str:
    pairs = enumerate(zip(told, wanted, strict=False))
    at = next((n for n, (a, b) in pairs if a != b), min(len(told), len(wanted)))
    begins = max(0, at - 30)
    return f"says «…{told[begins : at + 40]}», not «…{wanted[begins : at + 40]}»"


def _on_scales(labels: Iterable[Label]) -> Iterator[Label]:
    """Labels of a scale: in line, and as far apart as their numbers are."""
    numbers = [(one, value) for one in labels if (value := one.number) is not None]
    for along, across in (("x", "y"), ("y", "x")):
        lines: dict[float, list[tuple[float, float, Label]]] = {}
        for label, value in numbers:
            line = lines.setdefault(round(getattr(label, across)), [])
            line.append((value, getattr(label, along), label))
        for line in lines.values():
            least, low, _ = min(line)
            most, high, _ = max(line)
            if len({value for value, _, _ in line}) < FEWEST:
                continue
            step = (high - low) / (most - least)
            if all(
                abs(low + (value - least) * step - place) < NEAR
                for value, place, _ in line
            ):
                yield from (label for _, _, label in line)

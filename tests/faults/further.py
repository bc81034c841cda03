"""
Small slips: a decimal, a neighbour, a sign, a year, a letter, a tie, another language.

Each is of a kind that the other modules have, in a place that none of them has.
"""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pikepdf

from asss.catalogue import catalogue
from asss.formats import typesetting
from asss.page import text
from faults import Fault, Kind, Scene, swapped

__all__ = ["FAULTS"]

LANGUAGE: Final = "asss.catalogue.language"
FACTS: Final = "asss.analysis.facts"
CANDIDATES: Final = "asss.analysis.candidates"
INDEXING: Final = "asss.analysis.indexing"
KEYFIGURES: Final = "asss.page.keyfigures"
TEXT: Final = "asss.page.text"


def _slip(
    name: str,
    kind: Kind,
    module: str,
    old: str,
    new: str,
    report: str = "trondheim-2020",
    formats: tuple[str, ...] = (),
) -> Fault:
    return swapped(name, kind, module, old, new, report=report, formats=formats)


# -- words and numbers -----------------------------------------------------------------


def _in_the_other_language(scene: Scene) -> None:
    """One word of the page is nynorsk's: a slip in which file is asked."""
    make = text.quantity

    def quantity(amount: Any, words: Any) -> str:
        folder = Path(catalogue.__file__).parents[2] / "parameters"
        other = catalogue.load_catalogue(folder, language="nn").phrases.words
        return make(amount, other if amount.unit == "maneder" else words)

    scene.patch.setattr(text, "quantity", quantity)


SPOKEN = (
    _slip(
        "what is over four tenths is rounded up",
        "table",
        LANGUAGE,
        "abs(value) * scale + 0.5 + 1e-9",
        "abs(value) * scale + 0.6 + 1e-9",
    ),
    _slip(
        "thousands are parted by a comma",
        "table",
        LANGUAGE,
        'digits.replace(",", HARD_SPACE).replace(".", ",")',
        'digits.replace(".", ",")',
    ),
    _slip(
        "a count in words is one less",
        "arithmetic",
        LANGUAGE,
        'f"number_{count}"]',
        'f"number_{max(count - 1, 0)}"]',
    ),
    _slip(
        "a date has month and day in each other's place",
        "index",
        LANGUAGE,
        '"%d.%m.%Y"',
        '"%m.%d.%Y"',
        report="index-2020",
    ),
    _slip(
        "amounts in sentences have a decimal more",
        "arithmetic",
        TEXT,
        "number=write(amount.value, amount.decimals)",
        "number=write(amount.value, amount.decimals + 1)",
    ),
    _slip(
        "amounts in sentences have no mark",
        "arithmetic",
        TEXT,
        "return told + mark(amount.basis, words)",
        'return told + mark("real", words)',
    ),
    _slip(
        "per thousand is told as percent",
        "arithmetic",
        TEXT,
        'form = words[f"unit_{amount.unit}"]',
        "form = words[f\"unit_{amount.unit.replace('per_1000', 'prosent')}\"]",
        report="oslo-2020",
    ),
    Fault(
        "a unit in a sentence is nynorsk's",
        "arithmetic",
        "render",
        _in_the_other_language,
    ),
)

REASONED = (
    _slip(
        "what is over the mean is told as under it",
        "arithmetic",
        FACTS,
        "return 1 if value > mean else -1",
        "return -1 if value > mean else 1",
    ),
    _slip(
        "places after a tie are counted on without a gap",
        "arithmetic",
        INDEXING,
        'rank(method="min", ascending=False)',
        'rank(method="dense", ascending=False)',
    ),
    _slip(
        "a member is left out of the network",
        "arithmetic",
        FACTS,
        "    members = known.network.in_year(run.year)\n    rows = ",
        "    members = known.network.in_year(run.year)[1:]\n    rows = ",
    ),
    _slip(
        "millions are ten times as many",
        "arithmetic",
        CANDIDATES,
        'total *= whole.given("denominator") / 1e6',
        'total *= whole.given("denominator") / 1e5',
    ),
    _slip(
        "a part of what is spent more is told as less",
        "arithmetic",
        CANDIDATES,
        '"more": Word("more" if amount > 0 else "less"),',
        '"more": Word("less" if amount > 0 else "more"),',
        report="trondheim-2015",
    ),
    _slip(
        "the lowest is counted from the other end",
        "arithmetic",
        CANDIDATES,
        'end: End = "highest" if fact.side > 0 else "lowest"\n'
        "        place, alike = self._place(fact, end)\n"
        "        last",
        'end: End = "lowest" if fact.side > 0 else "highest"\n'
        "        place, alike = self._place(fact, end)\n"
        "        last",
    ),
    _slip(
        "the mean in a sentence is of last year's values",
        "arithmetic",
        CANDIDATES,
        'details |= {\n            "subject": indicator.mention,',
        'details |= {"mean": _bare(previous(fact))} if "mean" in details else {}\n'
        '        details |= {\n            "subject": indicator.mention,',
        report="bergen-2017",
    ),
    _slip(
        "what is near the mean in decimals alone is told as near it",
        "arithmetic",
        CANDIDATES,
        "< self._near and reads_near(fact, self._near)\n",
        "< self._near\n",
        report="kristiansand-2017",
    ),
)

# -- the table -------------------------------------------------------------------------

TABLED = (
    _slip(
        "every letter is the first, wherever it leads",
        "table",
        KEYFIGURES,
        "Reference(item.letter, own, item.id)",
        "Reference(letter(0), own, item.id)",
        report="tromso-2020",
    ),
    _slip(
        "letters lead to the note before their own",
        "table",
        KEYFIGURES,
        "Reference(item.letter, own, item.id)",
        "Reference(item.letter, own, "
        "self.items[max(self.items.index(item) - 1, 0)].id)",
        report="tromso-2020",
    ),
    _slip(
        "on a phone a break stands a year off",
        "table",
        KEYFIGURES,
        '"is_break": later.is_break,',
        '"is_break": earlier.is_break,',
    ),
    _slip(
        "on a phone earlier years have each other's notes",
        "table",
        KEYFIGURES,
        "tuple(note.again for note in earlier.references)",
        "tuple(note.again for note in later.references)",
    ),
    _slip(
        "a break in a head is a year late",
        "table",
        KEYFIGURES,
        "if year in e.years]",
        "if year - 1 in e.years]",
    ),
)

# -- files for other programs ----------------------------------------------------------

EXPORTED = (
    _slip(
        "lowest and highest are exchanged in CSV",
        "exports",
        "asss.formats.exports.datapackage",
        "rows = [[_value(getattr(entry, name)) for name in columns] "
        "for entry in entries]",
        'rows = [[_value(getattr(entry, {"lowest": "highest", "highest": "lowest"}'
        ".get(name, name), None)) for name in columns] for entry in entries]",
    ),
    _slip(
        "marks are lost on the way to Word",
        "table",
        "asss.formats.word.lines",
        'w("t", text=text)',
        'w("t", text="" if look.style == "Mark" else text)',
        formats=("docx",),
    ),
    _slip(
        "what is told of figures loses its marks in Word",
        "table",
        "asss.formats.word",
        "descr=drawing.alt)",
        'descr=drawing.alt.replace("ʳ", ""))',
        formats=("docx",),
    ),
    _slip(
        "every picture in Word is the first",
        "table",
        "asss.formats.word",
        'svg = children(box, "svg")[0]["svg"]',
        'svg = vars(at.package).setdefault("first", children(box, "svg")[0]["svg"])',
        formats=("docx",),
    ),
    _slip(
        "in Word, dashed lines are like the others",
        "table",
        "asss.formats.word.tables",
        'yield _line("left", DASHED)',
        'yield _line("left", THIN)',
        formats=("docx",),
    ),
    _slip(
        "on a phone a year is there and its head is not",
        "table",
        KEYFIGURES,
        "is_latest = fact.year == self._book.run.year",
        "is_latest = fact.year >= self._book.run.year - 1",
    ),
)


def _set_otherwise(old: str, new: str) -> Callable[[Scene], None]:
    """The PDF is set of a page that is changed throughout; the page itself is right."""

    def plant(scene: Scene) -> None:
        make = typesetting.to_pdf

        def to_pdf(html: str) -> bytes:
            changed, count = re.subn(old, new, html, flags=re.DOTALL)
            if not count:
                raise LookupError(old)
            return make(changed)

        scene.patch.setattr(typesetting, "to_pdf", to_pdf)

    return plant


ON_PAPER = tuple(
    Fault(f"on paper, {name}", "after", "render", plant, formats=("pdf",))
    for name, plant in (
        ("no figure has a mark", _set_otherwise("(>[\\d,]+)ʳ", r"\1")),
        ("months are told as years", _set_otherwise(r"(\d)\u00a0måneder", r"\1 år")),
        (
            "lowest and highest have each other's heads",
            _set_otherwise(">Lavest<(.*?)>Høyest<", r">Høyest<\1>Lavest<"),
        ),
    )
)

# -- finished files --------------------------------------------------------------------


def _edited(file: str, old: str, new: str) -> Callable[[Scene], None]:
    def plant(scene: Scene) -> None:
        content = (scene.folder / file).read_bytes().decode("utf-8")
        scene.edit(file, old, new, times=content.count(old) or 1)

    return plant


def _in_workbook(old: str, new: str) -> Callable[[Scene], None]:
    """Another text in the parts of a finished workbook."""

    def plant(scene: Scene) -> None:
        path = scene.folder / "nokkeltall.xlsx"
        with zipfile.ZipFile(path) as book:
            parts = {name: book.read(name) for name in book.namelist()}
        if not any(old.encode() in part for part in parts.values()):
            raise LookupError(old)
        with zipfile.ZipFile(path, "w") as book:
            for name, part in parts.items():
                book.writestr(name, part.replace(old.encode(), new.encode()))

    return plant


def _on_pages(change: Callable[[Any], None]) -> Callable[[Scene], None]:
    """Other pages in a finished PDF."""

    def plant(scene: Scene) -> None:
        path = scene.folder / "rapport.pdf"
        with pikepdf.open(path, allow_overwriting_input=True) as document:
            change(document.pages)
            document.save(path)

    return plant


def _exchanged(pages: Any) -> None:
    pages.insert(1, pages[2])
    del pages[3]


def _without_last(pages: Any) -> None:
    del pages[-1]


def _of_one_less(scene: Scene) -> None:
    """In one fact there is a member less, and its page, tables and copies are right."""
    path = scene.folder / "facts.json"
    facts = json.loads(path.read_bytes())
    facts["facts"][0]["n"] -= 1
    path.write_text(json.dumps(facts, ensure_ascii=False), "utf-8")


FINISHED = tuple(
    Fault(f"in finished files, {name}", "after", "verify", plant)
    for name, plant in (
        ("a unit is another", _edited("rapport.html", ">kr</span>", ">%</span>")),
        ("letters lead to another note", _edited("rapport.html", "#note-a", "#note-b")),
        ("a mark is taken out", _edited("rapport.html", "ʳ", "")),
        (
            "a number in a table has a decimal more",
            _edited("tall.csv", "1.04,", "1.041,"),
        ),
        ("a kommunenummer is another", _edited("kommuner.csv", "5001", "5401")),
        ("years of a forbehold are others", _edited("forbehold.csv", "2018", "2017")),
        ("a fact is of another cell", _edited("facts.json", "Tid=2020", "Tid=2019")),
        ("there is a member less", _of_one_less),
        (
            "a number behind a figure is another",
            _edited("figurer/figur-1.csv", ",2020,", ",2019,"),
        ),
        (
            "a column is told to be another",
            _edited("datapackage.json", "laveste", "høyeste"),
        ),
        ("a name in the workbook is another", _in_workbook("Oslo", "Asker")),
        (
            "a number in the workbook is another",
            _in_workbook("<v>2020</v>", "<v>2019</v>"),
        ),
        ("two pages of the PDF are exchanged", _on_pages(_exchanged)),
        ("the last page of the PDF is gone", _on_pages(_without_last)),
        ("the schema is another", _edited("facts.schema.json", "integer", "number")),
        (
            "a style hides the marks",
            _edited("rapport.html", "sup.r {", "sup.r { left:"),
        ),
        (
            "a sentence is out of sight",
            _edited("rapport.html", 'class="told"', 'class="skip"'),
        ),
        (
            "a rule of a column is gone",
            _edited("datapackage.json", '"minimum": 0', '"maximum": 0'),
        ),
        (
            "a column in the workbook is hidden",
            _in_workbook("<col ", '<col hidden="1" '),
        ),
    )
)

FAULTS = (*SPOKEN, *REASONED, *TABLED, *EXPORTED, *ON_PAPER, *FINISHED)

"""Slips in Tabell 1 of a kommune, on the page and in Word; and in Word's for all."""

import re
from collections.abc import Callable

from asss.formats import word
from asss.page import keyfigures
from asss.page.blocks import Block
from faults import Fault, Scene, swapped

KEYFIGURES = "asss.page.keyfigures"
BLOCKS = "asss.formats.word"
TABLES = "asss.formats.word.tables"
EVERYBODY = "asss-2020"


def _slip(name: str, old: str, new: str, report: str = "trondheim-2020") -> Fault:
    return swapped(name, "table", KEYFIGURES, old, new, report=report)


def _changed(name: str, old: str, new: str, *, report: str = "trondheim-2020") -> Fault:
    """A slip in the markup of the table, from whatever it came: of a pattern."""

    def plant(scene: Scene) -> None:
        make: Callable[..., Block] = keyfigures.key_figures

        def key_figures(*given: object) -> Block:
            html, count = re.subn(old, new, make(*given).html, count=1, flags=re.DOTALL)
            if not count:
                raise LookupError(old)
            return Block(html)

        scene.patch.setattr(keyfigures, "key_figures", key_figures)

    return Fault(name, "table", "render", plant, report)


def _in_word(name: str, old: str, new: str, *, report: str = "trondheim-2020") -> Fault:
    """A slip in what Word is set of: the page is right."""

    def plant(scene: Scene) -> None:
        make = word.to_docx

        def to_docx(html: str) -> bytes:
            before, table, after = html.partition('id="tabell-1"')
            changed, count = re.subn(old, new, after, count=1, flags=re.DOTALL)
            if not table or not count:
                raise LookupError(old)
            return make(before + table + changed)

        scene.patch.setattr(word, "to_docx", to_docx)

    return Fault(
        f"in Word, {name}", "table", "render", plant, report, formats=("docx",)
    )


#: A row of the table, from its head to its end; and a part of it.
ROW = r"(<tr>\s*<th scope=\"row\">(?:(?!</tr>).)*</tr>)"
PART = r"(<tr class=\"group\">(?:(?!</tr>).)*</tr>)"
PART_NAME = r"(<tr class=\"group\"><th[^>]*><span>)Prioritering og behov"
UNIT = r"<span class=\"unit\">kr</span>"
LETTER = r"(<sup class=\"ref\">(?:(?!</sup>).)*</sup>)"

ON_BOTH = (
    ("a part has another's name", PART_NAME, r"\1Kvalitet"),
    ("a part has lost its name", PART, ""),
    ("a part begins a row too late", PART + r"(\s*)" + ROW, r"\3\2\1"),
    ("two rows have changed places", ROW + r"(\s*)" + ROW, r"\3\2\1"),
    ("a row has another unit", UNIT, '<span class="unit">%</span>'),
    ("a row has lost its unit", UNIT, ""),
    ("the network is of another year", "ASSS 2020</span>", "ASSS 2019</span>"),
)

FAULTS = (
    *(_changed(*one) for one in ON_BOTH),
    *(_in_word(*one) for one in ON_BOTH),
    _slip(
        "all rows stand in the first part",
        "self._row(section, indicator)",
        "self._row(indicators[0][0], indicator)",
    ),
    _slip(
        "years stand the other way round",
        "self._own(fact, indicator, own[fact.id])\n"
        "                for fact in self._years(indicator)",
        "self._own(fact, indicator, own[fact.id])\n"
        "                for fact in self._years(indicator)[::-1]",
    ),
    _slip(
        "the mean is of last year's difference",
        "text.bare(fact.network_mean, fact.decimals) or NOTHING",
        "text.bare((fact.network_mean or 0) - (fact.mean_change or 0), fact.decimals)",
    ),
    _slip(
        "figures are cut and not rounded",
        "text.bare(fact.value, fact.decimals) or fact.status",
        "text.bare(fact.value and fact.value - 0.4 * 10**-fact.decimals, fact.decimals)"
        " or fact.status",
    ),
    _slip(
        "figures have a decimal less",
        "text.bare(fact.value, fact.decimals) or fact.status",
        "text.bare(fact.value, max(fact.decimals - 1, 0)) or fact.status",
    ),
    _slip(
        "the lowest has the highest's name",
        'self._extreme(latest, latest.lowest_kommune, "table_lowest")',
        'self._extreme(latest, latest.highest_kommune, "table_lowest")',
    ),
    _slip(
        "a place is of one too many",
        "{self._words['rank_of']} {fact.n}",
        "{self._words['rank_of']} {fact.n + 1}",
    ),
    _slip(
        "no mark stands at the mean",
        'basis="" if fact.network_mean is None else fact.mean_basis',
        'basis=""',
    ),
    _slip(
        "no letter stands at a figure",
        "for entry in known.forbehold_by_id(fact.forbehold)\n"
        "            if not entry.is_page_wide\n            and (",
        "for entry in ()\n            if not entry.is_page_wide\n            and (",
    ),
    _slip(
        "no letter stands at the mean",
        '**self._noted(notes, indicator.short_name, self._words["table_mean"]),',
        "**self._noted((), indicator.short_name),",
    ),
    _slip(
        "no letter stands at whoever is lowest or highest",
        "**self._noted(notes, indicator.short_name, self._words[column]),",
        "**self._noted((), indicator.short_name),",
        "trondheim-2018",
    ),
    _slip(
        "no letter stands at a year",
        "texts = (e.text for e in breaks if is_joint)",
        "texts = ()",
    ),
    _slip(
        "no letter stands at a whole row",
        "**self._noted(notes, indicator.short_name),",
        "**self._noted((), indicator.short_name),",
        "trondheim-2018",
    ),
    _slip(
        "a forbehold of one year stands at all",
        "own = {fact.id: self._own_notes(fact) for fact in self._years(indicator)}",
        "own = {fact.id: self._own_notes(self._years(indicator)[-1]) "
        "for fact in self._years(indicator)}",
    ),
    _slip(
        "it is not told whom a mean is without",
        "if absent and fact.network_mean is not None:",
        "if not absent and fact.network_mean is not None:",
        "tromso-2018",
    ),
    _slip(
        "a plain mean is explained as if all were",
        '"notes_plain" if some else "notes_all_plain"',
        '"notes_all_plain"',
    ),
    _slip(
        "the legend lacks what reconstructed is",
        "words, bases=bases)",
        "words)",
    ),
    _slip(
        "figures are told to be from fewer tables",
        "numbers = tuple(sorted(used & known.service.table.keys()))",
        "numbers = tuple(sorted(used & known.service.table.keys()))[1:]",
    ),
    _changed(
        "a letter of the key figures leads to another note",
        'href="#note-a"',
        'href="#note-b"',
    ),
    _changed(
        "a letter stands where it should not",
        "(<td[^>]*>1,04)",
        r'\1<sup class="ref"><a href="#note-a">a</a></sup>',
    ),
    _changed("a letter is taken out", LETTER, ""),
    _changed("two years have changed heads", ">2019<(.*?)>2018<", r">2018<\1>2019<"),
    _changed("a column has another's head", ">Lavest<", ">Høyest<"),
    _changed("the columns are another's", ">Trondheim</th>", ">Tromsø</th>"),
    _changed(
        "the caption is of another kommune", "Trondheim</caption>", "Tromsø</caption>"
    ),
    _changed(
        "a figure of an earlier year is another on a phone",
        r'(again on-screen"[^>]*>1,)08',
        r"\g<1>80",
    ),
    _changed(
        "a cell says of itself that it is another",
        'data-fact="trondheim-2020-ressurs',
        'data-fact="trondheim-2019-ressurs',
    ),
    _changed(
        "a row does not tell that its mean is plain",
        r"Sosiale tjenester\*",
        "Sosiale tjenester",
    ),
    _changed(
        "a note has another text",
        r"(<li id=\"note-a\"><span class=\"letter\">a</span> )\w+",
        r"\1Ikke",
    ),
    _in_word("a figure is another", ">1,04", ">1,14"),
    _in_word("a letter is taken out", LETTER, ""),
    _in_word("years have changed heads", ">2019<(.*?)>2018<", r">2018<\1>2019<"),
    _in_word("the legend is another", "Plass 1 er høyest", "Plass 1 er lavest"),
    _in_word(
        "a part of all members' table has another's name",
        PART_NAME,
        r"\1Kvalitet",
        report=EVERYBODY,
    ),
    _in_word("a part of all members' table is lost", PART, "", report=EVERYBODY),
    _in_word(
        "rows of all members' table have changed places",
        ROW + r"(\s*)" + ROW,
        r"\3\2\1",
        report=EVERYBODY,
    ),
)

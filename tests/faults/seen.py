"""
What stands where it should and is not seen, or is seen as something else.

Classes and styles that hide, dates and status, whose words stand where, files beside a
page, what is set on paper and in Word, and the kildespor of the reviewer's edition.
"""

from typing import Final

from faults import Fault, Kind, Scene, need, swapped

__all__ = ["EXPORTED", "FAULTS", "ON_PAGE", "ON_PAPER", "REVIEWED"]

EXCEL, SHEETS, PACKAGE = (
    f"asss.formats.exports.{name}" for name in ("excel", "sheets", "datapackage")
)
TRAILS, EDITION = "asss.formats.review.trails", "asss.formats.review"
NETWORK: Final = "asss-2020"
METHOD_PAGE: Final = "om-datagrunnlaget-2020"
COMMENTED: Final = "bergen-2018"


def _set(
    name: str,
    kind: Kind,
    template: str,
    old: str,
    new: str,
    report: str = "trondheim-2020",
    *,
    formats: tuple[str, ...] = (),
) -> Fault:
    """A slip in what a page is set with."""

    def plant(scene: Scene) -> None:
        scene.template(f"{template}.html.j2", old, new)

    return Fault(name, kind, "render", plant, report, formats=formats)


def _on_paper(name: str, old: str, new: str, report: str = "trondheim-2020") -> Fault:
    """A slip in what sets a PDF."""

    def plant(scene: Scene) -> None:
        scene.folder.mkdir(parents=True, exist_ok=True)
        scene.paper(old, new)

    return Fault(name, "paper", "render", plant, report, formats=("pdf",))


def _in_word(
    name: str, module: str, old: str, new: str, report: str = "trondheim-2020"
) -> Fault:
    module = f"asss.formats.word.{module}".rstrip(".")
    formats = ("docx",)
    return swapped(name, "paper", module, old, new, report=report, formats=formats)


def _file(name: str, module: str, old: str, new: str) -> Fault:
    return swapped(name, "exports", module, old, new)


def _traced(name: str, old: str, new: str, module: str = TRAILS) -> Fault:
    editions = ("public", "review")
    return swapped(name, "review", module, old, new, editions=editions)


ON_PAGE = (
    _set(
        "the letters of notes are out of sight",
        "table",
        "key_figures",
        '<ol class="letters">',
        '<ol class="letters skip">',
    ),
    _set(
        "what a chapter says is out of sight",
        "table",
        "chapter",
        '<div class="told">',
        '<div class="told skip">',
    ),
    _set(
        "it is not told that some is reconstructed",
        "table",
        "heading",
        "<p class=\"warning{{ ' mostly' if is_mostly }}\">",
        '<p class="skip">',
    ),
    _set(
        "the status says nothing of what is reconstructed",
        "table",
        "heading",
        "{% if reservation %}, {{ reservation }}{% endif %}</p>",
        "</p>",
    ),
    _set(
        "from where the figures are is not told",
        "table",
        "heading",
        '<p class="dates">{{ figures }}</p>',
        "",
    ),
    _set(
        "the source of what people say is another",
        "table",
        "macros",
        'href="{{ one.source }}"',
        'href="https://www.ks.no/"',
        COMMENTED,
    ),
    _set(
        "it is not told when people said it",
        "table",
        "macros",
        "{{ one.author }}, {{ one.date | day }}.",
        "{{ one.author }}.",
        COMMENTED,
    ),
    _set(
        "what people say stands as the report's own",
        "table",
        "macros",
        '<span class="comment" role="note" aria-label="{{ one.label }}"',
        "<span",
        COMMENTED,
    ),
    _set(
        "a file is told to be of another kind",
        "table",
        "downloads",
        'href="{{ file.href }}"',
        'href="{{ group.files[0].href }}"',
        formats=("pdf", "docx"),
    ),
    _set(
        "shades are explained the other way round",
        "network",
        "matrix",
        "{% for shade in shades %}",
        "{% for shade in shades | reverse %}",
        NETWORK,
    ),
    _set(
        "how figures are to be read is not told",
        "network",
        "matrix",
        '<p class="reading">{{ words.network_reading }}</p>',
        "",
        NETWORK,
    ),
    swapped(
        "what a plain mean is is not told",
        "network",
        "asss.page.overview",
        'plain = {words["plain_mark"]: words["network_plain"]} if False in shown else '
        "{}",
        "plain = {}",
        report=NETWORK,
    ),
    swapped(
        "a chapter in nynorsk is called as in bokmål",
        "table",
        "asss.formats.conversion",
        "cell.source = known.prose.get(head, cell.source)",
        "cell.source = cell.source",
        language="nn",
    ),
    swapped(
        "bars for need stand a row down on a phone",
        "need",
        "asss.figures.need",
        "with canvas.part(LEFT - START, 0):",
        "with canvas.part(LEFT - START, ROW):",
        report="tromso-2020",
        given=need._given,
    ),
    swapped(
        "ways back from notes name the year before",
        "table",
        "asss.page.keyfigures",
        "place = indicator.short_name, fact.year\n",
        "place = indicator.short_name, fact.year - 1\n",
    ),
    swapped(
        "ways back from notes count sentences from nought",
        "table",
        "asss.page.keyfigures",
        "{self._words['note_sentence']} {number[said.chapter]}",
        "{self._words['note_sentence']} {number[said.chapter] - 1}",
    ),
    swapped(
        "a way back to the mean says that it leads to the place",
        "table",
        "asss.page.keyfigures",
        'indicator.short_name, self._words["table_mean"]',
        'indicator.short_name, self._words["table_rank"]',
    ),
    swapped(
        "what index is stands at the change, and the reverse",
        "table",
        "asss.page.method",
        'words["profile_index"]: words["method_index"],',
        'words["profile_index"]: words["method_change"],',
        report=METHOD_PAGE,
    ),
    swapped(
        "what a dash means is told of a break",
        "table",
        "asss.page.method",
        'words["break_mark"]: words["method_break"],',
        'words["break_mark"]: words["method_dash"],',
        report=METHOD_PAGE,
    ),
    swapped(
        "what is quoted of a page is the last that it says",
        "table",
        "asss.formats.conversion",
        '(said or [words["method_about"]])[0]',
        '(said or [words["method_about"]])[-1]',
    ),
    _set(
        "rising is told of what falls",
        "index",
        "index",
        'data-rising="{{ words.site_rising }}" data-falling="{{ words.site_falling }}"',
        'data-rising="{{ words.site_falling }}" data-falling="{{ words.site_rising }}"',
        "index-2020",
    ),
    _set(
        "findings are hidden in the index",
        "index",
        "index",
        '<ul class="findings">',
        '<ul class="findings" hidden>',
        "index-2020",
    ),
    _set(
        "a style hides forbehold in the index",
        "index",
        "index",
        "{{ css | safe }}",
        "{{ css | safe }}.caveats{display:none}",
        "index-2020",
    ),
    swapped(
        "the index is sorted the other way round",
        "index",
        "asss.page.site",
        'return _file("site.js")',
        'return _file("site.js").replace("a - b", "b - a")',
        report="index-2020",
    ),
)

EXPORTED = (
    _file(
        "a column in Excel is hidden",
        SHEETS,
        "set_column(place, place, column.width)",
        'set_column(place, place, column.width, None, {"hidden": place > 5})',
    ),
    _file(
        "a row in Excel is hidden",
        SHEETS,
        "self._page.set_row(self._row, lines * LINE_HEIGHT)",
        'self._page.set_row(self._row, 15, None, {"hidden": self._row == 9})',
    ),
    _file(
        "Excel is written white on white",
        SHEETS,
        '"font_color": INK, "valign"',
        '"font_color": "#ffffff", "valign"',
    ),
    _file(
        "nought is told to be a missing value",
        PACKAGE,
        '"missingValues": [""],',
        '"missingValues": ["", "0"],',
    ),
    _file(
        "the licence has another name",
        PACKAGE,
        '"licenses": [LICENCE],',
        '"licenses": [{**LICENCE, "name": "CC0-1.0"}],',
    ),
    _file(
        "a table behind a figure has not its number",
        PACKAGE,
        'f"{title} {number}" if number else title',
        "title",
    ),
)

ON_PAPER = (
    _on_paper(
        "shades in the PDF are reversed",
        "shades.at(int(shade.last()) - 1) } else if has",
        "shades.at(5 - int(shade.last())) } else if has",
        NETWORK,
    ),
    _on_paper(
        "a break in the PDF stands a year off",
        'if has(cell, "break") { dashed }',
        'if has(cell, "early") { dashed }',
    ),
    _on_paper(
        "a figure in the PDF is mirrored",
        'image(bytes(drawing.svg), format: "svg", width: 100%, '
        "alt: picture.aria-label)",
        'scale(x: -100%, image(bytes(drawing.svg), format: "svg", width: 100%, '
        "alt: picture.aria-label))",
    ),
    _on_paper(
        "the notes in the PDF have another letter",
        "(inline((letter,)), anchor(item) + inline(rest))",
        '(inline(("z",)), anchor(item) + inline(rest))',
    ),
    _on_paper(
        "signs in the legend of the PDF are lost",
        "box(inline(item.k))",
        "box(inline(item.k.slice(1)))",
    ),
    _on_paper(
        "figures in the PDF are white on white",
        'set text(fill: focus) if has(cell, "latest") and cell.t == "td"',
        'set text(fill: white) if has(cell, "latest") and cell.t == "td"',
    ),
    _on_paper(
        "links in the PDF lead elsewhere",
        "let goes = piece.href",
        'let goes = "https://www.ks.no/"',
    ),
    _on_paper(
        "a forbehold at the top of the PDF is lost",
        "..items.map(item => inline(item.k)))\n    })",
        "..items.slice(1).map(item => inline(item.k)))\n    })",
    ),
    _on_paper(
        "units in the PDF are lost",
        'has(node, "unit") { box(text(fill: quiet, size: size.beside, body)) }',
        'has(node, "unit") { }',
    ),
    _on_paper(
        "figures in the PDF are too small to be read",
        "key: (size: size.key, line: 1.13",
        "key: (size: 1pt, line: 1.13",
    ),
    _on_paper(
        "the PDF is described by its title",
        "description: given.description",
        "description: given.title",
    ),
    _in_word(
        "the Word document is described by its title",
        "package",
        'self.about["description"]',
        'self.about["title"]',
    ),
    _in_word(
        "shades in Word are reversed",
        "tables",
        'SHADES[one] for one in cell["c"] if one in SHADES',
        'SHADES[f"shade-{6 - int(one[-1])}"] for one in cell["c"] if one in SHADES',
        NETWORK,
    ),
    _in_word(
        "all samples of shades in Word are the first",
        "lines",
        "SHADES.get(classes[-1]",
        'SHADES.get("shade-1"',
        NETWORK,
    ),
    _in_word(
        "figures in Word are pressed flat",
        "",
        '"cy": round(at.width * EMU * high / wide)}',
        '"cy": round(at.width * EMU * high / wide / 3)}',
    ),
    _in_word(
        "whose words stand in Word is not told",
        "",
        'style = next((STYLES[name] for name in node["c"] if name in STYLES), '
        "at.style)",
        'if "by" in node["c"]:\n        return []\n    '
        'style = next((STYLES[name] for name in node["c"] if name in STYLES), '
        "at.style)",
        COMMENTED,
    ),
)

REVIEWED = (
    _traced(
        "the kildespor of an index is that of the value",
        'field=given.get("data-field") or "value"',
        'field="value"',
        EDITION,
    ),
    _traced(
        "the kildespor has the mean as the result",
        '"result": _told(fact.value),',
        '"result": _told(fact.network_mean),',
    ),
    _traced(
        "the kildespor has the value as the one before",
        '"previous": _told(fact.previous),',
        '"previous": _told(fact.value),',
    ),
    _traced(
        "a place in a kildespor is of one too many",
        'f"{fact.rank} {of} {fact.n}"',
        'f"{fact.rank} {of} {fact.n + 1}"',
    ),
    _traced(
        "numerator and denominator have changed places in a kildespor",
        '"numerator": _told(fact.numerator),\n            '
        '"denominator": _told(fact.denominator),\n            "factor"',
        '"numerator": _told(fact.denominator),\n            '
        '"denominator": _told(fact.numerator),\n            "factor"',
    ),
    _traced(
        "a limit in a kildespor is one more",
        '"value": _told(limits.of(limit).value),',
        '"value": _told(limits.of(limit).value + 1),',
    ),
    _traced(
        "the lowest in a kildespor is the highest",
        '"lowest": self._extreme(fact.lowest, fact.lowest_kommune),',
        '"lowest": self._extreme(fact.highest, fact.highest_kommune),',
    ),
    _traced(
        "a forbehold in a kildespor leads nowhere",
        '"source": entry.source,',
        '"source": "",',
    ),
    _traced(
        "a cell in a kildespor holds one more than SSB's",
        "else language.significant(total),",
        "else language.significant(total + 1),",
    ),
    _traced(
        "a cell is left out of a kildespor",
        "origins(fact.cells, self.known, self.found.book.snapshot)",
        "origins(fact.cells[1:], self.known, self.found.book.snapshot)",
    ),
    _traced(
        "a figure by hand in a kildespor is another",
        "else language.significant(figure.value),",
        "else language.significant(2 * figure.value),",
    ),
    _traced(
        "the cells of a denominator are those of the numerator",
        '"denominator": cells[place:]}',
        '"denominator": cells[:place]}',
    ),
    _traced(
        "the cells of the mean are told of other sums",
        "in halves(fact, self.known, snapshot).items()",
        "in reversed(halves(fact, self.known, snapshot).items())\n"
        "                if half != 'denominator'",
    ),
    _traced(
        "a member is left out of the mean in a kildespor",
        "in sorted(inside, key=lambda peer: peer.rank or 0)",
        "in sorted(inside, key=lambda peer: peer.rank or 0)[1:]",
    ),
    _traced(
        "the mean in a kildespor is of twice as many",
        '"below": _told(\n',
        '"below": _told(2 * \n',
    ),
    _traced(
        "a sentence in the reviewer's edition is another",
        "html = _with_intervals(html, found, known)",
        'html = _with_intervals(html, found, known).replace("mindre", "mer")',
        EDITION,
    ),
    _traced(
        "a table in the reviewer's edition has another digest",
        '"sha256": table["sha256"],',
        '"sha256": content["snapshot"]["sha256"],',
        EDITION,
    ),
)


FAULTS = (*ON_PAGE, *EXPORTED, *ON_PAPER, *REVIEWED)

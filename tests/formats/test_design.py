"""The page's design: colours that can be read, signposts that lead somewhere."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import resources
from itertools import pairwise
from pathlib import Path

import browser
import pikepdf
import pytest
from bs4 import BeautifulSoup, Tag
from told import forbehold_in

from asss.analysis import findings, indexing, sources
from asss.analysis.findings import Findings
from asss.catalogue import markdown
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import NETWORK, Run
from asss.formats import conversion
from asss.page import keyfigures, looks, sections
from asss.runs import report
from asss.statbank import Snapshot

FindingsOf = Callable[[str, int], Findings]
Rendered = Callable[[str, int], Path]
PAGES = [("trondheim", 2020), ("tromso", 2017)]

#: Which text stands on which ground, and the least contrast it may have: WCAG AA asks
#: for 4.5:1, and for 3:1 of what is no text.
PAIRS = {
    ("ink", "page"): 7,
    ("ink", "soft"): 7,
    ("ink", "warn-soft"): 7,
    ("quiet", "page"): 4.5,
    ("quiet", "soft"): 4.5,
    ("quiet", "warn-soft"): 4.5,
    ("faint", "page"): 4.5,
    ("faint", "soft"): 4.5,
    ("faint", "warn-soft"): 4.5,
    ("focus", "page"): 4.5,
    ("focus", "soft"): 4.5,
    ("focus", "warn-soft"): 4.5,
    ("warn", "page"): 4.5,
    ("warn", "soft"): 4.5,
    ("warn", "warn-soft"): 4.5,
    ("warn-line", "page"): 3,
    ("warn-line", "warn-soft"): 3,
}


#: What the stylesheet knows by name that is no colour: how figures lie on a phone.
MEASURE = re.compile(r"wide|more|[ms]\d+")


def colours() -> dict[str, dict[str, str]]:
    """The colours of the stylesheet by name, in light and in dark."""
    file = resources.files("asss.page") / "templates" / "rapport" / "style.css"
    light, dark = re.findall(r":root \{(.*?)\}", file.read_text("utf-8"), re.DOTALL)[:2]
    return {
        name: dict(re.findall(r"--([\w-]+): (#\w+);", part))
        for name, part in (("light", light), ("dark", dark))
    }


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it."""
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    """Black on white is 21:1, and #767676 the lightest grey that is readable."""
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_can_be_read_on_its_ground(mode: str) -> None:
    """By everybody, on a good screen and on a bad one, by day and by night."""
    found = colours()[mode]
    too_low = {
        pair: round(contrast(found[pair[0]], found[pair[1]]), 2)
        for pair, least in PAIRS.items()
        if contrast(found[pair[0]], found[pair[1]]) < least
    }
    assert not too_low


def test_dark_changes_every_colour_and_the_rules_use_no_other() -> None:
    """A colour that is forgotten in the dark is a black word on a black page."""
    light, dark = colours()["light"], colours()["dark"]
    assert light.keys() == dark.keys()
    assert {name for pair in PAIRS for name in pair} | {"line"} == light.keys()
    css = looks.stylesheet()
    used = set(re.findall(r"var\(--([\w-]+)", css))
    assert {name for name in used if not MEASURE.fullmatch(name)} == light.keys()


def test_dark_is_for_screens_only() -> None:
    """Paper is white, whatever the screen of the one who prints."""
    css = looks.stylesheet()
    assert re.findall(r"@media ([^{]*prefers-color-scheme[^{]*)", css) == [
        "screen and (prefers-color-scheme: dark) "
    ]


# -- signposts -------------------------------------------------------------------------


def _page(folder: Path) -> str:
    return (folder / report.HTML_NAME).read_text("utf-8")


@pytest.mark.parametrize(("kommune", "year"), PAGES)
def test_every_id_is_one_and_every_link_leads_somewhere(
    rendered: Rendered, kommune: str, year: int
) -> None:
    """The same note is referred to from many places, each with an id of its own."""
    page = _page(rendered(kommune, year))
    ids = Counter(re.findall(r'\sid="([^"]+)"', page))
    assert [id for id, count in ids.items() if count > 1] == []
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= ids.keys()
    described = re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', page)
    assert set(" ".join(described).split()) <= ids.keys()


@pytest.mark.parametrize(("kommune", "year"), PAGES)
def test_contents_list_every_chapter(
    rendered: Rendered, kommune: str, year: int
) -> None:
    """Each with a link of its own, named in words, outside the heading."""
    page = _page(rendered(kommune, year))
    nav = re.search(r'<nav class="contents[^"]*".*?</nav>', page, re.DOTALL)
    assert nav
    listed = re.findall(r'<a href="#([^"]+)">(.*?)</a>', nav[0])
    headings = re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', page)
    others = ("hovedfunn", "innholdsliste")
    assert listed == [(id, name) for id, name in headings if id not in others]
    for id, heading in listed[:-1]:  # the last is not a chapter: what can be fetched
        spoken = heading.replace("<wbr>", "")
        assert f'href="#{id}" aria-label="Lenke til «{spoken}»"' in page


@pytest.mark.parametrize(("kommune", "year"), PAGES)
def test_text_refers_to_figures_and_tables_by_links(
    rendered: Rendered, kommune: str, year: int
) -> None:
    """A number and what it counts stay on one line; no heading or caption is a link."""
    page = _page(rendered(kommune, year))
    links = re.findall(r'<a href="#((?:tabell|figur)-\d)">(\w+\u00a0\d)</a>', page)
    assert ("tabell-1", "tabell\u00a01") in links
    numbers = re.findall(r'<caption id="tabell-(\d)"><strong>Tabell&nbsp;(\d)', page)
    assert numbers
    assert all(id == shown for id, shown in numbers)
    assert [int(id) for id, _ in numbers] == list(range(1, len(numbers) + 1))


def test_two_chapters_of_one_name_have_two_ids(known: Catalogue) -> None:
    """An analyst who copies a chapter gets contents that work all the same."""
    prose = '<div class="prose">\n<h2>Kvalitet</h2>\n</div>'
    html = conversion.with_signposts(prose * 3 + conversion.CONTENTS_HERE, known)
    assert re.findall(r'<h2 id="(kvalitet[^"]*)"', html) == [
        "kvalitet",
        "kvalitet-2",
        "kvalitet-3",
    ]


def test_only_numbers_that_exist_are_linked(known: Catalogue) -> None:
    """SSB has tables too, and a link to nowhere is worse than none."""
    told = "<p>Se tabell 1, tabell 9, tabell 12210 og <a href='x'>figur 1</a>.</p>"
    here = '<table id="tabell-1"></table><figure id="figur-1"></figure>'
    linked = conversion.with_signposts(told + here, known)
    assert linked.count("<a ") == 2
    assert '<a href="#tabell-1">tabell\u00a01</a>, tabell 9, tabell 12210' in linked


# -- footnotes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kommune", "year"), [*PAGES, ("oslo", 2019), ("drammen", 2017), ("bergen", 2015)]
)
def test_notes_lead_to_the_figures_and_back(
    findings_of: FindingsOf, known: Catalogue, kommune: str, year: int
) -> None:
    """From each letter to its note, and from the note to each of its letters."""
    html = keyfigures.key_figures(findings_of(kommune, year), known).html
    table, below = html.split("</table>")
    texts = "".join(
        sections.chapter(findings_of(kommune, year), known, chapter.id).html
        for chapter in known.service.chapters
    )
    marks = re.findall(
        r'<a id="([^"]+)" href="#note-(\w)" aria-label="Note \2">',
        table + sections.heading(findings_of(kommune, year), known).html + texts,
    )
    notes = dict(re.findall(r'<li id="note-(\w)">(.*?)</li>', below))
    assert marks
    assert len({id for id, _ in marks}) == len(marks)
    assert list(notes) == sorted({letter for _, letter in marks})
    for letter, note in notes.items():
        back = re.findall(
            r'<a[^>]* href="#([^"]+)" aria-label="Tilbake til (.*?)"', note
        )
        led = [id for id, of in marks if of == letter]
        assert sorted(id for id, _ in back) == sorted(led)
        # On a phone an earlier year stands elsewhere; one of the two is seen.
        once = [(id, place) for id, place in back if not id.endswith("-igjen")]
        assert [id for id, _ in once] == [id for id in led if not id.endswith("-igjen")]
        assert len({place for _, place in once}) == len(once), "two places of one name"


def test_letters_go_on_after_z(known: Catalogue, snapshot: Snapshot) -> None:
    """The 27th note was an IndexError, and no report."""
    indicators = [indicator.id for indicator in known.service.indicators]
    pattern = next(entry for entry in known.forbehold if entry.kind == "misposting")
    many = tuple(
        pattern.model_copy(
            update={
                "id": f"forbehold_{number}",
                "kommuner": ("oslo",),
                "indicators": (indicators[number % len(indicators)],),
                "years": (2018 + number % 3,),
                "text": f"Forbehold nummer {number}.",
            }
        )
        for number in range(40)
    )
    much = replace(known, forbehold=(*known.forbehold, *many))
    observed = sources.load_observations(much, snapshot, until=2020)
    indexed = indexing.index_to_network(observed, rule=much.mean_rule)
    found = findings.assess(indexed, much, Run(kommune="oslo", year=2020), snapshot)
    used = [note.letter for note in keyfigures.table(found, much).notes]
    assert used[24:28] == ["y", "z", "aa", "ab"]
    assert len(set(used)) == len(used) > 40
    told = [sections.chapter(found, much, c.id).html for c in much.service.chapters]
    html = "".join(
        (
            sections.heading(found, much).html,
            keyfigures.key_figures(found, much).html,
            *told,
        )
    )
    for place, letter in enumerate(used):
        assert keyfigures.letter(place) == letter
        assert f'<li id="note-{letter}">' in html
        assert f'href="#note-{letter}" aria-label="Note {letter}">' in html


@pytest.mark.parametrize(
    ("kommune", "year"), [*PAGES, ("oslo", 2016), ("stavanger", 2019)]
)
def test_sentences_lead_to_their_forbehold_and_back(
    findings_of: FindingsOf, known: Catalogue, kommune: str, year: int
) -> None:
    """A number that must not stand alone has its caveat's letter, as in Tabell 1."""
    found = findings_of(kommune, year)
    facts = {fact.id: fact for fact in found.book.facts.values()}
    below = keyfigures.key_figures(found, known).html.split("</table>")[1]
    table = BeautifulSoup(below, "html.parser")
    referred = 0
    for chapter in known.service.chapters:
        html = sections.chapter(found, known, chapter.id).html
        soup = BeautifulSoup(html, "html.parser")
        entries = {e.id: e for e in forbehold_in(found, known, chapter.id)}
        for entry in entries.values():
            assert entry.text in table.get_text()
        for said in soup.select("[data-rule]"):
            ids = str(said["data-facts"]).split()
            touched = {name for id in ids for name in facts[id].forbehold}
            texts = {entries[name].text for name in touched & entries.keys()}
            after = said.next_sibling
            is_noted = isinstance(after, Tag) and after.name == "sup"
            links = after.select("a") if is_noted else []
            assert len(links) == len(texts), ids
            for link in links:
                note = table.find(id=str(link["href"])[1:])
                assert note
                assert any(text in note.get_text() for text in texts)
                assert note.select(f'.back a[href="#{link["id"]}"]')
            referred += len(links)
    assert referred


def test_pdf_links_both_ways_within_itself(rendered: Rendered) -> None:
    """Notes and references are links on paper's twin as well, to the very places."""
    folder = rendered("tromso", 2017)
    page = re.sub(
        r"<(details|section) class=.(numbers|downloads).*?</\1>",
        "",
        _page(folder),
        flags=re.S,
    )
    # Earlier years stand twice, and paper has them once.
    page = re.sub(r'<(td|th|a) class="[^"]*again.*?</\1>', "", page, flags=re.S)
    page = page.replace('<a class="early" ', "<a ")
    written = re.findall(r'<a (?:id="([^"]+)" )?href="#((?:note|ref)-[^"]+)"', page)
    with pikepdf.open(folder / report.PDF_NAME) as pdf:
        links = [
            (str(sheet.objgen), link)
            for sheet in pdf.pages
            for link in sheet.get("/Annots", [])
            if str(link.Contents).startswith(("Note ", "Tilbake til "))
        ]
        assert len(links) == len(written) > 50
        tops = {}
        for (own, target), (sheet, link) in zip(written, links, strict=True):
            # A note is where the first link back from it is, or some lines above.
            place = own or target.replace("ref-", "note-").rpartition("-")[0]
            tops.setdefault(place, (sheet, float(link.Rect[3])))
        for (_, target), (_, link) in zip(written, links, strict=True):
            sheet, top = tops[target]
            assert str(link.Dest[0].objgen) == sheet, target
            assert -5 < float(link.Dest[3]) - top < 45, target


# -- on the screen ---------------------------------------------------------------------

SCROLLED = """() => {
  const region = document.querySelector('.table:has(.key)');
  const name = region.querySelector('tbody th[scope="row"]');
  const before = name.getBoundingClientRect().left;
  region.scrollLeft = 120;
  return [region.scrollLeft, name.getBoundingClientRect().left - before];
}"""
#: What is seen of Tabell 1: for each row the edges of each cell and its text, in the
#: order in which it is written and read aloud.
SEEN = """() => {
  const region = document.querySelector('.table:has(.key)');
  region.scrollLeft = 0;
  const cells = (row) => [...row.cells].filter((e) => e.checkVisibility()).map((e) => {
    const { left, right } = e.getBoundingClientRect();
    return [left, right, e.innerText.trim(), e.tagName];
  });
  return [...region.querySelectorAll('thead tr:last-child, tr:has(td)')].map(cells);
}"""
#: Columns of Tabell 1 as they are read, where there is room for all and where not.
WIDE = ["2018", "2019", "2020", "Snitt", "Lavest", "Høyest", "Plass"]
NARROW = ["2020", "Snitt", "Lavest", "Høyest", "Plass", "2019", "2018"]
PLACES = """() => ['.summary', '#figur-1', '.contents'].map(
  (part) => document.querySelector(part).getBoundingClientRect().toJSON())"""


#: How much of the matrix is out of sight, and the numbers and names in it in two lines.
MATRIX = """() => {
  const table = document.querySelector('table.matrix'), about = table.parentElement;
  const lines = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
  };
  const cells = [...table.querySelectorAll('td')].filter((cell) => cell.firstChild);
  return [about.scrollWidth - about.clientWidth,
    cells.filter((cell) => lines(cell.firstChild) > 1).map((cell) => cell.textContent),
    getComputedStyle(table.querySelector('tbody th[scope=row]')).position];
}"""


@pytest.fixture(scope="module")
def screen(rendered: Rendered) -> Iterator[tuple[browser.Screen, Path]]:
    """The browser, and a report to show in it, which no notebook can make meanwhile."""
    rendered("tromso", 2017)
    file = rendered("trondheim", 2020) / report.HTML_NAME
    with browser.chromium() as started:
        yield started, file


@pytest.mark.browser
@pytest.mark.skipif(browser.CHROMIUM is None, reason=browser.MISSING)
@pytest.mark.parametrize("width", [320, 390])
def test_names_stay_while_figures_scroll_past_on_a_phone(
    screen: tuple[browser.Screen, Path], width: int
) -> None:
    """A figure whose name has left the screen is a figure of anything."""
    page = screen[0].show(screen[1], width=width)
    scrolled, moved = page.evaluate(SCROLLED)
    assert scrolled > 50
    assert moved == 0


@pytest.mark.browser
@pytest.mark.skipif(browser.CHROMIUM is None, reason=browser.MISSING)
@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1200])
def test_all_members_have_room_beside_each_other_but_on_a_phone(
    screen: tuple[browser.Screen, Path], rendered: Rendered, width: int
) -> None:
    """There they scroll past the names; and «69 415» is never «69 41» over «5»."""
    page = screen[0].show(rendered(NETWORK, 2020) / report.HTML_NAME, width=width)
    out_of_sight, broken, names = page.evaluate(MATRIX)
    assert broken == []
    assert names == "sticky"
    assert (out_of_sight > 0) == (width < 768)


@pytest.mark.browser
@pytest.mark.skipif(browser.CHROMIUM is None, reason=browser.MISSING)
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_findings_and_profile_stand_beside_each_other_where_there_is_room(
    screen: tuple[browser.Screen, Path], width: int
) -> None:
    """On a phone below each other; the contents come before, and nothing scrolls."""
    page = screen[0].show(screen[1], width=width)
    found, profile, listed = page.evaluate(PLACES)
    if width >= 1280:
        assert found["right"] < profile["left"]
        assert abs(found["top"] - profile["top"]) < 40
    else:
        assert found["bottom"] <= profile["top"]
    assert listed["bottom"] <= min(found["top"], profile["top"])
    assert page.evaluate("probe.tooWide()") == []


@pytest.mark.browser
@pytest.mark.skipif(browser.CHROMIUM is None, reason=browser.MISSING)
@pytest.mark.parametrize("width", [320, 390, 640])
def test_own_year_and_mean_are_seen_without_scrolling_on_a_phone(
    screen: tuple[browser.Screen, Path], width: int
) -> None:
    """What the report is about must not be what is cut off."""
    page = screen[0].show(screen[1], width=width)
    edge = page.evaluate(
        "document.querySelector('.table:has(.key)').getBoundingClientRect().right"
    )
    head, *rows = page.evaluate(SEEN)
    assert [text.strip("a") for _, _, text, _ in head[:2]] == NARROW[:2]
    assert len(rows) == 15
    for name, own, mean, *_ in rows:
        assert 0 <= name[0] < name[1] <= own[0] + 1
        assert own[1] <= mean[0] + 1
        assert mean[1] <= edge


@pytest.mark.browser
@pytest.mark.skipif(browser.CHROMIUM is None, reason=browser.MISSING)
@pytest.mark.parametrize(
    ("width", "order"),
    [(320, NARROW), (390, NARROW), (640, NARROW), (768, WIDE), (1280, WIDE)],
)
def test_columns_are_read_in_the_order_in_which_they_are_seen(
    screen: tuple[browser.Screen, Path], width: int, order: list[str]
) -> None:
    """Each figure under the head that a screen reader gives it, on every width."""
    page = screen[0].show(screen[1], width=width)
    head, *rows = page.evaluate(SEEN)
    assert [text.strip("a") for _, _, text, _ in head] == order
    assert [left for left, *_ in head] == sorted(left for left, *_ in head)
    for _, *cells in rows:
        assert {tag for *_, tag in cells} == {"TD"}
        assert [cell[:2] for cell in cells] == [
            pytest.approx(above[:2], abs=1) for above in head
        ]
    netto = next(row for row in rows if row[0][2].startswith("Netto driftsutgifter"))
    shown = dict(zip(order, (text for _, _, text, _ in netto[1:]), strict=True))
    assert shown["2018"].startswith("4\u00a0803")
    assert shown["2019"].startswith("4\u00a0950")
    assert shown["2020"].startswith("4\u00a0998")
    assert shown["Snitt"].startswith("6\u00a0298")


@pytest.mark.browser
@pytest.mark.skipif(browser.CHROMIUM is None, reason=browser.MISSING)
@pytest.mark.parametrize("width", [390, 1280])
def test_way_back_from_a_note_leads_to_what_is_seen(
    screen: tuple[browser.Screen, Path], width: int
) -> None:
    """A link to a place that the window does not show would do nothing."""
    page = screen[0].show(screen[1], width=width)
    links = page.locator(".letters .back a:visible").evaluate_all(
        "all => all.map(e => document.querySelector(e.hash).checkVisibility())"
    )
    assert len(links) > 10
    assert all(links)


@pytest.mark.browser
@pytest.mark.skipif(browser.CHROMIUM is None, reason=browser.MISSING)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_mark_is_quiet_where_most_figures_have_it_and_loud_where_few_do(
    screen: tuple[browser.Screen, Path], theme: browser.Theme
) -> None:
    """Thirty exclamations are none; three are a warning. It is never taken away."""
    page = screen[0].show(screen[1], theme=theme)
    look = """(said) => { const page = document.querySelector('.warning').classList;
      page.toggle('mostly', said);
      const mark = document.querySelector('.summary sup.r');
      const { color, fontSize, fontWeight } = getComputedStyle(mark);
      page.add('mostly');
      return [color, fontWeight, parseFloat(fontSize) >= 11]; }"""
    quiet, loud = page.evaluate(look, True), page.evaluate(look, False)
    as_rgb = {
        name: f"rgb({', '.join(map(str, bytes.fromhex(colour[1:])))})"
        for name, colour in colours()[theme].items()
        if name in ("faint", "warn")
    }
    assert quiet == [as_rgb["faint"], "400", True]
    assert loud == [as_rgb["warn"], "600", True]


@pytest.mark.parametrize(("kommune", "year"), PAGES)
def test_page_says_first_that_most_figures_are_reconstructed(
    findings_of: FindingsOf, known: Catalogue, kommune: str, year: int
) -> None:
    """Once, in words, and then at each of them; counted with the means."""
    found = findings_of(kommune, year)
    own = list(found.book.reported)
    bases = [basis for fact in own for basis in (fact.basis, fact.mean_basis)]
    assert bases.count("reconstructed") >= len(bases) / 2
    html = sections.heading(found, known).html
    assert html.count('<p class="warning mostly">') == 1


# -- comments --------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.skipif(browser.CHROMIUM is None, reason=browser.MISSING)
@pytest.mark.parametrize("width", [390, 1280])
def test_what_others_say_stands_below_the_finding_and_apart_from_ours(
    screen: tuple[browser.Screen, Path], rendered: Rendered, width: int
) -> None:
    """Two who say something are one passage: it may be one sentence."""
    file = rendered("tromso", 2017) / report.HTML_NAME
    page = screen[0].show(file, width=width)
    gaps = page.locator("span:has(> .comment)").evaluate_all(
        """all => all.map((e) => {
          const said = e.parentElement.querySelector('[data-rule]');
          const last = [...e.parentElement.children].slice(
            0, [...e.parentElement.children].indexOf(e)).at(-1);
          return [e.getBoundingClientRect().top - last.getBoundingClientRect().bottom,
            e.getBoundingClientRect().left - said.getBoundingClientRect().left,
            parseFloat(getComputedStyle(e).borderLeftWidth)];
        })"""
    )
    assert gaps
    for below, aside, rule in gaps:
        assert below >= 0
        assert aside <= 1
        assert rule == 2


@pytest.mark.parametrize(
    ("written", "levels"),
    [
        ("# A\n\n## B\n\n# C", [3, 4, 3]),
        ("## A\n\n##### B\n\n### C", [3, 4, 4]),
        ("#### A\n\n# B\n\n###### C", [3, 3, 4]),
        ("# A\n\n## B\n\n### C\n\n#### D\n\n##### E", [3, 4, 5, 6, 6]),
    ],
)
def test_headings_of_a_comment_follow_the_chapters(
    written: str, levels: list[int]
) -> None:
    """Whatever people write, a screen reader meets no gap and no second title."""
    html = markdown.to_html(written, below=2)
    found = [int(level) for level in re.findall(r"<h(\d)>", html)]
    assert found == levels
    assert re.findall(r"</h(\d)>", html) == [str(level) for level in levels]
    assert all(after - before <= 1 for before, after in pairwise([2, *found]))


def test_headings_of_the_notebook_keep_their_level() -> None:
    """The notebook's own prose is the page: its chapters are of the second level."""
    assert markdown.to_html("## Kvalitet") == "<h2>Kvalitet</h2>\n"


def test_comment_with_a_table_is_set_and_remarks_are_gone() -> None:
    """A table has heads that a screen reader tells; what authors note is no text."""
    html = markdown.to_html(
        "<!-- avklar -->\n\n| År | Tall |\n|---|---|\n| 2019 | 4,1 |"
    )
    assert re.findall(r'<th scope="col">(.*?)</th>', html) == ["År", "Tall"]
    assert re.findall(r'<th scope="row">(.*?)</th>', html) == ["2019"]
    assert re.findall(r"<td>(.*?)</td>", html) == ["4,1"]
    assert "avklar" not in html


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("![Oslo *2020*](http://a.no/y.png)", "Oslo 2020"),
        ("![<b>](http://a.no/y.png)", "&lt;b&gt;"),
        ("[her](javascript:alert(1))", "[her](javascript:alert(1))"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("<http://ssb.no>", '<a href="http://ssb.no">http://ssb.no</a>'),
    ],
)
def test_note_from_a_server_fetches_and_runs_nothing(written: str, shown: str) -> None:
    """SSB's notes are printed as they come: nobody here can mend them."""
    assert markdown.to_html(written) == f"<p>{shown}</p>\n"

"""
Pictures: structure, not pixels. What they show, what they say aloud, and that it fits.

A report's four figures take a second to draw, so each report is drawn once for all the
tests here. Texts are measured with the font they are set in.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from reports import KOMMUNER

from asss import figures, text
from asss.catalogue import Catalogue
from asss.facts import half_up
from asss.figures import Picture
from asss.figures.style import FOCUS, plain
from asss.findings import Findings

FindingsOf = Callable[[str, int], Findings]
Report = tuple[str, int]
Drawn = Callable[[str, int], Mapping[str, Picture]]

MERGED = ("trondheim", "stavanger", "kristiansand", "sandnes", "drammen")
LATEST = tuple((kommune, 2020) for kommune in KOMMUNER)
EARLIER = tuple(
    (kommune, year)
    for kommune in ("tromso", "drammen", "oslo")
    for year in range(2015, 2020)
)
PROFILE = "profil"
COVERAGE = "utvikling-dekningsgrader_produktivitet"

SVG = "{http://www.w3.org/2000/svg}"

each = pytest.mark.parametrize(
    "report", [*LATEST, *EARLIER], ids=lambda r: "-".join(map(str, r))
)


@pytest.fixture(scope="module")
def drawn(
    findings_of: FindingsOf, later_findings_of: FindingsOf, known: Catalogue
) -> Drawn:
    """The figures of a report by the name that their ids begin with."""

    @cache
    def draw(kommune: str, year: int) -> dict[str, Picture]:
        assess = findings_of if year <= 2020 else later_findings_of
        return draw_all(assess(kommune, year), known)

    return draw


def draw_all(found: Findings, known: Catalogue) -> dict[str, Picture]:
    """The profile, and the development of each chapter."""
    return {PROFILE: figures.profile(found, known)} | {
        f"utvikling-{chapter.id}": figures.development(found, known, chapter=chapter.id)
        for chapter in known.service.chapters
    }


@dataclass(frozen=True)
class Label:
    """A text in a figure, and the box its ink fills, y downwards."""

    text: str
    size: float
    color: str
    x: float
    left: float
    right: float
    top: float
    bottom: float


@cache
def ink(written: str, size: float, weight: str) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of a text set in our font at (0, 0)."""
    path = font_file("SemiBold" if weight == "600" else "Regular")
    font = FontProperties(fname=str(path))
    box = TextPath((0, 0), written, size=size, prop=font).get_extents()
    return box.x0, box.x1, -box.y1, -box.y0


def font_file(weight: str) -> Path:
    """One of the two fonts in the package."""
    return Path(figures.__file__).parents[1] / "fonts" / f"Inter-{weight}.otf"


def style_of(element: ET.Element) -> dict[str, str]:
    """The style of an element, taken apart."""
    parts = element.get("style", "").split(";")
    pairs = (part.partition(":") for part in parts if part.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


@cache
def labels(svg: str) -> tuple[Label, ...]:
    """Every text of a figure with its place."""
    found = []
    for element in ET.fromstring(svg).iter(f"{SVG}text"):
        style = style_of(element)
        written = "".join(element.itertext())
        size = float(style["font-size"].removesuffix("px"))
        x, y = float(element.get("x", "nan")), float(element.get("y", "nan"))
        left, right, top, bottom = ink(written, size, style.get("font-weight", "400"))
        shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[style["text-anchor"]] * right
        found.append(
            Label(
                written,
                size,
                style["fill"],
                x,
                x + left - shift,
                x + right - shift,
                y + top,
                y + bottom,
            )
        )
    return tuple(found)


def pictures(drawn: Drawn, report: Report) -> Iterator[tuple[str, Picture]]:
    """The figures of a report with their names."""
    yield from drawn(*report).items()


# -- what stands for the figure --------------------------------------------------------


@each
def test_alt_text_of_the_profile_holds_every_index(
    report: Report, drawn: Drawn, findings_of: FindingsOf, known: Catalogue
) -> None:
    """Who hears the figure gets the numbers that others see, all fifteen."""
    found, alt = findings_of(*report), drawn(*report)[PROFILE].alt
    assert found.member.name in alt
    for fact in found.reported:
        name = known.indicator(fact.indicator).short_name
        if fact.index is None:
            assert f"{name}: indeks er ikke oppgitt (" in alt
            continue
        indexes = [peer.index for peer in found.peers(fact.indicator)]
        low, high = (half_up(f(i for i in indexes if i)) for f in (min, max))
        words = known.phrases.words
        own = text.mark(fact.distance_basis, words)
        others = text.mark(fact.mean_basis, words)
        spread = f"(spenn {low:.0f}{others}–{high:.0f}{others})"
        assert f"{name}: {half_up(fact.index):.0f}{own} {spread}" in alt


@each
def test_profile_prints_the_index_that_the_alt_text_says(
    report: Report, drawn: Drawn, findings_of: FindingsOf, known: Catalogue
) -> None:
    """Number for number, in order, and marked where it is reconstructed."""
    found, picture = findings_of(*report), drawn(*report)[PROFILE]
    words = known.phrases.words
    column = [
        label.text
        for label in labels(picture.svg)
        if label.color == FOCUS and re.fullmatch(r"\d+ʳ?", label.text)
    ]
    expected = [
        f"{half_up(fact.index):.0f}{text.mark(fact.distance_basis, words)}"
        for fact in found.reported
        if fact.index is not None
    ]
    assert column == expected


@each
def test_alt_text_of_the_development_holds_the_last_values(
    report: Report, drawn: Drawn, findings_of: FindingsOf, known: Catalogue
) -> None:
    """The year's own figure and the mean, for each panel."""
    found = findings_of(*report)
    for chapter in known.service.chapters:
        alt = drawn(*report)[f"utvikling-{chapter.id}"].alt
        for indicator in known.service.in_chapter(chapter.id):
            fact = found.fact(indicator.id)
            mean = fact.network_mean
            for amount in (fact.value, mean):
                if amount is not None:
                    assert text.number(amount, fact.decimals) in alt
            assert indicator.short_name in alt
            if fact.value is None:
                assert f"til {fact.status} (snitt" in alt


@each
def test_alt_text_reads_as_a_sentence(report: Report, drawn: Drawn) -> None:
    """It is read aloud: no holes, no missing numbers, a full stop at the end."""
    for _, picture in pictures(drawn, report):
        assert not re.search(r"nan|None|[{}]|  |\(\)", picture.alt)
        assert picture.alt.endswith(".")


# -- the file --------------------------------------------------------------------------


@each
def test_svg_is_clean(report: Report, drawn: Drawn) -> None:
    """No clock, no traces of who drew it, and text that can be searched."""
    for _, picture in pictures(drawn, report):
        root = ET.fromstring(picture.svg)
        assert picture.svg.startswith("<svg")
        assert root.get("viewBox")
        assert not list(root.iter(f"{SVG}metadata"))
        assert "<!DOCTYPE" not in picture.svg
        assert not re.search(
            r"matplotlib v|\d{4}-\d\d-\d\d", picture.svg, re.IGNORECASE
        )
        assert "-text_1" in picture.svg
        for group in root.iter(f"{SVG}g"):
            if "-text_" in group.get("id", ""):
                assert not list(group.iter(f"{SVG}use")), "text drawn as outlines"
                assert list(group.iter(f"{SVG}text"))


@each
def test_ids_are_the_figures_own(report: Report, drawn: Drawn) -> None:
    """Four figures stand on one page, and an id may stand there once."""
    on_page: list[str] = []
    for name, picture in pictures(drawn, report):
        root = ET.fromstring(picture.svg)
        ids = [i for e in root.iter() if (i := e.get("id"))]
        assert ids
        assert all(i.startswith(f"{name}-") for i in ids)
        targets = re.findall(r'(?:href="|url\()#([^")]+)', picture.svg)
        assert set(targets) <= set(ids), "what is pointed to is there"
        on_page += ids
    assert len(on_page) == len(set(on_page))


@each
def test_every_text_is_in_inter_and_inter_has_its_letters(
    report: Report, drawn: Drawn
) -> None:
    """A letter the font lacks comes from whatever the reader's machine has."""
    letters = set.intersection(
        *(set(TTFont(font_file(w)).getBestCmap()) for w in ("Regular", "SemiBold"))
    )
    for _, picture in pictures(drawn, report):
        for element in ET.fromstring(picture.svg).iter(f"{SVG}text"):
            assert style_of(element)["font-family"].strip("'\"") == "Inter"
        written = {letter for label in labels(picture.svg) for letter in label.text}
        assert {letter for letter in written if ord(letter) not in letters} == set()


@pytest.mark.parametrize("report", [("tromso", 2018), ("drammen", 2020)])
def test_same_findings_give_the_same_figure(
    report: Report, drawn: Drawn, findings_of: FindingsOf, known: Catalogue
) -> None:
    """Byte for byte: whoever renders again must get the page that was published."""
    again = draw_all(findings_of(*report), known)
    assert again == dict(drawn(*report))


# -- what is drawn ---------------------------------------------------------------------


@each
def test_profile_has_fifteen_labels_in_the_order_of_tabell_1(
    report: Report, drawn: Drawn, known: Catalogue
) -> None:
    """Every indicator has its row, also one without an index."""
    names = [indicator.short_name for indicator in known.service.indicators]
    svg = drawn(*report)[PROFILE].svg
    shown = [label.text for label in labels(svg) if label.text in names]
    assert len(names) == 15
    assert shown == names


@each
def test_profile_has_fifteen_arrows_or_strokes(
    report: Report, drawn: Drawn, known: Catalogue
) -> None:
    """A change that may not be told is a stroke, and never an arrow."""
    words = known.phrases.words
    svg = drawn(*report)[PROFILE].svg
    column = max(
        label.x
        for label in labels(svg)
        if label.text == words["arrow_none"] or label.text in "↑↗→↘↓"
    )
    shown = [
        label.text
        for label in labels(svg)
        if label.x == column and label.text != words["profile_change"]
    ]
    assert len(shown) == 15
    if report[1] == 2015 or (report[1] == 2020 and report[0] in MERGED):
        assert set(shown) == {words["arrow_none"]}


@each
def test_every_indicator_has_one_panel(
    report: Report, drawn: Drawn, known: Catalogue
) -> None:
    """Each in the figure of its own chapter, once."""
    for chapter in known.service.chapters:
        names = [i.short_name for i in known.service.in_chapter(chapter.id)]
        svg = drawn(*report)[f"utvikling-{chapter.id}"].svg
        assert [la.text for la in labels(svg) if la.text in names] == names


def test_suppressed_figure_shows_its_sign(drawn: Drawn) -> None:
    """Tromsø's KVP 2018 was once drawn as 0; here it is a gap with SSB's sign."""
    picture = drawn("tromso", 2018)[COVERAGE]
    signs = [label for label in labels(picture.svg) if label.text == ":"]
    assert len(signs) == 1
    years = [label.x for label in labels(picture.svg) if label.text == "2018"]
    assert any(abs(signs[0].x - x) < 0.1 for x in years), "it stands at its year"
    assert "fra 1,2ʳ til : (snitt" in picture.alt
    assert ":" in [label.text for label in labels(drawn("tromso", 2018)[PROFILE].svg)]


@pytest.mark.parametrize(
    ("report", "chapter", "sign", "count"),
    [
        (("tromso", 2020), "dekningsgrader_produktivitet", ":", 1),
        (("oslo", 2016), "kvalitet", "i.s.", 3),
        (("oslo", 2020), "kvalitet", "i.s.", 3),
        (("drammen", 2016), "kvalitet", "..", 1),
        (("bergen", 2020), "kvalitet", "..", 0),
    ],
)
def test_missing_figures_show_their_signs_in_every_later_year(
    report: Report, chapter: str, sign: str, count: int, drawn: Drawn
) -> None:
    """A gap without a sign is read as an oversight."""
    svg = drawn(*report)[f"utvikling-{chapter}"].svg
    assert [label.text for label in labels(svg)].count(sign) == count


@each
def test_break_is_marked_where_there_is_one(
    report: Report, drawn: Drawn, known: Catalogue
) -> None:
    """The merged kommuner in 2020, in every panel; Oslo's case system; no others."""
    mark = known.phrases.words["break_mark"]
    kommune, year = report
    for chapter in known.service.chapters:
        svg = drawn(*report)[f"utvikling-{chapter.id}"].svg
        shown = [label.text for label in labels(svg)].count(mark)
        expected = 0
        if kommune in MERGED and year == 2020:
            expected = len(known.service.in_chapter(chapter.id))
        if kommune == "oslo" and year >= 2016 and chapter.id == "kvalitet":
            expected = 1  # andel_mottakere_med_barn
        assert shown == expected, chapter.id


def test_mean_line_is_broken_where_its_rule_changes(drawn: Drawn) -> None:
    """And the caption says so, but only where both rules are shown."""
    for year, notes in ((2017, ()), (2018, ("caption_mean_break",))):
        assert drawn("tromso", year)[COVERAGE].notes == notes


@pytest.mark.parametrize("report", [("oslo", 2020), ("tromso", 2018), ("oslo", 2016)])
def test_no_value_is_drawn_as_a_line_of_no_length(report: Report, drawn: Drawn) -> None:
    """A year alone between two gaps is a point: a line through it cannot be seen."""
    for name, picture in pictures(drawn, report):
        lines = [
            path
            for group in ET.fromstring(picture.svg).iter(f"{SVG}g")
            if "-line2d_" in group.get("id", "") and not list(group.iter(f"{SVG}use"))
            for path in group.iter(f"{SVG}path")
        ]
        assert lines, name
        unseen = [path for path in lines if "L" not in path.get("d", "")]
        assert not unseen, f"{name}: {len(unseen)} values cannot be seen"


def test_reconstructed_figures_are_hollow_and_explained(
    drawn: Drawn, findings_of: FindingsOf, known: Catalogue
) -> None:
    """Without colour too, a reader sees what is not official."""
    found = findings_of("tromso", 2020)
    for name, picture in pictures(drawn, ("tromso", 2020)):
        shown = [label.text for label in labels(picture.svg)]
        assert known.phrases.words["legend_reconstructed"] in shown, name
    panels = drawn("tromso", 2020)[COVERAGE].svg
    facts = [
        fact
        for indicator in known.service.in_chapter("dekningsgrader_produktivitet")
        for fact in found.history(indicator.id)
        if fact.value is not None
    ]
    hollow = sum(fact.basis == "reconstructed" for fact in facts)
    # One more circle of the kind in the legend.
    assert len(re.findall(r"fill: #ffffff; stroke: #0b5c75", panels)) >= hollow + 1


@pytest.mark.parametrize("value", [0.0, -0.0, -0.04, 1234.5, -3.25])
def test_labels_write_numbers_as_sentences_do(value: float) -> None:
    """Figures do not know ``text``, so that they agree is held here."""
    for decimals in (0, 1, 2):
        assert plain(value, decimals) == text.number(value, decimals)


# -- whether it fits -------------------------------------------------------------------

#: How far two texts may reach into each other, in points: a hair.
HAIR = 0.3


def overlaps(svg: str) -> list[str]:
    """Pairs of texts that lie on one another."""
    return [
        f"{one.text!r} and {two.text!r} "
        f"({min(one.right, two.right) - max(one.left, two.left):.1f} x "
        f"{min(one.bottom, two.bottom) - max(one.top, two.top):.1f} pt at "
        f"{two.left:.0f}, {two.top:.0f})"
        for one, two in combinations(labels(svg), 2)
        if min(one.right, two.right) - max(one.left, two.left) > HAIR
        and min(one.bottom, two.bottom) - max(one.top, two.top) > HAIR
    ]


def outside(svg: str) -> list[str]:
    """Texts that reach outside the figure, which a page cuts off."""
    _, _, width, height = map(float, ET.fromstring(svg).get("viewBox", "").split())
    return [
        f"{label.text!r} ({label.left:.0f}..{label.right:.0f} of {width:.0f}, "
        f"{label.top:.0f}..{label.bottom:.0f} of {height:.0f})"
        for label in labels(svg)
        if label.left < -HAIR
        or label.top < -HAIR
        or label.right > width + HAIR
        or label.bottom > height + HAIR
    ]


#: Long series, two breaks, many gaps: more to find room for than in the years to 2020.
LATER = (
    ("asker", 2022),
    ("lillestrom", 2022),
    ("tromso", 2023),
    ("trondheim", 2024),
    ("stavanger", 2025),
)
FITTED = [*LATEST, *EARLIER, *LATER]


@pytest.mark.parametrize("report", FITTED, ids=lambda r: "-".join(map(str, r)))
def test_texts_neither_overlap_nor_leave_the_figure(
    report: Report, drawn: Drawn
) -> None:
    """What is printed on something else, or cut off, cannot be read."""
    faults = [
        f"{name}: {fault}"
        for name, picture in pictures(drawn, report)
        for fault in (*overlaps(picture.svg), *outside(picture.svg))
    ]
    assert not faults, "\n".join(faults)

"""
Pictures: structure, not pixels. What they show, what they say aloud, and that it fits.

A report's four figures take a second to draw, so each report is drawn once for all the
tests here. Texts are measured with the font they are set in.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import combinations, product
from math import hypot
from pathlib import Path

import pytest
from drawings import SVG, elements, faults, font_file, labels
from fontTools.ttLib import TTFont
from reports import KOMMUNER, YEARS

from asss import figures
from asss.analysis.facts import FactBook
from asss.analysis.findings import Findings
from asss.analysis.tables import mark
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import half_up, number
from asss.figures import Picture
from asss.figures.canvas import Colour
from asss.figures.development import limits
from asss.figures.picture import why
from asss.figures.profile import ends, spread
from asss.page import looks

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
        return draw_all(assess(kommune, year).book, known)

    return draw


def draw_all(found: FactBook, known: Catalogue) -> dict[str, Picture]:
    """The profile, and the development of each chapter."""
    return {PROFILE: figures.profile(found, known)} | {
        f"utvikling-{chapter.id}": figures.development(found, known, chapter=chapter.id)
        for chapter in known.service.chapters
    }


def pictures(drawn: Drawn, report: Report) -> Iterator[tuple[str, Picture]]:
    """The figures of a report with their names."""
    yield from drawn(*report).items()


# -- what stands for the figure --------------------------------------------------------


@each
def test_alt_text_of_the_profile_says_what_stands_out(
    report: Report, drawn: Drawn, findings_of: FindingsOf, known: Catalogue
) -> None:
    """Who hears the figure gets its sense; the numbers are in the table beside it."""
    found, alt = findings_of(*report).book, drawn(*report)[PROFILE].alt
    assert found.member.name in alt
    words = known.phrases.words
    ranked = [fact for fact in found.reported if fact.index is not None]
    for outermost in (max, min):
        fact = outermost(ranked, key=lambda fact: fact.index or 0)
        if half_up(fact.index or 0) == 100:
            continue
        name = known.indicator(fact.indicator).short_name
        own = mark(fact.distance_basis, words)
        assert f"{name} ({half_up(fact.index or 0):.0f}{own})" in alt
    for fact in found.reported:
        if fact.index is None:
            assert f"{known.indicator(fact.indicator).short_name} (" in alt
    assert len(alt) < 900, "a summary, and not a list"


@each
def test_profile_prints_the_index_that_the_alt_text_says(
    report: Report, drawn: Drawn, findings_of: FindingsOf, known: Catalogue
) -> None:
    """Number for number, in order, and marked where it is reconstructed."""
    found, picture = findings_of(*report).book, drawn(*report)[PROFILE]
    words = known.phrases.words
    column = [
        label.text
        for label in labels(picture.svg)
        if label.color == Colour.FOCUS and re.fullmatch(r"\d+ʳ?", label.text)
    ]
    expected = [
        f"{half_up(fact.index):.0f}{mark(fact.distance_basis, words)}"
        for fact in found.reported
        if fact.index is not None
    ]
    assert column == expected


@each
def test_alt_text_of_the_development_holds_the_last_values(
    report: Report, drawn: Drawn, findings_of: FindingsOf, known: Catalogue
) -> None:
    """The year's own figure and the mean, for each panel, or why there is none."""
    found = findings_of(*report).book
    for chapter in known.service.chapters:
        alt = drawn(*report)[f"utvikling-{chapter.id}"].alt
        for indicator in known.service.in_chapter(chapter.id):
            fact = found.fact(indicator.id)
            shown = (fact.value, fact.network_mean) if fact.value is not None else ()
            for amount in shown:
                if amount is not None:
                    assert number(amount, fact.decimals) in alt
            assert f"{indicator.short_name}: " in alt
            if fact.value is None:
                assert why(fact, known) in alt


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
        assert "<!DOCTYPE" not in picture.svg
        assert not re.search(r"\d{4}-\d\d-\d\d", picture.svg)
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= {"svg", "g", "rect", "path", "circle", "text"}
        assert labels(picture.svg)
        drawn_at = re.sub(r' data-[a-z]+="[^"]*"|>[^<]*<', "", picture.svg)
        assert not re.search(r"\d\.\d{3}|\d\.\d*0\b|-0\b", drawn_at), "noise"


@each
def test_a_report_s_figures_are_light(report: Report, drawn: Drawn) -> None:
    """The page is one file that is sent by e-mail; figures were once half of it."""
    assert sum(len(picture.svg) for _, picture in pictures(drawn, report)) < 100_000


@each
def test_page_knows_every_part_that_moves_on_a_phone(
    report: Report, drawn: Drawn
) -> None:
    """A part that the stylesheet does not know stays, and lies on another."""
    css = looks.stylesheet()
    for name, picture in pictures(drawn, report):
        moving = ET.fromstring(picture.svg).findall(f".//{SVG}g[@class]")
        assert (len(moving) > 5) == (name != PROFILE), "the profile is narrow anyhow"
        for part in re.findall(r'class="(m\d+)"', picture.svg):
            assert f"--{part}:" in picture.narrow
            assert f".{part}{{translate:var(--{part})" in css


@each
def test_every_colour_is_one_that_a_page_can_change(
    report: Report, drawn: Drawn, root: Path
) -> None:
    """In the dark look the page overrules each colour; one unknown would glare."""
    style = root / "asss" / "page" / "templates" / "rapport" / "style.css"
    css = style.read_text("utf-8")
    for name, picture in pictures(drawn, report):
        assert "style=" not in picture.svg, "nothing but attributes can be overruled"
        used = set(re.findall(r"#[0-9a-f]{6}\b", picture.svg))
        assert used <= set(Colour), name
    for colour in Colour:
        for attribute in ("fill", "stroke"):
            assert f'.picture [{attribute}="{colour}"]' in css


@each
def test_ids_are_the_figures_own(report: Report, drawn: Drawn) -> None:
    """Four figures stand on one page, and an id may stand there once."""
    on_page: list[str] = []
    for name, picture in pictures(drawn, report):
        root = ET.fromstring(picture.svg)
        ids = [i for e in root.iter() if (i := e.get("id"))]
        assert ids
        assert all(i == name or i.startswith(f"{name}-") for i in ids)
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
        families = {look.get("font-family") for _, look in elements(picture.svg)}
        assert families == {"Inter"}
        written = {letter for label in labels(picture.svg) for letter in label.text}
        assert {letter for letter in written if ord(letter) not in letters} == set()


@pytest.mark.parametrize("report", [("tromso", 2018), ("drammen", 2020)])
def test_same_findings_give_the_same_figure(
    report: Report, drawn: Drawn, findings_of: FindingsOf, known: Catalogue
) -> None:
    """Byte for byte: whoever renders again must get the page that was published."""
    again = draw_all(findings_of(*report).book, known)
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
def test_profile_has_an_arrow_or_stroke_for_each_where_any_change_is_told(
    report: Report, drawn: Drawn, known: Catalogue
) -> None:
    """A change that may not be told is a stroke; without any there is no column."""
    words, picture = known.phrases.words, drawn(*report)[PROFILE]
    heads = [la.x for la in labels(picture.svg) if la.text == words["profile_change"]]
    shown = [la.text for la in labels(picture.svg) if [la.x] == heads]
    has_none = report[1] == 2015 or (report[1] == 2020 and report[0] in MERGED)
    assert len(shown) == (0 if has_none else 16)
    assert has_none == (words["profile_change"] not in picture.table.heads)
    assert has_none == ("caption_arrows" not in picture.notes)
    assert not has_none or not {"↑", "→", "↓"} & {la.text for la in labels(picture.svg)}


@each
def test_every_indicator_has_one_panel(
    report: Report, drawn: Drawn, known: Catalogue
) -> None:
    """Each in the figure of its own chapter, once."""
    for chapter in known.service.chapters:
        names = [i.short_name for i in known.service.in_chapter(chapter.id)]
        svg = drawn(*report)[f"utvikling-{chapter.id}"].svg
        assert [la.text for la in labels(svg) if la.text in names] == names


def signs(svg: str, sign: str) -> list[float]:
    """Where a sign stands in place of a figure: in the kommune's colour."""
    return [la.x for la in labels(svg) if la.text == sign and la.color == Colour.FOCUS]


def test_suppressed_figure_shows_its_sign(drawn: Drawn) -> None:
    """Tromsø's KVP 2018 was once drawn as 0; here it is a gap with SSB's sign."""
    picture = drawn("tromso", 2018)[COVERAGE]
    (place,) = signs(picture.svg, ":")
    years = [label.x for label in labels(picture.svg) if label.text == "2018"]
    assert any(abs(place - x) < 0.1 for x in years), "it stands at its year"
    shown = [label.text for label in labels(picture.svg)]
    assert "Tromsø :" in shown, "and at the end of its line"
    assert "skjermet av SSB" in shown, "and is explained"
    assert (
        "ikke offentliggjort av SSB; 1,9\u00a0per\u00a01\u00a0000ʳ i 2015"
        in picture.alt
    )
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
    assert len(signs(svg, sign)) == count


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


@each
def test_no_value_is_drawn_as_a_line_of_no_length(report: Report, drawn: Drawn) -> None:
    """A year alone between two gaps is a short line: one of no length is not seen."""
    for name, picture in pictures(drawn, report):
        drawn_lines = [
            piece
            for element, look in elements(picture.svg)
            if element.tag == f"{SVG}path" and look.get("fill") == "none"
            for piece in look["d"].split("M")[1:]
        ]
        assert drawn_lines, name
        unseen = [piece for piece in drawn_lines if len(set(piece.split("L"))) < 2]
        assert not unseen, f"{name}: {len(unseen)} values cannot be seen"


def test_reconstructed_figures_are_marked_and_explained(
    drawn: Drawn, findings_of: FindingsOf, known: Catalogue
) -> None:
    """Each by the one mark that the page has; its point is as strong as others."""
    found, words = findings_of("tromso", 2020).book, known.phrases.words
    for name, picture in pictures(drawn, ("tromso", 2020)):
        shown = [label.text for label in labels(picture.svg)]
        assert words["legend_reconstructed"] in shown, name
    panels = drawn("tromso", 2020)[COVERAGE].svg
    facts = [
        fact
        for indicator in known.service.in_chapter("dekningsgrader_produktivitet")
        for fact in found.history(indicator.id)
        if fact.value is not None and fact.year < 2020
    ]
    signs = [la for la in labels(panels) if la.text == words["reconstructed_mark"]]
    marked = sum(fact.basis == "reconstructed" for fact in facts)
    assert len(signs) == marked + 1, "one more in the key"
    hollow = [look for _, look in elements(panels) if look.get("fill") == Colour.PAPER]
    assert [look for look in hollow if look.get("stroke") == Colour.FOCUS] == []


@each
def test_no_two_points_of_the_profile_lie_on_one_another(
    report: Report, drawn: Drawn
) -> None:
    """Two members with the same figure are two points, and one's own hides nobody."""
    places: dict[str, list[tuple[float, float]]] = {}
    for element, look in elements(drawn(*report)[PROFILE].svg):
        if element.tag == f"{SVG}circle":
            at = float(look["cx"]), float(look["cy"])
            places.setdefault(str(look["fill"]), []).append(at)
    for one, two in combinations(places[Colour.OTHERS], 2):
        assert hypot(one[0] - two[0], one[1] - two[1]) > 2.8
    for own, other in product(places[Colour.FOCUS], places[Colour.OTHERS]):
        assert hypot(own[0] - other[0], own[1] - other[1]) > 5


def scales(axis: str) -> dict[str, tuple[float, float, float, float]]:
    """What ``data-axis`` says, by what is along the axis."""
    told = (part.split() for part in axis.split(";"))
    return {
        name: (a, b, c, d)
        for name, *rest in told
        for a, b, c, d in [[*map(float, rest)]]
    }


def on(scale: tuple[float, float, float, float], value: float) -> float:
    """Where a value lies on a scale, or at its end."""
    low, high, start, end = scale
    part = (min(max(value, low), high) - low) / (high - low)
    return start + part * (end - start)


@each
def test_points_stand_where_their_figures_put_them(
    report: Report, drawn: Drawn, findings_of: FindingsOf
) -> None:
    """Read back by what each says of itself: its fact, and the scales before it."""
    facts = findings_of(*report).book.by_id
    for name, picture in pictures(drawn, report):
        seen: list[str] = []
        axes: dict[str, tuple[float, float, float, float]] = {}
        for element, look in elements(picture.svg):
            axes = (
                axes | scales(element.get("data-axis", ""))
                if element.get("data-axis")
                else axes
            )
            fact = facts.get(look.get("data-fact", "")) if "cx" in look else None
            if fact is None:
                continue
            seen.append(fact.id)
            at = float(look["cx"]), float(look["cy"])
            if name == PROFILE:
                assert at[0] == pytest.approx(
                    on(axes["index"], fact.given("index")), abs=0.01
                )
            else:
                wanted = on(axes["year"], fact.year), on(axes["value"], fact.given())
                assert at == pytest.approx(wanted, abs=0.01)
        assert len(seen) == len(set(seen)) > 3


@each
def test_every_number_says_which_figure_it_is(
    report: Report, drawn: Drawn, findings_of: FindingsOf, known: Catalogue
) -> None:
    """The label of a fact is its value, its index or the mean, as it is printed."""
    facts, words = findings_of(*report).book.by_id, known.phrases.words
    for _, picture in pictures(drawn, report):
        told = 0
        for element, look in elements(picture.svg):
            if element.tag != f"{SVG}text" or "data-fact" not in look:
                continue
            fact, field = facts[look["data-fact"]], look.get("data-field", "value")
            basis = fact.basis
            if field != "value":
                basis = fact.distance_basis if field == "index" else fact.mean_basis
            amount = getattr(fact, field)
            digits = (
                number(amount, 0 if field == "index" else fact.decimals)
                if amount is not None
                else fact.status
                if field == "value"
                else words["arrow_none"]
            )
            raised = mark(basis, words) if amount is not None else ""
            written = "".join(element.itertext())
            assert digits in written
            assert written.endswith("ʳ") == (raised == "ʳ")
            told += 1
        assert told > 1


def test_points_that_would_lie_on_one_another_are_spread() -> None:
    """As many as there are members, all at one place."""
    moved = spread([50.0] * 4, own=50.0)
    assert len(set(moved)) == 4
    assert 0.0 not in moved
    assert spread([10.0, 40.0], own=90.0) == [0.0, 0.0]


@pytest.mark.parametrize(
    "report", [("drammen", 2016), ("tromso", 2017), ("oslo", 2017)]
)
def test_scale_holds_everybody(
    report: Report, drawn: Drawn, findings_of: FindingsOf
) -> None:
    """Drammen's 191 stands in its own place, and so does Tromsø's 16."""
    found = findings_of(*report).book
    indexes = [
        peer.index
        for fact in found.reported
        for peer in found.peers(fact.indicator)
        if peer.index is not None
    ]
    low, high = ends(indexes)
    assert low <= min(indexes) < 40 or max(indexes) > 160
    assert max(indexes) <= high
    shown = [label.text for label in labels(drawn(*report)[PROFILE].svg)]
    assert {str(low), str(high)} <= set(shown)
    assert not [text for text in shown if text.startswith("utenfor")]


#: Indexes of an indicator, lowest first, and what is written of those beyond the scale.
BEYOND = {
    "over a thousand": ([1234.0], "utenfor skalaen: 1\u00a0234"),
    "below zero": ([-250.0], "utenfor skalaen: −250"),
    "both ways": ([-250.0, 12.0, 1234.0], "utenfor skalaen: −250 og 1\u00a0234"),
    "nearly all": (
        [-1250.0, -250.0, -90.0, -12.0, -25.0, 291.0, 1234.0, 2345.0, 12345.0],
        "utenfor skalaen: ni kommuner, fra −1\u00a0250 til 12\u00a0345",
    ),
}


@pytest.mark.parametrize("name", BEYOND)
@pytest.mark.parametrize("own", [False, True])
def test_many_beyond_the_scale_overprint_nothing(
    name: str, own: bool, findings_of: FindingsOf, known: Catalogue
) -> None:
    """They stand under the name."""
    indexes, written = BEYOND[name]
    found = findings_of("oslo", 2017).book
    facts = dict(found.facts)
    for fact in found.reported:
        peers = [p for p in found.peers(fact.indicator) if p.index is not None]
        peers.sort(key=lambda peer: (peer.kommune == "oslo") != own)
        given = dict(zip((peer.kommune for peer in peers), indexes, strict=False))
        for peer in peers:
            facts[peer.indicator, peer.kommune, peer.year] = peer.replace(
                index=given.get(peer.kommune, 100.0),
                distance=given.get(peer.kommune, 100.0) - 100,
            )
    picture = figures.profile(replace(found, facts=facts), known)
    assert not faults(picture)
    assert written in [label.text for label in labels(picture.svg)]


def test_text_decides_what_is_drawn_and_what_a_panel_says(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """The four that it speaks of first, in the order of the table; each may say why."""
    found = findings_of("oslo", 2020).book
    names = [i.id for i in known.service.in_chapter("kvalitet")]
    said = "Delt nest lengstʳ i ASSS"
    picture = figures.development(
        found, known, chapter="kvalitet", only=names[:0:-1], titles={names[2]: said}
    )
    assert not faults(picture)
    shown = [label.text for label in labels(picture.svg)]
    drawn = [known.indicator(name).short_name for name in names[-4:]]
    assert [text for text in shown if text in drawn] == [
        name for name in drawn if name != known.indicator(names[2]).short_name
    ]
    assert shown.count(said) == 1
    assert any(t.startswith(f"{known.indicator(names[2]).short_name}, ") for t in shown)


def test_interval_of_chance_is_drawn_for_those_who_review(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """Where it is known, and nowhere else."""
    found = findings_of("oslo", 2020).book
    legend = known.phrases.words["legend_interval"]
    facts = {
        key: fact.replace(interval_low=None, interval_high=None)
        for key, fact in found.facts.items()
    }

    def shown(book: FactBook, **asked: bool) -> set[str]:
        picture = figures.profile(book, known, **asked)
        assert not faults(picture)
        return {label.text for label in labels(picture.svg)}

    assert any(fact.interval_low is not None for fact in found.reported)
    assert legend in shown(found, with_intervals=True)
    assert legend not in shown(found)
    assert legend not in shown(replace(found, facts=facts), with_intervals=True)


def test_figures_below_zero_stand_within_the_scale_of_their_panel(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """The scale began at zero, and the line went on below the figure."""
    name = "netto_driftsutgifter_rus_f243_per_innb"
    found = findings_of("oslo", 2017).book
    facts = {
        key: fact.replace(value=fact.value and -fact.value, network_mean=-500.0)
        if fact.indicator == name
        else fact
        for key, fact in found.facts.items()
    }
    low, high = limits([-400.0, -100.0], 0)
    assert low < -400 < -100 < high
    assert limits([1.0, 9.0], 0)[0] == 0.0
    drawn_below = figures.development(
        replace(found, facts=facts), known, chapter="prioritering_behov"
    )
    assert not faults(drawn_below)


@pytest.mark.parametrize("times", [100, -100, 1000], ids=str)
def test_numbers_of_a_scale_stand_within_the_figure_however_long(
    findings_of: FindingsOf, known: Catalogue, times: int
) -> None:
    """Six digits had room for five, and the edge took the first: 250 000 was 50 000."""
    found = findings_of("kristiansand", 2020).book
    facts = {
        key: fact.replace(
            value=fact.value and fact.value * times,
            network_mean=fact.network_mean and fact.network_mean * times,
        )
        if fact.unit == "kr"
        else fact
        for key, fact in found.facts.items()
    }
    drawn = figures.development(
        replace(found, facts=facts), known, chapter="prioritering_behov"
    )
    assert not faults(drawn)
    sizes = [len(label.text) for label in labels(drawn.svg) if label.text[-3:] == "000"]
    assert max(sizes) > len("25 000")


def test_profile_says_why_there_is_no_index_of_a_mean_below_zero(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """No dot and no number, but on which side of it the kommune is."""
    name = "netto_driftsutgifter_rus_f243_per_innb"
    found, why = findings_of("oslo", 2017).book, known.phrases.words["base_mean"]
    facts = dict(found.facts)
    for peer in found.peers(name):
        facts[name, peer.kommune, peer.year] = peer.replace(
            network_mean=-500.0, index=None, distance=None
        )
    before = figures.profile(found, known)
    picture = figures.profile(replace(found, facts=facts), known)
    assert why in [label.text for label in labels(picture.svg)]
    assert why not in before.alt
    short = known.indicator(name).short_name
    assert f"Uten indeks: {short} ({why})." in picture.alt
    sides = [
        re.findall(r"ligger (\w+?)ʳ? over snittet", p.alt) for p in (before, picture)
    ]
    assert found.fact(name).side == 1
    assert sides == [["elleve"], ["elleve"]]
    (row,) = [
        row for group in picture.table.groups for row in group.rows if row.name == short
    ]
    assert row.cells[1:4] == (why, "–", "–")


# -- whether it fits -------------------------------------------------------------------

#: Long series, two breaks, many gaps: more to find room for than in the years to 2020.
LATER = (
    ("asker", 2022),
    ("lillestrom", 2022),
    ("tromso", 2023),
    ("trondheim", 2024),
    ("stavanger", 2025),
)
EVERY = [*product(KOMMUNER, YEARS), *LATER]


@pytest.mark.parametrize("report", EVERY, ids=lambda r: "-".join(map(str, r)))
def test_texts_neither_overlap_nor_leave_the_figure(
    report: Report, drawn: Drawn
) -> None:
    """What is printed on something else, cut off, or tiny, cannot be read."""
    found = [
        f"{name}: {fault}"
        for name, picture in pictures(drawn, report)
        for fault in faults(picture)
    ]
    assert not found, "\n".join(found)

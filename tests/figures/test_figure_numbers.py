"""
The numbers behind a figure: beside it for people, in files for machines, all of them.

And where labels go that would lie on one another.
"""

from collections.abc import Callable, Mapping
from functools import cache

import pytest
from drawings import labels

from asss import figures
from asss.analysis.findings import Findings
from asss.catalogue.catalogue import Catalogue
from asss.figures import Picture
from asss.figures.canvas import Colour
from asss.figures.development import apart
from asss.page import sections

FindingsOf = Callable[[str, int], Findings]
Report = tuple[str, int]
Drawn = Callable[[str, int], Mapping[str, Picture]]

#: A break in every series, a suppressed figure, figures left out, a single year.
REPORTS = (
    ("trondheim", 2020),
    ("tromso", 2018),
    ("oslo", 2016),
    ("drammen", 2016),
    ("bergen", 2015),
)

each = pytest.mark.parametrize("report", REPORTS, ids=lambda r: "-".join(map(str, r)))


@pytest.fixture(scope="module")
def drawn(findings_of: FindingsOf, known: Catalogue) -> Drawn:
    """The figures of a report."""

    @cache
    def draw(kommune: str, year: int) -> dict[str, Picture]:
        found = findings_of(kommune, year).book
        return {"profil": figures.profile(found, known)} | {
            chapter.id: figures.development(found, known, chapter=chapter.id)
            for chapter in known.service.chapters
        }

    return draw


@each
def test_data_of_a_figure_are_the_facts_it_shows(
    report: Report, drawn: Drawn, findings_of: FindingsOf, known: Catalogue
) -> None:
    """What is exported beside a figure can draw it again: nothing more or less."""
    found = findings_of(*report).book
    for name, picture in drawn(*report).items():
        data = [
            dict(zip(picture.data.columns, row, strict=True))
            for row in picture.data.rows
        ]
        facts = [
            found.facts[str(d["indicator"]), str(d["kommune"]), int(str(d["year"]))]
            for d in data
        ]
        assert [(d["value"], d["index"]) for d in data] == [
            (fact.value, fact.index) for fact in facts
        ]
        assert all(d["status"] for d in data if d["value"] is None)
        whose = {fact.kommune for fact in facts}
        assert whose == {m.id for m in known.network.in_year(report[1])}, name
        assert len(set(facts)) == len(facts)


@each
def test_table_beside_a_figure_has_every_number_that_is_written_in_it(
    report: Report, drawn: Drawn, known: Catalogue
) -> None:
    """The table stands for the figure: what is labelled there is found here."""
    for name, picture in drawn(*report).items():
        table = picture.table
        rows = [row for group in table.groups for row in group.rows]
        assert all(len(row.cells) == len(table.heads) for row in rows)
        cells = {cell for row in rows for cell in row.cells}
        own = [la.text for la in labels(picture.svg) if la.color == Colour.FOCUS]
        for written in own:
            assert {written, written.split(" ", 1)[-1]} & cells, f"{name}: {written}"
        marks = {sign for sign, _ in table.signs}
        mark_ = known.phrases.words["reconstructed_mark"]
        assert (mark_ in marks) == any(mark_ in cell for cell in cells)
        assert {":", "..", "i.s."} & cells <= marks


@each
def test_page_has_the_table_beside_the_figure(
    report: Report, drawn: Drawn, known: Catalogue
) -> None:
    """A real table, with caption and headings that say what they head."""
    for picture in drawn(*report).values():
        html = sections.figure(picture, known, number=7, caption="Profil").html
        table = picture.table
        rows = sum(len(group.rows) for group in table.groups)
        assert 'aria-details="figur-7-tall"' in html
        assert html.count('<details class="numbers" id="figur-7-tall">') == 1
        assert html.count("<caption") == 1
        assert html.count('<th scope="col">') == len(table.heads) + 1
        assert html.count('<th scope="row">') == rows
        assert html.count('<th scope="rowgroup"') == len(table.groups)
        assert html.count("<td") == rows * len(table.heads)


@pytest.mark.parametrize(
    "wanted",
    [(10, 40), (10, 12), (12, 10), (50, 50), (1, 2), (98, 100), (100, 0), (0, 9)],
)
def test_labels_move_apart_and_no_further(wanted: tuple[float, float]) -> None:
    """In the order of their lines, inside the panel, and not one upon another."""
    places = apart(*wanted, gap=10, low=0, high=100)
    assert all(0 <= place <= 100 for place in places)
    (_, upper), (_, lower) = sorted(zip(wanted, places, strict=True))
    assert lower - upper >= 10 - 1e-9
    if max(wanted) - min(wanted) >= 10:
        assert places == wanted
    else:
        assert lower - upper == pytest.approx(10)

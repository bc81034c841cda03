"""``behov.csv``: what it may say, and how it is told what it may not."""

from collections.abc import Callable
from pathlib import Path

import given
import pytest

from asss.catalogue import catalogue
from asss.errors import ParameterError

#: The line of the file that «pension» of Oslo stands in, and of its zone.
PENSION, ZONE = 5, 3


def refused(project: Path, rows: list[str], head: str = given.COLUMNS) -> str:
    """What is said of a file with these lines."""
    given.write(project / "parameters", rows, head)
    with pytest.raises(ParameterError) as caught:
        catalogue.load_catalogue(project / "parameters")
    return str(caught.value)


def changed(line: int, old: str, new: str) -> list[str]:
    """The lines of the file, one of them with another text."""
    rows = given.rows()
    assert old in rows[line - 2]
    rows[line - 2] = rows[line - 2].replace(old, new)
    return rows


def test_all_that_is_given_is_read(project: Path) -> None:
    """Each by part, kommune and year; of a zone, its rate is what is reckoned with."""
    given.write(project / "parameters")
    need = catalogue.load_catalogue(project / "parameters").need
    assert len(need) == 60
    assert need["need", "oslo", 2020].number == 1.34
    zone = need["payroll_zone", "tromso", 2020]
    assert (zone.value, zone.number) == ("IVa", 7.9)
    assert need["pension", "trondheim", 2020].number == -6400


def test_nothing_is_given_of_itself(known: catalogue.Catalogue) -> None:
    """No index is made up for the embedded years."""
    assert not known.need


@pytest.mark.parametrize(
    ("line", "old", "new", "told"),
    [
        (2, "indeks", "prosent", "line 2: unit: need is given in 'indeks'"),
        (2, ",1.34,", ",134,", "line 2: value: need is a number from 0.3 to 3"),
        (2, ",1.34,", ",,", "line 2: value: need is a number from 0.3 to 3"),
        (2, ",1.34,", ",I,", "line 2: value: need is a number from 0.3 to 3"),
        (2, "need,", "behov,", "line 2: part: "),
        (2, "oslo", "olso", "line 2: kommune: unknown 'olso'. Did you mean oslo?"),
        (2, "oslo", "asker", "line 2: year: asker is no member in 2020"),
        (2, ",2020,", ",20200,", "line 2: year: "),
        (2, ",2020,", ",2019,", "oslo 2020 has no row with part need"),
        (ZONE, ",I,", ",Ia,", "line 3: value: is one of the zones I, II, III"),
        (ZONE, ",I,", ",14.1,", "line 3: value: is one of the zones I, II, III"),
        (4, ",46,", ",0.46,", "line 4: value: wage_share is a number from 5 to 100"),
        (PENSION, "1000 kr", "kr", "line 5: unit: pension is given in '1000 kr'"),
        (PENSION, "-52000", "-52000000", "line 5: value: pension is a number from"),
        (7, ",personer", ",1000 personer", "line 7: unit: inhabitants is given in"),
        (2, "Oppdiktet for en prøve", "", "line 2: source: "),
        (2, "2026-11-30", "30.11.2026", "line 2: collected: "),
    ],
)
def test_what_is_wrong_is_told_with_line_and_column(
    project: Path, line: int, old: str, new: str, told: str
) -> None:
    """And which file it is, by its service area."""
    said = refused(project, changed(line, old, new))
    assert f"sosiale_tjenester/behov.csv{', ' if told[:4] == 'line' else ': '}" in said
    assert told in said


def test_all_mistakes_are_told_at_once(project: Path) -> None:
    """Not one a run."""
    rows = changed(2, "indeks", "prosent")
    rows[5] = rows[5].replace("oslo", "olso")
    rows.append(rows[7])
    said = refused(project, rows)
    assert "line 2: unit" in said
    assert "line 7: kommune" in said
    assert "line 62: part: payroll_zone bergen 2020 is in line 9" in said


@pytest.mark.parametrize(
    ("cut", "told"),
    [
        (lambda rows: rows[:-1], "fredrikstad 2020 has no row with part inhabitants"),
        (
            lambda rows: [row for row in rows if "drammen" not in row],
            "drammen 2020 has no row with part need or payroll_zone or wage_share or "
            "pension or depreciation or inhabitants",
        ),
        (
            lambda rows: [*rows, rows[0].replace("2020", "2019")],
            "oslo 2019 has no row with part payroll_zone",
        ),
    ],
)
def test_a_mean_of_some_is_refused(
    project: Path, cut: Callable[[list[str]], list[str]], told: str
) -> None:
    """Whoever lacks a part is named, with the part."""
    assert told in refused(project, cut(given.rows()))


def test_columns_that_lack_are_named(project: Path) -> None:
    """Units and sources are not left out."""
    head = "part,kommune,year,value,basis,collected,note"
    assert "lacks the columns source, unit" in refused(project, [], head)


def test_a_file_of_an_unknown_service_is_not_passed_over(project: Path) -> None:
    """It would be read by nobody."""
    path = given.write(project / "parameters")
    elsewhere = path.parents[1] / "barnehage"
    elsewhere.mkdir()
    path.rename(elsewhere / path.name)
    assert "barnehage/behov.csv" in catalogue.unread(project / "parameters")


def test_excel_in_norwegian_is_read(project: Path) -> None:
    """With semicolons, decimal commas and days as they are written here."""
    head = given.COLUMNS.replace(",", ";")
    rows = [row.replace(",", ";").replace(".", ",") for row in given.rows()]
    rows = [row.replace("2026-11-30", "30.11.2026") for row in rows]
    given.write(project / "parameters", rows, head)
    need = catalogue.load_catalogue(project / "parameters").need
    assert need["need", "oslo", 2020].number == 1.34
    assert need["need", "oslo", 2020].collected == "2026-11-30"


def test_a_service_without_a_corrected_figure_has_none(project: Path) -> None:
    """There is nothing that could be decomposed."""
    given.write(project / "parameters")
    path = project / "parameters" / "sosiale_tjenester" / "indikatorer.yaml"
    corrected = "  corrected: {raw"
    text = path.read_text("utf-8")
    assert text.count(corrected) == 1
    path.write_text(text.replace(corrected, "  # corrected: {raw"), "utf-8")
    with pytest.raises(ParameterError, match=r"has no relations\.corrected"):
        catalogue.load_catalogue(project / "parameters")

"""What is spent, corrected for need: the formula by hand, and when there is none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import given
import pandas as pd
import pytest

from asss.analysis import findings
from asss.analysis.findings import Findings
from asss.analysis.need import decompose
from asss.catalogue import catalogue
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import Run
from asss.catalogue.supposition import suppose
from asss.errors import ParameterError
from asss.page import sections, text
from asss.statbank import Snapshot

RAW, CORRECTED = (
    "netto_driftsutgifter_sosialtjenesten_per_innb",
    "ressursbruksindikator",
)

Assess = Callable[..., Findings]


@pytest.fixture
def corrected(project: Path) -> Catalogue:
    """What is known where the parts are given, made up."""
    given.write(project / "parameters")
    return catalogue.load_catalogue(project / "parameters")


@pytest.fixture
def assess(indexed: pd.DataFrame, snapshot: Snapshot) -> Assess:
    """Findings of a kommune and year by what is known."""

    def of(known: Catalogue, kommune: str = "tromso", year: int = 2020) -> Findings:
        rows = indexed[indexed["year"] <= year]
        run = Run(kommune=kommune, year=year, snapshot="embedded")
        return findings.assess(rows, known, run, snapshot)

    return of


def test_formula(corrected: Catalogue, assess: Assess) -> None:
    """As it is written down: with less tax, wages cost more where all are compared."""
    book = assess(corrected).book
    need = decompose(book, corrected)
    assert need
    own = {}
    for kommune, (index, zone, wages, pension, worn, heads) in given.MADE_UP.items():
        spent = book.fact(RAW, kommune=kommune).given("numerator")
        tax = {"I": 0.141, "IVa": 0.079}[zone]
        factor = wages / 100 * 1.141 / (1 + tax) + (1 - wages / 100)
        own[kommune] = (spent - worn + pension) * 1000 * factor / heads / index
    mean = sum(own.values()) / len(own)
    assert need.result == pytest.approx(own["tromso"] / mean, rel=1e-12)
    held = {one.kommune: one.amounts[-1] for one in need.members}
    assert held == pytest.approx(own, rel=1e-12)


def test_steps_lead_from_one_end_to_the_other(
    corrected: Catalogue, assess: Assess
) -> None:
    """What each moves adds up to what is between the ends, and the rest to KS."""
    need = decompose(assess(corrected).book, corrected)
    assert need
    first, *later = need.steps
    moved = sum(step.change or 0 for step in later)
    assert need.result == pytest.approx(first.ratio + moved, rel=1e-12)
    assert need.printed == pytest.approx(need.result + (need.rest or 0), rel=1e-12)
    # Only Tromsø has another zone than I.
    tax = next(step for step in need.steps if step.step == "payroll_tax")
    assert (tax.change or 0) > 0.01


def test_what_is_reconstructed_is_marked(corrected: Catalogue, assess: Assess) -> None:
    """One made-up part makes all of it so; KS' own figure is what it is."""
    found = assess(corrected, "trondheim")
    need = decompose(found.book, corrected)
    assert need
    assert (need.basis, need.printed_basis) == ("reconstructed", "published")
    (said,) = [one for one in found.statements if one.rule.startswith("decomposed")]
    told = text.sentence(said, corrected).text
    assert told == (
        "Per innbygger i alle aldre er utgiftene 0,95ʳ av snittet når alle kommunene "
        "teller likt; avskrivninger, pensjon og arbeidsgiveravgift flytter det −0,01ʳ "
        "og behovet +0,23ʳ, til 1,17ʳ. KS’ indikator er 1,04, med en rest på −0,13ʳ."
    )


def test_in_nynorsk(corrected: Catalogue, assess: Assess) -> None:
    """The same in the other language."""
    known = catalogue.load_catalogue(corrected.folder, language="nn")
    found = assess(known, "trondheim")
    (said,) = [one for one in found.statements if one.rule.startswith("decomposed")]
    told = text.sentence(said, known).text
    assert told.startswith("Per innbyggjar i alle aldrar er utgiftene 0,95ʳ av snittet")
    assert told.endswith("Indikatoren til KS er 1,04, med ein rest på −0,13ʳ.")


def test_without_parts_nothing_is_said(known: Catalogue, assess: Assess) -> None:
    """And facts.json says that there is none."""
    found = assess(known)
    assert decompose(found.book, known) is None
    assert sections.facts(found, known).content["need"] is None
    assert not [s for s in found.statements if s.rule.startswith("decomposed")]


def test_other_years_have_none(corrected: Catalogue, assess: Assess) -> None:
    """No index is moved from one year to another."""
    found = assess(corrected, year=2019)
    assert decompose(found.book, corrected) is None


def test_a_what_if_has_none(corrected: Catalogue, assess: Assess) -> None:
    """KS' figure is of KS' group and mean."""
    known = suppose(corrected, kommune="tromso", year=2020, mean="plain")
    assert decompose(assess(corrected).book, known) is None


def test_before_ks_has_its_figure(corrected: Catalogue, assess: Assess) -> None:
    """What can be worked out is told, and that KS' is not there."""
    book = assess(corrected).book
    gone = book.fact(CORRECTED).replace(value=None, status="..", index=None, rank=None)
    facts = {**book.facts, (CORRECTED, "tromso", 2020): gone}
    found = findings.conclude(replace(book, facts=facts), corrected)
    need = decompose(found.book, corrected)
    assert need
    assert (need.printed, need.rest) == (None, None)
    (said,) = [one for one in found.statements if one.rule.startswith("decomposed")]
    assert "KS’ indikator er ikke oppgitt ennå," in text.sentence(said, corrected).text


def test_a_mean_of_nothing_is_refused(project: Path, assess: Assess) -> None:
    """Naming year and step."""
    less = [
        ",".join([*part[:4], "-1000000", *part[5:]])
        if part[0] == "pension"
        else ",".join(part)
        for part in (row.split(",") for row in given.rows())
    ]
    given.write(project / "parameters", less)
    known = catalogue.load_catalogue(project / "parameters")
    with pytest.raises(ParameterError, match=r"2020: after pension the mean is -"):
        assess(known)


EXAMPLE = Path("docs", "need")


@pytest.mark.parametrize("service", ["sosiale_tjenester", "barnevern"])
def test_the_example_is_of_all_twelve_and_of_need_alone(
    root: Path, known: Catalogue, service: str
) -> None:
    """Every index of two years, as the form asks; what else is needed, is not there."""
    problems: list[str] = []
    path = root / EXAMPLE / service / "behov.csv"
    found = catalogue.read_need(path, None, None, problems)
    assert problems == []
    ids = {member.id for member in known.network.members}
    assert {(f.kommune, f.year) for f in found} == {
        (kommune, year) for kommune in ids for year in (2025, 2026)
    }
    assert {(f.part, f.unit, f.basis) for f in found} == {
        ("need", "indeks", "reconstructed")
    }
    catalogue.read_need(path, known.network, known.service, problems)
    assert len(problems) == 24
    assert "behov.csv: oslo 2025 has no row with part payroll_zone" in (problems[0])


def test_keys_of_the_example_add_up(root: Path) -> None:
    """A sub-cost-key shares out the whole need of its service."""
    keys = pd.read_csv(root / EXAMPLE / "delkostnadsnokler_2026.csv")
    sums = keys.groupby("service")["weight"].sum()
    assert sums.round(3).to_dict() == {"barnevern": 1.0, "sosiale_tjenester": 1.0}

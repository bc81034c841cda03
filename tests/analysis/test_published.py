"""The two published pages: every number, rank and trend of them is in our text.

Trondheim, data year 2020 (edition 2021), and Tromsø, data year 2017 (edition 2018). The
printed words are KS's and not repeated here; what is held is the substance.
"""

import re
from collections.abc import Callable

import pytest

from asss.analysis.findings import Findings
from asss.catalogue.catalogue import Catalogue
from asss.page import text

FindingsOf = Callable[[str, int], Findings]

PRIORITY = "prioritering_behov"
COVERAGE = "dekningsgrader_produktivitet"
QUALITY = "kvalitet"

#: (chapter, indicator's words, what the sentence must say). `ʳ` is left out before
#: comparing; hard spaces count as spaces.
TRONDHEIM = [
    (PRIORITY, "sosiale tjenester", "Trondheim bruker 4 % mer"),
    (
        PRIORITY,
        "I ressursbruksindikatoren",
        "utgiftsbehov, arbeidsgiveravgift og pensjonsutgifter",
    ),
    (PRIORITY, "Netto driftsutgifter til sosialtjenesten", "21 % lavere enn snittet"),
    (PRIORITY, "ytelse til livsopphold", "14 % lavere enn snittet"),
    (PRIORITY, "personer med rusproblemer", "33 % lavere enn snittet"),
    (COVERAGE, "dekningsgrader", "har vært stabile over tid"),
    (COVERAGE, "18–24 år av innbyggere 18–24 år", "9 % høyere enn snittet"),
    (COVERAGE, "kvalifiseringsstønad", "2 % høyere enn snittet"),
    (COVERAGE, "Stønad per sosialhjelpsmottaker", "14 % lavere enn snittet"),
    (QUALITY, "Stønadslengden for mottakere 18–24 år", "lavere enn snittet"),
    (QUALITY, "sosialhjelp som hovedinntektskilde er", "lavere enn snittet"),
    (QUALITY, "stønad i 6 måneder eller mer", "hele 25 % lavere enn snittet"),
    (QUALITY, "etter KVP", "er 46,0 %"),
    (QUALITY, "etter KVP", "Avstanden til snittet for ASSS oppgis ikke"),
]
TROMSO = [
    (PRIORITY, "ressursbruk", "akkurat på snittet"),
    (PRIORITY, "Ressursbruken øker", "i 2016 til 1,00 i 2017"),
    (PRIORITY, "personer med rusproblemer", "hele 62 % lavere enn snittet"),
    (COVERAGE, "av innbyggere 18–66 år er", "lavere enn snittet"),
    (COVERAGE, "18–24 år av innbyggere 18–24 år", "lavere enn snittet"),
    (COVERAGE, "25–66 år av innbyggere 25–66 år", "lavere enn snittet"),
    (COVERAGE, "Andelen sosialhjelpsmottakere 18–24 år", "går ned fra 5,7 %"),
    (COVERAGE, "er stabil", "andelen mottakere av innbyggere 18–66 år"),
    (COVERAGE, "Det samme gjelder", "25–66 år (3,3 % begge år)"),
    (COVERAGE, "kvalifiseringsstønad", "lavest i ASSS"),
    (COVERAGE, "Stønad per sosialhjelpsmottaker er kr 39 407", "lavest i ASSS"),
    (COVERAGE, "Stønad per mottaker øker", "fra kr 36 085 i 2016 til kr 39 407 i 2017"),
    (QUALITY, "Stønadslengden for mottakere 18–24 år er", "lavest i ASSS"),
    (QUALITY, "sosialhjelp som hovedinntektskilde er", "lavest i ASSS"),
    (QUALITY, "Stønadslengden", "har vært lavest i ASSS hvert år siden 2015"),
    (QUALITY, "Stønadslengden for mottakere 18–24 år er stabil", "3,7 måneder"),
    (QUALITY, "stønad i 6 måneder eller mer", "hele 52 % lavere enn snittet"),
    (QUALITY, "sykefraværet", "til 11,9 %"),
    (QUALITY, "Sykefraværet i sosiale tjenester er", "11,9 %"),
]
CASES = [("trondheim", 2020, *case) for case in TRONDHEIM]
CASES += [("tromso", 2017, *case) for case in TROMSO]


def _said(found: Findings, known: Catalogue, chapter: str) -> list[str]:
    return [
        _plain(said.text)
        for said in text.sentences(found, known)
        if said.chapter == chapter
    ]


def _plain(sentence: str) -> str:
    return re.sub("ʳ", "", sentence).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("kommune", "year", "chapter", "about", "says"),
    CASES,
    ids=[f"{case[0]}-{case[3][:24]}-{case[4][:24]}" for case in CASES],
)
def test_published_statement_is_in_our_text(
    findings_of: FindingsOf,
    known: Catalogue,
    kommune: str,
    year: int,
    chapter: str,
    about: str,
    says: str,
) -> None:
    """The same number, about the same indicator, in the same chapter."""
    sentences = _said(findings_of(kommune, year), known, chapter)
    lowered = [
        (about.lower() in s.lower(), says.lower() in s.lower()) for s in sentences
    ]
    assert (True, True) in lowered, "\n".join(sentences)


CAVEATS = [
    ("trondheim", 2020, QUALITY, "unusable_mean"),
    ("tromso", 2017, PRIORITY, "misposting"),
    ("tromso", 2017, PRIORITY, "posting_moved"),
    ("tromso", 2017, COVERAGE, "posting_moved"),
]


@pytest.mark.parametrize(("kommune", "year", "chapter", "kind"), CAVEATS)
def test_caveat_stands_beside_the_statement(
    findings_of: FindingsOf,
    known: Catalogue,
    kommune: str,
    year: int,
    chapter: str,
    kind: str,
) -> None:
    """A number without its caveat is the second worst that can happen."""
    kinds = {e.kind for e in findings_of(kommune, year).forbehold_in(known, chapter)}
    assert kind in kinds


def test_structure_break_concerns_the_whole_page(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """Trondheim 2020 is another kommune than Trondheim 2019."""
    found = findings_of("trondheim", 2020)
    kinds = {entry.kind for entry in found.book.page_wide_forbehold(known)}
    assert kinds == {"structure_break"}


def test_kvp_result_2020_has_no_distance_but_a_reason(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """The mean was wrong that year; a distance to it would be as well."""
    found = findings_of("trondheim", 2020)
    fact = found.book.fact("kvp_til_arbeid_utdanning")
    assert (fact.value, fact.network_mean, fact.index, fact.rank) == (46, *[None] * 3)
    said = [s for s in _said(found, known, QUALITY) if "etter KVP er" in s]
    assert said
    assert "snittet kan ikke brukes" in said[0]


def test_people_explain_the_causes(known: Catalogue) -> None:
    """Causes are never guessed by a program: the page's own are there, with source."""
    comments = known.comments_on("tromso", 2017)
    explained = {name for comment in comments for name in comment.gjelder}
    assert explained == {
        "netto_driftsutgifter_rus_f243_per_innb",
        "kvp_mottakere_per_1000",
        "stonad_per_mottaker",
    }
    assert all(comment.source.startswith("https://") for comment in comments)

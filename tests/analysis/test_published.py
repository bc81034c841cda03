"""The two published pages: each number, rank and trend is in our text, or our table.

Trondheim, data year 2020 (edition 2021), and Tromsø, data year 2017 (edition 2018). The
printed words are KS's and not repeated here; what is held is the substance.
"""

import re
from collections.abc import Callable

import pytest
from told import forbehold_in

from asss.analysis import changes
from asss.analysis.findings import Findings
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import half_up
from asss.page import keyfigures, text

FindingsOf = Callable[[str, int], Findings]

PRIORITY = "prioritering_behov"
COVERAGE = "dekningsgrader_produktivitet"
QUALITY = "kvalitet"

DRUGS = "netto_driftsutgifter_rus_f243_per_innb"
KVP = "kvp_mottakere_per_1000"

#: (what a sentence is of, what it must say). `ʳ` is left out before comparing; hard
#: spaces count as spaces.
TRONDHEIM = [
    ("korrigert for behov, arbeidsgiveravgift og pensjon", "pensjon 4 % mer, tredje"),
    ("Trondheim bruker", "21 % mindre på sosiale tjenester enn snittet"),
    ("Utgiftene til livsopphold", "14 % under snittet"),
    ("personer med rusproblemer", "33 % under snittet"),
    ("En mottaker får", "14 % under snittet"),
    ("mellom 18 og 24 år", "Stønaden varer 3,9 måneder"),
    ("5,5 måneder for dem med sosialhjelp som hovedinntekt", "mot 6,3 måneder"),
    ("Etter kvalifiseringsprogrammet", "gikk 46 % til arbeid"),
    ("Etter kvalifiseringsprogrammet", "snittet for 2020 kan ikke brukes"),
]
TROMSO = [
    ("Korrigert for behov", "ressursbruken nær snittet (1,00)"),
    ("kvalifiseringsstønad", "lavest i ASSS"),
    ("Stønaden per mottaker", "lavest i ASSS"),
    ("Stønaden per mottaker øker", "fra kr 36 085 til kr 39 407"),
    ("Stønaden varer 3,7 måneder for mottakere mellom 18 og 24", "kortest i ASSS"),
    ("for dem med sosialhjelp som hovedinntekt", "begge kortest i ASSS"),
]
CASES = [("trondheim", 2020, *case) for case in TRONDHEIM]
CASES += [("tromso", 2017, *case) for case in TROMSO]

#: What they print and our text leaves to Tabell 1: (indicator, what is told, as what).
IN_TABLE = [
    ("trondheim", 2020, "andel_mottakere_18_24", "distance", 9),
    ("trondheim", 2020, KVP, "distance", 2),
    ("trondheim", 2020, "andel_hovedinntekt_6mnd", "distance", -25),
    ("tromso", 2017, "ressursbruksindikator", "change", "up"),
    ("tromso", 2017, DRUGS, "distance", -62),
    ("tromso", 2017, "andel_mottakere_18_66", "side", -1),
    ("tromso", 2017, "andel_mottakere_18_24", "side", -1),
    ("tromso", 2017, "andel_mottakere_25_66", "side", -1),
    ("tromso", 2017, "andel_mottakere_18_24", "change", "down"),
    ("tromso", 2017, "andel_mottakere_18_66", "change", "stable"),
    ("tromso", 2017, "andel_mottakere_25_66", "change", "stable"),
    ("tromso", 2017, "stonadslengde_18_24", "lowest since", 2015),
    ("tromso", 2017, "stonadslengde_18_24", "change", "stable"),
    ("tromso", 2017, "andel_hovedinntekt_6mnd", "distance", -52),
    ("tromso", 2017, "sykefravaer", "change", "up"),
    ("tromso", 2017, "sykefravaer", "printed", 11.9),
    ("trondheim", 2020, "andel_mottakere_18_66", "stable over time", 3),
]


def _said(found: Findings, known: Catalogue) -> list[str]:
    return [_plain(said.text) for said in text.sentences(found, known)]


def _plain(sentence: str) -> str:
    return re.sub("ʳ", "", sentence).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("kommune", "year", "about", "says"),
    CASES,
    ids=[f"{case[0]}-{case[2][:24]}-{case[3][:24]}" for case in CASES],
)
def test_published_statement_is_in_our_text(
    findings_of: FindingsOf,
    known: Catalogue,
    kommune: str,
    year: int,
    about: str,
    says: str,
) -> None:
    """The same number, about the same indicator."""
    sentences = _said(findings_of(kommune, year), known)
    assert [s for s in sentences if about in s and says in s], "\n".join(sentences)


@pytest.mark.parametrize(("kommune", "year", "indicator", "what", "told"), IN_TABLE)
def test_published_statement_holds_in_our_table(
    findings_of: FindingsOf,
    known: Catalogue,
    kommune: str,
    year: int,
    indicator: str,
    what: str,
    told: float | str,
) -> None:
    """What is less salient stands in Tabell 1, and is as they printed it."""
    found = findings_of(kommune, year)
    fact = found.book.fact(indicator)
    if what == "distance":
        assert half_up(fact.given("distance")) == told
    elif what == "side":
        assert fact.side == told
    elif what == "change":
        # Of a year that is misposted, Tabell 1 has both figures and the text neither.
        shown = fact.replace(change=fact.given() - fact.given("previous"))
        assert fact.change is not None or indicator == "ressursbruksindikator"
        assert changes.direction(known, shown) == told
    elif what == "printed":
        assert half_up(fact.given(), fact.decimals) == told
    elif what == "stable over time":
        (group,) = changes.stable_groups(found.book, known, COVERAGE)
        shown = [name for name in group.facts if indicator in name]
        assert len(shown) == told
    else:
        years = {one.year for one in found.book.history(indicator) if one.is_lowest}
        assert years == set(range(int(told), year + 1))
    rows = {row.latest.indicator for row in keyfigures.table(found, known).rows}
    assert indicator in rows


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
    kinds = {e.kind for e in forbehold_in(findings_of(kommune, year), known, chapter)}
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
    said = [s for s in _said(found, known) if "Etter kvalifiseringsprogrammet" in s]
    assert len(said) == 1
    why = "på grunn av feil i rapporteringsgrunnlaget."
    assert said[0].endswith(f"; snittet for 2020 kan ikke brukes {why}")


def test_people_explain_the_causes(known: Catalogue) -> None:
    """Causes are never guessed by a program: the page's own are there, with source."""
    comments = known.comments_on("tromso", 2017)
    explained = {name for comment in comments for name in comment.gjelder}
    assert explained == {
        "netto_driftsutgifter_rus_f243_per_innb",
        "netto_driftsutgifter_sosialtjenesten_per_innb",
        "kvp_mottakere_per_1000",
        "stonad_per_mottaker",
    }
    assert all(comment.source.startswith("https://") for comment in comments)

"""
Pictures of the whole network: every member named, in its place, and nobody left out.

They are drawn of the network's facts and need no report; whoever is singled out is told
by the caller.
"""

from collections.abc import Callable

import pytest
from drawings import faults, labels

from asss import figures
from asss.analysis.findings import Findings
from asss.catalogue.catalogue import Catalogue
from asss.figures.canvas import Colour

FindingsOf = Callable[[str, int], Findings]

INDICATORS = (
    "ressursbruksindikator",
    "netto_driftsutgifter_rus_f243_per_innb",
    "andel_mottakere_18_24",
    "kvp_mottakere_per_1000",
    "stonad_per_mottaker",
    "stonadslengde_18_24",
    "kvp_til_arbeid_utdanning",
    "sykefravaer",
    "andel_mottakere_med_barn",
)
KVP = "kvp_mottakere_per_1000"


@pytest.mark.parametrize("year", [2015, 2018, 2020, 2025])
def test_texts_neither_overlap_nor_leave_the_figure(
    year: int,
    findings_of: FindingsOf,
    later_findings_of: FindingsOf,
    known: Catalogue,
) -> None:
    """Ten members and twelve, one year and eleven."""
    book = (findings_of if year <= 2020 else later_findings_of)("oslo", year).book
    pictures = [
        figures.strip(book, known, indicator=indicator.id)
        for indicator in known.service.indicators
    ]
    found = [f"{p.alt[:60]}: {fault}" for p in pictures for fault in faults(p)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("indicator", INDICATORS)
def test_every_member_is_named_from_high_to_low(
    indicator: str, findings_of: FindingsOf, known: Catalogue
) -> None:
    """The order is the message; who has no figure stands last, and is not left out."""
    book = findings_of("oslo", 2018).book
    picture = figures.strip(book, known, indicator=indicator)
    names = {member.name: member.id for member in known.network.in_year(2018)}
    at_left = [la for la in labels(picture.svg) if la.x < 1]
    shown = [names[la.text] for la in at_left if la.text in names]
    assert sorted(shown) == sorted(names.values())
    values = [book.fact(indicator, kommune=kommune).value for kommune in shown]
    held = [value for value in values if value is not None]
    assert held == sorted(held, reverse=True)
    assert values[: len(held)] == held


def test_missing_member_is_named_with_the_reason(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """Tromsø's KVP 2018 is suppressed: last, with SSB's sign, and told aloud."""
    picture = figures.strip(findings_of("oslo", 2018).book, known, indicator=KVP)
    shown = [label.text for label in labels(picture.svg)]
    assert {"Tromsø", ":", "ikke offentliggjort av SSB"} <= set(shown)
    assert "Uten tall: Tromsø (ikke offentliggjort av SSB). " in picture.alt


def test_figure_that_is_wrong_at_the_source_is_shown_and_not_placed(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """Stavanger's KVP 2019 counts in no mean: its number is there, its point is not."""
    book = findings_of("oslo", 2019).book
    picture = figures.strip(book, known, indicator=KVP)
    (peer,) = [p for p in book.peers(KVP) if p.kommune == "stavanger"]
    assert peer.value is not None
    assert peer.rank is None
    shown = [label.text for label in labels(picture.svg)]
    names = [member.name for member in known.network.in_year(2019)]
    assert [
        text for text in shown[: shown.index("feil i kilden") + 3] if text in names
    ][-1] == "Stavanger"
    assert "feil i kilden" in shown


def test_figures_stand_where_the_mean_cannot_be_used(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """Without a mean there is no line and no rank; there are still figures."""
    book = findings_of("oslo", 2020).book
    picture = figures.strip(book, known, indicator="kvp_til_arbeid_utdanning")
    assert not [la for la in labels(picture.svg) if la.text.startswith("snitt")]
    assert picture.svg.count("<circle") >= 10


def test_nobody_is_singled_out(findings_of: FindingsOf, known: Catalogue) -> None:
    """On the network's page all are alike."""
    book = findings_of("oslo", 2020).book
    plain = figures.strip(book, known, indicator=KVP)
    assert Colour.OTHERS not in plain.svg


def test_same_facts_give_the_same_figure(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """Byte for byte, whatever was drawn before."""
    book = findings_of("oslo", 2020).book
    first, second = (figures.strip(book, known, indicator=KVP) for _ in range(2))
    assert first == second


def test_every_member_has_a_panel_with_its_years_to_one_scale(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """Named, and marked where any of its line is not official; all in the table."""
    book = findings_of("oslo", 2020).book
    picture = figures.strip(book, known, indicator="andel_mottakere_18_66")
    shown = [la.text for la in labels(picture.svg) if la.x > 230]
    names = [member.name for member in book.members]
    assert [text.rstrip("ʳ") for text in shown[1:]] == names
    for member, text in zip(book.members, shown[1:], strict=True):
        history = book.history("andel_mottakere_18_66", member.id)
        is_marked = any(fact.basis == "reconstructed" for fact in history)
        assert text.endswith("ʳ") == is_marked
    (group,) = picture.table.groups
    assert picture.table.heads == tuple(f"{year}" for year in book.all_years)
    assert len(group.rows) == len(names) + 1
    assert len(picture.data.rows) == len(names) * len(book.all_years)

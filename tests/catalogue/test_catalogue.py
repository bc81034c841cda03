"""What we know is right, agrees with itself, and is refused whole when it does not."""

import copy
import csv
import dataclasses
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from asss.catalogue import catalogue, language, parameters, translation
from asss.catalogue.catalogue import Catalogue, Effects
from asss.catalogue.knowledge import IN_SENTENCES, LAST_PLACE, Contents, Forbehold
from asss.catalogue.parameters import Address, Source
from asss.errors import ParameterError

SERVICE = "sosiale_tjenester/indikatorer.yaml"
FORBEHOLD = "forbehold.yaml"
OWN = "sosiale_tjenester/"
OWN_FORBEHOLD = f"{OWN}forbehold.yaml"
PHRASES = "fraser.yaml"
NETWORK = "nettverk.yaml"

#: The order of Tabell 1, and with a star those whose mean is plain in every year.
TABELL_1 = [
    "ressursbruksindikator*",
    "netto_driftsutgifter_sosialtjenesten_per_innb",
    "netto_driftsutgifter_livsopphold_f281_per_innb",
    "netto_driftsutgifter_rus_f243_per_innb",
    "andel_mottakere_18_66",
    "andel_mottakere_18_24",
    "andel_mottakere_25_66",
    "kvp_mottakere_per_1000",
    "stonad_per_mottaker",
    "stonadslengde_18_24*",
    "stonadslengde_hovedinntekt*",
    "andel_hovedinntekt_6mnd",
    "kvp_til_arbeid_utdanning*",
    "sykefravaer*",
    "andel_mottakere_med_barn",
]
INDICATORS = [name.rstrip("*") for name in TABELL_1]
STARRED = {name.rstrip("*") for name in TABELL_1 if name.endswith("*")}


# -- the indicators --------------------------------------------------------------------


def test_indicators_stand_in_the_order_of_tabell_1(known: Catalogue) -> None:
    """Fifteen rows, in the order that readers of ASSS know."""
    assert [indicator.id for indicator in known.service.indicators] == INDICATORS
    assert len(INDICATORS) == 15


def test_indicators_stand_in_the_order_of_their_sections(known: Catalogue) -> None:
    """Tabell 1 has one heading per section, so a section may not come back."""
    order = [section.id for section in known.service.sections]
    places = [order.index(i.section) for i in known.service.indicators]
    assert places == sorted(places)
    assert set(places) == set(range(len(order)))


def test_every_indicator_belongs_to_one_chapter(known: Catalogue) -> None:
    """What stands in the table is also spoken of, and once."""
    spoken = [
        indicator.id
        for chapter in known.service.chapters
        for indicator in known.service.in_chapter(chapter.id)
    ]
    assert spoken == INDICATORS


@pytest.mark.parametrize("indicator", INDICATORS)
def test_mean_is_plain_to_2017_and_then_weighted_but_for_the_starred(
    known: Catalogue, indicator: str
) -> None:
    """The rule belongs to the edition: under the other no printed distance is right."""
    rules = {year: known.mean_rule(indicator, year) for year in range(2015, 2024)}
    later = "plain" if indicator in STARRED else "weighted"
    assert {rules[year] for year in (2015, 2016, 2017)} == {"plain"}
    assert {rules[year] for year in range(2018, 2024)} == {later}


def test_starred_are_those_without_a_denominator(known: Catalogue) -> None:
    """Nothing can be weighted that is not a ratio; everything else is, from 2018."""
    without = {i.id for i in known.service.indicators if not i.formula.denominator}
    assert without == STARRED


def test_every_indicator_says_what_it_is_and_where_that_was_read(
    known: Catalogue,
) -> None:
    """Definition is the producer's, processing is ours; neither repeats the other."""
    for indicator in known.service.indicators:
        texts = (
            indicator.definition,
            indicator.processing,
            indicator.interpretation,
            indicator.source,
        )
        assert all(text.strip() for text in texts), indicator.id
        assert len(set(texts)) == len(texts), indicator.id


@pytest.mark.parametrize(
    ("indicator", "numerator", "denominator", "factor"),
    [
        ("andel_mottakere_18_66", ("mottakere_i_alt",), "innbyggere_18_66", 100),
        ("andel_mottakere_18_24", ("mottakere_18_24",), "innbyggere_18_24", 100),
        ("andel_mottakere_25_66", ("mottakere_25_66",), "innbyggere_25_66", 100),
        ("kvp_mottakere_per_1000", ("kvp_mottakere",), "innbyggere_18_66", 1000),
        ("stonad_per_mottaker", ("stonad_sum",), "mottakere_i_alt", 1000),
        (
            "andel_hovedinntekt_6mnd",
            ("mottakere_6mnd_hovedinntekt",),
            "mottakere_i_alt",
            100,
        ),
        ("andel_mottakere_med_barn", ("mottakere_med_barn",), "mottakere_i_alt", 100),
        (
            "netto_driftsutgifter_sosialtjenesten_per_innb",
            tuple(f"netto_driftsutgifter_f{f}" for f in (242, 243, 273, 276, 281)),
            "innbyggere_18_66",
            1000,
        ),
    ],
)
def test_formula_is_that_of_KS(
    known: Catalogue,
    indicator: str,
    numerator: tuple[str, ...],
    denominator: str,
    factor: int,
) -> None:
    """«ALL recipients» and «factor 100, not 10» are easily mended into mistakes."""
    formula = known.indicator(indicator).formula
    assert formula.numerator == numerator
    assert (formula.denominator, formula.factor) == (denominator, factor)


# -- where SSB has them ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "first", "last"),
    [
        ("12210", None, 2021),
        ("13138", None, 2021),
        ("12213", None, 2021),
        ("12160", None, 2021),
        ("14019", 2022, None),
        ("13995", 2022, None),
        ("12367", None, None),
        ("07459", None, None),
    ],
)
def test_table_is_asked_in_its_years(
    known: Catalogue, table: str, first: int | None, last: int | None
) -> None:
    """SSB ended four tables with 2021 and began two others with 2022."""
    spans = {
        (series.from_year, series.to_year)
        for measure in known.service.measures
        for series in measure.series
        if series.table == table
    }
    assert spans == {(first, last)}


def test_every_table_named_is_used(known: Catalogue) -> None:
    """A table nobody asks is a leftover, and would be listed as unverified for ever."""
    used = {s.table for measure in known.service.measures for s in measure.series}
    assert used == set(known.service.table)


def test_no_measure_has_two_series_for_a_year(known: Catalogue) -> None:
    """Which of two tables is read may not depend on their order in the file."""
    for measure in known.service.measures:
        for year in range(2015, 2026):
            assert sum(s.covers(year) for s in measure.series) <= 1, (measure.id, year)


def test_population_is_that_of_the_next_first_of_january(known: Catalogue) -> None:
    """31.12. of a data year: no other table is read a year later."""
    offsets = {t.id: t.year_offset for t in known.service.tables if t.year_offset}
    assert offsets == {"07459": 1}


def test_everything_unverified_is_listed(known: Catalogue) -> None:
    """A code that nobody has read in an answer must be seen before it is sent."""
    listed = known.service.unverified
    tables = [table.id for table in known.service.tables if not table.verified]
    assert tables == ["12213", "12160"]
    contents = [
        (measure.id, series.table, contents)
        for measure in known.service.measures
        for series in measure.series
        for contents in series.contents
        if not contents.verified
    ]
    assert contents
    assert len(listed) == len(tables) + len(contents)
    for table in tables:
        assert any(line.startswith(f"table {table}: ") for line in listed)
    for measure, table, one in contents:
        code = one.code or "code unknown"
        assert f"measure {measure}, table {table}: {code}, «{one.label}»" in listed


@pytest.mark.parametrize(
    ("verified", "read_in"), [(True, ""), (False, "an answer from SSB")]
)
def test_what_is_verified_says_where_it_was_read(verified: bool, read_in: str) -> None:
    """«Verified» without a place is a belief; a place without it contradicts."""
    with pytest.raises(ValidationError, match="read_in"):
        Contents(code="KOSx0000", label="x", verified=verified, read_in=read_in)


def test_a_code_that_is_not_known_is_not_verified(known: Catalogue) -> None:
    """Nobody has read in an answer what nobody knows."""
    for measure in known.service.measures:
        for series in measure.series:
            for contents in series.contents:
                assert contents.code or not contents.verified, measure.id


# -- the forbehold ---------------------------------------------------------------------

#: domain.md, section 6: what has been seen in print and touches 2015-2020.
SEEN_IN_PRINT = [
    *(
        ("structure_break", kommune, indicator, 2020)
        for kommune in ("trondheim", "stavanger", "kristiansand", "sandnes", "drammen")
        for indicator in INDICATORS
    ),
    ("misposting", "tromso", "netto_driftsutgifter_rus_f243_per_innb", 2017),
    ("posting_moved", "tromso", "stonad_per_mottaker", 2017),
    ("posting_moved", "tromso", "netto_driftsutgifter_livsopphold_f281_per_innb", 2017),
    *(
        ("corrected_value", "kristiansand", indicator, year)
        for indicator in ("netto_driftsutgifter_livsopphold_f281_per_innb",)
        for year in (2016, 2017)
    ),
    ("not_comparable", "oslo", "stonadslengde_18_24", 2016),
    ("not_comparable", "oslo", "stonadslengde_hovedinntekt", 2016),
    ("not_comparable", "oslo", "andel_hovedinntekt_6mnd", 2016),
    ("suppressed", "tromso", "kvp_mottakere_per_1000", 2018),
    ("wrong_source", "stavanger", "kvp_mottakere_per_1000", 2019),
    ("unusable_mean", "trondheim", "kvp_til_arbeid_utdanning", 2020),
    ("unusable_mean", "oslo", "kvp_til_arbeid_utdanning", 2020),
    ("missing_manual", "drammen", "sykefravaer", 2016),
    ("status", "trondheim", "andel_mottakere_18_66", 2020),
    *(
        ("auto_update_exception", "oslo", indicator, year)
        for indicator in (
            "ressursbruksindikator",
            "kvp_til_arbeid_utdanning",
            "sykefravaer",
        )
        for year in range(2015, 2021)
    ),
    # After 2020, but seen in print and therefore in the file.
    ("new_member", "asker", "andel_mottakere_18_66", 2022),
    ("new_member", "lillestrom", "andel_mottakere_18_66", 2022),
]


@pytest.mark.parametrize(("kind", "kommune", "indicator", "year"), SEEN_IN_PRINT)
def test_caveat_seen_in_print_stands_beside_the_figure(
    known: Catalogue, kind: str, kommune: str, indicator: str, year: int
) -> None:
    """KS would not print the figure without it, so neither do we."""
    found = known.forbehold_for(indicator, kommune, year, is_fetched=False)
    assert kind in {entry.kind for entry in found}


@pytest.mark.parametrize(
    ("kommune", "indicator", "year"),
    [
        ("trondheim", "andel_mottakere_18_66", 2016),
        ("bergen", "andel_mottakere_18_66", 2019),
        ("tromso", "kvp_mottakere_per_1000", 2017),
        ("oslo", "stonadslengde_18_24", 2017),
        ("bergen", "stonadslengde_18_24", 2016),
        ("tromso", "andel_mottakere_18_24", 2017),
    ],
)
def test_neighbour_of_a_caveat_has_none(
    known: Catalogue, kommune: str, indicator: str, year: int
) -> None:
    """A caveat on everything would warn of nothing."""
    assert not known.forbehold_for(indicator, kommune, year, is_fetched=False)
    assert known.effects(()) == Effects(
        is_shown=True,
        has_distance=True,
        in_mean=True,
        is_mean_usable=True,
        change="shown",
    )


def test_every_caveat_has_words_and_an_address(known: Catalogue) -> None:
    """A reader can look up who says so, and when."""
    for entry in known.forbehold:
        assert entry.text.strip().endswith("."), entry.id
        assert entry.label.strip(), entry.id
        assert entry.source.startswith("https://"), entry.id
        assert re.fullmatch(r"\d{4}(-\d\d-\d\d)?", entry.date), entry.id


def test_forbehold_are_found_by_id_in_the_order_of_the_file(known: Catalogue) -> None:
    """The same caveats in the same order on every page, however they were gathered."""
    ids = [entry.id for entry in known.forbehold]
    found = known.forbehold_by_id({ids[5], ids[2], ids[9]})
    assert [entry.id for entry in found] == [ids[2], ids[5], ids[9]]


#: What each kind does: value shown, distance shown, counts in the mean, mean usable,
#: and what may be said of change.
EFFECTS: Mapping[str, tuple[bool, bool, bool, bool, str]] = {
    "structure_break": (True, True, True, True, "reserved"),
    "misposting": (True, True, True, True, "doubted"),
    "posting_moved": (True, True, True, True, "shown"),
    "corrected_value": (True, True, True, True, "shown"),
    "not_comparable": (False, False, False, True, "withheld"),
    "suppressed": (False, False, False, True, "withheld"),
    "wrong_source": (True, False, False, True, "withheld"),
    "unusable_mean": (True, False, True, False, "shown"),
    "missing_manual": (False, False, False, True, "withheld"),
    "estimated_denominator": (True, True, True, True, "shown"),
    "other_source": (True, True, True, True, "shown"),
    "unexplained_value": (True, True, True, True, "shown"),
    "unexplained_change": (True, True, True, True, "shown"),
    "definition_differs": (True, True, True, True, "doubted"),
    "mean_rule": (True, True, True, True, "shown"),
    "table_succession": (True, True, True, True, "reserved"),
    "no_source": (False, False, False, True, "withheld"),
    "new_member": (True, True, True, True, "withheld"),
    "status": (True, True, True, True, "shown"),
    "auto_update_exception": (True, True, True, True, "shown"),
}


#: Those whose place among the members is not told.
WITHOUT_PLACE = {"definition_differs"}


def effects_of(known: Catalogue, *kinds: str) -> Effects:
    """What forbehold of these kinds together do to one figure."""
    (example, *_) = known.forbehold
    entries: list[Forbehold] = [
        example.model_copy(update={"id": f"number_{n}", "kind": kind})
        for n, kind in enumerate(kinds)
    ]
    only = dataclasses.replace(known, forbehold=tuple(entries))
    return only.effects(entry.id for entry in entries)


def test_every_kind_is_in_the_table_above(known: Catalogue) -> None:
    """A new kind needs somebody to say what it does."""
    assert set(known.kinds) == set(EFFECTS)


@pytest.mark.parametrize("kind", EFFECTS)
def test_kind_does_what_was_decided(known: Catalogue, kind: str) -> None:
    """A slip here would put a suppressed figure into a mean."""
    has_place = kind not in WITHOUT_PLACE
    assert effects_of(known, kind) == Effects(*EFFECTS[kind], has_place)


@pytest.mark.parametrize(
    ("kinds", "effects"),
    [
        ((), (True, True, True, True, "shown")),
        (("status", "structure_break"), (True, True, True, True, "reserved")),
        (("structure_break", "wrong_source"), (True, False, False, True, "withheld")),
        (("structure_break", "new_member"), (True, True, True, True, "withheld")),
        (("unusable_mean", "structure_break"), (True, False, True, False, "reserved")),
        (("unusable_mean", "suppressed"), (False, False, False, False, "withheld")),
        (("wrong_source", "not_comparable"), (False, False, False, True, "withheld")),
    ],
)
def test_strictest_of_several_holds(
    known: Catalogue,
    kinds: tuple[str, ...],
    effects: tuple[bool, bool, bool, bool, str],
) -> None:
    """Two caveats never soften one another, whichever stands first in the file."""
    assert effects_of(known, *kinds) == Effects(*effects)
    assert effects_of(known, *reversed(kinds)) == Effects(*effects)


def test_another_caveat_never_permits_more(known: Catalogue) -> None:
    """Of any two kinds: what one forbids stays forbidden."""
    strictness = ("shown", "doubted", "reserved", "withheld")
    for one, other in product(EFFECTS, repeat=2):
        *flags, change = zip(EFFECTS[one], EFFECTS[other], strict=True)
        has_place = not WITHOUT_PLACE & {one, other}
        wanted = Effects(*map(all, flags), max(change, key=strictness.index), has_place)
        assert effects_of(known, one, other) == wanted


def test_what_is_on_both_years_does_not_doubt_the_change(known: Catalogue) -> None:
    """A misposted year is no base, and no end, of a change; two alike are both."""
    (of_one,) = ("tromso_f243_2017",)
    assert known.effects((of_one,)).change == "doubted"
    assert known.effects((), (of_one,)).change == "doubted"
    assert known.effects((of_one,), (of_one,)).change == "shown"
    # A break is of the first year after it, and the year after that goes on.
    assert known.effects((), ("brudd_2020_trondheim",)).change == "shown"


def test_every_label_is_understood_alone(known: Catalogue) -> None:
    """A clause with a subject: a sentence, and never «flyttet hit» or «for lavt»."""
    verbs = "er har kan fører brukte endret ble gikk gir mangler står gjelder"
    verbs += " oppdateres"
    verb = rf"\b({'|'.join(verbs.split())})\b"
    for entry in known.forbehold:
        first, *rest = entry.label.split()
        assert len(rest) > 3, entry.id
        assert re.search(verb, entry.label), entry.id
        assert first not in ("for", "noe", "kan", "rommer", "ny", "ikke"), entry.id
        assert not entry.label.endswith("."), entry.id
        if known.kinds[entry.kind].told in ("with_finding", "with_change"):
            years = {int(year) for year in re.findall(r"20\d\d", entry.label)}
            assert years & {*entry.years}, entry.id


def test_real_figure_with_several_caveats_has_the_strictest(known: Catalogue) -> None:
    """Trondheim 2020: a break, and a mean that cannot be used; the 46 % is printed."""
    found = known.forbehold_for(
        "kvp_til_arbeid_utdanning", "trondheim", 2020, is_fetched=False
    )
    assert {"structure_break", "unusable_mean"} <= {entry.kind for entry in found}
    effects = known.effects(entry.id for entry in found)
    assert effects == Effects(
        is_shown=True,
        has_distance=False,
        in_mean=True,
        is_mean_usable=False,
        change="reserved",
    )


# -- phrases, manual figures, comments -------------------------------------------------


def test_every_phrase_reads_as_its_example(known: Catalogue) -> None:
    """The example is what people who know the subject check, so it must be true."""
    assert known.phrases.phrases
    for name, phrase in known.phrases.phrases.items():
        reads = phrase.sentence.format(**phrase.example.given)
        assert reads == phrase.example.reads, name


def test_every_phrase_uses_all_that_its_example_gives(known: Catalogue) -> None:
    """A field that is given and not used was forgotten in the sentence."""
    for name, phrase in known.phrases.phrases.items():
        fields = set(re.findall(r"{(\w+)", phrase.sentence))
        # The service area is put in when the catalogue is read.
        assert fields == {*phrase.example.given} - {*IN_SENTENCES}, name


def test_every_threshold_has_its_reason(known: Catalogue) -> None:
    """Limits are editorial; without the reason nobody dares to change them."""
    for name, threshold in known.phrases.thresholds:
        assert threshold.value > 0, name
        assert len(threshold.why) > 20, name


def test_manual_figures_are_found_by_measure_kommune_and_year(known: Catalogue) -> None:
    """The key is that of every figure, so a manual one can stand before SSB's."""
    figure = known.manual["kvp_til_arbeid_utdanning", "trondheim", 2020]
    assert figure.value == 46
    missing = known.manual["sykefravaer", "drammen", 2016]
    assert (missing.value, missing.status) == (None, "..")


def test_comment_is_found_for_its_kommune_and_year(known: Catalogue) -> None:
    """Causes come from people, and stand only where they wrote them."""
    comments = {comment.id: comment for comment in known.comments_on("tromso", 2017)}
    rus = comments["rus"]
    assert "254" in rus.text
    assert "\n" not in rus.text
    assert rus.gjelder == (
        "netto_driftsutgifter_rus_f243_per_innb",
        "netto_driftsutgifter_sosialtjenesten_per_innb",
    )
    assert (rus.chapter, rus.says) == ("prioritering_behov", "asss")
    assert known.comments_on("tromso", 2016) == ()


def test_no_comment_drowns_its_finding_or_says_by_whom_in_a_label(
    known: Catalogue,
) -> None:
    """Fifteen readers: who says it stands in the sentence, and it is short."""
    assert len(known.comments) == 96
    for comment in known.comments:
        assert comment.gjelder, comment.file
        words = language.unascribed(comment.text).split()
        assert len(words) <= catalogue.LONGEST_CAUSE, comment.file
        assert "|" in comment.text or "ommunen" in comment.text, comment.file
        assert ":" not in comment.text, comment.file


def test_catalogue_is_frozen(known: Catalogue) -> None:
    """What one report knows, the next in the batch knows too."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        known.forbehold = ()  # type: ignore[misc]
    with pytest.raises(ValueError, match="frozen"):
        known.service.name = "Barnehage"


# -- damaged files ---------------------------------------------------------------------


def problems_in(folder: Path) -> tuple[str, ...]:
    """What the catalogue is refused with, by files; no other error will do.

    Whose folder they are in is told in front, and tested with several service areas.
    """
    with pytest.raises(ParameterError) as refusal:
        catalogue.load_catalogue(folder).check_comments()
    assert all(problem in str(refusal.value) for problem in refusal.value.problems)
    return tuple(one.removeprefix(OWN) for one in refusal.value.problems)


KVP, RUS = "kvp_mottakere_per_1000", "netto_driftsutgifter_rus_f243_per_innb"
RAAD = "netto_driftsutgifter_raad_f242_per_innb"
COVERAGE = "dekningsgrader_produktivitet"


@pytest.fixture
def folder(project: Path) -> Path:
    """A copy of parameters/ to damage."""
    return project / "parameters"


def test_what_lies_there_now_is_read_and_not_what_was_read_before(
    folder: Path,
) -> None:
    """Files that are the same are read once; one that was saved is read again."""
    first = catalogue.load_catalogue(folder)
    again = catalogue.load_catalogue(folder)
    assert again.service is first.service
    elsewhere = folder.rename(folder.with_name("others"))
    moved = catalogue.load_catalogue(elsewhere)
    assert (moved.folder, moved.service) == (elsewhere, first.service)

    path = elsewhere / PHRASES
    written = path.read_text("utf-8")
    path.write_text(written.replace("Hovedfunn", "Det viktigste"), "utf-8")
    assert catalogue.load_catalogue(elsewhere).phrases != first.phrases
    path.write_text(f"{written}\nodd: 1\n", "utf-8")
    for _ in range(2):
        with pytest.raises(ParameterError, match="odd"):
            catalogue.load_catalogue(elsewhere)
    path.write_text(written, "utf-8")
    assert catalogue.load_catalogue(elsewhere).phrases == first.phrases
    (elsewhere / "sosiale_tjenester" / "kommentarer" / "oslo-2020").mkdir(exist_ok=True)
    (
        elsewhere / "sosiale_tjenester" / "kommentarer" / "oslo-2020" / "ny.md"
    ).write_text("Ny", "utf-8")
    assert ("oslo", 2020) in catalogue.load_catalogue(elsewhere).broken


@contextmanager
def rewritten(path: Path) -> Iterator[Any]:
    """Give what a YAML file says, to be changed, and write it back."""
    content = yaml.safe_load(path.read_text("utf-8"))
    yield content
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    path.write_text(text, "utf-8")


def entry_in(entries: Iterable[dict[str, Any]], name: str) -> dict[str, Any]:
    """The entry with this id."""
    return next(entry for entry in entries if entry["id"] == name)


def test_rewriting_alone_does_no_damage(folder: Path) -> None:
    """So the refusals below come from what was changed, and from nothing else."""
    for name in (SERVICE, FORBEHOLD, PHRASES, NETWORK):
        with rewritten(folder / name):
            pass
    catalogue.load_catalogue(folder)


def damage_service(
    name: str, key: str, value: object
) -> Callable[[dict[str, Any]], None]:
    """Set a key of an indicator."""

    def change(content: dict[str, Any]) -> None:
        entry_in(content["indicators"], name)[key] = value

    return change


def damage_component(
    name: str, key: str, value: object
) -> Callable[[dict[str, Any]], None]:
    """Set a key of what is told outside Tabell 1."""

    def change(content: dict[str, Any]) -> None:
        entry_in(content["components"], name)[key] = value

    return change


def relate(relation: str, key: str, value: object) -> Callable[[dict[str, Any]], None]:
    """Let a relation be of other figures."""

    def change(content: dict[str, Any]) -> None:
        content["relations"][relation][key] = value

    return change


def damage_measure(
    name: str, key: str, value: object
) -> Callable[[dict[str, Any]], None]:
    """Set a key of a measure."""

    def change(content: dict[str, Any]) -> None:
        entry_in(content["measures"], name)[key] = value

    return change


def repeat_entry(key: str, name: str) -> Callable[[dict[str, Any]], None]:
    """Let an entry of a list stand twice."""

    def change(content: dict[str, Any]) -> None:
        content[key].append(copy.deepcopy(entry_in(content[key], name)))

    return change


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        pytest.param(
            damage_service(
                "andel_mottakere_18_24",
                "formula",
                {
                    "numerator": ["mottakere_18_42"],
                    "denominator": "innbyggere_18_24",
                    "factor": 100,
                },
            ),
            (
                "indicators[andel_mottakere_18_24].formula",
                "unknown measure 'mottakere_18_42'",
                "Did you mean mottakere_18_24?",
            ),
            id="numerator-unknown",
        ),
        pytest.param(
            damage_service("stonadslengde_18_24", "formula", {"ready": "stonadslengd"}),
            (
                "indicators[stonadslengde_18_24].formula",
                "unknown measure 'stonadslengd'",
                "Did you mean stonadslengde_",
            ),
            id="ready-made-unknown",
        ),
        pytest.param(
            damage_service("sykefravaer", "formula", {"manual": "sykefravar"}),
            (
                "indicators[sykefravaer].formula",
                "there is no manuelle/sykefravar.csv",
                "Did you mean sykefravaer? Else begin it with the line «kommune,year,",
            ),
            id="manual-unknown",
        ),
        pytest.param(
            damage_service(
                "sykefravaer",
                "formula",
                {"manual": "sykefravaer", "ready": "stonadslengde_18_24"},
            ),
            ("indicators[sykefravaer].formula", "only ready, or only manual"),
            id="formula-of-two-kinds",
        ),
        pytest.param(
            damage_service("sykefravaer", "unit", "pst"),
            ("indicators[sykefravaer].unit", "'prosent'", "'pst'"),
            id="unknown-unit",
        ),
        pytest.param(
            damage_service("sykefravaer", "unti", "prosent"),
            ("indicators[sykefravaer].unti", "unknown key, did you mean unit?"),
            id="misspelt-key",
        ),
        pytest.param(
            damage_service("sykefravaer", "decimals", "1"),
            ("indicators[sykefravaer].decimals", "valid integer", "'1'"),
            id="number-as-text",
        ),
        pytest.param(
            damage_service("sykefravaer", "section", "kvalitett"),
            ("indicators[sykefravaer].section", "unknown section 'kvalitett'"),
            id="unknown-section",
        ),
        pytest.param(
            damage_service("sykefravaer", "group", "fravaer"),
            ("indicators[sykefravaer].group", "unknown group 'fravaer'"),
            id="unknown-group",
        ),
        pytest.param(
            relate("corrected", "raw", "utgiftene"),
            ("relations.corrected.raw", "unknown figure 'utgiftene'"),
            id="relation-of-an-unknown-figure",
        ),
        pytest.param(
            relate("sum", "parts", [RUS, "netto_driftsutgifter_rad_f242_per_innb"]),
            ("relations.sum.parts", "Did you mean netto_driftsutgifter_raad_f242"),
            id="part-that-is-no-figure",
        ),
        pytest.param(
            relate("sum", "without", {RUS: "utgiftene_uten_rus"}),
            ("relations.sum.without", "unknown figure 'utgiftene_uten_rus'"),
            id="whole-without-a-part-that-is-no-figure",
        ),
        pytest.param(
            damage_component(RAAD, "section", "kvalitet"),
            (RAAD, "what stands in Tabell 1 has a section, and a component has none"),
            id="component-with-a-section",
        ),
        pytest.param(
            damage_service("sykefravaer", "section", None),
            ("sykefravaer", "what stands in Tabell 1 has a section"),
            id="row-without-a-section",
        ),
        pytest.param(
            damage_service("sykefravaer", "clause", "sykefraværet er høyt"),
            ("indicators[sykefravaer].clause",),
            id="clause-without-its-value",
        ),
        pytest.param(
            damage_component(RAAD, "clause", "råd koster {verdi}"),
            (f"components[{RAAD}].clause",),
            id="clause-with-another-field",
        ),
        pytest.param(
            damage_service("sykefravaer", "weight", 0),
            ("indicators[sykefravaer].weight",),
            id="weight-of-nothing",
        ),
        pytest.param(
            damage_service("sykefravaer", "scale", "height"),
            ("indicators[sykefravaer].scale", "'level' or 'length'"),
            id="unknown-scale",
        ),
        pytest.param(
            damage_service("sykefravaer", "mean", "median"),
            ("indicators[sykefravaer].mean", "unknown rule 'median'"),
            id="unknown-mean",
        ),
        pytest.param(
            damage_service("sykefravaer", "definition", "Fra\u200bvær."),
            ("an invisible character stands in", "Fra\\u200bvær."),
            id="invisible-character",
        ),
        pytest.param(
            repeat_entry("indicators", "sykefravaer"),
            ("figures", "sykefravaer stands 2 times"),
            id="indicator-twice",
        ),
        pytest.param(
            repeat_entry("measures", "stonad_sum"),
            ("measures", "stonad_sum stands 2 times"),
            id="measure-twice",
        ),
        pytest.param(
            damage_measure("stonad_sum", "sum", ["mottakere_i_alt"]),
            ("measures[stonad_sum]", "either series or sum"),
            id="measure-of-two-kinds",
        ),
        pytest.param(
            damage_measure("innbyggere_18_66", "sum", ["innbyggere_18_25"]),
            ("measures[innbyggere_18_66].sum", "'innbyggere_18_25' is not a measure"),
            id="part-of-sum-unknown",
        ),
        pytest.param(
            damage_measure("innbyggere_18_66", "sum", ["innbyggere_18_66"]),
            ("measures[innbyggere_18_66].sum", "'innbyggere_18_66' is not a measure"),
            id="sum-of-itself",
        ),
        pytest.param(
            damage_measure(
                "kvp_mottakere",
                "series",
                [{"table": "12302", "contents": {"label": "x", "verified": False}}],
            ),
            (
                "measures[kvp_mottakere].series",
                "unknown table '12302'",
                "A new one begins under tables:",
            ),
            id="unknown-table",
        ),
        pytest.param(
            damage_measure(
                "kvp_mottakere",
                "series",
                [{"table": "12160", "contents": {"verified": False}}],
            ),
            ("measures[kvp_mottakere].series[0].contents[0].label: is missing",),
            id="contents-without-label",
        ),
        pytest.param(
            damage_measure(
                "kvp_mottakere", "series", [{"table": "12160", "contents": []}]
            ),
            ("series[0].contents: is empty; give at least one",),
            id="no-contents",
        ),
        pytest.param(
            damage_measure(
                "kvp_mottakere",
                "series",
                [
                    {"table": table, "contents": {"label": "x", "verified": False}}
                    for table in ("12160", "13995")
                ],
            ),
            ("measures[kvp_mottakere]", "tables 12160 and 13995 overlap", "to_year"),
            id="two-tables-for-a-year",
        ),
    ],
)
def test_mistake_in_the_service_file_is_named(
    folder: Path, change: Callable[[dict[str, Any]], None], parts: tuple[str, ...]
) -> None:
    """Found when the files are read, and not on a page half-way through a batch."""
    with rewritten(folder / SERVICE) as content:
        change(content)
    problem, *rest = problems_in(folder)
    for part in ("indikatorer.yaml: ", *parts):
        assert part in problem
    # A file that nobody asks for any longer is told as well.
    assert all(one.startswith("sykefravaer.csv: unknown measure") for one in rest)


@pytest.mark.parametrize(
    ("key", "value", "parts"),
    [
        ("kommuner", ["tromsoe"], ("unknown 'tromsoe'", "Did you mean tromso?")),
        (
            "indicators",
            ["kvp_mottakere_per_100"],
            ("unknown 'kvp_mottakere_per_100'", "Did you mean kvp_mottakere_per_1000?"),
        ),
        ("kind", "supressed", ("unknown 'supressed'", "Did you mean suppressed?")),
        ("kommuner", ["Tromsø"], ("'Tromsø' does not have the form",)),
        ("kommuner", "tromso", ("'tromso'",)),
        ("years", ["2018"], ("valid integer", "'2018'")),
        ("date", 2018, ("2018 must be text: put quotation marks around it",)),
        ("texte", "x", ("unknown key, did you mean text?",)),
    ],
)
def test_mistake_in_a_forbehold_is_named(
    folder: Path, key: str, value: object, parts: tuple[str, ...]
) -> None:
    """A caveat that points nowhere warns nobody, and nobody would notice."""
    with rewritten(folder / OWN_FORBEHOLD) as content:
        entry_in(content["forbehold"], "tromso_kvp_2018")[key] = value
    problems = problems_in(folder)
    assert problems
    for problem in problems:
        assert problem.startswith(
            f"forbehold.yaml: forbehold[tromso_kvp_2018].{key}"
        ), problem
    for part in parts:
        assert any(part in problem for problem in problems)


def test_forbehold_that_stands_twice_is_named(folder: Path) -> None:
    """Reports refer to a forbehold by its id."""
    with rewritten(folder / OWN_FORBEHOLD) as content:
        repeat_entry("forbehold", "tromso_kvp_2018")(content)
    assert problems_in(folder) == (
        "forbehold.yaml: forbehold: tromso_kvp_2018 stands 2 times",
    )


def test_kind_with_an_unknown_effect_is_named(folder: Path) -> None:
    """«hidden» is understood by a reader and by no program."""
    with rewritten(folder / FORBEHOLD) as content:
        content["kinds"]["suppressed"]["value"] = "hidden"
    (problem,) = problems_in(folder)
    assert problem.startswith("forbehold.yaml: kinds.suppressed.value: ")
    assert "'omitted'" in problem


def test_example_that_does_not_read_so_is_refused(folder: Path) -> None:
    """Whoever changes a sentence must also say how it reads now."""
    with rewritten(folder / PHRASES) as content:
        content["phrases"]["level_distance"]["example"]["reads"] = "Noe annet."
    (problem,) = problems_in(folder)
    assert problem.startswith("fraser.yaml: phrases.level_distance: ")
    assert "not 'Noe annet.'" in problem


def test_example_without_a_field_of_the_sentence_is_refused(folder: Path) -> None:
    """Else the sentence would be tried for the first time in a report."""
    with rewritten(folder / PHRASES) as content:
        del content["phrases"]["level_distance"]["example"]["given"]["distance"]
    (problem,) = problems_in(folder)
    assert problem.startswith("fraser.yaml: phrases.level_distance: ")
    assert "lacks the field 'distance'" in problem


def test_sentence_with_a_broken_field_is_refused(folder: Path) -> None:
    """A brace too few is a slip of the finger, not a traceback."""
    with rewritten(folder / PHRASES) as content:
        content["phrases"]["level_distance"]["sentence"] = "{Subject er {value}."
    (problem,) = problems_in(folder)
    start = "fraser.yaml: phrases.level_distance: its sentence has a "
    assert problem.startswith(start)


def test_field_without_a_name_is_refused_in_a_line(folder: Path) -> None:
    """The sentence and its example are in the file, and need not be told again."""
    with rewritten(folder / PHRASES) as content:
        content["phrases"]["level_distance"]["sentence"] = "{} er {value}."
    (problem,) = problems_in(folder)
    assert problem == (
        "fraser.yaml: phrases.level_distance: its sentence has a field without a name, "
        "or half a brace (Format string contains positional fields)"
    )


def test_copy_of_a_file_of_figures_is_named_once(folder: Path) -> None:
    """A browser's «(1)», and as many rows as the file has."""
    path = folder / "sosiale_tjenester" / "manuelle" / "sykefravaer.csv"
    path.with_name("sykefravaer (1).csv").write_bytes(path.read_bytes())
    (problem,) = problems_in(folder)
    assert problem.startswith("sykefravaer (1).csv: is not called as a measure")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes")
def test_pipe_is_not_waited_for(folder: Path) -> None:
    """Nobody ever writes to it."""
    os.mkfifo(folder / "rapporter" / "oslo-2019.yaml")
    (problem,) = problems_in(folder)
    assert problem == "oslo-2019.yaml: is not a file that can be read"


@pytest.mark.parametrize("name", ["on_mean", "near_mean", "apart", "stable_trend"])
def test_threshold_that_is_missing_is_named(folder: Path, name: str) -> None:
    """No limit has a default that nobody has argued for."""
    with rewritten(folder / PHRASES) as content:
        del content["thresholds"][name]
    assert problems_in(folder) == (f"fraser.yaml: thresholds.{name}: is missing",)


def test_no_more_places_are_told_than_have_words(folder: Path) -> None:
    """«Fjerde høyest» was asked for, told of nobody, and made fewer of the others."""
    words = yaml.safe_load((folder / PHRASES).read_text("utf-8"))["words"]
    assert f"rank_level_{LAST_PLACE}_highest" in words
    assert f"rank_level_{LAST_PLACE + 1}_highest" not in words
    for value in (0, 2.5, LAST_PLACE + 1):
        with rewritten(folder / PHRASES) as content:
            content["thresholds"]["among_outermost"]["value"] = value
        (problem,) = problems_in(folder)
        assert problem.startswith(
            f"fraser.yaml: thresholds.among_outermost: is {value}"
        )


def damage_weights(topic: str, weight: object) -> Callable[[Any], None]:
    """Give a topic another weight, or none."""

    def change(content: Any) -> None:
        content["weights"][topic] = weight
        content["weights"] = {k: v for k, v in content["weights"].items() if v}

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (damage_weights("gap", None), "findings about gap have no weight"),
        (damage_weights("gapp", {"value": 1, "why": "x"}), "weights.gapp"),
        (damage_weights("gap", {"value": 1}), "weights.gap.why"),
    ],
)
def test_weight_is_of_a_topic_and_each_topic_has_one(
    folder: Path, change: Callable[[Any], None], said: str
) -> None:
    """Of a finding that weighs nothing nobody would know why it is never told."""
    with rewritten(folder / PHRASES) as content:
        change(content)
    (problem,) = problems_in(folder)
    assert problem.startswith("fraser.yaml: weights")
    assert said in problem


def test_forbehold_is_told_with_what_is_stable_or_is_not(folder: Path) -> None:
    with rewritten(folder / OWN_FORBEHOLD) as content:
        entry_in(content["forbehold"], "tromso_kvp_2018")["stable"] = "sometimes"
    (problem,) = problems_in(folder)
    assert problem.startswith("forbehold.yaml: forbehold[tromso_kvp_2018].stable: ")
    assert "'untold' or 'told'" in problem


# -- damaged manual figures ------------------------------------------------------------

COLUMNS = "kommune,year,value,status,basis,source,collected,note"
ROW = dict(
    zip(
        COLUMNS.split(","),
        ("oslo", "2015", "1.5", "", "real", "https://ks.no", "2021-05-11", ""),
        strict=True,
    )
)


def write_manual(folder: Path, *rows: Mapping[str, str], name: str = "antall") -> None:
    """Write a file of manual figures."""
    path = folder / "sosiale_tjenester" / "manuelle" / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def manual_folder(folder: Path) -> Path:
    """A copy in which sykefravær alone is collected in a file that tests write."""
    (folder / "sosiale_tjenester" / "manuelle" / "sykefravaer.csv").unlink()
    return folder


@pytest.mark.parametrize(
    ("changes", "key", "complaint"),
    [
        ({"value": "1,5"}, "value", "valid number, got '1,5'"),
        ({"value": "ukjent"}, "value", "valid number, got 'ukjent'"),
        ({"value": "1 500"}, "value", "valid number, got '1 500'"),
        ({"year": "i fjor"}, "year", "valid integer, got 'i fjor'"),
        ({"year": ""}, "year", "valid integer, got ''"),
        ({"value": "1.5", "status": ":"}, "", "either a value, or a status"),
        ({"value": "0", "status": ":"}, "", "either a value, or a status"),
        ({"value": ""}, "", "either a value, or a status"),
        ({"value": "", "status": "-"}, "status", "'.', '..' or ':', got '-'"),
        ({"basis": "anslag"}, "basis", "'reconstructed', got 'anslag'"),
        ({"collected": "11.05.2021"}, "collected", "'11.05.2021' is not a date"),
        ({"kommune": "Oslo"}, "kommune", "'Oslo' does not have the form"),
        ({"merknad": "x"}, "merknad", "unknown key"),
    ],
)
def test_mistake_in_a_manual_figure_is_named_with_its_line(
    manual_folder: Path, changes: Mapping[str, str], key: str, complaint: str
) -> None:
    """Nobody checks what was typed by hand but this."""
    good = {**ROW, "year": "2016", **{name: "" for name in changes if name not in ROW}}
    write_manual(manual_folder, good, {**ROW, **changes}, name="sykefravaer")
    problems = [
        problem
        for problem in problems_in(manual_folder)
        if problem.startswith(f"sykefravaer.csv, line 3: {key or 'the file'}: ")
    ]
    assert len(problems) == 1
    assert complaint in problems[0]


def test_row_that_stands_twice_is_named(manual_folder: Path) -> None:
    """Which of two figures is right, the program cannot know."""
    write_manual(manual_folder, ROW, {**ROW, "value": "2.5"}, name="sykefravaer")
    assert problems_in(manual_folder) == (
        "sykefravaer.csv: sykefravaer for oslo 2015 stands 2 times",
    )


def test_manual_figure_for_an_unknown_kommune_is_named(manual_folder: Path) -> None:
    """Said once per file, however many rows it has."""
    rows = [{**ROW, "kommune": "tronheim", "year": str(y)} for y in (2015, 2016)]
    write_manual(manual_folder, *rows, name="sykefravaer")
    assert problems_in(manual_folder) == (
        "sykefravaer.csv: unknown kommune 'tronheim'. Did you mean trondheim?",
    )


def test_manual_file_that_is_not_utf8_is_named(manual_folder: Path) -> None:
    """Excel in Norway saves CSV in another encoding unless it is asked."""
    path = manual_folder / "sosiale_tjenester" / "manuelle" / "sykefravaer.csv"
    text = f"{COLUMNS}\noslo,2015,1.5,,real,Å,2021-05-11,\n"
    path.write_bytes(text.encode("latin-1"))
    problems = problems_in(manual_folder)
    assert any(
        p.startswith("sykefravaer.csv: is not UTF-8; save it as UTF-8 (in Excel «CSV")
        for p in problems
    )


def test_row_with_too_many_columns_is_named(manual_folder: Path) -> None:
    """A comma in a note that nobody put in quotation marks."""
    path = manual_folder / "sosiale_tjenester" / "manuelle" / "sykefravaer.csv"
    text = f"{COLUMNS}\noslo,2015,1.5,,real,s,2021-05-11,a note, and more\n"
    path.write_text(text, "utf-8")
    problem, *_ = problems_in(manual_folder)
    assert problem == "sykefravaer.csv, line 2: too_many_columns: unknown key"


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_manual_figure_that_is_no_number_is_named(
    manual_folder: Path, value: str
) -> None:
    """A table saved by a program writes nan for a gap; a gap has a sign here."""
    good = {**ROW, "year": "2016"}
    write_manual(manual_folder, good, {**ROW, "value": value}, name="sykefravaer")
    (problem,) = problems_in(manual_folder)
    assert problem.startswith("sykefravaer.csv, line 3: value: ")


def test_manual_figure_for_an_unknown_measure_is_named(folder: Path) -> None:
    """Trondheim 2019 would silently be divided by the people of the new borders."""
    path = folder / "sosiale_tjenester" / "manuelle" / "innbyggere_gamle_grenser.csv"
    text = path.read_text("utf-8")
    assert "innbyggere_18_24,trondheim" in text
    path.write_text(
        text.replace("innbyggere_18_24,trondheim", "innbyggere_18_42,trondheim"),
        "utf-8",
    )
    (problem,) = problems_in(folder)
    for part in (path.name, "innbyggere_18_42", "Did you mean innbyggere_18_24?"):
        assert part in problem


def test_manual_figure_that_stands_in_two_files_is_named(folder: Path) -> None:
    """Else the file that comes later in the alphabet wins."""
    row = {"measure": "sykefravaer", **ROW}
    write_manual(folder, row, name="tillegg")
    (problem,) = problems_in(folder)
    assert "sykefravaer for oslo 2015 stands 2 times" in problem
    assert "tillegg.csv" in problem


# -- damaged comments and runs ---------------------------------------------------------

HEAD = '---\nauthor: "En"\nsource: "https://ks.no"\ndate: "2018-09-10"\n---\n'


def write_comment(folder: Path, text: str, place: str = "tromso-2017/kvalitet") -> None:
    """Write a comment."""
    path = folder / "sosiale_tjenester" / "kommentarer" / f"{place}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")


def test_comment_is_read_with_its_head(folder: Path) -> None:
    """A new file is all it takes, also where the text has a line ---."""
    write_comment(folder, f"{HEAD}\nForklaring.\n---\nMer.\n")
    known = catalogue.load_catalogue(folder)
    (comment,) = (c for c in known.comments_on("tromso", 2017) if c.id == "kvalitet")
    assert comment.text == "Forklaring.\n---\nMer."
    assert (comment.author, comment.date) == ("En", "2018-09-10")
    # Of the form before this one: the file has the name of its chapter.
    assert (comment.chapter, comment.gjelder, comment.says) == ("kvalitet", (), None)


def _explains(*indicators: str, **head: str | list[str]) -> str:
    """The head of a comment that explains some indicators."""
    more = {"gjelder": list(indicators), "says": "kommunen", **head}
    return HEAD.replace("---\n", f"---\n{yaml.safe_dump(more)}", 1)


@pytest.mark.parametrize(
    ("head", "name", "chapter"),
    [
        (_explains(KVP), "hva_som_helst", COVERAGE),
        (_explains(KVP), COVERAGE, COVERAGE),
        (_explains(KVP, RUS), "flere kapitler", COVERAGE),
        (_explains(RAAD), "en del av summen", "prioritering_behov"),
        (_explains(KVP, chapter=COVERAGE), "kvalitet", COVERAGE),
        (HEAD.replace("---\n", "---\nchapter: kvalitet\n", 1), "x", "kvalitet"),
        (HEAD, "kvalitet", "kvalitet"),
    ],
)
def test_comment_has_the_chapter_of_its_head_its_file_or_what_it_explains(
    folder: Path, head: str, name: str, chapter: str
) -> None:
    """Several may be of one chapter, so the name of the file is the author's own."""
    write_comment(folder, f"{head}Ifølge kommunen\nøker leiene.\n", f"oslo-2020/{name}")
    (comment,) = catalogue.load_catalogue(folder).comments_on("oslo", 2020)
    assert (comment.chapter, comment.id) == (chapter, name)


LONG = " ".join(["ord"] * (catalogue.LONGEST_CAUSE + 1))


@pytest.mark.parametrize(
    ("head", "text", "complaints"),
    [
        (
            _explains("kvp_mottakere_pr_1000"),
            "Kommunen er kort.",
            ["gjelder: unknown indicator 'kvp_mottakere_pr_1000'. Did you mean kvp_m"],
        ),
        (
            _explains(KVP, "sykefravar", chapter="kvalitett"),
            "Kommunen er kort.",
            [
                "gjelder: unknown indicator 'sykefravar'. Did you mean sykefravaer?",
                "unknown chapter 'kvalitett'. Did you mean kvalitet?",
            ],
        ),
        (
            _explains(KVP, RUS, chapter="kvalitet"),
            "Kommunen er kort.",
            [
                f"gjelder: {KVP} is not of kvalitet, but of {COVERAGE}; give that",
                f"gjelder: {RUS} is not of kvalitet, but of prioritering_behov",
            ],
        ),
        (
            _explains(KVP, says="alle"),
            "Kommunen er kort.",
            ["says: Input should be 'asss', 'ks' or 'kommunen', got 'alle'"],
        ),
        (HEAD, "Kort.", ["unknown chapter 'leie'. Known: prioritering_behov, "]),
        (
            _explains(KVP).replace("says: kommunen\n", ""),
            f"{LONG}\n\nEt avsnitt til.",
            [
                "says: is missing; what explains an indicator",
                "should be one paragraph",
                f"has {catalogue.LONGEST_CAUSE + 4} words, and what stands with a ",
                "does not say by whom it is: put bars around the verb",
            ],
        ),
        (
            _explains(KVP),
            "Leiene |har| økt | mye.",
            ["has 3 bars: there are two around the verb, or one behind it"],
        ),
        (
            _explains(KVP, repeats=["tromso_kvp_2081"]),
            "Leiene |har| økt.",
            ["repeats: unknown forbehold or indicator 'tromso_kvp_2081'. Did you mean"],
        ),
    ],
)
def test_comment_that_explains_what_is_not_there_is_named(
    folder: Path, head: str, text: str, complaints: list[str]
) -> None:
    """All of it at once, with the nearest; a cause that nobody finds is lost."""
    write_comment(folder, f"{head}{text}\n", "oslo-2020/leie")
    problems = problems_in(folder)
    assert len(problems) == len(complaints), problems
    for complaint in complaints:
        assert any(p.startswith("oslo-2020/leie.md: ") for p in problems)
        assert any(complaint in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("Forklaring.\n", "should begin with a head", id="no-head"),
        pytest.param("", "should begin with a head", id="empty"),
        pytest.param("---\nauthor: a\n", "should begin with a head", id="head-open"),
        pytest.param("---\n---\nTekst", "should begin with a head", id="head-empty"),
        pytest.param("---\na: [\n---\nTekst", "is not valid YAML", id="head-broken"),
        pytest.param(
            HEAD.replace('"2018-09-10"', "2018-09-10"),
            "date: 2018-09-10 must be text: put quotation marks around it",
            id="unquoted-date",
        ),
        pytest.param(
            HEAD.replace("source", "kilde"), "source: is missing", id="no-source"
        ),
    ],
)
def test_comment_without_a_proper_head_is_named(
    folder: Path, text: str, complaint: str
) -> None:
    """What people say is printed with who says it, or not at all."""
    write_comment(folder, text)
    problems = problems_in(folder)
    assert all(p.startswith("tromso-2017/kvalitet.md: ") for p in problems)
    assert any(complaint in problem for problem in problems)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("![Oslo](http://a.no/y.png)", "an image, http://a.no/y.png: a page fetches "),
        ("Se ![][1]", "an image, y.png: a page fetches nothing"),
        ("[her](javascript:alert(1))", "a link to javascript:alert(1): write an addr"),
        ("<javascript:alert(1)>", "a link to javascript:alert(1)"),
        ("[her](data:text/html,x)", "a link to data:text/html,x"),
        ("[her](file:///etc/passwd)", "a link to file:///etc/passwd"),
        ("[her](rapport.pdf)", "a link to rapport.pdf"),
        ("Fotnote[^1].", "a footnote, [^1]: write it in the text"),
        ("| a |\n|---|\n| [b](x:y) |", "a link to x:y"),
        ("Med <b>fet</b> skrift", "HTML, <b>: write Markdown"),
        ("<!-- uten slutt", "HTML, <!--: write Markdown"),
        ("<!-- uten slutt, og <!-- med -->", "a remark, <!--, that takes the next"),
        ("[her](https://a.no/b c)", "a link that is none, [her](https://a.no/b c): "),
    ],
)
def test_comment_that_asks_for_more_than_text_is_named(
    folder: Path, line: str, complaint: str
) -> None:
    """With the line in the file: nothing is fetched, and nothing is run."""
    text = f"{HEAD}\n<!-- to\nlinjer -->\n\nTekst\n{line}\n\n[1]: y.png\n"
    write_comment(folder, text)
    last = text[: text.index("\n\n[1]")].count("\n") + 1
    found = f"tromso-2017/kvalitet.md, line {last}: {complaint}"
    assert problems_in(folder)[0].startswith(found)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("Husk {kommune}.", "a hole, '{'"),
        ("TODO: skriv mer", "a note to oneself, 'TODO'"),
        ("I alt None personer", "a missing number, 'None'"),
    ],
)
def test_comment_that_no_page_is_made_with_is_named(
    folder: Path, line: str, complaint: str
) -> None:
    """It passed the check, and stopped the report when it was to be published."""
    write_comment(folder, f"{HEAD}\nTekst.\n\n- {line}\n")
    (problem,) = problems_in(folder)
    assert problem.startswith(f"tromso-2017/kvalitet.md, line 9: {complaint}: mend it")
    write_comment(folder, f"{HEAD.replace('En', line)}\nTekst.\n")
    (problem,) = problems_in(folder)
    assert problem.startswith(f"tromso-2017/kvalitet.md: author: {complaint}")


def test_file_that_nothing_reads_is_listed(folder: Path) -> None:
    """A figure in it would be missing in print, and nobody would know why."""
    assert catalogue.unread(folder) == []
    names = [
        "barnevern/forbehold.yaml",
        "forbehold.yml",
        "rapporter/2020/oslo-2020.yaml",
        "sosiale_tjenester/kommentarer/kvalitet.md",
        "sosiale_tjenester/manuelle/sykefravaer.CSV",
    ]
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("", "utf-8")
    assert catalogue.unread(folder) == names


@pytest.mark.parametrize(
    ("place", "complaint"),
    [
        ("tromsoe-2017/kvalitet", "unknown kommune 'tromsoe'. Did you mean tromso?"),
        ("tromso-2017/kvalitett", "unknown chapter 'kvalitett'. Did you mean kvalitet"),
        ("tromso-ifjor/kvalitet", "tromso-ifjor is not <kommune>-<year>"),
    ],
)
def test_comment_in_the_wrong_place_is_named(
    folder: Path, place: str, complaint: str
) -> None:
    """It would be read by nobody, and missed by whoever wrote it."""
    write_comment(folder, f"{HEAD}Forklaring.\n", place)
    (problem,) = problems_in(folder)
    assert place.partition("/")[0] in problem
    assert complaint in problem


def test_comment_that_is_not_utf8_is_named(folder: Path) -> None:
    """As saved by an old editor on Windows."""
    path = folder / "sosiale_tjenester" / "kommentarer" / "tromso-2017" / "kvalitet.md"
    path.write_bytes(f"{HEAD}Først.\n".encode("latin-1"))
    (problem,) = problems_in(folder)
    assert problem.startswith("tromso-2017/kvalitet.md: ")
    assert "UTF-8" in problem


@pytest.mark.parametrize(
    ("file", "word"),
    [(FORBEHOLD, "Feilføring"), (PHRASES, "snittet"), (SERVICE, "Dekningsgrader")],
)
def test_invisible_character_is_named(folder: Path, file: str, word: str) -> None:
    """It breaks searches and joins, and nobody can see why."""
    path = folder / file
    text = path.read_text("utf-8")
    path.write_text(text.replace(word, f"{word[:4]}\u00ad{word[4:]}"), "utf-8")
    assert any(
        problem.startswith(f"{path.name}: an invisible character stands in ")
        for problem in problems_in(folder)
    )


@pytest.mark.parametrize(
    ("file", "word"),
    [
        (NETWORK, "name: Oslo"),
        ("sosiale_tjenester/manuelle/sykefravaer.csv", "official"),
        ("sosiale_tjenester/kommentarer/tromso-2017/rus.md", "egen"),
    ],
)
def test_invisible_character_is_named_in_every_file(
    folder: Path, file: str, word: str
) -> None:
    """Names of kommuner and words of people reach the page as well."""
    path = folder / file
    text = path.read_text("utf-8")
    assert word in text
    path.write_text(text.replace(word, f"{word}\u200b", 1), "utf-8")
    assert any(
        path.name in problem and "invisible character" in problem
        for problem in problems_in(folder)
    )


def test_run_on_an_unknown_kommune_is_named(folder: Path) -> None:
    """Found before a batch begins, and not when it comes to that report."""
    path = folder / "rapporter" / "tronheim-2020.yaml"
    path.write_text("kommune: tronheim\nyear: 2020\n", "utf-8")
    assert problems_in(folder) == (
        "tronheim-2020.yaml: kommune: unknown id 'tronheim'. Did you mean trondheim?",
    )


def test_misspelt_key_of_a_run_is_named(folder: Path) -> None:
    """Every run file is checked, whichever of them is asked for."""
    path = folder / "rapporter" / "trondheim-2020.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("published:", "publised:"), "utf-8")
    assert problems_in(folder) == (
        "trondheim-2020.yaml: publised: unknown key, did you mean published?",
    )


@pytest.mark.parametrize("name", ["../../etc", "/etc", "a/b", "..", "C:\\\\a", ""])
def test_run_on_a_snapshot_that_is_no_name_is_named(folder: Path, name: str) -> None:
    """A path is another folder on another machine."""
    path = folder / "rapporter" / "oslo-2020.yaml"
    text = f"kommune: oslo\nyear: 2020\nsnapshot: {json.dumps(name)}\n"
    path.write_text(text, "utf-8")
    (problem,) = problems_in(folder)
    assert problem.startswith(f"oslo-2020.yaml: snapshot: {name!r} is not a name")


# -- several at once -------------------------------------------------------------------


@pytest.mark.parametrize("name", [FORBEHOLD, PHRASES, NETWORK])
def test_missing_file_is_named(folder: Path, name: str) -> None:
    """What is left can still be checked, but nothing can be run on it."""
    (folder / name).unlink()
    problems = problems_in(folder)
    assert f"{Path(name).name}: cannot be read (No such file or directory)" in problems


@pytest.mark.parametrize(
    "name", [SERVICE, FORBEHOLD, PHRASES, NETWORK, "rapporter/tromso-2017.yaml"]
)
def test_empty_file_is_named(folder: Path, name: str) -> None:
    """A file cut off while it was saved; «0 problems» helps nobody to find it."""
    (folder / name).write_text("", "utf-8")
    assert any(p.startswith(f"{Path(name).name}: ") for p in problems_in(folder))


def test_all_problems_in_all_files_are_told_at_once(folder: Path) -> None:
    """Nobody mends seven mistakes in seven runs."""
    with rewritten(folder / SERVICE) as content:
        damage_service("sykefravaer", "mean", "median")(content)
        repeat_entry("measures", "stonad_sum")(content)
    with rewritten(folder / OWN_FORBEHOLD) as content:
        entry_in(content["forbehold"], "tromso_kvp_2018")["kommuner"] = ["tromsoe"]
    with rewritten(folder / PHRASES) as content:
        content["phrases"]["level_distance"]["example"]["reads"] = "Noe annet."
    write_manual(folder, {**ROW, "value": "mye"})
    write_comment(folder, "Uten hode.\n")
    path = folder / "rapporter" / "tromso-2017.yaml"
    path.write_text("kommune: tromso\nyear: '2017'\n", "utf-8")
    problems = problems_in(folder)
    wanted = [
        "indikatorer.yaml: indicators[sykefravaer].mean: ",
        "indikatorer.yaml: measures: stonad_sum ",
        "forbehold.yaml: forbehold[tromso_kvp_2018].kommuner: ",
        "fraser.yaml: phrases.level_distance: ",
        "antall.csv, line 2: value: ",
        "tromso-2017/kvalitet.md: ",
        "tromso-2017.yaml: year: ",
    ]
    for start in wanted:
        assert any(problem.startswith(start) for problem in problems), start
    assert len(problems) == len(wanted)
    assert str(ParameterError(problems)).startswith("7 problems in parameters/:")


@pytest.mark.parametrize("key", ["sections", "chapters", "groups", "tables"])
def test_other_entries_that_stand_twice_are_named(folder: Path, key: str) -> None:
    """Of two tables with one number the later would silently hold."""
    with rewritten(folder / SERVICE) as content:
        repeat_entry(key, content[key][0]["id"])(content)
    (problem,) = problems_in(folder)
    assert problem.startswith(f"indikatorer.yaml: {key}: ")


def test_member_that_stands_twice_is_named(folder: Path) -> None:
    """It would count twice in every mean."""
    with rewritten(folder / NETWORK) as content:
        repeat_entry("members", "oslo")(content)
    (problem,) = problems_in(folder)
    assert problem.startswith("nettverk.yaml: members: oslo stands 2 times")


def renumber(kommune: str, *periods: dict[str, object]) -> Callable[[Any], None]:
    """Damage: other numbers of a member."""

    def change(content: dict[str, Any]) -> None:
        entry_in(content["members"], kommune)["kommunenummer"] = list(periods)

    return change


def rename(kommune: str, key: str, value: object) -> Callable[[Any], None]:
    """Damage: another name of a member."""

    def change(content: dict[str, Any]) -> None:
        entry_in(content["members"], kommune)[key] = value

    return change


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            renumber("stavanger", {"number": "0301"}),
            ("members[oslo] and members[stavanger]", "same kommunenummer 0301"),
        ),
        (
            renumber(
                "asker", {"number": "0220"}, {"number": "3203", "from_year": 2020}
            ),
            ("members[asker].kommunenummer", "0220 (-)", "3203 (2020-)", "overlap"),
        ),
        (
            renumber(
                "asker",
                {"number": "3203", "from_year": 2024},
                {"number": "0220", "to_year": 2019},
            ),
            ("members[asker].kommunenummer", "2020-2023", "0220 (-2019)"),
        ),
        (
            renumber("asker", {"number": "0220", "from_year": 2020, "to_year": 2019}),
            ("members[asker].kommunenummer", "ends before it begins"),
        ),
        (renumber("asker"), ("members[asker].kommunenummer", "is empty")),
        (rename("asker", "name", "Bærum"), ("members[baerum]", "members[asker]")),
        (rename("asker", "name", " "), ("members[asker].name",)),
        (rename("asker", "other_names", ["OSLO"]), ("members[oslo]", "'oslo'")),
        (rename("asker", "id", "alle"), ("members[alle].id",)),
        (rename("asker", "id", "asss"), ("members[asss].id",)),
    ],
)
def test_network_at_odds_with_itself_is_refused(
    folder: Path, damage: Callable[[Any], None], said: tuple[str, ...]
) -> None:
    """Two members with one number are one city's figures printed as another's."""
    with rewritten(folder / NETWORK) as content:
        damage(content)
    # Whoever else names a member by an id that is gone is named too.
    problem, *_ = problems_in(folder)
    for part in ("nettverk.yaml", *said):
        assert part in problem


def test_number_that_passes_from_one_member_to_another_is_none_shared(
    folder: Path,
) -> None:
    """It is the years that decide whose a number is."""
    with rewritten(folder / NETWORK) as content:
        renumber("asker", {"number": "0602", "from_year": 2020})(content)
    catalogue.load_catalogue(folder)


@pytest.mark.parametrize(
    ("periods", "said"),
    [
        ([{"to_year": 2016}, {"from_year": 2018}], "nothing for 2017-2017"),
        ([{"to_year": 2018}, {"from_year": 2018}], "overlap"),
        ([{"to_year": 2020}], "to_year of the last"),
        ([{"from_year": 2015}], "from_year of the first"),
    ],
)
def test_mean_without_a_rule_for_a_year_or_with_two_is_refused(
    folder: Path, periods: list[dict[str, Any]], said: str
) -> None:
    """The hole would be found by the first report on that year."""
    with rewritten(folder / SERVICE) as content:
        content["means"]["plain"] = [{**span, "rule": "plain"} for span in periods]
    (problem,) = problems_in(folder)
    assert problem.startswith("indikatorer.yaml: means.plain")
    assert said in problem


def test_mean_without_any_rule_is_refused(folder: Path) -> None:
    with rewritten(folder / SERVICE) as content:
        content["means"]["plain"] = []
    assert all("means.plain: leave out" in problem for problem in problems_in(folder))


def test_barnevern_is_against_the_others_in_its_old_edition_alone(root: Path) -> None:
    """KS printed «snittet for de andre» in edition 2018, and then the mean of all."""
    known = catalogue.load_catalogue(root / "parameters", service="barnevern")
    corrected = known.service.relations.corrected
    for one in known.service.figures:
        rules = {year: known.mean_rule(one.id, year) for year in range(2015, 2024)}
        is_corrected = corrected and one.id == corrected.corrected
        old = "plain" if is_corrected else "plain_of_others"
        assert {rules[year] for year in (2015, 2016, 2017)} == {old}
        later = "weighted" if one.formula.denominator else "plain"
        assert {rules[year] for year in range(2018, 2024)} == {later}
    # In a report of a later year all means are of all, those of earlier years too.
    assert known.mean_rule("sykefravaer", 2016, 2017) == "plain_of_others"
    assert known.mean_rule("sykefravaer", 2017, 2018) == "plain"
    assert known.of_all(2017) == ["Ressursbruksindikator"]


def test_what_is_known_of_a_report_says_whom_its_means_are_of(root: Path) -> None:
    """Only where they are of the others: else nothing is another."""
    known = catalogue.load_catalogue(root / "parameters", service="barnevern")
    assert known.for_report("oslo", 2018) is known
    told = known.for_report("oslo", 2017)
    assert told.for_report("oslo", 2017) is told
    said = told.phrases.phrases
    assert "enn snittet for de andre:" in said["spending"].sentence
    # KS' own figure is 1,00 in the mean of all.
    assert "enn snittet for ASSS når" in said["corrected_alone"].sentence
    of_network = known.for_report(parameters.NETWORK, 2017)
    assert {of_network.mean_rule(o.id, 2017) for o in known.service.figures} == {
        "plain"
    }
    assert of_network.phrases.phrases == known.phrases.phrases


def test_corrected_figure_is_never_held_against_the_others(folder: Path) -> None:
    """It is made of the mean of all, in which it is 1,00."""
    with rewritten(folder / SERVICE) as content:
        content["means"]["plain"] = [{"rule": "plain", "of": "others"}]
    (problem,) = problems_in(folder)
    assert problem.startswith("indikatorer.yaml: means.plain: is the mean of ressurs")
    assert "leave out of: others" in problem


def test_mean_of_somebody_unheard_of_is_refused(folder: Path) -> None:
    with rewritten(folder / SERVICE) as content:
        content["means"]["plain"] = [{"rule": "plain", "of": "ohters"}]
    problems = problems_in(folder)
    assert any("means.plain" in one and "of" in one for one in problems)


@pytest.mark.parametrize("file", ["fraser.yaml", "fraser.nn.yaml"])
def test_piece_that_stands_nowhere_is_refused(folder: Path, file: str) -> None:
    """A phrase that was reworded would go on to call another mean that of ASSS."""
    path = folder / file
    with rewritten(path) as content:
        content["of_others"]["snittet for ASSS-en"] = "snittet for de andre"
    (problem,) = problems_in(folder)
    assert problem == (
        f"{file}: of_others: 'snittet for ASSS-en' stands in no phrase and no word"
    )


# -- addresses -------------------------------------------------------------------------

NO_ADDRESSES = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "file:///etc/passwd",
    "external:\\\\server\\share",
    "\\\\server\\share",
    "//ks.no/a",
    "data:text/html,x",
    "ftp://ks.no/a",
    "https:ks.no",
    "https:///a",
    "https://",
    "https://ks.no:99999/",
    "https://ks.no@evil.example/",
    "https://a:b@ks.no/",
    "https://ks.no/a b",
    "https://ks.no/\u202egpj",
    "https://ks.no/\x1b[31m",
    "https://ks.no/\n",
    'https://ks.no/"onclick=',
    " https://ks.no/",
    "https://ks.no/" + "a" * 2000,
]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_address_of_another_kind_is_no_address(address: str) -> None:
    """Nor is it words, where words may stand."""
    with pytest.raises(ValueError, match="is no address"):
        TypeAdapter(Address).validate_python(address)
    with pytest.raises(ValueError, match="is no address"):
        TypeAdapter(Source).validate_python(address)


@pytest.mark.parametrize("address", [NO_ADDRESSES[0], "https://ks.no/\x1b[31m"])
def test_address_of_another_kind_is_refused_wherever_one_stands(
    manual_folder: Path, address: str
) -> None:
    """A reader would be led there, or the workbook would die of it."""
    with rewritten(manual_folder / OWN_FORBEHOLD) as content:
        entry_in(content["forbehold"], "tromso_kvp_2018")["source"] = address
    with rewritten(manual_folder / "statbank.yaml") as content:
        content["base_url"] = address
    with rewritten(manual_folder / SERVICE) as content:
        entry_in(content["indicators"], "sykefravaer")["source"] = address
    with rewritten(manual_folder / NETWORK) as content:
        content["source"] = address
    write_manual(manual_folder, {**ROW, "source": address}, name="sykefravaer")
    head = yaml.safe_dump({"author": "En", "source": address, "date": "2018"})
    write_comment(manual_folder, f"---\n{head}---\nTekst.\n")
    problems = problems_in(manual_folder)
    for where in (
        "forbehold.yaml: forbehold[tromso_kvp_2018].source: ",
        "statbank.yaml: base_url: ",
        "indikatorer.yaml: indicators[sykefravaer].source: ",
        "nettverk.yaml: source: ",
        "sykefravaer.csv, line ",
        "tromso-2017/kvalitet.md: source: ",
    ):
        assert any(problem.startswith(where) for problem in problems), where
    told = [one for one in problems if "invisible character" not in one]
    assert all("is no address" in problem for problem in told), told
    assert all(str.isprintable(problem) for problem in problems)


@pytest.mark.parametrize(
    "address",
    [
        "https://ks.no",
        "http://127.0.0.1:8931/a?b=c&d=e#f",
        "https://no.wikipedia.org/wiki/Tromsø",
        "https://www.ssb.no/statbank/table/12362/tableViewLayout1/?loadedQueryId=1~2",
    ],
)
def test_address_on_the_net_is_taken_as_it_is(folder: Path, address: str) -> None:
    with rewritten(folder / FORBEHOLD) as content:
        content["forbehold"][0]["source"] = address
    assert catalogue.load_catalogue(folder).forbehold[0].source == address


def test_source_may_be_words_where_it_is_no_link(manual_folder: Path) -> None:
    """«KS: side 4» is no address, and is shown as no link."""
    row = {**ROW, "source": "KS: tabell 4; 2021"}
    write_manual(manual_folder, row, name="sykefravaer")
    catalogue.load_catalogue(manual_folder)


# -- one broken comment ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("oslo-2020/kvalitet", "Uten hode.\n"),
        ("oslo-2020/kvalitett", f"{HEAD}Forklaring.\n"),
        ("oslo-2020/leie", f"{_explains('leie')}Forklaring.\n"),
        ("oslo-2020/kvalitet", HEAD.replace("https://ks.no", "javascript:alert(1)")),
        ("oslo-2020/kvalitet", HEAD.replace('author: "En"', "author: &a [*a]")),
    ],
)
def test_broken_comment_stops_its_own_report_and_no_other(
    folder: Path, place: str, text: str
) -> None:
    """Ten cities waited for one file; `asss check` names it all the same."""
    write_comment(folder, text, place)
    known = catalogue.load_catalogue(folder)
    for refused in (
        lambda: known.check_comments(("oslo", 2020)),
        lambda: known.comments_on("oslo", 2020),
        known.check_comments,
    ):
        with pytest.raises(ParameterError, match=f"{place}.md: "):
            refused()
    known.check_comments(("bergen", 2020), ("oslo", 2019), ("tromso", 2017))
    assert known.comments_on("tromso", 2017)


# -- files that were only left lying ---------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "sosiale_tjenester/manuelle/._sykefravaer.csv",
        "sosiale_tjenester/manuelle/.~lock.sykefravaer.csv#",
        "sosiale_tjenester/manuelle/~$sykefravaer.csv",
        "sosiale_tjenester/manuelle/sykefravaer.csv~",
        "sosiale_tjenester/manuelle/.#sykefravaer.csv",
        "sosiale_tjenester/manuelle/#sykefravaer.csv#",
        "sosiale_tjenester/manuelle/.ipynb_checkpoints/sykefravaer-checkpoint.csv",
        "rapporter/._alle-2020.yaml",
        "rapporter/.alle-2020.yaml.swp",
        "rapporter/alle-2020.yaml.bak",
        "sosiale_tjenester/kommentarer/.ipynb_checkpoints/kvalitet.md",
        "sosiale_tjenester/kommentarer/tromso-2017/._kvalitet.md",
        "sosiale_tjenester/kommentarer/tromso-2017/.ipynb_checkpoints/kvalitet.md",
        "sosiale_tjenester/._indikatorer.yaml",
        "._fraser.nn.yaml",
        ".#fraser.se.yaml",
        "#fraser.yaml#",
    ],
)
def test_what_an_editor_or_a_system_left_is_not_read(folder: Path, name: str) -> None:
    """macOS leaves ._x beside each file on a disk of another system."""
    before = parameters.names_in(folder)
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\x00\x05\x16\x07\xff")
    catalogue.load_catalogue(folder).check_comments()
    assert translation.languages(folder) == ("nb", "nn")
    assert parameters.names_in(folder) == before


def test_files_of_a_folder_are_those_that_lie_in_it(tmp_path: Path) -> None:
    """A link to a file is one; to a folder it leads elsewhere, or round in a ring."""
    folder = tmp_path / "a"
    for name in ("å/æ.md", "b/c/d.csv", "b.yaml", "__pycache__/e.pyc", "b/~$f.xlsx"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / "g.yaml").symlink_to(folder / "b.yaml")
    (folder / "h.yaml").symlink_to(folder / "nowhere")
    (folder / "b" / "ring").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    assert parameters.names_in(folder) == ["b.yaml", "b/c/d.csv", "g.yaml", "å/æ.md"]
    assert parameters.names_in(folder / "b.yaml") == []
    assert parameters.names_in(folder / "nowhere") == []


# -- manual figures as they are saved --------------------------------------------------

EXCEL = """kommune;year;value;status;basis;source;collected;note
oslo;2020;9,2;;published;https://ks.no/a;23.11.2026;Ærlig talt
bergen;2020;8;;published;https://ks.no/a;2026-11-23;
tromso;2020;;..;published;https://ks.no/a;2026-11-23;
;;;;;;;
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_file_that_excel_saved_in_norwegian_is_read(
    manual_folder: Path, encoding: str, ending: str
) -> None:
    path = manual_folder / "sosiale_tjenester" / "manuelle" / "sykefravaer.csv"
    path.write_bytes(EXCEL.replace("\n", ending).encode(encoding))
    manual = catalogue.load_catalogue(manual_folder).manual
    oslo = manual["sykefravaer", "oslo", 2020]
    assert (oslo.value, oslo.collected, oslo.note) == (
        9.2,
        "2026-11-23",
        "Ærlig talt",
    )
    assert manual["sykefravaer", "bergen", 2020].value == 8
    assert manual["sykefravaer", "tromso", 2020].status == ".."


@pytest.mark.parametrize("value", ["1.234", "1.234,5", "1 234", "9;2", "9,2,1"])
def test_number_that_may_mean_two_things_is_refused(
    manual_folder: Path, value: str
) -> None:
    """Beside a decimal comma a point may set thousands apart."""
    path = manual_folder / "sosiale_tjenester" / "manuelle" / "sykefravaer.csv"
    path.write_text(EXCEL.replace("9,2", value), "utf-8")
    assert all("line 2: " in problem for problem in problems_in(manual_folder))


@pytest.mark.parametrize("value", ["9_2", "1e1", "٩", "0x9", "+9", "9.", ".9", "9 "])
def test_number_is_not_read_as_python_reads_it(manual_folder: Path, value: str) -> None:
    """9_2 is 92 to Python, and 9.2 to whoever wrote it."""
    write_manual(manual_folder, {**ROW, "value": value}, name="sykefravaer")
    (problem,) = problems_in(manual_folder)
    assert problem.startswith("sykefravaer.csv, line 2: value: ")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "lacks the columns"),
        ("kommune\tyear\tvalue\n", "lacks the columns"),
        (EXCEL.replace(";value", ";verdi"), "lacks the columns value"),
        (EXCEL.replace(";note", ";note;value"), "value stands 2 times"),
        (EXCEL.replace("8;;", "8" * 200_000 + ";;"), "is no CSV"),
    ],
)
def test_file_of_another_form_is_named_in_one_line(
    manual_folder: Path, text: str, complaint: str
) -> None:
    """481 problems tell nobody that one word in the first line is wrong."""
    path = manual_folder / "sosiale_tjenester" / "manuelle" / "sykefravaer.csv"
    path.write_text(text, "utf-8")
    (problem,) = problems_in(manual_folder)
    assert problem.startswith("sykefravaer.csv")
    assert complaint in problem


def test_file_of_manual_figures_with_a_misspelt_name_is_named(folder: Path) -> None:
    """It was a KeyError in every report."""
    write_manual(folder, ROW, name="sykefravar")
    assert problems_in(folder) == (
        "sykefravar.csv: unknown measure 'sykefravar'. Did you mean sykefravaer?",
    )


@pytest.mark.parametrize("value", ["92", "9200", "0.092", "-9.2"])
def test_figure_by_hand_that_nobody_can_have_is_refused(
    manual_folder: Path, value: str
) -> None:
    """A lost decimal comma is sick leave of 92 %."""
    write_manual(manual_folder, {**ROW, "value": value}, name="sykefravaer")
    (problem,) = problems_in(manual_folder)
    for part in ("sykefravaer.csv: ", f"{float(value):g} for oslo 2015", "1 to 40"):
        assert part in problem


def test_range_the_wrong_way_round_is_refused(folder: Path) -> None:
    with rewritten(folder / SERVICE) as content:
        sick = entry_in(content["indicators"], "sykefravaer")
        sick["plausible"] = {"from": 40, "to": 1}
    assert any("from must be less than to" in one for one in problems_in(folder))


# -- files that are made to hurt -------------------------------------------------------

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, after in pairwise("abcdefghij")
)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (BOMB, "alias"),
        ("a: &a [*a]\n", "alias"),
        ("[" * 100, "not valid YAML"),
        ("[" * 40 + "]" * 40, "more than 30 levels"),
        ("- " * 40 + "x", "more than 30 levels"),
        ("[" * 100_000, "more than 5000"),
        ("{a: " * 100_000, "more than 5000"),
        ("- " * 100_000, "more than 5000"),
        ("? " * 100_000, "more than 5000"),
        ("# x\n" * 300_000, "larger than 1 MB"),
        ("a: 1\n---\nb: 2\n", "not valid YAML"),
        ("a: !!python/object:os.system x\n", "not valid YAML"),
        ("a: " + "9" * 5000, "not valid YAML"),
        ("a: 2021-02-30\n", "not valid YAML"),
        ("? [a]\n: b\n", "not valid YAML"),
        ("a: \x00\n", "not valid YAML"),
        ("a: !!timestamp x\n", "not valid YAML"),
        ("a: !!bool x\n", "not valid YAML"),
    ],
)
def test_yaml_made_to_hurt_is_refused_in_a_line(
    tmp_path: Path, text: str, complaint: str
) -> None:
    """Ten lines of aliases took forty seconds, and a hundred thousand brackets more."""
    path = tmp_path / "en.yaml"
    path.write_text(text, "utf-8")
    problems: list[str] = []
    assert parameters.read_yaml(path, problems) is None
    (problem,) = problems
    assert problem.startswith("en.yaml: ")
    assert complaint in problem


def test_head_of_a_comment_has_the_limits_of_any_yaml(folder: Path) -> None:
    write_comment(folder, f"---\n{BOMB}---\nTekst.\n")
    (problem,) = problems_in(folder)
    assert problem.startswith("tromso-2017/kvalitet.md: is not valid YAML: ")
    assert "alias" in problem


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.dates()
    | st.sampled_from(["", "0301", "alle", "2020-01-01", "https://ks.no", "{x}", "{"])
)
#: Two levels, which is as deep as any entry goes that a reader looks into.
VALUES = (
    LEAVES
    | st.lists(LEAVES | st.lists(LEAVES, max_size=3), max_size=3)
    | st.dictionaries(
        st.text(max_size=8), LEAVES | st.lists(LEAVES, max_size=3), max_size=3
    )
)
FILES = [SERVICE, FORBEHOLD, PHRASES, NETWORK, "statbank.yaml", "fraser.nn.yaml"]


@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_stands_in_a_file_is_read_or_refused(
    folder: Path, data: st.DataObject
) -> None:
    """No value anywhere is an error of ours, and nothing else may leave the check."""
    path = folder / data.draw(st.sampled_from(FILES))
    whole = path.read_text("utf-8")
    content = yaml.load(whole, Loader=yaml.CSafeLoader)
    place = content
    while True:
        key = data.draw(
            st.sampled_from(
                list(place) if isinstance(place, dict) else range(len(place))
            )
        )
        inner = place[key]
        if not inner or not isinstance(inner, dict | list) or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(VALUES)
    try:
        text = yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True)
        path.write_text(text, "utf-8")
        with suppress(ParameterError):
            catalogue.load_catalogue(folder).check_comments()
    finally:
        path.write_text(whole, "utf-8")


@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    raw=st.binary(max_size=60)
    | st.lists(
        st.sampled_from(
            [*"\n;,\"-.:{}[]&*!|>'#", "kommune", "oslo", "2020", "9,2", "\r", "\0", "å"]
        ),
        max_size=40,
    ).map(lambda parts: "".join(parts).encode()),
    start=st.sampled_from(["", EXCEL, f"{COLUMNS}\n", HEAD, "---\n"]),
    name=st.sampled_from(
        [
            "sosiale_tjenester/manuelle/sykefravaer.csv",
            "sosiale_tjenester/kommentarer/oslo-2020/kvalitet.md",
            FORBEHOLD,
        ]
    ),
)
def test_whatever_bytes_a_file_holds_it_is_read_or_refused(
    folder: Path, raw: bytes, start: str, name: str
) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    before = path.read_bytes() if path.is_file() else None
    path.write_bytes(start.encode() + raw)
    try:
        with suppress(ParameterError):
            catalogue.load_catalogue(folder).check_comments()
    finally:
        path.unlink() if before is None else path.write_bytes(before)


@pytest.mark.parametrize("day", ["", "2020", "20200101", "2020-W01-1", "1.1.2020"])
def test_merger_without_a_day_is_refused(folder: Path, day: str) -> None:
    """Its year is computed with: of which years a table's borders are."""
    with rewritten(folder / NETWORK) as content:
        entry_in(content["members"], "asker")["mergers"][0]["date"] = day
    (problem,) = problems_in(folder)
    assert problem.startswith("nettverk.yaml: members[asker].mergers[0].date: ")
    assert "is not a date" in problem


@pytest.mark.parametrize("names", [[], [" "]])
def test_merger_with_nobody_is_refused(folder: Path, names: list[str]) -> None:
    with rewritten(folder / NETWORK) as content:
        entry_in(content["members"], "asker")["mergers"][0]["merged_with"] = names
    problem, *_ = problems_in(folder)
    assert problem.startswith("nettverk.yaml: members[asker].mergers[0].merged_with")


def test_figure_by_hand_without_its_day_is_refused(manual_folder: Path) -> None:
    """The report says when it was collected."""
    write_manual(manual_folder, {**ROW, "collected": ""}, name="sykefravaer")
    (problem,) = problems_in(manual_folder)
    assert problem.startswith("sykefravaer.csv, line 2: collected: ")

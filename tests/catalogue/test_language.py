"""
Norwegian by rule: tried on anything (hypothesis), and on the forms that KS prints.

What is written is read back by a reader of the test's own, so that the rules are not
held against themselves.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from asss.catalogue import language
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import HARD_SPACE, MINUS, half_up

#: The same examples every time, and no clock: a test that fails, fails for everybody.
steady = settings(max_examples=200)
numbers = st.floats(-1e9, 1e9, allow_nan=False, allow_infinity=False)
decimals = st.integers(0, 3)
letters = st.characters(categories=["L"], exclude_characters="ßŉǰ")
names = st.text(st.sampled_from("abksxzøåæéSXZÅ"), min_size=1, max_size=12)
items = st.text(letters, min_size=1, max_size=8).filter(lambda item: item != "og")
WORDS = {"and": "og"}


@pytest.fixture(scope="module")
def words(known: Catalogue) -> Mapping[str, str]:
    """The words of the phrase file."""
    return known.phrases.words


def read(written: str) -> Decimal:
    """The number that a reader takes from a written one."""
    plain = written.replace(HARD_SPACE, "").replace(",", ".").replace(MINUS, "-")
    return Decimal(plain)


# -- numbers ---------------------------------------------------------------------------


@steady
@given(numbers, decimals)
def test_number_reads_back_as_the_rounded_value(value: float, places: int) -> None:
    """Nothing is lost on the way but the decimals that are not printed."""
    rounded = half_up(value, places)
    written = language.number(value, places)
    assert float(read(written)) == pytest.approx(rounded, abs=1e-9)
    # Less than a digit from half a unit of the last place: a float cannot say more.
    assert abs(rounded - value) <= 0.5 * 10**-places + 1e-6


@steady
@given(numbers, decimals)
@example(-0.0, 0)
@example(-0.04, 1)
@example(-999.9999, 2)
def test_number_is_of_norwegian_signs_only(value: float, places: int) -> None:
    """Decimal comma, hard space by threes, true minus, and no «-0»."""
    written = language.number(value, places)
    whole = rf"\d{{1,3}}({HARD_SPACE}\d{{3}})*"
    tail = rf",\d{{{places}}}" if places else ""
    assert re.fullmatch(rf"{MINUS}?{whole}{tail}", written)
    is_zero = not set("123456789") & set(written)
    assert not (is_zero and written.startswith(MINUS))
    assert written.startswith(MINUS) == (half_up(value, places) < 0)


@steady
@given(st.integers(-(10**7), 10**7), decimals)
def test_halves_go_away_from_zero(steps: int, places: int) -> None:
    """As a reader does by hand; Python's own rounding goes to the even digit."""
    exact = Decimal(steps) / 2 / 10**places
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert read(language.number(float(exact), places)) == rounded


@steady
@given(numbers, numbers, decimals)
def test_a_larger_number_never_reads_as_a_smaller(
    one: float, other: float, places: int
) -> None:
    """Ranks are of unrounded values: what is printed must not turn them around."""
    low, high = sorted((one, other))
    written = (language.number(low, places), language.number(high, places))
    assert read(written[0]) <= read(written[1])


@steady
@given(numbers, decimals)
def test_rounding_is_the_same_on_both_sides_of_zero(value: float, places: int) -> None:
    """A fall of 0.25 is as large as a rise of 0.25, and rounding twice is once."""
    assert half_up(-value, places) == -half_up(value, places)
    assert half_up(half_up(value, places), places) == half_up(value, places)


@pytest.mark.parametrize(
    ("value", "places", "written"),
    [
        (2.5, 0, "3"),
        (3.5, 0, "4"),
        (-0.25, 1, f"{MINUS}0,3"),
        (0.25, 1, "0,3"),
        (1.005, 2, "1,01"),
        (36085.4, 0, f"36{HARD_SPACE}085"),
        (1234567.0, 0, f"1{HARD_SPACE}234{HARD_SPACE}567"),
        (999.5, 0, f"1{HARD_SPACE}000"),
        (-0.4, 0, "0"),
    ],
)
def test_number_is_written_as_in_print(value: float, places: int, written: str) -> None:
    """The forms KS prints."""
    assert language.number(value, places) == written


@pytest.mark.parametrize(
    ("count", "neuter", "written"),
    [
        (0, False, "ingen"),
        (0, True, "ingen"),
        (1, False, "én"),
        (1, True, "ett"),
        (2, True, "to"),
        (7, False, "sju"),
        (12, False, "tolv"),
        (13, False, "13"),
        (1000, True, f"1{HARD_SPACE}000"),
    ],
)
def test_count_is_in_letters_up_to_twelve_and_agrees(
    count: int, neuter: bool, written: str, words: Mapping[str, str]
) -> None:
    """«Én av 14 indikatorer», «ett av 15 nøkkeltall»: one alone has gender."""
    assert language.numeral(count, words, neuter=neuter) == written


def test_every_count_has_its_own_word(words: Mapping[str, str]) -> None:
    """No two counts read alike, and none from thirteen is in letters."""
    written = [language.numeral(count, words) for count in range(40)]
    assert len(set(written)) == len(written)
    assert [text.isdigit() for text in written] == [False] * 13 + [True] * 27


@pytest.mark.parametrize("written", ["1.", "3.", "12."])
def test_place_in_an_order_stays_with_its_noun(written: str) -> None:
    """«3. plass», and the number and its noun on one line."""
    bound = language.bind(f"på {written} plass i ASSS")
    assert bound == f"på {written}{HARD_SPACE}plass i ASSS"


@steady
@given(st.integers(0, 3000), st.integers(0, 100))
def test_interval_names_both_ends_and_one_of_one_once(first: int, more: int) -> None:
    """«18–66», «2018–2020»: a dash and no spaces; «2020» alone."""
    written = language.span(first, first + more)
    ends = [int(end) for end in written.split("–")]
    assert ends == ([first, first + more] if more else [first])
    assert not re.search(r"\s", written)


@steady
@given(st.dates(min_value=date(1900, 1, 1)))
def test_day_reads_back_as_the_date(day: date) -> None:
    """Day before month, with full stops, and always ten signs."""
    written = language.day(day.isoformat())
    assert re.fullmatch(r"\d\d\.\d\d\.\d{4}", written)
    assert date(*(int(part) for part in reversed(written.split(".")))) == day


def test_what_is_no_date_is_refused() -> None:
    """A bare year is not the first of January."""
    with pytest.raises(ValueError, match="isoformat"):
        language.day("2021")


# -- lists and names -------------------------------------------------------------------


@steady
@given(st.lists(items, min_size=1, max_size=9))
def test_list_of_n_has_n_less_one_separators(listed: list[str]) -> None:
    """All items in their order, one «og» before the last, and no comma before it."""
    written = language.join(listed, WORDS)
    assert re.split(r", | og ", written) == listed
    assert written.count(" og ") == (len(listed) > 1)
    assert written.count(", ") == max(len(listed) - 2, 0)
    assert ", og" not in written


@pytest.mark.parametrize(
    ("listed", "joined"),
    [
        (["Oslo"], "Oslo"),
        (["Oslo", "Bergen"], "Oslo og Bergen"),
        (["Bergen", "Oslo", "Tromsø"], "Bergen, Oslo og Tromsø"),
    ],
)
def test_list_is_joined_as_in_a_sentence(
    listed: list[str], joined: str, words: Mapping[str, str]
) -> None:
    """No comma before «og»."""
    assert language.join(listed, words) == joined


@pytest.mark.parametrize(
    ("name", "genitive"),
    [
        ("Tromsø", "Tromsøs"),
        ("Oslo", "Oslos"),
        ("Bærum", "Bærums"),
        ("Moss", "Moss’"),
        ("Sandnes", "Sandnes’"),
        ("Bordeaux", "Bordeaux’"),
        ("Graz", "Graz’"),
        ("KS", "KS’"),
        ("SSB", "SSBs"),
    ],
)
def test_genitive_has_no_s_after_s(name: str, genitive: str) -> None:
    """«Sandnes’ dekningsgrader», as Språkrådet has it."""
    assert language.genitive(name) == genitive


@steady
@given(names)
def test_genitive_adds_one_sign_and_never_two(name: str) -> None:
    """The name stays as it is; one that has its apostrophe gets no other."""
    written = language.genitive(name)
    assert written[:-1] == name
    assert written[-1] in "s’"
    assert not re.search(r"[sxz]s$", written[-2:].lower())
    if written.endswith("’"):
        assert language.genitive(written) == written


def test_every_member_has_a_genitive(known: Catalogue) -> None:
    """Two of the twelve end in s, and none of the forms is the name itself."""
    names = [member.name for member in known.network.members]
    forms = [language.genitive(name) for name in names]
    assert [form for form in forms if form.endswith("’")] == ["Sandnes’"]
    assert not set(forms) & set(names)


@pytest.mark.parametrize(
    ("written", "capitalised"),
    [
        ("åpen for KVP", "Åpen for KVP"),
        ("ærlig", "Ærlig"),
        ("KVP og mer", "KVP og mer"),
        ("«ytelse» og mer", "«Ytelse» og mer"),
        ("18–24 år", "18–24 år"),
        ("", ""),
    ],
)
def test_capital_leaves_the_rest_alone(written: str, capitalised: str) -> None:
    """``str.capitalize`` would make «Kvp» of «KVP»."""
    assert language.capitalised(written) == capitalised


@steady
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="ßŉǰΐΰ")))
def test_capital_changes_one_letter_at_most(text: str) -> None:
    """And the second time none."""
    written = language.capitalised(text)
    assume(len(written) == len(text))  # a few letters of others' become two
    changed = [a for a, b in zip(text, written, strict=True) if a != b]
    assert len(changed) <= 1
    assert language.capitalised(written) == written


# -- spaces ----------------------------------------------------------------------------

PIECES = (
    "1 000 2016 500 18–66 år % kr 4,5 tabell Tabell 3. plass måneder månader 07459 og "
    "prosentpoeng år."
)
pieces = st.lists(st.sampled_from(PIECES.split()), max_size=8).map(" ".join)


@steady
@given(pieces)
@example("i 2016 500 mottakere")
def test_binding_changes_spaces_and_nothing_else(text: str) -> None:
    """What is bound reads the same, is as long, and is bound once and for all."""
    bound = language.bind(text)
    assert bound.replace(HARD_SPACE, " ") == text
    assert language.bind(bound) == bound


@pytest.mark.parametrize(
    ("loose", "bound"),
    [
        ("per 1 000 innbyggere", "per 1~000 innbyggere"),
        ("kr 1 234 567 i alt", "kr~1~234~567 i alt"),
        ("mottakere 18–24 år og", "mottakere 18–24~år og"),
        ("i 6 måneder eller mer", "i 6~måneder eller mer"),
        ("i 6 månader eller meir", "i 6~månader eller meir"),
        ("brukar 4 % meir", "brukar 4~% meir"),
        ("økte 0,6 prosentpoeng", "økte 0,6~prosentpoeng"),
        ("se tabell 1 og figur 2", "se tabell~1 og figur~2"),
        ("SSB, tabell 07459 og 12210", "SSB, tabell~07459 og 12210"),
        ("ført på funksjon 254", "ført på funksjon~254"),
        ("på 3. plass", "på 3.~plass"),
        ("fra 4. kvartal", "fra 4.~kvartal"),
        ("Kilde: SSB 13138, 12210", "Kilde: SSB~13138, 12210"),
        ("år per 31.12. × 1 000", "år per~31.12. ×~1~000"),
        ("i 2016 500 mottakere", "i 2016 500 mottakere"),
        ("fra 2019 til 2020", "fra 2019 til 2020"),
        ("4 årganger", "4 årganger"),
    ],
)
def test_a_line_does_not_break_between_a_number_and_its_noun(
    loose: str, bound: str
) -> None:
    """``~`` stands for a hard space; years and other words part as they like."""
    assert language.bind(loose) == bound.replace("~", HARD_SPACE)


@steady
@given(numbers, decimals, pieces)
def test_no_number_has_a_space_that_a_line_may_break_at(
    value: float, places: int, after: str
) -> None:
    """Nor when it stands in a text that is bound."""
    written = language.number(value, places)
    assert " " not in written
    assert language.bind(f"{written} {after}").startswith(written)

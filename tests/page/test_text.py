"""
Words: how amounts are written, that no phrase lacks or is idle, and how sentences look.

Tried on the sentences of all ten kommuner in every year, since what a reader must not
see can hide in any of them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports import KOMMUNER

from asss.analysis import findings, indexing, network
from asss.analysis.facts import FactBook
from asss.analysis.findings import Findings
from asss.analysis.need import Step
from asss.analysis.statements import (
    Claim,
    Count,
    Detail,
    Fragment,
    Measured,
    Outcome,
    Quantity,
    Remark,
    Statement,
    Telling,
    Word,
)
from asss.analysis.tables import BASES, MARKED, SIGNS, weakest
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import NEED_PARTS, Speaker, Unit
from asss.catalogue.language import HARD_SPACE, IN_LETTERS, half_up
from asss.catalogue.parameters import Run
from asss.catalogue.rules import Rule, Topic
from asss.errors import PhraseError, UsageError
from asss.formats.exports.datapackage import TABLES, TOLD_OTHERWISE
from asss.formats.exports.excel import COMMON
from asss.formats.review.trails import Kind
from asss.page import text
from asss.page.method import CHANCE
from asss.page.record import CommentOutcome
from asss.statbank import Snapshot

FindingsOf = Callable[[str, int], Findings]
Report = tuple[str, int]

ALL = tuple((kommune, year) for year in range(2015, 2021) for kommune in KOMMUNER)

#: The same examples every time, and no clock: a test that fails, fails for everybody.
steady = settings(max_examples=200)


@pytest.fixture(scope="module")
def every(findings_of: FindingsOf) -> dict[Report, Findings]:
    """The findings of all ten kommuner in every year."""
    return {report: findings_of(*report) for report in ALL}


@pytest.fixture(scope="module")
def said(
    every: Mapping[Report, Findings], known: Catalogue
) -> dict[Report, list[text.Sentence]]:
    """Every sentence of every report."""
    return {report: text.sentences(found, known) for report, found in every.items()}


@pytest.fixture(scope="module")
def words(known: Catalogue) -> Mapping[str, str]:
    """The words of the phrase file."""
    return known.phrases.words


# -- amounts ---------------------------------------------------------------------------


def amount(unit: str, places: int = 1, **more: Any) -> Quantity:
    """Four of something, officially."""
    return Quantity(4.0, unit, places, **{"basis": "real", **more})


@pytest.mark.parametrize(
    ("given_amount", "written"),
    [
        (amount("prosent"), f"4,0{HARD_SPACE}%"),
        (amount("prosent", role="difference"), f"4,0{HARD_SPACE}prosentpoeng"),
        (amount("prosent", 0, role="distance"), f"4{HARD_SPACE}%"),
        (amount("kr", 0), f"kr{HARD_SPACE}4"),
        (amount("kr", 0, role="difference"), f"kr{HARD_SPACE}4"),
        (amount("maneder"), f"4,0{HARD_SPACE}måneder"),
        (amount("maneder", role="difference"), f"4,0{HARD_SPACE}måneder"),
        (amount("per_1000"), f"4,0{HARD_SPACE}per{HARD_SPACE}1{HARD_SPACE}000"),
        (amount("forholdstall", 2), "4,00"),
    ],
)
def test_unit_stands_as_its_role_wants(
    given_amount: Quantity, written: str, words: Mapping[str, str]
) -> None:
    """A difference of percents is in prosentpoeng; a distance in percent; kr first."""
    assert text.quantity(given_amount, words) == written


@steady
@given(
    st.sampled_from(get_args(Unit)),
    st.sampled_from(BASES),
    st.sampled_from(["level", "distance", "difference"]),
)
def test_mark_stands_exactly_where_the_basis_is_reconstructed(
    known: Catalogue, unit: str, basis: str, role: str
) -> None:
    """A reader must never take a reconstructed figure for an official one."""
    written = text.quantity(amount(unit, basis=basis, role=role), known.phrases.words)
    assert written.endswith("ʳ") == (basis == "reconstructed")
    assert written.count("ʳ") == (basis == "reconstructed")


def quantities(rule: str, details: Mapping[str, Detail], known: Catalogue) -> list[Any]:
    """What a phrase puts in its sentence that has a basis, in its parts too."""
    sentence = known.phrases.phrases[rule].sentence
    fields = [name for _, name, _, _ in Formatter().parse(sentence) if name]
    found: list[Any] = []
    for name in fields:
        found += _amounts(details.get(name.lower(), ""), known)
    return found


def _amounts(detail: Detail, known: Catalogue) -> list[Any]:
    match detail:
        case Quantity() | Count() | Word() | Claim():
            return [detail]
        case Telling():
            return [detail.value]
        case Fragment():
            return quantities(detail.rule, detail.details, known)
        case tuple():
            return [found for part in detail for found in _amounts(part, known)]
    return []


def test_sentences_carry_the_mark_of_all_in_them_that_is_reconstructed(
    every: Mapping[Report, Findings], known: Catalogue
) -> None:
    """As many marks as amounts, counts and claims: not one lost, none too many."""
    marked = 0
    for report, found in every.items():
        for statement in found.statements:
            amounts = quantities(statement.rule, statement.details, known)
            count = sum(a.basis == "reconstructed" for a in amounts)
            sentence = text.sentence(statement, known).text
            assert sentence.count("ʳ") == count, (report, sentence)
            assert not re.search("ʳ[^ ).,:;]", sentence), sentence
            marked += count
    assert marked


@pytest.mark.parametrize("whose", ["trondheim", "bergen", None])
def test_one_reconstructed_figure_marks_what_rests_on_it(
    known: Catalogue, observations: pd.DataFrame, snapshot: Snapshot, whose: str | None
) -> None:
    """Of figures that are all SSB's no sentence is marked; one other is enough.

    Which sentences, is worked out by another hand for every rule in the read-back.
    """
    about = ("andel_mottakere_18_66", 2018)
    is_one = (
        (observations["kommune"] == whose)
        & (observations["indicator"] == about[0])
        & (observations["year"] == about[1])
    )
    rows = observations[observations["year"] <= 2018].assign(basis="real")
    rows.loc[is_one, "basis"] = "reconstructed"
    indexed = indexing.index_to_network(rows, rule=known.mean_rule)
    run = Run(kommune="trondheim", year=2018)
    found = findings.assess(indexed, known, run, snapshot)
    said = [text.sentence(one, known).text for one in found.statements]
    marked = [one for one in said if "ʳ" in one]
    assert all("mottakere" in one.casefold() for one in marked), marked
    told = network.assess(indexed, known, run, snapshot)
    of_all = [text.sentence(one, known).text for one in told.statements]
    assert any("ʳ" in one for one in of_all) == (whose is not None)


def test_amounts_rest_on_the_basis_of_their_fact(
    every: Mapping[Report, Findings],
) -> None:
    """A level by its own basis; a distance by everybody's, a change by both years'."""
    for found in every.values():
        by_id = {fact.id: fact for fact in found.book.facts.values()}
        for statement in found.statements:
            if statement.rule.startswith("summary_"):
                continue
            fact = by_id[statement.facts[0]]
            both = weakest((fact.basis, fact.previous_basis or fact.basis))
            bases = {
                "value": both if statement.rule.endswith("_alike") else fact.basis,
                "mean": fact.mean_basis,
                "previous": fact.previous_basis,
                "distance": fact.distance_basis,
                "change": both,
            }
            for name, basis in bases.items():
                detail = statement.details.get(name)
                if isinstance(detail, Quantity):
                    assert detail.basis == basis, (fact.id, name)


# -- phrases ---------------------------------------------------------------------------


def test_unknown_phrase_is_refused_by_name(known: Catalogue) -> None:
    """Who adds a rule must be told which phrase to write."""
    with pytest.raises(PhraseError, match="'no_such_rule'"):
        text.phrase("no_such_rule", {}, known)


def test_missing_field_is_refused_by_name(known: Catalogue) -> None:
    """A sentence with a hole in it is not printed."""
    given: Mapping[str, Detail] = {"clause": "stønaden er kr 4", "caveat": ""}
    with pytest.raises(PhraseError, match=r"level asks for .mean."):
        text.phrase("level", given, known)


def test_unknown_phrase_in_a_phrase_is_refused_too(known: Catalogue) -> None:
    """The rank is a phrase inside a phrase."""
    with pytest.raises(PhraseError, match=r"'rank_tale'. Did you mean rank_tail\?"):
        Rule("rank_tale")
    with pytest.raises(PhraseError, match=r"rank_tail lacks the fields \['rank'\]"):
        Fragment(Rule.RANK_TAIL, {})
    with pytest.raises(PhraseError, match=r"no phrase 'titel'.*Did you mean title\?"):
        text.phrase("titel", {}, known)


def test_unknown_chapter_or_indicator_is_refused(
    every: Mapping[Report, Findings], known: Catalogue
) -> None:
    """Not passed over in silence, and named with the nearest there is."""
    found = next(iter(every.values()))
    for say in (text.sentences, text.paragraphs):
        with pytest.raises(UsageError, match=r"'kvaliteten'. Did you mean kvalitet\?"):
            say(found, known, chapter="kvaliteten")
    with pytest.raises(UsageError, match=r"Did you mean sykefravaer\?"):
        known.indicator("sykefraver")


def rules_in(details: Mapping[str, Detail]) -> Iterator[str]:
    """The rules of the phrases inside a phrase."""
    for detail in details.values():
        parts = detail if isinstance(detail, tuple) else (detail,)
        for part in parts:
            if isinstance(part, Fragment):
                yield part.rule
                yield from rules_in(part.details)


def words_in(details: Mapping[str, Detail]) -> Iterator[str]:
    """The keys of the words that a phrase is given."""
    for detail in details.values():
        for part in detail if isinstance(detail, tuple) else (detail,):
            if isinstance(part, Word):
                yield part.key
            elif isinstance(part, Fragment):
                yield from words_in(part.details)


def all_statements(every: Mapping[Report, Findings]) -> Iterator[Statement]:
    """Every statement of every report."""
    for found in every.values():
        yield from found.statements


def test_every_rule_in_use_has_a_phrase_and_every_key_a_word(
    every: Mapping[Report, Findings], known: Catalogue
) -> None:
    """All that lack, at once: nobody mends twelve phrases in twelve runs."""
    rules, keys = set(), set()
    for statement in all_statements(every):
        rules |= {statement.rule, *rules_in(statement.details)}
        keys |= set(words_in(statement.details))
    assert sorted(rules - set(known.phrases.phrases)) == []
    assert sorted(keys - set(known.phrases.words)) == []


@pytest.fixture(scope="module")
def sources(root: Path) -> str:
    """Everything that may name a phrase or a word: code, templates, notebooks.

    The rule table names every rule there is, used or not.
    """
    table = root / "asss" / "catalogue" / "rules.py"
    files = [
        *sorted(path for path in (root / "asss").rglob("*.py") if path != table),
        *sorted((root / "asss").rglob("*.j2")),
        *sorted((root / "notebooks").glob("*.ipynb")),
    ]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def is_named(key: str, sources: str) -> bool:
    """Whether the code asks for a key; keys of its own dicts are other keys."""
    asked = rf"""words\.{key}\b|Rule\.{key.upper()}\b|(?<!=)["']{key}\\?["'](?!:)"""
    return re.search(rf"{asked}|\b{key}=", sources) is not None


def families(sources: str) -> set[str]:
    """The beginnings of keys that are put together, as in f"arrow_{way}"."""
    in_code = re.findall(r"""f["']([a-z_]+_)\{""", sources)
    in_templates = re.findall(r"""words\["([a-z_]+_)" ~""", sources)
    return {*in_code, *in_templates}


#: What the code can say and no figure has yet made it say: all above, all below, or the
#: same kroner two years running (test_findings makes that one up).
UNSEEN = {"corrected_alone", "corrected_alone_near"}


def test_no_phrase_is_idle(
    every: Mapping[Report, Findings], known: Catalogue, sources: str
) -> None:
    """A phrase nobody uses is a sentence nobody checks."""
    used = set()
    for statement in all_statements(every):
        used |= {statement.rule, *rules_in(statement.details)}
    # Those of reports on figures from SSB, and of the network as a whole.
    put_together = {
        *(
            f"{line}_fetched"
            for line in ("network_reconstructed", "reconstructed_line")
        ),
        *(f"network_since_{way}" for way in ("up", "down", "stable")),
        *(
            f"network_{what}_{way}"
            for what in ("mean", "also", "kommune")
            for way in ("up", "down")
        ),
        *(f"network_{end}" for end in ("highest", "lowest")),
    }
    idle = [
        rule
        for rule in known.phrases.phrases
        if rule not in used | UNSEEN | put_together and not is_named(rule, sources)
    ]
    assert not idle, "\n".join(idle)


#: Families of words that the code puts together, and what may stand last in each.
FAMILIES = {
    "number_": {str(count) for count in range(IN_LETTERS + 1)},
    "unit_": {*get_args(Unit)},
    "unit_label_": {*get_args(Unit)},
    "difference_": {"prosent"},
    "axis_": {*get_args(Unit)},
    "arrow_": {"up", "stable", "down", "none"},
    "sign_": {*SIGNS.values(), "other"},
    "notes_": set(MARKED),
    "notes_sign_": {*SIGNS.values(), "other"},
    "rank_": {
        f"{scale}_{place}_{end}"
        for scale in ("level", "length", "spending")
        for place in (1, 2, 3)
        for end in ("highest", "lowest")
    },
    "moves_": {f"{s}_{way}" for s in ("level", "length") for way in ("up", "down")},
    "basis_": set(BASES),
    "mean_": {"plain", "weighted", "plain_of_others", "weighted_of_others"},
    "status_": {"endelige", "forelopige", "unknown"},
    "reconstructed_means_": {"all", "most", "some"},
    "field_": {*chain(*TABLES.values()), "mark", "notes"},
    "about_": set(chain(*TABLES.values()))
    | {f"{table}_{name}" for table, names in TOLD_OTHERWISE.items() for name in names},
    "resource_": {*TABLES, "figur"},
    "comment_": set(get_args(Speaker)),
    "says_": set(get_args(Speaker)),
    "according_": set(get_args(Speaker)),
    "cause_": set(get_args(CommentOutcome)),
    "sheet_": {"about", "members", "ranks", "table", "profile", *COMMON},
    "contents_": {"members", "ranks", "table", "profile", *COMMON},
    "review_why_": set(Topic) - {"part"},
    "review_": {*get_args(Measured), *get_args(Remark), *get_args(Outcome)},
    "review_group_": set(get_args(Kind)),
    "review_half_": {"value", "numerator", "denominator"},
    "legend_": {"reconstructed", "span", "outside", "others", "gap", "interval"},
    "need_": {*get_args(Step), "formula", "source", "limits"}
    | {"kroner", "kroner_mean", "ratio", "change"},
    "need_part_": {*NEED_PARTS},
    "caption_": {"profile", "arrows", "doubt", "mean_break", "members", "break"},
    "diff_": {"snapshot", "rendered", "appeared", "disappeared", "sign"},
    "method_chance_": {*CHANCE},
    "download_": {"report", "figures", "facts", "descriptions"},
    "what_if_mean_": {"year", "plain", "weighted"},
    "what_if_some_mean_": {"year", "plain", "weighted"},
    "review_leans_": {
        *("side", "near", "rank", "told", "new", "gone", "other"),
        *("above", "below", "at", "away", "close", "highest", "lowest", "within"),
    },
}


def test_no_word_is_idle(known: Catalogue, sources: str) -> None:
    """A word nobody uses misleads whoever translates or edits the file."""
    put_together = families(sources)
    grown = {
        f"{family}{tail}"
        for family, tails in FAMILIES.items()
        if family in put_together
        for tail in tails
    }
    idle = [
        key
        for key in known.phrases.words
        if key not in grown and not is_named(key, sources)
    ]
    assert not idle, "\n".join(idle)


def test_families_of_words_are_whole(known: Catalogue, sources: str) -> None:
    """Where the code puts a key together, every key it can make has its word."""
    put_together = families(sources)
    assert sorted(set(FAMILIES) - put_together) == []
    missing = [
        f"{family}{tail}"
        for family, tails in FAMILIES.items()
        for tail in sorted(tails)
        if f"{family}{tail}" not in known.phrases.words
    ]
    assert missing == []


# -- sentences -------------------------------------------------------------------------

UNSEEMLY = {
    "a missing number": r"\b(nan|NaN|None|inf)\b|<NA>",
    "a hole": r"[{}]",
    "two spaces": r"[ \u00a0]{2}",
    "a space before a stop": r"[ \u00a0][.,;:)](?![ \u00a0–])",
    "an empty reason": r"\(\s*\)",
    "an ASCII minus": r"(?<![\w–])-\d",
    "a plain space before %": r"\d %",
    "a plain space after kr": r"\bkr \d",
    "two stops": r"\.\.(?!\s–)",
    "a decimal point": r"(?<![\d.])\d+\.\d+(?![\d.])",
    "a list with two ends": r"\bog og\b|, ,|, og,",
}


@pytest.mark.parametrize("fault", UNSEEMLY)
def test_no_sentence_shows_what_no_reader_should_see(
    fault: str, said: Mapping[Report, list[text.Sentence]]
) -> None:
    """Six hundred sentences are not read by eye every year."""
    pattern = re.compile(UNSEEMLY[fault])
    found = {
        sentence.text
        for sentences in said.values()
        for sentence in sentences
        if pattern.search(sentence.text)
    }
    assert sorted(found) == []


def test_sentences_begin_with_a_capital_and_end_with_a_stop(
    said: Mapping[Report, list[text.Sentence]],
) -> None:
    """They are put one after another in a paragraph."""
    for sentences in said.values():
        for sentence in sentences:
            assert sentence.text[0].isupper() or sentence.text[0].isdigit()
            assert sentence.text.endswith("."), sentence.text
            assert sentence.text == sentence.text.strip()


def test_numbers_in_sentences_stand_against_their_unit(
    said: Mapping[Report, list[text.Sentence]],
) -> None:
    """A line must not break between a number and what it is a number of."""
    for sentences in said.values():
        for sentence in sentences:
            assert not re.search(
                r"\d(ʳ)? (%|prosentpoeng|måneder\b)(?! eller mer)", sentence.text
            ), sentence.text
            assert not re.search(r"(?<!per )\b\d{1,3} \d{3}\b", sentence.text)


def test_no_sentence_is_said_twice_in_a_chapter(
    said: Mapping[Report, list[text.Sentence]],
) -> None:
    """The same words twice on a page read as a slip."""
    for report, sentences in said.items():
        told = [(sentence.chapter, sentence.text) for sentence in sentences]
        assert len(told) == len(set(told)), report


def test_paragraphs_hold_every_sentence_of_the_chapter_once(
    every: Mapping[Report, Findings],
    said: Mapping[Report, list[text.Sentence]],
    known: Catalogue,
) -> None:
    """Finding by finding, and nothing lost between them."""
    for report, found in every.items():
        for chapter in known.service.chapters:
            told = [s for s in said[report] if s.chapter == chapter.id]
            parts = text.paragraphs(found, known, chapter=chapter.id)
            spread = [sentence for part in parts for sentence in part]
            assert spread == told, report
            assert all(parts), report


def test_same_findings_give_the_same_words(
    every: Mapping[Report, Findings],
    said: Mapping[Report, list[text.Sentence]],
    known: Catalogue,
) -> None:
    """Byte for byte: whoever renders again must get the page that was published."""
    for report, found in every.items():
        assert text.sentences(found, known) == said[report]


def test_subjects_need_no_comma_before_what_is_said_of_them(known: Catalogue) -> None:
    """«Andelen som forsørger barn, er»: a clause would need one, in some sentences."""
    for indicator in known.service.indicators:
        for said in (indicator.subject, indicator.mention):
            assert not re.search(r"\bsom (?!hovedinntekt)", said), said


#: The words of titles, by what they say of a figure: its place from an end, or a way.
PLACES = {"": 1, "nest ": 2, "tredje ": 3}
HIGHEST, LOWEST = ("høyest", "lengst"), ("lavest", "kortest")
WAYS = {"Øker": 1, "Blir lengre": 1, "Går ned": -1, "Blir kortere": -1}
TITLE = re.compile(
    r"(?:(?P<way>Øker|Går ned|Blir lengre|Blir kortere)(?P<moved>ʳ?)"
    r"(?: fra året før$|, ))?"
    r"(?:(?P<shared>[Dd]elt )?(?P<place>nest |tredje |)"
    r"(?P<end>høyest|lengst|lavest|kortest)(?P<mark>ʳ?) i ASSS$|"
    r"(?P<side>Over|Under) snittet(?P<aside>ʳ?)$)?",
    re.IGNORECASE,
)


@pytest.mark.parametrize("year", range(2015, 2021))
def test_titles_of_panels_are_true_and_marked(
    year: int, findings_of: FindingsOf, known: Catalogue
) -> None:
    """Worked out again of the figures as they are printed, by another hand."""
    told = 0
    for kommune in KOMMUNER:
        found = findings_of(kommune, year)
        for chapter in known.service.chapters:
            titles = text.titles(found, known, chapter=chapter.id)
            for name, title in titles.items():
                read = TITLE.fullmatch(title.replace("\u00a0", " "))
                assert read, title
                assert title
                assert not re.search(r"\d", title), "no number that is not read back"
                _hold(found.book, name, read)
                told += 1
    assert told > 20


def _hold(book: FactBook, name: str, read: re.Match[str]) -> None:
    """A title to its figure: place, way or side, and the marks of each."""
    fact = book.fact(name)
    printed = half_up(fact.given(), fact.decimals)
    if read["end"]:
        is_high = read["end"].lower() in HIGHEST
        others = [
            half_up(peer.given(), fact.decimals)
            for peer in book.peers(name)
            if peer.rank is not None
        ]
        beyond = sum(v > printed if is_high else v < printed for v in others)
        assert beyond + 1 == PLACES[read["place"].lower()]
        assert bool(read["shared"]) == (others.count(printed) > 1)
        assert (read["mark"] == "ʳ") == (fact.distance_basis == "reconstructed")
        assert fact.distance_clear is not False
    if read["way"]:
        before = book.fact(name, year=fact.year - 1)
        moved = printed - half_up(before.given(), fact.decimals)
        assert moved * WAYS[read["way"].capitalize()] > 0
        bases = {fact.basis, before.basis}
        assert (read["moved"] == "ʳ") == ("reconstructed" in bases)
    if read["side"]:
        assert (fact.side > 0) == (read["side"] == "Over")
        assert (read["aside"] == "ʳ") == (fact.distance_basis == "reconstructed")


def test_finding_with_a_caveat_gives_no_title(
    findings_of: FindingsOf, known: Catalogue
) -> None:
    """A few words have no room for it, and must not stand without."""
    for kommune, year in ALL:
        found = findings_of(kommune, year)
        for chapter in known.service.chapters:
            titles = text.titles(found, known, chapter=chapter.id)
            for said in found.about(chapter.id):
                name = found.book.by_id[said.facts[0]].indicator
                others = [
                    one
                    for one in found.about(chapter.id)
                    if one is not said and said.facts[0] in one.facts
                ]
                if said.details.get("caveat") and not others:
                    assert name not in titles

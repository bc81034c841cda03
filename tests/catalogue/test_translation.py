"""
Another language: nynorsk by adding a file, and no report until the file is whole.
"""

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from bs4.element import Tag
from reports import KOMMUNER, YEARS

from asss.analysis import findings
from asss.analysis.findings import SUMMARY, Findings
from asss.catalogue import catalogue, parameters, translation
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import HARD_SPACE
from asss.catalogue.parameters import METHOD, NETWORK, SERVICE
from asss.errors import ParameterError, PhraseError, UsageError
from asss.formats import conversion
from asss.page import sections, text
from asss.runs import report

FindingsOf = Callable[[str, int], Findings]

NYNORSK = "fraser.nn.yaml"
OWN_NYNORSK = "sosiale_tjenester/fraser.nn.yaml"

#: Of Trondheim 2020 in nynorsk, ``~`` for a hard space.
TRONDHEIM = [
    "Trondheim brukar 21~%ʳ mindre på sosiale tenester enn snittet for ASSS: kr~4~998ʳ "
    "per innbyggjar 18–66~år, mot kr~6~298ʳ.",
    "Tel alle kommunane likt (snitt kr~5~386ʳ), brukar kommunen 7~%ʳ mindre, men "
    "korrigert for behov, arbeidsgivaravgift og pensjon 4~%ʳ meir, tredje mestʳ i "
    "ASSS.",
]

#: Words that are bokmål alone, and would show that something was not translated.
BOKMAL_ALONE = re.compile(
    r"\b(ikke|mer|fra|brudd|tall|tallene|andelen|antall|antallet|mottakere?|mottakerne|"
    r"tjenesten?|tjenester|ligger|øker|siden|tilbud|hele|noen|høyest|lavest|én|ett|et|"
    r"en|hva|hvem|hvor|hver|hvert|hvordan|hvorfor|også|bare|være|er beregnet|beregnes|"
    r"høsten|avsluttet|innbyggere?|innbyggerne|livsopphold|forbehold|forbeholdet|"
    r"kommuner|kommunene|indikatorer|indikatorene|verdier|måneder|utvikling(?:en)|"
    r"ble|blitt|bruker|gjelder|bygger|kilde|kilder|enhet|enheten|navn|innhold|"
    r"sammenlignbart?|sammenlignbare|foreløpige?|endelige|uvektet|vektet|snittene|"
    r"dem|den nye tabellen|sykefravær(?:et)?|hovedfunn|hovedinntekt|utgift(?:en)|"
    r"figurer|tabeller|tabellene|regnet|hentet|samlet|endret|vises|oppgis|medlemmer)\b"
)


@pytest.fixture(scope="module")
def nynorsk(root: Path) -> Catalogue:
    """Everything under the real parameters/, in nynorsk."""
    return catalogue.load_catalogue(root / "parameters", language="nn")


@pytest.fixture(scope="module")
def nynorsk_of(nynorsk: Catalogue, findings_of: FindingsOf) -> FindingsOf:
    """Findings with what is named in nynorsk; the facts are those of bokmål."""

    def assess(kommune: str, year: int) -> Findings:
        return findings.conclude(findings_of(kommune, year).book, nynorsk)

    return assess


def test_main_findings_read_in_nynorsk(
    nynorsk_of: FindingsOf, nynorsk: Catalogue
) -> None:
    """One file and no code: the sentences of the summary, as a nynorsk reader wants."""
    found = nynorsk_of("trondheim", 2020)
    said = [one.text for one in text.sentences(found, nynorsk, chapter=SUMMARY)]
    assert said[: len(TRONDHEIM)] == [
        line.replace("~", HARD_SPACE) for line in TRONDHEIM
    ]


def test_section_of_main_findings_is_rendered_in_nynorsk(
    nynorsk_of: FindingsOf, nynorsk: Catalogue
) -> None:
    """Heading, list and the spoken mark: nothing of the section is left in bokmål."""
    found = nynorsk_of("trondheim", 2020)
    head = sections.heading(found, nynorsk).html
    html = head[head.index('<section class="summary"') :]
    assert ">Hovudfunn</h2>" in html
    assert html.count("<li>") >= len(TRONDHEIM)
    assert 'title="rekonstruert tal"' in html
    assert not BOKMAL_ALONE.search(re.sub(r"<[^>]+>", " ", html))


def test_no_word_of_bokmal_is_in_any_main_finding(
    nynorsk_of: FindingsOf, nynorsk: Catalogue
) -> None:
    """A mention or a label that nobody translated would stand in the middle of it."""
    rules = set()
    for kommune in KOMMUNER:
        for year in YEARS:
            found = nynorsk_of(kommune, year)
            for said in text.sentences(found, nynorsk, chapter=SUMMARY):
                assert not BOKMAL_ALONE.search(said.text), said.text
                rules.add(said.rule)
    assert len(rules) > 8


def test_later_main_findings_are_in_nynorsk_too(
    later_findings_of: FindingsOf, nynorsk: Catalogue
) -> None:
    """Twelve members and new tables bring other sentences and other labels."""
    for kommune, year in (("asker", 2022), ("lillestrom", 2022), ("oslo", 2025)):
        found = findings.conclude(later_findings_of(kommune, year).book, nynorsk)
        for said in text.sentences(found, nynorsk, chapter=SUMMARY):
            assert not BOKMAL_ALONE.search(said.text), said.text


def test_a_language_decides_no_statement_and_no_limit(
    nynorsk_of: FindingsOf,
    findings_of: FindingsOf,
    nynorsk: Catalogue,
    known: Catalogue,
) -> None:
    """Two readers of two languages must not be told two things."""
    assert nynorsk.phrases.thresholds == known.phrases.thresholds
    said = [
        [(s.chapter, s.rule, s.facts) for s in found("tromso", 2017).statements]
        for found in (nynorsk_of, findings_of)
    ]
    assert said[0] == said[1]


def test_sentence_outside_the_file_is_refused_by_name(
    nynorsk_of: FindingsOf, nynorsk: Catalogue
) -> None:
    """No silent bokmål in the middle of a nynorsk text."""
    phrases = dict(nynorsk.phrases.phrases)
    del phrases["corrected_plain"]
    fewer = nynorsk.phrases.model_copy(update={"phrases": phrases})
    known = dataclasses.replace(nynorsk, phrases=fewer)
    with pytest.raises(PhraseError, match=r"fraser\.nn\.yaml has no phrase"):
        text.sentences(nynorsk_of("trondheim", 2020), known)


def test_whole_report_is_refused_with_what_lacks(project: Path, tmp_path: Path) -> None:
    """All of it at once, before a notebook is run; and nothing is left behind."""
    with rewritten(project / "parameters" / NYNORSK) as content:
        del content["phrases"]["level_alone"]
        del content["words"]["unit_maneder"]
    with rewritten(project / "parameters" / OWN_NYNORSK) as content:
        del content["texts"]["indicators"]["sykefravaer"]["subject"]
    nynorsk = catalogue.load_catalogue(project / "parameters", language="nn")
    run = parameters.Run(
        kommune="trondheim", year=2020, snapshot="embedded", language="nn"
    )
    with pytest.raises(ParameterError) as refusal:
        report.render_report(run, root=project, output=tmp_path / "made")
    assert refusal.value.problems == nynorsk.untranslated
    assert nynorsk.untranslated == (
        "fraser.nn.yaml: phrases: 1 missing: level_alone",
        "fraser.nn.yaml: words: 1 missing: unit_maneder",
        f"{OWN_NYNORSK}: texts.indicators: 1 missing: sykefravaer.subject",
    )
    assert not list(tmp_path.glob("made/*"))


def test_nynorsk_lacks_nothing(nynorsk: Catalogue) -> None:
    """Whoever adds a sentence, a word or a forbehold adds it in both languages."""
    assert nynorsk.untranslated == ()


def test_no_text_of_nynorsk_has_a_word_of_bokmal(root: Path) -> None:
    """Not in a sentence, a word or a text, nor in an example of how one reads."""
    content = yaml.safe_load((root / "parameters" / NYNORSK).read_text("utf-8"))
    field_or_file = r"\{\w+\}|\w+\.csv"
    own = [re.sub(field_or_file, "", said) for said in texts_in(content)]
    assert [said for said in own if BOKMAL_ALONE.search(said)] == []


def texts_in(content: Any) -> Iterator[str]:
    """Every text of a YAML file but its keys."""
    if isinstance(content, dict):
        for part in content.values():
            yield from texts_in(part)
    elif isinstance(content, str):
        yield content


def test_bokmal_lacks_nothing(known: Catalogue) -> None:
    """It is what the others are measured by."""
    assert known.language == "nb"
    assert known.untranslated == ()


def test_unknown_language_is_refused_with_those_there_are(root: Path) -> None:
    """A language is a file: whoever asks for another is told which there are."""
    with pytest.raises(UsageError, match=r"no fraser\.se\.yaml.* Known: nb, nn"):
        catalogue.load_catalogue(root / "parameters", language="se")


# -- damaged files ---------------------------------------------------------------------


@pytest.fixture
def folder(project: Path) -> Path:
    """A copy of parameters/ that a test may damage."""
    return project / "parameters"


@contextmanager
def rewritten(path: Path) -> Iterator[Any]:
    """The content of a YAML file, written back when the block ends."""
    content = yaml.safe_load(path.read_text("utf-8"))
    yield content
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def problem_in(folder: Path) -> str:
    """The one problem that the catalogue is refused with, also by who asks for nb."""
    with pytest.raises(ParameterError) as refusal:
        catalogue.load_catalogue(folder)
    (problem,) = refusal.value.problems
    return problem


def test_phrase_that_loses_a_field_is_refused(folder: Path) -> None:
    """A sentence without its number reads well, and says nothing."""
    with rewritten(folder / NYNORSK) as content:
        content["phrases"]["rank_tail"] = {
            "sentence": ", lågast i ASSS",
            "example": {"given": {}, "reads": ", lågast i ASSS"},
        }
    assert problem_in(folder).startswith("fraser.nn.yaml: phrases.rank_tail: ")


@pytest.mark.parametrize(
    ("place", "given", "problem"),
    [
        ("phrases", "spendin", "phrases: unknown 'spendin'. Did you mean"),
        ("words", "summary_headin", "words: unknown 'summary_headin'. Did you mean"),
        ("texts", "forbehol", "texts: unknown 'forbehol'. Did you mean forbehold?"),
        ("texts", "indicators", "texts: unknown 'indicators'."),
    ],
)
def test_key_without_an_original_is_refused(
    folder: Path, place: str, given: str, problem: str
) -> None:
    """It would never be used, and the original would show instead."""
    nearest = {"phrases": "spending", "words": "summary_heading"}
    with rewritten(folder / NYNORSK) as content:
        entries = content[place]
        entries[given] = entries.pop(nearest[place]) if place in nearest else {}
    assert problem_in(folder).startswith(f"fraser.nn.yaml: {problem}")


@pytest.mark.parametrize(
    ("name", "key", "problem"),
    [
        ("sykefravar", "mention", "texts.indicators: unknown 'sykefravar'."),
        ("sykefravaer", "menton", "texts.indicators.sykefravaer: unknown 'menton'."),
        ("sykefravaer", "unit", "texts.indicators.sykefravaer: unknown 'unit'."),
    ],
)
def test_text_without_an_original_is_refused(
    folder: Path, name: str, key: str, problem: str
) -> None:
    """Texts can be translated, and units, formulas and limits cannot."""
    with rewritten(folder / OWN_NYNORSK) as content:
        content["texts"]["indicators"][name] = {key: "sjukefråværet"}
    assert problem_in(folder).startswith(f"{OWN_NYNORSK}: {problem}")


@pytest.mark.parametrize("file", ["fraser.yaml", NYNORSK])
@pytest.mark.parametrize("word", ["and", "number_7", "number_1_neuter"])
def test_word_that_the_rules_need_is_missed_in_every_language(
    folder: Path, file: str, word: str
) -> None:
    """It would be missed on the day a report counts to seven, and not before."""
    with rewritten(folder / file) as content:
        del content["words"][word]
    with pytest.raises(ParameterError, match=rf"{re.escape(file)}: words\.{word}"):
        catalogue.load_catalogue(folder)


#: Bokmål made nynorsk by rote, so that whatever is left in bokmål is not from a file.
ROTE_WORDS = """
    ikke:ikkje mer:meir fra:frå tall:tal andelen:delen antall:talet_på hva:kva hvem:kven
    mottakere:mottakarar tjenester:tenester ligger:ligg øker:aukar siden:sidan hvor:kor
    tilbud:tilbod hele:heile noen:nokre høyest:høgast lavest:lågast én:éin ett:eitt
    høsten:hausten avsluttet:avslutta innbyggere:innbyggjarar livsopphold:livsopphald
    brudd:brot hver:kvar hvert:kvart også:òg bare:berre være:vere kommunene:kommunane
    nøkkeltall:nøkkeltal tjenesteprofil:tenesteprofil
"""
BY_ROTE = dict(pair.split(":") for pair in ROTE_WORDS.split())
LETTER = "[a-zæøå]"
ROTE = re.compile(rf"(?<!{LETTER})({'|'.join(BY_ROTE)})(?!{LETTER})", re.IGNORECASE)


def by_rote(content: Any) -> Any:
    """The same, with the words of nynorsk in every text."""
    if isinstance(content, dict):
        return {key: by_rote(part) for key, part in content.items()}
    if not isinstance(content, str):
        return content

    def replacing(found: re.Match[str]) -> str:
        word = BY_ROTE[found[0].lower()]
        return word.capitalize() if found[0][0].isupper() else word

    return ROTE.sub(replacing, content)


def whole_translation(folder: Path) -> None:
    """Make nynorsk files by rote of all that there is in bokmål."""
    bokmal = yaml.safe_load((folder / "fraser.yaml").read_text("utf-8"))
    known = catalogue.load_catalogue(folder)
    common, own = (
        yaml.safe_load((place / "forbehold.yaml").read_text("utf-8"))
        for place in (folder, folder / "sosiale_tjenester")
    )
    lists = {kind: getattr(known.service, kind) for kind in translation.OF_SERVICE}
    lists["service"] = [known.service]
    texts = {
        kind: {
            getattr(e, "id", known.service.service): {
                k: getattr(e, k) for k in translation.TEXTS[kind]
            }
            for e in found
        }
        for kind, found in lists.items()
    }
    told = {
        entry.id: {k: getattr(entry, k) for k in translation.TEXTS["forbehold"]}
        for entry in known.forbehold
    }
    of_all, of_one = (
        {entry["id"]: told[entry["id"]] for entry in some["forbehold"]}
        for some in (common, own)
    )
    prose = {}
    for path in (folder.parent / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown" and "rapport" in cell.metadata.get(
                "tags", []
            ):
                head = cell.source.splitlines()[0].lstrip("# ")
                prose[head] = cell.source
    kinds = {name: {"name": kind.name} for name, kind in known.kinds.items()}
    content = {
        **{key: bokmal[key] for key in ("supposed", "phrases", "words")},
        # Its keys stand in what is said.
        "of_others": {by_rote(k): text for k, text in bokmal["of_others"].items()},
        "texts": {"kinds": kinds, "forbehold": of_all},
        "prose": prose,
    }
    _write_by_rote(folder / NYNORSK, content)
    file = folder / "sosiale_tjenester" / "fraser.yaml"
    said = yaml.safe_load(file.read_text("utf-8")) if file.exists() else {}
    texts["forbehold"] = of_one
    _write_by_rote(folder / OWN_NYNORSK, {**said, "texts": texts})


def _write_by_rote(path: Path, content: Any) -> None:
    written = yaml.safe_dump(by_rote(content), allow_unicode=True)
    path.write_text(written, "utf-8")


def test_a_whole_translation_lacks_nothing(folder: Path) -> None:
    """The list of what lacks has an end: a file with everything in it is enough."""
    whole_translation(folder)
    known = catalogue.load_catalogue(folder)
    told = catalogue.load_catalogue(folder, language="nn")
    assert told.untranslated == ()
    assert told.service.indicators[0].id == known.service.indicators[0].id
    assert told.service.name == "Sosiale tenester"


@pytest.mark.parametrize("kommune", ["tromso", NETWORK, METHOD])
def test_whole_report_in_another_language_has_no_word_from_elsewhere(
    project: Path, tmp_path: Path, kommune: str
) -> None:
    """Headings and prose of the notebook, figures, notes: the file has all of it.

    What people say is shown as they wrote it, and sources have the titles they have;
    what SSB calls a code stands between «».
    """
    parameters_ = project / "parameters"
    whole_translation(parameters_)
    run = parameters.Run(kommune=kommune, year=2017, snapshot="embedded", language="nn")
    report.render_report(run, root=project, output=tmp_path, formats=("html",))
    page = BeautifulSoup(
        (tmp_path / "2017" / SERVICE / kommune / report.HTML_NAME).read_text("utf-8"),
        "html.parser",
    )
    for tag in page.select("style, script, .comment, .by, .queries, .collected"):
        tag.decompose()
    spoken = [
        str(tag[name])
        for name in ("aria-label", "alt", "title")
        for tag in page.find_all(attrs={name: True})
    ]
    titled = [
        one.source for one in catalogue.load_catalogue(parameters_).service.indicators
    ]
    left = []
    for said in (*page.stripped_strings, *spoken):
        for title in titled:
            said = said.replace(title, "").replace(title.replace(" ", HARD_SPACE), "")
        own = re.sub("^«.*»$", "", said.replace(HARD_SPACE, " "))
        left += [said] if ROTE.search(own) else []
    assert left == []
    html = page.find("html")
    assert isinstance(html, Tag)
    assert html["lang"] == "nn"


def test_cell_of_the_notebook_that_is_not_translated_is_refused_by_name(
    project: Path, tmp_path: Path
) -> None:
    """Before it is run; a heading in bokmål in the midst would be nobody's choice."""
    whole_translation(project / "parameters")
    with rewritten(project / "parameters" / NYNORSK) as content:
        del content["prose"]["Nøkkeltall"]
    run = parameters.Run(kommune="oslo", year=2020, snapshot="embedded", language="nn")
    told = r"fraser\.nn\.yaml: prose: 1 missing: Nøkkeltall"
    with pytest.raises(ParameterError, match=told):
        report.render_report(run, root=project, output=tmp_path)


def test_nynorsk_has_every_cell_that_reaches_a_page(
    root: Path, nynorsk: Catalogue
) -> None:
    """And none that no notebook has."""
    heads = set()
    for path in (root / "notebooks").glob("*.ipynb"):
        written = nbformat.read(path, as_version=4)
        for cell in written.cells:
            if cell.cell_type == "markdown" and "rapport" in cell.metadata.get(
                "tags", []
            ):
                heads.add(cell.source.splitlines()[0].lstrip("# "))
        conversion.in_language(written, nynorsk)
    assert heads == nynorsk.prose.keys()
    for written in nynorsk.prose.values():
        assert not BOKMAL_ALONE.search(written), written


# -- what the code gives ---------------------------------------------------------------


def test_fields_in_the_package_are_those_of_the_phrases(known: Catalogue) -> None:
    """`python -m asss.catalogue.translation` writes them anew where a rule is new."""
    kept = json.loads(translation.FIELDS.read_text("utf-8"))
    assert translation.form(known.phrases) == kept


def put(kind: str, key: str, text: str | None, example: str = "") -> Any:
    """Damage: another text of a phrase or word, with an example that fits, or none."""

    def change(content: dict[str, Any]) -> None:
        if text is None:
            content[kind].pop(key)
        elif kind == "words":
            content[kind][key] = text
        else:
            given = {example: "x"} if example else {}
            reads = text.format_map(given)
            example_ = {"given": given, "reads": reads}
            content[kind][key] = {"sentence": text, "example": example_}

    return change


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            put("phrases", "need_none", "Se {kommune}.", "kommune"),
            "phrases.need_none: has no field {kommune}. Known: area, per.",
        ),
        (
            put("phrases", "rank_tail", ", og {rnak} i ASSS", "rnak"),
            "phrases.rank_tail: has no field {rnak}. Did you mean rank?",
        ),
        (
            put("phrases", "rank_tail", ", {rank:>9}", "rank"),
            "phrases.rank_tail: has no field {rank:>9}.",
        ),
        (
            put("phrases", "rank_tail", ", {rank!r}", "rank"),
            "phrases.rank_tail: has no field {rank!r}.",
        ),
        (put("phrases", "rank_tail", None), "phrases.rank_tail: is missing"),
        (
            put("words", "unit_kr", "kr {numbr}"),
            "words.unit_kr: has no field {numbr}. Did you mean number?",
        ),
        (put("words", "unit_kr", "kr {}"), "words.unit_kr: has no field {}."),
        (put("words", "unit_kr", "kr {0.x}"), "words.unit_kr: has no field {0.x}."),
        (put("words", "unit_kr", "kr {number"), "words.unit_kr: expected '}'"),
        (put("words", "summary_heading", None), "words.summary_heading: is missing"),
    ],
)
def test_phrase_or_word_that_asks_for_what_it_is_not_given_is_named(
    folder: Path, damage: Any, said: str
) -> None:
    """Found when the files are read, and not in the one report that says it."""
    for name in (NYNORSK, OWN_NYNORSK):
        (folder / name).unlink()
    with rewritten(folder / "fraser.yaml") as content:
        damage(content)
    with pytest.raises(ParameterError) as refusal:
        catalogue.load_catalogue(folder)
    (problem,) = refusal.value.problems
    assert problem.startswith(f"fraser.yaml: {said}")


def test_word_under_a_name_that_is_nearly_right_is_named(folder: Path) -> None:
    for name in (NYNORSK, OWN_NYNORSK):
        (folder / name).unlink()
    with rewritten(folder / "fraser.yaml") as content:
        content["words"]["summary_headin"] = content["words"].pop("summary_heading")
    with pytest.raises(ParameterError, match=r"is missing; is it summary_headin\?"):
        catalogue.load_catalogue(folder)

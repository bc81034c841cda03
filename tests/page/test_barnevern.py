"""The second service area on its pages: whole, read back, and in its own words."""

import csv
import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import given
import openpyxl
import pytest
from faults import Scene
from lxml.html import document_fromstring as HTML

import asss
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import METHOD, NETWORK
from asss.errors import RenderError
from asss.formats import readback, typesetting
from asss.formats.readback import prose
from asss.page import text
from asss.runs import batch, report, verification
from asss.runs.workbench import KommuneReport, MethodReport, NetworkReport
from asss.statbank import Snapshot

#: Words of sosiale tjenester alone.
FOREIGN = re.compile(
    r"sosiale t[je]+nest|sosialhjelp|sosialtjenest|18–66|stønad|mottak[ae]r|kvp",
    re.I,
)

#: One in which figures are real, one that merged, the network, and the older mean.
PAGES = [
    *(("oslo", 2020), ("trondheim", 2018), ("stavanger", 2017)),
    *((NETWORK, 2019), (NETWORK, 2017)),
]


@pytest.fixture(scope="module")
def barnevern(root: Path) -> Catalogue:
    return asss.load_catalogue(root / "parameters", service="barnevern")


@pytest.fixture(scope="module")
def made(barnevern: Catalogue, snapshot: Snapshot) -> Any:
    """A report and its page."""

    @cache
    def make(kommune: str, year: int) -> tuple[Any, str]:
        given = {"kommune": kommune, "year": year, "snapshot": "embedded"}
        run = asss.load_run({**given, "service": "barnevern"})
        observed = asss.observations(year, snapshot=snapshot, parameters=barnevern)
        rows = asss.index_to_network(observed, rule=barnevern.mean_rule)
        report = asss.assess(rows, barnevern, run, snapshot)
        assert isinstance(report, KommuneReport | MethodReport | NetworkReport)
        return report, report.preview().html

    return make


@pytest.mark.parametrize("page", PAGES)
def test_page_is_read_back(
    page: tuple[str, int], made: Any, barnevern: Catalogue, snapshot: Snapshot
) -> None:
    """By the second hand from the answers, by another pen from the facts, on paper."""
    report, html = made(*page)
    facts = json.loads(json.dumps(report.content().content))
    readback.check_facts(facts, report.found.book.run, barnevern, snapshot)
    pdf = typesetting.to_pdf(html) if page[0] != NETWORK else None
    readback.check(facts, barnevern, html=html, pdf=pdf)


# -- the mean of the others ------------------------------------------------------------


def _printed() -> list[tuple[str, str, int]]:
    """What KS printed as a distance from «snittet for de andre», and it holds."""
    path = Path(__file__).parents[1] / "fasit" / "barnevern.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (row["kommune"], row["indicator"], int(row["expected"]))
            for row in csv.DictReader(file)
            if row["kind"] == "distance_from_others" and not row["exception"]
        ]


@pytest.mark.parametrize(("kommune", "indicator", "distance"), _printed())
def test_page_prints_the_distances_that_ks_did(
    kommune: str, indicator: str, distance: int, made: Any, barnevern: Catalogue
) -> None:
    """Beside figure 1, of the year of edition 2018."""
    _, html = made(kommune, 2017)
    words, name = barnevern.phrases.words, barnevern.indicator(indicator).short_name
    (profile, *_) = [
        table
        for table in HTML(html).iter("table")
        if words["profile_index"] in [_text(th) for th in table.iter("th")]
    ]
    heads = [_text(th) for th in next(profile.iter("tr"))]
    (row,) = [tr for tr in profile.iter("tr") if _text(tr[0]) == name]
    told = _text(row[heads.index(words["profile_index"])])
    assert told.rstrip("ʳ") == str(100 + distance)


def _text(node: Any) -> str:
    return " ".join("".join(node.itertext()).split())


def test_page_names_whom_the_mean_is_of(made: Any) -> None:
    """In sentence, table, figures and alternative texts, and nowhere as ASSS's."""
    _, html = made("oslo", 2017)
    text = _text(HTML(re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)))
    for said in (
        "som snittet for de andre: kr 10 199",
        "Regnes kommunen med (snitt kr 9 813",
        "Indeks, snittet for de andre = 100",
        "Hver kommune er holdt mot snittet uten den selv.",
        "For Ressursbruksindikator er snittet for alle.",
        "De andre er snittet for de andre kommunene, uten kommunen selv.",
        "† Snittet er for alle, kommunen selv medregnet.",
        "snittet for de andre kommunene og hver av dem.",
    ):
        assert said in " ".join(text.split()), said
    assert not re.findall(r"[Ss]nitt(?:et)? for ASSS|ASSS-snitt", html)
    # No rule changes between the years that this report shows.
    assert "Snittlinjen er brutt" not in html


def test_no_page_of_a_later_year_speaks_of_the_others(made: Any) -> None:
    for page in (("oslo", 2020), ("trondheim", 2018), (NETWORK, 2019)):
        _, html = made(*page)
        assert "snittet for de andre" not in html.replace("\n", " ")
        assert "†" not in html


def test_network_is_held_against_all_and_says_so(made: Any) -> None:
    """Nobody is left out on a page that is on everybody."""
    report, html = made(NETWORK, 2017)
    rules = {fact.mean_rule for fact in report.found.book.facts.values()}
    assert rules == {"plain"}
    assert set(report.facts["mean_rule"]) == {"plain"}
    assert "Snittet er her for alle kommunene." in html
    _, of_later = made(NETWORK, 2019)
    assert "Snittet er her for alle" not in of_later


def test_method_says_whom_the_means_are_of(made: Any) -> None:
    """In words, by indicator in the table of rules, and at each definition."""
    _, html = made(METHOD, 2017)
    text = _text(HTML(re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)))
    assert "uten kommunen selv (unntak: Ressursbruksindikator, der snittet" in text
    assert "Uvektet, for de andre" in text
    assert "Snitt: uvektet, for de andre." in text
    _, html = made(METHOD, 2020)
    assert "for de andre" not in html.replace("for de andre indikatorene", "")


def test_nynorsk_page_of_the_others_is_read_back(
    root: Path, snapshot: Snapshot
) -> None:
    known = asss.load_catalogue(root / "parameters", service="barnevern", language="nn")
    report = asss.report(
        "bergen", 2017, snapshot=snapshot, parameters=known, language="nn"
    )
    assert isinstance(report, KommuneReport)
    facts, html = report.content().content, report.preview().html
    readback.check(json.loads(json.dumps(facts)), known, html=html)
    assert "enn snittet for dei andre" in html
    assert not re.findall(r"[Ss]nitt(?:et)? for ASSS|ASSS-snitt", html)


@pytest.mark.parametrize(
    ("given", "named", "rule"),
    [
        ({"mean": "plain"}, "det uvektede snittet for alle kommunene", "plain"),
        ({"mean": "weighted"}, "det vektede snittet for alle kommunene", "weighted"),
        ({"mean": "others"}, "snittet for de andre kommunene", "plain_of_others"),
        (
            {"without": ["oslo"]},
            "snittet for de andre av kommunene uten Oslo",
            "plain_of_others",
        ),
        ({"thresholds": {"near_mean": 10}}, "", "plain_of_others"),
    ],
)
def test_what_if_names_its_mean_beside_that_of_the_others(
    given: dict[str, Any],
    named: str,
    rule: str,
    made: Any,
    snapshot: Snapshot,
) -> None:
    """Whoever says how all weigh has said whom it is of; else it is of the others."""
    report, _ = made("trondheim", 2017)
    asked = report.what_if(**given)
    fact = asked.report.found.book.fact("netto_driftsutgifter_per_innb")
    assert named in asked.title
    assert fact.mean_rule == rule
    facts = json.loads(json.dumps(asked.report.content().content))
    readback.check_figures(facts, asked.report.known, snapshot)
    readback.check(facts, asked.report.known)
    if given == {"mean": "others"}:
        # All but KS' own figure, which is set against all, are as they are printed.
        assert list(asked.facts.index) == ["Ressursbruksindikator"]


@pytest.mark.parametrize("page", [*PAGES, (METHOD, 2020)])
def test_page_says_nothing_of_sosiale_tjenester(
    page: tuple[str, int], made: Any
) -> None:
    """Comments, forbehold, words and tables of one area reach no page of another."""
    _, html = made(*page)
    text = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    assert FOREIGN.findall(text) == []
    assert "Barnevern" in text


@pytest.mark.parametrize("page", PAGES)
def test_expenditure_is_always_for_each_of_the_same(
    page: tuple[str, int], made: Any, barnevern: Catalogue
) -> None:
    """«Kr 2 100 per innbygger» was for each of the target group, and not of all."""
    report, _ = made(*page)
    said = " ".join(one["text"] for one in report.content().content["sentences"])
    whose, short = barnevern.service.per, "innbygger"
    assert said.count(f"per {whose}") == said.count(f"per {short}") > 0


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("service", ["barnevern", "grunnskole", "sosiale_tjenester"])
def test_no_common_sentence_counts_what_an_area_does_not(
    service: str, language: str, root: Path
) -> None:
    """What spending is for each of has one name in all sentences of an area."""
    known = asss.load_catalogue(root / "parameters", service=service, language=language)
    counted = re.compile(r"per (innbyggjar|innbygger|elev|barn)\b.{0,20}")
    for name, phrase in known.phrases.phrases.items():
        for found in counted.finditer(phrase.sentence):
            is_need = name.startswith(("alt_need", "decomposed"))
            assert is_need or found[0].startswith(f"per {known.service.per}"), name


def test_page_on_what_reports_stand_on_is_called_by_its_area(made: Any) -> None:
    """Those of a year lie side by side, and in a browser one sees the titles alone."""
    _, html = made(METHOD, 2020)
    title = "Om datagrunnlaget i ASSS for barnevern 2020"
    assert f"<title>{title} – ASSS</title>" in html
    assert title in made("oslo", 2020)[1]


def test_words_are_its_own_in_every_language(root: Path) -> None:
    """A sentence that only another area's reports should say is in none of its."""
    for language in ("nb", "nn"):
        known = asss.load_catalogue(
            root / "parameters", service="barnevern", language=language
        )
        assert known.untranslated == ()
        unused = "driver_share", "driver_both", "driver_amount", "duration"
        relations = known.service.relations
        assert (relations.product, relations.duration) == (None, None)
        said = [
            phrase.sentence
            for name, phrase in known.phrases.phrases.items()
            if name not in unused
        ]
        assert [
            one for one in said if FOREIGN.search(one) and "ønaden" not in one
        ] == []


def test_years_before_other_inhabitants_are_no_trend(
    barnevern: Catalogue,
) -> None:
    """From 2023 the inhabitants are 0–24 years old: a break, and told as one."""
    parts = barnevern.service.relations.sum
    assert parts is not None
    for name in (parts.whole, *parts.parts):
        (switch,) = barnevern.indicator(name).formula.switches
        entries = barnevern.forbehold_for(name, "oslo", switch, is_fetched=True)
        assert barnevern.breaks(one.id for one in entries)


def test_on_level_in_print_in_a_year_before_is_not_years_on_end(made: Any) -> None:
    """In 2015 Bærum's 1,38 % and Trondheim's 1,41 % were both printed as 1,4 %."""
    found, _ = made("trondheim", 2017)
    texts = [one.replace("\u00a0", " ") for one in found.sentences["text"]]
    (taken,) = [text for text in texts if "er plassert av barnevernet" in text]
    assert "1,4 %ʳ" in taken
    assert ", høyestʳ i ASSS (snitt" in taken
    (young,) = [text for text in texts if "flere år på rad" in text]
    assert "er 0–5 år, høyestʳ i ASSS flere år på rad (snitt" in young


def test_a_part_near_the_mean_is_not_told(
    barnevern: Catalogue,
    snapshot: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a part its level is told, whose change is not: near the mean it is nothing."""
    told = "Tiltak for plasserte barn (f252) koster kr 4 422 per innbygger"
    given = {"kommune": "oslo", "year": 2016, "service": "barnevern"}
    run = asss.load_run({**given, "snapshot": "embedded"})
    observed = asss.observations(2016, snapshot=snapshot, parameters=barnevern)
    rows = asss.index_to_network(observed, rule=barnevern.mean_rule)
    as_told = barnevern.for_report("oslo", 2016)

    def seen() -> tuple[str, list[str]]:
        report = asss.assess(rows, barnevern, run, snapshot)
        assert isinstance(report, KommuneReport)
        facts = json.loads(json.dumps(report.content().content))
        said = " ".join(one["text"] for one in facts["sentences"])
        faults = [*prose.false_sentences(facts, as_told)]
        return said.replace("\u00a0", " "), faults

    said, faults = seen()
    assert told not in said
    assert faults == []
    line = "may_move = name not in self.book.components"
    Scene(monkeypatch, Path()).swap("asss.analysis.candidates", line, "may_move = True")
    said, faults = seen()
    assert told in said
    assert [one for one in faults if "is near the mean, or not clear" in one]


# -- with its need decomposed ----------------------------------------------------------


@pytest.fixture(scope="module")
def needed(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """A report, in every form, of a project that has a behov.csv of barnevern alone."""
    folder = tmp_path_factory.mktemp("needed")
    for name in ("notebooks", "parameters"):
        shutil.copytree(root / name, folder / name)
    given.write(folder / "parameters", service="barnevern")

    @cache
    def render(kommune: str, service: str = "barnevern") -> Path:
        run = asss.load_run(
            {
                "kommune": kommune,
                "year": 2020,
                "snapshot": "embedded",
                "service": service,
            }
        )
        (made,) = batch.render_all(
            [run],
            root=folder,
            output=folder / "outputs",
            formats=("html", "pdf", "docx", "xlsx", "csv"),
            today="2026-11-30",
        )
        assert made.error is None
        return folder / "outputs" / "2020" / service / kommune

    return render


def decomposed(folder: Path) -> str:
    """The sentence that tells it."""
    facts = json.loads((folder / report.FACTS_NAME).read_bytes())
    (said,) = [
        one["text"]
        for one in facts["sentences"]
        if one["rule"].startswith("decomposed")
    ]
    return str(said).replace("\u00a0", " ")


def letters(text: str) -> str:
    """What is left of a text however it is set: on paper ʳ is a small r."""
    return re.sub(r"[\W\d]|[ʳr]", "", text)


#: What the figure of it is called.
CAPTION = "Fra utgifter per innbygger i alle aldre til ressursbruksindikator."


def test_need_of_barnevern_is_in_every_form(needed: Callable[[str], Path]) -> None:
    """Sentence and figure on the page and in Word; the numbers in Excel."""
    folder = needed("tromso")
    said = decomposed(folder)
    assert said == (
        "Per innbygger i alle aldre er utgiftene 0,87ʳ av snittet når alle kommunene "
        "teller likt; avskrivninger, pensjon og arbeidsgiveravgift flytter det +0,04ʳ "
        "og behovet +0,18ʳ, til 1,08ʳ. KS’ indikator er 1,11ʳ, med en rest på +0,03ʳ."
    )
    page = (folder / report.HTML_NAME).read_text("utf-8")
    with ZipFile(folder / "rapport.docx") as document:
        word = document.read("word/document.xml").decode()
    for where in (page, word):
        text = html.unescape(re.sub("<[^>]+>", "", where))
        assert letters(said) in letters(text)
        assert letters(CAPTION) in letters(text)
    rows = list(openpyxl.load_workbook(folder / "nokkeltall.xlsx")["Behov"].values)
    assert [round(row[3], 2) for row in rows[3:8]] == [0.87, 0.88, 0.88, 0.91, 1.08]


@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not here"
)
def test_need_of_barnevern_is_on_paper(needed: Callable[[str], Path]) -> None:
    """The same sentence and figure, as another program reads them."""
    folder = needed("tromso")
    command = ["pdftotext", str(folder / report.PDF_NAME), "-"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert letters(decomposed(folder)) in letters(done.stdout)
    assert letters(CAPTION) in letters(done.stdout)


def test_need_of_barnevern_is_no_need_of_another(
    needed: Callable[..., Path],
) -> None:
    """What is given of one service area decomposes nothing of the next."""
    facts = json.loads(
        (needed("tromso", "sosiale_tjenester") / "facts.json").read_bytes()
    )
    assert facts["need"] is None


def test_need_of_barnevern_is_verified(needed: Callable[[str], Path]) -> None:
    """Read back once more as it lies there, and by a second hand."""
    output = needed("tromso").parents[2]
    checks = verification.verify(root=output.parent, output=output)
    assert {
        check.about: check.message for check in checks if check.outcome != "ok"
    } == {}


def test_year_without_forbehold_has_a_page_on_what_it_stands_on(
    root: Path, tmp_path: Path
) -> None:
    """It says that there are none: no table stands empty, and no letter is lacking."""
    about = {"kommune": METHOD, "year": 2015, "service": "barnevern"}
    run = asss.load_run({**about, "snapshot": "embedded"})
    formats = ("html", "pdf", "docx")
    report.render_report(run, root=root, output=tmp_path, formats=formats)
    folder = tmp_path / "2015" / "barnevern" / METHOD
    assert json.loads((folder / "facts.json").read_bytes())["forbehold"] == []
    said = "Ingen av tallene i rapportene har forbehold."
    page = HTML((folder / "rapport.html").read_text("utf-8"))
    tables = page.xpath("//table[contains(@class, 'grid')]")
    assert all(table.xpath(".//tbody/tr") for table in tables)
    letters = "".join(page.xpath("//caption/@id")).replace("tabell-", "")
    assert letters == "ABCDE"[: len(tables)]
    pdf = subprocess.run(
        ["pdftotext", folder / "rapport.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    with ZipFile(folder / "rapport.docx") as word:
        document = word.read("word/document.xml").decode()
    for whole in (page.text_content(), pdf, re.sub(r"<[^>]+>", "", document)):
        assert said in " ".join(whole.split())


@pytest.mark.parametrize(
    ("kommune", "status", "told"),
    [
        ("stavanger", "alle nøkkeltallene rekonstruert", "alle de 13 nøkkeltallene"),
        ("bergen", "delvis rekonstruert", "12 av 13 nøkkeltall"),
    ],
)
def test_what_is_reconstructed_is_told_as_it_is(
    kommune: str, status: str, told: str
) -> None:
    """All is not «delvis» or «13 av 13», and all the means are not «de fleste»."""
    made = asss.report(kommune, 2018, service="barnevern", snapshot="embedded")
    assert isinstance(made, KommuneReport)
    facts, page = made.content().content, made.preview().html
    readback.check(facts, made.known, html=page, pdf=None)
    name = made.known.network.member(kommune).name
    for said, false in (
        (f"{told} for {name} i 2018 og alle snittene", f"{told} for {name} i 2018"),
        (f", {status}", ", helt sikre"),
        ("KS og kommuner, og av rekonstruerte tall.", "KS og kommuner."),
    ):
        (place,) = re.findall(r"\s".join(map(re.escape, said.split(" "))), page)
        wrong = page.replace(place, false)
        with pytest.raises(RenderError, match="lacks"):
            readback.check(facts, made.known, html=wrong, pdf=None)


def test_figures_that_are_all_of_one_kind_are_said_to_be(
    known: Catalogue, snapshot: Snapshot
) -> None:
    """Put together of published figures, of reconstructed ones, or of both."""
    for bases, told in (
        (
            {"real", "reconstructed"},
            "tall fra SSB, KS og kommuner, og av rekonstruerte",
        ),
        ({"real", "published"}, "av publiserte tall fra SSB, KS og kommuner."),
        (
            {"reconstructed"},
            "ikke hentet fra SSB: De er satt sammen 23.11.2026, og alle",
        ),
    ):
        assert told in text.figures_from(snapshot, known, bases)


@pytest.mark.parametrize(
    ("kommune", "year", "told", "false"),
    [
        # Sick leave is the one thing to say of «Kvalitet», and the first of the page.
        (
            "drammen",
            2017,
            "Det rapporten sier om dette, står under Hovedfunn.",
            "Rapporten omtaler ingen av tallene her; de står i tabellen.",
        ),
        (
            "oslo",
            2018,
            "Rapporten omtaler ingen av tallene her; de står i tabellen.",
            "Det rapporten sier om dette, står under Hovedfunn.",
        ),
    ],
)
def test_chapter_without_a_sentence_says_where_to_look(
    kommune: str, year: int, told: str, false: str
) -> None:
    """A heading over a figure alone looks like a page that was not finished."""
    made = asss.report(kommune, year, service="barnevern", snapshot="embedded")
    assert isinstance(made, KommuneReport)
    facts, page = made.content().content, made.preview().html
    assert "kvalitet" not in {one["section"] for one in facts["sentences"]}
    readback.check(facts, made.known, html=page, pdf=None)
    (place,) = HTML(page).xpath(f"//p[normalize-space()='{told}']")
    (heading,) = place.xpath("preceding::h2[1]")
    assert heading.text_content().strip().startswith("Kvalitet")
    assert page.count(told) == 1
    for wrong in (page.replace(told, false), page.replace(told, "")):
        with pytest.raises(RenderError, match="lacks"):
            readback.check(facts, made.known, html=wrong, pdf=None)

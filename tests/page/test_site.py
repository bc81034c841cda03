"""The site: an index to all there is, searched and sorted, and «ASSS samlet»."""

import base64
import hashlib
import json
import re
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import browser
import pytest
from bs4 import BeautifulSoup, Tag
from typer.testing import CliRunner

from asss import outputs
from asss.__main__ import app
from asss.analysis.facts import HOUSEKEEPING
from asss.analysis.findings import SUMMARY, Findings
from asss.analysis.tables import mark
from asss.catalogue import catalogue
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import day, half_up, number
from asss.catalogue.parameters import (
    EMBEDDED,
    EVERY,
    METHOD,
    NETWORK,
    SERVICE,
    SHARED,
    Run,
)
from asss.cli.terminal import FAILURE, USAGE
from asss.errors import RenderError
from asss.page import sections, site
from asss.runs import batch, contents, ledger, manifest, report, verification
from asss.runs.batch import Result
from asss.statbank import Snapshot, holdings

runner = CliRunner()

Facts = dict[str, Any]


@pytest.fixture(scope="module")
def facts_of(
    findings_of: Callable[[str, int], Findings], known: Catalogue
) -> Callable[[str], Facts]:
    """What facts.json of a report on 2020 holds, without its being rendered."""

    def gather(kommune: str) -> Facts:
        content = sections.facts(findings_of(kommune, 2020), known).content
        found: Facts = json.loads(json.dumps(content))
        return found

    return gather


@pytest.fixture(scope="module")
def network_report(rendered: Callable[[str, int], Path]) -> Path:
    """The folder of «ASSS samlet» 2020."""
    return rendered(NETWORK, 2020)


@pytest.fixture(scope="module")
def network_facts(network_report: Path) -> Facts:
    """What its facts.json holds."""
    found: Facts = json.loads((network_report / report.FACTS_NAME).read_bytes())
    return found


@pytest.fixture(scope="module", params=[SERVICE, "barnevern"])
def area(
    request: pytest.FixtureRequest, known_of: Callable[[str], Catalogue]
) -> Catalogue:
    """What is known of each service area."""
    return known_of(request.param)


@pytest.fixture(scope="module")
def area_report(area: Catalogue, rendered: Callable[..., Path]) -> Path:
    """The folder of its «ASSS samlet» 2020."""
    return rendered(NETWORK, 2020, area.service.service)


@pytest.fixture(scope="module")
def area_facts(area_report: Path) -> Facts:
    """What its facts.json holds."""
    found: Facts = json.loads((area_report / report.FACTS_NAME).read_bytes())
    return found


@pytest.fixture
def network_page(area_report: Path) -> BeautifulSoup:
    """Its page; read anew for each test, which may take it apart."""
    html = (area_report / report.HTML_NAME).read_text("utf-8")
    return BeautifulSoup(html, "html.parser")


def _put(folder: Path, facts: Facts) -> None:
    """A report as the index finds it: its facts, and files of every kind."""
    folder.mkdir(parents=True)
    (folder / report.FACTS_NAME).write_text(json.dumps(facts), "utf-8")
    for name in (report.HTML_NAME, report.PDF_NAME, report.NOTEBOOK_NAME):
        (folder / name).write_bytes(b"")


@pytest.fixture(scope="module")
def whole(
    known: Catalogue,
    facts_of: Callable[[str], Facts],
    network_facts: Facts,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The index of a year in which every report was made."""
    output = tmp_path_factory.mktemp("whole")
    for member in known.network.in_year(2020):
        _put(output / "2020" / SERVICE / member.id, facts_of(member.id))
    _put(output / "2020" / SERVICE / NETWORK, network_facts)
    _put(
        output / "2020" / SERVICE / METHOD,
        network_facts | {"title": "Om", "sentences": []},
    )
    return contents.write_index([known], year=2020, output=output)


@pytest.fixture
def index(whole: Path) -> BeautifulSoup:
    """The same, read."""
    return BeautifulSoup(whole.read_text("utf-8"), "html.parser")


def _text(tag: Tag) -> str:
    """What is read of a part of a page: marks as `ʳ`, every space a space."""
    for title in tag.find_all("abbr"):
        title.string = "ʳ"
    return " ".join(tag.get_text().split())


def _cards(soup: BeautifulSoup) -> dict[str, Tag]:
    return {str(card["data-name"]): card for card in soup.select(".card")}


# -- the index -------------------------------------------------------------------------


def test_index_has_every_member_in_norwegian_order(
    index: BeautifulSoup, known: Catalogue
) -> None:
    """Bærum stands after Bergen, and would after «Bz»: æ is no kind of a."""
    names = list(_cards(index))
    assert sorted(names) == sorted(m.name for m in known.network.in_year(2020))
    assert names[:3] == ["Bergen", "Bærum", "Drammen"]
    assert names[-2:] == ["Tromsø", "Trondheim"]


def test_index_says_of_each_report_what_its_facts_say(
    index: BeautifulSoup,
    known: Catalogue,
    facts_of: Callable[[str], Facts],
) -> None:
    """Every main finding with its marks, every caveat of the page, status and dates."""
    cards = _cards(index)
    for member in known.network.in_year(2020):
        facts, card = facts_of(member.id), cards[member.name]
        told = _text(card)
        chief = [s["text"] for s in facts["sentences"] if s["section"] == SUMMARY]
        assert chief
        for sentence in chief:
            assert " ".join(sentence.split()) in told
        assert told.lower().count("endelige tall, delvis rekonstruert") == 1
        assert f"Publisert {day(facts['run']['published'])}" in told
        merged = [e["text"] for e in facts["forbehold"] if e["kind"] == "merger"]
        for text in merged:
            if member.name in text:
                assert text in told


def test_index_names_the_forbehold_on_single_figures(
    index: BeautifulSoup, known: Catalogue, facts_of: Callable[[str], Facts]
) -> None:
    """Each figure of the year that has one, by its short name; and no other figure."""
    own_kinds = {kind for kind in known.kinds if kind not in HOUSEKEEPING}
    for member in known.network.in_year(2020):
        facts = facts_of(member.id)
        entries = {entry["id"]: entry for entry in facts["forbehold"]}
        told = [_text(li) for li in _cards(index)[member.name].select(".caveats li")]
        for fact in facts["facts"]:
            if (fact["kommune"], fact["year"]) != (member.id, 2020):
                continue
            row = known.indicator(fact["indicator"])
            if row not in known.service.indicators:
                continue
            name = row.short_name
            kinds = {
                known.kinds[entries[id]["kind"]].name
                for id in fact["forbehold"]
                if entries[id]["indicators"] != EVERY
                and entries[id]["kind"] in own_kinds
            }
            shown = {line.partition(":")[0] for line in told if name in line}
            assert shown == kinds, (member.id, name)
    assert "Snittet kan ikke brukes: Etter KVP til arbeid/utdanning." in told


def test_index_says_when_a_report_was_changed(
    known: Catalogue, facts_of: Callable[[str], Facts]
) -> None:
    """And says nothing of it where it was not."""
    facts = facts_of("oslo")
    files = [site.File("rapport.html", "HTML")]
    area = site.Area(known, [site.Listing("oslo", "Oslo", facts, files)])
    plain = site.index(2020, [area])
    facts["run"]["changed"] = "2026-06-15"
    moved = site.index(2020, [area])
    assert "Endret" not in plain
    assert "Endret 15.06.2026" in moved


def test_links_lead_to_what_is_there(whole: Path, index: BeautifulSoup) -> None:
    """Each file of each report, and every link within the page."""
    links = [str(link["href"]) for link in index.find_all("a")]
    files = [link for link in links if not link.startswith("#")]
    # Twelve headings, and four files of each report.
    assert len(files) == 12 * 5
    assert [link for link in files if not (whole.parent / link).is_file()] == []
    inside = [link[1:] for link in links if link.startswith("#")]
    assert all(index.find(id=target) for target in inside)


def test_no_link_leads_to_a_file_that_was_not_made(
    known: Catalogue, facts_of: Callable[[str], Facts], tmp_path: Path
) -> None:
    """Where PDF cannot be made, the index offers none."""
    folder = tmp_path / "2020" / SERVICE / "oslo"
    _put(folder, facts_of("oslo"))
    (folder / report.PDF_NAME).unlink()
    written = contents.write_index([known], year=2020, output=tmp_path).read_text(
        "utf-8"
    )
    assert "oslo/rapport.html" in written
    assert report.PDF_NAME not in written


def test_reviewers_edition_is_linked_where_it_was_made(
    known: Catalogue, facts_of: Callable[[str], Facts], tmp_path: Path
) -> None:
    """No other page leads to it: the public report does not know of it."""
    for name in ("oslo", "bergen"):
        _put(tmp_path / "2020" / SERVICE / name, facts_of(name))
    (tmp_path / "2020" / SERVICE / "oslo" / report.REVIEW_NAME).write_bytes(b"")
    written = contents.write_index([known], year=2020, output=tmp_path).read_text(
        "utf-8"
    )
    soup = BeautifulSoup(written, "html.parser")
    links = soup.find_all("a", href=re.compile(report.REVIEW_NAME))
    assert [str(link["href"]) for link in links] == [
        f"{SERVICE}/oslo/{report.REVIEW_NAME}"
    ]
    assert [link["aria-label"] for link in links] == ["Oslo, Gjennomgang"]


def test_index_names_whom_there_is_no_report_on(
    known: Catalogue, facts_of: Callable[[str], Facts], tmp_path: Path
) -> None:
    """A city that failed must not be missed because its card is not there."""
    for kommune in ("oslo", "bergen"):
        _put(tmp_path / "2020" / SERVICE / kommune, facts_of(kommune))
    path = contents.write_index(
        [known], year=2020, output=tmp_path, failed={f"{SERVICE}/bergen"}
    )
    soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    missing = soup.select_one(".missing")
    assert missing
    others = [m.name for m in known.network.in_year(2020)][2:]
    for name in (*others, "ASSS samlet"):
        assert name in missing.get_text()
    assert "Oslo" not in missing.get_text()
    old = {name for name, card in _cards(soup).items() if card.select_one(".old")}
    assert old == {"Bergen"}
    assert soup.select_one(".together") is None


def test_whole_index_tells_of_nothing_missing(index: BeautifulSoup) -> None:
    """No line says that nobody is missing."""
    assert index.select_one(".missing, .old") is None


def test_same_reports_give_the_same_index(whole: Path, known: Catalogue) -> None:
    """No clock and no chance is in it."""
    before = whole.read_bytes()
    contents.write_index([known], year=2020, output=whole.parents[1])
    assert whole.read_bytes() == before


def test_indexes_of_years_lead_to_each_other(
    known: Catalogue, facts_of: Callable[[str], Facts], tmp_path: Path
) -> None:
    """Whichever was written last: each says what it would, were it written now."""
    facts, pages = facts_of("oslo"), {}
    for year in (2019, 2020, 2018):
        of_year = json.loads(json.dumps(facts).replace("2020", str(year)))
        _put(tmp_path / str(year) / SERVICE / "oslo", of_year)
        pages[year] = contents.write_index([known], year=year, output=tmp_path)
    for year, path in pages.items():
        html = path.read_bytes()
        links = BeautifulSoup(html, "html.parser").select(".years a")
        led = [(path.parent / str(link["href"])).resolve() for link in links]
        assert led == [pages[other] for other in sorted(pages.keys() - {year})]
        assert [link.get_text() for link in links] == [p.parent.name for p in led]
        contents.write_index([known], year=year, output=tmp_path)
        assert path.read_bytes() == html


def test_indexes_of_years_lead_to_each_other_at_an_address(
    known: Catalogue, facts_of: Callable[[str], Facts]
) -> None:
    """There as in a folder; and one year alone speaks of no other."""
    output = outputs.at("memory://asss/years")
    written = []
    for year in (2020, 2019):
        folder = output / str(year) / SERVICE / "oslo"
        folder.mkdir(parents=True)
        (folder / report.FACTS_NAME).write_text(json.dumps(facts_of("oslo")), "utf-8")
        (folder / report.HTML_NAME).write_bytes(b"")
        page = contents.write_index([known], year=year, output=output)
        written.append((output / "2020" / page.name).read_text("utf-8"))
    assert 'href="../2019/index.html"' in written[1]
    assert ".." not in site.YEARS.search(written[0])[0]  # type: ignore[index]
    assert known.phrases.words["index_years"] not in written[0]


def test_index_of_another_year_that_cannot_be_read_is_left(
    known: Catalogue, facts_of: Callable[[str], Facts], tmp_path: Path
) -> None:
    """Whoever renders that year mends it; this year's is written all the same."""
    damaged = tmp_path / "2019" / "index.html"
    damaged.parent.mkdir()
    damaged.write_bytes(b"\xff")
    _put(tmp_path / "2020" / SERVICE / "oslo", facts_of("oslo"))
    page = contents.write_index([known], year=2020, output=tmp_path)
    assert "oslo/rapport.html" in page.read_text("utf-8")
    assert damaged.read_bytes() == b"\xff"


def test_every_page_leads_back_to_its_index(
    made: Path, known: Catalogue, network_report: Path
) -> None:
    """The report, the reviewer's edition and «ASSS samlet»."""
    folder = made / "outputs" / "2017" / SERVICE / "tromso"
    index = contents.write_index([known], year=2017, output=made / "outputs")
    pages = {
        folder / report.HTML_NAME: "2017",
        folder / report.REVIEW_NAME: "2017",
        network_report / report.HTML_NAME: "2020",
    }
    for path, year in pages.items():
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        (link,) = soup.select(f'a[href$="{index.name}"]')
        assert _text(link) == f"← Alle kommunene {year}"
        led = (path.parent / str(link["href"])).resolve()
        assert led == (path.parents[2] / index.name).resolve()
    assert index == folder.parents[1] / index.name


def test_damaged_facts_are_named(
    known: Catalogue, facts_of: Callable[[str], Facts], tmp_path: Path
) -> None:
    """Which file, and what to do."""
    _put(tmp_path / "2020" / SERVICE / "oslo", facts_of("oslo"))
    (tmp_path / "2020" / SERVICE / "oslo" / report.FACTS_NAME).write_text("{", "utf-8")
    with pytest.raises(RenderError, match=r"oslo.facts\.json cannot be read"):
        contents.write_index([known], year=2020, output=tmp_path)


# -- several service areas -------------------------------------------------------------


@pytest.fixture
def areas(known: Catalogue) -> list[Catalogue]:
    """Two service areas that know the same."""
    other = known.service.model_copy(update={"service": "barnevern", "name": "Barn"})
    return [replace(known, service=other), known]


def test_index_has_a_part_for_each_service_area(
    areas: list[Catalogue], facts_of: Callable[[str], Facts], tmp_path: Path
) -> None:
    """Under its name, with whom it lacks; nothing of one stands in another's."""
    for kommune in ("oslo", "bergen"):
        _put(tmp_path / "2020" / SERVICE / kommune, facts_of(kommune))
    _put(tmp_path / "2020" / "barnevern" / "oslo", facts_of("oslo"))
    path = contents.write_index(
        areas, year=2020, output=tmp_path, failed={"barnevern/oslo"}
    )
    soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    assert soup.h1
    assert soup.h1.get_text() == "Tjenestene i ASSS-kommunene 2020"
    parts = soup.select("section.area")
    named = [(part["aria-labelledby"], _text(part.select("h2")[0])) for part in parts]
    assert named == [("barnevern", "Barn"), ("sosiale-tjenester", "Sosiale tjenester")]
    shown = [[str(c["data-name"]) for c in part.select(".card")] for part in parts]
    assert shown == [["Oslo"], ["Bergen", "Oslo"]]
    assert [len(part.select(".old")) for part in parts] == [1, 0]
    assert all("Trondheim" in _text(part.select(".missing")[0]) for part in parts)
    for part, name in zip(parts, ("barnevern", SERVICE), strict=True):
        ways = {str(link["href"]) for link in part.select("a[href]")}
        assert all(way.startswith(f"{name}/") for way in ways)
    ids = [str(tag["id"]) for tag in soup.select("[id]")]
    assert len(ids) == len(set(ids))
    labels = [str(link["aria-label"]) for link in soup.select("a[aria-label]")]
    assert "Barn, Oslo, PDF" in labels
    assert len(labels) == len(set(labels))
    led = [str(link["href"]) for link in soup.select("nav.areas a")]
    assert led == ["#barnevern", "#sosiale-tjenester"]
    # Each list is sorted by its own choice; kommuner are found in all at once.
    sorts = [str(choice["data-sorts"]) for choice in soup.select("select")]
    assert sorts == [f"#{cards['id']}" for cards in soup.select(".cards")]
    assert len(soup.select("input[data-finds]")) == 1


def test_area_without_a_report_has_no_part(
    areas: list[Catalogue], facts_of: Callable[[str], Facts], tmp_path: Path
) -> None:
    """Then the page is of the one that has."""
    _put(tmp_path / "2020" / SERVICE / "oslo", facts_of("oslo"))
    path = contents.write_index(areas, year=2020, output=tmp_path)
    soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    assert not soup.select("section.area, nav.areas")
    title = "Sosiale tjenester i ASSS-kommunene 2020"
    assert soup.h1
    assert soup.h1.get_text() == title


def test_part_that_says_what_another_says_is_refused(
    areas: list[Catalogue],
    facts_of: Callable[[str], Facts],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A card of Oslo's under Bergen's address in the other area."""
    _put(tmp_path / "2020" / SERVICE / "oslo", facts_of("oslo"))
    _put(tmp_path / "2020" / "barnevern" / "bergen", facts_of("bergen"))
    made = site.index
    monkeypatch.setattr(
        site,
        "index",
        lambda *given, **named: made(*given, **named).replace(
            "barnevern/bergen/rapport.pdf", f"{SERVICE}/oslo/rapport.pdf"
        ),
    )
    with pytest.raises(RenderError, match=r"Bergen.*rapport\.pdf"):
        contents.write_index(areas, year=2020, output=tmp_path)


# -- what the index carries -----------------------------------------------------------


def test_index_runs_its_own_script_and_no_other(index: BeautifulSoup) -> None:
    """The policy names the one script by its sha256, and lets nothing be fetched."""
    (script,) = index.find_all("script")
    policy = str(index.select_one("meta[http-equiv]")["content"])  # type: ignore[index]
    digest = hashlib.sha256(script.get_text().encode()).digest()
    assert f"'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert "default-src 'none'" in policy
    assert not index.select("[onclick], [onload], [src], link[href], iframe")


def test_index_is_whole_without_its_script(index: BeautifulSoup) -> None:
    """What only a script can work is hidden until it does; cards are not."""
    controls = index.select("input, select, [role=status]")
    assert controls
    assert all(control.find_parent(hidden=True) for control in controls)
    assert not index.find_all("button")
    assert not index.select("tr[hidden], .card[hidden], section[hidden]")


# -- «ASSS samlet» ---------------------------------------------------------------------


def _by_id(facts: Facts) -> dict[str, Facts]:
    return {fact["id"]: fact for fact in facts["facts"]}


def test_every_indicator_has_its_line_and_its_figure(
    network_page: BeautifulSoup, area: Catalogue
) -> None:
    """In the order of Tabell 1, with every member in the numbers behind the figure."""
    sections = network_page.select("section.indicator")
    assert [str(s["id"]) for s in sections] == [i.id for i in area.service.indicators]
    names = sorted(member.name for member in area.network.in_year(2020))
    for section in sections:
        assert len(section.select("figure")) == 1
        assert section.select("p > [data-rule]")
        heads = section.select(".numbers tbody tr:not(.group) th")
        assert sorted(_text(head) for head in heads[:-1]) == names


def test_tabell_1_has_every_figure_of_the_year(
    network_page: BeautifulSoup, area_facts: Facts, area: Catalogue
) -> None:
    """In the column of its member, with its mark; the shade follows the index."""
    facts, words = _by_id(area_facts), area.phrases.words
    ids = {member.name: member.id for member in area.network.members}
    table = network_page.select_one("table.matrix")
    assert table
    heads = [_text(head) for head in table.select("thead th")][1:]
    assert heads[-1] == words["table_mean"]
    rows = [row for row in table.select("tbody tr") if row.find("td")]
    assert len(rows) == len(area.service.indicators)
    for row in rows:
        for note in row.select("sup.ref"):
            note.decompose()
        *cells, mean = row.find_all("td")
        for name, cell in zip(heads[:-1], cells, strict=True):
            fact = facts[str(cell["data-fact"])]
            assert (fact["kommune"], fact["year"]) == (ids[name], 2020)
            value = fact["value"]
            told = fact["status"] if value is None else number(value, fact["decimals"])
            told += mark(fact["basis"], words) if value is not None else ""
            assert _text(cell) == " ".join(told.split())
            index = fact["index"]
            limits = (125, 110, 90, 75)
            shade = 1 + sum(half_up(index) < limit for limit in limits) if index else 0
            assert f"shade-{shade}" in cell["class"]
        fact = facts[str(mean["data-fact"])]
        if fact["network_mean"] is not None:
            told = number(fact["network_mean"], fact["decimals"])
            assert _text(mean).startswith(" ".join(told.split()))


def test_every_caveat_is_on_the_page(
    network_page: BeautifulSoup, area_facts: Facts, area: Catalogue
) -> None:
    """Those on the figures that it shows; one note tells of several alike."""
    told = " ".join(network_page.get_text().split())
    names = "|".join(member.name for member in area.network.in_year(2020))
    shown = {
        name
        for fact in area_facts["facts"]
        if fact["year"] == 2020
        for name in fact["forbehold"]
    }
    for entry in area_facts["forbehold"]:
        if entry["id"] in shown and entry["kind"] not in HOUSEKEEPING:
            for part in re.split(rf"\b(?:{names})\b", entry["text"]):
                assert " ".join(part.split()) in told


def test_notes_lead_to_their_figures_and_back(network_page: BeautifulSoup) -> None:
    """No two places of the page have one id, and no link leads nowhere."""
    ids = [str(tag["id"]) for tag in network_page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    links = [str(a["href"]) for a in network_page.find_all("a", href=True)]
    inside = [link[1:] for link in links if link.startswith("#")]
    assert len(inside) > 30
    assert sorted(set(inside) - set(ids)) == []


def test_tables_and_figures_are_numbered_through(
    network_page: BeautifulSoup, area: Catalogue
) -> None:
    """Tabell 1 is of everybody, and a figure of each indicator."""
    tables = [str(tag["id"]) for tag in network_page.select("caption[id^=tabell-]")]
    assert tables == [f"tabell-{n}" for n in range(1, len(tables) + 1)]
    figures = [str(tag["id"]) for tag in network_page.select("figure")]
    assert figures == [f"figur-{n}" for n in range(1, len(area.service.indicators) + 1)]


@pytest.mark.parametrize("kommune", SHARED)
def test_report_on_no_one_is_kept_like_any_other(
    kommune: str, root: Path, tmp_path: Path
) -> None:
    """Ledger, manifest, the same bytes once more, and nothing for `verify` to say."""
    run = Run(kommune=kommune, year=2016, snapshot=EMBEDDED, published="2017-09-01")
    seen = []
    for _ in range(2):
        (made,) = batch.render_all(
            [run], root=root, output=tmp_path, formats=("html",), today="2026-11-23"
        )
        assert made.error is None
        assert made.folder == tmp_path / "2016" / SERVICE / kommune
        names = sorted(p for p in made.folder.rglob("*") if p.is_file())
        seen.append({path.name: path.read_bytes() for path in names})
    assert seen[0] == seen[1]
    assert manifest.read(tmp_path / "2016" / SERVICE / kommune).run.kommune == kommune
    entries = ledger.Ledger(tmp_path).read()
    assert list(entries) == [ledger.key(2016, SERVICE, kommune)]
    checks = verification.verify(root=root, output=tmp_path, kommune=kommune)
    assert {check.outcome for check in checks} == {"ok"}


# -- in the browser --------------------------------------------------------------------


@pytest.fixture(scope="module")
def screen(whole: Path) -> Iterator[browser.Screen]:
    """The browser. While it runs its loop no notebook can, so pages come first."""
    assert whole.is_file()
    with browser.chromium() as started:
        yield started


SHOWN = "found => found.filter(e => e.checkVisibility()).map(e => e.dataset.name)"


@pytest.mark.browser
@pytest.mark.skipif(browser.CHROMIUM is None, reason=browser.MISSING)
class TestInTheBrowser:
    """By keyboard, as by mouse; what was done is told."""

    def test_search_keeps_what_fits_and_says_how_many(
        self, screen: browser.Screen, whole: Path
    ) -> None:
        """Also of one who has no ø on the keyboard; Escape takes it back."""
        page = screen.show(whole)
        field, status = page.get_by_label("Finn kommune"), page.get_by_role("status")
        shown = page.locator(".card")
        for written in ("tromso", "Tromsø", " TROMSØ "):
            field.fill(written)
            assert shown.evaluate_all(SHOWN) == ["Tromsø"]
            assert status.text_content() == "Viser 1 av 10 kommuner."
        field.fill("bæ")
        assert shown.evaluate_all(SHOWN) == ["Bærum"]
        field.fill("Gjøvik")
        assert shown.evaluate_all(SHOWN) == []
        assert status.text_content() == "Ingen kommuner passer med «Gjøvik»."
        field.press("Escape")
        assert len(shown.evaluate_all(SHOWN)) == 10
        assert status.text_content() == "Viser 10 av 10 kommuner."

    def test_cards_are_sorted_by_an_indicator_which_they_then_show(
        self, screen: browser.Screen, whole: Path, facts_of: Callable[[str], Facts]
    ) -> None:
        """Highest first, by the unrounded figures; by name again when asked."""
        page = screen.show(whole)
        choice = page.get_by_label("Sorter etter")
        choice.select_option("stonad_per_mottaker")
        cards = page.locator(".card").evaluate_all(
            "found => found.map(e => [e.dataset.name,"
            " ...[...e.querySelectorAll('.value')].filter(v => v.checkVisibility())"
            ".map(v => v.dataset.value)])"
        )
        facts = {
            fact["kommune"]: fact["value"]
            for fact in facts_of("oslo")["facts"]
            if fact["indicator"] == "stonad_per_mottaker" and fact["year"] == 2020
        }
        assert [float(value) for _, value in cards] == sorted(
            facts.values(), reverse=True
        )
        assert cards[0][0] == "Oslo"
        told = page.get_by_role("status").text_content()
        assert told == "Kommunene: sortert synkende etter Stønad per mottaker."
        choice.select_option("")
        names = page.locator(".card").evaluate_all(SHOWN)
        assert names[:3] == ["Bergen", "Bærum", "Drammen"]
        assert page.locator(".value:visible").count() == 0


# -- commands --------------------------------------------------------------------------


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the browser was asked to show."""
    found: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: not found.append(url))
    return found


def test_open_shows_the_newest_index(tmp_path: Path, opened: list[str]) -> None:
    """Of the newest year that has one; and prints where it is."""
    for year in ("2019", "2020", "2021"):
        (tmp_path / year).mkdir()
        if year != "2021":
            (tmp_path / year / contents.INDEX_NAME).write_text("")
    result = runner.invoke(app, ["open", "--output", str(tmp_path)])
    assert result.exit_code == 0, result.output
    page = tmp_path / "2020" / contents.INDEX_NAME
    assert str(page) in result.output.replace("\n", "")
    assert opened == [page.as_uri()]


@pytest.mark.parametrize("name", ["Tromsø", "tromso", "ASSS"])
def test_open_shows_one_report(tmp_path: Path, opened: list[str], name: str) -> None:
    """By name or id, the network's too."""
    folder = tmp_path / "2020" / SERVICE / ("asss" if name == "ASSS" else "tromso")
    folder.mkdir(parents=True)
    (folder / report.HTML_NAME).write_text("")
    words = ["open", "--kommune", name, "--year", "2020", "--output", str(tmp_path)]
    result = runner.invoke(app, words)
    assert result.exit_code == 0, result.output
    assert opened == [(folder / report.HTML_NAME).as_uri()]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "asss render --all --year YEAR"),
        (["--year", "2020"], "asss render --all --year 2020"),
        (["--kommune", "oslo"], "asss render --kommune oslo --year YEAR"),
        (["--kommune", "olso"], "Did you mean oslo?"),
    ],
)
def test_open_says_how_to_make_what_is_not_there(
    tmp_path: Path, opened: list[str], words: list[str], says: str
) -> None:
    """And opens nothing."""
    result = runner.invoke(app, ["open", *words, "--output", str(tmp_path)])
    assert result.exit_code == USAGE
    assert says in " ".join(result.output.split())
    assert opened == []


def test_open_without_a_browser_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path is printed all the same."""
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    (tmp_path / "2020").mkdir()
    (tmp_path / "2020" / contents.INDEX_NAME).write_text("")
    result = runner.invoke(app, ["open", "--output", str(tmp_path)])
    assert result.exit_code == FAILURE
    assert contents.INDEX_NAME in result.output
    assert "No browser" in result.output


def _rendered_runs(
    monkeypatch: pytest.MonkeyPatch, *words: str, failing: str = ""
) -> list[str]:
    """Whom a command makes reports on, without making any."""
    asked: list[str] = []

    def pretend(
        runs: list[Run], *, on_result: Callable[[Result], None], **_: object
    ) -> None:
        for run in runs:
            asked.append(run.kommune)
            error = "x" if run.kommune == failing else None
            on_result(Result(run, error=error))

    monkeypatch.setattr(batch, "render_all", pretend)
    runner.invoke(app, ["render", *words, "--snapshot", EMBEDDED])
    return asked


@pytest.mark.parametrize(
    ("words", "kommune"),
    [
        (["--network"], NETWORK),
        (["--kommune", "asss"], NETWORK),
        (["--kommune", "om-datagrunnlaget"], METHOD),
    ],
)
def test_report_on_no_one_is_rendered_by_itself(
    words: list[str], kommune: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Under its flag or its id."""
    place = ["--year", "2020", "--output", str(tmp_path)]
    assert _rendered_runs(monkeypatch, *words, *place) == [kommune]


def test_all_is_every_member_and_what_is_on_all(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    known: Catalogue,
    snapshot: Snapshot,
) -> None:
    """Of every service area that there are figures on, so that the site is whole."""
    place = ["--year", "2020", "--output", str(tmp_path)]
    asked = _rendered_runs(monkeypatch, "--all", *place)
    everybody = [*(m.id for m in known.network.in_year(2020)), NETWORK, METHOD]
    areas = catalogue.load_all(known.folder)
    filled = [one for one in areas if holdings.available_years(one, snapshot)]
    assert len(filled) < len(areas)
    assert asked == everybody * len(filled)
    asked = _rendered_runs(monkeypatch, "--all", "--service", SERVICE, *place)
    assert asked == everybody


def test_command_tells_the_index_who_failed(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    facts_of: Callable[[str], Facts],
) -> None:
    """The old report stays, and the index says that it is old."""
    for kommune in ("oslo", "bergen"):
        _put(tmp_path / "2020" / SERVICE / kommune, facts_of(kommune))
    place = ["--year", "2020", "--output", str(tmp_path)]
    _rendered_runs(monkeypatch, "--all", *place, failing="bergen")
    written = (tmp_path / "2020" / contents.INDEX_NAME).read_text("utf-8")
    soup = BeautifulSoup(written, "html.parser")
    old = [name for name, card in _cards(soup).items() if card.select_one(".old")]
    assert old == ["Bergen"]

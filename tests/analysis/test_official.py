"""A report from fetched figures is the embedded one, but for where they came from."""

import csv
import dataclasses
import json
import re
from collections.abc import Callable
from functools import cache
from html import unescape
from pathlib import Path

import cubes
import pandas as pd
import pytest
import synthetic
import yaml
from reports import KOMMUNER

from asss.analysis import findings, indexing, publication, sources
from asss.analysis.findings import Findings
from asss.catalogue import parameters
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import EMBEDDED, METHOD, SERVICE, Run
from asss.page import keyfigures, sections, text
from asss.runs import report
from asss.statbank import Snapshot, holdings

FindingsOf = Callable[[str, int], Findings]

YEAR = 2020

#: What a fact says of its origin; the rest is what a reader is told.
PROVENANCE = {
    "basis",
    "mean_basis",
    "previous_basis",
    "distance_basis",
    "tables",
    "cells",
    "source",
    "forbehold",
}


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The embedded figures as if SSB had sent them, and later years made up."""
    folder = tmp_path_factory.mktemp("snapshots") / "2026-06-20"
    return holdings.open_snapshot(str(synthetic.write_snapshot(folder)))


def alike(known: Catalogue) -> Catalogue:
    """What is known, less what is true of the embedded figures only."""
    kept = tuple(entry for entry in known.forbehold if entry.figures == "all")
    return dataclasses.replace(known, forbehold=kept)


@pytest.fixture(scope="module")
def official_of(known: Catalogue, official: Snapshot) -> FindingsOf:
    """Findings for a kommune and year, from those figures."""

    @cache
    def indexed(year: int) -> pd.DataFrame:
        rows = sources.load_observations(known, official, until=year)
        return indexing.index_to_network(rows, rule=known.mean_rule)

    @cache
    def assess(kommune: str, year: int) -> Findings:
        run = parameters.choose_run(known.folder, kommune=kommune, year=year)
        return findings.assess(indexed(year), known, run, official)

    return assess


def plain(words: str, known: Catalogue) -> str:
    """Words without the mark of a figure that is not official."""
    return words.replace(known.phrases.words["reconstructed_mark"], "")


@pytest.mark.parametrize("kommune", KOMMUNER)
def test_every_fact_is_the_same(
    findings_of: FindingsOf, official_of: FindingsOf, kommune: str
) -> None:
    """Value, sign, mean, index, rank, span and change, of all members and years."""
    ours, theirs = findings_of(kommune, YEAR), official_of(kommune, YEAR)
    assert ours.book.facts.keys() == theirs.book.facts.keys()
    for key, fact in ours.book.facts.items():
        told, also = (
            {
                name: value
                for name, value in vars(each).items()
                if name not in PROVENANCE
            }
            for each in (fact, theirs.book.facts[key])
        )
        for name, value in told.items():
            if isinstance(value, float):
                assert value == pytest.approx(also[name]), (key, name)
            else:
                assert value == also[name], (key, name)


@pytest.mark.parametrize("kommune", KOMMUNER)
def test_every_sentence_is_the_same_but_for_the_mark(
    known: Catalogue, snapshot: Snapshot, official: Snapshot, kommune: str
) -> None:
    """The words follow the figures, and not who sent them."""
    known = alike(known)
    run = parameters.choose_run(known.folder, kommune=kommune, year=YEAR)
    ours, theirs = (
        [
            (said.chapter, said.rule, plain(said.text, known))
            for said in text.sentences(
                findings.assess(_indexed(known, each), known, run, each), known
            )
        ]
        for each in (snapshot, official)
    )
    assert ours == theirs


def _indexed(known: Catalogue, snapshot: Snapshot) -> pd.DataFrame:
    rows = sources.load_observations(known, snapshot, until=YEAR)
    return indexing.index_to_network(rows, rule=known.mean_rule)


def test_only_figures_collected_by_hand_are_still_marked(
    known: Catalogue, official_of: FindingsOf
) -> None:
    """Where SSB has answered, nothing is reconstructed any more."""
    for fact in official_of("trondheim", YEAR).book.facts.values():
        measures = known.indicator(fact.indicator).formula.measures
        by_hand = any(
            (measure, fact.kommune, fact.year) in known.manual
            for name in measures
            for measure in (name, *_parts(known, name))
        )
        assert by_hand or fact.basis == "real", fact.id


def _parts(known: Catalogue, name: str) -> tuple[str, ...]:
    measure = known.service.measure.get(name)
    return measure.sum if measure else ()


def test_page_says_which_figures_it_stands_on(
    known: Catalogue, official: Snapshot, official_of: FindingsOf
) -> None:
    """When they were fetched, that they are final, and SSB's own notes."""
    head = sections.heading(official_of("bergen", YEAR), known).html
    assert "Tall fra Statistisk sentralbyrå (SSB) er hentet 20.06.2026." in head
    assert "Status: endelige tall" in head
    assert "ikke hentet direkte fra SSB" not in head
    assert official.is_from_ssb


def test_figures_from_another_address_are_not_called_ssbs(
    known: Catalogue, tmp_path: Path
) -> None:
    """Whatever the answers say of themselves."""
    folder = synthetic.write_snapshot(
        tmp_path / "elsewhere", base_url="http://127.0.0.1:8000/api"
    )
    line = text.figures_from(holdings.open_snapshot(str(folder)), known)
    assert "fra http://127.0.0.1:8000/api, ikke fra Statistisk sentralbyrå" in line
    assert "ikke offisielle" in line


def test_last_year_is_pending_by_hand_and_final_at_ssb(
    known: Catalogue, official_of: FindingsOf
) -> None:
    """Nobody has collected 2025 yet; the page says so once, and gives no figure."""
    found = official_of("oslo", 2025)
    head = sections.heading(found, known).html
    assert "Tall for ressursbruken, andelen i arbeid" in head
    assert head.count("samlet inn") == 1
    assert "Status: endelige tall" in head
    assert found.book.fact("ressursbruksindikator").value is None


def visible(html: str, known: Catalogue) -> list[str]:
    """What a reader reads, less the marks and the head."""
    html = re.sub(r"<(style|title)\b.*?</\1>", "", html, flags=re.DOTALL)
    html = re.sub(r'<sup class="r">.*?</sup>', "", html)
    html = re.sub(r'<span class="whole">(.*?)</span>', r"\1", html)
    html = re.sub(r'<p class="(dates|warning)[^"]*">.*?</p>', "", html, flags=re.DOTALL)
    lines = re.sub(r"<[^>]+>", "\n", html).splitlines()
    marks = (
        known.phrases.words["notes_reconstructed"],
        known.phrases.words["legend_reconstructed"],
    )
    words = [plain(unescape(line), known).strip() for line in lines]
    return [word for word in words if word and word not in marks]


def _leave_out_embedded(folder: Path) -> None:
    """Take the forbehold on the embedded figures alone out of a folder."""
    file = folder / "forbehold.yaml"
    content = yaml.safe_load(file.read_text("utf-8"))
    content["forbehold"] = [
        entry for entry in content["forbehold"] if entry.get("figures") != "embedded"
    ]
    file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    kept = {entry["id"] for entry in content["forbehold"]}
    file = folder / "fraser.nn.yaml"
    content = yaml.safe_load(file.read_text("utf-8"))
    told = content["texts"]["forbehold"]
    content["texts"]["forbehold"] = {name: told[name] for name in told if name in kept}
    file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")


@pytest.mark.parametrize("kommune", ["trondheim", "oslo"])
def test_rendered_page_reads_the_same(
    known: Catalogue, official: Snapshot, project: Path, kommune: str
) -> None:
    """Table, profile, text and figures, through the notebook and out again."""
    folder = project / "parameters"
    for place in (folder, folder / "sosiale_tjenester"):
        _leave_out_embedded(place)
    run = parameters.choose_run(folder, kommune=kommune, year=YEAR)
    carried, folder = (
        made(run.model_copy(update={"snapshot": snapshot}), project, project / name)
        for name, snapshot in (("carried", EMBEDDED), ("sent", str(official.folder)))
    )
    ours = (carried / report.HTML_NAME).read_text("utf-8")
    theirs = (folder / report.HTML_NAME).read_text("utf-8")
    assert visible(ours, known) == visible(theirs, known)
    assert len(visible(ours, known)) > 400
    facts = json.loads((folder / report.FACTS_NAME).read_text("utf-8"))
    assert facts["snapshot"]["sha256"] == official.sha256
    assert facts["edition"]["status"] == "endelige"


def made(run: Run, root: Path, output: Path) -> Path:
    """Render a report as HTML; its folder."""
    report.render_report(run, root=root, output=output, formats=("html",))
    return output / str(run.year) / run.service / run.kommune


# -- signs and marks that SSB seldom sends ---------------------------------------------

EXPENSES = "netto_driftsutgifter_livsopphold_f281_per_innb"


def marked(table: str, cube: cubes.Cube) -> cubes.Cube:
    """Oslo's figure of 2025 preliminary, Bergen's under a sign of another office."""
    if table == "12367":
        codes = {"KOKregnskapsomfa0000": "A", "KOKfunksjon0000": "281"}
        codes |= {"KOKart0000": "AGD2", cubes.CONTENTS: "KOSbelop0000"}
        for number, sign in (("0301", "*"), ("4601", "....")):
            query = {"KOKkommuneregion0000": number, cubes.TIME: "2025", **codes}
            flat = 0
            for name, size in zip(cube["id"], cube["size"], strict=True):
                index = cube["dimension"][name]["category"]["index"]
                flat = flat * size + index[query[name]]
            cube.setdefault("status", {})[str(flat)] = sign
    if table == "13995":
        cube["note"][0] = "Første linje.\r\nAndre linje."
        noted = {"2024": ["Foreløpige tall.\r\nRettes i juni."]}
        cube["dimension"][cubes.TIME]["category"]["note"] = noted
    return cube


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A snapshot with signs and notes that SSB has, and seldom sends."""
    folder = tmp_path_factory.mktemp("snapshots") / "2026-06-20"
    return holdings.open_snapshot(str(synthetic.write_snapshot(folder, change=marked)))


@pytest.fixture(scope="module")
def odd_of(known: Catalogue, odd: Snapshot) -> FindingsOf:
    """Findings of such a snapshot."""
    rows = sources.load_observations(known, odd, until=2025)
    indexed = indexing.index_to_network(rows, rule=known.mean_rule)

    def assess(kommune: str, year: int) -> Findings:
        assert year == 2025
        return findings.assess(indexed, known, Run(kommune=kommune, year=year), odd)

    return assess


def test_what_rests_on_a_preliminary_figure_is_preliminary(odd_of: FindingsOf) -> None:
    """Value, rank, mean and change; not another kommune's own figure."""
    found = odd_of("oslo", 2025)
    own, other = (
        found.book.fact(EXPENSES),
        found.book.fact(EXPENSES, kommune="trondheim"),
    )
    assert own.value is not None
    assert {own.basis, own.mean_basis, own.distance_basis} == {"preliminary"}
    assert (other.basis, other.distance_basis) == ("real", "preliminary")
    later = found.book.fact("andel_mottakere_18_66")
    assert (later.basis, later.previous_basis) == ("real", "preliminary")


def test_claim_without_a_number_says_that_it_is_preliminary(
    known: Catalogue, odd_of: FindingsOf
) -> None:
    """A rank and a trend rest on the figures of which they name none; others do not."""
    found = odd_of("oslo", 2025)
    said = {one.rule: one.text for one in text.sentences(found, known)}
    assert said["stable_group"].endswith("stabile† over tid.")
    (told,) = [t for t in said.values() if " flere år på rad" in t]
    # What is reconstructed in one of the years says more than what is preliminary.
    assert "mestʳ i ASSS flere år på rad" in told
    # Its figures of 2024 are preliminary, and of those it says nothing.
    assert "†" not in said["level"]


def test_status_is_preliminary_where_ssb_says_so_of_a_figure(
    known: Catalogue, odd_of: FindingsOf
) -> None:
    """The calendar says final in June; the note on 2024 is of another year."""
    edition = publication.edition(odd_of("oslo", 2025).book, known)
    assert edition.status == publication.PRELIMINARY
    assert edition.tables["12367"] == publication.PRELIMINARY
    assert edition.tables["13995"] == publication.FINAL


def test_unknown_sign_stands_in_the_place_of_the_figure(
    known: Catalogue, odd_of: FindingsOf
) -> None:
    """With words for what we have no words for, and in no mean."""
    found = odd_of("bergen", 2025)
    fact = found.book.fact(EXPENSES)
    assert (fact.value, fact.status, fact.rank) == (None, "....", None)
    assert fact.n == len(found.book.members) - 1
    said = " ".join(one.text for one in text.sentences(found, known))
    assert "(tegnet «....» hos SSB)" in said or "tegnet «....» hos SSB" in said
    marked = [one.text for one in text.sentences(found, known) if "†" in one.text]
    assert marked
    block = keyfigures.key_figures(found, known).html
    assert "<b>....</b> Tall mangler. SSB har tegnet «....» i stedet." in block


@pytest.mark.parametrize("kommune", ["oslo", "bergen"])
def test_odd_signs_go_through_to_every_file(
    root: Path, known: Catalogue, odd: Snapshot, tmp_path: Path, kommune: str
) -> None:
    """Page, workbook and CSV; the page is read back before it is put in place."""
    run = Run(kommune=kommune, year=2025, snapshot=str(odd.folder))
    formats = ("html", "xlsx", "csv")
    report.render_report(run, root=root, output=tmp_path, formats=formats)
    folder = tmp_path / "2025" / SERVICE / kommune
    html = (folder / report.HTML_NAME).read_text("utf-8")
    assert 'title="foreløpig tall">†</abbr>' in html
    assert known.phrases.words["notes_preliminary"] in html
    shared = run.model_copy(update={"kommune": METHOD})
    report.render_report(shared, root=root, output=tmp_path, formats=("html",))
    told = (tmp_path / "2025" / SERVICE / METHOD / report.HTML_NAME).read_text("utf-8")
    assert "Første linje. Andre linje." in told
    rows = csv.DictReader((folder / "tall.csv").read_text("utf-8-sig").splitlines())
    own = {
        row["kommune"]: row
        for row in rows
        if row["indicator"] == EXPENSES and row["year"] == "2025"
    }
    assert (own["oslo"]["basis"], own["oslo"]["mean_basis"]) == (("preliminary",) * 2)
    assert (own["bergen"]["value"], own["bergen"]["status"]) == ("", "....")

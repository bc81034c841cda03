"""The reviewer's edition: the same report, and behind each number what it rests on."""

import copy
import html as markup
import json
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from reports import KOMMUNER, YEARS
from typer.testing import CliRunner

import asss
from asss import figures
from asss.__main__ import app
from asss.analysis.findings import Findings
from asss.analysis.statements import Comparison, Detail, Statement
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.language import half_up, significant
from asss.catalogue.parameters import Run
from asss.catalogue.rules import Rule
from asss.cli.terminal import USAGE
from asss.errors import PhraseError, RenderError
from asss.formats import review
from asss.formats.review import read_back
from asss.formats.review.trails import Marked, Trail
from asss.runs import manifest, report
from asss.statbank import Snapshot

FindingsOf = Callable[[str, int], Findings]

#: A mark, whole: what stands before a number's text, and what stands after.
MARK = re.compile(r'<a class="spor"[^>]*>(.*?)<span class="k">[^<]*</span></a>', re.S)

#: Heaviest that a page may be, in bytes.
LIMIT = 1_500_000


@dataclass(frozen=True)
class Made:
    """A report as it was made, and the reviewer's edition of it."""

    notebook: NotebookNode
    content: dict[str, Any]
    public: str
    page: str

    @property
    def facts(self) -> dict[str, dict[str, Any]]:
        """The facts of facts.json, by id."""
        return {fact["id"]: fact for fact in self.content["facts"]}

    @property
    def trails(self) -> dict[str, str]:
        """The markup of each kildespor, by id."""
        found = re.split(r'<details class="trail">', self.page)[1:]
        return {re.findall(r'id="(spor-K\d+)"', one)[0]: one for one in found}

    def trail_of(self, said: dict[str, Any]) -> str:
        """The kildespor that the mark of a sentence leads to."""
        marked = f'data-rule="{said["rule"]}" data-facts="{" ".join(said["facts"])}"'
        sentence = self.page.split(marked, 1)[1]
        return self.trails[re.findall(r'<a class="spor"[^>]*"#([^"]*)"', sentence)[0]]


@pytest.fixture(scope="module")
def reviewed(
    root: Path,
    run_of: Callable[[str, int], Run],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, int], Made]:
    """Make a report and its reviewer's edition, once for all tests."""
    output = tmp_path_factory.mktemp("outputs")

    @cache
    def make(kommune: str, year: int) -> Made:
        folder = report.render_report(
            run_of(kommune, year),
            root=root,
            output=output,
            formats=("html",),
            editions=report.EDITIONS,
        ).folder
        return Made(
            notebook=nbformat.read(folder / report.NOTEBOOK_NAME, as_version=4),
            content=json.loads((folder / report.FACTS_NAME).read_bytes()),
            public=(folder / report.HTML_NAME).read_text("utf-8"),
            page=(folder / report.REVIEW_NAME).read_text("utf-8"),
        )

    return make


@pytest.fixture(scope="module", params=[("trondheim", 2020), ("tromso", 2017)])
def made(request: pytest.FixtureRequest, reviewed: Callable[[str, int], Made]) -> Made:
    """Two reports: one with a break and weighted means, one before and with changes."""
    return reviewed(*request.param)


def _number(written: str) -> float:
    """A number as it is printed, read back."""
    plain = "".join(markup.unescape(written).split()).replace("\u2212", "-")
    return float(plain.replace(",", "."))


def _near(value: float) -> Any:
    """A number that is told to six digits."""
    return pytest.approx(value, rel=6e-6)


def _text(html: str) -> str:
    """What a reader sees: no tags, one space for many."""
    return " ".join(markup.unescape(re.sub(r"<[^>]+>", " ", html)).split())


def _rows(table: str) -> list[list[str]]:
    """The cells of a table's body, as text."""
    body = table.split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    return [
        [_text(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
    ]


# -- the same report -------------------------------------------------------------------


def test_without_its_marks_it_is_the_public_page(made: Made) -> None:
    """A reviewer must see what the public sees, to the byte, and whiskers beside."""
    bare = MARK.sub(r"\1", made.page)
    bare = re.sub(r'<p class="made-by".*?</p>\n', "", bare)
    bare = re.sub(r'<div class="edition".*?</div>\n', "", bare, flags=re.S)
    # Contents name what the edition has; its profile has whiskers.
    own = r'<nav\b.*?</nav>|<figure id="figur-1">.*?</details>'
    report = made.public.split('<header class="head">', 1)[1]
    report = report.split('<section class="downloads"', 1)[0].strip()
    profile = re.search(r'<figure id="figur-1">.*?</details>', made.public, re.S)
    assert profile
    assert profile[0] not in bare
    shared, count = re.subn(own, "", report, flags=re.S)
    assert count == 2
    assert len(shared) > 50_000
    assert shared in re.sub(own, "", bare, flags=re.S)


def test_public_page_carries_little_for_it(made: Made) -> None:
    """Ids for machines, and nothing else: no mark, no kildespor, no code."""
    told = re.sub(r"<svg\b.*?</svg>", "", made.public, flags=re.S)
    carried = re.findall(r' data-(?:fact|field|rule|facts)="[^"]*"', told)
    assert 0 < sum(map(len, carried)) < 18_000
    for trace in ('class="spor"', 'class="trail"', "index_to_network"):
        assert trace in made.page
        assert trace not in made.public


def test_page_needs_neither_network_nor_scripts(made: Made) -> None:
    """One file, that opens anywhere and prints."""
    assert len(made.page.encode()) < LIMIT
    assert "<script" not in made.page
    assert not re.findall(r'(?:src|@import)\s*[=:(]?\s*["\']?https?:', made.page)
    assert not re.findall(r"<link\b", made.page)


def test_same_inputs_give_the_same_bytes(
    made: Made, known: Catalogue, snapshot: Snapshot
) -> None:
    """And the notebook that it is made from stays as it was."""
    before = copy.deepcopy(made.notebook)
    again = review.compose(made.notebook, made.content, known, snapshot)
    assert again == made.page
    assert made.notebook == before


def test_every_link_leads_to_one_place(made: Made) -> None:
    """Marks, ways back, cells and tables: none into the void, none to two places."""
    ids = re.findall(r'\bid="([^"]+)"', made.page)
    assert sorted({name for name in ids if ids.count(name) > 1}) == []
    links = set(re.findall(r'href="#([^"]+)"', made.page))
    assert sorted(links - set(ids)) == []


def test_headings_have_no_gaps(made: Made) -> None:
    """Hundreds of kildespor under one heading, each with its own."""
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", made.page)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


# -- folded, in six digits, in Norwegian -----------------------------------------------


def test_what_is_behind_is_folded(made: Made) -> None:
    """A page one can leaf through: all is there, and little of it at once."""
    page = BeautifulSoup(made.page, "lxml")
    assert all(trail.find_parent("details") for trail in page.select(".trail"))
    assert len(page.select(".trail")) == len(made.trails) > 80
    assert not page.select("details[open]")
    for folded in page.select(".fold"):
        folded.decompose()
    after = page.get_text().split("Kildespor", 1)[1]
    assert len(after.rsplit("Kildespor", 1)[1]) < 1_000


def test_no_number_has_more_than_six_digits(made: Made) -> None:
    """Whole numbers are whole; no reviewer reads the thirteenth decimal."""
    behind = made.page.split('id="spor"', 1)[1].split('id="celler"', 1)[0]
    behind = re.sub(r"<code.*?</code>|<a [^>]*>", " ", behind, flags=re.S)
    numbers = re.findall(r"(?<![\d.,])(\d[\d\u00a0]*),(\d+)", behind)
    assert len(numbers) > 500
    for whole, decimals in numbers:
        digits = "".join(whole.split()) + decimals
        assert len(digits.lstrip("0")) <= 6, (whole, decimals)


def test_everything_is_said_in_norwegian(made: Made) -> None:
    """Code and names of cells are as they are, and marked so; all else is words."""
    page = BeautifulSoup(made.page, "lxml")
    assert {tag.name for tag in page.select('[lang="en"]')} <= {"code", "pre"}
    for code in page.select("code, pre, style, script"):
        code.decompose()
    told = "".join(one.get_text(" ") for one in page.select("#funn ~ *, .trails"))
    words = r"\b(?:the|and|printed|borders|change|missing|weighted|real|\w+_\w+)\b"
    assert not re.findall(words, told)


# -- findings --------------------------------------------------------------------------


def test_every_finding_is_shown_with_its_reasons(made: Made) -> None:
    """What is told in the order of the page, and folded what was thought of as well."""
    page = BeautifulSoup(made.page, "lxml")
    findings, sentences = made.content["findings"], made.content["sentences"]
    told = [place for one in findings for place in one["sentences"]]
    assert told == list(range(len(sentences)))
    unsaid = page.select_one("#funn").find_next("details")  # type: ignore[union-attr]
    assert unsaid
    assert len({one["id"] for one in findings}) == len(findings)
    for one in findings:
        item = page.find(id=f"funn-{one['id']}")
        assert item
        shown = " ".join(item.get_text(" ").split())
        for reason in one["why"]:
            assert " ".join(reason.split()) in shown
        assert one["why"]
        assert one["told"] is (unsaid not in item.parents)
        assert one["told"] is bool(one["sentences"])
        assert one["told"] is not bool(one["unsaid"])
        said = [sentences[place]["rule"] for place in one["sentences"]]
        links = [str(link["href"])[1:] for link in item.select("a")]
        for rule, link in zip(said, links, strict=False):
            assert f">{rule}</code>" in made.trails[link]
    assert any(not one["told"] for one in findings)


# -- marks -----------------------------------------------------------------------------


def test_every_number_of_table_1_is_marked(made: Made) -> None:
    """Fifteen indicators, seven numbers each; a sign and a dash are numbers too.

    The years before stand there once more, for a phone.
    """
    table = re.search(r'<table class="key">.*?</table>', made.page, re.S)
    assert table
    cells = re.findall(r"<td\b.*?</td>", table[0], re.S)
    assert len(cells) == 15 * (7 + 2)
    for cell in cells:
        assert cell.count('<a class="spor"') == 1, cell


def test_numbers_behind_the_figures_are_marked(made: Made) -> None:
    """Each index of the profile, and each year of the kommune's own lines."""
    tables = re.findall(r'<details class="numbers".*?</details>', made.page, re.S)
    own = [table.count('<a class="spor"') for table in tables]
    years = {fact["year"] for fact in made.content["facts"]}
    assert own[0] == 15 * 2
    # A figure of development shows what its chapter tells.
    assert sum(own[1:]) >= 6 * len(years)
    assert not sum(own[1:]) % len(years)


def test_every_sentence_is_marked_and_leads_to_itself(made: Made) -> None:
    """The text of the kildespor is the text beside the mark."""
    pattern = (
        r'data-rule="[^"]*" data-facts="[^"]*">(.*?)<a class="spor"[^>]*"#([^"]*)">'
    )
    found = re.findall(pattern, made.page, re.S)
    assert len(found) == len(made.content["sentences"])
    for (said, target), expected in zip(found, made.content["sentences"], strict=True):
        quoted = re.search(r"<blockquote>(.*?)</blockquote>", made.trails[target], re.S)
        assert quoted
        assert quoted[1] == said
        assert f">{expected['rule']}</code>" in made.trails[target]


def test_kildespor_of_a_sentence_leads_to_what_people_say_of_it(
    reviewed: Callable[[str, int], Made], known: Catalogue
) -> None:
    """With who says it, where and when, and the file it is from."""
    made = reviewed("tromso", 2017)
    told = made.content["comments"]
    assert told
    for comment in told:
        said = made.content["sentences"][comment["sentence"]]
        (trail,) = (t for t in made.trails.values() if f"{comment['id']}.md" in t)
        assert said["rule"] in trail
        assert (comment["printed"] or comment["text"]) in _text(trail)
        assert f'href="{comment["source"]}"' in trail
        why = known.phrases.words[f"cause_{comment['outcome']}"]
        assert why in _text(trail)
    assert {comment["outcome"] for comment in told} == {"told", "repeats", "no_room"}


def test_a_mark_keeps_the_markup_around_it() -> None:
    """SVG has capitals, sentences have markup inside, and entities stay entities."""
    html = (
        '<svg viewBox="0 0 1 1"><linearGradient/></svg>\n'
        '<p><span data-rule="a" data-facts="x y">En <span>to</span> &amp; tre.</span>'
        ' <b>ja</b></p><td data-fact="x">\n 5,1<sup>r</sup></td>'
        '<td data-fact="x" data-field="rank"><b>3 av 10</b></td>'
    )
    asked: list[Marked] = []

    def target(found: Marked) -> tuple[Trail, str]:
        asked.append(found)
        return Trail(f"K{len(asked)}", "fact", 1, ""), ""

    put = review.put_marks(html, target)
    assert asked == [
        Marked(("x", "y"), rule="a"),
        Marked(("x",), field="value"),
        Marked(("x",), field="rank"),
    ]
    mark = '<a class="spor" href="#spor-K{0}">{1}<span class="k">K{0}</span></a>'
    assert f"&amp; tre.{mark.format(1, '')}</span> <b>" in put
    assert f"\n {mark.format(2, '5,1')}<sup>" in put
    assert f"<b>{mark.format(3, '3 av 10')}</b>" in put
    assert MARK.sub(r"\1", put) == html


# -- what is told of numbers -----------------------------------------------------------


def test_every_formula_adds_up(made: Made) -> None:
    """Numerator over denominator times factor is the value, in facts.json and print."""
    sums = re.findall(
        r'data-sum="([^"]+)">(.*?) / (.*?) × (.*?) = (.*?)</p>', made.page
    )
    assert len(sums) > 15
    for name, *written in sums:
        fact = made.facts[name]
        above, below, factor = (_number(part) for part in written[:3])
        assert (above, below) == (fact["numerator"], fact["denominator"])
        if fact["value"] is not None:
            assert _number(written[3]) == _near(fact["value"])
            assert above / below * factor == _near(fact["value"])


def test_every_mean_follows_from_its_members(made: Made) -> None:
    """By the rule of the year, over those who are listed and nobody else."""
    pattern = (
        r'data-mean="([^"]+)">(.*?) / (.*?)(?: × (.*?))? = (.*?)</p>'
        r'.*?(<table class="plain" data-members.*?</table>)'
    )
    means = re.findall(pattern, made.page, re.S)
    printed = {row["indicator"] for row in made.content["table"]["rows"]}
    with_mean = [
        fact
        for fact in made.content["facts"]
        if fact["kommune"] == made.content["run"]["kommune"]
        and fact["year"] == made.content["run"]["year"]
        and fact["network_mean"] is not None
        and fact["indicator"] in printed
    ]
    assert len(means) == len(with_mean) >= 14
    for name, above, below, factor, mean, table in means:
        fact = made.facts[name]
        rows = _rows(table)
        assert _number(mean) == _near(fact["network_mean"])
        assert len(rows) == fact["n"]
        told = _number(above) / _number(below) * (_number(factor) if factor else 1)
        assert told == _near(fact["network_mean"])
        values = [_number(row[2]) for row in rows]
        computed = sum(values) / len(values)
        if fact["mean_rule"] == "weighted":
            parts = [(_number(row[3]), _number(row[4])) for row in rows]
            computed = sum(a for a, _ in parts) / sum(b for _, b in parts)
            computed *= fact["factor"]
        assert computed == _near(fact["network_mean"])
        ranks = [int(row[1]) for row in rows]
        assert ranks == [sum(other > value for other in values) + 1 for value in values]


def test_every_part_of_a_mean_leads_to_its_cells(made: Made) -> None:
    """Numerator and denominator of each member: just the cells that make them."""
    tables = re.findall(
        r'data-members="([^"]+)".*?</table>.*?<ul class="origins">(.*?)</ul>',
        made.page,
        re.S,
    )
    looked_up = 0
    for name, listed in tables:
        cells = dict(re.findall(r'<li id="([^"]+)"[^>]*>(.*?)</li>', listed, re.S))
        for place, written in cells.items():
            kommune, half = place.split("-")[-2:]
            fact = made.facts[name.replace(name.split("-")[0], kommune, 1)]
            values = re.findall(r"</code>(?:</a>)? = ([^<(]*)", written)
            assert sum(map(_number, values)) == _near(fact[half]), place
            assert f'<td class="num"><a href="#{place}">' in made.page
            looked_up += half != "value"
        whose = made.facts[name]
        assert len(cells) == whose["n"] * (2 if whose["factor"] else 1)
    assert looked_up > 150


def test_every_value_mean_and_index_is_that_of_facts_json(made: Made) -> None:
    """To six digits, as it was computed with; nothing is worked out anew."""
    seen = 0
    for trail in made.trails.values():
        fact_id = re.search(r'<dd><code lang="en">([a-z0-9_-]+)</code></dd>', trail)
        if not fact_id or fact_id[1] not in made.facts:
            continue
        fact, told = made.facts[fact_id[1]], _text(trail)
        for name in ("value", "network_mean", "index", "distance", "change"):
            if fact[name] is not None:
                number = significant(fact[name]).replace("\u00a0", " ")
                assert number in told, (name, told)
        seen += 1
    assert seen >= 45


def test_cells_are_in_the_snapshot_and_add_up(made: Made, snapshot: Snapshot) -> None:
    """Every address can be looked up, and the cells make numerator and denominator."""
    looked_up = 0
    for trail in made.trails.values():
        formula = re.search(r'data-sum="([^"]+)"', trail)
        parts = re.findall(
            r'<li><code lang="en">([^<]+)</code> = (.*?)\s*<', trail, re.S
        )
        for address, value in parts:
            table, codes = address.removesuffix("]").split("[")
            if not table.startswith("manuelle/") and "–" not in codes:
                query = dict(code.split("=") for code in codes.split(","))
                cell = snapshot.cell(table, query)
                assert cell.address == address
                written = cell.status if cell.value is None else significant(cell.value)
                assert written == markup.unescape(value).split(" (")[0]
                looked_up += 1
        is_figure = formula and "<blockquote>" not in trail
        if formula and is_figure and made.facts[formula[1]]["value"] is not None:
            fact = made.facts[formula[1]]
            total = sum(_number(value.split(" (")[0]) for _, value in parts)
            assert total == pytest.approx(fact["numerator"] + fact["denominator"])
    assert looked_up > 50


def test_every_forbehold_on_a_figure_is_told(made: Made, known: Catalogue) -> None:
    """With what its kind does, and why; and it is said where there are none."""
    nothing = known.phrases.words["review_no_forbehold"]
    for said in made.content["sentences"]:
        trail = made.trail_of(said)
        names = {n for fact in said["facts"] for n in made.facts[fact]["forbehold"]}
        assert (nothing in trail) == (not names)
        for entry in known.forbehold_by_id(names):
            assert f">{entry.id}</code>" in trail
            assert _text(known.kinds[entry.kind].why) in _text(trail)


def test_who_is_left_out_of_a_mean_is_named(
    reviewed: Callable[[str, int], Made],
) -> None:
    """A suppressed figure enters no mean, and the kildespor says whose it is."""
    page = reviewed("tromso", 2018).page
    trail = re.search(
        r'data-mean="tromso-2018-kvp_mottakere_per_1000".*?<h5>Forbehold', page, re.S
    )
    assert trail
    assert (
        "<li>Tromsø (:): SSB har ikke offentliggjort tallet for Tromsø.</li>"
        in trail[0]
    )
    assert "Tromsø" not in " ".join(row[0] for row in _rows(trail[0]))


def test_what_chance_could_have_made_of_a_count_is_a_line(
    made: Made, known: Catalogue
) -> None:
    """In the kildespor of the figure, with whether mean and change lie outside."""
    words, counted = known.phrases.words, 0
    for trail in made.trails.values():
        fact_id = re.search(r'<dd><code lang="en">([a-z0-9_-]+)</code></dd>', trail)
        if not fact_id or fact_id[1] not in made.facts:
            continue
        fact, told = made.facts[fact_id[1]], _text(trail)
        assert (words["review_interval"] in told) is (fact["interval_low"] is not None)
        if fact["interval_low"] is not None:
            low, high = map(significant, (fact["interval_low"], fact["interval_high"]))
            assert f"{low}–{high}" in told
            for what in ("distance", "change"):
                for clear, word in ((True, "clear"), (False, "unclear")):
                    is_told = words[f"review_{what}_{word}"] in told
                    assert is_told is (fact[f"{what}_clear"] is clear)
            counted += 1
    assert counted > 15


def test_profile_shows_what_chance_could_have_made_of_each_index(
    made: Made, known: Catalogue, snapshot: Snapshot
) -> None:
    """Drawn, told aloud and in the table beside; all else is the public profile."""
    words = known.phrases.words
    found = read_back(made.content, known, snapshot)
    public = figures.profile(found.book, known)
    assert public.svg in made.public
    assert markup.escape(public.alt) in made.public
    assert words["legend_interval"] not in made.public
    shown = BeautifulSoup(MARK.sub(r"\1", made.page), "lxml")
    assert words["legend_interval"] in shown.select_one("#profil").get_text("|")
    table = shown.select_one("#figur-1-tall")
    column = [th.get_text() for th in table.select("thead th")].index(
        words["profile_interval"]
    )
    rows = {tr.th.get_text(): tr for tr in table.select("tbody tr:not(.group)")}
    alt = shown.select_one("#figur-1 .picture")["aria-label"]
    told = 0
    for fact in found.book.reported:
        name = known.indicator(fact.indicator).short_name
        cell = rows[name].select("th, td")[column].get_text()
        if fact.interval_low is None or fact.index is None:
            assert cell == words["arrow_none"]
            continue
        ends = (fact.interval_low, fact.interval_high)
        low, high = (f"{half_up(end / fact.network_mean * 100):.0f}" for end in ends)
        raised = words["reconstructed_mark"] * (fact.distance_basis == "reconstructed")
        assert cell == f"{low}–{high}{raised}"
        assert f"{name} ({cell})" in alt
        told += 1
    assert told > 3


# -- what is told of sentences ---------------------------------------------------------


@pytest.fixture(scope="module")
def every(findings_of: FindingsOf) -> list[Findings]:
    """The findings of all ten kommuner in every year."""
    return [findings_of(kommune, year) for year in YEARS for kommune in KOMMUNER]


def comparisons(statement: Statement) -> list[Comparison]:
    """What a statement was decided by, of limits alone."""
    return [one for one in statement.reasons if isinstance(one, Comparison)]


def test_each_comparison_is_true_and_has_a_word(
    every: list[Findings], known: Catalogue
) -> None:
    """Each number really is on its side of the limit, in every sentence there is."""
    signs = {"<": operator.lt, "≤": operator.le, "≥": operator.ge, ">": operator.gt}
    told = 0
    for found in every:
        for statement in found.statements:
            assert f"review_why_{statement.rule.topic}" in known.phrases.words
            for reason in statement.reasons:
                if isinstance(reason, Comparison):
                    assert signs[reason.sign](reason.value, reason.bound), statement
                    threshold = getattr(known.phrases.thresholds, reason.limit).value
                    assert reason.bound in (threshold, 2 * threshold)
                    told += 1
                word = getattr(reason, "measured", reason)
                assert f"review_{word}" in known.phrases.words
    assert told > 1500


def test_a_change_that_is_told_is_a_clear_one(every: list[Findings]) -> None:
    """Its reasons hold the limit that it passed."""
    seen = 0
    for found in every:
        for statement in found.statements:
            if statement.rule in ("moved", "moved_percent", "moved_whole"):
                passed = {(c.limit, c.sign) for c in comparisons(statement)}
                assert ("clear_change", "≥") in passed, statement
                seen += 1
    assert seen > 50


def test_what_is_left_out_says_why(every: list[Findings]) -> None:
    """It is told nowhere, and each that could be is somewhere."""
    left_out = [(found, one) for found in every for one in found.left_out]
    assert len(left_out) > 200
    for found, one in left_out:
        assert one.outcome in ("said_already", "less_salient")
        assert one.id not in {told.id for told in found.findings}


def test_limits_are_told_with_their_reasons(made: Made, known: Catalogue) -> None:
    """«8,8 < 25» says nothing to a reviewer who does not know why 25."""
    words = {"near_mean", "among_outermost"}
    seen = set()
    for trail in made.trails.values():
        for name in words:
            if f'<code class="id" lang="en">{name} = ' in trail:
                threshold = getattr(known.phrases.thresholds, name)
                assert threshold.why in _text(trail)
                seen.add(name)
    assert seen == words


# -- cell by cell ----------------------------------------------------------------------


def test_notebook_stands_whole_and_in_order(made: Made) -> None:
    """Code as it was run, the words between, and the way to what each cell made."""
    section = made.page.split('id="notatboken-celle-for-celle"', 1)[1]
    code = [cell for cell in made.notebook.cells if cell.cell_type == "code"]
    shown = re.findall(
        r'<div class="cell" id="celle-(\d+)".*?<pre lang="en"><code>(.*?)</code></pre>',
        section,
        re.S,
    )
    assert [(int(number), markup.unescape(source)) for number, source in shown] == [
        (cell.execution_count, cell.source) for cell in code
    ]
    made_blocks = [
        cell.execution_count for cell in code if "rapport" in cell.metadata["tags"]
    ]
    assert len(made_blocks) >= 5
    for number in made_blocks:
        assert f'href="#blokk-{number}"' in section
        assert f'id="blokk-{number}"' in made.page
    assert f"{len(made.facts)} facts" in section
    words = [
        cell.source for cell in made.notebook.cells if cell.cell_type == "markdown"
    ]
    first = words[0].splitlines()[0].removeprefix("# ")
    assert f"<h3>{first}</h3>" in section


def test_kildespor_leads_to_the_cell_that_made_it(made: Made) -> None:
    """A number of Tabell 1 was made by the cell that made Tabell 1."""
    table = next(
        cell.execution_count
        for cell in made.notebook.cells
        if cell.cell_type == "code" and "profile(" in cell.source
    )
    kommune, year = made.content["run"]["kommune"], made.content["run"]["year"]
    fact = f"{kommune}-{year}-andel_mottakere_18_24"
    link = re.search(
        rf'data-fact="{fact}"><a class="spor"[^>]*href="#([^"]+)"', made.page
    )
    assert link
    assert f'href="#celle-{table}"' in made.trails[link[1]]


# -- what stops it, and where it lies --------------------------------------------------


def test_facts_that_say_otherwise_are_refused(
    made: Made, known: Catalogue, snapshot: Snapshot
) -> None:
    """A kildespor must be of the sentence that the reader sees."""
    content = copy.deepcopy(made.content)
    run = content["run"]
    for fact in content["facts"]:
        if (fact["kommune"], fact["year"]) == (run["kommune"], run["year"]):
            fact["distance"] = fact["distance"] and 0.0
    with pytest.raises(RenderError, match="other sentences follow from facts"):
        review.compose(made.notebook, content, known, snapshot)


def test_edition_lies_beside_the_report_and_in_its_manifest(made_once: Path) -> None:
    """So `asss verify` looks at it, and `--render` makes it again."""
    folder = made_once / "outputs/2017/sosiale_tjenester/tromso"
    kept = manifest.read(folder)
    assert kept.editions == report.EDITIONS
    assert report.REVIEW_NAME in kept.files
    assert (folder / report.REVIEW_NAME).is_file()


def test_manifest_from_before_there_were_editions_is_read(made_once: Path) -> None:
    """Yesterday's reports are no less vouched for today."""
    path = made_once / "outputs/2017/sosiale_tjenester/tromso" / manifest.MANIFEST_NAME
    content = json.loads(path.read_bytes())
    del content["editions"]
    assert manifest.Manifest.model_validate(content).editions == (report.PUBLIC,)


def test_unknown_edition_is_refused(root: Path) -> None:
    """Before anything is rendered, and with the nearest there is."""
    arguments = ["render", "--kommune", "oslo", "--year", "2020"]
    options = ["--edition", "revew", "--parameters", str(root / "parameters")]
    result = CliRunner().invoke(app, [*arguments, *options])
    assert result.exit_code == USAGE
    assert "Unknown edition 'revew'. Did you mean review?" in result.stderr


@pytest.mark.parametrize(
    ("details", "reasons", "problem"),
    [
        ({}, (), r"level_missing lacks the fields \['reason', 'subject', 'year'\]"),
        (
            {"subject": "det", "year": 2020, "reason": ""},
            (Comparison("near_mean", "distance", 2.0, "≥", 1.5, True, "x"),),
            r"level_missing is decided by \['near_mean'\]",
        ),
    ],
)
def test_statement_that_the_rule_table_does_not_know_is_refused(
    details: dict[str, Detail], reasons: tuple[Comparison, ...], problem: str
) -> None:
    """A kildespor once told of limits that its rule never used."""
    with pytest.raises(PhraseError, match=f"{problem}.*rules.py says otherwise"):
        Statement("kvalitet", Rule.LEVEL_MISSING, details, ("x",), reasons)


def test_cell_is_named_by_what_it_holds_and_nothing_else(made: Made) -> None:
    """In the embedded tables the scope A is called by one of the measures it is in."""
    origins = re.findall(r'<ul class="origins">.*?</ul>', made.page, re.S)
    read = [_text(origin) for origin in origins if "KOKfunksjon0000=243" in origin]
    assert read
    assert any("funksjon 243 (KOKfunksjon0000)" in origin for origin in read)
    assert not any("(KOKregnskapsomfa0000)" in origin for origin in read)
    assert not any("(KOKart0000)" in origin for origin in read)


def test_says_how_much_hangs_on_the_mean(made: Made) -> None:
    """As asss.robustness has it, and nowhere in the report itself."""
    heading = "Hvor mye henger på snittet?"
    assert heading not in made.public
    part = made.page.split(f">{heading}</h2>", 1)[1].split("<h2", 1)[0]
    lines = [_text(line) for line in re.findall(r"<li>(.*?)</li>", part, re.S)]
    run = made.content["run"]
    changes = asss.robustness(run["year"], run["kommune"], snapshot="embedded")
    names = {"others": "de andre kommunene", "plain": "det uvektede"}
    names |= {"weighted": "det vektede", "without oslo": "kommunene uten Oslo"}
    # In 2017 all means are plain, and nobody weighs most.
    assert len(lines) == (3 if run["year"] > 2017 else 2)
    for name, title in names.items():
        line = next((one for one in lines if title in one), None)
        if line is None:
            continue
        assert line.startswith("Hva om: ")
        rows = changes[changes["what_if"] == name]
        told = rows[rows["conclusion"] != "told"]
        assert line.count("→") == len(told)
        assert line.endswith("Ingenting blir annerledes.") is rows.empty

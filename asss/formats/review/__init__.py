"""
The reviewer's edition: the same report, with *kildespor* at every number and sentence.

A kildespor says what stands behind a number or a sentence: rule and limits, facts,
formula, cells at SSB, forbehold, mean, and the cell of the notebook that made it. All
of it is taken from facts.json, the catalogue, the snapshot and the executed notebook;
the report itself is the public one, with marks put into it. Imports ``trails``,
``conversion`` and below.
"""

import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any, Final, TypeAlias

import nbformat
from markupsafe import Markup
from nbformat import NotebookNode, v4

from asss import figures
from asss.analysis import findings, robustness
from asss.analysis.facts import Fact, book_of, network_book
from asss.analysis.findings import Findings
from asss.catalogue import language, markdown
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import Run
from asss.catalogue.supposition import suppose
from asss.errors import RenderError
from asss.formats import conversion, exports
from asss.formats.conversion import ON_PAGE
from asss.formats.review.trails import Marked, Trail, Trails
from asss.page import blocks, record, sections, text
from asss.page.blocks import BLOCK_MIME, Block
from asss.page.record import FactsFile
from asss.statbank import Snapshot, day_of

__all__ = [
    "compose",
    "compose_again",
    "leaning",
    "put_marks",
    "read_back",
]


#: What facts.json does not hold of the other members' earlier years.
BLANK: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("index", "distance", "previous", "change", "mean_change")),
    **dict.fromkeys(("interval_low", "interval_high", "distance_clear")),
    **dict.fromkeys(("change_clear", "numerator", "denominator", "factor")),
    **dict.fromkeys(("tables", "cells", "forbehold"), ()),
    "previous_basis": "",
}

#: The tag of the cell that made the facts.
MADE_FACTS = "fakta"

#: The service profile on a page, and the number of its figure.
PROFILE = re.compile(r'<figure id="figur-(\d+)">\s*<div[^>]*><svg[^>]* id="profil"')

#: How a heading begins, which says nothing of any figure.
PROSE = '<div class="prose'

#: How matplotlib leaves a plot in a notebook.
PNG = "image/png"

HEADING = re.compile(r"(</?)h[1-6]\b")

#: What makes cells; it has no types.
CELLS: Any = v4

Target: TypeAlias = Callable[[Marked], tuple[Trail, str]]


def compose(
    notebook: NotebookNode,
    content: Mapping[str, Any],
    known: Catalogue,
    snapshot: Snapshot,
) -> str:
    """
    Make the reviewer's edition of a report.

    Parameters
    ----------
    notebook : NotebookNode
        The executed notebook that the public page was made from; not changed.
    content : mapping
        What facts.json holds.
    known : Catalogue
    snapshot : Snapshot
        The one that the report stands on.

    Returns
    -------
    html : str
        One page that needs neither network nor scripts.

    Raises
    ------
    RenderError
        If the sentences on the page do not follow from facts.json.
    """
    found = read_back(content, known, snapshot)
    marked = copy.deepcopy(notebook)
    cells = [cell for cell in marked.cells if cell.cell_type == "code"]
    made_facts = next(cell for cell in cells if MADE_FACTS in _tags(cell))
    trails = Trails(found, known, facts_cell=made_facts.execution_count)
    details = {"title": content["title"]}
    title = text.phrase("review_title", details, known)
    for cell in cells:
        is_first = True
        for output in _shown(cell):
            html = output.data[BLOCK_MIME]["html"]
            if html.startswith(PROSE):
                continue
            html = _with_intervals(html, found, known)
            put = _marked(html, cell, trails, known, is_first=is_first)
            output.data[BLOCK_MIME] = {"html": put}
            is_first = False
    words = known.phrases.words
    findings = trails.findings(record.read(content))
    banner = blocks.block("review_banner", known, title=title)
    marked.cells = [
        _block("banner", banner.html),
        *marked.cells,
        _prose("findings-heading", f"## {words['review_findings']}"),
        _block("findings", blocks.block("review_findings", known, **findings).html),
        _prose("leaning-heading", f"## {words['review_leans']}"),
        _block("leaning", leaning(found, known, snapshot).html),
        _prose("trails-heading", f"## {words['review_trails']}"),
        _block("trails", _trails(trails, notebook, content, known)),
        _prose("cells-heading", f"## {words['review_cells']}"),
        _block("cells", _cells(notebook, known)),
    ]
    told = {**content, "title": title}
    html = conversion.to_html(marked, told, known, css=_stylesheet())
    # What else there is to fetch is listed on the public page, which lies beside.
    for place in (exports.DOWNLOADS_HERE, exports.DOWNLOADS_LISTED):
        html = html.replace(place, "")
    return html


def compose_again(
    kept: Path, content: Mapping[str, Any], known: Catalogue, snapshot: Snapshot
) -> str:
    """Make the edition once more, of a notebook that was kept."""
    notebook = nbformat.read(kept, as_version=4)  # type: ignore[no-untyped-call]
    return compose(notebook, content, known, snapshot)


def _with_intervals(html: str, found: Findings, known: Catalogue) -> str:
    """A block; the profile with how far chance alone may move what it shows."""
    if not (profile := PROFILE.match(html.lstrip())):
        return html
    drawn = figures.profile(found.book, known, with_intervals=True)
    number = int(profile[1])
    called = known.phrases.words["caption_profile"]
    return sections.figure(drawn, known, number=number, caption=called).html


def _marked(
    html: str, cell: NotebookNode, trails: Trails, known: Catalogue, *, is_first: bool
) -> str:
    """A block with its marks, and before it the cell that made it."""
    number = cell.execution_count
    put = put_marks(html, lambda marked: trails.target(marked, number))
    return blocks.block(
        "review_block", known, cell=number, is_first=is_first, html=Markup(put)
    ).html


def put_marks(html: str, target: Target) -> str:
    """
    Put a mark at each sentence and number of some markup, and change no byte beside.

    A parser finds the places by the attributes that the public page has for machines:
    ``data-rule`` and ``data-facts`` on a sentence, ``data-fact`` and ``data-field`` on
    a number. The markup is never written anew, so the reviewer sees what the public
    does.

    Parameters
    ----------
    target : function of Marked
        Called in the order of the markup; gives the kildespor and the mark's own id.

    Returns
    -------
    html : str
        Numbers have become links; sentences have a link at their end.
    """
    places = _Places(html, target)
    places.feed(html)
    places.close()
    for at, written in sorted(places.found, key=lambda place: place[0], reverse=True):
        html = html[:at] + written + html[at:]
    return html


class _Places(HTMLParser):
    """Offsets of the places where something is to be put in."""

    def __init__(self, html: str, target: Target):
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str]] = []
        self._target = target
        lines = html.split("\n")
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._sentence: Marked | None = None
        self._tag, self._depth = "", 0
        self._number: Marked | None = None
        self._is_drawing = False

    @property
    def _offset(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._is_drawing or tag == "svg":
            # Its numbers stand in the table beside it, and lead on from there.
            self._is_drawing = True
            return
        if self._sentence and tag == self._tag:
            self._depth += 1
        given = dict(attrs)
        if rule := given.get("data-rule"):
            facts = (given.get("data-facts") or "").split()
            self._sentence = Marked(tuple(facts), rule=rule)
            self._tag, self._depth = tag, 1
        if fact := given.get("data-fact"):
            self._number = Marked((fact,), field=given.get("data-field") or "value")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing stands inside: neither a sentence nor a number."""

    def handle_data(self, data: str) -> None:
        if self._number and data.strip():
            start = self._offset + len(data) - len(data.lstrip())
            before, after = _mark(*self._target(self._number))
            self.found += [(start, before), (start + len(data.strip()), after)]
            self._number = None

    def handle_endtag(self, tag: str) -> None:
        if tag == "svg":
            self._is_drawing = False
        if self._is_drawing or not self._sentence or tag != self._tag:
            return
        self._depth -= 1
        if not self._depth:
            self.found.append(
                (self._offset, "".join(_mark(*self._target(self._sentence))))
            )
            self._sentence = None


def _mark(trail: Trail, own_id: str) -> tuple[str, str]:
    """The markup on each side of what leads to a kildespor."""
    own = f' id="{own_id}"' if own_id else ""
    opening = f'<a class="spor"{own} href="#{trail.id}">'
    return opening, f'<span class="k">{trail.name}</span></a>'


def _trails(
    trails: Trails, notebook: NotebookNode, content: Mapping[str, Any], known: Catalogue
) -> str:
    sources = {
        cell.execution_count: cell.source
        for cell in notebook.cells
        if cell.cell_type == "code"
    }
    return blocks.block(
        "review_trails",
        known,
        trails=trails.fill_in(),
        sources=sources,
        updated=_updated(content, known),
        tables=list(_tables(content, known)),
        snapshot=content["snapshot"],
    ).html


def _updated(content: Mapping[str, Any], known: Catalogue) -> dict[str, str]:
    unknown = known.phrases.words["tables_unknown"]
    return {
        number: language.day(day_of(table["ssb_updated"]))
        if table["ssb_updated"]
        else unknown
        for number, table in content["snapshot"]["tables"].items()
    }


def _tables(content: Mapping[str, Any], known: Catalogue) -> Iterator[dict[str, Any]]:
    """SSB's tables that the report was read from, each with the whole question."""
    used = {table for fact in content["facts"] for table in fact["tables"]}
    updated = _updated(content, known)
    for number, table in content["snapshot"]["tables"].items():
        if number in used:
            yield {
                "number": number,
                "title": table["title"],
                "updated": updated[number],
                "stamp": table["ssb_updated"] or "",
                "sha256": table["sha256"],
                "query": [
                    {
                        "variable": part["variableCode"],
                        "codes": ", ".join(part["valueCodes"]),
                    }
                    for part in table["query"]["selection"]
                ],
            }


def _cells(notebook: NotebookNode, known: Catalogue) -> str:
    """The notebook as it was run: words, code and what came out, in order."""
    items: list[dict[str, Any]] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            written = HEADING.sub(r"\1h3", markdown.to_html(cell.source))
            items.append({"prose": Markup(written)})
        elif cell.cell_type == "code":
            is_shown = bool(list(_shown(cell)))
            items.append(
                {
                    "number": cell.execution_count,
                    "code": cell.source,
                    "is_shown": is_shown,
                    "output": "" if is_shown else "\n".join(_texts(cell)),
                    "plots": list(_plots(cell)),
                }
            )
    return blocks.block("review_cells", known, cells=items).html


def _shown(cell: NotebookNode) -> Iterator[NotebookNode]:
    """The outputs of a cell that stand on the page."""
    if ON_PAGE in _tags(cell):
        for output in cell.outputs:
            if BLOCK_MIME in output.get("data", {}):
                yield output


def _plots(cell: NotebookNode) -> Iterator[str]:
    """What an analyst has drawn, as PNG in base64."""
    for output in cell.outputs:
        if drawn := output.get("data", {}).get(PNG):
            yield "".join(drawn.split())


def _texts(cell: NotebookNode) -> Iterator[str]:
    for output in cell.outputs:
        if PNG in output.get("data", {}):
            continue
        yield output.get("text") or output.get("data", {}).get("text/plain", "")


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _prose(name: str, source: str) -> Any:
    about = {"tags": [ON_PAGE, "ny-side"]}
    return CELLS.new_markdown_cell(source, id=name, metadata=about)


def _block(name: str, html: str) -> Any:
    output = CELLS.new_output("display_data", {BLOCK_MIME: {"html": html}})
    about = {"tags": [ON_PAGE]}
    return CELLS.new_code_cell(id=name, outputs=[output], metadata=about)


def _stylesheet() -> str:
    folder = resources.files("asss.page") / "templates" / "rapport"
    return (folder / "review.css").read_text("utf-8")


# -- what facts.json holds, as findings again ------------------------------------------


def read_back(
    content: Mapping[str, Any], known: Catalogue, snapshot: Snapshot
) -> Findings:
    """
    Conclude once more, from what facts.json holds and nothing else.

    If the same sentences follow from it as stand in it, then it holds all that they
    rest on, and every detail of them is at hand.

    Parameters
    ----------
    content : mapping
        The content of facts.json: the kommune's facts of all years, the other members'
        of the report's year, and what it says of theirs of the years before.

    Raises
    ------
    RenderError
        If other sentences follow than those in facts.json: a kildespor would then tell
        of something else than the reader sees.
    """
    kept = record.read(content)
    run = Run(**content["run"], service=kept.service)
    made = [*kept.facts, *_of_others(kept, run)]
    book = network_book(made, known, run, snapshot)
    own = book_of(known.network.member(run.kommune), book)
    found = findings.conclude(own, known)
    said = [
        (one.section, one.rule, tuple(one.facts), one.text) for one in kept.sentences
    ]
    followed = [
        (one.chapter, one.rule, one.facts, one.text)
        for one in text.sentences(found, known)
    ]
    if said != followed:
        msg = (
            f"{run.kommune} {run.year}: other sentences follow from facts.json than "
            "stand in it, so they cannot be traced. Render the report again; if that "
            "does not help, facts.json lacks a figure that a sentence rests on."
        )
        raise RenderError(msg)
    return found


def _of_others(kept: FactsFile, run: Run) -> Iterator[Fact]:
    """
    The other members' figures of earlier years, as far as facts.json holds them.

    What is everybody's is as in the kommune's own fact; of what is theirs alone there
    are the figure and its place, on which «flere år på rad» rests.
    """
    for series in kept.others:
        for one in series.years:
            own = kept.by_key.get((series.indicator, run.kommune, one.year))
            if own is not None:
                yield own.replace(
                    **BLANK,
                    id=f"{series.kommune}-{one.year}-{series.indicator}",
                    kommune=series.kommune,
                    value=one.value,
                    status=one.status,
                    basis=one.basis,
                    rank=one.rank,
                )


# -- what leans on the mean ------------------------------------------------------------


def leaning(found: Findings, known: Catalogue, snapshot: Snapshot) -> Block:
    """What is concluded otherwise by another mean, without the heaviest, or alone."""
    book, words = found.book, known.phrases.words
    own, year = book.member.id, book.run.year
    left_out = [one for one in [_heaviest(found)] if one and one != own]
    changes = robustness.robustness(
        year, own, snapshot=snapshot, parameters=known, leave_out=left_out
    )
    asked = robustness.what_ifs(book, known, left_out)
    lines = []
    for name, given in asked.items():
        supposed = suppose(known, own, year, **given).supposed
        told: dict[str, list[str]] = {}
        rows = changes[changes["what_if"] == name].to_dict("records")
        for row in rows:
            short = known.indicator(row["indicator"]).short_name
            kind = str(row["conclusion"])
            told.setdefault(kind, []).append(f"{short} ({_step(row, words)})")
        lines.append(
            {
                "title": supposed.title if supposed else "",
                "told": [
                    (words[f"review_leans_{kind}"], ", ".join(one))
                    for kind, one in told.items()
                ],
            }
        )
    return blocks.block("review_leaning", known, lines=lines)


def _heaviest(found: Findings) -> str:
    """Who weighs most in most of the means; nobody where none is by weights."""
    weights = Counter(
        max(peers, key=lambda one: one.denominator or 0.0).kommune
        for fact in found.book.reported
        if fact.is_weighted
        and (peers := [p for p in found.book.peers(fact.indicator) if p.rank])
    )
    return next((name for name, _ in weights.most_common(1)), "")


def _step(row: Mapping[Any, Any], words: Mapping[str, str]) -> str:
    """From what is concluded to what would be."""
    now, then = str(row["printed"]), str(row["then"])
    if row["conclusion"] == "told":
        change = "other" if now and then else "gone" if now else "new"
        return words[f"review_leans_{change}"]
    # «Near» is the kind as well, which is written otherwise.
    ends = ("close" if end == "near" else end for end in (now, then))
    return " → ".join(words[f"review_leans_{end}"] for end in ends)

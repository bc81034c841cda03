"""
Read back: a finished report, read as its reader will, before anyone gets it.

What should be there is worked out once more, from facts.json and the words alone, and
looked for in what was really made: nothing of the code that put it there is asked. The
web page, the PDF and the Word document are read each by its own; and the facts
themselves are made once more, and worked out by a second hand from the answers on
disk. Imports ``overview`` and below. Of facts, and of figures::

  arithmetic  correction  answers     facts by a second hand │ need │ what lies on disk

                figures              of a page: is each what it must be?
  spoken  profile  panels  waterfall  what is beside it │ rows │ panels │ steps
  shown         drawing              facts as figures show them │ marks of a drawing
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from asss.catalogue.catalogue import Catalogue, load_catalogue
from asss.catalogue.parameters import METHOD, NETWORK, SHARED, Run
from asss.errors import AsssError, RenderError
from asss.formats.readback import (
    arithmetic,
    copies,
    document,
    drawing,
    figures,
    index,
    markup,
    members,
    own,
    package,
    paper,
    sight,
    table,
    trail,
    ways,
    webpage,
    workbook,
)
from asss.formats.readback.expectation import Expected, expect
from asss.formats.readback.group import false_groups
from asss.formats.readback.head import false_head
from asss.formats.readback.index import Told
from asss.formats.readback.prose import (
    Accounted,
    false_comments,
    false_sentences,
)
from asss.formats.readback.terms import false_terms
from asss.outputs import (
    DOCX_NAME,
    FIGURES_FOLDER,
    HTML_NAME,
    NOTEBOOK_NAME,
    PDF_NAME,
    REVIEW_NAME,
    WORKBOOK_NAME,
)
from asss.page.record import refuse_what_if
from asss.statbank import Snapshot
from asss.statbank.holdings import open_snapshot

__all__ = ["Told", "check", "check_exports", "check_facts", "check_figures"]
__all__ += ["check_index", "check_review", "read_docx", "read_exports"]
__all__ += ["read_facts", "read_figures", "read_html", "read_index"]
__all__ += ["read_notebook", "read_own", "read_pdf", "read_report", "read_review"]
__all__ += ["prepare", "warm_up"]

#: As many problems as a person reads before beginning to mend.
SHOWN = 10


def read_html(html: str, facts: Mapping[str, Any], known: Catalogue) -> list[str]:
    """What is wrong with a report's web page, each with its place; nothing if sound."""
    known = _as_told(facts, known)
    return _page(html, expect(facts, known), facts, known)


def _as_told(facts: Mapping[str, Any], known: Catalogue) -> Catalogue:
    """What is known, in the words of the report: «snittet» is of somebody in it."""
    return known.for_report(facts["run"]["kommune"], facts["run"]["year"])


def read_index(html: str, told: Told, areas: Sequence[Catalogue]) -> list[str]:
    """What is wrong with the index of a year, each line with its place."""
    return index.read(html, told, areas)


def read_pdf(pdf: bytes, facts: Mapping[str, Any], known: Catalogue) -> list[str]:
    """What is wrong with a report's PDF, each with its place; nothing if sound."""
    known = _as_told(facts, known)
    return paper.read(
        pdf,
        expect(facts, known),
        known,
        figures.texts(facts, known),
        added=own.added(facts, known),
        table=_table_of(facts, known),
    )


def read_docx(docx: bytes, facts: Mapping[str, Any], known: Catalogue) -> list[str]:
    """What is wrong with a report's Word document; nothing if sound."""
    known = _as_told(facts, known)
    expected, accounted = expect(facts, known), Accounted(facts, known)
    wanted, added = _table_of(facts, known), own.added(facts, known)
    shown = figures.texts(facts, known)
    return document.read(docx, expected, accounted, known, wanted, shown, added)


def _table_of(facts: Mapping[str, Any], known: Catalogue) -> table.Expected | None:
    """What Tabell 1 must be in a report on one kommune; no other has it."""
    is_shared = facts["run"]["kommune"] in SHARED
    return None if is_shared else table.Expected(facts, known)


def read_own(html: str, facts: Mapping[str, Any], known: Catalogue) -> list[str]:
    """What is wrong with one thing of the kommune's own, before it is on a page."""
    known = _as_told(facts, known)
    declared = (own.undeclared(one, facts, known) for one in facts["own"])
    return [
        *(fault for one in declared for fault in one),
        *own.read(html, facts, known),
    ]


def read_exports(
    folder: Path,
    facts: Mapping[str, Any],
    known: Catalogue,
    formats: Collection[str],
    everybody: Iterable[Mapping[str, Any]] = (),
) -> list[str]:
    """
    What is wrong with the files for other programs, each with its place.

    The page on what all reports stand on has none.

    Parameters
    ----------
    everybody : iterable of mapping
        See :func:`asss.formats.readback.package.read`.
    """
    problems: list[str] = []
    if facts["run"]["kommune"] == METHOD:
        return problems
    known = _as_told(facts, known)
    if "xlsx" in formats:
        content = (folder / WORKBOOK_NAME).read_bytes()
        problems += workbook.read(content, facts, known)
    if "csv" in formats:
        problems += package.read(folder, facts, known, everybody)
    if "html" in formats and {"svg", "png"} & {*formats}:
        html = (folder / HTML_NAME).read_text("utf-8")
        drawings, language = folder / FIGURES_FOLDER, facts["run"]["language"]
        if "svg" in formats:
            problems += copies.false_drawings(drawings, html, language)
        if "png" in formats:
            problems += copies.false_pictures(drawings, html)
    return problems


def read_notebook(folder: Path, facts: Mapping[str, Any], template: Path) -> list[str]:
    """
    What is wrong with the notebook of a report, held against its page and facts.

    Parameters
    ----------
    template : Path
        The notebook that it was made from, as it was then.
    """
    page = folder / HTML_NAME
    html = page.read_text("utf-8") if page.is_file() else ""
    cells, wanted = (
        json.loads(path.read_bytes())["cells"]
        for path in (folder / NOTEBOOK_NAME, template)
    )
    found = copies.false_notebook(cells, wanted, facts, html)
    return [f"{NOTEBOOK_NAME}: {problem}" for problem in found]


def read_review(
    html: str, facts: Mapping[str, Any], known: Catalogue, answers: Snapshot
) -> list[str]:
    """What is wrong with a reviewer's edition: with its report, and its kildespor."""
    known = _as_told(facts, known)
    expected = expect(facts, known)
    looks = sight.strange_looks(html, sight.REVIEW)
    problems = [*own.read(html, facts, known), *looks]
    html = own.taken_off(html)
    drawn = figures.read(html, facts, known, is_review=True)
    try:
        root = markup.page(trail.unmarked(html), known.phrases.words)
        traced = markup.page(html, known.phrases.words)
    except RenderError as error:
        return [*drawn, f"{REVIEW_NAME}: {error}"]
    problems += _reviewed_head(root, expected, known)
    problems += sight.hidden(root, is_review=True)
    problems += trail.read(traced, facts, known, answers.folder)
    read = [f"{REVIEW_NAME}: {fault}" for fault in problems]
    public = (*table.read(root, facts, known), *webpage.read_again(root, expected))
    return [*read, *drawn, *(one.replace(HTML_NAME, REVIEW_NAME) for one in public)]


def _reviewed_head(
    root: markup.Element, expected: Expected, known: Catalogue
) -> list[str]:
    """What is wrong in the head of a reviewer's edition, which has its own title."""
    form = known.phrases.phrases["review_title"].sentence
    named = expected.named.replace(expected.title, form.format(title=expected.title), 1)
    return [*false_head(root, named, expected.about)]


def warm_up() -> None:
    """Do ahead what the first report of a process would otherwise wait for."""
    # Takes as long as what the kernels load, in the meantime and beside it: pandas too.
    from asss.analysis import chance

    chance.methods()
    drawing.warm_up()


def prepare(folder: str, service: str, language: str, snapshot: str, year: int) -> None:
    """
    Work out ahead what the reports of a year share; what is wrong is told in each.

    Parameters
    ----------
    folder : str
        ``parameters/`` of the project that they are made of.
    """
    with suppress(AsssError, OSError, ValueError, LookupError, TypeError):
        known = load_catalogue(folder, service=service, language=language)
        answers = open_snapshot(snapshot, root=known.folder.parent)
        level = known.phrases.thresholds.confidence.value
        about = known.service.service, year, known.folder, answers.folder, level
        arithmetic.prepare(*about)
        # What a library does once, it does with the first report that is made anew.
        for member in known.network.in_year(year)[:1]:
            run = Run(kommune=member.id, year=year, service=service, language=language)
            _made_anew(run, known, answers)


def check_facts(
    facts: Mapping[str, Any], run: Run, known: Catalogue, answers: Snapshot
) -> list[dict[str, Any]]:
    """
    Refuse facts that do not follow from the snapshot which they say they are from.

    A notebook is worked in: what somebody tried out in it, and left there, must not be
    printed with SSB's cell as its source. So the facts are made once more, from
    parameters and snapshot alone, and compared field by field.

    Parameters
    ----------
    facts : mapping
        What the notebook gave out for facts.json.
    run : Run
        What the notebook was given.
    known : Catalogue
    answers : Snapshot
        The one that the run names.

    Returns
    -------
    everybody : list of dict
        Every member's facts of every year, by the snapshot, as facts.json has some.

    Raises
    ------
    RenderError
        If they are a what-if's, of which no report is made; else naming the first ten
        fields, what each is and what it should be.
    """
    refuse_what_if(facts)
    problems, everybody = read_facts(facts, run, known, answers)
    _refuse(
        problems,
        f"{run.kommune} {run.year}: the notebook's facts are not those of its snapshot "
        "and parameters/. Take out what it changes on the way from one to the other",
    )
    check_figures(facts, known, answers)
    return everybody


def check_figures(
    facts: Mapping[str, Any], known: Catalogue, answers: Snapshot
) -> None:
    """
    Refuse facts whose numbers are others when a second hand works them out.

    Parameters
    ----------
    facts : mapping
        Of a report, or of a what-if.
    known : Catalogue
        Its folder is read once more.
    answers : Snapshot
        So is its.

    Raises
    ------
    RenderError
        Naming the first ten fields by indicator, kommune and year, what each is, what
        it should be, and the table.
    """
    _refuse(
        read_figures(facts, known, answers),
        f"{facts['run']['kommune']} {facts['run']['year']}: its figures are others "
        "when they are worked out once more. No report is made until asss is mended",
    )


def read_figures(
    facts: Mapping[str, Any], known: Catalogue, answers: Snapshot
) -> list[str]:
    """What in facts is another number than the answers on disk give."""
    level = known.phrases.thresholds.confidence.value
    return arithmetic.false_figures(facts, known.folder, answers.folder, level)


def read_facts(
    facts: Mapping[str, Any],
    run: Run,
    known: Catalogue,
    answers: Snapshot,
) -> tuple[list[str], list[dict[str, Any]]]:
    """What in facts does not follow from their snapshot; and all facts by it."""
    real, everybody = _made_anew(run, known, answers)
    problems = [
        problem
        for part in dict.fromkeys(["facts", *real, *facts])
        # What the kommune adds is not from the snapshot; it declares itself.
        if part != "own"
        for problem in _differences(part, facts.get(part), real.get(part))
    ]
    # What was reported first: means and sentences are wrong for its sake.
    return sorted(problems, key=lambda one: ", value: " not in one), everybody


def read_report(
    folder: Path,
    facts: Mapping[str, Any],
    known: Catalogue,
    formats: Collection[str],
    everybody: Iterable[Mapping[str, Any]] = (),
) -> list[str]:
    """
    What is wrong with a finished report, whoever made it: all that is read back of it.

    Parameters
    ----------
    folder : Path
        Where its files lie.
    facts : mapping
        What its facts.json holds.
    known : Catalogue
    formats : collection of str
        What it was made as.
    everybody : iterable of mapping
        See :func:`asss.formats.readback.package.read`.
    """
    html = (folder / HTML_NAME).read_text("utf-8") if "html" in formats else None
    pdf = (folder / PDF_NAME).read_bytes() if "pdf" in formats else None
    docx = (folder / DOCX_NAME).read_bytes() if "docx" in formats else None
    problems = _said(facts, known, html=html, pdf=pdf, docx=docx)
    return problems + read_exports(folder, facts, known, formats, everybody)


def check_exports(
    folder: Path,
    facts: Mapping[str, Any],
    known: Catalogue,
    formats: Collection[str],
    everybody: Iterable[Mapping[str, Any]],
) -> None:
    """
    Refuse files for other programs that do not hold what the facts are.

    Raises
    ------
    RenderError
        Naming the first ten cells, each with what it is and what it should be.
    """
    _refuse(
        read_exports(folder, facts, known, formats, everybody),
        f"{facts['run']['kommune']} {facts['run']['year']}: the files for other "
        "programs do not hold what its facts are",
    )


def check(
    facts: Mapping[str, Any],
    known: Catalogue,
    *,
    html: str | None = None,
    pdf: bytes | None = None,
    docx: bytes | None = None,
) -> None:
    """
    Refuse a report that does not say what its facts say.

    Parameters
    ----------
    facts : mapping
        What facts.json holds.
    known : Catalogue
        With what is supposed, where that is a what-if.
    html, pdf, docx : str, bytes, bytes, optional
        Those that were made.

    Raises
    ------
    RenderError
        Naming the first ten problems, each with its place.
    """
    _refuse(
        _said(facts, known, html=html, pdf=pdf, docx=docx),
        f"{facts['run']['kommune']} {facts['run']['year']}: the finished report does "
        "not say what its facts say",
    )


def _said(
    facts: Mapping[str, Any],
    known: Catalogue,
    *,
    html: str | None,
    pdf: bytes | None,
    docx: bytes | None,
) -> list[str]:
    """What is wrong with a report's sentences, and of what was made."""
    known = _as_told(facts, known)
    expected = expect(facts, known)
    problems = [*false_sentences(facts, known), *false_comments(facts, known)]
    problems += [*false_groups(facts, known), *own.false_own(facts, known)]
    if known.supposed and not expected.title.startswith(known.supposed.title):
        problems.append(f"facts.json: «{expected.title}» does not say what is supposed")
    added = own.added(facts, known)
    if html is not None:
        problems += _page(html, expected, facts, known)
    if pdf is None and docx is None:
        return problems
    # What is told on the page has been read: it need not be worked out again.
    told = (
        figures.texts(facts, known)
        if html is None
        else figures.told(own.taken_off(html))
    )
    wanted = _table_of(facts, known)
    if pdf is not None:
        problems += paper.read(pdf, expected, known, told, html, added, wanted)
    if docx is not None:
        accounted = Accounted(facts, known)
        problems += document.read(docx, expected, accounted, known, wanted, told, added)
    return problems


def check_index(html: str, told: Told, areas: Sequence[Catalogue]) -> None:
    """
    Refuse the index of a year that does not say what its reports say.

    Raises
    ------
    RenderError
        Naming the first ten lines, each with what it is and what it should be.
    """
    _refuse(
        index.read(html, told, areas),
        f"{told.year}: the index does not say what its reports say",
    )


def check_review(
    facts: Mapping[str, Any], known: Catalogue, html: str, answers: Snapshot
) -> None:
    """
    Refuse a reviewer's edition whose figures do not show what the facts say.

    Raises
    ------
    RenderError
        Naming the first ten problems, each with its place.
    """
    run = facts["run"]
    _refuse(
        read_review(html, facts, known, answers),
        f"{run['kommune']} {run['year']}: the reviewer's edition does not show what "
        "the facts say",
    )


def _page(
    html: str, expected: Expected, facts: Mapping[str, Any], known: Catalogue
) -> list[str]:
    """What is wrong with a page: first its figures, each of which is one thing."""
    read = [f"{HTML_NAME}: {fault}" for fault in own.read(html, facts, known)]
    whole, html = html, own.taken_off(html)
    read += figures.read(html, facts, known)
    try:
        root = markup.page(html, known.phrases.words)
    except RenderError as error:
        return [*read, f"{HTML_NAME}: {error}"]
    kind = sight.OF_ALL if facts["run"]["kommune"] in SHARED else sight.PAGE
    looks = (*sight.strange_looks(whole, kind), *sight.hidden(root))
    looks += (*sight.misnamed(root, known), *webpage.untranslated(root, known.prose))
    looks += (*ways.false_ways(root, known),)
    if facts["run"]["kommune"] == METHOD:
        looks += (*false_terms(root, known.phrases.words),)
    read += [f"{HTML_NAME}: {fault}" for fault in looks]
    if facts["run"]["kommune"] == NETWORK:
        read += members.read(root, facts, known)
    if facts["run"]["kommune"] not in SHARED:
        read += table.read(root, facts, known)
    return [*read, *webpage.read(root, expected, Accounted(facts, known))]


def _refuse(problems: Sequence[str], what: str) -> None:
    if problems:
        lines = [f"  - {problem}" for problem in problems[:SHOWN]]
        if len(problems) > SHOWN:
            lines.append(f"  and {len(problems) - SHOWN} more.")
        msg = f"{what}:\n" + "\n".join(lines)
        raise RenderError(msg)


def _made_anew(
    run: Run, known: Catalogue, answers: Snapshot
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What facts.json holds of an untouched notebook; and everybody's facts."""
    # Pandas is loaded here, and not with this.
    from asss.analysis import findings, indexing, network, sources
    from asss.analysis.facts import follow, gather_network
    from asss.page import sections

    known = known.for_report(run.kommune, run.year)
    if run.kommune not in SHARED:
        followed = follow(known, run, answers)
        said = sections.facts(findings.conclude(followed, known), known)
        return said.content, [vars(fact) for fact in followed.facts.values()]
    observations = sources.load_observations(known, answers, until=run.year)
    rows = indexing.index_to_network(observations, rule=known.mean_rule)
    if run.kommune == METHOD:
        from asss.page import method

        book = gather_network(rows, known, run, answers)
        told = method.facts(book, known)
    else:
        from asss.page import overview

        assessed = network.assess(rows, known, run, answers)
        book, told = assessed.book, overview.facts(assessed, known)
    return told.content, [vars(fact) for fact in book.facts.values()]


def _differences(place: str, claimed: Any, real: Any) -> Iterator[str]:
    if claimed == real:
        return
    if isinstance(claimed, dict) and isinstance(real, dict):
        for key in dict.fromkeys([*real, *claimed]):
            yield from _differences(f"{place}, {key}", claimed.get(key), real.get(key))
    elif isinstance(claimed, list) and isinstance(real, list):
        if len(claimed) != len(real):
            yield f"{place}: are {len(claimed)}, and should be {len(real)}"
        for number, (one, other) in enumerate(zip(claimed, real, strict=False)):
            named = other.get("id", number) if isinstance(other, dict) else number
            yield from _differences(f"{place}, {named}", one, other)
    else:
        yield f"{place}: is {claimed!r}, and by its snapshot {real!r}"

"""
A report on the workbench: its tables as frames, its parts as blocks of the page.

What notebooks and analysts do with one report, in the process that they are in. What is
printed is made by :mod:`asss.runs.report`, which also reads it back.
"""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import asss
from asss import figures, outputs
from asss.analysis import findings, frames, indexing, network, robustness
from asss.analysis.facts import Fact, gather_network
from asss.analysis.findings import Findings
from asss.analysis.frames import Parameters
from asss.analysis.need import Need, decompose
from asss.analysis.network import NetworkFindings
from asss.analysis.tables import check_indexed
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.knowledge import Forbehold
from asss.catalogue.parameters import (
    BOKMAL,
    LATEST,
    METHOD,
    NETWORK,
    SHARED,
    Run,
    check_model,
    fold,
)
from asss.catalogue.supposition import Mean, suppose
from asss.errors import RenderError, UsageError, bullets, counted, expect
from asss.figures import Picture
from asss.outputs import FACTS_NAME, HTML_NAME, PDF_NAME, WHAT_IF_FOLDER
from asss.page import keyfigures, method, overview, own, sections, text
from asss.page.blocks import BLOCK_MIME, Block, Blocks
from asss.page.own import Own
from asss.page.record import FactsFile, dump_facts
from asss.page.sections import Illustrated
from asss.runs import manifest
from asss.runs.explanation import Explanation, Printed
from asss.statbank import Snapshot

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = [
    "Explanation",
    "KommuneReport",
    "MethodReport",
    "NetworkReport",
    "Preview",
    "Report",
    "WhatIf",
    "asked",
    "assess",
    "render_what_if",
    "report",
]

#: What may be asked beside the limits of fraser.yaml, which are numbers.
LISTS, MEAN = ("members", "without"), "mean"

#: Where a page leads to the folder of its service area, or to that of its year.
ABOVE = re.compile(r'href="\.\./(?P<of_year>\.\./)?')


@dataclass(frozen=True)
class Preview:
    """
    A page as it would be, for the eye: it is not read back, and not for print.

    Dates and status are those given to :func:`asss.report`, and not those that a file
    in ``parameters/rapporter/`` gives to ``asss render``.
    """

    html: str = field(repr=False)

    def _repr_html_(self) -> str:
        page = html.escape(self.html)
        return f'<iframe srcdoc="{page}" width="100%" height="800"></iframe>'


def _plainly(told: pd.DataFrame) -> pd.DataFrame:
    """With rules by their names, as facts.json has them."""
    return told.assign(rule=[str(rule) for rule in told["rule"]])


@dataclass(frozen=True, repr=False, eq=False)
class Report:
    """
    One report: what it stands on, what it says, and the parts of its page.

    Attributes
    ----------
    found : Findings or NetworkFindings
    known : Catalogue
    indexed : DataFrame, key = (indicator, kommune, year)
        What it was concluded from; see :func:`asss.index_to_network`.
    """

    found: Findings | NetworkFindings
    known: Catalogue
    indexed: pd.DataFrame

    def __repr__(self) -> str:
        """In a line: whose, and how much."""
        said = counted(len(self.found.statements), "sentence")
        return f"Report({self.title}: {counted(len(self.facts), 'fact')}, {said})"

    def _repr_html_(self) -> str:
        return self.heading()._repr_html_()

    @property
    def title(self) -> str:
        """The one heading of the first level."""
        raise NotImplementedError

    def heading(self) -> Block:
        """Title, dates, status, what concerns the whole page, and the main findings."""
        raise NotImplementedError

    def content(self) -> FactsFile:
        """Everything the report rests on, as it is written to facts.json."""
        raise NotImplementedError

    def see_also(self) -> Block:
        """Where definitions, sources and everybody's forbehold are: a line."""
        return method.see_also(self.found.book, self.known)

    @cached_property
    def facts(self) -> pd.DataFrame:
        """The figures of whom the report is on, all years, as :func:`asss.load`'s."""
        told = frames.tidy(self.indexed, self.known)
        return told[told["kommune_id"].isin(self.found.book.kommuner)]

    @property
    def statements(self) -> pd.DataFrame:
        """What is said before it has words: chapter, rule, details, ids of facts.

        ``details`` is what the phrase of the rule is filled with, each field by its
        name: ``distance = 7 % | more = mer``.
        """
        rows = [
            [
                *(said.chapter, said.rule),
                " | ".join(
                    f"{name} = {written}"
                    for name, written in text.filled(said.details, self.known).items()
                ),
                said.facts,
            ]
            for said in self.found.statements
        ]
        columns = ["chapter", "rule", "details", "facts"]
        return _plainly(pd.DataFrame(rows, columns=columns))

    @cached_property
    def sentences(self) -> pd.DataFrame:
        """The same in words: chapter, text, rule, ids of facts."""
        said = [text.sentence(one, self.known) for one in self.found.statements]
        columns = ["chapter", "text", "rule", "facts"]
        return _plainly(pd.DataFrame([vars(one) for one in said], columns=columns))

    @property
    def findings(self) -> pd.DataFrame:
        """What was thought worth saying, told or not, and why: as in facts.json."""
        return pd.DataFrame([dict(one) for one in self.content().findings])

    @property
    def _rows(self) -> pd.DataFrame:
        """The facts that stand in Tabell 1."""
        names = [one.short_name for one in self.known.service.indicators]
        return self.facts[self.facts["indicator"].isin(names)]

    @property
    def table(self) -> pd.DataFrame:
        """Tabell 1 in numbers: a row for each indicator, in its order."""
        raise NotImplementedError

    @property
    def forbehold(self) -> pd.DataFrame:
        """Every forbehold on any of its figures, as :func:`asss.forbehold`'s."""
        entries = self.found.book.all_forbehold(self.known)
        return frames.frame_of(entries, Forbehold)

    def explain(self, what: str | int | Fact) -> Explanation:
        """
        Why a number or a sentence is printed, and where its figures are from.

        Parameters
        ----------
        what : str, int or Fact
            A number as it is printed, such as ``21 %``, with more words where it is
            printed of several; a sentence, its row in :attr:`sentences`; a fact or its
            id.

        Returns
        -------
        explanation : Explanation
            With ``facts``, ``members`` (the mean, part by part), ``limits`` and
            ``cells`` as frames.

        Raises
        ------
        UsageError
            If it is not in the report, or there of more than one figure; the message
            names the nearest, or each.

        Examples
        --------
        >>> import asss
        >>> report = asss.report("trondheim", 2020, snapshot="embedded")
        >>> why = report.explain("21 %")
        >>> why.quantity
        'distance of Netto driftsutgifter sosialtjenesten, Trondheim 2020'
        >>> why.how
        'value / mean · 100 − 100 = −20,65, of 4 997,52 and 6 298,07'
        >>> why.rule
        'spending'
        >>> why.facts.loc["basis"].to_list()
        ['reconstructed']
        >>> round(float(why.members["part"].sum()), 2)
        6298.07
        """
        said = list(self.sentences["text"])
        book, told = self.found.book, self.found.statements
        return Printed(book, self.known, told, said, self.indexed).explain(what)

    def preview(self, *added: Block) -> Preview:
        """
        The page as it would be: the notebook's cells for the page, for this report.

        Parameters
        ----------
        *added : Block
            What is not in the notebook, such as a figure of the kommune's own: it
            stands before the last cell of the page.

        Raises
        ------
        RenderError
            If a cell of the page needs more than `asss` and `report`.
        """
        import nbformat

        from asss.formats import conversion

        run, root = self.found.book.run, self.known.folder.parent
        template = manifest.template_of(run, root)
        written = nbformat.read(template, as_version=4)  # type: ignore[no-untyped-call]
        notebook = conversion.in_language(written, self.known)
        names = {"asss": asss, "report": self}
        on_page = [
            cell
            for cell in notebook.cells
            if cell.cell_type == "code" and "rapport" in cell.metadata.get("tags", [])
        ]
        for cell in on_page:
            try:
                shown = eval(cell.source, names)
            except (NameError, SyntaxError) as error:
                msg = (
                    f"{template.name}: {cell.source.strip()!r} is more than one "
                    f"expression of `asss` and `report` ({error}), and cannot be "
                    "previewed. Use asss render."
                )
                raise RenderError(msg) from error
            parts = shown if isinstance(shown, Blocks) else (shown,)
            cell.outputs = [_output(one) for one in parts]
        if added:
            on_page[-1].outputs[:0] = [_output(one) for one in added]
        return Preview(conversion.to_html(notebook, self.content().content, self.known))


def _output(shown: Block) -> "NotebookNode":
    """A block as the output of a cell."""
    import nbformat

    made: NotebookNode = nbformat.v4.new_output(  # type: ignore[no-untyped-call]
        "display_data", {BLOCK_MIME: {"html": shown.html}}
    )
    return made


@dataclass(frozen=True, repr=False, eq=False)
class KommuneReport(Report):
    """A report on one kommune."""

    found: Findings

    @property
    def title(self) -> str:
        """The one heading of the first level."""
        return sections.title(self.found, self.known)

    def content(self) -> FactsFile:
        """Everything the report rests on, as it is written to facts.json."""
        return sections.facts(self.found, self.known)

    def heading(self) -> Block:
        """Title, dates, status, what concerns the whole page, and the main findings."""
        return sections.heading(self.found, self.known)

    def key_figures(self) -> Block:
        """Tabell 1: three years, the network's mean, lowest and highest, and rank."""
        return keyfigures.key_figures(self.found, self.known)

    def profile(self, *, figure: int) -> Illustrated:
        """The service profile, as the figure of that number."""
        drawn = figures.profile(self.found.book, self.known)
        return sections.figure(
            drawn,
            self.known,
            number=figure,
            caption=self.known.phrases.words["caption_profile"],
        )

    def chapter(self, chapter: str, *, figure: int) -> Illustrated:
        """A chapter: what is said, of what over the years, and people's comment."""
        book = self.found.book
        told = (*self.found.about(chapter), *self.found.statements)
        only = [book.by_id[name].indicator for one in told for name in one.facts]
        drawn = figures.development(
            book,
            self.known,
            chapter=chapter,
            only=list(dict.fromkeys(only)),
            titles=text.titles(self.found, self.known, chapter=chapter),
        )
        after, waterfall = self._need_chapters, None
        if self._need and chapter == after[0]:
            waterfall = figures.need(book, self.known, self._need)
        return sections.chapter(
            self.found,
            self.known,
            chapter,
            drawn=drawn,
            number=figure + (chapter in after[1:]),
            waterfall=waterfall,
        )

    def chapters(self) -> Blocks:
        """Every chapter after its heading; the profile is figure 1, theirs follow."""
        parts: list[Block] = []
        for number, one in enumerate(self.known.service.chapters, start=2):
            parts += [sections.opening(one), self.chapter(one.id, figure=number)]
        return Blocks(tuple(parts))

    @cached_property
    def _need(self) -> Need | None:
        """How need is corrected for, where its parts are given: a figure more."""
        return decompose(self.found.book, self.known)

    @property
    def _need_chapters(self) -> tuple[str, ...]:
        """The chapter with that figure, and those after it, whose are one further."""
        service, need = self.known.service, self._need
        names = [one.id for one in service.chapters]
        first = [
            place
            for place, name in enumerate(names)
            if need and need.corrected in [one.id for one in service.in_chapter(name)]
        ]
        return tuple(names[first[0] :]) if first else ()

    def own_figure(
        self,
        drawn: object,
        *,
        caption: str,
        alt: str,
        source: str,
        data: pd.DataFrame,
        decimals: int | Mapping[str, int] | None = None,
        figure: int | None = None,
    ) -> Own:
        """
        A figure of the kommune's own, marked as such.

        Parameters
        ----------
        drawn : matplotlib Axes or Figure, seaborn grid, or str
            Text is SVG. A raster is refused.
        caption, alt, source : str
            What it is called; what is told to who does not see it, with the kommune and
            the year in it; and where the numbers are from.
        data : DataFrame
            Every number that the figure shows; only the scales of its axes, and facts
            of the report, may be beside them.
        decimals : int or mapping of column to int, optional
            With how many they are written in the figure. Without it as many as they
            have, two at most.
        figure : int, optional
            Its number: the first after the report's own, unless it is said.

        Raises
        ------
        UsageError
            Naming each number that is not declared, and whatever is missing.
        """
        number = figure or len(self.known.service.chapters) + 2 + bool(self._need)
        record = own.declare(
            "figure",
            data,
            number=number,
            caption=caption,
            alt=alt,
            source=source,
            decimals=decimals,
        )
        svg = figures.adopt(drawn, f"egen-{number}")
        return self._checked(own.figure(svg, record, self._file, self.known))

    def own_table(
        self,
        frame: pd.DataFrame,
        *,
        caption: str,
        source: str,
        units: str | Mapping[str, str] = "",
        decimals: int | Mapping[str, int] | None = None,
        table: int = 2,
    ) -> Own:
        """
        A table of the kommune's own, marked as such, as :meth:`own_figure` is.

        Parameters
        ----------
        frame : DataFrame
            Names of rows as its index, or as its first column. A missing number has its
            sign in its place: «.», «..» or «:».
        units, decimals : one for all numbers, or mapping of column
            As they are printed.
        table : int
            Its number.

        Raises
        ------
        UsageError
            Naming each cell that has neither number nor sign, and whatever is missing.

        Examples
        --------
        >>> import asss, pandas as pd
        >>> report = asss.report("trondheim", 2020, snapshot="embedded")
        >>> counted = pd.DataFrame({"saker": [1204, ":"]}, index=["Sentrum", "Heimdal"])
        >>> made = report.own_table(counted, caption="Saker i 2020", source="Gerica")
        >>> made.record.rows
        [['Sentrum', 1204], ['Heimdal', ':']]
        """
        record = own.declare(
            "table",
            frame,
            number=table,
            caption=caption,
            source=source,
            units=units,
            decimals=decimals,
        )
        return self._checked(own.table(record, self._file, self.known))

    def own_text(self, written: str) -> Own:
        """
        A text of the kommune's own, marked as such: Markdown without numbers.

        A figure is referred to by its indicator, ``{{ fact: andel_mottakere_18_66 }}``,
        or by one of the fields of a fact, ``{{ fact: andel_mottakere_18_66.rank }}``,
        and stands with its unit and its mark. Its forbehold follow the text. Years,
        dates and paragraphs of laws may be written as they are.

        Raises
        ------
        UsageError
            Naming each reference to no fact, with the nearest, and each other number.
        """
        return self._checked(own.text(written, self._file, self.known))

    @cached_property
    def _file(self) -> FactsFile:
        return self.content()

    def _checked(self, made: Own) -> Own:
        """Refuse at once what no report would be made with."""
        if self.known.supposed:
            msg = "A what-if has nothing of the kommune's own; ask the report printed."
            raise UsageError(msg)
        from asss.formats import readback

        facts = {**self._file.content, "own": [made.record.model_dump(mode="json")]}
        problems = readback.read_own(made.html, facts, self.known)
        if problems:
            msg = f"It cannot stand in a report:{bullets(problems)}"
            raise UsageError(msg)
        return made

    def what_if(
        self,
        *,
        members: Iterable[str] | None = None,
        without: Iterable[str] = (),
        mean: Mean | None = None,
        thresholds: Mapping[str, float] | None = None,
    ) -> "WhatIf":
        """
        What the report would say of another group, by another mean, or other limits.

        Parameters
        ----------
        members, without : iterable of str
            Those whose figures make the mean, or do not, by id or name. The kommune is
            held against the mean whether it is in it or not.
        mean : "plain", "weighted" or "others"
            Plain: all weigh the same. Weighted: by numerators and denominators; what
            has none keeps the weights of its year. Both are of the whole group. Others:
            of all but the kommune itself.
        thresholds : mapping of str to float
            Limits of ``fraser.yaml``, by their ids.

        Raises
        ------
        UsageError
            Naming what is unknown, each with the nearest; or if nobody is left.

        Examples
        --------
        >>> import asss
        >>> report = asss.report("trondheim", 2020, snapshot="embedded")
        >>> cities = report.what_if(members=["bergen", "tromso", "trondheim"])
        >>> cities.title
        'Hva om: snittet for Bergen, Tromsø og Trondheim'
        >>> cities.facts.loc["Livsopphold (f281)", "side"].to_list()
        ['below', 'above']
        >>> report.what_if(mean="plan")
        Traceback (most recent call last):
            ...
        asss.errors.UsageError: mean: unknown mean 'plan'. Did you mean plain?
        """
        if self.known.supposed:
            msg = "This is a what-if already; ask the report that is printed."
            raise UsageError(msg)
        book = self.found.book
        known = suppose(
            self.known,
            book.member.id,
            book.run.year,
            members=members,
            without=without,
            mean=mean,
            thresholds=thresholds,
        )
        indexed = robustness.set_against(self.indexed, known)
        # It has never been published.
        run = book.run.model_copy(update={"published": "", "changed": ""})
        found = findings.assess(indexed, known, run, book.snapshot)
        return WhatIf(self, KommuneReport(found, known, indexed))

    @property
    def table(self) -> pd.DataFrame:
        """
        Tabell 1 in numbers, as Excel takes them; key = indicator.

        Columns: the years' values, mean, index, rank, n, unit, sign and bases of the
        report's year, the forbehold by their labels, and last the sign and basis of
        each year before.
        """
        book = self.found.book
        shown = self._rows[self._rows["year"].isin(book.years)]
        # Two figures in one place would be averaged by pivot_table.
        wide = {
            name: shown.pivot(index="indicator", columns="year", values=name)  # noqa: PD010
            for name in ("value", "sign", "basis")
        }
        latest = shown[shown["year"] == book.run.year].set_index("indicator")
        told = ["mean", "index", "rank", "n", "unit", "sign", "basis", "distance_basis"]
        labels = {entry.id: entry.label for entry in self.known.forbehold}
        notes = ["; ".join(labels[one] for one in ids) for ids in latest["forbehold"]]
        latest = latest[told].assign(forbehold=notes)
        earlier = {
            f"{name} {year}": wide[name][year]
            for year in book.years[:-1]
            for name in ("sign", "basis")
        }
        return wide["value"].join(latest).assign(**earlier)


#: What is shown of the figures that change; all of it is in the table.
TOLD_OF_FACTS = ("mean", "distance", "rank", "side")


@dataclass(frozen=True, repr=False, eq=False)
class WhatIf:
    """
    A report as it would be, were something else than it is, beside the one printed.

    Attributes
    ----------
    printed : KommuneReport
    report : KommuneReport
        With blocks and figures that each say what is supposed. Nothing prints, keeps
        or exports it but ``asss render --what-if``.
    """

    printed: KommuneReport
    report: KommuneReport

    @property
    def title(self) -> str:
        """What is supposed: «Hva om: …»."""
        supposed = self.report.known.supposed
        return supposed.title if supposed else ""

    @cached_property
    def facts(self) -> pd.DataFrame:
        """The kommune's figures of the year that change, key = indicator.

        Columns of two levels: value, mean, index, distance, rank and side (of the mean,
        as printed), each ``printed`` and ``what_if``.
        """
        told = robustness.changed_facts(self.printed.found.book, self.report.found.book)
        names = {one.id: one.short_name for one in self.printed.known.service.figures}
        return told.rename(index=names).rename_axis(columns=[self.title, ""])

    @cached_property
    def sentences(self) -> pd.DataFrame:
        """Findings whose sentences change, key = finding; empty where there is none.

        Columns ``printed`` and ``what_if``: what is said, more than the group's name
        being another.
        """
        printed = _said(self.printed.found, self.printed.known)
        renamed = _said(self.printed.found, self.report.known)
        then = _said(self.report.found, self.report.known)
        rows = {
            name: {"printed": printed.get(name, ""), "what_if": then.get(name, "")}
            for name in dict.fromkeys([*printed, *then])
            if renamed.get(name, "") != then.get(name, "")
        }
        frame = pd.DataFrame.from_dict(
            rows, orient="index", columns=["printed", "what_if"], dtype=object
        )
        return frame.rename_axis(index="finding", columns=self.title)

    @property
    def changes_nothing(self) -> bool:
        """Whether all is as it is printed, as where the official rule is supposed."""
        return self.facts.empty and self.sentences.empty

    def preview(self) -> Preview:
        """The page as it would be, headed by what is supposed; not for print."""
        return self.report.preview()

    def __repr__(self) -> str:
        """In a line: what is supposed, and how much is another."""
        if self.changes_nothing:
            return f"WhatIf({self.title}: nothing changes)"
        facts, said = len(self.facts), len(self.sentences)
        return f"WhatIf({self.title}: {facts} figures and {said} findings change)"

    def _repr_html_(self) -> str:
        parts = [f"<h3>{html.escape(self.title)}</h3>"]
        if self.changes_nothing:
            parts.append(f"<p>{html.escape(repr(self))}</p>")
        with pd.option_context("display.max_colwidth", None, "display.precision", 3):
            # What does not change, and the index that the distance tells, make it wide.
            shown = (self.facts[[*TOLD_OF_FACTS]], self.sentences)
            parts += [frame.to_html() for frame in shown if len(frame)]
        return "".join(parts)


def _said(found: Findings, known: Catalogue) -> dict[str, str]:
    """What is said in each finding, by its id, in the words of a catalogue."""
    return {
        one.id: " ".join(text.sentence(said, known).text for said in one.statements)
        for one in found.findings
    }


@dataclass(frozen=True, repr=False, eq=False)
class NetworkReport(Report):
    """The report on the network as a whole: «ASSS samlet»."""

    found: NetworkFindings

    @property
    def title(self) -> str:
        """The one heading of the first level."""
        return overview.title(self.found, self.known)

    def content(self) -> FactsFile:
        """Everything the report rests on, as it is written to facts.json."""
        return overview.facts(self.found, self.known)

    def heading(self) -> Block:
        """Title, dates, status, what concerns the whole page, and the main findings."""
        return overview.heading(self.found, self.known)

    def matrix(self) -> Block:
        """Tabell 1: every member's figure on every indicator, shaded by its index."""
        return overview.matrix(self.found, self.known)

    def chapter(self, chapter: str) -> Illustrated:
        """A chapter's indicators, each with what is said of it and its figure."""
        book, known = self.found.book, self.known

        def draw(indicator: str) -> Picture:
            return figures.strip(book, known, indicator=indicator)

        return overview.chapter(self.found, known, chapter, draw)

    def chapters(self) -> Blocks:
        """Every chapter after its heading, the first on a new page."""
        parts: list[Block] = []
        for one in self.known.service.chapters:
            parts += [
                sections.opening(one, on_new_page=not parts),
                self.chapter(one.id),
            ]
        return Blocks(tuple(parts))

    @property
    def table(self) -> pd.DataFrame:
        """Tabell 1 in numbers: the figure of every kommune; key = indicator."""
        latest = self._rows[self._rows["year"] == self.found.book.run.year]
        return latest.pivot(  # noqa: PD010
            index="indicator", columns="kommune", values="value"
        )


@dataclass(frozen=True, repr=False, eq=False)
class MethodReport(Report):
    """What all reports of a year stand on: «Om datagrunnlaget i ASSS»."""

    found: NetworkFindings

    @property
    def title(self) -> str:
        """The one heading of the first level."""
        return method.title(self.found.book, self.known)

    def content(self) -> FactsFile:
        """Everything the page rests on, as it is written to facts.json."""
        return method.facts(self.found.book, self.known)

    def part(self, name: str) -> Block:
        """A part of the page by its name, of :data:`asss.page.method.PARTS`."""
        return method.part(name, self.found.book, self.known)

    def heading(self) -> Block:
        """Title, dates, status, and what the page is for."""
        return method.heading(self.found.book, self.known)

    @property
    def table(self) -> pd.DataFrame:
        """Every indicator in words: name, unit, definition and source; key = id."""
        return frames.indicators(parameters=self.known)


def assess(
    indexed: pd.DataFrame, known: Catalogue, run: Run, snapshot: Snapshot
) -> KommuneReport | NetworkReport | MethodReport:
    """
    Decide what a report says of figures that are set against the network.

    Parameters
    ----------
    indexed : DataFrame, key = (indicator, kommune, year)
        See :func:`asss.index_to_network`.
    known : Catalogue
    run : Run
        Whose report, and of which year; see :func:`asss.load_run`.
    snapshot : Snapshot
        Where the figures came from; carried along for the page's sources.

    Raises
    ------
    UsageError
        If the kommune is not a member in the year.
    TableError
        If the table is of another group, or has another mean, than a report says.

    Examples
    --------
    >>> import asss
    >>> run = asss.load_run({"kommune": "oslo", "year": 2020})
    >>> known, answers = asss.load_catalogue(), asss.open_snapshot("embedded")
    >>> reported = asss.observations(run.year, snapshot=answers, parameters=known)
    >>> indexed = asss.index_to_network(reported, rule=known.mean_rule)
    >>> asss.assess(indexed, known, run, answers).title
    'Sosiale tjenester i Oslo 2020'

    Another mean than the network's is nothing that a report can say:

    >>> plain = asss.index_to_network(reported, rule=lambda indicator, year: "plain")
    >>> asss.assess(plain, known, run, answers)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    asss.errors.TableError: ... has the plain mean. ... report.what_if is for.
    """
    expect(Run, run, "run, as from asss.load_run,")
    expect(Snapshot, snapshot, "snapshot, as from asss.open_snapshot,")
    expect(pd.DataFrame, indexed, "indexed, as from asss.index_to_network,")
    check_indexed(indexed)
    known = known.for_report(run.kommune, run.year)
    if run.kommune == METHOD:
        book = gather_network(indexed, known, run, snapshot)
        return MethodReport(NetworkFindings(book, ()), known, indexed)
    if run.kommune == NETWORK:
        found = network.assess(indexed, known, run, snapshot)
        return NetworkReport(found, known, network.against_all(indexed, known))
    concluded = findings.assess(indexed, known, run, snapshot)
    return KommuneReport(concluded, known, indexed)


def report(
    kommune: str,
    year: int,
    *,
    snapshot: str | Snapshot = LATEST,
    parameters: Parameters = None,
    service: str | None = None,
    language: str = BOKMAL,
    **others: str,
) -> KommuneReport | NetworkReport | MethodReport:
    """
    One report, from figures to sentences.

    Parameters
    ----------
    kommune : str
        Id or name of a member; ``asss`` for the network as a whole, and
        ``om-datagrunnlaget`` for what all reports of the year stand on.
    year : int
        The data year.
    snapshot, parameters
        As for :func:`asss.load`.
    service : str, optional
        The service area that it is on: sosiale tjenester, where there are more than
        one and `parameters` is not a catalogue that has been read.
    language : str
        Of its words, likewise.
    **others : str
        Other parameters of a run, such as ``published``.

    Returns
    -------
    report : KommuneReport, NetworkReport or MethodReport
        Its ``facts``, ``statements``, ``sentences``, ``table`` and ``forbehold`` are
        frames; ``explain`` says why a sentence is said, ``preview`` shows the page.

    Raises
    ------
    UsageError
        If there is no such kommune, year, service area, snapshot or language, or one of
        `others` is wrong.
    ParameterError
        If ``parameters/`` is wrong.

    Examples
    --------
    >>> import asss
    >>> report = asss.report("Trondheim", 2020, snapshot="embedded")
    >>> report
    Report(Sosiale tjenester i Trondheim 2020: 114 facts, 13 sentences)
    >>> report.sentences.loc[5, ["rule", "facts"]].to_list()
    ['level_ranked', ('trondheim-2020-andel_hovedinntekt_6mnd',)]
    >>> asss.report("tronheim", 2020)
    Traceback (most recent call last):
        ...
    asss.errors.UsageError: Unknown kommune 'tronheim'. Did you mean trondheim?
    """
    expect(str, kommune, 'kommune, such as "oslo",')
    expect(int, year, "year, such as 2020,")
    expect(str, language, 'language, such as "nb",')
    known = frames.read_parameters(parameters, service=service, language=language)
    whose = kommune if kommune in SHARED else known.network.member(kommune).id
    of = {"service": known.service.service, "language": known.language}
    given = {"kommune": whose, "year": year, **of, **others}
    problems: list[str] = []
    run = check_model(Run, given, file="asss.report", problems=problems)
    if run is None:
        raise UsageError("\n".join(problems))
    answers = frames.open_snapshot(snapshot, parameters=known)
    reported = frames.observations(year, snapshot=answers, parameters=known)
    indexed = indexing.index_to_network(reported, rule=known.mean_rule)
    return assess(indexed, known, run, answers)


# -- a what-if on disk -----------------------------------------------------------------
# Apart from all reports, and marked on every page. Nothing of what keeps reports knows
# of it: it has no manifest, no entry in the ledger, no place in an index and no
# exports, and its facts are refused by all of these.


def asked(options: Sequence[str]) -> dict[str, Any]:
    """
    What is supposed, of what stands in a command.

    Raises
    ------
    UsageError
        If one is not ``key=value``, or stands twice.

    Examples
    --------
    >>> asked(["without=oslo,Bærum", "near_mean=10"])
    {'without': ['oslo', 'Bærum'], 'thresholds': {'near_mean': 10.0}}
    """
    given: dict[str, Any] = {}
    limits: dict[str, float] = {}
    for option in options:
        key, sign, value = option.partition("=")
        if not sign or key in {*given, *limits}:
            msg = (
                f"--what-if {option}: write each as without=oslo,baerum, "
                "members=bergen,tromso, mean=plain or near_mean=10, and once."
            )
            raise UsageError(msg)
        if key in LISTS:
            given[key] = [name for name in value.split(",") if name]
        elif key == MEAN:
            given[key] = value
        else:
            limits[key] = _number(key, value)
    return given | ({"thresholds": limits} if limits else {})


def _number(key: str, value: str) -> float:
    try:
        return float(value.replace(",", "."))
    except ValueError:
        msg = f"--what-if {key}={value}: is no number."
        raise UsageError(msg) from None


def render_what_if(
    run: Run, options: Sequence[str], *, parameters: Parameters, output: Path
) -> Path:
    """
    Write the page, the PDF and the facts of a what-if, read back as a report is.

    Parameters
    ----------
    run : Run
        Of one kommune.
    options : sequence of str
        See :func:`asked`.
    output : Path
        The place for outputs; all is put under ``hva-om/`` there, by year and service
        area as reports are.

    Returns
    -------
    folder : Path

    Raises
    ------
    UsageError
        If the run is not on a kommune, or what is asked is not known.
    RenderError
        If what was made does not say what its facts say.
    """
    from asss.formats import readback, typesetting

    given = asked(options)
    details = run.model_dump(exclude={"kommune", "year"})
    printed = report(run.kommune, run.year, parameters=parameters, **details)
    if not isinstance(printed, KommuneReport):
        msg = f"--what-if is of one kommune, and {run.kommune} is none."
        raise UsageError(msg)
    supposed = printed.what_if(**given).report
    facts = supposed.content().content
    html = supposed.preview().html
    led = ABOVE.sub(lambda found: _led(found, run), html)
    pdf = typesetting.to_pdf(led)
    readback.check_figures(facts, supposed.known, supposed.found.book.snapshot)
    readback.check(facts, supposed.known, html=html, pdf=pdf)
    name = "-".join([run.kommune, *map(_plain, options)])
    place = output / WHAT_IF_FOLDER
    target = outputs.folder(place, run.year, run.service, name)
    with outputs.workplace(target) as work:
        dump_facts(facts, work / FACTS_NAME)
        (work / HTML_NAME).write_text(led, encoding="utf-8")
        (work / PDF_NAME).write_bytes(pdf)
        outputs.put(work, target)
    return target


def _led(found: re.Match[str], run: Run) -> str:
    """A link as it leads from a what-if: its folders lie beside those of the years."""
    area = "" if found["of_year"] else f"{run.service}/"
    return f'href="../../../../{run.year}/{area}'


def _plain(option: str) -> str:
    """An option as part of a name: without=oslo,Bærum is without-oslo-baerum."""
    words = "".join(sign if sign.isalnum() else " " for sign in fold(option)).split()
    return "-".join(words)

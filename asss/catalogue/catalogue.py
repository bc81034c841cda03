"""
What we know: indicators, measures, forbehold, phrases, manual figures and comments.

Reads everything under ``parameters/`` once, checks it against itself and freezes it.
All problems in all files are reported together. Knows nothing of SSB's format and
computes nothing. Imports ``parameters`` and ``errors``.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from html import escape
from itertools import combinations, pairwise, product
from pathlib import Path
from types import NoneType
from typing import Any

from asss.catalogue import language as writing
from asss.catalogue import markdown, parameters, translation
from asss.catalogue.formula import Formula, Term
from asss.catalogue.knowledge import (
    NEED_PARTS,
    SERVICE_FILE,
    Comment,
    Forbehold,
    ForbeholdFile,
    Indicator,
    Kind,
    ManualFigure,
    MeanPeriod,
    MeanRule,
    NeedFigure,
    OwnForbehold,
    OwnPhrases,
    Phrases,
    Service,
    StatBankSettings,
    Supposition,
    Table,
    is_of_others,
    mean_of,
    weighing,
)
from asss.catalogue.language import half_up
from asss.catalogue.parameters import (
    BOKMAL,
    EVERY,
    NETWORK,
    SERVICE,
    SHARED,
    Network,
    NumberPeriod,
    Run,
    Span,
)
from asss.catalogue.rules import Rule
from asss.catalogue.translation import OwnTranslation, Translation
from asss.errors import ParameterError, UsageError, counted, expect

__all__ = [
    "MANUAL_FOLDER",
    "OWN",
    "Catalogue",
    "Effects",
    "load_all",
    "load_catalogue",
    "of_runs",
    "read_number",
    "service_named",
    "services",
    "unread",
]

MANUAL_FOLDER = "manuelle"
COMMENT_FOLDER = "kommentarer"
#: What the correction for need is made of.
NEED_FILE = "behov.csv"
FORBEHOLD_FILE = "forbehold.yaml"
STATBANK_FILE = "statbank.yaml"

#: The unit of a measure that counts people.
PERSONS = "personer"

#: Those of one that is a part of another.
SHARES = ("prosent", "andel")

#: The parts of a service area that its indicators and sections name.
PARTS = ("sections", "chapters", "groups")

#: The files that are read whatever the service area, and those of each in its folder.
#: Any other is reported by `asss check`.
READ = (
    *(parameters.NETWORK_FILE, FORBEHOLD_FILE, STATBANK_FILE),
    *("fraser.yaml", "fraser.*.yaml", f"{parameters.RUN_FOLDER}/*.yaml"),
)
OWN = (
    *(SERVICE_FILE, FORBEHOLD_FILE, "fraser.yaml", "fraser.*.yaml"),
    *(f"{MANUAL_FOLDER}/*.csv", f"{COMMENT_FOLDER}/*/*.md", NEED_FILE),
)

#: Where all of them lay when there was one service area, and where they lie now.
MOVED = {
    "indikatorer": f"indikatorer/<name>.yaml to <name>/{SERVICE_FILE}",
    MANUAL_FOLDER: f"{MANUAL_FOLDER}/ to <name>/{MANUAL_FOLDER}/",
    COMMENT_FOLDER: f"{COMMENT_FOLDER}/ to <name>/{COMMENT_FOLDER}/",
}

#: Words of what people say in the midst of our text. Longer, it drowns the finding.
LONGEST_CAUSE = 45

#: Who speaks in a text that says so itself, be it by telling what they do.
SPEAKER = re.compile(r"\b(?:[Kk]ommunens?|ASSS|KS)\b")

#: Letters that look like a space, or like nothing, and break searches and joins.
#: The hard space U+00A0 is meant, and stands only where a phrase needs it.
INVISIBLE = re.compile("[\u200b-\u200f\u202f\u2060\ufeff\u00ad]")

#: What a file of manual figures must tell; where it is named for a measure, not that.
COLUMNS = frozenset(
    name for name, field in ManualFigure.model_fields.items() if field.is_required()
) - {"measure", "file"}

#: The same of what the correction for need is made of.
NEED_COLUMNS = frozenset(NeedFigure.model_fields) - {"file"}

#: What may be withheld of a change, the strictest first.
CHANGES = ("withheld", "reserved", "doubted")

NUMBER = re.compile(r"[-\u2212]?[0-9]{1,15}(?:[.,][0-9]{1,15})?")
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
GROUPED = re.compile(r"[-\u2212]?[0-9]{1,3}\.[0-9]{3}")
NORWEGIAN_DAY = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")


@dataclass(frozen=True)
class Effects:
    """What all forbehold on a figure together do to it."""

    is_shown: bool
    has_distance: bool
    in_mean: bool
    is_mean_usable: bool
    change: str
    has_place: bool = True


@dataclass(frozen=True)
class Catalogue:
    """Everything under ``parameters/`` for one service area, cross-checked.

    ``prose`` is the notebooks' Markdown in ``language``, where that is not bokmål;
    ``untranslated`` is what a whole report lacks in it, in lines for people;
    ``broken`` is what is wrong with the comments on a kommune and year, likewise;
    ``supposed`` is what in it is not so, but supposed: see
    :func:`asss.catalogue.supposition.suppose`; ``told_before`` are the phrases as they
    are in ``parameters/``, where :meth:`for_report` has put others in their place.
    """

    folder: Path
    network: Network
    service: Service
    kinds: Mapping[str, Kind]
    forbehold: tuple[Forbehold, ...]
    phrases: Phrases
    manual: Mapping[tuple[str, str, int], ManualFigure]
    need: Mapping[tuple[str, str, int], NeedFigure]
    comments: tuple[Comment, ...]
    broken: Mapping[tuple[str, int], tuple[str, ...]]
    statbank: StatBankSettings
    language: str = BOKMAL
    prose: Mapping[str, str] = field(default_factory=dict)
    untranslated: tuple[str, ...] = ()
    supposed: Supposition | None = None
    told_before: Phrases | None = None

    def __repr__(self) -> str:
        """In a line: everything that is in it fills a book."""
        return (
            f"Catalogue({self.service.service!r}, {self.language!r}: "
            f"{counted(len(self.network.members), 'kommune', 'kommuner')}, "
            f"{counted(len(self.service.indicators), 'indicator')}, "
            f"{len(self.forbehold)} forbehold)"
        )

    def _repr_html_(self) -> str:
        """Its indicators, by section: what one looks up when one begins."""
        names = {section.id: section.name for section in self.service.sections}
        rows = "".join(
            f"<tr><td>{escape(names[one.section or ''])}</td>"
            f"<td><code>{one.id}</code></td><td>{escape(one.name)}</td></tr>"
            for one in self.service.indicators
        )
        return f"<p>{escape(repr(self))}</p><table>{rows}</table>"

    def forbehold_for(
        self, indicator: str, kommune: str, year: int, *, is_fetched: bool
    ) -> tuple[Forbehold, ...]:
        """
        The forbehold that touch a figure, in the order of the file.

        Asked once, when the figure is read; from then on the figure carries their ids.

        Parameters
        ----------
        is_fetched : bool
            Whether StatBank gave the figures: some entries hold for the embedded only.
        """
        return tuple(
            entry
            for entry in self.forbehold
            if entry.touches(indicator, kommune, year)
            and entry.holds(is_fetched=is_fetched)
        )

    def effects(self, ids: Iterable[str], before: Iterable[str] = ()) -> Effects:
        """
        What the forbehold with these ids do to a figure: the strictest of each.

        Parameters
        ----------
        before : iterable of str
            Those on the figure of the year before: what doubts a change is on one of
            the two years, and not on both.
        """
        own, earlier = self.forbehold_by_id(ids), self.forbehold_by_id(before)
        kinds = [self.kinds[entry.kind] for entry in own]
        changes = {
            self.kinds[entry.kind].change
            for entry in {*own}.symmetric_difference(earlier)
            if self.kinds[entry.kind].change == "doubted"
        }
        changes |= {kind.change for kind in kinds if kind.change != "doubted"}
        return Effects(
            is_shown=all(kind.value == "shown" for kind in kinds),
            has_distance=all(kind.distance == "shown" for kind in kinds),
            in_mean=all(kind.mean != "left_out" for kind in kinds),
            is_mean_usable=all(kind.mean != "void" for kind in kinds),
            change=next((one for one in CHANGES if one in changes), "shown"),
            has_place=all(kind.rank == "shown" for kind in kinds),
        )

    def forbehold_by_id(self, ids: Iterable[str]) -> tuple[Forbehold, ...]:
        """The entries with these ids, in the order of the file."""
        wanted = set(ids)
        return tuple(entry for entry in self.forbehold if entry.id in wanted)

    def breaks(self, ids: Iterable[str]) -> tuple[Forbehold, ...]:
        """Those after which a series is not the same: other borders, another table."""
        return tuple(
            entry
            for entry in self.forbehold_by_id(ids)
            if self.kinds[entry.kind].change == "reserved"
        )

    def is_told_beside_text(self, kind: str, years: Iterable[int], year: int) -> bool:
        """Whether a report of a year tells a forbehold beside its text too."""
        return self.kinds[kind].beside_text == "while_shown" or year in years

    def indicator(self, name: str) -> Indicator:
        """
        One indicator by id.

        Raises
        ------
        UsageError
            If there is none; the message suggests the nearest.
        """
        for indicator in self.service.figures:
            if indicator.id == name:
                return indicator
        known = (indicator.id for indicator in self.service.figures)
        msg = f"Unknown indicator {name!r}.{parameters.suggestion(name, known)}"
        raise UsageError(msg)

    def mean_rule(
        self, indicator: str, year: int, edition: int | None = None
    ) -> MeanRule:
        """
        Which mean an indicator has in a data year.

        Parameters
        ----------
        edition : int, optional
            The data year of the report that shows it, if that is a later one: how the
            members weigh goes by the year of the figures, and whom the mean is of by
            that of the report.
        """
        one = self.indicator(indicator)
        rule = self.supposed.mean if self.supposed else None
        # What is no ratio has nothing to be weighted by.
        if rule == "plain" or (rule and one.formula.denominator):
            return rule
        own = self.service.mean_rule(one, year)
        last = own if edition is None else self.service.mean_rule(one, edition)
        # Whoever supposes how members weigh, has said whom it is of.
        return mean_of(weighing(own), others=not rule and is_of_others(last))

    def is_of_others(self, year: int) -> bool:
        """Whether a report on a kommune and year has a mean that leaves that out."""
        figures = self.service.figures
        return any(is_of_others(self.mean_rule(one.id, year)) for one in figures)

    def of_all(self, year: int) -> list[str]:
        """What the indicators are called whose mean is of all in reports of a year."""
        return [
            one.short_name
            for one in self.service.indicators
            if not is_of_others(self.mean_rule(one.id, year))
        ]

    def for_report(self, kommune: str, year: int) -> "Catalogue":
        """
        What is known, as it is of a report, in which «snittet» is of somebody.

        Where the means are of the others, the words say so. «ASSS samlet» is on nobody
        who could be left out: there the means are of all, and that is said.

        Parameters
        ----------
        kommune : str
            Id of a member, or of a report on none.
        """
        if self.told_before or self.supposed or not self.is_of_others(year):
            return self
        if kommune == NETWORK:
            return self._of_all()
        said = self.phrases.of_the_others(self.of_all(year), self._spared(year))
        return replace(self, phrases=said, told_before=self.phrases)

    def _spared(self, year: int) -> list[Rule]:
        """What is right as it is: that all weigh the same, where they do not else."""
        relation = self.service.relations.corrected
        rule = self.mean_rule(relation.raw, year) if relation else "plain"
        return [Rule.CORRECTED_PLAIN] if weighing(rule) == "weighted" else []

    def _of_all(self) -> "Catalogue":
        """The same, with nobody left out of any mean."""
        means = {
            name: tuple(one.model_copy(update={"of": "all"}) for one in periods)
            for name, periods in self.service.means.items()
        }
        words = self.phrases.words
        words = {
            **words,
            "network_shades": f"{words['network_shades']} {words['network_of_all']}",
        }
        return replace(
            self,
            service=self.service.model_copy(update={"means": means}),
            phrases=self.phrases.model_copy(update={"words": words}),
            told_before=self.phrases,
        )

    @property
    def in_mean(self) -> tuple[str, ...]:
        """Ids of those whose figures make the mean, where they have any that count."""
        if self.supposed:
            return self.supposed.members
        return tuple(member.id for member in self.network.members)

    def check_comments(self, *report: tuple[str, int]) -> None:
        """
        Refuse comments that are broken: each stops the report that it is for.

        Parameters
        ----------
        *report : (kommune, year)
            All of them where left out.

        Raises
        ------
        ParameterError
            With every mistake in them.
        """
        places = report or self.broken.keys()
        problems = [one for place in places for one in self.broken.get(place, ())]
        if problems:
            raise ParameterError(problems)

    def comments_on(self, kommune: str, year: int) -> tuple[Comment, ...]:
        """What people wrote on a report, by name of file; refused if any is broken."""
        self.check_comments((kommune, year))
        key = kommune, year
        return tuple(c for c in self.comments if (c.kommune, c.year) == key)


def load_catalogue(
    folder: Path | str | None = None,
    *,
    service: str | None = None,
    language: str = BOKMAL,
) -> Catalogue:
    """
    Read and cross-check everything under ``parameters/``, of all service areas.

    Parameters
    ----------
    folder : Path, optional
        ``parameters/``; found from here and upwards when left out.
    service : str, optional
        Which of :func:`services`: what another has is in no part of the result. The
        only one there is when left out, and else sosiale tjenester.
    language : str
        Which file of phrases; all of them are read and checked.

    Returns
    -------
    known : Catalogue
        Frozen. Every name in it that points to something, points to something real.

    Raises
    ------
    ParameterError
        With every problem in every file. What is wrong with a comment stops only the
        report it is for: see :meth:`Catalogue.check_comments`.
    UsageError
        If there are no phrases in the language, or no such service area.

    Examples
    --------
    >>> import asss
    >>> known = asss.load_catalogue()
    >>> known.indicator("stonadslengde_18_24").unit
    'maneder'
    """
    expect((Path, str, NoneType), folder, "folder, parameters/,")
    expect((str, NoneType), service, 'service, such as "sosiale_tjenester",')
    expect(str, language, 'language, such as "nb",')
    folder = Path(folder) if folder else parameters.find_folder()
    service = service_named(folder, service)
    digest = _digest(folder)
    asked = service, language, digest
    if asked not in _kept:
        read = _read_last.get(digest) or _read_all(folder)
        known = _of_area(read, service, language)
        # What was saved meanwhile is read the next time.
        if not digest or _digest(folder) != digest:
            return known
        if digest not in _read_last:
            _kept.clear()
            _read_last.clear()
            _read_last[digest] = read
        _kept[asked] = known
    return replace(_kept[asked], folder=folder)


def service_named(folder: Path, written: str | None = None) -> str:
    """
    Which service area is meant.

    Parameters
    ----------
    written : str, optional
        Its id, or that with capitals, spaces or hyphens. When left out, sosiale
        tjenester, unless there is only another.

    Raises
    ------
    UsageError
        If there is no such area; the message names the nearest, or all there are.
    """
    there = services(folder)
    if written is None:
        return there[0] if len(there) == 1 else SERVICE
    name = re.sub(r"[ -]+", "_", parameters.fold(written))
    if name in there:
        return name
    hint = parameters.suggestion(name, there)
    msg = f"Unknown service area {written!r}.{hint}"
    raise UsageError(msg)


def load_all(folder: Path) -> list[Catalogue]:
    """What is known of every service area, in their order."""
    return [load_catalogue(folder, service=name) for name in services(folder)]


def united(areas: Sequence[Catalogue]) -> Catalogue:
    """
    What StatBank is asked for: the tables and measures of several service areas in one.

    What two of them say of one table or measure is the same, or they are refused when
    they are read. No report is made of it.

    Examples
    --------
    >>> from asss.catalogue import catalogue, parameters
    >>> areas = catalogue.load_all(parameters.find_folder())
    >>> known = catalogue.united(areas)
    >>> {*areas[0].service.table} < {*known.service.table}
    True
    """
    first, *others = areas
    if not others:
        return first
    tables: dict[str, Table] = {}
    for table in (table for area in areas for table in area.service.tables):
        totals = tables[table.id].totals if table.id in tables else ()
        both = tuple(dict.fromkeys([*totals, *table.totals]))
        tables[table.id] = table.model_copy(update={"totals": both})
    measures = {one.id: one for area in areas for one in area.service.measures}
    # Not a copy of the first: that would have in mind what it has looked up.
    service = Service.model_construct(
        **{
            **dict(first.service),
            "service": EVERY,
            "tables": tuple(tables.values()),
            "measures": tuple(measures.values()),
        }
    )
    return replace(first, service=service)


#: What was made last, by service area, language and the content of all files: an
#: analyst who changes the kommune, or a process forked from this one, need not wait
#: for it again.
_kept: dict[tuple[str, str, str], Catalogue] = {}

#: And what it was made of, by the content of all files.
_read_last: dict[str, "_Read"] = {}


def _digest(folder: Path) -> str:
    """Of every file; none where one cannot be read, of which its reader tells."""
    try:
        return parameters.digest(folder, parameters.names_in(folder))
    except OSError:
        return ""


def of_runs(folder: Path, runs: Iterable[Run]) -> dict[tuple[str, str], Catalogue]:
    """What each run is made of, by its service area and language."""
    return {
        (service, language): load_catalogue(folder, service=service, language=language)
        for service, language in {(run.service, run.language) for run in runs}
    }


def services(folder: Path) -> list[str]:
    """
    Every service area that something is known of, in alphabetical order of ids.

    Raises
    ------
    UsageError
        If all files lie as if there were one; the message says what to move.
    """
    _refuse_old_layout(folder)
    return [path.parent.name for path in parameters.files(folder, f"*/{SERVICE_FILE}")]


@dataclass(frozen=True)
class _Area:
    """What the folder of a service area has, and of what is common, what joins it."""

    service: Service
    caveats: ForbeholdFile
    own: OwnForbehold
    phrases: OwnPhrases
    translations: Mapping[str, OwnTranslation]
    manual: tuple[ManualFigure, ...]
    need: tuple[NeedFigure, ...]
    comments: tuple[Comment, ...]
    broken: Mapping[tuple[str, int], tuple[str, ...]]


@dataclass(frozen=True)
class _Read:
    """Everything under ``parameters/``: what is common, and by service area."""

    folder: Path
    network: Network
    caveats: ForbeholdFile
    phrases: Phrases
    translations: Mapping[str, Translation]
    settings: StatBankSettings
    areas: Mapping[str, _Area]


def _read_all(folder: Path) -> _Read:
    """Read and cross-check all files."""
    problems: list[str] = []
    network = _read(folder / parameters.NETWORK_FILE, Network, problems)
    caveats = _read(folder / FORBEHOLD_FILE, ForbeholdFile, problems)
    phrases = _read(folder / translation.file_of(BOKMAL), Phrases, problems)
    translations = _read_translations(folder, Translation, problems)
    settings = _read(folder / STATBANK_FILE, StatBankSettings, problems)
    _check_runs(folder / parameters.RUN_FOLDER, network, problems)
    if network:
        problems += _check_network(network)
    if network and caveats:
        problems += _check_forbehold(caveats.forbehold, caveats.kinds, network, None)
    problems += _check_phrases(phrases, translations, caveats)
    areas: dict[str, _Area] = {}
    of_reports: list[str] = []
    for name in services(folder):
        found: list[str] = []
        broken: dict[tuple[str, int], list[str]] = {}
        area = _read_area(folder / name, network, caveats, found, broken)
        problems += [f"{name}/{problem}" for problem in found]
        of_reports += [f"{name}/{one}" for some in broken.values() for one in some]
        if area:
            areas[name] = area
    problems += _at_odds([area.service for area in areas.values()])
    if problems or not (network and caveats and phrases and settings):
        raise ParameterError([*problems, *of_reports])
    return _Read(folder, network, caveats, phrases, translations, settings, areas)


def _refuse_old_layout(folder: Path) -> None:
    """
    Say what to move, where all files lie as if there were one service area.

    Raises
    ------
    UsageError
    """
    old = [to for name, to in MOVED.items() if parameters.names_in(folder / name)]
    if old:
        msg = (
            f"{folder.name}/ is laid out for one service area, and each has a folder "
            f"of its own: move {', '.join(old)}; and what {FORBEHOLD_FILE} and "
            f"fraser.*.yaml say of its indicators alone to <name>/{FORBEHOLD_FILE} and "
            "<name>/fraser.*.yaml."
        )
        raise UsageError(msg)


def _read_area(
    folder: Path,
    network: Network | None,
    caveats: ForbeholdFile | None,
    problems: list[str],
    broken: dict[tuple[str, int], list[str]],
) -> _Area | None:
    """
    Read the folder of a service area, and check it against what is common.

    What is wrong with it is added to `problems`, and with the comments on a report to
    `broken`.
    """
    service = _read(folder / SERVICE_FILE, Service, problems)
    own = _read_own(folder / FORBEHOLD_FILE, OwnForbehold, problems)
    said = _read_own(folder / translation.file_of(BOKMAL), OwnPhrases, problems)
    translations = _read_translations(folder, OwnTranslation, problems)
    manual = _read_manual(folder / MANUAL_FOLDER, problems)
    need = read_need(folder / NEED_FILE, network, service, problems)
    comments = _read_comments(folder / COMMENT_FOLDER, problems, broken)
    if not (network and service and caveats and own and said):
        return None
    if service.service != folder.name:
        problems.append(f"{SERVICE_FILE}: service: should be {folder.name}")
    problems += _check_service(service, _collected(folder, manual))
    problems += _check_forbehold(own.forbehold, caveats.kinds, network, service)
    joined = caveats.joined(own)
    problems += _twice(FORBEHOLD_FILE, "forbehold", (f.id for f in joined.forbehold))
    problems += _check_joins(joined, service)
    comments = list(_placed(service, joined, comments, broken))
    reports = dict.fromkeys([*broken, *((c.kommune, c.year) for c in comments)])
    problems += _check_people(network, service, manual, reports)
    problems += _check_own_phrases(said, translations, service, own)
    return _Area(
        *(service, joined, own, said, translations),
        manual=tuple(manual),
        need=tuple(need),
        comments=tuple(comments),
        broken={
            place: tuple(f"{folder.name}/{one}" for one in found)
            for place, found in broken.items()
        },
    )


def _of_area(read: _Read, service: str, language: str) -> Catalogue:
    """What is known of a service area, in a language."""
    languages = (BOKMAL, *read.translations)
    if language not in languages:
        file = translation.file_of(language)
        hint = parameters.suggestion(language, languages)
        msg = f"No phrases in {language!r}: parameters/ has no {file}.{hint}"
        raise UsageError(msg)
    area = read.areas[service_named(read.folder, service)]
    known = Catalogue(
        folder=read.folder,
        network=read.network,
        service=area.service,
        kinds=area.caveats.kinds,
        forbehold=area.caveats.forbehold,
        phrases=read.phrases.spoken(area.phrases).said_of(area.service),
        manual={(f.measure, f.kommune, f.year): f for f in area.manual},
        need={(f.part, f.kommune, f.year): f for f in area.need},
        comments=area.comments,
        broken=area.broken,
        statbank=read.settings,
    )
    said = read.translations.get(language)
    return _translated(known, language, said, read, area) if said else known


def _translated(
    known: Catalogue, language: str, said: Translation, read: _Read, area: _Area
) -> Catalogue:
    """The same in another language, with what it lacks."""
    file = translation.file_of(language)
    # What a service area says in its own words, it says so in every language.
    common = said.without(area.phrases)
    own = area.translations.get(language, OwnTranslation())
    phrases, service, caveats = translation.translate(
        common.joined(own), known.phrases, area.service, area.caveats
    )
    return replace(
        known,
        phrases=phrases.said_of(service),
        service=service,
        kinds=caveats.kinds,
        forbehold=caveats.forbehold,
        language=language,
        prose=said.prose,
        untranslated=(
            *translation.lacking(
                file,
                said,
                read.phrases,
                translation.originals(read.caveats.forbehold, kinds=read.caveats.kinds),
            ),
            *translation.lacking(
                f"{area.service.service}/{file}",
                own,
                area.phrases,
                translation.originals(area.own.forbehold, service=area.service),
            ),
        ),
    )


def unread(folder: Path) -> list[str]:
    """
    Files under ``parameters/`` that nothing reads: misplaced, or of another ending.

    Returns
    -------
    files : list of str
        Relative to `folder`: ``barnevern/manuelle/sykefravaer.CSV``.
    """
    own = (f"{area}/{one}" for area in services(folder) for one in OWN)
    read = {
        path for pattern in (*READ, *own) for path in parameters.files(folder, pattern)
    }
    return [
        path.relative_to(folder).as_posix()
        for path in parameters.files(folder, "**/*")
        if path.is_file() and path not in read
    ]


# -- files -----------------------------------------------------------------------------


def _read(
    path: Path, model: type[parameters.AnyModel], problems: list[str]
) -> parameters.AnyModel | None:
    content = parameters.read_yaml(path, problems)
    problems += _invisible(path.name, content)
    return parameters.check_model(model, content, file=path.name, problems=problems)


def _read_translations(
    folder: Path, model: type[parameters.AnyModel], problems: list[str]
) -> dict[str, parameters.AnyModel]:
    """What a folder's sentences and words are in each language but bokmål."""
    return {
        name: said
        for name in translation.languages(folder)
        if name != BOKMAL
        and (said := _read(folder / translation.file_of(name), model, problems))
    }


def _read_own(
    path: Path, model: type[parameters.AnyModel], problems: list[str]
) -> parameters.AnyModel | None:
    """A file that a service area may have: where it has none, nothing is its own."""
    return _read(path, model, problems) if path.exists() else model()


def _collected(folder: Path, manual: Iterable[ManualFigure]) -> set[str]:
    """What is collected by hand: a file whose rows are all wrong is there as well."""
    files = parameters.files(folder / MANUAL_FOLDER, "*.csv")
    return {path.stem for path in files}.union(figure.measure for figure in manual)


def _invisible(file: str, content: Any) -> list[str]:
    return [
        f"{file}: an invisible character stands in {' '.join(text.split())[:40]!r}"
        for text in _texts(content)
        if INVISIBLE.search(text)
    ]


def _texts(content: Any) -> Iterable[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)


def _read_manual(folder: Path, problems: list[str]) -> list[ManualFigure]:
    figures = []
    for path in parameters.files(folder, "*.csv"):
        for line, row in _rows(path, path.name, COLUMNS, problems):
            if "measure" not in row and not IDENTIFIER.fullmatch(path.stem):
                problems.append(
                    f"{path.name}: is not called as a measure, and has no column that "
                    "names one; a copy that was left lying should be taken away"
                )
                break
            where = f"{path.name}, line {line}"
            problems += _invisible(where, row)
            figure = parameters.check_model(
                ManualFigure,
                {"measure": path.stem, **row, "file": path.name},
                file=where,
                problems=problems,
            )
            if figure:
                figures.append(figure)
    places: dict[tuple[str, str, int], list[str]] = {}
    for figure in figures:
        key = (figure.measure, figure.kommune, figure.year)
        places.setdefault(key, []).append(figure.file)
    problems += [
        f"{', '.join(dict.fromkeys(found))}: {measure} for {kommune} {year} "
        f"stands {len(found)} times"
        for (measure, kommune, year), found in places.items()
        if len(found) > 1
    ]
    return figures


def read_need(
    path: Path, network: Network | None, service: Service | None, problems: list[str]
) -> list[NeedFigure]:
    """
    What the correction for need is made of: all of it for all members, or none.

    Parameters
    ----------
    path : Path
        ``behov.csv`` of a service area; one that is not there has nothing.
    network, service
        What the rows name; where these could not be read, that is not checked.
    problems : list of str
        What is wrong is added, by file, line and column.
    """
    file, before = path.name, len(problems)
    found: dict[tuple[str, str, int], NeedFigure] = {}
    ids = [member.id for member in network.members] if network else []
    for line, row in _rows(path, file, NEED_COLUMNS, problems) if path.exists() else ():
        where = f"{file}, line {line}"
        problems += _invisible(where, row)
        content = {**row, "file": where}
        one = parameters.check_model(NeedFigure, content, file=where, problems=problems)
        if one is None:
            continue
        if network:
            problems += parameters.unknown(f"{where}: kommune", [one.kommune], ids)
        key = one.part, one.kommune, one.year
        if key in found:
            told = found[key].file.rpartition(", ")[2]
            problems.append(f"{where}: part: {' '.join(map(str, key))} is in {told}")
        found[key] = one
    if network and service and found and len(problems) == before:
        problems += _wrong_need(file, found, network, service)
    return list(found.values())


def _wrong_need(
    file: str,
    found: Mapping[tuple[str, str, int], NeedFigure],
    network: Network,
    service: Service,
) -> Iterator[str]:
    """What is not there, and who is there and was no member: a mean is of all."""
    relation = service.relations.corrected
    raw = [one for one in service.figures if relation and one.id == relation.raw]
    if not (raw and raw[0].formula.denominator):
        yield (
            f"{file}: {service.service} has no relations.corrected, with a ratio for "
            "its raw, that could be decomposed"
        )
    for year in sorted({year for _, _, year in found}):
        members = [member.id for member in network.in_year(year)]
        for kommune in members:
            lacking = [p for p in NEED_PARTS if (p, kommune, year) not in found]
            if lacking:
                parts = " or ".join(lacking)
                yield f"{file}: {kommune} {year} has no row with part {parts}"
        yield from (
            f"{one.file}: year: {kommune} is no member in {year}"
            for (_, kommune, when), one in found.items()
            if when == year and kommune not in members
        )


def _rows(
    path: Path, file: str, columns: frozenset[str], problems: list[str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """
    The rows of a file of figures with these columns, numbered by their lines.

    A file with semicolons is one that Excel has saved in Norwegian: its numbers have a
    decimal comma, its days may be written 23.11.2026, and empty rows follow the last.
    """
    text = parameters.read_text(path, file, problems)
    if text is None:
        return
    head = text.partition("\n")[0]
    is_norwegian = head.count(";") > head.count(",")
    lines = csv.DictReader(
        io.StringIO(text, newline=""),
        delimiter=";" if is_norwegian else ",",
        restkey="too_many_columns",
    )
    try:
        names = list(lines.fieldnames or ())
        if lacking := sorted(columns - {*names}):
            problems.append(
                f"{file}: its first line lacks the columns {', '.join(lacking)}; "
                "between columns stand commas or semicolons"
            )
            return
        if twice := _twice(f"{file}, line 1", "columns", names):
            problems += twice
            return
        for row in lines:
            content: dict[str, Any] = dict(row)
            if not any(content.values()):
                continue
            day = NORWEGIAN_DAY.fullmatch(row["collected"] or "")
            if is_norwegian and day:
                content["collected"] = "-".join(reversed(day.groups()))
            content["year"] = read_number(row["year"], is_norwegian)
            for name in {"value", "numerator", "denominator"} & content.keys():
                content[name] = read_number(row.get(name) or None, is_norwegian)
            yield lines.line_num, content
    except csv.Error as error:
        problems.append(f"{file}, line {lines.line_num}: is no CSV ({error})")


def read_number(text: str | None, is_norwegian: bool = False) -> Any:
    """A number where the text is plainly one; else the text, for the model to refuse.

    Not as Python reads numbers, to whom 9_2 is 92. «1.234» beside a decimal comma may
    be a thousand.
    """
    if text is None or not NUMBER.fullmatch(text):
        return text
    text = text.replace("\u2212", "-")
    if is_norwegian:
        if GROUPED.fullmatch(text):
            return text
        text = text.replace(",", ".")
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _read_comments(
    folder: Path, problems: list[str], broken: dict[tuple[str, int], list[str]]
) -> list[Comment]:
    """
    ``kommentarer/<kommune>-<year>/<any name>.md``, with a YAML head.

    What is wrong with those on a report is added to `broken`. That the place names no
    report at all is nobody's own problem, and is added to `problems`.
    """
    comments = []
    for path in parameters.files(folder, "*/*.md"):
        where = f"{path.parent.name}/{path.name}"
        kommune, _, year = path.parent.name.rpartition("-")
        if not re.fullmatch("[0-9]{4}", year):
            problems.append(f"{where}: {path.parent.name} is not <kommune>-<year>")
            continue
        found: list[str] = []
        comment = _comment(path, where, kommune, int(year), found)
        if comment:
            comments.append(comment)
        if found:
            broken.setdefault((kommune, int(year)), []).extend(found)
    return comments


def _comment(
    path: Path, where: str, kommune: str, year: int, problems: list[str]
) -> Comment | None:
    text = parameters.read_text(path, where, problems)
    if text is None:
        return None
    parts = re.split(r"^---[ \t]*$\n?", text, maxsplit=2, flags=re.MULTILINE)
    head = None
    if len(parts) == 3 and not parts[0].strip():
        before = len(problems)
        head = parameters.parse_yaml(parts[1], where, problems)
        if len(problems) > before:
            return None
    if not isinstance(head, Mapping):
        problems.append(f"{where}: should begin with a head between two lines ---")
        return None
    content = {
        **head,
        "id": path.stem,
        "kommune": kommune,
        "year": year,
        "text": parts[2].strip(),
    }
    problems += _invisible(where, content)
    above = text[: -len(parts[2]) or None].count("\n")
    problems += [
        f"{where}, line {above + line}: {what}"
        for line, what in markdown.refused(parts[2])
    ]
    problems += [
        f"{where}: {key}: {what}"
        for key in ("author", "date")
        for what in markdown.left_over(str(head.get(key, "")))
    ]
    comment = parameters.check_model(Comment, content, file=where, problems=problems)
    if comment and comment.gjelder:
        problems += [f"{where}: {what}" for what in _unfit_for_a_sentence(comment)]
    return comment


def _unfit_for_a_sentence(comment: Comment) -> Iterator[str]:
    """Why what people say cannot be set in running text, beside a sentence of ours."""
    bars = comment.text.count("|")
    if bars > len("||"):
        yield f"has {bars} bars: there are two around the verb, or one behind it"
    elif not bars and not SPEAKER.search(comment.text.partition(". ")[0]):
        yield (
            "does not say by whom it is: put bars around the verb of its first "
            "sentence, «Leiene |har| økt», or one behind it where «ifølge …» cannot "
            "stand first, or begin with what the kommune does"
        )
    if comment.says is None:
        yield (
            "says: is missing; what explains an indicator stands in the text, where a "
            "reader must know who says it: asss, ks or kommunen"
        )
    if not markdown.is_paragraph(comment.text):
        yield (
            "should be one paragraph, as it explains an indicator and stands with its "
            "sentence: divide it, or leave out gjelder"
        )
    words = len(writing.unascribed(comment.text).split())
    if words > LONGEST_CAUSE:
        yield (
            f"has {words} words, and what stands with a sentence has at most "
            f"{LONGEST_CAUSE}: shorten it, or divide it in two files"
        )


# -- checks ----------------------------------------------------------------------------


def _check_runs(folder: Path, network: Network | None, problems: list[str]) -> None:
    ids = [member.id for member in network.members] if network else []
    for path in parameters.files(folder, "*.yaml"):
        run = parameters.check_run(path, problems, ids=(*ids, EVERY, *SHARED))
        if run and network and run.kommune not in (EVERY, *SHARED):
            where = f"{path.name}: kommune"
            problems += parameters.unknown(where, [run.kommune], ids, what="id ")


def _check_network(network: Network) -> list[str]:
    """One kommune's figures are another's where two have a number or a name."""
    file = parameters.NETWORK_FILE
    problems = _twice(file, "members", (member.id for member in network.members))
    problems += [] if network.members else [f"{file}: members: is empty"]
    for member in network.members:
        where = f"{file}: members[{member.id}]"
        if member.id in (EVERY, *SHARED):
            problems.append(f"{where}.id: has another meaning; choose another id")
        if not member.kommunenummer:
            problems.append(f"{where}.kommunenummer: is empty")
        problems += _out_of_step(f"{where}.kommunenummer", member.kommunenummer)
    for one, other in combinations(network.members, 2):
        if one.id == other.id:
            continue
        both = f"{file}: members[{one.id}] and members[{other.id}]"
        problems += [
            f"{both} are both called {name!r}"
            for name in sorted({one.id, *one.names} & {other.id, *other.names})
        ]
        problems += [
            f"{both} have the same kommunenummer {a.number} in the same years"
            for a, b in product(one.kommunenummer, other.kommunenummer)
            if a.number == b.number
            and max(a.ends[0], b.ends[0]) <= min(a.ends[1], b.ends[1])
        ]
    return problems


def _out_of_step(
    where: str, periods: Iterable[NumberPeriod | MeanPeriod | Formula]
) -> Iterator[str]:
    """Periods that do not follow each other: a year would have two of them, or none."""
    found = sorted((period.ends, _told(period)) for period in periods)
    for (first, last), period in found:
        if first > last:
            yield f"{where}: {period} ends before it begins"
    for ((_, last), before), ((first, _), after) in pairwise(found):
        if first <= last:
            yield f"{where}: {before} and {after} overlap; a year can have only one"
        elif first > last + 1:
            years = f"{last + 1:.0f}-{first - 1:.0f}"
            yield f"{where}: nothing for {years}, between {before} and {after}"


def _told(period: Span) -> str:
    """A period in a message: of a formula, its years alone."""
    return Span.__str__(period) if isinstance(period, Formula) else str(period)


def _check_service(service: Service, collected: set[str]) -> list[str]:
    """Each id once, and nothing in the file named that the file does not have."""
    file = SERVICE_FILE
    ids = {
        kind: [entry.id for entry in getattr(service, kind)]
        for kind in ("figures", "measures", *PARTS, "tables")
    }
    problems = [
        line for kind, names in ids.items() for line in _twice(file, kind, names)
    ]
    #: Who names something, by which key, what, of which kind, and what there is.
    references: list[tuple[str, str, Iterable[str], Iterable[str]]] = []
    for section in service.sections:
        where = f"sections[{section.id}].chapter"
        references.append((where, "chapter", [section.chapter], ids["chapters"]))
    for one in service.figures:
        is_row = one in service.indicators
        if is_row is not bool(one.section):
            problems.append(
                f"{file}: {one.id}: what stands in Tabell 1 has a section, and a "
                "component has none"
            )
        where = f"indicators[{one.id}]"
        rows, group = ([name] if name else [] for name in (one.section, one.group))
        measures = () if one.formula.manual else one.formula.measures
        references += [
            (f"{where}.section", "section", rows, ids["sections"]),
            (f"{where}.group", "group", group, ids["groups"]),
            (f"{where}.mean", "rule", [one.mean], service.means),
            (f"{where}.formula", "measure", measures, sorted(ids["measures"])),
        ]
    for measure in service.measures:
        tables, where = [s.table for s in measure.series], f"measures[{measure.id}]"
        references.append((f"{where}.series", "table", tables, ids["tables"]))
    for where, name in service.relations.names:
        references.append((f"relations.{where}", "figure", [name], ids["figures"]))
    for where, what, names, there in references:
        lines = parameters.unknown(f"{file}: {where}", names, there, what=f"{what} ")
        more = f" A new one begins under {what}s:." if f"{what}s" in ids else ""
        problems += [f"{line}{more}" for line in lines]
    for wrong in (_wrong_means, _wrong_formulas, _wrong_chances, _wrong_measures):
        problems += [f"{file}: {line}" for line in wrong(service)]
    return [*problems, *_not_begun(service, collected)]


def _not_begun(service: Service, collected: set[str]) -> Iterator[str]:
    """Files of figures by hand that are not there; one without rows is no fault."""
    for indicator in service.figures:
        name = indicator.formula.manual
        if name and name not in collected:
            nearest = get_close_matches(name, collected, n=1)
            hint = f" Did you mean {nearest[0]}? Else begin" if nearest else " Begin"
            head = [one for one in ManualFigure.model_fields if one in COLUMNS]
            head += ["school_year"] if indicator.school_year else []
            yield (
                f"{SERVICE_FILE}: indicators[{indicator.id}].formula: there is no "
                f"{MANUAL_FOLDER}/{name}.csv.{hint} it with the line "
                f"«{','.join(head)}»; the figures may wait."
            )


def _wrong_means(service: Service) -> Iterator[str]:
    """Every year has a rule for each mean, and no year has two."""
    if relation := service.relations.corrected:
        mean = next((i.mean for i in service.figures if i.id == relation.corrected), "")
        if any(period.of == "others" for period in service.means.get(mean, ())):
            yield (
                f"means.{mean}: is the mean of {relation.corrected}, which is 1.00 in "
                "the mean of all: leave out of: others, or give it a mean of its own"
            )
    for name, periods in service.means.items():
        where = f"means.{name}"
        yield from _out_of_step(where, periods)
        if not any(period.to_year is None for period in periods):
            yield f"{where}: leave out to_year of the last rule"
        if not any(period.from_year is None for period in periods):
            yield f"{where}: leave out from_year of the first rule"


def _wrong_formulas(service: Service) -> Iterator[str]:
    """A formula for every year, and sums of what can be summed."""
    for one in service.figures:
        where = f"indicators[{one.id}].formula"
        yield from _out_of_step(where, one.formula.periods)
        if one.formula.to_year or one.formula.periods[0].from_year:
            yield f"{where}: leave out from_year of the first, and to_year of the last"
        for formula in one.formula.periods:
            sums = {"numerator": formula.above, "denominator": formula.below}
            for what, terms in sums.items():
                units = [_unit_of(service, term) for term in terms]
                told = " and ".join(sorted({unit for unit in units if unit}))
                if " and " in told:
                    yield f"{where}.{what}: sums {told}"
                for term, unit in zip(terms, units, strict=True):
                    if unit == "":
                        yield (
                            f"{where}.{what}: {' * '.join(term.measures)} has not one "
                            f"amount, and else shares, in {' or '.join(SHARES)}: "
                            "summed over the network it would mean nothing"
                        )


def _unit_of(service: Service, term: Term) -> str | None:
    """
    The unit of a term: that of what is not a share in it.

    None where a measure is not known, which is told elsewhere; empty where there is not
    one amount among shares.
    """
    if not all(name in service.measure for name in term.measures):
        return None
    units = [service.measure[name].unit for name in term.measures]
    amounts = [unit for unit in units if unit not in SHARES]
    if len(units) == 1:
        return units[0]
    return amounts[0] if len(amounts) == 1 else ""


def _wrong_chances(service: Service) -> Iterator[str]:
    for one in service.indicators:
        for name in one.formula.measures if one.chance else ():
            if name in service.measure and service.measure[name].unit != PERSONS:
                yield (
                    f"indicators[{one.id}].chance: {name} is in "
                    f"{service.measure[name].unit}; chance is of {PERSONS}"
                )


def _wrong_measures(service: Service) -> Iterator[str]:
    for measure in service.measures:
        where = f"measures[{measure.id}]"
        if bool(measure.series) == bool(measure.sum):
            yield f"{where}: give either series or sum"
        for part in measure.sum:
            if part not in service.measure or not service.measure[part].series:
                yield f"{where}.sum: {part!r} is not a measure with a series of its own"
        for series in measure.series:
            for variable in series.sum_of:
                if variable not in series.selections:
                    yield f"{where}.sum_of: {variable!r} is not among the selections"


def _at_odds(services: Iterable[Service]) -> Iterator[str]:
    """What two service areas say of one table or measure: one snapshot has both."""
    for one, other in combinations(services, 2):
        both = f"{one.file} and {other.file}"
        for name, measure in one.measure.items():
            if other.measure.get(name, measure) != measure:
                yield f"{both}: measures[{name}] differ; call one of them another name"
        for number, a in one.table.items():
            b = other.table.get(number, a)
            for key in ("title", "region", "year_offset", "is_revised", "verified"):
                said = getattr(a, key), getattr(b, key)
                if said[0] != said[1]:
                    told = " and ".join(repr(each) for each in said)
                    yield f"{both}: tables[{number}].{key}: {told}; write the same"


def _check_forbehold(
    forbehold: Iterable[Forbehold],
    kinds: Iterable[str],
    network: Network,
    service: Service | None,
) -> Iterator[str]:
    """Whom and what is meant: by those of all service areas, all indicators."""
    kommuner = [member.id for member in network.members]
    for entry in forbehold:
        where = f"{FORBEHOLD_FILE}: forbehold[{entry.id}]"
        yield from parameters.unknown(f"{where}.kind", [entry.kind], kinds)
        if entry.kommuner != EVERY:
            yield from parameters.unknown(f"{where}.kommuner", entry.kommuner, kommuner)
        if entry.indicators == EVERY:
            continue
        if service is None:
            yield (
                f"{where}.indicators: should be {EVERY}, as it holds for every "
                "service area; what holds for some indicators alone stands in the "
                f"{FORBEHOLD_FILE} of their folder"
            )
            continue
        indicators = [indicator.id for indicator in service.figures]
        yield from parameters.unknown(
            f"{where}.indicators", entry.indicators, indicators
        )


def _check_joins(caveats: ForbeholdFile, service: Service) -> list[str]:
    """Nobody joins two tables silently: a forbehold says so in the first new year."""
    told = [
        entry
        for entry in caveats.forbehold
        if entry.kommuner == EVERY
        and entry.figures == "all"
        and entry.kind in caveats.kinds
        and caveats.kinds[entry.kind].change in ("withheld", "reserved")
    ]
    problems = []
    for indicator in service.figures:
        joins: dict[int, list[str]] = {}
        for measure in service.behind(indicator):
            for year, old, new in measure.joins:
                joins.setdefault(year, []).append(f"{old} to {new}")
        breaks = [
            (year, f"has another formula from {year}", "structure_break")
            for year in indicator.formula.switches
        ]
        breaks += [
            (
                year,
                f"goes from table {' and from '.join(dict.fromkeys(tables))} in {year}",
                "table_succession",
            )
            for year, tables in joins.items()
        ]
        problems += [
            f"{FORBEHOLD_FILE}: {indicator.id} {what}, and no forbehold tells the "
            "reader. Add an entry of a kind that does not show change, such as "
            f"{kind}, with kommuner: alle, indicators: [{indicator.id}] and years: "
            f"[{year}]."
            for year, what, kind in breaks
            if not any(entry.touches(indicator.id, EVERY, year) for entry in told)
        ]
    return problems


def _check_people(
    network: Network,
    service: Service,
    manual: Sequence[ManualFigure],
    reports: Iterable[tuple[str, int]],
) -> list[str]:
    """Whom and what is meant, by those who collected figures or wrote comments."""
    kommuner = [member.id for member in network.members]
    by_hand = service.by_hand
    measures = [*service.measure, *by_hand]
    named = [(f.file, "measure ", f.measure, measures) for f in manual]
    named += [(f.file, "kommune ", f.kommune, kommuner) for f in manual]
    named += [
        (f"{COMMENT_FOLDER}/{kommune}-{year}", "kommune ", kommune, kommuner)
        for kommune, year in reports
    ]
    lines = [
        line
        for file, what, name, known in named
        for line in parameters.unknown(file, [name], known, what=what)
    ]
    problems = list(dict.fromkeys(lines))
    problems += [
        f"{figure.file}: {figure.value:g} for {figure.kommune} {figure.year} is not "
        f"plausible: {figure.measure} is {by_hand[figure.measure].plausible} by "
        f"{SERVICE_FILE}; widen it there if the figure is right"
        for figure in manual
        if figure.value is not None
        and figure.measure in by_hand
        and not by_hand[figure.measure].plausible.holds(figure.value)
    ]
    for figure in manual:
        problems += _wrong_counts(figure, by_hand.get(figure.measure))
        problems += _wrong_school_year(figure, by_hand.get(figure.measure))
    return problems


def _wrong_school_year(
    figure: ManualFigure, indicator: Indicator | None
) -> Iterator[str]:
    """A figure of a school year says which, and it is that of its data year."""
    where = f"{figure.file}: {figure.kommune} {figure.year}"
    kind = indicator.school_year if indicator else None
    if kind is None:
        if figure.school_year:
            yield (
                f"{where}: has a school_year, and {SERVICE_FILE} does not say of "
                f"{figure.measure} whether a data year is its first or its last"
            )
        return
    first = figure.year - (kind == "last")
    wanted = f"{first}/{(first + 1) % 100:02}"
    if figure.school_year != wanted:
        yield (
            f"{where}: school_year is {figure.school_year or 'missing'}, and should "
            f"be {wanted}: of {figure.measure} the data year is its {kind}"
        )


def _wrong_counts(figure: ManualFigure, indicator: Indicator | None) -> Iterator[str]:
    """What a collected share is a share of makes the share, as it is printed."""
    if figure.counts is None or figure.value is None:
        return
    where = f"{figure.file}: {figure.kommune} {figure.year}"
    if indicator is None or indicator.chance != "share":
        yield (
            f"{where}: has numerator and denominator, which only a share has; "
            f"{SERVICE_FILE} does not say chance: share of {figure.measure}"
        )
        return
    part, whole = figure.counts
    share = part / whole * 100
    printed, made = (
        half_up(number, indicator.decimals) for number in (figure.value, share)
    )
    if printed != made:
        yield (
            f"{where}: {part} of {whole} is {made}, and the value is {printed}; "
            "correct what is wrong, or leave the two out"
        )


def _check_phrases(
    phrases: Phrases | None,
    translations: Mapping[str, Translation],
    caveats: ForbeholdFile | None,
) -> list[str]:
    """What is said, in bokmål and in the languages laid over it."""
    problems: list[str] = []
    if phrases:
        file = translation.file_of(BOKMAL)
        problems += translation.check_words(file, phrases.words)
        problems += translation.check_form(file, phrases)
        problems += translation.check_pieces(file, phrases)
    if phrases and caveats:
        texts = translation.originals(caveats.forbehold, kinds=caveats.kinds)
        for name, said in translations.items():
            file = translation.file_of(name)
            problems += translation.check_words(file, said.words)
            problems += translation.check_pieces(file, said)
            problems += translation.check(file, said, phrases, texts)
    return problems


def _check_own_phrases(
    said: OwnPhrases,
    translations: Mapping[str, OwnTranslation],
    service: Service,
    own: OwnForbehold,
) -> Iterator[str]:
    """What a service area says in its own words, in bokmål and in other languages."""
    file = translation.file_of(BOKMAL)
    yield from translation.check_form(file, said, is_whole=False)
    texts = translation.originals(own.forbehold, service=service)
    for name, told in translations.items():
        yield from translation.check(translation.file_of(name), told, said, texts)


def _placed(
    service: Service,
    caveats: ForbeholdFile,
    comments: Iterable[Comment],
    broken: dict[tuple[str, int], list[str]],
) -> Iterator[Comment]:
    """
    The comments, each with its chapter: its own, its file's, or its indicator's.

    A component has the chapter of the sum that it is a part of. What is wrong with
    where one stands, or with what it explains, is added to `broken`.
    """
    chapter_of = {
        indicator.id: chapter.id
        for chapter in service.chapters
        for indicator in service.in_chapter(chapter.id)
    }
    total = service.relations.sum
    if total and total.whole in chapter_of:
        parts = (*total.parts, *total.without.values())
        chapter_of = dict.fromkeys(parts, chapter_of[total.whole]) | chapter_of
    chapters = [chapter.id for chapter in service.chapters]
    sayable = [*chapter_of, *(entry.id for entry in caveats.forbehold)]
    for one in comments:
        where = f"{one.file}: gjelder"
        problems = parameters.unknown(where, one.gjelder, chapter_of, what="indicator ")
        problems += parameters.unknown(
            f"{one.file}: repeats",
            one.repeats,
            sayable,
            what="forbehold or indicator ",
        )
        told = [name for name in one.gjelder if name in chapter_of]
        named = one.chapter or (one.id if one.id in chapters or not told else "")
        chapter = named or chapter_of[told[0]]
        if one.chapter or not one.gjelder:
            problems += parameters.unknown(
                one.file, [chapter], chapters, what="chapter "
            )
        if named in chapters:
            problems += [
                f"{where}: {name} is not of {named}, but of {chapter_of[name]}; give "
                "that as chapter, or none"
                for name in told
                if chapter_of[name] != named
            ]
        if problems:
            broken.setdefault((one.kommune, one.year), []).extend(problems)
        # In running text a line of the file is no line of its own.
        text = " ".join(one.text.split()) if one.gjelder else one.text
        yield one.model_copy(update={"chapter": chapter, "text": text})


def _twice(file: str, key: str, names: Iterable[str]) -> list[str]:
    return [
        f"{file}: {key}: {name} stands {count} times"
        for name, count in Counter(names).items()
        if count > 1
    ]

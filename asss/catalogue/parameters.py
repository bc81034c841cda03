"""
What to run: the network of kommuner, and one report's parameters.

Also the one place where files under ``parameters/`` are found, read as YAML and
checked against a model, with every mistake collected before anything is raised.
Knows nothing of indicators. Imports ``errors`` only.
"""

import hashlib
import math
import os
import re
import stat
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from asss.errors import ParameterError, UsageError, expect

__all__ = [
    "BOKMAL",
    "EMBEDDED",
    "EVERY",
    "FOLDER",
    "KEPT",
    "LABEL_YEARS",
    "LATEST",
    "METHOD",
    "NETWORK",
    "NETWORK_FILE",
    "NOTEBOOKS",
    "OUTPUTS",
    "PROJECT",
    "RUN_FOLDER",
    "SERVICE",
    "SHARED",
    "TEMPLATE",
    "Address",
    "AnyModel",
    "Day",
    "Identifier",
    "IsoDate",
    "Member",
    "Model",
    "Name",
    "Network",
    "NumberPeriod",
    "Run",
    "Source",
    "Span",
    "as_yaml",
    "check_model",
    "check_run",
    "choose_run",
    "digest",
    "files",
    "find_folder",
    "fold",
    "is_left_over",
    "load_run",
    "names_in",
    "packaged_project",
    "parse_yaml",
    "read_run",
    "read_text",
    "read_yaml",
    "run_file",
    "suggestion",
    "unknown",
]

FOLDER = "parameters"
NOTEBOOKS = "notebooks"
OUTPUTS = "outputs"
NETWORK_FILE = "nettverk.yaml"
RUN_FOLDER = "rapporter"

#: The folders of a project that people write in.
PROJECT = (NOTEBOOKS, FOLDER)

#: The word that means every member in a batch file and in a forbehold.
EVERY = "alle"

#: The service area that is meant where none is named.
SERVICE = "sosiale_tjenester"

#: Of how many service areas and years a process keeps what their reports share.
KEPT = 4

#: The network as a whole, where a kommune could stand: the id of «ASSS samlet».
NETWORK = "asss"

#: What all of them stand on: the id of «Om datagrunnlaget i ASSS».
METHOD = "om-datagrunnlaget"

#: The notebook that the report on a kommune is made from, whatever the service area.
TEMPLATE = "kommune"

#: The reports of a year that are on no one member, by id: each with its own notebook.
SHARED = {NETWORK: "asss_samlet", METHOD: "om_datagrunnlaget"}

#: The snapshot that was fetched last; the embedded one until then.
LATEST = "latest"
EMBEDDED = "embedded"

#: A snapshot by its name. A path is for whoever starts a report, not for a file.
SNAPSHOT_NAME = re.compile(r"\w[\w.-]*")

#: The language that everything is written in, and that others are laid over.
BOKMAL = "nb"

#: How the cell begins in which papermill writes what it was given.
INJECTED = "# Parameters\n"

#: A name that is given a value there.
ASSIGNED = re.compile(r"^(\w+)[^=\n]*=", re.MULTILINE)

#: Far beyond any file that people write: what is larger was put there by mistake.
LARGEST_FILE = 2**20
MOST_ENTRIES = 5000
DEEPEST = 30

#: How many known names a message lists: of more it names the nearest.
READABLE = 20

#: What opens a list or a mapping in YAML.
OPENERS = re.compile(r"[\[{]|[-?](?=\s)")

AnyModel = TypeVar("AnyModel", bound=BaseModel)


class Model(BaseModel):
    """Frozen, and a misspelt key is a mistake: the base of every file people write."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _day(text: str) -> str:
    try:
        # Python also reads 20210315 and 2021-W11-1, which nobody here prints.
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    msg = f'{text!r} is not a date; write it as "2021-03-15"'
    raise ValueError(msg)


def _address(text: str) -> str:
    problem = _wrong_with(text)
    if problem:
        msg = f'is no address ({problem}); write it as "https://www.ssb.no/…"'
        raise ValueError(msg)
    return text


def _wrong_with(text: str) -> str:
    """Say why a text is no address that a reader may be sent to."""
    host = re.match(r"https?://([^/?#]+)", text)
    if host is None:
        return "only https:// and http:// with a host"
    if "@" in host[1]:
        return "a user name before the host"
    if not text.isprintable() or re.search(r"[\s<>\"\\^`{|}]", text):
        return "a space or another character that no address has"
    if len(text) > LONGEST_ADDRESS:
        return f"more than {LONGEST_ADDRESS} characters"
    try:
        _URL.validate_python(text)
    except ValidationError as error:
        return error.errors()[0]["msg"]
    return ""


def _source(text: str) -> str:
    return _address(text) if SCHEME.match(text) else text


#: Excel gives up a link that is longer than about this.
LONGEST_ADDRESS = 2000

#: What a text begins with that a program may take for an address.
SCHEME = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:[^\s]|//|\\\\)")

_URL: TypeAdapter[AnyHttpUrl] = TypeAdapter(AnyHttpUrl)

#: A date as quoted text. YAML would turn an unquoted date into an object.
Day = Annotated[str, AfterValidator(_day)]

#: The same, or empty.
IsoDate = Annotated[str, AfterValidator(lambda text: text and _day(text))]

#: An address that readers are sent to: on the net, and nowhere else.
Address = Annotated[str, AfterValidator(_address)]

#: Where something was read, in words or as an address.
Source = Annotated[str, AfterValidator(_source)]

#: 0301 without quotation marks is the octal number 193 in YAML, hence strict text.
Kommunenummer = Annotated[str, Field(pattern=r"^\d{4}$")]

#: The years of a number that has had others before or after it, as SSB's labels say:
#: «Drammen (-2019)», «Drammen (2020-2023)». A name in two languages is none of these.
LABEL_YEARS = re.compile(r"\((\d{4})?\s*[-–]\s*(\d{4})?\)")

#: What may stand around a name in a label: «K-0301 Oslo», «Våler (Østfold)».
LABEL_CODE = re.compile(r"^\s*(?:K[-_.]?)?\d{4}\b\s*")
LABEL_PLACE = re.compile(r"\(.*?\)")

#: Between the names of a kommune in two or three languages: «Trondheim - Tråante».
BETWEEN_NAMES = re.compile(r"\s[-–/]\s")

#: What a kommune is called.
Name = Annotated[str, Field(pattern=r"\S")]

#: Lasting ids: lower case ASCII, æ→ae, ø→o, å→a.
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Span(Model):
    """A span of years, first and last included; what is left open has no end."""

    from_year: int | None = None
    to_year: int | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """The first and the last year, as numbers that can be compared."""
        return (
            -math.inf if self.from_year is None else self.from_year,
            math.inf if self.to_year is None else self.to_year,
        )

    def covers(self, year: int) -> bool:
        """Whether a year is one of the span's."""
        return self.ends[0] <= year <= self.ends[1]

    def __str__(self) -> str:
        """As in a message."""
        return f"({self.from_year or ''}-{self.to_year or ''})"


class NumberPeriod(Span):
    """The kommunenummer that SSB uses in a span of years."""

    number: Kommunenummer

    def __str__(self) -> str:
        """As in a message."""
        return f"{self.number} {super().__str__()}"


class Merger(Model):
    """A change of borders: from when, and who joined."""

    date: Day
    merged_with: tuple[Name, ...] = Field(strict=False, min_length=1)


class Member(Model):
    """A kommune of the network, under an id that outlives its numbers."""

    id: Identifier
    name: Name
    other_names: tuple[str, ...] = Field(default=(), strict=False)
    member_from: int | None = None
    kommunenummer: tuple[NumberPeriod, ...] = Field(strict=False)
    mergers: tuple[Merger, ...] = Field(default=(), strict=False)

    def is_member_in(self, year: int) -> bool:
        """Whether its figures belong in the mean of a data year."""
        return (self.member_from or year) <= year

    def exists_in(self, year: int) -> bool:
        """Whether it has a number in a year: before it was formed, it has none."""
        return any(period.covers(year) for period in self.kommunenummer)

    def number_in(self, year: int) -> str:
        """
        The kommunenummer of a year.

        Raises
        ------
        ParameterError
            If ``nettverk.yaml`` gives none, or more than one, for the year.
        """
        found = [period.number for period in self.kommunenummer if period.covers(year)]
        if len(found) != 1:
            msg = f"{NETWORK_FILE}: {self.id} has {len(found)} kommunenummer in {year}"
            raise ParameterError([msg])
        return found[0]

    @property
    def names(self) -> frozenset[str]:
        """The names it is known under, folded."""
        return frozenset(fold(name) for name in (self.name, *self.other_names))

    def misfit(self, number: str, period: int, label: str) -> str:
        """
        Say why a label of SSB's shows that a number is not this kommune's in a year.

        Parameters
        ----------
        number : str
            Code of a region.
        period : int
            Year of the table.
        label : str
            What the table calls the region. One that is nothing but its code names
            nobody, and fits.

        Returns
        -------
        misfit : str
            Empty where the label fits; else what is wrong, and what to mend.
        """
        years = LABEL_YEARS.search(label)
        first, last = (years[1], years[2]) if years else (None, None)
        said = LABEL_PLACE.sub("", LABEL_CODE.sub("", label)).strip()
        called = {fold(name) for name in (said, *BETWEEN_NAMES.split(said))}
        if said and not called & self.names:
            remedy = (
                f"Mend the number of {self.id}; if it is right, add the name to its "
                "other_names,"
            )
        elif not int(first or period) <= period <= int(last or period):
            remedy = f"Mend the years of {self.id}"
        else:
            return ""
        return (
            f"calls {number} «{label}», so that is not the number of {self.name} in "
            f"{period}. {remedy} in {FOLDER}/{NETWORK_FILE}."
        )


class Network(Model):
    """The members, dated: nothing in the code knows how many they are."""

    source: Source
    members: tuple[Member, ...] = Field(strict=False)

    def in_year(self, year: int) -> tuple[Member, ...]:
        """Members whose figures belong in the mean of a data year."""
        return tuple(m for m in self.members if m.is_member_in(year))

    def reports(self, year: int) -> list[str]:
        """Ids of all reports of a data year: the members', and those on no one."""
        return [*(member.id for member in self.in_year(year)), *SHARED]

    def member(self, kommune: str) -> Member:
        """
        Find a member by id or name: ``baerum``, ``Bærum`` and ``bærum`` are one.

        Raises
        ------
        UsageError
            If there is none; the message suggests the nearest.
        """
        wanted = fold(kommune)
        for member in self.members:
            if wanted in (member.id, *member.names):
                return member
        ids = [member.id for member in self.members]
        msg = f"Unknown kommune {kommune!r}.{suggestion(wanted, ids)}"
        raise UsageError(msg)

    def numbered(self, number: str, year: int | None = None) -> Member:
        """
        Find a member by the kommunenummer it has in a year, or has had in any.

        Raises
        ------
        UsageError
            If there is none; the message says whose number it was or will be.
        """
        periods = [(m, period) for m in self.members for period in m.kommunenummer]
        had = [found for found in periods if found[1].number == number]
        for member, period in had:
            if year is None or period.covers(year):
                return member
        if had and year is not None:
            member = had[0][0]
            now = [p.number for p in member.kommunenummer if p.covers(year)]
            hint = f" {member.name} has {' and '.join(now) or 'none'} then."
        else:
            hint = suggestion(
                number.zfill(4), sorted({period.number for _, period in periods})
            )
        when = "" if year is None else f" in {year}"
        msg = f"No member has kommunenummer {number}{when}.{hint}"
        raise UsageError(msg)


class Run(Model):
    """The parameters of one report: flat scalars, as papermill takes them.

    Attributes
    ----------
    kommune : str
        Lasting id of a member, or ``alle`` in a batch file; the notebook takes names.
    year : int
        Data year. Edition Y reports data year Y - 1.
    service : str
        Id of the service area that it is on.
    published, changed : str
        ISO dates, or empty. They are given and not read off the clock, so that the
        same inputs give the same bytes.
    edition_status : str
        Of figures whose update at SSB is not known; the person who publishes says it.
        For figures that were fetched, it is derived from when SSB updated each table.
    snapshot : str
        Which StatBank answers to use: ``latest``, ``embedded``, or the name of a
        snapshot. ``latest`` is the one that was fetched last, and the embedded one
        until something has been fetched.
    language : str
        ``nb``, or a language that there is a ``fraser.<language>.yaml`` of.
    """

    kommune: str
    year: int
    service: Identifier = SERVICE
    published: IsoDate = ""
    changed: IsoDate = ""
    edition_status: Literal["", "endelige", "forelopige"] = ""
    snapshot: str = LATEST
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = BOKMAL

    def __str__(self) -> str:
        """As messages call the report: «oslo 2020», «barnevern oslo 2020»."""
        area = () if self.service == SERVICE else (self.service,)
        return " ".join([*area, self.kommune, str(self.year)])


@lru_cache(4096)
def fold(text: str) -> str:
    """
    Lower-case ASCII form of a Norwegian name, by the rule of our ids.

    Examples
    --------
    >>> fold("Tromsø"), fold("BÆRUM"), fold("Tråante")
    ('tromso', 'baerum', 'traante')
    """
    lowered = unicodedata.normalize("NFC", text.strip()).casefold()
    for letter, plain in (("æ", "ae"), ("ø", "o"), ("å", "a")):
        lowered = lowered.replace(letter, plain)
    return lowered


def suggestion(wanted: str, known: Iterable[str]) -> str:
    """
    Name the nearest known word, or those that are known, as the tail of a message.

    Of a long list it names the nearest: nobody reads hundreds.

    Examples
    --------
    >>> suggestion("tronheim", ["oslo", "trondheim"])
    ' Did you mean trondheim?'
    >>> suggestion("x", ["oslo", "trondheim"])
    ' Known: oslo, trondheim.'
    >>> suggestion("x", [])
    ' None is known.'
    >>> suggestion("?", [f"tabell_{place}" for place in range(100, 400)])
    ' 300 are known, the nearest tabell_399, tabell_398, tabell_397.'
    """
    names = list(dict.fromkeys(known))
    nearest = get_close_matches(wanted, names, n=1, cutoff=0.6)
    if nearest:
        return f" Did you mean {nearest[0]}?"
    if not names:
        return " None is known."
    if len(names) <= READABLE:
        return f" Known: {', '.join(names)}."
    some = get_close_matches(wanted, names, n=3, cutoff=0)
    return f" {len(names)} are known, the nearest {', '.join(some)}."


def unknown(
    where: str, names: Iterable[str], known: Iterable[str], *, what: str = ""
) -> list[str]:
    """
    Name what is none of those that are known, a line for each with the nearest.

    Examples
    --------
    >>> unknown("a.yaml: kind", ["statu"], ["status"], what="kind ")
    ["a.yaml: kind: unknown kind 'statu'. Did you mean status?"]
    """
    there = list(known)
    return [
        f"{where}: unknown {what}{name!r}.{suggestion(name, there)}"
        for name in dict.fromkeys(names)
        if name not in there
    ]


def find_folder(start: Path | None = None) -> Path:
    """
    Find ``parameters/`` from here or from a folder above.

    JupyterLab starts in ``notebooks/`` and the batch at the root; both find the same.

    Raises
    ------
    UsageError
        If no folder on the way up holds ``parameters/nettverk.yaml``.
    """
    here = (start or Path.cwd()).resolve()
    for place in (here, *here.parents):
        folder = place / FOLDER
        if (folder / NETWORK_FILE).is_file():
            return folder
    msg = (
        f"No {FOLDER}/{NETWORK_FILE} in {here} or above. "
        "Start in the project's folder, or name it with --parameters; "
        "`asss init FOLDER` lays out a new one."
    )
    raise UsageError(msg)


def packaged_project() -> Path:
    """
    The notebooks and parameters that the package carries, as ``asss init`` copies them.

    In a checkout they are the project's own.
    """
    package = Path(str(resources.files("asss")))
    carried = package / "project"
    return carried if carried.is_dir() else package.parent


def is_left_over(name: str) -> bool:
    """
    Whether an editor, a system or a notebook server left a file or folder lying.

    Examples
    --------
    >>> [is_left_over(name) for name in ("._a.csv", "a.yaml~", "#a.md#", "a.csv")]
    [True, True, True, False]
    """
    return (
        name.startswith((".", "#", "~$"))
        or name.endswith(("~", "#", ".swp", ".swo", ".bak", ".orig", ".tmp"))
        or name in ("__pycache__", "__MACOSX")
    )


def files(folder: Path, pattern: str) -> list[Path]:
    """Find what people wrote, in order; what was only left lying is not among it."""
    return sorted(
        path
        for path in folder.glob(pattern)
        if not any(map(is_left_over, path.relative_to(folder).parts))
    )


def names_in(folder: Path) -> list[str]:
    """Every file of a folder; what an editor, a system or Python leaves is no part."""
    return sorted(_names_in(folder, ""))


def _names_in(folder: Path | str, above: str) -> Iterator[str]:
    """
    Names with what is `above` before them; a link to a folder is not followed.

    As `Path.glob` finds them, in a fifth of the time: a command that has nothing to do
    asks some fifty times.
    """
    # Where there is no folder, or none that may be read, there is no file either.
    unseen = FileNotFoundError, NotADirectoryError, PermissionError
    with suppress(*unseen), os.scandir(folder) as entries:
        for entry in entries:
            if is_left_over(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _names_in(entry.path, f"{above}{entry.name}/")
            elif entry.is_file():
                yield above + entry.name


def digest(folder: Path, names: Iterable[str]) -> str:
    """One sha256 for some files of a folder, by name and content."""
    found = hashlib.sha256()
    for name in names:
        content = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        found.update(f"{name}\0{content}\n".encode())
    return found.hexdigest()


def read_text(path: Path, file: str, problems: list[str]) -> str | None:
    """
    Read a file that people write; what is wrong with it is added to `problems`.

    Parameters
    ----------
    file : str
        What the messages call it.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            # One is waited for until somebody writes to it, another is a folder.
            problems.append(f"{file}: is not a file that can be read")
            return None
        if found.st_size > LARGEST_FILE:
            size = f"{LARGEST_FILE // 2**20} MB"
            problems.append(f"{file}: is larger than {size}; it holds something else")
            return None
        return path.read_text("utf-8-sig")
    except OSError as error:
        problems.append(f"{file}: cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        how = " (in Excel «CSV UTF-8»)" if path.suffix == ".csv" else ""
        problems.append(f"{file}: is not UTF-8; save it as UTF-8{how}")
    return None


class _Loader(yaml.CSafeLoader):
    """YAML lets a later key silently replace an earlier one; we do not."""


def _mapping_without_duplicates(
    loader: _Loader, node: yaml.MappingNode
) -> dict[Any, Any]:
    seen: dict[Any, int] = {}
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if key in seen:
            msg = f"key {key!r} stands twice, in line {seen[key]} and line {line}"
            raise yaml.constructor.ConstructorError(None, None, msg)
        seen[key] = line
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_duplicates
)


def read_yaml(path: Path, problems: list[str]) -> Any:
    """
    Read one YAML file; what is wrong with it is added to `problems`.

    Returns
    -------
    content : object or None
        None where the file could not be read.
    """
    text = read_text(path, path.name, problems)
    if text is None:
        return None
    before = len(problems)
    content = parse_yaml(text, path.name, problems)
    if content is None and len(problems) == before:
        problems.append(f"{path.name}: is empty")
    return content


def parse_yaml(text: str, file: str, problems: list[str]) -> Any:
    """Read YAML that is already here; None where it says nothing, or is not valid."""
    # The parser's own stack, which nobody guards, grows with each that is opened.
    if sum(1 for _ in OPENERS.finditer(text)) > MOST_ENTRIES:
        problems.append(f"{file}: has more than {MOST_ENTRIES} lists and entries")
        return None
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            if root is None:
                return None
            _check_nodes(root)
            return loader.construct_document(root)
        finally:
            loader.dispose()
    except (
        yaml.YAMLError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
    ) as error:
        # PyYAML lets ValueError through for 2021-02-30, TypeError for a list as key,
        # KeyError for «!!bool x» and AttributeError for «!!timestamp x».
        what = " ".join(str(error).split())
        problems.append(f"{file}: is not valid YAML: {what}")
        return None


def _check_nodes(root: yaml.Node) -> None:
    """Refuse what ten lines of YAML can make endless: aliases, and endless depth."""
    seen = set()
    waiting = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        line = node.start_mark.line + 1
        if id(node) in seen:
            msg = f"what stands in line {line} is used again by an alias (*); write it"
            raise yaml.constructor.ConstructorError(None, None, f"{msg} out")
        if depth > DEEPEST:
            msg = f"more than {DEEPEST} levels inside each other, in line {line}"
            raise yaml.constructor.ConstructorError(None, None, msg)
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            waiting += [(part, depth + 1) for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += [(part, depth + 1) for part in node.value]


def check_model(
    model: type[AnyModel], content: Any, *, file: str, problems: list[str]
) -> AnyModel | None:
    """
    Check what a file says against a model; every mistake is added to `problems`.

    Returns
    -------
    checked : an instance of `model`, or None where there were mistakes
    """
    if not isinstance(content, Mapping):
        if content is not None:
            problems.append(f"{file}: should hold keys and values")
        return None
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems.extend(_explain(error, model, content, file))
        return None


def _explain(
    error: ValidationError, model: type[BaseModel], content: Any, file: str
) -> list[str]:
    lines = []
    places = [mistake["loc"] for mistake in error.errors()]
    for mistake in error.errors():
        where = _path_of(mistake["loc"], content)
        given = mistake["input"]
        match mistake["type"]:
            # What has one that is wrong counts as empty; it is told of in its place.
            case "too_short" if any(_is_inside(at, mistake["loc"]) for at in places):
                continue
            case "too_short":
                what = "is empty; give at least one"
            case "extra_forbidden":
                name = str(mistake["loc"][-1])
                nearest = get_close_matches(name, _keys_of(model), n=1)
                hint = f", did you mean {nearest[0]}?" if nearest else ""
                what = f"unknown key{hint}"
            case "missing":
                what = "is missing"
            case "string_type" if isinstance(given, int | date):
                what = f"{given} must be text: put quotation marks around it"
            case "string_pattern_mismatch":
                what = f"{given!r} does not have the form {mistake['ctx']['pattern']}"
            case "value_error":
                # Whoever wrote a whole entry knows what it says.
                got = "" if isinstance(given, Mapping) else f", got {given!r}"
                what = f"{mistake['ctx']['error']}{got}"
            case _:
                what = f"{mistake['msg']}, got {given!r}"
        lines.append(f"{file}: {where}: {what}")
    return lines


def _is_inside(place: Sequence[int | str], whole: Sequence[int | str]) -> bool:
    """Whether a mistake lies in a part of what another is told of."""
    return len(place) > len(whole) and tuple(place[: len(whole)]) == tuple(whole)


def _path_of(loc: Sequence[int | str], content: Any) -> str:
    """Name list items by their id, which a reader finds, rather than by number."""
    steps: list[str] = []
    for step in loc:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            content = None
        named = content.get("id") if isinstance(content, Mapping) else None
        if isinstance(step, int):
            steps[-1:] = [f"{steps[-1] if steps else ''}[{named or step}]"]
        else:
            steps.append(step)
    return ".".join(steps) or "the file"


def _keys_of(model: type[BaseModel]) -> list[str]:
    """All keys in a model and the models inside it."""
    keys: list[str] = []
    seen: set[type] = set()
    waiting: list[Any] = [model]
    while waiting:
        current = waiting.pop()
        if isinstance(current, type) and issubclass(current, BaseModel):
            if current not in seen:
                seen.add(current)
                keys += list(current.model_fields)
                waiting += [f.annotation for f in current.model_fields.values()]
        else:
            waiting += list(getattr(current, "__args__", ()))
    return keys


def check_run(path: Path, problems: list[str], *, ids: Collection[str]) -> Run | None:
    """
    Read a run file; every mistake is added to `problems`.

    Where its name says whose or which year's it is, as ``oslo-2020.yaml`` does, it must
    say the same inside: last year's file is copied every year. On another service area
    than `SERVICE` the name begins with that: ``barnevern-oslo-2020.yaml``.

    Parameters
    ----------
    ids : collection of str
        What a name can say: ids of members, ``alle`` and ``asss``. Any other word is a
        name of somebody's choosing.
    """
    content = read_yaml(path, problems)
    run = check_model(Run, content, file=path.name, problems=problems)
    named = re.fullmatch(r"(.+)-(\d{4})", path.stem)
    if run and not SNAPSHOT_NAME.fullmatch(run.snapshot):
        problems.append(
            f"{path.name}: snapshot: {run.snapshot!r} is not a name; write the name "
            f"that `asss fetch` gives, such as 2026-06-20, or {LATEST} or {EMBEDDED}"
        )
    if run and named:
        told = [("year", str(run.year), named[2])]
        whose = named[1].removeprefix(_begins(run.service))
        if fold(whose) in ids:
            told.append(("kommune", fold(run.kommune), fold(whose)))
            if whose == named[1]:
                told.append(("service", run.service, SERVICE))
        problems += [
            f"{path.name}: {key}: is {inside}, and the file's name says {outside}; "
            "mend the one that is wrong"
            for key, inside, outside in told
            if inside != outside
        ]
    return run


def read_run(path: Path, *, ids: Collection[str] = ()) -> Run:
    """
    Read a file of ``rapporter/``: the parameters of one report, or of a batch.

    Raises
    ------
    ParameterError
        With every mistake in the file, and in its name: see :func:`check_run`.
    """
    problems: list[str] = []
    run = check_run(path, problems, ids=ids)
    if run is None or problems:
        raise ParameterError(problems)
    return run


def _begins(service: str) -> str:
    """How the name of a run file begins that is on a service area."""
    return "" if service == SERVICE else f"{service}-"


def run_file(service: str, kommune: str, year: int) -> str:
    """
    The file of a report's parameters, or of a batch's, under ``parameters/``.

    Examples
    --------
    >>> run_file("sosiale_tjenester", "oslo", 2020), run_file("barnevern", "alle", 2020)
    ('rapporter/oslo-2020.yaml', 'rapporter/barnevern-alle-2020.yaml')
    """
    return f"{RUN_FOLDER}/{_begins(service)}{kommune}-{year}.yaml"


def choose_run(folder: Path, *, kommune: str, year: int, service: str = SERVICE) -> Run:
    """
    The parameters for a kommune and year: its own file, else the year's batch file.

    Parameters
    ----------
    folder : Path
        ``parameters/``.
    kommune : str
        Lasting id of a member.

    Returns
    -------
    run : Run
        From ``rapporter/<kommune>-<year>.yaml``, else ``rapporter/alle-<year>.yaml``,
        else with the defaults, which say that the report is not published. On another
        service area than `SERVICE`, both names begin with that: see :func:`run_file`.

    Raises
    ------
    ParameterError
        If the file has mistakes, or is not on what its name says.
    """
    for whose in (kommune, EVERY):
        path = folder / run_file(service, whose, year)
        if path.is_file():
            run = read_run(path, ids=(kommune, EVERY))
            if run.service != service:
                msg = (
                    f"{path.name}: service: is {run.service}, and the file's name says "
                    f"{service}; mend the one that is wrong"
                )
                raise ParameterError([msg])
            return run.model_copy(update={"kommune": kommune})
    return Run(kommune=kommune, year=year, service=service)


def load_run(namespace: Mapping[str, object], *, kommune: str | None = None) -> Run:
    """
    Take a report's parameters from the notebook's variables.

    Parameters
    ----------
    namespace : mapping of name to value
        ``vars()`` in the notebook. What papermill was given must be a parameter: it
        only warns, and would give a perfect report on the wrong kommune. Elsewhere a
        text or number under a name that is nearly a parameter's is taken for a misspelt
        one.
    kommune : str, optional
        For a notebook that is always on the same, and so is given none.

    Raises
    ------
    ParameterError
        If a parameter is missing, unknown, misspelt or of the wrong kind.

    Examples
    --------
    >>> import asss
    >>> asss.load_run({"kommune": "oslo", "year": 2020}).snapshot
    'latest'
    """
    expect(Mapping, namespace, "what a run is taken from, such as vars(),")
    fields = [name for name in Run.model_fields if name != "kommune" or not kommune]
    content = {name: namespace[name] for name in fields if name in namespace}
    unknown = [name for name in _given(namespace, fields) if name not in fields]
    problems = [
        f"notebook: unknown parameter {name}.{suggestion(fold(name), fields)}"
        for name in dict.fromkeys(unknown)
    ]
    if kommune:
        content["kommune"] = kommune
    run = check_model(Run, content, file="notebook", problems=problems)
    if problems or run is None:
        raise ParameterError(problems)
    return run


def _given(namespace: Mapping[str, object], fields: Sequence[str]) -> list[str]:
    """The names that papermill gave, and those that are nearly a parameter's."""
    cells = namespace.get("In")
    given = [
        name
        for source in (cells if isinstance(cells, list) else [])
        if str(source).startswith(INJECTED)
        for name in ASSIGNED.findall(str(source))
    ]
    return given + [
        name
        for name, value in namespace.items()
        if isinstance(value, str | int | float)
        and re.match(r"[a-z]", name)
        and get_close_matches(name, fields, 1, 0.75)
    ]


def as_yaml(entry: object) -> str:
    """
    One line of YAML that says this, whatever stands in its texts.

    Examples
    --------
    >>> as_yaml({"title": "Mottakere: i alt"})
    "title: 'Mottakere: i alt'"
    """
    written: str = yaml.safe_dump(
        _on_one_line(entry),
        allow_unicode=True,
        default_flow_style=True,
        sort_keys=False,
        width=math.inf,
    )
    return ("- " if isinstance(entry, list) else "") + written.strip()[1:-1]


def _on_one_line(entry: object) -> object:
    """The same with texts that have no line breaks, which YAML would fold."""
    if isinstance(entry, dict):
        return {key: _on_one_line(value) for key, value in entry.items()}
    if isinstance(entry, list):
        return [_on_one_line(value) for value in entry]
    return " ".join(entry.split()) if isinstance(entry, str) else entry

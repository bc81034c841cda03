"""
Only what changed: a report is left as it is when it would come out the same.

A wrong skip leaves a stale figure in print, so each kind of input is changed here, one
at a time, and it is said which reports are then to be made. The reports are stand-ins:
small files with a manifest as ``report`` writes it, for what is tested is the decision.
"""

import json
import random
import shutil
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from reports import commented, copy_project

from asss import statbank
from asss.analysis import findings, indexing, network, sources
from asss.catalogue import catalogue, parameters
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import METHOD, SERVICE, SHARED, Run
from asss.outputs import EDITIONS, PUBLIC, USUAL_FORMATS
from asss.runs import ledger, manifest
from asss.runs.ledger import Entry, Ledger
from asss.runs.manifest import Inputs, Verdict
from asss.statbank import Snapshot, holdings

YEARS = (2019, 2020)

#: The only snapshot of the spare project: the figures of the package, as if fetched.
SNAPSHOT = "2026-11-01"
FINGERPRINT = "what the reader is told"

Change: TypeAlias = Callable[[Path], None]


@pytest.fixture(scope="session")
def all_made(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project where every report of two years is made, and none is stale."""
    project = tmp_path_factory.mktemp("all_made") / "project"
    copy_project(root, project)
    shutil.copytree(
        statbank.embedded_folder(), project / "outputs" / "snapshots" / SNAPSHOT
    )
    commented(project, "trondheim-2020/kvalitet")
    make(project)
    return project


@pytest.fixture
def made(all_made: Path, tmp_path: Path) -> Path:
    """The same, for a test to change."""
    return shutil.copytree(all_made, tmp_path / "project")


def make(project: Path) -> None:
    """Put a stand-in for every report in place, as `render_report` vouches for one."""
    known, output = (
        catalogue.load_catalogue(project / "parameters"),
        project / "outputs",
    )
    answers = holdings.open_snapshot(SNAPSHOT, root=project)
    inputs = Inputs()
    for run in runs_of(project, known):
        folder = manifest.folder_of(output, run)
        folder.mkdir(parents=True)
        for name in ("rapport.html", "facts.json"):
            (folder / name).write_text(f"{name} {run.kommune}", "utf-8")
        kept = manifest.take(
            folder,
            run,
            formats=USUAL_FORMATS,
            editions=(PUBLIC,),
            fingerprint=FINGERPRINT,
            snapshot=answers.sha256,
            inputs=inputs.of(run, known, answers),
        )
        manifest.write(kept, folder)
        entry = Entry(
            published=run.published,
            changed=run.changed,
            fingerprint=FINGERPRINT,
            history=(),
        )
        Ledger(output).record(manifest.key_of(run), entry, before=None)


def runs_of(project: Path, known: Catalogue) -> list[Run]:
    """Every report of the two years, as `asss render --all` asks for it."""
    chosen = holdings.choose_snapshot(parameters.LATEST, root=project)
    return [
        parameters.choose_run(known.folder, kommune=name, year=year).model_copy(
            update={"snapshot": chosen}
        )
        for year in YEARS
        for name in known.network.reports(year)
    ]


def judge(
    project: Path,
    *,
    formats: Sequence[str] = USUAL_FORMATS,
    editions: Sequence[str] = (PUBLIC,),
) -> dict[str, Verdict]:
    """What is to be made, with everything read anew from the disk."""
    folder = project / "parameters"
    runs = runs_of(project, catalogue.load_catalogue(folder))
    snapshots = {
        name: holdings.open_snapshot(name, root=project)
        for name in {run.snapshot for run in runs}
    }
    verdicts = manifest.judge(
        runs,
        output=project / "outputs",
        catalogues=catalogue.of_runs(folder, runs),
        snapshots=snapshots,
        entries=Ledger(project / "outputs").read(),
        asked=(*formats, *editions),
    )
    return {manifest.key_of(v.run): v for v in verdicts}


def due(verdicts: dict[str, Verdict]) -> set[str]:
    """The names of the reports that are to be made."""
    return {name for name, verdict in verdicts.items() if not verdict.is_fresh}


def replaced(file: str, old: str, new: str) -> Change:
    """Change a text in a file of the project, once."""

    def change(project: Path) -> None:
        path = project / file
        text = path.read_text("utf-8")
        assert old in text, f"{file} no longer holds {old!r}"
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


def added(file: str, text: str) -> Change:
    """Write at the end of a file of the project, or a new one."""

    def change(project: Path) -> None:
        path = project / file
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text("utf-8") if path.is_file() else ""
        path.write_text(before + text, "utf-8")

    return change


def forbehold(*years: int) -> Change:
    """A new forbehold for Oslo."""
    return added(
        "parameters/sosiale_tjenester/forbehold.yaml",
        f"""
  - id: oslo_new
    kind: definition_differs
    kommuner: [oslo]
    indicators: [sykefravaer]
    years: {list(years)}
    text: En ny merknad.
    label: ny merknad
    source: "https://www.oslo.kommune.no"
    date: "2026-11-01"
""",
    )


def cell(table: str, *, period: str, number: str = "0301") -> Change:
    """Change one figure in an answer, and vouch for the answer anew."""

    def change(project: Path) -> None:
        path = project / "outputs" / "snapshots" / SNAPSHOT / f"{table}.json"
        answer = json.loads(path.read_bytes())
        dataset = statbank.read_dataset(path.read_bytes(), table=table)
        flat = next(
            flat
            for flat, codes in enumerate(dataset.addresses())
            if {number, period} <= set(codes) and dataset.values[flat]
        )
        key = str(flat) if isinstance(answer["value"], dict) else flat
        answer["value"][key] += 1
        path.write_text(json.dumps(answer), "utf-8")
        vouch(path.parent, table)

    return change


def vouch(folder: Path, table: str, **entry: object) -> None:
    """Let a snapshot's manifest tell of an answer as it now is."""
    path = folder / statbank.MANIFEST
    kept = json.loads(path.read_bytes())
    (part,) = kept["tables"][table]["parts"]
    part["sha256"] = statbank.digest((folder / part["file"]).read_bytes())
    kept["tables"][table] |= {"sha256": part["sha256"], **entry}
    path.write_text(json.dumps(kept), "utf-8")


def updated(project: Path) -> None:
    """SSB has updated a table, and changed no figure in it."""
    folder = project / "outputs" / "snapshots" / SNAPSHOT
    vouch(folder, "12210", ssb_updated="2026-06-15T06:00:00Z")


def fetched_again(project: Path) -> None:
    """A later fetch has brought the same."""
    store = project / "outputs" / "snapshots"
    newer = store / "2026-12-01"
    shutil.copytree(store / SNAPSHOT, newer)
    path = newer / statbank.MANIFEST
    kept = json.loads(path.read_bytes())
    path.write_text(
        json.dumps(kept | {"name": newer.name, "created": newer.name}), "utf-8"
    )


def gone(file: str) -> Change:
    """Take a file of the project away."""
    return lambda project: (project / file).unlink()


def entry(**told: str) -> Change:
    """Let the ledger tell something else of one report, or nothing at all."""

    def change(project: Path) -> None:
        path = project / "outputs" / ledger.LEDGER_NAME
        content = json.loads(path.read_bytes())
        if told:
            content["reports"][TRONDHEIM] |= told
        else:
            del content["reports"][TRONDHEIM]
        path.write_text(json.dumps(content), "utf-8")

    return change


NONE: frozenset[str] = frozenset()
KOMMUNER = (
    *("oslo", "bergen", "trondheim", "stavanger", "kristiansand", "tromso"),
    *("sandnes", "baerum", "drammen", "fredrikstad"),
)
IN_2020 = frozenset(ledger.key(2020, SERVICE, name) for name in (*KOMMUNER, *SHARED))
IN_2019 = frozenset(ledger.key(2019, SERVICE, name) for name in (*KOMMUNER, *SHARED))
EVERY = IN_2019 | IN_2020
TRONDHEIM = ledger.key(2020, SERVICE, "trondheim")
ONE = frozenset({TRONDHEIM})
NETWORKS = frozenset(ledger.key(year, SERVICE, "asss") for year in YEARS)
OF_NONE = NETWORKS | {ledger.key(year, SERVICE, METHOD) for year in YEARS}

PARAMETERS = "parameters/"
PLACE = "outputs/2020/sosiale_tjenester/trondheim/"


CHANGES: dict[str, tuple[Change, frozenset[str], str]] = {
    "nothing": (lambda _: None, NONE, ""),
    "its comment": (
        added(
            f"{PARAMETERS}sosiale_tjenester/kommentarer/trondheim-2020/kvalitet.md",
            "\nOg mer.\n",
        ),
        ONE,
        "kommentarer/",
    ),
    "the comment of a year that is not asked for": (
        added(
            f"{PARAMETERS}sosiale_tjenester/kommentarer/tromso-2017/rus.md", "Mer.\n"
        ),
        NONE,
        "",
    ),
    "a comment taken away": (
        gone(f"{PARAMETERS}sosiale_tjenester/kommentarer/trondheim-2020/kvalitet.md"),
        ONE,
        "a comment",
    ),
    "its comment, which is broken now": (
        replaced(
            f"{PARAMETERS}sosiale_tjenester/kommentarer/trondheim-2020/kvalitet.md",
            "---",
            "--",
        ),
        ONE,
        "kommentarer/",
    ),
    "a new comment, which is broken": (
        added(
            f"{PARAMETERS}sosiale_tjenester/kommentarer/trondheim-2020/tjenesteprofil.md",
            "Mer.\n",
        ),
        ONE,
        "kommentarer/",
    ),
    "what an editor left": (
        added(
            f"{PARAMETERS}sosiale_tjenester/kommentarer/trondheim-2020/#kvalitet.md#",
            "Mer.\n",
        ),
        NONE,
        "",
    ),
    "a word": (
        replaced(f"{PARAMETERS}fraser.yaml", ": ASSS samlet", ": Hele ASSS"),
        EVERY,
        "fraser.yaml: a phrase",
    ),
    "a threshold": (
        replaced(f"{PARAMETERS}fraser.yaml", "value: 2.5", "value: 2.6"),
        EVERY,
        "fraser.yaml: a phrase",
    ),
    "a kind of forbehold": (
        replaced(f"{PARAMETERS}forbehold.yaml", "why: ", "why: Ny. "),
        EVERY,
        "a kind of forbehold",
    ),
    "another language": (
        added(f"{PARAMETERS}fraser.nn.yaml", "\n# nynorsk\n"),
        NONE,
        "",
    ),
    "a remark in YAML": (
        added(f"{PARAMETERS}fraser.yaml", "\n# a remark\n"),
        NONE,
        "",
    ),
    "a word of its service area": (
        replaced(
            f"{PARAMETERS}sosiale_tjenester/fraser.yaml",
            "er samlet inn for hånd og følger",
            "er samlet inn av noen og følger",
        ),
        EVERY,
        "fraser.yaml: a phrase",
    ),
    "its service area's words in another language": (
        added(f"{PARAMETERS}sosiale_tjenester/fraser.nn.yaml", "\n# nynorsk\n"),
        NONE,
        "",
    ),
    "a forbehold of the last year": (forbehold(2020), IN_2020, "a forbehold"),
    "a forbehold of an earlier year": (forbehold(2016), EVERY, "a forbehold"),
    "a forbehold of years to come": (forbehold(2021, 2022), NONE, ""),
    "a figure collected by hand": (
        replaced(
            f"{PARAMETERS}sosiale_tjenester/manuelle/sykefravaer.csv",
            "oslo,2020,",
            "oslo,2020,1",
        ),
        IN_2020,
        "manuelle/",
    ),
    "the network": (
        replaced(f"{PARAMETERS}nettverk.yaml", "name: Oslo", "name: Oslo by"),
        EVERY,
        "parameters/nettverk.yaml",
    ),
    "an indicator": (
        replaced(
            f"{PARAMETERS}sosiale_tjenester/indikatorer.yaml",
            "definition: ",
            "definition: Ny. ",
        ),
        EVERY,
        "indikatorer.yaml: ",
    ),
    "how SSB is asked": (
        replaced(f"{PARAMETERS}statbank.yaml", "attempts: ", "attempts: 1"),
        NONE,
        "",
    ),
    "its run file": (
        replaced(
            f"{PARAMETERS}rapporter/trondheim-2020.yaml", "2023-04-27", "2023-05-02"
        ),
        ONE,
        "changed 2023-04-27 → 2023-05-02",
    ),
    "the run file of the others": (
        replaced(f"{PARAMETERS}rapporter/alle-2020.yaml", "2026-11-23", "2026-11-22"),
        IN_2020 - ONE,
        "published 2026-11-23 → 2026-11-22",
    ),
    "a date that its run file contradicts": (
        replaced(f"{PARAMETERS}rapporter/trondheim-2020.yaml", '"2021-03-15"', '""'),
        ONE,
        "published is empty",
    ),
    "a file that nobody knows": (
        added(f"{PARAMETERS}nye_tall.csv", "1,2\n"),
        EVERY,
        "of unknown use",
    ),
    "the notebook": (
        added("notebooks/kommune.ipynb", " "),
        EVERY - OF_NONE,
        "notebooks/kommune.ipynb changed",
    ),
    "the network's notebook": (
        added("notebooks/asss_samlet.ipynb", " "),
        NETWORKS,
        "notebooks/asss_samlet.ipynb changed",
    ),
    "a figure of the last year": (
        cell("12210", period="2020"),
        IN_2020,
        "a figure that it uses changed: table 12210",
    ),
    "a figure of an earlier year": (
        cell("12367", period="2017"),
        EVERY,
        "a figure that it uses changed: table 12367",
    ),
    "a figure that is dated the year after": (
        cell("07459", period="2021"),
        IN_2020,
        "a figure that it uses changed: table 07459",
    ),
    "the update of a table": (updated, EVERY, "table 12210"),
    "the same fetched again": (fetched_again, NONE, ""),
    "its page": (
        added(f"{PLACE}rapport.html", "<!-- mine -->"),
        ONE,
        "rapport.html has been changed",
    ),
    "a file of it gone": (gone(f"{PLACE}facts.json"), ONE, "facts.json is missing"),
    "somebody's file beside it": (added(f"{PLACE}notes.txt", "mine"), NONE, ""),
    "its manifest gone": (gone(f"{PLACE}manifest.json"), ONE, "nothing vouches"),
    "its manifest damaged": (added(f"{PLACE}manifest.json", "}"), ONE, "vouches"),
    "the ledger without it": (entry(), ONE, "does not know it"),
    "the ledger's day": (entry(changed="2026-11-02"), ONE, "2023-04-27 → 2026-11-02"),
    "the ledger's fingerprint": (
        entry(fingerprint="another"),
        ONE,
        "another rendering",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_is_made_again_and_nothing_else(what: str, made: Path) -> None:
    """One input at a time, and the reports it reaches; each says what it was."""
    change, expected, says = CHANGES[what]
    change(made)
    verdicts = judge(made)
    assert verdicts.keys() == EVERY
    assert due(verdicts) == expected
    for name in expected:
        (reason,) = verdicts[name].reasons
        assert says in reason


def test_every_kind_of_file_under_parameters_is_changed_above(root: Path) -> None:
    """A new kind of file must be given its place among the inputs."""
    folder = root / "parameters"
    kinds = set()
    for name in parameters.names_in(folder):
        first, *rest = name.split("/")
        # What one service area has, another has under the same name.
        is_area = first in catalogue.services(folder)
        kinds.add(f"{SERVICE}/{rest[0]}" if is_area else first)
    told = " ".join(
        str(value)
        for change, _, _ in CHANGES.values()
        for part in (change.__closure__ or ())
        for value in [part.cell_contents]
    )
    assert not {kind for kind in kinds if f"{PARAMETERS}{kind}" not in told}


def test_what_a_report_is_given_is_all_that_is_known() -> None:
    """A new field of the catalogue must be given its place in the substance."""
    assert {field.name for field in fields(Catalogue)} == {
        *("network", "service", "kinds", "forbehold", "phrases", "manual", "comments"),
        *("prose", "need"),
        # With the comments: what is wrong with them.
        "broken",
        # Where it lies; a run's own input; how SSB is asked; an error if not empty.
        *("folder", "language", "statbank", "untranslated"),
        # Of a what-if, which never becomes a report.
        "supposed",
        # The phrases again, as they are where the mean is of all.
        "told_before",
    }


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"formats": (*USUAL_FORMATS, "docx")}, "format docx is missing"),
        ({"formats": (*USUAL_FORMATS, "png")}, "format png is missing"),
        ({"editions": EDITIONS}, "edition review is missing"),
    ],
)
def test_other_formats_and_editions_are_other_folders(
    asked: dict[str, Any], says: str, made: Path
) -> None:
    """What is asked for and does not lie there is to be made."""
    verdicts = judge(made, **asked)
    assert due(verdicts) == EVERY
    assert {verdict.reasons for verdict in verdicts.values()} == {(says,)}


def test_what_was_made_once_is_no_fault_where_less_is_asked_for(made: Path) -> None:
    """It is made anew with the report, by whoever asks for whatever: see test_batch."""
    assert not due(judge(made, formats=USUAL_FORMATS[:1]))


def test_order_of_formats_is_no_difference(made: Path) -> None:
    """`csv,html` and `html,csv` ask for the same."""
    assert not due(judge(made, formats=USUAL_FORMATS[::-1]))


def test_other_language_is_another_report(made: Path) -> None:
    """The words come from another file, and the run says so."""
    replaced(
        f"{PARAMETERS}rapporter/trondheim-2020.yaml",
        "snapshot: latest",
        "snapshot: latest\nlanguage: nn",
    )(made)
    verdicts = judge(made)
    assert due(verdicts) == ONE
    assert "language nb → nn" in verdicts[TRONDHEIM].reasons


def test_new_version_of_a_library_makes_everything_again(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same facts on a page of another jinja2 may be other bytes."""
    newer = {**manifest.libraries(), "jinja2": "99.0"}
    monkeypatch.setattr(manifest, "libraries", lambda: newer)
    verdicts = judge(made)
    assert due(verdicts) == EVERY
    assert all("jinja2" in v.reasons[0] for v in verdicts.values())
    assert all(v.reasons[0].endswith("→ 99.0") for v in verdicts.values())


def test_one_byte_of_the_package_makes_everything_again(
    made: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code, templates, fonts, stylesheet; the figures it carries are a snapshot."""
    package = tmp_path / "asss"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(root / "asss", package, ignore=ignored)
    before = manifest.digest_of_code(package)
    (package / "embedded" / "snapshot" / "12210.json").write_text("{}", "utf-8")
    assert manifest.digest_of_code(package) == before
    style = package / "page" / "templates" / "rapport" / "style.css"
    style.write_text(style.read_text("utf-8") + " ", "utf-8")
    assert manifest.digest_of_code(package) != before
    monkeypatch.setattr(manifest, "digest_of_package", lambda: "another")
    verdicts = judge(made)
    assert due(verdicts) == EVERY
    assert {v.reasons for v in verdicts.values()} == {("the package itself changed",)}


def test_every_library_that_we_ask_for_is_looked_at_or_is_no_matter(root: Path) -> None:
    """A new dependency must be given its place: does it shape the bytes, or not?"""
    settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    asked = settings["project"]["dependencies"]
    names = {line.split(">")[0].split("=")[0].strip() for line in asked}
    of_no_matter = {
        *("filelock", "httpx", "jupyterlab", "rich"),
        *("traitlets", "typer"),  # wait, ask SSB, talk to people
        "tzdata",  # the days on which SSB has updated tables lie in the past
    }
    assert names - {*manifest.LIBRARIES} <= of_no_matter
    assert {*manifest.LIBRARIES}.isdisjoint(of_no_matter)
    assert all(manifest.libraries().values())


def _with_cell(snapshot: Snapshot, table: str, flat: int) -> Snapshot:
    """The snapshot with another figure in one cell."""
    dataset = snapshot.dataset(table)
    values = list(dataset.values)
    values[flat] = (values[flat] or 0.0) * 1.5 + 1.0
    other = replace(dataset, values=values)
    return replace(snapshot, datasets={**snapshot.datasets, table: other})


def _told(known: Catalogue, snapshot: Snapshot, year: int) -> list[object]:
    """What reports of a year stand on and say: one kommune's, and the network's."""
    observations = sources.load_observations(known, snapshot, until=year)
    indexed = indexing.index_to_network(observations, rule=known.mean_rule)
    run = Run(kommune="oslo", year=year, snapshot="embedded")
    own = findings.assess(indexed, known, run, snapshot)
    joint = network.assess(indexed, known, run, snapshot)
    return [own.book.facts, own.statements, joint.book.facts, joint.statements]


def test_no_figure_changes_without_the_substance(
    known: Catalogue, snapshot: Snapshot
) -> None:
    """
    Whatever cell SSB corrects: if any fact of a report is another, it is made again.

    A sample with a fixed seed, of cells that have a figure, in tables of all kinds.
    """
    cells = [
        (table, flat)
        for table, dataset in snapshot.datasets.items()
        for flat, value in enumerate(dataset.values)
        if value is not None
    ]
    outcomes = set()
    for year in (2016, 2017):
        run = Run(kommune="oslo", year=year, snapshot="embedded")
        told = _told(known, snapshot, year)
        substance = Inputs().of(run, known, snapshot)
        for table, flat in random.Random(year).sample(cells, 6):
            corrected = _with_cell(snapshot, table, flat)
            is_due = Inputs().of(run, known, corrected) != substance
            is_told = _told(known, corrected, year) != told
            assert is_due or not is_told, (table, flat, year)
            outcomes.add((is_due, is_told))
    assert {(True, True), (False, False)} <= outcomes

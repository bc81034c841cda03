"""What to run is read strictly: a slip in a file is said, with file, key and remedy."""

from pathlib import Path

import pytest
import yaml

from asss.catalogue import parameters
from asss.catalogue.catalogue import Catalogue
from asss.catalogue.parameters import Network, Run
from asss.errors import ParameterError, UsageError

#: The least that a notebook must say.
GIVEN: dict[str, object] = {"kommune": "tromso", "year": 2017}


@pytest.fixture(scope="module")
def network(known: Catalogue) -> Network:
    """The real members."""
    return known.network


def problems_of(path: Path) -> tuple[str, ...]:
    """Return what reading a run file is refused with."""
    with pytest.raises(ParameterError) as refusal:
        parameters.read_run(path)
    assert f"{path.name}: " in str(refusal.value)
    return refusal.value.problems


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    """Where a test may write a run file."""
    return tmp_path / "oslo-2020.yaml"


# -- names -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Bærum", "baerum"),
        ("BÆRUM", "baerum"),
        ("Tromsø", "tromso"),
        ("TROMSØ", "tromso"),
        ("Lillestrøm", "lillestrom"),
        ("Å", "a"),
        ("  Oslo\n", "oslo"),
        # As a Mac writes å in file names: a and a ring.
        ("Tra\u030aante", "traante"),
        ("", ""),
    ],
)
def test_names_fold_by_the_rule_of_the_ids(text: str, folded: str) -> None:
    """Whoever types a name on a command line finds the kommune."""
    assert parameters.fold(text) == folded


def test_ids_are_the_folded_names(network: Network) -> None:
    """One rule for all ids: nobody has to look them up."""
    assert [m.id for m in network.members] == [
        parameters.fold(m.name) for m in network.members
    ]


def test_near_miss_gets_one_suggestion() -> None:
    """A slip of the finger is answered with the word that was meant."""
    known = ["oslo", "trondheim", "tromso"]
    assert parameters.suggestion("tronheim", known) == " Did you mean trondheim?"


def test_far_miss_gets_all_there_are() -> None:
    """Where nothing is near, the reader chooses from the whole list."""
    assert parameters.suggestion("xyz", ["oslo", "bergen"]) == " Known: oslo, bergen."


@pytest.mark.parametrize("name", ["xyz", "", "gjovik"])
def test_unknown_kommune_is_refused_with_all_there_are(
    network: Network, name: str
) -> None:
    """It is the user's slip, so a UsageError: the command line ends with 2."""
    with pytest.raises(UsageError, match="Known: oslo, bergen") as refusal:
        network.member(name)
    assert repr(name) in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("tronheim", "trondheim"),
        ("Bærun", "baerum"),
        ("FREDRIKSTA", "fredrikstad"),
        ("0301x", None),
    ],
)
def test_unknown_kommune_is_refused_with_the_nearest(
    network: Network, name: str, nearest: str | None
) -> None:
    """The nearest is sought after folding, so æ, ø and å do not stand in the way."""
    wanted = f"Did you mean {nearest}\\?" if nearest else "Known: "
    with pytest.raises(UsageError, match=wanted) as refusal:
        network.member(name)
    assert repr(name) in str(refusal.value)


def test_kommunenummer_is_no_name(network: Network) -> None:
    """Numbers change with borders; accepting one would pick a year by accident."""
    with pytest.raises(UsageError, match="'0301'"):
        network.member("0301")


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("baerum", "baerum"),
        ("Bærum", "baerum"),
        ("bærum", "baerum"),
        ("BÆRUM", "baerum"),
        ("tromsø", "tromso"),
        ("TROMSØ", "tromso"),
        ("Lillestrøm", "lillestrom"),
        (" Oslo ", "oslo"),
    ],
)
def test_member_is_found_by_id_and_by_name(
    network: Network, name: str, member: str
) -> None:
    """`asss report Tromsø` and `asss report tromso` are one report."""
    assert network.member(name).id == member


# -- the network -----------------------------------------------------------------------


@pytest.mark.parametrize("year", [2015, 2017, 2020, 2021])
def test_ten_members_until_2021(network: Network, year: int) -> None:
    """Asker and Lillestrøm may not move a mean of before they joined."""
    assert len(network.in_year(year)) == 10
    assert not {"asker", "lillestrom"} & {m.id for m in network.in_year(year)}


@pytest.mark.parametrize("year", [2022, 2024])
def test_twelve_members_from_2022(network: Network, year: int) -> None:
    """The two newcomers count, in the order of the file."""
    assert [member.id for member in network.in_year(year)] == [
        "oslo",
        "bergen",
        "trondheim",
        "stavanger",
        "kristiansand",
        "tromso",
        "sandnes",
        "baerum",
        "drammen",
        "fredrikstad",
        "asker",
        "lillestrom",
    ]


@pytest.mark.parametrize(
    ("kommune", "numbers"),
    [
        ("oslo", {2015: "0301", 2019: "0301", 2020: "0301", 2024: "0301"}),
        ("bergen", {2015: "1201", 2019: "1201", 2020: "4601", 2024: "4601"}),
        ("trondheim", {2017: "1601", 2018: "5001", 2020: "5001", 2024: "5001"}),
        ("stavanger", {2015: "1103", 2019: "1103", 2020: "1103", 2024: "1103"}),
        ("kristiansand", {2019: "1001", 2020: "4204", 2024: "4204"}),
        ("tromso", {2019: "1902", 2020: "5401", 2023: "5401", 2024: "5501"}),
        ("sandnes", {2019: "1102", 2020: "1108", 2024: "1108"}),
        ("baerum", {2019: "0219", 2020: "3024", 2023: "3024", 2024: "3201"}),
        ("drammen", {2019: "0602", 2020: "3005", 2023: "3005", 2024: "3301"}),
        ("fredrikstad", {2019: "0106", 2020: "3004", 2023: "3004", 2024: "3107"}),
        ("asker", {2019: "0220", 2020: "3025", 2023: "3025", 2024: "3203"}),
        ("lillestrom", {2020: "3030", 2023: "3030", 2024: "3205"}),
    ],
)
def test_kommunenummer_follows_the_year(
    network: Network, kommune: str, numbers: dict[int, str]
) -> None:
    """KLASS 131, written out: a wrong number reads another kommune's figures."""
    member = network.member(kommune)
    assert {year: member.number_in(year) for year in numbers} == numbers


def test_two_members_never_share_a_number(network: Network) -> None:
    """Else one kommune's figures would stand for two."""
    for year in range(2015, 2026):
        numbers = [member.number_in(year) for member in network.in_year(year)]
        assert len(set(numbers)) == len(numbers)


def test_year_without_a_number_is_refused(network: Network) -> None:
    """Lillestrøm did not exist in 2019; there is no number to put in its place."""
    with pytest.raises(
        ParameterError, match=r"nettverk\.yaml: lillestrom has 0 .* in 2019"
    ):
        network.member("lillestrom").number_in(2019)


def test_year_with_two_numbers_is_refused(network: Network) -> None:
    """Spans that overlap do not say which number SSB uses."""
    bergen = network.member("bergen")
    first, second = bergen.kommunenummer
    second = second.model_copy(update={"from_year": 2019})
    bergen = bergen.model_copy(update={"kommunenummer": (first, second)})
    with pytest.raises(ParameterError, match=r"nettverk\.yaml: bergen has 2 .* 2019"):
        bergen.number_in(2019)


def _problems_of(network: Path) -> list[str]:
    """What is wrong with a network file."""
    problems: list[str] = []
    content = parameters.read_yaml(network, problems)
    parameters.check_model(Network, content, file=network.name, problems=problems)
    return problems


@pytest.mark.parametrize(
    ("written", "number"),
    [
        # YAML 1.1 takes a leading zero for octal: 0301 is 193, and has lost its zero.
        ("0301", "193"),
        ("1103", "1103"),
    ],
)
def test_unquoted_kommunenummer_asks_for_quotation_marks(
    project: Path, written: str, number: str
) -> None:
    """The commonest slip in the file, and one that YAML swallows."""
    path = project / "parameters" / "nettverk.yaml"
    content = path.read_text("utf-8")
    assert f'"{written}"' in content
    path.write_text(content.replace(f'"{written}"', written), "utf-8")
    (problem,) = _problems_of(path)
    for part in ("nettverk.yaml", "kommunenummer[0].number", number, "quotation marks"):
        assert part in problem


@pytest.mark.parametrize("number", ["301", "03011", "K301", "", " 0301"])
def test_kommunenummer_has_four_digits(project: Path, number: str) -> None:
    """A number of another form belongs to no kommune in KLASS 131."""
    path = project / "parameters" / "nettverk.yaml"
    content = path.read_text("utf-8").replace('"0301"', f'"{number}"')
    path.write_text(content, "utf-8")
    assert _problems_of(path) == [
        "nettverk.yaml: members[oslo].kommunenummer[0].number: "
        rf"{number!r} does not have the form ^\d{{4}}$"
    ]


# -- the notebook's parameters ---------------------------------------------------------


def test_notebook_gives_the_parameters() -> None:
    """What is left out has the defaults that every report starts from."""
    run = parameters.load_run(GIVEN)
    assert run == Run(kommune="tromso", year=2017)
    assert (run.edition_status, run.snapshot) == ("", "latest")


def test_other_variables_of_a_notebook_are_none_of_ours() -> None:
    """`vars()` holds modules, tables and what papermill and IPython put there."""
    namespace = {
        **GIVEN,
        "__name__": "__main__",
        "_i1": "kommune = 'oslo'",
        "In": ["", "kommune = 'x'\nyear = 1", "Year = 2"],
        "pd": yaml,
        "known": object(),
        "observations": [1],
        "papermill": {"parameters": {}},
        "indikator": "sykefravaer",
        "Year": 2016,
        "kommuner": ["oslo"],
    }
    assert parameters.load_run(namespace) == parameters.load_run(GIVEN)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("komune", "kommune"),
        ("komunne", "kommune"),
        ("yearr", "year"),
        ("publised", "published"),
        ("edition_satus", "edition_status"),
        ("snapshots", "snapshot"),
    ],
)
def test_misspelt_parameter_is_refused(written: str, meant: str) -> None:
    """Papermill only warns, and would make a perfect report on the wrong kommune."""
    with pytest.raises(ParameterError) as refusal:
        parameters.load_run({**GIVEN, written: "oslo"})
    assert refusal.value.problems == (
        f"notebook: unknown parameter {written}. Did you mean {meant}?",
    )


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("Kommune = 'oslo'", "Kommune. Did you mean kommune?"),
        ("Year = 2019", "Year. Did you mean year?"),
        ("år = 2019", "år. Did you mean year?"),
        ("lang = 'nn'", "lang. Did you mean language?"),
        ("Kommune = ['oslo', 'bergen']", "Kommune. Did you mean kommune?"),
        ("by: str = 'oslo'", "by. Known: kommune, year, service, published, "),
        ("x = float('nan')", "x. Known: kommune, "),
    ],
)
def test_whatever_papermill_was_given_must_be_a_parameter(
    written: str, hint: str
) -> None:
    """However far its name is from one, and whatever it is."""
    name = written.partition(" ")[0].rstrip(":")
    cells = ["", "kommune = 'tromso'\nyear = 2017", f"# Parameters\n{written}\n"]
    with pytest.raises(ParameterError) as refusal:
        parameters.load_run({**GIVEN, name: 1, "In": [*cells, "load_run(vars())"]})
    (problem,) = refusal.value.problems
    assert problem.startswith(f"notebook: unknown parameter {hint}")


def test_notebook_on_the_network_is_given_no_kommune() -> None:
    """`-p kommune oslo` would be no report on Oslo."""
    cells = ["", "year = 2017", "# Parameters\nkommune = 'oslo'\n"]
    given = {"year": 2017, "kommune": "oslo", "In": cells}
    with pytest.raises(ParameterError, match=r"parameter kommune\. Known: year, "):
        parameters.load_run(given, kommune="asss")
    given["In"] = cells[:2]
    assert (
        parameters.load_run({**given, "kommune": 1}, kommune="asss").kommune == "asss"
    )


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("kommune", 301, "301 must be text: put quotation marks around it"),
        ("kommune", None, "valid string"),
        ("year", "2017", "valid integer"),
        ("year", 2017.5, "valid integer"),
        ("year", True, "valid integer"),
        ("published", "15.03.2021", 'is not a date; write it as "2021-03-15"'),
        ("published", "2021-02-30", "is not a date"),
        ("changed", 2021, "2021 must be text"),
        ("edition_status", "ferdig", "'endelige' or 'forelopige'"),
        ("snapshot", ["embedded"], "valid string"),
    ],
)
def test_parameter_of_the_wrong_kind_is_refused(
    key: str, value: object, complaint: str
) -> None:
    """A year in quotation marks would find no figures, and not say why."""
    with pytest.raises(ParameterError) as refusal:
        parameters.load_run({**GIVEN, key: value})
    (problem,) = refusal.value.problems
    assert problem.startswith(f"notebook: {key}: ")
    assert complaint in problem


@pytest.mark.parametrize("key", ["kommune", "year"])
def test_missing_parameter_is_refused(key: str) -> None:
    """No kommune and no year is the default."""
    given = {name: value for name, value in GIVEN.items() if name != key}
    with pytest.raises(ParameterError) as refusal:
        parameters.load_run(given)
    assert refusal.value.problems == (f"notebook: {key}: is missing",)


def test_all_slips_in_a_notebook_are_told_at_once() -> None:
    """Misspelt and therefore also missing, and another beside it."""
    with pytest.raises(ParameterError) as refusal:
        parameters.load_run({"komune": "oslo", "year": "2017"})
    assert [problem.split(".")[0] for problem in refusal.value.problems] == [
        "notebook: unknown parameter komune",
        "notebook: kommune: is missing",
        "notebook: year: Input should be a valid integer, got '2017'",
    ]


# -- run files -------------------------------------------------------------------------


def test_three_mistakes_are_told_at_once(run_file: Path) -> None:
    """Mending one at a time wastes the reader's day."""
    run_file.write_text(
        "komune: oslo\nyear: '2020'\npublished: 2021-03-15\nkommune: oslo\n", "utf-8"
    )
    problems = problems_of(run_file)
    assert len(problems) == 3
    assert set(problems) == {
        "oslo-2020.yaml: year: Input should be a valid integer, got '2020'",
        "oslo-2020.yaml: published: "
        "2021-03-15 must be text: put quotation marks around it",
        "oslo-2020.yaml: komune: unknown key, did you mean kommune?",
    }


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        pytest.param("published: 2021-03-15", "quotation marks", id="unquoted-date"),
        pytest.param("changed: 2021", "quotation marks", id="unquoted-year"),
        pytest.param("published: '15.3.2021'", '"2021-03-15"', id="Norwegian-date"),
        pytest.param("edition_status: foreløpige", "forelopige", id="not-of-the-list"),
    ],
)
def test_mistake_in_a_run_file_names_file_and_key(
    run_file: Path, written: str, complaint: str
) -> None:
    """The message is all that the person who edits the file has to go by."""
    run_file.write_text(f"kommune: oslo\nyear: 2020\n{written}\n", "utf-8")
    (problem,) = problems_of(run_file)
    assert problem.startswith(f"oslo-2020.yaml: {written.partition(':')[0]}: ")
    assert complaint in problem


def test_key_that_stands_twice_is_refused_with_both_lines(run_file: Path) -> None:
    """YAML lets the later win: a report on another kommune than the one above."""
    run_file.write_text("kommune: oslo\nyear: 2020\nkommune: bergen\n", "utf-8")
    (problem,) = problems_of(run_file)
    assert problem.startswith("oslo-2020.yaml: ")
    assert "'kommune' stands twice, in line 1 and line 3" in problem


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        pytest.param(
            'kommune: "Tromsø"\nyear: 2020\n'.encode("latin-1"),
            "is not UTF-8; save it as UTF-8",
            id="latin-1",
        ),
        pytest.param(b'kommune: "oslo\n', "is not valid YAML", id="open-quotation"),
        pytest.param(b"kommune: [oslo\n", "is not valid YAML", id="open-list"),
        pytest.param(b"kommune:\toslo: x\n", "is not valid YAML", id="tab"),
        pytest.param(b"- oslo\n- 2020\n", "should hold keys and values", id="a-list"),
        pytest.param(b"oslo", "should hold keys and values", id="a-word"),
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"# nothing yet\n", "is empty", id="only-a-comment"),
    ],
)
def test_file_that_cannot_be_read_is_named(
    run_file: Path, raw: bytes, complaint: str
) -> None:
    """Editors on Windows still save other than UTF-8."""
    run_file.write_bytes(raw)
    (problem,) = problems_of(run_file)
    assert problem.startswith("oslo-2020.yaml: ")
    assert complaint in problem


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("published: 2021-02-30", id="day-that-does-not-exist"),
        pytest.param("published: 2021-13-01", id="month-that-does-not-exist"),
        pytest.param("? [a, b]\n: 1", id="list-as-key"),
    ],
)
def test_value_that_yaml_itself_stumbles_over_is_named(
    run_file: Path, written: str
) -> None:
    """PyYAML raises here what is no YAMLError; the user would see a traceback."""
    run_file.write_text(f"kommune: oslo\nyear: 2020\n{written}\n", "utf-8")
    (problem,) = problems_of(run_file)
    assert problem.startswith("oslo-2020.yaml: ")


def test_missing_file_is_named(run_file: Path) -> None:
    """A file named on the command line that is not there."""
    (problem,) = problems_of(run_file)
    assert problem.startswith("oslo-2020.yaml: cannot be read (")


def test_own_file_stands_before_that_of_the_batch(project: Path) -> None:
    """Trondheim's page has dates of its own; the batch's are for the others."""
    folder = project / "parameters"
    own = parameters.choose_run(folder, kommune="trondheim", year=2020)
    batch = parameters.choose_run(folder, kommune="oslo", year=2020)
    neither = parameters.choose_run(folder, kommune="oslo", year=2016)
    assert (own.kommune, own.changed) == ("trondheim", "2023-04-27")
    assert (batch.kommune, batch.published) == ("oslo", "2026-11-23")
    assert neither == Run(kommune="oslo", year=2016)


# -- finding the folder ----------------------------------------------------------------


@pytest.mark.parametrize("start", [".", "notebooks", "parameters/rapporter"])
def test_folder_is_found_from_anywhere_in_the_project(
    project: Path, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    """JupyterLab starts in notebooks/ and the batch at the root; both find the same."""
    assert parameters.find_folder(project / start) == project / "parameters"
    monkeypatch.chdir(project / start)
    assert parameters.find_folder() == project / "parameters"


def test_folder_is_not_found_outside_the_project(tmp_path: Path) -> None:
    """The message says where was sought, and how to say it instead."""
    with pytest.raises(UsageError, match="--parameters") as refusal:
        parameters.find_folder(tmp_path)
    assert str(tmp_path) in str(refusal.value)


def test_folder_without_the_network_is_another_project(tmp_path: Path) -> None:
    """Many projects have a folder of that name."""
    (tmp_path / "parameters").mkdir()
    with pytest.raises(UsageError, match=r"nettverk\.yaml"):
        parameters.find_folder(tmp_path)

"""The double does what SSB was recorded to do; else the client's tests show nothing."""

import gc
import json
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cubes
import httpx
import pytest
import synthetic
from cubes import Cube, Variable
from double import ROOT, Double
from patience import PATIENCE

TABLE = "12210"
SELECTION = {
    "valueCodes[KOKkommuneregion0000]": "0301,4601",
    "valueCodes[ContentsCode]": "KOSsosantkliente0000",
    "valueCodes[Tid]": "2020",
}
POSTED = {
    "selection": [
        {"variableCode": name[len("valueCodes[") : -1], "valueCodes": codes.split(",")}
        for name, codes in SELECTION.items()
    ]
}


#: Questions to the software that SSB runs, and its answers; see README.md beside them.
RECORDED = json.loads(
    (Path(__file__).parents[1] / "pxwebapi2" / "answers.json").read_text("utf-8")
)

#: Where the double answers as SSB is known to, and not as the software with our files.
AS_SSB = {
    # SSB: a code asked for twice breaks the service down.
    "data_double_code": {"status": 500, "type": "", "answer": ""},
    # SSB: what is chosen where nothing is asked for is decided for each table.
    "data_no_question": {"size": [1, 1, 1, 1]},
}

#: What belongs to the files and the settings there, and that no client of ours reads.
NOT_COMPARED = {"label", "description", "paths", "subjectCode", "language", "type"}


@pytest.fixture
def http(double: Double) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=double.url, trust_env=False, timeout=PATIENCE) as client:
        yield client


def test_get_and_post_answer_alike(http: httpx.Client) -> None:
    """Small letters are as good to SSB, and unknown parameters do nothing."""
    posted = http.post(f"/tables/{TABLE}/data", json=POSTED).json()
    small = {name.lower(): codes.lower() for name, codes in SELECTION.items()}
    for query in (SELECTION, small, {**SELECTION, "format": "json-stat2"}):
        assert http.get(f"/tables/{TABLE}/data", params=query).json() == posted
    assert posted["size"] == [2, 1, 1]


@pytest.mark.parametrize(
    ("expression", "years"),
    [
        ("*", "2015 2016 2017 2018 2019 2020 2021"),
        ("201?", "2015 2016 2017 2018 2019"),
        ("top(2)", "2020 2021"),
        ("bottom(2)", "2015 2016"),
        ("from(2020)", "2020 2021"),
        ("to(2016)", "2015 2016"),
        ("[range(2018,2020)]", "2018 2019 2020"),
        ("[range(2018,2019)],2021", "2018 2019 2021"),
    ],
)
def test_expressions_stand_for_codes(
    expression: str, years: str, http: httpx.Client
) -> None:
    query = {**SELECTION, "valueCodes[Tid]": expression}
    answer = http.get(f"/tables/{TABLE}/data", params=query).json()
    assert list(answer["dimension"]["Tid"]["category"]["index"]) == years.split()


def test_no_question_has_an_answer(http: httpx.Client) -> None:
    """The table's default selection, at SSB; it is no error to ask for nothing."""
    assert http.get(f"/tables/{TABLE}/data").json()["size"] == [1, 1, 1]


@pytest.mark.parametrize(
    ("path", "change", "status", "title"),
    [
        ("/tables/13006/data", {}, 400, "Non-existent table"),
        ("/tables/13006/metadata", {}, 404, "Non-existent table"),
        ("/tables/12210/data", {"[Tid]": "2014"}, 400, "Non-existent value"),
        ("/tables/12210/data", {"[Aar]": "2020"}, 400, "Non-existent variable"),
        (
            "/tables/12210/data",
            {"[Tid]": "top(x)"},
            400,
            "Illegal selection expression",
        ),
        (
            "/tables/12367/data",
            {"[ContentsCode]": "KOSbelop0000"},
            400,
            "Missing selection for mandantory variable",
        ),
    ],
)
def test_refusals_are_those_of_ssb(
    path: str, change: dict[str, str], status: int, title: str, http: httpx.Client
) -> None:
    """The body of a table that is not there says 404, whatever the answer says."""
    changed = {f"valueCodes{name}": codes for name, codes in change.items()}
    answer = http.get(path, params={**SELECTION, **changed})
    says = 404 if title == "Non-existent table" else 400
    assert answer.status_code == status
    assert answer.json() == {"type": "Parameter error", "title": title, "status": says}


def test_code_given_twice_breaks_the_service(http: httpx.Client) -> None:
    answer = http.get(
        f"/tables/{TABLE}/data", params={**SELECTION, "valueCodes[Tid]": "2020,2020"}
    )
    assert (answer.status_code, answer.content) == (500, b"")


def test_address_has_a_limit_and_a_body_has_none(http: httpx.Client) -> None:
    """2 092 characters came through at SSB, 2 142 did not."""
    base = len(str(http.base_url)) + len("tables/12210?a=")
    for length, status in ((2092, 200), (2142, 404)):
        answer = http.get(f"/tables/{TABLE}?a={'x' * (length - base)}")
        assert (len(str(answer.url)), answer.status_code) == (length, status)
    assert answer.headers["Content-Type"] == "text/html"
    everything = {**POSTED, "placement": {"heading": ["x" * 3000]}}
    assert http.post(f"/tables/{TABLE}/data", json=everything).status_code == 200


def test_format_parameters_are_not_for_json(http: httpx.Client) -> None:
    query = {**SELECTION, "outputFormatParams": "UseCodes"}
    assert http.get(f"/tables/{TABLE}/data", params=query).status_code == 400


def test_closed_tables_are_hidden_unless_asked_for(http: httpx.Client) -> None:
    def found(**query: str) -> set[str]:
        return {
            table["id"] for table in http.get("/tables", params=query).json()["tables"]
        }

    everything = set(synthetic.PERIODS)
    assert found() == everything - synthetic.CLOSED
    assert found(includeDiscontinued="true") == everything
    assert found(query="UTBETALT stønadstid") == {"13995"}


@pytest.mark.parametrize(
    ("words", "tables"),
    [
        pytest.param("sosial", set(), id="no-part-of-a-word"),
        pytest.param("sosialhjelp", {"13995", "14019"}, id="in-values"),
        pytest.param("sosialhjelps*", {"13995", "14019"}, id="beginning"),
        pytest.param("beløp", {"13995", "12367"}, id="in-title-and-in-value"),
        pytest.param("14019", {"14019"}, id="number"),
        pytest.param("beløp 14019", set(), id="all-of-them"),
        pytest.param("a:b", set(), id="colon"),
    ],
)
def test_search_is_by_whole_words_in_every_field(
    words: str, tables: set[str], http: httpx.Client
) -> None:
    answer = http.get("/tables", params={"query": words}).json()
    assert {table["id"] for table in answer["tables"]} == tables


@pytest.mark.parametrize("words", [*'([{}])!~^"/\\', "AND"])
def test_search_breaks_down_on_its_own_language(words: str, http: httpx.Client) -> None:
    answer = http.get("/tables", params={"query": words})
    assert (answer.status_code, answer.content) == (500, b"")


def test_page_that_is_not_there(http: httpx.Client) -> None:
    answer = http.get("/tables", params={"pageNumber": "2"})
    assert (answer.status_code, answer.json()["title"]) == (404, "Non-existent page")


def test_pages_of_a_search(http: httpx.Client) -> None:
    query = {"includeDiscontinued": "true", "pageSize": "3", "pageNumber": "3"}
    answer = http.get("/tables", params=query).json()
    assert len(answer["tables"]) == 2
    assert answer["page"] == {
        "pageNumber": 3,
        "pageSize": 3,
        "totalElements": 8,
        "totalPages": 3,
    }


def test_headers_say_what_is_allowed_and_what_remains() -> None:
    with (
        Double({}, calls=2) as double,
        httpx.Client(trust_env=False, timeout=PATIENCE) as http,
    ):
        answers = [http.get(f"{double.url}/config") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [a.headers["x-ratelimit-remaining"] for a in answers] == ["1", "0", "0"]
    assert {a.headers["x-ratelimit-policy"] for a in answers} == {"2;w=60s"}
    # 0 means «not stated» here, as at SSB.
    assert answers[0].json()["maxCallsPerTimeWindow"] == 0


def test_table_can_be_corrected(double: Double, http: httpx.Client) -> None:
    cube = synthetic.tables()[TABLE]
    cube["updated"] = "2026-07-01T06:00:00Z"
    double.replace(TABLE, cube)
    assert http.get(f"/tables/{TABLE}").json()["updated"] == "2026-07-01T06:00:00Z"


def test_ending_leaves_nothing_behind() -> None:
    """Not a thread, and no socket, though a client still holds its connection."""
    before = threading.active_count()
    with httpx.Client(trust_env=False, timeout=PATIENCE) as http:
        with Double({}) as double:
            http.get(f"{double.url}/config")
        assert threading.active_count() == before
        with pytest.raises(httpx.ConnectError):
            http.get(f"{double.url}/config")
    gc.collect()


# -- the recorded answers --------------------------------------------------------------


#: The tables that were there, by what a search finds them by; titles as PX files have.
HELP, KVP = "Sosialhjelpsmottakere i alt", "Mottakere av kvalifiseringsstønad"
CASES = "Sosialhjelpstilfeller, utbetalt beløp og stønadstid"
LENGTH = "Gjennomsnittlig stønadslengde, sosialhjelp som hovedinntektskilde"
THERE = {
    "12210": ("Utvalgte nøkkeltall for sosialtjenester (K)", HELP),
    "12213": ("Mottakere av sosialhjelp med stønad i 6 måneder eller mer (K)", HELP),
    "12203": (f"{KVP} (K)", KVP),
    "13138": (f"{CASES} (K) (avslutta serie)", LENGTH),
    "13995": (f"{CASES} (K)", LENGTH),
    "14019": (
        "Utvalgte nøkkeltall for sosialtjenesten (K)",
        "Familier med sosialhjelp",
    ),
    "12367": ("Detaljerte regnskapstall driftsregnskapet", "Beløp (1000 kr)"),
}
ACCOUNTS = ("regnskapsomfang", "funksjon", "art")


@pytest.fixture(scope="module")
def recorded_tables() -> Mapping[str, Cube]:
    """They were the tests' own of that day, none closed, and one with every sign."""
    (whole,) = [one["answer"] for one in RECORDED if one["name"] == "data"]
    tables = {"90001": whole}
    for table, (title, contents) in THERE.items():
        first = 2022 if table in ("13995", "14019") else 2015
        last = 2025 if first == 2022 or table == "12367" else 2021
        others = ACCOUNTS if table == "12367" else ()
        tables[table] = cubes.make(
            table,
            title,
            {
                "KOKkommuneregion0000": Variable("region", dict.fromkeys("123456", "")),
                **{name: Variable(name, {"A": "Alle"}) for name in others},
                "ContentsCode": Variable("statistikkvariabel", {"KOS1": contents}),
                "Tid": Variable("år", {str(y): str(y) for y in range(first, last + 1)}),
            },
            units={"KOS1": "antall"},
            cell=lambda _: (1, ""),
            updated=synthetic.UPDATED["13138" if last == 2021 else "13995"],
        )
    return tables


def gist(status: int, kind: str, answer: Any) -> dict[str, Any]:
    """All that was answered, but for what is not compared and the order of a search."""
    if not isinstance(answer, dict):
        return {"status": status, "type": kind, "answer": answer}
    said = {key: value for key, value in answer.items() if key not in NOT_COMPARED}
    # SSB: says of each table whether it is closed; a PX file cannot.
    said.pop("discontinued", None)
    if isinstance(about := said.get("extension"), dict):
        said["extension"] = {k: v for k, v in about.items() if k != "discontinued"}
    if "tables" in answer:
        # Of more than a page it depends on the order, which is by likeness there.
        shown = answer["tables"] if answer["page"]["totalPages"] == 1 else []
        said["tables"] = {
            one["id"]: gist(status, kind, one)
            for one in sorted(shown, key=lambda one: str(one["id"]))
        }
    if "errors" in answer:
        said["errors"] = list(answer["errors"])
    if "dataFormats" in answer:
        said = {key: said[key] for key in said if key.startswith(("max", "time"))}
    return {"status": status, "type": kind, **said}


@pytest.mark.parametrize("one", RECORDED, ids=lambda one: str(one["name"]))
def test_recorded_answer_is_the_doubles_too(
    one: dict[str, Any], recorded_tables: Mapping[str, Cube]
) -> None:
    """Status, title, codes, values, signs and headers, but where SSB is otherwise."""
    asked, body = one["request"], one["request"]["body"]
    sent = body if isinstance(body, str) else json.dumps(body) if body else None
    with (
        Double(
            recorded_tables, max_cells=40, calls=30, window=10, is_ssb=False
        ) as double,
        httpx.Client(trust_env=False, timeout=PATIENCE) as http,
    ):
        base = double.url.removesuffix(ROOT)
        for _ in range(30 if one["status"] == 429 else 0):
            http.get(f"{double.url}/config")
        found = http.request(
            asked["method"],
            f"{base}{'' if asked['path'] == '/nowhere' else ROOT}{asked['path']}",
            params=asked["params"],
            content=sent,
        )
    text = found.text
    is_json = "json" in found.headers.get("Content-Type", "")
    there = gist(
        one["status"],
        one["headers"].get("content-type", "").partition(";")[0],
        one["answer"],
    )
    here = gist(
        found.status_code,
        found.headers.get("Content-Type", "").partition(";")[0],
        None if one["answer"] is None else json.loads(text) if is_json else text,
    )
    if one["name"] in AS_SSB:
        ours = AS_SSB[one["name"]]
        assert {key: here[key] for key in ours} == ours
        assert any(there.get(key) != ours[key] for key in ours)
    else:
        assert here == there
    for name, value in one["headers"].items():
        if name == "x-rate-limit-reset":
            assert re.sub(r"\d", "9", found.headers[name]) == re.sub(r"\d", "9", value)
        elif name.startswith(("x-rate", "retry")):
            assert found.headers[name] == value

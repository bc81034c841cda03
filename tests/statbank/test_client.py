"""The client: polite to SSB, patient, and never fooled by what is no answer."""

import contextlib
import inspect
import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import cubes
import httpx
import pxweb
import pytest
import synthetic
import trouble
from cubes import Cube, Variable
from double import Double
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from trouble import Fault, too_many_calls

import asss
from asss import statbank
from asss.catalogue.knowledge import StatBankSettings
from asss.errors import AsssError, FetchError, TableError, UsageError
from asss.statbank import Metadata, Selection
from asss.statbank import client as statbank_client
from asss.statbank.client import Client, _split

TABLE = "12210"
REGION = "KOKkommuneregion0000"
QUESTION = {
    REGION: ["0301", "4601", "5001"],
    "ContentsCode": ["KOSsosantkliente0000"],
    "Tid": ["2019", "2020"],
}


class Watch:
    """Time that passes only while somebody sleeps, and a record of the sleep."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def said() -> list[str]:
    """The lines that the client told its user."""
    return []


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The double is on this machine; a proxy would not find it."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def connect(watch: Watch, said: list[str]) -> Iterator[Callable[..., Client]]:
    """Make clients with SSB's settings, whose waiting takes no time."""
    made: list[Client] = []

    def make(base_url: str, **changes: Any) -> Client:
        options: dict[str, Any] = {
            "contact": "noen@example.org",
            "language": "no",
            "connect_timeout": 60,
            "read_timeout": 60,
            "answer_timeout": 60,
            "calls_per_minute": 30,
            "attempts": 7,
            "first_wait": 2,
            "longest_wait": 60,
            "sleep": watch.sleep,
            "clock": watch,
        }
        options |= changes
        time = {name: options.pop(name) for name in ("sleep", "clock")}
        # Unchecked: what is wrong with an address is for the client to say.
        asked = StatBankSettings.model_construct(base_url=base_url, **options)
        made.append(Client(asked, tell=said.append, **time))
        return made[-1]

    yield make
    for client in made:
        client.__exit__(None, None, None)


@pytest.fixture
def client(double: Double, connect: Callable[..., Client]) -> Client:
    return connect(double.url)


def right_answer(table: str = TABLE, question: Selection = QUESTION) -> Cube:
    return cubes.select(synthetic.tables()[table], question)


def ask(client: Client) -> Cube:
    """Put the question, and return what came."""
    answer: Cube = json.loads(client.data(TABLE, QUESTION))
    return answer


# -- what passes -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(too_many_calls(), id="429"),
        pytest.param(too_many_calls("3"), id="429-with-time"),
        pytest.param(trouble.MAINTENANCE, id="503"),
        pytest.param(trouble.MAINTENANCE_AS_PAGE, id="503-page"),
        pytest.param(trouble.RESET, id="reset"),
        pytest.param(trouble.HANG_UP, id="hang-up"),
        pytest.param(trouble.HALF, id="half-an-answer"),
        pytest.param(trouble.GARBLED, id="garbled"),
    ],
)
@pytest.mark.parametrize("times", [1, 3])
def test_what_passes_is_waited_out(
    fault: Fault, times: int, double: Double, client: Client, watch: Watch
) -> None:
    """The answer is whole, and came of one call more than there were faults."""
    double.fail(*[fault] * times)
    assert ask(client) == right_answer()
    assert len(double.calls_for("data")) == times + 1
    assert len(watch.slept) == times


@pytest.mark.parametrize("on", ["metadata", "config"])
def test_faults_of_other_calls_are_waited_out_too(
    on: str, double: Double, client: Client
) -> None:
    double.fail(trouble.RESET, too_many_calls(), on=on)
    metadata, _ = client.metadata(TABLE)
    assert client.questions(metadata, QUESTION)
    assert len(double.calls_for(on)) == 3


def test_silence_is_given_up_and_asked_again(
    double: Double, connect: Callable[..., Client], watch: Watch
) -> None:
    double.fail(trouble.SILENT)
    client = connect(double.url, read_timeout=0.3)
    assert ask(client) == right_answer()
    # A machine that is busy elsewhere may be silent once more.
    assert watch.slept[0] == 2


def test_answer_that_trickles_for_ever_is_given_up(
    connect: Callable[..., Client], watch: Watch, said: list[str]
) -> None:
    """Each piece comes in time, and the whole does not: only the sum tells."""
    body = cubes.as_sent(right_answer())

    def trickle() -> Iterator[bytes]:
        for byte in body:
            watch.now += 1
            yield bytes([byte])

    answers = iter(
        [httpx.Response(200, content=trickle()), httpx.Response(200, content=body)]
    )
    client = connect("http://data.example.org/v2", answer_timeout=15)
    client._http = httpx.Client(transport=httpx.MockTransport(lambda _: next(answers)))
    assert ask(client) == right_answer()
    assert "the answer took more than 15 s" in said[0]


def test_slow_answer_in_time_is_an_answer(double: Double, client: Client) -> None:
    double.fail(trouble.slow(0.001))
    assert ask(client) == right_answer()
    assert len(double.calls_for("data")) == 1


def test_service_that_is_not_there_is_named(connect: Callable[..., Client]) -> None:
    """Nothing listens on the discard port here."""
    client = connect("http://127.0.0.1:9/v2", attempts=2)
    with pytest.raises(FetchError, match=r"no answer in 2 tries.*127\.0\.0\.1"):
        client.metadata(TABLE)


def test_breakdown_that_passes_is_asked_again(double: Double, client: Client) -> None:
    """Two other clients of SSB saw a 500 pass."""
    double.fail(trouble.NO_REASON, trouble.NO_REASON)
    assert ask(client) == right_answer()


def test_breakdown_that_stays_is_told_as_what_it_is(
    double: Double, client: Client, watch: Watch
) -> None:
    """After another try or two, and without a guess at what was wrong."""
    double.fail(*[trouble.NO_REASON] * 7)
    with pytest.raises(
        FetchError, match=r"3 tries.*HTTP 500: not a word of why.*12210"
    ):
        client.data(TABLE, QUESTION)
    assert watch.slept == [2, 4]


# -- the way there ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        *("", "data.ssb.no/api", "ftp://data.ssb.no", "https://", "https:///api"),
        *(f"http://x{rest}" for rest in (":99999", ":0x", " y", "/?a=b", "/#a")),
        *("http://..", "http://[::1/", f"http://{'a' * 64}.no", "http://\x00"),
    ],
)
def test_address_that_cannot_be_asked_is_told_before_it_is(
    address: str, connect: Callable[..., Client]
) -> None:
    with pytest.raises(UsageError, match=r"cannot be asked.*ASSS_BASE_URL"):
        connect(address)


@pytest.mark.parametrize(
    ("number", "tries"), [(socket.EAI_NONAME, 1), (socket.EAI_AGAIN, 7)]
)
def test_name_that_does_not_exist_is_not_tried_again(
    number: int,
    tries: int,
    connect: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Unlike one that could not be looked up just now."""
    asked: list[object] = []

    def look_up(*host: object, **_: object) -> None:
        asked.append(host)
        raise socket.gaierror(number, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    client = connect("https://data.example.org/v2")
    with pytest.raises(FetchError, match=r"data\.example\.org: .*no answer") as error:
        client.metadata(TABLE)
    assert len(asked) == tries
    assert ("no such host" in str(error.value)) == (tries == 1)


def test_tls_that_does_not_fit_is_not_tried_again(
    double: Double, connect: Callable[..., Client], watch: Watch
) -> None:
    client = connect(double.url.replace("http:", "https:"))
    with pytest.raises(FetchError, match=r"No secure connection.*SSL_CERT_FILE"):
        client.metadata(TABLE)
    assert watch.slept == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost's, which is its own authority, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate, and is not here")
    path = tmp_path_factory.mktemp("tls") / "ours.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    words += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    words += ["-keyout", str(path), "-out", str(path.with_name("certificate"))]
    subprocess.run([openssl, *words], check=True, capture_output=True)
    with path.open("ab") as file:
        file.write(path.with_name("certificate").read_bytes())
    return path


@pytest.fixture
def secured(double: Double, certificate: Path) -> Double:
    """The double behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = double._server
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return double


#: What switches verification off, or another authority on, in other programs.
SWITCHES = {
    "PYTHONHTTPSVERIFY": "0",
    "REQUESTS_CA_BUNDLE": "",
    "CURL_CA_BUNDLE": "",
    "NODE_TLS_REJECT_UNAUTHORIZED": "0",
    "SSL_CERT_FILE": "",
    "GIT_SSL_NO_VERIFY": "1",
}


@pytest.mark.parametrize(
    ("host", "is_trusted", "switches"),
    [
        ("localhost", False, {}),
        ("127.0.0.1", True, {}),
        *(("localhost", False, {name: value}) for name, value in SWITCHES.items()),
    ],
)
def test_service_that_is_not_the_one_it_should_be_is_not_asked(
    host: str,
    is_trusted: bool,
    switches: dict[str, str],
    secured: Double,
    certificate: Path,
    connect: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    watch: Watch,
) -> None:
    """By nobody's certificate, and by no certificate of another name's."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for name, value in switches.items():
        monkeypatch.setenv(name, value)
    client = connect(_secure(secured, host))
    with pytest.raises(FetchError, match=r"certificate verify failed.*No secure conn"):
        client.metadata(TABLE)
    assert secured.calls == []
    assert watch.slept == []


def test_service_that_shows_a_certificate_we_trust_is_asked(
    secured: Double,
    certificate: Path,
    connect: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that the others are refused for what is wrong with them, and nothing else."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert ask(connect(_secure(secured, "localhost"))) == right_answer()


def test_no_setting_leaves_out_who_answers() -> None:
    """Neither parameters/statbank.yaml nor an option of the command knows a way."""
    words = " ".join(StatBankSettings.model_fields)
    assert not re.search(r"verif|insecure|tls|ssl|cert", words)
    source = inspect.getsource(statbank_client)
    assert not re.search(r"verify\s*=\s*False|CERT_NONE|check_hostname", source)


def _secure(double: Double, host: str) -> str:
    return double.url.replace("http://127.0.0.1", f"https://{host}")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ALL_PROXY", "socks5://me:secret@proxy:1080", "needs the package socksio"),
        ("HTTP_PROXY", "ftp://me:secret@proxy", "Unknown scheme"),
        ("HTTP_PROXY", "http://[::1", "HTTP_PROXY or ALL_PROXY"),
        ("SSL_CERT_FILE", "/nowhere/certificates.pem", "/nowhere/certificates.pem"),
    ],
)
def test_environment_that_does_not_fit_is_told(
    name: str,
    value: str,
    says: str,
    connect: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What to install or to mend; a password is not repeated."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError) as refusal:
        connect("http://data.example.org/v2")
    assert says in str(refusal.value)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("entry", ["::1", "é.no", "127.0.0.1"])
def test_no_proxy_may_have_addresses(
    entry: str,
    double: Double,
    connect: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only the one that is this service's goes past the proxy."""
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", f"localhost, {entry}")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    client = connect(double.url, attempts=1)
    if entry.startswith("127"):
        assert ask(client) == right_answer()
    else:
        with pytest.raises(FetchError, match="refused"):
            ask(client)


# -- waiting ---------------------------------------------------------------------------


def test_waits_grow_to_the_longest_and_then_we_give_up(
    double: Double, client: Client, watch: Watch
) -> None:
    double.fail(*[trouble.MAINTENANCE] * 7)
    with pytest.raises(FetchError) as refusal:
        client.data(TABLE, QUESTION)
    for words in ("7 tries", "503", "Service unavailable", "Try again later"):
        assert words in str(refusal.value)
    assert watch.slept == [2, 4, 8, 16, 32, 60]
    assert len(double.calls_for("data")) == 7


def test_retry_after_in_seconds_is_obeyed(
    double: Double, client: Client, watch: Watch
) -> None:
    double.fail(too_many_calls("17"), too_many_calls("0"))
    assert ask(client) == right_answer()
    assert watch.slept == [17, 0]


@pytest.mark.parametrize("form", ["usual", "old"])
def test_retry_after_as_a_time_of_day_is_obeyed(
    form: str, double: Double, client: Client, watch: Watch
) -> None:
    """HTTP has three forms of date; the oldest names no zone and means UTC."""
    when = datetime.now(UTC) + timedelta(seconds=30)
    text = format_datetime(when, usegmt=True)
    if form == "old":
        text = f"{when:%a %b} {when.day:2} {when:%H:%M:%S %Y}"
    double.fail(too_many_calls(text))
    assert ask(client) == right_answer()
    (waited,) = watch.slept
    assert 25 < waited <= 30


def test_retry_after_that_is_no_time_is_as_if_it_were_not_there(
    double: Double, client: Client, watch: Watch
) -> None:
    double.fail(too_many_calls("soon"))
    assert ask(client) == right_answer()
    assert watch.slept == [2]


def test_longer_retry_after_than_we_wait_is_told_at_once(
    double: Double, client: Client, watch: Watch
) -> None:
    """The user decides whether to come back in an hour; we do not sit and wait."""
    double.fail(too_many_calls("3600"))
    with pytest.raises(FetchError, match="wait 3600 s, longer than longest_wait") as e:
        client.data(TABLE, QUESTION)
    assert "60 s" in str(e.value)
    assert (watch.slept, len(double.calls)) == ([], 1)


def test_every_wait_says_what_it_waits_for(
    double: Double, client: Client, said: list[str]
) -> None:
    double.fail(too_many_calls("5"), trouble.MAINTENANCE, trouble.HANG_UP)
    ask(client)
    assert said[0] == "HTTP 429: waiting 5 s (try 2 of 7)"
    assert said[1] == "HTTP 503: Service unavailable: waiting 4 s (try 3 of 7)"
    assert re.fullmatch(r"127\.0\.0\.1: .+: waiting 8 s \(try 4 of 7\)", said[2])
    assert len(said) == 3


# -- what does not pass ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        pytest.param(trouble.PAGE, ("web page", "--base-url"), id="page"),
        pytest.param(trouble.PAGE_AS_JSON, ("web page",), id="page-said-to-be-json"),
        pytest.param(trouble.PAGE_404, ("web page", "404"), id="page-404"),
        pytest.param(trouble.NOTHING_404, ("404, with no word", "v2?"), id="404"),
        pytest.param(trouble.ANOTHER_404, ("with «Not Found»",), id="404-another"),
        pytest.param(trouble.REDIRECT, ("points to", "login"), id="redirect"),
        pytest.param(trouble.NOWHERE, ("does not name",), id="redirect-nowhere"),
        pytest.param(trouble.DEEP_JSON, ("not whole JSON",), id="deep-json"),
        pytest.param(
            trouble.NOT_VALID, ("outputFormat: The input was not valid.",), id="errors"
        ),
        pytest.param(trouble.CUT_JSON, ("not whole JSON",), id="cut-json"),
        pytest.param(trouble.EMPTY, ("not whole JSON",), id="empty"),
        pytest.param(trouble.NO_OBJECT, ("not StatBank's",), id="no-object"),
        pytest.param(
            trouble.REFUSED_WITH_200, ("Non-existent value", "refused"), id="lying-200"
        ),
        pytest.param(trouble.OTHER_CODES, (REGION, "9999", "0301"), id="other-codes"),
    ],
)
def test_what_is_no_answer_is_refused_at_once(
    fault: Fault, words: tuple[str, ...], double: Double, client: Client, watch: Watch
) -> None:
    """Whatever the status says; and asking again would not make it another."""
    double.fail(fault)
    with pytest.raises(FetchError) as refusal:
        client.data(TABLE, QUESTION)
    assert [word for word in (TABLE, *words) if word not in str(refusal.value)] == []
    assert (watch.slept, len(double.calls)) == ([], 1)


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        pytest.param(trouble.ONE_VALUE_TOO_FEW, "5 values for 6 cells", id="too-few"),
        pytest.param(trouble.OTHER_SIZES, "do not match", id="sizes"),
        pytest.param(trouble.GAP_WITHOUT_SIGN, "cell 0 has no number", id="gap"),
        pytest.param(trouble.ANOTHER_SERVICE, "not a json-stat2", id="another-service"),
    ],
)
def test_answer_that_is_not_whole_is_refused(
    fault: Fault, complaint: str, double: Double, client: Client
) -> None:
    double.fail(fault)
    with pytest.raises(TableError, match=complaint) as refusal:
        client.data(TABLE, QUESTION)
    assert TABLE in str(refusal.value)


@pytest.mark.parametrize("fault", [trouble.NO_OBJECT, trouble.REFUSED_WITH_200])
def test_other_answers_are_not_trusted_either(
    fault: Fault, double: Double, client: Client
) -> None:
    """Another service at the address gives an error, and no traceback."""
    double.fail(fault, on="config")
    with pytest.raises(FetchError, match=r"not StatBank's|Non-existent value"):
        client._limit()


def test_another_service_at_the_address_is_said(double: Double, client: Client) -> None:
    double.fail(Fault(body=b'{"maxDataCells": "x"}'), on="config")
    with pytest.raises(FetchError, match=r"not StatBank's.*--base-url"):
        client._limit()


def test_table_that_ssb_does_not_have_is_named(client: Client) -> None:
    """SSB says 400 on one path and 404 on the other, of the same thing."""
    with pytest.raises(FetchError, match="has no table 13006: Non-existent table"):
        client.data("13006", QUESTION)
    with pytest.raises(FetchError, match="has no table 13006: Non-existent table"):
        client.metadata("13006")


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ({**QUESTION, REGION: ["0301", "9999"]}, "Non-existent value"),
        ({**QUESTION, "Alder": ["018"]}, "Non-existent variable"),
        ({"Tid": ["2020"]}, "Missing selection for mandantory variable"),
        ({**QUESTION, "Tid": ["2020", "2020"]}, "HTTP 500"),
    ],
)
def test_refusal_is_given_in_the_words_of_ssb(
    question: Selection, title: str, client: Client
) -> None:
    """As when a table changes between its metadata and its figures."""
    with pytest.raises(FetchError, match=title):
        client.data(TABLE, question)


def test_what_is_said_twice_is_told_once(
    connect: Callable[..., Client],
) -> None:
    with Double(synthetic.tables(), max_cells=5) as double:
        client = connect(double.url)
        with pytest.raises(FetchError, match=r"400\): Too many cells selected\.$"):
            client.data(TABLE, QUESTION)


TEXT = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=20)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            *("x-ratelimit-policy", "x-ratelimit-remaining", "x-rate-limit-limit"),
            *("x-rate-limit-remaining", "x-rate-limit-reset", "Retry-After"),
            *("Location", "Content-Type", "Content-Encoding"),
        ]
    ),
    TEXT
    | st.sampled_from(["40;w=1.2.3", "0;w=0", "9;w=1e9", "²", "9" * 400, "1d", "0"])
    | st.sampled_from(["9999-12-31T23:59:59Z", "Mon, 01 Jan 0001 00:00:00 +2359"]),
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
    ),
    max_leaves=6,
)
WHOLE = {
    "metadata": cubes.metadata(synthetic.tables()[TABLE]),
    "data": cubes.select(
        synthetic.tables()[TABLE],
        {REGION: ["0301"], "ContentsCode": ["KOSsosantkliente0000"], "Tid": ["2019"]},
    ),
    "config": pxweb.config(10, 0, 0),
}


ODD = [10**400, float("inf"), -1, None, True, [], {}, [[]], "²", "9999-12-31T23:59Z"]


def _places(content: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in an answer: what it is in, and under which key."""
    keys = content if isinstance(content, dict) else range(len(content))
    for key in list(keys):
        yield content, key
        if isinstance(content[key], dict | list):
            yield from _places(content[key])


@pytest.fixture
def ask_of(connect: Callable[..., Client]) -> Callable[..., None]:
    """Ask for something, and get what a test says; no error but ours may leave."""
    client = connect("http://data.example.org/v2", attempts=2)
    questions: dict[str, Callable[[], object]] = {
        "metadata": lambda: client.metadata(TABLE),
        "data": lambda: client.data(TABLE, {"Tid": ["2019"]}),
        "config": lambda: client._limit(),
    }

    def ask(kind: str, response: Callable[[], httpx.Response]) -> None:
        transport = httpx.MockTransport(lambda _: response())
        client._http = httpx.Client(transport=transport, trust_env=False)
        client._max_cells = None
        with contextlib.suppress(AsssError):
            questions[kind]()

    return ask


@pytest.mark.parametrize("kind", WHOLE)
def test_whatever_is_answered_only_our_own_errors_leave(
    kind: str, ask_of: Callable[..., None]
) -> None:
    """Something odd in every place of an answer, one place at a time."""
    answer = json.loads(json.dumps(WHOLE[kind]))
    for place, key in list(_places(answer)):
        right = place[key]
        for odd in ODD:
            place[key] = odd
            body = json.dumps(answer).encode()
            ask_of(kind, lambda body=body: httpx.Response(200, content=body))
        place[key] = right


@given(
    st.sampled_from(sorted(WHOLE)),
    st.sampled_from([200, 302, 400, 404, 429, 500, 503]),
    HEADERS,
    st.binary(max_size=40) | JSON_VALUES.map(lambda one: json.dumps(one).encode()),
)
@example("data", 429, {"Retry-After": "9" * 400}, b"")
@example("data", 429, {"Retry-After": "²"}, b"")
@example("data", 429, {"Retry-After": "Mon, 01 Jan 0001 00:00:00 +2359"}, b"")
@example("data", 200, {"x-ratelimit-policy": "40;w=1.2.3"}, b"{}")
@example("data", 302, {"Location": "http://[::1"}, b"")
@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_headers_come_only_our_own_errors_leave(
    ask_of: Callable[..., None],
    kind: str,
    status: int,
    headers: dict[str, str],
    body: bytes,
) -> None:
    """And bodies that are nothing like an answer."""
    pairs = [(name.encode(), text.encode("latin-1")) for name, text in headers.items()]
    ask_of(
        kind,
        lambda: httpx.Response(status, headers=pairs, stream=httpx.ByteStream(body)),
    )


# -- pace ------------------------------------------------------------------------------


@pytest.mark.parametrize("answers_take", [0.0, 0.7])
def test_pace_that_the_service_states_is_held(
    answers_take: float,
    connect: Callable[..., Client],
    watch: Watch,
    said: list[str],
) -> None:
    """Its /config says what it allows, where SSB's says nothing."""
    calls, window = 3, 10.0
    with Double(
        synthetic.tables(), calls=calls, window=window, is_ssb=False, clock=watch
    ) as double:
        double.on_call(lambda _: watch.sleep(answers_take))
        client = connect(double.url)
        client.questions(client.metadata(TABLE)[0], QUESTION)
        for _ in range(8):
            client.data(TABLE, QUESTION)
        assert {call.status for call in double.calls} == {200}
    assert f"{calls} calls in {window:g} s are allowed" in said[0]
    # No slower than it must be.
    assert watch.now - 1000 <= 3 * window + 10 * answers_take + 0.1


def test_call_that_was_long_on_its_way_counts_from_when_it_arrived(
    connect: Callable[..., Client], watch: Watch
) -> None:
    """The service's minute begins later than ours: by ours, we would come too early."""
    on_the_way = iter([0.5, 0.0, 0.0])

    def heard() -> float:
        watch.now += next(on_the_way)
        return watch.now

    with Double(synthetic.tables(), calls=1, clock=heard) as double:
        client = connect(double.url, calls_per_minute=1)
        client.data(TABLE, QUESTION)
        client.data(TABLE, QUESTION)
        assert [call.status for call in double.calls] == [200, 200]


def test_pace_is_thirty_a_minute_where_nothing_is_said(
    double: Double, connect: Callable[..., Client], watch: Watch
) -> None:
    """SSB's user guide says so."""
    silent = Fault(headers={"x-ratelimit-policy": "", "x-ratelimit-remaining": ""})
    double.fail(*[silent] * 31)
    client = connect(double.url)
    for _ in range(30):
        client.data(TABLE, QUESTION)
    assert watch.slept == []
    client.data(TABLE, QUESTION)
    assert watch.slept == [60]


def test_short_waits_for_the_pace_are_not_worth_a_line(
    connect: Callable[..., Client], watch: Watch, said: list[str]
) -> None:
    with Double(synthetic.tables(), calls=9, window=4, clock=watch) as double:
        client = connect(double.url, calls_per_minute=1)
        client.data(TABLE, QUESTION)
        watch.now += 56
        client.data(TABLE, QUESTION)
    assert (watch.slept, said) == ([4], [])


def test_double_does_turn_away_who_does_not_hold_the_pace(
    connect: Callable[..., Client], watch: Watch
) -> None:
    """Else the tests above would show nothing; and when it says when, we obey."""
    with Double(
        synthetic.tables(), calls=1, window=30, says_when=True, clock=watch
    ) as double:
        client = connect(double.url)
        client.data(TABLE, QUESTION)
        client.data(TABLE, QUESTION)
        assert [call.status for call in double.calls] == [200, 429, 200]
    assert watch.slept == [30]


def test_double_does_turn_away_two_at_once(connect: Callable[..., Client]) -> None:
    """Two clients do not know of each other; the one turned away comes again."""
    both = threading.Barrier(2)
    with Double(synthetic.tables(), takes=0.5) as double:
        double.on_call(lambda _: len(double.calls) <= 2 and both.wait(60))
        # Some sleep in earnest, so that the second does not spend its tries at once.
        clients = [
            connect(double.url, sleep=lambda _: time.sleep(0.3)) for _ in range(2)
        ]

        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(ask, clients))
        assert 503 in [call.status for call in double.calls]
    assert answers == [right_answer()] * 2


# -- what is sent ----------------------------------------------------------------------


def test_data_are_asked_for_by_post(double: Double, client: Client) -> None:
    """An address has a limit at SSB, a body has none."""
    client.data(TABLE, QUESTION)
    (call,) = double.calls
    assert (call.method, call.table) == ("POST", TABLE)
    assert call.query == {"lang": "no", "outputformat": "json-stat2"}
    assert call.body == statbank.as_body(QUESTION)


def test_bytes_are_kept_as_they_came(client: Client) -> None:
    assert client.data(TABLE, QUESTION) == cubes.as_sent(right_answer())


@pytest.mark.parametrize("contact", ["noen@example.org", "Bjørg Åse, Tromsø kommune"])
def test_every_call_says_who_asks(
    contact: str, double: Double, connect: Callable[..., Client]
) -> None:
    """SSB can write to somebody before it shuts us out. A name may have an ø."""
    client = connect(double.url, contact=contact)
    metadata, _ = client.metadata(TABLE)
    client.questions(metadata, QUESTION)
    client.data(TABLE, QUESTION)
    sent = {call.headers["User-Agent"].encode("latin-1") for call in double.calls}
    assert sent == {f"asss/{asss.__version__} ({contact})".encode()}
    assert len(double.calls) == 3


def test_slash_at_the_end_of_the_address_does_no_harm(
    double: Double, connect: Callable[..., Client]
) -> None:
    assert ask(connect(f"{double.url}/")) == right_answer()


# -- questions -------------------------------------------------------------------------


@pytest.fixture
def metadata(client: Client) -> Metadata:
    return client.metadata(TABLE)[0]


@pytest.mark.parametrize("question", [{}, {"Tid": []}])
def test_variable_that_must_be_chosen_is_named_and_nothing_is_asked(
    question: dict[str, list[str]], double: Double, client: Client, metadata: Metadata
) -> None:
    """SSB would refuse the whole call."""
    without = {name: codes for name, codes in QUESTION.items() if name != "Tid"}
    with pytest.raises(FetchError, match=f"Table {TABLE} .*: Tid must be chosen"):
        client.questions(metadata, {**without, **question})
    assert double.calls_for("data") == []


def test_variable_that_may_be_left_out_may_be(client: Client) -> None:
    """Population of both sexes is asked for without a word of sex."""
    metadata, _ = client.metadata("07459")
    question = {
        "Region": ["0301"],
        "Alder": ["018", "019"],
        "ContentsCode": ["Personer1"],
        "Tid": ["2021"],
    }
    (asked,) = client.questions(metadata, question)
    found = statbank.read_dataset(client.data("07459", asked), table="07459")
    assert list(found.dimensions) == list(question)
    both = {**question, "Kjonn": ["1", "2"]}
    apart = right_answer("07459", both)["value"]
    assert sum(v or 0 for v in found.values) == sum(apart)


def test_codes_given_twice_are_asked_for_once(
    double: Double, client: Client, metadata: Metadata
) -> None:
    """SSB breaks down on a double, without a word."""
    doubled = {name: [*codes, *codes] for name, codes in QUESTION.items()}
    (question,) = client.questions(metadata, doubled)
    assert question == QUESTION
    client.data(TABLE, question)
    assert double.calls[-1].status == 200


def test_codes_are_asked_for_in_the_order_of_the_table(
    client: Client, metadata: Metadata
) -> None:
    """Else an answer in parts would be in another order than a whole one."""
    shuffled = {name: QUESTION[name][::-1] for name in reversed(QUESTION)}
    (question,) = client.questions(metadata, shuffled)
    assert list(question.items()) == list(QUESTION.items())


# -- splitting and joining -------------------------------------------------------------

SMALL = cubes.make(
    "99999",
    "En liten tabell",
    {
        "Region": Variable("region", {f"{n:04}": f"Kommune {n}" for n in range(6)}),
        "Alder": Variable("alder", {a: f"{a} år" for a in ("018", "019", "020")}),
        "ContentsCode": Variable("innhold", {c: f"Mål {c}" for c in "ABCD"}),
        "Tid": Variable("år", {str(y): str(y) for y in range(2015, 2020)}),
    },
    units={"A": "personer", "B": "1000 kr", "C": "måneder", "D": "personer"},
    # Each cell has a number of its own, or a sign: one out of place is seen.
    cell=lambda key: (
        (None, ".:"[sum(map(ord, "".join(key))) % 2])
        if sum(map(int, (key[0], key[1], key[3]))) % 7 == 0
        else (int(f"{key[0]}{key[1]}{ord(key[2])}{key[3]}"), "")
    ),
    updated="2026-06-15T06:00:00Z",
)


@st.composite
def selections(draw: st.DrawFn) -> dict[str, list[str]]:
    """Some values of every variable, in the order of the table."""
    chosen = {}
    for name, body in SMALL["dimension"].items():
        codes = list(body["category"]["index"])
        some = draw(st.sets(st.sampled_from(codes), min_size=1))
        chosen[name] = [code for code in codes if code in some]
    return chosen


def answered(question: Selection) -> statbank.Dataset:
    raw = cubes.as_sent(cubes.select(SMALL, question))
    return statbank.read_dataset(raw, table="99999")


@given(selections(), st.integers(1, 80))
@settings(max_examples=150)
def test_parts_joined_are_the_whole(selection: Selection, limit: int) -> None:
    """Every part is allowed, and what comes of them is as if asked for in one."""
    parts = [answered(part) for part in _split(selection, limit)]
    assert all(len(part.values) <= limit for part in parts)
    assert statbank.join(parts) == answered(selection)
    assert list(statbank.join(parts).addresses()) == list(
        answered(selection).addresses()
    )


def test_question_over_the_limit_is_split_and_joined(
    connect: Callable[..., Client],
) -> None:
    """As with the 800 000 cells of SSB, and in the same number of calls as parts."""
    question = {
        name: list(b["category"]["index"]) for name, b in SMALL["dimension"].items()
    }
    with Double({"99999": SMALL}, max_cells=50, calls=100) as double:
        client = connect(double.url)
        metadata, _ = client.metadata("99999")
        parts = client.questions(metadata, question)
        answers = [client.data("99999", part) for part in parts]
        assert len(double.calls_for("data")) == len(parts) > 360 / 50
        assert {call.status for call in double.calls} == {200}
    datasets = [statbank.read_dataset(raw, table="99999") for raw in answers]
    assert statbank.join(datasets) == answered(question)


def test_limit_that_no_question_can_meet_is_told() -> None:
    with pytest.raises(FetchError, match="too few for any question"):
        list(_split({"Tid": ["2020"]}, 0))

"""
The client: asks PxWebApi v2, one call at a time, and says what it waits for.

Hides limits, splitting, retries and the many ways in which an answer is none; and the
way to the service, through proxies and under certificates. What is wrong on the way is
reported by its cause, and at once where it cannot pass. Imports ``jsonstat``,
``knowledge`` and ``errors``.
"""

import json
import os
import re
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil, prod
from typing import Annotated, Any, Self
from urllib.request import getproxies, proxy_bypass

import httpx
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
)
from pydantic.alias_generators import to_camel

import asss
from asss.catalogue.knowledge import StatBankSettings
from asss.errors import FetchError, UsageError, bullets
from asss.statbank.jsonstat import (
    Metadata,
    Selection,
    as_body,
    read_dataset,
    read_metadata,
)

__all__ = ["Client", "NoTableError", "UnchosenError"]

#: Most cells in one answer, where /config does not say (SSB's user guide).
MAX_CELLS = 800_000

#: Statuses that pass: too many calls, and a service that is being served itself.
PASSING = frozenset({429, 502, 503, 504})

#: How often a question is asked on which the service breaks down: it may be chance.
TRIES_AT_BREAKDOWN = 3

#: Seconds. A shorter wait for the pace of the service is not worth a line.
LONG_WAIT = 5.0


Count = Annotated[int, BeforeValidator(lambda given: given or 0)]


class _Config(BaseModel):
    """SSB answers 0 for what it does not state, which does not mean «no limit»."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel)

    max_data_cells: Count = 0
    max_calls_per_time_window: Count = 0
    time_window: Annotated[float, BeforeValidator(lambda given: given or 0)] = 0


class _Busy(Exception):
    """The service cannot answer now; it may in a while."""

    def __init__(
        self, reason: str, *, wait: float | None = None, tries: int | None = None
    ) -> None:
        super().__init__(reason)
        self.wait, self.tries = wait, tries


class NoTableError(FetchError):
    """The service has no such table."""


class UnchosenError(FetchError):
    """A table has a variable that must be chosen, and that no measure chooses."""


class Client:
    """
    A connection to StatBank.

    Parameters
    ----------
    settings : StatBankSettings
        Address, contact, timeouts, pace and waits: ``parameters/statbank.yaml``.
    tell : function of str, optional
        Receives a line whenever the client waits.
    sleep, clock : functions
        Of time; others in tests.

    Raises
    ------
    UsageError
        If nothing can be asked at this address, or not in this environment.

    Examples
    --------
    >>> from asss.catalogue.catalogue import load_catalogue
    >>> with Client(load_catalogue().statbank) as client:
    ...     metadata, answer = client.metadata("12210")  # doctest: +SKIP
    """

    def __init__(
        self,
        settings: StatBankSettings,
        *,
        tell: Callable[[str], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base_url = settings.base_url.rstrip("/")
        self._settings = settings
        self._tell = tell or (lambda _: None)
        self._sleep = sleep
        self._clock = clock
        self._pace = _Pace(settings.calls_per_minute, 60.0)
        self._max_cells: int | None = None
        who = settings.contact or "no contact given"
        self._http = _connect(
            _address(self.base_url),
            # As bytes: a header is ASCII to httpx, a name need not be.
            headers={
                b"User-Agent": f"asss/{asss.__version__} ({who})".encode(),
                b"Accept-Encoding": b"gzip",
            },
            timeout=httpx.Timeout(
                settings.read_timeout, connect=settings.connect_timeout
            ),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self._http.close()

    def metadata(self, table: str) -> tuple[Metadata, bytes]:
        """
        The variables and values of a table, and the answer as it came.

        Raises
        ------
        FetchError
            If the service has no such table, or cannot be reached.
        TableError
            If the answer is no metadata.
        """
        raw = self._call("GET", f"/tables/{table}/metadata", table=table)
        return read_metadata(raw, table=table), raw

    def questions(self, metadata: Metadata, selection: Selection) -> list[Selection]:
        """
        Make a question ready: without doubles, in parts that are allowed.

        Raises
        ------
        UnchosenError
            Naming what must be chosen and is not.
        """
        open_ = [
            name
            for name, dimension in metadata.dimensions.items()
            if not (selection.get(name) or dimension.is_eliminable)
        ]
        if open_:
            msg = (
                f"Table {metadata.table} cannot be asked: {', '.join(open_)} must be "
                "chosen, and no measure does. `asss doctor --live` says what to write."
            )
            raise UnchosenError(msg)
        # In the order of the table, so that parts joined again are as the whole.
        return list(_split(metadata.ordered(selection), self._limit()))

    def data(self, table: str, question: Selection) -> bytes:
        """
        Put one question, and give the answer as it came.

        Raises
        ------
        FetchError
            If the service refuses, cannot be reached, or answers something else.
        TableError
            If the answer is not whole.
        """
        path, parameters = f"/tables/{table}/data", {"outputFormat": "json-stat2"}
        raw = self._call("POST", path, parameters, as_body(question), table=table)
        if odd := read_dataset(raw, table=table).strays(question):
            msg = (
                f"Table {table}: the answer has other values than were asked for: "
                f"{', '.join(odd[:5])}. Fetch again."
            )
            raise FetchError(msg)
        return raw

    def wait_for_update(self, stale: Sequence[str], attempt: int) -> None:
        """
        Give a service that answers with old figures the time to forget them.

        Parameters
        ----------
        stale : sequence of str
            What was answered, a line for each table.
        attempt : int
            How often it was asked.

        Raises
        ------
        FetchError
            If it was asked as often as we ask.
        """
        attempts, seconds = self._settings.attempts, ceil(self._settings.longest_wait)
        if attempt >= attempts:
            msg = (
                f"SSB's answers do not belong together:{bullets(stale)}\n"
                f"Asked {attempt} times, {seconds} s apart; nothing has been changed. "
                "Fetch again in an hour. If it stays so, write to SSB about it."
            )
            raise FetchError(msg)
        for line in stale:
            self._tell(
                f"{line}: asking again in {seconds} s (try {attempt + 1} of {attempts})"
            )
        self._sleep(self._settings.longest_wait)

    def _limit(self) -> int:
        """Most cells in one answer, as the service itself says."""
        if self._max_cells is None:
            raw = self._call("GET", "/config")
            try:
                config = _Config.model_validate_json(raw)
            except (ValidationError, OverflowError) as error:
                what = " ".join(str(error).split())[:200]
                msg = (
                    f"{self.base_url}/config answered with JSON that is not StatBank's "
                    f"({what}). Is the address right (--base-url)?"
                )
                raise FetchError(msg) from error
            self._max_cells = config.max_data_cells or MAX_CELLS
            self._pace.change(config.max_calls_per_time_window, config.time_window)
        return self._max_cells

    def _call(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        *,
        table: str = "",
    ) -> bytes:
        """Ask until there is an answer, or as often as we ask."""
        request = self._http.build_request(
            method,
            f"{self.base_url}{path}",
            params={"lang": self._settings.language, **(parameters or {})},
            json=body,
        )
        first, longest = self._settings.first_wait, self._settings.longest_wait
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._once(request)
            except NoTableError as error:
                msg = f"StatBank has no table {table}: {error}"
                raise NoTableError(msg) from error
            except _Busy as error:
                most = self._settings.attempts
                tries = min(error.tries or most, most)
                if attempt >= tries:
                    msg = (
                        f"StatBank gave no answer in {tries} tries. "
                        f"The last time: {error} ({request.url}). "
                        "Try again later; nothing has been changed."
                    )
                    raise FetchError(msg) from error
                doubled = min(first * 2.0 ** min(attempt - 1, 60), longest)
                wait = doubled if error.wait is None else error.wait
                self._tell(
                    f"{error}: waiting {ceil(wait)} s (try {attempt + 1} of {tries})"
                )
                self._sleep(wait)

    def _once(self, request: httpx.Request) -> bytes:
        wait = self._pace.wait(self._clock())
        if wait > 0:
            if wait >= LONG_WAIT:
                self._tell(f"{self._pace} are allowed: waiting {ceil(wait)} s")
            self._sleep(wait)
        try:
            response, raw = self._send(request)
        except (httpx.TransportError, httpx.DecodingError) as error:
            msg = f"{request.url.host}: {str(error) or 'no answer in time'}"
            if lasting := _lasting(error):
                msg = f"{msg}. {lasting}"
                raise FetchError(msg) from error
            raise _Busy(msg) from error
        finally:
            # Not before: the service counts from when it heard us, not from now.
            self._pace.note(self._clock())
        self._check(response, raw)
        return raw

    def _send(self, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        """Send, and read the answer to its end, but not for ever."""
        patience = self._settings.answer_timeout
        deadline = self._clock() + patience
        response = self._http.send(request, stream=True)
        try:
            pieces = []
            for piece in response.iter_bytes():
                pieces.append(piece)
                if self._clock() > deadline:
                    msg = f"the answer took more than {patience:g} s"
                    raise httpx.ReadTimeout(msg)
        finally:
            response.close()
        return response, b"".join(pieces)

    def _check(self, response: httpx.Response, raw: bytes) -> None:
        """Let only JSON through, and read errors by their title: the status may lie."""
        status, url = response.status_code, response.request.url
        content = _parsed(raw)
        said = _title(content)
        if status in PASSING:
            reason = f"HTTP {status}{': ' if said else ''}{said}"
            wait = _retry_after(response.headers.get("Retry-After"))
            longest = self._settings.longest_wait
            if wait is not None and wait > longest:
                msg = (
                    f"StatBank ({reason}) asks us to wait {ceil(wait)} s, longer than "
                    f"longest_wait allows ({longest:g} s). Try again then."
                )
                raise FetchError(msg)
            raise _Busy(reason, wait=wait)
        if said.startswith("Non-existent table"):
            raise NoTableError(said)
        is_page = "html" in response.headers.get("Content-Type", "")
        if response.is_redirect:
            where = response.headers.get("Location", "an address that it does not name")
            msg = (
                f"{url} points to {where} (HTTP {status}). "
                "If that is where StatBank is now, name it with --base-url."
            )
        elif is_page or raw.lstrip()[:1] == b"<":
            msg = (
                f"{url} answered with a web page (HTTP {status}) and not with data. "
                "Is the address right (--base-url), and is there a proxy in between?"
            )
        elif status == 404 and not said.startswith("Non-existent"):
            what = f"«{said}»" if said else "other words" if raw.strip() else "no word"
            msg = (
                f"Nothing of PxWebApi is at {url}: HTTP 404, with {what}. "
                f"Is the address right: {self.base_url}? It is base_url in "
                "parameters/statbank.yaml, --base-url or ASSS_BASE_URL."
            )
        elif status >= 500:
            reason = f"HTTP {status}: {said or 'not a word of why'}"
            raise _Busy(reason, tries=TRIES_AT_BREAKDOWN)
        elif status >= 300 or said:
            msg = f"{url} was refused (HTTP {status}): {said or 'no reason given'}."
        elif not isinstance(content, dict):
            kind = "not whole" if content is None else "not StatBank's"
            msg = f"{url} answered with what is {kind} JSON."
        else:
            return
        raise FetchError(msg)


def _split(chosen: Selection, limit: int) -> Iterator[Selection]:
    """Halve along the longest variable until each part has few enough cells."""
    if prod(len(codes) for codes in chosen.values()) <= limit:
        yield chosen
        return
    name = max(chosen, key=lambda each: len(chosen[each]))
    if len(chosen[name]) == 1:
        msg = f"StatBank allows {limit} cells in an answer: too few for any question."
        raise FetchError(msg)
    half = len(chosen[name]) // 2
    yield from _split({**chosen, name: chosen[name][:half]}, limit)
    yield from _split({**chosen, name: chosen[name][half:]}, limit)


def _parsed(raw: bytes) -> Any:
    """JSON; None where it is none, or is nested without end."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _title(content: Any) -> str:
    """What an error says of itself; empty where it says nothing that we can read."""
    if not isinstance(content, dict) or "title" not in content:
        return ""
    title, detail, errors = (content.get(key) for key in ("title", "detail", "errors"))
    more = [str(detail)] if detail and detail != title else []
    if isinstance(errors, dict):
        for name, texts in errors.items():
            first = texts[0] if isinstance(texts, list) and texts else texts
            more.append(f"{name or 'the question'}: {first}")
    return (f"{title} ({'; '.join(more)})" if more else str(title))[:500]


# -- the way to the service ------------------------------------------------------------


def _address(base_url: str) -> httpx.URL:
    """
    The address of a service, looked at before anything is asked there.

    Raises
    ------
    UsageError
        If nothing could ever be asked there.
    """
    try:
        url = httpx.URL(base_url)
        url.host.encode("idna")
    except (httpx.InvalidURL, UnicodeError):
        url = httpx.URL("")
    if (
        url.scheme not in ("http", "https")
        or not url.host
        or not 0 < (url.port or 80) < 65536
        or url.query
        or url.fragment
        or re.search(r"\s", base_url)
    ):
        msg = (
            f"{base_url!r} cannot be asked: an address begins with https:// or "
            "http://, names a host, and perhaps a port and a path. It is base_url in "
            "parameters/statbank.yaml, --base-url or ASSS_BASE_URL."
        )
        raise UsageError(msg)
    return url


def _connect(url: httpx.URL, **options: Any) -> httpx.Client:
    """
    A client of one service, in this environment: its proxies and certificates.

    Raises
    ------
    UsageError
        If the environment names certificates or a proxy that cannot be used.
    """
    try:
        verify = httpx.create_ssl_context()
    except OSError as error:
        given = os.environ.get("SSL_CERT_FILE", "")
        msg = (
            f"The certificates in {given!r} cannot be read: {error.strerror or error}. "
            "Let SSL_CERT_FILE name a file of certificates, or unset it."
        )
        raise UsageError(msg) from error
    proxy = _proxy(url)
    try:
        # What the environment says of proxies has been read: httpx trips over some.
        return httpx.Client(proxy=proxy, verify=verify, trust_env=False, **options)
    except ImportError as error:
        msg = (
            f"The proxy {_hidden(proxy)} is a SOCKS proxy, which needs the package "
            "socksio: install it, or name another in HTTPS_PROXY or ALL_PROXY."
        )
        raise UsageError(msg) from error
    except (httpx.InvalidURL, ValueError) as error:
        msg = (
            f"The proxy {_hidden(proxy)} cannot be used ({_hidden(str(error))}): mend "
            f"HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or let NO_PROXY name {url.host}."
        )
        raise UsageError(msg) from error


def _proxy(url: httpx.URL) -> str | None:
    """The proxy before a service, unless NO_PROXY names it."""
    said = getproxies()
    proxy = said.get(url.scheme) or said.get("all")
    if not proxy or proxy_bypass(url.host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _hidden(text: str | None) -> str:
    """An address without the password in it."""
    return re.sub(r"//[^/\s]*@", "//…@", text or "")


def _lasting(error: BaseException) -> str:
    """What to do about an error that would be there the next time too; else empty."""
    causes: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in causes:
        causes.append(one)
        one = one.__cause__ or one.__context__
    for cause in causes:
        if isinstance(cause, socket.gaierror) and cause.errno != socket.EAI_AGAIN:
            return "There is no such host: is the address right (--base-url)?"
        # The other end may hang up in the middle; that passes.
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
            return (
                "No secure connection is to be had: is the address right (--base-url; "
                "http or https), and does a proxy need its own certificate "
                "(SSL_CERT_FILE)?"
            )
    if isinstance(error, httpx.ProxyError) and str(error).startswith("4"):
        return "The proxy refuses: see HTTPS_PROXY, HTTP_PROXY or ALL_PROXY."
    if isinstance(error, httpx.ProtocolError) and re.search(
        "illegal|location", str(error)
    ):
        return "What answers there does not speak HTTP (--base-url; http or https)."
    return ""


class _Pace:
    """How many calls may be made in a window of time, and when they were made."""

    def __init__(self, calls: int, window: float) -> None:
        self._made: deque[float] = deque()
        self._calls, self._window = calls, window

    def __str__(self) -> str:
        return f"{self._calls} calls in {self._window:g} s"

    def change(self, calls: int, window: float) -> None:
        """So many calls, in so many seconds, from now on; where a service says it."""
        if calls > 0 and window > 0:
            self._calls, self._window = calls, window

    def note(self, now: float) -> None:
        """A call was made."""
        self._made.append(now)

    def wait(self, now: float) -> float:
        """Seconds until the next call may be made."""
        while self._made and now - self._made[0] >= self._window:
            self._made.popleft()
        if len(self._made) < self._calls:
            return 0.0
        return self._window - (now - self._made[-self._calls])


def _retry_after(header: str | None) -> float | None:
    """Seconds, whether the header gives seconds or a time of day."""
    if not header:
        return None
    if re.fullmatch(r"\s*[0-9]{1,9}\s*", header):
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
        # The oldest of the forms that HTTP knows names no zone, and means UTC.
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (aware - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None

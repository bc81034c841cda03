"""
The client: asks PxWebApi v2, one call at a time, and says what it waits for.

Hides limits, splitting, retries and the many ways in which an answer is none. Imports
``jsonstat``, ``connection`` and ``errors``; with ``connection`` alone it knows HTTP.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, prod
from threading import Lock
from types import TracebackType
from typing import Any, Self

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
)

import asss
from asss.errors import FetchError
from asss.statbank import connection
from asss.statbank.jsonstat import (
    Metadata,
    Selection,
    as_body,
    nearest,
    oslo_date,
    read_dataset,
    read_metadata,
)
from asss.statbank.pace import Pace, retry_after

#: Most cells in one answer, where /config does not say (SSB's user guide).
MAX_CELLS = 800_000

#: Tables in one answer to a search.
PAGE_SIZE = 100

#: Statuses that pass: too many calls, and a service that is being served itself.
PASSING = frozenset({429, 502, 503, 504})

#: How often a question is asked on which the service breaks down: it may be chance.
TRIES_AT_BREAKDOWN = 3

#: Most bytes in one answer, unpacked: 800 000 cells are less than a tenth of it.
MOST_BYTES = 100_000_000

#: How an answer may be packed. Others are not asked for, and some unpack to anything.
PACKED = frozenset({"", "identity", "gzip", "deflate"})

#: Seconds. A shorter wait for the pace of the service is not worth a line.
WORTH_TELLING = 5.0


@dataclass(frozen=True)
class Answer:
    """What came over the wire, and to which question.

    Attributes
    ----------
    raw : bytes
    url : str
    query : mapping or None
        The body that was posted.
    fetched : str
        UTC, ISO 8601 with Z.
    """

    raw: bytes
    url: str
    query: Mapping[str, Any] | None
    fetched: str


@dataclass(frozen=True)
class TableInfo:
    """What /tables says of a table, short of its metadata."""

    id: str
    label: str
    updated: str
    first_period: str
    last_period: str
    is_closed: bool


class _Busy(Exception):
    """The service cannot answer now; it may in a while."""

    def __init__(
        self, reason: str, *, wait: float | None = None, tries: int | None = None
    ) -> None:
        super().__init__(reason)
        self.wait, self.tries = wait, tries


class NoTableError(FetchError):
    """The service has no such table."""


class Client:
    """
    A connection to StatBank.

    Parameters
    ----------
    base_url : str
        Of the API, without a slash at the end.
    contact : str
        Whom SSB may write to; sent with every call.
    language : str
    connect_timeout, read_timeout, answer_timeout : float
        Seconds to reach the service, between two pieces of an answer, and in all.
    calls_per_minute : int
        Until an answer's headers say otherwise.
    attempts : int
        How often a question is asked before we give up.
    first_wait, longest_wait : float
        Seconds. Waits double from the first to the longest.
    tell : function of str, optional
        Receives a line whenever the client waits.

    Raises
    ------
    UsageError
        If nothing can be asked at this address, or not in this environment.
    """

    def __init__(
        self,
        base_url: str,
        *,
        contact: str,
        language: str,
        connect_timeout: float,
        read_timeout: float,
        answer_timeout: float,
        calls_per_minute: int,
        attempts: int,
        first_wait: float,
        longest_wait: float,
        tell: Callable[[str], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._language = language
        self._answer_timeout = answer_timeout
        self._attempts = attempts
        self._first_wait = first_wait
        self._longest_wait = longest_wait
        self._tell = tell or _say_nothing
        self._sleep = sleep
        self._clock = clock
        self._pace = Pace(calls_per_minute, 60.0)
        self._one_at_a_time = Lock()
        self._max_cells: int | None = None
        who = contact or "no contact given"
        self._http = connection.connect(
            connection.address(self.base_url),
            # As bytes: a header is ASCII to httpx, a name need not be.
            headers={
                b"User-Agent": f"asss/{asss.__version__} ({who})".encode(),
                b"Accept-Encoding": b"gzip",
            },
            timeout=httpx.Timeout(read_timeout, connect=connect_timeout),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.close()

    def table(self, table: str) -> TableInfo | None:
        """What the service says of a table; None where it has no such table."""
        try:
            answer = self._call("GET", f"/tables/{table}")
        except NoTableError:
            return None
        with _in_form(answer.url):
            return _table_info(_json(answer.raw, answer.url, "id"))

    def search(self, words: str, *, pages: int | None = None) -> list[TableInfo]:
        """Tables that have these words in any field, closed ones too: so many pages."""
        found: list[TableInfo] = []
        page, last = 1, 1
        while page <= min(last, pages or last):
            parameters = {
                "query": words,
                "includeDiscontinued": "true",
                "pageNumber": str(page),
                "pageSize": str(PAGE_SIZE),
            }
            answer = self._call("GET", "/tables", parameters)
            body = _json(answer.raw, answer.url, "tables", "page")
            with _in_form(answer.url):
                found += [_table_info(one) for one in body["tables"]]
                page, last = page + 1, int(body["page"].get("totalPages", 1))
        return found

    def metadata(self, table: str) -> tuple[Metadata, Answer]:
        """
        The variables and values of a table.

        Raises
        ------
        FetchError
            If the service has no such table, or cannot be reached.
        TableError
            If the answer is no metadata.
        """
        try:
            answer = self._call("GET", f"/tables/{table}/metadata")
        except NoTableError as error:
            msg = f"StatBank has no table {table}: {error}"
            raise NoTableError(msg) from error
        return read_metadata(answer.raw, table=table), answer

    def questions(self, metadata: Metadata, selection: Selection) -> list[Selection]:
        """
        Make a question ready: checked, without doubles, in parts that are allowed.

        Raises
        ------
        FetchError
            Naming every variable and value that the table does not have, each with
            the nearest it has. One unknown value would fail the whole call.
        """
        chosen = {name: list(dict.fromkeys(codes)) for name, codes in selection.items()}
        problems = list(_problems(metadata, chosen))
        if problems:
            listed = "\n".join(f"  - {problem}" for problem in problems)
            msg = (
                f"Table {metadata.table} cannot be asked:\n{listed}\n"
                "Mend the codes in parameters/; `asss doctor --live` shows them all."
            )
            raise FetchError(msg)
        # In the order of the table, so that parts joined again are as the whole.
        ordered = {
            name: sorted(chosen[name], key=dimension.positions.__getitem__)
            for name, dimension in metadata.dimensions.items()
            if name in chosen
        }
        return list(_split(ordered, self._limit()))

    def data(self, table: str, question: Selection) -> Answer:
        """
        Put one question.

        Raises
        ------
        FetchError
            If the service refuses, cannot be reached, or answers something else.
        TableError
            If the answer is not whole.
        """
        body = as_body(question)
        parameters = {"outputFormat": "json-stat2"}
        try:
            answer = self._call("POST", f"/tables/{table}/data", parameters, body)
        except NoTableError as error:
            msg = f"StatBank has no table {table}: {error}"
            raise NoTableError(msg) from error
        found = read_dataset(answer.raw, table=table)
        for name, codes in question.items():
            answered = list(found.dimension(name).labels)
            if sorted(answered) != sorted(codes):
                odd = ", ".join(sorted(set(answered) ^ set(codes))[:5])
                msg = (
                    f"Table {table}: the answer has other values of {name} than were "
                    f"asked for: {odd}. Fetch again."
                )
                raise FetchError(msg)
        return answer

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
        seconds = ceil(self._longest_wait)
        if attempt >= self._attempts:
            listed = "\n".join(f"  - {line}" for line in stale)
            msg = (
                f"SSB's answers do not belong together:\n{listed}\n"
                f"Asked {attempt} times, {seconds} s apart; nothing has been changed. "
                "Fetch again in an hour. If it stays so, ask for the other tables "
                "with --tables, and write to SSB about these."
            )
            raise FetchError(msg)
        for line in stale:
            self._tell(
                f"{line}: asking again in {seconds} s "
                f"(try {attempt + 1} of {self._attempts})"
            )
        self._sleep(self._longest_wait)

    def _limit(self) -> int:
        """Most cells in one answer, as the service itself says."""
        if self._max_cells is None:
            answer = self._call("GET", "/config")
            config = _json(answer.raw, answer.url)
            with _in_form(answer.url):
                self._max_cells = int(config.get("maxDataCells") or MAX_CELLS)
                # SSB answers 0, which means «not stated» and not «no limit».
                calls = int(config.get("maxCallsPerTimeWindow") or 0)
                window = float(config.get("timeWindow") or 0)
            if calls and window:
                self._pace.change(calls, window)
        return self._max_cells

    def _call(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        request = self._http.build_request(
            method,
            f"{self.base_url}{path}",
            params={"lang": self._language, **(parameters or {})},
            json=body,
        )
        retrying = Retrying(
            stop=self._is_enough,
            wait=self._next_wait,
            retry=retry_if_exception_type(_Busy),
            before_sleep=self._tell_wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            raw = retrying(self._once, request)
        except _Busy as error:
            msg = (
                f"StatBank gave no answer in {self._tries(error)} tries. "
                f"The last time: {error} ({request.url}). "
                "Try again later; nothing has been changed."
            )
            raise FetchError(msg) from error
        return Answer(
            raw=raw,
            url=str(request.url),
            query=body,
            fetched=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )

    def _once(self, request: httpx.Request) -> bytes:
        with self._one_at_a_time:
            wait = self._pace.wait(self._clock())
            if wait > 0:
                if wait >= WORTH_TELLING:
                    self._tell(f"{self._pace} are allowed: waiting {ceil(wait)} s")
                self._sleep(wait)
            try:
                response, raw = self._send(request)
            except (httpx.TransportError, httpx.DecodingError) as error:
                reason = str(error) or "no answer in time"
                msg = f"{request.url.host}: {reason}"
                if lasting := connection.lasting(error):
                    msg = f"{msg}. {lasting}"
                    raise FetchError(msg) from error
                raise _Busy(msg) from error
            finally:
                # Not before: the service counts from when it heard us, not from now.
                self._pace.note(self._clock())
            self._pace.learn(response.headers, self._clock())
        self._check(response, raw)
        return raw

    def _send(self, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        """Send, and read the answer to its end, but not for ever."""
        deadline = self._clock() + self._answer_timeout
        response = self._http.send(request, stream=True)
        try:
            packed = response.headers.get("Content-Encoding", "").strip().lower()
            if packed not in PACKED:
                msg = f"{request.url} answered packed as {packed!r}, unasked."
                raise FetchError(msg)
            pieces, size = [], 0
            for piece in response.iter_bytes():
                pieces.append(piece)
                size += len(piece)
                if size > MOST_BYTES:
                    msg = (
                        f"{request.url} answered with more than {MOST_BYTES:,} bytes, "
                        "unpacked: more than any question of ours has an answer to."
                    )
                    raise FetchError(msg)
                if self._clock() > deadline:
                    msg = f"the answer took more than {self._answer_timeout:g} s"
                    raise httpx.ReadTimeout(msg)
        finally:
            response.close()
        return response, b"".join(pieces)

    def _check(self, response: httpx.Response, raw: bytes) -> None:
        """Let only JSON through, and read errors by their title: the status may lie."""
        status, url = response.status_code, response.request.url
        said = _title(raw)
        if status in PASSING:
            reason = f"HTTP {status}{': ' if said else ''}{said}"
            wait = retry_after(response.headers.get("Retry-After"))
            if wait is not None and wait > self._longest_wait:
                msg = (
                    f"StatBank ({reason}) asks us to wait {ceil(wait)} s, longer than "
                    f"longest_wait allows ({self._longest_wait:g} s). Try again then."
                )
                raise FetchError(msg)
            raise _Busy(reason, wait=wait)
        if response.is_redirect:
            where = response.headers.get("Location", "an address that it does not name")
            msg = (
                f"{url} points to {where} (HTTP {status}). "
                "If that is where StatBank is now, name it with --base-url."
            )
            raise FetchError(msg)
        is_page = "html" in response.headers.get("Content-Type", "")
        if is_page or raw.lstrip()[:1] == b"<":
            msg = (
                f"{url} answered with a web page (HTTP {status}) and not with data. "
                "Is the address right (--base-url), and is there a proxy in between?"
            )
            raise FetchError(msg)
        if said.startswith("Non-existent table"):
            raise NoTableError(said)
        if status == 404 and not said.startswith("Non-existent"):
            what = f"«{said}»" if said else "other words" if raw.strip() else "no word"
            msg = (
                f"Nothing of PxWebApi is at {url}: HTTP 404, with {what}. "
                f"Is the address right: {self.base_url}? It is base_url in "
                "parameters/statbank.yaml, --base-url or ASSS_BASE_URL."
            )
            raise FetchError(msg)
        if status >= 500:
            reason = f"HTTP {status}: {said or 'not a word of why'}"
            raise _Busy(reason, tries=TRIES_AT_BREAKDOWN)
        if status >= 300 or said:
            msg = f"{url} was refused (HTTP {status}): {said or 'no reason given'}."
            raise FetchError(msg)
        _json(raw, str(url))

    def _tries(self, error: BaseException | None) -> int:
        few = error.tries if isinstance(error, _Busy) else None
        return min(few or self._attempts, self._attempts)

    def _is_enough(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        return state.attempt_number >= self._tries(error)

    def _next_wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, _Busy) and error.wait is not None:
            return error.wait
        grown = self._first_wait * 2.0 ** (state.attempt_number - 1)
        return min(grown, self._longest_wait)

    def _tell_wait(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        seconds = ceil(state.next_action.sleep) if state.next_action else 0
        self._tell(
            f"{error}: waiting {seconds} s "
            f"(try {state.attempt_number + 1} of {self._tries(error)})"
        )


def _say_nothing(line: str) -> None:
    """For a caller who does not care to know what the client waits for."""


def _problems(metadata: Metadata, chosen: Selection) -> Iterator[str]:
    for name, codes in chosen.items():
        if name not in metadata.dimensions:
            there = ", ".join(metadata.dimensions)
            yield f"no variable {name}; it has {there}"
            continue
        if not codes:
            yield f"no value of {name} is asked for"
        known = metadata.dimensions[name].labels
        for code in codes:
            if code not in known:
                close = nearest(known, code, None)
                hint = "; ".join(f"{found} «{text}»" for found, text in close)
                yield f"no value {code!r} in {name}; nearest: {hint or 'none'}"
    for name, dimension in metadata.dimensions.items():
        if name not in chosen and not dimension.is_eliminable:
            yield f"{name} must be chosen and is not"


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


def _json(raw: bytes, url: str, *needed: str) -> dict[str, Any]:
    """Read an answer; every answer of StatBank is an object."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        msg = f"{url} answered with something that is not whole JSON ({error})."
        raise FetchError(msg) from error
    if not isinstance(found, dict) or any(key not in found for key in needed):
        msg = (
            f"{url} answered with JSON that is not StatBank's. "
            "Is the address right (--base-url)?"
        )
        raise FetchError(msg)
    return found


def _title(raw: bytes) -> str:
    """What an error says of itself; empty where it says nothing that we can read."""
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict) or "title" not in said:
        return ""
    title, detail, errors = (said.get(key) for key in ("title", "detail", "errors"))
    more = [str(detail)] if detail and detail != title else []
    if isinstance(errors, dict):
        for name, texts in errors.items():
            first = texts[0] if isinstance(texts, list) and texts else texts
            more.append(f"{name or 'the question'}: {first}")
    return (f"{title} ({'; '.join(more)})" if more else str(title))[:500]


@contextmanager
def _in_form(url: str) -> Iterator[None]:
    """An answer that turns out to be of another form, while it is read."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        msg = f"{url} answered in a form that is not StatBank's ({error!r} is amiss)."
        raise FetchError(msg) from error


def _table_info(body: Mapping[str, Any]) -> TableInfo:
    label, updated = str(body.get("label", "")), str(body.get("updated") or "")
    _ = oslo_date(updated)
    return TableInfo(
        id=str(body["id"]),
        label=label,
        updated=updated,
        first_period=str(body.get("firstPeriod") or ""),
        last_period=str(body.get("lastPeriod") or ""),
        is_closed=bool(body.get("discontinued")) or "avslutta" in label.casefold(),
    )

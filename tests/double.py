"""
A double of SSB's StatBank: a server on this machine that behaves as SSB's was seen to.

It answers, refuses, counts and loses its temper as PxWebApi v2 does at SSB: one data
call at a time, so many calls in a window, the statuses and bodies that do not match.
Made from recorded answers and from SSB's documentation, and held against recorded
answers of the software that SSB runs; it was never compared with SSB itself.
"""

import json
import os
import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import ceil
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import cubes
import pxweb
import trouble
from cubes import Cube
from pxweb import Breakdown, Refusal
from trouble import JSON, Fault

ROOT = "/api/pxwebapi/v2"

#: A longer address is answered by the web server in front, with a page of its own.
LONGEST_URL = 2100

TOO_MANY = "API calls quota exceeded!"

Reply = tuple[int, bytes, str, dict[str, str]]


@dataclass
class Call:
    """One call as it arrived, and the status it was answered with."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: Mapping[str, str]
    time: float
    url_length: int
    status: int = 0
    fault: Fault = field(default_factory=Fault)

    @property
    def kind(self) -> str:
        """``config``, ``tables``, ``table``, ``metadata`` or ``data``; else empty."""
        if not self.path.startswith(f"{ROOT}/"):
            return ""
        _, *parts = self.path.removeprefix(ROOT).split("/")
        if parts[0] == "tables" and len(parts) > 1:
            return parts[2] if len(parts) > 2 else "table"
        return parts[0]

    @property
    def table(self) -> str:
        """The table that is asked of; empty where none is."""
        _, *parts = self.path.removeprefix(ROOT).split("/")
        return parts[1] if len(parts) > 1 else ""


class Double:
    """
    The server; a context manager.

    Parameters
    ----------
    tables : mapping of number to cube
    max_cells : int
    calls, window : int, float
        How many calls are let through in how many seconds.
    says_when : bool
        Whether a refusal for too many calls has Retry-After.
    takes : float
        Seconds that a data call takes, during which another is turned away.
    page_size : int
        Tables in one answer of a search, where the question does not say.
    keeps : float
        Seconds for which an answer is kept, under its own address and body, whatever
        happens to the table; PxWebApi has 300. Whether SSB does so is not known.
    is_ssb : bool
        Whether what is allowed is said in SSB's headers, or in the software's own.
    clock : function
        Seconds; tests that do not want to wait give one of their own.

    Attributes
    ----------
    calls : list of Call
        Every call, in the order of arrival.
    """

    def __init__(
        self,
        tables: Mapping[str, Cube],
        *,
        max_cells: int = 800_000,
        calls: int = 40,
        window: float = 60.0,
        says_when: bool = False,
        takes: float = 0.0,
        page_size: int = 20,
        keeps: float = 0.0,
        is_ssb: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.calls: list[Call] = []
        self._tables = dict(tables)
        self._max_cells = max_cells
        self._allowed, self._window = calls, window
        self._says_when = says_when
        self._takes = takes
        self._page_size = page_size
        self._keeps = keeps
        self._is_ssb = is_ssb
        self._kept: dict[str, tuple[float, tuple[int, bytes]]] = {}
        self._clock = clock
        self._opened, self._used = -window, 0
        self._faults: list[tuple[str, str | None, Fault]] = []
        self._callbacks: list[Callable[[Call], object]] = []
        self._lock = threading.Lock()
        self._busy = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.end()
        self._thread.join()
        if self._server.errors:
            raise self._server.errors[0]

    @property
    def url(self) -> str:
        """The base address, for ``--base-url``."""
        return f"http://127.0.0.1:{self._server.server_port}{ROOT}"

    def calls_for(self, kind: str) -> list[Call]:
        """The calls of one kind: ``data``, ``metadata``, ``config`` …"""
        return [call for call in self.calls if call.kind == kind]

    def fail(self, *those: Fault, on: str = "data", table: str | None = None) -> None:
        """Let the next calls go wrong: of a kind (or ``any``), and of a table."""
        with self._lock:
            self._faults += [(on, table, fault) for fault in those]

    def replace(self, table: str, cube: Cube) -> None:
        """SSB has corrected a table."""
        with self._lock:
            self._tables[table] = cube

    def remove(self, table: str) -> None:
        """SSB has taken a table away."""
        with self._lock:
            del self._tables[table]

    def forget(self, kind: str) -> None:
        """The answers of one kind are kept no longer."""
        with self._lock:
            self._kept = {k: v for k, v in self._kept.items() if f"/{kind}" not in k}

    def calm(self) -> None:
        """Nothing goes wrong from now on."""
        with self._lock:
            self._faults.clear()

    def on_call(self, callback: Callable[[Call], object]) -> None:
        """Have `callback` called, in the server's thread, before each answer."""
        self._callbacks.append(callback)

    # -- what is answered --------------------------------------------------------------

    def reply(self, call: Call) -> Reply:
        """Status, body, type and headers of what SSB would answer."""
        if call.url_length > LONGEST_URL:
            return 404, trouble.NOT_FOUND_PAGE, trouble.HTML, {}
        with self._lock:
            self.calls.append(call)
            call.fault = self._next_fault(call)
            is_over, headers = self._count()
        for callback in self._callbacks:
            callback(call)
        if is_over:
            said = f"{TOO_MANY} maximum admitted {self._allowed} per {self._window:g}s."
            # SSB: not known whether it says more than this.
            body = TOO_MANY if self._is_ssb else said
            return 429, body.encode(), trouble.TEXT, headers
        is_data = call.kind == "data"
        if is_data and not self._busy.acquire(blocking=False):
            return 503, b"", trouble.TEXT, headers
        try:
            if is_data:
                time.sleep(self._takes)
            status, body = self._recalled(call)
        finally:
            if is_data:
                self._busy.release()
        # An address that is not there, and a breakdown, are answered without a word.
        kind = trouble.PROBLEM if b'"errors":' in body[:200] else JSON if body else ""
        return status, body, kind, headers

    def _recalled(self, call: Call) -> tuple[int, bytes]:
        """An answer that is still kept, else a new one."""
        if not self._keeps:
            return self._answer(call)
        query = sorted(call.query.items())
        key = json.dumps([call.method, call.path, query, call.body])
        now = self._clock()
        until, kept = self._kept.get(key, (now, (0, b"")))
        if now < until:
            return kept
        found = self._answer(call)
        if found[0] == 200:
            self._kept[key] = now + self._keeps, found
        return found

    def _next_fault(self, call: Call) -> Fault:
        for place, (on, table, fault) in enumerate(self._faults):
            if on in (call.kind, "any") and table in (call.table, None):
                del self._faults[place]
                return fault
        return Fault()

    def _count(self) -> tuple[bool, dict[str, str]]:
        """Whether the window is full, and the headers that say how full it is."""
        now = self._clock()
        if now - self._opened >= self._window:
            self._opened, self._used = now, 0
        is_over = self._used >= self._allowed
        self._used += not is_over
        remaining, left = self._allowed - self._used, self._opened + self._window - now
        if self._is_ssb:
            headers = {
                "x-ratelimit-policy": f"{self._allowed};w={self._window:g}s",
                "x-ratelimit-limit": str(self._allowed),
                "x-ratelimit-remaining": str(remaining),
                "x-ratelimit-resource": "SB_API_1MIN",
            }
        elif is_over:
            headers = {}
        else:
            reset = datetime.now(UTC) + timedelta(seconds=left)
            headers = {
                "X-Rate-Limit-Limit": f"{self._window:g}s",
                "X-Rate-Limit-Remaining": str(remaining),
                # Seven places, as .NET writes them.
                "X-Rate-Limit-Reset": f"{reset:%Y-%m-%dT%H:%M:%S.%f}0Z",
            }
        # SSB: not known whether it says when to come back.
        if is_over and (self._says_when or not self._is_ssb):
            headers["Retry-After"] = str(ceil(left))
        return is_over, headers

    def _answer(self, call: Call) -> tuple[int, bytes]:
        try:
            if call.query.get("lang", "no") not in pxweb.LANGUAGES:
                raise Refusal(pxweb.BAD_LANGUAGE)
            match call.kind:
                case "config":
                    says = (0, 0.0) if self._is_ssb else (self._allowed, self._window)
                    content = pxweb.config(self._max_cells, *says)
                case "tables":
                    content = pxweb.search(self._tables, call.query, self._page_size)
                case "table":
                    content = pxweb.about(self._table(call, http=404))
                case "metadata":
                    content = cubes.metadata(self._table(call, http=404))
                case "data":
                    cube = self._table(call, http=400)
                    content = pxweb.data(
                        cube, call.query, call.body, max_cells=self._max_cells
                    )
                case _:
                    return 404, b""
        except Refusal as refusal:
            return refusal.http, refusal.body
        except Breakdown:
            return 500, b""
        return 200, cubes.as_sent(content)

    def _table(self, call: Call, *, http: int) -> Cube:
        if call.table not in self._tables:
            raise Refusal(pxweb.NO_TABLE, http=http, says=404)
        return self._tables[call.table]


class _Server(ThreadingHTTPServer):
    """Knows its connections, so that it can end without leaving one behind."""

    daemon_threads = False

    def __init__(self, double: Double) -> None:
        self.double = double
        self.is_ending = threading.Event()
        self.errors: list[Exception] = []
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        del request, client_address
        error = sys.exc_info()[1]
        # A client may leave when it likes; anything else is a mistake in the double.
        if isinstance(error, Exception) and not isinstance(error, ConnectionError):
            self.errors.append(error)

    def end(self) -> None:
        self.is_ending.set()
        self.shutdown()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Or head and body of an answer would lie some hundredths of a second apart.
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *_: Any) -> None:
        """Keep the tests' output to the tests."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        address = urlsplit(self.path)
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            content = json.loads(sent) if sent else None
        except ValueError:
            content = "no JSON"
        call = Call(
            method=self.command,
            path=address.path,
            query={k.casefold(): v for k, v in parse_qsl(address.query)},
            body=content,
            headers=dict(self.headers.items()),
            time=time.monotonic(),
            url_length=len(f"http://{self.headers['Host']}{self.path}"),
        )
        status, body, content_type, headers = self.server.double.reply(call)
        fault = call.fault
        if fault.damage is not None and status == 200:
            content = json.loads(body)
            fault.damage(content)
            body = cubes.as_sent(content)
        body = body if fault.body is None else fault.body
        body = body[: len(body) - fault.cut]
        call.status = fault.status or status
        headers |= {**fault.headers, "Content-Length": str(len(body))}
        if kind := fault.content_type or content_type:
            headers["Content-Type"] = kind
        self._send(call.status, body, headers, fault)

    def _send(
        self, status: int, body: bytes, headers: Mapping[str, str], fault: Fault
    ) -> None:
        if fault.sending:
            self.close_connection = True
        if fault.sending == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            # Python's own way of closing says goodbye first.
            os.close(self.connection.detach())
        elif fault.sending == "silent":
            self._wait_for_end()
        elif fault.sending != "hang_up":
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            for piece in _pieces(body, fault):
                self.wfile.write(piece)
                if self.server.is_ending.wait(fault.pause):
                    return

    def _wait_for_end(self) -> None:
        """Say nothing, until the client or the test has gone."""
        while not self.server.is_ending.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.01)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return


def _pieces(body: bytes, fault: Fault) -> list[bytes]:
    if fault.sending == "half":
        return [body[: len(body) // 2]]
    if fault.sending == "slow":
        size = max(1, len(body) // 20)
        return [body[at : at + size] for at in range(0, len(body), size)]
    return [body]

"""
Connection: the way to a service, and how fast it may be asked.

By its address, through proxies, under certificates; what is wrong on the way is
reported by its cause, and at once where it cannot pass. Imports ``errors`` only.
"""

import os
import re
import socket
import ssl
from collections import deque
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from asss.errors import UsageError

__all__ = ["Pace", "address", "connect", "lasting", "retry_after"]


def address(base_url: str) -> httpx.URL:
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


def connect(url: httpx.URL, **options: Any) -> httpx.Client:
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


def lasting(error: BaseException) -> str:
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


class Pace:
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


def retry_after(header: str | None) -> float | None:
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

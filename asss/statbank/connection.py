"""
Connection: the way to a service, and how fast it may be asked.

By its address, through proxies, under certificates; what is wrong on the way is
reported by its cause, and at once where it cannot pass. The pace is the service's own,
by its headers. Imports ``errors`` only.
"""

import ipaddress
import os
import re
import socket
import ssl
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.request import getproxies

import httpx

from asss.errors import UsageError

__all__ = ["Pace", "address", "connect", "lasting", "retry_after"]

#: Seconds in the units of the software's own header: ``10s``, ``1m``.
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

#: The longest window that is believed: nobody waits for more than an hour.
LONGEST = 3600.0


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
    """The proxy before a service, unless NO_PROXY has it by name, address or range."""
    said = getproxies()
    proxy = said.get(url.scheme) or said.get("all")
    if not proxy or any(
        _covers(name, url.host) for name in said.get("no", "").split(",")
    ):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _covers(name: str, host: str) -> bool:
    """
    Whether an entry of NO_PROXY is about a host.

    Examples
    --------
    >>> _covers(".ssb.no", "data.ssb.no"), _covers("[::1]", "::1"), _covers("", "a.no")
    (True, True, False)
    >>> _covers("10.0.0.0/8", "10.1.2.3"), _covers("fe80::/10", "data.ssb.no")
    (True, False)
    """
    bare = name.strip().strip("[]").lstrip("*.").casefold()
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(bare, strict=False)
    except ValueError:
        is_all = name.strip() == "*"
        return is_all or (bool(bare) and f".{host.casefold()}".endswith(f".{bare}"))


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
        self._is_spent = False
        self._reset = 0.0
        self.change(calls, window)

    def __str__(self) -> str:
        return f"{self._calls} calls in {self._window:g} s"

    def change(self, calls: int, window: float) -> None:
        """So many calls, in so many seconds, from now on; if that can be meant."""
        if calls > 0 and 0 < window <= LONGEST:
            self._calls, self._window = calls, window

    def learn(self, headers: Mapping[str, str], now: float) -> None:
        """
        What an answer says is allowed, and how much of it remains.

        SSB says ``x-ratelimit-policy: 40;w=60s``; the software that it runs says
        ``X-Rate-Limit-Limit: 10s`` (the window), what remains, and when it is reset.
        """
        policy = re.match(
            r"(\d{1,9})\s*;\s*w=(\d{1,9}(?:\.\d+)?)(?![\d.])",
            headers.get("x-ratelimit-policy", ""),
        )
        if policy:
            self.change(int(policy[1]), float(policy[2]))
        remaining = headers.get("x-ratelimit-remaining", "").strip()
        window = re.fullmatch(
            r"(\d{1,9})([smhd])", headers.get("x-rate-limit-limit", "").strip()
        )
        left = headers.get("x-rate-limit-remaining", "").strip()
        self._reset = 0.0
        if window and re.fullmatch(r"[0-9]{1,9}", left):
            seconds = float(window[1]) * UNITS[window[2]]
            until = _until(headers.get("x-rate-limit-reset", ""))
            if left == "0" and until > 0:
                # A second more: two clocks are never quite of one mind.
                self._reset = now + min(until + 1.0, seconds, LONGEST)
            else:
                # Those that remain, and those that we have made ourselves.
                ours = sum(now - made < seconds for made in self._made)
                self.change(int(left) + ours, seconds)
                remaining = left
        self._is_spent = remaining == "0"

    def note(self, now: float) -> None:
        """A call was made."""
        self._made.append(now)

    def wait(self, now: float) -> float:
        """Seconds until the next call may be made."""
        if now < self._reset:
            return self._reset - now
        while self._made and now - self._made[0] >= self._window:
            self._made.popleft()
        # One call may be made when all but calls - 1 of these are out of the window;
        # that may be more than one, where fewer are allowed now than when they were.
        blocking = max(len(self._made) - self._calls, 0)
        if self._made and (self._is_spent or len(self._made) >= self._calls):
            return self._window - (now - self._made[blocking])
        return 0.0


def _until(stamp: str) -> float:
    """Seconds until a time in UTC; none where it is no time."""
    try:
        moment = datetime.fromisoformat(stamp)
        return (moment - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0.0


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

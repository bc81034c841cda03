"""
Connection: the way to a service, by its address, through proxies, under certificates.

What is amiss on the way is told by its cause, and at once where it cannot pass. Imports
``errors`` only.
"""

import ipaddress
import os
import re
import socket
import ssl
from typing import Any
from urllib.request import getproxies

import httpx

from asss.errors import UsageError


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

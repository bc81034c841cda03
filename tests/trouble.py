"""
What goes wrong between us and StatBank, one fault at a time, for the double to show.

Each was recorded from SSB, is documented by SSB, or happens to any service at times.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

JSON, HTML, TEXT = "application/json; charset=utf-8", "text/html", "text/plain"
PROBLEM = "application/problem+json; charset=utf-8"

#: The first lines of what IIS answers, in their form, and of a page at maintenance.
NOT_FOUND_PAGE = (
    b'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">\r\n<html>\r\n'
    b"<head><title>404 - File or directory not found.</title></head>\r\n"
    b"<body>The resource you are looking for might have been removed.</body></html>"
)
MAINTENANCE_PAGE = b"<html><body><h1>Service Unavailable</h1></body></html>"


@dataclass(frozen=True)
class Fault:
    """How one answer differs from the right one.

    Attributes
    ----------
    status, body, content_type, headers
        Sent in place of the right ones, where given.
    damage : function of the answer, optional
        Changes the answer, read from its JSON, before it is sent.
    cut : int
        How many bytes of the answer are left off; Content-Length is right all the same.
    sending : str
        ``reset`` (RST in place of an answer), ``hang_up`` (the connection is closed),
        ``half`` (of what Content-Length promised), ``slow`` (small pieces), ``silent``
        (nothing, until the client has had enough).
    pause : float
        Seconds between pieces of a slow answer.
    """

    status: int | None = None
    body: bytes | None = None
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    damage: Callable[[dict[str, Any]], None] | None = None
    cut: int = 0
    sending: Literal["", "reset", "hang_up", "half", "slow", "silent"] = ""
    pause: float = 0.0


def too_many_calls(retry_after: str | None = None) -> Fault:
    """429; whether SSB says when to come back is not known."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Fault(429, b"API calls quota exceeded!", TEXT, headers)


def slow(pause: float) -> Fault:
    """An answer that keeps coming, in small pieces."""
    return Fault(sending="slow", pause=pause)


def _one_value_too_few(answer: dict[str, Any]) -> None:
    del answer["value"][-1]


def _other_codes(answer: dict[str, Any]) -> None:
    category = answer["dimension"][answer["id"][0]]["category"]
    code = next(iter(category["index"]))
    for part in category.values():
        if code in part:
            part["9999"] = part.pop(code)


def _other_sizes(answer: dict[str, Any]) -> None:
    answer["size"][0] += 1


def _gap_without_sign(answer: dict[str, Any]) -> None:
    answer["value"][0] = None
    answer.get("status", {}).pop("0", None)


MAINTENANCE = Fault(503, b'{"title":"Service unavailable","status":503}', JSON)
MAINTENANCE_AS_PAGE = Fault(503, MAINTENANCE_PAGE, HTML)
NO_REASON = Fault(500, b"", JSON)
RESET = Fault(sending="reset")
HANG_UP = Fault(sending="hang_up")
HALF = Fault(sending="half")
SILENT = Fault(sending="silent")
CUT_JSON = Fault(cut=7)
EMPTY = Fault(body=b"")
PAGE = Fault(200, b"<html><body>Please log in</body></html>", HTML)
PAGE_AS_JSON = Fault(200, b" <html><body>Please log in</body></html>", JSON)
PAGE_404 = Fault(404, NOT_FOUND_PAGE, HTML)
NOTHING_404 = Fault(404, b"", "")
ANOTHER_404 = Fault(404, b'{"title":"Not Found","status":404}')
DEEP_JSON = Fault(body=b"[" * 100_000 + b"]" * 100_000)
NOWHERE = Fault(302, b"", HTML)
NOT_VALID = Fault(
    400,
    b'{"title":"One or more validation errors occurred.","status":400,'
    b'"errors":{"outputFormat":["The input was not valid."]}}',
    PROBLEM,
)
REDIRECT = Fault(302, b"", HTML, {"Location": "https://example.org/login"})
GARBLED = Fault(body=b"no gzip", headers={"Content-Encoding": "gzip"})
REFUSED_WITH_200 = Fault(
    200, b'{"type":"Parameter error","title":"Non-existent value","status":400}'
)
NO_OBJECT = Fault(200, b"[1, 2]")
ANOTHER_SERVICE = Fault(200, b'{"hello": "world"}')
ONE_VALUE_TOO_FEW = Fault(damage=_one_value_too_few)
OTHER_CODES = Fault(damage=_other_codes)
OTHER_SIZES = Fault(damage=_other_sizes)
GAP_WITHOUT_SIGN = Fault(damage=_gap_without_sign)

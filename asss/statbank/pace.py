"""
Pace: how fast a service may be asked, by what it says itself in its headers.

Knows headers and seconds, and neither questions nor answers. Imports nothing.
"""

import re
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: Seconds in the units of the software's own header: ``10s``, ``1m``.
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

#: The longest window that is believed: nobody waits for more than an hour.
LONGEST = 3600.0


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

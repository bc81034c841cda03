"""
Pace: how fast a service may be asked, by what it says itself in its headers.

Knows headers and seconds, and neither questions nor answers. Imports nothing.
"""

import re
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


class Pace:
    """How many calls may be made in a window of time, and when they were made."""

    def __init__(self, calls: int, window: float) -> None:
        self._made: deque[float] = deque()
        self._is_spent = False
        self.change(calls, window)

    def __str__(self) -> str:
        return f"{self._calls} calls in {self._window:g} s"

    def change(self, calls: int, window: float) -> None:
        """So many calls, in so many seconds, from now on."""
        self._calls, self._window = max(1, calls), window

    def learn(self, headers: Mapping[str, str]) -> None:
        """``x-ratelimit-policy: 40;w=60s``, and how many of them remain."""
        policy = re.match(
            r"(\d+)\s*;\s*w=([\d.]+)", headers.get("x-ratelimit-policy", "")
        )
        if policy:
            self.change(int(policy[1]), float(policy[2]))
        self._is_spent = headers.get("x-ratelimit-remaining", "").strip() == "0"

    def note(self, now: float) -> None:
        """A call was made."""
        self._made.append(now)

    def wait(self, now: float) -> float:
        """Seconds until the next call may be made."""
        while self._made and now - self._made[0] >= self._window:
            self._made.popleft()
        # One call may be made when all but calls - 1 of these are out of the window;
        # that may be more than one, where fewer are allowed now than when they were.
        blocking = max(len(self._made) - self._calls, 0)
        if self._made and (self._is_spent or len(self._made) >= self._calls):
            return self._window - (now - self._made[blocking])
        return 0.0


def retry_after(header: str | None) -> float | None:
    """Seconds, whether the header gives seconds or a time of day."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    # The oldest of the forms that HTTP knows names no zone, and means UTC.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())

"""
Waiting for what will happen, and never for the clock.

A machine may be slow, and busy with more than us. So nothing is taken for missing
before a time has passed that nobody waits for unless something hangs for good.
"""

import time
from collections.abc import Callable
from typing import Any, Final

import pytest

#: Seconds after which something will never come.
PATIENCE: Final = 900


def wait_for(what: Callable[[], Any]) -> Any:
    """Look until there is something, and give it back."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.02)
    pytest.fail("it did not come")

"""Polling for a condition with a timeout; only a failing test waits until the timeout."""

from __future__ import annotations

import asyncio
import select
import time
from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from tests.support.slowness import slowness_of_late

TIMEOUT = 30.0
"""Seconds; generous, for a busy machine."""

SOON = 5.0
"""Seconds that "at once" may take; shorter than the lobby's own timers."""

POLL_SECONDS = 0.02
EAGER_TURNS = 20


def soon() -> float:
    """SOON, and longer on a machine that is slower now than where bounds were set."""
    return min(TIMEOUT, SOON * slowness_of_late())


async def until(
    condition: Callable[[], Any], seconds: float = TIMEOUT, *, story: Callable[[], object] = str
) -> Any:
    """The value of the condition, once it is true; it may be a coroutine function. It is checked in
    each of the first turns of the loop, then every POLL_SECONDS. `story`: text for the failure.
    """
    turns = 0
    try:
        async with asyncio.timeout(seconds):
            while True:
                found = condition()
                if isawaitable(found):
                    found = await found
                if found:
                    return found
                turns += 1
                await asyncio.sleep(0 if turns <= EAGER_TURNS else POLL_SECONDS)
    except TimeoutError as late:
        raise AssertionError(f"it did not happen within {seconds} s: {story()}") from late


def block_until(condition: Callable[[], object], seconds: float = TIMEOUT) -> None:
    """The same without an event loop: blocks the thread."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"it did not happen within {seconds} s"
        select.select([], [], [], POLL_SECONDS)

"""Lapses: facts of entries that hold until a time, after which the entry is looked at again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

LATEST_SECONDS = 3_600.0
"""How far ahead a timer is set at most: clocks are corrected, and whoever looks too early looks
again."""
LATE_SECONDS = 0.02
"""How long after its time an entry is looked at."""


class Lapses:
    """One timer for each entry that has such facts. `lapsed`: called with the entry's key."""

    def __init__(self, lapsed: Callable[[str], None]) -> None:
        self._lapsed = lapsed
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        return len(self._timers)

    def set(self, key: str, seconds: float) -> None:
        """The next of its facts holds for so long."""
        self.drop(key)
        wait = min(seconds, LATEST_SECONDS) + LATE_SECONDS
        self._timers[key] = asyncio.get_running_loop().call_later(wait, self._over, key)

    def _over(self, key: str) -> None:
        del self._timers[key]
        self._lapsed(key)

    def drop(self, key: str) -> None:
        if timer := self._timers.pop(key, None):
            timer.cancel()

    def close(self) -> None:
        for key in [*self._timers]:
            self.drop(key)

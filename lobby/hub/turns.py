"""Turns of the event loop: whatever takes long gives the loop back after a few milliseconds."""

from __future__ import annotations

import asyncio
import time

TURN_SECONDS = 0.004
"""How long one piece of work holds the event loop."""


class Turn:
    """One turn of the loop, from now on. The time that passes counts, also where other programs
    have the core: whoever waits for the loop waits for that, too."""

    __slots__ = ("_over",)

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._over = time.monotonic() + TURN_SECONDS

    @property
    def over(self) -> bool:
        return time.monotonic() >= self._over

    async def give_back(self) -> None:
        """Let others have their turn, where this one has taken long enough."""
        if self.over:
            await asyncio.sleep(0)
            self._begin()

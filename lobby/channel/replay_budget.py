"""How much one connection is sent again: whole states, patches and journals that it asks for more
than once. A `watch` is short, and what it brings may be long.

Has no clock: the caller says what time it is.
"""

from __future__ import annotations

REPLAYED_PER_SECOND = 64 * 1024
"""Bytes that one connection may ask for again in a second, in the long run."""
REPLAYED_BURST = 256 * 1024
"""The same at once."""
MOST_FIRST = 64
"""Topics whose first watch costs nothing: as many as a connection watches at a time."""


class ReplayBudget:
    """A token bucket of bytes, which may go into debt: how long a state is shows once it is sent.
    The first time of each topic costs nothing."""

    __slots__ = ("_at", "_left", "_seen")

    def __init__(self) -> None:
        self._left, self._at = float(REPLAYED_BURST), 0.0
        self._seen: list[str] = []

    def charge(self, topic: str, size: int) -> None:
        if topic in self._seen or len(self._seen) >= MOST_FIRST:
            self._left -= size
        else:
            self._seen.append(topic)

    def wait(self, now: float) -> float:
        """0, or the seconds until it may ask again."""
        self._left = min(REPLAYED_BURST, self._left + (now - self._at) * REPLAYED_PER_SECOND)
        self._at = now
        return max(0.0, -self._left / REPLAYED_PER_SECOND)

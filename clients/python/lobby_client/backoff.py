"""When to come back: at random, so that thousands do not come at once; soon, while a seat is kept;
and never more than so many handshakes in a while, whatever the lobby and the game do."""

from __future__ import annotations

import random
import time
from collections import deque

LONGEST_IN_GRACE_SECONDS = 2.0
SETTLED_SECONDS = 10.0
MOST_HANDSHAKES, OF_SECONDS = 10, 10.0
LONGEST_WAIT_SECONDS = 24 * 3600.0
MOST_DOUBLINGS = 30


class Backoff:
    """Seconds, by the monotonic clock."""

    def __init__(self, first: float = 0.5, longest: float = 30.0) -> None:
        self._first, self._longest = first, longest
        self._handshakes: deque[float] = deque(maxlen=MOST_HANDSHAKES)
        self.reset()

    def reset(self) -> None:
        """As after a `connect()` by the game; handshakes still count."""
        self.failures, self._grace = 0, 0.0
        self._return_at = 0.0
        self._live_since: float | None = None
        self._lost_at: float | None = None

    @property
    def free(self) -> bool:
        """Nobody told us to wait longer than until now."""
        return self._return_at <= time.monotonic()

    def wait_for(self, seconds: float) -> None:
        """Told how long to wait."""
        if seconds > 0:
            self._return_at = time.monotonic() + min(seconds, LONGEST_WAIT_SECONDS)

    def live(self, grace: float) -> None:
        self._return_at, self._lost_at, self._grace = 0.0, None, grace
        self._live_since = time.monotonic()

    def lost(self) -> float:
        """Seconds until we come back."""
        now = time.monotonic()
        if self._live_since is not None and now - self._live_since >= SETTLED_SECONDS:
            self.failures = 0
        self._live_since = None
        if self._lost_at is None:
            self._lost_at = now
        hurried = now - self._lost_at < self._grace
        longest = min(self._longest, LONGEST_IN_GRACE_SECONDS) if hurried else self._longest
        doubled = self._first * 2 ** min(self.failures, MOST_DOUBLINGS)
        if self.free:  # a place in a line is no failure
            self.failures += 1
        told = max(0.0, self._return_at - now)
        return told + random.uniform(0, min(longest, doubled))  # noqa: S311  # keeps no secret

    def shaking_hands(self) -> None:
        self._handshakes.append(time.monotonic())

    def crowded(self) -> float:
        """Seconds until there may be another handshake."""
        if len(self._handshakes) < MOST_HANDSHAKES:
            return 0.0
        return max(0.0, self._handshakes[0] + OF_SECONDS - time.monotonic())

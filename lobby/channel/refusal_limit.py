"""How many refusals one connection may cause, and its place in the line of the rate limit.

Has no clock: the caller says what time it is.
"""

from __future__ import annotations

MOST_ERRORS = 100
"""Refused commands of one socket, after which it is closed."""
FORGIVEN_SECONDS = 10.0
"""In each of which one of them is forgiven."""
ROUND_TRIP_SECONDS = 1.0
"""Commands that came so soon after the first `too_many` were sent before it was read."""


class Refusals:
    """Who waits as long as they are told to is never sent away for commands that came too fast."""

    __slots__ = ("_count", "_forgiven", "_rate", "_told", "_until")

    def __init__(self, rate: float) -> None:
        """`rate`: commands a second that the line moves on by."""
        self._rate = rate
        self._count, self._forgiven = 0, 0.0
        self._told = self._until = 0.0

    def place(self, now: float, *, wait: float) -> float:
        """The seconds that a command has to wait which came too fast: behind those before it."""
        if now >= self._until:
            self._told, self._until = now, now + wait
        else:
            self._until += 1 / self._rate
        return self._until - now

    def early(self, heard: float) -> bool:
        """Whether a command that is to be told its place came before that of the ones before it,
        although their answer had been read."""
        return self._told + ROUND_TRIP_SECONDS < heard < self._until

    def add(self, now: float) -> bool:
        """One more; True: that is too many."""
        forgiven = int((now - self._forgiven) / FORGIVEN_SECONDS)
        self._count = max(0, self._count - forgiven)
        self._forgiven = now if not self._count else self._forgiven + forgiven * FORGIVEN_SECONDS
        self._count += 1
        return self._count >= MOST_ERRORS

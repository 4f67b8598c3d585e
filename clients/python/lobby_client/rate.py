"""Token bucket of a connection, by the limits that hello tells."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RESERVED = 2
"""What the connection itself says in between: hello, ping."""


def number(value: object, otherwise: float, least: float = 0.0) -> float:
    """What a frame says, where that is a number; never less than `least`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return otherwise
    try:
        told = float(value)
    except OverflowError:
        return otherwise
    return max(least, told) if math.isfinite(told) else otherwise


@dataclass(frozen=True)
class Limits:
    """Those that this connection has to keep; a lobby that tells none has these."""

    per_second: float = 10.0
    burst: float = 30.0
    message_bytes: int = 65_536
    waiting: int = 64

    @classmethod
    def told(cls, limits: object) -> Limits:
        said: Mapping[str, Any] = limits if isinstance(limits, dict) else {}
        known = cls()
        return cls(
            number(said.get("commands_per_second"), known.per_second, 0.01),
            number(said.get("commands_burst"), known.burst, 1),
            int(number(said.get("message_bytes"), known.message_bytes, 1)),
            int(number(said.get("waiting"), known.waiting, 1)),
        )


class Rate:
    """Seconds, by the monotonic clock."""

    def __init__(self) -> None:
        self.limits = Limits()
        self._tokens, self._filled, self._held_until = 0.0, 0.0, 0.0

    @property
    def _most(self) -> float:
        return max(1.0, self.limits.burst - RESERVED)

    def begin(self, limits: Limits) -> None:
        """Of a new connection."""
        self.limits = limits
        self._tokens, self._filled, self._held_until = self._most, time.monotonic(), 0.0

    def hold(self, until: float) -> None:
        self._held_until = max(self._held_until, until)

    def pause(self) -> float:
        """Seconds for which nothing may be said."""
        return max(0.0, self._held_until - time.monotonic())

    def take(self) -> float:
        """Take one token. Where there is none: seconds until there is."""
        now = time.monotonic()
        grown = (now - self._filled) * self.limits.per_second
        self._tokens, self._filled = min(self._most, self._tokens + grown), now
        if self._tokens < 1:
            return (1 - self._tokens) / self.limits.per_second
        self._tokens -= 1
        return 0.0

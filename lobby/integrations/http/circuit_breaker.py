"""Circuit breaker and bulkhead for calls to one service: after repeated failures nothing is sent
for a while, and only so many calls are in flight at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lobby.domain.errors import Unavailable

MOST_CONCURRENT = 8
"""Calls to one service in flight (bulkhead); further ones are refused at once."""
FAILURE_THRESHOLD = 5
"""Consecutive failures after which the circuit opens."""
OPEN_SECONDS = 30.0
"""How long the circuit stays open: nothing is sent to the service."""


class CircuitBreaker:
    """Circuit breaker of one service. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._in_flight = self._failures = 0
        self._open_until = 0.0

    @contextmanager
    def call(self) -> Iterator[None]:
        """Raises Unavailable while the circuit is open. Then it is half-open: one trial call is
        let through and the others are refused until it has ended."""
        left = self._open_until - self._clock()
        if self._failures >= FAILURE_THRESHOLD and left > 0:
            raise Unavailable("the service", retry_after=left)
        if self._in_flight >= MOST_CONCURRENT:
            raise Unavailable("the service")
        if self._failures >= FAILURE_THRESHOLD:
            self._open()
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        self._open()

    def _open(self) -> None:
        self._open_until = self._clock() + OPEN_SECONDS

"""How much is asked of one service at a time, and how long it is left alone once it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lobby.domain.errors import Unavailable

AT_ONCE = 8
FAILURES = 5
"""In a row, after which it is left alone."""
REST_SECONDS = 30.0


class Circuit:
    """One service's. Time is in seconds, from any beginning."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._under_way = self._failures = 0
        self._rests_until = 0.0

    @contextmanager
    def call(self) -> Iterator[None]:
        """Raises Unavailable where nobody may call now. After a rest one may, and the others wait
        for how that ends."""
        left = self._rests_until - self._clock()
        if self._failures >= FAILURES and left > 0:
            raise Unavailable("the service", retry_after=left)
        if self._under_way >= AT_ONCE:
            raise Unavailable("the service")
        if self._failures >= FAILURES:
            self._rest()
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    def answered(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        self._rest()

    def _rest(self) -> None:
        self._rests_until = self._clock() + REST_SECONDS

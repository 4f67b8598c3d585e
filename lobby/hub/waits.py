"""Who waits for the next entry of a journal: a future each, no task, and only so many.

Knows neither what comes nor who waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 5
"""Of one journal, in one process."""

Wait = asyncio.Future[bool]
"""Ends as True when there is something new; as False when it has to make room for another one, or
nobody shall wait any more."""


class Waits:
    def __init__(self) -> None:
        self._waits: dict[str, dict[Wait, None]] = {}
        self.draining = False

    def __contains__(self, topic: str) -> bool:
        """Whether anybody waits there."""
        return topic in self._waits

    @contextmanager
    def wait(self, topic: str) -> Iterator[Wait]:
        """A place among those who wait; where there is none, the oldest one gives up theirs."""
        waits = self._waits.setdefault(topic, {})
        if len(waits) >= MOST:
            self._end(topic, next(iter(waits)), news=False)
        wait: Wait = asyncio.get_running_loop().create_future()
        self._waits.setdefault(topic, {})[wait] = None
        try:
            yield wait
        finally:
            self._leave(topic, wait)

    def end(self, topic: str, *, news: bool) -> None:
        for wait in list(self._waits.get(topic, ())):
            self._end(topic, wait, news=news)

    def drain(self) -> None:
        """Everybody is let go; who comes from now on should not stay."""
        self.draining = True
        for topic in list(self._waits):
            self.end(topic, news=False)

    def _end(self, topic: str, wait: Wait, *, news: bool) -> None:
        self._leave(topic, wait)
        if not wait.done():
            wait.set_result(news)

    def _leave(self, topic: str, wait: Wait) -> None:
        waits = self._waits.get(topic, {})
        waits.pop(wait, None)
        if not waits:
            self._waits.pop(topic, None)

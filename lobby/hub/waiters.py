"""Waiters of long polls: each is a future that the next entry of a journal wakes.

A future, not a task, and a bounded number of them. Knows neither the entry nor who waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

MOST_WAITERS = 5
"""Waiters of one journal in one process; one more ends the oldest."""

Wait = asyncio.Future[bool]
"""True: there is a new entry. False: it made room for another waiter, the journal ended, or the
process drains."""


class Waiters:
    """The waiters of all journals. `draining`: the process stops; nobody should wait any more."""

    def __init__(self) -> None:
        self._waiters: dict[str, dict[Wait, None]] = {}
        self.draining = False

    def __contains__(self, topic: str) -> bool:
        """Whether anybody waits for this journal."""
        return topic in self._waiters

    @contextmanager
    def wait(self, topic: str) -> Iterator[Wait]:
        """A future for the next entry. Where too many wait, the oldest waiter ends."""
        waiters = self._waiters.setdefault(topic, {})
        if len(waiters) >= MOST_WAITERS:
            self._wake(topic, next(iter(waiters)), news=False)
        wait: Wait = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(topic, {})[wait] = None
        try:
            yield wait
        finally:
            self._leave(topic, wait)

    def wake(self, topic: str, *, news: bool) -> None:
        """End all waiters of the journal. `news`: there is a new entry."""
        for wait in list(self._waiters.get(topic, ())):
            self._wake(topic, wait, news=news)

    def drain(self) -> None:
        """End all waiters, and have later ones not wait long."""
        self.draining = True
        for topic in list(self._waiters):
            self.wake(topic, news=False)

    def _wake(self, topic: str, wait: Wait, *, news: bool) -> None:
        self._leave(topic, wait)
        if not wait.done():
            wait.set_result(news)

    def _leave(self, topic: str, wait: Wait) -> None:
        waiters = self._waiters.get(topic, {})
        waiters.pop(wait, None)
        if not waiters:
            self._waiters.pop(topic, None)

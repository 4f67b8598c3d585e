"""Deliveries between the one who receives them and the one task that reads them.

It holds a bounded number: when the reader falls behind further, it forgets them all and says so.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable

from persistence.ports import Delivery


class Inbox:
    """`wanted`: the topics somebody here listens to."""

    def __init__(self, *, limit: int = 20_000) -> None:
        self.wanted: set[str] = set()
        self._limit = limit
        self._waiting: deque[Delivery] = deque()
        self._arrived = asyncio.Event()
        self._closed = False

    def put(self, topic: str, payload: str | None) -> None:
        if topic not in self.wanted:
            return
        if len(self._waiting) >= self._limit:
            self._waiting.clear()
            self.miss(self.wanted)
        else:
            self._waiting.append(Delivery(topic, payload))
            self._arrived.set()

    def miss(self, topics: Iterable[str]) -> None:
        """Something may have been lost on each of these."""
        self._waiting.extend(Delivery(topic, None) for topic in topics)
        self._arrived.set()

    def close(self) -> None:
        self._closed = True
        self._arrived.set()

    async def deliveries(self) -> AsyncIterator[Delivery]:
        while not self._closed:
            await self._arrived.wait()
            while self._waiting:
                yield self._waiting.popleft()
            if not self._closed:
                self._arrived.clear()

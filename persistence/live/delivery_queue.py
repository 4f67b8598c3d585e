"""Bounded queue of bus deliveries, between the receiver and the one task that reads them.

Load shedding: when the reader falls too far behind, all entries are dropped and each topic gets
one delivery that says so.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable

from persistence.ports import Delivery

TURN_SECONDS = 0.004
"""How long a burst of deliveries is read before the event loop has a turn."""


class DeliveryQueue:
    """`subscribed`: the topics of this process; payloads of others are dropped."""

    def __init__(self, *, limit: int = 20_000) -> None:
        self.subscribed: set[str] = set()
        self._limit = limit
        self._waiting: deque[Delivery] = deque()
        self._available = asyncio.Event()
        self._closed = False

    def put(self, topic: str, payload: str | None) -> None:
        if topic not in self.subscribed:
            return
        if len(self._waiting) >= self._limit:
            self._waiting.clear()
            self.mark_missed(self.subscribed)
        else:
            self._waiting.append(Delivery(topic, payload))
            self._available.set()

    def mark_missed(self, topics: Iterable[str]) -> None:
        """Deliver None on each topic: payloads may have been lost."""
        self._waiting.extend(Delivery(topic, None) for topic in topics)
        self._available.set()

    def close(self) -> None:
        self._closed = True
        self._available.set()

    async def deliveries(self) -> AsyncIterator[Delivery]:
        while not self._closed:
            await self._available.wait()
            began = time.monotonic()
            while self._waiting:
                yield self._waiting.popleft()
                if time.monotonic() - began > TURN_SECONDS:
                    await asyncio.sleep(0)
                    began = time.monotonic()
            if not self._closed:
                self._available.clear()

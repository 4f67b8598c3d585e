"""Open topics: those that this process listens to on the bus and has read, while somebody watches
them and for a while afterwards.

Subscribe first, read second: what is told while a topic is read is read once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from lobby.hub.resync import Watched
from lobby.hub.subscriptions import Subscriptions


class OpenTopics:
    """`load`: reads a topic for the first time. `resync`: reads one again. `in_use`: whether one is
    needed though nobody watches it."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        *,
        load: Callable[[str], Awaitable[Watched]],
        resync: Callable[[str], None],
        in_use: Callable[[str], bool],
    ) -> None:
        self._subscribed = subscriptions
        self._load, self._resync, self._in_use = load, resync, in_use
        self.topics: dict[str, Watched] = {}
        self.missed: set[str] = set()
        self._opening: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._idle: set[str] = set()

    async def open(self, topic: str) -> Watched:
        """Subscribe to the topic and read it, if it is not open; raises NotFound or Unreachable."""
        async with self._lock(topic):
            self._idle.discard(topic)
            if topic not in self.topics:
                try:
                    await self._subscribed.begin(topic)
                    self.topics[topic] = await self._load(topic)
                except BaseException:
                    await self._unsubscribe(topic)
                    raise
                if topic in self.missed:
                    self.missed.discard(topic)
                    self._resync(topic)
            return self.topics[topic]

    def miss(self, topic: str) -> None:
        """Something was told of a topic that is not open: it matters where it is being read."""
        if topic in self._opening:
            self.missed.add(topic)

    async def forget_idle(self) -> None:
        """Close topics that were unused for a whole round; until then, watching again is cheap."""
        for topic in self._subscribed.topics - self.topics.keys() | self._idle:
            async with self._lock(topic):
                watched = self.topics.get(topic)
                if watched and (watched.watchers or topic not in self._idle):
                    continue
                self.topics.pop(topic, None)
                if watched:
                    watched.close()
                await self._unsubscribe(topic)
        unwatched = {topic for topic, watched in self.topics.items() if not watched.watchers}
        self._idle = {topic for topic in unwatched if not self._in_use(topic)}

    def close(self) -> None:
        for watched in self.topics.values():
            watched.close()

    def _lock(self, topic: str) -> asyncio.Lock:
        """Held while the topic is opened or closed; collected when nobody holds or awaits it."""
        return self._opening.setdefault(topic, asyncio.Lock())

    async def _unsubscribe(self, topic: str) -> None:
        await self._subscribed.end(topic)
        self.missed.discard(topic)

"""Bus and Leases inside one process: when it ends, all of it is gone."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping

from persistence.live.inbox import Inbox
from persistence.live.presence import Presence
from persistence.ports import Bus, Delivery, Roster

Clock = Callable[[], float]


class MemoryBus:
    def __init__(self) -> None:
        self._inbox = Inbox()

    def publish(self, topic: str, payload: str) -> None:
        self._inbox.put(topic, payload)

    async def subscribe(self, topic: str) -> None:
        self._inbox.wanted.add(topic)

    async def unsubscribe(self, topic: str) -> None:
        self._inbox.wanted.discard(topic)

    def deliveries(self) -> AsyncIterator[Delivery]:
        return self._inbox.deliveries()

    async def probe(self) -> None:
        return

    async def close(self) -> None:
        self._inbox.close()


class Fading:
    """Texts by name, each until its time is up."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, tuple[float, str]] = {}
        self._sweep_at = 1024

    def get(self, name: str) -> str | None:
        until, text = self._until.get(name, (0.0, ""))
        return text if until > self._clock() else None

    def set(self, name: str, text: str, seconds: float) -> None:
        self._until[name] = (self._clock() + seconds, text)
        if len(self._until) >= self._sweep_at:
            now = self._clock()
            self._until = {n: held for n, held in self._until.items() if held[0] > now}
            self._sweep_at = max(1024, 2 * len(self._until))

    def drop(self, name: str) -> None:
        self._until.pop(name, None)


class MemoryLeases:
    """`bus` hears of the roster's changes; `clock` counts seconds from anywhere."""

    def __init__(self, bus: Bus, *, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._held = Fading(clock)
        self._notes = Fading(clock)
        self._presence = Presence(secrets.token_hex(8), bus.publish)

    async def hold(self, name: str, holder: str, seconds: float) -> bool:
        if self._held.get(name) not in (None, holder):
            return False
        self._held.set(name, holder, seconds)
        return True

    async def release(self, name: str, holder: str) -> None:
        if self._held.get(name) == holder:
            self._held.drop(name)

    async def remember(self, key: str, value: str, seconds: float) -> None:
        self._notes.set(key, value, seconds)

    async def recall(self, key: str) -> str | None:
        return self._notes.get(key)

    async def beat(self, keeper: str, seconds: float) -> bool:
        return self._presence.beat(keeper, seconds, now=self._clock())

    async def attend(self, keeper: str, shown: Mapping[str, str | None]) -> None:
        self._presence.attend(keeper, shown, now=self._clock())

    async def depart(self, keeper: str, who: str, *, shown: str | None, seconds: float) -> None:
        self._presence.depart(keeper, who, shown, until=self._clock() + seconds)

    async def linger(self, who: str, seconds: float) -> None:
        self._presence.linger(who, until=self._clock() + seconds)

    async def lapsed(self, limit: int = 100) -> list[str]:
        return self._presence.lapsed(limit, now=self._clock())

    async def settle(self, who: Iterable[str]) -> None:
        self._presence.settle(who, now=self._clock())

    async def roster(self) -> Roster:
        return self._presence.roster()

    async def shown(self, who: Iterable[str]) -> dict[str, str]:
        entries = self._presence.roster().entries
        return {person: entries[person] for person in who if person in entries}

    async def numbered(self) -> tuple[str, int]:
        roster = self._presence.roster()
        return roster.epoch, roster.version

    async def attending(self, who: Iterable[str]) -> set[str]:
        return self._presence.attending(who, now=self._clock())

    async def probe(self) -> None:
        return

    async def close(self) -> None:
        return

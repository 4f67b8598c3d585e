"""The volatile ports in memory, for a single process: all is lost when it ends."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable

from persistence.live.delivery_queue import DeliveryQueue
from persistence.live.memory_shards import MemoryShards
from persistence.live.presence import ShardedPresence
from persistence.ports import Delivery, Live

Clock = Callable[[], float]


def open_memory(*, shards: int = 1, clock: Clock = time.monotonic) -> Live:
    """`shards`: of the roster; `clock`: monotonic seconds."""
    bus = MemoryBus()
    return Live(
        bus,
        MemoryLocks(clock),
        MemoryNotes(clock),
        MemoryTimers(clock),
        ShardedPresence(MemoryShards(bus.publish, clock, shards)),
    )


class MemoryPort:
    async def probe(self) -> None:
        return

    async def close(self) -> None:
        return


class MemoryBus(MemoryPort):
    def __init__(self) -> None:
        self._queue = DeliveryQueue()

    def publish(self, topic: str, payload: str) -> None:
        self._queue.put(topic, payload)

    async def subscribe(self, topic: str) -> None:
        self._queue.subscribed.add(topic)

    async def unsubscribe(self, topic: str) -> None:
        self._queue.subscribed.discard(topic)

    def deliveries(self) -> AsyncIterator[Delivery]:
        return self._queue.deliveries()

    async def close(self) -> None:
        self._queue.close()


class TtlDict:
    """Texts by name, each with a time to live."""

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


class MemoryLocks(MemoryPort):
    def __init__(self, clock: Clock) -> None:
        self._held = TtlDict(clock)

    async def acquire(self, key: str, holder: str, seconds: float) -> bool:
        if self._held.get(key) not in (None, holder):
            return False
        self._held.set(key, holder, seconds)
        return True

    async def release(self, key: str, holder: str) -> None:
        if self._held.get(key) == holder:
            self._held.drop(key)


class MemoryNotes(MemoryPort):
    def __init__(self, clock: Clock) -> None:
        self._notes = TtlDict(clock)

    async def put(self, key: str, value: str, seconds: float) -> None:
        self._notes.set(key, value, seconds)

    async def get(self, key: str) -> str | None:
        return self._notes.get(key)

    async def get_many(self, keys: Iterable[str]) -> dict[str, str]:
        found = {key: self._notes.get(key) for key in keys}
        return {key: value for key, value in found.items() if value is not None}


class MemoryTimers(MemoryPort):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._epoch = secrets.token_hex(8)
        self._due: dict[str, float] = {}

    async def set(self, key: str, seconds: float) -> None:
        due = self._clock() + seconds
        self._due[key] = max(due, self._due.get(key, due))

    async def due(self, limit: int = 100) -> list[str]:
        now = self._clock()
        overdue = sorted((due, key) for key, due in self._due.items() if due <= now)
        return [key for _, key in overdue[:limit]]

    async def done(self, keys: Iterable[str]) -> None:
        now = self._clock()
        for key in keys:
            if self._due.get(key, now + 1) <= now:
                del self._due[key]

    async def epoch(self) -> str:
        return self._epoch

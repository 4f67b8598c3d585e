"""The volatile ports on Redis, shared by many processes."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from persistence.live.presence import ShardedPresence
from persistence.live.redis_cluster_bus import open_bus
from persistence.live.redis_port import RedisPort, Script, milliseconds
from persistence.live.redis_presence import RedisShards, channels
from persistence.ports import Live, Unreachable, Unsuitable
from persistence.redis_clients import RedisLink, link_to

CLUSTER_SHARDS = 64
"""Shards of the roster on a cluster, where no other number was set."""
TOGETHER = 500
"""Notes that are read by one call."""


async def open_redis(
    url: str, prefix: str, *, shards: int | None = None, clock: Callable[[], float] = time.time
) -> Live:
    """Returns even when Redis is unreachable: the bus retries, and calls raise Unreachable. Raises
    Unsuitable where the roster has another number of shards."""
    link = link_to(url)
    count = shards or (CLUSTER_SHARDS if link.clustered else 1)
    bus = open_bus(link, prefix, channels(prefix, count))
    await bus.open()
    presence = RedisShards(link, prefix, count=count, clock=clock)
    try:
        await presence.agree()
        await presence.compare_clocks()
    except Unsuitable:
        await bus.close()
        await link.close()
        raise
    except Unreachable:
        pass
    return Live(
        bus,
        RedisLocks(link, prefix),
        RedisNotes(link, prefix),
        RedisTimers(link, prefix),
        ShardedPresence(presence),
    )


class RedisLocks(RedisPort):
    def __init__(self, link: RedisLink, prefix: str) -> None:
        super().__init__(link, prefix, "lock:")
        self._script = Script("lock")

    async def acquire(self, key: str, holder: str, seconds: float) -> bool:
        return bool(await self._set(key, holder, milliseconds(seconds)))

    async def release(self, key: str, holder: str) -> None:
        await self._set(key, holder, 0)

    async def _set(self, key: str, *args: str | int) -> Any:
        return await self._in_time(self._script.run(self._client, f"{self._keys}{key}", *args))


class RedisNotes(RedisPort):
    def __init__(self, link: RedisLink, prefix: str) -> None:
        super().__init__(link, prefix, "note:")

    async def put(self, key: str, value: str, seconds: float) -> None:
        await self._in_time(self._client.set(f"{self._keys}{key}", value, px=milliseconds(seconds)))

    async def get(self, key: str) -> str | None:
        value = await self._in_time(self._client.get(f"{self._keys}{key}"))
        return None if value is None else str(value)

    async def get_many(self, keys: Iterable[str]) -> dict[str, str]:
        wanted, found = list(keys), dict[str, str]()
        for start in range(0, len(wanted), TOGETHER):
            some = wanted[start : start + TOGETHER]
            values = await self._in_time(self._client.mget([self._keys + key for key in some]))
            pairs = zip(some, values, strict=True)
            found |= {key: str(value) for key, value in pairs if value is not None}
        return found


class RedisTimers(RedisPort):
    def __init__(self, link: RedisLink, prefix: str) -> None:
        super().__init__(link, prefix, "timers")
        self._script = Script("timers")

    async def set(self, key: str, seconds: float) -> None:
        await self._do("set", key, milliseconds(seconds, least=0))

    async def due(self, limit: int = 100) -> list[str]:
        return [str(key) for key in await self._do("due", limit)]

    async def done(self, keys: Iterable[str]) -> None:
        await self._do("done", *keys)

    async def epoch(self) -> str:
        return str(await self._do("epoch", secrets.token_hex(8)))

    async def _do(self, verb: str, *words: str | int) -> Any:
        return await self._in_time(self._script.run(self._client, self._keys, verb, *words))

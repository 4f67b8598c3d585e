"""Bus and Leases that many processes share, through Redis.

Nobody here waits longer than `ANSWER_SECONDS` for a Redis that is away: then it is Unreachable.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from persistence.live.redis_bus import ANSWER_SECONDS, RedisBus
from persistence.ports import Live, Roster, Unreachable

T = TypeVar("T")

CONNECTIONS = 16
BACKSTOP_SECONDS = 2 * ANSWER_SECONDS
"""The driver's own limits. Every call has ours around it, which must come first: where both end at
the same moment, the driver takes ours for its own and begins again."""
LEASE = (Path(__file__).parent / "lease.lua").read_text(encoding="utf-8")
ROSTER = (Path(__file__).parent / "roster.lua").read_text(encoding="utf-8")


async def open_redis(url: str, prefix: str) -> Live:
    """Returns even when Redis is away: the bus goes on trying, and calls say Unreachable."""
    bus = RedisBus(connect(url), prefix)
    await bus.open()
    return Live(bus, RedisLeases(connect(url), prefix))


def connect(url: str) -> Redis:
    """A client that never tries twice behind our back, nor waits for longer than it says."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=BACKSTOP_SECONDS,
        decode_responses=True,
        protocol=2,
        socket_timeout=BACKSTOP_SECONDS,
        socket_connect_timeout=BACKSTOP_SECONDS,
        retry=Retry(NoBackoff(), 0),
        driver_info=None,
    )
    return Redis.from_pool(pool)


class RedisLeases:
    def __init__(self, client: Redis, prefix: str) -> None:
        self._client = client
        # One hash tag, so that a script's keys live together.
        self._keys = f"{prefix}{{live}}:"
        self._channel = f"{prefix}presence"
        self._lease = client.register_script(LEASE)
        self._roster = client.register_script(ROSTER)

    async def hold(self, name: str, holder: str, seconds: float) -> bool:
        lease = self._lease(keys=[f"{self._keys}lease:{name}"], args=[holder, _ms(seconds)])
        return bool(await _answer(lease))

    async def release(self, name: str, holder: str) -> None:
        await _answer(self._lease(keys=[f"{self._keys}lease:{name}"], args=[holder, 0]))

    async def remember(self, key: str, value: str, seconds: float) -> None:
        await _answer(self._client.set(f"{self._keys}note:{key}", value, px=_ms(seconds)))

    async def recall(self, key: str) -> str | None:
        value = await _answer(self._client.get(f"{self._keys}note:{key}"))
        return None if value is None else str(value)

    async def beat(self, keeper: str, seconds: float) -> bool:
        return bool(await self._do("beat", keeper, _ms(seconds)))

    async def attend(self, keeper: str, shown: Mapping[str, str | None]) -> None:
        words = [word for who, value in shown.items() for word in (who, value or "")]
        await self._do("attend", keeper, *words)

    async def depart(self, keeper: str, who: str, *, shown: str | None, seconds: float) -> None:
        await self._do("depart", keeper, who, shown or "", _ms(seconds, least=0))

    async def linger(self, who: str, seconds: float) -> None:
        await self._do("linger", who, _ms(seconds, least=0))

    async def lapsed(self, limit: int = 100) -> list[str]:
        return [str(who) for who in await self._do("lapsed", limit)]

    async def settle(self, who: Iterable[str]) -> None:
        await self._do("settle", *who)

    async def roster(self) -> Roster:
        epoch, version, flat = await self._do("roster")
        return Roster(epoch, int(version), dict(zip(flat[::2], flat[1::2], strict=True)))

    async def shown(self, who: Iterable[str]) -> dict[str, str]:
        names = list(who)
        values = await self._do("seen", *names)
        return {name: str(value) for name, value in zip(names, values, strict=True) if value}

    async def numbered(self) -> tuple[str, int]:
        epoch, version = await self._do("numbered")
        return str(epoch), int(version)

    async def attending(self, who: Iterable[str]) -> set[str]:
        return set(await self._do("attending", *who))

    async def probe(self) -> None:
        await _answer(self._client.get(f"{self._keys}probe"))

    async def close(self) -> None:
        await self._client.aclose()

    async def _do(self, verb: str, *words: str | int) -> Any:
        args = [verb, self._channel, secrets.token_hex(8), *words]
        return await _answer(self._roster(keys=[f"{self._keys}roster:"], args=args))


def _ms(seconds: float, *, least: int = 1) -> int:
    return max(least, round(seconds * 1000))


async def _answer(asked: Awaitable[T]) -> T:
    """In time, whatever the driver does about being cancelled: its pool can take it for its own
    limit and wait on, so that nobody here waits for it."""
    asking = asyncio.ensure_future(asked)
    asking.add_done_callback(_heard)
    try:
        await asyncio.wait({asking}, timeout=ANSWER_SECONDS)
    finally:
        asking.cancel()
    if not asking.done():
        raise Unreachable("redis", "no answer in time")
    try:
        return asking.result()
    except (RedisError, OSError) as failure:
        raise Unreachable("redis", str(failure)) from failure


def _heard(asked: asyncio.Future[Any]) -> None:
    """An answer that comes too late is nobody's."""
    if not asked.cancelled():
        asked.exception()

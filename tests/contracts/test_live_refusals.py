"""A Redis that answers, and says that it is not to be used now, is away until it says otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import pytest

from persistence.ports import Delivery, Dependency, Live, Unreachable
from tests.contracts.listener import listening, opened
from tests.support.services import RedisServer, free_port
from tests.support.waiting import until

LOADED_KEYS = 400
SECONDS_A_KEY = 0.01
Refusing = Callable[[RedisServer], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def readonly(redis: RedisServer) -> AsyncIterator[None]:
    """A replica."""
    redis.ask("REPLICAOF", "127.0.0.1", str(free_port()))
    yield
    redis.ask("REPLICAOF", "NO", "ONE")


@asynccontextmanager
async def masterdown(redis: RedisServer) -> AsyncIterator[None]:
    """A replica whose primary is gone, and which shows nothing that is old."""
    redis.ask("CONFIG", "SET", "replica-serve-stale-data", "no")
    redis.ask("REPLICAOF", "127.0.0.1", str(free_port()))
    yield
    redis.ask("REPLICAOF", "NO", "ONE")


@asynccontextmanager
async def loading(redis: RedisServer) -> AsyncIterator[None]:
    """It was restarted, and reads what it had saved."""
    redis.ask(
        "EVAL", f"\"for n=1,{LOADED_KEYS} do redis.call('SET',n,n..string.rep('x',200)) end\"", "0"
    )
    redis.ask("SAVE")
    redis.kill()
    delay = str(int(SECONDS_A_KEY * 1_000_000))
    redis.options = {"key-load-delay": delay, "loading-process-events-interval-bytes": "1024"}
    starting = asyncio.create_task(asyncio.to_thread(redis.start))
    await until(lambda: _said(redis).startswith(b"-LOADING"))
    yield
    await starting


def _said(redis: RedisServer) -> bytes:
    try:
        return redis.ask("GET", "1")
    except OSError:
        return b""


@asynccontextmanager
async def clusterdown(redis: RedisServer) -> AsyncIterator[None]:
    """A node of a cluster that nobody has given a part of the keys."""
    redis.kill()
    # Else it takes the port 10,000 above its own, which there may not be.
    redis.options = {"cluster-enabled": "yes", "cluster-port": str(free_port())}
    await asyncio.to_thread(redis.start)
    yield
    redis.ask("CLUSTER", "ADDSLOTSRANGE", "0", "16383")


@pytest.mark.parametrize(
    ("refusing", "why"),
    [
        (readonly, "read only replica"),
        (masterdown, "Link with MASTER is down"),
        (loading, "loading the dataset"),
        (clusterdown, "slot not served"),
    ],
)
async def test_a_redis_that_refuses_what_it_is_asked_is_away_until_it_does_not(
    own_redis: RedisServer, refusing: Refusing, why: str
) -> None:
    async with opened(own_redis.url) as live, listening(live.bus, "topic") as listener:
        assert await live.locks.acquire("a", "me", 30)
        async with refusing(own_redis):
            outcomes = await asyncio.gather(*writes(live), return_exceptions=True)
            assert {type(outcome) for outcome in outcomes} == {Unreachable}
            assert why in " ".join(map(str, outcomes))
            for part in (live.locks, live.notes, live.timers, live.roster):
                with pytest.raises(Unreachable):
                    await part.probe()
            await until(lambda: _refuses(live.bus))
            live.bus.publish("topic", "lost")
        for back in (live.bus, live.locks, live.notes, live.timers, live.roster):
            await until(partial(_answers, back))
        assert await live.locks.acquire("b", "me", 30)
        # What was said meanwhile may be missed, and whoever listens is told so.
        await listener.until(Delivery("topic", None))
        live.bus.publish("topic", "{}")
        await listener.until(Delivery("topic", "{}"))


def writes(live: Live) -> list[Awaitable[object]]:
    return [
        live.locks.acquire("a", "me", 30),
        live.notes.put("a", "1", 30),
        live.timers.set("a", 30),
        live.roster.heartbeat("keeper", 30),
    ]


async def _answers(part: Dependency) -> bool:
    try:
        await part.probe()
    except Unreachable:
        return False
    return True


async def _refuses(part: Dependency) -> bool:
    return not await _answers(part)

"""What all live parts promise together: that they answer, or say in time that they do not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable

import pytest

from persistence.ports import Delivery, Dependency, Live, Unreachable
from persistence.urls import open_live
from tests.contracts.listener import listening, opened, until
from tests.support.services import RedisServer, free_port
from tests.support.slowness import slowness, within
from tests.support.tcp_proxy import tcp_proxy


async def test_each_part_answers_a_probe(live: Live) -> None:
    for part in (live.bus, live.locks, live.notes, live.timers, live.roster):
        await part.probe()


async def test_a_killed_redis_is_unreachable_and_one_back_is_used_at_once(
    own_redis: RedisServer,
) -> None:
    async with opened(own_redis.url) as live:
        assert await live.locks.acquire("a", "me", 30)
        own_redis.kill()
        await _every_call_is_refused(live)
        await asyncio.to_thread(own_redis.start)
        assert await live.locks.acquire("a", "you", 30)
        assert await live.roster.heartbeat("k", 30) is False


async def test_a_frozen_redis_is_unreachable_in_time_also_to_a_crowd(
    own_redis: RedisServer,
) -> None:
    async with opened(own_redis.url) as live:
        await live.locks.probe()
        own_redis.freeze()
        with within(2.8):
            calls = [live.locks.acquire(f"l{n}", "me", 30) for n in range(100)]
            outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {Unreachable}
        await _every_call_is_refused(live)
        own_redis.thaw()
        await until(lambda: _answers(live.locks))


async def test_a_redis_that_was_demoted_is_unreachable_until_it_can_be_written_to(
    own_redis: RedisServer,
) -> None:
    async with opened(own_redis.url) as live:
        await live.locks.probe()
        own_redis.ask("REPLICAOF", "127.0.0.1", str(free_port()))
        for part in (live.locks, live.notes, live.timers, live.roster):
            with pytest.raises(Unreachable):
                await part.probe()
        await until(lambda: _refuses(live.bus))
        own_redis.ask("REPLICAOF", "NO", "ONE")
        await live.locks.probe()
        await until(lambda: _answers(live.bus))


async def test_another_redis_behind_the_address_takes_the_place_of_one_that_was_demoted(
    own_redis: RedisServer, redis_server: RedisServer, redis_prefix: str
) -> None:
    with tcp_proxy(own_redis.port) as link:
        through = own_redis.url.replace(str(own_redis.port), str(link.port))
        async with (
            opened(through, redis_prefix) as live,
            opened(redis_server.url, redis_prefix) as elsewhere,
            listening(live.bus, "topic") as listener,
        ):
            assert await live.locks.acquire("a", "me", 30)
            link.target = redis_server.port
            own_redis.ask("REPLICAOF", "127.0.0.1", str(free_port()))
            with pytest.raises(Unreachable):
                await live.locks.acquire("a", "me", 30)
            await until(lambda: _answers(live.locks))
            assert await live.locks.acquire("a", "me", 30)
            assert not await elsewhere.locks.acquire("a", "you", 30)
            await listener.until(Delivery("topic", None))
            elsewhere.bus.publish("topic", "{}")
            await listener.until(Delivery("topic", "{}"))


async def _every_call_is_refused(live: Live) -> None:
    began, slower = time.monotonic(), slowness()
    calls: list[Awaitable[object]] = [
        live.locks.acquire("a", "me", 1),
        live.locks.release("a", "me"),
        live.locks.probe(),
        live.notes.put("a", "1", 1),
        live.notes.get("a"),
        live.notes.probe(),
        live.timers.set("a", 1),
        live.timers.due(),
        live.timers.done(["a"]),
        live.timers.probe(),
        live.roster.heartbeat("k", 1),
        live.roster.enter("k", {"ada": "1"}),
        live.roster.leave("k", {"ada": None}, seconds=1),
        live.roster.expire_after("ada", 1),
        live.roster.expired(),
        live.roster.forget(["ada"]),
        live.roster.read(),
        live.roster.shown(["ada"]),
        live.roster.versions(),
        live.roster.present(["ada"]),
        live.roster.probe(),
    ]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unreachable] * len(calls)
    assert {o.part for o in outcomes if isinstance(o, Unreachable)} == {"redis"}
    assert time.monotonic() - began < 2.8 * max(slower, slowness())


async def _answers(part: Dependency) -> bool:
    try:
        await part.probe()
    except Unreachable:
        return False
    return True


async def _refuses(part: Dependency) -> bool:
    return not await _answers(part)


def test_an_unknown_url_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="amqp"):
        asyncio.run(open_live("amqp://x"))

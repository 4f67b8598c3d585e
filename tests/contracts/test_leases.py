"""What Leases promises about single leases and notes, over every implementation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from persistence.live.memory import MemoryBus, MemoryLeases
from persistence.ports import Leases, Live, Unreachable
from persistence.urls import open_live
from tests.contracts.listening import opened
from tests.patience import PATIENCE
from tests.services import RedisServer


async def test_a_lease_has_one_holder_who_may_keep_it(live: Live) -> None:
    assert await live.leases.hold("host:1", "me", 30)
    assert not await live.leases.hold("host:1", "you", 30)
    assert await live.leases.hold("host:1", "me", 30)
    assert await live.leases.hold("host:2", "you", 30)


async def test_one_of_64_who_reach_for_a_lease_gets_it(live: Live) -> None:
    got = await asyncio.gather(*(live.leases.hold("host:1", f"h{n}", 30) for n in range(64)))
    assert got.count(True) == 1


async def test_only_its_holder_gives_a_lease_back(live: Live) -> None:
    await live.leases.hold("host:1", "me", 30)
    await live.leases.release("host:1", "you")
    assert not await live.leases.hold("host:1", "you", 30)
    await live.leases.release("host:1", "me")
    assert await live.leases.hold("host:1", "you", 30)
    await live.leases.release("never held", "me")


async def test_a_lease_that_is_not_kept_is_free_after_its_time_and_not_before(live: Live) -> None:
    started = time.monotonic()
    await live.leases.hold("host:1", "me", 0.2)
    await until(lambda: live.leases.hold("host:1", "you", 30))
    assert time.monotonic() - started >= 0.19
    assert not await live.leases.hold("host:1", "me", 30)


async def test_a_note_is_recalled_letter_by_letter_until_its_time_is_up(live: Live) -> None:
    note = '{"n": 1.0, "é": "漢字🎲", "empty": []}'
    started = time.monotonic()
    await live.leases.remember("reply:1", note, 0.4)
    assert await live.leases.recall("reply:1") == note
    await until(lambda: _is_forgotten(live.leases, "reply:1"))
    assert time.monotonic() - started >= 0.39


async def test_a_note_is_replaced_by_the_next_and_no_lease_is_a_note(live: Live) -> None:
    await live.leases.remember("a", "1", 30)
    await live.leases.remember("a", "2", 30)
    await live.leases.hold("b", "me", 30)
    assert await live.leases.recall("a") == "2"
    assert await live.leases.recall("b") is None
    assert await live.leases.hold("a", "me", 30)


async def test_time_is_as_the_clock_says() -> None:
    clock = [100.0]
    leases = MemoryLeases(MemoryBus(), clock=lambda: clock[0])
    await leases.hold("a", "me", 5)
    await leases.remember("n", "1", 5)
    clock[0] = 104.9
    assert not await leases.hold("a", "you", 5)
    assert await leases.recall("n") == "1"
    clock[0] = 105.0
    assert await leases.recall("n") is None
    assert await leases.hold("a", "you", 5)


async def test_the_part_answers_a_probe(live: Live) -> None:
    await live.leases.probe()
    await live.bus.probe()


async def test_a_killed_redis_is_unreachable_and_one_back_is_used_at_once(
    own_redis: RedisServer,
) -> None:
    async with opened(own_redis.url) as live:
        leases = live.leases
        assert await leases.hold("a", "me", 30)
        own_redis.kill()
        await _every_call_is_refused(leases)
        await asyncio.to_thread(own_redis.start)
        assert await leases.hold("a", "you", 30)
        assert await leases.beat("k", 30) is False


async def test_a_frozen_redis_is_unreachable_in_time_also_to_a_crowd(
    own_redis: RedisServer,
) -> None:
    async with opened(own_redis.url) as live:
        leases = live.leases
        await leases.probe()
        own_redis.freeze()
        started = time.monotonic()
        calls = [leases.hold(f"l{n}", "me", 30) for n in range(100)]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert time.monotonic() - started < 2.8
        assert {type(outcome) for outcome in outcomes} == {Unreachable}
        await _every_call_is_refused(leases)
        own_redis.thaw()
        await until(lambda: _answers(leases))


async def _every_call_is_refused(leases: Leases) -> None:
    started = time.monotonic()
    calls: list[Awaitable[object]] = [
        leases.hold("a", "me", 1),
        leases.release("a", "me"),
        leases.remember("a", "1", 1),
        leases.recall("a"),
        leases.beat("k", 1),
        leases.attend("k", {"ada": "1"}),
        leases.depart("k", "ada", shown=None, seconds=1),
        leases.linger("ada", 1),
        leases.lapsed(),
        leases.settle(["ada"]),
        leases.roster(),
        leases.attending(["ada"]),
        leases.probe(),
    ]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unreachable] * len(calls)
    assert {o.part for o in outcomes if isinstance(o, Unreachable)} == {"redis"}
    assert time.monotonic() - started < 2.8


async def until(true: Callable[[], Awaitable[bool]], seconds: float = PATIENCE) -> None:
    async with asyncio.timeout(seconds):
        while not await true():
            await asyncio.sleep(0.02)


async def _is_forgotten(leases: Leases, key: str) -> bool:
    return await leases.recall(key) is None


async def _answers(leases: Leases) -> bool:
    try:
        await leases.probe()
    except Unreachable:
        return False
    return True


def test_an_unknown_url_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="amqp"):
        asyncio.run(open_live("amqp://x"))

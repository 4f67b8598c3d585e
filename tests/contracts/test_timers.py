"""What Timers promises, over every implementation."""

from __future__ import annotations

import asyncio
import time

from persistence.live.memory import open_memory
from persistence.ports import Timers
from tests.contracts.listener import opened
from tests.support.waiting import TIMEOUT


async def first_due(timers: Timers) -> list[str]:
    """What is due first, once anything is."""
    async with asyncio.timeout(TIMEOUT):
        while not (due := await timers.due()):
            await asyncio.sleep(0.02)
    return due


async def test_a_timer_is_due_after_its_time_and_not_before(timers: Timers) -> None:
    started = time.monotonic()
    await timers.set("soon:1", 0.2)
    await timers.set("later:1", 30)
    assert await first_due(timers) == ["soon:1"]
    assert time.monotonic() - started >= 0.19


async def test_a_timer_set_again_is_due_after_the_longest_of_its_terms(timers: Timers) -> None:
    started = time.monotonic()
    await timers.set("a", 0.2)
    await timers.set("a", 0.01)
    assert await first_due(timers) == ["a"]
    assert time.monotonic() - started >= 0.19
    await timers.set("a", 30)
    assert await timers.due() == []


async def test_what_is_due_is_named_again_until_it_is_done(timers: Timers) -> None:
    for key in ("a", "b", "c"):
        await timers.set(key, 0)
    assert sorted(await timers.due()) == ["a", "b", "c"]
    assert len(await timers.due(limit=2)) == 2
    await timers.done(["a", "c", "unknown"])
    assert await timers.due() == ["b"]
    await timers.done([])
    assert await timers.due() == ["b"]


async def test_a_new_term_outlives_what_is_done_of_the_last(timers: Timers) -> None:
    await timers.set("a", 0)
    assert await timers.due() == ["a"]
    await timers.set("a", 0.5)
    await timers.done(["a"])
    assert await timers.due() == []
    assert await first_due(timers) == ["a"]


async def test_what_is_due_comes_in_the_order_of_its_time_as_the_clock_says() -> None:
    clock = [100.0]
    timers = open_memory(clock=lambda: clock[0]).timers
    for key, seconds in (("third", 3.0), ("first", 1.0), ("second", 2.0)):
        await timers.set(key, seconds)
    clock[0] = 102.0
    assert await timers.due() == ["first", "second"]
    clock[0] = 103.0
    assert await timers.due(limit=3) == ["first", "second", "third"]


async def test_processes_share_their_timers(redis_url: str, redis_prefix: str) -> None:
    async with (
        opened(redis_url, redis_prefix) as here,
        opened(redis_url, redis_prefix) as there,
        opened(redis_url, "another lobby") as elsewhere,
    ):
        await here.timers.set("a", 0)
        assert await there.timers.due() == ["a"]
        assert await elsewhere.timers.due() == []
        await there.timers.done(["a"])
        assert await here.timers.due() == []

"""What Locks promises, over every implementation."""

from __future__ import annotations

import asyncio
import time

from persistence.live.memory import open_memory
from persistence.ports import Live, Locks
from tests.contracts.listener import until


async def test_a_lock_has_one_holder_who_may_renew_it(locks: Locks) -> None:
    assert await locks.acquire("host:1", "me", 30)
    assert not await locks.acquire("host:1", "you", 30)
    assert await locks.acquire("host:1", "me", 30)
    assert await locks.acquire("host:2", "you", 30)


async def test_one_of_64_who_reach_for_a_lock_gets_it(locks: Locks) -> None:
    got = await asyncio.gather(*(locks.acquire("host:1", f"h{n}", 30) for n in range(64)))
    assert got.count(True) == 1


async def test_only_its_holder_releases_a_lock(locks: Locks) -> None:
    await locks.acquire("host:1", "me", 30)
    await locks.release("host:1", "you")
    assert not await locks.acquire("host:1", "you", 30)
    await locks.release("host:1", "me")
    assert await locks.acquire("host:1", "you", 30)
    await locks.release("never held", "me")


async def test_a_lock_that_is_not_renewed_is_free_after_its_term_and_not_before(
    locks: Locks,
) -> None:
    started = time.monotonic()
    await locks.acquire("host:1", "me", 0.2)
    await until(lambda: locks.acquire("host:1", "you", 30))
    assert time.monotonic() - started >= 0.19
    assert not await locks.acquire("host:1", "me", 30)


async def test_no_lock_is_a_note_or_a_timer_of_the_same_key(live: Live) -> None:
    await live.locks.acquire("a", "me", 30)
    assert await live.notes.get("a") is None
    await live.notes.put("b", "1", 30)
    await live.timers.set("b", 0)
    assert await live.locks.acquire("b", "me", 30)
    assert await live.notes.get("b") == "1"
    assert await live.timers.due() == ["b"]


async def test_the_term_of_a_lock_is_as_long_as_the_clock_says() -> None:
    clock = [100.0]
    locks = open_memory(clock=lambda: clock[0]).locks
    await locks.acquire("a", "me", 5)
    clock[0] = 104.9
    assert not await locks.acquire("a", "you", 5)
    clock[0] = 105.0
    assert await locks.acquire("a", "you", 5)

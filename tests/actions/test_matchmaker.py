"""One process matches at a time, and another one goes on where it stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lobby.matchmaker import LEASE, TERM_SECONDS, Matchmaker
from persistence.live.memory import MemoryBus, MemoryLeases
from persistence.ports import Index, Live
from persistence.urls import open_store
from tests.actions.halls import GAME, Hall, hall
from tests.patience import PATIENCE

QUICK = GAME.replace("ticket_timeout_s", "tick_ms = 100\nticket_timeout_s")
TAKEN_OVER_SECONDS = 10.0


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[tuple[Hall, Hall]]:
    store = await open_store("sqlite::memory:")
    bus = MemoryBus()
    live = Live(bus, MemoryLeases(bus))
    async with (
        hall(tmp_path, store, live, QUICK) as here,
        hall(tmp_path, store, live, QUICK) as there,
    ):
        yield here, there
        for home in (here, there):
            await home.lobby.notices.close()
    await bus.close()
    await live.leases.close()
    await store.close()


@asynccontextmanager
async def matching(hall: Hall) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(Matchmaker(hall.lobby).run())
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until_matched(hall: Hall, number: int, seconds: float = PATIENCE) -> None:
    async with asyncio.timeout(seconds):
        while len(await hall.matches()) < number:
            await asyncio.sleep(0.02)


async def holder(hall: Hall) -> bool:
    """Whether the lease is this process's; else it is left to whoever has it."""
    return await hall.lobby.leases.hold(LEASE, hall.lobby.name, TERM_SECONDS)


async def test_another_takes_over_within_ten_seconds(pair: tuple[Hall, Hall]) -> None:
    here, there = pair
    async with matching(here) as first:
        await there.waiting()
        await until_matched(there, 1)
        async with matching(there):
            assert not await holder(there)
            first.cancel()
            await there.waiting()
            await until_matched(there, 2, TAKEN_OVER_SECONDS)
            assert not await holder(here)


async def test_who_does_not_hold_the_lease_matches_nobody(pair: tuple[Hall, Hall]) -> None:
    here, there = pair
    assert await holder(here)
    one = Matchmaker(there.lobby)
    await there.waiting()
    task = asyncio.create_task(one.run())
    rounds = 0
    async with asyncio.timeout(PATIENCE):
        while rounds < 3:
            rounds += await holder(here)
            await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await there.matches() == []


async def test_a_round_that_fails_is_followed_by_another(pair: tuple[Hall, Hall]) -> None:
    here, _ = pair
    parties = await here.waiting()
    broken = Index({"open": ["yes"]})
    await here.lobby.store.put("proposal", "broken", '{"id": 1}', expected=0, index=broken)
    async with matching(here):
        async with asyncio.timeout(PATIENCE):
            while not await holder(here):
                await asyncio.sleep(0.02)
        assert await here.matches() == []
        await here.lobby.store.delete("proposal", "broken", expected=1)
        await until_matched(here, 1)
    assert [await here.in_queue(party) for party in parties] == [False, False]


async def test_where_there_are_no_queues_nothing_is_looked_for(tmp_path: Path) -> None:
    game = QUICK[: QUICK.index("[[profiles]]")]
    async with hall(tmp_path, game=game) as here, asyncio.timeout(PATIENCE):
        await Matchmaker(here.lobby).run()

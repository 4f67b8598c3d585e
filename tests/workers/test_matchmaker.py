"""One process matches at a time, and another one goes on where it stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lobby import expiring_keys
from lobby.workers.matchmaker import TERM_SECONDS, Matchmaker
from persistence.live.memory import open_memory
from persistence.ports import Index
from persistence.urls import open_store
from tests.support.matchmaking import GAME, MatchmakingWorld, matchmaking_world
from tests.support.waiting import TIMEOUT, until

QUICK = GAME.replace("ticket_timeout_s", "tick_ms = 100\nticket_timeout_s")
TAKEN_OVER_SECONDS = 10.0


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[tuple[MatchmakingWorld, MatchmakingWorld]]:
    store = await open_store("sqlite::memory:")
    live = open_memory()
    async with (
        matchmaking_world(tmp_path, store, live, QUICK) as here,
        matchmaking_world(tmp_path, store, live, QUICK) as there,
    ):
        yield here, there
        for local in (here, there):
            await local.lobby.inbox.close()
    await live.close()
    await store.close()


@asynccontextmanager
async def matching(world: MatchmakingWorld) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(Matchmaker(world.lobby).run())
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until_matched(world: MatchmakingWorld, number: int, seconds: float = TIMEOUT) -> None:
    async def matched() -> bool:
        return len(await world.matches()) >= number

    await until(matched, seconds)


async def holder(world: MatchmakingWorld) -> bool:
    """Whether the lease is this process's; else it is left to whoever has it."""
    return await world.lobby.locks.acquire(
        expiring_keys.leader("matchmaker"), world.lobby.name, TERM_SECONDS
    )


async def test_another_takes_over_within_ten_seconds(
    pair: tuple[MatchmakingWorld, MatchmakingWorld],
) -> None:
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


async def test_who_does_not_hold_the_lease_matches_nobody(
    pair: tuple[MatchmakingWorld, MatchmakingWorld],
) -> None:
    here, there = pair
    assert await holder(here)
    one = Matchmaker(there.lobby)
    await there.waiting()
    task = asyncio.create_task(one.run())
    rounds = 0
    async with asyncio.timeout(TIMEOUT):
        while rounds < 3:
            rounds += await holder(here)
            await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await there.matches() == []


async def test_a_round_that_fails_is_followed_by_another(
    pair: tuple[MatchmakingWorld, MatchmakingWorld],
) -> None:
    here, _ = pair
    parties = await here.waiting()
    broken = Index({"open": ["yes"]})
    await here.lobby.store.put("proposal", "broken", '{"id": 1}', expected=0, index=broken)
    async with matching(here):
        async with asyncio.timeout(TIMEOUT):
            while not await holder(here):
                await asyncio.sleep(0.02)
        assert await here.matches() == []
        await here.lobby.store.delete("proposal", "broken", expected=1)
        await until_matched(here, 1)
    assert [await here.has_match(party) for party in parties] == [True, True]


async def test_where_there_are_no_queues_nothing_is_looked_for(tmp_path: Path) -> None:
    game = QUICK[: QUICK.index("[[profiles]]")]
    async with matchmaking_world(tmp_path, game=game) as here, asyncio.timeout(TIMEOUT):
        await Matchmaker(here.lobby).run()

"""Leader election: one process works, another takes over, and a long round loses no lock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from lobby import expiring_keys
from lobby.context import Lobby
from lobby.workers.leader import Leader, Lock
from persistence.live.memory import MemoryLocks, open_memory
from persistence.ports import Unreachable
from tests.support.lobby import Clock, local_lobby
from tests.support.waiting import TIMEOUT, until

TERM = 0.2
PAUSE = 0.01


class Watched(MemoryLocks):
    """Counts who asks for a lock; `away` as long as it cannot be reached."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.asked: list[str] = []
        self.away = False

    async def acquire(self, key: str, holder: str, seconds: float) -> bool:
        self.asked.append(holder)
        if self.away:
            raise Unreachable("redis")
        return await super().acquire(key, holder, seconds)


class Pair:
    """Two processes over the same locks, on a clock that the test moves."""

    def __init__(self, here: Lobby, there: Lobby, locks: Watched, clock: Clock) -> None:
        self.here, self.there, self.locks, self.clock = here, there, locks, clock
        self.rounds: list[str] = []

    @asynccontextmanager
    async def leading(
        self, lobby: Lobby, round: Callable[[], Awaitable[None]] | None = None
    ) -> AsyncIterator[asyncio.Task[None]]:
        async def one() -> None:
            self.rounds.append(lobby.name)
            if round is not None:
                await round()

        leader = Leader(lobby, "work", term=TERM, pause=PAUSE, round=one)
        task = asyncio.create_task(leader.run())
        yield task
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def asked_again(self, lobby: Lobby, times: int = 3) -> None:
        """Return when it has asked for the lock so often from now on."""
        seen = self.locks.asked.count(lobby.name)
        await until(lambda: self.locks.asked.count(lobby.name) >= seen + times)

    async def led_by(self, lobby: Lobby) -> None:
        """Return when it has begun a round from now on."""
        seen = self.rounds.count(lobby.name)
        await until(lambda: self.rounds.count(lobby.name) > seen)


class Endless:
    """A round that ends only by being cancelled."""

    def __init__(self) -> None:
        self.stopped = asyncio.Event()

    async def __call__(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped.set()


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    clock = Clock()
    locks = Watched(clock)
    live = replace(open_memory(clock=clock), locks=locks)
    async with local_lobby(live=live) as here, local_lobby(live=live) as there:
        yield Pair(here.lobby, there.lobby, locks, clock)
    await live.close()


async def test_one_leads_and_the_other_takes_over_within_the_term(pair: Pair) -> None:
    async with pair.leading(pair.here) as first:
        await pair.led_by(pair.here)
        async with pair.leading(pair.there):
            await pair.asked_again(pair.there)
            assert set(pair.rounds) == {pair.here.name}
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            pair.clock.advance(TERM * 0.9)
            await pair.asked_again(pair.there)
            assert set(pair.rounds) == {pair.here.name}, "it might only be slow"
            pair.clock.advance(TERM * 0.1)
            await pair.led_by(pair.there)
        assert not await Lock(pair.here, expiring_keys.leader("work"), term=TERM).take()


async def test_a_round_longer_than_the_term_keeps_the_lock(pair: Pair) -> None:
    end = asyncio.Event()

    async def long() -> None:
        await end.wait()

    async with pair.leading(pair.here, long), pair.leading(pair.there):
        await until(lambda: pair.rounds)
        for _ in range(5):
            pair.clock.advance(TERM * 0.9)
            await pair.asked_again(pair.here, 1)
            await pair.asked_again(pair.there)
        assert pair.rounds == [pair.here.name], "one round, five terms, and nobody else's"
        end.set()
        await pair.led_by(pair.here)


async def test_a_round_that_fails_is_logged_and_followed_by_another(pair: Pair) -> None:
    async def failing() -> None:
        raise ValueError("no good")

    with capture_logs() as logs:
        async with pair.leading(pair.here, failing):
            await until(lambda: len(pair.rounds) >= 2)
    assert {(log["event"], log["worker"]) for log in logs} == {("round_failed", "work")}


async def test_where_the_store_is_away_it_is_logged_and_asked_again(pair: Pair) -> None:
    pair.locks.away = True
    with capture_logs() as logs:
        async with pair.leading(pair.here):
            await pair.asked_again(pair.here)
            assert pair.rounds == []
            pair.locks.away = False
            await pair.led_by(pair.here)
    assert {(log["event"], log["worker"]) for log in logs} == {("round_postponed", "work")}


async def test_who_cannot_renew_stops_its_round(pair: Pair) -> None:
    long = Endless()
    async with pair.leading(pair.here, long):
        await until(lambda: pair.rounds)
        pair.locks.away = True
        async with asyncio.timeout(TIMEOUT):
            await long.stopped.wait()


async def test_who_is_stopped_stops_its_round(pair: Pair) -> None:
    long = Endless()
    async with pair.leading(pair.here, long) as task:
        await until(lambda: pair.rounds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert long.stopped.is_set()


async def test_whoever_follows_is_told(pair: Pair) -> None:
    assert await Lock(pair.there, expiring_keys.leader("work"), term=TERM).take()
    told = asyncio.Event()
    leader = Leader(pair.here, "work", term=TERM, pause=PAUSE, round=never, follow=told.set)
    task = asyncio.create_task(leader.run())
    async with asyncio.timeout(TIMEOUT):
        await told.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def never() -> None:
    raise AssertionError("another process leads")

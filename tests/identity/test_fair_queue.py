"""The fair queue: whose turn it is, and what becomes of those who go away."""

from __future__ import annotations

import asyncio

import pytest

from lobby.domain.errors import TooMany
from lobby.identity.fair_queue import FairQueue


class Jobs:
    """Jobs in a queue, each of which runs until it is told to end."""

    def __init__(self, *, at_once: int = 1, most: int = 34, each: int = 2) -> None:
        self.queue = FairQueue(at_once=at_once, most=most, each=each, what="jobs")
        self.ran: list[str] = []
        self._ends: list[asyncio.Event] = []

    async def run(self, who: str) -> None:
        async with self.queue.turn(who.rstrip("0123456789")):
            self.ran.append(who)
            end = asyncio.Event()
            self._ends.append(end)
            await end.wait()

    async def begin(self, *jobs: str) -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(self.run(who)) for who in jobs]
        await settle()
        return tasks

    async def end_all(self, tasks: list[asyncio.Task[None]]) -> None:
        while not all(task.done() for task in tasks):
            while self._ends:
                self._ends.pop(0).set()
            await settle()


async def settle() -> None:
    """Let everything go on that can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_addresses_take_turns_whatever_one_of_them_sends() -> None:
    jobs = Jobs()
    tasks = await jobs.begin(*[f"flood{n}" for n in range(20)], "ann1", "bob1", "ann2")
    await jobs.end_all(tasks)
    assert jobs.ran[:6] == ["flood0", "flood1", "ann1", "bob1", "flood2", "ann2"]
    assert len(jobs.ran) == 23, "and the rest of the flood has its turns, too"


async def test_an_address_holds_two_places_and_leaves_the_others_free() -> None:
    jobs = Jobs(at_once=2, most=4)
    tasks = await jobs.begin("flood1", "flood2", "flood3", "flood4", "ann1", "bob1")
    with pytest.raises(TooMany, match="from this address"):
        await jobs.run("flood5")
    with pytest.raises(TooMany, match="at once; try again"):
        await jobs.run("carl1")
    assert jobs.ran == ["flood1", "flood2"]
    await jobs.end_all(tasks)
    assert set(jobs.ran) == {"flood1", "flood2", "flood3", "flood4", "ann1", "bob1"}


async def test_where_many_addresses_fill_the_queue_who_has_less_of_it_is_let_in() -> None:
    jobs = Jobs(most=5)
    # 1. One runs, four wait: whoever has two that wait loses the newer.
    tasks = await jobs.begin("eve1", "ivy1", "max1", "max2", "zoe1", "ann1")
    with pytest.raises(TooMany, match="at once; try again"):
        await tasks[3]
    # 2. All have one by now; those had no turn yet, so nobody makes room.
    with pytest.raises(TooMany):
        await jobs.run("bob1")
    await jobs.end_all([task for task in tasks if task is not tasks[3]])
    assert jobs.ran == ["eve1", "ivy1", "max1", "zoe1", "ann1"]


async def test_where_many_addresses_fill_the_queue_who_had_no_turn_of_late_is_let_in() -> None:
    jobs = Jobs(most=4)
    flood = ["eve1", "max1", "zoe1", "lea1"]
    await jobs.end_all(await jobs.begin(*flood, "eve2"))
    tasks = await jobs.begin(*flood)
    [late] = await jobs.begin("ann1")
    refused = [task for task in tasks if task.done()]
    assert len(refused) == 1
    assert isinstance(refused[0].exception(), TooMany)
    await jobs.end_all([late])
    assert "ann1" in jobs.ran
    await jobs.end_all(tasks)


async def test_one_that_is_refused_and_goes_away_at_once_takes_no_turn_with_it() -> None:
    jobs = Jobs(most=3)
    tasks = await jobs.begin("eve1", "max1", "max2")
    newcomer = asyncio.create_task(jobs.run("ann1"))
    await asyncio.sleep(0)
    tasks[2].cancel()
    await settle()
    await jobs.end_all([*tasks, newcomer])
    assert jobs.ran == ["eve1", "max1", "ann1"]
    await jobs.end_all(await jobs.begin("bob1", "carl1"))
    assert jobs.ran[3:] == ["bob1", "carl1"]


async def test_whoever_goes_away_leaves_the_turn_to_the_next() -> None:
    jobs = Jobs()
    async with jobs.queue.turn("ann"):
        first, second, third = await jobs.begin("bob1", "carl1", "dora1")
        # 1. One that waits.
        first.cancel()
        await settle()
    # 2. One that goes just when its turn has come.
    second.cancel()
    await settle()
    assert jobs.ran == ["dora1"]
    # 3. One that runs.
    third.cancel()
    await jobs.end_all(await jobs.begin("emil1", "ann2"))
    assert jobs.ran == ["dora1", "emil1", "ann2"]
    assert [one.cancelled() for one in (first, second, third)] == [True] * 3

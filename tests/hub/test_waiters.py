"""Waiting for the next entry of a journal: woken by it, and by nothing else that is none."""

from __future__ import annotations

import asyncio

from lobby.hub import Known
from lobby.hub.waiters import MOST_WAITERS, Wait
from protocol.events import TopicEnded
from tests.support.hub import HubWorld, healing
from tests.support.waiting import TIMEOUT, until

ANN, BEN = "inbox:ann", "inbox:ben"


async def news(wait: Wait) -> bool:
    async with asyncio.timeout(TIMEOUT):
        return await wait


async def test_an_entry_wakes_all_who_wait_for_it_and_nobody_else(world: HubWorld) -> None:
    await world.hub.open(ANN)
    await world.hub.open(BEN)
    waits = world.hub.waiters
    with waits.wait(ANN) as first, waits.wait(ANN) as second, waits.wait(BEN) as other:
        world.say(ANN, "hello")
        assert await news(first) is await news(second) is True
        await world.heard()
        assert not other.done()
        assert world.hub.cursor(ANN) == Known("store", 1)


async def test_what_was_lost_on_the_bus_wakes_when_it_is_read(world: HubWorld) -> None:
    await world.hub.open(ANN)
    with world.hub.waiters.wait(ANN) as wait:
        world.source.append(ANN, "one")
        world.miss(ANN)
        assert await news(wait)


async def test_a_lost_last_entry_wakes_when_the_heads_are_compared(world: HubWorld) -> None:
    await world.hub.open(ANN)
    with world.hub.waiters.wait(ANN) as wait:
        world.source.append(ANN, "one")
        async with healing(world):
            assert await news(wait)


async def test_an_entry_that_was_known_already_wakes_nobody(world: HubWorld) -> None:
    world.source.append(ANN, "one")
    await world.hub.open(ANN)
    with world.hub.waiters.wait(ANN) as wait:
        world.retell_entry(ANN, 1)
        await world.heard()
        assert not wait.done()


async def test_one_too_many_takes_the_oldest_ones_place(world: HubWorld) -> None:
    await world.hub.open(ANN)
    waits = world.hub.waiters
    places = [waits.wait(ANN) for _ in range(MOST_WAITERS + 1)]
    entered = [place.__enter__() for place in places]
    assert [wait.done() for wait in entered] == [True] + [False] * MOST_WAITERS
    assert await news(entered[0]) is False
    world.say(ANN, "hello")
    assert [await news(wait) for wait in entered[1:]] == [True] * MOST_WAITERS
    for place in places:
        place.__exit__(None, None, None)
    assert ANN not in waits


async def test_the_end_of_a_journal_is_no_news(world: HubWorld) -> None:
    await world.hub.open(ANN)
    with world.hub.waiters.wait(ANN) as wait:
        world.tell(ANN, TopicEnded(code="instance_ended"))
        assert await news(wait) is False


async def test_draining_lets_everybody_go(world: HubWorld) -> None:
    await world.hub.open(ANN)
    await world.hub.open(BEN)
    waits = world.hub.waiters
    with waits.wait(ANN) as first, waits.wait(BEN) as second:
        waits.drain()
        assert [await news(first), await news(second)] == [False, False]
    assert waits.draining


async def test_a_journal_that_somebody_waits_for_is_kept_open(world: HubWorld) -> None:
    await world.hub.open(ANN)
    await world.hub.open(BEN)
    with world.hub.waiters.wait(ANN) as wait:
        async with healing(world):
            await until(lambda: BEN not in world.listening())
        assert ANN in world.listening()
        world.say(ANN, "hello")
        assert await news(wait)
    async with healing(world):
        await until(lambda: ANN not in world.listening())


async def test_thousands_of_open_journals_are_compared_by_one_question(world: HubWorld) -> None:
    topics = [f"inbox:{n}" for n in range(2_000)]
    for topic in topics:
        await world.hub.open(topic)
    asked = world.source.asked.copy()
    with world.hub.waiters.wait(topics[7]) as wait:
        world.source.append(topics[7], "one")
        async with healing(world):
            assert await news(wait)
    questions = world.source.asked - asked
    assert questions[topics[7]] == 1
    assert questions.total() <= questions["heads"] + 1

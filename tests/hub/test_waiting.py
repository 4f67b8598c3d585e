"""Waiting for the next entry of a journal: woken by it, and by nothing else that is none."""

from __future__ import annotations

import asyncio

from lobby.hub.waits import MOST, Wait
from protocol.events import Ended
from tests.hub.shelf import Stage, healing, until
from tests.patience import PATIENCE

ANN, BEN = "inbox:ann", "inbox:ben"


async def news(wait: Wait) -> bool:
    async with asyncio.timeout(PATIENCE):
        return await wait


async def test_an_entry_wakes_all_who_wait_for_it_and_nobody_else(stage: Stage) -> None:
    await stage.hub.open(ANN)
    await stage.hub.open(BEN)
    waits = stage.hub.waits
    with waits.wait(ANN) as first, waits.wait(ANN) as second, waits.wait(BEN) as other:
        stage.say(ANN, "hello")
        assert await news(first) is await news(second) is True
        await stage.heard()
        assert not other.done()
        assert stage.hub.cursor(ANN) == 1


async def test_what_was_lost_on_the_bus_wakes_when_it_is_read(stage: Stage) -> None:
    await stage.hub.open(ANN)
    with stage.hub.waits.wait(ANN) as wait:
        stage.shelf.append(ANN, "one")
        stage.miss(ANN)
        assert await news(wait)


async def test_a_lost_last_entry_wakes_when_the_heads_are_compared(stage: Stage) -> None:
    await stage.hub.open(ANN)
    with stage.hub.waits.wait(ANN) as wait:
        stage.shelf.append(ANN, "one")
        async with healing(stage):
            assert await news(wait)


async def test_an_entry_that_was_known_already_wakes_nobody(stage: Stage) -> None:
    stage.shelf.append(ANN, "one")
    await stage.hub.open(ANN)
    with stage.hub.waits.wait(ANN) as wait:
        stage.retell_entry(ANN, 1)
        await stage.heard()
        assert not wait.done()


async def test_one_too_many_takes_the_oldest_ones_place(stage: Stage) -> None:
    await stage.hub.open(ANN)
    waits = stage.hub.waits
    places = [waits.wait(ANN) for _ in range(MOST + 1)]
    entered = [place.__enter__() for place in places]
    assert [wait.done() for wait in entered] == [True] + [False] * MOST
    assert await news(entered[0]) is False
    stage.say(ANN, "hello")
    assert [await news(wait) for wait in entered[1:]] == [True] * MOST
    for place in places:
        place.__exit__(None, None, None)
    assert ANN not in waits


async def test_the_end_of_a_journal_is_no_news(stage: Stage) -> None:
    await stage.hub.open(ANN)
    with stage.hub.waits.wait(ANN) as wait:
        stage.tell(ANN, Ended(code="instance_ended"))
        assert await news(wait) is False


async def test_draining_lets_everybody_go(stage: Stage) -> None:
    await stage.hub.open(ANN)
    await stage.hub.open(BEN)
    waits = stage.hub.waits
    with waits.wait(ANN) as first, waits.wait(BEN) as second:
        waits.drain()
        assert [await news(first), await news(second)] == [False, False]
    assert waits.draining


async def test_a_journal_that_somebody_waits_for_is_kept_open(stage: Stage) -> None:
    await stage.hub.open(ANN)
    await stage.hub.open(BEN)
    with stage.hub.waits.wait(ANN) as wait:
        async with healing(stage):
            await until(lambda: BEN not in stage.listening())
        assert ANN in stage.listening()
        stage.say(ANN, "hello")
        assert await news(wait)
    async with healing(stage):
        await until(lambda: ANN not in stage.listening())


async def test_thousands_of_open_journals_are_compared_by_one_question(stage: Stage) -> None:
    topics = [f"inbox:{n}" for n in range(2_000)]
    for topic in topics:
        await stage.hub.open(topic)
    asked = stage.shelf.asked.copy()
    with stage.hub.waits.wait(topics[7]) as wait:
        stage.shelf.append(topics[7], "one")
        async with healing(stage):
            assert await news(wait)
    questions = stage.shelf.asked - asked
    assert questions[topics[7]] == 1
    assert questions.total() <= questions["heads"] + 1

"""Somebody in chaos who waits in a queue: what they take for a match, and what they do not."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.chaos.history import History
from tests.chaos.pollers import pollers
from tests.chaos.seekers import QUEUES, Machines, Seeker, machines
from tests.stories.random_players import game
from tests.support.server_thread import serving

Hall = tuple[list[Seeker], Machines]


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    """Two who have entered the queue, and a machine."""
    dice, history = random.Random(1), History()
    async with AsyncExitStack() as stack:
        served = stack.enter_context(serving(catalogue=game(tmp_path, more=QUEUES)))
        two = await pollers(Seeker, 2, [served.url], dice=dice, history=history)
        machine = await machines([served.url], dice, history, number=1)
        for one in (*two, machine):
            stack.push_async_callback(one.http.aclose)
        for one in two:
            one.party = await one.new_party()
            assert await one.enter()
        yield two, machine


async def test_who_hears_of_a_match_when_it_is_over_has_missed_it_and_waits_again(
    hall: Hall,
) -> None:
    two, machine = hall
    history = machine.history
    while not history.hosted:
        await machine.do_something()
    assert {*history.hosted} == {one.ticket for one in two}
    assert not any([await one.missed() for one in two])  # it is on: they will hear
    (match,), (allocation,) = {*history.hosted.values()}, machine.open
    assert (await machine.report(match, allocation, "closed")).is_success
    for one in two:
        assert await one.missed()
        assert not await one.missed()  # once
        async with asyncio.timeout(10):
            while not await one.enter():
                await one.hear()
    assert [event.who for event in history.events if event.kind == "missed"] == [
        one.uuid for one in two
    ]


async def test_a_ticket_that_has_led_to_no_match_is_none_that_was_missed(hall: Hall) -> None:
    (one, _), _ = hall
    assert await one.leave_queue()
    assert not await one.missed()

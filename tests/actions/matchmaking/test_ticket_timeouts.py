"""How long a party waits at most."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.matchmaking import ticket_timeouts
from tests.support.matchmaking import MatchmakingWorld, matchmaking_world


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path) as here:
        yield here


async def test_it_ends_when_it_has_waited_for_too_long(here: MatchmakingWorld) -> None:
    party = await here.party()
    await here.queue(party)
    await here.pass_time(890, step=100)
    assert await here.in_queue(party)
    await here.pass_time(12)
    assert not await here.in_queue(party)
    assert (await here.log(party.session))[-2:] == ["queue_left", "ticket_expired"]


async def test_its_time_counts_from_when_it_was_made(here: MatchmakingWorld) -> None:
    """The timer of the first time fires during the second."""
    party = await here.party()
    await here.queue(party)
    await here.pass_time(600, step=100)
    await here.leave(party)
    await here.queue(party)
    await here.pass_time(600, step=100)
    assert await here.in_queue(party)
    await here.pass_time(302, step=10)
    assert not await here.in_queue(party)


async def test_a_session_whose_ticket_was_never_written_stops_showing_it(
    here: MatchmakingWorld,
) -> None:
    party = await here.party()
    ticket = await here.queue(party)
    await here.lobby.tickets.remove(ticket.id)
    await ticket_timeouts.expire(here.lobby, str(party.session))
    assert not await here.in_queue(party)


async def test_it_does_not_end_while_a_match_has_the_ticket(here: MatchmakingWorld) -> None:
    parties = await here.waiting()
    await here.pass_time(890, step=100)
    await here.tick()
    await here.pass_time(30)
    assert [await here.has_match(party) for party in parties] == [True, True]

"""Entering a queue that is repeated with its id: what became of its ticket meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.matchmaking import queues, ticket_timeouts
from lobby.domain.matchmaking import party_sessions
from lobby.domain.matchmaking.errors import NotInQueue
from lobby.domain.permissions import SYSTEM
from tests.support.lobby import leading
from tests.support.matchmaking import MatchmakingWorld, matchmaking_world


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path) as here:
        yield here


async def test_entering_again_promises_no_ticket_that_was_given_up(here: MatchmakingWorld) -> None:
    party = await here.party()
    ticket = await here.queue(party)

    async def again() -> None:
        await queues.complete_join(
            here.lobby,
            leading(party.leader),
            id=party.session,
            ticket=ticket.id,
            map_preferences=[],
            backfill=True,
        )

    await again()
    await here.lobby.tickets.remove(ticket.id)  # as where it was never written
    await again()
    assert await here.in_queue(party)
    await here.lobby.tickets.remove(ticket.id)
    await ticket_timeouts.drop(here.lobby, party.session, ticket.id)  # as where the store was away
    with pytest.raises(NotInQueue):
        await again()
    assert not await here.in_queue(party)


async def test_entering_again_is_fine_with_a_ticket_that_has_led_to_a_match(
    here: MatchmakingWorld,
) -> None:
    party, _ = await here.matched()
    (ticket, _) = await here.tickets()
    await here.joinable()
    await queues.complete_join(
        here.lobby,
        SYSTEM,
        id=ticket.session,
        ticket=ticket.id,
        map_preferences=[],
        backfill=True,
    )
    assert not await here.in_queue(party)


async def test_entering_again_promises_no_ticket_that_its_session_shows_no_more(
    here: MatchmakingWorld,
) -> None:
    party = await here.party()
    ticket = await here.queue(party)
    await here.lobby.sessions.change(
        str(party.session), lambda session: party_sessions.drop(session, ticket.id)
    )  # as where a process was killed before it withdrew the ticket
    with pytest.raises(NotInQueue):
        await queues.complete_join(
            here.lobby,
            leading(party.leader),
            id=party.session,
            ticket=ticket.id,
            map_preferences=[],
            backfill=True,
        )
    assert await here.tickets() == []
    await here.queue(party)

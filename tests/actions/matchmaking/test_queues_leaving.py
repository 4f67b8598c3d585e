"""Leaving a queue while a match has the ticket, and nobody is invited to it yet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.accounts import accounts
from lobby.actions.matchmaking import proposals
from lobby.actions.sessions import exclusions, lifecycle
from lobby.domain.matchmaking.errors import NotInQueue
from lobby.domain.matchmaking.states import TicketState
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.permissions import SYSTEM
from lobby.domain.sessions.errors import InQueue
from lobby.domain.sessions.instances import JoinStatus
from tests.support.lobby import leading
from tests.support.matchmaking import MatchmakingWorld, matchmaking_world


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path) as here:
        yield here


async def test_who_leaves_a_match_before_anybody_is_invited_leaves_it(
    here: MatchmakingWorld,
) -> None:
    one, other = await here.matched()
    created = {ticket.session: ticket.created for ticket in await here.tickets()}
    assert await here.has_match(one)
    await here.leave(one)
    assert not await here.in_queue(one)
    assert (await here.log(one.session))[-1] == "queue_left"
    await here.pass_time(20)
    await proposals.advance_all(here.lobby)
    assert await here.matches() == []
    (left,) = await here.tickets()
    assert (left.session, left.state, left.why) == (
        other.session,
        TicketState.WAITING,
        TicketReason.LEFT_QUEUE,
    )
    assert left.created == created[other.session]
    await here.queue(one)
    await here.tick()
    assert await here.match()


@pytest.mark.parametrize("how", ["comes", "goes", "is kicked", "is deleted"])
async def test_a_party_that_changes_meanwhile_is_not_matched(
    here: MatchmakingWorld, how: str
) -> None:
    one, other = await here.matched("pairs", (2, 2))
    gone = one.players[1]
    if how == "comes":
        await here.come(one.session, await here.player())
    elif how == "goes":
        await here.go(one.session, gone)
    elif how == "is kicked":
        await exclusions.kick(here.lobby, leading(one.leader), id=one.session, player=gone.uuid)
    else:
        await accounts.delete(here.lobby, SYSTEM, account=gone.uuid)
    assert not await here.in_queue(one)
    await proposals.advance_all(here.lobby)
    assert await here.matches() == []
    (left,) = await here.tickets()
    assert (left.session, left.why) == (other.session, TicketReason.PARTY_CHANGED)


async def test_who_is_invited_is_in_no_queue_and_may_enter_one(here: MatchmakingWorld) -> None:
    one, _ = await here.matched()
    session = await here.match()
    assert await here.serve() == session.id
    await here.report(session.id, JoinStatus.JOINABLE)
    with pytest.raises(NotInQueue):
        await here.leave(one)
    again = await here.queue(one)
    await here.tick()
    assert [ticket.id for ticket in await here.tickets()] == [again.id]
    assert (await here.session(session.id)).seats.invited(one.leader.uuid)


async def test_the_one_who_is_to_host_may_leave_and_so_may_the_others(
    here: MatchmakingWorld,
) -> None:
    for number in range(2):
        parties = await here.matched("hosted")
        await here.leave(parties[number])
        await proposals.advance_all(here.lobby)
        assert [await here.in_queue(party) for party in parties] == [number == 1, number == 0]
        await here.leave(parties[1 - number])


async def test_its_region_is_fixed_while_a_match_has_it(here: MatchmakingWorld) -> None:
    one, _ = await here.matched()
    with pytest.raises(InQueue):
        await lifecycle.update(here.lobby, leading(one.leader), id=one.session, region="us")

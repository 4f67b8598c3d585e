"""Whether players are ready for the match that was found: who is asked, and who is taken out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.matchmaking import proposals
from lobby.domain.errors import Conflict
from lobby.domain.matchmaking.states import TicketState
from lobby.domain.sessions.seats import SeatStatus
from tests.support.matchmaking import MatchmakingWorld, held, matchmaking_world


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path) as here:
        yield here


async def test_players_are_asked_before_anything_is_made(here: MatchmakingWorld) -> None:
    parties = await here.matched("asked")
    assert await here.matches() == []
    (offered,) = await here.proposals()
    for party in parties:
        assert await here.in_queue(party)
        last = (await here.heard(party.leader))[-1]
        assert (last["kind"], last["custom_data"]["match_id"]) == (
            "session_match_found",
            offered.id,
        )
    assert {one.state for one in await here.tickets()} == {TicketState.OFFERED}


async def test_when_all_are_ready_the_match_is_made(here: MatchmakingWorld) -> None:
    one, other = await here.matched("asked")
    tickets = {ticket.session: ticket for ticket in await here.tickets()}
    await here.answer(one.leader, tickets[one.session], True)
    await here.answer(one.leader, tickets[one.session], True)
    await here.tick()
    assert await here.matches() == []
    await here.answer(other.leader, tickets[other.session], True)
    await here.tick()
    session = await here.joinable()
    assert held(session, SeatStatus.INVITED) == one.uuids | other.uuids


@pytest.mark.parametrize("how", ["declines", "is silent", "leaves the queue", "leaves"])
async def test_only_who_is_not_ready_is_taken_out(here: MatchmakingWorld, how: str) -> None:
    one, other = await here.matched("asked")
    tickets = {ticket.session: ticket for ticket in await here.tickets()}
    created = tickets[one.session].created
    await here.answer(one.leader, tickets[one.session], True)
    if how == "declines":
        await here.answer(other.leader, tickets[other.session], False)
    elif how == "is silent":
        await here.pass_time(16)
    elif how == "leaves the queue":
        await here.leave(other)
    else:
        await here.go(other.session, other.leader)
    await proposals.advance_all(here.lobby)
    (left,) = await here.tickets()
    assert (left.session, left.state, left.created) == (one.session, TicketState.WAITING, created)
    assert await here.in_queue(one)
    if how != "leaves":
        assert not await here.in_queue(other)


async def test_nobody_is_offered_two_matches(here: MatchmakingWorld) -> None:
    await here.matched("asked", (1, 1, 1))
    for _ in range(3):
        await here.tick()
        assert len(await here.proposals()) == 1
    states = sorted(one.state.value for one in await here.tickets())
    assert states == ["offered", "offered", "waiting"]


async def test_an_answer_that_comes_too_late_counts_no_more(here: MatchmakingWorld) -> None:
    one, _ = await here.matched("asked")
    tickets = {ticket.session: ticket for ticket in await here.tickets()}
    await here.pass_time(16)
    with pytest.raises(Conflict):
        await here.answer(one.leader, tickets[one.session], True)


async def test_those_who_were_never_asked_are_not_blamed(here: MatchmakingWorld) -> None:
    parties = await here.matched("asked")
    (offered,) = await here.proposals()
    await here.lobby.proposals.change(offered.id, lambda p: setattr(p, "asked", False))
    await here.pass_time(16)
    await proposals.advance_all(here.lobby)
    assert [await here.in_queue(party) for party in parties] == [True, True]


async def test_a_ticket_runs_out_while_its_players_are_asked_only_after_that(
    here: MatchmakingWorld,
) -> None:
    parties = await here.waiting("asked")
    await here.pass_time(895, step=5)
    await here.tick()
    await here.pass_time(10)
    assert [await here.in_queue(party) for party in parties] == [True, True]
    for ticket in await here.tickets():
        player = next(p.leader for p in parties if p.session == ticket.session)
        await here.answer(player, ticket, True)
    await here.tick()
    assert await here.match()

"""Matches that nobody hosts: those who were to play wait on, as old as they were."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.changes import change
from lobby.actions.instances import instances
from lobby.actions.matchmaking import proposals
from lobby.domain.errors import SessionNotFound
from lobby.domain.matchmaking.proposals import Party, Proposal
from lobby.domain.matchmaking.states import Stage
from lobby.domain.permissions import SYSTEM
from lobby.domain.reasons import Reason
from lobby.domain.sessions.instances import HostType, JoinStatus
from tests.support.lobby import leading
from tests.support.matchmaking import MatchmakingWorld, matchmaking_world


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path) as here:
        yield here


async def test_without_a_host_they_wait_on_as_old_as_they_were(here: MatchmakingWorld) -> None:
    parties = await here.waiting()
    created = {ticket.id: ticket.created for ticket in await here.tickets()}
    await here.pass_time(20)
    await here.tick()
    session = await here.match()
    await here.pass_time(62)
    await proposals.advance_all(here.lobby)
    with pytest.raises(SessionNotFound):
        await here.session(session.id)
    assert {ticket.id: ticket.created for ticket in await here.tickets()} == created
    for party in parties:
        assert await here.in_queue(party)
        assert str(session.id) not in [e["session"] for e in await here.heard(party.leader)]
    await here.tick()
    assert (await here.match()).id != session.id


async def test_a_host_that_closes_before_it_can_be_joined_is_a_failure(
    here: MatchmakingWorld,
) -> None:
    parties = await here.matched()
    session = await here.match()
    assert await here.serve() == session.id
    await here.report(session.id, JoinStatus.PENDING)
    await here.report(session.id, JoinStatus.CLOSED)
    await proposals.advance_all(here.lobby)
    assert await here.matches() == []
    assert [await here.in_queue(party) for party in parties] == [True, True]


@pytest.mark.parametrize("how", ["removed", "expired"])
async def test_so_is_a_session_that_is_no_more(here: MatchmakingWorld, how: str) -> None:
    parties = await here.matched()
    session = await here.match()
    if how == "removed":
        await instances.remove(here.lobby, SYSTEM, id=session.id)
    else:
        await change.end(
            here.lobby, session.id, message="over", code="session_expired", reason=Reason.EXPIRED
        )
    await proposals.advance_all(here.lobby)
    assert await here.matches() == []
    assert [await here.in_queue(party) for party in parties] == [True, True]


@pytest.mark.parametrize("how", ["they left", "its host closed it", "it was removed"])
async def test_a_match_that_was_played_is_over_for_good_whenever_the_next_tick_comes(
    here: MatchmakingWorld, how: str
) -> None:
    parties = await here.matched()
    session = await here.match()
    assert await here.serve() == session.id
    await here.report(session.id, JoinStatus.JOINABLE)
    if how == "they left":
        for party in parties:
            await here.come(session.id, party.leader)
        for party in parties:
            await here.go(session.id, party.leader)
    elif how == "its host closed it":
        await here.report(session.id, JoinStatus.CLOSED)
        await here.pass_time(12)
    else:
        await change.end(here.lobby, session.id, message="over", reason=Reason.EXPIRED)
    with pytest.raises(SessionNotFound):
        await here.session(session.id)
    await here.tick()
    await here.tick()
    assert await here.tickets() == []
    assert await here.matches() == []


@pytest.mark.parametrize("invited", [True, False])
async def test_who_may_have_been_invited_to_a_session_that_lacked_players_and_is_over_waits_no_more(
    here: MatchmakingWorld, invited: bool
) -> None:
    await here.matched("open", (2, 2))
    session = await here.joinable()
    late = await here.party()
    ticket = await here.queue(late, "open")
    sides = [[Party.of(ticket)], []]
    proposal = Proposal("late", "filler", session.id, sides, 0, 0, Stage.MADE, fills=True)
    if invited:
        proposal.invite(now=0)
    await here.lobby.proposals.add(proposal)
    await here.lobby.tickets.change(ticket.id, proposal.hold)
    await change.end(here.lobby, session.id, message="over", reason=Reason.EXPIRED)
    await proposals.advance_all(here.lobby)
    assert [one.id for one in await here.tickets()] == ([] if invited else [ticket.id])
    assert await here.proposals() == []


async def test_a_party_that_has_changed_meanwhile_does_not_wait_on(here: MatchmakingWorld) -> None:
    one, other = await here.matched("pairs", (2, 2))
    await here.go(one.session, one.players[1])
    await here.pass_time(62)
    await proposals.advance_all(here.lobby)
    assert not await here.in_queue(one)
    assert await here.in_queue(other)
    assert len(await here.tickets()) == 1


async def test_time_runs_on_for_those_who_wait_again(here: MatchmakingWorld) -> None:
    parties = await here.waiting()
    await here.pass_time(800, step=50)
    await here.tick()
    await here.pass_time(62)
    await proposals.advance_all(here.lobby)
    assert [await here.in_queue(party) for party in parties] == [True, True]
    await here.pass_time(50)
    assert [await here.in_queue(party) for party in parties] == [False, False]


# A player hosts


async def test_who_has_waited_longest_hosts_and_is_invited_at_once(here: MatchmakingWorld) -> None:
    one = await here.party()
    await here.queue(one, "hosted")
    await here.pass_time(1)
    other = await here.party()
    await here.queue(other, "hosted")
    await here.tick()
    session = await here.match()
    assert session.instance is not None
    assert (session.instance.host_type, session.instance.host) == (
        HostType.PLAYER,
        one.leader.uuid,
    )
    assert session.instance.startup is not None
    assert session.seats.invited(one.leader.uuid)
    assert not session.seats.invited(other.leader.uuid)
    assert (await here.heard(one.leader))[-1]["kind"] == "session_invited"
    await here.come(session.id, one.leader)
    session = await here.report(session.id, JoinStatus.JOINABLE, by=leading(one.leader))
    assert session.seats.invited(other.leader.uuid)
    assert session.leader == one.leader.uuid


@pytest.mark.parametrize("how", ["does not come", "leaves"])
async def test_a_host_who_fails_the_others_waits_no_more(here: MatchmakingWorld, how: str) -> None:
    one = await here.party()
    await here.queue(one, "hosted")
    await here.pass_time(1)
    other = await here.party()
    await here.queue(other, "hosted")
    await here.tick()
    session = await here.match()
    if how == "leaves":
        await here.come(session.id, one.leader)
        await here.go(session.id, one.leader)
    else:
        await here.pass_time(62)
    await proposals.advance_all(here.lobby)
    assert await here.matches() == []
    assert not await here.in_queue(one)
    assert await here.in_queue(other)

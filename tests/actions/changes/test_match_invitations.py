"""The step before the players of a match are invited: whoever leaves just then is not invited."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.changes import match_invitations
from lobby.actions.matchmaking import proposals
from lobby.domain.errors import SessionNotFound
from lobby.domain.matchmaking import party_sessions
from lobby.domain.matchmaking.errors import ProposalNotFound
from lobby.domain.matchmaking.proposals import Proposal
from lobby.domain.matchmaking.states import Stage
from lobby.domain.sessions.instances import JoinStatus
from tests.support.matchmaking import MatchmakingWorld, Party, matchmaking_world


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path) as here:
        yield here


async def found(here: MatchmakingWorld) -> tuple[list[Party], Proposal]:
    parties = await here.matched()
    (proposal,) = await here.proposals()
    return parties, proposal


async def test_sessions_show_no_ticket_once_their_players_are_about_to_be_invited(
    here: MatchmakingWorld,
) -> None:
    parties, proposal = await found(here)
    for _ in range(2):
        await match_invitations.prepare(here.lobby, proposal.id)
    assert [await here.in_queue(party) for party in parties] == [False, False]
    assert (await here.lobby.proposals.get(proposal.id)).stage is Stage.INVITED


async def test_who_has_left_as_far_as_their_session_knows_is_not_invited(
    here: MatchmakingWorld,
) -> None:
    """By a process that was killed before it removed their ticket."""
    (one, other), proposal = await found(here)
    await here.lobby.sessions.change(str(one.session), party_sessions.leave)
    with pytest.raises(ProposalNotFound):
        await match_invitations.prepare(here.lobby, proposal.id)
    await proposals.advance_all(here.lobby)
    assert await here.in_queue(other)
    assert [ticket.session for ticket in await here.tickets()] == [other.session]


async def test_the_host_of_a_match_that_somebody_has_left_is_told_that_it_is_over(
    here: MatchmakingWorld,
) -> None:
    """Also before a tick has seen to it."""
    (one, other), _ = await found(here)
    session = await here.match()
    assert await here.serve() == session.id
    await here.leave(one)
    with pytest.raises(SessionNotFound):
        await here.report(session.id, JoinStatus.JOINABLE)
    await proposals.advance_all(here.lobby)
    assert await here.in_queue(other)
    assert "session_invited" not in [entry["kind"] for entry in await here.heard(one.leader)]


async def test_those_who_were_about_to_be_invited_wait_again_where_it_fails(
    here: MatchmakingWorld,
) -> None:
    parties, proposal = await found(here)
    session = await here.match()
    assert await here.serve() == session.id
    await match_invitations.prepare(here.lobby, proposal.id)
    await here.report(session.id, JoinStatus.CLOSED)
    await proposals.advance_all(here.lobby)
    assert [await here.in_queue(party) for party in parties] == [True, True]

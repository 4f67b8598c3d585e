"""The game server of a match has the version of its players, or it is none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.matchmaking import explain, proposals
from lobby.domain.errors import Forbidden
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.permissions import Permit
from lobby.domain.sessions.errors import VersionIncompatible
from lobby.domain.sessions.instances import JoinStatus
from tests.support.matchmaking import MatchmakingWorld, matchmaking_world


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path) as here:
        yield here


@pytest.mark.parametrize("status", [JoinStatus.PENDING, JoinStatus.JOINABLE])
async def test_a_server_of_another_version_has_failed_and_they_wait_on(
    here: MatchmakingWorld, status: JoinStatus
) -> None:
    parties = await here.matched()
    created = {ticket.id: ticket.created for ticket in await here.tickets()}
    session = await here.match()
    assert await here.serve() == session.id
    await here.pass_time(10)
    with pytest.raises(VersionIncompatible):
        await here.report(session.id, status, version="2.0.0")
    await proposals.advance_all(here.lobby)
    assert await here.matches() == []
    waiting = await here.tickets()
    assert {ticket.id: ticket.created for ticket in waiting} == created
    assert {ticket.why for ticket in waiting} == {TicketReason.SERVER_VERSION}
    for party in parties:
        assert await here.in_queue(party)
        told = [e for e in await here.heard(party.leader) if "reason" in e["custom_data"]]
        assert [one["custom_data"]["reason"] for one in told] == ["server_version"]
        assert told[0]["version"] == (await here.session(party.session)).version
        assert "session_invited" not in [one["kind"] for one in await here.heard(party.leader)]


async def test_a_server_of_the_same_major_version_is_theirs(here: MatchmakingWorld) -> None:
    one, _ = await here.matched()
    session = await here.match()
    await here.serve()
    await here.report(session.id, JoinStatus.JOINABLE, version="1.9.3+7")
    assert (await here.come(session.id, one.leader)).seats.sits(one.leader.uuid)


async def test_only_its_own_host_fails_by_its_version(here: MatchmakingWorld) -> None:
    await here.matched()
    session = await here.match()
    await here.serve()
    stranger = Permit(await here.player())
    with pytest.raises(Forbidden):
        await here.report(session.id, JoinStatus.PENDING, by=stranger, version="2.0.0")
    assert (await here.match()).instance == (await here.session(session.id)).instance
    assert await here.proposals()


async def test_a_server_that_says_its_version_is_given_no_players_of_another(
    here: MatchmakingWorld,
) -> None:
    await here.matched()
    session = await here.match()
    assert await here.serve("newer", "version:2.0") is None
    assert await here.serve("same", "version:1.7") == session.id


async def test_a_server_that_reported_another_version_is_not_given_them_again(
    here: MatchmakingWorld,
) -> None:
    await here.matched()
    await _fails_by_version(here, "newer")
    session = await here.match()
    assert await here.poll("newer") is None
    assert await here.serve("unknown") == session.id
    again = await here.serve("newer")  # it registers again, maybe with another version
    assert again is None  # the match has its server


async def test_the_reason_stays_while_the_next_match_looks_for_its_server(
    here: MatchmakingWorld,
) -> None:
    await here.matched()
    await _fails_by_version(here, "newer")
    for ticket in await here.tickets():
        state = await explain.queue_state(here.lobby, ticket.id)
        shown = (state["state"], state.get("stage"), state["why"])
        assert shown == ("matched", "seeking_server", "server_version")
    await here.pass_time(70)
    await proposals.advance_all(here.lobby)
    assert {ticket.why for ticket in await here.tickets()} == {TicketReason.SERVER_FAILED}


async def test_after_three_servers_of_another_version_in_a_row_they_wait_no_more(
    here: MatchmakingWorld,
) -> None:
    parties = await here.matched()
    for server in ("one", "two"):
        await _fails_by_version(here, server)
    assert len(await here.tickets()) == 2
    await _fails_by_version(here, "three")
    assert [*await here.tickets(), *await here.proposals(), *await here.matches()] == []
    for party in parties:
        assert not await here.in_queue(party)
        told = (await here.heard(party.leader))[-1]
        assert told["custom_data"]["reason"] == "server_version"
        assert "update it" in told["message"]
        assert await here.queue(party)  # nothing keeps them from trying again


async def _fails_by_version(here: MatchmakingWorld, server: str) -> None:
    """The match gets this server, which has another version; the next tick looks again."""
    session = await here.match()
    assert await here.serve(server) == session.id
    with pytest.raises(VersionIncompatible):
        await here.report(session.id, JoinStatus.PENDING, version="2.0.0")
    await here.tick()

"""Whoever is restricted, deleted or signed out everywhere is out of everything at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.accounts import hosts, moderation
from lobby.actions.changes import expiry_timers
from lobby.actions.instances import allocations, instances
from lobby.actions.instances.allocations import Offer
from lobby.actions.login import tokens
from lobby.actions.matchmaking import proposals
from lobby.actions.sessions import invitations, lifecycle, seats
from lobby.actions.timers import presence
from lobby.domain.accounts import Restriction
from lobby.domain.errors import (
    AccountNotFound,
    SessionNotFound,
    TokenRevoked,
)
from lobby.domain.permissions import SYSTEM, Permit
from lobby.domain.sessions.instances import HostType
from lobby.domain.sessions.seats import SeatStatus, seat_id
from lobby.domain.sessions.session import Session
from tests.support.evictions import Act, alone_in_queue, delete, nowhere, restrict, sign_out
from tests.support.lobby import (
    LocalLobby,
    leading,
)
from tests.support.matchmaking import MatchmakingWorld, held, matchmaking_world

CAUSES = pytest.mark.parametrize("act", [restrict, delete, sign_out], ids=lambda a: a.__name__)


@pytest.fixture
async def arena(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path) as arena:
        yield arena


@CAUSES
async def test_seats_of_every_kind_are_free(local: LocalLobby, act: Act) -> None:
    host, gone = await local.person(), await local.person()
    sessions = []
    for status in ("taken", "invited", "reserved", "set aside"):
        host = await local.person()
        session = await local.open_session(host)
        if status == "taken":
            await local.join(session, gone)
        elif status == "invited":
            await invitations.invite(local.lobby, leading(host), id=session.id, player=gone.uuid)
        elif status == "reserved":
            await seats.reserve(local.lobby, Permit(gone), seat=seat_id(session.id, "3"))
        else:
            await invitations.set_aside(local.lobby, SYSTEM, id=session.id, player=gone.uuid)
        assert (await local.now(session)).seats.held_by(gone.uuid)
        sessions.append(session)
    await act(local.lobby, gone.uuid)
    assert not [s.id for s in sessions if (await local.now(s)).seats.held_by(gone.uuid)]


@CAUSES
async def test_what_they_host_ends_and_whoever_sat_there_is_told(
    local: LocalLobby, act: Act
) -> None:
    gone, guest = await local.person(), await local.person()
    session = await local.open_session(gone)
    await local.join(session, guest)
    await act(local.lobby, gone.uuid)
    with pytest.raises(SessionNotFound):
        await local.now(session)
    assert await local.inbox(guest) == [("session_closed", str(session.id))]


async def test_an_instance_that_they_host_without_a_seat_ends(arena: MatchmakingWorld) -> None:
    party = await arena.party(2)
    server = await arena.player()
    await instances.request(
        arena.lobby, Permit(server, outright=True), id=party.session, host_type=HostType.DEDICATED
    )

    def serving(session: Session) -> None:
        assert session.instance is not None
        session.instance.host = server.uuid

    await arena.lobby.sessions.change(str(party.session), serving)
    await restrict(arena.lobby, server.uuid)
    after = await arena.session(party.session)
    assert after.instance is None
    assert held(after, SeatStatus.TAKEN) == party.uuids


@CAUSES
async def test_their_party_leaves_the_queue(arena: MatchmakingWorld, act: Act) -> None:
    (party,) = await arena.waiting("pairs", sizes=(2,))
    await act(arena.lobby, party.players[1].uuid)
    assert not await arena.in_queue(party)
    assert held(await arena.session(party.session), SeatStatus.TAKEN) == {party.leader.uuid}
    assert await arena.tickets() == []
    await arena.tick()
    assert await arena.matches() == []


@CAUSES
@pytest.mark.parametrize("queue", ["duel", "asked", "hosted"])
async def test_the_others_of_a_match_wait_on_as_old_as_they_were(
    arena: MatchmakingWorld, act: Act, queue: str
) -> None:
    """Asked whether they are ready, or with a session that has no server yet."""
    gone, stays = await arena.waiting(queue)
    (created,) = [t.created for t in await arena.tickets() if t.session == stays.session]
    await arena.pass_time(20)
    await arena.tick()
    assert await arena.proposals(), "the match is being made"
    await act(arena.lobby, gone.leader.uuid)
    await proposals.advance_all(arena.lobby)
    if queue == "hosted":  # its host was invited to it already: it may have begun
        assert gone.leader.uuid not in {p for s in await arena.matches() for p in s.insiders()}
        return
    await alone_in_queue(arena, [stays])
    (ticket,) = await arena.tickets()
    assert ticket.created == created
    await arena.tick()
    assert await arena.matches() == []


async def test_a_match_that_all_are_invited_to_goes_on_without_them(
    arena: MatchmakingWorld,
) -> None:
    gone, stays = await arena.matched()
    session = await arena.joinable()
    await restrict(arena.lobby, gone.leader.uuid)
    await proposals.advance_all(arena.lobby)
    now = await arena.session(session.id)
    assert held(now, SeatStatus.INVITED) == stays.uuids
    assert await arena.tickets() == []
    assert await arena.proposals() == []


async def test_players_who_only_use_http_and_read_are_out_too(arena: MatchmakingWorld) -> None:
    """What keeps a seat for somebody without a socket does not keep this one."""
    party = await arena.party(2)
    gone = party.players[1]
    await lifecycle.read(arena.lobby, Permit(gone), id=party.session, refresh_ttl=True)
    await expiry_timers.begin_long_poll(arena.lobby, gone, 600)
    await presence.release(arena.lobby, gone.uuid)
    assert gone.uuid in held(await arena.session(party.session), SeatStatus.TAKEN)
    await restrict(arena.lobby, gone.uuid)
    await nowhere(arena.lobby, gone)


@CAUSES
async def test_nobody_sees_them_any_more_though_they_were_about_to_come_back(
    local: LocalLobby, act: Act
) -> None:
    gone, lobby = await local.person(), local.lobby
    await lobby.roster.heartbeat("there", 10_000)
    await lobby.roster.enter("there", {gone.uuid: '{"status": "online"}'})
    shown = '{"status": "reconnecting"}'
    await lobby.roster.leave("there", {gone.uuid: shown}, seconds=600)
    await act(lobby, gone.uuid)
    assert await lobby.roster.shown([gone.uuid]) == {}


async def test_a_token_that_was_revoked_is_not_renewed(local: LocalLobby) -> None:
    """Not even by a process that has not heard of it, and identified the caller."""
    who = await local.person()
    for act in (sign_out, restrict):
        await act(local.lobby, who.uuid)
        with pytest.raises(TokenRevoked):
            await tokens.renew(local.lobby, Permit(who))


async def test_signed_out_they_come_back_by_a_new_login(local: LocalLobby) -> None:
    host = await local.person()
    session = await local.open_session(host)
    user = await local.user()
    await local.join(session, user.actor())
    await sign_out(local.lobby, user.uuid)
    again = (await local.lobby.accounts.get(user.uuid)).actor()
    assert (await local.join(session, again)).seats.sits(user.uuid)


async def test_what_bars_no_login_puts_nobody_out(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    pending = Restriction("account_pending_deletion")
    await moderation.restrict(local.lobby, SYSTEM, account=guest.uuid, restriction=pending)
    assert (await local.now(session)).seats.sits(guest.uuid)


async def test_lists_of_friends_and_bans_keep_whoever_is_restricted(local: LocalLobby) -> None:
    friend, gone = await local.person(), await local.person()
    await hosts.befriend(local.lobby, Permit(friend), host=friend.uuid, friend=gone.uuid)
    await restrict(local.lobby, gone.uuid)
    assert (await local.lobby.accounts.get(friend.uuid)).host.friends == [gone.uuid]
    with pytest.raises(AccountNotFound):
        await restrict(local.lobby, "00000000-0000-4000-8000-000000000000")


@CAUSES
async def test_game_servers_of_theirs_are_registered_no_more(
    arena: MatchmakingWorld, act: Act
) -> None:
    owner, other = Permit(await arena.player()), Permit(await arena.player())
    offer = Offer("theirs", "203.0.113.7", 7777, [])
    for one in (owner, other):
        await allocations.register(arena.lobby, one, offers=[offer])
    await act(arena.lobby, owner.actor.uuid)
    left = await arena.lobby.game_hosts.all("registered", "yes")
    assert [host.account for host in left] == [other.actor.uuid]

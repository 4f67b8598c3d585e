"""From waiting to playing: how a match is made, and what becomes of those for whom it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.instances import instances
from lobby.actions.matchmaking.hosting import preferred
from lobby.actions.sessions import exclusions, matches
from lobby.catalogue.instances import Map
from lobby.domain.errors import SessionNotFound, SessionNotJoinable
from lobby.domain.matchmaking.states import TicketState
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.errors import InQueue
from lobby.domain.sessions.instances import HostType, JoinStatus
from lobby.domain.sessions.seats import SeatStatus
from tests.support.lobby import leading
from tests.support.matchmaking import SERVER, MatchmakingWorld, held, matchmaking_world, sides


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path) as here:
        yield here


async def test_a_match_is_made_in_silence(here: MatchmakingWorld) -> None:
    one, other = await here.matched()
    session = await here.match()
    assert session.created_by_matchmaking
    assert session.entry is Entry.INVITED
    assert (session.template, session.region, session.leader) == ("game", "eu", None)
    assert sorted(map(sorted, sides(session))) == sorted(map(sorted, (one.uuids, other.uuids)))
    assert held(session, SeatStatus.RESERVED) == one.uuids | other.uuids
    assert all(seat.unannounced for seat in session.seats.values())
    assert session.insiders() == []
    for party in (one, other):
        assert await here.in_queue(party)
        assert (await here.log(party.session))[-1] == "queue_joined"
        assert session.id not in [int(e["session"]) for e in await here.heard(party.leader)]


async def test_the_match_is_known_by_its_tickets(here: MatchmakingWorld) -> None:
    parties = await here.waiting()
    tickets = {ticket.id for ticket in await here.tickets()}
    await here.tick()
    match = (await here.match()).match
    assert match is not None
    assert (set(match.tickets), match.started, match.profile) == (tickets, False, "duel")
    assert set(match.ratings) == parties[0].uuids | parties[1].uuids
    assert {one.match for one in await here.tickets()} == {match.id}
    log = await here.log((await here.match()).id)
    assert log[:2] == ["session_created", "match_found"]
    assert log.count("player_reserved") == 2


async def test_a_game_server_is_asked_for_as_the_template_says(here: MatchmakingWorld) -> None:
    await here.matched()
    instance = (await here.match()).instance
    assert instance is not None
    assert (instance.host_type, instance.status) == (HostType.DEDICATED, JoinStatus.REQUESTED)
    assert instance.custom_data == {"rules": "strict"}
    assert instance.startup is not None
    assert instance.startup.map in ("/Canyon", "/Harbour")


async def test_it_is_played_on_a_map_that_they_like(here: MatchmakingWorld) -> None:
    for _ in range(2):
        await here.queue(await here.party(), map_preferences=["harbour", "attic"])
    await here.tick()
    instance = (await here.match()).instance
    assert instance is not None
    assert instance.startup is not None
    assert (instance.startup.map, instance.startup.mode) == ("/Harbour", None)


def test_whom_the_maps_please() -> None:
    maps = [Map(map_id=id, name=f"/{id}", map_weight=1) for id in "abc"]

    def names(*wishes: set[str]) -> str:
        return "".join(one.map_id for one in preferred(maps, list(wishes)))

    assert names() == "abc"
    assert names({"a", "b"}) == "ab"
    assert names({"a", "b"}, {"/b"}) == "b"
    assert names({"a"}, {"c"}) == "ac"
    assert names({"elsewhere"}) == "abc"


async def test_when_it_can_be_joined_everybody_is_invited(here: MatchmakingWorld) -> None:
    one, other = await here.matched()
    session = await here.joinable()
    assert held(session, SeatStatus.INVITED) == one.uuids | other.uuids
    for party in (one, other):
        assert not await here.in_queue(party)
        assert (await here.log(party.session))[-1] == "queue_left"
    assert {seat.until for seat in session.seats.values()} == {here.local.clock.now + 60}
    assert {seat.inviter for seat in session.seats.values()} == {None}
    for player in (one.leader, other.leader):
        last = (await here.heard(player))[-1]
        assert (last["kind"], last["session"]) == ("session_invited", str(session.id))
    assert await here.tickets() == []
    assert await here.proposals() == []


async def test_they_come_to_the_side_that_was_kept_for_them_and_the_first_leads(
    here: MatchmakingWorld,
) -> None:
    one, other = await here.matched("pairs", (2, 2))
    session = await here.joinable()
    before = sides(session)
    for player in (*other.players, *one.players):
        session = await here.come(session.id, player)
    assert sides(session) == before
    assert session.leader == other.leader.uuid
    started = await matches.start(here.lobby, SERVER, id=session.id, match_id="", custom_data=None)
    assert session.match is not None
    assert started.id == session.match.id


async def test_nobody_waits_again_before_it_can_be_joined(here: MatchmakingWorld) -> None:
    one, _ = await here.matched()
    with pytest.raises(InQueue):
        await here.queue(one)
    session = await here.joinable()
    assert await here.queue(one)
    assert (await here.session(session.id)).seats.held_by(one.leader.uuid)


async def test_an_invitation_that_is_not_answered_is_dropped(here: MatchmakingWorld) -> None:
    one, other = await here.matched()
    session = await here.joinable()
    await here.come(session.id, one.leader)
    await here.pass_time(62)
    now = await here.session(session.id)
    assert now.seats.sits(one.leader.uuid)
    assert now.seats.held_by(other.leader.uuid) is None
    assert "invite_expired" in await here.log(session.id)


async def test_a_session_to_which_nobody_comes_ends(here: MatchmakingWorld) -> None:
    await here.matched()
    session = await here.joinable()
    await here.pass_time(62)
    with pytest.raises(SessionNotFound):
        await here.session(session.id)


async def test_who_comes_first_may_go_before_the_others_are_there(here: MatchmakingWorld) -> None:
    one, other = await here.matched()
    session = await here.joinable()
    await here.come(session.id, one.leader)
    await here.go(session.id, one.leader)
    session = await here.come(session.id, other.leader)
    assert session.leader == other.leader.uuid


# It is over


async def test_when_the_host_closes_everybody_goes_and_the_session_a_moment_later(
    here: MatchmakingWorld,
) -> None:
    one, other = await here.matched()
    session = await here.joinable()
    await here.come(session.id, one.leader)
    await here.report(session.id, JoinStatus.CLOSED)
    now = await here.session(session.id)
    assert (now.match, now.leader, held(now, SeatStatus.TAKEN)) == (None, None, set())
    for player in (one.leader, other.leader):
        last = (await here.heard(player))[-1]
        assert (last["kind"], last["session"]) == ("session_closed", str(session.id))
        assert "version" not in last
    log = await here.log(session.id)
    assert {"instance_closed", "match_ended", "player_left"} <= set(log)
    assert "player_kicked" not in log
    await here.pass_time(8)
    assert await here.session(session.id)
    await here.pass_time(3)
    with pytest.raises(SessionNotFound):
        await here.session(session.id)


async def test_a_session_that_players_made_is_left_as_it_is(here: MatchmakingWorld) -> None:
    party = await here.party(2)
    await instances.request(
        here.lobby, leading(party.leader), id=party.session, host_type=HostType.PLAYER
    )
    await here.report(party.session, JoinStatus.CLOSED, by=leading(party.leader))
    assert held(await here.session(party.session), SeatStatus.TAKEN) == party.uuids


# A session that lacks players


async def test_a_session_that_lacks_players_is_filled_first(here: MatchmakingWorld) -> None:
    one, other = await here.waiting("open", (2, 2))
    await here.tick()
    session = await here.joinable()
    for player in (*one.players, *other.players):
        await here.come(session.id, player)
    await here.go(session.id, other.players[1])
    late = await here.party()
    await here.queue(late, "open")
    await here.tick()
    now = await here.session(session.id)
    assert now.seats.invited(late.leader.uuid)
    assert {late.leader.uuid, other.leader.uuid} in sides(now)
    assert await here.tickets() == []
    assert now.match is not None
    assert len(now.match.tickets) == 3


async def test_whom_a_match_keeps_out_fills_it_again_only_when_it_is_over(
    here: MatchmakingWorld,
) -> None:
    one, other = await here.waiting("open", (2, 2))
    await here.tick()
    session = await here.joinable()
    for player in (*one.players, *other.players):
        await here.come(session.id, player)
    await here.go(session.id, other.players[1])
    late = await here.party()
    await exclusions.kick(here.lobby, SERVER, id=session.id, player=late.leader.uuid, seconds=5)
    await here.queue(late, "open")
    await here.tick()
    assert not (await here.session(session.id)).seats.held_by(late.leader.uuid)
    await here.pass_time(5)
    await here.tick()
    assert (await here.session(session.id)).seats.invited(late.leader.uuid)


async def test_a_session_that_is_full_by_then_takes_nobody(here: MatchmakingWorld) -> None:
    await here.waiting("open", (2, 2))
    await here.tick()
    session = await here.joinable()
    await here.pass_time(62)
    late = await here.party()
    ticket = await here.queue(late, "open")
    await here.tick()
    assert (await here.lobby.tickets.get(ticket.id)).state is TicketState.WAITING
    assert session.id not in [one.id for one in await here.matches()]


async def test_nobody_else_comes_into_a_match(here: MatchmakingWorld) -> None:
    await here.matched()
    session = await here.joinable()
    with pytest.raises(SessionNotJoinable):
        await here.come(session.id, await here.player())

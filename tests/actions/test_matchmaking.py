"""From waiting to playing: how a match is made, and what becomes of those for whom it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions import instances, matches, proposals, telling
from lobby.actions.arranging import preferred
from lobby.catalogue.instances import Map
from lobby.domain.errors import Conflict, SessionNotFound, SessionNotJoinable
from lobby.domain.instances import HostType, JoinStatus
from lobby.domain.permissions import SYSTEM
from lobby.domain.seats import SeatStatus
from lobby.domain.session_errors import InQueue
from lobby.domain.tickets import TicketState
from tests.actions.halls import SERVER, Hall, hall, held, leading, sides


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Hall]:
    async with hall(tmp_path) as here:
        yield here


async def test_a_match_is_made_in_silence(here: Hall) -> None:
    one, other = await here.matched()
    session = await here.match()
    assert session.created_by_matchmaking
    assert not session.joinable
    assert (session.template, session.region, session.leader) == ("game", "eu", None)
    assert sorted(map(sorted, sides(session))) == sorted(map(sorted, (one.uuids, other.uuids)))
    assert held(session, SeatStatus.RESERVED) == one.uuids | other.uuids
    assert all(seat.unannounced for seat in session.seats.values())
    assert session.insiders() == []
    for party in (one, other):
        assert not await here.in_queue(party)
        assert (await here.log(party.session))[-1] == "queue_left"
        assert session.id not in [int(e["session"]) for e in await here.heard(party.leader)]


async def test_the_match_is_known_by_its_tickets(here: Hall) -> None:
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


async def test_a_game_server_is_asked_for_as_the_template_says(here: Hall) -> None:
    await here.matched()
    instance = (await here.match()).instance
    assert instance is not None
    assert (instance.host_type, instance.status) == (HostType.DEDICATED, JoinStatus.REQUESTED)
    assert instance.custom_data == {"rules": "strict"}
    assert instance.startup is not None
    assert instance.startup.map in ("/Canyon", "/Harbour")


async def test_it_is_played_on_a_map_that_they_like(here: Hall) -> None:
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


async def test_when_it_can_be_joined_everybody_is_invited(here: Hall) -> None:
    one, other = await here.matched()
    session = await here.joinable()
    assert held(session, SeatStatus.INVITED) == one.uuids | other.uuids
    assert {seat.until for seat in session.seats.values()} == {here.house.clock.now + 60}
    assert {seat.inviter for seat in session.seats.values()} == {None}
    for player in (one.leader, other.leader):
        last = (await here.heard(player))[-1]
        assert (last["kind"], last["session"]) == ("session_invited", str(session.id))
    assert await here.tickets() == []
    assert await here.proposals() == []


async def test_they_come_to_the_side_that_was_kept_for_them_and_the_first_leads(
    here: Hall,
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


async def test_nobody_waits_again_before_it_can_be_joined(here: Hall) -> None:
    one, _ = await here.matched()
    with pytest.raises(InQueue):
        await here.queue(one)
    session = await here.joinable()
    assert await here.queue(one)
    assert (await here.session(session.id)).held_by(one.leader.uuid)


async def test_an_invitation_that_is_not_answered_is_dropped(here: Hall) -> None:
    one, other = await here.matched()
    session = await here.joinable()
    await here.come(session.id, one.leader)
    await here.pass_time(62)
    now = await here.session(session.id)
    assert now.sits(one.leader.uuid)
    assert now.held_by(other.leader.uuid) is None
    assert "invite_expired" in await here.log(session.id)


async def test_a_session_to_which_nobody_comes_ends(here: Hall) -> None:
    await here.matched()
    session = await here.joinable()
    await here.pass_time(62)
    with pytest.raises(SessionNotFound):
        await here.session(session.id)


async def test_who_comes_first_may_go_before_the_others_are_there(here: Hall) -> None:
    one, other = await here.matched()
    session = await here.joinable()
    await here.come(session.id, one.leader)
    await here.go(session.id, one.leader)
    session = await here.come(session.id, other.leader)
    assert session.leader == other.leader.uuid


# It fails


async def test_without_a_host_they_wait_on_as_old_as_they_were(here: Hall) -> None:
    parties = await here.waiting()
    created = {ticket.id: ticket.created for ticket in await here.tickets()}
    await here.pass_time(20)
    await here.tick()
    session = await here.match()
    await here.pass_time(62)
    await proposals.attend(here.lobby)
    with pytest.raises(SessionNotFound):
        await here.session(session.id)
    assert {ticket.id: ticket.created for ticket in await here.tickets()} == created
    for party in parties:
        assert await here.in_queue(party)
        assert str(session.id) not in [e["session"] for e in await here.heard(party.leader)]
    await here.tick()
    assert (await here.match()).id != session.id


async def test_a_host_that_closes_before_it_can_be_joined_is_a_failure(here: Hall) -> None:
    parties = await here.matched()
    session = await here.match()
    assert await here.serve() == session.id
    await here.report(session.id, JoinStatus.PENDING)
    await here.report(session.id, JoinStatus.CLOSED)
    await proposals.attend(here.lobby)
    assert await here.matches() == []
    assert [await here.in_queue(party) for party in parties] == [True, True]


@pytest.mark.parametrize("how", ["removed", "expired"])
async def test_so_is_a_session_that_is_no_more(here: Hall, how: str) -> None:
    parties = await here.matched()
    session = await here.match()
    if how == "removed":
        await instances.remove(here.lobby, SYSTEM, id=session.id)
    else:
        await telling.end(here.lobby, session.id, message="over", code="session_expired")
    await proposals.attend(here.lobby)
    assert await here.matches() == []
    assert [await here.in_queue(party) for party in parties] == [True, True]


async def test_a_party_that_has_changed_meanwhile_does_not_wait_on(here: Hall) -> None:
    one, other = await here.matched("pairs", (2, 2))
    await here.go(one.session, one.players[1])
    await here.pass_time(62)
    await proposals.attend(here.lobby)
    assert not await here.in_queue(one)
    assert await here.in_queue(other)
    assert len(await here.tickets()) == 1


async def test_time_runs_on_for_those_who_wait_again(here: Hall) -> None:
    parties = await here.waiting()
    await here.pass_time(800, step=50)
    await here.tick()
    await here.pass_time(62)
    await proposals.attend(here.lobby)
    assert [await here.in_queue(party) for party in parties] == [True, True]
    await here.pass_time(50)
    assert [await here.in_queue(party) for party in parties] == [False, False]


# It is over


async def test_when_the_host_closes_everybody_goes_and_the_session_a_moment_later(
    here: Hall,
) -> None:
    one, other = await here.matched()
    session = await here.joinable()
    await here.come(session.id, one.leader)
    await here.report(session.id, JoinStatus.CLOSED)
    now = await here.session(session.id)
    assert (now.match, now.leader, held(now, SeatStatus.TAKEN)) == (None, None, set())
    for player in (one.leader, other.leader):
        last = (await here.heard(player))[-1]
        assert (last["kind"], last["rh_url"]) == (
            "session_closed",
            f"/session/v1/session/{session.id}",
        )
        assert "etag" not in last
    log = await here.log(session.id)
    assert {"instance_closed", "match_ended", "player_left"} <= set(log)
    assert "player_kicked" not in log
    await here.pass_time(8)
    assert await here.session(session.id)
    await here.pass_time(3)
    with pytest.raises(SessionNotFound):
        await here.session(session.id)


async def test_a_session_that_players_made_is_left_as_it_is(here: Hall) -> None:
    party = await here.party(2)
    await instances.request(
        here.lobby, leading(party.leader), id=party.session, host_type=HostType.PLAYER
    )
    await here.report(party.session, JoinStatus.CLOSED, by=leading(party.leader))
    assert held(await here.session(party.session), SeatStatus.TAKEN) == party.uuids


# A player hosts


async def test_who_has_waited_longest_hosts_and_is_invited_at_once(here: Hall) -> None:
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
    assert session.invited(one.leader.uuid)
    assert not session.invited(other.leader.uuid)
    assert (await here.heard(one.leader))[-1]["kind"] == "session_invited"
    await here.come(session.id, one.leader)
    session = await here.report(session.id, JoinStatus.JOINABLE, by=leading(one.leader))
    assert session.invited(other.leader.uuid)
    assert session.leader == one.leader.uuid


@pytest.mark.parametrize("how", ["does not come", "leaves"])
async def test_a_host_who_fails_the_others_waits_no_more(here: Hall, how: str) -> None:
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
    await proposals.attend(here.lobby)
    assert await here.matches() == []
    assert not await here.in_queue(one)
    assert await here.in_queue(other)


# A session that lacks players


async def test_a_session_that_lacks_players_is_filled_first(here: Hall) -> None:
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
    assert now.invited(late.leader.uuid)
    assert {late.leader.uuid, other.leader.uuid} in sides(now)
    assert await here.tickets() == []
    assert now.match is not None
    assert len(now.match.tickets) == 3


async def test_a_session_that_is_full_by_then_takes_nobody(here: Hall) -> None:
    await here.waiting("open", (2, 2))
    await here.tick()
    session = await here.joinable()
    await here.pass_time(62)
    late = await here.party()
    ticket = await here.queue(late, "open")
    await here.tick()
    assert (await here.lobby.tickets.get(ticket.id)).state is TicketState.WAITING
    assert session.id not in [one.id for one in await here.matches()]


# Whether they are ready


async def test_players_are_asked_before_anything_is_made(here: Hall) -> None:
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


async def test_when_all_are_ready_the_match_is_made(here: Hall) -> None:
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
async def test_only_who_is_not_ready_is_taken_out(here: Hall, how: str) -> None:
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
    await proposals.attend(here.lobby)
    (left,) = await here.tickets()
    assert (left.session, left.state, left.created) == (one.session, TicketState.WAITING, created)
    assert await here.in_queue(one)
    if how != "leaves":
        assert not await here.in_queue(other)


async def test_nobody_is_offered_two_matches(here: Hall) -> None:
    await here.matched("asked", (1, 1, 1))
    for _ in range(3):
        await here.tick()
        assert len(await here.proposals()) == 1
    states = sorted(one.state.value for one in await here.tickets())
    assert states == ["offered", "offered", "waiting"]


async def test_an_answer_that_comes_too_late_counts_no_more(here: Hall) -> None:
    one, _ = await here.matched("asked")
    tickets = {ticket.session: ticket for ticket in await here.tickets()}
    await here.pass_time(16)
    with pytest.raises(Conflict):
        await here.answer(one.leader, tickets[one.session], True)


async def test_those_who_were_never_asked_are_not_blamed(here: Hall) -> None:
    parties = await here.matched("asked")
    (offered,) = await here.proposals()
    await here.lobby.proposals.change(offered.id, lambda p: setattr(p, "asked", False))
    await here.pass_time(16)
    await proposals.attend(here.lobby)
    assert [await here.in_queue(party) for party in parties] == [True, True]


async def test_a_ticket_runs_out_while_its_players_are_asked_only_after_that(here: Hall) -> None:
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


async def test_nobody_else_comes_into_a_match(here: Hall) -> None:
    await here.matched()
    session = await here.joinable()
    with pytest.raises(SessionNotJoinable):
        await here.come(session.id, await here.player())

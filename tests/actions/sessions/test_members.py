"""Coming in, being invited, moved, promoted: who may, and what stays as it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.instances import instances
from lobby.actions.sessions import members
from lobby.actions.timers import expiry
from lobby.domain.accounts import Account, Restriction
from lobby.domain.errors import (
    AlreadySeated,
    Forbidden,
    GuestNotWelcome,
    NotSeated,
    NotYours,
    SessionFull,
    SessionNotJoinable,
    Unacceptable,
)
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions.admission import Way
from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.errors import OwnTeamFixed, TeamFull, VersionIncompatible
from lobby.domain.sessions.instances import HostType
from tests.support import wishes
from tests.support.lobby import leading
from tests.support.sessions import CLIENT, SessionsWorld, above, sessions_world, sitting
from tests.support.wishes import Wish


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as here:
        yield here


async def people(here: SessionsWorld, number: int = 3) -> list[Actor]:
    return [await here.player() for _ in range(number)]


# Coming in


async def test_a_private_session_lets_in_only_who_holds_a_seat_or_stands_above_it(
    here: SessionsWorld,
) -> None:
    ann, bob, cat = await people(here)
    session = await here.create(ann)
    with pytest.raises(SessionNotJoinable):
        await here.enter(bob, session)
    await here.place(ann, session, bob, status="invited")
    await here.enter(bob, session)
    assert (await here.enter(above(cat), session)).seats.sits(cat.uuid)
    dan = await here.player()
    assert (await here.enter(dan, session, way=Way.PLATFORM)).seats.sits(dan.uuid)
    with pytest.raises(SessionFull):
        await here.enter(above(await here.player()), session)


async def test_nobody_brings_another_but_who_stands_above_players(here: SessionsWorld) -> None:
    ann, bob, cat = await people(here)
    session = await here.open(ann)
    with pytest.raises(NotYours):
        await wishes.enter(
            here.lobby, Permit(cat), id=session.id, player=bob.uuid, wish=Wish(client=CLIENT)
        )
    assert sitting(await here.local.now(session)) == [[ann.uuid], []]


@pytest.mark.parametrize("status", ["invited", "reserved"])
async def test_nobody_invites_themselves(here: SessionsWorld, status: str) -> None:
    ann, bob, _ = await people(here)
    session = await here.open(ann)
    with pytest.raises(Unacceptable):
        await here.enter(bob, session, status=status)


async def test_who_is_inside_says_otherwise_what_they_bring_and_keeps_their_place(
    here: SessionsWorld,
) -> None:
    ann, bob, _ = await people(here)
    session = await here.open(ann, "game", bob)
    switched = Client("1.2.0", "PSN", "touch")
    edited = await here.enter(bob, session, client=switched, custom_data={"hat": "red"})
    held = edited.seats.held_by(bob.uuid)
    assert held
    assert (held[1].client, held[1].custom_data) == (switched, {"hat": "red"})
    again = await here.enter(bob, session, client=switched, status="member")
    assert (again.seats, again.version) == (edited.seats, edited.version)
    with pytest.raises(VersionIncompatible):
        await here.enter(bob, session, client=Client("2.0.0", "PSN", "touch"))
    assert await here.local.now(session) == edited


async def test_saying_member_does_not_take_the_lead_away(here: SessionsWorld) -> None:
    ann, bob, _ = await people(here)
    session = await here.open(ann, "game", bob)
    await here.enter(ann, session, status="member", custom_data={"hat": "red"})
    assert (await here.place(ann, session, ann, status="member")).leader == ann.uuid


# Placing


async def test_only_who_leads_serves_or_stands_above_it_places_others(here: SessionsWorld) -> None:
    ann, bob, cat = await people(here)
    session = await here.open(ann, "game", bob)
    for whom, wish in ((cat, Wish("invited")), (ann, Wish("leader")), (ann, Wish(team=1))):
        with pytest.raises(Forbidden):
            await here.place(bob, session, whom, status=wish.status, team=wish.team)
    server = await here.player()
    await instances.request(here.lobby, leading(ann), id=session.id, host_type=HostType.PLAYER)
    instance = (await here.local.now(session)).instance
    assert instance is not None
    instance.host = server.uuid
    await here.change(session, instance=instance)
    assert (await here.place(server, session, cat, status="invited")).seats.invited(cat.uuid)
    assert (await here.place(above(server), session, bob, team=1)).seats.sits(bob.uuid)


async def test_only_who_stands_above_it_adds_or_sets_aside_without_asking(
    here: SessionsWorld,
) -> None:
    ann, bob, cat = await people(here)
    session = await here.create(ann)
    for status in ("member", "reserved"):
        with pytest.raises(Forbidden):
            await here.place(ann, session, bob, status=status)
    with pytest.raises(NotSeated):
        await here.place(ann, session, bob, status="leader")
    await here.place(ann, session, bob, status="invited")
    with pytest.raises(Forbidden):
        await here.place(ann, session, bob, status="member")
    assert (await here.place(above(ann), session, bob, status="member")).seats.sits(bob.uuid)
    assert (await here.place(above(ann), session, cat, status="leader")).leader == cat.uuid
    assert await here.log(session) == [
        *("session_created", "player_joined", "player_invited"),
        *("invite_accepted", "player_joined", "player_joined", "leader_changed"),
    ]


async def test_nothing_can_be_said_of_who_is_not_there(here: SessionsWorld) -> None:
    ann, bob, _ = await people(here)
    session = await here.create(ann)
    for permit in (leading(ann), above(ann)):
        for wish in (Wish(), Wish(team=1), Wish(custom_data={"hat": "red"})):
            with pytest.raises(NotSeated):
                await here.place(permit, session, bob, team=wish.team, custom_data=wish.custom_data)


async def test_a_leader_says_leader_and_team_0_and_moves_nobody(here: SessionsWorld) -> None:
    ann, bob, _ = await people(here)
    session = await here.open(ann)
    await here.enter(bob, session, team=1)
    promoted = await here.place(ann, session, bob, status="leader", team=0)
    assert (promoted.leader, sitting(promoted)) == (bob.uuid, [[ann.uuid], [bob.uuid]])
    with pytest.raises(Forbidden):
        await here.place(ann, session, ann, status="leader")
    assert (await here.place(bob, session, bob, status="leader")).leader == bob.uuid


async def test_custom_data_with_team_0_moves_nobody_and_a_team_alone_does(
    here: SessionsWorld,
) -> None:
    ann, bob, _ = await people(here)
    session = await here.open(ann)
    await here.enter(bob, session, team=1)
    dressed = await here.place(bob, session, bob, custom_data={"hat": "red"}, team=0)
    assert sitting(dressed) == [[ann.uuid], [bob.uuid]]
    moved = await here.place(bob, session, bob, team=0)
    held = moved.seats.held_by(bob.uuid)
    assert sitting(moved) == [[ann.uuid, bob.uuid], []]
    assert held
    assert held[1].custom_data == {"hat": "red"}


async def test_a_full_team_takes_nobody_who_moves(here: SessionsWorld) -> None:
    ann, bob, cat = await people(here)
    session = await here.open(ann, "game", bob, cat)
    assert sitting(session) == [[ann.uuid, bob.uuid], [cat.uuid]]
    for permit, team in ((leading(cat), 0), (above(cat), 0), (leading(ann), 5)):
        with pytest.raises(TeamFull):
            await here.place(permit, session, cat, team=team)


async def test_where_teams_are_drawn_only_who_leads_moves_anybody(here: SessionsWorld) -> None:
    ann, bob, _ = await people(here)
    session = await here.open(ann, "draft", bob)
    for move in (here.place(bob, session, bob, team=1), here.enter(bob, session, team=1)):
        with pytest.raises(OwnTeamFixed):
            await move
    await here.place(bob, session, bob, team=0, custom_data={"hat": "red"})
    moved = await here.place(ann, session, bob, team=1)
    assert sitting(moved) == [[ann.uuid], [bob.uuid]]
    assert sitting(await here.place(ann, session, ann, team=1)) == [[], [bob.uuid, ann.uuid]]


async def test_inviting_again_prolongs_and_inviting_who_sits_is_refused(
    here: SessionsWorld,
) -> None:
    ann, bob, _ = await people(here)
    session = await here.create(ann)
    first = await here.place(ann, session, bob, status="invited", custom_data={"hat": "red"})
    here.local.clock.advance(150)
    again = await here.place(ann, session, bob, status="invited")
    old, new = first.seats.held_by(bob.uuid), again.seats.held_by(bob.uuid)
    assert old
    assert new
    assert new[1].until == (old[1].until or 0) + 150
    assert (new[1].invited, new[1].custom_data) == (old[1].invited, {"hat": "red"})
    await here.enter(bob, session)
    with pytest.raises(AlreadySeated):
        await here.place(ann, session, bob, status="invited")


async def test_an_invitation_lapses_and_its_seat_is_free(here: SessionsWorld) -> None:
    ann, bob, _ = await people(here)
    session = await here.create(ann)
    await here.place(ann, session, bob, status="invited")
    here.local.clock.advance(199)
    await expiry.free_expired_seats(here.lobby)
    assert (await here.local.now(session)).seats.invited(bob.uuid)
    here.local.clock.advance(2)
    await expiry.free_expired_seats(here.lobby)
    assert (await here.local.now(session)).seats.held_by(bob.uuid) is None
    assert (await here.log(session))[-1] == "invite_expired"
    assert "etag" not in (await here.heard(bob))[-1]
    with pytest.raises(SessionNotJoinable):
        await here.enter(bob, session)


async def test_whoever_was_restricted_while_a_process_died_over_their_join_is_out(
    here: SessionsWorld,
) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "plaza", bob)

    def restrict(account: Account) -> None:
        account.restrict(Restriction("account_ban"))

    await here.lobby.accounts.change(bob.uuid, restrict)
    with pytest.raises(GuestNotWelcome):
        await members.complete_join(here.lobby, Permit(bob), id=session.id)
    assert not (await here.local.now(session)).seats.sits(bob.uuid)

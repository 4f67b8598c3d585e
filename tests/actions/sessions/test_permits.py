"""Permits are given and taken: what is shown of it, and what a made match leaves to its leader."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.accounts import hosts
from lobby.actions.changes import views
from lobby.actions.sessions import codes, exclusions, invitations, members, permits
from lobby.domain.errors import Forbidden, NotSeated
from lobby.domain.permissions import SYSTEM, Actor, Permit, Role
from lobby.domain.sessions.powers import Power
from tests.support.lobby import leading
from tests.support.matchmaking import GAME, MatchmakingWorld, matchmaking_world
from tests.support.sessions import SessionsWorld, sessions_world


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as world:
        yield world


async def test_permits_are_shown_to_members_alone_and_logged(here: SessionsWorld) -> None:
    ann, bob = [await here.player() for _ in range(2)]
    session = await here.open(ann, "game", bob)
    for power in (Power.MOVE, Power.INVITE):
        session = await permits.give(
            here.lobby, leading(ann), id=session.id, player=bob.uuid, power=power
        )
    seat = session.seats.of(bob.uuid).name
    assert views.inside(session, "")["seats"][seat]["permits"] == ["invite", "move"]
    assert "permits" not in views.outside(session)["seats"][seat]
    assert "permits" not in views.inside(session, "")["seats"]["0"]
    session = await permits.take(
        here.lobby, leading(ann), id=session.id, player=bob.uuid, power=Power.MOVE
    )
    assert session.permits_of(bob.uuid) == [Power.INVITE]
    assert (await here.log(session))[-3:] == ["player_updated"] * 3


async def test_who_may_invite_invites_as_themselves(here: SessionsWorld) -> None:
    ann, bob, cat = [await here.player() for _ in range(3)]
    session = await here.open(ann, "game", bob)
    with pytest.raises(Forbidden):
        await invitations.invite(here.lobby, leading(bob), id=session.id, player=cat.uuid)
    await permits.set_all(
        here.lobby, leading(ann), id=session.id, player=bob.uuid, powers=[Power.INVITE]
    )
    after = await invitations.invite(here.lobby, leading(bob), id=session.id, player=cat.uuid)
    assert after.seats.of(cat.uuid).seat.inviter == bob.uuid


async def test_a_stranger_learns_nothing_of_who_sits_there(here: SessionsWorld) -> None:
    ann, bob, eve = [await here.player() for _ in range(3)]
    session = await here.open(ann, "game", bob)
    for player in (bob, await here.player()):
        with pytest.raises(Forbidden):
            await permits.give(
                here.lobby, leading(eve), id=session.id, player=player.uuid, power=Power.KICK
            )
    with pytest.raises(NotSeated):
        await permits.give(
            here.lobby, leading(ann), id=session.id, player=eve.uuid, power=Power.KICK
        )


async def first_comer(world: MatchmakingWorld) -> tuple[Permit, int, str]:
    """The leader of a match of two pairs, its session, and their companion."""
    parties = await world.matched("pairs", (2, 2))
    session = await world.joinable()
    for player in parties[0].players:
        await world.come(session.id, player)
    return leading(parties[0].leader), session.id, parties[0].players[1].uuid


async def test_the_first_comer_of_a_made_match_keeps_their_own_party(tmp_path: Path) -> None:
    async with matchmaking_world(tmp_path) as world:
        permit, match, companion = await first_comer(world)
        made = await world.session(match)
        assert (made.leader, made.teams_locked) == (permit.actor.uuid, True)
        with pytest.raises(Forbidden):
            await exclusions.kick(world.lobby, permit, id=match, player=companion)
        (party,) = [
            one
            for one in await members.of_player(world.lobby, permit, player=permit.actor.uuid)
            if one.id != match
        ]
        await exclusions.kick(world.lobby, permit, id=party.id, player=companion)


async def test_nobody_lets_strangers_into_a_made_match_by_a_code(tmp_path: Path) -> None:
    async with matchmaking_world(tmp_path) as world:
        permit, match, companion = await first_comer(world)
        for who in (permit.actor, Actor(companion)):
            with pytest.raises(Forbidden):
                await codes.have(world.lobby, Permit(who, role=Role.ACTIVE), id=match)
        assert (await codes.have(world.lobby, SYSTEM, id=match)).code is not None


async def test_a_game_may_leave_more_to_them(tmp_path: Path) -> None:
    game = GAME.replace("[matchmaking]\n", '[matchmaking]\nleader_may = ["update", "kick"]\n')
    async with matchmaking_world(tmp_path, game=game) as world:
        permit, match, companion = await first_comer(world)
        await exclusions.kick(world.lobby, permit, id=match, player=companion)


async def test_the_bans_of_a_leader_in_name_keep_nobody_out(tmp_path: Path) -> None:
    async with matchmaking_world(tmp_path) as world:
        parties = await world.matched("pairs", (2, 2))
        match = (await world.joinable()).id
        (leader, sits), late = parties[0].players, parties[1].players[0]
        for player in (leader, sits):
            await world.come(match, player)
        for banned in (sits, late):
            permit = Permit(leader)
            await hosts.ban(world.lobby, permit, host=leader.uuid, guest=banned.uuid)
        assert (await world.session(match)).seats.sits(sits.uuid)
        assert (await world.come(match, late)).leader == leader.uuid

"""Asking for a session by its type: one that is there and has room, or a new one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.instances import instances
from lobby.actions.sessions import recent_leaves
from lobby.domain.permissions import Actor, Kind, Permit
from lobby.domain.sessions.clients import Client, Crossplay
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.errors import RegionNotFound, TemplateNotFound, TypeNotCreatable
from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from tests.support.live_parts import shared
from tests.support.lobby import leading
from tests.support.sessions import SessionsWorld, sessions_world, sitting

AMONG_XBOXES = Crossplay("desired_platforms_xboxlike", "desired_inputs_any")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as here:
        yield here


async def test_whoever_creates_leads_in_the_first_team_and_the_rest_is_as_the_type_says(
    here: SessionsWorld,
) -> None:
    ann = await here.player()
    game = await here.create(ann, "game", "eu")
    assert (game.leader, sitting(game), game.entry) == (ann.uuid, [[ann.uuid], []], Entry.INVITED)
    assert (game.region, game.listing, game.key_hash) == ("eu", None, "")
    plaza = await here.create(ann, "plaza")
    assert (plaza.entry, plaza.listing, plaza.region) == (Entry.OPEN, {"kind": "social"}, None)
    assert await here.log(game) == ["session_created", "player_joined"]
    assert [entry["session"] for entry in await here.heard(ann)] == [str(game.id), str(plaza.id)]


async def test_what_the_game_does_not_have_or_let_players_make_is_refused(
    here: SessionsWorld,
) -> None:
    ann = await here.player()
    for type_ in ("none", "", "PARTY"):
        with pytest.raises(TemplateNotFound):
            await here.create(ann, type_)
    for region in ("mars", "EU"):
        with pytest.raises(RegionNotFound):
            await here.create(ann, "party", region)
    for type_ in ("match", "hosted"):
        with pytest.raises(TypeNotCreatable):
            await here.create(ann, type_)
    assert await here.lobby.sessions.all("live", "yes") == []


async def test_who_stands_above_players_makes_what_they_do_not(here: SessionsWorld) -> None:
    grants = frozenset({"session:*"})
    server = await here.player()
    actor = Actor(server.uuid, Kind.PLAYER, server.name, server.number, grants=grants)
    session = await here.create(Permit(actor, outright=True), "match")
    assert (session.template, session.leader) == ("match", server.uuid)


async def test_only_a_type_that_says_so_joins_what_is_there(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    first = await here.open(ann, "game")
    assert (await here.create(bob, "game")).id != first.id
    plaza = await here.create(ann, "plaza")
    joined = await here.create(bob, "plaza")
    assert (joined.id, sitting(joined)) == (plaza.id, [[ann.uuid, bob.uuid]])


async def test_the_oldest_that_has_room_is_joined(here: SessionsWorld) -> None:
    first = await here.create(await here.player(), "plaza")
    for _ in range(2):
        assert (await here.create(await here.player(), "plaza")).id == first.id
    second = await here.create(await here.player(), "plaza")
    assert second.id != first.id
    left = str((await here.local.now(first)).leader)
    await here.dismiss(leading(Actor(left)), first)
    assert (await here.create(await here.player(), "plaza")).id == first.id
    assert (await here.create(await here.player(), "plaza")).id == second.id


@pytest.mark.parametrize(
    ("there", "asked", "joined"),
    [
        ("eu", "eu", True),
        ("eu", None, True),
        ("eu", "us", False),
        (None, "us", False),
        (None, None, True),
    ],
)
async def test_only_one_of_the_region_is_joined_where_one_is_named(
    here: SessionsWorld, there: str | None, asked: str | None, joined: bool
) -> None:
    first = await here.create(await here.player(), "plaza", there)
    again = await here.create(await here.player(), "plaza", asked)
    assert (again.id == first.id) is joined
    assert again.region == (there if joined else asked)


@pytest.mark.parametrize(
    "client",
    [Client("2.0.0", "Steam", "gamepad"), Client("1.0.0", "XboxLive", "gamepad", AMONG_XBOXES)],
    ids=["another version", "another platform"],
)
async def test_whoever_does_not_suit_the_others_gets_a_session_of_their_own(
    here: SessionsWorld, client: Client
) -> None:
    first = await here.create(await here.player(), "plaza")
    alone = await here.create(await here.player(), "plaza", client=client)
    assert alone.id != first.id
    assert (await here.create(await here.player(), "plaza", client=client)).id == alone.id


async def test_one_whose_instance_is_of_another_version_is_passed_over(here: SessionsWorld) -> None:
    first = await here.create(await here.player(), "plaza")
    playing = Instance("i", HostType.DEDICATED, JoinStatus.JOINABLE, 1.0, version="2.0.0")
    await here.change(first, instance=playing)
    assert (await here.create(await here.player(), "plaza")).id != first.id


async def test_one_that_was_closed_or_is_the_players_own_is_passed_over(
    here: SessionsWorld,
) -> None:
    ann, bob = await here.player(), await here.player()
    first = await here.create(ann, "plaza")
    again = await here.create(ann, "plaza")
    assert again.id != first.id
    await here.change(first, entry=Entry.INVITED)
    assert (await here.create(bob, "plaza")).id == again.id


async def test_who_was_invited_gets_the_seat_that_was_held(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.create(ann, "plaza")
    await here.place(ann, session, bob, status="invited")
    joined = await here.create(bob, "plaza")
    assert (joined.id, sitting(joined)) == (session.id, [[ann.uuid, bob.uuid]])
    assert (await here.log(session))[-2:] == ["invite_accepted", "player_joined"]


async def test_nobody_is_led_back_to_where_they_have_just_left(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "plaza", bob)
    await here.dismiss(bob, session)
    other = await here.create(bob, "plaza")
    assert other.id != session.id
    await here.dismiss(bob, other)
    here.local.clock.advance(recent_leaves.LEFT_SECONDS + 1)
    assert (await here.create(bob, "plaza")).id == session.id


@pytest.mark.parametrize("order", ["leave first", "create first"])
async def test_leaving_and_creating_at_once_ends_in_another_session(
    here: SessionsWorld, order: str
) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "plaza", bob)
    leave, create = here.dismiss(bob, session), here.create(bob, "plaza")
    if order == "leave first":
        _, created = await asyncio.gather(leave, create)
    else:
        created, _ = await asyncio.gather(create, leave)
    assert created.id != session.id
    assert sitting(await here.local.now(session)) == [[ann.uuid]]
    assert sitting(await here.local.now(created)) == [[bob.uuid]]


async def test_two_processes_that_create_at_once_make_no_session_without_a_leader(
    tmp_path: Path, here: SessionsWorld
) -> None:
    async with sessions_world(tmp_path, here.lobby.store, shared(here.lobby)) as there:
        players = [await here.player() for _ in range(8)]
        made = await asyncio.gather(
            *((here, there)[n % 2].create(one, "plaza") for n, one in enumerate(players))
        )
        for one, session in zip(players, made, strict=True):
            now = await here.local.now(session)
            assert now.seats.sits(one.uuid)
            assert now.leader is not None
            assert now.seats.sits(now.leader)


async def test_a_region_for_games_of_their_own_may_be_named(here: SessionsWorld) -> None:
    assert (await here.create(await here.player(), "party", "lan")).region == "lan"


async def test_a_server_that_made_a_session_leads_and_may_host_it(here: SessionsWorld) -> None:
    server = await here.player()
    session = await here.create(Permit(server, outright=True), "party")
    played = await instances.request(
        here.lobby, Permit(server, outright=True), id=session.id, host_type=HostType.PLAYER
    )
    assert (played.leader, played.instance is not None) == (server.uuid, True)

"""The instance of a session: asked for, reported on, ended; told to everybody whom it concerns."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from lobby.actions.instances import instances
from lobby.domain.errors import Forbidden, NotSeated
from lobby.domain.permissions import SYSTEM, Permit, Role
from lobby.domain.sessions.errors import (
    AllocationNotFound,
    InstanceExists,
    InstanceNotFound,
    NoGameServers,
)
from lobby.domain.sessions.instances import HostType, JoinStatus, StartupParams
from lobby.domain.sessions.matches import Match
from lobby.domain.sessions.session import Session
from tests.support.game_servers import SERVED, THERE, GameServersWorld, game_servers_world, hosting
from tests.support.stored_sessions import FOLLOWING, LEADER, LEADING, OTHER, on_platform

CANYON = StartupParams("/Game/Canyon", misc_params="?lan")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[GameServersWorld]:
    async with game_servers_world(tmp_path) as here:
        yield here


async def hosted(
    here: GameServersWorld, session: Session, by: Permit = LEADING, **said: Any
) -> Session:
    return await instances.request(here.lobby, by, id=session.id, host_type=HostType.PLAYER, **said)


async def test_a_player_hosts_at_once_and_reads_what_to_start(here: GameServersWorld) -> None:
    session = await hosted(here, await here.session(), startup=CANYON, custom_data={"a": "b"})
    made = await here.instance(session)
    assert str(UUID(made.id)) == made.id
    assert (made.status, made.host, made.host_number) == (JoinStatus.PENDING, LEADER.uuid, 1)
    assert (made.startup, made.custom_data) == (CANYON, {"a": "b"})
    assert (await here.log(session))[-1] == "instance_pending"


async def test_whoever_leads_names_who_hosts_among_those_who_sit_there(
    here: GameServersWorld,
) -> None:
    session = await here.session("game", LEADER, OTHER)
    with pytest.raises(NotSeated):
        await hosted(here, session, host="c" * 32)
    await hosted(here, session, host=OTHER.uuid)
    made = await here.instance(session)
    assert (made.host, made.host_number) == (OTHER.uuid, 2)
    assert Role.HOST in (await here.now(session)).roles_of(OTHER.uuid)
    assert Role.HOST not in (await here.now(session)).roles_of(LEADER.uuid)


async def test_only_whoever_leads_asks(here: GameServersWorld) -> None:
    session = await here.session("game", LEADER, OTHER)
    with pytest.raises(Forbidden):
        await hosted(here, session, FOLLOWING)


async def test_a_live_instance_is_in_the_way_and_a_closed_one_is_not(
    here: GameServersWorld,
) -> None:
    session = await hosted(here, await here.session(), instance_id="First")
    assert (await here.instance(session)).id == "first"
    with pytest.raises(InstanceExists):
        await hosted(here, session, instance_id="second")
    await here.report(session, hosting(LEADING.actor), status=JoinStatus.CLOSED)
    await hosted(here, session, instance_id="second")
    assert (await here.instance(session)).id == "second"


async def test_no_two_sessions_are_played_on_one_instance(here: GameServersWorld) -> None:
    await hosted(here, await here.session(), instance_id="same")
    other = await here.session("game", OTHER)
    with pytest.raises(InstanceExists):
        await hosted(here, other, Permit(FOLLOWING.actor, role=Role.ADMIN), instance_id="SAME")


async def test_who_is_set_aside_hears_of_it_when_they_can_travel_and_not_before(
    here: GameServersWorld,
) -> None:
    session = await here.session()
    await hosted(here, session)
    late = on_platform("Steam", OTHER)
    await here.lobby.sessions.change(str(session.id), lambda s: s.seats.set_aside(late, team=1))
    by = hosting(LEADING.actor)
    await here.report(session, by, custom_data={"map": "canyon"})
    assert await here.heard(late.uuid) == []
    await here.report(session, by, status=JoinStatus.JOINABLE, join=THERE)
    assert await here.heard(late.uuid) == ["session_invited"]
    assert (await here.log(session))[-2:] == ["player_invited", "instance_joinable"]
    until = (await here.now(session)).seats.held_by(late.uuid)[1].until  # type: ignore[index]
    assert until == here.lobby.clock() + here.lobby.catalogue.server.invite_ttl_s


async def test_who_was_matched_has_a_minute_to_come(here: GameServersWorld) -> None:
    session = await here.session(created_by_matchmaking=True)
    await hosted(here, session)
    await here.lobby.sessions.change(str(session.id), lambda s: s.seats.set_aside(OTHER, team=1))
    await here.report(session, hosting(LEADING.actor), status=JoinStatus.JOINABLE, join=THERE)
    until = (await here.now(session)).seats.held_by(OTHER.uuid)[1].until  # type: ignore[index]
    assert until == here.lobby.clock() + 60


async def test_an_instance_ends_with_what_is_played_there(here: GameServersWorld) -> None:
    session = await here.served()
    match = Match("m", created=0.0)
    await here.lobby.sessions.change(str(session.id), lambda s: setattr(s, "match", match))
    await instances.remove(here.lobby, hosting(), id=session.id)
    left = await here.now(session)
    assert (left.instance, left.match) == (None, None)
    assert (await here.log(session))[-2:] == ["instance_ended", "match_ended"]
    with pytest.raises(InstanceNotFound):
        await instances.remove(here.lobby, LEADING, id=session.id)


async def test_only_its_host_ends_an_instance(here: GameServersWorld) -> None:
    session = await here.served()
    with pytest.raises(Forbidden):
        await instances.remove(here.lobby, hosting(LEADING.actor), id=session.id)
    assert (await here.instance(session)).live


async def test_a_session_is_found_by_what_its_game_server_was_given(here: GameServersWorld) -> None:
    session = await here.served()
    allocation = str((await here.instance(session)).allocation)
    for text in (allocation, allocation.upper()):
        assert (await instances.allocated(here.lobby, SYSTEM, allocation=text)).id == session.id
    await instances.remove(here.lobby, hosting(), id=session.id)
    with pytest.raises(AllocationNotFound):
        await instances.allocated(here.lobby, SYSTEM, allocation=allocation)


async def test_a_type_that_begins_with_a_game_server_asks_for_one(here: GameServersWorld) -> None:
    plaza, party = await here.session("plaza"), await here.session("party", OTHER)
    asked = await instances.request_planned(here.lobby, plaza)
    assert asked.instance is not None
    assert asked.instance.awaits_server
    assert asked.instance.startup == StartupParams("/Game/Plaza")
    assert (await instances.request_planned(here.lobby, party)).instance is None


async def test_where_there_are_no_game_servers_none_is_waited_for(tmp_path: Path) -> None:
    game = SERVED.replace("[instances]", '[instances]\nprovider = "none"')
    async with game_servers_world(tmp_path, game) as here:
        with pytest.raises(NoGameServers):
            await here.waiting()
        plaza = await here.session("plaza", OTHER)
        assert (await instances.request_planned(here.lobby, plaza)).instance is None


# Broken ones


async def broken(
    here: GameServersWorld, session: Session, instance: str, by: Permit = LEADING
) -> None:
    await instances.fubar(
        here.lobby, by, id=session.id, instance=instance, error="no floor", region="eu"
    )


async def test_a_broken_instance_is_counted_once_and_goes_on(here: GameServersWorld) -> None:
    session = await here.joinable(await here.served())
    id = (await here.instance(session)).id
    for _ in range(2):
        await broken(here, session, id.upper())
    await broken(here, session, "another")
    assert (await here.log(session)).count("instance_fubar") == 1
    assert (await here.now(session)) == session
    with pytest.raises(Forbidden):
        await broken(here, session, id, FOLLOWING)

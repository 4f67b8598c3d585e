"""Going, and being asked to go: who may, and what is left after."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.instances import instances
from lobby.domain.errors import Forbidden, NotSeated, SessionNotFound
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.sessions.errors import HostStays
from lobby.domain.sessions.instances import HostType
from tests.support.lobby import leading
from tests.support.sessions import SessionsWorld, above, sessions_world, sitting


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as here:
        yield here


async def people(here: SessionsWorld, number: int = 3) -> list[Actor]:
    return [await here.player() for _ in range(number)]


async def test_a_member_goes_and_a_stranger_has_nowhere_to_go_from(here: SessionsWorld) -> None:
    ann, bob, cat = await people(here)
    session = await here.open(ann, "game", bob)
    assert sitting(await here.dismiss(bob, session)) == [[ann.uuid], []]
    for by in (leading(bob), above(cat), Permit(cat, role=Role.ADMIN)):
        with pytest.raises(NotSeated):
            await here.dismiss(by, session)
    with pytest.raises(NotSeated):
        await here.dismiss(ann, session, cat)


async def test_only_who_leads_or_stands_above_it_asks_others_to_go(here: SessionsWorld) -> None:
    ann, bob, cat = await people(here)
    session = await here.open(ann, "game", bob, cat)
    for whom in (ann, bob):
        with pytest.raises(Forbidden):
            await here.dismiss(cat, session, whom)
    await here.dismiss(ann, session, bob)
    left = await here.dismiss(above(bob), session, ann)
    assert (left.leader, sitting(left)) == (cat.uuid, [[], [cat.uuid]])


async def test_when_the_last_one_goes_the_session_ends_and_the_invited_are_told(
    here: SessionsWorld,
) -> None:
    ann, bob, _ = await people(here)
    session = await here.create(ann)
    await here.place(ann, session, bob, status="invited")
    left = await here.dismiss(ann, session)
    assert list(left.seats.occupants()) == []
    with pytest.raises(SessionNotFound):
        await here.local.now(session)
    last = (await here.heard(bob))[-1]
    assert (last["session"], "version" in last) == (str(session.id), False)
    assert (await here.log(session))[-2:] == ["player_left", "session_deleted"]
    assert await here.lobby.sessions.all("player", bob.uuid) == []


async def test_a_session_that_is_kept_waits_empty_for_who_leads_it_next(
    here: SessionsWorld,
) -> None:
    ann, bob, cat = await people(here)
    session = await here.create(ann, "plaza")
    await here.place(ann, session, bob, status="invited")
    assert (await here.dismiss(ann, session)).leader is None
    assert (await here.local.now(session)).seats.invited(bob.uuid)
    assert (await here.enter(cat, session)).leader == cat.uuid


async def test_who_hosts_for_the_others_takes_the_instance_along(here: SessionsWorld) -> None:
    ann, bob, _ = await people(here)
    session = await here.open(ann, "game", bob)
    await instances.request(
        here.lobby, leading(ann), id=session.id, host_type=HostType.PLAYER, host=bob.uuid
    )
    assert (await here.dismiss(bob, session)).instance is None
    assert "instance_ended" in await here.log(session)


async def test_a_game_server_leaves_without_ever_having_sat(here: SessionsWorld) -> None:
    ann, server, _ = await people(here)
    session = await here.open(ann)
    await instances.request(here.lobby, leading(ann), id=session.id, host_type=HostType.PLAYER)
    instance = (await here.local.now(session)).instance
    assert instance is not None
    instance.host_type, instance.host = HostType.DEDICATED, server.uuid
    await here.change(session, instance=instance)
    left = await here.dismiss(server, session)
    assert (left.instance, sitting(left)) == (None, [[ann.uuid], []])


async def test_what_a_host_launched_is_theirs_here_too(here: SessionsWorld) -> None:
    host, guest = await here.local.person(), await here.player()
    session = await here.local.open_session(host)
    assert (await here.enter(guest, session)).seats.sits(guest.uuid)
    with pytest.raises(HostStays):
        await here.place(host, session, guest, status="leader")
    with pytest.raises(Forbidden):
        await here.dismiss(above(guest), session, host)
    await here.dismiss(host, session)
    with pytest.raises(SessionNotFound):
        await here.local.now(session)

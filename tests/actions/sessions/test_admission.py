"""Whom a host keeps out, on every way in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from lobby.actions.accounts import hosts
from lobby.actions.sessions import invitations
from lobby.domain.errors import GuestNotWelcome, LobbyError, SessionNotFound
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions.admission import Way
from tests.support.lobby import leading
from tests.support.sessions import SessionsWorld, above, sessions_world


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as here:
        yield here


async def ban(here: SessionsWorld, host: Actor, guest: Actor) -> None:
    await hosts.ban(here.lobby, Permit(host), host=host.uuid, guest=guest.uuid)


# Whom


async def test_a_banned_player_is_kept_out_on_every_way_in(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "plaza", bob)
    await ban(here, ann, bob)
    assert not (await here.local.now(session)).seats.sits(bob.uuid)
    own: list[Callable[[], Awaitable[object]]] = [
        lambda: here.enter(bob, session),
        lambda: here.enter(bob, session, way=Way.PLATFORM),
        lambda: here.place(bob, session, bob),
        lambda: here.local.join(session, bob),
    ]
    for way in own:
        with pytest.raises(SessionNotFound):
            await way()
    of_others: list[Callable[[], Awaitable[object]]] = [
        lambda: here.place(ann, session, bob, status="invited"),
        lambda: here.place(above(ann), session, bob, status="member"),
        lambda: here.place(above(ann), session, bob, status="reserved"),
        lambda: invitations.invite(here.lobby, leading(ann), id=session.id, player=bob.uuid),
    ]
    for way in of_others:
        with pytest.raises(GuestNotWelcome):
            await way()
    assert (await here.create(bob, "plaza")).id != session.id


async def test_where_hosts_decide_only_friends_come_unless_invited(here: SessionsWorld) -> None:
    host, friend, stranger = [await here.player() for _ in range(3)]
    session = await here.create(host, "lounge")
    await hosts.befriend(here.lobby, Permit(host), host=host.uuid, friend=friend.uuid)
    with pytest.raises(GuestNotWelcome):
        await here.enter(stranger, session)
    assert (await here.enter(friend, session)).seats.sits(friend.uuid)
    for guest in (stranger, await here.player()):  # create-or-join leads into what is open to all
        assert (await here.create(guest, "lounge")).id != session.id
    await here.place(host, session, stranger, status="invited")
    assert (await here.enter(stranger, session)).seats.sits(stranger.uuid)


async def test_where_hosts_decide_they_may_keep_out_who_has_no_name(here: SessionsWorld) -> None:
    host, nameless = await here.player(), await here.player(named=False)
    session = await here.create(host, "lounge")
    permit = Permit(host)
    await hosts.update(here.lobby, permit, host=host.uuid, only_friends=False)
    with pytest.raises(GuestNotWelcome):
        await here.enter(nameless, session)
    await hosts.update(here.lobby, permit, host=host.uuid, allow_nonames=True)
    assert (await here.enter(nameless, session)).seats.sits(nameless.uuid)


async def test_elsewhere_everybody_comes_whatever_the_leader_wishes_as_a_host(
    here: SessionsWorld,
) -> None:
    ann, stranger = await here.player(), await here.player(named=False)
    session = await here.create(ann, "plaza")
    assert (await here.create(stranger, "plaza")).id == session.id


async def test_who_leads_next_is_not_asked_about_those_who_sit_already(here: SessionsWorld) -> None:
    ann, bob, cat = [await here.player() for _ in range(3)]
    session = await here.open(ann, "game", bob, cat)
    await ban(here, bob, cat)
    left = await here.dismiss(ann, session)
    assert (left.leader, left.seats.sits(cat.uuid)) == (bob.uuid, True)
    edited = await here.enter(cat, session, custom_data={"hat": "red"})
    assert edited.seats.sits(cat.uuid)


async def test_a_refused_way_in_leaves_no_trace(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.create(ann)
    log = await here.log(session)
    with pytest.raises(LobbyError):
        await here.enter(bob, session)
    assert (await here.local.now(session), await here.log(session)) == (session, log)
    assert await here.heard(bob) == []

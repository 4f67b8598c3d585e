"""To whom is banned there is no session; members, and who stands above it, see it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from lobby.actions.accounts import hosts
from lobby.actions.changes import visibility
from lobby.actions.sessions import browser, lifecycle, members
from lobby.actions.timers import bans
from lobby.domain.errors import Forbidden, LobbyError, NotFound, SessionNotFound
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.reasons import Reason
from lobby.domain.sessions.session import Session
from tests.support.lobby import LocalLobby, leading, local_lobby
from tests.support.sessions import SessionsWorld, sessions_world


@pytest.fixture
async def local() -> AsyncIterator[LocalLobby]:
    async with local_lobby() as local:
        yield local


async def ban(local: LocalLobby, host: Actor, guest: Actor, seconds: int | None = None) -> None:
    await hosts.ban(local.lobby, Permit(host), host=host.uuid, guest=guest.uuid, seconds=seconds)


async def test_a_strangers_refusal_is_that_of_a_session_that_never_was(local: LocalLobby) -> None:
    host, banned, stranger = [await local.person() for _ in range(3)]
    session = await local.open_session(host)
    await ban(local, host, banned)
    with pytest.raises(SessionNotFound):
        await visibility.find(local.lobby, Permit(banned), id=session.id)
    assert await visibility.find(local.lobby, Permit(stranger), id=session.id) == session
    with pytest.raises(SessionNotFound):
        await lifecycle.close(local.lobby, leading(banned), id=session.id, reason=Reason.CLOSED)
    with pytest.raises(Forbidden):
        await lifecycle.close(local.lobby, leading(stranger), id=session.id, reason=Reason.CLOSED)


async def test_who_stands_above_it_or_is_inside_sees_it(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    # Whoever leads by now may have banned somebody who sits there already.
    await local.lobby.accounts.change(
        host.uuid, lambda account: account.host.ban(guest.uuid, now=local.lobby.now())
    )
    for permit in (Permit(guest), Permit(host), SYSTEM):
        assert await visibility.find(local.lobby, permit, id=session.id)
        await visibility.require_visible(local.lobby, permit, session)
    assert not visibility.hidden(session, guest.uuid, frozenset({host.uuid}))
    await members.leave(local.lobby, Permit(guest), id=session.id)
    with pytest.raises(SessionNotFound):
        await visibility.find(local.lobby, Permit(guest), id=session.id)


async def test_the_refusal_may_be_anothers(local: LocalLobby) -> None:
    host, banned = await local.person(), await local.person()
    session = await local.open_session(host)
    await ban(local, host, banned)

    class NoSuchThing(NotFound):
        pass

    refusal: type[LobbyError] = NoSuchThing
    with pytest.raises(NoSuchThing):
        await visibility.require_not_hidden(local.lobby, Permit(banned), session, no=refusal)


async def test_who_has_banned_somebody_is_found_until_the_ban_is_over(local: LocalLobby) -> None:
    ann, bob, guest = [await local.person() for _ in range(3)]
    await hosts.befriend(local.lobby, Permit(bob), host=bob.uuid, friend=guest.uuid)
    await ban(local, ann, guest, seconds=60)
    accounts = local.lobby.accounts
    assert await visibility.banned_by(accounts, guest.uuid) == {ann.uuid}
    local.clock.advance(60)
    await bans.lapse(local.lobby)
    assert await visibility.banned_by(accounts, guest.uuid) == frozenset()


def excluded(local: LocalLobby, session: Session) -> list[list[str]]:
    topic = f"session:{session.id}"
    return [
        event["accounts"]
        for on, event in local.told
        if on == "accounts" and event.get("told") == "excluded" and topic in event["topics"]
    ]


async def test_whom_the_next_leader_has_banned_hears_that_it_is_over(tmp_path: Path) -> None:
    async with sessions_world(tmp_path) as here:
        ann, bob, inside, outside = [await here.player() for _ in range(4)]
        session = await here.open(ann, "game", bob, inside)
        for guest in (inside, outside):
            await ban(here.local, bob, guest)
        await here.place(ann, session, bob, status="leader")
        assert excluded(here.local, session) == [[outside.uuid]]
        # Nobody hears of a leader who stays.
        await lifecycle.update(here.lobby, leading(bob), id=session.id, name="ours")
        assert excluded(here.local, session) == [[outside.uuid]]


async def test_pages_of_the_browser_are_as_if_the_session_were_not_there(tmp_path: Path) -> None:
    async with sessions_world(tmp_path) as here:
        owners, viewer = [await here.player() for _ in range(5)], await here.player()
        opened = [await here.open(one, "game") for one in owners]
        for session in opened:
            await here.lobby.sessions.change(str(session.id), lambda s: setattr(s, "listing", {}))
        for one in owners[1:3]:
            await ban(here.local, one, viewer)
        assert await pages(here, viewer) == [[opened[n].id] for n in (0, 3, 4)]
        assert await pages(here, replace(viewer, grants=frozenset({browser.READS_ANY}))) == [
            [session.id] for session in opened
        ]


async def pages(here: SessionsWorld, viewer: Actor) -> list[list[int]]:
    """Of one session each, for this viewer."""
    found: list[list[int]] = []
    cursor = browser.FIRST
    while True:
        page, cursor = await browser.page(
            here.lobby, Permit(viewer), session_type="game", region=None, cursor=cursor, size=1
        )
        found.append([session.id for session in page])
        if cursor == browser.FIRST:
            return found

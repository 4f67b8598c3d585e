"""Signing out is a goodbye of whom nothing but that login showed to be there."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from lobby.actions.accounts import sign_out
from lobby.actions.changes import expiry_timers
from lobby.actions.login import tokens
from lobby.actions.sessions import invitations
from lobby.actions.timers import dispatch
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import Actor
from lobby.domain.sessions.session import Session
from persistence.urls import open_store
from protocol import topics
from tests.actions.timers.test_presence import arrive
from tests.support.lobby import ADDRESS, LocalLobby, PausingStore, leading, local_lobby
from tests.support.waiting import TIMEOUT


async def logged_in(local: LocalLobby, who: Actor) -> tuple[str, Actor]:
    """Another login of theirs: its token, and who they are by it."""
    account = await local.lobby.accounts.get(who.uuid)
    token = tokens.issue(local.lobby, account)
    return token, await tokens.identify(local.lobby, token)


async def out(local: LocalLobby, token: str) -> None:
    await sign_out.by_access_token(local.lobby, token, address=ADDRESS)


async def open_to_readers(local: LocalLobby, host: Actor, *guests: Actor) -> Session:
    """A session that those who read it over HTTP keep their seats in."""
    session = await local.open_session(host)
    for guest in guests:
        session = await local.join(session, guest)

    def decide(session: Session) -> None:
        session.template = "party"

    return await local.lobby.sessions.change(str(session.id), decide)


async def test_who_was_there_by_that_login_alone_loses_their_seat_at_once(
    local: LocalLobby,
) -> None:
    host, guest = await local.person(), await local.person()
    await arrive(local, host)
    token, _ = await logged_in(local, guest)
    session = await local.join(await local.open_session(host), guest)
    await out(local, token)
    assert not (await local.now(session)).seats.sits(guest.uuid)
    lines = await local.entries(topics.session_events(session.id))
    assert [one.get("reason") for one in lines if one.get("target") == guest.uuid][-1] == "left"


async def test_what_they_host_ends_and_an_invitation_stays(local: LocalLobby) -> None:
    host, other = await local.person(), await local.person()
    token, _ = await logged_in(local, host)
    theirs, elsewhere = await local.open_session(host), await local.open_session(other)
    await invitations.invite(local.lobby, leading(other), id=elsewhere.id, player=host.uuid)
    await out(local, token)
    with pytest.raises(SessionNotFound):
        await local.now(theirs)
    assert (await local.now(elsewhere)).seats.invited(host.uuid)


@pytest.mark.parametrize("there", ["a socket", "reads", "waits"])
async def test_who_is_there_by_another_login_keeps_it(local: LocalLobby, there: str) -> None:
    host, guest = await local.person(), await local.person()
    await arrive(local, host)
    token, first = await logged_in(local, guest)
    _, second = await logged_in(local, guest)
    session = await open_to_readers(local, host, guest)
    await expiry_timers.record_reader(local.lobby, session, first)
    if there == "a socket":
        await arrive(local, guest, 2)
    elif there == "reads":
        await expiry_timers.record_reader(local.lobby, session, second)
    else:
        await expiry_timers.begin_long_poll(local.lobby, second, 600)
    await out(local, token)
    assert (await local.now(session)).seats.sits(guest.uuid)
    assert await expiry_timers.is_reader(local.lobby, guest.uuid) is (there == "reads")


async def test_reading_and_waiting_by_that_login_keep_no_seat(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    await arrive(local, host)
    token, first = await logged_in(local, guest)
    session = await open_to_readers(local, host, guest)
    await expiry_timers.record_reader(local.lobby, session, first)
    await expiry_timers.begin_long_poll(local.lobby, replace(first), 600)
    await out(local, token)
    assert not (await local.now(session)).seats.sits(guest.uuid)


@pytest.mark.parametrize("another", [False, True])
async def test_whose_socket_was_open_loses_their_seat_as_soon_as_it_is_closed(
    local: LocalLobby, another: bool
) -> None:
    host, guest = await local.person(), await local.person()
    await arrive(local, host)
    token, first = await logged_in(local, guest)
    session = await local.join(await local.open_session(host), guest)
    await arrive(local, first, 2)
    if another:
        await arrive(local, guest, 3)
    await out(local, token)
    assert (await local.now(session)).seats.sits(guest.uuid)
    local.lobby.presence.depart(guest.uuid, 2, final=True)
    await local.lobby.presence._written.wait()
    local.clock.advance(sign_out.CLOSED_SECONDS + 0.1)
    await dispatch.fire_due(local.lobby)
    assert (await local.now(session)).seats.sits(guest.uuid) is another


async def test_a_token_that_is_dead_already_puts_nobody_out(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    await arrive(local, host)
    token, _ = await logged_in(local, guest)
    await out(local, token)
    session = await local.join(await local.open_session(host), guest)
    await out(local, token)
    assert (await local.now(session)).seats.sits(guest.uuid)


async def test_who_has_come_back_by_another_login_keeps_what_they_came_into_since(
    local: LocalLobby,
) -> None:
    host, guest = await local.person(), await local.person()
    await arrive(local, host)
    token, _ = await logged_in(local, guest)
    await out(local, token)
    local.clock.advance(0.5)
    session = await local.join(await local.open_session(host), guest)
    local.clock.advance(sign_out.CLOSED_SECONDS)
    await dispatch.fire_due(local.lobby)
    assert (await local.now(session)).seats.sits(guest.uuid)


async def test_killed_behind_any_call_of_the_store_the_goodbye_is_completed() -> None:
    reached, call = True, 0
    while reached:
        call += 1
        store = await open_store("sqlite::memory:")
        paced: Any = PausingStore(store)
        async with local_lobby(paced) as local:
            host, guest = await local.person(), await local.person()
            await arrive(local, host)
            token, first = await logged_in(local, guest)
            session = await open_to_readers(local, host, guest)
            await expiry_timers.record_reader(local.lobby, session, first)
            reached = await killed(paced, out(local, token), behind=call)
            local.clock.advance(sign_out.CLOSED_SECONDS)
            await dispatch.fire_due(local.lobby)  # as another process does
            ended = (await local.lobby.accounts.get(guest.uuid)).ended
            sits = (await local.now(session)).seats.sits(guest.uuid)
            assert sits is not bool(ended), call
        await store.close()
    assert call > 2


async def killed(paced: PausingStore, verb: Coroutine[Any, Any, None], *, behind: int) -> bool:
    """Whether it got as far as where its process is killed."""
    task = asyncio.create_task(verb)
    paced.stop(task, behind=behind)
    stopped = asyncio.create_task(paced.stopped.wait())
    async with asyncio.timeout(TIMEOUT):
        await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
    reached = paced.stopped.is_set()
    for one in (task, stopped):
        one.cancel()
    await asyncio.gather(task, stopped, return_exceptions=True)
    return reached

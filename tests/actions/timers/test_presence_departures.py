"""Who says goodbye on a socket and goes on over HTTP at once: what they do there counts, however
late their process tells that they left, and whoever frees seats meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from lobby.actions.sessions import members
from lobby.actions.timers import presence
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions.session import Session
from lobby.presence import PresenceTracker
from tests.actions.timers.test_presence import arrive, keep_alive
from tests.support.lobby import LocalLobby

SOCKET = 7


@asynccontextmanager
async def held_up(local: LocalLobby, guest: Actor) -> AsyncIterator[PresenceTracker]:
    """A process that serves the guest, and does not get to tell the roster anything until the block
    ends."""
    tracker = PresenceTracker(
        local.lobby.roster,
        local.lobby.notes,
        keeper="there",
        keeper_seconds=1e6,
        grace_seconds=local.lobby.settings.grace_seconds,
        clock=local.clock,
    )
    running = asyncio.create_task(tracker.run())
    await tracker.arrive(guest, SOCKET)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    yield tracker
    running = asyncio.create_task(tracker.run())
    await tracker._written.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def opened(local: LocalLobby) -> tuple[Actor, Session]:
    host, guest = await local.person(), await local.person()
    await arrive(local, host, 1)
    return guest, await local.open_session(host)


async def past(local: LocalLobby, seconds: float) -> None:
    await keep_alive(local, seconds)
    await presence.expire_due(local.lobby)


async def test_who_joins_before_their_goodbye_is_told_keeps_the_seat(local: LocalLobby) -> None:
    guest, session = await opened(local)
    async with held_up(local, guest) as there:
        there.depart(guest.uuid, SOCKET, final=True)
        local.clock.advance(1)
        await local.join(session, guest)
    assert await local.lobby.roster.present([guest.uuid]) == set()
    settings = local.lobby.settings
    await past(local, settings.grace_seconds + 1)
    assert (await local.now(session)).seats.sits(guest.uuid)
    # As long as anybody without a socket, and no longer.
    await past(local, settings.unattended_seconds)
    assert not (await local.now(session)).seats.sits(guest.uuid)


async def test_who_joined_before_they_left_loses_the_seat_after_the_grace_period(
    local: LocalLobby,
) -> None:
    guest, session = await opened(local)
    async with held_up(local, guest) as there:
        await local.join(session, guest)
        local.clock.advance(60)
        there.depart(guest.uuid, SOCKET, final=False)
    await past(local, local.lobby.settings.grace_seconds + 1)
    assert not (await local.now(session)).seats.sits(guest.uuid)


async def test_who_comes_while_they_are_being_put_out_keeps_the_seat(local: LocalLobby) -> None:
    guest, session = await opened(local)
    await local.lobby.roster.expire_after(guest.uuid, 0)
    assert await local.lobby.roster.expired() == [guest.uuid]
    await local.join(session, guest)
    await presence.release(local.lobby, guest.uuid)
    assert (await local.now(session)).seats.sits(guest.uuid)


async def test_a_seat_that_was_taken_again_is_not_freed_for_the_last_time(
    local: LocalLobby,
) -> None:
    guest, session = await opened(local)
    before = await local.join(session, guest)
    await members.leave(local.lobby, Permit(guest), id=session.id)
    local.clock.advance(1)
    await local.join(session, guest)
    await presence._unseat(local.lobby, before, guest.uuid, goodbye=False)
    assert (await local.now(session)).seats.sits(guest.uuid)

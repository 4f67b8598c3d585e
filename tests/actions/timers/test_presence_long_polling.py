"""Who waits for notifications over HTTP is there: they lose nothing to the end of a socket, nor to
that of the time which people without one have.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from lobby.actions.notifications import long_poll, notifications
from lobby.actions.notifications.long_poll import BETWEEN_SECONDS, GONE_SECONDS
from lobby.actions.timers import presence
from lobby.actions.timers.presence import POLLER_SECONDS
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import Actor, Permit
from tests.actions.timers.test_presence import drop, keep_alive, seated
from tests.support.lobby import LocalLobby
from tests.support.lobby import seats_with as taken
from tests.support.waiting import until

WAITED = 900.0


class Waiting:
    """A poll under way; `leave` is the end of its connection."""

    def __init__(self, local: LocalLobby, actor: Actor, deadline: float = WAITED) -> None:
        self.left = asyncio.Event()
        stream = notifications.own(Permit(actor))
        asked = long_poll.Poll(10, None, False, deadline, actor.uuid, self.left.wait)
        self.topic, self.hub = stream.topic, local.lobby.hub
        self.task = asyncio.create_task(long_poll.wait(local.lobby, stream, asked))

    async def leave(self) -> None:
        self.left.set()
        assert await self.task == []


@asynccontextmanager
async def polling(local: LocalLobby, actor: Actor) -> AsyncIterator[Waiting]:
    waiting = Waiting(local, actor)
    await until(lambda: waiting.topic in waiting.hub.waiters)
    try:
        yield waiting
    finally:
        await waiting.leave()


async def past_grace(local: LocalLobby, seconds: float = 1) -> None:
    """More than the grace period, as the sweeper looks in."""
    await keep_alive(local, local.lobby.settings.grace_seconds + seconds)
    await presence.expire_due(local.lobby)


async def test_a_guest_whose_socket_drops_keeps_the_seat_while_they_poll(local: LocalLobby) -> None:
    _, guest, session = await seated(local)
    async with polling(local, guest):
        await drop(local, guest, 2)
        for _ in range(3):
            await past_grace(local)
            assert (await local.now(session)).seats.sits(guest.uuid)


async def test_a_host_who_polls_keeps_the_session(local: LocalLobby) -> None:
    host, guest, session = await seated(local)
    async with polling(local, host):
        await drop(local, host, 1)
        await past_grace(local)
        assert taken(await local.now(session)) == {"0": host.uuid, "1": guest.uuid}
    await past_grace(local, GONE_SECONDS)
    await past_grace(local, POLLER_SECONDS)
    with pytest.raises(SessionNotFound):
        await local.now(session)


async def test_who_leaves_their_poll_is_gone_soon_and_who_was_answered_polls_again(
    local: LocalLobby,
) -> None:
    host, guest, session = await seated(local)
    answered = Waiting(local, guest, deadline=0)
    assert await answered.task == []
    await drop(local, guest, 2)
    await keep_alive(local, BETWEEN_SECONDS - 2)
    await presence.expire_due(local.lobby)
    assert (await local.now(session)).seats.sits(guest.uuid)
    async with polling(local, guest):
        await keep_alive(local, 10)
        await presence.expire_due(local.lobby)
    assert (await local.now(session)).seats.sits(guest.uuid)
    await keep_alive(local, WAITED + BETWEEN_SECONDS)
    await presence.expire_due(local.lobby)
    assert taken(await local.now(session)) == {"0": host.uuid}


async def test_of_several_polls_the_longest_counts(local: LocalLobby) -> None:
    _, guest, session = await seated(local)
    async with polling(local, guest):
        assert await Waiting(local, guest, deadline=0).task == []
        await drop(local, guest, 2)
        await keep_alive(local, BETWEEN_SECONDS + 10)
        await presence.expire_due(local.lobby)
        assert (await local.now(session)).seats.sits(guest.uuid)


async def test_who_never_had_a_socket_keeps_the_seat_beyond_the_hour(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    local.clock.advance(local.lobby.settings.unattended_seconds + 1)
    async with polling(local, host), polling(local, guest):
        await presence.expire_due(local.lobby)
        assert taken(await local.now(session)) == {"0": host.uuid, "1": guest.uuid}

"""What time does to people: who is gone for good loses their seat, and somebody sees to it."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from lobby import expiring_keys
from lobby.actions.sessions import seats
from lobby.actions.timers import presence
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions.seats import SeatStatus, seat_id
from lobby.domain.sessions.session import Session
from lobby.presence import PresenceTracker
from lobby.workers.sweeper import TERM_SECONDS, Sweeper
from persistence.live.memory import open_memory
from persistence.ports import Unreachable
from persistence.urls import open_store
from tests.support.frozen_stores import away
from tests.support.live_parts import shared
from tests.support.lobby import LocalLobby, local_lobby
from tests.support.lobby import seats_with as taken
from tests.support.waiting import until


async def arrive(local: LocalLobby, actor: Actor, socket: int = 1) -> None:
    await local.lobby.roster.heartbeat(local.lobby.name, local.lobby.settings.keeper_seconds)
    await local.lobby.presence.arrive(actor, socket)


async def drop(local: LocalLobby, actor: Actor, socket: int = 1) -> None:
    local.lobby.presence.depart(actor.uuid, socket, final=False)
    await local.lobby.presence._written.wait()


async def seated(local: LocalLobby) -> tuple[Actor, Actor, Session]:
    """Both with a socket, both in the host's session."""
    host, guest = await local.person(), await local.person()
    await arrive(local, host, 1)
    await arrive(local, guest, 2)
    return host, guest, await local.join(await local.open_session(host), guest)


async def keep_alive(local: LocalLobby, seconds: float) -> None:
    """Time passes, and the process vouches for its people all the while."""
    until = local.clock.now + seconds
    while local.clock.now < until:
        local.clock.advance(min(1.0, until - local.clock.now))
        await local.lobby.roster.heartbeat(local.lobby.name, local.lobby.settings.keeper_seconds)


async def test_a_guest_who_stays_away_loses_the_seat(local: LocalLobby) -> None:
    host, guest, session = await seated(local)
    await drop(local, guest, 2)
    await keep_alive(local, local.lobby.settings.grace_seconds - 1)
    await presence.expire_due(local.lobby)
    assert (await local.now(session)).seats.sits(guest.uuid)
    await keep_alive(local, 2)
    await presence.expire_due(local.lobby)
    assert taken(await local.now(session)) == {"0": host.uuid}
    # Settled: nobody is named again.
    assert await local.lobby.roster.expired() == []


async def test_a_guest_who_comes_back_in_time_keeps_the_seat(local: LocalLobby) -> None:
    _, guest, session = await seated(local)
    await drop(local, guest, 2)
    await keep_alive(local, local.lobby.settings.grace_seconds - 1)
    await arrive(local, guest, 3)
    await keep_alive(local, 100)
    await presence.expire_due(local.lobby)
    assert (await local.now(session)).seats.sits(guest.uuid)


async def test_when_the_host_is_gone_the_session_ends_and_the_players_are_told(
    local: LocalLobby,
) -> None:
    host, guest, session = await seated(local)
    await drop(local, host, 1)
    await keep_alive(local, local.lobby.settings.grace_seconds + 1)
    await presence.expire_due(local.lobby)
    with pytest.raises(SessionNotFound):
        await local.now(session)
    assert await local.inbox(guest) == [("session_closed", str(session.id))]
    assert await local.inbox(host) == []
    told = [event["told"] for topic, event in local.told if topic == f"session:{session.id}"]
    assert told[-1] == "ended"


async def test_the_people_of_a_dead_process_lose_their_seats_after_their_grace_and_nobody_else(
    local: LocalLobby,
) -> None:
    host, guest, session = await seated(local)
    third, fourth = await local.person(), await local.person()
    async with local_lobby(local.lobby.store, shared(local.lobby)) as other:
        await arrive(other, third, 3)
        await arrive(other, fourth, 4)
        await local.join(session, third)
        await local.join(session, fourth)
    settings, sweeper = local.lobby.settings, Sweeper(local.lobby)
    await sweeper.round()
    # 1. The other process beats no more: they are not shown, and keep their seats.
    await keep_alive(local, settings.keeper_seconds + settings.grace_seconds - 1)
    await sweeper.round()
    assert (await local.lobby.roster.read()).entries.keys() == {host.uuid, guest.uuid}
    seats_before = {"0": host.uuid, "1": guest.uuid, "2": third.uuid, "3": fourth.uuid}
    assert taken(await local.now(session)) == seats_before
    # 2. Who came back to this one stays; who did not is gone, once the grace is over.
    await arrive(local, fourth, 4)
    await keep_alive(local, 2)
    await sweeper.round()
    assert taken(await local.now(session)) == {
        "0": host.uuid, "1": guest.uuid, "3": fourth.uuid,
    }  # fmt: skip


@pytest.mark.parametrize("how", ["killed", "stopped", "paused"])
async def test_while_no_process_lives_nobody_loses_anything(local: LocalLobby, how: str) -> None:
    settings, sweeper = local.lobby.settings, Sweeper(local.lobby)
    async with local_lobby(local.lobby.store, shared(local.lobby)) as before:
        last = local if how == "paused" else before
        host, guest, session = await seated(last)
        await sweeper.round()
        if how == "stopped":
            await before.lobby.presence.leave_all()
    # 1. All are away for longer than any grace; then one lives.
    local.clock.advance(settings.unattended_seconds)
    await arrive(local, await local.person(), 9)
    await sweeper.round()
    await keep_alive(local, settings.restart_grace_seconds - 1)
    await sweeper.round()
    assert taken(await local.now(session)) == {"0": host.uuid, "1": guest.uuid}
    # 2. Who does not come back then is gone.
    await arrive(local, host, 3)
    await keep_alive(local, 2)
    await sweeper.round()
    here = {"0": host.uuid} | ({"1": guest.uuid} if how == "paused" else {})
    assert taken(await local.now(session)) == here


async def test_a_process_that_has_not_beaten_releases_nobody(local: LocalLobby) -> None:
    host, guest, session = await seated(local)
    await drop(local, guest, 2)
    await keep_alive(local, local.lobby.settings.grace_seconds + 1)
    roster, notes = local.lobby.roster, local.lobby.notes
    tracker = PresenceTracker(roster, notes, keeper="new", keeper_seconds=900, grace_seconds=15)
    new = dataclasses.replace(local.lobby, presence=tracker)
    await presence.expire_due(new)
    assert taken(await local.now(session)) == {"0": host.uuid, "1": guest.uuid}
    beating = asyncio.create_task(tracker.run())
    await until(tracker.vouches)
    await presence.expire_due(new)
    assert taken(await local.now(session)) == {"0": host.uuid}
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)


async def test_the_grace_after_a_loss_is_never_shorter_than_the_one_that_is_told() -> None:
    store = await open_store("sqlite::memory:")
    async with local_lobby(store) as before:
        _, _, session = await seated(before)
    async with local_lobby(store, grace_seconds=120) as local:
        sweeper = Sweeper(local.lobby)
        await sweeper.round()
        await keep_alive(local, 119)
        await sweeper.round()
        assert len(taken(await local.now(session))) == 2
    await store.close()


async def test_who_never_held_a_socket_keeps_the_seat_for_a_while(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    local.clock.advance(local.lobby.settings.unattended_seconds - 1)
    await presence.expire_due(local.lobby)
    assert taken(await local.now(session)) == {"0": host.uuid, "1": guest.uuid}
    local.clock.advance(2)
    await presence.expire_due(local.lobby)
    with pytest.raises(SessionNotFound):
        await local.now(session)


async def test_after_a_restart_everybody_has_time_to_come_back() -> None:
    store = await open_store("sqlite::memory:")
    async with local_lobby(store) as before:
        host, guest, session = await seated(before)
        late = await before.person()
        await before.join(session, late)
    async with local_lobby(store) as local:
        settings = local.lobby.settings
        sweeper = Sweeper(local.lobby)
        await sweeper.round()
        # 1. Within the time after a restart, all seats are kept; the host comes back.
        await keep_alive(local, settings.restart_grace_seconds - 1)
        await arrive(local, host)
        await sweeper.round()
        assert taken(await local.now(session)) == {"0": host.uuid, "1": guest.uuid, "2": late.uuid}
        # 2. Then who held a socket and did not return is gone; who never did has longer.
        await keep_alive(local, 2)
        await sweeper.round()
        assert taken(await local.now(session)) == {"0": host.uuid, "2": late.uuid}
        await keep_alive(local, settings.unattended_seconds)
        await sweeper.round()
        assert taken(await local.now(session)) == {"0": host.uuid}
    await store.close()


async def test_a_roster_that_comes_back_empty_is_rearmed(local: LocalLobby) -> None:
    _, _, session = await seated(local)
    sweeper = Sweeper(local.lobby)
    await sweeper.round()
    empty = dataclasses.replace(local.lobby, **vars(open_memory(clock=local.clock)))
    sweeper = Sweeper(empty)
    await sweeper.round()
    local.clock.advance(local.lobby.settings.restart_grace_seconds - 1)
    await sweeper.round()
    assert len(taken(await local.now(session))) == 2
    local.clock.advance(2)
    await sweeper.round()
    with pytest.raises(SessionNotFound):
        await local.now(session)


async def test_who_left_is_shown_no_longer_also_while_the_database_is_away(
    local: LocalLobby,
) -> None:
    _, guest, session = await seated(local)
    sweeper = Sweeper(local.lobby)
    await sweeper.round()
    with away(local.lobby.store):
        await drop(local, guest, 2)
        await keep_alive(local, local.lobby.settings.grace_seconds + 1)
        assert guest.uuid not in (await local.lobby.roster.read()).entries
        with pytest.raises(Unreachable):
            await sweeper.round()
    await sweeper.round()
    assert guest.uuid not in taken(await local.now(session)).values()


async def test_another_process_takes_over_the_sweeping(local: LocalLobby) -> None:
    """Only one sweeps at a time; when it stops, its term runs out and the other begins."""
    async with local_lobby(local.lobby.store, shared(local.lobby)) as other:
        other.clock.advance(0)
        first = asyncio.create_task(Sweeper(local.lobby).run())
        host, guest = await local.person(), await local.person()
        session = await local.open_session(host)
        await until(lambda: holds(local))
        second = asyncio.create_task(Sweeper(other.lobby).run())
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await seats.reserve(local.lobby, Permit(guest), seat=seat_id(session.id, "3"))
        for local_ in (local, other):
            local_.clock.advance(TERM_SECONDS + local.lobby.settings.reservation_seconds)
        await until(lambda: nobody_waits(local, session))
        assert await holds(other)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)


async def nobody_waits(local_: LocalLobby, session: Session) -> bool:
    return not taken(await local_.now(session), SeatStatus.RESERVED)


async def holds(local_: LocalLobby) -> bool:
    """Whether it has the lock: a stranger does not get it, and its holder does."""
    locks, name, sweeping = local_.lobby.locks, local_.lobby.name, expiring_keys.leader("sweeper")
    if await locks.acquire(sweeping, "stranger", 1.0):
        await locks.release(sweeping, "stranger")
        return False
    return await locks.acquire(sweeping, name, TERM_SECONDS)

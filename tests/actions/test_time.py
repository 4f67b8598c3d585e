"""What time does: held seats lapse, who is gone for good loses theirs, and somebody sees to it."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from lobby.actions import presence, seating, seats, sessions
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import Actor, Permit
from lobby.domain.seats import SeatStatus, seat_id
from lobby.domain.sessions import Session
from lobby.sweeper import TERM_SECONDS, Sweeper
from persistence.live.memory import MemoryBus, MemoryLeases
from persistence.ports import Live
from persistence.urls import open_store
from tests.actions.houses import House, house, leading
from tests.actions.houses import seats as taken
from tests.patience import PATIENCE

MOMENT = 0.001


async def arrive(home: House, actor: Actor, socket: int = 1) -> None:
    await home.lobby.leases.beat(home.lobby.name, home.lobby.settings.keeper_seconds)
    await home.lobby.attendance.arrive(actor, socket)


async def drop(home: House, actor: Actor, socket: int = 1) -> None:
    home.lobby.attendance.depart(actor.uuid, socket, goodbye=False)
    await home.lobby.attendance._said.wait()


async def seated(home: House) -> tuple[Actor, Actor, Session]:
    """Both with a socket, both in the host's session."""
    host, guest = await home.person(), await home.person()
    await arrive(home, host, 1)
    await arrive(home, guest, 2)
    return host, guest, await home.join(await home.open_session(host), guest)


async def keep_alive(home: House, seconds: float) -> None:
    """Time passes, and the process vouches for its people all the while."""
    until = home.clock.now + seconds
    while home.clock.now < until:
        home.clock.advance(min(1.0, until - home.clock.now))
        await home.lobby.leases.beat(home.lobby.name, home.lobby.settings.keeper_seconds)


async def test_a_reservation_lapses_at_its_time_and_not_before(home: House) -> None:
    host, guest = await home.person(), await home.person()
    session = await home.open_session(host)
    await seats.reserve(home.lobby, Permit(guest), seat=seat_id(session.id, "3"))
    home.clock.advance(home.lobby.settings.reservation_seconds - MOMENT * 2)
    await seating.lapse(home.lobby)
    assert taken(await home.now(session), SeatStatus.RESERVED) == {"3": guest.uuid}
    home.clock.advance(MOMENT * 4)
    await seating.lapse(home.lobby)
    assert taken(await home.now(session), SeatStatus.RESERVED) == {}
    assert await home.lobby.sessions.all("held", "yes") == []
    event = [event for topic, event in home.told if topic == f"session:{session.id}"][-1]
    assert event["inner"]["seats"]["3"]["status"] == "free"


async def test_an_invitation_lapses_at_its_time_and_not_before(home: House) -> None:
    host, guest = await home.person(), await home.person()
    session, _ = await sessions.launch(home.lobby, Permit(host), host=host.uuid)
    await seating.invite(home.lobby, leading(host), id=session.id, guest=guest.uuid)
    home.clock.advance(home.lobby.settings.invite_seconds - MOMENT * 2)
    await seating.lapse(home.lobby)
    assert (await home.now(session)).invited(guest.uuid)
    home.clock.advance(MOMENT * 4)
    await seating.lapse(home.lobby)
    assert (await home.now(session)).held_by(guest.uuid) is None


async def test_what_was_taken_in_time_does_not_lapse(home: House) -> None:
    host, guest = await home.person(), await home.person()
    session = await home.open_session(host)
    await seats.reserve(home.lobby, Permit(guest), seat=seat_id(session.id, "3"))
    await home.join(session, guest)
    home.clock.advance(10_000)
    await seating.lapse(home.lobby)
    assert taken(await home.now(session)) == {"0": host.uuid, "3": guest.uuid}


async def test_a_session_that_closes_meanwhile_does_not_stop_the_others_from_lapsing(
    home: House,
) -> None:
    host, other, guest = [await home.person() for _ in range(3)]
    held = [await home.open_session(host), await home.open_session(other)]
    for session in held:
        await seats.reserve(home.lobby, Permit(guest), seat=seat_id(session.id, "3"))
    home.clock.advance(10_000)
    # The list is read, and then the first of them is closed.
    first = min(held, key=lambda session: str(session.id))
    second = max(held, key=lambda session: str(session.id))
    listed = await home.lobby.sessions.all("held", "yes")
    await sessions.close(home.lobby, Permit(host, outright=True), id=first.id)
    lapsing = home.lobby.sessions

    async def as_listed(label: str, value: str, *, page: int = 500) -> list[Session]:
        return listed

    lapsing.all = as_listed  # type: ignore[method-assign]
    await seating.lapse(home.lobby)
    assert taken(await home.now(second), SeatStatus.RESERVED) == {}


async def test_a_guest_who_stays_away_loses_the_seat(home: House) -> None:
    host, guest, session = await seated(home)
    await drop(home, guest, 2)
    await keep_alive(home, home.lobby.settings.grace_seconds - 1)
    await presence.settle(home.lobby)
    assert (await home.now(session)).sits(guest.uuid)
    await keep_alive(home, 2)
    await presence.settle(home.lobby)
    assert taken(await home.now(session)) == {"0": host.uuid}
    # Settled: nobody is named again.
    assert await home.lobby.leases.lapsed() == []


async def test_a_guest_who_comes_back_in_time_keeps_the_seat(home: House) -> None:
    _, guest, session = await seated(home)
    await drop(home, guest, 2)
    await keep_alive(home, home.lobby.settings.grace_seconds - 1)
    await arrive(home, guest, 3)
    await keep_alive(home, 100)
    await presence.settle(home.lobby)
    assert (await home.now(session)).sits(guest.uuid)


async def test_when_the_host_is_gone_the_session_ends_and_the_players_are_told(
    home: House,
) -> None:
    host, guest, session = await seated(home)
    await drop(home, host, 1)
    await keep_alive(home, home.lobby.settings.grace_seconds + 1)
    await presence.settle(home.lobby)
    with pytest.raises(SessionNotFound):
        await home.now(session)
    assert await home.inbox(guest) == [("session_closed", str(session.id))]
    assert await home.inbox(host) == []
    told = [event["told"] for topic, event in home.told if topic == f"session:{session.id}"]
    assert told[-1] == "ended"


async def test_the_people_of_a_dead_process_lose_their_seats_and_nobody_else(home: House) -> None:
    host, guest, session = await seated(home)
    async with house(home.lobby.store, Live(home.lobby.bus, home.lobby.leases)) as other:
        third = await home.person()
        await arrive(other, third, 3)
        await home.join(session, third)
        # The other process beats no more.
        await keep_alive(home, home.lobby.settings.keeper_seconds + 1)
        await presence.settle(home.lobby)
    assert taken(await home.now(session)) == {"0": host.uuid, "1": guest.uuid}


async def test_who_never_held_a_socket_keeps_the_seat_for_a_while(home: House) -> None:
    host, guest = await home.person(), await home.person()
    session = await home.join(await home.open_session(host), guest)
    home.clock.advance(home.lobby.settings.unattended_seconds - 1)
    await presence.settle(home.lobby)
    assert taken(await home.now(session)) == {"0": host.uuid, "1": guest.uuid}
    home.clock.advance(2)
    await presence.settle(home.lobby)
    with pytest.raises(SessionNotFound):
        await home.now(session)


async def test_after_a_restart_everybody_has_time_to_come_back() -> None:
    store = await open_store("sqlite::memory:")
    async with house(store) as before:
        host, guest, session = await seated(before)
        late = await before.person()
        await before.join(session, late)
    async with house(store) as home:
        settings = home.lobby.settings
        sweeper = Sweeper(home.lobby)
        await sweeper.round()
        # 1. Within the time after a restart, all seats are kept; the host comes back.
        await keep_alive(home, settings.restart_grace_seconds - 1)
        await arrive(home, host)
        await sweeper.round()
        assert taken(await home.now(session)) == {"0": host.uuid, "1": guest.uuid, "2": late.uuid}
        # 2. Then who held a socket and did not return is gone; who never did has longer.
        await keep_alive(home, 2)
        await sweeper.round()
        assert taken(await home.now(session)) == {"0": host.uuid, "2": late.uuid}
        await keep_alive(home, settings.unattended_seconds)
        await sweeper.round()
        assert taken(await home.now(session)) == {"0": host.uuid}
    await store.close()


async def test_leases_that_come_back_empty_are_rearmed(home: House) -> None:
    _, _, session = await seated(home)
    sweeper = Sweeper(home.lobby)
    await sweeper.round()
    empty = dataclasses.replace(home.lobby, leases=MemoryLeases(MemoryBus(), clock=home.clock))
    sweeper = Sweeper(empty)
    await sweeper.round()
    home.clock.advance(home.lobby.settings.restart_grace_seconds - 1)
    await sweeper.round()
    assert len(taken(await home.now(session))) == 2
    home.clock.advance(2)
    await sweeper.round()
    with pytest.raises(SessionNotFound):
        await home.now(session)


async def test_another_process_takes_over_the_sweeping(home: House) -> None:
    """Only one sweeps at a time; when it stops, its term runs out and the other begins."""
    async with house(home.lobby.store, Live(home.lobby.bus, home.lobby.leases)) as other:
        other.clock.advance(0)
        first = asyncio.create_task(Sweeper(home.lobby).run())
        host, guest = await home.person(), await home.person()
        session = await home.open_session(host)
        await until_swept_by(home)
        second = asyncio.create_task(Sweeper(other.lobby).run())
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await seats.reserve(home.lobby, Permit(guest), seat=seat_id(session.id, "3"))
        for house_ in (home, other):
            house_.clock.advance(TERM_SECONDS + home.lobby.settings.reservation_seconds)
        async with asyncio.timeout(PATIENCE):
            while taken(await home.now(session), SeatStatus.RESERVED):
                await asyncio.sleep(0.01)
        assert await holds(other)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)


async def until_swept_by(house_: House) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await holds(house_):
            await asyncio.sleep(0.01)


async def holds(house_: House) -> bool:
    """Whether it has the lease: a stranger does not get it, and its holder does."""
    leases, name = house_.lobby.leases, house_.lobby.name
    if await leases.hold("sweeper", "stranger", 1.0):
        await leases.release("sweeper", "stranger")
        return False
    return await leases.hold("sweeper", name, TERM_SECONDS)

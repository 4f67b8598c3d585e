"""Several hosts and processes at once: nobody is promised twice, and no promise is left over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lobby.actions import allocations, instances
from lobby.domain.allocations import GameHost, HostState
from lobby.domain.errors import LobbyError
from lobby.domain.instances import HostType
from lobby.domain.permissions import Actor, Permit
from persistence.live.memory import MemoryBus, MemoryLeases
from persistence.ports import Live, Store
from persistence.urls import open_store
from tests.actions.houses import House, interrupted, two_houses
from tests.player_services.rooms import LEADER, OTHER, Room
from tests.player_services.servers import EU, Yard, found, free, yard


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Yard]:
    async with yard(tmp_path) as here:
        yield here


async def test_many_hosts_and_many_sessions_come_together_one_to_one(here: Yard) -> None:
    sessions = [await here.waiting(leader=f"{n:032}") for n in range(8)]
    hosts = [f"host-{n}" for n in range(12)]
    for id in hosts:
        await here.lobby.game_hosts.add(GameHost(EU.actor.uuid, id, "203.0.113.7", 7777))
    for _ in range(3):
        polled = await asyncio.gather(*(here.poll(id) for id in hosts))
    served = [host.session for host in polled if host.session is not None]
    assert sorted(served) == sorted(session.id for session in sessions)
    for host in polled:
        if host.session is not None:
            session = await here.lobby.sessions.get(str(host.session))
            assert session.instance is not None
            assert session.instance.allocation == host.allocation


async def test_a_promise_that_was_never_written_down_is_forgotten(here: Yard) -> None:
    await here.register()
    await here.lobby.game_hosts.change(
        f"{EU.actor.uuid}/host-1", lambda h: h.promise("lost", 1024, now=here.lobby.clock())
    )
    assert (await here.poll()).state is HostState.ALLOCATING
    here.house.clock.advance(allocations.UNSURE_SECONDS)
    assert free(await here.poll())


async def test_a_promise_that_the_session_knows_of_is_kept(here: Yard) -> None:
    session = await here.served()
    await here.lobby.game_hosts.change(
        f"{EU.actor.uuid}/host-1", lambda h: setattr(h, "state", HostState.ALLOCATING)
    )
    again = await here.poll()
    assert (again.state, again.session) == (HostState.ALLOCATED, session.id)


@pytest.mark.parametrize("at", range(1, 9))
async def test_two_processes_never_give_one_host_to_two_sessions(
    at: int, store: Store, live: Live
) -> None:
    async with two_houses(store, live) as (here, there, paced):
        first, second = Room(here, iter([1])), Room(there, iter([2]))
        waiting = [await asked(first), await asked(second, leader=OTHER.uuid)]
        await register(here)

        async def polled(home: House) -> Any:
            (host,) = await allocations.poll(home.lobby, EU, ids=["host-1"])
            if isinstance(host, LobbyError):
                raise host
            return host

        await interrupted(paced, lambda: polled(here), lambda: polled(there), at=at)
        host = await polled(there)
        assert host.state is HostState.ALLOCATED
        promised = [await now(there, session.id) for session in waiting]
        given = [s.id for s in promised if s.instance and s.instance.allocation]
        assert given == [host.session]


@pytest.mark.parametrize("polls", [1, 2])
@pytest.mark.parametrize("at", range(1, 9))
async def test_a_process_that_takes_too_long_over_a_promise_leaves_none_behind(
    at: int, polls: int
) -> None:
    store, bus = await open_store("sqlite::memory:"), MemoryBus()
    async with two_houses(store, Live(bus, MemoryLeases(bus))) as (here, there, paced):
        session = await asked(Room(here, iter([1])))
        await register(here)

        async def polled() -> Any:
            return await allocations.poll(there.lobby, EU, ids=["host-1"])

        async def impatient() -> None:
            there.clock.advance(allocations.UNSURE_SECONDS)
            for _ in range(polls):
                await polled()

        slow = partial(allocations.poll, here.lobby, EU, ids=["host-1"])
        await interrupted(paced, slow, impatient, at=at)
        host, kept = found(await polled()), (await now(there, session.id)).instance
        assert (host.state, host.session) == (HostState.ALLOCATED, session.id)
        assert kept.allocation == host.allocation
    await store.close()


async def asked(room: Room, **fields: Any) -> Any:
    session = await room.session("hosted", LEADER, **fields)
    by = Permit(Actor(str(session.leader)), outright=True)
    return await instances.request(room.lobby, by, id=session.id, host_type=HostType.DEDICATED)


async def register(home: House) -> None:
    with suppress(LobbyError):
        await home.lobby.game_hosts.add(GameHost(EU.actor.uuid, "host-1", "203.0.113.7", 7777))


async def now(home: House, id: int) -> Any:
    return await home.lobby.sessions.get(str(id))

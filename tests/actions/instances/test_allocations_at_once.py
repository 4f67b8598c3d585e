"""Several hosts and processes at once: nobody is promised twice, and no promise is left over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lobby.actions.instances import allocations, instances
from lobby.domain.errors import LobbyError
from lobby.domain.game_hosts import GameHost, HostState
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions.instances import HostType
from persistence.live.memory import open_memory
from persistence.ports import Live, Store
from persistence.urls import open_store
from tests.support.game_servers import EU, GameServersWorld, found, free, game_servers_world
from tests.support.lobby import LocalLobby, interrupted, two_local_lobbies
from tests.support.stored_sessions import LEADER, OTHER, StoredSessionsWorld


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[GameServersWorld]:
    async with game_servers_world(tmp_path) as here:
        yield here


async def test_many_hosts_and_many_sessions_come_together_one_to_one(
    here: GameServersWorld,
) -> None:
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


async def test_a_promise_that_was_never_written_down_is_forgotten(here: GameServersWorld) -> None:
    await here.register()
    await here.lobby.game_hosts.change(
        f"{EU.actor.uuid}/host-1", lambda h: h.allocate("lost", 1024, now=here.lobby.clock())
    )
    assert (await here.poll()).state is HostState.ALLOCATING
    here.local.clock.advance(allocations.ALLOCATION_WRITE_SECONDS)
    assert free(await here.poll())


async def test_a_promise_that_the_session_knows_of_is_kept(here: GameServersWorld) -> None:
    session = await here.served()
    await here.lobby.game_hosts.change(
        f"{EU.actor.uuid}/host-1", lambda h: setattr(h, "state", HostState.ALLOCATING)
    )
    again = await here.poll()
    assert (again.state, again.session) == (HostState.ALLOCATED, session.id)


@pytest.mark.parametrize("store_url", ["sqlite-memory", "sqlite-file", "postgres"], indirect=True)
@pytest.mark.parametrize("at", range(1, 9))
async def test_two_processes_never_give_one_host_to_two_sessions(
    at: int, store: Store, live: Live
) -> None:
    async with two_local_lobbies(store, live) as (here, there, paced):
        first, second = StoredSessionsWorld(here, iter([1])), StoredSessionsWorld(there, iter([2]))
        waiting = [await asked(first), await asked(second, leader=OTHER.uuid)]
        await register(here)

        async def polled(local: LocalLobby) -> Any:
            (host,) = await allocations.poll(local.lobby, EU, ids=["host-1"])
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
    store = await open_store("sqlite::memory:")
    async with two_local_lobbies(store, open_memory()) as (here, there, paced):
        session = await asked(StoredSessionsWorld(here, iter([1])))
        await register(here)

        async def polled() -> Any:
            return await allocations.poll(there.lobby, EU, ids=["host-1"])

        async def impatient() -> None:
            there.clock.advance(allocations.ALLOCATION_WRITE_SECONDS)
            for _ in range(polls):
                await polled()

        slow = partial(allocations.poll, here.lobby, EU, ids=["host-1"])
        await interrupted(paced, slow, impatient, at=at)
        host, kept = found(await polled()), (await now(there, session.id)).instance
        assert (host.state, host.session) == (HostState.ALLOCATED, session.id)
        assert kept.allocation == host.allocation
    await store.close()


async def asked(world: StoredSessionsWorld, **fields: Any) -> Any:
    session = await world.session("hosted", LEADER, **fields)
    by = Permit(Actor(str(session.leader)), outright=True)
    return await instances.request(world.lobby, by, id=session.id, host_type=HostType.DEDICATED)


async def register(local: LocalLobby) -> None:
    with suppress(LobbyError):
        await local.lobby.game_hosts.add(GameHost(EU.actor.uuid, "host-1", "203.0.113.7", 7777))


async def now(local: LocalLobby, id: int) -> Any:
    return await local.lobby.sessions.get(str(id))

"""Processes die or stop, and people come back within the grace that `hello` told them: whatever
happens to the processes and to Redis meanwhile, their sessions are there. Leases are short and
graces long, so that what is swept too early is seen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.channel_client import Client
from tests.support.deployments import Deployment, two_processes
from tests.support.people import Person, new_host, new_user
from tests.support.processes import LobbyProcess
from tests.support.services import RedisServer

LEASE, LONG, SHORT = 1.5, 120, 1


@pytest.fixture
def alone(own_lobby: LobbyProcess, own_redis: RedisServer, tmp_path: Path) -> LobbyProcess:
    """One process over Redis. Not started yet."""
    own_lobby.settings |= {
        "LOBBY_DATABASE_URL": f"sqlite:{tmp_path}/lobby.db",
        "LOBBY_REDIS_URL": own_redis.url,
        "LOBBY_KEEPER_SECONDS": str(LEASE),
        "LOBBY_GRACE_SECONDS": str(LONG),
        "LOBBY_INVITE_SECONDS": str(SHORT),
    }
    return own_lobby


@pytest.fixture
def patient_pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    yield from two_processes(
        request,
        tmp_path_factory,
        keeper_seconds=LEASE,
        grace_seconds=LONG,
        invite_seconds=SHORT,
    )


async def launched(url: str) -> tuple[Person, Client, str]:
    """A host, its socket, and its session."""
    host = await new_host(url)
    hosting = await host.connect()
    await hosting.command("host.set", only_friends=False)
    return host, hosting, await launch(hosting)


async def launch(hosting: Client) -> str:
    return str((await hosting.command("session.launch", "the-launch"))["session"]["id"])


async def is_swept(url: str, *people: Person) -> None:
    """Return once these are no longer shown, and a whole round of the sweeper is over since."""
    guest = await new_user(url)
    _, hosting, id = await launched(url)
    gone = {one.uuid for one in people}
    await hosting.watch("presence")
    await hosting.until(lambda: not gone & hosting.states["presence"].keys())
    # Seats that are held for too long are freed at the end of each round.
    topic = f"session:{id}"
    await hosting.watch(topic)
    for _ in range(2):
        await hosting.command("session.invite", session=id, guest=guest.uuid)
        await hosting.until(lambda: hosting.states[topic]["seats"]["1"]["status"] == "invited")
        await hosting.until(lambda: hosting.states[topic]["seats"]["1"]["status"] == "free")
    await hosting.close()


async def come_back(hosting: Client, id: str) -> None:
    """The host does, launches by the same id as before, and finds the same session."""
    await hosting.open()
    assert hosting.welcome["grace_ms"] == LONG * 1000
    assert await launch(hosting) == id
    await hosting.command("session.say", session=id, text="still here")
    await hosting.close()


@pytest.mark.parametrize("redis", ["kept", "emptied", "restarted"])
async def test_a_session_outlives_a_crash_of_the_only_process(
    alone: LobbyProcess, own_redis: RedisServer, redis: str
) -> None:
    alone.start()
    host, hosting, id = await launched(alone.url)
    alone.kill()
    if redis == "emptied":
        own_redis.ask("FLUSHALL")
    elif redis == "restarted":
        own_redis.kill()
        await asyncio.to_thread(own_redis.start)
    await asyncio.to_thread(alone.start)
    await is_swept(alone.url, host)
    await come_back(hosting, id)


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_time_in_which_no_process_serves_counts_for_nobody(
    alone: LobbyProcess, how: str
) -> None:
    """They are away for longer than their grace, and then have the one after a restart."""
    alone.settings |= {"LOBBY_GRACE_SECONDS": str(SHORT), "LOBBY_RESTART_GRACE_SECONDS": str(LONG)}
    alone.start()
    host, hosting, id = await launched(alone.url)
    getattr(alone, how)()
    await asyncio.sleep(LEASE + 2 * SHORT)
    await asyncio.to_thread(alone.start)
    await is_swept(alone.url, host)
    await hosting.open()
    assert await launch(hosting) == id
    await hosting.close()


async def test_people_of_a_process_that_is_killed_for_good_come_back_to_the_other(
    patient_pair: Deployment,
) -> None:
    here, there = patient_pair.here, patient_pair.there
    host, hosting, id = await launched(there.url)
    guest = await new_user(there.url)
    joining = await guest.connect()
    await joining.command("session.join", session=id)
    there.kill()
    await is_swept(here.url, host, guest)
    for one in (hosting, joining):
        one.url = here.channel_url
    await come_back(hosting, id)
    await joining.open()
    await joining.watch(f"session:{id}")
    assert joining.states[f"session:{id}"]["seats"]["1"]["player"] == guest.uuid
    await joining.close()

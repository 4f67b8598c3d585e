"""Redis or the database goes away and comes back; a process freezes and thaws. Nothing is lost, and
whoever watches converges."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from tests.support.channel_client import Client
from tests.support.deployments import Deployment, over
from tests.support.people import Person, new_host, new_user
from tests.support.services import PostgresServer, RedisServer
from tests.support.slowness import within
from tests.support.waiting import TIMEOUT

ANSWER_SECONDS = 2.5
"""The longest that anybody waits for a part that is away, with room for a busy machine."""


@pytest.fixture
def pair(
    own_redis: RedisServer, own_postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    yield from over(own_redis, own_postgres, tmp_path_factory, keeper_seconds=4, heal_seconds=2)


@dataclass
class WatchedSession:
    host: Person
    guest: Person
    hosting: Client
    joining: Client
    id: str

    @property
    def everybody(self) -> set[str]:
        return {self.host.uuid, self.guest.uuid}

    def name(self, client: Client) -> object:
        """What the session is called, as this client has heard."""
        return client.states[f"session:{self.id}"].get("name")


@pytest.fixture
async def watched(pair: Deployment) -> AsyncIterator[WatchedSession]:
    """A host on one process, a guest on the other, both in one session and watching it."""
    host, guest = await new_host(pair.here.url), await new_user(pair.there.url)
    hosting, joining = await host.connect(), await guest.connect()
    await hosting.command("host.set", only_friends=False)
    id = (await hosting.command("session.launch"))["session"]["id"]
    await joining.command("session.join", session=id)
    for client in (hosting, joining):
        await client.watch(f"session:{id}")
        await client.watch("presence")
    yield WatchedSession(host, guest, hosting, joining, id)
    for client in (hosting, joining):
        assert client.violations == []
        assert client.closed is None
        await client.close()


async def quickly(host: Person, path: str) -> int:
    """The status of a call, which must come soon."""
    with within(ANSWER_SECONDS):
        answer = await host.call("GET", path)
    return answer.status_code


@pytest.mark.parametrize("empty", [False, True], ids=["frozen", "killed"])
async def test_redis_away(watched: WatchedSession, own_redis: RedisServer, empty: bool) -> None:
    host, hosting, joining = watched.host, watched.hosting, watched.joining
    await everybody_is_seen(watched)
    # 1. Redis is gone. Sockets stay; what needs the database alone works, and soon.
    if empty:
        own_redis.kill()
    else:
        own_redis.freeze()
    assert await quickly(host, f"/hosts/{host.uuid}") == 200
    await hosting.command("session.update", session=watched.id, name="In the dark")
    assert await quickly(host, "/health/live") == 200
    assert await quickly(host, "/health/ready") == 503
    await hosting.until(lambda: hosting.away == ["redis"])
    # 2. It is back, empty or not: the other process hears of what was changed meanwhile, and
    #    nobody was sent home.
    if empty:
        await asyncio.to_thread(own_redis.start)
    else:
        own_redis.thaw()
    await joining.until(lambda: watched.name(joining) == "In the dark")
    await everybody_is_seen(watched)
    await hosting.until(lambda: hosting.away == [])
    # 3. All is as before: a change on one process shows on the other.
    await joining.command("presence.set", status="busy")
    await hosting.until(lambda: hosting.states["presence"][watched.guest.uuid]["status"] == "busy")
    await hosting.command("session.update", session=watched.id, name="In the light")
    await joining.until(lambda: watched.name(joining) == "In the light")


async def test_the_database_away(watched: WatchedSession, own_postgres: PostgresServer) -> None:
    host, hosting, joining = watched.host, watched.hosting, watched.joining
    # 1. The database is gone. What needs it is refused with a reason, soon; sockets stay.
    own_postgres.kill()
    door = f"/hosts/{host.uuid}/only_friends"
    refused = await host.call("PUT", door, json={"only_friends": True})
    assert refused.status_code == 503
    assert "database" in refused.json()["message"]
    assert await quickly(host, "/health/live") == 200
    # 2. It is back: what was answered before is there, and changes go on.
    await asyncio.to_thread(own_postgres.start)
    async with asyncio.timeout(TIMEOUT):
        while await quickly(host, "/health/ready") != 200:
            await asyncio.sleep(0.1)
    await hosting.command("session.update", session=watched.id, name="Back")
    await joining.until(lambda: watched.name(joining) == "Back")


async def test_a_process_that_freezes_and_thaws(watched: WatchedSession, pair: Deployment) -> None:
    guest, hosting, joining = watched.guest.uuid, watched.hosting, watched.joining
    await everybody_is_seen(watched)
    # 1. A process stands still: its people are gone for the others, not those of the others.
    pair.there.freeze()
    await hosting.until(lambda: guest not in hosting.states["presence"])
    assert watched.host.uuid in hosting.states["presence"]
    await hosting.command("session.update", session=watched.id, name="Meanwhile")
    # 2. It goes on: it notices, says again whom it serves, and its people see what they missed.
    pair.there.thaw()
    await hosting.until(lambda: guest in hosting.states["presence"])
    await joining.until(lambda: watched.name(joining) == "Meanwhile")


async def everybody_is_seen(watched: WatchedSession) -> None:
    for client in (watched.hosting, watched.joining):
        await client.until(partial(sees, client, watched.everybody))


def sees(client: Client, people: set[str]) -> bool:
    return people <= set(client.states["presence"])

"""The database is lost, and its standby is promoted, while people talk on two processes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.support.channel_client import Client, Refused
from tests.support.deployments import Deployment, over
from tests.support.people import call, new_host, new_user
from tests.support.postgres_pair import PostgresPair, postgres_pair
from tests.support.services import PostgresServer, RedisServer
from tests.support.slowness import within
from tests.support.waiting import until

GAP_SECONDS = 10.0
LEAST_SAID = 10
PAUSE_SECONDS = 0.05
"""Between two lines: a chat keeps its last 500."""


@pytest.fixture
def servers(own_postgres: PostgresServer) -> Iterator[PostgresPair]:
    with postgres_pair(own_postgres) as servers:
        yield servers


@pytest.fixture
def pair(
    servers: PostgresPair, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    yield from over(redis_server, servers, tmp_path_factory)


class Talker:
    """Says one numbered line after another, each with an id until it is answered."""

    def __init__(self, client: Client, name: str, session: str) -> None:
        self._client, self._name, self._session = client, name, session
        self.said: list[str] = []
        self.refusals: list[str] = []

    async def talk(self) -> None:
        while True:
            line = f"{self._name}-{len(self.said)}"
            try:
                await self._client.command("session.say", line, session=self._session, text=line)
            except Refused as refused:
                self.refusals.append(refused.code)
            else:
                self.said.append(line)
            await asyncio.sleep(PAUSE_SECONDS)


async def statuses(pair: Deployment) -> list[int]:
    urls = (pair.here.url, pair.there.url)
    return [(await call(url, "GET", "/health/ready")).status_code for url in urls]


async def test_r21_nothing_acknowledged_is_lost_or_done_twice_when_the_database_fails_over(
    pair: Deployment, servers: PostgresPair
) -> None:
    host, guest = await new_host(pair.here.url), await new_user(pair.there.url)
    hosting, joining = await host.connect(), await guest.connect()
    await hosting.command("host.set", only_friends=False)
    id = (await hosting.command("session.launch"))["session"]["id"]
    await joining.command("session.join", session=id)
    talkers = [Talker(hosting, "host", id), Talker(joining, "guest", id)]
    tasks = [asyncio.create_task(talker.talk()) for talker in talkers]
    await until(lambda: all(len(talker.said) > LEAST_SAID for talker in talkers))
    # 1. The primary dies. Who says anything is refused, and no process calls itself ready.
    servers.primary.kill()
    await until(lambda: all(talker.refusals for talker in talkers))
    assert await statuses(pair) == [503, 503]
    assert (
        await host.call("PUT", f"/hosts/{host.uuid}/only_friends", json={"only_friends": False})
    ).status_code == 503
    # 2. The standby is promoted: everybody goes on, on the connections that they have.
    said = [len(talker.said) for talker in talkers]
    await asyncio.to_thread(servers.standby.promote)
    with within(GAP_SECONDS):
        await until(lambda: all(len(t.said) > n for t, n in zip(talkers, said, strict=True)))
    await until(lambda: ready(pair))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # 3. Each line that was acknowledged was said once, whatever became of its first try.
    assert {code for talker in talkers for code in talker.refusals} == {"unavailable"}
    await hosting.watch(f"chat:{id}", after=0)
    heard = hosting.entries[f"chat:{id}"]
    everything = {line for talker in talkers for line in talker.said}
    await hosting.until(lambda: everything <= {entry["text"] for entry in heard.values()})
    lines = [entry["text"] for entry in heard.values()]
    assert len(lines) == len(set(lines))
    for client in (hosting, joining):
        assert client.closed is None
        assert client.violations == []
        await client.close()


async def ready(pair: Deployment) -> bool:
    return await statuses(pair) == [200, 200]

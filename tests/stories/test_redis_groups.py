"""Two processes over a cluster of Redis, or over sentinels: what happens at one is seen at both."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx2
import pytest

from tests.support.checked_clients import RecordedChannel
from tests.support.deployments import Deployment, over
from tests.support.people import new_user
from tests.support.services import PostgresServer


@pytest.fixture(params=["redis_cluster", "redis_sentinels"])
def grouped(
    request: pytest.FixtureRequest,
    postgres_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    group = request.getfixturevalue(request.param)
    yield from over(group, postgres_server, tmp_path_factory, roster_shards=8)


async def test_people_of_both_processes_are_seen_at_each(grouped: Deployment) -> None:
    people = [await new_user(grouped.here.url) for _ in range(6)]
    async with await RecordedChannel.connect(grouped.there.url) as page:
        await page.watch("presence")
        sockets = [
            await person.connect(grouped.here.url if n % 2 else grouped.there.url)
            for n, person in enumerate(people)
        ]
        await page.until(lambda: all(p.uuid in page.states["presence"] for p in people))
        await sockets[1].command("presence.set", status="busy")
        await page.until(lambda: page.states["presence"][people[1].uuid]["status"] == "busy")
        async with await RecordedChannel.connect(grouped.here.url) as late:
            await late.watch("presence")
            assert late.states["presence"] == page.states["presence"]
        await asyncio.gather(*(socket.close() for socket in sockets))
        await page.until(lambda: page.states["presence"] == {})
        assert page.violations == []
    for process in (grouped.here, grouped.there):
        assert httpx2.get(f"{process.url}/health/ready").status_code == 200

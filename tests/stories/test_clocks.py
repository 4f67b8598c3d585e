"""Two processes whose machines do not agree on the time."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from tests.support.channel_client import Client
from tests.support.deployments import Deployment, over
from tests.support.people import Person, call, new_host, new_user
from tests.support.services import (
    Missing,
    PostgresServer,
    RedisServer,
    absent,
    faketime_library,
)

NEAR = 10.0
"""Seconds that two readings of one time may differ, on a busy machine."""


@pytest.fixture(scope="module", params=["+120s", "-120s"])
def apart(
    request: pytest.FixtureRequest,
    redis_server: RedisServer,
    postgres_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    try:
        library = faketime_library()
    except Missing as reason:
        absent(reason)
    wrong = {
        "LD_PRELOAD": library,
        "FAKETIME": str(request.param),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    yield from over(redis_server, postgres_server, tmp_path_factory, there=wrong)


async def test_r22_tokens_hold_and_times_agree_where_clocks_differ(apart: Deployment) -> None:
    # 1. Either process takes the other's tokens, at once.
    host, guest = await new_host(apart.there.url), await new_user(apart.here.url)
    hosting, joining = await host.connect(apart.here.url), await guest.connect(apart.there.url)
    # 2. Both tell the same time, and it is Redis' own.
    await hosting.watch("presence")
    people = {host.uuid, guest.uuid}
    await hosting.until(lambda: people <= set(hosting.states["presence"]))
    for person in people:
        assert abs(hosting.states["presence"][person]["since"] - time.time()) < NEAR
    # 3. What is held on one holds on the other.
    await hosting.command("host.set", only_friends=False)
    id = (await hosting.command("session.launch"))["session"]["id"]
    await joining.command("session.join", session=id)
    for client in (hosting, joining):
        assert client.closed is None
        assert client.violations == []
        await client.close()


@asynccontextmanager
async def opened(lobby: Deployment) -> AsyncIterator[list[tuple[Person, Client, str]]]:
    """Sessions, oldest first, of hosts who came one after the other: there, here and there."""
    async with AsyncExitStack() as stack:
        hosting = []
        for url in (lobby.there.url, lobby.here.url, lobby.there.url):
            host = await new_host(url)
            client = await stack.enter_async_context(await host.connect())
            await client.command("host.set", only_friends=False)
            launched = await client.command("session.launch")
            hosting.append((host, client, launched["session"]["id"]))
        yield hosting


async def pages(urls: list[str], **asked: Any) -> list[str]:
    """The sessions of an answer, one a page, each page by another process."""
    found: list[str] = []
    after: dict[str, str] = {}
    while True:
        body = asked | {"limit": 1} | after
        page = (await call(urls[len(found) % 2], "POST", "/sessions/search", json=body)).json()
        found += [one["id"] for one in page["sessions"]]
        if "next" not in page:
            return found
        after = {"after": page["next"]}


async def shows_in_order(url: str, guest: Person, uuids: list[str], ids: list[str]) -> None:
    """Who asks this process is shown the newest sessions, and when everybody came."""
    newest = {"filter": {"host": uuids}, "sort": "-created", "limit": 2}
    async with await guest.connect(url) as client:
        wanted = [{"topic": "sessions", **newest}, {"topic": "people", "sort": "-since"}]
        said = (await client.command("watch", topics=wanted))["topics"]
        window, people = [one["topic"] for one in said]
        await client.until(lambda: {*client.states[window]["sessions"]} == {*ids[1:]})
        shown = await client.until(lambda: client.states[people]["people"])
    assert sorted(uuids, key=lambda who: shown[who]["since"]) == uuids
    one = await call(url, "GET", f"/presence/{uuids[0]}", headers=guest.headers)
    assert one.json()["since"] == shown[uuids[0]]["since"]


async def test_lists_are_in_order_and_bans_lapse_where_clocks_differ(apart: Deployment) -> None:
    urls = [apart.here.url, apart.there.url]
    guest = await new_user(apart.here.url)
    async with opened(apart) as hosting, await guest.connect() as client:
        ids, uuids = [id for *_, id in hosting], [host.uuid for host, *_ in hosting]
        # 1. The newest are the newest, wherever they are opened and asked for.
        assert await pages(urls, filter={"host": uuids}, sort="created") == ids
        assert await pages(urls[::-1], filter={"host": uuids}) == ids[::-1]
        for url in urls:
            await shows_in_order(url, guest, uuids, ids)
        # 2. Whoever is kept out by one is welcome again when that is over by any clock.
        _, leader, id = hosting[0]
        welcome: dict[str, Any] = {"filter": {"welcome": True, "host": uuids}}
        window = (await client.command("watch", topic="sessions", **welcome))["topic"]
        await client.until(lambda: id in client.states[window]["sessions"])
        await leader.command("session.kick", session=id, guest=guest.uuid, for_s=1)
        await leader.command("host.ban", guest=guest.uuid, for_s=1)
        await client.until(lambda: id not in client.states[window]["sessions"])
        await client.until(lambda: id in client.states[window]["sessions"])
        await client.command("session.join", session=id)

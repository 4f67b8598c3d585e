"""Two processes behind nginx with `deploy/nginx.conf`: what the documents promise gets through."""

from __future__ import annotations

import asyncio
import random
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import httpx2
import pytest

from lobby.api.player_services.notifications import LARGEST_LIST
from tests.chaos.pollers import anonymous_token
from tests.support.channel_client import Client
from tests.support.deployments import Deployment, two_processes
from tests.support.long_poll import MINE
from tests.support.nginx import EXAMPLE, Nginx
from tests.support.people import new_host
from tests.support.processes import LobbyProcess
from tests.support.services import LOOPBACK, Missing, absent
from tests.support.tcp_proxy import tcp_proxy
from tests.support.waiting import TIMEOUT, until

IDLE_SECONDS = 0.6
"""After which nginx closes an idle connection; the lobby does so after three times as long."""
WAVES, AT_ONCE = 6, 60  # with 1,000 in all it is the same, and takes longer
WAY_SECONDS = 0.05
ROLLING_SECONDS = 3.0
"""nginx counts in whole seconds for how long it leaves a server that failed."""
LONGEST_POLL = 900
MANY = 57
"""Topics, besides three lists: sixty in all."""


@pytest.fixture(scope="module")
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    yield from two_processes(
        request,
        tmp_path_factory,
        public_url="https://lobby.example",
        allowed_hosts=f"lobby.example,{LOOPBACK}",
        trusted_proxies=f"{LOOPBACK}/32",
        keep_alive_seconds=2,
    )


@pytest.fixture(scope="module")
def nginx(pair: Deployment) -> Iterator[Nginx]:
    with nginx_before(pair.here.port, pair.there.port) as server:
        yield server


@contextmanager
def nginx_before(*ports: int) -> Iterator[Nginx]:
    try:
        server = Nginx(list(ports), idle=IDLE_SECONDS)
    except Missing as reason:
        absent(reason)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@asynccontextmanager
async def browsing(nginx: Nginx) -> AsyncIterator[httpx2.AsyncClient]:
    """Many connections, each kept alive; the certificate and its name are checked."""
    many = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    options: dict[str, Any] = {"trust_env": False, "timeout": TIMEOUT, "limits": many}
    headers = {"Host": "lobby.example"}
    async with httpx2.AsyncClient(
        base_url=nginx.url, verify=nginx.trusted, headers=headers, **options
    ) as http:
        yield http


async def connected(nginx: Nginx, token: str | None = None) -> Client:
    """As a page of the lobby would: named by its host, from its origin."""
    return await Client.connect(
        f"https://lobby.example:{nginx.port}",
        token,
        anonymous=token is None,
        host=LOOPBACK,
        ssl=nginx.trusted,
        origin="https://lobby.example",
    )


def test_the_example_has_room_for_the_longest_poll_and_the_largest_body() -> None:
    said = EXAMPLE.read_text()
    waits = [int(seconds) for seconds in re.findall(r"proxy_read_timeout (\d+)s;", said)]
    assert waits[0] > LONGEST_POLL
    (room,) = re.findall(r"client_max_body_size (\d+)k;", said)
    assert int(room) * 1024 >= LARGEST_LIST


async def test_requests_and_the_channel_get_through_with_the_address_of_their_client(
    nginx: Nginx, pair: Deployment
) -> None:
    async with browsing(nginx) as http:
        assert (await http.get("/health/ready")).json()["status"] == "ready"
        page = await http.get("/")
        assert page.headers["strict-transport-security"]
        large = await http.post("/users", data={"username": "x", "password": "p" * 200_000})
        assert "nginx" not in large.text
        other = await http.get("/", headers={"Host": "evil.example"})
        assert other.status_code == 400
    async with httpx2.AsyncClient(trust_env=False) as plain:
        moved = await plain.post(
            f"http://{LOOPBACK}:{nginx.plain_port}/users?a=b", headers={"Host": "lobby.example"}
        )
    assert (moved.status_code, moved.headers["location"]) == (
        308,
        "https://lobby.example/users?a=b",
    )
    client = await connected(nginx)
    async with client:
        await client.watch("presence")
        await client.until(lambda: client.uuid in client.states["presence"])


async def test_no_post_meets_a_connection_that_is_just_closed(pair: Deployment) -> None:
    """Waves of them, each as long after the last as an idle connection lives, or nearly so. The way
    to the lobby is slow, so that what is closed at its end is still used at the other."""
    statuses: list[int] = []
    draw = random.Random(7)

    async def post(http: httpx2.AsyncClient) -> None:
        await asyncio.sleep(IDLE_SECONDS + draw.uniform(-0.08, 0.08))
        statuses.append((await http.post("/hosts")).status_code)

    with tcp_proxy(pair.here.port) as one, tcp_proxy(pair.there.port) as other:
        one.delay = other.delay = WAY_SECONDS
        with nginx_before(one.port, other.port) as nginx:
            async with browsing(nginx) as http:
                for _ in range(WAVES):
                    await asyncio.gather(*(post(http) for _ in range(AT_ONCE)))
            assert statuses == [200] * (WAVES * AT_ONCE), nginx.log


async def test_a_rolling_restart_answers_every_post_and_ends_no_poll_in_an_error(
    nginx: Nginx, pair: Deployment
) -> None:
    statuses: list[int] = []
    over = asyncio.Event()

    async def post(http: httpx2.AsyncClient) -> None:
        while not over.is_set():
            statuses.append((await http.post("/hosts")).status_code)
            await asyncio.sleep(0.1)

    async with browsing(nginx) as http:
        token = await anonymous_token(pair.here.url)
        headers = {"Authorization": f"Bearer {token}"}
        waits = http.get(f"{MINE}?deadline={LONGEST_POLL}", headers=headers, timeout=None)
        poll = asyncio.create_task(waits)
        players = [await connected(nginx) for _ in range(4)]
        posting = [asyncio.create_task(post(http)) for _ in range(4)]
        for process in (pair.here, pair.there):
            assert await asyncio.to_thread(process.stop) == 0
            await asyncio.to_thread(process.start)
            await until(partial(is_ready, http, process))
            # What nginx counted as away is counted as there again.
            seen = len(statuses)
            await asyncio.sleep(ROLLING_SECONDS)
            assert len(statuses) > seen
        over.set()
        await asyncio.gather(*posting)
        assert {await player.until_closed() for player in players} == {1012}
        assert (await poll).status_code == 200
        for player in players:
            await player.open(host=LOOPBACK, ssl=nginx.trusted, origin="https://lobby.example")
            await player.close()
    assert len(statuses) > 50
    assert set(statuses) == {200}, nginx.log


async def test_a_reload_ends_no_channel_and_who_comes_back_has_all_that_they_watched(
    nginx: Nginx, pair: Deployment
) -> None:
    host = await new_host(pair.there.url)
    wanted: list[dict[str, Any]] = [{"topic": f"presence:{uuid.uuid4()}"} for _ in range(MANY)]
    wanted += [{"topic": "sessions", "filter": {"host": host.uuid}, "limit": 3}]
    wanted += [{"topic": "people", "limit": 200}, {"topic": "presence:count"}]
    async with await connected(nginx) as client, await host.connect() as leader:
        said = (await client.command("watch", topics=wanted))["topics"]
        topics = [one["topic"] for one in said]
        browser = topics[MANY]
        await client.until(lambda: all(topic in client.states for topic in topics))
        # 1. nginx reads its files anew: this channel stays, and hears what happens.
        await asyncio.to_thread(nginx.reload)
        id = (await leader.command("session.launch"))["session"]["id"]
        await client.until(lambda: id in client.states[browser]["sessions"])
        # 2. Whoever comes back through the new worker is brought up to date, all at once.
        await client.drop()
        await leader.command("session.update", session=id, attributes={"mode": "duel"})
        await client.open(host=LOOPBACK, ssl=nginx.trusted, origin="https://lobby.example")
        again = [
            one | {"known": client.known[topic]} for one, topic in zip(wanted, topics, strict=True)
        ]
        seen = len(client.frames)
        named = (await client.command("watch", topics=again))["topics"]
        assert [one["topic"] for one in named] == topics
        await client.until(lambda: {f.get("topic") for f in client.frames[seen:]} >= {*topics})
        await client.until(
            lambda: client.states[browser]["sessions"][id]["attributes"] == {"mode": "duel"}
        )
        assert (client.gaps, client.violations) == (0, [])


async def is_ready(http: httpx2.AsyncClient, process: LobbyProcess) -> bool:
    return (await http.get(f"{process.url}/health/ready")).status_code == 200

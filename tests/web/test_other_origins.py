"""A game's own page, served from elsewhere, uses the lobby from a browser: log in, join, live."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.support.people import new_user
from tests.support.processes import LobbyProcess
from tests.support.services import LOOPBACK
from tests.support.waiting import block_until

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLAY = """async ([lobby, slot, session]) => {
  const { LobbyClient } = await import(`${lobby}/client/v1/lobby.js`);
  const form = new URLSearchParams({ username: "from-elsewhere", password: "correct horse 9" });
  const registered = await fetch(`${lobby}/users`, { method: "POST", body: form });
  const token = await (await fetch(`${lobby}/users/login`, { method: "POST", body: form })).text();
  const headers = { Authorization: `Bearer ${token}`, "Idempotency-Key": crypto.randomUUID() };
  const joined = await fetch(`${lobby}/slots/${slot}/reserve`, { method: "POST", headers });
  const client = new LobbyClient({ url: lobby, token });
  await client.connect();
  await client.command("session.join", { session });
  const ours = (seat) => seat.status === "taken" && seat.name === "from-elsewhere";
  await client.watch(`session:${session}`).when(({ seats }) => Object.values(seats).some(ours));
  const seen = client.state.phase;
  const host = await fetch(`${lobby}/hosts`, { method: "POST" });
  const { uuid } = await host.json();
  const key = { Authorization: `Host ${host.headers.get("Host-Key")}` };
  const mine = await fetch(`${lobby}/hosts/${uuid}/access_token`, { headers: key });
  const own = { Authorization: `Bearer ${(await mine.json()).token}` };
  const json = { ...own, "Content-Type": "application/json" };
  const put = { method: "PUT", headers: json, body: JSON.stringify({ only_friends: true }) };
  const changed = await fetch(`${lobby}/hosts/${uuid}/only_friends`, put);
  return {
    statuses: [registered, joined, host, mine, changed].map((answer) => answer.status),
    seen,
    named: changed.headers.get("X-Request-Id")?.length,
  };
}"""
LOOK = """async ([lobby, token, friend, session]) => {
  const { LobbyClient } = await import(`${lobby}/client/v1/lobby.js`);
  const client = new LobbyClient({ url: lobby, token, timeout: 30_000 });
  const shown = (topic, question, holds) =>
    client.watch(topic, question ?? {}).when(holds, { timeout: 30_000 });
  const watched = Promise.all([
    shown("sessions", { filter: { host: "friends" } }, ({ sessions }) => session in sessions),
    shown("people", { filter: { status: "online" } }, ({ people }) => friend in people),
    shown("friends", null, ({ people }) => people[friend]?.status === "online"),
    shown(`presence:${friend}`, null, ({ status }) => status === "online"),
    shown("presence:count", null, ({ online }) => online >= 2),
  ]);
  await client.connect();
  await watched;
  client.close();
  const headers = { Authorization: `Bearer ${token}` };
  const asked = [];
  for (const path of ["/presence", `/presence/${friend}`, "/friends/presence"]) {
    const first = await fetch(lobby + path, { headers });
    const known = { ...headers, "If-None-Match": first.headers.get("ETag") };
    asked.push([first.status, (await fetch(lobby + path, { headers: known })).status]);
  }
  const search = async (filter) => {
    const json = { ...headers, "Content-Type": "application/json" };
    const body = JSON.stringify({ filter });
    return fetch(`${lobby}/sessions/search`, { method: "POST", headers: json, body });
  };
  const found = await (await search({ host: "friends" })).json();
  const wrong = await search({ host: "me" });
  const why = (await wrong.json()).detail[0].loc.join(".");
  return { asked, found: found.sessions.map(({ id }) => id), wrong: [wrong.status, why] };
}"""
SHUT_OUT = """async ([lobby, token]) => {
  const read = (path, options) =>
    fetch(lobby + path, options).then(() => "read", (no) => no.name);
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  return [
    await read("/presence", {}),
    await read("/friends/presence", { headers }),
    await read("/sessions/search", { method: "POST", headers, body: "{}" }),
    await read("/sessions/search", { method: "POST", body: "{}" }),
  ];
}"""
REFUSED = """async (lobby) => {
  const call = (options) => fetch(`${lobby}/users`, options).then(() => "read", (no) => no.name);
  const socket = new WebSocket(`${lobby.replace("http", "ws")}/ws`, "lobby.v1");
  const closed = new Promise((closed) => (socket.onclose = ({ code }) => closed(code)));
  return [
    await call({}),
    await call({ method: "POST", headers: { Authorization: "Bearer x" } }),
    await import(`${lobby}/web/page.js`).then(() => "loaded", (no) => no.name),
    await closed,
  ];
}"""


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Two sites of games, each an origin of its own."""
    home = tmp_path_factory.mktemp("site")
    (home / "index.html").write_text("<!doctype html><title>A game</title>")
    handler = partial(Quiet, directory=str(home))
    servers = [ThreadingHTTPServer((LOOPBACK, 0), handler) for _ in range(2)]
    threads = [Thread(target=server.serve_forever, args=(0.05,)) for server in servers]
    for thread in threads:
        thread.start()
    yield [f"http://{LOOPBACK}:{server.server_port}" for server in servers]
    for server, thread in zip(servers, threads, strict=True):
        server.shutdown()
        thread.join()
        server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *said: object) -> None:
        """The test's own output is enough."""


@pytest.fixture(scope="module")
def lobby(tmp_path_factory: pytest.TempPathFactory, sites: list[str]) -> Iterator[LobbyProcess]:
    home: Path = tmp_path_factory.mktemp("lobby")
    server = LobbyProcess(home, allowed_origins=sites[0]).start()
    yield server
    server.remove()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    page = await browser.new_page()
    yield page
    await page.close()


async def test_a_page_of_a_listed_origin_logs_in_joins_and_is_live(
    page: Page, lobby: LobbyProcess, sites: list[str]
) -> None:
    host = await new_user(lobby.url)
    async with await host.connect() as hosting:
        await hosting.command("host.set", only_friends=False)
        session = (await hosting.command("session.launch"))["session"]["id"]
        await page.goto(sites[0])
        played = await page.evaluate(PLAY, [lobby.url, int(session) + 2, session])
    assert played == {"statuses": [201, 200, 200, 200, 200], "seen": "live", "named": 16}


async def test_a_page_of_another_origin_gets_nothing_and_the_log_says_why(
    page: Page, lobby: LobbyProcess, sites: list[str]
) -> None:
    await page.goto(sites[1])
    assert await page.evaluate(REFUSED, lobby.url) == ["TypeError", "TypeError", "TypeError", 4507]
    block_until(lambda: f'"origin": "{sites[1]}"' in lobby.log)
    assert "LOBBY_ALLOWED_ORIGINS" in lobby.log


async def test_a_page_of_a_listed_origin_asks_questions_and_who_is_online(
    page: Page, lobby: LobbyProcess, sites: list[str]
) -> None:
    viewer, friend = await new_user(lobby.url), await new_user(lobby.url)
    befriend = f"/hosts/{viewer.uuid}/friends?friend={friend.uuid}"
    assert (await viewer.call("POST", befriend)).status_code == 200
    async with await friend.connect() as theirs:
        session = (await theirs.command("session.launch"))["session"]["id"]
        await page.goto(sites[0])
        looked = await page.evaluate(LOOK, [lobby.url, viewer.token, friend.uuid, session])
    assert looked == {
        "asked": [[200, 304]] * 3,
        "found": [session],
        "wrong": [422, "body.filter.host"],
    }


async def test_a_page_of_another_origin_asks_nobody(
    page: Page, lobby: LobbyProcess, sites: list[str]
) -> None:
    viewer = await new_user(lobby.url)
    await page.goto(sites[1])
    assert await page.evaluate(SHUT_OUT, [lobby.url, viewer.token]) == ["TypeError"] * 4

"""The Python client and what makes no sense: codes that end it, texts that are too large, nonsense
from servers, listeners and providers that raise. No crash, no endless loop, named errors.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Coroutine
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from lobby_client import Closed, Lobby, LobbyError, Refused, UnknownOutcome, backoff
from lobby_client import connection as connections
from tests.clients.conformance import holds
from tests.clients.nonsense import SPEAKERS, nonsense_servers
from tests.clients.python_scenes import Scene, phase, say, scripted, until, watched, welcome
from tests.support.long_runs import is_long

FINAL = ("closes_4501", "closes_4999")
PATIENT = ("closes_1000", "closes_1011", "closes_4008", "closes_4321")
NOBODY = "http://127.0.0.1:9"
MOST = 10
STORM_SECONDS = 60.0 if is_long else 4.0


class Keeping:
    """A store of a secret, in memory."""

    secret: str | None = None

    def load(self) -> str | None:
        return self.secret

    def save(self, secret: str) -> None:
        self.secret = secret


@holds(18)
async def test_codes_say_whether_to_come_back(scene: Scene) -> None:
    store = Keeping()
    tabs = [await scene.connected(anonymous=store) for _ in range(6)]
    await until(lambda: [tab for tab in tabs if tab.state.phase == "closed"], "one is replaced")
    await asyncio.sleep(0.2)
    (closed,) = [tab.state.why for tab in tabs if tab.state.phase == "closed"]
    assert closed is not None
    assert (closed.code, closed.by) == (4501, "server")
    assert closed.reason

    with nonsense_servers(*FINAL, *PATIENT) as servers:
        for name in FINAL:
            final = scene.client(servers[name].url)
            with pytest.raises(Closed) as stopped:
                await final.connect()
            assert f"closes_{stopped.value.why.code}" == name
        for name in PATIENT:
            patient = scene.client(servers[name].url)
            connecting = asyncio.create_task(patient.connect())
            await until(lambda one=patient: one.state.attempt >= 3, f"comes back after {name}")  # type: ignore[misc]
            await patient.close()
            with pytest.raises(Closed):
                await connecting
        assert all(servers[name].handshakes == 1 for name in FINAL)


@holds(19)
async def test_what_is_too_large_is_refused_here_and_1009_is_not_repeated(scene: Scene) -> None:
    me = await scene.connected()
    for text in ("x" * 70_000, "ä" * 40_000):
        with pytest.raises(Refused) as refused:
            await me.command("session.say", session="1", text=text)
        assert refused.value.code == "too_large"
    assert (await me.command("presence.set", status="away"))["status"] == "away"
    with nonsense_servers("says_too_large") as servers:
        server = servers["says_too_large"]
        closed = await scene.connected(server.url)
        with pytest.raises(UnknownOutcome):
            await closed.command("presence.set", status="away")
        await phase(closed, "live")
        await asyncio.sleep(0.2)
        assert closed.state.phase == "live"
        assert (server.handshakes, server.heard) == (2, 3), "two hellos, one command"


async def test_nothing_that_is_no_json_is_said(scene: Scene) -> None:
    me = await scene.connected()
    for body, error in (
        ({"when": object()}, TypeError),
        ({"x": float("nan")}, ValueError),
        ({"x": "\ud800"}, ValueError),
    ):
        with pytest.raises(error):
            await me.command("session.signal", session="1", body=body)
    with pytest.raises(TypeError, match="plain function"):
        me.on("state", asyncio.sleep)  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="begins with http"):
        Lobby("lobby.example")
    assert me.state.phase == "live"


FRAMES: list[Any] = [
    "no JSON",
    "[" * 100_000,
    "1" * 5_000,
    *(None, 5, "text", [], [[]], {}, {"type": "new"}, {"type": "reply"}, {"type": ["state"]}),
    {"type": "refusal", "re": {}, "code": None},
    {"type": "reply", "re": ["x"], "result": 1},
    {"type": "state", "topic": "sessions:other", "epoch": "e", "version": 1, "state": {}},
    {"type": "state", "topic": {}, "epoch": "e", "version": 1, "state": {}},
    {"type": "state", "topic": "sessions", "epoch": 1, "version": "1", "state": 5},
    {"type": "patch", "topic": "sessions", "since": None, "version": "nine", "patch": {}},
    {"type": "entry", "topic": "inbox"},
    {"type": "entry", "topic": "inbox", "cursor": "1", "entry": {}},
    {"type": "drain", "return_after_ms": "soon"},
    {"type": "drain", "return_after_ms": -1e999},
    {"type": "degraded", "parts": 7},
    {"type": "signal", "topic": 1, "author": None},
    {"type": "ended"},
]


@holds(25)
async def test_frames_that_make_no_sense_change_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def speak(socket: ServerConnection) -> None:
        await welcome(socket)
        await watched(socket)
        first = {"a": {"name": "A", "gone": None}}
        state = {"type": "state", "topic": "sessions", "epoch": "e", "version": 1, "state": first}
        await say(socket, state)
        for frame in FRAMES:
            await say(socket, json.dumps(frame) if not isinstance(frame, str) else frame)
        more = {"a": {"more": [1, None]}, "__proto__": {"x": 1}, "__class__": {"name": "x"}}
        patch = {"type": "patch", "topic": "sessions", "since": 1, "version": 2, "patch": more}
        await say(socket, [{"type": "nothing"}, {**patch, "new_field": 1}])
        await socket.wait_closed()

    async with scripted(speak) as url, Lobby(url) as me:
        live, paths = me.sessions(), list[object]()
        live.on_change(lambda change: 1 / 0)
        live.on_change(lambda change: paths.append(change.paths))
        with caplog.at_level(logging.CRITICAL, "lobby_client"):
            await until(lambda: len(paths) == 2, "the patch")
        assert live.state == {
            "a": {"name": "A", "more": [1, None]},
            "__proto__": {"x": 1},
            "__class__": {"name": "x"},
        }
        assert paths == [((),), (("a", "more"), ("__proto__",), ("__class__",))]
        assert me.state.phase == "live"


async def test_what_listeners_raise_is_told_to_those_of_errors(
    caplog: pytest.LogCaptureFixture, scene: Scene
) -> None:
    me, errors = scene.client(log=lambda event, details: 1 / 0), list[Exception]()
    me.on("error", errors.append)
    me.on("error", lambda error: 1 / 0)
    me.on("state", lambda state: [].pop())
    with caplog.at_level(logging.CRITICAL, "lobby_client"):
        await me.connect()
        await me.sessions().ready()
    assert {type(error) for error in errors} == {IndexError}
    assert len(errors) == 2, "connecting, live"
    assert me.state.phase == "live"


@pytest.mark.parametrize(
    "answer", [None, 5, [], {"kind": 7}, {"kind": "anonymous", "limits": [], "at": "noon"}]
)
async def test_hello_is_answered_with_nonsense(
    answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def speak(socket: ServerConnection) -> None:
        hello = json.loads(await socket.recv())
        await say(socket, {"type": "reply", "re": hello["id"], "result": answer})
        await socket.wait_closed()

    async with scripted(speak) as url:
        me = Lobby(url, backoff=(0.01, 0.02))
        with caplog.at_level(logging.CRITICAL, "lobby_client"):
            connecting = asyncio.create_task(me.connect())
            await until(lambda: me.state.phase == "live" or me.state.attempt >= 2, "an answer")
            usable = isinstance(answer, dict) and answer["kind"] == "anonymous"
            assert (me.state.phase == "live") == usable
            await me.close()
        outcome = (await asyncio.gather(connecting, return_exceptions=True))[0]
        assert usable or isinstance(outcome, Closed)


async def test_a_hello_that_is_never_answered_ends_also_where_much_else_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lobby_client.supervisor.ANSWER_SECONDS", 0.3)

    async def speak(socket: ServerConnection) -> None:
        while True:
            await say(socket, {"type": "degraded", "parts": []})
            await asyncio.sleep(0.02)

    async with scripted(speak) as url:
        me = Lobby(url, backoff=(0.01, 0.02))
        connecting = asyncio.create_task(me.connect())
        await until(lambda: me.state.why or me.state.attempt >= 2, "given up")
        await me.close()
        with pytest.raises(Closed):
            await connecting


@holds(25)
async def test_whatever_fails_ten_handshakes_in_ten_seconds_are_the_most(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With hurry() and reconnect() all the while. In short the ten seconds are two."""
    window = backoff.OF_SECONDS if is_long else 2.0
    monkeypatch.setattr(backoff, "OF_SECONDS", window)
    with caplog.at_level(logging.CRITICAL), nonsense_servers(*SPEAKERS) as servers:
        urls = {name: server.url for name, server in servers.items()} | {"gone": NOBODY}
        storm = [Lobby(url, backoff=(0.01, 0.02), timeout=1e3) for url in urls.values()]
        began = time.monotonic()
        outcomes = [asyncio.create_task(each) for one in storm for each in wishes(one)]
        again = [servers[name] for name in ("leaves", "away", *PATIENT)]
        round = 0
        while time.monotonic() - began < STORM_SECONDS or any(
            server.handshakes <= MOST for server in again
        ):
            round += 1
            for one in storm:
                one.hurry()
                if round % 20 == 0 and one.state.phase != "closed":
                    one.reconnect()
            await asyncio.sleep(0.02)
        windows = (time.monotonic() - began) // window + 1
        counted = {name: server.handshakes for name, server in servers.items()}
        for one in storm:
            await one.close()
        results = await asyncio.gather(*outcomes, return_exceptions=True)
    assert {name: n for name, n in counted.items() if n > MOST * windows} == {}
    assert all(counted[name] == 1 for name in FINAL)
    wrong = [one for one in results if isinstance(one, BaseException)]
    assert all(isinstance(one, LobbyError) for one in wrong), wrong


def wishes(lobby: Lobby) -> list[Coroutine[Any, Any, object]]:
    said = lobby.command("presence.set", status="away")
    return [lobby.connect(), lobby.sessions().ready(), said]


async def test_no_redirect_takes_a_token_elsewhere() -> None:
    asked: list[str] = []

    async def elsewhere(socket: ServerConnection) -> None:
        asked.append(str(await socket.recv()))

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        to = connections.channel_url(url)
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()

    async with scripted(elsewhere) as url:
        server = await asyncio.start_server(redirect, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        me = Lobby(f"http://127.0.0.1:{port}", token="a token")
        connecting = asyncio.create_task(me.connect())
        state = await phase(me, "waiting")
        assert state.why is not None
        assert state.why.reason == "HTTP 302"
        await me.close()
        with pytest.raises(Closed):
            await connecting
        server.close()
        await server.wait_closed()
    assert asked == []

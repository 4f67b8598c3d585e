"""The Python client, where lobbies by script say what none should, and games do to their own client
what they should not."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from lobby_client import Change, Closed, Identity, Lobby, SecretStore, State, backoff
from tests.clients.conformance import holds
from tests.clients.nonsense import WELCOME
from tests.clients.python_scenes import SOON, say, scripted, until, watched, welcome

STATE = {"type": "state", "topic": "sessions", "epoch": "e", "version": 1, "state": {"a": 1}}


async def polite(socket: ServerConnection) -> None:
    await welcome(socket)
    await socket.wait_closed()


class Failing(SecretStore):
    """A store that raises at one of the two."""

    def __init__(self, at: str) -> None:
        self._at = at
        self.saved = "untouched"

    def load(self) -> str | None:
        if self._at == "load":
            raise OSError("no storage")
        return None

    async def save(self, secret: str, /) -> None:
        if self._at == "save":
            raise OSError("no storage")
        self.saved = secret


@pytest.mark.parametrize("at", ["load", "save"])
async def test_a_store_that_fails_is_told_of_and_the_identity_lasts(at: str) -> None:
    secrets: list[str] = []

    async def speak(socket: ServerConnection) -> None:
        secrets.append((await welcome(socket))["secret"])
        await socket.recv()
        await socket.close(1011)

    store, errors = Failing(at), list[str]()
    async with scripted(speak) as url:
        me = Lobby(url, anonymous=store, backoff=SOON)
        me.on("error", lambda error: errors.append(str(error)))
        async with me:
            me.hurry()  # the lobby goes at the next word
            await until(lambda: len(secrets) == 2, "back")
    assert errors == ["no storage"]
    assert len(set(secrets)) == 1
    assert store.saved == "untouched", "what cannot be read is not written over"


async def test_a_store_may_save_in_a_coroutine() -> None:
    store = Failing("nothing")
    async with scripted(polite) as url, Lobby(url, anonymous=store):
        assert len(store.saved) == 64


async def test_an_answer_of_a_provider_that_was_replaced_is_nobodys() -> None:
    tokens: list[object] = []
    late = asyncio.Event()

    async def speak(socket: ServerConnection) -> None:
        tokens.append((await welcome(socket)).get("token"))
        await socket.wait_closed()

    async def first(_expired: bool) -> str:
        try:
            await late.wait()
        except asyncio.CancelledError:
            await late.wait()  # as one does that shields a login
        return "of the first"

    async with scripted(speak) as url:
        me = Lobby(url, token=first, backoff=SOON)
        connecting = asyncio.create_task(me.connect())
        await until(lambda: me.state.phase == "connecting" and not late.is_set())
        await asyncio.sleep(0.01)
        me.reconnect(token=lambda expired: "of the second")
        late.set()
        await connecting
        await me.close()
    assert tokens == ["of the second"]


@holds(25)
async def test_whoever_reconnects_at_each_wait_is_held_to_ten_handshakes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backoff, "OF_SECONDS", 3600.0)
    handshakes: list[int] = []

    async def speak(socket: ServerConnection) -> None:
        handshakes.append(1)
        await socket.recv()
        await socket.close(1011)

    async with scripted(speak) as url:
        me, states = Lobby(url, backoff=SOON), list[str]()

        def again(state: State) -> None:
            states.append(state.phase)
            if state.phase == "waiting":
                me.reconnect()

        me.on("state", again)
        connecting = asyncio.create_task(me.connect())
        await until(lambda: len(handshakes) == 10 and me.state.phase == "waiting", "held off")
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(handshakes) == 10
        assert len(states) < 30
        await me.close()
        with pytest.raises(Closed):
            await connecting


@pytest.mark.parametrize("way", ["connect", "reconnect"])
async def test_whoever_comes_back_once_it_is_closed_is_connected(way: str) -> None:
    handshakes: list[int] = []

    async def speak(socket: ServerConnection) -> None:
        handshakes.append(1)
        if len(handshakes) > 1:
            return await polite(socket)
        await socket.recv()
        await socket.close(4999)

    async with scripted(speak) as url:
        me, again = Lobby(url, backoff=SOON), list[asyncio.Task[Identity]]()

        def closed(state: State) -> None:
            if state.phase == "closed" and not again:
                if way == "reconnect":
                    me.reconnect()
                again.append(asyncio.create_task(me.connect()))

        me.on("state", closed)
        with pytest.raises(Closed):
            await me.connect()
        assert (await again[0]).uuid == WELCOME["uuid"]
        await me.close()


async def test_the_second_one_that_watches_is_told_of_the_state_as_the_first_was() -> None:
    patched = asyncio.Event()

    async def speak(socket: ServerConnection) -> None:
        await welcome(socket)
        await watched(socket)
        await say(socket, STATE)
        await patched.wait()
        patch = {"type": "patch", "topic": "sessions", "since": 1, "version": 2, "patch": {"a": 2}}
        await say(socket, patch)
        await socket.wait_closed()

    async with scripted(speak) as url, Lobby(url) as me:
        await me.sessions().ready()
        second, told = me.watch("sessions"), list[object]()
        second.on_change(lambda change: told.append((change.whole, change.state["a"])))
        second.at(("a",), told.append)
        changes = aiter(second)
        first: Change[Any] = await anext(changes)
        assert first.whole
        assert told == [(True, 1), 1]
        patched.set()
        assert (await anext(changes)).paths == (("a",),), "once, and then what is new"


@pytest.mark.parametrize("beat", ["1e12", "1e999"])
async def test_spans_too_long_for_a_timer_are_no_shorter_for_it(beat: str) -> None:
    heard: list[str] = []

    async def speak(socket: ServerConnection) -> None:
        hello = json.loads(await socket.recv())
        result = json.dumps(WELCOME)[:-1] + f', "heartbeat_ms": {beat}, "expires_in": {beat}}}'
        await socket.send(f'{{"type":"reply","re":"{hello["id"]}","result":{result}}}')
        async for text in socket:
            heard.append(str(text))

    async with scripted(speak) as url, Lobby(url) as me:
        for _ in range(100):
            await asyncio.sleep(0)
        assert me.state.phase == "live"
        assert heard == []


async def test_what_is_too_much_at_once_is_asked_less_and_less_often(
    caplog: pytest.LogCaptureFixture,
) -> None:
    times: list[float] = []

    async def speak(socket: ServerConnection) -> None:
        await welcome(socket)
        async for text in socket:
            times.append(asyncio.get_running_loop().time())
            no = {"type": "refusal", "re": json.loads(text)["id"], "code": "too_many"}
            await say(socket, {**no, "message": "no", "retry_after": -5})

    with caplog.at_level(logging.CRITICAL, "lobby_client"):
        async with scripted(speak) as url, Lobby(url) as me:
            me.sessions()
            await until(lambda: len(times) == 5, "five times")
    assert times[-1] - times[0] > 0.5, "0.75 s, and not four times 50 ms"

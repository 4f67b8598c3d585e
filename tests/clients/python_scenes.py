"""What every scenario of the Python client stands on: clients that come back soon, a line that is
listened to, and a lobby by script.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from lobby_client import Lobby, State
from lobby_client.connection import Connection
from lobby_client.http import LobbyHttp
from lobby_client.states import Frame
from tests.clients.links import Link
from tests.clients.nonsense import WELCOME
from tests.support.services import LOOPBACK
from tests.support.waiting import TIMEOUT

SOON = (0.02, 0.05)
HOURS = (3600.0, 3600.0)


class Scene:
    """Clients of one test, all closed at its end."""

    def __init__(self, link: Link, opened: AsyncExitStack) -> None:
        self.link, self._opened = link, opened

    def client(self, url: str = "", **options: Any) -> Lobby:
        """Through the proxy, unless said otherwise. It comes back soon; not connected yet."""
        usual: dict[str, Any] = {"anonymous": True, "backoff": SOON, "timeout": TIMEOUT}
        lobby = Lobby(url or self.link.url, **usual | options)
        self._opened.push_async_callback(lobby.close)
        return lobby

    async def connected(self, url: str = "", **options: Any) -> Lobby:
        lobby = self.client(url, **options)
        async with asyncio.timeout(TIMEOUT):
            await lobby.connect()
        return lobby

    async def host(self, url: str = "") -> Lobby:
        """One that can host, past the proxy; guests without a name may come."""
        async with LobbyHttp(self.link.direct) as http:
            host = await http.hosts.register()
            token = await http.hosts.login(host["uuid"], host["key"])
        lobby = await self.connected(url or self.link.direct, token=token, anonymous=False)
        await lobby.command("host.set", only_friends=False, allow_nonames=True)
        return lobby


@asynccontextmanager
async def scene_at(link: Link) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as opened:
        yield Scene(link, opened)


@pytest.fixture
async def scene(link: Link) -> AsyncIterator[Scene]:
    async with scene_at(link) as made:
        yield made


async def until(test: Callable[[], object], what: str = "") -> None:
    for _ in range(int(TIMEOUT / 0.01)):
        if test():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"never: {what or test}")


async def phase(lobby: Lobby, wanted: str) -> State:
    await until(lambda: lobby.state.phase == wanted, wanted)
    return lobby.state


@asynccontextmanager
async def comes_back(lobby: Lobby) -> AsyncIterator[list[State]]:
    """Its body takes the connection away; at its end the client is back. Gives each wait."""
    waits = waits_of(lobby)
    yield waits
    await until(lambda: waits, "waiting")
    await phase(lobby, "live")


def waits_of(lobby: Lobby) -> list[State]:
    """Each wait from now on."""
    waits: list[State] = []

    def note(state: State) -> None:
        if state.phase == "waiting":
            waits.append(state)

    lobby.on("state", note)
    return waits


class Wire:
    """What clients have sent to this lobby, and heard of it."""

    def __init__(self, url: str) -> None:
        self._port = int(url.rpartition(":")[2])
        self.sent: list[str] = []
        self.heard: list[Frame] = []

    def of(self, connection: Connection) -> bool:
        return bool(connection._socket.remote_address[1] == self._port)

    def said(self, type: str) -> list[str]:
        return [text for text in self.sent if json.loads(text)["type"] == type]


@pytest.fixture
def wire(link: Link) -> Iterator[Wire]:
    yield from wire_at(link.url)


def wire_at(url: str) -> Iterator[Wire]:
    """Listens to every connection to this lobby."""
    wire, send, heard = Wire(url), Connection.send, Connection._heard

    def sent(connection: Connection, text: str) -> None:
        if wire.of(connection):
            wire.sent.append(text)
        send(connection, text)

    def hear(connection: Connection, data: Any, take: Callable[[Frame], object]) -> None:
        if wire.of(connection):
            frames = json.loads(data)
            wire.heard.extend(frames if isinstance(frames, list) else [frames])
        heard(connection, data, take)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "send", sent)
        patch.setattr(Connection, "_heard", hear)
        yield wire


@asynccontextmanager
async def scripted(speak: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[str]:
    """The address of a server that says this to whoever comes."""

    async def answer(socket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            await speak(socket)

    spoken = [Subprotocol("lobby.v1")]
    async with serve(answer, LOOPBACK, 0, subprotocols=spoken, close_timeout=0.2) as server:
        yield f"http://{LOOPBACK}:{next(iter(server.sockets)).getsockname()[1]}"


async def welcome(socket: ServerConnection, **more: Any) -> Frame:
    """Answer hello; returns it."""
    hello: Frame = json.loads(await socket.recv())
    await say(socket, {"type": "reply", "re": hello["id"], "result": {**WELCOME, **more}})
    return hello


async def say(socket: ServerConnection, *frames: object) -> None:
    for frame in frames:
        await socket.send(frame if isinstance(frame, str) else json.dumps(frame))


async def watched(socket: ServerConnection) -> Frame:
    """Answer the next command, which is `watch` of one topic; returns it."""
    asked: Frame = json.loads(await socket.recv())
    assert asked["type"] == "watch"
    await say(socket, {"type": "reply", "re": asked["id"], "result": {"topic": asked["topic"]}})
    return asked

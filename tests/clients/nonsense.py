"""Servers that speak the channel's protocol badly, each in its own way, to see what clients do."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from tests.support.services import LOOPBACK

Speak = Callable[[ServerConnection], Awaitable[None]]
WELCOME = {"kind": "anonymous", "uuid": "00000000-0000-4000-8000-000000000000"}
MAD = {
    "kind": 7,
    "uuid": WELCOME["uuid"],
    "heartbeat_ms": 0,
    "grace_ms": "long",
    "at": "noon",
    "expires_in": 1e-9,
    "limits": {
        "commands_per_second": 1e9,
        "commands_burst": -1,
        "message_bytes": "many",
        "waiting": None,
    },
}
UNREADABLE = ['{"type":', "[[[[]]]]", "null", '{"type":"state"}', '{"type":"patch","topic":"x"}']


async def _welcome(socket: ServerConnection, result: dict[str, Any]) -> None:
    hello = json.loads(await socket.recv())
    await socket.send(json.dumps({"type": "reply", "re": hello["id"], "result": result}))


def closes(code: int) -> Speak:
    """Closes as soon as somebody says hello."""

    async def speak(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.close(code)

    return speak


async def leaves(socket: ServerConnection) -> None:
    """Greets, and goes."""
    await _welcome(socket, WELCOME)
    await socket.close(1000)


async def says_too_large(socket: ServerConnection) -> None:
    """Every command is too large: closes with 1009."""
    await _welcome(socket, WELCOME)
    await socket.recv()
    await socket.close(1009)


async def is_mad(socket: ServerConnection) -> None:
    """Nothing that it says makes sense."""
    await _welcome(socket, MAD)
    for frame in UNREADABLE:
        await socket.send(frame)
    async for text in socket:
        asked = json.loads(text)
        await socket.send(json.dumps({"type": "reply", "re": asked["id"], "result": None}))


async def refuses(socket: ServerConnection) -> None:
    """Everything is too much, and may be tried again at once."""
    await _welcome(socket, WELCOME)
    async for text in socket:
        no = {"type": "refusal", "re": json.loads(text)["id"], "code": "too_many"}
        await socket.send(json.dumps({**no, "message": "no", "retry_after": 0}))


SPEAKERS: dict[str, Speak] = {
    "leaves": leaves,
    "says_too_large": says_too_large,
    "is_mad": is_mad,
    "refuses": refuses,
    "away": closes(1011),  # but it answers each handshake with 503
    **{f"closes_{code}": closes(code) for code in (1000, 1011, 4003, 4008, 4321, 4501, 4999)},
}


class NonsenseServer:
    """`handshakes`: how many were begun. `heard`: how many messages came."""

    def __init__(self, name: str) -> None:
        self._name, self._speak = name, SPEAKERS[name]
        self.handshakes = self.heard = 0
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        spoken = [Subprotocol("lobby.v1")]
        async with serve(
            self._answer,
            LOOPBACK,
            0,
            process_request=self._count,
            subprotocols=spoken,
            close_timeout=0.2,
        ) as server:
            self.url = f"http://{LOOPBACK}:{_port(server)}"
            self._ready.set()
            await self._end.wait()

    def _count(self, socket: ServerConnection, _request: Request) -> Response | None:
        self.handshakes += 1
        if self._name != "away":
            return None
        return socket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "away")

    async def _answer(self, socket: ServerConnection) -> None:
        counted = socket.recv

        async def recv(*arguments: Any) -> Any:
            text = await counted(*arguments)
            self.heard += 1
            return text

        socket.recv = recv  # type: ignore[assignment]
        with suppress(ConnectionClosed):
            await self._speak(socket)


def _port(server: Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


@contextmanager
def nonsense_servers(*names: str) -> Iterator[dict[str, NonsenseServer]]:
    servers = {name: NonsenseServer(name) for name in names}
    with ExitStack() as opened:
        for server in servers.values():
            server.start()
            opened.callback(server.close)
        yield servers

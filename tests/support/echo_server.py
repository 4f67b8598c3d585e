"""A WebSocket echo server on the channel's connection code, as a process that records events.

    python -m tests.support.echo_server ['{"limits": {...}, "heartbeat": {...}, "http": {...}}']

It prints its port. `/echo/<name>` echoes messages, except for its commands (`Echo.heard`);
`/record/<name>?until=<event>` is answered once that event is recorded.
"""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.server import ServerProtocol

from lobby.channel.heartbeat import Heartbeat
from lobby.channel.wire import EXTENSION, Connection, Wire, WireLimits, wire
from lobby.process.http import Http
from protocol.framing import text_frame

Settings = dict[str, dict[str, Any]]


class Records:
    """Recorded events of each connection, by name; clients can wait for one."""

    def __init__(self) -> None:
        self.events: defaultdict[str, list[str]] = defaultdict(list)
        self.changed = asyncio.Event()

    def add(self, name: str, event: str) -> None:
        self.events[name].append(event)
        self.changed.set()
        self.changed = asyncio.Event()

    async def wait(self, name: str, event: str) -> list[str]:
        while event and event not in self.events[name]:
            await self.changed.wait()
        return self.events[name]


class Echo:
    """The peer of one connection."""

    connection: Connection

    def __init__(self, name: str, records: Records, heartbeat: Heartbeat) -> None:
        self.name, self.records, self.heartbeat = name, records, heartbeat
        self.behind = False
        self.to_pour = 0
        self.closing = False

    def message(self, text: bytes) -> None:
        if self.closing:
            self.records.add(self.name, "heard too much")
        order, _, rest = text.partition(b" ")
        if order == b"pour":
            self.to_pour = int(rest)
            self.pour()
        elif order == b"drown":
            self.pour_regardless(int(rest))
        elif order == b"whole":
            self.connection.write(text_frame(b"x" * int(rest)))
        elif order == b"close":
            self.closing = True
            self.connection.close(int(rest), "as you say")
        elif order == b"break":
            raise RuntimeError("as you say")
        else:
            self.connection.write(text_frame(text))

    def pour(self) -> None:
        """Send the messages with backpressure: some per turn, none while the client is behind."""
        for _ in range(min(20, self.to_pour)):
            if not self.behind:
                self.to_pour -= 1
                self.connection.write(text_frame(b"x" * 1000))
        if self.to_pour and not self.behind:
            asyncio.get_running_loop().call_soon(self.pour)

    def pour_regardless(self, messages: int) -> None:
        """Send the messages at once, without backpressure."""
        for _ in range(messages):
            self.connection.write(text_frame(b"x" * 1000))

    def fell_behind(self) -> None:
        self.behind = True
        self.records.add(self.name, "behind")

    def caught_up(self) -> None:
        self.behind = False
        self.records.add(self.name, "caught up")
        self.pour()

    def lost(self, code: int | None) -> None:
        self.heartbeat.discard(self.connection)
        self.records.add(self.name, f"lost {code}")


async def echo(websocket: WebSocket) -> None:
    state, name = websocket.app.state, websocket.path_params["name"]
    if name.startswith("held"):
        state.records.add(name, "arrived")
        await state.records.wait(name, "released")
    await websocket.accept(subprotocol=next(iter(websocket.scope["subprotocols"]), None))
    peer = Echo(name, state.records, state.heartbeat)
    peer.connection = websocket.scope["extensions"][EXTENSION].detach(peer)
    state.heartbeat.add(peer.connection)


async def refuse_handshake(websocket: WebSocket) -> None:
    await websocket.close()


async def record(request: Request) -> Response:
    name, until = request.path_params["name"], request.query_params.get("until", "")
    return JSONResponse(await request.app.state.records.wait(name, until))


async def release(request: Request) -> Response:
    request.app.state.records.add(request.path_params["name"], "released")
    return Response()


async def size(request: Request) -> Response:
    return JSONResponse(len(await request.body()))


async def remains(request: Request) -> Response:
    """Count the protocol objects in memory; the garbage collector is off, so this finds leaks."""
    kinds = {kind.__name__: kind for kind in (Wire, Http, Connection, ServerProtocol)}
    kept = [type(thing) for thing in gc.get_objects()]
    found = {name: sum(issubclass(one, kind) for one in kept) for name, kind in kinds.items()}
    return JSONResponse({name: many for name, many in found.items() if many})


def app(settings: Settings) -> Starlette:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        gc.disable()
        app.state.records = Records()
        app.state.heartbeat = Heartbeat(**settings.get("heartbeat", {}))
        beating = asyncio.create_task(app.state.heartbeat.run())
        yield
        beating.cancel()

    routes = [
        WebSocketRoute("/echo/{name}", echo),
        WebSocketRoute("/refuse_handshake", refuse_handshake),
        Route("/record/{name}", record, methods=["GET", "POST"]),
        Route("/release/{name}", release),
        Route("/size", size, methods=["POST"]),
        Route("/remains", remains),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


async def serve(settings: Settings) -> None:
    config = uvicorn.Config(
        app(settings),
        http=type("Patient", (Http,), settings.get("http", {})),
        ws=wire(WireLimits(**settings.get("limits", {}))),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    with socket.create_server(("127.0.0.1", 0), backlog=1000) as listening:
        print(listening.getsockname()[1], flush=True)  # noqa: T201
        await uvicorn.Server(config).serve(sockets=[listening])


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(json.loads(sys.argv[1]) if sys.argv[1:] else {}))

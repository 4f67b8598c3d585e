"""Coalescing in the hub: updates delivered per second of the server's CPU time.

    python -m bench.hub

A thousand sockets watch one document through the hub, which receives changes at a rising rate; for
comparison, `websockets.broadcast` sends every change separately.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.server import ServerConnection, broadcast
from websockets.asyncio.server import serve as websockets_serve

from bench.fanout import EVENT, SOCKETS, Announce, line, processor_seconds, started
from bench.people import SyntheticPeople
from lobby.channel.wire import EXTENSION, Connection, WireLimits, wire
from lobby.hub import Hub, News, Snapshot
from lobby.live_queries import Viewer
from lobby.process.http import Http
from persistence.live.memory import MemoryBus
from persistence.ports import Page
from protocol.events import DocumentChanged

TOPIC = "session:1024"
SECONDS = 4.0
RATES = (20, 200, 1000)
"""Changes a second."""


class Watcher:
    identity = ""
    behind = False
    out: Connection

    def message(self, text: bytes) -> None: ...

    def fell_behind(self) -> None:
        self.behind = True

    def caught_up(self) -> None:
        self.behind = False

    def lost(self, code: int | None) -> None: ...

    def charge(self, topic: str, size: int) -> None: ...

    def revoked(self, token_version: int | None, ended: Collection[str]) -> None: ...


class OneDocument:
    """A source for the hub: one document that always has its first state."""

    def clock(self) -> float:
        return time.time()

    async def snapshot(self, topic: str) -> Snapshot:
        return Snapshot(state(0), epoch="bench", version=1)

    async def news(self, topic: str, versions: object) -> News:
        return News({}, {})

    async def hides(self, topic: str, identity: str) -> None:
        return None

    async def viewer(self, account: str, *, friends: bool, named_by: bool) -> Viewer:
        return Viewer(account)

    async def changed(self, versions: object) -> list[str]:
        return []

    async def epoch(self) -> str:
        return "bench"

    async def read(self, topic: str, *, after: int, limit: int) -> Page:
        return Page([], trimmed=False)

    async def head(self, topic: str) -> int:
        return 0

    async def heads(self, topics: object) -> dict[str, int]:
        return {}


def state(n: int) -> dict[str, object]:
    return {"id": "1024", "name": "x" * 40, "seats": {"0": {"status": "taken", "score": n}}}


async def serve_hub(announce: Announce, rate: int) -> None:
    bus = MemoryBus()
    hub = Hub(
        bus,
        OneDocument(),
        SyntheticPeople(0),
        name="bench",
        forget_account=lambda account: None,
        on_changed=lambda changed: None,
    )
    hearing = asyncio.create_task(hub.run())

    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        watcher = Watcher()
        watcher.out = websocket.scope["extensions"][EXTENSION].detach(watcher)
        hub.enter(watcher)
        await hub.open(TOPIC)
        await hub.join(TOPIC, watcher)

    app = Starlette(routes=[WebSocketRoute("/ws", endpoint)])
    config = uvicorn.Config(app, port=0, http=Http, ws=wire(WireLimits()), log_level="warning")
    with socket.create_server(("127.0.0.1", 0), backlog=SOCKETS) as listening:
        serving = asyncio.create_task(uvicorn.Server(config).serve(sockets=[listening]))
        announce(listening.getsockname()[1])
        await asked()
        for n in range(int(rate * SECONDS)):
            bus.publish(TOPIC, DocumentChanged(version=n + 2, outer=state(n)).model_dump_json())
            await asyncio.sleep(1 / rate)
        await asyncio.sleep(0.2)
        print("done", flush=True)
        await serving
        await hearing


async def serve_broadcast(announce: Announce, rate: int) -> None:
    async def handler(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async with websockets_serve(
        handler, "127.0.0.1", 0, compression=None, ping_interval=None
    ) as server:
        announce(next(iter(server.sockets)).getsockname()[1])
        await asked()
        for _ in range(int(rate * SECONDS)):
            broadcast(server.connections, EVENT.decode())
            await asyncio.sleep(1 / rate)
        print("done", flush=True)
        await server.wait_closed()


async def asked() -> None:
    go = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), go.set)
    await go.wait()
    asyncio.get_running_loop().remove_reader(sys.stdin.fileno())


def measure(variant: str, rate: int, readers: str) -> float:
    """Updates delivered per second of the server's CPU time."""
    with started(0, sys.executable, "-m", "bench.hub", variant, str(rate)) as server:
        port = line(server)
        with started(1, readers, port, str(SOCKETS), str(10**12)) as client:
            assert line(client) == "ready"
            before = processor_seconds(server.pid)
            assert server.stdin is not None
            print("go", file=server.stdin, flush=True)
            assert line(server) == "done"
            return SOCKETS * int(rate * SECONDS) / (processor_seconds(server.pid) - before)


def compare() -> None:
    with tempfile.TemporaryDirectory() as folder:
        readers = str(Path(folder) / "readers")
        source = Path(__file__).with_name("readers.c")
        subprocess.run(["cc", "-O2", "-o", readers, source], check=True)
        alone = measure("broadcast", 20, readers)
        print(f"websockets.broadcast, 20 changes a second: {alone:12,.0f} updates per CPU-second")
        for rate in RATES:
            ours = measure("hub", rate, readers)
            print(f"hub, {rate:5} changes a second: {ours:24,.0f}   ratio {ours / alone:6.2f}")


if __name__ == "__main__":
    if sys.argv[1:]:
        variant, rate = sys.argv[1], int(sys.argv[2])
        serve = serve_hub if variant == "hub" else serve_broadcast
        uvloop.run(serve(lambda port: print(port, flush=True), rate))
    else:
        compare()

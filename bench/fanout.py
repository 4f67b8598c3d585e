"""Fan-out of one event to a thousand sockets: frames delivered per second of the server's CPU time.

    python -m bench.fanout

Ours (framed once, the same bytes to every connection, 128 per turn of the loop) alternates with
`websockets.broadcast`; each server is a process of its own, and so is the client that reads. Exits
with 1 when the median of the pairs' ratios is below the target.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.server import ServerConnection, broadcast
from websockets.asyncio.server import serve as websockets_serve

from lobby.channel.wire import EXTENSION, Connection, WireLimits, wire
from lobby.process.http import Http
from protocol.framing import text_frame

SOCKETS, SWEEPS, PAIRS, SLICE, TARGET = 1000, 400, 3, 128, 1.3
EVENT = (
    b'{"topic":"presence","version":123456,"patch":{"6f1c":{"status":"in game","name":"%s"}}}'
    % (b"x" * 40)
)
Announce = Callable[[int], None]
Sweep = Callable[[], Awaitable[None]]


class Listener:
    """A peer that ignores what it receives: only sending is measured."""

    def message(self, text: bytes) -> None: ...

    def fell_behind(self) -> None: ...

    def caught_up(self) -> None: ...

    def lost(self, code: int | None) -> None: ...


async def serve_wire(announce: Announce) -> None:
    connections: set[Connection] = set()

    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        connections.add(websocket.scope["extensions"][EXTENSION].detach(Listener()))

    async def sweep() -> None:
        frame, waiting = text_frame(EVENT), iter(list(connections))
        while turn := list(islice(waiting, SLICE)):
            for connection in turn:
                connection.write(frame)
            await asyncio.sleep(0)

    app = Starlette(routes=[WebSocketRoute("/ws", endpoint)])
    config = uvicorn.Config(app, port=0, http=Http, ws=wire(WireLimits()), log_level="warning")
    with socket.create_server(("127.0.0.1", 0), backlog=SOCKETS) as listening:
        serving = asyncio.create_task(uvicorn.Server(config).serve(sockets=[listening]))
        announce(listening.getsockname()[1])
        await publish(sweep)
        await serving


async def serve_broadcast(announce: Announce) -> None:
    text = EVENT.decode()

    async def handler(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async def sweep() -> None:
        broadcast(server.connections, text)
        await asyncio.sleep(0)

    async with websockets_serve(
        handler, "127.0.0.1", 0, compression=None, ping_interval=None
    ) as server:
        announce(next(iter(server.sockets)).getsockname()[1])
        await publish(sweep)
        await server.wait_closed()


async def publish(sweep: Sweep) -> None:
    """On a line from the parent process, all sweeps without a pause."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), asked.set)
    await asked.wait()
    asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
    for _ in range(SWEEPS):
        await sweep()


VARIANTS = {"wire": serve_wire, "broadcast": serve_broadcast}


@contextmanager
def started(core: int | None, *command: str) -> Iterator[subprocess.Popen[str]]:
    """On this core; None: on any."""
    pins = core is not None and shutil.which("taskset")
    pinned = ["taskset", "-c", str((core or 0) % (os.cpu_count() or 1))] if pins else []
    pipe = subprocess.PIPE
    with subprocess.Popen([*pinned, *command], stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(variant: str, readers: str) -> float:
    """Frames delivered per second of the server's CPU time."""
    expected = str(SOCKETS * SWEEPS * len(text_frame(EVENT)))
    with started(0, sys.executable, __file__, variant) as server:
        port = line(server)
        with started(1, readers, port, str(SOCKETS), expected) as client:
            assert line(client) == "ready"
            before = processor_seconds(server.pid)
            assert server.stdin is not None
            print("go", file=server.stdin, flush=True)
            assert line(client) == "done", "not all was delivered"
            return SOCKETS * SWEEPS / (processor_seconds(server.pid) - before)


def compare() -> int:
    with tempfile.TemporaryDirectory() as folder:
        readers = str(Path(folder) / "readers")
        source = Path(__file__).with_name("readers.c")
        subprocess.run(["cc", "-O2", "-o", readers, source], check=True)
        ratios = []
        for _ in range(PAIRS):
            ours, theirs = measure("wire", readers), measure("broadcast", readers)
            ratios.append(ours / theirs)
            print(f"wire {ours:9,.0f}   broadcast {theirs:9,.0f}   ratio {ratios[-1]:.2f}")
    median = statistics.median(ratios)
    print(f"median of {PAIRS} pairs: {median:.2f} (target: {TARGET})")
    return int(median < TARGET)


if __name__ == "__main__":
    if sys.argv[1:]:
        uvloop.run(VARIANTS[sys.argv[1]](lambda port: print(port, flush=True)))
    else:
        sys.exit(compare())

"""Friends among many: what a process costs whose people each watch their own friends.

    python -m bench.friends [PEOPLE WATCHERS FRIENDS CHANGES_A_SECOND]

Of 100,000 people online, 200 change a second; 10,000 accounts watch 50 friends each through the
hub, a thousand of them over real sockets, the others by a writer that counts. Exits with 1 when the
processor time or the bytes of a watcher are above the target.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import psutil
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from bench.fanout import Announce, line, started
from bench.hub import OneDocument
from bench.people import SyntheticPeople, person
from lobby.channel.wire import EXTENSION, WireLimits, wire
from lobby.hub import Hub
from lobby.hub.fanout import Out
from lobby.hub.people_source import Ties
from lobby.process.http import Http
from persistence.live.memory import MemoryBus
from protocol.roster import RosterChanged
from protocol.topics import friends

PEOPLE, WATCHERS, FRIENDS, CHANGES = 100_000, 10_000, 50, 200
SOCKETS = 1_000
SECONDS = 20.0
HEAL_SECONDS = 10.0
MOST_CORE, MOST_BYTES = 0.3, 25.0
STATUSES = ("online", "away", "busy", "playing")


class Counted:
    """Where a watcher's frames go who has no socket."""

    def __init__(self) -> None:
        self.frames = self.bytes = 0
        self.write: Callable[[bytes], object] = self._write

    def _write(self, frame: bytes) -> None:
        self.frames += 1
        self.bytes += len(frame)


class Watcher:
    behind = False

    def __init__(self, identity: str, out: Out) -> None:
        self.identity, self.out = identity, out

    def message(self, text: bytes) -> None: ...

    def fell_behind(self) -> None:
        self.behind = True

    def caught_up(self) -> None:
        self.behind = False

    def lost(self, code: int | None) -> None: ...

    def charge(self, topic: str, size: int) -> None: ...

    def revoked(self, token_version: int | None, ended: Collection[str]) -> None: ...


class Both:
    """To a socket, and counted."""

    def __init__(self, connection: Out, counted: Counted) -> None:
        self._connection, self._counted = connection, counted
        self.write: Callable[[bytes], object] = self._write

    def _write(self, frame: bytes) -> None:
        self._counted.write(frame)
        self._connection.write(frame)


class World:
    def __init__(self, many: int, watchers: int, friends_each: int) -> None:
        self.bus, self.people, self.counted = MemoryBus(), SyntheticPeople(many), Counted()
        self.hub = Hub(
            self.bus,
            OneDocument(),
            self.people,
            name="bench",
            forget_account=lambda account: None,
            on_changed=lambda changed: None,
        )
        chosen = random.Random(1)
        self.accounts = self.people.names[:watchers]
        for one in self.accounts:
            mine = chosen.sample(self.people.names, friends_each)
            self.people.ties_of[one] = Ties(frozenset(mine))

    async def watch(self, account: str, out: Out) -> None:
        watcher = Watcher(account, out)
        self.hub.enter(watcher)
        await self.hub.open(friends(account))
        await self.hub.join(friends(account), watcher)

    async def change(self, a_second: int) -> float:
        """So many changes a second, each a payload of its own; the longest turn of the loop."""
        chosen, loop = random.Random(2), asyncio.get_running_loop()
        begun, longest, before = loop.time(), 0.0, loop.time()
        for n in range(int(a_second * SECONDS)):
            await asyncio.sleep(max(0.0, begun + n / a_second - loop.time()))
            longest = max(longest, loop.time() - max(before, begun + n / a_second))
            self.publish(chosen.randrange(len(self.people.names)), STATUSES[n % 4])
            before = loop.time()
        return longest

    def publish(self, n: int, status: str) -> None:
        who, value = self.people.names[n], person(n, status)
        self.people.online[who] = value
        self.people.version += 1
        changed = RosterChanged(epoch="bench", version=self.people.version, patch={who: value})
        self.bus.publish("presence", changed.model_dump_json(exclude={"counts"}))


class Endpoint:
    """Serves the first so many accounts over sockets; `connected` once all are."""

    def __init__(self, world: World) -> None:
        self._world, self._left = world, world.accounts[:SOCKETS]
        self._watching, self._wanted = 0, len(self._left)
        self.connected = asyncio.Event()

    async def serve(self, websocket: WebSocket) -> None:
        await websocket.accept()
        account, hub = self._left.pop(), self._world.hub
        watcher = Watcher(account, self._world.counted)
        connection = websocket.scope["extensions"][EXTENSION].detach(watcher)
        watcher.out = Both(connection, self._world.counted)
        hub.enter(watcher)
        await hub.open(friends(account))
        await hub.join(friends(account), watcher)
        self._watching += 1
        if self._watching == self._wanted:
            self.connected.set()


async def changing(world: World, changes: int) -> dict[str, Any]:
    """What so many changes a second cost."""
    counted = world.counted
    counted.frames = counted.bytes = 0
    world.people.asked.clear()
    begun, used = time.monotonic(), time.process_time()
    longest = await world.change(changes)
    took = time.monotonic() - begun
    return {
        "core": round((time.process_time() - used) / took, 4),
        "frames_a_second": round(counted.frames / took, 1),
        "bytes_a_second_a_watcher": round(counted.bytes / took / len(world.accounts), 2),
        "longest_turn_ms": round(longest * 1_000, 1),
        "asked": dict(world.people.asked),
    }


async def serve(announce: Announce, people: int, watchers: int, each: int, changes: int) -> None:
    world = World(people, watchers, each)
    endpoint, run = Endpoint(world), asyncio.create_task
    background = [run(world.hub.run()), run(world.hub.heal(HEAL_SECONDS))]
    app = Starlette(routes=[WebSocketRoute("/ws", endpoint.serve)])
    config = uvicorn.Config(app, port=0, http=Http, ws=wire(WireLimits()), log_level="warning")
    with socket.create_server(("127.0.0.1", 0), backlog=SOCKETS) as listening:
        serving = asyncio.create_task(uvicorn.Server(config).serve(sockets=[listening]))
        memory = psutil.Process().memory_info().rss
        opening = time.process_time()
        for account in world.accounts[SOCKETS:]:
            await world.watch(account, world.counted)
        announce(listening.getsockname()[1])
        await endpoint.connected.wait()
        said: dict[str, Any] = {
            "opening_s": round(time.process_time() - opening, 2),
            "memory_mb": round((psutil.Process().memory_info().rss - memory) / 2**20, 1),
        }
        said |= await changing(world, changes)
        print(json.dumps(said), flush=True)
        for task in background:
            task.cancel()
        await serving


def measure(*sizes: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        readers = str(Path(folder) / "readers")
        source = Path(__file__).with_name("readers.c")
        subprocess.run(["cc", "-O2", "-o", readers, source], check=True)
        command = (sys.executable, "-m", "bench.friends", "serve", *map(str, sizes))
        with started(0, *command) as server:
            port = line(server)
            clients = str(min(SOCKETS, sizes[1]))
            with started(1, readers, port, clients, str(2**40)):
                said = json.loads(line(server))
                print("{:,} online, {:,} watch {} each, {} changes a second".format(*sizes))
                print(json.dumps(said, indent=1))
    over = said["core"] > MOST_CORE or said["bytes_a_second_a_watcher"] > MOST_BYTES
    print(f"targets: {MOST_CORE} core, {MOST_BYTES} B/s: {'missed' if over else 'met'}")
    return int(over)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        sizes = [int(one) for one in sys.argv[2:]]
        uvloop.run(serve(lambda port: print(port, flush=True), *sizes))
    else:
        given = [int(one) for one in sys.argv[1:]]
        sys.exit(measure(*(given or (PEOPLE, WATCHERS, FRIENDS, CHANGES))))

"""The live browser by query, whole program with sockets: how late changes arrive, at what cost.

    python -m bench.live_browser [seconds]

A server with thousands of listed sessions, of which 100 a second change as other processes would
tell it, and a thousand sockets, each with questions of its own or one of ten that all share; in
between, in the same run, the same changes while nobody asks anything. Measured, medians of three:
from a change to its arrival (99th percentile), the server's processor time, and the bytes sent
against those of sending the whole window each time. Exits with 1 where a target is missed by so
much that a busy machine does not explain it.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import socket
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog
import uvicorn
import uvloop
from pydantic import SecretStr
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from bench.fanout import line, processor_seconds, started
from bench.session_history import MODES, REGIONS, History, Json
from lobby.channel.wire import WireLimits, wire
from lobby.config import Settings
from lobby.context import Lobby
from lobby.live_queries.window import PACE_SECONDS
from lobby.main import create_app
from lobby.process.http import Http
from protocol import topics
from protocol.events import CollectionChanged

SECONDS, RUNS = 8.0, 3
PLAIN: Json = dict.fromkeys(("compression", "ping_interval", "max_queue", "open_timeout"))
SOCKETS, RATE = 1_000, 100
GRACE_SECONDS = 0.1
"""How much later than the pace 99 of 100 changes may come."""
BUSY = 3.0
"""How many times a target may be missed where other work runs on the machine."""


class Load(NamedTuple):
    """`filters`: different ones in all; each socket asks `each` of them. `cores`: the target."""

    name: str
    sessions: int
    filters: int
    each: int = 1
    cores: float | None = None


LOADS = (
    Load("nobody asks", 5_000, 0, 0),
    Load("1,000 different filters", 5_000, 1_000, 1, 0.3),
    Load("1,000 sockets on 10 filters", 5_000, 10, 1, 0.1),
    Load("5,000 different filters", 20_000, 5_000, 5),
)


# The server: the whole program, and other processes' changes on its bus


async def serve(many: int) -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # the pipe is ours
    secret = SecretStr("a signing key that only this bench knows about")
    plenty = 10**6
    settings = Settings(
        database_url="sqlite::memory:",
        secret=secret,
        connections=plenty,
        connections_per_address=plenty,
        connections_per_second=plenty,
        tcp_connections_per_address=plenty,
        heal_seconds=3_600,
    )
    app = create_app(settings)
    config = uvicorn.Config(
        app, http=Http, ws=wire(WireLimits()), log_level="error", access_log=False
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0), backlog=SOCKETS) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110  # it has no event for it
            await asyncio.sleep(0.05)
        history = History(many)
        await fill(app, history)
        print(listening.getsockname()[1], flush=True)
        changing = asyncio.create_task(change(app.state.lobby, history))
        await serving
        changing.cancel()


async def fill(app: Starlette, history: History) -> None:
    """The list is opened first, so that it hears of all of them; nothing closes it here."""
    lobby: Lobby = app.state.lobby
    await lobby.hub.queries.lists[topics.SESSIONS].feed.require()
    for number, session in enumerate(list(history.listed.values())):
        tell(lobby, session)
        if number % 100 == 0:
            await asyncio.sleep(0.001)


async def change(lobby: Lobby, history: History) -> None:
    """Endless, evenly over time."""
    loop, due = asyncio.get_running_loop(), asyncio.get_running_loop().time()
    while True:
        due += 1 / RATE
        await asyncio.sleep(max(0.0, due - loop.time()))
        tell(lobby, history.next())


def tell(lobby: Lobby, session: Json) -> None:
    id, version = session["id"], session["version"]
    entry = None if session.get("over") else session
    event = CollectionChanged(patch={id: entry}, versions={id: version})
    lobby.bus.publish(topics.SESSIONS, event.model_dump_json())


# The clients: they follow their windows, and note how late each change comes


def filters(many: int) -> list[Json]:
    dice = random.Random(2)
    made = []
    for number in range(many):
        rank = dice.randrange(2_500)
        made.append(
            {
                "region": dice.sample(REGIONS, 2),
                "free": {"min": dice.randrange(1, 4)},
                "joinable": True,
                "attributes": {
                    "mode": dice.sample(MODES, dice.randrange(1, 4)),
                    "rank": {"min": rank, "max": rank + 500 + number % 1_000},
                },
            }
        )
    return made


@dataclass
class Heard:
    """What all clients heard since the last look."""

    late: list[float] = field(default_factory=list)
    frames: int = 0
    sent: int = 0
    resent: int = 0
    gaps: int = 0
    windows: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    states: Counter[int] = field(default_factory=Counter)

    def take(self, client: int, text: bytes) -> None:
        now, frame = time.monotonic(), json.loads(text)
        window = (client, frame.get("topic", ""))
        if frame["type"] == "state":
            self.windows[window] = (frame["version"], len(text))
            self.states[client] += 1
        elif frame["type"] == "patch":
            version, size = self.windows[window]
            self.gaps += frame["since"] != version
            self.windows[window] = (frame["version"], size)
            self.frames, self.sent = self.frames + 1, self.sent + len(text)
            self.resent += size
            for entry in frame["patch"].get("sessions", {}).values():
                if entry and "id" not in entry and "at" in entry.get("attributes", {}):
                    self.late.append(now - entry["attributes"]["at"])


async def follow(port: str, load: Load, seconds: float) -> None:
    """On one line: lateness, frames, bytes and gaps, after the line that says when it began."""
    heard, room, asked = Heard(), asyncio.Semaphore(100), filters(load.filters)

    async def open_one(number: int) -> asyncio.Task[None]:
        async with room:
            client = await come_in(f"ws://127.0.0.1:{port}/ws")
            wanted = [
                {"topic": "sessions", "filter": asked[(number * load.each + n) % len(asked)]}
                for n in range(load.each)
            ]
            if wanted:
                await client.send(json.dumps({"type": "watch", "id": "w", "topics": wanted}))
                while heard.states[number] < load.each:
                    heard.take(number, await client.recv(decode=False))
            return asyncio.create_task(read(client, number, heard))

    reading = await asyncio.gather(*(open_one(number) for number in range(SOCKETS)))
    heard.late.clear()
    heard.frames = heard.sent = heard.resent = 0
    print("ready", flush=True)
    await asyncio.sleep(seconds)
    late = sorted(heard.late) or [0.0]
    said = {
        "p50": late[len(late) // 2],
        "p99": late[int(len(late) * 0.99)],
        "frames": heard.frames / seconds,
        "part": heard.sent / max(1, heard.resent),
        "gaps": heard.gaps,
    }
    print(json.dumps(said), flush=True)
    for task in reading:
        task.cancel()


async def come_in(url: str) -> ClientConnection:
    """As the rule is: whoever is sent away comes back later."""
    while True:
        try:
            client = await connect(url, **PLAIN)
        except InvalidStatus as no:
            await asyncio.sleep(float(no.response.headers.get("Retry-After", "1")))
            continue
        await client.send('{"type":"hello","id":"h"}')
        return client


async def read(client: ClientConnection, number: int, heard: Heard) -> None:
    while True:
        heard.take(number, await client.recv(decode=False))


# The comparison


class Measured(NamedTuple):
    cores: float
    p50: float
    p99: float
    frames: float
    part: float
    gaps: int


def measure(load: Load, seconds: float) -> Measured:
    here = [sys.executable, "-m", "bench.live_browser"]
    with started(None, *here, "serve", str(load.sessions)) as server:
        port = line(server)
        follows = [*here, "follow", port, str(LOADS.index(load)), str(seconds)]
        with started(None, *follows) as client:
            if line(client) != "ready":
                raise RuntimeError("the clients did not come in")
            before, began = processor_seconds(server.pid), time.monotonic()
            said = json.loads(line(client))
            took = time.monotonic() - began
            return Measured((processor_seconds(server.pid) - before) / took, **said)


def compare(seconds: float) -> int:
    missed = 0
    runs = [[measure(load, seconds) for load in LOADS] for _ in range(RUNS)]
    for n, load in enumerate(LOADS):
        cores, p50, p99, frames, part, _ = (
            statistics.median(values) for values in zip(*(run[n] for run in runs), strict=True)
        )
        gaps = sum(run[n].gaps for run in runs)
        print(f"{load.sessions:6,} sessions, {load.name}: {cores:.3f} cores", end="")
        if load.filters:
            print(
                f", {frames:,.0f} frames/s, late p50 {p50 * 1000:.0f} p99 {p99 * 1000:.0f} ms,"
                f" {part:.1%} of resending, {gaps} gaps",
                end="",
            )
        print(flush=True)
        if load.cores is not None:
            late = p99 > (PACE_SECONDS + GRACE_SECONDS) * BUSY
            missed += late or cores > load.cores * BUSY or gaps > 0
    return int(missed > 0)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    match sys.argv[1:]:
        case ["serve", many]:
            uvloop.run(serve(int(many)))
        case ["follow", port, load, seconds]:
            uvloop.run(follow(port, LOADS[int(load)], float(seconds)))
        case rest:
            sys.exit(compare(float(rest[0]) if rest else SECONDS))

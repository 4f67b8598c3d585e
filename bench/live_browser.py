"""The live browser by query, whole program with sockets: how late changes arrive, at what cost.

    python -m bench.live_browser [seconds]

A server with thousands of listed sessions, of which 100 a second change as other processes would
tell it, and a thousand sockets, each with questions of its own or one of ten that all share; in
between, in the same run, the same changes while nobody asks anything. Measured: from a change to
its arrival (99th percentile), the server's processor time, the longest that its loop was held, and
the bytes sent against those of sending the whole window each time. Each load is told as it ends;
all are repeated as long as the time for it lasts, and the medians are told. Exits with 1 where a
target is missed by so much that a busy machine does not explain it.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from subprocess import Popen
from typing import NamedTuple

import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from bench.fanout import line, processor_seconds, started
from bench.session_history import MODES, REGIONS, Json
from lobby.live_queries.window import PACE_SECONDS

SECONDS, RUNS = 8.0, 3
ALL_SECONDS = 240.0
"""In which all loads are measured again, if as long as before does."""
PLAIN: Json = dict.fromkeys(("compression", "ping_interval", "max_queue", "open_timeout"))
SOCKETS = 1_000
GRACE_SECONDS = 0.1
"""How much later than the pace 99 of 100 changes may come."""
BUSY = 3.0
"""How many times a target may be missed where other work runs on the machine."""


class Load(NamedTuple):
    """`filters`: different ones in all; each socket asks `each` of them. `cores`, and `held`, how
    long the loop is held at most, in seconds: the targets."""

    name: str
    sessions: int
    filters: int
    each: int = 1
    cores: float | None = None
    held: float = 0.05


LOADS = (
    Load("nobody asks", 5_000, 0, 0),
    Load("1,000 sockets on 10 filters", 5_000, 10, 1, 0.1),
    Load("1,000 different filters", 5_000, 1_000, 1, 0.3),
    Load("5,000 different filters", 20_000, 5_000, 5),
)
"""Those on as many sessions meet the same server; each leaves its questions there for a while, so
that the fewest come first."""


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
    """Cores, and seconds. `held`: processor time of the longest turn of the loop; `stopped`: the
    longest on the clock, also where other programs had the core."""

    cores: float
    held: float
    stopped: float
    p50: float
    p99: float
    frames: float
    part: float
    gaps: float


def measured(seconds: float) -> Iterator[Measured]:
    """Each load in turn."""
    for sessions, loads in groupby(LOADS, key=lambda load: load.sessions):
        with started(None, sys.executable, "-m", "bench.browser_server", str(sessions)) as server:
            port = line(server)
            for load in loads:
                yield measure(server, port, load, seconds)


def measure(server: Popen[str], port: str, load: Load, seconds: float) -> Measured:
    here = [sys.executable, "-m", "bench.live_browser"]
    follows = [*here, "follow", port, str(LOADS.index(load)), str(seconds)]
    with started(None, *follows) as client:
        if line(client) != "ready":
            raise RuntimeError("the clients did not come in")
        before, began = processor_seconds(server.pid), time.monotonic()
        stops(server)
        said = json.loads(line(client))
        took = time.monotonic() - began
        held = stops(server)
        return Measured((processor_seconds(server.pid) - before) / took, *held, **said)


def stops(server: Popen[str]) -> tuple[float, float]:
    """The longest turns of the server's loop since this was asked before."""
    assert server.stdin is not None
    server.stdin.write("\n")
    server.stdin.flush()
    held, stopped = line(server).split()
    return float(held), float(stopped)


def tell(load: Load, so: Measured) -> None:
    print(
        f"{load.sessions:6,} sessions, {load.name}: {so.cores:.3f} cores,"
        f" loop held {so.held * 1000:.0f} ms ({so.stopped * 1000:.0f} on the clock)",
        end="",
    )
    if load.filters:
        print(
            f", {so.frames:,.0f} frames/s, late p50 {so.p50 * 1000:.0f} p99 {so.p99 * 1000:.0f} ms,"
            f" {so.part:.1%} of resending, {so.gaps:.0f} gaps",
            end="",
        )
    print(flush=True)


def missed(load: Load, so: Measured) -> bool:
    late = so.p99 > (PACE_SECONDS + GRACE_SECONDS) * BUSY
    cores = load.cores is not None and (late or so.cores > load.cores * BUSY or so.gaps > 0)
    return cores or so.held > load.held * BUSY


def median(of: list[Measured]) -> Measured:
    """Of each figure; the worst of how long the loop was held, and all gaps."""
    middle = Measured(*(statistics.median(values) for values in zip(*of, strict=True)))
    return middle._replace(
        held=max(one.held for one in of),
        stopped=max(one.stopped for one in of),
        gaps=sum(one.gaps for one in of),
    )


def compare(seconds: float) -> int:
    runs: list[list[Measured]] = []
    began = time.monotonic()
    for number in range(1, RUNS + 1):
        so_far = time.monotonic() - began
        if runs and so_far + so_far / len(runs) > ALL_SECONDS:
            break
        print(f"round {number}, after {so_far:.0f} s", flush=True)
        runs.append([])
        for load, found in zip(LOADS, measured(seconds), strict=True):
            runs[-1].append(found)
            tell(load, found)
    print(f"medians of {len(runs)}, after {time.monotonic() - began:.0f} s")
    medians = [median([run[n] for run in runs]) for n in range(len(LOADS))]
    for load, found in zip(LOADS, medians, strict=True):
        tell(load, found)
    return int(any(map(missed, LOADS, medians)))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    match sys.argv[1:]:
        case ["follow", port, load, seconds]:
            uvloop.run(follow(port, LOADS[int(load)], float(seconds)))
        case rest:
            sys.exit(compare(float(rest[0]) if rest else SECONDS))

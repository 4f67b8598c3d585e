"""What presence costs Redis: one person and a hundred a call, and a process that dies.

    python -m bench.presence [--shards N]

Starts a Redis of its own. For 2, 10 and 100 keepers: microseconds of Redis for each person who
enters, and who leaves; the longest stop of Redis, and the time in all, when a keeper with 10,000
people dies. Beside each, the longest PING that another client waits for while nothing happens.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from persistence.ports import Presence
from persistence.urls import open_live

KEEPERS = (2, 10, 100)
DYING = 10_000
"""People of the keeper that dies."""
OTHERS = 50
"""People of each other keeper."""
MEASURED = 1_000
LONG = 1_000.0
REACH_MS = 10.0
VALUE = json.dumps(
    {"name": "Ada of Byron", "status": "online", "since": 1_795_960_464.25, "region": "eu"}
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shards", type=int, default=1)
    chosen = options.parse_args()
    with _redis() as port:
        asyncio.run(_measure_all(port, chosen.shards))


async def _measure_all(port: int, shards: int) -> None:
    print(
        "keepers | us a person: enter 1, 100; leave 1, 100 | dies: longest stop, in all | idle PING"
    )
    for keepers in KEEPERS:
        client = Redis(port=port, decode_responses=True)
        await client.flushall()
        live = await open_live(f"redis://127.0.0.1:{port}/0", shards=shards)
        await _measure(live.roster, client, keepers)
        await live.close()
        await client.aclose()


async def _measure(roster: Presence, client: Redis, keepers: int) -> None:
    await _fill(roster, keepers)
    costs = []
    for together in (1, 100):
        people = [f"new {together} {n}" for n in range(MEASURED)]
        entering = _spent(client, lambda some: _enter(roster, some), people, together)
        leaving = _spent(client, lambda some: _leave(roster, some), people, together)
        costs += [await entering, await leaving]
    enter_one, leave_one, enter_many, leave_many = costs
    idle = await _longest_ping(client, asyncio.sleep(2.0))
    # Redis itself says how long its longest script took.
    await client.config_set("slowlog-log-slower-than", 200)
    await client.config_set("slowlog-max-len", 10_000)
    await client.slowlog_reset()
    await roster.heartbeat("dying", 0.001)
    await asyncio.sleep(0.005)
    began, busy, calls = time.perf_counter(), await _busy(client), await _scripts(client)
    waited = await _longest_ping(client, roster.expired())
    whole = (time.perf_counter() - began) * 1000
    slow: list[Any] = await client.slowlog_get(10_000)
    stop = max((entry["duration"] for entry in slow), default=0) / 1000
    each = (await _busy(client) - busy) * 1000 / max(1, await _scripts(client) - calls)
    print(
        f"{keepers:7} | {enter_one:5.1f} {enter_many:5.1f}  {leave_one:5.1f} {leave_many:5.1f}"
        f" | stop {stop:.1f} ms (reach {REACH_MS:.0f}), {each:.1f} ms of processor a call,"
        f" PING {waited:.1f} ms, in all {whole:.0f} ms"
        f" | {idle:.1f} ms"
    )


async def _fill(roster: Presence, keepers: int) -> None:
    sizes = {"dying": DYING, **{f"keeper {n}": OTHERS for n in range(keepers - 1)}}
    for keeper, many in sizes.items():
        people: dict[str, str | None] = {f"{keeper} {n}": VALUE for n in range(many)}
        await roster.heartbeat(keeper, LONG)
        await roster.enter(keeper, people, generation=1, whole=True)


async def _enter(roster: Presence, people: list[str]) -> None:
    await roster.enter("dying", dict.fromkeys(people, VALUE), generation=1)


async def _leave(roster: Presence, people: list[str]) -> None:
    await roster.leave("dying", dict.fromkeys(people), seconds=LONG, generation=1)


async def _spent(
    client: Redis, call: Callable[[list[str]], Awaitable[None]], people: list[str], together: int
) -> float:
    """Microseconds of Redis for each person, in scripts."""
    before = await _in_scripts(client)
    for start in range(0, len(people), together):
        await call(people[start : start + together])
    return (await _in_scripts(client) - before) / len(people)


async def _in_scripts(client: Redis) -> int:
    told: dict[str, Any] = await client.info("commandstats")
    return sum(of["usec"] for name, of in told.items() if name.startswith("cmdstat_eval"))


async def _scripts(client: Redis) -> int:
    told: dict[str, Any] = await client.info("commandstats")
    return sum(of["calls"] for name, of in told.items() if name.startswith("cmdstat_eval"))


async def _busy(client: Redis) -> float:
    """Seconds of processor time of Redis, which other programs of the machine do not lengthen."""
    told: dict[str, Any] = await client.info("cpu")
    return float(told["used_cpu_user"]) + float(told["used_cpu_sys"])


async def _longest_ping(client: Redis, meanwhile: Awaitable[object]) -> float:
    """Milliseconds that another client waits at most."""
    longest, running = 0.0, asyncio.ensure_future(meanwhile)
    while not running.done():
        began = time.perf_counter()
        await client.ping()
        longest = max(longest, time.perf_counter() - began)
        await asyncio.sleep(0.001)
    await running
    return longest * 1000


@contextmanager
def _redis() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    home = Path(tempfile.mkdtemp(prefix="lobby-bench-"))
    words = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    process = subprocess.Popen(words, cwd=home, stdout=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        yield port
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(home)


if __name__ == "__main__":
    main()

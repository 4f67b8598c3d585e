"""A herd comes back: how long after a kill, and after a restart, everybody is live again.

    python -m bench.herd [sockets]

Clients keep the documented rule of coming back; half of them show a token, half a secret. Measured:
the time without a connection, tries before the time that was told, and the server's CPU time. First
one process with SQLite is killed and started again; then two workers over PostgreSQL and Redis are
replaced one by one, and one of them is killed. Exits with 1 when not all are back within ten
seconds, the 99th percentile is above five, or anybody came early.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import psutil
import uvloop

from tests.support.commands import Workers
from tests.support.herd import HerdMember, gathered, room_for
from tests.support.people import new_user
from tests.support.processes import LobbyProcess
from tests.support.services import PostgresServer, RedisServer

LONGEST_SECONDS = 150.0
ALL_BACK_SECONDS, P99_SECONDS = 10.0, 5.0
NO_HASHES = {"password_threads": 1, "password_queue": 1}
"""A herd whose passwords were hashed would be refused."""


async def members(url: str, count: int) -> list[HerdMember]:
    token = [(await new_user(url)).token for _ in range(min(50, count))]
    return [
        HerdMember(url, token=token[n % len(token)])
        if n % 2
        else HerdMember(url, secret=sha256(str(n).encode()).hexdigest())
        for n in range(count)
    ]


async def measure(
    name: str, herd: list[HerdMember], fault: Callable[[], object], *, everybody: bool = True
) -> bool:
    """Whether all came back in time. `everybody`: each of them loses its connection."""
    before = [len(member.outages) for member in herd]
    for member in herd:
        member.turned_away.clear()
        member.early = member.in_vain = 0
    began = time.monotonic()
    await asyncio.to_thread(fault)
    print(f"{name}: done after {time.monotonic() - began:.2f} s", flush=True)

    def back() -> list[float]:
        return [o for m, n in zip(herd, before, strict=True) for o in m.outages[n:]]

    await asyncio.sleep(0.5)  # whoever is lost by now, has noticed
    until = time.monotonic() + LONGEST_SECONDS
    while not all(member.there for member in herd) or (
        everybody and not all(len(m.outages) > n for m, n in zip(herd, before, strict=True))
    ):
        if time.monotonic() > until:
            print(f"  only {len(back())} came back in {LONGEST_SECONDS:.0f} s")
            return False
        await asyncio.sleep(0.05)
    took = sorted(back())
    p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    turned = sum((member.turned_away for member in herd), Counter())
    early, in_vain = sum(m.early for m in herd), sum(m.in_vain for m in herd)
    print(f"  {len(took)} came back: p50 {p50:.2f} s, p99 {p99:.2f} s, last {took[-1]:.2f} s")
    print(
        f"  too early: {early}, in vain after a drain: {in_vain}, told: {dict(turned)}", flush=True
    )
    return took[-1] <= ALL_BACK_SECONDS and p99 <= P99_SECONDS and not early


async def alone(home: Path, sockets: int) -> list[bool]:
    lobby = LobbyProcess(
        home, connections_per_second=1_000, connections_per_account=99, **NO_HASHES
    )
    lobby.start()
    try:
        herd = await gathered(await members(lobby.url, sockets))
        killed = await measure("one process, kill -9", herd, lambda: (lobby.kill(), lobby.start()))
        print(f"  CPU of the server since its start: {cpu(lobby.pid):.1f} s")
        reload = await measure(
            "one process, SIGHUP", herd, lambda: os.kill(lobby.pid, signal.SIGHUP)
        )
        await asyncio.gather(*(member.end() for member in herd))
        return [killed, reload]
    finally:
        lobby.remove()


async def together(home: Path, sockets: int) -> list[bool]:
    with ExitStack() as servers:
        redis, postgres = RedisServer(), PostgresServer()
        for server in (redis, postgres):
            servers.callback(server.remove)
            await asyncio.to_thread(server.start)
        workers = Workers(
            home,
            redis_url=redis.url,
            database_url=await postgres.new_database(),
            connections_per_second=1_000,
            connections_per_account=99,
            **NO_HASHES,
        )
        servers.callback(workers.remove)
        workers.start()
        herd = await gathered(await members(workers.url, sockets))
        rolled = await measure(
            "two workers, SIGHUP", herd, lambda: os.kill(workers.pid, signal.SIGHUP)
        )
        most = max(children(workers), key=lambda child: len(child.net_connections()))
        killed = await measure("two workers, kill -9 of one", herd, most.kill, everybody=False)
        await asyncio.gather(*(member.end() for member in herd))
        return [rolled, killed]


def children(workers: Workers) -> list[psutil.Process]:
    return list(psutil.Process(workers.pid).children())


def cpu(pid: int) -> float:
    used = psutil.Process(pid).cpu_times()
    return float(used.user + used.system)


async def main(sockets: int) -> int:
    room_for(sockets)
    print(f"{sockets} sockets, load average {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        held = await alone(Path(one), sockets) + await together(Path(two), sockets)
    return int(not all(held))


if __name__ == "__main__":
    sys.exit(uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)))

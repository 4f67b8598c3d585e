"""A freed seat as watchers see it: from the host's kick or ban, or the guest's leaving, until the
seat is free in front of somebody who watches the session.

    python -m bench.freed_seats [rounds]

Four processes over one PostgreSQL and one Redis: the host at the first, the guest at the second, a
watcher at each. The time begins when the command is sent. Exits with 1 when the 99th percentile,
over all watchers, is above 100 milliseconds.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import uvloop

from tests.support.channel_client import Client
from tests.support.people import Person, new_host, new_user
from tests.support.processes import LobbyProcess
from tests.support.services import PostgresServer, RedisServer

PROCESSES, ROUNDS, P99_SECONDS = 4, 50, 0.1
WAYS = ("kick", "ban", "leave")


async def freed(watcher: Client, session: str, player: str) -> float:
    """When the watcher sees the player no more."""

    def gone() -> bool:
        seats = watcher.states[f"session:{session}"]["seats"].values()
        return all(seat.get("player") != player for seat in seats)

    await watcher.until(gone)
    return time.perf_counter()


async def there(watcher: Client, session: str, player: str) -> None:
    await watcher.until(
        lambda: any(
            seat.get("player") == player
            for seat in watcher.states[f"session:{session}"]["seats"].values()
        )
    )


async def free(way: str, host: Client, guest: Client, session: str) -> None:
    match way:
        case "kick":
            await host.command("session.kick", session=session, guest=guest.uuid, for_s=0)
        case "ban":
            await host.command("host.ban", guest=guest.uuid)
        case _:
            await guest.command("session.leave", session=session)


async def measure(urls: list[str], rounds: int) -> dict[str, list[float]]:
    """Seconds by way, of each watcher in each round."""
    owner, visitor = await new_host(urls[0]), await new_user(urls[1])
    took: dict[str, list[float]] = {way: [] for way in WAYS}
    async with AsyncExitStack() as opened:
        host, guest = [await opened.enter_async_context(await _at(one)) for one in (owner, visitor)]
        await host.command("host.set", only_friends=False)
        session = (await host.command("session.launch"))["session"]["id"]
        watchers = [await opened.enter_async_context(await _at(owner, url)) for url in urls]
        for watcher in watchers:
            await watcher.watch(f"session:{session}")
        for n in range(rounds * len(WAYS)):
            way = WAYS[n % len(WAYS)]
            await guest.command("session.join", session=session)
            await asyncio.gather(*(there(one, session, guest.uuid) for one in watchers))
            began = time.perf_counter()
            seen = [asyncio.create_task(freed(one, session, guest.uuid)) for one in watchers]
            await free(way, host, guest, session)
            took[way] += [at - began for at in await asyncio.gather(*seen)]
            if way == "ban":
                await host.command("host.unban", guest=guest.uuid)
    return took


async def _at(person: Person, url: str | None = None) -> Client:
    return await Client.connect(url or person.url, person.token)


async def main(rounds: int) -> int:
    with ExitStack() as servers, tempfile.TemporaryDirectory() as home:
        redis, postgres = RedisServer(), PostgresServer()
        for server in (redis, postgres):
            servers.callback(server.remove)
            await asyncio.to_thread(server.start)
        shared: dict[str, Any] = {
            "redis_url": redis.url,
            "database_url": await postgres.new_database(),
            "secret": "a signing key that only this bench knows about",
            "connections_per_account": 20,
        }
        lobbies = [LobbyProcess(Path(home), **shared) for _ in range(PROCESSES)]
        for lobby in lobbies:
            servers.callback(lobby.remove)
            await asyncio.to_thread(lobby.start)
        took = await measure([lobby.url for lobby in lobbies], rounds)
    print(f"{rounds} each, {PROCESSES} watchers, load average {os.getloadavg()[0]:.1f}")
    for way, seconds in took.items():
        print(f"  {way:6} p50 {median(seconds) * 1e3:6.1f} ms   p99 {p99(seconds) * 1e3:6.1f} ms")
    return int(p99([one for seconds in took.values() for one in seconds]) > P99_SECONDS)


def p99(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]


if __name__ == "__main__":
    sys.exit(uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)))

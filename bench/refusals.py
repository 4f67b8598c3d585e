"""Joins while others are refused: the 99th percentile of a join, at rest and among 2,000 refusals a
second.

    python -m bench.refusals [refusals a second]

One process with SQLite. A guest joins a session and leaves it, again and again; other clients, in a
process of their own, are refused at the same session, which asks them for a password. Rounds at
rest and under load alternate, so that a machine that slows down affects both. Exits with 1 when
fewer than nine tenths of the refusals came.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.fanout import line, started
from protocol.channel import SUBPROTOCOL
from tests.support.channel_client import Client, channel_url
from tests.support.people import new_host, new_user
from tests.support.processes import LobbyProcess

PER_SECOND = 2_000
SOCKETS, BEFORE_CLOSED = 200, 95
"""Clients that are refused; a socket is closed after a hundred refusals."""
ROUNDS, JOINS = 4, 40
"""Pairs of rounds, and joins in each round."""
PAUSE_SECONDS = 0.02
PASSWORD = "not for everybody"  # noqa: S105

# Those who are refused: they print how many refusals they have heard, each time they are asked.


class RefusedClient:
    """Tries at its times, and no sooner than the try before was answered."""

    def __init__(self, url: str, session: str, every: float, going: asyncio.Event) -> None:
        self._url, self._session, self._every, self._going = url, session, every, going
        self._due = 0.0
        self.heard = 0

    async def keep_trying(self) -> None:
        async with await Client.connect(self._url, anonymous=True) as client:
            hello = {"type": "hello", "id": "hello", "token": client.token}
        url, spoken = channel_url(self._url), [Subprotocol(SUBPROTOCOL)]
        while True:
            async with connect(url, subprotocols=spoken, proxy=None, compression=None) as socket:
                await socket.send(json.dumps(hello))
                await socket.recv()
                for _ in range(BEFORE_CLOSED):
                    await self._try(socket)

    async def _try(self, socket: ClientConnection) -> None:
        await self._going.wait()
        now = time.monotonic()
        if self._due < now - 2 * self._every:
            self._due = now - self._every * random.random()
        self._due += self._every
        await asyncio.sleep(self._due - now)
        command = {"type": "session.join", "id": uuid.uuid4().hex, "session": self._session}
        await socket.send(json.dumps(command))
        while '"refusal"' not in (answer := str(await socket.recv())):
            pass  # what everybody is told
        self.heard += '"password_needed"' in answer


async def refused(url: str, session: str, per_second: float) -> None:
    """Tries from the word `go` until `rest`; each line is answered by how many were refused."""
    going = asyncio.Event()
    every = SOCKETS / per_second
    clients = [RefusedClient(url, session, every, going) for _ in range(SOCKETS)]
    tasks = [asyncio.create_task(client.keep_trying()) for client in clients]
    while word := await asyncio.to_thread(sys.stdin.readline):
        failed = [task for task in tasks if task.done()]
        assert not failed, failed[0].exception()
        if word.strip() == "go":
            going.set()
        elif word.strip() == "rest":
            going.clear()
        print(sum(client.heard for client in clients), flush=True)


# Who joins.


@contextmanager
def load(url: str, session: str, per_second: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "bench.refusals", "load", url, session, str(per_second)]
    with started(1, *command) as process:
        yield process


async def told(process: subprocess.Popen[str], word: str) -> int:
    """How many were refused by then."""
    assert process.stdin is not None
    print(word, file=process.stdin, flush=True)
    return int(await asyncio.to_thread(line, process))


async def joins(guest: Client, session: str) -> list[float]:
    """Seconds of each."""
    took = []
    for _ in range(JOINS):
        began = time.perf_counter()
        await guest.command("session.join", session=session, password=PASSWORD)
        took.append(time.perf_counter() - began)
        await guest.command("session.leave", session=session)
        await asyncio.sleep(PAUSE_SECONDS)
    return took


async def compare(url: str, per_second: int) -> int:
    owner, visitor = await new_host(url), await new_user(url)
    async with await Client.connect(url, owner.token) as host:
        await host.command("host.set", only_friends=False, allow_nonames=True)
        session = (await host.command("session.launch", password=PASSWORD))["session"]["id"]
        rest, busy, rates = list[float](), list[float](), list[float]()
        async with await Client.connect(url, visitor.token) as guest:
            with load(url, session, per_second) as others:
                await _warmed(others)
                for _ in range(ROUNDS):
                    rest += await joins(guest, session)
                    before, began = await told(others, "go"), time.monotonic()
                    busy += await joins(guest, session)
                    came = await told(others, "rest") - before
                    rates.append(came / (time.monotonic() - began))
    print(f"{ROUNDS} x {JOINS} joins each, load average {os.getloadavg()[0]:.1f}")
    print(f"  at rest                         {shown(rest)}")
    print(f"  among {median(rates):6,.0f} refusals a second  {shown(busy)}")
    print(f"  ratio of p99                    {p99(busy) / p99(rest):8.1f}")
    return int(median(rates) < 0.9 * per_second)


async def _warmed(others: subprocess.Popen[str]) -> None:
    """Until most have been refused: all are connected."""
    await told(others, "go")
    while await told(others, "more") < SOCKETS * 2:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    await told(others, "rest")


def p99(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]


def shown(took: list[float]) -> str:
    return f"p50 {median(took) * 1e3:7.1f} ms   p99 {p99(took) * 1e3:7.1f} ms"


def main(per_second: int) -> int:
    with tempfile.TemporaryDirectory() as home:
        lobby = LobbyProcess(Path(home), connections_per_account=1_000)
        try:
            return uvloop.run(compare(lobby.start().url, per_second))
        finally:
            lobby.remove()


if __name__ == "__main__":
    if sys.argv[1:2] == ["load"]:
        uvloop.run(refused(sys.argv[2], sys.argv[3], float(sys.argv[4])))
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else PER_SECOND))

"""Handshakes: thousands of them from one machine, held open, leave people who are logged in alone.

`HANDSHAKES=10000` in the environment is the whole flood; without it, a fifth.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from itertools import chain
from pathlib import Path

from websockets.exceptions import InvalidStatus

from tests.support.channel_client import Client
from tests.support.herd import room_for
from tests.support.people import new_user
from tests.support.processes import LobbyProcess
from tests.support.services import LOOPBACK
from tests.support.waiting import until

HANDSHAKES = int(os.environ.get("HANDSHAKES", "2000"))
AT_ONCE = 100
ADDRESSES = [f"127.0.7.{n}" for n in range(1, 41)]
GROWTH = 200 * 1024 * 1024
SLOWEST_SECONDS = 5.0
"""For one ping, on a test machine that is shared; the median says more."""
MEDIAN_SECONDS = 0.5
ASKED = (
    "GET /ws HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
)
KINDS = ("", "Origin: http://{host}\r\n", "Authorization: Bearer forged\r\n")
"""Natives, browsers, and natives whose token is wrong."""
DEFAULTS = {
    "connections_per_address": 50,
    "tcp_connections_per_address": 200,
    "connections_per_second": 1_000,
}


class Flood:
    """`answers` by status; what is let in stays open."""

    def __init__(self, port: int) -> None:
        self.port, self.answers = port, Counter[str]()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._open: list[asyncio.StreamWriter] = []

    async def knock(self, number: int) -> None:
        async with self._room:
            try:
                self.answers[await self._ask(number)] += 1
            except (OSError, asyncio.IncompleteReadError):
                self.answers["closed"] += 1

    async def _ask(self, number: int) -> str:
        address = (ADDRESSES[number % len(ADDRESSES)], 0)
        reader, writer = await asyncio.open_connection(LOOPBACK, self.port, local_addr=address)
        self._open.append(writer)
        host = f"{LOOPBACK}:{self.port}"
        more = KINDS[number % len(KINDS)].format(host=host)
        writer.write(ASKED.format(host=host, more=more).encode())
        return (await reader.readuntil(b"\r\n")).split()[1].decode()

    async def end(self) -> None:
        for writer in self._open:
            writer.close()
        await asyncio.gather(*[one.wait_closed() for one in self._open], return_exceptions=True)


def peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


async def let_in(url: str, token: str) -> Client | None:
    """None while it is told to come again in a moment (503): the flood has only just ended."""
    try:
        return await Client.connect(url, token)
    except InvalidStatus as busy:
        if busy.response.status_code != 503 or "Retry-After" not in busy.response.headers:
            raise
        return None


async def pinging(client: Client, over: asyncio.Event) -> list[float]:
    waits = []
    while not over.is_set():
        began = time.monotonic()
        await client.command("ping")
        waits.append(time.monotonic() - began)
    return waits


async def test_d1_a_flood_of_handshakes_costs_little_and_those_who_are_in_notice_nothing(
    own_lobby: LobbyProcess,
) -> None:
    own_lobby.settings |= {f"LOBBY_{name.upper()}": str(v) for name, v in DEFAULTS.items()}
    own_lobby.start()
    room_for(HANDSHAKES)
    users = [await new_user(own_lobby.url) for _ in range(3)]
    inside = [await Client.connect(own_lobby.url, user.token) for user in users]
    before, over, flood = peak(own_lobby.pid), asyncio.Event(), Flood(own_lobby.port)
    pings = [asyncio.create_task(pinging(client, over)) for client in inside]
    await asyncio.gather(*[flood.knock(number) for number in range(HANDSHAKES)])
    over.set()
    waits = sorted(chain.from_iterable(await asyncio.gather(*pings)))
    assert peak(own_lobby.pid) - before <= GROWTH
    assert flood.answers.total() == HANDSHAKES
    assert set(flood.answers) <= {"101", "401", "429", "503", "closed"}, flood.answers
    assert flood.answers["101"] > 100
    assert waits[len(waits) // 2] < MEDIAN_SECONDS, waits[len(waits) // 2]
    assert waits[-1] < SLOWEST_SECONDS
    for client in inside:
        assert client.closed is None
        await client.close()
    late: Client = await until(lambda: let_in(own_lobby.url, users[0].token))
    await late.close()
    await flood.end()

"""Long poll versus periodic polling: the CPU cost of idle clients, and the delay of a notification.

    python -m bench.longpolls

Two thousand players wait with one long poll each; then, in the same run and on the same server,
they poll every eight seconds. Measured: the server's CPU time while nothing happens, and the time
from writing a notification to its arrival at the client.
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
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import Popen
from typing import Any

import structlog
import uvicorn
import uvloop
from pydantic import SecretStr

from bench.fanout import line, processor_seconds, started
from lobby.actions.login import tokens
from lobby.config import Settings
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.permissions import Kind
from lobby.main import create_app
from lobby.process.http import Http
from protocol import topics
from protocol.events import InboxEntry

PLAYERS = 2_000
SECONDS = 8.0
EVERY_SECONDS = 8.0
WORDS = 200
FIRST = "1"
"""The id of everybody's first notification."""
PATH = "/notification/v1/player/me/stream/notification/lp"

# The server: for each number that it reads, it writes a notification to that player.


async def serve() -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # the pipe is ours
    secret = SecretStr("a signing key that only this bench knows about")
    secret = SecretStr("a signing key that only this bench knows about")
    app = create_app(Settings(database_url="sqlite::memory:", secret=secret))
    # Clients that poll seldom keep the connection, too.
    config = uvicorn.Config(
        app, http=Http, log_level="error", access_log=False, timeout_keep_alive=60
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0), backlog=PLAYERS) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        lobby: Lobby = app.state.lobby
        accounts = await asyncio.gather(*(add(lobby, n) for n in range(PLAYERS)))
        issued = [tokens.issue(lobby, account) for account in accounts]
        await asyncio.gather(*(post(lobby, account) for account in accounts))
        print(json.dumps({"port": listening.getsockname()[1], "tokens": issued}), flush=True)
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        while asked := await reader.readline():
            await post(lobby, accounts[int(asked)])
        server.should_exit = True
        await serving


async def add(lobby: Lobby, number: int) -> Account:
    uuid = f"00000000-0000-4000-8000-{number:012}"
    account = Account(uuid, 10**6 + number, Kind.PLAYER, registered=0.0, role="player")
    return await lobby.accounts.add(account)


async def post(lobby: Lobby, account: Account) -> None:
    entry = InboxEntry(kind="message", message="hello", at=time.time())
    await lobby.inbox.put(topics.inbox(account.uuid), entry)


# The players


class Player:
    """One connection; `_place`: the id of the last notification that it received."""

    def __init__(self, number: int, port: int, token: str) -> None:
        self.number, self._port, self._token = number, port, token
        self._place = FIRST
        self.heard = asyncio.Event()

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    def close(self) -> None:
        self._writer.close()

    async def ask(self, deadline: int) -> None:
        target = f"{PATH}?deadline={deadline}&exclude_before={self._place}"
        message = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self._token}"
        self._writer.write(f"{message}\r\n\r\n".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        size = int(head.partition(b"content-length: ")[2].partition(b"\r")[0])
        answer = json.loads(await self._reader.readexactly(size))
        if found := answer["notifications"]:
            self._place = found[-1]["notification_id"]
            self.heard.set()

    async def wait(self) -> None:
        while True:
            await self.ask(900)

    async def ask_again_and_again(self) -> None:
        await asyncio.sleep(EVERY_SECONDS * self.number / PLAYERS)
        while True:
            began = time.monotonic()
            await self.ask(0)
            await asyncio.sleep(max(0.0, EVERY_SECONDS - time.monotonic() + began))


@dataclass
class Found:
    share: float
    delays: list[float]

    def __str__(self) -> str:
        middle, worst = statistics.median(self.delays), max(self.delays)
        return f"{self.share:7.2%} of a core   {middle * 1e3:7.1f} ms   {worst * 1e3:7.1f} ms"


async def measure(
    server: Popen[str], players: list[Player], living: Callable[[Player], Awaitable[None]]
) -> Found:
    for player in players:
        await player.open()
    lives = [asyncio.ensure_future(living(player)) for player in players]
    await asyncio.sleep(EVERY_SECONDS)
    began, used = time.monotonic(), processor_seconds(server.pid)
    await asyncio.sleep(SECONDS)
    share = (processor_seconds(server.pid) - used) / (time.monotonic() - began)
    told = players[:: PLAYERS // WORDS]
    moments = random.Random(1).sample(range(WORDS), WORDS)  # nobody asks at a moment we know
    delays = await asyncio.gather(
        *(delay(server, one, n / WORDS) for one, n in zip(told, moments, strict=True))
    )
    for life, player in zip(lives, players, strict=True):
        life.cancel()
        player.close()
    await asyncio.gather(*lives, return_exceptions=True)
    return Found(share, delays)


async def delay(server: Popen[str], player: Player, moment: float) -> float:
    """The delay of one notification; `moment`: when, as a fraction of the polling interval."""
    assert server.stdin is not None
    await asyncio.sleep(moment * EVERY_SECONDS)
    player.heard.clear()
    began = time.monotonic()
    print(player.number, file=server.stdin, flush=True)
    await player.heard.wait()
    return time.monotonic() - began


@contextmanager
def crowd() -> Iterator[tuple[Popen[str], Callable[[], list[Player]]]]:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with started(0, sys.executable, "-m", "bench.longpolls", "serve") as server:
        message: Any = json.loads(line(server))
        numbered = list(enumerate(message["tokens"]))
        yield server, lambda: [Player(n, message["port"], token) for n, token in numbered]


async def compare() -> None:
    with crowd() as (server, players):
        print(f"{PLAYERS} players, {WORDS} words   idle cost   median   longest delay")
        waiting = await measure(server, players(), Player.wait)
        print(f"they wait                  {waiting}", flush=True)
        asking = await measure(server, players(), Player.ask_again_and_again)
        print(f"they ask every {EVERY_SECONDS:.0f} s         {asking}")
        soon = statistics.median(asking.delays) / statistics.median(waiting.delays)
        print(f"ratio: {asking.share / max(waiting.share, 1e-3):.0f} in cost, {soon:.0f} in delay")


if __name__ == "__main__":
    uvloop.run(serve() if sys.argv[1:] else compare())

"""The server of the bench `live_browser`: the whole program, and what others tell it on its bus.

    python -m bench.browser_server SESSIONS

Its first line is its port. For each line that it reads it writes the longest turns of its loop
since the line before, in seconds: of processor time, and on the clock.
"""

from __future__ import annotations

import asyncio
import resource
import socket
import sys
import time

import structlog
import uvicorn
import uvloop
from pydantic import SecretStr
from starlette.applications import Starlette

from bench.session_history import History, Json
from lobby.channel.wire import WireLimits, wire
from lobby.config import Settings
from lobby.context import Lobby
from lobby.main import create_app
from lobby.process.http import Http
from protocol import topics
from protocol.events import CollectionChanged

RATE = 100
"""Changes a second."""
BACKLOG = 1_000
TOGETHER = 50
"""Sessions that are told at once while the list is filled."""
BEAT_SECONDS = 0.002
"""How often it is looked at how long the loop was held."""


class Stops:
    """A beat of the loop: what passes between two is at least one turn, and little more."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._held = self._stopped = 0.0
        self._used, self._due = time.thread_time(), time.monotonic()

    def watch(self) -> None:
        self._loop.add_reader(sys.stdin.fileno(), self._tell)
        self._beat()

    def _beat(self) -> None:
        used, now = time.thread_time(), time.monotonic()
        self._held = max(self._held, used - self._used)
        self._stopped = max(self._stopped, now - self._due)
        self._used, self._due = used, now + BEAT_SECONDS
        self._loop.call_later(BEAT_SECONDS, self._beat)

    def _tell(self) -> None:
        if not sys.stdin.readline():
            self._loop.remove_reader(sys.stdin.fileno())
            return
        print(self._held, self._stopped, flush=True)
        self._held = self._stopped = 0.0


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
    with socket.create_server(("127.0.0.1", 0), backlog=BACKLOG) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110  # it has no event for it
            await asyncio.sleep(0.05)
        history = History(many)
        await fill(app, history)
        print(listening.getsockname()[1], flush=True)
        Stops(asyncio.get_running_loop()).watch()
        changing = asyncio.create_task(change(app.state.lobby, history))
        await serving
        changing.cancel()


async def fill(app: Starlette, history: History) -> None:
    """The list is opened first, so that it hears of all of them; nothing closes it here."""
    lobby: Lobby = app.state.lobby
    await lobby.hub.queries.lists[topics.SESSIONS].feed.require()
    sessions = list(history.listed.values())
    for at in range(0, len(sessions), TOGETHER):
        tell(lobby, *sessions[at : at + TOGETHER])
        await asyncio.sleep(0.001)


async def change(lobby: Lobby, history: History) -> None:
    """Endless, evenly over time."""
    loop, due = asyncio.get_running_loop(), asyncio.get_running_loop().time()
    while True:
        due += 1 / RATE
        await asyncio.sleep(max(0.0, due - loop.time()))
        tell(lobby, history.next())


def tell(lobby: Lobby, *sessions: Json) -> None:
    patch = {one["id"]: None if one.get("over") else one for one in sessions}
    versions = {one["id"]: one["version"] for one in sessions}
    event = CollectionChanged(patch=patch, versions=versions)
    lobby.bus.publish(topics.SESSIONS, event.model_dump_json())


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    uvloop.run(serve(int(sys.argv[1])))

"""The real program in a thread of the tests' own process, so that a test can also ask the lobby
for what no door offers: to delete an account, or to show everything that is kept.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import uvicorn
from starlette.applications import Starlette

from lobby.channel.wire import wire
from lobby.channel.wire_limits import WireLimits
from lobby.config import Settings
from lobby.context import Lobby
from lobby.main import create_app
from lobby.process.http import Http
from tests.support.waiting import TIMEOUT

T = TypeVar("T")
TICK_SECONDS = 0.1
"""How often uvicorn looks at its clock."""

SECRET = "a signing key that only the tests know about"
GENEROUS: dict[str, Any] = {
    "registrations_per_hour": 10**6,
    "registrations_per_site": 10**6,
    "invitations_per_hour": 10**6,
    "invitations_by_strangers": 10**6,
    "event_lines_per_minute": 10**6,
    "conflicts_per_hour": 10**6,
    "logins_per_address": 10**6,
    "logins_per_account": 10**6,
    "evaluations_per_address": 10**6,
    "evaluations_per_account": 10**6,
    "connections_per_address": 10**5,
    "commands_per_second": 10**5,
    "commands_burst": 10**5,
    "sessions_per_player": 10**5,
    "seats_per_player": 10**5,
    "requests_per_second": 10**5,
    "requests_burst": 10**5,
    "requests_per_second_per_address": 10**5,
    "requests_burst_per_address": 10**5,
}


class Served:
    def __init__(self, app: Starlette, loop: asyncio.AbstractEventLoop, url: str) -> None:
        self.app, self.loop, self.url = app, loop, url

    @property
    def lobby(self) -> Lobby:
        lobby: Lobby = self.app.state.lobby
        return lobby

    def do(self, verb: Coroutine[Any, Any, T]) -> T:
        """Run the coroutine on the lobby's event loop."""
        return asyncio.run_coroutine_threadsafe(verb, self.loop).result(TIMEOUT)


@contextmanager
def serving(app: Starlette | None = None, **settings: Any) -> Iterator[Served]:
    chosen = {"database_url": "sqlite::memory:", "secret": SECRET, **GENEROUS, **settings}
    app = app or create_app(Settings(**chosen))
    # Named as TCP, or asyncio leaves Nagle's algorithm on and each answer takes 40 ms.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = _Server(
        uvicorn.Config(
            app,
            ws=wire(WireLimits()),
            http=Http,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
    )
    started = _Start()
    thread = threading.Thread(target=asyncio.run, args=(_serve(server, listener, started),))
    thread.start()
    try:
        yield Served(app, started.wait(), f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.stop(started.loop)
        thread.join(TIMEOUT)
        listener.close()
        assert not thread.is_alive()


class _Server(uvicorn.Server):
    """Ends as soon as it is told so: uvicorn itself looks ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopping = asyncio.Event()

    def stop(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Called by another thread."""
        self.should_exit = True
        if loop is not None:
            with suppress(RuntimeError):  # it has ended by itself
                loop.call_soon_threadsafe(self._stopping.set)

    async def main_loop(self) -> None:
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), TICK_SECONDS)


class _Start:
    """Passes the loop, or the failure to start, from the server's thread to the test's."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.over = threading.Event()

    def wait(self) -> asyncio.AbstractEventLoop:
        assert self.over.wait(TIMEOUT)
        assert self.loop, "the server did not start"
        return self.loop


async def _serve(server: uvicorn.Server, listener: socket.socket, start: _Start) -> None:
    serve = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not (server.started or serve.done()):
            await asyncio.sleep(0.01)
        start.loop = asyncio.get_running_loop() if server.started else None
    finally:
        start.over.set()
    await serve

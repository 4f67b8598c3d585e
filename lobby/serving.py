"""A process that serves: its life from start to drain, and why it could not.

Knows uvicorn and the application as a whole; no operation of it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette

from lobby import console, operating
from lobby.catalogue import WrongCatalogue
from lobby.channel.handshake import Http
from lobby.channel.limits import Limits
from lobby.channel.wire import wire
from lobby.config import Settings
from lobby.exits import Exit, complain
from lobby.main import PartFailed, create_app
from lobby.tokens import BadKeys
from lobby.watchdog import watched
from persistence.ports import InUse, Unreachable

log = structlog.get_logger(__name__)

BACKLOG = 2048
RETRY_SECONDS = 0.5
GRACE_SECONDS = 5
"""Left to answers that are under way, once every socket is closed."""


class Server(uvicorn.Server):
    """`alone`: nobody stands above this process, so that the terminal's Ctrl+C is meant for it, and
    a second signal is an impatient operator and not the same stop by another way."""

    def __init__(
        self, app: Starlette, settings: Settings, ready: Callable[[], None], *, alone: bool = True
    ) -> None:
        super().__init__(_configured(app))
        self._app, self._settings, self._ready, self._alone = app, settings, ready, alone
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hurry = asyncio.Event()

    def handle_exit(self, sig: int, frame: FrameType | None = None) -> None:
        """The first signal drains, the second one ends it. Not raised again in the end, as uvicorn
        would: having stopped when told to is a success."""
        if self._alone and self.should_exit:
            self.end_now()
        if self._alone or sig != signal.SIGINT:
            self.should_exit = True

    def end_now(self) -> None:
        """Drop whoever is here; to be called from any thread."""
        self.should_exit = self.force_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._drop_all)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await self._open()
        if not self.should_exit:
            await super().startup(sockets=sockets)
            log.info("serving", pid=os.getpid(), url=self._settings.url)
            self._ready()

    async def on_tick(self, counter: int) -> bool:
        stopping = await super().on_tick(counter)
        if stopping:
            await self._drain()
        return stopping

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.force_exit:
            self.config.timeout_graceful_shutdown = 0
        await super().shutdown(sockets)

    async def _serve(self, sockets: list[socket.socket] | None = None) -> None:
        async with AsyncExitStack() as self._life:
            await super()._serve(sockets)
        log.info("stopped", pid=os.getpid())

    async def _open(self) -> None:
        """Everything that the application stands on, and the operator's door."""
        in_a_file = self._settings.database_url.startswith("sqlite:")
        until = time.monotonic() + (0.0 if in_a_file else self._settings.start_seconds)
        while not self.should_exit:
            try:
                await self._open_once()
                return
            except Unreachable as away:
                if time.monotonic() > until:
                    raise
                log.warning("part_awaited", part=away.part, why=str(away))
                await asyncio.sleep(RETRY_SECONDS)

    async def _open_once(self) -> None:
        await self._life.enter_async_context(self._app.router.lifespan_context(self._app))
        if self._settings.alone:
            lobby = self._app.state.lobby
            answer = partial(operating.answer, lobby)
            door = console.door(Path(lobby.settings.admin_socket), answer)
            await self._life.enter_async_context(door)
        await self._life.enter_async_context(watched())

    async def _drain(self) -> None:
        """Send nobody here any more, and everybody away: one after another, unless it hurries."""
        self._app.state.draining = True
        log.info("draining", pid=os.getpid())
        self._app.state.lobby.hub.waits.drain()
        ways = [asyncio.ensure_future(self._app.state.channel.drain())]
        ways.append(asyncio.ensure_future(self._hurried()))
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()

    async def _hurried(self) -> None:
        await self._hurry.wait()

    def _drop_all(self) -> None:
        self._hurry.set()
        for connection in list(self.server_state.connections):
            dropped: Any = connection if hasattr(connection, "abort") else connection.transport
            dropped.abort()


def run(
    settings: Settings,
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    above: Callable[[Server], None] | None = None,
) -> Exit:
    """Serve until told to stop. What prevents it is said in one line, and is the exit code.

    `above` gets the server before it runs, where somebody watches over several of them.
    """
    try:
        server = Server(create_app(settings), settings, ready, alone=above is None)
        if above:
            above(server)
        server.run([sock])
    except InUse as busy:
        return complain(str(busy), Exit.IN_USE)
    except Unreachable as away:
        return complain(f"{away}. {REMEDIES.get(away.part, '')}", Exit.UNREACHABLE)
    except BadKeys as wrong:
        return complain(str(wrong), Exit.SETTINGS)
    except WrongCatalogue as wrong:
        return complain("\nlobby: ".join(wrong.lines), Exit.SETTINGS)
    except PartFailed as failed:
        return complain(str(failed), Exit.FAILED)
    return Exit.OK


REMEDIES = {
    "database": "Check LOBBY_DATABASE_URL and that the database runs; lobby doctor tells more.",
    "redis": "Check LOBBY_REDIS_URL and that Redis runs; lobby doctor tells more.",
}


def _configured(app: Starlette) -> uvicorn.Config:
    """No line in an access log, which would show queries; no header believed; no compression."""
    return uvicorn.Config(
        app,
        http=Http,
        ws=wire(Limits()),
        ws_max_size=Limits().max_size,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        workers=1,
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )

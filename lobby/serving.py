"""A process that serves: its listening socket, its life from start to drain, why it could not.

Knows uvicorn and the application as a whole; no operation of it.
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from enum import IntEnum
from types import FrameType
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette

from lobby import console
from lobby.catalogue import WrongCatalogue
from lobby.channel.handshake import Http
from lobby.channel.limits import Limits
from lobby.channel.wire import wire
from lobby.config import Settings
from lobby.main import PartFailed, create_app
from lobby.tokens import BadKeys
from lobby.watchdog import watched
from persistence.ports import InUse, Unreachable

log = structlog.get_logger(__name__)

BACKLOG = 2048
RETRY_SECONDS = 0.5
GRACE_SECONDS = 5
"""Left to answers that are under way, once every socket is closed."""


class Exit(IntEnum):
    """What the process tells whoever started it."""

    OK = 0
    FAILED = 1
    SETTINGS = 2
    IN_USE = 3
    UNREACHABLE = 4


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
            await self._life.enter_async_context(console.door(self._app.state.lobby))
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


def complain(line: str, code: Exit) -> Exit:
    """For people, beside the log: whoever starts a program reads its last line."""
    sys.stderr.write(f"lobby: {line}\n")
    return code


class CannotListen(Exception):
    """The address cannot be had; the message says what to do. `taken`: somebody else has it."""

    def __init__(self, message: str, *, taken: bool = False) -> None:
        super().__init__(message)
        self.taken = taken


def listening_socket(settings: Settings) -> socket.socket:
    """Bound, and soon to listen. What is set on it is inherited by every connection."""
    try:
        return _bound(settings.host, settings.port)
    except OSError as failure:
        where = f"{settings.host} port {settings.port}"
        if failure.errno == errno.EADDRINUSE:
            what = f"{where} is taken: is another lobby running? --port or LOBBY_PORT chooses"
            raise CannotListen(f"{what} another.", taken=True) from failure
        raise CannotListen(f"cannot listen on {where}: {failure.strerror}") from failure


def _bound(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    sock = socket.socket(family, kind, protocol)
    try:
        _set(sock, Limits())
        sock.bind(address)
    except OSError:
        sock.close()
        raise
    return sock


def _set(sock: socket.socket, limits: Limits) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, limits.send_buffer)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        milliseconds = int(limits.unacknowledged * 1000)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)


def data_shown(settings: Settings) -> str:
    """Where the data is, without anything secret."""
    kind, _, rest = settings.database_url.partition(":")
    if kind == "sqlite":
        return "data in memory only" if rest == ":memory:" else f"data in {rest}"
    return f"data in PostgreSQL at {rest.rpartition('@')[2].removeprefix('//').partition('?')[0]}"


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

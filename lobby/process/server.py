"""The server of one process: start, graceful shutdown (drain), and exit codes of what prevents it.

Knows uvicorn and the application as a whole; none of its operations.
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

from lobby.catalogue import InvalidCatalogue
from lobby.channel.endpoint import Channel
from lobby.channel.wire import wire
from lobby.channel.wire_limits import WireLimits
from lobby.config import Settings
from lobby.exit_codes import Exit, complain
from lobby.identity.tokens import BadKeys
from lobby.main import PartFailed, create_app
from lobby.operator import admin_socket, commands
from lobby.process import descriptors
from lobby.process.acceptor import Acceptor
from lobby.process.connections import Connections, Place
from lobby.process.http import Http
from lobby.process.reload import sound
from lobby.process.watchdog import watched
from persistence.ports import InUse, Newer, Unreachable, Unsuitable

log = structlog.get_logger(__name__)

BACKLOG = 2048
"""Connections that the kernel holds until they are accepted."""
RETRY_SECONDS = 0.5
"""Pause between two tries to reach a database that may be starting too."""
INTERPRETER_SECONDS = 1.5
"""What a new process takes before it begins to start, and the old one to end."""
GRACE_SECONDS = 5
"""How long responses under way may still take, once every socket is closed."""


class LobbyServer(uvicorn.Server):
    """uvicorn's server with our start and drain. `sock`: what it listens on, kept for a reload.

    `alone`: this process has no supervisor, so the terminal's Ctrl+C is meant for it, and a second
    signal is an impatient operator, not the same stop again by way of the supervisor.
    """

    def __init__(
        self,
        app: Starlette,
        settings: Settings,
        ready: Callable[[], None],
        *,
        sock: socket.socket,
        alone: bool = True,
    ) -> None:
        super().__init__(_uvicorn_config(app, settings))
        self._app, self._settings, self._ready, self._alone = app, settings, ready, alone
        self._sock = sock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hurry = asyncio.Event()
        self._began, self._start_seconds = time.monotonic(), 0.0
        self._others_serve = False
        self.reloading = False

    def handle_exit(self, sig: int, frame: FrameType | None = None) -> None:
        """The first signal drains, the second one ends at once. Neither is raised again in the end,
        as uvicorn would: to stop when told to is a success."""
        if self._alone and self.should_exit:
            self.end_now()
        if self._alone or sig != signal.SIGINT:
            self.should_exit = True

    def reload(self, sig: int = signal.SIGHUP, frame: FrameType | None = None) -> None:
        """Drain, to be started again; not where it would not come up again."""
        if not self.should_exit and sound(self._settings):
            self.reloading = self.should_exit = True

    def step_down(self) -> None:
        """Drain while others serve; to be called from any thread."""
        self._others_serve = self.should_exit = True

    def end_now(self) -> None:
        """Drop all connections and stop; to be called from any thread."""
        self.should_exit = self.force_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._drop_all)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await self._open()
        if not self.should_exit:
            await super().startup(sockets=[])
            self.servers = [self._accept(sock) for sock in sockets or []]
            self._start_seconds = time.monotonic() - self._began
            log.info("serving", pid=os.getpid(), url=self._settings.url)
            self._ready()

    def _accept(self, sock: socket.socket) -> Any:
        """Begin to accept connections, in place of uvicorn."""
        channel: Channel = self._app.state.channel
        connections = Connections(self._settings, free_descriptor=channel.free_descriptor)
        acceptor = Acceptor(sock, connections, self._protocol)
        acceptor.start(BACKLOG)
        return acceptor

    def _protocol(self, place: Place) -> Http:
        protocol = Http(self.config, self.server_state, self.lifespan.state)
        protocol.place = place
        return protocol

    async def on_tick(self, counter: int) -> bool:
        stopping = await super().on_tick(counter)
        if stopping:
            await self._drain()
        return stopping

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.force_exit:
            self.config.timeout_graceful_shutdown = 0
        if not self.reloading:
            self._sock.close()  # from now on who comes is refused, in place of waiting in vain
        await super().shutdown(sockets)

    async def _serve(self, sockets: list[socket.socket] | None = None) -> None:
        async with AsyncExitStack() as self._life:
            await super()._serve(sockets)
        log.info("stopped", pid=os.getpid())

    async def _open(self) -> None:
        """Open the lobby and the admin socket; while a store is unreachable, retry for a while."""
        in_a_file = self._settings.database_url.startswith("sqlite:")
        until = time.monotonic() + (0.0 if in_a_file else self._settings.start_seconds)
        while not self.should_exit:
            try:
                await self._open_once()
                return
            except Unsuitable:
                raise
            except Unreachable as away:
                if time.monotonic() > until:
                    raise
                log.warning("part_awaited", part=away.part, why=str(away))
                await asyncio.sleep(RETRY_SECONDS)

    async def _open_once(self) -> None:
        await self._life.enter_async_context(self._app.router.lifespan_context(self._app))
        if self._settings.alone:
            lobby = self._app.state.lobby
            answer = partial(commands.answer, lobby)
            opened = admin_socket.listen(Path(lobby.settings.admin_socket), answer)
            await self._life.enter_async_context(opened)
        await self._life.enter_async_context(watched())

    async def _drain(self) -> None:
        """Fail the readiness probe, end long polls, close all sockets; end early on `end_now`."""
        self._app.state.draining = True
        log.info("draining", pid=os.getpid())
        if self._others_serve:
            # Whoever comes back to the port that we share is theirs from now on.
            for server in self.servers:
                server.close()
        self._app.state.lobby.hub.waiters.drain()
        drain = self._app.state.channel.drain(away_seconds=self._away_seconds())
        ways = [asyncio.ensure_future(drain)]
        ways.append(asyncio.ensure_future(self._wait_for_hurry()))
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()

    def _away_seconds(self) -> float | None:
        """How long nobody answers once the sockets are closed: as long as the start took."""
        if self._others_serve:
            return None
        return self._start_seconds + (0.0 if self.reloading else INTERPRETER_SECONDS)

    async def _wait_for_hurry(self) -> None:
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
    on_server: Callable[[LobbyServer], None] | None = None,
) -> Exit:
    """Serve until told to stop. A failure is one line on stderr, and the exit code.

    `on_server` gets the server before it runs, where a supervisor watches several of them.
    """
    descriptors.raise_limit(settings)
    try:
        while _serve_once(settings, sock, ready, on_server=on_server):
            log.info("reloading", pid=os.getpid())
    except InUse as busy:
        return complain(str(busy), Exit.IN_USE)
    except (Newer, Unsuitable, BadKeys) as wrong:
        return complain(str(wrong), Exit.SETTINGS)
    except Unreachable as away:
        return complain(f"{away}. {REMEDIES.get(away.part, '')}", Exit.UNREACHABLE)
    except InvalidCatalogue as wrong:
        return complain("\nlobby: ".join(wrong.lines), Exit.SETTINGS)
    except PartFailed as failed:
        return complain(str(failed), Exit.FAILED)
    return Exit.OK


def _serve_once(
    settings: Settings,
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    on_server: Callable[[LobbyServer], None] | None,
) -> bool:
    """True: start again. The socket stays open meanwhile: who comes waits in its backlog."""
    server = LobbyServer(create_app(settings), settings, ready, sock=sock, alone=on_server is None)
    if on_server:
        on_server(server)
    else:
        signal.signal(signal.SIGHUP, server.reload)
    with _copied(sock) as listening:  # also closed where the server never came to take it
        server.run([listening])
    return server.reloading and not server.force_exit


def _copied(sock: socket.socket) -> socket.socket:
    """Another descriptor of the listening socket. Other processes accept from the same one: it may
    not block them for a moment, as `sock.dup()` would have it."""
    copy = socket.socket(sock.family, sock.type, sock.proto, fileno=os.dup(sock.fileno()))
    copy.setblocking(False)
    return copy


REMEDIES = {
    "database": "Check LOBBY_DATABASE_URL and that the database runs; lobby doctor tells more.",
    "redis": "Check LOBBY_REDIS_URL and that Redis runs; lobby doctor tells more.",
}


def _uvicorn_config(app: Starlette, settings: Settings) -> uvicorn.Config:
    """No access log (it would show queries), no trust in proxy headers, no compression."""
    return uvicorn.Config(
        app,
        http=Http,
        ws=wire(WireLimits()),
        ws_max_size=WireLimits().max_size,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        workers=1,
        backlog=BACKLOG,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )

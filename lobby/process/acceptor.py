"""Accepts TCP connections, a few in each turn of the loop, and only those that have a place.

In the place of asyncio's server, which accepts whoever waits, as long as there are descriptors.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import structlog

from lobby.process.connections import Connections, Place

AT_ONCE = 32
"""Connections that are accepted in one turn of the loop."""
PAUSE_SECONDS = 0.05
"""Pause where the system has no descriptor or memory for another one."""

log = structlog.get_logger(__name__)


class Acceptor:
    """As uvicorn knows a server: it is closed, and then waited for. `make` makes the protocol of a
    connection."""

    def __init__(
        self,
        listener: socket.socket,
        connections: Connections,
        make: Callable[[Place], asyncio.Protocol],
    ) -> None:
        self._listener, self._connections, self._make = listener, connections, make
        self._loop = asyncio.get_running_loop()
        self._beginning: set[asyncio.Task[None]] = set()
        self._closed = False

    def start(self, backlog: int) -> None:
        self._listener.setblocking(False)
        self._listener.listen(backlog)
        self._loop.add_reader(self._listener.fileno(), self._accept)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._loop.remove_reader(self._listener.fileno())

    async def wait_closed(self) -> None:
        await asyncio.gather(*self._beginning, return_exceptions=True)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                sock, peer = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as no:
                self._pause(no)
                return
            place = self._connections.enter(peer, descriptor=sock.fileno())
            if place is None:
                sock.close()
                continue
            task = self._loop.create_task(self._begin(sock, place))
            self._beginning.add(task)
            task.add_done_callback(self._beginning.discard)

    async def _begin(self, sock: socket.socket, place: Place) -> None:
        sock.setblocking(False)
        try:
            await self._loop.connect_accepted_socket(lambda: self._make(place), sock)
        except OSError:  # it has gone again
            place.leave()
            sock.close()

    def _pause(self, no: OSError) -> None:
        """What waits is taken a moment later, by then somebody has made room."""
        log.error("cannot_accept", why=no.strerror)
        self._connections.make_room()
        self._loop.remove_reader(self._listener.fileno())
        self._loop.call_later(PAUSE_SECONDS, self._resume)

    def _resume(self) -> None:
        if not self._closed:
            self._loop.add_reader(self._listener.fileno(), self._accept)

"""The listening socket, and a line about where the data is.

Imports nothing of what is served, so that an address in use is reported before that is loaded.
"""

from __future__ import annotations

import errno
import socket

from lobby.channel.wire_limits import WireLimits
from lobby.config import Settings


class CannotListen(Exception):
    """The address cannot be bound; the message says what to do. `taken`: it is in use."""

    def __init__(self, message: str, *, taken: bool = False) -> None:
        super().__init__(message)
        self.taken = taken


def listening_socket(settings: Settings) -> socket.socket:
    """A bound TCP socket, whose options every connection inherits; raises CannotListen."""
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
        _set(sock, WireLimits())
        sock.bind(address)
    except OSError:
        sock.close()
        raise
    return sock


def _set(sock: socket.socket, limits: WireLimits) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, limits.send_buffer)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        milliseconds = int(limits.ack_timeout * 1000)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)


def data_shown(settings: Settings) -> str:
    """Where the data is stored, for people, without the secrets of the URL."""
    kind, _, rest = settings.database_url.partition(":")
    if kind == "sqlite":
        return "data in memory only" if rest == ":memory:" else f"data in {rest}"
    return f"data in PostgreSQL at {rest.rpartition('@')[2].removeprefix('//').partition('?')[0]}"

"""The socket on which a process listens, and where its data is. Knows nothing of what is served, so
that an address that cannot be had is told before all that is loaded.
"""

from __future__ import annotations

import errno
import socket

from lobby.channel.limits import Limits
from lobby.config import Settings


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

"""What one client may cost us on the wire; refuses to know what it says there."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes are in bytes, spans in seconds."""

    max_size: int = 64 * 1024
    """of one message, and of what comes before the endpoint has taken over"""
    max_fragments: int = 64
    frames_per_second: float = 200.0
    burst: int = 400
    send_buffer: int = 64 * 1024
    """in the kernel, and once more in the transport, before the client counts as behind"""
    backlog: int = 1024 * 1024
    """unsent, of a client that is behind"""
    stalled: float = 5.0
    """behind for so long: cut off"""
    farewell: float = 2.0
    """between our goodbye and the end"""
    handshake: float = 10.0
    """from the request's headers to the endpoint's decision"""
    unacknowledged: float = 20.0
    """sent, and not acknowledged by the client's kernel"""

    def tighten(self, transport: asyncio.BaseTransport) -> None:
        """Let the kernel neither hide a slow client nor wait long for a vanished one."""
        sock = transport.get_extra_info("socket")
        if sock is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
            return
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.send_buffer)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            milliseconds = int(self.unacknowledged * 1000)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)

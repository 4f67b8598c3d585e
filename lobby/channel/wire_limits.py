"""Limits of one WebSocket connection: message sizes, frame rate, buffers, timeouts."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass

STALL_CHECKS = 4
"""How often within `stall_timeout` it is checked whether the client reads anything."""


@dataclass(frozen=True, slots=True)
class WireLimits:
    """Sizes are in bytes, spans in seconds."""

    max_size: int = 128 * 1024
    """of one message, and of what comes before the endpoint has taken over; twice what a command
    may have, so that one that is too large is refused by its id"""
    max_fragments: int = 64
    """of one message"""
    frames_per_second: float = 200.0
    """rate of the token bucket of frames"""
    burst: int = 400
    """size of that bucket"""
    send_buffer: int = 64 * 1024
    """in the kernel, and once more in the transport, before the client counts as behind"""
    backlog: int = 1024 * 1024
    """unsent, of what was added since the client fell behind"""
    stall_timeout: float = 5.0
    """no byte read for so long while behind: aborted"""
    close_timeout: float = 2.0
    """from our close frame to the abort, if the client does not close"""
    handshake_timeout: float = 10.0
    """from the request's headers to the endpoint's decision"""
    ack_timeout: float = 20.0
    """sent, and not acknowledged by the client's kernel"""

    def set_socket_options(self, transport: asyncio.BaseTransport) -> None:
        """A small kernel buffer, so that slow clients show (backpressure); a short TCP timeout."""
        sock = transport.get_extra_info("socket")
        if sock is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
            return
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.send_buffer)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            milliseconds = int(self.ack_timeout * 1000)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)

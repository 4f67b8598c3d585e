"""A fake Minecraft server on loopback, whose status response a test sets."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from types import TracebackType
from typing import Any, Self

from tests.support.services import LOOPBACK

GOOD: dict[str, Any] = {
    "version": {"name": "1.21.4", "protocol": 769},
    "players": {"online": 3, "max": 20, "sample": []},
    "description": "A server",
}


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def packet(content: bytes) -> bytes:
    return varint(len(content)) + content


class MinecraftServer:
    """`says` is its status, or bytes that are none; `asked` counts who wanted it.

    Cleared, `ready` makes it slow: it answers when that is set again.
    """

    def __init__(self, port: int = 0, **says: Any) -> None:
        self.says: dict[str, Any] | bytes = GOOD | says
        self.asked = 0
        self.ready = threading.Event()
        self.ready.set()
        self._server = _Server((LOOPBACK, port), _Conversation)
        self._server.minecraft = self
        self.port = int(self._server.server_address[1])

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ready.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    minecraft: MinecraftServer


class _Conversation(socketserver.StreamRequestHandler):
    """Handshake, status request, status."""

    server: _Server

    def handle(self) -> None:
        minecraft = self.server.minecraft
        try:
            handshake, request = self._packet(), self._packet()
        except EOFError:
            return
        assert (handshake[0], handshake[-1], request) == (0, 1, b"\0")
        minecraft.asked += 1
        minecraft.ready.wait(30)
        try:
            self.wfile.write(self._status(minecraft.says))
            self.connection.shutdown(socket.SHUT_WR)
        except OSError:
            return  # who asked did not wait

    @staticmethod
    def _status(says: dict[str, Any] | bytes) -> bytes:
        if isinstance(says, bytes):
            return says
        text = json.dumps(says).encode()
        return packet(b"\0" + varint(len(text)) + text)

    def _packet(self) -> bytes:
        return self.rfile.read(self._varint())

    def _varint(self) -> int:
        number = shift = 0
        while byte := self.rfile.read(1):
            number |= (byte[0] & 0x7F) << shift
            shift += 7
            if not byte[0] & 0x80:
                return number
        raise EOFError

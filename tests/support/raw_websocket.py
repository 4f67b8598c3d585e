"""A WebSocket client that may break the protocol, over a blocking socket; and the life of the echo
server.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.support.waiting import TIMEOUT

TEXT, BINARY, CLOSE, PING, PONG = 0x81, 0x82, 0x88, 0x89, 0x8A
FIN = 0x80
MASK = b"\x37\xfa\x21\x3d"
names = count(1)


def frame(kind: int, payload: bytes = b"", *, mask: bytes | None = MASK) -> bytes:
    """A frame. `kind`: its first byte, with the FIN bit."""
    size, bit = len(payload), 0x80 if mask else 0
    if size < 126:
        header = bytes((kind, bit | size))
    elif size < 0x10000:
        header = bytes((kind, bit | 126)) + size.to_bytes(2, "big")
    else:
        header = bytes((kind, bit | 127)) + size.to_bytes(8, "big")
    if mask is None:
        return header + payload
    key = mask * (size // 4 + 1)
    hidden = int.from_bytes(payload, "big") ^ int.from_bytes(key[:size], "big")
    return header + mask + hidden.to_bytes(size, "big")


def close_frame(code: int, reason: bytes = b"") -> bytes:
    return frame(CLOSE, code.to_bytes(2, "big") + reason)


class RawWebsocket:
    def __init__(self, port: int, *, receive_buffer: int | None = None, address: str = "") -> None:
        self.socket = socket.socket()
        self.socket.bind((address, 0))
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(TIMEOUT)
        self.socket.connect(("127.0.0.1", port))
        self.unread = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def flood(self, data: bytes) -> int:
        """Send as much as the server accepts; returns the number of bytes sent."""
        sent = 0
        try:
            while sent < len(data):
                sent += self.socket.send(data[sent : sent + 1_000_000])
        except OSError:
            pass
        return sent

    def send_handshake(
        self, path: str, behind: bytes = b"", *, subprotocol: str = "v1", more: str = ""
    ) -> None:
        """`more`: header lines."""
        headers = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        spoken = f"Sec-WebSocket-Protocol: {subprotocol}\r\n"
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}{key}{spoken}{more}\r\n"
        self.send(request.encode() + behind)

    def read_handshake(self) -> bytes:
        """The server's handshake response, headers only."""
        while b"\r\n\r\n" not in self.unread:
            self.receive()
        head, _, self.unread = self.unread.partition(b"\r\n\r\n")
        return head

    def receive(self, most: int = 65536) -> None:
        data = self.socket.recv(most)
        if not data:
            raise EOFError
        self.unread += data

    def take(self, size: int) -> bytes:
        while len(self.unread) < size:
            self.receive()
        taken, self.unread = self.unread[:size], self.unread[size:]
        return taken

    def receive_frame(self) -> tuple[int, bytes]:
        """The next frame: its first byte and its payload."""
        kind, size = self.take(2)
        if size >= 126:
            size = int.from_bytes(self.take(2 if size == 126 else 8), "big")
        return kind, self.take(size)

    def receive_close_code(self) -> int:
        """The code of the server's close frame; skips the frames before it."""
        while True:
            kind, payload = self.receive_frame()
            if kind == CLOSE:
                return int.from_bytes(payload[:2], "big")

    def read_to_end(self) -> None:
        """Read until the server closes the stream in order (no reset)."""
        while self.socket.recv(65536):
            pass

    def receive_frame_slowly(self, bytes_per_second: float) -> tuple[int, bytes]:
        """Receive a large frame at limited bandwidth."""
        header = self.take(10)
        assert header[1] == 127
        size, start, had = int.from_bytes(header[2:], "big"), time.monotonic(), len(self.unread)
        while len(self.unread) < size:
            self.receive(4096)
            due = start + (len(self.unread) - had) / bytes_per_second
            select.select([], [], [], max(0, due - time.monotonic()))
        return header[0], self.take(size)

    def leave(self) -> None:
        self.socket.close()


@dataclass
class EchoServer:
    process: subprocess.Popen[str]
    port: int

    @contextmanager
    def connected(self, **options: Any) -> Iterator[tuple[RawWebsocket, str]]:
        """A client whose handshake is done, and its name in the server's records."""
        name, client = f"c{next(names)}", RawWebsocket(self.port, **options)
        try:
            client.send_handshake(f"/echo/{name}")
            assert client.read_handshake().startswith(b"HTTP/1.1 101")
            yield client, name
        finally:
            client.leave()

    def get(self, path: str, body: bytes | None = None) -> Any:
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(url, data=body, timeout=TIMEOUT) as answer:
            return json.loads(answer.read() or "null")

    def record(self, name: str, until: str = "") -> list[str]:
        """The recorded events of the connection, once `until` is among them."""
        found: list[str] = self.get(f"/record/{name}?until={until.replace(' ', '%20')}")
        return found

    @contextmanager
    def growing_at_most(self, size: int) -> Iterator[None]:
        """Assert that the server's memory grows by at most `size` during the block."""
        status, clear = (
            Path(f"/proc/{self.process.pid}/{name}") for name in ("status", "clear_refs")
        )

        def peak() -> int:
            return 1024 * int(status.read_text().partition("VmHWM:")[2].split()[0])

        clear.write_text("5")  # sets the peak back to what is resident now
        before = peak()
        yield
        assert peak() - before <= size

    def processor_seconds(self) -> float:
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)


@contextmanager
def echo_serving(**settings: dict[str, Any]) -> Iterator[EchoServer]:
    command = [sys.executable, "-m", "tests.support.echo_server", json.dumps(settings)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield EchoServer(process, int(process.stdout.readline()))
    finally:
        process.kill()
        process.communicate()

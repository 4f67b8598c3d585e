"""Admin socket: a Unix socket, open to its owner alone, by which operator commands reach a server.

One JSON object a line goes in, one comes out. Knows nothing of the commands.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import structlog

from protocol.codec import encode

log = structlog.get_logger(__name__)

LONGEST_LINE = 64 * 1024
"""Bytes of a command on the admin socket."""
IDLE_SECONDS = 60.0
"""How long a connection to the admin socket may be silent."""
ANSWER_SECONDS = 30.0
"""How long a command waits for the server's answer."""


@asynccontextmanager
async def listen(path: Path, answer: Callable[[bytes], Awaitable[bytes]]) -> AsyncIterator[None]:
    """Listen until the block ends. Where that fails, the lobby logs it and serves all the same."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(TimeoutError, ConnectionError, ValueError):
            while line := await asyncio.wait_for(reader.readline(), IDLE_SECONDS):
                writer.write(await answer(line) + b"\n")
                await writer.drain()
        writer.close()

    try:
        sock = _bound(path)
    except OSError as failure:
        log.error("admin_socket_unusable", path=str(path), why=failure.strerror or str(failure))
        yield
        return
    server = await asyncio.start_unix_server(serve, sock=sock, limit=LONGEST_LINE)
    try:
        yield
    finally:
        server.close()
        _remove(path)


def _bound(path: Path) -> socket.socket:
    """Bind, in place of a stale socket; raises OSError where a server uses it or it is a file."""
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise FileExistsError(None, "there is a file of this name")
        if _served(path):
            raise FileExistsError(None, "another server has it")
        path.unlink()
    sock = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        sock.bind(str(path))
    except OSError:
        sock.close()
        raise
    finally:
        os.umask(before)
    return sock


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _served(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as sock:
        try:
            sock.connect(str(path))
        except OSError:
            return False
    return True


class NoServer(Exception):
    """No server listens on the socket."""


def ask(path: Path, command: dict[str, Any], *, seconds: float = ANSWER_SECONDS) -> dict[str, Any]:
    """The client: send one command to the server behind the socket; raises NoServer."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(seconds)
        try:
            sock.connect(str(path))
        except OSError as failure:
            raise NoServer(failure.strerror) from failure
        with sock.makefile("rb") as answers:
            sock.sendall(encode(command) + b"\n")
            said: dict[str, Any] = json.loads(answers.readline())
    return said

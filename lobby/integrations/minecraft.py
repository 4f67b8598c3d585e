"""Minecraft: a cached status of a server.

The server is queried at most every few seconds, by one query for all callers. While it is slow the
last status is served (stale while revalidate); after a failed query there is none. Servers, proxies
and plugins write statuses of many kinds: one odd part never loses the rest.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog
from mcstatus import JavaServer
from mcstatus._protocol.io.buffer import Buffer
from mcstatus._protocol.io.connection import TCPAsyncSocketConnection
from mcstatus._protocol.java_client import AsyncJavaClient
from pydantic import BaseModel, ConfigDict

from lobby.integrations import motd

log = structlog.get_logger(__name__)

CACHE_SECONDS = 5.0
"""How long a status is cached, and the timeout of a query."""
REQUEST_WAIT_SECONDS = 1.0
"""How long a request waits for a new status before it gets the last one."""
STATUS = b"\0"
"""The packet that asks for a status, and the first byte of the answer."""
LARGEST_STATUS = 256 * 1024
"""Bytes of a status; vanilla servers send at most 32 KiB, modded ones more."""
PICTURE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/]{1,98304}={0,2}")
SPACE = re.compile(r"\s+")
SAMPLE = 12
"""Players that the status names."""
LONGEST_LINE = 256
"""Characters of a version or of a player's name."""
LARGEST_NUMBER = 2**53
"""Larger numbers are not exact everywhere."""


class MinecraftStatus(BaseModel):
    """Status that a server reported: each part as it was said, or empty."""

    model_config = ConfigDict(strict=True)

    version_name: str
    version_protocol: int
    online: int
    max: int
    sample: list[str]
    motd: motd.MessageOfTheDay
    favicon: str | None


def parse_status(text: str) -> MinecraftStatus:
    """Raises ValueError for what is no JSON object."""
    status = json.loads(text)
    if not isinstance(status, dict):
        raise ValueError("the status is no object")
    version, players = _object(status.get("version")), _object(status.get("players"))
    sample = players.get("sample")
    names = map(_name, sample if isinstance(sample, list) else [])
    return MinecraftStatus(
        version_name=_line(version.get("name")),
        version_protocol=_number(version.get("protocol")),
        online=_number(players.get("online")),
        max=_number(players.get("max")),
        sample=[name for name in names if name is not None][:SAMPLE],
        motd=motd.of_components(status.get("description")),
        favicon=_picture(status.get("favicon")),
    )


def _object(said: Any) -> dict[str, Any]:
    return said if isinstance(said, dict) else {}


def _number(said: Any) -> int:
    """A whole number; 0 for anything else."""
    if isinstance(said, float) and said.is_integer():
        said = int(said)
    whole = isinstance(said, int) and not isinstance(said, bool)
    return said if whole and abs(said) <= LARGEST_NUMBER else 0


def _line(said: Any) -> str:
    return motd.readable(said)[:LONGEST_LINE] if isinstance(said, str) else ""


def _name(entry: Any) -> str | None:
    """The name of a player of the sample, who may have no id."""
    name = _object(entry).get("name")
    return _line(name) if isinstance(name, str) else None


def _picture(said: Any) -> str | None:
    """The picture as a data URL; some servers break its lines."""
    url = SPACE.sub("", said) if isinstance(said, str) else ""
    return url if PICTURE.fullmatch(url) else None


async def _raw_status(address: str) -> str:
    """The status as the server sent it; bytes that are not UTF-8 are replaced.

    `JavaServer.async_status` raises where one part is odd, and gives nothing of the rest. So its
    steps are taken here with its own classes; they are private, as the library publishes no others.
    A status request of any version is answered; 47 is the library's own default.
    """
    found = await JavaServer.async_lookup(address, timeout=CACHE_SECONDS)
    server = JavaServer(found.address.host.encode("idna").decode(), found.address.port)
    connection = TCPAsyncSocketConnection(server.address, CACHE_SECONDS)
    await connection.connect()
    try:
        await AsyncJavaClient(connection, server.address, version=47).handshake()
        await connection.write_bytearray(STATUS)
        size = await connection.read_varint()
        if size > LARGEST_STATUS:
            raise ValueError("the status is too large")
        packet = Buffer(await connection.read(size))
        if packet.read(1) != STATUS:
            raise ValueError("the packet is no status")
        return packet.read(packet.read_varint()).decode(errors="replace")
    finally:
        with suppress(OSError):
            await connection.close()


class MinecraftClient:
    """A client with a cache for one server."""

    def __init__(self, address: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._address, self._clock = address, clock
        self._last: MinecraftStatus | None = None
        self._queried = -CACHE_SECONDS
        self._query: asyncio.Task[None] | None = None

    async def status(self) -> MinecraftStatus | None:
        """A fresh status if the server is quick, else the last one; None: it does not answer."""
        if self._query is None and self._clock() - self._queried >= CACHE_SECONDS:
            self._query = asyncio.create_task(self._refresh())
        if self._query is not None:
            await asyncio.wait([self._query], timeout=REQUEST_WAIT_SECONDS)
        return self._last

    def close(self) -> None:
        if self._query is not None:
            self._query.cancel()

    async def _refresh(self) -> None:
        try:
            async with asyncio.timeout(CACHE_SECONDS):
                self._last = parse_status(await _raw_status(self._address))
        except Exception as failure:
            # Whatever the address, the network and the server may bring.
            log.warning("minecraft_server_silent", why=type(failure).__name__)
            self._last = None
        finally:
            self._queried, self._query = self._clock(), None

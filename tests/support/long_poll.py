"""A long poll as a client of player services makes it, on a connection of its own."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.support.waiting import TIMEOUT

MINE = "/notification/v1/player/me/stream/notification/lp"


@dataclass
class Answer:
    """A response. `took`: seconds."""

    status: int
    headers: dict[str, str]
    json: Any
    took: float

    @property
    def messages(self) -> list[str]:
        assert self.status == 200, self.json
        return [one["message"] for one in self.json["notifications"]]

    @property
    def ids(self) -> list[str]:
        assert self.status == 200, self.json
        return [one["notification_id"] for one in self.json["notifications"]]


class LongPoll:
    """A request that was sent and awaits its response."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._began = time.monotonic()

    @classmethod
    async def send(cls, url: str, token: str, path: str = MINE, **query: object) -> LongPoll:
        where = urlsplit(url)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        target = f"{path}?{urlencode(query)}"
        head = f"GET {target} HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {token}"
        writer.write(f"{head}\r\n\r\n".encode())
        await writer.drain()
        return cls(reader, writer)

    async def answer(self, seconds: float = TIMEOUT) -> Answer:
        try:
            async with asyncio.timeout(seconds):
                head = (await self._reader.readuntil(b"\r\n\r\n")).decode().splitlines()
                headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
                body = await self._reader.readexactly(int(headers.get("content-length", "0")))
            took = time.monotonic() - self._began
            return Answer(int(head[0].split()[1]), headers, json.loads(body), took)
        finally:
            self.leave()

    @property
    def answered(self) -> bool:
        return bool(self._reader._buffer)  # type: ignore[attr-defined]

    def leave(self) -> None:
        self._writer.close()


async def poll(url: str, token: str, path: str = MINE, **query: object) -> Answer:
    """Send a long poll and wait for the response."""
    return await (await LongPoll.send(url, token, path, **query)).answer()

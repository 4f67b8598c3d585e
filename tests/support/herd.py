"""A herd: many clients that keep the documented rule of coming back, and cost little themselves.

They speak just enough of the protocol: thousands of them fit beside the server that they measure.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import time
from collections import Counter
from collections.abc import Iterable
from typing import cast
from urllib.parse import urlsplit

from protocol import framing

GRACE_SECONDS = 15.0
CLOCK_SECONDS = 0.01
"""What a sleep may be short of."""
REQUEST = (
    "GET /ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: lobby.v1\r\n{more}\r\n"
)
BACK = {"type": "watch", "id": "back", "topic": "sessions"}
"""Who is answered this is back: it is known, and hears what happens."""


class HerdMember:
    """Comes back with its token, or with its secret. `outages`: the seconds without a connection.

    `early` counts tries before the time that it was told, `turned_away` the answers to its tries by
    their status, `in_vain` those that failed although it had waited as a drain told.
    """

    def __init__(self, url: str, *, token: str | None = None, secret: str | None = None) -> None:
        self._host = urlsplit(url).netloc
        self._token, self._secret = token, secret
        self.outages: list[float] = []
        self.early = self.in_vain = 0
        self.turned_away: Counter[str] = Counter()
        self.link: HerdLink | None = None
        self.not_before = 0.0
        self._life: asyncio.Task[None] | None = None

    @property
    def there(self) -> bool:
        return self.link is not None and not self.link.lost.done()

    async def begin(self) -> None:
        """Return once it is there; from then on it comes back by itself."""
        self.link = await self._try()
        assert self.link, self.turned_away
        self._life = asyncio.create_task(self._live())

    async def end(self) -> None:
        if self._life:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
        if self.link and self.link.transport:
            self.link.transport.abort()
            await self.link.lost

    def say(self, **command: object) -> None:
        assert self.link
        self.link.say(command)

    async def _live(self) -> None:
        while True:
            assert self.link
            await asyncio.wait((self.link.lost,))
            lost = time.monotonic()
            told, failures = self.not_before > lost, 0
            self.link = None
            while self.link is None:
                left = max(0.0, self.not_before - time.monotonic())
                longest = 2.0 if time.monotonic() - lost < GRACE_SECONDS else 30.0
                await asyncio.sleep(left + random.uniform(0, min(longest, 0.5 * 2**failures)))
                waited = self.not_before >= lost
                self.link = await self._try()
                self.in_vain += told and not self.link
                told = False
                failures += not (self.not_before > time.monotonic() or waited)
            self.outages.append(time.monotonic() - lost)

    async def _try(self) -> HerdLink | None:
        """The connection, once it is answered."""
        self.early += time.monotonic() < self.not_before - CLOCK_SECONDS
        loop, link = asyncio.get_running_loop(), HerdLink(self)
        host, _, port = self._host.rpartition(":")
        try:
            await loop.create_connection(lambda: link, host, int(port))
        except OSError:
            self.turned_away["nobody listens"] += 1
            return None
        bearer = f"Authorization: Bearer {self._token}\r\n" if self._token else ""
        assert link.transport
        link.transport.write(REQUEST.format(host=self._host, more=bearer).encode())
        await asyncio.wait((link.back, link.lost), return_when=asyncio.FIRST_COMPLETED)
        if link.back.done():
            return link
        self.turned_away[link.status or "cut off"] += 1
        return None

    def greet(self, link: HerdLink) -> None:
        if self._secret:
            link.say({"type": "hello", "id": "hello", "anonymous": True, "secret": self._secret})
        link.say(BACK)

    def told(self, seconds: float) -> None:
        self.not_before = max(self.not_before, time.monotonic() + seconds)


class HerdLink(asyncio.Protocol):
    """One connection of a member."""

    def __init__(self, member: HerdMember) -> None:
        loop = asyncio.get_running_loop()
        self.member = member
        self.back: asyncio.Future[None] = loop.create_future()
        self.lost: asyncio.Future[None] = loop.create_future()
        self.status = ""
        self.transport: asyncio.Transport | None = None
        self._unread = b""

    def say(self, command: object) -> None:
        text = json.dumps(command).encode()
        size = len(text)
        head = bytes((size | 0x80,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        assert self.transport
        self.transport.write(b"\x81" + head + bytes(4) + text)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if not self.status:
            head, end, rest = self._unread.partition(b"\r\n\r\n")
            if not end:
                return
            self._unread = rest
            self._read_head(head.decode())
        while self.status == "101":
            start, end_at = framing.payload_span(self._unread, 0)
            if end_at > len(self._unread) or start > len(self._unread):
                return
            self._read(self._unread[0], self._unread[start:end_at])
            self._unread = self._unread[end_at:]

    def _read_head(self, head: str) -> None:
        self.status = head.split(" ", 2)[1]
        if self.status == "101":
            self.member.greet(self)
            return
        lines = (line.partition(":") for line in head.splitlines())
        told = {name.lower(): value for name, _, value in lines}
        self.member.told(float(told.get("retry-after", 0)))
        self._close()

    def _read(self, kind: int, text: bytes) -> None:
        if kind == framing.PING:
            self._write(b"\x8a\x80" + bytes(4))
        elif kind == framing.CLOSE:
            self._write(b"\x88\x80" + bytes(4))
            self._close()
        elif b'"re":"back"' in text:
            if not self.back.done():
                self.back.set_result(None)
        elif b'"type":"drain"' in text:
            self._read_all(text, "drain", "return_after_ms", 1000)
        elif b'"type":"refusal"' in text:
            self._read_all(text, "refusal", "retry_after", 1)

    def _read_all(self, text: bytes, type: str, wait: str, unit: int) -> None:
        heard = json.loads(text)
        for frame in heard if isinstance(heard, list) else [heard]:
            if frame["type"] == type:
                self.member.told(frame.get(wait, 0) / unit)
                self.member.turned_away[str(frame.get("code", "drain"))] += 1

    def _write(self, frame: bytes) -> None:
        if self.transport:
            self.transport.write(frame)

    def _close(self) -> None:
        if self.transport:
            self.transport.close()


async def gathered(members: Iterable[HerdMember], *, at_once: int = 100) -> list[HerdMember]:
    """All of them, there."""
    herd = list(members)
    for first in range(0, len(herd), at_once):
        await asyncio.gather(*(member.begin() for member in herd[first : first + at_once]))
    return herd


def room_for(sockets: int) -> None:
    """Raise the soft limit of open files, as far as the hard one lets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = sockets + 200
    assert hard in (resource.RLIM_INFINITY,) or hard >= needed, f"ulimit -n is {hard}"
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))

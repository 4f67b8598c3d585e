"""A watched journal: entries in the order of their cursors, no gap, none twice."""

from __future__ import annotations

import asyncio
from typing import Any

from lobby.hub import frames
from lobby.hub.fanout import Fanout, Watcher
from lobby.hub.sources import Source
from lobby.hub.waits import Waits
from protocol.codec import encode

PAGE = 100


class WatchedJournal:
    """What is told leads; whatever lies between it and the last one sent is read."""

    def __init__(self, topic: str, source: Source, waits: Waits, *, head: int) -> None:
        self.topic = topic
        self._waits = waits
        self._source = source
        self._sent = head
        self._members: dict[Watcher, None] = {}
        self._fanout = Fanout(self._members)
        self._reading = asyncio.Lock()
        self._closed = False

    @property
    def members(self) -> dict[Watcher, None]:
        return self._members

    @property
    def head(self) -> int:
        return self._sent

    async def join(self, watcher: Watcher, after: int | None) -> None:
        """Replay what follows `after` (None: nothing, only what comes), then send what comes."""
        self.leave(watcher)
        cursor = self._sent if after is None else after
        if cursor > self._sent:
            await self.catch_up()  # it may have been told elsewhere before it was told here
        if cursor > self._sent:
            watcher.out.write(frames.trimmed(self.topic))
            cursor = 0
        while cursor < self._sent:
            page = await self._source.read(self.topic, after=cursor, limit=PAGE)
            if page.trimmed:
                watcher.out.write(frames.trimmed(self.topic))
            ready = [entry for entry in page.entries if entry.cursor <= self._sent]
            for entry in ready:
                watcher.out.write(frames.entry(self.topic, entry.cursor, entry.body.encode()))
            if not ready:
                break
            cursor = ready[-1].cursor
        self._members[watcher] = None

    def leave(self, watcher: Watcher) -> None:
        self._members.pop(watcher, None)

    def refresh(self, watcher: Watcher) -> None:
        """It was behind and entries were dropped: it must watch again, naming its cursor."""
        del self._members[watcher]
        watcher.out.write(frames.ended(self.topic, "fell_behind"))

    def fold(self, cursor: int, entry: dict[str, Any]) -> bool:
        """Send it on; False when one before it was missed."""
        if cursor == self._sent + 1:
            self._send(cursor, encode(entry))
        return cursor <= self._sent

    async def catch_up(self) -> None:
        """Read and send what was appended since the last one sent."""
        async with self._reading:
            while True:
                page = await self._source.read(self.topic, after=self._sent, limit=PAGE)
                if self._closed:
                    return
                if page.trimmed and page.entries[0].cursor > self._sent + 1:
                    self._fanout.send(frames.trimmed(self.topic), self._members)
                for entry in page.entries:
                    if entry.cursor > self._sent:
                        self._send(entry.cursor, entry.body.encode())
                if len(page.entries) < PAGE:
                    return

    def _send(self, cursor: int, body: bytes) -> None:
        self._sent = cursor
        self._fanout.send(frames.entry(self.topic, cursor, body), self._members)
        self._waits.end(self.topic, news=True)

    def end(self, code: str) -> None:
        self._fanout.send(frames.ended(self.topic, code), self._members, even_behind=True)

    def close(self) -> None:
        self._closed = True
        self._waits.end(self.topic, news=False)

"""A watched journal: a topic with entries in the order of their cursors, no gap, none twice.

Entries from the bus are sent on at once; those that the bus lost are read from the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import takewhile
from typing import Any, TypeVar

import structlog

from lobby.hub.backpressure import Skipped
from lobby.hub.fanout import Fanout, Skip, Watcher
from lobby.hub.source import ANY_EPOCH, Known, Source
from lobby.hub.waiters import Waiters
from persistence.ports import Unreachable
from protocol import frames
from protocol.codec import encode
from protocol.topics import split

log = structlog.get_logger(__name__)
T = TypeVar("T")

PAGE = 100
"""Entries of a journal that are read at a time."""
RETRY_SECONDS = 0.5
"""Pause before a journal is read again after the store was unreachable."""
REPLAY_SECONDS = 0.5
"""How long a watch waits for its replay before the connection's next command is answered."""


class WatchedJournal:
    """Sends each entry once and in order; a watcher that joins gets a replay from its cursor."""

    def __init__(
        self, topic: str, source: Source, waiters: Waiters, *, stands_at: Known, skipped: Skipped
    ) -> None:
        self.topic, self._skipped = topic, skipped
        self._waiters = waiters
        self._source = source
        self._epoch, self._sent = stands_at.epoch, stands_at.version
        self._watchers: dict[Watcher, None] = {}
        self._fanout = Fanout(self._watchers)
        self._replays: dict[Watcher, asyncio.Task[None]] = {}
        self._reading = asyncio.Lock()
        self._closed = False

    @property
    def watchers(self) -> set[Watcher]:
        return self._watchers.keys() | self._replays.keys()

    @property
    def known(self) -> Known:
        """Up to here it was sent."""
        return Known(self._epoch, self._sent)

    async def join(self, watcher: Watcher, known: Known | None) -> None:
        """Replay what follows the known cursor (None: nothing, only what comes), then send what
        comes. A cursor of another epoch says nothing here: everything that is kept follows it.

        Returns once it is replayed; where that takes long, it goes on without the caller.
        """
        cursor = self._sent if known is None else known.version
        if known is not None and known.epoch not in (ANY_EPOCH, self._epoch):
            watcher.out.write(frames.trimmed(self.topic))
            cursor = 0
        await asyncio.wait([self._begin(watcher, cursor)], timeout=REPLAY_SECONDS)

    def leave(self, watcher: Watcher) -> None:
        self._watchers.pop(watcher, None)
        self._skipped.drop(watcher, self.topic)
        if replay := self._replays.pop(watcher, None):
            replay.cancel()

    def _begin(self, watcher: Watcher, after: int) -> asyncio.Task[None]:
        """Start a replay in place of any other; until it is done the watcher gets nothing else."""
        self.leave(watcher)
        replay = self._replay_or_end(watcher, after)
        task = self._replays[watcher] = asyncio.get_running_loop().create_task(replay)
        return task

    async def _replay_or_end(self, watcher: Watcher, after: int) -> None:
        """A watcher that cannot be served must not believe that there is nothing new."""
        try:
            await self._replay(watcher, after)
        except Exception as failure:
            log.error("replay_failed", topic=split(self.topic)[0], exc_info=failure)
            del self._replays[watcher]
            watcher.out.write(frames.ended(self.topic, frames.WATCH_AGAIN))

    async def _replay(self, watcher: Watcher, cursor: int) -> None:
        """Send what follows the cursor, then add the watcher. If it falls behind, skip the rest."""
        size = 0
        if cursor > self._sent:
            await self._retried(self.catch_up)  # another process may have known of it first
        if cursor > self._sent:
            watcher.out.write(frames.trimmed(self.topic))
            cursor = 0
        while cursor < self._sent and not watcher.behind:
            read = partial(self._source.read, self.topic, after=cursor, limit=PAGE)
            page = await self._retried(read)
            if page.trimmed:
                watcher.out.write(frames.trimmed(self.topic))
            ready = [entry for entry in page.entries if entry.cursor <= self._sent]
            for entry in takewhile(lambda _: not watcher.behind, ready):
                frame = frames.entry(self.topic, entry.cursor, entry.body.encode())
                watcher.out.write(frame)
                cursor, size = entry.cursor, size + len(frame)
            if not ready:
                break
        watcher.charge(self.topic, size)
        self._watchers[watcher] = None
        del self._replays[watcher]
        if watcher.behind and cursor < self._sent:
            self._skip(cursor)(watcher)

    async def _retried(self, read: Callable[[], Awaitable[T]]) -> T:
        """The result, as soon as the store can be reached."""
        while True:
            try:
                return await read()
            except Unreachable:
                await asyncio.sleep(RETRY_SECONDS)

    def apply(self, cursor: int, entry: dict[str, Any]) -> bool:
        """Send the entry on; False when one before it was missed and a resync is needed."""
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
                    self._fanout.send(
                        frames.trimmed(self.topic), self._watchers, skip=self._skip(self._sent)
                    )
                for entry in page.entries:
                    if entry.cursor > self._sent:
                        self._send(entry.cursor, entry.body.encode())
                if len(page.entries) < PAGE:
                    return

    def _send(self, cursor: int, body: bytes) -> None:
        skip, self._sent = self._skip(self._sent), cursor
        self._fanout.send(frames.entry(self.topic, cursor, body), self._watchers, skip=skip)
        self._waiters.wake(self.topic, news=True)

    def _skip(self, cursor: int) -> Skip:
        """For a watcher that is behind: note that it has all up to this cursor."""
        resend = partial(self._begin, after=cursor)
        return partial(self._skipped.note, topic=self.topic, resend=resend)

    def end(self, code: str, reason: str | None = None) -> None:
        for watcher in list(self._replays):
            self.leave(watcher)
            self._watchers[watcher] = None
        self._fanout.send(frames.ended(self.topic, code, reason), self._watchers, skip=None)

    def close(self) -> None:
        self._closed = True
        for replay in self._replays.values():
            replay.cancel()
        self._waiters.wake(self.topic, news=False)

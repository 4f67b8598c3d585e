"""Inbox writer: appends entries to the streams of accounts and instances, then publishes them.

Entries about changes of a session are throttled: of many only the newest is written; of several
processes one writes it. Knows streams and entries; who gets what is decided by the verbs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import takewhile

import structlog

from lobby import expiring_keys
from lobby.idempotency import first_write
from lobby.identity.tokens import random_secret
from persistence.ports import Bus, Locks, Store, Unreachable
from protocol import topics
from protocol.events import EntryAppended, InboxEntry, TopicEnded

log = structlog.get_logger(__name__)

THROTTLE_SECONDS = 0.25
"""Throttle: at most one entry about a session in so long; the newest of the others waits."""
RETRY_SECONDS = 0.5
"""Pause before writing again after the store was unreachable."""
CLOSE_SECONDS = 3.0
"""Graceful shutdown: how long to wait for the entries that are not written yet."""
TOLD_SECONDS = 30.0
"""How long it is known that a version of a session was told, for processes that would tell it."""
CONCURRENT_WRITES = 8
"""Entries that are written at a time: the store has other work, too."""
MOST_PENDING = 10_000
"""Throttled entries that wait, at worst while the store is unreachable; the oldest is dropped."""

Key = tuple[str, str]
"""A stream, and the session that its entry is about."""

Reread = Callable[[], Awaitable[InboxEntry | None]]
"""Makes a throttled entry anew from what is stored by then; None: it is not to be written."""


@dataclass(frozen=True, slots=True)
class PendingEntry:
    """An entry that is not written yet. One that waited is read anew before it is written, if it
    has `reread`: another process may have written a newer one meanwhile. `owed`: no throttled
    entry takes its place."""

    entry: InboxEntry
    reread: Reread | None
    waited: bool
    owed: bool = False


class InboxWriter:
    """Writes entries at once (`put`) or throttled. Has one task, only while entries wait."""

    def __init__(self, store: Store, bus: Bus, locks: Locks) -> None:
        self._store, self._bus, self._locks = store, bus, locks
        self._name = random_secret()
        self._pending: dict[Key, PendingEntry] = {}
        self._throttled: dict[Key, float] = {}
        self._more = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None
        self._closed = False

    async def put(self, stream: str, *entries: InboxEntry) -> int:
        """Append entries in this order, all or none; returns the cursor of the last one.

        Throttled entries about the same sessions are older, and dropped. Raises Unreachable.
        """
        about = [(stream, entry.session) for entry in entries if entry.session is not None]
        older = {key: self._pending.pop(key) for key in about if key in self._pending}
        self._throttle(about)
        try:
            for entry in entries:
                await self._first(stream, entry)
            return await self._append(stream, entries)
        except (Unreachable, asyncio.CancelledError):
            self._put_back(older)
            raise

    def put_throttled(
        self, account: str, entry: InboxEntry, *, reread: Reread | None = None
    ) -> None:
        """Write that a session has changed: at once, or, within a quarter of a second after an
        entry about the same session, only the newest of them. Never fails, never waits."""
        if entry.session is None:
            raise TypeError("only entries about a session are throttled")
        key = (topics.inbox(account), entry.session)
        if key in self._pending and self._pending[key].owed:
            return  # it is read anew, and tells this change, too
        waits = self._throttled.get(key, 0.0) > asyncio.get_running_loop().time()
        self._add(key, PendingEntry(entry, reread, waits))

    def put_later(self, stream: str, entry: InboxEntry, *, reread: Reread | None = None) -> None:
        """Write an entry that `put` could not, as soon as the store takes it. Never fails, never
        waits; lost only with the process."""
        if entry.session is None:
            raise TypeError("only entries about a session are written later")
        self._add((stream, entry.session), PendingEntry(entry, reread, waited=True, owed=True))

    def _add(self, key: Key, pending: PendingEntry) -> None:
        self._pending[key] = pending
        if len(self._pending) > MOST_PENDING:
            del self._pending[next(iter(self._pending))]
            log.warning("notice_dropped", why="too many wait")
        self._start()

    async def end(self, stream: str, *, code: str) -> None:
        """Delete the stream with what waits for it, and publish that it ended."""
        for key in [key for key in self._pending if key[0] == stream]:
            del self._pending[key]
        await self._store.forget(stream)
        self._bus.publish(stream, TopicEnded(code=code).model_dump_json())

    async def close(self) -> None:
        """Graceful shutdown: write what still waits, as far as the store takes it."""
        self._closed = True
        self._more.set()
        if self._writing:
            _, late = await asyncio.wait([self._writing], timeout=CLOSE_SECONDS)
            for writing in late:
                writing.cancel()
                await asyncio.wait(late)
        if self._pending:
            log.warning("notices_dropped", count=len(self._pending), why="the lobby ends")

    async def _first(self, stream: str, entry: InboxEntry) -> bool:
        """Whether no other process tells the stream of this version of the session: several may
        have changed it, and read it anew before they write."""
        if entry.session is None or entry.version is None:
            return True
        lock = expiring_keys.told_version(stream, entry.session, entry.version)
        with suppress(Unreachable):
            return await self._locks.acquire(lock, self._name, TOLD_SECONDS)
        return True

    async def _append(self, stream: str, entries: Sequence[InboxEntry]) -> int:
        bodies = [entry.model_dump_json(exclude_none=True) for entry in entries]
        with first_write(stream) as once:
            last = await self._store.append(stream, *bodies, once=once)
        for cursor, entry in enumerate(entries, start=last - len(entries) + 1):
            told = EntryAppended(cursor=cursor, entry=entry.model_dump(exclude_none=True))
            self._bus.publish(stream, told.model_dump_json())
        return last

    def _throttle(self, keys: Iterable[Key]) -> None:
        """The newest come last, so that those whose time is over are the first, and go."""
        now = asyncio.get_running_loop().time()
        for key in keys:
            self._throttled.pop(key, None)
            self._throttled[key] = now + THROTTLE_SECONDS
        over = takewhile(lambda one: one[1] <= now, self._throttled.items())
        for key, _ in list(over):
            del self._throttled[key]

    def _put_back(self, due: Mapping[Key, PendingEntry]) -> None:
        """Let entries wait again that could not be written, unless newer ones wait by now."""
        late = {key: replace(one, waited=True) for key, one in due.items()}
        self._pending = {**late, **self._pending}
        self._start()

    def _start(self) -> None:
        self._more.set()
        if self._pending and not (self._closed or self._writing):
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        """Write until nothing waits; after `close` once more and no further."""
        try:
            while self._pending:
                last = self._closed
                self._more.clear()
                if not await self._write_due() and not last:
                    await self._wait()
                if last:
                    break
        finally:
            self._writing = None

    async def _write_due(self) -> bool:
        """Write what is no longer throttled; False: nothing was due. Pauses after a failure."""
        self._throttle([])
        due_keys = [key for key in self._pending if self._closed or key not in self._throttled]
        for first in range(0, len(due_keys), CONCURRENT_WRITES):
            if not await self._put_due(due_keys[first : first + CONCURRENT_WRITES]):
                await asyncio.sleep(0 if self._closed else RETRY_SECONDS)
                break
        return bool(due_keys)

    async def _put_due(self, keys: list[Key]) -> bool:
        """Write these entries; False when the store was unreachable, and some wait again."""
        due = {key: self._pending.pop(key) for key in keys if key in self._pending}
        self._throttle(due)
        ends = await asyncio.gather(*(self._put_one(*one) for one in due.items()))
        if not all(ends):
            self._throttled = {}
        return all(ends)

    async def _put_one(self, key: Key, due: PendingEntry) -> bool:
        try:
            entry = await due.reread() if due.waited and due.reread else due.entry
            if entry is not None and await self._first(key[0], entry):
                await self._append(key[0], [entry])
        except (Unreachable, asyncio.CancelledError) as away:
            self._put_back({key: due})
            if not isinstance(away, Unreachable):
                raise
            log.warning("notice_postponed", why=str(away))
            return False
        except Exception:
            log.exception("notice_dropped")
        return True

    async def _wait(self) -> None:
        """Wait until the next entry is due, or another one is added."""
        until = min(self._throttled.get(key, 0.0) for key in self._pending)
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._more.wait()

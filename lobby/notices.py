"""What people and hosts of instances should know, also when they are away: written down, then told.

Knows streams and entries; who should know what, and why, is the verbs' to say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog

from persistence.ports import Bus, Store, Unreachable
from protocol import topics
from protocol.events import Ended, EntryTold, InboxEntry

log = structlog.get_logger(__name__)

QUIET_SECONDS = 0.25
"""How long after one word about a session the next one waits for a newer one."""
RETRY_SECONDS = 0.5
CLOSE_SECONDS = 3.0
AT_ONCE = 8
"""Entries under way to the store at a time: it has other work, too."""
MOST = 10_000
"""Entries that wait to be written, at worst while the store is away."""

Key = tuple[str, str]
"""A stream, and the session that its entry is about."""


Again = Callable[[], Awaitable[InboxEntry | None]]


@dataclass(frozen=True, slots=True)
class Due:
    """An entry, and who can say how it reads by now, when it had to wait: another process may have
    told something newer meanwhile. None: nothing is to be said any more."""

    entry: InboxEntry
    again: Again | None
    waited: bool


class Notices:
    """Owns one task, and only while something waits to be written."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store, self._bus = store, bus
        self._due: dict[Key, Due] = {}
        self._quiet: dict[Key, float] = {}
        self._more = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None
        self._closed = False

    async def put(self, stream: str, *entries: InboxEntry) -> int:
        """Entries in this order, all or none; returns the cursor of the last one.

        What waits to be said about the same session is older, and is said no more.
        """
        about = [(stream, entry.session) for entry in entries if entry.session is not None]
        older = {key: self._due.pop(key) for key in about if key in self._due}
        self._hush(about)
        try:
            return await self._append(stream, entries)
        except (Unreachable, asyncio.CancelledError):
            self._put_back(older)
            raise

    def soon(self, account: str, entry: InboxEntry, *, again: Again | None = None) -> None:
        """That a session has changed. The first word goes at once; of those that follow within a
        quarter of a second only the newest is written. Never fails, and never waits."""
        assert entry.session is not None
        key = (topics.inbox(account), entry.session)
        waits = self._quiet.get(key, 0.0) > asyncio.get_running_loop().time()
        self._due[key] = Due(entry, again, waits)
        if len(self._due) > MOST:
            del self._due[next(iter(self._due))]
            log.warning("notice_dropped", why="too many wait")
        self._begin()

    async def end(self, stream: str, *, code: str) -> None:
        """Nobody is told anything there any more, and what was told is forgotten."""
        for key in [key for key in self._due if key[0] == stream]:
            del self._due[key]
        await self._store.forget(stream)
        self._bus.publish(stream, Ended(code=code).model_dump_json())

    async def close(self) -> None:
        """Write what still waits, as far as the store takes it."""
        self._closed = True
        self._more.set()
        if self._writing:
            _, late = await asyncio.wait([self._writing], timeout=CLOSE_SECONDS)
            for writing in late:
                writing.cancel()
                await asyncio.wait(late)
        if self._due:
            log.warning("notices_dropped", count=len(self._due), why="the lobby ends")

    async def _append(self, stream: str, entries: Sequence[InboxEntry]) -> int:
        bodies = [entry.model_dump_json(exclude_none=True) for entry in entries]
        last = await self._store.append(stream, *bodies)
        for cursor, entry in enumerate(entries, start=last - len(entries) + 1):
            told = EntryTold(cursor=cursor, entry=entry.model_dump(exclude_none=True))
            self._bus.publish(stream, told.model_dump_json())
        return last

    def _hush(self, keys: Iterable[Key]) -> None:
        self._quiet |= dict.fromkeys(keys, asyncio.get_running_loop().time() + QUIET_SECONDS)

    def _put_back(self, due: Mapping[Key, Due]) -> None:
        """What could not be written waits on, unless something newer does."""
        late = {key: replace(one, waited=True) for key, one in due.items()}
        self._due = {**late, **self._due}
        self._begin()

    def _begin(self) -> None:
        self._more.set()
        if self._due and not (self._closed or self._writing):
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        """Until nothing waits; once more and no further when the lobby ends."""
        try:
            while self._due:
                last = self._closed
                self._more.clear()
                if not await self._write_ripe() and not last:
                    await self._wait()
                if last:
                    break
        finally:
            self._writing = None

    async def _write_ripe(self) -> bool:
        """Whether there was anything to write. While the store is away, not too often."""
        now = asyncio.get_running_loop().time()
        self._quiet = {key: until for key, until in self._quiet.items() if until > now}
        ripe = [key for key in self._due if self._closed or key not in self._quiet]
        for first in range(0, len(ripe), AT_ONCE):
            if not await self._put_due(ripe[first : first + AT_ONCE]):
                await asyncio.sleep(0 if self._closed else RETRY_SECONDS)
                break
        return bool(ripe)

    async def _put_due(self, keys: list[Key]) -> bool:
        """False while the store is away: what it did not take waits on."""
        due = {key: self._due.pop(key) for key in keys if key in self._due}
        self._hush(due)
        ends = await asyncio.gather(*(self._put_one(*one) for one in due.items()))
        if not all(ends):
            self._quiet = {}
        return all(ends)

    async def _put_one(self, key: Key, due: Due) -> bool:
        try:
            entry = await due.again() if due.waited and due.again else due.entry
            if entry is not None:
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
        """Until the next entry is ripe, or there is another one."""
        until = min(self._quiet.get(key, 0.0) for key in self._due)
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._more.wait()

"""Trail writer: what happened to each account, as entries of a journal of its own (`trail:<uuid>`).

Entries are written behind the answer. They wait in a bounded queue: those that do not fit are
dropped and counted, so that a store that is slow, or away, delays nobody and fills no memory.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress

import structlog
from pydantic_core import to_json

from lobby.domain.trail import Record
from persistence.ports import Store, Unreachable
from protocol import topics

log = structlog.get_logger(__name__)

LONGEST_TRAIL = 1_000
"""Entries of an account's trail; the oldest are deleted first."""
MOST_WAITING = 10_000
"""Entries that wait to be written; further ones are dropped, and counted."""
ENTRIES_AT_ONCE = 500
"""Entries that are written before it is looked again who is still there."""
WRITES_AT_ONCE = 4
"""Trails that are written to at a time: the store has other work, too."""
RETRY_SECONDS = 1.0
"""Pause before writing again after the store was unreachable."""

There = Callable[[Iterable[str]], Awaitable[Mapping[str, int]]]
"""Which of these accounts exist."""


class TrailWriter:
    def __init__(self, store: Store, there: There) -> None:
        self._store, self._there = store, there
        self._waiting: deque[tuple[str, Record]] = deque()
        self._wake = asyncio.Event()
        self._lock = asyncio.Lock()
        self.dropped = 0
        """Entries that did not fit, since the start of this process."""

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def add(self, record: Record) -> None:
        """Never fails, never waits."""
        for account in record.accounts():
            if len(self._waiting) >= MOST_WAITING:
                self._drop(record)
            else:
                self._waiting.append((account, record))
        self._wake.set()

    async def run(self) -> None:
        """Endless: write what waits."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self.flush()
            except Unreachable:
                self._wake.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def flush(self) -> None:
        """Write everything that waits. Raises Unreachable; what is not written waits on."""
        async with self._lock:
            while self._waiting:
                most = min(len(self._waiting), ENTRIES_AT_ONCE)
                await self._write([self._waiting.popleft() for _ in range(most)])

    async def close(self) -> None:
        with suppress(Unreachable):
            await self.flush()

    async def _write(self, some: list[tuple[str, Record]]) -> None:
        """Of accounts that are gone nothing is kept: looked at before, and again after, since one
        may be deleted meanwhile."""
        trails: dict[str, list[str]] = defaultdict(list)
        for account, record in some:
            trails[account].append(to_json(record.entry(account), fallback=str).decode())
        left = set(trails)
        try:
            left &= (await self._there(trails)).keys()
            written = sorted(left)
            for first in range(0, len(written), WRITES_AT_ONCE):
                await self._append(trails, written[first : first + WRITES_AT_ONCE], left)
        finally:
            self._waiting.extendleft((one, record) for one, record in some[::-1] if one in left)
        await self._forget_deleted(written)

    async def _append(
        self, trails: Mapping[str, list[str]], accounts: list[str], left: set[str]
    ) -> None:
        """Of `left` those go that are written."""

        async def append(account: str) -> None:
            await self._store.append(topics.trail(account), *trails[account], keep=LONGEST_TRAIL)
            left.discard(account)

        ends = await asyncio.gather(*map(append, accounts), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _forget_deleted(self, accounts: list[str]) -> None:
        there = await self._there(accounts) if accounts else {}
        for account in accounts:
            if account not in there:
                await self._store.forget(topics.trail(account))

    def _drop(self, record: Record) -> None:
        if not self.dropped:
            log.warning("trail_dropped", why="too many wait")
        self.dropped += record.times

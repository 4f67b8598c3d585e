"""Cache of the waiting tickets in one process: loaded whole at first, then each refresh reads the
new ones and rescans one page of the others. It may be stale: whoever takes a ticket checks it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from lobby.domain.matchmaking.tickets import Ticket
from lobby.storage.kinds import queue_key
from lobby.storage.repository import Repository

PAGE = 250
"""Tickets that are read at once; more would block the event loop for too long."""
LAST = "~"
"""Sorts after every key of the queue."""
MOST_RESULTS = 20_000
"""Computed results in the cache of one process."""

T = TypeVar("T")


class TicketCache:
    def __init__(self, tickets: Repository[Ticket]) -> None:
        self._tickets = tickets
        self._waiting: dict[str, Ticket] = {}
        self._refreshed = 0.0
        self._newest = self._scan_cursor = ""
        self._lock = asyncio.Lock()
        self._results: dict[object, tuple[float, float, Any]] = {}  # since and until when

    def __len__(self) -> int:
        return len(self._waiting)

    def waiting(self) -> list[Ticket]:
        """The oldest first."""
        return [self._waiting[key] for key in sorted(self._waiting)]

    def add(self, ticket: Ticket) -> None:
        """The ticket waits again."""
        self._waiting[queue_key(ticket)] = ticket

    def drop(self, ticket: Ticket) -> None:
        self._waiting.pop(queue_key(ticket), None)

    async def refresh(self, *, stale_after: float = 0.0) -> None:
        """Read from the store, unless the last refresh is less than `stale_after` seconds old."""
        async with self._lock:
            if self._refreshed and monotonic() - self._refreshed < stale_after:
                return
            first = not self._refreshed
            await self._rescan_page()
            while first and self._scan_cursor:
                await self._rescan_page()
            await self._read_new()
            self._refreshed = monotonic()

    async def computed(self, about: object, compute: Callable[[], T], *, seconds: float) -> T:
        """A result computed from the waiting tickets, cached for `seconds`. It is computed in a
        thread, since it may read all of them."""
        since, _, kept = self._results.get(about, (0.0, 0.0, None))
        if since and monotonic() - since < seconds:
            known: T = kept
            return known
        result = await asyncio.to_thread(compute)
        now = monotonic()
        self._results.pop(about, None)
        self._results[about] = now, now + seconds, result
        self._evict(now)
        return result

    def _evict(self, now: float) -> None:
        """Results whose time is over, and the oldest of too many. Whom they are about may be gone,
        and nobody asks again."""
        while self._results:
            oldest, (_, until, _) = next(iter(self._results.items()))
            if until > now and len(self._results) <= MOST_RESULTS:
                return
            del self._results[oldest]

    async def _rescan_page(self) -> None:
        """Rescan one page; tickets that are no longer in it are removed."""
        begin = self._scan_cursor
        page = await self._tickets.ranked("waiting", after=begin, limit=PAGE)
        full = len(page) == PAGE
        end = queue_key(page[-1]) if full else LAST
        for key in [key for key in self._waiting if begin < key <= end]:
            del self._waiting[key]
        self._add(page)
        self._scan_cursor = end if full else ""

    async def _read_new(self) -> None:
        while True:
            page = await self._tickets.ranked("waiting", after=self._newest, limit=PAGE)
            self._add(page)
            if len(page) < PAGE:
                return

    def _add(self, page: list[Ticket]) -> None:
        self._waiting |= {queue_key(ticket): ticket for ticket in page}
        if page:
            self._newest = max(self._newest, queue_key(page[-1]))

"""The tickets that wait, as far as this process has looked: all of them at first, then those that
came, and in turn a few of all the others. Who takes one finds out whether it still waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from lobby.domain.tickets import Ticket
from lobby.indexes import place
from lobby.repository import Repository

PAGE = 250
"""So many are read in one go: more would hold up everybody else."""
LAST = "~"
"""Behind every place."""
MOST_KNOWN = 20_000

T = TypeVar("T")


class Pool:
    def __init__(self, tickets: Repository[Ticket]) -> None:
        self._tickets = tickets
        self._waiting: dict[str, Ticket] = {}
        self._looked = 0.0
        self._newest = self._turn = ""
        self._lock = asyncio.Lock()
        self._known: dict[object, tuple[float, Any]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def waiting(self) -> list[Ticket]:
        """The oldest first."""
        return [self._waiting[key] for key in sorted(self._waiting)]

    def add(self, ticket: Ticket) -> None:
        """It waits again."""
        self._waiting[place(ticket)] = ticket

    def drop(self, ticket: Ticket) -> None:
        self._waiting.pop(place(ticket), None)

    async def refresh(self, *, stale_after: float = 0.0) -> None:
        """Look again, unless somebody has within so many seconds."""
        async with self._lock:
            if self._looked and monotonic() - self._looked < stale_after:
                return
            first = not self._looked
            await self._look_in_turn()
            while first and self._turn:
                await self._look_in_turn()
            await self._look_for_newcomers()
            self._looked = monotonic()

    async def known(self, about: object, work_out: Callable[[], T], *, seconds: float) -> T:
        """What was worked out about those who wait, unless that was too long ago; else in a thread
        of its own, since it may look at every one of them."""
        since, kept = self._known.get(about, (0.0, None))
        if since and monotonic() - since < seconds:
            known: T = kept
            return known
        result = await asyncio.to_thread(work_out)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[about] = monotonic(), result
        return result

    async def _look_in_turn(self) -> None:
        """What is not where it stood waits no more."""
        begin = self._turn
        page = await self._tickets.ranked("waiting", after=begin, limit=PAGE)
        full = len(page) == PAGE
        end = place(page[-1]) if full else LAST
        for key in [key for key in self._waiting if begin < key <= end]:
            del self._waiting[key]
        self._add(page)
        self._turn = end if full else ""

    async def _look_for_newcomers(self) -> None:
        while True:
            page = await self._tickets.ranked("waiting", after=self._newest, limit=PAGE)
            self._add(page)
            if len(page) < PAGE:
                return

    def _add(self, page: list[Ticket]) -> None:
        self._waiting |= {place(ticket): ticket for ticket in page}
        if page:
            self._newest = max(self._newest, place(page[-1]))

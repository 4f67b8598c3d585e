"""Fair queue: a few jobs run at once, and those who wait take turns by whom they are for, round
robin.

One address that sends a flood holds at most a few places of the queue, whatever it sends. All else
of it waits in a line of its own, so that others wait for one job of the flood and not for all. Many
addresses can fill the queue all the same: then whoever has less of it, or had fewer turns of late,
is let in, and one that waits for who has most is refused in its place.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from lobby.domain.errors import TooMany

COUNTED_SECONDS = 60.0
"""For so long the turns of each are counted; then the count begins anew."""

HERE = "too many {} at once; try again in a moment"
YOURS = "too many {} at once from this {}; try again in a moment"


class FairQueue:
    """`at_once` run, `most` run or wait; `each`: how many of those may be for one address. `what`
    they are and `whose`, for the refusals."""

    def __init__(
        self, *, at_once: int, most: int, each: int, what: str, whose: str = "address"
    ) -> None:
        self._most, self._each, self._what, self._whose = most, each, what, whose
        self._free, self._places = at_once, 0
        self.asked = 0
        """Jobs that run or wait, in the queue or in a line."""
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._asked: Counter[str] = Counter()
        self._lines: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._turns: Counter[str] = Counter()
        self._counted_since = 0.0

    @asynccontextmanager
    async def turn(self, who: str) -> AsyncIterator[None]:
        """Wait for a turn, and keep it in the body. Raises TooMany where the queue is full, or the
        line of `who` is."""
        if self._asked[who] >= self._most:
            raise TooMany(YOURS.format(self._what, self._whose), retry_after=1)
        self._asked[who] += 1
        self.asked += 1
        line = self._lines.setdefault(who, asyncio.Semaphore(self._each))
        try:
            async with line, self._place(who):
                yield
        finally:
            self.asked -= 1
            self._asked[who] -= 1
            if not self._asked[who]:
                del self._asked[who]

    @asynccontextmanager
    async def _place(self, who: str) -> AsyncIterator[None]:
        if self._places >= self._most and not self._make_room(who):
            raise TooMany(HERE.format(self._what), retry_after=1)
        self._places += 1
        try:
            await self._wait(who)
            try:
                self._count(who)
                yield
            finally:
                self._pass_on()
        finally:
            self._places -= 1

    def _make_room(self, newcomer: str) -> bool:
        """Whether one that waits has made room: the newest of who has most waiting, or had most
        turns of late, if the newcomer would not have as much."""
        most = max(self._waiting, key=self._share, default=None)
        if most is None or self._share(most) <= self._share(newcomer, more=1):
            return False
        line = self._waiting[most]
        last = line.pop()
        if not line:
            del self._waiting[most]
        if not last.done():
            last.set_exception(TooMany(HERE.format(self._what), retry_after=1))
        return True

    def _share(self, who: str, *, more: int = 0) -> tuple[int, int]:
        return len(self._waiting.get(who, ())) + more, self._turns[who]

    def _count(self, who: str) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._counted_since >= COUNTED_SECONDS:
            self._turns.clear()
            self._counted_since = now
        self._turns[who] += 1

    async def _wait(self, who: str) -> None:
        if self._free:
            self._free -= 1
            return
        mine = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(who, deque()).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled() and mine.exception() is None:
                self._pass_on()  # the turn came just when its owner went
            raise

    def _pass_on(self) -> None:
        """The turn goes to the next address, whose others go behind everybody else's."""
        while self._waiting:
            who = next(iter(self._waiting))
            line = self._waiting.pop(who)
            first = line.popleft()
            if line:
                self._waiting[who] = line
            if not first.done():
                first.set_result(None)
                return
        self._free += 1

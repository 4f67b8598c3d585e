"""Flush clock: one clock for all people views, so that none has a timer of its own.

The first change of a view is sent at once, those that follow within its pace as one. A change is
spread over the views that show it, and views are flushed, so many in a turn of the loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import count, islice

from lobby.hub.people_views import PeopleView

VIEW_SECONDS = 0.25
"""Between two frames of what one account sees of people."""
SPREAD = 512
"""Views that are told of changes, in one turn of the loop."""
FLUSHED = 64
"""Views that are flushed in one turn of the loop: about a millisecond."""


class FlushClock:
    def __init__(self) -> None:
        self._touched: deque[tuple[str, Iterator[PeopleView]]] = deque()
        self._due: list[tuple[float, int, PeopleView]] = []
        self._numbers = count()
        self._timer: asyncio.Handle | None = None
        self._at = 0.0

    def touch(self, who: str, views: Iterable[PeopleView]) -> None:
        """This person may look otherwise to these views."""
        self._touched.append((who, iter(list(views))))
        self._wake(0.0)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _wake(self, at: float) -> None:
        """Take a turn at this time, if none comes sooner; 0: the next."""
        if self._timer is not None:
            if self._at <= at:
                return
            self._timer.cancel()
        self._at, loop = at, asyncio.get_running_loop()
        if at <= loop.time():
            self._timer = loop.call_soon(self._turn)
        else:
            self._timer = loop.call_at(at, self._turn)

    def _turn(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        self._spread(now)
        for _ in range(FLUSHED):
            if not self._due or self._due[0][0] > now:
                break
            view = heappop(self._due)[2]
            if not view.closed:
                view.flush(now)
        if self._touched:
            self._wake(0.0)
        elif self._due:
            self._wake(self._due[0][0])

    def _spread(self, now: float) -> None:
        left = SPREAD
        while self._touched and left:
            who, rest = self._touched[0]
            for view in islice(rest, left):
                left -= 1
                view.touched.add(who)
                if view.due is None:
                    view.due = max(now, view.flushed + VIEW_SECONDS)
                    heappush(self._due, (view.due, next(self._numbers), view))
            if left:
                self._touched.popleft()

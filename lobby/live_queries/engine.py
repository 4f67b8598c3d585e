"""The engine of one live list: rows come and change, windows are learnt, flushed and forgotten.

Nothing here waits. What takes long is a generator, between whose steps anything else may be called.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Iterator
from heapq import heappop, heappush
from itertools import count

from lobby.live_queries.asked_keys import AskedKeys
from lobby.live_queries.bans import MetBans
from lobby.live_queries.differences import Differences
from lobby.live_queries.learning import Learning
from lobby.live_queries.lists import LiveList
from lobby.live_queries.query import Query
from lobby.live_queries.rows import NO_FACTS, Facts, QueryRow, State, Viewer
from lobby.live_queries.schema import ListSchema
from lobby.live_queries.search import SearchPage, search
from lobby.live_queries.window import QueryWindow
from protocol.merge_patch import same_json

MOST_ATTRIBUTE_SORTS = 32
"""Different keys of the game's own that the windows of a list are sorted by."""
LEARNT_TOGETHER = 500
"""New windows of one pass over the rows; more are learnt in several passes."""
REMOVED_BEFORE_SWEEP = 256
"""Windows that are removed before what they leave behind is cleared, and their bits used again."""
SLICE_OF_SWEEP = 5_000
"""Rows that are swept in one turn."""
SLICE_OF_REPLACED = 50
"""Rows that are compared and put in one turn."""

Asked = tuple[Query, Viewer]
Frame = tuple[QueryWindow, bytes]


class QueryEngine:
    """`epoch`: makes one that was never used."""

    def __init__(self, schema: ListSchema, *, epoch: Callable[[], str]) -> None:
        self.bans = MetBans(self._is_listed if schema.owns_itself else None)
        self.windows: dict[Asked, QueryWindow] = {}
        self._live = LiveList(schema)
        self._epoch = epoch
        self._busy = False
        self._learning: Learning | None = None
        self._put_meanwhile: set[str] | None = None
        self._agenda: list[tuple[float, int, QueryWindow]] = []
        self._numbers = count()
        self._bits = count()
        self._free: list[int] = []
        self._removed: list[int] = []
        self._differences = Differences()
        self._asked_keys = AskedKeys()

    # Rows

    def __len__(self) -> int:
        return len(self._live.rows)

    def ids(self) -> Iterator[str]:
        """Of all rows. Nothing may be put or removed meanwhile."""
        return iter(self._live.rows)

    def state(self, id: str) -> State | None:
        row = self._live.rows.get(id)
        return row.state if row else None

    def put(self, id: str, state: State, facts: Facts = NO_FACTS) -> None:
        """A new entry, or what it is by now. The state is kept and must not be changed in place."""
        before = self._changes(id)
        row = self._live.schema.row(before.id if before else id, state, facts)
        self._live.put(row)
        self._count_owner(row, before)

    def remove(self, id: str) -> None:
        """One that is not there is gone already."""
        before = self._changes(id)
        if before:
            self._live.remove(id)
            self._count_owner(None, before)

    def clear(self) -> Iterator[None]:
        """Forget all rows, in steps. Nobody asks anything: RuntimeError."""
        if self.windows or self._busy:
            raise RuntimeError("there are windows")
        rows = self._live.forget_rows()
        while rows:
            rows.popitem()
            yield

    def _changes(self, id: str) -> QueryRow | None:
        """Note that the row changes; what it was until now."""
        before = self._live.rows.get(id)
        if self._learning:
            self._learning.changed(id, before)
        if self._put_meanwhile is not None:
            self._put_meanwhile.add(id)
        return before

    def _is_listed(self, id: str) -> bool:
        return id in self._live.rows

    def _count_owner(self, row: QueryRow | None, before: QueryRow | None) -> None:
        if self._live.schema.owns_itself:
            if row and not before:
                self.bans.came(row.id)
            return
        new, old = self._banning(row), self._banning(before)
        if new != old:
            if new:
                self.bans.listed(new)
            if old:
                self.bans.unlisted(old)

    def _banning(self, row: QueryRow | None) -> str | None:
        return self._live.schema.owner(row) if row and row.facts.bans_count else None

    def replace(self, entries: Iterable[tuple[str, State, Facts]]) -> Generator[None, None, None]:
        """The whole list as it was read: what differs is put, what is not among it goes. What was
        put or removed since the first step is newer and stays."""
        self._put_meanwhile = newer = set[str]()
        try:
            gone = set(self._live.rows)
            for number, (id, state, facts) in enumerate(entries, start=1):
                gone.discard(id)
                if id not in newer and self._differs(id, state, facts):
                    self.put(id, state, facts)
                    newer.discard(id)
                if number % SLICE_OF_REPLACED == 0:
                    yield
            for number, id in enumerate(gone, start=1):
                if id not in newer:
                    self.remove(id)
                if number % SLICE_OF_REPLACED == 0:
                    yield
        finally:
            self._put_meanwhile = None

    def _differs(self, id: str, state: State, facts: Facts) -> bool:
        row = self._live.rows.get(id)
        return row is None or row.facts != facts or not same_json(row.state, state)

    # Windows

    def window(self, query: Query, viewer: Viewer) -> QueryWindow | None:
        """The one that answers this already."""
        return self.windows.get((query, query.viewer(viewer)))

    def has_room_for_sort(self, query: Query, waiting: Iterable[Query] = ()) -> bool:
        """Whether windows sorted so may be learnt, when those that wait have been."""
        orders = self._live.orders.items()
        there = {sort.removeprefix("-") for sort, order in orders if order.windows}
        there -= self._live.schema.sorts.keys()
        there |= {asked.attribute_sort for asked in waiting if asked.attribute_sort}
        sort = query.attribute_sort
        return sort is None or sort in there or len(there) < MOST_ATTRIBUTE_SORTS

    def has_room_for_keys(self, query: Query, waiting: Iterable[Query] = ()) -> bool:
        """Whether the keys of the game's own in this filter may be asked for, too."""
        return self._asked_keys.has_room(query, waiting)

    def learn(self, asked: Iterable[Asked]) -> Generator[None, None, list[QueryWindow]]:
        """Learn these together; those that are there already are returned as they are. One batch at
        a time: RuntimeError. Closing the generator early undoes it."""
        if self._busy:
            raise RuntimeError("the windows before are still being learnt")
        self._busy = True
        keys = list[Asked]()
        there = dict[Asked, QueryWindow]()
        new = list[Asked]()
        try:
            for query, viewer in asked:
                keys.append((query, query.viewer(viewer)))
                if len(keys) % LEARNT_TOGETHER == 0:
                    yield
            if len(self._removed) >= REMOVED_BEFORE_SWEEP:
                yield from self._sweep()
            there = {key: self.windows[key] for key in keys if key in self.windows}
            new = [key for key in dict.fromkeys(keys) if key not in there]
            for at in range(0, len(new), LEARNT_TOGETHER):
                there |= yield from self._learn(new[at : at + LEARNT_TOGETHER])
        except BaseException:
            for window in [self.windows[key] for key in new if key in self.windows]:
                self.forget(window)
            raise
        finally:
            self._busy = False
            self._forget_orders()
        return [there[key] for key in keys]

    def _learn(self, keys: list[Asked]) -> Generator[None, None, dict[Asked, QueryWindow]]:
        """A few of them, which join the list together."""
        windows = [self._new(*key) for key in keys]
        try:
            yield
            self._learning = Learning(self._live, windows)
            yield from self._learning.steps()
        except BaseException:
            self._removed += [window.bit for window in windows]
            raise
        finally:
            self._learning = None
        for window in windows:
            window.on_stir = self._schedule
            self._live.windows[window.bit] = window
            self._asked_keys.add(window.query)
        learnt = dict(zip(keys, windows, strict=True))
        self.windows |= learnt
        return learnt

    def _new(self, query: Query, viewer: Viewer) -> QueryWindow:
        window = QueryWindow(query, viewer, self._live.rows, epoch=self._epoch())
        window.bit = self._free.pop() if self._free else next(self._bits)
        return window

    def renumber(self, window: QueryWindow, version: int) -> None:
        """From this version on, in an epoch of its own."""
        window.renumber(self._epoch(), version)

    def forget(self, window: QueryWindow) -> None:
        """Nobody watches it, nor is it kept for whoever comes back."""
        if self.windows.pop((window.query, window.viewer), None) is None:
            return
        self._asked_keys.remove(window.query)
        bit, window.bit = window.bit, -1
        del self._live.windows[bit]
        self._live.masks.alive &= ~(1 << bit)
        self._live.orders[window.query.sort].windows &= ~(1 << bit)
        self._removed.append(bit)
        if not self._busy:
            self._forget_orders()

    def _forget_orders(self) -> None:
        """Those that no window uses; the usual one is kept."""
        for sort, order in [*self._live.orders.items()]:
            if not order.windows and sort != self._live.schema.default_sort:
                del self._live.orders[sort]

    def _sweep(self) -> Generator[None, None, None]:
        """Clear the bits of removed windows, so that they can be used again."""
        removed, self._removed = self._removed, []
        left = ~sum(1 << bit for bit in removed)
        answered = self._live.answered
        for number, id in enumerate([*answered], start=1):
            if id in answered:
                answered[id] &= left
            if number % SLICE_OF_SWEEP == 0:
                yield
        yield from self._live.masks.sweep()
        self._free += removed

    # Frames

    def flush(self, now: float) -> Iterator[Frame | None]:
        """The patch frames that are due, one for each window. None: there is more to do, before
        which anything else may be called. `now`: in seconds, monotonic."""
        self._differences.begin(now)
        while self._agenda and self._agenda[0][0] <= now:
            due, _, window = heappop(self._agenda)
            if window.bit < 0 or due != window.scheduled:
                continue
            window.scheduled = math.inf
            for _ in window.refill(self._live.answered):
                yield None
            if window.bit >= 0 and (frame := window.flush(now, self._differences)):
                yield window, frame

    def next_flush(self) -> float | None:
        """When something is due; None: nothing has changed."""
        while self._agenda:
            due, _, window = self._agenda[0]
            if window.bit >= 0 and due == window.scheduled:
                return due
            heappop(self._agenda)
        return None

    def _schedule(self, window: QueryWindow) -> None:
        if (due := window.due) < window.scheduled:
            window.scheduled = due
            heappush(self._agenda, (due, next(self._numbers), window))

    # Pages

    def search(
        self, query: Query, viewer: Viewer, *, limit: int, after: str | None = None
    ) -> Generator[None, None, SearchPage]:
        """One page of the answer as it is now. Raises BadCursor."""
        return search([*self._live.rows.values()], query, viewer, limit=limit, after=after)

"""The first keys of a window: those of its first answers in order, and up to where they are all.

Up to `end` nothing is missing. What lies behind is looked for in the shared order, a few keys at a
time, where too few are left; what changes meanwhile is taken in as ever, up to `end`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping

from lobby.live_queries.orders import SharedOrder
from lobby.live_queries.sort_keys import AFTER_ALL, BEFORE_ALL, SortKey, id_of

SLICE_OF_ORDER = 1_000
"""Keys of the order that are looked at in one step: a fraction of a millisecond."""


class FirstKeys:
    """`total`: of all answers, also of those behind `end`. `most`: keys, with the overscan."""

    __slots__ = ("end", "keys", "most", "total")

    def __init__(self, most: int) -> None:
        self.most, self.total = most, 0
        self.keys: list[SortKey] = []
        self.end = AFTER_ALL

    def begin(self, keys: list[SortKey], total: int) -> None:
        """The first of what matches, in order, and how many match."""
        self.keys, self.total = keys, total
        self.end = keys[-1] if keys else BEFORE_ALL
        self._close()

    def enter(self, key: SortKey) -> SortKey | None:
        """One more answer; the key that is followed no more for it."""
        self.total += 1
        return self._insert(key)

    def leave(self, key: SortKey) -> None:
        self.total -= 1
        self._remove(key)
        self._close()

    def move(self, old: SortKey, new: SortKey) -> SortKey | None:
        """An answer has another key; the key that is followed no more for it."""
        self._remove(old)
        dropped = self._insert(new)
        self._close()
        return dropped

    def holds(self, key: SortKey) -> bool:
        at = bisect_left(self.keys, key)
        return at < len(self.keys) and self.keys[at] == key

    def _insert(self, key: SortKey) -> SortKey | None:
        keys = self.keys
        if key > self.end:
            return None
        insort(keys, key)
        if len(keys) <= self.most:
            return None
        dropped = keys.pop()
        self.end = keys[-1]
        return dropped

    def _remove(self, key: SortKey) -> None:
        at = bisect_left(self.keys, key)
        if at < len(self.keys) and self.keys[at] == key:
            del self.keys[at]

    def _close(self) -> None:
        if len(self.keys) == self.total:
            self.end = AFTER_ALL

    def fill(self, order: SharedOrder, answered: Mapping[str, int], bit: int) -> Iterator[None]:
        """Take as many as there is room for of what comes next in the order. Anything may change
        between two steps. `answered`: of rows that are gone, nothing."""
        while len(self.keys) < min(self.most, self.total):
            if not (some := order.behind(self.end, SLICE_OF_ORDER)):
                self.end = AFTER_ALL
                return
            self._take(some, answered, bit)
            yield

    def _take(self, some: list[SortKey], answered: Mapping[str, int], bit: int) -> None:
        keys, room = self.keys, min(self.most, self.total) - len(self.keys)
        for key in some:
            if answered.get(id_of(key), 0) >> bit & 1:
                keys.append(key)
                room -= 1
                if not room:
                    break
        self.end = key
        self._close()

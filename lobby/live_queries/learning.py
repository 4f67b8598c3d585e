"""Learning: many new windows at once, in one pass over the rows that is cut into slices.

The pass sees the rows as they were when it began. Those that change meanwhile are noted with what
they were, and caught up with at the end, as changes of windows that are there already.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import islice
from typing import NamedTuple

from lobby.live_queries.lists import GONE, After, LiveList, tell
from lobby.live_queries.masks import WindowMasks, bits
from lobby.live_queries.orders import SharedOrder
from lobby.live_queries.rows import QueryRow
from lobby.live_queries.sort_keys import SortKey, id_of
from lobby.live_queries.window import QueryWindow

SLICE_OF_WORK = 30_000
"""Rows times windows that are looked at in one turn: a few milliseconds."""
WORK_OF_ROW = 30
"""What a row costs, in windows, however few there are."""
WORK_OF_KEY = 3
"""What a key of the game's own that is asked for costs with each row, in windows."""
SLICE_OF_SORTING = 1_000
"""Rows that are sorted in one turn, before these runs are merged."""
MOST_ALONE = 6
"""New windows that are looked for one by one; more are found faster together."""
SLICE_OF_PICKED = 2_500
"""Rows that one window alone looks at in one turn: a fraction of a millisecond."""
SLICE_OF_CHANGES = 20
"""Rows that have changed meanwhile which are caught up with in one turn."""


class _Answer:
    """What a window is to begin with: its first keys, and how many match."""

    __slots__ = ("keys", "most", "total")

    def __init__(self, most: int) -> None:
        self.most, self.total = most, 0
        self.keys: list[SortKey] = []


class _Group(NamedTuple):
    """The new windows with one sort key. `snapshot`: of its order; None: there is none yet. `work`:
    what each row costs, in windows."""

    sort: str
    windows: dict[int, QueryWindow]
    masks: WindowMasks
    work: int
    snapshot: list[SortKey] | None


class Learning:
    """`changed` is to be told of every change until it is over."""

    def __init__(self, live: LiveList, windows: Iterable[QueryWindow]) -> None:
        """`windows` have their bits."""
        self._live = live
        self._was: dict[str, QueryRow | None] = {}
        by_sort: dict[str, dict[int, QueryWindow]] = {}
        for window in windows:
            by_sort.setdefault(window.query.sort, {})[window.bit] = window
        self._groups = [self._group(sort, mine) for sort, mine in by_sort.items()]
        unsorted = any(group.snapshot is None for group in self._groups)
        self._ids = [*live.rows] if unsorted else []

    def _group(self, sort: str, windows: dict[int, QueryWindow]) -> _Group:
        masks = WindowMasks(self._live.schema)
        for bit, window in windows.items():
            masks.add(window.query, window.viewer, 1 << bit)
        order = self._live.orders.get(sort)
        work = WORK_OF_ROW + WORK_OF_KEY * masks.keys + len(windows)
        return _Group(sort, windows, masks, work, [*order.keys] if order else None)

    def changed(self, id: str, before: QueryRow | None) -> None:
        self._was.setdefault(id, before)

    def steps(self) -> Iterator[None]:
        """At the end all windows are current, and belong to the list."""
        orders: dict[str, SharedOrder] = {}
        for group in self._groups:
            keys = group.snapshot
            if keys is None:
                keys = []
                yield from self._sort(group.sort, keys)
                order = orders[group.sort] = SharedOrder([*keys])
                for at in range(0, len(keys), SLICE_OF_SORTING):
                    order.note(keys[at : at + SLICE_OF_SORTING])
                    yield
            yield from self._find(group, keys)
        yield from self._end(orders)
        self._join(orders)

    def _row(self, id: str) -> QueryRow | None:
        """As it was at the beginning."""
        return self._was[id] if id in self._was else self._live.rows.get(id)

    def _sort(self, sort: str, keys: list[SortKey]) -> Iterator[None]:
        """Sort in runs, which are then merged."""
        runs: list[list[SortKey]] = []
        for at in range(0, len(self._ids), SLICE_OF_SORTING):
            rows = map(self._row, self._ids[at : at + SLICE_OF_SORTING])
            runs.append(sorted(self._live.schema.sort_key(sort, row) for row in rows if row))
            yield
        merged = merge(*runs)
        while some := list(islice(merged, SLICE_OF_SORTING)):
            keys += some
            yield

    def _find(self, group: _Group, keys: list[SortKey]) -> Iterator[None]:
        """Find the answers to each window, in order."""
        if len(group.windows) > MOST_ALONE:
            yield from self._look(group, keys)
            return
        for window in group.windows.values():
            yield from self._live.columns.need(window.query.conditions)
            yield from self._pick(group, window, keys)

    def _pick(self, group: _Group, window: QueryWindow, keys: list[SortKey]) -> Iterator[None]:
        """The answers to one window, by columns; rows that have changed meanwhile, as they were."""
        answered, was, mask = self._live.answered, self._was, 1 << window.bit
        first, total = list[SortKey](), 0
        for at in range(0, len(keys), SLICE_OF_PICKED):
            some = keys[at : at + SLICE_OF_PICKED]
            changed = [key for key in some if id_of(key) in was] if was else []
            if changed:
                some = [key for key in some if id_of(key) not in was]
            found = self._live.columns.answers(window.query, window.viewer, some)
            for key in found:
                answered[key[3]] |= mask
            for key in changed:
                if (row := was[id_of(key)]) and group.masks.of(row) & mask:
                    insort(found, key)
            total += len(found)
            first += found[: window.most - len(first)]
            yield
        window.begin(first, total)

    def _look(self, group: _Group, keys: list[SortKey]) -> Iterator[None]:
        """The answers to many windows at once, row by row."""
        masks, answered = group.masks, self._live.answered
        answers = {bit: _Answer(window.most) for bit, window in group.windows.items()}
        work = 0
        for key in keys:
            id = id_of(key)
            if (row := self._row(id)) and (mask := masks.of(row)):
                if id not in self._was:
                    answered[id] |= mask
                _note(answers, mask, key)
            work += group.work
            if work >= SLICE_OF_WORK:
                work = 0
                yield
        for bit, window in group.windows.items():
            window.begin(answers[bit].keys, answers[bit].total)

    def _end(self, orders: Mapping[str, SharedOrder]) -> Iterator[None]:
        """Catch up with what has changed, and look for what that has taken away, until in one turn
        nothing is left to do."""
        for group in self._groups:
            for window in group.windows.values():
                window.join(orders.get(group.sort) or self._live.orders[group.sort])
        while True:
            while len(self._was) > SLICE_OF_CHANGES:
                self._catch_up(orders)
                yield
            self._catch_up(orders)
            for group in self._groups:
                for window in group.windows.values():
                    yield from window.refill(self._live.answered)
            if not self._was:
                return

    def _catch_up(self, orders: Mapping[str, SharedOrder]) -> None:
        """With the first of what has changed. Each leaves and comes anew: a window that has looked
        for what is next meanwhile has passed it by."""
        for id in [*self._was][:SLICE_OF_CHANGES]:
            before, now = self._was.pop(id), self._live.rows.get(id)
            for group in self._groups:
                after = self._after(group, orders.get(group.sort), id, now)
                if before:
                    old = self._live.schema.sort_key(group.sort, before)
                    tell(group.windows, (before, old, group.masks.of(before)), GONE)
                tell(group.windows, (None, None, 0), after)

    def _after(
        self, group: _Group, built: SharedOrder | None, id: str, now: QueryRow | None
    ) -> After:
        """`built`: the order, if it is not one of the list's own yet."""
        if now is None:
            if built:
                built.remove(id)
            return GONE
        key = self._live.schema.sort_key(group.sort, now)
        key = built.put(id, key) if built else self._live.orders[group.sort].key_of[id]
        came = group.masks.of(now)
        self._live.answered[id] |= came
        return key, came

    def _join(self, orders: dict[str, SharedOrder]) -> None:
        self._live.orders.update(orders)
        for group in self._groups:
            order = self._live.orders[group.sort]
            order.windows |= group.masks.alive
            self._live.masks.absorb(group.masks)
            for window in group.windows.values():
                window.settle()


def _note(answers: dict[int, _Answer], mask: int, key: SortKey) -> None:
    """Note the answer for each of the windows."""
    for bit in bits(mask):
        answer = answers[bit]
        answer.total += 1
        if answer.total <= answer.most:
            answer.keys.append(key)

"""Windows: the first entries of a query's answer, and the frames that keep them current.

A window keeps the keys of its first `limit` entries and half as many more (overscan), so that it
can do without the shared order while entries come and go (`first_keys`). `reach` is the key up to
which it follows changes; whatever changes within is *touched*, with the row as it was sent, None
where it was not. What was sent is therefore known without being kept: the touched entries say it
themselves, and the others were sent where their key is not behind `edge`.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping

from lobby.live_queries.differences import Differences
from lobby.live_queries.first_keys import FirstKeys
from lobby.live_queries.handover import Sent
from lobby.live_queries.orders import SharedOrder
from lobby.live_queries.query import Query
from lobby.live_queries.rows import QueryRow, Viewer
from lobby.live_queries.sort_keys import AFTER_ALL, BEFORE_ALL, SortKey, id_of
from protocol import frames
from protocol.codec import encode

PACE_SECONDS = 0.25
"""Between two frames of a window."""
TOTAL_SECONDS = 1.0
"""Between two frames that tell a new total, where nothing else has changed."""
KEPT_FRAMES = 8
"""The last patches of a window, for clients that come back with a version (resync)."""


class QueryWindow:
    """`total`: how many match. `version` counts its frames; `epoch` is never used again. `bit`: by
    which the masks know it; negative once it is forgotten. `most`: keys, with the overscan.
    `scheduled`: when it is to be flushed; `on_stir` is called where that may be earlier. `parted`:
    accounts that went on from it in another window, whose versions of this epoch mean that one."""

    def __init__(
        self,
        query: Query,
        viewer: Viewer,
        rows: Mapping[str, QueryRow],
        *,
        epoch: str,
    ) -> None:
        self.query, self.viewer, self.epoch = query, viewer, epoch
        self.topic = query.topic_for(viewer.uuid)
        self.version, self.bit = 1, -1
        self.parted: set[str] = set()
        self.reach = AFTER_ALL
        self.scheduled = math.inf
        self.on_stir: Callable[[QueryWindow], object] = lambda window: None
        self._rows = rows
        self._order = SharedOrder()
        self._open = encode(query.schema.name) + b":{"
        self._limit = query.limit
        self._first = FirstKeys(query.limit + max(1, query.limit // 2))
        self._touched: dict[str, QueryRow | None] = {}
        self._edge = BEFORE_ALL
        self._sent_total = 0
        self._framed = self._totalled = -math.inf
        self._kept: deque[tuple[int, bytes]] = deque(maxlen=KEPT_FRAMES)

    # What happens to rows

    @property
    def total(self) -> int:
        return self._first.total

    def enter(self, key: SortKey) -> None:
        """A row with this key matches that did not."""
        dropped = self._first.enter(key)
        if key <= self.reach:
            self._touch(id_of(key), None)
            self._drop(dropped)
        else:
            self._stir_total()

    def leave(self, row: QueryRow, key: SortKey) -> None:
        """The row, as it was, matches no more."""
        self._first.leave(key)
        if key <= self.reach:
            self.touch(row, key)
            if self._touched[row.id] is None:
                del self._touched[row.id]
            self.reach = self._first.end
        else:
            self._stir_total()

    def move(self, row: QueryRow, old: SortKey, new: SortKey) -> None:
        """The row, as it was, still matches, but has another key."""
        dropped = self._first.move(old, new)
        if old <= self.reach or new <= self.reach:
            self.touch(row, old)
            self._drop(new if new > self._first.end else dropped)

    def touch(self, row: QueryRow, key: SortKey) -> None:
        """The row, as it was with this key, is another by now."""
        self._touch(row.id, row if key <= self._edge else None)

    def _touch(self, id: str, sent: QueryRow | None) -> None:
        if not self._touched:
            self._touched[id] = sent
            self.on_stir(self)
        elif id not in self._touched:
            self._touched[id] = sent

    def _stir_total(self) -> None:
        if self.scheduled == math.inf and self.total != self._sent_total:
            self.on_stir(self)

    def _drop(self, key: SortKey | None) -> None:
        """It is followed no more: where it was sent, that is to be remembered; else nothing of it,
        so that however many come and are dropped again, few are kept in mind."""
        self.reach = self._first.end
        if key is None:
            return
        id = id_of(key)
        if id not in self._touched and key <= self._edge:
            self._touched[id] = self._rows[id]
        elif self._touched.get(id) is None:
            self._touched.pop(id, None)
        self._edge = min(self._edge, self.reach)

    def refill(self, answered: Mapping[str, int]) -> Iterator[None]:
        """Take what comes next in the order, where the overscan is used up, in steps between which
        anything may change. `answered`: the windows of each row, as a mask."""
        first = self._first
        if len(first.keys) < min(self._limit, first.total):
            for _ in first.fill(self._order, answered, self.bit):
                self.reach = first.end
                yield
            self.reach = first.end

    # Frames

    def begin(self, keys: Iterable[SortKey], total: int) -> None:
        """The first of what matches, in order, and how many match."""
        self._first.begin([*keys], total)
        self.reach = self._first.end

    def join(self, order: SharedOrder) -> None:
        """From now on it is flushed; what it lacks is in this order."""
        self._order = order

    def settle(self) -> None:
        """What is shown now counts as sent."""
        self._touched.clear()
        self._edge, self._sent_total = self._last_shown(), self.total
        self.reach = self._first.end

    def _last_shown(self) -> SortKey:
        shown = self._first.keys[: self._limit]
        return shown[-1] if shown else BEFORE_ALL

    @property
    def most(self) -> int:
        """Keys that it has at most, with the overscan."""
        return self._first.most

    @property
    def due(self) -> float:
        """When the next frame may be sent."""
        if self._touched:
            return self._framed + PACE_SECONDS
        return max(self._framed + PACE_SECONDS, self._totalled + TOTAL_SECONDS)

    def flush(self, now: float, differences: Differences) -> bytes | None:
        """The patch frame to what is shown now; None: nothing that may be said now has changed."""
        edge = self._last_shown()
        members = [*self._touched_members(edge, differences), *self._crossed_members(edge)]
        self._touched.clear()
        self._edge = edge
        self.reach = self._first.end
        parts = [self._open + b",".join(members) + b"}"] if members else []
        if self.total != self._sent_total:
            if not members and now < self._totalled + TOTAL_SECONDS:
                self.on_stir(self)
                return None
            parts.insert(0, b'"total":%d' % self.total)
            self._sent_total, self._totalled = self.total, now
        return self._advance(b"{" + b",".join(parts) + b"}", now) if parts else None

    def _touched_members(self, edge: SortKey, differences: Differences) -> Iterator[bytes]:
        for id, before in self._touched.items():
            key = self._order.key_of.get(id)
            if key is not None and key <= edge and self._first.holds(key):
                row = self._rows[id]
                if before is None:
                    yield row.member()
                elif member := differences.member(before, row):
                    yield member
            elif before is not None:
                yield encode(id) + b":null"

    def _crossed_members(self, edge: SortKey) -> Iterator[bytes]:
        """Entries that others have moved over the edge, though they were not touched themselves."""
        keys = self._first.keys
        shown = min(self._limit, len(keys))
        for at in range(shown - 1, -1, -1):
            if keys[at] <= self._edge:
                break
            if (id := id_of(keys[at])) not in self._touched:
                yield self._rows[id].member()
        for at in range(shown, len(keys)):
            if keys[at] > self._edge:
                break
            if (id := id_of(keys[at])) not in self._touched:
                yield encode(id) + b":null"

    def _advance(self, patch: bytes, now: float) -> bytes:
        since, self.version, self._framed = self.version, self.version + 1, now
        frame = frames.patch(self.topic, since=since, version=self.version, patch=patch)
        self._kept.append((since, frame))
        return frame

    def _sent_rows(self) -> Iterator[QueryRow]:
        for key in self._first.keys:
            if key > self._edge:
                break
            if (id := id_of(key)) not in self._touched:
                yield self._rows[id]
        yield from (row for row in self._touched.values() if row is not None)

    def state(self) -> bytes:
        """The frame of the state as last sent: `{total, sessions}`."""
        members = b",".join(row.member() for row in self._sent_rows())
        parts = [b'"total":%d' % self._sent_total, self._open + members + b"}"]
        return frames.state(self.topic, epoch=self.epoch, version=self.version, parts=parts)

    def sent(self) -> Sent:
        """What those who follow it were sent."""
        return Sent(self.version, self._sent_total, {row.id: row for row in self._sent_rows()})

    def renumber(self, epoch: str, version: int) -> None:
        """Number anew: what anybody knows of it by its numbers before is nothing any more."""
        self.epoch, self.version = epoch, version
        self._kept.clear()
        self.parted.clear()

    def since(self, epoch: str | None, version: int) -> list[tuple[int | None, bytes]]:
        """The frames for who has this version: `unchanged`, some patches, or the state. Each with
        the version that it applies to; None: to any."""
        if epoch == self.epoch and version == self.version:
            unchanged = frames.unchanged(self.topic, epoch=self.epoch, version=self.version)
            return [(version, unchanged)]
        if epoch == self.epoch and any(since == version for since, _ in self._kept):
            return [(since, frame) for since, frame in self._kept if since >= version]
        return [(None, self.state())]

"""Orders: all rows of a list sorted by one key, shared by every window that is sorted so."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable

from lobby.live_queries.sort_keys import SortKey, id_of


class SharedOrder:
    """`keys` in ascending order; `key_of`: each row's. `windows`: a bit for each that uses it."""

    __slots__ = ("key_of", "keys", "windows")

    def __init__(self, keys: list[SortKey] | None = None) -> None:
        """`keys`: sorted. `key_of` lacks them until they are noted there."""
        self.keys = keys or []
        self.key_of: dict[str, SortKey] = {}
        self.windows = 0

    def note(self, keys: Iterable[SortKey]) -> None:
        """These are some of its first keys."""
        for key in keys:
            self.key_of[id_of(key)] = key

    def put(self, id: str, key: SortKey) -> SortKey:
        """Set where the row stands; returns the key that the windows share."""
        old = self.key_of.get(id)
        if old == key:
            return old
        if old is not None:
            del self.keys[bisect_left(self.keys, old)]
        insort(self.keys, key)
        self.key_of[id] = key
        return key

    def remove(self, id: str) -> None:
        if old := self.key_of.pop(id, None):
            del self.keys[bisect_left(self.keys, old)]

    def behind(self, key: SortKey, many: int) -> list[SortKey]:
        """The next so many keys after this one."""
        at = bisect_right(self.keys, key)
        return self.keys[at : at + many]

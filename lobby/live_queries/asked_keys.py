"""Keys of the game's own that the filters of a list's windows name: how many different ones there
are. Each is looked up in every row that changes, whoever asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from lobby.live_queries.query import Query
from lobby.live_queries.schema import FieldName

MOST_ASKED_KEYS = 1_024
"""Different keys of the game's own that the filters of a list name."""


class AskedKeys:
    """By window: each counts as long as it is there."""

    def __init__(self) -> None:
        self._windows: Counter[FieldName] = Counter()

    def add(self, query: Query) -> None:
        self._windows.update(_keys(query))

    def remove(self, query: Query) -> None:
        for key in _keys(query):
            self._windows[key] -= 1
            if not self._windows[key]:
                del self._windows[key]

    def has_room(self, query: Query, waiting: Iterable[Query]) -> bool:
        """Whether this question may be asked, too, when those that wait are."""
        new = {key for key in _keys(query) if key not in self._windows}
        if not new:
            return True
        waited = {key for one in waiting for key in _keys(one) if key not in self._windows}
        there = len(self._windows) + len(waited)
        return not new - waited or there + len(new - waited) <= MOST_ASKED_KEYS


def _keys(query: Query) -> Iterator[FieldName]:
    return (name for name in query.conditions if name[1] is not None)

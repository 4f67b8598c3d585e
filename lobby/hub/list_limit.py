"""The limit of the unfiltered list of sessions: a longer one is not sent whole to anybody.

Whoever wants a part of it names a `limit`, and is sent a window.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from lobby.domain.list_errors import ListTooLarge
from lobby.hub.documents import WatchedDocument
from lobby.hub.fanout import Watcher
from lobby.hub.resync import Watched
from protocol.topics import SESSIONS

LIST_LIMIT = 1_000
"""Entries of the list that is sent whole."""
LARGEST_AVERAGE = 1024
"""Bytes that each of so many entries may have, on average: together the largest state."""
SLACK = 1.25
"""How many times the limit the list may grow to before those who watch it already are told."""
SLICE = 64
"""Watchers who are told in one turn of the loop."""

Exclude = Callable[[Watcher, str, str], None]


class ListLimit:
    """`most`: sessions of the list. `topics`: those that are open here. `exclude`: ends a topic for
    a watcher, with a code."""

    def __init__(self, most: int, topics: Mapping[str, Watched], exclude: Exclude) -> None:
        self._most, self._topics, self._exclude = most, topics, exclude

    async def require_short(self, topic: str) -> None:
        """Raise ListTooLarge for a list that is too long to be sent whole. The topic is open."""
        document = self._topics.get(topic)
        if topic != SESSIONS or not isinstance(document, WatchedDocument):
            return
        if not self._has_more(document, 1.0):
            await document.encode()
        if self._is_longer(document, 1.0):
            raise ListTooLarge(
                f"there are more than {self._most:,} open sessions, or they are too large:"
                " watch them with a `limit`, and a `filter` and a `sort` if you like"
            )

    async def enforce(self) -> None:
        """End the list for those who watch it, where it has grown far beyond the limit."""
        document = self._topics.get(SESSIONS)
        if not isinstance(document, WatchedDocument) or not document.watchers:
            return
        if not self._is_longer(document, SLACK):
            return
        for number, watcher in enumerate(list(document.watchers), start=1):
            self._exclude(watcher, SESSIONS, ListTooLarge.code)
            if number % SLICE == 0:
                await asyncio.sleep(0)

    def _has_more(self, document: WatchedDocument, times: float) -> bool:
        return len(document.current) > self._most * times

    def _is_longer(self, document: WatchedDocument, times: float) -> bool:
        too_many = self._has_more(document, times)
        return too_many or document.size > self._most * LARGEST_AVERAGE * times

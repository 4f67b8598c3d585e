"""Looks at what stands: one at a time for each topic, and once more when asked for during one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from lobby.hub.documents import WatchedDocument
from lobby.hub.journals import WatchedJournal
from lobby.hub.sources import Source
from persistence.ports import Unreachable
from protocol.topics import split

Watched = WatchedDocument | WatchedJournal


class Looks:
    """Owns a task for each look under way."""

    def __init__(self, look: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        self._look = look
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def __len__(self) -> int:
        return len(self._under_way)

    def soon(self, topic: str) -> None:
        if topic in self._under_way:
            self._again.add(topic)
            return
        task = asyncio.get_running_loop().create_task(self._look(topic))
        self._under_way[topic] = task
        task.add_done_callback(lambda _: self._done(topic))

    def close(self) -> None:
        self._again.clear()
        for task in self._under_way.values():
            task.cancel()

    def _done(self, topic: str) -> None:
        del self._under_way[topic]
        if topic in self._again:
            self._again.discard(topic)
            self.soon(topic)


async def suspects(source: Source, topics: Mapping[str, Watched]) -> list[str]:
    """Those that may not be as they stand: sessions by their version, journals by their head, all
    others unseen. None while the store is away."""
    documents = {
        topic: watched.version
        for topic, watched in topics.items()
        if isinstance(watched, WatchedDocument) and split(topic)[0] == "session"
    }
    journals = {t: watched for t, watched in topics.items() if isinstance(watched, WatchedJournal)}
    others = [topic for topic in topics if topic not in documents and topic not in journals]
    try:
        heads = await source.heads(journals) if journals else {}
        longer = [t for t, journal in journals.items() if heads.get(t, 0) > journal.head]
        return others + longer + (await source.changed(documents) if documents else [])
    except Unreachable:
        return []

"""Resync: reading topics again whose events may have been lost.

One at a time for each topic; a request during one causes one more, as it may have read too early.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from lobby.hub.backpressure import Skipped
from lobby.hub.documents import WatchedDocument
from lobby.hub.journals import WatchedJournal
from lobby.hub.people_views import PeopleView
from lobby.hub.source import Known, Source
from lobby.hub.waiters import Waiters
from persistence.ports import Unreachable
from protocol.topics import PRESENCE, PRESENCE_COUNT, is_personal, split

if TYPE_CHECKING:
    from lobby.hub.roster_feed import RosterFeed

Watched = WatchedDocument | WatchedJournal | PeopleView
JOURNALS = frozenset({"inbox", "chat", "instance"})
VERSIONED = frozenset({"session", PRESENCE})
"""Kinds of topics whose version the store or the roster can tell."""


class Resyncs:
    """Runs one task for each topic that is being resynced."""

    def __init__(self, resync: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        self._resync = resync
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def __len__(self) -> int:
        return len(self._under_way)

    def request(self, topic: str) -> None:
        if topic in self._under_way:
            self._again.add(topic)
            return
        task = asyncio.get_running_loop().create_task(self._resync(topic))
        self._under_way[topic] = task
        task.add_done_callback(lambda _: self._done(topic))

    def request_all(self, topics: Iterable[str]) -> None:
        for topic in topics:
            self.request(topic)

    def close(self) -> None:
        self._again.clear()
        for task in self._under_way.values():
            task.cancel()

    def _done(self, topic: str) -> None:
        del self._under_way[topic]
        if topic in self._again:
            self._again.discard(topic)
            self.request(topic)


async def load(
    source: Source,
    roster: RosterFeed,
    topic: str,
    *,
    epoch: Callable[[], str],
    waiters: Waiters,
    skipped: Skipped,
) -> Watched:
    """Read a topic for the first time. `epoch`: makes one for a document that the hub numbers."""
    if is_personal(topic):
        return await roster.open(topic)
    if split(topic)[0] in JOURNALS:
        stands_at = Known(await source.epoch(), await source.head(topic))
        return WatchedJournal(topic, source, waiters, stands_at=stands_at, skipped=skipped)
    document = WatchedDocument(topic, await source.snapshot(topic), epoch=epoch, skipped=skipped)
    if topic == PRESENCE_COUNT:
        roster.count.begin(document)
    return document


async def read_again(
    source: Source, topic: str, topics: Mapping[str, Watched], *, newer: set[str]
) -> None:
    """Take what is stored by now. `newer`: entries that change while it is read."""
    watched = topics.get(topic)
    if isinstance(watched, WatchedJournal):
        await watched.catch_up()
    elif isinstance(watched, PeopleView):
        return  # the roster feed reads again what its views show
    elif watched is not None and watched.of_entries:
        versions = {key: entry["version"] for key, entry in watched.current.items()}
        news = await source.news(topic, versions)
        for some in news.parts():
            if watched is topics.get(topic):
                watched.apply_news(some, newer=newer)
            await asyncio.sleep(0)
    elif watched is not None:
        snapshot = await source.snapshot(topic)
        if watched is topics.get(topic):
            await watched.apply_snapshot(snapshot)


def lists(topics: Mapping[str, Watched]) -> list[str]:
    """Those that are made of entries: a resync asks for versions, and reads what differs."""
    return [t for t, w in topics.items() if isinstance(w, WatchedDocument) and w.of_entries]


async def possibly_stale(source: Source, topics: Mapping[str, Watched]) -> list[str]:
    """Topics that may be out of date: sessions and the roster by their version, journals by their
    newest cursor, all others unconditionally, but for those of which the roster feed takes care.
    None while the store is unreachable."""
    topics = {t: w for t, w in topics.items() if not (is_personal(t) or t == PRESENCE_COUNT)}
    documents = {
        topic: watched.stored
        for topic, watched in topics.items()
        if isinstance(watched, WatchedDocument) and split(topic)[0] in VERSIONED
    }
    journals = {t: watched for t, watched in topics.items() if isinstance(watched, WatchedJournal)}
    others = [topic for topic in topics if topic not in documents and topic not in journals]
    try:
        heads = await source.heads(journals) if journals else {}
        longer = [t for t, journal in journals.items() if heads.get(t, 0) > journal.known.version]
        return others + longer + (await source.changed(documents) if documents else [])
    except Unreachable:
        return []

"""What a hub is tested over: documents and journals in memory."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping

from lobby.domain.errors import TopicNotFound
from lobby.hub import Known, News, Snapshot
from lobby.hub.source import FOREVER, Hides
from lobby.live_queries import Viewer
from persistence.ports import Entry, Page, Unreachable


class MemorySource:
    """`looks` and `entries` are what stands; `away` makes it unreachable."""

    def __init__(self) -> None:
        self.snapshots: dict[str, Snapshot] = {}
        self.entries: dict[str, list[Entry]] = {}
        self.hidden: dict[tuple[str, str], Hides] = {}
        self.viewers: dict[str, Viewer] = {}
        self.away = False
        self.asked: Counter[str] = Counter()
        self._gates: dict[str, asyncio.Event] = {}

    def hold(self, topic: str) -> asyncio.Event:
        """From now on, looks at the topic wait for this event; each has then seen what stood."""
        gate = self._gates[topic] = asyncio.Event()
        return gate

    def append(self, topic: str, *says: str) -> None:
        stream = self.entries.setdefault(topic, [])
        for say in says:
            cursor = stream[-1].cursor + 1 if stream else 1
            stream.append(Entry(cursor, json.dumps({"text": say})))

    def clock(self) -> float:
        return time.time()

    async def snapshot(self, topic: str) -> Snapshot:
        seen = self.snapshots.get(topic)
        await self._asked(topic)
        if seen is None:
            raise TopicNotFound
        return seen

    async def news(self, topic: str, versions: Mapping[str, int]) -> News:
        seen = self.snapshots[topic].outer
        await self._asked(topic)
        differing = {k: e for k, e in seen.items() if e["version"] != versions.get(k)}
        return News(differing, {key: FOREVER for key in versions.keys() - seen.keys()})

    async def hides(self, topic: str, identity: str) -> Hides | None:
        hides = self.hidden.get((topic, identity))
        await self._asked("hides")
        return hides

    async def viewer(self, account: str, *, friends: bool, named_by: bool) -> Viewer:
        viewer = self.viewers.get(account, Viewer(account))
        await self._asked("viewer")
        return viewer

    async def changed(self, versions: Mapping[str, Known]) -> list[str]:
        await self._asked("changed")
        gone = [topic for topic in versions if topic not in self.snapshots]
        return gone + [
            topic
            for topic in versions
            if topic not in gone and self.snapshots[topic].version != versions[topic].version
        ]

    async def epoch(self) -> str:
        return "store"

    async def read(self, topic: str, *, after: int, limit: int) -> Page:
        entries = self.entries.get(topic, [])
        await self._asked(topic)
        following = [entry for entry in entries if entry.cursor > after]
        trimmed = bool(following) and following[0].cursor > after + 1
        return Page(following[:limit], trimmed)

    async def head(self, topic: str) -> int:
        entries = self.entries.get(topic, [])
        head = entries[-1].cursor if entries else 0
        await self._asked(topic)
        return head

    async def heads(self, topics: Iterable[str]) -> dict[str, int]:
        heads = {topic: len(self.entries[topic]) for topic in topics if topic in self.entries}
        await self._asked("heads")
        return heads

    async def _asked(self, topic: str) -> None:
        self.asked[topic] += 1
        if gate := self._gates.get(topic):
            await gate.wait()
        if self.away:
            raise Unreachable("database")

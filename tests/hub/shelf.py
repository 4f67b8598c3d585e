"""What a hub is tested with: watchers who keep what they are sent, and a shelf it looks at.

The shelf says when it was looked at, and holds a look back for as long as a test wants.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from pydantic import BaseModel

from lobby.domain.errors import TopicNotFound
from lobby.hub import Hub, Known, Look
from persistence.live.memory import MemoryBus
from persistence.ports import Entry, Page, Unreachable
from protocol.events import CollectionTold, DocumentTold, EntryTold
from protocol.framing import measure
from tests.client import merged
from tests.patience import PATIENCE

Frame = dict[str, Any]


async def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Ask in every turn of the loop until it is so."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0)


class Recorder:
    """A watcher: its raw frames in order, and what a client would make of them."""

    def __init__(self, identity: str = "") -> None:
        self.identity = identity
        self.behind = False
        self.raw: list[bytes] = []
        self.closed_below: list[int | None] = []
        self.states: dict[str, Frame] = {}
        self.known: dict[str, Known] = {}
        self.gaps: list[Frame] = []
        self.out: Recorder = self
        self.write: Callable[[bytes], object] = self._write

    def _write(self, frame: bytes) -> None:
        self.raw.append(frame)
        self._take(read(frame))

    def revoked(self, token_version: int | None) -> None:
        self.closed_below.append(token_version)

    @property
    def frames(self) -> list[Frame]:
        return [read(frame) for frame in self.raw]

    @property
    def types(self) -> list[str]:
        return [frame["type"] for frame in self.frames]

    @property
    def cursors(self) -> list[int]:
        return [frame["cursor"] for frame in self.frames if frame["type"] == "entry"]

    async def at(self, topic: str, version: int) -> None:
        """Return once it has been brought to this version."""
        await until(lambda: topic in self.known and self.known[topic].version == version)

    def _take(self, frame: Frame) -> None:
        topic = frame["topic"]
        if frame["type"] == "state":
            self.states[topic] = frame["state"]
            self.known[topic] = Known(frame["epoch"], frame["version"])
        elif frame["type"] == "patch" and frame["version"] > self.known[topic].version:
            if frame["since"] != self.known[topic].version:
                self.gaps.append(frame)
            self.states[topic] = merged(frame["patch"], self.states[topic])
            self.known[topic] = Known(self.known[topic].epoch, frame["version"])
        elif frame["type"] == "ended":
            self.states.pop(topic, None)


def read(raw: bytes) -> Frame:
    start, end = measure(raw, 0)
    assert end == len(raw)
    frame: Frame = json.loads(raw[start:end])
    return frame


class Shelf:
    """`looks` and `entries` are what stands; `away` makes it unreachable."""

    def __init__(self) -> None:
        self.looks: dict[str, Look] = {}
        self.entries: dict[str, list[Entry]] = {}
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

    async def look(self, topic: str) -> Look:
        seen = self.looks.get(topic)
        await self._asked(topic)
        if seen is None:
            raise TopicNotFound
        return seen

    async def changed(self, versions: Mapping[str, int]) -> list[str]:
        await self._asked("changed")
        gone = [topic for topic in versions if topic not in self.looks]
        return gone + [
            topic
            for topic in versions
            if topic not in gone and self.looks[topic].version != versions[topic]
        ]

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


class Stage:
    """A running hub with its bus and shelf."""

    def __init__(self) -> None:
        self.bus = MemoryBus()
        self.shelf = Shelf()
        self.forgotten: list[str] = []
        self.hub = Hub(
            self.bus,
            self.shelf,
            name="here",
            forget_standing=self.forgotten.append,
            on_changed=lambda changed: None,
        )

    def put(
        self,
        topic: str,
        version: int,
        outer: Frame,
        inner: Frame | None = None,
        insiders: Collection[str] = (),
    ) -> None:
        """What stands now. Nobody is told."""
        self.shelf.looks[topic] = Look(outer, inner, frozenset(insiders), "store", version)

    def tell(self, topic: str, event: BaseModel) -> None:
        self.bus.publish(topic, event.model_dump_json())

    def change(
        self,
        topic: str,
        version: int,
        outer: Frame,
        inner: Frame | None = None,
        insiders: Collection[str] = (),
    ) -> None:
        """What stands now, and is told."""
        self.put(topic, version, outer, inner, insiders)
        self.retell(topic)

    def retell(self, topic: str) -> None:
        look = self.shelf.looks[topic]
        self.tell(
            topic,
            DocumentTold(
                version=look.version,
                outer=look.outer,
                inner=look.inner,
                insiders=sorted(look.insiders),
            ),
        )

    def tell_entries(self, topic: str, versions: dict[str, int], **patch: Frame | None) -> None:
        self.tell(topic, CollectionTold(patch=patch, versions=versions))

    def say(self, topic: str, text: str) -> None:
        self.shelf.append(topic, text)
        self.retell_entry(topic, len(self.shelf.entries[topic]))

    def retell_entry(self, topic: str, number: int) -> None:
        """The n-th that stands, counted from 1."""
        entry = self.shelf.entries[topic][number - 1]
        self.tell(topic, EntryTold(cursor=entry.cursor, entry=json.loads(entry.body)))

    def miss(self, topic: str) -> None:
        """The bus may have lost something."""
        self.bus._inbox.miss([topic])

    def listening(self) -> set[str]:
        return set(self.bus._inbox.wanted)

    async def watch(
        self,
        topic: str,
        who: str | Recorder = "",
        known: Known | None = None,
        *,
        after: int | None = None,
    ) -> Recorder:
        watcher = who if isinstance(who, Recorder) else Recorder(who)
        if watcher not in self.hub.watchers():
            self.hub.enter(watcher)
        if known:
            watcher.known.setdefault(topic, known)
            watcher.states.setdefault(topic, {})
        await self.hub.open(topic)
        await self.hub.join(topic, watcher, known=known, after=after)
        return watcher

    async def looked(self, topic: str, times: int) -> None:
        await until(lambda: self.shelf.asked[topic] >= times)

    async def drained(self) -> None:
        """The hub has taken in what was told, and had a turn of the loop to act on it."""
        await until(lambda: not self.bus._inbox._waiting)
        await asyncio.sleep(0)

    async def heard(self) -> None:
        """Whatever was told before has been heard: the bus keeps the order."""
        probe = await self.watch("session:probe")
        version = self.shelf.looks["session:probe"].version + 1
        self.change("session:probe", version, {"n": version})
        await until(lambda: probe.known["session:probe"].version == version)
        self.hub.leave(probe)


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    stage = Stage()
    stage.put("session:probe", 1, {"n": 1})
    task = asyncio.create_task(stage.hub.run())
    await until(lambda: "accounts" in stage.listening())
    try:
        yield stage
    finally:
        await stage.hub.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await stage.bus.close()


@asynccontextmanager
async def healing(stage: Stage, seconds: float = 0.02) -> AsyncIterator[None]:
    task = asyncio.create_task(stage.hub.heal(seconds))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

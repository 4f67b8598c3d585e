"""What a hub is tested with: watchers who keep what they are sent, and a source in memory.

The source says when it was looked at, and holds a look back for as long as a test wants.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from pydantic import BaseModel

from lobby.hub import Hub, Known, Snapshot
from lobby.hub.people_source import Ties
from lobby.hub.source import ANY_EPOCH
from persistence.live.memory import MemoryBus
from protocol.events import CollectionChanged, DocumentChanged, EntryAppended
from protocol.framing import payload_span
from tests.support.channel_client import merged
from tests.support.hub_people import MemoryPeople
from tests.support.hub_source import MemorySource
from tests.support.waiting import until

Frame = dict[str, Any]


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

    def charge(self, topic: str, size: int) -> None: ...

    def revoked(self, token_version: int | None, ended: Collection[str]) -> None:
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
    start, end = payload_span(raw, 0)
    assert end == len(raw)
    frame: Frame = json.loads(raw[start:end])
    return frame


class HubWorld:
    """A running hub with its bus and its sources. `LIST_LIMIT`: entries of a list that is sent
    whole; `MOST_WINDOWS`: questions to lists."""

    LIST_LIMIT = 8
    MOST_WINDOWS = 40

    def __init__(
        self, *, shards: int = 1, roster_limit: int = 2_000, people_limit: int = 100_000
    ) -> None:
        self.bus = MemoryBus()
        self.source = MemorySource()
        self.people = MemoryPeople(shards)
        self.forgotten: list[str] = []
        self.hub = Hub(
            self.bus,
            self.source,
            self.people,
            name="here",
            list_limit=self.LIST_LIMIT,
            most_windows=self.MOST_WINDOWS,
            roster_limit=roster_limit,
            people_limit=people_limit,
            forget_account=self.forgotten.append,
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
        self.source.snapshots[topic] = Snapshot(outer, inner, frozenset(insiders), "store", version)

    def tell(self, topic: str, event: BaseModel) -> None:
        self.bus.publish(topic, event.model_dump_json(exclude_none=True))

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
        look = self.source.snapshots[topic]
        self.tell(
            topic,
            DocumentChanged(
                version=look.version,
                outer=look.outer,
                inner=look.inner,
                insiders=sorted(look.insiders),
            ),
        )

    def tell_entries(self, topic: str, versions: dict[str, int], **patch: Frame | None) -> None:
        self.tell(topic, CollectionChanged(patch=patch, versions=versions))

    def show(self, people: Mapping[str, Frame | None], *, quietly: bool = False) -> None:
        """These are online, or no more: one change of each shard, told unless `quietly`."""
        for changed in self.people.change(people):
            if not quietly:
                self.bus.publish("presence", changed.model_dump_json())

    def tie(self, viewer: str, **ties: Iterable[str]) -> None:
        """These are the viewer's ties by now. Nobody is told."""
        given: Any = {name: frozenset(who) for name, who in ties.items()}
        self.people.tied[viewer] = Ties(**given)

    def say(self, topic: str, text: str) -> None:
        self.source.append(topic, text)
        self.retell_entry(topic, len(self.source.entries[topic]))

    def retell_entry(self, topic: str, number: int) -> None:
        """The n-th that stands, counted from 1."""
        entry = self.source.entries[topic][number - 1]
        self.tell(topic, EntryAppended(cursor=entry.cursor, entry=json.loads(entry.body)))

    def miss(self, topic: str) -> None:
        """The bus may have lost something."""
        self.bus._queue.mark_missed([topic])

    def listening(self) -> set[str]:
        return set(self.bus._queue.subscribed)

    async def watch(
        self,
        topic: str,
        who: str | Recorder = "",
        known: Known | None = None,
        *,
        after: int | None = None,
        epoch: str = ANY_EPOCH,
    ) -> Recorder:
        watcher = who if isinstance(who, Recorder) else Recorder(who)
        if watcher not in self.hub.watchers():
            self.hub.enter(watcher)
        if known:
            watcher.known.setdefault(topic, known)
            watcher.states.setdefault(topic, {})
        await self.hub.open(topic)
        read = None if after is None else Known(epoch, after)
        await self.hub.join(topic, watcher, known=read or known)
        return watcher

    async def looked(self, topic: str, times: int) -> None:
        await until(lambda: self.source.asked[topic] >= times)

    async def drained(self) -> None:
        """The hub has taken in what was told, and had a turn of the loop to act on it."""
        await until(lambda: not self.bus._queue._waiting)
        await asyncio.sleep(0)

    async def heard(self) -> None:
        """Whatever was told before has been heard: the bus keeps the order."""
        probe = await self.watch("session:probe")
        version = self.source.snapshots["session:probe"].version + 1
        self.change("session:probe", version, {"n": version})
        await until(lambda: probe.known["session:probe"].version == version)
        self.hub.leave(probe)


@asynccontextmanager
async def hub_world(**limits: int) -> AsyncIterator[HubWorld]:
    """`limits`: as of HubWorld."""
    world = HubWorld(**limits)
    world.put("session:probe", 1, {"n": 1})
    task = asyncio.create_task(world.hub.run())
    await until(lambda: "accounts" in world.listening())
    try:
        yield world
    finally:
        await world.hub.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await world.bus.close()


@asynccontextmanager
async def healing(world: HubWorld, seconds: float = 0.02) -> AsyncIterator[None]:
    task = asyncio.create_task(world.hub.heal(seconds))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

"""How many are online: the document `presence:count`, at most once a second.

The roster tells of each shard how many there are, with every change; where it does not, they are
asked for.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable

from lobby.hub.documents import WatchedDocument
from lobby.hub.people_source import PeopleSource
from lobby.hub.resync import Resyncs
from lobby.hub.source import State
from persistence.ports import Unreachable
from protocol.roster import STATUSES, RosterChanged, ShardCounts
from protocol.topics import PRESENCE_COUNT

COUNT_SECONDS = 1.0
"""Between two frames of how many are online."""


class RosterCount:
    """`document`: the open topic, where it is open here."""

    def __init__(self, source: PeopleSource) -> None:
        self._source = source
        self.document: WatchedDocument | None = None
        self._shards: dict[int, ShardCounts] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._counted = 0.0
        self._asking = Resyncs(self._ask)

    def begin(self, document: WatchedDocument) -> None:
        """It was opened: what changed while it was read is counted again."""
        self.document = document
        self._shards.clear()
        self._schedule()

    def changed(self, changed: RosterChanged) -> None:
        if self.document is not None:
            if changed.counts is not None:
                self._shards[changed.shard] = changed.counts
            else:
                self._shards.pop(changed.shard, None)
            self._schedule()

    def missed(self, shard: int) -> None:
        """Changes of the shard may have been missed."""
        if self.document is not None:
            self._shards.pop(shard, None)
            self._schedule()

    def end(self) -> None:
        self.document = None

    def close(self) -> None:
        self._asking.close()
        if self._timer is not None:
            self._timer.cancel()

    def _schedule(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(self._counted + COUNT_SECONDS, self._count)

    def _count(self) -> None:
        self._timer = None
        if self.document is None:
            return
        self._counted = asyncio.get_running_loop().time()
        if len(self._shards) == self._source.shards:
            self._show(together(self._shards.values()))
        else:
            self._asking.request(PRESENCE_COUNT)

    async def _ask(self, topic: str) -> None:
        try:
            self._show(await self._source.counts())
        except Unreachable:
            self._schedule()

    def _show(self, counts: State) -> None:
        if self.document is not None:
            self.document.apply_document(0, counts, None, frozenset())


def together(shards: Iterable[ShardCounts]) -> State:
    """The counts of several shards as one. A status that nobody has is 0."""
    statuses, regions, online = Counter[str](), Counter[str](), 0
    for one in shards:
        online += one.online
        statuses.update(one.statuses)
        regions.update(one.regions)
    shown: State = {"online": online, "statuses": {name: statuses[name] for name in STATUSES}}
    living = {name: many for name, many in sorted(regions.items()) if many}
    return {**shown, "regions": living} if living else shown

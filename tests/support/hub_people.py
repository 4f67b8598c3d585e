"""People for a hub that is tested: who is online, what they are called, their ties, in memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from lobby.hub import Known
from lobby.hub.people_source import Face, Ties
from lobby.hub.roster_count import together
from persistence.ports import Unreachable
from protocol.roster import RosterChanged, ShardCounts


class MemoryPeople:
    """A source of people: who is online, what they are called, and their ties. `asked` counts the
    names in each kind of question; `hold` makes those wait."""

    def __init__(self, shards: int = 1) -> None:
        self.shards = shards
        self.online: dict[str, dict[str, Any]] = {}
        self.called: dict[str, Face] = {}
        self.tied: dict[str, Ties] = {}
        self.at = [Known("first", 0) for _ in range(shards)]
        self.asked: Counter[str] = Counter()
        self.away = False
        self.gate: asyncio.Event | None = None

    def shard_of(self, who: str) -> int:
        return sum(who.encode()) % self.shards

    async def versions(self) -> list[Known]:
        await self._asked("versions")
        return list(self.at)

    async def gathered(self, shard: int) -> None:
        await self._asked("gathered")

    async def shown(self, who: Collection[str]) -> dict[str, dict[str, Any]]:
        seen = {one: self.online[one] for one in who if one in self.online}
        await self._asked("shown", len(who))
        return seen

    async def everybody(self, shard: int) -> tuple[Known, Iterator[tuple[str, dict[str, Any]]]]:
        mine = [(who, person) for who, person in self.online.items() if self.shard_of(who) == shard]
        at = self.at[shard]
        await self._asked("everybody")
        return at, iter(mine)

    async def counts(self) -> dict[str, Any]:
        statuses = Counter(person["status"] for person in self.online.values())
        await self._asked("counts")
        return together([ShardCounts(online=len(self.online), statuses=dict(statuses))])

    async def faces(self, who: Iterable[str]) -> dict[str, Face]:
        names = list(who)
        await self._asked("faces", len(names))
        return {one: self.called[one] for one in names if one in self.called}

    async def ties(self, viewer: str) -> Ties:
        tied = self.tied.get(viewer, Ties())
        await self._asked("ties")
        return tied

    async def stale(self, known: Mapping[str, Ties]) -> list[str]:
        now = {one: self.tied.get(one, Ties()) for one in known}
        await self._asked("stale")
        return [one for one, ties in known.items() if now[one] != ties]

    async def _asked(self, what: str, many: int = 1) -> None:
        self.asked[what] += many
        if self.gate is not None:
            await self.gate.wait()
        if self.away:
            raise Unreachable("redis")

    def change(self, people: Mapping[str, dict[str, Any] | None]) -> Iterator[RosterChanged]:
        """These are online, or no more: one change of each shard, as it would be told."""
        for shard in range(self.shards):
            patch = {who: v for who, v in people.items() if self.shard_of(who) == shard}
            for who, value in patch.items():
                self.online.pop(who, None)
                self.online |= {} if value is None else {who: value}
            if patch:
                epoch, version = self.at[shard].epoch, self.at[shard].version + 1
                self.at[shard] = Known(epoch, version)
                yield RosterChanged(shard=shard, epoch=epoch, version=version, patch=patch)

"""The list of everybody who is online, for questions: fed by the roster feed, as watched people
are. Of each person one row is kept, and nothing where nobody asks.

Subscribe first, read second, shard by shard: what is heard of a shard while it is read comes after.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from lobby.hub.people_source import Entries
from lobby.hub.roster_feed import RosterFeed
from lobby.hub.source import Known
from lobby.hub.turns import Turn
from lobby.live_queries import QueryEngine
from persistence.ports import Unreachable
from protocol.roster import RosterChanged
from protocol.topics import PEOPLE

Patch = Mapping[str, dict[str, Any] | None]


class PeopleList:
    """`changed`: called after each change. `in_use`: whether somebody asks."""

    def __init__(
        self,
        roster: RosterFeed,
        engine: QueryEngine,
        *,
        changed: Callable[[], None],
        in_use: Callable[[], bool],
    ) -> None:
        self._roster, self._engine, self._changed, self._in_use = roster, engine, changed, in_use
        self._turn = asyncio.Lock()
        self._listens = self._complete = self._idle = False
        self._heard: dict[int, list[RosterChanged]] = {}
        self._waiting: dict[str, dict[str, Any] | None] = {}
        self._taking: asyncio.Task[None] | None = None
        roster.everybody = self

    async def require(self) -> None:
        """Return once everybody is there. Raises Unreachable."""
        self._idle = False
        async with self._turn:
            if self._complete:
                return
            self._heard = {shard: [] for shard in range(self._roster.source.shards)}
            self._listens = True
            try:
                await self._roster.listen(PEOPLE)
                for shard in list(self._heard):
                    await self._read(shard)
            except BaseException:
                await self._forget()
                raise
            self._complete = True

    async def forget_idle(self) -> None:
        """Keep nobody any more where nobody asked for a whole round."""
        async with self._turn:
            if not self._complete or self._in_use():
                self._idle = False
            elif not self._idle:
                self._idle = True
            else:
                await self._forget()

    async def _forget(self) -> None:
        self._listens = self._complete = False
        self._heard.clear()
        self._waiting.clear()
        await self._roster.unlisten(PEOPLE)
        turn = Turn()
        for _ in self._engine.clear():
            await turn.give_back()

    # What is heard

    def receive(self, changed: RosterChanged) -> None:
        """A change of one shard, newer than all before."""
        if changed.shard in self._heard:
            self._heard[changed.shard].append(changed)
        elif self._listens:
            self._follow(changed.patch)

    def _follow(self, patch: Patch) -> None:
        """A few at once; of many, or behind many, in turns."""
        self._waiting.update(patch)
        if self._taking is None:
            self._take_some(Turn())
            if self._waiting:
                self._taking = asyncio.get_running_loop().create_task(self._take_all())

    async def _take_all(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(0)
                self._take_some(Turn())
        finally:
            self._taking = None

    def _take_some(self, turn: Turn) -> None:
        while self._waiting:
            who = next(iter(self._waiting))
            self._put(who, self._waiting.pop(who))
            if turn.over:
                break
        self._changed()

    def _put(self, who: str, person: dict[str, Any] | None) -> None:
        if person is None:
            self._engine.remove(who)
        else:
            self._engine.put(who, person)

    # Healing

    async def read_again(self, shard: int) -> None:
        """Changes of the shard were missed. Raises Unreachable."""
        async with self._turn:
            if self._complete:
                self._heard[shard] = []
                await self._read(shard)

    async def _read(self, shard: int) -> None:
        """Take the shard as it stands, and what was heard of it since."""
        shard_of = self._roster.source.shard_of
        for who in [who for who in self._waiting if shard_of(who) == shard]:
            del self._waiting[who]
        try:
            while True:
                known, entries = await self._roster.source.everybody(shard)
                await self._take_all_of(shard, entries)
                if self._catch_up(shard, known):
                    return
        except Unreachable:
            for changed in self._heard.pop(shard, []):
                self._follow(changed.patch)
            raise

    async def _take_all_of(self, shard: int, entries: Entries) -> None:
        source, turn, here = self._roster.source, Turn(), set[str]()
        for who, person in entries:
            here.add(who)
            if self._engine.state(who) != person:
                self._engine.put(who, person)
            await turn.give_back()
        for who in list(self._engine.ids()):
            if who not in here and source.shard_of(who) == shard:
                self._engine.remove(who)
            await turn.give_back()

    def _catch_up(self, shard: int, known: Known) -> bool:
        """Take what was heard after the shard was read; False where some of it was not, or the
        roster was lost: what is heard from now on is of another epoch."""
        at = known.version
        for changed in self._heard[shard]:
            if changed.epoch != known.epoch or changed.version > at + 1:
                self._heard[shard] = []
                return False
            if changed.version > at:
                at = changed.version
                self._follow(changed.patch)
        del self._heard[shard]
        self._changed()
        return True

    def close(self) -> None:
        if self._taking is not None:
            self._taking.cancel()

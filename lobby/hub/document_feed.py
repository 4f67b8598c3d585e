"""The feed of a list's windows: the document of all its entries, kept as for those who watch it
whole, brought up to date by the bus and healed with the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from lobby.hub.documents import WatchedDocument
from lobby.hub.lapses import Lapses
from lobby.hub.resync import Watched
from lobby.hub.turns import Turn
from lobby.live_queries import NO_FACTS, Facts, QueryEngine

Open = Callable[[], Awaitable[Watched]]


class DocumentFeed:
    """`open`: opens the list, and returns it. `changed`: called after each change. `clock`: Unix
    seconds, as all processes have them."""

    def __init__(
        self,
        open: Open,
        engine: QueryEngine,
        *,
        changed: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        self._open, self._engine, self._changed, self._clock = open, engine, changed, clock
        self._lapses = Lapses(self._lapsed)
        self._turn = asyncio.Lock()
        self._document: WatchedDocument | None = None
        self._waiting: dict[str, None] = {}
        self._taking: asyncio.Task[None] | None = None

    async def require(self) -> None:
        """Return once the engine has all entries. Raises Unreachable."""
        async with self._turn:
            document = await self._open()
            if isinstance(document, WatchedDocument) and document is not self._document:
                document.entries.follow = self._follow
                self._document = document
                await self._fill(document)

    async def _fill(self, document: WatchedDocument) -> None:
        """All that the list has by now, and nothing that it had when it was closed."""
        gone = [key for key in self._engine.ids() if key not in document.current]
        keys, turn = [*document.current, *gone], Turn()
        for key in keys:
            self._take(key, document)
            await turn.give_back()

    def _follow(self, news: Mapping[str, Any]) -> None:
        """A few at once; of many, or behind many, in turns."""
        self._waiting.update(dict.fromkeys(news))
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
        """As many of the entries that wait as fit into the turn, each as it is by now."""
        while self._waiting and self._document is not None:
            self._take(next(iter(self._waiting)), self._document)
            if turn.over:
                break
        self._changed()

    def close(self) -> None:
        self._lapses.close()
        if self._taking is not None:
            self._taking.cancel()

    def _take(self, key: str, document: WatchedDocument) -> None:
        self._waiting.pop(key, None)
        self._lapses.drop(key)
        entry = document.current.get(key)
        if entry is None:
            self._engine.remove(key)
        else:
            facts = document.entries.facts.get(key)
            self._engine.put(key, entry, self._facts(key, facts) if facts else NO_FACTS)

    def _facts(self, key: str, said: Mapping[str, Any]) -> Facts:
        """As they hold now: who is kept out for a while may come again without another change."""
        kept_out, now = ends_of(said), self._clock()
        ends = [end for end in kept_out.values() if end is not None and end > now]
        if ends:
            self._lapses.set(key, min(ends) - now)
        return facts_of(said, [who for who, end in kept_out.items() if end is None or end > now])

    def _lapsed(self, key: str) -> None:
        if self._document is not None:
            self._follow({key: None})


def ends_of(said: Mapping[str, Any]) -> dict[str, float | None]:
    """Who is kept out, and until when, in Unix seconds; None: as long as the session lasts. Older
    processes do not say it."""
    kept_out = said["excluded"]
    return kept_out if isinstance(kept_out, dict) else dict.fromkeys(kept_out)


def facts_of(said: Mapping[str, Any], excluded: Iterable[str]) -> Facts:
    """As they came over the bus; `excluded`: by now."""
    return Facts(
        bans_count=said["bans_count"],
        insiders=frozenset(said["insiders"]),
        kept=frozenset(said["kept"]),
        excluded=frozenset(excluded),
        host_decides=said["host_decides"],
    )

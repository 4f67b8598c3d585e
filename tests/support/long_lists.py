"""A lobby with long lists: thousands of listed sessions and of people online, and somebody who asks
them questions, in the test's process.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lobby.context import Lobby
from lobby.domain.sessions.session import Session
from lobby.hub.resync import possibly_stale
from lobby.live_queries import ANYBODY, Query
from persistence.urls import open_store
from protocol.topics import PRESENCE
from tests.support.crowd import REGISTERED, account, fill
from tests.support.hub import Recorder
from tests.support.lobby import local_lobby
from tests.support.loop_turns import Turns, measured_turns
from tests.support.waiting import until

KEEPER = "another process"
TOGETHER = 500
"""People who come by one call."""
STATUSES = ("online", "away", "busy")


class Deaf(Recorder):
    """Somebody who is sent everything, and keeps nothing of it."""

    def _write(self, frame: bytes) -> None:
        return


class LongLists:
    """`read`: how often the store was asked for sessions, and the roster for everybody."""

    def __init__(self, lobby: Lobby) -> None:
        self.lobby, self.hub = lobby, lobby.hub
        self.watcher = Deaf()
        self.hub.enter(self.watcher)
        self.read: Counter[str] = Counter()
        self._count(lobby.roster, "read")
        self._count(lobby.sessions, "get")
        self._count(lobby.sessions, "many")
        self._count(lobby.sessions, "pages")

    def _count(self, port: Any, verb: str) -> None:
        does = getattr(port, verb)

        def counted(*said: Any, **more: Any) -> Any:
            self.read[verb] += 1
            return does(*said, **more)

        setattr(port, verb, counted)

    async def measured(self, work: Callable[[], Coroutine[Any, Any, object]]) -> Turns:
        """All turns of the loop until the work is done, and what follows from it, flushed."""
        with measured_turns() as turns:
            await asyncio.create_task(work())
            await asyncio.sleep(1.2)
        return turns

    async def ask(self, query: Query) -> str:
        topic = await self.hub.queries.open(query, self.watcher, known=None)
        await self.hub.queries.join(topic, self.watcher, known=None)
        return topic

    async def learn(self, questions: list[Query]) -> None:
        """All at once, of as many who ask."""
        windows = self.hub.queries.lists[questions[0].schema.name].windows
        found = await asyncio.gather(*(windows.open(one, ANYBODY) for one in questions))
        for window in found:
            windows.join(window, self.watcher)

    async def search(self, query: Query) -> None:
        """The first page, over HTTP."""
        await self.hub.queries.search(query, "", after=None, limited="here")

    async def look(self) -> None:
        """As every few seconds."""
        hub = self.hub
        await hub.list_limit.enforce()
        hub.queries.sweep()
        hub.queries.recheck()
        hub.roster.look()
        for topic in await possibly_stale(hub._source, hub._topics):
            hub._resync(topic)
        await until(lambda: not len(hub._resyncs))

    async def miss_roster(self) -> None:
        """The bus may have lost changes of the roster."""
        self.hub._receive(PRESENCE, None)
        await until(lambda: not len(self.hub._resyncs))

    async def rename(self, many: int) -> None:
        """So many sessions are changed, and nobody is told."""

        def act(session: Session) -> None:
            session.name = f"renamed {session.id}"

        async for page in self.lobby.sessions.pages("listed", "yes", size=many):
            for one in page:
                await self.lobby.sessions.change(str(one.id), act)
            return

    async def enter(self, first: int, last: int, status: str | None = None) -> None:
        """These people are online."""
        for at in range(first, last, TOGETHER):
            some = range(at, min(at + TOGETHER, last))
            people = {account(n).uuid: _person(n, status) for n in some}
            await self.lobby.roster.enter(KEEPER, people, generation=1)

    def opened(self, topic: str) -> bool:
        """Whether the whole list is kept."""
        return topic in self.hub._topics

    def encoded(self, topic: str) -> int:
        """Entries of the whole list that are encoded."""
        document: Any = self.hub._topics[topic]
        return len(document._outer._encoded)


def _person(number: int, status: str | None) -> str:
    shown = status or STATUSES[number % len(STATUSES)]
    said = {"name": f"The {number}th", "status": shown, "since": REGISTERED + number}
    return json.dumps(said)


@asynccontextmanager
async def long_lists(home: Path, *, sessions: int, people: int) -> AsyncIterator[LongLists]:
    file = home / "lobby.db"
    await asyncio.to_thread(fill, file, accounts=max(1, sessions), sessions=sessions)
    store = await open_store(f"sqlite:{file}")
    async with local_lobby(store) as local:
        lists = LongLists(local.lobby)
        hearing = asyncio.create_task(lists.hub.run())
        try:
            await lists.lobby.roster.heartbeat(KEEPER, 1e6, generation=1)
            await lists.enter(1, people + 1)
            local.told.clear()
            lists.read.clear()
            yield lists
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
    await store.close()

"""Questions to lists, asked of a hub without a channel; and sessions as they are listed."""

from __future__ import annotations

from typing import Any

from lobby.hub import Known, Snapshot
from lobby.live_queries import Query, query_of
from protocol.queries import read_query
from tests.support.hub import Frame, HubWorld, Recorder
from tests.support.waiting import until

SESSIONS = "sessions"


def listed_session(id: str, version: int = 1, **said: Any) -> Frame:
    """As `sessions` shows it. `created` is the number at the end of its id, unless it is said."""
    digits = "".join(letter for letter in id if letter.isdigit()) or "0"
    return {
        "id": id,
        "template": "hosted",
        "created": float(digits),
        "joinable": True,
        "entry": "open",
        "nonames": True,
        "password": False,
        "free": 1,
        "full": False,
        "seats": {"0": {"id": 1, "team": 0, "status": "free"}},
        "attributes": {},
        "version": version,
        **said,
    }


def question(filter: Frame | None = None, sort: str | None = None, limit: int = 50) -> Query:
    return query_of(read_query("sessions", filter=filter, sort=sort, limit=limit))


class Browser:
    """Sessions of a hub, and those who ask for some of them."""

    def __init__(self, world: HubWorld) -> None:
        self.world = world
        self.listed: dict[str, Frame] = {}
        self.facts: dict[str, Frame] = {}
        world.source.snapshots[SESSIONS] = Snapshot(self.listed, entries=True, facts=self.facts)

    def put(self, *sessions: Frame) -> None:
        """They stand there, and all processes are told."""
        self.listed.update((one["id"], one) for one in sessions)
        versions = {one["id"]: one["version"] for one in sessions}
        self.world.tell_entries(SESSIONS, versions, **{one["id"]: one for one in sessions})

    def end(self, id: str) -> None:
        version = self.listed.pop(id)["version"] + 1
        self.world.tell_entries(SESSIONS, {id: version}, **{id: None})

    async def ask(
        self, query: Query, who: str | Recorder = "", *, known: Known | None = None
    ) -> tuple[str, Recorder]:
        """The topic, and who watches it by now."""
        watcher = who if isinstance(who, Recorder) else Recorder(who)
        hub = self.world.hub
        if watcher not in hub.watchers():
            hub.enter(watcher)
        topic = await hub.queries.open(query, watcher, known=known)
        await hub.queries.join(topic, watcher, known=known)
        return topic, watcher

    async def end_of_moves(self) -> None:
        """Return once nobody is between two windows."""
        queries = self.world.hub.queries
        everybody = [s for w in self.world.hub.watchers() for _, s in queries._subscribers.of(w)]
        await until(lambda: all(one.window is not None for one in everybody))

    @property
    def windows(self) -> int:
        """Questions that are answered in this process."""
        return len(self.world.hub.queries.lists[SESSIONS].windows)

    async def shows(self, watcher: Recorder, topic: str, *ids: str) -> None:
        """Return once the watcher is shown these sessions and no others."""
        await until(lambda: set(watcher.states[topic]["sessions"]) == set(ids))

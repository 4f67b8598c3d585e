"""What the topics of a query watcher hold, worked out from what is plain: the whole lists, as a
fresh connection of the same account is told them, the plain predicate, and the lists of friends and
bans in the store. None of it is kept up by changes.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from lobby.live_queries import PEOPLE, Query, QueryRow, Viewer, matches
from lobby.storage.kinds import ACCOUNTS
from protocol.roster import STATUSES
from tests.chaos.history import Frame
from tests.chaos.query_watchers import COUNT, FRIENDS, PERSON, QueryWatcher
from tests.chaos.world import World
from tests.support.queries import asked

States = Mapping[str, Frame | None]


@dataclass
class HostLists:
    """`friends` and `bans` (those in force): by the account whose lists they are."""

    friends: dict[str, frozenset[str]] = field(default_factory=dict)
    bans: dict[str, frozenset[str]] = field(default_factory=dict)

    def viewer(self, uuid: str) -> Viewer:
        banned_by = frozenset(host for host, guests in self.bans.items() if uuid in guests)
        friends = self.friends.get(uuid, frozenset())
        return Viewer(uuid, named=False, friends=friends, banned_by=banned_by)


async def read_lists(world: World) -> HostLists:
    """Past the links."""
    found, now = HostLists(), time.time()
    connection: Any = await asyncpg.connect(world.database, timeout=5)
    try:
        asked = "SELECT key, body FROM documents WHERE kind = $1"
        for uuid, body in await connection.fetch(asked, ACCOUNTS.name):
            host = json.loads(body)["host"]
            found.friends[uuid] = frozenset(host["friends"])
            found.bans[uuid] = frozenset(
                guest for guest in host["banlist"] if _in_force(host["ban_terms"].get(guest), now)
            )
    finally:
        await connection.close()
    return found


def _in_force(terms: dict[str, Any] | None, now: float) -> bool:
    return terms is None or terms["until"] is None or now < terms["until"]


def expected(one: QueryWatcher, seen: States, online: Frame, lists: HostLists) -> dict[str, Frame]:
    """By topic. `seen`: what a fresh connection of theirs was told of `sessions`; `online`: what
    one without an identity was told of `presence`. Nobody in the chaos has a name, so whoever is
    not shown is told nothing of."""
    viewer = lists.viewer(one.uuid)
    shown = {who: person for who, person in online.items() if who not in viewer.banned_by}
    found: dict[str, Frame] = {
        "presence": shown,
        COUNT: counted(online),
        FRIENDS: {"people": {who: shown.get(who, {}) for who in viewer.friends}},
    }
    for topic in one.topics:
        if topic.startswith(PERSON) and topic != COUNT:
            found[topic] = shown.get(topic.removeprefix(PERSON), {})
    for topic, question in one.questions.items():
        terms = {name: value for name, value in question.items() if name != "topic"}
        query = asked(question["topic"], **terms)
        rows = online if query.schema is PEOPLE else seen.get("sessions") or {}
        found[topic] = answered(query, rows, viewer)
    return found


def counted(online: Frame) -> Frame:
    statuses = Counter(person["status"] for person in online.values())
    return {"online": len(online), "statuses": {name: statuses[name] for name in STATUSES}}


def answered(query: Query, rows: Frame, viewer: Viewer) -> Frame:
    """The answer to the question, from all rows that the viewer may see."""
    found = [
        row for id, state in rows.items() if matches(query, row := QueryRow(id, state), viewer)
    ]
    found.sort(key=lambda row: query.schema.sort_key(query.sort, row))
    first = {row.id: row.state for row in found[: query.limit]}
    return {"total": len(found), query.schema.name: first}

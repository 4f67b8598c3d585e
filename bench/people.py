"""People for benches: so many are online, in the memory of the process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from lobby.hub import Known
from lobby.hub.people_source import Entries, Face, Ties
from lobby.hub.roster_count import together
from lobby.hub.source import State
from protocol.codec import encode
from protocol.roster import ShardCounts, parse_person


class SyntheticPeople:
    """A source of people for the hub. `ties_of`: by account."""

    shards = 1

    def __init__(self, many: int) -> None:
        self.names = [str(UUID(int=n, version=4)) for n in range(1, many + 1)]
        self.online = {one: person(n) for n, one in enumerate(self.names)}
        self.version = 0
        self.ties_of: dict[str, Ties] = {}
        self.asked: Counter[str] = Counter()

    def shard_of(self, who: str) -> int:
        return 0

    async def versions(self) -> list[Known]:
        self.asked["versions"] += 1
        return [Known("bench", self.version)]

    async def gathered(self, shard: int) -> None:
        return

    async def everybody(self, shard: int) -> tuple[Known, Entries]:
        """As from Redis: no text is shared with what is kept here."""
        texts = [(one.encode(), encode(person)) for one, person in self.online.items()]
        at = Known("bench", self.version)
        return at, ((who.decode(), parse_person(text.decode())) for who, text in texts)

    async def shown(self, who: Collection[str]) -> dict[str, dict[str, Any]]:
        self.asked["shown"] += len(who)
        return {one: self.online[one] for one in who if one in self.online}

    async def counts(self) -> State:
        return together([ShardCounts(online=len(self.online))])

    async def faces(self, who: Iterable[str]) -> dict[str, Face]:
        return {one: Face(1, {"name": f"Player {one[:6]}"}) for one in who}

    async def stale(self, known: Mapping[str, Ties]) -> list[str]:
        return [one for one, ties in known.items() if self.ties_of.get(one, Ties()) != ties]

    async def ties(self, viewer: str) -> Ties:
        self.asked["ties"] += 1
        return self.ties_of.get(viewer, Ties())


def person(n: int, status: str = "online") -> dict[str, Any]:
    return {"name": f"Player {n}", "status": status, "since": 1_767_225_600.5 + n}

"""Subscriptions: topics that this process hears on the bus; those of people by the roster feed."""

from __future__ import annotations

from lobby.hub.roster_feed import RosterFeed
from persistence.ports import Bus
from protocol.topics import FRIENDS, PRESENCE, split

OF_ROSTER = frozenset({PRESENCE, FRIENDS})
"""Kinds of topics that show people of the roster."""


class Subscriptions:
    """`topics`: those that are heard, or are about to be."""

    def __init__(self, bus: Bus, roster: RosterFeed) -> None:
        self._bus, self._roster = bus, roster
        self.topics: set[str] = set()

    async def begin(self, topic: str) -> None:
        """Raises Unreachable; it is to be ended all the same."""
        self.topics.add(topic)
        of_roster = split(topic)[0] in OF_ROSTER
        await (self._roster.listen(topic) if of_roster else self._bus.subscribe(topic))

    async def end(self, topic: str) -> None:
        self.topics.discard(topic)
        of_roster = split(topic)[0] in OF_ROSTER
        await (self._roster.unlisten(topic) if of_roster else self._bus.unsubscribe(topic))

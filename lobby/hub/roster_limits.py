"""The limits of who is online: above one the roster is not sent whole to anybody, above the other
it is not kept for questions either. Those who watch already are told once there are a quarter more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from lobby.domain.presence_errors import RosterTooLarge
from lobby.hub.documents import WatchedDocument
from lobby.hub.fanout import Watcher
from lobby.hub.resync import Watched
from protocol.topics import PRESENCE

PEOPLE_LIMIT = 100_000
"""People who are online, above which questions to the list of them are not answered."""
OUTGROWN = 1.25
"""How many times its limit, above which those who watch it already are sent no more of it."""

Exclude = Callable[[Watcher, str, str], None]


class RosterLimits:
    """`whole`, `asked`: the limits. `topics`: those that are open here. `exclude`: ends a topic for
    a watcher, with a code. `askers`: who is sent answers to questions about people, each with the
    name of its topic."""

    def __init__(
        self,
        whole: int,
        asked: int,
        topics: Mapping[str, Watched],
        *,
        exclude: Exclude,
        askers: Callable[[], Iterable[tuple[str, Watcher]]],
    ) -> None:
        self._whole, self._asked, self._topics = whole, asked, topics
        self._exclude, self._askers = exclude, askers

    def enforce(self) -> None:
        """End what has outgrown its limit. The list may be needed to answer questions to it."""
        document = self._topics.get(PRESENCE)
        if not isinstance(document, WatchedDocument):
            return
        online = len(document.current)
        if online > self._whole * OUTGROWN:
            for watcher in list(document.watchers):
                self._exclude(watcher, PRESENCE, RosterTooLarge.code)
        if online > self._asked * OUTGROWN:
            for topic, watcher in list(self._askers()):
                self._exclude(watcher, topic, RosterTooLarge.code)

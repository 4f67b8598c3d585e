"""The limits of who is online: above one the roster is not sent whole to anybody, above the other
questions to it are not answered either. Those who watch already are told once there are a quarter
more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lobby.domain.presence_errors import RosterTooLarge
from lobby.hub.documents import WatchedDocument
from lobby.hub.fanout import Watcher
from lobby.hub.resync import Watched
from lobby.hub.windows import Windows
from protocol.topics import PRESENCE

PEOPLE_LIMIT = 100_000
"""People who are online, above which questions to the list of them are not answered."""
OUTGROWN = 1.25
"""How many times its limit, above which those who watch it already are sent no more of it."""

Exclude = Callable[[Watcher, str, str], None]


class RosterLimits:
    """`whole`, `asked`: the limits. `topics`: those that are open here; `people`: the answers to
    questions. `exclude`: ends a topic for a watcher, with a code."""

    def __init__(
        self,
        whole: int,
        asked: int,
        topics: Mapping[str, Watched],
        people: Windows,
        *,
        exclude: Exclude,
    ) -> None:
        self._whole, self._asked, self._topics = whole, asked, topics
        self._people, self._exclude = people, exclude

    def enforce(self) -> None:
        """End what has outgrown its limit."""
        document = self._topics.get(PRESENCE)
        whole = len(document.current) if isinstance(document, WatchedDocument) else 0
        if isinstance(document, WatchedDocument) and whole > self._whole * OUTGROWN:
            for watcher in list(document.watchers):
                self._exclude(watcher, PRESENCE, RosterTooLarge.code)
        if len(self._people.engine) > self._asked * OUTGROWN:
            for topic, watcher in self._people.followers():
                self._exclude(watcher, topic, RosterTooLarge.code)

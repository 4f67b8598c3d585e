"""Hiding: what of the watched topics is kept from which account, read when it watches, and read
again when somebody's bans have changed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from lobby.hub.documents import WatchedDocument
from lobby.hub.fanout import Watcher
from lobby.hub.resync import Resyncs, Watched
from lobby.hub.source import Hides, Source
from persistence.ports import Unreachable
from protocol.topics import PRESENCE, SESSIONS, split

RETRY_SECONDS = 0.5
"""Pause before a bus or a store that was unreachable is tried again."""


def hides_some(topic: str) -> bool:
    """Whether it has entries that are hidden from some."""
    return topic in (SESSIONS, PRESENCE) or split(topic)[0] == "host"


class Hiding:
    """`topics`: those that are watched. `sockets`: the sockets of an account that are served."""

    def __init__(
        self,
        source: Source,
        topics: Mapping[str, Watched],
        sockets: Callable[[str], list[Watcher]],
    ) -> None:
        self._source, self._topics, self._sockets = source, topics, sockets
        self._heard: Counter[str] = Counter()
        self._looks = Resyncs(self.look)

    async def hides(self, topic: str, account: str) -> Hides | None:
        """What of the topic is hidden from the account now. Raises Unreachable."""
        if not account or not hides_some(topic):
            return None
        while True:
            heard = self._heard[account]
            hides = await self._source.hides(topic, account)
            if heard == self._heard[account]:
                return hides

    def changed(self, accounts: Iterable[str]) -> None:
        """Somebody has banned these accounts, or does so no more."""
        for account in filter(self._sockets, accounts):
            self._heard[account] += 1
            self._looks.request(account)

    def recheck(self) -> None:
        """Read again for all who do not see everything, in case an event was lost."""
        documents = [one for one in self._topics.values() if isinstance(one, WatchedDocument)]
        for account in {account for one in documents for account in one.hidden_from}:
            self._looks.request(account)

    async def look(self, account: str) -> None:
        """Read again what is hidden from the account, as soon as the store can be reached."""
        while self._sockets(account):
            try:
                for topic, document in list(self._topics.items()):
                    if hides_some(topic) and isinstance(document, WatchedDocument):
                        await self._look(topic, document, account)
                return
            except Unreachable:
                await asyncio.sleep(RETRY_SECONDS)

    async def _look(self, topic: str, document: WatchedDocument, account: str) -> None:
        if any(socket in document.watchers for socket in self._sockets(account)):
            hides = await self.hides(topic, account)
            document.hide(account, self._sockets(account), hides)

    def left(self, account: str) -> None:
        """None of its sockets is served any more."""
        self._heard.pop(account, None)

    def close(self) -> None:
        self._looks.close()

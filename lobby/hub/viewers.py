"""What is known of those who ask questions to a list: whom they list, who lists and bans them.

Read when the first question of theirs needs it, and again when a list has changed.
"""

from __future__ import annotations

from collections import Counter

from lobby.hub.source import Source
from lobby.live_queries import Query, Viewer


class Viewers:
    """By account, as long as it asks something. `apart`: those that somebody has banned at any
    time."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known: dict[str, Viewer] = {}
        self._needs: dict[str, tuple[bool, bool]] = {}
        self._heard: Counter[str] = Counter()
        self.apart: set[str] = set()

    def known(self, account: str) -> Viewer | None:
        return self._known.get(account)

    async def need(self, account: str, query: Query) -> Viewer:
        """What is known of the account, with all that this question needs. Raises Unreachable."""
        friends, welcome = self._needs.get(account, (False, False))
        needs = (friends or query.asks_friends, welcome or query.asks_welcome)
        known = self._known.get(account)
        if known is not None and needs == (friends, welcome):
            return known
        self._needs[account] = needs
        return await self.read(account)

    async def read(self, account: str) -> Viewer:
        """Read it again: what was heard meanwhile is in it."""
        while True:
            heard = self._heard[account]
            friends, named_by = self._needs.get(account, (False, False))
            found = await self._source.viewer(account, friends=friends, named_by=named_by)
            if heard == self._heard[account]:
                break
        if account in self._needs:
            self._known[account] = found
        return found

    def heard(self, account: str) -> bool:
        """A list that the account is on, or its own, has changed. Whether it asks anything."""
        if account not in self._needs:
            return False
        self._heard[account] += 1
        return True

    def personal(self) -> list[str]:
        """Those whose answers depend on lists."""
        return [
            account
            for account, viewer in self._known.items()
            if viewer.banned_by or any(self._needs[account])
        ]

    def all(self) -> list[str]:
        return [*self._needs]

    def forget(self, account: str) -> None:
        self._known.pop(account, None)
        self._needs.pop(account, None)
        self._heard.pop(account, None)
        self.apart.discard(account)

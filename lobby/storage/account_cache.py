"""Account cache for authentication: read-through, bounded (LRU), with a short time to live.

A change of password or a deletion invalidates it in every process by a bus event; the time to live
bounds what a lost event can cost.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from lobby.domain.accounts import Account
from lobby.domain.errors import AccountNotFound
from lobby.storage.repository import Repository

CACHE_SECONDS = 5.0
"""How long an account is cached."""
MOST_ACCOUNTS = 20_000
"""Accounts in the cache of one process; the least recently loaded is evicted first."""


class AccountCache:
    """`clock`: monotonic seconds."""

    def __init__(
        self, accounts: Repository[Account], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._accounts, self._clock = accounts, clock
        self._cached: OrderedDict[str, tuple[float, Account]] = OrderedDict()
        self._invalidations = 0

    async def get(self, uuid: str) -> Account:
        """Raises AccountNotFound."""
        moment, account = self._cached.get(uuid, (0.0, None))
        if account is not None and self._clock() - moment < CACHE_SECONDS:
            return account
        return await self.reload(uuid)

    async def reload(self, uuid: str) -> Account:
        before, moment = self._invalidations, self._clock()
        account = await self._accounts.get(uuid)
        if before == self._invalidations:
            self._cached[uuid] = (moment, account)
            self._cached.move_to_end(uuid)
            self._evict(moment - CACHE_SECONDS)
        return account

    def _evict(self, before: float) -> None:
        """Those that are too old, and the oldest of too many."""
        while self._cached:
            moment, _ = next(iter(self._cached.values()))
            if moment > before and len(self._cached) <= MOST_ACCOUNTS:
                return
            self._cached.popitem(last=False)

    def invalidate(self, uuid: str) -> None:
        self._invalidations += 1
        self._cached.pop(uuid, None)

    def clear(self) -> None:
        """Events that would have invalidated some may have been lost."""
        self._invalidations += 1
        self._cached.clear()

    async def revoked(self, uuid: str) -> tuple[int | None, list[str]]:
        """The current token version, from the store, and the logins that have ended; None: the
        account was deleted."""
        try:
            account = await self.reload(uuid)
        except AccountNotFound:
            return None, []
        return account.token_version, list(account.ended)

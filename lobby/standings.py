"""How accounts stand now: whether their tokens still count. Remembered for a short while only."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from lobby.domain.accounts import Account
from lobby.domain.errors import AccountNotFound
from lobby.repository import Repository

FRESH_SECONDS = 5.0
MOST = 20_000


class Standings:
    """A read-through memory of accounts for identifying callers.

    A change of password or a deletion is told to every process and forgotten here at once; five
    seconds are the limit for what a lost word can cost.
    """

    def __init__(
        self, accounts: Repository[Account], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._accounts, self._clock = accounts, clock
        self._known: OrderedDict[str, tuple[float, Account]] = OrderedDict()
        self._forgotten = 0

    async def get(self, uuid: str) -> Account:
        """Raises AccountNotFound."""
        moment, account = self._known.get(uuid, (0.0, None))
        if account is not None and self._clock() - moment < FRESH_SECONDS:
            return account
        return await self.fresh(uuid)

    async def fresh(self, uuid: str) -> Account:
        before, moment = self._forgotten, self._clock()
        account = await self._accounts.get(uuid)
        if before == self._forgotten:
            self._known[uuid] = (moment, account)
            self._known.move_to_end(uuid)
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return account

    def forget(self, uuid: str) -> None:
        self._forgotten += 1
        self._known.pop(uuid, None)

    async def token_version(self, uuid: str) -> int | None:
        """Read anew; None: the account is gone."""
        try:
            return (await self.fresh(uuid)).token_version
        except AccountNotFound:
            return None

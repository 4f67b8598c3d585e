"""Rate limits of requests: a token bucket for each account and for each address, as every socket of
the channel has one for its commands.

Of this process alone, as the channel's: to count each request for all processes would cost a round
trip to Redis, more than most requests do. What must hold for all processes is counted in the store
(quotas) or in Redis (logins, registrations).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request

from lobby.config import Settings
from lobby.domain.errors import TooManyRequests
from lobby.domain.permissions import SERVING, Actor
from lobby.token_bucket import Buckets

CREDENTIALS = {"authorization", "cookie"}
"""Headers by which a caller says who they are."""


class Limit:
    """So many requests of each account, or of each address; `scope` names which."""

    def __init__(self, rate: float, burst: int, *, scope: str) -> None:
        self._buckets = Buckets(rate, burst)
        self._why = (
            f"from this {scope} come more than {rate:g} requests a second, {burst} at once;"
            " wait, then try again"
        )

    def take(self, who: str) -> TooManyRequests | None:
        """Take one token; the refusal, where there is none."""
        wait = self._buckets.take(who, asyncio.get_running_loop().time())
        return TooManyRequests(self._why, retry_after=wait) if wait else None

    def give_back(self, who: str) -> None:
        self._buckets.give_back(who)


class RequestLimits:
    """Limits of requests by account and by address (IPv6: one /64)."""

    def __init__(self, settings: Settings) -> None:
        self._accounts = Limit(
            settings.requests_per_second, settings.requests_burst, scope="account"
        )
        self._addresses = Limit(
            settings.requests_per_second_per_address,
            settings.requests_burst_per_address,
            scope="address",
        )

    async def admit(
        self,
        request: Request,
        identify: Callable[[], Awaitable[Actor]],
        *,
        open: bool,
        uncounted: bool,
    ) -> Actor:
        """The caller, whose request is counted. Raises TooManyRequests, and what `identify` does.

        Beyond the limit of the address only those are looked up who show a token: it may be that of
        a game server, whose requests count for nothing. `open`: everybody may do it, and no token
        is read. `uncounted`: it counts for nothing, unless its caller is not who they claim to be.
        """
        if open and uncounted:
            return await identify()
        address = str(request.scope.get("lobby.address", ""))
        full = self._addresses.take(address)
        if full and (open or not CREDENTIALS & {*request.headers}):
            raise full
        actor = await identify()
        if uncounted or actor.holds(SERVING):
            if full is None:
                self._addresses.give_back(address)
        elif no := full or (self._accounts.take(actor.uuid) if actor.uuid else None):
            raise no
        return actor

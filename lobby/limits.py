"""How often somebody may try: counted for all processes together, and here when Redis is away."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter

from lobby.config import Settings
from lobby.domain.errors import TooMany

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Rules:
    registrations: RateLimitItem
    conflicts: RateLimitItem
    logins_per_account: RateLimitItem
    logins_per_address: RateLimitItem

    @classmethod
    def of(cls, settings: Settings) -> Rules:
        return cls(
            RateLimitItemPerHour(settings.registrations_per_hour, namespace="registrations"),
            RateLimitItemPerHour(settings.conflicts_per_hour, namespace="conflicts"),
            RateLimitItemPerMinute(settings.logins_per_account, namespace="account"),
            RateLimitItemPerMinute(settings.logins_per_address, 10, namespace="address"),
        )


class Limits:
    """A rule and whom it counts. Never open: without Redis each process counts for itself."""

    def __init__(self, settings: Settings) -> None:
        self.rules = Rules.of(settings)
        self._here = FixedWindowRateLimiter(MemoryStorage())
        self._storage = None if settings.embedded else _storage(settings)
        self._shared = self._here
        if self._storage is not None:
            self._shared = FixedWindowRateLimiter(self._storage)

    async def spend(self, rule: RateLimitItem, *who: str) -> None:
        """Count one; raises TooMany when it was one too many."""
        if not await self._ask("hit", rule, *who):
            raise await self._too_many(rule, *who)

    async def require(self, rule: RateLimitItem, *who: str) -> None:
        """Raise TooMany when none is left, without counting."""
        if not await self._ask("test", rule, *who):
            raise await self._too_many(rule, *who)

    async def close(self) -> None:
        if self._storage is not None:
            bridge: Any = self._storage.bridge
            await bridge.storage.aclose()

    async def _ask(self, question: str, rule: RateLimitItem, *who: str) -> bool:
        if self._shared is not self._here:
            try:
                return bool(await getattr(self._shared, question)(rule, *who))
            except Exception as away:
                log.warning("limits_counted_here", why=type(away).__name__)
        return bool(await getattr(self._here, question)(rule, *who))

    async def _too_many(self, rule: RateLimitItem, *who: str) -> TooMany:
        try:
            reset = (await self._shared.get_window_stats(rule, *who)).reset_time
        except Exception:
            reset = time.time() + rule.get_expiry()
        return TooMany(retry_after=max(1.0, reset - time.time()))


def _storage(settings: Settings) -> RedisStorage:
    return RedisStorage(
        f"async+{settings.redis_url}",
        implementation="redispy",
        key_prefix=f"{settings.redis_prefix}limits",
        socket_timeout=1.5,
        socket_connect_timeout=1.5,
    )

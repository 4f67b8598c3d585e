"""Rate limits on logins and registrations: fixed windows, counted in Redis for all processes.

While Redis is unreachable the limits still hold: each process counts by itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisClusterStorage, RedisStorage, Storage

from lobby.addresses import networks
from lobby.config import Settings
from lobby.domain.errors import TooMany
from persistence.redis_urls import parse_redis_url

CONNECTIONS = 16
"""Connections to Redis for the limits; further calls of a burst wait for one."""
CALL_SECONDS = 1.5
"""How long Redis may take to answer a call of the limits."""
AWAY_SECONDS = 1.0
"""How long a process counts by itself after Redis has not answered."""
FIRST_WAIT_SECONDS = 60
"""How long an account waits once its failed logins have reached the limit; each further failure
doubles it."""
LONGEST_WAIT_SECONDS = 900
"""How long an account waits at most after a failed login."""
TIMES_OF_KNOWN = 10
"""How many times as many passwords are looked at from an address for accounts that have come from
there before: a school comes in within a minute, and the queue of hashes is fair all the same."""
SESSION_HASHES = 120
"""Passwords of sessions that are set or looked at from one address in a minute, right ones too."""
STRIKES_SECONDS = 3_600
"""How long it is remembered that an account has had to wait, from the first time on."""

REGISTERING = "from this {} come more than {} registrations an hour; wait, then try again"
"""Why a registration is refused: whose limit, and which."""

log = structlog.get_logger(__name__)
Wrong = Callable[[Exception], bool]
"""Whether a refusal means that a secret was guessed, and wrongly."""


@dataclass(frozen=True)
class RateLimitRules:
    """How many in which window, from the settings."""

    registrations: RateLimitItem
    anonymous: RateLimitItem
    players: RateLimitItem
    browsers: RateLimitItem
    conflicts: RateLimitItem
    logins_per_account: RateLimitItem
    logins_per_address: RateLimitItem
    evaluations_per_account: RateLimitItem
    evaluations_per_address: RateLimitItem
    evaluations_of_known: RateLimitItem
    invitations: RateLimitItem
    invitations_by_strangers: RateLimitItem
    event_lines: RateLimitItem
    codes_per_account: RateLimitItem
    codes_per_address: RateLimitItem
    session_passwords: RateLimitItem
    session_passwords_mine: RateLimitItem
    session_hashes: RateLimitItem
    registrations_per_site: int

    @classmethod
    def of(cls, settings: Settings) -> RateLimitRules:
        many = settings.registrations_per_hour
        by_account, by_address = settings.logins_per_account, settings.logins_per_address
        looks, looks_there = settings.evaluations_per_account, settings.evaluations_per_address
        return cls(
            registrations=RateLimitItemPerHour(many, namespace="registrations"),
            anonymous=RateLimitItemPerHour(many, namespace="anonymous"),
            players=RateLimitItemPerHour(many, namespace="players"),
            browsers=RateLimitItemPerHour(many, namespace="browsers"),
            conflicts=RateLimitItemPerHour(settings.conflicts_per_hour, namespace="conflicts"),
            logins_per_account=RateLimitItemPerMinute(by_account, namespace="account"),
            logins_per_address=RateLimitItemPerMinute(by_address, 10, namespace="address"),
            evaluations_per_account=RateLimitItemPerMinute(looks, namespace="looks"),
            evaluations_per_address=RateLimitItemPerMinute(looks_there, namespace="looks-there"),
            evaluations_of_known=RateLimitItemPerMinute(
                looks_there * TIMES_OF_KNOWN, namespace="looks-known"
            ),
            invitations=RateLimitItemPerHour(settings.invitations_per_hour, namespace="invites"),
            invitations_by_strangers=RateLimitItemPerHour(
                settings.invitations_by_strangers, namespace="invited"
            ),
            event_lines=RateLimitItemPerMinute(settings.event_lines_per_minute, namespace="lines"),
            codes_per_account=RateLimitItemPerMinute(settings.codes_per_account, namespace="codes"),
            codes_per_address=RateLimitItemPerMinute(
                settings.codes_per_address, namespace="codes-there"
            ),
            session_passwords=RateLimitItemPerMinute(
                settings.session_passwords, namespace="session-passwords"
            ),
            session_passwords_mine=RateLimitItemPerMinute(
                settings.session_passwords_per_account, namespace="session-passwords-mine"
            ),
            session_hashes=RateLimitItemPerMinute(SESSION_HASHES, namespace="session-hashes"),
            registrations_per_site=settings.registrations_per_site,
        )


ONE_MORE = RateLimitItemPerMinute(1, namespace="one-more")
"""Behind a wait one login is looked at, and not as many as before it."""


class Counters:
    """Counters that end by themselves, in Redis; in this process while Redis is away."""

    def __init__(self, settings: Settings) -> None:
        self._here = MemoryStorage()
        self._away_until = 0.0
        self._room = asyncio.Semaphore(CONNECTIONS)
        self._shared = _storage(settings)

    async def add(self, key: str, seconds: float, by: int = 1) -> int:
        """The new value. The counter ends so many seconds after its first."""
        return int(await self._ask("incr", key, int(seconds), by))

    async def read(self, key: str) -> int:
        return int(await self._ask("get", key))

    async def seconds_left(self, key: str) -> float:
        return float(await self._ask("get_expiry", key)) - time.time()

    async def clear(self, key: str) -> None:
        await self._ask("clear", key)

    async def close(self) -> None:
        if isinstance(self._shared, RedisStorage):
            bridge: Any = self._shared.bridge
            await bridge.storage.aclose()
            if not isinstance(self._shared, RedisClusterStorage):
                await bridge.storage.connection_pool.disconnect()

    async def _ask(self, question: str, *what: str | int) -> Any:
        if self._shared is not None:
            async with self._room:
                if time.monotonic() >= self._away_until:
                    try:
                        return await getattr(self._shared, question)(*what)
                    except Exception as away:
                        self._away_until = time.monotonic() + AWAY_SECONDS
                        log.warning("limits_counted_here", why=type(away).__name__)
        return await getattr(self._here, question)(*what)


class RateLimits:
    """Counters by rule and by whom it limits: an address, an account."""

    def __init__(self, settings: Settings) -> None:
        self.rules = RateLimitRules.of(settings)
        self.counters = Counters(settings)
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def spend(self, rule: RateLimitItem, *who: str, why: str = "") -> None:
        """Count one against the limit; raises TooMany, with when to retry, above it."""
        key = rule.key_for(*who)
        if await self.counters.add(key, rule.get_expiry()) > rule.amount:
            await self.give_back(rule, *who)
            raise await self._too_many(key, why)

    async def register(self, rule: RateLimitItem, address: str) -> None:
        """Count a registration for the address and, of IPv6, for the /48 that it is part of: who
        has one calls from each of its 65,536 addresses. Raises TooMany, which names the scope."""
        await self.spend(rule, address, why=REGISTERING.format("address", rule.amount))
        if (site := _site(address)) is None:
            return
        many = self.rules.registrations_per_site
        of_site = RateLimitItemPerHour(many, namespace=f"{rule.namespace}-site")
        try:
            await self.spend(of_site, site, why=REGISTERING.format("IPv6 /48", many))
        except TooMany:
            await self.give_back(rule, address)
            raise

    async def give_back(self, rule: RateLimitItem, *who: str) -> None:
        """Take one from the count, if its window has not ended."""
        key = rule.key_for(*who)
        if await self.counters.read(key) > 0:
            await self.counters.add(key, rule.get_expiry(), -1)

    @asynccontextmanager
    async def guess(
        self, rule: RateLimitItem, *who: str, wrong: Wrong, why: str = ""
    ) -> AsyncIterator[None]:
        """Count one before the body; it is given back unless the body raises what is `wrong`.

        No more bodies run at once than the limit has; the others wait whether there is room. A body
        that is cancelled stays counted.
        """
        turns = self._turns.setdefault(rule.key_for(*who), asyncio.Semaphore(rule.amount))
        async with turns:
            await self.spend(rule, *who, why=why)
            stays = True
            try:
                yield
                stays = False
            except Exception as refusal:
                stays = wrong(refusal)
                raise
            finally:
                if not stays:
                    await self.give_back(rule, *who)

    @asynccontextmanager
    async def guess_of_account(self, *who: str, wrong: Wrong) -> AsyncIterator[None]:
        """As `guess`, for an account: above the limit each failure costs a wait, which doubles. A
        success ends the waits."""
        rule, names = self.rules.logins_per_account, who
        wait, strikes = _wait(*who), _strikes(*who)
        await self._require_over(wait)
        if before := await self.counters.read(strikes):
            rule, names = ONE_MORE, (*who, str(before))
        try:
            async with self.guess(rule, *names, wrong=wrong):
                yield
        except Exception as refusal:
            if isinstance(refusal, TooMany):
                await self._require_over(wait)
            full = await self.counters.read(rule.key_for(*names)) >= rule.amount
            if wrong(refusal) and full:
                await self._strike(wait, strikes, before)
            raise
        await self.counters.clear(wait)
        await self.counters.clear(strikes)

    async def close(self) -> None:
        await self.counters.close()

    async def _strike(self, wait: str, strikes: str, before: int) -> None:
        """Failures at the same time are one: the first begins the wait."""
        seconds = min(FIRST_WAIT_SECONDS * 2**before, LONGEST_WAIT_SECONDS)
        if await self.counters.add(wait, seconds) == 1:
            await self.counters.add(strikes, STRIKES_SECONDS)

    async def _require_over(self, wait: str) -> None:
        if await self.counters.read(wait):
            raise await self._too_many(wait)

    async def _too_many(self, key: str, why: str = "") -> TooMany:
        return TooMany(why, retry_after=max(1.0, await self.counters.seconds_left(key)))


def _site(address: str) -> str | None:
    """The /48 of an IPv6 address as rate limits count it, which is a /64; None for others."""
    *_, (widest, _) = networks(address)
    return widest if widest != address else None


def _wait(*who: str) -> str:
    return "/".join(("wait", *who))


def _strikes(*who: str) -> str:
    return "/".join(("strikes", *who))


def _storage(settings: Settings) -> Storage | None:
    """In Redis; None where there is none: its client is a tenth of all that a start imports."""
    if settings.embedded:
        return None
    from persistence.redis_clients import client_options, link_to

    prefix, url = f"{settings.redis_prefix}limits", parse_redis_url(settings.redis_url)
    if url.kind == "cluster":
        nodes = ",".join(f"{host}:{port}" for host, port in url.nodes)
        return RedisClusterStorage(
            f"async+redis+cluster://{nodes}",
            implementation="redispy",
            key_prefix=prefix,
            **client_options(url, CALL_SECONDS),
            max_connections=2 * CONNECTIONS,
            require_full_coverage=False,
        )
    pool: Any = link_to(settings.redis_url).listener(CALL_SECONDS).connection_pool
    return RedisStorage(
        "async+redis://", implementation="redispy", key_prefix=prefix, connection_pool=pool
    )

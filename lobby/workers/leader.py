"""Leader election by a lease: one process works, and another takes over when that one stops.

The leader holds a lock for a term, and renews it. Two leaders at once do no harm, as changes are
under optimistic concurrency: so a round is not cut short when the lock was lost meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import structlog

from lobby import expiring_keys
from lobby.context import Lobby
from persistence.ports import Unreachable

log = structlog.get_logger(__name__)
T = TypeVar("T")

REDIS = "redis"
"""The part that holds the locks, as Unreachable names it."""
RENEWALS_PER_TERM = 4
"""How often a lock is renewed while work goes on: one that is late or lost does no harm."""


class Lock:
    """A lock with a term (a lease): a process that holds it and stops loses it after the term."""

    def __init__(self, lobby: Lobby, key: str, *, term: float) -> None:
        self._lobby, self._key, self._term = lobby, key, term

    async def take(self) -> bool:
        """Hold it for a term from now; False while another process holds it."""
        return await self._lobby.locks.acquire(self._key, self._lobby.name, self._term)

    async def release(self) -> None:
        await self._lobby.locks.release(self._key, self._lobby.name)

    async def during(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work, however long it takes, and renew the lock meanwhile.

        Where the lock cannot be renewed because the store is away, the work is cancelled.
        """
        task = asyncio.create_task(work)
        try:
            while not (await asyncio.wait([task], timeout=self._term / RENEWALS_PER_TERM))[0]:
                await self.take()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return task.result()


class Leader:
    """Does rounds of work while it leads, `pause` seconds apart; a round that fails is tried again.

    `follow` is called whenever another process leads. `rest`: so many seconds more it waits after
    Redis was away.
    """

    def __init__(
        self,
        lobby: Lobby,
        name: str,
        *,
        term: float,
        pause: float,
        round: Callable[[], Coroutine[Any, Any, None]],
        follow: Callable[[], object] = lambda: None,
        rest: float = 0.0,
    ) -> None:
        self._lock, self._name = Lock(lobby, expiring_keys.leader(name), term=term), name
        self._round, self._follow = round, follow
        self._pause, self._rest = pause, rest

    async def run(self) -> None:
        """Endless."""
        while True:
            try:
                if await self._lock.take():
                    await self._lock.during(self._round())
                else:
                    self._follow()
            except Unreachable as away:
                log.warning("round_postponed", worker=self._name, why=str(away))
                await asyncio.sleep(self._rest if away.part == REDIS else 0)
            except Exception:
                log.exception("round_failed", worker=self._name)
            await asyncio.sleep(self._pause)

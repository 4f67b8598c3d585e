"""Who matches: one process at a time, and another within seconds when that one stops. What two of
them would do at once is decided by the documents, not by who believes to be the one.
"""

from __future__ import annotations

import asyncio

import structlog

from lobby.actions import matchmaking, returning
from lobby.context import Lobby
from persistence.ports import Unreachable

log = structlog.get_logger(__name__)

LEASE = "matchmaker"
TERM_SECONDS = 5.0
ROUND_SECONDS = 1.0
"""How often the lease is prolonged, or asked for, however seldom matches are looked for."""
RECOVERED_SECONDS = 10.0


class Matchmaker:
    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        self._tick = lobby.catalogue.matchmaking.tick_ms / 1_000
        self._due = self._recovered = 0.0

    async def run(self) -> None:
        """Endless, where there are queues. A round that fails is tried again."""
        while self._lobby.catalogue.queues:
            try:
                if await self._hold():
                    await self._round_as_holder()
                else:
                    self._due = self._recovered = 0.0
            except Unreachable as away:
                log.warning("matching_postponed", why=str(away))
            except Exception:
                log.exception("matching_failed")
            await asyncio.sleep(min(self._tick, ROUND_SECONDS))

    async def _hold(self) -> bool:
        return await self._lobby.leases.hold(LEASE, self._lobby.name, TERM_SECONDS)

    async def _round_as_holder(self) -> None:
        """However long it takes: many matches at once do."""
        round = asyncio.create_task(self.round())
        try:
            while not (await asyncio.wait([round], timeout=ROUND_SECONDS))[0]:
                await self._hold()
        finally:
            round.cancel()
            await asyncio.gather(round, return_exceptions=True)
        round.result()

    async def round(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._due:
            return
        self._due = now + self._tick * 0.9
        if now >= self._recovered:
            self._recovered = now + RECOVERED_SECONDS
            await returning.recover(self._lobby)
        await matchmaking.tick(self._lobby)

"""What time does: on one process at a time, with another taking over when it stops."""

from __future__ import annotations

import asyncio

import structlog

from lobby.actions import expiry, presence, seating
from lobby.context import Lobby
from persistence.ports import Unreachable

log = structlog.get_logger(__name__)

ROUND_SECONDS = 0.5
TERM_SECONDS = 5.0
KEPT_UP_SECONDS = 10.0
"""How often it is seen to that the sessions are there that should always be."""
LEASE, REARMED = "sweeper", "rearmed"
REARMED_SECONDS = 365 * 86_400.0


class Sweeper:
    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        self._epoch = ""
        self._kept_up = 0.0

    async def run(self) -> None:
        """Endless. A round that fails is tried again; nothing is settled before it is done.

        After the leases were away, everybody first gets the time to say again whom they serve:
        otherwise whoever sweeps first would send all the others' people home.
        """
        while True:
            try:
                if await self._lobby.leases.hold(LEASE, self._lobby.name, TERM_SECONDS):
                    await self.round()
            except Unreachable as away:
                log.warning("sweep_postponed", why=str(away))
                await asyncio.sleep(self._lobby.settings.keeper_seconds / 2)
            except Exception:
                log.exception("sweep_failed")
            await asyncio.sleep(ROUND_SECONDS)

    async def round(self) -> None:
        epoch, _ = await self._lobby.leases.numbered()
        if epoch != self._epoch:
            await self._rearm(epoch)
            self._epoch = epoch
        await presence.settle(self._lobby)
        await seating.lapse(self._lobby)
        if self._lobby.clock() >= self._kept_up + KEPT_UP_SECONDS:
            self._kept_up = self._lobby.clock()
            await expiry.keep_up(self._lobby)

    async def _rearm(self, epoch: str) -> None:
        """Once for each loss of the leases, not for each process that takes over."""
        leases = self._lobby.leases
        if await leases.recall(REARMED) != epoch:
            await presence.rearm(self._lobby)
            await leases.remember(REARMED, epoch, REARMED_SECONDS)

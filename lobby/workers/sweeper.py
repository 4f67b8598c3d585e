"""Sweeper worker: fires due timers and lapsed seats, on one process at a time (leader election)."""

from __future__ import annotations

from lobby import expiring_keys
from lobby.actions.accounts import unfinished_evictions
from lobby.actions.timers import bans, dispatch, expiry, presence
from lobby.context import Lobby
from lobby.workers.leader import Leader

ROUND_SECONDS = 0.5
"""Pause between two rounds."""
TERM_SECONDS = 5.0
"""Term of the leader's lock: so long after a crash no process sweeps."""
MIN_SESSIONS_SECONDS = 10.0
"""How often sessions are made where fewer run than a template's `min_session_count`."""
REARMED_SECONDS = 365 * 86_400.0
"""How long it is noted that timers were armed again after the live store lost them."""


class Sweeper:
    """Runs rounds of timers, presence and seats, while this process leads."""

    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        self._epoch = ""
        self._min_sessions_at = 0.0
        self._leader = Leader(
            lobby,
            "sweeper",
            term=TERM_SECONDS,
            pause=ROUND_SECONDS,
            round=self._round_if_alive,
            rest=lobby.settings.keeper_seconds / 2,
        )

    async def run(self) -> None:
        """Endless. A round that fails is tried again; a timer is removed only once it was handled.

        After Redis was unreachable it rests, so that all processes can write their presence again:
        else the accounts of the others would be swept as offline.
        """
        await self._leader.run()

    async def _round_if_alive(self) -> None:
        """Before the first heartbeat it is not known whether a process lived until now; where none
        did, terms have ended of which nobody could make use, and all timers are armed again."""
        if self._lobby.presence.vouches():
            await self.round()

    async def round(self) -> None:
        epoch = f"{await self._lobby.timers.epoch()}-{await self._lobby.roster.epoch()}"
        if epoch != self._epoch:
            await self._rearm(epoch)
            self._epoch = epoch
        await unfinished_evictions.complete(self._lobby)
        await presence.expire_due(self._lobby)
        await dispatch.fire_due(self._lobby)
        await expiry.free_expired_seats(self._lobby)
        await bans.lapse(self._lobby)
        if self._lobby.clock() >= self._min_sessions_at + MIN_SESSIONS_SECONDS:
            self._min_sessions_at = self._lobby.clock()
            await expiry.maintain_minimum(self._lobby)

    async def _rearm(self, epoch: str) -> None:
        """Arm all timers again, once for each loss of the live store, not for each new leader."""
        notes = self._lobby.notes
        if await notes.get(expiring_keys.rearmed_epoch()) != epoch:
            await dispatch.rearm(self._lobby)
            await notes.put(expiring_keys.rearmed_epoch(), epoch, REARMED_SECONDS)

"""Matchmaker worker: runs the matchmaking tick, on one process at a time (leader election)."""

from __future__ import annotations

import asyncio

from lobby.actions.matchmaking import requeue, tick
from lobby.context import Lobby
from lobby.workers.leader import Leader

TERM_SECONDS = 5.0
"""Term of the leader's lock: so long after a crash no process matches."""
ROUND_SECONDS = 1.0
"""How often the lock is renewed or tried at least, also with a longer tick."""
RECOVERY_SECONDS = 10.0
"""How often matches are recovered that a crashed process has left half done."""


class Matchmaker:
    """Runs a tick every `tick_ms` of the catalogue, while this process leads."""

    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        self._tick = lobby.catalogue.matchmaking.tick_ms / 1_000
        self._due = self._recovered = 0.0
        self._leader = Leader(
            lobby,
            "matchmaker",
            term=TERM_SECONDS,
            pause=min(self._tick, ROUND_SECONDS),
            round=self.round,
            follow=self._forget,
        )

    async def run(self) -> None:
        """Endless, where there are queues."""
        if self._lobby.catalogue.queues:
            await self._leader.run()

    async def round(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._due:
            return
        self._due = now + self._tick * 0.9
        if now >= self._recovered:
            self._recovered = now + RECOVERY_SECONDS
            await requeue.recover(self._lobby)
        await tick.tick(self._lobby)

    def _forget(self) -> None:
        """A process that becomes leader recovers and matches at once."""
        self._due = self._recovered = 0.0

"""Tells clients when a part that the lobby stands on is away, and when it is back."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from lobby.actions import readiness
from lobby.channel.socket import Socket
from lobby.context import Lobby
from lobby.hub.fanout import Fanout
from protocol import frames

PROBE_SECONDS = 1.0
"""Between two looks at whether database and Redis answer."""


class Outage:
    """`sockets`: all that are open, as they come and go."""

    def __init__(self, lobby: Lobby, sockets: Collection[Socket]) -> None:
        self._lobby, self._sockets = lobby, sockets
        self._fanout = Fanout(sockets)
        self._away: list[str] = []

    async def run(self) -> None:
        """Endless."""
        while True:
            answering = await readiness.reachable(self._lobby)
            self._tell([part for part, answers in answering.items() if not answers])
            await asyncio.sleep(PROBE_SECONDS)

    def greeted(self, socket: Socket) -> None:
        """Somebody new hears how it is, unless all is well."""
        if self._away:
            socket.out.write(frames.degraded(self._away))

    def _tell(self, away: list[str]) -> None:
        if away != self._away:
            self._away = away
            known = [socket for socket in self._sockets if socket.greeted]
            self._fanout.send(frames.degraded(away), known, skip=None)

"""Finds out who has silently gone: one wheel pings whoever is silent and cuts off the dead.

Refuses to know what anybody says; any byte is a sign of life.
"""

from __future__ import annotations

import asyncio
import math

from lobby.channel.connection import Connection
from protocol.framing import PING


class Heartbeat:
    """A wheel of spokes, one passed per tick; a connection hangs on that of its next look.

    interval   seconds of silence after which a connection is pinged
    patience   seconds it then has to send anything at all
    """

    def __init__(self, *, interval: float = 20.0, patience: float = 10.0) -> None:
        self._interval, self._patience = interval, patience
        self._tick = min(interval, patience) / 10
        # Each connection with the time it was last heard when it was pinged, if it was.
        self._spokes: list[dict[Connection, float | None]] = [
            {} for _ in range(math.ceil(max(interval, patience) / self._tick) + 2)
        ]
        self._at = 0

    def add(self, connection: Connection) -> None:
        self._look_after(self._interval, connection, None)

    def discard(self, connection: Connection) -> None:
        for spoke in self._spokes:
            spoke.pop(connection, None)

    async def run(self) -> None:
        """Turn for ever; the caller owns the task."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + self._tick
            await asyncio.sleep(self._tick)
            # When the whole process stood still, answers lie unread: nobody is judged this time.
            if loop.time() - due < self._tick:
                self._turn(loop.time())

    def _turn(self, now: float) -> None:
        self._at = (self._at + 1) % len(self._spokes)
        spoke, self._spokes[self._at] = self._spokes[self._at], {}
        for connection, heard in spoke.items():
            silence = now - connection.last_heard
            if heard == connection.last_heard:
                connection.abort()
            elif silence < self._interval:
                self._look_after(self._interval - silence, connection, None)
            else:
                connection.write(PING)
                self._look_after(self._patience, connection, connection.last_heard)

    def _look_after(self, seconds: float, connection: Connection, heard: float | None) -> None:
        ahead = min(max(math.ceil(seconds / self._tick), 1), len(self._spokes) - 1)
        self._spokes[(self._at + ahead) % len(self._spokes)][connection] = heard

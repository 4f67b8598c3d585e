"""Heartbeat: one timer wheel pings silent connections and aborts those that do not answer.

Any byte counts as an answer; what it says does not matter here.
"""

from __future__ import annotations

import asyncio
import math

from lobby.channel.connection import Connection
from protocol.framing import PING_FRAME


class Heartbeat:
    """A timer wheel: one slot passes per tick; a connection is in the slot of its next check.

    interval   seconds of silence after which a connection is pinged
    timeout    seconds it then has to send anything at all
    """

    def __init__(self, *, interval: float = 20.0, timeout: float = 10.0) -> None:
        self._interval, self._timeout = interval, timeout
        self._tick = min(interval, timeout) / 10
        # Each connection with its `last_received` when it was pinged; None: it was not.
        self._slots: list[dict[Connection, float | None]] = [
            {} for _ in range(math.ceil(max(interval, timeout) / self._tick) + 2)
        ]
        self._at = 0

    def add(self, connection: Connection) -> None:
        self._schedule(self._interval, connection, None)

    def discard(self, connection: Connection) -> None:
        for slot in self._slots:
            slot.pop(connection, None)

    async def run(self) -> None:
        """Endless; the caller owns the task."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + self._tick
            await asyncio.sleep(self._tick)
            # After the whole process was frozen, answers lie unread: check nobody this time.
            if loop.time() - due < self._tick:
                self._advance(loop.time())

    def _advance(self, now: float) -> None:
        self._at = (self._at + 1) % len(self._slots)
        slot, self._slots[self._at] = self._slots[self._at], {}
        for connection, at_ping in slot.items():
            silence = now - connection.last_received
            if at_ping == connection.last_received:
                connection.abort()
            elif silence < self._interval:
                self._schedule(self._interval - silence, connection, None)
            else:
                connection.write(PING_FRAME)
                self._schedule(self._timeout, connection, connection.last_received)

    def _schedule(self, seconds: float, connection: Connection, at_ping: float | None) -> None:
        ahead = min(max(math.ceil(seconds / self._tick), 1), len(self._slots) - 1)
        self._slots[(self._at + ahead) % len(self._slots)][connection] = at_ping

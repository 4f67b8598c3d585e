"""Who may open a socket: counted per process and address, refused before the handshake is done."""

from __future__ import annotations

import asyncio
from collections import Counter

from lobby.config import Settings
from lobby.domain.errors import TooMany, Unavailable

MOST_UNKNOWN = 500


class Admission:
    """`closed`: the process is stopping and takes nobody in."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._addresses: Counter[str] = Counter()
        self._open = self._unknown = 0
        self._allowance, self._at = settings.connections_per_second, 0.0
        self.closed = False

    def enter(self, address: str) -> None:
        """Count a new socket, or refuse it."""
        if self.closed or self._open >= self._settings.connections:
            raise Unavailable("this process", retry_after=5)
        if self._unknown >= MOST_UNKNOWN or not self._spend():
            raise Unavailable("this process", retry_after=1)
        if self._addresses[address] >= self._settings.connections_per_address:
            raise TooMany("too many connections from this address", retry_after=60)
        self._open += 1
        self._unknown += 1
        self._addresses[address] += 1

    def known(self) -> None:
        """One of them has said hello."""
        self._unknown -= 1

    def leave(self, address: str, *, known: bool) -> None:
        self._open -= 1
        self._unknown -= not known
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]

    def _spend(self) -> bool:
        now = asyncio.get_running_loop().time()
        most = self._settings.connections_per_second
        self._allowance, self._at = min(most, self._allowance + (now - self._at) * most), now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True

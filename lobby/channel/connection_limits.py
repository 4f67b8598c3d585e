"""Connection limits: sockets per process and address, and new ones per second (token bucket).

Checked before the handshake is answered; load beyond them is shed with `Retry-After`. Where the
process is full, sockets without an identity (no hello yet, or a spectator's) make room.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from lobby.addresses import Queues, Shares
from lobby.config import Settings
from lobby.domain.errors import TooMany, Unavailable
from lobby.token_bucket import Buckets, TokenBucket

TURNED_AWAY_PER_SECOND = 50
"""Handshakes of browsers that are accepted to say why they are refused."""
MOST_UNKNOWN = 500
"""Sockets of one process that have not said hello yet; and handshakes whose token is looked at."""
SHED_RETRY_SECONDS = 5.0
"""After which who was turned away, because the process is full, may try again."""
OPENED_TIMES = 2
"""How many times the sockets that an address may have it opens at once: it comes back with all."""
OPENED_AGAIN_SECONDS = 10.0
"""In which it may open as many again as it may have: each new one is sent the lists whole."""
LEAST_OPENED = 100
"""Sockets that an address opens at once at least, however few it may have."""
ADDRESS_RETRY_SECONDS = 60.0
"""The same, because their address has all that it may have."""


class CountedConnection:
    """A socket, or the handshake of one, that was let in. `shown`: its handshake shows a token."""

    __slots__ = ("_limits", "address", "end", "known", "left", "shown")
    end: Callable[[bool], None]

    def __init__(self, limits: ConnectionLimits, address: str, *, shown: bool) -> None:
        self._limits, self.address, self.shown = limits, address, shown
        self.known = self.left = False

    def identify(self) -> None:
        """Its token is right: a stranger makes room for it; raises Unavailable if none can."""
        self._limits.identify(self)

    def opened(self, end: Callable[[bool], None]) -> None:
        """It is a socket now, which `end` ends to make room: at once, or in good form."""
        self.end = end
        self._limits.opened(self)

    def greeted(self, *, identity: bool) -> None:
        """It has said hello: as somebody, or as a spectator."""
        self._limits.greeted(self, identity=identity)

    def leave(self) -> None:
        """It is gone; may be called again."""
        self._limits.leave(self)


class ConnectionLimits:
    """Counts the sockets of this process. `closed`: it drains, and accepts no more; no more are
    accepted either while it is `overloaded`: new sockets are shed first."""

    def __init__(
        self, settings: Settings, *, overloaded: Callable[[], bool] = lambda: False
    ) -> None:
        self._settings, self._overloaded = settings, overloaded
        self._shares = Shares(settings.connections_per_address)
        self._open = self._unknown = self._shown = 0
        self._silent: Queues[CountedConnection] = Queues()
        self._strangers: Queues[CountedConnection] = Queues()
        self._bucket = TokenBucket(settings.connections_per_second, settings.connections_per_second)
        most = settings.connections_per_address
        burst = max(LEAST_OPENED, most * OPENED_TIMES)
        self._opened = Buckets(burst / OPENED_TIMES / OPENED_AGAIN_SECONDS, burst)
        self._line_ends = 0.0
        self.closed = False

    def enter(self, address: str, *, shown: bool = False) -> CountedConnection:
        """Count a new socket; raises Unavailable (the process is full) or TooMany (the address)."""
        if self.closed:
            raise Unavailable("this process", retry_after=SHED_RETRY_SECONDS)
        now = asyncio.get_running_loop().time()
        if self._overloaded() or self._bucket.take(now):
            raise Unavailable("this process", retry_after=self._place(now))
        if self._shares.full(address):
            message = (
                f"too many connections from this address ({address}); close some,"
                " or come back when others have"
            )
            raise TooMany(message, retry_after=ADDRESS_RETRY_SECONDS)
        if wait := self._opened.take(address, now):
            message = f"this address ({address}) opens too many connections; keep those you have"
            raise TooMany(message, retry_after=wait)
        self._find_room(address, now, shown=shown)
        return self._entered(CountedConnection(self, address, shown=shown))

    def identify(self, entry: CountedConnection) -> None:
        if self._open > self._settings.connections and not self.shed():
            raise Unavailable("this process", retry_after=SHED_RETRY_SECONDS)

    def opened(self, entry: CountedConnection) -> None:
        if not entry.shown:
            self._silent.add(entry.address, entry)
            self._strangers.add(entry.address, entry)

    def greeted(self, entry: CountedConnection, *, identity: bool) -> None:
        if not entry.known:
            self._no_longer_unknown(entry)
            if identity:
                self._strangers.discard(entry.address, entry)

    def leave(self, entry: CountedConnection) -> None:
        if not entry.left:
            entry.left = True
            self._open -= 1
            if not entry.known:
                self._no_longer_unknown(entry)
            self._strangers.discard(entry.address, entry)
            self._shares.remove(entry.address)

    def shed(self, *, newcomer: str | None = None, at_once: bool = False) -> bool:
        """End the oldest socket without an identity of the network that has most of them; not for a
        newcomer whose own network would have more. Whether there was one."""
        return self._make_room(self._strangers, newcomer, at_once=at_once)

    def _find_room(self, address: str, now: float, *, shown: bool) -> None:
        if shown:
            # Who shows a token that turns out to be right finds room then, see `identify`.
            full = self._open >= self._settings.connections and not self._strangers
            if full or self._shown >= MOST_UNKNOWN:
                raise Unavailable("this process", retry_after=SHED_RETRY_SECONDS)
            return
        if self._unknown >= MOST_UNKNOWN and not self._make_room(self._silent, address):
            raise Unavailable("this process", retry_after=self._place(now))
        if self._open >= self._settings.connections and not self.shed(newcomer=address):
            raise Unavailable("this process", retry_after=SHED_RETRY_SECONDS)

    def _make_room(
        self, among: Queues[CountedConnection], newcomer: str | None, *, at_once: bool = False
    ) -> bool:
        oldest = among.oldest(newcomer=newcomer)
        if oldest is None:
            return False
        self.leave(oldest)
        oldest.end(at_once)
        return True

    def _entered(self, entry: CountedConnection) -> CountedConnection:
        self._open += 1
        self._shown += entry.shown
        self._unknown += not entry.shown
        self._shares.add(entry.address)
        return entry

    def _no_longer_unknown(self, entry: CountedConnection) -> None:
        entry.known = True
        self._shown -= entry.shown
        self._unknown -= not entry.shown
        self._silent.discard(entry.address, entry)

    def _place(self, now: float) -> float:
        """In a line, so that those who are turned away at once do not come back at once."""
        self._line_ends = max(self._line_ends, now) + 1 / self._settings.connections_per_second
        return max(1.0, round(self._line_ends - now, 3))

"""TCP connections of this process: how many an address may have, and who goes when descriptors run
low. Decided before anything is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from lobby.addresses import LOCAL, ClientAddresses, Queues, Shares, limit_key, networks, parse
from lobby.config import Settings
from lobby.domain.errors import TooMany
from lobby.process import descriptors
from lobby.token_bucket import TokenBucket

TOLD_PER_SECOND = 50
"""Connections over the limit of their address whose request is read, to be answered by why; others
are closed at once."""
RETRY_SECONDS = 10.0
"""After which they may try again."""
RESERVE = 128
"""Descriptors that clients leave to database, Redis, files, and calls of our own."""
FEW_WAITING = 6
"""Connections of one network that may wait without being too many: those of a browser."""
LEAST_PART = 4
"""Where few descriptors are allowed, the reserve is one of so many."""
NOTED_EVERY_SECONDS = 60.0
"""How often the log says that connections are refused."""

log = structlog.get_logger(__name__)


class Place:
    """One connection. `refusal`: why its request is not carried out, if it is over a limit."""

    __slots__ = ("_abort", "_connections", "_left", "key", "refusal")

    def __init__(
        self, connections: Connections, key: str | None, *, refusal: TooMany | None = None
    ) -> None:
        self._connections, self.key, self.refusal = connections, key, refusal
        self._abort: Callable[[], None] | None = None
        self._left = False

    def wait(self, abort: Callable[[], None]) -> None:
        """It waits for its client: idle, or its request has not come whole. `abort` ends it."""
        if self._abort is None and not self._left:
            self._abort = abort
            self._connections.waits(self)

    def work(self) -> None:
        """A request is carried out, or it is a socket of the channel."""
        self._abort = None
        self._connections.works(self)

    def leave(self) -> None:
        """It has ended; may be called again."""
        if not self._left:
            self._left = True
            self.work()
            self._connections.left(self)

    def cut_off(self) -> None:
        abort = self._abort
        self.leave()
        if abort is not None:
            abort()


class Connections:
    """All of this process. `free_descriptor` ends a socket of the channel that is nobody's, though
    not for a newcomer of the network that has most of them, and says whether there was one."""

    def __init__(
        self, settings: Settings, *, free_descriptor: Callable[[str | None], bool]
    ) -> None:
        self._proxies = ClientAddresses(settings.trusted_proxies)
        self._shares = Shares(settings.tcp_connections_per_address)
        self._free_descriptor = free_descriptor
        self._waiting: Queues[Place] = Queues()
        self._told = TokenBucket(TOLD_PER_SECOND, TOLD_PER_SECOND)
        self._open = self._refused = 0
        self._noted_at = float("-inf")

    def enter(self, peer: Any, *, descriptor: int) -> Place | None:
        """A place for who comes from `peer`, the address of a socket; None: close it."""
        key = self._key(peer)
        room = _allowed() - max(descriptor, self._open)
        if key is not None and self._shares.full(key):
            return self._turn_away(key, crowded=room <= 0)
        # Proxies, whose clients are many, may take half of the reserve, too.
        if room <= (-_reserve() // 2 if key is None else 0) and not self._make_room(key):
            self._note("descriptors_low", key)
            return None
        return self._entered(Place(self, key))

    def make_room(self) -> None:
        """There is no descriptor left at all."""
        self._note("descriptors_low", None)
        self._make_room(None)

    def waits(self, place: Place) -> None:
        if place.key is not None:
            self._waiting.add(place.key, place)

    def works(self, place: Place) -> None:
        if place.key is not None:
            self._waiting.discard(place.key, place)

    def left(self, place: Place) -> None:
        self._open -= 1
        if place.key is not None and place.refusal is None:
            self._shares.remove(place.key)

    def _key(self, peer: Any) -> str | None:
        """As limits count it; None for who is not limited: a trusted proxy, a Unix socket."""
        address = parse(peer[0]) if isinstance(peer, tuple) else None
        if address is None or self._proxies.trusts(address):
            return None
        return limit_key(address)

    def _entered(self, place: Place) -> Place:
        self._open += 1
        if place.key is not None and place.refusal is None:
            self._shares.add(place.key)
        return place

    def _turn_away(self, key: str, *, crowded: bool) -> Place | None:
        self._note("connections_refused", key)
        if crowded or self._told.take(asyncio.get_running_loop().time()):
            return None
        message = (
            f"too many TCP connections from this address ({key}); use fewer, and keep them open"
        )
        return self._entered(Place(self, key, refusal=TooMany(message, retry_after=RETRY_SECONDS)))

    def _make_room(self, newcomer: str | None) -> bool:
        """End the oldest that waits, of the network where most do, or a socket that is nobody's."""
        place = self._waiting.oldest(newcomer=newcomer)
        if place is not None:
            place.cut_off()
            return True
        if newcomer is not None and self._waiting.of(newcomer) > FEW_WAITING:
            return False
        return self._free_descriptor(newcomer)

    def _note(self, what: str, key: str | None) -> None:
        """At most once in a while, with how many there were."""
        self._refused += 1
        now = asyncio.get_running_loop().time()
        if now - self._noted_at >= NOTED_EVERY_SECONDS:
            log.warning(what, address=networks(key or LOCAL)[0][0], refused=self._refused)
            self._noted_at, self._refused = now, 0


def _reserve() -> int:
    return min(RESERVE, descriptors.allowed() // LEAST_PART)


def _allowed() -> int:
    """Descriptors that clients may have."""
    return descriptors.allowed() - _reserve()

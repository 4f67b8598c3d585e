"""Network addresses: whose a connection is, behind trusted proxies, and what shares its limits.

Of IPv6 a limit counts the /64, which is one customer's; and the /56 and the /48 around it, which
may have more, since one customer can have those, too.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Generic, TypeVar

import structlog

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
T = TypeVar("T")

XFF = b"x-forwarded-for"
LOCAL = "local"
"""The key of who comes through no network: a Unix socket."""
NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that each stand for one of IPv4 (RFC 6052)."""
TIMES_PER_56 = 2
"""How many times the limit of a /64 all of a /56 may have."""
TIMES_PER_48 = 4
"""How many times the limit of a /64 all of a /48 may have."""
REMEDY = (
    "a proxy that LOBBY_TRUSTED_PROXIES does not name: all its clients share one limit;"
    " name its network there, or raise LOBBY_TCP_CONNECTIONS_PER_ADDRESS and"
    " LOBBY_CONNECTIONS_PER_ADDRESS"
)

log = structlog.get_logger(__name__)


class ClientAddresses:
    """Finds the client's address. `proxies`: networks whose X-Forwarded-For is trusted; no other
    header is."""

    def __init__(self, proxies: Iterable[str]) -> None:
        self._proxies = [ipaddress.ip_network(proxy) for proxy in proxies]

    def find(self, scope: Mapping[str, Any]) -> Address | None:
        """The rightmost address that is no trusted proxy; None where there is no network."""
        peer = scope.get("client")
        hop = parse(peer[0]) if peer else None
        if hop is None:
            return None
        for text in reversed(_forwarded(scope)):
            if not self.trusts(hop) or (before := parse(text)) is None:
                break
            hop = before
        return hop

    def of(self, scope: Mapping[str, Any]) -> str:
        """The client's address as rate limits count it."""
        return limit_key(self.find(scope))

    def trusts(self, hop: Address) -> bool:
        return any(hop in proxy for proxy in self._proxies)


def _forwarded(scope: Mapping[str, Any]) -> list[str]:
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == XFF]
    return [hop.strip() for hop in ",".join(lines).split(",")] if lines else []


def parse(text: str) -> Address | None:
    """Parse an address, also in brackets and with a port; an IPv4-mapped one becomes IPv4."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def limit_key(address: Address | None) -> str:
    """The key by which rate limits count an address: of IPv6 the /64, which is one customer's."""
    if address is None:
        return LOCAL
    if isinstance(address, ipaddress.IPv4Address) or address.is_loopback:
        return str(address)
    if address in NAT64:
        return str(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return str(ipaddress.ip_network((int(address), 64), strict=False))


@lru_cache(maxsize=4096)
def networks(key: str) -> tuple[tuple[str, int], ...]:
    """The networks that a limit counts for this `limit_key`, narrow ones first, and how many times
    the limit each may have."""
    if not key.endswith("/64"):
        return ((key, 1),)
    inner = ipaddress.ip_network(key)
    wide = ((56, TIMES_PER_56), (48, TIMES_PER_48))
    return ((key, 1), *((str(inner.supernet(new_prefix=size)), times) for size, times in wide))


class Shares:
    """Counts what is open by address, and by the networks around it, against one limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: Counter[str] = Counter()

    def full(self, key: str) -> bool:
        """Whether the address, or a network around it, has all that it may have."""
        return any(self._open[network] >= self._limit * times for network, times in networks(key))

    def add(self, key: str) -> None:
        for network, _ in networks(key):
            self._open[network] += 1

    def remove(self, key: str) -> None:
        for network, _ in networks(key):
            self._open[network] -= 1
            if not self._open[network]:
                del self._open[network]


class Queues(Generic[T]):
    """What could make room, in order of arrival, by its widest network: where there is too much,
    the network with most of it gives up its oldest."""

    def __init__(self) -> None:
        self._queues: dict[str, dict[T, None]] = {}

    def __bool__(self) -> bool:
        return bool(self._queues)

    def of(self, key: str) -> int:
        """How many there are of the key's widest network."""
        return len(self._queues.get(networks(key)[-1][0], ()))

    def add(self, key: str, one: T) -> None:
        self._queues.setdefault(networks(key)[-1][0], {})[one] = None

    def discard(self, key: str, one: T) -> None:
        widest = networks(key)[-1][0]
        queue = self._queues.get(widest, {})
        queue.pop(one, None)
        if not queue:
            self._queues.pop(widest, None)

    def oldest(self, *, newcomer: str | None = None) -> T | None:
        """The oldest of the network that has most. None: there is nothing, or the newcomer's own
        network would have more than that."""
        queue = max(self._queues.values(), key=len, default=None)
        if not queue:
            return None
        if newcomer is not None and self.of(newcomer) >= len(queue):
            return None
        return next(iter(queue))


class UnnamedProxies:
    """Says once in the log that a proxy which nobody named has met a limit for one address."""

    def __init__(self) -> None:
        self._said = False

    def met_limit(self, scope: Mapping[str, Any]) -> None:
        """A request of this scope is over a limit of connections."""
        peer = scope.get("client")
        address = parse(peer[0]) if peer else None
        if self._said or address is None or not (address.is_private or address.is_loopback):
            return
        if _forwarded(scope):
            self._said = True
            log.warning("proxy_not_named", address=str(address), remedy=REMEDY)

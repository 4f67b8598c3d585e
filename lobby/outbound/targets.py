"""Which addresses may be called. A name is looked up once, and what was looked at then is what is
called: a name that means something else a moment later gains nothing by it.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx2

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]
"""The addresses of a host, numbers in any spelling among them."""

PORTS = {"https": 443, "http": 80}
OWN = tuple(
    ip_network(text)
    for text in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        *("::1/128", "fc00::/7"),
    )
)
"""This machine and the network around it: for hosts that the operator lists."""
METADATA = frozenset(map(ip_address, ("168.63.129.16", "fd00:ec2::254")))
"""Where clouds give keys to whoever asks, and no other rule says no."""
TRANSLATED = ip_network("64:ff9b::/96")


class NotAllowed(Exception):
    """There is nothing that we call."""


@dataclass(frozen=True)
class Target:
    """`addresses` are all those of the host, each of them one that may be called."""

    url: httpx2.URL
    addresses: list[str]

    @property
    def requests(self) -> list[httpx2.URL]:
        return [self.url.copy_with(host=address) for address in self.addresses]


async def resolved(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Targets:
    """`listed` hosts, with a port or for every port, may be near by and need no TLS."""

    def __init__(self, listed: Iterable[str], resolve: Resolve = resolved) -> None:
        self._listed = frozenset(host.lower() for host in listed)
        self._resolve = resolve

    async def find(self, url: str) -> Target:
        """Raises NotAllowed, or OSError where the name means nothing."""
        parts = httpx2.URL(url)
        port = parts.port or PORTS.get(parts.scheme)
        if port is None or not parts.host or parts.userinfo:
            raise NotAllowed("no address that is called")
        listed = self._lists(parts.host, port)
        if parts.scheme == "http" and not listed:
            raise NotAllowed("neither https nor listed")
        addresses = await self._resolve(parts.host, port)
        if not addresses or not all(reachable(ip_address(a), listed=listed) for a in addresses):
            raise NotAllowed("at an address that is not called")
        return Target(parts, addresses)

    def _lists(self, host: str, port: int) -> bool:
        shown = f"[{host}]" if ":" in host else host.lower().rstrip(".")
        return not self._listed.isdisjoint({shown, f"{shown}:{port}"})


def reachable(address: Address, *, listed: bool) -> bool:
    """Whether anybody there is meant to be called from here."""
    inner = _within(address)
    if inner is not None:
        return reachable(inner, listed=listed)
    if address in METADATA:
        return False
    if any(address in network for network in OWN):
        return listed
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _within(address: Address) -> IPv4Address | None:
    """The older address that a newer one only wraps."""
    if isinstance(address, IPv4Address):
        return None
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour

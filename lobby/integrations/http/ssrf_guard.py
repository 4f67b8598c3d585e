"""SSRF guard: which addresses outgoing calls may reach. A name is resolved once and the checked
addresses are used for the call, so that DNS rebinding does not bypass the check.
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
"""Resolves a host name or a literal address, in any notation, to addresses."""

PORTS = {"https": 443, "http": 80}
PRIVATE_NETWORKS = tuple(
    ip_network(text)
    for text in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        *("::1/128", "fc00::/7"),
    )
)
"""Loopback and private networks, reachable for allowlisted hosts only."""
METADATA_ADDRESSES = frozenset(map(ip_address, ("168.63.129.16", "fd00:ec2::254")))
"""Cloud metadata services at addresses that no other rule excludes."""
NAT64 = ip_network("64:ff9b::/96")


class NotAllowed(Exception):
    """The SSRF guard refuses this URL."""


@dataclass(frozen=True)
class Target:
    """`addresses`: all those of the host, each checked."""

    url: httpx2.URL
    addresses: list[str]

    @property
    def requests(self) -> list[httpx2.URL]:
        return [self.url.copy_with(host=address) for address in self.addresses]


async def resolve_host(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Targets:
    """Allowlisted hosts, with a port or for every port, may be in private networks and need no
    TLS."""

    def __init__(self, allowlisted: Iterable[str], resolve: Resolve = resolve_host) -> None:
        self._allowlist = frozenset(host.lower() for host in allowlisted)
        self._resolve = resolve

    async def find(self, url: str) -> Target:
        """Raises NotAllowed, or OSError if the name does not resolve."""
        parts = httpx2.URL(url)
        port = parts.port or PORTS.get(parts.scheme)
        if port is None or not parts.host or parts.userinfo:
            raise NotAllowed("no address that is called")
        allowlisted = self._is_allowlisted(parts.host, port)
        if parts.scheme == "http" and not allowlisted:
            raise NotAllowed("neither https nor listed")
        addresses = await self._resolve(parts.host, port)
        if not addresses or not all(
            is_allowed(ip_address(a), allowlisted=allowlisted) for a in addresses
        ):
            raise NotAllowed("at an address that is not called")
        return Target(parts, addresses)

    def _is_allowlisted(self, host: str, port: int) -> bool:
        shown = f"[{host}]" if ":" in host else host.lower().rstrip(".")
        return not self._allowlist.isdisjoint({shown, f"{shown}:{port}"})


def is_allowed(address: Address, *, allowlisted: bool) -> bool:
    """Whether outgoing calls may reach this address."""
    inner = _embedded_ipv4(address)
    if inner is not None:
        return is_allowed(inner, allowlisted=allowlisted)
    if address in METADATA_ADDRESSES:
        return False
    if any(address in network for network in PRIVATE_NETWORKS):
        return allowlisted
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _embedded_ipv4(address: Address) -> IPv4Address | None:
    """The IPv4 address that is embedded in an IPv6 address (NAT64, mapped, 6to4)."""
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour

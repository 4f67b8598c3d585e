"""Instance: where a session is played: its host, join status, connection address and health."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from lobby.domain.sessions.errors import AddressMissing, AllocationMismatch, InvalidJoinStatus


class HostType(StrEnum):
    DEDICATED = "dedicated"
    PLAYER = "player"


class JoinStatus(StrEnum):
    """Life cycle of an instance, in this order; only JOINABLE may go back to PENDING."""

    REQUESTED = "requested"
    ALLOCATED = "allocated"
    PENDING = "pending"
    JOINABLE = "joinable"
    CLOSED = "closed"


class Health(StrEnum):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


@dataclass
class StartupParams:
    """Parameters that its host starts the game with."""

    map: str
    mode: str | None = None
    misc_params: str = ""
    custom_data: dict[str, str] = field(default_factory=dict)


ADDRESS = re.compile(
    r"(unreal://)?(?P<host>[\w.-]+|\[[0-9a-fA-F:.]+\]):(?P<port>\d{1,5})", re.ASCII
)
UNSPECIFIED_HOSTS = ("0.0.0.0", "[::]")  # noqa: S104  # refused, not bound
"""Wildcard addresses: servers listen on them, but clients cannot connect to them."""


@dataclass
class JoinParams:
    """Connection addresses; `custom_data` may hold values that only players may see."""

    public_conn_str: str
    private_conn_str: str
    custom_data: dict[str, str] = field(default_factory=dict)

    @property
    def reachable(self) -> bool:
        """Whether one of the addresses is usable."""
        return usable(self.public_conn_str) or usable(self.private_conn_str)


def usable(address: str) -> bool:
    """Whether it is `host:port`, optionally with `unreal://`; IPv6 hosts in brackets."""
    match = ADDRESS.fullmatch(address)
    return (
        match is not None
        and match["host"] not in UNSPECIFIED_HOSTS
        and 0 < int(match["port"]) < 65_536
    )


@dataclass(frozen=True, slots=True)
class InstanceReport:
    """A status report of the host. None leaves a value as it is."""

    allocation: str | None = None
    status: JoinStatus | None = None
    join: JoinParams | None = None
    version: str | None = None
    custom_data: dict[str, str] | None = None


@dataclass
class Instance:
    """`host`: the hosting account, a player's or the one that registered the game server.
    `allocation`: id of the allocation of a game server, made at `allocated`; `process`, `server`:
    its own id and its machine. Times are Unix seconds."""

    id: str
    host_type: HostType
    status: JoinStatus
    created: float
    host: str | None = None
    host_number: int | None = None
    allocation: str | None = None
    allocated: float | None = None
    process: str | None = None
    server: str | None = None
    startup: StartupParams | None = None
    join: JoinParams | None = None
    version: str | None = None
    custom_data: dict[str, str] = field(default_factory=dict)
    health: Health | None = None

    @property
    def live(self) -> bool:
        return self.status is not JoinStatus.CLOSED

    @property
    def awaits_server(self) -> bool:
        """Whether it waits for a game server to be allocated."""
        return self.host_type is HostType.DEDICATED and self.status is JoinStatus.REQUESTED

    def hosted_by_player(self, player: str) -> bool:
        return self.host_type is HostType.PLAYER and self.host == player

    @property
    def awaited_since(self) -> float | None:
        """Start of the allocation timeout: for a game server, or for its first report."""
        if self.awaits_server:
            return self.created
        return self.allocated if self.status is JoinStatus.ALLOCATED else None

    def allocate(
        self,
        allocation: str,
        *,
        now: float,
        host: str | None = None,
        process: str | None = None,
        server: str | None = None,
    ) -> None:
        """Allocate a game server. Raises InvalidJoinStatus unless it waits for one."""
        if not self.awaits_server:
            raise InvalidJoinStatus
        self.status, self.allocation, self.allocated = JoinStatus.ALLOCATED, allocation, now
        self.host, self.process, self.server = host, process, server

    def withdraw(self, allocation: str) -> None:
        """Take back this allocation; the instance waits for another one."""
        if self.allocation == allocation and self.status is JoinStatus.ALLOCATED:
            self.status, self.allocation, self.allocated = JoinStatus.REQUESTED, None, None
            self.host = self.process = self.server = None

    def report(self, report: InstanceReport, *, by: str) -> None:
        """Apply a report. Without a named host, the first one to report becomes the host. Raises
        AllocationMismatch, InvalidJoinStatus, AddressMissing."""
        if report.allocation != self.allocation:
            raise AllocationMismatch
        status = report.status or self.status
        self._require_transition(status)
        join = report.join or self.join
        if status is JoinStatus.JOINABLE and not (join and join.reachable):
            raise AddressMissing
        if self.host is None and status in (JoinStatus.PENDING, JoinStatus.JOINABLE):
            self.host = by
        self.status, self.join, self.version = status, join, report.version or self.version
        if report.custom_data is not None:
            self.custom_data = report.custom_data

    def _require_transition(self, status: JoinStatus) -> None:
        """Raise InvalidJoinStatus unless it goes forward, or from joinable back to pending."""
        order = list(JoinStatus)
        reloading = (self.status, status) == (JoinStatus.JOINABLE, JoinStatus.PENDING)
        if not self.live or (order.index(status) < order.index(self.status) and not reloading):
            raise InvalidJoinStatus

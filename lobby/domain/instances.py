"""An instance: where a session is played, who hosts it, how to get there, how it fares."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from lobby.domain.session_errors import AddressMissing, AllocationMismatch, InvalidJoinStatus


class HostType(StrEnum):
    DEDICATED = "dedicated"
    PLAYER = "player"


class JoinStatus(StrEnum):
    """From being looked for to being gone, in this order."""

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
    """What its host starts with."""

    map: str
    mode: str | None = None
    misc_params: str = ""
    custom_data: dict[str, str] = field(default_factory=dict)


ADDRESS = re.compile(
    r"(unreal://)?(?P<host>[\w.-]+|\[[0-9a-fA-F:.]+\]):(?P<port>\d{1,5})", re.ASCII
)
NOWHERE = ("0.0.0.0", "[::]")
"""What programs listen on, and nobody can travel to."""


@dataclass
class JoinParams:
    """How to get there; some of `custom_data` is for players alone."""

    public_conn_str: str
    private_conn_str: str
    custom_data: dict[str, str] = field(default_factory=dict)

    @property
    def leads_somewhere(self) -> bool:
        return usable(self.public_conn_str) or usable(self.private_conn_str)


def usable(address: str) -> bool:
    """`host:port`, with `unreal://` before it or not; an IPv6 host stands in brackets."""
    said = ADDRESS.fullmatch(address)
    return said is not None and said["host"] not in NOWHERE and 0 < int(said["port"]) < 65_536


@dataclass(frozen=True, slots=True)
class Report:
    """What a host says of its instance. What is None stays as it is."""

    allocation: str | None = None
    status: JoinStatus | None = None
    join: JoinParams | None = None
    version: str | None = None
    custom_data: dict[str, str] | None = None


@dataclass
class Instance:
    """`host` is the account that hosts it: a player's, or the one that registered the game server.
    `allocation` is the promise of a game server to this session, made at `allocated`; `process`
    and `server` are what that calls itself, and its machine. Times are Unix seconds."""

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
    def seeking(self) -> bool:
        """It waits for a game server."""
        return self.host_type is HostType.DEDICATED and self.status is JoinStatus.REQUESTED

    def hosted_by_player(self, player: str) -> bool:
        return self.host_type is HostType.PLAYER and self.host == player

    @property
    def awaited_since(self) -> float | None:
        """Since when somebody should have come: a game server, or the one that was found."""
        if self.seeking:
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
        """A game server is promised."""
        if not self.seeking:
            raise InvalidJoinStatus
        self.status, self.allocation, self.allocated = JoinStatus.ALLOCATED, allocation, now
        self.host, self.process, self.server = host, process, server

    def withdraw(self, allocation: str) -> None:
        """The promise could not be kept; it waits for another."""
        if self.allocation == allocation and self.status is JoinStatus.ALLOCATED:
            self.status, self.allocation, self.allocated = JoinStatus.REQUESTED, None, None
            self.host = self.process = self.server = None

    def report(self, report: Report, *, by: str) -> None:
        """Whoever first says that they have come hosts it from then on, if nobody was named."""
        if report.allocation != self.allocation:
            raise AllocationMismatch
        status = report.status or self.status
        self._require_way(status)
        join = report.join or self.join
        if status is JoinStatus.JOINABLE and not (join and join.leads_somewhere):
            raise AddressMissing
        if self.host is None and status in (JoinStatus.PENDING, JoinStatus.JOINABLE):
            self.host = by
        self.status, self.join, self.version = status, join, report.version or self.version
        if report.custom_data is not None:
            self.custom_data = report.custom_data

    def _require_way(self, status: JoinStatus) -> None:
        """On, or for another load back from joinable to pending. What is closed stays as it was."""
        order = list(JoinStatus)
        reloading = (self.status, status) == (JoinStatus.JOINABLE, JoinStatus.PENDING)
        if not self.live or (order.index(status) < order.index(self.status) and not reloading):
            raise InvalidJoinStatus

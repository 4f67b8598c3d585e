"""The lobby itself: everything a verb needs, in one hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import BaseModel

from lobby.attendance import Attendance
from lobby.catalogue import Catalogue
from lobby.config import Settings
from lobby.hub import Hub
from lobby.limits import Limits
from lobby.minecraft import Server
from lobby.notices import Notices
from lobby.outbound import Outbound
from lobby.passwords import Passwords
from lobby.pool import Pool
from lobby.processes import Processes
from lobby.repositories import Repositories
from lobby.standings import Standings
from lobby.tokens import Ring
from persistence.ports import Bus, Leases, Store


@dataclass(frozen=True)
class Lobby(Repositories):
    """`name` is this process's own: it keeps its people under it and numbers with it."""

    name: str
    settings: Settings
    store: Store
    bus: Bus
    leases: Leases
    standings: Standings
    pool: Pool
    hub: Hub
    notices: Notices
    attendance: Attendance
    ring: Ring
    passwords: Passwords
    limits: Limits
    catalogue: Catalogue
    processes: Processes
    outbound: Outbound
    minecraft: Server | None
    clock: Callable[[], float]
    purchased: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when there is a purchase to settle in this process."""

    def tell(self, topic: str, event: BaseModel) -> None:
        """Say it to whoever listens, in every process. Never fails: the store is what counts."""
        self.bus.publish(topic, event.model_dump_json(exclude_none=True))

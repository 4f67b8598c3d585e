"""The lobby itself: everything a verb needs, in one hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel

from lobby.attendance import Attendance
from lobby.catalogue import Catalogue
from lobby.config import Settings
from lobby.hub import Hub
from lobby.limits import Limits
from lobby.minecraft import Server
from lobby.notices import Notices
from lobby.passwords import Passwords
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
    hub: Hub
    notices: Notices
    attendance: Attendance
    ring: Ring
    passwords: Passwords
    limits: Limits
    catalogue: Catalogue
    processes: Processes
    minecraft: Server | None
    clock: Callable[[], float]

    def tell(self, topic: str, event: BaseModel) -> None:
        """Say it to whoever listens, in every process. Never fails: the store is what counts."""
        self.bus.publish(topic, event.model_dump_json(exclude_none=True))

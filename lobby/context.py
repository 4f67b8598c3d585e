"""The context of every verb: one object that holds all parts of this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import BaseModel

from lobby.audit import AuditLog
from lobby.catalogue import Catalogue
from lobby.config import Settings
from lobby.hub import Hub
from lobby.identity.icons import IconEncoder
from lobby.identity.passwords import Passwords
from lobby.identity.tokens import KeyRing
from lobby.inbox import InboxWriter
from lobby.integrations.http import HttpClient
from lobby.integrations.minecraft import MinecraftClient
from lobby.integrations.openid import OpenIdClient
from lobby.integrations.subprocesses import Subprocesses
from lobby.list_limits import ListLimits
from lobby.presence import PresenceTracker
from lobby.rate_limits import RateLimits
from lobby.storage.account_cache import AccountCache
from lobby.storage.kinds import Repositories
from lobby.storage.ticket_cache import TicketCache
from lobby.trails import TrailWriter
from persistence.ports import Bus, Locks, Notes, Presence, Store, Timers


@dataclass(frozen=True)
class Lobby(Repositories):
    """The repositories, and every other part that verbs use.

    `name` is this process's own: it holds its locks and its presence leases, and begins its epochs.
    `roster` is who is online in all processes; `presence` tracks those whom this process serves.
    """

    name: str
    settings: Settings
    store: Store
    bus: Bus
    locks: Locks
    notes: Notes
    timers: Timers
    roster: Presence
    account_cache: AccountCache
    ticket_cache: TicketCache
    hub: Hub
    inbox: InboxWriter
    audit: AuditLog
    trails: TrailWriter
    presence: PresenceTracker
    key_ring: KeyRing
    passwords: Passwords
    icon_encoder: IconEncoder
    rate_limits: RateLimits
    list_limits: ListLimits
    catalogue: Catalogue
    subprocesses: Subprocesses
    http: HttpClient
    openid: OpenIdClient
    minecraft: MinecraftClient | None
    clock: Callable[[], float]
    purchased: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when there is a purchase to fulfil in this process."""

    @property
    def links(self) -> str:
        """What links to sessions begin with: a code or an id follows."""
        return f"{(self.catalogue.server.public_url or self.settings.url).rstrip('/')}/j/"

    def now(self) -> float:
        """Unix seconds, rounded to milliseconds: for times that are stored or shown."""
        return round(self.clock(), 3)

    def publish(self, topic: str, event: BaseModel) -> None:
        """Publish an event on the bus, to every process, at most once. Never fails: where it is
        lost, resync reads it from the store."""
        self.bus.publish(topic, event.model_dump_json(exclude_none=True))

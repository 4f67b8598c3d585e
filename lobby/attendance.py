"""Who is here, as far as this process serves them: counted here, vouched for in the leases.

All arrivals of one turn travel together. While the leases cannot be reached, what is to be said
waits; when they come back empty, everybody is said again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import structlog

from lobby.domain.permissions import Actor
from persistence.ports import Leases, Unreachable
from protocol.events import Changed, Person, PresenceStatus, shown_person

log = structlog.get_logger(__name__)

INVISIBLE = "invisible"
RECONNECTING = "reconnecting"
BEATS_PER_TERM = 4
RETRY_SECONDS = 0.5


WISH_SECONDS = 86_400.0


def _wish(account: str) -> str:
    """Where it is noted how somebody wishes to be seen, for when they come back."""
    return f"status:{account}"


@dataclass(slots=True)
class Presence:
    """`placed`: it has been looked up whether they are here already, or were a moment ago."""

    name: str | None
    since: float
    nickname: str | None = None
    icon: str | None = None
    version: int = 0
    status: str = "online"
    sockets: set[int] = field(default_factory=set)
    placed: bool = False

    def shown(self, status: str | None = None) -> str | None:
        """What others see, as JSON; None for who does not want to be seen."""
        if self.status == INVISIBLE:
            return None
        person = Person(
            name=self.name,
            nickname=self.nickname,
            icon=self.icon,
            status=cast(PresenceStatus, status or self.status),
            since=self.since,
        )
        return person.model_dump_json(exclude_none=True)


class Attendance:
    def __init__(
        self,
        leases: Leases,
        *,
        keeper: str,
        keeper_seconds: float,
        grace_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._leases, self._keeper, self._clock = leases, keeper, clock
        self._keeper_seconds, self._grace_seconds = keeper_seconds, grace_seconds
        self._here: dict[str, Presence] = {}
        self._departed: dict[str, str | None] = {}
        self._unsaid: set[str] = set()
        self._due = asyncio.Event()
        self._said = asyncio.Event()
        self._said.set()

    def present(self, account: str) -> Presence | None:
        return self._here.get(account)

    async def arrive(self, actor: Actor, socket: int) -> None:
        """Count the socket; return when everybody can see who came."""
        presence = self._here.get(actor.uuid)
        if presence is None:
            presence = self._here[actor.uuid] = Presence(
                actor.name,
                round(self._clock(), 3),
                nickname=actor.nickname,
                icon=actor.icon,
                version=actor.version,
            )
            self._departed.pop(actor.uuid, None)
            self._say(actor.uuid)
        presence.sockets.add(socket)
        await self._said.wait()

    async def set_status(self, account: str, status: str) -> None:
        if (presence := self._here.get(account)) and presence.status != status:
            await self._leases.remember(_wish(account), status, WISH_SECONDS)
            presence.status = status
            self._say(account)
        await self._said.wait()

    def rename(self, changed: Changed) -> None:
        """Show whoever is here as they show themselves now."""
        presence = self._here.get(changed.account)
        if presence is not None and changed.version > presence.version:
            presence.name, presence.nickname = changed.name, changed.nickname
            presence.icon, presence.version = changed.icon, changed.version
            self._say(changed.account)

    def depart(self, account: str, socket: int, *, goodbye: bool) -> None:
        """The last socket decides: with a goodbye they are off, without they may come back."""
        presence = self._here.get(account)
        if presence is None or socket not in presence.sockets:
            return
        presence.sockets.discard(socket)
        if not presence.sockets:
            del self._here[account]
            self._departed[account] = None if goodbye else presence.shown(RECONNECTING)
            self._say(account)

    def _say(self, account: str) -> None:
        self._unsaid.add(account)
        self._said.clear()
        self._due.set()

    async def run(self) -> None:
        """Endless: say who came and went, and keep vouching for those who are here."""
        beat = asyncio.create_task(self._beat())
        try:
            while True:
                await self._due.wait()
                self._due.clear()
                await self._say_all()
        finally:
            beat.cancel()

    async def _beat(self) -> None:
        while True:
            try:
                if not await self._leases.beat(self._keeper, self._keeper_seconds):
                    for account in self._here:
                        self._say(account)
            except Unreachable:
                log.warning("presence_not_renewed", reason="the leases cannot be reached")
            await asyncio.sleep(self._keeper_seconds / BEATS_PER_TERM)

    async def _say_all(self) -> None:
        unsaid, self._unsaid = self._unsaid, set()
        try:
            # First vouch, then say who: a keeper without a term is swept, and its people with it.
            if not await self._leases.beat(self._keeper, self._keeper_seconds):
                unsaid |= self._here.keys()
            await self._place([who for who in unsaid if who in self._here])
            shown = {who: p.shown() for who in unsaid if (p := self._here.get(who))}
            if shown:
                await self._leases.attend(self._keeper, shown)
            for who in unsaid - shown.keys():
                await self._leases.depart(
                    self._keeper,
                    who,
                    shown=self._departed.get(who),
                    seconds=self._grace_seconds,
                )
                if who not in self._here:
                    self._departed.pop(who, None)
        except Unreachable:
            self._unsaid |= unsaid
            self._said.set()
            await asyncio.sleep(RETRY_SECONDS)
            self._due.set()
            return
        if not self._unsaid:
            self._said.set()

    async def _place(self, arrived: list[str]) -> None:
        """Who comes back was never away: since when, and how they wish to be seen, stays."""
        new = {who: p for who in arrived if not (p := self._here[who]).placed}
        for who, shown in (await self._leases.shown(new) if new else {}).items():
            person = shown_person(shown)
            new[who].since = person["since"]
            if person["status"] != RECONNECTING:
                new[who].status = person["status"]
        for who, presence in new.items():
            if await self._leases.recall(_wish(who)) == INVISIBLE:
                presence.status = INVISIBLE
            presence.placed = True

    async def leave_all(self) -> None:
        """This process stops: its people show as reconnecting until another serves them."""
        for account, presence in list(self._here.items()):
            self._departed[account] = presence.shown(RECONNECTING)
            del self._here[account]
            self._unsaid.add(account)
        await self._say_all()

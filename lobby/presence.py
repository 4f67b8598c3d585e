"""Presence tracker: who is online through this process, kept on the roster of all processes.

The roster holds accounts under a lease that heartbeats of this process renew. Changes are written
in batches; they wait while the roster is unreachable; when it lost its data all are written again.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

import structlog

from lobby import expiring_keys
from lobby.domain.permissions import Actor
from persistence.ports import Notes, Presence, Unreachable
from protocol.events import ProfileChanged, StatusChanged
from protocol.roster import Person, PresenceStatus, parse_person

log = structlog.get_logger(__name__)

INVISIBLE = "invisible"
RECONNECTING = "reconnecting"
HEARTBEATS_PER_TERM = 4
"""Heartbeats of a process within the lease after which it counts as dead."""
RETRY_SECONDS = 0.5
"""Pause before a change of presence is written again that failed."""

WISHED_STATUS_SECONDS = 86_400.0
"""How long the status that somebody chose is noted, for when they come online again. That they are
invisible is kept with their account."""


@dataclass(slots=True)
class LocalPresence:
    """One account that this process serves, with the ids of its sockets.

    `restored`: since when it is online, and its status, are as the roster has them. `invisible`:
    what the account wishes, unless a newer note says otherwise.
    """

    name: str | None
    since: float
    nickname: str | None = None
    icon: str | None = None
    version: int = 0
    status: str = "online"
    sockets: set[int] = field(default_factory=set)
    restored: bool = False
    invisible: bool = False
    region: str | None = None

    def shown(self, status: str | None = None) -> str | None:
        """What others see, as JSON; None where the account is invisible."""
        if self.status == INVISIBLE:
            return None
        person = Person(
            name=self.name,
            nickname=self.nickname,
            icon=self.icon,
            status=cast(PresenceStatus, status or self.status),
            since=self.since,
            region=self.region,
        )
        return person.model_dump_json(exclude_none=True)


class PresenceTracker:
    """The accounts that this process serves. `roster`: who is online in all processes.

    `keeper` names this process's lease on the roster, `keeper_seconds` is its term.
    `grace_seconds`: how long a dropped account shows as reconnecting. `region`: of this process.
    """

    def __init__(
        self,
        roster: Presence,
        notes: Notes,
        *,
        keeper: str,
        keeper_seconds: float,
        grace_seconds: float,
        region: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._roster, self._notes = roster, notes
        self._keeper, self._clock, self._region = keeper, clock, region or None
        self._keeper_seconds, self._grace_seconds = keeper_seconds, grace_seconds
        self._here: dict[str, LocalPresence] = {}
        self._departed: dict[str, str | None] = {}
        self._pending: set[str] = set()
        self._generation = self._attempt = 0
        self._unsure = self._ended = False
        self._vouches_until = 0.0
        self._first_left = math.inf
        self._due = asyncio.Event()
        self._due.set()
        self._written = asyncio.Event()
        self._written.set()

    def present(self, account: str) -> LocalPresence | None:
        return self._here.get(account)

    async def arrive(self, actor: Actor, socket: int) -> None:
        """Count the socket; return when the account is on the roster."""
        presence = self._here.get(actor.uuid)
        if presence is None:
            presence = self._here[actor.uuid] = LocalPresence(
                actor.name,
                round(self._clock(), 3),
                nickname=actor.nickname,
                icon=actor.icon,
                version=actor.version,
                invisible=actor.invisible,
                region=self._region,
            )
            self._departed.pop(actor.uuid, None)
            self._enqueue(actor.uuid)
        presence.sockets.add(socket)
        await self._written.wait()

    async def set_status(self, account: str, status: str) -> None:
        """Show another status, here or when the account comes; return when it is on the roster."""
        presence = self._here.get(account)
        same = presence is not None and presence.status == status and presence.restored
        if not same:
            key = expiring_keys.wished_status(account)
            await self._notes.put(key, status, WISHED_STATUS_SECONDS)
        if presence is not None and not same:
            if presence.status == INVISIBLE:
                # To others they come now: an older time would tell that they were here before.
                presence.since = round(self._clock(), 3)
            presence.status, presence.restored = status, True
            self._enqueue(account)
        await self._written.wait()

    def account_changed(self, changed: ProfileChanged | StatusChanged | None) -> None:
        """Something has changed of an account that may be here; None: some of that was missed."""
        match changed:
            case ProfileChanged():
                self._rename(changed)
            case StatusChanged():
                self._take_status(changed)
            case None:
                for presence in self._here.values():
                    presence.restored = False

    def _rename(self, changed: ProfileChanged) -> None:
        presence = self._here.get(changed.account)
        if presence is not None and changed.version > presence.version:
            presence.name, presence.nickname = changed.name, changed.nickname
            presence.icon, presence.version = changed.icon, changed.version
            self._enqueue(changed.account)

    def _take_status(self, changed: StatusChanged) -> None:
        """It was set through another process, which has written it if it serves the account, too.
        Else this one would show again, with the next change of it, whom that has hidden."""
        presence = self._here.get(changed.account)
        if presence is None or presence.status == changed.status:
            return
        if presence.status == INVISIBLE:
            presence.since = changed.since or round(self._clock(), 3)
        presence.status = changed.status
        if changed.since is None:
            self._enqueue(changed.account)

    def depart(self, account: str, socket: int, *, final: bool) -> None:
        """Remove a socket. The last one decides: `final` is offline at once, else reconnecting."""
        presence = self._here.get(account)
        if presence is None or socket not in presence.sockets:
            return
        presence.sockets.discard(socket)
        if not presence.sockets:
            del self._here[account]
            self._departed[account] = None if final else presence.shown(RECONNECTING)
            self._first_left = min(self._first_left, self._clock())
            self._enqueue(account)

    def _enqueue(self, account: str) -> None:
        self._pending.add(account)
        self._written.clear()
        self._due.set()

    async def run(self) -> None:
        """Until `leave_all`: write who came and went to the roster, and renew the lease by
        heartbeats."""
        while not self._ended:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._keeper_seconds / HEARTBEATS_PER_TERM):
                    await self._due.wait()
            self._due.clear()
            await self._write_pending()

    async def _write_pending(self) -> None:
        pending, self._pending = self._pending, set()
        first_left, self._first_left = self._first_left, math.inf
        try:
            await self._write(pending, first_left)
        except Unreachable:
            if not self._unsure:
                log.warning("presence_not_renewed", reason="the roster cannot be reached")
            self._unsure = True
            self._pending |= pending
            self._first_left = min(self._first_left, first_left)
            self._written.set()
            await asyncio.sleep(RETRY_SECONDS)
            self._due.set()
            return
        self._unsure = False
        if not self._pending:
            self._written.set()

    async def _write(self, pending: set[str], first_left: float) -> None:
        """Heartbeat first: a keeper without a lease is swept, and its accounts with it.
        `first_left`: when the first of those left who have.

        Every try is a generation of its own. After one whose end is not known, and where the
        roster holds another than the last that succeeded, all accounts are written.
        """
        known = await self._beat(self._keeper_seconds)
        whole = self._unsure or not known
        if whole:
            pending |= self._here.keys()
        elif not pending:
            return
        self._attempt = attempt = self._attempt + 1
        await self._restore([who for who in pending if who in self._here])
        # Who comes or goes from here on is written in the next generation.
        shown = {who: p.shown() for who in pending if (p := self._here.get(who))}
        gone = {who: self._departed.get(who) for who in pending - shown.keys()}
        if gone:
            ago = max(0.0, self._clock() - first_left)
            await self._roster.leave(
                self._keeper, gone, seconds=self._grace_seconds, generation=attempt, ago=ago
            )
        await self._roster.enter(self._keeper, shown, generation=attempt, whole=whole)
        self._generation = attempt
        for who in gone.keys() - self._here.keys() - self._pending:
            self._departed.pop(who, None)

    async def _beat(self, seconds: float) -> bool:
        begun = time.monotonic()
        known = await self._roster.heartbeat(
            self._keeper, seconds, generation=self._generation, grace=self._grace_seconds
        )
        self._vouches_until = begun + seconds
        return known

    def vouches(self) -> bool:
        """Whether the lease of this process is valid, by its own clock."""
        return time.monotonic() < self._vouches_until

    async def _restore(self, arrived: list[str]) -> None:
        """Within the grace period, `since` and status go on as they were on the roster."""
        new = {who: p for who in arrived if not (p := self._here[who]).restored}
        for who, shown in (await self._roster.shown(new) if new else {}).items():
            person = parse_person(shown)
            new[who].since = person["since"]
            if person["status"] != RECONNECTING:
                new[who].status = person["status"]
        keys = [expiring_keys.wished_status(who) for who in new]
        wishes = await self._notes.get_many(keys) if keys else {}
        for who, presence in new.items():
            wished = wishes.get(expiring_keys.wished_status(who))
            if wished == INVISIBLE or (wished is None and presence.invisible):
                presence.status = INVISIBLE
            presence.restored = True

    async def leave_all(self) -> None:
        """Graceful shutdown: all accounts here show as reconnecting for the grace period, and the
        lease ends, so that a lobby without another process is known to be away."""
        for account, presence in list(self._here.items()):
            self._departed[account] = presence.shown(RECONNECTING)
            del self._here[account]
            self._pending.add(account)
        self._first_left = min(self._first_left, self._clock())
        await self._write_pending()
        self._ended = True
        if not self._unsure:
            with suppress(Unreachable):
                await self._beat(0)

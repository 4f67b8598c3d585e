"""Long poll for notifications: a call that lasts until there are some, or until its deadline.

It does not poll the store while it waits: the hub receives entries and wakes it. It does not fail
while a dependency is unreachable, so that clients do not retry in a tight loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from lobby import expiring_keys
from lobby.actions.changes import expiry_timers
from lobby.actions.notifications.notifications import (
    KEPT,
    Notification,
    Stream,
    cursor,
    fresh,
)
from lobby.context import Lobby
from lobby.domain.errors import AccountNotFound, TokenRevoked
from lobby.hub.waiters import Wait
from persistence.ports import Unreachable

BATCH_SECONDS = 0.02
"""Coalescing: entries that come so soon after the first are answered together."""
MARGIN_SECONDS = 1.0
"""A call is answered so long before its deadline, when the client's own timeout ends."""
SHORTEST_SECONDS = 1.0
"""Shortest duration of a poll that ends early, because others wait or the process drains: its
client repeats it at once."""
RETRY_SECONDS = 1.0
"""Pause of a long poll before an unreachable store is read again."""
REMEMBERED_SECONDS = 10.0
"""How long it is kept where a client's poll has read to, for one that polls without a cursor."""
BETWEEN_SECONDS, GONE_SECONDS = 60.0, 5.0
"""How long a client still counts as there after its poll was answered, or after it left it."""


@dataclass(frozen=True, slots=True)
class Poll:
    """A request: at most `size` entries after the id `after`. If that is unknown, `earliest` tells
    whether to begin with all that is stored or only with new entries.

    `deadline` is in seconds. `client` distinguishes clients that poll the same stream; `gone`
    returns when the client has disconnected.
    """

    size: int
    after: str | None
    earliest: bool
    deadline: float
    client: str
    gone: Callable[[], Awaitable[object]]


async def wait(lobby: Lobby, stream: Stream, poll: Poll) -> list[Notification]:
    """Oldest first; empty after the deadline. Raises TokenRevoked if the caller's token was
    revoked meanwhile."""
    return await _LongPoll(lobby, stream, poll).run()


class _LongPoll:
    """`seen`: the cursor after which entries are new; None until the first read. `gone`: whether
    the client has disconnected."""

    def __init__(self, lobby: Lobby, stream: Stream, poll: Poll) -> None:
        self.lobby, self.actor, self.poll = lobby, stream.actor, poll
        self.topic = stream.topic
        self.seen: int | None = None
        self.gone = False
        self.began = asyncio.get_running_loop().time()
        self.until = self.began + self._seconds()

    async def run(self) -> list[Notification]:
        """Whoever waits is there, even without a socket."""
        there = await self._arrive()
        try:
            return await self._wait()
        finally:
            await self._depart(there)

    async def _wait(self) -> list[Notification]:
        more = True
        while more:
            try:
                await self.lobby.hub.open(self.topic)
                with self.lobby.hub.waiters.wait(self.topic) as wait:
                    if found := await self._read_new():
                        self.seen = cursor(found[-1].id)
                        await self._remember()
                        return found
                    more = await self._wait_for_entry(wait)
            except Unreachable:
                more = await self._pause(RETRY_SECONDS)
            else:
                await asyncio.sleep(BATCH_SECONDS if more else 0)
        await self._remember()
        return []

    def _seconds(self) -> float:
        """Duration of the poll, no longer than the caller's token is valid."""
        seconds = max(self.poll.deadline - MARGIN_SECONDS, self.poll.deadline / 2)
        if self.actor.expires is not None:
            seconds = min(seconds, self.actor.expires - self.lobby.clock())
        return min(seconds, SHORTEST_SECONDS) if self.lobby.hub.waiters.draining else seconds

    async def _read_new(self) -> list[Notification]:
        """Entries that exist already. The waiter is registered before, so that none is missed.
        Whoever is woken may have been so because their token was revoked."""
        await self._require_valid()
        known = self.lobby.hub.cursor(self.topic)
        head = known.version if known else 0
        if self.seen is None:
            self.seen = await self._start_cursor(head)
        if self.seen >= head:
            return []
        read = await self.lobby.store.read(self.topic, after=self.seen, limit=self.poll.size)
        found = fresh(self.lobby, read.entries)
        if len(found) < len(read.entries):
            read = await self.lobby.store.read(self.topic, after=self.seen, limit=KEPT)
            found = fresh(self.lobby, read.entries)[: self.poll.size]
        if found:
            await self._require_valid()  # it may have been revoked while they were read
        return found

    async def _start_cursor(self, head: int) -> int:
        asked = cursor(self.poll.after)
        # An entry of another process may not have arrived here yet.
        if asked and (asked <= head or asked <= await self.lobby.store.head(self.topic)):
            return asked
        return 0 if self.poll.earliest else await self._recall(head)

    async def _wait_for_entry(self, wait: Wait) -> bool:
        """Whether a new entry came before the deadline."""
        try:
            async with asyncio.timeout_at(self.until) as patience:
                wait.add_done_callback(lambda _: _time_out(patience))
                await self.poll.gone()
                self.gone = True
        except TimeoutError:
            pass
        if self.gone or not wait.done():
            return False
        if not wait.result() and not self.lobby.hub.waiters.draining:
            await self._pause(self.began + SHORTEST_SECONDS - asyncio.get_running_loop().time())
        return wait.result()

    async def _pause(self, seconds: float) -> bool:
        """Sleep; whether there is still time after it."""
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(max(0.0, min(seconds, self.until - now)))
        return now + seconds < self.until

    async def _require_valid(self) -> None:
        """Raises TokenRevoked if the token was revoked, or its login ended, during the wait."""
        try:
            account = await self.lobby.account_cache.get(self.actor.uuid)
        except AccountNotFound:
            raise TokenRevoked from None
        login = self.actor.login
        if account.token_version != self.actor.token_version or (
            login is not None and login.id in account.ended
        ):
            raise TokenRevoked

    async def _arrive(self) -> str | None:
        seconds = max(0.0, self.until - self.began) + BETWEEN_SECONDS
        with suppress(Unreachable):
            return await expiry_timers.begin_long_poll(self.lobby, self.actor, seconds)
        return None

    async def _depart(self, there: str | None) -> None:
        seconds = GONE_SECONDS if self.gone else BETWEEN_SECONDS
        with suppress(Unreachable):
            await expiry_timers.end_long_poll(self.lobby, self.actor, there, seconds)

    # Some clients drop their cursor after an empty response, and then ask for new entries only.
    # Entries between the two polls would be lost, and those of the poll before told again.

    async def _remember(self) -> None:
        key = expiring_keys.long_poll_cursor(self.topic, self.poll.client)
        if self.seen is not None:
            with suppress(Unreachable):
                await self.lobby.notes.put(key, str(self.seen), REMEMBERED_SECONDS)

    async def _recall(self, head: int) -> int:
        """Where the client's last poll has read to, though that entry may not have arrived here
        yet; without one, what is here already is old."""
        key = expiring_keys.long_poll_cursor(self.topic, self.poll.client)
        with suppress(Unreachable):
            kept = await self.lobby.notes.get(key)
            if kept is None:
                return head
            read_to = int(kept)
            known = read_to <= head or read_to <= await self.lobby.store.head(self.topic)
            return read_to if known else head
        return head


def _time_out(patience: asyncio.Timeout) -> None:
    """End the timeout now, unless it has ended already."""
    with suppress(RuntimeError):
        patience.reschedule(0.0)

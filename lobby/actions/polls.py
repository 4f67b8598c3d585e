"""Waiting for notifications: a call that lasts until there are some, or until its time is up.

It costs no task and asks nobody while it lasts: the hub hears of entries, and wakes whoever waits.
It does not fail because a part is away: a client whose call fails soon would not wait again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from lobby.actions.notifications import KEPT, Notification, Stream, cursor, fresh
from lobby.context import Lobby
from lobby.domain.errors import AccountNotFound, TokenRevoked
from lobby.hub.waits import Wait
from persistence.ports import Unreachable

BATCH_SECONDS = 0.02
"""What comes so shortly after the first one travels with it."""
MARGIN_SECONDS = 1.0
"""So much before its deadline a call is answered: the client's own patience ends there."""
SHORTEST_SECONDS = 1.0
"""What ends early, because others wait or the process stops, lasts that long all the same: its
client asks again at once."""
RETRY_SECONDS = 1.0
REMEMBERED_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Poll:
    """What a client asks for: at most `size` entries behind `after`. Where that is not known,
    `earliest` says whether to begin with all that is kept, or with what comes.

    `deadline` is in seconds. `client` tells apart who polls the same stream; `gone` returns when
    nobody is there to be answered any more.
    """

    size: int
    after: str | None
    earliest: bool
    deadline: float
    client: str
    gone: Callable[[], Awaitable[object]]


async def wait(lobby: Lobby, stream: Stream, poll: Poll) -> list[Notification]:
    """Oldest first; none when the time is up. Raises TokenRevoked where the caller's was,
    meanwhile."""
    return await _Waiting(lobby, stream, poll).run()


class _Waiting:
    """`place`: what is behind it has not been seen; None while it is not known where to begin."""

    def __init__(self, lobby: Lobby, stream: Stream, poll: Poll) -> None:
        self.lobby, self.actor, self.poll = lobby, stream.actor, poll
        self.topic = stream.topic
        self.place: int | None = None
        self.began = asyncio.get_running_loop().time()
        self.until = self.began + self._seconds()

    async def run(self) -> list[Notification]:
        more = True
        while more:
            try:
                await self.lobby.hub.open(self.topic)
                with self.lobby.hub.waits.wait(self.topic) as wait:
                    if found := await self._look():
                        return found
                    more = await self._news(wait)
            except Unreachable:
                more = await self._pause(RETRY_SECONDS)
            else:
                await asyncio.sleep(BATCH_SECONDS if more else 0)
        await self._remember()
        return []

    def _seconds(self) -> float:
        """No longer than the caller's token lasts."""
        seconds = max(self.poll.deadline - MARGIN_SECONDS, self.poll.deadline / 2)
        if self.actor.expires is not None:
            seconds = min(seconds, self.actor.expires - self.lobby.clock())
        return min(seconds, SHORTEST_SECONDS) if self.lobby.hub.waits.draining else seconds

    async def _look(self) -> list[Notification]:
        """What there is already. It comes to wait first and looks then, so that nothing falls
        between."""
        head = self.lobby.hub.cursor(self.topic) or 0
        if self.place is None:
            self.place = await self._begin(head)
        if self.place >= head:
            return []
        read = await self.lobby.store.read(self.topic, after=self.place, limit=self.poll.size)
        found = fresh(self.lobby, read.entries)
        if len(found) < len(read.entries):
            read = await self.lobby.store.read(self.topic, after=self.place, limit=KEPT)
            found = fresh(self.lobby, read.entries)[: self.poll.size]
        if found:
            await self._require_valid()
        return found

    async def _begin(self, head: int) -> int:
        asked = cursor(self.poll.after)
        # What was told elsewhere may not have been told here yet.
        if asked and (asked <= head or asked <= await self.lobby.store.head(self.topic)):
            return asked
        return 0 if self.poll.earliest else min(head, await self._recall(head))

    async def _news(self, wait: Wait) -> bool:
        """Wait; whether there is something new, and still time to say so."""
        gone = False
        try:
            async with asyncio.timeout_at(self.until) as patience:
                wait.add_done_callback(lambda _: _end(patience))
                await self.poll.gone()
                gone = True
        except TimeoutError:
            pass
        if gone or not wait.done():
            return False
        if not wait.result() and not self.lobby.hub.waits.draining:
            await self._pause(self.began + SHORTEST_SECONDS - asyncio.get_running_loop().time())
        return wait.result()

    async def _pause(self, seconds: float) -> bool:
        """Whether there is still time after it."""
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(max(0.0, min(seconds, self.until - now)))
        return now + seconds < self.until

    async def _require_valid(self) -> None:
        """Whoever lost their token while they waited hears nothing any more."""
        try:
            account = await self.lobby.standings.get(self.actor.uuid)
        except AccountNotFound:
            raise TokenRevoked from None
        if account.token_version != self.actor.token_version:
            raise TokenRevoked

    # Some clients forget their place when they are answered with nothing, and then ask for what
    # comes from now on. What came between would be lost.

    async def _remember(self) -> None:
        if self.place is not None:
            with suppress(Unreachable):
                await self.lobby.leases.remember(self._key, str(self.place), REMEMBERED_SECONDS)

    async def _recall(self, head: int) -> int:
        with suppress(Unreachable):
            kept = await self.lobby.leases.recall(self._key)
            return head if kept is None else int(kept)
        return head

    @property
    def _key(self) -> str:
        return f"poll:{self.topic}:{self.poll.client}"


def _end(patience: asyncio.Timeout) -> None:
    """Now, unless it has ended already."""
    with suppress(RuntimeError):
        patience.reschedule(0.0)

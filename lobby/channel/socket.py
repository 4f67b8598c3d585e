"""One WebSocket from hello to goodbye. Never learns what a message means."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from itertools import count

from lobby.channel.closing import REASONS, Close
from lobby.channel.connection import Connection
from lobby.context import Lobby
from lobby.domain.errors import Conflict
from lobby.domain.permissions import NOBODY, Actor
from protocol.framing import text_frame

MOST_PENDING = 64
MOST_ERRORS = 100

Answer = Callable[["Socket", bytes], Awaitable[None]]
_numbers = count(1)


class Socket:
    """The wire's peer and the hub's watcher. Its commands are answered one after another."""

    __slots__ = (
        "_allowance",
        "_answer",
        "_answering",
        "_at",
        "_errors",
        "_expiry",
        "_on_lost",
        "_pending",
        "actor",
        "address",
        "behind",
        "expelled",
        "gone",
        "greeted",
        "identity",
        "lobby",
        "number",
        "out",
    )
    out: Connection

    def __init__(
        self,
        lobby: Lobby,
        address: str,
        answer: Answer,
        on_lost: Callable[[Socket, int | None], None],
    ) -> None:
        self.lobby, self.address = lobby, address
        self.number = next(_numbers)
        self.actor: Actor = NOBODY
        self.identity = ""
        self.greeted = self.behind = self.gone = self.expelled = False
        self._answer, self._on_lost = answer, on_lost
        self._answering: asyncio.Task[None] | None = None
        self._pending: deque[bytes] = deque()
        self._errors = 0
        self._allowance, self._at = float(lobby.settings.commands_burst), 0.0
        self._expiry: asyncio.TimerHandle | None = None

    def begin(self, out: Connection) -> None:
        """The connection is ours; somebody unknown must say hello soon."""
        self.out = out
        self._close_in(self.lobby.settings.hello_seconds, Close.NO_HELLO)

    def greet(self, actor: Actor) -> None:
        """From now on it speaks for this actor, until their token expires.

        A client that has gone meanwhile is let in nowhere: nobody would see it out again.
        """
        if self.gone:
            raise Conflict("the connection is gone")
        self.actor, self.identity, self.greeted = actor, actor.uuid, True
        self._stop_expiry()
        if actor.expires is not None:
            self._close_in(max(0.0, actor.expires - self.lobby.clock()), Close.TOKEN_EXPIRED)
        self.lobby.hub.enter(self)

    def close(self, why: Close) -> None:
        self.expelled = why is Close.REVOKED
        self._pending.clear()
        self.out.close(why, REASONS[why])

    def say(self, messages: Iterable[bytes]) -> None:
        for message in messages:
            self.out.write(text_frame(message))

    def allow(self) -> float:
        """Spend one command of the allowance; else the seconds until there is one."""
        settings = self.lobby.settings
        now = asyncio.get_running_loop().time()
        earned = (now - self._at) * settings.commands_per_second
        self._allowance, self._at = min(settings.commands_burst, self._allowance + earned), now
        if self._allowance < 1:
            return (1 - self._allowance) / settings.commands_per_second
        self._allowance -= 1
        return 0.0

    def erred(self) -> None:
        """Count a refused command: somebody who only errs is broken, or worse."""
        self._errors += 1
        if self._errors >= MOST_ERRORS:
            self.close(Close.TOO_MANY)

    # The wire's words

    def heard(self, text: bytes) -> None:
        self._pending.append(text)
        if len(self._pending) > MOST_PENDING:
            self.close(Close.TOO_MANY)
        elif self._answering is None:
            self._answering = asyncio.get_running_loop().create_task(self._answer_all())

    def fell_behind(self) -> None:
        self.behind = True

    def caught_up(self) -> None:
        self.behind = False
        self.lobby.hub.caught_up(self)

    def lost(self, code: int | None) -> None:
        self.gone = True
        self._pending.clear()
        self._stop_expiry()
        self.lobby.hub.leave(self)
        self._on_lost(self, code)

    # The hub's word

    def revoked(self, token_version: int | None) -> None:
        if token_version is None or self.actor.token_version < token_version:
            self.close(Close.REVOKED)

    async def _answer_all(self) -> None:
        try:
            while self._pending:
                await self._answer(self, self._pending.popleft())
        finally:
            self._answering = None

    def _close_in(self, seconds: float, why: Close) -> None:
        self._expiry = asyncio.get_running_loop().call_later(seconds, self.close, why)

    def _stop_expiry(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None

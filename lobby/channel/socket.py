"""One client's WebSocket: its identity, its rate limit, its queue of commands.

Never learns what a command means; the dispatch it is given does.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from itertools import count

from lobby.actions.login.tokens import over_at
from lobby.caller import Caller, calling
from lobby.channel.close_codes import REASONS, Close
from lobby.channel.connection import Connection
from lobby.channel.refusal_limit import Refusals
from lobby.channel.replay_budget import ReplayBudget
from lobby.context import Lobby
from lobby.domain.errors import Conflict, LobbyError, TooMany
from lobby.domain.permissions import NOBODY, Actor
from lobby.identity.tokens import LEEWAY_SECONDS
from lobby.token_bucket import TokenBucket

MOST_PENDING = 64
"""Commands of one socket that wait for an answer; one more closes it."""
CLOSED = "socket closed"
"""What the audit log calls the end of a socket on which too many wait."""

Answer = Callable[["Socket", bytes], Awaitable[None]]
_numbers = count(1)


class Socket:
    """A connection's peer and a watcher of the hub. Its commands are answered one after another.

    `ip`: its exact address. `request`: the id of its handshake. `greeted`: it has said hello.
    `gone`: the connection has ended. `why`: we close it. `expelled`: its token was revoked, so
    there is no grace period.
    """

    __slots__ = (
        "_answer",
        "_answering",
        "_bucket",
        "_early",
        "_expiry",
        "_message_at",
        "_on_lost",
        "_overtake",
        "_pending",
        "_refusals",
        "_replays",
        "actor",
        "address",
        "behind",
        "closing",
        "expelled",
        "gone",
        "greeted",
        "identity",
        "ip",
        "lobby",
        "number",
        "out",
        "request",
        "why",
    )
    out: Connection

    def __init__(
        self,
        lobby: Lobby,
        address: str,
        answer: Answer,
        on_lost: Callable[[Socket, int | None], None],
        *,
        overtake: Callable[[Socket, bytes], bool],
    ) -> None:
        self.lobby, self.address = lobby, address
        self.ip = self.request = ""
        self.number = next(_numbers)
        self.why: Close | None = None
        self.actor: Actor = NOBODY
        self.identity = ""
        self.greeted = self.behind = self.gone = self.expelled = self.closing = False
        self._answer, self._on_lost, self._overtake = answer, on_lost, overtake
        self._answering: asyncio.Task[None] | None = None
        self._pending: deque[tuple[bytes, float]] = deque()
        self._early, self._message_at = False, 0.0
        settings = lobby.settings
        self._bucket = TokenBucket(settings.commands_per_second, settings.commands_burst)
        self._refusals = Refusals(settings.commands_per_second)
        self._replays: ReplayBudget | None = None
        self._expiry: asyncio.TimerHandle | None = None

    def begin(self, out: Connection) -> None:
        """Take the connection; it is closed unless it says hello in time."""
        self.out = out
        self._close_in(self.lobby.settings.hello_seconds, Close.NO_HELLO)

    def greet(self, actor: Actor) -> None:
        """Bind the socket to this actor until their token expires; raises Conflict if it has ended.

        (An ended socket must not enter the hub: nothing would remove it again.)
        """
        if self.gone:
            raise Conflict("the connection is gone")
        self.identity, self.greeted = actor.uuid, True
        self.renew(actor)
        self._make_room()
        self.lobby.hub.enter(self)

    def renew(self, actor: Actor) -> None:
        """Go on for the same account, for as long as this token of theirs is good everywhere: one
        without an expiry is as long as its login."""
        self.actor = actor
        self._stop_expiry()
        ends = None if actor.expires is None else actor.expires + LEEWAY_SECONDS
        if actor.login is not None:
            over = over_at(self.lobby, actor.login)
            ends = over if ends is None else min(ends, over)
        if ends is not None and not self.gone:
            self._close_in(ends - self.lobby.clock(), Close.TOKEN_EXPIRED)

    def caller(self) -> Caller:
        """Who is recorded for what is said here."""
        return Caller(
            "channel",
            actor=self.identity,
            address=self.ip,
            request=self.request,
            connection=self.number,
        )

    def close(self, why: Close) -> None:
        self.expelled, self.closing, self.why = why is Close.REVOKED, True, why
        self._pending.clear()
        self.out.close(why, REASONS[why])

    def _make_room(self) -> None:
        """The newest connection of an account wins: the longest silent one is closed first.

        After a change of network the old connections are dead, but nobody has noticed yet.
        """
        mine = self.lobby.hub.of(self.identity) if self.identity else ()
        here = [one for one in mine if isinstance(one, Socket) and not one.closing]
        here.sort(key=lambda one: one.out.last_received)
        for one in here[: max(0, len(here) + 1 - self.lobby.settings.connections_per_account)]:
            one.close(Close.REPLACED)

    def take_token(self) -> float:
        """Rate limit of commands: 0, or the seconds until this one may be tried again."""
        now = asyncio.get_running_loop().time()
        wait = self._bucket.take(now)
        if not wait:
            return 0.0
        self._early = self._refusals.early(self._message_at)
        return math.ceil(self._refusals.place(now, wait=wait) * 1000) / 1000

    def replay_wait(self) -> float:
        """0, or the seconds until it may ask for more of what it was sent already."""
        if self._replays is None:
            return 0.0
        return math.ceil(self._replays.wait(asyncio.get_running_loop().time()) * 1000) / 1000

    def count_error(self, no: LobbyError) -> None:
        """Count a refused command; too many of them close the socket. One over the rate limit
        counts if it came before the `retry_after` of those before it had passed."""
        early, self._early = self._early, False
        counts = early or not isinstance(no, TooMany)
        if counts and self._refusals.add(asyncio.get_running_loop().time()):
            self.close(Close.TOO_MANY)

    # As the connection's peer

    def message(self, text: bytes) -> None:
        if self._answering is not None and self._overtake(self, text):
            return
        self._pending.append((text, self.out.last_received))
        if len(self._pending) > MOST_PENDING:
            self._overrun()
        elif self._answering is None:
            self._answering = asyncio.get_running_loop().create_task(self._answer_all())

    def _overrun(self) -> None:
        """No command is refused that would be recorded: so the end of the socket is."""
        with calling(self.caller()):
            self.lobby.audit.refused(TooMany(), what=CLOSED)
        self.close(Close.TOO_MANY)

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

    # As the hub's watcher

    def charge(self, topic: str, size: int) -> None:
        if self._replays is None:
            self._replays = ReplayBudget()
        self._replays.charge(topic, size)

    def revoked(self, token_version: int | None, ended: Collection[str]) -> None:
        login = self.actor.login
        over = login is not None and login.id in ended
        if over or token_version is None or self.actor.token_version < token_version:
            self.close(Close.REVOKED)

    async def _answer_all(self) -> None:
        try:
            while self._pending:
                text, self._message_at = self._pending.popleft()
                await self._answer(self, text)
        finally:
            self._answering = None

    def _close_in(self, seconds: float, why: Close) -> None:
        self._expiry = asyncio.get_running_loop().call_later(seconds, self.close, why)

    def _stop_expiry(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None

"""The client of the live channel."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Literal, Self, overload

from lobby_client.backoff import Backoff
from lobby_client.close_codes import CLOSED_HERE
from lobby_client.command_queue import CommandQueue
from lobby_client.connection import channel_url
from lobby_client.credentials import Credentials
from lobby_client.documents import DocumentTopic, Live
from lobby_client.errors import Closed, FellBehind, LobbyError
from lobby_client.feed import Feed, Reading
from lobby_client.journals import Journal, JournalTopic
from lobby_client.listeners import Listeners, Off
from lobby_client.protocol import Commands
from lobby_client.states import Identity, Log, Retry, SecretStore, Signal, State, Token
from lobby_client.supervisor import Supervisor

logger = logging.getLogger("lobby_client")


class Lobby(Commands):
    """`async with Lobby("https://lobby.example", anonymous=True) as lobby:` is live when its body
    begins, comes back by itself, and is closed at its end.

    `url`: the lobby's http(s) address. `token`: a text, or what gives one. `anonymous`: an identity
    without a name where there is no token; a store keeps its secret. `timeout`: seconds that a
    command may take. `queue`: commands that may wait to be sent. `backoff`: seconds, the first and
    the longest. `log`: called with each event and its details.

    Everything is called from the event loop's own thread.
    """

    def __init__(
        self,
        url: str,
        *,
        token: Token | None = None,
        anonymous: bool | SecretStore = False,
        timeout: float = 10.0,
        queue: int = 64,
        backoff: tuple[float, float] = (0.5, 30.0),
        log: Log | None = None,
    ) -> None:
        self._log = log
        self._faulty = False
        self._events = Listeners(self._fault)
        self._queue = CommandQueue(queue, timeout)
        self._supervisor = Supervisor(
            channel_url(url),
            Credentials(token, anonymous, self._fault),
            Backoff(*backoff),
            self._queue,
            self._tell,
            self._fault,
        )

    async def __aenter__(self) -> Self:
        try:
            await self.connect()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def state(self) -> State:
        return self._supervisor.state

    @property
    def identity(self) -> Identity | None:
        """Of the connection that is, or was."""
        return self._supervisor.identity

    async def connect(self) -> Identity:
        """Once it is live. Raises Closed where the lobby will not have us."""
        self._supervisor.start()
        return await self._supervisor.ready.wait()

    async def ready(self) -> Identity:
        """Once it is live, whoever connects it. Raises Closed."""
        return await self._supervisor.ready.wait()

    async def close(self) -> None:
        """For good, until `connect()`: nothing else brings it back. Everything that waits is
        settled at once; then a goodbye is said, for which at most a second is waited."""
        self._supervisor.close(CLOSED_HERE)
        await self._supervisor.gone()

    def reconnect(self, *, token: Token | None = None) -> None:
        """Anew at once, with another token where one is given."""
        self._supervisor.reconnect(token)

    def hurry(self) -> None:
        """The network is back, or the machine awake: wait no longer than we are told to."""
        self._supervisor.hurry()

    def now(self) -> float:
        """The lobby's time, in Unix seconds."""
        return time.time() + self._supervisor.offset

    @overload
    def on(self, event: Literal["state"], call: Callable[[State], object], /) -> Off: ...
    @overload
    def on(self, event: Literal["identity"], call: Callable[[Identity], object], /) -> Off: ...
    @overload
    def on(self, event: Literal["token"], call: Callable[[str], object], /) -> Off: ...
    @overload
    def on(self, event: Literal["signal"], call: Callable[[Signal], object], /) -> Off: ...
    @overload
    def on(self, event: Literal["drain"], call: Callable[[float], object], /) -> Off: ...
    @overload
    def on(self, event: Literal["degraded"], call: Callable[[list[str]], object], /) -> Off: ...
    @overload
    def on(self, event: Literal["error"], call: Callable[[Exception], object], /) -> Off: ...
    def on(self, event: str, call: Callable[[Any], object], /) -> Off:
        """`token`: one of an anonymous identity, good over HTTP. `drain`: until when to stay away
        once it closes, in Unix seconds. `degraded`: parts of the lobby that are away; none: all is
        well again. `error`: what a listener raised, and frames that make no sense.
        Returns what ends it."""
        return self._events.on(event, call)

    def states(self) -> Reading[State]:
        """The state as it is, then each change; ends once the client is closed."""
        feed: Feed[State] = Feed(lambda last: FellBehind())

        def push(state: State) -> None:
            feed.push(state)
            if state.phase == "closed":
                feed.end()

        feed.stop = self._events.on("state", push)
        push(self.state)
        return Reading(feed)

    def signals(self) -> Reading[Signal]:
        """Of all sessions that are watched. Ends where the game closes the client, raises Closed
        where the lobby does."""
        feed: Feed[Signal] = Feed(lambda last: FellBehind())

        def over(state: State) -> None:
            if state.why is not None and state.phase == "closed":
                feed.end(None if state.why.by == "us" else Closed(state.why))

        offs = [self._events.on("signal", feed.push), self._events.on("state", over)]
        feed.stop = lambda: [off() for off in offs]
        over(self.state)
        return Reading(feed)

    def watch(self, topic: str, /, **question: Any) -> Live[Any]:
        """A document by its topic's name; typed ones have methods of their own."""
        shared = self._supervisor.topics.open(topic, question, DocumentTopic)
        live: Live[Any] = Live(shared, self._fault)
        live.catch_up()
        return live

    def journal(self, topic: str, /, *, after: int | None = None) -> Journal[Any]:
        """`after`: the last cursor that you have, 0 for everything that is kept; None: what comes
        from now on."""
        shared = self._supervisor.topics.open(topic, {}, JournalTopic)
        return Journal(shared, self._fault, after)

    async def _command(
        self, type: str, fields: dict[str, Any], timeout: float | None, id: str | None, retry: Retry
    ) -> Any:
        why = self.state.why
        if self.state.phase == "closed" and why is not None:
            raise Closed(why)
        result = await self._queue.command(type, fields, timeout=timeout, id=id, retry=retry)
        await self._supervisor.topics.shown(fields, result)
        return result

    def _tell(self, event: str, detail: Any) -> None:
        self._note(event, {event: detail})
        self._events.emit(event, detail)

    def _fault(self, error: Exception) -> None:
        """Where nobody listens for errors, the log is told; of what such a listener raises, too."""
        self._note("error", {"error": error})
        if self._faulty or not self._events.has("error"):
            kind = "" if isinstance(error, LobbyError) else f"{type(error).__name__}: "
            logger.error("%s%s", kind, error, exc_info=error)
            return
        self._faulty = True
        try:
            self._events.emit("error", error)
        finally:
            self._faulty = False

    def _note(self, event: str, details: dict[str, Any]) -> None:
        if self._log is None:
            return
        try:
            self._log(event, details)
        except Exception:
            logger.exception("what was given as log raised this")

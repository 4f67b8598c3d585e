"""What whoever watches a topic holds: listeners of its own, and a share in the topic."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

from lobby_client.errors import Closed, LobbyError, Refused
from lobby_client.feed import Feed, Reading
from lobby_client.listeners import Listeners, Off, Outcome, Report
from lobby_client.states import Closing, TopicStatus
from lobby_client.topics import Topic

V = TypeVar("V")
I = TypeVar("I")  # noqa: E741  # an item
UNWATCHED = Closing(1000, "no longer watched", "us")


class Watcher(Generic[V]):
    """`V`: what `ready()` gives. `with` closes it."""

    def __init__(self, shared: Topic, report: Report) -> None:
        self._shared = shared
        self._closed = False
        self._ready: Outcome[V] = Outcome()
        self._events = Listeners(report)
        shared.watchers.append(self)

    @property
    def topic(self) -> str:
        return self._shared.name or str(self._shared.question["topic"])

    @property
    def status(self) -> TopicStatus:
        """`asking`, `live`, `stale` (the connection is lost), `ended`."""
        return "ended" if self._closed else self._shared.status

    async def ready(self) -> V:
        """Raises Refused where the lobby does not let us watch it, Closed where the client is."""
        return await self._ready.wait()

    def on_status(self, call: Callable[[TopicStatus], object]) -> Off:
        return self._events.on("status", call)

    def on_ended(self, call: Callable[[str], object]) -> Off:
        """Called with the lobby's code."""
        return self._events.on("ended", call)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.settle(Closed(UNWATCHED))
            self._events.clear()
            self._shared.release(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.close()

    # For the topic

    def arrived(self, value: V) -> None:
        self._ready.resolve(value)

    def tell(self, event: str, *details: object) -> None:
        self._events.emit(event, *details)

    def ended(self, code: str) -> None:
        self.tell("ended", code)
        self.settle(Refused(code, "", self.topic))

    def settle(self, error: LobbyError) -> None:
        """Nobody waits any longer; whoever is back later waits anew."""
        self._ready.reject(error)
        self.tell("over", error)
        if isinstance(error, Closed) and not self._closed:
            self._ready = Outcome()

    def _read(self, feed: Feed[I], event: str, push: Callable[..., object]) -> Reading[I]:
        """An iterator that `event` fills. It ends with the topic, and raises Closed where another
        than the game has closed the client."""

        def over(error: LobbyError) -> None:
            ended = isinstance(error, Closed) and error.why.by != "us"
            feed.end(error if ended else None)

        offs = [self._events.on(event, push), self._events.on("over", over)]
        feed.stop = lambda: [off() for off in offs]
        if self.status == "ended":
            feed.end()
        return Reading(feed)

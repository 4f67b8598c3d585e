"""Documents: a state that is kept up to date by patches, and healed by version."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar, cast

from lobby_client.errors import LobbyError, NotReady, TimedOut
from lobby_client.feed import Feed, Reading
from lobby_client.listeners import Off, Outcome
from lobby_client.patch import Path, merged, value_at, without_nulls
from lobby_client.states import Change, Frame
from lobby_client.topics import Topic
from lobby_client.watchers import Watcher

S = TypeVar("S")
MOST_PATHS = 256
SHOWN_SECONDS = 2.0
"""That a result waits for the document which shows it."""
WHOLE: tuple[Path, ...] = ((),)


class DocumentTopic(Topic):
    state: Any = None
    known: tuple[str, int] | None = None
    """Epoch and version."""
    _view: object = None
    _awaited: tuple[tuple[float, Outcome[None]], ...] = ()
    """Who waits for which version."""

    def have(self) -> Frame:
        if self.known is None:
            return {}
        return {"known": {"epoch": self.known[0], "version": self.known[1]}}

    def reset(self) -> None:
        self.state = self.known = None
        self.become("asking")

    def replied(self, result: Frame) -> None:
        pass

    async def shows(self, version: float, *, inside: bool) -> None:
        outside = inside and self._view == "outside"
        if self.known is not None and self.known[1] >= version and not outside:
            return
        waiting = (math.inf if outside else version, Outcome[None]())
        self._awaited += (waiting,)
        with suppress(TimeoutError):
            async with asyncio.timeout(SHOWN_SECONDS):
                await waiting[1].wait()
        self._awaited = tuple(one for one in self._awaited if one is not waiting)

    def end(self, code: str) -> None:
        self._tell_awaited(math.inf)
        super().end(code)

    def _tell_awaited(self, reached: float) -> None:
        for version, outcome in self._awaited:
            if version <= reached:
                outcome.resolve(None)

    def take(self, frame: Frame) -> None:
        match frame:
            case {"type": "state", "epoch": str(epoch), "version": int(version), "state": state}:
                # Versions compare within an epoch: in another we see another side of it.
                same = self.known is None or self.known[0] == epoch
                self.state, self.known = without_nulls(state), (epoch, version)
                self._view = frame.get("view")
                self._changed(WHOLE, version if same else math.inf)
            case {"type": "patch", "since": since, "version": int(version), "patch": patch}:
                self._fold(since, version, patch)
            case {"type": "unchanged"} if self.known is not None:
                self._changed((), self.known[1])

    def _fold(self, since: object, version: int, patch: Any) -> None:
        if self.known is not None and version <= self.known[1]:
            return
        if self.known is None or since != self.known[1]:
            return self.want()
        paths: list[Path] = []
        self.state = merged(patch, self.state, paths)
        self.known = (self.known[0], version)
        self._changed(tuple(paths), version)

    def _changed(self, paths: tuple[Path, ...], version: float) -> None:
        self.become("live")
        for watcher in list(self.watchers):
            watcher.arrived(self.state)
        if paths:
            self.tell("change", Change(self.state, paths, whole=() in paths))
        self._tell_awaited(version)


class Live(Watcher[S], Generic[S]):
    """A document. Its states are not to be changed: what is the same is shared by all of them."""

    _shared: DocumentTopic
    _behind = False

    @property
    def state(self) -> S:
        """The newest; raises NotReady before there is one."""
        if self._shared.known is None:
            raise NotReady(f"{self.topic}: there is no state yet, await ready()")
        return cast(S, self._shared.state)

    @property
    def version(self) -> int:
        """-1 before there is one."""
        return self._shared.known[1] if self._shared.known else -1

    def catch_up(self) -> None:
        """Others have the state already: this one is told of it as if it came now."""
        if self._shared.known is None:
            return
        self.arrived(self.state)
        self._behind = True

        def tell() -> None:
            self._behind = False
            if self._shared.known is not None:
                self.tell("change", Change(self.state, WHOLE, whole=True))

        self._shared.topics.later(tell)

    def on_change(self, call: Callable[[Change[S]], object]) -> Off:
        return self._events.on("change", call)

    def at(self, path: Path, call: Callable[[Any], object]) -> Off:
        """Called with what stands there, each time that it has changed; None: nothing."""
        last = None if self._behind else value_at(self._shared.state, path)

        def look(change: Change[S]) -> None:
            nonlocal last
            now = value_at(change.state, path)
            if now != last:
                last = now
                call(now)

        return self.on_change(look)

    async def when(self, test: Callable[[S], object], *, timeout: float | None = None) -> S:
        """The first state for which `test` holds. Raises TimedOut, and what `ready()` raises."""
        found: Outcome[S] = Outcome()

        def look(*_: object) -> None:
            try:
                if self._shared.known is not None and test(self.state):
                    found.resolve(self.state)
            except Exception as error:
                found.reject(error)

        offs = [self.on_change(look), self._events.on("over", found.reject)]
        look()
        if self.status == "ended":
            found.reject(NotReady(f"{self.topic} has ended"))
        try:
            async with asyncio.timeout(timeout):
                return await found.wait()
        except TimeoutError as late:
            if found.settled:
                return await found.wait()
            raise TimedOut(f"{self.topic}: not in time") from late
        finally:
            for off in offs:
                off()

    def __aiter__(self) -> Reading[Change[S]]:
        """The newest change alone: whoever reads slowly is told of several as one."""
        feed: Feed[Change[S]] = Feed(lambda last: LobbyError("unread"))

        def push(change: Change[S]) -> None:
            feed.push(_joined(feed.items.pop(), change) if feed.items else change)

        if self._shared.known is not None and not self._behind:
            feed.push(Change(self.state, WHOLE, whole=True))
        return self._read(feed, "change", push)


def _joined(last: Change[S], change: Change[S]) -> Change[S]:
    paths = (*last.paths, *change.paths)
    if last.whole or change.whole or len(paths) > MOST_PATHS:
        return Change(change.state, WHOLE, whole=True)
    return Change(change.state, paths, whole=False)

"""Journals: entries in the order of their cursors, each once, over every loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from lobby_client.errors import FellBehind
from lobby_client.feed import Feed, Reading
from lobby_client.listeners import Off, Report
from lobby_client.patch import without_nulls
from lobby_client.states import Frame
from lobby_client.topics import Topic
from lobby_client.watchers import Watcher

E = TypeVar("E")


class JournalTopic(Topic):
    watchers: list[Journal[Any]]  # type: ignore[assignment]  # nobody else watches a journal
    _epoch: str | None = None
    _newest = 0
    _said: int | None = None
    """The lowest cursor that was said; those who have it are told of what is gone."""

    def have(self) -> Frame:
        read = [watcher.read for watcher in self.watchers if watcher.read is not None]
        if not read:
            return {}
        self._said = min(read)
        return {"after": self._said} | ({"epoch": self._epoch} if self._epoch else {})

    def reset(self) -> None:
        self._epoch = None
        for watcher in self.watchers:
            watcher.reset()
        self.become("asking")

    def join(self, watcher: Journal[Any]) -> None:
        """One more reads along; what it lacks is asked for."""
        if self.status != "live" or self.asked:
            return self.want()
        if watcher.read is not None and watcher.read != self._newest:
            return self.want()
        watcher.read = self._newest
        watcher.arrived(watcher.read)

    def replied(self, result: Frame) -> None:
        cursor, epoch = result.get("cursor"), result.get("epoch")
        if not isinstance(cursor, int) or not isinstance(epoch, str | None):
            return self.end("malformed")
        other = self._epoch is not None and self._epoch != epoch
        self._epoch, self._newest = epoch, cursor
        for watcher in list(self.watchers):
            if cursor < watcher.cursor and watcher.read != self._said:
                self._restart(watcher)
            watcher.loose = watcher.loose or other or cursor < watcher.cursor
            if watcher.read is None or (watcher.loose and not self.wanted):
                watcher.read = cursor
            watcher.arrived(watcher.cursor)
        self.become("live")

    def take(self, frame: Frame) -> None:
        match frame:
            case {"type": "trimmed"}:
                for watcher in list(self.watchers):
                    if watcher.loose or watcher.read == self._said:
                        watcher.loose, watcher.read = True, self._newest
                        watcher.tell("trimmed")
            case {"type": "entry", "cursor": int(cursor), "entry": entry}:
                self._newest = max(self._newest, cursor)
                plain = without_nulls(entry)
                for watcher in list(self.watchers):
                    watcher.take(plain, cursor)

    def _restart(self, watcher: Journal[Any]) -> None:
        """It is beyond the end, and another has asked from before that: all that is kept is its."""
        watcher.read, watcher.loose, self.wanted = 0, True, True
        watcher.tell("trimmed")


class Journal(Watcher[int], Generic[E]):
    """`async for cursor, entry in …`. The first iterator begins where the journal does, also where
    it is read later; further ones, or one after `on_entry`, begin where they are made."""

    _shared: JournalTopic

    def __init__(self, shared: JournalTopic, report: Report, after: int | None) -> None:
        self._after = after
        self.loose = False
        """After `trimmed` the next entry counts, whatever its cursor."""
        self.read: int | None = after
        super().__init__(shared, report)
        self._first: Reading[tuple[int, E]] | None = self._reading()
        shared.join(self)

    @property
    def cursor(self) -> int:
        """Of the last entry that was told."""
        return self.read or 0

    def on_entry(self, call: Callable[[int, E], object]) -> Off:
        self._first = None
        return self._events.on("entry", call)

    def on_trimmed(self, call: Callable[[], object]) -> Off:
        """Some entries before the next one are gone; its cursor may be lower than the last."""
        return self._events.on("trimmed", call)

    def __aiter__(self) -> Reading[tuple[int, E]]:
        """Raises FellBehind where 500 entries are not read."""
        first, self._first = self._first, None
        return first or self._reading()

    # For the topic

    def reset(self) -> None:
        """Back to where it began."""
        self.read, self.loose = self._after, False

    def take(self, entry: E, cursor: int) -> None:
        if self.loose or cursor > self.cursor:
            self.loose, self.read = False, cursor
            self.tell("entry", cursor, entry)

    def _reading(self) -> Reading[tuple[int, E]]:
        feed: Feed[tuple[int, E]] = Feed(lambda last: FellBehind(last[0]))
        return self._read(feed, "entry", lambda cursor, entry: feed.push((cursor, entry)))

"""Fan-out: one frame, encoded once, written to many watchers.

Written in slices, so that the event loop is never busy with it for more than a millisecond.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from typing import Protocol

SLICE = 128
"""Writes in one turn of the loop: about a millisecond."""


class Out(Protocol):
    """Where the frames of one watcher are written. `write` is looked up for each call (it may be
    replaced), and never raises."""

    write: Callable[[bytes], object]


class Watcher(Protocol):
    """A socket that watches topics. `identity` is an account's uuid, empty for spectators.
    `behind`: it reads too slowly (backpressure); what it is not sent meanwhile is resent later."""

    identity: str
    behind: bool

    @property
    def out(self) -> Out: ...

    def charge(self, topic: str, size: int) -> None:
        """It was sent so many bytes of the topic for itself alone: a state, or what it lacked."""
        ...

    def revoked(self, token_version: int | None, ended: Collection[str]) -> None:
        """Close it if its token is older than this version; None: whatever its token, as the
        account was deleted."""
        ...


Skip = Callable[[Watcher], object]
"""Called in place of writing, for a watcher that is behind."""


class Fanout:
    """Writes the frames of one topic in order, to those who still watch it at their turn."""

    __slots__ = ("_loop", "_queue", "_watchers")

    def __init__(self, watchers: Collection[Watcher]) -> None:
        self._watchers = watchers
        self._loop = asyncio.get_running_loop()
        self._queue: deque[tuple[bytes, Iterator[Watcher], Skip | None]] = deque()

    def send(self, frame: bytes, watchers: Iterable[Watcher], *, skip: Skip | None) -> None:
        """Queue the frame. `skip` None: write also to those who are behind, as it is not resent."""
        self._queue.append((frame, iter(list(watchers)), skip))
        if len(self._queue) == 1:
            self._write_slice()

    def _write_slice(self) -> None:
        """Write to the next watchers; the rest, and the frames queued behind, in later slices."""
        left, watchers = SLICE, self._watchers
        while self._queue:
            frame, rest, skip = self._queue[0]
            for watcher in islice(rest, left):
                left -= 1
                if watcher in watchers:
                    if skip is None or not watcher.behind:
                        watcher.out.write(frame)
                    else:
                        skip(watcher)
            if left == 0:
                self._loop.call_soon(self._write_slice)
                return
            self._queue.popleft()

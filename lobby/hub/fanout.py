"""One frame to many watchers: in slices, so that a command waits no more than a millisecond."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from typing import Protocol

SLICE = 128
"""Writes in one turn of the loop: about a millisecond."""


class Out(Protocol):
    """Where frames go. `write` is looked up for each call, and never raises."""

    write: Callable[[bytes], object]


class Watcher(Protocol):
    """`identity` is an account's uuid, empty for spectators. `behind`: it reads too slowly, and
    is given fresh state when it has caught up."""

    identity: str
    behind: bool

    @property
    def out(self) -> Out: ...

    def revoked(self, token_version: int | None) -> None:
        """Tokens of its account below this version are dead; None: the account is gone."""
        ...


class Fanout:
    """The frames of one topic, in order, to those who are still `members` when their turn comes."""

    __slots__ = ("_loop", "_members", "_sweeps")

    def __init__(self, members: Collection[Watcher]) -> None:
        self._members = members
        self._loop = asyncio.get_running_loop()
        self._sweeps: deque[tuple[bytes, Iterator[Watcher], bool]] = deque()

    def send(self, frame: bytes, watchers: Iterable[Watcher], *, even_behind: bool = False) -> None:
        """`even_behind`: no later state will make up for it."""
        self._sweeps.append((frame, iter(list(watchers)), even_behind))
        if len(self._sweeps) == 1:
            self._turn()

    def _turn(self) -> None:
        """Write a slice; the rest, and the sweeps behind it, in later turns."""
        left = SLICE
        while self._sweeps:
            frame, rest, even_behind = self._sweeps[0]
            for watcher in islice(rest, left):
                left -= 1
                if (even_behind or not watcher.behind) and watcher in self._members:
                    watcher.out.write(frame)
            if left == 0:
                self._loop.call_soon(self._turn)
                return
            self._sweeps.popleft()

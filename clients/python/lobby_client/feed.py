"""Async iterators that are filled from outside."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
MOST_UNREAD = 500


class Feed(Generic[T]):
    """What was pushed and not yet read. Beyond `most` items it ends with the error of `behind`."""

    def __init__(self, behind: Callable[[T], Exception], most: int = MOST_UNREAD) -> None:
        self.items: deque[T] = deque()
        self.over = False
        self._behind, self._most = behind, most
        self._error: Exception | None = None
        self._news = asyncio.Event()
        self.stop: Callable[[], object] = lambda: None
        """Called once at its end: nothing is to be pushed any more."""

    def push(self, item: T) -> None:
        if self.over:
            return
        if len(self.items) >= self._most:
            return self.end(self._behind(self.items[-1]))
        self.items.append(item)
        self._news.set()

    def end(self, error: Exception | None = None) -> None:
        """What was pushed before is still given."""
        if not self.over:
            self.over, self._error = True, error
            self.stop()
            self._news.set()

    async def next(self) -> T:
        while not self.items:
            if self.over:
                error, self._error = self._error, None
                raise error or StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self.items.popleft()


class Reading(AsyncIterator[T]):
    """One who reads a feed: it ends when they are gone, as after a `break`."""

    def __init__(self, feed: Feed[T]) -> None:
        self._feed = feed

    def __aiter__(self) -> Reading[T]:
        return self

    async def __anext__(self) -> T:
        return await self._feed.next()

    async def aclose(self) -> None:
        self._feed.items.clear()
        self._feed.end()

    def __del__(self) -> None:
        self._feed.end()
